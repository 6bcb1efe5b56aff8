package segregation

import (
	"fmt"
	"math"
	"testing"

	"github.com/skikt/skikt/cube"
)

// With one square of n persons, m of the group, everybody's neighbourhood at k = n is all of them: isolation is m/n, and by chance too; nothing varies.
// With two squares far apart and k as large as a square, shares are the squares' own: 8/10 and 2/10, isolation (8·0.8 + 2·0.2)/10 = 0.68, SD 0.3. Drawn anew, members of
// the squares are binomial of 10 with shares 0.8 and 0.2, so that every outcome and its chance can be listed. Placed at
// random, members of a square of 10 among 20 are hypergeometric with variance 10·¼·10/19 = 1.3158: isolation (2·25 + 2·1.3158)/100 = 0.526316.
func TestNeighbourInference(t *testing.T) {
	s := Squares{Side: 100, Cell: []int64{1, 2}, X: []int64{0, 100000}, Y: []int64{0, 0}, Persons: []int64{10, 10}, Members: [][]int64{{8, 2}}}
	out, err := NeighbourInference(s, []int64{10, 20}, RingsInProportion, Draws{N: 4000, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	near, all := out[0][0], out[0][1]
	if math.Abs(near.Isolation.Value-0.68) > 1e-12 || math.Abs(near.SD.Value-0.3) > 1e-12 {
		t.Errorf("isolation %v, SD %v", near.Isolation.Value, near.SD.Value)
	}
	choose := func(k int) float64 { return math.Gamma(11) / math.Gamma(float64(k)+1) / math.Gamma(11-float64(k)) }
	var isolation, sd, square, chance float64
	for m1 := range 11 {
		for m2 := range 11 {
			p := choose(m1) * math.Pow(0.8, float64(m1)) * math.Pow(0.2, float64(10-m1)) * choose(m2) * math.Pow(0.2, float64(m2)) * math.Pow(0.8, float64(10-m2))
			if x, y := float64(m1), float64(m2); x+y > 0 {
				chance += p
				isolation += p * (x*x + y*y) / 10 / (x + y)
				sd += p * math.Abs(x-y) / 20
				square += p * (x - y) * (x - y) / 400
			}
		}
	}
	isolation, sd, square = isolation/chance, sd/chance, square/chance
	if math.Abs(near.SD.SE-math.Sqrt(square-sd*sd)) > 0.005 || math.Abs(near.SD.Bias-(sd-0.3)) > 0.007 || math.Abs(near.Isolation.Bias-(isolation-0.68)) > 0.01 ||
		near.Isolation.Lo > near.Isolation.Corrected || near.Isolation.Hi < near.Isolation.Corrected {
		t.Errorf("SD %+v, isolation %+v, want %v and %v on average", near.SD, near.Isolation, sd, isolation)
	}
	if math.Abs(near.ChanceIsolation.Mean-0.526316) > 0.003 {
		t.Errorf("isolation by chance %v", near.ChanceIsolation.Mean)
	}
	if all.SD.Value != 0 || all.SD.SE != 0 || math.Abs(all.ChanceIsolation.Mean-0.5) > 1e-12 || math.Abs(all.Isolation.Value-0.5) > 1e-12 {
		t.Errorf("everybody near: %+v", all)
	}
	again, err := NeighbourInference(s, []int64{10, 20}, RingsInProportion, Draws{N: 4000, Seed: 5})
	if err != nil || fmt.Sprint(again) != fmt.Sprint(out) {
		t.Error("the same seed gives another answer")
	}
}

func TestNeighbourCube(t *testing.T) {
	dims := []cube.Dimension{{Name: "square"}, {Name: "group"}, {Name: "east"}, {Name: "north"}}
	for k, codes := range [][]string{{"1", "2"}, {"a", "b"}, {"600000", "600100"}, {"6500000"}} {
		for _, code := range codes {
			dims[k].Members = append(dims[k].Members, cube.Member{Code: code})
		}
	}
	b := cube.NewBuilder("squares", dims, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for i, n := range []float64{8, 2, 2, 8} {
		b.Add([]int32{int32(i / 2), int32(i % 2), int32(i / 2), 0}, cube.KnownCell(n))
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	q := Question{Units: "square", Groups: "group", Persons: Draws{N: 50}}
	out, err := NeighbourCube(c, q, Grid{East: "east", North: "north", Side: 100}, []int64{10, 20, 50})
	if err != nil {
		t.Fatal(err)
	}
	near(t, out, "Isolation", 0.68, "a", "10")
	near(t, out, "SD", 0.3, "b", "10")
	near(t, out, "P10", 0.2, "a", "10")
	near(t, out, "P90", 0.8, "a", "10")
	near(t, out, "Isolation", 0.5, "a", "20")
	near(t, out, "MeanDistance", 100, "a", "20")
	near(t, out, "MeanShare", 0.5, "a", "50")
	if !warned(out, "fewer-than-k") {
		t.Errorf("warnings %v", out.Warnings)
	}
	if got := out.Get("Isolation"+corrected, "a", "10"); !got.Lo.OK || got.Value > 0.68 {
		t.Errorf("corrected isolation is %+v", got)
	}
	if _, err := NeighbourCube(c, q, Grid{East: "north", North: "square", Side: 100}, []int64{10}); err == nil {
		t.Error("units as coordinates, and no error")
	}
}

// Two squares side by side, 8 + 2 and 2 + 8 persons, of which the 2 of the first square are hidden, from 1 to 4. With k = 8 everybody's own square: its share is 8/9 to 8/12. Isolation of a is
// (8·share + 2·0.2)/10, and the others round themselves (n·n/(8 + n) + 8·0.8)/(n + 8).
func TestNeighbourCubeOfHiddenCounts(t *testing.T) {
	dims := []cube.Dimension{{Name: "square"}, {Name: "group"}, {Name: "east"}, {Name: "north"}}
	for k, codes := range [][]string{{"1", "2"}, {"a", "b"}, {"600000", "600100"}, {"6500000"}} {
		for _, code := range codes {
			dims[k].Members = append(dims[k].Members, cube.Member{Code: code})
		}
	}
	squares := func(hidden cube.Cell) *cube.Cube {
		b := cube.NewBuilder("squares", dims, []cube.Measure{{Name: "N", Kind: cube.Count}})
		for i, n := range []float64{8, 2, 2, 8} {
			cell := cube.KnownCell(n)
			if i == 1 {
				cell = hidden
			}
			b.Add([]int32{int32(i / 2), int32(i % 2), int32(i / 2), 0}, cell)
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	grid := Grid{East: "east", North: "north", Side: 100}
	q := Question{Units: "square", Groups: "group", HiddenBelow: 5, Persons: Draws{N: 20}}
	bounded := func(out *cube.Cube, measure string, lo, hi float64, codes ...string) {
		t.Helper()
		if c := out.Get(measure, codes...); !c.Lo.OK || math.Abs(c.Lo.V-lo) > 1e-9 || math.Abs(c.Hi.V-hi) > 1e-9 {
			t.Errorf("%s of %v: %+v, want %v to %v", measure, codes, c, lo, hi)
		}
	}
	out, err := NeighbourCube(squares(cube.Cell{Status: cube.HiddenRule, Lo: cube.Num(1), Hi: cube.Num(4)}), q, grid, []int64{8})
	if err != nil {
		t.Fatal(err)
	}
	bounded(out, "Isolation", (8*8./12+0.4)/10, (8*8./9+0.4)/10, "a", "8")
	bounded(out, "P90", 8./12, 8./9, "a", "8")
	bounded(out, "P10", 0.2, 0.2, "a", "8")
	bounded(out, "MeanDistance", 0, 0, "a", "8")
	if c := out.Get("Isolation"+corrected, "a", "8"); c.Status.HasValue() || !warned(out, "bounded-by-hidden") || !warned(out, "draws-of-published") {
		t.Errorf("%+v, warnings %v", c, out.Warnings)
	}
	// Hidden, and nobody says below what: it stays hidden.
	q.HiddenBelow = 0
	if out, err = NeighbourCube(squares(cube.Cell{Status: cube.HiddenRule}), q, grid, []int64{8}); err != nil || out.Get("Isolation", "a", "8").Status != cube.HiddenRule {
		t.Errorf("%v, %+v", err, out.Get("Isolation", "a", "8"))
	}
	// Perturbed by one: 2 may be 1 to 3, the others likewise; the value is of what is published, and nothing is dealt by chance.
	q.PerturbedBy = 1
	if out, err = NeighbourCube(squares(cube.KnownCell(2)), q, grid, []int64{8}); err != nil {
		t.Fatal(err)
	}
	c := out.Get("Isolation", "a", "8")
	if c.Status != cube.Perturbed || math.Abs(c.Value-0.68) > 1e-9 || c.Lo.V > 0.68 || c.Lo.V < 0.4 || c.Hi.V < 0.68 || c.Hi.V > 0.9 || out.Get("Isolation"+expected, "a", "8").Status.HasValue() {
		t.Errorf("%+v, %+v", c, out.Get("Isolation"+expected, "a", "8"))
	}
}
