package store

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	from    string            // what stands after FROM: a name, or a query in brackets
	columns []record.Vector   // in order; all of them can be named and read as what they are
	facts   map[string]*facts // of columns, as far as they are known
	rows    *int64            // how many there are, when it is known
	costly  bool              // finding it out costs as much as the cells do
}

// A lookup is a small table: key0, key1, ..., code.
type lookup struct {
	from string // what stands after JOIN
	keys int
}

// The classes of refusal that a caller may want to tell apart, with errors.Is.
var (
	ErrInUse   = errors.New("another process has the database open; end it, or let that process do the work")
	ErrDisk    = errors.New("the disk is full, or the folder to spill to is; make room, or choose another TempDir")
	ErrMemory  = errors.New("out of memory; raise MemoryLimit, or set TempDir so that the engine can spill to disk")
	ErrRefused = errors.New("the engine refused")

	// Of servers.
	ErrReach   = errors.New("the server can't be reached; is the address right, and does it run?")
	ErrTLS     = errors.New("the connection can't be made safe; see that the server's certificate is for its name and signed by an authority that is known here")
	ErrLogin   = errors.New("the server does not let the account in; see to its name, its password and its right to connect to the database")
	ErrRight   = errors.New("the account has no right to this; grant it, see doc/engine.md")
	ErrTimeout = errors.New("the time limit was reached; raise it, or ask for less")
	ErrKeys    = fmt.Errorf("have more than %d different values, which is too many to place one by one: let a view on the server give rows the code of their area, or round coordinates to the metre", MostKeys)
	ErrLost    = errors.New("the connection to the server was lost; nothing is left there, and the run can be repeated")
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
}

// openers connect to each kind of server.
var openers = map[string]func(context.Context, Server, *url.URL) (*DB, error){
	"postgres": openPostgres,
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
	join(r relation, keys []string, small lookup, derived []record.Vector) string
	// shared is what servers have in common.
	shared() *server
}

// A column is one of a table on a server.
type column struct {
	name, kind string      // the kind as the engine calls it
	is         record.Type // empty when none can hold it
	read       string      // the expression that reads it, of a table t, as text, 64-bit integer, double, bool or date
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
	var out []string
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
			out = append(out, "("+strings.Join(row, ", ")+")")
		}
	}
	if len(out) == 0 { // a row that is equal to nothing tells the types
		nothing := map[record.Type]string{record.Text: d.asText("NULL"), record.Float: d.double("NULL"), record.Int: d.whole("NULL"), record.Bool: "NULL", record.Date: "NULL"}
		row := make([]string, len(columns))
		for i, c := range columns {
			row[i] = nothing[c.Type]
		}
		out = append(out, "("+strings.Join(row, ", ")+")")
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
	t.facts, t.rows = known, &rows
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

// Use names a table or view of the server, with the columns that will be needed: no others are read. A column must be of the declared type there, or of one that can be
// read as it without loss: whole numbers as float, and what has a text as text. The table stays where it is.
func (db *DB) Use(ctx context.Context, name, onServer string, columns []record.Vector) error {
	e, err := db.serving()
	if err != nil {
		return err
	}
	if err := checkName("table", name); err != nil {
		return err
	}
	if err := checkColumns(name, columnNames(columns)); err != nil {
		return err
	}
	t := &table{name: onServer, relation: relation{costly: true}}
	var have []column
	err = db.snapshot(ctx, func(s *session) error {
		t.from, have, err = e.describe(ctx, s, onServer)
		return err
	})
	if err != nil {
		return fmt.Errorf("store: table %s: %w", onServer, err)
	}
	var reads []string
	for _, want := range columns {
		at := slices.IndexFunc(have, func(c column) bool { return c.name == want.Name })
		if at < 0 {
			names := make([]string, len(have))
			for i, c := range have {
				names[i] = c.name
			}
			return fmt.Errorf("store: table %s has no column %q; it has %s", onServer, want.Name, strings.Join(names, ", "))
		}
		if have[at].denied {
			return fmt.Errorf("store: column %s of %s: %w", want.Name, onServer, ErrRight)
		}
		read, ok := readAs(e, have[at], want.Type)
		if !ok {
			return fmt.Errorf("store: column %s of %s is %s there, which can't be read as %s: declare it otherwise, or let a view on the server turn it into what it should be",
				want.Name, onServer, have[at].kind, want.Type)
		}
		reads = append(reads, read+" AS "+e.ident(want.Name))
		t.columns = append(t.columns, record.Vector{Name: want.Name, Type: want.Type})
	}
	t.from = "(SELECT " + strings.Join(reads, ", ") + " FROM " + t.from + " AS t)"
	v := e.shared()
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.tables[name] != nil {
		return fmt.Errorf("store: there is a table %q already", name)
	}
	if v.tables == nil {
		v.tables = map[string]*table{}
	}
	v.tables[name] = t
	return nil
}

// readAs is the expression that reads a column as a type; false when it can't be.
func readAs(d dialect, c column, as record.Type) (string, bool) {
	switch {
	case c.is == as:
		return c.read, true
	case c.is == record.Int && as == record.Float:
		return d.double(c.read), true
	}
	return "", false
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
		n, err = e.estimate(ctx, s, "SELECT 1 FROM "+t.from+" AS t")
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
			reads, known, result = append(reads, e.stored(e.ident(key), c.Type)), append(known, e.ident(key)+" IS NOT NULL"), append(result, c)
		}
		if err := checkColumns(name, append(columnNames(r.columns), columnNames(derived)...)); err != nil {
			return err
		}
		query := "SELECT DISTINCT " + strings.Join(reads, ", ") + " FROM " + r.from + " AS t WHERE " + strings.Join(known, " AND ")
		return s.stream(ctx, query, result, func(b *record.Batch) error {
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
	err = db.transact(ctx, true, func(s *session) error { return e.write(ctx, s, small, columns, rows) })
	if err != nil {
		return bad(err)
	}
	v := e.shared()
	v.mu.Lock()
	defer v.mu.Unlock()
	t := v.tables[name]
	t.from = e.join(t.relation, keys, v.small[small], derived)
	t.columns = append(slices.Clip(t.columns), derived...)
	return distinct, nil
}

// pooled makes a DB of an engine on a server.
func pooled(pool *sql.DB, e serving, s Server) *DB {
	return &DB{pool: pool, engine: e, transport: byRows(func(ctx context.Context, err error) error { return refused(ctx, e, err) }), tag: s.comment()}
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
