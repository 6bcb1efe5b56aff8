package server

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
	"github.com/skikt/skikt/report"
)

// An answer is what a page shows and what its numbers are.
type answer struct {
	template string
	title    string
	body     any
	cubes    []*cube.Cube           // for csv, xlsx and json
	list     [][]string             // for csv and xlsx, when the page has a list rather than tables; the first row is the header
	facts    any                    // for json, when the page is about something else than tables
	draw     func() string          // for svg: the page's picture with all that must stand in it
	areas    func() ([]byte, error) // for geojson
	passing  bool                   // one of so many possible answers that it is not worth keeping
}

// formatted tells whether the page can be had in a format.
func (a *answer) formatted(format string) bool {
	switch format {
	case "csv", "xlsx", csvwEnding:
		return len(a.cubes) > 0 || len(a.list) > 0
	case "parquet", sdmxEnding:
		return len(a.cubes) == 1
	case "svg", "png":
		return a.draw != nil
	case "geojson":
		return a.areas != nil
	}
	return len(a.cubes) > 0 || a.facts != nil
}

// A shell is what every page has around its body.
type shell struct {
	Lang, Title string
	Prefix      string
	Here        string // which entry of the menu the page belongs to
	Path        string // this page
	Other       string // this page in the other language
	OtherLang   string
	Project     cube.Text
	Agency      string
	Edition     string
	Synthetic   bool
	Assessed    bool // the edition has an assessment
	Formats     []formatLink
	Views       bool   // there is something to draw and to compare
	Grants      bool   // there is a page of grants
	Query       string // what was searched for
	Permanent   string // this page in this edition for ever
	Canonical   string // where the page is best found
	Earlier     bool   // there is a newer edition
	Newest      string // where the same page of the newest edition is
	Editions    bool   // more than one is held
	Embed       []link // how other sites may show the page's picture, as HTML
	EmbedAt     bool   // the address of the site is not known and must be written first
	Licence     link
	Code        []snippet // that reads the page's numbers
	Body        any
}

type link struct{ Name, Href string }

// A formatLink leads to a page's numbers or picture in a format.
type formatLink struct {
	link
	Kind string // media type
}

// kinds are the media types of the formats.
var kinds = map[string]string{"csv": "text/csv", "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"svg": "image/svg+xml", "png": "image/png", "geojson": "application/geo+json", "parquet": "application/vnd.apache.parquet", csvwEnding: "application/csvm+json", sdmxEnding: "application/vnd.sdmx.data+csv;version=2.0.0"}

func (s *Server) page(r *request, a *answer) (*reply, error) {
	m := s.ed.Manifest()
	sh := shell{Lang: r.lang, Title: a.title, Prefix: prefix(r.lang), Path: r.address(r.lang, "html"), OtherLang: "en", Project: m.Title, Agency: m.Agency,
		Edition: s.ed.ID(), Synthetic: m.Synthetic, Assessed: m.Assessment != nil, Grants: len(m.Grants) > 0, Views: len(s.families()) > 0, Query: r.query.Get("q"), Licence: link{licenceName(m.Terms()), m.Terms()}, Body: a.body}
	if r.lang == "en" {
		sh.OtherLang = "sv"
	}
	if len(r.path) > 0 {
		sh.Here = r.path[0]
	} else if a.template == "country.html" {
		sh.Here = "/"
	}
	sh.Other = r.address(sh.OtherLang, "html")
	s.placed(&sh, r, a)
	s.embeddable(&sh, r, a)
	for _, f := range formats {
		if a.formatted(f) {
			name := strings.ToUpper(f)
			if proper := map[string]string{"geojson": "GeoJSON", "parquet": "Parquet"}[f]; proper != "" {
				name = proper
			}
			sh.Formats = append(sh.Formats, formatLink{link{name, r.address(r.lang, f)}, kinds[f]})
		}
	}
	sh.Code = s.snippets(r, a)
	var out bytes.Buffer
	if err := s.templates.ExecuteTemplate(&out, a.template, sh); err != nil {
		return nil, err
	}
	return &reply{kind: "text/html; charset=utf-8", lang: r.lang, body: out.Bytes(), passing: a.passing}, nil
}

// functions are what the templates may call.
var functions = template.FuncMap{"word": word, "in": in, "paragraphs": paragraphs, "piece": newPiece,
	"bar":        barLength,
	"optionList": optionList, "figureCell": figureCell, "gridRows": gridRows,
	"drawing":     func(svg string) template.HTML { return template.HTML(svg) },
	"accountRows": func(lang, caption string, rows []accountRow) accountRows { return accountRows{lang, caption, rows} },
	"whole":       func(lang string, n int) string { return picture.Number(float64(n), 0, lang) }}

// A piece is a part of a page with what it needs of the shell.
type piece struct {
	Lang, Prefix string
	Map          *picture.Chart
	Grid         *grid
	Trend        *trend
	Bars         bool // the map's legend counts in bars
}

// A choosing is a form of what a view shows.
type choosing struct {
	Lang, Action string
	Fields       []field
	Boxes        []field     // of which several may be chosen
	Kept         []condition // what the form keeps as it is
	Add          string      // condition of a field where a place is written
}

func newPiece(sh shell, part any) (piece, error) {
	p := piece{Lang: sh.Lang, Prefix: sh.Prefix}
	switch part := part.(type) {
	case *picture.Chart:
		p.Map, p.Bars = part, part.Histogram == ""
	case *grid:
		p.Grid = part
	case *trend:
		p.Trend, p.Grid = part, part.Grid
	default:
		return p, fmt.Errorf("server: no piece is made of a %T", part)
	}
	return p, nil
}

// barLength is how long the bar of a class of so many areas is in a legend, px.
func barLength(n int, l *picture.Legend) int {
	const longest = 120
	return max(1, longest*n/max(1, l.Most()))
}

// in writes a text in the page's language; when there is none, in the other one and marked so.
func in(lang string, t cube.Text) template.HTML {
	text := template.HTMLEscapeString(t.In(lang))
	if t.SV != "" && t.EN != "" || text == "" {
		return template.HTML(text)
	}
	other := "sv"
	if t.SV == "" {
		other = "en"
	}
	if other == lang {
		return template.HTML(text)
	}
	return template.HTML(`<span lang="` + other + `">` + text + `</span>`)
}

// paragraphs are the parts of a text between empty lines.
func paragraphs(t cube.Text) []cube.Text {
	sv, en := strings.Split(strings.TrimSpace(t.SV), "\n\n"), strings.Split(strings.TrimSpace(t.EN), "\n\n")
	if len(sv) != len(en) {
		return []cube.Text{t}
	}
	var parts []cube.Text
	for i := range sv {
		parts = append(parts, cube.Text{SV: sv[i], EN: en[i]})
	}
	return parts
}

// painting holds how many pictures are painted at once: each takes a good part of a second and tens of megabytes.
var painting = make(chan struct{}, 2)

// pixelsPerUnit makes pictures sharp on the screens that people have.
const pixelsPerUnit = 2

// numbers writes the cells or the facts of a page.
func (s *Server) numbers(r *request, a *answer) (*reply, error) {
	if !a.formatted(r.format) {
		has := []string{r.address(r.lang, "html")}
		for _, f := range formats {
			if a.formatted(f) {
				has = append(has, r.address(r.lang, f))
			}
		}
		return nil, &lacksForm{picture.Say(word(r.lang, "lacks-form"), r.format, strings.Join(has, " "))}
	}
	name := s.ed.Manifest().Project
	if s.ed.Manifest().Synthetic {
		name = "synthetic-" + name
	}
	for _, part := range r.path {
		name += "-" + part
	}
	out := &reply{kind: kinds[r.format], lang: r.lang, file: name + "." + r.format, passing: a.passing}
	var err error
	var write func(w io.Writer) error // of what can be written bit by bit
	switch r.format {
	case "csv":
		out.kind += "; charset=utf-8"
		write = func(w io.Writer) error { return writeCSV(w, a, r.lang) }
	case "json":
		var about []byte
		about, err = s.preamble(r, a)
		write = func(w io.Writer) error { return writeJSON(w, about, a.cubes, r.lang) }
	case "parquet":
		out.passing = true
		write = func(w io.Writer) error { return edition.WriteTable(w, a.cubes[0]) }
	case sdmxEnding:
		out.passing = true
		write = func(w io.Writer) error { return edition.SDMX(w, a.cubes[0], s.ed.Manifest().Project, r.lang) }
	case "xlsx":
		write = func(w io.Writer) error { return s.workbook(w, r, a) }
	case csvwEnding:
		out.body, err = s.csvw(r, a)
	case "svg":
		out.body = []byte(a.draw())
	case "png":
		painting <- struct{}{}
		out.body, err = picture.PNG(a.draw(), pixelsPerUnit)
		<-painting
		out.passing = true
	case "geojson":
		out.body, err = a.areas()
		out.passing = true // such files are large and seldom asked for
	}
	switch {
	case err != nil || write == nil:
		return out, err
	case len(a.cubes) == 1 && a.cubes[0].Len()*len(a.cubes[0].Measures()) > mostHeld:
		out.stream, out.passing = write, true
		return out, nil
	}
	var body bytes.Buffer
	err = write(&body)
	out.body = body.Bytes()
	return out, err
}

// workbook writes the tables of a page as a workbook, with their notes, or its list.
func (s *Server) workbook(w io.Writer, r *request, a *answer) error {
	m := s.ed.Manifest()
	about := []string{s.cite(r.lang), word(r.lang, "licence") + ": " + m.Terms(), r.address(r.lang, "html")}
	if m.Synthetic {
		about = append(about, word(r.lang, "synthetic"))
	}
	d := &report.Document{Lang: r.lang, Title: a.title, Agency: m.Agency, Edition: s.ed.ID(), Synthetic: m.Synthetic}
	if len(a.cubes) == 0 {
		return report.ListWorkbook(w, d, about, a.list)
	}
	return report.Workbook(w, d, about, a.cubes)
}

// preamble is what every JSON answer has: which edition it is from, whether it is about real persons, and facts.
func (s *Server) preamble(r *request, a *answer) ([]byte, error) {
	about, err := json.Marshal(struct {
		Edition   string `json:"edition"`
		Synthetic bool   `json:"synthetic"`
		Language  string `json:"language"`
		Title     string `json:"title"`
		Cite      string `json:"cite"`
		Licence   string `json:"licence"`
		Facts     any    `json:"facts,omitempty"`
	}{s.ed.ID(), s.ed.Manifest().Synthetic, r.lang, a.title, s.cite(r.lang), s.ed.Manifest().Terms(), a.facts})
	if err == nil && r.base != "" {
		about = []byte(leading(r.base).Replace(string(about)))
	}
	return about, err
}

// writeJSON writes what every JSON answer has, and in it the tables as they are written, so that their rows keep a line each.
func writeJSON(w io.Writer, about []byte, cubes []*cube.Cube, lang string) error {
	if len(cubes) == 0 {
		_, err := w.Write(append(about, '\n'))
		return err
	}
	before := append(bytes.TrimSuffix(about, []byte("}")), ",\n\"tables\":[\n"...)
	for _, c := range cubes {
		if _, err := w.Write(before); err != nil {
			return err
		}
		if err := edition.Long(&unended{w: w}, c, "json", lang); err != nil {
			return err
		}
		before = []byte(",\n")
	}
	_, err := io.WriteString(w, "\n]}\n")
	return err
}

// unended passes on what is written but for a line end at the end.
type unended struct {
	w    io.Writer
	held bool // a line end that is not yet passed on
}

func (u *unended) Write(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if u.held {
		if _, err := u.w.Write([]byte{'\n'}); err != nil {
			return 0, err
		}
	}
	var text []byte
	text, u.held = bytes.CutSuffix(b, []byte{'\n'})
	if _, err := u.w.Write(text); err != nil {
		return 0, err
	}
	return len(b), nil
}

// writeCSV writes one table as it is. Several are written as one: a column says which table a row is from, and the columns are those of all of them.
func writeCSV(out io.Writer, a *answer, lang string) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	if len(a.cubes) == 0 {
		return w.WriteAll(a.list)
	}
	if len(a.cubes) == 1 {
		return edition.Long(out, a.cubes[0], "csv", lang)
	}
	parts := make([][][]string, len(a.cubes))
	var dims, rest []string
	for i, c := range a.cubes {
		var one bytes.Buffer
		if err := edition.Long(&one, c, "csv", lang); err != nil {
			return err
		}
		rows, err := csv.NewReader(&one).ReadAll()
		if err != nil {
			return fmt.Errorf("server: table %s: %w", c.Name, err)
		}
		parts[i] = rows
		own := len(c.Dims())
		for _, name := range rows[0][:own] {
			if !slices.Contains(dims, name) {
				dims = append(dims, name)
			}
		}
		rest = rows[0][own:]
	}
	columns := slices.Concat(dims, rest)
	w.Write(append([]string{"table"}, columns...))
	for i, rows := range parts {
		for _, row := range rows[1:] {
			line := []string{a.cubes[i].Name}
			for _, name := range columns {
				value := ""
				if at := slices.Index(rows[0], name); at >= 0 {
					value = row[at]
				}
				line = append(line, value)
			}
			w.Write(line)
		}
	}
	w.Flush()
	return w.Error()
}
