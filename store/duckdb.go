package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/skikt/skikt/record"
)

// duckDB is DuckDB 1.5, inside the program.
type duckDB struct{}

// Records are in the schema main, so that a name is never taken for a file; lookups have a schema of their own.
const (
	recordSchema = "main"
	lookupSchema = "lookup"
)

func (d duckDB) table(name string) string               { return recordSchema + "." + d.ident(name) }
func (d duckDB) lookup(name string) string              { return lookupSchema + "." + d.ident(name) }
func (duckDB) ident(name string) string                 { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
func (duckDB) text(s string) string                     { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func (duckDB) float(v float64) string                   { return strconv.FormatFloat(v, 'e', -1, 64) }
func (duckDB) date(iso string) string                   { return "DATE '" + iso + "'" }
func (duckDB) whole(expr string) string                 { return "CAST(" + expr + " AS BIGINT)" }
func (duckDB) double(expr string) string                { return "CAST(" + expr + " AS DOUBLE PRECISION)" }
func (duckDB) asText(expr string, _ record.Type) string { return "CAST(" + expr + " AS VARCHAR)" }
func (duckDB) compose(q grouping) string                { return plainly(q) }
func (duckDB) tellsNaN() bool                           { return true }
func (duckDB) grouped(string) string                    { return "1" }
func (duckDB) of(alias, column string) string           { return named(alias, column) }
func (duckDB) bool(v string) string                     { return v }
func (duckDB) addend(expr string) string                { return expr }
func (duckDB) finite(expr string) string                { return "ISFINITE(" + expr + ")" }

func (duckDB) stored(expr string, t record.Type) string {
	switch t {
	case record.Bool:
		return "CAST(" + expr + " AS BIGINT)"
	case record.Date:
		return "CAST(" + expr + " - DATE '1970-01-01' AS BIGINT)"
	}
	return "CAST(" + expr + " AS " + duckDBTypes[t] + ")"
}

// DuckDB's cast rounds to the nearest.
func (duckDB) integer(expr string) string { return "CAST(" + expr + " AS BIGINT)" }

func (duckDB) limbs(expr string) (high, low string) {
	return "CAST((" + expr + ") // 9223372036854775808 AS BIGINT)", "CAST((" + expr + ") % 9223372036854775808 AS BIGINT)"
}

// values writes long columns, of texts or of whole numbers, as one text each, to be split: as many literals take the engine a twentieth of a second to plan, however few the rows.
func (duckDB) values(rows [][]string, columns ...string) string {
	const mark = ","
	if len(rows) < 100 || slices.ContainsFunc(rows, func(row []string) bool { return strings.Contains(strings.Join(row, ""), mark) }) {
		return valued(rows, columns)
	}
	lists := make([]string, len(columns))
	for c, name := range columns {
		column := make([]string, len(rows))
		for i, row := range rows {
			column[i] = strings.TrimSuffix(strings.TrimPrefix(row[c], "'"), "'")
		}
		list := "string_split('" + strings.Join(column, mark) + "', '" + mark + "')"
		if !strings.HasPrefix(rows[0][c], "'") {
			list = "CAST(" + list + " AS BIGINT[])"
		}
		lists[c] = "unnest(" + list + ") AS " + name
	}
	return "(SELECT " + strings.Join(lists, ", ") + ")"
}

// duckDBTypes is how each type is kept.
var duckDBTypes = map[record.Type]string{
	record.Text: "VARCHAR", record.Int: "BIGINT", record.Float: "DOUBLE", record.Bool: "BOOLEAN", record.Date: "DATE",
}

// recordType is the type under which DuckDB's is read; false when no type can hold its values.
func recordType(name string) (record.Type, bool) {
	if strings.HasSuffix(name, "]") { // a list
		return "", false
	}
	switch base, _, _ := strings.Cut(name, "("); base {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
		return record.Int, true
	case "FLOAT", "DOUBLE", "DECIMAL":
		return record.Float, true
	case "BOOLEAN":
		return record.Bool, true
	case "DATE":
		return record.Date, true
	case "VARCHAR", "ENUM", "UUID", "TIME", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "UBIGINT", "HUGEINT":
		return record.Text, true
	}
	return "", false
}

// Open opens a database, and makes its file when there is none. The engine may not load extensions or reach the network by itself.
func Open(ctx context.Context, o Options) (*DB, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	settings := url.Values{"autoinstall_known_extensions": {"false"}, "autoload_known_extensions": {"false"}}
	if o.MemoryLimit != "" {
		settings.Set("memory_limit", o.MemoryLimit)
	}
	if o.Threads > 0 {
		settings.Set("threads", strconv.Itoa(o.Threads))
	}
	// DuckDB's own choice in memory would be the folder where the program was started.
	if o.TempDir != "" || o.Path == "" {
		settings.Set("temp_directory", o.TempDir)
	}
	path := o.Path
	if path != "" {
		// A full path can't be taken for the address of a server.
		var err error
		if path, err = filepath.Abs(path); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
	}
	connector, err := duckdb.NewConnector(path+"?"+settings.Encode(), nil)
	if err != nil {
		return nil, fmt.Errorf("store: opening %s: %w", databaseName(o.Path), refusal(ctx, err))
	}
	db := &DB{pool: sql.OpenDB(connector), engine: duckDB{}, transport: ownTransport()}
	err = db.transact(ctx, true, func(s *session) error { return s.exec(ctx, "CREATE SCHEMA IF NOT EXISTS "+lookupSchema) })
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

// embedded is an error when the database is a server.
func (db *DB) embedded() error {
	if _, ok := db.engine.(duckDB); !ok {
		return errors.New("store: nothing can be loaded into a database server; its tables are named with Use")
	}
	return nil
}

func databaseName(path string) string {
	if path == "" {
		return "a database in memory"
	}
	return path
}

// begin begins a transaction, which sees one state of the database.
func (duckDB) begin(ctx context.Context, s *session, _ bool) error {
	return s.exec(ctx, "BEGIN TRANSACTION")
}

func (duckDB) end(ctx context.Context, s *session, keep bool) error {
	if keep {
		return s.exec(ctx, "COMMIT")
	}
	return s.exec(ctx, "ROLLBACK")
}

// refusal is for what is DuckDB's only.
func refusal(ctx context.Context, err error) error { return refused(ctx, duckDB{}, err) }

func (duckDB) class(err error) error {
	var e *duckdb.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%w (%T)", ErrRefused, err)
	}
	// Only the text tells these apart.
	text := strings.ToLower(e.Msg)
	switch {
	case strings.Contains(text, "could not set lock") || strings.Contains(text, "conflicting lock"):
		return ErrInUse
	case strings.Contains(text, "no space left") || strings.Contains(text, "max_temp_directory_size") || strings.Contains(text, "disk quota"):
		return ErrDisk
	case e.Type == duckdb.ErrorTypeOutOfMemory:
		return ErrMemory
	case e.Type == duckdb.ErrorTypeInterrupt:
		return context.Canceled
	}
	if class, ok := classes[e.Type]; ok {
		return fmt.Errorf("%w: %s", ErrRefused, class)
	}
	return fmt.Errorf("%w: class %d", ErrRefused, e.Type)
}

var classes = map[duckdb.ErrorType]string{
	duckdb.ErrorTypeBinder:               "a name or type in the SQL does not fit",
	duckdb.ErrorTypeCatalog:              "a table or column is not there, or is there already",
	duckdb.ErrorTypeConnection:           "connection",
	duckdb.ErrorTypeConstraint:           "constraint",
	duckdb.ErrorTypeConversion:           "a value can't be read as its type",
	duckdb.ErrorTypeFatal:                "fatal; the database must be opened again",
	duckdb.ErrorTypeIO:                   "a file can't be read or written",
	duckdb.ErrorTypeInternal:             "internal fault",
	duckdb.ErrorTypeInvalidConfiguration: "a setting is wrong",
	duckdb.ErrorTypeInvalidInput:         "input is invalid, or a setting is locked",
	duckdb.ErrorTypeOutOfRange:           "a number is too large",
	duckdb.ErrorTypeParser:               "the SQL can't be read",
	duckdb.ErrorTypePermission:           "not permitted in a sealed database",
	duckdb.ErrorTypeSerialization:        "the file is damaged or of another version",
	duckdb.ErrorTypeTransaction:          "another transaction stands in the way",
}

// find reads the columns of a table, and what has been known of them since they were loaded: nothing for a table that was not.
func (d duckDB) find(ctx context.Context, s *session, table string) (relation, error) {
	r := relation{from: d.table(table), facts: map[string]*facts{}}
	var strange error
	query := "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = " +
		d.text(recordSchema) + " AND table_name = " + d.text(table) + " ORDER BY column_index"
	err := s.stream(ctx, query, []record.Vector{{Type: record.Text}, {Type: record.Text}, {Type: record.Text}}, func(b *record.Batch) error {
		for i := range b.N {
			name, kind := b.Columns[0].Text[i], b.Columns[1].Text[i]
			t, ok := recordType(kind)
			if !ok {
				strange = fmt.Errorf("store: column %s of table %s has the type %s, which is none that records have", name, table, kind)
			}
			r.columns = append(r.columns, record.Vector{Name: name, Type: t})
			var f facts
			if n, _ := fmt.Sscanf(b.Columns[2].Text[i], factsForm, &f.missing, &f.greatest, &f.decimals); n == 3 {
				r.facts[name] = &f
			}
		}
		return strange
	})
	if strange != nil {
		return relation{}, strange
	}
	if err != nil {
		return relation{}, fmt.Errorf("store: columns of %s: %w", table, err)
	}
	return r, nil
}

// factsForm is how the facts of a loaded column are kept, as its comment.
const factsForm = "missing %d greatest %g decimals %d"

// keepFacts keeps the facts of a table's columns beside them.
func (s *session) keepFacts(ctx context.Context, table string, columns []LoadedColumn, all []facts) error {
	d := duckDB{}
	for i, f := range all {
		comment := fmt.Sprintf(factsForm, f.missing, f.greatest, f.decimals)
		if err := s.exec(ctx, "COMMENT ON COLUMN "+d.table(table)+"."+d.ident(columns[i].Name)+" IS "+d.text(comment)); err != nil {
			return err
		}
	}
	return nil
}

// lookups are the tables of the schema for them.
func (d duckDB) lookups(ctx context.Context, s *session) (map[string]lookup, error) {
	out := map[string]lookup{}
	query := "SELECT table_name, COUNT(*) FROM duckdb_columns() WHERE database_name = current_database() AND schema_name = " +
		d.text(lookupSchema) + " GROUP BY table_name"
	err := s.stream(ctx, query, []record.Vector{{Type: record.Text}, {Type: record.Int}}, func(b *record.Batch) error {
		for i, name := range b.Columns[0].Text {
			out[name] = lookup{d.lookup(name), int(b.Columns[1].Int[i]) - 1}
		}
		return nil
	})
	return out, err
}

func (duckDB) write(ctx context.Context, s *session, name string, columns []record.Vector, rows iter.Seq2[*record.Batch, error]) error {
	a, err := s.create(ctx, lookupSchema, name, columns)
	if err != nil {
		return err
	}
	row := make([]driver.Value, len(columns))
	for b, err := range rows {
		if err != nil {
			a.Close()
			return err
		}
		for i := range b.N {
			for j := range row {
				row[j] = b.Columns[j].Text[i] // its keys are texts
			}
			if err := a.AppendRow(row...); err != nil {
				a.Close()
				return refusal(ctx, err)
			}
		}
	}
	if err := a.Close(); err != nil {
		return refusal(ctx, err)
	}
	return nil
}

// Attach makes a Parquet file a table, read in place. Integers up to 64 bits become int, floating and decimal numbers float, times and larger integers text. The
// name must be new. The file must stay where it is and as it is.
func (db *DB) Attach(ctx context.Context, name, parquetPath string) error {
	if err := db.embedded(); err != nil {
		return err
	}
	if err := checkName("table", name); err != nil {
		return err
	}
	path, err := filepath.Abs(parquetPath)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return fmt.Errorf("store: table %s: there is no file %s", name, parquetPath)
	}
	if !sound(path) || strings.ContainsAny(path, "*?[]{}") {
		return fmt.Errorf("store: table %s: the file name %q has a character with a meaning of its own (* ? [ ] { }); give it another", name, parquetPath)
	}
	return db.transact(ctx, true, func(s *session) error {
		d := duckDB{}
		from := "read_parquet(" + d.text(path) + ")"
		var columns, expressions []string
		var strange error
		query := "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM " + from + ")"
		err := s.stream(ctx, query, []record.Vector{{Type: record.Text}, {Type: record.Text}}, func(b *record.Batch) error {
			for i := range b.N {
				column, kind := b.Columns[0].Text[i], b.Columns[1].Text[i]
				t, ok := recordType(kind)
				if !ok {
					strange = fmt.Errorf("store: table %s: column %s of %s has the type %s, which is none that records have", name, column, parquetPath, kind)
					return strange
				}
				expression := d.ident(column)
				if kind != duckDBTypes[t] {
					expression = "CAST(" + expression + " AS " + duckDBTypes[t] + ") AS " + expression
				}
				columns, expressions = append(columns, column), append(expressions, expression)
			}
			return nil
		})
		if strange != nil {
			return strange
		}
		if err != nil {
			return fmt.Errorf("store: table %s: reading %s as Parquet: %w", name, parquetPath, err)
		}
		if err := checkColumns(name, columns); err != nil {
			return err
		}
		// The comment tells Seal which files must stay open to reading, also when the database is opened again.
		for _, statement := range []string{
			"CREATE VIEW " + d.table(name) + " AS SELECT " + strings.Join(expressions, ", ") + " FROM " + from,
			"COMMENT ON VIEW " + d.table(name) + " IS " + d.text(attachedMark+path),
		} {
			if err := s.exec(ctx, statement); err != nil {
				return fmt.Errorf("store: table %s: %w", name, err)
			}
		}
		return nil
	})
}

const attachedMark = "parquet "

// Seal closes the database to files and network but for its own file, the Parquet files attached so far and all of TempDir, and locks its settings.
// It can't be undone while the database is open. Tables can still be loaded.
func (db *DB) Seal(ctx context.Context) error {
	if err := db.embedded(); err != nil {
		return err
	}
	var paths []string
	d := duckDB{}
	err := db.snapshot(ctx, func(s *session) error {
		query := "SELECT comment FROM duckdb_views() WHERE database_name = current_database() AND starts_with(comment, " + d.text(attachedMark) + ") ORDER BY 1"
		return s.stream(ctx, query, []record.Vector{{Type: record.Text}}, func(b *record.Batch) error {
			for _, comment := range b.Columns[0].Text {
				paths = append(paths, d.text(strings.TrimPrefix(comment, attachedMark)))
			}
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("store: sealing: %w", err)
	}
	for _, statement := range []string{
		"SET allowed_paths = [" + strings.Join(paths, ", ") + "]",
		"SET enable_external_access = false",
		"SET lock_configuration = true",
	} {
		if _, err := db.pool.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("store: sealing: %w", refusal(ctx, err))
		}
	}
	return nil
}
