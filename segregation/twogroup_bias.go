package segregation

import (
	"math"
	"slices"
)

// ModifiedDissimilarity is Carrington and Troske's D: what D exceeds by its mean D* when everybody is placed in the units at random, (D − D*)/(1 −
// D*); where D is below D*, (D − D*)/D*. From −1, more even than chance, over 0, as chance, to 1. D* is exact, not drawn: it is the mean over all
// ways to place the persons there are in the units there are, the number of a in a unit being hypergeometric. Counts are rounded to whole persons
// for D*. NaN when a group is empty. Carrington and Troske (1997).
func ModifiedDissimilarity(a, b []float64) float64 {
	return beyondChance(Dissimilarity(a, b), chanceDissimilarity(a, b))
}

// ModifiedGini is [ModifiedDissimilarity] of the Gini index. G* takes the units' numbers of a as independent and binomial, with the variance
// between units put right by √(T/(T − 1)): close, but not exact where a few units hold most persons. Units whose share can take very many values
// are put into 1,024 classes, which moves G* by less than 1e-4 of itself. NaN when a group is empty.
func ModifiedGini(a, b []float64) float64 {
	return beyondChance(Gini(a, b), chanceGini(a, b))
}

func beyondChance(value, chance float64) float64 {
	const rounding = 1e-12
	switch {
	case math.Abs(value-chance) < rounding: // also where both are 0, as with one unit, or 1, as with one person a unit
		return 0
	case value > chance:
		return (value - chance) / (1 - chance)
	}
	return (value - chance) / chance
}

// BiasCorrectedDissimilarity is 2D − E(D*), where D* is D in a bootstrap sample: both groups drawn anew from their own spread over the units. The
// mean over all samples is computed, not drawn, so that there is no seed. It may fall below 0. Counts are rounded to whole persons for E(D*). NaN
// when a group is empty. Allen, Burgess, Davidson and Windmeijer (2015).
func BiasCorrectedDissimilarity(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	var s sum
	var buffers [2][]float64
	for i := range a {
		s.add(meanDifference(whole(na), a[i]/na, whole(nb), b[i]/nb, &buffers))
	}
	return min(1, 2*Dissimilarity(a, b)-s.value()/2)
}

// whole is a count of persons as a whole number above 0.
func whole(n float64) float64 { return max(1, math.RoundToEven(n)) }

// manyPersons is the variance from which a number counts as normal: the mean of its absolute deviation then differs by a few in 10⁵.
const manyPersons = 1e4

// outcomes are the likely values of a random whole number: lo, lo+1, … with their probabilities, which add up to 1. Values further out than about
// nine standard deviations are left out.
type outcomes struct {
	lo float64
	p  []float64
}

// walk goes out from a likely value by the ratio of neighbours, P(k+1)/P(k), so that it needs no factorials.
func walk(from, least, most float64, ratio func(k float64) float64, into []float64) outcomes {
	const negligible = 1e-18
	lo := from
	p := into[:0]
	for q := 1.0; lo > least; lo-- {
		if q /= ratio(lo - 1); q < negligible {
			break
		}
		p = append(p, q)
	}
	slices.Reverse(p)
	p = append(p, 1)
	for k, q := from, 1.0; k < most; k++ {
		if q *= ratio(k); q < negligible {
			break
		}
		p = append(p, q)
	}
	all := 0.0
	for _, q := range p {
		all += q
	}
	for i := range p {
		p[i] /= all
	}
	return outcomes{lo, p}
}

// binomial is the number of n persons who are of a group, each with probability p.
func binomial(n, p float64, into []float64) outcomes {
	if p <= 0 || p >= 1 {
		return outcomes{n * math.Round(p), append(into[:0], 1)}
	}
	odds := p / (1 - p)
	return walk(min(n, math.Floor((n+1)*p)), 0, n, func(k float64) float64 { return (n - k) * odds / (k + 1) }, into)
}

// hypergeometric is the number among n of all persons who are of a group, of whom there are a in all.
func hypergeometric(n, a, all float64, into []float64) outcomes {
	least, most := max(0, n+a-all), min(n, a)
	mode := min(most, max(least, math.Floor((n+1)*((a+1)/(all+2)))))
	return walk(mode, least, most, func(k float64) float64 { return (a - k) / (k + 1) * ((n - k) / (all - a - n + k + 1)) }, into)
}

// foldedMean is the mean of |N(mu, sd²)|.
func foldedMean(mu, sd float64) float64 {
	if sd == 0 {
		return math.Abs(mu)
	}
	z := mu / sd
	return sd*math.Sqrt(2/math.Pi)*math.Exp(-z*z/2) + mu*math.Erf(z/math.Sqrt2)
}

// meanDifference is E|X/n − Y/m| for binomial X of n at p and Y of m at q.
func meanDifference(n, p, m, q float64, buffers *[2][]float64) float64 {
	if n*p*(1-p) > m*q*(1-q) {
		n, p, m, q = m, q, n, p // Y varies at least as much as X
	}
	sdY := math.Sqrt(q * (1 - q) / m)
	if n*p*(1-p) >= manyPersons {
		return foldedMean(p-q, math.Sqrt(p*(1-p)/n+sdY*sdY))
	}
	x := binomial(n, p, buffers[0])
	buffers[0] = x.p
	s := 0.0
	if m*q*(1-q) >= manyPersons {
		for k, prob := range x.p {
			s += prob * foldedMean((x.lo+float64(k))/n-q, sdY)
		}
		return s
	}
	y := binomial(m, q, buffers[1])
	buffers[1] = y.p
	mean := 0.0
	for j, prob := range y.p {
		mean += prob * ((y.lo + float64(j)) / m)
	}
	// Both in rising order: E|x − Y| = x(2F(x) − 1) − 2 Σ_{y ≤ x} y·P(y) + E(Y).
	j, f, part := 0, 0.0, 0.0
	for k, prob := range x.p {
		at := (x.lo + float64(k)) / n
		for ; j < len(y.p) && (y.lo+float64(j))/m <= at; j++ {
			f += y.p[j]
			part += y.p[j] * ((y.lo + float64(j)) / m)
		}
		s += prob * (at*(2*f-1) - 2*part + mean)
	}
	return s
}

// chanceDissimilarity is the mean of D over all ways to place the persons in the units.
func chanceDissimilarity(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	sizes, all := wholeUnits(a, b)
	if len(sizes) < 2 {
		return 0
	}
	of := min(max(1, math.RoundToEven(na)), all-1)
	p := of / all
	var s sum
	var buffer []float64
	for _, t := range sizes {
		if v := t * p * (1 - p) * ((all - t) / (all - 1)); v >= manyPersons {
			s.add(foldedMean(0, math.Sqrt(v)))
			continue
		}
		x := hypergeometric(t, of, all, buffer)
		buffer = x.p
		d := 0.0
		for k, prob := range x.p {
			d += prob * math.Abs(excess(x.lo+float64(k), t, of, all)/all)
		}
		s.add(d)
	}
	return min(1, s.value()/(2*all*p*(1-p)))
}

// wholeUnits are the sizes of the units that have persons, rounded to whole ones, and their sum, which is at least two: one of each group.
func wholeUnits(a, b []float64) (sizes []float64, all float64) {
	for i := range a {
		if t := math.RoundToEven(a[i] + b[i]); t > 0 {
			sizes = append(sizes, t)
		}
	}
	return sizes, max(2, total(sizes))
}

// chanceGini is the mean of G when each unit's number of a is binomial. The mean of |p_i − p_j| over independent i and j is 2∫F(1 − F) over the
// mixture of their distributions; a unit against itself, which the mixture takes as independent too, is taken away.
func chanceGini(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	const classes = 1024
	var points []sharedUnit // a is the probability of the share, times the part of everybody who is in the unit
	var itself sum
	p := na / (na + nb)
	sizes, n := wholeUnits(a, b)
	if len(sizes) < 2 {
		return 0
	}
	var buffer []float64
	for _, t := range sizes {
		from := len(points)
		if sd := math.Sqrt(p * (1 - p) / t); t*p*(1-p) >= manyPersons {
			for k := range classes {
				lo, hi := normalCut(k, classes), normalCut(k+1, classes)
				weight := (math.Erf(hi/math.Sqrt2) - math.Erf(lo/math.Sqrt2)) / 2
				points = append(points, sharedUnit{share: p + sd*(lo+hi)/2, a: weight})
			}
		} else {
			x := binomial(t, p, buffer)
			buffer = x.p
			step := (len(x.p) + classes - 1) / classes
			for k := 0; k < len(x.p); k += step {
				var w, at float64
				for j := k; j < min(k+step, len(x.p)); j++ {
					w += x.p[j]
					at += x.p[j] * (x.lo + float64(j))
				}
				points = append(points, sharedUnit{share: at / w / t, a: w})
			}
		}
		own := points[from:]
		f, own2 := 0.0, 0.0
		for k := range own[:len(own)-1] {
			f += own[k].a
			own2 += f * (1 - f) * (own[k+1].share - own[k].share)
		}
		itself.add(t / n * (t / n) * max(0, own2))
		for k := range own {
			own[k].a *= t / n
		}
	}
	points = byShare(points, make([]sharedUnit, len(points)))
	var f, s sum
	for k := range points[:max(0, len(points)-1)] {
		f.add(points[k].a)
		s.add(f.value() * (1 - f.value()) * (points[k+1].share - points[k].share))
	}
	return min(1, math.Sqrt(n/(n-1))*max(0, s.value()-itself.value())/(p*(1-p)))
}

// normalCut is the k:th of n+1 places that part nine standard deviations on either side into equal classes.
func normalCut(k, n int) float64 { return 9 * (2*float64(k)/float64(n) - 1) }
