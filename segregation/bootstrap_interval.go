package segregation

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// An Interval is a number that is known only to lie from Lo to Hi: a count that is hidden, rounded or perturbed, or a measure of such counts.
type Interval struct{ Lo, Hi float64 }

// Exactly is a count that is known.
func Exactly(v float64) Interval { return Interval{v, v} }

// HiddenBelow is a count hidden because it is from least to below the threshold: least is 0 where zeros are hidden too, else 1.
func HiddenBelow(threshold, least float64) Interval { return Interval{least, max(least, threshold-1)} }

// RoundedTo is a count rounded to the nearest multiple of base, or at random to one of the two about it.
func RoundedTo(v, base float64, atRandom bool) Interval {
	off := math.Floor(base / 2)
	if atRandom {
		off = max(0, base-1)
	}
	return Interval{max(0, v-off), v + off}
}

// PerturbedBy is a count with noise of at most most either way (cell key).
func PerturbedBy(v, most float64) Interval { return Interval{max(0, v-most), v + most} }

// IntervalTable is counts by unit and group of which some are intervals. Totals that are known from elsewhere (a published total of a unit whose cells are hidden)
// narrow the cells; nil where none are known.
type IntervalTable struct {
	Units, Groups int
	Cells         []Interval // unit by unit
	UnitTotals    []Interval
	GroupTotals   []Interval
}

// A Bounded is a measure of interval counts: the value of the true table lies within, whatever the true counts are. The bounds are safe, not the narrowest.
type Bounded struct {
	Interval
	Uncertain int // cells that are not known exactly
	Warnings  []cube.Warning
}

// narrowed checks the cells and narrows them by the totals: a cell is at most the total less what the others have at least, and so on, until nothing changes much.
func (t IntervalTable) narrowed() (IntervalTable, int, error) {
	if t.Units < 1 || t.Groups < 1 || len(t.Cells) != t.Units*t.Groups {
		return t, 0, fmt.Errorf("segregation: %d cells for %d units × %d groups", len(t.Cells), t.Units, t.Groups)
	}
	if t.UnitTotals != nil && len(t.UnitTotals) != t.Units || t.GroupTotals != nil && len(t.GroupTotals) != t.Groups {
		return t, 0, fmt.Errorf("segregation: %d unit and %d group totals for %d units × %d groups", len(t.UnitTotals), len(t.GroupTotals), t.Units, t.Groups)
	}
	for _, list := range [][]Interval{t.Cells, t.UnitTotals, t.GroupTotals} {
		for i, c := range list {
			if !(c.Lo >= 0 && c.Lo <= c.Hi) || math.IsInf(c.Hi, 0) {
				return t, 0, fmt.Errorf("segregation: interval %d goes from %v to %v; it must be finite, rise, and not go below zero", i+1, c.Lo, c.Hi)
			}
		}
	}
	t.Cells = slices.Clone(t.Cells)
	line := func(total Interval, at func(k int) *Interval, n int) error {
		lo, hi := 0.0, 0.0
		for k := range n {
			lo += at(k).Lo
			hi += at(k).Hi
		}
		slack := 1e-9 * max(1, total.Hi)
		if lo > total.Hi+slack || hi < total.Lo-slack {
			return fmt.Errorf("segregation: cells that add up to %v–%v can't give a total of %v–%v", lo, hi, total.Lo, total.Hi)
		}
		for k := range n {
			c := at(k)
			up, down := max(c.Lo, total.Hi-(lo-c.Lo)), min(c.Hi, total.Lo-(hi-c.Hi))
			if c.Lo < c.Hi {
				// Widened by what rounding may take.
				c.Lo = max(c.Lo, down-slack)
				c.Hi = max(c.Lo, min(c.Hi, up+slack))
			}
		}
		return nil
	}
	for range 4 {
		for i := range t.UnitTotals {
			if err := line(t.UnitTotals[i], func(g int) *Interval { return &t.Cells[i*t.Groups+g] }, t.Groups); err != nil {
				return t, 0, err
			}
		}
		for g := range t.GroupTotals {
			if err := line(t.GroupTotals[g], func(i int) *Interval { return &t.Cells[i*t.Groups+g] }, t.Units); err != nil {
				return t, 0, err
			}
		}
	}
	uncertain := 0
	for _, c := range t.Cells {
		if c.Lo < c.Hi {
			uncertain++
		}
	}
	return t, uncertain, nil
}

// BoundDissimilarity bounds D of two groups: each unit's share of a group, a_i/A, rises with a_i and falls with the others, which bounds the differences of shares; D is bounded by
// all of its four forms, ½Σ|x−y|, Σ(x−y)⁺, Σ(y−x)⁺ and 1 − Σ min(x, y).
func BoundDissimilarity(t IntervalTable) (Bounded, error) {
	if t.Groups != 2 {
		return Bounded{}, fmt.Errorf("segregation: D is of two groups, not %d", t.Groups)
	}
	t, uncertain, err := t.narrowed()
	if err != nil {
		return Bounded{}, err
	}
	var shares [2][]Interval
	for g := range shares {
		lo, hi := 0.0, 0.0
		for i := range t.Units {
			c := t.Cells[2*i+g]
			lo, hi = lo+c.Lo, hi+c.Hi
		}
		if hi == 0 || lo == 0 {
			return bootUnbounded(1, uncertain), nil
		}
		shares[g] = make([]Interval, t.Units)
		for i := range t.Units {
			shares[g][i] = bootShareOf(t.Cells[2*i+g], Interval{lo, hi})
		}
	}
	var absLo, absHi, aLo, aHi, bLo, bHi, minLo, minHi float64
	for i := range t.Units {
		x, y := shares[0][i], shares[1][i]
		aLo, aHi = aLo+max(0, x.Lo-y.Hi), aHi+max(0, x.Hi-y.Lo)
		bLo, bHi = bLo+max(0, y.Lo-x.Hi), bHi+max(0, y.Hi-x.Lo)
		absLo += max(0, x.Lo-y.Hi, y.Lo-x.Hi) / 2
		absHi += max(x.Hi-y.Lo, y.Hi-x.Lo) / 2
		minLo, minHi = minLo+min(x.Lo, y.Lo), minHi+min(x.Hi, y.Hi)
	}
	return bootBounded(max(absLo, aLo, bLo, 1-minHi), min(absHi, aHi, bHi, 1-minLo), 1, uncertain), nil
}

// A BoundedMeasure is the bounds of a measure by its name.
type BoundedMeasure struct {
	Name string
	Bounded
	Whole bool // the bounds are the measure's whole range (infinite where it has none): nothing narrower can be told
	span  Interval
}

// BoundTwoGroup bounds the measures of two groups that follow from the shares of units or from D: Dissimilarity, SCBIndex, MinMax, Gorard, Gini, Isolation, Interaction,
// CorrelationRatio, Hutchens, Atkinson (β ½), ConcentrationProfile and the corrected ones. MinMax and Gorard rise with D; Gini lies from D to 1 − (1 − D)², the least and the most area that a convex curve at the distance D has below the
// diagonal, and in the band of the curve ([BoundSegregationCurve]); isolation is Σ a_i²/t_i over A, each term rising with a_i and falling with b_i, and not below P; Hutchens and Atkinson fall with Σ √(x_i y_i); the concentration profile is the mean over a of |p_i − P|/(1 − P). Modified and bias-corrected
// measures are at most the measure they correct: what chance gives is never below nothing, and the mean D of samples never below D.
func BoundTwoGroup(t IntervalTable) ([]BoundedMeasure, error) {
	d, err := BoundDissimilarity(t)
	if err != nil {
		return nil, err
	}
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	var n [2]Interval
	var meets Interval
	for i := range t.Units {
		a, b := t.Cells[2*i], t.Cells[2*i+1]
		for g, c := range []Interval{a, b} {
			n[g] = Interval{n[g].Lo + c.Lo, n[g].Hi + c.Hi}
		}
		if a.Lo > 0 {
			meets.Lo += a.Lo * a.Lo / (a.Lo + b.Hi)
		}
		if a.Hi > 0 {
			meets.Hi += a.Hi * a.Hi / (a.Hi + b.Lo)
		}
	}
	out := boundsOf{uncertain: uncertain}
	full := Interval{-1, 1}
	if len(d.Warnings) > 0 { // a group may be empty
		for _, name := range []string{"Dissimilarity", "SCBIndex", "MinMax", "Gorard", "Gini", "Isolation", "Interaction", "CorrelationRatio", "Hutchens", "Atkinson", "DensityCorrectedDissimilarity"} {
			out.add(name, unit, unit)
		}
		out.add("ConcentrationProfile", noLimits, Interval{0, 2})
		for _, name := range []string{"ModifiedDissimilarity", "ModifiedGini", "BiasCorrectedDissimilarity"} {
			out.add(name, full, full)
		}
		for i := range out.list {
			out.list[i].Warnings = append(out.list[i].Warnings, d.Warnings...)
		}
		return out.list, nil
	}
	p := Interval{n[0].Lo / (n[0].Lo + n[1].Hi), n[0].Hi / (n[0].Hi + n[1].Lo)}
	isolation := Interval{max(p.Lo, meets.Lo/n[0].Hi), min(1, meets.Hi/n[0].Lo)}
	isolation.Lo = min(isolation.Lo, isolation.Hi)
	roots := Interval{}
	members, off := make([]Interval, t.Units), make([]Interval, t.Units)
	for i := range t.Units {
		lo, hi := 1.0, 1.0
		for g := range n {
			c := t.Cells[2*i+g]
			s := bootShareOf(c, n[g])
			lo, hi = lo*s.Lo, hi*s.Hi
		}
		roots.Lo, roots.Hi = roots.Lo+math.Sqrt(lo), roots.Hi+math.Sqrt(hi)
		members[i], off[i] = t.Cells[2*i], apart(bootShareBounds(t.Cells[2*i:][:2])[0], p)
	}
	roots.Hi = min(1, roots.Hi)
	eta := func(i, p float64) float64 { return (i - p) / (1 - p) }
	gini, err := boundGini(t)
	if err != nil {
		return nil, err
	}
	gini = Interval{max(gini.Lo, d.Lo), min(gini.Hi, 1-(1-d.Hi)*(1-d.Hi))}
	out.add("Dissimilarity", d.Interval, unit)
	out.add("SCBIndex", d.Interval, unit)
	out.add("MinMax", Interval{2 * d.Lo / (1 + d.Lo), 2 * d.Hi / (1 + d.Hi)}, unit)
	out.add("Gorard", Interval{(1 - p.Hi) * d.Lo, (1 - p.Lo) * d.Hi}, unit)
	out.add("Gini", gini, unit)
	out.add("Isolation", isolation, unit)
	out.add("Interaction", Interval{1 - isolation.Hi, 1 - isolation.Lo}, unit)
	out.add("CorrelationRatio", Interval{eta(isolation.Lo, p.Hi), eta(isolation.Hi, p.Lo)}, unit)
	out.add("Hutchens", Interval{1 - roots.Hi, 1 - roots.Lo}, unit)
	out.add("Atkinson", Interval{1 - roots.Hi*roots.Hi, 1 - roots.Lo*roots.Lo}, unit)
	out.add("ConcentrationProfile", boundRatio(boundMean(members, off), Interval{1 - p.Hi, 1 - p.Lo}), Interval{0, 2})
	out.add("ModifiedDissimilarity", Interval{-1, d.Hi}, full)
	out.add("ModifiedGini", Interval{-1, gini.Hi}, full)
	out.add("BiasCorrectedDissimilarity", Interval{2*d.Lo - 1, d.Hi}, full)
	out.add("DensityCorrectedDissimilarity", unit, unit)
	return out.list, nil
}

// bootShareOf bounds a cell's share of its group, which rises with the cell and falls with the others; all is the group's sum of bounds, its Lo above zero.
func bootShareOf(c, all Interval) Interval {
	s := Interval{0, 0}
	if c.Lo > 0 {
		s.Lo = c.Lo / (c.Lo + all.Hi - c.Hi)
	}
	if c.Hi > 0 {
		s.Hi = min(1, c.Hi/(c.Hi+max(0, all.Lo-c.Lo)))
	}
	s.Lo = min(s.Lo, s.Hi) // rounding
	return s
}

// BoundInformation bounds M and H. With q any fixed shares of groups, N·M = Σ_i V_i − N·KL(π‖q), where V_i = Σ_g n_ig ln(p_g|i/q_g) is convex in a unit's counts: its largest value lies
// in a corner of their box, and a tangent bounds its least from below. The divergence of π from q, near zero, is bounded by the range of each π_g; H is bounded by M and the range of the entropy.
func BoundInformation(t IntervalTable) (m, h Bounded, err error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return m, h, err
	}
	totals, n := t.groupTotals(), t.total()
	if n.Lo == 0 {
		return bootUnbounded(math.Log(float64(min(t.Units, t.Groups))), uncertain), bootUnbounded(1, uncertain), nil
	}
	// q: shares of the middle counts; a group that may have persons has q above zero.
	q, exact := make([]float64, t.Groups), make([]Interval, t.Groups)
	middle := 0.0
	for _, c := range totals {
		middle += (c.Lo + c.Hi) / 2
	}
	for g, c := range totals {
		q[g] = (c.Lo + c.Hi) / 2 / middle
		exact[g] = Exactly(q[g])
	}
	var lo, hi sum
	for i := range t.Units {
		v, _ := bootBoundUnit(t.unitCells(i), exact)
		lo.add(v.Lo)
		hi.add(v.Hi)
	}
	shares := bootShareBounds(totals)
	kl, entropy := 0.0, bootEntropyBounds(shares)
	for g, s := range shares {
		if q[g] > 0 {
			// KL ≤ Σ π_g (π_g/q_g − 1) = Σ (π_g − q_g)²/q_g, as ln x ≤ x − 1.
			off := max(math.Abs(s.Lo-q[g]), math.Abs(s.Hi-q[g]))
			kl += off * off / q[g]
		}
	}
	over := func(v, by, other float64) float64 {
		if v < 0 {
			by = other
		}
		return v / by
	}
	top := min(entropy.Hi, math.Log(float64(max(t.Units, 1))))
	m = bootBounded(over(lo.value(), n.Hi, n.Lo)-kl, over(hi.value(), n.Lo, n.Hi), top, uncertain)
	switch {
	case entropy.Hi == 0:
		h = bootUnbounded(1, uncertain)
	case entropy.Lo <= 0:
		h = bootBounded(m.Lo/entropy.Hi, 1, 1, uncertain)
	default:
		h = bootBounded(m.Lo/entropy.Hi, m.Hi/entropy.Lo, 1, uncertain)
	}
	return m, h, nil
}

// bootBoundUnit bounds V = Σ n_g ln(n_g/(n q_g)) over a box of counts, and V/n, the divergence of the unit's shares from q, where n is above zero. q need not add up to one; V falls with each of it.
func bootBoundUnit(box, q []Interval) (sum, mean Interval) {
	value := func(n []float64) (v, size float64) { // largest over q
		for _, x := range n {
			size += x
		}
		for g, x := range n {
			if x > 0 {
				v += x * math.Log(x/(size*q[g].Lo))
			}
		}
		return v, size
	}
	n := make([]float64, len(box))
	var loose []int
	size := Interval{}
	exact := true
	for g, c := range box {
		n[g], size = c.Lo, Interval{size.Lo + c.Lo, size.Hi + c.Hi}
		if c.Lo < c.Hi {
			loose = append(loose, g)
		}
		exact = exact && c.Lo == c.Hi && (c.Hi == 0 || q[g].Lo == q[g].Hi)
	}
	if size.Hi == 0 {
		return Interval{}, Interval{0, math.Inf(1)}
	}
	if exact {
		v, size := value(n)
		return Exactly(v), Exactly(v / size)
	}
	// Largest: in a corner, as V is convex and V/n quasiconvex. With too many corners, each term alone at its largest: n ln(n/size) falls in all counts.
	if len(loose) <= 10 {
		sum.Hi, mean.Hi = math.Inf(-1), math.Inf(-1)
		for corner := range 1 << len(loose) {
			for k, g := range loose {
				if n[g] = box[g].Lo; corner>>k&1 == 1 {
					n[g] = box[g].Hi
				}
			}
			v, size := value(n)
			if sum.Hi = max(sum.Hi, v); size > 0 {
				mean.Hi = max(mean.Hi, v/size)
			}
		}
	} else {
		for g, c := range box {
			if c.Lo > 0 {
				sum.Hi += c.Lo * math.Log(c.Lo/size.Lo)
			}
			if c.Hi > 0 {
				sum.Hi += max(-c.Lo*math.Log(q[g].Lo), -c.Hi*math.Log(q[g].Lo))
			}
		}
		if mean.Hi = sum.Hi / size.Lo; sum.Hi < 0 {
			mean.Hi = sum.Hi / size.Hi
		}
	}
	// Least: the tangent at any shares p bounds V from below by Σ n_g ln(p_g/q_g), so p needs not be the best. Walk it there coordinate by coordinate:
	// V is least in n_g where p_g = q_g.
	for g, c := range box {
		n[g] = (c.Lo + c.Hi) / 2
	}
	for range 30 {
		for _, g := range loose {
			rest := -n[g]
			for _, x := range n {
				rest += x
			}
			best := box[g].Hi
			if q[g].Hi < 1 {
				best = rest * q[g].Hi / (1 - q[g].Hi)
			}
			n[g] = min(max(best, box[g].Lo), box[g].Hi)
		}
	}
	all := 0.0
	for g := range n {
		n[g] += 1e-9 * max(box[g].Hi, 1e-9) // no share is zero where there may be persons
		all += n[g]
	}
	var weights, slopes []Interval
	for g, c := range box {
		if c.Hi > 0 {
			slope := math.Log(n[g] / (all * q[g].Hi))
			sum.Lo += min(c.Lo*slope, c.Hi*slope)
			weights, slopes = append(weights, c), append(slopes, Exactly(slope))
		}
	}
	mean.Lo = boundMean(weights, slopes).Lo
	return sum, mean
}

// bootShareBounds bounds each group's share of all.
func bootShareBounds(totals []Interval) []Interval {
	lo, hi := 0.0, 0.0
	for _, c := range totals {
		lo, hi = lo+c.Lo, hi+c.Hi
	}
	out := make([]Interval, len(totals))
	for g, c := range totals {
		out[g] = bootShareOf(c, Interval{lo, hi})
	}
	return out
}

// bootEntropyBounds bounds −Σ π ln π term by term: x ln(1/x) rises to 1/e and falls after.
func bootEntropyBounds(shares []Interval) Interval {
	f := func(x float64) float64 {
		if x <= 0 {
			return 0
		}
		return -x * math.Log(x)
	}
	var out Interval
	groups := 0
	for _, s := range shares {
		out.Lo += min(f(s.Lo), f(s.Hi))
		if top := 1 / math.E; s.Lo < top && top < s.Hi {
			out.Hi += f(top)
		} else {
			out.Hi += max(f(s.Lo), f(s.Hi))
		}
		if s.Hi > 0 {
			groups++
		}
	}
	out.Hi = min(out.Hi, math.Log(float64(max(groups, 1))))
	out.Lo = min(out.Lo, out.Hi)
	return out
}

// bootBounded widens by what rounding may take and cuts to 0..top.
func bootBounded(lo, hi, top float64, uncertain int) Bounded {
	const rounding = 1e-12
	b := Bounded{Interval: Interval{max(0, lo-rounding), min(top, hi) + rounding}, Uncertain: uncertain}
	if top == 1 {
		b.Hi = min(1, b.Hi)
	}
	b.Lo = min(b.Lo, b.Hi)
	return b
}

// bootUnbounded is for a measure that may be undefined: everything up to top is possible.
func bootUnbounded(top float64, uncertain int) Bounded {
	return Bounded{Interval: Interval{0, top}, Uncertain: uncertain, Warnings: []cube.Warning{{Code: "maybe-undefined", Text: cube.Text{
		SV: "En grupp kan vara tom med de uppgifter som finns, så måttet kan vara odefinierat.",
		EN: "By what is known a group may be empty, so the measure may be undefined.",
	}}}}
}
