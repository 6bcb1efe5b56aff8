package server

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// A permanent address is /e/EDITION before any other: it shows that edition for ever, while an address without it shows the newest. /e/senaste leads to the newest.
const (
	permanentPath = "/e/"
	newestName    = "senaste"
)

// editions are the editions that a server holds.
type editions struct {
	all       []*Server // the newest first
	withdrawn map[string]edition.Withdrawal
	changes   []func() (*edition.Difference, error) // of each from the one before it; the last has none
}

// together makes servers of several editions, the newest first: the one decided on the latest day, where all tell a day; else in the order given.
func together(servers []*Server) *Server {
	day := func(s *Server) string {
		if c := s.ed.Manifest().Change; c != nil {
			return c.Day
		}
		return ""
	}
	if !slices.ContainsFunc(servers, func(s *Server) bool { return day(s) == "" }) {
		slices.SortStableFunc(servers, func(a, b *Server) int { return strings.Compare(day(b), day(a)) })
	}
	held := &editions{all: servers, withdrawn: map[string]edition.Withdrawal{}}
	for i, s := range servers {
		s.editions = held
		if c := s.ed.Manifest().Change; c != nil {
			for _, w := range c.Withdrawn {
				if _, told := held.withdrawn[w.Edition]; !told {
					held.withdrawn[w.Edition] = w
				}
			}
		}
		if i+1 < len(servers) {
			earlier := servers[i+1]
			held.changes = append(held.changes, sync.OnceValues(func() (*edition.Difference, error) { return edition.Compare(earlier.ed, s.ed) }))
		}
	}
	return servers[0]
}

// held is the server of an edition, nil for one that is not held.
func (e *editions) held(id string) *Server {
	for _, s := range e.all {
		if s.ed.ID() == id {
			return s
		}
	}
	return nil
}

// permanent is the base of the addresses of an edition.
func permanent(id string) string { return permanentPath + id }

// serveEdition answers an address that names its edition.
func (s *Server) serveEdition(w http.ResponseWriter, req *http.Request) {
	id, rest, _ := strings.Cut(strings.TrimPrefix(req.URL.EscapedPath(), permanentPath), "/")
	rest = "/" + strings.TrimLeft(rest, "/")
	plain, err := url.PathUnescape(rest)
	ask := ""
	if req.URL.RawQuery != "" {
		ask = "?" + req.URL.RawQuery
	}
	held := s.editions.held(id)
	_, gone := s.editions.withdrawn[id]
	switch {
	case err != nil:
		s.serve(w, req, "")
	case id == newestName:
		http.Redirect(w, req, rest+ask, http.StatusFound)
	case held != nil && !gone && !strings.Contains(req.URL.EscapedPath()[len(permanentPath):], "/"):
		http.Redirect(w, req, permanent(id)+"/"+ask, http.StatusMovedPermanently)
	case held != nil && !gone:
		within := new(http.Request)
		*within = *req
		u := *req.URL
		u.Path, u.RawPath = plain, rest
		within.URL = &u
		held.serve(w, within, permanent(id))
	default:
		u := *req.URL
		u.Path, u.RawPath = plain, rest
		r, _, err := parse(&u)
		if err != nil {
			r.path, r.query = nil, nil
		}
		s.send(w, req, s.absent(r, id))
	}
}

// absent tells that an edition was withdrawn, with its reason, or that it is not held, and where else to go.
func (s *Server) absent(r *request, id string) *reply {
	lang := r.lang
	p := &errorPage{}
	status, title := http.StatusNotFound, word(lang, "unknown-edition")
	if w, gone := s.editions.withdrawn[id]; gone {
		status, title = http.StatusGone, word(lang, "withdrawn-edition")
		p.Text = append(p.Text, w.Reason)
	} else {
		p.Text = append(p.Text, words["unknown-edition-help"])
	}
	p.Links = append(p.Links, link{word(lang, "same-in-newest"), permanentPath + newestName + r.address(lang, "html")})
	for _, one := range s.editions.all {
		if _, gone := s.editions.withdrawn[one.ed.ID()]; !gone {
			p.Links = append(p.Links, link{word(lang, "edition") + " " + one.ed.ID(), permanent(one.ed.ID()) + prefix(lang) + "/"})
		}
	}
	return s.sorry(r, status, title, p)
}

// errorPage is what helps one who has come wrong.
type errorPage struct {
	Text  []cube.Text
	Links []link
}

// elsewhere are the earlier editions that the address asked for leads somewhere in.
func (s *Server) elsewhere(r *request) (out []link) {
	const most = 3
	if s.editions == nil || r.base != "" {
		return nil
	}
	for _, one := range s.editions.all[1:min(len(s.editions.all), most+1)] {
		if _, gone := s.editions.withdrawn[one.ed.ID()]; gone {
			continue
		}
		if _, err := one.make(r); err == nil {
			out = append(out, link{word(r.lang, "is-in-edition") + " " + one.ed.ID(), permanent(one.ed.ID()) + r.address(r.lang, "html")})
		}
	}
	return out
}

// leading turns the links of a page into those of its edition. It is done in one place, so that no page can forget it; links that name an edition stay, and so do files that all editions share.
func leading(base string) *strings.Replacer {
	return strings.NewReplacer(`<link rel="canonical" href="/`, `<link rel="canonical" href="/`, `href="/e/`, `href="/e/`, `href="/assets/`, `href="/assets/`, `<img src="/e/`, `<img src="/e/`, `<img src="/`, `<img src="`+base+`/`,
		`href="/`, `href="`+base+`/`, `action="/`, `action="`+base+`/`, `"address":"/`, `"address":"`+base+`/`)
}

// editionsPage lists the editions that are held.
type editionsPage struct {
	Editions []heldEdition
	Gone     []goneEdition // withdrawn and not held
}

type heldEdition struct {
	ID, Day   string
	Title     cube.Text
	Href      string
	Newest    bool
	Here      bool // the edition that is being read
	Reason    cube.Text
	Withdrawn *cube.Text // why, when it is
	Before    string     // the one before it
	Sum       *grid      // what changed since then
	Tables    *grid      // table by table, those where something did
	Broken    bool       // the files of one of them can't be read
}

type goneEdition struct {
	ID     string
	Reason cube.Text
}

// listEditions shows what editions there are, and what changed and why.
func (s *Server) listEditions(r *request) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	lang := r.lang
	p := &editionsPage{}
	type fact struct {
		Edition   string              `json:"edition"`
		Day       string              `json:"day,omitempty"`
		Address   string              `json:"permanent"`
		Reason    cube.Text           `json:"reason"`
		Withdrawn *cube.Text          `json:"withdrawn,omitempty"`
		Since     string              `json:"since,omitempty"`
		Change    *edition.Difference `json:"change,omitempty"`
	}
	var facts []fact
	list := [][]string{{"edition", "day", "since", "table", "same", "changed", "added", "withdrawn", "state"}}
	known := map[string]bool{}
	for i, one := range s.editions.all {
		m := one.ed.Manifest()
		e := heldEdition{ID: one.ed.ID(), Title: m.Title, Href: permanent(one.ed.ID()) + prefix(lang) + "/", Newest: i == 0, Here: one == s}
		known[e.ID] = true
		if m.Change != nil {
			e.Day, e.Reason = m.Change.Day, m.Change.Reason
		}
		if w, gone := s.editions.withdrawn[e.ID]; gone {
			e.Withdrawn = &w.Reason
		}
		f := fact{Edition: e.ID, Day: e.Day, Address: e.Href, Reason: e.Reason, Withdrawn: e.Withdrawn}
		if i < len(s.editions.changes) {
			e.Before = s.editions.all[i+1].ed.ID()
			f.Since = e.Before
			d, err := s.editions.changes[i]()
			if err != nil {
				e.Broken = true
			} else {
				f.Change = d
				e.Sum, e.Tables = differenceGrids(d, e.Before, lang)
				for _, t := range d.Tables {
					row := []string{e.ID, e.Day, e.Before, t.Name}
					for _, n := range []int{t.Same, t.Changed, t.Added, t.Withdrawn, t.State} {
						row = append(row, strconv.Itoa(n))
					}
					list = append(list, row)
				}
			}
		}
		p.Editions, facts = append(p.Editions, e), append(facts, f)
	}
	for _, id := range sortedNames(s.editions.withdrawn) {
		if !known[id] {
			p.Gone = append(p.Gone, goneEdition{id, s.editions.withdrawn[id].Reason})
		}
	}
	return &answer{template: "editions.html", title: word(lang, "editions"), body: p, facts: facts, list: list}, nil
}

func sortedNames(m map[string]edition.Withdrawal) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}

// differenceGrids are the sums of a difference, and its tables where anything differs.
func differenceGrids(d *edition.Difference, before, lang string) (sum, tables *grid) {
	heads := []columnHead{{Text: word(lang, "cells-changed")}, {Text: word(lang, "cells-added")}, {Text: word(lang, "cells-withdrawn")}, {Text: word(lang, "cells-state")}, {Text: word(lang, "cells-same")}}
	row := func(l label, t edition.TableDifference) gridRow {
		one := gridRow{Labels: []label{l}}
		for _, n := range []int{t.Changed, t.Added, t.Withdrawn, t.State, t.Same} {
			one.Figures = append(one.Figures, picture.Figure{Text: picture.Number(float64(n), 0, lang)})
		}
		return one
	}
	sum = &grid{Caption: word(lang, "changed-since") + " " + before, Labels: []string{""}, Heads: heads, Blocks: []block{{Rows: []gridRow{row(label{Text: word(lang, "all-tables")}, d.Sum())}}}}
	sum.finish()
	tables = &grid{Caption: word(lang, "tables-changed"), Labels: []string{word(lang, "table")}, Heads: heads}
	var b block
	for _, t := range d.Tables {
		if t.Changed+t.Added+t.Withdrawn+t.State == 0 && t.Earlier && t.Later {
			continue
		}
		text := t.Title.In(lang) + " (" + t.Name + ")"
		switch {
		case !t.Earlier:
			text += ", " + word(lang, "new-table")
		case !t.Later:
			text += ", " + word(lang, "gone-table")
		}
		b.Rows = append(b.Rows, row(label{Text: text}, t))
	}
	if len(b.Rows) == 0 {
		return sum, nil
	}
	tables.Blocks = []block{b}
	tables.finish()
	return sum, tables
}

// permanentAddress is where a page stands for ever.
func (s *Server) permanentAddress(r *request, lang string) string {
	plain := *r
	plain.base = permanent(s.ed.ID())
	return plain.address(lang, "html")
}

// placed tells a page's shell where it stands among editions. A page of the newest is best found without its edition, one of an earlier where it stands.
func (s *Server) placed(sh *shell, r *request, a *answer) {
	plain := *r
	plain.base = ""
	sh.Editions = len(s.editions.all) > 1
	sh.Earlier = s.editions.all[0] != s
	sh.Newest = permanentPath + newestName + plain.address(r.lang, "html")
	if a.template == "error.html" {
		sh.Newest = permanentPath + newestName + prefix(r.lang) + "/"
		return
	}
	sh.Permanent = s.permanentAddress(r, r.lang)
	sh.Canonical = plain.address(r.lang, "html")
	if sh.Earlier {
		sh.Canonical = sh.Permanent
	}
}

func (p *errorPage) texts(lang string) (out []string) {
	for _, t := range p.Text {
		out = append(out, t.In(lang))
	}
	return out
}

func (p *errorPage) hrefs() (out []string) {
	for _, l := range p.Links {
		out = append(out, l.Href)
	}
	return out
}

// guide is what may help one who asked for something that is not here: the same address in an earlier edition, and places and tables of nearly that name.
func (s *Server) guide(r *request) *errorPage {
	p := &errorPage{Links: s.elsewhere(r)}
	if len(r.path) != 2 {
		return p
	}
	switch r.path[0] {
	case "plats":
		p.Links = append(p.Links, s.nearPlaces(r.path[1], r.lang)...)
	case "tabell":
		names := make([]string, len(s.tables))
		for i, t := range s.tables {
			names[i] = t.Name
		}
		for _, name := range edition.Nearest(r.path[1], names) {
			p.Links = append(p.Links, link{s.tableNamed(name).Title.In(r.lang) + " (" + name + ")", prefix(r.lang) + "/tabell/" + url.PathEscape(name)})
		}
	}
	return p
}
