package project

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/segregation"
)

// SegregationDecl declares measures of segregation between groups over the units of a register, for each area of the kinds under within.
type SegregationDecl struct {
	Name     string    `yaml:"name"`
	Title    Text      `yaml:"title"`
	From     string    `yaml:"from"`
	Count    string    `yaml:"count"` // column that holds counts; rows are counted without it
	Units    string    `yaml:"units"` // kind of area: deso, regso
	Group    GroupDecl `yaml:"group"` // with two members, the first is the group whose segregation is measured
	Within   []string  `yaml:"within"`
	Measures []string  `yaml:"measures"`
	Parts    []string  `yaml:"parts"` // level, stratum, unit, change
	Draws    int       `yaml:"draws"` // of persons anew, for the correction and interval; none when 0
	Seed     uint64    `yaml:"seed"`
}

func (p *Project) validateSegregation(d SegregationDecl, of map[string]columns, say complain) {
	have, ok := of[d.From]
	switch {
	case !ok:
		say("from", "records %q are not declared (there are %s)", d.From, list(p.Records))
		return
	case d.Units == "" || len(d.Within) == 0:
		say("", "declare units, the kind of area that groups are spread over, and within, the kinds of area that it is measured in")
	case len(d.Group.Members) < 2:
		say("group", "segregation is between groups: declare two members or more")
	}
	for _, c := range []struct{ at, column string }{{"count", d.Count}, {"group.name", d.Group.Name}} {
		if _, ok := have[c.column]; c.column != "" && !ok {
			say(c.at, "column %q is not declared under read.columns of %s", c.column, d.From)
		}
	}
	for _, part := range d.Parts {
		if !slices.Contains(segregationParts, part) {
			say("parts", "there is no part %q; there are %s", part, strings.Join(segregationParts, ", "))
		}
	}
	if d.Draws < 0 {
		say("draws", "%d is no number of draws", d.Draws)
	}
}

// measures computes the declared measures of segregation, one cube for each kind of area they are wanted within.
func (r *Run) measures(ctx context.Context) error {
	for i, d := range r.Project.Segregation {
		r.opt.step("segregation", int64(i), int64(len(r.Project.Segregation)))
		if err := r.segregation(ctx, d); err != nil {
			return fmt.Errorf("segregation %s: %w", d.Name, err)
		}
		r.opt.step("segregation", int64(i+1), int64(len(r.Project.Segregation)))
	}
	return nil
}

func (r *Run) segregation(ctx context.Context, d SegregationDecl) error {
	from := r.loaded[d.From]
	units, err := r.divisionOf(from.division, area.Kind(d.Units))
	if err != nil {
		return err
	}
	areas, err := r.areaDim(ctx, from, units)
	if err != nil {
		return err
	}
	group, err := groupDim(ctx, from, d.Name, d.Group)
	if err != nil {
		return err
	}
	var members []string
	for _, m := range d.Group.Members {
		members = append(members, m.Code)
	}
	spec := cube.Spec{Name: d.Name, From: from.table, Dims: []cube.SpecDim{areas, group},
		Measures: []cube.SpecMeasure{{Measure: cube.Measure{Name: "N", Title: cube.Text{SV: "Antal", EN: "Count"}, Kind: cube.Count}, Sum: d.Count}}}
	counts, _, err := r.count(ctx, from, spec)
	if err != nil {
		return err
	}
	counts.Lineage = counts.Lineage.Merge(from.lineage)
	if !from.lineage.Public() {
		withoutNumbers(counts)
	}
	q := segregation.Question{Units: d.Units, Groups: d.Group.Name, Members: members, Count: "N", Persons: segregation.Draws{N: d.Draws, Seed: d.Seed}}
	for _, m := range cores.InOrder(len(d.Within), func(i int) segregated { return r.within(counts, units, d, q, d.Within[i]) }) {
		switch {
		case m.err != nil:
			return m.err
		case from.lineage.Public():
			r.Measures = append(r.Measures, m.table)
		default:
			r.measured = append(r.measured, protect.Measured{Cube: m.table, Counts: m.counts, Count: "N", Units: d.Units, Groups: d.Group.Name})
		}
	}
	if len(d.Parts) == 0 {
		return nil
	}
	if !from.lineage.Public() {
		return fmt.Errorf("parts of segregation are not published from the agency's own records %s: leave parts out, or compute them with skikt measure for work within the agency", d.From)
	}
	parts, err := r.parts(counts, units, d, q)
	r.Measures = append(r.Measures, parts...)
	return err
}

// segregated is a table of measures, and the counts that it was made of.
type segregated struct {
	table, counts *cube.Cube
	err           error
}

// within computes the measures for each area of a kind.
func (r *Run) within(counts *cube.Cube, units area.ID, d SegregationDecl, q segregation.Question, kind string) (m segregated) {
	if m.counts, m.err = r.besideArea(counts, units, area.Kind(kind)); m.err != nil {
		return m
	}
	q.Measures = d.Measures
	if m.table, m.err = segregation.Cube(m.counts, q); m.err != nil {
		return m
	}
	if m.table, m.err = arranged(m.table, kind, yearDim); m.err != nil { // areas before years, as in every other table
		return m
	}
	// The number of units, which comes first, is the least of what a reader looks for.
	var names []string
	for _, x := range m.table.Measures() {
		names = append(names, x.Name)
	}
	if m.table, m.err = m.table.Select(append(names[1:], names[0])...); m.err != nil {
		return m
	}
	m.table.Name, m.table.Title = d.Name+"_"+kind, text(d.Title)
	return m
}
