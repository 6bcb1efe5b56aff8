package gap

import (
	"math"

	"github.com/skikt/skikt/internal/num"
)

// Wilson is the score interval of the share x/n (Wilson 1927), without continuity correction. It always lies within 0 and 1.
func Wilson(x, n, level float64) Interval {
	if !(n > 0) {
		return none
	}
	z := num.ZOf(level)
	p, z2 := x/n, z*z
	middle, half := p+z2/(2*n), z*math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	i := Interval{(middle - half) / (1 + z2/n), (middle + half) / (1 + z2/n)}
	// At the ends the exact limits are 0 and 1, where the difference leaves a rounding.
	if x == 0 {
		i.Lower = 0
	}
	if x == n {
		i.Upper = 1
	}
	return i
}

// AgrestiCoull is the interval of Agresti and Coull (1998): the normal interval after z²/2 successes and failures more. It is not cut at 0 and 1.
func AgrestiCoull(x, n, level float64) Interval {
	if !(n > 0) {
		return none
	}
	z := num.ZOf(level)
	m := n + z*z
	p := (x + z*z/2) / m
	return normal(p, math.Sqrt(p*(1-p)/m), level).Interval
}

// ClopperPearson is the exact interval of a share (Clopper and Pearson 1934). It holds the level at least, often more.
func ClopperPearson(x, n, level float64) Interval {
	if !(n > 0) {
		return none
	}
	a := (1 - level) / 2
	i := Interval{0, 1}
	if x > 0 {
		i.Lower = num.BetaQuantile(x, n-x+1, a)
	}
	if x < n {
		i.Upper = num.BetaQuantile(x+1, n-x, 1-a)
	}
	return i
}

// Jeffreys is the equal-tailed interval of the posterior Beta(x + ½, n − x + ½), with 0 as lower end at x = 0 and 1 as upper end at x = n (Brown, Cai and DasGupta 2001).
func Jeffreys(x, n, level float64) Interval {
	i := JeffreysPlain(x, n, level)
	if x == 0 {
		i.Lower = 0
	}
	if x == n {
		i.Upper = 1
	}
	return i
}

// JeffreysPlain is [Jeffreys] without the rule at 0 and n.
func JeffreysPlain(x, n, level float64) Interval {
	if !(n > 0) {
		return none
	}
	a := (1 - level) / 2
	return Interval{num.BetaQuantile(x+0.5, n-x+0.5, a), num.BetaQuantile(x+0.5, n-x+0.5, 1-a)}
}

// Garwood is the exact interval of the mean of a Poisson count (Garwood 1936).
func Garwood(count, level float64) Interval {
	a := (1 - level) / 2
	i := Interval{0, num.GammaQuantile(count+1, 1-a)}
	if count > 0 {
		i.Lower = num.GammaQuantile(count, a)
	}
	return i
}

// Byar is Byar's approximation to [Garwood] (Breslow and Day 1987). Its lower end is undefined at 0, where 0 is given.
func Byar(count, level float64) Interval {
	z := num.ZOf(level)
	cube := func(v float64) float64 { return v * v * v }
	i := Interval{0, (count + 1) * cube(1-1/(9*(count+1))+z/(3*math.Sqrt(count+1)))}
	if count > 0 {
		i.Lower = count * cube(1-1/(9*count)-z/(3*math.Sqrt(count)))
	}
	return i
}
