package protect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Contributions tell who stands behind a measure of an inner cube: what each company or school provider gave to each row.
type Contributions struct {
	Measure string
	Of      []Contribution
}

// A Contribution is what one contributor gave to one row.
type Contribution struct {
	Row         int // of the inner cube
	Contributor string
	Value       float64
	Weight      float64 // how many the contributor stands for; 0 is 1. Counted by the rules on shares of a number, not by that on how many there are
}

// A stake is what one holding has in a number.
type stake struct {
	holder string
	value  float64
}

// contributors are, per atom, the stakes in it by holding, and what counts as nobody's.
type contributors struct {
	stakes [][]stake
}

// newContributors gathers contributions by atom. Their sums must be what the inner cube has.
func (m *model) newContributors(part *part, c Contributions, p Policy) (*contributors, error) {
	column := part.inner.MeasureIndex(c.Measure)
	if column < 0 || !part.inner.Measures()[column].Kind.Additive() {
		return nil, fmt.Errorf("protect: family %s: contributions are given to %q, which is no count or sum of it", part.name, c.Measure)
	}
	sums := make([]float64, part.inner.Len())
	own := make([]map[string]float64, m.atoms)
	for i, x := range c.Of {
		weight := cmp.Or(x.Weight, 1)
		switch {
		case x.Row < 0 || x.Row >= len(sums):
			return nil, fmt.Errorf("protect: family %s: contribution %d to %s is to row %d of %d", part.name, i+1, c.Measure, x.Row, len(sums))
		case math.IsNaN(x.Value) || math.IsInf(x.Value, 0) || math.IsNaN(weight) || math.IsInf(weight, 0) || weight < 0:
			return nil, fmt.Errorf("protect: family %s: contribution %d to %s has no number, or a weight below 0", part.name, i+1, c.Measure)
		}
		sums[x.Row] += x.Value * weight
		a := part.atomOf[x.Row]
		if own[a] == nil {
			own[a] = map[string]float64{}
		}
		own[a][holder(x.Contributor, p)] += x.Value * weight
	}
	for row, sum := range sums {
		if have := part.inner.Cell(row, column); have.Status.HasValue() && math.Abs(have.Value-sum) > 1e-9*max(1, math.Abs(have.Value)) {
			return nil, fmt.Errorf("protect: %s: the contributions to %s add up to another number than the cell has", describe(part.inner, row), c.Measure)
		}
	}
	out := &contributors{stakes: make([][]stake, m.atoms)}
	for a, by := range own {
		for name, v := range by {
			out.stakes[a] = append(out.stakes[a], stake{name, v})
		}
		slices.SortFunc(out.stakes[a], func(x, y stake) int { return cmp.Compare(x.holder, y.holder) })
	}
	return out, nil
}

// holder is the holding a contributor belongs to; empty for one that counts as none.
func holder(contributor string, p Policy) string {
	if slices.Contains(p.NoContributors, contributor) {
		return ""
	}
	return cmp.Or(p.Holdings[contributor], contributor)
}

// A concentration is what the rules on contributors go by.
type concentration struct {
	total   float64 // of absolute values, nobody's too
	largest []float64
}

// of is the concentration of a set of atoms: sizes are absolute values, since a loss tells of its owner as a profit does.
func (c *contributors) of(atoms []int32) concentration {
	by := map[string]float64{}
	var order []string
	for _, a := range atoms {
		for _, s := range c.stakes[a] {
			if _, ok := by[s.holder]; !ok {
				order = append(order, s.holder)
			}
			by[s.holder] += s.value
		}
	}
	var out concentration
	slices.Sort(order)
	for _, name := range order {
		v := math.Abs(by[name])
		out.total += v
		if name != "" {
			out.largest = append(out.largest, v)
		}
	}
	slices.SortFunc(out.largest, func(x, y float64) int { return cmp.Compare(y, x) })
	return out
}

// top is the sum of the n largest.
func (c concentration) top(n int) (sum float64) {
	for _, v := range c.largest[:min(n, len(c.largest))] {
		sum += v
	}
	return sum
}

// sensitive tells whether a rule on contributors hides a number. A number that nobody in particular stands behind is not judged.
func (c concentration) sensitive(p Policy) bool {
	if len(c.largest) == 0 {
		return false
	}
	if len(c.largest) < p.MinContributors {
		return true
	}
	if c.total == 0 {
		return false
	}
	for _, rule := range p.Dominance {
		if c.top(rule.N)*100 > rule.K*c.total {
			return true
		}
	}
	return p.PPercent > 0 && c.largest[0] > 0 && (c.total-c.top(2))*100 < p.PPercent*c.largest[0]
}
