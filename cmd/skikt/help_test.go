package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/skikt/skikt/project"
)

// runLine runs one command line in this process.
func runLine(line string) (out, errs string, code int) {
	var o, e bytes.Buffer
	code = command(context.Background(), strings.Fields(line)[1:], &streams{in: strings.NewReader(""), out: &o, err: &e})
	return o.String(), e.String(), code
}

// Every command has help with an example, and the examples run as they stand, on the toy country under the names that the examples use.
func TestHelpExamples(t *testing.T) {
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	var examples []string
	for _, node := range parser.Model.Leaves(true) {
		if node.Name == "version" {
			continue
		}
		_, after, ok := strings.Cut(node.Detail, "Example:\n")
		if !ok {
			t.Errorf("skikt %s --help has no example", node.Name)
		}
		for line := range strings.Lines(after) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "skikt "+node.Path()) && !strings.HasPrefix(line, "skikt get") {
				t.Errorf("skikt %s --help: the example %q is about something else", node.Name, line)
			}
			examples = append(examples, line)
		}
	}

	// The examples name the projects on real tables. The toy country stands in for them here, with a table that is called as one of theirs.
	toy := toyCountry(t)
	t.Chdir(t.TempDir())
	t.Setenv("SKIKT_DATA", "")
	text, err := os.ReadFile(filepath.Join(toy, project.FileName))
	if err != nil {
		t.Fatal(err)
	}
	borders, err := os.ReadFile(filepath.Join(toy, "geography", "deso_2018.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`((- name|from|table|process): )eligibility\b`).ReplaceAll(text, []byte("${1}background"))
	for name, text := range map[string][]byte{
		"examples/sverige-2022/skikt.yaml": text,
		"examples/answer/skikt.yaml":       append(slices.Clip(text), "\nreport: {title: A trial}\n"...),
		"work.csv":                         []byte("type,year,sex,working,persons\n1,2020,M,400,1000\n5,2020,M,700,1000\n1,2021,M,420,1000\n5,2021,M,700,1000\n1,2022,M,430,1000\n5,2022,M,710,1000\n"),
		"goals.yaml":                       []byte("- {name: gap-men, measure: Difference, at: {sex: M}, baseline_year: 2020, target_year: 2030, target: -0.1}\n"),
		"deso.geojson":                     borders,
		"huvudman.csv":                     []byte("id,kind,y2021,y2022,y2023,index,share12\n0001,kommun,100,110,120,100,0.2\n0002,enskild,,50,60,150,0.5\n"),
		"rules.yaml":                       []byte("need: index\nreach: [share12]\nrules:\n  - {name: plain, budget: 1000000, pupils: [y2021, y2022, y2023], pots: [{name: all, key: [index, pupils]}]}\n  - {name: pupils, budget: 1000000, pupils: [y2021, y2022, y2023], pots: [{name: all, key: [pupils]}]}\n"),
		"areas.csv":                        []byte("area,index,type,pop,unemployed\na,20,1,100,30\nb,10,3,200,10\n"),
		"homes.csv":                        []byte("point,x,y,pop,type\n1,0,0,10,1\n2,3000,0,20,4\n"),
		"offices.csv":                      []byte("site,x,y,open\na,0,500,1\nb,3000,500,0\n"),
		"zones.geojson":                    []byte(`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}},"features":[{"type":"Feature","properties":{"zone":"z1"},"geometry":{"type":"Polygon","coordinates":[[[490000,6510000],[530000,6510000],[530000,6560000],[490000,6560000],[490000,6510000]]]}}]}`),
		"policy.yaml":                      []byte("name: our\nversion: \"1\"\nmin_count: 3\nzeros: show\nfull: show\n"),
		"regions.csv":                      []byte("kommun,lan\n0201,02\n0202,02\n"),
		"published.csv":                    []byte("kommun,sex,n\n0201,M,\n0201,K,\n0201,Totalt,10\n0202,M,\n0202,K,\n0202,Totalt,20\nTotalt,M,15\nTotalt,K,15\nTotalt,Totalt,30\n"),
		"schools.csv":                      []byte("skola,ost,nord\nKvarnskolan,513922.9,6537953.2\n"),
		"schoolpupils.csv":                 schoolPupils(),
		"schoolplaces.csv":                 []byte("school,x,y,places\nA,0,0,60\nB,3000,0,60\nC,0,4000,60\nD,9000,9000,60\n"),
		"salsaunits.csv":                   []byte("unit,pupils,education,boys,new,merit,coverage\nA,20,2.1,0.5,0.02,215,0.9\nB,60,2.4,0.55,0.04,231,0.95\nC,80,1.9,0.45,0.1,199,0.9\nD,40,2.6,0.5,0.01,246,1\nE,50,2.2,0.6,0.03,214,0.8\nF,90,2.3,0.48,0.2,205,0.9\n"),
		"pupils.csv":                       []byte("kommun;school;background;n\n0201;1;svensk;30\n0201;1;utländsk;10\n0201;2;svensk;5\n0201;2;utländsk;35\n0202;3;svensk;20\n0202;3;utländsk;12\n0202;4;svensk;18\n0202;4;utländsk;14\n"),
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, text, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	// The one that makes the edition comes first.
	slices.SortStableFunc(examples, func(a, b string) int {
		return cmp.Compare(strings.Index(b, "skikt build"), strings.Index(a, "skikt build"))
	})
	for _, line := range examples {
		if strings.HasPrefix(line, "skikt serve") {
			continue // the script of the road does
		}
		line, _, _ = strings.Cut(strings.ReplaceAll(line, "../shared/data", toy), " > ")
		want := exitDone
		if strings.HasPrefix(line, "skikt check") && strings.HasSuffix(line, "--strict") {
			want = exitProblems // the toy country is dirty on purpose
		}
		out, errs, code := runLine(line)
		if strings.HasPrefix(line, "skikt build") {
			for _, again := range []string{"out/sverige-2023", "out/answer"} {
				if err := os.CopyFS(again, os.DirFS("out/sverige-2022")); err != nil {
					t.Error(err)
				}
			}
		}
		if code != want || out == "" {
			t.Errorf("%s: exit code %d, output of %d bytes\n%s", line, code, len(out), errs)
		}
		if strings.ContainsAny(errs, "\r\x1b") {
			t.Errorf("%s draws bars on what is no terminal: %q", line, errs)
		}
		name := strings.Fields(line)[1]
		if !slices.Contains([]string{"build", "check", "get", "tabulate", "audit", "explain"}, name) {
			continue
		}
		if out, errs, code := runLine(line + " --json"); code != want || !json.Valid([]byte(out)) {
			t.Errorf("%s --json: exit code %d, no JSON\n%s", line, code, errs)
		}
	}
}

// schoolPupils are synthetic pupils of four schools in two kommuner.
func schoolPupils() []byte {
	var b bytes.Buffer
	b.WriteString("pupil,school,kommun,huvudman,background,hometype,education,income,merit,ineligible,x,y\n")
	for i := range 200 {
		k := i * 7919 % 200
		school := "ABCD"[i%4]
		fmt.Fprintf(&b, "%03d,%c,%d,%s,%s,%d,%d,%d,%d,%d,%d,%d\n", i, school, 1+i%4/2, []string{"kommunal", "enskild"}[i%2], []string{"svensk", "utland"}[k%3/2], 1+k%5, 1+k%3, k%11,
			150+k%11*8+k%5*4+i%4*5+i*31%17, i*53%7/5, k*40, i*37)
	}
	return b.Bytes()
}
