package segregation

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// SameValue is the usual tie for areas and distances: values that differ by less than one part in 100,000 are held to be the same. Areas of equal grid
// squares or hexagons differ by rounded coordinates, and an order by such noise decides what comes out in other tools.
const SameValue = 1e-5

// spaceBlocks orders units by a value, in blocks of ties: a block holds the values up to (1 + tie) times its first.
func spaceBlocks(value []float64, tie float64) [][]int {
	var o spaceOrder
	return o.blocks(value, tie)
}

// A spaceOrder is memory for [spaceBlocks] that is used again.
type spaceOrder struct {
	sorted []spaceValue
	order  []int
	list   [][]int
}

type spaceValue struct {
	value float64
	unit  int
}

func (o *spaceOrder) blocks(value []float64, tie float64) [][]int {
	o.sorted = slices.Grow(o.sorted[:0], len(value))
	for i, v := range value {
		o.sorted = append(o.sorted, spaceValue{v, i})
	}
	slices.SortFunc(o.sorted, func(a, b spaceValue) int {
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return a.unit - b.unit
	})
	o.order, o.list = slices.Grow(o.order[:0], len(value))[:len(value)], slices.Grow(o.list[:0], len(value))
	for from := 0; from < len(value); {
		to := from
		for to < len(value) && (to == from || o.sorted[to].value <= o.sorted[from].value*(1+tie)) {
			o.order[to] = o.sorted[to].unit
			to++
		}
		o.list, from = append(o.list, o.order[from:to]), to
	}
	return o.list
}

func spaceSum(v []float64) float64 {
	s := 0.0
	for _, x := range v {
		s += x
	}
	return s
}

// HooverDelta is Delta, ½ Σ |x_i/X − a_i/A|: the share of a group that would have to move for an even density over the land. 0..1. x are persons of the group and
// area m², by unit. NaN without persons or without area. Hoover (1941), Duncan, Cuzzort and Duncan (1961).
func HooverDelta(x, area []float64) float64 {
	X, A := spaceSum(x), spaceSum(area)
	d := 0.0
	for i := range x {
		d += math.Abs(x[i]/X - area[i]/A)
	}
	return d / 2
}

// spaceExtremes is the mean area a person would have if X persons lived in the smallest units, and in the largest: whole blocks of units of the same
// area, in the order of area, until they hold X persons.
func spaceExtremes(t, area []float64, X, tie float64) (smallest, largest float64) {
	blocks := spaceBlocks(area, tie)
	fill := func() float64 {
		persons, land := 0.0, 0.0
		for _, block := range blocks {
			for _, i := range block {
				persons += t[i]
				land += t[i] * area[i]
			}
			if persons >= X {
				break
			}
		}
		return land / persons
	}
	smallest = fill()
	slices.Reverse(blocks)
	return smallest, fill()
}

// spaceRatio is a/b, undefined where b is nothing.
func spaceRatio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

func spaceMeanArea(x, area []float64) float64 {
	X, s := spaceSum(x), 0.0
	for i := range x {
		s += x[i] * area[i]
	}
	return s / X
}

// AbsoluteConcentration is ACO of Massey and Denton (1988): 1 − (m − s)/(l − s), where m is the mean area of a group's units, s what it would be with the
// group in the smallest units and l in the largest. 0 (in the largest) to 1 (in the smallest). x are persons of the group, t all persons, by unit; units whose
// areas differ by less than the share tie count as one ([SameValue]; 0 for only equal ones). NaN where all units are of one size, and without persons.
func AbsoluteConcentration(x, t, area []float64, tie float64) float64 {
	X := spaceSum(x)
	if X == 0 {
		return math.NaN()
	}
	s, l := spaceExtremes(t, area, X, tie)
	if s == l {
		return math.NaN()
	}
	return 1 - (spaceMeanArea(x, area)-s)/(l-s)
}

// RelativeConcentration is RCO of Massey and Denton (1988): (m_x/m_y − 1) / (s/l − 1), where m_x and m_y are the mean areas of the units of two groups, s and l
// as in [AbsoluteConcentration] for x among all persons t. 0: alike; above 0: x on less land than y; 1: as unequal as can be. NaN as there, and without y.
func RelativeConcentration(x, y, t, area []float64, tie float64) float64 {
	X, Y := spaceSum(x), spaceSum(y)
	if X == 0 || Y == 0 {
		return math.NaN()
	}
	s, l := spaceExtremes(t, area, X, tie)
	if s == l {
		return math.NaN()
	}
	return (spaceRatio(spaceMeanArea(x, area), spaceMeanArea(y, area)) - 1) / (s/l - 1)
}

// AbsoluteCentralisation is ACE of Massey and Denton (1988): Σ X_{i−1} A_i − Σ X_i A_{i−1} over units by their distance to the centre, with X_i and A_i the
// cumulative shares of the group and of the land. −1..1, above 0 towards the centre. Units at one distance (within the share tie) are taken together.
// NaN without persons or land.
func AbsoluteCentralisation(x, area, distance []float64, tie float64) float64 {
	return spaceCentral(x, area, spaceBlocks(distance, tie))
}

// RelativeCentralisation is RCE: as [AbsoluteCentralisation] with a second group in place of land. Above 0: x lives nearer to the centre than y; it is the
// share of x that would have to change place to lie as y does.
func RelativeCentralisation(x, y, distance []float64, tie float64) float64 {
	return spaceCentral(x, y, spaceBlocks(distance, tie))
}

func spaceCentral(x, y []float64, blocks [][]int) float64 {
	return spaceCentralOf(x, y, blocks, spaceSum(x), spaceSum(y))
}

// spaceCentralOf is of the units in the blocks alone, which hold X and Y persons.
func spaceCentralOf(x, y []float64, blocks [][]int, X, Y float64) float64 {
	var cx, cy, sum float64
	for _, block := range blocks {
		px, py := cx, cy
		for _, i := range block {
			cx += x[i]
			cy += y[i]
		}
		sum += px*cy - cx*py
	}
	return sum / (X * Y)
}

// LocalCentralisation is [RelativeCentralisation] with each unit in turn as the centre, among the units within a distance (m; infinite for all of them): where x
// gathers more tightly than y. NaN where one of the groups has nobody within. Folch and Rey (2016); PySAL takes the five nearest units in place of a distance, which on a
// regular map leaves the choice among equal distances to chance.
func LocalCentralisation(x, y []float64, s *Space, within, tie float64) ([]float64, error) {
	if s.x == nil {
		return nil, errors.New("segregation: local centralisation needs points")
	}
	if len(x) != s.Units() || len(y) != s.Units() {
		return nil, fmt.Errorf("segregation: %d and %d counts for %d points", len(x), len(y), s.Units())
	}
	out := make([]float64, len(x))
	spaceParallel(len(x), func(i int) {
		var distance, nearX, nearY []float64
		for j := range x {
			if d := math.Hypot(s.x[j]-s.x[i], s.y[j]-s.y[i]); d <= within {
				distance, nearX, nearY = append(distance, d), append(nearX, x[j]), append(nearY, y[j])
			}
		}
		out[i] = spaceCentral(nearX, nearY, spaceBlocks(distance, tie))
	})
	return out, nil
}
