package store

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/skikt/skikt/record"
)

// An engine is a database system that keeps records and counts them. Each has one file, that says how it writes SQL, how it is connected to, and what it calls
// its columns and its errors. What they share is here (servers), in dialect.go (plans), store.go (sessions) and cube.go.
//
// To add one: give its file a type that embeds [server] and has the methods of engine and serving, name the function that connects to it in openers, and in quick.go
// the same function that refuses. The tests of all engines (engine_test.go) then run against the one whose address is in the environment.
type engine interface {
	dialect

	// begin begins a session, on one unchanging state of the database where the engine has such a thing. Only a session that writes may call write.
	begin(ctx context.Context, s *session, writes bool) error
	// end ends it, also when ctx is done, and keeps what it wrote when keep is set.
	end(ctx context.Context, s *session, keep bool) error

	// find tells what the name of a table of records stands for. There is no such table when the relation has no columns.
	find(ctx context.Context, s *session, table string) (relation, error)
	// lookups are the small tables that have been written.
	lookups(ctx context.Context, s *session) (map[string]lookup, error)
	// write writes a small table of rows that all have values: keys, and last what they stand for.
	write(ctx context.Context, s *session, name string, columns []record.Vector, rows iter.Seq2[*record.Batch, error]) error

	// class is what an error of the engine is called, without its text, which may hold values of records: one of the errors below, or ErrRefused with what is known.
	class(err error) error
}

// A relation is what the name of a table of records stands for.
type relation struct {
	from    string            // what stands after FROM, called t: a name. Never a query in brackets: not every engine counts where the rows are then
	joins   string            // what it is joined to there
	reads   map[string]string // how columns are read that aren't t's own as they are
	columns []record.Vector   // in order; all of them can be named and read as what they are
	facts   map[string]*facts // of columns, as far as they are known
	n       *int64            // how many rows there are, when it is known
	costly  bool              // finding it out costs as much as the cells do
	only    string            // the condition that a row must meet to be one; empty when all do
}

// rows is what stands after FROM, for the rows that meet all the conditions.
func (r relation) rows(conditions ...string) string {
	conditions = slices.DeleteFunc(append([]string{r.only}, conditions...), func(c string) bool { return c == "" })
	s := r.from + " AS t" + r.joins
	if len(conditions) > 0 {
		s += " WHERE " + strings.Join(conditions, " AND ")
	}
	return s
}

// read is the expression that reads a column.
func (r relation) read(d dialect, column string) string {
	if x, ok := r.reads[column]; ok {
		return x
	}
	return "t." + d.ident(column)
}

// A lookup is a small table: key0, key1, ..., code.
type lookup struct {
	from string // what stands after JOIN
	keys int
}

// The classes of refusal that a caller may want to tell apart, with errors.Is.
var (
	ErrInUse   = errors.New("another process has the database open; end it, or let that process do the work")
	ErrDisk    = errors.New("the disk is full, or the folder to spill to is; make room, or choose another TempDir; on a server, those who keep it must")
	ErrMemory  = errors.New("out of memory; raise MemoryLimit, or set TempDir so that the engine can spill to disk")
	ErrRefused = errors.New("the engine refused")

	// Of servers.
	ErrReach   = errors.New("the server can't be reached; is the address right, and does it run?")
	ErrTLS     = errors.New("the connection can't be made safe; see that the server's certificate is for its name and signed by an authority that is known here")
	ErrLogin   = errors.New("the server does not let the account in; see to its name, its password and its right to connect to the database")
	ErrRight   = errors.New("the account has no right to this; grant it, see doc/engine.md")
	ErrTimeout = errors.New("the time limit was reached; raise it, or ask for less")
	ErrKeys    = fmt.Errorf("have more than %d different values, which is too many to place one by one: let a view on the server give rows the code of their area, or round coordinates to the metre", MostKeys)
	ErrEnded   = errors.New("those who keep the server ended the query there; ask them why, and run again")
	ErrNode    = errors.New("a server of the cluster can't be reached, or was lost on the way; run again when all of them run")
	ErrLost    = errors.New("the connection to the server was lost; run again when it can be reached")
)

// refused is an error of an engine without its text.
func refused(ctx context.Context, e engine, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return e.class(err)
}

// A Server is a database server, and how to behave there. Nothing in it is ever written there or changed but for small tables of skikt's own, which are gone
// when the [DB] is closed.
type Server struct {
	Kind     string        // see [Kinds]
	Address  string        // such as postgres://user@host:5432/database; never with a password
	Password string        // from the environment or a file; in no error and no log
	CA       string        // file with the certificates of the authorities to trust; the system's when empty
	Insecure bool          // no TLS, on a network that others can't reach; never needed on loopback
	Run      string        // a name for the run, which its queries bear on the server, and which sets its small tables apart from those of other runs
	Timeout  time.Duration // of one query; none when 0
	Progress func(done, total int64)
	Tell     func(message string) // hears what those who keep the server may want to know, such as that small tables of a run that was killed were dropped; may be nil
	Dry      bool                 // nothing is written, and nothing read but catalogues and statistics: for a plan
}

// openers connect to each kind of server.
var openers = map[string]func(context.Context, Server, *url.URL) (*DB, error){
	"clickhouse": openClickHouse,
	"postgres":   openPostgres,
	"trino":      openTrino,
}

// Kinds are the kinds of servers there are.
func Kinds() []string {
	var kinds []string
	for kind := range openers {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// Connect connects to a server. Its tables are then named one by one with [DB.Use].
func Connect(ctx context.Context, s Server) (*DB, error) {
	address, err := s.Check()
	if err != nil {
		return nil, err
	}
	db, err := openers[s.Kind](ctx, s, address)
	if err != nil {
		return nil, fmt.Errorf("store: %s at %s: %w", s.Kind, address.Host, err)
	}
	return db, nil
}

// Check tells what is wrong with the description of a server in itself, and takes its address apart.
func (s Server) Check() (*url.URL, error) {
	if openers[s.Kind] == nil {
		return nil, fmt.Errorf("store: there is no engine %q; there are %s", s.Kind, strings.Join(Kinds(), ", "))
	}
	address, err := url.Parse(s.Address)
	if err != nil {
		return nil, fmt.Errorf("store: the address of the engine is no address such as %s://user@host/database", s.Kind) // the error of url would quote a password
	}
	_, secret := address.User.Password()
	switch {
	case secret:
		return nil, fmt.Errorf("store: the address of the engine has a password in it; take it out, and give it by the environment or a file")
	case address.Scheme != s.Kind || address.Host == "":
		return nil, fmt.Errorf("store: the address of the engine must look like %s://user@host/database", s.Kind)
	case address.RawQuery != "" || address.Fragment != "":
		return nil, fmt.Errorf("store: the address of the engine ends with settings (?…); it takes none")
	case s.Timeout < 0:
		return nil, fmt.Errorf("store: the time limit %s is below zero", s.Timeout)
	}
	return address, nil
}

// A serving engine is a server, where tables that others keep are read where they are.
type serving interface {
	engine

	// describe lists the columns of a table or view, named as SQL names it (schema.table), and tells what stands after FROM for it.
	describe(ctx context.Context, s *session, table string) (from string, columns []column, err error)
	// estimate is about how many rows a query gives, by the engine's own statistics; -1 when it has none.
	estimate(ctx context.Context, s *session, query string) (int64, error)
	// steady tells whether all sessions see the same state of the database, so that what one has learned of a table holds in the next.
	steady() bool
	// join is a relation with columns of a small table beside its own, in rows where the keys are equal; with NULL in others.
	join(r relation, keys []string, small lookup, derived []record.Vector) (relation, error)
	// crowd makes a session ready for a query with about as many groups as rows.
	crowd(ctx context.Context, s *session) error
	// shared is what servers have in common.
	shared() *server
}

// A column is one of a table on a server.
type column struct {
	name, kind string      // the kind as the engine calls it
	is         record.Type // empty when none can hold it
	read       string      // the expression that reads it, of a table t, as text, 64-bit integer, double, bool or date
	truth      string      // the expression that reads a number as a bool, in an engine that keeps them so
	denied     bool        // the account may not read it
}

// server is what every serving engine remembers.
type server struct {
	mu     sync.Mutex
	number int
	tables map[string]*table
	small  map[string]lookup
}

// A table is one that Use has named.
type table struct {
	relation
	name string // on the server
}

// writtenOut is a small table as literals, for an engine that lets none be made; an error when it has more rows than most.
func writtenOut(d dialect, columns []record.Vector, rows iter.Seq2[*record.Batch, error], most int) (string, error) {
	var out [][]string
	for b, err := range rows {
		if err != nil {
			return "", err
		}
		if len(out)+b.N > most {
			return "", fmt.Errorf("the table has more than %d rows", most)
		}
		for i := range b.N {
			row := make([]string, len(b.Columns))
			for j := range row {
				row[j] = literal(d, &b.Columns[j], i)
			}
			out = append(out, row)
		}
	}
	if len(out) == 0 { // a row that is equal to nothing tells the types
		nothing := map[record.Type]string{record.Text: d.asText("NULL", record.Text), record.Float: d.double("NULL"), record.Int: d.whole("NULL"), record.Bool: "NULL", record.Date: "NULL"}
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = nothing[c.Type]
		}
		out = append(out, row)
	}
	names := columnNames(columns)
	for i, name := range names {
		names[i] = d.ident(name)
	}
	return d.values(out, names...), nil
}

func literal(d dialect, v *record.Vector, i int) string {
	switch {
	case v.State != nil && v.State[i] != record.Present:
		return "NULL"
	case v.Type == record.Text:
		return d.text(v.Text[i])
	case v.Type == record.Float:
		return d.float(v.Float[i])
	case v.Type == record.Date:
		return d.date(time.Unix(v.Int[i]*86400, 0).UTC().Format(time.DateOnly))
	}
	return strconv.FormatInt(v.Int[i], 10)
}

// unanswered is the class of an error that did not come from the server.
func unanswered(err error) error {
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var at net.Error
	var op *net.OpError
	switch {
	case errors.As(err, &certificate), errors.As(err, &record), strings.Contains(err.Error(), "refused TLS"):
		return ErrTLS
	case errors.As(err, &op) && op.Op == "dial":
		return ErrReach
	case errors.As(err, &at), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, driver.ErrBadConn), errors.Is(err, net.ErrClosed):
		return ErrLost
	case errors.Is(err, ErrLost):
		return ErrLost
	}
	return fmt.Errorf("%w (%T)", ErrRefused, err)
}

func (v *server) shared() *server { return v }

func (*server) crowd(context.Context, *session) error { return nil }

func (v *server) find(_ context.Context, _ *session, name string) (relation, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if t := v.tables[name]; t != nil {
		return t.relation, nil
	}
	return relation{}, nil
}

func (v *server) lookups(context.Context, *session) (map[string]lookup, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return maps.Clone(v.small), nil
}

// learned is what a session has found out about a table.
func (v *server) learned(name string, rows int64, columns map[string]*facts) {
	v.mu.Lock()
	defer v.mu.Unlock()
	t := v.tables[name]
	if t == nil {
		return
	}
	known := maps.Clone(t.facts)
	if known == nil {
		known = map[string]*facts{}
	}
	maps.Copy(known, columns)
	t.facts, t.n = known, &rows
}

// named gives a small table a name of its own on the server: numbers, since names there may be short.
func (v *server) named(name string, columns []record.Vector) (lookup, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.small[name]; ok {
		return lookup{}, errors.New("there is one already")
	}
	v.number++
	return lookup{fmt.Sprintf("skikt_%d", v.number), len(columns) - 1}, nil
}

// written notes a small table.
func (v *server) written(name string, l lookup) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.small == nil {
		v.small = map[string]lookup{}
	}
	v.small[name] = l
}

// serving is the engine as a server; an error when it is the one inside the program.
func (db *DB) serving() (serving, error) {
	e, ok := db.engine.(serving)
	if !ok {
		return nil, errors.New("store: this is for database servers; the engine inside the program loads its tables")
	}
	return e, nil
}

// A Rule says what a value must be. A row that breaks one is kept out, and counted under the first that it breaks.
type Rule struct {
	Column   string
	Name     string // what the rule is called
	Required bool   // there must be a value; the others say nothing of rows without one
	Min, Max *float64
	In       []string       // texts
	Match    *regexp.Regexp // of the text; tried on the different values, of which there may be MostValues, since the expressions of engines differ
}

// MostValues is how many different values a column with a pattern may have.
const MostValues = 10_000

// Used tells what Use found.
type Used struct {
	Rows   int64   // of the table; -1 when nothing had to be read
	Broken []int64 // of them, how many each rule keeps out
}

// Use names a table or view of the server, with the columns that will be needed: no others are read. A column must be of the declared type there, or of one that can be
// read as it without loss: whole numbers as float. The table stays where it is; rows that break a rule are kept out of whatever is asked of it.
func (db *DB) Use(ctx context.Context, name, onServer string, columns []record.Vector, rules ...Rule) (Used, error) {
	used := Used{Rows: -1, Broken: make([]int64, len(rules))}
	e, err := db.serving()
	if err != nil {
		return used, err
	}
	if err := checkName("table", name); err != nil {
		return used, err
	}
	if err := checkColumns(name, columnNames(columns)); err != nil {
		return used, err
	}
	t := &table{name: onServer, relation: relation{costly: true, columns: columns, reads: map[string]string{}}}
	err = db.snapshot(ctx, func(s *session) error {
		from, have, err := e.describe(ctx, s, onServer)
		if err != nil {
			return err
		}
		t.from = from
		for _, want := range columns {
			if t.reads[want.Name], err = reading(e, have, want); err != nil {
				return err
			}
		}
		return s.sift(ctx, e, t, rules, &used)
	})
	if err != nil {
		return used, fmt.Errorf("store: table %s: %w", onServer, err)
	}
	v := e.shared()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tables[name] != nil {
		return used, fmt.Errorf("store: there is a table %q already", name)
	}
	if v.tables == nil {
		v.tables = map[string]*table{}
	}
	v.tables[name] = t
	return used, nil
}

// reading is the expression that reads a column as what it is wanted as.
func reading(d dialect, have []column, want record.Vector) (string, error) {
	at := slices.IndexFunc(have, func(c column) bool { return c.name == want.Name })
	if at < 0 {
		names := make([]string, len(have))
		for i, c := range have {
			names[i] = c.name
		}
		return "", fmt.Errorf("it has no column %q; it has %s", want.Name, strings.Join(names, ", "))
	}
	c := have[at]
	switch {
	case c.denied:
		return "", fmt.Errorf("column %s: %w", want.Name, ErrRight)
	case c.is == want.Type:
		return c.read, nil
	case c.is == record.Int && want.Type == record.Float:
		return d.double(c.read), nil
	case want.Type == record.Bool && c.truth != "":
		return c.truth, nil
	}
	return "", fmt.Errorf("column %s is %s there, which can't be read as %s: declare it otherwise, or let a view on the server turn it into what it should be", want.Name, c.kind, want.Type)
}

// sift keeps the rows out that break a rule, and counts them.
func (s *session) sift(ctx context.Context, d serving, t *table, rules []Rule, used *Used) error {
	if len(rules) == 0 {
		return nil
	}
	fault := "CASE"
	for i, rule := range rules {
		broken, err := s.broken(ctx, d, t, rule)
		if err != nil {
			return err
		}
		fault += fmt.Sprintf(" WHEN %s THEN %d", broken, i+1)
	}
	fault += " ELSE 0 END"
	query := "SELECT " + d.whole(fault) + " AS g_fault, COUNT(*) AS g_n FROM " + t.rows() + " GROUP BY " + d.grouped("g_fault")
	used.Rows = 0
	kept := int64(0)
	err := s.read(ctx, query, []record.Vector{{Type: record.Int}, {Type: record.Int}}, func(b *record.Batch) error {
		for i, at := range b.Columns[0].Int {
			n := b.Columns[1].Int[i]
			if used.Rows += n; at > 0 {
				used.Broken[at-1] = n
			} else {
				kept = n
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if kept < used.Rows || !d.steady() {
		t.only = fault + " = 0"
	}
	if d.steady() && !s.db.dry {
		t.n = &kept
	}
	return nil
}

// broken is the condition that a row breaks a rule; it is not true of a row without a value, except where one is required.
func (s *session) broken(ctx context.Context, d serving, t *table, rule Rule) (string, error) {
	x := t.read(d, rule.Column)
	text := d.asText(x, t.columns[slices.Index(columnNames(t.columns), rule.Column)].Type)
	switch {
	case rule.Required:
		return x + " IS NULL", nil
	case rule.Min != nil && rule.Max != nil:
		return fmt.Sprintf("(%s < %s OR %s > %s)", x, d.float(*rule.Min), x, d.float(*rule.Max)), nil
	case rule.Min != nil:
		return x + " < " + d.float(*rule.Min), nil
	case rule.Max != nil:
		return x + " > " + d.float(*rule.Max), nil
	case rule.Match == nil:
		return "(" + x + " IS NOT NULL AND " + text + " NOT IN (" + texts(d, rule.In) + "))", nil
	}
	var wrong []string
	n := 0
	query := "SELECT DISTINCT " + text + " AS g_v FROM " + t.rows(x+" IS NOT NULL")
	err := s.read(ctx, query, []record.Vector{{Type: record.Text}}, func(b *record.Batch) error {
		if n += b.N; n > MostValues {
			return fmt.Errorf("column %s has more than %d different values, too many to try a pattern on; leave the pattern out, and let the server's own rules or a view keep wrong ones out", rule.Column, MostValues)
		}
		for _, v := range b.Columns[0].Text {
			if !rule.Match.MatchString(v) {
				wrong = append(wrong, v)
			}
		}
		return nil
	})
	if err != nil || len(wrong) == 0 {
		return "1 = 0", err
	}
	slices.Sort(wrong)
	return "(" + x + " IS NOT NULL AND " + text + " IN (" + texts(d, wrong) + "))", nil
}

// texts are literals after IN.
func texts(d dialect, values []string) string {
	literals := make([]string, len(values))
	for i, v := range values {
		literals[i] = d.text(v)
	}
	return strings.Join(literals, ", ")
}

// Twice counts the rows that stand again: those that have the same values, or the same lack of one, in some columns as another row before them.
func (db *DB) Twice(ctx context.Context, name string, columns []string) (n int64, err error) {
	err = db.snapshot(ctx, func(s *session) error {
		r, err := s.find(ctx, name)
		if err != nil {
			return err
		}
		if e, ok := db.engine.(serving); ok {
			if err := e.crowd(ctx, s); err != nil {
				return err
			}
		}
		names := make([]string, len(columns))
		for i, c := range columns {
			if _, err := r.column(name, c); err != nil {
				return err
			}
			names[i] = r.read(db.engine, c)
		}
		query := fmt.Sprintf("SELECT COALESCE(%s, 0) AS g_again FROM (SELECT COUNT(*) AS g_n FROM %s GROUP BY %s HAVING COUNT(*) > 1) AS g",
			db.engine.whole("SUM(g_n - 1)"), r.rows(), strings.Join(names, ", "))
		err = s.read(ctx, query, []record.Vector{{Type: record.Int}}, func(b *record.Batch) error {
			n = b.Columns[0].Int[0]
			return nil
		})
		if err != nil {
			return fmt.Errorf("store: rows of %s that stand twice: %w", name, err)
		}
		return nil
	})
	return n, err
}

// Asked are the queries that have not been asked since the last time, because the server was connected to for a plan.
func (db *DB) Asked() []string {
	asked := db.asked
	db.asked = nil
	return asked
}

// Rows is about how many rows a table that Use has named has, by the server's own statistics; -1 when it has none.
func (db *DB) Rows(ctx context.Context, name string) (n int64, err error) {
	e, err := db.serving()
	if err != nil {
		return 0, err
	}
	v := e.shared()
	v.mu.Lock()
	t := v.tables[name]
	v.mu.Unlock()
	if t == nil {
		return 0, fmt.Errorf("store: there is no table %q", name)
	}
	err = db.snapshot(ctx, func(s *session) error {
		n, err = e.estimate(ctx, s, "SELECT 1 FROM "+t.rows())
		return err
	})
	return n, err
}

// MostKeys is how many different keys Derive takes: they are held in memory, some 20 bytes each for coordinates.
const MostKeys = 3_000_000

// Derive gives a table of a server further columns, that follow from some of its own, the keys: such as the area that coordinates lie in. The different keys are read once
// and handed to f in batches, which gives the new columns of each. They are written back as a small table of this connection, and joined to the rows in SQL; a
// row that lacks one of the keys has none of the new columns. It tells how many different keys there are.
func (db *DB) Derive(ctx context.Context, name string, keys []string, derived []record.Vector, f func(*record.Batch) ([]record.Vector, error)) (int64, error) {
	e, err := db.serving()
	if err != nil {
		return 0, err
	}
	bad := func(err error) (int64, error) { return 0, fmt.Errorf("store: table %s: %w", name, err) }
	var r relation
	var held []*record.Batch
	distinct := int64(0)
	err = db.snapshot(ctx, func(s *session) error {
		if r, err = s.find(ctx, name); err != nil {
			return err
		}
		var reads, known []string
		var result []record.Vector
		for _, key := range keys {
			c, err := r.column(name, key)
			if err != nil {
				return err
			}
			reads, known, result = append(reads, e.stored(r.read(e, key), c.Type)), append(known, r.read(e, key)+" IS NOT NULL"), append(result, c)
		}
		if err := checkColumns(name, append(columnNames(r.columns), columnNames(derived)...)); err != nil {
			return err
		}
		query := "SELECT DISTINCT " + strings.Join(reads, ", ") + " FROM " + r.rows(known...)
		if err := e.crowd(ctx, s); err != nil {
			return err
		}
		return s.read(ctx, query, result, func(b *record.Batch) error {
			if distinct += int64(b.N); distinct > MostKeys {
				return fmt.Errorf("%s %w", strings.Join(keys, ", "), ErrKeys)
			}
			held = append(held, b)
			return nil
		})
	})
	if err != nil {
		return bad(err)
	}
	var columns []record.Vector
	for i, key := range keys {
		c, _ := r.column(name, key)
		columns = append(columns, record.Vector{Name: fmt.Sprintf("key%d", i), Type: c.Type})
	}
	columns = append(columns, derived...)
	rows := func(yield func(*record.Batch, error) bool) {
		for i, b := range held {
			held[i] = nil // it is not needed again
			further, err := f(b)
			if !yield(&record.Batch{N: b.N, Columns: append(b.Columns[:len(keys):len(keys)], further...)}, err) {
				return
			}
		}
	}
	small := "columns of " + name
	if err := db.keepSmall(ctx, small, columns, rows); err != nil {
		return bad(err)
	}
	v := e.shared()
	v.mu.Lock()
	defer v.mu.Unlock()
	t := v.tables[name]
	if t.relation, err = e.join(t.relation, keys, v.small[small], derived); err != nil {
		return bad(err)
	}
	t.columns = append(slices.Clip(t.columns), derived...)
	return distinct, nil
}

// keepSmall writes a small table; or, in a plan, says what it would be called.
func (db *DB) keepSmall(ctx context.Context, name string, columns []record.Vector, rows iter.Seq2[*record.Batch, error]) error {
	if e, ok := db.engine.(serving); ok && db.dry {
		l, err := e.shared().named(name, columns)
		if err == nil {
			e.shared().written(name, l)
		}
		return err
	}
	return db.transact(ctx, true, func(s *session) error { return db.engine.write(ctx, s, name, columns, rows) })
}

// authorities are the authorities to trust: nil, which stands for the system's, without a file.
func (s Server) authorities() (*x509.CertPool, error) {
	if s.CA == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(s.CA)
	if err != nil {
		return nil, fmt.Errorf("the file of authorities to trust: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("the file of authorities to trust holds no certificate")
	}
	return pool, nil
}

// silence is how long a server that tells of its progress several times a second may be silent before it is given up, as when the network is cut or it stands still.
var silence = time.Minute

// watch connects to such a server. A time limit of a driver's own would be of the whole query, and end any that takes longer; so it is not heeded.
func watch(ctx context.Context, network, at string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: 15 * time.Second}).DialContext(ctx, network, at)
	if err != nil {
		return nil, err
	}
	return watched{conn.(*net.TCPConn), silence}, nil
}

type watched struct {
	*net.TCPConn
	silence time.Duration
}

func (c watched) Read(p []byte) (int, error) {
	c.TCPConn.SetReadDeadline(time.Now().Add(c.silence))
	return c.TCPConn.Read(p)
}

// Write gives the other side time to read it, and to answer.
func (c watched) Write(p []byte) (int, error) {
	c.TCPConn.SetDeadline(time.Now().Add(c.silence))
	return c.TCPConn.Write(p)
}

func (watched) SetDeadline(time.Time) error      { return nil }
func (watched) SetReadDeadline(time.Time) error  { return nil }
func (watched) SetWriteDeadline(time.Time) error { return nil }

// heard connects to a server that is silent while it works. Its system answers for it: when that does not either for as long as silence, to a question whether it is there or to what has been
// sent, the connection is given up. The system of a server that stands still does answer, so that only a time limit tells.
func heard(ctx context.Context, network, at string) (net.Conn, error) {
	dialer := net.Dialer{Control: unacknowledged, KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: silence / 2, Interval: silence / 12, Count: 6}}
	return dialer.DialContext(ctx, network, at)
}

// bounded is a connection to a server that ends each query at a time limit, and so answers within that. One that does not, and is given a while more, stands still.
type bounded struct {
	net.Conn
	limit time.Duration
	told  atomic.Bool // the driver has set a deadline of its own
}

func (c *bounded) Read(p []byte) (int, error) {
	if !c.told.Load() {
		c.Conn.SetReadDeadline(time.Now().Add(c.limit))
	}
	return c.Conn.Read(p)
}

func (c *bounded) SetDeadline(at time.Time) error {
	c.told.Store(!at.IsZero())
	return c.Conn.SetDeadline(at)
}

func (c *bounded) SetReadDeadline(at time.Time) error {
	c.told.Store(!at.IsZero())
	return c.Conn.SetReadDeadline(at)
}

// joined is a relation with columns of a small table beside its own, as SQL would have it.
func joined(d dialect, r relation, keys []string, small lookup, derived []record.Vector) relation {
	alias := fmt.Sprintf("s%d", strings.Count(r.joins, "LEFT JOIN")+1)
	on := make([]string, len(keys))
	for i, key := range keys {
		on[i] = fmt.Sprintf("%s.key%d = %s", alias, i, r.read(d, key))
	}
	r.joins += " LEFT JOIN " + small.from + " AS " + alias + " ON " + strings.Join(on, " AND ")
	r.reads = maps.Clone(r.reads)
	for _, c := range derived {
		r.reads[c.Name] = alias + "." + d.ident(c.Name)
	}
	return r
}

// pooled makes a DB of an engine on a server.
func pooled(pool *sql.DB, e serving, s Server) *DB {
	return &DB{pool: pool, engine: e, dry: s.Dry, transport: byRows(func(ctx context.Context, err error) error { return refused(ctx, e, err) }), tag: s.comment()}
}

// comment is what every query begins with, so that those who keep the server see whose it is.
func (s Server) comment() string {
	safe := strings.Map(func(r rune) rune {
		if r == '*' || r == '/' || r < ' ' {
			return '_'
		}
		return r
	}, s.Run)
	return "/* skikt " + safe + " */ "
}
