package protect

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/skikt/skikt/internal/lp"
)

// An Optimum is the least that can be hidden, with its proof.
type Optimum struct {
	Hidden []string // numbers hidden, in words, in the order of the tables
	Cells  int      // cells of tables that they stand in
	// Cost is what the pattern costs; no pattern that is safe costs less than Least. When they are the same the pattern is proved to be the best;
	// else the search met its limit, and their difference is the gap.
	Cost, Least int64
	Rounds      int // patterns that an attacker was set on
	Cuts        int // conditions that attacks gave
	Nodes       int // subproblems of branch and bound

	hidden []bool // per number of the model
}

// Proved tells whether nothing less would do.
func (o *Optimum) Proved() bool { return o.Cost == o.Least }

// What the exact mode makes as small as possible.
const (
	ByCells = "cells" // how many cells are hidden
	ByValue = "value" // the sum of what is hidden, in the first count
	ByCost  = "cost"  // the policy's costs
)

// ExactOptions say what is to be least and how long to search.
type ExactOptions struct {
	By string // ByCells when empty
	// Alone also keeps numbers apart for the sake of who is alone in one of them, as [Apply] does.
	Alone bool
	Nodes int // of branch and bound, in all; 0 for 20,000
	// Work bounds everything done, in rows and columns gone over by linear programs, and in fractions reckoned; 0 for five hundred million, which is
	// about a minute of one processor. Where it does not do for the proof, the best pattern known and what is proved of all are given: the gap.
	Work int
}

const (
	mostExact   = 20_000      // numbers that the exact mode takes on
	mostWork    = 500_000_000 // when no other bound is given
	forFraction = 20          // what reckoning with a fraction counts as
)

// Exact finds the least that must be hidden for the families to be safe: the yardstick for what [Apply] hides, and for small tables a method
// of its own. For every number hidden by a rule there must be a table that agrees on everything shown where it is higher, and one where it is
// lower, by 1 and by what the policy's interval says; lower by no more than itself.
//
// The problem is complete cell suppression as Fischetti and Salazar state it (Models and algorithms for optimizing cell suppression in tabular data with
// linear constraints, 2000): choose the hidden numbers; an attacker then solves linear programs; where the attack succeeds, its dual solution gives a
// condition on the choice that every safe pattern meets, sum of a * hidden >= 1 with each a cut down to 1 at most, and the choice is made again. Conditions
// are found first against the relaxed choice, where a number may be hidden in part, and then against whole ones, which branch and bound proves
// the best. The first pattern is that of [Apply], where it finds one. All limits are counts of work, never time, so the same input gives the same answer, whatever the size.
func Exact(families []Family, policy Policy, o ExactOptions) (*Optimum, error) {
	if err := policy.Validate(); err != nil {
		return nil, err
	}
	m, err := newModel(families, policy)
	if err != nil {
		return nil, err
	}
	if err := m.mark(policy); err != nil {
		return nil, err
	}
	return m.exact(m.systems(policy), policy, o)
}

// A need is how far a target must possibly be from what it is.
type need struct {
	target   *target
	cols     []int32
	down, up int64
}

// An exactSystem is a system with what the exact mode needs of it.
type exactSystem struct {
	*system
	value []int64
	needs []need
	rise  []int64 // per choice: how much higher its numbers can be at most, given what is always shown; -1 for no limit
	fall  []int64
}

// An exactSearch is the master problem. A choice is a set of numbers that hold the same columns in every system: to show one is to show all.
type exactSearch struct {
	m        *model
	p        Policy
	systems  []*exactSystem
	choiceOf []int32 // per number; -1 when there is nothing of it to hide
	numbers  [][]int32
	cost     []int64
	must     []bool // hidden by a rule
	keep     []bool // must be shown
	cuts     []cut
	alone    bool
	nodes    int // left
	work     *lp.Budget
}

// A cut is a condition that every safe pattern meets: sum of a * hidden >= whole.
type cut []lp.Term

// whole is the right side of every cut; coefficients are rounded up, which leaves conditions valid.
const whole = 1000

// newExactSearch sets the problem up.
func (m *model) newExactSearch(systems []*system, p Policy, o ExactOptions) (*exactSearch, error) {
	x := &exactSearch{m: m, p: p, alone: o.Alone, nodes: o.Nodes}
	if x.nodes <= 0 {
		x.nodes = 20_000
	}
	if o.Work <= 0 {
		o.Work = mostWork
	}
	x.work = lp.NewBudget(o.Work)
	if len(m.numbers) > mostExact {
		return nil, fmt.Errorf("protect: the exact mode is for small tables, of %d numbers at most; these are %d", mostExact, len(m.numbers))
	}
	for _, s := range systems {
		e := &exactSystem{system: s}
		if s.scale == 0 {
			return nil, fmt.Errorf("protect: the exact mode needs values of six decimals at most")
		}
		for _, v := range s.value {
			e.value = append(e.value, int64(math.Round(v*e.scale)))
		}
		for i := range s.targets {
			t := &s.targets[i]
			if t.told {
				continue
			}
			if t.number < 0 {
				e.needs = append(e.needs, need{target: t, cols: t.cols, up: 1})
				continue
			}
			down, up := m.room(s, t, p)
			n := need{target: t, cols: s.cols[t.number], down: int64(math.Ceil(down*e.scale - 1e-6)), up: max(1, int64(math.Ceil(up*e.scale-1e-6)))}
			if t.withZeros {
				n.down = 0 // it is enough that not all need be in the one category; that is up for another
			}
			e.needs = append(e.needs, n)
		}
		x.systems = append(x.systems, e)
	}
	return x, x.choices(o.By)
}

func (m *model) exact(systems []*system, p Policy, o ExactOptions) (*Optimum, error) {
	x, err := m.newExactSearch(systems, p, o)
	if err != nil {
		return nil, err
	}
	best, err := x.first(systems)
	if err != nil {
		return nil, err
	}
	out := &Optimum{}
	if err := x.boundReach(); err != nil {
		return nil, err
	}
	if err := x.relaxed(o.Work, out); err != nil {
		return nil, err
	}
	if best, err = x.solve(best, out); err != nil {
		return nil, err
	}
	out.Cost = x.costOf(best)
	out.Cuts = len(x.cuts)
	out.hidden = make([]bool, len(m.numbers))
	for i := range m.numbers {
		if c := x.choiceOf[i]; c >= 0 && best[c] || m.numbers[i].primary() {
			out.hidden[i] = true
			out.Hidden = append(out.Hidden, m.numbers[i].name)
			out.Cells += m.numbers[i].cells
		}
	}
	return out, nil
}

// choices puts numbers together that are the same to an attacker, and prices them.
func (x *exactSearch) choices(by string) error {
	index := map[string]int32{}
	for i := range x.m.numbers {
		n := &x.m.numbers[i]
		key, nothing := "", true
		for _, s := range x.systems {
			key += fmt.Sprint(s.cols[i], ";")
			nothing = nothing && len(s.cols[i]) == 0
		}
		if nothing && !n.primary() {
			x.choiceOf = append(x.choiceOf, -1)
			continue
		}
		c, ok := index[key]
		if !ok {
			c = int32(len(x.numbers))
			index[key] = c
			x.numbers, x.cost = append(x.numbers, nil), append(x.cost, 0)
			x.must, x.keep = append(x.must, false), append(x.keep, false)
		}
		x.choiceOf = append(x.choiceOf, c)
		x.numbers[c] = append(x.numbers[c], int32(i))
		x.must[c], x.keep[c] = x.must[c] || n.primary(), x.keep[c] || n.keep
		switch by {
		case "", ByCells:
			x.cost[c] += int64(n.cells)
		case ByValue:
			if v, ok := x.m.value(n, x.m.counts[0]); ok {
				x.cost[c] += int64(v) * int64(n.cells)
			}
		case ByCost:
			x.cost[c] += int64(math.Round(n.cost * 256))
		default:
			return fmt.Errorf("protect: the exact mode can make %q, %q or %q least, not %q", ByCells, ByValue, ByCost, by)
		}
	}
	var conflicts []string
	for c := range x.numbers {
		if x.must[c] && x.keep[c] {
			conflicts = append(conflicts, x.m.numbers[x.numbers[c][0]].name+" must be shown but a rule hides it")
		}
	}
	if len(conflicts) > 0 {
		return conflictError(conflicts)
	}
	return nil
}

func (x *exactSearch) costOf(hidden []bool) (sum int64) {
	for c, h := range hidden {
		if h {
			sum += x.cost[c]
		}
	}
	return sum
}

// problem is what an attacker knows beforehand of changes to the columns, when secret zeros may change or not. Columns
// are changes times unit.
func (s *exactSystem) problem(zeros bool, unit int64) (p *lp.Problem, known []int64) {
	p = &lp.Problem{}
	for c, v := range s.value {
		least, most := -v*unit, int64(lp.Infinite)
		if !s.whole && v < 0 {
			least = -lp.Infinite
		}
		if int32(c) >= s.positive && !zeros {
			least, most = 0, 0
		}
		p.Column(least, most)
	}
	for _, f := range s.fixed {
		p.Equal(0, f.terms()...)
	}
	return p, make([]int64, len(s.value))
}

func (f fixedRow) terms() []lp.Term {
	var terms []lp.Term
	for _, c := range f.plus {
		terms = append(terms, lp.Term{Col: int(c), Coef: 1})
	}
	for _, c := range f.minus {
		terms = append(terms, lp.Term{Col: int(c), Coef: -1})
	}
	return terms
}

func termsOf(cols []int32, coef int64) []lp.Term {
	terms := make([]lp.Term, len(cols))
	for i, c := range cols {
		terms[i] = lp.Term{Col: int(c), Coef: coef}
	}
	return terms
}

// colsOf are the columns of a choice.
func (x *exactSearch) colsOf(s *exactSystem, c int) []int32 { return s.cols[x.numbers[c][0]] }

// What an attack on a pattern says of it.
const (
	isSafe  = iota
	isBare  // proved not to be safe
	unknown // the work allowed was not enough to tell
)

// safe tells whether a pattern keeps every target safe. When it doesn't, blame is the first target that is not.
func (x *exactSearch) safe(hidden []bool) (what int, blame *target, err error) {
	for _, s := range x.systems {
		for _, zeros := range []bool{false, true} {
			p, known := s.problem(zeros, 1)
			for c, h := range hidden {
				if !h {
					p.Equal(0, termsOf(x.colsOf(s, c), 1)...)
				}
			}
			var objectives []lp.Objective
			var asked []need
			for _, n := range s.needs {
				if n.zeros() == zeros {
					low, high := -n.down, n.up
					objectives = append(objectives, lp.Objective{Terms: termsOf(n.cols, 1), EnoughLow: &low, EnoughHigh: &high})
					asked = append(asked, n)
				}
			}
			if len(objectives) == 0 {
				continue
			}
			ranges := p.Ranges
			if s.system.whole {
				ranges = p.WholeRanges
			}
			got, _, err := ranges(objectives, known, lp.Options{Alone: true, Nodes: 200, Budget: x.work})
			if err != nil {
				return unknown, nil, err
			}
			for i, n := range asked {
				for _, end := range []struct {
					lp.End
					v, sign int64
				}{{got[i].Least, -n.down, -1}, {got[i].Most, n.up, 1}} {
					switch {
					case reaches(end.End, end.v, end.sign):
					case end.Limit != nil && new(big.Rat).Sub(end.Limit, big.NewRat(end.v, 1)).Sign()*int(end.sign) < 0:
						return isBare, n.target, nil
					default:
						what = unknown
					}
				}
			}
		}
		if x.alone && !x.apart(s, hidden) {
			return isBare, nil, nil
		}
	}
	return what, nil, nil
}

// zeros tells whether secret zeros may bring the need about.
func (n need) zeros() bool { return n.target.withZeros || n.target.number < 0 }

// reaches tells whether some point gets to a value, upwards with sign 1 and downwards with -1.
func reaches(e lp.End, v, sign int64) bool {
	return e.NoLimit || e.Reached != nil && new(big.Rat).Sub(e.Reached, big.NewRat(v, 1)).Sign()*int(sign) >= 0
}

// apart tells whether the witnesses of a pattern keep who is alone in a number from computing another.
func (x *exactSearch) apart(s *exactSystem, hidden []bool) bool {
	shown := make([]bool, len(x.m.numbers))
	for i, c := range x.choiceOf {
		shown[i] = !x.m.numbers[i].primary() && (c < 0 || !hidden[c])
	}
	e := s.shownEquations(shown)
	witnesses, err := s.search(e)
	return err == nil && x.m.checkWitnesses(s.system, e, &checked{witnesses: witnesses}) == nil
}

// first is the first pattern: what the usual way hides, or else everything, less what can be shown again.
func (x *exactSearch) first(systems []*system) ([]bool, error) {
	if err := x.m.hide(systems, x.p); err != nil {
		return x.everything()
	}
	hidden := slices.Clone(x.must)
	for i, c := range x.choiceOf {
		if c >= 0 && x.m.numbers[i].hidden {
			hidden[c] = true
		}
	}
	if what, _, err := x.safe(hidden); err != nil || what == isBare {
		if err != nil {
			return nil, err
		}
		return x.everything()
	}
	return x.reveal(hidden, nil)
}

// everything hides all that may be hidden, and shows again, the dearest first, what can be. It is the first pattern, and shows that there is one.
func (x *exactSearch) everything() ([]bool, error) {
	hidden := make([]bool, len(x.numbers))
	for c := range hidden {
		hidden[c] = !x.keep[c]
	}
	what, blame, err := x.safe(hidden)
	if err != nil {
		return nil, err
	}
	if what == unknown {
		return nil, errors.New("protect: the exact mode found no first pattern with the work allowed: allow more, or give a smaller table")
	}
	if what == isBare && blame != nil && blame.number >= 0 {
		return nil, fmt.Errorf("protect: %s can't be protected however much is hidden: what must be shown, or is known beforehand, tells too much of it",
			x.m.numbers[blame.number].name)
	}
	if what == isBare {
		return nil, errors.New("protect: hidden zeros, or who is alone in a number, can't be protected however much is hidden")
	}
	return x.reveal(hidden, nil)
}

// reveal shows numbers of a safe pattern again, the dearest first, as long as it stays safe; those of first before all.
func (x *exactSearch) reveal(hidden []bool, first func(c int) bool) ([]bool, error) {
	order := make([]int, 0, len(hidden))
	for c, h := range hidden {
		if h && !x.must[c] {
			order = append(order, c)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if first != nil && first(a) != first(b) {
			if first(a) {
				return -1
			}
			return 1
		}
		return int(x.cost[b] - x.cost[a])
	})
	hidden = slices.Clone(hidden)
	for _, c := range order {
		if x.work.Spent() {
			break
		}
		hidden[c] = false
		what, _, err := x.safe(hidden)
		if err != nil {
			return nil, err
		}
		hidden[c] = what != isSafe
	}
	return hidden, nil
}

// boundReach finds how far each choice's numbers can be from what they are when everything that may be is hidden.
func (x *exactSearch) boundReach() error {
	for _, s := range x.systems {
		p, known := s.problem(true, 1)
		for c, keep := range x.keep {
			if keep {
				p.Equal(0, termsOf(x.colsOf(s, c), 1)...)
			}
		}
		objectives := make([]lp.Objective, len(x.numbers))
		for c := range x.numbers {
			objectives[c].Terms = termsOf(x.colsOf(s, c), 1)
		}
		got, _, err := p.Ranges(objectives, known, lp.Options{Alone: true, Budget: x.work})
		if err != nil {
			return err
		}
		for _, r := range got {
			s.fall = append(s.fall, distance(r.Least))
			s.rise = append(s.rise, distance(r.Most))
		}
	}
	return nil
}

// distance is how far an end is from 0, rounded up; -1 for no limit.
func distance(e lp.End) int64 {
	if e.NoLimit || e.Limit == nil {
		return -1
	}
	v := new(big.Rat).Abs(e.Limit)
	up := new(big.Int).Div(new(big.Int).Add(v.Num(), new(big.Int).Sub(v.Denom(), big.NewInt(1))), v.Denom())
	if !up.IsInt64() {
		return -1
	}
	return up.Int64()
}

// relaxed sets attackers on the relaxed choice, where numbers may be hidden in part, until their attacks give no more conditions, or for a while: with half of the work there is.
func (x *exactSearch) relaxed(work int, out *Optimum) error {
	const little = 1e-6
	all := x.work
	x.work = lp.NewBudget(work / 2)
	defer func() {
		all.Spend(work/2 - max(0, x.work.Left()))
		x.work = all
	}()
	for !x.work.Spent() {
		p := x.master()
		s, err := p.Minimize(x.objective(), lp.Options{Alone: true, Budget: x.work})
		if err != nil {
			return fmt.Errorf("protect: conditions of the exact mode: %w", err)
		}
		if s.Limit != nil {
			out.Least = max(out.Least, ceiling(s.Limit))
		}
		if s.Point == nil {
			return nil
		}
		part := make([]float64, len(x.numbers))
		for c := range part {
			part[c], _ = s.Point[c].Float64()
		}
		before := len(x.cuts)
		if err := x.attack(part, little); err != nil {
			return err
		}
		if len(x.cuts) == before {
			return nil
		}
	}
	return nil
}

// master is the choice under the conditions found.
func (x *exactSearch) master() *lp.Problem {
	p := &lp.Problem{}
	for c := range x.numbers {
		switch {
		case x.must[c]:
			p.Column(1, 1)
		case x.keep[c]:
			p.Column(0, 0)
		default:
			p.Column(0, 1)
		}
	}
	for _, k := range x.cuts {
		p.Between(whole, lp.Infinite, k...)
	}
	return p
}

func (x *exactSearch) objective() []lp.Term {
	terms := make([]lp.Term, len(x.cost))
	for c, v := range x.cost {
		terms[c] = lp.Term{Col: c, Coef: v}
	}
	return terms
}

// attack sets an attacker on a choice, whole or in part, and takes in the conditions that it breaks by more than little.
func (x *exactSearch) attack(part []float64, little float64) error {
	const unit = 1000 // of a change, so that parts of numbers are whole
	seen := map[string]bool{}
	for _, s := range x.systems {
		var largest int64
		for _, n := range s.needs {
			largest = max(largest, n.down, n.up)
		}
		for _, zeros := range []bool{false, true} {
			p, known := s.problem(zeros, unit)
			var rows []int // the choice of each row after the fixed ones
			for c, h := range part {
				cols := x.colsOf(s, c)
				if h > 1-1e-9 || len(cols) == 0 {
					continue
				}
				// A number hidden in part may change in part, by no more than a target has to: the condition counts it in full if it takes more.
				most := int64(math.Floor(h*float64(largest*unit) + 1e-6))
				p.Between(-most, most, termsOf(cols, 1)...)
				rows = append(rows, c)
			}
			var objectives [][]lp.Term
			var asked []need
			var sides []int64
			for _, n := range s.needs {
				if n.zeros() != zeros {
					continue
				}
				for _, side := range []int64{1, -1} {
					if side > 0 && n.up > 0 || side < 0 && n.down > 0 {
						objectives, asked, sides = append(objectives, termsOf(n.cols, -side)), append(asked, n), append(sides, side)
					}
				}
			}
			if len(objectives) == 0 {
				continue
			}
			got, err := p.Prove(objectives, known, lp.Options{Budget: x.work})
			if err != nil {
				return err
			}
			for i, g := range got {
				want := asked[i].up
				if sides[i] < 0 {
					want = asked[i].down
				}
				if g.NoLimit || g.Limit == nil || g.Limit.Cmp(big.NewRat(-want*unit, 1)) <= 0 {
					continue
				}
				k := x.condition(s, objectives[i], want, g.Multipliers, rows, zeros)
				if k == nil {
					continue
				}
				var sum float64
				for _, t := range k {
					sum += float64(t.Coef) * part[t.Col]
				}
				if key := fmt.Sprint(k); sum < whole*(1-little) && !seen[key] {
					seen[key] = true
					x.cuts = append(x.cuts, k)
				}
			}
		}
	}
	return nil
}

// condition is what multipliers y of an attack prove. With d = objective - y A, every change has objective = d * change + sum of y * change of the number, where
// a column falls by its value at most and a number moves only if it is hidden, and then no farther than it can. For the objective to get down to -want, the
// hidden numbers must make up for what the columns can't. It is nil when the multipliers prove nothing.
func (x *exactSearch) condition(s *exactSystem, objective []lp.Term, want int64, y []*big.Rat, rows []int, zeros bool) cut {
	d := make([]*big.Rat, len(s.value))
	for c := range d {
		d[c] = new(big.Rat)
	}
	for _, t := range objective {
		d[t.Col].SetInt64(t.Coef)
	}
	off := func(y *big.Rat, terms []lp.Term) {
		if y.Sign() != 0 {
			x.work.Spend(forFraction * len(terms))
			for _, t := range terms {
				d[t.Col].Sub(d[t.Col], new(big.Rat).Mul(y, big.NewRat(t.Coef, 1)))
			}
		}
	}
	for i, f := range s.fixed {
		off(y[i], f.terms())
	}
	for i, c := range rows {
		off(y[len(s.fixed)+i], termsOf(x.colsOf(s, c), 1))
	}
	missing := big.NewRat(want, 1)
	for c, v := range d {
		switch {
		case v.Sign() == 0 || int32(c) >= s.positive && !zeros:
		case v.Sign() < 0 || !s.system.whole && s.value[c] < 0:
			return nil
		default:
			missing.Sub(missing, new(big.Rat).Mul(v, big.NewRat(s.value[c], 1)))
		}
	}
	if missing.Sign() <= 0 {
		return nil
	}
	var k cut
	for i, c := range rows {
		v := y[len(s.fixed)+i]
		far := s.fall[c]
		if v.Sign() < 0 {
			far = s.rise[c]
		}
		if v.Sign() == 0 || far == 0 || x.keep[c] {
			continue
		}
		a := int64(whole)
		if far > 0 {
			share := new(big.Rat).Mul(new(big.Rat).Abs(v), big.NewRat(far, 1))
			share.Quo(share, missing).Mul(share, big.NewRat(whole, 1))
			if share.Cmp(big.NewRat(whole, 1)) < 0 {
				a = new(big.Int).Div(new(big.Int).Add(share.Num(), new(big.Int).Sub(share.Denom(), big.NewInt(1))), share.Denom()).Int64()
			}
		}
		k = append(k, lp.Term{Col: c, Coef: a})
	}
	return k
}

// solve makes the best choice under the conditions, sets attackers on it, and begins again until it is safe, cheaper than which nothing is. best is a
// pattern known to be safe.
func (x *exactSearch) solve(best []bool, out *Optimum) ([]bool, error) {
	for {
		p := x.master()
		s, err := p.MinimizeWhole(x.objective(), nil, lp.Options{Alone: true, Nodes: max(1, x.nodes), Budget: x.work})
		if err != nil {
			return nil, fmt.Errorf("protect: conditions of the exact mode: %w", err)
		}
		out.Rounds++
		out.Nodes += s.Nodes
		x.nodes -= s.Nodes
		if s.Limit != nil {
			out.Least = max(out.Least, ceiling(s.Limit))
		}
		if out.Least >= x.costOf(best) {
			out.Least = x.costOf(best)
			return best, nil
		}
		if s.Point == nil {
			return best, nil
		}
		hidden, part := make([]bool, len(x.numbers)), make([]float64, len(x.numbers))
		for c, v := range s.Point {
			hidden[c] = v.Sign() > 0
			part[c], _ = v.Float64()
		}
		what, _, err := x.safe(hidden)
		if err != nil {
			return nil, err
		}
		if what == isSafe && x.costOf(hidden) < x.costOf(best) {
			best = hidden
		}
		if what == isSafe && s.Exact() || what == unknown || x.nodes <= 0 || x.work.Spent() {
			return best, nil
		}
		if what == isSafe {
			continue
		}
		before := len(x.cuts)
		if err := x.attack(part, 1e-9); err != nil {
			return nil, err
		}
		if x.work.Spent() {
			return best, nil
		}
		if len(x.cuts) == before {
			if err := x.forbid(hidden); err != nil {
				return nil, err
			}
		}
		if hidden, err = x.mend(hidden, best); err != nil {
			return nil, err
		}
		if x.costOf(hidden) < x.costOf(best) {
			best = hidden
		}
	}
}

// mend makes a safe pattern of one that is not: with what a safe one hides, less what can be shown again.
func (x *exactSearch) mend(hidden, safe []bool) ([]bool, error) {
	both := slices.Clone(hidden)
	for c := range both {
		both[c] = both[c] || safe[c]
	}
	return x.reveal(both, func(c int) bool { return !hidden[c] })
}

// forbid takes in the condition that not all that the pattern shows may be shown, less what could be hidden and it would still be unsafe: showing more
// never makes a pattern safer. It serves where linear programs find no fault, but whole numbers or who is alone in a number do.
func (x *exactSearch) forbid(hidden []bool) error {
	hidden = slices.Clone(hidden)
	for c := range hidden {
		if hidden[c] || x.keep[c] {
			continue
		}
		hidden[c] = true
		what, _, err := x.safe(hidden)
		if err != nil {
			return err
		}
		hidden[c] = what == isBare
	}
	var k cut
	for c := range hidden {
		if !hidden[c] && !x.keep[c] {
			k = append(k, lp.Term{Col: c, Coef: whole})
		}
	}
	x.cuts = append(x.cuts, k)
	return nil
}

func ceiling(v *big.Rat) int64 {
	return new(big.Int).Div(new(big.Int).Add(v.Num(), new(big.Int).Sub(v.Denom(), big.NewInt(1))), v.Denom()).Int64()
}
