package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/store"
)

// EngineDecl declares the database server that records are tables of.
type EngineDecl struct {
	Kind     string     `yaml:"kind"`     // postgres, and so on
	Address  string     `yaml:"address"`  // postgres://user@host/database; the environment variable SKIKT_ENGINE_ADDRESS goes before it
	Password SecretDecl `yaml:"password"` // never in this file
	CA       string     `yaml:"ca"`       // file with the certificates of the authorities to trust
	Insecure string     `yaml:"insecure"` // why the connection needs no TLS; without it, all but loopback has a certificate that is checked
	Timeout  string     `yaml:"timeout"`  // of one query, such as 30m
}

// SecretDecl says where a secret is.
type SecretDecl struct {
	Env  string `yaml:"env"`  // environment variable, or
	File string `yaml:"file"` // file
}

// addressVariable names the address of the engine in place of engine.address.
const addressVariable = "SKIKT_ENGINE_ADDRESS"

// server is the declared server, with its secret.
func (p *Project) server() (store.Server, error) {
	d := p.Engine
	s := store.Server{Kind: d.Kind, Address: cmp.Or(os.Getenv(addressVariable), d.Address), Insecure: d.Insecure != "", Run: p.Name}
	if d.CA != "" {
		s.CA = p.beside(d.CA)
	}
	if d.Timeout != "" {
		var err error
		if s.Timeout, err = time.ParseDuration(d.Timeout); err != nil {
			return s, fmt.Errorf("timeout: %q is no time such as 30m", d.Timeout)
		}
	}
	switch {
	case d.Password.Env != "" && d.Password.File != "":
		return s, errors.New("password: name an environment variable or a file, not both")
	case d.Password.Env != "":
		s.Password = os.Getenv(d.Password.Env)
		if s.Password == "" {
			return s, fmt.Errorf("password: the environment variable %s is empty", d.Password.Env)
		}
	case d.Password.File != "":
		secret, err := os.ReadFile(p.beside(d.Password.File))
		if err != nil {
			return s, fmt.Errorf("password: %w", err)
		}
		s.Password = strings.TrimRight(string(secret), "\r\n")
	}
	return s, nil
}

// beside is the place of a file that goes with the project file.
func (p *Project) beside(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(p.Dir, name)
}

func (p *Project) validateEngine(say complain) {
	d := p.Engine
	tables := slices.ContainsFunc(sorted(p.Records), func(name string) bool { return p.Records[name].Table != "" })
	switch {
	case d == nil && tables:
		say("records", "some are tables on a server, and no engine is declared: say its kind and address under engine")
	case d == nil:
	case d.Password.Env != "" && d.Password.File != "":
		say("engine.password", "name an environment variable or a file, not both")
	default:
		s := store.Server{Kind: d.Kind, Address: cmp.Or(os.Getenv(addressVariable), d.Address)}
		if _, err := s.Check(); err != nil {
			say("engine", "%w", err)
		}
		if _, err := time.ParseDuration(cmp.Or(d.Timeout, "0s")); err != nil {
			say("engine.timeout", "%q is no time such as 30m", d.Timeout)
		}
	}
}

// validateTableOf looks for what can't be asked of a table on a server.
func (r *RecordsDecl) validateTableOf(say complain) {
	switch {
	case r.File != "" || r.Synthetic != nil:
		say("table", "records are a file or a table, not both")
	case r.Read.Melt != nil:
		say("read.melt", "melt is for files people lay out; let a view on the server have a row for each value")
	case len(r.Read.Missing) > 0:
		say("read.missing", "signs for missing values belong to files; on a server a missing value is NULL: let a view turn them into it")
	}
	for i, c := range r.Read.Columns {
		if len(c.Missing) > 0 || c.Fill || c.Header != "" || c.At != "" || c.Start != 0 {
			say(fmt.Sprintf("read.columns[%d]", i), "%s: header, at, start, missing and fill are for files; a column of a table has its name", c.Name)
		}
	}
}

// connect opens the declared server, when some records are tables there.
func (r *Run) connect(ctx context.Context) error {
	if r.engine != nil || !slices.ContainsFunc(sorted(r.Records), func(name string) bool { return r.Records[name].Table != "" }) {
		return nil
	}
	s, err := r.server()
	if err != nil {
		return fmt.Errorf("project: engine: %w", err)
	}
	s.Run += fmt.Sprintf(" %06x", rand.Uint32N(1<<24)) // tells runs apart on the server, and is in no result
	s.Dry = r.plan != nil
	s.Progress, s.Tell = func(done, total int64) { r.opt.step("ask "+s.Kind, done, total) }, r.opt.Tell
	if r.engine, err = store.Connect(ctx, s); err != nil {
		return fmt.Errorf("project: engine: %w", err)
	}
	return nil
}

// use names the table of records on the server, and accounts for the rows that break a declared rule.
func (r *Run) use(ctx context.Context, name string, decl RecordsDecl, account *Account) error {
	columns, err := decl.Read.Schema()
	if err != nil {
		return err
	}
	rules, err := rulesOf(decl)
	if err != nil {
		return err
	}
	used, err := r.engine.Use(ctx, name, decl.Table, columns, rules...)
	if err != nil {
		return err
	}
	account.Read = &record.Report{File: decl.Table, Format: r.Engine.Kind}
	for i, n := range used.Broken {
		if n > 0 {
			if account.Read.ByRule == nil {
				account.Read.ByRule = map[string]int64{}
			}
			account.Read.Bad += n
			account.Read.AllProblems += n
			account.Read.ByRule[rules[i].Name] += n
			account.Read.Problems = append(account.Read.Problems, record.Problem{File: decl.Table, Name: rules[i].Column, Rule: rules[i].Name,
				Text: fmt.Sprintf("column %s: %d rows break the rule", rules[i].Column, n)})
		}
	}
	if len(decl.Unique) > 0 {
		again, err := r.engine.Twice(ctx, name, decl.Unique)
		if err != nil {
			return err
		}
		if again > 0 {
			return fmt.Errorf("%s: %d rows have the same %s as another; a row twice would be counted twice, so mend the table", decl.Table, again, strings.Join(decl.Unique, ", "))
		}
	}
	return nil
}

// rulesOf are the declared rules of the columns, in the order in which package record tries them.
func rulesOf(decl RecordsDecl) (rules []store.Rule, err error) {
	for _, c := range decl.Read.Columns {
		if c.Required {
			rules = append(rules, store.Rule{Column: c.Name, Name: "required", Required: true})
		}
		if c.Min != nil || c.Max != nil {
			rules = append(rules, store.Rule{Column: c.Name, Name: "range", Min: c.Min, Max: c.Max})
		}
		if len(c.Values) > 0 {
			rules = append(rules, store.Rule{Column: c.Name, Name: "value", In: c.Values})
		}
		if c.Pattern != "" {
			match, err := regexp.Compile(c.Pattern)
			if err != nil {
				return nil, err
			}
			rules = append(rules, store.Rule{Column: c.Name, Name: "pattern", Match: match})
		}
	}
	return rules, nil
}

// MostHeld is how many values (rows times columns) of a table on a server are taken into memory for a method that needs its rows one by one: about a gigabyte. Thirty years of all pupils in
// a year group, with a dozen columns, are fewer.
const MostHeld = 50_000_000

// atMost takes rows on until there would be too many values.
func atMost(most int64, table string, sink func(*record.Batch) error) func(*record.Batch) error {
	var rows, values int64
	return func(b *record.Batch) error {
		rows += int64(b.N)
		if values += int64(b.N) * int64(len(b.Columns)); values > most {
			return fmt.Errorf("the method needs the rows of %s one by one in memory, and takes no more than %d values: %d rows of %d columns are too many; ask for fewer under where, let a view on the server have fewer, "+
				"or draw a sample there", table, most, rows, len(b.Columns))
		}
		return sink(b)
	}
}

// outcomeColumn is the column that tells how a row of a server was placed.
const outcomeColumn = "skikt_outcome"

// serve takes a table of the server as the records, where it is: nothing is copied. Codes of areas are placed as those of a Parquet file are. Coordinates, keys and names may have very many
// values: the different ones are placed, and a small table of where they are is joined to the rows.
func (r *Run) serve(ctx context.Context, decl RecordsDecl, l *loaded, account *Account, div *area.Division, place placer) error {
	l.db = r.engine
	if err := r.use(ctx, l.table, decl, account); err != nil {
		return err
	}
	if decl.Locate.Code != "" {
		return r.placeCodes(ctx, decl, l, account, div)
	}
	keys := decl.placedBy(r)
	if err := r.derive(ctx, decl, l, keys, div, place); err != nil {
		return err
	}
	// What becomes of a row that lacks a key.
	without, err := place(lacking(l.columns, keys))
	if err != nil {
		return err
	}
	return r.accountBy(ctx, decl, l, account, outcomeColumn, func(name, _ string) locate.Place {
		for _, o := range locate.Outcomes() {
			if o.Name == name {
				return locate.Place{Outcome: o.Outcome}
			}
		}
		return without[0]
	})
}

// placedBy are the columns that decide where a row is.
func (d *RecordsDecl) placedBy(r *Run) []string {
	keys := []string{cmp.Or(d.Locate.X, d.Locate.Key, d.Locate.Name)}
	if d.Locate.X != "" {
		keys = append(keys, d.Locate.Y)
	}
	years := func(a AlsoDecl) bool { return a.Nearest != "" && r.Records[a.Nearest].YearColumn != "" }
	if d.YearColumn != "" && slices.ContainsFunc(d.Also, years) {
		keys = append(keys, d.YearColumn)
	}
	return keys
}

// derive gives the table of the server the columns that tell where its rows are.
func (r *Run) derive(ctx context.Context, decl RecordsDecl, l *loaded, keys []string, div *area.Division, place placer) error {
	derived := []record.Vector{{Name: areaColumn, Type: record.Text}, {Name: outcomeColumn, Type: record.Text}}
	further := make([]func(*record.Batch) (record.Vector, error), len(decl.Also))
	for i, a := range decl.Also {
		derived = append(derived, record.Vector{Name: a.Column, Type: record.Text})
		if r.plan != nil {
			continue
		}
		var err error
		if further[i], err = r.also(ctx, decl, a); err != nil {
			return err
		}
	}
	l.columns = append(slices.Clone(l.columns), derived...)
	step := "place " + decl.Table
	placed := int64(0)
	_, err := r.engine.Derive(ctx, l.table, keys, derived, func(b *record.Batch) ([]record.Vector, error) {
		b.Line = make([]int, b.N) // rows of a table have no place that could be told
		places, err := place(b)
		if err != nil {
			return nil, err
		}
		out := []record.Vector{codes(places, div, areaColumn), outcomes(places)}
		for _, f := range further {
			v, err := f(b)
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		placed += int64(b.N)
		r.opt.step(step, placed, -1)
		return out, nil
	})
	return err
}

// outcomes is a column of how rows were placed.
func outcomes(places []locate.Place) record.Vector {
	v := record.Vector{Name: outcomeColumn, Type: record.Text, Text: make([]string, len(places)), State: make([]record.State, len(places))}
	for i, p := range places {
		v.Text[i] = p.Outcome.String()
	}
	return v
}

// lacking is a row without values.
func lacking(columns []record.Vector, names []string) *record.Batch {
	b := &record.Batch{N: 1, Line: []int{0}}
	for _, c := range columns {
		if slices.Contains(names, c.Name) {
			b.Columns = append(b.Columns, record.Vector{Name: c.Name, Type: c.Type, Text: []string{""}, Int: []int64{0}, Float: []float64{0}, State: []record.State{record.Missing}})
		}
	}
	return b
}

// serverRows hands over the rows of a table of the server, for what can only be done row by row.
func (r *Run) serverRows(ctx context.Context, name string, decl RecordsDecl, columns []record.Vector, progress func(done, total int64), add func(*record.Batch) error) (*record.Report, error) {
	account := &Account{}
	table := "rows_" + name
	if err := r.use(ctx, table, decl, account); err != nil {
		return nil, err
	}
	report := account.Read
	total, err := r.engine.Rows(ctx, table)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	err = r.engine.Scan(ctx, table, names, func(b *record.Batch) error {
		b.Line = make([]int, b.N)
		report.Good += int64(b.N)
		progress(report.Good, max(report.Good, total))
		return add(b)
	})
	report.Delivered, report.Rows = report.Good, report.Good+report.Bad
	return report, err
}
