package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type v1Answer struct {
	Columns []struct{ Code, Text, Type string }
	Data    []struct{ Key, Values []string }
}

// TestAPI1 makes the calls that R's pxweb 0.17 makes (../shared/standards.md, B.5, from its source): the limits at the table and each level above it, the levels, the variables, the data.
func TestAPI1(t *testing.T) {
	s := toy(t)
	for _, level := range []string{"", "/sv", "/sv/toy", "/sv/toy/background"} {
		config := answer[map[string]any](t, get(t, s, "/api/v1"+level+"?config"))
		for _, key := range []string{"maxValues", "maxCells", "maxCalls", "timeWindow", "CORS"} {
			if config[key] == nil {
				t.Errorf("config of %q lacks %s", level, key)
			}
		}
	}
	if db := answer[[]struct{ DBID, Text string }](t, get(t, s, "/api/v1/en")); len(db) != 1 || db[0].DBID != "toy" || db[0].Text != "Toyland" {
		t.Errorf("databases %+v", db)
	}
	tables := answer[[]struct{ ID, Type, Text string }](t, get(t, s, "/api/v1/sv/toy/"))
	if len(tables) != 11 || tables[1].ID != "background" || tables[1].Type != "t" || tables[1].Text != "Tabell background" {
		t.Errorf("tables %+v", tables)
	}
	meta := answer[struct {
		Title     string
		Variables []struct {
			Code, Text         string
			Values, ValueTexts []string
			Elimination, Time  bool
		}
	}](t, get(t, s, "/api/v1/sv/toy/background"))
	if v := meta.Variables; meta.Title != "Tabell background" || len(v) != 4 || v[0].Code != "type" || !v[0].Elimination || !v[1].Time || v[3].Code != "ContentsCode" || len(v[3].Values) != 2 || len(v[2].ValueTexts) != 3 {
		t.Errorf("variables %+v", meta)
	}
	// The form is that of SCB's own answers.
	got := answer[v1Answer](t, post(t, s, "/api/v1/sv/toy/background", `{"query":[{"code":"type","selection":{"filter":"item","values":["1","2"]}},{"code":"background","selection":{"filter":"all","values":["utl*"]}},
		{"code":"year","selection":{"filter":"top","values":["1"]}}],"response":{"format":"json"}}`))
	want := v1Answer{Data: []struct{ Key, Values []string }{{[]string{"1", "2023", "utländsk bakgrund"}, []string{"180", "10"}}, {[]string{"2", "2023", "utländsk bakgrund"}, []string{"210", "10"}}}}
	if diff := cmp.Diff(want.Data, got.Data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	var types []string
	for _, c := range got.Columns {
		types = append(types, c.Type)
	}
	if !slices.Equal(types, []string{"d", "t", "d", "c", "c"}) {
		t.Errorf("columns %+v", got.Columns)
	}
	// What is left out and has a total is its total; the other forms and a code list.
	if got := answer[v1Answer](t, post(t, s, "/api/v1/sv/toy/population", `{"query":[],"response":{}}`)); len(got.Data) != 2 || got.Data[0].Values[0] != "7800" {
		t.Errorf("nothing asked for: %+v", got)
	}
	const kommun = `{"query":[{"code":"regso","selection":{"filter":"agg:agg_regso-2020_kommun","values":["1480"]}},{"code":"ContentsCode","selection":{"filter":"item","values":["NPersons"]}}],"response":{"format":"FORMAT"}}`
	for _, format := range []string{"json", "json-stat2", "csv", "px"} {
		r := post(t, s, "/api/v1/en/toy/background_regso", strings.Replace(kommun, "FORMAT", format, 1))
		if text := body(t, r); r.StatusCode != http.StatusOK || !strings.Contains(text, "5700") {
			t.Errorf("%s: %d %s", format, r.StatusCode, text)
		}
	}
	// JSON-stat 1 has one dataset, and tells ids, sizes and roles with the dimensions.
	older := answer[struct {
		Dataset struct {
			Dimension struct {
				ID    []string
				Size  []int
				Role  map[string][]string
				Regso struct {
					Category struct{ Index map[string]int }
				}
			}
			Value []float64
		}
	}](t, post(t, s, "/api/v1/en/toy/background_regso", strings.Replace(kommun, "FORMAT", "json-stat", 1))).Dataset
	if !slices.Equal(older.Dimension.ID, []string{"regso", "year", "ContentsCode"}) || !slices.Equal(older.Dimension.Size, []int{1, 1, 1}) || older.Dimension.Role["time"][0] != "year" ||
		!slices.Equal(older.Value, []float64{5700}) || len(older.Dimension.Regso.Category.Index) != 1 {
		t.Errorf("JSON-stat 1: %+v", older)
	}
	// The first dots of a hidden cell.
	if text := body(t, post(t, s, "/api/v1/sv/toy/pupils_kommun", `{"query":[{"code":"kommun","selection":{"filter":"item","values":["0180"]}},{"code":"background","selection":{"filter":"item","values":["utländsk bakgrund"]}}],"response":{"format":"json"}}`)); !strings.Contains(text, `"values":[".."]`) {
		t.Errorf("a hidden cell: %s", text)
	}
	for address, want := range map[string]int{"/api/v1/fi": 404, "/api/v1/sv/other": 404, "/api/v1/sv/toy/nothing": 404, "/api/v1/sv/toy/background/x": 404} {
		if r := get(t, s, address); r.StatusCode != want {
			t.Errorf("%s: %d, want %d", address, r.StatusCode, want)
		}
	}
	for _, query := range []string{`{`, `{"query":[{"code":"x","selection":{"filter":"item","values":["1"]}}],"response":{"format":"json"}}`, `{"query":[{"code":"type","selection":{"filter":"near","values":["1"]}}]}`,
		`{"query":[{"code":"type","selection":{"filter":"top","values":[]}}]}`, `{"query":[],"response":{"format":"sdmx"}}`, `{"query":[{"code":"type","selection":{"filter":"item","values":["9"]}}]}`} {
		if r := post(t, s, "/api/v1/sv/toy/population", query); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", query, r.StatusCode)
		}
	}
}

// TestAPI1AsSCB: an answer has the fields of SCB's.
func TestAPI1AsSCB(t *testing.T) {
	folder := os.Getenv("SKIKT_DATA")
	if folder == "" {
		folder = "../../shared/data"
	}
	text, err := os.ReadFile(filepath.Join(folder, "api-pxweb", "v1_scb_Tab2InkDesoRegso_vaxjo_regso2025_2024.json"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("real data: %v", err)
	}
	var scb, ours map[string]any
	if err := json.Unmarshal(text, &scb); err != nil {
		t.Fatal(err)
	}
	ours = answer[map[string]any](t, post(t, toy(t), "/api/v1/sv/toy/background", `{"query":[],"response":{"format":"json"}}`))
	fields := func(v any) string {
		var names []string
		for k := range v.(map[string]any) {
			names = append(names, k)
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	if fields(scb) != fields(ours) {
		t.Errorf("SCB's answer has %s, ours %s", fields(scb), fields(ours))
	}
	for _, list := range []string{"columns", "data"} {
		if a, b := fields(scb[list].([]any)[0]), fields(ours[list].([]any)[0]); a != b {
			t.Errorf("SCB's %s have %s, ours %s", list, a, b)
		}
	}
}

// TestRecordedR answers the requests of R's pxweb, for PxWebApi 1 and 2, as they go over the network: recorded from httr 1.4.5 making the calls of the package's source (rOpenGov/pxweb, R/pxweb_get.R,
// pxweb_add_config.R, pxweb_as_json.R and pxweb_query_v2_helpers.R), which names no content type to version 1, and gives code lists in the address beside the body to version 2. RegSO i has 100·i persons,
// nine in ten with svensk bakgrund: 180 and 1080; the kommuner have 2100 and 5700.
func TestRecordedR(t *testing.T) {
	s := toy(t)
	f, err := os.Open(filepath.Join("testdata", "client", "pxweb_r.http"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReader(f)
	want := [][]string{
		{`"maxValues":`, `"maxCalls":`, `"timeWindow":`, `"CORS":`},
		{`"dbid":"toy"`},
		{`"id":"background_regso","type":"t"`},
		{`"code":"regso"`, `"valueTexts":[`, `"elimination":true`, `"code":"ContentsCode"`},
		{`{"key":["0180R002","2023","svensk bakgrund"],"values":["180"]}`, `{"key":["1480R006","2023","svensk bakgrund"],"values":["1080"]}`, `"comments":`, `"metadata":`},
		{`{"key":["0180R002","2023"],"values":["200"]}`},
		{`"maxDataCells":150000`, `"maxCallsPerTimeWindow":`, `"timeWindow":`},
		{`"tableid":"background_regso"`, `"class":"dataset"`, `"codelists":[`},
		{`"value":[180,1080]`},
		{`"value":[2100,5700]`},
	}
	for n := 0; ; n++ {
		for { // blank lines between the requests
			b, err := in.Peek(1)
			if err != nil || b[0] != '\n' {
				break
			}
			in.Discard(1)
		}
		r, err := http.ReadRequest(in)
		if err != nil {
			if n != len(want) {
				t.Fatalf("%d requests are recorded, want %d: %v", n, len(want), err)
			}
			return
		}
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		r.Body = io.NopCloser(bytes.NewReader(text))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		kind, _, _ := strings.Cut(w.Header().Get("Content-Type"), ";")
		if w.Code != http.StatusOK || kind != "application/json" {
			t.Errorf("%s %s: %d, %s: %.300s", r.Method, r.RequestURI, w.Code, kind, w.Body)
		}
		got := body(t, w.Result())
		if w.Header().Get("Content-Encoding") == "gzip" {
			got = gunzip(t, got)
		}
		for _, part := range want[min(n, len(want)-1)] {
			if !strings.Contains(got, part) {
				t.Errorf("%s %s lacks %s: %.600s", r.Method, r.RequestURI, part, got)
			}
		}
	}
}
