package server

import (
	"cmp"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// Small multiples: the same map year by year, or of several figures in one year, side by side.
//
//	/karta/flera?m=FIGURE               every year of a figure (at most mostMultiples, the latest), in the same classes
//	/karta/flera?m=FIGURE&m=FIGURE      several figures in their latest year, or in that of &ar=, each in its own classes
//
// As a picture it is all of them, and as areas (geojson) there is a column for each; with &niva= and &inom= as on the map. The classes of years are made of all years together, so that a colour is the same values in each.
const mostMultiples = 9

// multiplesPage is small maps side by side.
type multiplesPage struct {
	Choose choosing
	Note   string
	Legend *picture.Chart // of all maps, when they have the same
	Maps   []smallMap
	Grid   *grid // how many areas each class has in each
	Breaks []string
	Notes  []cube.Text
}

type smallMap struct {
	Title, Href string
	SVG         template.HTML
	Legend      *picture.Chart // its own, when each has its own
}

// multiples answers with small maps.
func (s *Server) multiples(r *request) (*answer, error) {
	if err := r.only(shown, level, chosenYear, inside); err != nil {
		return nil, err
	}
	lang := r.lang
	keys := r.query[shown]
	if len(keys) > mostMultiples {
		return nil, &badRequest{picture.Say(word(lang, "too-many-maps"), mostMultiples)}
	}
	p := &multiplesPage{}
	a := &answer{template: "multiples.html", body: p}
	list := [][]string{{"map", "class", "areas"}}
	g := &grid{Labels: []string{word(lang, "class")}}
	rowOf := map[string]int{}
	var rows block
	var layers []layer
	var tables []*table
	var about []cube.Measure
	var lead string // how colours are read
	add := func(one *mapping, column string, l *picture.Legend) {
		at := len(g.Heads)
		g.Heads = append(g.Heads, columnHead{Text: column})
		for _, k := range l.Classes {
			i, ok := rowOf[k.Label]
			if !ok {
				i, rowOf[k.Label] = len(rows.Rows), len(rows.Rows)
				rows.Rows = append(rows.Rows, gridRow{Labels: []label{{Text: k.Label}}})
			}
			for len(rows.Rows[i].Figures) < at {
				rows.Rows[i].Figures = append(rows.Rows[i].Figures, picture.Figure{})
			}
			rows.Rows[i].Figures = append(rows.Rows[i].Figures, picture.Figure{Text: picture.Number(float64(k.N), 0, lang)})
			list = append(list, []string{column, k.Label, strconv.Itoa(k.N)})
		}
		if !slices.Contains(tables, one.table) {
			tables = append(tables, one.table)
		}
		about = append(about, one.figure.measure)
	}
	chosen := append(keys, "")[0]
	if len(keys) <= 1 {
		one, err := s.mapData(r)
		if err != nil {
			return nil, err
		}
		years := one.table.years()
		years = years[max(0, len(years)-mostMultiples):]
		var all []cube.Cell
		byYear, rows := make([][]cube.Cell, len(years)), make([]map[string]int, len(years))
		for i, year := range years {
			byYear[i], rows[i] = one.cells(year)
			all = append(all, byYear[i]...)
		}
		if err := a.numbers(r, one.figure, one.cube, one.places, rows...); err != nil {
			return nil, err
		}
		a.title = strings.TrimSuffix(strings.TrimSpace(one.figure.head(lang)+" "+picture.Say(word(lang, "per-area-years"), one.division.ID.Title())), ",")
		chosen = one.figure.key
		for i, year := range years {
			title := cmp.Or(year, word(lang, "no-year"))
			l := picture.NewLegend(all, one.figure.measure, lang)
			layers = append(layers, layer{strings.TrimSuffix(one.figure.key+"_"+year, "_"), one.figure.key, year, one.places, byYear[i]})
			chart := picture.ChartBy(one.drawing(s, len(p.Maps) == 0, lang), title, byYear[i], one.figure.measure, l, lang)
			if chart == nil {
				return nil, &badRequest{word(lang, "nothing-drawn")}
			}
			add(one, title, l)
			p.Maps = append(p.Maps, smallMap{Title: title, Href: prefix(lang) + "/karta" + question(with(with(r.query, shown, chosen), chosenYear, year)), SVG: chart.SVG})
			p.Legend = chart
		}
		// The one legend stands for all maps: its counts are in the table.
		for _, k := range p.Legend.Legend.Classes {
			k.N, k.Unsure = -1, 0
		}
		p.Legend.Notes = nil
		lead = word(lang, "multiples-years")
		if slices.ContainsFunc(all, unreliable) {
			lead += " " + word(lang, "unsure-striped")
		}
		p.Note = lead + " " + word(lang, "multiples-choose")
		p.Notes = one.cube.Notes
		for _, w := range one.table.breaks() {
			p.Breaks = append(p.Breaks, w.Text.In(lang))
		}
	} else {
		a.title = word(lang, "multiples-measures")
		for _, key := range keys {
			alone := *r
			alone.query = with(r.query, shown, key)
			one, err := s.mapData(&alone)
			if err != nil {
				return nil, err
			}
			year := one.table.last()
			if want := r.query.Get(chosenYear); want != "" {
				if !slices.Contains(one.table.years(), want) {
					return nil, &badRequest{word(lang, "unknown-year") + " " + strings.Join(one.table.years(), ", ")}
				}
				year = want
			}
			title := strings.TrimSuffix(strings.TrimSpace(one.figure.head(lang)+", "+year), ",")
			cells, rows := one.cells(year)
			if err := a.numbers(r, one.figure, one.cube, one.places, rows); err != nil {
				return nil, err
			}
			layers = append(layers, layer{key, key, year, one.places, cells})
			chart := picture.ChartBy(one.drawing(s, len(p.Maps) == 0, lang), title, cells, one.figure.measure, picture.NewLegend(cells, one.figure.measure, lang), lang)
			if chart == nil {
				return nil, &badRequest{word(lang, "nothing-drawn")}
			}
			add(one, title, chart.Legend)
			p.Maps = append(p.Maps, smallMap{Title: title, Href: prefix(lang) + "/karta" + question(with(alone.query, chosenYear, r.query.Get(chosenYear))), SVG: chart.SVG, Legend: chart})
		}
		lead = word(lang, "multiples-own")
		if slices.ContainsFunc(layers, func(l layer) bool { return slices.ContainsFunc(l.cells, unreliable) }) {
			lead += " " + word(lang, "unsure-striped")
		}
		p.Note = lead
	}
	for i := range rows.Rows {
		for len(rows.Rows[i].Figures) < len(g.Heads) {
			rows.Rows[i].Figures = append(rows.Rows[i].Figures, picture.Figure{})
		}
	}
	g.Caption, g.Blocks = word(lang, "areas-by-class"), []block{rows}
	g.finish()
	p.Grid, a.list = g, list
	a.facts = list
	a.draw = func() string {
		// What must be said of one of the maps is said of the picture: what types are, or what shares rest on.
		rank := func(m cube.Measure) int { return 2*boolInt(m.Kind != cube.Code) + boolInt(m.Kind.Additive()) }
		say := slices.MinFunc(about, func(x, y cube.Measure) int { return rank(x) - rank(y) })
		var small []picture.Small
		var cells []cube.Cell
		for i, m := range p.Maps {
			small = append(small, picture.Small{Title: m.Title, Drawing: m.SVG})
			if m.Legend != nil {
				small[i].Legend = m.Legend.Legend
			}
			cells = append(cells, layers[i].cells...)
		}
		var shared *picture.Legend
		if p.Legend != nil {
			shared = p.Legend.Legend
		}
		return picture.Sheet(a.title, []string{picture.Beside(small, lang)}, shared, s.feet(r, say, tables, cells, lead), lang)
	}
	a.areas = func() ([]byte, error) { return s.geoJSON(r, a.title, layers...) }
	choice, err := s.figureField(shown, word(lang, "measure"), chosen, false, lang, func(*figure) bool { return true })
	if err != nil {
		return nil, err
	}
	p.Choose = choosing{Lang: lang, Action: prefix(lang) + "/karta/flera", Fields: []field{choice}}
	for _, name := range []string{level, inside} {
		if v := r.query.Get(name); v != "" && len(keys) <= 1 {
			p.Choose.Kept = append(p.Choose.Kept, condition{name, v})
		}
	}
	return a, nil
}

func unreliable(c cube.Cell) bool { return c.Status == cube.Unreliable }

// A mapping is what maps of a figure are drawn of: the areas of a division, or of those the ones in a place.
type mapping struct {
	figure   *figure
	table    *table
	cube     *cube.Cube
	division *division
	places   []place
}

func (s *Server) mapData(r *request) (*mapping, error) {
	f, t, d, err := s.mapped(r)
	if err != nil {
		return nil, err
	}
	c, err := t.cells()
	if err != nil {
		return nil, err
	}
	m := &mapping{f, t, c, d, nil}
	keep := func(int) bool { return true }
	if code := r.query.Get(inside); code != "" {
		q, ok := s.find(code)
		if !ok {
			return nil, &badRequest{word(r.lang, "unknown-place")}
		}
		keep = within(d, q)
	}
	for at := range d.Len() {
		if keep(at) {
			m.places = append(m.places, place{d, at})
		}
	}
	return m, nil
}

// cells are the areas' values in a year, and where in the table they stand.
func (m *mapping) cells(year string) ([]cube.Cell, map[string]int) {
	rows := m.figure.rows(m.table, m.cube, year)
	out := make([]cube.Cell, len(m.places))
	for i, p := range m.places {
		out[i] = m.figure.in(m.cube, rows, p.area().Code)
	}
	return out, rows
}

// drawing is the small map before its classes are known.
func (m *mapping) drawing(s *Server, first bool, lang string) picture.Map {
	d := picture.Map{Window: picture.Nowhere, Small: true, Shared: !first, Sharing: first}
	for _, p := range m.places {
		d.Shapes = append(d.Shapes, p.shape(lang, s.href(p, lang)))
	}
	return d
}
