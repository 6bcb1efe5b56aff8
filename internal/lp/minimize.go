package lp

import (
	"fmt"
	"math/big"
	"slices"
)

// A Solution is a best point.
type Solution struct {
	End
	Point []*big.Rat // has the value Reached; nil when none was found
	Nodes int        // subproblems solved
	// Multipliers, per row, are Prove's proof of the limit: with d = objective - sum of multiplier * row, the objective is at least the least of d over the
	// bounds of the columns and of the multipliers over those of the rows.
	Multipliers []*big.Rat
}

// Minimize gives the least value of a sum over all real points, and a point that has it. It needs no known point. The error
// is ErrInfeasible when there is none.
func (p *Problem) Minimize(objective []Term, o Options) (Solution, error) {
	return p.minimize(objective, func(b *block, _ []bool, terms []Term) (incumbent, error) {
		s := newSearch(b)
		s.work = o.budget(1)
		f, err := s.minimise(terms, 1, true, nil)
		return incumbent{point: f.point, value: f.value, limit: f.limit, noLimit: f.limit == nil && !f.noPoint && !f.spent, noPoint: f.noPoint}, err
	}, nil, o)
}

// MinimizeWhole is Minimize over points whose marked columns are whole numbers; all when whole is nil. When the limit on nodes is met
// Limit and Reached differ: that is the gap.
func (p *Problem) MinimizeWhole(objective []Term, whole []bool, o Options) (Solution, error) {
	if whole == nil {
		whole = make([]bool, p.Columns())
		for j := range whole {
			whole[j] = true
		}
	}
	return p.minimize(objective, func(b *block, whole []bool, terms []Term) (incumbent, error) {
		s := newSearch(b)
		s.work = o.budget(1)
		return s.wholeNumbers(terms, 1, whole, incumbent{}, nil, o.nodes())
	}, whole, o)
}

// Prove gives the least value of each objective over all real points with the multipliers that prove it, going from one to the next from a
// known point. Rows are taken as they are given, without presolve, so that each has a multiplier. Of an objective that the work allowed is not enough for there
// is no limit, and no proof.
func (p *Problem) Prove(objectives [][]Term, known []int64, o Options) ([]Solution, error) {
	if p.damaged != nil {
		return nil, p.damaged
	}
	err := p.check(known)
	if err != nil {
		return nil, err
	}
	b := &block{n: p.Columns(), m: p.Rows(), lo: append(slices.Clone(p.lo), p.rowLo...), hi: append(slices.Clone(p.hi), p.rowHi...), known: known}
	for i := range p.Rows() {
		b.rows = append(b.rows, p.row(i))
	}
	b.columns()
	s := newSearch(b)
	s.work = o.budget(len(objectives))
	out := make([]Solution, len(objectives))
	for i, terms := range objectives {
		if terms, err = p.merged(terms); err != nil {
			return nil, err
		}
		f, err := s.minimise(terms, 1, false, nil)
		if err != nil {
			return nil, err
		}
		if f.spent {
			continue
		}
		own := &out[i]
		own.Reached, own.Limit, own.NoLimit = f.value, f.limit, f.limit == nil
		own.Point, own.Multipliers = f.point.all(), f.proof.all()
	}
	return out, nil
}

// merged is a sum with one term per column.
func (p *Problem) merged(terms []Term) ([]Term, error) {
	var out []Term
	place := map[int]int{}
	for _, t := range terms {
		k, ok := place[t.Col]
		if !ok {
			k = len(out)
			place[t.Col] = k
			out = append(out, Term{Col: t.Col})
		}
		if out[k].Coef += t.Coef; t.Col < 0 || t.Col >= p.Columns() || out[k].Coef >= largest || out[k].Coef <= -largest {
			return nil, fmt.Errorf("lp: an objective has column %d of %d, or a coefficient of 2^53 or more", t.Col, p.Columns())
		}
	}
	return out, nil
}

func (p *Problem) minimize(objective []Term, solve func(*block, []bool, []Term) (incumbent, error), whole []bool, o Options) (Solution, error) {
	if whole != nil && len(whole) != p.Columns() {
		return Solution{}, fmt.Errorf("lp: %d marks of whole numbers for %d columns", len(whole), p.Columns())
	}
	r, err := reduce(p, nil)
	if err != nil {
		return Solution{}, err
	}
	shift, left, err := r.express(objective)
	if err != nil {
		return Solution{}, err
	}
	terms, marks := make([][]Term, len(r.blocks)), make([][]bool, len(r.blocks))
	for k, b := range r.blocks {
		marks[k] = make([]bool, b.n)
	}
	for _, t := range left {
		k := r.blockOf[t.Col]
		terms[k] = append(terms[k], Term{int(r.place[t.Col]), t.Coef})
	}
	for j, w := range whole {
		if root := r.resolve(int32(j)).root; w && r.place[root] >= 0 {
			marks[r.blockOf[root]][r.place[root]] = true // tied to a whole number by whole numbers
		}
	}
	best := make([]incumbent, len(r.blocks))
	err = o.each(len(r.blocks), func(k int) (err error) {
		best[k], err = solve(r.blocks[k], marks[k], terms[k])
		return err
	})
	if err != nil {
		return Solution{}, err
	}
	s := Solution{End: End{Limit: new(big.Rat).SetInt(shift.big()), Reached: new(big.Rat).SetInt(shift.big())}}
	complete := true
	for k := range best {
		b := &best[k]
		if b.noPoint {
			return Solution{}, ErrInfeasible
		}
		s.Nodes += b.nodes
		s.NoLimit = s.NoLimit || b.noLimit
		complete = complete && b.value != nil
		if s.Limit != nil && b.limit != nil {
			s.Limit.Add(s.Limit, b.limit)
		} else {
			s.Limit = nil
		}
		if complete {
			s.Reached.Add(s.Reached, b.value)
		}
	}
	if !complete {
		s.Reached, s.NoLimit = nil, false // of an unsettled block nothing is known
		return s, nil
	}
	s.Point = make([]*big.Rat, p.Columns())
	for j := range s.Point {
		t := r.resolve(int32(j))
		v := new(big.Rat)
		if at := r.place[t.root]; at >= 0 {
			v.Set(best[r.blockOf[t.root]].point.at(int(at)))
		} else {
			v.SetInt64(r.tightLo[t.root])
		}
		v.Mul(v, big.NewRat(t.sign, 1))
		s.Point[j] = v.Add(v, big.NewRat(t.shift, 1))
	}
	return s, nil
}
