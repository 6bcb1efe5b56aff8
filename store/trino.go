//go:build !quick

package store

import (
	"context"
	"crypto/tls"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/trinodb/trino-go-client/trino"

	"github.com/skikt/skikt/record"
)

// trinoEngine is Trino, over its HTTP protocol.
//
// A run asks one query at a time, each in a read-only transaction. Trino has no temporary tables: small ones are made in the schema that the address names, are named by the
// run, and are dropped when it ends. When that schema takes none, or the account may make none there, they are written out in each query.
//
// Whether the tables stay as they are during a run depends on the catalog; between two queries they may change.
type trinoEngine struct {
	server
	catalog, schema string
	config          *trino.Config
	tag             string // what queries begin with
	run             string // begins the names of small tables
	progress        func(done, total int64)

	mu   sync.Mutex
	tx   driver.Tx
	gone bool     // the coordinator does not answer, so there is no use in telling it that a transaction is over
	made []string // small tables that are to be dropped
	held *lease   // since the first of them; nil when the account may have none
	told bool     // the run's name says which lease it has, or that it has none
}

func (*trinoEngine) ident(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}
func (*trinoEngine) text(s string) string                       { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
func (*trinoEngine) date(iso string) string                     { return "DATE '" + iso + "'" }
func (*trinoEngine) bool(v string) string                       { return v }
func (*trinoEngine) whole(expr string) string                   { return "CAST(" + expr + " AS BIGINT)" }
func (*trinoEngine) double(expr string) string                  { return "CAST(" + expr + " AS DOUBLE)" }
func (*trinoEngine) asText(expr string, _ record.Type) string   { return "CAST(" + expr + " AS VARCHAR)" }
func (*trinoEngine) finite(expr string) string                  { return "IS_FINITE(" + expr + ")" }
func (*trinoEngine) tellsNaN() bool                             { return false }
func (*trinoEngine) of(alias, column string) string             { return named(alias, column) }
func (*trinoEngine) grouped(string) string                      { return "1" }
func (*trinoEngine) compose(q grouping) string                  { return plainly(q) }
func (*trinoEngine) values(rows [][]string, c ...string) string { return valued(rows, c) }
func (*trinoEngine) steady() bool                               { return false }

func (*trinoEngine) float(v float64) string {
	return "(" + strconv.FormatFloat(v, 'e', -1, 64) + ")"
}

// The cast rounds to the nearest.
func (e *trinoEngine) integer(expr string) string { return e.whole(expr) }

// The sum of 64-bit integers is one, and an error when it is too large. Decimals have 38 digits.
func (*trinoEngine) addend(expr string) string { return "CAST(" + expr + " AS DECIMAL(38, 0))" }

func (e *trinoEngine) limbs(expr string) (high, low string) {
	const two63 = "DECIMAL '9223372036854775808'"
	rest := "MOD(" + expr + ", " + two63 + ")"
	return e.whole("(" + expr + " - " + rest + ") / " + two63), e.whole(rest)
}

func (e *trinoEngine) stored(expr string, t record.Type) string {
	switch t {
	case record.Bool:
		return e.whole(expr)
	case record.Date:
		return "DATE_DIFF('day', DATE '1970-01-01', " + expr + ")"
	}
	return expr
}

// trinoTypes is how each type is kept in small tables.
var trinoTypes = map[record.Type]string{record.Text: "VARCHAR", record.Int: "BIGINT", record.Float: "DOUBLE", record.Bool: "BOOLEAN", record.Date: "DATE"}

// trinoLongest is how long a statement may be; servers take a million characters unless told otherwise.
const trinoLongest = 900_000

// openTrino connects to a Trino coordinator. The address is trino://user@host:port/catalog/schema.
func openTrino(ctx context.Context, s Server, address *url.URL) (*DB, error) {
	e := &trinoEngine{progress: s.Progress, tag: s.comment(), run: "skikt_" + strings.Trim(unnamed.ReplaceAllString(strings.ToLower(shortened(s.Run, 30)), "_"), "_") + "_"}
	var ok bool
	if e.catalog, e.schema, ok = strings.Cut(strings.Trim(address.Path, "/"), "/"); !ok || e.schema == "" || strings.Contains(e.schema, "/") {
		return nil, errors.New("its address must name a catalog and a schema: trino://user@host:port/catalog/schema")
	}
	config := &trino.Config{
		Source: "skikt", Catalog: e.catalog, Schema: e.schema, TimeZone: "UTC",
		ClientTags: []string{"skikt"}, ClientInfo: "skikt " + shortened(s.Run, 100),
		SessionProperties:   map[string]string{},
		RequestRetryTimeout: new(min(15*time.Second, silence)),
	}
	authorities, err := s.authorities()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}
	transport.DialContext = watch
	transport.IdleConnTimeout = silence / 2
	config.HTTPClient = &http.Client{Transport: transport}
	at := url.URL{Scheme: "https", Host: address.Host, User: url.User(address.User.Username())}
	if s.Password != "" {
		at.User = url.UserPassword(address.User.Username(), s.Password)
	}
	if s.Insecure || loopback(address.Hostname()) && s.CA == "" {
		at.Scheme = "http"
		if s.Password != "" {
			return nil, fmt.Errorf("%w: Trino takes no password without TLS", ErrTLS)
		}
	}
	config.ServerURI = at.String()
	if s.Timeout > 0 {
		config.SessionProperties["query_max_run_time"] = fmt.Sprintf("%.3fs", s.Timeout.Seconds())
	}
	connector, err := trino.NewConnector(config)
	if err != nil {
		return nil, errors.New("its address, or the file of authorities to trust, can't be used") // the driver's error may quote a password
	}
	e.config = config
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(1)
	db := pooled(pool, e, s)
	db.transport = e.ask
	db.closing = func() error {
		defer transport.CloseIdleConnections()
		err := e.drop(db)
		if e.held != nil {
			e.held.end(errors.Is(err, ErrReach) || errors.Is(err, ErrLost))
		}
		return err
	}
	err = db.snapshot(ctx, func(s *session) error {
		query := "SELECT COUNT(*) FROM " + e.ident(e.catalog) + ".information_schema.schemata WHERE schema_name = " + e.text(e.schema)
		return s.stream(ctx, query, []record.Vector{{Type: record.Int}}, func(b *record.Batch) error {
			if b.Columns[0].Int[0] == 0 {
				return fmt.Errorf("the catalog %s has no schema %s, or the account has no right to it", e.catalog, e.schema)
			}
			return nil
		})
	})
	if err == nil && !s.Dry {
		err = e.sweep(ctx, db, s.Tell)
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

var unnamed = regexp.MustCompile(`[^a-z0-9]+`)

// ask is the transport: by rows, with progress.
func (e *trinoEngine) ask(ctx context.Context, conn driver.Conn, query string, result []record.Vector, sink func(*record.Batch) error) error {
	err := rowByRow(ctx, prepared{conn, e}, query, result, sink, func(_ context.Context, err error) error { return refused(ctx, e, err) })
	e.mu.Lock()
	defer e.mu.Unlock()
	e.gone = errors.Is(err, ErrLost) || errors.Is(err, ErrReach)
	return err
}

// prepared asks as the driver knows how to.
type prepared struct {
	driver.Conn
	e *trinoEngine
}

func (c prepared) QueryContext(ctx context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	statement, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	var args []driver.NamedValue
	if c.e.progress != nil {
		args = []driver.NamedValue{{Ordinal: 1, Name: "X-Trino-Progress-Callback", Value: c.e}, {Ordinal: 2, Name: "X-Trino-Progress-Callback-Period", Value: 200 * time.Millisecond}}
	}
	rows, err := statement.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		statement.Close()
		return nil, err
	}
	return closing{rows, statement}, nil
}

type closing struct {
	driver.Rows
	statement driver.Stmt
}

func (r closing) Close() error { return errors.Join(r.Rows.Close(), r.statement.Close()) }

// Update hears of the progress of a query: the pieces of work that are done.
func (e *trinoEngine) Update(p trino.QueryProgressInfo) {
	e.progress(int64(p.QueryStats.CompletedSplits), int64(p.QueryStats.TotalSplits))
}

func (e *trinoEngine) begin(ctx context.Context, s *session, writes bool) error {
	if writes {
		return nil
	}
	e.mu.Lock()
	held := e.held
	e.mu.Unlock()
	if held != nil && held.lost.Load() {
		return ErrLost
	}
	return s.conn.Raw(func(conn any) error {
		tx, err := conn.(driver.ConnBeginTx).BeginTx(ctx, driver.TxOptions{ReadOnly: true})
		if err != nil {
			return refused(ctx, e, err)
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.tx = tx
		return nil
	})
}

func (e *trinoEngine) end(context.Context, *session, bool) error {
	e.mu.Lock()
	tx, gone := e.tx, e.gone
	e.tx = nil
	e.mu.Unlock()
	if tx != nil && !gone {
		tx.Rollback() // nothing was written
	}
	return nil
}

func (e *trinoEngine) describe(ctx context.Context, s *session, table string) (from string, columns []column, err error) {
	parts := strings.Split(table, ".")
	switch len(parts) {
	case 1:
		parts = []string{e.catalog, e.schema, parts[0]}
	case 2:
		parts = []string{e.catalog, parts[0], parts[1]}
	case 3:
	default:
		return "", nil, errors.New("its name has too many dots; it is catalog.schema.table, schema.table or table")
	}
	query := "SELECT column_name, data_type FROM " + e.ident(parts[0]) + ".information_schema.columns WHERE table_schema = " + e.text(strings.ToLower(parts[1])) +
		" AND table_name = " + e.text(strings.ToLower(parts[2])) + " ORDER BY ordinal_position"
	err = s.stream(ctx, query, []record.Vector{{Type: record.Text}, {Type: record.Text}}, func(b *record.Batch) error {
		for i, name := range b.Columns[0].Text {
			c := column{name: name, kind: b.Columns[1].Text[i]}
			c.is, c.read = e.reads("t."+e.ident(name), c.kind)
			columns = append(columns, c)
		}
		return nil
	})
	if err == nil && len(columns) == 0 {
		err = errors.New("there is no such table or view, or the account has no right to it")
	}
	for i := range parts {
		parts[i] = e.ident(parts[i])
	}
	return strings.Join(parts, "."), columns, err
}

var trinoDecimal = regexp.MustCompile(`^decimal\((\d+),\s*(\d+)\)$`)

// reads is the type under which a column of a kind is read, and how.
func (e *trinoEngine) reads(x, kind string) (record.Type, string) {
	if m := trinoDecimal.FindStringSubmatch(kind); m != nil {
		if digits, _ := strconv.Atoi(m[1]); m[2] == "0" && digits <= 18 {
			return record.Int, e.whole(x)
		}
		return record.Float, e.double(x)
	}
	base, _, _ := strings.Cut(kind, "(")
	switch base {
	case "bigint":
		return record.Int, x
	case "tinyint", "smallint", "integer":
		return record.Int, e.whole(x)
	case "double":
		return record.Float, x
	case "real":
		return record.Float, e.double(x)
	case "boolean":
		return record.Bool, x
	case "date":
		return record.Date, x
	case "varchar":
		return record.Text, x
	case "char":
		return record.Text, "RTRIM(" + e.asText(x, "") + ")"
	case "uuid", "timestamp", "time", "ipaddress":
		return record.Text, e.asText(x, "")
	}
	return "", ""
}

// estimate is the planner's; or, where a catalog keeps too little for one, the greatest that is known on the way, such as the rows of the table: a condition or a group gives no more.
func (e *trinoEngine) estimate(ctx context.Context, s *session, query string) (n int64, err error) {
	n = -1
	err = s.stream(ctx, "EXPLAIN (TYPE LOGICAL, FORMAT JSON) "+query, []record.Vector{{Type: record.Text}}, func(b *record.Batch) error {
		var plan trinoPlan
		if json.Unmarshal([]byte(b.Columns[0].Text[0]), &plan) == nil {
			n = plan.rows()
		}
		return nil
	})
	return n, err
}

// A trinoPlan is a node of a plan.
type trinoPlan struct {
	Estimates []struct {
		OutputRowCount any `json:"outputRowCount"` // a number, or "NaN" without statistics
	} `json:"estimates"`
	Children []trinoPlan `json:"children"`
}

func (p trinoPlan) rows() int64 {
	if len(p.Estimates) > 0 {
		if n, ok := p.Estimates[0].OutputRowCount.(float64); ok {
			return int64(n)
		}
	}
	most := int64(-1)
	for _, estimate := range p.Estimates {
		if n, ok := estimate.OutputRowCount.(float64); ok {
			most = max(most, int64(n))
		}
	}
	for _, child := range p.Children {
		most = max(most, child.rows())
	}
	return most
}

func (e *trinoEngine) join(r relation, keys []string, small lookup, derived []record.Vector) (relation, error) {
	return joined(e, r, keys, small, derived), nil
}

// write makes a table of the run's own.
func (e *trinoEngine) write(ctx context.Context, s *session, name string, columns []record.Vector, rows iter.Seq2[*record.Batch, error]) error {
	l, err := e.named(name, columns)
	if err != nil {
		return err
	}
	definitions := make([]string, len(columns))
	for i, c := range columns {
		definitions[i] = e.ident(c.Name) + " " + trinoTypes[c.Type]
	}
	if err := e.lease(ctx); err != nil {
		return err
	}
	table := e.place(e.run + strings.TrimPrefix(l.from, "skikt"))
	e.mu.Lock()
	e.made = append(e.made, table) // first, so that it is dropped also when the answer is lost
	e.mu.Unlock()
	err = s.exec(ctx, "CREATE TABLE "+table+" ("+strings.Join(definitions, ", ")+")")
	switch {
	case err == nil:
		l.from = table
		if err := e.insert(ctx, s, table, rows); err != nil {
			return err
		}
	case errors.Is(err, ErrRight) || errors.Is(err, errNotThere):
		e.mu.Lock()
		e.made = slices.DeleteFunc(e.made, func(made string) bool { return made == table })
		e.mu.Unlock()
		l.from, err = writtenOut(e, columns, rows, valuesMost)
		if err == nil && len(l.from) > trinoLongest {
			err = fmt.Errorf("the table would be written with %d characters", len(l.from))
		}
		if err != nil {
			return fmt.Errorf("%w: the account may make no tables in %s.%s, and it would be too large to write out in each query; let the address name a schema where it may, or a view give rows the code of their area",
				err, e.catalog, e.schema)
		}
	default:
		return err
	}
	e.written(name, l)
	return nil
}

// errNotThere tells that a catalog can't do what was asked.
var errNotThere = fmt.Errorf("%w: the catalog can't do that", ErrRefused)

// insert fills a table, in statements as long as they may be.
func (e *trinoEngine) insert(ctx context.Context, s *session, table string, rows iter.Seq2[*record.Batch, error]) error {
	var out strings.Builder
	flush := func() error {
		if out.Len() == 0 {
			return nil
		}
		defer out.Reset()
		return s.exec(ctx, "INSERT INTO "+table+" VALUES "+out.String())
	}
	for b, err := range rows {
		if err != nil {
			return err
		}
		for i := range b.N {
			row := make([]string, len(b.Columns))
			for j := range row {
				if row[j] = literal(e, &b.Columns[j], i); b.Columns[j].Type == record.Bool && row[j] != "NULL" {
					row[j] = strconv.FormatBool(row[j] == "1")
				}
			}
			if out.Len() > trinoLongest/2 {
				if err := flush(); err != nil {
					return err
				}
			}
			if out.Len() > 0 {
				out.WriteString(", ")
			}
			out.WriteString("(" + strings.Join(row, ", ") + ")")
		}
	}
	return flush()
}

// drop drops the run's small tables.
func (e *trinoEngine) drop(db *DB) error {
	e.mu.Lock()
	made := e.made
	e.made = nil
	e.mu.Unlock()
	if len(made) == 0 {
		return nil
	}
	ctx, stop := context.WithTimeout(context.Background(), 30*time.Second)
	defer stop()
	err := db.transact(ctx, true, func(s *session) error {
		for i, table := range made {
			if err := s.exec(ctx, "DROP TABLE IF EXISTS "+table); err != nil {
				return fmt.Errorf("these small tables of skikt's are still there, drop them: %s: %w", strings.Join(made[i:], ", "), err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

func (e *trinoEngine) class(err error) error {
	if errors.Is(err, trino.ErrQueryCancelled) {
		return ErrEnded
	}
	var at *trino.ErrTrino
	var value trino.ErrTrino
	if errors.As(err, &value) {
		at = &value
	} else if !errors.As(err, &at) {
		var failed *trino.ErrQueryFailed
		if errors.As(err, &failed) {
			switch failed.StatusCode {
			case http.StatusUnauthorized:
				return ErrLogin
			case http.StatusForbidden:
				return ErrRight
			case http.StatusNotFound, http.StatusGone:
				return ErrLost // the coordinator has been restarted, and does not know the query
			case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
				return ErrReach
			}
		}
		return unanswered(err)
	}
	known := func(class error) error { return fmt.Errorf("%w (%s)", class, at.ErrorName) }
	for _, c := range trinoClasses {
		if slices.Contains(c.names, at.ErrorName) {
			return known(c.class)
		}
	}
	return known(ErrRefused)
}

// trinoClasses are what the names of errors say.
var trinoClasses = []struct {
	class error
	names []string
}{
	{ErrRight, []string{"PERMISSION_DENIED"}},
	{errNotThere, []string{"NOT_SUPPORTED"}},
	{ErrTimeout, []string{"EXCEEDED_TIME_LIMIT", "EXCEEDED_CPU_LIMIT"}},
	{ErrMemory, []string{"EXCEEDED_GLOBAL_MEMORY_LIMIT", "EXCEEDED_LOCAL_MEMORY_LIMIT", "CLUSTER_OUT_OF_MEMORY", "GENERIC_INSUFFICIENT_RESOURCES"}},
	{ErrDisk, []string{"EXCEEDED_SPILL_LIMIT", "OUT_OF_SPILL_SPACE", "MEMORY_LIMIT_EXCEEDED"}},
	{ErrNode, []string{"NO_NODES_AVAILABLE", "REMOTE_TASK_ERROR", "REMOTE_TASK_MISMATCH", "REMOTE_HOST_GONE", "REMOTE_TASK_FAILED", "PAGE_TRANSPORT_ERROR", "PAGE_TRANSPORT_TIMEOUT",
		"TOO_MANY_REQUESTS_FAILED", "EXCHANGE_MANAGER_NOT_CONFIGURED", "NO_ACTIVE_NODES", "CONFIGURATION_INVALID", "MISSING_DATA"}},
	{ErrReach, []string{"SERVER_STARTING_UP", "SERVER_SHUTTING_DOWN", "QUERY_QUEUE_FULL"}},
	{ErrEnded, []string{"USER_CANCELED", "ADMINISTRATIVELY_KILLED", "ADMINISTRATIVELY_PREEMPTED"}},
	{ErrLost, []string{"ABANDONED_QUERY", "ABANDONED_TASK", "CLUSTER_HAS_TOO_MANY_RUNNING_TASKS",
		"UNKNOWN_TRANSACTION", "TRANSACTION_ALREADY_ABORTED"}},
	{fmt.Errorf("%w: a table or column is not there any more, or has another type; has it changed since the run began? Look with skikt check, and run again", ErrRefused),
		[]string{"TABLE_NOT_FOUND", "COLUMN_NOT_FOUND", "SCHEMA_NOT_FOUND", "CATALOG_NOT_FOUND", "TYPE_MISMATCH", "TYPE_NOT_FOUND", "FUNCTION_NOT_FOUND", "NOT_FOUND", "VIEW_IS_STALE", "MISSING_CATALOG_NAME"}},
	{fmt.Errorf("%w: a value can't be read as its type, or a number is too large", ErrRefused), []string{"NUMERIC_VALUE_OUT_OF_RANGE", "INVALID_CAST_ARGUMENT", "DIVISION_BY_ZERO", "INVALID_FUNCTION_ARGUMENT"}},
	{fmt.Errorf("%w: the query has become too long", ErrRefused), []string{"QUERY_TEXT_TOO_LARGE", "COMPILER_ERROR", "QUERY_HAS_TOO_MANY_STAGES"}},
	{fmt.Errorf("%w: the SQL can't be read", ErrRefused), []string{"SYNTAX_ERROR"}},
}
