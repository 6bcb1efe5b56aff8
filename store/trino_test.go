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

	_ "github.com/trinodb/trino-go-client/trino"

	"github.com/skikt/skikt/record"
)

func init() {
	serversUnderTest = append(serversUnderTest, underTest{kind: "trino", variable: "SKIKT_TRINO", open: openTrinoKeeper, fill: fillTrino, asks: asksTrino, draws: 10,
		generate: generateTrino, client: trinoClient, read: readTrino})
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

// generateTrino makes the register of the benchmarks in the memory of the workers.
func generateTrino(t testing.TB, keeper *sql.DB, table string, rows int) {
	t.Helper()
	var n int
	if err := keeper.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err == nil && n == rows {
		return
	}
	const piece = 1_000_000
	must(t, keeper, "DROP TABLE IF EXISTS "+table, "CREATE TABLE "+table+" (area varchar, year smallint, sex smallint, age smallint, income double, weight double)")
	for at := 0; at < rows; at += piece {
		must(t, keeper, fmt.Sprintf(`INSERT INTO %s SELECT 'A' || lpad(CAST(i * 7919 %% 3363 AS varchar), 4, '0'), CAST(2011 + i / 3 %% 14 AS smallint), CAST(i %% 2 + 1 AS smallint),
  CAST(i %% 90 AS smallint), CAST(i %% 1000 * 137 AS double) / 100, sqrt(i %% 1000)
FROM (SELECT %d + a * 1000 + b AS i FROM UNNEST(sequence(BIGINT '0', BIGINT '%d')) AS x(a) CROSS JOIN UNNEST(sequence(BIGINT '0', BIGINT '999')) AS y(b))`,
			table, at, min(piece, rows-at)/1000-1))
	}
}

// trinoClient sends statements as curl does, page after page: Trino's own client is not in what scripts/trino.sh fetches.
func trinoClient(t testing.TB, statements []string) func() *exec.Cmd {
	address, err := url.Parse(getenv(t, "SKIKT_TRINO"))
	if err != nil {
		t.Fatal(err)
	}
	catalog, schema, _ := strings.Cut(strings.Trim(address.Path, "/"), "/")
	dir := t.TempDir()
	script := "set -e\ncd " + dir + "\n"
	for i, s := range statements {
		name := fmt.Sprintf("%d.sql", i)
		if err := os.WriteFile(dir+"/"+name, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		script += fmt.Sprintf("curl -sf -H 'X-Trino-User: owner' -H 'X-Trino-Catalog: %s' -H 'X-Trino-Schema: %s' -H 'Accept-Encoding: gzip' --compressed --data-binary @%s http://%s/v1/statement >page\n",
			catalog, schema, name, address.Host)
		script += `while uri=$(grep -o '"nextUri":"[^"]*"' page | cut -d'"' -f4); [ -n "$uri" ]; do curl -sf --compressed -H 'X-Trino-User: owner' "$uri" >page; done` + "\n"
		script += "grep -q '\"state\":\"FINISHED\"' page\n"
	}
	return func() *exec.Cmd { return exec.Command("bash", "-c", script) }
}

// readTrino sums what the tasks of a run's queries have read of tables, on each worker.
func readTrino(t testing.TB, keeper *sql.DB, _, run string) (sum readSoFar) {
	t.Helper()
	rows, err := keeper.Query(`SELECT t.node_id, sum(t.physical_input_bytes), sum(t.processed_input_rows) FROM system.runtime.tasks t JOIN system.runtime.queries q ON t.query_id = q.query_id
WHERE t.physical_input_bytes > 0 AND q.source = 'skikt' AND q.query LIKE '%skikt ` + run + ` %' GROUP BY 1 ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var node string
		var bytes, n float64
		if err := rows.Scan(&node, &bytes, &n); err != nil {
			t.Fatal(err)
		}
		sum.bytes, sum.rows = sum.bytes+bytes, append(sum.rows, n)
	}
	return sum
}
