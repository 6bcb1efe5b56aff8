package server

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// methodPage is how it was done.
type methodPage struct {
	Types   []label
	Lacks   []edition.Theme // themes that the edition tells nothing of
	Methods []edition.Method
	States  []stateEntry
}

type typeEntry struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

type stateEntry struct {
	Status string `json:"status"`
	Sign   string `json:"sign"`
	Title  string `json:"title"`
	Text   string `json:"text"`
}

func (s *Server) method(r *request) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	p := &methodPage{Lacks: s.lacks(), Methods: s.ed.Manifest().Methods}
	var types []typeEntry
	for _, t := range areatype.Types() {
		types = append(types, typeEntry{t.Code(), t.Label().In(r.lang)})
		p.Types = append(p.Types, label{Text: t.Code() + " " + t.Label().In(r.lang), Type: typeClass(t.Code())})
	}
	for _, status := range cube.Statuses() {
		sign := picture.Signs[status]
		switch {
		case status == cube.Zero:
			sign = "0"
		case status.HasValue():
			sign = "123" + sign
		}
		p.States = append(p.States, stateEntry{status.String(), sign, status.Title().In(r.lang), status.Text().In(r.lang)})
	}
	facts := struct {
		Types   []typeEntry      `json:"types"`
		Lacks   []edition.Theme  `json:"lacks,omitempty"`
		Methods []edition.Method `json:"methods"`
		States  []stateEntry     `json:"states"`
	}{types, p.Lacks, p.Methods, p.States}
	return &answer{template: "method.html", title: word(r.lang, "method"), body: p, facts: facts}, nil
}

// editionPage is what the edition consists of.
type editionPage struct {
	ID         string
	Manifest   edition.Manifest
	Cite       string
	Whole      string // where all tables can be had at once
	Divisions  []divisionEntry
	Sources    []cube.Source
	Protection []protection
}

type divisionEntry struct{ Title, Areas, Bordered string }

// A protection is a policy and what the audit of its tables found, as far as a reader needs it.
type protection struct {
	Name, Version string
	Text          cube.Text
	Verdict       cube.Text
	Tables        int
	Shown, Hidden int
	Rows          int // how many rows of the table the policy has, on its first
}

func (s *Server) edition(r *request) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	m := s.ed.Manifest()
	p := &editionPage{ID: s.ed.ID(), Manifest: m, Protection: protections(m), Cite: s.cite(r.lang), Whole: wholeAddress}
	for _, d := range s.ed.Divisions() {
		p.Divisions = append(p.Divisions, divisionEntry{d.ID().Title(), picture.Number(float64(d.Areas), 0, r.lang), picture.Number(float64(d.Bordered), 0, r.lang)})
	}
	var all cube.Lineage
	for _, t := range s.ed.Tables() {
		all = all.Merge(t.Lineage)
	}
	p.Sources = all.Sources
	return &answer{template: "edition.html", title: word(r.lang, "edition"), body: p, facts: m}, nil
}

// protections reads what the manifest tells of how cells were protected. It is written by another package, which the public side knows nothing of, so what
// can't be read this way is left for the reader of the manifest.
func protections(m edition.Manifest) []protection {
	var policies []struct {
		Name          string    `json:"name"`
		Version       string    `json:"version"`
		Documentation cube.Text `json:"documentation"`
	}
	var audits []struct {
		Policy  string    `json:"policy"`
		Method  cube.Text `json:"method"`
		Verdict cube.Text `json:"verdict"`
		Tables  []struct {
			Status map[string]int `json:"status"`
		} `json:"tables"`
	}
	if json.Unmarshal(m.Audit, &audits) != nil {
		return nil
	}
	// Without its policies an audit still tells its method.
	if json.Unmarshal(m.Policy, &policies) != nil {
		policies = nil
	}
	var out []protection
	for _, a := range audits {
		p := protection{Name: a.Policy, Text: a.Method, Verdict: a.Verdict, Tables: len(a.Tables)}
		for _, policy := range policies {
			if policy.Name == a.Policy && (a.Method == policy.Documentation || policy.Name != "already public") {
				p.Version, p.Text = policy.Version, policy.Documentation
			}
		}
		for _, t := range a.Tables {
			for name, n := range t.Status {
				status, err := cube.ParseStatus(name)
				switch {
				case err == nil && status.Hidden():
					p.Hidden += n
				case err == nil && status.HasValue():
					p.Shown += n
				}
			}
		}
		// Tables under one policy of which the audit says the same are told together.
		same := slices.IndexFunc(out, func(o protection) bool {
			return o.Name == p.Name && o.Version == p.Version && o.Text == p.Text && o.Verdict == p.Verdict
		})
		if same < 0 {
			out = append(out, p)
			continue
		}
		out[same].Tables += p.Tables
		out[same].Shown += p.Shown
		out[same].Hidden += p.Hidden
	}
	slices.SortStableFunc(out, func(a, b protection) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Text.SV, b.Text.SV))
	})
	first := 0
	for i, p := range out {
		if p.Name != out[first].Name || p.Version != out[first].Version || p.Text != out[first].Text {
			first = i
		}
		out[first].Rows++
	}
	return out
}
