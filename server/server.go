// Package server shows an edition to people and programs: pages in Swedish and English, maps as SVG in SWEREF 99 TM, and every page's numbers as CSV
// and JSON under the same address.
//
//	/                     the country
//	/plats/0180           a place: riket (00), län, kommun, RegSO, DeSO or any other area of the edition; ?m=FIGURE is what is shown over time
//	/karta?m=FIGURE       a map: &niva=regso-2020 the division, &ar=2022 the year, &inom=01 the place that areas lie in, &typ=1 areas of that type alone (may be
//	                      repeated), &plats=0180 the area that is marked in map, histogram and legend
//	/karta/flera?m=FIGURE  small maps of every year side by side, or of several figures (&m=, &m=)
//	/jamfor?m=FIGURE      up to four figures of up to six places (&plats=, &plats=) and area types (&typ=) side by side, in a year (&ar=) and over time
//	/jamfor/typer         how areas moved between types: &period=2022_2023
//	/sok?q=orebro         places by name or code
//	/tabell               the tables
//	/tabell/background    a table; ?type=1 keeps the rows with that member, ?inom=01 the areas in that place, ?matt=NPersons draws that measure
//	/bidrag/grant         a grant whose numbers are published: its rules compared, and others tried; the address is the rule
//	/scenario             what if the types were cut or weighed otherwise; the address is the scenario
//	/bedomning            how far the tools support the work: verdicts on tools, uses and processes; /bedomning/PROCESS-TOOL-USE one of them with its evidence
//	/metod                how it was done
//	/utgava               the edition: its sources, its protection, its files
//	/badda/karta?m=FIGURE the picture of a view alone, for other sites to show in a frame; no other page may be
//	/tillganglighet       the accessibility statement
//	/utgavor              the editions that are held: what changed from one to the next and why, and which are withdrawn
//	/rojandekontroll      the account of the disclosure control: what was hidden, by which rules, at what cost
//	/api                  what programs can ask: the reference, and /api/recept recipes for R, Python, Excel and QGIS
//	/api/v2               the tables as PxWebApi 2, for programs that read statistical offices; /api/v1 as PxWebApi 1
//	/ogc                  the areas with their figures as OGC API Features, for QGIS, GDAL and other programs for maps
//	/tiles/kommun.json    the borders as vector tiles, for maps that the reader's machine draws: addresses, zooms, layer (TileJSON 3); all as one file in kommun.pmtiles
//
// A FIGURE is a family of tables, a measure and a member of each group: background:SharePersons:total. Tables that tell the same at several levels (background by type,
// background_kommun, background_regso) are a family. The country is one page at / and /plats/00.
//
// Each of them stands also under /e/EDITION, where it is always that edition's; /e/senaste leads to the newest. A withdrawn edition answers with the reason.
//
// Add .csv, .xlsx or .json to any of them that has numbers (/plats/00.csv for the country), .svg and .png where there is a picture and .geojson where there is a map or places
// are compared; a list (tables, search, grants, editions) has no picture and no areas. An address with an ending that the page lacks answers 404 with those that it has. Put /en before any of them for English. A code that stands for other
// ground in a newer division is written as SCB writes it, 1780R001_RegSO2025.
//
// Everything is made from the edition alone, which holds only what was decided to be published: nothing here can reach a record. Pages are
// complete without script (where package web was built, its script makes them quicker to use), ask no third party for anything and set no cookies. An answer depends on the edition and the address and on nothing
// else, so answers are kept and the same address gives the same bytes.
//
// A [Front] stands before a server on the internet: it limits each client, tells health and counts, and goes over to a new edition without losing a request.
//
// # Maps
//
// Corners are rounded to half a pixel, and those that then lie on a straight line are left out. The rule looks at the corners alone, so neighbours keep
// the same border. Classes, legend and shapes come from one function from cell to class. Cells without a value have quiet looks of their own.
package server

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

//go:embed page
var files embed.FS

// A Server answers requests over one edition. It may be used by many goroutines at once.
type Server struct {
	holding
	templates *template.Template
	assets    *assets
	editions  *editions  // this one and those that are held beside it
	addresses *Addresses // that may be searched for; nil for none

	kept cupboard
}

// New makes a server of an edition and of earlier ones that are held beside it under their permanent addresses. It reads their divisions; tables are read when first asked for. Where all
// editions tell a day, the latest is the newest; else the first given is.
func New(ed *edition.Edition, earlier ...*edition.Edition) (*Server, error) {
	var all []*Server
	for _, one := range append([]*edition.Edition{ed}, earlier...) {
		s, err := newServer(one)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(o *Server) bool { return o.ed.ID() == one.ID() }) {
			all = append(all, s)
		}
	}
	return together(all), nil
}

// Open makes a server of the editions in folders, if every file of theirs is as it was published. A folder is where a link leads now, so that one that is moved later does not
// change what is served.
func Open(dir string, earlier ...string) (*Server, error) {
	var all []*edition.Edition
	for _, dir := range append([]string{dir}, earlier...) {
		dir, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return nil, err
		}
		ed, err := edition.Open(dir)
		if err == nil {
			err = ed.Verify()
		}
		if err != nil {
			return nil, err
		}
		all = append(all, ed)
	}
	return New(all[0], all[1:]...)
}

// ID is the number of the edition that is shown when an address names none.
func (s *Server) ID() string { return s.ed.ID() }

func newServer(ed *edition.Edition) (*Server, error) {
	h, err := hold(ed)
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	loaded, err := builtAssets()
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	own := template.FuncMap{"asset": func(name string) string { return loaded.names[name] }, "script": func() script { return loaded.script }}
	templates, err := template.New("").Funcs(functions).Funcs(own).ParseFS(files, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return &Server{holding: *h, templates: templates, assets: loaded}, nil
}

// A request is what was asked, taken apart.
type request struct {
	lang   string   // sv, en
	format string   // html or one of formats
	path   []string // without language and format
	base   string   // of a permanent address: /e/EDITION
	embed  bool     // the picture alone, for other sites to show
	query  url.Values
	origin string // what the server was asked as, before the path; nothing when that can't stand in code that readers copy
}

// formats are the endings of an address other than that of the page itself.
var formats = []string{"csv", "xlsx", "json", "parquet", "svg", "png", "geojson"}

// asides are endings that pages don't offer by themselves. They end as other ones do, so they are looked for first.
var asides = []string{csvwEnding, sdmxEnding}

const (
	csvwEnding = "csv-metadata.json"
	sdmxEnding = "sdmx.csv"
)

// parse takes an address apart. When it ends with a slash too many, tidy is where it should have gone.
func parse(u *url.URL) (r *request, tidy string, err error) {
	r = &request{lang: "sv", format: "html"}
	escaped := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	last := len(escaped) - 1
	slash := escaped[last] == ""
	if slash {
		escaped = escaped[:last]
	}
	for _, part := range escaped {
		plain, err := url.PathUnescape(part)
		if err != nil || plain == "" {
			return r, "", errNotFound
		}
		r.path = append(r.path, plain)
	}
	if len(r.path) > 0 && r.path[0] == "en" {
		r.lang, r.path = "en", r.path[1:]
	}
	if len(r.path) > 1 && r.path[0] == embedded {
		r.embed, r.path = true, r.path[1:]
	}
	if len(r.path) > 0 {
		end := &r.path[len(r.path)-1]
		for _, f := range slices.Concat(asides, formats, innerFormats) {
			if bare, ok := strings.CutSuffix(*end, "."+f); ok && bare != "" {
				r.format, *end = f, bare
				break
			}
		}
	}
	if home := len(r.path) == 0; slash != home {
		tidy = "/" + strings.Join(escaped, "/")
		if home {
			tidy += "/"
		}
		if u.RawQuery != "" {
			tidy += "?" + u.RawQuery
		}
	}
	if r.query, err = url.ParseQuery(u.RawQuery); err != nil {
		return r, "", &badRequest{word(r.lang, "bad-query")}
	}
	return r, tidy, nil
}

// address is the canonical form of what was asked, in a language and a format.
func (r *request) address(lang, format string) string {
	path := r.path
	if format != "html" && len(path) == 0 {
		path = []string{"plats", country}
	}
	out := r.base + prefix(lang)
	if r.embed {
		out += "/" + embedded
	}
	for _, part := range path {
		out += "/" + url.PathEscape(part)
	}
	switch {
	case len(path) == 0:
		out += "/"
	case format != "html":
		out += "." + format
	}
	return out + question(r.query)
}

// question is a query as it stands in an address; empty when there is none.
func question(query url.Values) string {
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

func prefix(lang string) string {
	if lang == "en" {
		return "/en"
	}
	return ""
}

// only refuses conditions that the page doesn't know.
func (r *request) only(known ...string) error {
	for name := range r.query {
		if slices.Contains(known, name) {
			continue
		}
		if len(known) == 0 {
			return &badRequest{word(r.lang, "no-conditions")}
		}
		return &badRequest{word(r.lang, "unknown-condition") + " " + strings.Join(known, ", ")}
	}
	return nil
}

var errNotFound = errors.New("not found")

// A badRequest says what is wrong with an address.
type badRequest struct{ text string }

func (e *badRequest) Error() string { return e.text }

// A lacksForm says that a page can't be had in the form asked for, and in which it can.
type lacksForm struct{ text string }

func (e *lacksForm) Error() string { return e.text }

// A reply is an answer as it is sent.
type reply struct {
	status         int
	kind           string // Content-Type
	lang           string
	file           string // name to save numbers under
	body, squeezed []byte // of an answer that is kept only squeezed, unless it is too short for it
	tag            string
	passing        bool                    // not kept
	stream         func(w io.Writer) error // writes the body of an answer that is too large to be held
	framed         bool                    // other sites may show it in a frame
}

// A page may load from the server itself and from nowhere else, nothing may stand in the page, and without a built front end there is no script to run. Other sites may not show a page in a frame
// of theirs: the pictures under /badda are for that.
const (
	contentPolicy  = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
	scriptedPolicy = contentPolicy + "; script-src 'self'; connect-src 'self'; worker-src 'self'"
	framedBySelf   = "; frame-ancestors 'self'"
)

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch path := req.URL.Path; {
	case strings.HasPrefix(path, permanentPath):
		s.serveEdition(w, req)
	case path == strings.TrimSuffix(permanentPath, "/"), path == permanentPath:
		http.Redirect(w, req, "/utgavor", http.StatusFound)
	default:
		s.serve(w, req, "")
	}
}

// serve answers a request over the server's own edition; base is what its address had before the part that is in the request.
func (s *Server) serve(w http.ResponseWriter, req *http.Request, base string) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentPolicy+framedBySelf)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	if req.Method == http.MethodOptions { // also what a browser asks before a script of another site may ask
		shared(h)
		allow := "GET, HEAD, OPTIONS"
		if under(req.URL.Path, "/api") {
			allow = "GET, HEAD, POST, OPTIONS"
		}
		h.Set("Allow", allow)
		h.Set("Access-Control-Allow-Methods", allow)
		h.Set("Access-Control-Allow-Headers", "Accept, Accept-Language, Content-Type, If-None-Match, Range")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if s.forPrograms(w, req, base) {
		return
	}
	if isOGC(req.URL.Path) {
		s.serveOGC(w, req, base)
		return
	}
	if strings.HasPrefix(req.URL.Path, assetsAt) {
		s.assets.ServeHTTP(w, req)
		return
	}
	if strings.HasPrefix(req.URL.Path, tiles+"/") {
		s.serveTiles(w, req, base)
		return
	}
	r, tidy, err := parse(req.URL)
	if err == nil && tidy != "" {
		http.Redirect(w, req, base+tidy, http.StatusMovedPermanently)
		return
	}
	r.base = base
	var a *reply
	switch {
	case req.Method != http.MethodGet && req.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD, OPTIONS")
		a = s.fail(r, http.StatusMethodNotAllowed, word(r.lang, "only-get"))
	case err != nil:
		a = s.failure(r, err)
	default:
		r.origin = origin(req)
		a = s.reply(r)
		if a.file != "" && r.format == "csv" {
			h.Add("Link", "<"+r.address(r.lang, csvwEnding)+`>; rel="describedby"; type="application/csvm+json"`)
		}
	}
	s.send(w, req, a)
}

// send writes an answer.
func (s *Server) send(w http.ResponseWriter, req *http.Request, a *reply) {
	h := w.Header()
	policy := contentPolicy
	if s.assets.script.Path != "" && strings.HasPrefix(a.kind, "text/html") && !a.framed {
		policy = scriptedPolicy
	}
	if a.framed {
		policy += "; frame-ancestors *"
	} else {
		policy += framedBySelf
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Content-Type", a.kind)
	if a.lang != "" {
		h.Set("Content-Language", a.lang)
	}
	if a.file != "" {
		h.Set("Content-Disposition", "inline; filename*=UTF-8''"+url.PathEscape(a.file))
		s.license(h)
	}
	if !strings.HasPrefix(a.kind, "text/html") { // numbers, and why there are none
		shared(h)
	}
	if a.status != http.StatusOK {
		h.Set("Cache-Control", "no-store")
	} else {
		h.Set("ETag", a.tag)
		h.Set("Cache-Control", "public, no-cache") // kept by who likes, but shown again only when the server says that it is still so: the next request may be another edition's
		if unchanged(req, a.tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if a.stream != nil {
		sendStream(w, req, a.stream)
		return
	}
	var err error
	body := a.squeezed
	if len(body) > 0 && takes(req.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
	} else if body, err = a.plain(); err != nil {
		h.Set("Cache-Control", "no-store")
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	if req.Method != http.MethodHead {
		w.Write(body)
	}
}

// shared lets scripts of other sites read an answer and what its head says.
func shared(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "Content-Crs, Content-Disposition, Content-Length, Content-Range, ETag, Link, Retry-After")
}

// tagOf is the tag of an answer that follows from the parts.
func tagOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, " ")))
	return `W/"` + hex.EncodeToString(sum[:12]) + `"`
}

// unchanged tells whether a client has the answer of the tag.
func unchanged(req *http.Request, tag string) bool {
	known := req.Header.Get("If-None-Match")
	return strings.Contains(known, strings.TrimPrefix(tag, "W/")) || strings.TrimSpace(known) == "*"
}

// mostPlain is the size up to which an answer that is made anew each time is sent as it is: to squeeze it takes as long as to make it, and it goes in the first few packets either way.
const mostPlain = 4000

// sendBody writes a body, squeezed where that makes it smaller and the client takes it so.
func sendBody(w http.ResponseWriter, req *http.Request, status int, body []byte) {
	h := w.Header()
	packed := slices.ContainsFunc([]string{"PK\x03\x04", "PAR1", "SQLite format 3"}, func(begin string) bool { return bytes.HasPrefix(body, []byte(begin)) }) // workbooks, Parquet, GeoPackages
	if len(body) > mostPlain && !packed && takes(req.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = squeezed(body, false)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if req.Method != http.MethodHead {
		w.Write(body)
	}
}

// takes tells whether an Accept-Encoding allows a coding.
func takes(accept, wanted string) bool {
	for _, part := range strings.Split(accept, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if strings.TrimSpace(coding) != wanted {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		return strings.TrimSpace(weight) == "" || err == nil && q > 0
	}
	return false
}

// reply is the answer to a request, made or kept.
func (s *Server) reply(r *request) *reply {
	key := r.origin + r.address(r.lang, r.format)
	if a, ok := s.kept.get(key); ok {
		return a
	}
	a, err := s.make(r)
	if err != nil {
		return s.failure(r, err)
	}
	if r.base != "" && r.format != "json" && (a.kind == "application/json" || strings.HasPrefix(a.kind, "text/html")) {
		a.body = []byte(leading(r.base).Replace(string(a.body)))
	}
	if a.stream != nil { // what it is follows from the edition, the address and the program
		sum := sha256.Sum256([]byte(s.ed.ID() + " " + built() + " " + key))
		a.status, a.tag = http.StatusOK, `W/"`+hex.EncodeToString(sum[:12])+`"`
		return a
	}
	sum := sha256.Sum256(a.body)
	a.status, a.tag = http.StatusOK, `W/"`+hex.EncodeToString(sum[:12])+`"`
	if len(a.body) > 1400 {
		a.squeezed = squeezed(a.body, !a.passing)
	}
	if a.passing {
		return a
	}
	if a.squeezed != nil {
		a.body = nil
	}
	s.kept.add(key, a)
	return a
}

// make finds what answers a request and writes it in the form asked for.
func (s *Server) make(r *request) (*reply, error) {
	var a *answer
	var err error
	first, second := "", ""
	switch len(r.path) {
	case 0:
	case 1:
		first = r.path[0]
	case 2:
		first, second = r.path[0], r.path[1]
	default:
		return nil, errNotFound
	}
	switch {
	case r.format == areasFormat && first == "karta" && second == "":
		return s.outlines(r)
	case slices.Contains(innerFormats, r.format) && (first != "karta" || second != ""):
		return nil, errNotFound
	case len(r.path) == 0 || first == "plats" && second == country:
		a, err = s.country(r)
	case first == "plats" && second != "":
		a, err = s.place(r, second)
	case first == "sok" && second == "":
		a, err = s.search(r)
	case first == "karta" && second == "":
		a, err = s.mapView(r)
	case first == "karta" && second == "flera":
		a, err = s.multiples(r)
	case first == "jamfor" && second == "":
		a, err = s.compare(r)
	case first == "jamfor" && second == "typer":
		a, err = s.moves(r)
	case first == "tabell" && second == "":
		a, err = s.list(r)
	case first == "tabell":
		a, err = s.table(r, second)
	case first == "bidrag" && second == "":
		a, err = s.grants(r)
	case first == "bidrag":
		a, err = s.grant(r, second)
	case first == assessment:
		a, err = s.assess(r, second)
	case first == apiPages && (second == "" || second == cookbook):
		a, err = s.reference(r, second)
	case first == "metod" && second == "":
		a, err = s.method(r)
	case first == "utgava" && second == "":
		a, err = s.edition(r)
	case first == "scenario" && second == "":
		a, err = s.whatIf(r)
	case first == "tillganglighet" && second == "":
		a, err = s.accessible(r)
	case first == "utgavor" && second == "":
		a, err = s.listEditions(r)
	case first == "rojandekontroll" && second == "":
		a, err = s.protection(r)
	default:
		return nil, errNotFound
	}
	if err != nil {
		return nil, err
	}
	if r.embed {
		return s.embed(r, a)
	}
	if r.format == "html" || r.format == lightFormat {
		return s.page(r, a)
	}
	return s.numbers(r, a)
}

func (s *Server) failure(r *request, err error) *reply {
	switch {
	case errors.Is(err, errNotFound):
		return s.sorry(r, http.StatusNotFound, word(r.lang, "not-found"), s.guide(r))
	case errors.As(err, new(*lacksForm)):
		return s.fail(r, http.StatusNotFound, err.Error())
	case errors.As(err, new(*badRequest)):
		return s.sorry(r, http.StatusBadRequest, err.Error(), s.guide(r))
	}
	return s.fail(r, http.StatusInternalServerError, word(r.lang, "broken"))
}

// fail says in the form asked for why there is no answer.
func (s *Server) fail(r *request, status int, text string) *reply {
	return s.sorry(r, status, text, &errorPage{})
}

// sorry says so, and what may help.
func (s *Server) sorry(r *request, status int, text string, help *errorPage) *reply {
	a := &reply{status: status, lang: r.lang, kind: "text/plain; charset=utf-8", body: []byte(text + "\n")}
	switch r.format {
	case "json":
		body, err := json.Marshal(struct {
			Error string   `json:"error"`
			Texts []string `json:"help,omitempty"`
			Links []string `json:"links,omitempty"`
		}{text, help.texts(r.lang), help.hrefs()})
		if err == nil {
			a.kind, a.body = "application/json", append(body, '\n')
		}
	case "html", lightFormat:
		shown := *help
		title, more, _ := strings.Cut(text, ". ") // the heading says what, a paragraph the rest
		if more != "" {
			shown.Text = append([]cube.Text{cube.Same(more)}, help.Text...)
		}
		// The address of a page that is not there leads nowhere in the other language either.
		page, err := s.page(&request{lang: r.lang, format: "html", base: r.base}, &answer{template: "error.html", title: title, body: &shown})
		if err == nil {
			a.kind, a.body = page.kind, page.body
			if r.base != "" {
				a.body = []byte(leading(r.base).Replace(string(a.body)))
			}
		}
	}
	return a
}
