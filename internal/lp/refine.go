package lp

import (
	"math"
	"math/big"
)

// refine solves basis x = by (or, transposed, basis' y = by) exactly for whole numbers by. The floating-point factor solves for what is still missing,
// scaled up, over and over (Gleixner, Steffy and Wolter, Iterative refinement for linear programming, 2016); from enough binary places the
// fractions are read by continued fractions, and the equations themselves tell whether they are right. It is nil when the factor is too poor, or the
// fractions too long, for that. All are over one denominator.
func (s *simplex) refine(by []int64, transposed bool) (num []*big.Int, den *big.Int) {
	const (
		places = 34 // gained each time
		rounds = 60
	)
	m := s.m
	missing, have := make([]*big.Int, m), make([]*big.Int, m)
	for i := range m {
		missing[i], have[i] = big.NewInt(by[i]), new(big.Int)
	}
	in, out := make([]float64, m), make([]float64, m)
	change, product := new(big.Int), new(big.Int)
	var known uint
	for round := 1; round <= rounds; round++ {
		size := 0
		for _, v := range missing {
			size = max(size, v.BitLen())
		}
		if size > 200 {
			return nil, nil // it grows: the factor is of no use
		}
		for i, v := range missing {
			f, _ := new(big.Float).SetInt(v).Float64()
			in[i] = math.Ldexp(f, -size)
		}
		if transposed {
			s.f.solveT(in, out)
		} else {
			s.f.solve(in, out)
		}
		known += places
		for i := range m {
			missing[i].Lsh(missing[i], places)
			have[i].Lsh(have[i], places)
		}
		for k, f := range out {
			if math.IsNaN(f) || math.IsInf(f, 0) {
				return nil, nil
			}
			if f = math.RoundToEven(math.Ldexp(f, size+places)); f == 0 {
				continue
			}
			new(big.Float).SetFloat64(f).Int(change)
			have[k].Add(have[k], change)
			if transposed { // k is a row, and missing is per place
				for _, e := range s.rowOfBasis(int32(k)) {
					missing[e.at].Sub(missing[e.at], product.Mul(big.NewInt(int64(e.v)), change))
				}
			} else {
				for _, e := range s.column(s.basis[k]) {
					missing[e.at].Sub(missing[e.at], product.Mul(big.NewInt(int64(e.v)), change))
				}
			}
		}
		if round%3 == 0 || round < 3 {
			if num, den := s.read(have, known, by, transposed); num != nil {
				return num, den
			}
		}
	}
	return nil, nil
}

// rowOfBasis is a row of the basis, by place.
func (s *simplex) rowOfBasis(i int32) []entry {
	var row []entry
	for _, e := range s.rows[i] {
		if k := s.pos[e.at]; k >= 0 {
			row = append(row, entry{k, e.v})
		}
	}
	if k := s.pos[s.n+int(i)]; k >= 0 {
		row = append(row, entry{k, -1})
	}
	return row
}

// read finds fractions near have / 2^known over one denominator of no more than half as many places, and keeps them only if they solve the equations.
func (s *simplex) read(have []*big.Int, known uint, by []int64, transposed bool) (num []*big.Int, den *big.Int) {
	den = big.NewInt(1)
	half := new(big.Int).Lsh(big.NewInt(1), known/2)
	near := new(big.Int).Lsh(big.NewInt(1), known-known/3) // how near a whole number, in units of 2^-known, counts as one
	one := new(big.Int).Lsh(big.NewInt(1), known)
	near.Rsh(near, 4)
	rest, t := new(big.Int), new(big.Int)
	for _, v := range have {
		rest.Mod(t.Mul(v, den), one)
		if rest.Cmp(near) <= 0 || t.Sub(one, rest).Cmp(near) <= 0 {
			continue
		}
		// The denominators of the continued fraction of rest / one, until one of them brings it near a whole number.
		a, b := new(big.Int).Set(one), new(big.Int).Set(rest)
		q0, q1 := big.NewInt(0), big.NewInt(1)
		for {
			if b.Sign() == 0 {
				break
			}
			k, r := new(big.Int).QuoRem(a, b, new(big.Int))
			a, b = b, r
			q0, q1 = q1, new(big.Int).Add(q0, new(big.Int).Mul(k, q1))
			if q1.Cmp(half) > 0 {
				return nil, nil
			}
			off := new(big.Int).Mod(new(big.Int).Mul(rest, q1), one)
			if off.Cmp(near) <= 0 || t.Sub(one, off).Cmp(near) <= 0 {
				break
			}
		}
		if den.Mul(den, q1); den.Cmp(half) > 0 {
			return nil, nil
		}
	}
	num = make([]*big.Int, len(have))
	shift := new(big.Int).Rsh(one, 1)
	for i, v := range have {
		num[i] = new(big.Int).Mul(v, den)
		num[i].Rsh(num[i].Add(num[i], shift), known)
	}
	left := make([]*big.Int, s.m)
	for i := range left {
		left[i] = new(big.Int).Mul(big.NewInt(by[i]), den)
	}
	for k, v := range num {
		row := s.column(s.basis[k])
		if transposed {
			row = s.rowOfBasis(int32(k))
		}
		for _, e := range row {
			left[e.at].Sub(left[e.at], t.Mul(big.NewInt(int64(e.v)), v))
		}
	}
	for _, v := range left {
		if v.Sign() != 0 {
			return nil, nil
		}
	}
	return num, den
}

// over is num/den, in the form that is quickest to reckon with. num may have nils, which are 0.
func over(num []*big.Int, den *big.Int) vector {
	v := vector{num: make([]int64, len(num)), den: 1}
	fits := den.BitLen() < 62
	for i, n := range num {
		if n == nil {
			continue
		}
		fits = fits && n.BitLen() < 62
		v.num[i] = n.Int64()
	}
	if fits {
		v.den = den.Int64()
		return v
	}
	v = vector{rats: make([]*big.Rat, len(num))}
	for i, n := range num {
		if v.rats[i] = new(big.Rat); n != nil {
			v.rats[i].SetFrac(n, den)
		}
	}
	return v
}

// exactPoint is the point of the basis as it is, without guessing.
func (s *simplex) exactPoint() (vector, bool) {
	by := make([]int64, s.m)
	all := make([]*big.Int, s.n)
	for j, at := range s.pos {
		if at >= 0 {
			continue
		}
		x := int64(s.x[j])
		if float64(x) != s.x[j] || max(x, -x) >= largest {
			return vector{}, false
		}
		if j < s.n {
			all[j] = big.NewInt(x)
		}
		for _, e := range s.column(int32(j)) {
			if sum := float64(by[e.at]) - e.v*s.x[j]; math.Abs(sum) > 1<<62 {
				return vector{}, false
			}
			by[e.at] -= int64(e.v) * x
		}
	}
	num, den := s.refine(by, false)
	if num == nil {
		return vector{}, false
	}
	for _, v := range all {
		if v != nil {
			v.Mul(v, den)
		}
	}
	for k, j := range s.basis {
		if int(j) < s.n {
			all[j] = num[k]
		}
	}
	return over(all, den), true
}

// exactMultipliers are those of the basis for an objective.
func (s *simplex) exactMultipliers() (vector, bool) {
	by := make([]int64, s.m)
	for k, j := range s.basis {
		by[k] = int64(s.cost[j])
	}
	num, den := s.refine(by, true)
	if num == nil {
		return vector{}, false
	}
	y := make([]*big.Int, s.b.m)
	for i, from := range s.keep {
		y[from] = num[i]
	}
	return over(y, den), true
}
