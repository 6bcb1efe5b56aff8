package reference

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/grant"
)

// answerGrant answers the family of grants. Ids are <dataset>.<scenario>[.<more>]; what a scenario's bounds, thresholds and budgets are stands in its words and its value.
func answerGrant(r Result) (Answer, bool, error) {
	tables, err := r.Tables()
	if err != nil {
		return Answer{}, true, err
	}
	if len(tables) != 1 || !tables[0].Has("id", "index", "share12") {
		return Answer{}, false, nil
	}
	g, err := readGrant(r, tables[0])
	if err != nil {
		return Answer{}, true, err
	}
	words := strings.Split(strings.TrimPrefix(r.ID, r.Dataset+"."), ".")
	v, offered, err := g.answer(words)
	return Answer{Value: v}, offered, err
}

type grantCase struct {
	result   Result
	siblings map[string]Result // of the same file, by id without the data set
	units    *grant.Units
	years    []string
	budget   int64
}

func readGrant(r Result, t *Table) (*grantCase, error) {
	root, err := Root()
	if err != nil {
		return nil, err
	}
	all, err := Read(root, r.Family)
	if err != nil {
		return nil, err
	}
	g := &grantCase{result: r, siblings: map[string]Result{}, units: &grant.Units{Numbers: map[string][]*big.Rat{}}}
	for _, o := range all {
		if o.File == r.File {
			g.siblings[strings.TrimPrefix(o.ID, o.Dataset+".")] = o
		}
	}
	if g.budget, err = budgetOf(g.siblings["proportional"]); err != nil {
		return nil, err
	}
	for _, name := range t.Columns {
		column := make([]string, len(t.Rows))
		for i := range t.Rows {
			column[i] = t.Get(i, name)
		}
		switch {
		case name == "id":
			g.units.ID = column
		case name == "kind":
			g.units.Groups = append(g.units.Groups, grant.Grouping{Name: name, Of: column})
		default:
			if strings.HasPrefix(name, "pupils_") {
				g.years = append(g.years, name)
			}
			if g.units.Numbers[name], err = grant.Numbers(column); err != nil {
				return nil, err
			}
		}
	}
	return g, nil
}

func budgetOf(r Result) (int64, error) {
	value, _ := r.Value.(map[string]any)
	b, ok := value["budget"].(float64)
	if !ok {
		return 0, fmt.Errorf("result %s states no budget", r.ID)
	}
	return int64(b), nil
}

// numbersIn are the numbers of a text, as written: 10 000 000, 9/10, 833333.
func numbersIn(text string) (out []grant.Fraction) {
	for _, m := range regexp.MustCompile(`\d+(?: \d{3})*(?:[./]\d+)?`).FindAllString(text, -1) {
		if f, err := grant.ParseFraction(strings.ReplaceAll(m, " ", "")); err == nil {
			out = append(out, f)
		}
	}
	return out
}

func wholeNumber(f grant.Fraction) int64 { return f.Rat().Num().Int64() / f.Rat().Denom().Int64() }

// rule is a scenario, by name, with the bounds that the words of its result say.
func (g *grantCase) rule(name string) (grant.Rule, bool) {
	rule := grant.Equality(g.budget, g.years...)
	rule.Previous = "previous_kr"
	pot := &rule.Pots[0]
	said := numbersIn(g.siblings[name].What)
	need := func(n int) bool { return len(said) >= n }
	switch name {
	case "proportional":
	case "key_share12":
		pot.Key = []string{"share12", grant.PupilsColumn}
	case "threshold":
		if !need(1) {
			return rule, false
		}
		pot.Threshold = []grant.Threshold{{Column: "index", Least: said[0]}}
	case "applicants.redistributed", "applicants.unspent":
		rule.Applies = "applies"
		rule.Refused = grant.Refusal(strings.TrimPrefix(name, "applicants."))
	case "two_pots":
		// Words: pot 1 = floor(0.8 B) by weight.
		at := slices.IndexFunc(said, func(f grant.Fraction) bool { return f.Rat().Cmp(big.NewRat(1, 1)) < 0 })
		if at < 0 {
			return rule, false
		}
		pot.Part = said[at]
		rule.Pots = append(rule.Pots, grant.Pot{Name: "types", Key: []string{"share12", grant.PupilsColumn}})
	case "floor":
		if !need(1) {
			return rule, false
		}
		kr := wholeNumber(said[0])
		pot.Floor.Kronor = &kr
	case "per_pupil_min", "per_pupil_floor_cap":
		if !need(1) {
			return rule, false
		}
		pot.Floor.PerPupil = said[0]
		if name == "per_pupil_floor_cap" {
			if !need(2) {
				return rule, false
			}
			pot.Cap.PerPupil = said[1]
		}
	case "transition", "transition_band":
		if !need(1) {
			return rule, false
		}
		pot.Floor.OfPrevious = said[0]
		if name == "transition_band" {
			if !need(2) {
				return rule, false
			}
			pot.Cap.OfPrevious = said[1]
		}
	default:
		return rule, false
	}
	return rule, true
}

func (g *grantCase) allocate(name string) (*grant.Result, bool, error) {
	rule, ok := g.rule(name)
	if !ok {
		return nil, false, nil
	}
	res, err := rule.Allocate(g.units)
	return res, true, err
}

func (g *grantCase) amounts(v []int64) (map[string]int64, int64) {
	all := int64(0)
	for _, x := range v {
		all += x
	}
	return byCode(g.units.ID, v), all
}

func (g *grantCase) ids(at []int) []string {
	out := []string{}
	for _, i := range at {
		out = append(out, g.units.ID[i])
	}
	return out
}

func ratFloat(x *big.Rat) any {
	if x == nil {
		return nil
	}
	f, _ := x.Float64()
	return f
}

func (g *grantCase) answer(words []string) (any, bool, error) {
	name := strings.Join(words, ".")
	switch words[0] {
	case "weights":
		res, _, err := g.allocate("proportional")
		if err != nil {
			return nil, true, err
		}
		pupils, weight := make([]string, len(res.Pupils)), make([]string, len(res.Pupils))
		for i := range pupils {
			pupils[i], weight[i] = res.Pupils[i].String(), res.Pots[0].Weight[i].String()
		}
		return map[string]any{"mean_pupils": byCode(g.units.ID, pupils), "weight": byCode(g.units.ID, weight)}, true, nil
	case "proportional":
		if len(words) == 2 {
			return g.proportional(words[1])
		}
	case "infeasible":
		return g.infeasible(words)
	case "edge":
		return g.edge(name)
	case "concentration", "reach12":
		if len(words) == 2 {
			return g.spread(words[0], words[1])
		}
		return nil, false, nil
	case "lorenz":
		return g.lorenz()
	case "winners":
		return g.winners()
	}
	res, offered, err := g.allocate(name)
	if !offered || err != nil {
		return nil, offered, err
	}
	amounts, all := g.amounts(res.Paid)
	value := map[string]any{"budget": res.Rule.Budget, "sum": all, "amounts": amounts}
	switch name {
	case "applicants.unspent":
		applicants := 0
		for _, a := range res.Applies {
			if a {
				applicants++
			}
		}
		return map[string]any{"paid": all, "left": res.Unspent, "applicants": applicants}, true, nil
	case "two_pots":
		value["pot1"], value["pot2"] = res.Pots[0].Budget, res.Pots[1].Budget
	default:
		pot := res.Pots[0]
		value["lambda"], value["lambda_decimal"] = pot.Lambda.String(), ratFloat(pot.Lambda)
		value["at_floor"], value["at_cap"] = g.ids(pot.AtFloor), g.ids(pot.AtCap)
		if want, _ := g.result.Value.(map[string]any); want != nil {
			if _, count := want["at_floor"].(float64); count { // some results count the units, others list them
				value["at_floor"] = len(pot.AtFloor)
			}
		}
		cost, err := res.FloorCost()
		if err != nil {
			return nil, true, err
		}
		value["cost_of_floor"] = cost.String()
	}
	return value, true, nil
}

func (g *grantCase) proportional(what string) (any, bool, error) {
	res, _, err := g.allocate("proportional")
	if err != nil {
		return nil, true, err
	}
	switch {
	case what == "exact":
		exact := map[string]string{}
		for i, id := range g.units.ID {
			exact[id] = res.Pots[0].Exact(i).String()
		}
		return exact, true, nil
	case what == "naive":
		all := new(big.Int)
		for i := range g.units.ID {
			x := new(big.Rat).Add(res.Pots[0].Exact(i), big.NewRat(1, 2))
			all.Add(all, new(big.Int).Quo(x.Num(), x.Denom()))
		}
		return map[string]any{"sum": all.Int64(), "error": all.Int64() - g.budget}, true, nil
	case strings.HasPrefix(what, "budget"):
		budget, err := strconv.ParseInt(strings.TrimPrefix(what, "budget"), 10, 64)
		if err != nil {
			return nil, false, nil
		}
		res, err := grant.Equality(budget, g.years...).Allocate(g.units)
		if err != nil {
			return nil, true, err
		}
		amounts, all := g.amounts(res.Paid)
		return map[string]any{"budget": budget, "sum": all, "amounts": amounts}, true, nil
	}
	return nil, false, nil
}

// infeasible answers bounds that hold for each unit, whether it has pupils or not.
func (g *grantCase) infeasible(words []string) (any, bool, error) {
	res, _, err := g.allocate("proportional")
	if err != nil {
		return nil, true, err
	}
	said, n := numbersIn(g.result.What), len(g.units.ID)
	if len(words) != 2 || len(said) < 1 {
		return nil, false, nil
	}
	floors, caps := make([]int64, n), slices.Repeat([]int64{grant.NoCap}, n)
	switch words[1] {
	case "floors":
		floors = slices.Repeat([]int64{wholeNumber(said[0])}, n)
	case "caps":
		caps = slices.Repeat([]int64{wholeNumber(said[0])}, n)
	case "floor_above_cap":
		at := slices.IndexFunc([]string{"first", "second", "third", "fourth", "fifth"}, func(w string) bool { return strings.Contains(g.result.What, w) })
		if len(said) < 2 || at < 0 || at >= n {
			return nil, false, nil
		}
		floors[at], caps[at] = wholeNumber(said[0]), wholeNumber(said[1])
	default:
		return nil, false, nil
	}
	filled, err := grant.Fill(g.budget, res.Pots[0].Weight, floors, caps)
	var no *grant.InfeasibleError
	switch {
	case errors.As(err, &no):
		sum, apart := no.Sum.String()+"/1", no.Apart().String()+"/1"
		return map[string]any{"infeasible": string(no.Reason), "units": g.ids(no.Units), "sum_floors": sum, "missing": apart, "sum_caps": sum, "left": apart}, true, nil
	case err != nil:
		return nil, true, err
	}
	x := make([]any, n)
	for i := range x {
		e := filled.Exact(i)
		x[i] = e.String()
		if e.IsInt() && (e.Num().Int64() == floors[i] || e.Num().Int64() == caps[i]) {
			x[i] = e.Num().Int64()
		}
	}
	return map[string]any{"lam": filled.Lambda.String(), "x": x}, true, nil
}

// edge answers a budget that is the sum of the floors for each pupil.
func (g *grantCase) edge(name string) (any, bool, error) {
	if name != "edge.exact_floors" {
		return nil, false, nil
	}
	rule, ok := g.rule("per_pupil_min")
	if !ok {
		return nil, false, nil
	}
	var err error
	if rule.Budget, err = budgetOf(g.result); err != nil {
		return nil, true, err
	}
	res, err := rule.Allocate(g.units)
	if err != nil {
		return nil, true, err
	}
	amounts, all := g.amounts(res.Paid)
	return map[string]any{"budget": all, "amounts": amounts}, true, nil
}

func (g *grantCase) spread(what, scenario string) (any, bool, error) {
	res, offered, err := g.allocate(scenario)
	if !offered || err != nil {
		return nil, offered, err
	}
	if what == "reach12" {
		kronor, pupils, err := res.Reach("share12")
		return map[string]any{"kronor": kronor, "pupils": pupils}, true, err
	}
	q, err := res.Inequality("index")
	if err != nil {
		return nil, true, err
	}
	by, err := res.Inequality("share12")
	if err != nil {
		return nil, true, err
	}
	value := map[string]any{"gini": ratFloat(q.Gini), "conc_index": ratFloat(q.Concentration), "gini_index": ratFloat(q.GiniOfColumn),
		"kakwani": ratFloat(q.Kakwani), "conc_share12": ratFloat(by.Concentration), "gini_exact": nil}
	if q.Gini != nil {
		value["gini_exact"] = q.Gini.String()
	}
	return value, true, nil
}

// lorenz answers every tenth point of the curve and the last.
func (g *grantCase) lorenz() (any, bool, error) {
	res, _, err := g.allocate("proportional")
	if err != nil {
		return nil, true, err
	}
	kr := make([]*big.Rat, len(res.Paid))
	for i, x := range res.Paid {
		kr[i] = new(big.Rat).SetInt64(x)
	}
	curve := grant.Curve(kr, res.Pupils, nil)
	out := [][]float64{}
	for i, p := range curve {
		if i%10 == 0 || i+1 == len(curve) {
			out = append(out, []float64{p.Persons, p.Kronor})
		}
	}
	// Where the last is a tenth too, the other side may have it once or twice.
	if want, _ := g.result.Value.([]any); len(want) == len(out)+1 && len(curve)%10 == 1 {
		out = append(out, out[len(out)-1])
	}
	return out, true, nil
}

func (g *grantCase) winners() (any, bool, error) {
	from, to, ok := strings.Cut(strings.TrimSuffix(strings.SplitN(g.result.What, ":", 2)[0], " "), " -> ")
	if !ok {
		return nil, false, nil
	}
	a, offered, err := g.allocate(from)
	if !offered || err != nil {
		return nil, offered, err
	}
	b, offered, err := g.allocate(to)
	if !offered || err != nil {
		return nil, offered, err
	}
	c, err := grant.Compare(a, b)
	if err != nil {
		return nil, true, err
	}
	by := map[string]int64{}
	members, changes := c.By(g.units.Group("kind"))
	for i, m := range members {
		by[m] = changes[i].Net()
	}
	value := map[string]any{"gain": c.All.Gain, "lose": c.All.Lose, "same": c.All.Same, "moved": c.All.Won, "by_kind": by, "top_winner": nil, "top_loser": nil, "moved_share": c.MovedShare()}
	winner, loser := c.Largest()
	if winner >= 0 {
		value["top_winner"] = g.units.ID[winner]
	}
	if loser >= 0 {
		value["top_loser"] = g.units.ID[loser]
	}
	return value, true, nil
}
