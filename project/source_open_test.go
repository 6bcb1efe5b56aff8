package project_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/source"
)

// offices plays SCB's geodata and its page with the key, Skolverket and Kolada.
func offices(t *testing.T) *httptest.Server {
	book := excelize.NewFile()
	for i, cells := range [][]any{{"Koppling DeSO till RegSO"}, {"Kommun", "Kommunnamn", "DeSO_2025", "RegSO_2025", "RegSOkod_2025"},
		{"0180", "Stockholm", "0180C1010", "Norr", "0180R001"}, {"0180", "Stockholm", "0180C1020", "Söder", "0180R002"}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	var key bytes.Buffer
	if err := book.Write(&key); err != nil {
		t.Fatal(err)
	}
	square := func(i int) string {
		e := 674000 + 1000*i
		return fmt.Sprintf(`{"type":"Feature","id":"DeSO_2025.%d","geometry":{"type":"Polygon","coordinates":[[[%d,6580000],[%d,6580000],[%d,6581000],[%d,6581000],[%d,6580000]]]},"properties":{"desokod":"0180C10%d0","version":"2025_v2"}}`,
			i, e, e+1000, e+1000, e, e, i+1)
	}
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		switch {
		case r.URL.Path == "/wfs":
			i := map[string]int{"0": 0, "1": 1}[q.Get("startIndex")]
			fmt.Fprintf(w, `{"type":"FeatureCollection","features":[%s],"numberMatched":2,"numberReturned":1,"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}}}`, square(i))
		case r.URL.Path == "/page":
			fmt.Fprint(w, `<html><a href="key-2025_2026-03-25.xlsx">nyckel</a></html>`)
		case strings.HasSuffix(r.URL.Path, ".xlsx"):
			w.Write(key.Bytes())
		case r.URL.Path == "/v4/school-units":
			fmt.Fprint(w, `{"status":"OK","body":{"_embedded":{"listedSchoolUnits":[{"code":"10000001","name":"A","geographicalAreaCode":"0180"},{"code":"10000002","name":"B","geographicalAreaCode":"0180"},{"code":"10000003","name":"C","geographicalAreaCode":"0180"}]},"page":{"size":50,"totalElements":3,"totalPages":1,"number":0}}}`)
		case strings.HasPrefix(r.URL.Path, "/v4/school-units/"):
			code := filepath.Base(r.URL.Path)
			east := map[string]string{"10000001": "674500", "10000002": "675500", "10000003": "675600"}[code]
			fmt.Fprintf(w, `{"status":"OK","body":{"code":%q,"name":"Skola","geographicalAreaCode":"0180","sweRef_N":"6580500","sweRef_E":%q}}`, code, east)
		case strings.HasPrefix(r.URL.Path, "/data/kpi/"):
			fmt.Fprint(w, `{"values":[{"kpi":"N15428","period":2024,"municipality":"0180","values":[{"gender":"T","status":"","value":86.5}]}],"count":1,"next_url":null}`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(host.Close)
	return host
}

const fromOffices = `
skikt: 1
name: offices
title: Skolor
assignment: {agency: Agency}
sources:
  borders: {public: true, fetch: {wfs: {address: HOST/wfs, layer: "stat:DeSO_2025", page: 1}}}
  key: {public: true, fetch: {linked: {page: HOST/page, file: key-2025_*.xlsx, form: xlsx}}}
  schools: {public: true, fetch: {schools: {host: HOST, type: gr}}}
  kolada: {public: true, fetch: {kolada: {host: HOST, kpi: [N15428], years: [2024], names: {N15428: eligible}}}}
geography:
  keys: [{file: source:key, from: deso-2025, to: regso-2025, incomplete_because: a test}]
  borders: [{file: source:borders, division: deso-2025}]
records:
  schools:
    file: source:schools/units
    year: 2025
    read: {columns: [{name: school_unit, required: true}, {name: east, type: float}, {name: north, type: float}]}
    locate: {x: east, y: north, system: sweref99tm, division: deso-2025}
    unique: [school_unit]
  eligible:
    file: source:kolada/kommun
    year_column: year
    read: {columns: [{name: kommun, required: true}, {name: year, required: true}, {name: gender}, {name: eligible, type: float}]}
    locate: {code: kommun, division: kommun}
tables:
  - {name: schools, title: Skolor, from: schools, count: {measure: NSchools, title: Skolor}, by: [regso, kommun]}
`

// A project takes borders, key, school units and key figures from what it has fetched: school A lies in R001, B and C in R002.
func TestSourcesOfOffices(t *testing.T) {
	host := offices(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, project.FileName), []byte(strings.ReplaceAll(fromOffices, "HOST", host.URL)), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	done, err := p.Fetch(t.Context(), &source.Fetcher{}, project.FetchOptions{})
	if err != nil || len(done) != 4 {
		t.Fatalf("%+v, %v", done, err)
	}
	host.Close() // a build asks nobody
	if p, err = project.Open(dir, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Build(t.Context(), filepath.Join(dir, "edition"), project.Options{}); err != nil {
		t.Fatal(err)
	}
	ed, err := edition.Open(filepath.Join(dir, "edition"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := ed.Table("schools_regso")
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]float64{"0180R001": 1, "0180R002": 2} {
		if got := c.Get("NSchools", code, "2025"); got.Value != want {
			t.Errorf("%s: %+v", code, got)
		}
	}
	if s := c.Lineage.Sources[0]; s.Publisher != "Skolverket" || !s.Public || s.Licence != "CC0 1.0" {
		t.Errorf("%+v", s)
	}
}
