package protect

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/skikt/skikt/cube"
)

// An Audit says what was done to protect a release or a table, and how it was checked. It holds no values and can be published.
type Audit struct {
	Policy   string        `json:"policy"`
	Version  string        `json:"version,omitempty"`
	Reason   string        `json:"reason,omitempty"` // why the table was taken as already public
	Method   cube.Text     `json:"method"`
	Families []FamilyAudit `json:"families,omitempty"`
	Tables   []TableAudit  `json:"tables"`
	Verdict  cube.Text     `json:"verdict"`
}

// FamilyAudit is what was checked of one family. Numbers are distinct ones: a number that stands in several tables counts once.
type FamilyAudit struct {
	Name      string         `json:"name"`
	Numbers   int            `json:"numbers"`
	Shown     int            `json:"shown"`
	Primary   int            `json:"primary"`   // hidden by a rule
	Secondary int            `json:"secondary"` // hidden to protect
	ByBounds  int            `json:"by_bounds"` // of which because bounds left a single value for another
	Unmarked  int            `json:"unmarked"`  // written as hidden to protect, though a rule may hide them, because the mark would tell the value
	Measures  []MeasureAudit `json:"measures"`
}

// MeasureAudit is the check of one count.
type MeasureAudit struct {
	Measure   string `json:"measure"`
	Unknowns  int    `json:"unknowns"`  // atoms that an attacker doesn't know beforehand
	Relations int    `json:"relations"` // shown numbers, each an equation
	Targets   int    `json:"targets"`   // numbers tested: hidden by a rule
	Single    int    `json:"single"`    // of which one person's
	Witnesses int    `json:"witnesses"` // other tables that agree on everything shown, checked in whole numbers
}

// TableAudit counts a table's cells.
type TableAudit struct {
	Name   string         `json:"name"`
	Cells  int            `json:"cells"`
	Status map[string]int `json:"status"` // cells by status
}

func auditTable(c *cube.Cube) TableAudit {
	t := TableAudit{Name: c.Name, Status: map[string]int{}}
	for m := range c.Measures() {
		for row := range c.Len() {
			t.Cells++
			t.Status[c.Cell(row, m).Status.String()]++
		}
	}
	return t
}

// errExposed is what the audit finds when something hidden could be computed. It means a fault in this package.
var errExposed = errors.New("the audit failed, nothing is released")

// shownNumbers reads from finished tables which numbers a reader gets, and checks that each is right and allowed. It trusts the tables, not
// what was decided before.
func (m *model) shownNumbers(done []*cube.Cube, p Policy) ([]bool, error) {
	shown := make([]bool, len(m.numbers))
	for k, t := range m.tables {
		c := done[k]
		if c.Len() != t.cube.Len() || len(c.Measures()) != len(t.cube.Measures()) {
			return nil, fmt.Errorf("%w: table %s has changed its form", errExposed, c.Name)
		}
		for i, meas := range c.Measures() {
			share := slices.IndexFunc(t.share, func(s shareOf) bool { return s.measure == i })
			of := slices.IndexFunc(m.measures, func(x cube.Measure) bool { return x.Name == meas.Name })
			for row := range c.Len() {
				cell := c.Cell(row, i)
				tells := cell.Status.HasValue() || cell.Base.OK || cell.Lo.OK || cell.Hi.OK
				if tells && cell.Status.Hidden() && share < 0 || cell.Status.Hidden() && (cell.Lo.OK || cell.Hi.OK) {
					return nil, fmt.Errorf("%w: %s keeps something of a hidden cell", errExposed, describe(c, row))
				}
				if share >= 0 {
					s := &t.share[share]
					if base := s.base[row]; base >= 0 && (tells || !cell.Status.Hidden()) {
						shown[base] = true
					}
					if cell.Status.HasValue() && s.tooFew[row] {
						return nil, fmt.Errorf("%w: %s shows a share on too few", errExposed, describe(c, row))
					}
				}
				if cell.Status.HasValue() || tells && share < 0 {
					shown[t.number[row]] = true
				}
				if of < 0 || !cell.Status.HasValue() || m.measures[of].Kind != cube.Count {
					continue
				}
				v, ok := m.value(&m.numbers[t.number[row]], of)
				if !ok || v != cell.Value {
					return nil, fmt.Errorf("%w: %s is not the sum of its parts", errExposed, describe(c, row))
				}
				if v >= 1 && v < float64(p.MinCount) || v == 0 && p.Zeros == Hide {
					return nil, fmt.Errorf("%w: %s shows a count that the policy hides", errExposed, describe(c, row))
				}
			}
		}
	}
	for i := range m.numbers {
		if shown[i] && m.numbers[i].primary() {
			return nil, fmt.Errorf("%w: %s is shown although a rule hides it", errExposed, m.numbers[i].name)
		}
	}
	return shown, nil
}

// audit proves, for one count, that no target can be computed from the shown numbers. The proof is a set of witnesses: a witness is a change
// to the atoms that leaves every shown number as it is, so where it changes a target, two tables agree on everything shown and not
// on the target. Witnesses are searched modulo a prime, and then checked one by one in whole numbers against every shown number, so that a
// fault in the search can only make the audit fail.
func (m *model) audit(s *system, shown []bool) (MeasureAudit, error) {
	a := MeasureAudit{Measure: m.measures[s.measure].Name, Unknowns: int(s.columns), Targets: len(s.targets)}
	in := make([][]int32, s.columns) // per column: the shown numbers it is part of
	var equations [][]int32
	for i := range m.numbers {
		if cols := s.vector(m.numbers[i].atoms, s.columns); shown[i] && len(cols) > 0 {
			for _, c := range cols {
				in[c] = append(in[c], int32(len(equations)))
			}
			equations = append(equations, cols)
		}
	}
	a.Relations = len(equations)
	witnesses, err := s.search(equations, in)
	if err != nil {
		return a, err
	}
	a.Witnesses = len(witnesses)
	remains := make([][]remainder, len(s.targets))
	of := make([][]int32, s.columns) // per column: the targets it is part of
	for t, target := range s.targets {
		if target.singleton {
			a.Single++
		}
		for _, c := range target.cols {
			of[c] = append(of[c], int32(t))
		}
	}
	zeroMoves := make([]bool, s.columns)
	left, touched := make([]big.Int, len(equations)), []int32(nil)
	moved, targets := make([]big.Int, len(s.targets)), []int32(nil)
	for w, witness := range witnesses {
		touched, targets = touched[:0], targets[:0]
		var zeros []int32
		for _, step := range witness {
			if step.col >= s.positive {
				zeros = append(zeros, step.col)
			}
			for _, q := range in[step.col] {
				left[q].Add(&left[q], step.by)
				touched = append(touched, q)
			}
			for _, t := range of[step.col] {
				moved[t].Add(&moved[t], step.by)
				targets = append(targets, t)
			}
		}
		for _, q := range touched {
			if left[q].Sign() != 0 {
				return a, fmt.Errorf("%w: a witness for %s does not hold", errExposed, a.Measure)
			}
		}
		slices.Sort(targets)
		for _, t := range slices.Compact(targets) {
			if moved[t].Sign() != 0 && (len(zeros) == 0 || s.targets[t].limit == s.columns) {
				remains[t] = append(remains[t], remainder{w, new(big.Int).Set(&moved[t])})
			}
			moved[t].SetInt64(0)
		}
		if len(zeros) == 1 {
			zeroMoves[zeros[0]] = true
		}
	}
	for c := s.positive; c < s.columns; c++ {
		if !zeroMoves[c] {
			return a, fmt.Errorf("%w: a hidden zero of %s can be told", errExposed, a.Measure)
		}
	}
	users := map[string][]int{}
	for t, target := range s.targets {
		if len(remains[t]) == 0 {
			return a, fmt.Errorf("%w: %s can be computed", errExposed, m.numbers[target.number].name)
		}
		key := direction(remains[t], target.limit)
		users[key] = append(users[key], t)
	}
	for t, target := range s.targets {
		if together := users[direction(remains[t], target.limit)]; target.singleton && len(together) > 1 {
			other := slices.IndexFunc(together, func(u int) bool { return u != t })
			return a, fmt.Errorf("%w: who is alone in %s could compute %s", errExposed, m.numbers[target.number].name, m.numbers[s.targets[together[other]].number].name)
		}
	}
	return a, nil
}

// A step is how much a witness changes an atom.
type step struct {
	col int32
	by  *big.Int
}

// A remainder is how much a witness changes a target.
type remainder struct {
	witness int
	by      *big.Int
}

// direction is a list of remainders, divided by the first, as a key: two targets with the same one always change in step.
func direction(list []remainder, limit int32) string {
	key := fmt.Sprintf("%d| ", limit)
	for _, r := range list {
		key += fmt.Sprintf("%d:%s ", r.witness, new(big.Rat).SetFrac(r.by, list[0].by))
	}
	return key
}

// search looks for witnesses: first it takes out what a shown number tells by itself, over and over, then it solves the rest.
func (s *system) search(equations [][]int32, in [][]int32) ([][]step, error) {
	told := make([]bool, s.columns)
	open := make([]int, len(equations))
	var alone []int32
	for q, cols := range equations {
		if open[q] = len(cols); open[q] == 1 {
			alone = append(alone, int32(q))
		}
	}
	for len(alone) > 0 {
		q := alone[len(alone)-1]
		alone = alone[:len(alone)-1]
		for _, c := range equations[q] {
			if told[c] {
				continue
			}
			told[c] = true
			for _, other := range in[c] {
				if open[other]--; open[other] == 1 {
					alone = append(alone, other)
				}
			}
		}
	}
	rank := make([]float64, s.columns)
	for c := range rank {
		rank[c] = float64(len(in[c]))
	}
	e := newEchelon(s.columns, s.positive, rank)
	order := make([]int, len(equations))
	for q := range order {
		order[q] = q
	}
	slices.SortStableFunc(order, func(a, b int) int { return open[a] - open[b] })
	for _, q := range order {
		if open[q] == 0 {
			continue
		}
		var cols []int32
		for _, c := range equations[q] {
			if !told[c] {
				cols = append(cols, c)
			}
		}
		row := e.reduce(ones(cols))
		if len(row) == 0 {
			continue
		}
		pivot := e.pivot(row)
		if pivot < 0 {
			return nil, fmt.Errorf("%w: a sum of hidden zeros is told", errExposed)
		}
		e.add(row, pivot)
	}
	// Every column that is neither told nor a pivot may be chosen freely, and the pivots follow.
	free := make([][]term, s.columns)
	for c := range s.columns {
		if r := e.pivotRow[c]; r >= 0 {
			for _, t := range e.rows[r] {
				if t.col != c {
					free[t.col] = append(free[t.col], term{c, negMod(t.v)})
				}
			}
		} else if !told[c] {
			free[c] = append(free[c], term{c, 1})
		}
	}
	var witnesses [][]step
	for _, terms := range free {
		if len(terms) == 0 {
			continue
		}
		witness, ok := wholeNumbers(terms)
		if !ok {
			return nil, fmt.Errorf("%w: a witness needs numbers that are too large", errExposed)
		}
		witnesses = append(witnesses, witness)
	}
	return witnesses, nil
}

// wholeNumbers reads a row modulo the prime as fractions and puts them on a common denominator.
func wholeNumbers(terms []term) ([]step, bool) {
	common := big.NewInt(1)
	nums, dens := make([]int64, len(terms)), make([]*big.Int, len(terms))
	for i, t := range terms {
		num, den, ok := fraction(t.v)
		if !ok {
			return nil, false
		}
		nums[i], dens[i] = num, big.NewInt(den)
		gcd := new(big.Int).GCD(nil, nil, common, dens[i])
		common.Mul(common, new(big.Int).Quo(dens[i], gcd))
	}
	out := make([]step, len(terms))
	for i, t := range terms {
		by := new(big.Int).Quo(common, dens[i])
		out[i] = step{t.col, by.Mul(by, big.NewInt(nums[i]))}
	}
	return out, true
}
