package project

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/store"
)

// typeDim is the name of the dimension of the five områdestyper, in tables and under by.
const typeDim = "type"

// yearDim is the name of the dimension of years.
const yearDim = "year"

// A Family is the tables that are made from one count of one register. They share the inner cube, so that they can't disagree, and
// disclosure control sees all of them at once.
type Family struct {
	Name   string
	Inner  *cube.Cube
	Views  []cube.View
	Public bool // every source has already been made public by its publisher
}

// Tabulate counts every declared table. Tables from the same records under the same condition come from one count.
func (r *Run) Tabulate(ctx context.Context) error {
	families, err := r.families()
	if err != nil {
		return err
	}
	for i, d := range families {
		r.opt.step("tabulate", int64(i), int64(len(families)))
		f, err := r.family(ctx, d)
		if err != nil {
			return fmt.Errorf("project: table %s: %w", d.name(), err)
		}
		r.Families = append(r.Families, f)
	}
	r.opt.step("tabulate", int64(len(families)), int64(len(families)))
	for _, step := range []func(context.Context) error{r.measures, r.schools, r.grants, r.targets, r.assessProcesses} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("project: %w", err)
		}
	}
	return r.accountFamilies()
}

// A familyDecl is the declared tables of a family, and what its inner cube must hold to make them.
type familyDecl struct {
	tables   []TableDecl
	from     *loaded
	where    string // the condition, written out
	kinds    []string
	withType bool
	groups   []GroupDecl
}

func (f *familyDecl) name() string { return f.tables[0].Name }

// families puts the declared tables together by records and condition. Tables of an agency's own records under different conditions would be counts whose
// differences nobody has protected: they are refused.
func (r *Run) families() ([]*familyDecl, error) {
	var all []*familyDecl
	for _, t := range r.Tables {
		from, where := r.loaded[t.From], fmt.Sprint(sortedWhere(t.Where))
		at := slices.IndexFunc(all, func(f *familyDecl) bool { return f.from == from && f.where == where })
		if at < 0 {
			if i := slices.IndexFunc(all, func(f *familyDecl) bool { return f.from == from }); i >= 0 && !from.lineage.Public() {
				return nil, fmt.Errorf("project: tables %s and %s are made from the agency's own records %s under different conditions, so that their difference would tell about those in between; make the condition a group of one table", all[i].name(), t.Name, t.From)
			}
			at, all = len(all), append(all, &familyDecl{from: from, where: where})
		}
		if err := all[at].add(t); err != nil {
			return nil, fmt.Errorf("project: table %s: %w", t.Name, err)
		}
	}
	return all, nil
}

func sortedWhere(where map[string][]string) (out []string) {
	for _, column := range sorted(where) {
		out = append(out, column+"="+strings.Join(where[column], ","))
	}
	return out
}

func (f *familyDecl) add(t TableDecl) error {
	for _, g := range t.Groups {
		i := slices.IndexFunc(f.groups, func(have GroupDecl) bool { return have.Name == g.Name })
		switch {
		case i < 0:
			f.groups = append(f.groups, g)
		case !reflect.DeepEqual(f.groups[i], g):
			return fmt.Errorf("the group %s is declared otherwise in a table of the same records; declare it alike", g.Name)
		}
	}
	for _, by := range t.By {
		for _, dim := range splitBy(by) {
			switch {
			case dim == typeDim:
				f.withType = true
			case !slices.Contains(f.kinds, dim):
				f.kinds = append(f.kinds, dim)
			}
		}
	}
	f.tables = append(f.tables, t)
	return nil
}

// family counts the inner cube and lays out its views.
func (r *Run) family(ctx context.Context, d *familyDecl) (*Family, error) {
	fine, err := r.finest(d.from.division, d.kinds, d.withType)
	if err != nil {
		return nil, err
	}
	if err := d.refuseOpenGroups(); err != nil {
		return nil, err
	}
	spec, err := r.spec(ctx, d, fine)
	if err != nil {
		return nil, err
	}
	inner, account, err := r.count(ctx, d.from, spec)
	if err != nil {
		return nil, err
	}
	if err := d.check(account); err != nil {
		return nil, err
	}
	for _, t := range d.tables {
		if m := t.Mean; m != nil && m.Weight == "" && inner.MeasureIndex(m.With.Measure) < 0 {
			if inner, err = inner.WithBase(sumOf(m), count(m.With)); err != nil {
				return nil, err
			}
		}
	}
	inner.Lineage = inner.Lineage.Merge(d.from.lineage)
	for _, w := range d.from.warnings {
		inner.Warn(w)
	}
	if !d.from.lineage.Public() {
		if inner, err = r.withEmptyAreas(inner, d.from, fine); err != nil {
			return nil, err
		}
		withoutNumbers(inner)
	}
	for _, kind := range d.kinds {
		if kind == string(fine.Kind) {
			continue
		}
		if inner, err = r.besideArea(inner, fine, area.Kind(kind)); err != nil {
			return nil, err
		}
	}
	if d.withType {
		if inner, err = r.besideType(inner, fine); err != nil {
			return nil, err
		}
	}
	f := &Family{Name: d.name()}
	for _, t := range d.tables {
		if t.Areas != nil {
			if inner, err = countAreas(inner, *t.Areas, d.groups); err != nil {
				return nil, err
			}
		}
		for _, by := range t.By {
			v := t.view(by)
			v.Whole = text(r.Records[t.From].Whole)
			f.Views = append(f.Views, v)
		}
	}
	inner.Name = d.name()
	f.Inner, f.Public = inner, inner.Lineage.Public()
	return f, nil
}

// refuseOpenGroups demands declared members for the groups of an agency's records. Else whatever stands in the column, which may be about one person, would become
// the name of a published row.
func (d *familyDecl) refuseOpenGroups() error {
	for _, g := range d.groups {
		if len(g.Members) == 0 && !d.from.lineage.Public() {
			return fmt.Errorf("the group %s has no declared members: the values of an agency's records are never published as they stand; list them under members", g.Name)
		}
	}
	return nil
}

// withEmptyAreas gives every area that records could have been placed in a row of zeros in each year where it has none. Without it the absence of a row would tell that
// nobody is there, which a policy may hide.
func (r *Run) withEmptyAreas(inner *cube.Cube, from *loaded, fine area.ID) (*cube.Cube, error) {
	parents, err := r.Geography.Parents(from.division, fine)
	if err != nil {
		return nil, err
	}
	at, year := inner.DimIndex(string(fine.Kind)), inner.DimIndex(yearDim)
	type place struct{ area, year int }
	have := map[place]bool{}
	b := cube.NewBuilder(inner.Name, inner.Dims(), inner.Measures())
	members, cells := make([]int32, len(inner.Dims())), make([]cube.Cell, len(inner.Measures()))
	for row := range inner.Len() {
		for d := range members {
			members[d] = int32(inner.Coord(row, d))
		}
		for m := range cells {
			cells[m] = inner.Cell(row, m)
		}
		b.Add(members, cells...)
		have[place{int(members[at]), int(members[year])}] = true
	}
	clear(members)
	for m := range cells {
		cells[m] = cube.Cell{Status: cube.Zero, Base: cube.Num(0)}
	}
	for i, parent := range parents {
		if !from.covers(i) {
			continue
		}
		for y := range inner.Dims()[year].Members {
			if p := (place{int(parent), y}); !have[p] {
				have[p] = true
				members[at], members[year] = parent, int32(y)
				b.Add(members, cells...)
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings, out.Lineage = inner.Title, inner.Notes, inner.Warnings, inner.Lineage
	return out, nil
}

// withoutNumbers rewrites the store's warnings, which count rows: a warning is published as it is, and the rows are persons.
func withoutNumbers(c *cube.Cube) {
	for i := range c.Warnings {
		if c.Warnings[i].Code == "partly-missing" {
			c.Warnings[i].Text = cube.Text{
				SV: "En del av posterna saknar värde och ingår inte i summor och medelvärden.",
				EN: "Some records lack a value and are not in sums and means.",
			}
		}
	}
}

// finest is the coarsest division that everything the table is wanted by can be made from.
func (r *Run) finest(placed area.ID, kinds []string, withType bool) (area.ID, error) {
	var wanted []area.ID
	for _, kind := range kinds {
		id, err := r.divisionOf(placed, area.Kind(kind))
		if err != nil {
			return area.ID{}, err
		}
		wanted = append(wanted, id)
	}
	if withType {
		wanted = append(wanted, r.types.division)
	}
	candidates := append(slices.Clone(wanted), placed)
	for _, c := range candidates {
		if _, err := r.Geography.Parents(placed, c); err != nil {
			return area.ID{}, err
		}
		reaches := func(to area.ID) bool { _, err := r.Geography.Parents(c, to); return err == nil }
		if !slices.ContainsFunc(wanted, func(to area.ID) bool { return !reaches(to) }) {
			return c, nil
		}
	}
	return placed, nil
}

// divisionOf is the division of a kind that records placed in a division roll up to.
func (r *Run) divisionOf(placed area.ID, kind area.Kind) (area.ID, error) {
	if placed.Kind == kind {
		return placed, nil
	}
	var last error
	for _, id := range r.Geography.IDs() {
		if id.Kind != kind {
			continue
		}
		if _, err := r.Geography.Parents(placed, id); err == nil {
			return id, nil
		} else {
			last = err
		}
	}
	if last == nil {
		last = fmt.Errorf("no division of kind %s is declared", kind)
	}
	return area.ID{}, last
}

// spec is the query for the inner cube.
func (r *Run) spec(ctx context.Context, d *familyDecl, fine area.ID) (cube.Spec, error) {
	spec := cube.Spec{Name: d.name(), From: d.from.table}
	areaDim, err := r.areaDim(ctx, d.from, fine)
	if err != nil {
		return spec, err
	}
	spec.Dims = append(spec.Dims, areaDim)
	for _, g := range d.groups {
		dim, err := groupDim(ctx, d.from, d.name(), g)
		if err != nil {
			return spec, err
		}
		spec.Dims = append(spec.Dims, dim)
	}
	add := func(m cube.SpecMeasure) {
		if !slices.ContainsFunc(spec.Measures, func(have cube.SpecMeasure) bool { return have.Name == m.Name }) {
			spec.Measures = append(spec.Measures, m)
		}
	}
	for _, t := range d.tables {
		m := cube.SpecMeasure{Measure: count(t.Count), Sum: t.Count.Sum}
		if m.Sum != "" && d.from.has(m.Sum+"_low") {
			m.Low, m.High = m.Sum+"_low", m.Sum+"_high"
		}
		add(m)
		if d.from.keyed {
			add(cube.SpecMeasure{Measure: cube.Measure{Name: m.Name + protect.KeySuffix, Kind: cube.Count}, Sum: keyColumn})
		}
		if mean := t.Mean; mean != nil {
			if d.from.keyed && mean.Weight == "" {
				add(cube.SpecMeasure{Measure: cube.Measure{Name: mean.With.Measure + protect.KeySuffix, Kind: cube.Count}, Sum: keyColumn + "_" + mean.Column})
			}
			add(cube.SpecMeasure{Measure: cube.Measure{Name: sumOf(mean), Title: text(mean.Title), Unit: text(mean.Unit), Kind: cube.Sum}, Sum: mean.Column, Times: mean.Weight})
		}
	}
	where := d.tables[0].Where
	for _, column := range sorted(where) {
		spec.Where = append(spec.Where, cube.Condition{Column: column, In: where[column]})
	}
	return spec, nil
}

func sumOf(m *MeanDecl) string { return "Sum" + m.Measure }

// check holds the count against the loading: the rows without an area are those that could not be placed, and no other row may be missing, so
// that in = counted + excluded + residual with the same residual all along.
func (d *familyDecl) check(a store.Account) error {
	for _, left := range a.Residual {
		if slices.ContainsFunc(d.groups, func(g GroupDecl) bool { return g.Name == left.Dimension }) {
			return fmt.Errorf("%d rows of %s have no member of %s (%s): declare the member, or unknown", left.Rows, d.from.name, left.Dimension, left.Reason)
		}
	}
	if d.tables[0].Where == nil && a.Left() != d.from.unplaced {
		return fmt.Errorf("%d rows of %s are in no cell, and %d could not be placed", a.Left(), d.from.name, d.from.unplaced)
	}
	return nil
}

// areaDim is the dimension of the areas of fine, looked up from the area the row was placed in.
func (r *Run) areaDim(ctx context.Context, from *loaded, fine area.ID) (cube.SpecDim, error) {
	div, err := r.Geography.Division(fine)
	if err != nil {
		return cube.SpecDim{}, err
	}
	dim := cube.SpecDim{Dimension: r.areaDimension(div), Columns: []string{from.areaColumn}}
	if fine == from.division && from.codes == nil {
		return dim, nil
	}
	dim.Lookup = "area_" + from.division.String() + "_" + fine.String()
	if from.codes != nil {
		dim.Lookup += "_" + from.name
	}
	if from.db == r.engine {
		dim.Lookup += "_server"
	}
	if r.lookups[dim.Lookup] {
		return dim, nil
	}
	r.lookups[dim.Lookup] = true
	return dim, r.lookupArea(ctx, dim.Lookup, from, fine)
}

// lookupArea gives the store a table from the area a row was placed in to the area of another division that holds it.
func (r *Run) lookupArea(ctx context.Context, name string, from *loaded, to area.ID) error {
	parents, err := r.Geography.Parents(from.division, to)
	if err != nil {
		return err
	}
	div, err := r.Geography.Division(from.division)
	if err != nil {
		return err
	}
	above, err := r.Geography.Division(to)
	if err != nil {
		return err
	}
	var keys [][]string
	var values []string
	add := func(key string, i int) {
		keys, values = append(keys, []string{key}), append(values, above.At(int(parents[i])).Code)
	}
	if from.codes == nil {
		for i := range div.Len() {
			add(div.At(i).Code, i)
		}
	} else {
		for _, raw := range sorted(from.codes) {
			i, _ := div.Index(from.codes[raw])
			add(raw, i)
		}
	}
	return from.db.Lookup(ctx, name, []string{from.areaColumn}, keys, values)
}

// areaDimension is a dimension of all areas of a division.
func (r *Run) areaDimension(div *area.Division) cube.Dimension {
	d := cube.Dimension{Name: string(div.ID.Kind), Title: cube.Same(div.ID.Kind.Title()), Role: cube.Area, Kind: string(div.ID.Kind), Vintage: div.ID.Vintage}
	if title, ok := areaTitles[div.ID.Kind]; ok {
		d.Title = title
	} else if title, ok := r.Project.Geography.Titles[string(div.ID.Kind)]; ok {
		d.Title = text(title)
	}
	for i := range div.Len() {
		a := div.At(i)
		label := a.Name
		if label == "" {
			label = a.Code
		}
		d.Members = append(d.Members, cube.Member{Code: a.Code, Label: cube.Same(label)})
	}
	return d
}

var areaTitles = map[area.Kind]cube.Text{
	area.Riket:  {SV: "Riket", EN: "Sweden"},
	area.Lan:    {SV: "Län", EN: "County"},
	area.Kommun: {SV: "Kommun", EN: "Municipality"},
}

// groupDim is the dimension of a grouping column.
func groupDim(ctx context.Context, from *loaded, family string, g GroupDecl) (cube.SpecDim, error) {
	dim := cube.SpecDim{
		Dimension: cube.Dimension{Name: g.Name, Title: text(g.Title), Role: cube.Group},
		Columns:   []string{g.Name}, Unknown: g.Unknown,
	}
	var keys [][]string
	var values []string
	mapped := false
	for _, m := range g.Members {
		label := text(m.Label)
		if label == (cube.Text{}) {
			label = cube.Same(m.Code)
		}
		if m.Code == cube.Total {
			label = cube.TotalLabel
		}
		dim.Members = append(dim.Members, cube.Member{Code: m.Code, Label: label})
		from := m.Values
		if len(from) == 0 {
			from = []string{m.Code}
		} else {
			mapped = true
		}
		for _, v := range from {
			keys, values = append(keys, []string{v}), append(values, m.Code)
		}
	}
	if mapped {
		dim.Lookup = "group_" + family + "_" + g.Name
		return dim, from.db.Lookup(ctx, dim.Lookup, []string{g.Name}, keys, values)
	}
	return dim, nil
}

// besideArea adds the coarser area that each row's area lies in.
func (r *Run) besideArea(inner *cube.Cube, fine area.ID, kind area.Kind) (*cube.Cube, error) {
	to, err := r.divisionOf(fine, kind)
	if err != nil {
		return nil, err
	}
	parents, err := r.Geography.Parents(fine, to)
	if err != nil {
		return nil, err
	}
	div, err := r.Geography.Division(to)
	if err != nil {
		return nil, err
	}
	at := inner.DimIndex(string(fine.Kind))
	out, _, err := inner.Beside(r.areaDimension(div), func(row int) int32 { return parents[inner.Coord(row, at)] })
	return out, err
}

// besideType adds the områdestyp of each row's area in the row's year. Areas without a type get a member of their own.
func (r *Run) besideType(inner *cube.Cube, fine area.ID) (*cube.Cube, error) {
	parents, err := r.Geography.Parents(fine, r.types.division)
	if err != nil {
		return nil, err
	}
	div, err := r.Geography.Division(r.types.division)
	if err != nil {
		return nil, err
	}
	at, year := inner.DimIndex(string(fine.Kind)), inner.DimIndex(yearDim)
	dim, without := typeDimension(), false
	unclassified := int32(len(dim.Members))
	place := func(row int) int32 {
		t, ok := r.types.of(inner.Code(row, year), div.At(int(parents[inner.Coord(row, at)])).Code)
		if !ok {
			without = true
			return unclassified
		}
		return int32(t - 1)
	}
	for row := range inner.Len() {
		place(row)
	}
	if without {
		dim.Members = append(dim.Members, cube.Member{Code: "none", Label: cube.Text{SV: "Områdestyp saknas", EN: "No area type"}})
	}
	out, _, err := inner.Beside(dim, place)
	if err != nil {
		return nil, err
	}
	out.Lineage = out.Lineage.Merge(r.types.lineage)
	out.Notes = append(out.Notes, r.types.note)
	out.Warn(cube.Warning{Code: "areatype-relative", Text: cube.Text{
		SV: "Områdestypen anger områdets plats bland landets områden samma år. Den kan ändras utan att något ändrats i området.",
		EN: "The area type is the area's place among the country's areas the same year. It can change though nothing has changed in the area."}})
	return out, nil
}

// countAreas adds the number of areas to a cube without groups: each area once a year, on its first row.
func countAreas(inner *cube.Cube, decl CountDecl, groups []GroupDecl) (*cube.Cube, error) {
	if len(groups) > 0 {
		return nil, fmt.Errorf("areas can be counted only where the tables of the same records and condition have no groups")
	}
	m := count(decl)
	b := cube.NewBuilder(inner.Name, inner.Dims(), []cube.Measure{m})
	at := make([]int32, len(inner.Dims()))
	for row := range inner.Len() {
		for d := range at {
			at[d] = int32(inner.Coord(row, d))
		}
		b.Add(at, cube.Cell{Status: cube.Known, Value: 1})
	}
	ones, err := b.Cube()
	if err != nil {
		return nil, err
	}
	return inner.Join(ones)
}

func count(c CountDecl) cube.Measure {
	return cube.Measure{Name: c.Measure, Title: text(c.Title), Unit: text(c.Unit), Kind: cube.Count}
}

// warning tells readers of a break.
func (b BreakDecl) warning() cube.Warning {
	return cube.Warning{Code: cube.SeriesBreak, At: b.Year, Text: cube.Text{
		SV: fmt.Sprintf("Brott i serien från %s: %s Siffror före och från %s är inte jämförbara.", b.Year, b.Why.SV, b.Year),
		EN: fmt.Sprintf("The series breaks from %s: %s Figures before and from %s are not comparable.", b.Year, b.Why.EN, b.Year)}}
}

// view is the table by one of the declared by.
func (t *TableDecl) view(by string) cube.View {
	dims := splitBy(by)
	v := cube.View{Name: t.Name, Title: text(t.Title), Notes: texts(t.Notes)}
	for _, b := range t.Breaks {
		v.Warnings = append(v.Warnings, b.warning())
	}
	if by != typeDim {
		v.Name += "_" + strings.Join(dims, "_")
	}
	v.Totals = slices.Clone(dims)
	v.Dims = append(slices.Clone(dims), yearDim)
	for _, g := range t.Groups {
		v.Dims = append(v.Dims, g.Name)
		v.Totals = append(v.Totals, g.Name)
	}
	all := []cube.Measure{count(t.Count)}
	if a := t.Areas; a != nil {
		all = append(all, count(*a))
	}
	if s := t.Share; s != nil {
		all = append(all, cube.Measure{Name: s.Measure, Title: text(s.Title), Unit: percent, Kind: cube.Share, Decimals: 1,
			Of: t.Count.Measure, Over: s.Over, Base: s.Base})
	}
	if m := t.Mean; m != nil {
		per := t.Count.Measure
		if m.Weight == "" {
			per = m.With.Measure
			all = append(all, count(m.With))
		}
		all = append(all, cube.Measure{Name: m.Measure, Title: text(m.Title), Unit: text(m.Unit), Kind: cube.Mean, Decimals: m.Decimals, Of: sumOf(m), Per: per})
	}
	for _, m := range all {
		if t.publishes(m.Name) {
			v.Measures = append(v.Measures, m)
		}
	}
	return v
}

var percent = cube.Text{SV: "procent", EN: "percent"}

func text(t Text) cube.Text { return cube.Text(t) }

func texts(ts []Text) []cube.Text {
	var out []cube.Text
	for _, t := range ts {
		out = append(out, cube.Text(t))
	}
	return out
}
