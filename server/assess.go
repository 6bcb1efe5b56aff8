package server

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// assessment is the first part of the addresses of the verdicts: /bedomning for all, /bedomning/PROCESS-TOOL-USE for one.
const assessment = "bedomning"

// assessPage is the verdicts on all tools and uses, process by process.
type assessPage struct {
	Processes []assessMatrix
	Tools     []edition.Named
	Legend    []edition.Named
	Notes     []cube.Text
	Table     string // address of the table of all evidence; empty without one
	Judged    bool
	Kinds     []kindEntry
}

type assessMatrix struct {
	Title, Text cube.Text
	Uses        []edition.Named
	Rows        []assessRow
}

type assessRow struct {
	Tool  edition.Named
	Cells []verdictCell
}

type verdictCell struct {
	Href, Verdict string
	Title         cube.Text
	Judged        bool
	About         string // what a reader without the matrix needs: tool and use
}

// kindEntry is a kind of evidence, with its thresholds as people read them.
type kindEntry struct {
	edition.Kind
	Supports, Conditions string
	Declared             bool
}

// itemPage is one item.
type itemPage struct {
	Process, Tool, Use edition.Named
	Final, Measured    edition.Named
	Judgement          *edition.Judgement
	Evidence           []evidenceEntry
	Obstacle, Remedy   cube.Text
	Others             []verdictCell // the same tool for the other uses
	Signs              []signEntry
}

type evidenceEntry struct {
	Kind       edition.Kind
	Href       string
	Table      cube.Text
	Value      picture.Figure
	Thresholds string
	Decisive   bool
	Verdict    edition.Named
}

func verdictNamed(code string) edition.Named { return nameIn(edition.Verdicts(), code) }

func nameIn(all []edition.Named, code string) edition.Named {
	if i := slices.IndexFunc(all, func(n edition.Named) bool { return n.Code == code }); i >= 0 {
		return all[i]
	}
	return edition.Named{Code: code, Title: cube.Same(code)}
}

func itemAddress(i edition.Item, lang string) string {
	return prefix(lang) + "/" + assessment + "/" + url.PathEscape(i.Process+"-"+i.Tool+"-"+i.Use)
}

func cellOfItem(a *edition.Assessment, i edition.Item, lang string) verdictCell {
	v := verdictNamed(i.Final())
	return verdictCell{Href: itemAddress(i, lang), Verdict: v.Code, Title: v.Title, Judged: i.Judgement != nil,
		About: nameIn(a.Tools, i.Tool).Title.In(lang) + ", " + nameIn(a.Uses, i.Use).Title.In(lang)}
}

// assess is the overview, or one item.
func (s *Server) assess(r *request, item string) (*answer, error) {
	a := s.ed.Manifest().Assessment
	if a == nil {
		return nil, errNotFound
	}
	if err := r.only(); err != nil {
		return nil, err
	}
	if item != "" {
		return s.assessItem(r, a, item)
	}
	p := &assessPage{Tools: a.Tools, Legend: edition.Verdicts(), Notes: a.Notes}
	if s.tableNamed(edition.AssessmentTable) != nil {
		p.Table = prefix(r.lang) + "/tabell/" + edition.AssessmentTable
	}
	list := [][]string{{"process", "tool", "use", "verdict", "measured", "judged_by"}}
	for _, process := range a.Processes {
		m := assessMatrix{Title: process.Title, Text: process.Text, Uses: a.Uses}
		for _, tool := range a.Tools {
			row := assessRow{Tool: tool}
			for _, use := range a.Uses {
				i := a.Item(process.Code, tool.Code, use.Code)
				if i == nil {
					row.Cells = append(row.Cells, verdictCell{})
					continue
				}
				row.Cells = append(row.Cells, cellOfItem(a, *i, r.lang))
				by := ""
				if i.Judgement != nil {
					p.Judged, by = true, i.Judgement.By
				}
				list = append(list, []string{i.Process, i.Tool, i.Use, i.Final(), i.Verdict, by})
			}
			m.Rows = append(m.Rows, row)
		}
		p.Processes = append(p.Processes, m)
	}
	for _, k := range a.Kinds {
		e := kindEntry{Kind: k}
		for _, i := range a.Items {
			for _, ev := range i.Evidence {
				if ev.Kind != k.Name || e.Supports != "" {
					continue
				}
				meas, _, err := s.evidence(a, ev)
				if err != nil {
					return nil, err
				}
				e.Supports, e.Conditions, e.Declared = limit(ev.Thresholds.Supports, ev.Thresholds.Less, meas, r.lang), limit(ev.Thresholds.Conditions, ev.Thresholds.Less, meas, r.lang), ev.Thresholds.Declared
			}
		}
		p.Kinds = append(p.Kinds, e)
	}
	return &answer{template: "assess.html", title: word(r.lang, "assessment"), body: p, list: list, facts: a}, nil
}

// limit is a threshold as people read it: at least 50 %, at most 18.
func limit(v float64, less bool, m cube.Measure, lang string) string {
	sign := word(lang, "at-least")
	if less {
		sign = word(lang, "at-most")
	}
	decimals := m.Decimals
	for decimals > 0 && picture.Shown(v, m) == picture.Rounded(picture.Shown(v, m), decimals-1) {
		decimals--
	}
	m.Decimals = decimals
	return sign + " " + picture.Amount(v, m, lang) + picture.Unit(m, lang)
}

// evidence is the measure and the cell that evidence points at. Of evidence without a table of its own the kind tells how its thresholds are read.
func (s *Server) evidence(a *edition.Assessment, e edition.Evidence) (cube.Measure, cube.Cell, error) {
	t := s.tableNamed(e.Table)
	if t == nil {
		return cube.Measure{}, cube.Cell{}, errNotFound
	}
	c, err := t.cells()
	if err != nil {
		return cube.Measure{}, cube.Cell{}, err
	}
	cell, err := e.Cell(c)
	if err != nil {
		return cube.Measure{}, cube.Cell{}, err
	}
	m := c.Measures()[c.MeasureIndex(e.Measure)]
	if a.Kind(e.Kind).Share {
		m.Kind, m.Decimals = cube.Share, 1
	}
	return m, cell, nil
}

func (s *Server) assessItem(r *request, a *edition.Assessment, name string) (*answer, error) {
	part := strings.SplitN(name, "-", 3)
	if len(part) != 3 {
		return nil, errNotFound
	}
	i := a.Item(part[0], part[1], part[2])
	if i == nil {
		return nil, errNotFound
	}
	p := &itemPage{Process: nameIn(a.Processes, i.Process), Tool: nameIn(a.Tools, i.Tool), Use: nameIn(a.Uses, i.Use),
		Final: verdictNamed(i.Final()), Measured: verdictNamed(i.Verdict), Judgement: i.Judgement, Obstacle: i.Obstacle, Remedy: i.Remedy}
	list := [][]string{{"evidence", "table", "measure", "status", "value", "supports", "conditions", "less_is_better", "decisive", "verdict"}}
	for _, e := range i.Evidence {
		m, cell, err := s.evidence(a, e)
		if err != nil {
			return nil, err
		}
		entry := evidenceEntry{Value: picture.NewFigure(cell, m, r.lang), Decisive: e.Decisive, Verdict: verdictNamed(e.Verdict), Table: s.tableNamed(e.Table).Title,
			Thresholds: limit(e.Thresholds.Supports, e.Thresholds.Less, m, r.lang) + "; " + limit(e.Thresholds.Conditions, e.Thresholds.Less, m, r.lang)}
		if cell.Status.HasValue() {
			entry.Value.Text += picture.Unit(m, r.lang)
			if u := m.Unit.In(r.lang); u != "" && m.Kind != cube.Share {
				entry.Value.Text += " " + u
			}
		}
		entry.Value.Base = ""
		entry.Kind = a.Kind(e.Kind)
		query := url.Values{}
		for dim, code := range e.At {
			query.Set(dim, code)
		}
		entry.Href = prefix(r.lang) + "/tabell/" + url.PathEscape(e.Table) + question(query)
		p.Evidence = append(p.Evidence, entry)
		if f := entry.Value; f.Why != "" {
			sign := signEntry{f.Mark, f.Why}
			if f.Mark == "" {
				sign.Sign = f.Text
			}
			if !slices.Contains(p.Signs, sign) {
				p.Signs = append(p.Signs, sign)
			}
		}
		value := ""
		if cell.Status.HasValue() {
			value = strconv.FormatFloat(cell.Value, 'g', -1, 64)
		}
		list = append(list, []string{e.Kind, e.Table, e.Measure, cell.Status.String(), value, strconv.FormatFloat(e.Thresholds.Supports, 'g', -1, 64),
			strconv.FormatFloat(e.Thresholds.Conditions, 'g', -1, 64), strconv.FormatBool(e.Thresholds.Less), strconv.FormatBool(e.Decisive), e.Verdict})
	}
	for _, use := range a.Uses {
		if o := a.Item(i.Process, i.Tool, use.Code); o != nil && use.Code != i.Use {
			c := cellOfItem(a, *o, r.lang)
			c.About = use.Title.In(r.lang)
			p.Others = append(p.Others, c)
		}
	}
	title := p.Tool.Title.In(r.lang) + ": " + p.Use.Title.In(r.lang)
	return &answer{template: "assessitem.html", title: title, body: p, list: list, facts: i}, nil
}
