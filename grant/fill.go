package grant

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strings"
)

// NoCap is the cap of a unit that has none: no amount can pass it.
const NoCap = math.MaxInt64

// A Filled is a pot shared out: each unit i gets clip(λ·w_i, floor_i, cap_i), in whole kronor that sum to the budget.
type Filled struct {
	Budget int64
	Lambda *big.Rat // kronor for one of the weight; where every unit stands at a bound, the lowest that puts them there
	Amount []int64  // whole kronor

	AtFloor, AtCap []int // units whose bound decides: λ·w is below the floor, or above the cap

	weight []*big.Rat
	floor  []int64
	cap    []int64
}

// Exact is what a unit's amount was before it was made whole kronor.
func (f *Filled) Exact(i int) *big.Rat {
	x := new(big.Rat).Mul(f.Lambda, f.weight[i])
	if lo := new(big.Rat).SetInt64(f.floor[i]); x.Cmp(lo) < 0 {
		return lo
	}
	if f.cap[i] != NoCap {
		if hi := new(big.Rat).SetInt64(f.cap[i]); x.Cmp(hi) > 0 {
			return hi
		}
	}
	return x
}

// Above is Σ max(0, x_i − y_i) over exact amounts: the kronor that f gives those who get more than in o. Against the pot without floors it is what the floors cost the others.
func (f *Filled) Above(o *Filled) *big.Rat {
	var more []*big.Rat
	for i := range f.Amount {
		if d := new(big.Rat).Sub(f.Exact(i), o.Exact(i)); d.Sign() > 0 {
			more = append(more, d)
		}
	}
	return sum(more)
}

// Reason is why a budget can't be shared out.
type Reason string

// The reasons.
const (
	FloorAboveCap      Reason = "floor above cap"
	FloorsExceedBudget Reason = "floors exceed the budget"
	CapsBelowBudget    Reason = "caps below the budget"
	NobodyHasWeight    Reason = "nobody has weight" // and nothing stops at a cap
)

// An InfeasibleError says that no amounts keep to the bounds and spend the budget, why, and which units bring it about.
type InfeasibleError struct {
	Reason Reason
	Pot    string
	Budget int64
	Sum    *big.Int // of the floors, or the most that the caps let be spent
	Units  []int    // with a floor above the cap; with a floor; that stop at a cap; nil when it is all
	IDs    []string // of Units, when the pot was a rule's
}

func (e *InfeasibleError) Error() string {
	what, remedy := "", ""
	switch e.Reason {
	case FloorAboveCap:
		what, remedy = "a floor stands above its cap", "raise the caps or lower the floors"
	case FloorsExceedBudget:
		what, remedy = fmt.Sprintf("the floors sum to %s kr, %s kr more than the budget of %d kr", e.Sum, e.Apart(), e.Budget), "lower the floors or raise the budget"
	case CapsBelowBudget:
		what, remedy = fmt.Sprintf("the caps let at most %s kr be spent, %s kr less than the budget of %d kr", e.Sum, e.Apart(), e.Budget), "raise the caps or lower the budget"
	case NobodyHasWeight:
		what, remedy = fmt.Sprintf("no unit has a key above zero, so %s kr of the budget of %d kr can't be given to anyone", e.Apart(), e.Budget), "look at the key's columns, the threshold and who applies"
	}
	text := "grant: "
	if e.Pot != "" {
		text += "pot " + e.Pot + ": "
	}
	text += what
	if len(e.IDs) > 0 {
		const shown = 5
		text += fmt.Sprintf(" (%d units: %s", len(e.IDs), strings.Join(e.IDs[:min(shown, len(e.IDs))], ", "))
		if len(e.IDs) > shown {
			text += ", …"
		}
		text += ")"
	}
	return text + "; no amounts are given: " + remedy
}

// Apart is how far the sum lies from the budget.
func (e *InfeasibleError) Apart() *big.Int {
	d := new(big.Int).Sub(e.Sum, big.NewInt(e.Budget))
	return d.Abs(d)
}

// Fill shares a budget out in proportion to weights, between a floor and a cap for each unit: x_i = clip(λ·w_i, floor_i, cap_i) with the one λ for which the sum is the budget.
// floors and caps may be nil. A unit of weight 0 stays at its floor. The amounts are whole kronor: each exact amount is rounded down, and the kronor that are then missing go one each
// to the largest fractions, among equal ones to the earlier unit. Bounds are whole kronor, so that rounding breaks none. All is computed in exact arithmetic.
//
// The error is an [InfeasibleError] where no amounts keep to the bounds and sum to the budget.
func Fill(budget int64, weights []*big.Rat, floors, caps []int64) (*Filled, error) {
	if budget < 0 {
		return nil, fmt.Errorf("grant: a budget of %d kr can't be shared out; it must not be below zero", budget)
	}
	n := len(weights)
	f := &Filled{Budget: budget, Amount: make([]int64, n), weight: weights, floor: floors, cap: caps}
	if floors == nil {
		f.floor = make([]int64, n)
	}
	if caps == nil {
		f.cap = slices.Repeat([]int64{NoCap}, n)
	}
	if len(f.floor) != n || len(f.cap) != n {
		return nil, fmt.Errorf("grant: %d weights, %d floors and %d caps", n, len(f.floor), len(f.cap))
	}
	for i := range n {
		if weights[i] == nil || weights[i].Sign() < 0 || f.floor[i] < 0 {
			return nil, fmt.Errorf("grant: unit %d: weights and floors are numbers from 0 on", i+1)
		}
	}
	w, scale := whole(weights)
	if err := f.feasible(w); err != nil {
		return nil, err
	}
	num, den := f.level(w)
	f.Lambda = new(big.Rat).SetFrac(new(big.Int).Mul(num, scale), den)
	f.round(w, num, den)
	return f, nil
}

// whole takes fractions to whole numbers: times the least common multiple of the denominators. The numbers must not be changed.
func whole(v []*big.Rat) (scaled []*big.Int, scale *big.Int) {
	if small, by, ok := inWords(v); ok {
		return ints(small), big.NewInt(by)
	}
	scale = big.NewInt(1)
	var rest, gcd big.Int
	for _, x := range v {
		if d := x.Denom(); rest.Rem(scale, d).Sign() != 0 {
			gcd.GCD(nil, nil, scale, d)
			scale.Mul(scale, d).Quo(scale, &gcd)
		}
	}
	scaled = make([]*big.Int, len(v))
	for i, x := range v {
		scaled[i] = new(big.Int).Mul(x.Num(), rest.Quo(scale, x.Denom()))
	}
	return scaled, scale
}

// inWords is whole for numbers from 0 on that fit in a machine word when scaled, as numbers of pupils and shares with a few decimals do.
func inWords(v []*big.Rat) (scaled []int64, scale int64, ok bool) {
	const most = 1 << 62
	scale = 1
	for _, x := range v {
		if !x.Num().IsInt64() || !x.Denom().IsInt64() {
			return nil, 0, false
		}
		d := x.Denom().Int64()
		if scale%d == 0 {
			continue
		}
		a, b := scale, d
		for b != 0 {
			a, b = b, a%b
		}
		if d/a > most/scale {
			return nil, 0, false
		}
		scale *= d / a
	}
	scaled = make([]int64, len(v))
	for i, x := range v {
		n, by := x.Num().Int64(), scale/x.Denom().Int64()
		if n < 0 || n > most/by {
			return nil, 0, false
		}
		scaled[i] = n * by
	}
	return scaled, scale, true
}

// ints are whole numbers from 0 on, side by side in memory.
func ints(v []int64) []*big.Int {
	out, all, words := make([]*big.Int, len(v)), make([]big.Int, len(v)), make([]big.Word, len(v))
	for i, x := range v {
		out[i] = &all[i]
		if words[i] = big.Word(x); bits.UintSize == 64 && x > 0 {
			all[i].SetBits(words[i : i+1 : i+1])
		} else {
			all[i].SetInt64(x)
		}
	}
	return out
}

func (f *Filled) feasible(w []*big.Int) error {
	var crossed, withFloor, capped []int
	low, high, open, weight := new(big.Int), new(big.Int), false, false
	var lo, hi big.Int
	for i := range w {
		lo.SetInt64(f.floor[i])
		if f.floor[i] > f.cap[i] {
			crossed = append(crossed, i)
		}
		if f.floor[i] > 0 {
			withFloor = append(withFloor, i)
		}
		low.Add(low, &lo)
		switch {
		case w[i].Sign() == 0:
			high.Add(high, &lo)
		case f.cap[i] == NoCap:
			open, weight = true, true
		default:
			weight = true
			capped = append(capped, i)
			high.Add(high, hi.SetInt64(f.cap[i]))
		}
	}
	b := big.NewInt(f.Budget)
	switch {
	case len(crossed) > 0:
		return &InfeasibleError{Reason: FloorAboveCap, Budget: f.Budget, Sum: low, Units: crossed}
	case low.Cmp(b) > 0:
		return &InfeasibleError{Reason: FloorsExceedBudget, Budget: f.Budget, Sum: low, Units: withFloor}
	case !open && high.Cmp(b) < 0 && !weight:
		return &InfeasibleError{Reason: NobodyHasWeight, Budget: f.Budget, Sum: high}
	case !open && high.Cmp(b) < 0:
		return &InfeasibleError{Reason: CapsBelowBudget, Budget: f.Budget, Sum: high, Units: capped}
	}
	return nil
}

// A turn is a level of λ at which a unit leaves its floor or comes to its cap.
type turn struct {
	near       float64 // at / weight, nearly
	at         int64
	weight     *big.Int
	weightNear float64
	leaves     bool // comes to its cap
}

// order compares two turns exactly; the floats decide only where they are well apart.
func order(a, b turn) int {
	if d := a.near - b.near; math.Abs(d) > 1e-9*(a.near+b.near) {
		return cmp.Compare(d, 0)
	}
	var x, y big.Int
	x.Mul(big.NewInt(a.at), b.weight)
	y.Mul(big.NewInt(b.at), a.weight)
	if c := x.Cmp(&y); c != 0 {
		return c
	}
	switch {
	case a.leaves == b.leaves:
		return 0
	case a.leaves:
		return 1
	}
	return -1
}

// level is λ, for the whole weights, as a fraction. The sum of the amounts is piecewise linear in λ and never falls; the turns are gone through from below until it reaches the budget.
func (f *Filled) level(w []*big.Int) (num, den *big.Int) {
	turns := make([]turn, 0, 2*len(w))
	fixed, active := new(big.Int), new(big.Int)
	var got, want, at big.Int
	for i := range w {
		fixed.Add(fixed, at.SetInt64(f.floor[i]))
		if w[i].Sign() == 0 {
			continue
		}
		near, _ := w[i].Float64()
		turns = append(turns, turn{float64(f.floor[i]) / near, f.floor[i], w[i], near, false})
		if f.cap[i] != NoCap {
			turns = append(turns, turn{float64(f.cap[i]) / near, f.cap[i], w[i], near, true})
		}
	}
	slices.SortFunc(turns, order) // equal ones change nothing whatever their order
	budget := big.NewInt(f.Budget)
	last := turn{weight: big.NewInt(1)}
	// Floats pass over the turns whose sum is well below the budget; near it the sum is taken exactly.
	const well = 1 - 1e-6
	fixedNear, _ := fixed.Float64()
	activeNear := 0.0
	for _, t := range turns {
		at.SetInt64(t.at)
		if fixedNear+t.near*activeNear >= float64(f.Budget)*well {
			got.Mul(fixed, t.weight)
			got.Add(&got, want.Mul(&at, active))
			if want.Mul(budget, t.weight); got.Cmp(&want) >= 0 {
				break
			}
		}
		last = t
		if t.leaves {
			fixed.Add(fixed, &at)
			active.Sub(active, t.weight)
			fixedNear += float64(t.at)
			activeNear -= t.weightNear
		} else {
			fixed.Sub(fixed, &at)
			active.Add(active, t.weight)
			fixedNear -= float64(t.at)
			activeNear += t.weightNear
		}
	}
	num, den = big.NewInt(last.at), last.weight
	if active.Sign() == 0 {
		return num, den // every unit stands at a bound, and they sum to the budget
	}
	return budget.Sub(budget, fixed), active
}

// round makes whole kronor of the exact amounts at λ = num/den.
func (f *Filled) round(w []*big.Int, num, den *big.Int) {
	type part struct {
		unit int
		rest *big.Int
	}
	var parts []part
	left := f.Budget
	var bound big.Int
	room := make([]big.Int, len(w))
	var p big.Int
	for i := range w {
		p.Mul(num, w[i])
		switch {
		case p.Cmp(bound.Mul(bound.SetInt64(f.floor[i]), den)) <= 0:
			if p.Cmp(&bound) < 0 {
				f.AtFloor = append(f.AtFloor, i)
			}
			f.Amount[i] = f.floor[i]
		case f.cap[i] != NoCap && p.Cmp(bound.Mul(bound.SetInt64(f.cap[i]), den)) >= 0:
			if p.Cmp(&bound) > 0 {
				f.AtCap = append(f.AtCap, i)
			}
			f.Amount[i] = f.cap[i]
		default:
			rest := &room[i]
			p.QuoRem(&p, den, rest)
			f.Amount[i] = p.Int64()
			if rest.Sign() > 0 {
				parts = append(parts, part{i, rest})
			}
		}
		left -= f.Amount[i]
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Or(b.rest.Cmp(a.rest), a.unit-b.unit) })
	for _, p := range parts[:left] {
		f.Amount[p.unit]++
	}
}

// sum adds fractions, over one denominator.
func sum(v []*big.Rat) *big.Rat {
	w, scale := whole(v)
	return new(big.Rat).SetFrac(total(w), scale)
}

// Concentration is the concentration coefficient of kronor over persons: units in the order of a value, from the lowest, equal values together, and twice the area between the diagonal and
// the curve of cumulative shares of kronor against persons. From −1 to 1; above 0 the kronor for each person grow with the value. With by nil the order is that of kronor for each person, and the
// coefficient Gini's. Units without persons are left out. The result is exact, and nil where there are no persons or no kronor.
func Concentration(kronor, persons, by []*big.Rat) *big.Rat {
	kr, _ := whole(kronor)
	n, _ := whole(persons)
	units, places := ranked(kr, n, by)
	return concentration(kr, n, units, places)
}

// concentration is the coefficient of whole numbers, for units in order with the places of their values.
func concentration(kr, n []*big.Int, units, places []int) *big.Rat {
	var allKr, allN, twice, group, groupKr, t big.Int
	for at := 0; at < len(units); {
		group.SetInt64(0)
		groupKr.SetInt64(0)
		for first := at; at < len(units) && places[at] == places[first]; at++ {
			group.Add(&group, n[units[at]])
			groupKr.Add(&groupKr, kr[units[at]])
		}
		// The trapezoid of the step, twice: n·(K before + K after).
		t.Lsh(&allKr, 1)
		t.Add(&t, &groupKr)
		twice.Add(&twice, t.Mul(&t, &group))
		allKr.Add(&allKr, &groupKr)
		allN.Add(&allN, &group)
	}
	product := new(big.Int).Mul(&allKr, &allN)
	if product.Sign() == 0 {
		return nil
	}
	return new(big.Rat).SetFrac(t.Sub(product, &twice), product)
}

// ranked puts the units that have persons in order of by, or of kronor for each person, and gives each the place of its value: equal values share one.
func ranked(kronor, persons []*big.Int, by []*big.Rat) (units, places []int) {
	near := make([]float64, len(persons))
	for i := range persons {
		if persons[i].Sign() <= 0 {
			continue
		}
		units = append(units, i)
		if by != nil {
			near[i] = nearly(by[i].Num()) / nearly(by[i].Denom())
		} else {
			near[i] = nearly(kronor[i]) / nearly(persons[i])
		}
	}
	// Floats decide where they are well apart, whole numbers where they are not.
	var x, y big.Int
	compare := func(a, b int) int {
		if d := near[a] - near[b]; math.Abs(d) > 1e-9*(math.Abs(near[a])+math.Abs(near[b])) {
			return cmp.Compare(d, 0)
		}
		if by != nil {
			return x.Mul(by[a].Num(), by[b].Denom()).Cmp(y.Mul(by[b].Num(), by[a].Denom()))
		}
		return x.Mul(kronor[a], persons[b]).Cmp(y.Mul(kronor[b], persons[a]))
	}
	slices.SortFunc(units, func(a, b int) int { return cmp.Or(compare(a, b), a-b) })
	places = make([]int, len(units))
	for at := 1; at < len(units); at++ {
		places[at] = at
		if compare(units[at-1], units[at]) == 0 {
			places[at] = places[at-1]
		}
	}
	return units, places
}

// nearly is a number as a float, to a few units of its last digit.
func nearly(x *big.Int) float64 {
	if x.IsInt64() {
		return float64(x.Int64())
	}
	f, _ := x.Float64()
	return f
}

// A Point is a point of a Lorenz or concentration curve: the cumulative shares of persons and of kronor.
type Point struct{ Persons, Kronor float64 }

// Curve is the Lorenz curve of kronor for each person (by nil), or the concentration curve in the order of by: one point after each unit that has persons, in order from the lowest.
func Curve(kronor, persons, by []*big.Rat) []Point {
	kr, _ := whole(kronor)
	n, _ := whole(persons)
	return curve(kr, n, by)
}

func curve(kr, n []*big.Int, by []*big.Rat) []Point {
	units, _ := ranked(kr, n, by)
	allKr, allN := new(big.Int), new(big.Int)
	for _, i := range units {
		allKr.Add(allKr, kr[i])
		allN.Add(allN, n[i])
	}
	if allKr.Sign() == 0 || allN.Sign() == 0 {
		return nil
	}
	points := make([]Point, len(units))
	atKr, atN := new(big.Int), new(big.Int)
	for k, i := range units {
		points[k].Persons = float(new(big.Rat).SetFrac(atN.Add(atN, n[i]), allN))
		points[k].Kronor = float(new(big.Rat).SetFrac(atKr.Add(atKr, kr[i]), allKr))
	}
	return points
}

// Reaching is the share of the kronor that goes to some of the persons, when each unit's kronor are spread evenly over its persons: Σ x_i s_i / Σ x_i with s_i their share of the unit. Units without persons
// are left out. With kronor nil it is their share of all persons. Nil where the sum is 0.
func Reaching(kronor, persons, share []*big.Rat) *big.Rat {
	if kronor == nil {
		kronor = persons
	}
	x, _ := whole(kronor)
	n, _ := whole(persons)
	s, scale := whole(share)
	return reaching(x, n, s, scale)
}

func reaching(x, n, s []*big.Int, scale *big.Int) *big.Rat {
	var all, some, t big.Int
	for i := range n {
		if n[i].Sign() > 0 {
			all.Add(&all, x[i])
			some.Add(&some, t.Mul(x[i], s[i]))
		}
	}
	if all.Sign() == 0 {
		return nil
	}
	return new(big.Rat).SetFrac(&some, all.Mul(&all, scale))
}

// total adds whole numbers.
func total(v []*big.Int) *big.Int {
	sum := new(big.Int)
	for _, x := range v {
		sum.Add(sum, x)
	}
	return sum
}
