package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/skikt/skikt/web"
)

// assetsAt is where the files lie that pages load: the style sheet, the icon and what package web built. Each has its checksum in its name, so it may be kept for good.
const assetsAt = "/assets/"

// An asset is such a file, plain and squeezed.
type asset struct {
	kind  string
	forms map[string][]byte // by Content-Encoding; "" is the plain one
}

// assets are the files that pages load.
type assets struct {
	byName map[string]*asset
	names  map[string]string // of the style sheet and the icon
	script script
}

// A script is what every page loads, if it is there.
type script struct{ Path, Integrity string }

// assetKinds are the media types of assets by the endings of their names.
var assetKinds = map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8"}

// squeezedAs are the endings that the build gives to squeezed files, the smallest first.
var squeezedAs = []struct{ ending, coding string }{{".br", "br"}, {".gz", "gzip"}}

// comments are those of a style sheet.
var comments = regexp.MustCompile(`(?s)/\*.*?\*/`)

// terse is a style sheet without what only its writers read.
func terse(sheet []byte) []byte {
	var lines []string
	for line := range strings.Lines(comments.ReplaceAllString(string(sheet), "")) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return []byte(strings.NewReplacer(" { ", "{", "; }", "}", ": ", ":", "; ", ";").Replace(strings.Join(lines, "\n")))
}

// loadAssets reads the files that pages load. Without a built front end there is no script, and the pages are whole all the same.
func loadAssets(built fs.FS, entry string) (*assets, error) {
	all := &assets{byName: map[string]*asset{}, names: map[string]string{}}
	for _, name := range []string{"style.css", "icon.svg"} {
		body, err := files.ReadFile("page/" + name)
		if err != nil {
			return nil, err
		}
		if name == "style.css" {
			body = terse(body)
		}
		sum := sha256.Sum256(body)
		base, ending, _ := strings.Cut(name, ".")
		hashed := base + "-" + hex.EncodeToString(sum[:6]) + "." + ending
		var out bytes.Buffer
		zip, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
		zip.Write(body)
		zip.Close()
		all.byName[hashed] = &asset{kind: assetKinds["."+ending], forms: map[string][]byte{"": body, "gzip": out.Bytes()}}
		all.names[name] = assetsAt + hashed
	}
	found, err := fs.Glob(built, "assets/*")
	if err != nil {
		return nil, err
	}
	for _, file := range found {
		kind, ok := assetKinds[path.Ext(file)]
		if !ok {
			continue
		}
		one := &asset{kind: kind, forms: map[string][]byte{}}
		if one.forms[""], err = fs.ReadFile(built, file); err != nil {
			return nil, err
		}
		for _, s := range squeezedAs {
			if body, err := fs.ReadFile(built, file+s.ending); err == nil {
				one.forms[s.coding] = body
			}
		}
		all.byName[path.Base(file)] = one
	}
	if entry != "" {
		one := all.byName[path.Base(entry)]
		if one == nil {
			return nil, fmt.Errorf("the built front end lacks %s: build it again (make web)", entry)
		}
		sum := sha512.Sum384(one.forms[""])
		all.script = script{assetsAt + path.Base(entry), "sha384-" + base64.StdEncoding.EncodeToString(sum[:])}
	}
	return all, nil
}

// builtAssets are the program's own.
func builtAssets() (*assets, error) {
	entry, err := web.Entry()
	if err != nil {
		return nil, err
	}
	return loadAssets(web.Files(), entry)
}

// ServeHTTP answers with the smallest form that the client takes.
func (all *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	one, ok := all.byName[strings.TrimPrefix(r.URL.Path, assetsAt)]
	if !ok {
		h.Set("Cache-Control", "no-store")
		http.Error(w, word("sv", "not-found"), http.StatusNotFound)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, word("sv", "only-get"), http.StatusMethodNotAllowed)
		return
	}
	h.Set("Content-Type", one.kind)
	if strings.HasPrefix(one.kind, "text/javascript") {
		h.Set("Content-Security-Policy", scriptedPolicy) // a worker asks by its own file's policy
	}
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := one.forms[""]
	for _, s := range squeezedAs {
		if small, ok := one.forms[s.coding]; ok && takes(r.Header.Get("Accept-Encoding"), s.coding) {
			h.Set("Content-Encoding", s.coding)
			body = small
			break
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}
