package lp

import "math"

const (
	dropped   = 1e-12 // what cancels to less than this in floating point is taken as zero
	tooSmall  = 1e-7  // no pivot is smaller
	threshold = 0.1   // of a pivot to the largest in its row
)

// An entry is a value at an index of a sparse row or column.
type entry struct {
	at int32
	v  float64
}

// A lists is many sparse rows or columns, one after the other.
type lists struct {
	start []int32
	entry []entry
}

func (l *lists) of(i int32) []entry { return l.entry[l.start[i]:l.start[i+1]] }

func (l *lists) end() { l.start = append(l.start, int32(len(l.entry))) }

// A factor is a basis as a product of a lower and an upper triangular matrix, and of one more matrix per change of basis since.
type factor struct {
	m      int
	row    []int32 // per pivot, in order
	pos    []int32 // per pivot: place in the basis
	pivot  []float64
	lower  lists // per pivot: multiples of its row taken off later rows
	lowerT lists // per row, transposed: in pivots
	upper  lists // per pivot: what else its row has, by place in the basis
	upperT lists // per place, transposed: by row

	changes []change
	size    int // entries in changes
}

// A change puts a new column into place r of the basis.
type change struct {
	r     int32
	pivot float64
	alpha []entry // without r
}

// An elimination is the part of a matrix that has no pivot yet. Rows hold the values, columns only where they are.
type elimination struct {
	rows    [][]entry
	cols    [][]int32 // may name rows that are done
	byRow   buckets
	byCol   buckets
	scratch []float64
	f       *factor
}

// Buckets sort indices by count, each in a doubly linked list.
type buckets struct {
	count            []int32 // -1 when done
	head, next, prev []int32
}

func newBuckets(n, most int) buckets {
	b := buckets{make([]int32, n), make([]int32, most+1), make([]int32, n), make([]int32, n)}
	for i := range b.head {
		b.head[i] = -1
	}
	return b
}

func (b *buckets) put(i, count int32) {
	b.count[i] = count
	first := b.head[count]
	b.next[i], b.prev[i], b.head[count] = first, -1, i
	if first >= 0 {
		b.prev[first] = i
	}
}

func (b *buckets) take(i int32) {
	if b.prev[i] >= 0 {
		b.next[b.prev[i]] = b.next[i]
	} else {
		b.head[b.count[i]] = b.next[i]
	}
	if b.next[i] >= 0 {
		b.prev[b.next[i]] = b.prev[i]
	}
	b.count[i] = -1
}

func (b *buckets) move(i, count int32) {
	b.take(i)
	b.put(i, count)
}

// factorise eliminates the given columns of m rows, by Markowitz's rule with threshold pivoting. free are the rows that no column was a pivot
// for; they get a pivot of -1, that of their logical column, at the places of the columns left over. When there are more columns than rows, or
// columns that depend on each other, the factor is of no use but for f.row and f.pos.
func factorise(m int, columns [][]entry) (f *factor, free []int32) {
	f = &factor{m: m}
	n := len(columns)
	e := elimination{rows: make([][]entry, m), cols: make([][]int32, n), f: f, scratch: make([]float64, n)}
	e.byRow, e.byCol = newBuckets(m, n), newBuckets(n, m)
	size := make([]int32, m)
	for _, c := range columns {
		for _, x := range c {
			size[x.at]++
		}
	}
	for i := range e.rows {
		e.rows[i] = make([]entry, 0, size[i]+2)
	}
	for j, c := range columns {
		e.cols[j] = make([]int32, 0, len(c)+2)
		for _, x := range c {
			e.rows[x.at] = append(e.rows[x.at], entry{int32(j), x.v})
			e.cols[j] = append(e.cols[j], x.at)
		}
	}
	for i := m - 1; i >= 0; i-- {
		e.byRow.put(int32(i), int32(len(e.rows[i])))
	}
	for j := n - 1; j >= 0; j-- {
		e.byCol.put(int32(j), int32(len(e.cols[j])))
	}
	f.lower.start, f.upper.start = []int32{0}, []int32{0}
	for {
		i, j := e.choose()
		if i < 0 {
			break
		}
		e.eliminate(i, j)
	}
	done := make([]bool, m)
	for _, i := range f.row {
		done[i] = true
	}
	used := make([]bool, max(n, m))
	for _, j := range f.pos {
		used[j] = true
	}
	place := int32(0)
	for i := range int32(m) {
		if done[i] {
			continue
		}
		free = append(free, i)
		for int(place) < len(used) && used[place] {
			place++
		}
		f.row, f.pos, f.pivot = append(f.row, i), append(f.pos, place), append(f.pivot, -1)
		place++
		f.lower.end()
		f.upper.end()
	}
	if n == m {
		f.transpose()
	}
	return f, free
}

// choose finds the next pivot: a column or row with nothing else, else one of few candidates with the least fill.
func (e *elimination) choose() (row, col int32) {
	const candidates = 4
	row, col = -1, -1
	best := int64(math.MaxInt64)
	seen := 0
	most := max(len(e.byCol.head), len(e.byRow.head))
	for count := int32(1); int(count) < most; count++ {
		if row >= 0 && best <= int64(count-1)*int64(count-1) {
			return row, col
		}
		if int(count) < len(e.byCol.head) {
			for j := e.byCol.head[count]; j >= 0; {
				next := e.byCol.next[j]
				found := false
				for _, i := range e.cols[j] {
					if e.byRow.count[i] < 0 {
						continue
					}
					cost := int64(count-1) * int64(e.byRow.count[i]-1)
					if cost < best && e.good(i, j, count > 1) {
						best, row, col, found = cost, i, j, true
					}
				}
				if count == 1 && found {
					return row, col
				}
				if seen++; seen >= candidates && row >= 0 {
					return row, col
				}
				j = next
			}
		}
		if int(count) < len(e.byRow.head) {
			for i := e.byRow.head[count]; i >= 0; i = e.byRow.next[i] {
				large := 0.0
				for _, x := range e.rows[i] {
					large = max(large, math.Abs(x.v))
				}
				for _, x := range e.rows[i] {
					cost := int64(count-1) * int64(e.byCol.count[x.at]-1)
					if cost < best && math.Abs(x.v) >= max(tooSmall, threshold*large) {
						best, row, col = cost, i, x.at
					}
				}
				if count == 1 && row >= 0 {
					return row, col
				}
				if seen++; seen >= candidates && row >= 0 {
					return row, col
				}
			}
		}
	}
	return row, col
}

// good tells whether the entry of row i in column j is large enough for a pivot, also (relative) to the others of the row.
func (e *elimination) good(i, j int32, relative bool) bool {
	own, large := 0.0, 0.0
	for _, x := range e.rows[i] {
		if x.at == j {
			own = math.Abs(x.v)
		}
		large = max(large, math.Abs(x.v))
	}
	return own >= tooSmall && (!relative || own >= threshold*large)
}

// eliminate makes (i, j) the next pivot.
func (e *elimination) eliminate(i, j int32) {
	f := e.f
	pivot := 0.0
	for _, x := range e.rows[i] {
		if x.at == j {
			pivot = x.v
			continue
		}
		f.upper.entry = append(f.upper.entry, x)
	}
	f.upper.end()
	own := f.upper.of(int32(len(f.pos)))
	f.row, f.pos, f.pivot = append(f.row, i), append(f.pos, j), append(f.pivot, pivot)
	e.byRow.take(i)
	for _, x := range own {
		e.byCol.move(x.at, e.byCol.count[x.at]-1)
		e.scratch[x.at] = x.v
	}
	for _, k := range e.cols[j] {
		if e.byRow.count[k] < 0 {
			continue
		}
		rest := e.rows[k]
		at := 0
		for rest[at].at != j {
			at++
		}
		multiple := rest[at].v / pivot
		rest[at] = rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		f.lower.entry = append(f.lower.entry, entry{k, multiple})
		if len(own) > 0 {
			kept := rest[:0]
			for _, x := range rest {
				if v := e.scratch[x.at]; v != 0 {
					x.v -= multiple * v
					e.scratch[x.at] = 0
					if math.Abs(x.v) < dropped {
						e.byCol.move(x.at, e.byCol.count[x.at]-1)
						e.forget(x.at, k)
						continue
					}
				}
				kept = append(kept, x)
			}
			rest = kept
			for _, x := range own {
				if e.scratch[x.at] != 0 {
					rest = append(rest, entry{x.at, -multiple * x.v})
					e.cols[x.at] = append(e.cols[x.at], k)
					e.byCol.move(x.at, e.byCol.count[x.at]+1)
				}
				e.scratch[x.at] = x.v
			}
		}
		e.rows[k] = rest
		e.byRow.move(k, int32(len(rest)))
	}
	f.lower.end()
	for _, x := range own {
		e.scratch[x.at] = 0
	}
	e.byCol.take(j)
	e.rows[i], e.cols[j] = nil, nil
}

// forget takes row k out of column j.
func (e *elimination) forget(j, k int32) {
	c := e.cols[j]
	for at := range c {
		if c[at] == k {
			c[at] = c[len(c)-1]
			e.cols[j] = c[:len(c)-1]
			return
		}
	}
}

// transpose lists the triangles the other way, for solving with both.
func (f *factor) transpose() {
	m := f.m
	f.lowerT.start, f.upperT.start = make([]int32, m+1), make([]int32, m+1)
	for _, x := range f.lower.entry {
		f.lowerT.start[x.at+1]++
	}
	for _, x := range f.upper.entry {
		f.upperT.start[x.at+1]++
	}
	for i := range m {
		f.lowerT.start[i+1] += f.lowerT.start[i]
		f.upperT.start[i+1] += f.upperT.start[i]
	}
	f.lowerT.entry, f.upperT.entry = make([]entry, len(f.lower.entry)), make([]entry, len(f.upper.entry))
	low, up := append([]int32(nil), f.lowerT.start...), append([]int32(nil), f.upperT.start...)
	for k := range int32(m) {
		for _, x := range f.lower.of(k) {
			f.lowerT.entry[low[x.at]] = entry{f.row[k], x.v}
			low[x.at]++
		}
		for _, x := range f.upper.of(k) {
			f.upperT.entry[up[x.at]] = entry{f.row[k], x.v}
			up[x.at]++
		}
	}
}

// solve replaces by, given per row, with x, per place in the basis, of basis x = by. by is zero afterwards.
func (f *factor) solve(by, x []float64) {
	for k, i := range f.row {
		if v := by[i]; v != 0 {
			for _, e := range f.lower.of(int32(k)) {
				by[e.at] -= e.v * v
			}
		}
	}
	for k := len(f.row) - 1; k >= 0; k-- {
		i, j := f.row[k], f.pos[k]
		v := by[i]
		if v == 0 {
			x[j] = 0
			continue
		}
		by[i] = 0
		if math.Abs(v) < dropped {
			x[j] = 0
			continue
		}
		v /= f.pivot[k]
		x[j] = v
		for _, e := range f.upperT.of(j) {
			by[e.at] -= e.v * v
		}
	}
	for c := range f.changes {
		h := &f.changes[c]
		v := x[h.r]
		if v == 0 {
			continue
		}
		v /= h.pivot
		x[h.r] = v
		for _, e := range h.alpha {
			x[e.at] -= e.v * v
		}
	}
}

// solveT replaces by, per place in the basis, with y, per row, of basis' y = by. by is zero afterwards.
func (f *factor) solveT(by, y []float64) {
	for c := len(f.changes) - 1; c >= 0; c-- {
		h := &f.changes[c]
		v := by[h.r]
		for _, e := range h.alpha {
			v -= e.v * by[e.at]
		}
		by[h.r] = v / h.pivot
	}
	for k, i := range f.row {
		j := f.pos[k]
		v := by[j]
		by[j] = 0
		if math.Abs(v) < dropped {
			y[i] = 0
			continue
		}
		v /= f.pivot[k]
		y[i] = v
		for _, e := range f.upper.of(int32(k)) {
			by[e.at] -= e.v * v
		}
	}
	for k := len(f.row) - 1; k >= 0; k-- {
		if v := y[f.row[k]]; v != 0 {
			for _, e := range f.lowerT.of(f.row[k]) {
				y[e.at] -= e.v * v
			}
		}
	}
}

// replace takes note that the column with the given alpha (basis alpha = column) came into place r.
func (f *factor) replace(r int32, alpha []float64) {
	h := change{r: r, pivot: alpha[r]}
	for i, v := range alpha {
		if v != 0 && int32(i) != r {
			h.alpha = append(h.alpha, entry{int32(i), v})
		}
	}
	f.size += len(h.alpha) + 1
	f.changes = append(f.changes, h)
}
