package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"encoding/json"

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
