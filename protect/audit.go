package protect

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/lp"
)

// An Audit says what was done to protect a release or a table, and how it was checked. It holds no values and can be published.
type Audit struct {
	Policy   string         `json:"policy"`
	Version  string         `json:"version,omitempty"`
	Reason   string         `json:"reason,omitempty"` // why the table was taken as already public
	Method   cube.Text      `json:"method"`
	Families []FamilyAudit  `json:"families,omitempty"`
	Measures []MeasureAudit `json:"measures,omitempty"` // what was checked of each measure that something is hidden of
	Tables   []TableAudit   `json:"tables"`
	Verdict  cube.Text      `json:"verdict"`
}

// FamilyAudit is what was done to one family. Numbers are distinct ones: a number that stands in several tables counts once.
type FamilyAudit struct {
	Name      string `json:"name"`
	Numbers   int    `json:"numbers"`
	Shown     int    `json:"shown"`
	Primary   int    `json:"primary"`   // hidden by a rule
	Secondary int    `json:"secondary"` // hidden to protect
	Unmarked  int    `json:"unmarked"`  // written as hidden to protect, though a rule may hide them, because the mark would tell the value
}

// MeasureAudit is the check of one measure of one population.
type MeasureAudit struct {
	Measure    string   `json:"measure"`
	Families   []string `json:"families"`
	Unknowns   int      `json:"unknowns"`   // atoms that an attacker doesn't know beforehand
	Relations  int      `json:"relations"`  // shown numbers and what is known beforehand, each an equation
	Targets    int      `json:"targets"`    // numbers tested: hidden by a rule
	Single     int      `json:"single"`     // of which one person's, or one contributor's
	Beforehand int      `json:"beforehand"` // of which earlier tables tell already, whatever is hidden now
	Witnesses  int      `json:"witnesses"`  // other tables that agree on everything shown, checked in whole numbers
	Blocks     int      `json:"blocks"`     // parts of what is hidden that have nothing to do with one another
	Intervals  int      `json:"intervals"`  // hidden numbers whose least and greatest possible value were computed
	Certified  int      `json:"certified"`  // of which both ends were proved by linear programming duality in exact arithmetic
	// Narrowest and Median are widths of the intervals of numbers hidden by a rule; absent without any.
	Narrowest *float64 `json:"narrowest,omitempty"`
	Median    *float64 `json:"median,omitempty"`
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
			of := m.measureOf(t.part, meas.Name)
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
				if t.given {
					v, ok = t.cube.Cell(row, i).Value, true
				}
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

// A finding of the audit on a system: what it took and what it came to.
type checked struct {
	MeasureAudit
	witnesses [][]step
	blocks    []block
	spans     map[int32]span     // per hidden number
	targets   map[int32]bool     // numbers that a rule hides in this measure
	movers    map[int32][]*cycle // per number: witnesses that move it; per -1-column those that move a secret zero
}

// audit proves, for one measure, that no target can be computed from the shown numbers, nor told within less than the policy's interval. The
// proof is a set of witnesses: a witness is a change to the atoms that leaves every shown number as it is, so where it changes a target, two tables agree on
// everything shown and not on the target. Witnesses are searched modulo a prime, those that the choice rests on are taken along, and all are then checked one by one in whole
// numbers against every shown number, so that a fault in the search or in the choice can only make the audit fail. Then the least and greatest value of every hidden number is found.
func (m *model) audit(s *system, shown []bool, p Policy) (*checked, error) {
	a := &checked{MeasureAudit: MeasureAudit{Measure: m.measures[s.measure].Name, Unknowns: int(s.columns)}, spans: map[int32]span{}, targets: map[int32]bool{}}
	for _, x := range m.parts {
		if slices.Contains(x.measure, s.measure) {
			a.Families = append(a.Families, x.name)
		}
	}
	e := s.shownEquations(shown)
	a.Relations = len(e.rows)
	var err error
	if a.witnesses, err = s.search(e); err != nil {
		return a, err
	}
	for _, y := range s.proposed {
		w := make([]step, len(y.cols))
		for i, col := range y.cols {
			w[i] = step{col, big.NewInt(y.by[i])}
		}
		a.witnesses = append(a.witnesses, w)
	}
	a.Witnesses = len(a.witnesses)
	if err := m.checkWitnesses(s, e, a); err != nil {
		return a, err
	}
	a.blocks = s.blocks(e, a.witnesses)
	a.Blocks = len(a.blocks)
	return a, m.checkSpans(s, a, p)
}

// checkWitnesses holds every witness against every equation, and every target against the witnesses.
func (m *model) checkWitnesses(s *system, e *equations, a *checked) error {
	remains := make([][]remainder, len(s.targets))
	of := make([][]int32, s.columns) // per column: the targets it is part of
	for t, target := range s.targets {
		if target.number < 0 {
			continue
		}
		a.Targets++
		if target.singleton {
			a.Single++
		}
		if target.told {
			a.Beforehand++
		}
		for _, c := range target.cols {
			of[c] = append(of[c], int32(t))
		}
	}
	zeroMoves := make([]bool, s.columns)
	left, touched := make([]big.Int, len(e.rows)), []int32(nil)
	moved, targets := make([]big.Int, len(s.targets)), []int32(nil)
	for w, witness := range a.witnesses {
		touched, targets = touched[:0], targets[:0]
		var zeros []int32
		for _, step := range witness {
			if step.col >= s.positive {
				zeros = append(zeros, step.col)
			}
			for _, q := range e.in[step.col] {
				if _, plus := slices.BinarySearch(e.rows[q].plus, step.col); plus {
					left[q].Add(&left[q], step.by)
				} else {
					left[q].Sub(&left[q], step.by)
				}
				touched = append(touched, q)
			}
			for _, t := range of[step.col] {
				moved[t].Add(&moved[t], step.by)
				targets = append(targets, t)
			}
		}
		for _, q := range touched {
			if left[q].Sign() != 0 {
				return fmt.Errorf("%w: a witness for %s does not hold", errExposed, a.Measure)
			}
		}
		slices.Sort(targets)
		for _, t := range slices.Compact(targets) {
			if moved[t].Sign() != 0 && (len(zeros) == 0 || s.targets[t].withZeros) {
				remains[t] = append(remains[t], remainder{w, new(big.Int).Set(&moved[t])})
			}
			moved[t].SetInt64(0)
		}
		if len(zeros) == 1 {
			zeroMoves[zeros[0]] = true
		}
	}
	users := map[string][]int{}
	key := make([]string, len(s.targets))
	for t, target := range s.targets {
		switch {
		case target.told:
			continue
		case target.number < 0:
			if !zeroMoves[target.cols[0]] {
				return fmt.Errorf("%w: a hidden zero of %s can be told", errExposed, a.Measure)
			}
			continue
		case len(remains[t]) == 0:
			return fmt.Errorf("%w: %s can be computed", errExposed, m.numbers[target.number].name)
		}
		key[t] = direction(remains[t], target.withZeros)
		users[key[t]] = append(users[key[t]], t)
	}
	for t, target := range s.targets {
		if !target.singleton || target.told {
			continue
		}
		for _, u := range users[key[t]] {
			if u != t && !slices.Equal(s.targets[u].cols, target.cols) {
				return fmt.Errorf("%w: who is alone in %s could compute %s", errExposed, m.numbers[target.number].name, m.numbers[s.targets[u].number].name)
			}
		}
	}
	return nil
}

// In blocks of up to easyColumns all intervals are searched for to their ends. In larger ones the work is bounded: largeWork steps of the linear programs in all, shared evenly, and largeNodes
// subproblems of whole numbers an end. The few that this is not enough for are searched for again with more of both. Where that does not do, an interval is told as far as single witnesses and the points passed reach:
// what can be known is then no narrower than that, and it counts as not certified. So do those that are not searched for at all, where there are so many, in so large blocks, that an end would get
// less than leastTry steps for each row and column of its block, which are not enough for anything.
const (
	easyColumns = 300
	largeWork   = 1_000_000_000
	largeNodes  = 20
	againWork   = 40_000_000
	againNodes  = 2_000
	leastTry    = 20
)

// affordable is of how many intervals, the first of some whose blocks have so many rows and columns, both ends can be searched for, and the steps for each end.
func affordable(work int, sizes []int) (n, each int) {
	for need := 0; n < len(sizes); n++ {
		if need += 2 * leastTry * sizes[n]; need > work {
			break
		}
	}
	return n, max(1, work/max(1, n)/2)
}

// stepsIn makes cycles of the witnesses, as far as their numbers are small: how far a target can be moved by one of them alone needs no linear program.
func (a *checked) stepsIn(s *system) {
	a.movers = map[int32][]*cycle{}
	for _, w := range a.witnesses {
		var terms []term
		for _, x := range w {
			terms = append(terms, term{x.col, modulo(x)})
		}
		cols, by, ok := smallSteps(terms)
		if !ok {
			continue
		}
		y, ok := s.newCycle(cols, by)
		if !ok {
			continue
		}
		for _, n := range y.numbers {
			a.movers[n] = append(a.movers[n], y)
		}
		if y.zero >= 0 {
			a.movers[-1-y.zero] = append(a.movers[-1-y.zero], y)
		}
	}
}

// moversOf are the cycles that move a target, each with by how much.
func (a *checked) moversOf(t *target) (all []*cycle, by func(*cycle) float64) {
	if t.number < 0 {
		return a.movers[-1-t.cols[0]], func(*cycle) float64 { return 1 }
	}
	return a.movers[t.number], func(y *cycle) float64 { return float64(y.move(t.number)) }
}

// reached is how low and high a target can be by single cycles.
func (s *system) reached(v float64, movers []*cycle, by func(*cycle) float64) span {
	x := span{least: v, most: v}
	for _, y := range movers {
		down, up := s.steps(y, 0)
		if y.zero >= 0 {
			down = 0
		}
		k := by(y)
		if k < 0 {
			down, up, k = up, down, -k
		}
		if !math.IsInf(down, 1) {
			x.least = min(x.least, v-down*k)
		}
		if math.IsInf(up, 1) {
			x.open = true
		} else {
			x.most = max(x.most, v+up*k)
		}
	}
	return x
}

// checkSpans finds what can be known of every hidden number and holds it against the policy's interval.
func (m *model) checkSpans(s *system, a *checked, p Policy) error {
	if s.scale == 0 {
		return nil // values with more than six decimals: witnesses are the proof, and no interval is told
	}
	a.stepsIn(s)
	size := make([]int, s.columns) // rows and columns of the block, where it is large
	for _, b := range a.blocks {
		if len(b.cols) > easyColumns {
			for _, c := range b.cols {
				size[c] = len(b.cols) + len(b.rows)
			}
		}
	}
	largest := func(n int32) (most int) {
		for _, c := range s.cols[n] {
			most = max(most, size[c])
		}
		return most
	}
	var easy, large, others []int32 // of the large ones, those of targets come first
	for i := range m.numbers {
		if !m.numbers[i].hidden || len(s.cols[i]) == 0 {
			continue
		}
		a.Intervals++
		switch n := int32(i); {
		case largest(n) == 0:
			easy = append(easy, n)
		case m.numbers[i].rule[s.measure]:
			large = append(large, n)
		default:
			others = append(others, n)
		}
	}
	large = append(large, others...)
	reached := func(n int32) span {
		return s.reached(s.sum(n), a.movers[n], func(y *cycle) float64 { return float64(y.move(n)) })
	}
	// search gives the numbers that are left uncertified.
	search := func(list []int32, limit lp.Options) (left []int32, err error) {
		sums := make([][]int32, len(list))
		for k, n := range list {
			sums[k] = s.cols[n]
		}
		spans, err := s.spans(a.blocks, sums, spanOptions{whole: s.whole, scale: s.scale, limit: limit})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errExposed, err)
		}
		for k, n := range list {
			x := spans[k]
			if x.certified {
				a.Certified++
			} else {
				x = x.with(reached(n))
				left = append(left, n)
			}
			a.spans[n] = x
		}
		return left, nil
	}
	if _, err := search(easy, lp.Options{}); err != nil {
		return err
	}
	for _, work := range []struct{ all, nodes int }{{largeWork, largeNodes}, {againWork, againNodes}} {
		if len(large) == 0 {
			break
		}
		sizes := make([]int, len(large))
		for k, n := range large {
			sizes[k] = largest(n)
		}
		n, each := affordable(work.all, sizes)
		left, err := search(large[:n], lp.Options{Work: each, Nodes: work.nodes})
		if err != nil {
			return err
		}
		for _, i := range large[n:] {
			if _, tried := a.spans[i]; !tried {
				a.spans[i] = reached(i)
			}
		}
		large = append(left, large[n:]...)
	}
	var widths []float64
	var unsure []*target
	var sums [][]int32
	o := spanOptions{whole: s.whole, scale: s.scale}
	for i := range s.targets {
		t := &s.targets[i]
		if t.told {
			continue
		}
		movers, by := a.moversOf(t)
		x := s.reached(s.worth(t), movers, by)
		if t.number >= 0 {
			known, ok := a.spans[t.number]
			if !ok {
				return fmt.Errorf("%w: %s is not hidden", errExposed, m.targetName(t))
			}
			x = known
			a.targets[t.number] = true
		}
		if !m.wide(s, t, x, p) {
			down, up := m.room(s, t, p)
			unsure, sums = append(unsure, t), append(sums, s.all(t))
			o.enough = append(o.enough, [2]float64{s.worth(t) - down, s.worth(t) + up})
			continue
		}
		if t.number >= 0 {
			widths = append(widths, x.width())
		}
	}
	spans, err := s.spans(a.blocks, sums, o)
	if err != nil {
		return fmt.Errorf("%w: %w", errExposed, err)
	}
	for i, t := range unsure {
		if !m.wide(s, t, spans[i], p) {
			return fmt.Errorf("%w: %s can be told more closely than the policy allows", errExposed, m.targetName(t))
		}
		if t.number >= 0 {
			a.spans[t.number] = spans[i]
			widths = append(widths, spans[i].width())
		}
	}
	if err := m.checkMarks(s, a, p); err != nil {
		return err
	}
	if len(widths) > 0 {
		slices.Sort(widths)
		a.Narrowest, a.Median = finite(widths[0]), finite(widths[len(widths)/2])
	}
	return nil
}

// checkMarks proves that every target has another whole value with all that the marks of hidden cells tell taken into account: that a count hidden by the
// rule on small counts is small, that others are not, and that nothing hidden is zero where zeros are shown.
func (m *model) checkMarks(s *system, a *checked, p Policy) error {
	if !s.whole {
		return nil
	}
	o := spanOptions{whole: true, scale: 1, floor: s.floor}
	for n := range a.spans {
		if least, most := m.marked(s, n, p); least > 0 || !math.IsInf(most, 1) {
			o.marks = append(o.marks, mark{s.cols[n], least, most})
		}
	}
	slices.SortFunc(o.marks, func(x, y mark) int { return slices.Compare(x.cols, y.cols) })
	keepsMarks := func(y *cycle, k float64) bool {
		for j, n := range y.numbers {
			least, most := m.marked(s, n, p)
			if after := s.sum(n) + k*float64(y.moves[j]); after < least || after > most {
				return false
			}
		}
		return true
	}
	var ask []*target
	var sums [][]int32
	for i := range s.targets {
		t := &s.targets[i]
		movers, _ := a.moversOf(t)
		if t.told || slices.ContainsFunc(movers, func(y *cycle) bool {
			down, up := s.steps(y, s.floor)
			return up >= 1 && keepsMarks(y, 1) || down >= 1 && y.zero < 0 && keepsMarks(y, -1)
		}) {
			continue
		}
		ask, sums = append(ask, t), append(sums, s.all(t))
		o.enough = append(o.enough, [2]float64{s.worth(t) - 1, s.worth(t) + 1})
	}
	spans, err := s.spans(a.blocks, sums, o)
	if err != nil {
		return fmt.Errorf("%w: %w", errExposed, err)
	}
	for i, t := range ask {
		if spans[i].width() < 1 {
			return fmt.Errorf("%w: what the marks of hidden cells tell leaves one value for %s", errExposed, m.targetName(t))
		}
	}
	return nil
}

func finite(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	return &v
}

// room is how much lower and higher than it is a target must possibly be.
func (m *model) room(s *system, t *target, p Policy) (down, up float64) {
	v := math.Abs(s.worth(t))
	least := max(float64(p.Interval.Least), p.Interval.Share*v)
	if s.whole {
		least = max(1, math.Ceil(least))
	}
	return min(least, v), least
}

// wide tells whether what can be known of a target leaves the room it must have. Where all are in one category it is enough that not all need be.
func (m *model) wide(s *system, t *target, x span, p Policy) bool {
	v := s.worth(t)
	down, up := m.room(s, t, p)
	if t.withZeros || t.number < 0 {
		return x.width() >= 1
	}
	const slack = 1e-9 // of the division by the scale; whole numbers have none
	return x.least <= v-down+slack && (x.open || x.most >= v+up-slack)
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
func direction(list []remainder, withZeros bool) string {
	key := fmt.Sprintf("%v| ", withZeros)
	for _, r := range list {
		key += fmt.Sprintf("%d:%s ", r.witness, new(big.Rat).SetFrac(r.by, list[0].by))
	}
	return key
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
