package protect

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A chooser chooses what to hide beyond what rules hide. For every target it looks for the cheapest cycle that moves it, among the
// columns around it first; the numbers that cycles move are hidden. Since a number hidden for one target is free for the next, it then takes up each cycle
// again in the light of all others, as long as that helps.
type chooser struct {
	m         *model
	systems   []*search
	hiding    []int32 // per number: cycles that move it
	lattice   []*lattice
	scratch   struct{ at []int32 }
	improving bool                  // cycles are being tried in place of others
	seed      uint64                // shakes prices; 0 for the first tries
	least     float64               // columns with less are left alone, but for the target's own
	bonus     float64               // what a cycle is worth for each further target that it keeps
	work      int                   // classes of regions, and columns of all numbers, gone through so far
	memory    map[uint64]remembered // of one system, without shaking: what came of a region in which nothing has changed since
}

type remembered struct {
	cycle *cycle
	worth float64
}

// A search is the state of a choice in one system.
type search struct {
	*system
	cycles  []*cycle  // nil where one was taken back
	touch   [][]int32 // per number: cycles that move it, in order
	holds   [][]int32 // per column: cycles that change it, in order
	of      []int32   // per number: its target, or -1
	zeroOf  []int32   // per secret zero, in columns from positive on: its target, or -1
	walk    walk
	tight   []int // targets that no cycle alone gives all the room they must have, in order; kept while numbers are shown again
	strains strains
}

func (m *model) newChooser(systems []*system) *chooser {
	c := &chooser{m: m, hiding: make([]int32, len(m.numbers)), memory: map[uint64]remembered{}}
	for _, s := range systems {
		c.systems = append(c.systems, &search{system: s, touch: make([][]int32, len(m.numbers)), holds: make([][]int32, s.columns)})
	}
	for _, x := range m.parts {
		var own []table
		for _, t := range m.tables {
			if t.part == x {
				own = append(own, t)
			}
		}
		c.lattice = append(c.lattice, newLattice(x, own))
	}
	return c
}

// price is what hiding a number costs now.
func (c *chooser) price(n int32) float64 {
	switch x := &c.m.numbers[n]; {
	case x.primary() || c.hiding[n] > 0:
		return 0
	case x.keep:
		return math.Inf(1)
	default:
		return x.cost
	}
}

func (c *chooser) add(s *search, y *cycle) int32 {
	id := int32(len(s.cycles))
	s.cycles = append(s.cycles, y)
	for _, n := range y.numbers {
		c.hiding[n]++
		s.touch[n] = append(s.touch[n], id)
	}
	for _, col := range y.cols {
		s.holds[col] = append(s.holds[col], id)
	}
	return id
}

func (c *chooser) remove(s *search, id int32) {
	without := func(list []int32) []int32 {
		k, _ := slices.BinarySearch(list, id)
		return slices.Delete(list, k, k+1)
	}
	for _, n := range s.cycles[id].numbers {
		c.hiding[n]--
		s.touch[n] = without(s.touch[n])
	}
	for _, col := range s.cycles[id].cols {
		s.holds[col] = without(s.holds[col])
	}
	s.cycles[id] = nil
}

// kept tells whether some chosen cycle keeps the target safe by itself.
func (s *search) kept(t *target) bool {
	return t.told || slices.ContainsFunc(s.around(t), func(id int32) bool { return s.keeps(s.cycles[id], t) })
}

// around are the cycles that move a number, or change a secret zero, that must not be told.
func (s *search) around(t *target) []int32 {
	if t.number >= 0 {
		return s.touch[t.number]
	}
	return s.holds[t.cols[0]]
}

// sizes of regions and how many orders are tried in them.
var regions = []int{48, 128, maskSize}

const variants = 24

// shaken is the price that cycles are chosen by: the true one at first, later one that differs a little between tries, so that they come out differently.
func (c *chooser) shaken(n int32) float64 {
	p := c.price(n)
	if c.seed != 0 && p > 0 {
		p *= 0.6 + 0.8*float64(scatter(uint64(n)^c.seed)>>40)/(1<<24)
	}
	return p
}

// worth is what a cycle is chosen by: the lower the better. One that keeps other targets too is worth something for each.
func (c *chooser) worth(s *search, y *cycle) (sum float64) {
	for _, n := range y.numbers {
		sum += c.shaken(n)
		if i := s.of[n]; i >= 0 && c.bonus > 0 && !s.kept(&s.targets[i]) && s.keeps(y, &s.targets[i]) {
			sum -= c.bonus
		}
	}
	return sum
}

// cheapest finds a cycle that keeps the target and costs little; numbers in stay must not move. It is nil when there is none. Where columns around the target
// have too little to give, those that have more are tried alone, and last the target's own.
func (c *chooser) cheapest(s *search, t *target, stay []int32) (best *cycle, cost float64) {
	starts := t.cols
	if len(starts) > 3 {
		starts = []int32{starts[0], starts[len(starts)/2], starts[len(starts)-1]}
	}
	asked := c.least
	defer func() { c.least = asked }()
	for _, least := range []float64{0, s.floor + 1, math.Inf(1)} {
		c.least = max(asked, least)
		for _, limit := range regions {
			worth := math.Inf(1)
			size := 0
			for _, start := range starts {
				for _, cols := range c.regionsAround(s, t, start, limit) {
					size = max(size, len(cols))
					if y, w := c.within(s, t, cols, stay); w < worth {
						best, worth = y, w
					}
				}
			}
			if best != nil {
				return c.spare(s, t, best, worth, stay)
			}
			if size < limit/4 {
				break // a larger region is no other
			}
		}
		if !s.whole && s.fixedIn == nil {
			break
		}
	}
	c.least = asked
	if best, cost = c.anywhere(s, t, stay); best == nil {
		best, cost = c.alone(s, t, stay)
	}
	return best, cost
}

// spare looks for a cheaper cycle than one that would hide dear numbers, among the columns that lie near those it changes: what made the dear number move in one place can be made up for in another. Not when
// cycles are tried in place of others: fewer are then kept, at several times the work.
func (c *chooser) spare(s *search, t *target, best *cycle, worth float64, stay []int32) (*cycle, float64) {
	for range 2 {
		if c.improving || !c.dear(best) {
			break
		}
		better := false
		for _, cols := range c.along(s, t, best) {
			if y, w := c.within(s, t, cols, stay); w < worth {
				best, worth, better = y, w, true
			}
		}
		if !better {
			break
		}
	}
	return best, c.priceOf(best)
}

// dear tells whether what a cycle would hide is worth more than twice as many ordinary cells.
func (c *chooser) dear(y *cycle) bool {
	price, cells := 0.0, 0.0
	for _, n := range y.numbers {
		if p := c.price(n); p > 0 {
			price += p
			cells += float64(c.m.numbers[n].cells + c.m.numbers[n].shown)
		}
	}
	return price > 2*cells
}

// along are columns near those that a cycle changes: one set for each dimension whose members lie in coarser ones, of the fellows of its members there with the cycle's own members in the others.
func (c *chooser) along(s *search, t *target, y *cycle) (out [][]int32) {
	l := c.latticeOf(s.atom[y.cols[0]])
	var atoms []int32
	for _, col := range y.cols {
		if a := s.atom[col]; c.latticeOf(a) == l {
			atoms = append(atoms, a)
		}
	}
	for i := range l.base {
		if !l.mixed[i] || len(l.parents[i]) == 0 {
			continue
		}
		cols := slices.Concat(y.cols, t.cols[:min(len(t.cols), 8)])
		for _, a := range l.along(atoms, i, maskSize-len(cols)) {
			if col := s.column[a]; col >= 0 && (col < s.positive || slices.Contains(y.cols, col)) && (c.least == 0 || math.Abs(s.value[col]) >= c.least) {
				cols = append(cols, col)
			}
		}
		slices.Sort(cols)
		if cols = slices.Compact(cols); len(cols) <= maskSize {
			out = append(out, cols)
		}
	}
	return out
}

func (c *chooser) latticeOf(atom int32) (l *lattice) {
	for _, x := range c.lattice {
		if atom >= x.part.firstAtom {
			l = x
		}
	}
	return l
}

// alone changes a single column of the target and moves all numbers that it is part of. Whatever it holds can become more: it keeps the target where every cheaper change would have something
// hidden become zero.
func (c *chooser) alone(s *search, t *target, stay []int32) (best *cycle, cost float64) {
	cost = math.Inf(1)
	for _, col := range t.cols {
		if y, ok := s.newCycle([]int32{col}, []int64{1}); ok && s.keeps(y, t) && !movesAny(y, stay) {
			if price := c.priceOf(y); price < cost {
				best, cost = y, price
			}
		}
	}
	return best, cost
}

// regionsAround are sets of columns around one, without secret zeros but those that the target needs.
func (c *chooser) regionsAround(s *search, t *target, start int32, limit int) [][]int32 {
	atom := s.atom[start]
	l := c.latticeOf(atom)
	var cols, zeros []int32
	for _, a := range l.around(atom, limit) {
		switch col := s.column[a]; {
		case col < 0 || c.least > 0 && math.Abs(s.value[col]) < c.least && !slices.Contains(t.cols, col):
		case col < s.positive || col == start:
			cols = append(cols, col)
		default:
			zeros = append(zeros, col)
		}
	}
	for _, col := range t.cols {
		if len(cols) < limit && col < s.positive {
			cols = append(cols, col)
		}
	}
	if s.fixedIn != nil { // the other side of what is fixed has to move along
		for _, col := range slices.Clone(cols) {
			for _, f := range s.fixedIn[col] {
				for _, side := range [][]int32{s.fixed[f].plus, s.fixed[f].minus} {
					for _, x := range side {
						if len(cols) < maskSize && x < s.positive {
							cols = append(cols, x)
						}
					}
				}
			}
		}
	}
	slices.Sort(cols)
	cols = slices.Compact(cols)
	if len(cols) > maskSize {
		return nil
	}
	out := [][]int32{cols}
	if t.withZeros {
		for _, z := range zeros[:min(len(zeros), 8)] {
			if len(cols) < maskSize {
				out = append(out, append(slices.Clone(cols), z))
			}
		}
	}
	return out
}

// within is the best cycle found in a region, and its worth.
func (c *chooser) within(s *search, t *target, cols []int32, stay []int32) (best *cycle, worth float64) {
	worth = math.Inf(1)
	r := c.newRegion(s.system, cols, t, stay)
	if r.target.empty() {
		return nil, worth
	}
	key := r.key(s.system, t, stay)
	if old, ok := c.memory[key]; ok && c.seed == 0 {
		return old.cycle, old.worth
	}
	type found struct {
		proposal
		variant int
	}
	var all []found
	orders := r.orders(c.seed)
	take := func(f found) {
		cols, by, ok := r.change(f.proposal, orders.of(f.variant))
		if !ok {
			return
		}
		if y, ok := s.newCycle(cols, by); ok && s.keeps(y, t) && !math.IsInf(c.priceOf(y), 1) && !movesAny(y, stay) {
			if w := c.worth(s, y); w < worth {
				best, worth = y, w
			}
		}
	}
	for v := range variants {
		c.work += len(orders.dear)
		p, ok := r.propose(orders.of(v))
		if !ok {
			return nil, worth // what is fixed tells it, in whatever order
		}
		if slices.ContainsFunc(all, func(f found) bool { return slices.Equal(f.hide, p.hide) }) {
			continue
		}
		if f := (found{p, v}); p.cost > 0 || c.bonus > 0 {
			all = append(all, f)
		} else if take(f); best != nil {
			all = nil // nothing is cheaper
			break
		}
	}
	slices.SortStableFunc(all, func(a, b found) int { return cmp.Compare(a.cost, b.cost) })
	for _, f := range all {
		if f.cost >= worth+3*c.bonus {
			break
		}
		take(f)
	}
	if c.seed == 0 {
		c.memory[key] = remembered{best, worth}
	}
	return best, worth
}

func movesAny(y *cycle, numbers []int32) bool {
	return slices.ContainsFunc(numbers, func(n int32) bool { return y.move(n) != 0 })
}

// priceOf is what a cycle would cost now.
func (c *chooser) priceOf(y *cycle) (sum float64) {
	for _, n := range y.numbers {
		sum += c.price(n)
	}
	return sum
}

// anywhere looks among all columns: Gaussian elimination over all numbers, from the dearest, as in GaussSuppression.
func (c *chooser) anywhere(s *search, t *target, stay []int32) (*cycle, float64) {
	limit := s.positive
	isZero := t.number < 0
	if isZero || t.withZeros {
		limit = s.columns
	}
	usable := func(cols []int32) []int32 {
		var out []int32
		for _, col := range cols {
			if col < s.positive || t.withZeros || isZero && col == t.cols[0] {
				out = append(out, col)
			}
		}
		return out
	}
	rank := make([]float64, s.columns)
	for col := range rank {
		rank[col] = math.Abs(s.value[col])
	}
	span := newEchelon(s.columns, s.columns, rank)
	watched := span.watch(usable(t.cols), limit)
	take := func(row []term) bool { // false when it would give the target away
		row = span.reduce(row)
		if len(row) == 0 {
			return true
		}
		pivot := span.pivot(row)
		old := span.rows[watched]
		if k := at(old, pivot); k != 0 && len(minus(nil, old, row, mulMod(k, invMod(at(row, pivot))), limit)) == 0 {
			return false
		}
		span.add(row, pivot)
		return true
	}
	for _, f := range s.fixed {
		row := ones(usable(f.plus))
		for _, col := range usable(f.minus) {
			row = append(row, term{col, prime - 1})
		}
		if !take(row) {
			return nil, math.Inf(1)
		}
	}
	order := make([]int32, 0, len(c.m.numbers))
	key := make([]float64, len(c.m.numbers))
	for i := range c.m.numbers {
		if len(s.cols[i]) == 0 {
			continue
		}
		order = append(order, int32(i))
		key[i] = c.price(int32(i))
		if slices.Contains(stay, int32(i)) {
			key[i] = math.Inf(1)
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int {
		return cmp.Or(cmp.Compare(key[b], key[a]), cmp.Compare(len(s.cols[a]), len(s.cols[b])))
	})
	for _, i := range order {
		c.work += len(s.cols[i])
		if !take(ones(usable(s.cols[i]))) && math.IsInf(key[i], 1) {
			return nil, math.Inf(1)
		}
	}
	for _, free := range span.rows[watched] {
		terms := []term{{free.col, 1}}
		for _, id := range span.holders(free.col) {
			if id == watched {
				continue
			}
			row := span.rows[id]
			pivot := slices.IndexFunc(row, func(x term) bool { return span.pivotRow[x.col] == id })
			terms = append(terms, term{row[pivot].col, negMod(at(row, free.col))})
		}
		cols, by, ok := smallSteps(terms)
		if !ok {
			continue
		}
		if y, ok := s.newCycle(cols, by); ok && s.keeps(y, t) {
			if price := c.priceOf(y); !math.IsInf(price, 1) {
				return y, price
			}
		}
	}
	return nil, math.Inf(1)
}

// choose finds cycles for all targets. An error names cells that must be shown and can't be.
func (c *chooser) choose() error {
	var conflicts []string
	for i := range c.m.numbers {
		if n := &c.m.numbers[i]; n.keep && n.primary() {
			conflicts = append(conflicts, n.name+" must be shown but a primary rule hides it")
		}
	}
	if len(conflicts) > 0 {
		return conflictError(conflicts)
	}
	for _, s := range c.systems {
		s.aim()
		all := make([]int, len(s.targets))
		for i := range all {
			all[i] = i
		}
		_, _, failed := c.settle(s, all, math.Inf(1))
		for _, t := range failed {
			conflicts = append(conflicts, c.conflict(s, t))
		}
	}
	if len(conflicts) > 0 {
		return conflictError(conflicts)
	}
	c.improve()
	return nil
}

func conflictError(conflicts []string) error {
	return fmt.Errorf("protect: the cells that must always be shown can't be: %s", strings.Join(shorten(conflicts), "; "))
}

// settle adds cycles until the given targets are safe, and gives what it added and what that cost. It ends early when that would be
// more than most. Targets that nothing keeps safe are failed, but for those told beforehand.
func (c *chooser) settle(s *search, targets []int, most float64) (added []int32, spent float64, failed []*target) {
	add := func(y *cycle, cost float64) {
		added = append(added, c.add(s, y))
		spent += cost
	}
	for _, i := range targets {
		t := &s.targets[i]
		if s.kept(t) {
			continue
		}
		y, cost := c.cheapest(s, t, nil)
		switch {
		case y != nil:
			add(y, cost)
		case c.toldBeforehand(s, t):
			t.told = true
		default:
			failed = append(failed, t)
		}
		if spent > most {
			return added, spent, failed
		}
	}
	for _, i := range targets {
		t := &s.targets[i]
		for range 100 { // every round tells one more apart
			u := s.inStep(t)
			if u == nil {
				break
			}
			y, cost := c.cheapest(s, t, []int32{u.number})
			if z, other := c.cheapest(s, u, []int32{t.number}); other < cost {
				y, cost = z, other
			}
			if y == nil {
				failed = append(failed, t)
				break
			}
			add(y, cost)
			if spent > most {
				return added, spent, failed
			}
		}
	}
	return added, spent, failed
}

// inStep is a target that always changes in step with t where one of the two has a single person behind it, or nil: who is alone in a number knows it, and could
// compute the other.
func (s *search) inStep(t *target) *target {
	if t.number < 0 || t.told {
		return nil
	}
	ids := s.movers(t)
	if len(ids) == 0 {
		return nil
	}
	for _, n := range s.cycles[ids[0]].numbers {
		i := s.of[n]
		if i < 0 || n == t.number {
			continue
		}
		u := &s.targets[i]
		if u.told || u.withZeros != t.withZeros || !t.singleton && !u.singleton || slices.Equal(t.cols, u.cols) {
			continue
		}
		if theirs := s.movers(u); slices.Equal(ids, theirs) && !slices.ContainsFunc(ids[1:], func(id int32) bool {
			a, b, y := s.cycles[ids[0]], s.cycles[id], t.number
			return a.move(y)*b.move(n) != a.move(n)*b.move(y)
		}) {
			return u
		}
	}
	return nil
}

// movers are the cycles that move a target as it must be moved, in order.
func (s *search) movers(t *target) []int32 {
	all := s.touch[t.number]
	unfit := func(id int32) bool { return s.cycles[id].zero >= 0 && !t.withZeros }
	if !slices.ContainsFunc(all, unfit) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), unfit)
}

// improve takes cycles back, alone and a few neighbours at a time, and finds the cheapest way to keep what they kept, given all others. It does no more than a few times the work
// that the first choice took, as counted in classes gone through.
func (c *chooser) improve() {
	const rounds, most, patience = 4, 1000, 40
	limit := c.work + 2_000_000 + 4*c.work
	c.improving = true
	defer func() { c.improving = false }()
	for _, s := range c.systems {
		for range rounds {
			better := false
			for id := range s.cycles {
				if s.cycles[id] != nil && c.work < limit {
					better = c.retry(s, []int32{int32(id)}, nil) || better
				}
			}
			s.compact()
			if !better {
				break
			}
		}
		idle := 0
		for try := 0; try < most && len(s.cycles) > 1 && idle < patience+len(s.cycles) && c.work < limit; try++ {
			c.seed = scatter(uint64(try))
			ids := s.neighbours(int32(c.seed%uint64(len(s.cycles))), 2+int(c.seed>>40%3))
			c.bonus = float64(c.seed >> 20 % 4)
			idle++
			if c.retry(s, ids, func(i int) uint64 { return scatter(c.seed ^ uint64(i)) }) {
				idle = 0
			}
			if try%64 == 63 {
				s.compact()
			}
		}
		c.seed, c.bonus = 0, 0
		s.compact()
	}
	clear(c.memory)
}

// neighbours are a cycle and a few others that move a number that it moves, from the first or the next on that is there.
func (s *search) neighbours(id int32, most int) []int32 {
	for s.cycles[id] == nil {
		id = (id + 1) % int32(len(s.cycles))
	}
	out := []int32{id}
	for _, n := range s.cycles[id].numbers {
		for _, other := range s.touch[n] {
			if len(out) < most && !slices.Contains(out, other) {
				out = append(out, other)
			}
		}
	}
	return out
}

// retry takes cycles back and settles their targets anew, in the order of key. If that costs more the old cycles stay. It tells whether it got cheaper.
func (c *chooser) retry(s *search, ids []int32, key func(target int) uint64) (better bool) {
	var old []*cycle
	var targets []int
	for _, id := range ids {
		old = append(old, s.cycles[id])
		targets = append(targets, s.affected(s.cycles[id])...)
	}
	before := 0.0
	for _, id := range ids {
		c.remove(s, id)
	}
	seen := map[int32]bool{}
	for _, y := range old {
		for _, n := range y.numbers {
			if !seen[n] {
				seen[n] = true
				before += c.price(n)
			}
		}
	}
	slices.Sort(targets)
	targets = slices.Compact(targets)
	if key != nil {
		slices.SortFunc(targets, func(a, b int) int { return cmp.Compare(key(a), key(b)) })
	}
	added, spent, failed := c.settle(s, targets, before+1e-9)
	if spent > before+1e-9 || len(failed) > 0 {
		for _, id := range added {
			c.remove(s, id)
		}
		for _, y := range old {
			c.add(s, y)
		}
		return false
	}
	return spent < before-1e-9
}

// compact drops the gaps among the cycles and writes down anew which cycles move each number.
func (s *search) compact() {
	all := slices.DeleteFunc(s.cycles, func(y *cycle) bool { return y == nil })
	for i := range s.touch {
		s.touch[i] = s.touch[i][:0]
	}
	for i := range s.holds {
		s.holds[i] = s.holds[i][:0]
	}
	for id, y := range all {
		for _, n := range y.numbers {
			s.touch[n] = append(s.touch[n], int32(id))
		}
		for _, col := range y.cols {
			s.holds[col] = append(s.holds[col], int32(id))
		}
	}
	s.cycles = all
}

// aim notes the target of each number and of each secret zero that has one.
func (s *search) aim() {
	s.of, s.zeroOf = make([]int32, len(s.touch)), make([]int32, s.columns-s.positive)
	for _, list := range [][]int32{s.of, s.zeroOf} {
		for i := range list {
			list[i] = -1
		}
	}
	for i, t := range s.targets {
		if t.number >= 0 {
			s.of[t.number] = int32(i)
		} else {
			s.zeroOf[t.cols[0]-s.positive] = int32(i)
		}
	}
}

// affected are the targets that a cycle moves.
func (s *search) affected(y *cycle) (out []int) {
	for _, n := range y.numbers {
		if t := s.of[n]; t >= 0 {
			out = append(out, int(t))
		}
	}
	if y.zero >= 0 {
		if t := s.zeroOf[y.zero-s.positive]; t >= 0 {
			out = append(out, int(t))
		}
	}
	slices.Sort(out)
	return out
}

// toldBeforehand tells whether a target follows from what every reader knows already, whatever is hidden now.
func (c *chooser) toldBeforehand(s *search, t *target) bool {
	if len(s.fixed) == 0 {
		return false
	}
	var kept []int32
	for i := range c.m.numbers {
		if c.m.numbers[i].keep {
			c.m.numbers[i].keep = false
			kept = append(kept, int32(i))
		}
	}
	y, _ := c.anywhere(s, t, nil)
	for _, i := range kept {
		c.m.numbers[i].keep = true
	}
	return y == nil
}

// conflict says which cells that must be shown give a target away.
func (c *chooser) conflict(s *search, t *target) string {
	name := c.m.targetName(t)
	var kept, guilty []int32
	for i := range c.m.numbers {
		if n := &c.m.numbers[i]; n.keep && len(s.cols[i]) > 0 {
			kept = append(kept, int32(i))
		}
	}
	if len(kept) == 0 {
		return name + " can't be protected by hiding: everything that is hidden leaves one possible value for it"
	}
	// Each cell that need not be kept for the conflict is let go.
	const most = 200
	guilty = slices.Clone(kept)
	if len(kept) <= most {
		for _, i := range kept {
			c.m.numbers[i].keep = false
			if y, _ := c.anywhere(s, t, nil); y != nil {
				c.m.numbers[i].keep = true
			} else {
				guilty = slices.DeleteFunc(guilty, func(x int32) bool { return x == i })
			}
		}
		for _, i := range kept {
			c.m.numbers[i].keep = true
		}
	}
	var names []string
	for _, i := range guilty {
		names = append(names, c.m.numbers[i].name)
	}
	if len(names) == 0 {
		return name + " can't be protected by hiding: everything that is hidden leaves one possible value for it"
	}
	return strings.Join(shorten(names), ", ") + " must be shown but would give away " + name
}

func shorten(list []string) []string {
	const most = 10
	if len(list) <= most {
		return list
	}
	return append(slices.Clone(list[:most]), fmt.Sprintf("and %d more", len(list)-most))
}
