package project_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/source"
)

// statistics plays a host with PxWebApi 2 that has one table: persons by RegSO of both vintages and year, with zero outside a vintage's years. updated and extra are of a correction.
type statistics struct {
	updated string
	extra   int
}

func (s *statistics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	meta := func(values string) string {
		return fmt.Sprintf(`{"version":"2.0","class":"dataset","label":"Folkmängd","source":"SCB","updated":%q,"role":{"time":["Tid"],"metric":["ContentsCode"]},"id":["Region","ContentsCode","Tid"],"size":[4,1,2],
		"dimension":{"Region":{"label":"region","category":{"index":{"0180R001":0,"0180R001_RegSO2025":1,"0180R002":2,"0180R002_RegSO2025":3},"label":{"0180R001":"Stockholm (Norr)"}}},
		"ContentsCode":{"label":"innehåll","category":{"index":{"N1":0},"label":{"N1":"Antal"},"unit":{"N1":{"base":"antal","decimals":0}}}},
		"Tid":{"label":"år","category":{"index":{"2023":0,"2024":1},"label":{"2023":"2023","2024":"2024"}}}},
		"extension":{"px":{"tableid":"TABX","language":"sv","aggregallowed":true}},"value":%s}`, s.updated, values)
	}
	switch r.URL.Path {
	case "/config":
		fmt.Fprint(w, `{"apiVersion":"2.3.2","languages":[{"id":"sv","label":"Svenska"}],"defaultLanguage":"sv","maxDataCells":150000,"maxCallsPerTimeWindow":30,"timeWindow":10,"license":"CC0","dataFormats":["json-stat2"]}`)
	case "/tables/TABX":
		fmt.Fprintf(w, `{"id":"TABX","updated":%q}`, s.updated)
	case "/tables/TABX/metadata":
		fmt.Fprint(w, meta("[]"))
	case "/tables/TABX/data":
		fmt.Fprint(w, meta(fmt.Sprintf("[100,0,0,%d,200,0,0,220]", 110+s.extra)))
	default:
		http.NotFound(w, r)
	}
}

const fromHost = `
skikt: 1
name: fetched
title: Folkmängd
assignment: {agency: Agency}
sources:
  population:
    public: true # the host is no known publisher's
    fetch: {pxweb: {host: %s, table: TABX, names: {Region: region, Tid: year, N1: persons}}}
geography:
  keys: [{file: key.csv, from: regso-2025, to: kommun, from_column: code, to_column: kommun, kommun_column: kommun, incomplete_because: a test}]
records:
  population:
    file: source:population/regso-2025
    year_column: year
    read: {columns: [{name: region, required: true}, {name: year, required: true, pattern: '^\d{4}$'}, {name: persons, type: int, min: 0}]}
    locate: {code: region, division: regso-2025}
    unique: [region, year]
tables:
  - {name: population, title: Folkmängd, from: population, count: {measure: NPersons, sum: persons}, by: [regso, kommun]}
`

// refused is a network that lets nothing through.
type refused struct{}

func (refused) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, errors.New("the network was called: " + r.URL.String())
}

// TestSources: a project fetches, and builds from its snapshot with the network refused; the tables are public and say where they come from; a changed declaration, an altered
// snapshot and a correction are told. 110 and 220 persons in 2024; the zeros of 2024 on RegSO 2020 and of 2023 on RegSO 2025 are nowhere.
func TestSources(t *testing.T) {
	s := &statistics{updated: "2026-03-24T07:00:00Z"}
	host := httptest.NewServer(s)
	defer host.Close()
	dir := t.TempDir()
	declare := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, project.FileName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text := fmt.Sprintf(fromHost, host.URL)
	declare(text)
	if err := os.WriteFile(filepath.Join(dir, "key.csv"), []byte("code,kommun\n0180R001,0180\n0180R002,0180\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	build := func(out string) (*edition.Edition, error) {
		t.Helper()
		p, err := project.Open(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		network := http.DefaultTransport
		http.DefaultTransport = refused{}
		defer func() { http.DefaultTransport = network }()
		if _, err := p.Build(ctx, filepath.Join(dir, out), project.Options{}); err != nil {
			return nil, err
		}
		return edition.Open(filepath.Join(dir, out))
	}
	fetch := func(opt project.FetchOptions, want string) {
		t.Helper()
		p, err := project.Open(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Fetch(ctx, &source.Fetcher{}, opt)
		if err != nil || len(got) != 1 || got[0].State != want || got[0].Answers != 2 {
			t.Fatalf("%+v, %v; want %s", got, err, want)
		}
	}
	declare(strings.Replace(text, "public: true", "public: false", 1))
	if _, err := project.Open(dir, ""); err == nil || !strings.Contains(err.Error(), "the agency's own records, and no policy") || !strings.Contains(err.Error(), "public: true") {
		t.Fatalf("of a server that is none of the known publishers': %v", err)
	}
	declare(text)
	if _, err := build("none"); err == nil || !strings.Contains(err.Error(), "has not been fetched: run skikt fetch") {
		t.Fatalf("a build without a snapshot: %v", err)
	}
	fetch(project.FetchOptions{}, "fetched")
	fetch(project.FetchOptions{}, "kept")
	ed, err := build("first")
	if err != nil {
		t.Fatal(err)
	}
	c, err := ed.Table("population_kommun")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Get("NPersons", "0180", "2024"); got.Value != 330 {
		t.Errorf("%v: %+v, want 110 + 220", c.DimNames(), got)
	}
	if c.HasMember("year", "2023") {
		t.Error("2023 on RegSO 2025 has come through")
	}
	src := c.Lineage.Sources[0]
	if src.Name != "source:population/regso-2025" || src.Publisher != "SCB" || !src.Public || src.Updated != s.updated || src.Address != host.URL+"/tables/TABX" || src.Licence != "CC0" || len(src.SHA256) != 64 {
		t.Errorf("lineage %+v", src)
	}
	warned := false
	for _, w := range c.Warnings {
		warned = warned || w.Code == source.OutsideVintage
	}
	if !warned {
		t.Errorf("warnings %+v", c.Warnings)
	}
	// A correction.
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	s.updated, s.extra = "2026-09-01T06:00:00Z", 5
	changes, err := p.CheckSources(ctx, &source.Fetcher{}, project.FetchOptions{})
	if err != nil || len(changes) != 1 || changes[0].State != source.Changed || changes[0].Has != s.updated {
		t.Errorf("%+v, %v", changes, err)
	}
	fetch(project.FetchOptions{}, "kept")
	again, err := build("second")
	if err != nil || again.ID() != ed.ID() {
		t.Errorf("before the correction is fetched: edition %s, want %s: %v", again.ID(), ed.ID(), err)
	}
	fetch(project.FetchOptions{Update: true}, "changed")
	if ed, err = build("third"); err != nil {
		t.Fatal(err)
	}
	if c, err = ed.Table("population_kommun"); err != nil || c.Get("NPersons", "0180", "2024").Value != 335 {
		t.Errorf("%+v, %v", c.Get("NPersons", "0180", "2024"), err)
	}
	// What the declaration asks for now, the snapshot doesn't have.
	declare(strings.Replace(text, "N1: persons}", "N1: persons}, select: {Tid: ['2024']}", 1))
	if _, err := build("fourth"); err == nil || !strings.Contains(err.Error(), "by another declaration") {
		t.Errorf("another declaration: %v", err)
	}
	declare(strings.Replace(text, "source:population/regso-2025", "source:population", 1))
	if _, err := build("fifth"); err == nil || !strings.Contains(err.Error(), "name one of them: source:population/regso-2020, source:population/regso-2025") {
		t.Errorf("two tables: %v", err)
	}
	declare(strings.Replace(text, "source:population/regso-2025", "source:populaton", 1))
	if _, err := project.Open(dir, ""); err == nil || !strings.Contains(err.Error(), `"populaton" is not declared under sources`) {
		t.Errorf("a source that is not declared: %v", err)
	}
	declare(text)
	files, err := filepath.Glob(filepath.Join(dir, "snapshot", "population", "data-01.*"))
	if err != nil || len(files) != 2 { // the former vintage and the present
		t.Fatalf("%v, %v", files, err)
	}
	for _, path := range files {
		if err := os.WriteFile(path, []byte(`{"value":[1]}`), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := build("sixth"); err == nil || !strings.Contains(err.Error(), "data-01.") || !strings.Contains(err.Error(), "is not as it was fetched") {
		t.Errorf("an altered snapshot: %v", err)
	}
	fetch(project.FetchOptions{}, "fetched") // what has been altered is fetched again
	if _, err := build("seventh"); err != nil {
		t.Error(err)
	}
}

// TestLocalTables: a PX file and JSON-stat stand where any file of rows can.
func TestLocalTables(t *testing.T) {
	dir := t.TempDir()
	px := `CHARSET="ANSI";
AXIS-VERSION="2010";
CODEPAGE="utf-8";
LANGUAGE="sv";
MATRIX="T";
SUBJECT-CODE="BE";
SUBJECT-AREA="Befolkning";
TITLE="Folkmängd efter region och år";
CONTENTS="Folkmängd";
UNITS="antal";
DECIMALS=0;
STUB="region";
HEADING="år";
VARIABLECODE("region")="Region";
VARIABLECODE("år")="Tid";
VALUES("region")="Norr","Söder";
VALUES("år")="2024";
CODES("region")="0180R001_RegSO2025","0180R002_RegSO2025";
CODES("år")="2024";
DATA=
110
220;
`
	stat := `{"version":"2.0","class":"dataset","label":"Folkmängd","id":["Region","Tid"],"size":[2,1],"dimension":{"Region":{"category":{"index":["0180R001","0180R002"]}},"Tid":{"category":{"index":["2024"]}}},"value":[110,220]}`
	for file, text := range map[string]string{"table.px": px, "table.json": stat, "key.csv": "code,kommun\n0180R001,0180\n0180R002,0180\n"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"table.px", "table.json"} {
		text := strings.NewReplacer("source:population/regso-2025", file, "name: region,", "name: region, header: Region,", "name: year,", "name: year, header: Tid,", "name: persons,", "name: persons, header: value,",
			"    file: "+file, "    file: "+file).Replace(fmt.Sprintf(fromHost, "https://scb.test"))
		text = strings.Replace(text, "    file: "+file, "    file: "+file+"\n    source: scb", 1)
		text = strings.Replace(text, "sources:\n", "sources:\n  scb: {publisher: SCB, public: true}\n", 1)
		if err := os.WriteFile(filepath.Join(dir, project.FileName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := project.Open(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(dir, "edition-"+file)
		if _, err := p.Build(t.Context(), out, project.Options{}); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		ed, err := edition.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ed.Table("population_kommun")
		if err != nil || c.Get("NPersons", "0180", "2024").Value != 330 {
			t.Errorf("%s: %+v, %v", file, c.Get("NPersons", "0180", "2024"), err)
		}
		if got := c.Lineage.Sources[0]; got.Name != file || got.Publisher != "SCB" || len(got.SHA256) != 64 {
			t.Errorf("%s: lineage %+v", file, got)
		}
	}
}

// TestSourcePage: the declaration in doc/source.md is one.
func TestSourcePage(t *testing.T) {
	page, err := os.ReadFile("../doc/source.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	text, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("the page has no declaration")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, project.FileName), []byte("skikt: 1\nname: page\n"+text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range p.Sources {
		if _, _, err := s.Fetch.Resolve(); err != nil || !s.Public {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGrantOfSource: a grant of a project is allocated by a fetched source, as in a build. 110 and 220 persons share 3,300 kronor.
func TestGrantOfSource(t *testing.T) {
	host := httptest.NewServer(&statistics{updated: "2026-03-24T07:00:00Z"})
	defer host.Close()
	dir := t.TempDir()
	text := fmt.Sprintf(fromHost, host.URL) + `grants:
  - name: part
    units: {file: source:population/regso-2025, id: region}
    rules: [{name: even, budget: 3300, pupils: [persons], pots: [{name: all, key: [pupils]}]}]
`
	for name, text := range map[string]string{project.FileName: text, "key.csv": "code,kommun\n0180R001,0180\n0180R002,0180\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Grant(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "run skikt fetch") {
		t.Errorf("before it was fetched: %v", err)
	}
	if _, err := p.Fetch(t.Context(), &source.Fetcher{}, project.FetchOptions{}); err != nil {
		t.Fatal(err)
	}
	g, err := p.Grant(t.Context(), "part")
	if err != nil {
		t.Fatal(err)
	}
	if a := g.Results[0].Paid; len(a) != 2 || a[0] != 1100 || a[1] != 2200 {
		t.Errorf("%v, want 1100 and 2200", a)
	}
}
