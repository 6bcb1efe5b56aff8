package segregation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sync"
)

// NeighbourBounds are what can be known of the k nearest persons round each square where counts are only known to lie between bounds. Where nobody may live they hold if somebody does.
type NeighbourBounds struct {
	K    int64
	Rule Rule

	Persons  []Interval   // used, by square; 0 to 0 where surely nobody lives
	Shares   [][]Interval // of each group, by square
	Distance []Interval   // metres to the square that holds the k-th person, or to the farthest one
	Short    int          // populated squares whose whole map may hold fewer than k persons

	persons []Interval // who lives in each square
	table   IntervalTable
}

// BoundNeighbours bounds [Neighbours] where counts by square and group are intervals; the groups together are all persons, and of s only places are looked at.
//
// Squares come in an order that does not depend on counts. The k-th person is met at the first square (or ring) at the earliest before which all together may be k, and at the latest where all together
// surely are. For each place between, the share is at most what as many members and as few others as can be give, seeing that before it there are fewer than k persons and with it at least k; and the
// same for the others. Where only groups are uncertain the place is known, and the bounds are the narrowest there are; a count that is known gives a point.
func BoundNeighbours(s Squares, t IntervalTable, ks []int64, rule Rule) ([]NeighbourBounds, error) {
	t, _, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	if t.Units != len(s.Cell) {
		return nil, fmt.Errorf("segregation: counts of %d squares, and %d squares", t.Units, len(s.Cell))
	}
	n, groups := t.Units, t.Groups
	// Counts are whole: what rounding added to the intervals is taken off.
	whole := func(v Interval) (lo, hi int64) {
		lo, hi = int64(math.Ceil(v.Lo-1e-6)), int64(math.Floor(v.Hi+1e-6))
		return lo, max(lo, hi)
	}
	// The index counts the most persons that there may be, and as members the least, and of each group the least and most members and others.
	index := s
	index.Persons, index.Members = make([]int64, n), make([][]int64, 1+4*groups)
	for c := range index.Members {
		index.Members[c] = make([]int64, n)
	}
	persons := t.unitTotals()
	rest := make([]IntervalTable, groups)
	for g := range rest {
		rest[g] = t.against(g)
	}
	for i := range n {
		least, most := whole(persons[i])
		index.Persons[i], index.Members[0][i] = most, least
		persons[i] = Interval{float64(least), float64(most)}
		for g := range groups {
			for k := range 2 { // members and others
				lo, hi := whole(rest[g].Cells[2*i+k])
				index.Members[1+4*g+2*k][i], index.Members[2+4*g+2*k][i] = min(lo, most), min(hi, most)
			}
			t.Cells[i*groups+g] = Interval{float64(index.Members[1+4*g][i]), float64(index.Members[2+4*g][i])}
		}
	}
	for i, k := range ks {
		if k < 1 || i > 0 && k <= ks[i-1] {
			return nil, fmt.Errorf("segregation: neighbourhoods of %v persons; give whole numbers from 1 up, each larger than the one before", ks)
		}
	}
	if !slices.Contains(Rules(), rule) {
		return nil, fmt.Errorf("segregation: %q is no rule for neighbourhoods", rule)
	}
	x, err := newNeighbourIndex(&index)
	if err != nil {
		return nil, err
	}
	out := make([]NeighbourBounds, len(ks))
	least := x.members[len(x.square)*(1+4*groups)] // persons on the map
	for a, k := range ks {
		out[a] = NeighbourBounds{K: k, Rule: rule, Persons: make([]Interval, n), Distance: make([]Interval, n), persons: persons, table: t}
		for range groups {
			out[a].Shares = append(out[a].Shares, make([]Interval, n))
		}
		if least < k {
			out[a].Short = len(x.square)
		}
	}
	walkers := sync.Pool{New: func() any {
		return &neighbourBand{neighbourWalk: neighbourWalk{index: x, inner: make([]int64, 1+4*groups)}, in: make([]int64, 1+4*groups), own: make([]int64, 1+4*groups), shares: make([]Interval, groups)}
	}}
	spaceParallel(len(x.square), func(p int) {
		w := walkers.Get().(*neighbourBand)
		w.from(p)
		for a := range out {
			w.fill(&out[a])
		}
		walkers.Put(w)
	})
	return out, nil
}

// neighbourBand goes outward through all places where the k-th person may be met.
type neighbourBand struct {
	neighbourWalk
	list      []neighbourNear
	in, own   []int64 // the least persons, and of each group the least and most members and others: before a place, and at it
	inMost    int64   // persons
	ownMost   int64
	shares    []Interval // found so far
	used, far Interval   // persons and squared distance
}

// fill bounds the neighbourhood of the origin.
func (w *neighbourBand) fill(out *NeighbourBounds) {
	i, x, groups := w.origin, w.index, len(w.shares)
	columns := 1 + 4*groups
	for g := range w.shares {
		w.shares[g] = Interval{1, 0}
	}
	w.used, w.far = Interval{math.Inf(1), 0}, Interval{math.Inf(1), 0}
	all := x.members[len(x.square)*columns:][:columns]
	self := int64(0) // somebody lives at the origin
	if out.persons[i].Lo == 0 {
		self = 1
	}
	if all[0]+self < out.K { // there may be fewer on the whole map
		copy(w.in, all)
		w.in[0] += self
		w.inMost = x.total()
		w.everybody(out.K)
	}
	if x.total() >= out.K {
		w.ring(out.K)
		w.list = append(w.list[:0], w.near[w.next:]...)
		copy(w.in, w.inner)
		if w.inMost = w.persons; w.inMost > 0 {
			w.in[0] += self
		}
		done := w.neighbourWalk.done.q
		rings := out.Rule == WholeRings || out.Rule == RingsInProportion
		for at := 0; w.in[0] < out.K; {
			if at == len(w.list) {
				if w.inMost == x.total() {
					break
				}
				next := done + done/8 + 8
				w.list, at = w.between(w.list[:0], done, next), 0
				done = next
				continue
			}
			to := at + 1
			for rings && to < len(w.list) && w.list[to].d2 == w.list[at].d2 {
				to++
			}
			clear(w.own)
			w.ownMost = 0
			for _, s := range w.list[at:to] {
				for c := range w.own {
					w.own[c] += x.members[(int(s.at)+1)*columns+c] - x.members[int(s.at)*columns+c]
				}
				w.ownMost += x.persons[s.at+1] - x.persons[s.at]
			}
			if w.inMost == 0 {
				w.own[0] += self
			}
			w.meet(out.K, out.Rule, w.list[at].d2)
			for c, v := range w.own {
				w.in[c] += v
			}
			w.inMost += w.ownMost
			at = to
		}
	}
	const rounding = 1e-12
	for g, v := range w.shares {
		out.Shares[g][i] = Interval{max(0, v.Lo-rounding), min(1, v.Hi+rounding)}
		if v.Hi-v.Lo < rounding { // one number: two shares of persons differ by more
			out.Shares[g][i] = Exactly(v.Hi)
		}
	}
	side := float64(x.squares.Side)
	out.Persons[i], out.Distance[i] = w.used, Interval{side * math.Sqrt(w.far.Lo), side * math.Sqrt(w.far.Hi)}
}

func (w *neighbourBand) reach(g int, share Interval) {
	w.shares[g] = Interval{min(w.shares[g].Lo, max(0, share.Lo)), max(w.shares[g].Hi, min(1, share.Hi))}
}

func widen(v *Interval, lo, hi int64) { *v = Interval{min(v.Lo, float64(lo)), max(v.Hi, float64(hi))} }

// meet takes in that the k-th person is met at a place: before it there are fewer than k persons, with it at least k.
func (w *neighbourBand) meet(k int64, rule Rule, d2 int64) {
	before, all := min(k-1, w.inMost), w.inMost+w.ownMost
	if all < k || w.in[0] > k-1 {
		return
	}
	widen(&w.far, d2, d2)
	least := max(k, w.in[0]+w.own[0])
	inFull := rule == WholeRings || rule == WholeSquares
	if inFull {
		widen(&w.used, least, min(all, k-1+w.ownMost))
	} else {
		widen(&w.used, k, k)
	}
	for g := range w.shares {
		in, own := w.in[1+4*g:][:4], w.own[1+4*g:][:4]
		// The largest share that members have, seeing others: of members and others the least and most, before the place and at it.
		most := func(inMembers, inOthers, members, others [2]int64) float64 {
			m := min(inMembers[1], before-inOthers[0])
			if inFull {
				m = min(m+members[1], all-inOthers[0]-others[0])
				return float64(m) / float64(max(least, m+inOthers[0]+others[0]))
			}
			part := 0.0
			if members[1] > 0 {
				part = float64(members[1]) / float64(max(members[1]+others[0], w.own[0], 1))
			}
			o := max(inOthers[0], w.in[0]-m, k-w.ownMost-m)
			return (float64(m) + float64(k-m-o)*part) / float64(k)
		}
		im, io, om, oo := [2]int64{in[0], in[1]}, [2]int64{in[2], in[3]}, [2]int64{own[0], own[1]}, [2]int64{own[2], own[3]}
		w.reach(g, Interval{1 - most(io, im, oo, om), most(im, io, om, oo)})
	}
}

// everybody takes in that the whole map holds fewer than k.
func (w *neighbourBand) everybody(k int64) {
	all := min(k-1, w.inMost)
	widen(&w.used, max(w.in[0], 1), all)
	lo, hi := w.farthestOf()
	widen(&w.far, lo, hi)
	for g := range w.shares {
		in := w.in[1+4*g:][:4]
		most := func(members, others [2]int64) float64 {
			m := min(members[1], all-others[0])
			return float64(m) / float64(max(w.in[0], m+others[0], 1))
		}
		m, o := [2]int64{in[0], in[1]}, [2]int64{in[2], in[3]}
		w.reach(g, Interval{1 - most(o, m), most(m, o)})
	}
}

// farthestOf is the squared distance, in squares, to the farthest square where somebody surely lives, and to the farthest where somebody may.
func (w *neighbourBand) farthestOf() (lo, hi int64) {
	x := w.index
	columns := len(w.in)
	for at := range x.square {
		dx, dy := int64(x.column[at])-w.column, int64(x.row[at])-w.row
		d2 := dx*dx + dy*dy
		hi = max(hi, d2)
		if x.members[(at+1)*columns] > x.members[at*columns] {
			lo = max(lo, d2)
		}
	}
	return lo, hi
}

// Mean bounds the mean share of a group over persons.
func (n *NeighbourBounds) Mean(group int) Interval { return boundMean(n.persons, n.Shares[group]) }

// Round bounds the mean share of a group round the members of another or, isolation, its own.
func (n *NeighbourBounds) Round(group, of int) Interval {
	members := make([]Interval, len(n.persons))
	for i := range members {
		members[i] = n.table.Cells[i*n.table.Groups+of]
	}
	return boundMean(members, n.Shares[group])
}

// MeanDistance bounds the mean metres to the k-th person, over persons, and MeanPersons the mean number of persons used.
func (n *NeighbourBounds) MeanDistance() Interval { return boundMean(n.persons, n.Distance) }

// MeanPersons is told of at MeanDistance.
func (n *NeighbourBounds) MeanPersons() Interval { return boundMean(n.persons, n.Persons) }

// figures are the bounds of the first measures of [NeighbourCube].
func (n *NeighbourBounds) figures(group int) []BoundedMeasure {
	out := boundsOf{uncertain: 1}
	add := func(name string, v, span Interval) {
		if out.add(name, v, span); v.Lo == v.Hi { // nothing uncertain bears on it
			out.list[len(out.list)-1].Interval = v
		}
	}
	parts := n.Quantiles(group, 0.1, 0.5, 0.9)
	add("MeanShare", n.Mean(group), unit)
	add("Isolation", n.Round(group, group), unit)
	add("SD", n.SD(group), Interval{0, 0.5})
	add("P10", parts[0], unit)
	add("P50", parts[1], unit)
	add("P90", parts[2], unit)
	add("MeanDistance", n.MeanDistance(), Interval{0, math.Inf(1)})
	return out.list
}

// SD bounds the standard deviation of a group's share over persons. Around any number the mean square is at least the variance, and around the mean it is the variance, wherever in its bounds that is.
func (n *NeighbourBounds) SD(group int) Interval {
	mean := n.Mean(group)
	if math.IsInf(mean.Hi, 0) || math.IsInf(mean.Lo, 0) {
		return Interval{0, 0.5}
	}
	squares := make([]Interval, len(n.persons))
	around := func(c Interval) Interval {
		for i, v := range n.Shares[group] {
			near := max(0, v.Lo-c.Hi, c.Lo-v.Hi)
			far := max(math.Abs(v.Lo-c.Lo), math.Abs(v.Hi-c.Hi), math.Abs(v.Lo-c.Hi), math.Abs(v.Hi-c.Lo))
			squares[i] = Interval{near * near, far * far}
		}
		return boundMean(n.persons, squares)
	}
	const parts = 8
	out := Interval{math.Inf(1), math.Inf(1)}
	for k := range parts {
		c := Interval{mean.Lo + (mean.Hi-mean.Lo)*float64(k)/parts, mean.Lo + (mean.Hi-mean.Lo)*float64(k+1)/parts}
		out.Lo = min(out.Lo, around(c).Lo)
		out.Hi = min(out.Hi, around(Exactly((c.Lo+c.Hi)/2)).Hi)
		if mean.Lo == mean.Hi {
			break
		}
	}
	return Interval{math.Sqrt(max(0, out.Lo)), min(0.5, math.Sqrt(out.Hi))}
}

// Quantiles bounds [Neighbourhoods.Quantiles]: they are lowest with the least shares and as many persons as may be at the lowest of them and as few at the others, and highest the other way.
func (n *NeighbourBounds) Quantiles(group int, parts ...float64) []Interval {
	out := make([]Interval, len(parts))
	for k := range out {
		out[k] = Interval{math.Inf(-1), math.Inf(1)}
	}
	var order []int
	for i, p := range n.persons {
		if p.Hi > 0 {
			order = append(order, i)
		}
	}
	end := func(value, few, many func(Interval) float64, set func(k int, v float64)) { // few of those above, many of those at and below
		slices.SortFunc(order, func(a, b int) int {
			return cmp.Or(cmp.Compare(value(n.Shares[group][a]), value(n.Shares[group][b])), cmp.Compare(a, b))
		})
		above := 0.0
		for _, i := range order {
			above += few(n.persons[i])
		}
		found := make([]bool, len(parts))
		below := 0.0
		for at, i := range order {
			below, above = below+many(n.persons[i]), above-few(n.persons[i])
			if at+1 < len(order) && value(n.Shares[group][order[at+1]]) == value(n.Shares[group][i]) {
				continue
			}
			for k, part := range parts {
				if !found[k] && below > 0 && below >= part*(below+above) {
					found[k] = true
					set(k, value(n.Shares[group][i]))
				}
			}
		}
	}
	low, high := func(v Interval) float64 { return v.Lo }, func(v Interval) float64 { return v.Hi }
	end(low, low, high, func(k int, v float64) { out[k].Lo = v })
	end(high, high, low, func(k int, v float64) { out[k].Hi = v })
	return out
}
