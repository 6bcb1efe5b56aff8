package server

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// accountTable is the table of all cells by sign and table, which package protect makes.
const accountTable = "protection_account"

// protectionPage is the account of the disclosure control: what was hidden, by which rules, at what cost, and what the audit found. All is made of the published
// tables and audits, so it tells nothing that they don't.
type protectionPage struct {
	Parts  []accountPart
	Public int // tables that needed no protection
	Table  string
}

// An accountPart is the account of the tables that were protected together.
type accountPart struct {
	Name    string          `json:"policy"`
	Version string          `json:"version"`
	Text    cube.Text       `json:"documentation"`
	Method  cube.Text       `json:"method"`
	Verdict cube.Text       `json:"verdict"`
	Levels  []accountRow    `json:"levels"`
	Tables  []accountRow    `json:"tables"`
	Checks  []accountCheck  `json:"measures"`
	Numbers []accountFamily `json:"families"`
}

// An accountRow counts the cells of a table, or of all tables of a level.
type accountRow struct {
	Name     string   `json:"name"`
	Title    string   `json:"title"`
	By       string   `json:"by,omitempty"` // what it is sorted by
	Href     string   `json:"-"`
	Cells    int      `json:"cells"` // that have a value, or are hidden
	Shown    int      `json:"shown"`
	Rule     int      `json:"hidden_rule"`
	Protect  int      `json:"hidden_protect"`
	Hidden   float64  `json:"hidden_share"`
	Persons  *float64 `json:"hidden_persons,omitempty"` // share of the first count that stands in hidden cells: of the total shown, less the parts shown
	HiddenIs string   `json:"-"`
	PersonsI string   `json:"-"`

	all, hidden float64 // persons
	open        bool    // some total is hidden
}

// accountRows are rows with what a template needs beside them.
type accountRows struct {
	Lang, Caption string
	Rows          []accountRow
}

type accountCheck struct {
	Measure   string   `json:"measure"`
	Families  []string `json:"families"`
	Targets   int      `json:"targets"`
	Single    int      `json:"single"`
	Intervals int      `json:"intervals"`
	Certified int      `json:"certified"`
	Narrowest *float64 `json:"narrowest,omitempty"`
	Median    *float64 `json:"median,omitempty"`

	Title             string `json:"-"`
	NarrowIs, MedianI string `json:"-"`
}

// Open are intervals whose ends were not both proved.
func (c accountCheck) Open() int { return c.Intervals - c.Certified }

type accountFamily struct {
	Name      string `json:"name"`
	Numbers   int    `json:"numbers"`
	Shown     int    `json:"shown"`
	Primary   int    `json:"primary"`
	Secondary int    `json:"secondary"`
	Unmarked  int    `json:"unmarked"`
}

func (s *Server) protection(r *request) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	p := &protectionPage{}
	var err error
	if p.Parts, p.Public, err = s.account(r.lang); err != nil {
		return nil, err
	}
	if t := s.tableNamed(accountTable); t != nil {
		p.Table = prefix(r.lang) + "/tabell/" + url.PathEscape(t.Name)
	}
	list := [][]string{{"policy", "version", "table", "title", "cells", "shown", "hidden_rule", "hidden_protect", "hidden_share", "hidden_persons"}}
	for _, part := range p.Parts {
		for _, t := range part.Tables {
			persons := ""
			if t.Persons != nil {
				persons = fmt.Sprintf("%.6g", *t.Persons)
			}
			list = append(list, []string{part.Name, part.Version, t.Name, t.Title, fmt.Sprint(t.Cells), fmt.Sprint(t.Shown), fmt.Sprint(t.Rule), fmt.Sprint(t.Protect),
				fmt.Sprintf("%.6g", t.Hidden), persons})
		}
	}
	return &answer{template: "protection.html", title: word(r.lang, "protection-account"), body: p, list: list, facts: p.Parts}, nil
}

// account reads policies and audits off the manifest, and counts the tables. The manifest's words on protection are written by another package, which the public side
// knows nothing of: what can't be read this way is left out.
func (s *Server) account(lang string) (parts []accountPart, public int, err error) {
	m := s.ed.Manifest()
	var policies []accountPart
	var audits []struct {
		Policy   string          `json:"policy"`
		Version  string          `json:"version"`
		Reason   string          `json:"reason"`
		Method   cube.Text       `json:"method"`
		Verdict  cube.Text       `json:"verdict"`
		Families []accountFamily `json:"families"`
		Measures []accountCheck  `json:"measures"`
		Tables   []struct {
			Name string `json:"name"`
		} `json:"tables"`
	}
	if json.Unmarshal(m.Audit, &audits) != nil {
		return nil, 0, nil
	}
	var raw []struct {
		Name          string    `json:"name"`
		Version       string    `json:"version"`
		Documentation cube.Text `json:"documentation"`
	}
	if json.Unmarshal(m.Policy, &raw) == nil {
		for _, p := range raw {
			policies = append(policies, accountPart{Name: p.Name, Version: p.Version, Text: p.Documentation})
		}
	}
	for _, a := range audits {
		if a.Reason != "" { // taken from what is public, or computed from what is published
			public += len(a.Tables)
			continue
		}
		part := accountPart{Name: a.Policy, Version: a.Version, Method: a.Method, Verdict: a.Verdict, Numbers: a.Families, Checks: a.Measures}
		if i := slices.IndexFunc(policies, func(p accountPart) bool { return p.Name == a.Policy }); i >= 0 {
			part.Version, part.Text = policies[i].Version, policies[i].Text
		}
		for i := range part.Checks {
			c := &part.Checks[i]
			c.Title, c.NarrowIs, c.MedianI = s.measureTitle(c.Measure, lang), width(c.Narrowest, lang), width(c.Median, lang)
		}
		for _, entry := range a.Tables {
			t := s.tableNamed(entry.Name)
			if t == nil || t.Name == accountTable {
				continue
			}
			row, level, err := countTable(t, lang)
			if err != nil {
				return nil, 0, err
			}
			part.Tables = append(part.Tables, row)
			part.level(level, row)
		}
		for _, rows := range [][]accountRow{part.Levels, part.Tables} {
			for i := range rows {
				rows[i].close(lang)
			}
		}
		parts = append(parts, part)
	}
	return parts, public, nil
}

// measureTitle is the title of a measure as the first table that has it tells.
func (s *Server) measureTitle(name, lang string) string {
	for _, t := range s.tables {
		for _, m := range t.Measures {
			if m.Name == name && m.Title.In(lang) != "" {
				return m.Title.In(lang)
			}
		}
	}
	return name
}

func width(v *float64, lang string) string {
	if v == nil {
		return "–"
	}
	decimals := 0
	if *v != float64(int64(*v)) {
		decimals = 1
	}
	return picture.Number(*v, decimals, lang)
}

// level adds a table to its level.
func (p *accountPart) level(title string, t accountRow) {
	i := slices.IndexFunc(p.Levels, func(l accountRow) bool { return l.Title == title })
	if i < 0 {
		i = len(p.Levels)
		p.Levels = append(p.Levels, accountRow{Title: title})
	}
	l := &p.Levels[i]
	l.Cells, l.Shown, l.Rule, l.Protect = l.Cells+t.Cells, l.Shown+t.Shown, l.Rule+t.Rule, l.Protect+t.Protect
	l.all, l.hidden, l.open = l.all+t.all, l.hidden+t.hidden, l.open || t.open
}

// close works the shares out.
func (a *accountRow) close(lang string) {
	a.HiddenIs, a.PersonsI = "–", "–"
	if a.Cells > 0 {
		a.Hidden = float64(a.Rule+a.Protect) / float64(a.Cells)
		a.HiddenIs = picture.Number(100*a.Hidden, 1, lang)
	}
	if a.all > 0 && a.hidden >= 0 && !a.open {
		share := a.hidden / a.all
		a.Persons, a.PersonsI = &share, picture.Number(100*share, 1, lang)
	}
}

// countTable counts the cells of a table, and finds the persons in hidden cells as any reader can: what total rows show, less what the rows under them show.
func countTable(t *table, lang string) (row accountRow, level string, err error) {
	c, err := t.cells()
	if err != nil {
		return row, "", err
	}
	var by []string
	for _, d := range t.Dims {
		by = append(by, d.Title.In(lang))
	}
	row = accountRow{Name: t.Name, Title: t.Title.In(lang), By: strings.Join(by, " × "), Href: prefix(lang) + "/tabell/" + url.PathEscape(t.Name)}
	level = word(lang, "without-area")
	for _, d := range c.Dims() {
		if d.Role == cube.Area {
			level = d.Title.In(lang)
		}
	}
	count := -1
	for m, meas := range c.Measures() {
		if meas.Kind == cube.Count && count < 0 {
			count = m
		}
		for at := range c.Len() {
			switch status := c.Cell(at, m).Status; {
			case status.HasValue():
				row.Shown++
			case status == cube.HiddenRule:
				row.Rule++
			case status.Hidden():
				row.Protect++
			}
		}
	}
	row.Cells = row.Shown + row.Rule + row.Protect
	if count < 0 {
		row.open = true
		return row, level, nil
	}
	var totals []int
	for d, dim := range c.Dims() {
		if dim.Index(cube.Total) >= 0 {
			totals = append(totals, d)
		}
	}
	row.open = len(totals) == 0
	for at := range c.Len() {
		in := 0
		for _, d := range totals {
			if c.Code(at, d) == cube.Total {
				in++
			}
		}
		cell := c.Cell(at, count)
		switch {
		case in == len(totals) && cell.Status.Hidden():
			row.open = true
		case in == len(totals) && cell.Status.HasValue():
			row.all += cell.Value
			row.hidden += cell.Value
		case in == 0 && cell.Status.HasValue():
			row.hidden -= cell.Value
		}
	}
	return row, level, nil
}
