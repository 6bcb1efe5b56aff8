//go:build !quick

package store

import (
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
		if l, err := net.Listen("tcp", "198.51.100.2:0"); err == nil {
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
		default:
			t.Skip("it is silent while it works, so that only the system can tell; see Dialer.KeepAliveConfig")
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
		network.set(t, "down")
		start := time.Now()
		err = ended(t, done, 60*time.Second)
		t.Logf("after %s: %v", time.Since(start).Round(time.Second/10), err)
		if !errors.Is(err, ErrLost) && !errors.Is(err, ErrReach) {
			t.Error("it was not told")
		}
		network.set(t, "up")
		silence = time.Minute
		if err := db.Close(); err != nil {
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
