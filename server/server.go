// Package server shows an edition to people and programs: pages in Swedish and English, maps as SVG in SWEREF 99 TM, and every page's numbers as CSV
// and JSON under the same address.
//
//	/                     the country
//	/plats/0180           a place: riket (00), län, kommun, RegSO or DeSO
//	/tabell               the tables
//	/tabell/background    a table; ?type=1 keeps the rows with that member
//	/metod                how it was done
//	/utgava               the edition: its files, sources and protection
//
// Add .csv or .json to any of them; put /en before any of them for English. Everything is made from the edition alone, which holds
// only what was decided to be published: nothing here can reach a record. Pages are complete without script, ask no third party for
// anything and set no cookies.
package server

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

//go:embed page
var pages embed.FS

// A Server answers requests over one edition.
type Server struct {
	ed        *edition.Edition
	templates *template.Template
	mux       *http.ServeMux

	mu        sync.Mutex
	tables    map[string]*cube.Cube
	divisions map[area.ID]*area.Division
}

// New makes a server of an edition. The edition may be read by several servers at once.
func New(ed *edition.Edition) (*Server, error) {
	s := &Server{ed: ed, mux: http.NewServeMux(), tables: map[string]*cube.Cube{}, divisions: map[area.ID]*area.Division{}}
	var err error
	s.templates, err = template.New("").Funcs(template.FuncMap{"word": word, "add": func(a, b int) int { return a + b }}).ParseFS(pages, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	static, err := fs.Sub(pages, "page")
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	for _, prefix := range []string{"", "/en"} {
		s.mux.HandleFunc("GET "+prefix+"/{$}", s.answer(s.country))
		s.mux.HandleFunc("GET "+prefix+"/plats/{code}", s.answer(s.place))
		s.mux.HandleFunc("GET "+prefix+"/tabell", s.answer(s.list))
		s.mux.HandleFunc("GET "+prefix+"/tabell/{name}", s.answer(s.table))
		s.mux.HandleFunc("GET "+prefix+"/metod", s.answer(s.method))
		s.mux.HandleFunc("GET "+prefix+"/utgava", s.answer(s.edition))
	}
	s.mux.Handle("GET /style.css", http.FileServerFS(static))
	s.mux.HandleFunc("/", s.answer(func(*request) (*answer, error) { return nil, errNotFound }))
	return s, nil
}

// ServeHTTP answers with headers that keep the page to itself.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors *")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("ETag", `"`+s.ed.ID()+`"`)
	h.Set("Cache-Control", "public, max-age=300")
	if strings.Contains(r.Header.Get("If-None-Match"), s.ed.ID()) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.mux.ServeHTTP(w, r)
}

// A request is what was asked, taken apart.
type request struct {
	*http.Request
	lang   string // sv, en
	format string // html, csv, json
	bare   string // the path without language and format
}

// An answer is what a page shows and what its numbers are.
type answer struct {
	template string
	title    string
	body     any
	cubes    []*cube.Cube // for csv and json
}

var errNotFound = errors.New("not found")

// formats are the endings of an address other than that of the page itself.
var formats = []string{"csv", "json"}

// answer makes a handler of something that answers requests.
func (s *Server) answer(find func(*request) (*answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req := &request{Request: r, lang: "sv", format: "html", bare: r.URL.Path}
		if rest, ok := strings.CutPrefix(req.bare, "/en"); ok && (rest == "" || rest[0] == '/') {
			req.lang, req.bare = "en", rest
		}
		for _, f := range formats {
			if bare, ok := strings.CutSuffix(req.bare, "."+f); ok {
				req.format, req.bare = f, bare
			}
		}
		a, err := find(req)
		switch {
		case errors.Is(err, errNotFound):
			s.fail(w, req, http.StatusNotFound, word(req.lang, "not-found"))
		case errors.As(err, new(*badRequest)):
			s.fail(w, req, http.StatusBadRequest, err.Error())
		case err != nil:
			s.fail(w, req, http.StatusInternalServerError, word(req.lang, "broken"))
		case req.format == "html":
			s.page(w, req, http.StatusOK, a)
		default:
			s.numbers(w, req, a)
		}
	}
}

// A badRequest says what is wrong with an address.
type badRequest struct{ text string }

func (e *badRequest) Error() string { return e.text }

// name is the last part of the path, without the format.
func (r *request) name() string { return path.Base(r.bare) }

// shell is what every page has around its body.
type shell struct {
	Lang, Title     string
	Path, Other     string // this page, and this page in the other language
	Prefix          string
	Project         string
	Edition         string
	Synthetic       bool
	Formats         []link
	Body            any
	Query, Template string
}

type link struct{ Name, Href string }

func (s *Server) page(w http.ResponseWriter, r *request, status int, a *answer) {
	m := s.ed.Manifest()
	sh := shell{Lang: r.lang, Title: a.title, Project: m.Title.In(r.lang), Edition: s.ed.ID(), Synthetic: m.Synthetic, Body: a.body, Template: a.template}
	if r.URL.RawQuery != "" {
		sh.Query = "?" + r.URL.RawQuery
	}
	sh.Path, sh.Other = r.bare, "/en"+r.bare+sh.Query
	if r.lang == "en" {
		sh.Prefix, sh.Other = "/en", r.bare+sh.Query
	}
	if len(a.cubes) > 0 {
		bare := r.bare
		if bare == "/" {
			bare = "/plats/00"
		}
		for _, f := range formats {
			sh.Formats = append(sh.Formats, link{strings.ToUpper(f), sh.Prefix + bare + "." + f + sh.Query})
		}
	}
	var out bytes.Buffer
	if err := s.templates.ExecuteTemplate(&out, a.template, sh); err != nil {
		http.Error(w, word(r.lang, "broken"), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", r.lang)
	w.WriteHeader(status)
	w.Write(out.Bytes())
}

func (s *Server) fail(w http.ResponseWriter, r *request, status int, text string) {
	w.Header().Del("ETag")
	w.Header().Set("Cache-Control", "no-store")
	if r.format != "html" {
		http.Error(w, text, status)
		return
	}
	s.page(w, r, status, &answer{template: "error.html", title: text, body: text})
}

// numbers writes the cells of a page.
func (s *Server) numbers(w http.ResponseWriter, r *request, a *answer) {
	if len(a.cubes) == 0 {
		s.fail(w, r, http.StatusNotFound, word(r.lang, "not-found"))
		return
	}
	var out bytes.Buffer
	if err := writeCubes(&out, a.cubes, r.format, r.lang); err != nil {
		s.fail(w, r, http.StatusInternalServerError, word(r.lang, "broken"))
		return
	}
	kind := map[string]string{"csv": "text/csv; charset=utf-8", "json": "application/json"}[r.format]
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf("inline; filename*=UTF-8''%s.%s", url.PathEscape(r.name()), r.format))
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Write(out.Bytes())
}

// writeCubes writes one table as it is, and several one after the other: as CSV each under a line with its name, as JSON in a list.
func writeCubes(out *bytes.Buffer, cubes []*cube.Cube, format, lang string) error {
	if len(cubes) == 1 {
		return edition.Long(out, cubes[0], format, lang)
	}
	for i, c := range cubes {
		switch {
		case format == "csv":
			fmt.Fprintf(out, "# %s: %s\n", c.Name, c.Title.In(lang))
		case i == 0:
			out.WriteString("[\n")
		default:
			out.WriteString(",\n")
		}
		if err := edition.Long(out, c, format, lang); err != nil {
			return err
		}
	}
	if format == "json" {
		out.WriteString("]\n")
	}
	return nil
}

// cube reads a table once.
func (s *Server) cube(name string) (*cube.Cube, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.tables[name]; ok {
		return c, nil
	}
	known := false
	for _, t := range s.ed.Tables() {
		known = known || t.Name == name
	}
	if !known {
		return nil, errNotFound
	}
	c, err := s.ed.Table(name)
	if err != nil {
		return nil, err
	}
	s.tables[name] = c
	return c, nil
}

// division reads a division once.
func (s *Server) division(id area.ID) (*area.Division, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d, ok := s.divisions[id]; ok {
		return d, nil
	}
	d, err := s.ed.Division(id)
	if err != nil {
		return nil, err
	}
	s.divisions[id] = d
	return d, nil
}
