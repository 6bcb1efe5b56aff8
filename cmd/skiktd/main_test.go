package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// format1 is an edition that is kept as it was once published.
const format1 = "../../edition/testdata/format1"

// start runs the command until the test ends; what it gives ends it and tells how it ended.
func start(t *testing.T, args ...string) (address string, reload chan<- os.Signal, end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	signals, ready, done := make(chan os.Signal), make(chan string, 1), make(chan error, 1)
	go func() { done <- run(ctx, args, signals, func(at string) { ready <- at }) }()
	select {
	case address = <-ready:
	case err := <-done:
		cancel()
		t.Fatal(err)
	}
	return "http://" + address, signals, func() error { cancel(); return <-done }
}

func get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	r, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r, string(b)
}

func copied(t *testing.T, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(format1)); err != nil {
		t.Fatal(err)
	}
}

// The link is moved to a damaged edition and the old stays; moved to a whole one it is served, though the old folder is gone; and it ends when told.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "current")
	move := func(to string) {
		t.Helper()
		if err := os.Remove(link); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(dir, to), link); err != nil {
			t.Fatal(err)
		}
	}
	copied(t, filepath.Join(dir, "a"))
	copied(t, filepath.Join(dir, "b"))
	copied(t, filepath.Join(dir, "bad"))
	tables, err := filepath.Glob(filepath.Join(dir, "bad", "tables", "*.parquet"))
	if err != nil || len(tables) == 0 {
		t.Fatal("the edition has no tables: ", err)
	}
	if err := os.WriteFile(tables[0], []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	move("a")
	address, reload, end := start(t, "-edition", link, "-address", "127.0.0.1:0")
	_, first := get(t, address+"/halsa")
	move("bad")
	reload <- syscall.SIGHUP
	reload <- syscall.SIGHUP // is taken only when the first is done
	if r, text := get(t, address+"/tabell.csv"); r.StatusCode != http.StatusOK || text == "" {
		t.Errorf("a damaged edition took the place of a whole one: %d", r.StatusCode)
	}
	move("b")
	reload <- syscall.SIGHUP
	reload <- syscall.SIGHUP
	if err := os.RemoveAll(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if r, text := get(t, address+"/"); r.StatusCode != http.StatusOK || !strings.Contains(text, "<h1>") {
		t.Errorf("the new edition is not served: %d", r.StatusCode)
	}
	if _, again := get(t, address+"/halsa"); again != first {
		t.Errorf("the same edition has another number: %s, %s", first, again)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(address + "/halsa"); err == nil {
		t.Error("it answers after its end")
	}
}

// A client that asks more than it may gets 429 and when to come again; the counts, on an address of their own, tell of it and of no client. The public address has no counts.
func TestLimitAndMetrics(t *testing.T) {
	address, _, end := start(t, "-edition", format1, "-address", "127.0.0.1:0", "-rate", "0.01", "-burst", "3")
	codes := map[int]int{}
	for range 5 {
		r, _ := get(t, address+"/metod")
		codes[r.StatusCode]++
		if r.StatusCode == http.StatusTooManyRequests && r.Header.Get("Retry-After") == "" {
			t.Error("429 without Retry-After")
		}
	}
	if codes[200] != 3 || codes[429] != 2 {
		t.Errorf("answers %v", codes)
	}
	if r, _ := get(t, address+"/halsa"); r.StatusCode != http.StatusOK {
		t.Errorf("health is limited: %d", r.StatusCode)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	address, _, end = start(t, "-edition", format1, "-address", "127.0.0.1:0", "-metrics", "127.0.0.1:0")
	if r, _ := get(t, address+"/metrics"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the public address tells counts: %d", r.StatusCode)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
}

// What is being answered when the end comes is answered.
func TestEndsCalmly(t *testing.T) {
	address, _, end := start(t, "-edition", format1, "-address", "127.0.0.1:0")
	got := make(chan int, 20)
	for range 20 {
		go func() {
			r, err := http.Get(address + "/")
			if err != nil {
				got <- 0 // refused: it came after the end
				return
			}
			defer r.Body.Close()
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				got <- -1
				return
			}
			got <- r.StatusCode
		}()
	}
	first := <-got
	if err := end(); err != nil {
		t.Error(err)
	}
	for i := 0; ; i++ {
		if first != http.StatusOK && first != 0 {
			t.Errorf("an answer was cut off: %d", first)
		}
		if i == 19 {
			break
		}
		select {
		case first = <-got:
		case <-time.After(10 * time.Second):
			t.Fatal("a request hangs")
		}
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"-edition", "x", "y"}, {"-edition", "there-is-none"}} {
		if err := run(context.Background(), args, nil, func(string) {}); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
