package server

import (
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// countryPage is the first page.
type countryPage struct {
	Task   cube.Text
	Lead   []string // the types in sentences
	Types  *grid
	Bars   []bar
	Map    *picture.Chart
	Glance *grid
	Parts  []link
	Lacks  []edition.Theme // themes that the edition tells nothing of
}

func (s *Server) country(r *request) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	p := &countryPage{Lacks: s.lacks(), Task: s.ed.Manifest().Task}
	a := &answer{template: "country.html", title: s.ed.Manifest().Title.In(r.lang), body: p}
	glance := &grid{Caption: word(r.lang, "glance"), Labels: []string{""}}
	for _, t := range s.tables {
		if !t.byType() {
			continue
		}
		c, err := t.cells()
		if err != nil {
			return nil, err
		}
		a.cubes = append(a.cubes, c)
		s.glanceTypes(glance, t, c, r.lang)
	}
	if !glance.Empty() {
		glance.finish()
		p.Glance = glance
	}
	types := s.countryTypes()
	s.typeCounts(p, types, a.cubes, r.lang)
	if types != nil {
		if m := s.typeMap(types, nil, nil, s.lanShapes(func(q place) string { return s.href(q, r.lang) }, r.lang), picture.Nowhere, r.lang); m != nil {
			p.Map = m.Chart
			s.offer(r, a, m)
		}
	}
	if d := s.ofKind(area.Lan); d != nil {
		for i := range d.Len() {
			q := place{d, i}
			p.Parts = append(p.Parts, link{q.name(r.lang), s.href(q, r.lang)})
		}
	}
	return a, nil
}

// countryTypes are the types of the division that has most areas with one.
func (h *holding) countryTypes() *typed {
	for _, d := range slices.Backward(h.divisions) {
		if types := d.types(); types != nil && types.table.Name == typesTable {
			return &typed{d, types}
		}
	}
	for _, d := range slices.Backward(h.divisions) {
		if types := d.types(); types != nil {
			return &typed{d, types}
		}
	}
	return nil
}

// A typed is a division with its types.
type typed struct {
	*division
	*typing
}

// count is how many areas are of each type in the latest year, among those that keep lets through.
func (t *typed) count(keep func(at int) bool) (n [areatype.NTypes]int, all int) {
	_, cells := t.last()
	for at, cell := range cells {
		if k := typeOf(cell); k > 0 && keep(at) {
			n[k-1]++
			all++
		}
	}
	return n, all
}

// glanceTypes adds a table's key figures to the grid of the first page, under a heading of their own.
func (s *Server) glanceTypes(g *grid, t *table, c *cube.Cube, lang string) {
	kind := c.Dims()[t.kind]
	for _, m := range keyMeasures(c.Measures()) {
		meas := c.Measures()[m]
		rows := typical(c, t.layout, m)
		if len(rows) == 0 {
			continue
		}
		one := s.across(c, rows, t.kind, m, lang)
		if g.Heads == nil {
			all := make([]int, len(kind.Members))
			for i := range all {
				all[i] = i
			}
			g.Heads = typeHeads(kind, all, lang)
		}
		if len(one.Heads) != len(g.Heads) {
			continue
		}
		about := picture.Head(meas, lang)
		if year := latest(c, t.layout); year != "" {
			about += ", " + year
		}
		b := block{Title: c.Title.In(lang), About: about, Href: prefix(lang) + "/tabell/" + t.Name}
		single := len(one.Blocks[0].Rows) == 1
		for _, row := range one.Blocks[0].Rows {
			name := joined(row.Labels)
			if single {
				name = picture.Head(meas, lang)
			}
			for k := range row.Figures {
				row.Figures[k].Base = ""
			}
			row.Labels = []label{{Text: name}}
			b.Rows = append(b.Rows, row)
		}
		// Measures with a row each stand under one heading.
		if single {
			b.About = latest(c, t.layout)
		}
		if last := len(g.Blocks) - 1; single && last >= 0 && g.Blocks[last].Href == b.Href {
			g.Blocks[last].Rows = append(g.Blocks[last].Rows, b.Rows...)
			continue
		}
		g.Blocks = append(g.Blocks, b)
	}
}

// joined is several labels as one.
func joined(labels []label) string {
	var names []string
	for _, l := range labels {
		names = append(names, l.Text)
	}
	return strings.Join(names, ", ")
}

// A bar is a whole parted by type.
type bar struct {
	Title string
	Parts []barPart
}

// A barPart is one type's part. Where it stands is in percent of the bar.
type barPart struct {
	Type, Number string
	From, Width  string
	Middle       string // where the number stands; empty when there is no room
	Text         string
}

// typeCounts tells how many areas are of each type and how much of the first count by type alone (commonly the population) they have.
func (s *Server) typeCounts(p *countryPage, types *typed, cubes []*cube.Cube, lang string) {
	g := &grid{Caption: word(lang, "types-caption"), Labels: []string{word(lang, "type")}}
	rows := make([]gridRow, areatype.NTypes+1)
	for i, t := range areatype.Types() {
		rows[i].Labels = []label{{Text: t.Code() + " " + t.Label().In(lang), Type: typeClass(t.Code())}}
	}
	rows[areatype.NTypes].Labels = []label{{Text: word(lang, "all")}}
	if types != nil {
		year, _ := types.last()
		n, all := types.count(func(int) bool { return true })
		values := make([]float64, areatype.NTypes)
		var counts []string
		for i := range n {
			values[i] = float64(n[i])
			counts = append(counts, picture.Number(values[i], 0, lang))
		}
		p.Lead = append(p.Lead, picture.Say(word(lang, "lead-areas"), picture.Number(float64(all), 0, lang), types.ID.Kind.Title(), year, listing("of-type", counts, lang)))
		s.countColumns(p, g, rows, strings.TrimSpace(word(lang, "number-of")+" "+types.ID.Kind.Title()+" "+bracketed(year)), values, float64(all), lang)
	}
	for _, c := range cubes {
		t := s.tableNamed(c.Name)
		if t == nil || len(t.groups) > 0 || c.Measures()[0].Kind != cube.Count {
			continue
		}
		year := latest(c, t.layout)
		values, all, ok := s.parts(c, t, year)
		if !ok {
			continue
		}
		m := c.Measures()[0]
		what := m.Unit.In(lang)
		if what == "" {
			what = strings.ToLower(m.Title.In(lang))
		}
		var shares []string
		for _, v := range values {
			shares = append(shares, picture.Percent(v/all, lang))
		}
		p.Lead = append(p.Lead, picture.Say(word(lang, "lead-shares"), picture.Number(all, 0, lang), what, year, listing("share-in-type", shares, lang)))
		s.countColumns(p, g, rows, strings.TrimSpace(m.Title.In(lang)+" "+bracketed(year)), values, all, lang)
		break
	}
	if len(g.Heads) > 0 {
		g.Blocks = []block{{Rows: rows}}
		p.Types = g
	}
}

func bracketed(year string) string {
	if year == "" {
		return ""
	}
	return "(" + year + ")"
}

// parts are the values of the five types and of the whole, when all are known.
func (s *Server) parts(c *cube.Cube, t *table, year string) (values []float64, all float64, ok bool) {
	of := func(code string) (float64, bool) {
		codes := make([]string, len(c.Dims()))
		codes[t.kind] = code
		if t.year >= 0 {
			codes[t.year] = year
		}
		cell := c.Get(c.Measures()[0].Name, codes...)
		return cell.Value, cell.Status.HasValue()
	}
	for _, k := range areatype.Types() {
		v, ok := of(k.Code())
		if !ok {
			return nil, 0, false
		}
		values = append(values, v)
	}
	all, ok = of(cube.Total)
	return values, all, ok && all > 0
}

// countColumns adds a count and its shares to the table of types, and a bar of them.
func (s *Server) countColumns(p *countryPage, g *grid, rows []gridRow, title string, values []float64, all float64, lang string) {
	g.Heads = append(g.Heads, columnHead{Text: title}, columnHead{Text: word(lang, "share") + ", %"})
	b := bar{Title: title}
	from := 0.0
	for i, v := range values {
		share := v / max(all, 1)
		rows[i].Figures = append(rows[i].Figures, picture.Figure{Text: picture.Number(v, 0, lang)}, picture.Figure{Text: picture.Number(100*share, 1, lang)})
		code := areatype.Types()[i].Code()
		part := barPart{Type: typeClass(code), Number: code, Text: code + ": " + picture.Percent(share, lang),
			From: fmt.Sprintf("%.1f%%", 100*from), Width: fmt.Sprintf("%.1f%%", 100*share)}
		const room = 0.04
		if share > room {
			part.Middle = fmt.Sprintf("%.1f%%", 100*(from+share/2))
		}
		b.Parts = append(b.Parts, part)
		from += share
	}
	last := &rows[len(rows)-1]
	last.Figures = append(last.Figures, picture.Figure{Text: picture.Number(all, 0, lang)}, picture.Figure{Text: picture.Number(100, 1, lang)})
	p.Bars = append(p.Bars, b)
}

// listing says what each type has: 12 of type 1, 30 of type 2 and so on. The first part has words of its own.
func listing(key string, parts []string, lang string) string {
	var b strings.Builder
	for i, part := range parts {
		switch i {
		case 0:
			b.WriteString(picture.Say(word(lang, key+"-first"), part, i+1))
			continue
		case len(parts) - 1:
			b.WriteString(" " + word(lang, "and") + " ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(picture.Say(word(lang, key), part, i+1))
	}
	return b.String()
}

// A drawnMap is a page's map with what is drawn in it.
type drawnMap struct {
	*picture.Chart
	table   *table
	measure cube.Measure
	places  []place
	cells   []cube.Cell
	year    string
}

// typeMap draws areas by type in the latest year: those that keep lets through, all when it is nil. It shows the window, or just these when that is nowhere. It is nil when nothing can be drawn.
func (s *Server) typeMap(t *typed, keep func(at int) bool, mark *place, further []picture.Shape, window orb.Bound, lang string) *drawnMap {
	year, all := t.last()
	m := &drawnMap{table: t.table, measure: t.measure, year: year}
	var shapes []picture.Shape
	for at, cell := range all {
		if keep == nil || keep(at) {
			q := place{t.division, at}
			shapes = append(shapes, q.shape(lang, s.href(q, lang)))
			m.places, m.cells = append(m.places, q), append(m.cells, cell)
		}
	}
	title := t.measure.Title.In(lang) + " " + strings.TrimSpace(picture.Say(word(lang, "per-area"), t.ID.Title(), year))
	if m.Chart = picture.ChartOf(picture.Map{Shapes: shapes, Mark: mark.border(), Further: further, Window: window}, title, m.cells, t.measure, lang); m.Chart == nil {
		return nil
	}
	return m
}

// offer gives a page that shows a map the forms of that: its picture, unless the page has another, and its areas.
func (s *Server) offer(r *request, a *answer, m *drawnMap) {
	if a.draw == nil {
		a.draw = func() string {
			return picture.Sheet(m.Caption, []string{string(m.SVG)}, m.Legend, s.feet(r, m.measure, []*table{m.table}, m.cells, ""), r.lang)
		}
	}
	a.areas = func() ([]byte, error) {
		return s.geoJSON(r, m.Caption, layer{measure: m.table.Name + ":" + m.measure.Name, year: m.year, places: m.places, cells: m.cells})
	}
}

// lanShapes are the outlines of all län, each leading somewhere.
func (s *Server) lanShapes(href func(place) string, lang string) []picture.Shape {
	lan := s.ofKind(area.Lan)
	if lan == nil {
		return nil
	}
	var shapes []picture.Shape
	for at := range lan.Len() {
		if q := (place{lan, at}); q.hasBorder() {
			shapes = append(shapes, q.shape(lang, href(q)))
		}
	}
	return shapes
}
