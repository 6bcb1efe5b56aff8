package segregation

import (
	"cmp"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// boundsOf is a bound of each measure by name, in order.
type boundsOf struct {
	uncertain int
	list      []BoundedMeasure
}

// add takes the bounds of a measure whose range is from least to most: what lies outside is cut off, and what is no narrower is said to be the whole range.
func (b *boundsOf) add(name string, v, span Interval) {
	v = Interval{v.Lo - boundRounding*max(1, math.Abs(v.Lo)), v.Hi + boundRounding*max(1, math.Abs(v.Hi))}
	if !(v.Lo > span.Lo) { // also NaN
		v.Lo = span.Lo
	}
	if !(v.Hi < span.Hi) {
		v.Hi = span.Hi
	}
	// Rounding may put a value that is one number on the wrong side of its range.
	v = Interval{min(v.Lo, span.Hi), max(v.Hi, span.Lo)}
	m := BoundedMeasure{Name: name, Bounded: Bounded{Interval: v, Uncertain: b.uncertain}, Whole: v == span, span: span}
	if m.Whole {
		m.Warnings = append(m.Warnings, wholeRange())
	}
	b.list = append(b.list, m)
}

// boundRounding is what rounding may take of a bound.
const boundRounding = 1e-11

var unit = Interval{0, 1}

func wholeRange() cube.Warning {
	return cube.Warning{Code: "whole-range", Text: cube.Text{
		SV: "Inget snävare än måttets hela område kan sägas av det som är känt.",
		EN: "Nothing narrower than the measure's whole range can be told of what is known.",
	}}
}

// boundMean bounds Σ w_i v_i / Σ w_i: the largest mean has the largest weights on the values above it and the least on those below, which one pass over the sorted values finds. It is
// exact where weights and values are free of each other, and infinite where nobody may weigh.
func boundMean(weights, values []Interval) Interval {
	most := func(value func(Interval) float64) float64 {
		var order []int // of those whose weight is not known
		for i, w := range weights {
			if w.Hi > w.Lo {
				order = append(order, i)
			}
		}
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(value(values[b]), value(values[a])), cmp.Compare(a, b)) })
		var top, all float64
		for i, w := range weights {
			if w.Lo > 0 {
				top, all = top+w.Lo*value(values[i]), all+w.Lo
			}
		}
		for _, i := range order {
			w, v := weights[i], value(values[i])
			if all == 0 || v > top/all {
				top, all = top+(w.Hi-w.Lo)*v, all+w.Hi-w.Lo
			}
		}
		if all == 0 {
			return math.Inf(1)
		}
		return top / all
	}
	return Interval{-most(func(v Interval) float64 { return -v.Lo }) + 0, most(func(v Interval) float64 { return v.Hi })} // no negative zero
}

func spaceIndices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// boundRatio bounds a/b, b from 0.
func boundRatio(a, b Interval) Interval {
	out := Interval{a.Lo / b.Hi, a.Hi / b.Lo}
	if a.Lo < 0 {
		out.Lo = a.Lo / b.Lo
	}
	if a.Hi < 0 {
		out.Hi = a.Hi / b.Hi
	}
	return out
}

// boundCorners bounds a function that is monotone in each of its arguments alone: its extremes lie in corners of the box.
func boundCorners(f func(x []float64) float64, box ...Interval) Interval {
	out := Interval{math.Inf(1), math.Inf(-1)}
	x := make([]float64, len(box))
	for corner := range 1 << len(box) {
		for k, b := range box {
			if x[k] = b.Lo; corner>>k&1 == 1 {
				x[k] = b.Hi
			}
		}
		v := f(x)
		if math.IsNaN(v) {
			return Interval{math.Inf(-1), math.Inf(1)}
		}
		out = Interval{min(out.Lo, v), max(out.Hi, v)}
	}
	return out
}

// peak bounds a function of a share that rises to ½ and falls after.
func peak(f func(p float64) float64, p Interval) Interval {
	out := Interval{min(f(p.Lo), f(p.Hi)), max(f(p.Lo), f(p.Hi))}
	if p.Lo < 0.5 && p.Hi > 0.5 {
		out.Hi = f(0.5)
	}
	return out
}

// apart bounds |x − y|.
func apart(x, y Interval) Interval {
	return Interval{max(0, x.Lo-y.Hi, y.Lo-x.Hi), max(x.Hi-y.Lo, y.Hi-x.Lo)}
}

// unitTotals and groupTotals are the margins, no wider than what is known of them.
func (t IntervalTable) unitTotals() []Interval {
	out := make([]Interval, t.Units)
	for i := range out {
		for _, c := range t.Cells[i*t.Groups:][:t.Groups] {
			out[i] = Interval{out[i].Lo + c.Lo, out[i].Hi + c.Hi}
		}
		if t.UnitTotals != nil {
			out[i] = Interval{max(out[i].Lo, min(t.UnitTotals[i].Lo, out[i].Hi)), min(out[i].Hi, max(t.UnitTotals[i].Hi, out[i].Lo))}
		}
	}
	return out
}

func (t IntervalTable) groupTotals() []Interval {
	out := make([]Interval, t.Groups)
	for i, c := range t.Cells {
		g := i % t.Groups
		out[g] = Interval{out[g].Lo + c.Lo, out[g].Hi + c.Hi}
	}
	for g := range t.GroupTotals {
		out[g] = Interval{max(out[g].Lo, min(t.GroupTotals[g].Lo, out[g].Hi)), min(out[g].Hi, max(t.GroupTotals[g].Hi, out[g].Lo))}
	}
	return out
}

// against is the table of a group and everybody else.
func (t IntervalTable) against(g int) IntervalTable {
	out, all := IntervalTable{Units: t.Units, Groups: 2}, t.unitTotals()
	for i := range t.Units {
		own, rest := t.Cells[i*t.Groups+g], Interval{}
		for h, c := range t.Cells[i*t.Groups:][:t.Groups] {
			if h != g {
				rest = Interval{rest.Lo + c.Lo, rest.Hi + c.Hi}
			}
		}
		rest = Interval{max(rest.Lo, min(rest.Hi, all[i].Lo-own.Hi)), min(rest.Hi, max(rest.Lo, all[i].Hi-own.Lo))}
		out.Cells = append(out.Cells, own, rest)
	}
	out.UnitTotals = all
	return out
}

// BoundManyGroup bounds the measures of [ManyGroup]. M and H are by [BoundInformation]; D, Gini, normalised exposure, relative diversity and the squared coefficient of variation are
// means over the groups of a two-group measure of the group against the rest ([BoundTwoGroup]), weighed by π(1 − π), π or 1 − π; diversity follows from the groups' totals.
func BoundManyGroup(t IntervalTable) ([]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	m, h, err := BoundInformation(t)
	if err != nil {
		return nil, err
	}
	of := map[string][]Interval{} // by group
	for g := range t.Groups {
		all, err := BoundTwoGroup(t.against(g))
		if err != nil {
			return nil, err
		}
		for _, b := range all {
			of[b.Name] = append(of[b.Name], b.Interval)
		}
	}
	if t.Groups == 2 { // both groups have the same D, Gini and eta²
		for name, v := range of {
			narrower := Interval{max(v[0].Lo, v[1].Lo), min(v[0].Hi, v[1].Hi)}
			of[name] = []Interval{narrower, narrower}
		}
	}
	shares := bootShareBounds(t.groupTotals())
	both, rest := make([]Interval, t.Groups), make([]Interval, t.Groups)
	least, most := 0, 0 // groups that have anybody
	for g, p := range shares {
		both[g] = peak(func(p float64) float64 { return p * (1 - p) }, p)
		rest[g] = Interval{1 - p.Hi, 1 - p.Lo}
		if p.Hi > 0 {
			most++
		}
		if p.Lo > 0 {
			least++
		} else {
			rest[g].Lo = 0 // an empty group takes no part
		}
	}
	concentration := boundTogether(shares)
	entropy := bootEntropyBounds(shares)
	out := boundsOf{uncertain: uncertain}
	nats := Interval{0, math.Log(float64(t.Groups))}
	out.add("MultiDissimilarity", boundMean(both, of["Dissimilarity"]), unit)
	out.add("MultiGini", boundMean(both, of["Gini"]), unit)
	out.add("RelativeDiversity", boundMean(both, of["CorrelationRatio"]), unit)
	out.add("NormalisedExposure", boundMean(shares, of["CorrelationRatio"]), unit)
	out.add("SquaredCoefficientOfVariation", boundMean(rest, of["CorrelationRatio"]), unit)
	out.add("MutualInformation", m.Interval, nats)
	out.add("Divergence", m.Interval, nats)
	out.add("TheilH", h.Interval, unit) // of two groups
	out.add("InformationTheory", h.Interval, unit)
	out.add("Entropy", entropy, nats)
	normalised := unit
	if least >= 2 {
		normalised = Interval{entropy.Lo / math.Log(float64(most)), entropy.Hi / math.Log(float64(least))}
	}
	out.add("NormalisedEntropy", normalised, unit)
	out.add("SimpsonConcentration", concentration, Interval{1 / float64(t.Groups), 1})
	out.add("SimpsonInteraction", Interval{1 - concentration.Hi, 1 - concentration.Lo}, Interval{0, 1 - 1/float64(t.Groups)})
	return out.list, nil
}

// BoundExposure bounds the [ExposureMatrix]: P_gh is the mean of the shares of h in the units, weighed by the persons of g there.
func BoundExposure(t IntervalTable) ([][]Bounded, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	out := make([][]Bounded, t.Groups)
	for g := range out {
		row := boundsOf{uncertain: uncertain}
		for h := range t.Groups {
			weights, shares := make([]Interval, t.Units), make([]Interval, t.Units)
			for i := range t.Units {
				cells := t.Cells[i*t.Groups:][:t.Groups]
				weights[i], shares[i] = cells[g], bootShareBounds(cells)[h]
			}
			row.add("", boundMean(weights, shares), unit)
		}
		for _, b := range row.list {
			out[g] = append(out[g], b.Bounded)
		}
	}
	return out, nil
}

// BoundOrdered bounds Λ of ordered groups by each spread, 1 − Σ_k v̄_k / Σ_k v_k: v̄_k, the mean of the units' spreads at a threshold, by [BoundDissimilarity]'s ranges of shares. For the rank-order indices only
// their range is known: the fitted polynomial is not monotone in anything.
func BoundOrdered(t IntervalTable) ([]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	out := boundsOf{uncertain: uncertain}
	totals, weights := t.groupTotals(), t.unitTotals()
	sure := !slices.ContainsFunc(totals, func(c Interval) bool { return c.Lo == 0 && c.Hi > 0 })
	below := func(cells []Interval, k int) Interval { // the share below threshold k
		var low, high Interval
		for g, c := range cells {
			if g <= k {
				low = Interval{low.Lo + c.Lo, low.Hi + c.Hi}
			} else {
				high = Interval{high.Lo + c.Lo, high.Hi + c.Hi}
			}
		}
		return bootShareBounds([]Interval{low, high})[0]
	}
	for _, s := range []struct {
		name   string
		spread Spread
	}{{"OrdinalEntropy", SpreadEntropy}, {"OrdinalVariance", SpreadVariance}, {"OrdinalSquareRoot", SpreadSquareRoot}, {"OrdinalAbsolute", SpreadAbsolute}} {
		bounds := unit
		if sure { // else a threshold may be none
			var whole Interval
			values := make([]Interval, t.Units)
			for k := range t.Groups - 1 {
				if totals[k].Hi == 0 {
					continue
				}
				v := peak(s.spread.at, below(totals, k))
				whole = Interval{whole.Lo + v.Lo, whole.Hi + v.Hi}
				for i := range t.Units {
					v := peak(s.spread.at, below(t.Cells[i*t.Groups:][:t.Groups], k))
					values[i] = Interval{values[i].Lo + v.Lo, values[i].Hi + v.Hi}
				}
			}
			left := boundRatio(boundMean(weights, values), whole)
			bounds = Interval{1 - left.Hi, 1 - left.Lo}
		}
		out.add(s.name, bounds, unit)
	}
	for _, name := range []string{"RankOrderH", "RankOrderR", "RankOrderS"} {
		out.add(name, noLimits, noLimits)
	}
	out.add(sorting.Name, unit, unit)
	if t.Groups > 1 {
		ends := IntervalTable{Units: t.Units, Groups: 2}
		for i := range t.Units {
			ends.Cells = append(ends.Cells, t.Cells[i*t.Groups], t.Cells[(i+1)*t.Groups-1])
		}
		d, err := BoundDissimilarity(ends)
		if err != nil {
			return nil, err
		}
		out.add(incomeInequality.Name, d.Interval, unit)
	}
	return out.list, nil
}

var noLimits = Interval{math.Inf(-1), math.Inf(1)}

// boundSpace bounds the measures of space. What a kernel gathers is a sum of counts with weights that are known, so the least and the largest counts bound it; shares, means and distances follow. Two-group measures
// are of the first group, against the second.
func boundSpace(t IntervalTable, l *land) ([]BoundedMeasure, error) {
	t, uncertain, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	out := &boundsOf{uncertain: uncertain}
	around, err := gatherBounds(t, l.ways, l.Around)
	if err != nil {
		return nil, err
	}
	near, err := gatherBounds(t, l.ways, l.Near)
	if err != nil {
		return nil, err
	}
	out.surface(t, around)
	out.proximity(t, near)
	if t.Groups != 2 || l.here == nil {
		return out.list, nil
	}
	d, err := BoundDissimilarity(t)
	if err != nil {
		return nil, err
	}
	first := make([]Interval, t.Units)
	ground := IntervalTable{Units: t.Units, Groups: 2}
	for i := range t.Units {
		first[i] = t.Cells[2*i]
		ground.Cells = append(ground.Cells, first[i], Exactly(l.here.Area[i]))
	}
	delta, err := BoundDissimilarity(ground)
	if err != nil {
		return nil, err
	}
	out.add("HooverDelta", delta.Interval, unit)
	out.concentration(t, l.here.Area)
	through := func(borders []Border, shaped bool) Interval {
		v := boundThrough(t, l.here, borders, shaped)
		return Interval{d.Lo - v.Hi, d.Hi - v.Lo}
	}
	out.add("MorrillDissimilarity", through(Contiguity(l.here.Borders), false), Interval{-1, 1})
	out.add("WongBoundaryDissimilarity", through(l.here.Borders, false), Interval{-1, 1})
	out.add("WongShapeDissimilarity", through(l.here.Borders, true), Interval{-1, 1})
	// η, of the curve's steps, is from 0 to 1 wherever units change places in it.
	out.add("SpatialProximityProfile", noLimits, Interval{0, 1 / (1 - bootShareBounds(t.groupTotals())[0].Hi)})
	land, second := make([]Interval, t.Units), make([]Interval, t.Units)
	for i := range t.Units {
		land[i], second[i] = Exactly(l.here.Area[i]), t.Cells[2*i+1]
	}
	if central := l.centred(t); central != nil {
		out.add("AbsoluteCentralisation", central(first, land), Interval{-1, 1})
		out.add("RelativeCentralisation", central(first, second), Interval{-1, 1})
	}
	return out.list, nil
}

// centred bounds centralisation of a group against another or land; nil without a centre. A centre that follows the persons is one of several units, or in the box of the means that the counts allow.
func (l *land) centred(t IntervalTable) func(x, y []Interval) Interval {
	if l.from != nil {
		blocks := spaceBlocks(l.from, SameValue)
		return func(x, y []Interval) Interval { return boundCentral(x, y, blocks) }
	}
	persons := t.unitTotals()
	switch l.follows {
	case CentreOfPersons:
		var east, north []Interval
		for i := range t.Units {
			east, north = append(east, Exactly(l.space.x[i])), append(north, Exactly(l.space.y[i]))
		}
		box := [2]Interval{boundMean(persons, east), boundMean(persons, north)}
		if math.IsInf(box[0].Hi, 0) {
			return nil
		}
		for k := range box { // rounding
			box[k] = Interval{box[k].Lo - 1e-6, box[k].Hi + 1e-6}
		}
		return func(x, y []Interval) Interval { return boundCentralFrom(x, y, l.space, box) }
	case LargestUnit:
		least := 0.0 // of the largest
		for _, n := range persons {
			least = max(least, n.Lo)
		}
		var centres []int
		for i, n := range persons {
			if n.Hi >= least {
				centres = append(centres, i)
			}
		}
		return func(x, y []Interval) Interval {
			out := Interval{math.Inf(1), math.Inf(-1)}
			for _, i := range centres {
				v := boundCentral(x, y, spaceBlocks(l.space.awayFrom(i), SameValue))
				out = Interval{min(out.Lo, v.Lo), max(out.Hi, v.Hi)}
			}
			return out
		}
	}
	return nil
}

// boundCentralFrom bounds centralisation from a centre somewhere in a box. Which of two units is the nearer depends on the centre by a linear function, so that the corners of the box tell whether it is known; where it is
// not, or the two lie as far within what ties may span, x_j counts from not at all to twice for unit i. Σ_i y_i Σ_j k_ij x_j − 1 is then a mean of means.
func boundCentralFrom(x, y []Interval, s *Space, box [2]Interval) Interval {
	values := make([]Interval, len(x))
	for i := range x {
		var most, least [3]Interval // x that counts not, once and twice
		most[1], least[1] = x[i], x[i]
		for j := range x {
			if j == i {
				continue
			}
			// |j − c|² − |i − c|², and what ties may span of it
			dx, dy := s.x[i]-s.x[j], s.y[i]-s.y[j]
			mx, my := (s.x[i]+s.x[j])/2, (s.y[i]+s.y[j])/2
			a := Interval{2 * dx * (box[0].Lo - mx), 2 * dx * (box[0].Hi - mx)}
			b := Interval{2 * dy * (box[1].Lo - my), 2 * dy * (box[1].Hi - my)}
			lo, hi := min(a.Lo, a.Hi)+min(b.Lo, b.Hi), max(a.Lo, a.Hi)+max(b.Lo, b.Hi)
			far := math.Hypot(max(math.Abs(s.x[i]-box[0].Lo), math.Abs(s.x[i]-box[0].Hi)), max(math.Abs(s.y[i]-box[1].Lo), math.Abs(s.y[i]-box[1].Hi)))
			tie := 3 * SameValue * far * far
			up, down := 2, 0
			if lo > tie {
				up = 0 // surely farther
			}
			if hi < -tie {
				down = 2
			}
			most[up] = Interval{most[up].Lo + x[j].Lo, most[up].Hi + x[j].Hi}
			least[down] = Interval{least[down].Lo + x[j].Lo, least[down].Hi + x[j].Hi}
		}
		ks := []Interval{Exactly(0), Exactly(1), Exactly(2)}
		values[i] = Interval{boundMean(least[:], ks).Lo, boundMean(most[:], ks).Hi}
	}
	v := boundMean(y, values)
	return Interval{v.Lo - 1, v.Hi - 1}
}

// A gatheredBounds is what a kernel gathers at the least and at the most.
type gatheredBounds struct{ least, most *spaceGathered }

func gatherBounds(t IntervalTable, s *Space, k Kernel) (gatheredBounds, error) {
	var ends [2]*spaceGathered
	for i := range ends {
		n := make([]float64, len(t.Cells))
		for j, c := range t.Cells {
			if n[j] = c.Lo; i == 1 {
				n[j] = c.Hi
			}
		}
		table, err := NewTable(t.Units, t.Groups, n)
		if err != nil {
			return gatheredBounds{}, err
		}
		g, err := s.gather(table, k)
		if err != nil {
			return gatheredBounds{}, err
		}
		ends[i] = g[0]
	}
	return gatheredBounds{ends[0], ends[1]}, nil
}

// at is what lies round unit i, by group and of all.
func (g gatheredBounds) at(i, groups int) (of []Interval, all Interval) {
	for h := range groups {
		c := Interval{g.least.sums[i*groups+h], g.most.sums[i*groups+h]}
		c.Hi = max(c.Lo, c.Hi)
		of, all = append(of, c), Interval{all.Lo + c.Lo, all.Hi + c.Hi}
	}
	return of, all
}

// surface bounds the measures of Reardon and O'Sullivan.
func (b *boundsOf) surface(t IntervalTable, around gatheredBounds) {
	overall := bootShareBounds(t.groupTotals())
	persons, members := t.unitTotals(), make([]Interval, t.Units)
	distance, entropy, diversity, met := make([]Interval, t.Units), make([]Interval, t.Units), make([]Interval, t.Units), make([]Interval, t.Units)
	interaction := func(shares []Interval) Interval {
		var squares Interval
		for _, p := range shares {
			squares = Interval{squares.Lo + p.Lo*p.Lo, squares.Hi + p.Hi*p.Hi}
		}
		return Interval{max(0, 1-squares.Hi), 1 - max(squares.Lo, 1/float64(len(shares)))}
	}
	for i := range t.Units {
		of, all := around.at(i, t.Groups)
		shares := bootShareBounds(of)
		members[i] = t.Cells[i*t.Groups]
		if all.Lo == 0 { // maybe nobody is near: then the unit is left out
			persons[i].Lo, members[i].Lo = 0, 0
		}
		if all.Hi == 0 {
			persons[i], members[i] = Interval{}, Interval{}
		}
		for g, p := range shares {
			v := apart(p, overall[g])
			distance[i] = Interval{distance[i].Lo + v.Lo, distance[i].Hi + v.Hi}
		}
		distance[i].Hi = min(2, distance[i].Hi)
		entropy[i], diversity[i] = bootEntropyBounds(shares), interaction(shares)
		if t.Groups > 1 {
			met[i] = shares[1]
		}
	}
	twice := interaction(overall)
	twice = Interval{2 * twice.Lo, 2 * twice.Hi}
	b.add("SpatialDissimilarity", boundRatio(boundMean(persons, distance), twice), Interval{0, math.Inf(1)})
	left := boundRatio(boundMean(persons, entropy), bootEntropyBounds(overall))
	b.add("SpatialTheilH", Interval{1 - left.Hi, 1 - left.Lo}, Interval{math.Inf(-1), 1})
	left = boundRatio(boundMean(persons, diversity), interaction(overall))
	b.add("SpatialRelativeDiversity", Interval{1 - left.Hi, 1 - left.Lo}, Interval{math.Inf(-1), 1})
	if t.Groups == 2 {
		b.add("SpatialExposure", boundMean(members, met), unit)
	}
}

// proximity bounds the measures of clustering and distance decay.
func (b *boundsOf) proximity(t IntervalTable, near gatheredBounds) {
	totals, persons := t.groupTotals(), t.unitTotals()
	sums := make([][]Interval, t.Groups) // of each group, by unit
	all := make([]Interval, t.Units)
	var weight, units Interval // Σ c_ij over the units with persons, and those units
	met := make([][]Interval, t.Groups)
	reach := make([]Interval, t.Units)
	for i := range t.Units {
		of, a := near.at(i, t.Groups)
		all[i], reach[i] = a, Exactly(1)
		if a.Lo == 0 {
			reach[i].Lo = 0
		}
		if a.Hi == 0 {
			reach[i].Hi = 0
		}
		for g, p := range bootShareBounds(of) {
			sums[g], met[g] = append(sums[g], of[g]), append(met[g], p)
		}
		if persons[i].Lo > 0 {
			weight.Lo, units.Lo = weight.Lo+near.least.weight[i], units.Lo+1
		}
		if persons[i].Hi > 0 {
			weight.Hi, units.Hi = weight.Hi+near.most.weight[i], units.Hi+1
		}
	}
	group := func(g int) []Interval {
		var out []Interval
		for i := range t.Units {
			out = append(out, t.Cells[i*t.Groups+g])
		}
		return out
	}
	var own Interval // Σ_g P_gg/N_g
	for g, n := range totals {
		if n.Hi == 0 {
			continue
		}
		v := boundMean(group(g), sums[g])
		if n.Lo == 0 {
			v.Lo = 0
		}
		own = Interval{own.Lo + v.Lo, own.Hi + v.Hi}
	}
	b.add("SpatialProximity", boundRatio(own, boundMean(persons, all)), Interval{0, math.Inf(1)})
	if t.Groups != 2 {
		return
	}
	x, y := group(0), group(1)
	even := Interval{totals[0].Lo * weight.Lo / (units.Hi * units.Hi), totals[0].Hi * weight.Hi / max(1, units.Lo*units.Lo)}
	acl := noLimits
	if a, t := boundMean(x, sums[0]), boundMean(x, all); t.Lo > even.Hi || t.Hi < even.Lo {
		acl = boundCorners(func(v []float64) float64 { return (v[0] - v[2]) / (v[1] - v[2]) }, a, t, even)
	}
	b.add("AbsoluteClustering", acl, noLimits)
	mean := func(g int, cells []Interval) Interval { return boundRatio(boundMean(cells, sums[g]), totals[g]) }
	ratio := boundRatio(mean(0, x), mean(1, y))
	b.add("RelativeClustering", Interval{ratio.Lo - 1, ratio.Hi - 1}, Interval{-1, math.Inf(1)})
	for i := range x {
		x[i] = Interval{x[i].Lo * reach[i].Lo, x[i].Hi * reach[i].Hi}
	}
	b.add("DecayIsolation", boundMean(x, met[0]), unit)
	b.add("DecayInteraction", boundMean(x, met[1]), unit)
}

// concentration bounds ACO and RCO. The smallest (largest) areas that house the group are a number of blocks, more of them where the group is larger or the units' persons fewer; the mean area rises (falls) with their number.
func (b *boundsOf) concentration(t IntervalTable, area []float64) {
	x, y, persons := make([]Interval, t.Units), make([]Interval, t.Units), t.unitTotals()
	land := make([]Interval, t.Units)
	for i := range t.Units {
		x[i], y[i], land[i] = t.Cells[2*i], t.Cells[2*i+1], Exactly(area[i])
	}
	X := t.groupTotals()[0]
	blocks := spaceBlocks(area, SameValue)
	ends := func() (fewest, most Interval) {
		var weights, values []Interval
		var sum Interval
		found := false
		for _, block := range blocks {
			for _, i := range block {
				weights, values = append(weights, persons[i]), append(values, land[i])
				sum = Interval{sum.Lo + persons[i].Lo, sum.Hi + persons[i].Hi}
			}
			if !found && sum.Hi >= X.Lo {
				found, fewest = true, boundMean(weights, values)
			}
			if sum.Lo >= X.Hi {
				break
			}
		}
		return fewest, boundMean(weights, values)
	}
	few, many := ends()
	s := Interval{few.Lo, many.Hi}
	slices.Reverse(blocks)
	few, many = ends()
	l := Interval{many.Lo, few.Hi}
	aco, rco := noLimits, noLimits
	if X.Lo > 0 && (l.Lo > s.Hi || l.Hi < s.Lo) {
		mx, my := boundMean(x, land), boundMean(y, land)
		aco = boundCorners(func(v []float64) float64 { return 1 - (v[0]-v[1])/(v[2]-v[1]) }, mx, s, l)
		if my.Lo > 0 && !math.IsInf(my.Hi, 0) {
			rco = boundCorners(func(v []float64) float64 { return (v[0]/v[3] - 1) / (v[1]/v[2] - 1) }, mx, s, l, my)
		}
	}
	b.add("AbsoluteConcentration", aco, noLimits)
	b.add("RelativeConcentration", rco, noLimits)
}

// boundCentral bounds centralisation, Σ_b y_b (X_{b−1} + X_b) − 1 over the blocks of units from the centre outwards, X_b the part of x up to block b and y_b the part of y in it.
func boundCentral(x, y []Interval, blocks [][]int) Interval {
	var all, upTo, before Interval
	for _, c := range x {
		all = Interval{all.Lo + c.Lo, all.Hi + c.Hi}
	}
	var weights, values []Interval
	for _, block := range blocks {
		var part Interval
		for _, i := range block {
			upTo = Interval{upTo.Lo + x[i].Lo, upTo.Hi + x[i].Hi}
			part = Interval{part.Lo + y[i].Lo, part.Hi + y[i].Hi}
		}
		beyond := Interval{max(0, all.Lo-upTo.Lo), max(0, all.Hi-upTo.Hi)}
		share := bootShareBounds([]Interval{upTo, beyond})[0]
		weights, values = append(weights, part), append(values, Interval{before.Lo + share.Lo, before.Hi + share.Hi})
		before = share
	}
	v := boundMean(weights, values)
	return Interval{v.Lo - 1, v.Hi - 1}
}

// boundThrough bounds what borders let through: a mean of |z_i − z_j| f_ij over the borders between units with persons.
func boundThrough(t IntervalTable, m *Map, borders []Border, shaped bool) Interval {
	persons, ratio := t.unitTotals(), make([]float64, t.Units)
	var most Interval // the largest ratio of perimeter to area of a unit with persons
	for i := range ratio {
		if ratio[i] = 1; shaped {
			ratio[i] = m.Perimeter[i] / m.Area[i]
		}
		if math.IsInf(ratio[i], 0) || math.IsNaN(ratio[i]) {
			persons[i] = Interval{} // takes no part
			continue
		}
		if persons[i].Lo > 0 {
			most.Lo = max(most.Lo, ratio[i])
		}
		if persons[i].Hi > 0 {
			most.Hi = max(most.Hi, ratio[i])
		}
	}
	var weights, values []Interval
	sure := false
	for _, k := range borders {
		if k.Length == 0 || persons[k.A].Hi == 0 || persons[k.B].Hi == 0 {
			continue
		}
		w := Interval{0, k.Length}
		if persons[k.A].Lo > 0 && persons[k.B].Lo > 0 {
			w.Lo, sure = k.Length, true
		}
		z := apart(bootShareBounds(t.Cells[2*k.A:][:2])[0], bootShareBounds(t.Cells[2*k.B:][:2])[0])
		f := (ratio[k.A] + ratio[k.B]) / 2
		v := Interval{z.Lo * f / most.Hi, z.Hi * min(1, f/max(most.Lo, ratio[k.A], ratio[k.B]))}
		weights, values = append(weights, w), append(values, v)
	}
	if len(weights) == 0 {
		return Interval{}
	}
	v := boundMean(weights, values)
	if !sure {
		v.Lo = 0 // maybe no border counts
	}
	return v
}
