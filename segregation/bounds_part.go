package segregation

import (
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// This file bounds segregation in parts: by unit, by group, by level, by change. A part of M is n·D/N of the persons n it is about, with D a divergence or the M of a smaller table: its bounds follow from those of D
// ([BoundInformation] of the smaller table) and of the weight. Parts that are differences are also bounded by the difference of their ends.

func sumOf(list []Interval) (s Interval) {
	for _, c := range list {
		s = Interval{s.Lo + c.Lo, s.Hi + c.Hi}
	}
	return s
}

func (v Interval) minus(w Interval) Interval { return Interval{v.Lo - w.Hi, v.Hi - w.Lo} }

// times is of two that are not below zero.
func (v Interval) times(w Interval) Interval { return Interval{v.Lo * w.Lo, v.Hi * w.Hi} }

// both is what lies in both, which hold the same number; an end that is no number gives way, and so does the second where rounding parts them.
func (v Interval) both(w Interval) Interval {
	x := v
	if !(x.Lo >= w.Lo) {
		x.Lo = w.Lo
	}
	if !(x.Hi <= w.Hi) {
		x.Hi = w.Hi
	}
	if x.Lo > x.Hi {
		return v
	}
	return x
}

// partOf bounds x/(x + rest), both from zero.
func partOf(x, rest Interval) Interval {
	out := unit
	if x.Lo+rest.Hi > 0 {
		out.Lo = x.Lo / (x.Lo + rest.Hi)
	}
	if x.Hi+rest.Lo > 0 {
		out.Hi = x.Hi / (x.Hi + rest.Lo)
	}
	return out
}

// total is all persons.
func (t IntervalTable) total() Interval { return sumOf(t.unitTotals()).both(sumOf(t.groupTotals())) }

func (t IntervalTable) unitCells(i int) []Interval { return t.Cells[i*t.Groups:][:t.Groups] }

// most is the largest M that the table allows.
func (t IntervalTable) most() Interval { return Interval{0, math.Log(float64(min(t.Units, t.Groups)))} }

// rows is the table of some units.
func (t IntervalTable) rows(units []int) IntervalTable {
	out, totals := IntervalTable{Units: len(units), Groups: t.Groups}, t.unitTotals()
	for _, i := range units {
		out.Cells, out.UnitTotals = append(out.Cells, t.unitCells(i)...), append(out.UnitTotals, totals[i])
	}
	return out
}

// merged adds up units.
func (t IntervalTable) merged(into []int, count int) IntervalTable {
	out := IntervalTable{Units: count, Groups: t.Groups, Cells: make([]Interval, count*t.Groups), UnitTotals: make([]Interval, count), GroupTotals: t.GroupTotals}
	for i, all := range t.unitTotals() {
		k := into[i]
		out.UnitTotals[k] = Interval{out.UnitTotals[k].Lo + all.Lo, out.UnitTotals[k].Hi + all.Hi}
		for g, c := range t.unitCells(i) {
			at := &out.Cells[k*t.Groups+g]
			*at = Interval{at.Lo + c.Lo, at.Hi + c.Hi}
		}
	}
	return out
}

func (t IntervalTable) transposed() IntervalTable {
	out := IntervalTable{Units: t.Groups, Groups: t.Units, UnitTotals: t.groupTotals(), GroupTotals: t.unitTotals()}
	for g := range t.Groups {
		for i := range t.Units {
			out.Cells = append(out.Cells, t.Cells[i*t.Groups+g])
		}
	}
	return out
}

// divergence bounds Σ_g n_g ln(p_g/π_g) of persons in a box, and its mean over them. As n_g ≤ N_g the mean is at most ln(N/n).
func divergence(box, overall []Interval, persons, all Interval) (sum, mean Interval) {
	if persons.Hi == 0 {
		return Interval{}, Interval{0, math.Inf(1)}
	}
	sum, mean = bootBoundUnit(box, overall)
	mean = mean.both(Interval{0, math.Log(all.Hi / persons.Lo)})
	peak := min(max(all.Hi/math.E, persons.Lo), persons.Hi) // of n ln(N/n)
	return sum.both(Interval{persons.Lo * mean.Lo, min(persons.Hi*mean.Hi, peak*math.Log(all.Hi/peak))}), mean
}

// contributed is each unit's share of persons, divergence, part of M and share of M.
type contributed struct{ p, local, part, share []Interval }

func (t IntervalTable) contributions() (contributed, error) {
	var c contributed
	m, _, err := BoundInformation(t)
	if err != nil {
		return c, err
	}
	overall, all, persons := bootShareBounds(t.groupTotals()), t.total(), t.unitTotals()
	c.p = bootShareBounds(persons)
	for i := range t.Units {
		sum, mean := divergence(t.unitCells(i), overall, persons[i], all)
		c.local, c.part = append(c.local, mean), append(c.part, boundRatio(sum, all))
	}
	for i, x := range c.part {
		c.part[i] = x.both(Interval{0, m.Hi})
	}
	sum := sumOf(c.part)
	for _, x := range c.part {
		rest := Interval{max(0, sum.Lo-x.Lo-boundRounding), max(0, sum.Hi-x.Hi) + boundRounding}
		c.share = append(c.share, partOf(x, rest).both(boundRatio(x, m.Interval)))
	}
	return c, nil
}

// boundUnits bounds the figures of [UnitCube] by name, unit by unit; without land those of space are left out.
func boundUnits(t IntervalTable, l *land, around float64) (map[string][]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	c, err := t.contributions()
	if err != nil {
		return nil, err
	}
	least, most := 0, 0 // groups that have anybody
	for _, n := range t.groupTotals() {
		if n.Lo > 0 {
			least++
		}
		if n.Hi > 0 {
			most++
		}
	}
	nats := Interval{0, math.Log(float64(t.Groups))}
	out := map[string][]BoundedMeasure{}
	for i := range t.Units {
		b := boundsOf{uncertain: uncertain}
		b.add("LocalInformation", c.local[i], Interval{0, math.Inf(1)})
		b.add("LocalDivergence", c.local[i], Interval{0, math.Inf(1)})
		cells := t.unitCells(i)
		shares := bootShareBounds(cells)
		entropy := bootEntropyBounds(shares)
		b.add("LocalEntropy", entropy, nats)
		of := func(least, most int) Interval {
			if least < 2 {
				return unit
			}
			return Interval{entropy.Lo / math.Log(float64(most)), entropy.Hi / math.Log(float64(least))}
		}
		b.add("LocalNormalisedEntropy", of(least, most), unit)
		here, maybe := 0, 0
		for _, n := range cells {
			if n.Lo > 0 {
				here++
			}
			if n.Hi > 0 {
				maybe++
			}
		}
		b.add("LocalEvenness", of(here, maybe), unit)
		together := boundTogether(shares)
		b.add("LocalSimpsonConcentration", together, Interval{1 / float64(t.Groups), 1})
		b.add("LocalSimpsonInteraction", Interval{1 - together.Hi, 1 - together.Lo}, Interval{0, 1 - 1/float64(t.Groups)})
		b.add("SharePersons", c.p[i], unit)
		b.add("Contribution", c.part[i], t.most())
		b.add("ContributionShare", c.share[i], unit)
		if l != nil {
			b.add("Distortion", boundDistortion(t, l.space, i), Interval{0, math.Inf(1)})
			if t.Groups == 2 {
				b.add("LocalCentralisation", boundCentralRound(t, l.space, i, around), Interval{-1, 1})
			}
		}
		for _, m := range b.list {
			out[m.Name] = append(out[m.Name], m)
		}
	}
	return out, nil
}

// boundTogether bounds Σ p².
func boundTogether(shares []Interval) Interval {
	var squares Interval
	for _, s := range shares {
		squares = Interval{squares.Lo + s.Lo*s.Lo, squares.Hi + s.Hi*s.Hi}
	}
	return Interval{max(squares.Lo, 1/float64(len(shares))), min(squares.Hi, 1)}
}

// boundGroups bounds the figures of [GroupCube] by name, group by group.
func boundGroups(t IntervalTable) (map[string][]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	c, err := t.transposed().contributions()
	if err != nil {
		return nil, err
	}
	exposure, err := BoundExposure(t)
	if err != nil {
		return nil, err
	}
	out := map[string][]BoundedMeasure{}
	for g := range t.Groups {
		b := boundsOf{uncertain: uncertain}
		b.add("GroupInformation", c.local[g], Interval{0, math.Inf(1)})
		b.add("Isolation", exposure[g][g].Interval, unit)
		b.add("SharePersons", c.p[g], unit)
		b.add("Contribution", c.part[g], t.most())
		b.add("ContributionShare", c.share[g], unit)
		for _, m := range b.list {
			out[m.Name] = append(out[m.Name], m)
		}
	}
	return out, nil
}

// boundQuotients bounds location quotients, unit by unit: the share of the group in the unit over its share of all, and the unit's part of the group over its part of all; at most N over the larger of the two margins.
func boundQuotients(t IntervalTable) ([]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	b := boundsOf{uncertain: uncertain}
	groups, units, all := t.groupTotals(), t.unitTotals(), t.total()
	overall, parts := bootShareBounds(groups), bootShareBounds(units)
	columns := t.transposed()
	of := make([][]Interval, t.Groups) // a unit's part of each group
	for g := range of {
		of[g] = bootShareBounds(columns.unitCells(g))
	}
	for i := range t.Units {
		for g, share := range bootShareBounds(t.unitCells(i)) {
			q := boundRatio(share, overall[g]).both(boundRatio(of[g][i], parts[i]))
			b.add("LocationQuotient", q.both(Interval{0, all.Hi / max(units[i].Lo, groups[g].Lo)}), Interval{0, math.Inf(1)})
		}
	}
	return b.list, nil
}

// boundMeetings bounds the figures of [ExposureCube]: the exposure of each group to each, and with land the spatial one.
func boundMeetings(t IntervalTable, l *land) ([]BoundedMeasure, error) {
	rows, err := BoundExposure(t)
	if err != nil {
		return nil, err
	}
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	b := boundsOf{uncertain: uncertain}
	spatial := make([][]Interval, t.Units) // shares of the groups round each unit
	var reached []bool
	if l != nil {
		around, err := gatherBounds(t, l.ways, l.Around)
		if err != nil {
			return nil, err
		}
		for i := range spatial {
			of, all := around.at(i, t.Groups)
			spatial[i], reached = bootShareBounds(of), append(reached, all.Lo > 0)
		}
	}
	for g, row := range rows {
		for h, x := range row {
			b.add("Exposure", x.Interval, unit)
			if l == nil {
				continue
			}
			weights, values := make([]Interval, t.Units), make([]Interval, t.Units)
			for i := range t.Units {
				if weights[i], values[i] = t.Cells[i*t.Groups+g], spatial[i][h]; !reached[i] { // maybe nobody is near: then the unit is left out
					weights[i].Lo = 0
				}
			}
			b.add("SpatialExposure", boundMean(weights, values), unit)
		}
	}
	return b.list, nil
}

// boundScales bounds the figures of [ScaleCube], bandwidth by bandwidth.
func boundScales(t IntervalTable, l *land, bandwidths []float64, figures []figure) ([]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	var out []BoundedMeasure
	for _, k := range l.Around.over(bandwidths) {
		around, err := gatherBounds(t, l.ways, k)
		if err != nil {
			return nil, err
		}
		b := boundsOf{uncertain: uncertain}
		b.surface(t, around)
		for _, f := range figures {
			out = append(out, b.list[slices.IndexFunc(b.list, func(m BoundedMeasure) bool { return m.Name == f.name })])
		}
	}
	return out, nil
}

// boundNested bounds the parts of M and H by level, and their shares of M, level by level: the mean of M within the units of the level above, and the difference of the two levels' M.
func boundNested(t IntervalTable, levels [][]int) ([]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	path := make([]int, t.Units)
	var above Interval // M of all in one unit
	var parts []Interval
	for k := range len(levels) + 1 {
		before, count := slices.Clone(path), t.Units
		if k < len(levels) {
			count = decomposePaths(path, levels[k])
		} else {
			path = spaceIndices(t.Units)
		}
		here := t.merged(path, count)
		parent := make([]int, count)
		for i, p := range path {
			parent[p] = before[i]
		}
		_, within := decomposeGroup(parent)
		var weights, values []Interval
		for s := range len(within) {
			part := here.rows(within[s])
			m, _, err := BoundInformation(part)
			if err != nil {
				return nil, err
			}
			weights, values = append(weights, part.total()), append(values, m.Interval)
		}
		m, _, err := BoundInformation(here)
		if err != nil {
			return nil, err
		}
		x := boundMean(weights, values).both(m.minus(above)).both(Interval{0, m.Hi})
		parts = append(parts, Interval{max(0, x.Lo), x.Hi})
		above = m.Interval
	}
	b := boundsOf{uncertain: uncertain}
	entropy := bootEntropyBounds(bootShareBounds(t.groupTotals()))
	for k, x := range parts {
		var rest Interval
		for o, y := range parts {
			if o != k {
				rest = Interval{rest.Lo + y.Lo, rest.Hi + y.Hi}
			}
		}
		b.add("PartM", x, t.most())
		b.add("PartH", boundRatio(x, entropy), unit)
		b.add("PartShare", partOf(x, rest).both(boundRatio(x, above)), unit)
	}
	return b.list, nil
}

// boundStrata bounds what [Within] gives of each stratum, in order.
func boundStrata(t IntervalTable, strata []int) ([]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	order, rows := decomposeGroup(strata)
	var persons []Interval
	for _, k := range order {
		persons = append(persons, t.rows(rows[k]).total())
	}
	entropy := bootEntropyBounds(bootShareBounds(t.groupTotals()))
	b := boundsOf{uncertain: uncertain}
	for s, p := range bootShareBounds(persons) {
		part := t.rows(rows[order[s]])
		m, h, err := BoundInformation(part)
		if err != nil {
			return nil, err
		}
		b.add("SharePersons", p, unit)
		b.add("M", m.Interval, part.most())
		b.add("H", h.Interval, unit)
		given := p.times(m.Interval)
		b.add("PartM", given, t.most())
		b.add("PartH", boundRatio(given, entropy), unit)
	}
	return b.list, nil
}

// boundMerges bounds the steps of [Compress] from n units on: what is left of M is no more than M, and so is each loss.
func boundMerges(t IntervalTable, steps int) ([]BoundedMeasure, error) {
	m, _, err := BoundInformation(t)
	if err != nil {
		return nil, err
	}
	b := boundsOf{uncertain: m.Uncertain}
	for k := range steps {
		left := Interval{0, m.Hi}
		kept := unit
		if k == steps-1 { // one unit
			left, kept = Interval{}, Interval{}
		}
		b.add("Loss", Interval{0, m.Hi}, t.most())
		b.add("M", left, t.most())
		b.add("Kept", kept, unit)
	}
	return b.list, nil
}

// boundDistortion bounds [Distortion] of a unit: the mean over the persons met, from the unit outwards, of the largest divergence from there on. What it is divided by is known with the sizes of the groups; else it is at most
// ∫ −ln u du = 1, and no less than what the smallest group alone gives, −p ln p.
func boundDistortion(t IntervalTable, s *Space, from int) Interval {
	groups, all := t.groupTotals(), t.total()
	overall, persons := bootShareBounds(groups), t.unitTotals()
	var weights, values []Interval
	met, count := make([]Interval, t.Groups), Interval{}
	for _, block := range spaceBlocks(s.awayFrom(from), SameValue) {
		var here Interval
		for _, j := range block {
			here = Interval{here.Lo + persons[j].Lo, here.Hi + persons[j].Hi}
			for g, c := range t.unitCells(j) {
				met[g] = Interval{met[g].Lo + c.Lo, met[g].Hi + c.Hi}
			}
		}
		count = Interval{count.Lo + here.Lo, count.Hi + here.Hi}
		_, mean := divergence(met, overall, count, all)
		weights, values = append(weights, here), append(values, mean)
	}
	for k := len(values) - 2; k >= 0; k-- {
		values[k] = Interval{max(values[k].Lo, values[k+1].Lo), max(values[k].Hi, values[k+1].Hi)}
	}
	apart, sure := Interval{0, 1}, true
	smallest := Interval{1, 1}
	sizes := &Table{Groups: t.Groups}
	for g, n := range groups {
		sure = sure && n.Lo == n.Hi
		sizes.groups, sizes.total = append(sizes.groups, n.Lo), sizes.total+n.Lo
		if n.Hi > 0 {
			smallest = Interval{min(smallest.Lo, overall[g].Lo), min(smallest.Hi, overall[g].Hi)}
		}
	}
	if sure {
		apart = Exactly(neighbourGhettos(sizes))
	} else if smallest.Lo > 0 {
		apart.Lo = min(-smallest.Lo*math.Log(smallest.Lo), -smallest.Hi*math.Log(smallest.Hi))
	}
	return boundRatio(boundMean(weights, values), apart)
}

// boundCentralRound bounds [LocalCentralisation] of a unit.
func boundCentralRound(t IntervalTable, s *Space, from int, within float64) Interval {
	var distance []float64
	var x, y []Interval
	for j, d := range s.awayFrom(from) {
		if d <= within {
			distance, x, y = append(distance, d), append(x, t.Cells[2*j]), append(y, t.Cells[2*j+1])
		}
	}
	return boundCentral(x, y, spaceBlocks(distance, SameValue))
}

// boundProfile bounds [DivergenceCube]: how far each unit lies, whom one has met when it is taken in, and their divergence from the whole.
func boundProfile(t IntervalTable, s *Space, from int) ([]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	overall, all, persons := bootShareBounds(t.groupTotals()), t.total(), t.unitTotals()
	away := s.awayFrom(from)
	rows := make([][]BoundedMeasure, t.Units)
	met, count := make([]Interval, t.Groups), Interval{}
	for _, block := range spaceBlocks(away, SameValue) {
		for _, j := range block {
			count = Interval{count.Lo + persons[j].Lo, count.Hi + persons[j].Hi}
			for g, c := range t.unitCells(j) {
				met[g] = Interval{met[g].Lo + c.Lo, met[g].Hi + c.Hi}
			}
		}
		_, mean := divergence(met, overall, count, all)
		for _, j := range block {
			b := boundsOf{uncertain: uncertain}
			b.add("Distance", Exactly(away[j]), Interval{0, math.Inf(1)})
			b.add("PersonsMet", count, Interval{0, math.Inf(1)})
			b.add("DivergenceProfile", mean, Interval{0, math.Inf(1)})
			rows[j] = b.list
		}
	}
	return slices.Concat(rows...), nil
}

// awayFrom is the metres from a unit to each.
func (s *Space) awayFrom(unit int) []float64 {
	out := make([]float64, len(s.x))
	for j := range out {
		out[j] = math.Hypot(s.x[j]-s.x[unit], s.y[j]-s.y[unit])
	}
	return out
}

// rowByRow takes the named figures of each row in order.
func rowByRow(of map[string][]BoundedMeasure, figures []figure, rows int) []BoundedMeasure {
	var out []BoundedMeasure
	for i := range rows {
		for _, f := range figures {
			out = append(out, of[f.name][i])
		}
	}
	return out
}

// boundedCell is a cell with its bounds: of a place with hidden counts, where nothing else is known of it, or of counts that are rounded or perturbed, whose value it keeps. It tells whether no more than the range is known.
func boundedCell(c cube.Cell, b BoundedMeasure) (out cube.Cell, whole bool) {
	whole = b.Name == "" || b.Whole
	finite := b.Name != "" && !math.IsInf(b.Lo, 0) && !math.IsInf(b.Hi, 0)
	switch {
	case !c.Status.HasValue():
		// From nothing to all there can be is no news, and the middle of it would look like a value: the cell stays hidden.
		if c.Status == cube.NotApplicable || whole || !finite {
			return c, whole || !finite
		}
		return cube.Cell{Status: cube.Unreliable, Value: (b.Lo + b.Hi) / 2, Lo: cube.Num(b.Lo), Hi: cube.Num(b.Hi)}, false
	default:
		// The value is of the published counts, and need not lie in the middle; the interval holds the truth.
		c.Status = cube.Perturbed
		if finite {
			c.Lo, c.Hi = cube.Num(min(b.Lo, c.Value)), cube.Num(max(b.Hi, c.Value))
		}
		return c, whole
	}
}
