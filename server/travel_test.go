package server_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var viewText = regexp.MustCompile(`(?s)<script type="application/json" id="view">(.*?)</script>`)

// What the script gets of a map: each area's class and sentence in the order of the areas, and of the areas their neighbours. In the country of [indexed] the first six RegSO are of type 3
// and the others of type 2; they are squares six in a row, so the sixth has one to the west and one to the north.
func TestMapForScript(t *testing.T) {
	h := indexed(t)
	view := func(address string) (v struct {
		Areas, Classes      string
		Fills, Labels, Said []string
		Bounds              [4]float64
	}) {
		m := viewText.FindStringSubmatch(page(t, h, address))
		if m == nil {
			t.Fatalf("%s has no view", address)
		}
		if err := json.Unmarshal([]byte(m[1]), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	v := view("/en/karta.light?m=area_type:AreaType")
	var areas struct {
		Codes, Names, Hrefs, Paths []string
		Middles                    [][2]int
		Beside                     [][]int
	}
	if err := json.Unmarshal([]byte(page(t, h, v.Areas)), &areas); err != nil {
		t.Fatal(err)
	}
	// The fourth has no border, so it is in the table and not on the map.
	if v.Classes != "CCC-CCBBBBBB" {
		t.Errorf("classes %s", v.Classes)
	}
	if len(areas.Codes) != 12 || len(v.Said) != 12 || areas.Codes[5] != "0180R006" || areas.Hrefs[5] != "/en/plats/0180R006" {
		t.Fatalf("areas %v %v", areas.Codes, areas.Hrefs)
	}
	if !slices.Equal(areas.Beside[5], []int{11, 4}) { // round from the north
		t.Errorf("beside the sixth are %v", areas.Beside[5])
	}
	// One function from value to class: the colours are those of the whole page's legend, in its order.
	whole := page(t, h, "/en/karta?m=area_type:AreaType")
	for i, letter := range "ABCDE" {
		stands := strings.Contains(whole, v.Labels[i]) && strings.Contains(whole, `<path fill="`+v.Fills[i]+`"`)
		if stands != strings.ContainsRune(v.Classes, letter) {
			t.Errorf("class %q in %s is in the page: %v", v.Labels[i], v.Fills[i], stands)
		}
	}
	// A step of the legend alone: the others are not shown, and stand in neither list nor sentence.
	alone := view("/karta.light?m=area_type:AreaType&klass=2")
	if strings.Trim(alone.Classes[:6], "-") != "" || alone.Classes[6:] != "BBBBBB" {
		t.Errorf("type 2 alone: %s", alone.Classes)
	}
	table := between(t, page(t, h, "/karta?m=area_type:AreaType&klass=2"), "<h2>Tabell</h2>", "</table>")
	if strings.Contains(table, "0180R001") || strings.Count(table, "/plats/") != 6 {
		t.Errorf("the table of type 2 alone:\n%s", table)
	}
	// RegSO i has 10 + i percent in 2023: from 11 to 12 are the second and the third.
	some := view("/karta.light?m=poor:SharePoor&niva=regso-2020&ar=2023&klass=11..12")
	if got := some.Classes; got[0] != '-' || got[1] == '-' || got[2] == '-' || strings.Trim(got[3:], "-") != "" || some.Said[1] != "11,0\u00a0%" {
		t.Errorf("from 11 to 12: %s %v", got, some.Said)
	}
	for address, want := range map[string]int{"/karta?m=area_type:AreaType&klass=9": 400, "/karta?m=area_type:AreaType&klass=1..2": 400, "/karta?m=poor:SharePoor&klass=x": 400, "/karta?m=poor:SharePoor&klass=NaN..1": 400,
		"/karta?m=poor:SharePoor&klass=hidden_rule": 200, "/karta.areas?niva=x": 404, "/karta.areas?niva=regso-2020&inom=9999": 400, "/plats/0180.light": 404, "/metod.areas": 404} {
		if r := get(t, h, address); r.StatusCode != want {
			t.Errorf("%s: %d, want %d", address, r.StatusCode, want)
		}
	}
	if r := get(t, h, "/karta.light?m=x"); r.StatusCode != http.StatusBadRequest || !strings.Contains(body(t, r), "<h1>") {
		t.Error("what is wrong with a light address is no page")
	}
}

// Small maps of all years have the same classes: of 10 + i percent in 2023 and 0.1 more in 2024 the fifths of both years together. Their counts stand in a table.
func TestMultiples(t *testing.T) {
	h := indexed(t)
	text := page(t, h, "/en/karta/flera?m=poor:SharePoor&niva=regso-2020")
	if n := strings.Count(text, `<svg class="map"`); n != 2 {
		t.Errorf("%d maps, want 2", n)
	}
	if n := strings.Count(between(t, text, `<ul class="legend">`, "</ul>"), "<li>"); n != 5 || strings.Count(text, `<ul class="legend">`) != 1 {
		t.Errorf("%d steps in the one legend, want 5", n)
	}
	list := page(t, h, "/karta/flera.csv?m=poor:SharePoor&niva=regso-2020")
	if n := strings.Count(list, "\n"); n != 1+2*12 {
		t.Errorf("%d rows, want a header and twelve areas in two years:\n%s", n, list)
	}
	var counted struct{ Facts [][]string }
	if err := json.Unmarshal([]byte(page(t, h, "/karta/flera.json?m=poor:SharePoor&niva=regso-2020")), &counted); err != nil || len(counted.Facts) != 1+2*5 {
		t.Errorf("%d rows of classes, want a header and five steps of two years (%v)", len(counted.Facts), err)
	}
	// RegSO 0180R001 has 10 percent in 2023 and 10.1 in 2024.
	areas := page(t, h, "/karta/flera.geojson?m=poor:SharePoor&niva=regso-2020")
	if n := strings.Count(areas, `"type":"Feature"`); n != 12 || !strings.Contains(areas, `"poor:SharePoor_2023":0.1,"poor:SharePoor_2023_base":200,"poor:SharePoor_2023_status":"known","poor:SharePoor_2023_year":"2023","poor:SharePoor_2024":0.101,`) {
		t.Errorf("%d areas, or they lack the years: %.800s", n, areas)
	}
	if two := page(t, h, "/karta/flera.geojson?m=poor:SharePoor&m=area_type:AreaType&niva=regso-2020&ar=2023"); strings.Count(two, `"type":"Feature"`) != 12 || !strings.Contains(two, `"poor:SharePoor":0.1,`) || !strings.Contains(two, `"area_type:AreaType":3,`) {
		t.Error("two figures are not two columns of the same areas")
	}
	svg := page(t, h, "/karta/flera.svg?m=poor:SharePoor&niva=regso-2020")
	for _, want := range []string{">2023</text>", ">2024</text>", "Samma färg betyder samma värden", "Underlag per område: 200 till 200", "Skillnader mellan områden är inte", "Syntetiska data"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture of small maps lacks %q", want)
		}
	}
	if n := strings.Count(svg, ` class="map"`); n != 2 {
		t.Errorf("%d maps in the picture, want 2", n)
	}
	both := page(t, h, "/karta/flera?m=poor:SharePoor&m=area_type:AreaType&niva=regso-2020&ar=2023")
	if strings.Count(both, `<svg class="map"`) != 2 || strings.Count(both, `<ul class="legend">`) != 2 {
		t.Error("two measures are not two maps with a legend each")
	}
	for _, query := range []string{"m=x", "m=poor:SharePoor&m=area_type:AreaType&ar=1900", "m=poor:SharePoor&x=1", strings.Repeat("m=poor:SharePoor&", 10)} {
		if r := get(t, h, "/karta/flera?"+query); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", query, r.StatusCode)
		}
	}
}
