package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// A thousand clients that each say a little now and then, and never finish what they ask, hold nobody up: others are answered at once, they take little memory, and they are let go when the
// time for a head is out.
func TestThousandSlowClients(t *testing.T) {
	if testing.Short() {
		t.Skip("waits until the time for a request's head is out")
	}
	address, _, end := start(t, "-edition", format1, "-address", "127.0.0.1:0", "-rate", "0")
	host := strings.TrimPrefix(address, "http://")
	get(t, address+"/")
	used := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc + m.StackInuse
	}
	before, tasks := used(), runtime.NumGoroutine()
	begun := time.Now()
	var slow []net.Conn
	for k := range 1000 {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatalf("client %d: %v", k, err)
		}
		defer c.Close()
		// Some have said nothing, some half a line, some a head without its end, some a head whose body never comes.
		text := []string{"", "GE", "GET / HTTP/1.1\r\nHost: x\r\nX-A: ", "POST /api/v2/savedqueries HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{"}[k%4]
		if _, err := io.WriteString(c, text); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	var worst time.Duration
	for range 20 {
		asked := time.Now()
		r, err := http.Get(address + "/tabell.csv")
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
		if r.StatusCode != http.StatusOK {
			t.Fatalf("answered %d", r.StatusCode)
		}
		worst = max(worst, time.Since(asked))
	}
	grown := int64(used()) - int64(before)
	t.Logf("the slowest of twenty others: %v; a thousand slow ones take %d kB", worst, grown/1000)
	if worst > 2*time.Second {
		t.Errorf("another client waited %v", worst)
	}
	// Both ends of each connection are in this process.
	if grown > 64<<20 {
		t.Errorf("a thousand slow clients take %d MB", grown>>20)
	}
	// Those in the middle of a head go on saying a little, which must not help them.
	gone := make(chan bool, len(slow))
	for k, c := range slow {
		if k%4 == 3 {
			continue // the time for a body is longer
		}
		go func() {
			for range 60 {
				if _, err := io.WriteString(c, "a"); err != nil {
					break
				}
				c.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
				if _, err := c.Read(make([]byte, 512)); err != nil && !strings.Contains(err.Error(), "timeout") {
					break
				}
			}
			gone <- time.Since(begun) < 30*time.Second
		}()
	}
	for range 750 {
		if !<-gone {
			t.Fatal("a slow client was not let go when the time for a head was out")
		}
	}
	for _, c := range slow {
		c.Close()
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	for range 100 {
		if runtime.NumGoroutine() <= tasks {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > tasks+5 {
		t.Errorf("%d tasks are left of %d", n, tasks)
	}
}

// What is too large is refused before it is read: a head, an address, a body, a thousand of each at once; and the server goes on.
func TestOversizeRequests(t *testing.T) {
	address, _, end := start(t, "-edition", format1, "-address", "127.0.0.1:0", "-rate", "0")
	host := strings.TrimPrefix(address, "http://")
	send := func(text string) int {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Error(err)
			return 0
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(20 * time.Second))
		go io.WriteString(c, text) // the server may close before it has all
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			return -1 // closed without an answer, which is a refusal too
		}
		defer r.Body.Close()
		return r.StatusCode
	}
	large := strings.Repeat("a", 2<<20)
	refusals := map[string][]int{
		"GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + large + "\r\n\r\n":                                                             {-1, 431},
		"GET /" + large + " HTTP/1.1\r\nHost: x\r\n\r\n":                                                                          {-1, 414, 431},
		"GET /sok?q=" + strings.Repeat("a", 40_000) + " HTTP/1.1\r\nHost: x\r\n\r\n":                                              {200, 400, 414},
		"GET /jamfor?" + strings.Repeat("plats=1&", 6_000) + " HTTP/1.1\r\nHost: x\r\n\r\n":                                       {400},
		"POST /api/v2/savedqueries HTTP/1.1\r\nHost: x\r\nContent-Length: 2097152\r\n\r\n" + large:                                {-1, 400, 413},
		"POST /api/v2/savedqueries HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" + large + "\r\n0\r\n\r\n": {-1, 400, 413},
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2097152\r\n\r\n" + large:                                                   {-1, 405},
		"GET / HTTP/1.1\r\n\r\n": {400}, "\x16\x03\x01\x02\x00": {-1, 400}, "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n": {-1, 400},
	}
	var wg sync.WaitGroup
	gate := make(chan bool, 32)
	for range 10 {
		for text, want := range refusals {
			wg.Add(1)
			gate <- true
			go func() {
				defer func() { <-gate; wg.Done() }()
				got := send(text)
				for _, w := range want {
					if got == w {
						return
					}
				}
				t.Errorf("%.60q…: answered %d, want one of %v", text, got, want)
			}()
		}
	}
	wg.Wait()
	if r, _ := get(t, address+"/"); r.StatusCode != http.StatusOK {
		t.Errorf("after it all: %d", r.StatusCode)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// Behind a proxy that is declared, each client that the proxy names has its own limit; else what is said in X-Forwarded-For changes nothing.
func TestForwardedOnlyWhenDeclared(t *testing.T) {
	for _, declared := range []bool{false, true} {
		args := []string{"-edition", format1, "-address", "127.0.0.1:0", "-rate", "0.01", "-burst", "1"}
		if declared {
			args = append(args, "-proxy")
		}
		address, _, end := start(t, args...)
		refused := 0
		for k := range 6 {
			r, err := http.NewRequest(http.MethodGet, address+"/style.css", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.9, 203.0.113.%d", k))
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			if got.StatusCode == http.StatusTooManyRequests {
				refused++
				if wait := got.Header.Get("Retry-After"); wait != "100" {
					t.Errorf("Retry-After %q, want 100: one in a hundred seconds", wait)
				}
			}
		}
		if want := map[bool]int{false: 5, true: 0}[declared]; refused != want {
			t.Errorf("declared %v: %d of 6 refused, want %d", declared, refused, want)
		}
		if err := end(); err != nil {
			t.Error(err)
		}
	}
}
