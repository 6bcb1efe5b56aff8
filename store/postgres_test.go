//go:build !quick

package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/skikt/skikt/record"
)

func init() {
	serversUnderTest = append(serversUnderTest, underTest{kind: "postgres", variable: "SKIKT_POSTGRES", open: openKeeper, fill: fillPostgres, asks: asksPostgres})
}

func openKeeper(t testing.TB, address *url.URL) *sql.DB {
	keeper, err := sql.Open("pgx", address.String())
	if err != nil {
		t.Fatal(err)
	}
	return keeper
}

func must(t testing.TB, keeper *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if _, err := keeper.Exec(s); err != nil {
			t.Fatalf("%v in %.200s", err, s)
		}
	}
}

func fillPostgres(t testing.TB, keeper *sql.DB, table string, b *record.Batch) {
	t.Helper()
	d := &postgres{}
	var columns, rows []string
	for _, c := range b.Columns {
		columns = append(columns, d.ident(c.Name)+" "+strings.TrimSuffix(postgresTypes[c.Type], ` COLLATE "C"`))
	}
	for i := range b.N {
		var row []string
		for j := range b.Columns {
			v := literal(d, &b.Columns[j], i)
			if b.Columns[j].Type == record.Bool && v != "NULL" {
				v = fmt.Sprint(v == "1")
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

// asksPostgres counts the connections that a run has, and the temporary tables that there are.
func asksPostgres(t testing.TB, keeper *sql.DB, run string) (queries, leftover int) {
	t.Helper()
	if err := keeper.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1", shortened("skikt "+run, 63)).Scan(&queries); err != nil {
		t.Fatal(err)
	}
	if err := keeper.QueryRow("SELECT count(*) FROM pg_class WHERE relname LIKE 'skikt%'").Scan(&leftover); err != nil {
		t.Fatal(err)
	}
	return queries, leftover
}
