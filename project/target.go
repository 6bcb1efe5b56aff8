package project

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/target"
)

// TargetDecl declares one question of whom an effort reaches, or how people lie to places: exactly one of Reach, Location and Overlap.
type TargetDecl struct {
	Name     string        `yaml:"name"`
	Title    Text          `yaml:"title"`
	Reach    *ReachDecl    `yaml:"reach"`
	Location *LocationDecl `yaml:"location"`
	Overlap  *OverlapDecl  `yaml:"overlap"`
}

// ReachDecl asks whom efforts by area type and by index reach: from counts by area, or of an agency's own records from a table by type that is published.
type ReachDecl struct {
	Table      string    `yaml:"table"` // a declared table by type; in the place of from, population, by, index, year and steps
	Group      string    `yaml:"group"` // its group whose members, under need, are those who have the need
	From       string    `yaml:"from"`  // records with counts
	Population CountOf   `yaml:"population"`
	Need       []CountOf `yaml:"need"`  // persons with each need, among the population
	By         []string  `yaml:"by"`    // kinds of area that are chosen: regso, deso
	Index      string    `yaml:"index"` // a declared index; without it only types are asked
	Year       int       `yaml:"year"`
	Steps      []float64 `yaml:"steps"` // shares of the population, for choices by index; 0.05, 0.1, 0.2, 0.3 and 0.5 when empty
}

// OverlapDecl asks how well areas of one division stand for those of another, by ground and, with points, by population.
type OverlapDecl struct {
	From   string        `yaml:"from"` // division with borders, such as polis-2025
	To     string        `yaml:"to"`
	Least  float64       `yaml:"least"` // share of an area that must lie in the one that it stands for; 0.5 when 0
	Sliver target.Sliver `yaml:"sliver"`
	Points *DemandDecl   `yaml:"points"` // homes, or middles of small areas with persons
}

// CountOf declares persons counted from records: a column that holds counts, and the rows that count. In YAML the name of the column alone will do.
type CountOf struct {
	Name   string              `yaml:"name"`
	Title  Text                `yaml:"title"`
	Column string              `yaml:"column"` // each row is one person without it
	Where  map[string][]string `yaml:"where"`  // only rows whose column has one of the values
}

// UnmarshalYAML takes the name of a column, or a mapping.
func (c *CountOf) UnmarshalYAML(node ast.Node) error {
	var column string
	if yaml.NodeToValue(node, &column) == nil {
		*c = CountOf{Name: column, Column: column}
		return nil
	}
	type plain CountOf
	return yaml.NodeToValue(node, (*plain)(c), yaml.Strict())
}

func (p *Project) validateTarget(d TargetDecl, of map[string]columns, say complain) {
	if d.Name == "" {
		say("name", "it is missing")
	}
	asked := 0
	for _, given := range []bool{d.Reach != nil, d.Location != nil, d.Overlap != nil} {
		if given {
			asked++
		}
	}
	if asked != 1 {
		say("", "declare exactly one of reach, location and overlap")
	}
	if q := d.Reach; q != nil && q.Table != "" {
		p.validateTableReach(*q, say)
	} else if q != nil {
		have, ok := of[q.From]
		switch {
		case !ok:
			say("reach.from", "records %q are not declared (there are %s)", q.From, list(p.Records))
			return
		case len(q.Need) == 0 || len(q.By) == 0 || q.Year == 0:
			say("reach", "declare need, the columns of those who have it; by, the kinds of area that are chosen; and year")
		case p.Types == nil:
			say("reach", "efforts by area type are asked about, and no types are declared")
		}
		for _, c := range append([]CountOf{q.Population}, q.Need...) {
			if c.Column != "" && !have.number(c.Column) {
				say("reach", "records %s have no column %q declared as type: int or float", q.From, c.Column)
			}
			for _, column := range sorted(c.Where) {
				if _, ok := have[column]; !ok {
					say("reach", "records %s have no column %q", q.From, column)
				}
			}
		}
		for _, c := range q.Need {
			if c.Name == "" {
				say("reach.need", "every need has a name")
			}
		}
		if q.Index != "" && !slices.ContainsFunc(p.Indices, func(x IndexDecl) bool { return x.Name == q.Index }) {
			say("reach.index", "%q is not declared under indices", q.Index)
		}
	}
	if q := d.Location; q != nil {
		if err := q.Check(); err != nil {
			say("location", "%w", err)
		}
		p.validateSource("location.demand.source", q.Demand.Source, say)
		p.validateSource("location.sites.source", q.Sites.Source, say)
		if q.Times != nil {
			p.validateSource("location.times.source", q.Times.Source, say)
		}
	}
	if q := d.Overlap; q != nil {
		for _, c := range []struct{ at, id string }{{"overlap.from", q.From}, {"overlap.to", q.To}} {
			if _, err := area.ParseID(c.id); err != nil {
				say(c.at, "%w", err)
			}
		}
		if q.Points != nil {
			p.validateSource("overlap.points.source", q.Points.Source, say)
		}
	}
}

// validateTableReach tells what is wrong with a question to a table.
func (p *Project) validateTableReach(q ReachDecl, say complain) {
	if q.From != "" || q.Population.Name != "" || q.Population.Column != "" || len(q.Population.Where) > 0 || len(q.By) > 0 || q.Index != "" || q.Year != 0 || len(q.Steps) > 0 {
		say("reach", "with table, leave from, population, by, index, year and steps out: the table has its own")
	}
	at := slices.IndexFunc(p.Tables, func(t TableDecl) bool { return t.Name == q.Table })
	if at < 0 {
		say("reach.table", "the table %q is not declared", q.Table)
		return
	}
	t := p.Tables[at]
	if !slices.Contains(t.By, typeDim) {
		say("reach.table", "the table %s is not by type: add type to its by", q.Table)
	}
	if len(t.Only) > 0 && !slices.Contains(t.Only, t.Count.Measure) {
		say("reach.table", "the table %s does not show its count %s: add it to only", q.Table, t.Count.Measure)
	}
	g := slices.IndexFunc(t.Groups, func(g GroupDecl) bool { return g.Name == q.Group })
	if g < 0 {
		say("reach.group", "%q is none of the groups of the table %s", q.Group, q.Table)
		return
	}
	if len(q.Need) == 0 {
		say("reach.need", "name the members of %s that have the need", q.Group)
	}
	for _, n := range q.Need {
		if len(n.Where) > 0 || n.Column != n.Name {
			say("reach.need", "with table a need is the code of a member of %s and nothing more", q.Group)
		} else if len(t.Groups[g].Members) > 0 && !slices.ContainsFunc(t.Groups[g].Members, func(m MemberDecl) bool { return m.Code == n.Name }) {
			say("reach.need", "%q is no member of %s", n.Name, q.Group)
		}
	}
}

// reachOfTables answers the questions whom an effort by type reaches that are put to published tables.
func (r *Run) reachOfTables(tables []protect.Table) ([]protect.Table, error) {
	var out []protect.Table
	for _, d := range r.Project.Targets {
		if d.Reach == nil || d.Reach.Table == "" {
			continue
		}
		at := slices.IndexFunc(tables, func(t protect.Table) bool { return t.Name() == d.Reach.Table })
		if at < 0 {
			return nil, fmt.Errorf("target %s: the table %s is not published", d.Name, d.Reach.Table)
		}
		decl := r.Tables[slices.IndexFunc(r.Tables, func(t TableDecl) bool { return t.Name == d.Reach.Table })]
		q := target.Table{Type: typeDim, Year: yearDim, Count: decl.Count.Measure, Group: d.Reach.Group}
		for _, n := range d.Reach.Need {
			q.Need = append(q.Need, n.Name)
		}
		t, err := protect.Derive(tables[at:at+1], func(of []*cube.Cube) (*cube.Cube, error) {
			made, err := target.OfTable(d.Name+"_types", of[0], q)
			if err == nil {
				made.Title = d.titled(made.Title)
			}
			return made, err
		})
		if err != nil {
			return nil, fmt.Errorf("target %s: %w", d.Name, err)
		}
		out = append(out, t)
	}
	return out, nil
}

// titled is the title of one of the answers.
func (d TargetDecl) titled(t cube.Text) cube.Text {
	if d.Title == (Text{}) {
		return t
	}
	return cube.Text{SV: d.Title.SV + ": " + t.SV, EN: d.Title.EN + ": " + t.EN}
}

// targets answers the declared questions, but for those that are put to published tables.
func (r *Run) targets(ctx context.Context) error {
	for _, d := range r.Project.Targets {
		var cubes []*cube.Cube
		var err error
		switch {
		case d.Reach != nil && d.Reach.Table != "":
			continue
		case d.Reach != nil:
			cubes, err = r.reach(ctx, d)
		case d.Location != nil:
			cubes, err = r.location(ctx, d.Name, d.Location)
		case d.Overlap != nil:
			cubes, err = r.overlap(ctx, d.Name, d.Overlap)
		}
		if err != nil {
			return fmt.Errorf("target %s: %w", d.Name, err)
		}
		for _, c := range cubes {
			c.Title = d.titled(c.Title)
			r.Measures = append(r.Measures, c)
		}
	}
	return nil
}

// reach answers whom efforts by type and index reach, at each kind of area.
func (r *Run) reach(ctx context.Context, d TargetDecl) ([]*cube.Cube, error) {
	name, q := d.Name, d.Reach
	from := r.loaded[q.From]
	public := from.lineage.Public()
	if !public && q.Index == "" {
		return nil, fmt.Errorf("the records %s are the agency's own, and %s: declare a table of them by type and ask it (reach: {table: …, group: …, need: […]}), or use skikt target reach for work within the agency", q.From, reachGivesBack)
	}
	lineage := from.lineage.Merge(r.types.lineage)
	var index *cube.Cube
	for _, x := range r.Indices {
		if x.Name == q.Index {
			index = x.Result.Cube
			lineage = lineage.Merge(index.Lineage)
		}
	}
	var out []*cube.Cube
	for _, kind := range q.By {
		areas, needs, rounded, err := r.needs(ctx, from, q, area.Kind(kind), index)
		if err != nil {
			return nil, err
		}
		var sets []target.Set
		for k, need := range q.Need {
			a := *areas
			a.Need = needs[k]
			label := text(need.Title)
			if label == (cube.Text{}) {
				label = cube.Same(need.Name)
			}
			sets = append(sets, target.Set{Code: need.Name, Label: label, Areas: &a})
		}
		cubes, err := ReachCubes(name+"_"+kind, sets, q.Steps, index != nil)
		if err != nil {
			return nil, err
		}
		year := cube.Dimension{Name: yearDim, Title: cube.Text{SV: "År", EN: "Year"}, Role: cube.Time, Members: []cube.Member{{Code: strconv.Itoa(q.Year), Label: cube.Same(strconv.Itoa(q.Year))}}}
		if !public {
			found, _, err := cubes[2].Beside(year, func(int) int32 { return 0 })
			if err != nil {
				return nil, err
			}
			found.Lineage, found.Title = found.Lineage.Merge(lineage), d.titled(found.Title)
			if err := r.ownReach(name, kind, found, sets); err != nil {
				return nil, err
			}
			continue
		}
		for _, c := range cubes {
			if c, _, err = c.Beside(year, func(int) int32 { return 0 }); err != nil {
				return nil, err
			}
			c.Lineage = c.Lineage.Merge(lineage)
			if rounded > 0 {
				c.Warn(cube.Warning{Code: "rounded-counts", Text: cube.Text{
					SV: fmt.Sprintf("%d tal är beräknade ur avrundade andelar och tagna till närmaste hela antal personer.", rounded),
					EN: fmt.Sprintf("%d counts are computed from rounded shares and taken to the nearest whole number of persons.", rounded)}})
			}
			out = append(out, c)
		}
	}
	return out, nil
}

const reachGivesBack = "shares of those who have a need, choice by choice, would give back the counts that disclosure control hides"

// ownReach takes how well index and types find needs in the agency's own records to disclosure control, with the counts that it was computed from.
func (r *Run) ownReach(name, kind string, found *cube.Cube, all []target.Set) error {
	r.Findings = append(r.Findings, Finding{Where: "target " + name, Rule: "not-published",
		Text: fmt.Sprintf("reach by types and by index at %s is left out of the edition, as %s; a table by type can be asked: reach: {table: …, group: …, need: […]}", kind, reachGivesBack)})
	found.Warnings = nil // they count persons
	units := cube.Dimension{Name: kind, Role: cube.Group}
	for _, code := range all[0].Areas.Code {
		units.Members = append(units.Members, cube.Member{Code: code})
	}
	groups := cube.Dimension{Name: behindGroup, Role: cube.Group, Members: []cube.Member{{Code: "need"}, {Code: "other"}}}
	b := cube.NewBuilder(found.Name, append(slices.Clone(found.Dims()), units, groups), []cube.Measure{{Name: "N", Kind: cube.Count}})
	for k, s := range all {
		for i, n := range s.Areas.Population {
			b.Add([]int32{int32(k), 0, int32(i), 0}, cube.KnownCell(float64(s.Areas.Need[i])))
			b.Add([]int32{int32(k), 0, int32(i), 1}, cube.KnownCell(float64(n-s.Areas.Need[i])))
		}
	}
	counts, err := b.Cube()
	if err != nil {
		return err
	}
	r.measured = append(r.measured, protect.Measured{Cube: found, Counts: counts, Count: "N", Units: units.Name, Groups: groups.Name})
	return nil
}

// ReachCubes are the cubes of a reach question: by types, and where areas have an index by shares of the population chosen by it, and how well it finds the need. Steps are those shares; usual ones when empty.
func ReachCubes(name string, sets []target.Set, steps []float64, byIndex bool) ([]*cube.Cube, error) {
	types, err := target.ByTypes(name+"_types", sets...)
	if err != nil || !byIndex {
		return []*cube.Cube{types}, err
	}
	if len(steps) == 0 {
		steps = []float64{0.05, 0.1, 0.2, 0.3, 0.5}
	}
	curve, err := target.ByIndex(name+"_index", steps, sets...)
	if err != nil {
		return nil, err
	}
	found, err := target.ByNeed(name+"_found", sets...)
	return []*cube.Cube{types, curve, found}, err
}

// AreaColumns are the columns of a file with one row for each area.
type AreaColumns struct {
	Area, Index, Type, Population string
	Need                          []string // persons with each need, among the population
}

// ReadAreas reads areas from a file: one set a need, all of the same areas. Blank counts are 0; areas without index or type stay in all totals.
func ReadAreas(ctx context.Context, path string, c AreaColumns) ([]target.Set, error) {
	t, err := readTable(ctx, path, append([]string{c.Area, c.Population}, c.Need...), []string{c.Index, c.Type})
	if err != nil {
		return nil, err
	}
	a := target.Areas{Code: t.text[c.Area], Index: slices.Repeat([]float64{math.NaN()}, len(t.line))}
	seen := map[string]bool{}
	for i, code := range a.Code {
		if seen[code] {
			return nil, fmt.Errorf("line %d: the area %s stands twice; add its rows up", t.line[i], code)
		}
		seen[code] = true
	}
	if c.Index != "" {
		for i, text := range t.text[c.Index] {
			if text == "" {
				continue
			}
			x, err := areatype.ParseDecimal(text)
			if err != nil {
				return nil, fmt.Errorf("line %d: %s must be a decimal number", t.line[i], c.Index)
			}
			a.Index[i] = x.Float()
		}
	}
	if c.Type != "" {
		types, err := t.whole(c.Type, 0)
		if err != nil {
			return nil, err
		}
		for _, x := range types {
			a.Type = append(a.Type, int(x))
		}
	}
	if a.Population, err = t.whole(c.Population, 0); err != nil {
		return nil, err
	}
	var sets []target.Set
	for _, need := range c.Need {
		own := a
		if own.Need, err = t.whole(need, 0); err != nil {
			return nil, err
		}
		if err := own.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", need, err)
		}
		sets = append(sets, target.Set{Code: need, Label: cube.Same(need), Areas: &own})
	}
	return sets, nil
}

// needs are the areas of a kind with population, index and type in the year, and the persons with each need; rounded are the counts that were no whole numbers.
func (r *Run) needs(ctx context.Context, from *loaded, q *ReachDecl, kind area.Kind, index *cube.Cube) (a *target.Areas, needs [][]int64, rounded int, err error) {
	id, err := r.divisionOf(from.division, kind)
	if err != nil {
		return nil, nil, 0, err
	}
	div, err := r.Geography.Division(id)
	if err != nil {
		return nil, nil, 0, err
	}
	dim, err := r.areaDim(ctx, from, id)
	if err != nil {
		return nil, nil, 0, err
	}
	all := append([]CountOf{q.Population}, q.Need...)
	var counts []*cube.Cube
	for _, c := range all {
		spec := cube.Spec{Name: "reach", From: from.table, Dims: []cube.SpecDim{dim},
			Measures: []cube.SpecMeasure{{Measure: cube.Measure{Name: "N", Title: cube.Same(c.Name), Kind: cube.Count}, Sum: c.Column}}}
		for _, column := range sorted(c.Where) {
			spec.Where = append(spec.Where, cube.Condition{Column: column, In: c.Where[column]})
		}
		counted, _, err := r.count(ctx, from, spec)
		if err != nil {
			return nil, nil, 0, err
		}
		counts = append(counts, counted)
	}
	toTypes, err := r.Geography.Parents(id, r.types.division)
	if err != nil {
		return nil, nil, 0, err
	}
	typeDivision, err := r.Geography.Division(r.types.division)
	if err != nil {
		return nil, nil, 0, err
	}
	indexOf := func(int) float64 { return math.NaN() }
	year := strconv.Itoa(q.Year)
	if index != nil {
		d := index.Dims()[0]
		its := area.ID{Kind: area.Kind(d.Kind), Vintage: d.Vintage}
		up, err := r.Geography.Parents(id, its)
		if err != nil {
			return nil, nil, 0, err
		}
		above, err := r.Geography.Division(its)
		if err != nil {
			return nil, nil, 0, err
		}
		indexOf = func(i int) float64 {
			if up[i] < 0 {
				return math.NaN()
			}
			c := index.Get(areatype.MeasureIndex, above.At(int(up[i])).Code, year)
			if !c.Status.HasValue() {
				return math.NaN()
			}
			return c.Value
		}
	}
	a = &target.Areas{}
	needs = make([][]int64, len(q.Need))
	found := false
	for i := range div.Len() {
		code := div.At(i).Code
		value := func(m int) (int64, error) {
			row := counts[m].Find(code, year)
			if row < 0 {
				return 0, nil
			}
			found = true
			c := counts[m].Cell(row, 0)
			if !c.Status.HasValue() {
				return 0, fmt.Errorf("the count of %s in %s has the status %s; reach needs every count", all[m].Name, code, c.Status)
			}
			n := math.Round(c.Value)
			if math.Abs(c.Value-n) > 1e-6 {
				rounded++
			}
			return int64(n), nil
		}
		t := 0
		if toTypes[i] >= 0 {
			t, _ = r.types.of(year, typeDivision.At(int(toTypes[i])).Code)
		}
		n, err := value(0)
		if err != nil {
			return nil, nil, 0, err
		}
		a.Code, a.Index, a.Type, a.Population = append(a.Code, code), append(a.Index, indexOf(i)), append(a.Type, t), append(a.Population, n)
		for k := range needs {
			n, err := value(k + 1)
			if err != nil {
				return nil, nil, 0, err
			}
			needs[k] = append(needs[k], n)
		}
	}
	if !found {
		return nil, nil, 0, fmt.Errorf("the records %s have nothing for %s", q.From, year)
	}
	for k, need := range q.Need {
		if !slices.ContainsFunc(needs[k], func(n int64) bool { return n > 0 }) {
			return nil, nil, 0, fmt.Errorf("nobody in the records %s has the need %s in %s: see its column and the values under where", q.From, need.Name, year)
		}
	}
	return a, needs, rounded, nil
}

func (r *Run) overlap(ctx context.Context, name string, q *OverlapDecl) ([]*cube.Cube, error) {
	from, err := area.ParseID(q.From)
	if err != nil {
		return nil, err
	}
	to, err := area.ParseID(q.To)
	if err != nil {
		return nil, err
	}
	a, err := r.Geography.Division(from)
	if err != nil {
		return nil, err
	}
	b, err := r.Geography.Division(to)
	if err != nil {
		return nil, err
	}
	lineage := cube.Lineage{}
	for _, f := range r.Project.Geography.Borders { // all of them: borders may have been dissolved out of others
		src, _, err := r.publicFile(ctx, f.FileDecl)
		if err != nil {
			return nil, err
		}
		lineage = lineage.Merge(cube.Lineage{Sources: []cube.Source{src}})
	}
	path := ""
	if q.Points != nil {
		src, file, err := r.publicFile(ctx, q.Points.FileDecl)
		if err != nil {
			return nil, err
		}
		path, lineage = file, lineage.Merge(cube.Lineage{Sources: []cube.Source{src}})
	}
	cubes, err := q.Cubes(ctx, name, a, b, path)
	for _, c := range cubes {
		c.Lineage = c.Lineage.Merge(lineage)
	}
	return cubes, err
}

// Cubes are the quality of the translation, by ground and, with a file of points, by population.
func (q *OverlapDecl) Cubes(ctx context.Context, name string, from, to *area.Division, points string) ([]*cube.Cube, error) {
	if from.Bordered() == 0 || to.Bordered() == 0 {
		return nil, fmt.Errorf("%s and %s must both have borders", from.ID, to.ID)
	}
	least := q.Least
	if least == 0 {
		least = 0.5
	}
	var codes []string
	for i := range from.Len() {
		codes = append(codes, from.At(i).Code)
	}
	one := func(name string, sizes [2][]float64, overlaps []target.Overlap, by cube.Text) (*cube.Cube, error) {
		t, err := target.Translate(sizes[0], sizes[1], overlaps, least, q.Sliver)
		if err != nil {
			return nil, err
		}
		c, err := target.TranslationCube(name, t, codes, by)
		if err == nil {
			share := strconv.FormatFloat(100*least, 'f', -1, 64)
			c.Notes = append(c.Notes, cube.Text{SV: "Ett område står för det som det har mest gemensamt med, om det är minst " + share + " procent av det.",
				EN: "An area stands for the one with which it has most in common, if that is at least " + share + " percent of it."})
		}
		return c, err
	}
	ground, sizes := target.GroundOf(from, to)
	out, err := one(name+"_ground", sizes, ground, cube.Text{SV: "yta", EN: "ground"})
	if err != nil || points == "" {
		return []*cube.Cube{out}, err
	}
	d := *q.Points
	places := &Places{}
	if _, err := places.readDemand(ctx, &LocationDecl{Demand: d}, points); err != nil {
		return nil, err
	}
	x, y := make([]float64, places.Points.Len()), make([]float64, places.Points.Len())
	for i := range x {
		x[i], y[i] = float64(places.Points.X[i])/perMetre, float64(places.Points.Y[i])/perMetre
	}
	at, found := [2][]int32{}, make([]locate.Place, len(x))
	for k, div := range []*area.Division{from, to} {
		index, err := locate.New(div, locate.Options{})
		if err != nil {
			return nil, err
		}
		index.Locate(locate.SWEREF99TM, x, y, nil, found)
		for _, place := range found {
			if !place.Outcome.Placed() {
				place.Area = -1
			}
			at[k] = append(at[k], place.Area)
		}
	}
	overlaps, outside, err := target.Shared(at[0], at[1], places.Points.Weight)
	if err != nil {
		return nil, err
	}
	persons := [2][]float64{make([]float64, from.Len()), make([]float64, to.Len())}
	for k := range at {
		for i, a := range at[k] {
			if a >= 0 {
				persons[k][a] += float64(places.Points.Weight[i])
			}
		}
	}
	people, err := one(name+"_population", persons, overlaps, cube.Text{SV: "befolkning", EN: "population"})
	if err != nil {
		return nil, err
	}
	for _, w := range places.Warnings {
		people.Warn(w)
	}
	if n := outside.To + outside.Both; n > 0 {
		people.Warn(cube.Warning{Code: "outside", Text: cube.Text{SV: fmt.Sprintf("%d personer ligger inte i något område av %s.", n, to.ID.Title()), EN: fmt.Sprintf("%d persons are in no area of %s.", n, to.ID.Title())}})
	}
	return []*cube.Cube{out, people}, nil
}
