package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/border"
	"github.com/skikt/skikt/internal/cores"
)

// readGeography makes the divisions from keys, names and borders, and dissolves the borders that are asked for. It goes on past a file that can't be used, so that
// all that is wrong is told at once.
func (r *Run) readGeography(ctx context.Context) error {
	r.Geography = area.NewGeography()
	steps := int64(len(r.Project.Geography.Keys) + len(r.Project.Geography.Borders) + len(r.Project.Geography.Dissolve))
	var done int64
	step := func() { done++; r.opt.step("geography", done, steps) }
	var all []error
	try := func(what string, err error) bool {
		if err != nil {
			if !strings.Contains(err.Error(), filepath.Base(what)) { // most errors name their file
				err = fmt.Errorf("%s: %w", what, err)
			}
			all = append(all, fmt.Errorf("project: geography: %w", err))
		}
		step()
		return goOn(ctx, err)
	}
	for _, k := range r.Project.Geography.Keys {
		if !try(k.File, r.readKey(k)) {
			return errors.Join(append(all, ctx.Err())...)
		}
	}
	if err := r.nameAreas(); err != nil {
		all = append(all, err)
	}
	borders := r.Project.Geography.Borders
	for i, drawn := range cores.InOrder(len(borders), func(i int) drawn { return r.drawBorders(borders[i]) }) {
		if !try(borders[i].File, r.takeBorders(borders[i], drawn)) {
			return errors.Join(append(all, ctx.Err())...)
		}
	}
	if len(all) > 0 { // what is dissolved from half a geography would only tell of the same again
		return errors.Join(all...)
	}
	// Most are dissolved from the same fine borders, so all that can be are dissolved at once; what is left waits for borders that come of it.
	for left := r.Project.Geography.Dissolve; len(left) > 0; {
		var waiting []string
		var took []*area.Division
		for i, d := range cores.InOrder(len(left), func(i int) drawn { return r.dissolve(left[i]) }) {
			id := left[i]
			if errors.Is(d.err, errNothingFiner) {
				waiting = append(waiting, id)
				continue
			}
			if !try("dissolve "+id, d.err) {
				return errors.Join(append(all, ctx.Err())...)
			}
			if d.err == nil {
				r.check(d.division.ID.Title(), d.report)
				took = append(took, d.division)
			}
		}
		for _, division := range took {
			if err := r.Geography.Add(division); err != nil {
				return err
			}
		}
		if len(took) == 0 {
			for _, id := range waiting {
				try("dissolve "+id, errNothingFiner)
			}
			break
		}
		left = waiting
	}
	if len(all) == 0 {
		all = append(all, r.readBridges())
	}
	return errors.Join(append(all, ctx.Err())...)
}

var errNothingFiner = errors.New("no finer division has borders")

func (r *Run) readKey(k KeyDecl) error {
	path, err := r.file(k.File)
	if err != nil {
		return err
	}
	from, err := area.ParseID(k.From)
	if err != nil {
		return err
	}
	to, err := area.ParseID(k.To)
	if err != nil {
		return err
	}
	key, err := border.ReadKey(path, border.KeyOptions{
		From: from, To: to, FromColumn: k.FromColumn, ToColumn: k.ToColumn, ToNameColumn: k.ToNameColumn,
		KommunColumn: k.KommunColumn, KommunNameColumn: k.KommunNameColumn,
	})
	if err != nil {
		return err
	}
	r.find(k.File, key.Problems)
	if len(key.Problems) > 0 {
		return fmt.Errorf("%d rows can't be used, first line %d: %s; a key must be whole, mend it", len(key.Problems), key.Problems[0].Number, key.Problems[0].Text)
	}
	divisions, err := key.Divisions()
	if err != nil {
		return err
	}
	parents := key.Parents()
	if k.Rest != nil {
		if divisions, err = r.withRest(divisions[1], from, *k.Rest, parents); err != nil {
			return err
		}
	}
	for _, d := range divisions {
		if have, err := r.Geography.Division(d.ID); err == nil && have.Len() >= d.Len() && d.ID.Kind == area.Kommun {
			continue // the kommuner of a second key
		}
		if err := r.Geography.Add(d); err != nil {
			return err
		}
		for _, def := range area.Definitions {
			if def.ID == d.ID && def.Count != d.Len() && !r.Synthetic && k.IncompleteBecause == "" {
				return fmt.Errorf("%d %s, where there are %d: the file is cut short; declare incomplete_because if it is meant to be partial", d.Len(), d.ID.Title(), def.Count)
			}
		}
	}
	return r.Geography.AddKey(from, to, parents)
}

// withRest puts the areas of from that a key does not list in one area of the coarser division, which gets it.
func (r *Run) withRest(coarse *area.Division, from area.ID, rest RestDecl, parents map[string]string) ([]*area.Division, error) {
	fine, err := r.Geography.Division(from)
	if err != nil {
		return nil, err
	}
	for i := range fine.Len() {
		if code := fine.At(i).Code; parents[code] == "" {
			parents[code] = rest.Code
		}
	}
	areas := []area.Area{{Code: rest.Code, Name: rest.Name}}
	for i := range coarse.Len() {
		areas = append(areas, coarse.At(i))
	}
	full, err := area.New(coarse.ID, areas)
	return []*area.Division{full}, err
}

// nameAreas gives län and riket, and the names of kommuner, from the declared list.
func (r *Run) nameAreas() error {
	kommun, err := r.Geography.Division(area.ID{Kind: area.Kommun})
	if err != nil {
		return nil // no key, no hierarchy: borders may still be all that a project needs
	}
	lan := map[string]string{}
	for i := range kommun.Len() {
		code, _ := area.Prefix(area.Kommun, kommun.At(i).Code, area.Lan)
		lan[code] = ""
	}
	if decl := r.Project.Geography.Names; decl != nil {
		path, err := r.file(decl.File)
		if err != nil {
			return fmt.Errorf("project: geography: %w", err)
		}
		names, err := border.ReadNames(path)
		if err != nil {
			return fmt.Errorf("project: geography: %w", err)
		}
		named, err := names.Division(area.ID{Kind: area.Lan})
		if err != nil {
			return fmt.Errorf("project: geography: %w", err)
		}
		for i := range named.Len() {
			if _, ok := lan[named.At(i).Code]; ok {
				lan[named.At(i).Code] = named.At(i).Name
			}
		}
	}
	var areas []area.Area
	for _, code := range sorted(lan) {
		areas = append(areas, area.Area{Code: code, Name: lan[code]})
	}
	for _, d := range []struct {
		id    area.ID
		areas []area.Area
	}{{area.ID{Kind: area.Lan}, areas}, {area.ID{Kind: area.Riket}, []area.Area{{Code: "00", Name: "Riket"}}}} {
		div, err := area.New(d.id, d.areas)
		if err != nil {
			return err
		}
		if err := r.Geography.Add(div); err != nil {
			return err
		}
	}
	return nil
}

// drawn is the areas of a border file, and what was found in it.
type drawn struct {
	division *area.Division
	report   *border.Report
	err      error
}

// drawBorders reads a border file and looks for faults in it.
func (r *Run) drawBorders(b BorderDecl) (d drawn) {
	var path string
	if path, d.err = r.file(b.File); d.err != nil {
		return d
	}
	var o border.Options
	if o.ID, d.err = area.ParseID(b.Division); d.err != nil {
		return d
	}
	if o.CRS, d.err = border.ParseCRS(b.CRS); d.err != nil {
		return d
	}
	if o.Axis, d.err = border.ParseAxis(b.Axis); d.err != nil {
		return d
	}
	o.Layer, o.CodeField, o.NameField = b.Layer, b.CodeField, b.NameField
	layer, err := border.Read(path, o)
	if err != nil {
		d.err = err
		return d
	}
	if d.division, d.err = border.Division(o.ID, layer); d.err != nil {
		return d
	}
	d.report = border.Validate(d.division)
	d.report.Findings = append(layer.Problems, d.report.Findings...)
	return d
}

// takeBorders adds the borders of a file to the geography.
func (r *Run) takeBorders(b BorderDecl, d drawn) error {
	if d.err != nil {
		return d.err
	}
	r.check(b.File, d.report)
	if n := d.report.Faults(); n > 0 && b.AcceptFaults == (Text{}) {
		return fmt.Errorf("%s has %d faults in the borders, so that it is unclear what lies where; the first: %s; mend the file, or declare accept_faults with the reason why it is good enough", b.File, n, firstFault(d.report))
	}
	// Without a key, the areas are those of the borders. With one, the borders are put on its areas. Kommuner and län have no vintage here,
	// and a map of them that lacks an area must say so.
	id := d.division.ID
	known, err := r.Geography.Division(id)
	if err != nil {
		return r.Geography.Add(d.division)
	}
	borders := areaBorders(d.division)
	if missing := known.Len() - len(borders); missing > 0 && b.Partial == (Text{}) {
		return fmt.Errorf("%d of %d %s have no border here; declare partial, with the reason, if that is meant", missing, known.Len(), id.Title())
	}
	full, err := known.WithBorders(borders)
	if err != nil {
		return err
	}
	return r.Geography.Add(full)
}

// dissolve makes the borders of a division from finer ones; errNothingFiner says that there are none yet.
func (r *Run) dissolve(name string) (d drawn) {
	to, err := area.ParseID(name)
	if err != nil {
		return drawn{err: err}
	}
	from, err := r.finer(to)
	if err != nil {
		return drawn{err: err}
	}
	d.division, d.report, d.err = border.Dissolve(r.Geography, from, to)
	return d
}

// finer is the division with the most borders that a coarser one can be dissolved from.
func (r *Run) finer(to area.ID) (area.ID, error) {
	var best area.ID
	most := 0
	for _, id := range r.Geography.IDs() {
		d, err := r.Geography.Division(id)
		if err != nil || id == to || d.Bordered() <= most {
			continue
		}
		target, err := r.Geography.Division(to)
		if err != nil {
			return best, err
		}
		if _, err := r.Geography.Parents(id, to); err == nil && d.Len() > target.Len() {
			best, most = id, d.Bordered()
		}
	}
	if most == 0 {
		return best, errNothingFiner
	}
	return best, nil
}

// firstFault is the first of the findings that make borders unfit for use.
func firstFault(report *border.Report) string {
	for _, f := range report.Findings {
		if rule, ok := border.RuleOf(f.Rule); ok && rule.Fault {
			return f.Text
		}
	}
	return ""
}

// find keeps what was wrong in a file.
func (r *Run) find(where string, findings []border.Finding) {
	for _, f := range findings {
		r.Findings = append(r.Findings, Finding{Where: where, Rule: f.Rule, Text: f.Text})
	}
}

// check keeps a summary of a report on borders: how many findings of each rule, and the first of each.
func (r *Run) check(where string, report *border.Report) {
	seen := map[string]bool{}
	for _, f := range report.Findings {
		if seen[f.Rule] {
			continue
		}
		seen[f.Rule] = true
		text := f.Text
		if n := report.Count(f.Rule); n > 1 {
			text = fmt.Sprintf("%d such findings, the first: %s", n, f.Text)
		}
		r.Findings = append(r.Findings, Finding{Where: where, Rule: f.Rule, Text: text})
	}
}

func compareFindings(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Where, b.Where), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Text, b.Text))
}

// areaBorders are the borders of a division by code.
func areaBorders(d *area.Division) map[string]orb.MultiPolygon {
	out := map[string]orb.MultiPolygon{}
	for i := range d.Len() {
		if a := d.At(i); a.Border != nil {
			out[a.Code] = a.Border
		}
	}
	return out
}
