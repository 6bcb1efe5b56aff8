package server

import (
	"crypto/sha512"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// A built file is answered in the smallest form that the client takes, for good; the script's checksum is that of its bytes; and what the build squeezed is no file of its own.
func TestAssets(t *testing.T) {
	built := fstest.MapFS{"assets/main-abc.js": {Data: []byte("plain")}, "assets/main-abc.js.gz": {Data: []byte("gz")}, "assets/main-abc.js.br": {Data: []byte("b")}, "assets/x-1.css": {Data: []byte("css")}}
	all, err := loadAssets(built, "assets/main-abc.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum384([]byte("plain"))
	if want := (script{"/assets/main-abc.js", "sha384-" + base64.StdEncoding.EncodeToString(sum[:])}); all.script != want {
		t.Errorf("script %v, want %v", all.script, want)
	}
	for _, c := range []struct{ path, accept, coding, body string }{
		{"/assets/main-abc.js", "", "", "plain"},
		{"/assets/main-abc.js", "gzip, br", "br", "b"},
		{"/assets/main-abc.js", "br;q=0, gzip", "gzip", "gz"},
		{"/assets/x-1.css", "gzip", "", "css"},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		all.ServeHTTP(w, r)
		if w.Code != 200 || w.Body.String() != c.body || w.Header().Get("Content-Encoding") != c.coding || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s for %q: %d %q %v", c.path, c.accept, w.Code, w.Body, w.Header())
		}
	}
	for path, method := range map[string]string{"/assets/main-abc.js.gz": "GET", "/assets/": "GET", "/assets/style.css": "GET", "/assets/x-1.css": "POST"} {
		w := httptest.NewRecorder()
		all.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if w.Code == http.StatusOK || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s %s: %d", method, path, w.Code)
		}
	}
	if _, err := loadAssets(built, "assets/gone.js"); err == nil {
		t.Error("an entry that is not there")
	}
	// Without a built front end there is a style sheet, and no script.
	bare, err := loadAssets(fstest.MapFS{}, "")
	if err != nil || bare.script.Path != "" {
		t.Fatalf("%v, %v", bare, err)
	}
	w := httptest.NewRecorder()
	bare.ServeHTTP(w, httptest.NewRequest("GET", bare.names["style.css"], nil))
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("the style sheet: %d", w.Code)
	}
}

// Of the 60 kB that a first view may weigh, what all pages load takes at most 9, so that a national map of 50 has room.
func TestFirstViewBudget(t *testing.T) {
	all, err := builtAssets()
	if err != nil {
		t.Fatal(err)
	}
	if all.script.Path == "" {
		t.Skip("the front end is not built (make web)")
	}
	sum := 0
	for _, path := range []string{all.names["style.css"], all.names["icon.svg"], all.script.Path} {
		sum += len(all.byName[strings.TrimPrefix(path, assetsAt)].forms["gzip"])
	}
	if sum > 9000 {
		t.Errorf("style, icon and script are %d bytes squeezed", sum)
	}
}

// What is sent of a style sheet is the same rules without notes and room.
func TestTerse(t *testing.T) {
	got := string(terse([]byte("/* Of all\n pages. */\n:root { --ink: #1b1b1f; }\n\n@media (min-width: 40em) {\n\tnav a, /* links */\n\tp { margin: 0 1rem; content: \"\"; }\n}\n")))
	if want := ":root{--ink:#1b1b1f}\n@media (min-width:40em) {\nnav a,\np{margin:0 1rem;content:\"\"}\n}"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}
