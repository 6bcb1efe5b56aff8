package lp

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
)

// A reduction is a problem without what follows from single rows: fixed columns, columns tied to another by a row of two, rows that say nothing or
// the same as another. It is done in whole numbers. Every column of the problem is sign * a column that is left + shift.
type reduction struct {
	p      *Problem
	ties   []tie
	lo, hi []int64 // per column, for those that stand for themselves: given bounds, and those that ties and single rows bring
	// Bounds drawn through the rows as well. They follow from the problem, but as bounds of a simplex they would only add corners.
	tightLo, tightHi []int64
	blocks           []*block
	place            []int32 // per column left: its index within its block; -1 when fixed
	blockOf          []int32
	rowsLeft         int
}

// A tie is what a column stands for. A column that is its own root is left, or fixed when its bounds meet.
type tie struct {
	root  int32
	sign  int64
	shift int64
}

// A block is a connected part of what is left of a problem. Row i of A x = s has the logical column n+i, which is s.
type block struct {
	n, m             int
	lo, hi           []int64 // columns, then rows
	tightLo, tightHi []int64 // columns
	rows, cols       [][]Term
	known            []int64 // a point, when one is given
}

func reduce(p *Problem, known []int64) (*reduction, error) {
	if p.damaged != nil {
		return nil, p.damaged
	}
	if known != nil {
		if err := p.check(known); err != nil {
			return nil, err
		}
	}
	n := p.Columns()
	r := &reduction{p: p, ties: make([]tie, n), lo: slices.Clone(p.lo), hi: slices.Clone(p.hi)}
	for j := range r.ties {
		r.ties[j] = tie{int32(j), 1, 0}
	}
	r.tightLo, r.tightHi = slices.Clone(p.lo), slices.Clone(p.hi)
	rows, err := r.follow()
	if err != nil {
		return nil, err
	}
	if err := r.split(rows, known); err != nil {
		return nil, err
	}
	return r, nil
}

// check tells where a point breaks a row or bound.
func (p *Problem) check(known []int64) error {
	if len(known) != p.Columns() {
		return fmt.Errorf("lp: the known point has %d values for %d columns", len(known), p.Columns())
	}
	for j, v := range known {
		if v < p.lo[j] || v > p.hi[j] || v >= largest || v <= -largest {
			return fmt.Errorf("lp: the known point is outside the bounds of column %d", j)
		}
	}
	for i := range p.rowLo {
		if sum := dot(p.row(i), known); !sum.within(p.rowLo[i], p.rowHi[i]) {
			return fmt.Errorf("lp: the known point breaks row %d", i)
		}
	}
	return nil
}

// resolve is what column j stands for.
func (r *reduction) resolve(j int32) tie {
	t := r.ties[j]
	if t.root == j {
		return t
	}
	up := r.resolve(t.root)
	t = tie{up.root, t.sign * up.sign, t.sign*up.shift + t.shift}
	r.ties[j] = t
	return t
}

func (r *reduction) fixed(j int32) bool { return r.tightLo[j] == r.tightHi[j] }

// A line is a row in terms of the columns left, lo <= sum <= hi.
type line struct {
	terms  []Term
	lo, hi int64
}

// rewrite is row i over the columns left. ok is false when numbers become too large to hold.
func (r *reduction) rewrite(i int, sums map[int32]int64) (l line, ok bool) {
	clear(sums)
	var shift total
	given := r.p.row(i)
	order := make([]int32, 0, len(given))
	for _, t := range given {
		own := r.resolve(int32(t.Col))
		shift.add(t.Coef, own.shift)
		c := t.Coef * own.sign
		if r.fixed(own.root) {
			shift.add(c, r.tightLo[own.root])
		} else {
			if _, seen := sums[own.root]; !seen {
				order = append(order, own.root)
			}
			sums[own.root] += c
		}
	}
	by, fits := shift.int64()
	if !fits || by <= -largest || by >= largest {
		return l, false
	}
	l.lo, l.hi = less(r.p.rowLo[i], by), less(r.p.rowHi[i], by)
	slices.Sort(order)
	for _, j := range order {
		c := sums[j]
		if c <= -largest || c >= largest {
			return l, false
		}
		if c != 0 {
			l.terms = append(l.terms, Term{int(j), c})
		}
	}
	return l.scaled(), true
}

// less is a bound less a number.
func less(bound, by int64) int64 {
	if bound == Infinite || bound == -Infinite {
		return bound
	}
	return bound - by
}

// scaled divides by the greatest common divisor where that leaves whole numbers, and makes the first coefficient positive.
func (l line) scaled() line {
	if len(l.terms) == 0 {
		return l
	}
	var d int64
	for _, t := range l.terms {
		d = gcd(d, t.Coef)
	}
	if l.lo != -Infinite && l.lo%d != 0 || l.hi != Infinite && l.hi%d != 0 {
		d = 1
	}
	if l.terms[0].Coef < 0 {
		l.lo, l.hi = -l.hi, -l.lo
		for k := range l.terms {
			l.terms[k].Coef = -l.terms[k].Coef
		}
	}
	if d > 1 {
		for k := range l.terms {
			l.terms[k].Coef /= d
		}
		if l.lo != -Infinite {
			l.lo /= d
		}
		if l.hi != Infinite {
			l.hi /= d
		}
	}
	return l
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

// follow draws what follows from rows one at a time until nothing changes, or for a while, and gives the rows that are left.
func (r *reduction) follow() ([]line, error) {
	p := r.p
	in := make([][]int32, p.Columns()) // rows by column left
	for i := range p.rowLo {
		for _, t := range p.row(i) {
			in[t.Col] = append(in[t.Col], int32(i))
		}
	}
	waiting, queue := make([]bool, p.Rows()), make([]int32, p.Rows())
	for i := range queue {
		waiting[i], queue[i] = true, int32(i)
	}
	sums := map[int32]int64{}
	wake := func(j int32) {
		for _, i := range in[j] {
			if !waiting[i] {
				waiting[i] = true
				queue = append(queue, i)
			}
		}
	}
	for budget := 60*p.Rows() + 1000; len(queue) > 0 && budget > 0; budget-- {
		i := queue[0]
		queue = queue[1:]
		waiting[i] = false
		l, ok := r.rewrite(int(i), sums)
		if !ok {
			return nil, fmt.Errorf("lp: row %d needs numbers of 2^53 or more", i)
		}
		if len(l.terms) == 0 {
			if l.lo > 0 || l.hi < 0 {
				return nil, ErrInfeasible
			}
			continue
		}
		if len(l.terms) == 1 && l.terms[0].Coef == 1 {
			j := l.terms[0].Col
			r.lo[j], r.hi[j] = max(r.lo[j], l.lo), min(r.hi[j], l.hi)
		}
		if len(l.terms) == 2 && l.lo == l.hi && l.terms[0].Coef == 1 && max(l.terms[1].Coef, -l.terms[1].Coef) == 1 &&
			max(l.lo, -l.lo) < 1<<40 { // so that a chain of ties stays far from what an int64 holds
			root, gone := l.terms[0], l.terms[1]
			if len(in[root.Col]) < len(in[gone.Col]) {
				root, gone = gone, root
			}
			// gone = (b - root.Coef * root) / gone.Coef, and both coefficients are 1 or -1.
			t := tie{int32(root.Col), -root.Coef * gone.Coef, l.lo * gone.Coef}
			r.ties[gone.Col] = t
			j, g := root.Col, gone.Col
			r.lo[j], r.hi[j] = meet(r.lo[j], r.hi[j], r.lo[g], r.hi[g], t)
			r.tightLo[j], r.tightHi[j] = meet(r.tightLo[j], r.tightHi[j], r.tightLo[g], r.tightHi[g], t)
			in[j] = append(in[j], in[g]...)
			in[g] = nil
			if r.tightLo[j] > r.tightHi[j] {
				return nil, ErrInfeasible
			}
			wake(int32(j))
			continue
		}
		changed, err := l.tighten(r.tightLo, r.tightHi, false, nil)
		if err != nil {
			return nil, err
		}
		for _, j := range changed {
			wake(j)
		}
	}
	seen := map[string]int{}
	var rows []line
	var key []byte
	for i := range p.rowLo {
		l, ok := r.rewrite(i, sums)
		if !ok {
			return nil, fmt.Errorf("lp: row %d needs numbers of 2^53 or more", i)
		}
		if len(l.terms) == 0 {
			if l.lo > 0 || l.hi < 0 {
				return nil, ErrInfeasible
			}
			continue
		}
		if l.lo == -Infinite && l.hi == Infinite {
			continue
		}
		if len(l.terms) == 1 && l.terms[0].Coef == 1 {
			j := l.terms[0].Col
			r.lo[j], r.hi[j] = max(r.lo[j], l.lo), min(r.hi[j], l.hi)
			continue
		}
		key = key[:0]
		for _, t := range l.terms {
			key = binary.AppendVarint(binary.AppendVarint(key, int64(t.Col)), t.Coef)
		}
		if k, ok := seen[string(key)]; ok {
			rows[k].lo, rows[k].hi = max(rows[k].lo, l.lo), min(rows[k].hi, l.hi)
			if rows[k].lo > rows[k].hi {
				return nil, ErrInfeasible
			}
			continue
		}
		seen[string(key)] = len(rows)
		rows = append(rows, l)
	}
	return rows, nil
}

// meet is the bounds of a root with those that a column tied to it brings.
func meet(lo, hi, goneLo, goneHi int64, t tie) (int64, int64) {
	goneLo, goneHi = less(goneLo, t.shift), less(goneHi, t.shift)
	if t.sign < 0 {
		goneLo, goneHi = -goneHi, -goneLo
	}
	return max(lo, goneLo), min(hi, goneHi)
}

// tighten draws the bounds of a row's columns through the row. Bounds that a division would make fractional are rounded inwards when the columns are
// whole, else outwards, so that they hold for real points too. Columns that changed are added to those given; only changes that leave bounds under 2^53 are made.
func (l *line) tighten(lo, hi []int64, whole bool, changed []int32) ([]int32, error) {
	var least, most total // of the terms with a bound
	var noLeast, noMost int
	ends := func(t Term) (down, up int64) {
		if t.Coef > 0 {
			return lo[t.Col], hi[t.Col]
		}
		return -hi[t.Col], -lo[t.Col]
	}
	size := func(t Term) int64 { return max(t.Coef, -t.Coef) }
	over := func(a, b int64) int64 {
		switch {
		case b == 1:
			return a
		case whole:
			return -ceilDiv(-a, b)
		}
		return ceilDiv(a, b)
	}
	for _, t := range l.terms {
		down, up := ends(t)
		if down == -Infinite {
			noLeast++
		} else {
			least.add(size(t), down)
		}
		if up == Infinite {
			noMost++
		} else {
			most.add(size(t), up)
		}
	}
	if noLeast == 0 && l.hi != Infinite && least.compare(l.hi) > 0 || noMost == 0 && l.lo != -Infinite && most.compare(l.lo) < 0 {
		return changed, ErrInfeasible
	}
	for _, t := range l.terms {
		down, up := ends(t)
		newDown, newUp := down, up
		if l.hi != Infinite && (noLeast == 0 || noLeast == 1 && down == -Infinite) {
			rest := least
			if down != -Infinite {
				rest.add(-size(t), down)
			}
			if room, ok := rest.from(l.hi); ok { // size*x <= hi - rest
				newUp = min(up, over(room, size(t)))
			}
		}
		if l.lo != -Infinite && (noMost == 0 || noMost == 1 && up == Infinite) {
			rest := most
			if up != Infinite {
				rest.add(-size(t), up)
			}
			if room, ok := rest.from(l.lo); ok {
				newDown = max(down, -over(-room, size(t)))
			}
		}
		if newDown == down && newUp == up || newUp <= -largest || newUp >= largest && newUp != Infinite ||
			newDown >= largest || newDown <= -largest && newDown != -Infinite {
			continue
		}
		if newDown > newUp {
			return changed, ErrInfeasible
		}
		if newDown != down {
			if down == -Infinite {
				noLeast--
			} else {
				least.add(-size(t), down)
			}
			least.add(size(t), newDown)
		}
		if newUp != up {
			if up == Infinite {
				noMost--
			} else {
				most.add(-size(t), up)
			}
			most.add(size(t), newUp)
		}
		if t.Coef > 0 {
			lo[t.Col], hi[t.Col] = newDown, newUp
		} else {
			lo[t.Col], hi[t.Col] = -newUp, -newDown
		}
		changed = append(changed, int32(t.Col))
	}
	return changed, nil
}

func ceilDiv(a, b int64) int64 {
	q := a / b
	if a%b > 0 {
		q++
	}
	return q
}

// split makes the blocks of what is left, in the order of their first column.
func (r *reduction) split(rows []line, known []int64) error {
	n := r.p.Columns()
	parent := make([]int32, n)
	for j := range parent {
		parent[j] = int32(j)
	}
	find := func(j int32) int32 {
		for parent[j] != j {
			parent[j] = parent[parent[j]]
			j = parent[j]
		}
		return j
	}
	for _, l := range rows {
		a := find(int32(l.terms[0].Col))
		for _, t := range l.terms[1:] {
			b := find(int32(t.Col))
			a, b = min(a, b), max(a, b)
			parent[b] = a
		}
	}
	r.place, r.blockOf = make([]int32, n), make([]int32, n)
	index := map[int32]int32{}
	for j := range int32(n) {
		r.place[j] = -1
		if r.resolve(j).root != j || r.fixed(j) {
			continue
		}
		top := find(j)
		k, ok := index[top]
		if !ok {
			k = int32(len(r.blocks))
			index[top] = k
			r.blocks = append(r.blocks, &block{})
		}
		b := r.blocks[k]
		if r.lo[j] > r.hi[j] {
			return ErrInfeasible
		}
		r.place[j], r.blockOf[j] = int32(b.n), k
		b.n++
		b.lo, b.hi = append(b.lo, r.lo[j]), append(b.hi, r.hi[j])
		b.tightLo, b.tightHi = append(b.tightLo, max(r.lo[j], r.tightLo[j])), append(b.tightHi, min(r.hi[j], r.tightHi[j]))
		if known != nil {
			b.known = append(b.known, known[j])
		}
	}
	for _, l := range rows {
		b := r.blocks[r.blockOf[l.terms[0].Col]]
		for k := range l.terms {
			l.terms[k].Col = int(r.place[l.terms[k].Col])
		}
		b.rows = append(b.rows, l.terms)
		b.lo, b.hi = append(b.lo, l.lo), append(b.hi, l.hi)
		b.m++
	}
	r.rowsLeft = len(rows)
	for _, b := range r.blocks {
		b.columns()
	}
	return nil
}

// columns lists the rows by column.
func (b *block) columns() {
	b.cols = make([][]Term, b.n)
	size := make([]int, b.n)
	for _, row := range b.rows {
		for _, t := range row {
			size[t.Col]++
		}
	}
	for j := range b.cols {
		b.cols[j] = make([]Term, 0, size[j])
	}
	for i, row := range b.rows {
		for _, t := range row {
			b.cols[t.Col] = append(b.cols[t.Col], Term{i, t.Coef})
		}
	}
}

// A total is a sum of products, exact in 128 bits.
type total struct {
	hi int64
	lo uint64
}

func (s *total) add(a, b int64) {
	negative := a < 0 != (b < 0)
	hi, lo := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
	if negative {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += int64(hi) + int64(carry)
}

// int64 is the sum, when it fits.
func (s total) int64() (int64, bool) {
	return int64(s.lo), s.hi == int64(s.lo)>>63
}

func (s total) compare(v int64) int {
	if s.hi != v>>63 {
		return cmp.Compare(s.hi, v>>63)
	}
	return cmp.Compare(s.lo, uint64(v))
}

// from is v less the sum, when that fits.
func (s total) from(v int64) (int64, bool) {
	own, ok := s.int64()
	if !ok || own <= -largest*512 || own >= largest*512 || v >= largest*512 || v <= -largest*512 {
		return 0, false
	}
	return v - own, true
}

func (s total) within(lo, hi int64) bool {
	return (lo == -Infinite || s.compare(lo) >= 0) && (hi == Infinite || s.compare(hi) <= 0)
}

// dot is the value of a sum of columns at a point.
func dot(terms []Term, x []int64) total {
	var s total
	for _, t := range terms {
		s.add(t.Coef, x[t.Col])
	}
	return s
}
