package segregation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// The kernels of two groups take the counts a and b, one number a unit: not below zero, up to 2⁵³ in all, fractions allowed. They panic when the
// slices differ in length, as an index out of range would. For a group against everybody else, b is the rest.

// Dissimilarity is the share of either group that would have to move to another unit for both to be spread alike: ½ Σ |a_i/A − b_i/B|, from 0 to 1.
// NaN when a group is empty. Duncan and Duncan (1955).
func Dissimilarity(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	var s sum
	for i := range a {
		s.add(math.Abs(excess(a[i], b[i], na, nb)))
	}
	return within01(s.value() / (2 * na * nb))
}

// excess is a·nb − b·na with its small difference kept: a unit's lead of a over b, times A·B.
func excess(a, b, na, nb float64) float64 {
	product := b * na
	return math.FMA(a, nb, -product) - math.FMA(b, na, -product)
}

// Gini is the mean difference of the shares of a between all pairs of persons, as a part of the greatest it can be: Σ_i Σ_j t_i t_j |p_i − p_j| /
// (2T²P(1−P)) with p_i = a_i/t_i, from 0 to 1; twice the area between the segregation curve and the diagonal. NaN when a group is empty. It takes
// one sort, not a pass over all pairs.
func Gini(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	units := make([]sharedUnit, 0, len(a))
	for i := range a {
		if t := a[i] + b[i]; t > 0 {
			units = append(units, sharedUnit{a[i] / t, a[i], b[i]})
		}
	}
	return giniOf(units, make([]sharedUnit, len(units)), na, nb)
}

// sharedUnit is a unit for the Gini index: the share of a in it, and the counts.
type sharedUnit struct{ share, a, b float64 }

// giniOf sorts the units by share. A pair of persons, one of b in a unit before one of a, counts for as much as the a's exceed: every term is at
// least 0, so that little is lost when the index is small.
func giniOf(units, spare []sharedUnit, na, nb float64) float64 {
	var s, beforeA, beforeB sum
	for _, u := range byShare(units, spare) {
		s.add(excess(u.a, u.b, beforeA.value(), beforeB.value()))
		beforeA.add(u.a)
		beforeB.add(u.b)
	}
	return within01(s.value() / (na * nb))
}

// byShare sorts units into rising share, in place or into spare, which is as long. The bits of a number that is not negative rise with it, so that
// many units can be sorted digit by digit, in time linear in their number.
func byShare(units, spare []sharedUnit) []sharedUnit {
	const few, bits, digits = 500, 11, 6 // 66 bits hold all 63 that a number without its sign has
	if len(units) < few {
		slices.SortFunc(units, func(x, y sharedUnit) int { return cmp.Compare(x.share, y.share) })
		return units
	}
	key := func(u sharedUnit) uint64 { return math.Float64bits(math.Abs(u.share)) }
	var counts [digits][1 << bits]int
	for _, u := range units {
		k := key(u)
		for d := range counts {
			counts[d][k>>(d*bits)&(1<<bits-1)]++
		}
	}
	for d := range counts {
		at := &counts[d]
		if at[key(units[0])>>(d*bits)&(1<<bits-1)] == len(units) {
			continue // all have this digit
		}
		next := 0
		for k, n := range at {
			at[k], next = next, next+n
		}
		for _, u := range units {
			k := key(u) >> (d * bits) & (1<<bits - 1)
			spare[at[k]] = u
			at[k]++
		}
		units, spare = spare, units
	}
	return units
}

// InformationTheory is Theil's H of two groups: how much less diverse the units are than the whole, 1 − Σ t_i E_i / (T E) with E the entropy of two
// groups, from 0 to 1. NaN when a group is empty. Theil and Finizza (1971).
func InformationTheory(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	total := na + nb
	p, q := na/total, nb/total
	var s sum
	for i := range a {
		t := a[i] + b[i]
		s.add(a[i] / total * logRatio(a[i]/t, p))
		s.add(b[i] / total * logRatio(b[i]/t, q))
	}
	return within01(s.value() / -(p*math.Log(p) + q*math.Log(q)))
}

// logRatio is ln(x/y), and 0 where there is nobody to weigh it.
func logRatio(x, y float64) float64 {
	if !(x > 0) {
		return 0
	}
	return math.Log(x / y)
}

// Atkinson is 1 − (Σ (a_i/A)^β (b_i/B)^(1−β))^(1/(1−β)) for 0 < β < 1, from 0 to 1. A β above ½ weighs units where a is strong, one below units
// where a is weak; ½ treats the groups alike. NaN when a group is empty or β lies outside. James and Taeuber (1985).
func Atkinson(a, b []float64, beta float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 || !(beta > 0 && beta < 1) {
		return math.NaN()
	}
	if beta == 0.5 {
		h := Hutchens(a, b)
		return within01(h * (2 - h))
	}
	var s sum
	for i := range a {
		if a[i] > 0 && b[i] > 0 {
			s.add(math.Pow(a[i]/na, beta) * math.Pow(b[i]/nb, 1-beta))
		}
	}
	return within01(1 - math.Pow(s.value(), 1/(1-beta)))
}

// Hutchens is the square root index: 1 − Σ √(a_i/A · b_i/B), from 0 to 1. NaN when a group is empty. Hutchens (2001).
func Hutchens(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	// 1 − Σ √(xy) = ½ Σ (√x − √y)², as Σ x = Σ y = 1: no loss when the index is small.
	var s sum
	for i := range a {
		d := math.Sqrt(a[i]/na) - math.Sqrt(b[i]/nb)
		s.add(d * d)
	}
	return within01(s.value() / 2)
}

// Isolation is the mean share of a in the units of a's members: Σ a_i/A · a_i/t_i, from P to 1. NaN when a is empty.
func Isolation(a, b []float64) float64 { return meets(a, a, b) }

// Interaction is the mean share of b in the units of a's members, their exposure to b: Σ a_i/A · b_i/t_i, from 0 to 1 − P. NaN when a is empty. For
// more than two groups see [ExposureMatrix].
func Interaction(a, b []float64) float64 { return meets(b, a, b) }

// meets is the mean share of of in the units of a's members, where a and b are everybody.
func meets(of, a, b []float64) float64 {
	na, _ := totals(a, b)
	if na == 0 {
		return math.NaN()
	}
	var s sum
	for i := range a {
		if a[i] > 0 {
			s.add(a[i] / na * (of[i] / (a[i] + b[i])))
		}
	}
	return within01(s.value())
}

// CorrelationRatio is eta²: isolation freed of the group's size, (I − P)/(1 − P), from 0 to 1; the same for a and b. NaN when a group is empty.
// Bell (1954).
func CorrelationRatio(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	// Σ t_i (p_i − P)² / (T P (1 − P)), with p_i − P = (a_i B − b_i A)/(t_i T).
	total := na + nb
	var s sum
	for i := range a {
		if t := a[i] + b[i]; t > 0 {
			d := excess(a[i], b[i], na, nb)
			s.add(d / t * (d / (na * nb)))
		}
	}
	return within01(s.value() / total)
}

// Gorard is the share of a that would have to move for a to be spread as everybody is: ½ Σ |a_i/A − t_i/T| = (1 − P)·D, from 0 to 1 − P. NaN when a
// is empty. Gorard and Taylor (2002).
func Gorard(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 {
		return math.NaN()
	}
	total := na + nb
	var s sum
	for i := range a {
		s.add(math.Abs(excess(a[i], b[i], na, nb)))
	}
	return within01(s.value() / (2 * na * total))
}

// MinMax is 1 − Σ min(a_i/A, b_i/B) / Σ max(a_i/A, b_i/B) = 2D/(1 + D), from 0 to 1. NaN when a group is empty.
func MinMax(a, b []float64) float64 {
	d := Dissimilarity(a, b)
	return 2 * d / (1 + d)
}

// ConcentrationProfile is Hong and Sadahiro's R, from the curve v(θ), the part of a that lives in units where a's share is at least θ: (P − ∫₀ᴾ v
// dθ + ∫ᴾ¹ v dθ)/(1 − P), from 0; 1 with complete segregation, and up to 2 where few of a large group live in units of the other. The integral is
// exact: Σ a_i/A·|p_i − P| / (1 − P). NaN when a group is empty.
func ConcentrationProfile(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	var s sum
	for i := range a {
		if a[i] > 0 {
			s.add(a[i] / (a[i] + b[i]) * math.Abs(excess(a[i], b[i], na, nb)))
		}
	}
	return s.value() / (na * nb)
}

// ConcentrationProfileGrid is [ConcentrationProfile] with the integrals as sums over a grid of thresholds from 0 to 1, each standing for 1/points,
// as in PySAL (1,000 points). NaN when a group is empty or there are fewer than two points.
func ConcentrationProfileGrid(a, b []float64, points int) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 || points < 2 {
		return math.NaN()
	}
	p := na / (na + nb)
	step := 1 / float64(points-1)
	threshold := func(k int) float64 { return float64(k) * step }
	under := make([]sum, points) // parts of a whose highest threshold reached is the k:th
	for i := range a {
		if a[i] > 0 {
			share := a[i] / (a[i] + b[i])
			k := min(int(share/step)+1, points-1)
			for threshold(k) > share {
				k--
			}
			under[k].add(a[i] / na)
		}
	}
	var v, below, above sum
	for k := points - 1; k >= 0; k-- {
		v.add(under[k].value())
		if threshold(k) < p {
			below.add(v.value())
		} else {
			above.add(v.value())
		}
	}
	n := float64(points)
	return (p - (below.value()/n - above.value()/n)) / (1 - p)
}

// SCBIndex is Statistics Sweden's boendesegregationsindex, 0 to 1 here (0 to 100 as published): ½ Σ |p1_i − p_i| / (1 − p1), where p1_i is the part
// of the group that lives in i, p_i the part of everybody that does, p1 the group's share of everybody. It equals [Dissimilarity] of the group
// against the rest. NaN when a group is empty.
func SCBIndex(group, rest []float64) float64 {
	na, nb := totals(group, rest)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	return within01(Gorard(group, rest) / (nb / (na + nb)))
}

// IncomeInequalityIndex is the ojämlikhetsindex: [Dissimilarity] of the persons in the lowest fifth of incomes against those in the highest, the
// middle three fifths left out. NaN when a fifth is empty.
func IncomeInequalityIndex(lowest, highest []float64) float64 { return Dissimilarity(lowest, highest) }

// DensityCorrectedDissimilarity is D freed of the upward bias that small counts give, unit by unit: the difference |a_i/A − b_i/B| in units of its
// standard error is taken as one draw of a folded normal, and put back to the most likely place of that normal. From 0 to 1. NaN when a group is
// empty. Allen, Burgess, Davidson and Windmeijer (2015).
func DensityCorrectedDissimilarity(a, b []float64) float64 {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return math.NaN()
	}
	var s sum
	for i := range a {
		x, y := a[i]/na, b[i]/nb
		d := math.Abs(excess(a[i], b[i], na, nb)) / (na * nb)
		se := math.Sqrt(x*(1-x)/na + y*(1-y)/nb)
		if se == 0 {
			s.add(d)
			continue
		}
		s.add(se * mostLikelyFold(d/se))
	}
	return within01(s.value() / 2)
}

// mostLikelyFold is the θ ≥ 0 for which one draw of |N(θ, 1)| is most likely to be x. It is 0 up to x = 1, after that the root of θ = x·tanh(θx),
// which Newton's method finds from above: the function is convex there.
func mostLikelyFold(x float64) float64 {
	if x <= 1 {
		return 0
	}
	theta := x
	for range 100 {
		h := math.Tanh(theta * x)
		slope := 1 - x*x*(1-h*h)
		step := (theta - x*h) / slope
		if !(step > 1e-15*theta) {
			break
		}
		theta -= step
	}
	return theta
}

// totals are the persons of both groups.
func totals(a, b []float64) (na, nb float64) {
	if len(a) != len(b) {
		panic(fmt.Sprintf("segregation: %d units in one group and %d in the other", len(a), len(b)))
	}
	return total(a), total(b)
}

func total(v []float64) float64 {
	var s sum
	for _, x := range v {
		s.add(x)
	}
	return s.value()
}

// sum adds with Neumaier's correction, so that neither the order of the units nor their number is seen in the result.
type sum struct{ s, lost float64 }

func (x *sum) add(v float64) {
	t := x.s + v
	if math.Abs(x.s) >= math.Abs(v) {
		x.lost += (x.s - t) + v
	} else {
		x.lost += (v - t) + x.s
	}
	x.s = t
}

func (x *sum) value() float64 { return x.s + x.lost }

// within01 takes away what rounding puts outside the range of a measure.
func within01(v float64) float64 { return min(1, max(0, v)) }
