package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// Reason is why a row is not in a cube.
type Reason string

// The reasons.
const (
	MissingValue     Reason = "missing-value"     // a column that decides the dimension is missing
	UnknownValue     Reason = "unknown-value"     // the value has no member
	MissingCondition Reason = "missing-condition" // a column of Where is missing, so that nobody can tell whether the row belongs
)

// A Residual is a number of rows that share a fate. A row that fails in several dimensions is counted once, in the first of them.
type Residual struct {
	Dimension string // empty for MissingCondition
	Reason    Reason
	Rows      int64
}

// An Account tells where every row went: In = Counted + Excluded + the sum of Residual.
type Account struct {
	In       int64      // rows of the table
	Excluded int64      // rows that Where keeps out
	Counted  int64      // rows in the cube
	Residual []Residual // rows that should perhaps have been in the cube, in the order of the dimensions
	Unknown  []Residual // how many of Counted stand under a dimension's member for unknown values; a row may be here for several dimensions
}

// Left is the number of rows in Residual.
func (a Account) Left() int64 {
	var n int64
	for _, r := range a.Residual {
		n += r.Rows
	}
	return n
}

// Explain gives the SQL that Cube would run. It reads a table that was not loaded once, to learn the facts of its float columns.
func (db *DB) Explain(ctx context.Context, spec cube.Spec) (Query, error) {
	var q Query
	err := db.snapshot(ctx, func(s *session) error {
		c, err := s.compile(ctx, spec)
		q = c.Query
		return err
	})
	return q, err
}

// Cube counts the records of spec.From as spec says, and accounts for every row.
//
// A count is a count of rows, or the sum of a column that holds counts; its base is itself. A sum has as its base the number of rows with a value. Rows
// where the summed column is missing (or not a finite number) don't enter the sum: a cell where all are missing is not available, and when
// only some are, the cell is the sum of the known ones, its base tells how many they are, and the cube carries the warning "partly-missing". The ends of an interval
// are summed likewise; a row without interval stands with its value at both ends.
//
// Rows that have no member for a dimension go to the member SpecDim.Unknown, put last when it is not among the members, or, without one, to the
// account's Residual. The code [cube.Total] in a record is an unknown value unless the members declare it. Members that are
// the values that occur are sorted as text, or by number when the column is int.
//
// Numbers of at most four decimals are added as decimals, others as the doubles they are; either way the sum is rounded once. The same records give the
// same cube, to the last bit, whatever the order of rows and number of threads.
func (db *DB) Cube(ctx context.Context, spec cube.Spec) (*cube.Cube, Account, error) {
	var out *cube.Cube
	var account Account
	err := db.snapshot(ctx, func(s *session) error {
		c, err := s.compile(ctx, spec)
		if err != nil {
			return err
		}
		for {
			cells := newCells(c.plan)
			if err := s.stream(ctx, c.Count, c.plan.result(), cells.add); err != nil {
				return fmt.Errorf("store: specification %s: %w", spec.Name, err)
			}
			out, account, err = c.assemble(cells)
			if !errors.Is(err, errCrowded) {
				if err == nil && c.unsurveyed {
					s.learn(spec.From, account.In, nil)
				}
				return err
			}
			for i := range c.plan.measures {
				c.plan.measures[i].plain = false
			}
			c.Count = c.plan.count()
		}
	})
	if err != nil {
		return nil, Account{}, err
	}
	return out, account, nil
}

// errCrowded tells that a cell has too many rows for sums in the engine's own way.
var errCrowded = errors.New("store: too many rows in a cell for a plain sum")

// compiled is a plan and what the survey told.
type compiled struct {
	Query
	plan          *plan
	in, undecided int64
	unsurveyed    bool // in is not known; since there are no conditions, it is as many as come
}

// A Planned is what Cube would do, before anything is read.
type Planned struct {
	Query        // the counts are written for sums that need no care; the survey may find that they do, and they are then asked for as whole numbers
	Rows   int64 // of the table, about; -1 when nobody knows
	Groups int64 // of rows that are alike in all columns of the dimensions, about: no more than so many cells come back; -1 when nobody knows
}

// Plan tells what Cube would do, from catalogues and the engine's statistics alone.
func (db *DB) Plan(ctx context.Context, spec cube.Spec) (Planned, error) {
	out := Planned{Rows: -1, Groups: -1}
	err := db.snapshot(ctx, func(s *session) error {
		p, err := s.plan(ctx, spec)
		if err != nil {
			return err
		}
		c := &compiled{plan: p}
		if !c.settle(len(p.toSurvey())) {
			out.Survey = p.survey()
		}
		p.suppose()
		out.Count = p.count()
		e, ok := db.engine.(serving)
		if !ok {
			return nil
		}
		if out.Rows, err = e.estimate(ctx, s, "SELECT 1 FROM "+p.from+" AS t"); err != nil || p.joins != "" { // no estimate is made on tables that are yet to be written
			return err
		}
		keys := make([]string, len(p.keys))
		for i, name := range p.keys {
			keys[i] = p.row(name)
		}
		if out.Groups = 1; len(keys) > 0 {
			out.Groups, err = e.estimate(ctx, s, "SELECT 1 FROM "+p.rows(p.where)+" GROUP BY "+strings.Join(keys, ", "))
		}
		return err
	})
	return out, err
}

// plan checks the Spec against what there is.
func (s *session) plan(ctx context.Context, spec cube.Spec) (*plan, error) {
	from, err := s.find(ctx, spec.From)
	if err != nil {
		return nil, err
	}
	lookups, err := s.db.engine.lookups(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("store: lookups: %w", err)
	}
	return newPlan(s.db.engine, spec, schema{from, lookups})
}

// compile plans the Spec and runs its survey.
func (s *session) compile(ctx context.Context, spec cube.Spec) (*compiled, error) {
	p, err := s.plan(ctx, spec)
	if err != nil {
		return nil, err
	}
	c := &compiled{plan: p}
	surveyed := p.toSurvey()
	result := []record.Vector{{Type: record.Int}, {Type: record.Int}}
	for _, m := range surveyed {
		for range m.columns() {
			result = append(result, record.Vector{Type: record.Float}, record.Vector{Type: record.Int}, record.Vector{Type: record.Int})
		}
	}
	if c.settle(len(surveyed)) {
		p.choose(c.in)
		c.Count = p.count()
		return c, nil
	}
	c.Survey = p.survey()
	learned := map[string]*facts{}
	survey := func() error {
		return s.stream(ctx, c.Survey, result, func(b *record.Batch) error {
			c.in, c.undecided = b.Columns[0].Int[0], b.Columns[1].Int[0]
			found := b.Columns[2:]
			for _, m := range surveyed {
				m.facts = &facts{}
				for i, name := range m.columns() {
					f := facts{missing: c.in - found[2].Int[0], odd: p.guarded, greatest: found[0].Float[0], decimals: int(found[1].Int[0])}
					if m.Times == "" && m.types[i] == record.Float {
						learned[name] = &f
					}
					*m.facts = m.facts.join(f)
					found = found[3:]
				}
				p.guarded = p.guarded || math.IsNaN(m.facts.greatest) || math.IsInf(m.facts.greatest, 0)
			}
			return nil
		})
	}
	guarded := p.guarded
	if err = survey(); err == nil && p.guarded && !guarded {
		for _, m := range surveyed {
			m.facts = nil
		}
		c.Survey = p.survey()
		err = survey()
	}
	if err != nil {
		return nil, fmt.Errorf("store: specification %s: %w", spec.Name, err)
	}
	s.learn(spec.From, c.in, learned)
	p.choose(c.in)
	c.Count = p.count()
	return c, nil
}

// toSurvey are the measures of which facts are wanted.
func (p *plan) toSurvey() (out []*planMeasure) {
	for i := range p.measures {
		if m := &p.measures[i]; m.float && m.facts == nil {
			out = append(out, m)
		}
	}
	return out
}

// settle tells whether no survey is needed: the cells tell how many rows there are, or it is known, as are the facts.
func (c *compiled) settle(toSurvey int) bool {
	undecided, err := strconv.ParseInt(c.plan.undecided(), 10, 64)
	if toSurvey > 0 || err != nil || !c.plan.costly {
		return false
	}
	c.undecided = undecided
	switch {
	case c.plan.n != nil:
		c.in = *c.plan.n
	case c.plan.where == "":
		c.unsurveyed = true
	default:
		return false
	}
	return true
}

// learn keeps what has been found out about a table of a server, while it can't change.
func (s *session) learn(table string, rows int64, columns map[string]*facts) {
	if e, ok := s.db.engine.(serving); ok && e.steady() {
		e.shared().learned(table, rows, columns)
	}
}

// assemble makes the cube and the account of the cells that the engine returned.
func (c *compiled) assemble(cells *cells) (*cube.Cube, Account, error) {
	p := c.plan
	r := newResult(p, cells.kept)
	b := cube.NewBuilder(p.spec.Name, r.dims, r.measures)
	account := Account{In: c.in}
	unknown := make([]fate, len(p.dims))
	partly := make([]int64, len(p.measures))
	at, out := make([]int32, len(p.dims)), make([]cube.Cell, len(p.measures))
	for row, n := range r.rows {
		account.Counted += n
		for d := range at {
			at[d] = r.position[d](row)
			if r.lost[d] != nil {
				unknown[d].add(r.missing[d][row], r.lost[d][row])
			}
		}
		columns := reader{r.sums, row}
		for m, measure := range p.measures {
			var without int64
			var err error
			if out[m], without, err = measure.cell(&columns, n); err != nil {
				return nil, Account{}, err
			}
			partly[m] += without
		}
		b.Add(at, out...)
	}
	passed := account.Counted
	for d, dim := range p.dims {
		passed += cells.left[d].missing + cells.left[d].unknown
		account.Residual = append(account.Residual, cells.left[d].residual(dim.Name)...)
		account.Unknown = append(account.Unknown, unknown[d].residual(dim.Name)...)
	}
	if c.undecided > 0 {
		account.Residual = append(account.Residual, Residual{"", MissingCondition, c.undecided})
	}
	if c.unsurveyed {
		c.in, account.In = passed, passed
	}
	account.Excluded = c.in - c.undecided - passed
	if account.Excluded < 0 || p.where == "" && account.Excluded != 0 {
		return nil, Account{}, p.bad("%d rows went in and %d came out; has %s changed meanwhile?", c.in, passed, p.spec.From)
	}
	result, err := b.Cube()
	if err != nil {
		return nil, Account{}, p.bad("%w", err)
	}
	result.Lineage.Steps = []string{fmt.Sprintf("%s: counted from the records %s%s", p.spec.Name, p.spec.From, conditions(p.spec.Where))}
	for m, without := range partly {
		if without > 0 {
			name := p.measures[m].Name
			result.Warn(cube.Warning{Code: "partly-missing", Text: cube.Text{
				SV: fmt.Sprintf("%s: %d av %d rader saknar värde och ingår inte i summan.", name, without, account.Counted),
				EN: fmt.Sprintf("%s: %d of %d rows lack a value and are not in the sum.", name, without, account.Counted)}})
		}
	}
	return result, account, nil
}

// A fate counts rows that have no member.
type fate struct{ missing, unknown int64 }

// add adds rows that have no member, of which some have no value either.
func (f *fate) add(missing, all int64) {
	f.missing += missing
	f.unknown += all - missing
}

func (f fate) residual(dim string) (list []Residual) {
	if f.missing > 0 {
		list = append(list, Residual{dim, MissingValue, f.missing})
	}
	if f.unknown > 0 {
		list = append(list, Residual{dim, UnknownValue, f.unknown})
	}
	return list
}

// cells are what the query for the cells returns: one row for each combination of members, kept, and any number of rows that lack a member,
// of which only the count of records is kept.
type cells struct {
	plan *plan
	kept *record.Batch
	left []fate // by the first dimension without a member
}

func newCells(p *plan) *cells {
	return &cells{p, newBatch(p.result()), make([]fate, len(p.dims))}
}

func (c *cells) add(b *record.Batch) error {
	n := len(c.plan.dims)
	for row := range b.N {
		first := slices.IndexFunc(b.Columns[:n], func(v record.Vector) bool { return v.State[row] != record.Present })
		if first >= 0 {
			c.left[first].add(b.Columns[n+1+first].Int[row], b.Columns[n].Int[row])
			continue
		}
		c.kept.N++
		for i := range b.Columns {
			to, from := &c.kept.Columns[i], &b.Columns[i]
			switch to.Type {
			case record.Text:
				to.Text = append(to.Text, from.Text[row])
			case record.Float:
				to.Float = append(to.Float, from.Float[row])
			default:
				to.Int = append(to.Int, from.Int[row])
			}
		}
	}
	return nil
}

// result is the kept cells, taken apart. Slices are by row.
type result struct {
	dims     []cube.Dimension
	measures []cube.Measure
	position []func(row int) int32 // per dimension: the member
	rows     []int64               // how many records
	missing  [][]int64             // per dimension: how many of them have no value
	lost     [][]int64             // per dimension with a member Unknown: how many are there for want of a member of their own
	sums     []record.Vector       // of the measures
}

func newResult(p *plan, kept *record.Batch) *result {
	r := &result{}
	columns := kept.Columns
	next := func() *record.Vector {
		c := &columns[0]
		columns = columns[1:]
		return c
	}
	for _, dim := range p.dims {
		d := dim.Dimension
		var position func(int) int32
		d.Members, position = dim.place(next())
		r.dims, r.position = append(r.dims, d), append(r.position, position)
	}
	r.rows = next().Int
	for range p.dims {
		r.missing = append(r.missing, next().Int)
	}
	for _, dim := range p.dims {
		var lost []int64
		if dim.Unknown != "" {
			lost = next().Int
		}
		r.lost = append(r.lost, lost)
	}
	r.sums = columns
	for _, m := range p.measures {
		r.measures = append(r.measures, m.Measure)
	}
	return r
}

// place gives the members of a dimension, and each row's position among them.
func (dim planDim) place(v *record.Vector) ([]cube.Member, func(row int) int32) {
	if len(dim.members) > 0 {
		return dim.members, func(row int) int32 { return int32(v.Int[row]) }
	}
	index := map[string]int32{}
	var codes []string
	for _, code := range v.Text {
		unknown := dim.Unknown != "" && code == dim.Unknown // comes last
		if _, ok := index[code]; !ok && !unknown {
			index[code] = 0
			codes = append(codes, code)
		}
	}
	if dim.Lookup == "" && dim.types[0] == record.Int {
		slices.SortFunc(codes, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	} else {
		slices.Sort(codes)
	}
	members := make([]cube.Member, len(codes))
	for i, code := range codes {
		index[code], members[i] = int32(i), cube.Member{Code: code, Label: cube.Same(code)}
	}
	if dim.Unknown != "" {
		index[dim.Unknown] = int32(len(members))
		members = append(members, cube.Member{Code: dim.Unknown, Label: unknownLabel})
	}
	return members, func(row int) int32 { return index[v.Text[row]] }
}

// number is an integer that the engine wrote as text.
func number(s string) int64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return n
}

// reader takes one row's columns in turn.
type reader struct {
	columns []record.Vector
	row     int
}

func (r *reader) next() int64 {
	v := r.columns[0].Int[r.row]
	r.columns = r.columns[1:]
	return v
}

func (r *reader) double() float64 {
	v := r.columns[0].Float[r.row]
	r.columns = r.columns[1:]
	return v
}

// integer is high·2⁶³ + low.
func (r *reader) integer() *big.Int {
	high, low := r.next(), r.next()
	v := big.NewInt(high)
	return v.Add(v.Lsh(v, 63), big.NewInt(low))
}

// cell reads one measure's cell of n rows, and how many of them have no value.
func (m planMeasure) cell(r *reader, n int64) (c cube.Cell, without int64, err error) {
	columns := m.columns()
	if len(columns) == 0 {
		c = cube.KnownCell(float64(n))
		c.Base = cube.Num(float64(n))
		return c, 0, nil
	}
	known := r.next()
	var intervals int64
	if len(columns) > 1 {
		intervals = r.next()
	}
	if m.plain && known > m.facts.plainRows() {
		return c, 0, errCrowded
	}
	sums := make([]float64, len(columns))
	for i := range sums {
		if m.plain {
			sums[i] = m.facts.scale().nearest(r.double())
			continue
		}
		parts := make([]*big.Int, m.limbs())
		for l := range parts {
			parts[l] = r.integer()
		}
		if m.float {
			sums[i] = m.facts.scale().sum(parts)
		} else {
			sums[i], _ = new(big.Float).SetInt(parts[0]).Float64()
		}
	}
	if n > 0 && known == 0 {
		if m.Kind == cube.Sum {
			c.Base = cube.Num(0)
		}
		return c, n, nil
	}
	c = cube.KnownCell(sums[0])
	c.Base = cube.Num(float64(known))
	if m.Kind == cube.Count {
		c.Base = cube.Num(sums[0])
	}
	if intervals > 0 {
		c.Lo, c.Hi = cube.Num(sums[1]), cube.Num(sums[2])
	}
	return c, n - known, nil
}

// conditions tells which of the records are counted, when not all are.
func conditions(where []cube.Condition) string {
	text := ""
	for i, c := range where {
		text += [...]string{", those with ", " and "}[min(i, 1)] + c.Column + " in " + strings.Join(c.In, ", ")
	}
	return text
}
