package grant

import (
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/cores"
)

// A Change is what units get under one result against another: counts of units, kronor, and the sum of both sides.
type Change struct {
	Gain, Lose, Same int
	Won, Lost        int64 // kronor of those who gain and of those who lose, both from 0 on
	From, To         int64
	Pupils           *big.Rat
}

// Net is To − From.
func (c Change) Net() int64 { return c.To - c.From }

func (c *Change) add(from, to int64) {
	switch d := to - from; {
	case d > 0:
		c.Gain++
		c.Won += d
	case d < 0:
		c.Lose++
		c.Lost -= d
	default:
		c.Same++
	}
	c.From += from
	c.To += to
}

// A Comparison sets what is paid under two rules side by side.
type Comparison struct {
	From, To *Result
	Change   []int64 // kronor, one a unit
	All      Change
}

// Compare sets to against from. Both must be of the same units in the same order.
func Compare(from, to *Result) (*Comparison, error) {
	if !slices.Equal(from.Units.ID, to.Units.ID) {
		return nil, errors.New("grant: the two results are not of the same units in the same order; compare rules on one file of units")
	}
	c := &Comparison{From: from, To: to, Change: make([]int64, len(to.Paid)), All: Change{Pupils: new(big.Rat).SetFrac(total(to.pupils), to.scale)}}
	for i := range to.Paid {
		c.Change[i] = to.Paid[i] - from.Paid[i]
		c.All.add(from.Paid[i], to.Paid[i])
	}
	return c, nil
}

// By is the change by the members of a grouping, in the order that they first stand in; units without a member are under the empty name, so that the sums are those of all.
func (c *Comparison) By(g *Grouping) (members []string, changes []Change) {
	at := map[string]int{}
	var sums []*big.Int
	for i, member := range g.Of {
		k, ok := at[member]
		if !ok {
			k = len(members)
			at[member] = k
			members, changes, sums = append(members, member), append(changes, Change{}), append(sums, new(big.Int))
		}
		changes[k].add(c.From.Paid[i], c.To.Paid[i])
		sums[k].Add(sums[k], c.To.pupils[i])
	}
	for k := range changes {
		changes[k].Pupils = new(big.Rat).SetFrac(sums[k], c.To.scale)
	}
	return members, changes
}

// Largest are the units that gain and that lose most; -1 when nobody does. Among equal ones it is the earlier.
func (c *Comparison) Largest() (winner, loser int) {
	winner, loser = -1, -1
	for i, d := range c.Change {
		if d > 0 && (winner < 0 || d > c.Change[winner]) {
			winner = i
		}
		if d < 0 && (loser < 0 || d < c.Change[loser]) {
			loser = i
		}
	}
	return winner, loser
}

// MovedShare is the part of what is paid that comes to others than before: kronor won over all kronor paid under To. NaN when nothing is paid.
func (c *Comparison) MovedShare() float64 {
	if c.All.To == 0 {
		return math.NaN()
	}
	return float64(c.All.Won) / float64(c.All.To)
}

// An Inequality tells how kronor for each pupil are spread, weighted by pupils. Units without pupils are not in it. Numbers are nil where they are undefined.
type Inequality struct {
	Gini          *big.Rat // of kronor for each pupil
	Concentration *big.Rat // of kronor in the order of the column, above 0 when they grow with it
	GiniOfColumn  *big.Rat // of the column itself
	Kakwani       *big.Rat // Concentration − GiniOfColumn: 0 when kronor for each pupil are in proportion to the column, above when they grow faster
}

// Inequality measures the paid amounts against a column of need, such as the index. Units that lack a number in the column are not in the last three, which are nil without a column.
func (res *Result) Inequality(column string) (Inequality, error) {
	kr, n := ints(res.Paid), res.pupils
	units, places := ranked(kr, n, nil)
	q := Inequality{Gini: concentration(kr, n, units, places)}
	if column == "" {
		return q, nil
	}
	n, given, err := res.having(column)
	if err != nil {
		return Inequality{}, err
	}
	units, places = ranked(nil, n, given)
	q.Concentration = concentration(kr, n, units, places)
	// Need is the column times pupils, in whole numbers.
	need, _ := whole(given)
	for i := range need {
		need[i] = new(big.Int).Mul(need[i], n[i])
	}
	q.GiniOfColumn = concentration(need, n, units, places)
	if q.Concentration != nil && q.GiniOfColumn != nil {
		q.Kakwani = new(big.Rat).Sub(q.Concentration, q.GiniOfColumn)
	}
	return q, nil
}

// having are the pupils of the units that have a number in a column, and the column; 0 for the others.
func (res *Result) having(column string) (pupils []*big.Int, given []*big.Rat, err error) {
	by, err := res.Units.column(column)
	if err != nil {
		return nil, nil, err
	}
	pupils, given = slices.Clone(res.pupils), slices.Clone(by)
	for i := range by {
		if by[i] == nil {
			pupils[i], given[i] = new(big.Int), new(big.Rat)
		}
	}
	return pupils, given, nil
}

// Reach is how much of the paid kronor comes to some pupils, whose share of each unit's pupils is a column (such as those who live in areas of type 1 and 2), when each unit's kronor are
// spread evenly over its pupils; and their share of all pupils. Units that lack the share are not in either. NaN where it is undefined.
func (res *Result) Reach(column string) (ofKronor, ofPupils float64, err error) {
	pupils, given, err := res.having(column)
	if err != nil {
		return 0, 0, err
	}
	for i, s := range given {
		if s.Sign() < 0 || s.Num().CmpAbs(s.Denom()) > 0 {
			return 0, 0, fmt.Errorf("grant: unit %s: the column %s is a share, from 0 to 1", res.Units.ID[i], column)
		}
	}
	shares, scale := whole(given)
	return float(reaching(ints(res.Paid), pupils, shares, scale)), float(reaching(pupils, pupils, shares, scale)), nil
}

// float is the nearest float64; NaN for nil.
func float(x *big.Rat) float64 {
	if x == nil {
		return math.NaN()
	}
	f, _ := x.Float64()
	return f
}

// FloorCost is what the floors of all pots move, exactly: kronor that units at their floor get above what they would have without floors. Caps stay.
func (res *Result) FloorCost() (*big.Rat, error) {
	cost := new(big.Rat)
	for _, pot := range res.Pots {
		if len(pot.AtFloor) == 0 {
			continue
		}
		free, err := Fill(pot.Budget, pot.Weight, nil, pot.cap)
		if err != nil {
			return nil, fmt.Errorf("grant: pot %s without floors: %w", pot.Name, err)
		}
		var more []*big.Rat
		for _, i := range pot.AtFloor {
			if d := new(big.Rat).Sub(pot.Exact(i), free.Exact(i)); d.Sign() > 0 {
				more = append(more, d)
			}
		}
		cost.Add(cost, sum(more))
	}
	return cost, nil
}

// An Uncertainty says within what a column may lie: columns of its lower and upper end. Draws are normal with the interval taken for its middle 95 percent, cut off at 0.
type Uncertainty struct {
	Column, Low, High string
	Draws             int
	Seed              uint64
}

// A Flip is how one unit fares over the draws.
type Flip struct {
	Gains, Loses float64   // share of the draws in which the unit gains, or loses, by To against From
	Has          float64   // share of the draws in which it is paid anything under To
	Lo, Hi       int64     // 2.5 and 97.5 percent of what it is paid under To
	Flips        bool      // it gains in some draws and loses in others, in at least one of twenty each; or it has something in some and nothing in others, alike
	Of           cube.Cell // the change as computed on the column itself, with the interval of the change
}

// Uncertain draws a column anew and tells who would gain and who lose by rule to against rule from. Each unit's draws come from its own id and the seed, so that they are the same whatever other units there
// are and in which order. Units without an interval keep their number.
func Uncertain(from, to Rule, u *Units, q Uncertainty) ([]Flip, error) {
	if q.Draws < 1 {
		return nil, fmt.Errorf("grant: %d is no number of draws", q.Draws)
	}
	base, err := u.column(q.Column)
	if err != nil {
		return nil, err
	}
	low, err := u.column(q.Low)
	if err != nil {
		return nil, err
	}
	high, err := u.column(q.High)
	if err != nil {
		return nil, err
	}
	n := u.Len()
	streams := make([]*rand.Rand, n)
	for i, id := range u.ID {
		if low[i] == nil || high[i] == nil || base[i] == nil {
			continue
		}
		if low[i].Cmp(high[i]) > 0 {
			return nil, fmt.Errorf("grant: unit %s: the interval of %s goes from a higher number to a lower", id, q.Column)
		}
		h := fnv.New64a()
		h.Write([]byte(id))
		streams[i] = rand.New(rand.NewPCG(q.Seed, h.Sum64()))
	}
	plain, err := change(from, to, u)
	if err != nil {
		return nil, err
	}
	// The columns are drawn in order, and the rules then carried out side by side: the result is the same however many at once.
	columns := make([][]*big.Rat, q.Draws)
	for k := range columns {
		columns[k] = slices.Clone(base)
		for i, s := range streams {
			if s != nil {
				columns[k][i] = draw(s, low[i], high[i])
			}
		}
	}
	type drawn struct {
		paid, change []int64
		err          error
	}
	draws := make([]drawn, q.Draws)
	cores.Each(len(columns), func(k int) {
		own := &Units{ID: u.ID, Numbers: maps.Clone(u.Numbers)}
		own.Numbers[q.Column] = columns[k]
		c, err := change(from, to, own)
		if err != nil {
			draws[k].err = err
			return
		}
		draws[k] = drawn{paid: c.To.Paid, change: c.Change}
	})
	paid, changes := make([][]int64, n), make([][]int64, n)
	for _, d := range draws {
		if d.err != nil {
			return nil, fmt.Errorf("grant: in a draw of %s: %w", q.Column, d.err)
		}
		for i := range n {
			paid[i], changes[i] = append(paid[i], d.paid[i]), append(changes[i], d.change[i])
		}
	}
	out := make([]Flip, n)
	for i := range out {
		f := &out[i]
		for k, d := range changes[i] {
			f.Gains += float64(min(max(d, 0), 1))
			f.Loses += float64(min(max(-d, 0), 1))
			f.Has += float64(min(paid[i][k], 1))
		}
		f.Gains, f.Loses, f.Has = f.Gains/float64(q.Draws), f.Loses/float64(q.Draws), f.Has/float64(q.Draws)
		const often = 0.05
		f.Flips = min(f.Gains, f.Loses) >= often || f.Has >= often && f.Has <= 1-often
		slices.Sort(paid[i])
		slices.Sort(changes[i])
		lo, hi := middle(q.Draws)
		f.Lo, f.Hi = paid[i][lo], paid[i][hi]
		f.Of = cube.KnownCell(float64(plain.Change[i]))
		f.Of.Lo, f.Of.Hi = cube.Num(float64(changes[i][lo])), cube.Num(float64(changes[i][hi]))
	}
	return out, nil
}

// middle are the places of the 2.5 and 97.5 percent quantiles among n sorted draws: the first at or above.
func middle(n int) (lo, hi int) {
	at := func(p float64) int { return max(int(math.Ceil(p*float64(n)))-1, 0) }
	return at(0.025), at(0.975)
}

// draw is a number within an interval: normal about its middle, 1.96 standard deviations to each end, to six decimals, and not below zero.
func draw(s *rand.Rand, low, high *big.Rat) *big.Rat {
	lo, hi := float(low), float(high)
	const z, million = 1.959963984540054, 1_000_000
	x := (lo+hi)/2 + (hi-lo)/2/z*s.NormFloat64()
	return big.NewRat(int64(math.Round(max(x, 0)*million)), million)
}

func change(from, to Rule, u *Units) (*Comparison, error) {
	a, err := from.Allocate(u)
	if err != nil {
		return nil, err
	}
	b, err := to.Allocate(u)
	if err != nil {
		return nil, err
	}
	return Compare(a, b)
}

// A Year is one year of a plan or a history.
type Year struct {
	Name    string
	Budget  int64
	Units   *Units
	Pupils  []string          // columns of the year's pupils; the rule's own when nil
	Changed map[string]string // numbers of the year before, and what they have become
}

// A YearResult is a year carried out. Gone are the units of the year before that no unit has come after, with what they were paid then.
type YearResult struct {
	Year string
	*Result
	Before   []int64 // what each unit, and those it comes after, was paid the year before; nil in the first
	Gone     []string
	GonePaid int64
}

// Years carries a rule over years, each year's amounts being what the next one's guarantees and caps count from. The first year takes the rule's column of previous amounts as it is; in
// the later ones that column is set here.
func (r Rule) Years(years []Year) ([]YearResult, error) {
	var out []YearResult
	for k, y := range years {
		u, step := y.Units, YearResult{Year: y.Name}
		rule := r
		rule.Budget = y.Budget
		if len(y.Pupils) > 0 {
			rule.Pupils = y.Pupils
		}
		if k > 0 {
			was := map[string]int64{}
			for i, id := range out[k-1].Units.ID {
				was[id] = out[k-1].Paid[i]
			}
			column, gone := u.Renumber(was, y.Changed)
			for _, id := range gone {
				step.GonePaid += was[id]
			}
			step.Gone = gone
			for _, x := range column {
				step.Before = append(step.Before, x.Num().Int64())
			}
			own := *u
			own.Numbers = map[string][]*big.Rat{}
			for name, c := range u.Numbers {
				own.Numbers[name] = c
			}
			if r.Previous != "" {
				own.Numbers[r.Previous] = column
			}
			u = &own
		}
		res, err := rule.Allocate(u)
		if err != nil {
			return nil, fmt.Errorf("grant: year %s: %w", y.Name, err)
		}
		if len(step.Gone) > 0 {
			res.Warnings = append(res.Warnings, cube.Warning{Code: "units-gone", Text: cube.Text{
				SV: fmt.Sprintf("%d enheter från året före finns inte kvar och har ingen angiven efterföljare; de fick då %d kr.", len(step.Gone), step.GonePaid),
				EN: fmt.Sprintf("%d units of the year before are no more, and none is named that comes after them; they were paid %d kr then.", len(step.Gone), step.GonePaid)}})
		}
		step.Result = res
		out = append(out, step)
	}
	return out, nil
}
