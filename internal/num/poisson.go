package num

import (
	"fmt"
	"math"
)

// A Poisson is a fit of Poisson regression with a logarithmic link, ln E(y) = offset + xβ, by maximum likelihood.
type Poisson struct {
	Names      []string
	Coef       []float64 // NaN for a column that is left out
	LeftOut    []bool    // columns that the ones before them determine
	Fitted     []float64
	Deviance   float64
	Phi        float64 // Pearson's χ² over the degrees of freedom; NaN without any
	LogLik     float64
	N, Rank    int
	DF         int
	Iterations int

	covariance [][]float64
}

// ErrNoMaximum is a likelihood that has no maximum: some combination of columns runs off, as when a period or group has no events at all.
var ErrNoMaximum = fmt.Errorf("the likelihood has no maximum: events are lacking where a column needs them")

// PoissonRegression fits numbers of events y on the design; offset is the logarithm of what the number is per, nil for none. It iterates weighted least squares (Fisher
// scoring), halving steps where the deviance would grow, until the deviance settles to 1e-14 of itself.
func PoissonRegression(d *Design, y, offset []float64) (*Poisson, error) {
	if err := d.check(y); err != nil {
		return nil, err
	}
	n := len(y)
	if offset == nil {
		offset = make([]float64, n)
	}
	if len(offset) != n {
		return nil, fmt.Errorf("num: %d offsets for %d rows", len(offset), n)
	}
	total := 0.0
	for i, v := range y {
		if !(v >= 0) {
			return nil, fmt.Errorf("num: row %d: a number of events can't be below 0", i+1)
		}
		if math.IsNaN(offset[i]) || math.IsInf(offset[i], 0) {
			return nil, fmt.Errorf("num: row %d: the offset is not a finite number", i+1)
		}
		total += v
	}
	if total == 0 {
		return nil, fmt.Errorf("num: %w", ErrNoMaximum)
	}
	eta, mu := make([]float64, n), make([]float64, n)
	work, weight := make([]float64, n), make([]float64, n)
	for i, v := range y {
		mu[i] = v + 0.1
		eta[i] = math.Log(mu[i])
	}
	m := &Poisson{Names: d.Names, N: n}
	before := math.Inf(1)
	var coef []float64
	last := false
	for m.Iterations = 1; m.Iterations <= mostIterations; m.Iterations++ {
		for i := range y {
			weight[i] = mu[i]
			work[i] = eta[i] - offset[i] + (y[i]-mu[i])/mu[i]
		}
		fit, err := LeastSquares(d, work, weight)
		if err != nil {
			return nil, err
		}
		next := append([]float64(nil), fit.Coef...)
		now := 0.0
		for halved := 0; ; halved++ {
			now = 0
			for i := range y {
				eta[i] = offset[i]
				for j, c := range d.Columns {
					if !fit.LeftOut[j] {
						eta[i] += next[j] * c[i]
					}
				}
				mu[i] = math.Exp(eta[i])
				now += 2 * deviance0(y[i], mu[i])
			}
			if coef == nil || now <= before*(1+1e-12) || halved > 40 {
				break
			}
			for j := range next {
				next[j] = (next[j] + coef[j]) / 2
			}
		}
		coef = next
		if last {
			m.finish(fit, coef, mu, y, now)
			for j, b := range coef {
				if m.covariance[j][j] > 1e8 || math.Abs(b) > 1e4 {
					return nil, fmt.Errorf("num: %w", ErrNoMaximum)
				}
			}
			return m, nil
		}
		// The step after the one that settles the deviance settles the weights too.
		last = math.Abs(now-before) <= 1e-14*(math.Abs(now)+1)
		before = now
	}
	return nil, &ErrNotConverged{mostIterations}
}

func (m *Poisson) finish(fit *Regression, coef, mu, y []float64, deviance float64) {
	m.Coef, m.LeftOut, m.Fitted, m.Deviance = coef, fit.LeftOut, mu, deviance
	m.Rank, m.DF = fit.Rank, m.N-fit.Rank
	m.Phi = math.NaN()
	pearson := 0.0
	for i, v := range y {
		pearson += (v - mu[i]) * (v - mu[i]) / mu[i]
		m.LogLik += logPoissonMass(v, mu[i])
	}
	if m.DF > 0 {
		m.Phi = pearson / float64(m.DF)
	}
	s := matrix(fit.Rank, fit.Rank)
	for a := range s {
		s[a][a] = 1
	}
	m.covariance = fit.sandwich(s)
}

// Covariance is the inverse of the information, the covariance matrix of the coefficients when the counts are Poisson.
func (m *Poisson) Covariance() [][]float64 { return m.covariance }
