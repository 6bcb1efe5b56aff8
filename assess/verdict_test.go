package assess

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/segregation"
	"github.com/skikt/skikt/target"
)

// Told of a share is the correlation ratio of those with and without, which package segregation computes from exposure.
func TestShareIsCorrelationRatio(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, _ := drawOutcome(t, rapid.IntRange(2, 10).Draw(t, "areas"))
		without := make([]float64, len(o.N))
		for i := range without {
			without[i] = o.N[i] - o.Sum[i]
		}
		v, want := Between(o), segregation.CorrelationRatio(o.Sum, without)
		if v.Classes < 2 || math.IsNaN(want) {
			return
		}
		if math.Abs(v.Share-want) > 1e-12 {
			t.Fatalf("η² %v, correlation ratio %v", v.Share, want)
		}
	})
}

// Of whole counts of persons who have it or not, areas, types, the line and the best classes tell what package target computes its own way.
func TestAsTargetExplains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 12).Draw(t, "areas")
		o, x := drawOutcome(t, n)
		a := &target.Areas{Index: x, Type: make([]int, n)}
		types := make([]areatype.Type, n)
		for i := range n {
			types[i] = areatype.Type(1 + int(x[i])%5)
			a.Type[i] = int(types[i])
			a.Population, a.Need = append(a.Population, int64(o.N[i])), append(a.Need, int64(o.Sum[i]))
		}
		e := target.Explain(a)
		same := func(what string, got, want float64) {
			if !math.IsNaN(want) && math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
				t.Fatalf("%s: %v, target has %v", what, got, want)
			}
		}
		same("areas", Between(o).Told, e.Areas)
		same("types", Between(ByType(o, types)).Told, e.Types)
		same("line", Line(o, x).Told, e.Index)
		for by, got := range map[target.ClassOrder]Variation{target.AlongShare: BestClasses(o, 3), target.AlongIndex: BestCuts(o, x, 3)} {
			if c, err := target.BestClasses(a, 3, by); err == nil {
				same("best classes", got.Told, c.Between)
			}
		}
	})
}

// limited is a table of evidence with one cell of the kind reach.
func limited(t *testing.T, cell cube.Cell) *cube.Cube {
	t.Helper()
	d := cube.Dimension{Name: "choice", Members: []cube.Member{{Code: "types12"}}}
	b := cube.NewBuilder("assess_targeting_p", []cube.Dimension{d}, []cube.Measure{share("Coverage", "", ""), value("Lift", "", "", cube.Text{}, 2)})
	b.Add([]int32{0}, cell, cube.KnownCell(3))
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Reach decides direction: 0.5 and 0.2 part its verdicts, at the threshold itself the better one. Nothing else is there, so an item is never better than with conditions; planning is not decided by reach.
// What is hidden is no verdict, and is told as hidden.
func TestVerdicts(t *testing.T) {
	for _, tt := range []struct {
		name                       string
		cell                       cube.Cell
		evidence, direction, words string
	}{
		{"supports", cube.KnownCell(0.5), edition.Supports, edition.Conditions, "Not measured"},
		{"conditions", cube.KnownCell(0.2), edition.Conditions, edition.Conditions, "not reached"},
		{"against", cube.KnownCell(0.19999), edition.Against, edition.Against, "not reached"},
		{"zero is a value", cube.KnownCell(0), edition.Against, edition.Against, "not reached"},
		{"can't be told", cube.Cell{Status: cube.NotApplicable}, edition.Unmeasured, edition.Conditions, "Can't be measured here: how many types 1–2 reach"},
		{"hidden", cube.Cell{Status: cube.HiddenRule}, edition.Unmeasured, edition.Conditions, "Hidden by disclosure control: how many types 1–2 reach"},
	} {
		c := Case{Processes: []edition.Named{{Code: "p", Title: cube.Same("P")}}}
		a, table, err := Assess(c, []*cube.Cube{limited(t, tt.cell)})
		if err != nil {
			t.Fatal(err)
		}
		item := a.Item("p", ToolTypes, UseDirection)
		for _, e := range item.Evidence {
			if e.Kind == "reach" && (e.Verdict != tt.evidence || e.Table != "assess_targeting_p" || !e.Decisive) {
				t.Errorf("%s: evidence %+v", tt.name, e)
			}
			if e.Kind == "types-kept" && (e.Verdict != edition.Unmeasured || e.Table != edition.AssessmentTable) {
				t.Errorf("%s: evidence without a table %+v", tt.name, e)
			}
		}
		if item.Verdict != tt.direction || !strings.Contains(item.Obstacle.EN, tt.words) {
			t.Errorf("%s: direction %s, %q", tt.name, item.Verdict, item.Obstacle.EN)
		}
		if planning := a.Item("p", ToolTypes, UsePlanning); planning.Verdict != edition.Conditions {
			t.Errorf("%s: planning %s", tt.name, planning.Verdict)
		}
		if regso := a.Item("p", ToolRegSO, UseAnalysis); regso.Verdict != edition.Unmeasured || regso.Final() != edition.Unmeasured {
			t.Errorf("%s: RegSO %s, of which there is no evidence", tt.name, regso.Verdict)
		}
		// The assessment holds against its own tables, and not against others.
		tables := map[string]*cube.Cube{table.Name: table, "assess_targeting_p": limited(t, tt.cell)}
		find := func(name string) (*cube.Cube, error) { return tables[name], nil }
		if err := a.Check(find); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		tables["assess_targeting_p"] = limited(t, cube.KnownCell(0.35))
		if err := a.Check(find); (err == nil) != (tt.evidence == edition.Conditions) {
			t.Errorf("%s: held against another number: %v", tt.name, err)
		}
		got := table.Get("Verdict", "p", ToolTypes, UseDirection, "reach")
		if want := codes[tt.evidence]; got.Value != want || got.Status.HasValue() != (want > 0) {
			t.Errorf("%s: the table says %+v", tt.name, got)
		}
	}
}

// A judgement replaces the verdict and keeps it; declared thresholds move it, the direction staying that of the kind.
func TestJudgementAndThresholds(t *testing.T) {
	c := Case{Processes: []edition.Named{{Code: "p", Title: cube.Same("P")}}, Thresholds: map[string]edition.Thresholds{"reach": {Supports: 0.9, Conditions: 0.8}, "age": {Supports: 1, Conditions: 2}},
		Judgements: []Judged{{ToolTypes, UseDirection, "p", edition.Judgement{Verdict: edition.Supports, By: "A", Reason: cube.Same("why")}}}}
	a, _, err := Assess(c, []*cube.Cube{limited(t, cube.KnownCell(0.5))})
	if err != nil {
		t.Fatal(err)
	}
	item := a.Item("p", ToolTypes, UseDirection)
	if item.Verdict != edition.Against || item.Final() != edition.Supports || item.Judgement.Reason.EN != "why" {
		t.Errorf("%+v", item)
	}
	for _, e := range item.Evidence {
		if declared := e.Kind == "reach" || e.Kind == "age"; e.Thresholds.Declared != declared || e.Kind == "age" && !e.Thresholds.Less {
			t.Errorf("%s: %+v", e.Kind, e.Thresholds)
		}
	}
	c.Judgements[0].Process = "q"
	if _, _, err := Assess(c, nil); err == nil {
		t.Error("a judgement on what is no item is let through")
	}
}

// byTypes is a table by type, year and group of counts with the outcome and without; a negative number is hidden.
func byTypes(t *testing.T, counts map[string][2]float64) *cube.Cube {
	t.Helper()
	kind := areatype.Dimension("type", cube.Same("Type"))
	kind.Members = append(kind.Members, cube.Member{Code: cube.Total})
	year := cube.Dimension{Name: "year", Role: cube.Time, Members: []cube.Member{{Code: "2023"}}}
	group := cube.Dimension{Name: "has", Role: cube.Group, Members: []cube.Member{{Code: "1"}, {Code: "0"}}}
	b := cube.NewBuilder("t", []cube.Dimension{kind, year, group}, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for i, m := range kind.Members {
		for g, n := range counts[m.Code] {
			cell := cube.KnownCell(n)
			if n < 0 {
				cell = cube.Cell{Status: cube.HiddenRule}
			}
			b.Add([]int32{int32(i), 0, int32(g)}, cell)
		}
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// By hand: of 100 with it 20 live in type 1 and 30 in type 2; of 400 without 20 and 80. So types 1–2 reach half of those with it, 50 of 150 reached have it, and it is (1/3)/(1/5) times as common there.
func TestTargeting(t *testing.T) {
	q := Question{Count: "N", Group: "has", Members: []string{"1"}, Base: []string{"1", "0"}, Year: "2023"}
	c, err := Targeting("x", cube.Text{}, byTypes(t, map[string][2]float64{"1": {20, 20}, "2": {30, 80}, "3": {50, 300}, "total": {100, 400}}), q)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "coverage of type 1", c.Get("Coverage", "types1").Value, 0.2)
	near(t, "lift of type 1", c.Get("Lift", "types1").Value, 2.5)
	near(t, "coverage", c.Get("Coverage", "types12").Value, 0.5)
	near(t, "precision", c.Get("Precision", "types12").Value, 50.0/150)
	near(t, "persons", c.Get("SharePersons", "types12").Value, 150.0/500)
	near(t, "lift", c.Get("Lift", "types12").Value, 5.0/3)
	// What the table hides is hidden here: type 2 alone leaves the choice of type 1 open.
	c, err = Targeting("x", cube.Text{}, byTypes(t, map[string][2]float64{"1": {20, 20}, "2": {-1, 80}, "3": {50, 300}, "total": {100, 400}}), q)
	if err != nil {
		t.Fatal(err)
	}
	if !c.Get("Coverage", "types1").Status.HasValue() || c.Get("Coverage", "types12").Status != cube.HiddenProtect || !c.Get("SharePersons", "types1").Status.HasValue() || c.Get("SharePersons", "types12").Status != cube.HiddenProtect {
		t.Error("a hidden count shows, or hides too much")
	}
}

// By hand, with every count of TestTargeting changed by at most 5: of the 20 with it in type 1 15..25 and of all 100 95..105, so 15/105 to 25/95 are reached. A base of 20 + 20, each ± 5, is 30..50, and
// 15/50 to 25/30 of it have it.
func TestTargetingOfPerturbed(t *testing.T) {
	noisy := func(of map[string][2]float64, bounds bool) *cube.Cube {
		return byTypes(t, of).Edit(func(row, m int, c cube.Cell) cube.Cell {
			c.Status = cube.Perturbed
			if bounds {
				c.Lo, c.Hi = cube.Num(max(0, c.Value-5)), cube.Num(c.Value+5)
			}
			return c
		})
	}
	q := Question{Count: "N", Group: "has", Members: []string{"1"}, Base: []string{"1", "0"}, Year: "2023"}
	counts := map[string][2]float64{"1": {20, 20}, "2": {30, 80}, "3": {50, 300}, "total": {100, 400}}
	c, err := Targeting("x", cube.Text{}, noisy(counts, true), q)
	if err != nil {
		t.Fatal(err)
	}
	for measure, want := range map[string][3]float64{
		"Coverage": {0.2, 15.0 / 105, 25.0 / 95}, "Precision": {0.5, 15.0 / 50, 25.0 / 30}, "SharePersons": {40.0 / 500, 30.0 / 510, 50.0 / 490},
		"Lift": {2.5, 15.0 / 50 / (105.0 / 490), 25.0 / 30 / (95.0 / 510)},
	} {
		got := c.Get(measure, "types1")
		near(t, measure, got.Value, want[0])
		near(t, measure+", least", got.Lo.V, want[1])
		near(t, measure+", most", got.Hi.V, want[2])
		if got.Status != cube.Perturbed {
			t.Errorf("%s is %v", measure, got.Status)
		}
	}
	if len(c.Notes) != 1 || !strings.Contains(c.Notes[0].EN, "changed for protection") {
		t.Errorf("it does not say what the interval is: %v", c.Notes)
	}
	// Noise may be larger than a count: the base 3 + 2 may be nothing, and the share is no more than all.
	counts["1"] = [2]float64{3, 2}
	if c, err = Targeting("x", cube.Text{}, noisy(counts, true), q); err != nil {
		t.Fatal(err)
	}
	if got := c.Get("Precision", "types1"); got.Value != 0.6 || !got.Lo.OK || got.Lo.V != 0 || got.Hi.V != 1 {
		t.Errorf("a share of what may be nothing: %+v", got)
	}
	if got := c.Get("Lift", "types1"); got.Status != cube.Perturbed || got.Hi.OK {
		t.Errorf("a quotient without an end: %+v", got)
	}
	if c, err = Targeting("x", cube.Text{}, noisy(counts, false), q); err != nil {
		t.Fatal(err)
	}
	if got := c.Get("Coverage", "types12"); got.Status != cube.Perturbed || got.Lo.OK || got.Hi.OK {
		t.Errorf("noise of a size that nobody has told: %+v", got)
	}
	p, err := Protection("x", cube.Text{}, []Row[*cube.Cube]{{Code: "type", Of: noisy(counts, true)}}, "N")
	if err != nil {
		t.Fatal(err)
	}
	if p.Get("ShareCellsHidden", "type").Status != cube.Zero || p.Get("SharePersonsHidden", "type").Status != cube.NotApplicable {
		t.Error("noise is taken for persons in hidden cells")
	}
}

// Eight cells of which two are hidden, and of 100 persons 90 in cells that are shown.
func TestProtection(t *testing.T) {
	d := cube.Dimension{Name: "kommun", Role: cube.Area, Members: []cube.Member{{Code: "a"}, {Code: "b"}, {Code: "c"}, {Code: cube.Total}}}
	year := cube.Dimension{Name: "year", Role: cube.Time, Members: []cube.Member{{Code: "2023"}, {Code: "2022"}}}
	b := cube.NewBuilder("t", []cube.Dimension{d, year}, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for i, n := range []float64{-1, 40, -2, 50} {
		for y := range year.Members {
			cell := cube.KnownCell(n)
			switch {
			case n == -1:
				cell = cube.KnownCell(5)
				if y == 0 {
					cell = cube.Cell{Status: cube.HiddenRule}
				}
			case n == -2:
				cell = cube.KnownCell(5)
				if y == 0 {
					cell = cube.Cell{Status: cube.HiddenProtect}
				}
			}
			b.Add([]int32{int32(i), int32(y)}, cell)
		}
	}
	table, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Protection("x", cube.Text{}, []Row[*cube.Cube]{{Code: "kommun", Of: table}}, "N")
	if err != nil {
		t.Fatal(err)
	}
	near(t, "cells", c.Get("ShareCellsHidden", "kommun").Value, 2.0/8)
	near(t, "persons", c.Get("SharePersonsHidden", "kommun").Value, 1-90.0/100)
}

// Three years of four areas: one of four changes type from the first to the second year, and one more from the second to the third, back; indices 1 2 3 4, then 2 3 4 5 (correlation 1), then 2 3 4 1
// (of deviations −1.5 −.5 .5 1.5 with −.5 .5 1.5 −1.5: (.75 − .25 + .75 − 2.25)/5 = −0.2).
func TestStability(t *testing.T) {
	area := cube.Dimension{Name: "regso", Role: cube.Area, Members: []cube.Member{{Code: "a"}, {Code: "b"}, {Code: "c"}, {Code: "d"}}}
	year := cube.Dimension{Name: "year", Role: cube.Time, Members: []cube.Member{{Code: "2021"}, {Code: "2022"}, {Code: "2023"}}}
	b := cube.NewBuilder("index", []cube.Dimension{area, year}, []cube.Measure{{Name: areatype.MeasureIndex, Kind: cube.Value}, {Name: areatype.MeasureType, Kind: cube.Code}})
	index := [3][4]float64{{1, 2, 3, 4}, {2, 3, 4, 5}, {2, 3, 4, 1}}
	types := [3][4]float64{{5, 4, 3, 2}, {4, 4, 3, 2}, {5, 4, 3, 4}}
	for y := range 3 {
		for i := range 4 {
			b.Add([]int32{int32(i), int32(y)}, cube.KnownCell(index[y][i]), cube.KnownCell(types[y][i]))
		}
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	got, err := Stability("x", cube.Text{}, c, areatype.MeasureType, 0.9)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "types, lowest", got.Get("LowestYearly", ToolTypes).Value, 0.5)
	near(t, "types, first to last", got.Get("FirstToLast", ToolTypes).Value, 0.75)
	near(t, "index, lowest", got.Get("LowestYearly", ToolIndex).Value, -0.2)
	near(t, "same areas", got.Get("SameAreas", ToolRegSO).Value, 0.9)
	if s := got.Get("SameAreas", ToolTypes).Status; s != cube.NotApplicable {
		t.Errorf("types have the same areas: %s", s)
	}
}

// The rule that SCB's own definition is tried against: 4 areas at 0, 0, 0, 10 with 1, 1, 1 and 97 persons. Unweighted m = 2.5, s = 5: the area at 10 lies 1.5 s above, Type2. Weighed by persons it lies
// nearly at m = 9.7 and is Type3. Other rules change nothing here, and without percentages no component is left out.
func TestVariants(t *testing.T) {
	y := areatype.Year{Codes: []string{"a", "b", "c", "d"}, Population: []int64{1, 1, 1, 97}}
	for _, s := range []string{"0", "0", "0", "10"} {
		e, err := areatype.ParseDecimal(s)
		if err != nil {
			t.Fatal(err)
		}
		y.Index = append(y.Index, e)
	}
	cut, err := areatype.Default().Cut(y.Index, y.Population)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	o := ShareOf([]float64{1, 1, 1, 97}, []float64{0, 0, 0, 50})
	for _, v := range Variants(areatype.Definition{}, y) {
		found[v.Code] = Against(o, cut.Types, v.Types).Persons
		if v.Title == (cube.Text{}) || v.Component {
			t.Errorf("%s is untitled, or leaves a component out", v.Code)
		}
	}
	if _, ok := found["tie"]; !ok || found["weight"] < 0.97 {
		t.Errorf("variants %v", found)
	}
}
