package segregation

import (
	"errors"
	"fmt"
	"math"

	"github.com/skikt/skikt/cube"
)

// A Null is a way to place persons or units at random, as if there were no segregation, or none in space.
type Null string

const (
	// PersonPermutation moves persons freely between the places there are: every unit and every group keeps its size (fixed margins).
	PersonPermutation Null = "person-permutation"
	// Evenness gives each person of a unit a group by the groups' overall shares: units keep their size, groups only about.
	Evenness Null = "evenness"
	// Systematic gives each person of a group a unit by the units' shares of all: groups keep their size, units only about (Allen et al. 2015).
	Systematic Null = "systematic"
	// Independence draws all persons with the product of both shares: neither keeps its size but in the mean (free margins).
	Independence Null = "independence"
	// GeographicPermutation moves whole units about on the map. It is for measures closed over a surface; others stay as they are.
	GeographicPermutation Null = "geographic-permutation"
	// SystematicPermutation is Systematic and then GeographicPermutation.
	SystematicPermutation Null = "systematic-permutation"
	// EvennessPermutation is Evenness and then GeographicPermutation.
	EvennessPermutation Null = "evenness-permutation"
	// UnitBootstrap draws units with replacement. It assumes no absence of segregation: its p-values tell whether the value is central among its own resamples, no more.
	UnitBootstrap Null = "unit-bootstrap"
)

// Nulls are all of them.
func Nulls() []Null {
	return []Null{PersonPermutation, Evenness, Systematic, Independence, GeographicPermutation, SystematicPermutation, EvennessPermutation, UnitBootstrap}
}

// A Test compares a value with what random placing gives.
type Test struct {
	Value     float64
	Mean, SD  float64 // of the draws
	Lo, Hi    float64 // quantiles of the draws
	Level     float64
	Excess    float64 // Value less Mean: what is beyond chance
	Greater   float64 // p-value against larger: (1 + draws at least as large)/(1 + draws)
	TwoSided  float64 // twice the smaller tail, at most 1
	Null      string
	Draws     int
	Undefined int // draws in which the measure was undefined; they are left out
	Seed      uint64
	Warnings  []cube.Warning
}

// CompareNull compares a measure with its values under a null. The p-values count the table itself among the draws, so they are never zero; with n draws none is below 1/(n+1).
// A measure that never changes under the null (geographic permutation of an aspatial measure) has p = 1.
func CompareNull(t *Table, measure Measure, null Null, d Draws) (Test, error) {
	d, err := d.declared()
	if err != nil {
		return Test{}, err
	}
	placer, err := nullPlacer(t, null)
	if err != nil {
		return Test{}, err
	}
	drawn := bootDraw(d, 1, func() bootDrawer {
		c := bootTable(t)
		place := placer()
		return func(r *bootRand, out []float64) {
			place(r, c)
			out[0] = measure(c)
		}
	})
	return nullTest(measure(t), drawn[0], string(null), d), nil
}

// nullTest sums up. Values equal but for the last digits count as equal.
func nullTest(value float64, drawn []float64, null string, d Draws) Test {
	s := bootSummarise(drawn)
	tail := (1 - d.Level) / 2
	x := Test{Value: value, Mean: s.mean, SD: s.sd, Lo: s.quantile(tail), Hi: s.quantile(1 - tail), Level: d.Level, Excess: value - s.mean, Null: null,
		Draws: d.N, Undefined: s.undefined, Seed: d.Seed}
	above, below := 1.0, 1.0
	near := 1e-12 * max(1, math.Abs(value))
	for _, v := range s.sorted {
		if v >= value-near {
			above++
		}
		if v <= value+near {
			below++
		}
	}
	n := float64(len(s.sorted) + 1)
	x.Greater, x.TwoSided = above/n, min(1, 2*min(above, below)/n)
	if math.IsNaN(value) || len(s.sorted) == 0 {
		x.Greater, x.TwoSided = math.NaN(), math.NaN()
	}
	if s.undefined > 0 {
		x.Warnings = append(x.Warnings, bootUndefinedWarning(s.undefined, d.N))
	}
	return x
}

// A nullPlace fills a table of the same shape with one random placing. Each worker has one of its own.
type nullPlace func(r *bootRand, c *Table)

// nullPlacer gives the workers of a null.
func nullPlacer(t *Table, null Null) (func() nullPlace, error) {
	switch null {
	case GeographicPermutation:
		return func() nullPlace {
			order := make([]int, t.Units)
			return func(r *bootRand, c *Table) { nullPermute(r, order, t, c) }
		}, nil
	case UnitBootstrap:
		filled := bootFilled(t)
		return func() nullPlace { return func(r *bootRand, c *Table) { bootResampleUnits(r, t, c, filled) } }, nil
	case SystematicPermutation, EvennessPermutation:
		first := Systematic
		if null == EvennessPermutation {
			first = Evenness
		}
		placer, err := nullPlacer(t, first)
		if err != nil {
			return nil, err
		}
		return func() nullPlace {
			place, before, order := placer(), bootTable(t), make([]int, t.Units)
			return func(r *bootRand, c *Table) {
				place(r, before)
				nullPermute(r, order, before, c)
			}
		}, nil
	}
	persons, err := bootPersons(t)
	if err != nil {
		return nil, err
	}
	switch null {
	case PersonPermutation:
		return nullFixed(t)
	case Independence:
		weights := make([]float64, len(t.n))
		for i := range t.Units {
			for g := range t.Groups {
				weights[i*t.Groups+g] = t.units[i] / t.total * t.groups[g]
			}
		}
		m := newBootMultinomial(persons, weights)
		return func() nullPlace {
			return func(r *bootRand, c *Table) {
				m.draw(r, c.n)
				c.bootMargins()
			}
		}, nil
	case Evenness:
		sizes, err := nullWhole(t.units, "units")
		if err != nil {
			return nil, err
		}
		return func() nullPlace {
			return func(r *bootRand, c *Table) {
				for i, n := range sizes {
					share := t.total
					row := c.Unit(i)
					for g := range row {
						k := n
						if g+1 < len(row) {
							k = bootBinomial(r, n, t.groups[g]/share)
							share -= t.groups[g]
						}
						row[g] = float64(k)
						n -= k
					}
				}
				c.bootMargins()
			}
		}, nil
	case Systematic:
		sizes, err := nullWhole(t.groups, "groups")
		if err != nil {
			return nil, err
		}
		samplers := make([]*bootMultinomial, t.Groups)
		for g, n := range sizes {
			samplers[g] = newBootMultinomial(int(n), t.units)
		}
		return func() nullPlace {
			column := make([]float64, t.Units)
			return func(r *bootRand, c *Table) {
				for g, m := range samplers {
					m.draw(r, column)
					for i, v := range column {
						c.n[i*c.Groups+g] = v
					}
				}
				c.bootMargins()
			}
		}, nil
	}
	return nil, fmt.Errorf("segregation: no null called %q; there are %v", null, Nulls())
}

// nullFixed draws tables with the margins of t, unit by unit: each group's persons in a unit are a draw without replacement from those not yet placed.
func nullFixed(t *Table) (func() nullPlace, error) {
	units, err := nullWhole(t.units, "units")
	if err != nil {
		return nil, err
	}
	groups, err := nullWhole(t.groups, "groups")
	if err != nil {
		return nil, err
	}
	// The largest group last: it gets what the others leave, and its draws, the costliest, are spared.
	order := make([]int, t.Groups)
	largest := 0
	for g := range groups {
		if groups[g] > groups[largest] {
			largest = g
		}
	}
	for g, k := 0, 0; g < t.Groups; g++ {
		if g != largest {
			order[k] = g
			k++
		}
	}
	order[t.Groups-1] = largest
	return func() nullPlace {
		left := make([]int64, t.Groups)
		return func(r *bootRand, c *Table) {
			copy(left, groups)
			all := int64(t.total)
			for i, n := range units {
				row, pool, size := c.Unit(i), all, n
				for k, g := range order {
					v := n
					if k+1 < len(order) {
						v = bootHypergeometric(r, left[g], pool-left[g], n)
						pool -= left[g]
					}
					left[g] -= v
					n -= v
					row[g] = float64(v)
				}
				all -= size
			}
			copy(c.units, t.units)
			copy(c.groups, t.groups)
			c.total = t.total
		}
	}, nil
}

// nullWhole is margins as whole numbers.
func nullWhole(margin []float64, of string) ([]int64, error) {
	out := make([]int64, len(margin))
	for i, v := range margin {
		w := math.Round(v)
		if math.Abs(v-w) > 1e-6 {
			return nil, fmt.Errorf("segregation: persons can't be placed at random when %s have fractions of persons (number %d of them); use whole counts, or the null %s", of, i+1, Independence)
		}
		out[i] = int64(w)
	}
	return out, nil
}

// nullPermute fills c with the rows of t in random order (Fisher–Yates).
func nullPermute(r *bootRand, order []int, t, c *Table) {
	for i := range order {
		j := r.below(i + 1)
		order[i] = order[j]
		order[j] = i
	}
	for i, from := range order {
		copy(c.Unit(i), t.Unit(from))
	}
	c.bootMargins()
}

// An Expectation is the value that chance alone gives.
type Expectation struct {
	Value     float64 // of the table as it is
	Mean      float64 // under the null: exact where Exact is set, else over the draws
	SD        float64 // over the draws; NaN when none were made
	Excess    float64 // Value less Mean
	Exact     bool
	Null      Null
	Draws     int // 0 where none were needed
	Undefined int
	Seed      uint64
}

// Expected gives the value of measures under a null by draws. Under those without segregation the Mean is what small numbers alone give: a measure's bias.
func Expected(t *Table, null Null, d Draws, measures ...Measure) ([]Expectation, error) {
	return ExpectedProfile(t, null, d, bootProfile(measures))
}

// ExpectedProfile is Expected of all values of a profile.
func ExpectedProfile(t *Table, null Null, d Draws, p Profile) ([]Expectation, error) {
	d, err := d.declared()
	if err != nil {
		return nil, err
	}
	placer, err := nullPlacer(t, null)
	if err != nil {
		return nil, err
	}
	drawn := bootDraw(d, p.Size, func() bootDrawer {
		c := bootTable(t)
		place := placer()
		return func(r *bootRand, out []float64) {
			place(r, c)
			p.Of(c, out)
		}
	})
	values := make([]float64, p.Size)
	p.Of(t, values)
	out := make([]Expectation, p.Size)
	for k, v := range values {
		s := bootSummarise(drawn[k])
		out[k] = Expectation{Value: v, Mean: s.mean, SD: s.sd, Excess: v - s.mean, Null: null, Draws: d.N, Undefined: s.undefined, Seed: d.Seed}
	}
	return out, nil
}

// ExpectedInformation is Expected of M and H together, in a fast form.
func ExpectedInformation(t *Table, null Null, d Draws) (m, h Expectation, err error) {
	e, err := ExpectedProfile(t, null, d, bootFast(t))
	if err != nil {
		return m, h, err
	}
	return e[0], e[1], nil
}

// ExactInformation is the mean of M and H over all tables with the same margins, by the sum over each cell's hypergeometric distribution (Vinh, Epps and Bailey
// 2010); no draws. What has less probability than 10⁻¹⁸ is left out. SD is NaN.
func ExactInformation(t *Table) (m, h Expectation, err error) {
	entropy := Entropy(t)
	mean, err := nullExactCells(t, func(x, unit, group float64) float64 { return bootXLogX(x) })
	if err != nil {
		return m, h, err
	}
	var all sum
	for _, v := range mean {
		all.add(v)
	}
	for _, v := range t.units {
		all.add(-bootXLogX(v))
	}
	for _, v := range t.groups {
		all.add(-bootXLogX(v))
	}
	all.add(bootXLogX(t.total))
	em := max(0, all.value()/t.total)
	eh := em / entropy
	if entropy == 0 {
		eh = math.NaN()
	}
	m = Expectation{Value: MutualInformation(t), Mean: em, SD: math.NaN(), Exact: true, Null: PersonPermutation}
	h = Expectation{Value: TheilH(t), Mean: eh, SD: math.NaN(), Exact: true, Null: PersonPermutation}
	m.Excess, h.Excess = m.Value-m.Mean, h.Value-h.Mean
	return m, h, nil
}

// ExactDissimilarity is the mean of D of two groups over all tables with the same margins: each unit's mean absolute deviation of a hypergeometric number.
func ExactDissimilarity(a, b []float64) (Expectation, error) {
	t, err := Pair(a, b)
	if err != nil {
		return Expectation{}, err
	}
	mean, err := nullExactCells(t, func(x, unit, group float64) float64 { return math.Abs(x/group - (unit-x)/(t.total-group)) })
	if err != nil {
		return Expectation{}, err
	}
	var all sum
	for i := range t.Units {
		all.add(mean[2*i] / 2)
	}
	e := Expectation{Value: Dissimilarity(a, b), Mean: all.value(), SD: math.NaN(), Exact: true, Null: PersonPermutation}
	e.Excess = e.Value - e.Mean
	return e, nil
}

// ExactLocal is the mean local score of each group, ls_g = Σ_i p_i|g ln(p_i|g/p_i), over all tables with the same margins. It is NaN for an empty group.
func ExactLocal(t *Table) ([]float64, error) {
	mean, err := nullExactCells(t, func(x, unit, group float64) float64 { return x * math.Log(max(x, 1)*t.total/(unit*group)) / group })
	if err != nil {
		return nil, err
	}
	out := make([]float64, t.Groups)
	for g := range out {
		var s sum
		for i := range t.Units {
			s.add(mean[i*t.Groups+g])
		}
		if out[g] = s.value(); t.groups[g] == 0 {
			out[g] = math.NaN()
		}
	}
	return out, nil
}

// nullExactCells is the mean of f(count, unit total, group total) in each cell under fixed margins; zero in cells of empty units and groups.
func nullExactCells(t *Table, f func(x, unit, group float64) float64) ([]float64, error) {
	units, err := nullWhole(t.units, "units")
	if err != nil {
		return nil, err
	}
	groups, err := nullWhole(t.groups, "groups")
	if err != nil {
		return nil, err
	}
	all := int64(t.total)
	if all == 0 {
		return nil, errors.New("segregation: the table has no persons to place")
	}
	mean := make([]float64, len(t.n))
	bootDraws(Draws{N: t.Units}, 0, func() func(int, []float64) {
		return func(i int, _ []float64) {
			for g, group := range groups {
				if unit := units[i]; unit > 0 && group > 0 {
					fu, fg := float64(unit), float64(group)
					mean[i*t.Groups+g] = nullHypergeometricMean(all, group, unit, func(x float64) float64 { return f(x, fu, fg) })
				}
			}
		}
	})
	return mean, nil
}

// nullHypergeometricMean sums f over the number of the group among the unit's persons, from the mode outwards.
func nullHypergeometricMean(all, group, unit int64, f func(float64) float64) float64 {
	low, high := max(0, unit+group-all), min(unit, group)
	mode := min(max((unit+1)*(group+1)/(all+2), low), high)
	// Weights relative to the mode's; their sum is divided out, so no logarithm of a factorial is needed.
	weight, s, w := 1.0, f(float64(mode)), 1.0
	for k := mode; k < high && weight > 1e-18; {
		weight *= float64(group-k) * float64(unit-k) / (float64(k+1) * float64(all-group-unit+k+1))
		k++
		s += weight * f(float64(k))
		w += weight
	}
	weight = 1
	for k := mode; k > low && weight > 1e-18; {
		weight *= float64(k) * float64(all-group-unit+k) / (float64(group-k+1) * float64(unit-k+1))
		k--
		s += weight * f(float64(k))
		w += weight
	}
	return s / w
}
