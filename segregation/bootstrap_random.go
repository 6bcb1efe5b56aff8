package segregation

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// bootRand is one draw's random numbers. Each draw has a stream of its own, keyed by seed and number, so that the answer is the same whichever core
// takes which draw.
type bootRand struct{ rand.PCG }

func (r *bootRand) start(seed uint64, draw int) {
	r.Seed(bootMix(seed), bootMix(uint64(draw)+0x51ed270b))
}

// bootMix is the finaliser of SplitMix64 (Steele, Lea and Flood 2014): near keys give unlike streams.
func bootMix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// uniform is in [0, 1) with 53 bits.
func (r *bootRand) uniform() float64 { return float64(r.Uint64()>>11) * (1.0 / (1 << 53)) }

// below is uniform on 0..n-1, but for a part of n/2⁶⁴.
func (r *bootRand) below(n int) int {
	high, _ := bits.Mul64(r.Uint64(), uint64(n))
	return int(high)
}

// bootLogTable is as far as logs of factorials and x ln x are looked up; beyond, formulas are as exact.
const bootLogTable = 1 << 14

var (
	bootLogFactorials = bootTableOf(func(i int, before float64) float64 { return before + math.Log(float64(max(i, 1))) })
	bootXLogXs        = bootTableOf(func(i int, _ float64) float64 { return float64(i) * math.Log(float64(max(i, 1))) })
)

func bootTableOf(f func(i int, before float64) float64) *[bootLogTable]float64 {
	var t [bootLogTable]float64
	for i := 1; i < bootLogTable; i++ {
		t[i] = f(i, t[i-1])
	}
	return &t
}

// bootLogFactorial is ln n!: a table, then Stirling's series to 1/n³, exact to a float's precision there.
func bootLogFactorial(n int64) float64 {
	if n < bootLogTable {
		return bootLogFactorials[n]
	}
	x := float64(n)
	return (x+0.5)*math.Log(x) - x + 0.5*math.Log(2*math.Pi) + (1-1/(30*x*x))/(12*x)
}

// bootLogRatio is ln(a!/b!). Where both are large and near it is a series about their middle, which is faster than two logs of factorials and
// loses no digits to their difference: with x = (a+b+1)/2 and d = a−b, d ln x − d(d²−1)/24x² − d(d²−1)(3d²−7)/960x⁴.
func bootLogRatio(a, b int64) float64 {
	if a < bootLogTable && b < bootLogTable {
		return bootLogFactorials[a] - bootLogFactorials[b]
	}
	d, x := float64(a-b), 0.5*float64(a+b+1)
	if math.Abs(d) > x/64 {
		return bootLogFactorial(a) - bootLogFactorial(b)
	}
	x2 := 1 / (x * x)
	c := d * (d*d - 1) * x2
	return d*math.Log(x) - c/24 - c*(3*d*d-7)*x2/960
}

// bootXLogX is x ln x of a count.
func bootXLogX(x float64) float64 {
	if x < bootLogTable {
		if i := int(x); float64(i) == x {
			return bootXLogXs[i]
		}
	}
	if x == 0 {
		return 0
	}
	return x * math.Log(x)
}

// bootPoisson draws Poisson numbers of one mean: by inversion below 10, else by transformed rejection (PTRS, Hörmann 1993). What depends on the mean alone
// is worked out once.
type bootPoisson struct {
	mean, log         float64
	a, b, vr, inverse float64
	none              float64 // P(0), for inversion
}

func newBootPoisson(mean float64) bootPoisson {
	p := bootPoisson{mean: mean, log: math.Log(mean)}
	if mean < 10 {
		p.none = math.Exp(-mean)
		return p
	}
	p.b = 0.931 + 2.53*math.Sqrt(mean)
	p.a = -0.059 + 0.02483*p.b
	p.inverse = 1.1239 + 1.1328/(p.b-3.4)
	p.vr = 0.9277 - 3.6224/(p.b-2)
	return p
}

func (p *bootPoisson) draw(r *bootRand) float64 {
	if p.mean < 10 {
		u, prob := r.uniform(), p.none
		k := 0.0
		for u >= prob && k < 200 {
			u -= prob
			k++
			prob *= p.mean / k
		}
		return k
	}
	for {
		u := r.uniform() - 0.5
		v := r.uniform()
		us := 0.5 - math.Abs(u)
		k := math.Floor((2*p.a/us+p.b)*u + p.mean + 0.43)
		if us >= 0.07 && v <= p.vr {
			return k
		}
		if k < 0 || us < 0.013 && v > us {
			continue
		}
		if math.Log(v*p.inverse/(p.a/(us*us)+p.b)) <= k*p.log-p.mean-bootLogFactorial(int64(k)) {
			return k
		}
	}
}

// bootBinomial draws a binomial number: by inversion where the mean is below 10, else by transformed rejection (BTRS, Hörmann 1993).
func bootBinomial(r *bootRand, n int64, p float64) int64 {
	switch {
	case n <= 0 || p <= 0:
		return 0
	case p >= 1:
		return n
	case p > 0.5:
		return n - bootBinomial(r, n, 1-p)
	}
	q, size := 1-p, float64(n)
	if size*p < 10 {
		u, prob := r.uniform(), math.Exp(size*math.Log1p(-p))
		k := 0.0
		for u >= prob && k < size {
			u -= prob
			k++
			prob *= (size - k + 1) / k * (p / q)
		}
		return int64(k)
	}
	s := math.Sqrt(size * p * q)
	b := 1.15 + 2.53*s
	a := -0.0873 + 0.0248*b + 0.01*p
	c := size*p + 0.5
	vr := 0.92 - 4.2/b
	mode := int64((size + 1) * p)
	for {
		u := r.uniform() - 0.5
		v := r.uniform()
		us := 0.5 - math.Abs(u)
		x := math.Floor((2*a/us+b)*u + c)
		if us >= 0.07 && v <= vr {
			return int64(x)
		}
		if x < 0 || x > size {
			continue
		}
		k := int64(x)
		v *= (2.83 + 5.1/b) * s / (a/(us*us) + b)
		if math.Log(v) <= bootLogRatio(mode, k)+bootLogRatio(n-mode, n-k)+(x-float64(mode))*math.Log(p/q) {
			return k
		}
	}
}

// bootHypergeometric draws how many of good are among sample persons taken from good + bad without replacement: by a binomial draw that is seldom
// refused where the sample is a small part of all, by inversion where few are expected, else by ratio of uniforms (HRUA, Stadlober 1990), which leaves out
// what lies more than 16 standard deviations away.
func bootHypergeometric(r *bootRand, good, bad, sample int64) int64 {
	all := good + bad
	// Work with the smaller group and the smaller of the sample and what stays behind; both are undone below.
	few, many := min(good, bad), max(good, bad)
	m := min(sample, all-sample)
	if m <= 0 || few <= 0 {
		if sample <= 0 || good <= 0 {
			return 0
		}
		return min(good, sample)
	}
	var z int64
	size := float64(all)
	share := float64(few) / size
	if 20*m < all {
		z = bootHypergeometricThinned(r, few, many, m)
	} else if float64(m)*share < 6 {
		z = bootHypergeometricInversion(r, few, many, m)
	} else {
		centre := float64(m)*share + 0.5
		sd := math.Sqrt((size-float64(m))*float64(m)*share*(1-share)/(size-1) + 0.5)
		width := 1.7155277699214135*sd + 0.8989161620588988
		mode := (m + 1) * (few + 1) / (all + 2)
		limit := min(float64(min(m, few)+1), math.Floor(centre+16*sd))
		for {
			x := r.uniform()
			w := centre + width*(r.uniform()-0.5)/x
			if w < 0 || w >= limit {
				continue
			}
			z = int64(w)
			t := bootLogRatio(mode, z) + bootLogRatio(m-mode, m-z) + bootLogRatio(few-mode, few-z) + bootLogRatio(many-m+mode, many-m+z)
			if x*(4-x)-3 <= t || x*(x-t) < 1 && 2*math.Log(x) <= t {
				break
			}
		}
	}
	if good > bad {
		z = m - z
	}
	if m < sample {
		z = good - z
	}
	return z
}

// bootHypergeometricThinned draws with replacement, and refuses by the ratio R(k) of both probabilities. R(k+1)/R(k) = 1 − N(j−κ)/(K(L−m+k+1)) at j = k,
// with K few, L many, N both and κ = K(m−1)/N, so R is largest just above κ, and within d of there at least 1 − N(d+1)²/(K(L−m)) while
// N(d+1) ≤ K(L−m)/2. That bound takes nearly every draw without a logarithm.
func bootHypergeometricThinned(r *bootRand, few, many, m int64) int64 {
	k, l, n := float64(few), float64(many), float64(few+many)
	top := k * float64(m-1) / n
	slope := n / (k * (l - float64(m)))
	for {
		z := bootBinomial(r, m, k/n)
		if z > few {
			continue
		}
		v := r.uniform()
		d := math.Abs(float64(z)-top) + 2
		if slope*d <= 0.5 && v <= 1-slope*d*d {
			return z
		}
		best := min(int64(top)+1, m, few)
		if math.Log(v) <= bootLogRatio(few-best, few-z)+bootLogRatio(many-m+best, many-m+z)-float64(z-best)*math.Log(k/l) {
			return z
		}
	}
}

func bootHypergeometricInversion(r *bootRand, few, many, m int64) int64 {
	// P(0) = many! (all−m)! / (all! (many−m)!); m ≤ many always, as few ≤ many and m ≤ all/2.
	prob := math.Exp(bootLogRatio(many, many+few) + bootLogRatio(many+few-m, many-m))
	u := r.uniform()
	k, top := int64(0), min(few, m)
	for u >= prob && k < top {
		u -= prob
		prob *= float64(few-k) * float64(m-k) / (float64(k+1) * float64(many-m+k+1))
		k++
	}
	return k
}

// bootMultinomial draws counts of a fixed number of persons over cells, exactly. Independent Poisson counts, given their sum, are multinomial; so it draws Poisson
// counts whose sum is meant to lie a little below the number of persons (again when above), and hands out the persons left one by one. The costly parts depend on the
// shares alone and are made once.
type bootMultinomial struct {
	persons int
	cells   []bootPoisson
	at      []int32 // the cells of poisson, and of alias, in the result
	short   bool    // few persons: all are handed out one by one
	cut     []float64
	other   []int32
}

func newBootMultinomial(persons int, weights []float64) *bootMultinomial {
	m := &bootMultinomial{persons: persons}
	var w []float64
	total := 0.0
	for i, v := range weights {
		if v > 0 {
			m.at = append(m.at, int32(i))
			w = append(w, v)
			total += v
		}
	}
	mean := float64(persons) - 2.5*math.Sqrt(float64(persons))
	m.short = persons < 4*len(w) || persons < 100
	m.cells = make([]bootPoisson, len(w))
	for i, v := range w {
		m.cells[i] = newBootPoisson(mean * v / total)
	}
	// Vose's alias table.
	m.cut, m.other = make([]float64, len(w)), make([]int32, len(w))
	var low, high []int32
	for i, v := range w {
		m.cut[i], m.other[i] = v/total*float64(len(w)), int32(i)
		if m.cut[i] < 1 {
			low = append(low, int32(i))
		} else {
			high = append(high, int32(i))
		}
	}
	for len(low) > 0 && len(high) > 0 {
		l, h := low[len(low)-1], high[len(high)-1]
		low = low[:len(low)-1]
		m.other[l] = h
		m.cut[h] -= 1 - m.cut[l]
		if m.cut[h] < 1 {
			high = high[:len(high)-1]
			low = append(low, h)
		}
	}
	for _, rest := range [][]int32{low, high} {
		for _, i := range rest {
			m.cut[i] = 1
		}
	}
	return m
}

// draw fills counts, one a weight.
func (m *bootMultinomial) draw(r *bootRand, counts []float64) {
	clear(counts)
	if len(m.at) == 0 {
		return
	}
	left := m.persons
	for !m.short {
		sum := 0.0
		for i := range m.cells {
			k := m.cells[i].draw(r)
			counts[m.at[i]] = k
			sum += k
		}
		if left = m.persons - int(sum); left >= 0 {
			break
		}
	}
	n := uint64(len(m.at))
	for range left {
		// The high bits choose the column, the low ones the side; n is far below 2³², so both are uniform to 2⁻³².
		x := r.Uint64()
		i := int32((x >> 32) * n >> 32)
		if float64(uint32(x))*(1.0/(1<<32)) >= m.cut[i] {
			i = m.other[i]
		}
		counts[m.at[i]]++
	}
}
