package source

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// answering is a host in memory.
type answering func(*http.Request) (*http.Response, error)

func (f answering) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func reply(status int, header, body string) *http.Response {
	h := http.Header{}
	if key, value, ok := strings.Cut(header, ": "); ok {
		h.Set(key, value)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

const at = "https://scb.test/tables"

// TestLimit: 30 calls in 10 s are let through at once, the 31st waits until the first is 10 s old. By hand: 95 calls are 3 full windows and a part, so 30 s.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []time.Time
		f := &Fetcher{Client: &http.Client{Transport: answering(func(*http.Request) (*http.Response, error) {
			times = append(times, time.Now())
			time.Sleep(10 * time.Millisecond) // an answer takes a while
			return reply(200, "", "{}"), nil
		})}}
		f.Limit("scb.test", Limit{30, 10 * time.Second})
		f.Limit("scb.test", Limit{300, 10 * time.Second}) // the lower holds
		for range 95 {
			if _, err := f.Ask(t.Context(), Request{Address: at, Form: JSON}); err != nil {
				t.Fatal(err)
			}
		}
		for i := 30; i < len(times); i++ {
			if d := times[i].Sub(times[i-30]); d < 10*time.Second {
				t.Errorf("call %d comes %s after the 30th before it", i+1, d)
			}
		}
		if all := times[94].Sub(times[0]); all < 30*time.Second || all > 31*time.Second {
			t.Errorf("95 calls took %s, want 30 s", all)
		}
	})
}

// TestAgain: what is asked again, after what wait, and what is not.
func TestAgain(t *testing.T) {
	ok := func() (*http.Response, error) { return reply(200, "", `{"a":1}`), nil }
	is := func(status int, header, body string) func() (*http.Response, error) {
		return func() (*http.Response, error) { return reply(status, header, body), nil }
	}
	cut := func() (*http.Response, error) {
		r := reply(200, "", "")
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"a":`), failing{}))
		return r, nil
	}
	down := func() (*http.Response, error) { return nil, errors.New("connection refused") }
	for _, c := range []struct {
		name    string
		answers []func() (*http.Response, error)
		wait    time.Duration
		want    string // of the error
	}{
		{"at once", []func() (*http.Response, error){ok}, 0, ""},
		{"429 with seconds", []func() (*http.Response, error){is(429, "Retry-After: 7", ""), ok}, 7 * time.Second, ""},
		{"503 with a date", []func() (*http.Response, error){is(503, "Retry-After: Sat, 01 Jan 2000 00:00:20 GMT", ""), ok}, 20 * time.Second, ""},
		{"429 without", []func() (*http.Response, error){is(429, "", ""), is(429, "", ""), ok}, 3 * time.Second, ""},
		{"429 for a day", []func() (*http.Response, error){is(429, "Retry-After: 86400", "")}, 0, "asks for a wait of 24h0m0s"},
		{"cut off", []func() (*http.Response, error){cut, ok}, time.Second, ""},
		{"half a JSON", []func() (*http.Response, error){is(200, "", `{"a":`), ok}, time.Second, ""},
		{"a page", []func() (*http.Response, error){is(200, "", "<!DOCTYPE html><p>Underhåll"), ok}, time.Second, ""},
		{"a page for ever", []func() (*http.Response, error){is(200, "", "<html>")}, 15 * time.Second, "a web page came where json was asked for (asked 5 times)"},
		{"down for ever", []func() (*http.Response, error){down}, 15 * time.Second, "connection refused (asked 5 times)"},
		{"400", []func() (*http.Response, error){is(400, "Content-Type: application/problem+json", `{"title":"Too many cells selected","status":400}`)}, 0, "400 Bad Request: Too many cells selected"},
		{"404", []func() (*http.Response, error){is(404, "", "gone")}, 0, "look for it at the publisher, and keep the snapshot"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start, n := time.Now(), 0
				f := &Fetcher{Client: &http.Client{Transport: answering(func(*http.Request) (*http.Response, error) {
					n++
					return c.answers[min(n, len(c.answers))-1]()
				})}}
				r, err := f.Ask(t.Context(), Request{Address: at, Form: JSON})
				if d := time.Since(start); d != c.wait {
					t.Errorf("waited %s, want %s", d, c.wait)
				}
				if c.want == "" {
					if err != nil || string(r.Body) != `{"a":1}` || n != len(c.answers) {
						t.Errorf("%d calls: %+v, %v", n, r, err)
					}
				} else if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
			})
		})
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestSlow: a host that is silent, one that is slow and keeps coming, one that stops in the middle, and a person who gives up.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := answering(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		f := &Fetcher{Timeout: time.Second, Attempts: 2, Client: &http.Client{Transport: silent}}
		if _, err := f.Ask(t.Context(), Request{Address: at}); err == nil || !strings.Contains(err.Error(), "no answer in time: the host is silent (asked 2 times)") {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		start := time.Now()
		if _, err := f.Ask(ctx, Request{Address: at}); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
		for _, c := range []struct {
			pause time.Duration
			want  string
		}{{900 * time.Millisecond, ""}, {1100 * time.Millisecond, "the answer stopped after 1 bytes"}} { // 20 bytes, so 18 s in all
			f := &Fetcher{Timeout: time.Second, Attempts: 1, Client: &http.Client{Transport: answering(func(r *http.Request) (*http.Response, error) {
				resp := reply(200, "", "")
				resp.Body = io.NopCloser(&dripping{ctx: r.Context(), text: "{\"a\":[1,2,3,4,5,6]}\n", pause: c.pause})
				return resp, nil
			})}}
			_, err := f.Ask(t.Context(), Request{Address: at, Form: JSON})
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("a byte each %s: %v", c.pause, err)
			}
		}
	})
}

// dripping is a text that comes a byte at a time.
type dripping struct {
	ctx   context.Context
	text  string
	pause time.Duration
	at    int
}

func (d *dripping) Read(b []byte) (int, error) {
	if d.at == len(d.text) {
		return 0, io.EOF
	}
	if d.at > 0 {
		select {
		case <-time.After(d.pause):
		case <-d.ctx.Done():
			return 0, d.ctx.Err()
		}
	}
	b[0] = d.text[d.at]
	d.at++
	return 1, nil
}

// TestRedirect: an address that leads from https to http is not followed.
func TestRedirect(t *testing.T) {
	open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{}`) }))
	defer open.Close()
	host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, open.URL, http.StatusFound) }))
	defer host.Close()
	client := host.Client()
	client.CheckRedirect = careful.CheckRedirect
	f := &Fetcher{Client: client, Attempts: 1}
	if _, err := f.Ask(t.Context(), Request{Address: host.URL, Form: JSON}); err == nil || !strings.Contains(err.Error(), "not encrypted") {
		t.Error(err)
	}
}

// fetchInto fetches a source into a folder that is taken for it alone.
func fetchInto(t testing.TB, folder, name string, asked json.RawMessage, plan Plan, f *Fetcher, progress func(done, total int64)) (*Kept, bool, error) {
	t.Helper()
	d, err := Take(folder)
	if err != nil {
		t.Fatal(err)
	}
	k, changed, err := d.Fetch(t.Context(), name, asked, plan, f, progress)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	return k, changed, err
}

// TestTake: one program fetches into a folder at a time; a hold that is not kept alive is taken over, and who lost it takes nothing in.
func TestTake(t *testing.T) {
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[1]}`) }))
	defer host.Close()
	folder, asked := filepath.Join(t.TempDir(), "snapshot"), json.RawMessage(`{"recipe":"three"}`)
	first, err := Take(folder)
	if err != nil {
		t.Fatal(err)
	}
	hold := filepath.Join(folder, holdName)
	if _, err := Take(folder); err == nil || !strings.Contains(err.Error(), hold) || !strings.Contains(err.Error(), fmt.Sprintf("process %d on ", os.Getpid())) {
		t.Fatalf("taken twice: %v", err)
	}
	at := func(ago time.Duration) {
		t.Helper()
		if err := os.Chtimes(hold, time.Time{}, time.Now().Add(-ago)); err != nil {
			t.Fatal(err)
		}
	}
	at(holdStale - 10*time.Second)
	if _, err := Take(folder); err == nil {
		t.Fatal("a hold that may be alive was taken over")
	}
	at(holdStale + 10*time.Second)
	second, err := Take(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := first.Fetch(t.Context(), "it", asked, three{host.URL, "2025"}, &Fetcher{}, nil); err == nil || !strings.Contains(err.Error(), "taken the folder over") {
		t.Errorf("who lost the folder took an answer in: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(hold); err != nil {
		t.Error("who lost the folder let the other's hold go")
	}
	if _, _, err := second.Fetch(t.Context(), "it", asked, three{host.URL, "2025"}, &Fetcher{}, nil); err != nil {
		t.Error(err)
	}
	if err := second.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if want := []string{filepath.Join(folder, "it"), filepath.Join(folder, LockName)}; err != nil || !slices.Equal(files, want) {
		t.Errorf("left %v, want %v", files, want)
	}
	// Of many at once one has it.
	var had atomic.Int32
	var all sync.WaitGroup
	start := make(chan struct{})
	taken := make([]*Folder, 8)
	for i := range taken {
		all.Go(func() {
			<-start
			if d, err := Take(folder); err == nil {
				had.Add(1)
				taken[i] = d
			}
		})
	}
	close(start)
	all.Wait()
	if had.Load() != 1 {
		t.Errorf("%d have the folder at once", had.Load())
	}
	for _, d := range taken {
		if d != nil {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// three asks for three answers of a host; the second tells how many there are.
type three struct{ host, stamp string }

func (p three) Fetch(ctx context.Context, v *Visit) error {
	v.Publisher, v.Licence, v.Updated, v.Total = "SCB", "CC0-1.0", p.stamp, 3
	for i := range 3 {
		if _, _, err := v.Get(ctx, Request{Name: fmt.Sprintf("data-%d", i+1), Address: fmt.Sprintf("%s/%d", p.host, i+1), Form: JSON}); err != nil {
			return err
		}
	}
	return nil
}

func (p three) Stamp(context.Context, *Fetcher) (string, error) { return p.stamp, nil }

// TestSnapshot: a visit that is cut off goes on where it was, and the snapshot has a source whole or not at all; what the publisher changes is told, and the former
// vintage stays readable.
func TestSnapshot(t *testing.T) {
	var calls atomic.Int32
	var broken, corrected atomic.Bool
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		switch {
		case r.URL.Path == "/3" && broken.Load():
			w.WriteHeader(http.StatusForbidden)
		case r.URL.Path == "/2" && corrected.Load():
			fmt.Fprint(w, `{"value":[20]}`)
		default:
			fmt.Fprintf(w, `{"value":[%s]}`, r.URL.Path[1:])
		}
	}))
	defer host.Close()
	ctx, folder, asked, f := t.Context(), t.TempDir(), json.RawMessage(`{"recipe":"three"}`), &Fetcher{}
	f.Limit(strings.TrimPrefix(host.URL, "http://"), Limit{1000, time.Second})
	broken.Store(true)
	if _, _, err := fetchInto(t, folder, "index", asked, three{host.URL, "2025"}, f, nil); err == nil {
		t.Fatal("a visit that was refused was kept")
	}
	if _, err := Open(ctx, folder); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("a snapshot of two answers in three: %v", err)
	}
	broken.Store(false)
	var progress []string
	k, changed, err := fetchInto(t, folder, "index", asked, three{host.URL, "2025"}, f, func(done, total int64) { progress = append(progress, fmt.Sprint(done, "/", total)) })
	if err != nil || !changed || calls.Load() != 4 || len(k.Answers) != 3 {
		t.Fatalf("%d calls, want 3 and then the one that was refused: %+v, %v", calls.Load(), k, err)
	}
	if got := strings.Join(progress, " "); got != "1/3 2/3 3/3" {
		t.Errorf("progress %s", got)
	}
	s, err := Open(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := s.Read(*s.Source("index").Answer("data-2")); err != nil || string(b) != `{"value":[2]}` {
		t.Errorf("%s, %v", b, err)
	}
	if c, err := s.Check(ctx, "index", asked, three{host.URL, "2025"}, f, nil); err != nil || c.State != Unchanged {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := s.Check(ctx, "index", asked, three{host.URL, "2026"}, f, nil); err != nil || c.State != Changed || c.Had != "2025" || c.Has != "2026" {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err := s.Check(ctx, "index", json.RawMessage(`{"recipe":"four"}`), three{host.URL, "2025"}, f, nil); err != nil || c.State != Redeclared {
		t.Errorf("another declaration: %+v, %v", c, err)
	}
	corrected.Store(true)
	if c, err := s.Check(ctx, "index", asked, three{host.URL, ""}, f, nil); err != nil || c.State != Changed || strings.Join(c.Answers, ",") != "data-2" {
		t.Errorf("a publisher without stamps: %+v, %v", c, err)
	}
	// The correction is fetched; the former vintage stays.
	if _, changed, err = fetchInto(t, folder, "index", asked, three{host.URL, "2026"}, f, nil); err != nil || !changed {
		t.Fatal(changed, err)
	}
	for path, want := range map[string]string{folder: `{"value":[20]}`, filepath.Join(folder, "skikt.1.lock"): `{"value":[2]}`} {
		s, err := Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := s.Read(*s.Source("index").Answer("data-2")); err != nil || string(b) != want {
			t.Errorf("%s: %s, %v", path, b, err)
		}
	}
	// A file that is lost is asked for again, and of the same vintage nothing else.
	s, _ = Open(ctx, folder)
	if err := os.Remove(s.Path(*s.Source("index").Answer("data-1"))); err != nil {
		t.Fatal(err)
	}
	before := calls.Load()
	if _, changed, err := fetchInto(t, folder, "index", asked, three{host.URL, "2026"}, f, nil); err != nil || changed || calls.Load() != before+1 {
		t.Errorf("%d questions, want one; %v, %v", calls.Load()-before, changed, err)
	}
	// A snapshot altered by hand is an error that names the file.
	s, _ = Open(ctx, folder)
	path := s.Path(*s.Source("index").Answer("data-3"))
	for _, alter := range []func() error{func() error { return os.WriteFile(path, []byte(`{"value":[4]}`), 0o644) }, func() error { return os.Remove(path) }} {
		if err := alter(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ctx, folder); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%v, want %s", err, path)
		}
	}
	for _, text := range []string{`{"version":1,"sources":[{"name":"a","answers":[{"file":"../../etc/passwd"}]}]}`, `{"version":2}`, `{"version":1,"sourcez":[]}`, `{`,
		`{"version":1,"sources":[{"name":"b"},{"name":"a"}]}`} {
		if err := os.WriteFile(filepath.Join(folder, LockName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(ctx, folder); err == nil {
			t.Errorf("the lock %s was read", text)
		}
	}
}
