//go:build !quick

package store

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/skikt/skikt/record"
)

// clickHouse is ClickHouse from 18.16 on, over its native protocol. Its SQL is written so that the old one takes it too: one join in each SELECT, groups by name, no
// keyword true, no window, no WITH. A table is named straight after FROM, since a Distributed table is counted on the servers that hold its rows only then.
//
// A run has one connection, and its queries may only read (readonly = 2). Small tables are temporary ones of that connection: nobody else sees them, and the
// server drops them when it ends, also when it is cut. Before a query that counts rows by columns of a small table, the server sends that to the others (GLOBAL). An account that
// may not make temporary tables has them written out in each query.
//
// Whether the tables stay as they are during a run is not for ClickHouse to promise. A query sees one state of each server's table; between two queries it may change.
//
// A bool is 0 or 1 here, and a date the number of days since 1970, because old servers have no bools, and no dates before that.
type clickHouse struct {
	server
	modern   bool   // from 21 on
	unset    bool   // the account may change no settings (readonly = 1)
	run      string // begins the name of each query
	number   atomic.Int64
	timeout  time.Duration
	progress func(done, total int64)

	first sync.Mutex
	conn  any // the connection, since its first use
}

func (*clickHouse) ident(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

func (*clickHouse) text(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

// The least doubles can't be written as numbers.
func (*clickHouse) float(v float64) string {
	if v != 0 && math.Abs(v) < 0x1p-1022 {
		return fmt.Sprintf("reinterpretAsFloat64(reinterpretAsString(toUInt64(%d)))", math.Float64bits(v))
	}
	s := strconv.FormatFloat(v, 'e', -1, 64)
	if v < 0 {
		return "(" + s + ")"
	}
	return s
}

func (*clickHouse) date(iso string) string {
	day, _ := time.Parse(time.DateOnly, iso)
	return fmt.Sprintf("(%d)", day.Unix()/86400)
}

func (*clickHouse) bool(v string) string {
	if v == "true" {
		return "1"
	}
	return "0"
}

func (*clickHouse) whole(expr string) string  { return "toInt64(" + expr + ")" }
func (*clickHouse) double(expr string) string { return "toFloat64(" + expr + ")" }

func (e *clickHouse) asText(expr string, t record.Type) string {
	switch t {
	case record.Text:
		return expr
	case record.Bool:
		return fmt.Sprintf("CASE WHEN %s = 1 THEN 'true' WHEN %s = 0 THEN 'false' ELSE toString(%s) END", expr, expr, expr)
	case record.Date:
		if e.modern {
			return "toString(addDays(toDate32('1970-01-01'), " + expr + "))"
		}
		return fmt.Sprintf("CASE WHEN %s = 0 THEN '1970-01-01' ELSE toString(toDate(%s)) END", expr, expr) // day 0 has no text there
	}
	return "toString(" + expr + ")"
}

func (*clickHouse) stored(expr string, t record.Type) string {
	if t == record.Bool {
		return "toInt64(" + expr + ")"
	}
	return expr
}

func (*clickHouse) finite(expr string) string  { return "isFinite(" + expr + ")" }
func (*clickHouse) tellsNaN() bool             { return false }
func (*clickHouse) integer(expr string) string { return "toInt64(round(" + expr + "))" }

// A sum of 64-bit integers has 64 bits, and wraps. Decimals have 128.
func (*clickHouse) addend(expr string) string { return "toDecimal128(" + expr + ", 0)" }

func (*clickHouse) limbs(expr string) (high, low string) {
	const two63 = "toDecimal128('9223372036854775808', 0)"
	whole := "intDiv(" + expr + ", " + two63 + ")"
	return "toInt64(" + whole + ")", "toInt64(" + expr + " - " + whole + " * " + two63 + ")"
}

func (*clickHouse) values(rows [][]string, columns ...string) string {
	var arrays, unfolded []string
	for i, c := range columns {
		items := make([]string, len(rows))
		for j, row := range rows {
			items[j] = row[i]
		}
		arrays = append(arrays, fmt.Sprintf("[%s] AS a%d", strings.Join(items, ", "), i))
		unfolded = append(unfolded, fmt.Sprintf("a%d AS %s", i, c))
	}
	return "(SELECT " + strings.Join(columns, ", ") + " FROM (SELECT " + strings.Join(arrays, ", ") + ") ARRAY JOIN " + strings.Join(unfolded, ", ") + ")"
}

func (*clickHouse) grouped(alias string) string { return alias }

// of gives each column of a part a name of its own, since parts become one.
func (*clickHouse) of(alias, column string) string { return alias + "_" + column }

// compose nests the folds, as a SELECT takes one join. What has no row in the small table gets a NULL from it.
func (e *clickHouse) compose(q grouping) string {
	by := func(prefix string, n int) string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("%s%d", prefix, i)
		}
		return strings.Join(names, ", ")
	}
	columns := make([]string, len(q.groups))
	for i, x := range q.groups {
		columns[i] = x + " AS " + e.of("g", q.names[i])
	}
	s := "SELECT " + strings.Join(columns, ",\n    ") + "\n  FROM " + q.rows
	if q.keys > 0 {
		s += "\n  GROUP BY " + by("g_k", q.keys)
	}
	for _, f := range q.folds {
		var left, right, on []string
		for i, c := range f.columns {
			key := fmt.Sprintf("%s_on%d", f.alias, i)
			left, right, on = append(left, f.expressions[i]+" AS "+key), append(right, c+" AS "+key), append(on, key)
		}
		right = append(right, "toNullable("+f.value+") AS "+e.of(f.alias, f.value))
		s = "SELECT * FROM (SELECT *, " + strings.Join(left, ", ") + " FROM (\n  " + s + "\n)) AS a ANY LEFT JOIN (SELECT " + strings.Join(right, ", ") +
			" FROM " + f.table + ") AS b USING " + strings.Join(on, ", ")
	}
	s = "SELECT " + strings.Join(q.cells, ",\n  ") + "\nFROM (\n  " + s + "\n)"
	if q.by > 0 {
		s += "\nGROUP BY " + by("d", q.by)
	}
	return s
}

// clickHouseTypes is how each type is kept in small tables.
var clickHouseTypes = map[record.Type]string{record.Text: "String", record.Int: "Int64", record.Float: "Float64", record.Bool: "Int64", record.Date: "Int64"}

// openClickHouse connects to a ClickHouse server.
func openClickHouse(ctx context.Context, s Server, address *url.URL) (*DB, error) {
	options, err := clickHouseOptions(s, address)
	if err != nil {
		return nil, err
	}
	pool := clickhouse.OpenDB(options)
	pool.SetMaxOpenConns(1)
	pool.SetMaxIdleConns(1)
	pool.SetConnMaxLifetime(0) // the small tables are the connection's
	e := &clickHouse{run: "skikt " + shortened(s.Run, 60) + " " + rand.Text()[:8] + " ", timeout: s.Timeout, progress: s.Progress}
	db := pooled(pool, e, s)
	db.transport = e.ask
	if err := e.meet(ctx, db); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func clickHouseOptions(s Server, address *url.URL) (*clickhouse.Options, error) {
	o := &clickhouse.Options{
		Addr:        []string{address.Host},
		Auth:        clickhouse.Auth{Database: strings.TrimPrefix(address.Path, "/"), Username: address.User.Username(), Password: s.Password},
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionLZ4},
		ClientInfo:  clickhouse.ClientInfo{Products: []struct{ Name, Version string }{{"skikt", ""}}},

		ConnMaxLifetime: math.MaxInt64, // the driver's own is an hour, which a run may well take
	}
	port := "9000"
	if !s.Insecure && !loopback(address.Hostname()) {
		port = "9440"
		o.TLS = &tls.Config{ServerName: address.Hostname(), MinVersion: tls.VersionTLS12}
		var err error
		if o.TLS.RootCAs, err = s.authorities(); err != nil {
			return nil, err
		}
	}
	if address.Port() == "" {
		o.Addr[0] = net.JoinHostPort(address.Hostname(), port)
	}
	o.DialContext = func(ctx context.Context, at string) (net.Conn, error) {
		plain, err := watch(ctx, "tcp", at)
		if err != nil {
			return nil, err
		}
		conn := parting{plain.(watched)}
		if o.TLS == nil {
			return conn, nil
		}
		safe := tls.Client(conn, o.TLS)
		if err := safe.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return safe, nil
	}
	return o, nil
}

// A parting connection lets what was sent last, that a query is cancelled, reach the server before it is closed. Closed with answers unread it would be reset, and an old server whose
// connection is reset does not cancel its query.
type parting struct{ watched }

func (c parting) Close() error {
	c.TCPConn.CloseWrite()
	c.TCPConn.SetReadDeadline(time.Now().Add(2 * time.Second))
	io.Copy(io.Discard, onlyReader{c.TCPConn}) // until the server closes
	return c.TCPConn.Close()
}

type onlyReader struct{ io.Reader }

// undated is a context whose deadline the driver does not see: it would put one of its own making in place of the time limit that the server is told of.
type undated struct{ context.Context }

func (undated) Deadline() (time.Time, bool) { return time.Time{}, false }

// meet learns which version the server is of, and what the account may. A server that is not there, or is just starting, is tried again: nothing has been asked yet.
func (e *clickHouse) meet(ctx context.Context, db *DB) (err error) {
	e.unset = true // until we know better
	query := "SELECT toInt64(splitByChar('.', version())[1]), toInt64(value) FROM system.settings WHERE name = 'readonly'"
	for attempt := range 3 {
		if attempt > 0 {
			select {
			case <-time.After(time.Duration(attempt) * time.Second):
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err = db.snapshot(ctx, func(s *session) error {
			return s.stream(ctx, query, []record.Vector{{Type: record.Int}, {Type: record.Int}}, func(b *record.Batch) error {
				e.modern, e.unset = b.Columns[0].Int[0] >= 21, b.Columns[1].Int[0] == 1
				return nil
			})
		})
		if errors.Is(err, ErrLost) {
			return fmt.Errorf("%w: it ended the connection at once; is there such a database, and is this the port of its native protocol?", ErrRefused)
		}
		if !errors.Is(err, ErrReach) {
			return err
		}
	}
	return err
}

// asking is the context of one query: its name, that it may only read, its time limit, and who hears of its progress.
func (e *clickHouse) asking(ctx context.Context) context.Context {
	options := []clickhouse.QueryOption{clickhouse.WithQueryID(e.run + strconv.FormatInt(e.number.Add(1), 10))}
	if !e.unset {
		settings := clickhouse.Settings{"readonly": 2, "receive_timeout": int(silence.Seconds()), "max_query_size": 1 << 24, "max_ast_elements": 1 << 22, "max_expanded_ast_elements": 1 << 22}
		if e.timeout > 0 {
			settings["max_execution_time"] = int(math.Ceil(e.timeout.Seconds()))
		}
		if e.modern {
			settings["log_comment"] = strings.TrimSpace(e.run)
		}
		options = append(options, clickhouse.WithSettings(settings))
	}
	if e.progress != nil {
		var done, total uint64
		options = append(options, clickhouse.WithProgress(func(p *clickhouse.Progress) {
			done, total = done+p.Rows, total+p.TotalRows
			e.progress(int64(done), int64(max(done, total)))
		}))
	}
	return clickhouse.Context(undated{ctx}, options...)
}

// ask is the transport: by rows, whose unsigned numbers become what they are elsewhere.
func (e *clickHouse) ask(ctx context.Context, conn driver.Conn, query string, result []record.Vector, sink func(*record.Batch) error) error {
	limited := ctx
	if e.timeout > 0 { // a server that waits for another one that stands still does not look at its own clock
		var stop context.CancelFunc
		limited, stop = context.WithTimeout(ctx, e.timeout+5*time.Second)
		defer stop()
	}
	err := rowByRow(e.asking(limited), signed{conn}, query, result, sink, func(_ context.Context, err error) error { return refused(ctx, e, err) })
	if err != nil && ctx.Err() == nil && errors.Is(limited.Err(), context.DeadlineExceeded) {
		return ErrTimeout
	}
	return err
}

type signed struct{ driver.Conn }

func (c signed) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return signedRows{rows}, nil
}

type signedRows struct{ driver.Rows }

func (r signedRows) Next(values []driver.Value) error {
	err := r.Rows.Next(values)
	for i, v := range values {
		switch v := v.(type) {
		case uint64:
			values[i] = int64(v)
		case uint8:
			values[i] = int64(v)
		case uint16:
			values[i] = int64(v)
		case uint32:
			values[i] = int64(v)
		case int8:
			values[i] = int64(v)
		case int16:
			values[i] = int64(v)
		case int32:
			values[i] = int64(v)
		}
	}
	return err
}

// exec runs a statement that changes something of the connection's.
func (e *clickHouse) exec(ctx context.Context, s *session, statement string) error {
	if _, err := s.conn.ExecContext(e.asking(ctx), statement); err != nil {
		return refused(ctx, e, err)
	}
	return nil
}

// begin sees to it that the connection is the one that has the small tables.
func (e *clickHouse) begin(_ context.Context, s *session, _ bool) error {
	return s.conn.Raw(func(conn any) error {
		e.first.Lock()
		defer e.first.Unlock()
		if e.conn != conn && len(e.small) > 0 {
			return ErrLost
		}
		e.conn = conn
		return nil
	})
}

func (*clickHouse) end(context.Context, *session, bool) error { return nil }
func (*clickHouse) steady() bool                              { return false }

func (e *clickHouse) describe(ctx context.Context, s *session, table string) (from string, columns []column, err error) {
	base, name, dotted := strings.Cut(table, ".")
	if !dotted {
		base, name = "", table
	}
	in, from := "currentDatabase()", e.ident(name)
	if dotted {
		in, from = e.text(base), e.ident(base)+"."+from
	}
	query := "SELECT name, type FROM system.columns WHERE database = " + in + " AND table = " + e.text(name)
	err = s.stream(ctx, query, []record.Vector{{Type: record.Text}, {Type: record.Text}}, func(b *record.Batch) error {
		for i, name := range b.Columns[0].Text {
			if own.MatchString(name) {
				return fmt.Errorf("its column %q has a name that means something in skikt's queries; let a view give it another", name)
			}
			c := column{name: name, kind: b.Columns[1].Text[i]}
			c.is, c.read, c.truth = e.reads("t."+e.ident(name), c.kind)
			columns = append(columns, c)
		}
		return nil
	})
	if err == nil && len(columns) == 0 {
		err = errors.New("there is no such table or view, or the account has no right to it (GRANT SELECT)")
	}
	return from, columns, err
}

// own are the names that columns have in queries; an old server would take one for the other.
var own = regexp.MustCompile(`^(g_|s\d+_(key|d)\d)`)

var (
	wrapped = regexp.MustCompile(`^(?:Nullable|LowCardinality)\((.*)\)$`)
	decimal = regexp.MustCompile(`^Decimal\((\d+), (\d+)\)$`)
)

// reads is the type under which a column of a kind is read, and how, and how as a bool.
func (e *clickHouse) reads(x, kind string) (is record.Type, read, truth string) {
	for m := wrapped.FindStringSubmatch(kind); m != nil; m = wrapped.FindStringSubmatch(kind) {
		kind = m[1]
	}
	if m := decimal.FindStringSubmatch(kind); m != nil {
		if digits, _ := strconv.Atoi(m[1]); m[2] == "0" && digits <= 18 {
			return record.Int, e.whole(x), ""
		}
		return record.Float, e.double(x), ""
	}
	base, _, _ := strings.Cut(kind, "(")
	switch base {
	case "Int64":
		return record.Int, x, ""
	case "UInt8", "Int8":
		return record.Int, e.whole(x), x
	case "Int16", "Int32", "UInt16", "UInt32":
		return record.Int, e.whole(x), ""
	case "Float64":
		return record.Float, x, ""
	case "Float32":
		return record.Float, e.double(x), ""
	case "Bool":
		return record.Bool, "toUInt8(" + x + ")", ""
	case "Date", "Date32":
		return record.Date, e.whole(x), ""
	case "String":
		return record.Text, x, ""
	case "FixedString":
		return record.Text, "toStringCutToZero(" + x + ")", ""
	case "UInt64", "UUID", "Enum8", "Enum16", "DateTime", "DateTime64":
		return record.Text, "toString(" + x + ")", ""
	}
	return "", "", ""
}

// estimate is the rows of the query's table, which are more than a condition or a group leaves; old servers can't explain. The parts of a MergeTree tell how many there are, on every
// server of the cluster when the table is Distributed. Of views, and of what the account may not look at, nothing is known.
func (e *clickHouse) estimate(ctx context.Context, s *session, query string) (int64, error) {
	m := ofTable.FindStringSubmatch(query)
	if m == nil {
		return -1, nil
	}
	base, table := m[1], m[2]
	in := "currentDatabase()"
	if base != "" {
		in = e.text(base)
	}
	var engine string
	err := s.stream(ctx, "SELECT engine_full FROM system.tables WHERE database = "+in+" AND name = "+e.text(table), []record.Vector{{Type: record.Text}}, func(b *record.Batch) error {
		engine = b.Columns[0].Text[0]
		return nil
	})
	parts := "system.parts"
	if m := distributed.FindStringSubmatch(engine); err == nil && m != nil {
		parts, in, table = "cluster("+e.text(m[1])+", system.parts)", e.text(m[2]), m[3]
	}
	n := int64(-1)
	if err == nil {
		err = s.stream(ctx, "SELECT toInt64(sum(rows)), toInt64(count()) FROM "+parts+" WHERE active AND database = "+in+" AND table = "+e.text(table),
			[]record.Vector{{Type: record.Int}, {Type: record.Int}}, func(b *record.Batch) error {
				if b.Columns[1].Int[0] > 0 {
					n = b.Columns[0].Int[0]
				}
				return nil
			})
	}
	if errors.Is(err, ErrRight) || errors.Is(err, ErrRefused) {
		return -1, nil
	}
	return n, err
}

var (
	ofTable     = regexp.MustCompile(`^SELECT 1 FROM (?:"([^"\\]+)"\.)?"([^"\\]+)" AS t\b`)
	distributed = regexp.MustCompile(`^Distributed\('?([^',]+)'?, '?([^',]+)'?, '?([^',)]+)'?`)
)

func (e *clickHouse) join(r relation, keys []string, small lookup, derived []record.Vector) (relation, error) {
	n := strings.Count(r.joins, "JOIN")
	if n > 0 && !e.modern {
		return r, errors.New("it has columns that follow from others already, and this old server takes one join; let a view give rows the code of their area")
	}
	alias := fmt.Sprintf("s%d", n)
	var columns, on, using, named []string
	for i, key := range keys {
		name := fmt.Sprintf("%s_key%d", alias, i)
		columns, on = append(columns, fmt.Sprintf("key%d AS %s", i, name)), append(on, r.read(e, key)+" = "+alias+"."+name)
		using, named = append(using, name), append(named, r.read(e, key)+" AS "+name)
	}
	r.reads = maps.Clone(r.reads)
	for i, c := range derived {
		name := fmt.Sprintf("%s_d%d", alias, i)
		columns = append(columns, "toNullable("+e.ident(c.Name)+") AS "+name) // so what has no row there gets a NULL
		r.reads[c.Name] = name
	}
	r.joins += " GLOBAL ANY LEFT JOIN (SELECT " + strings.Join(columns, ", ") + " FROM " + small.from + ") "
	if e.modern {
		r.joins += "AS " + alias + " ON " + strings.Join(on, " AND ")
		return r, nil
	}
	// An old server's ON takes one key on a Distributed table. Its USING takes more, also such as are named anywhere in the query.
	r.joins += "USING (" + strings.Join(using, ", ") + ")"
	naming := "ignore(" + strings.Join(named, ", ") + ") = 0" // which is always so
	if r.only != "" {
		naming = r.only + " AND " + naming
	}
	r.only = naming
	return r, nil
}

// write makes a temporary table.
func (e *clickHouse) write(ctx context.Context, s *session, name string, columns []record.Vector, rows iter.Seq2[*record.Batch, error]) error {
	l, err := e.named(name, columns)
	if err != nil {
		return err
	}
	definitions := make([]string, len(columns))
	for i, c := range columns {
		kind := clickHouseTypes[c.Type]
		if c.Name != fmt.Sprintf("key%d", i) {
			kind = "Nullable(" + kind + ")"
		}
		definitions[i] = e.ident(c.Name) + " " + kind
	}
	err = e.exec(ctx, s, "CREATE TEMPORARY TABLE "+l.from+" ("+strings.Join(definitions, ", ")+")")
	switch {
	case errors.Is(err, ErrRight):
		if l.from, err = writtenOut(e, columns, rows, valuesMost); err != nil {
			return fmt.Errorf("%w: the account may make no temporary tables, and it would be too large to write out in each query; GRANT CREATE TEMPORARY TABLE, or set its readonly to 2", err)
		}
	case err == nil:
		err = s.conn.Raw(func(conn any) error { return e.insert(ctx, conn.(driver.Conn), l.from, columns, rows) })
	}
	if err != nil {
		return err
	}
	e.written(name, l)
	return nil
}

// insert fills a temporary table.
func (e *clickHouse) insert(ctx context.Context, conn driver.Conn, table string, columns []record.Vector, rows iter.Seq2[*record.Batch, error]) error {
	for b, err := range rows {
		if err != nil {
			return err
		}
		if b.N == 0 {
			continue
		}
		names := columnNames(columns) // an old server does not tell them
		for i, name := range names {
			names[i] = e.ident(name)
		}
		batch, err := conn.(driver.ConnPrepareContext).PrepareContext(e.asking(ctx), "INSERT INTO "+table+" ("+strings.Join(names, ", ")+")")
		if err != nil {
			return refused(ctx, e, err)
		}
		row := make([]driver.NamedValue, len(b.Columns))
		for i := range b.N {
			for j := range row {
				row[j].Value = value(&b.Columns[j], i)
			}
			if _, err := batch.(driver.StmtExecContext).ExecContext(ctx, row); err != nil {
				return refused(ctx, e, err)
			}
		}
		if err := conn.(driver.Tx).Commit(); err != nil {
			return refused(ctx, e, err)
		}
	}
	return nil
}

// value is a value as a driver takes it.
func value(v *record.Vector, i int) any {
	switch {
	case v.State != nil && v.State[i] != record.Present:
		return nil
	case v.Type == record.Text:
		return v.Text[i]
	case v.Type == record.Float:
		return v.Float[i]
	}
	return v.Int[i]
}

func (e *clickHouse) class(err error) error {
	var at *clickhouse.Exception
	if errors.Is(err, context.DeadlineExceeded) {
		return ErrTimeout
	}
	if !errors.As(err, &at) {
		return unanswered(err)
	}
	known := func(class error) error { return fmt.Errorf("%w (code %d)", class, at.Code) }
	if strings.Contains(at.Message, "errno: 28,") { // there are several codes for what could not be written
		return known(ErrDisk)
	}
	switch at.Code {
	case 192, 193, 194, 195, 516:
		return known(ErrLogin)
	case 164, 291, 497:
		return known(ErrRight)
	case 159, 160:
		return known(ErrTimeout)
	case 32, 209, 210, 279, 519, 198, 225:
		return known(ErrNode)
	case 236:
		return known(ErrLost)
	case 394:
		return known(ErrEnded)
	case 243:
		return known(ErrDisk)
	case 241:
		return known(ErrMemory)
	}
	for text, codes := range clickHouseClasses {
		for _, code := range codes {
			if at.Code == code {
				return known(fmt.Errorf("%w: %s", ErrRefused, text))
			}
		}
	}
	return known(ErrRefused)
}

// clickHouseClasses are what the codes say.
var clickHouseClasses = map[string][]int32{
	"there is no such database": {81},
	"a table or column is not there any more, or has another type; has it changed since the run began? Look with skikt check, and run again": {10, 16, 36, 43, 44, 47, 53, 60, 70, 218},
	"a value can't be read as its type, or a number is too large":                                                                            {6, 26, 27, 38, 41, 69, 72, 321, 349, 407},
	"the account may ask for no more; see its quota, or the limits of its profile":                                                           {158, 161, 162, 167, 168, 191, 201, 202, 290, 307, 396},
	"the SQL can't be read": {62},
}
