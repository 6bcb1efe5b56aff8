package gap

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"github.com/skikt/skikt/internal/num"
)

// A CUSUM is the cumulative sum chart of standardised values (Page 1954): S = max(0, S + z − k) from 0, an alarm when S > H; the lower one with −z.
type CUSUM struct{ K, H float64 }

// Run gives the paths of both sums, and the first position, from 1, where each is above H; 0 for none. The sums go on after an alarm.
func (c CUSUM) Run(z []float64) (upper, lower []float64, firstUpper, firstLower int) {
	up, down := 0.0, 0.0
	for i, v := range z {
		up, down = max(0, up+v-c.K), max(0, down-v-c.K)
		upper, lower = append(upper, up), append(lower, down)
		if firstUpper == 0 && up > c.H {
			firstUpper = i + 1
		}
		if firstLower == 0 && down > c.H {
			firstLower = i + 1
		}
	}
	return upper, lower, firstUpper, firstLower
}

// nodes is the order of the quadrature that run lengths are solved with; the integrands are analytic, so the error falls faster than any power of it.
const nodes = 80

func gauss(lo, hi float64) (x, w []float64) {
	x, w = make([]float64, nodes), make([]float64, nodes)
	quad.Legendre{}.FixedLocations(x, w, lo, hi)
	return x, w
}

// RunLength is the mean number of values until the upper sum gives an alarm when values are normal with the given mean and sd 1: Page's integral equation by Gauss–Legendre quadrature.
func (c CUSUM) RunLength(mean float64) float64 {
	if !(c.H > 0) {
		// Every value above K is an alarm.
		return 1 / num.NormalUpper(c.K-mean)
	}
	// L(s) = 1 + L(0) Φ(k − s − μ) + ∫₀ᴴ L(y) φ(y + k − s − μ) dy, at the nodes and at 0.
	x, w := gauss(0, c.H)
	a, b := mat.NewDense(nodes+1, nodes+1, nil), mat.NewVecDense(nodes+1, nil)
	for i := range nodes + 1 {
		s := 0.0
		if i < nodes {
			s = x[i]
		}
		for j := range nodes {
			a.Set(i, j, -w[j]*num.NormalDensity(x[j]+c.K-s-mean))
		}
		a.Set(i, nodes, -num.NormalUpper(-(c.K - s - mean)))
		a.Set(i, i, a.At(i, i)+1)
		b.SetVec(i, 1)
	}
	return solve(a, b, nodes)
}

func solve(a *mat.Dense, b *mat.VecDense, at int) float64 {
	var l mat.VecDense
	if err := l.SolveVec(a, b); err != nil {
		var bad mat.Condition
		if !errors.As(err, &bad) {
			return nan
		}
	}
	return l.AtVec(at)
}

// RunLengthTwoSided is that until either sum gives an alarm: 1/L = 1/L₊ + 1/L₋, exact for sums that begin at 0 (Kemp 1971).
func (c CUSUM) RunLengthTwoSided(mean float64) float64 {
	return 1 / (1/c.RunLength(mean) + 1/c.RunLength(-mean))
}

// CUSUMFor is the chart with reference k whose upper sum gives a false alarm after length values on average.
func CUSUMFor(k, length float64) (CUSUM, error) {
	if !(length > 1/num.NormalUpper(k)) {
		return CUSUM{}, fmt.Errorf("gap: a CUSUM with k = %g gives its first false alarm after %.3g values or more; %g can't be had", k, 1/num.NormalUpper(k), length)
	}
	lo, hi := 0.0, 1.0
	for (CUSUM{k, hi}).RunLength(0) < length {
		if lo, hi = hi, 2*hi; hi > 1e3 {
			return CUSUM{}, fmt.Errorf("gap: no limit gives a run length of %g", length)
		}
	}
	for range 100 {
		h := (lo + hi) / 2
		if h == lo || h == hi {
			break
		}
		if (CUSUM{k, h}).RunLength(0) < length {
			lo = h
		} else {
			hi = h
		}
	}
	return CUSUM{k, (lo + hi) / 2}, nil
}

// An EWMA is the chart of exponentially weighted means (Roberts 1959): Z = (1 − λ)Z + λz from 0, an alarm when |Z| is above C standard deviations of Z. The deviation is the one Z comes to have, √(λ/(2 − λ)),
// or with ExactVariance the one it has at that time, times √(1 − (1 − λ)^2t).
type EWMA struct {
	Lambda, C     float64
	ExactVariance bool
}

// Limit is the control limit at time t, from 1.
func (e EWMA) Limit(t int) float64 {
	l := e.C * math.Sqrt(e.Lambda/(2-e.Lambda))
	if e.ExactVariance {
		l *= math.Sqrt(-math.Expm1(2 * float64(t) * math.Log1p(-e.Lambda)))
	}
	return l
}

// Run gives the path, its limits, and the first position, from 1, outside them; 0 for none.
func (e EWMA) Run(z []float64) (path, limits []float64, first int) {
	s := 0.0
	for i, v := range z {
		s = (1-e.Lambda)*s + e.Lambda*v
		path, limits = append(path, s), append(limits, e.Limit(i+1))
		if first == 0 && math.Abs(s) > limits[i] {
			first = i + 1
		}
	}
	return path, limits, first
}

// RunLength is the mean number of values until an alarm when values are normal with the given mean and sd 1 (Crowder 1987). With exact variance the distribution of Z is followed
// until the limits stand still.
func (e EWMA) RunLength(mean float64) float64 {
	if e.Lambda == 1 {
		return 1 / (num.NormalUpper(e.C-mean) + num.NormalUpper(e.C+mean))
	}
	h := e.C * math.Sqrt(e.Lambda/(2-e.Lambda))
	x, w := gauss(-h, h)
	step := func(to, from float64) float64 {
		return num.NormalDensity((to-(1-e.Lambda)*from)/e.Lambda-mean) / e.Lambda
	}
	a, b := mat.NewDense(nodes+1, nodes+1, nil), mat.NewVecDense(nodes+1, nil)
	for i := range nodes + 1 {
		z := 0.0
		if i < nodes {
			z = x[i]
		}
		for j := range nodes {
			a.Set(i, j, -w[j]*step(x[j], z))
		}
		a.Set(i, i, a.At(i, i)+1)
		b.SetVec(i, 1)
	}
	if !e.ExactVariance {
		return solve(a, b, nodes)
	}
	var fixed mat.VecDense
	if err := fixed.SolveVec(a, b); err != nil && fixed.Len() == 0 {
		return nan
	}
	// density is that of Z with no alarm so far; the run length is the sum of the chances of no alarm.
	var density []float64
	length := 1.0
	for t := 1; ; t++ {
		limit := e.Limit(t)
		y, v := gauss(-limit, limit)
		next := make([]float64, nodes)
		for j := range next {
			if t == 1 {
				next[j] = step(y[j], 0)
				continue
			}
			before, weights := gauss(-e.Limit(t-1), e.Limit(t-1))
			for i, p := range density {
				next[j] += weights[i] * p * step(y[j], before[i])
			}
		}
		density = next
		stays, rest := 0.0, 0.0
		for j, p := range density {
			stays += v[j] * p
			rest += v[j] * p * fixed.AtVec(j)
		}
		if h-limit < 1e-15*h {
			return length + rest
		}
		if length += stays; stays < 1e-18*length {
			return length
		}
	}
}

// A PoissonCUSUM is the chart of counts (Lucas 1985): S = max(0, S + x − K) from 0. The alarm is at S ≥ H, or with Above only at S > H: S moves on a lattice, so the two differ much.
type PoissonCUSUM struct {
	K, H  float64
	Above bool
}

func (c PoissonCUSUM) alarm(s float64) bool {
	const fuzz = 1e-9
	if c.Above {
		return s > c.H+fuzz
	}
	return s >= c.H-fuzz
}

// Run gives the path, and the first position, from 1, of an alarm; 0 for none. The sum goes on after an alarm.
func (c PoissonCUSUM) Run(counts []float64) (path []float64, first int) {
	s := 0.0
	for i, x := range counts {
		s = max(0, s+x-c.K)
		path = append(path, s)
		if first == 0 && c.alarm(s) {
			first = i + 1
		}
	}
	return path, first
}

// RunLength is the mean number of counts until an alarm when they are Poisson of the given mean: exact, by the Markov chain on the lattice (Brook and Evans 1972). K and H must be
// multiples of 1/m with m up to 1000.
func (c PoissonCUSUM) RunLength(mean float64) (float64, error) {
	m, err := c.lattice()
	if err != nil {
		return nan, err
	}
	k, h := int(math.Round(c.K*float64(m))), int(math.Round(c.H*float64(m)))
	states := h
	if c.Above {
		states++
	}
	if states < 1 {
		return nan, errors.New("gap: a Poisson CUSUM needs a limit above 0")
	}
	a, ones := mat.NewDense(states, states, nil), mat.NewVecDense(states, nil)
	for s := range states {
		for x := 0; s+x*m-k < states; x++ {
			to := max(0, s+x*m-k)
			a.Set(s, to, a.At(s, to)-num.PoissonMass(float64(x), mean))
		}
		a.Set(s, s, a.At(s, s)+1)
		ones.SetVec(s, 1)
	}
	return solve(a, ones, 0), nil
}

func (c PoissonCUSUM) lattice() (int, error) {
	whole := func(v float64) bool { return math.Abs(v-math.Round(v)) < 1e-9*max(1, v) }
	for m := 1; m <= 1000; m++ {
		if whole(c.K*float64(m)) && whole(c.H*float64(m)) {
			return m, nil
		}
	}
	return 0, fmt.Errorf("gap: k = %g and h = %g lie on no lattice of 1/1000 or coarser; round them", c.K, c.H)
}

// PoissonCUSUMFor is the chart that gives a false alarm after length counts or more on average, tuned to the step from mean to raised: K = (raised − mean)/(ln raised − ln mean) rounded to
// the lattice of 1/m (Lucas 1985), the least H on it.
func PoissonCUSUMFor(mean, raised, length float64, m int) (PoissonCUSUM, error) {
	if !(mean > 0 && raised > mean) || m < 1 {
		return PoissonCUSUM{}, errors.New("gap: a Poisson CUSUM takes a mean above 0 and a higher one that it is to find")
	}
	c := PoissonCUSUM{K: math.Round((raised-mean)/math.Log(raised/mean)*float64(m)) / float64(m)}
	for h := 1; h <= 2000; h++ {
		c.H = float64(h) / float64(m)
		l, err := c.RunLength(mean)
		if err != nil {
			return PoissonCUSUM{}, err
		}
		if l >= length {
			return c, nil
		}
	}
	return PoissonCUSUM{}, fmt.Errorf("gap: no limit gives a run length of %g", length)
}

// A Shewhart chart looks at each value by itself: an alarm when |z| > L. Its run length in control is 1 / P(|Z| > L).
type Shewhart struct{ L float64 }

// RunLength is the mean number of values until an alarm when values are normal with the given mean and sd 1.
func (s Shewhart) RunLength(mean float64) float64 {
	return 1 / (num.NormalUpper(s.L-mean) + num.NormalUpper(s.L+mean))
}

// Run gives the first position, from 1, outside the limits; 0 for none.
func (s Shewhart) Run(z []float64) (first int) {
	for i, v := range z {
		if math.Abs(v) > s.L {
			return i + 1
		}
	}
	return 0
}
