package server

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// The conditions of a comparison beside figures (m) and places (plats): area types, a year, and a place to add by its name.
const (
	chosenType = "typ"
	chosenYear = "ar"
	addPlace   = "lagg"
)

// What a comparison shows at most: figures, and places and types together.
const (
	mostFigures  = 4
	mostCompared = picture.MostLines
)

// comparePage is places and types side by side.
type comparePage struct {
	Choose  choosing
	Items   []compared
	Found   []link // places that a name to add may mean
	Note    string
	Summary *grid
	Parts   []comparedFigure
	Moves   string // where moves between types are told
	Notes   []cube.Text
}

// A compared is a place or type with where the view is without it.
type compared struct {
	label
	Without string
}

// A comparedFigure is one figure of a comparison.
type comparedFigure struct {
	Title string
	Year  string
	Dots  picture.Plot
	Trend *trend
	Only  bool // no trend: the figure is told for one year
}

func (s *Server) compare(r *request) (*answer, error) {
	if err := r.only(shown, chosenPlace, chosenType, chosenYear, addPlace); err != nil {
		return nil, err
	}
	lang := r.lang
	p := &comparePage{}
	a := &answer{template: "compare.html", title: word(lang, "compare"), body: p, passing: r.query.Has(addPlace)}
	figures, err := s.figuresAsked(r)
	if err != nil {
		return nil, err
	}
	places, types, err := s.itemsAsked(r, figures, p)
	if err != nil {
		return nil, err
	}
	canonical := func(without string) string {
		q := conditions(chosenYear, r.query.Get(chosenYear))
		for _, f := range figures {
			q.Add(shown, f.key)
		}
		for _, u := range places {
			if code := s.address(u); code != without {
				q.Add(chosenPlace, code)
			}
		}
		for _, code := range types {
			if code != without {
				q.Add(chosenType, code)
			}
		}
		return prefix(lang) + "/jamfor" + question(q)
	}
	for _, u := range places {
		p.Items = append(p.Items, compared{label{Text: u.called(lang), Href: s.href(u, lang)}, canonical(s.address(u))})
	}
	for _, code := range types {
		t, err := areatype.ParseType(code)
		if err == nil {
			p.Items = append(p.Items, compared{label{Text: code + " " + t.Label().In(lang), Type: typeClass(code)}, canonical(code)})
		}
	}
	if err := s.compareForm(r, p, figures, places, types); err != nil {
		return nil, err
	}
	if err := s.compareFigures(r, a, p, figures, places, types); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(s.tables, (*table).passage) {
		p.Moves = prefix(lang) + "/jamfor/typer"
	}
	return a, nil
}

// figuresAsked are the figures of an address; the first that is told by type, when there are none.
func (s *Server) figuresAsked(r *request) ([]*figure, error) {
	var out []*figure
	for _, key := range r.query[shown] {
		if key == "" {
			continue
		}
		f, err := s.figure(key, r.lang)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	if len(out) > mostFigures {
		return nil, &badRequest{picture.Say(word(r.lang, "too-many-figures"), mostFigures)}
	}
	if len(out) > 0 {
		return out, nil
	}
	all, err := s.figures()
	if err != nil {
		return nil, err
	}
	for _, wanted := range []func(*figure) bool{s.begins,
		func(f *figure) bool { return f.first && f.types != nil && !f.measure.Kind.Additive() },
		func(f *figure) bool { return f.first && f.measure.Kind != cube.Code }, func(*figure) bool { return true }} {
		if at := slices.IndexFunc(all, wanted); at >= 0 {
			return all[at : at+1], nil
		}
	}
	return nil, errNotFound
}

// itemsAsked are the places and types of an address; the country and the types, when there are none.
func (s *Server) itemsAsked(r *request, figures []*figure, p *comparePage) (places []place, types []string, err error) {
	add := func(q place) {
		if !slices.Contains(places, q) {
			places = append(places, q)
		}
	}
	for _, code := range r.query[chosenPlace] {
		q, ok := s.find(code)
		if code != "" && !ok {
			return nil, nil, &badRequest{word(r.lang, "unknown-place")}
		}
		if ok {
			add(q)
		}
	}
	for _, code := range r.query[chosenType] {
		if _, err := areatype.ParseType(code); err != nil {
			return nil, nil, &badRequest{word(r.lang, "unknown-type")}
		}
		if !slices.Contains(types, code) {
			types = append(types, code)
		}
	}
	const longest = 100
	if name := strings.TrimSpace(r.query.Get(addPlace)); len(name) > longest {
		return nil, nil, &badRequest{word(r.lang, "too-long")}
	} else if name != "" {
		// Of those that are called so, the ones that some figure tells of.
		found := slices.DeleteFunc(s.lookup(name), func(q place) bool {
			return !slices.ContainsFunc(figures, func(f *figure) bool { return f.at(q.ID) != nil })
		})
		exact := slices.DeleteFunc(slices.Clone(found), func(q place) bool {
			return folded(q.name(r.lang)) != folded(name) && folded(q.area().Code) != folded(name)
		})
		switch {
		case len(found) == 0:
			p.Note = picture.Say(word(r.lang, "found-none"), name)
		case len(found) == 1:
			add(found[0])
		case len(exact) == 1:
			add(exact[0])
		default:
			p.Note = word(r.lang, "which-place")
			for _, q := range found[:min(len(found), 20)] {
				query := url.Values{}
				for k, v := range r.query {
					if k != addPlace {
						query[k] = v
					}
				}
				query[chosenPlace] = append(slices.Clone(query[chosenPlace]), s.address(q))
				p.Found = append(p.Found, link{q.called(r.lang), prefix(r.lang) + "/jamfor" + question(query)})
			}
		}
	}
	if len(places)+len(types) == 0 && len(r.query[chosenPlace])+len(r.query[chosenType]) == 0 {
		if figures[0].types != nil {
			for _, t := range areatype.Types() {
				types = append(types, t.Code())
			}
		}
		if q, ok := s.find(country); ok {
			add(q)
		} else if d := s.division(figures[0].levels[0].division()); len(types) == 0 && d.Len() > 0 {
			add(place{d, 0})
		}
	}
	if len(places)+len(types) > mostCompared {
		return nil, nil, &badRequest{picture.Say(word(r.lang, "too-many-compared"), mostCompared)}
	}
	return places, types, nil
}

// compareForm is what the reader can choose of a comparison.
func (s *Server) compareForm(r *request, p *comparePage, figures []*figure, places []place, types []string) error {
	p.Choose = choosing{Lang: r.lang, Action: prefix(r.lang) + "/jamfor", Add: addPlace}
	all := func(*figure) bool { return true }
	for i := range min(len(figures)+1, mostFigures) {
		title, key := word(r.lang, "measure"), ""
		if i < len(figures) {
			key = figures[i].key
		} else {
			title = word(r.lang, "another-measure")
		}
		f, err := s.figureField(shown, title, key, i > 0, r.lang, all)
		if err != nil {
			return err
		}
		f.ID = fmt.Sprint(shown, i)
		p.Choose.Fields = append(p.Choose.Fields, f)
	}
	var years []string
	for _, f := range figures {
		for _, t := range append(slices.Clone(f.levels), f.types) {
			if t == nil {
				continue
			}
			for _, y := range t.years() {
				if y != "" && !slices.Contains(years, y) {
					years = append(years, y)
				}
			}
		}
	}
	if slices.Sort(years); len(years) > 1 {
		f := field{Name: chosenYear, Title: word(r.lang, "year"), Options: []option{{"", word(r.lang, "latest-year"), r.query.Get(chosenYear) == ""}}}
		for _, y := range years {
			f.Options = append(f.Options, option{y, y, r.query.Get(chosenYear) == y})
		}
		p.Choose.Fields = append(p.Choose.Fields, f)
	}
	if y := r.query.Get(chosenYear); y != "" && !slices.Contains(years, y) {
		return &badRequest{word(r.lang, "unknown-year") + " " + strings.Join(years, ", ")}
	}
	if slices.ContainsFunc(figures, func(f *figure) bool { return f.types != nil }) {
		p.Choose.Boxes = []field{typeBoxes(types, r.lang)}
	} else {
		for _, code := range types {
			p.Choose.Kept = append(p.Choose.Kept, condition{chosenType, code})
		}
	}
	for _, q := range places {
		p.Choose.Kept = append(p.Choose.Kept, condition{chosenPlace, s.address(q)})
	}
	return nil
}

// typeBoxes offers the five types, of which several may be chosen.
func typeBoxes(chosen []string, lang string) field {
	f := field{Name: chosenType, Title: word(lang, "type")}
	for _, t := range areatype.Types() {
		f.Options = append(f.Options, option{t.Code(), t.Code(), slices.Contains(chosen, t.Code())})
	}
	return f
}

// compareFigures lays the figures out: a table of all in one year, and for each a chart of that year and one over time.
func (s *Server) compareFigures(r *request, a *answer, p *comparePage, figures []*figure, places []place, types []string) error {
	lang := r.lang
	g := &grid{Labels: []string{word(lang, "compared")}}
	rows := make([]gridRow, len(places)+len(types))
	var drawings, heads []string
	var drawn []*series
	var layers []layer
	for i := range rows {
		rows[i].Labels = []label{p.Items[i].label}
	}
	for _, f := range figures {
		all := make([]*series, 0, len(rows))
		lines := make([]*series, len(rows)) // where an item has one
		add := func(i int, one *series, err error) error {
			if one != nil {
				one.label = label{Text: strings.TrimSuffix(one.label.Text, " "), Href: one.label.Href, Type: one.label.Type}
				all = append(all, one)
				lines[i] = one
			}
			return err
		}
		for i, q := range places {
			one, err := s.of(f, q, lang)
			if err := add(i, one, err); err != nil {
				return err
			}
		}
		for i, code := range types {
			one, err := s.ofType(f, code, lang)
			if err := add(len(places)+i, one, err); err != nil {
				return err
			}
		}
		ys := yearsOf(all)
		year := r.query.Get(chosenYear)
		if len(ys) > 0 && !slices.Contains(ys, year) {
			year = ys[len(ys)-1]
		}
		part := comparedFigure{Title: f.head(lang), Year: year, Only: len(ys) < 2}
		g.Heads = append(g.Heads, columnHead{Text: strings.TrimSpace(f.head(lang) + " " + bracketed(year))})
		var marks []picture.Mark
		l := layer{name: f.key, measure: f.key, year: year}
		for i := range rows {
			var fig picture.Figure
			if one := lines[i]; one != nil {
				cell, ok := one.cells[year]
				if !ok {
					cell = cube.Cell{Status: cube.NotAvailable}
				}
				fig = picture.NewFigure(cell, f.measure, lang)
				mark := picture.Mark{Label: one.label.Text, Cell: cell}
				if i >= len(places) {
					mark.Type = types[i-len(places)]
				} else {
					l.places, l.cells = append(l.places, places[i]), append(l.cells, cell)
				}
				marks = append(marks, mark)
			}
			rows[i].Figures = append(rows[i].Figures, fig)
		}
		if len(l.places) > 0 {
			layers = append(layers, l)
		}
		if len(marks) > 0 && f.measure.Kind != cube.Code {
			part.Dots, _ = picture.Dots(strings.TrimSpace(f.head(lang)+" "+bracketed(year)), marks, f.measure, false, lang)
		}
		if len(ys) > 1 {
			part.Trend = s.trendOf(f, all, lang)
		}
		p.Parts = append(p.Parts, part)
		if part.Dots.SVG != "" {
			drawings = append(drawings, part.Dots.SVG)
		}
		if part.Trend != nil && part.Trend.Plot.SVG != "" {
			drawings = append(drawings, part.Trend.Plot.SVG)
		}
		heads, drawn = append(heads, g.Heads[len(g.Heads)-1].Text), append(drawn, all...)
		cubes, err := f.cubes(all)
		if err != nil {
			return err
		}
		for _, c := range cubes {
			a.cubes = append(a.cubes, c)
			for _, n := range c.Notes {
				if !slices.Contains(p.Notes, n) {
					p.Notes = append(p.Notes, n)
				}
			}
		}
	}
	if len(drawings) > 0 {
		a.draw = func() string {
			return picture.Sheet(strings.Join(heads, "; "), drawings, nil, s.foot(r, figures[0], drawn), lang)
		}
	}
	if slices.ContainsFunc(layers, func(l layer) bool { return slices.ContainsFunc(l.places, place.hasBorder) }) {
		a.areas = func() ([]byte, error) { return s.geoJSON(r, a.title, layers...) }
	}
	g.Caption = word(lang, "side-by-side")
	g.Blocks = []block{{Rows: rows}}
	g.finish()
	p.Summary = g
	return nil
}

// movesPage is moves between types.
type movesPage struct {
	Choose    choosing
	Picture   picture.Plot
	Matrices  []*grid
	Stability *grid
	Notes     []cube.Text
	Warnings  []cube.Warning
	Title     string
}

// moves shows a table of moves between types: for a period, how many areas of each type before are of each type after, and what share that is.
func (s *Server) moves(r *request) (*answer, error) {
	const of, period = "tabell", "period"
	if err := r.only(of, period); err != nil {
		return nil, err
	}
	lang := r.lang
	var all []*table
	for _, t := range s.tables {
		if t.passage() {
			all = append(all, t)
		}
	}
	if len(all) == 0 {
		return nil, errNotFound
	}
	t := all[0]
	if name := r.query.Get(of); name != "" {
		at := slices.IndexFunc(all, func(t *table) bool { return t.Name == name })
		if at < 0 {
			return nil, errNotFound
		}
		t = all[at]
	}
	c, err := t.cells()
	if err != nil {
		return nil, err
	}
	ms := matricesOf(c)
	if len(ms) == 0 {
		return nil, errNotFound
	}
	m := slices.MaxFunc(ms, func(a, b matrix) int { return cmp.Compare(a.period, b.period) })
	if want := r.query.Get(period); want != "" {
		at := slices.IndexFunc(ms, func(m matrix) bool { return m.period == want })
		if at < 0 {
			var there []string
			for _, m := range ms {
				there = append(there, m.period)
			}
			return nil, &badRequest{word(lang, "unknown-value") + " period. " + word(lang, "there-are") + " " + strings.Join(there, ", ")}
		}
		m = ms[at]
	}
	p := &movesPage{Choose: choosing{Lang: lang, Action: prefix(lang) + "/jamfor/typer"}, Notes: c.Notes, Warnings: c.Warnings, Title: t.Title.In(lang)}
	a := &answer{template: "moves.html", title: word(lang, "moves"), body: p, cubes: []*cube.Cube{c}}
	if len(all) > 1 {
		f := field{Name: of, Title: word(lang, "table")}
		for _, one := range all {
			f.Options = append(f.Options, option{one.Name, one.Title.In(lang) + " (" + one.Name + ")", one == t})
		}
		p.Choose.Fields = append(p.Choose.Fields, f)
	}
	f := field{Name: period, Title: word(lang, "period")}
	for _, one := range ms {
		f.Options = append(f.Options, option{one.period, one.title, one.period == m.period})
	}
	p.Choose.Fields = append(p.Choose.Fields, f)
	areas := c.Measures()[c.MeasureIndex("NAreas")]
	p.Matrices = append(p.Matrices, movesGrid(picture.Say(word(lang, "moves-areas"), m.title), m.n, areas, lang))
	if m.peopled {
		p.Matrices = append(p.Matrices, movesGrid(picture.Say(word(lang, "moves-people"), m.title), m.people, c.Measures()[c.MeasureIndex("NPersonsFirstYear")], lang))
	}
	if st := s.tableNamed(strings.TrimSuffix(t.Name, "_transitions") + "_stability"); st != nil && st.Name != t.Name {
		firm, err := st.cells()
		if err != nil {
			return nil, err
		}
		p.Stability = s.down(firm, first(firm.Len(), mostRows), lang)
		p.Notes = append(p.Notes, firm.Notes...)
		a.cubes = append(a.cubes, firm)
	}
	p.Notes = slices.Compact(slices.Clone(p.Notes))
	title := picture.Say(word(lang, "moves-areas"), m.title)
	if p.Picture = movesPicture(title, m.n, areas, lang); p.Picture.SVG != "" {
		a.draw = func() string {
			foot := append([]string{word(lang, "moves-picture")}, s.feet(r, cube.Measure{Kind: cube.Code}, []*table{t}, nil, "")...)
			return picture.Sheet(a.title+". "+title, []string{p.Picture.SVG}, nil, foot, lang)
		}
	}
	return a, s.movesAreas(r, a, strings.TrimSuffix(t.Name, "_transitions"), m.period)
}

// movesAreas gives moves between types the areas with their types before and after, when those are published by area for both years.
func (s *Server) movesAreas(r *request, a *answer, of, period string) error {
	t := s.tableNamed(of)
	if t == nil || !t.byArea() || len(t.groups) > 0 || s.division(t.division()) == nil {
		return nil
	}
	c, err := t.cells()
	if err != nil || c.MeasureIndex(areatype.MeasureType) < 0 {
		return err
	}
	one := &mapping{figure: &figure{measure: c.Measures()[c.MeasureIndex(areatype.MeasureType)]}, table: t, cube: c, division: s.division(t.division())}
	for at := range one.division.Len() {
		one.places = append(one.places, place{one.division, at})
	}
	var layers []layer
	for _, year := range strings.Split(period, "_") {
		if slices.Contains(t.years(), year) {
			cells, _ := one.cells(year)
			layers = append(layers, layer{areatype.MeasureType + "_" + year, areatype.MeasureType, year, one.places, cells})
		}
	}
	if len(layers) == 2 && slices.ContainsFunc(one.places, place.hasBorder) {
		a.areas = func() ([]byte, error) { return s.geoJSON(r, a.title, layers...) }
	}
	return nil
}

// movesPicture draws what areas of each type became, as bars parted by the type after. A row with something hidden has no parts: the others would tell of it.
func movesPicture(title string, n [areatype.NTypes][areatype.NTypes]cube.Cell, m cube.Measure, lang string) picture.Plot {
	var all []picture.Parted
	for i, from := range areatype.Types() {
		row := picture.Parted{Label: from.Code() + " " + from.Label().In(lang), Type: from.Code()}
		sum := 0.0
		for _, cell := range n[i] {
			if !cell.Status.HasValue() && row.Without == "" {
				row.Without = cell.Status.Title().In(lang)
			}
			sum += cell.Value
		}
		for j, to := range areatype.Types() {
			if row.Without == "" && sum > 0 {
				v := n[i][j].Value
				row.Parts = append(row.Parts, picture.Part{Type: to.Code(), Text: from.Code() + " → " + to.Code() + ": " + picture.Number(v, 0, lang) + " (" + picture.Percent(v/sum, lang) + ")", Value: v})
			}
		}
		if sum == 0 && row.Without == "" {
			row.Without = picture.Number(0, 0, lang)
		}
		all = append(all, row)
	}
	plot, _ := picture.Parts(title, all, lang)
	return plot
}

// movesGrid writes a matrix: each number with its share of the row, which is how often areas of the type before became of the type after.
func movesGrid(caption string, n [areatype.NTypes][areatype.NTypes]cube.Cell, m cube.Measure, lang string) *grid {
	g := &grid{Caption: caption, Labels: []string{word(lang, "type-before")}}
	var b block
	for i, from := range areatype.Types() {
		g.Heads = append(g.Heads, columnHead{Text: from.Code(), Title: from.Label().In(lang), Type: typeClass(from.Code())})
		all, known := 0.0, true
		for _, cell := range n[i] {
			known = known && cell.Status.HasValue()
			all += cell.Value
		}
		row := gridRow{Labels: []label{{Text: from.Code() + " " + from.Label().In(lang), Type: typeClass(from.Code())}}}
		for _, cell := range n[i] {
			f := picture.NewFigure(cell, m, lang)
			// A share beside a row with something hidden would tell of it.
			if known && all > 0 {
				f.Interval = picture.Percent(cell.Value/all, lang)
			}
			row.Figures = append(row.Figures, f)
		}
		b.Rows = append(b.Rows, row)
	}
	g.Blocks = []block{b}
	g.finish()
	g.Intervals = false
	return g
}
