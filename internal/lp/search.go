package lp

import (
	"fmt"
	"math"
	"math/big"
	"slices"
)

// A search is a simplex with the proof of what it finds. Its bounds may be narrower than those of its block.
type search struct {
	*simplex
	lo, hi  []int64
	inexact int // answers that floating point could not settle
}

func newSearch(b *block) *search { return &search{simplex: newSimplex(b), lo: b.lo, hi: b.hi} }

// A found is a proved answer.
type found struct {
	point   vector   // a point of the block
	value   *big.Rat // of sign * objective there
	limit   *big.Rat // proved: sign * objective gets no lower; nil when it has no end
	proof   vector   // the multipliers that prove it
	noPoint bool     // proved: the bounds leave no point
	stopped bool
	spent   bool // the work allowed was not enough, and nothing is known
}

// minimise gives the least value of sign * objective with its proof. A search that doesn't come from a known point needs a first phase: from says so.
func (s *search) minimise(terms []Term, sign int64, fresh bool, after func() bool) (found, error) {
	if fresh {
		switch s.feasible() {
		case optimal:
		case spent:
			return found{spent: true}, nil
		case noPoint:
			if y, ok := s.multipliers(); ok {
				if l := s.b.limit(nil, 1, y, s.lo, s.hi); l != nil && l.Sign() > 0 {
					return found{noPoint: true}, nil
				}
			}
			return s.byFractions(terms, sign)
		default:
			return s.byFractions(terms, sign)
		}
	}
	s.aim(terms, float64(sign))
	what := s.simplex.minimise(after)
	if what == stopped {
		return found{stopped: true}, nil
	}
	if what == spent {
		return found{spent: true}, nil
	}
	if what == stalled {
		return s.byFractions(terms, sign)
	}
	x, ok := s.point()
	if !ok || !s.b.keeps(x, s.lo, s.hi) {
		if x, ok = s.exactPoint(); !ok || !s.b.keeps(x, s.lo, s.hi) {
			return s.byFractions(terms, sign)
		}
	}
	out := found{point: x, value: x.value(terms)}
	if sign < 0 {
		out.value.Neg(out.value)
	}
	if what == unbounded {
		if ray, ok := s.alongRay(); ok && s.b.endless(terms, sign, ray, s.lo, s.hi) {
			return out, nil
		}
		return s.byFractions(terms, sign)
	}
	for _, guess := range []func() (vector, bool){s.multipliers, s.exactMultipliers} {
		y, ok := guess()
		if !ok {
			continue
		}
		if out.limit = s.b.limit(terms, sign, y, s.lo, s.hi); out.limit != nil && out.limit.Cmp(out.value) == 0 {
			out.proof = y
			return out, nil
		}
	}
	return s.byFractions(terms, sign)
}

// byFractions settles what floating point could not, from where it is.
func (s *search) byFractions(terms []Term, sign int64) (found, error) {
	s.inexact++
	e := newExact(s.simplex, s.lo, s.hi)
	what, _ := e.run(nil, 1, true)
	if what == noPoint {
		if l := s.b.limit(nil, 1, e.multipliers(true), s.lo, s.hi); l == nil || l.Sign() <= 0 {
			return found{}, fmt.Errorf("lp: a proof that there is no point does not hold; this is a fault in the package")
		}
		return found{noPoint: true}, nil
	}
	if what == spent {
		return found{spent: true}, nil
	}
	what, ray := e.run(terms, sign, false)
	if what == spent {
		return found{spent: true}, nil
	}
	out := found{point: e.point()}
	out.value = out.point.value(terms)
	if sign < 0 {
		out.value.Neg(out.value)
	}
	holds := s.b.keeps(out.point, s.lo, s.hi)
	if what == unbounded {
		holds = holds && s.b.endless(terms, sign, ray, s.lo, s.hi)
	} else {
		out.proof = e.multipliers(false)
		out.limit = s.b.limit(terms, sign, out.proof, s.lo, s.hi)
		holds = holds && out.limit != nil && out.limit.Cmp(out.value) == 0
	}
	if !holds {
		return found{}, fmt.Errorf("lp: a proof does not hold; this is a fault in the package")
	}
	return out, nil
}

// start finds a first point and proves that there is one, or that there is none.
func (s *search) start() (vector, error) {
	if s.b.known != nil {
		return vector{num: s.b.known, den: 1}, nil
	}
	f, err := s.minimise(nil, 1, true, nil)
	switch {
	case err == nil && f.noPoint:
		err = ErrInfeasible
	case err == nil && f.spent:
		err = ErrWork
	}
	return f.point, err
}

// An incumbent is the best point of whole numbers known, and what is proved of all such points.
type incumbent struct {
	point   vector
	value   *big.Rat // nil: no point is known
	limit   *big.Rat // nil: none is proved
	noLimit bool
	noPoint bool
	nodes   int
}

// A node is a subproblem: bounds that differ from the block's, and what its parent proved.
type node struct {
	col   int
	bound int64
	upper bool
	up    *node
	limit *big.Rat
}

// wholeNumbers is branch and bound over points whose marked columns are whole (all, when whole is nil): dives, each from where the
// limit is least. best, when its value isn't nil, is
// a point already known; enough, when not nil, a value that is good enough to stop at. The search is left with the bounds of some node.
func (s *search) wholeNumbers(terms []Term, sign int64, whole []bool, best incumbent, enough *big.Rat, nodes int) (incumbent, error) {
	isWhole := func(j int) bool { return whole == nil || whole[j] }
	wholeValue := true // the objective takes whole values only
	for _, t := range terms {
		wholeValue = wholeValue && isWhole(t.Col)
	}
	best.nodes = 0
	lo, hi := append([]int64(nil), s.lo...), append([]int64(nil), s.hi...)
	lines := make([]line, s.b.m+1)
	lines[0] = line{lo: -Infinite}
	for _, t := range terms {
		lines[0].terms = append(lines[0].terms, Term{t.Col, sign * t.Coef})
	}
	for i, row := range s.b.rows {
		lines[i+1] = line{row, s.lo[s.b.n+i], s.hi[s.b.n+i]}
	}
	// The root's bounds are drawn through all lines once, and again when a better point makes that of the objective closer. A node draws from there, or from its parent when that came just before.
	drawn := newFollower(s.b, lines, isWhole)
	rootLo, rootHi := append([]int64(nil), s.lo...), append([]int64(nil), s.hi...)
	lines[0].hi = Infinite
	for i := range lines {
		drawn.wait(i)
	}
	left := drawn.follow(rootLo, rootHi, s.work)
	var last *node // whose bounds lo and hi are
	cut := func(limit *big.Rat) bool { return best.value != nil && limit != nil && limit.Cmp(best.value) >= 0 }
	open := []*node{{col: -1}}
	for dive := false; len(open) > 0; {
		if !dive { // the last dive is at its end: the next begins where the limit is least
			least := len(open) - 1
			for k := least - 1; k >= 0 && open[least].limit != nil; k-- {
				if open[k].limit == nil || open[k].limit.Cmp(open[least].limit) < 0 {
					least = k
				}
			}
			next := open[least]
			open = append(slices.Delete(open, least, least+1), next)
		}
		dive = false
		at := open[len(open)-1]
		if cut(at.limit) {
			open = open[:len(open)-1]
			continue
		}
		if best.nodes >= nodes || enough != nil && best.value != nil && best.value.Cmp(enough) <= 0 {
			break
		}
		open = open[:len(open)-1]
		best.nodes++
		if best.value != nil && wholeValue && best.value.IsInt() && best.value.Num().IsInt64() {
			if hi := best.value.Num().Int64() - 1; hi < lines[0].hi { // a point that is no better is of no use
				lines[0].hi = hi
				drawn.wait(0)
				left = left && drawn.follow(rootLo, rootHi, s.work)
			}
		}
		if !left { // nowhere a better one
			open = nil
			break
		}
		from := last
		if from == nil || at.up != from {
			from = nil
			copy(lo, rootLo)
			copy(hi, rootHi)
		}
		last = at
		crossed := false
		for p := at; p != from && p.col >= 0; p = p.up {
			if p.upper {
				hi[p.col] = min(hi[p.col], p.bound)
			} else {
				lo[p.col] = max(lo[p.col], p.bound)
			}
			crossed = crossed || lo[p.col] > hi[p.col]
			drawn.waitFor(p.col)
		}
		drawn.wait(0)
		if crossed || !drawn.follow(lo, hi, s.work) {
			drawn.forget()
			last = nil
			continue
		}
		s.lo, s.hi = lo, hi
		s.setBounds(lo, hi)
		s.refactor()
		f, err := s.minimise(terms, sign, true, nil)
		if err != nil {
			return best, err
		}
		if f.noPoint {
			continue
		}
		if f.spent {
			open = append(open, at)
			break
		}
		if f.limit == nil {
			// Rows and bounds are whole numbers, so a direction without end has a multiple in whole numbers: one whole point is proof of no limit.
			if best.noLimit = true; best.value != nil {
				return best, nil
			}
		} else if wholeValue {
			f.limit = ceil(f.limit)
		}
		if cut(f.limit) {
			continue
		}
		branch, value := s.branch(f.point, isWhole)
		if branch < 0 {
			if best.value == nil || f.value.Cmp(best.value) < 0 {
				best.point, best.value = f.point, f.value
			}
			if best.noLimit {
				return best, nil
			}
			continue
		}
		if new(big.Rat).Abs(value).Cmp(big.NewRat(largest, 1)) >= 0 {
			return best, fmt.Errorf("lp: whole numbers of 2^53 or more would be needed")
		}
		dive = true
		floor := floorOf(value)
		down := &node{col: branch, bound: floor, upper: true, up: at, limit: f.limit}
		up := &node{col: branch, bound: floor + 1, up: at, limit: f.limit}
		frac := new(big.Rat).Sub(value, big.NewRat(floor, 1))
		if frac.Cmp(big.NewRat(1, 2)) > 0 {
			open = append(open, down, up)
		} else {
			open = append(open, up, down)
		}
	}
	if best.value == nil && len(open) == 0 {
		best.noPoint = true
		return best, nil
	}
	best.noLimit = false // of whole numbers nothing was found
	best.limit = best.value
	for _, n := range open {
		if n.limit == nil { // nothing has been proved of it yet
			best.limit = nil
			return best, nil
		}
		if best.limit == nil || n.limit.Cmp(best.limit) < 0 {
			best.limit = n.limit
		}
	}
	return best, nil
}

// A follower draws bounds through lines, which are those of an objective and then of a block's rows.
type follower struct {
	b            *block
	lines        []line
	whole        []bool // per line: all its columns are
	waiting      []bool
	queue        []int32 // a ring: each line waits once at most
	head, length int
	changed      []int32
}

func newFollower(b *block, lines []line, isWhole func(int) bool) *follower {
	f := &follower{b: b, lines: lines, whole: make([]bool, len(lines)), waiting: make([]bool, len(lines)), queue: make([]int32, len(lines))}
	for i := range lines {
		f.whole[i] = !slices.ContainsFunc(lines[i].terms, func(t Term) bool { return !isWhole(t.Col) })
	}
	return f
}

// wait puts a line in the queue.
func (f *follower) wait(line int) {
	if f.waiting[line] {
		return
	}
	f.waiting[line] = true
	at := f.head + f.length
	if at >= len(f.queue) {
		at -= len(f.queue)
	}
	f.queue[at] = int32(line)
	f.length++
}

// waitFor puts the rows of a column in the queue.
func (f *follower) waitFor(col int) {
	for _, in := range f.b.cols[col] {
		f.wait(in.Col + 1)
	}
}

func (f *follower) next() (line int32) {
	line = f.queue[f.head]
	if f.head++; f.head == len(f.queue) {
		f.head = 0
	}
	f.length--
	f.waiting[line] = false
	return line
}

// follow draws bounds through the lines that wait and those that they change, until nothing changes, or for a while, rounding inwards where all columns of a line are whole. It is false when no point is left.
func (f *follower) follow(lo, hi []int64, work *Budget) bool {
	done := f.b.n
	left := true
	for most := 20 * len(f.lines); f.length > 0 && most > 0 && left; most-- {
		i := f.next()
		done += 1 + len(f.lines[i].terms)
		var err error
		f.changed, err = f.lines[i].tighten(lo, hi, f.whole[i], f.changed[:0])
		left = err == nil
		for _, j := range f.changed {
			f.waitFor(int(j))
		}
	}
	f.forget()
	work.Spend(done)
	return left
}

// forget empties the queue.
func (f *follower) forget() {
	for f.length > 0 {
		f.next()
	}
}

// branch is the column that is farthest from a whole number, the first of those, or -1.
func (s *search) branch(x vector, isWhole func(int) bool) (col int, value *big.Rat) {
	col = -1
	if x.whole() {
		return col, nil
	}
	if x.rats == nil {
		least := int64(math.MaxInt64)
		for j := range s.n {
			rest := x.num[j] % x.den
			if rest == 0 || !isWhole(j) {
				continue
			}
			if rest < 0 {
				rest += x.den
			}
			if away := max(2*rest-x.den, x.den-2*rest); away < least {
				col, least = j, away
			}
		}
		if col >= 0 {
			value = x.at(col)
		}
		return col, value
	}
	half := big.NewRat(1, 2)
	var least *big.Rat
	for j := range s.n {
		v := x.rats[j]
		if !isWhole(j) || v.IsInt() {
			continue
		}
		away := new(big.Rat).Sub(v, big.NewRat(floorOf(v), 1))
		away.Sub(away, half).Abs(away)
		if least == nil || away.Cmp(least) < 0 {
			col, value, least = j, v, away
		}
	}
	return col, value
}

func floorOf(v *big.Rat) int64 { return new(big.Int).Div(v.Num(), v.Denom()).Int64() }

func ceil(v *big.Rat) *big.Rat {
	if v.IsInt() {
		return v
	}
	return new(big.Rat).SetInt64(floorOf(v) + 1)
}
