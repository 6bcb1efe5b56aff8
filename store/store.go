// Package store keeps records in a database and counts them there: it turns a [cube.Spec] into SQL, and what comes back is a [cube.Cube] with an
// [Account] of every row. The rows stay in the engine; Go sees cells only.
//
// Typical use: [Open] a database, load records with [DB.Create] or read them in place with [DB.Attach], give small tables from keys to members with
// [DB.Lookup], [DB.Seal] it, and ask for cubes with [DB.Cube]. Row-level models take their columns with [DB.Scan].
//
// The engine is DuckDB, inside the program. Plans are written through a small dialect, so that other engines can be added. With the build tag
// duckdb_arrow, results are handed over as Arrow columns instead of row by row; the cubes are the same.
//
// What the database holds is confidential. Nothing in an error quotes a record: of the engine's own complaints only their class is kept, since their
// texts may hold values. DuckDB can't encrypt its files here, so they belong on an encrypted disk, and so does the folder for spilling.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// Options say where a database is and what it may use.
type Options struct {
	Path        string // database file; in memory when empty
	MemoryLimit string // such as 4GB; DuckDB's own limit, 80 % of the machine's memory, when empty
	TempDir     string // existing folder, with nothing else in it, to spill to when memory runs out; when empty, beside Path, and in memory nowhere
	Threads     int    // as many as the machine has when 0
}

var memoryLimit = regexp.MustCompile(`^[0-9]+(\.[0-9]+)? ?([KMGT]i?B)$`)

// check finds what is wrong with the options before the engine sees them.
func (o Options) check() error {
	if o.MemoryLimit != "" && !memoryLimit.MatchString(o.MemoryLimit) {
		return fmt.Errorf("store: memory limit %q is not a size such as 4GB", o.MemoryLimit)
	}
	if o.Threads < 0 {
		return fmt.Errorf("store: %d threads", o.Threads)
	}
	if o.TempDir != "" {
		if err := folder(o.TempDir); err != nil {
			return fmt.Errorf("store: folder to spill to: %w", err)
		}
	}
	if o.Path != "" {
		if strings.ContainsAny(o.Path, "?#%\x00") {
			return fmt.Errorf("store: the database file %q has one of the characters ? # %% in its name; give it another", o.Path)
		}
		if err := folder(filepath.Dir(o.Path)); err != nil {
			return fmt.Errorf("store: folder of the database file: %w", err)
		}
	}
	return nil
}

func folder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("%s does not exist; make it first", path)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", path)
	}
	return nil
}

// A DB is an open database. It may be used by several goroutines at a time, but by one process only.
type DB struct {
	pool      *sql.DB
	engine    engine
	transport transport
	dry       bool         // small tables are named but not written, and nothing is read but catalogues
	asked     []string     // then: what would have been read
	tag       string       // what queries begin with
	closing   func() error // what else is to be closed, first; may be nil
}

// Close closes the database. Loaders and queries must have ended.
func (db *DB) Close() error {
	var err error
	if db.closing != nil {
		err = db.closing()
	}
	return errors.Join(err, db.pool.Close())
}

// A session is one connection, inside one transaction.
type session struct {
	db   *DB
	conn *sql.Conn
}

// snapshot runs f on one unchanging state of the database.
func (db *DB) snapshot(ctx context.Context, f func(*session) error) error {
	return db.transact(ctx, false, f)
}

// transact runs f in a transaction, which is kept when keep is set and f succeeds.
func (db *DB) transact(ctx context.Context, keep bool, f func(*session) error) error {
	s, err := db.begin(ctx, keep)
	if err != nil {
		return err
	}
	if err := f(s); err != nil || !keep {
		s.end(false)
		return err
	}
	if err := s.end(true); err != nil {
		return fmt.Errorf("store: keeping the changes: %w", err)
	}
	return nil
}

func (db *DB) begin(ctx context.Context, writes bool) (*session, error) {
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: connecting: %w", refused(ctx, db.engine, err))
	}
	s := &session{db, conn}
	if err := db.engine.begin(ctx, s, writes); err != nil {
		conn.Close()
		return nil, fmt.Errorf("store: beginning a transaction: %w", err)
	}
	return s, nil
}

// end ends the session, also when the work was cancelled.
func (s *session) end(keep bool) error {
	ctx := context.Background()
	err := s.db.engine.end(ctx, s, keep)
	if closing := s.conn.Close(); err == nil && closing != nil {
		err = refused(ctx, s.db.engine, closing)
	}
	return err
}

func (s *session) exec(ctx context.Context, query string) error {
	if _, err := s.conn.ExecContext(ctx, s.db.tag+query); err != nil {
		return refused(ctx, s.db.engine, err)
	}
	return nil
}

// find tells what the name of a table stands for.
func (s *session) find(ctx context.Context, table string) (relation, error) {
	if err := checkName("table", table); err != nil {
		return relation{}, err
	}
	r, err := s.db.engine.find(ctx, s, table)
	if err == nil && len(r.columns) == 0 {
		err = fmt.Errorf("store: there is no table %q", table)
	}
	return r, err
}

// batchRows is how many rows at most a sink gets at a time.
const batchRows = 1 << 13

// Columns are the names and types of a table's columns, in order.
func (db *DB) Columns(ctx context.Context, table string) (columns []record.Vector, err error) {
	err = db.snapshot(ctx, func(s *session) error {
		r, err := s.find(ctx, table)
		columns = r.columns
		return err
	})
	return columns, err
}

func columnNames(columns []record.Vector) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return out
}

// sound tells whether a name or a declared value can be written in SQL: UTF-8 without NUL.
func sound(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func checkName(what, name string) error {
	if name == "" || !sound(name) {
		return fmt.Errorf("store: %q can't be the name of a %s", name, what)
	}
	return nil
}

// checkColumns refuses names that the engine can't tell apart.
func checkColumns(table string, columns []string) error {
	if len(columns) == 0 {
		return fmt.Errorf("store: table %s has no columns", table)
	}
	seen := map[string]string{}
	for _, name := range columns {
		if err := checkName("column", name); err != nil {
			return err
		}
		low := strings.ToLower(name)
		if other, ok := seen[low]; ok {
			return fmt.Errorf("store: table %s has the columns %q and %q, which SQL does not tell apart", table, other, name)
		}
		seen[low] = name
	}
	return nil
}

// Lookup stores a small table from keys to members, for [cube.SpecDim]. Every row has as many keys as there are key columns, and values has its
// member. Keys are texts: those of an int column are written without leading zeros or plus, of a bool column true and false, of a date column
// YYYY-MM-DD. The name must be new among the lookups; a key that stands twice is an error.
func (db *DB) Lookup(ctx context.Context, name string, keyColumns []string, keys [][]string, values []string) error {
	if err := checkName("lookup", name); err != nil {
		return err
	}
	if len(keyColumns) == 0 || len(keys) != len(values) {
		return fmt.Errorf("store: lookup %s has %d key columns, %d keys and %d values", name, len(keyColumns), len(keys), len(values))
	}
	seen := make(map[string]int, len(keys))
	for i, key := range keys {
		if len(key) != len(keyColumns) {
			return fmt.Errorf("store: lookup %s: row %d has %d keys, not %d", name, i+1, len(key), len(keyColumns))
		}
		if !sound(values[i]) || slices.ContainsFunc(key, func(k string) bool { return !sound(k) }) {
			return fmt.Errorf("store: lookup %s: row %d is not UTF-8 or holds NUL", name, i+1)
		}
		joined := strings.Join(key, "\x00")
		if first, ok := seen[joined]; ok {
			return fmt.Errorf("store: lookup %s: rows %d and %d have the same key", name, first, i+1)
		}
		seen[joined] = i + 1
	}
	b := &record.Batch{N: len(keys)}
	for j := range keyColumns {
		v := record.Vector{Name: fmt.Sprintf("key%d", j), Type: record.Text, Text: make([]string, len(keys))}
		for i, key := range keys {
			v.Text[i] = key[j]
		}
		b.Columns = append(b.Columns, v)
	}
	b.Columns = append(b.Columns, record.Vector{Name: "code", Type: record.Text, Text: values})
	rows := func(yield func(*record.Batch, error) bool) { yield(b, nil) }
	if err := db.keepSmall(ctx, name, b.Columns, rows); err != nil {
		return fmt.Errorf("store: lookup %s: %w", name, err)
	}
	return nil
}

// Distinct gives the values that a column holds, as texts in byte order, and the number of rows where it is missing.
func (db *DB) Distinct(ctx context.Context, table, column string) (values []string, missing int64, err error) {
	err = db.snapshot(ctx, func(s *session) error {
		r, err := s.find(ctx, table)
		if err != nil {
			return err
		}
		c, err := r.column(table, column)
		if err != nil {
			return err
		}
		d := db.engine
		query := fmt.Sprintf("SELECT %s AS g_v, COUNT(*) AS g_n FROM %s GROUP BY %s", d.asText(r.read(d, c.Name), c.Type), r.rows(), d.grouped("g_v"))
		err = s.read(ctx, query, []record.Vector{{Type: record.Text}, {Type: record.Int}}, func(b *record.Batch) error {
			for i := range b.N {
				if b.Columns[0].State[i] != record.Present {
					missing += b.Columns[1].Int[i]
				} else {
					values = append(values, b.Columns[0].Text[i])
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("store: values of %s in %s: %w", column, table, err)
		}
		return nil
	})
	slices.Sort(values)
	return values, missing, err
}

// column is a column of what the name table stands for.
func (r relation) column(table, name string) (record.Vector, error) {
	i := slices.IndexFunc(r.columns, func(c record.Vector) bool { return c.Name == name })
	if i < 0 {
		return record.Vector{}, fmt.Errorf("store: table %s has no column %q (it has %s)", table, name, strings.Join(columnNames(r.columns), ", "))
	}
	return r.columns[i], nil
}

// Scan hands the named columns of a table to sink, in batches and in the order in which the rows were loaded; those of a server, where rows have no order, sorted by all the columns, so that
// they come the same each time. A missing value is record.Missing; the batches have no line numbers. A batch is the sink's to keep. An error of the sink ends the scan and is returned. The engine holds the
// columns in memory while they are handed over.
//
// Conditions are on whole numbers and texts. They leave out the rows whose column has another value; those without one come.
func (db *DB) Scan(ctx context.Context, table string, columns []string, sink func(*record.Batch) error, where ...cube.Condition) error {
	return db.snapshot(ctx, func(s *session) error {
		r, err := s.find(ctx, table)
		if err != nil {
			return err
		}
		d := db.engine
		var expressions []string
		var result []record.Vector
		for _, name := range columns {
			c, err := r.column(table, name)
			if err != nil {
				return err
			}
			expressions = append(expressions, d.stored(r.read(d, name), c.Type))
			result = append(result, c)
		}
		if len(columns) == 0 {
			return fmt.Errorf("store: scan of %s names no column", table)
		}
		var conditions []string
		for _, cond := range where {
			c, err := r.column(table, cond.Column)
			if err != nil {
				return err
			}
			if c.Type != record.Text && c.Type != record.Int {
				return fmt.Errorf("store: scan of %s: a condition on %s, which is %s", table, cond.Column, c.Type)
			}
			conditions = append(conditions, fmt.Sprintf("(%s IS NULL OR %s IN (%s))", r.read(d, c.Name), d.asText(r.read(d, c.Name), c.Type), texts(d, cond.In)))
		}
		query := "SELECT " + strings.Join(expressions, ", ") + " FROM " + r.rows(conditions...)
		if _, ok := d.(serving); ok {
			query += " ORDER BY " + strings.Join(expressions, ", ")
		}
		var sunk error
		err = s.read(ctx, query, result, func(b *record.Batch) error {
			sunk = sink(b)
			return sunk
		})
		if err != nil && sunk == nil {
			return fmt.Errorf("store: scan of %s: %w", table, err)
		}
		return err
	})
}
