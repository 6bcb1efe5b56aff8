//go:build !quick

package store

import (
	"database/sql"
	"net/url"
	"strconv"
	"strings"
	"testing"

	_ "github.com/trinodb/trino-go-client/trino"

	"github.com/skikt/skikt/record"
)

func init() {
	serversUnderTest = append(serversUnderTest, underTest{kind: "trino", variable: "SKIKT_TRINO", open: openTrinoKeeper, fill: fillTrino, asks: asksTrino, draws: 10})
}

func openTrinoKeeper(t testing.TB, address *url.URL) *sql.DB {
	t.Helper()
	catalog, schema, _ := strings.Cut(strings.Trim(address.Path, "/"), "/")
	at := url.URL{Scheme: "http", Host: address.Host, User: address.User, RawQuery: url.Values{"catalog": {catalog}, "schema": {schema}}.Encode()}
	keeper, err := sql.Open("trino", at.String())
	if err != nil {
		t.Fatal(err)
	}
	return keeper
}

func fillTrino(t testing.TB, keeper *sql.DB, table string, b *record.Batch) {
	t.Helper()
	e := &trinoEngine{}
	var columns, rows []string
	for _, c := range b.Columns {
		columns = append(columns, e.ident(c.Name)+" "+trinoTypes[c.Type])
	}
	for i := range b.N {
		var row []string
		for j := range b.Columns {
			v := literal(e, &b.Columns[j], i)
			if b.Columns[j].Type == record.Bool && v != "NULL" {
				v = strconv.FormatBool(v == "1")
			}
			row = append(row, v)
		}
		rows = append(rows, "("+strings.Join(row, ", ")+")")
	}
	must(t, keeper, "DROP TABLE IF EXISTS "+table, "CREATE TABLE "+table+" ("+strings.Join(columns, ", ")+")")
	if len(rows) > 0 {
		must(t, keeper, "INSERT INTO "+table+" VALUES "+strings.Join(rows, ", "))
	}
}

// asksTrino counts the queries that a run still has, and the tables of skikt's that there are.
func asksTrino(t testing.TB, keeper *sql.DB, run string) (queries, leftover int) {
	t.Helper()
	if err := keeper.QueryRow("SELECT count(*) FROM system.runtime.queries WHERE source = 'skikt' AND state NOT IN ('FINISHED', 'FAILED') AND query LIKE '%skikt " + run + "%'").Scan(&queries); err != nil {
		t.Fatal(err)
	}
	if err := keeper.QueryRow(`SELECT count(*) FROM memory.information_schema.tables WHERE table_name LIKE 'skikt\_%' ESCAPE '\'`).Scan(&leftover); err != nil {
		t.Fatal(err)
	}
	return queries, leftover
}
