package num

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Tails and quantiles of the normal, beta, gamma, binomial and Poisson distributions. Each tail is computed by itself, never as one less the other, so that both keep their
// digits. The beta and gamma tails are continued fractions (Lentz) or series before a factor in Loader's form (2000), which keeps its digits where lnΓ cancels.

// NormalQuantile is the z below which the share p of the standard normal lies.
func NormalQuantile(p float64) float64 {
	if !(p > 0 && p < 1) {
		switch p {
		case 0:
			return math.Inf(-1)
		case 1:
			return math.Inf(1)
		}
		return math.NaN()
	}
	if p > 0.5 {
		return -NormalQuantile(1 - p)
	}
	z := mathext.NormalQuantile(p)
	// One Newton step on the logarithm takes off what the approximation leaves.
	tail := NormalUpper(-z)
	return z - math.Log(tail/p)*tail/NormalDensity(z)
}

// NormalUpper is P(Z ≥ z) of the standard normal.
func NormalUpper(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }

// NormalDensity is the density of the standard normal.
func NormalDensity(z float64) float64 { return math.Exp(-z*z/2) / math.Sqrt(2*math.Pi) }

// ZOf is the z that holds the share level in the middle of the standard normal: 1.96 for 0.95.
func ZOf(level float64) float64 { return -NormalQuantile((1 - level) / 2) }

// stirling is ln Γ(n+1) less Stirling's formula √(2πn)(n/e)ⁿ.
func stirling(n float64) float64 {
	if n < 16 {
		lg, _ := math.Lgamma(n + 1)
		return lg - (n+0.5)*math.Log(n) + n - 0.5*math.Log(2*math.Pi)
	}
	m := n * n
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-1.0/1188/m)/m)/m)/m) / n
}

// deviance0 is x ln(x/m) + m − x without cancelling near x = m.
func deviance0(x, m float64) float64 {
	if x == 0 {
		return m
	}
	if math.Abs(x-m) < 0.1*(x+m) {
		v := (x - m) / (x + m)
		s, power := (x-m)*v, 2*x*v
		v *= v
		for j := 3.0; ; j += 2 {
			power *= v
			next := s + power/j
			if next == s {
				return s
			}
			s = next
		}
	}
	return x*math.Log(x/m) + m - x
}

// binomialMass is the probability of k of n, k and n not needing to be whole, q = 1 − p.
func binomialMass(k, n, p, q float64) float64 {
	switch {
	case k < 0 || k > n:
		return 0
	case p == 0:
		if k == 0 {
			return 1
		}
		return 0
	case q == 0:
		if k == n {
			return 1
		}
		return 0
	case k == 0:
		return math.Exp(n * math.Log1p(-p))
	case k == n:
		return math.Exp(n * math.Log(p))
	}
	l := stirling(n) - stirling(k) - stirling(n-k) - deviance0(k, n*p) - deviance0(n-k, n*q)
	return math.Exp(l) * math.Sqrt(n/(2*math.Pi*k*(n-k)))
}

// poissonMass is the probability of k, not needing to be whole, with mean m.
func poissonMass(k, m float64) float64 {
	switch {
	case k < 0 || m < 0:
		return 0
	case m == 0:
		if k == 0 {
			return 1
		}
		return 0
	}
	return math.Exp(logPoissonMass(k, m))
}

func logPoissonMass(k, m float64) float64 {
	if k == 0 {
		return -m
	}
	return -stirling(k) - deviance0(k, m) - 0.5*math.Log(2*math.Pi*k)
}

// BinomialMass is P(X = k) for n trials of probability p.
func BinomialMass(k, n, p float64) float64 { return binomialMass(k, n, p, 1-p) }

// PoissonMass is P(X = k) with mean m.
func PoissonMass(k, m float64) float64 { return poissonMass(k, m) }

// betaFactor is xᵃ yᵇ / B(a, b) with y = 1 − x.
func betaFactor(a, b, x, y float64) float64 {
	// (a + b)·C(a+b, a)·ab/(a+b)² …: the mass of a of a + b, which holds for all a, b > 0.
	return binomialMass(a, a+b, x, y) * a * b / (a + b)
}

// betaTail is I_x(a, b) where the continued fraction converges fast: x below its mean.
func betaTail(a, b, x, y float64) float64 {
	const tiny = 1e-300
	c, d := 1.0, 1-(a+b)*x/(a+1)
	if math.Abs(d) < tiny {
		d = tiny
	}
	d = 1 / d
	h := d
	for m := 1.0; m < 1e6; m++ {
		e := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 + e*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = 1 + e/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		e = -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 + e*d
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = 1 + e/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		step := d * c
		h *= step
		if math.Abs(step-1) < 1e-16 {
			break
		}
	}
	return betaFactor(a, b, x, y) / a * h
}

func betaTails(a, b, x, y float64) (lower, upper float64) {
	switch {
	case math.IsNaN(a+b+x) || !(a > 0) || !(b > 0):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case y <= 0:
		return 1, 0
	}
	if x < (a+1)/(a+b+2) {
		lower = betaTail(a, b, x, y)
		return lower, 1 - lower
	}
	upper = betaTail(b, a, y, x)
	return 1 - upper, upper
}

// BetaTails are the shares of Beta(a, b) below and above x.
func BetaTails(a, b, x float64) (lower, upper float64) { return betaTails(a, b, x, 1-x) }

// BetaQuantile is the x below which the share p of Beta(a, b) lies.
func BetaQuantile(a, b, p float64) float64 {
	switch {
	case math.IsNaN(a+b+p) || !(a > 0) || !(b > 0) || p < 0 || p > 1:
		return math.NaN()
	case p == 0 || p == 1:
		return p
	}
	// The root is sought on the scale of log odds, where both ends are as fine as the middle.
	odds := func(u float64) (x, y float64) {
		if u < 0 {
			e := math.Exp(u)
			return e / (1 + e), 1 / (1 + e)
		}
		e := math.Exp(-u)
		return 1 / (1 + e), e / (1 + e)
	}
	u := root(math.Log(a/b), p, func(u float64) (lower, upper, slope float64) {
		x, y := odds(u)
		lower, upper = betaTails(a, b, x, y)
		return lower, upper, betaFactor(a, b, x, y)
	})
	x, _ := odds(u)
	return x
}

// root finds the u at which the lower share is p by Newton's method on the logarithm of the smaller share, kept between bounds. slope is that of lower.
func root(u, p float64, at func(u float64) (lower, upper, slope float64)) float64 {
	lo, hi := -745.0, 745.0
	u = min(max(u, lo), hi)
	for range 200 {
		lower, upper, slope := at(u)
		if lower < p {
			lo = u
		} else {
			hi = u
		}
		var step float64
		if p <= 0.5 {
			step = -math.Log(lower/p) * lower / slope
		} else {
			step = math.Log(upper/(1-p)) * upper / slope
		}
		next := u + step
		if !(next > lo && next < hi) {
			next = lo + (hi-lo)/2
		}
		if math.Abs(next-u) <= 4e-16*math.Max(1, math.Abs(u)) {
			return next
		}
		u = next
	}
	return u
}

// GammaTails are the shares of the gamma distribution of the given shape, scale 1, below and above x.
func GammaTails(shape, x float64) (lower, upper float64) {
	a := shape
	switch {
	case math.IsNaN(a+x) || !(a > 0):
		return math.NaN(), math.NaN()
	case x <= 0:
		return 0, 1
	case math.IsInf(x, 1):
		return 1, 0
	}
	factor := poissonMass(a, x) // xᵃe⁻ˣ/Γ(a+1)
	if x < a+1 {
		term, sum := 1.0, 1.0
		for k := 1.0; k < 1e7; k++ {
			term *= x / (a + k)
			if sum += term; term < 1e-17*sum {
				break
			}
		}
		lower = factor * sum
		return lower, 1 - lower
	}
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1.0; i < 1e7; i++ {
		n := -i * (i - a)
		b += 2
		d = n*d + b
		if math.Abs(d) < tiny {
			d = tiny
		}
		c = b + n/c
		if math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		step := d * c
		h *= step
		if math.Abs(step-1) < 1e-16 {
			break
		}
	}
	upper = factor * a * h
	return 1 - upper, upper
}

// GammaQuantile is the x below which the share p of the gamma distribution of the given shape, scale 1, lies.
func GammaQuantile(shape, p float64) float64 {
	switch {
	case math.IsNaN(shape+p) || !(shape > 0) || p < 0 || p > 1:
		return math.NaN()
	case p == 0:
		return 0
	case p == 1:
		return math.Inf(1)
	}
	return math.Exp(root(math.Log(shape), p, func(u float64) (lower, upper, slope float64) {
		x := math.Exp(u)
		lower, upper = GammaTails(shape, x)
		return lower, upper, poissonMass(shape, x) * shape
	}))
}

// BinomialTails are P(X ≤ k) and P(X ≥ k) for n trials of probability p.
func BinomialTails(k, n, p float64) (lower, upper float64) {
	lower, upper = 1, 1
	if k < 0 {
		lower = 0
	} else if k < n {
		_, lower = BetaTails(k+1, n-k, p)
	}
	if k > n {
		upper = 0
	} else if k > 0 {
		upper, _ = BetaTails(k, n-k+1, p)
	}
	return lower, upper
}

// PoissonTails are P(X ≤ k) and P(X ≥ k) with mean m.
func PoissonTails(k, m float64) (lower, upper float64) {
	lower, upper = 0, 1
	if k >= 0 {
		_, lower = GammaTails(k+1, m)
	}
	if k > 0 {
		upper, _ = GammaTails(k, m)
	}
	return lower, upper
}

// BinomialQuantile is the smallest r with P(X ≤ r) ≥ p.
func BinomialQuantile(p, n, prob float64) float64 {
	sd := math.Sqrt(n * prob * (1 - prob))
	return discrete(p, n*prob+NormalQuantile(p)*sd, n, func(k float64) float64 { lower, _ := BinomialTails(k, n, prob); return lower })
}

// PoissonQuantile is the smallest r with P(X ≤ r) ≥ p.
func PoissonQuantile(p, mean float64) float64 {
	return discrete(p, mean+NormalQuantile(p)*math.Sqrt(mean), math.Inf(1), func(k float64) float64 { lower, _ := PoissonTails(k, mean); return lower })
}

// discrete walks from a guess to the smallest whole number whose lower share reaches p. A share that is p but for rounding reaches it.
func discrete(p, guess, most float64, lower func(float64) float64) float64 {
	if !(p >= 0 && p <= 1) {
		return math.NaN()
	}
	p *= 1 - 64*0x1p-52
	k := min(max(math.Floor(guess), 0), most)
	if math.IsNaN(k) || math.IsInf(k, 0) {
		return k
	}
	for k > 0 && lower(k-1) >= p {
		k--
	}
	for k < most && lower(k) < p {
		k++
	}
	return k
}
