//go:build !quick

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A remote network is a namespace of its own, at the other end of a cable that can be pulled out. What arrives there is passed on to a server.
type remoteNetwork struct {
	address string // where the server is reached over the cable
	cable   string
}

// remotely puts a server at the end of a cable; the test is skipped where none can be laid.
func remotely(t *testing.T, server string) remoteNetwork {
	t.Helper()
	id := os.Getpid() % 10000
	space, near, far := fmt.Sprintf("skikt%d", id), fmt.Sprintf("skn%d", id), fmt.Sprintf("skf%d", id)
	ip := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Skipf("no network namespace can be made here: ip %s: %v %s", strings.Join(args, " "), err, out)
		}
	}
	ip("netns", "add", space)
	t.Cleanup(func() { exec.Command("ip", "netns", "del", space).Run() }) // the cable goes with it
	ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", space)
	ip("addr", "add", "198.51.100.1/30", "dev", near) // a network for documentation, which nobody has
	ip("link", "set", near, "up")
	ip("-n", space, "addr", "add", "198.51.100.2/30", "dev", far)
	ip("-n", space, "link", "set", far, "up")

	listening := make(chan net.Listener, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked, so that the thread ends with this
		defer close(listening)
		at, err := os.Open("/run/netns/" + space)
		if err != nil {
			return
		}
		defer at.Close()
		if err := unix.Setns(int(at.Fd()), syscall.CLONE_NEWNET); err != nil {
			return
		}
		soon := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 2 * time.Second, Interval: time.Second, Count: 3}} // as the server itself learns of a cut
		if l, err := soon.Listen(context.Background(), "tcp", "198.51.100.2:0"); err == nil {
			listening <- l
		}
	}()
	l := <-listening
	if l == nil {
		t.Skip("nothing can listen in a network namespace here")
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := net.Dial("tcp", server)
			if err != nil {
				from.Close()
				continue
			}
			pass := func(a, b net.Conn) { io.Copy(a, b); a.Close(); b.Close() }
			go pass(from, to)
			go pass(to, from)
		}
	}()
	return remoteNetwork{l.Addr().String(), near}
}

func (r remoteNetwork) set(t *testing.T, state string) {
	t.Helper()
	if out, err := exec.Command("ip", "link", "set", r.cable, state).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// TestNetworkCut pulls out the cable to a server while it works. The run is told so, nothing is left on the server, and the run can be made again when the cable is back.
func TestNetworkCut(t *testing.T) {
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		switch u.kind {
		case "clickhouse":
			fillClickHouse(t, keeper, "pupils", pupils())
			slowClickHouse(t, keeper, 600)
		case "trino":
			trinoBefore(t, keeper)
			slowTrino(t, keeper)
		case "postgres":
			fillPostgres(t, keeper, "pupils", pupils())
			standing(t, keeper)
		default:
			t.Fatalf("%s: say here how it is kept at work", u.kind)
		}
		address, err := url.Parse(s.Address)
		if err != nil {
			t.Fatal(err)
		}
		network := remotely(t, address.Host)
		address.Host = network.address
		far := s
		far.Address, far.Insecure = address.String(), true
		n := 1
		if u.kind == "clickhouse" {
			n, far.Timeout = 3, 8*time.Second // which ends what its servers do
		}
		impatient(t, 3*time.Second)
		db, done := asking(t, t.Context(), u, far, keeper, n)
		if u.kind == "postgres" {
			running(t, keeper, s.Run)
		}
		network.set(t, "down")
		start := time.Now()
		err = ended(t, done, 60*time.Second)
		t.Logf("after %s: %v", time.Since(start).Round(time.Second/10), err)
		if !errors.Is(err, ErrLost) && !errors.Is(err, ErrReach) {
			t.Error("it was not told")
		}
		network.set(t, "up")
		silence = time.Minute
		if err := db.Close(); err != nil && u.kind != "postgres" { // it says again that the connection was lost
			t.Error(err)
		}
		if u.kind == "trino" { // it would do so itself after its query.client.timeout
			for _, id := range working(t, keeper, s.Run) {
				must(t, keeper, "CALL system.runtime.kill_query('"+id+"', 'abandoned')")
			}
		}
		idle(t, u, keeper, s.Run)
		repeated(t, far)
	})
}

// TestNetworkCutBetween pulls out the cable between the server that was asked and another one that has half of the rows.
func TestNetworkCutBetween(t *testing.T) {
	eachClickHouse(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		slowClickHouse(t, keeper, 600)
		nodes := strings.Fields(getenv(t, "SKIKT_CLICKHOUSE_NODES"))
		network := remotely(t, nodes[1])
		must(t, keeper, "DROP TABLE IF EXISTS skikt.slow", fmt.Sprintf("CREATE VIEW skikt.slow AS SELECT area FROM remote('%s,%s', local, slow, 'owner', '%s')", nodes[0], network.address, s.Password))
		t.Cleanup(func() { must(t, keeper, "DROP TABLE skikt.slow") })
		for _, c := range []struct{ limit, patience time.Duration }{{5 * time.Second, time.Minute}, {20 * time.Second, 4 * time.Second}} {
			s.Timeout = c.limit
			impatient(t, c.patience) // which the servers are told to have with each other
			_, done := asking(t, t.Context(), u, s, keeper, 2)
			network.set(t, "down")
			start := time.Now()
			err := ended(t, done, 60*time.Second)
			t.Logf("with a time limit of %s and a patience of %s, after %.1f s: %v", c.limit, c.patience, time.Since(start).Seconds(), err)
			if !errors.Is(err, ErrNode) && !errors.Is(err, ErrTimeout) {
				t.Error("it was not told")
			}
			network.set(t, "up")
			for time.Since(start) < 60*time.Second { // the other one does not hear of it, and goes on until the time limit
				if queries, _ := u.asks(t, keeper, s.Run); queries == 0 {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			t.Logf("after %.1f s no server works for it", time.Since(start).Seconds())
			idle(t, u, keeper, s.Run)
		}
		repeated(t, s)
	})
}

// TestPostgresCut loses all that goes between a run and PostgreSQL, both ways and for good, as when a firewall forgets their connections. The run is told within the silence and a little, and the server ends its query
// and lets its snapshot, locks and small tables go within three times that, although nobody tells it.
func TestPostgresCut(t *testing.T) {
	eachPostgres(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		standing(t, keeper)
		impatient(t, 3*time.Second)
		_, done := asking(t, t.Context(), u, s, keeper, 1)
		running(t, keeper, s.Run)
		rows, err := keeper.Query("SELECT client_port FROM pg_stat_activity WHERE application_name = $1", shortened("skikt "+s.Run, 63))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var port int
			if err := rows.Scan(&port); err != nil {
				t.Fatal(err)
			}
			lose(t, port)
		}
		start := time.Now()
		err = ended(t, done, 20*time.Second)
		t.Logf("after %.1f s: %v", time.Since(start).Seconds(), err)
		if !errors.Is(err, ErrLost) {
			t.Error("it was not told")
		}
		for time.Since(start) < 30*time.Second { // three times the silence, and 5 s until a backend at work looks
			if connections, small := u.asks(t, keeper, s.Run); connections+small == 0 {
				break
			}
			time.Sleep(100 * time.Millisecond)
		}
		idle(t, u, keeper, s.Run)
		t.Logf("after %.1f s the server has nothing of the run", time.Since(start).Seconds())
		repeated(t, s)
	})
}

// lose loses all that goes to and from a port of this machine, over its loopback, until what is returned is called or the test is over.
func lose(t *testing.T, port int) (found func()) {
	t.Helper()
	found = func() {}
	for _, way := range []string{"--sport", "--dport"} {
		rule := []string{"INPUT", "-i", "lo", "-p", "tcp", way, fmt.Sprint(port), "-j", "DROP"}
		if out, err := exec.Command("iptables", append([]string{"-w", "-I"}, rule...)...).CombinedOutput(); err != nil {
			t.Skipf("nothing can be lost here: iptables: %v %s", err, out)
		}
		before := found
		found = sync.OnceFunc(func() { before(); exec.Command("iptables", append([]string{"-w", "-D"}, rule...)...).Run() })
		t.Cleanup(found)
	}
	return found
}

// TestTrinoCutBetween loses all that the other servers send to a worker and get from it.
func TestTrinoCutBetween(t *testing.T) {
	eachTrino(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		slowTrino(t, keeper)
		var uri string
		if err := keeper.QueryRow("SELECT MAX(http_uri) FROM system.runtime.nodes WHERE NOT coordinator").Scan(&uri); err != nil {
			t.Fatal(err)
		}
		at, err := url.Parse(uri)
		if err != nil {
			t.Fatal(err)
		}
		port, _ := strconv.Atoi(at.Port())
		db, done := asking(t, t.Context(), u, s, keeper, 1)
		time.Sleep(time.Second)
		found := lose(t, port)
		start := time.Now()
		err = ended(t, done, 90*time.Second)
		t.Logf("after %.1f s: %v", time.Since(start).Seconds(), err)
		if !errors.Is(err, ErrNode) {
			t.Error("it was not told")
		}
		found()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		trinoPupils(t, keeper)
		repeated(t, s)
		idle(t, u, keeper, s.Run)
	})
}

// standing makes a view that takes ten minutes to count, during which PostgreSQL says nothing.
func standing(t *testing.T, keeper *sql.DB) {
	t.Helper()
	must(t, keeper, "DROP VIEW IF EXISTS slow", "CREATE VIEW slow AS SELECT area FROM pupils, pg_sleep(600)")
	t.Cleanup(func() { must(t, keeper, "DROP VIEW slow") })
}
