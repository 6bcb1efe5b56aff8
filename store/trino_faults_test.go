//go:build !quick && unix

package store

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"database/sql"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// eachTrino is eachServer for what is Trino's own, with eight pupils.
func eachTrino(t *testing.T, f func(t *testing.T, u underTest, s Server, keeper *sql.DB)) {
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		if u.kind == "trino" {
			trinoBefore(t, keeper)
			f(t, u, s, keeper)
		}
	})
}

// trinoBefore makes the pupils, and drops the small tables of a test that was itself ended.
func trinoBefore(t *testing.T, keeper *sql.DB) {
	t.Helper()
	rows, err := keeper.Query(`SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'skikt\_test\_%' ESCAPE '\'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	for _, name := range names {
		must(t, keeper, "DROP TABLE "+name)
	}
	trinoPupils(t, keeper)
}

// trinoPupils makes the pupils, with patience: tables in memory are gone with a worker that is, and a worker that has just started may not be known yet.
func trinoPupils(t *testing.T, keeper *sql.DB) {
	t.Helper()
	for range 60 {
		keeper.Exec("DROP TABLE IF EXISTS pupils")
		if _, err := keeper.Exec("CREATE TABLE pupils (area VARCHAR)"); err == nil {
			if _, err := keeper.Exec("INSERT INTO pupils VALUES 'A'"); err == nil {
				break
			}
		}
		time.Sleep(250 * time.Millisecond)
	}
	fillTrino(t, keeper, "pupils", pupils())
}

// slowTrino makes a view that takes minutes to count, on both workers.
func slowTrino(t *testing.T, keeper *sql.DB) {
	t.Helper()
	must(t, keeper, "DROP VIEW IF EXISTS slow", `CREATE VIEW slow AS SELECT area FROM pupils CROSS JOIN UNNEST(SEQUENCE(1, 10000)) AS a(i) CROSS JOIN UNNEST(SEQUENCE(1, 10000)) AS b(j) CROSS JOIN UNNEST(SEQUENCE(1, 100)) AS c(k)`)
}

// TestTrinoFaults meets what goes wrong at the door and with tables: every error is of its class, says what to do, and holds neither secrets nor records.
func TestTrinoFaults(t *testing.T) {
	eachTrino(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		must(t, keeper, "DROP TABLE IF EXISTS closed_pupils", "CREATE TABLE closed_pupils (area VARCHAR)",
			"DROP VIEW IF EXISTS unreadable", "CREATE VIEW unreadable SECURITY INVOKER AS SELECT CAST(area || 'MARKER' AS BIGINT) AS sex FROM pupils WHERE area IS NOT NULL")
		impatient(t, 3*time.Second)
		account := s
		account.Address = strings.Replace(s.Address, "owner@", "reader@", 1)
		connecting, using := door(t, account)
		area := record.Vector{Name: "area", Type: record.Text}
		told(t, map[string]fault{
			"no such catalog":         {connecting(func(s *Server) { s.Address = strings.Replace(s.Address, "memory", "none", 1) }), ErrRefused, "not there"},
			"no such schema":          {connecting(func(s *Server) { s.Address += "x" }), nil, "has no schema"},
			"nobody answers":          {connecting(func(s *Server) { s.Address = "trino://a@127.0.0.1:1/b/c" }), ErrReach, "does it run"},
			"password in the address": {connecting(func(s *Server) { s.Address = "trino://a:SECRET@127.0.0.1/b/c" }), nil, "take it out"},
			"password without TLS":    {connecting(func(s *Server) { s.Password = "SECRET" }), ErrTLS, "TLS"},
			"no right to the table":   {using("closed_pupils", area), nil, "has no right to it"},
			"no such table":           {using("nothing", area), nil, "no such table"},
			"no such column":          {using("pupils", record.Vector{Name: "areas", Type: record.Text}), nil, "it has area, sex"},
			"another type":            {using("pupils", record.Vector{Name: "area", Type: record.Int}), nil, "area is varchar there, which can't be read as int"},
			"unreadable values":       {using("unreadable", record.Vector{Name: "sex", Type: record.Int}), ErrRefused, "can't be read as its type"},
		}, "MARKER")
		idle(t, u, keeper, s.Run)
	})
}

// TestTrinoEnds ends queries in every way there is. Each time the error says why, nothing is left on any server, and the same can be asked again.
func TestTrinoEnds(t *testing.T) {
	eachTrino(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		slowTrino(t, keeper)
		t.Run("time limit", func(t *testing.T) {
			s := s
			s.Timeout = 6 * time.Second
			db, done := asking(t, t.Context(), u, s, keeper, 1)
			if err := ended(t, done, 30*time.Second); !errors.Is(err, ErrTimeout) {
				t.Error(err)
			}
			db.Close()
			idle(t, u, keeper, s.Run)
		})
		t.Run("cancelled", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			db, done := asking(t, ctx, u, s, keeper, 1)
			cancel()
			if err := ended(t, done, 15*time.Second); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			for range 100 {
				if queries, _ := u.asks(t, keeper, s.Run); queries == 0 {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			count(t, db, pupilsByArea)
			db.Close()
			idle(t, u, keeper, s.Run)
		})
		t.Run("ended by its keeper", func(t *testing.T) {
			db, done := asking(t, t.Context(), u, s, keeper, 1)
			var id string
			if err := keeper.QueryRow("SELECT query_id FROM system.runtime.queries WHERE source = 'skikt' AND state = 'RUNNING' AND query LIKE '%skikt " + s.Run + "%'").Scan(&id); err != nil {
				t.Fatal(err)
			}
			must(t, keeper, "CALL system.runtime.kill_query('"+id+"', 'enough')")
			if err := ended(t, done, 15*time.Second); !errors.Is(err, ErrEnded) {
				t.Error(err)
			}
			db.Close()
			idle(t, u, keeper, s.Run)
		})
		t.Run("two runs", func(t *testing.T) {
			twoRuns(t, s)
			idle(t, u, keeper, s.Run)
		})
		t.Run("changed since it was named", func(t *testing.T) {
			db := connect(t, s)
			use(t, db, "pupils", pupils())
			must(t, keeper, "DROP TABLE pupils", "CREATE TABLE pupils (sex BIGINT)")
			_, _, err := db.Cube(t.Context(), pupilsByArea)
			if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "has it changed") {
				t.Error(err)
			}
			trinoPupils(t, keeper)
			count(t, db, pupilsByArea)
		})
		t.Run("changed since the plan", func(t *testing.T) {
			dry := s
			dry.Dry = true
			plan := connect(t, dry)
			use(t, plan, "pupils", pupils())
			plan.Close()
			must(t, keeper, "DROP TABLE pupils", "CREATE TABLE pupils (sex BIGINT)")
			db := connect(t, s)
			if _, err := db.Use(t.Context(), "pupils", "pupils", pupils().Columns); err == nil || !strings.Contains(err.Error(), `no column "area"`) {
				t.Error(err)
			}
			trinoPupils(t, keeper)
			repeated(t, s)
			idle(t, u, keeper, s.Run)
		})
	})
}

// small are the small tables of skikt's that there are.
func small(t *testing.T, keeper *sql.DB) (names []string) {
	t.Helper()
	rows, err := keeper.Query(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'default' AND table_name LIKE 'skikt\_%' ESCAPE '\' ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// TestTrinoKilled kills the program in the middle of a query, while another run lasts. Trino ends the query when nobody has asked for its answer for query.client.timeout. The small table stays until
// Trino has ended the transaction that showed that the run was alive; then the next run drops it and says so. What belongs to a run that lasts, to another coordinator, or to others, is left alone.
func TestTrinoKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for the server's time limits")
	}
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		if u.kind != "trino" || begun(t, s) {
			return
		}
		trinoBefore(t, keeper)
		slowTrino(t, keeper)
		lasting := s
		lasting.Run = "test that lasts"
		other := connect(t, lasting)
		use(t, other, "pupils", pupils())
		parts := pupilsByArea
		parts.Dims = []cube.SpecDim{{Dimension: cube.Dimension{Name: "part"}, Columns: []string{"area"}, Lookup: "parts"}}
		if err := other.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{"a"}); err != nil {
			t.Fatal(err)
		}
		theirs := small(t, keeper)
		const elsewhere, plain = "skikt_test_elsewhere_abcdef_abcdefghij_1", "skikt_test_notes"
		must(t, keeper, "CREATE TABLE "+elsewhere+" (a BIGINT)", "CREATE TABLE "+plain+" (a BIGINT)")
		defer func() { must(t, keeper, "DROP TABLE "+elsewhere, "DROP TABLE "+plain) }()

		began := time.Now()
		killed(t, func() bool {
			var n int
			if err := keeper.QueryRow("SELECT count(*) FROM system.runtime.queries WHERE source = 'skikt' AND state = 'RUNNING' AND query LIKE '%skikt " + s.Run + "%COUNT(%slow%'").Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n > 0
		})
		left := slices.DeleteFunc(small(t, keeper), func(name string) bool { return name == elsewhere || name == plain || slices.Contains(theirs, name) })
		t.Logf("%.1f s: killed; left are %v", time.Since(began).Seconds(), left)
		if len(theirs) != 1 || len(left) != 1 {
			t.Fatalf("a small table each: %v, %v", theirs, left)
		}
		next := func() (said []string) {
			s := s
			s.Tell = func(message string) { said = append(said, message) }
			connect(t, s).Close()
			return said
		}
		if said := next(); len(said) != 1 || !strings.Contains(said[0], elsewhere) || !slices.Contains(small(t, keeper), left[0]) {
			t.Errorf("the small table may still be somebody's: %v", said)
		}
		var said []string
		for len(said) < 2 && time.Since(began) < 100*time.Second {
			time.Sleep(2 * time.Second)
			said = next()
		}
		t.Logf("%.1f s: %s", time.Since(began).Seconds(), strings.Join(said, "; "))
		if len(said) != 2 || !strings.HasPrefix(said[0], "trino: dropped") || !strings.HasSuffix(said[0], ": "+left[0]) {
			t.Error("the small table of the killed run was to be dropped, and no other")
		}
		if now := small(t, keeper); !slices.Equal(now, append(slices.Clone([]string{elsewhere, plain}), theirs...)) {
			t.Errorf("left are %v", now)
		}
		for len(working(t, keeper, s.Run)) > 0 && time.Since(began) < 100*time.Second {
			time.Sleep(time.Second)
		}
		t.Logf("%.1f s: its queries have ended", time.Since(began).Seconds())
		if n := len(working(t, keeper, s.Run)); n > 0 {
			t.Errorf("%d queries go on", n)
		}
		if c, _ := count(t, other, parts); c.Get("N", "a").Value != 3 {
			t.Errorf("the run that lasted counts %v", c.Get("N", "a"))
		}
		other.Close()
		repeated(t, s)
	})
}

// TestTrinoLease ends the transaction that shows that a run is alive: the run is told, since others may drop its small tables from then on.
func TestTrinoLease(t *testing.T) {
	eachTrino(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		before := pulse
		pulse = 200 * time.Millisecond
		defer func() { pulse = before }()
		db := connect(t, s)
		use(t, db, "pupils", pupils())
		if err := db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}}, []string{"a"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		count(t, db, pupilsByArea)
		mark := leased.FindStringSubmatch(small(t, keeper)[0])
		rows, err := keeper.Query("SELECT transaction_id FROM system.runtime.transactions")
		if err != nil {
			t.Fatal(err)
		}
		ended := 0
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				t.Fatal(err)
			}
			if short(id, 10) != mark[2] {
				continue
			}
			ended++
			address, _ := url.Parse(s.Address)
			for i, uri := 0, "http://"+address.Host+"/v1/statement"; uri != "" && i < 20; i++ {
				request, _ := http.NewRequest(map[bool]string{true: "POST", false: "GET"}[i == 0], uri, strings.NewReader(map[bool]string{true: "ROLLBACK"}[i == 0]))
				request.Header.Set("X-Trino-User", "owner")
				request.Header.Set("X-Trino-Transaction-Id", id)
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				var page struct{ NextURI string }
				json.NewDecoder(response.Body).Decode(&page)
				response.Body.Close()
				uri = page.NextURI
			}
		}
		rows.Close()
		if ended != 1 {
			t.Fatalf("%d transactions show that the run is alive", ended)
		}
		time.Sleep(2 * time.Second)
		if _, _, err := db.Cube(t.Context(), pupilsByArea); !errors.Is(err, ErrLost) {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		idle(t, u, keeper, s.Run)
	})
}

// TestTrinoNodes loses servers of the cluster: a worker killed at work, a worker and a coordinator that stand still, and a coordinator that is killed.
func TestTrinoNodes(t *testing.T) {
	if testing.Short() {
		t.Skip("it stops and starts servers")
	}
	eachTrino(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		getenv(t, "SKIKT_SERVERS")
		began := time.Now()
		step := func(format string, args ...any) {
			t.Logf("%5.1f s: "+format, append([]any{time.Since(began).Seconds()}, args...)...)
		}
		t.Cleanup(func() {
			for _, n := range []string{"0", "1", "2"} {
				exec.Command("../scripts/trino.sh", "node", n, "resume").Run()
				exec.Command("../scripts/trino.sh", "node", n, "start").Run()
			}
		})
		right := func() {
			t.Helper()
			node(t, "trino", "0", "start") // it runs; this waits until it has both workers again
			trinoPupils(t, keeper)
			repeated(t, s)
			idle(t, u, keeper, s.Run)
			slowTrino(t, keeper)
		}
		slowTrino(t, keeper)

		t.Run("worker stands still", func(t *testing.T) {
			limited := s
			limited.Timeout = 15 * time.Second
			db, done := asking(t, t.Context(), u, limited, keeper, 1)
			node(t, "trino", "2", "pause")
			err := ended(t, done, 40*time.Second)
			step("a worker that stands still, with a time limit of 15 seconds: %v", err)
			node(t, "trino", "2", "resume")
			if !errors.Is(err, ErrTimeout) && !errors.Is(err, ErrNode) {
				t.Error("it was not told")
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			right()
		})
		t.Run("worker stands still, no time limit", func(t *testing.T) {
			db, done := asking(t, t.Context(), u, s, keeper, 1)
			time.Sleep(2 * time.Second)
			node(t, "trino", "2", "pause")
			err := ended(t, done, 120*time.Second)
			step("a worker that stands still, without a time limit: %v", err)
			node(t, "trino", "2", "resume")
			if !errors.Is(err, ErrNode) {
				t.Error("it was not told")
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			right()
		})
		t.Run("coordinator stands still", func(t *testing.T) {
			impatient(t, 3*time.Second)
			db, done := asking(t, t.Context(), u, s, keeper, 1)
			node(t, "trino", "0", "pause")
			err := ended(t, done, 40*time.Second)
			step("the coordinator stands still: %v", err)
			node(t, "trino", "0", "resume")
			if !errors.Is(err, ErrLost) {
				t.Error("it was not told")
			}
			silence = time.Minute
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			for _, id := range working(t, keeper, s.Run) { // it would do so itself after its query.client.timeout
				must(t, keeper, "CALL system.runtime.kill_query('"+id+"', 'abandoned')")
			}
			right()
		})
		t.Run("worker killed", func(t *testing.T) {
			db, done := asking(t, t.Context(), u, s, keeper, 1)
			node(t, "trino", "1", "kill")
			err := ended(t, done, 60*time.Second)
			step("a worker killed at work: %v", err)
			if !errors.Is(err, ErrNode) {
				t.Error("it was not told")
			}
			closing := db.Close()
			step("closing then: %v", closing)
			node(t, "trino", "1", "start")
			step("started again")
			right()
		})
		t.Run("coordinator killed", func(t *testing.T) {
			db, done := asking(t, t.Context(), u, s, keeper, 1)
			node(t, "trino", "0", "kill")
			err := ended(t, done, 60*time.Second)
			step("the coordinator killed at work: %v", err)
			if !errors.Is(err, ErrLost) && !errors.Is(err, ErrReach) {
				t.Error("it was not told")
			}
			node(t, "trino", "0", "start")
			step("started again")
			closing := db.Close()
			step("closing then: %v", closing)
			right()
		})
	})
}

// TestTrinoFull asks for more groups than the servers have memory for, then lets them spill to small disks, which get full, and then gives the tables of the catalog (which has its own in memory) little room,
// so that a small table has none.
func TestTrinoFull(t *testing.T) {
	if testing.Short() {
		t.Skip("it stops and starts servers")
	}
	eachTrino(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		home := filepath.Join(getenv(t, "SKIKT_SERVERS"), "trino")
		many := func() error {
			must(t, keeper, "DROP VIEW IF EXISTS many", "CREATE VIEW many AS SELECT CAST(i * 10000 + j AS VARCHAR) || 'a longer name' AS area FROM UNNEST(SEQUENCE(1, 3000)) AS a(i) CROSS JOIN UNNEST(SEQUENCE(1, 10000)) AS b(j)")
			return manyTwice(t, s)
		}
		again := func() {
			for _, n := range []string{"0", "1", "2"} {
				node(t, "trino", n, "stop")
			}
			var all sync.WaitGroup
			for _, n := range []string{"0", "1", "2"} {
				all.Go(func() { exec.Command("../scripts/trino.sh", "node", n, "start").Run() })
			}
			all.Wait()
			trinoPupils(t, keeper)
		}
		start := time.Now()
		err := many()
		t.Logf("%.1f s: more groups than there is memory for: %v", time.Since(start).Seconds(), err)
		if !errors.Is(err, ErrMemory) {
			t.Error("it was not told")
		}
		idle(t, u, keeper, s.Run)

		var settings []func() // put them back
		t.Cleanup(func() {
			for _, f := range settings {
				f()
			}
			again()
		})
		for _, n := range []string{"0", "1", "2"} {
			for file, with := range map[string][2]string{
				"config.properties":         {"\ntask.concurrency=2\n", "\ntask.concurrency=2\nspill-enabled=true\nmemory-revoking-threshold=0.02\nmemory-revoking-target=0.01\n"},
				"catalog/memory.properties": {"max-data-per-node=2GB", "max-data-per-node=1MB"},
			} {
				name := filepath.Join(home, n, file)
				before, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				settings = append(settings, func() { os.WriteFile(name, before, 0o644) })
				if err := os.WriteFile(name, []byte(strings.Replace(string(before), with[0], with[1], 1)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			spill := filepath.Join(home, n, "spill")
			if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", spill).CombinedOutput(); err != nil {
				t.Skipf("no small disk can be mounted here: %s", out)
			}
			settings = append(settings, func() { exec.Command("umount", "-l", spill).Run() })
		}
		again()
		start = time.Now()
		err = many()
		t.Logf("%.1f s: and no disk to spill to: %v", time.Since(start).Seconds(), err)
		if !errors.Is(err, ErrDisk) {
			t.Error("it was not told")
		}
		db := connect(t, s)
		keys, codes := make([][]string, 100_000), make([]string, 100_000)
		for i := range keys {
			keys[i], codes[i] = []string{fmt.Sprintf("an area that has number %d", i)}, "a"
		}
		err = db.Lookup(t.Context(), "many areas", []string{"area"}, keys, codes)
		t.Logf("no room for a small table: %v", err)
		if !errors.Is(err, ErrDisk) {
			t.Error("it was not told")
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		idle(t, u, keeper, s.Run)
		repeated(t, s)
	})
}

// working are the numbers of the queries that Trino does for a run.
func working(t *testing.T, keeper *sql.DB, run string) (ids []string) {
	t.Helper()
	rows, err := keeper.Query("SELECT query_id FROM system.runtime.queries WHERE source = 'skikt' AND state NOT IN ('FINISHED', 'FAILED') AND query LIKE '%skikt " + run + "%'")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// TestTrinoDoor meets coordinators that let nobody in, behind TLS with a certificate by an authority of their own. (The servers that the script starts have no TLS, and so no passwords.)
func TestTrinoDoor(t *testing.T) {
	status := http.StatusUnauthorized
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); password != "the SECRET" {
			t.Errorf("the password came as %q", password)
		}
		http.Error(w, "Access Denied: the SECRET", status)
	}))
	defer server.Close()
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	s := Server{Kind: "trino", Address: "trino://a@" + server.Listener.Addr().String() + "/b/c", Password: "the SECRET", CA: authority}
	door := func(s Server, is error) {
		t.Helper()
		_, err := Connect(t.Context(), s)
		if !errors.Is(err, is) || strings.Contains(err.Error(), "SECRET") {
			t.Error(err)
		}
	}
	door(s, ErrLogin)
	status = http.StatusForbidden
	door(s, ErrRight)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	other, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: other}), 0o600); err != nil {
		t.Fatal(err)
	}
	door(s, ErrTLS) // another authority is trusted
}
