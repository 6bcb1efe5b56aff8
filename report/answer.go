package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// put puts an author's text where it is.
func (b *builder) put(s Source) { b.add(b.text(s, false)...) }

func (b *builder) summary() {
	b.heading(1, "summary", b.say("summary"))
	b.put(b.plan.Summary)
	b.overview()
}

// texts is a row of a table without numbers.
func texts(parts ...string) []Field {
	row := make([]Field, len(parts))
	for i, p := range parts {
		row[i] = Field{Runs: runs(p), Head: i == 0}
	}
	return row
}

func heads(names ...string) (out []Head) {
	for _, n := range names {
		out = append(out, Head{Text: n})
	}
	return out
}

func (b *builder) assignment() {
	m, a := b.manifest, b.manifest.Assignment
	b.heading(1, "assignment", b.say("assignment"))
	b.paragraph(m.Task)
	if a != nil && a.Giver != (cube.Text{}) {
		text := fmt.Sprintf(b.say("given-by"), a.Giver.In(b.lang))
		if a.Given != "" {
			text = fmt.Sprintf(b.say("given-on"), a.Giver.In(b.lang), day(a.Given, b.lang))
		}
		b.add(Paragraph{Runs: runs(text)})
	}
	b.put(b.plan.Assignment)
	if a == nil || len(a.Deadlines) == 0 {
		return
	}
	g := &Grid{Name: "deadlines", Caption: b.say("deadlines"), Heads: heads(b.say("what"), b.say("last-day"), b.say("to-whom"), b.say("done-on"))}
	var rows [][]Field
	for _, d := range a.Deadlines {
		done := b.say("not-yet")
		if d.Done != "" {
			done = day(d.Done, b.lang)
		}
		rows = append(rows, texts(cmp.Or(d.Title.In(b.lang), d.Name), day(d.By, b.lang), cmp.Or(d.To.In(b.lang), b.say("not-yet")), done))
	}
	g.Blocks = []GridBlock{{Rows: rows}}
	b.add(g)
}

func (b *builder) done() {
	b.heading(1, "done", b.say("done"))
	b.put(b.plan.Done)
	var rows [][]Field
	seen := map[string]bool{}
	for _, t := range b.manifest.Tables {
		for _, s := range t.Lineage.Sources {
			if seen[s.Name] {
				continue
			}
			seen[s.Name] = true
			publisher := cmp.Or(s.Publisher, b.say("own-register"))
			if s.Synthetic && s.Publisher == "" {
				publisher = b.say("synthetic-register")
			}
			rows = append(rows, texts(s.Name, publisher, cmp.Or(s.Updated, b.say("not-yet")), cmp.Or(s.Licence, b.say("not-yet"))))
		}
	}
	if len(rows) == 0 {
		return
	}
	b.add(Heading{Level: 2, ID: "sources", Runs: runs(b.say("sources"))}, Paragraph{Runs: runs(b.say("sources-intro"))},
		&Grid{Name: "sources", Caption: b.say("sources"), Heads: heads(b.say("source"), b.say("publisher"), b.say("updated"), b.say("licence")), Blocks: []GridBlock{{Rows: rows}}})
}

// named is what a code of an assessment is called.
func named(all []edition.Named, code, lang string) string {
	for _, n := range all {
		if n.Code == code {
			return cmp.Or(n.Title.In(lang), code)
		}
	}
	return code
}

func verdict(code, lang string) string { return named(edition.Verdicts(), code, lang) }

// overview is the final verdicts at a glance: tools by uses, for each process.
func (b *builder) overview() {
	a := b.manifest.Assessment
	if a == nil || len(a.Items) == 0 {
		return
	}
	g := &Grid{Name: "verdicts", Caption: b.say("verdicts"), Heads: heads(b.say("tool"))}
	for _, u := range a.Uses {
		g.Heads = append(g.Heads, Head{Text: cmp.Or(u.Title.In(b.lang), u.Code)})
	}
	for _, p := range a.Processes {
		block := GridBlock{Title: cmp.Or(p.Title.In(b.lang), p.Code)}
		for _, t := range a.Tools {
			row := texts(cmp.Or(t.Title.In(b.lang), t.Code))
			some := false
			for _, u := range a.Uses {
				text := b.say("not-yet")
				for _, i := range a.Items {
					if i.Process == p.Code && i.Tool == t.Code && i.Use == u.Code {
						some, text = true, verdict(i.Final(), b.lang)
						if i.Judgement != nil {
							text += " *"
						}
					}
				}
				row = append(row, Field{Runs: runs(text)})
			}
			if some {
				block.Rows = append(block.Rows, row)
			}
		}
		if len(block.Rows) > 0 {
			g.Blocks = append(g.Blocks, block)
		}
	}
	if slices.ContainsFunc(a.Items, func(i edition.Item) bool { return i.Judgement != nil }) {
		g.Notes = append(g.Notes, b.say("star-is-own"))
	}
	b.add(g)
}

// results are the verdicts with what they rest on, by use and process.
func (b *builder) results() {
	a := b.manifest.Assessment
	b.heading(1, "results", b.say("results"))
	b.put(b.plan.Results)
	if a == nil || len(a.Items) == 0 {
		if b.plan.Results.in(b.lang) == "" {
			b.add(Paragraph{Runs: runs(b.say("no-assessment"))})
		}
		return
	}
	b.add(Paragraph{Runs: runs(b.say("verdicts-intro"))})
	for _, n := range a.Notes {
		b.add(Paragraph{Runs: b.in(n), Class: "note"})
	}
	for _, u := range a.Uses {
		items := slices.DeleteFunc(slices.Clone(a.Items), func(i edition.Item) bool { return i.Use != u.Code })
		if len(items) == 0 {
			continue
		}
		b.heading(2, "use-"+u.Code, cmp.Or(u.Title.In(b.lang), u.Code))
		b.paragraph(u.Text)
		for _, p := range a.Processes {
			under := slices.DeleteFunc(slices.Clone(items), func(i edition.Item) bool { return i.Process != p.Code })
			if len(under) == 0 {
				continue
			}
			b.heading(3, "use-"+u.Code+"-"+p.Code, cmp.Or(p.Title.In(b.lang), p.Code))
			b.paragraph(p.Text)
			for _, i := range under {
				b.item(a, i)
			}
			b.evidence(a, under)
		}
	}
}

// item is one verdict: measured, judged, what is in the way.
func (b *builder) item(a *edition.Assessment, i edition.Item) {
	tool := named(a.Tools, i.Tool, b.lang)
	line := []Run{{Text: tool + ". ", Strong: true}, {Text: b.say("measured-as") + " " + lower(verdict(i.Verdict, b.lang)) + "."}}
	b.add(Paragraph{Runs: line, Class: "item"})
	if j := i.Judgement; j != nil {
		how := b.say("judged-by")
		if j.Verdict == i.Verdict {
			how = b.say("judged-same")
		}
		text := fmt.Sprintf(how, j.By, lower(verdict(j.Verdict, b.lang)))
		b.add(Paragraph{Runs: append([]Run{{Text: text + " " + b.say("reason") + " "}}, b.in(j.Reason)...), Class: "more"})
	}
	for _, part := range []struct {
		label string
		text  cube.Text
	}{{b.say("obstacle"), i.Obstacle}, {b.say("remedy"), i.Remedy}} {
		if part.text.In(b.lang) != "" {
			b.add(Paragraph{Runs: append([]Run{{Text: part.label + " ", Emph: true}}, b.in(part.text)...), Class: "more"})
		}
	}
}

// evidence is what the verdicts on a use in a process rest on: each number is a cell of the edition.
func (b *builder) evidence(a *edition.Assessment, items []edition.Item) {
	use, process := named(a.Uses, items[0].Use, b.lang), named(a.Processes, items[0].Process, b.lang)
	g := &Grid{Name: "evidence-" + items[0].Use + "-" + items[0].Process, Caption: fmt.Sprintf(b.say("evidence-for"), lower(use), lower(process)),
		Heads: []Head{{Text: b.say("evidence")}, {b.say("value"), true}, {b.say("threshold"), true}, {Text: b.say("weight")}, {Text: b.say("outcome")}}}
	for _, i := range items {
		if block := (GridBlock{named(a.Tools, i.Tool, b.lang), b.evidenceRows(g, i)}); len(block.Rows) > 0 {
			g.Blocks = append(g.Blocks, block)
		}
	}
	if len(g.Blocks) > 0 {
		b.add(g)
	}
}

func (b *builder) evidenceRows(g *Grid, i edition.Item) (rows [][]Field) {
	for _, e := range i.Evidence {
		c, err := b.named(e.Table)
		if err != nil {
			b.failed(fmt.Errorf("report: evidence %s: %w", e.Kind, err))
			continue
		}
		codes := make([]string, len(c.Dims()))
		for d, dim := range c.Dims() {
			codes[d] = e.At[dim.Name]
		}
		row, m := c.Find(codes...), c.MeasureIndex(e.Measure)
		if row < 0 || m < 0 {
			b.failed(fmt.Errorf("report: evidence %s points at no cell of %s", e.Kind, e.Table))
			continue
		}
		var any bool
		value := b.field(g, c, row, m, true, &any)
		meas := c.Measures()[m]
		if c.Cell(row, m).Status.HasValue() {
			value.Runs = append(value.Runs, Run{Text: unitAfter(meas, b.lang)})
		}
		how := b.say("at-least")
		if e.Thresholds.Less {
			how = b.say("at-most")
		}
		limits := how + " " + limit(e.Thresholds.Supports, meas, b.lang) + " / " + limit(e.Thresholds.Conditions, meas, b.lang) + unitAfter(meas, b.lang)
		decisive := b.say("no")
		if e.Decisive {
			decisive = b.say("yes")
		}
		rows = append(rows, []Field{{Runs: runs(cmp.Or(e.Title.In(b.lang), e.Kind)), Head: true}, value, {Runs: runs(limits), Number: true}, {Runs: runs(decisive)}, {Runs: runs(verdict(e.Verdict, b.lang))}})
	}
	return rows
}

// limit is a threshold with no more decimals than it needs.
func limit(v float64, m cube.Measure, lang string) string {
	for m.Decimals > 0 && picture.Shown(v, m) == picture.Rounded(picture.Shown(v, m), m.Decimals-1) {
		m.Decimals--
	}
	return picture.Amount(v, m, lang)
}

func lower(s string) string {
	r := []rune(s)
	if len(r) > 1 && strings.ToUpper(string(r[1])) == string(r[1]) && strings.ToLower(string(r[1])) != string(r[1]) {
		return s // an abbreviation
	}
	if len(r) > 0 {
		r[0] = []rune(strings.ToLower(string(r[0])))[0]
	}
	return string(r)
}

func (b *builder) next() {
	if b.plan.Next.in(b.lang) == "" {
		return
	}
	b.heading(1, "next", b.say("next"))
	b.put(b.plan.Next)
}

func (b *builder) money() {
	b.heading(1, "money", b.say("money"))
	a := b.manifest.Assignment
	if a == nil || a.Money == nil {
		b.add(Paragraph{Runs: runs(b.say("no-money"))})
		return
	}
	m := a.Money
	b.paragraph(m.Note)
	g := &Grid{Name: "money", Caption: b.say("money"), Heads: []Head{{Text: b.say("what")}, {b.say("amount"), true}}}
	amount := func(name string, v int64, known bool) Field {
		if !known {
			return Field{Runs: runs(b.say("not-known")), Number: true}
		}
		text := kronor(v, m, b.lang)
		return Field{Runs: []Run{{Text: text, From: b.keep(&Statement{Reference: name, Text: text})}}, Number: true}
	}
	rows := [][]Field{{{Runs: runs(b.say("granted")), Head: true}, amount("money.granted", m.Granted, true)}}
	used := int64(0)
	if m.Used != nil {
		used = *m.Used
	}
	rows = append(rows, []Field{{Runs: runs(b.say("used")), Head: true}, amount("money.used", used, m.Used != nil)})
	for k, c := range m.Costs {
		rows = append(rows, []Field{{Runs: runs(fmt.Sprintf(b.say("of-which"), lower(c.Title.In(b.lang)))), Head: true}, amount(fmt.Sprintf("money.costs.%d", k+1), c.Amount, true)})
	}
	repaid, known := m.Repaid()
	rows = append(rows, []Field{{Runs: []Run{{Text: b.say("repaid"), Strong: true}}, Head: true}, amount("money.repaid", repaid, known)})
	g.Blocks = []GridBlock{{Rows: rows}}
	b.add(g)
	if m.RepayBy != "" {
		to := ""
		if m.RepayTo.In(b.lang) != "" {
			to = fmt.Sprintf(b.say("repay-to"), m.RepayTo.In(b.lang))
		}
		b.add(Paragraph{Runs: runs(fmt.Sprintf(b.say("repay"), day(m.RepayBy, b.lang), to))})
	}
}

// literature is the list of works; which they are is known when all references have been seen.
func (b *builder) literature() {
	if len(b.plan.References) > 0 {
		b.heading(1, "literature", b.say("literature"))
		b.add(WorkList{})
	}
}

func (b *builder) appendix(id string) {
	b.add(Heading{Level: 1, ID: id, Appendix: true, Runs: runs(b.say(id))})
}

// method is how it was done, what to bear in mind, and what the signs mean.
func (b *builder) method() {
	b.appendix("method")
	b.put(b.plan.Method)
	b.add(Paragraph{Runs: runs(b.say("methods-intro"))})
	for _, m := range b.manifest.Methods {
		b.heading(2, "method-"+m.Name, m.Title.In(b.lang))
		class := ""
		for _, part := range strings.Split(m.Text.In(b.lang), "\n") {
			if part = strings.TrimSpace(part); part != "" {
				b.add(Paragraph{Runs: runs(part), Class: class})
				class = "more"
			}
		}
	}
	b.kinds()
	b.cautions()
}

// kinds tell what each kind of evidence measures, from its documentation value.
func (b *builder) kinds() {
	a := b.manifest.Assessment
	if a == nil || len(a.Kinds) == 0 {
		return
	}
	b.heading(2, "kinds", b.say("kinds"))
	for _, k := range a.Kinds {
		b.add(Paragraph{Runs: append([]Run{{Text: cmp.Or(k.Title.In(b.lang), k.Name) + ". ", Strong: true}}, b.in(k.Text)...), Class: "item"})
		for _, p := range k.Parts(b.lang) {
			b.add(Paragraph{Runs: runs(p.String()), Class: "more"})
		}
	}
}

// cautions are the warnings of the tables that the report shows, each once.
func (b *builder) cautions() {
	type caution struct {
		text   cube.Text
		tables []string
	}
	var all []caution
	for _, t := range b.manifest.Tables {
		if b.read[t.Name] == nil {
			continue
		}
		for _, w := range t.Warnings {
			at := slices.IndexFunc(all, func(c caution) bool { return c.text == w.Text })
			if at < 0 {
				at = len(all)
				all = append(all, caution{text: w.Text})
			}
			all[at].tables = append(all[at].tables, t.Name)
		}
	}
	if len(all) == 0 && len(b.manifest.Notes) == 0 {
		return
	}
	b.heading(2, "cautions", b.say("cautions"))
	l := List{}
	for _, n := range b.manifest.Notes {
		l.Items = append(l.Items, []Block{Paragraph{Runs: b.in(n)}})
	}
	for _, c := range all {
		l.Items = append(l.Items, []Block{Paragraph{Runs: append(b.in(c.text), Run{Text: " (" + fmt.Sprintf(b.say("tables-of"), strings.Join(c.tables, ", ")) + ")"})}})
	}
	b.add(l)
}

// protection is which records were left out, and how confidential cells were protected.
func (b *builder) protection() {
	b.appendix("protection")
	b.heading(2, "residuals", b.say("residuals"))
	b.add(Paragraph{Runs: runs(b.say("residuals-intro"))})
	none := true
	for _, t := range b.manifest.Tables {
		if !strings.HasPrefix(t.Name, "account_") || len(t.Dims) != 1 {
			continue
		}
		none = false
		b.whole(t.Name)
	}
	if none {
		b.add(Paragraph{Runs: runs(b.say("no-residuals"))})
	}
	b.heading(2, "disclosure", b.say("disclosure"))
	b.add(Paragraph{Runs: runs(b.say("disclosure-intro"))})
	for _, m := range b.manifest.Methods {
		if m.Name == "protection" {
			b.add(Paragraph{Runs: []Run{{Text: b.say("rules-under") + " "}, {Text: m.Title.In(b.lang), To: "method-protection"}, {Text: "."}}})
		}
	}
	for _, t := range b.manifest.Tables {
		if t.Name == "protection_account" {
			b.whole(t.Name)
		}
	}
}

// whole is a table of the edition as it is.
func (b *builder) whole(name string) {
	c, err := b.named(name)
	if err == nil {
		var g *Grid
		t := Table{Name: name, Table: name}
		if c.DimIndex("state") >= 0 {
			t.Across = "state" // of the account of the protection: a row for each table
			t.Measures = []string{c.Measures()[0].Name}
		}
		if g, err = b.grid(t, c, 10*mostRows); err == nil {
			b.add(g)
			return
		}
	}
	b.failed(fmt.Errorf("report: table %s: %w", name, err))
}
