//go:build !quick && unix

package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

func init() {
	serversUnderTest = append(serversUnderTest, underTest{kind: "postgres", variable: "SKIKT_POSTGRES", open: openKeeper, fill: fillPostgres, asks: asksPostgres,
		generate: generatePostgres, points: pointsPostgres, client: psql, read: readPostgres})
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
	must(t, keeper, "DROP TABLE IF EXISTS "+table+" CASCADE", "CREATE TABLE "+table+" ("+strings.Join(columns, ", ")+")") // with views of a test that was itself ended
	if len(rows) > 0 {
		must(t, keeper, "INSERT INTO "+table+" VALUES "+strings.Join(rows, ", "))
	}
}

// generatePostgres makes the register of the benchmarks, unlogged so that it takes no more of the disk than it is large.
func generatePostgres(t testing.TB, keeper *sql.DB, table string, rows int) {
	t.Helper()
	var n sql.NullInt64
	if err := keeper.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err == nil && n.Int64 == int64(rows) {
		return
	}
	must(t, keeper, "DROP TABLE IF EXISTS "+table, fmt.Sprintf(`CREATE UNLOGGED TABLE %s AS SELECT 'A' || lpad(CAST(i * 7919 %% 3363 AS text), 4, '0') AS area, CAST(2011 + i / 3 %% 14 AS smallint) AS year,
  CAST(i %% 2 + 1 AS smallint) AS sex, CAST(i %% 90 AS smallint) AS age, CAST(i %% 1000 * 137 AS double precision) / 100 AS income, sqrt(CAST(i %% 1000 AS double precision)) AS weight
FROM generate_series(CAST(0 AS bigint), %d) AS i`, table, rows-1), "VACUUM ANALYZE "+table)
}

// readPostgres counts the pages of a table that have been asked for, and its rows that have been read.
func readPostgres(t testing.TB, keeper *sql.DB, table, _ string) readSoFar {
	t.Helper()
	var pages, rows float64
	query := "SELECT heap_blks_read + heap_blks_hit, seq_tup_read FROM pg_statio_user_tables JOIN pg_stat_user_tables USING (relid) WHERE relid = CAST('" + table + "' AS regclass)"
	if err := keeper.QueryRow(query).Scan(&pages, &rows); err != nil {
		t.Fatal(err)
	}
	return readSoFar{pages * 8192, []float64{rows}}
}

func pointsPostgres(t testing.TB, keeper *sql.DB, table string, rows int) {
	t.Helper()
	must(t, keeper, "DROP TABLE IF EXISTS "+table, fmt.Sprintf("CREATE TABLE %s AS SELECT 300000.5 + i %% 2000 AS x, CAST(6400000.25 + i / 2000 AS double precision) AS y FROM generate_series(0, %d) AS i", table, rows-1),
		"ALTER TABLE "+table+" ALTER COLUMN x TYPE double precision", "ANALYZE "+table)
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

// readingOnly makes an account that may read the tables of a database of its own and nothing else: it may not even make temporary tables. The keeper returned is of that database.
func readingOnly(t *testing.T, u underTest, s Server, keeper *sql.DB) (Server, *sql.DB) {
	t.Helper()
	name := fmt.Sprintf("skikt_test_%d", time.Now().UnixNano())
	must(t, keeper, "CREATE ROLE "+name+" LOGIN PASSWORD 'secret of the reader'", "CREATE DATABASE "+name, "REVOKE ALL ON DATABASE "+name+" FROM PUBLIC", "GRANT CONNECT ON DATABASE "+name+" TO "+name)
	t.Cleanup(func() { must(t, keeper, "DROP DATABASE "+name+" WITH (FORCE)", "DROP ROLE "+name) })
	address, err := url.Parse(os.Getenv(u.variable))
	if err != nil {
		t.Fatal(err)
	}
	address.Path = name
	own := u.open(t, address)
	t.Cleanup(func() { own.Close() })
	must(t, own, "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO "+name)
	s.Address, s.Password = fmt.Sprintf("postgres://%s@%s/%s", name, address.Host, name), "secret of the reader"
	return s, own
}

// eachPostgres is eachServer for what is PostgreSQL's own, with eight pupils.
func eachPostgres(t *testing.T, f func(t *testing.T, u underTest, s Server, keeper *sql.DB)) {
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		if u.kind != "postgres" {
			t.Skip()
		}
		fillPostgres(t, keeper, "pupils", pupils())
		f(t, u, s, keeper)
	})
}

var pupilsByArea = cube.Spec{Name: "c", From: "pupils", Dims: []cube.SpecDim{dim("area", "A", "B")}, Measures: []cube.SpecMeasure{counting("N"), summing("Merit", "merit")}}

// TestPostgresReadOnly counts with an account that may do nothing but read: small tables are then written out in the queries.
func TestPostgresReadOnly(t *testing.T) {
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		s, own := readingOnly(t, u, s, keeper)
		agree(t, u, s, own)
		fillPostgres(t, own, "pupils", pupils())
		db := connect(t, s)
		use(t, db, "pupils", pupils())
		many := make([][]string, valuesMost+1)
		for i := range many {
			many[i] = []string{fmt.Sprint(i)}
		}
		err := db.Lookup(t.Context(), "many", []string{"area"}, many, make([]string, len(many)))
		if err == nil || !strings.Contains(err.Error(), "GRANT TEMPORARY") {
			t.Errorf("a small table that is not small: %v", err)
		}
		count(t, db, pupilsByArea)
	})
}

// TestPostgresFaults meets what goes wrong at the door and with tables: every error is of its class, says what to do, and holds neither secrets nor records.
func TestPostgresFaults(t *testing.T) {
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		account, own := readingOnly(t, u, s, keeper)
		fillPostgres(t, own, "pupils", pupils())
		must(t, own, "CREATE TABLE closed (area text)", "REVOKE ALL ON closed FROM "+strings.Split(account.Address, "/")[3], "CREATE SCHEMA inner_part", "CREATE TABLE inner_part.pupils (area text)",
			"CREATE VIEW unreadable AS SELECT CAST(area || 'MARKER' AS integer) AS sex FROM pupils WHERE area IS NOT NULL")
		connecting, using := door(t, account)
		area := record.Vector{Name: "area", Type: record.Text}
		told(t, map[string]fault{
			"wrong password":          {connecting(func(s *Server) { s.Password = "not the SECRET" }), ErrLogin, "password"},
			"unknown account":         {connecting(func(s *Server) { s.Address = strings.Replace(s.Address, "skikt_test_", "nobody_", 1) }), ErrLogin, "password"},
			"no such database":        {connecting(func(s *Server) { s.Address += "x" }), ErrRefused, "no such database"},
			"nobody answers":          {connecting(func(s *Server) { s.Address = "postgres://a@127.0.0.1:1/b" }), ErrReach, "does it run"},
			"password in the address": {connecting(func(s *Server) { s.Address = "postgres://a:SECRET@127.0.0.1/b" }), nil, "take it out"},
			"no right to the table":   {using("closed", area), ErrRight, "grant"},
			"no right to the schema":  {using("inner_part.pupils", area), ErrRight, "grant"},
			"no such table":           {using("nothing", area), nil, "no such table"},
			"no such column":          {using("pupils", record.Vector{Name: "areas", Type: record.Text}), nil, "it has area, sex"},
			"another type":            {using("pupils", record.Vector{Name: "area", Type: record.Int}), nil, "area is text there, which can't be read as int"},
			"a number as text":        {using("pupils", record.Vector{Name: "sex", Type: record.Text}), nil, "can't be read as text"},
			"unreadable values":       {using("unreadable", record.Vector{Name: "sex", Type: record.Int}), ErrRefused, "can't be read as its type"},
		}, "MARKER", "secret of")
		gone(t, keeper, s.Run, false)
	})
}

// slow is a view that takes its time with each row, and the specification that counts it.
func slow(t *testing.T, keeper *sql.DB) cube.Spec {
	t.Helper()
	must(t, keeper, "DROP VIEW IF EXISTS slow_pupils", "CREATE VIEW slow_pupils AS SELECT area, merit FROM pupils, pg_sleep(20)")
	t.Cleanup(func() { must(t, keeper, "DROP VIEW slow_pupils") })
	spec := pupilsByArea
	spec.From = "slow"
	return spec
}

// running waits until the server works for a run, and gives the numbers of its connections.
func running(t *testing.T, keeper *sql.DB, run string) (pids []int) {
	t.Helper()
	for range 100 {
		rows, err := keeper.Query("SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND state = 'active' AND query LIKE '%COUNT%'", shortened("skikt "+run, 63))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var pid int
			rows.Scan(&pid)
			pids = append(pids, pid)
		}
		if len(pids) > 0 {
			return pids
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("the server does not work")
	return nil
}

// gone waits until the server has nothing of a run: no connection, or with connected set, none that works; and no small table that another session could see.
func gone(t *testing.T, keeper *sql.DB, run string, connected bool) {
	t.Helper()
	working, small := 0, 0
	for range 200 {
		state := " AND state = 'active'"
		if !connected {
			state = ""
			_, small = asksPostgres(t, keeper, run)
		}
		if err := keeper.QueryRow("SELECT count(*) FROM pg_stat_activity WHERE application_name = $1"+state, shortened("skikt "+run, 63)).Scan(&working); err != nil {
			t.Fatal(err)
		}
		if working+small == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%d connections and %d small tables are left on the server", working, small)
}

// TestPostgresEnds ends queries in every way there is. Each time the error says why, nothing is left on the server, and the same can be asked again.
func TestPostgresEnds(t *testing.T) {
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		spec := slow(t, keeper)
		begin := func(t *testing.T, ctx context.Context, limit time.Duration) (db *DB, done chan error) {
			t.Helper()
			s.Timeout = limit
			db = connect(t, s)
			use(t, db, "pupils", pupils())
			if _, err := db.Use(t.Context(), "slow", "slow_pupils", pupils().Columns[:1:1]); err != nil {
				t.Fatal(err)
			}
			spec.Measures = spec.Measures[:1]
			if err := db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{"a"}); err != nil {
				t.Fatal(err)
			}
			done = make(chan error, 1)
			go func() {
				_, _, err := db.Cube(ctx, spec)
				done <- err
			}()
			return db, done
		}
		t.Run("time limit", func(t *testing.T) {
			db, done := begin(t, t.Context(), 300*time.Millisecond)
			if err := <-done; !errors.Is(err, ErrTimeout) {
				t.Error(err)
			}
			gone(t, keeper, s.Run, true)
			count(t, db, pupilsByArea)
			db.Close()
			gone(t, keeper, s.Run, false)
		})
		t.Run("cancelled", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			db, done := begin(t, ctx, 0)
			running(t, keeper, s.Run)
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			gone(t, keeper, s.Run, true)
			count(t, db, pupilsByArea)
			db.Close()
			gone(t, keeper, s.Run, false)
		})
		t.Run("ended by its keeper", func(t *testing.T) {
			for _, limit := range []time.Duration{0, time.Minute} {
				db, done := begin(t, t.Context(), limit)
				running(t, keeper, s.Run)
				must(t, keeper, "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'skikt "+s.Run+"%'")
				if err := <-done; !errors.Is(err, ErrEnded) {
					t.Error(err)
				}
				gone(t, keeper, s.Run, true)
				count(t, db, pupilsByArea)
				db.Close()
				gone(t, keeper, s.Run, false)
			}
		})
		t.Run("connection cut", func(t *testing.T) {
			db, done := begin(t, t.Context(), 0)
			for _, pid := range running(t, keeper, s.Run) {
				must(t, keeper, fmt.Sprintf("SELECT pg_terminate_backend(%d)", pid))
			}
			if err := <-done; !errors.Is(err, ErrLost) {
				t.Error(err)
			}
			// What the connection knew is gone with it: nothing may go on as if it were there.
			if _, _, err := db.Cube(t.Context(), pupilsByArea); !errors.Is(err, ErrLost) {
				t.Error(err)
			}
			db.Close()
			gone(t, keeper, s.Run, false)
		})
		t.Run("all connections cut", func(t *testing.T) {
			s.Timeout = 0
			db := connect(t, s)
			use(t, db, "pupils", pupils())
			count(t, db, pupilsByArea)
			must(t, keeper, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '"+shortened("skikt "+s.Run, 63)+"'")
			if _, _, err := db.Cube(t.Context(), pupilsByArea); !errors.Is(err, ErrLost) {
				t.Error(err)
			}
			db.Close()
			again := connect(t, s)
			use(t, again, "pupils", pupils())
			count(t, again, pupilsByArea)
			again.Close()
			gone(t, keeper, s.Run, false)
		})
	})
}

// TestPostgresChanges changes tables while a run lasts: it sees none of it, and nobody can take its columns away.
func TestPostgresChanges(t *testing.T) {
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		must(t, keeper, "DROP TABLE IF EXISTS later", "CREATE TABLE later (area text)", "INSERT INTO later VALUES ('A')")
		db := connect(t, s)
		use(t, db, "pupils", pupils())
		before, account := count(t, db, pupilsByArea)
		must(t, keeper, "INSERT INTO pupils (area, merit) VALUES ('A', 1000)", "DELETE FROM pupils WHERE area = 'B'")
		after, same := count(t, db, pupilsByArea)
		if diff := cmp.Diff(before, after, inside); diff != "" {
			t.Errorf("the run saw others' work: %s", diff)
		}
		if diff := cmp.Diff(account, same); diff != "" {
			t.Error(diff)
		}
		if _, err := keeper.Exec("SET lock_timeout = '100ms'; ALTER TABLE pupils ALTER COLUMN sex TYPE text; RESET lock_timeout"); err == nil {
			t.Error("a column was changed under a run")
		}
		keeper.Exec("RESET lock_timeout")
		must(t, keeper, "ALTER TABLE later ALTER COLUMN area TYPE varchar(7) USING substr(area, 1, 7)")
		if _, err := db.Use(t.Context(), "later", "later", []record.Vector{{Name: "area", Type: record.Text}}); err == nil || !strings.Contains(err.Error(), "run again") {
			t.Errorf("a table that was rewritten after the run began: %v", err)
		}
		db.Close()

		// A plan is not a run: between the two a column may go.
		s.Dry = true
		plan := connect(t, s)
		use(t, plan, "pupils", pupils())
		plan.Close()
		must(t, keeper, "ALTER TABLE pupils DROP COLUMN merit")
		s.Dry = false
		db = connect(t, s)
		if _, err := db.Use(t.Context(), "pupils", "pupils", pupils().Columns); err == nil || !strings.Contains(err.Error(), `no column "merit"`) {
			t.Error(err)
		}
	})
}

// TestPostgresTwoRuns lets two runs work at the same time, each with small tables of its own under the same names.
func TestPostgresTwoRuns(t *testing.T) {
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		var all sync.WaitGroup
		for i := range 2 {
			all.Go(func() {
				s := s
				s.Run += fmt.Sprint(" run ", i)
				db, err := Connect(t.Context(), s)
				if err != nil {
					t.Error(err)
					return
				}
				defer db.Close()
				if _, err := db.Use(t.Context(), "pupils", "pupils", pupils().Columns); err != nil {
					t.Error(err)
				}
				member := fmt.Sprint("run ", i)
				for range 5 {
					name := fmt.Sprint("l", time.Now().UnixNano())
					if err := db.Lookup(t.Context(), name, []string{"area"}, [][]string{{"A"}, {"B"}}, []string{member, member}); err != nil {
						t.Error(err)
					}
					c, _, err := db.Cube(t.Context(), cube.Spec{Name: "c", From: "pupils", Dims: []cube.SpecDim{{Dimension: cube.Dimension{Name: "Part"}, Columns: []string{"area"}, Lookup: name}}, Measures: []cube.SpecMeasure{counting("N")}})
					if err != nil || c.Get("N", member).Value != 6 {
						t.Errorf("%v, %v", c, err)
					}
				}
			})
		}
		all.Wait()
		gone(t, keeper, s.Run+" run 0", false)
		gone(t, keeper, s.Run+" run 1", false)
	})
}

// TestPostgresKilled kills the program itself in the middle of a query: the server notices, and has nothing left of it.
func TestPostgresKilled(t *testing.T) {
	const variable = "SKIKT_TEST_KILLED"
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		if u.kind != "postgres" {
			t.Skip()
		}
		s.Run = "killed"
		if os.Getenv(variable) != "" {
			db := connect(t, s)
			db.Use(t.Context(), "slow", "slow_pupils", pupils().Columns[:1:1])
			db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{"a"})
			spec := pupilsByArea
			spec.From, spec.Measures = "slow", spec.Measures[:1]
			db.Cube(t.Context(), spec)
			return
		}
		fillPostgres(t, keeper, "pupils", pupils())
		slow(t, keeper)
		child := exec.Command(os.Args[0], "-test.run=^TestPostgresKilled$")
		child.Env = append(os.Environ(), variable+"=1")
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		running(t, keeper, s.Run)
		child.Process.Kill()
		child.Wait()
		gone(t, keeper, s.Run, false)
	})
}

// TestPostgresDisk fills the disk that queries go to when they have no room in memory.
func TestPostgresDisk(t *testing.T) {
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		data := filepath.Join(getenv(t, "SKIKT_SERVERS"), "postgres", "data")
		info, err := os.Stat(data)
		if err != nil {
			t.Fatal(err)
		}
		at := info.Sys().(*syscall.Stat_t)
		disk := filepath.Join(filepath.Dir(data), "small")
		if err := errors.Join(os.MkdirAll(disk, 0o700), os.Chown(disk, int(at.Uid), int(at.Gid))); err != nil { // a server that recovers from its log wants it so
			t.Fatal(err)
		}
		if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=2m,mode=700,uid=%d,gid=%d", at.Uid, at.Gid), "tmpfs", disk).CombinedOutput(); err != nil {
			t.Skipf("no small disk can be mounted here: %s", out)
		}
		t.Cleanup(func() { exec.Command("umount", "-l", disk).Run(); os.Remove(disk) })
		must(t, keeper, "CREATE TABLESPACE small LOCATION '"+disk+"'", "CREATE OR REPLACE VIEW many AS SELECT CAST(i AS TEXT) AS area FROM generate_series(1, 400000) AS i",
			"ALTER ROLE CURRENT_USER SET work_mem = '64kB'", "ALTER ROLE CURRENT_USER SET temp_tablespaces = small")
		t.Cleanup(func() {
			must(t, keeper, "ALTER ROLE CURRENT_USER RESET work_mem", "ALTER ROLE CURRENT_USER RESET temp_tablespaces", "DROP VIEW many", "DROP TABLESPACE small", "CHECKPOINT")
		})
		if err := manyTwice(t, s); !errors.Is(err, ErrDisk) {
			t.Errorf("the disk is full: %v", err)
		}
		gone(t, keeper, s.Run, false)
		var files int
		if err := keeper.QueryRow("SELECT count(*) FROM pg_ls_tmpdir((SELECT oid FROM pg_tablespace WHERE spcname = 'small'))").Scan(&files); err != nil || files > 0 {
			t.Errorf("%d files are left on it: %v", files, err)
		}
		must(t, keeper, "ALTER ROLE CURRENT_USER RESET temp_tablespaces")
		if err := manyTwice(t, s); err != nil {
			t.Errorf("with room: %v", err)
		}
	})
}

// TestPostgresCrash kills a process of the server's at work. PostgreSQL then cuts all connections and starts anew; the small tables of those that were cut so are dropped by its autovacuum.
func TestPostgresCrash(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the server's autovacuum")
	}
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		getenv(t, "SKIKT_SERVERS") // it is one that the script started, and not one that others need
		spec := slow(t, keeper)
		spec.Measures = spec.Measures[:1]
		db := connect(t, s)
		if _, err := db.Use(t.Context(), "slow", "slow_pupils", pupils().Columns[:1:1]); err != nil {
			t.Fatal(err)
		}
		if err := db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{"a"}); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() {
			_, _, err := db.Cube(t.Context(), spec)
			done <- err
		}()
		for _, pid := range running(t, keeper, s.Run) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
		if err := <-done; !errors.Is(err, ErrLost) {
			t.Error(err)
		}
		start := time.Now()
		for time.Since(start) < 30*time.Second && keeper.Ping() != nil {
			time.Sleep(50 * time.Millisecond)
		}
		_, _, err := db.Cube(t.Context(), pupilsByArea)
		if err == nil {
			t.Error("the run goes on as if nothing had happened")
		}
		db.Close()
		again := connect(t, s)
		use(t, again, "pupils", pupils())
		count(t, again, pupilsByArea)
		again.Close()
		for time.Since(start) < 3*time.Minute {
			small := 0
			if err := keeper.QueryRow("SELECT count(*) FROM pg_class WHERE relname LIKE 'skikt%'").Scan(&small); err == nil && small == 0 { // connections of the keeper's were cut too
				break
			}
			time.Sleep(time.Second)
		}
		gone(t, keeper, s.Run, false)
		t.Logf("after %.0f s nothing is left of it", time.Since(start).Seconds())
	})
}

// TestPostgresStandsStill stops the server in its tracks. Its system still answers for it, so only the time limit tells: the server does not look at its clock, but skikt does. Without one the run can be cancelled.
func TestPostgresStandsStill(t *testing.T) {
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		spec := slow(t, keeper)
		spec.Measures = spec.Measures[:1]
		pid, err := os.ReadFile(filepath.Join(getenv(t, "SKIKT_SERVERS"), "postgres", "pid"))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			limit  time.Duration
			is     error
			within time.Duration
		}{{time.Second, ErrLost, 15 * time.Second}, {0, context.Canceled, 15 * time.Second}} {
			s.Timeout = c.limit
			db := connect(t, s)
			use(t, db, "pupils", pupils())
			if _, err := db.Use(t.Context(), "slow", "slow_pupils", pupils().Columns[:1:1]); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan error, 1)
			go func() {
				_, _, err := db.Cube(ctx, spec)
				done <- err
			}()
			stopped := append(running(t, keeper, s.Run), 0)
			fmt.Sscan(string(pid), &stopped[len(stopped)-1])
			signal := func(with string) {
				for _, pid := range stopped {
					if out, err := exec.Command("kill", with, fmt.Sprint(pid)).CombinedOutput(); err != nil {
						t.Errorf("%v: %s", err, out)
					}
				}
			}
			signal("-STOP")
			start := time.Now()
			if c.limit == 0 {
				cancel()
			}
			select {
			case err = <-done:
			case <-time.After(c.within):
				err = errors.New("it waits on")
			}
			t.Logf("with a time limit of %s, after %.1f s: %v", c.limit, time.Since(start).Seconds(), err)
			if !errors.Is(err, c.is) {
				t.Error(err)
			}
			signal("-CONT")
			db.Close()
			gone(t, keeper, s.Run, false)
		}
		db := connect(t, s)
		use(t, db, "pupils", pupils())
		count(t, db, pupilsByArea)
	})
}

// TestPostgresSafety reads off how a connection is made safe: with a certificate that is checked, everywhere but on loopback.
func TestPostgresSafety(t *testing.T) {
	for address, c := range map[string]struct {
		insecure, checked bool
	}{
		"postgres://a@db.example.se/b":    {false, true},
		"postgres://a@192.0.2.7:5433/b":   {false, true},
		"postgres://a@db.example.se/b?":   {true, false},
		"postgres://a@127.0.0.1/b":        {false, false},
		"postgres://a@localhost:5432/b":   {false, false},
		"postgres://a@[::1]:5432/b":       {false, false},
		"postgres://a@127.0.0.1.evil.se/": {false, true},
	} {
		s := Server{Kind: "postgres", Address: address, Insecure: c.insecure}
		u, err := s.Check()
		if err != nil {
			t.Fatal(err)
		}
		config, err := postgresConfig(s, u)
		if err != nil {
			t.Fatal(err)
		}
		checked := config.TLSConfig != nil && !config.TLSConfig.InsecureSkipVerify && config.TLSConfig.ServerName == u.Hostname()
		for _, other := range config.Fallbacks {
			checked = checked && other.TLSConfig != nil && !other.TLSConfig.InsecureSkipVerify
		}
		if checked != c.checked {
			t.Errorf("%s: the server's certificate is checked: %v", address, checked)
		}
		if config.RuntimeParams["default_transaction_read_only"] != "on" {
			t.Errorf("%s: the connection may write", address)
		}
	}
}

// TestPostgresTLS meets a server that has a certificate for db.example.se by an authority of its own: it is spoken to by that name when that authority is trusted, and not otherwise.
func TestPostgresTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, DNSNames: []string{"db.example.se"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var plain atomic.Bool // a server without TLS
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			io.ReadFull(conn, make([]byte, 8)) // it asks for TLS
			if plain.Load() {
				conn.Write([]byte("N"))
			} else {
				conn.Write([]byte("S"))
				tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}).Handshake()
			}
			conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	connecting := func(host, ca string) error {
		s := Server{Kind: "postgres", Address: "postgres://a@" + host + ":" + port + "/b", CA: ca}
		u, err := s.Check()
		if err != nil {
			t.Fatal(err)
		}
		config, err := postgresConfig(s, u)
		if err != nil {
			t.Fatal(err)
		}
		config.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
		_, err = pgx.ConnectConfig(t.Context(), config)
		return (&postgres{}).class(err)
	}
	for what, c := range map[string]struct{ err, want error }{
		"an authority that nobody knows": {connecting("db.example.se", ""), ErrTLS},
		"another's name":                 {connecting("other.example.se", authority), ErrTLS},
		"as it should be":                {connecting("db.example.se", authority), ErrLost}, // TLS is there, and the server hangs up
	} {
		if !errors.Is(c.err, c.want) {
			t.Errorf("%s: %v", what, c.err)
		}
	}
	plain.Store(true)
	if !errors.Is(connecting("db.example.se", authority), ErrTLS) {
		t.Error("a server without TLS was spoken to")
	}
}
