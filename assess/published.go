package assess

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
)

// What is computed here comes from published tables and nothing else: what a table hides, it does not know.

// A Question says what a published table by type tells of an outcome: which count, whose members of which group, in which year.
type Question struct {
	Count, Group string
	Share        string   // taken with its base where the table does not show the count
	Members      []string // with the outcome
	Base         []string // all; the total when empty
	Year         string
}

// Targeting is whom an effort reaches that is aimed at areas of type 1, and of types 1 and 2, from a table by type. A number that takes a hidden count is hidden; one that takes perturbed
// counts is perturbed, with the interval of what the true counts can give.
func Targeting(name string, title cube.Text, c *cube.Cube, q Question) (*cube.Cube, error) {
	types := slices.IndexFunc(c.Dims(), func(d cube.Dimension) bool { return d.Role == cube.Type })
	count, group := c.MeasureIndex(q.Count), c.DimIndex(q.Group)
	portion := c.MeasureIndex(q.Share)
	if types < 0 || count < 0 && portion < 0 || group < 0 {
		return nil, fmt.Errorf("assess: the table %s lacks types, the count %s and the share %s, or the group %s", c.Name, q.Count, q.Share, q.Group)
	}
	// counted is the number of persons in a row.
	counted := func(codes []string) cube.Cell {
		if count >= 0 {
			return c.Get(q.Count, codes...)
		}
		cell := c.Get(q.Share, codes...)
		if cell.Status.HasValue() && !cell.Base.OK {
			return cube.Cell{}
		}
		cell.Value *= cell.Base.V
		cell.Lo, cell.Hi = cube.Number{}, cube.Number{} // of the share, and not of the count
		return cell
	}
	// A sum of counts, hidden when one of them is.
	sum := func(kind string, members []string) cube.Cell {
		total := cube.Cell{Status: cube.Known}
		for _, m := range members {
			codes := make([]string, len(c.Dims()))
			for d, dim := range c.Dims() {
				switch {
				case d == types:
					codes[d] = kind
				case d == group:
					codes[d] = m
				case dim.Role == cube.Time:
					codes[d] = q.Year
				default:
					codes[d] = cube.Total
				}
			}
			switch cell := counted(codes); {
			case total.Status == cube.HiddenProtect:
			case cell.Status.Hidden():
				total = cube.Cell{Status: cube.HiddenProtect}
			case !cell.Status.HasValue():
				total.Status = cube.NotAvailable
			default:
				total = plus(total, cell)
			}
		}
		return total
	}
	base := q.Base
	if len(base) == 0 {
		base = []string{cube.Total}
	}
	allX, allN := sum(cube.Total, q.Members), sum(cube.Total, base)
	d := cube.Dimension{Name: "choice", Title: text("Områden som väljs", "Areas chosen"), Role: cube.Group, Members: []cube.Member{
		{Code: "types1", Label: text("Typ 1", "Type 1")}, {Code: "types12", Label: text("Typ 1 och 2", "Types 1 and 2")}}}
	b := cube.NewBuilder(name, []cube.Dimension{d}, []cube.Measure{
		share("Coverage", "Andel av dem med utfallet som nås", "Share of those with the outcome who are reached"),
		share("Precision", "Andel av dem som nås som har utfallet", "Share of those reached who have the outcome"),
		share("SharePersons", "Andel av alla som bor där", "Share of all who live there"),
		value("Lift", "Gånger vanligare än bland alla", "Times as common as among all", cube.Text{}, 2),
	})
	x, n := cube.Cell{Status: cube.Known}, cube.Cell{Status: cube.Known}
	for i, t := range []areatype.Type{areatype.Type1, areatype.Type2} {
		x, n = plus(x, sum(t.Code(), q.Members)), plus(n, sum(t.Code(), base))
		b.Add([]int32{int32(i)}, partOf(x, allX), partOf(x, n), partOf(n, allN), over(over(x, n), over(allX, allN)))
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = title
	if x.Status == cube.Perturbed || n.Status == cube.Perturbed {
		out.Notes = append(out.Notes, text("Talen är beräknade ur antal som är ändrade för skydd. Intervallet rymmer vad de sanna antalen kan ge.",
			"The figures are computed from counts that are changed for protection. The interval holds what the true counts can give."))
	}
	return out, nil
}

// ends are the least and the most that a cell can be; a perturbed one without an interval may be anything.
func ends(c cube.Cell) (lo, hi float64, ok bool) {
	if c.Status != cube.Perturbed {
		return c.Value, c.Value, true
	}
	return c.Lo.V, c.Hi.V, c.Lo.OK && c.Hi.OK
}

// combined is a value from two cells, perturbed when one of them is; then with an interval where both have one.
func combined(a, b cube.Cell, value float64, bounds func(aLo, aHi, bLo, bHi float64) (lo, hi float64)) cube.Cell {
	cell := known(value)
	if a.Status != cube.Perturbed && b.Status != cube.Perturbed || !cell.Status.HasValue() {
		return cell
	}
	cell.Status = cube.Perturbed
	aLo, aHi, aOK := ends(a)
	bLo, bHi, bOK := ends(b)
	if aOK && bOK {
		if lo, hi := bounds(aLo, aHi, bLo, bHi); !math.IsNaN(lo) && !math.IsInf(hi, 0) && !math.IsNaN(hi) {
			cell.Lo, cell.Hi = cube.Num(lo), cube.Num(hi)
		}
	}
	return cell
}

// plus is the sum of two counts.
func plus(a, b cube.Cell) cube.Cell {
	if !a.Status.HasValue() || !b.Status.HasValue() {
		return worst(a, b)
	}
	return combined(a, b, a.Value+b.Value, func(aLo, aHi, bLo, bHi float64) (float64, float64) { return aLo + bLo, aHi + bHi })
}

// over is the quotient of two numbers from 0.
func over(a, b cube.Cell) cube.Cell {
	if !a.Status.HasValue() || !b.Status.HasValue() {
		return worst(a, b)
	}
	return combined(a, b, a.Value/b.Value, func(aLo, aHi, bLo, bHi float64) (float64, float64) { return aLo / bHi, aHi / bLo })
}

// partOf is a quotient of a part and its whole, which noise may have made less than its part.
func partOf(a, b cube.Cell) cube.Cell {
	c := over(a, b)
	if c.Status != cube.Perturbed {
		return c
	}
	c.Value = min(c.Value, 1)
	if aLo, _, aOK := ends(a); aOK && !c.Lo.OK {
		if _, hi, ok := ends(b); ok { // the whole may be nothing
			c.Lo, c.Hi = cube.Num(aLo/hi), cube.Num(1)
		}
	}
	c.Lo.V, c.Hi.V = min(c.Lo.V, 1), min(c.Hi.V, 1)
	return c
}

// worst is what is known of something that takes two cells of which one at least has no value.
func worst(a, b cube.Cell) cube.Cell {
	for _, c := range []cube.Cell{a, b} {
		if c.Status.Hidden() {
			return cube.Cell{Status: cube.HiddenProtect}
		}
	}
	for _, c := range []cube.Cell{a, b} {
		if !c.Status.HasValue() {
			return cube.Cell{Status: c.Status}
		}
	}
	return cube.Cell{Status: cube.NotApplicable}
}

// Protection is what is hidden in tables of the same content by different divisions: of the cells, and of the persons that a total shows. Persons are not told of where counts are
// perturbed: parts differ from their total by noise then.
func Protection(name string, title cube.Text, of []Row[*cube.Cube], count string) (*cube.Cube, error) {
	type hidden struct{ cells, persons float64 }
	var rows []Row[hidden]
	for _, r := range of {
		c, h := r.Of, hidden{math.NaN(), math.NaN()}
		m := c.MeasureIndex(count)
		cells, hid := 0.0, 0.0
		// Persons shown in rows without totals, against the total of all.
		shown, whole, known := 0.0, 0.0, true
		for row := range c.Len() {
			totals := 0
			for d := range c.Dims() {
				if c.Code(row, d) == cube.Total {
					totals++
				}
			}
			for k := range c.Measures() {
				cell := c.Cell(row, k)
				switch {
				case cell.Status.Hidden():
					hid++
					cells++
				case cell.Status.HasValue():
					cells++
				}
				if k != m {
					continue
				}
				known = known && cell.Status != cube.Perturbed
				all := totals == groupsOf(c)
				if all && !cell.Status.HasValue() {
					known = false
				}
				if all && cell.Status.HasValue() {
					whole += cell.Value
				}
				if totals == 0 && cell.Status.HasValue() {
					shown += cell.Value
				}
			}
		}
		if cells > 0 {
			h.cells = hid / cells
		}
		if known && whole > 0 {
			h.persons = max(0, 1-shown/whole)
		}
		rows = append(rows, Row[hidden]{r.Code, r.Title, h})
	}
	return tabled(name, title, "by", text("Tabell efter", "Table by"), []cube.Measure{
		share("ShareCellsHidden", "Andel dolda celler", "Share of cells hidden"),
		share("SharePersonsHidden", "Andel personer som ingen visad cell räknar", "Share of persons whom no shown cell counts"),
	}, rows, func(h hidden) []float64 { return []float64{h.cells, h.persons} })
}

// groupsOf is how many dimensions of a cube can be totals: all but years.
func groupsOf(c *cube.Cube) (n int) {
	for _, d := range c.Dims() {
		if d.Role != cube.Time {
			n++
		}
	}
	return n
}

// Stability is how firm types and index are over the years of a published index, and how much of the division is the same in its next vintage (NaN when that is not known).
// areaType is the measure of index that holds the types; index may be nil, and need not have an index.
func Stability(name string, title cube.Text, index *cube.Cube, areaType string, same float64) (*cube.Cube, error) {
	type firm struct{ lowest, firstLast, same float64 }
	nan := math.NaN()
	types, order := firm{nan, nan, nan}, firm{nan, nan, nan}
	if index != nil {
		if err := follow(index, areaType, &types.lowest, &types.firstLast, &order.lowest, &order.firstLast); err != nil {
			return nil, err
		}
	}
	rows := []Row[firm]{{ToolRegSO, Tools()[0].Title, firm{nan, nan, same}}, {ToolIndex, Tools()[1].Title, order}, {ToolTypes, Tools()[2].Title, types}}
	c, err := tabled(name, title, "tool", text("Verktyg", "Tool"), []cube.Measure{
		value("LowestYearly", "Lägst mellan två år i följd", "Lowest between two years in a row", cube.Text{}, 3),
		value("FirstToLast", "Mellan första och sista året", "Between the first and the last year", cube.Text{}, 3),
		share("SameAreas", "Andel områden som är desamma i nästa årgång", "Share of areas that are the same in the next vintage"),
	}, rows, func(f firm) []float64 { return []float64{f.lowest, f.firstLast, f.same} })
	if err == nil {
		c.Notes = append(c.Notes, text("För typer: andel RegSO som behåller sin typ. För index: korrelation mellan områdenas index de två åren.",
			"Of types: share of RegSO that keep their type. Of the index: correlation of the areas' index in the two years."))
	}
	return c, err
}

// follow finds how types and index follow themselves between years.
func follow(index *cube.Cube, areaType string, keepLowest, keepFirstLast, corLowest, corFirstLast *float64) error {
	periods, err := areatype.Periods(index, areaType)
	if err != nil || len(periods) < 2 {
		return err
	}
	area := slices.IndexFunc(index.Dims(), func(d cube.Dimension) bool { return d.Role == cube.Area })
	time := slices.IndexFunc(index.Dims(), func(d cube.Dimension) bool { return d.Role == cube.Time })
	m := index.MeasureIndex(areatype.MeasureIndex)
	values := map[string]map[string]float64{}
	for row := range index.Len() {
		if cell := index.Cell(row, max(m, 0)); m >= 0 && cell.Status.HasValue() {
			year := index.Code(row, time)
			if values[year] == nil {
				values[year] = map[string]float64{}
			}
			values[year][index.Code(row, area)] = cell.Value
		}
	}
	correlation := func(from, to string) float64 {
		var x, y []float64
		for _, member := range index.Dims()[area].Members {
			a, ok := values[from][member.Code]
			b, also := values[to][member.Code]
			if ok && also {
				x, y = append(x, a), append(y, b)
			}
		}
		return num.Pearson(x, y)
	}
	least := func(p *float64, v float64) {
		if math.IsNaN(*p) || v < *p {
			*p = v
		}
	}
	for i := 1; i < len(periods); i++ {
		a, b := periods[i-1], periods[i]
		if keep := areatype.Between(a, b).Keep(); keep.OK {
			least(keepLowest, keep.V)
		}
		if m >= 0 {
			if r := correlation(a.Name, b.Name); !math.IsNaN(r) {
				least(corLowest, r)
			}
		}
	}
	first, last := periods[0], periods[len(periods)-1]
	if keep := areatype.Between(first, last).Keep(); keep.OK {
		*keepFirstLast = keep.V
	}
	if m >= 0 {
		*corFirstLast = correlation(first.Name, last.Name)
	}
	return nil
}
