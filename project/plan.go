package project

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/store"
)

// A Plan is what a build would ask of the records, and where, before any of them is read.
type Plan struct {
	Engine string     `json:"engine,omitempty"` // the kind of the server, when there is one
	Steps  []PlanStep `json:"steps"`

	what string // the step that is being planned
}

// A PlanStep is one thing that would be done with records.
type PlanStep struct {
	What    string   `json:"what"` // records persons, table population
	Records string   `json:"records"`
	Where   string   `json:"where"`         // program, or the kind of the server
	How     string   `json:"how"`           // in words
	SQL     []string `json:"sql,omitempty"` // what is asked there, in order
	Rows    int64    `json:"rows"`          // about how many are read; -1 when nobody knows
	Cells   int64    `json:"cells"`         // no more than about so many come back; -1 when nobody knows
}

// inProgram is where the database inside the program is.
const inProgram = "program"

// errPlanned ends what would go on with the answer to a query that has been planned, and not asked.
var errPlanned = errors.New("planned")

// PlanBuild tells what a build would ask of the records. It reads the project file, the geography, catalogues and statistics, and no records.
func (p *Project) PlanBuild(ctx context.Context, opt Options) (*Plan, error) {
	r, err := p.start(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	r.plan = &Plan{}
	if err := r.readGeography(ctx); err != nil {
		return nil, err
	}
	if err := r.connect(ctx); err != nil {
		return nil, err
	}
	if r.engine != nil {
		r.plan.Engine = p.Engine.Kind
	}
	if p.Types != nil {
		id, err := area.ParseID(p.Types.Division)
		if err != nil {
			return nil, err
		}
		r.types = &types{division: id}
	}
	var all []error
	for _, name := range sorted(r.Records) {
		if err := r.planRecords(ctx, name, r.Records[name]); err != nil {
			all = append(all, fmt.Errorf("project: records %s: %w", name, err))
		}
	}
	if len(all) > 0 {
		return nil, errors.Join(all...)
	}
	return r.plan, r.planQuestions(ctx)
}

// planQuestions goes through what a build asks of the records.
func (r *Run) planQuestions(ctx context.Context) error {
	var all []error
	step := func(what string, ask func() error) {
		r.plan.what = what
		if err := ask(); err != nil && !errors.Is(err, errPlanned) {
			all = append(all, fmt.Errorf("project: %s: %w", what, err))
		}
	}
	seen := map[string]bool{}
	values := func(what, from string, c ComponentDecl) {
		for _, column := range []string{c.Count, c.Of, c.Percent} {
			once := fmt.Sprint(what, from, column, c.Where)
			if column != "" && !seen[once] {
				seen[once] = true
				step(what, func() error {
					_, err := r.values(ctx, from, c.Where, column, column, false)
					return err
				})
			}
		}
	}
	for _, x := range r.Project.Indices {
		what := "index " + x.Name
		for _, c := range []ComponentDecl{x.Components.LowEconomicStandard, x.Components.LowEducation, x.Components.AssistanceOrJobless, {Count: x.Population}} {
			values(what, x.From, c)
		}
		if p := x.Published; p != nil {
			values(what, cmp.Or(p.From, x.From), p.Index)
			values(what, cmp.Or(p.From, x.From), p.Type)
		}
	}
	if t := r.Project.Types; t != nil && t.Records != "" {
		values("types", t.Records, t.Value)
	}
	families, err := r.families()
	if err != nil {
		return err
	}
	for _, f := range families {
		var names []string
		for _, t := range f.tables {
			names = append(names, t.Name)
		}
		step("tables "+strings.Join(names, ", "), func() error {
			_, err := r.family(ctx, f)
			return err
		})
	}
	for _, d := range r.Project.Segregation {
		step("segregation "+d.Name, func() error { return r.segregation(ctx, d) })
	}
	for _, d := range r.Schools {
		switch {
		case d.Kind != "composition":
			step("schools "+d.Name, func() error { return r.school(ctx, d) })
		case d.Nearest != "":
			step("schools "+d.Name, func() error { return r.catchments(ctx, d) })
		}
	}
	for _, d := range r.Project.Targets {
		if d.Reach != nil && d.Reach.Table == "" {
			for _, kind := range d.Reach.By {
				step("target "+d.Name, func() error {
					_, _, _, err := r.needs(ctx, r.loaded[d.Reach.From], d.Reach, area.Kind(kind), nil)
					return err
				})
			}
		}
	}
	if a := r.Project.Assess; a != nil {
		kommuner, _ := r.Geography.Division(area.ID{Kind: area.Kommun})
		for _, x := range a.Processes {
			step("assess "+x.Name, func() error {
				_, err := r.personsOf(ctx, x.IndicatorDecl, kommuner)
				return err
			})
			if len(x.Neighbours) > 0 {
				t := r.Tables[slices.IndexFunc(r.Tables, func(t TableDecl) bool { return t.Name == x.Table })]
				step("assess "+x.Name, func() error {
					m := &measuring{Run: r, decl: x, table: t, from: r.loaded[t.From], persons: &persons{}}
					_, err := m.neighbours(ctx)
					return err
				})
			}
		}
	}
	return errors.Join(all...)
}

// ask counts a specification over the records; in a plan it tells how that would be done.
func (r *Run) ask(ctx context.Context, l *loaded, spec cube.Spec) (*cube.Cube, store.Account, error) {
	if r.plan == nil {
		return l.db.Cube(ctx, spec)
	}
	planned, err := l.db.Plan(ctx, spec)
	if err != nil {
		return nil, store.Account{}, err
	}
	s := PlanStep{What: r.plan.what, Records: l.name, Where: r.whereIs(l), How: "counted there; cells come back", Rows: planned.Rows, Cells: planned.Groups}
	if s.Rows < 0 {
		s.Rows = l.about
	}
	for _, query := range []string{planned.Survey, planned.Count} {
		if query != "" {
			s.SQL = append(s.SQL, query)
		}
	}
	members := int64(1)
	for _, d := range spec.Dims {
		n := int64(len(d.Members))
		if d.Unknown != "" && n > 0 {
			n++
		}
		if members *= n; members > 1<<40 { // a dimension without declared members has as many as there are values
			members = 0
		}
	}
	for _, bound := range []int64{members, s.Rows} {
		if bound > 0 && (s.Cells < 0 || bound < s.Cells) {
			s.Cells = bound
		}
	}
	r.plan.Steps = append(r.plan.Steps, s)
	return nil, store.Account{}, errPlanned
}

// scan reads columns of the records; in a plan it tells how that would be done. Rows that have another value in a column than those of where need not come, but may.
func (r *Run) scan(ctx context.Context, l *loaded, columns []string, where map[string][]string, sink func(*record.Batch) error) error {
	var conditions []cube.Condition
	for _, name := range sorted(where) {
		at := slices.IndexFunc(l.columns, func(v record.Vector) bool { return v.Name == name })
		if at >= 0 && l.db == r.engine && (l.columns[at].Type == record.Text || l.columns[at].Type == record.Int) { // other types have more than one way to be written
			conditions = append(conditions, cube.Condition{Column: name, In: where[name]})
		}
	}
	if r.plan == nil {
		return l.db.Scan(ctx, l.table, columns, sink, conditions...)
	}
	var once []string
	for _, c := range columns {
		if !slices.Contains(once, c) {
			once = append(once, c)
		}
	}
	s := PlanStep{What: r.plan.what, Records: l.name, Where: r.whereIs(l), How: "rows of " + strings.Join(once, ", ") + " are read: the method needs them one by one", Rows: l.about, Cells: l.about}
	if l.db == r.engine {
		if err := l.db.Scan(ctx, l.table, columns, sink, conditions...); err != nil { // the server is connected to for a plan
			return err
		}
		s.SQL = l.db.Asked()
	}
	r.plan.Steps = append(r.plan.Steps, s)
	return errPlanned
}

func (r *Run) whereIs(l *loaded) string {
	if l.db == r.engine {
		return r.Engine.Kind
	}
	return inProgram
}

// planRecords tells how records would be taken in, and names their table so that questions can be planned on it.
func (r *Run) planRecords(ctx context.Context, name string, decl RecordsDecl) error {
	id, err := area.ParseID(decl.Locate.Division)
	if err != nil {
		return err
	}
	div, err := r.Geography.Division(id)
	if err != nil {
		return err
	}
	if decl.Table != "" {
		decl.File = decl.Table
	}
	l := &loaded{name: name, db: r.db, table: "records_" + name, division: id, areaColumn: areaColumn, yearColumn: decl.YearColumn, year: decl.Year, about: -1,
		lineage: cube.Lineage{Sources: []cube.Source{{Name: decl.File, Public: r.public(name)}}}}
	if l.columns, err = decl.Read.Schema(); err != nil {
		return err
	}
	r.loaded[name] = l
	l.keyed = r.Project.Policy.cellKey() != nil && decl.Person != "" && !r.public(name)
	r.plan.what = "records " + name
	switch {
	case decl.Table != "" && !l.keyed:
		return r.planTable(ctx, decl, l, div)
	case decl.Table != "":
		account := &Account{}
		if err := r.use(ctx, "rows_"+name, decl, account); err != nil {
			return err
		}
		if l.about, err = r.engine.Rows(ctx, "rows_"+name); err != nil {
			return err
		}
		var names []string
		for _, c := range l.columns {
			names = append(names, c.Name)
		}
		if err := r.engine.Scan(ctx, "rows_"+name, names, nil); err != nil {
			return err
		}
		r.plan.Steps = append(r.plan.Steps, PlanStep{What: r.plan.what, Records: name, Where: r.Engine.Kind, Rows: l.about, Cells: l.about, SQL: r.engine.Asked(),
			How: "all rows are read into the database in the program: the policy's cell keys are made from who each row is about"})
	default:
		if l.about, err = r.aboutRows(ctx, name, decl); err != nil {
			return err
		}
		how := "read row by row, placed, and kept in the database in the program"
		if decl.parquet() {
			how = "read by the database in the program, and placed"
		}
		r.plan.Steps = append(r.plan.Steps, PlanStep{What: r.plan.what, Records: name, Where: inProgram, How: how, Rows: l.about, Cells: l.about})
	}
	l.columns = append(slices.Clone(l.columns), record.Vector{Name: areaColumn, Type: record.Text})
	for _, a := range decl.Also {
		l.columns = append(l.columns, record.Vector{Name: a.Column, Type: record.Text})
	}
	if l.keyed {
		l.columns = append(l.columns, r.keyColumns(l.name)...)
	}
	empty, err := r.db.Create(ctx, l.table, l.columns)
	if err != nil {
		return err
	}
	_, err = empty.Close()
	return err
}

// planTable plans what serve does.
func (r *Run) planTable(ctx context.Context, decl RecordsDecl, l *loaded, div *area.Division) error {
	l.db = r.engine
	account := &Account{}
	if err := r.use(ctx, l.table, decl, account); err != nil {
		return err
	}
	var err error
	if l.about, err = r.engine.Rows(ctx, l.table); err != nil {
		return err
	}
	s := PlanStep{What: r.plan.what, Records: l.name, Where: r.Engine.Kind, Rows: l.about, Cells: -1}
	if decl.Locate.Code != "" {
		s.How = "stays on the server; the codes in " + decl.Locate.Code + " are counted there and placed here"
		err = r.placeCodes(ctx, decl, l, account, div)
		for i := range div.Len() {
			l.codes[div.At(i).Code] = div.At(i).Code // no row has been read that could tell which there are
		}
	} else {
		place := decl.placedBy(r)
		s.How = "stays on the server; the different values of " + strings.Join(place, ", ") + " are read once, placed here, and written back as a small table that is joined to the rows"
		err = r.derive(ctx, decl, l, place, nil, nil)
	}
	if err != nil && !errors.Is(err, errPlanned) {
		return err
	}
	s.SQL = r.engine.Asked()
	if last := len(r.plan.Steps) - 1; errors.Is(err, errPlanned) { // the count of codes
		s.SQL, s.Cells = append(s.SQL, r.plan.Steps[last].SQL...), r.plan.Steps[last].Cells
		r.plan.Steps = r.plan.Steps[:last]
	}
	r.plan.Steps = append(r.plan.Steps, s)
	return nil
}

// aboutRows is about how many rows a file has, from its first mebibyte; a Parquet file says it itself. It is -1 where neither tells.
func (r *Run) aboutRows(ctx context.Context, name string, decl RecordsDecl) (int64, error) {
	if decl.Synthetic != nil {
		return int64(decl.Synthetic.Pupils), nil
	}
	path, err := r.file(decl.File)
	if err != nil {
		return 0, err
	}
	if decl.parquet() {
		table := "file_" + name
		if err := r.attachFile(ctx, table, path, decl); err != nil {
			return 0, err
		}
		_, account, err := r.db.Cube(ctx, cube.Spec{Name: name, From: table, Measures: []cube.SpecMeasure{{Measure: cube.Measure{Name: "N", Kind: cube.Count}}}})
		return account.In, err
	}
	if ext := strings.ToLower(filepath.Ext(path)); ext == ".xlsx" || ext == ".json" || ext == ".px" {
		return -1, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	head := make([]byte, 1<<20)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return 0, err
	}
	lines := int64(bytes.Count(head[:n], []byte{'\n'}))
	if n > 0 {
		lines = lines * info.Size() / int64(n)
	}
	return lines * perRow(decl), nil
}
