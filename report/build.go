package report

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// Options say of what a report is made, beside the plan.
type Options struct {
	Lang     string           // "sv" or "en"; Swedish when empty
	Files    fs.FS            // the project's folder, where the author's texts stand
	Previous *edition.Edition // the edition of the report before, if there was one
}

// A builder makes one document.
type builder struct {
	*tables
	lang     string
	plan     Plan
	manifest edition.Manifest
	files    fs.FS
	previous *edition.Edition
	doc      *Document
	problems []error
	warnings []string
	pending  []pending
	placed   map[string]bool // figures and tables of the plan
}

// pending is a reference to something in the report, whose number is known when all of it is there.
type pending struct {
	word, name string
	r          *reader
	at         int
}

// Make makes a report of an edition. The error joins all that is wrong, a [*Problem] for each place in an author's text; nothing is left out quietly.
func Make(ed *edition.Edition, plan Plan, o Options) (*Document, error) {
	o.Lang = cmp.Or(o.Lang, "sv")
	if o.Lang != "sv" && o.Lang != "en" {
		return nil, fmt.Errorf("report: there is no language %q; there are sv and en", o.Lang)
	}
	b := &builder{tables: &tables{ed, map[string]*cube.Cube{}}, lang: o.Lang, plan: plan, manifest: ed.Manifest(), files: o.Files, previous: o.Previous, placed: map[string]bool{}}
	m := b.manifest
	b.doc = &Document{Lang: o.Lang, Title: plan.Title.In(o.Lang), Subtitle: plan.Subtitle.In(o.Lang), Agency: m.Agency, Reference: m.Reference, Date: plan.Date, Edition: ed.ID(), Synthetic: m.Synthetic}
	if b.doc.Title == "" {
		b.doc.Title = m.Title.In(o.Lang)
	}
	at := 0
	for _, chapter := range []func(){b.summary, b.assignment, b.done, b.results, b.chapters, func() { at = len(b.doc.Blocks) }, b.next, b.money, b.literature, b.method, b.protection} {
		chapter()
	}
	// What has changed is about every number in the text, so it is written last.
	rest := slices.Clone(b.doc.Blocks[at:])
	b.doc.Blocks = b.doc.Blocks[:at]
	b.changed()
	b.doc.Blocks = append(b.doc.Blocks, rest...)
	b.count()
	b.resolve()
	for _, name := range b.unplaced() {
		b.warnings = append(b.warnings, fmt.Sprintf("%s is declared under report and stands nowhere: place it with {{%s}} alone in a paragraph", name, name))
	}
	b.doc.Warnings = b.warnings
	if len(b.problems) > 0 {
		return nil, errors.Join(b.problems...)
	}
	return b.doc, nil
}

func (b *builder) say(key string) string { return words[key].In(b.lang) }

func (b *builder) add(blocks ...Block) { b.doc.Blocks = append(b.doc.Blocks, blocks...) }

// failed notes what is wrong outside an author's text.
func (b *builder) failed(err error) {
	if err != nil {
		b.problems = append(b.problems, err)
	}
}

func runs(text string) []Run { return []Run{{Text: text}} }

func (b *builder) heading(level int, id, text string) {
	b.add(Heading{Level: level, ID: id, Runs: runs(text)})
}

// in is a text in the report's language; where there is none, the other one's, marked so.
func (b *builder) in(t cube.Text) []Run {
	r := Run{Text: t.In(b.lang)}
	switch {
	case b.lang == "sv" && t.SV == "" && t.EN != "":
		r.Lang = "en"
	case b.lang == "en" && t.EN == "" && t.SV != "":
		r.Lang = "sv"
	}
	return []Run{r}
}

func (b *builder) paragraph(t cube.Text) {
	if t.In(b.lang) != "" {
		b.add(Paragraph{Runs: b.in(t)})
	}
}

// chapters are the author's own.
func (b *builder) chapters() {
	for _, s := range b.plan.Chapters {
		blocks := b.text(s, true)
		if len(blocks) == 0 {
			continue
		}
		if h, ok := blocks[0].(Heading); !ok || h.Level != 1 {
			b.problems = append(b.problems, &Problem{s.in(b.lang), 1, 1, errors.New("a chapter begins with its heading: # Heading")})
			continue
		}
		b.add(blocks...)
	}
}

// number is the number that a reference asks for.
func (b *builder) number(inside string) (*Statement, error) {
	if inside == "edition" || inside == "reference" {
		return &Statement{Text: map[string]string{"edition": b.doc.Edition, "reference": b.doc.Reference}[inside]}, nil
	}
	if s, err := stated(b.manifest, inside, b.lang); s != nil || err != nil {
		return b.keep(s), err
	}
	q, err := parseQuestion(inside)
	if err != nil {
		return nil, err
	}
	s, err := b.answer(q, b.lang)
	return b.keep(s), err
}

func (b *builder) keep(s *Statement) *Statement {
	if s != nil {
		b.doc.Statements = append(b.doc.Statements, s)
	}
	return s
}

// cell is a cell of a table of the edition as runs: its value, or the sign in its place.
func (b *builder) cell(c *cube.Cube, row, m int) (picture.Figure, Run) {
	meas := c.Measures()[m]
	f := picture.NewFigure(c.Cell(row, m), meas, b.lang)
	r := Run{Text: f.Text}
	if c.Cell(row, m).Status.HasValue() {
		r.From = b.keep(&Statement{Reference: cellReference(c, row, m), Format: "plain", Text: f.Text})
	}
	return f, r
}

// each gives every run of the blocks to f, which may change it.
func each(blocks []Block, f func(*Run)) {
	all := func(runs []Run) {
		for i := range runs {
			f(&runs[i])
		}
	}
	for _, block := range blocks {
		switch block := block.(type) {
		case Heading:
			all(block.Runs)
		case Paragraph:
			all(block.Runs)
		case Quote:
			each(block.Blocks, f)
		case List:
			for _, item := range block.Items {
				each(item, f)
			}
		case *Grid:
			for _, g := range block.Blocks {
				for _, row := range g.Rows {
					for _, field := range row {
						all(field.Runs)
					}
				}
			}
		}
	}
}

// count numbers headings, figures and tables in the order they stand in.
func (b *builder) count() {
	var at [5]int
	appendix := false
	appendices := 0
	taken := map[string]bool{}
	for i, block := range b.doc.Blocks {
		switch block := block.(type) {
		case Heading:
			if block.Level == 1 {
				appendix = block.Appendix
			}
			at[block.Level]++
			for l := block.Level + 1; l < len(at); l++ {
				at[l] = 0
			}
			switch {
			case appendix && block.Level == 1:
				appendices++
				block.Number = fmt.Sprintf("%s %d", b.say("appendix"), appendices)
			case appendix || block.Level > 3 || unnumbered[block.ID]:
				if block.Level == 1 {
					at[1]--
				}
			default:
				var parts []string
				for l := 1; l <= block.Level; l++ {
					parts = append(parts, fmt.Sprint(at[l]))
				}
				block.Number = strings.Join(parts, ".")
			}
			if block.ID == "" {
				block.ID = slug(plain(block.Runs))
			}
			id := block.ID
			for n := 2; taken[id]; n++ {
				id = fmt.Sprintf("%s-%d", block.ID, n)
			}
			block.ID, taken[id] = id, true
			b.doc.Blocks[i] = block
		case *Drawing:
			b.doc.Drawings = append(b.doc.Drawings, block)
			block.Number = len(b.doc.Drawings)
		case *Grid:
			if block.Caption != "" {
				b.doc.Grids = append(b.doc.Grids, block)
				block.Number = len(b.doc.Grids)
			}
		}
	}
}

// unnumbered are the chapters whose heading has no number.
var unnumbered = map[string]bool{"literature": true}

// slug is an identifier made of a heading.
func slug(s string) string {
	var out strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			out.WriteRune(r)
		case r == 'å' || r == 'ä':
			out.WriteByte('a')
		case r == 'ö':
			out.WriteByte('o')
		case out.Len() > 0 && !strings.HasSuffix(out.String(), "-"):
			out.WriteByte('-')
		}
	}
	return "s-" + strings.Trim(out.String(), "-")
}

// resolve fills in what waits for a number.
func (b *builder) resolve() {
	names := map[string]Run{}
	var known []string
	put := func(name, to, text string) {
		if name != "" {
			names[name] = Run{Text: text, To: to}
			known = append(known, name)
		}
	}
	for _, d := range b.doc.Drawings {
		put(d.Name, fmt.Sprintf("figure-%d", d.Number), fmt.Sprintf("%s\u00a0%d", strings.ToLower(b.say("figure")), d.Number))
	}
	for _, g := range b.doc.Grids {
		put(g.Name, fmt.Sprintf("table-%d", g.Number), fmt.Sprintf("%s\u00a0%d", strings.ToLower(b.say("table")), g.Number))
	}
	for _, block := range b.doc.Blocks {
		if h, ok := block.(Heading); ok {
			text := strings.ToLower(h.Number)
			if h.Number == "" {
				text = plain(h.Runs)
			} else if !h.Appendix {
				text = b.say("section") + "\u00a0" + h.Number
			}
			put(h.ID, h.ID, strings.ReplaceAll(text, " ", "\u00a0"))
		}
	}
	var keys []string
	for _, l := range b.plan.References {
		keys = append(keys, l.Key)
	}
	each(b.doc.Blocks, func(r *Run) {
		if r.waits == 0 {
			return
		}
		p := b.pending[r.waits-1]
		if p.word != "cite" {
			found, ok := names[p.name]
			switch {
			case ok:
			case slices.Contains(b.unplaced(), "figure "+p.name) || slices.Contains(b.unplaced(), "table "+p.name):
				p.r.problem(p.at, "{{ref %s}}: it is declared and stands nowhere in the report; place it with {{figure %s}} or {{table %s}} alone in a paragraph", p.name, p.name, p.name)
			case b.placed["figure "+p.name] || b.placed["table "+p.name]: // what is wrong with it has been told
			default:
				p.r.problem(p.at, "{{ref %s}}: nothing in the report is called %q; %s", p.name, p.name, nearest(p.name, known))
			}
			r.Text, r.To = found.Text, found.To
			if p.word == "Ref" && r.Text != "" {
				r.Text = strings.ToUpper(r.Text[:1]) + r.Text[1:]
			}
			return
		}
		at := slices.Index(keys, p.name)
		if at < 0 {
			p.r.problem(p.at, "{{cite %s}}: no work of that key is declared under report.references; %s", p.name, nearest(p.name, keys))
			return
		}
		n := slices.IndexFunc(b.doc.Works, func(w Work) bool { return w.ID == "work-"+p.name })
		if n < 0 {
			l := b.plan.References[at]
			n = len(b.doc.Works)
			b.doc.Works = append(b.doc.Works, Work{n + 1, "work-" + l.Key, l.Text.In(b.lang), l.Address})
		}
		r.Text, r.To = fmt.Sprintf("[%d]", n+1), "work-"+p.name
	})
	each(b.doc.Blocks, func(r *Run) {
		if r.To == "" || r.waits > 0 || strings.HasPrefix(r.To, "work-") {
			return
		}
		if found, ok := names[r.To]; ok {
			r.To = found.To
		} else {
			b.problems = append(b.problems, fmt.Errorf("report: a link leads to #%s, and nothing in the report is called so; %s", r.To, nearest(r.To, known)))
		}
	})
}

// unplaced are the declared figures and tables that no text places.
func (b *builder) unplaced() (out []string) {
	for _, f := range b.plan.Figures {
		if !b.placed["figure "+f.Name] {
			out = append(out, "figure "+f.Name)
		}
	}
	for _, t := range b.plan.Tables {
		if !b.placed["table "+t.Name] {
			out = append(out, "table "+t.Name)
		}
	}
	return out
}
