package grant

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/areatype"
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

// Cube is the units with their groupings and columns as they stand, so that whoever has it can carry rules out on them; [UnitsOf] reads it back. The error is for a number that a
// float does not give back decimal for decimal.
func (u *Units) Cube(name string) (*cube.Cube, error) {
	var columns []string
	for column := range u.Numbers {
		columns = append(columns, column)
	}
	slices.Sort(columns)
	dims := []cube.Dimension{u.dimension()}
	at := make([][]int32, u.Len())
	for i := range at {
		at[i] = []int32{int32(i)}
	}
	for _, g := range u.Groups {
		d := cube.Dimension{Name: g.Name, Title: u.groupTitle(&g), Role: cube.Group}
		for slices.Contains(columns, d.Name) {
			d.Name += "_"
		}
		for i, m := range g.Of {
			k := slices.IndexFunc(d.Members, func(have cube.Member) bool { return have.Code == member(m).Code })
			if k < 0 {
				k = len(d.Members)
				d.Members = append(d.Members, member(m))
			}
			at[i] = append(at[i], int32(k))
		}
		dims = append(dims, d)
	}
	cells := make([][]cube.Cell, u.Len())
	var measures []cube.Measure
	for _, column := range columns {
		m := cube.Measure{Name: column, Title: u.title(column), Kind: cube.Value}
		for i, x := range u.Numbers[column] {
			if x == nil {
				cells[i] = append(cells[i], cube.Cell{})
				continue
			}
			v := float(x)
			back, err := exact(v)
			if err != nil || back.Cmp(x) != 0 {
				return nil, fmt.Errorf("grant: unit %s has a number in %s with more digits than a table keeps", u.ID[i], column)
			}
			_, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
			m.Decimals = max(m.Decimals, len(fraction))
			cells[i] = append(cells[i], cube.KnownCell(v))
		}
		measures = append(measures, m)
	}
	b := cube.NewBuilder(name, dims, measures)
	for i := range at {
		b.Add(at[i], cells[i]...)
	}
	c, err := b.Cube()
	if err == nil {
		c.Title = cube.Text{SV: "Tal som reglerna räknar på", EN: "Numbers that the rules are computed on"}
		for _, w := range u.Warnings {
			c.Warn(w)
		}
	}
	return c, err
}

// exact is the decimal number that a float stands for.
func exact(v float64) (*big.Rat, error) {
	x, err := areatype.ParseDecimal(strconv.FormatFloat(v, 'f', -1, 64))
	if err != nil {
		return nil, err
	}
	return x.Rat(), nil
}

// unknown is the code of units without a member of a grouping.
const unknown = "unknown"

// member is a member of a grouping; units without one stand under one of their own.
func member(code string) cube.Member {
	if code == "" {
		return cube.Member{Code: unknown, Label: cube.Text{SV: "Uppgift saknas", EN: "Unknown"}}
	}
	return cube.Member{Code: code, Label: cube.Same(code)}
}

func (u *Units) groupTitle(g *Grouping) cube.Text {
	if g.Title == (cube.Text{}) {
		return u.title(g.Name)
	}
	return g.Title
}

// UnitsOf are the units of a cube that [Units.Cube] made.
func UnitsOf(c *cube.Cube) (*Units, error) {
	dims := c.Dims()
	if len(dims) == 0 || dims[0].Name != unitDim || c.Len() != len(dims[0].Members) {
		return nil, fmt.Errorf("grant: the table %s is not one of units and their numbers", c.Name)
	}
	u := &Units{Numbers: map[string][]*big.Rat{}, Titles: map[string]cube.Text{}, Warnings: slices.Clone(c.Warnings)}
	for row := range c.Len() {
		u.ID = append(u.ID, c.Code(row, 0))
		u.Name = append(u.Name, dims[0].Members[c.Coord(row, 0)].Label.SV)
	}
	for d := 1; d < len(dims); d++ {
		g := Grouping{Name: dims[d].Name, Title: dims[d].Title}
		for row := range c.Len() {
			code := c.Code(row, d)
			if code == unknown {
				code = ""
			}
			g.Of = append(g.Of, code)
		}
		u.Groups = append(u.Groups, g)
	}
	for m, meas := range c.Measures() {
		column := make([]*big.Rat, c.Len())
		for row := range column {
			if cell := c.Cell(row, m); cell.Status.HasValue() {
				x, err := exact(cell.Value)
				if err != nil {
					return nil, fmt.Errorf("grant: the table %s: unit %s: %w", c.Name, u.ID[row], err)
				}
				column[row] = x
			}
		}
		u.Numbers[meas.Name], u.Titles[meas.Name] = column, meas.Title
	}
	return u, u.Check()
}

// ByUnit is a cube unit × rule: pupils, frame, amount, amount per pupil and change against the first rule.
func ByUnit(name string, results ...*Result) (*cube.Cube, error) {
	rule, err := rules(results)
	if err != nil {
		return nil, err
	}
	u := results[0].Units
	b := cube.NewBuilder(name, []cube.Dimension{u.dimension(), rule}, []cube.Measure{
		docs.Measure("GrantPaid", cube.Sum, 0), docs.Measure("GrantPerPupil", cube.Value, 0), docs.Measure("GrantChange", cube.Sum, 0), docs.Measure("GrantFrame", cube.Sum, 0), docs.Measure("GrantPupils", cube.Sum, 1)})
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
	title := results[0].Units.groupTitle(g)
	dim := cube.Dimension{Name: g.Name, Title: title, Role: cube.Group}
	first, err := Compare(results[0], results[0])
	if err != nil {
		return nil, err
	}
	members, _ := first.By(g)
	for _, m := range members {
		dim.Members = append(dim.Members, member(m))
	}
	b := cube.NewBuilder(name, []cube.Dimension{dim, rule}, []cube.Measure{
		docs.Measure("GrantPaid", cube.Sum, 0), docs.Measure("GrantPerPupil", cube.Value, 0), docs.Measure("GrantChange", cube.Sum, 0), docs.Measure("GrantMoved", cube.Sum, 0),
		docs.Measure("GrantNGain", cube.Count, 0), docs.Measure("GrantNLose", cube.Count, 0), docs.Measure("GrantNSame", cube.Count, 0), docs.Measure("GrantPupils", cube.Sum, 1)})
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
	measures := []cube.Measure{docs.Measure("GrantPaid", cube.Sum, 0), docs.Measure("GrantUnspent", cube.Sum, 0), docs.Measure("GrantNApply", cube.Count, 0), docs.Measure("GrantNGain", cube.Count, 0), docs.Measure("GrantNLose", cube.Count, 0),
		docs.Measure("GrantNSame", cube.Count, 0), docs.Measure("GrantMoved", cube.Sum, 0), docs.Measure("GrantFloorCost", cube.Sum, 0), docs.Measure("GrantGini", cube.Value, 4)}
	if q.Need != "" {
		measures = append(measures, docs.Measure("GrantConcentration", cube.Value, 4), docs.Measure("GrantKakwani", cube.Value, 4))
	}
	for _, column := range q.Reach {
		of, pupils := docs.Measure("GrantReach", cube.Share, 1), docs.Measure("GrantReach", cube.Share, 1)
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
	flip := docs.Measure("GrantFlip", cube.Code, 0)
	flip.Unit = cube.Text{SV: "1 ja, 0 nej", EN: "1 yes, 0 no"}
	b := cube.NewBuilder(name, []cube.Dimension{u.dimension()}, []cube.Measure{docs.Measure("GrantChange", cube.Sum, 0), share("GrantShareGain", "Dragningar där enheten får mer", "Draws in which the unit gets more"),
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
	b := cube.NewBuilder(name, []cube.Dimension{unit, year}, []cube.Measure{docs.Measure("GrantPaid", cube.Sum, 0), docs.Measure("GrantPerPupil", cube.Value, 0), docs.Measure("GrantChangeFromLastYear", cube.Sum, 0),
		docs.Measure("GrantFrame", cube.Sum, 0), docs.Measure("GrantPupils", cube.Sum, 1)})
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
	if by != "" {
		title = cube.Text{SV: "Koncentrationskurva längs " + u.title(by).SV, EN: "Concentration curve along " + u.title(by).EN}
	}
	b := cube.NewBuilder(name, []cube.Dimension{rule, point}, []cube.Measure{share("GrantSharePupils", "Andel av eleverna", "Share of pupils"), share("GrantShareKronor", "Andel av kronorna", "Share of kronor")})
	for k, r := range results {
		pupils, order := r.pupils, []*big.Rat(nil)
		if by != "" {
			if pupils, order, err = r.having(by); err != nil {
				return nil, err
			}
		}
		for i, p := range curve(ints(r.Paid), pupils, order) {
			b.Add([]int32{int32(k), int32(i)}, cube.KnownCell(p.Persons), cube.KnownCell(p.Kronor))
		}
	}
	return finish(b, results, title)
}
