package lp

import (
	"errors"
	"fmt"
	"math/big"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func sum(cols ...int) []Term {
	var t []Term
	for _, c := range cols {
		t = append(t, Term{c, 1})
	}
	return t
}

func wantRat(t *testing.T, what string, got *big.Rat, want string) {
	t.Helper()
	text := "none"
	if got != nil {
		text = got.RatString()
	}
	if text != want {
		t.Errorf("%s: got %s, want %s", what, text, want)
	}
}

func wantRange(t *testing.T, what string, r Range, least, most string) {
	t.Helper()
	if !r.Least.Exact() || !r.Most.Exact() {
		t.Errorf("%s: ends not exact: %+v", what, r)
	}
	wantRat(t, what+", least", r.Least.Limit, least)
	wantRat(t, what+", most", r.Most.Limit, most)
}

// A 3 × 3 table with one line of each direction fully shown has the ranges of a 2 × 2: x11 + x12 = 5, x21 + x22 = 7, x11 + x21 = 4, so
// x11 = t, x12 = 5-t, x21 = 4-t, x22 = 3+t with t from 0 to 4 (by hand).
func TestTwoByTwo(t *testing.T) {
	var p Problem
	for range 4 {
		p.Column(0, Infinite)
	}
	p.Equal(5, sum(0, 1)...)
	p.Equal(7, sum(2, 3)...)
	p.Equal(4, sum(0, 2)...)
	p.Equal(8, sum(1, 3)...) // follows from the others
	objectives := []Objective{{Terms: sum(0)}, {Terms: sum(1)}, {Terms: sum(2)}, {Terms: sum(3)}, {Terms: sum(0, 3)}, {Terms: []Term{{0, -2}, {1, 1}}}, {}}
	for _, known := range [][]int64{{1, 4, 3, 4}, nil} {
		got, _, err := p.Ranges(objectives, known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range [][2]string{{"0", "4"}, {"1", "5"}, {"0", "4"}, {"3", "7"}, {"3", "11"}, {"-7", "5"}, {"0", "0"}} {
			wantRange(t, fmt.Sprint("objective ", i), got[i], w[0], w[1])
		}
	}
}

// A cycle of three sums of two has half-integer corners: x+y, y+z, x+z <= 1 from 0 gives x+y+z <= 3/2, and 1 in whole numbers.
func TestOddCycle(t *testing.T) {
	var p Problem
	for range 3 {
		p.Column(0, Infinite)
	}
	p.Between(-Infinite, 1, sum(0, 1)...)
	p.Between(-Infinite, 1, sum(1, 2)...)
	p.Between(-Infinite, 1, sum(0, 2)...)
	all := []Objective{{Terms: sum(0, 1, 2)}}
	for _, known := range [][]int64{{0, 0, 0}, nil} {
		real, _, err := p.Ranges(all, known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantRange(t, "real", real[0], "0", "3/2")
		whole, stats, err := p.WholeRanges(all, known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantRange(t, "whole", whole[0], "0", "1")
		few, _, err := p.WholeRanges(all, known, Options{Nodes: 1})
		if err != nil {
			t.Fatal(err)
		}
		if e := few[0].Most; e.Limit == nil || e.Limit.Cmp(big.NewRat(1, 1)) < 0 || e.Reached != nil && e.Reached.Cmp(big.NewRat(1, 1)) > 0 {
			t.Errorf("with one node: %+v is not around the maximum of 1", e)
		}
		if stats.Nodes == 0 && stats.BySimplex == 0 {
			t.Error("no work was counted")
		}
	}
}

func TestUnbounded(t *testing.T) {
	var p Problem
	x, y, z := p.Column(0, Infinite), p.Column(-Infinite, Infinite), p.Column(0, 3)
	p.Between(2, Infinite, Term{x, 1}, Term{y, -1}, Term{z, 2}) // x - y + 2z >= 2
	p.Between(-Infinite, 10, Term{x, 1}, Term{y, 1}, Term{z, 1})
	for _, known := range [][]int64{{5, 0, 1}, nil} {
		for kind, solve := range []func([]Objective, []int64, Options) ([]Range, Stats, error){p.Ranges, p.WholeRanges} {
			got, _, err := solve([]Objective{{Terms: sum(x)}, {Terms: sum(y)}, {Terms: sum(z)}, {Terms: sum(x, y)}}, known, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !got[0].Most.NoLimit || !got[1].Least.NoLimit || !got[3].Least.NoLimit {
				t.Errorf("ends without limit not seen: %+v", got)
			}
			wantRat(t, "least x", got[0].Least.Limit, "0")
			// y <= x + 2z - 2 and y <= 10 - x - z, so 2y <= 8 + z <= 11; at z = 3, x = 3/2 both hold with y = 11/2. In whole numbers y is 5.
			wantRat(t, "most y", got[1].Most.Limit, []string{"11/2", "5"}[kind])
			wantRange(t, "z", got[2], "0", "3")
			wantRat(t, "most x + y", got[3].Most.Limit, "10")
		}
	}
}

func TestInfeasible(t *testing.T) {
	build := func(rows func(p *Problem)) *Problem {
		p := &Problem{}
		for range 4 {
			p.Column(0, 10)
		}
		rows(p)
		return p
	}
	for name, p := range map[string]*Problem{
		"empty row":  build(func(p *Problem) { p.Equal(1) }),
		"single row": build(func(p *Problem) { p.Equal(11, sum(0)...) }),
		"bounds":     build(func(p *Problem) { p.Equal(41, sum(0, 1, 2, 3)...) }),
		"two rows":   build(func(p *Problem) { p.Equal(3, sum(0, 1, 2)...); p.Equal(4, sum(0, 1, 2)...) }),
		"combination": build(func(p *Problem) {
			p.Equal(3, sum(0, 1, 2)...)
			p.Equal(4, sum(1, 2, 3)...)
			p.Between(-Infinite, 0, Term{3, 1}, Term{0, -1})
		}),
		"three pairs": build(func(p *Problem) {
			p.Between(5, 6, sum(0, 1, 2)...)
			p.Between(7, 9, sum(0, 1, 3)...)
			p.Between(0, 1, sum(0, 1, 2, 3)...)
		}),
		"contradiction": build(func(p *Problem) {
			p.Equal(2, Term{0, 2}, Term{1, 2}, Term{2, 1})
			p.Equal(5, Term{0, 4}, Term{1, 4}, Term{2, 2})
		}),
	} {
		if _, _, err := p.Ranges([]Objective{{Terms: sum(0)}}, nil, Options{}); !errors.Is(err, ErrInfeasible) {
			t.Errorf("%s: ranges: %v", name, err)
		}
		if _, err := p.Minimize(sum(0), Options{}); !errors.Is(err, ErrInfeasible) {
			t.Errorf("%s: minimize: %v", name, err)
		}
	}
	// 2x + 2y = 3 has real points and no whole ones.
	var p Problem
	p.Column(0, 10)
	p.Column(0, 10)
	p.Equal(3, Term{0, 2}, Term{1, 2})
	if _, err := p.Minimize(sum(0), Options{}); err != nil {
		t.Error(err)
	}
	if _, err := p.MinimizeWhole(sum(0), nil, Options{}); !errors.Is(err, ErrInfeasible) {
		t.Errorf("whole: %v", err)
	}
	if _, _, err := p.WholeRanges([]Objective{{Terms: sum(0)}}, nil, Options{}); !errors.Is(err, ErrInfeasible) {
		t.Errorf("whole ranges: %v", err)
	}
}

func TestBadProblems(t *testing.T) {
	for name, build := range map[string]func(p *Problem){
		"crossed bounds": func(p *Problem) { p.Column(2, 1) },
		"no column":      func(p *Problem) { p.Column(0, 1); p.Equal(1, Term{1, 1}) },
		"large bound":    func(p *Problem) { p.Column(0, 1<<53) },
		"large number":   func(p *Problem) { p.Column(0, 1); p.Equal(0, Term{0, 1 << 53}) },
		"large row":      func(p *Problem) { p.Column(0, 1); p.Equal(-1<<60, Term{0, 1}) },
	} {
		var p Problem
		build(&p)
		if _, _, err := p.Ranges(nil, nil, Options{}); err == nil || errors.Is(err, ErrInfeasible) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	var p Problem
	p.Column(0, 5)
	p.Column(0, 5)
	p.Equal(5, sum(0, 1)...)
	for _, known := range [][]int64{{1}, {1, 3}, {6, -1}} {
		if _, _, err := p.Ranges(nil, known, Options{}); err == nil {
			t.Errorf("known point %v was taken", known)
		}
	}
	if _, _, err := p.Ranges([]Objective{{Terms: sum(2)}}, nil, Options{}); err == nil {
		t.Error("an objective of a column that isn't there was taken")
	}
}

// Beale's example, on which the simplex method with the most negative reduced cost goes round in a circle: E. M. L. Beale, Cycling in the dual simplex
// algorithm, Naval Research Logistics Quarterly 2 (1955), as in Chvátal, Linear Programming (1983), chapter 3 form
// min -3/4 a + 150 b - 1/50 c + 6 d, 1/4 a - 60 b - 1/25 c + 9 d <= 0, 1/2 a - 90 b - 1/50 c + 3 d <= 0, c <= 1. The least value is -1/20 at
// a = 1/25, c = 1. Rows and objective here times 100.
func TestBeale(t *testing.T) {
	var p Problem
	for range 4 {
		p.Column(0, Infinite)
	}
	p.Between(-Infinite, 0, Term{0, 25}, Term{1, -6000}, Term{2, -4}, Term{3, 900})
	p.Between(-Infinite, 0, Term{0, 50}, Term{1, -9000}, Term{2, -2}, Term{3, 300})
	p.Between(-Infinite, 1, Term{2, 1})
	s, err := p.Minimize([]Term{{0, -75}, {1, 15000}, {2, -2}, {3, 600}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantRat(t, "Beale", s.Reached, "-5")
	wantRat(t, "Beale's a", s.Point[0], "1/25")
	if !s.Exact() {
		t.Error("not exact")
	}
}

// Klee and Minty's cubes, on which the simplex method with Dantzig's rule visits all 2^n corners: V. Klee and G. J. Minty, How good is the simplex
// algorithm? (1972), in the form max sum 2^(n-j) x_j, 2 sum_{j<i} 2^(i-j) x_j + x_i <= 5^i. The most is 5^n, at x_n = 5^n alone.
func TestKleeMinty(t *testing.T) {
	for _, n := range []int{3, 8, 16} {
		var p Problem
		var objective []Term
		power := int64(1)
		for i := range n {
			power *= 5
			p.Column(0, Infinite)
			var row []Term
			for j := range i {
				row = append(row, Term{j, 2 << (i - j)})
			}
			p.Between(-Infinite, power, append(row, Term{i, 1})...)
			objective = append(objective, Term{i, 1 << (n - 1 - i)})
		}
		r, _, err := p.Ranges([]Objective{{Terms: objective}}, make([]int64, n), Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantRange(t, fmt.Sprint("cube of ", n), r[0], "0", fmt.Sprint(power))
	}
}

// The assignment problem is a transportation problem where every corner is degenerate. Ratings of 4 persons for 4 jobs from H. W. Kuhn, The Hungarian
// method for the assignment problem (1955); least and most by going through all 24 assignments.
func TestAssignment(t *testing.T) {
	ratings := [4][4]int64{{8, 7, 9, 9}, {5, 2, 7, 8}, {6, 1, 4, 9}, {2, 3, 2, 6}}
	var p Problem
	var objective []Term
	for i := range 4 {
		for j := range 4 {
			objective = append(objective, Term{p.Column(0, Infinite), ratings[i][j]})
		}
	}
	for i := range 4 {
		p.Equal(1, sum(4*i, 4*i+1, 4*i+2, 4*i+3)...)
		p.Equal(1, sum(i, i+4, i+8, i+12)...)
	}
	least, most := int64(100), int64(0)
	var permute func(i int, used int, v int64)
	permute = func(i, used int, v int64) {
		if i == 4 {
			least, most = min(least, v), max(most, v)
			return
		}
		for j := range 4 {
			if used>>j&1 == 0 {
				permute(i+1, used|1<<j, v+ratings[i][j])
			}
		}
	}
	permute(0, 0, 0)
	known := make([]int64, 16)
	for i := range 4 {
		known[5*i] = 1
	}
	for _, known := range [][]int64{known, nil} {
		r, _, err := p.Ranges([]Objective{{Terms: objective}}, known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantRange(t, "assignment", r[0], fmt.Sprint(least), fmt.Sprint(most))
	}
}

// A system is a random problem with a point of it.
type system struct {
	p          *Problem
	known      []int64
	objectives []Objective
}

// drawSystem draws a problem that the drawn point keeps. Small numbers so that whole points can be counted.
func drawSystem(t *rapid.T, columns int, boxed bool) system {
	s := system{p: &Problem{}}
	n := rapid.IntRange(1, columns).Draw(t, "columns")
	for range n {
		v := rapid.Int64Range(0, 3).Draw(t, "value")
		lo, hi := int64(0), int64(Infinite)
		if boxed || rapid.IntRange(0, 2).Draw(t, "boxed") == 0 {
			hi = v + rapid.Int64Range(0, 2).Draw(t, "room")
		}
		if !boxed && rapid.IntRange(0, 9).Draw(t, "free") == 0 {
			lo = -Infinite
		}
		s.p.Column(lo, hi)
		s.known = append(s.known, v)
	}
	coef := rapid.SampledFrom([]int64{1, 1, 1, 1, -1, 2, 3})
	draw := func(most int) (terms []Term, at int64) {
		for range rapid.IntRange(1, min(n, most)).Draw(t, "terms") {
			x := Term{rapid.IntRange(0, n-1).Draw(t, "column"), coef.Draw(t, "coefficient")}
			terms = append(terms, x)
			at += x.Coef * s.known[x.Col]
		}
		return terms, at
	}
	for range rapid.IntRange(0, n+1).Draw(t, "rows") {
		terms, at := draw(5)
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			s.p.Between(at-rapid.Int64Range(0, 2).Draw(t, "below"), Infinite, terms...)
		case 1:
			s.p.Between(at-rapid.Int64Range(0, 2).Draw(t, "below"), at+rapid.Int64Range(0, 2).Draw(t, "above"), terms...)
		default:
			s.p.Equal(at, terms...)
		}
	}
	for range rapid.IntRange(1, 4).Draw(t, "objectives") {
		terms, _ := draw(3)
		s.objectives = append(s.objectives, Objective{Terms: terms})
	}
	return s
}

// plain solves over the fractions from the first basis there is, without presolve, blocks or floating point.
func plain(p *Problem, terms []Term, sign int64) (limit *big.Rat, noLimit, none bool) {
	b := &block{n: p.Columns(), m: p.Rows(), lo: append(slices.Clone(p.lo), p.rowLo...), hi: append(slices.Clone(p.hi), p.rowHi...)}
	for i := range p.Rows() {
		b.rows = append(b.rows, p.row(i))
	}
	b.columns()
	e := newExact(&simplex{b: b, n: b.n, x: make([]float64, b.n+b.m)}, b.lo, b.hi)
	if what, _ := e.run(nil, 1, true); what == noPoint {
		return nil, false, true
	}
	sums := map[int]int64{}
	for _, t := range terms {
		sums[t.Col] += t.Coef
	}
	var own []Term
	for j, c := range sums {
		own = append(own, Term{j, c})
	}
	if what, _ := e.run(own, sign, false); what == unbounded {
		return nil, true, false
	}
	return new(big.Rat).Mul(e.point().value(own), big.NewRat(1, 1)), false, false
}

// Ranges agree with a simplex over the fractions that shares nothing with them but the pivot, with a known point and without, and whoever shares the work.
func TestRangesAgreeWithFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSystem(t, 9, false)
		got, _, err := s.p.Ranges(s.objectives, s.known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		free, _, err := s.p.Ranges(s.objectives, nil, Options{Alone: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range s.objectives {
			for side, e := range []End{got[i].Least, got[i].Most} {
				other := []End{free[i].Least, free[i].Most}[side]
				want, noLimit, _ := plain(s.p, o.Terms, int64(1-2*side))
				if e.NoLimit != noLimit || other.NoLimit != noLimit {
					t.Fatalf("objective %d side %d: without limit: %v and %v, want %v", i, side, e.NoLimit, other.NoLimit, noLimit)
				}
				if noLimit {
					continue
				}
				if !e.Exact() || e.Limit.Cmp(want) != 0 || !other.Exact() || other.Limit.Cmp(want) != 0 {
					t.Fatalf("objective %d side %d: %v and %v, want %v", i, side, e.Limit, other.Limit, want)
				}
			}
		}
	})
}

// With whatever work is allowed an answer is right as far as it goes: nothing lies beyond its limit, what it reached can be reached, and it is the same
// whoever shares the work.
func TestWorkIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSystem(t, 9, true)
		work := rapid.IntRange(1, 400).Draw(t, "work")
		ranges := rapid.SampledFrom([]func([]Objective, []int64, Options) ([]Range, Stats, error){s.p.Ranges, s.p.WholeRanges}).Draw(t, "ranges")
		full, _, err := ranges(s.objectives, s.known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := ranges(s.objectives, s.known, Options{Work: work, Alone: true})
		if err != nil {
			t.Fatal(err)
		}
		other, _, err := ranges(s.objectives, s.known, Options{Work: work})
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got) != fmt.Sprint(other) {
			t.Fatalf("%v with one worker, %v with two", got, other)
		}
		for i := range got {
			for side, e := range []End{got[i].Least, got[i].Most} {
				want := []End{full[i].Least, full[i].Most}[side]
				sign := 1 - 2*side
				if e.Limit != nil && e.Limit.Cmp(want.Limit)*sign > 0 {
					t.Fatalf("objective %d side %d: limit %v, but %v is reached", i, side, e.Limit, want.Limit)
				}
				if e.Reached == nil || e.Reached.Cmp(want.Limit)*sign < 0 {
					t.Fatalf("objective %d side %d: %v reached, but nothing is beyond %v", i, side, e.Reached, want.Limit)
				}
			}
		}
	})
}

// A budget bounds the fractions too: started with none left they say so at once.
func TestFractionsEndWithTheBudget(t *testing.T) {
	p := &Problem{}
	var terms []Term
	for j := range 40 {
		terms = append(terms, Term{p.Column(0, Infinite), int64(j + 1)})
	}
	for i := range 30 {
		p.Equal(1000, terms[i:i+10]...)
	}
	b := &block{n: p.Columns(), m: p.Rows(), lo: append(slices.Clone(p.lo), p.rowLo...), hi: append(slices.Clone(p.hi), p.rowHi...)}
	for i := range p.Rows() {
		b.rows = append(b.rows, p.row(i))
	}
	b.columns()
	s := newSearch(b)
	s.work = NewBudget(100)
	f, err := s.byFractions(terms[:1], 1)
	if err != nil || !f.spent {
		t.Fatalf("%+v, %v", f, err)
	}
	if s.work.Left() < -10_000 {
		t.Errorf("the budget of 100 was overdrawn to %d", s.work.Left())
	}
}

// Whole ranges agree with going through all whole points of a box.
func TestWholeRangesAgreeWithCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSystem(t, 6, true)
		n := s.p.Columns()
		least, most := make([]int64, len(s.objectives)), make([]int64, len(s.objectives))
		first := true
		x := make([]int64, n)
		var walk func(j int)
		walk = func(j int) {
			if j < n {
				for x[j] = s.p.lo[j]; x[j] <= s.p.hi[j]; x[j]++ {
					walk(j + 1)
				}
				return
			}
			if s.p.check(x) != nil {
				return
			}
			for i, o := range s.objectives {
				v, _ := dot(o.Terms, x).int64()
				if first || v < least[i] {
					least[i] = v
				}
				if first || v > most[i] {
					most[i] = v
				}
			}
			first = false
		}
		walk(0)
		for _, known := range [][]int64{s.known, nil} {
			got, _, err := s.p.WholeRanges(s.objectives, known, Options{})
			if err != nil {
				t.Fatal(err)
			}
			few, _, err := s.p.WholeRanges(s.objectives, s.known, Options{Nodes: 2})
			if err != nil {
				t.Fatal(err)
			}
			for i, o := range s.objectives {
				lo, hi := got[i].Least, got[i].Most
				if !lo.Exact() || !hi.Exact() || lo.Limit.Cmp(big.NewRat(least[i], 1)) != 0 || hi.Limit.Cmp(big.NewRat(most[i], 1)) != 0 {
					t.Fatalf("objective %d: %v to %v, want %d to %d", i, lo.Limit, hi.Limit, least[i], most[i])
				}
				if few[i].Least.Limit.Cmp(lo.Limit) > 0 || few[i].Least.Reached.Cmp(lo.Limit) < 0 || few[i].Most.Limit.Cmp(hi.Limit) < 0 ||
					few[i].Most.Reached.Cmp(hi.Limit) > 0 {
					t.Fatalf("objective %d: with few nodes %+v is not around %d to %d", i, few[i], least[i], most[i])
				}
				best, err := s.p.MinimizeWhole(o.Terms, nil, Options{})
				if err != nil || !best.Exact() || best.Reached.Cmp(lo.Limit) != 0 {
					t.Fatalf("objective %d: minimised to %+v (%v), want %d", i, best, err, least[i])
				}
			}
		}
	})
}

// Problems drawn without a point: feasible for one is feasible for the other, and a solution keeps every row.
func TestMinimizeAgreesWithFractions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &Problem{}
		n := rapid.IntRange(1, 7).Draw(t, "columns")
		for range n {
			p.Column(rapid.SampledFrom([]int64{0, 0, -2, -Infinite}).Draw(t, "lo"), rapid.SampledFrom([]int64{1, 4, Infinite}).Draw(t, "hi"))
		}
		terms := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Term {
			return Term{rapid.IntRange(0, n-1).Draw(t, "column"), rapid.Int64Range(-3, 3).Draw(t, "coefficient")}
		}), 1, 5)
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			lo := rapid.Int64Range(-6, 6).Draw(t, "lo")
			p.Between(lo, lo+rapid.Int64Range(0, 3).Draw(t, "wide"), terms.Draw(t, "terms")...)
		}
		objective := terms.Draw(t, "objective")
		want, noLimit, none := plain(p, objective, 1)
		got, err := p.Minimize(objective, Options{})
		if errors.Is(err, ErrInfeasible) != none || err != nil && !none {
			t.Fatalf("error %v, want none: %v", err, none)
		}
		if none {
			return
		}
		if got.NoLimit != noLimit || !noLimit && (!got.Exact() || got.Limit.Cmp(want) != 0) {
			t.Fatalf("got %+v, want %v (no limit %v)", got, want, noLimit)
		}
		x := vector{rats: got.Point}
		for i := range p.Rows() {
			if !between(x.value(p.row(i)), p.rowLo[i], p.rowHi[i]) {
				t.Fatalf("the point breaks row %d", i)
			}
		}
		for j, v := range got.Point {
			if !between(v, p.lo[j], p.hi[j]) {
				t.Fatalf("the point breaks column %d", j)
			}
		}
		if x.value(objective).Cmp(got.Reached) != 0 {
			t.Fatal("the point does not have the value")
		}
	})
}

// An end for which less is enough stops early, and only then.
func TestEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSystem(t, 8, true)
		full, _, err := s.p.Ranges(s.objectives, s.known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		asked := slices.Clone(s.objectives)
		low, high := rapid.Int64Range(-5, 5).Draw(t, "low"), rapid.Int64Range(-5, 5).Draw(t, "high")
		for i := range asked {
			asked[i].EnoughLow, asked[i].EnoughHigh = &low, &high
		}
		got, _, err := s.p.Ranges(asked, s.known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range asked {
			for side, e := range []End{got[i].Least, got[i].Most} {
				want, sign := []End{full[i].Least, full[i].Most}[side], 1-2*side
				goal := big.NewRat([]int64{low, high}[side], 1)
				reaches := want.Limit.Cmp(goal)*sign <= 0
				if got := e.Reached.Cmp(goal)*sign <= 0; got != reaches {
					t.Fatalf("objective %d side %d: reaches %v: %v, want %v", i, side, goal, got, reaches)
				}
				if e.Limit.Cmp(want.Limit)*sign > 0 || e.Reached.Cmp(want.Limit)*sign < 0 {
					t.Fatalf("objective %d side %d: %+v contradicts %+v", i, side, e, want)
				}
			}
		}
	})
}

// No result depends on how many share the work.
func TestWorkers(t *testing.T) {
	p, objectives, known := cuboid(9, 9, 5, 0.5, 11)
	first, stats, err := p.Ranges(objectives, known, Options{Alone: true})
	if err != nil {
		t.Fatal(err)
	}
	if stats.Largest < 100 {
		t.Fatalf("too easy: %+v", stats)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, workers := range []int{2, 5} {
		runtime.GOMAXPROCS(workers)
		again, other, err := p.Ranges(objectives, known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if stats != other {
			t.Errorf("%d workers: %+v, with one %+v", workers, other, stats)
		}
		for i := range first {
			for side := range 2 {
				a, b := []End{first[i].Least, first[i].Most}[side], []End{again[i].Least, again[i].Most}[side]
				if a.Limit.Cmp(b.Limit) != 0 || a.Reached.Cmp(b.Reached) != 0 {
					t.Errorf("%d workers, objective %d: %v and %v", workers, i, a.Limit, b.Limit)
				}
			}
		}
	}
}

// The multipliers that Prove hands out prove its limit: reckoned here anew from the problem as it was given.
func TestProve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSystem(t, 8, false)
		var objectives [][]Term
		for _, o := range s.objectives {
			objectives = append(objectives, o.Terms)
		}
		got, err := s.p.Prove(objectives, s.known, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, terms := range objectives {
			want, noLimit, _ := plain(s.p, terms, 1)
			if got[i].NoLimit != noLimit {
				t.Fatalf("objective %d: no limit %v, want %v", i, got[i].NoLimit, noLimit)
			}
			if noLimit {
				continue
			}
			if got[i].Limit.Cmp(want) != 0 || got[i].Reached.Cmp(want) != 0 {
				t.Fatalf("objective %d: %v, want %v", i, got[i].Limit, want)
			}
			d := make([]*big.Rat, s.p.Columns())
			for j := range d {
				d[j] = new(big.Rat)
			}
			for _, x := range terms {
				d[x.Col].Add(d[x.Col], big.NewRat(x.Coef, 1))
			}
			limit := new(big.Rat)
			add := func(v *big.Rat, lo, hi int64) {
				bound := lo
				if v.Sign() < 0 {
					bound = hi
				}
				if v.Sign() != 0 && (bound == Infinite || bound == -Infinite) {
					t.Fatalf("objective %d: the multipliers rest on a bound that isn't there", i)
				}
				limit.Add(limit, new(big.Rat).Mul(v, big.NewRat(bound, 1)))
			}
			for k, y := range got[i].Multipliers {
				for _, x := range s.p.row(k) {
					d[x.Col].Sub(d[x.Col], new(big.Rat).Mul(y, big.NewRat(x.Coef, 1)))
				}
				add(y, s.p.rowLo[k], s.p.rowHi[k])
			}
			for j, v := range d {
				add(v, s.p.lo[j], s.p.hi[j])
			}
			if limit.Cmp(want) != 0 {
				t.Fatalf("objective %d: the multipliers prove %v, not %v", i, limit, want)
			}
		}
	})
}

// Floating point alone would get these wrong: coefficients and bounds far apart. x + 2^40 y = 2^40 + 1 with whole numbers from 0 has (1,1) and
// (2^40+1,0); 2^50 - 1 of one thing makes 2^50 - 2 of the next impossible by one.
func TestLargeNumbers(t *testing.T) {
	var p Problem
	x, y := p.Column(0, Infinite), p.Column(0, Infinite)
	p.Equal(1<<40+1, Term{x, 1}, Term{y, 1 << 40})
	whole, _, err := p.WholeRanges([]Objective{{Terms: sum(x)}, {Terms: sum(y)}}, []int64{1, 1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantRange(t, "x", whole[0], "1", fmt.Sprint(1<<40+1))
	wantRange(t, "y", whole[1], "0", "1")
	real, _, err := p.Ranges([]Objective{{Terms: sum(y)}}, []int64{1, 1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantRange(t, "real y", real[0], "0", fmt.Sprintf("%d/%d", 1<<40+1, 1<<40))
	var q Problem
	a, b, c := q.Column(0, Infinite), q.Column(0, Infinite), q.Column(0, Infinite)
	q.Equal(1<<50-1, sum(a, b)...)
	q.Equal(1<<50-2, sum(b, c)...)
	q.Between(-Infinite, 0, Term{a, 1}, Term{c, -1}) // a <= c, but a = c + 1
	if _, err := q.Minimize(sum(a), Options{}); !errors.Is(err, ErrInfeasible) {
		t.Errorf("error %v", err)
	}
}

// Whatever is built, there is an answer or an error, ends are in order, and a claim of infeasibility stands before the fractions.
func FuzzProblem(f *testing.F) {
	f.Add([]byte{3, 0, 9, 0, 9, 0, 255, 1, 5, 0, 1, 1, 1, 2, 0, 2, 2})
	f.Add([]byte{2, 0, 1, 0, 1, 2, 3, 0, 2, 1, 2})
	f.Fuzz(func(t *testing.T, data []byte) {
		next := func() int64 {
			if len(data) == 0 {
				return 0
			}
			v := int64(int8(data[0]))
			data = data[1:]
			return v
		}
		bound := func(none int64) int64 {
			switch v := next(); {
			case v == -1:
				return none
			case v > 120:
				return v << 40
			default:
				return v
			}
		}
		var p Problem
		n := int(next()&7) + 1
		for range n {
			p.Column(bound(-Infinite), bound(Infinite))
		}
		terms := func() (terms []Term) {
			for range next() & 3 {
				terms = append(terms, Term{int(next()&7) % (n + 1), next() >> 4})
			}
			return terms
		}
		for range next() & 7 {
			p.Between(bound(-Infinite), bound(Infinite), terms()...)
		}
		objective := terms()
		got, _, err := p.Ranges([]Objective{{Terms: objective}}, nil, Options{Alone: true})
		if err != nil && !errors.Is(err, ErrInfeasible) {
			return
		}
		_, _, none := plain(&p, objective, 1)
		if none != (err != nil) {
			t.Fatalf("error %v, but without a point: %v", err, none)
		}
		if err != nil {
			return
		}
		r := got[0]
		if !r.Least.Exact() || !r.Most.Exact() || !r.Least.NoLimit && !r.Most.NoLimit && r.Least.Limit.Cmp(r.Most.Limit) > 0 {
			t.Fatalf("%+v", r)
		}
		whole, _, err := p.WholeRanges([]Objective{{Terms: objective}}, nil, Options{Alone: true, Nodes: 50})
		if err != nil {
			return
		}
		if w := whole[0]; !r.Least.NoLimit && w.Least.Limit != nil && w.Least.Limit.Cmp(r.Least.Limit) < 0 && w.Least.Exact() {
			t.Fatalf("whole %+v is wider than real %+v", w, r)
		}
	})
}
