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
	"strings"
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
			t.Skip()
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
			for _, way := range []string{"--sport", "--dport"} {
				rule := []string{"INPUT", "-i", "lo", "-p", "tcp", way, fmt.Sprint(port), "-j", "DROP"}
				if out, err := exec.Command("iptables", append([]string{"-w", "-I"}, rule...)...).CombinedOutput(); err != nil {
					t.Skipf("nothing can be lost here: iptables: %v %s", err, out)
				}
				t.Cleanup(func() { exec.Command("iptables", append([]string{"-w", "-D"}, rule...)...).Run() })
			}
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

// standing makes a view that takes ten minutes to count, during which PostgreSQL says nothing.
func standing(t *testing.T, keeper *sql.DB) {
	t.Helper()
	must(t, keeper, "DROP VIEW IF EXISTS slow", "CREATE VIEW slow AS SELECT area FROM pupils, pg_sleep(600)")
	t.Cleanup(func() { must(t, keeper, "DROP VIEW slow") })
}
