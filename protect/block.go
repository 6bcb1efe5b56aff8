package protect

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/internal/lp"
)

// A block is columns that hang together by what is shown and are apart from all others: whatever changes in one leaves the rest as it is.
type block struct {
	cols []int32
	rows []fixedRow // what is shown of it
}

// equations is everything shown of a system, as signed sums of columns, and where each column stands in it.
type equations struct {
	rows []fixedRow
	in   [][]int32
}

// shownEquations are the equations of the shown numbers and of what is known beforehand. Numbers of the same columns are one.
func (s *system) shownEquations(shown []bool) *equations {
	e := &equations{in: make([][]int32, s.columns)}
	seen := map[uint64][]int32{}
	add := func(r fixedRow) {
		if len(r.plus)+len(r.minus) == 0 {
			return
		}
		key := r.key()
		for _, other := range seen[key] {
			if e.rows[other].same(&r) {
				return
			}
		}
		q := int32(len(e.rows))
		seen[key] = append(seen[key], q)
		for _, side := range [][]int32{r.plus, r.minus} {
			for _, c := range side {
				e.in[c] = append(e.in[c], q)
			}
		}
		e.rows = append(e.rows, r)
	}
	for i, cols := range s.cols {
		if shown[i] {
			add(fixedRow{plus: cols})
		}
	}
	for _, f := range s.fixed {
		add(f)
	}
	return e
}

// A joining tells what hangs together: one member stands for all that were joined.
type joining []int32

func apart(n int) joining {
	j := make(joining, n)
	for i := range j {
		j[i] = int32(i)
	}
	return j
}

// of is the member that stands for one.
func (j joining) of(i int32) int32 {
	for j[i] != i {
		j[i] = j[j[i]]
		i = j[i]
	}
	return i
}

// join puts two together; what stands for the second stands for both.
func (j joining) join(a, b int32) {
	j[j.of(a)] = j.of(b)
}

// blocks parts the columns that witnesses change.
func (s *system) blocks(e *equations, witnesses [][]step) []block {
	joined := apart(int(s.columns))
	alive := make([]bool, s.columns)
	for _, w := range witnesses {
		for _, x := range w {
			alive[x.col] = true
			joined.join(x.col, w[0].col)
		}
	}
	at := make([]int32, s.columns) // per column: its block + 1
	var out []block
	for c := range s.columns {
		if !alive[c] {
			continue
		}
		root := joined.of(c)
		if at[root] == 0 {
			out = append(out, block{})
			at[root] = int32(len(out))
		}
		at[c] = at[root]
		out[at[c]-1].cols = append(out[at[c]-1].cols, c)
	}
	// What is shown of each, row by row: what a row has in a block is a row of the block.
	rowOf := make([]int, len(out))
	var touched []int32
	seen := make([]map[uint64][]int32, len(out))
	for _, row := range e.rows {
		touched = touched[:0]
		put := func(cols []int32, minus bool) {
			for _, c := range cols {
				k := at[c] - 1
				if k < 0 {
					continue
				}
				b := &out[k]
				if rowOf[k] == 0 {
					touched = append(touched, k)
					b.rows = append(b.rows, fixedRow{})
					rowOf[k] = len(b.rows)
				}
				if r := &b.rows[rowOf[k]-1]; minus {
					r.minus = append(r.minus, c)
				} else {
					r.plus = append(r.plus, c)
				}
			}
		}
		put(row.plus, false)
		put(row.minus, true)
		for _, k := range touched {
			b := &out[k]
			last := rowOf[k] - 1
			rowOf[k] = 0
			if seen[k] == nil {
				seen[k] = map[uint64][]int32{}
			}
			r := &b.rows[last]
			key := r.key()
			if slices.ContainsFunc(seen[k][key], func(q int32) bool { return b.rows[q].same(r) }) {
				b.rows = b.rows[:last]
				continue
			}
			seen[k][key] = append(seen[k][key], int32(last))
		}
	}
	return out
}

// key is nearly always another for another row.
func (r *fixedRow) key() (key uint64) {
	for _, c := range r.plus {
		key += scatter(uint64(c))
	}
	for _, c := range r.minus {
		key -= scatter(uint64(c))
	}
	return key
}

func (r *fixedRow) same(x *fixedRow) bool {
	return slices.Equal(r.plus, x.plus) && slices.Equal(r.minus, x.minus)
}

// A span is what can be known of a number: no value outside, and with Certified both ends proved to be reached.
type span struct {
	least, most float64
	open        bool // nothing limits it upwards
	certified   bool
}

func (a span) width() float64 {
	if a.open {
		return math.Inf(1)
	}
	return a.most - a.least
}

// with is what two searches reached together; nothing is proved of its ends.
func (a span) with(b span) span {
	return span{least: min(a.least, b.least), most: max(a.most, b.most), open: a.open || b.open}
}

// spanOptions say what an attacker is taken to know beside what is shown.
type spanOptions struct {
	whole bool    // values are whole
	scale float64 // makes values whole numbers
	floor float64 // least value of a column, but for secret zeros
	marks []mark  // of numbers of several columns or one
	limit lp.Options
	// enough, when not nil, are per sum how low and high it needs to be known to get: the search may end there.
	enough [][2]float64
}

// A mark is what the status of a hidden number tells of it.
type mark struct {
	cols        []int32
	least, most float64
}

// spans are what an attacker can know of sums of columns, each within its blocks. Sums may stand in several blocks: blocks are independent, so ends add up. For marks
// that are about several blocks the others are taken to be as they are, which gives less room than there may be. The
// work is shared among processors, and no result depends on it.
func (s *system) spans(blocks []block, sums [][]int32, o spanOptions) ([]span, error) {
	inBlock := make(map[int32]int32)
	for k, b := range blocks {
		for _, c := range b.cols {
			inBlock[c] = int32(k) + 1
		}
	}
	type question struct {
		sum  int
		cols []int32
	}
	ask := make([][]question, len(blocks))
	out := make([]span, len(sums))
	pieces, rest := make([]int, len(sums)), make([]float64, len(sums)) // blocks that a sum stands in, and what is known of it
	for i, cols := range sums {
		out[i] = span{certified: true}
		by := map[int32][]int32{}
		var order []int32
		for _, c := range cols {
			k := inBlock[c] - 1
			if k < 0 {
				out[i].least += s.value[c]
				out[i].most += s.value[c]
				continue
			}
			if by[k] == nil {
				order = append(order, k)
			}
			by[k] = append(by[k], c)
		}
		for _, k := range order {
			ask[k] = append(ask[k], question{i, by[k]})
		}
		pieces[i], rest[i] = len(order), out[i].least
	}
	marks := make([][]mark, len(blocks))
	for _, x := range o.marks {
		by := map[int32][]int32{}
		var all float64
		for _, c := range x.cols {
			all += s.value[c]
			if k := inBlock[c] - 1; k >= 0 {
				by[k] = append(by[k], c)
			}
		}
		for k, cols := range by {
			rest := all
			for _, c := range cols {
				rest -= s.value[c]
			}
			marks[k] = append(marks[k], mark{cols, x.least - rest, x.most - rest})
		}
	}
	results := make([][]span, len(blocks))
	err := cores.Try(len(blocks), func(k int) (err error) {
		if len(ask[k]) == 0 {
			return nil
		}
		var list []asked
		for _, q := range ask[k] {
			x := asked{cols: q.cols}
			if o.enough != nil && pieces[q.sum] == 1 {
				x.enough = &o.enough[q.sum]
				x.rest = rest[q.sum]
			}
			list = append(list, x)
		}
		results[k], err = s.blockSpans(&blocks[k], list, marks[k], o)
		return err
	})
	if err != nil {
		return nil, err
	}
	for k := range blocks {
		for j, q := range ask[k] {
			x, y := &out[q.sum], results[k][j]
			x.least += y.least
			x.most += y.most
			x.open = x.open || y.open
			x.certified = x.certified && y.certified
		}
	}
	return out, nil
}

// asked is a sum within a block whose ends are wanted, or only that they are low and high enough.
type asked struct {
	cols   []int32
	enough *[2]float64
	rest   float64 // of the sum, outside the block
}

func (s *system) blockSpans(b *block, sums []asked, marks []mark, o spanOptions) ([]span, error) {
	var p lp.Problem
	at := make(map[int32]int, len(b.cols))
	known := make([]int64, 0, len(b.cols))
	for _, c := range b.cols {
		least := int64(0)
		v := math.Round(s.value[c] * o.scale)
		switch {
		case !s.whole && v < 0:
			least = -lp.Infinite // a measure that may be negative has no floor
		case c < s.positive:
			least = int64(o.floor)
		}
		at[c] = p.Column(least, lp.Infinite)
		known = append(known, int64(v))
	}
	for _, r := range b.rows {
		var terms []lp.Term
		var sum int64
		for _, c := range r.plus {
			terms = append(terms, lp.Term{Col: at[c], Coef: 1})
			sum += known[at[c]]
		}
		for _, c := range r.minus {
			terms = append(terms, lp.Term{Col: at[c], Coef: -1})
			sum -= known[at[c]]
		}
		p.Equal(sum, terms...)
	}
	for _, x := range marks {
		var terms []lp.Term
		for _, c := range x.cols {
			terms = append(terms, lp.Term{Col: at[c], Coef: 1})
		}
		most := int64(lp.Infinite)
		if !math.IsInf(x.most, 1) {
			most = int64(x.most)
		}
		p.Between(int64(x.least), most, terms...)
	}
	objectives := make([]lp.Objective, len(sums))
	for i, x := range sums {
		for _, c := range x.cols {
			objectives[i].Terms = append(objectives[i].Terms, lp.Term{Col: at[c], Coef: 1})
		}
		if x.enough != nil {
			low, high := int64(math.Floor((x.enough[0]-x.rest)*o.scale)), int64(math.Ceil((x.enough[1]-x.rest)*o.scale))
			objectives[i].EnoughLow, objectives[i].EnoughHigh = &low, &high
		}
	}
	ranges := p.Ranges
	if o.whole {
		ranges = p.WholeRanges
	}
	all, _, err := ranges(objectives, known, o.limit)
	if err != nil {
		return nil, fmt.Errorf("bounds: %w", err)
	}
	out := make([]span, len(sums))
	for i, r := range all {
		// Of an end that could not be settled, what is known to be reached counts: less room than there may be, never more.
		out[i] = span{least: number64(r.Least.Reached) / o.scale, most: number64(r.Most.Reached) / o.scale, open: r.Most.NoLimit, certified: r.Least.Exact() && r.Most.Exact()}
	}
	return out, nil
}

func number64(r *big.Rat) float64 {
	if r == nil {
		return math.NaN()
	}
	v, _ := r.Float64()
	return v
}

// wholeBy is the scale that values ask for.
func (s *system) wholeBy() float64 {
	if s.whole {
		return 1
	}
	for scale := 1.0; scale <= 1e6; scale *= 10 {
		if !slices.ContainsFunc(s.value, func(v float64) bool {
			return math.Abs(v*scale-math.Round(v*scale)) > 1e-9*max(1, math.Abs(v*scale)) || math.Abs(v*scale) > 1<<50
		}) {
			return scale
		}
	}
	return 0
}

// search looks for witnesses: changes to the columns that leave everything shown as it is. First it takes out what an equation tells by itself, over
// and over, then it solves the rest. Columns of secret zeros are never solved for, so each witness has at most one.
func (s *system) search(e *equations) ([][]step, error) {
	told := make([]bool, s.columns)
	open := make([]int, len(e.rows))
	var alone []int32
	for q, r := range e.rows {
		if open[q] = len(r.plus) + len(r.minus); open[q] == 1 {
			alone = append(alone, int32(q))
		}
	}
	for len(alone) > 0 {
		q := alone[len(alone)-1]
		alone = alone[:len(alone)-1]
		for _, side := range [][]int32{e.rows[q].plus, e.rows[q].minus} {
			for _, c := range side {
				if told[c] {
					continue
				}
				told[c] = true
				for _, other := range e.in[c] {
					if open[other]--; open[other] == 1 {
						alone = append(alone, other)
					}
				}
			}
		}
	}
	rank := make([]float64, s.columns)
	for c := range rank {
		rank[c] = float64(len(e.in[c]))
	}
	span := newEchelon(s.columns, s.positive, rank)
	var order []int
	for q := range e.rows {
		if open[q] > 0 {
			order = append(order, q)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(open[a], open[b]) })
	for _, q := range order {
		var row []term
		for _, c := range e.rows[q].plus {
			if !told[c] {
				row = append(row, term{c, 1})
			}
		}
		for _, c := range e.rows[q].minus {
			if !told[c] {
				row = append(row, term{c, prime - 1})
			}
		}
		if row = span.reduce(row); len(row) == 0 {
			continue
		}
		pivot := span.pivot(row)
		if pivot < 0 {
			return nil, fmt.Errorf("%w: a sum of hidden zeros is told", errExposed)
		}
		span.add(row, pivot)
	}
	// Every column that is neither told nor a pivot may be chosen freely, and the pivots follow.
	free := map[int32][]term{}
	var cols []int32
	for c := range s.columns {
		if told[c] {
			continue
		}
		if r := span.pivotRow[c]; r >= 0 {
			for _, t := range span.rows[r] {
				if t.col != c {
					free[t.col] = append(free[t.col], term{c, negMod(t.v)})
				}
			}
		} else {
			free[c] = append(free[c], term{c, 1})
			cols = append(cols, c)
		}
	}
	var witnesses [][]step
	for _, c := range cols {
		slices.SortFunc(free[c], func(a, b term) int { return cmp.Compare(a.col, b.col) })
		witness, ok := wholeNumbers(free[c])
		if !ok {
			return nil, fmt.Errorf("%w: a witness needs numbers that are too large", errExposed)
		}
		witnesses = append(witnesses, witness)
	}
	return witnesses, nil
}
