package server

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// level is the condition of a map that chooses the division; the others are those of comparisons and of tables.
const (
	level     = "niva"
	onlyClass = "klass" // a step of the legend that is shown alone; may be repeated
)

// mapPage is a map of one figure in one year.
type mapPage struct {
	Choose    choosing
	Choice    string
	Map       *picture.Chart
	Mark      []string // what is told of the chosen area, in sentences
	Public    *link    // the smallest place around the chosen area where a hidden value is public
	Grid      *grid
	Shown     string
	Notes     []cube.Text
	Table     string   // the whole table
	Areas     string   // the areas with their numbers, as a GeoPackage
	Later     []link   // the same map other years
	WhatIf    string   // where other rules for the types are tried
	Only      string   // the steps of the legend that are shown alone
	All       string   // the map with all of them
	View      *view    // for the site's own script
	Multiples string   // small maps of all years
	Breaks    []string // where the table's years are not comparable
	Sure      string   // how many areas are sure enough to be shown, when that is asked for
	States    []stateNote
}

func (s *Server) mapView(r *request) (*answer, error) {
	if err := r.only(shown, level, chosenYear, inside, chosenType, chosenPlace, onlyClass, leastChance, fromCut, leastBase); err != nil {
		return nil, err
	}
	lang := r.lang
	f, t, d, err := s.mapped(r)
	if err != nil {
		return nil, err
	}
	c, err := t.cells()
	if err != nil {
		return nil, err
	}
	year := t.last()
	if want := r.query.Get(chosenYear); want != "" {
		if !slices.Contains(t.years(), want) {
			return nil, &badRequest{word(lang, "unknown-year") + " " + strings.Join(t.years(), ", ")}
		}
		year = want
	}
	keep := func(int) bool { return true }
	var inPlace *place
	if code := r.query.Get(inside); code != "" {
		q, ok := s.find(code)
		if !ok {
			return nil, &badRequest{word(lang, "unknown-place")}
		}
		keep, inPlace = within(d, q), &q
	}
	var mark *place
	if code := r.query.Get(chosenPlace); code != "" {
		q, ok := s.find(code)
		if !ok {
			return nil, &badRequest{word(lang, "unknown-place")}
		}
		mark = &q
	}
	types := r.query[chosenType]
	for _, code := range types {
		if _, err := areatype.ParseType(code); err != nil {
			return nil, &badRequest{word(lang, "unknown-type")}
		}
	}
	typed := d.types()
	if len(types) > 0 && typed == nil {
		return nil, &badRequest{picture.Say(word(lang, "no-types"), d.ID.Title())}
	}
	var typesOf []cube.Cell
	if typed != nil {
		if typesOf = typed.byYear[year]; typesOf == nil {
			_, typesOf = typed.last()
		}
	}
	sure, err := s.surely(r, d, year)
	if err != nil {
		return nil, err
	}
	unsure := 0
	rows := f.rows(t, c, year)
	var places []place
	var cells []cube.Cell
	window := picture.Nowhere // of all areas, so that the map stands still when some are left out
	for at := range d.Len() {
		if keep(at) && (place{d, at}).hasBorder() {
			if window.IsEmpty() {
				window = d.bounds()[at]
			}
			window = window.Union(d.bounds()[at])
		}
		var kind areatype.Type
		if typesOf != nil {
			kind = typeOf(typesOf[at])
		}
		if !keep(at) || len(types) > 0 && !slices.Contains(types, fmt.Sprint(int(kind))) {
			continue
		}
		// An area that the table has no row for is one whose value is not available.
		cell := f.in(c, rows, d.At(at).Code)
		if !sure.keeps(at, kind, cell) {
			unsure++
			continue
		}
		places, cells = append(places, place{d, at}), append(cells, cell)
	}
	p := &mapPage{Notes: sure.notes(c.Notes), Table: prefix(lang) + "/tabell/" + url.PathEscape(t.Name)}
	if d.Bordered() > 0 {
		p.Areas = prefix(lang) + ogc + "/collections/" + d.ID.String() + "/items?f=gpkg&" + shown + "=" + url.QueryEscape(f.key)
		if year != "" {
			p.Areas += "&" + chosenYear + "=" + url.QueryEscape(year)
		}
	}
	title := strings.TrimSpace(f.head(lang) + " " + strings.TrimSpace(picture.Say(word(lang, "per-area"), d.ID.Title(), year)))
	title = strings.TrimSuffix(title, ",")
	if inPlace != nil {
		title += ", " + inPlace.name(lang)
	}
	if len(types) > 0 {
		title += ". " + picture.Say(word(lang, "only-types"), strings.Join(types, ", "))
	}
	if len(sure.words) > 0 {
		title += ". " + strings.Join(sure.words, "; ")
		p.Sure = picture.Say(word(lang, "sure-count"), picture.Number(float64(len(places)), 0, lang), picture.Number(float64(len(places)+unsure), 0, lang))
	}
	wanted, only, err := classesWanted(r, f.measure)
	if err != nil {
		return nil, err
	}
	if only != "" {
		title += ". " + picture.Say(word(lang, "only-classes"), only)
		p.Only, p.All = only, prefix(lang)+"/karta"+question(with(r.query, onlyClass))
	}
	a := &answer{template: "map.html", title: title, body: p}
	if err := s.mapForm(r, p, f, t, typed != nil, year); err != nil {
		return nil, err
	}
	p.Choose.Fields = append(p.Choose.Fields, sure.fields(r, cells, f.measure)...)
	if r.format == "html" {
		if p.States, err = s.stateNotes(r, f, places, cells, year); err != nil {
			return nil, err
		}
	}
	shapes := make([]picture.Shape, len(places))
	for i, u := range places {
		if shapes[i].Border = u.area().Border; r.format != lightFormat {
			shapes[i] = u.shape(lang, s.href(u, lang))
		}
		shapes[i].Quiet = !wanted(cells[i])
	}
	var further []picture.Shape
	if inPlace == nil {
		further = s.further(d, func(q place) string { return prefix(lang) + "/karta" + question(with(r.query, inside, s.address(q))) }, lang)
	}
	drawn := picture.Map{Shapes: shapes, Mark: mark.border(), Further: further, Window: window, Bare: r.format == lightFormat}
	if len(places) > 0 && (r.format == "html" || r.format == lightFormat || r.format == "svg" || r.format == "png") { // the other forms have no picture in them
		p.Map = picture.ChartOf(drawn, title, cells, f.measure, lang)
	}
	if p.Map != nil {
		s.classLinks(r, p.Map.Legend)
		p.Map.Histogram = template.HTML(s.histogram(p.Map.Legend, places, cells, mark, lang))
		if r.format == lightFormat {
			p.View = viewOf(r, s.ed.ID(), d, keep, window, shapes, places, cells, p.Map.Legend, f.measure)
		}
	}
	if mark != nil {
		s.marked(p, f, t, c, *mark, places, cells, year, lang)
	}
	if p.Only != "" {
		var alone []place
		var theirs []cube.Cell
		for i, u := range places {
			if wanted(cells[i]) {
				alone, theirs = append(alone, u), append(theirs, cells[i])
			}
		}
		places, cells = alone, theirs
	}
	s.mapTable(p, f, places, cells, typesOf, sure, mark, title, lang)
	if err := s.mapFormats(r, a, p, f, t, c, rows, places, cells, year); err != nil {
		return nil, err
	}
	if f.measure.Kind == cube.Code {
		p.WhatIf = s.whatIfOf(d, year, r.query.Get(inside), r.query.Get(chosenPlace), lang)
	}
	p.Multiples = prefix(lang) + "/karta/flera" + question(conditions(shown, f.key, level, d.ID.String(), inside, r.query.Get(inside)))
	for _, w := range t.breaks() {
		p.Breaks = append(p.Breaks, w.Text.In(lang))
	}
	for _, y := range t.years() {
		if y != "" && y != year {
			p.Later = append(p.Later, link{y, prefix(lang) + "/karta" + question(with(r.query, chosenYear, y))})
		}
	}
	return a, nil
}

// further are the outlines of the län on a map of a division of the whole country, each leading somewhere.
func (s *Server) further(d *division, href func(place) string, lang string) []picture.Shape {
	if lan := s.ofKind(area.Lan); lan == nil || d.in[lan.ID] == nil {
		return nil
	}
	return s.lanShapes(href, lang)
}

// classesWanted tells which cells an address asks to see alone, and how those classes read; all when it names none.
func classesWanted(r *request, m cube.Measure) (wanted func(cube.Cell) bool, only string, err error) {
	var of []func(cube.Cell) bool
	var labels []string
	for _, key := range r.query[onlyClass] {
		one, label, ok := picture.Keyed(key, m, r.lang)
		if !ok {
			return nil, "", &badRequest{word(r.lang, "unknown-class")}
		}
		of, labels = append(of, one), append(labels, label)
	}
	wanted = func(c cube.Cell) bool {
		return len(of) == 0 || slices.ContainsFunc(of, func(one func(cube.Cell) bool) bool { return one(c) })
	}
	return wanted, strings.Join(labels, "; "), nil
}

// classLinks has each step of a legend lead to the map of its areas alone, or of them too, and those that are shown alone back.
func (s *Server) classLinks(r *request, l *picture.Legend) {
	asked := r.query[onlyClass]
	for _, k := range l.Classes {
		key := l.Key(k)
		k.Chosen = slices.Contains(asked, key)
		others := slices.DeleteFunc(slices.Clone(asked), func(one string) bool { return one == key })
		if !k.Chosen {
			others = append(others, key)
		}
		k.Href = prefix(r.lang) + "/karta" + question(with(r.query, onlyClass, others...))
	}
}

// histogram draws how the areas that are drawn are spread, and where the chosen one and its neighbours lie.
func (s *Server) histogram(l *picture.Legend, places []place, cells []cube.Cell, mark *place, lang string) string {
	var drawn, near []cube.Cell
	var chosen *cube.Cell
	beside := map[int]bool{}
	if mark != nil && len(places) > 0 && mark.division == places[0].division {
		for _, n := range s.neighbours(*mark) {
			beside[n.at] = true
		}
	}
	for i, u := range places {
		if u.hasBorder() {
			drawn = append(drawn, cells[i])
		}
		if mark != nil && u == *mark {
			chosen = &cells[i]
		} else if beside[u.at] {
			near = append(near, cells[i])
		}
	}
	return picture.Histogram(l, drawn, chosen, near, lang)
}

// mapped is what an address asks to have drawn: a figure, and its table for a division. Without a figure it is the areas' types, or the first figure there is;
// without a division the kommuner, or within a place the smallest areas, or those there are.
func (s *Server) mapped(r *request) (*figure, *table, *division, error) {
	var f *figure
	if key := r.query.Get(shown); key != "" {
		var err error
		if f, err = s.figure(key, r.lang); err != nil {
			return nil, nil, nil, err
		}
	} else {
		all, err := s.figures()
		if err != nil {
			return nil, nil, nil, err
		}
		for _, wanted := range []func(*figure) bool{s.begins,
			func(f *figure) bool { return f.measure.Kind == cube.Code && f.name == typesTable },
			func(f *figure) bool { return f.first && !f.measure.Kind.Additive() }, func(*figure) bool { return true }} {
			if at := slices.IndexFunc(all, wanted); at >= 0 {
				f = all[at]
				break
			}
		}
		if f == nil {
			return nil, nil, nil, errNotFound
		}
	}
	var best *table
	var there []string
	for _, t := range f.levels {
		id := t.division()
		d := s.division(id)
		there = append(there, id.String())
		if want := r.query.Get(level); want != "" {
			if want == id.String() {
				best = t
			}
			continue
		}
		if best == nil || d.Bordered() > 1 && (id.Kind == area.Kommun || r.query.Get(inside) != "" || s.division(best.division()).Bordered() < 2) {
			best = t
		}
	}
	if best == nil {
		return nil, nil, nil, &badRequest{word(r.lang, "unknown-level") + " " + strings.Join(there, ", ")}
	}
	return f, best, s.division(best.division()), nil
}

// mapForm is what the reader can choose of a map.
func (s *Server) mapForm(r *request, p *mapPage, f *figure, t *table, typed bool, year string) error {
	lang := r.lang
	p.Choose = choosing{Lang: lang, Action: prefix(lang) + "/karta"}
	choice, err := s.figureField(shown, word(lang, "measure"), f.key, false, lang, func(*figure) bool { return true })
	if err != nil {
		return err
	}
	p.Choose.Fields = []field{choice}
	// A division that the figure is not told for can't be chosen, and a new figure may lack this one's: then the address says which it has.
	if len(f.levels) > 1 {
		levels := field{Name: level, Title: word(lang, "division"), Options: []option{{"", word(lang, "usual"), r.query.Get(level) == ""}}}
		for _, one := range f.levels {
			levels.Options = append(levels.Options, option{one.division().String(), one.division().Title(), r.query.Get(level) == one.division().String()})
		}
		p.Choose.Fields = append(p.Choose.Fields, levels)
	}
	if len(t.years()) > 1 {
		ys := field{Name: chosenYear, Title: word(lang, "year"), Options: []option{{"", word(lang, "latest-year"), r.query.Get(chosenYear) == ""}}}
		for _, y := range t.years() {
			ys.Options = append(ys.Options, option{y, y, r.query.Get(chosenYear) == y})
		}
		p.Choose.Fields = append(p.Choose.Fields, ys)
	}
	if in, ok := s.insideField(r, t); ok {
		p.Choose.Fields = append(p.Choose.Fields, in)
	}
	if typed {
		p.Choose.Boxes = []field{typeBoxes(r.query[chosenType], lang)}
		p.Choose.Boxes[0].Title = word(lang, "types-alone")
	}
	if code := r.query.Get(chosenPlace); code != "" {
		p.Choose.Kept = append(p.Choose.Kept, condition{chosenPlace, code})
	}
	return nil
}

// marked tells of the chosen area, and where a value that is hidden for it is public.
func (s *Server) marked(p *mapPage, f *figure, t *table, c *cube.Cube, q place, places []place, cells []cube.Cell, year, lang string) {
	at := slices.Index(places, q)
	if at < 0 {
		p.Mark = []string{picture.Say(word(lang, "mark-outside"), q.name(lang))}
		return
	}
	legend := &picture.Legend{}
	if p.Map != nil {
		legend = p.Map.Legend
	}
	p.Mark = append(p.Mark, q.name(lang)+": "+sentence(cells[at], legend, f.measure, lang)+".")
	if p.Map != nil {
		if k := p.Map.Legend.Of(cells[at]); k != nil && q.hasBorder() {
			k.Marks = append(k.Marks, q.name(lang))
		}
	}
	if cells[at].Status.HasValue() {
		return
	}
	for _, up := range reversed(s.above(q)) {
		one, err := s.of(f, up, lang)
		if err != nil || one == nil || !one.cells[year].Status.HasValue() {
			continue
		}
		p.Public = &link{up.name(lang) + ": " + picture.Amount(one.cells[year].Value, f.measure, lang) + picture.Unit(f.measure, lang), s.href(up, lang) + question(conditions(shown, f.key))}
		return
	}
}

// mostMapped is how many rows stand beside a map: few enough for a first view of 60 kB with the country's areas on it.
const mostMapped = 200

// mapTable is the table with the same figures as the map, the chosen area first.
func (s *Server) mapTable(p *mapPage, f *figure, places []place, cells, typesOf []cube.Cell, sure *sureness, mark *place, title, lang string) {
	g := &grid{Caption: title, Labels: []string{word(lang, "area"), word(lang, "code")}, Heads: []columnHead{{Text: f.head(lang)}}}
	withTypes := typesOf != nil && f.measure.Kind != cube.Code
	if withTypes {
		g.Labels = append(g.Labels, word(lang, "type"))
	}
	based := slices.ContainsFunc(cells, func(cell cube.Cell) bool { return picture.NewFigure(cell, f.measure, lang).Base != "" })
	if based {
		g.Heads = append(g.Heads, columnHead{Text: word(lang, "base")})
	}
	if sure.chance > 0 {
		g.Heads = append(g.Heads, columnHead{Text: picture.Head(chanceMeasure, lang)})
	}
	var b block
	add := func(i int) {
		u := places[i]
		row := gridRow{Labels: []label{{Text: u.name(lang), Href: s.href(u, lang)}, {Text: u.area().Code}}}
		if withTypes {
			one := label{}
			if k := typeOf(typesOf[u.at]); k > 0 {
				one = label{Text: k.Code(), Type: typeClass(k.Code())}
			}
			row.Labels = append(row.Labels, one)
		}
		fig := picture.NewFigure(cells[i], f.measure, lang)
		base := picture.Figure{Text: fig.Base, Class: "base"}
		fig.Base = ""
		row.Figures = []picture.Figure{fig}
		if based {
			row.Figures = append(row.Figures, base)
		}
		if sure.chance > 0 {
			row.Figures = append(row.Figures, picture.NewFigure(sure.chances[u.at].typed(typeOf(typesOf[u.at])), chanceMeasure, lang))
		}
		b.Rows = append(b.Rows, row)
	}
	at := -1
	if mark != nil {
		if at = slices.Index(places, *mark); at >= 0 {
			add(at)
		}
	}
	for i := range places {
		if i != at && len(b.Rows) < mostMapped {
			add(i)
		}
	}
	if len(b.Rows) < len(places) {
		p.Shown = picture.Say(word(lang, "areas-shown"), picture.Number(float64(len(b.Rows)), 0, lang), picture.Number(float64(len(places)), 0, lang))
	}
	if len(b.Rows) > 0 {
		g.Blocks = []block{b}
		g.finish()
		p.Grid = g
	}
}

// mapFormats are the forms that a map can be had in: its rows, its picture and its areas.
func (s *Server) mapFormats(r *request, a *answer, p *mapPage, f *figure, t *table, c *cube.Cube, rows map[string]int, places []place, cells []cube.Cell, year string) error {
	if err := a.numbers(r, f, c, places, rows); err != nil {
		return err
	}
	if p.Map != nil {
		a.draw = func() string {
			return picture.Sheet(p.Map.Caption, []string{string(p.Map.SVG), string(p.Map.Histogram)}, p.Map.Legend, s.feet(r, f.measure, []*table{t}, cells, picture.Say(word(r.lang, "picture-base"), picture.Number(float64(valued(cells)), 0, r.lang), picture.Number(float64(len(cells)), 0, r.lang))), r.lang)
		}
	}
	if slices.ContainsFunc(places, place.hasBorder) {
		a.areas = func() ([]byte, error) {
			return s.geoJSON(r, a.title, layer{measure: f.key, year: year, places: places, cells: cells})
		}
	}
	return nil
}

// numbers adds a figure of places to what an answer's numbers are: the rows that tell them.
func (a *answer) numbers(r *request, f *figure, c *cube.Cube, places []place, rows ...map[string]int) error {
	shown, any := make([]bool, c.Len()), false
	for _, of := range rows {
		for _, u := range places {
			if row, ok := of[u.area().Code]; ok {
				shown[row], any = true, true
			}
		}
	}
	switch {
	case !any:
		return nil
	case r.format == "html" || r.format == lightFormat:
		a.cubes = append(a.cubes, c) // the page itself asks only whether there are numbers and what their columns are called
		return nil
	}
	one, err := c.Keep(func(row int) bool { return shown[row] })
	if err == nil {
		one, err = one.Select(f.measure.Name)
	}
	a.cubes = append(a.cubes, one)
	return err
}

// mostCorners is how many corners of borders a file of areas may have: about 25 MB.
const mostCorners = 1 << 20

// A layer is what a map shows: areas with a cell each.
type layer struct {
	name    string // of its column where there are several
	measure string
	year    string
	places  []place
	cells   []cube.Cell
}

// geoJSON is the areas of maps with their values, in WGS 84 with five decimals (RFC 7946). A cell without a value has its state and null. One map's values are called value, with its measure beside them; those of
// several are columns of the same areas, called as in the collections of areas ([cellColumns]).
func (s *Server) geoJSON(r *request, title string, layers ...layer) ([]byte, error) {
	var places []place
	rows := map[place][]int{} // where each layer has the area, from 1; 0 for nowhere
	corners := 0
	for k, l := range layers {
		for i, u := range l.places {
			if rows[u] == nil {
				rows[u] = make([]int, len(layers))
				places = append(places, u)
				for _, polygon := range u.area().Border {
					for _, ring := range polygon {
						corners += len(ring)
					}
				}
			}
			rows[u][k] = i + 1
		}
	}
	if corners > mostCorners {
		return nil, &badRequest{word(r.lang, "too-large")}
	}
	b := make([]byte, 0, 512+22*corners+400*len(places)*len(layers))
	b = appendText(append(b, `{"type":"FeatureCollection","title":`...), title)
	b = appendText(append(b, `,"edition":`...), s.ed.ID())
	b = strconv.AppendBool(append(b, `,"synthetic":`...), s.ed.Manifest().Synthetic)
	b = appendText(append(b, `,"cite":`...), s.cite(r.lang))
	b = appendText(append(b, `,"licence":`...), s.ed.Manifest().Terms())
	b = appendText(append(b, `,"caution":`...), word(r.lang, "not-caused"))
	b = append(b, `,"features":[`...)
	for i, u := range places {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(append(b, `{"type":"Feature","id":`...), u.area().Code)
		b = append(b, `,"geometry":`...)
		if u.hasBorder() {
			b = appendBorder(b, u.lonLat(u.at).rings)
		} else {
			b = append(b, "null"...)
		}
		b = appendText(append(b, `,"properties":{"code":`...), u.area().Code)
		b = appendText(append(b, `,"name":`...), u.name(r.lang))
		b = appendText(append(b, `,"division":`...), u.ID.String())
		for k, l := range layers {
			if at := rows[u][k]; at > 0 {
				b = l.append(b, l.cells[at-1], len(layers) == 1)
			}
		}
		b = append(b, "}}"...)
	}
	return append(b, "]}\n"...), nil
}

// append writes what a layer tells of an area, alone or as columns among others.
func (l layer) append(b []byte, c cube.Cell, alone bool) []byte {
	name := func(suffix string) {
		if b = append(b, ','); !alone {
			suffix = strings.TrimSuffix(l.name+"_"+suffix, "_value")
		}
		b = append(appendText(b, suffix), ':')
	}
	if alone {
		name("measure")
		b = appendText(b, l.measure)
	}
	known := c.Status.HasValue()
	name("value")
	b = appendNumber(b, cube.Number{V: c.Value, OK: known})
	for _, n := range []struct {
		name  string
		value cube.Number
	}{{"lower", c.Lo}, {"upper", c.Hi}, {"base", c.Base}} {
		if known && n.value.OK {
			name(n.name)
			b = appendNumber(b, n.value)
		}
	}
	name("status")
	b = appendText(b, c.Status.String())
	if l.year != "" {
		name("year")
		b = appendText(b, l.year)
	}
	return b
}
