package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// still is a front whose clock stands until it is moved.
func still(limit Limit) (*Front, *time.Time) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f := NewFront(nil, limit)
	f.now = func() time.Time { return now }
	return f, &now
}

func from(address string, forwarded ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = address
	for _, x := range forwarded {
		r.Header.Add("X-Forwarded-For", x)
	}
	return r
}

// Two a second and three at once: the fourth at once waits half a second; after half a second one more goes; another client is not held up.
func TestLimitIsPerClient(t *testing.T) {
	f, now := still(Limit{Rate: 2, Burst: 3})
	one, other := f.client(from("192.0.2.1:1000")), f.client(from("192.0.2.2:1000"))
	for i := range 3 {
		if wait := f.take(one, 1); wait != 0 {
			t.Fatalf("request %d waits %v", i, wait)
		}
	}
	if wait := f.take(one, 1); wait != 500*time.Millisecond {
		t.Errorf("the fourth waits %v, want 500ms", wait)
	}
	if wait := f.take(other, 1); wait != 0 {
		t.Errorf("another client waits %v", wait)
	}
	*now = now.Add(500 * time.Millisecond)
	if wait := f.take(one, 1); wait != 0 {
		t.Errorf("after half a second it waits %v", wait)
	}
	if wait := f.take(one, 1); wait <= 0 {
		t.Error("one request a half second became two")
	}
	*now = now.Add(time.Hour)
	for i := range 3 {
		if f.take(one, 1) != 0 {
			t.Errorf("after an hour request %d waits", i)
		}
	}
	if f.take(one, 1) == 0 {
		t.Error("what may be asked at once grew beyond the burst")
	}
}

// A client is its address whatever its port; of IPv6 its network. The header that a client can write itself counts only behind a proxy, and then its last entry.
func TestWhoAsks(t *testing.T) {
	open, _ := still(Limit{Rate: 1})
	behind, _ := still(Limit{Rate: 1, Behind: true})
	for _, c := range []struct {
		f    *Front
		a, b *http.Request
		same bool
	}{
		{open, from("192.0.2.1:1"), from("192.0.2.1:2"), true},
		{open, from("192.0.2.1:1"), from("192.0.2.2:1"), false},
		{open, from("[2001:db8::1]:1"), from("[2001:db8::ffff]:1"), true},
		{open, from("[2001:db8::1]:1"), from("[2001:db8:0:1::1]:1"), false},
		{open, from("[::ffff:192.0.2.1]:1"), from("192.0.2.1:1"), true},
		{open, from("192.0.2.1:1", "203.0.113.7"), from("192.0.2.1:1", "203.0.113.8"), true},
		{behind, from("127.0.0.1:1", "203.0.113.7"), from("127.0.0.1:1", "203.0.113.8"), false},
		{behind, from("127.0.0.1:1", "10.0.0.1, 203.0.113.7"), from("127.0.0.1:1", "10.0.0.2", "203.0.113.7"), true},
	} {
		if got := c.f.client(c.a) == c.f.client(c.b); got != c.same {
			t.Errorf("%s %v and %s %v are the same client: %v", c.a.RemoteAddr, c.a.Header, c.b.RemoteAddr, c.b.Header, got)
		}
	}
}

// A crowd of clients takes bounded memory, and those that have asked lately are the last to be forgotten.
func TestCrowdIsForgotten(t *testing.T) {
	f, now := still(Limit{Rate: 1, Burst: 2})
	for i := range uint64(mostClients) {
		f.take(i, 1)
	}
	*now = now.Add(time.Hour)
	f.take(7, 1)
	f.take(7, 1)
	if f.take(7, 1) == 0 {
		t.Fatal("the client is not limited")
	}
	f.take(mostClients+1, 1)
	if n := len(f.buckets); n != 2 {
		t.Errorf("%d clients are remembered, want the two of the last hour", n)
	}
	if f.take(7, 1) == 0 {
		t.Error("a client that has asked too much was forgotten")
	}
}

// The answer to one who asks too much says so in its language and when to come again; nothing else is read for it.
func TestTooManyRequests(t *testing.T) {
	f, _ := still(Limit{Rate: 0.1, Burst: 1})
	r := from("192.0.2.1:1")
	r.URL.Path = "/en/tabell"
	f.take(f.client(r), 1)
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "10" || !strings.Contains(w.Body.String(), "Too many requests") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	for _, address := range []string{"/api/v2/config", "/e/0123456789abcdef/api/v2/config", "/ogc", "/en/ogc/collections"} { // programs are told in the form they read, also in a browser
		r.URL.Path = address
		w := httptest.NewRecorder()
		f.ServeHTTP(w, r)
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %d %v", address, w.Code, w.Header())
		}
	}
}
