package server

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// listPage lists the tables.
type listPage struct{ Groups []listGroup }

type listGroup struct {
	Title  string
	Tables []tableEntry
}

type tableEntry struct {
	Name, Title, By, Rows, Href string
}

func (s *Server) list(r *request) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	p := &listPage{Groups: []listGroup{{Title: word(r.lang, "tables-by-type")}, {Title: word(r.lang, "tables-by-area")}, {Title: word(r.lang, "tables-other")}}}
	list := [][]string{{"name", "title", "dimensions", "measures", "rows", "address"}}
	for _, t := range s.tables {
		var by, dims, measures []string
		for _, d := range t.Dims {
			by = append(by, d.Title.In(r.lang))
			dims = append(dims, d.Name)
		}
		for _, m := range t.Measures {
			measures = append(measures, m.Name)
		}
		href := prefix(r.lang) + "/tabell/" + url.PathEscape(t.Name)
		at := 2
		if t.kinds > 0 {
			at = 0
		} else if t.areas > 0 {
			at = 1
		}
		p.Groups[at].Tables = append(p.Groups[at].Tables,
			tableEntry{t.Name, t.Title.In(r.lang), strings.Join(by, " × "), picture.Number(float64(t.Rows), 0, r.lang), href})
		list = append(list, []string{t.Name, t.Title.In(r.lang), strings.Join(dims, " "), strings.Join(measures, " "), fmt.Sprint(t.Rows), href})
	}
	p.Groups = slices.DeleteFunc(p.Groups, func(g listGroup) bool { return len(g.Tables) == 0 })
	return &answer{template: "list.html", title: word(r.lang, "tables"), body: p, list: list, facts: s.ed.Tables()}, nil
}

// tablePage is one table.
type tablePage struct {
	By       string // what it is sorted by
	Choice   string // what of the table is shown
	Action   string
	Fields   []field
	Kept     []condition // conditions that the form has no field for
	Map      *picture.Chart
	Grids    []*grid
	Shown    string
	Whole    []link // the whole table, when less is shown
	Notes    []cube.Text
	Warnings []cube.Warning
	Sources  []cube.Source
	Steps    []string
}

type condition struct{ Name, Value string }

// A field is a choice that the reader has.
type field struct {
	Name, Title string
	Options     []option
	ID          string        // when there are several of the name
	Groups      []optionGroup // options under headings of their own
}

type optionGroup struct {
	Title   string
	Options []option
}

type option struct {
	Value, Text string
	Chosen      bool
}

// mostRows is how many rows a page shows; the rest are a click away as CSV.
const mostRows = 300

// The conditions of a table beside its dimensions: the place that areas lie in, and the measure that is drawn.
const (
	inside  = "inom"
	measure = "matt"
)

func (s *Server) table(r *request, name string) (*answer, error) {
	t := s.tableNamed(name)
	if t == nil {
		return nil, errNotFound
	}
	whole, err := t.cells()
	if err != nil {
		return nil, err
	}
	known := whole.DimNames()
	if t.areas == 1 {
		known = append(known, inside, measure)
	}
	if err := r.only(known...); err != nil {
		return nil, err
	}
	c, err := s.filter(r, t, whole)
	if err != nil {
		return nil, err
	}
	p := &tablePage{Action: prefix(r.lang) + "/tabell/" + url.PathEscape(t.Name), Notes: c.Notes, Warnings: c.Warnings, Sources: c.Lineage.Sources, Steps: c.Lineage.Steps}
	var by []string
	for _, d := range t.Dims {
		title := d.Title.In(r.lang)
		if d.Vintage != "" {
			title += " " + d.Vintage
		}
		by = append(by, title)
	}
	p.By = strings.Join(by, " × ")
	a := &answer{template: "table.html", title: c.Title.In(r.lang), body: p, cubes: []*cube.Cube{c}}
	if asked := r.query.Get(measure); asked != "" && t.areas == 1 && c.MeasureIndex(asked) < 0 {
		var names []string
		for _, meas := range c.Measures() {
			names = append(names, meas.Name)
		}
		return nil, &badRequest{word(r.lang, "unknown-measure") + " " + strings.Join(names, ", ")}
	}
	if slices.Contains([]string{"csv", "json", "xlsx", "parquet", sdmxEnding, csvwEnding}, r.format) {
		return a, nil // the numbers are all that is asked for
	}
	if t.areas == 1 {
		if err := s.byPlace(r, a, t, whole, c, p); err != nil {
			return nil, err
		}
	} else {
		s.plain(r, t, c, p)
	}
	if len(r.query) > 0 {
		for _, f := range formats {
			if a.formatted(f) {
				p.Whole = append(p.Whole, link{strings.ToUpper(f), p.Action + "." + f})
			}
		}
	}
	return a, nil
}

// filter keeps the rows that the address asks for.
func (s *Server) filter(r *request, t *table, c *cube.Cube) (*cube.Cube, error) {
	var err error
	for d, dim := range c.Dims() {
		codes, asked := r.query[dim.Name]
		if !asked {
			continue
		}
		for _, code := range codes {
			if dim.Index(code) < 0 {
				return nil, &badRequest{word(r.lang, "unknown-value") + " " + dim.Name + ". " + word(r.lang, "there-are") + " " + someCodes(c.Dims()[d])}
			}
		}
		if c, err = c.Where(dim.Name, codes...); err != nil {
			return nil, err
		}
	}
	if address := r.query.Get(inside); address != "" && t.areas == 1 {
		q, ok := s.find(address)
		d := s.division(t.division())
		if !ok || d == nil {
			return nil, &badRequest{word(r.lang, "unknown-place")}
		}
		dim := c.Dims()[t.area]
		keep := within(d, q)
		var codes []string
		for at := range d.Len() {
			if code := d.At(at).Code; keep(at) && dim.Index(code) >= 0 {
				codes = append(codes, code)
			}
		}
		if len(codes) == 0 {
			return nil, &badRequest{word(r.lang, "nothing-inside")}
		}
		if c, err = c.Where(dim.Name, codes...); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// someCodes are the codes of a dimension, cut short.
func someCodes(d cube.Dimension) string {
	const most = 30
	var codes []string
	for _, m := range d.Members {
		if len(codes) == most {
			codes = append(codes, "…")
			break
		}
		codes = append(codes, m.Code)
	}
	return strings.Join(codes, ", ")
}

// plain lays out a table without areas: with types as columns when it has them.
func (s *Server) plain(r *request, t *table, c *cube.Cube, p *tablePage) {
	rows := first(c.Len(), mostRows*6)
	if t.kinds == 0 {
		rows = first(c.Len(), mostRows)
		p.Grids = []*grid{s.down(c, rows, r.lang)}
	} else {
		for m := range c.Measures() {
			p.Grids = append(p.Grids, s.across(c, rows, t.kind, m, r.lang))
		}
		// Shares and means are what the table is read for: they come before the counts they are made of.
		at := func(g *grid) int {
			return slices.IndexFunc(c.Measures(), func(m cube.Measure) bool {
				return strings.HasPrefix(g.Caption, picture.Head(m, r.lang)) && !m.Kind.Additive()
			})
		}
		slices.SortStableFunc(p.Grids, func(a, b *grid) int { return min(at(b), 0) - min(at(a), 0) })
	}
	if len(rows) < c.Len() {
		p.Shown = picture.Say(word(r.lang, "rows-shown"), picture.Number(float64(len(rows)), 0, r.lang), picture.Number(float64(c.Len()), 0, r.lang))
	}
}

func first(n, most int) []int {
	rows := make([]int, min(n, most))
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// byPlace lays out a table by areas: one row for each, with types as columns when the table has them, else with the measures as columns and a map. What the
// address leaves open is chosen: the latest year, of what a share is taken over the first member, of other groups the total.
func (s *Server) byPlace(r *request, a *answer, t *table, whole, c *cube.Cube, p *tablePage) error {
	m := keyMeasures(c.Measures())[0]
	if name := r.query.Get(measure); name != "" {
		m = c.MeasureIndex(name) // known, or the table would have refused it
	}
	meas := c.Measures()[m]
	chosen := map[int]string{} // code of each dimension that the page chooses
	for d, dim := range c.Dims() {
		if _, asked := r.query[dim.Name]; asked || dim.Role == cube.Area || dim.Role == cube.Type {
			continue
		}
		if dim.Role == cube.Time {
			chosen[d] = latest(c, t.layout)
			continue
		}
		if code := usual(whole, c, d, meas); code != "" {
			chosen[d] = code
		}
	}
	var rows []int
	for i := range c.Len() {
		keep := true
		for d, code := range chosen {
			keep = keep && c.Code(i, d) == code
		}
		if keep {
			rows = append(rows, i)
		}
	}
	s.form(r, t, whole, m, chosen, p)
	_, p.Choice = spread(c, rows, r.lang, t.area)
	if t.kinds == 0 {
		if m := s.tableMap(r, t, c, rows, m); m != nil {
			p.Map = m.Chart
			s.offer(r, a, m)
		}
	}
	// The whole country comes first.
	slices.SortStableFunc(rows, func(a, b int) int { return wholeFirst(c, t, a) - wholeFirst(c, t, b) })
	if len(rows) > mostRows && t.kinds == 0 {
		p.Shown = picture.Say(word(r.lang, "areas-shown"), picture.Number(mostRows, 0, r.lang), picture.Number(float64(len(rows)), 0, r.lang))
		rows = rows[:mostRows]
	}
	if len(rows) == 0 {
		return nil
	}
	if t.kinds > 0 {
		p.Grids = []*grid{s.across(c, rows, t.kind, m, r.lang)}
		if n := len(p.Grids[0].Blocks[0].Rows); n > mostRows {
			p.Shown = picture.Say(word(r.lang, "areas-shown"), picture.Number(mostRows, 0, r.lang), picture.Number(float64(n), 0, r.lang))
			p.Grids[0].Blocks[0].Rows = p.Grids[0].Blocks[0].Rows[:mostRows]
		}
		return nil
	}
	p.Grids = []*grid{s.down(c, rows, r.lang)}
	return nil
}

// over is the dimension that the table's shares are taken over, or -1.
func over(c *cube.Cube) int {
	for _, m := range c.Measures() {
		if m.Over != "" {
			return c.DimIndex(m.Over)
		}
	}
	return -1
}

func wholeFirst(c *cube.Cube, t *table, row int) int {
	if c.Code(row, t.area) == cube.Total {
		return 0
	}
	return 1
}

// form is what the reader can choose of a table by areas.
func (s *Server) form(r *request, t *table, c *cube.Cube, m int, chosen map[int]string, p *tablePage) {
	if len(c.Measures()) > 1 {
		f := field{Name: measure, Title: word(r.lang, "measure")}
		for k, meas := range c.Measures() {
			f.Options = append(f.Options, option{meas.Name, meas.Title.In(r.lang), k == m})
		}
		p.Fields = append(p.Fields, f)
	}
	for d, dim := range c.Dims() {
		if dim.Role == cube.Area || dim.Role == cube.Type {
			for _, code := range r.query[dim.Name] {
				p.Kept = append(p.Kept, condition{dim.Name, code})
			}
			continue
		}
		members := t.members(d)
		if len(members) < 2 {
			continue
		}
		f := field{Name: dim.Name, Title: dim.Title.In(r.lang)}
		for _, at := range members {
			code := dim.Members[at].Code
			is := chosen[d] == code || slices.Contains(r.query[dim.Name], code)
			f.Options = append(f.Options, option{code, memberLabel(dim, at, r.lang).Text, is})
		}
		p.Fields = append(p.Fields, f)
	}
	if f, ok := s.insideField(r, t); ok {
		p.Fields = append(p.Fields, f)
	}
}

// insideField offers the län, and when one is chosen its kommuner.
func (s *Server) insideField(r *request, t *table) (field, bool) {
	d, lan := s.division(t.division()), s.ofKind(area.Lan)
	if d == nil || lan == nil || d.in[lan.ID] == nil {
		return field{}, false
	}
	q, asked := s.find(r.query.Get(inside))
	f := field{Name: inside, Title: word(r.lang, "inside"), Options: []option{{"", word(r.lang, "whole"), !asked}}}
	for at := range lan.Len() {
		one := place{lan, at}
		f.Options = append(f.Options, option{s.address(one), one.name(r.lang), asked && one == q})
		kommun := s.ofKind(area.Kommun)
		if !asked || kommun == nil || d == kommun || d.in[kommun.ID] == nil || kommun.in[lan.ID] == nil {
			continue
		}
		if one == q || q.in[lan.ID] != nil && int(q.in[lan.ID][q.at]) == at {
			for k, in := range kommun.in[lan.ID] {
				if int(in) == at {
					sub := place{kommun, k}
					f.Options = append(f.Options, option{s.address(sub), "– " + sub.name(r.lang), sub == q})
				}
			}
		}
	}
	return f, true
}

// tableMap draws one measure of the first of the shown combinations.
func (s *Server) tableMap(r *request, t *table, c *cube.Cube, rows []int, m int) *drawnMap {
	d := s.division(t.division())
	if d == nil || len(rows) == 0 {
		return nil
	}
	meas := c.Measures()[m]
	var same []int
	for _, i := range rows {
		fits := true
		for k := range c.Dims() {
			fits = fits && (k == t.area || c.Coord(i, k) == c.Coord(rows[0], k))
		}
		if fits {
			same = append(same, i)
		}
	}
	out := &drawnMap{table: t, measure: meas}
	if t.year >= 0 {
		out.year = c.Code(rows[0], t.year)
	}
	var shapes []picture.Shape
	for _, i := range same {
		at, ok := d.Index(c.Code(i, t.area))
		if !ok {
			continue
		}
		cell := c.Cell(i, m)
		if meas.Kind == cube.Code && cell.Status.HasValue() && typeOf(cell) == 0 {
			return nil
		}
		q := place{d, at}
		shapes = append(shapes, q.shape(r.lang, s.href(q, r.lang)))
		out.places, out.cells = append(out.places, q), append(out.cells, cell)
	}
	if len(shapes) < 2 {
		return nil
	}
	var further []picture.Shape
	if lan := s.ofKind(area.Lan); lan != nil && d.in[lan.ID] != nil {
		further = s.lanShapes(func(q place) string {
			return prefix(r.lang) + "/tabell/" + url.PathEscape(t.Name) + question(with(r.query, inside, s.address(q)))
		}, r.lang)
	}
	title := picture.Head(meas, r.lang)
	if _, fixed := spread(c, same, r.lang, t.area); fixed != "" {
		title += ": " + fixed
	}
	if out.Chart = picture.ChartOf(picture.Map{Shapes: shapes, Further: further, Window: picture.Nowhere}, title, out.cells, meas, r.lang); out.Chart == nil {
		return nil
	}
	return out
}

// with is a query with one condition set.
func with(query url.Values, name string, values ...string) url.Values {
	out := url.Values{}
	if len(values) > 0 {
		out[name] = values
	}
	for k, v := range query {
		if k != name {
			out[k] = v
		}
	}
	return out
}
