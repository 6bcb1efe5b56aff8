package project

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb/planar"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/assess"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
	"github.com/skikt/skikt/internal/sweref"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/segregation"
	"github.com/skikt/skikt/target"
)

// assessProcesses measures the evidence that needs more than published tables. What comes from the agency's own records goes to disclosure control with the counts behind it.
func (r *Run) assessProcesses(ctx context.Context) error {
	d := r.Project.Assess
	if d == nil {
		return nil
	}
	r.assessed = map[string]string{}
	var barometer map[string]float64
	for i, x := range d.Processes {
		r.opt.step("assess", int64(i), int64(len(d.Processes)))
		if barometer == nil && d.Barometer != nil {
			var err error
			if barometer, err = r.indicator(ctx, *d.Barometer); err != nil {
				return fmt.Errorf("assess: barometer: %w", err)
			}
		}
		if err := r.assessProcess(ctx, x, barometer); err != nil {
			return fmt.Errorf("assess: %s: %w", x.Name, err)
		}
	}
	r.opt.step("assess", int64(len(d.Processes)), int64(len(d.Processes)))
	return r.assessTools()
}

// persons is an outcome by the areas that records are placed in, and those without a place by the kommun that their record states.
type persons struct {
	year    string
	share   bool // persons have the outcome or not
	located assess.Outcome
	kommun  assess.Outcome // of those without a place, by kommun; the last stands for records that state none
}

// unplaced is the member for rows that no area was found for.
const unplaced = "skikt_unplaced"

// personsOf counts an indicator's outcome. With a group, only those of its member.
func (r *Run) personsOf(ctx context.Context, x IndicatorDecl, kommuner *area.Division, where ...cube.Condition) (*persons, error) {
	t := r.Tables[slices.IndexFunc(r.Tables, func(t TableDecl) bool { return t.Name == x.Table })]
	from := r.loaded[t.From]
	div, err := r.Geography.Division(from.division)
	if err != nil {
		return nil, err
	}
	areas, err := r.areaDim(ctx, from, from.division)
	if err != nil {
		return nil, err
	}
	areas.Unknown = unplaced
	spec := cube.Spec{Name: "assess", From: from.table, Dims: []cube.SpecDim{areas}, Where: where}
	for _, column := range sorted(t.Where) {
		spec.Where = append(spec.Where, cube.Condition{Column: column, In: t.Where[column]})
	}
	own := r.Records[t.From].Kommun
	if own != "" && kommuner != nil {
		dim := cube.SpecDim{Dimension: cube.Dimension{Name: "skikt_kommun", Role: cube.Group}, Columns: []string{own}, Unknown: locate.UnknownKommun}
		for i := range kommuner.Len() {
			dim.Members = append(dim.Members, cube.Member{Code: kommuner.At(i).Code})
		}
		spec.Dims = append(spec.Dims, dim)
	}
	const n, sum, squares = "N", "Sum", "Squares"
	add := func(name, column, times string, kind cube.MeasureKind) {
		spec.Measures = append(spec.Measures, cube.SpecMeasure{Measure: cube.Measure{Name: name, Title: cube.Same(name), Kind: kind}, Sum: column, Times: times})
	}
	out := &persons{share: t.Share != nil}
	if out.share {
		group, err := r.groupDimOnce(ctx, from, "assess_"+t.Name, *t.group(t.Share.Over))
		if err != nil {
			return nil, err
		}
		spec.Dims = append(spec.Dims, group)
		add(n, t.Count.Sum, "", cube.Count)
	} else {
		add(sum, t.Mean.Column, t.Mean.Weight, cube.Sum)
		if t.Mean.Weight == "" {
			add(squares, t.Mean.Column, t.Mean.Column, cube.Sum)
		} else {
			add(n, t.Mean.Weight, "", cube.Count)
		}
	}
	c, _, err := r.count(ctx, from, spec)
	if err != nil {
		return nil, err
	}
	at, year := c.DimIndex(areas.Name), c.DimIndex(yearDim)
	if out.year = strconv.Itoa(x.Year); x.Year == 0 {
		out.year = ""
		for row := range c.Len() {
			out.year = max(out.year, c.Code(row, year))
		}
	}
	kommunAt, group := c.DimIndex("skikt_kommun"), -1
	base := []string(nil)
	if out.share {
		group = c.DimIndex(t.Share.Over)
		if base = t.Share.Base; len(base) == 0 {
			for _, m := range c.Dims()[group].Members {
				if m.Code != cube.Total {
					base = append(base, m.Code)
				}
			}
		}
	}
	kommunCount := 1
	if kommuner != nil {
		kommunCount += kommuner.Len()
	}
	empty := func(k int) assess.Outcome {
		o := assess.Outcome{N: make([]float64, k), Sum: make([]float64, k)}
		if out.share || t.Mean.Weight == "" {
			o.Squares = make([]float64, k)
		}
		return o
	}
	out.located, out.kommun = empty(div.Len()), empty(kommunCount)
	found := false
	for row := range c.Len() {
		if c.Code(row, year) != out.year {
			continue
		}
		found = true
		to, i := out.located, 0
		if code := c.Code(row, at); code != unplaced {
			i, _ = div.Index(code)
		} else if to, i = out.kommun, kommunCount-1; kommunAt >= 0 {
			if k := c.Coord(row, kommunAt); k < kommunCount-1 {
				i = k
			}
		}
		cell := func(name string) float64 {
			if v := c.Cell(row, c.MeasureIndex(name)); v.Status.HasValue() {
				return v.Value
			}
			return 0
		}
		if !out.share {
			s := c.Cell(row, c.MeasureIndex(sum))
			if !s.Status.HasValue() {
				continue
			}
			to.Sum[i] += s.Value
			if t.Mean.Weight != "" {
				to.N[i] += cell(n)
				continue
			}
			to.N[i] += s.Base.V
			to.Squares[i] += cell(squares)
			continue
		}
		code := c.Code(row, group)
		if slices.Contains(base, code) {
			to.N[i] += cell(n)
		}
		if slices.Contains(x.Outcome, code) {
			to.Sum[i] += cell(n)
			to.Squares[i] += cell(n)
		}
	}
	if !found {
		return nil, fmt.Errorf("the records %s have nothing for %s", t.From, out.year)
	}
	for _, o := range []assess.Outcome{out.located, out.kommun} {
		for i := range o.N {
			// Publishers change small counts, so that those with the outcome may be more than all.
			if out.share && o.Sum[i] > o.N[i] {
				o.Sum[i], o.Squares[i] = o.N[i], o.N[i]
			}
		}
		if err := o.Check(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// groupDimOnce is groupDim, with its lookup stored once.
func (r *Run) groupDimOnce(ctx context.Context, from *loaded, family string, g GroupDecl) (cube.SpecDim, error) {
	name := "group_" + family + "_" + g.Name
	if r.lookups[name] {
		plain := g
		plain.Members = slices.Clone(g.Members)
		for i := range plain.Members {
			plain.Members[i].Values = nil
		}
		dim, err := groupDim(ctx, from, family, plain)
		dim.Lookup = name
		return dim, err
	}
	dim, err := groupDim(ctx, from, family, g)
	r.lookups[name] = dim.Lookup != ""
	return dim, err
}

// indicator is a public indicator by area of the types' division.
func (r *Run) indicator(ctx context.Context, x IndicatorDecl) (map[string]float64, error) {
	p, err := r.personsOf(ctx, x, nil)
	if err != nil {
		return nil, err
	}
	t := r.Tables[slices.IndexFunc(r.Tables, func(t TableDecl) bool { return t.Name == x.Table })]
	id, up, err := r.unitOf(r.loaded[t.From].division)
	if err != nil {
		return nil, err
	}
	div, err := r.Geography.Division(id)
	if err != nil {
		return nil, err
	}
	o := p.located.Into(up, div.Len())
	out := map[string]float64{}
	for i, n := range o.N {
		if n > 0 {
			out[div.At(i).Code] = o.Sum[i] / n
		}
	}
	return out, nil
}

// unitOf is the division that the tools are made of, RegSO, and the area of it that each area of the placed division lies in.
func (r *Run) unitOf(placed area.ID) (area.ID, []int32, error) {
	id, err := r.divisionOf(placed, area.RegSO)
	if r.types != nil {
		if up, err := r.Geography.Parents(placed, r.types.division); err == nil {
			return r.types.division, up, nil
		}
	}
	if err != nil {
		return id, nil, err
	}
	up, err := r.Geography.Parents(placed, id)
	return id, up, err
}

// A process being measured.
type measuring struct {
	*Run
	decl   ProcessDecl
	table  TableDecl
	from   *loaded
	public bool
	title  func(cube.Text) cube.Text
	*persons
	unit     *area.Division // RegSO
	up       []int32        // of each placed area
	types    []areatype.Type
	index    []float64 // NaN where there is none; nil without an index of the year
	kommuner *area.Division
	whole    assess.Outcome // by RegSO, of those in areas with a type
}

func (r *Run) assessProcess(ctx context.Context, x ProcessDecl, barometer map[string]float64) error {
	t := r.Tables[slices.IndexFunc(r.Tables, func(t TableDecl) bool { return t.Name == x.Table })]
	m := &measuring{Run: r, decl: x, table: t, from: r.loaded[t.From], title: r.Project.Assess.titled(x)}
	m.public = m.from.lineage.Public()
	m.kommuner, _ = r.Geography.Division(area.ID{Kind: area.Kommun})
	var err error
	if m.persons, err = r.personsOf(ctx, x.IndicatorDecl, m.kommuner); err != nil {
		return err
	}
	r.assessed[x.Name] = m.year
	id, up, err := r.unitOf(m.from.division)
	if err != nil {
		return err
	}
	if m.unit, err = r.Geography.Division(id); err != nil {
		return err
	}
	m.up = up
	m.types = make([]areatype.Type, m.unit.Len())
	typed := false
	if r.types != nil && r.types.division == id {
		for i := range m.types {
			if k, ok := r.types.of(m.year, m.unit.At(i).Code); ok {
				m.types[i], typed = areatype.Type(k), true
			}
		}
	}
	on := func(i int) bool { return up[i] >= 0 && (!typed || m.types[up[i]].Valid()) }
	located := m.located.Where(on)
	m.whole = located.Into(up, m.unit.Len())
	y, def := r.indexYear(id, m.year)
	if y != nil {
		m.index = slices.Repeat([]float64{math.NaN()}, m.unit.Len())
		for i, code := range y.Codes {
			if at, ok := m.unit.Index(code); ok {
				m.index[at] = y.Index[i].Float()
			}
		}
	}
	if err := m.variation(ctx, located, typed, barometer); err != nil {
		return err
	}
	if err := m.reliability(located); err != nil {
		return err
	}
	if typed && y != nil && y.Cut != nil {
		if err := m.recut(y, def); err != nil {
			return err
		}
	}
	if m.index != nil && m.share {
		if err := m.order(); err != nil {
			return err
		}
	}
	return m.coverage(ctx, typed)
}

// indexYear is a year of the declared index of a division, the one that types come from before others.
func (r *Run) indexYear(id area.ID, year string) (*areatype.Year, areatype.Definition) {
	for pass := range 2 {
		for k, x := range r.Indices {
			if pass == 0 && (r.Project.Types == nil || r.Project.Types.Index != x.Name) {
				continue
			}
			d := x.Result.Cube.Dims()[x.Result.Cube.DimIndex(string(id.Kind))]
			if d.Vintage != id.Vintage {
				continue
			}
			for i := range x.Result.Years {
				if x.Result.Years[i].Name == year {
					return &x.Result.Years[i], r.Project.Indices[k].Definition
				}
			}
		}
	}
	return nil, areatype.Definition{}
}

var divisionTitles = map[string]cube.Text{
	"deso": cube.Same("DeSO"), "regso": cube.Same("RegSO"), "kommun": areaTitles[area.Kommun], "lan": areaTitles[area.Lan],
}

// levels are the divisions that the placed areas lie in, from the finest: the kind, and the area of each placed one.
func (m *measuring) levels() (kinds []string, parts [][]int32, sizes []int) {
	seen := []area.Kind{m.from.division.Kind}
	for _, k := range []area.Kind{area.DeSO, m.unit.ID.Kind, area.Kommun, area.Lan} {
		if !slices.Contains(seen, k) {
			seen = append(seen, k)
		}
	}
	for _, k := range seen {
		id, err := m.divisionOf(m.from.division, k)
		if k == m.unit.ID.Kind {
			id, err = m.unit.ID, nil
		}
		if err != nil {
			continue
		}
		part, err := m.Geography.Parents(m.from.division, id)
		if err != nil {
			continue
		}
		div, err := m.Geography.Division(id)
		if err != nil {
			continue
		}
		kinds, parts, sizes = append(kinds, string(k)), append(parts, part), append(sizes, div.Len())
	}
	return kinds, parts, sizes
}

func titleOf(kind string) cube.Text {
	if t, ok := divisionTitles[kind]; ok {
		return t
	}
	return cube.Same(kind)
}

const fiveClasses = areatype.NTypes

// variation measures how much of the outcome's variation areas, types and index tell.
func (m *measuring) variation(ctx context.Context, located assess.Outcome, typed bool, barometer map[string]float64) error {
	var rows []assess.Row[assess.Told]
	nan := math.NaN()
	add := func(code string, title cube.Text, v assess.Variation) *assess.Told {
		rows = append(rows, assess.Row[assess.Told]{Code: code, Title: title, Of: assess.Told{Variation: v, OfFinest: nan, OfRegSO: nan, OfBest: nan}})
		return &rows[len(rows)-1].Of
	}
	kinds, parts, sizes := m.levels()
	var finest assess.Variation
	for i, kind := range kinds {
		v := assess.Between(located.Into(parts[i], sizes[i]))
		if i == 0 {
			finest = v
		}
		told := add(kind, titleOf(kind), v)
		if kinds[0] == string(area.DeSO) && i > 0 {
			switch {
			case math.IsNaN(v.Corrected):
				told.OfFinest = v.Told / finest.Told
			case finest.Corrected > 0: // else there is nothing to keep
				told.OfFinest = max(v.Corrected, 0) / finest.Corrected
			}
		}
	}
	unit := assess.Between(m.whole)
	best := assess.BestClasses(m.whole, fiveClasses)
	caught := func(t *assess.Told, freedom int) {
		t.OfRegSO, t.OfBest = assess.Caught(m.whole, unit, t.Told, freedom), assess.OfBest(m.whole, unit, best, t.Told, freedom)
	}
	if typed {
		caught(add("types", cube.Text{SV: "Områdestyper", EN: "Area types"}, assess.Between(assess.ByType(m.whole, m.types))), fiveClasses-1)
	} else {
		add("types", cube.Text{SV: "Områdestyper", EN: "Area types"}, assess.Nothing())
	}
	index := m.index
	if index == nil {
		index = slices.Repeat([]float64{nan}, m.unit.Len())
	}
	caught(add("index", cube.Text{SV: "Index, rät linje", EN: "Index, straight line"}, assess.Line(m.whole, index)), 1)
	if m.index != nil {
		add("index_monotone", cube.Text{SV: "Index, bästa stigande eller fallande funktion", EN: "Index, best rising or falling function"}, assess.Monotone(m.whole, index))
		add("index_cuts", cube.Text{SV: "Index, bästa fem klasser", EN: "Index, best five classes"}, assess.BestCuts(m.whole, index, fiveClasses))
	}
	add("best_classes", cube.Text{SV: "RegSO, bästa fem klasser", EN: "RegSO, best five classes"}, best)
	if barometer != nil {
		along := make([]float64, m.unit.Len())
		for i := range along {
			v, ok := barometer[m.unit.At(i).Code]
			if along[i] = v; !ok {
				along[i] = nan
			}
		}
		caught(add("barometer", cube.Text{SV: "Barometerns indikator, rät linje", EN: "The barometer's indicator, straight line"}, assess.Line(m.whole, along)), 1)
	}
	if len(m.decl.Neighbours) > 0 {
		near, err := m.neighbours(ctx)
		if err != nil {
			return err
		}
		for i, k := range m.decl.Neighbours {
			n := strconv.FormatInt(k, 10)
			add("k"+n, cube.Text{SV: "De " + n + " närmaste", EN: "The " + n + " nearest"}, near[i])
		}
	}
	c, err := assess.VariationCube(assess.Prefix+"variation_"+m.decl.Name, m.title(cube.Text{SV: "variation", EN: "variation"}), rows)
	if err != nil {
		return err
	}
	// What is not among the inputs is not available, which is another thing than what can't be told.
	c = c.Edit(func(row, _ int, cell cube.Cell) cube.Cell {
		if code := c.Code(row, 0); code == "types" && !typed || code == "index" && m.index == nil {
			return cube.Cell{}
		}
		return cell
	})
	if m.index == nil {
		c.Notes = append(c.Notes, cube.Text{SV: "Index för alla RegSO det året finns inte bland indata.", EN: "The index of all RegSO of the year is not among the inputs."})
	}
	return m.keep(c, nil)
}

// neighbours are the intraclass correlations of persons with their nearest others, counted on squares of 100 m.
func (m *measuring) neighbours(ctx context.Context) ([]assess.Variation, error) {
	decl := m.Records[m.table.From]
	g := *m.table.group(m.table.Share.Over)
	has := map[string]int{} // 1 in the base, 2 with the outcome too
	base := m.table.Share.Base
	for _, member := range g.Members {
		values := member.Values
		if len(values) == 0 {
			values = []string{member.Code}
		}
		state := 0
		if len(base) == 0 || slices.Contains(base, member.Code) {
			state = 1
		}
		if slices.Contains(m.decl.Outcome, member.Code) {
			state = 2
		}
		for _, v := range values {
			has[v] = state
		}
	}
	columns := []string{decl.Locate.X, decl.Locate.Y, g.Name, m.from.areaColumn}
	if m.from.yearColumn != "" {
		columns = append(columns, m.from.yearColumn)
	}
	where := sorted(m.table.Where)
	columns = append(columns, where...)
	const side = 100
	squares := segregation.Squares{Side: side, Members: make([][]int64, 1)}
	at := map[[2]int64]int{}
	asked := maps.Clone(m.table.Where)
	if m.from.yearColumn != "" && m.year != "" { // in a plan the year is not known yet
		if asked == nil {
			asked = map[string][]string{}
		}
		asked[m.from.yearColumn] = []string{m.year}
	}
	err := m.scan(ctx, m.from, columns, asked, func(b *record.Batch) error {
		x, okX, err := floats(b, columns[0])
		if err != nil {
			return err
		}
		y, okY, err := floats(b, columns[1])
		if err != nil {
			return err
		}
		for i := range b.N {
			state := has[value(&b.Columns[2], i)]
			if !okX[i] || !okY[i] || state == 0 || b.Columns[3].State[i] != record.Present {
				continue
			}
			if m.from.yearColumn != "" && yearOf(&b.Columns[4], i) != m.year {
				continue
			}
			kept := true
			for k, column := range where {
				kept = kept && slices.Contains(m.table.Where[column], value(&b.Columns[len(columns)-len(where)+k], i))
			}
			if !kept {
				continue
			}
			e, n := x[i], y[i]
			if decl.Locate.System == string(locate.WGS84) {
				e, n = sweref.FromGeographic(n, e)
			} else if decl.Locate.Repair && e > n {
				e, n = n, e
			}
			square := [2]int64{int64(math.Floor(e / side)), int64(math.Floor(n / side))}
			k, ok := at[square]
			if !ok {
				k = len(squares.Cell)
				at[square] = k
				squares.Cell = append(squares.Cell, int64(k))
				squares.X, squares.Y = append(squares.X, square[0]*side), append(squares.Y, square[1]*side)
				squares.Persons, squares.Members[0] = append(squares.Persons, 0), append(squares.Members[0], 0)
			}
			squares.Persons[k]++
			if state == 2 {
				squares.Members[0][k]++
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return assess.Nearest(squares, m.decl.Neighbours)
}

// reliability measures how firmly areas of each division can be read.
func (m *measuring) reliability(located assess.Outcome) error {
	var rows []assess.Row[assess.Reliability]
	kinds, parts, sizes := m.levels()
	for i, kind := range kinds {
		rows = append(rows, assess.Row[assess.Reliability]{Code: kind, Title: titleOf(kind), Of: assess.Reliable(located.Into(parts[i], sizes[i]), assess.FirmFrom)})
	}
	c, err := assess.ReliabilityCube(assess.Prefix+"reliability_"+m.decl.Name, m.title(cube.Text{SV: "tillförlitlighet", EN: "reliability"}), rows)
	if err != nil {
		return err
	}
	return m.keep(c, nil)
}

// recut measures what other cut rules would have given. Of the agency's own records only the widest change of the gap is told: changes rule by rule would tell of the few areas between two rules.
func (m *measuring) recut(y *areatype.Year, def areatype.Definition) error {
	var rows []assess.Row[assess.Recut]
	widest := assess.Row[assess.Recut]{Code: "widest", Title: cube.Text{SV: "Den som ändrar mest", EN: "The one that changes most"}}
	for _, v := range assess.Variants(def, *y) {
		types := make([]areatype.Type, m.unit.Len())
		for i, code := range y.Codes {
			if at, ok := m.unit.Index(code); ok {
				types[at] = v.Types[i]
			}
		}
		re := assess.Against(m.whole, m.types, types)
		if !v.Component {
			widest.Of.Persons, widest.Of.Areas = max(widest.Of.Persons, re.Persons), max(widest.Of.Areas, re.Areas)
			if math.Abs(re.Gap) > math.Abs(widest.Of.Gap) {
				widest.Of.Gap = re.Gap
			}
		}
		if !m.public {
			re.Gap = math.NaN()
		}
		rows = append(rows, assess.Row[assess.Recut]{Code: v.Code, Title: v.Title, Of: re})
	}
	c, err := assess.RecutCube(assess.Prefix+"sensitivity_"+m.decl.Name, m.title(cube.Text{SV: "känslighet för brytpunkter", EN: "sensitivity to cuts"}), append(rows, widest))
	if err != nil {
		return err
	}
	return m.keep(c, nil)
}

// order measures how well the index orders areas by the outcome.
func (m *measuring) order() error {
	d, err := assess.Order(m.whole, m.index)
	if err != nil {
		return err
	}
	c, err := assess.OrderCube(assess.Prefix+"order_"+m.decl.Name, m.title(cube.Text{SV: "indexets ordning", EN: "the index's order"}),
		[]assess.Row[target.Discrimination]{{Code: "index", Title: cube.Text{SV: "Socioekonomiskt index (område)", EN: "Socioeconomic index (area)"}, Of: d}})
	if err != nil {
		return err
	}
	return m.keep(c, nil)
}

// coverage measures who has a place: in all, by the declared groups, and by kommun.
func (m *measuring) coverage(ctx context.Context, typed bool) error {
	type part struct {
		code  string
		title cube.Text
		set   string // the group that it is a member of
		*persons
	}
	parts := []part{{"total", cube.TotalLabel, "", m.persons}}
	for _, name := range m.decl.By {
		g := m.table.group(name)
		for _, member := range g.Members {
			values := member.Values
			if len(values) == 0 {
				values = []string{member.Code}
			}
			if member.Code == cube.Total || member.Code == g.Unknown {
				continue
			}
			p, err := m.personsOf(ctx, m.decl.IndicatorDecl, m.kommuner, cube.Condition{Column: name, In: values})
			if err != nil {
				return err
			}
			label := text(member.Label)
			if label == (cube.Text{}) {
				label = cube.Same(member.Code)
			}
			parts = append(parts, part{name + ":" + member.Code, label, name, p})
		}
	}
	var rows []assess.Row[assess.Coverage]
	var located []assess.Outcome
	var kept withheld
	for _, p := range parts {
		covered, placed := m.covered(p.persons, typed)
		told, ok := m.told(covered)
		kept.add(p.code, p.set, num.Sum(covered.Missing.N), ok)
		rows = append(rows, assess.Row[assess.Coverage]{Code: p.code, Title: p.title, Of: told})
		located = append(located, placed)
	}
	c, err := assess.CoverageCube(assess.Prefix+"coverage_"+m.decl.Name, m.title(cube.Text{SV: "täckning", EN: "coverage"}), rows)
	if err != nil {
		return err
	}
	c = kept.hide(c)
	if err := m.keep(c, located); err != nil {
		return err
	}
	if m.Records[m.table.From].Kommun == "" || m.kommuner == nil {
		return nil
	}
	return m.coverageByKommun(typed)
}

// coverageByKommun tells who has a place in each kommun: those who have one by where it is, the others by the kommun that their record states.
func (m *measuring) coverageByKommun(typed bool) error {
	whole, _ := m.covered(m.persons, typed)
	up, err := m.Geography.Parents(m.from.division, area.ID{Kind: area.Kommun})
	if err != nil {
		return err
	}
	var rows []assess.Row[assess.Coverage]
	var located []assess.Outcome
	var kept withheld
	for k := range m.kommuner.Len() {
		own := assess.Covered{Share: whole.Share, Located: whole.Located[k : k+1], Missing: whole.Missing.Into(slices.Repeat([]int32{0}, len(whole.Missing.N)), 1)}
		own.Missing.N[0], own.Missing.Sum[0] = whole.Missing.N[k], whole.Missing.Sum[k]
		placed := m.located.Where(func(i int) bool { return m.up[i] >= 0 && up[i] == int32(k) }).Into(m.up, m.unit.Len())
		if n, _, _ := placed.Total(); n == 0 && own.Missing.N[0] == 0 {
			continue
		}
		told, ok := m.told(own)
		code := m.kommuner.At(k).Code
		kept.add(code, "kommun", whole.Missing.N[k], ok)
		rows = append(rows, assess.Row[assess.Coverage]{Code: code, Title: cube.Same(m.kommuner.At(k).Name), Of: told})
		located = append(located, placed)
	}
	if len(rows) == 0 {
		return nil
	}
	c, err := assess.CoverageByArea(assess.Prefix+"coverage_"+m.decl.Name+"_kommun", m.title(cube.Text{SV: "täckning", EN: "coverage"}), m.areaDimension(m.kommuner), rows)
	if err != nil {
		return err
	}
	c = kept.hide(c)
	return m.keep(c, located)
}

// covered puts persons by kommun and type; placed are they by RegSO.
func (m *measuring) covered(p *persons, typed bool) (assess.Covered, assess.Outcome) {
	out := assess.Covered{Share: m.share, Missing: p.kommun.Where(func(int) bool { return true })}
	k := len(p.kommun.N)
	for range k {
		out.Located = append(out.Located, assess.Outcome{N: make([]float64, areatype.NTypes), Sum: make([]float64, areatype.NTypes)})
	}
	up, err := m.Geography.Parents(m.from.division, area.ID{Kind: area.Kommun})
	for i := range p.located.N {
		at := k - 1
		if err == nil && k > 1 && up[i] >= 0 {
			at = int(up[i])
		}
		t := 0
		if typed {
			if t = -1; m.up[i] >= 0 {
				t = int(m.types[m.up[i]]) - 1
			}
		}
		if t < 0 { // in an area without a type: on the map, but in no statistics by type
			out.Missing.N[at] += p.located.N[i]
			out.Missing.Sum[at] += p.located.Sum[i]
			continue
		}
		out.Located[at].N[t] += p.located.N[i]
		out.Located[at].Sum[t] += p.located.Sum[i]
	}
	return out, p.located.Where(func(i int) bool { return m.up[i] >= 0 }).Into(m.up, m.unit.Len())
}

// withheld are the rows of a table of coverage that may not be told. Where one row only of a set is withheld, what the whole has more than the others would tell of it; then the row with the fewest
// missing of the others is withheld too.
type withheld struct {
	code, set []string
	missing   []float64
	ok        []bool
}

func (w *withheld) add(code, set string, missing float64, ok bool) {
	w.code, w.set, w.missing, w.ok = append(w.code, code), append(w.set, set), append(w.missing, missing), append(w.ok, ok)
}

func (w *withheld) hide(c *cube.Cube) *cube.Cube {
	status := map[string]cube.Status{}
	alone := map[string]int{}
	for i, ok := range w.ok {
		if !ok {
			status[w.code[i]] = cube.HiddenRule
			alone[w.set[i]]++
		}
	}
	for set, n := range alone {
		least := -1
		for i := range w.code {
			if n == 1 && set != "" && w.set[i] == set && w.ok[i] && (least < 0 || w.missing[i] < w.missing[least]) {
				least = i
			}
		}
		if least >= 0 {
			status[w.code[least]] = cube.HiddenProtect
		}
	}
	return c.Edit(func(row, _ int, cell cube.Cell) cube.Cell {
		if s, hidden := status[c.Code(row, 0)]; hidden {
			return cube.Cell{Status: s}
		}
		return cell
	})
}

// told is a coverage as it may be told; ok is false when it may not. Of the agency's own records those without a place are persons too: with fewer of them than the policy's least group
// nothing is told, unless they are so few of so many that the rounded share is 1 whether they are there or not; then it is as if all had a place.
func (m *measuring) told(c assess.Covered) (told assess.Coverage, ok bool) {
	if m.public {
		return c.Coverage(), true
	}
	policy, err := m.policy()
	if err != nil {
		return assess.Coverage{}, false
	}
	var n, missing, with float64
	for k := range c.Missing.N {
		missing, with = missing+c.Missing.N[k], with+c.Missing.Sum[k]
		for _, v := range c.Located[k].N {
			n += v
		}
	}
	least := float64(policy.Measures.Group)
	if missing >= least && (!c.Share || with >= least && missing-with >= least) {
		return c.Coverage(), true
	}
	if unseen := (n + missing) * 0.5 * math.Pow10(-policy.Measures.Decimals); missing > unseen || unseen < least {
		return assess.Coverage{}, false
	}
	for k := range c.Missing.N {
		c.Missing.N[k], c.Missing.Sum[k] = 0, 0
	}
	return c.Coverage(), true
}

// keep takes a table of evidence to those that are published, with the year and what it was made from. Behind a table of the agency's own records stand those with and without the outcome, by
// RegSO: of each row its own, or of all rows those of the process.
func (m *measuring) keep(c *cube.Cube, by []assess.Outcome) error {
	c.Lineage = c.Lineage.Merge(m.from.lineage)
	if m.Run.types != nil {
		c.Lineage = c.Lineage.Merge(m.Run.types.lineage)
	}
	c.Notes = append(c.Notes, cube.Text{SV: "Avser " + m.year + ".", EN: "Of " + m.year + "."})
	if m.public {
		r := m.Run
		r.Measures = append(r.Measures, c)
		return nil
	}
	// The units have a name of their own for each table: the same persons stand behind different measures, which can't be set off against each other.
	units := cube.Dimension{Name: c.Name + "_unit", Role: cube.Group}
	for i := range m.unit.Len() {
		units.Members = append(units.Members, cube.Member{Code: m.unit.At(i).Code})
	}
	groups := cube.Dimension{Name: behindGroup, Role: cube.Group, Members: []cube.Member{{Code: "with"}, {Code: "without"}}}
	dims := append(slices.Clone(c.Dims()), units)
	if m.share {
		dims = append(dims, groups)
	}
	b := cube.NewBuilder(c.Name, dims, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for row := range c.Len() {
		o := m.whole
		if by != nil {
			o = by[row]
		}
		for i, n := range o.N {
			switch {
			case n == 0:
			case m.share:
				b.Add([]int32{int32(c.Coord(row, 0)), int32(i), 0}, cube.KnownCell(o.Sum[i]))
				b.Add([]int32{int32(c.Coord(row, 0)), int32(i), 1}, cube.KnownCell(n-o.Sum[i]))
			default:
				b.Add([]int32{int32(c.Coord(row, 0)), int32(i)}, cube.KnownCell(n))
			}
		}
	}
	counts, err := b.Cube()
	if err != nil {
		return err
	}
	x := protect.Measured{Cube: c, Counts: counts, Count: "N", Units: units.Name}
	if m.share {
		x.Groups = groups.Name
	}
	r := m.Run
	r.measured = append(r.measured, x)
	return nil
}

// assessTools are the tables of what concerns tools and no process: how firm they are over the years, and how old when used. They are made of public inputs only.
func (r *Run) assessTools() error {
	var index *cube.Cube
	measure := ""
	if r.types != nil {
		index, measure = r.types.cube, r.types.cube.Measures()[0].Name
	}
	for _, x := range r.Indices {
		if r.Project.Types != nil && r.Project.Types.Index == x.Name {
			index, measure = x.Result.Cube, areatype.MeasureType
		}
	}
	same := r.sameAreas()
	if index != nil && (!math.IsNaN(same) || len(index.Dims()[index.DimIndex(yearDim)].Members) > 1) {
		c, err := assess.Stability(assess.Prefix+"stability", cube.Text{SV: "Verktygens stabilitet", EN: "How firm the tools are"}, index, measure, same)
		if err != nil {
			return err
		}
		c.Lineage = index.Lineage
		r.Measures = append(r.Measures, c)
	}
	var rows []assess.Row[assess.Ages]
	lineage := cube.Lineage{}
	for _, tool := range assess.Tools() {
		for _, a := range r.Project.Assess.Ages {
			if a.Tool != tool.Code {
				continue
			}
			ages := assess.Ages{Published: math.NaN(), Used: months(a.Year, a.Used)}
			if published := a.Published; published != "" {
				ages.Published = months(a.Year, published)
			}
			rows = append(rows, assess.Row[assess.Ages]{Code: a.Tool, Title: tool.Title, Of: ages})
			src := r.Sources[a.Source]
			lineage = lineage.Merge(cube.Lineage{Sources: []cube.Source{{Name: a.Source, Publisher: src.Publisher, Address: src.Address, Licence: src.Licence, Public: src.Public, Synthetic: r.Synthetic}}})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	c, err := assess.TimelinessCube(assess.Prefix+"timeliness", cube.Text{SV: "Verktygens ålder", EN: "How old the tools are"}, rows)
	if err != nil {
		return err
	}
	c.Lineage = lineage
	c.Notes = append(c.Notes, cube.Text{SV: "Referensår, publicering och användning är angivna i projektet.", EN: "Reference year, publication and use are as declared in the project."})
	r.Measures = append(r.Measures, c)
	return nil
}

// sameAreas is the share of the areas of the types' division that have the same ground in its next vintage, of those with a border in both; NaN when nobody can tell. The same is an area and a middle that
// differ by less than a thousandth.
func (r *Run) sameAreas() float64 {
	if r.types == nil {
		return math.NaN()
	}
	old, err := r.Geography.Division(r.types.division)
	if err != nil {
		return math.NaN()
	}
	both, same := 0, 0
	for _, id := range r.Geography.IDs() {
		next, err := r.Geography.Division(id)
		if err != nil || id.Kind != old.ID.Kind || id.Vintage <= old.ID.Vintage || both > 0 {
			continue
		}
		covers := map[string]bool{}
		for i := range next.Len() {
			if kommun, ok := area.Prefix(id.Kind, next.At(i).Code, area.Kommun); ok && next.At(i).Border != nil {
				covers[kommun] = true
			}
		}
		for i := range old.Len() {
			a := old.At(i)
			if a.Border == nil {
				continue
			}
			at, ok := next.Index(a.Code)
			if !ok {
				if kommun, known := area.Prefix(old.ID.Kind, a.Code, area.Kommun); known && covers[kommun] {
					both++ // it has ended
				}
				continue
			}
			b := next.At(at)
			if b.Border == nil {
				continue
			}
			both++
			middle, size := planar.CentroidArea(a.Border)
			other, as := planar.CentroidArea(b.Border)
			if math.Abs(size-as) < 0.001*size && planar.Distance(middle, other) < 0.001*math.Sqrt(size) {
				same++
			}
		}
	}
	if both == 0 || old.Bordered() == 0 {
		return math.NaN()
	}
	return float64(same) / float64(both)
}
