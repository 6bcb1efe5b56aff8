package server

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// placePage is a page about one place.
type placePage struct {
	Kind   string
	Code   string
	Up     []link
	Other  []link // the same code in other divisions
	Became string // what became of it in the newest division of its kind
	Later  []link // and where that is
	Type   *placeType
	Parts  *grid  // the types of the areas in the place
	Lead   string // and the same in a sentence
	Map    *picture.Chart
	Here   string // heading of Glance
	Glance *grid
	Down   []downLink
	Below  string // what Down are

	Firm       []string // how firmly it has its type
	WhatIf     string   // where other rules for it are tried
	Trend      *trend
	Choose     choosing
	Compare    string // where its trend may be compared with others
	Neighbours *grid
	Similar    *grid
	SimilarBy  string
	Differs    *grid
	Smallest   string // what its shares rest on
}

// placeType is the type of a place.
type placeType struct {
	Number, Class string
	Label         string
	Year          string
	Measure       string
	Table         string
	Earlier       []string
}

type downLink struct {
	link
	Number, Class string // type, where there is one
	Type          string
}

func (s *Server) place(r *request, code string) (*answer, error) {
	if err := r.only(shown); err != nil {
		return nil, err
	}
	q, ok := s.find(code)
	if !ok {
		return nil, errNotFound
	}
	p := &placePage{Kind: q.ID.Title(), Code: q.area().Code, Type: s.placeType(q, r.lang)}
	a := &answer{template: "place.html", title: q.name(r.lang), body: p}
	for _, up := range s.above(q) {
		p.Up = append(p.Up, link{up.name(r.lang), s.href(up, r.lang)})
	}
	for _, d := range s.divisions {
		if at, ok := d.Index(p.Code); ok && d != q.division {
			p.Other = append(p.Other, link{d.ID.Title(), s.href(place{d, at}, r.lang)})
		}
	}
	if p.Became, p.Later = s.became(q, r.lang); p.Became != "" {
		// What is told of the ground says more than that the code is the same.
		p.Other = slices.DeleteFunc(p.Other, func(l link) bool { return slices.ContainsFunc(p.Later, func(k link) bool { return k.Href == l.Href }) })
	}
	p.Here = word(r.lang, "here-and")
	glance := &grid{Caption: picture.Say(word(r.lang, "and-whole"), q.name(r.lang)), Labels: []string{""}, Heads: []columnHead{
		{Text: word(r.lang, "number-here")}, {Text: word(r.lang, "value-here")}, {Text: word(r.lang, "base")}, {Text: word(r.lang, "value-whole")}}}
	for _, t := range s.tables {
		if !t.byArea() || t.division() != q.ID {
			continue
		}
		c, err := t.cells()
		if err != nil {
			return nil, err
		}
		dim := c.Dims()[t.area]
		if dim.Index(p.Code) < 0 {
			continue
		}
		here, err := c.Where(dim.Name, p.Code)
		if err != nil {
			return nil, err
		}
		if here.Len() == 0 {
			continue
		}
		a.cubes = append(a.cubes, here)
		if !t.ofCountry() {
			p.Here, glance.Caption, glance.Heads[3].Text = word(r.lang, "here-and-total"), picture.Say(word(r.lang, "and-total"), q.name(r.lang)), word(r.lang, "value-total")
		}
		if p.Type == nil || t.Name != p.Type.Table || len(t.Measures) > 1 {
			glance.Blocks = append(glance.Blocks, s.glancePlace(t, c, here, r.lang)...)
		}
	}
	if !glance.Empty() {
		glance.narrow()
		glance.finish()
		p.Glance = glance
	}
	s.inside(p, q, r.lang)
	if err := s.about(a, p, q, r); err != nil {
		return nil, err
	}
	if m := s.placeMap(q, r.lang); m != nil {
		p.Map = m.Chart
		s.offer(r, a, m)
	} else {
		p.Map = s.locator(q, r.lang)
	}
	return a, nil
}

// The conditions of views of places: a figure, and a place.
const (
	shown       = "m"
	chosenPlace = "plats"
)

// about tells of a place over time, among its neighbours and beside areas like it.
func (s *Server) about(a *answer, p *placePage, q place, r *request) error {
	lang := r.lang
	f, err := s.trendFigure(q, r.query.Get(shown), lang)
	if err != nil || f == nil {
		return err
	}
	choice, err := s.figureField(shown, word(lang, "measure"), f.key, false, lang, func(f *figure) bool { return f.at(q.ID) != nil })
	if err != nil {
		return err
	}
	p.Choose = choosing{Lang: lang, Action: s.href(q, lang), Fields: []field{choice}}
	var all []*series
	compare := conditions(shown, f.key)
	for _, one := range append([]place{q}, reversed(s.above(q))...) {
		line, err := s.of(f, one, lang)
		if err != nil {
			return err
		}
		// A count of a place can't be told beside that of the country.
		if line != nil && len(all) < picture.MostLines && (len(all) == 0 || !f.measure.Kind.Additive()) {
			all = append(all, line)
			compare.Add(chosenPlace, s.address(one))
		}
	}
	if len(all) > 0 && all[0].place.at == q.at && all[0].place.division == q.division {
		p.Trend = s.trendOf(f, all, lang)
		if svg := p.Trend.Plot.SVG; svg != "" {
			a.draw = func() string {
				return picture.Sheet(q.name(lang)+". "+f.head(lang), []string{svg}, nil, s.foot(r, f, all), lang)
			}
		}
		p.Compare = prefix(lang) + "/jamfor" + question(compare)
	}
	year := ""
	if p.Type != nil {
		year = p.Type.Year
		if p.Firm, err = s.firmness(q, p.Type, lang); err != nil {
			return err
		}
		p.WhatIf = s.whatIfOf(q.division, p.Type.Year, "", s.address(q), lang)
	}
	head, value, err := s.valueOf(f, q, lang)
	if err != nil {
		return err
	}
	row := func(u place, between label) gridRow {
		return gridRow{Labels: []label{{Text: u.name(lang), Href: s.href(u, lang)}, between, s.typeLabel(u, lang)}, Figures: value(u)}
	}
	if near := s.neighbours(q); len(near) > 0 {
		g := &grid{Caption: picture.Say(word(lang, "neighbours-of"), q.name(lang)), Labels: []string{word(lang, "neighbour"), word(lang, "direction"), word(lang, "type")}, Heads: head}
		var b block
		for _, n := range near {
			b.Rows = append(b.Rows, row(n.place, label{Text: compass[n.direction].In(lang)}))
		}
		g.Blocks = []block{b}
		g.finish()
		p.Neighbours = g
	}
	like, whole, err := s.similar(q, year)
	if err != nil {
		return err
	}
	if len(like) > 0 {
		p.SimilarBy = word(lang, "like-components")
		if whole {
			p.SimilarBy = word(lang, "like-index")
		}
		g := &grid{Caption: strings.TrimSpace(picture.Say(word(lang, "similar-to"), q.name(lang)) + " " + bracketed(year)), Labels: []string{word(lang, "area"), word(lang, "lies-in"), word(lang, "type")},
			Heads: append(slices.Clone(head), columnHead{Text: word(lang, "apart")})}
		var b block
		for _, l := range like {
			in := label{}
			if up := s.above(l.place); len(up) > 0 {
				in.Text = up[len(up)-1].name(lang)
			}
			one := row(l.place, in)
			one.Figures = append(one.Figures, picture.Figure{Text: picture.Number(picture.Rounded(l.apart, 1), 1, lang)})
			b.Rows = append(b.Rows, one)
		}
		g.Blocks = []block{b}
		g.finish()
		p.Similar = g
	}
	return s.unlike(p, q, lang)
}

// unlike tells by which shares a place differs most from the country, and how little its shares rest on.
func (s *Server) unlike(p *placePage, q place, lang string) error {
	differ, smallest, err := s.differences(q)
	if err != nil {
		return err
	}
	if smallest.OK && smallest.V > 0 && q.ID.Kind != area.Riket {
		p.Smallest = picture.Say(word(lang, "smallest-base"), picture.Number(smallest.V, 0, lang), picture.Number(picture.Rounded(100/smallest.V, 2), 2, lang))
	}
	if len(differ) == 0 {
		return nil
	}
	g := &grid{Caption: picture.Say(word(lang, "differs"), q.name(lang)), Labels: []string{word(lang, "measure")},
		Heads: []columnHead{{Text: word(lang, "value-here")}, {Text: word(lang, "whole")}, {Text: word(lang, "points-apart")}}}
	var b block
	for _, d := range differ {
		here, whole := picture.NewFigure(d.here, d.figure.measure, lang), picture.NewFigure(d.whole, d.figure.measure, lang)
		here.Base, whole.Base = "", ""
		// The difference is of the numbers as they are shown.
		apart := picture.Shown(d.here.Value, d.figure.measure) - picture.Shown(d.whole.Value, d.figure.measure)
		text := d.figure.head(lang)
		if d.year != "" {
			text += " (" + d.year + ")"
		}
		b.Rows = append(b.Rows, gridRow{Labels: []label{{Text: text, Href: s.href(q, lang) + question(conditions(shown, d.figure.key)) + "#trend"}}, Figures: []picture.Figure{here, whole,
			{Text: picture.Number(picture.Rounded(apart, d.figure.measure.Decimals), d.figure.measure.Decimals, lang)}}})
	}
	g.Blocks = []block{b}
	g.finish()
	p.Differs = g
	return nil
}

// trendFigure is the figure that a place's page shows over time: the one asked for; else the index, and else the first share or other number that does not add up that is told for
// most years. It is nil when the edition tells nothing of the place.
func (s *Server) trendFigure(q place, key, lang string) (*figure, error) {
	if key != "" {
		f, err := s.figure(key, lang)
		if err == nil && f.at(q.ID) == nil {
			return nil, &badRequest{picture.Say(word(lang, "not-of-kind"), f.head(lang), q.ID.Title())}
		}
		return f, err
	}
	all, err := s.figures()
	if err != nil {
		return nil, err
	}
	var best *figure
	most := 0
	for _, f := range all {
		if !f.first && f.measure.Name != areatype.MeasureIndex || f.at(q.ID) == nil || f.measure.Kind == cube.Code {
			continue
		}
		one, err := s.of(f, q, lang)
		if err != nil {
			return nil, err
		}
		if one == nil {
			continue
		}
		n := 0 // years with a value: what is hidden makes no line
		for _, cell := range one.cells {
			if cell.Status.HasValue() {
				n++
			}
		}
		switch {
		case f.measure.Name == areatype.MeasureIndex:
			return f, nil
		case n > 0 && !f.measure.Kind.Additive():
			n += 1000
		}
		if best == nil || n > most {
			best, most = f, n
		}
	}
	return best, nil
}

// typeLabel is the type of a place as a label; empty when it has none.
func (s *Server) typeLabel(q place, lang string) label {
	t := s.placeType(q, lang)
	if t == nil {
		return label{}
	}
	return label{Text: t.Number, Type: t.Class}
}

// valueOf makes a column of a figure in the latest year for the areas of a place's division.
func (s *Server) valueOf(f *figure, q place, lang string) ([]columnHead, func(place) []picture.Figure, error) {
	t := f.at(q.ID)
	if t == nil {
		return nil, func(place) []picture.Figure { return nil }, nil
	}
	c, err := t.cells()
	if err != nil {
		return nil, nil, err
	}
	year := t.last()
	return []columnHead{{Text: strings.TrimSpace(f.head(lang) + " " + bracketed(year))}}, func(u place) []picture.Figure {
		cell, _ := f.cell(t, c, u.area().Code, year)
		fig := picture.NewFigure(cell, f.measure, lang)
		fig.Base = ""
		return []picture.Figure{fig}
	}, nil
}

// placeType is the type of a place in the latest year that it has one; nil when the edition gives it none.
func (s *Server) placeType(q place, lang string) *placeType {
	types := q.types()
	if types == nil {
		return nil
	}
	var found *placeType
	for _, year := range slices.Backward(types.years) {
		t := typeOf(types.byYear[year][q.at])
		switch {
		case t == 0:
		case found == nil:
			found = &placeType{Number: t.Code(), Class: typeClass(t.Code()), Label: t.Label().In(lang), Year: year, Measure: types.measure.Title.In(lang), Table: types.table.Name}
		default:
			found.Earlier = append(found.Earlier, year+": "+t.Code())
		}
	}
	return found
}

// glancePlace are a table's figures for a place beside those of the whole country.
func (s *Server) glancePlace(t *table, c, here *cube.Cube, lang string) []block {
	var blocks []block
	key := keyMeasures(here.Measures())
	for _, m := range key {
		meas := here.Measures()[m]
		rows := typical(here, t.layout, m)
		vary, _ := spread(here, rows, lang, t.area)
		about := picture.Head(meas, lang)
		if year := latest(here, t.layout); year != "" {
			about += ", " + year
		}
		if dim := c.Dims()[t.area]; !t.ofCountry() {
			about += ". " + word(lang, "value-total") + ": " + dim.Members[dim.Index(cube.Total)].Label.In(lang)
		}
		b := block{Title: here.Title.In(lang), About: about, Href: prefix(lang) + "/tabell/" + t.Name}
		for _, i := range rows {
			name := joined(s.rowLabels(here, i, vary, lang))
			if len(rows) == 1 {
				name = picture.Head(meas, lang)
			}
			row := gridRow{Labels: []label{{Text: name}}, Figures: make([]picture.Figure, 4)}
			if meas.Kind.Additive() {
				row.Figures[0] = picture.NewFigure(here.Cell(i, m), meas, lang)
			} else {
				if of := here.MeasureIndex(meas.Of); meas.Kind == cube.Share && of >= 0 {
					row.Figures[0] = picture.NewFigure(here.Cell(i, of), here.Measures()[of], lang)
				}
				value := picture.NewFigure(here.Cell(i, m), meas, lang)
				row.Figures[2], value.Base = picture.Figure{Text: value.Base, Class: "base"}, ""
				row.Figures[1] = value
				codes := make([]string, len(c.Dims()))
				for d := range codes {
					codes[d] = here.Code(i, d)
				}
				codes[t.area] = cube.Total
				if t.total() >= 0 && c.Find(codes...) >= 0 {
					row.Figures[3] = picture.NewFigure(c.Get(meas.Name, codes...), meas, lang)
					row.Figures[3].Base = ""
				}
			}
			b.Rows = append(b.Rows, row)
		}
		// A table with many numbers for each place gets one heading for all of them.
		if len(key) > 1 && len(vary) == 0 {
			b.About = latest(here, t.layout)
			if len(blocks) > 0 {
				blocks[0].Rows = append(blocks[0].Rows, b.Rows...)
				continue
			}
		}
		if len(b.Rows) > 0 {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// inside tells which areas a place consists of and of which types they are.
func (s *Server) inside(p *placePage, q place, lang string) {
	down := s.below(q)
	for _, d := range down {
		l := downLink{link: link{d.name(lang), s.href(d, lang)}}
		if t := s.placeType(d, lang); t != nil {
			l.Number, l.Class, l.Type = t.Number, t.Class, t.Label
		}
		p.Down = append(p.Down, l)
		p.Below = d.ID.Title()
	}
	slices.SortStableFunc(p.Down, func(a, b downLink) int { return strings.Compare(sortable(a.Name), sortable(b.Name)) })
	t := s.countryTypes()
	if t == nil || t.division == q.division || t.in[q.ID] == nil {
		return
	}
	year, _ := t.last()
	n, all := t.count(within(t.division, q))
	whole, allWhole := t.count(func(int) bool { return true })
	if all == 0 {
		return
	}
	var parts []string
	g := &grid{Caption: picture.Say(word(lang, "types-in"), q.name(lang), t.ID.Title(), year), Labels: []string{word(lang, "type")},
		Heads: []columnHead{{Text: word(lang, "number")}, {Text: word(lang, "share") + ", %"}, {Text: word(lang, "whole") + ", %"}}}
	var b block
	for i, k := range areatype.Types() {
		parts = append(parts, picture.Number(float64(n[i]), 0, lang))
		b.Rows = append(b.Rows, gridRow{Labels: []label{{Text: k.Code() + " " + k.Label().In(lang), Type: typeClass(k.Code())}}, Figures: []picture.Figure{
			{Text: picture.Number(float64(n[i]), 0, lang)}, {Text: picture.Number(100*float64(n[i])/float64(all), 1, lang)}, {Text: picture.Number(100*float64(whole[i])/float64(allWhole), 1, lang)}}})
	}
	g.Blocks = []block{b}
	p.Parts = g
	p.Lead = picture.Say(word(lang, "lead-place"), picture.Number(float64(all), 0, lang), t.ID.Kind.Title(), q.name(lang), year, listing("of-type", parts, lang))
}

// sortable orders names as in Swedish, with å, ä and ö last.
func sortable(name string) string {
	return strings.NewReplacer("å", "{", "ä", "|", "ö", "}", "é", "e").Replace(strings.ToLower(name))
}

// around is how much of the surroundings a map of a single area shows, as a share of the area's larger side.
const around = 0.75

// mappedTypes are the types that the map of a place shows: those of its own division, else the country's.
func (s *Server) mappedTypes(q place) *typed {
	if own := q.types(); own != nil {
		return &typed{q.division, own}
	}
	return s.countryTypes()
}

// placeMap draws a place: its areas by type, or an area that has a type itself among its neighbours. It is nil when there are no types to draw.
func (s *Server) placeMap(q place, lang string) *drawnMap {
	t := s.mappedTypes(q)
	switch {
	case t == nil:
	case t.division == q.division && q.hasBorder():
		window := surroundings(q.area().Border.Bound())
		near := func(at int) bool {
			return !t.bounds()[at].IsEmpty() && t.bounds()[at].Intersects(window)
		}
		m := s.typeMap(t, near, &q, nil, window, lang)
		if m != nil {
			m.Caption = picture.Say(word(lang, "surroundings"), q.name(lang), m.Caption)
		}
		return m
	case t.division != q.division && t.in[q.ID] != nil:
		keep := within(t.division, q)
		if m := s.typeMap(t, keep, nil, nil, picture.Nowhere, lang); m != nil {
			m.Caption += ", " + q.name(lang)
			return m
		}
	}
	return nil
}

// surroundings is what a map around a place shows.
func surroundings(bound orb.Bound) orb.Bound {
	return bound.Pad(around * max(bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1]))
}

// locator shows where a place lies among others of its kind in the place above it, or the kommun of a place without a border in its län.
func (s *Server) locator(q place, lang string) *picture.Chart {
	for _, kind := range []area.Kind{q.ID.Kind, area.Kommun, area.Lan} {
		one := q
		if kind != q.ID.Kind {
			up := s.above(q)
			at := slices.IndexFunc(up, func(u place) bool { return u.ID.Kind == kind })
			if at < 0 {
				continue
			}
			one = up[at]
		}
		if !one.hasBorder() {
			continue
		}
		keep := func(int) bool { return true }
		if up := s.above(one); len(up) > 0 {
			keep = within(one.division, up[len(up)-1])
		}
		plain, marked := &picture.Class{Fill: "#e4e4e4"}, &picture.Class{Fill: "#6baed6"}
		var shapes []picture.Shape
		for at := range one.Len() {
			if u := (place{one.division, at}); keep(at) && u.hasBorder() {
				k := plain
				if at == one.at {
					k = marked
				}
				shapes = append(shapes, picture.Shape{Border: u.area().Border, Name: u.name(lang), Class: k, Href: s.href(u, lang)})
			}
		}
		title := picture.Say(word(lang, "locator"), one.name(lang))
		svg := picture.Draw(picture.Map{Shapes: shapes, Mark: one.border(), Window: picture.Nowhere, Title: title, Lang: lang})
		if svg == "" {
			return nil
		}
		return &picture.Chart{Caption: title, SVG: svg, Legend: &picture.Legend{}}
	}
	return nil
}

// reversed are places from the smallest to the largest.
func reversed(up []place) []place {
	out := slices.Clone(up)
	slices.Reverse(out)
	return out
}
