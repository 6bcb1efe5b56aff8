package gap

import (
	"math"

	"github.com/skikt/skikt/internal/num"
)

// A Pair is the same thing counted in two groups: X of N persons.
type Pair struct{ X1, N1, X2, N2 float64 }

// Shares are the two shares.
func (p Pair) Shares() (p1, p2 float64) { return p.X1 / p.N1, p.X2 / p.N2 }

// Difference is the absolute gap, the first share less the second.
func (p Pair) Difference() float64 { return p.X1/p.N1 - p.X2/p.N2 }

// Wald is the difference with the plain normal interval, not cut at −1 and 1. It is too narrow for small groups and nothing wide where no share varies; prefer [Pair.Newcombe].
func (p Pair) Wald(level float64) Estimate {
	p1, p2 := p.Shares()
	return normal(p1-p2, math.Sqrt(p1*(1-p1)/p.N1+p2*(1-p2)/p.N2), level)
}

// Newcombe is the difference with the hybrid score interval from the two [Wilson] intervals (Newcombe 1998, method 10). It needs no minimum size, and lies within −1 and 1.
func (p Pair) Newcombe(level float64) Estimate {
	if !(p.N1 > 0) || !(p.N2 > 0) {
		return nothing()
	}
	p1, p2 := p.Shares()
	i1, i2 := Wilson(p.X1, p.N1, level), Wilson(p.X2, p.N2, level)
	return Estimate{p1 - p2, nan, Interval{
		p1 - p2 - math.Hypot(p1-i1.Lower, i2.Upper-p2),
		p1 - p2 + math.Hypot(i1.Upper-p1, p2-i2.Lower),
	}}
}

// AgrestiCaffo is the interval of the difference after one success and one failure more in each group (Agresti and Caffo 2000). The value is the difference without them.
func (p Pair) AgrestiCaffo(level float64) Estimate {
	e := Pair{p.X1 + 1, p.N1 + 2, p.X2 + 1, p.N2 + 2}.Wald(level)
	e.Value = p.Difference()
	return e
}

// MiettinenNurminen is the difference with the score interval of Miettinen and Nurminen (1985): the differences that a score test with the variance under that
// difference, times N/(N − 1), does not reject. Each end is found by bisection to the last digit.
func (p Pair) MiettinenNurminen(level float64) Estimate {
	n := p.N1 + p.N2
	if !(p.N1 > 0) || !(p.N2 > 0) || n <= 1 {
		return nothing()
	}
	p1, p2 := p.Shares()
	z := num.ZOf(level)
	score := func(d float64) float64 {
		r1, r2 := p.restricted(d)
		v := (r1*(1-r1)/p.N1 + r2*(1-r2)/p.N2) * n / (n - 1)
		if v <= 0 {
			switch diff := p1 - p2 - d; {
			case diff > 0:
				return math.Inf(1)
			case diff < 0:
				return math.Inf(-1)
			}
			return 0
		}
		return (p1 - p2 - d) / math.Sqrt(v)
	}
	// The score falls as the difference grows.
	end := func(inside, outside, limit float64) float64 {
		for range 200 {
			middle := (inside + outside) / 2
			if middle == inside || middle == outside {
				break
			}
			if math.Abs(score(middle)) <= limit {
				inside = middle
			} else {
				outside = middle
			}
		}
		return inside
	}
	return Estimate{p1 - p2, nan, Interval{end(p1-p2, -1, z), end(p1-p2, 1, z)}}
}

// restricted are the most likely shares whose difference is d: the root of a cubic in closed form (Miettinen and Nurminen 1985, appendix).
func (p Pair) restricted(d float64) (p1, p2 float64) {
	n := p.N1 + p.N2
	l3, l2 := n, (p.N1+2*p.N2)*d-n-p.X1-p.X2
	l1 := (p.N2*d-n-2*p.X2)*d + p.X1 + p.X2
	l0 := p.X2 * d * (1 - d)
	q := l2*l2*l2/(27*l3*l3*l3) - l1*l2/(6*l3*l3) + l0/(2*l3)
	root := math.Sqrt(max(l2*l2/(9*l3*l3)-l1/(3*l3), 0))
	u := math.Copysign(root, q)
	c := 0.0
	if u != 0 {
		c = min(max(q/(u*u*u), -1), 1)
	}
	w := (math.Pi + math.Acos(c)) / 3
	p2 = min(max(2*u*math.Cos(w)-l2/(3*l3), 0, -d), min(1, 1-d))
	return min(max(p2+d, 0), 1), p2
}

// Ratio is the relative gap, the first share over the second: infinite when only the second is nothing, undefined when both are.
func (p Pair) Ratio() float64 { return p.X1 / p.N1 / (p.X2 / p.N2) }

// Katz is the ratio with the log interval (Katz et al. 1978). SE is of the logarithm. There is no interval when a count is 0.
func (p Pair) Katz(level float64) Estimate {
	if p.X1 == 0 || p.X2 == 0 {
		return Estimate{p.Ratio(), nan, none}
	}
	return logNormal(p.Ratio(), math.Sqrt(1/p.X1-1/p.N1+1/p.X2-1/p.N2), level)
}

// Walter is the ratio after half a person more above and below (Walter 1975), with the log interval: defined when counts are 0.
func (p Pair) Walter(level float64) Estimate {
	return Pair{p.X1 + 0.5, p.N1 + 0.5, p.X2 + 0.5, p.N2 + 0.5}.Katz(level)
}

// Woolf is the odds ratio with the log interval (Woolf 1955). SE is of the logarithm. There is no interval when one of the four counts is 0.
func (p Pair) Woolf(level float64) Estimate {
	a, b, c, d := p.X1, p.N1-p.X1, p.X2, p.N2-p.X2
	or := a * d / (b * c)
	if a == 0 || b == 0 || c == 0 || d == 0 {
		return Estimate{or, nan, none}
	}
	return logNormal(or, math.Sqrt(1/a+1/b+1/c+1/d), level)
}

// ChiSquared is Pearson's test of equal shares without continuity correction. Undefined where all or none of both groups have it.
func (p Pair) ChiSquared() (chi2, pValue float64) {
	pooled := (p.X1 + p.X2) / (p.N1 + p.N2)
	d := p.Difference()
	chi2 = d * d / (pooled * (1 - pooled) * (1/p.N1 + 1/p.N2))
	if math.IsNaN(chi2) {
		return nan, nan
	}
	return chi2, num.ChiSquaredUpper(chi2, 1)
}

// FisherExact is the exact two-sided test of equal shares, which adds up the tables at most as likely as this one, and the conditional maximum-likelihood odds
// ratio: 0 and infinite at the ends, NaN where the margins leave one table only.
func (p Pair) FisherExact() (pValue, oddsRatio float64) {
	m, k := p.N1, p.X1+p.X2
	lo, hi := max(0, k-p.N2), min(k, m)
	logs := make([]float64, int(hi-lo)+1)
	top := math.Inf(-1)
	for i := range logs {
		x := lo + float64(i)
		logs[i] = logChoose(p.N1, x) + logChoose(p.N2, k-x)
		top = max(top, logs[i])
	}
	own, total, tail := logs[int(p.X1-lo)], 0.0, 0.0
	for _, l := range logs {
		w := math.Exp(l - top)
		total += w
		if l <= own+1e-7 {
			tail += w
		}
	}
	pValue = min(tail/total, 1)
	switch {
	case lo == hi:
		return pValue, nan
	case p.X1 == lo:
		return pValue, 0
	case p.X1 == hi:
		return pValue, math.Inf(1)
	}
	mean := func(t float64) float64 { // at odds ratio exp t
		big := math.Inf(-1)
		for i, l := range logs {
			big = max(big, l+t*float64(i))
		}
		sum, weighted := 0.0, 0.0
		for i, l := range logs {
			w := math.Exp(l + t*float64(i) - big)
			sum += w
			weighted += w * (lo + float64(i))
		}
		return weighted / sum
	}
	a, b := -700.0, 700.0
	for range 200 {
		t := (a + b) / 2
		if t == a || t == b {
			break
		}
		if mean(t) < p.X1 {
			a = t
		} else {
			b = t
		}
	}
	return pValue, math.Exp((a + b) / 2)
}

func logChoose(n, k float64) float64 {
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}
