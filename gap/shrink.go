package gap

import (
	"errors"
	"math"

	"github.com/skikt/skikt/internal/num"
)

// MarshallEstimate is the empirical Bayes estimate of area rates (Marshall 1991): each rate drawn towards the rate of all, the more the smaller the area.
type MarshallEstimate struct {
	Variance float64   // between areas beyond chance; cut at 0, where every area gets the rate of all
	Mean     float64   // the rate of all
	Rates    []float64 // one an area
}

// Marshall shrinks counts x of n persons towards their common rate, by moments under a Poisson model.
func Marshall(x, n []float64) (MarshallEstimate, error) {
	if err := areas(x, n); err != nil {
		return MarshallEstimate{}, err
	}
	total := num.Sum(n)
	m := MarshallEstimate{Mean: num.Sum(x) / total, Rates: make([]float64, len(x))}
	s2 := 0.0
	for i := range x {
		d := x[i]/n[i] - m.Mean
		s2 += n[i] * d * d / total
	}
	m.Variance = max(s2-m.Mean/(total/float64(len(x))), 0)
	for i := range x {
		share := 0.0
		if m.Variance > 0 {
			share = m.Variance / (m.Variance + m.Mean/n[i])
		}
		m.Rates[i] = m.Mean + share*(x[i]/n[i]-m.Mean)
	}
	return m, nil
}

func areas(x, n []float64) error {
	if len(x) != len(n) || len(x) < 2 {
		return errors.New("gap: shrinkage takes two areas or more, a count and a number of persons each")
	}
	for i := range n {
		if !(n[i] > 0) || !(x[i] >= 0) {
			return errors.New("gap: shrinkage takes areas with persons, and counts from 0")
		}
	}
	if num.Sum(x) == 0 {
		return errors.New("gap: no area has any event; there is nothing to shrink")
	}
	return nil
}

// BetaBinomial is the maximum-likelihood fit of a beta distribution of area shares.
type BetaBinomial struct {
	Mean        float64
	Precision   float64 // α + β; infinite where the areas vary no more than chance does
	Correlation float64 // ρ = 1/(1 + precision), within areas
	Alpha, Beta float64
	LogLik      float64 // binomial coefficients in it
	// NoOverdispersion: the likelihood grows towards the binomial distribution with one share for all. It has no finite maximum, and the estimate of each area is the mean. That
	// is no proof that areas are alike: with small areas large differences may go unseen.
	NoOverdispersion bool
}

// FitBetaBinomial fits it to counts x of n by Newton's method on the logarithms of α and β.
func FitBetaBinomial(x, n []float64) (BetaBinomial, error) {
	if err := areas(x, n); err != nil {
		return BetaBinomial{}, err
	}
	p := num.Sum(x) / num.Sum(n)
	base, slope := 0.0, 0.0
	for i := range x {
		if x[i] > n[i] {
			return BetaBinomial{}, errors.New("gap: more events than persons; a share can't be above 1")
		}
		base += logChoose(n[i], x[i])
		// The slope of the log likelihood in ρ at 0, at the common share.
		slope += pairsOf(x[i])/p + pairsOf(n[i]-x[i])/(1-p) - pairsOf(n[i])
	}
	if p == 1 || !(slope > 0) {
		b := BetaBinomial{Mean: p, Precision: math.Inf(1), Alpha: math.Inf(1), Beta: math.Inf(1), LogLik: base, NoOverdispersion: true}
		for i := range x {
			b.LogLik += xlogy(x[i], p) + xlogy(n[i]-x[i], 1-p)
		}
		return b, nil
	}
	// ln likelihood as a function of logit mean and ln precision.
	at := func(v [2]float64) float64 {
		mean, s := 1/(1+math.Exp(-v[0])), math.Exp(v[1])
		a, b := mean*s, (1-mean)*s
		l := 0.0
		for i := range x {
			l += rising(a, x[i]) + rising(b, n[i]-x[i]) - rising(s, n[i])
		}
		return l
	}
	v, l := climb(at, [2]float64{math.Log(p / (1 - p)), math.Log(20)})
	mean, s := 1/(1+math.Exp(-v[0])), math.Exp(v[1])
	return BetaBinomial{Mean: mean, Precision: s, Correlation: 1 / (1 + s), Alpha: mean * s, Beta: (1 - mean) * s, LogLik: base + l}, nil
}

func pairsOf(k float64) float64 { return k * (k - 1) / 2 }

func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}

// rising is ln a(a+1)…(a+k−1), which ln Γ(a+k) − ln Γ(a) would lose for large a.
func rising(a, k float64) float64 {
	if k <= 64 {
		l := 0.0
		for i := 0.0; i < k; i++ {
			l += math.Log(a + i)
		}
		return l
	}
	u, _ := math.Lgamma(a + k)
	v, _ := math.Lgamma(a)
	return u - v
}

// climb finds a maximum of two variables by Newton's method on central differences, halving steps that do not rise.
func climb(f func([2]float64) float64, v [2]float64) (at [2]float64, value float64) {
	const h = 1e-4
	value = f(v)
	move := func(v [2]float64, dx, dy float64) float64 { return f([2]float64{v[0] + dx, v[1] + dy}) }
	for range 200 {
		px, mx, py, my := move(v, h, 0), move(v, -h, 0), move(v, 0, h), move(v, 0, -h)
		gx, gy := (px-mx)/(2*h), (py-my)/(2*h)
		hxx, hyy := (px-2*value+mx)/(h*h), (py-2*value+my)/(h*h)
		hxy := (move(v, h, h) - move(v, h, -h) - move(v, -h, h) + move(v, -h, -h)) / (4 * h * h)
		det := hxx*hyy - hxy*hxy
		dx, dy := -(hyy*gx-hxy*gy)/det, -(hxx*gy-hxy*gx)/det
		if !(hxx < 0 && det > 0) {
			// Not a hill here: go along the slope.
			size := math.Hypot(gx, gy)
			dx, dy = gx/size/2, gy/size/2
		}
		if size := math.Hypot(dx, dy); size > 2 {
			dx, dy = 2*dx/size, 2*dy/size
		}
		rose := false
		for range 60 {
			next := [2]float64{v[0] + dx, v[1] + dy}
			if l := f(next); l >= value {
				rose = l > value
				v, value = next, l
				break
			}
			dx, dy = dx/2, dy/2
		}
		if !rose || math.Hypot(dx, dy) < 1e-9 {
			break
		}
	}
	return v, value
}

// A Posterior is what is believed of an area's share after its count: the mean and an equal-tailed interval.
type Posterior struct {
	Mean float64
	Interval
}

// Posterior is the share of an area with x of n after the prior Beta(α, β). After a fit without overdispersion it is the mean, without an interval.
func (b BetaBinomial) Posterior(x, n, level float64) Posterior {
	if b.NoOverdispersion {
		return Posterior{b.Mean, none}
	}
	return BetaPosterior(x, n, b.Alpha, b.Beta, level)
}

// BetaPosterior is the share of an area with x of n after a given prior Beta(α, β).
func BetaPosterior(x, n, alpha, beta, level float64) Posterior {
	a, b, tail := x+alpha, n-x+beta, (1-level)/2
	return Posterior{a / (a + b), Interval{num.BetaQuantile(a, b, tail), num.BetaQuantile(a, b, 1-tail)}}
}

// GammaPoisson is the maximum-likelihood fit of a gamma distribution of the areas' ratios of observed to expected events.
type GammaPoisson struct {
	Alpha, Beta      float64 // shape and rate; the mean ratio is α/β
	LogLik           float64
	NoOverdispersion bool // as in [BetaBinomial]: every ratio is the common one
	common           float64
}

// FitGammaPoisson fits it to counts and expected counts.
func FitGammaPoisson(x, expected []float64) (GammaPoisson, error) {
	if err := areas(x, expected); err != nil {
		return GammaPoisson{}, err
	}
	common := num.Sum(x) / num.Sum(expected)
	factorials, slope := 0.0, 0.0
	for i := range x {
		lg, _ := math.Lgamma(x[i] + 1)
		factorials += lg
		m := common * expected[i]
		slope += (x[i]-m)*(x[i]-m) - x[i]
	}
	if !(slope > 0) {
		g := GammaPoisson{Alpha: math.Inf(1), Beta: math.Inf(1), NoOverdispersion: true, common: common, LogLik: -factorials}
		for i := range x {
			g.LogLik += xlogy(x[i], common*expected[i]) - common*expected[i]
		}
		return g, nil
	}
	at := func(v [2]float64) float64 {
		mean, a := math.Exp(v[0]), math.Exp(v[1])
		b := a / mean
		l := 0.0
		for i := range x {
			l += rising(a, x[i]) - a*math.Log1p(expected[i]/b) + xlogy(x[i], expected[i]/(b+expected[i]))
		}
		return l
	}
	v, l := climb(at, [2]float64{math.Log(common), math.Log(5)})
	a := math.Exp(v[1])
	return GammaPoisson{Alpha: a, Beta: a / math.Exp(v[0]), LogLik: l - factorials, common: common}, nil
}

// Posterior is the ratio of an area with x events where e are expected: mean (x + α)/(e + β) and an equal-tailed interval; the common ratio without an interval where there is no overdispersion.
func (g GammaPoisson) Posterior(x, e, level float64) Posterior {
	if g.NoOverdispersion {
		return Posterior{g.common, none}
	}
	shape, rate, tail := x+g.Alpha, e+g.Beta, (1-level)/2
	return Posterior{shape / rate, Interval{num.GammaQuantile(shape, tail) / rate, num.GammaQuantile(shape, 1-tail) / rate}}
}
