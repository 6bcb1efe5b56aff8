package project_test

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/skikt/skikt/record"
)

// A keeper is a server under test as the one who keeps it reaches it, with a schema of the test's own.
type keeper struct {
	kind, address, schema string
	db                    *sql.DB
	nodes                 []*sql.DB // of ClickHouse: the servers that share the rows
}

// eachKeeper runs a test on every server whose address is in the environment, as scripts/KIND.sh prints it.
func eachKeeper(t *testing.T, f func(t *testing.T, k *keeper)) {
	for _, kind := range []string{"postgres", "clickhouse", "trino"} {
		t.Run(kind, func(t *testing.T) { f(t, keeperOf(t, kind)) })
	}
}

// keeperOf is the server of a kind; the test is skipped when there is none.
func keeperOf(t *testing.T, kind string) *keeper {
	t.Helper()
	variable := "SKIKT_" + strings.ToUpper(kind)
	full := os.Getenv(variable)
	if full == "" {
		t.Skipf("no %s at hand: start one with scripts/%s.sh, and put its address into %s", kind, kind, variable)
	}
	u, err := url.Parse(full)
	if err != nil {
		t.Fatal(variable + " is no address")
	}
	k := &keeper{kind: kind, schema: fmt.Sprintf("skikt_test_%d", time.Now().UnixNano())}
	open := func(driver, address string) *sql.DB {
		db, err := sql.Open(driver, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	drop := "DROP SCHEMA " + k.schema + " CASCADE"
	create := "CREATE SCHEMA " + k.schema
	switch kind {
	case "postgres":
		k.db = open("pgx", full)
	case "clickhouse":
		k.db = open("clickhouse", full)
		at := *u
		for host := range strings.FieldsSeq(os.Getenv("SKIKT_CLICKHOUSE_NODES")) {
			at.Host = host
			k.nodes = append(k.nodes, open("clickhouse", at.String()))
		}
		create, drop = "CREATE DATABASE "+k.schema, "DROP DATABASE "+k.schema
	case "trino":
		catalog, schema, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
		at := url.URL{Scheme: "http", Host: u.Host, User: u.User, RawQuery: url.Values{"catalog": {catalog}, "schema": {schema}}.Encode()}
		k.db = open("trino", at.String())
	}
	password, _ := u.User.Password()
	t.Setenv("SKIKT_TEST_PASSWORD", password)
	u.User, u.RawQuery = url.User(u.User.Username()), ""
	k.address = u.String()
	do(t, k.db, create)
	t.Cleanup(func() {
		k.db.Exec(drop)
		for _, node := range k.nodes {
			for _, table := range k.local(t, node) {
				node.Exec("DROP TABLE local." + table)
			}
		}
	})
	return k
}

// local are the tables of the test's own on a server of ClickHouse.
func (k *keeper) local(t *testing.T, node *sql.DB) (tables []string) {
	rows, err := node.Query("SELECT name FROM system.tables WHERE database = 'local' AND name LIKE '" + k.schema + "%'")
	if err != nil {
		t.Error(err)
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Error(err)
		}
		tables = append(tables, name)
	}
	return tables
}

func do(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%v in %.200s", err, statement)
	}
}

// put makes a table of columns in the schema. On ClickHouse it is a Distributed one, whose rows are on all the servers.
func (k *keeper) put(t *testing.T, table string, columns []record.Vector) {
	t.Helper()
	types := map[string]map[record.Type]string{
		"postgres":   {record.Text: "varchar", record.Int: "integer", record.Float: "double precision", record.Bool: "boolean"},
		"clickhouse": {record.Text: "Nullable(String)", record.Int: "Nullable(Int64)", record.Float: "Nullable(Float64)", record.Bool: "Nullable(UInt8)"},
		"trino":      {record.Text: "varchar", record.Int: "integer", record.Float: "double", record.Bool: "boolean"},
	}[k.kind]
	var definitions, names []string
	for _, c := range columns {
		definitions, names = append(definitions, c.Name+" "+types[c.Type]), append(names, c.Name)
	}
	as := " (" + strings.Join(definitions, ", ") + ")"
	n := len(columns[0].State)
	if k.kind == "clickhouse" {
		local := "local." + k.schema + "_" + table
		for at, node := range k.nodes {
			do(t, node, "CREATE TABLE "+local+as+" ENGINE = MergeTree ORDER BY tuple()")
			k.batch(t, node, "INSERT INTO "+local+" ("+strings.Join(names, ", ")+")", columns, at, len(k.nodes))
		}
		do(t, k.db, "CREATE TABLE "+k.schema+"."+table+" AS "+local+" ENGINE = Distributed(three, local, "+strings.TrimPrefix(local, "local.")+")")
		return
	}
	do(t, k.db, "CREATE TABLE "+k.schema+"."+table+as)
	var rows []string
	for i := range n {
		row := make([]string, len(columns))
		for j := range columns {
			row[j] = "NULL"
			if s, ok := field(&columns[j], i); ok {
				row[j] = s
				if columns[j].Type == record.Text {
					row[j] = "'" + strings.ReplaceAll(s, "'", "''") + "'"
				} else if columns[j].Type == record.Float {
					row[j] = "CAST('" + s + "' AS double precision)"
				}
				if k.kind == "trino" {
					row[j] = strings.Replace(row[j], "double precision", "double", 1)
				}
			}
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	for part := range slices.Chunk(rows, 2000) {
		do(t, k.db, "INSERT INTO "+k.schema+"."+table+" VALUES "+strings.Join(part, ", "))
	}
}

// reads is how many times the tables of the schema have been read, as the server itself counts.
func (k *keeper) reads(t *testing.T) (n int64) {
	t.Helper()
	time.Sleep(1500 * time.Millisecond) // it counts with a delay
	one := func(db *sql.DB, query string) {
		t.Helper()
		var m int64
		if err := db.QueryRow(query).Scan(&m); err != nil {
			t.Fatal(err)
		}
		n += m
	}
	switch k.kind {
	case "postgres":
		one(k.db, "SELECT coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0) FROM pg_stat_user_tables WHERE schemaname = '"+k.schema+"'")
	case "clickhouse":
		for _, node := range k.nodes { // what a Distributed table asks of those that have the rows
			one(node, "SELECT toInt64(count()) FROM system.query_log WHERE NOT is_initial_query AND type = 2 AND match(query, 'FROM \"?`?local`?\"?[.]`?\"?"+k.schema+"_')")
		}
	case "trino":
		one(k.db, "SELECT count(*) FROM system.runtime.queries WHERE query LIKE '%FROM%"+k.schema+"%' AND NOT query LIKE '%EXPLAIN (%' AND NOT query LIKE '%information_schema%' AND NOT query LIKE '%system.runtime%'")
	}
	return n
}

// batch inserts every step'th row from first on, as ClickHouse's protocol has it.
func (k *keeper) batch(t *testing.T, db *sql.DB, insert string, columns []record.Vector, first, step int) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	to, err := tx.Prepare(insert)
	if err != nil {
		t.Fatal(err)
	}
	for i := first; i < len(columns[0].State); i += step {
		row := make([]any, len(columns))
		for j, c := range columns {
			switch {
			case c.State[i] != record.Present:
			case c.Type == record.Text:
				row[j] = c.Text[i]
			case c.Type == record.Float:
				row[j] = c.Float[i]
			case c.Type == record.Bool:
				row[j] = uint8(c.Int[i])
			default:
				row[j] = c.Int[i]
			}
		}
		if _, err := to.Exec(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}
