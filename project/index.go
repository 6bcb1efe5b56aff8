package project

import (
	"context"
	"fmt"
	"strconv"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// An Index is a declared socioeconomic index, computed, with what has been published beside it.
type Index struct {
	Name        string
	Result      *areatype.Result
	Comparisons []areatype.Comparison // one a year, when something published is declared
	Transitions *cube.Cube            // between years; nil with one year
	Stability   *cube.Cube            // of the types between years; nil with one year
}

// typeTable is the table with the type of every area.
const typeTable = "area_type"

// types are the områdestyper that the tables are made by.
type types struct {
	division area.ID
	byYear   map[string]map[string]int // year, code -> 1..5
	frozen   string                    // the one year that serves all, or empty
	lineage  cube.Lineage
	note     cube.Text
	cube     *cube.Cube // area × year: AreaType
}

func (t *types) of(year, code string) (int, bool) {
	if t.frozen != "" {
		year = t.frozen
	}
	v, ok := t.byYear[year][code]
	return v, ok
}

func typeDimension() cube.Dimension {
	return areatype.Dimension(typeDim, cube.Text{SV: "Områdestyp", EN: "Area type"})
}

// Index computes the declared indices and takes the types that the tables are made by.
func (r *Run) Index(ctx context.Context) error {
	for i, decl := range r.Project.Indices {
		r.opt.step("index", int64(i), int64(len(r.Project.Indices)))
		x, err := r.index(ctx, decl)
		if err != nil {
			return fmt.Errorf("project: index %s: %w", decl.Name, err)
		}
		r.Indices = append(r.Indices, x)
	}
	r.opt.step("index", 1, 1)
	if r.Project.Types == nil {
		return nil
	}
	if err := r.takeTypes(ctx, *r.Project.Types); err != nil {
		return fmt.Errorf("project: types: %w", err)
	}
	return nil
}

func (r *Run) index(ctx context.Context, decl IndexDecl) (*Index, error) {
	var err error
	def := decl.Definition.WithDefaults()
	components := []ComponentDecl{decl.Components.LowEconomicStandard, decl.Components.LowEducation, decl.Components.AssistanceOrJobless}
	var all *cube.Cube
	join := func(from string, c ComponentDecl, count, base, share string) error {
		parts := []struct{ column, measure string }{{c.Count, count}, {c.Of, base}}
		if c.Percent != "" {
			parts = []struct{ column, measure string }{{c.Percent, share}}
		}
		for _, p := range parts {
			if p.column == "" || all != nil && all.MeasureIndex(p.measure) >= 0 {
				continue
			}
			v, err := r.values(ctx, from, c.Where, p.column, p.measure, c.Percent != "")
			if err == nil && all != nil {
				v, err = all.Join(v)
			}
			if err != nil {
				return err
			}
			all = v
		}
		return nil
	}
	for i, c := range components {
		if err := join(decl.From, c, def.Components[i].Count, def.Components[i].Base, def.Components[i].Share); err != nil {
			return nil, err
		}
	}
	if decl.Population != "" {
		if err := join(decl.From, ComponentDecl{Count: decl.Population}, def.Population, "", ""); err != nil {
			return nil, err
		}
	}
	if all, err = withoutEmptyYears(all); err != nil {
		return nil, err
	}
	all.Name, all.Title = decl.Name, text(decl.Title)
	result, err := areatype.Compute(all, def)
	if err != nil {
		return nil, err
	}
	x := &Index{Name: decl.Name, Result: result}
	if decl.Rounded != nil {
		if result.Cube, err = result.WithPossible(*decl.Rounded); err != nil {
			return nil, err
		}
	}
	if decl.Published != nil {
		if err := r.published(ctx, decl, x); err != nil {
			return nil, err
		}
	}
	result.Cube.Name = decl.Name
	cut := 0
	for _, y := range result.Years {
		if y.Cut != nil {
			cut++
		}
	}
	if cut > 1 {
		if x.Transitions, err = areatype.Transitions(result.Cube, areatype.MeasureType); err != nil {
			return nil, err
		}
		x.Transitions.Name = decl.Name + "_transitions"
		if x.Stability, err = areatype.Stability(result.Cube, areatype.MeasureType); err != nil {
			return nil, err
		}
		x.Stability.Name = decl.Name + "_stability"
	}
	return x, nil
}

// withoutEmptyYears leaves out years in which no area has any value: SCB's answers hold empty years before a vintage begins.
func withoutEmptyYears(c *cube.Cube) (*cube.Cube, error) {
	year := c.DimIndex(yearDim)
	has := map[string]bool{}
	for row := range c.Len() {
		for m := range c.Measures() {
			if c.Cell(row, m).Status.HasValue() {
				has[c.Code(row, year)] = true
			}
		}
	}
	return c.Keep(func(row int) bool { return has[c.Code(row, year)] })
}

// published sets the published index and types beside ours.
func (r *Run) published(ctx context.Context, decl IndexDecl, x *Index) error {
	from := decl.Published.From
	if from == "" {
		from = decl.From
	}
	const index, areaType = "PublishedIndex", "PublishedAreaType"
	theirs, err := r.values(ctx, from, decl.Published.Index.Where, decl.Published.Index.Percent, index, false)
	if err != nil {
		return err
	}
	types, err := r.values(ctx, from, decl.Published.Type.Where, decl.Published.Type.Percent, areaType, false)
	if err != nil {
		return err
	}
	if theirs, err = theirs.Join(types); err != nil {
		return err
	}
	if theirs, err = withoutEmptyYears(theirs); err != nil {
		return err
	}
	published, err := areatype.Published(theirs, index, areaType)
	if err != nil {
		return err
	}
	x.Result.Cube, x.Comparisons, err = x.Result.WithPublished(published, 1)
	return err
}

// values is a cube area × year of one column, which has at most one row for each: a published number, or a count. Percentages become shares.
func (r *Run) values(ctx context.Context, from string, where map[string]string, column, measure string, percent bool) (*cube.Cube, error) {
	l := r.loaded[from]
	if !l.has(column) {
		return nil, fmt.Errorf("records %s have no column %q", from, column)
	}
	areas, err := r.areaDim(ctx, l, l.division)
	if err != nil {
		return nil, err
	}
	spec := cube.Spec{Name: measure, From: l.table, Dims: []cube.SpecDim{areas},
		Measures: []cube.SpecMeasure{{Measure: cube.Measure{Name: measure, Title: cube.Same(measure), Kind: cube.Sum}, Sum: column}}}
	for _, name := range sorted(where) {
		spec.Where = append(spec.Where, cube.Condition{Column: name, In: []string{where[name]}})
	}
	c, _, err := r.count(ctx, l, spec)
	if err != nil {
		return nil, err
	}
	for row := range c.Len() {
		if cell := c.Cell(row, 0); cell.Base.OK && cell.Base.V > 1 {
			return nil, fmt.Errorf("records %s have %v rows for %s in %s: one was expected; say which with where", from, cell.Base.V, c.Code(row, 0), c.Code(row, 1))
		}
	}
	c.Lineage = c.Lineage.Merge(l.lineage)
	return c.Edit(func(_, _ int, cell cube.Cell) cube.Cell {
		cell.Base = cube.Number{}
		if percent && cell.Status.HasValue() {
			cell.Value = hundredth(cell.Value)
		}
		return cell
	}), nil
}

// takeTypes takes the types that tables are made by, computed or published.
func (r *Run) takeTypes(ctx context.Context, decl TypesDecl) error {
	id, err := area.ParseID(decl.Division)
	if err != nil {
		return err
	}
	t := &types{division: id, byYear: map[string]map[string]int{}}
	if decl.Year != 0 {
		t.frozen = strconv.Itoa(decl.Year)
	}
	c, measure := (*cube.Cube)(nil), areatype.MeasureType
	if decl.Index != "" {
		for _, x := range r.Indices {
			if x.Name == decl.Index {
				c = x.Result.Cube
			}
		}
		t.note = cube.Text{SV: "Områdestyp beräknad av skikt ur index.", EN: "Area type computed by skikt from the index."}
	} else {
		if c, err = r.values(ctx, decl.Records, decl.Value.Where, decl.Value.Percent, measure, false); err != nil {
			return err
		}
		if c, err = areatype.Published(c, "", measure); err != nil {
			return err
		}
		measure = c.Measures()[0].Name
		t.note = cube.Text{SV: "Områdestyp enligt utgivaren.", EN: "Area type as its publisher gives it."}
	}
	at := c.MeasureIndex(measure)
	areaAt, yearAt := c.DimIndex(string(id.Kind)), c.DimIndex(yearDim)
	if at < 0 || areaAt < 0 || yearAt < 0 {
		return fmt.Errorf("%s has no %s by %s and year", c.Name, measure, id.Title())
	}
	if c.Dims()[areaAt].Vintage != id.Vintage {
		return &area.VintageError{Have: area.ID{Kind: id.Kind, Vintage: c.Dims()[areaAt].Vintage}, Want: id}
	}
	for row := range c.Len() {
		year := c.Code(row, yearAt)
		if t.byYear[year] == nil {
			t.byYear[year] = map[string]int{}
		}
		if cell := c.Cell(row, at); cell.Status.HasValue() {
			t.byYear[year][c.Code(row, areaAt)] = int(cell.Value)
		}
	}
	if t.frozen != "" && t.byYear[t.frozen] == nil {
		return fmt.Errorf("there are no types for %s", t.frozen)
	}
	if t.frozen != "" {
		t.note.SV += " Typerna från " + t.frozen + " gäller alla år."
		t.note.EN += " The types of " + t.frozen + " serve all years."
	}
	t.lineage = c.Lineage
	if t.cube, err = c.Select(measure); err != nil {
		return err
	}
	t.cube.Name, t.cube.Title = typeTable, cube.Text{SV: "Områdestyp per " + id.Title(), EN: "Area type by " + id.Title()}
	r.types = t
	return nil
}

// hundredth is v/100 as a decimal number: 35.7 becomes the float nearest to 0.357, which v/100 need not be.
func hundredth(v float64) float64 {
	h, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', -1, 64)+"e-2", 64)
	if err != nil {
		return v / 100
	}
	return h
}
