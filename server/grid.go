package server

import (
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// A grid is a table for people. The first Labels columns name the rows.
type grid struct {
	Caption   string
	Labels    []string
	Heads     []columnHead
	Blocks    []block
	Foot      []gridRow
	Signs     []signEntry // those that stand in it
	Intervals bool
	Gaps      bool     // some combinations have no row
	Types     []string // the names of the types that are columns
}

// manyRows is how many rows make a table long: a browser needn't lay it out before it comes in sight.
const manyRows = 150

// Long tells whether a table is long.
func (g *grid) Long() bool {
	n := 0
	for _, b := range g.Blocks {
		n += len(b.Rows)
	}
	return n >= manyRows
}

type columnHead struct {
	Text, Title string
	Type        string // CSS class of a type's colour
}

// A block is rows under a heading of their own; without a title they just follow.
type block struct {
	Title, Href, About string
	Rows               []gridRow
}

type gridRow struct {
	Labels  []label
	Figures []picture.Figure
}

type label struct{ Text, Href, Type string }

type signEntry struct{ Sign, Meaning string }

// columns are how many columns a heading of a block spans.
func (g *grid) Columns() int { return len(g.Labels) + len(g.Heads) }

// Empty tells whether there is nothing to show.
func (g *grid) Empty() bool { return len(g.Blocks) == 0 }

// narrow leaves out columns without a figure.
func (g *grid) narrow() {
	for col := len(g.Heads) - 1; col >= 0; col-- {
		filled := slices.ContainsFunc(g.Blocks, func(b block) bool {
			return slices.ContainsFunc(b.Rows, func(r gridRow) bool { return r.Figures[col].Text != "" })
		})
		if filled {
			continue
		}
		g.Heads = slices.Delete(g.Heads, col, col+1)
		for _, b := range g.Blocks {
			for i := range b.Rows {
				b.Rows[i].Figures = slices.Delete(b.Rows[i].Figures, col, col+1)
			}
		}
	}
}

// finish explains the signs that stand in the grid.
func (g *grid) finish() {
	look := func(rows []gridRow) {
		for _, row := range rows {
			for _, f := range row.Figures {
				g.Intervals = g.Intervals || f.Interval != ""
				if f.Why == "" {
					continue
				}
				e := signEntry{f.Mark, f.Why}
				if f.Mark == "" {
					e.Sign = f.Text
				}
				if !slices.Contains(g.Signs, e) {
					g.Signs = append(g.Signs, e)
				}
			}
		}
	}
	for _, b := range g.Blocks {
		look(b.Rows)
	}
	look(g.Foot)
	slices.SortFunc(g.Signs, func(a, b signEntry) int { return strings.Compare(a.Sign+a.Meaning, b.Sign+b.Meaning) })
}

// memberLabel names a member; a type by its number and name.
func memberLabel(d cube.Dimension, at int, lang string) label {
	m := d.Members[at]
	l := label{Text: m.Label.In(lang)}
	if l.Text == "" {
		l.Text = m.Code
	}
	if d.Role == cube.Type && m.Code != cube.Total {
		l.Text, l.Type = m.Code+" "+l.Text, typeClass(m.Code)
	}
	return l
}

// typeClass is the CSS class of a type's colour.
func typeClass(code string) string {
	if t, err := areatype.ParseType(code); err == nil {
		return "type" + t.Code()
	}
	return ""
}

// typeHeads are columns for members of a dimension of types.
func typeHeads(d cube.Dimension, members []int, lang string) []columnHead {
	var heads []columnHead
	for _, at := range members {
		m := d.Members[at]
		h := columnHead{Text: m.Code, Title: m.Label.In(lang), Type: typeClass(m.Code)}
		if h.Type == "" {
			h = columnHead{Text: memberLabel(d, at, lang).Text}
		}
		heads = append(heads, h)
	}
	return heads
}

// occurring are the members of a dimension that stand in some of the rows, in order.
func occurring(c *cube.Cube, rows []int, d int) []int {
	there := make([]bool, len(c.Dims()[d].Members))
	for _, i := range rows {
		there[c.Coord(i, d)] = true
	}
	var members []int
	for at, ok := range there {
		if ok {
			members = append(members, at)
		}
	}
	return members
}

// spread tells which dimensions vary among the rows, but for those left out, and how the rest is called: "Utländsk bakgrund, 2022".
// Years come last, so that those of the same group stand together.
func spread(c *cube.Cube, rows []int, lang string, out ...int) (vary []int, fixed string) {
	var times []int
	var parts, years []string
	for d, dim := range c.Dims() {
		if slices.Contains(out, d) {
			continue
		}
		members := occurring(c, rows, d)
		switch varies := len(members) != 1 || dim.Role == cube.Area; {
		case varies && dim.Role == cube.Time:
			times = append(times, d)
			continue
		case varies:
			vary = append(vary, d)
			continue
		}
		text := memberLabel(dim, members[0], lang).Text
		if dim.Members[members[0]].Code == cube.Total {
			text = dim.Title.In(lang) + " " + strings.ToLower(text)
		}
		if dim.Role == cube.Time {
			years = append(years, text)
			continue
		}
		parts = append(parts, text)
	}
	parts = append(parts, years...)
	return append(vary, times...), strings.Join(parts, ", ")
}

// rowLabels name a row by the given dimensions; places are linked.
func (s *Server) rowLabels(c *cube.Cube, row int, dims []int, lang string) []label {
	var labels []label
	for _, d := range dims {
		dim := c.Dims()[d]
		l := memberLabel(dim, c.Coord(row, d), lang)
		if dim.Role == cube.Area {
			if p, ok := s.placeOf(dim, c.Code(row, d)); ok {
				l = label{Text: p.name(lang), Href: s.href(p, lang)}
			} else if c.Code(row, d) == cube.Total && ofCountry(dim) {
				l.Text = word(lang, "whole")
			}
		}
		labels = append(labels, l)
	}
	return labels
}

// ofCountry tells whether the total over areas is that of the whole country: one that isn't has a name of its own.
func ofCountry(dim cube.Dimension) bool {
	at := dim.Index(cube.Total)
	return at < 0 || dim.Members[at].Label == cube.TotalLabel
}

// placeOf is the place of a member of a dimension of areas.
func (h *holding) placeOf(dim cube.Dimension, code string) (place, bool) {
	for _, d := range h.divisions {
		if string(d.ID.Kind) == dim.Kind && d.ID.Vintage == dim.Vintage {
			at, ok := d.Index(code)
			return place{d, at}, ok
		}
	}
	return place{}, false
}

// across lays one measure out with the members of a dimension as columns. What shares and means were computed on stands in the last rows, when it is
// the same for all rows that a share is taken over; else in each cell.
func (s *Server) across(c *cube.Cube, rows []int, col, m int, lang string) *grid {
	meas := c.Measures()[m]
	columns := occurring(c, rows, col)
	vary, fixed := spread(c, rows, lang, col)
	g := &grid{Caption: picture.Head(meas, lang), Heads: typeHeads(c.Dims()[col], columns, lang)}
	if fixed != "" {
		g.Caption += ": " + fixed
	}
	for _, d := range vary {
		g.Labels = append(g.Labels, c.Dims()[d].Title.In(lang))
	}
	if len(vary) == 0 {
		g.Labels = []string{""}
	}
	type line struct {
		key     []int
		row     int
		figures []picture.Figure
	}
	var lines []*line
	byKey := map[string]*line{}
	feet := newFeet(c, meas, vary, len(columns))
	for _, i := range rows {
		var key []int
		for _, d := range vary {
			key = append(key, c.Coord(i, d))
		}
		l := byKey[keyText(key)]
		if l == nil {
			l = &line{key: key, row: i, figures: make([]picture.Figure, len(columns))}
			byKey[keyText(key)] = l
			lines = append(lines, l)
		}
		at := slices.Index(columns, c.Coord(i, col))
		l.figures[at] = picture.NewFigure(c.Cell(i, m), meas, lang)
		feet.add(i, at, c.Cell(i, m))
	}
	slices.SortStableFunc(lines, func(a, b *line) int { return slices.Compare(a.key, b.key) })
	for _, h := range g.Heads {
		if h.Title != "" {
			g.Types = append(g.Types, h.Text+" "+h.Title)
		}
	}
	feet.finish(g, lang)
	var b block
	for _, l := range lines {
		g.Gaps = g.Gaps || slices.ContainsFunc(l.figures, func(f picture.Figure) bool { return f.Class == "" })
		if len(g.Foot) > 0 || !feet.wanted {
			for k := range l.figures {
				l.figures[k].Base = ""
			}
		}
		row := gridRow{Labels: s.rowLabels(c, l.row, vary, lang), Figures: l.figures}
		if len(vary) == 0 {
			row.Labels = []label{{Text: word(lang, "all")}}
		}
		b.Rows = append(b.Rows, row)
	}
	g.Blocks = []block{b}
	g.finish()
	return g
}

func keyText(key []int) string {
	var b strings.Builder
	for _, k := range key {
		b.WriteString(strconv.Itoa(k) + " ")
	}
	return b.String()
}

// feet gather what shares and means were computed on.
type feet struct {
	c       *cube.Cube
	wanted  bool
	differs bool
	vary    []int
	over    int
	columns int
	rows    []int   // one row of the cube for each foot
	keys    [][]int // and what it is the foot of
	byKey   map[string]int
	bases   [][]cube.Number
}

func newFeet(c *cube.Cube, meas cube.Measure, vary []int, columns int) *feet {
	f := &feet{c: c, vary: vary, over: c.DimIndex(meas.Over), columns: columns, byKey: map[string]int{}}
	// What a mean was computed on often is a measure of its own in the same table.
	f.wanted = meas.Kind == cube.Share || meas.Kind == cube.Mean && c.MeasureIndex(meas.Per) < 0
	return f
}

func (f *feet) add(row, column int, cell cube.Cell) {
	if !f.wanted || !cell.Status.HasValue() || !cell.Base.OK {
		return
	}
	var key []int
	for _, d := range f.vary {
		if d != f.over {
			key = append(key, f.c.Coord(row, d))
		}
	}
	at, ok := f.byKey[keyText(key)]
	if !ok {
		at = len(f.rows)
		f.byKey[keyText(key)] = at
		f.rows, f.keys = append(f.rows, row), append(f.keys, key)
		f.bases = append(f.bases, make([]cube.Number, f.columns))
	}
	if have := f.bases[at][column]; have.OK && have != cell.Base {
		f.differs = true
	}
	f.bases[at][column] = cell.Base
}

func (f *feet) finish(g *grid, lang string) {
	if f.differs {
		return
	}
	order := make([]int, len(f.bases)) // that of the lines above
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(f.keys[a], f.keys[b]) })
	for _, k := range order {
		bases := f.bases[k]
		var row gridRow
		for _, d := range f.vary {
			text := word(lang, "base")
			if d != f.over {
				text = memberLabel(f.c.Dims()[d], f.c.Coord(f.rows[k], d), lang).Text
			}
			row.Labels = append(row.Labels, label{Text: text})
		}
		if !slices.Contains(f.vary, f.over) {
			if len(f.vary) == 0 {
				row.Labels = []label{{Text: word(lang, "base")}}
			} else {
				row.Labels[len(row.Labels)-1].Text += ": " + strings.ToLower(word(lang, "base"))
			}
		}
		for _, base := range bases {
			var fig picture.Figure
			if base.OK {
				fig.Text = picture.Number(base.V, 0, lang)
			}
			row.Figures = append(row.Figures, fig)
		}
		g.Foot = append(g.Foot, row)
	}
}

// down lays rows out one below the other with the measures as columns.
func (s *Server) down(c *cube.Cube, rows []int, lang string) *grid {
	vary, fixed := spread(c, rows, lang)
	g := &grid{Caption: c.Title.In(lang)}
	if fixed != "" {
		g.Caption += ": " + fixed
	}
	for _, d := range vary {
		g.Labels = append(g.Labels, c.Dims()[d].Title.In(lang))
	}
	if len(vary) == 0 {
		g.Labels = []string{""}
	}
	based := make([]bool, len(c.Measures()))
	for m, meas := range c.Measures() {
		g.Heads = append(g.Heads, columnHead{Text: picture.Head(meas, lang)})
		if newFeet(c, meas, nil, 0).wanted {
			based[m] = slices.ContainsFunc(rows, func(i int) bool { return picture.NewFigure(c.Cell(i, m), meas, lang).Base != "" })
		}
		if based[m] {
			g.Heads = append(g.Heads, columnHead{Text: word(lang, "base")})
		}
	}
	var b block
	for _, i := range rows {
		row := gridRow{Labels: s.rowLabels(c, i, vary, lang)}
		if len(vary) == 0 {
			row.Labels = []label{{Text: word(lang, "all")}}
		}
		for m, meas := range c.Measures() {
			f := picture.NewFigure(c.Cell(i, m), meas, lang)
			base := picture.Figure{Text: f.Base, Class: "base"}
			f.Base = ""
			row.Figures = append(row.Figures, f)
			if based[m] {
				row.Figures = append(row.Figures, base)
			}
		}
		b.Rows = append(b.Rows, row)
	}
	g.Blocks = []block{b}
	g.finish()
	return g
}

// keyMeasures are what a table is read for: its shares, means and other numbers that do not add up, else everything it has.
func keyMeasures(measures []cube.Measure) []int {
	var key, all []int
	for m, meas := range measures {
		all = append(all, m)
		if !meas.Kind.Additive() {
			key = append(key, m)
		}
	}
	if len(key) == 0 {
		return all
	}
	return key
}

// typical are the rows of a table that a page about the whole shows: the latest year; of what a share is taken over everything but the total; of other
// groups the total alone, where there is one.
func typical(c *cube.Cube, l layout, m int) []int {
	meas := c.Measures()[m]
	over := c.DimIndex(meas.Over)
	year := latest(c, l)
	totalled := map[int]bool{}
	for _, d := range l.groups {
		totalled[d] = c.HasMember(c.Dims()[d].Name, cube.Total)
	}
	var rows []int
	for i := range c.Len() {
		keep := l.year < 0 || c.Code(i, l.year) == year
		for _, d := range l.groups {
			if totalled[d] {
				keep = keep && (c.Code(i, d) == cube.Total) == (d != over)
			}
		}
		if keep {
			rows = append(rows, i)
		}
	}
	return rows
}
