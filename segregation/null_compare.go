package segregation

import (
	"errors"
	"fmt"
)

// A Comparison is a way to test the difference of a measure between two places or periods.
type Comparison string

const (
	// RandomLabel deals the units of both out anew, whole, each place keeping its number of units: would the difference be as large between two random halves?
	RandomLabel Comparison = "random-label"
	// PooledPersons permutes persons over the units of both, as PersonPermutation of both together: is the difference more than unit sizes and chance give?
	PooledPersons Comparison = "pooled-persons"
	// SwapComposition, SwapDualComposition and SwapShare give each unit, by the toss of a coin, what it has or its counterfactual of the other place (two groups
	// only): is the difference due to composition?
	SwapComposition     Comparison = "composition"
	SwapDualComposition Comparison = "dual-composition"
	SwapShare           Comparison = "share"
	// ResampledPersons draws both by BootstrapPersons, shifted to no difference. It is the test for two totals of independent persons.
	ResampledPersons Comparison = "resampled-persons"
)

// Comparisons are all of them.
func Comparisons() []Comparison {
	return []Comparison{RandomLabel, PooledPersons, SwapComposition, SwapDualComposition, SwapShare, ResampledPersons}
}

// CompareValues tests the difference of a measure, first less second. Both have the same groups; units may differ. The Test's Value is the difference, its draws are
// differences under the null.
func CompareValues(first, second *Table, measure Measure, by Comparison, d Draws) (Test, error) {
	d, err := d.declared()
	if err != nil {
		return Test{}, err
	}
	if first.Groups != second.Groups {
		return Test{}, fmt.Errorf("segregation: %d groups in the first and %d in the second; they must be the same", first.Groups, second.Groups)
	}
	if first.total == 0 || second.total == 0 {
		return Test{}, errors.New("segregation: a place without persons has no value to compare")
	}
	difference := measure(first) - measure(second)
	placer, err := nullComparison(first, second, by)
	if err != nil {
		return Test{}, err
	}
	drawn := bootDraw(d, 1, func() bootDrawer {
		a, b := bootTable(first), bootTable(second)
		place := placer()
		return func(r *bootRand, out []float64) {
			place(r, a, b)
			out[0] = measure(a) - measure(b)
			if by == ResampledPersons {
				out[0] -= difference
			}
		}
	})
	return nullTest(difference, drawn[0], string(by), d), nil
}

// nullComparison gives the workers of a comparison: each fills both tables with one draw.
func nullComparison(first, second *Table, by Comparison) (func() func(r *bootRand, a, b *Table), error) {
	pooled := func() *Table {
		c := &Table{Units: first.Units + second.Units, Groups: first.Groups, units: make([]float64, first.Units+second.Units), groups: make([]float64, first.Groups)}
		c.n = append(append(make([]float64, 0, len(first.n)+len(second.n)), first.n...), second.n...)
		c.bootMargins()
		return c
	}
	part := func(c, a, b *Table) {
		copy(a.n, c.n)
		copy(b.n, c.n[len(a.n):])
		a.bootMargins()
		b.bootMargins()
	}
	switch by {
	case RandomLabel:
		both := pooled()
		return func() func(r *bootRand, a, b *Table) {
			c, order := bootTable(both), make([]int, both.Units)
			return func(r *bootRand, a, b *Table) {
				nullPermute(r, order, both, c)
				part(c, a, b)
			}
		}, nil
	case PooledPersons:
		both := pooled()
		placer, err := nullPlacer(both, PersonPermutation)
		if err != nil {
			return nil, err
		}
		return func() func(r *bootRand, a, b *Table) {
			c, place := bootTable(both), placer()
			return func(r *bootRand, a, b *Table) {
				place(r, c)
				part(c, a, b)
			}
		}, nil
	case ResampledPersons:
		n1, err := bootPersons(first)
		if err != nil {
			return nil, err
		}
		n2, err := bootPersons(second)
		if err != nil {
			return nil, err
		}
		s1, s2 := newBootMultinomial(n1, first.n), newBootMultinomial(n2, second.n)
		return func() func(r *bootRand, a, b *Table) {
			return func(r *bootRand, a, b *Table) {
				s1.draw(r, a.n)
				s2.draw(r, b.n)
				a.bootMargins()
				b.bootMargins()
			}
		}, nil
	case SwapComposition, SwapDualComposition, SwapShare:
		other1, other2, err := CounterfactualTables(first, second, Counterfactual(by))
		if err != nil {
			return nil, err
		}
		toss := func(r *bootRand, to, own, other *Table) {
			for i := range to.Units {
				from := own
				if r.Uint64()>>63 == 0 {
					from = other
				}
				copy(to.Unit(i), from.Unit(i))
			}
			to.bootMargins()
		}
		return func() func(r *bootRand, a, b *Table) {
			return func(r *bootRand, a, b *Table) {
				toss(r, a, first, other1)
				toss(r, b, second, other2)
			}
		}, nil
	}
	return nil, fmt.Errorf("segregation: no comparison called %q; there are %v", by, Comparisons())
}
