//go:build !quick

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/skikt/skikt/record"
)

// postgres is PostgreSQL 15 or later.
//
// A run has two connections. One, the keeper, does nothing but keep a read-only transaction open; the other does all work, in read-only transactions that see what the
// keeper's saw when it began. So a whole run sees one state of the database, whatever others write meanwhile. Small tables are temporary ones of the
// working connection: nobody else sees them, and the server drops them when the connection ends, also when it is cut. They are written frozen, or the keeper's
// older view would not show their rows. An account that may not make them has them written out in each query.
type postgres struct {
	server
	keeper   *sql.Conn
	snapshot string // what the keeper's view is called
	temp     bool   // temporary tables may be made

	first sync.Mutex
	pid   uint32 // of the working connection, since its first use
}

// valuesMost is how many rows a small table may have when it is written out in a query.
const valuesMost = 50_000

func (*postgres) ident(name string) string                 { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
func (*postgres) text(s string) string                     { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func (*postgres) date(iso string) string                   { return "DATE '" + iso + "'" }
func (*postgres) whole(expr string) string                 { return "CAST(" + expr + " AS BIGINT)" }
func (*postgres) double(expr string) string                { return "CAST(" + expr + " AS DOUBLE PRECISION)" }
func (*postgres) asText(expr string, _ record.Type) string { return "CAST(" + expr + " AS TEXT)" }
func (*postgres) compose(q grouping) string                { return plainly(q) }
func (*postgres) tellsNaN() bool                           { return true }
func (*postgres) grouped(string) string                    { return "1" }
func (*postgres) of(alias, column string) string           { return named(alias, column) }
func (*postgres) bool(v string) string                     { return v }
func (*postgres) addend(expr string) string                { return expr }

// A bare literal would be a NUMERIC.
func (*postgres) float(v float64) string {
	return "CAST('" + strconv.FormatFloat(v, 'e', -1, 64) + "' AS DOUBLE PRECISION)"
}

// Infinity equals itself here, and NaN is greater.
func (*postgres) finite(expr string) string {
	return "ABS(" + expr + ") < CAST('Infinity' AS DOUBLE PRECISION)"
}

// The cast rounds to the nearest.
func (*postgres) integer(expr string) string { return "CAST(" + expr + " AS BIGINT)" }

// The sum of 64-bit integers is a NUMERIC.
func (*postgres) limbs(expr string) (high, low string) {
	return "CAST(DIV(" + expr + ", 9223372036854775808) AS BIGINT)", "CAST(MOD(" + expr + ", 9223372036854775808) AS BIGINT)"
}

func (*postgres) values(rows [][]string, columns ...string) string { return valued(rows, columns) }

func (*postgres) stored(expr string, t record.Type) string {
	switch t {
	case record.Bool:
		return "CAST(CAST(" + expr + " AS INTEGER) AS BIGINT)"
	case record.Date:
		return "CAST(" + expr + " - DATE '1970-01-01' AS BIGINT)"
	}
	return expr
}

// postgresTypes is how each type is kept in small tables.
var postgresTypes = map[record.Type]string{
	record.Text: `TEXT COLLATE "C"`, record.Int: "BIGINT", record.Float: "DOUBLE PRECISION", record.Bool: "BOOLEAN", record.Date: "DATE",
}

// openPostgres connects to a PostgreSQL server.
func openPostgres(ctx context.Context, s Server, address *url.URL) (*DB, error) {
	config, err := postgresConfig(s, address)
	if err != nil {
		return nil, err
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		// So the server ends a query whose asker is gone. Servers on some systems can't.
		if _, err := c.Exec(ctx, "SET client_connection_check_interval = '5s'"); err != nil && ctx.Err() != nil {
			return err
		}
		return nil
	}))
	pool.SetMaxOpenConns(2)
	pool.SetMaxIdleConns(2)
	e := &postgres{}
	db := pooled(pool, e, s)
	db.closing = e.release
	if err := e.keep(ctx, db); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func postgresConfig(s Server, address *url.URL) (*pgx.ConnConfig, error) {
	safety := url.Values{"sslmode": {"verify-full"}, "connect_timeout": {"15"}}
	if s.Insecure || loopback(address.Hostname()) {
		safety.Set("sslmode", "prefer")
	}
	if s.CA != "" {
		safety.Set("sslrootcert", s.CA)
	}
	full := *address
	full.RawQuery = safety.Encode()
	config, err := pgx.ParseConfig(full.String())
	if err != nil {
		return nil, errors.New("its address, or the file of authorities to trust, can't be used")
	}
	if s.Password != "" {
		config.Password = s.Password
	}
	config.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec // each query is asked once
	config.StatementCacheCapacity, config.DescriptionCacheCapacity = 0, 0
	config.DialFunc = func(ctx context.Context, network, at string) (net.Conn, error) {
		conn, err := heard(ctx, network, at)
		if err == nil && s.Timeout > 0 {
			conn = &bounded{Conn: conn, limit: s.Timeout + 10*time.Second}
		}
		return conn, err
	}
	config.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 5 * time.Second} // cancels on the server, and waits for it
	}
	for name, value := range map[string]string{
		"application_name":                    shortened("skikt "+s.Run, 63),
		"default_transaction_read_only":       "on",
		"statement_timeout":                   strconv.FormatInt(s.Timeout.Milliseconds(), 10),
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "0",                  // the keeper idles
		"tcp_keepalives_idle":                 seconds(silence / 2), // so that the server lets a run go that is cut off
		"tcp_keepalives_interval":             seconds(silence / 12),
		"tcp_keepalives_count":                "6",
		"tcp_user_timeout":                    strconv.FormatInt(3*silence.Milliseconds(), 10), // longer than here, as a program may be slow to read
		"standard_conforming_strings":         "on",
		"client_encoding":                     "UTF8",
		"DateStyle":                           "ISO, YMD",
		"TimeZone":                            "UTC",
		"extra_float_digits":                  "1",
	} {
		config.RuntimeParams[name] = value
	}
	return config, nil
}

// seconds is a time in whole ones, at least one.
func seconds(d time.Duration) string {
	return strconv.Itoa(int(max(1, (d+time.Second-1)/time.Second)))
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func shortened(s string, n int) string {
	for len(s) > n {
		s = s[:len(s)-1]
	}
	return strings.ToValidUTF8(s, "")
}

// keep connects the keeper. A server that is not there, or is just starting, is tried again: nothing has been asked yet.
func (e *postgres) keep(ctx context.Context, db *DB) (err error) {
	for attempt := range 3 {
		if attempt > 0 {
			select {
			case <-time.After(time.Duration(attempt) * time.Second / 2):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if e.keeper, err = db.pool.Conn(ctx); err == nil {
			break
		}
		if err = refused(ctx, e, err); !errors.Is(err, ErrReach) {
			return err
		}
	}
	if err != nil {
		return err
	}
	s := &session{db, e.keeper}
	if err := s.exec(ctx, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return err
	}
	result := []record.Vector{{Type: record.Text}, {Type: record.Int}, {Type: record.Int}}
	query := "SELECT pg_export_snapshot(), CAST(current_setting('server_version_num') AS BIGINT), " +
		"CAST(CAST(has_database_privilege(current_database(), 'TEMPORARY') AND NOT pg_is_in_recovery() AS INTEGER) AS BIGINT)"
	return s.stream(ctx, query, result, func(b *record.Batch) error {
		e.snapshot, e.temp = b.Columns[0].Text[0], b.Columns[2].Int[0] == 1
		if v := b.Columns[1].Int[0] / 10_000; v < 15 {
			return fmt.Errorf("it is PostgreSQL %d; 15 is the oldest that can be used", v)
		}
		return nil
	})
}

// release lets the keeper's view go.
func (e *postgres) release() error {
	if e.keeper == nil {
		return nil
	}
	return e.keeper.Close()
}

func (e *postgres) begin(ctx context.Context, s *session, writes bool) error {
	if err := e.same(s); err != nil {
		return err
	}
	if writes {
		return s.exec(ctx, "BEGIN TRANSACTION READ WRITE")
	}
	if err := s.exec(ctx, "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return err
	}
	err := s.exec(ctx, "SET TRANSACTION SNAPSHOT "+e.text(e.snapshot))
	if err != nil && ctx.Err() == nil {
		err = ErrLost // the keeper's connection is gone
	}
	return err
}

// same sees to it that the working connection is the one that has the small tables.
func (e *postgres) same(s *session) error {
	return s.conn.Raw(func(conn any) error {
		e.first.Lock()
		defer e.first.Unlock()
		pid := conn.(*stdlib.Conn).Conn().PgConn().PID()
		if e.pid == 0 {
			e.pid = pid
		}
		if e.pid != pid {
			return ErrLost
		}
		return nil
	})
}

func (e *postgres) end(ctx context.Context, s *session, keep bool) error {
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	if keep {
		return s.exec(ctx, "COMMIT")
	}
	return s.exec(ctx, "ROLLBACK")
}

func (e *postgres) describe(ctx context.Context, s *session, table string) (from string, columns []column, err error) {
	// A table that has been rewritten since the run began would look empty to it.
	query := `SELECT format('%I.%I', n.nspname, c.relname), a.attname, format_type(a.atttypid, a.atttypmod),
  CASE WHEN y.typtype = 'd' THEN format_type(y.typbasetype, y.typtypmod) WHEN y.typtype = 'e' THEN 'text' ELSE format_type(a.atttypid, a.atttypmod) END,
  CAST(CAST(has_column_privilege(c.oid, a.attnum, 'SELECT') AS INTEGER) AS BIGINT),
  CAST(CAST(c.relfilenode <> 0 AND c.relfilenode <> pg_relation_filenode(c.oid) AS INTEGER) AS BIGINT)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid JOIN pg_type AS y ON y.oid = a.atttypid
WHERE c.oid = to_regclass(` + e.text(table) + `) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`
	result := []record.Vector{{Type: record.Text}, {Type: record.Text}, {Type: record.Text}, {Type: record.Text}, {Type: record.Int}, {Type: record.Int}}
	err = s.stream(ctx, query, result, func(b *record.Batch) error {
		from = b.Columns[0].Text[0]
		if b.Columns[5].Int[0] != 0 {
			return errRewritten
		}
		for i := range b.N {
			c := column{name: b.Columns[1].Text[i], kind: b.Columns[2].Text[i], denied: b.Columns[4].Int[i] == 0}
			c.is, c.read = e.reads("t."+e.ident(c.name), b.Columns[3].Text[i])
			columns = append(columns, c)
		}
		return nil
	})
	switch {
	case err != nil:
	case len(columns) == 0:
		err = errors.New("there is no such table or view")
	case s.db.dry:
	case slices.ContainsFunc(columns, func(c column) bool { return !c.denied }):
		// So nobody changes its columns while the run lasts; reading and writing its rows goes on.
		keeper := &session{s.db, e.keeper}
		err = keeper.exec(ctx, "LOCK TABLE "+from+" IN ACCESS SHARE MODE")
	}
	return from, columns, err
}

var errRewritten = errors.New("it has been changed since the run began; run again")

var numeric = regexp.MustCompile(`^numeric\((\d+),0\)$`)

// reads is the type under which a column of a kind is read, and how. Texts are compared byte by byte, as everywhere in skikt, whatever the column's collation; those
// of fixed length lose the blanks that fill them up.
func (e *postgres) reads(x, kind string) (record.Type, string) {
	if m := numeric.FindStringSubmatch(kind); m != nil {
		if digits, _ := strconv.Atoi(m[1]); digits <= 18 {
			return record.Int, e.whole(x)
		}
	}
	base, _, _ := strings.Cut(kind, "(")
	switch base {
	case "bigint":
		return record.Int, x
	case "smallint", "integer":
		return record.Int, e.whole(x)
	case "double precision":
		return record.Float, x
	case "real", "numeric":
		return record.Float, e.double(x)
	case "boolean":
		return record.Bool, x
	case "date":
		return record.Date, x
	case "text", "character varying", "character", "citext", "name", "uuid",
		"timestamp without time zone", "timestamp with time zone", "time without time zone", "time with time zone":
		return record.Text, e.asText(x, record.Text) + ` COLLATE "C"`
	}
	return "", ""
}

// plannedRows is what the first line of a plan says of the rows that the query gives.
var plannedRows = regexp.MustCompile(` rows=(\d+) `)

func (e *postgres) estimate(ctx context.Context, s *session, query string) (int64, error) {
	n, first := int64(-1), true
	err := s.stream(ctx, "EXPLAIN "+query, []record.Vector{{Type: record.Text}}, func(b *record.Batch) error {
		if m := plannedRows.FindStringSubmatch(b.Columns[0].Text[0]); first && m != nil {
			n, _ = strconv.ParseInt(m[1], 10, 64)
		}
		first = false
		return nil
	})
	return n, err
}

func (*postgres) steady() bool { return true }

// crowd has groups made by sorting. Hashing, which PostgreSQL takes to when it thinks that there are fewer, can be slower without bound when workers hash what is hashed again: 3 million
// different points took more than an hour where sorting takes 4 seconds.
func (*postgres) crowd(ctx context.Context, s *session) error {
	return s.exec(ctx, "SET LOCAL enable_hashagg = off")
}

func (e *postgres) join(r relation, keys []string, small lookup, derived []record.Vector) (relation, error) {
	return joined(e, r, keys, small, derived), nil
}

func (e *postgres) write(ctx context.Context, s *session, name string, columns []record.Vector, rows iter.Seq2[*record.Batch, error]) error {
	l, err := e.named(name, columns)
	if err != nil {
		return err
	}
	if !e.temp {
		if l.from, err = writtenOut(e, columns, rows, valuesMost); err != nil {
			return fmt.Errorf("%w: the account may make no temporary tables, and it would be too large to write out in each query; GRANT TEMPORARY ON DATABASE", err)
		}
		e.written(name, l)
		return nil
	}
	definitions := make([]string, len(columns))
	for i, c := range columns {
		definitions[i] = e.ident(c.Name) + " " + postgresTypes[c.Type]
	}
	if err := s.exec(ctx, "CREATE TEMPORARY TABLE "+l.from+" ("+strings.Join(definitions, ", ")+")"); err != nil {
		return err
	}
	if err := e.copy(ctx, s, l.from, rows); err != nil {
		return err
	}
	if err := s.exec(ctx, "ANALYZE "+l.from); err != nil {
		return err
	}
	e.written(name, l)
	return nil
}

// copy fills a table that has been made in the same transaction.
func (e *postgres) copy(ctx context.Context, s *session, table string, rows iter.Seq2[*record.Batch, error]) error {
	from, to := io.Pipe()
	defer from.Close()
	made := make(chan error, 1) // what went wrong on our side
	go func() {
		err := copyText(to, rows)
		made <- err
		to.CloseWithError(err)
	}()
	err := s.conn.Raw(func(conn any) error {
		_, err := conn.(*stdlib.Conn).Conn().PgConn().CopyFrom(ctx, from, s.db.tag+"COPY "+table+" FROM STDIN (FREEZE)")
		return err
	})
	from.Close()
	if ours := <-made; ours != nil && !errors.Is(ours, io.ErrClosedPipe) {
		return ours
	}
	if err != nil {
		return refused(ctx, e, err)
	}
	return nil
}

// copyText writes rows as COPY reads them.
func copyText(to io.Writer, rows iter.Seq2[*record.Batch, error]) error {
	escape := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`)
	var line []byte
	for b, err := range rows {
		if err != nil {
			return err
		}
		line = line[:0]
		for i := range b.N {
			for j := range b.Columns {
				c := &b.Columns[j]
				if j > 0 {
					line = append(line, '\t')
				}
				switch {
				case c.State != nil && c.State[i] != record.Present:
					line = append(line, `\N`...)
				case c.Type == record.Text:
					line = append(line, escape.Replace(c.Text[i])...)
				case c.Type == record.Float:
					line = strconv.AppendFloat(line, c.Float[i], 'g', -1, 64)
				case c.Type == record.Date:
					line = time.Unix(c.Int[i]*86400, 0).UTC().AppendFormat(line, time.DateOnly)
				default:
					line = strconv.AppendInt(line, c.Int[i], 10)
				}
			}
			line = append(line, '\n')
		}
		if _, err := to.Write(line); err != nil {
			return err
		}
	}
	return nil
}

func (e *postgres) class(err error) error {
	var at *pgconn.PgError
	if !errors.As(err, &at) {
		return unanswered(err)
	}
	known := func(class error) error { return fmt.Errorf("%w (SQLSTATE %s)", class, at.Code) }
	switch at.Code {
	case "28P01", "28000":
		return known(ErrLogin)
	case "42501":
		return known(ErrRight)
	case "57014":
		return known(ErrTimeout)
	case "57P03", "53300":
		return known(ErrReach)
	case "57P01", "57P02", "57P05", "25P03", "25P04":
		return known(ErrLost)
	case "53100":
		return known(ErrDisk)
	case "53200":
		return known(ErrMemory)
	}
	if at.Code[:2] == "08" {
		return known(ErrLost)
	}
	for _, c := range postgresClasses {
		if slices.ContainsFunc(c.codes, func(code string) bool { return strings.HasPrefix(at.Code, code) }) {
			return known(fmt.Errorf("%w: %s", ErrRefused, c.text))
		}
	}
	return known(ErrRefused)
}

// postgresClasses are what SQLSTATE says, by how it begins.
var postgresClasses = []struct {
	text  string
	codes []string
}{
	{"there is no such database", []string{"3D000"}},
	{"a table or column is not there any more, or has another type; has it changed since the run began? Look with skikt check, and run again", []string{"42P01", "42703", "42883", "42804", "42846", "XX000"}},
	{"a value can't be read as its type, or a number is too large", []string{"22"}},
	{"somebody holds a lock on a table; try again when their work is done", []string{"55P03"}},
	{"the work of others stood in the way; run again", []string{"40"}},
	{"the SQL can't be read", []string{"42601"}},
	{"something that the server does not allow", []string{"0A", "25"}},
}
