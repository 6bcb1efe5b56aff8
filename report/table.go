package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

func (b *builder) table(name string) (*Grid, error) {
	var names []string
	for _, t := range b.plan.Tables {
		if names = append(names, t.Name); t.Name == name {
			if b.placed["table "+name] {
				return nil, fmt.Errorf("table %s stands in the report already; write {{ref %s}} to refer to it", name, name)
			}
			b.placed["table "+name] = true
			c, err := b.named(t.Table)
			if err != nil {
				return nil, fmt.Errorf("table %s: %w", name, err)
			}
			g, err := b.grid(t, c, mostRows)
			if err != nil {
				return nil, fmt.Errorf("table %s: %w", name, err)
			}
			return g, nil
		}
	}
	return nil, fmt.Errorf("no table %q is declared under report.tables; %s", name, nearest(name, names))
}

// mostRows is how many rows a table in a report may have; what is larger belongs in the workbook or on the pages.
const mostRows = 80

// grid lays a table out. Dimensions with several members are columns of names, those with one stand in the caption.
func (b *builder) grid(t Table, c *cube.Cube, most int) (*Grid, error) {
	var measures []int
	for _, name := range t.Measures {
		m, err := measureOf(c, name)
		if err != nil {
			return nil, err
		}
		measures = append(measures, m)
	}
	if len(measures) == 0 {
		for m := range c.Measures() {
			measures = append(measures, m)
		}
	}
	across := -1
	if t.Across != "" {
		if across = c.DimIndex(t.Across); across < 0 {
			return nil, fmt.Errorf("across: the table %s has no dimension %q; %s", c.Name, t.Across, nearest(t.Across, c.DimNames()))
		}
		if len(measures) != 1 {
			return nil, fmt.Errorf("across: members are columns of one measure; name it under measures")
		}
	}
	free := c.DimNames()
	k, err := choose(c, t.Where, free...)
	if err != nil {
		return nil, err
	}
	g := &Grid{Name: t.Name, Caption: t.Caption.In(b.lang), Source: b.source(c), cubes: []*cube.Cube{b.part(k, measures...)}}
	var stub []int
	for _, d := range k.varying() {
		if d != across {
			stub = append(stub, d)
		}
	}
	if g.Caption == "" {
		g.Caption = c.Title.In(b.lang)
		if fixed := k.fixed(b.lang, append(slices.Clone(stub), across)...); fixed != "" {
			g.Caption += ": " + fixed
		}
	}
	// Of several, the first makes blocks with a heading.
	block := -1
	if len(stub) > 1 {
		block, stub = stub[0], stub[1:]
	}
	for _, d := range stub {
		g.Heads = append(g.Heads, Head{Text: c.Dims()[d].Title.In(b.lang)})
	}
	if len(stub) == 0 {
		g.Heads = append(g.Heads, Head{})
	}
	columns := []string{""}
	if across >= 0 {
		columns = k.members[across]
		for _, code := range columns {
			g.Heads = append(g.Heads, Head{label(c.Dims()[across], code, b.lang), true})
		}
		g.Notes = append(g.Notes, picture.Head(c.Measures()[measures[0]], b.lang)+".")
	} else {
		for _, m := range measures {
			g.Heads = append(g.Heads, Head{picture.Head(c.Measures()[m], b.lang), true})
		}
	}
	var rows [][]Field
	intervals, n := false, 0
	line := func(at map[int]string) {
		var row []Field
		for _, d := range stub {
			row = append(row, Field{Runs: runs(label(c.Dims()[d], at[d], b.lang)), Head: true})
		}
		if len(stub) == 0 {
			row = append(row, Field{Runs: runs(b.say("all")), Head: true})
		}
		some := false
		for _, code := range columns {
			if across >= 0 {
				at[across] = code
			}
			i := k.row(at)
			for _, m := range measures {
				if i < 0 {
					row = append(row, Field{Number: true})
					continue
				}
				some = true
				row = append(row, b.field(g, c, i, m, t.Intervals, &intervals))
			}
		}
		if some {
			rows = append(rows, row)
			n++
		}
	}
	titles := []string{""}
	if block >= 0 {
		titles = k.members[block]
	}
	for _, code := range titles {
		gb := GridBlock{}
		at := map[int]string{}
		if block >= 0 {
			at[block], gb.Title = code, label(c.Dims()[block], code, b.lang)
		}
		rows = nil
		combine(k, stub, at, line)
		if gb.Rows = rows; len(rows) > 0 {
			g.Blocks = append(g.Blocks, gb)
		}
	}
	if n > most {
		return nil, fmt.Errorf("it has %d rows, and a table in a report at most %d: choose some under where", n, most)
	}
	if n == 0 {
		return nil, fmt.Errorf("no row is left of it")
	}
	if intervals {
		g.Notes = append(g.Notes, b.say("brackets-are-intervals"))
	}
	return g, nil
}

// combine goes through every combination of the members of some dimensions.
func combine(k choice, dims []int, at map[int]string, f func(at map[int]string)) {
	var next func(i int)
	next = func(i int) {
		if i == len(dims) {
			f(at)
			return
		}
		for _, code := range k.members[dims[i]] {
			at[dims[i]] = code
			next(i + 1)
		}
	}
	next(0)
}

// field is a cell in a table, with the sign that says what is special about it.
func (b *builder) field(g *Grid, c *cube.Cube, row, m int, interval bool, any *bool) Field {
	f, run := b.cell(c, row, m)
	out := Field{Runs: []Run{run}, Number: true, Raw: c.Cell(row, m), Of: c.Measures()[m]}
	if f.Mark != "" {
		out.Runs = append(out.Runs, Run{Text: "\u00a0" + f.Mark})
	}
	if interval && f.Interval != "" {
		*any = true
		inner := Run{Text: f.Interval, From: b.keep(&Statement{Reference: cellReference(c, row, m), Format: "interval,plain", Text: f.Interval})}
		out.Runs = append(out.Runs, Run{Text: " ("}, inner, Run{Text: ")"})
	}
	if f.Why != "" {
		sign := f.Mark
		if sign == "" {
			sign = f.Text
		}
		if line := sign + " " + f.Why; !slices.Contains(g.Signs, line) {
			g.Signs = append(g.Signs, line)
		}
	}
	return out
}

// source tells who made the figures of a table.
func (b *builder) source(c *cube.Cube) string {
	var names []string
	for _, s := range c.Lineage.Sources {
		name := s.Publisher
		if name == "" {
			name = b.manifest.Agency
			if s.Synthetic {
				name = b.say("synthetic-register")
			}
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(b.say("source-line"), strings.Join(names, ", "), c.Name)
}
