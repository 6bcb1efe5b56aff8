package segregation

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// In 0001 the groups share no unit: D = 1, isolation 1. In 0002 they are spread alike, 10 and 30 of each: D = 0, isolation ½. In 0003 a count is
// hidden. In 0004 only one group lives: nothing is defined.
func counts(t *testing.T) *cube.Cube {
	t.Helper()
	dim := func(name string, codes ...string) cube.Dimension {
		d := cube.Dimension{Name: name}
		for _, c := range codes {
			d.Members = append(d.Members, cube.Member{Code: c})
		}
		return d
	}
	b := cube.NewBuilder("c", []cube.Dimension{dim("kommun", "0001", "0002", "0003", "0004"), dim("deso", "1", "2", "total"), dim("group", "a", "b", "total")},
		[]cube.Measure{{Name: "NPersons", Kind: cube.Count}})
	for kommun, n := range [][4]float64{{10, 0, 0, 20}, {10, 10, 30, 30}, {5, 5, 5, 5}, {8, 0, 9, 0}} {
		for unit := range int32(2) {
			for group := range int32(2) {
				cell := cube.KnownCell(n[2*unit+group])
				if kommun == 2 && unit == 1 && group == 0 {
					cell = cube.Cell{Status: cube.HiddenRule}
				}
				b.Add([]int32{int32(kommun), unit, group}, cell)
			}
		}
		b.Add([]int32{int32(kommun), 2, 0}, cube.KnownCell(n[0]+n[2])) // a total is no unit
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCube(t *testing.T) {
	out, err := Cube(counts(t), Question{Units: "deso", Groups: "group", Measures: []string{"Dissimilarity", "Isolation", "MutualInformation"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		kommun, measure string
		status          cube.Status
		value           float64
	}{
		{"0001", "Dissimilarity", cube.Known, 1},
		{"0001", "Isolation", cube.Known, 1},
		{"0002", "Dissimilarity", cube.Zero, 0},
		{"0002", "Isolation", cube.Known, 0.5},
		{"0002", "NUnits", cube.Known, 2},
		{"0003", "Dissimilarity", cube.HiddenRule, 0},
		{"0004", "Dissimilarity", cube.NotApplicable, 0},
		// M of two groups of 10 and 20 that share no unit: the entropy of 1/3 and 2/3, 0.636514 nats.
		{"0001", "MutualInformation", cube.Known, math.Log(3) - 2.0/3*math.Log(2)},
	} {
		got := out.Get(want.measure, want.kommun)
		if got.Status != want.status || math.Abs(got.Value-want.value) > 1e-12 {
			t.Errorf("%s of %s is %v %v, want %v %v", want.measure, want.kommun, got.Status, got.Value, want.status, want.value)
		}
	}
	if base := out.Get("Dissimilarity", "0002").Base; base != cube.Num(80) {
		t.Errorf("base %v, want 80 persons", base)
	}
}

func TestCubeCorrected(t *testing.T) {
	q := Question{Units: "deso", Groups: "group", Measures: []string{"Dissimilarity"}, Persons: Draws{N: 200, Seed: 1}}
	out, err := Cube(counts(t), q)
	if err != nil {
		t.Fatal(err)
	}
	// The groups of 0002 are spread alike; drawn anew they never are quite, so the correction takes D below what chance alone gives.
	if got := out.Get("DissimilarityCorrected", "0002"); !got.Lo.OK || !got.Hi.OK || got.Lo.V > got.Hi.V || got.Value > 0 {
		t.Errorf("corrected %+v", got)
	}
	again, err := Cube(counts(t), q)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := out.Get("DissimilarityCorrected", "0001"), again.Get("DissimilarityCorrected", "0001"); a != b {
		t.Errorf("the same seed gave %+v and %+v", a, b)
	}
	if got := out.Get("DissimilarityCorrected", "0003"); got.Status != cube.HiddenRule || got.Lo.OK {
		t.Errorf("a hidden count gave %+v", got)
	}
}

func TestCubeRefuses(t *testing.T) {
	for name, q := range map[string]Question{
		"units":   {Units: "x", Groups: "group"},
		"member":  {Units: "deso", Groups: "group", Members: []string{"a", "z"}},
		"twice":   {Units: "deso", Groups: "group", Members: []string{"a", "a"}},
		"measure": {Units: "deso", Groups: "group", Measures: []string{"Nothing"}},
		"count":   {Units: "deso", Groups: "group", Count: "NOther"},
		"null":    {Units: "deso", Groups: "group", Null: "chance"},
		"space":   {Units: "deso", Groups: "group", Measures: []string{"HooverDelta"}},
		"ground":  {Units: "deso", Groups: "group", Ground: &Ground{Codes: []string{"1"}, Map: &Map{X: []float64{0}, Y: []float64{0}, Area: []float64{1}}, Near: MasseyDenton(), Around: MasseyDenton()}},
	} {
		if _, err := Cube(counts(t), q); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// In 0001 of 30 persons 10 and 20 live wholly apart: one placing in 30 million is as uneven, so none of 99 draws is, and p = 1/100. In 0002, D = 0, all draws are at
// least as large: p = 1.
func TestCubeNull(t *testing.T) {
	out, err := Cube(counts(t), Question{Units: "deso", Groups: "group", Measures: []string{"Dissimilarity", "TheilH"}, Null: PersonPermutation, Draws: Draws{N: 99, Seed: 1}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		kommun, measure string
		status          cube.Status
		value           float64
	}{
		{"0001", "DissimilarityP", cube.Known, 0.01},
		{"0001", "DissimilarityPTwoSided", cube.Known, 0.02},
		{"0001", "TheilHP", cube.Known, 0.01},
		{"0002", "DissimilarityP", cube.Known, 1},
		{"0003", "DissimilarityExpected", cube.HiddenRule, 0},
		{"0004", "DissimilarityP", cube.NotApplicable, 0},
	} {
		if got := out.Get(want.measure, want.kommun); got.Status != want.status || math.Abs(got.Value-want.value) > 1e-12 {
			t.Errorf("%s of %s is %+v, want %v %v", want.measure, want.kommun, got, want.status, want.value)
		}
	}
	expect, sd, z := out.Get("DissimilarityExpected", "0001"), out.Get("DissimilarityExpectedSD", "0001"), out.Get("DissimilarityZ", "0001")
	if !expect.Lo.OK || expect.Lo.V > expect.Value || expect.Hi.V < expect.Value || math.Abs(z.Value*sd.Value-(1-expect.Value)) > 1e-12 {
		t.Errorf("expected %+v, standard deviation %+v, distance %+v", expect, sd, z)
	}
	// The exact mean is within five standard errors.
	exact, err := ExactDissimilarity([]float64{10, 0}, []float64{0, 20})
	if err != nil || math.Abs(expect.Value-exact.Mean) > 5*sd.Value/math.Sqrt(99) {
		t.Errorf("expected %v, exactly %v %v", expect.Value, exact.Mean, err)
	}
}

// Each measure of a cube with a null is what [CompareNull] gives.
func TestCubeNullAsCompareNull(t *testing.T) {
	table, err := NewTable(2, 2, []float64{10, 10, 30, 30})
	if err != nil {
		t.Fatal(err)
	}
	d := Draws{N: 50, Seed: 3}
	for _, null := range Nulls() {
		out, err := Cube(counts(t), Question{Units: "deso", Groups: "group", Measures: []string{"Gini", "TheilH"}, Null: null, Draws: d})
		if err != nil {
			t.Fatal(err)
		}
		want, err := CompareNull(table, TheilH, null, d)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Get("TheilHP", "0002"); got.Value != want.Greater {
			t.Errorf("%s: p %v, want %v", null, got.Value, want.Greater)
		}
		if got := out.Get("TheilHExpected", "0002"); got.Value != want.Mean {
			t.Errorf("%s: mean %v, want %v", null, got.Value, want.Mean)
		}
	}
}

// Two units, of 1 and 3 km² and 2 km apart, that the map holds in the other order, and a third that no count is of. In 0001 the 10 of a live in the smaller and
// the 20 of b in the larger: Delta = ½(|1 − ¼| + |0 − ¾|) = ¾. The border lets the whole difference of 1 through: D(adj) = 1 − 1 = 0.
func TestCubeSpace(t *testing.T) {
	kernel := Kernel{Shape: Uniform, Bandwidth: 3000, Own: OwnAtZero}
	ground := &Ground{
		Codes: []string{"9", "2", "1"},
		Map: &Map{X: []float64{590000, 502500, 500500}, Y: []float64{6590000, 6500500, 6500500}, Area: []float64{1e6, 3e6, 1e6}, Perimeter: []float64{4000, 8000, 4000},
			Borders: []Border{{0, 1, 500}, {1, 2, 1000}}},
		Near: kernel, Around: kernel,
	}
	out, err := Cube(counts(t), Question{Units: "deso", Groups: "group", Measures: []string{"space"}, Ground: ground})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		kommun, measure string
		status          cube.Status
		value           float64
	}{
		{"0001", "HooverDelta", cube.Known, 0.75},
		{"0001", "MorrillDissimilarity", cube.Zero, 0},
		{"0001", "SpatialProximity", cube.Known, 1},     // all are as near to each other
		{"0001", "SpatialDissimilarity", cube.Zero, 0},  // all have the same surroundings
		{"0001", "SpatialExposure", cube.Known, 2. / 3}, // of 20 b among 30
		{"0001", "DecayIsolation", cube.Known, 1. / 3},
		{"0002", "HooverDelta", cube.Zero, 0}, // a quarter of both groups on a quarter of the land
		{"0003", "HooverDelta", cube.HiddenRule, 0},
		{"0004", "RelativeClustering", cube.NotApplicable, 0},
	} {
		if got := out.Get(want.measure, want.kommun); got.Status != want.status || math.Abs(got.Value-want.value) > 1e-12 {
			t.Errorf("%s of %s is %+v, want %v %v", want.measure, want.kommun, got, want.status, want.value)
		}
	}
	// A kernel that reaches no other unit: surroundings are the units themselves, so that D̃ = D, and of clustering nothing can be told.
	ground.Near.Bandwidth, ground.Around.Bandwidth = 100, 100
	q := Question{Units: "deso", Groups: "group", Measures: []string{"SpatialDissimilarity"}, Ground: ground}
	if out, err = Cube(counts(t), q); err != nil || out.Get("SpatialDissimilarity", "0001").Value != 1 || !warned(out, "alone-units") {
		t.Errorf("surroundings of one unit: %v", err)
	}
	q.Measures = []string{"SpatialProximity"}
	if out, err = Cube(counts(t), q); err != nil || out.Get("SpatialProximity", "0001").Status != cube.NotApplicable || !warned(out, "narrow-kernel") {
		t.Errorf("a kernel that reaches nobody: %v", err)
	}
}

func warned(c *cube.Cube, code string) bool {
	return slices.ContainsFunc(c.Warnings, func(w cube.Warning) bool { return w.Code == code })
}

// In 0003 one of the 5 5 5 5 is hidden. Were it x, from 0 to 5, D = ½(|5/(5 + x) − ½| + |x/(5 + x) − ½|) = |5/(5 + x) − ½|: from 0 to ½.
func TestCubeBoundsHidden(t *testing.T) {
	out, err := Cube(counts(t), Question{Units: "deso", Groups: "group", Measures: []string{"Dissimilarity", "Isolation"}, HiddenBelow: 6})
	if err != nil {
		t.Fatal(err)
	}
	got := out.Get("Dissimilarity", "0003")
	if got.Status != cube.Unreliable || got.Lo.V > 1e-12 || got.Hi.V < 0.5-1e-12 || got.Hi.V > 0.7 || math.Abs(got.Value-(got.Lo.V+got.Hi.V)/2) > 1e-15 || got.Base.OK {
		t.Errorf("D is %+v", got)
	}
	// Isolation were (25/10 + x²/(x + 5))/(5 + x).
	isolation := out.Get("Isolation", "0003")
	for x := 0.0; x <= 5; x++ {
		if v := (2.5 + x*x/(x+5)) / (5 + x); isolation.Status != cube.Unreliable || v < isolation.Lo.V || v > isolation.Hi.V {
			t.Errorf("isolation is %+v, and %v where %v are hidden", isolation, v, x)
		}
	}
	// Of entropy only the groups' totals matter, 5 + x and 10, so that it is bounded narrowly; the density-corrected D has no bounds but its range, and stays hidden.
	if out, err = Cube(counts(t), Question{Units: "deso", Groups: "group", Measures: []string{"Entropy", "NormalisedEntropy", "DensityCorrectedDissimilarity"}, HiddenBelow: 6}); err != nil {
		t.Fatal(err)
	}
	if out.Get("DensityCorrectedDissimilarity", "0003").Status != cube.HiddenRule || !warned(out, "whole-range") {
		t.Errorf("density-corrected D is not hidden, or without a warning: %v", out.Warnings)
	}
	normalised := out.Get("NormalisedEntropy", "0003")
	entropy := out.Get("Entropy", "0003")
	for x := 0.0; x <= 5; x++ {
		p := (5 + x) / (15 + x)
		if v := -p*math.Log(p) - (1-p)*math.Log(1-p); entropy.Status != cube.Unreliable || v < entropy.Lo.V || v > entropy.Hi.V {
			t.Errorf("entropy is %+v, and %v where %v are hidden", entropy, v, x)
		} else if v /= math.Ln2; normalised.Status != cube.Unreliable || v < normalised.Lo.V || v > normalised.Hi.V || normalised.Lo.V < 0.8 {
			t.Errorf("normalised entropy is %+v, and %v where %v are hidden", normalised, v, x)
		}
	}
	if out, err = Cube(counts(t), Question{Units: "deso", Groups: "group", Measures: []string{"Dissimilarity"}, HiddenBelow: 6}); err != nil {
		t.Fatal(err)
	}
	if !warned(out, "bounded-by-hidden") {
		t.Errorf("warnings %v", out.Warnings)
	}
}

// Whatever is hidden, by rule or to protect that, the intervals contain the measures of the true counts.
func TestCubeBoundsContainTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, groups := rapid.IntRange(2, 5).Draw(t, "units"), rapid.IntRange(2, 3).Draw(t, "groups")
		n := make([]float64, units*groups)
		dim := func(name string, count int) cube.Dimension {
			d := cube.Dimension{Name: name}
			for i := range count {
				d.Members = append(d.Members, cube.Member{Code: string(rune('a' + i))})
			}
			d.Members = append(d.Members, cube.Member{Code: cube.Total})
			return d
		}
		b := cube.NewBuilder("c", []cube.Dimension{dim("unit", units), dim("group", groups)}, []cube.Measure{{Name: "N", Kind: cube.Count}})
		hidden := false
		unitTotals, groupTotals := make([]float64, units), make([]float64, groups)
		for i := range n {
			n[i] = float64(rapid.IntRange(0, 40).Draw(t, "n"))
			cell, at := cube.KnownCell(n[i]), [2]int32{int32(i / groups), int32(i % groups)}
			if n[i] < 5 {
				cell = cube.Cell{Status: cube.HiddenRule}
			} else if rapid.IntRange(0, 5).Draw(t, "protect") == 0 {
				cell = cube.Cell{Status: cube.HiddenProtect}
			}
			hidden = hidden || !cell.Status.HasValue()
			b.Add(at[:], cell)
			unitTotals[at[0]] += n[i]
			groupTotals[at[1]] += n[i]
		}
		for i, total := range unitTotals {
			if rapid.Bool().Draw(t, "unit total") {
				b.Add([]int32{int32(i), int32(groups)}, cube.KnownCell(total))
			}
		}
		for g, total := range groupTotals {
			if rapid.Bool().Draw(t, "group total") {
				b.Add([]int32{int32(units), int32(g)}, cube.KnownCell(total))
			}
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		truth, err := NewTable(units, groups, n)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]float64{}
		for _, v := range AllManyGroup(truth) {
			want[v.Name] = v.Value
		}
		if groups == 2 {
			for _, v := range AllTwoGroup(truth.Column(0), truth.Column(1)) {
				want[v.Name] = v.Value
			}
		}
		q := Question{Units: "unit", Groups: "group", HiddenBelow: 5}
		for name := range want {
			q.Measures = append(q.Measures, name)
		}
		slices.Sort(q.Measures)
		out, err := Cube(c, q)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range want {
			got := out.Get(name)
			if hidden && got.Status == cube.Known {
				t.Errorf("%s is %+v with hidden counts", name, got)
			}
			if got.Status == cube.Unreliable && (v < got.Lo.V-1e-9 || v > got.Hi.V+1e-9) {
				t.Errorf("%s is %v, outside of %v to %v", name, v, got.Lo.V, got.Hi.V)
			}
		}
	})
}

// Counts rounded to a base, to the nearest or at random, or with noise, totals too: the intervals contain the measures of the true counts, and nothing is called known or nothing.
func TestCubeBoundsLoose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, groups := rapid.IntRange(1, 5).Draw(t, "units"), rapid.IntRange(2, 3).Draw(t, "groups")
		q := Question{Units: "unit", Groups: "group"}
		changed := func(v float64) float64 { return v }
		switch rapid.IntRange(0, 2).Draw(t, "how") {
		case 0:
			q.RoundedTo = float64(rapid.IntRange(2, 10).Draw(t, "base"))
			changed = func(v float64) float64 { return q.RoundedTo * math.Round(v/q.RoundedTo) }
		case 1:
			q.RoundedTo, q.AtRandom = float64(rapid.IntRange(2, 10).Draw(t, "base")), true
			changed = func(v float64) float64 {
				if math.Mod(v, q.RoundedTo) == 0 {
					return v
				}
				return q.RoundedTo * (math.Floor(v/q.RoundedTo) + float64(rapid.IntRange(0, 1).Draw(t, "up")))
			}
		case 2:
			q.PerturbedBy = float64(rapid.IntRange(1, 4).Draw(t, "most"))
			changed = func(v float64) float64 {
				return max(0, v+float64(rapid.IntRange(-int(q.PerturbedBy), int(q.PerturbedBy)).Draw(t, "noise")))
			}
		}
		dims := []cube.Dimension{{Name: "unit"}, {Name: "group"}}
		for k, count := range []int{units, groups} {
			for i := range count {
				dims[k].Members = append(dims[k].Members, cube.Member{Code: string(rune('a' + i))})
			}
			dims[k].Members = append(dims[k].Members, cube.Member{Code: cube.Total})
		}
		b := cube.NewBuilder("c", dims, []cube.Measure{{Name: "N", Kind: cube.Count}})
		truth := make([]float64, units*groups)
		for i := range truth {
			truth[i] = float64(rapid.OneOf(rapid.IntRange(0, 12), rapid.IntRange(0, 900)).Draw(t, "n"))
			b.Add([]int32{int32(i / groups), int32(i % groups)}, cube.KnownCell(changed(truth[i])))
		}
		table := tableOf(t, units, groups, truth)
		if rapid.Bool().Draw(t, "totals") {
			for i := range units {
				b.Add([]int32{int32(i), int32(groups)}, cube.KnownCell(changed(table.UnitTotal(i))))
			}
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]float64{}
		for _, v := range AllManyGroup(table) {
			want[v.Name] = v.Value
		}
		if groups == 2 {
			for _, v := range AllTwoGroup(table.Column(0), table.Column(1)) {
				want[v.Name] = v.Value
			}
		}
		q.Measures = []string{"all"}
		out, err := Cube(c, q)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range want {
			got := out.Get(name)
			if got.Status == cube.Known || got.Status == cube.Zero {
				t.Fatalf("%s of counts that are not exact is %+v", name, got)
			}
			if got.Lo.OK && !math.IsNaN(v) && (v < got.Lo.V-1e-9 || v > got.Hi.V+1e-9) {
				t.Fatalf("%s is %v, outside of %v to %v", name, v, got.Lo.V, got.Hi.V)
			}
		}
	})
}
