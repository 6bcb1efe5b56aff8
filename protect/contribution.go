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

// of are the stakes in a set of atoms, by holding.
func (c *contributors) of(atoms []int32) Concentration {
	var all []stake
	for _, a := range atoms {
		all = append(all, c.stakes[a]...)
	}
	return concentrate(all)
}

// A Concentration is what the rules on contributors go by: how a number is shared among those behind it. Sizes are absolute values, since a loss tells
// of its owner as a profit does; what each contributor gave is added up first.
type Concentration struct {
	Total   float64   // of all sizes, also of what counts as nobody's
	Largest []float64 // sizes of the contributors, from the largest
}

// Concentrate is the concentration of some contributions under a policy's holdings and what it counts as no contributor.
func Concentrate(of []Contribution, p Policy) Concentration {
	var all []stake
	for _, x := range of {
		all = append(all, stake{holder(x.Contributor, p), x.Value * cmp.Or(x.Weight, 1)})
	}
	return concentrate(all)
}

func concentrate(all []stake) Concentration {
	slices.SortStableFunc(all, func(a, b stake) int { return cmp.Compare(a.holder, b.holder) })
	var out Concentration
	for i := 0; i < len(all); {
		name, sum := all[i].holder, 0.0
		for ; i < len(all) && all[i].holder == name; i++ {
			sum += all[i].value
		}
		out.Total += math.Abs(sum)
		if name != "" {
			out.Largest = append(out.Largest, math.Abs(sum))
		}
	}
	slices.SortFunc(out.Largest, func(x, y float64) int { return cmp.Compare(y, x) })
	return out
}

// Share is the share of the total, 0..1, that the n largest contributors hold; 0 of nothing.
func (c Concentration) Share(n int) float64 {
	if c.Total == 0 {
		return 0
	}
	return c.top(n) / c.Total
}

// Percent is the p of the p% rule: what is left without the two largest, in per cent of the largest; it is how closely the second largest can estimate
// the largest. It is +Inf when nobody has anything.
func (c Concentration) Percent() float64 {
	if len(c.Largest) == 0 || c.Largest[0] == 0 {
		return math.Inf(1)
	}
	return 100 * (c.Total - c.top(2)) / c.Largest[0]
}

// top is the sum of the n largest.
func (c Concentration) top(n int) (sum float64) {
	for _, v := range c.Largest[:min(n, len(c.Largest))] {
		sum += v
	}
	return sum
}

// sensitive tells whether a rule on contributors hides a number. A number that nobody in particular stands behind is not judged.
func (c Concentration) sensitive(p Policy) bool {
	if len(c.Largest) == 0 {
		return false
	}
	if len(c.Largest) < p.MinContributors {
		return true
	}
	for _, rule := range p.Dominance {
		if c.top(rule.N)*100 > rule.K*c.Total {
			return true
		}
	}
	return p.PPercent > 0 && c.Largest[0] > 0 && (c.Total-c.top(2))*100 < p.PPercent*c.Largest[0]
}
