//go:build !quick

package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/skikt/skikt/record"
)

func init() {
	serversUnderTest = append(serversUnderTest, underTest{kind: "clickhouse", variable: "SKIKT_CLICKHOUSE", open: openClickHouseKeeper, fill: fillClickHouse, asks: asksClickHouse,
		fits: sinceEpoch, draws: 30, generate: generateClickHouse, client: clickHouseClient, read: readClickHouse})
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

// generateClickHouse makes the register of the benchmarks, spread evenly over the first SKIKT_BENCH_NODES servers (all three unless set), by area as registers often are sorted.
func generateClickHouse(t testing.TB, keeper *sql.DB, table string, rows int) {
	t.Helper()
	nodes, cluster := clickHouseNodes(t), "three"
	if n, err := strconv.Atoi(os.Getenv("SKIKT_BENCH_NODES")); err == nil && n < len(nodes) {
		nodes, cluster = nodes[:n], []string{"one", "two"}[n-1]
	}
	name := fmt.Sprintf("local.%s_%d_%s", table, rows, cluster)
	must(t, keeper, "DROP TABLE IF EXISTS skikt."+table)
	const columns, piece = " (area String, year Int16, sex Int8, age Int16, income Float64, weight Float64) ENGINE = MergeTree ORDER BY area", 50_000_000 // the driver waits five minutes for an INSERT
	made := make(chan error, len(nodes))
	for k, node := range nodes {
		must(t, node, "CREATE TABLE IF NOT EXISTS "+name+columns)
		var n uint64
		if err := node.QueryRow("SELECT count() FROM " + name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		part := (rows - k + len(nodes) - 1) / len(nodes)
		if int(n) == part {
			made <- nil
			continue
		}
		must(t, node, "DROP TABLE "+name, "CREATE TABLE "+name+columns)
		go func() {
			var err error
			for at := 0; at < part && err == nil; at += piece {
				_, err = node.Exec(fmt.Sprintf(`INSERT INTO %s SELECT concat('A', substring(toString(10000 + i * 7919 %% 3363), 2)), 2011 + intDiv(i, 3) %% 14, i %% 2 + 1, i %% 90, i %% 1000 * 137 / 100, sqrt(i %% 1000)
FROM (SELECT (number + %d) * %d + %d AS i FROM numbers(%d))`, name, at, len(nodes), k, min(piece, part-at)))
			}
			made <- err
		}()
	}
	for range nodes {
		if err := <-made; err != nil {
			t.Fatal(err)
		}
	}
	must(t, keeper, "CREATE TABLE skikt."+table+" AS "+name+" ENGINE = Distributed("+cluster+", local, "+strings.TrimPrefix(name, "local.")+")")
	for _, node := range nodes { // merging what was inserted would be counted with the queries
		for busy := uint64(1); busy > 0; time.Sleep(time.Second) {
			if err := node.QueryRow("SELECT count() FROM system.merges").Scan(&busy); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// readClickHouse sums what the log of each server says of a run's queries. The server that was asked counts all that was read, what the others sent it too.
func readClickHouse(t testing.TB, _ *sql.DB, _, run string) (sum readSoFar) {
	t.Helper()
	time.Sleep(1500 * time.Millisecond) // the log is written with a delay
	for i, node := range clickHouseNodes(t) {
		var rows, bytes uint64
		query := "SELECT sum(read_rows), sum(read_bytes) FROM system.query_log WHERE type = 2 AND initial_query_id LIKE 'skikt " + run + " %' AND match(query, 'register_')"
		if err := node.QueryRow(query).Scan(&rows, &bytes); err != nil {
			t.Fatal(err)
		}
		if sum.rows = append(sum.rows, float64(rows)); i == 0 {
			sum.bytes = float64(bytes)
		} else {
			sum.rows[0] -= float64(rows)
		}
	}
	return sum
}

// clickHouseClient sends statements by ClickHouse's own client, which throws the answer away.
func clickHouseClient(t testing.TB, statements []string) func() *exec.Cmd {
	address, err := url.Parse(getenv(t, "SKIKT_CLICKHOUSE"))
	if err != nil {
		t.Fatal(err)
	}
	password, _ := address.User.Password()
	return func() *exec.Cmd {
		c := exec.Command("clickhouse-client", "--host", address.Hostname(), "--port", address.Port(), "--user", address.User.Username(), "--password", password, "--database", "skikt", "-n")
		c.Stdin = strings.NewReader(strings.Join(statements, ";\n") + ";\n")
		return c
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
		if err := node.QueryRow("SELECT count() FROM system.processes WHERE initial_query_id LIKE 'skikt " + run + "%'").Scan(&q); err != nil {
			t.Fatal(err)
		}
		if err := node.QueryRow("SELECT count() FROM system.tables WHERE name LIKE 'skikt\\\\_%'").Scan(&l); err != nil {
			t.Fatal(err)
		}
		queries, leftover = queries+int(q), leftover+int(l)
	}
	return queries, leftover
}
