package server_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
)

// The indices of TestScenario, 5 to 60, with cuts at 68.56, 50.53, 32.5 and 14.47: 5, 20, 25, 40, 45 and 60 lie at least 5 from the nearest, 15 and 50 nearer than 0.6.
func TestMapOfSureAreas(t *testing.T) {
	s := definedIndex(t, areatype.Default(), func(area, m int) float64 {
		if m < 2 {
			return 200
		}
		return float64(10 * (area + 1))
	})
	for query, want := range map[string]string{"avstand=5": "6 av 12", "avstand=0,6&bas=200": "10 av 12", "avstand=8.56": "1 av 12", "bas=201": "0 av 12", "avstand=5&typ=5": "1 av 2"} {
		if text := page(t, s, "/karta?m=index:Index&"+query); !strings.Contains(text, want+" områden uppfyller villkoret") {
			t.Errorf("%s doesn't show %s areas", query, want)
		}
	}
	if text := page(t, s, "/karta.csv?m=index:Index&avstand=5"); strings.Count(text, "\n") != 7 {
		t.Errorf("the numbers are not those that the map shows:\n%s", text)
	}
	for _, bad := range []string{"avstand=x", "avstand=-1", "bas=NaN", "bas=1e99"} {
		if r := get(t, s, "/karta?m=index:Index&"+bad); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", bad, r.StatusCode)
		}
	}
	if r := get(t, toy(t), "/karta?m=background:SharePersons&avstand=1"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("distances that the edition lacks: status %d", r.StatusCode)
	}
}

// Of the same indices each rests on three shares p of 200 persons, so the standard error is 100 √(q(1 − q)/600) with q = (200 p + 1/2)/201. 15 lies 0.53 above a cut, 0.362 of its error of 1.4645: the chance of
// its type is Φ(0.362) = 0.641; likewise 50 with 0.602, 30 with Φ(2.5/1.8726) = 0.909 and 35 with Φ(2.5/1.9482) = 0.900. All others have more than 0.98.
func TestMapByChance(t *testing.T) {
	s := definedIndex(t, areatype.Default(), func(area, m int) float64 {
		if m < 2 {
			return 200
		}
		return float64(10 * (area + 1))
	})
	for query, want := range map[string]int{"chans=0.62": 11, "chans=0,65": 10, "chans=0.905": 9, "chans=0.95": 8, "chans=0.62&avstand=0.6": 10} {
		text := page(t, s, "/karta?m=index:AreaType&"+query)
		if !strings.Contains(text, fmt.Sprintf("%d av 12 områden uppfyller villkoret", want)) || !strings.Contains(text, "Sannolikhet för områdestypen") {
			t.Errorf("%s doesn't show %d areas with their chances", query, want)
		}
		// The legend counts what is shown.
		n := 0
		for _, m := range regexp.MustCompile(`<span class="n">\((\d+)\)</span>`).FindAllStringSubmatch(between(t, text, `<ul class="legend">`, "</ul>"), -1) {
			k, _ := strconv.Atoi(m[1])
			n += k
		}
		if without := 1; n != want && n != want-without { // the fourth has no border
			t.Errorf("%s: the legend counts %d areas", query, n)
		}
		if rows := strings.Count(page(t, s, "/karta.csv?m=index:AreaType&"+query), "\n") - 1; rows != want {
			t.Errorf("%s: %d rows as CSV", query, rows)
		}
		if n := strings.Count(page(t, s, "/karta.geojson?m=index:AreaType&"+query), `"type":"Feature"`); n != want {
			t.Errorf("%s: %d features", query, n)
		}
	}
	svg := page(t, s, "/en/karta.svg?m=index:AreaType&chans=0.9")
	if !strings.Contains(plainText(svg), "Only areas that belong to their area type with a chance of at least 90%") {
		t.Error("the picture doesn't say what is left out")
	}
	if text := page(t, s, "/plats/0180R003"); !strings.Contains(text, "sannolikheten för varje typ: typ 4, 64\u00a0%; typ 5, 36\u00a0%") {
		t.Error("the page of an area lacks the chances of its types")
	}
	if text := page(t, s, "/en/karta?m=index:AreaType"); !strings.Contains(text, `name="chans"`) || strings.Contains(text, "Chance of the area type") {
		t.Error("the chance is not offered, or told where nobody asked for it")
	}
	for _, bad := range []string{"chans=x", "chans=-1", "chans=1.01", "chans=NaN"} {
		if r := get(t, s, "/karta?m=index:Index&"+bad); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", bad, r.StatusCode)
		}
	}
	if r := get(t, toy(t), "/karta?m=background:SharePersons&chans=0.5"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("chances that can't be computed: status %d", r.StatusCode)
	}
}

// Two RegSO are hidden, one in a kommun whose number is public and one in another whose is hidden too, but whose län's is public.
func TestHiddenLeadsToWhereItIsPublic(t *testing.T) {
	g := area.NewGeography()
	r20, k, l := squares(t, regso20, "0180R001 A", "0180R002 B", "1480R001 C"), squares(t, kommun, "0180 Stockholm", "1480 Göteborg"), squares(t, lan, "01 Stockholms län", "14 Västra Götalands län")
	for _, d := range []*area.Division{r20, k, l, squares(t, riket, "00 Riket?")} {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	var tables []protect.Table
	for _, one := range []struct {
		name  string
		d     *area.Division
		dim   string
		cells []cube.Cell
	}{
		{"poor_regso", r20, "regso", []cube.Cell{cube.KnownCell(1), {Status: cube.HiddenRule}, {Status: cube.HiddenRule}}},
		{"poor_kommun", k, "kommun", []cube.Cell{cube.KnownCell(2), {Status: cube.HiddenProtect}}},
		{"poor_lan", l, "lan", []cube.Cell{cube.KnownCell(3), cube.KnownCell(4)}},
	} {
		table, err := protect.AlreadyPublic(made(t, one.name, []cube.Dimension{dimOf(one.d, one.dim, false)}, []cube.Measure{persons}, func(at []int32) []cube.Cell { return one.cells[at[0] : at[0]+1] }), "made up")
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	dir := filepath.Join(t.TempDir(), "edition")
	if err := publish.Build(dir, publish.Input{Tables: tables, Geography: g, Divisions: []area.ID{regso20, kommun, lan, riket}, Release: edition.Release{Title: cube.Same("T"), Project: "t", Synthetic: true}}); err != nil {
		t.Fatal(err)
	}
	s := opened(t, dir)
	text := page(t, s, "/karta?m=poor:NPersons&niva=regso-2020")
	for _, want := range []string{"Dold: bygger på för få: 2", `href="/karta?m=poor%3ANPersons&amp;niva=kommun">kommun (för 1 av områdena)`, `niva=lan">län (för 1 av områdena)`} {
		if !strings.Contains(text, want) {
			t.Errorf("the map lacks %q", want)
		}
	}
	if text := page(t, s, "/karta?m=poor:NPersons&niva=lan"); strings.Contains(text, "Områden utan tal") {
		t.Error("a map where all have numbers lists areas without")
	}
}
