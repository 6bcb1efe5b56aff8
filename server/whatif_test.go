package server_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/server"
)

// definedIndex publishes an index of twelve RegSO, computed from counts by a definition.
func definedIndex(t testing.TB, def areatype.Definition, counts func(area, measure int) float64) *server.Server {
	t.Helper()
	d := squares(t, regso20, regsoCodes...)
	var measures []cube.Measure
	for _, name := range []string{"NPersons", "NWorkingAge", "NLowEconomicStandard", "NLowEducation", "NAssistanceOrUnemployed"} {
		measures = append(measures, cube.Measure{Name: name, Title: cube.Same(name), Kind: cube.Count})
	}
	in := made(t, "index", []cube.Dimension{dimOf(d, "regso", false), year("2023")}, measures, func(at []int32) []cube.Cell {
		var row []cube.Cell
		for m := range measures {
			row = append(row, cube.KnownCell(counts(int(at[0]), m)))
		}
		return row
	})
	result, err := areatype.Compute(in, def)
	if err != nil {
		t.Fatal(err)
	}
	result.Cube.Name = "index"
	table, err := protect.AlreadyPublic(result.Cube, "made up")
	if err != nil {
		t.Fatal(err)
	}
	g := area.NewGeography()
	for _, one := range []*area.Division{d, squares(t, kommun, "0180 Stockholm", "1480 Göteborg"), squares(t, lan, "01 Stockholms län", "14 Västra Götalands län"), squares(t, riket, "00 Riket?")} {
		if err := g.Add(one); err != nil {
			t.Fatal(err)
		}
	}
	text, err := json.Marshal(def)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "edition")
	if err := publish.Build(dir, publish.Input{Tables: []protect.Table{table}, Geography: g, Divisions: []area.ID{regso20, kommun, lan, riket},
		Release: edition.Release{Title: cube.Same("T"), Project: "t", Synthetic: true, Indices: []edition.Index{{Table: "index", Definition: text}}}}); err != nil {
		t.Fatal(err)
	}
	return opened(t, dir)
}

// typesIn are the types of a scenario and those that are published, by area.
func typesIn(t testing.TB, s *server.Server, query string) (scenario, published map[string]string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(page(t, s, "/scenario.csv"+query))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	scenario, published = map[string]string{}, map[string]string{}
	for _, row := range rows[1:] {
		if row[2] == "ScenarioAreaType" {
			scenario[row[0]] = row[3]
		} else {
			published[row[0]] = row[3]
		}
	}
	return scenario, published
}

// Whatever the counts and the definition, the definition in force gives back exactly the published types, also where areas lie exactly on a cut.
func TestScenarioGivesBackPublishedTypes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	onCut := 0
	for round := range 24 {
		def := areatype.Default()
		def.Weighting = []areatype.Weighting{areatype.Unweighted, areatype.ByPopulation}[round%2]
		def.Tie = []areatype.Tie{areatype.TieWorse, areatype.TieBetter}[round/2%2]
		def.Divisor = []areatype.Divisor{areatype.DivisorSample, areatype.DivisorPopulation}[round/4%2]
		if round%3 == 0 {
			one := 1
			def.Rounding.Index = &one
		}
		numbers := make([][5]float64, 12)
		for i := range numbers {
			persons := float64(3 * (50 + random.IntN(400)))
			working := persons / 3 * 2
			numbers[i] = [5]float64{persons, working, float64(random.IntN(int(persons) / 2)), float64(random.IntN(int(working) / 2)), float64(random.IntN(int(working) / 2))}
		}
		if round%4 == 0 {
			// All have the same shares of 30 percent but four, of whom two lie as far below as two above: eight lie exactly on the mean, which is a cut.
			for i := range numbers {
				part := []float64{0.1, 0.2, 0.4, 0.5, 0.3}[min(i, 4)]
				numbers[i] = [5]float64{600, 400, 600 * part, 400 * part, 400 * part}
			}
			onCut++
		}
		s := definedIndex(t, def, func(area, m int) float64 { return numbers[area][m] })
		scenario, published := typesIn(t, s, "")
		for code, kind := range published {
			if scenario[code] != kind {
				t.Errorf("round %d: %s is published as type %s, and the definition in force gives %s", round, code, kind, scenario[code])
			}
		}
		if len(published) != 12 {
			t.Fatalf("%d areas", len(published))
		}
		text := page(t, s, "/scenario")
		if !strings.Contains(text, "för alla 12 områden") || !strings.Contains(text, "inte den officiella indelningen") || strings.Contains(text, "har antagits") {
			t.Errorf("round %d: the page doesn't say that the definition gives back what is published", round)
		}
	}
	if onCut == 0 {
		t.Error("no area lay on a cut")
	}
}

// Twelve areas whose three shares are alike: 10, 20, …, 120 of 200, so indices of 5, 10, …, 60 percent. m = 32.5; s² = 25·(n²-1)/12·n/(n-1) = 25·13 = 325, s = 18.03 (by n: 25·143/12, s = 17.26).
func TestScenario(t *testing.T) {
	s := definedIndex(t, areatype.Default(), func(area, m int) float64 {
		if m < 2 {
			return 200
		}
		return float64(10 * (area + 1))
	})
	count := func(query string) string {
		scenario, _ := typesIn(t, s, query)
		var n [6]int
		for _, kind := range scenario {
			n[kind[0]-'0']++
		}
		return fmt.Sprint(n[1:])
	}
	for query, want := range map[string]string{
		// Cuts at 68.6, 50.5, 32.5 and 14.5: 55 and 60; 35 to 50; 15 to 30; 5 and 10.
		"": "[0 2 4 4 2]",
		// Cuts at 1.5, 1, 0 and -1 s, the first 59.5: 60 alone.
		"?k1=1,5": "[1 1 4 4 2]",
		"?k1=1.5": "[1 1 4 4 2]",
		// 1.58 s above m is 60.98; by n 59.77, and the others lie at 49.8 and 15.2.
		"?k1=1.58":               "[0 2 4 4 2]",
		"?k1=1.58&sd=population": "[1 2 3 3 3]",
		"?w1=2&w2=0&w3=7":        "[0 2 4 4 2]", // the shares are alike
		// Each area as often as it has inhabitants, 200: s² by 2399 is that by n but for a 2400th, and s 17.26. Cuts at 67.0, 49.8, 32.5 and 15.2.
		"?vikt=population&lika=worse":        "[0 3 3 3 3]",
		"?k1=3&k2=2&k3=1&k4=-3":              "[0 0 2 10 0]",
		"?m=index:ShareLowEducation&lag=1":   "[0 2 4 4 2]", // turned round, and symmetric
		"?m=index:ShareLowEducation&k4=-1.6": "[0 2 4 6 0]",
	} {
		if got := count(query); got != want {
			t.Errorf("%s gives %s areas of each type, want %s", query, got, want)
		}
	}
	low, _ := typesIn(t, s, "?m=index:ShareLowEducation&lag=1")
	if low["0180R001"] != "2" || low["1480R006"] != "5" {
		t.Errorf("low values are not type 1: %v", low)
	}
	if text := page(t, s, "/scenario?k1=1.5&plats=1480R006"); !strings.Contains(text, "får 1 (8,3\u00a0%) en annan typ än den publicerade: 1 en lägre siffra och 0 en högre") || !strings.Contains(text, `value="1,5"`) {
		t.Error("the page doesn't tell what the scenario changes")
	}
	if areas := page(t, s, "/scenario.geojson?k1=1.5"); strings.Count(areas, `"type":"Feature"`) != 12 || strings.Count(areas, `"ScenarioAreaType":`) != 12 || strings.Count(areas, `"AreaType":`) != 12 || !strings.Contains(areas, "inte den officiella") {
		t.Errorf("the areas of a scenario: %.600s", areas)
	}
	if text := page(t, s, "/en/scenario.svg?k1=1.5"); !strings.Contains(text, "not the official classification") {
		t.Error("the picture doesn't say what it is not")
	}
	for _, bad := range []string{"k1=0", "k1=x", "k1=11", "k1=1e3", "w1=-1", "w1=1.5", "w1=0&w2=0&w3=0", "w1=101", "vikt=x", "sd=x", "sd=reliability", "lika=x", "m=x", "ar=1999", "inom=9999", "x=1", "k5=1", "w4=1"} {
		if r := get(t, s, "/scenario?"+bad); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", bad, r.StatusCode)
		}
	}
	if r := get(t, toy(t), "/scenario"); r.StatusCode != http.StatusNotFound {
		t.Errorf("an edition without an index has scenarios: %d", r.StatusCode)
	}
}
