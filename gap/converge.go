package gap

import (
	"errors"
	"math"

	"github.com/skikt/skikt/internal/num"
)

// BetaConvergence is whether those that began low have grown faster: yearly growth of the logarithm on the logarithm at the start (Barro and Sala-i-Martin 1992).
type BetaConvergence struct {
	Intercept, Slope float64 // slope below 0: convergence
	SE, P, R2        float64
	Speed            float64 // −ln(1 + T·slope)/T a year; NaN where 1 + T·slope is not above 0
	SpeedSE          float64 // delta method
	HalfLife         float64 // ln 2 / speed, years; NaN without convergence
}

// ConvergeBeta fits it to values at the start and years later; weights nil for one each. A slope below 0 comes by chance too when the start is measured with error (regression to the mean).
func ConvergeBeta(start, end []float64, years float64, weights []float64) (BetaConvergence, error) {
	if len(start) != len(end) || len(start) < 3 || !(years > 0) {
		return BetaConvergence{}, errors.New("gap: convergence takes three areas or more with values in two years")
	}
	growth, x := make([]float64, len(start)), make([]float64, len(start))
	for i := range start {
		if !(start[i] > 0 && end[i] > 0) {
			return BetaConvergence{}, errors.New("gap: convergence is in logarithms; every value must be above 0")
		}
		x[i] = math.Log(start[i])
		growth[i] = (math.Log(end[i]) - x[i]) / years
	}
	d := num.NewDesign(len(x))
	d.Add("start", x)
	fit, err := num.LeastSquares(d, growth, weights)
	if err != nil {
		return BetaConvergence{}, err
	}
	b := BetaConvergence{Intercept: fit.Coef[0], Slope: fit.Coef[1], SE: num.SE(fit.Covariance())[1], R2: fit.R2, Speed: nan, SpeedSE: nan, HalfLife: nan}
	b.P = num.StudentTwoSided(b.Slope/b.SE, float64(fit.DF))
	if left := 1 + years*b.Slope; left > 0 {
		b.Speed, b.SpeedSE = -math.Log(left)/years, b.SE/left
		if b.Speed > 0 {
			b.HalfLife = math.Ln2 / b.Speed
		}
	}
	return b, nil
}

// SigmaSpread is the spread of one year's values; sigma convergence is that it falls.
type SigmaSpread struct {
	SD         float64 // divisor n − 1
	SDN        float64 // divisor n
	SDLog      float64 // of logarithms, divisor n − 1; NaN unless all are above 0
	CV         float64 // SD / mean
	CVWeighted float64 // weighted by persons, divisor the sum of weights
}

// ConvergeSigma is the spread of values; weights nil for one each.
func ConvergeSigma(values, weights []float64) SigmaSpread {
	n := float64(len(values))
	if n < 2 {
		return SigmaSpread{nan, nan, nan, nan, nan}
	}
	v := num.Variance(values)
	s := SigmaSpread{SD: math.Sqrt(v), SDN: math.Sqrt(v * (n - 1) / n), CV: math.Sqrt(v) / num.Mean(values)}
	s.SDLog = math.Sqrt(num.Variance(logs(values)))
	var total, mean, square float64
	w := func(i int) float64 {
		if weights == nil {
			return 1
		}
		return weights[i]
	}
	for i, y := range values {
		total, mean = total+w(i), mean+w(i)*y
	}
	mean /= total
	for i, y := range values {
		square += w(i) * (y - mean) * (y - mean) / total
	}
	s.CVWeighted = math.Sqrt(square) / mean
	return s
}

// GammaConvergence is whether areas keep their places: rank correlations of two years (Boyle and McCarthy 1997).
func GammaConvergence(first, last []float64) (kendall, spearman float64) {
	return num.Kendall(first, last), num.Spearman(first, last)
}
