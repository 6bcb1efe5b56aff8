package grant

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Result is a rule carried out: Σ Paid + Unspent = the budget, always.
type Result struct {
	Rule    Rule
	Units   *Units
	Pupils  []*big.Rat // mean of the years that each unit has; 0 with none
	Pots    []PotResult
	Frame   []int64 // of all pots
	Paid    []int64 // what is left of the frame when it is known who applies
	Applies []bool
	Unspent int64 // frames of those who do not apply, and of pots that nobody can have

	pupils []*big.Int // Pupils over one denominator
	scale  *big.Int

	Warnings []cube.Warning
}

// A PotResult is one pot shared out.
type PotResult struct {
	Name string
	*Filled
	Weight []*big.Rat // 0 for a unit below the threshold, or that does not apply where frames are redistributed
}

// MeanPupils is each unit's mean over the years that it has a number for; 0 for a unit with none.
func (u *Units) MeanPupils(years []string) ([]*big.Rat, error) {
	var columns [][]*big.Rat
	for _, y := range years {
		c, err := u.column(y)
		if err != nil {
			return nil, err
		}
		columns = append(columns, c)
	}
	mean := make([]*big.Rat, u.Len())
	given := make([]*big.Rat, 0, len(columns))
	for i := range mean {
		given = given[:0]
		plain, whole := int64(0), true // the sum, as long as it is of whole numbers of a sensible size
		for k, c := range columns {
			switch {
			case c[i] == nil:
				continue
			case c[i].Sign() < 0:
				return nil, fmt.Errorf("grant: unit %s has a number of pupils below zero in %s", u.ID[i], years[k])
			}
			given = append(given, c[i])
			if whole = whole && c[i].IsInt() && c[i].Num().BitLen() < 50; whole {
				plain += c[i].Num().Int64()
			}
		}
		switch {
		case len(given) == 0:
			mean[i] = new(big.Rat)
		case whole:
			mean[i] = big.NewRat(plain, int64(len(given)))
		default:
			mean[i] = new(big.Rat).Quo(sum(given), new(big.Rat).SetInt64(int64(len(given))))
		}
	}
	return mean, nil
}

// Allocate shares the rule's budget out to units.
func (r Rule) Allocate(u *Units) (*Result, error) {
	if err := errors.Join(r.Validate(), u.Check()); err != nil {
		return nil, err
	}
	budgets, err := r.budgets()
	if err != nil {
		return nil, err
	}
	res := &Result{Rule: r, Units: u, Frame: make([]int64, u.Len()), Paid: make([]int64, u.Len()), Applies: make([]bool, u.Len()), Warnings: slices.Clone(u.Warnings)}
	if res.Pupils, err = u.MeanPupils(r.Pupils); err != nil {
		return nil, err
	}
	res.pupils, res.scale = whole(res.Pupils)
	if err := res.whoApplies(); err != nil {
		return nil, err
	}
	for i, p := range r.Pots {
		pot, err := res.pot(p, budgets[i])
		if err != nil {
			return nil, err
		}
		res.Pots = append(res.Pots, pot)
		for k, kr := range pot.Amount {
			res.Frame[k] += kr
		}
	}
	res.Unspent = r.Budget
	for k, kr := range res.Frame {
		if res.Applies[k] {
			res.Paid[k] = kr
			res.Unspent -= kr
		}
	}
	return res, nil
}

func (res *Result) whoApplies() error {
	r, u := res.Rule, res.Units
	if r.Applies == "" {
		for i := range res.Applies {
			res.Applies[i] = true
		}
		return nil
	}
	column, err := u.column(r.Applies)
	if err != nil {
		return err
	}
	one := big.NewRat(1, 1)
	for i, a := range column {
		switch {
		case a == nil || a.Sign() != 0 && a.Cmp(one) != 0:
			return fmt.Errorf("grant: unit %s: the column %s must say 0 (does not apply or is refused) or 1 (applies)", u.ID[i], r.Applies)
		default:
			res.Applies[i] = a.Sign() != 0
		}
	}
	return nil
}

// pot shares one pot out.
func (res *Result) pot(p Pot, budget int64) (PotResult, error) {
	r, u := res.Rule, res.Units
	out := PotResult{Name: p.Name, Weight: make([]*big.Rat, u.Len())}
	in := make([]bool, u.Len()) // may get anything
	for i := range in {
		in[i] = r.Refused != Redistributed || res.Applies[i]
		if len(p.Key) == 0 {
			out.Weight[i] = big.NewRat(1, 1)
		}
	}
	without := make([]bool, u.Len()) // a number
	for k, name := range p.Key {
		column := res.Pupils
		if name != PupilsColumn {
			var err error
			if column, err = u.column(name); err != nil {
				return out, err
			}
		}
		for i, x := range column {
			switch {
			case x == nil:
				without[i], out.Weight[i] = true, new(big.Rat)
			case x.Sign() < 0:
				return out, fmt.Errorf("grant: pot %s: unit %s has a number below zero in %s, which is part of the key", p.Name, u.ID[i], name)
			case k == 0 || out.Weight[i] == nil: // the weight of one that lacks a number does not count
				out.Weight[i] = x
			default:
				out.Weight[i] = new(big.Rat).Mul(out.Weight[i], x)
			}
		}
	}
	for _, t := range p.Threshold {
		column, err := u.column(t.Column)
		if err != nil {
			return out, err
		}
		for i, x := range column {
			switch {
			case x == nil:
				without[i] = true
			case x.Cmp(t.Least.r) < 0:
				out.Weight[i] = new(big.Rat)
			}
		}
	}
	if err := res.missing(p, &out, in, without); err != nil {
		return out, err
	}
	floors, caps, err := res.bounds(p, in)
	if err != nil {
		return out, err
	}
	for i := range in {
		if !in[i] {
			out.Weight[i] = new(big.Rat)
		}
	}
	out.Filled, err = Fill(budget, out.Weight, floors, caps)
	var infeasible *InfeasibleError
	if errors.As(err, &infeasible) {
		infeasible.Pot = p.Name
		for _, i := range infeasible.Units {
			infeasible.IDs = append(infeasible.IDs, u.ID[i])
		}
	}
	return out, err
}

// missing deals with units that lack a number of the key.
func (res *Result) missing(p Pot, out *PotResult, in, without []bool) error {
	u := res.Units
	var ids []string
	for i := range without {
		// A unit that nothing could be given to anyway needs no number.
		if without[i] = without[i] && in[i]; without[i] {
			ids = append(ids, u.ID[i])
		}
	}
	if len(ids) == 0 {
		return nil
	}
	const shown = 5
	some := strings.Join(ids[:min(shown, len(ids))], ", ")
	if len(ids) > shown {
		some += ", …"
	}
	switch res.Rule.Missing {
	case Refuse:
		return fmt.Errorf("grant: pot %s: a number that the key (%s) or the threshold needs is missing in %d of %d units: %s; give it, or declare missing: left-out or as-pupils",
			p.Name, strings.Join(p.Key, " × "), len(ids), len(without), some)
	case LeftOut:
		for i := range without {
			if without[i] {
				in[i] = false
			}
		}
		res.Warnings = append(res.Warnings, cube.Warning{Code: "left-out", Text: cube.Text{
			SV: fmt.Sprintf("%d enheter saknar ett tal som nyckeln för %s behöver och får inget därur: %s.", len(ids), p.Name, some),
			EN: fmt.Sprintf("%d units lack a number that the key of %s needs and get nothing of it: %s.", len(ids), p.Name, some)}})
	case AsMean:
		var weights, pupils []*big.Rat
		for i := range in {
			if in[i] && !without[i] {
				weights, pupils = append(weights, out.Weight[i]), append(pupils, res.Pupils[i])
			}
		}
		all := sum(pupils)
		if all.Sign() == 0 {
			return fmt.Errorf("grant: pot %s: %d units lack a number of the key, and there are no pupils to take a mean over: %s", p.Name, len(ids), some)
		}
		mean := new(big.Rat).Quo(sum(weights), all)
		for i := range without {
			if without[i] {
				out.Weight[i] = new(big.Rat).Mul(mean, res.Pupils[i])
			}
		}
		res.Warnings = append(res.Warnings, cube.Warning{Code: "as-pupils", Text: cube.Text{
			SV: fmt.Sprintf("%d enheter saknar ett tal som nyckeln för %s behöver och räknas som genomsnittet för sina elever: %s.", len(ids), p.Name, some),
			EN: fmt.Sprintf("%d units lack a number that the key of %s needs and count as the mean for their pupils: %s.", len(ids), p.Name, some)}})
	}
	return nil
}

// bounds are the floors and caps of a pot in whole kronor; nil when it has none.
func (res *Result) bounds(p Pot, in []bool) (floors, caps []int64, err error) {
	u := res.Units
	var previous []*big.Rat
	if p.Floor.OfPrevious.Given() || p.Cap.OfPrevious.Given() {
		if previous, err = u.column(res.Rule.Previous); err != nil {
			return nil, nil, err
		}
		for i, x := range previous {
			if x != nil && x.Sign() < 0 {
				return nil, nil, fmt.Errorf("grant: unit %s has had less than nothing before, in the column %s", u.ID[i], res.Rule.Previous)
			}
		}
	}
	// each gives the bounds of a unit to take, as a factor and what it is of.
	one := big.NewRat(1, 1)
	each := func(b Bound, i int, take func(factor, of *big.Rat)) {
		if b.Kronor != nil && res.Pupils[i].Sign() > 0 {
			take(one, new(big.Rat).SetInt64(*b.Kronor))
		}
		if b.PerPupil.Given() {
			take(b.PerPupil.r, res.Pupils[i])
		}
		if b.OfPrevious.Given() && previous[i] != nil {
			take(b.OfPrevious.r, previous[i])
		}
	}
	if p.Floor.given() {
		floors = make([]int64, u.Len())
	}
	if p.Cap.given() {
		caps = slices.Repeat([]int64{NoCap}, u.Len())
	}
	var tooLarge error
	var num, den, q, rest big.Int
	kronor := func(a, b *big.Rat, up bool) int64 {
		q.QuoRem(num.Mul(a.Num(), b.Num()), den.Mul(a.Denom(), b.Denom()), &rest)
		if up && rest.Sign() > 0 {
			q.Add(&q, one.Num())
		}
		if !q.IsInt64() {
			tooLarge = fmt.Errorf("grant: pot %s: a floor or cap is more kronor than there are", p.Name)
		}
		return q.Int64()
	}
	for i := range in {
		if !in[i] {
			continue
		}
		if floors != nil {
			each(p.Floor, i, func(a, b *big.Rat) { floors[i] = max(floors[i], kronor(a, b, true)) })
		}
		if caps != nil {
			each(p.Cap, i, func(a, b *big.Rat) { caps[i] = min(caps[i], kronor(a, b, false)) })
		}
	}
	return floors, caps, tooLarge
}
