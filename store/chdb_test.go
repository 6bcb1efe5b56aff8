//go:build !quick && unix

package store

import (
	"bufio"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"github.com/skikt/skikt/record"
)

// A current ClickHouse is tried inside a Python program, with PyPI's chdb, since Debian's server is of 2018. SKIKT_CHDB is chdb://localhost and the full path of a Python
// that has it: python3 -m venv /tmp/chdb && /tmp/chdb/bin/pip install chdb && export SKIKT_CHDB=chdb://localhost/tmp/chdb/bin/python. It may make no temporary tables here, so
// small tables are written out in each query.
func init() {
	if os.Getenv("SKIKT_CHDB") != "" { // else it is no kind of server
		openers["chdb"] = openChDB
	}
	serversUnderTest = append(serversUnderTest, underTest{kind: "chdb", variable: "SKIKT_CHDB", open: func(t testing.TB, address *url.URL) *sql.DB { return sql.OpenDB(theChDB(address)) },
		fill: fillChDB, draws: 30})
}

func openChDB(ctx context.Context, s Server, address *url.URL) (*DB, error) {
	e := &clickHouse{run: "test "}
	pool := sql.OpenDB(theChDB(address))
	pool.SetMaxOpenConns(1)
	db := pooled(pool, e, s)
	db.transport = e.ask
	return db, e.meet(ctx, db)
}

// chDBProgram reads queries, each after a line with its length, and writes answers in the same way; those that begin with E are errors.
const chDBProgram = `
import sys
from chdb import session
s = session.Session()
while True:
    line = sys.stdin.buffer.readline()
    if not line:
        break
    try:
        out = b"A" + (s.query(sys.stdin.buffer.read(int(line)).decode(), "JSONCompact").bytes() or b"")
    except Exception as e:
        out = b"E" + str(e).encode()
    sys.stdout.buffer.write(b"%d\n" % len(out) + out)
    sys.stdout.buffer.flush()
`

// A chDB is such a program, and a driver's connection to it.
type chDB struct {
	in  io.Writer
	out *bufio.Reader
}

var oneChDB *chDB

func theChDB(address *url.URL) *chDB {
	if oneChDB == nil {
		c := exec.Command(address.Path, "-c", chDBProgram)
		in, err1 := c.StdinPipe()
		out, err2 := c.StdoutPipe()
		c.Stderr = os.Stderr
		if err := errors.Join(err1, err2, c.Start()); err != nil {
			panic(err)
		}
		oneChDB = &chDB{in, bufio.NewReader(out)} // it ends when this program does
		for _, statement := range []string{"CREATE DATABASE d ENGINE = Atomic", "USE d"} {
			if _, err := oneChDB.ask(statement); err != nil {
				panic(err)
			}
		}
	}
	return oneChDB
}

func (c *chDB) Connect(context.Context) (driver.Conn, error) { return c, nil }
func (c *chDB) Driver() driver.Driver                        { return nil }
func (c *chDB) Prepare(string) (driver.Stmt, error)          { return nil, errors.ErrUnsupported }
func (c *chDB) Begin() (driver.Tx, error)                    { return nil, errors.ErrUnsupported }
func (c *chDB) Close() error                                 { return nil }

var chDBCode = regexp.MustCompile(`Code: (\d+)`)

func (c *chDB) ask(query string) ([]byte, error) {
	fmt.Fprintf(c.in, "%d\n%s", len(query), query)
	line, err := c.out.ReadString('\n')
	if err != nil {
		return nil, err
	}
	n, _ := strconv.Atoi(strings.TrimSpace(line))
	answer := make([]byte, n)
	if _, err := io.ReadFull(c.out, answer); err != nil {
		return nil, err
	}
	if answer[0] == 'E' {
		e := &clickhouse.Exception{Message: string(answer[1:])}
		if m := chDBCode.FindSubmatch(answer); m != nil {
			code, _ := strconv.Atoi(string(m[1]))
			e.Code = int32(code)
		}
		return nil, e
	}
	return answer[1:], nil
}

func (c *chDB) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	if strings.Contains(query, "CREATE TEMPORARY TABLE") {
		return nil, &clickhouse.Exception{Code: 497}
	}
	_, err := c.ask(query)
	return driver.RowsAffected(0), err
}

func (c *chDB) QueryContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	answer, err := c.ask(query)
	if err != nil {
		return nil, err
	}
	r := &chDBRows{}
	return r, json.Unmarshal(answer, r)
}

type chDBRows struct {
	Meta []struct{ Name, Type string }
	Data [][]json.RawMessage
}

func (r *chDBRows) Columns() (names []string) {
	for _, m := range r.Meta {
		names = append(names, m.Name)
	}
	return names
}

func (r *chDBRows) Close() error { return nil }

func (r *chDBRows) Next(values []driver.Value) (err error) {
	if len(r.Data) == 0 {
		return io.EOF
	}
	for i, raw := range r.Data[0] {
		plain := strings.Trim(string(raw), `"`)
		kind := r.Meta[i].Type
		switch {
		case string(raw) == "null":
			values[i] = nil
		case strings.Contains(kind, "Int"):
			values[i], err = strconv.ParseInt(plain, 10, 64)
		case strings.Contains(kind, "Float"):
			values[i], err = strconv.ParseFloat(plain, 64)
		default:
			var text string
			err = json.Unmarshal(raw, &text)
			values[i] = text
		}
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	r.Data = r.Data[1:]
	return nil
}

func fillChDB(t testing.TB, keeper *sql.DB, table string, b *record.Batch) {
	t.Helper()
	e := &clickHouse{}
	kinds := map[record.Type]string{record.Text: "String", record.Int: "Int64", record.Float: "Float64", record.Bool: "Bool", record.Date: "Date32"}
	var columns, rows []string
	for _, c := range b.Columns {
		columns = append(columns, c.Name+" Nullable("+kinds[c.Type]+")")
	}
	for i := range b.N {
		var row []string
		for j := range b.Columns {
			v := literal(e, &b.Columns[j], i)
			if b.Columns[j].Type == record.Date && v != "NULL" {
				v = e.text(literal(duckDB{}, &b.Columns[j], i)[len("DATE '"):][:len("1970-01-01")])
			}
			row = append(row, v)
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	must(t, keeper, "DROP TABLE IF EXISTS "+table, "CREATE TABLE "+table+" ("+strings.Join(columns, ", ")+") ENGINE = Memory")
	if len(rows) > 0 {
		must(t, keeper, "INSERT INTO "+table+" VALUES "+strings.Join(rows, ", "))
	}
}
