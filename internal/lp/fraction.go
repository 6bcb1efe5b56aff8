package lp

import (
	"maps"
	"math/big"
	"slices"
)

// fractionWork is what an operation on fractions counts beside one on a row or column in floating point.
const fractionWork = 20

// An exact is a simplex method over the fractions, with a whole tableau and Bland's rule: slow, and never wrong. It takes over where a proposal
// in floating point can't be proved.
type exact struct {
	b      *block
	lo, hi []int64
	x      []*big.Rat           // columns, then rows
	rows   []map[int32]*big.Rat // per basic column: it is minus the sum of these times the columns outside the basis
	basis  []int32
	pos    []int32
	d      map[int32]*big.Rat
	pivots int
	work   *Budget
}

// newExact starts at the basis and point of a simplex, as near as fractions come to it.
func newExact(s *simplex, lo, hi []int64) *exact {
	b := s.b
	e := &exact{b: b, lo: lo, hi: hi, x: make([]*big.Rat, b.n+b.m), pos: make([]int32, b.n+b.m), work: s.work}
	for i, row := range b.rows {
		own := map[int32]*big.Rat{int32(b.n + i): big.NewRat(-1, 1)}
		for _, t := range row {
			own[int32(t.Col)] = big.NewRat(t.Coef, 1)
		}
		e.rows = append(e.rows, own)
		e.basis = append(e.basis, -1)
	}
	for j := range e.pos {
		e.pos[j] = -1
	}
	// Columns of the proposed basis come first; a row that none of them is left for keeps its own logical column.
	for _, j := range s.basis {
		if e.work.Spent() {
			return e
		}
		if int(j) >= s.n {
			j = int32(s.n) + s.keep[int(j)-s.n]
		}
		for i, row := range e.rows {
			if e.basis[i] < 0 && row[j] != nil {
				e.pivot(i, j)
				break
			}
		}
	}
	for i := range e.rows {
		if e.basis[i] < 0 {
			// The row's own logical column is still in it, and in no other that has no pivot.
			e.pivot(i, int32(b.n+i))
		}
	}
	for j := range b.n {
		e.x[j] = new(big.Rat)
		if e.pos[j] < 0 {
			e.x[j].SetFloat64(s.x[j])
			e.snap(j)
		}
	}
	for i := range b.m {
		e.x[b.n+i] = new(big.Rat)
		if e.pos[b.n+i] < 0 {
			at := slices.Index(s.keep, int32(i))
			if at >= 0 {
				e.x[b.n+i].SetFloat64(s.x[s.n+at])
			}
			e.snap(b.n + i)
		}
	}
	for i, j := range e.basis {
		sum := new(big.Rat)
		for k, v := range e.rows[i] {
			if k != j {
				sum.Sub(sum, new(big.Rat).Mul(v, e.x[k]))
			}
		}
		e.x[j] = sum
	}
	return e
}

// snap brings a column within its bounds.
func (e *exact) snap(j int) {
	if e.lo[j] != -Infinite && e.x[j].Cmp(big.NewRat(e.lo[j], 1)) < 0 {
		e.x[j].SetInt64(e.lo[j])
	}
	if e.hi[j] != Infinite && e.x[j].Cmp(big.NewRat(e.hi[j], 1)) > 0 {
		e.x[j].SetInt64(e.hi[j])
	}
}

// pivot makes column j basic in row i.
func (e *exact) pivot(i int, j int32) {
	own := e.rows[i]
	inverse := new(big.Rat).Inv(own[j])
	for k := range own {
		own[k] = new(big.Rat).Mul(own[k], inverse)
	}
	off := func(row map[int32]*big.Rat) {
		by := row[j]
		if by == nil {
			return
		}
		e.work.Spend(fractionWork * len(own))
		for k, v := range own {
			next := new(big.Rat).Mul(by, v)
			if old := row[k]; old != nil {
				next.Sub(old, next)
			} else {
				next.Neg(next)
			}
			if next.Sign() == 0 {
				delete(row, k)
			} else {
				row[k] = next
			}
		}
	}
	for k, row := range e.rows {
		if k != i {
			off(row)
		}
	}
	if e.d != nil {
		off(e.d)
	}
	if old := e.basis[i]; old >= 0 {
		e.pos[old] = -1
	}
	e.basis[i], e.pos[j] = j, int32(i)
}

func (e *exact) side(j int32) int {
	if e.lo[j] != -Infinite && e.x[j].Cmp(big.NewRat(e.lo[j], 1)) < 0 {
		return -1
	}
	if e.hi[j] != Infinite && e.x[j].Cmp(big.NewRat(e.hi[j], 1)) > 0 {
		return 1
	}
	return 0
}

// prices puts the reduced costs into d; in the first phase a basic column out of its bounds costs what it is out by.
func (e *exact) prices(terms []Term, sign int64, first bool) (any bool) {
	e.d = map[int32]*big.Rat{}
	cost := map[int32]*big.Rat{}
	if first {
		for _, j := range e.basis {
			if side := e.side(j); side != 0 {
				cost[j] = big.NewRat(int64(side), 1)
			}
		}
	} else {
		for _, t := range terms {
			cost[int32(t.Col)] = big.NewRat(sign*t.Coef, 1)
		}
	}
	for j, c := range cost {
		if e.pos[j] < 0 {
			e.add(j, c)
			continue
		}
		for k, v := range e.rows[e.pos[j]] {
			if k != j {
				e.add(k, new(big.Rat).Neg(new(big.Rat).Mul(c, v)))
			}
		}
	}
	return len(cost) > 0
}

func (e *exact) add(j int32, v *big.Rat) {
	if old := e.d[j]; old != nil {
		v = new(big.Rat).Add(old, v)
	}
	if v.Sign() == 0 {
		delete(e.d, j)
	} else {
		e.d[j] = v
	}
}

// run goes on to a feasible point, when first, or to the best point.
func (e *exact) run(terms []Term, sign int64, first bool) (outcome, vector) {
	for {
		if e.work.Spend(len(e.rows)) {
			return spent, vector{}
		}
		if !e.prices(terms, sign, first) && first {
			return optimal, vector{}
		}
		q := int32(-1)
		for _, j := range slices.Sorted(maps.Keys(e.d)) {
			if s := e.d[j].Sign(); s < 0 && (e.hi[j] == Infinite || e.x[j].Cmp(big.NewRat(e.hi[j], 1)) < 0) ||
				s > 0 && (e.lo[j] == -Infinite || e.x[j].Cmp(big.NewRat(e.lo[j], 1)) > 0) {
				q = j
				break
			}
		}
		if q < 0 {
			if first {
				return noPoint, vector{}
			}
			return optimal, vector{}
		}
		way := int64(-e.d[q].Sign())
		var step *big.Rat
		leave, bound := -1, int64(0)
		stop := func(t *big.Rat, i int, to int64) {
			if step == nil || t.Cmp(step) < 0 || t.Cmp(step) == 0 && leave >= 0 && (i < 0 || e.basis[i] < e.basis[leave]) {
				step, leave, bound = t, i, to
			}
		}
		for i, j := range e.basis {
			a := e.rows[i][q]
			if a == nil {
				continue
			}
			up := a.Sign()*int(way) < 0
			side, end := e.side(j), e.hi[j]
			switch {
			case up && side < 0, !up && side == 0:
				end = e.lo[j]
			case up && side > 0, !up && side < 0:
				continue
			}
			if end == Infinite || end == -Infinite {
				continue
			}
			t := new(big.Rat).Sub(big.NewRat(end, 1), e.x[j])
			t.Quo(t, a)
			stop(t.Abs(t), i, end)
		}
		if end := e.hi[q]; way > 0 && end != Infinite {
			stop(new(big.Rat).Sub(big.NewRat(end, 1), e.x[q]), -1, end)
		}
		if end := e.lo[q]; way < 0 && end != -Infinite {
			stop(new(big.Rat).Sub(e.x[q], big.NewRat(end, 1)), -1, end)
		}
		if step == nil {
			ray := vector{rats: make([]*big.Rat, e.b.n)}
			for j := range ray.rats {
				ray.rats[j] = new(big.Rat)
				if p := e.pos[j]; p >= 0 && e.rows[p][q] != nil {
					ray.rats[j].Mul(e.rows[p][q], big.NewRat(-way, 1))
				}
			}
			if int(q) < e.b.n {
				ray.rats[q].SetInt64(way)
			}
			return unbounded, ray
		}
		e.pivots++
		move := new(big.Rat).Mul(step, big.NewRat(way, 1))
		for i, j := range e.basis {
			if a := e.rows[i][q]; a != nil {
				e.x[j] = new(big.Rat).Sub(e.x[j], new(big.Rat).Mul(a, move))
			}
		}
		e.x[q] = new(big.Rat).Add(e.x[q], move)
		if leave >= 0 {
			e.x[e.basis[leave]] = big.NewRat(bound, 1)
			e.pivot(leave, q)
		}
	}
}

func (e *exact) point() vector { return vector{rats: e.x[:e.b.n]} }

// multipliers are the reduced costs of the logical columns, less what those cost in the first phase.
func (e *exact) multipliers(first bool) vector {
	y := vector{rats: make([]*big.Rat, e.b.m)}
	for i := range y.rats {
		j := int32(e.b.n + i)
		y.rats[i] = new(big.Rat)
		if d := e.d[j]; d != nil {
			y.rats[i].Set(d)
		} else if first && e.pos[j] >= 0 {
			y.rats[i].SetInt64(int64(-e.side(j)))
		}
	}
	return y
}
