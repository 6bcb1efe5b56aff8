package target

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
)

// An Overlap is what one area of the one division and one of the other have in common: ground in square metres, or persons.
type Overlap struct {
	From, To int // places in the two divisions
	Size     float64
}

// A Sliver says which overlaps are too small to mean anything: borders drawn apart that should be one. An overlap is a sliver when it is at most Least, or at most Share of both its areas.
type Sliver struct {
	Least float64 `yaml:"least" json:"least,omitempty"`
	Share float64 `yaml:"share" json:"share,omitempty"`
}

// Ground is the ground in common of every two areas, in the square of the unit of the coordinates. Borders are read by the even-odd rule, holes and parts alike; those without a border have no ground.
//
// Between the heights of two neighbouring corners or crossings all sides are straight lines that do not cross, so that the width in common at half height times the height is the ground, exactly but for
// rounding; sides that two areas share give nothing.
func Ground(from, to []orb.MultiPolygon) []Overlap {
	var out []Overlap
	boxes := make([]orb.Bound, len(to))
	for j, b := range to {
		boxes[j] = b.Bound()
	}
	for i, a := range from {
		if len(a) == 0 {
			continue
		}
		box := a.Bound()
		for j, b := range to {
			if len(b) == 0 || !box.Intersects(boxes[j]) {
				continue
			}
			if size := common(a, b); size > 0 {
				out = append(out, Overlap{i, j, size})
			}
		}
	}
	return out
}

// A side of a border, from its lower end to its higher.
type side struct {
	x0, y0, x1, y1 float64
	second         bool // of the second area
}

func (s *side) at(y float64) float64 { return s.x0 + (y-s.y0)/(s.y1-s.y0)*(s.x1-s.x0) }

// common is the ground that two areas have in common.
func common(a, b orb.MultiPolygon) float64 {
	box, other := a.Bound(), b.Bound()
	low, high := max(box.Min[1], other.Min[1]), min(box.Max[1], other.Max[1])
	var sides []side
	for second, border := range []orb.MultiPolygon{a, b} {
		for _, polygon := range border {
			for _, ring := range polygon {
				for k := 1; k < len(ring); k++ {
					s := side{ring[k-1][0], ring[k-1][1], ring[k][0], ring[k][1], second == 1}
					if s.y0 > s.y1 {
						s.x0, s.y0, s.x1, s.y1 = s.x1, s.y1, s.x0, s.y0
					}
					if s.y0 < s.y1 && s.y1 > low && s.y0 < high {
						sides = append(sides, s)
					}
				}
			}
		}
	}
	slices.SortFunc(sides, func(s, t side) int { return cmp.Compare(s.y0, t.y0) })
	levels := []float64{low, high}
	for i := range sides {
		s := &sides[i]
		for _, y := range []float64{s.y0, s.y1} {
			if y > low && y < high {
				levels = append(levels, y)
			}
		}
		for j := i + 1; j < len(sides) && sides[j].y0 < s.y1; j++ {
			if y, ok := crossing(s, &sides[j]); ok && y > low && y < high {
				levels = append(levels, y)
			}
		}
	}
	slices.Sort(levels)
	levels = slices.Compact(levels)
	type cut struct {
		x      float64
		second bool
	}
	total := 0.0
	var live []int
	var cuts []cut
	next := 0
	for k := 1; k < len(levels); k++ {
		y := (levels[k-1] + levels[k]) / 2
		for ; next < len(sides) && sides[next].y0 < y; next++ {
			live = append(live, next)
		}
		live = slices.DeleteFunc(live, func(i int) bool { return sides[i].y1 <= y })
		cuts = cuts[:0]
		for _, i := range live {
			cuts = append(cuts, cut{sides[i].at(y), sides[i].second})
		}
		slices.SortFunc(cuts, func(c, d cut) int { return cmp.Compare(c.x, d.x) })
		width, inA, inB := 0.0, false, false
		for c := range cuts {
			if inA && inB {
				width += cuts[c].x - cuts[c-1].x
			}
			if cuts[c].second {
				inB = !inB
			} else {
				inA = !inA
			}
		}
		total += width * (levels[k] - levels[k-1])
	}
	return total
}

// crossing is the height at which two sides cross between their ends.
func crossing(s, t *side) (float64, bool) {
	lo, hi := max(s.y0, t.y0), min(s.y1, t.y1)
	if lo >= hi {
		return 0, false
	}
	a, b := s.at(lo)-t.at(lo), s.at(hi)-t.at(hi)
	if a == 0 || b == 0 || (a > 0) == (b > 0) {
		return 0, false
	}
	return lo + (hi-lo)*a/(a-b), true
}

// Shared is the persons in common of every two areas, from where each point lies in the one and the other division: homes, or the middles of DeSO with their populations. −1 is in no area of the division; such points
// are in Outside and in no overlap.
func Shared(from, to []int32, weight []int64) (overlaps []Overlap, outside ByDivision, err error) {
	if len(from) != len(to) || weight != nil && len(weight) != len(from) {
		return nil, outside, errors.New("target: the columns of the points are not of one length")
	}
	sums := map[[2]int32]int64{}
	for k := range from {
		n := int64(1)
		if weight != nil {
			n = weight[k]
		}
		switch {
		case from[k] < 0 && to[k] < 0:
			outside.Both += n
		case from[k] < 0:
			outside.From += n
		case to[k] < 0:
			outside.To += n
		default:
			sums[[2]int32{from[k], to[k]}] += n
		}
	}
	for at, n := range sums {
		if n > 0 {
			overlaps = append(overlaps, Overlap{int(at[0]), int(at[1]), float64(n)})
		}
	}
	slices.SortFunc(overlaps, func(a, b Overlap) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return overlaps, outside, nil
}

// ByDivision counts persons in no area of the one division, of the other, or of both.
type ByDivision struct{ From, To, Both int64 }

// A Translation is how areas of one division (police areas) are stood for by areas of another (RegSO), with its quality. An area of the second stands for the one of the first with which it has most in common, if that is at
// least the declared share of it.
type Translation struct {
	Of   []int32   // of each area of the second division: the area of the first that it stands for; −1 for none
	Best []float64 // its share in common with that area, or with the one it has most in common with

	Quality []Quality // one an area of the first division
	All     Quality   // of all of them together
	Slivers int       // overlaps left out
	Sliver  float64   // and what they hold in all
}

// A Quality is how well an area is stood for.
type Quality struct {
	Areas  int     // of the second division that stand for it
	Size   float64 // of the area itself
	Chosen float64 // of the areas that stand for it
	Common float64 // what both have in common
}

// Coverage is the part of the area that lies in those that stand for it. NaN for an area of no size.
func (q Quality) Coverage() float64 { return q.Common / q.Size }

// Precision is the part of those that stand for it that lies in the area. NaN where none do.
func (q Quality) Precision() float64 { return q.Common / q.Chosen }

// Agreement is what both have in common over what either has (Jaccard's coefficient): 1 when they are the same.
func (q Quality) Agreement() float64 { return q.Common / (q.Size + q.Chosen - q.Common) }

// Translate lets areas of the second division stand for those of the first, from their overlaps. from and to are the sizes of the areas themselves, in the unit of the overlaps: square metres, or persons. least is the
// share of an area of the second that must lie in one of the first, above 0 and at most 1.
func Translate(from, to []float64, overlaps []Overlap, least float64, sliver Sliver) (*Translation, error) {
	if !(least > 0 && least <= 1) {
		return nil, fmt.Errorf("target: the least share of an area is %v; it must be above 0 and at most 1", least)
	}
	t := &Translation{Of: slices.Repeat([]int32{-1}, len(to)), Best: make([]float64, len(to)), Quality: make([]Quality, len(from))}
	most := make([]float64, len(to))
	at := slices.Repeat([]int32{-1}, len(to))
	for _, o := range overlaps {
		if o.From < 0 || o.From >= len(from) || o.To < 0 || o.To >= len(to) || !(o.Size >= 0) || math.IsInf(o.Size, 1) {
			return nil, errors.New("target: an overlap is of areas that are not there, or of no size")
		}
		if o.Size <= sliver.Least || o.Size <= sliver.Share*from[o.From] && o.Size <= sliver.Share*to[o.To] {
			t.Slivers++
			t.Sliver += o.Size
			continue
		}
		if o.Size > most[o.To] {
			most[o.To], at[o.To] = o.Size, int32(o.From)
		}
	}
	for i, size := range from {
		t.Quality[i].Size = size
		t.All.Size += size
	}
	for j, size := range to {
		if size <= 0 || at[j] < 0 {
			continue
		}
		t.Best[j] = most[j] / size
		if t.Best[j] < least {
			continue
		}
		t.Of[j] = at[j]
		q := &t.Quality[at[j]]
		q.Areas++
		q.Chosen += size
		q.Common += most[j]
		t.All.Areas++
		t.All.Chosen += size
		t.All.Common += most[j]
	}
	// What two areas have in common is in both, and areas may be the same; sums of ground may say otherwise by their rounding.
	const rounding = 1e-9
	within := func(q *Quality) {
		if math.Abs(q.Chosen-q.Size) <= rounding*q.Size {
			q.Chosen = q.Size
		}
		if most := min(q.Size, q.Chosen); q.Common >= most*(1-rounding) {
			q.Common = most
		}
	}
	for i := range t.Quality {
		within(&t.Quality[i])
	}
	within(&t.All)
	return t, nil
}

// GroundOf is the ground that the areas of two divisions have in common, and the ground of the areas themselves; areas without a border have none.
func GroundOf(from, to *area.Division) (overlaps []Overlap, sizes [2][]float64) {
	var borders [2][]orb.MultiPolygon
	for k, div := range []*area.Division{from, to} {
		for i := range div.Len() {
			border := div.At(i).Border
			borders[k] = append(borders[k], border)
			size := 0.0
			if len(border) > 0 {
				size = common(border, border)
			}
			sizes[k] = append(sizes[k], size)
		}
	}
	return Ground(borders[0], borders[1]), sizes
}
