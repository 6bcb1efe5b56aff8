package segregation

import (
	"cmp"
	"math"
	"slices"
)

// This file bounds what is fitted to other margins, and what compares two tables: a change of M in parts, places and their counterfactuals.

// fitSlack is how far a fitted table may be from its margins, as a share of all; proportional fitting stops at 10⁻¹².
const fitSlack = 1e-10

// boundFit bounds the shares of a table that is fitted to unit and group shares ([FitMargins]): p_ig = u_i y_g n_ig/Σ_h y_h n_ih, where the y meet the groups' shares, f_g(y) = Σ_i p_ig − w_g = 0. f_g rises with y_g,
// falls with every other y and keeps when all grow alike; the least f_g over what the counts and margins may be, f⁻_g, does too. So where f⁻_h(ȳ) > 0 for every h but one, g, the true y_h/y_g is at most ȳ_h/ȳ_g: were the
// largest y_h/ȳ_h above y_g/ȳ_g, then for that h 0 ≥ f⁻_h(y) ≥ f⁻_h(ȳ) > 0. Any ȳ that passes will do; it is found as proportional fitting finds y. Where none is, a cell is bounded by its margins alone, from u_i + w_g − 1 to the lesser.
func boundFit(t IntervalTable, units, groups []Interval) []Interval {
	ratio := make([][]float64, t.Groups) // y_h/y_g at most, by g and h
	for g := range ratio {
		ratio[g] = boundFactors(t, units, groups, g)
	}
	out := make([]Interval, len(t.Cells))
	for i, u := range units {
		cells := t.unitCells(i)
		for g, c := range cells {
			p := Interval{max(0, u.Lo+groups[g].Lo-1), min(u.Hi, groups[g].Hi)}
			least, most := 1.0, 1.0 // Σ y_h n_ih / (y_g n_ig)
			for h, o := range cells {
				if h == g {
					continue
				}
				if o.Hi > 0 {
					most += ratio[g][h] * o.Hi / c.Lo
				}
				if o.Lo > 0 && c.Hi > 0 {
					least += o.Lo / c.Hi / ratio[h][g]
				}
			}
			fitted := Interval{min(u.Lo/most, u.Hi/least), u.Hi / least}
			if c.Hi == 0 {
				fitted = Interval{}
			}
			out[i*t.Groups+g] = fitted.both(p)
		}
	}
	return out
}

// boundFactors is at most how large the factor of each group is against that of group g; infinite where that is not found.
func boundFactors(t IntervalTable, units, groups []Interval, g int) []float64 {
	y := make([]float64, t.Groups)
	for h := range y {
		y[h] = 1
	}
	values := make([]Interval, t.Units)
	least := func(h int) float64 { // of Σ_i p_ih
		for i := range values {
			cells := t.unitCells(i)
			own, all := y[h]*cells[h].Lo, 0.0
			for k, c := range cells {
				if k == h {
					all += own
				} else {
					all += y[k] * c.Hi
				}
			}
			if values[i] = (Interval{}); own > 0 {
				values[i] = Exactly(own / all)
			}
		}
		return boundMean(units, values).Lo
	}
	for range 300 {
		passed := true
		for h := range y {
			if h == g || groups[h].Hi == 0 {
				continue
			}
			have, want := least(h), groups[h].Hi+2*fitSlack
			if have >= groups[h].Hi+fitSlack {
				continue
			}
			passed = false
			// The odds are off by this factor, were all units alike.
			if y[h] *= want / (1 - want) * (1 - have) / have; !(have > 0 && want < 1 && y[h] < 1e30) {
				y[h] = math.Inf(1)
			}
		}
		if slices.Contains(y, math.Inf(1)) {
			break
		}
		if passed {
			return y
		}
	}
	return slices.Repeat([]float64{math.Inf(1)}, t.Groups)
}

// filled is the table as fitting sees it, cells without persons filled.
func (t IntervalTable) filled() IntervalTable {
	out := IntervalTable{Units: t.Units, Groups: t.Groups, Cells: slices.Clone(t.Cells), UnitTotals: t.unitTotals(), GroupTotals: t.groupTotals()}
	f, _ := Fitting{}.declared()
	for i := range out.Cells {
		if c := &out.Cells[i]; c.Lo == 0 {
			c.Hi = max(c.Hi, f.Zero)
		}
	}
	for i := range out.UnitTotals {
		out.UnitTotals[i].Hi += float64(t.Groups) * f.Zero
	}
	for g := range out.GroupTotals {
		out.GroupTotals[g].Hi += float64(t.Units) * f.Zero
	}
	return out
}

// informationOf bounds M of a table of shares with such margins.
func informationOf(cells, units, groups []Interval) (Interval, error) {
	t := IntervalTable{Units: len(units), Groups: len(groups), Cells: cells, UnitTotals: widened(units), GroupTotals: widened(groups)}
	m, _, err := BoundInformation(t)
	return m.both(Interval{0, min(bootEntropyBounds(units).Hi, bootEntropyBounds(groups).Hi) + fitSlack}), err
}

// widened are shares with what fitting may be off.
func widened(shares []Interval) []Interval {
	out := make([]Interval, len(shares))
	for i, s := range shares {
		out[i] = Interval{max(0, s.Lo-fitSlack), s.Hi + fitSlack}
	}
	return out
}

// weighed adds up numbers, each times a weight.
func weighed(weights []float64, values ...Interval) (s Interval) {
	for i, w := range weights {
		v := values[i]
		if w < 0 {
			v = Interval{v.Hi, v.Lo}
		}
		s = Interval{s.Lo + w*v.Lo, s.Hi + w*v.Hi}
	}
	return s
}

// common are the units and groups that have persons in both tables, if it is known which they are.
func common(a, b IntervalTable) (units, groups []int, known bool) {
	end := func(t IntervalTable, of func(Interval) float64) *Table {
		n := make([]float64, len(t.Cells))
		for i, c := range t.Cells {
			n[i] = of(c)
		}
		out, _ := NewTable(t.Units, t.Groups, n) // narrowed before: the counts are counts
		return out
	}
	sets := func(of func(Interval) float64) (units, groups []int) {
		x, y := end(a, of), end(b, of)
		_, _, units = decomposeCommon(x, y)
		for g := range a.Groups {
			var n, m float64
			for _, i := range units {
				n, m = n+x.At(i, g), m+y.At(i, g)
			}
			if n > 0 && m > 0 {
				groups = append(groups, g)
			}
		}
		return units, groups
	}
	// More persons make no set smaller.
	units, groups = sets(func(c Interval) float64 { return c.Lo })
	most, mostGroups := sets(func(c Interval) float64 { return c.Hi })
	return units, groups, len(units) > 0 && slices.Equal(units, most) && slices.Equal(groups, mostGroups)
}

// cut is the table of some units and groups.
func (t IntervalTable) cut(units, groups []int) IntervalTable {
	out, ofUnits, ofGroups := IntervalTable{Units: len(units), Groups: len(groups)}, t.unitTotals(), t.groupTotals()
	for _, i := range units {
		for _, g := range groups {
			out.Cells = append(out.Cells, t.Cells[i*t.Groups+g])
		}
		if out.UnitTotals = append(out.UnitTotals, ofUnits[i]); len(groups) < t.Groups {
			out.UnitTotals[len(out.UnitTotals)-1].Lo = 0
		}
	}
	for _, g := range groups {
		if out.GroupTotals = append(out.GroupTotals, ofGroups[g]); len(units) < t.Units {
			out.GroupTotals[len(out.GroupTotals)-1].Lo = 0
		}
	}
	return out
}

// boundChange bounds the parts of a change of M, in the order of [ChangeCube]: each is a sum of values of M, of which those of fitted tables are bounded by [boundFit]. Where it is not known which units and groups both
// periods have, only the difference is.
func boundChange(before, after IntervalTable, method ChangeMethod) ([]BoundedMeasure, error) {
	before, uncertain, err := before.narrowed()
	if err != nil {
		return nil, err
	}
	after, more, err := after.narrowed()
	if err != nil {
		return nil, err
	}
	var failed error
	information := func(t IntervalTable) Interval {
		m, _, err := BoundInformation(t)
		failed = cmp.Or(failed, err)
		return m.Interval
	}
	top := before.most()
	m1, m2 := information(before), information(after)
	a, b := top, top // M of what both have
	additions, removals := m2.minus(b), a.minus(m1)
	groups, sizes, interaction, structure := noLimits, noLimits, noLimits, noLimits
	if units, columns, known := common(before, after); known {
		x, y := before.cut(units, columns), after.cut(units, columns)
		// What is cut off without persons changes nothing.
		if a, removals = m1, (Interval{}); sumOf(x.Cells) != sumOf(before.Cells) {
			a = information(x)
			removals = a.minus(m1)
		}
		if b, additions = m2, (Interval{}); sumOf(y.Cells) != sumOf(after.Cells) {
			b = information(y)
			additions = m2.minus(b)
		}
		fx, fy := x.filled(), y.filled()
		u1, g1 := bootShareBounds(fx.UnitTotals), bootShareBounds(fx.GroupTotals)
		u2, g2 := bootShareBounds(fy.UnitTotals), bootShareBounds(fy.GroupTotals)
		fit := func(t IntervalTable, units, groups []Interval) Interval {
			m, err := informationOf(boundFit(t, units, groups), units, groups)
			failed = cmp.Or(failed, err)
			return m
		}
		switch method {
		case Shapley:
			v221, v121, v211 := fit(fx, u2, g2), fit(fx, u1, g2), fit(fx, u2, g1)
			v112, v122, v212 := fit(fy, u1, g1), fit(fy, u1, g2), fit(fy, u2, g1)
			structure = weighed([]float64{0.5, -0.5, 0.5, -0.5}, b, v221, v112, a)
			groups = weighed([]float64{0.25, -0.25, 0.25, -0.25, 0.25, -0.25, 0.25, -0.25}, v121, a, v221, v211, v122, v112, b, v212)
			sizes = weighed([]float64{0.25, -0.25, 0.25, -0.25, 0.25, -0.25, 0.25, -0.25}, v211, a, v221, v121, v212, v112, b, v122)
			interaction = Interval{}
		case KarmelMaclachlan:
			// Scaling one margin keeps how each unit (each group) is made up.
			scaled := func(t IntervalTable, to []Interval) Interval {
				var cells []Interval
				for i, u := range to {
					for _, s := range bootShareBounds(t.unitCells(i)) {
						cells = append(cells, u.times(s))
					}
				}
				m, _, err := BoundInformation(IntervalTable{Units: t.Units, Groups: t.Groups, Cells: cells, UnitTotals: widened(to)})
				failed = cmp.Or(failed, err)
				return m.Interval
			}
			byGroup, byUnit, both := scaled(fx.transposed(), g2), scaled(fx, u2), fit(fx, u2, g2)
			groups, sizes, structure = byGroup.minus(a), byUnit.minus(a), b.minus(both)
			interaction = weighed([]float64{1, -1, -1, 1}, both, byGroup, byUnit, a)
		case MoraRuizCastillo:
			e1, e2 := bootEntropyBounds(bootShareBounds(x.groupTotals())), bootEntropyBounds(bootShareBounds(y.groupTotals()))
			p1, p2 := bootShareBounds(x.unitTotals()), bootShareBounds(y.unitTotals())
			groups, sizes, structure, interaction = e2.minus(e1), Interval{}, Interval{}, Interval{}
			middle := (e1.Lo + e2.Hi) / 2 // as Σ p2 − p1 = 0, entropies may be taken from any one
			for i := range units {
				own1, own2 := bootEntropyBounds(bootShareBounds(x.unitCells(i))), bootEntropyBounds(bootShareBounds(y.unitCells(i)))
				of := func(f func(v []float64) float64) Interval { return boundCorners(f, p1[i], p2[i], own1, own2) }
				s := of(func(v []float64) float64 { return -(v[1] - v[0]) * ((v[2]+v[3])/2 - middle) })
				r := of(func(v []float64) float64 { return -(v[0] + v[1]) / 2 * (v[3] - v[2]) })
				sizes, structure = weighed([]float64{1, 1}, sizes, s), weighed([]float64{1, 1}, structure, r)
			}
		}
	}
	if failed != nil {
		return nil, failed
	}
	out := boundsOf{uncertain: uncertain + more}
	span := Interval{-top.Hi, top.Hi}
	if method == MoraRuizCastillo { // its parts are of entropies
		span = Interval{-math.Log(float64(before.Groups)), math.Log(float64(before.Groups))}
	}
	out.add("Difference", m2.minus(m1), span)
	out.add("Additions", additions, span)
	out.add("Removals", removals, span)
	out.add("GroupMargin", groups, span)
	out.add("UnitMargin", sizes, span)
	out.add("Interaction", interaction, Interval{-2 * top.Hi, 2 * top.Hi})
	out.add("Structure", structure, span)
	return out.list, nil
}

// boundCounterfactual bounds a place with the values of another ([CounterfactualTables]): ordered from the least and from the most, values bound those of each rank, and a unit's rank is bounded by how many lie surely below
// and above it. It is not known where a unit may be empty.
func boundCounterfactual(place, other IntervalTable, by Counterfactual) (out IntervalTable, known bool, err error) {
	for _, t := range []*IntervalTable{&place, &other} {
		if *t, _, err = t.narrowed(); err != nil {
			return out, false, err
		}
		if *t, known = t.occupied(); !known {
			return out, false, nil
		}
	}
	shares := func(t IntervalTable, g int) []Interval {
		if by == Share {
			return bootShareBounds(t.transposed().unitCells(g))
		}
		out := make([]Interval, t.Units)
		for i := range out {
			out[i] = bootShareBounds(t.unitCells(i))[g]
		}
		return out
	}
	swapped := func(g int) []Interval {
		var least, most []float64
		for _, s := range shares(other, g) {
			least, most = append(least, s.Lo), append(most, s.Hi)
		}
		slices.Sort(least)
		slices.Sort(most)
		own := shares(place, g)
		out := make([]Interval, len(own))
		for i, s := range own {
			below, above := 0.0, 0.0 // surely
			for j, o := range own {
				switch {
				case j == i:
				case s.Lo == s.Hi && o == s: // they share a rank
					below, above = below+0.5, above+0.5
				case o.Hi < s.Lo-1e-12:
					below++
				case o.Lo > s.Hi+1e-12:
					above++
				}
			}
			n := float64(len(own))
			least, most := bootQuantile(least, (below+1)/n), bootQuantile(most, (n-above)/n)
			out[i] = Interval{min(least, most), most} // rounding
		}
		return out
	}
	persons := place.unitTotals()
	out = IntervalTable{Units: place.Units, Groups: 2, Cells: make([]Interval, 2*place.Units)}
	switch by {
	case Composition:
		for i, v := range swapped(0) {
			out.Cells[2*i], out.Cells[2*i+1] = v.times(persons[i]), Interval{1 - v.Hi, 1 - v.Lo}.times(persons[i])
		}
		out.UnitTotals = persons
	case DualComposition:
		for g := range 2 {
			for i, v := range swapped(g) {
				out.Cells[2*i+g] = v.times(persons[i])
			}
		}
	case Share:
		for g, all := range place.groupTotals() {
			values := swapped(g)
			if sumOf(values).Lo == 0 {
				return out, false, nil // maybe nobody of the group is left
			}
			for i, v := range bootShareBounds(values) {
				out.Cells[2*i+g] = v.times(all)
			}
		}
	}
	return out, true, nil
}

// occupied is the table without its empty units, if it is known which they are.
func (t IntervalTable) occupied() (IntervalTable, bool) {
	var filled []int
	for i, n := range t.unitTotals() {
		if n.Lo == 0 && n.Hi > 0 {
			return t, false
		}
		if n.Hi > 0 {
			filled = append(filled, i)
		}
	}
	return t.rows(filled), len(filled) > 0
}

// boundDifference bounds the difference of a measure between two places.
func boundDifference(first, second IntervalTable, measure string) (a, b BoundedMeasure, out boundsOf, err error) {
	if a, err = boundOf(first, measure); err != nil {
		return a, b, out, err
	}
	b, err = boundOf(second, measure)
	out.uncertain = a.Uncertain + b.Uncertain
	out.add("Difference", a.Interval.minus(b.Interval), a.span.minus(a.span))
	return a, b, out, err
}

// boundPlaces bounds that and its parts of space and composition, in the order of [PlaceCube].
func boundPlaces(first, second IntervalTable, measure string, by Counterfactual) ([]BoundedMeasure, error) {
	a, b, out, err := boundDifference(first, second, measure)
	if err != nil {
		return nil, err
	}
	swapped := func(place, other IntervalTable) (Interval, error) {
		t, known, err := boundCounterfactual(place, other, by)
		if err != nil || !known {
			return a.span, err
		}
		m, err := boundOf(t, measure)
		return m.Interval, err
	}
	a2, err := swapped(first, second)
	if err != nil {
		return nil, err
	}
	b1, err := swapped(second, first)
	if err != nil {
		return nil, err
	}
	span := a.span.minus(a.span)
	out.add("Space", weighed([]float64{0.5, -0.5, 0.5, -0.5}, a.Interval, b1, a2, b.Interval), span)
	out.add("Composition", weighed([]float64{0.5, -0.5, 0.5, -0.5}, a.Interval, a2, b1, b.Interval), span)
	return out.list, nil
}

// boundEvery bounds the measures of the whole that need no ground.
func boundEvery(t IntervalTable) ([]BoundedMeasure, error) {
	var out []BoundedMeasure
	if t.Groups == 2 {
		two, err := BoundTwoGroup(t)
		if err != nil {
			return nil, err
		}
		out = two
	}
	many, err := BoundManyGroup(t)
	if err != nil {
		return nil, err
	}
	order, err := BoundOrdered(t)
	return slices.Concat(out, many, order), err
}

// boundOf is the bounds of one of them.
func boundOf(t IntervalTable, measure string) (BoundedMeasure, error) {
	all, err := boundEvery(t)
	for _, b := range all {
		if b.Name == measure {
			return b, err
		}
	}
	return BoundedMeasure{Bounded: Bounded{Interval: noLimits}, span: noLimits, Whole: true}, err
}
