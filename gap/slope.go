package gap

import (
	"errors"
	"fmt"
	"math"

	"github.com/skikt/skikt/internal/num"
)

// Groups are groups in order, the most disadvantaged first, with X of N persons each.
type Groups struct{ X, N []float64 }

func (g Groups) check(least int) error {
	if len(g.X) != len(g.N) || len(g.N) < least {
		return fmt.Errorf("gap: %d counts for %d groups; %d groups or more are needed", len(g.X), len(g.N), least)
	}
	for i := range g.N {
		if !(g.N[i] > 0) {
			return fmt.Errorf("gap: group %d has nobody", i+1)
		}
	}
	return nil
}

// Rates are the shares of the groups.
func (g Groups) Rates() []float64 {
	p := make([]float64, len(g.N))
	for i := range p {
		p[i] = g.X[i] / g.N[i]
	}
	return p
}

// Mean is the share of all.
func (g Groups) Mean() float64 { return num.Sum(g.X) / num.Sum(g.N) }

// Ridits are where each group stands among all, 0 the most disadvantaged and 1 the most advantaged: the middle of its part of the population.
func Ridits(n []float64) []float64 {
	total, before := num.Sum(n), 0.0
	r := make([]float64, len(n))
	for i, v := range n {
		r[i] = (before + v/2) / total
		before += v
	}
	return r
}

// A Slope is the fit of the groups' shares on their [Ridits], weighed by persons.
type Slope struct {
	At0, At1 float64 // fitted shares at the two ends
	Mean     float64 // share of all
	R2       float64

	// SII is the slope index of inequality, At1 − At0: negative when the indicator falls towards the advantaged. Its standard error and interval are from the sampling
	// variance p(1 − p)/n of the groups, what PHEindicatormethods simulates.
	SII Estimate
	// SEFit is the standard error of the regression, which takes the groups for single observations; it measures how far they lie from a line.
	SEFit float64

	// The relative index of inequality, in the forms that are in use. They are different numbers: say which.
	RII         Estimate // At1 / At0 (Kunst and Mackenbach; PHE); interval by Fieller, standard error by the delta method
	RIIInverse  float64  // At0 / At1
	RIIOverMean float64  // SII / Mean (Pamuk)
	RIIDefined  bool     // both fitted ends are above 0; else RII and its inverse are undefined
}

// SlopeIndex fits the slope and relative indices of inequality. It takes two groups or more, all with persons.
func SlopeIndex(g Groups, level float64) (Slope, error) {
	if err := g.check(2); err != nil {
		return Slope{}, err
	}
	p := g.Rates()
	v := make([]float64, len(p))
	for i := range p {
		v[i] = p[i] * (1 - p[i]) / g.N[i]
	}
	return slopeIndex(g, v, level), nil
}

// slopeIndex is SlopeIndex with the sampling variances of the rates given.
func slopeIndex(g Groups, variance []float64, level float64) Slope {
	r, p := Ridits(g.N), g.Rates()
	// The fit in closed form: two columns, weights n.
	total := num.Sum(g.N)
	var sxx, sxy, mr, mp float64
	for i, n := range g.N {
		mr += n * r[i] / total
		mp += n * p[i] / total
	}
	for i, n := range g.N {
		sxx += n * (r[i] - mr) * (r[i] - mr)
		sxy += n * (r[i] - mr) * (p[i] - mp)
	}
	b := sxy / sxx
	a := mp - b*mr
	s := Slope{At0: a, At1: a + b, Mean: mp}
	// Sampling: b = Σ c_i p_i and a = Σ d_i p_i.
	var vb, va, vab, rss, tss float64
	for i, n := range g.N {
		v := variance[i]
		c := n * (r[i] - mr) / sxx
		d := n/total - mr*c
		vb, va, vab = vb+c*c*v, va+d*d*v, vab+c*d*v
		e := p[i] - a - b*r[i]
		rss, tss = rss+n*e*e, tss+n*(p[i]-mp)*(p[i]-mp)
	}
	s.SII = normal(b, math.Sqrt(vb), level)
	s.R2 = 1 - rss/tss
	s.SEFit = nan
	if k := len(p); k > 2 {
		s.SEFit = math.Sqrt(rss / float64(k-2) / sxx)
	}
	s.RIIOverMean = b / mp
	s.RII, s.RIIInverse = nothing(), nan
	if a > 0 && a+b > 0 {
		s.RIIDefined = true
		s.RIIInverse = a / (a + b)
		s.RII = fieller(a+b, a, va+vb+2*vab, va, va+vab, level)
	}
	return s
}

// fieller is u/v with variances and covariance: the standard error by the delta method, the ends where (u − ρv)² = z² Var(u − ρv). Without an interval when v may be 0.
func fieller(u, v, varU, varV, cov, level float64) Estimate {
	z2 := num.ZOf(level) * num.ZOf(level)
	ratio := u / v
	e := Estimate{ratio, math.Sqrt(varU+ratio*ratio*varV-2*ratio*cov) / math.Abs(v), none}
	a, b, c := v*v-z2*varV, u*v-z2*cov, u*u-z2*varU
	if d := b*b - a*c; a > 0 && d >= 0 {
		e.Interval = Interval{(b - math.Sqrt(d)) / a, (b + math.Sqrt(d)) / a}
	}
	return e
}

// A ModelSlope is the slope on the ridits from a model that keeps the fitted shares possible.
type ModelSlope struct {
	Intercept, Slope, SE float64 // on the scale of the model's link
	SII                  float64 // fitted share at 1 less that at 0
	RII                  float64 // fitted share at 1 over that at 0
	OddsRatio            float64 // of the logistic model; NaN in the log-linear one
}

// LogisticSlope fits the slope by logistic regression on the ridits.
func LogisticSlope(g Groups) (ModelSlope, error) {
	if err := g.check(2); err != nil {
		return ModelSlope{}, err
	}
	d := num.NewDesign(len(g.N))
	d.Add("ridit", Ridits(g.N))
	fit, err := num.LogisticRegression(d, g.X, g.N)
	if err != nil {
		return ModelSlope{}, err
	}
	a, b := fit.Coef[0], fit.Coef[1]
	p0, p1 := 1/(1+math.Exp(-a)), 1/(1+math.Exp(-a-b))
	return ModelSlope{a, b, num.SE(fit.Covariance())[1], p1 - p0, p1 / p0, math.Exp(b)}, nil
}

// LogLinearSlope fits the slope by Poisson regression on the ridits, per person; RII = exp(slope).
func LogLinearSlope(g Groups) (ModelSlope, error) {
	if err := g.check(2); err != nil {
		return ModelSlope{}, err
	}
	d := num.NewDesign(len(g.N))
	d.Add("ridit", Ridits(g.N))
	fit, err := num.PoissonRegression(d, g.X, logs(g.N))
	if err != nil {
		return ModelSlope{}, err
	}
	a, b := fit.Coef[0], fit.Coef[1]
	return ModelSlope{a, b, num.SE(fit.Covariance())[1], math.Exp(a+b) - math.Exp(a), math.Exp(b), nan}, nil
}

func logs(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Log(v)
	}
	return out
}

// A Spread tells how far groups' shares lie from the last group's and from each other's.
type Spread struct {
	Difference        float64 // first group less the last
	Ratio             float64 // first group over the last
	Attributable      float64 // population-attributable fraction, (mean − last) / mean
	IndexOfDisparity  float64 // mean |p − last| / last over the other groups, each counted once
	BetweenVariance   float64 // Σ s (p − mean)²
	Theil             float64 // Σ s (p/mean) ln(p/mean); 0 for a group without
	MeanLogDeviation  float64 // −Σ s ln(p/mean); infinite when a group has none
	LargestDifference float64 // highest share less the lowest
}

// SpreadOf computes them all, s the groups' shares of the persons.
func SpreadOf(g Groups) (Spread, error) {
	if err := g.check(2); err != nil {
		return Spread{}, err
	}
	p, mean, total := g.Rates(), g.Mean(), num.Sum(g.N)
	last := p[len(p)-1]
	s := Spread{Difference: p[0] - last, Ratio: p[0] / last, Attributable: (mean - last) / mean}
	lowest, highest := p[0], p[0]
	for i, v := range p {
		w := g.N[i] / total
		lowest, highest = min(lowest, v), max(highest, v)
		s.BetweenVariance += w * (v - mean) * (v - mean)
		if v > 0 {
			s.Theil += w * v / mean * math.Log(v/mean)
		}
		s.MeanLogDeviation -= w * math.Log(v/mean)
		if i < len(p)-1 {
			s.IndexOfDisparity += math.Abs(v-last) / last / float64(len(p)-1)
		}
	}
	s.LargestDifference = highest - lowest
	return s, nil
}

// CochranArmitage is the test for a trend in shares over scores (Cochran 1954, Armitage 1955).
func CochranArmitage(g Groups, scores []float64) (chi2, pValue float64, err error) {
	if err := g.check(2); err != nil {
		return nan, nan, err
	}
	if len(scores) != len(g.N) {
		return nan, nan, errors.New("gap: a score is needed for each group")
	}
	mean, total := g.Mean(), num.Sum(g.N)
	centre, sxy, sxx := 0.0, 0.0, 0.0
	for i, n := range g.N {
		centre += n * scores[i] / total
	}
	for i, n := range g.N {
		sxy += (g.X[i] - n*mean) * (scores[i] - centre)
		sxx += n * (scores[i] - centre) * (scores[i] - centre)
	}
	chi2 = sxy * sxy / (mean * (1 - mean) * sxx)
	return chi2, num.ChiSquaredUpper(chi2, 1), nil
}
