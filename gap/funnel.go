package gap

import (
	"errors"
	"math"
	"slices"

	"github.com/skikt/skikt/internal/num"
)

// BinomialLimit is the control limit q of a share around a target: the smallest r with P(X ≤ r) ≥ q, over n.
func BinomialLimit(q, n, target float64) float64 { return num.BinomialQuantile(q, n, target) / n }

// BinomialLimitInterpolated is Spiegelhalter's interpolated control limit (2005): (r − α)/n with α = (F(r) − q)/(F(r) − F(r − 1)). The lower one may lie below 0.
func BinomialLimitInterpolated(q, n, target float64) float64 {
	r := num.BinomialQuantile(q, n, target)
	lower, _ := num.BinomialTails(r, n, target)
	return (r - (lower-q)/num.BinomialMass(r, n, target)) / n
}

// PoissonLimit is the control limit q of the ratio of observed to expected events: the smallest r with P(X ≤ r) ≥ q, over what is expected.
func PoissonLimit(q, expected float64) float64 { return num.PoissonQuantile(q, expected) / expected }

// ZScores are the distances of areas' shares from a target in standard errors under it.
func ZScores(x, n []float64, target float64) []float64 {
	z := make([]float64, len(x))
	for i := range z {
		z[i] = (x[i]/n[i] - target) / math.Sqrt(target*(1-target)/n[i])
	}
	return z
}

// Winsorise moves what lies beyond the quantiles share and 1 − share (type 7) onto them, and tells where they are.
func Winsorise(z []float64, share float64) (moved []float64, limits Interval) {
	sorted := slices.Sorted(slices.Values(z))
	limits = Interval{num.Quantile(sorted, share, num.Linear7), num.Quantile(sorted, 1-share, num.Linear7)}
	moved = make([]float64, len(z))
	for i, v := range z {
		moved[i] = min(max(v, limits.Lower), limits.Upper)
	}
	return moved, limits
}

// Overdispersion is how much more areas vary around a target than chance does.
type Overdispersion struct {
	Phi  float64 // mean of z²; 1 by chance alone. Multiplies variances
	Tau2 float64 // variance between areas, added to each one's (DerSimonian and Laird); 0 where there is none
}

// OverdispersionOf estimates it from z scores, plain or winsorised, and the areas' standard errors under the target (Spiegelhalter 2005).
func OverdispersionOf(z, se []float64) (Overdispersion, error) {
	if len(z) < 2 || len(z) != len(se) {
		return Overdispersion{}, errors.New("gap: overdispersion takes two areas or more, a z score and a standard error each")
	}
	var sum, weights, squares float64
	for i, v := range z {
		w := 1 / (se[i] * se[i])
		sum, weights, squares = sum+v*v, weights+w, squares+w*w
	}
	k := float64(len(z))
	return Overdispersion{sum / k, max((sum-(k-1))/(weights-squares/weights), 0)}, nil
}

// Widened are z scores after the variance between areas is added: (p − target)/√(se² + τ²).
func (o Overdispersion) Widened(z, se []float64) []float64 {
	out := make([]float64, len(z))
	for i := range z {
		out[i] = z[i] * se[i] / math.Sqrt(se[i]*se[i]+o.Tau2)
	}
	return out
}

// A Signal is on which side of the control limits an area lies.
type Signal int

// The sides.
const (
	Below  Signal = -1
	Within Signal = 0
	Above  Signal = 1
)

// FunnelSignal tells whether a count lies outside the limits q and 1 − q around the target, by its tail: P(X ≤ x) < q or P(X ≥ x) < q. The smaller tail is given too.
func FunnelSignal(x, n, target, q float64) (signal Signal, tail float64) {
	lower, upper := num.BinomialTails(x, n, target)
	switch {
	case lower < q:
		signal = Below
	case upper < q:
		signal = Above
	}
	return signal, min(lower, upper)
}

// BenjaminiHochberg tells which of many tests may be called signals when at most the share rate of the signals is to be false, on average (Benjamini and Hochberg 1995), and gives the adjusted p-values:
// the smallest rate at which each would be one. NaN p-values are no tests. The tests must be independent or positively dependent.
func BenjaminiHochberg(p []float64, rate float64) (signals []bool, adjusted []float64) {
	var order []int
	adjusted = make([]float64, len(p))
	signals = make([]bool, len(p))
	for i, v := range p {
		adjusted[i] = nan
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	least := 1.0
	for k := len(order) - 1; k >= 0; k-- {
		i := order[k]
		least = min(least, p[i]*float64(len(order))/float64(k+1))
		adjusted[i], signals[i] = least, least <= rate
	}
	return signals, adjusted
}
