package areatype

import (
	"fmt"
	"math"
	"math/big"
	"sync"
)

// NoCutError says that no cut can be drawn: all indices are equal, so s is 0, or there are too few areas. With s = 0 every area would
// lie on every cut and be Type1.
type NoCutError struct {
	N      int     // areas that count
	Index  float64 // the one index, when there is at least one area
	Reason string
}

func (e *NoCutError) Error() string { return "areatype: no cut can be drawn: " + e.Reason }

// Moments are the mean m and the standard deviation s that the cuts are made of.
type Moments struct {
	Mean, SD float64

	slack float64 // bound on the error of Mean and of SD
	once  sync.Once
	exact func() (mean, variance *big.Rat)
	mean  *big.Rat
	vari  *big.Rat
}

// Exact are the mean and the variance as fractions.
func (m *Moments) Exact() (mean, variance Exact) {
	m.once.Do(func() { m.mean, m.vari = m.exact() })
	return Exact{m.mean}, Exact{m.vari}
}

// GivenMoments are m and s from elsewhere, such as a publication, read as the decimal numbers written.
func GivenMoments(mean, sd float64) (*Moments, error) {
	m, err := Decimal(mean)
	if err != nil {
		return nil, err
	}
	s, err := Decimal(sd)
	if err != nil {
		return nil, err
	}
	if sd <= 0 {
		return nil, &NoCutError{Index: mean, Reason: fmt.Sprintf("the given s is %v", sd)}
	}
	return &Moments{Mean: mean, SD: sd, slack: floatError(math.Max(math.Abs(mean), sd)), exact: func() (*big.Rat, *big.Rat) {
		return m.rat(), new(big.Rat).Mul(s.rat(), s.rat())
	}}, nil
}

// floatError bounds what floating point can do to the mean and the SD of values up to size: rounding them moves either by at most 2⁻⁵³ × size each,
// compensated sums and the root by a few times that. 2⁻⁴⁰ is thousands of times as much, and still far below any distance that matters.
func floatError(size float64) float64 { return math.Ldexp(size, -40) }

// Moments are m and s of the index over areas, weighted and divided as declared:
//
//	m = Σwx / W,  s² = Σw(x-m)² / D,  W = Σw
//
// with w = 1 or the population, and D by [Divisor]. Population may be nil when the definition is unweighted.
func (d Definition) Moments(index []Exact, population []int64) (*Moments, error) {
	d = d.WithDefaults()
	if population != nil && len(population) != len(index) {
		return nil, fmt.Errorf("areatype: %d areas have an index and %d a population", len(index), len(population))
	}
	weights, err := d.weights(population, len(index))
	if err != nil {
		return nil, err
	}
	values := make([]float64, len(index))
	var w, w2 big.Int
	var first *Exact
	n, size, spread := 0, 0.0, false
	for i := range index {
		if weights[i] == 0 {
			continue
		}
		n++
		values[i] = index[i].Float()
		size = math.Max(size, math.Abs(values[i]))
		wi := big.NewInt(weights[i])
		w.Add(&w, wi)
		w2.Add(&w2, wi.Mul(wi, wi))
		if first == nil {
			first = &index[i]
		} else if !spread {
			spread = first.Cmp(index[i]) != 0
		}
	}
	divisor := d.divisor(&w, &w2)
	switch {
	case n == 0:
		return nil, &NoCutError{Reason: "no area has an index and a weight"}
	case !spread:
		return nil, &NoCutError{N: n, Index: first.Float(), Reason: fmt.Sprintf("all %d areas have the same index, so s is 0", n)}
	case divisor.Sign() <= 0:
		return nil, &NoCutError{N: n, Index: first.Float(), Reason: fmt.Sprintf("%d areas are too few for the divisor %s", n, d.Divisor)}
	}
	var sum, squares accumulator
	for i, x := range values {
		sum.add(float64(weights[i]) * x)
	}
	total, _ := new(big.Float).SetInt(&w).Float64()
	by, _ := divisor.Float64()
	m := sum.total() / total
	for i, x := range values {
		squares.add(float64(weights[i]) * (x - m) * (x - m))
	}
	return &Moments{
		Mean: m, SD: math.Sqrt(squares.total() / by),
		// An error e in every value moves s by at most e √(W/D).
		slack: floatError(size) * math.Max(1, math.Sqrt(total/by)),
		exact: func() (*big.Rat, *big.Rat) { return exactMoments(index, weights, &w, divisor) },
	}, nil
}

func (d Definition) weights(population []int64, n int) ([]int64, error) {
	weights := make([]int64, n)
	for i := range weights {
		weights[i] = 1
		if d.Weighting == ByPopulation {
			if population == nil {
				return nil, fmt.Errorf("areatype: definition %s weights by population, and none is given", d.Name)
			}
			weights[i] = population[i]
		}
		if weights[i] < 0 {
			return nil, fmt.Errorf("areatype: area %d has the population %d", i+1, weights[i])
		}
	}
	return weights, nil
}

func (d Definition) divisor(w, w2 *big.Int) *big.Rat {
	by := new(big.Rat).SetInt(w)
	switch {
	case d.Divisor == DivisorSample:
		by.Sub(by, big.NewRat(1, 1))
	case d.Divisor == DivisorReliability && w.Sign() > 0:
		by.Sub(by, new(big.Rat).SetFrac(w2, w))
	}
	return by
}

// exactMoments are Σwx/W and (Σwx² - W m²)/D.
func exactMoments(index []Exact, weights []int64, w *big.Int, divisor *big.Rat) (mean, variance *big.Rat) {
	first := make([]*big.Rat, 0, len(index))
	second := make([]*big.Rat, 0, len(index))
	for i, x := range index {
		if weights[i] == 0 {
			continue
		}
		wx := new(big.Rat).SetInt64(weights[i])
		wx.Mul(wx, x.rat())
		first = append(first, wx)
		second = append(second, new(big.Rat).Mul(wx, x.rat()))
	}
	total := new(big.Rat).SetInt(w)
	sum := sumRats(first)
	mean = new(big.Rat).Quo(sum, total)
	variance = sumRats(second)
	variance.Sub(variance, new(big.Rat).Mul(sum, mean))
	return mean, variance.Quo(variance, divisor)
}

// accumulator adds floats with Neumaier's compensation (1974).
type accumulator struct{ sum, lost float64 }

func (a *accumulator) add(v float64) {
	t := a.sum + v
	if math.Abs(a.sum) >= math.Abs(v) {
		a.lost += (a.sum - t) + v
	} else {
		a.lost += (v - t) + a.sum
	}
	a.sum = t
}

func (a *accumulator) total() float64 { return a.sum + a.lost }

// against is the sign of x - (m + k s), exactly.
func (m *Moments) against(x Exact, k float64) int {
	f := x.Float()
	gap := f - (m.Mean + k*m.SD)
	if math.Abs(gap) > (2+math.Abs(k))*m.slack+floatError(math.Abs(f)) {
		if gap > 0 {
			return 1
		}
		return -1
	}
	return m.againstExactly(x, k)
}

// againstExactly compares d = x - m with k s on fractions: where their signs differ the signs decide, else d² against k² s².
func (m *Moments) againstExactly(x Exact, k float64) int {
	mean, variance := m.Exact()
	d := new(big.Rat).Sub(x.rat(), mean.rat())
	multiple, _ := Decimal(k)
	side := multiple.rat().Sign()
	if d.Sign() != side || side == 0 {
		return compareInts(d.Sign(), side)
	}
	ks := new(big.Rat).Mul(multiple.rat(), multiple.rat())
	ks.Mul(ks, variance.rat())
	return side * d.Mul(d, d).Cmp(ks)
}

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Nearest is the cut that an index lies nearest to.
type Nearest struct {
	Cut      int     // position among Cut.Cuts: 0 parts Type1 from Type2, 3 parts Type4 from Type5
	Distance float64 // index - cut, in index points; 0 only for an index exactly on the cut
	InSD     float64 // Distance / s
}

// A Cut is areas sorted into the five types.
type Cut struct {
	Definition Definition
	Moments    *Moments
	Cuts       [NTypes - 1]float64 // m + k s, falling: the lower borders of Type1 to Type4

	// By area, in the order given.
	Types   []Type
	Nearest []Nearest
	OnCut   []int // positions of the areas that lie exactly on a cut, where [Tie] decides

	Counts     [NTypes]int // areas of Type1 to Type5
	Population []int64     // inhabitants of areas of Type1 to Type5; nil when no population was given
}

// Cut sorts areas into types by their index. Population, one an area, may be nil unless it weighs. It gives a [*NoCutError] where s is 0. A definition
// with a base year can't be cut from one year: see [Definition.CutBy].
func (d Definition) Cut(index []Exact, population []int64) (*Cut, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	var m *Moments
	var err error
	switch {
	case d.Base.Year != "":
		return nil, fmt.Errorf("areatype: definition %s takes m and s from %s: compute them for that year and use CutBy", d.Name, d.Base.Year)
	case d.Base.Mean != nil:
		m, err = GivenMoments(*d.Base.Mean, *d.Base.SD)
	default:
		m, err = d.Moments(index, population)
	}
	if err != nil {
		return nil, err
	}
	return d.CutBy(m, index, population)
}

// CutBy sorts areas into types by the given m and s.
func (d Definition) CutBy(m *Moments, index []Exact, population []int64) (*Cut, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	if population != nil && len(population) != len(index) {
		return nil, fmt.Errorf("areatype: %d areas have an index and %d a population", len(index), len(population))
	}
	c := &Cut{Definition: d.WithDefaults(), Moments: m, Types: make([]Type, len(index)), Nearest: make([]Nearest, len(index))}
	for i, k := range c.Definition.Multiples {
		c.Cuts[i] = m.Mean + k*m.SD
	}
	if population != nil {
		c.Population = make([]int64, NTypes)
	}
	for i, x := range index {
		t, on := c.typeOf(x, c.Definition.Tie)
		c.Types[i] = t
		c.Counts[t-1]++
		if population != nil {
			c.Population[t-1] += population[i]
		}
		c.Nearest[i] = c.nearest(x, t)
		if on >= 0 {
			c.OnCut = append(c.OnCut, i)
			c.Nearest[i] = Nearest{Cut: on}
		}
	}
	return c, nil
}

// TypeOf is the type of an index by this cut.
func (c *Cut) TypeOf(index Exact) Type {
	t, _ := c.typeOf(index, c.Definition.Tie)
	return t
}

// typeOf is the type, and the cut that the index lies exactly on, or -1.
func (c *Cut) typeOf(x Exact, tie Tie) (t Type, on int) {
	on = -1
	for i, k := range c.Definition.Multiples {
		switch c.Moments.against(x, k) {
		case 1:
			return Type1 + Type(i), on
		case 0:
			on = i
			if tie == TieWorse {
				return Type1 + Type(i), on
			}
		}
	}
	return Type5, on
}

// nearest looks at the two borders of the type that the index lies in.
func (c *Cut) nearest(x Exact, t Type) Nearest {
	f := x.Float()
	best := Nearest{Cut: min(int(t)-1, NTypes-2)}
	best.Distance = f - c.Cuts[best.Cut]
	if t > Type1 {
		if above := f - c.Cuts[t-2]; math.Abs(above) < math.Abs(best.Distance) {
			best = Nearest{Cut: int(t) - 2, Distance: above}
		}
	}
	best.InSD = best.Distance / c.Moments.SD
	return best
}
