package lp

import (
	"cmp"
	"math"
	"math/big"
)

// A vector is fractions over one denominator: num/den, or rats when those are too large for it.
type vector struct {
	num  []int64
	den  int64
	rats []*big.Rat
}

// fractions reads floating-point numbers as the simplest fractions near them. It is a guess, to be proved.
func fractions(x []float64) (vector, bool) {
	const (
		near      = 1e-6
		mostTries = 2000
		mostDen   = 1 << 20
	)
	v := vector{num: make([]int64, len(x)), den: 1}
	for _, f := range x {
		own := f * float64(v.den)
		if math.Abs(own-math.Round(own)) <= near {
			continue
		}
		k := int64(2)
		for ; k < mostTries; k++ {
			if y := own * float64(k); math.Abs(y-math.Round(y)) <= near {
				break
			}
		}
		if v.den *= k; k == mostTries || v.den > mostDen {
			return v, false
		}
	}
	for i, f := range x {
		y := math.Round(f * float64(v.den))
		if !(math.Abs(y) < largest) {
			return v, false
		}
		v.num[i] = int64(y)
	}
	return v, true
}

func (v vector) whole() bool { return v.rats == nil && v.den == 1 }

func (v vector) at(i int) *big.Rat {
	if v.rats != nil {
		return v.rats[i]
	}
	return big.NewRat(v.num[i], v.den)
}

// all are the fractions themselves; nil for the zero vector.
func (v vector) all() []*big.Rat {
	if v.rats != nil {
		return v.rats
	}
	var list []*big.Rat
	for i := range v.num {
		list = append(list, v.at(i))
	}
	return list
}

// value is a sum of columns at the point.
func (v vector) value(terms []Term) *big.Rat {
	sum := new(big.Rat)
	if v.rats != nil {
		for _, t := range terms {
			sum.Add(sum, new(big.Rat).Mul(big.NewRat(t.Coef, 1), v.rats[t.Col]))
		}
		return sum
	}
	return sum.SetFrac(dot(terms, v.num).big(), big.NewInt(v.den))
}

// keeps proves that a point keeps the rows of a block, with the given bounds of columns and rows.
func (b *block) keeps(v vector, lo, hi []int64) bool {
	if v.rats != nil {
		for j := range b.n {
			if !between(v.rats[j], lo[j], hi[j]) {
				return false
			}
		}
		for i, row := range b.rows {
			if !between(v.value(row), lo[b.n+i], hi[b.n+i]) {
				return false
			}
		}
		return true
	}
	for j := range b.n {
		var own total
		own.add(v.num[j], 1)
		if !own.withinTimes(lo[j], hi[j], v.den) {
			return false
		}
	}
	for i, row := range b.rows {
		if sum := dot(row, v.num); !sum.withinTimes(lo[b.n+i], hi[b.n+i], v.den) {
			return false
		}
	}
	return true
}

func between(v *big.Rat, lo, hi int64) bool {
	return (lo == -Infinite || v.Cmp(big.NewRat(lo, 1)) >= 0) && (hi == Infinite || v.Cmp(big.NewRat(hi, 1)) <= 0)
}

// limit proves that sign * objective has no value under the one given, by multipliers of the rows: with d = c - A'y,
// c x = d x + y s, where s are the values of the rows, and each product is at least what the bounds make of it. It is nil when the multipliers prove nothing.
func (b *block) limit(terms []Term, sign int64, y vector, lo, hi []int64) *big.Rat {
	if y.rats != nil {
		return b.limitBig(terms, sign, y.rats, lo, hi)
	}
	cost := make([]int64, b.n)
	for _, t := range terms {
		cost[t.Col] = sign * t.Coef
	}
	var sum total
	add := func(d int64, lo, hi int64) bool {
		switch {
		case d > 0 && lo != -Infinite:
			sum.add(d, lo)
		case d < 0 && hi != Infinite:
			sum.add(d, hi)
		case d != 0:
			return false
		}
		return true
	}
	for j, col := range b.cols {
		var own total
		own.add(cost[j], y.den)
		for _, t := range col {
			own.add(-t.Coef, y.num[t.Col])
		}
		d, ok := own.int64()
		if !ok || d == math.MinInt64 {
			rats := make([]*big.Rat, b.m)
			for i := range rats {
				rats[i] = y.at(i)
			}
			return b.limitBig(terms, sign, rats, lo, hi)
		}
		if !add(d, lo[j], hi[j]) {
			return nil
		}
	}
	for i, d := range y.num {
		if !add(d, lo[b.n+i], hi[b.n+i]) {
			return nil
		}
	}
	return new(big.Rat).SetFrac(sum.big(), big.NewInt(y.den))
}

func (b *block) limitBig(terms []Term, sign int64, y []*big.Rat, lo, hi []int64) *big.Rat {
	d := make([]*big.Rat, b.n+b.m)
	for j := range b.n {
		d[j] = new(big.Rat)
	}
	for _, t := range terms {
		d[t.Col].SetInt64(sign * t.Coef)
	}
	for j, col := range b.cols {
		for _, t := range col {
			d[j].Sub(d[j], new(big.Rat).Mul(big.NewRat(t.Coef, 1), y[t.Col]))
		}
	}
	copy(d[b.n:], y)
	sum := new(big.Rat)
	for j, v := range d {
		bound := lo[j]
		if v.Sign() < 0 {
			bound = hi[j]
		}
		if v.Sign() == 0 {
			continue
		}
		if bound == Infinite || bound == -Infinite {
			return nil
		}
		sum.Add(sum, new(big.Rat).Mul(v, big.NewRat(bound, 1)))
	}
	return sum
}

// endless proves that sign * objective falls for ever along a direction, from whatever point.
func (b *block) endless(terms []Term, sign int64, ray vector, lo, hi []int64) bool {
	stays := func(v int, lo, hi int64) bool { return v == 0 || v > 0 && hi == Infinite || v < 0 && lo == -Infinite }
	for j := range b.n {
		if !stays(ray.at(j).Sign(), lo[j], hi[j]) {
			return false
		}
	}
	for i, row := range b.rows {
		if !stays(ray.value(row).Sign(), lo[b.n+i], hi[b.n+i]) {
			return false
		}
	}
	return ray.value(terms).Sign()*int(sign) < 0
}

// big is the sum as a big number.
func (s total) big() *big.Int {
	v := new(big.Int).Lsh(big.NewInt(s.hi), 64)
	return v.Add(v, new(big.Int).SetUint64(s.lo))
}

// withinTimes tells whether the sum is between two bounds times k.
func (s total) withinTimes(lo, hi, k int64) bool {
	over := func(bound int64) int {
		if k == 1 {
			return s.compare(bound)
		}
		var t total
		t.add(bound, k)
		if s.hi != t.hi {
			return cmp.Compare(s.hi, t.hi)
		}
		return cmp.Compare(s.lo, t.lo)
	}
	return (lo == -Infinite || over(lo) >= 0) && (hi == Infinite || over(hi) <= 0)
}

// point is where the simplex is, as a guess in fractions.
func (s *simplex) point() (vector, bool) { return fractions(s.x[:s.n]) }

// multipliers are the guess at the multipliers of the block's rows; prices must have been reckoned at this basis.
func (s *simplex) multipliers() (vector, bool) {
	y := make([]float64, s.b.m)
	for i, from := range s.keep {
		y[from] = s.rho[i]
	}
	return fractions(y)
}

// alongRay is the direction in which the simplex found no end; direction must have been called for its column.
func (s *simplex) alongRay() (vector, bool) {
	ray := make([]float64, s.n+s.m)
	sign := 1.0
	if !s.rayUp {
		sign = -1
	}
	ray[s.ray] = sign
	for k, a := range s.alpha {
		ray[s.basis[k]] = -sign * a
	}
	return fractions(ray[:s.n])
}
