package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// changed tells what is not as in the edition before: which tables, why, and which numbers of the text.
func (b *builder) changed() {
	if b.previous == nil {
		return
	}
	b.heading(1, "changed", b.say("changed"))
	if b.previous.ID() == b.ed.ID() {
		b.add(Paragraph{Runs: runs(b.say("same-edition"))})
		return
	}
	b.add(Paragraph{Runs: runs(fmt.Sprintf(b.say("changed-intro"), b.previous.ID(), b.ed.ID()))})
	b.changedTables()
	b.changedNumbers()
}

func (b *builder) changedTables() {
	before, now := b.previous.Manifest(), b.manifest
	var names []string
	for _, t := range slices.Concat(now.Tables, before.Tables) {
		if !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	old := &tables{b.previous, map[string]*cube.Cube{}}
	g := &Grid{Name: "changed-tables", Caption: b.say("changed-tables"), Heads: []Head{{Text: b.say("table")}, {Text: b.say("change")}, {b.say("values-changed"), true}, {Text: b.say("why")}}}
	var rows [][]Field
	for _, name := range names {
		was, is := tableInfo(before, name), tableInfo(now, name)
		switch {
		case was == nil:
			rows = append(rows, texts(is.Title.In(b.lang)+" ("+name+")", b.say("new-table"), "", ""))
			continue
		case is == nil:
			rows = append(rows, texts(was.Title.In(b.lang)+" ("+name+")", b.say("gone-table"), "", ""))
			continue
		}
		a, err := old.get(name)
		if err != nil {
			b.failed(fmt.Errorf("report: the edition before: %w", err))
			return
		}
		z, err := b.ed.Table(name) // not get: what only this chapter reads is not shown
		if err != nil {
			b.failed(fmt.Errorf("report: %w", err))
			return
		}
		differ, common := differences(a, z)
		why := b.why(before, now, was, is, a, z)
		if differ == 0 && len(why) == 0 {
			continue
		}
		if len(why) == 0 {
			why = []string{b.say("unknown-why")}
		}
		count := fmt.Sprintf(b.say("cells-changed"), picture.Number(float64(differ), 0, b.lang), picture.Number(float64(common), 0, b.lang))
		row := texts(is.Title.In(b.lang)+" ("+name+")", b.say("changed-table"), count, strings.Join(why, ", "))
		row[2].Number = true
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		b.add(Paragraph{Runs: runs(b.say("nothing-changed"))})
		return
	}
	g.Blocks = []GridBlock{{Rows: rows}}
	b.add(g)
}

func tableInfo(m edition.Manifest, name string) *edition.TableInfo {
	for i := range m.Tables {
		if m.Tables[i].Name == name {
			return &m.Tables[i]
		}
	}
	return nil
}

// differences counts the cells that both tables have and that say something else.
func differences(a, z *cube.Cube) (differ, common int) {
	if !slices.Equal(a.DimNames(), z.DimNames()) {
		return 0, 0
	}
	for row := range z.Len() {
		codes := make([]string, len(z.Dims()))
		for d := range codes {
			codes[d] = z.Code(row, d)
		}
		if a.Find(codes...) < 0 {
			continue
		}
		for m, meas := range z.Measures() {
			if a.MeasureIndex(meas.Name) < 0 {
				continue
			}
			common++
			x, y := a.Get(meas.Name, codes...), z.Cell(row, m)
			if x.Status.HasValue() != y.Status.HasValue() || x.Status.HasValue() && (x.Value != y.Value || x.Status != y.Status) {
				differ++
			}
		}
	}
	return differ, common
}

// why names what is another than before, of what a table is made of.
func (b *builder) why(before, now edition.Manifest, was, is *edition.TableInfo, a, z *cube.Cube) (out []string) {
	add := func(differs bool, key string) {
		if differs {
			out = append(out, b.say(key))
		}
	}
	sources := func(l cube.Lineage) map[string]string {
		m := map[string]string{}
		for _, s := range l.Sources {
			m[s.Name] = s.SHA256 + " " + s.Updated
		}
		return m
	}
	add(!reflect.DeepEqual(sources(was.Lineage), sources(is.Lineage)), "change-data")
	add(!slices.Equal(periods(a), periods(z)), "of-years")
	borders := func(m edition.Manifest, t *edition.TableInfo) (ids []string) {
		for _, d := range t.Dims {
			if d.Role == cube.Area {
				id := area.ID{Kind: area.Kind(d.Kind), Vintage: d.Vintage}
				sum := ""
				for _, f := range m.Files {
					if f.Name == edition.DivisionFile(id) {
						sum = f.SHA256
					}
				}
				ids = append(ids, id.String()+" "+sum)
			}
		}
		return ids
	}
	add(!slices.Equal(borders(before, was), borders(now, is)), "change-borders")
	method := !slices.Equal(was.Lineage.Steps, is.Lineage.Steps) || !reflect.DeepEqual(was.Measures, is.Measures)
	if slices.ContainsFunc(is.Dims, func(d edition.DimInfo) bool { return d.Role == cube.Type }) {
		method = method || methodText(before, "types") != methodText(now, "types")
	}
	add(method, "change-method")
	policy := func(m edition.Manifest, t *edition.TableInfo) string {
		var p struct{ Policy, Version string }
		if json.Unmarshal(t.Protection, &p) != nil {
			return string(t.Protection)
		}
		// The rules of a policy of the same name may have changed.
		var all []json.RawMessage
		_ = json.Unmarshal(m.Policy, &all) // an edition without one has none
		for _, rule := range all {
			var name struct{ Name string }
			if json.Unmarshal(rule, &name) == nil && name.Name == p.Policy {
				var tidy bytes.Buffer
				if json.Compact(&tidy, rule) == nil {
					return p.Policy + p.Version + tidy.String()
				}
			}
		}
		return p.Policy + p.Version
	}
	add(policy(before, was) != policy(now, is), "change-protection")
	return out
}

func methodText(m edition.Manifest, name string) cube.Text {
	for _, x := range m.Methods {
		if x.Name == name {
			return x.Text
		}
	}
	return cube.Text{}
}

func periods(c *cube.Cube) (out []string) {
	for d, dim := range c.Dims() {
		if dim.Role == cube.Time {
			out = append(out, members(c, d)...)
		}
	}
	return out
}

// changedNumbers lists the numbers of the author's texts that the edition before tells otherwise.
func (b *builder) changedNumbers() {
	old := &tables{b.previous, map[string]*cube.Cube{}}
	g := &Grid{Name: "changed-figures", Caption: b.say("changed-figures"), Heads: []Head{{Text: b.say("what")}, {b.say("was"), true}, {b.say("is"), true}}}
	var rows [][]Field
	seen := map[string]bool{}
	for _, s := range slices.Clone(b.doc.Statements) {
		key := s.Reference + "|" + s.Format
		if !s.prose || s.Reference == "" || seen[key] || !strings.Contains(s.Reference, "[") {
			continue // what has no bracket is of the assignment, not of a cell
		}
		seen[key] = true
		written := s.Reference
		if s.Format != "" {
			written += "|" + s.Format
		}
		q, err := parseQuestion(written)
		if err != nil {
			b.failed(fmt.Errorf("report: %s: %w", written, err))
			continue
		}
		text := b.say("not-there")
		var from *Statement
		if was, err := old.answer(q, b.lang); err == nil {
			if was.Text == s.Text {
				continue
			}
			was.Edition = b.previous.ID()
			from, text = was, was.Text
		}
		rows = append(rows, []Field{{Runs: runs(b.describe(q)), Head: true}, {Runs: []Run{{Text: text, From: from}}, Number: true}, {Runs: []Run{{Text: s.Text, From: s}}, Number: true}})
	}
	if len(rows) == 0 {
		b.add(Paragraph{Runs: runs(b.say("no-figure-changed"))})
		return
	}
	g.Blocks = []GridBlock{{Rows: rows}}
	b.add(g)
}

// describe says in words what a question asks for.
func (b *builder) describe(q question) string {
	one := func(t *term) string {
		c, err := b.named(t.table)
		if err != nil {
			return t.table
		}
		m := c.MeasureIndex(t.measure)
		if m < 0 {
			return t.table
		}
		var parts []string
		for _, dim := range t.dims {
			for _, code := range t.codes[dim] {
				if code != cube.Total {
					parts = append(parts, label(*c.Dim(dim), code, b.lang))
				}
			}
		}
		text := cmp.Or(c.Title.In(b.lang), c.Name) + ": " + lower(c.Measures()[m].Title.In(b.lang))
		if len(parts) > 0 {
			text += " (" + strings.Join(parts, ", ") + ")"
		}
		return text
	}
	text := one(q.of)
	if q.over != nil {
		text += " / " + one(q.over)
	}
	return text
}
