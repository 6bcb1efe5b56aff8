package protect

import (
	"math/bits"
	"slices"
)

// prime is the Mersenne prime 2^61-1. Secondary hiding and the search for witnesses reckon modulo it; nothing published rests on
// that alone, since the audit checks every witness in whole numbers without a modulus.
const prime = 1<<61 - 1

func mulMod(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return addMod(lo&prime, lo>>61|hi<<3)
}

func addMod(a, b uint64) uint64 {
	s := a + b
	if s >= prime {
		s -= prime
	}
	return s
}

func negMod(a uint64) uint64 {
	if a == 0 {
		return 0
	}
	return prime - a
}

func invMod(a uint64) uint64 {
	inverse, base := uint64(1), a
	for e := uint64(prime - 2); e > 0; e >>= 1 {
		if e&1 == 1 {
			inverse = mulMod(inverse, base)
		}
		base = mulMod(base, base)
	}
	return inverse
}

// fraction finds the numerator and denominator, both under 2^30, that a stands for modulo prime.
func fraction(a uint64) (num, den int64, ok bool) {
	const most = 1 << 30
	r0, r1 := int64(prime), int64(a)
	t0, t1 := int64(0), int64(1)
	for r1 >= most {
		q := r0 / r1
		r0, r1 = r1, r0-q*r1
		t0, t1 = t1, t0-q*t1
	}
	if t1 < 0 {
		r1, t1 = -r1, -t1
	}
	return r1, t1, t1 > 0 && t1 < most
}

// A term is one column of a sparse row.
type term struct {
	col int32
	v   uint64
}

// at is the value of a row in a column.
func at(row []term, col int32) uint64 {
	i, ok := slices.BinarySearchFunc(row, col, compareColumn)
	if !ok {
		return 0
	}
	return row[i].v
}

func compareColumn(t term, col int32) int { return int(t.col) - int(col) }

// minus is a - k*b, in columns under limit, written over out.
func minus(out, a, b []term, k uint64, limit int32) []term {
	out = slices.Grow(out[:0], len(a)+len(b))
	k = negMod(k)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case j == len(b) || i < len(a) && a[i].col < b[j].col:
			out = append(out, a[i])
			i++
		case b[j].col >= limit:
			j++
		case i == len(a) || b[j].col < a[i].col:
			out = append(out, term{b[j].col, mulMod(k, b[j].v)})
			j++
		default:
			if v := addMod(a[i].v, mulMod(k, b[j].v)); v != 0 {
				out = append(out, term{a[i].col, v})
			}
			i++
			j++
		}
	}
	return out
}

// An echelon is a set of rows in reduced echelon form: every row has a pivot column of value 1 that no other row has. It grows by one row at
// a time. Watched rows are carried along, always reduced by the others.
type echelon struct {
	columns  int32
	pivots   int32     // only columns under this may be pivots
	rank     []float64 // per column; the lowest in a row becomes its pivot
	rows     [][]term  // echelon rows and watched ones
	limits   []int32   // per row: its columns end here
	watched  []bool    // per row
	pivotRow []int32   // per column; -1 when it is no pivot
	in       [][]int32 // per column: rows that have or had it

	scratch []uint64
	touched []int32
	mark    []bool
	spare   []term
}

func newEchelon(columns, pivots int32, rank []float64) *echelon {
	e := &echelon{columns: columns, pivots: pivots, rank: rank, pivotRow: make([]int32, columns), in: make([][]int32, columns),
		scratch: make([]uint64, columns), mark: make([]bool, columns)}
	for i := range e.pivotRow {
		e.pivotRow[i] = -1
	}
	return e
}

func (e *echelon) append(row []term, limit int32, watched bool) int32 {
	id := int32(len(e.rows))
	e.rows, e.limits, e.watched = append(e.rows, row), append(e.limits, limit), append(e.watched, watched)
	for _, t := range row {
		e.in[t.col] = append(e.in[t.col], id)
	}
	return id
}

// watch adds a row to be carried along; it must come before any echelon row.
func (e *echelon) watch(cols []int32, limit int32) int32 {
	return e.append(ones(cols), limit, true)
}

// ones is a row of ones in the given columns.
func ones(cols []int32) []term {
	row := make([]term, len(cols))
	for i, c := range cols {
		row[i] = term{c, 1}
	}
	return row
}

// reduce is a row less what the echelon rows make of it.
func (e *echelon) reduce(row []term) []term {
	add := func(c int32, v uint64) {
		if !e.mark[c] {
			e.mark[c] = true
			e.touched = append(e.touched, c)
		}
		e.scratch[c] = addMod(e.scratch[c], v)
	}
	for _, own := range row {
		if r := e.pivotRow[own.col]; r < 0 {
			add(own.col, own.v)
		} else {
			for _, t := range e.rows[r] {
				if t.col != own.col {
					add(t.col, mulMod(negMod(own.v), t.v))
				}
			}
		}
	}
	slices.Sort(e.touched)
	out := make([]term, 0, len(e.touched))
	for _, c := range e.touched {
		if e.scratch[c] != 0 {
			out = append(out, term{c, e.scratch[c]})
		}
		e.scratch[c], e.mark[c] = 0, false
	}
	e.touched = e.touched[:0]
	return out
}

// pivot is the column that a reduced row would get as its pivot, or -1 when it has none to give.
func (e *echelon) pivot(row []term) int32 {
	best := int32(-1)
	for _, t := range row {
		if t.col < e.pivots && (best < 0 || e.rank[t.col] < e.rank[best]) {
			best = t.col
		}
	}
	return best
}

// holders are the rows that have a column.
func (e *echelon) holders(col int32) []int32 {
	live := e.in[col][:0]
	for _, id := range e.in[col] {
		if at(e.rows[id], col) != 0 {
			live = append(live, id)
		}
	}
	slices.Sort(live)
	e.in[col] = slices.Compact(live)
	return e.in[col]
}

// add takes a reduced row in, with the pivot it was given.
func (e *echelon) add(row []term, pivot int32) {
	row = slices.Clone(row)
	if k := at(row, pivot); k != 1 {
		k = invMod(k)
		for i := range row {
			row[i].v = mulMod(row[i].v, k)
		}
	}
	for _, id := range e.holders(pivot) {
		old := e.rows[id]
		if len(row) == 1 { // the column is settled by itself, by far the most common case
			i, _ := slices.BinarySearchFunc(old, pivot, compareColumn)
			e.rows[id] = slices.Delete(old, i, i+1)
			continue
		}
		e.spare = minus(e.spare, old, row, at(old, pivot), e.limits[id])
		for _, t := range row {
			if t.col < e.limits[id] && at(old, t.col) == 0 {
				e.in[t.col] = append(e.in[t.col], id)
			}
		}
		e.rows[id] = append(old[:0], e.spare...)
	}
	e.in[pivot] = e.in[pivot][:0]
	e.pivotRow[pivot] = e.append(row, e.columns, false)
}
