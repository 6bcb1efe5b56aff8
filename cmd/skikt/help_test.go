package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
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
			if !strings.HasPrefix(line, "skikt "+node.Name) && !strings.HasPrefix(line, "skikt get") {
				t.Errorf("skikt %s --help: the example %q is about something else", node.Name, line)
			}
			examples = append(examples, line)
		}
	}

	// The examples name the project on real tables. The toy country stands in for it here, with a table that is called as one of them.
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
	for name, text := range map[string][]byte{
		"examples/sverige-2022/skikt.yaml": bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("- name: eligibility"), []byte("- name: background")), []byte("from: eligibility"), []byte("from: background")),
		"work.csv":                         []byte("type,year,sex,working,persons\n1,2020,M,400,1000\n5,2020,M,700,1000\n1,2021,M,420,1000\n5,2021,M,700,1000\n1,2022,M,430,1000\n5,2022,M,710,1000\n"),
		"goals.yaml":                       []byte("- {name: gap-men, measure: Difference, at: {sex: M}, baseline_year: 2020, target_year: 2030, target: -0.1}\n"),
		"deso.geojson":                     borders,
		"schools.csv":                      []byte("skola,ost,nord\nKvarnskolan,513922.9,6537953.2\n"),
		"pupils.csv":                       []byte("kommun;school;background;n\n0201;1;svensk;30\n0201;1;utländsk;10\n0201;2;svensk;5\n0201;2;utländsk;35\n"),
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
		if strings.HasPrefix(line, "skikt check") {
			want = exitProblems // the toy country is dirty on purpose
		}
		out, errs, code := runLine(line)
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
