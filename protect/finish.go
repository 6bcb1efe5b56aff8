package protect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// hide decides which numbers are hidden: those of the rules, those that the chosen cycles move, and what intervals need beyond; then everything that can
// be is shown again, and marks that tell are taken off.
func (m *model) hide(systems []*system, p Policy) error {
	c := m.newChooser(systems)
	if err := c.choose(); err != nil {
		return err
	}
	if err := c.widen(p); err != nil {
		return err
	}
	if err := c.clean(p); err != nil {
		return err
	}
	for i := range m.numbers {
		m.numbers[i].hidden = m.numbers[i].primary() || c.hiding[i] > 0
	}
	for _, s := range c.systems {
		s.compact()
		m.unmark(s, p)
		s.proposed = s.cycles
	}
	return nil
}

func (c *chooser) shown() []bool {
	shown := make([]bool, len(c.m.numbers))
	for i := range shown {
		shown[i] = !c.m.numbers[i].primary() && c.hiding[i] == 0
	}
	return shown
}

// widen hides more where what can be known of a target leaves it less room than it must have: another cycle for it, among columns that have as
// much to give.
func (c *chooser) widen(p Policy) error {
	for _, s := range c.systems {
		if s.scale == 0 {
			continue
		}
		for round := 0; ; round++ {
			narrow, err := c.narrow(s, p)
			if err != nil {
				return err
			}
			if len(narrow) == 0 {
				break
			}
			const most = 40
			progress := false
			for _, t := range narrow {
				_, up := c.m.room(s.system, t, p)
				if y := c.another(s, t, up); y != nil {
					c.add(s, y)
					progress = true
				}
			}
			if !progress || round == most {
				var names []string
				for _, t := range narrow {
					names = append(names, c.m.targetName(t))
				}
				return fmt.Errorf("protect: no choice of cells to hide leaves the interval of the policy to %v; ask for less, or publish less", shorten(names))
			}
		}
	}
	return nil
}

// narrow are the targets with too little room.
func (c *chooser) narrow(s *search, p Policy) ([]*target, error) {
	var ask []*target
	for i := range s.targets {
		if t := &s.targets[i]; !t.told && !s.roomy(c, t, p) {
			ask = append(ask, t)
		}
	}
	if len(ask) == 0 {
		return nil, nil
	}
	e := s.shownEquations(c.shown())
	witnesses, err := s.search(e)
	if err != nil {
		return nil, err
	}
	return c.tooNarrow(s, ask, s.blocks(e, witnesses), p)
}

// costless is a cycle among what is hidden that alone gives a target all the room it must have, found near it; nil when none is seen.
func (c *chooser) costless(s *search, t *target, p Policy) *cycle {
	starts := t.cols
	if len(starts) > 3 {
		starts = []int32{starts[0], starts[len(starts)/2], starts[len(starts)-1]}
	}
	_, up := c.m.room(s.system, t, p)
	least := c.least
	defer func() { c.least = least }()
	for _, c.least = range []float64{0, max(up, s.floor+1)} {
		for _, limit := range regions {
			for _, start := range starts {
				for _, cols := range c.regionsAround(s, t, start, limit) {
					r := c.newRegion(s.system, cols, t, nil)
					if r.target.empty() {
						continue
					}
					order := r.orders(0).of(0)
					found, ok := r.propose(order)
					if !ok || found.cost > 0 {
						continue
					}
					cols, by, ok := r.change(found, order)
					if !ok {
						continue
					}
					if y, ok := s.newCycle(cols, by); ok && s.enough(c, y, t, p) && c.priceOf(y) == 0 {
						return y
					}
				}
			}
		}
	}
	return nil
}

// roomy tells whether one cycle alone gives a target all the room it must have, which needs no linear program.
func (s *search) roomy(c *chooser, t *target, p Policy) bool {
	return slices.ContainsFunc(s.around(t), func(id int32) bool { return s.enough(c, s.cycles[id], t, p) })
}

// enough tells whether a cycle alone gives a target all the room it must have.
func (s *search) enough(c *chooser, y *cycle, t *target, p Policy) bool {
	if !s.keeps(y, t) {
		return false
	}
	if t.number < 0 || t.withZeros {
		return true
	}
	down, up := c.m.room(s.system, t, p)
	by := float64(y.move(t.number))
	lower, higher := s.steps(y, 0)
	if by < 0 {
		by, lower, higher = -by, higher, lower
	}
	return lower*by >= down && higher*by >= up
}

// tooNarrow are those of some targets that what can be known leaves too little room, of what hangs together as cycles or everything shown say.
func (c *chooser) tooNarrow(s *search, targets []*target, b []block, p Policy) ([]*target, error) {
	sums := make([][]int32, len(targets))
	enough, other := make([][2]float64, len(targets)), make([][2]float64, len(targets))
	for i, t := range targets {
		sums[i] = s.all(t)
		down, up := c.m.room(s.system, t, p)
		v := s.worth(t)
		enough[i], other[i] = [2]float64{v - down, v + up}, [2]float64{v - 1, v + 1}
	}
	spans, err := s.spans(b, sums, spanOptions{whole: s.whole, scale: s.scale, enough: enough})
	if err != nil {
		return nil, err
	}
	above := spans
	if s.floor > 0 {
		if above, err = s.spans(b, sums, spanOptions{whole: true, scale: 1, floor: s.floor, enough: other}); err != nil {
			return nil, err
		}
	}
	var out []*target
	for i, t := range targets {
		if !c.m.wide(s.system, t, spans[i], p) || s.whole && above[i].width() < 1 {
			out = append(out, t)
		}
	}
	return out, nil
}

// another is a further cycle for a target, if need be among columns that can give less and less.
func (c *chooser) another(s *search, t *target, room float64) *cycle {
	for ; ; room /= 2 {
		c.least = room
		y, _ := c.cheapest(s, t, nil)
		c.least = 0
		if y != nil && !slices.ContainsFunc(s.touch[t.number], func(id int32) bool { return slices.Equal(s.cycles[id].cols, y.cols) }) {
			return y
		}
		if room < 1 {
			return nil
		}
	}
}

// clean shows every number again that can be shown with all targets as safe as before, the most valuable first. It starts from all that is possible given
// what is hidden, which is more than the chosen cycles: these and the witnesses beside them.
func (c *chooser) clean(p Policy) error {
	shown := c.shown()
	for _, s := range c.systems {
		witnesses, err := s.search(s.shownEquations(shown))
		if err != nil {
			return err
		}
		s.cycles = slices.DeleteFunc(s.cycles, func(y *cycle) bool { return y == nil }) // each leaves some target room, which those below need not
		for _, w := range witnesses {
			var terms []term
			for _, x := range w {
				terms = append(terms, term{x.col, modulo(x)})
			}
			cols, by, ok := smallSteps(terms)
			if !ok {
				return fmt.Errorf("protect: %w: a witness needs numbers that are too large", errExposed)
			}
			y, ok := s.newCycle(cols, by)
			if !ok {
				return fmt.Errorf("protect: %w: a witness does not hold", errExposed)
			}
			s.cycles = append(s.cycles, y)
		}
		s.compact()
	}
	clear(c.hiding)
	for _, s := range c.systems {
		for _, y := range s.cycles {
			for _, n := range y.numbers {
				c.hiding[n]++
			}
		}
	}
	for _, s := range c.systems {
		s.tight = s.tight[:0]
		for i := range s.targets {
			if t := &s.targets[i]; !t.told && !s.roomy(c, t, p) {
				if y := c.costless(s, t, p); y != nil {
					c.add(s, y)
				} else {
					s.tight = append(s.tight, i)
				}
			}
		}
	}
	var order []int32
	for i := range c.m.numbers {
		if !c.m.numbers[i].primary() && c.hiding[i] > 0 {
			order = append(order, int32(i))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(c.m.numbers[b].cost, c.m.numbers[a].cost), cmp.Compare(a, b))
	})
	for _, n := range order {
		if c.hiding[n] == 0 {
			continue
		}
		var undo []func()
		ok := true
		for _, s := range c.systems {
			if len(s.touch[n]) == 0 {
				continue
			}
			back, safe, err := c.showAgain(s, n, p)
			if err != nil {
				return err
			}
			undo = append(undo, back)
			if ok = safe; !ok {
				break
			}
		}
		if !ok {
			slices.Reverse(undo)
			for _, back := range undo {
				back()
			}
		}
	}
	return nil
}

func modulo(x step) uint64 {
	v := x.by.Int64() // wholeNumbers keeps to fractions under 2^30, and smallSteps refuses what is large
	if !x.by.IsInt64() || v >= prime || v <= -prime {
		return 0
	}
	if v < 0 {
		return negMod(uint64(-v))
	}
	return uint64(v)
}

// showAgain replaces the cycles that move a number by combinations that don't, and tells whether the targets they moved are still safe. back undoes it.
func (c *chooser) showAgain(s *search, n int32, p Policy) (back func(), safe bool, err error) {
	back = func() {}
	// The cycle that is given up is the smallest of those without a secret zero, so that each cycle keeps to one.
	ids := slices.Clone(s.touch[n])
	slices.SortStableFunc(ids, func(a, b int32) int {
		x, y := s.cycles[a], s.cycles[b]
		return cmp.Or(cmp.Compare(min(x.zero, 0), min(y.zero, 0)), cmp.Compare(len(x.cols), len(y.cols)))
	})
	pivot := s.cycles[ids[0]]
	if pivot.zero >= 0 || s.tells(n, ids, pivot) {
		return back, false, nil // a zero would be told, or two would hang together; or a target would be
	}
	var targets []int
	var cols []int32
	old := make([]*cycle, len(ids))
	for i, id := range ids {
		old[i] = s.cycles[id]
		targets = append(targets, s.affected(old[i])...)
		cols = append(cols, old[i].cols...)
	}
	slices.Sort(targets)
	targets = slices.Compact(targets)
	var fresh []*cycle
	for _, y := range old[1:] {
		z, ok := s.combine(y, pivot, n)
		if !ok {
			return back, false, nil
		}
		if len(z.cols) > 0 { // else it was the pivot over again
			fresh = append(fresh, z)
		}
	}
	// What a target that no cycle alone gives enough room may be hangs on all that is shown of its block, also where the cycles that move it stay.
	var unsure, near []int
	for _, i := range targets {
		t := &s.targets[i]
		stays := func(id int32) bool {
			_, gone := slices.BinarySearch(s.touch[n], id)
			return !gone && s.enough(c, s.cycles[id], t, p)
		}
		if !t.told && !slices.ContainsFunc(s.around(t), stays) && !slices.ContainsFunc(fresh, func(z *cycle) bool { return s.enough(c, z, t, p) }) {
			unsure = append(unsure, i)
		}
	}
	if s.scale > 0 && (len(unsure) > 0 || s.isStrained(old)) {
		if _, whole := s.cyclesAround(cols, mostTried); !whole {
			return back, false, nil
		}
		for _, i := range s.tight {
			if _, ok := slices.BinarySearch(targets, i); !ok && s.walk.changes(s.all(&s.targets[i])) {
				near = append(near, i)
			}
		}
	}
	for _, id := range ids {
		c.remove(s, id)
	}
	var added []int32
	for _, z := range fresh {
		added = append(added, c.add(s, z))
	}
	tight := s.tight
	back = func() {
		for _, id := range added {
			c.remove(s, id)
		}
		for _, y := range old {
			c.add(s, y)
		}
		s.tight = tight
	}
	for _, i := range targets {
		if t := &s.targets[i]; !t.told && (t.number >= 0 && len(s.movers(t)) == 0 || s.inStep(t) != nil) {
			return back, false, nil
		}
	}
	ask := slices.Concat(unsure, near)
	slices.Sort(ask)
	if narrow, err := c.anyNarrow(s, ask, n, p); err != nil || narrow {
		return back, false, err
	}
	far := slices.DeleteFunc(slices.Clone(tight), func(i int) bool { _, ok := slices.BinarySearch(targets, i); return ok })
	s.tight = append(far, unsure...)
	slices.Sort(s.tight)
	s.strains.after(s, fresh, unsure)
	return back, true, nil
}

// Strains tell where tight targets may be, by what has hung together since they were looked at last: more than hangs together now, where cycles that are gone joined it.
type strains struct {
	joined joining // columns
	tight  []bool  // per column that stands for others
	since  int     // numbers shown again
}

// isStrained tells whether a tight target may hang together with one of some cycles.
func (s *search) isStrained(cycles []*cycle) bool {
	const most = 1024
	x := &s.strains
	switch {
	case len(s.tight) == 0:
		return false
	case x.joined == nil || x.since > most:
		*x = strains{joined: apart(int(s.columns)), tight: make([]bool, s.columns)}
		x.after(s, s.cycles, s.tight)
	}
	return slices.ContainsFunc(cycles, func(y *cycle) bool { return x.tight[x.joined.of(y.cols[0])] })
}

// after takes in cycles and tight targets that there are now.
func (x *strains) after(s *search, cycles []*cycle, tight []int) {
	if x.joined == nil {
		return
	}
	x.since++
	for _, y := range cycles {
		if y == nil {
			continue
		}
		b := x.joined.of(y.cols[0])
		for _, col := range y.cols {
			a := x.joined.of(col)
			x.tight[b] = x.tight[b] || x.tight[a]
			x.joined[a] = b
		}
	}
	for _, i := range tight {
		for _, col := range s.all(&s.targets[i]) {
			x.tight[x.joined.of(col)] = true
		}
	}
}

// The most columns of a block of which linear programs are asked, over and over, whether a number can be shown again. In larger ones it stays hidden unless cycles
// alone leave enough room.
const mostTried = 600

// anyNarrow tells whether what can be known of some targets leaves any of them too little room, when a number is shown again; yes, where it would be too much work to tell.
func (c *chooser) anyNarrow(s *search, targets []int, again int32, p Policy) (bool, error) {
	if s.scale == 0 {
		return false, nil
	}
	for len(targets) > 0 {
		cycles, whole := s.cyclesAround(s.all(&s.targets[targets[0]]), mostTried)
		if !whole {
			return true, nil
		}
		var list []*target
		var rest []int
		for k, i := range targets {
			if t := &s.targets[i]; k == 0 || s.walk.changes(s.all(t)) {
				list = append(list, t)
			} else {
				rest = append(rest, i)
			}
		}
		targets = rest
		b := c.blockAround(s, cycles, again)
		if narrow, err := c.tooNarrow(s, list, []block{b}, p); err != nil || len(narrow) > 0 {
			return true, err
		}
	}
	return false, nil
}

// tells tells whether a number, shown again, would tell a target: the cycles that can move the target all move the number, and by amounts in proportion.
func (s *search) tells(n int32, ids []int32, pivot *cycle) bool {
	plain := 0 // cycles without a secret zero
	for _, id := range ids {
		if s.cycles[id].zero < 0 {
			plain++
		}
	}
	by := pivot.move(n)
	for k, number := range pivot.numbers {
		i := s.of[number]
		if i < 0 || s.targets[i].told {
			continue
		}
		all, with := plain, s.targets[i].withZeros
		if with {
			all = len(ids)
		}
		apart := slices.ContainsFunc(s.touch[number], func(id int32) bool {
			y := s.cycles[id]
			if y.zero >= 0 && !with {
				return false
			}
			all--
			return y.move(number)*by != pivot.moves[k]*y.move(n)
		})
		if !apart && all == 0 {
			return true
		}
	}
	return false
}

// combine is a cycle that does what y does and leaves a number as it is, with the help of another that changes no secret zero.
func (s *search) combine(y, pivot *cycle, n int32) (*cycle, bool) {
	a, b := pivot.move(n), -y.move(n)
	if d := gcd(a, b); y.zero >= 0 && a < 0 {
		a, b = a/-d, b/-d
	} else {
		a, b = a/d, b/d
	}
	const largest = 1 << 20
	if max(a, -a) > largest || max(b, -b) > largest {
		return nil, false
	}
	z := &cycle{zero: y.zero}
	z.cols, z.by = blend(a, y.cols, y.by, b, pivot.cols, pivot.by)
	z.numbers, z.moves = blend(a, y.numbers, y.moves, b, pivot.numbers, pivot.moves)
	var d int64
	for _, v := range z.by {
		if v > largest || v < -largest {
			return nil, false
		}
		d = gcd(d, v)
	}
	for i := range z.by {
		z.by[i] /= d
	}
	for i := range z.moves { // sums of the above
		z.moves[i] /= d
	}
	return z, true
}

// blend is a times what v holds at x and b times what w holds at y, both in order, without what becomes zero.
func blend(a int64, x []int32, v []int64, b int64, y []int32, w []int64) (at []int32, sum []int64) {
	at, sum = make([]int32, 0, len(x)+len(y)), make([]int64, 0, len(x)+len(y))
	for i, j := 0, 0; i < len(x) || j < len(y); {
		var k int32
		var t int64
		switch {
		case j == len(y) || i < len(x) && x[i] < y[j]:
			k, t = x[i], a*v[i]
			i++
		case i == len(x) || y[j] < x[i]:
			k, t = y[j], b*w[j]
			j++
		default:
			k, t = x[i], a*v[i]+b*w[j]
			i, j = i+1, j+1
		}
		if t != 0 {
			at, sum = append(at, k), append(sum, t)
		}
	}
	return at, sum
}

// cyclesAround are the cycles that hang together with some columns, in the order in which they are reached; whole is false, and some are missing, when they change more columns than most.
func (s *search) cyclesAround(cols []int32, most int) (out []*cycle, whole bool) {
	w := &s.walk
	w.round++
	w.taken = append(w.taken, make([]int32, max(0, len(s.cycles)-len(w.taken)))...)
	if w.seen == nil {
		w.seen, w.changed = make([]int32, s.columns), make([]int32, s.columns)
	}
	changed := 0
	queue := w.queue[:0]
	defer func() { w.queue = queue }()
	reach := func(col int32) {
		if w.seen[col] != w.round {
			w.seen[col] = w.round
			queue = append(queue, col)
		}
	}
	for _, col := range cols {
		reach(col)
	}
	for k := 0; k < len(queue); k++ {
		for _, id := range s.holds[queue[k]] {
			if w.taken[id] == w.round {
				continue
			}
			w.taken[id] = w.round
			out = append(out, s.cycles[id])
			for _, col := range s.cycles[id].cols {
				if w.changed[col] != w.round {
					w.changed[col] = w.round
					changed++
				}
				reach(col)
			}
			if changed > most {
				return out, false
			}
		}
	}
	return out, true
}

// A walk is the scratch of cyclesAround: the round in which each cycle was last taken, and each column reached and changed.
type walk struct {
	round                int32
	taken, seen, changed []int32
	queue                []int32
}

// changes tells whether some cycle that the last walk reached changes one of some columns.
func (w *walk) changes(cols []int32) bool {
	return slices.ContainsFunc(cols, func(col int32) bool { return w.changed[col] == w.round })
}

// blockAround is what hangs together with some columns given the cycles there are, and what is shown of it; a number again counts as shown.
func (c *chooser) blockAround(s *search, cycles []*cycle, again int32) block {
	var b block
	for _, y := range cycles {
		b.cols = append(b.cols, y.cols...)
	}
	slices.Sort(b.cols)
	b.cols = slices.Compact(b.cols)
	rowOf, fixedRowOf := map[int32]int{}, map[int32]int{}
	at := func(of map[int32]int, key int32) *fixedRow {
		k, ok := of[key]
		if !ok {
			k = len(b.rows)
			of[key] = k
			b.rows = append(b.rows, fixedRow{})
		}
		return &b.rows[k]
	}
	for _, col := range b.cols {
		for _, n := range s.in[col] {
			if n == again || !c.m.numbers[n].primary() && c.hiding[n] == 0 {
				r := at(rowOf, n)
				r.plus = append(r.plus, col)
			}
		}
		if s.fixedIn == nil {
			continue
		}
		for _, f := range s.fixedIn[col] {
			r := at(fixedRowOf, f)
			if _, plus := slices.BinarySearch(s.fixed[f].plus, col); plus {
				r.plus = append(r.plus, col)
			} else {
				r.minus = append(r.minus, col)
			}
		}
	}
	seen := map[uint64][]int{}
	all := b.rows
	b.rows = nil
	for i := range all {
		key := all[i].key()
		if !slices.ContainsFunc(seen[key], func(q int) bool { return b.rows[q].same(&all[i]) }) {
			seen[key] = append(seen[key], len(b.rows))
			b.rows = append(b.rows, all[i])
		}
	}
	return b
}

// unmark writes numbers as hidden to protect where the marks would leave a single whole number. For each target there must be another
// table that agrees on what is shown and on all marks; numbers whose marks stand in the way of the nearest one lose theirs.
func (m *model) unmark(s *search, p Policy) {
	if !s.whole || p.MinCount == 0 {
		return
	}
	for i := range s.targets {
		t := &s.targets[i]
		if t.told {
			continue
		}
		ids := s.holds[t.cols[0]]
		if t.number >= 0 {
			ids = s.touch[t.number]
		}
		var best []int32
		found := false
		for _, id := range ids {
			y := s.cycles[id]
			if t.number < 0 && y.zero != t.cols[0] {
				continue
			}
			down, up := s.steps(y, s.floor)
			for _, k := range []float64{1, -1} {
				if k > 0 && up < 1 || k < 0 && (down < 1 || y.zero >= 0) {
					continue
				}
				var bad []int32
				for j, n := range y.numbers {
					least, most := m.marked(s.system, n, p)
					if after := s.sum(n) + k*float64(y.moves[j]); after < least || after > most {
						bad = append(bad, n)
					}
				}
				if !found || len(bad) < len(best) {
					best, found = bad, true
				}
			}
		}
		if !found { // only several cycles in common make another table: nothing that they move may tell
			best = s.connected(ids)
		}
		for _, n := range best {
			m.numbers[n].unmarked = true
		}
	}
}

// connected are all numbers that are moved by cycles, or by others that hang together with them.
func (s *search) connected(ids []int32) []int32 {
	var cols, all []int32
	for _, id := range ids {
		cols = append(cols, s.cycles[id].cols...)
	}
	cycles, _ := s.cyclesAround(cols, math.MaxInt)
	for _, y := range cycles {
		all = append(all, y.numbers...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sum is the value of a number.
func (s *system) sum(n int32) (v float64) {
	for _, c := range s.cols[n] {
		v += s.value[c]
	}
	return v
}

// marked is what the mark of a hidden number tells of it. A count marked as hidden by the rule on small counts is under the least count to be shown, and one
// marked as hidden to protect is not, unless it was hidden for the sake of another measure.
func (m *model) marked(s *system, n int32, p Policy) (least, most float64) {
	x := &m.numbers[n]
	most = math.Inf(1)
	switch {
	case x.unmarked || !x.hidden || x.rule[s.measure] && (x.full[s.measure] || x.shares):
	case x.rule[s.measure]:
		most = float64(p.MinCount - 1)
	case !x.primary() && s.sum(n) >= float64(p.MinCount):
		least = float64(p.MinCount)
	}
	return least, most
}
