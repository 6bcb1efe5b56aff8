//go:build !quick

package store

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/skikt/skikt/record"
)

func init() {
	serversUnderTest = append(serversUnderTest, underTest{kind: "clickhouse", variable: "SKIKT_CLICKHOUSE", open: openClickHouseKeeper, fill: fillClickHouse, asks: asksClickHouse,
		fits: sinceEpoch, draws: 30})
}

func openClickHouseKeeper(t testing.TB, address *url.URL) *sql.DB {
	keeper, err := sql.Open("clickhouse", address.String())
	if err != nil {
		t.Fatal(err)
	}
	return keeper
}

// sinceEpoch makes dates fit an old ClickHouse, which has none before 1970.
func sinceEpoch(b *record.Batch) {
	for i := range b.Columns {
		if c := &b.Columns[i]; c.Type == record.Date {
			for j := range c.Int {
				c.Int[j] = max(c.Int[j], -c.Int[j])
			}
		}
	}
}

// fillClickHouse makes a Distributed table over tables of the same name on each of the three servers, and spreads rows over them.
func fillClickHouse(t testing.TB, keeper *sql.DB, table string, b *record.Batch) {
	t.Helper()
	kinds := map[record.Type]string{record.Text: "String", record.Int: "Int64", record.Float: "Float64", record.Bool: "UInt8", record.Date: "Date"}
	var columns []string
	for _, c := range b.Columns {
		columns = append(columns, c.Name+" Nullable("+kinds[c.Type]+")")
	}
	must(t, keeper, "DROP TABLE IF EXISTS skikt."+table)
	for _, node := range clickHouseNodes(t) {
		must(t, node, "DROP TABLE IF EXISTS local."+table, "CREATE TABLE local."+table+" ("+strings.Join(columns, ", ")+") ENGINE = Memory")
	}
	must(t, keeper, "CREATE TABLE skikt."+table+" AS local."+table+" ENGINE = Distributed(three, local, "+table+", rand())")
	for n, node := range clickHouseNodes(t) {
		tx, err := node.Begin()
		if err != nil {
			t.Fatal(err)
		}
		// An old server does not tell the names of the columns.
		batch, err := tx.Prepare("INSERT INTO local." + table + " (" + strings.Join(columnNames(b.Columns), ", ") + ")")
		if err != nil {
			t.Fatal(err)
		}
		for i := n; i < b.N; i += 3 {
			row := make([]any, len(b.Columns))
			for j := range row {
				v := value(&b.Columns[j], i)
				switch d, ok := v.(int64); {
				case ok && b.Columns[j].Type == record.Bool:
					v = uint8(d)
				case ok && b.Columns[j].Type == record.Date:
					v = time.Unix(d*86400, 0).UTC()
				}
				row[j] = v
			}
			if _, err := batch.Exec(row...); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
}

var clickHouseServers []*sql.DB

// clickHouseNodes are the three servers themselves.
func clickHouseNodes(t testing.TB) []*sql.DB {
	if clickHouseServers == nil {
		address, _ := url.Parse(getenv(t, "SKIKT_CLICKHOUSE"))
		for host := range strings.FieldsSeq(getenv(t, "SKIKT_CLICKHOUSE_NODES")) {
			address.Host = host
			clickHouseServers = append(clickHouseServers, openClickHouseKeeper(t, address))
		}
	}
	return clickHouseServers
}

// asksClickHouse counts the queries that the servers still do for a run, and the tables of skikt's that there are.
func asksClickHouse(t testing.TB, _ *sql.DB, run string) (queries, leftover int) {
	t.Helper()
	for _, node := range clickHouseNodes(t) {
		var q, l uint64
		if err := node.QueryRow("SELECT count() FROM system.processes WHERE query LIKE '%skikt " + run + "%' AND query NOT LIKE '%system.processes%'").Scan(&q); err != nil {
			t.Fatal(err)
		}
		if err := node.QueryRow("SELECT count() FROM system.tables WHERE name LIKE 'skikt\\\\_%'").Scan(&l); err != nil {
			t.Fatal(err)
		}
		queries, leftover = queries+int(q), leftover+int(l)
	}
	return queries, leftover
}
