package segregation

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// partCube is counts by län, kommun, year, school and group, given as rows.
func partCube(t interface{ Fatal(...any) }, rows ...[]any) *cube.Cube {
	names := []string{"lan", "kommun", "year", "school", "group"}
	dims := make([]cube.Dimension, len(names))
	at := make([][]int32, len(rows))
	for d, name := range names {
		dims[d].Name = name
		var codes []string
		for _, row := range rows {
			codes = append(codes, row[d].(string))
		}
		slices.Sort(codes)
		for _, code := range slices.Compact(codes) {
			dims[d].Members = append(dims[d].Members, cube.Member{Code: code})
		}
		for i, row := range rows {
			at[i] = append(at[i], int32(dims[d].Index(row[d].(string))))
		}
	}
	b := cube.NewBuilder("pupils", dims, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for i, row := range rows {
		cell := cube.Cell{Status: cube.HiddenRule}
		switch n := row[5].(type) {
		case cube.Status:
			cell.Status = n
		case int:
			cell = cube.KnownCell(float64(n))
		}
		b.Add(at[i], cell)
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// In 2023, län 1: kommun 11 has one school of 30 a and one of 30 b; kommun 12 a school of 15 a and 15 b. Län 2: kommun 21 with a school of 30 b. So A = 45, B = 75, N = 120.
// In 2024 only kommun 11, its schools 20 a and 40 b.
func pupils(t interface{ Fatal(...any) }) *cube.Cube {
	return partCube(t,
		[]any{"1", "11", "2023", "s1", "a", 30}, []any{"1", "11", "2023", "s2", "b", 30}, []any{"1", "12", "2023", "s3", "a", 15}, []any{"1", "12", "2023", "s3", "b", 15},
		[]any{"2", "21", "2023", "s4", "b", 30}, []any{"1", "11", "2024", "s1", "a", 20}, []any{"1", "11", "2024", "s2", "b", 40})
}

func near(t *testing.T, c *cube.Cube, measure string, want float64, codes ...string) {
	t.Helper()
	if got := c.Get(measure, codes...); !got.Status.HasValue() || math.Abs(got.Value-want) > 1e-12 {
		t.Errorf("%s of %v is %v (%s), want %v", measure, codes, got.Value, got.Status, want)
	}
}

func TestLevelCube(t *testing.T) {
	c, err := LevelCube(pupils(t), Question{Units: "school", Groups: "group"}, "lan", "kommun")
	if err != nil {
		t.Fatal(err)
	}
	e := func(p ...float64) float64 { return entropyOf(p, 1) }
	whole := e(45.0/120, 75.0/120)
	// Between län: E − (90/120) E(½, ½); between kommuner nothing more, all of län 1 being half and half; between schools what kommun 11 parts: 60/120 ln 2.
	lan := whole - 0.75*math.Ln2
	near(t, c, "PartM", lan, "2023", "lan")
	near(t, c, "PartM", 0, "2023", "kommun")
	near(t, c, "PartM", 0.5*math.Ln2, "2023", "school")
	near(t, c, "PartH", 0.5*math.Ln2/whole, "2023", "school")
	near(t, c, "PartShare", lan/(lan+0.5*math.Ln2), "2023", "lan")
	near(t, c, "PartShare", 1, "2024", "school") // one kommun: all is between its schools
}

func TestStratumCube(t *testing.T) {
	byKommun, err := pupils(t).Where("year", "2023")
	if err != nil {
		t.Fatal(err)
	}
	c, err := StratumCube(byKommun, Question{Units: "school", Groups: "group", Persons: Draws{N: 20, Seed: 3}}, "kommun")
	if err != nil {
		t.Fatal(err)
	}
	near(t, c, "M", math.Ln2, "1", "2023", "11")
	near(t, c, "H", 1, "1", "2023", "11")
	near(t, c, "SharePersons", 60.0/90, "1", "2023", "11")
	near(t, c, "PartM", 60.0/90*math.Ln2, "1", "2023", "11")
	near(t, c, "M", 0, "1", "2023", "12")
	if got := c.Get("H", "2", "2023", "21"); got.Status != cube.NotApplicable {
		t.Errorf("H where one group lives is %+v", got)
	}
	if got := c.Get("MCorrected", "1", "2023", "11"); !got.Lo.OK || got.Lo.V > got.Value || got.Hi.V < got.Value {
		t.Errorf("M corrected is %+v", got)
	}
}

func TestUnitAndGroupCube(t *testing.T) {
	one, err := pupils(t).Where("kommun", "11")
	if err != nil {
		t.Fatal(err)
	}
	c, err := UnitCube(one, Question{Units: "school", Groups: "group", Measures: []string{"LocalInformation", "Contribution", "SharePersons"}})
	if err != nil {
		t.Fatal(err)
	}
	// 2024: 20 a and 40 b apart: local ln(60/20) and ln(60/40), weighed by a third and two thirds.
	near(t, c, "LocalInformation", math.Log(3), "1", "11", "2024", "s1")
	near(t, c, "Contribution", math.Log(1.5)*2/3, "1", "11", "2024", "s2")
	near(t, c, "SharePersons", 1.0/3, "1", "11", "2024", "s1")
	if c.MeasureIndex("LocalEntropy") >= 0 {
		t.Error("a measure that was not asked for")
	}
	g, err := GroupCube(one, Question{Units: "school", Groups: "group"})
	if err != nil {
		t.Fatal(err)
	}
	near(t, g, "GroupInformation", math.Log(1.5), "1", "11", "2024", "b")
	near(t, g, "Isolation", 1, "1", "11", "2024", "a")
	x, err := ExposureCube(pupils(t), Question{Units: "school", Groups: "group"})
	if err != nil {
		t.Fatal(err)
	}
	near(t, x, "Exposure", 0.5, "1", "12", "2023", "a", "b")
	q, err := QuotientCube(one, Question{Units: "school", Groups: "group"})
	if err != nil {
		t.Fatal(err)
	}
	near(t, q, "LocationQuotient", 1.5, "1", "11", "2024", "s2", "b")
}

func TestChangeCube(t *testing.T) {
	c, err := ChangeCube(pupils(t), Question{Units: "school", Groups: "group"}, "year", Shapley)
	if err != nil {
		t.Fatal(err)
	}
	// Kommun 11 stays wholly apart: M = E, ln 2 before and −⅓ ln ⅓ − ⅔ ln ⅔ after, and nothing of it is structure.
	after := math.Log(3)/3 + math.Log(1.5)*2/3
	near(t, c, "Difference", after-math.Ln2, "1", "11", "2024")
	parts := 0.0
	for _, name := range []string{"Additions", "Removals", "GroupMargin", "UnitMargin", "Interaction", "Structure"} {
		parts += c.Get(name, "1", "11", "2024").Value
	}
	if math.Abs(parts-(after-math.Ln2)) > 1e-9 {
		t.Errorf("parts add up to %v", parts)
	}
	if got := c.Get("Structure", "1", "11", "2024").Value; math.Abs(got) > 1e-6 {
		t.Errorf("structure %v of two periods wholly apart", got)
	}
	if c.Len() != 1 {
		t.Errorf("%d rows; the other kommuner have one year", c.Len())
	}
	if _, err := ChangeCube(pupils(t), Question{Units: "school", Groups: "group"}, "month", Shapley); err == nil {
		t.Error("no such dimension, and no error")
	}
}

// Different units in two periods: s9 comes, s1 goes. With Shapley what they do is additions and removals; where nothing is common it says so.
func TestChangeCubeUnits(t *testing.T) {
	c, err := ChangeCube(partCube(t,
		[]any{"1", "11", "2023", "s1", "a", 30}, []any{"1", "11", "2023", "s2", "a", 10}, []any{"1", "11", "2023", "s2", "b", 30},
		[]any{"1", "11", "2024", "s9", "b", 30}, []any{"1", "11", "2024", "s2", "a", 10}, []any{"1", "11", "2024", "s2", "b", 30},
		[]any{"1", "12", "2023", "t1", "a", 30}, []any{"1", "12", "2024", "t2", "a", 30}, []any{"1", "12", "2024", "t2", "b", 30}), Question{Units: "school", Groups: "group"}, "year", Shapley)
	if err != nil {
		t.Fatal(err)
	}
	m1, m2 := 0.0, 0.0
	for k, n := range [][]float64{{30, 0, 10, 30}, {0, 30, 10, 30}} {
		m := MutualInformation(tableOf(t, 2, 2, n))
		if k == 0 {
			m1 = m
		} else {
			m2 = m
		}
	}
	near(t, c, "Difference", m2-m1, "1", "11", "2024")
	near(t, c, "Removals", -m1, "1", "11", "2024") // one school is left of the first period, in which M is 0
	near(t, c, "Additions", m2, "1", "11", "2024")
	if got := c.Get("Difference", "1", "12", "2024"); got.Status != cube.NotApplicable || !warned(c, "nothing-in-common") {
		t.Errorf("nothing in common: %+v, %v", got, c.Warnings)
	}
}

// TestDifferenceCube: D is 0.5 in kommun 11 and 0.2 in 12. Dealt anew into halves of two, the four schools fall in six ways, all alike often: as they are (0.3), the other way round
// (−0.3), and four with the same D in both, since s1 with t1 mirrors s2 with t2 and s1 with t2 mirrors s2 with t1. So p against larger is 1/6, two-sided 1/3, and the standard
// deviation √(0.09/3).
func TestDifferenceCube(t *testing.T) {
	c := partCube(t,
		[]any{"1", "11", "2023", "s1", "a", 30}, []any{"1", "11", "2023", "s1", "b", 10}, []any{"1", "11", "2023", "s2", "a", 10}, []any{"1", "11", "2023", "s2", "b", 30},
		[]any{"1", "12", "2023", "t1", "a", 24}, []any{"1", "12", "2023", "t1", "b", 16}, []any{"1", "12", "2023", "t2", "a", 16}, []any{"1", "12", "2023", "t2", "b", 24})
	q := Question{Units: "school", Groups: "group", Draws: Draws{N: 20000, Seed: 1}}
	out, err := DifferenceCube(c, q, "kommun", "12", "Dissimilarity", RandomLabel)
	if err != nil {
		t.Fatal(err)
	}
	near(t, out, "Difference", 0.3, "1", "2023", "11", "12")
	for name, want := range map[string]float64{"DifferenceExpected": 0, "DifferenceP": 1.0 / 6, "DifferencePTwoSided": 1.0 / 3, "DifferenceExpectedSD": math.Sqrt(0.03)} {
		if got := out.Get(name, "1", "2023", "11", "12"); math.Abs(got.Value-want) > 0.015 || got.Base != cube.Num(160) {
			t.Errorf("%s = %+v, want about %v on 160", name, got, want)
		}
	}
	for name, of := range map[string]func() error{
		"place":      func() error { _, err := DifferenceCube(c, q, "kommun", "99", "Dissimilarity", RandomLabel); return err },
		"measure":    func() error { _, err := DifferenceCube(c, q, "kommun", "", "all", RandomLabel); return err },
		"comparison": func() error { _, err := DifferenceCube(c, q, "kommun", "", "Dissimilarity", "what if"); return err },
	} {
		if of() == nil {
			t.Errorf("no such %s, and no error", name)
		}
	}
}

func TestPlaceCube(t *testing.T) {
	c := partCube(t,
		[]any{"1", "11", "2023", "s1", "a", 30}, []any{"1", "11", "2023", "s1", "b", 10}, []any{"1", "11", "2023", "s2", "a", 10}, []any{"1", "11", "2023", "s2", "b", 30},
		[]any{"1", "12", "2023", "t1", "a", 24}, []any{"1", "12", "2023", "t1", "b", 16}, []any{"1", "12", "2023", "t2", "a", 16}, []any{"1", "12", "2023", "t2", "b", 24})
	q := Question{Units: "school", Groups: "group"}
	out, err := PlaceCube(c, q, "kommun", "", "Dissimilarity", Composition)
	if err != nil {
		t.Fatal(err)
	}
	// D is 0.5 in 11 and 0.2 in 12. Ranks are ½ and 1, so the lower school takes the middle of the other place's two shares and the upper its higher one: 12 as 11 has shares ½ and ¾,
	// D = ½(|30/50 − 10/30| + |20/50 − 20/30|) = 4/15; 11 as 12 has ½ and 3/5, D = 24/44 − 16/36 = 10/99.
	near(t, out, "Difference", -0.3, "1", "2023", "12", "11")
	near(t, out, "Composition", (0.2-4.0/15+10.0/99-0.5)/2, "1", "2023", "12", "11")
	near(t, out, "Space", (0.2-10.0/99+4.0/15-0.5)/2, "1", "2023", "12", "11")
	if out, err = PlaceCube(c, q, "kommun", "12", "Dissimilarity", Composition); err != nil {
		t.Fatal(err)
	}
	near(t, out, "Difference", 0.3, "1", "2023", "11", "12")
	for name, of := range map[string]func() error{
		"place":          func() error { _, err := PlaceCube(c, q, "kommun", "99", "Dissimilarity", Composition); return err },
		"dimension":      func() error { _, err := PlaceCube(c, q, "parish", "", "Dissimilarity", Composition); return err },
		"measure":        func() error { _, err := PlaceCube(c, q, "kommun", "", "Nothing", Composition); return err },
		"counterfactual": func() error { _, err := PlaceCube(c, q, "kommun", "", "Dissimilarity", "what if"); return err },
	} {
		if of() == nil {
			t.Errorf("no such %s, and no error", name)
		}
	}
}

// A hidden count hides what it is part of, and nothing else; it is never taken for zero.
func TestPartsHidden(t *testing.T) {
	c := partCube(t,
		[]any{"1", "11", "2023", "s1", "a", 30}, []any{"1", "11", "2023", "s1", "b", nil}, []any{"1", "11", "2024", "s1", "a", 30}, []any{"1", "11", "2024", "s1", "b", 5},
		[]any{"1", "12", "2023", "t1", "a", 20}, []any{"1", "12", "2023", "t2", "b", 20})
	q := Question{Units: "school", Groups: "group", Persons: Draws{N: 10}}
	units, err := UnitCube(c, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range units.Measures() {
		if got := units.Get(m.Name, "1", "11", "2023", "s1"); got.Status != cube.HiddenRule {
			t.Errorf("%s is %+v", m.Name, got)
		}
	}
	near(t, units, "LocalInformation", math.Ln2, "1", "12", "2023", "t1")
	change, err := ChangeCube(c, q, "year", Shapley)
	if err != nil {
		t.Fatal(err)
	}
	if got := change.Get("Structure", "1", "11", "2024"); got.Status != cube.HiddenRule {
		t.Errorf("structure is %+v", got)
	}
	levels, err := LevelCube(c, q, "kommun")
	if err != nil {
		t.Fatal(err)
	}
	if got := levels.Get("PartM", "1", "2023", "school"); got.Status != cube.HiddenRule {
		t.Errorf("a level's part is %+v", got)
	}
	if _, err := CubePicture(c, Question{Units: "school", Groups: "group"}, PictureCurve, nil, PictureOptions{}); err == nil {
		t.Error("a hidden count was drawn")
	}
}

// Whatever the counts: an empty unit more changes no number of any cube, nor does the order of rows in which the counts come.
func TestCubesInvariant(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows [][]any
		for _, kommun := range []string{"11", "12"} {
			for _, year := range []string{"2023", "2024"} {
				for s := range rapid.IntRange(1, 3).Draw(t, "schools") {
					for _, g := range []string{"a", "b"} {
						rows = append(rows, []any{"1", kommun, year, fmt.Sprint(kommun, "-", s), g, rapid.IntRange(1, 40).Draw(t, "n")})
					}
				}
			}
		}
		more := slices.Clone(rows)
		for i, j := range rapid.Permutation(indices(len(rows))).Draw(t, "order") {
			more[i] = rows[j]
		}
		for _, g := range []string{"a", "b"} {
			more = append(more, []any{"1", "11", "2023", "zz", g, 0})
		}
		q := Question{Units: "school", Groups: "group", Measures: []string{"all"}, Ordered: true, Values: []float64{1, 3}}
		part := Question{Units: "school", Groups: "group"}
		for name, of := range map[string]func(c *cube.Cube) (*cube.Cube, error){
			"Cube":         func(c *cube.Cube) (*cube.Cube, error) { return Cube(c, q) },
			"UnitCube":     func(c *cube.Cube) (*cube.Cube, error) { return UnitCube(c, part) },
			"GroupCube":    func(c *cube.Cube) (*cube.Cube, error) { return GroupCube(c, part) },
			"QuotientCube": func(c *cube.Cube) (*cube.Cube, error) { return QuotientCube(c, part) },
			"ExposureCube": func(c *cube.Cube) (*cube.Cube, error) { return ExposureCube(c, part) },
			"LevelCube":    func(c *cube.Cube) (*cube.Cube, error) { return LevelCube(c, part, "lan", "kommun") },
			"StratumCube":  func(c *cube.Cube) (*cube.Cube, error) { return StratumCube(c, part, "kommun") },
			"ChangeCube":   func(c *cube.Cube) (*cube.Cube, error) { return ChangeCube(c, part, "year", Shapley) },
			"PlaceCube": func(c *cube.Cube) (*cube.Cube, error) {
				return PlaceCube(c, part, "kommun", "", "Dissimilarity", Share)
			},
			"MergeCube": func(c *cube.Cube) (*cube.Cube, error) { return MergeCube(c, part) },
		} {
			plain, err := of(partCube(t, rows...))
			if err != nil {
				t.Fatal(name, err)
			}
			other, err := of(partCube(t, more...))
			if err != nil {
				t.Fatal(name, err)
			}
			for row := range plain.Len() {
				var codes []string
				for d := range plain.Dims() {
					codes = append(codes, plain.Code(row, d))
				}
				for m, measure := range plain.Measures() {
					x, y := plain.Cell(row, m), other.Get(measure.Name, codes...)
					if x.Status.HasValue() != y.Status.HasValue() || math.Abs(x.Value-y.Value) > 1e-7 {
						t.Fatalf("%s: %s of %v is %v (%s) and %v (%s)", name, measure.Name, codes, x.Value, x.Status, y.Value, y.Status)
					}
				}
			}
		}
	})
}

// Counts that no sum can hold are an error, not an undefined measure.
func TestHugeCounts(t *testing.T) {
	if _, err := NewTable(2, 2, []float64{1e308, 1e308, 1e308, 1e308}); err == nil {
		t.Error("counts that add up to infinity, and no error")
	}
}

// In 0003 one count of a, from 0 to 5, is hidden of 5 5 5 5: the exposure of b to a is ½·½ + ½·x/(5 + x), from ¼ to ½.
func TestCubeExposureHidden(t *testing.T) {
	out, err := ExposureCube(counts(t), Question{Units: "deso", Groups: "group", HiddenBelow: 6})
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for row := range out.Len() {
		if c := out.Cell(row, 0); c.Status == cube.Unreliable {
			found = found || math.Abs(c.Lo.V-0.25) < 1e-9 && math.Abs(c.Hi.V-0.5) < 1e-9
		}
	}
	if !found || !warned(out, "bounded-by-hidden") {
		t.Errorf("no exposure from ¼ to ½: %v", out.Warnings)
	}
}
