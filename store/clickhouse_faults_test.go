//go:build !quick && unix

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// eachClickHouse is eachServer for what is ClickHouse's own, with eight pupils.
func eachClickHouse(t *testing.T, f func(t *testing.T, u underTest, s Server, keeper *sql.DB)) {
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		if u.kind == "clickhouse" {
			for _, node := range clickHouseNodes(t) { // of a test that was itself ended; they would keep tables locked
				must(t, node, "KILL QUERY WHERE initial_query_id LIKE 'skikt test%' SYNC")
			}
			fillClickHouse(t, keeper, "pupils", pupils())
			f(t, u, s, keeper)
		}
	})
}

// clickHouseAccount is another account of the same server: reader, which may only read, or narrow, whose queries go to disk at once.
func clickHouseAccount(t *testing.T, s Server, name string) Server {
	t.Helper()
	full := getenv(t, "SKIKT_CLICKHOUSE_"+strings.ToUpper(name))
	_, rest, _ := strings.Cut(full, "//"+name+":")
	password, _, _ := strings.Cut(rest, "@")
	s.Address, s.Password = strings.Replace(s.Address, "//owner@", "//"+name+"@", 1), password
	return s
}

// TestClickHouseReadOnly counts with an account that may change nothing, and tries to write with one that could.
func TestClickHouseReadOnly(t *testing.T) {
	eachClickHouse(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		db := connect(t, clickHouseAccount(t, s, "reader"))
		use(t, db, "pupils", pupils())
		if err := db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}, {"B"}}, []string{"north", "south"}); err != nil {
			t.Fatal(err)
		}
		spec := pupilsByArea
		spec.Dims = []cube.SpecDim{{Dimension: cube.Dimension{Name: "part"}, Columns: []string{"area"}, Lookup: "parts"}}
		if c, _ := count(t, db, spec); c.Get("N", "north").Value != 3 || c.Get("N", "south").Value != 3 {
			t.Error("3 pupils in each part")
		}
		own := connect(t, s)
		err := own.transact(t.Context(), true, func(s *session) error {
			return own.engine.(*clickHouse).exec(t.Context(), s, "CREATE TABLE skikt.written (a Int64) ENGINE = Memory")
		})
		if !errors.Is(err, ErrRight) {
			t.Errorf("an account that may write wrote through skikt: %v", err)
		}
	})
}

// TestClickHouseFaults meets what goes wrong at the door and with tables: every error is of its class, says what to do, and holds neither secrets nor records.
func TestClickHouseFaults(t *testing.T) {
	eachClickHouse(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		must(t, keeper, "CREATE DATABASE IF NOT EXISTS closed", "DROP TABLE IF EXISTS closed.pupils", "CREATE TABLE closed.pupils (area String) ENGINE = Memory",
			"DROP TABLE IF EXISTS skikt.unreadable", "CREATE VIEW skikt.unreadable AS SELECT toInt64(concat(area, 'MARKER')) AS sex FROM local.pupils WHERE area IS NOT NULL",
			"DROP TABLE IF EXISTS skikt.odd", "CREATE TABLE skikt.odd (g_n Int64) ENGINE = Memory")
		account := clickHouseAccount(t, s, "reader")
		connecting, using := door(t, account)
		area := record.Vector{Name: "area", Type: record.Text}
		told(t, map[string]fault{
			"wrong password":          {connecting(func(s *Server) { s.Password = "not the SECRET" }), ErrLogin, "password"},
			"unknown account":         {connecting(func(s *Server) { s.Address = strings.Replace(s.Address, "reader@", "nobody@", 1) }), ErrLogin, "password"},
			"no such database":        {connecting(func(s *Server) { s.Address += "x" }), ErrRefused, "such a database"},
			"nobody answers":          {connecting(func(s *Server) { s.Address = "clickhouse://a@127.0.0.1:1/b" }), ErrReach, "does it run"},
			"password in the address": {connecting(func(s *Server) { s.Address = "clickhouse://a:SECRET@127.0.0.1/b" }), nil, "take it out"},
			"no right to the table":   {using("closed.pupils", area), nil, "has no right to it"},
			"no such table":           {using("nothing", area), nil, "no such table"},
			"no such column":          {using("pupils", record.Vector{Name: "areas", Type: record.Text}), nil, "it has area, sex"},
			"another type":            {using("pupils", record.Vector{Name: "area", Type: record.Int}), nil, "area is Nullable(String) there, which can't be read as int"},
			"unreadable values":       {using("unreadable", record.Vector{Name: "sex", Type: record.Int}), ErrRefused, "can't be read as its type"},
			"a name of our own":       {using("odd", record.Vector{Name: "g_n", Type: record.Int}), nil, "give it another"},
		}, "MARKER", account.Password)
		idle(t, u, keeper, s.Run)
	})
}

// slowClickHouse makes a Distributed table whose rows take a tenth of a second for each 65,536 on every server, with so many of them.
func slowClickHouse(t *testing.T, keeper *sql.DB, blocks int) {
	t.Helper()
	for _, node := range clickHouseNodes(t) {
		must(t, node, "DROP TABLE IF EXISTS local.slow",
			fmt.Sprintf("CREATE VIEW local.slow AS SELECT toString(number %% 7) AS area FROM numbers(%d) WHERE sleep(0.1) = 0", blocks<<16))
	}
	must(t, keeper, "DROP TABLE IF EXISTS skikt.slow", "CREATE TABLE skikt.slow (area String) ENGINE = Distributed(three, local, slow)")
}

var slowly = cube.Spec{Name: "c", From: "slow", Dims: []cube.SpecDim{dim("area")}, Measures: []cube.SpecMeasure{counting("N")}}

// asking begins to count what takes minutes, in a run that has a small table, and waits until the servers work: n queries of them.
func asking(t *testing.T, ctx context.Context, u underTest, s Server, keeper *sql.DB, n int) (*DB, chan error) {
	t.Helper()
	db := connect(t, s)
	use(t, db, "pupils", pupils())
	if _, err := db.Use(t.Context(), "slow", "slow", []record.Vector{{Name: "area", Type: record.Text}}); err != nil {
		t.Fatal(err)
	}
	if err := db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(ctx)
	t.Cleanup(stop) // before the run is closed
	done := make(chan error, 1)
	go func() {
		_, _, err := db.Cube(ctx, slowly)
		done <- err
	}()
	for began := time.Now(); time.Since(began) < 30*time.Second; time.Sleep(20 * time.Millisecond) {
		if working, _ := u.asks(t, keeper, s.Run); working >= n {
			return db, done
		}
		select {
		case err := <-done:
			t.Fatalf("the query is over already: %v", err)
		default:
		}
	}
	t.Fatal("the servers do not work")
	return nil, nil
}

// ended is how a query ended, which it must within some time.
func ended(t *testing.T, done chan error, within time.Duration) error {
	t.Helper()
	select {
	case err := <-done:
		return err
	case <-time.After(within):
		t.Fatalf("the query goes on after %s", within)
		return nil
	}
}

// repeated makes the same run once more, which must succeed.
func repeated(t *testing.T, s Server) {
	t.Helper()
	db := connect(t, s)
	defer db.Close()
	use(t, db, "pupils", pupils())
	spec := pupilsByArea
	spec.Dims = []cube.SpecDim{{Dimension: cube.Dimension{Name: "part"}, Columns: []string{"area"}, Lookup: "parts"}}
	if err := db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if c, _ := count(t, db, spec); c.Get("N", "a").Value != 3 {
		t.Errorf("%v", c.Get("N", "a"))
	}
}

// idle waits until no server does anything for a run, and none has a small table.
func idle(t *testing.T, u underTest, keeper *sql.DB, run string) {
	t.Helper()
	queries, small := 0, 0
	for range 200 {
		if queries, small = u.asks(t, keeper, run); queries+small == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%d queries and %d small tables are left on the servers", queries, small)
}

// impatient shortens how long a server may be silent.
func impatient(t *testing.T, d time.Duration) {
	before := silence
	silence = d
	t.Cleanup(func() { silence = before })
}

// twoRuns lets two runs of the same name work at the same time, each with a small table of its own under the same name.
func twoRuns(t *testing.T, s Server) {
	t.Helper()
	var runs sync.WaitGroup
	for _, part := range []string{"one", "other"} {
		runs.Go(func() {
			db, err := Connect(t.Context(), s)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if _, err := db.Use(t.Context(), "pupils", "pupils", pupils().Columns); err != nil {
				t.Error(err)
				return
			}
			spec := pupilsByArea
			spec.Dims = []cube.SpecDim{{Dimension: cube.Dimension{Name: "part"}, Columns: []string{"area"}, Lookup: "parts"}}
			if err := db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{part}); err != nil {
				t.Error(err)
				return
			}
			for range 5 {
				c, _, err := db.Cube(t.Context(), spec)
				if err != nil || c.Get("N", part).Value != 3 {
					t.Errorf("%v, %v", c, err)
				}
			}
		})
	}
	runs.Wait()
}

// killed kills the program itself in the middle of a query, once the servers are busy with it. It runs the test again in a child, which only begins one.
func killed(t *testing.T, busy func() bool) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$")
	child.Env = append(os.Environ(), "SKIKT_TEST_KILLED=1")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	working := false
	for began := time.Now(); !working && time.Since(began) < 30*time.Second; time.Sleep(20 * time.Millisecond) {
		working = busy()
	}
	child.Process.Kill()
	child.Wait()
	if !working {
		t.Fatal("the servers do not work")
	}
}

// begun is what the child of killed does.
func begun(t *testing.T, s Server) bool {
	if os.Getenv("SKIKT_TEST_KILLED") == "" {
		return false
	}
	db := connect(t, s)
	db.Use(t.Context(), "slow", "slow", []record.Vector{{Name: "area", Type: record.Text}})
	db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{"a"})
	db.Cube(t.Context(), slowly)
	return true
}

// TestClickHouseKilled kills the program in the middle of a query. An old server does not heed that its connection is reset: the time limit, which it was told of, ends the query.
func TestClickHouseKilled(t *testing.T) {
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		s.Timeout = 4 * time.Second
		if u.kind != "clickhouse" || begun(t, s) {
			return
		}
		slowClickHouse(t, keeper, 600)
		fillClickHouse(t, keeper, "pupils", pupils())
		killed(t, func() bool { queries, _ := u.asks(t, keeper, s.Run); return queries == 3 })
		idle(t, u, keeper, s.Run)
		repeated(t, s)
	})
}

// TestClickHouseEnds ends queries in every way there is. Each time the error says why, nothing is left on any server, and the same can be asked again.
func TestClickHouseEnds(t *testing.T) {
	eachClickHouse(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		slowClickHouse(t, keeper, 600)
		t.Run("time limit", func(t *testing.T) {
			s := s
			s.Timeout = time.Second
			start := time.Now()
			db, done := asking(t, t.Context(), u, s, keeper, 3)
			if err := ended(t, done, 10*time.Second); !errors.Is(err, ErrTimeout) || time.Since(start) > 5*time.Second {
				t.Errorf("%v after %s", err, time.Since(start))
			}
			for range 100 { // the small table stays, for the run can go on
				if queries, _ := u.asks(t, keeper, s.Run); queries == 0 {
					break
				}
				time.Sleep(20 * time.Millisecond)
			}
			count(t, db, pupilsByArea)
			db.Close()
			idle(t, u, keeper, s.Run)
		})
		t.Run("cancelled", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			db, done := asking(t, ctx, u, s, keeper, 3)
			cancel()
			if err := ended(t, done, 10*time.Second); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			idle(t, u, keeper, s.Run)
			// The connection ends with its query, and with it the small table: nothing may go on as if that were there.
			if _, _, err := db.Cube(t.Context(), pupilsByArea); !errors.Is(err, ErrLost) {
				t.Error(err)
			}
			repeated(t, s)
		})
		t.Run("ended by its keeper", func(t *testing.T) {
			_, done := asking(t, t.Context(), u, s, keeper, 3)
			must(t, keeper, "KILL QUERY WHERE initial_query_id LIKE 'skikt "+s.Run+"%' ASYNC")
			if err := ended(t, done, 10*time.Second); !errors.Is(err, ErrEnded) {
				t.Error(err)
			}
			idle(t, u, keeper, s.Run)
			repeated(t, s)
		})
		t.Run("longer than the silence", func(t *testing.T) {
			impatient(t, time.Second)
			slowClickHouse(t, keeper, 40)
			db := connect(t, s)
			if _, err := db.Use(t.Context(), "slow", "slow", []record.Vector{{Name: "area", Type: record.Text}}); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			c, _ := count(t, db, slowly)
			if took := time.Since(start); took < 2*time.Second || c.Get("N", "0").Value != 3*((40<<16)/7+1) {
				t.Errorf("%s, %v", took, c.Get("N", "0"))
			}
		})
		t.Run("two runs", func(t *testing.T) {
			twoRuns(t, s)
			idle(t, u, keeper, s.Run)
		})
		t.Run("changed since it was named", func(t *testing.T) {
			db := connect(t, s)
			use(t, db, "pupils", pupils())
			fillClickHouse(t, keeper, "pupils", &record.Batch{N: 1, Columns: []record.Vector{{Name: "sex", Type: record.Int, Int: []int64{1}}}})
			_, _, err := db.Cube(t.Context(), pupilsByArea)
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "has it changed") {
				t.Error(err)
			}
			fillClickHouse(t, keeper, "pupils", pupils())
			count(t, db, pupilsByArea)
		})
		t.Run("changed since the plan", func(t *testing.T) {
			dry := s
			dry.Dry = true
			plan := connect(t, dry)
			use(t, plan, "pupils", pupils())
			plan.Close()
			fillClickHouse(t, keeper, "pupils", &record.Batch{N: 1, Columns: []record.Vector{{Name: "sex", Type: record.Int, Int: []int64{1}}}})
			db := connect(t, s)
			if _, err := db.Use(t.Context(), "pupils", "pupils", pupils().Columns); err == nil || !strings.Contains(err.Error(), `no column "area"`) {
				t.Error(err)
			}
			fillClickHouse(t, keeper, "pupils", pupils())
			repeated(t, s)
		})
	})
}

// TestClickHouseDisk fills the disk of one of the servers, on which queries of the account narrow keep groups that they have no room for.
func TestClickHouseDisk(t *testing.T) {
	eachClickHouse(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		spill := filepath.Join(getenv(t, "SKIKT_SERVERS"), "clickhouse", "2", "data", "tmp")
		info, err := os.Stat(spill)
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range clickHouseNodes(t) {
			must(t, node, "DROP TABLE IF EXISTS local.many", "CREATE VIEW local.many AS SELECT toString(number) AS area FROM numbers(400000)")
		}
		must(t, keeper, "DROP TABLE IF EXISTS skikt.many", "CREATE TABLE skikt.many (area String) ENGINE = Distributed(three, local, many)")
		s = clickHouseAccount(t, s, "narrow")
		many := func() error {
			db := connect(t, s)
			defer db.Close()
			if _, err := db.Use(t.Context(), "many", "many", []record.Vector{{Name: "area", Type: record.Text}}); err != nil {
				t.Fatal(err)
			}
			spec := slowly
			spec.From = "many"
			_, _, err := db.Cube(t.Context(), spec)
			return err
		}
		if err := many(); err != nil {
			t.Fatalf("with room: %v", err)
		}
		if out, err := exec.Command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=64k,mode=%o,%s", info.Mode().Perm(), ownerOf(info)), "tmpfs", spill).CombinedOutput(); err != nil {
			t.Skipf("no small disk can be mounted here: %s", out)
		}
		t.Cleanup(func() { exec.Command("umount", "-l", spill).Run() })
		if err := many(); !errors.Is(err, ErrDisk) {
			t.Errorf("the disk is full: %v", err)
		}
		if left, _ := os.ReadDir(spill); len(left) > 0 {
			t.Errorf("%d files are left on it", len(left))
		}
		idle(t, u, keeper, s.Run)
		if out, err := exec.Command("umount", "-l", spill).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if err := many(); err != nil {
			t.Errorf("with room again: %v", err)
		}
	})
}

func ownerOf(info os.FileInfo) string {
	at := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("uid=%d,gid=%d", at.Uid, at.Gid)
}

// node starts, stops, kills, pauses or resumes one server of a cluster, by the script that started it.
func node(t *testing.T, kind, n, what string) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 100*time.Second)
	defer stop()
	if out, err := exec.CommandContext(ctx, "../scripts/"+kind+".sh", "node", n, what).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestClickHouseNodes loses servers of the cluster: killed at work, gone from the start, stopped in their tracks, and the one that was asked.
func TestClickHouseNodes(t *testing.T) {
	if testing.Short() {
		t.Skip("it stops and starts servers")
	}
	eachClickHouse(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		getenv(t, "SKIKT_SERVERS")
		began := time.Now()
		step := func(format string, args ...any) {
			t.Logf("%5.1f s: "+format, append([]any{time.Since(began).Seconds()}, args...)...)
		}
		start := func(n string) {
			t.Helper()
			node(t, "clickhouse", n, "start")
			for range 100 { // its own and the others' connections to it
				for _, k := range clickHouseNodes(t) {
					k.Exec("SELECT count() FROM skikt.pupils")
				}
				if _, err := keeper.Exec("SELECT count() FROM skikt.pupils"); err == nil {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Fatal("the servers do not reach each other")
		}
		right := func() {
			t.Helper()
			fillClickHouse(t, keeper, "pupils", pupils()) // tables in memory are gone with their server
			repeated(t, s)
			idle(t, u, keeper, s.Run)
		}
		slowClickHouse(t, keeper, 600)
		t.Cleanup(func() {
			for _, n := range []string{"1", "2", "3"} {
				exec.Command("../scripts/clickhouse.sh", "node", n, "resume").Run()
				exec.Command("../scripts/clickhouse.sh", "node", n, "start").Run()
			}
		})

		_, done := asking(t, t.Context(), u, s, keeper, 3)
		node(t, "clickhouse", "3", "kill")
		err := ended(t, done, 10*time.Second)
		step("a server killed at work: %v", err)
		if !errors.Is(err, ErrNode) {
			t.Error("it was not told")
		}
		db := connect(t, s)
		use(t, db, "pupils", pupils())
		_, _, err = db.Cube(t.Context(), pupilsByArea)
		step("a server that is not there: %v", err)
		if !errors.Is(err, ErrNode) {
			t.Error("it was not told")
		}
		db.Close()
		start("3")
		right()

		limited := s
		limited.Timeout = time.Second
		_, done = asking(t, t.Context(), u, limited, keeper, 3)
		node(t, "clickhouse", "2", "pause")
		err = ended(t, done, 20*time.Second)
		step("a server that stands still, with a time limit of a second: %v", err)
		node(t, "clickhouse", "2", "resume")
		if !errors.Is(err, ErrTimeout) && !errors.Is(err, ErrNode) {
			t.Error("it was not told")
		}
		idle(t, u, keeper, s.Run)
		right()

		_, done = asking(t, t.Context(), u, s, keeper, 3)
		node(t, "clickhouse", "2", "pause")
		err = ended(t, done, 20*time.Second)
		step("a server that stands still, which the others wait ten seconds for: %v", err)
		node(t, "clickhouse", "2", "resume")
		if !errors.Is(err, ErrNode) {
			t.Error("it was not told")
		}
		idle(t, u, keeper, s.Run)
		right()

		// What the others do for a server that is gone, and a server for one that asked it and is, goes on until the time limit.
		limited.Timeout = 5 * time.Second
		impatient(t, 2*time.Second)
		_, done = asking(t, t.Context(), u, limited, keeper, 3)
		node(t, "clickhouse", "1", "pause")
		err = ended(t, done, 20*time.Second)
		step("the server that was asked stands still: %v", err)
		node(t, "clickhouse", "1", "resume")
		if !errors.Is(err, ErrLost) {
			t.Error("it was not told")
		}
		idle(t, u, keeper, s.Run)
		right()

		db, done = asking(t, t.Context(), u, limited, keeper, 3)
		node(t, "clickhouse", "1", "kill")
		err = ended(t, done, 10*time.Second)
		step("the server that was asked is killed: %v", err)
		if !errors.Is(err, ErrLost) {
			t.Error("it was not told")
		}
		_, _, err = db.Cube(t.Context(), pupilsByArea)
		step("and is not there: %v", err)
		if !errors.Is(err, ErrReach) && !errors.Is(err, ErrLost) {
			t.Error("it was not told")
		}
		start("1")
		idle(t, u, keeper, s.Run)
		right()
	})
}
