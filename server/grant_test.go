package server_test

import (
	"encoding/json"
	"math/big"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/grant"
)

// grantOf is a grant of three units: 100, 300 and 600 pupils with index 300, 100 and 50, so that index × pupils is 30 000 for each.
func grantOf(t testing.TB) (*cube.Cube, json.RawMessage) {
	t.Helper()
	numbers := func(v ...string) (out []*big.Rat) {
		out, err := grant.Numbers(v)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	u := &grant.Units{ID: []string{"a", "b", "c"}, Name: []string{"Alfa", "Beta " + evil, "Gamma"},
		Groups:  []grant.Grouping{{Name: "kind", Title: cube.Text{SV: "Typ av huvudman", EN: "Kind of provider"}, Of: []string{"kommun", "enskild", "kommun"}}, {Name: "kommun", Of: []string{"0180", "", "1480"}}},
		Numbers: map[string][]*big.Rat{"pupils": numbers("100", "300", "600"), "index": numbers("300", "100", "50"), "poor": numbers("0.5", "0.25", "0,125"), "had": numbers("100", "0", "900000")},
		Titles:  map[string]cube.Text{"index": {SV: "Skolindex", EN: "School index"}}}
	c, err := u.Cube("grant_numbers")
	if err != nil {
		t.Fatal(err)
	}
	c.Lineage.Sources = []cube.Source{{Name: "made up", Publisher: "Nobody", Public: true, Synthetic: true}}
	index := grant.Equality(900_000, "pupils")
	index.Name, index.Previous = "index", "had"
	equal := index
	equal.Name, equal.Title, equal.Pots = "equal", cube.Text{SV: "Lika per elev", EN: "Equal"}, []grant.Pot{{Name: "all", Key: []string{grant.PupilsColumn}}}
	rules, err := json.Marshal([]grant.Rule{index, equal})
	if err != nil {
		t.Fatal(err)
	}
	return c, rules
}

// grantRows are the amounts by unit and rule of the JSON of a page of a grant.
func grantRows(t *testing.T, h http.Handler, query string) map[string]float64 {
	t.Helper()
	var got struct {
		Tables []struct {
			Rows []map[string]any
		}
	}
	text := page(t, h, "/bidrag/grant.json?visa=enhet&"+query)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	out := map[string]float64{}
	for _, table := range got.Tables {
		for _, row := range table.Rows {
			if row["measure"] == "GrantPaid" && row["unit"] != nil {
				out[row["unit"].(string)+" "+row["rule"].(string)] = row["value"].(float64)
			}
		}
	}
	return out
}

// The amounts that the page gives under each choice, computed by hand. By index each unit has 300 000; equal for each pupil they have 90 000, 270 000 and 540 000.
func TestGrantPage(t *testing.T) {
	h := toy(t)
	for _, c := range []struct {
		name, query string
		want        [3]float64
		rule        string
	}{
		{"declared", "", [3]float64{90_000, 270_000, 540_000}, "equal"},
		{"other rule", "regel=index&mot=equal", [3]float64{300_000, 300_000, 300_000}, "index"},
		{"budget", "regel=index&budget=1+800+000", [3]float64{600_000, 600_000, 600_000}, "tried"},
		// Half by index, 450 000/3 each; half by pupils, 450 for each.
		{"half equal", "regel=index&lika=50", [3]float64{195_000, 285_000, 420_000}, "tried"},
		// The mean is 900 for each pupil; 90 % of it, 810, is more than 300 000/600: c is held at 486 000, a and b share 414 000 alike, and 207 000 for b is below 243 000, so a has 171 000.
		{"floor", "regel=index&golv=90", [3]float64{171_000, 243_000, 486_000}, "tried"},
		// 150 % of the mean is 1 350 for each pupil: a is held at 135 000, b and c share 765 000 alike.
		{"cap", "regel=index&tak=150", [3]float64{135_000, 382_500, 382_500}, "tried"},
		// Half of what it had: c has 450 000 at least, a and b share the rest.
		{"before", "regel=index&fore=50", [3]float64{225_000, 225_000, 450_000}, "tried"},
		// Only index from 100 on: a and b, alike.
		{"threshold", "regel=index&minst=100", [3]float64{450_000, 450_000, 0}, "tried"},
		// By the share of the poor: 50, 75 and 75 pupils.
		{"key", "regel=index&nyckel=poor", [3]float64{225_000, 337_500, 337_500}, "tried"},
		{"key of pupils", "regel=index&nyckel=pupils", [3]float64{90_000, 270_000, 540_000}, "tried"},
	} {
		got := grantRows(t, h, c.query)
		for i, id := range []string{"a", "b", "c"} {
			if v, ok := got[id+" "+c.rule]; !ok || v != c.want[i] {
				t.Errorf("%s: %s has %v, want %v (of %v)", c.name, id, v, c.want[i], got)
			}
		}
	}

	// 210 000 of 900 000 go from a, 30 000 from b, to c: 26.7 percent.
	text := page(t, h, "/en/bidrag/grant")
	for _, want := range []string{"1 unit gets more, 2 less and 0 the same. 240,000 kronor are moved: 26.7% of what is paid", `stroke-dasharray="7 4"`, `type="range"`, "/en/bidrag/grant.csv", "School index × pupils", "in proportion to pupils"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// The picture alone has its rule, source, edition and what it is not. Where every pupil has the same the first half of them have half of the kronor.
	svg := page(t, h, "/en/bidrag/grant.svg")
	for _, want := range []string{"the first half of the pupils have 50.0% of the kronor", "No unit is ranked.", h.ID(), "3 units in the table", "in proportion to pupils", "1 unit gets more"} {
		if !strings.Contains(plainText(svg), want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
	if r := get(t, h, "/bidrag/grant.png?regel=index&lika=50"); r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "image/png" {
		t.Errorf("no picture as PNG: %d", r.StatusCode)
	}
	if r := get(t, h, "/bidrag/grant.svg?regel=index&minst=301"); r.StatusCode != http.StatusBadRequest {
		t.Errorf("a rule without amounts has a picture: %d", r.StatusCode)
	}
	if r := get(t, h, "/badda/bidrag/grant"); r.StatusCode != http.StatusOK {
		t.Errorf("the picture can't be embedded: %d", r.StatusCode)
	}
	if text := page(t, h, "/bidrag/grant?visa=enhet"); !strings.Contains(text, "Beta &lt;script&gt;") || strings.Contains(text, "alert(\"x\")</script>") {
		t.Error("the table of every unit lacks a unit, or has its name unescaped")
	}
	if text := page(t, h, "/en/bidrag/grant?visa=kommun"); !strings.Contains(text, "Unknown") {
		t.Error("units without a kommun are not in the table by kommun")
	}
	if text := page(t, h, "/"); !strings.Contains(text, `href="/bidrag"`) {
		t.Error("no way from the menu to the grants")
	}

	// A rule that can't be kept is told in words, and is no error of the page; numbers there are none.
	for query, want := range map[string]string{
		// Floors of 90 000, 270 000 and 900 000.
		"regel=index&golv=100&fore=100": "Golven är tillsammans 360\u00a0000 kronor mer",
		"regel=index&tak=100&fore=100":  "Ett golv ligger över sitt tak. Det gäller 1 enhet: c.",
		"regel=index&minst=301":         "Ingen enhet har en nyckel över noll, så 900\u00a0000 kronor",
		// Only a may have anything, and at most 90 000.
		"regel=index&minst=300&tak=100": "Taken gör att 810\u00a0000 kronor",
	} {
		if text := page(t, h, "/bidrag/grant?"+query); !strings.Contains(text, want) || !strings.Contains(text, "Inga belopp") {
			t.Errorf("%s: the page lacks %q", query, want)
		}
		if r := get(t, h, "/bidrag/grant.csv?"+query); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: numbers with status %d", query, r.StatusCode)
		}
	}
	for _, query := range []string{"regel=x", "mot=x", "budget=-1", "budget=1e9", "budget=9999999999999999999", "lika=101", "golv=x", "tak=99", "minst=-1", "minst=x", "minst=" + strings.Repeat("9", 30), "nyckel=nothing", "visa=nothing", "other=1",
		"regel=" + url.QueryEscape(evil)} {
		if r := get(t, h, "/bidrag/grant?"+query); r.StatusCode != http.StatusBadRequest || strings.Contains(ownScript.ReplaceAllString(body(t, r), ""), "<script") {
			t.Errorf("%s: status %d", query, r.StatusCode)
		}
	}
	if r := get(t, h, "/bidrag/other"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a grant that is not there: status %d", r.StatusCode)
	}
}

// Answers to what sliders ask are not kept, so that they do not push out the others.
func TestGrantAnswersAreSame(t *testing.T) {
	h := toy(t)
	for at := range 3 {
		address := "/bidrag/grant?lika=" + strconv.Itoa(10*at)
		if a, b := page(t, h, address), page(t, h, address); a != b {
			t.Errorf("%s: two answers", address)
		}
	}
}

// plainText is what an SVG says, its lines put together again.
func plainText(svg string) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(svg, " ")), " ")
}
