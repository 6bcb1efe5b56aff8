package grant

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/skikt/skikt/cube"
)

// unitDim and ruleDim are the dimensions of the cubes made here.
const (
	unitDim = "unit"
	ruleDim = "rule"
)

// rules is the dimension of the rules of results, which must be of the same units.
func rules(results []*Result) (cube.Dimension, error) {
	d := cube.Dimension{Name: ruleDim, Title: cube.Text{SV: "Regel", EN: "Rule"}, Role: cube.Group}
	if len(results) == 0 {
		return d, errors.New("grant: no results to make a cube of")
	}
	for _, r := range results {
		if !slices.Equal(r.Units.ID, results[0].Units.ID) {
			return d, errors.New("grant: the results are not of the same units in the same order")
		}
		label := r.Rule.Title
		if label == (cube.Text{}) {
			label = cube.Same(r.Rule.Name)
		}
		d.Members = append(d.Members, cube.Member{Code: r.Rule.Name, Label: label})
	}
	return d, nil
}

// finish gives a cube what all cubes of the results have: warnings, and the declared rules as steps of their lineage.
func finish(b *cube.Builder, results []*Result, title cube.Text) (*cube.Cube, error) {
	c, err := b.Cube()
	if err != nil {
		return nil, err
	}
	c.Title = title
	for _, r := range results {
		for _, w := range r.Warnings {
			c.Warn(w)
		}
		c.Lineage.Steps = append(c.Lineage.Steps, fmt.Sprintf("grant: rule %s, version %s, budget %d kr", r.Rule.Name, r.Rule.Version, r.Rule.Budget))
	}
	return c, nil
}

// number is a cell of a number that may be undefined (NaN).
func number(v float64) cube.Cell {
	if math.IsNaN(v) {
		return cube.Cell{Status: cube.NotApplicable}
	}
	return cube.KnownCell(v)
}

// perPupilCell is kronor over pupils.
func perPupilCell(kr int64, pupils float64) cube.Cell {
	if pupils <= 0 {
		return cube.Cell{Status: cube.NotApplicable}
	}
	c := cube.KnownCell(float64(kr) / pupils)
	c.Base = cube.Num(pupils)
	return c
}

// dimension is the units as a dimension.
func (u *Units) dimension() cube.Dimension {
	d := cube.Dimension{Name: unitDim, Title: cube.Text{SV: "Enhet", EN: "Unit"}, Role: cube.Group}
	for i, id := range u.ID {
		label := id
		if u.Name != nil && u.Name[i] != "" {
			label = u.Name[i]
		}
		d.Members = append(d.Members, cube.Member{Code: id, Label: cube.Same(label)})
	}
	return d
}

// ByUnit is a cube unit × rule: pupils, frame, amount, amount per pupil and change against the first rule.
func ByUnit(name string, results ...*Result) (*cube.Cube, error) {
	rule, err := rules(results)
	if err != nil {
		return nil, err
	}
	u := results[0].Units
	b := cube.NewBuilder(name, []cube.Dimension{u.dimension(), rule}, []cube.Measure{
		measure("GrantPaid", cube.Sum, 0), measure("GrantPerPupil", cube.Value, 0), measure("GrantChange", cube.Sum, 0), measure("GrantFrame", cube.Sum, 0), measure("GrantPupils", cube.Sum, 1)})
	for k, r := range results {
		for i := range u.ID {
			n := float(r.Pupils[i])
			b.Add([]int32{int32(i), int32(k)}, cube.KnownCell(float64(r.Paid[i])), perPupilCell(r.Paid[i], n),
				cube.KnownCell(float64(r.Paid[i]-results[0].Paid[i])), cube.KnownCell(float64(r.Frame[i])), cube.KnownCell(n))
		}
	}
	return finish(b, results, cube.Text{SV: "Belopp per enhet och regel", EN: "Amounts by unit and rule"})
}

// ByGroup is a cube grouping × rule: amounts, pupils, and who gains and loses against the first rule. Units without a member of the grouping stand under one of their own, so that sums are of all.
func ByGroup(name, grouping string, results ...*Result) (*cube.Cube, error) {
	rule, err := rules(results)
	if err != nil {
		return nil, err
	}
	g := results[0].Units.Group(grouping)
	if g == nil {
		return nil, fmt.Errorf("grant: the units have no grouping %q", grouping)
	}
	title := g.Title
	if title == (cube.Text{}) {
		title = results[0].Units.title(g.Name)
	}
	dim := cube.Dimension{Name: g.Name, Title: title, Role: cube.Group}
	first, err := Compare(results[0], results[0])
	if err != nil {
		return nil, err
	}
	members, _ := first.By(g)
	for _, m := range members {
		member := cube.Member{Code: m, Label: cube.Same(m)}
		if m == "" {
			member = cube.Member{Code: "unknown", Label: cube.Text{SV: "Uppgift saknas", EN: "Unknown"}}
		}
		dim.Members = append(dim.Members, member)
	}
	b := cube.NewBuilder(name, []cube.Dimension{dim, rule}, []cube.Measure{
		measure("GrantPaid", cube.Sum, 0), measure("GrantPerPupil", cube.Value, 0), measure("GrantChange", cube.Sum, 0), measure("GrantMoved", cube.Sum, 0),
		measure("GrantNGain", cube.Count, 0), measure("GrantNLose", cube.Count, 0), measure("GrantNSame", cube.Count, 0), measure("GrantPupils", cube.Sum, 1)})
	for k, r := range results {
		c, err := Compare(results[0], r)
		if err != nil {
			return nil, err
		}
		_, changes := c.By(g)
		for m, ch := range changes {
			n := float(ch.Pupils)
			b.Add([]int32{int32(m), int32(k)}, cube.KnownCell(float64(ch.To)), perPupilCell(ch.To, n), cube.KnownCell(float64(ch.Net())), cube.KnownCell(float64(ch.Won)),
				cube.KnownCell(float64(ch.Gain)), cube.KnownCell(float64(ch.Lose)), cube.KnownCell(float64(ch.Same)), cube.KnownCell(n))
		}
	}
	return finish(b, results, cube.Text{SV: "Belopp per grupp och regel: " + title.SV, EN: "Amounts by group and rule: " + title.EN})
}

// Questions are the columns that a summary of rules is made against.
type Questions struct {
	Need  string   // column of need, for concentration and Kakwani's index
	Reach []string // columns of shares of pupils, for what reaches them
}

// Summary is a cube by rule: paid and unspent kronor, who gains and loses, cost of floors, inequality and reach.
func Summary(name string, q Questions, results ...*Result) (*cube.Cube, error) {
	rule, err := rules(results)
	if err != nil {
		return nil, err
	}
	measures := []cube.Measure{measure("GrantPaid", cube.Sum, 0), measure("GrantUnspent", cube.Sum, 0), measure("GrantNApply", cube.Count, 0), measure("GrantNGain", cube.Count, 0), measure("GrantNLose", cube.Count, 0),
		measure("GrantNSame", cube.Count, 0), measure("GrantMoved", cube.Sum, 0), measure("GrantFloorCost", cube.Sum, 0), measure("GrantGini", cube.Value, 4)}
	if q.Need != "" {
		measures = append(measures, measure("GrantConcentration", cube.Value, 4), measure("GrantKakwani", cube.Value, 4))
	}
	for _, column := range q.Reach {
		of, pupils := measure("GrantReach", cube.Share, 1), measure("GrantReach", cube.Share, 1)
		of.Name, pupils.Name = "GrantReach_"+column, "GrantReachPupils_"+column
		whom := results[0].Units.title(column)
		of.Title.SV, of.Title.EN = of.Title.SV+": "+whom.SV, of.Title.EN+": "+whom.EN
		pupils.Title = cube.Text{SV: "Andel av eleverna: " + whom.SV, EN: "Share of pupils: " + whom.EN}
		measures = append(measures, of, pupils)
	}
	b := cube.NewBuilder(name, []cube.Dimension{rule}, measures)
	for k, r := range results {
		c, err := Compare(results[0], r)
		if err != nil {
			return nil, err
		}
		floors := cube.Cell{Status: cube.NotApplicable} // where caps alone could not spend the budget
		if cost, err := r.FloorCost(); err == nil {
			floors = cube.KnownCell(float(cost))
		}
		inequality, err := r.Inequality(q.Need)
		if err != nil {
			return nil, err
		}
		apply := 0
		for _, a := range r.Applies {
			if a {
				apply++
			}
		}
		cells := []cube.Cell{cube.KnownCell(float64(c.All.To)), cube.KnownCell(float64(r.Unspent)), cube.KnownCell(float64(apply)), cube.KnownCell(float64(c.All.Gain)), cube.KnownCell(float64(c.All.Lose)),
			cube.KnownCell(float64(c.All.Same)), cube.KnownCell(float64(c.All.Won)), floors, number(float(inequality.Gini))}
		if q.Need != "" {
			cells = append(cells, number(float(inequality.Concentration)), number(float(inequality.Kakwani)))
		}
		for _, column := range q.Reach {
			of, pupils, err := r.Reach(column)
			if err != nil {
				return nil, err
			}
			cells = append(cells, number(of), number(pupils))
		}
		b.Add([]int32{int32(k)}, cells...)
	}
	return finish(b, results, cube.Text{SV: "Regler i sammandrag", EN: "Rules in summary"})
}

// FlipCube is a cube by unit of draws: shares of draws in which it gains and loses by the second rule, whether that changes sides, and the change with its interval.
func FlipCube(name string, flips []Flip, u *Units) (*cube.Cube, error) {
	share := func(name, sv, en string) cube.Measure {
		return cube.Measure{Name: name, Title: cube.Text{SV: sv, EN: en}, Unit: percentUnit, Kind: cube.Share, Decimals: 0}
	}
	flip := measure("GrantFlip", cube.Code, 0)
	flip.Unit = cube.Text{SV: "1 ja, 0 nej", EN: "1 yes, 0 no"}
	b := cube.NewBuilder(name, []cube.Dimension{u.dimension()}, []cube.Measure{measure("GrantChange", cube.Sum, 0), share("GrantShareGain", "Dragningar där enheten får mer", "Draws in which the unit gets more"),
		share("GrantShareLose", "Dragningar där enheten får mindre", "Draws in which the unit gets less"), share("GrantShareHas", "Dragningar där enheten får något", "Draws in which the unit gets anything"), flip})
	for i, f := range flips {
		one := 0.0
		if f.Flips {
			one = 1
		}
		b.Add([]int32{int32(i)}, f.Of, number(f.Gains), number(f.Loses), number(f.Has), cube.KnownCell(one))
	}
	c, err := b.Cube()
	if err == nil {
		c.Title = cube.Text{SV: "Vem som byter sida när index är osäkert", EN: "Who changes sides when the index is uncertain"}
		c.Notes = append(c.Notes, cube.Text{SV: "Intervallet är de mittersta 95 procenten av dragningarna.", EN: "The interval is the middle 95 percent of the draws."})
	}
	return c, err
}

// YearsCube is a cube unit × year of a plan or a history: frame, amount, amount per pupil, and the change from the year before. Units that are not there in a year have no figure for it.
func YearsCube(name string, years []YearResult) (*cube.Cube, error) {
	unit := cube.Dimension{Name: unitDim, Title: cube.Text{SV: "Enhet", EN: "Unit"}, Role: cube.Group}
	year := cube.Dimension{Name: "year", Title: cube.Text{SV: "År", EN: "Year"}, Role: cube.Time}
	at := map[string]int{}
	for _, y := range years {
		year.Members = append(year.Members, cube.Member{Code: y.Year, Label: cube.Same(y.Year)})
		for _, m := range y.Units.dimension().Members {
			if _, ok := at[m.Code]; !ok {
				at[m.Code] = len(unit.Members)
				unit.Members = append(unit.Members, m)
			}
		}
	}
	b := cube.NewBuilder(name, []cube.Dimension{unit, year}, []cube.Measure{measure("GrantPaid", cube.Sum, 0), measure("GrantPerPupil", cube.Value, 0), measure("GrantChangeFromLastYear", cube.Sum, 0),
		measure("GrantFrame", cube.Sum, 0), measure("GrantPupils", cube.Sum, 1)})
	var results []*Result
	for k, y := range years {
		results = append(results, y.Result)
		for i, id := range y.Units.ID {
			change := cube.Cell{Status: cube.NotApplicable}
			if k > 0 {
				change = cube.KnownCell(float64(y.Paid[i] - y.Before[i]))
			}
			n := float(y.Pupils[i])
			b.Add([]int32{int32(at[id]), int32(k)}, cube.KnownCell(float64(y.Paid[i])), perPupilCell(y.Paid[i], n), change, cube.KnownCell(float64(y.Frame[i])), cube.KnownCell(n))
		}
	}
	return finish(b, results, cube.Text{SV: "Belopp per enhet och år", EN: "Amounts by unit and year"})
}

// CurveCube is a cube rule × point of cumulative shares of pupils and kronor, a point after each unit with pupils: the Lorenz curve of kronor for each pupil, or, with a column, the concentration curve in its order. Units that lack a
// number in the column are not in it.
func CurveCube(name, by string, results ...*Result) (*cube.Cube, error) {
	rule, err := rules(results)
	if err != nil {
		return nil, err
	}
	u := results[0].Units
	point := cube.Dimension{Name: "point", Title: cube.Text{SV: "Punkt", EN: "Point"}, Role: cube.Group}
	for i := range u.ID {
		text := fmt.Sprint(i + 1)
		point.Members = append(point.Members, cube.Member{Code: text, Label: cube.Same(text)})
	}
	share := func(name, sv, en string) cube.Measure {
		return cube.Measure{Name: name, Title: cube.Text{SV: sv, EN: en}, Unit: percentUnit, Kind: cube.Share, Decimals: 2}
	}
	title := cube.Text{SV: "Lorenzkurva för belopp per elev", EN: "Lorenz curve of amount per pupil"}
	var order []*big.Rat
	if by != "" {
		if order, err = u.column(by); err != nil {
			return nil, err
		}
		order = slices.Clone(order)
		title = cube.Text{SV: "Koncentrationskurva längs " + u.title(by).SV, EN: "Concentration curve along " + u.title(by).EN}
	}
	b := cube.NewBuilder(name, []cube.Dimension{rule, point}, []cube.Measure{share("GrantSharePupils", "Andel av eleverna", "Share of pupils"), share("GrantShareKronor", "Andel av kronorna", "Share of kronor")})
	for k, r := range results {
		pupils := slices.Clone(r.Pupils)
		for i := range order {
			if order[i] == nil {
				pupils[i] = new(big.Rat)
			}
		}
		for i, p := range Curve(kronor(r.Paid), pupils, order) {
			b.Add([]int32{int32(k), int32(i)}, cube.KnownCell(p.Persons), cube.KnownCell(p.Kronor))
		}
	}
	return finish(b, results, title)
}
