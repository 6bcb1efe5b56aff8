package segregation

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Question says what of a cube of counts is to be measured.
type Question struct {
	Units   string   // dimension of the units, such as deso
	Groups  string   // dimension of the groups
	Members []string // the groups, in order: with two, the first is the one whose segregation is measured; all but the total when empty
	Count   string   // measure that counts; the first count when empty
	// Measures are names of [TwoGroup] (two members) or of [ManyGroup] and [Ordered] (any number). When empty: with two members those of two groups that have a
	// formula, else those of many groups.
	Measures []string
	// Persons, when its N is above 0, draws the persons again and adds each measure corrected for the bias of small numbers, with its interval.
	Persons Draws
}

// measureNUnits counts the units that have anybody.
const measureNUnits = "NUnits"

// Cube measures segregation in a cube of counts: units × groups, and any other dimensions, such as kommun and year, whose every combination is measured by itself.
// The result has those other dimensions, and a measure for each of Question.Measures; the base is the number of persons. Where the formula is undefined the cell is
// not applicable; where a count is hidden or missing, the cell has that state: a hidden count is never taken for zero.
func Cube(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	named, err := q.measures(len(f.members))
	if err != nil {
		return nil, err
	}
	b := cube.NewBuilder(c.Name, f.others, q.columns(named))
	for _, p := range f.places(c) {
		cells, err := p.measure(f, named, q.Persons)
		if err != nil {
			return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
		}
		b.Add(p.at, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings = c.Title, slices.Clone(c.Notes), slices.Clone(c.Warnings)
	unit := c.Dim(q.Units).Title
	out.Notes = append(out.Notes, cube.Text{
		SV: fmt.Sprintf("Måtten gäller hur grupperna är fördelade mellan %s. Mindre enheter ger högre värden, så värden för olika slags enheter kan inte jämföras.", unit.SV),
		EN: fmt.Sprintf("The measures tell how the groups are spread over %s. Smaller units give higher values, so values on different kinds of unit can't be compared.", unit.EN)})
	if q.Persons.N > 0 {
		out.Notes = append(out.Notes, cube.Text{
			SV: fmt.Sprintf("Värden rättade för små tal, med %d dragningar av personerna på nytt; intervallet hör till det rättade värdet.", q.Persons.N),
			EN: fmt.Sprintf("Values corrected for small numbers, by %d draws of the persons anew; the interval belongs to the corrected value.", q.Persons.N)})
	}
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"segregation over " + q.Units + " by " + q.Groups}})
	return out, nil
}

// named is a measure as [Cube] takes it: of a table of the members in order.
type named struct {
	doc Doc
	of  Measure
}

// measures finds the measures by name among those that fit the number of groups.
func (q Question) measures(groups int) ([]named, error) {
	var all []named
	if groups == 2 {
		for _, m := range TwoGroup() {
			all = append(all, named{m.Doc, func(t *Table) float64 { return m.Of(t.Column(0), t.Column(1)) }})
		}
	}
	main := min(len(all), len(twoClosed))
	for _, m := range ManyGroup() {
		all = append(all, named{m.Doc, m.Of})
	}
	if groups != 2 {
		main = len(all)
	}
	for _, m := range Ordered() {
		all = append(all, named{m.Doc, m.Of})
	}
	if len(q.Measures) == 0 {
		return all[:main], nil
	}
	var out []named
	for _, name := range q.Measures {
		i := slices.IndexFunc(all, func(m named) bool { return strings.EqualFold(m.doc.Name, name) })
		if i < 0 {
			return nil, fmt.Errorf("segregation: there is no measure %q for %d groups; there are %s", name, groups, names(all))
		}
		out = append(out, all[i])
	}
	return out, nil
}

func names(all []named) string {
	var list []string
	for _, m := range all {
		list = append(list, m.doc.Name)
	}
	return strings.Join(list, ", ")
}

// corrected is the name of a measure after correction for bias.
const corrected = "Corrected"

func (q Question) columns(named []named) []cube.Measure {
	out := []cube.Measure{{Name: measureNUnits, Title: cube.Text{SV: "Antal enheter", EN: "Number of units"}, Unit: cube.Text{SV: "enheter", EN: "units"}, Kind: cube.Value}}
	for _, m := range named {
		out = append(out, cube.Measure{Name: m.doc.Name, Title: m.doc.Title, Kind: cube.Value, Decimals: 3})
		if q.Persons.N > 0 {
			out = append(out, cube.Measure{Name: m.doc.Name + corrected, Kind: cube.Value, Decimals: 3,
				Title: cube.Text{SV: m.doc.Title.SV + ", rättat för små tal", EN: m.doc.Title.EN + ", corrected for small numbers"}})
		}
	}
	return out
}

// frame is where things lie in the cube.
type frame struct {
	units, groups, count int
	members              map[int]int // position of a group's member -> column of the table
	rest                 []int       // positions of the other dimensions
	others               []cube.Dimension
}

func (q Question) frame(c *cube.Cube) (frame, error) {
	f := frame{units: c.DimIndex(q.Units), groups: c.DimIndex(q.Groups), count: -1, members: map[int]int{}}
	fail := func(format string, args ...any) (frame, error) {
		return f, fmt.Errorf("segregation: cube %s %s", c.Name, fmt.Sprintf(format, args...))
	}
	if f.units < 0 || f.groups < 0 {
		return fail("has no dimension %q or no %q; it has %s", q.Units, q.Groups, strings.Join(c.DimNames(), ", "))
	}
	for i, m := range c.Measures() {
		if m.Name == q.Count || q.Count == "" && m.Kind == cube.Count && f.count < 0 {
			f.count = i
		}
	}
	if f.count < 0 || !c.Measures()[f.count].Kind.Additive() {
		return fail("has no count %q to measure", q.Count)
	}
	dim := c.Dims()[f.groups]
	members := q.Members
	if len(members) == 0 {
		for _, m := range dim.Members {
			if m.Code != cube.Total {
				members = append(members, m.Code)
			}
		}
	}
	for column, code := range members {
		i := dim.Index(code)
		if i < 0 {
			return fail("has no %s %q", q.Groups, code)
		}
		if _, twice := f.members[i]; twice {
			return fail("is asked for the group %q twice", code)
		}
		f.members[i] = column
	}
	for d, dim := range c.Dims() {
		if d != f.units && d != f.groups {
			f.rest, f.others = append(f.rest, d), append(f.others, dim)
		}
	}
	return f, nil
}

// place is one combination of the other dimensions, with the counts of its units.
type place struct {
	at     []int32
	counts map[int][]float64 // by unit
	order  []int             // units as they come
	state  cube.Status       // of a count that has no value; Known when all have
}

// places are the combinations in the order of the cube's rows. Totals of units are left out: they are not units.
func (f frame) places(c *cube.Cube) []*place {
	var all []*place
	index := map[string]*place{}
	for row := range c.Len() {
		column, ok := f.members[c.Coord(row, f.groups)]
		if !ok || c.Code(row, f.units) == cube.Total {
			continue
		}
		at := make([]int32, len(f.rest))
		for i, d := range f.rest {
			at[i] = int32(c.Coord(row, d))
		}
		key := fmt.Sprint(at)
		p := index[key]
		if p == nil {
			p = &place{at: at, counts: map[int][]float64{}, state: cube.Known}
			index[key] = p
			all = append(all, p)
		}
		cell := c.Cell(row, f.count)
		if !cell.Status.HasValue() {
			p.state = cell.Status
			continue
		}
		unit := c.Coord(row, f.units)
		if p.counts[unit] == nil {
			p.counts[unit] = make([]float64, len(f.members))
			p.order = append(p.order, unit)
		}
		p.counts[unit][column] += cell.Value
	}
	return all
}

// measure computes the cells of a place.
func (p *place) measure(f frame, named []named, persons Draws) ([]cube.Cell, error) {
	wide := 1
	if persons.N > 0 {
		wide = 2
	}
	cells := make([]cube.Cell, 1+wide*len(named))
	if p.state != cube.Known || len(p.order) == 0 {
		for i := range cells {
			cells[i].Status = p.state
		}
		return cells, nil
	}
	slices.Sort(p.order)
	var n []float64
	for _, unit := range p.order {
		n = append(n, p.counts[unit]...)
	}
	t, err := NewTable(len(p.order), len(f.members), n)
	if err != nil {
		return nil, err
	}
	filled := 0
	for i := range t.Units {
		if t.UnitTotal(i) > 0 {
			filled++
		}
	}
	base := cube.Num(t.Total())
	cells[0] = cube.KnownCell(float64(filled))
	for i, m := range named {
		cells[1+wide*i] = defined(m.of(t), base)
	}
	if persons.N == 0 {
		return cells, nil
	}
	if t.Total() == 0 {
		for i := range named {
			cells[2+wide*i] = cube.Cell{Status: cube.NotApplicable}
		}
		return cells, nil
	}
	of := make([]Measure, len(named))
	for i, m := range named {
		of[i] = m.of
	}
	estimates, err := BootstrapPersons(t, persons, of...)
	if err != nil {
		return nil, err
	}
	for i, e := range estimates {
		cell := defined(e.Corrected, base)
		if cell.Status.HasValue() && !math.IsNaN(e.Lo) && !math.IsNaN(e.Hi) {
			cell.Lo, cell.Hi = cube.Num(e.Lo), cube.Num(e.Hi)
		}
		cells[2+wide*i] = cell
	}
	return cells, nil
}

// defined is a value as a cell: not applicable where the measure is undefined.
func defined(v float64, base cube.Number) cube.Cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return cube.Cell{Status: cube.NotApplicable, Base: base}
	}
	c := cube.KnownCell(v)
	c.Base = base
	return c
}
