package lp

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"

	"github.com/skikt/skikt/internal/cores"
)

const (
	chunk     = 128 // parts that one simplex goes through at most, and
	fewest    = 8   // at least, where the parts of a block make up four chunks; fixed, so that results don't depend on who does what
	someNodes = 2000
)

// A part is what an objective has in one block. Objectives may share it.
type part struct {
	block int32
	terms []Term
	ends  [2]end // least of terms, and least of -terms
}

// An end is the least value of sign * part.
type end struct {
	wanted  bool
	done    bool
	noLimit bool
	limit   *big.Rat // nil: none proved
	reached *big.Rat
	tight   int64 // a limit that bounds alone prove; -Infinite when there is none
	enough  int64 // what is good enough; -Infinite for nothing but the least
}

func sign(side int) int64 { return int64(1 - 2*side) }

// A recipe says how an objective is put together: shift plus times * parts.
type recipe struct {
	shift *big.Rat
	parts []use
}

type use struct {
	part  int32
	times int64
}

// Ranges gives, per objective, the least and most value over all real points. known is a point that keeps all rows and bounds, or nil; an
// error says where it does not. Without any point the error is ErrInfeasible.
func (p *Problem) Ranges(objectives []Objective, known []int64, o Options) ([]Range, Stats, error) {
	return p.ranges(objectives, known, o, false)
}

// WholeRanges is Ranges over points of whole numbers. An end whose search met the limit on nodes isn't exact: its Limit and Reached are what could
// be proved.
func (p *Problem) WholeRanges(objectives []Objective, known []int64, o Options) ([]Range, Stats, error) {
	return p.ranges(objectives, known, o, true)
}

func (p *Problem) ranges(objectives []Objective, known []int64, o Options, whole bool) ([]Range, Stats, error) {
	r, err := reduce(p, known)
	if err != nil {
		return nil, Stats{}, err
	}
	stats := r.stats()
	parts, recipes, err := r.parts(objectives)
	if err != nil {
		return nil, stats, err
	}
	byBlock := make([][]int32, len(r.blocks))
	for k := range parts {
		byBlock[parts[k].block] = append(byBlock[parts[k].block], int32(k))
	}
	bases := make([]*search, len(r.blocks))
	starts := make([]vector, len(r.blocks))
	err = o.each(len(r.blocks), func(k int) (err error) {
		if len(byBlock[k]) == 0 && known != nil {
			return nil
		}
		bases[k] = newSearch(r.blocks[k])
		bases[k].work = o.budget(2 * max(1, len(byBlock[k])))
		if starts[k], err = bases[k].start(); err != nil || !whole || starts[k].whole() {
			return err
		}
		best, err := (&search{simplex: bases[k].clone(), lo: bases[k].lo, hi: bases[k].hi}).wholeNumbers(nil, 1, nil, incumbent{}, nil, o.nodes())
		if err != nil {
			return err
		}
		if best.noPoint {
			return ErrInfeasible
		}
		if best.value == nil {
			return ErrWork
		}
		starts[k] = best.point
		return nil
	})
	if err != nil {
		return nil, stats, err
	}
	type task struct {
		block int
		parts []int32
	}
	var tasks []task
	for k, list := range byBlock {
		for c := range slices.Chunk(list, min(chunk, max(fewest, (len(list)+3)/4))) {
			tasks = append(tasks, task{k, c})
		}
	}
	done := make([]Stats, len(tasks))
	err = o.each(len(tasks), func(k int) error {
		t := tasks[k]
		w := ranger{parts: parts, own: t.parts, whole: whole, nodes: o.nodes(), stats: &done[k]}
		base := bases[t.block]
		w.search = &search{simplex: base.clone(), lo: base.lo, hi: base.hi}
		w.work = o.budget(2 * len(t.parts))
		return w.run(starts[t.block])
	})
	if err != nil {
		return nil, stats, err
	}
	for k := range done {
		d := &done[k]
		stats.ByBounds += d.ByBounds
		stats.BySimplex += d.BySimplex
		stats.Pivots += d.Pivots
		stats.ByFractions += d.ByFractions
		stats.Nodes += d.Nodes
	}
	out := make([]Range, len(objectives))
	for i, rec := range recipes {
		out[i] = Range{rec.end(parts, 0), rec.end(parts, 1)}
	}
	return out, stats, nil
}

func (o Options) nodes() int {
	if o.Nodes > 0 {
		return o.Nodes
	}
	return someNodes
}

// each does n things, and gives the error of the first of them in order that had one.
func (o Options) each(n int, do func(k int) error) error {
	if !o.Alone {
		return cores.Try(n, do)
	}
	var first error
	for k := range n {
		if err := do(k); first == nil {
			first = err
		}
	}
	return first
}

func (r *reduction) stats() Stats {
	s := Stats{Rows: r.rowsLeft, Blocks: len(r.blocks)}
	for _, b := range r.blocks {
		s.Columns += b.n
		s.Largest = max(s.Largest, b.n)
	}
	return s
}

// express is a sum of columns in terms of what is left: a shift, and terms per column left, in order.
func (r *reduction) express(terms []Term) (shift total, left []Term, err error) {
	sums := map[int]int64{}
	var order []int
	for _, t := range terms {
		if t.Col < 0 || t.Col >= r.p.Columns() || t.Coef >= largest || t.Coef <= -largest {
			return shift, nil, fmt.Errorf("lp: an objective has column %d of %d, or a coefficient of 2^53 or more", t.Col, r.p.Columns())
		}
		own := r.resolve(int32(t.Col))
		shift.add(t.Coef, own.shift)
		root := int(own.root)
		if r.place[root] < 0 {
			shift.add(t.Coef*own.sign, r.tightLo[root])
			continue
		}
		if _, ok := sums[root]; !ok {
			order = append(order, root)
		}
		if sums[root] += t.Coef * own.sign; sums[root] >= largest || sums[root] <= -largest {
			return shift, nil, fmt.Errorf("lp: an objective needs a coefficient of 2^53 or more")
		}
	}
	slices.Sort(order)
	for _, j := range order {
		if c := sums[j]; c != 0 {
			left = append(left, Term{j, c})
		}
	}
	return shift, left, nil
}

// parts takes the objectives apart by block. Parts that differ only by a factor are one.
func (r *reduction) parts(objectives []Objective) ([]part, []recipe, error) {
	var parts []part
	index := map[string]int32{}
	recipes := make([]recipe, len(objectives))
	var key []byte
	type limits struct{ low, high *int64 }
	asked := map[int32][]limits{}
	for i, obj := range objectives {
		shift, left, err := r.express(obj.Terms)
		if err != nil {
			return nil, nil, err
		}
		recipes[i].shift = new(big.Rat).SetInt(shift.big())
		slices.SortStableFunc(left, func(a, b Term) int { return int(r.blockOf[a.Col]) - int(r.blockOf[b.Col]) })
		for len(left) > 0 {
			b := r.blockOf[left[0].Col]
			k := 0
			var d int64
			for ; k < len(left) && r.blockOf[left[k].Col] == b; k++ {
				d = gcd(d, left[k].Coef)
			}
			if left[0].Coef < 0 {
				d = -d
			}
			own := slices.Clone(left[:k])
			left = left[k:]
			key = binary.AppendVarint(key[:0], int64(b))
			for t := range own {
				own[t] = Term{int(r.place[own[t].Col]), own[t].Coef / d}
				key = binary.AppendVarint(binary.AppendVarint(key, int64(own[t].Col)), own[t].Coef)
			}
			at, ok := index[string(key)]
			if !ok {
				at = int32(len(parts))
				index[string(key)] = at
				parts = append(parts, part{block: b, terms: own})
			}
			recipes[i].parts = append(recipes[i].parts, use{at, d})
		}
		var ask limits
		if c, fits := shift.int64(); len(recipes[i].parts) == 1 && fits && max(c, -c) < largest {
			if d := recipes[i].parts[0].times; obj.EnoughLow != nil || obj.EnoughHigh != nil {
				ask = limits{goal(obj.EnoughLow, c, d), goal(obj.EnoughHigh, c, d)}
				if d < 0 {
					ask.low, ask.high = ask.high, ask.low
				}
			}
		}
		for _, u := range recipes[i].parts {
			asked[u.part] = append(asked[u.part], ask)
		}
	}
	for k := range parts {
		q := &parts[k]
		b := r.blocks[q.block]
		for side := range q.ends {
			e := &q.ends[side]
			e.wanted, e.tight = true, b.boundsOnly(q.terms, sign(side))
			e.enough = Infinite
			for _, a := range asked[int32(k)] {
				want := a.low
				if side == 1 {
					want = a.high
				}
				if want == nil {
					e.enough = -Infinite
					break
				}
				e.enough = min(e.enough, sign(side)**want)
			}
		}
	}
	return parts, recipes, nil
}

// goal is the value of a part, in whole numbers, that brings shift + d * part to at least (or, for a low limit, at most) a value.
func goal(want *int64, shift, d int64) *int64 {
	if want == nil || max(*want, -*want) >= largest {
		return nil
	}
	v := *want - shift
	if v%d != 0 {
		return nil // then only the end itself will do
	}
	v /= d
	return &v
}

// boundsOnly is the least of sign * terms that the bounds of columns allow, alone or with one row that has all of the terms.
func (b *block) boundsOnly(terms []Term, sign int64) int64 {
	best := int64(-Infinite)
	least := func(terms []Term, sign int64) (int64, bool) {
		var sum total
		for _, t := range terms {
			c, bound := sign*t.Coef, b.tightLo[t.Col]
			if c < 0 {
				bound = b.tightHi[t.Col]
			}
			if bound == Infinite || bound == -Infinite {
				return 0, false
			}
			sum.add(c, bound)
		}
		v, ok := sum.int64()
		return v, ok && v > -largest && v < largest
	}
	if v, ok := least(terms, sign); ok {
		best = v
	}
	if len(terms) == 1 {
		return best // its rows have been drawn into its bounds
	}
	var rest []Term
	for _, in := range b.cols[terms[0].Col] {
		k, row := in.Coef/terms[0].Coef, b.rows[in.Col]
		if k != 1 && k != -1 || len(row) < len(terms) {
			continue
		}
		// Both are in order of columns.
		matched := 0
		rest = rest[:0]
		for _, t := range row {
			if matched < len(terms) && t.Col > terms[matched].Col {
				break // the row lacks a term
			}
			if matched < len(terms) && t.Col == terms[matched].Col && terms[matched].Coef*k == t.Coef {
				matched++
				continue
			}
			rest = append(rest, t)
		}
		if matched < len(terms) {
			continue
		}
		// k * terms + rest is between the row's bounds.
		bound := b.lo[b.n+in.Col]
		if sign*k < 0 {
			bound = b.hi[b.n+in.Col]
		}
		if bound == Infinite || bound == -Infinite {
			continue
		}
		if v, ok := least(rest, -sign*k); ok && max(bound, -bound) < largest {
			best = max(best, sign*k*bound+v)
		}
	}
	return best
}

// end is one end of an objective's range, from those of its parts.
func (rec *recipe) end(parts []part, side int) End {
	out := End{Limit: new(big.Rat).Set(rec.shift), Reached: new(big.Rat).Set(rec.shift)}
	put := func(to **big.Rat, v *big.Rat, times int64) {
		if *to == nil {
			return
		}
		if v == nil {
			*to = nil
			return
		}
		(*to).Add(*to, new(big.Rat).Mul(v, big.NewRat(times, 1)))
	}
	for _, u := range rec.parts {
		own := side
		if u.times < 0 {
			own = 1 - side
		}
		e := &parts[u.part].ends[own]
		out.NoLimit = out.NoLimit || e.noLimit
		put(&out.Limit, e.limit, sign(own)*u.times)
		put(&out.Reached, e.reached, sign(own)*u.times)
	}
	return out
}

// A ranger goes through the parts of a chunk.
type ranger struct {
	*search
	parts []part
	own   []int32
	whole bool
	nodes int
	stats *Stats
}

func (w *ranger) run(start vector) error {
	w.witness(start)
	for _, k := range w.own {
		for side := range 2 {
			if e := &w.parts[k].ends[side]; e.wanted && !e.done {
				if err := w.settle(&w.parts[k], side); err != nil {
					return err
				}
			}
		}
	}
	w.stats.Pivots += w.pivots
	w.stats.ByFractions += w.inexact
	return nil
}

// passing looks at a point that the simplex passes. When it seems to settle an end, the point is proved and compared with all.
func (w *ranger) passing(current *end) bool {
	for _, k := range w.own {
		p := &w.parts[k]
		if p.ends[0].done && p.ends[1].done {
			continue
		}
		v := 0.0
		for _, t := range p.terms {
			v += float64(t.Coef) * w.x[t.Col]
		}
		for side := range p.ends {
			e := &p.ends[side]
			goal := max(e.tight, e.enough)
			if e.done || goal == -Infinite || float64(sign(side))*v > float64(goal)+1e-6 {
				continue
			}
			if x, ok := w.point(); ok && w.b.keeps(x, w.lo, w.hi) {
				w.witness(x)
			}
			return current.done
		}
	}
	return false
}

// within tells whether a value is no news: the end is done, or a value as low was reached before and is not good enough.
func (e *end) within(v int64) bool {
	if e.done {
		return true
	}
	goal := max(e.tight, e.enough)
	return e.reached != nil && e.reached.IsInt() && e.reached.Num().IsInt64() && e.reached.Num().Int64() <= v && (goal == -Infinite || v > goal)
}

// witness settles every end that a proved point reaches and bounds limit, or for which it is good enough.
func (w *ranger) witness(x vector) {
	whole := x.whole()
	if w.whole && !whole {
		return
	}
	for _, k := range w.own {
		p := &w.parts[k]
		if p.ends[0].done && p.ends[1].done {
			continue
		}
		if whole {
			if sum, ok := dot(p.terms, x.num).int64(); ok && p.ends[0].within(sum) && p.ends[1].within(-sum) {
				continue
			}
		}
		v := x.value(p.terms)
		for side := range p.ends {
			e := &p.ends[side]
			if e.done {
				continue
			}
			own := new(big.Rat).Mul(v, big.NewRat(sign(side), 1))
			if e.reached == nil || own.Cmp(e.reached) < 0 {
				e.reached = own
			}
			if goal := max(e.tight, e.enough); goal != -Infinite && own.Cmp(big.NewRat(goal, 1)) <= 0 {
				if e.done = true; e.tight != -Infinite {
					e.limit = big.NewRat(e.tight, 1)
				}
				w.stats.ByBounds++
			}
		}
	}
}

// leave is for an end that the work allowed is not enough for: what is known of it stays.
func (*ranger) leave(e *end) {
	if e.done = true; e.tight != -Infinite {
		e.limit = big.NewRat(e.tight, 1)
	}
}

func (w *ranger) settle(p *part, side int) error {
	e := &p.ends[side]
	if w.work.Spent() {
		w.leave(e)
		return nil
	}
	w.stats.BySimplex++
	f, err := w.minimise(p.terms, sign(side), false, func() bool { return w.passing(e) })
	if err != nil || f.stopped {
		return err
	}
	if f.spent {
		w.leave(e)
		return nil
	}
	w.witness(f.point)
	if f.limit == nil {
		e.done, e.noLimit, e.limit, e.reached = true, true, nil, f.value
		if w.whole && !f.point.whole() {
			e.noLimit, e.done = false, false
		}
	} else if !w.whole || f.point.whole() {
		e.done, e.limit, e.reached = true, f.limit, f.value
	}
	if e.done {
		return nil
	}
	c := &search{simplex: w.simplexForNodes(), lo: w.b.lo, hi: w.b.hi}
	var enough *big.Rat
	if goal := max(e.tight, e.enough); goal != -Infinite {
		enough = big.NewRat(goal, 1)
	}
	best, err := c.wholeNumbers(p.terms, sign(side), nil, incumbent{value: e.reached}, enough, w.nodes)
	if err != nil {
		return err
	}
	w.stats.Nodes += best.nodes
	w.stats.Pivots += c.pivots
	w.inexact += c.inexact
	e.done, e.noLimit, e.limit, e.reached = true, best.noLimit, best.limit, best.value
	if e.tight != -Infinite && !e.noLimit && (e.limit == nil || e.limit.Cmp(big.NewRat(e.tight, 1)) < 0) {
		e.limit = big.NewRat(e.tight, 1)
	}
	return nil
}

// simplexForNodes is a copy to branch with.
func (w *ranger) simplexForNodes() *simplex {
	w.refactor()
	return w.clone()
}
