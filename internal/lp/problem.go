package lp

import (
	"errors"
	"fmt"
	"math"
	"math/big"
)

// Infinite as an upper bound, and -Infinite as a lower one, stand for none.
const Infinite = math.MaxInt64

// largest is the largest coefficient and bound: floating point still holds it as a whole number.
const largest = 1 << 53

// A Term is a column times a coefficient.
type Term struct {
	Col  int
	Coef int64
}

// A Problem is rows over bounded columns. The zero Problem is empty and ready for use. Building and solving don't run at the same time, but
// any number of solvers may share a problem that is built.
type Problem struct {
	lo, hi  []int64 // per column
	rowLo   []int64
	rowHi   []int64
	start   []int // per row: where its terms begin; one more at the end
	terms   []Term
	mark    []int32 // per column: position + 1 in the row being built
	damaged error
}

// Columns is how many columns there are.
func (p *Problem) Columns() int { return len(p.lo) }

// Rows is how many rows there are.
func (p *Problem) Rows() int { return len(p.rowLo) }

// Column adds a column with its bounds, and gives its index.
func (p *Problem) Column(lo, hi int64) int {
	p.checkBounds("column", len(p.lo), lo, hi)
	p.lo, p.hi, p.mark = append(p.lo, lo), append(p.hi, hi), append(p.mark, 0)
	return len(p.lo) - 1
}

// Equal adds the row sum of terms = b. Terms of the same column are added up.
func (p *Problem) Equal(b int64, terms ...Term) int { return p.Between(b, b, terms...) }

// Between adds the row lo <= sum of terms <= hi, and gives its index.
func (p *Problem) Between(lo, hi int64, terms ...Term) int {
	row := len(p.rowLo)
	p.checkBounds("row", row, lo, hi)
	if len(p.start) == 0 {
		p.start = []int{0}
	}
	first := len(p.terms)
	for _, t := range terms {
		if t.Col < 0 || t.Col >= len(p.lo) {
			p.damage(fmt.Errorf("lp: row %d names column %d of %d", row, t.Col, len(p.lo)))
			continue
		}
		if at := int(p.mark[t.Col]); at > 0 {
			t.Coef += p.terms[first+at-1].Coef
			p.terms[first+at-1].Coef = t.Coef
		} else {
			p.terms = append(p.terms, t)
			p.mark[t.Col] = int32(len(p.terms) - first)
		}
		if t.Coef >= largest || t.Coef <= -largest {
			p.damage(fmt.Errorf("lp: row %d has a coefficient of 2^53 or more", row))
		}
	}
	kept := p.terms[:first]
	for _, t := range p.terms[first:] {
		p.mark[t.Col] = 0
		if t.Coef != 0 {
			kept = append(kept, t)
		}
	}
	p.terms = kept
	p.rowLo, p.rowHi, p.start = append(p.rowLo, lo), append(p.rowHi, hi), append(p.start, len(p.terms))
	return row
}

// row is the terms of a row.
func (p *Problem) row(i int) []Term { return p.terms[p.start[i]:p.start[i+1]] }

func (p *Problem) damage(err error) {
	if p.damaged == nil {
		p.damaged = err
	}
}

func (p *Problem) checkBounds(what string, i int, lo, hi int64) {
	switch {
	case lo > hi || lo == Infinite || hi == -Infinite:
		p.damage(fmt.Errorf("lp: %s %d has bounds that nothing is between", what, i))
	case lo != -Infinite && (lo >= largest || lo <= -largest), hi != Infinite && (hi >= largest || hi <= -largest):
		p.damage(fmt.Errorf("lp: %s %d has a bound of 2^53 or more", what, i))
	}
}

// ErrInfeasible says that no point keeps all rows and bounds. It is proved like every other answer.
var ErrInfeasible = errors.New("lp: no point keeps all rows and bounds")

// ErrWork says that no first point was found with the work allowed. Where there is one, a search that runs out of work is no error.
var ErrWork = errors.New("lp: finding a point that keeps all rows and bounds would take more work than allowed")

// An Objective is a sum of columns whose range is asked for.
type Objective struct {
	Terms []Term
	// EnoughLow and EnoughHigh, when not nil, end the search early: on its side an End is then only as exact as needed to tell that the objective
	// gets at least as low as EnoughLow (as high as EnoughHigh) or never does.
	EnoughLow, EnoughHigh *int64
}

// An End is one end of a range: nothing goes beyond Limit, and some point reaches Reached. Both are proved.
type End struct {
	Limit   *big.Rat // nil: no limit is known, or with NoLimit there is none
	Reached *big.Rat
	NoLimit bool // the objective goes on for ever; Reached is then only some value
}

// Exact tells whether the end is known: reached and never passed, or without limit.
func (e End) Exact() bool {
	return e.NoLimit || e.Limit != nil && e.Reached != nil && e.Limit.Cmp(e.Reached) == 0
}

// A Range is what an objective may be.
type Range struct{ Least, Most End }

// Options say how to work. The zero Options are good for most.
type Options struct {
	Alone bool // blocks and objectives one after the other, not as many at once as there are processors
	Nodes int  // whole numbers: subproblems per end of an objective before the answer is left inexact; 0 for 2,000
	// Work bounds everything that is done for an end, in rows and columns gone over by either simplex method, entries of factors, and columns of rows that bounds are drawn through; 0 for no bound. What ends of the same block
	// leave is for those after them. An answer that would take more is left inexact, so the bound, being no clock, gives the same answers every time.
	Work int
	// Budget, when not nil, is taken in place of Work, by all ends and calls that have it. It asks for Alone: else who comes first would depend on chance.
	Budget *Budget
}

// A Budget is work that may be done yet; nil has no bound.
type Budget struct{ left int }

// NewBudget is a budget of some work.
func NewBudget(work int) *Budget { return &Budget{work} }

// Spend takes work off, and tells whether there is none left.
func (b *Budget) Spend(work int) bool {
	if b == nil {
		return false
	}
	b.left -= work
	return b.left <= 0
}

// Left is how much.
func (b *Budget) Left() int { return b.left }

// Spent tells whether there is nothing left.
func (b *Budget) Spent() bool { return b != nil && b.left <= 0 }

// budget is for a number of ends.
func (o Options) budget(ends int) *Budget {
	switch {
	case o.Budget != nil:
		return o.Budget
	case o.Work <= 0 || ends > 0 && o.Work > math.MaxInt/ends:
		return nil
	}
	return &Budget{o.Work * ends}
}

// Stats say what was done.
type Stats struct {
	Columns, Rows int // left after what is fixed and tied was taken out
	Blocks        int
	Largest       int // columns of the largest block
	ByBounds      int // ends proved by a point passed and bounds alone
	BySimplex     int // ends that the simplex method was run for
	Pivots        int
	ByFractions   int // ends that floating point could not settle
	Nodes         int // subproblems of whole numbers
}
