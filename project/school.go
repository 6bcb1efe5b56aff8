package project

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/school"
	"github.com/skikt/skikt/segregation"
)

// homeType is the column that stands for the type of the area that a row was placed in: of the pupil's home, when the records are placed by homes.
const homeType = "hometype"

// schoolKinds are what can be asked of schools.
var schoolKinds = []string{"composition", "segregation", "choice", "gradient", "model", "salsa", "index"}

// SchoolDecl declares a question about schools. Columns are of the records under from, which are placed by the pupils' homes; hometype is the type of the area a row was placed in.
type SchoolDecl struct {
	Name  string              `yaml:"name"`
	Title Text                `yaml:"title"`
	Kind  string              `yaml:"kind"` // composition, segregation, choice, gradient, model, salsa, index
	From  string              `yaml:"from"`
	Where map[string][]string `yaml:"where"` // only rows whose column has one of the values

	School  GroupDecl   `yaml:"school"`  // composition of an agency's own pupils takes declared members
	Compare []GroupDecl `yaml:"compare"` // composition: what makes schools alike (their kommun, huvudman type, stage), each a table beside
	Homes   []string    `yaml:"homes"`   // composition: kinds of area that pupils live in (kommun, lan), each a table beside
	Nearest string      `yaml:"nearest"` // composition: column of the school nearest to the pupil's home (also, under records), for a table of catchments and one of schools against them
	Within  []string    `yaml:"within"`  // columns to measure within (segregation, choice: one), or coarser levels, finest first (model)
	Stage   string      `yaml:"stage"`

	Group    string   `yaml:"group"`  // column of the group
	Member   string   `yaml:"member"` // choice: the group that is measured against all others
	Groups   []string `yaml:"groups"` // segregation: the groups to compare, in order
	Measures []string `yaml:"measures"`
	Null     string   `yaml:"null"`
	Draws    int      `yaml:"draws"`
	Seed     uint64   `yaml:"seed"`

	Pupil    string `yaml:"pupil"`    // choice: column with the pupil's id
	Places   string `yaml:"places"`   // choice: records of the schools, placed by coordinates
	Capacity string `yaml:"capacity"` // choice: column of places with the number of places
	Code     string `yaml:"code"`     // choice: column of places with the school's code

	Result     string             `yaml:"result"`     // gradient, model: column
	Background string             `yaml:"background"` // gradient, model: column of numbers
	Number     []string           `yaml:"number"`     // further variables that are numbers
	Factor     []SchoolFactorDecl `yaml:"factor"`     // further variables that are codes
	Method     string             `yaml:"method"`     // REML (default) or ML
	Outcome    string             `yaml:"outcome"`    // salsa: column of results; index: column of 1 and 0
	By         string             `yaml:"by"`         // index: school (default) or another column, such as huvudman
	Scale      school.IndexScale  `yaml:"scale"`      // index: pupils (default) or schools
	Salsa      SchoolSALSADecl    `yaml:"salsa"`
}

// SchoolFactorDecl is a variable of codes.
type SchoolFactorDecl struct {
	Column    string `yaml:"column"`
	Reference string `yaml:"reference"` // code that the others are compared with
}

// SchoolSALSADecl are the columns of units, and the rule. Shares are 0..1; a column under percent is divided by 100.
type SchoolSALSADecl struct {
	Unit, Pupils, Education, Boys, New, Coverage string
	Percent                                      []string
	LeastPupils                                  *float64 `yaml:"least_pupils"`
	LeastCoverage                                *float64 `yaml:"least_coverage"`
	Model                                        string   // published coefficients instead of fitting
}

func (p *Project) validateSchool(d SchoolDecl, of map[string]columns, say complain) {
	have, ok := of[d.From]
	if !ok {
		say("from", "records %q are not declared (there are %s)", d.From, list(p.Records))
		return
	}
	if !slices.Contains(schoolKinds, d.Kind) {
		say("kind", "there is no kind %q; there are %s", d.Kind, strings.Join(schoolKinds, ", "))
		return
	}
	text := func(at string, names ...string) {
		for _, name := range names {
			if _, ok := have[name]; name != "" && name != homeType && !ok {
				say(at, "records %s have no column %q", d.From, name)
			}
			if name == homeType && p.Types == nil {
				say(at, "%s is the type of the area where the pupil lives, and no types are declared", homeType)
			}
		}
	}
	number := func(at string, names ...string) {
		for _, name := range names {
			if name != "" && !have.number(name) {
				say(at, "records %s have no column %q declared as type: int or float", d.From, name)
			}
		}
	}
	need := func(at, value string) {
		if value == "" {
			say(at, "%s needs it declared", d.Kind)
		}
	}
	if d.Kind != "salsa" {
		need("school", d.School.Name)
		text("school", d.School.Name)
	}
	text("within", d.Within...)
	text("where", sorted(d.Where)...)
	text("", d.Stage, d.Group, d.Pupil, d.By, d.Nearest)
	number("", d.Result, d.Background)
	number("number", d.Number...)
	for i, f := range d.Factor {
		text(fmt.Sprintf("factor[%d]", i), f.Column)
	}
	switch d.Kind {
	case "composition":
		if p.Types == nil {
			say("", "composition is by the type of the area where pupils live, and no types are declared")
		}
		for i, g := range d.Compare {
			text(fmt.Sprintf("compare[%d]", i), g.Name)
			if len(g.Members) == 0 && !p.public(d.From) {
				say(fmt.Sprintf("compare[%d]", i), "%s is made from the agency's own records, so the members of %s must be declared", d.Name, g.Name)
			}
			if slices.Contains([]string{"homes", "change", "catchment", "against", d.School.Name, d.Nearest}, g.Name) {
				say(fmt.Sprintf("compare[%d]", i), "%s is the name of another table of the composition", g.Name)
			}
		}
		if len(d.School.Members) == 0 && !p.public(d.From) {
			say("school", "%s is made from the agency's own records, so the schools must be declared under members", d.Name)
		}
	case "segregation":
		need("group", d.Group)
	case "choice":
		need("group", d.Group)
		need("member", d.Member)
		need("pupil", d.Pupil)
		places, ok := of[d.Places]
		if !ok {
			say("places", "records %q are not declared (there are %s)", d.Places, list(p.Records))
			return
		}
		if p.Records[d.From].Locate.X == "" || p.Records[d.Places].Locate.X == "" {
			say("", "choice takes pupils and schools that are placed by coordinates (locate: x and y)")
		}
		if len(d.Within) > 1 {
			say("within", "choice is measured within one column")
		}
		if _, ok := places[d.Code]; !ok {
			say("code", "records %s have no column %q with the schools' codes", d.Places, d.Code)
		}
		if d.Capacity != "" && !places.number(d.Capacity) {
			say("capacity", "records %s have no column %q declared as type: int or float", d.Places, d.Capacity)
		}
	case "gradient", "model":
		need("result", d.Result)
		if d.Kind == "gradient" {
			need("background", d.Background)
		}
	case "salsa":
		s := d.Salsa
		need("salsa.unit", s.Unit)
		text("salsa", s.Unit)
		number("salsa", s.Pupils, s.Education, s.Boys, s.New, s.Coverage, d.Outcome)
		for _, c := range [][2]string{{"pupils", s.Pupils}, {"education", s.Education}, {"boys", s.Boys}, {"new", s.New}} {
			need("salsa."+c[0], c[1])
		}
		need("outcome", d.Outcome)
		if _, ok := school.PublishedModel(s.Model); s.Model != "" && !ok {
			say("salsa.model", "there is no published model %q", s.Model)
		}
	case "index":
		need("outcome", d.Outcome)
		number("outcome", d.Outcome)
		if len(d.Number)+len(d.Factor) == 0 {
			say("", "the school index takes variables, under number and factor")
		}
	}
}

// schoolTables are the declared compositions as tables of counts: schools by the type of the area where their pupils live.
func (p *Project) schoolTables() (out []TableDecl) {
	for _, d := range p.Schools {
		if d.Kind != "composition" {
			continue
		}
		table := TableDecl{Name: d.Name, Title: d.Title, From: d.From, Where: d.Where, Groups: []GroupDecl{d.School}, By: []string{typeDim},
			Count: CountDecl{Measure: "NPupils", Title: Text{SV: "Elever", EN: "Pupils"}, Unit: Text{SV: "elever", EN: "pupils"}},
			Share: &ShareDecl{Measure: shareOfSchool, Title: Text{SV: "Andel av skolans elever", EN: "Share of the school's pupils"}, Over: typeDim},
			Notes: []Text{{SV: "Områdestypen är den för området där eleven bor. Skolans eget område används inte.", EN: "The type is that of the area where the pupil lives. The school's own area is not used."}}}
		out = append(out, table)
		for _, g := range d.Compare {
			beside := table
			beside.Name, beside.Groups = d.Name+"_"+g.Name, []GroupDecl{g}
			beside.Title = Text{SV: d.Title.SV + ": " + strings.ToLower(g.Title.SV), EN: d.Title.EN + ": " + strings.ToLower(g.Title.EN)}
			beside.Share = &ShareDecl{Measure: shareOfSchool, Title: Text{SV: "Andel av eleverna", EN: "Share of the pupils"}, Over: typeDim}
			out = append(out, beside)
		}
		if len(d.Homes) > 0 {
			beside := table
			beside.Name, beside.Groups, beside.By = d.Name+"_homes", nil, nil
			beside.Title = Text{SV: d.Title.SV + ": alla elever efter var de bor", EN: d.Title.EN + ": all pupils by where they live"}
			beside.Share = &ShareDecl{Measure: shareOfSchool, Title: Text{SV: "Andel av eleverna", EN: "Share of the pupils"}, Over: typeDim}
			for _, kind := range d.Homes {
				beside.By = append(beside.By, typeDim+" × "+kind)
			}
			out = append(out, beside)
		}
	}
	return out
}

const shareOfSchool = "ShareOfSchool"

// points is how many percentage points a share lies above another. It is hidden where one of them is, and carries what is to be said of either.
func points(now, before cube.Cell) cube.Cell {
	cell := cube.Cell{Status: cube.NotAvailable}
	switch {
	case now.Status.Hidden() || before.Status.Hidden():
		cell.Status = cube.HiddenProtect
	case now.Status.HasValue() && before.Status.HasValue():
		cell = cube.KnownCell(math.Round(1e12*(now.Value-before.Value)) / 1e10)
		for _, s := range []cube.Status{now.Status, before.Status} {
			if s != cube.Known && s != cube.Zero {
				cell.Status = s
			}
		}
	}
	return cell
}

// changesOfSchools are how the published shares of compositions have changed since the year before, in percentage points.
func (r *Run) changesOfSchools(tables []protect.Table) ([]protect.Table, error) {
	var out []protect.Table
	for _, d := range r.Schools {
		if d.Kind != "composition" {
			continue
		}
		for _, name := range append([]string{d.Name}, beside(d)...) {
			at := slices.IndexFunc(tables, func(t protect.Table) bool { return t.Name() == name })
			if at < 0 || len(tables[at].Cube().Dim(yearDim).Members) < 2 {
				continue
			}
			t, err := protect.Derive(tables[at:at+1], func(of []*cube.Cube) (*cube.Cube, error) { return shareChange(name+"_change", of[0]) })
			if err != nil {
				return nil, err
			}
			out = append(out, t)
		}
	}
	return out, nil
}

// beside are the names of the tables that stand beside a composition's own.
func beside(d SchoolDecl) (names []string) {
	for _, g := range d.Compare {
		names = append(names, d.Name+"_"+g.Name)
	}
	return names
}

// shareChange is a table of shares as changes since the year before it in the table. What is hidden in either year is hidden.
func shareChange(name string, c *cube.Cube) (*cube.Cube, error) {
	year, share := c.DimIndex(yearDim), c.MeasureIndex(shareOfSchool)
	if share < 0 {
		return nil, fmt.Errorf("the table %s has no %s", c.Name, shareOfSchool)
	}
	title := c.Measures()[share].Title
	b := cube.NewBuilder(name, c.Dims(), []cube.Measure{{Name: "Change" + shareOfSchool, Kind: cube.Value, Decimals: 1,
		Title: cube.Text{SV: title.SV + ", ändring sedan året före", EN: title.EN + ", change since the year before"}, Unit: cube.Text{SV: "procentenheter", EN: "percentage points"}}})
	codes, at := make([]string, len(c.Dims())), make([]int32, len(c.Dims()))
	for row := range c.Len() {
		if c.Coord(row, year) == 0 {
			continue
		}
		for d := range codes {
			codes[d], at[d] = c.Code(row, d), int32(c.Coord(row, d))
		}
		if codes[c.DimIndex(typeDim)] == cube.Total {
			continue
		}
		codes[year] = c.Dims()[year].Members[at[year]-1].Code
		now, before := c.Cell(row, share), cube.Cell{Status: cube.NotAvailable}
		if old := c.Find(codes...); old >= 0 {
			before = c.Cell(old, share)
		}
		b.Add(at, points(now, before))
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: c.Title.SV + ": ändring", EN: c.Title.EN + ": change"}
	out.Notes = append(slices.Clone(c.Notes), cube.Text{SV: "Beräknad ur de publicerade andelarna. Där en av dem är dold är också ändringen dold.",
		EN: "Computed from the published shares. Where one of them is hidden, the change is hidden too."})
	return out, nil
}

// schools answers the declared questions about schools that give measures.
func (r *Run) schools(ctx context.Context) error {
	for i, d := range r.Schools {
		if d.Kind == "composition" {
			if d.Nearest != "" {
				if err := r.catchments(ctx, d); err != nil {
					return fmt.Errorf("schools %s: %w", d.Name, err)
				}
			}
			continue
		}
		r.opt.step("schools", int64(i), int64(len(r.Schools)))
		if err := r.school(ctx, d); err != nil {
			return fmt.Errorf("schools %s: %w", d.Name, err)
		}
		r.opt.step("schools", int64(i+1), int64(len(r.Schools)))
	}
	return nil
}

func (r *Run) school(ctx context.Context, d SchoolDecl) error {
	from := r.loaded[d.From]
	if !from.lineage.Public() && !slices.Contains(ownSchoolKinds, d.Kind) {
		return fmt.Errorf("the records %s are the agency's own, and kind %s gives a number for each school; of own records %s may be published, and counts (kind: composition, or tables); skikt school gives the numbers for work within the agency",
			d.From, d.Kind, strings.Join(ownSchoolKinds, ", "))
	}
	q, err := r.schoolRows(ctx, d, from)
	if err != nil {
		return err
	}
	var out []*cube.Cube
	switch d.Kind {
	case "segregation":
		m := school.Mixing{School: q.codes(d.School.Name), Group: q.codes(d.Group), Year: q.year}
		for _, name := range d.Within {
			m.By = append(m.By, school.Grouping{Name: name, Codes: q.codes(name)})
		}
		measures := d.Measures
		if len(measures) == 0 {
			measures = []string{"all"}
		}
		out, err = one(school.SegregationCube(m, d.Within, segregation.Question{Members: d.Groups, Measures: measures, Null: segregation.Null(d.Null),
			Persons: segregation.Draws{N: d.Draws, Seed: d.Seed}, Draws: segregation.Draws{N: max(d.Draws, 1000), Seed: d.Seed}}))
	case "choice":
		out, err = r.schoolChoice(ctx, d, q)
	case "gradient", "model":
		out, err = schoolModels(d, q)
	case "salsa":
		out, err = schoolSALSA(d, q)
	case "index":
		outcome := q.numbers(d.Outcome)
		scale := d.Scale
		if scale == "" {
			scale = school.OverPupils
		}
		x, fitErr := school.FitIndex(outcome, q.variables(d), q.codes(d.School.Name), scale)
		if fitErr != nil {
			return fitErr
		}
		by := d.By
		if by == "" {
			by = d.School.Name
		}
		out, err = one(school.IndexCube(x, outcome, by, q.codes(by)))
	}
	if err != nil {
		return err
	}
	for _, c := range out {
		suffix := ""
		if len(out) > 1 {
			suffix = "_" + c.Name[strings.LastIndexByte(c.Name, '-')+1:]
		}
		c.Name = d.Name + suffix
		if d.Title != (Text{}) && len(out) == 1 {
			c.Title = text(d.Title)
		}
		c.Lineage = c.Lineage.Merge(from.lineage)
		if !from.lineage.Public() {
			if err := r.ownMeasures(d, q, c); err != nil {
				return err
			}
			continue
		}
		for _, w := range from.warnings {
			c.Warn(w)
		}
		r.Measures = append(r.Measures, c)
	}
	return nil
}

func one(c *cube.Cube, err error) ([]*cube.Cube, error) { return []*cube.Cube{c}, err }

// schoolRows are the columns that a question needs, from the store.
type schoolRows struct {
	*Rows
	year *school.Category
	home []string // type of the area, empty where it is not known
}

func (q *schoolRows) codes(name string) *school.Category {
	switch name {
	case "":
		return nil
	case homeType:
		return school.NewCategory(q.home)
	}
	return school.NewCategory(q.Codes(name))
}

func (q *schoolRows) numbers(name string) []float64 {
	if name == "" {
		return nil
	}
	x, _ := q.Numbers(name)
	return x
}

func (q *schoolRows) variables(d SchoolDecl) (out []school.Variable) {
	for _, f := range d.Factor {
		out = append(out, school.Variable{Name: f.Column, Reference: f.Reference, Codes: q.codes(f.Column)})
	}
	for _, name := range d.Number {
		out = append(out, school.Variable{Name: name, Number: q.numbers(name)})
	}
	return out
}

func (r *Run) schoolRows(ctx context.Context, d SchoolDecl, from *loaded) (*schoolRows, error) {
	locateBy := r.Project.Records[d.From].Locate
	s := d.Salsa
	names := slices.Concat(d.Within, d.Number, sorted(d.Where), []string{d.School.Name, d.Stage, d.Group, d.Pupil, d.Result, d.Background, d.Outcome, d.By, d.Nearest, from.yearColumn, from.areaColumn,
		s.Unit, s.Pupils, s.Education, s.Boys, s.New, s.Coverage})
	for _, f := range d.Factor {
		names = append(names, f.Column)
	}
	if d.Kind == "choice" {
		names = append(names, locateBy.X, locateBy.Y)
	}
	rows, err := r.scanColumns(ctx, from, names, d.Where)
	if err != nil {
		return nil, err
	}
	if err := rows.keep(d.Where); err != nil {
		return nil, err
	}
	q := &schoolRows{Rows: rows, home: make([]string, rows.N)}
	years := make([]string, rows.N)
	for i := range years {
		years[i] = strconv.Itoa(from.year)
	}
	if from.yearColumn != "" {
		years = rows.Codes(from.yearColumn)
	}
	q.year = school.NewCategory(years)
	if r.types != nil {
		if err := r.homeTypes(q, from, years); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// homeTypes gives each row the type of the area it was placed in.
func (r *Run) homeTypes(q *schoolRows, from *loaded, years []string) error {
	parents, err := r.Geography.Parents(from.division, r.types.division)
	if err != nil {
		return nil // the records are placed in areas that no types can be had for; hometype is then not known
	}
	fine, err := r.Geography.Division(from.division)
	if err != nil {
		return err
	}
	coarse, err := r.Geography.Division(r.types.division)
	if err != nil {
		return err
	}
	up := map[string]string{}
	for i, p := range parents {
		if p >= 0 {
			up[fine.At(i).Code] = coarse.At(int(p)).Code
		}
	}
	for i, code := range q.Codes(from.areaColumn) {
		if from.codes != nil {
			code = from.codes[code]
		}
		if t, ok := r.types.of(years[i], up[code]); ok {
			q.home[i] = strconv.Itoa(t)
		}
	}
	return nil
}

func (r *Run) scanColumns(ctx context.Context, from *loaded, names []string, where map[string][]string) (*Rows, error) {
	var columns []record.Column
	for _, name := range names {
		if name != "" && name != homeType && !slices.ContainsFunc(columns, func(c record.Column) bool { return c.Name == name }) {
			columns = append(columns, record.Column{Name: name})
		}
	}
	have, err := from.db.Columns(ctx, from.table)
	if err != nil {
		return nil, err
	}
	rows, err := rowsOf(from.name, have, columns, func(names []string, sink func(*record.Batch) error) error {
		if from.db == r.engine {
			sink = atMost(MostHeld, from.name, sink)
		}
		return r.scan(ctx, from, names, where, sink)
	})
	if errors.Is(err, errNoRows) && len(where) > 0 {
		return nil, fmt.Errorf("%w, or none that has what is asked for under where", err)
	}
	return rows, err
}

// schoolPoints are the coordinates that records are placed by, in whole metres.
func schoolPoints(rows *Rows, l LocateDecl) (points []school.Point, known []bool) {
	x, _ := rows.Numbers(l.X)
	y, _ := rows.Numbers(l.Y)
	points, known = make([]school.Point, rows.N), make([]bool, rows.N)
	for i := range points {
		points[i], known[i] = inMetres(x[i], y[i], l)
	}
	return points, known
}

func (r *Run) schoolChoice(ctx context.Context, d SchoolDecl, q *schoolRows) ([]*cube.Cube, error) {
	places := r.loaded[d.Places]
	if !places.lineage.Public() {
		return nil, fmt.Errorf("the schools %s are not public", d.Places)
	}
	l := r.Project.Records[d.Places].Locate
	rows, err := r.scanColumns(ctx, places, []string{d.Code, d.Capacity, l.X, l.Y, places.yearColumn}, nil)
	if err != nil {
		return nil, err
	}
	c := school.Choice{ID: q.Codes(d.Pupil), Attends: q.codes(d.School.Name), Group: q.codes(d.Group), Member: d.Member, Year: q.year, Stage: q.codes(d.Stage)}
	if len(d.Within) == 1 {
		c.Kommun = q.codes(d.Within[0])
	}
	c.Home, c.HomeKnown = schoolPoints(q.Rows, r.Project.Records[d.From].Locate)
	at, known := schoolPoints(rows, l)
	years := make([]string, rows.N)
	if places.yearColumn != "" {
		years = rows.Codes(places.yearColumn)
	}
	capacity := make([]float64, rows.N)
	if d.Capacity != "" {
		capacity, _ = rows.Numbers(d.Capacity)
	}
	for i, code := range rows.Codes(d.Code) {
		p := school.Place{Code: code, At: at[i], AtKnown: known[i], Capacity: -1, Year: years[i]}
		if capacity[i] >= 0 {
			p.Capacity = int(capacity[i])
		}
		c.Schools = append(c.Schools, p)
	}
	out, err := school.ChoiceCube(c, school.ChoiceQuestion{Capacities: d.Capacity != "", Draws: d.Draws, Seed: d.Seed})
	if err != nil {
		return nil, err
	}
	out.Lineage = out.Lineage.Merge(places.lineage)
	return []*cube.Cube{out}, nil
}

func schoolModels(d SchoolDecl, q *schoolRows) ([]*cube.Cube, error) {
	results := school.Results{Result: q.numbers(d.Result), Background: q.numbers(d.Background), Others: q.variables(d), School: q.codes(d.School.Name), HomeType: q.codes(homeType), Year: q.year}
	if d.Kind == "gradient" {
		byYear, trend, err := school.GradientCubes(results)
		if err != nil || trend == nil {
			return []*cube.Cube{byYear}, err
		}
		return []*cube.Cube{byYear, trend}, nil
	}
	for _, name := range d.Within {
		results.Above = append(results.Above, school.Grouping{Name: name, Codes: q.codes(name)})
	}
	method := school.Method(d.Method)
	if method == "" {
		method = school.REML
	}
	cubes, err := school.MixedCubes(results, method)
	if err != nil {
		return nil, err
	}
	return []*cube.Cube{cubes.Variance, cubes.Coefficients, cubes.Effects}, nil
}

func schoolSALSA(d SchoolDecl, q *schoolRows) ([]*cube.Cube, error) {
	s := d.Salsa
	rule := school.SkolverketRule
	if s.LeastPupils != nil {
		rule.Pupils = *s.LeastPupils
	}
	if s.LeastCoverage != nil {
		rule.Coverage = *s.LeastCoverage
	}
	units, err := SALSAUnits(q.Rows, SALSAColumns{Unit: s.Unit, Pupils: s.Pupils, Education: s.Education, Boys: s.Boys, New: s.New, Coverage: s.Coverage, Outcome: d.Outcome, Percent: s.Percent})
	if err != nil {
		return nil, err
	}
	var fit *school.SALSAFit
	if m, ok := school.PublishedModel(s.Model); ok {
		fit = school.ApplySALSA(m, units, rule)
	} else if fit, err = school.FitSALSA(units, rule, true); err != nil {
		return nil, err
	}
	return one(school.SALSACube(fit, units, rule))
}

// SALSAColumns are the columns of a file of units.
type SALSAColumns struct {
	Unit, Pupils, Education, Boys, New, Coverage, Outcome string
	Percent                                               []string // of them, those written in percent
}

// SALSAUnits makes units of rows.
func SALSAUnits(rows *Rows, c SALSAColumns) ([]school.SALSAUnit, error) {
	units := make([]school.SALSAUnit, rows.N)
	codes := rows.Codes(c.Unit)
	for i := range units {
		units[i] = school.SALSAUnit{Code: codes[i]}
	}
	for _, column := range []struct {
		name  string
		share bool
		into  func(*school.SALSAUnit) *cube.Number
	}{
		{c.Pupils, false, func(u *school.SALSAUnit) *cube.Number { return &u.Pupils }},
		{c.Education, false, func(u *school.SALSAUnit) *cube.Number { return &u.Education }},
		{c.Boys, true, func(u *school.SALSAUnit) *cube.Number { return &u.Boys }},
		{c.New, true, func(u *school.SALSAUnit) *cube.Number { return &u.New }},
		{c.Coverage, true, func(u *school.SALSAUnit) *cube.Number { return &u.Coverage }},
		{c.Outcome, false, func(u *school.SALSAUnit) *cube.Number { return &u.Outcome }},
	} {
		if column.name == "" {
			continue
		}
		values, hidden := rows.Numbers(column.name)
		for i, v := range values {
			if hidden[i] && column.name != c.Coverage {
				units[i].Hidden = true
			}
			if math.IsNaN(v) {
				continue
			}
			if slices.Contains(c.Percent, column.name) {
				v /= 100
			}
			if column.name == c.Pupils && v < 0 {
				return nil, fmt.Errorf("row %d has a number of pupils below 0", i+1)
			}
			if column.share && (v < 0 || v > 1) {
				return nil, fmt.Errorf("row %d: %s is no share from 0 to 1; say that %s is in percent if it is", i+1, column.name, column.name)
			}
			*column.into(&units[i]) = cube.Num(v)
		}
	}
	return units, nil
}
