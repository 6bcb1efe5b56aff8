package lp

import (
	"math"
	"slices"
)

const (
	costTolerance  = 1e-9 // reduced costs nearer zero are taken as zero
	boundTolerance = 1e-9 // how far the ratio test lets a basic column pass its bound
	infeasible     = 1e-7 // farther out than this counts in the first phase
	mostChanges    = 64   // of the basis before it is factorised anew
)

type outcome int

const (
	optimal outcome = iota
	unbounded
	noPoint // the first phase ended with columns out of their bounds
	stopped // by the caller
	stalled
	spent // the work allowed
)

// A simplex is a bounded primal simplex method over one block in floating point. What it finds is a proposal. A column outside the basis may
// lie between its bounds, as the known point has it; it then moves whichever way is better.
type simplex struct {
	b          *block
	keep       []int32   // rows of the block; the others follow from them
	cols, rows [][]entry // by kept row, by column
	n, m       int
	lo, hi     []float64 // columns, then logical columns of kept rows
	basis      []int32
	pos        []int32 // per column: its place in the basis, or -1
	x          []float64
	cost       []float64
	d          []float64 // reduced costs
	weight     []float64 // reference weights (devex)
	f          *factor

	byRow, alpha, byPlace, rho []float64
	pivotRow                   []float64 // per column
	touched                    []int32
	ray                        int // the column and direction along which an objective has no limit
	rayUp                      bool
	pivots                     int
	random                     uint64
	work                       *Budget
}

// newSimplex finds a basis among the columns and sets out from the known point, or from bounds when none is given.
func newSimplex(b *block) *simplex {
	s := &simplex{b: b, n: b.n, random: 0x9e3779b97f4a7c15}
	all := make([][]entry, b.n)
	for j, c := range b.cols {
		all[j] = make([]entry, len(c))
		for k, t := range c {
			all[j][k] = entry{int32(t.Col), float64(t.Coef)}
		}
	}
	// Equal rows choose columns for the basis; those left without one follow from the others. A row with room begins with its logical column.
	equal := make([]bool, b.m)
	for i := range equal {
		equal[i] = b.lo[b.n+i] == b.hi[b.n+i]
	}
	tight := make([][]entry, b.n)
	for j, c := range all {
		for _, e := range c {
			if equal[e.at] {
				tight[j] = append(tight[j], e)
			}
		}
	}
	f, free := factorise(b.m, tight)
	place := make([]int32, b.m)
	for i := range place {
		place[i] = -1
	}
	kept := make([]bool, b.m)
	for i := range kept {
		kept[i] = true
	}
	for _, i := range free {
		kept[i] = !equal[i]
	}
	for i := range int32(b.m) {
		if kept[i] {
			place[i] = int32(len(s.keep))
			s.keep = append(s.keep, i)
		}
	}
	s.m = len(s.keep)
	s.cols, s.rows = make([][]entry, s.n), make([][]entry, s.m)
	for j, c := range all {
		own := c[:0]
		for _, e := range c {
			if i := place[e.at]; i >= 0 {
				own = append(own, entry{i, e.v})
				s.rows[i] = append(s.rows[i], entry{int32(j), e.v})
			}
		}
		s.cols[j] = own
	}
	total := s.n + s.m
	s.lo, s.hi, s.x, s.cost = make([]float64, total), make([]float64, total), make([]float64, total), make([]float64, total)
	s.setBounds(b.lo, b.hi)
	s.basis = append(s.basis, f.pos[:len(f.pos)-len(free)]...)
	for _, i := range free {
		if place[i] >= 0 {
			s.basis = append(s.basis, int32(s.n)+place[i])
		}
	}
	s.pos = make([]int32, total)
	s.place()
	s.d, s.weight, s.pivotRow = make([]float64, total), make([]float64, total), make([]float64, total)
	s.byRow, s.alpha, s.byPlace, s.rho = make([]float64, s.m), make([]float64, s.m), make([]float64, s.m), make([]float64, s.m)
	for j := range s.n {
		if b.known != nil {
			s.x[j] = float64(b.known[j])
		} else {
			s.x[j] = min(max(0, s.lo[j]), s.hi[j])
		}
	}
	for i, row := range s.rows {
		sum := 0.0
		for _, e := range row {
			sum += e.v * s.x[e.at]
		}
		s.x[s.n+i] = min(max(sum, s.lo[s.n+i]), s.hi[s.n+i])
	}
	s.refactor()
	return s
}

// place notes where in the basis each column is.
func (s *simplex) place() {
	for j := range s.pos {
		s.pos[j] = -1
	}
	for k, j := range s.basis {
		s.pos[j] = int32(k)
	}
}

// clone is another simplex at the same point, for use beside this one.
func (s *simplex) clone() *simplex {
	c := *s
	if len(s.f.changes) > 0 {
		panic("lp: cloned in mid-work")
	}
	f := *s.f
	c.f = &f
	for _, list := range []*[]float64{&c.lo, &c.hi, &c.x, &c.cost, &c.d, &c.weight, &c.byRow, &c.alpha, &c.byPlace, &c.rho, &c.pivotRow} {
		*list = slices.Clone(*list)
	}
	c.basis, c.pos, c.touched = slices.Clone(s.basis), slices.Clone(s.pos), nil
	c.pivots = 0
	return &c
}

// setBounds takes in bounds of the block's columns and rows.
func (s *simplex) setBounds(lo, hi []int64) {
	set := func(j, from int) {
		s.lo[j], s.hi[j] = float64(lo[from]), float64(hi[from])
		if lo[from] == -Infinite {
			s.lo[j] = math.Inf(-1)
		}
		if hi[from] == Infinite {
			s.hi[j] = math.Inf(1)
		}
	}
	for j := range s.n {
		set(j, j)
	}
	for i, from := range s.keep {
		set(s.n+i, s.n+int(from))
	}
}

func (s *simplex) column(j int32) []entry {
	if int(j) < s.n {
		return s.cols[j]
	}
	return []entry{{j - int32(s.n), -1}}
}

// refactor factorises the basis and reckons the basic columns anew. Columns that depend on others leave for logical ones.
func (s *simplex) refactor() {
	columns := make([][]entry, s.m)
	for {
		for k, j := range s.basis {
			columns[k] = s.column(j)
		}
		f, free := factorise(s.m, columns)
		s.work.Spend(s.m + len(f.lower.entry) + len(f.upper.entry))
		if len(free) == 0 {
			s.f = f
			break
		}
		for k := s.m - len(free); k < s.m; k++ {
			s.basis[f.pos[k]] = int32(s.n) + f.row[k]
		}
		s.place()
	}
	for j, at := range s.pos {
		if at < 0 {
			s.x[j] = min(max(s.x[j], s.lo[j]), s.hi[j])
		}
	}
	s.basics()
}

// basics reckons the basic columns from the others.
func (s *simplex) basics() {
	clear(s.byRow)
	for j, at := range s.pos {
		if v := s.x[j]; at < 0 && v != 0 {
			if j >= s.n {
				s.byRow[j-s.n] += v
				continue
			}
			for _, e := range s.cols[j] {
				s.byRow[e.at] -= e.v * v
			}
		}
	}
	s.f.solve(s.byRow, s.alpha)
	for k, j := range s.basis {
		s.x[j] = s.alpha[k]
	}
}

// aim sets the objective, times a sign.
func (s *simplex) aim(terms []Term, sign float64) {
	clear(s.cost)
	for _, t := range terms {
		s.cost[t.Col] = sign * float64(t.Coef)
	}
}

// prices reckons the reduced costs anew, for the costs of the objective or, in the first phase, for being out of bounds, and tells
// whether any basic column has a cost. The multipliers are in rho afterwards.
func (s *simplex) prices(first bool) bool {
	any := false
	for k, j := range s.basis {
		v := s.cost[j]
		if first {
			v = 0
			if s.x[j] < s.lo[j]-infeasible {
				v = -1
			} else if s.x[j] > s.hi[j]+infeasible {
				v = 1
			}
		}
		any = any || v != 0
		s.byPlace[k] = v
	}
	if first {
		clear(s.d)
	} else {
		copy(s.d, s.cost)
	}
	if !any {
		clear(s.byPlace)
		clear(s.rho)
	} else {
		s.f.solveT(s.byPlace, s.rho)
	}
	for i, y := range s.rho {
		if y != 0 {
			for _, e := range s.rows[i] {
				s.d[e.at] -= y * e.v
			}
			s.d[s.n+i] += y
		}
	}
	for _, j := range s.basis {
		s.d[j] = 0
	}
	return any
}

func (s *simplex) next() float64 {
	s.random ^= s.random << 13
	s.random ^= s.random >> 7
	s.random ^= s.random << 17
	return float64(s.random>>11) / (1 << 53)
}

// How to choose when steps get nowhere.
const (
	byWeight = iota
	byChance
	byIndex // Bland's rule
)

// enter chooses a column that makes the objective better, or -1.
func (s *simplex) enter(how int) int {
	best, most := -1, 0.0
	for j, d := range s.d {
		if d >= -costTolerance && d <= costTolerance || s.pos[j] >= 0 {
			continue
		}
		if d < 0 && s.x[j] >= s.hi[j] || d > 0 && s.x[j] <= s.lo[j] {
			continue
		}
		if how == byIndex {
			return j
		}
		score := d * d / s.weight[j]
		if how == byChance {
			score *= s.next()
		}
		if score > most {
			best, most = j, score
		}
	}
	return best
}

// ratio finds how far the entering column q can go and which basic column then leaves, in place r; r is -1 when q itself gets to its other
// bound, and step is infinite when nothing stops it. A column out of its bounds stops at the bound that it broke.
func (s *simplex) ratio(q int, up bool, how int) (r int, step, bound float64) {
	sign := 1.0
	if !up {
		sign = -1
	}
	// limit is how far away the bound is that basic column j moves to at the given rate.
	limit := func(j int32, rate float64) float64 {
		x := s.x[j]
		if rate > 0 {
			if x < s.lo[j]-infeasible {
				return s.lo[j]
			}
			if x > s.hi[j]+infeasible {
				return math.Inf(1)
			}
			return s.hi[j]
		}
		if x > s.hi[j]+infeasible {
			return s.hi[j]
		}
		if x < s.lo[j]-infeasible {
			return math.Inf(-1)
		}
		return s.lo[j]
	}
	farthest := math.Inf(1)
	for k, a := range s.alpha {
		if a > -1e-9 && a < 1e-9 {
			continue
		}
		j := s.basis[k]
		rate := -sign * a
		end := limit(j, rate)
		if math.IsInf(end, 0) {
			continue
		}
		farthest = min(farthest, (math.Abs(end-s.x[j])+boundTolerance)/math.Abs(a))
	}
	r, step = -1, math.Inf(1)
	best := 0.0
	for k, a := range s.alpha {
		size := math.Abs(a)
		if size < 1e-9 {
			continue
		}
		j := s.basis[k]
		rate := -sign * a
		end := limit(j, rate)
		if math.IsInf(end, 0) {
			continue
		}
		t := (end - s.x[j]) / rate
		if t > farthest {
			continue
		}
		score := size
		switch {
		case size < tooSmall:
			score *= 1e-3
		case how == byIndex:
			score = 1 / (1 + float64(j))
		case s.lo[j] == s.hi[j]:
			score *= 8 // it will never come back
		case how == byChance:
			score *= s.next()
		}
		if score > best {
			r, step, bound, best = k, max(t, 0), end, score
		}
	}
	if own := s.hi[q] - s.x[q]; up && own <= step {
		return -1, own, s.hi[q]
	}
	if own := s.x[q] - s.lo[q]; !up && own <= step {
		return -1, own, s.lo[q]
	}
	return r, step, bound
}

// direction puts into alpha how the basic columns follow column q.
func (s *simplex) direction(q int) {
	for _, e := range s.column(int32(q)) {
		s.byRow[e.at] += e.v
	}
	s.f.solve(s.byRow, s.alpha)
}

// move goes a step along alpha.
func (s *simplex) move(q int, up bool, step float64) {
	if !up {
		step = -step
	}
	s.x[q] += step
	for k, a := range s.alpha {
		if a != 0 {
			s.x[s.basis[k]] -= step * a
		}
	}
}

// swap makes q basic in place r, whose column goes to a bound.
func (s *simplex) swap(q, r int, bound float64) {
	s.f.replace(int32(r), s.alpha)
	gone := s.basis[r]
	s.x[gone] = bound
	s.basis[r] = int32(q)
	s.pos[gone], s.pos[q] = -1, int32(r)
}

// full tells whether it is time to factorise anew.
func (s *simplex) full() bool {
	return len(s.f.changes) >= mostChanges || s.f.size > 8*(s.m+len(s.f.lower.entry)+len(s.f.upper.entry))
}

// rule is how to choose after so many steps without getting anywhere, and when to give up.
func (s *simplex) rule(idle int) (how int, giveUp bool) {
	switch {
	case idle < 40:
		return byWeight, false
	case idle < 1000+2*s.m:
		return byChance, false
	default:
		return byIndex, idle > 10_000+20*(s.n+s.m)
	}
}

// feasible is the first phase: it brings all columns within their bounds, lessening the sum of what they are out by.
func (s *simplex) feasible() outcome {
	idle := 0
	for j := range s.weight {
		s.weight[j] = 1
	}
	for {
		if s.full() {
			s.refactor()
		}
		if !s.prices(true) {
			if len(s.f.changes) == 0 {
				return optimal
			}
			s.refactor()
			continue
		}
		how, giveUp := s.rule(idle)
		if giveUp {
			return stalled
		}
		if s.work.Spend(s.n + s.m) {
			return spent
		}
		q := s.enter(how)
		if q < 0 {
			if len(s.f.changes) == 0 {
				return noPoint
			}
			s.refactor()
			continue
		}
		up := s.d[q] < 0
		s.direction(q)
		r, step, bound := s.ratio(q, up, how)
		if math.IsInf(step, 1) || r >= 0 && math.Abs(s.alpha[r]) < tooSmall {
			if len(s.f.changes) == 0 {
				return stalled
			}
			s.refactor()
			continue
		}
		idle++
		if step > 1e-12 {
			idle = 0
		}
		s.pivots++
		s.move(q, up, step)
		if r < 0 {
			s.x[q] = bound
			continue
		}
		s.swap(q, r, bound)
	}
}

// minimise goes from a feasible point to the best for the objective. after is called at each new point and may stop the search.
func (s *simplex) minimise(after func() bool) outcome {
	for j := range s.weight {
		s.weight[j] = 1
	}
	if s.full() {
		s.refactor()
	}
	s.prices(false)
	fresh := true
	idle := 0
	for {
		how, giveUp := s.rule(idle)
		if giveUp {
			return stalled
		}
		if s.work.Spend(s.n + s.m) {
			return spent
		}
		q := s.enter(how)
		if q < 0 {
			if fresh {
				return optimal
			}
			s.prices(false)
			fresh = true
			continue
		}
		up := s.d[q] < 0
		s.direction(q)
		r, step, bound := s.ratio(q, up, how)
		if math.IsInf(step, 1) || r >= 0 && math.Abs(s.alpha[r]) < tooSmall {
			if len(s.f.changes) == 0 {
				if r < 0 {
					s.ray, s.rayUp = q, up
					return unbounded
				}
				return stalled
			}
			s.refactor()
			s.prices(false)
			fresh = true
			continue
		}
		s.pivots++
		idle++
		s.move(q, up, step)
		if r < 0 {
			s.x[q] = bound
		} else {
			if !s.update(q, r) {
				s.move(q, up, -step)
				s.refactor()
				s.prices(false)
				fresh = true
				continue
			}
			fresh = false
			s.swap(q, r, bound)
			if s.full() {
				s.refactor()
				s.prices(false)
				fresh = true
			}
		}
		if step > 1e-12 {
			idle = 0
			if after != nil && after() {
				return stopped
			}
		}
	}
}

// update carries reduced costs and weights over to the basis where q takes place r. It is false when the row and the column disagree on the pivot:
// then the factor has lost too much.
func (s *simplex) update(q, r int) bool {
	clear(s.byPlace)
	s.byPlace[r] = 1
	s.f.solveT(s.byPlace, s.rho)
	s.touched = s.touched[:0]
	for i, y := range s.rho {
		if y == 0 {
			continue
		}
		for _, e := range s.rows[i] {
			if s.pivotRow[e.at] == 0 {
				s.touched = append(s.touched, e.at)
				s.pivotRow[e.at] = math.SmallestNonzeroFloat64
			}
			s.pivotRow[e.at] += y * e.v
		}
		s.touched = append(s.touched, int32(s.n+i))
		s.pivotRow[s.n+i] = -y
	}
	pivot := s.alpha[r]
	ok := math.Abs(s.pivotRow[q]-pivot) <= 1e-7*(1+math.Abs(pivot)) || len(s.f.changes) == 0
	ratio, own := s.d[q]/pivot, s.weight[q]
	for _, j := range s.touched {
		a := s.pivotRow[j]
		s.pivotRow[j] = 0
		if !ok || s.pos[j] >= 0 || a < dropped && a > -dropped {
			continue
		}
		s.d[j] -= ratio * a
		s.weight[j] = max(s.weight[j], a/pivot*(a/pivot)*own)
	}
	if !ok {
		return false
	}
	gone := s.basis[r]
	s.d[gone], s.weight[gone] = -ratio, max(own/(pivot*pivot), 1)
	s.d[q] = 0
	return true
}
