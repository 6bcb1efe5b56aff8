package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

// A Grid is a table for people: heads and rows of figures.
type Grid struct {
	Caption string
	Name    string // of the table in the edition
	Heads   []string
	Rows    []GridRow
}

// A GridRow is a row of a Grid.
type GridRow struct {
	Label   string
	Href    string
	Figures []figure
}

// shapeOf is how a table is sorted: which of its dimensions is the area, the type, the year, and which are groups.
type shapeOf struct{ area, kind, year, groups []int }

func shape(dims []edition.DimInfo) shapeOf {
	var s shapeOf
	for i, d := range dims {
		switch d.Role {
		case cube.Area:
			s.area = append(s.area, i)
		case cube.Type:
			s.kind = append(s.kind, i)
		case cube.Time:
			s.year = append(s.year, i)
		default:
			s.groups = append(s.groups, i)
		}
	}
	return s
}

// byType are the tables by type alone, byArea those by the areas of one kind alone.
func (s *Server) byType() (names []string) {
	for _, t := range s.ed.Tables() {
		if sh := shape(t.Dims); len(sh.kind) == 1 && len(sh.area) == 0 {
			names = append(names, t.Name)
		}
	}
	return names
}

func (s *Server) byArea(kind area.Kind, vintage string) (names []string) {
	for _, t := range s.ed.Tables() {
		sh := shape(t.Dims)
		if len(sh.area) != 1 || len(sh.kind) != 0 {
			continue
		}
		if d := t.Dims[sh.area[0]]; d.Kind == string(kind) && d.Vintage == vintage {
			names = append(names, t.Name)
		}
	}
	return names
}

// countryPage is the first page.
type countryPage struct {
	Types    []string
	Relative string
	Grids    []Grid
	Map      *Map
	Lan      []link
	Notes    []string
}

func (s *Server) country(r *request) (*answer, error) {
	p := &countryPage{Relative: word(r.lang, "relative")}
	a := &answer{template: "country.html", title: s.ed.Manifest().Title.In(r.lang), body: p}
	for _, name := range s.byType() {
		c, err := s.cube(name)
		if err != nil {
			return nil, err
		}
		a.cubes = append(a.cubes, c)
		p.Grids = append(p.Grids, s.typeGrids(c, r.lang)...)
	}
	p.Types = typeNames(r.lang)
	p.Lan = s.links(r, area.ID{Kind: area.Lan})
	m, err := s.typeMap(r, "")
	if err != nil {
		return nil, err
	}
	p.Map = m
	return a, nil
}

// typeGrids lays a table by type out with a column for each type: one grid for each measure of the latest year.
func (s *Server) typeGrids(c *cube.Cube, lang string) []Grid {
	sh := shape(edition.Describe(c).Dims)
	kind := c.Dims()[sh.kind[0]]
	var grids []Grid
	for m, meas := range c.Measures() {
		g := Grid{Caption: c.Title.In(lang) + ": " + head(meas, lang), Name: c.Name}
		for _, member := range kind.Members {
			g.Heads = append(g.Heads, memberHead(member, lang))
		}
		rows := map[string]int{}
		for _, i := range latest(c, sh) {
			label := groupLabel(c, sh, i, lang)
			at, ok := rows[label]
			if !ok {
				at = len(g.Rows)
				rows[label] = at
				g.Rows = append(g.Rows, GridRow{Label: label, Figures: make([]figure, len(kind.Members))})
			}
			g.Rows[at].Figures[c.Coord(i, sh.kind[0])] = newFigure(c.Cell(i, m), meas, lang)
		}
		grids = append(grids, g)
	}
	return grids
}

func memberHead(m cube.Member, lang string) string {
	if m.Code == cube.Total || len(m.Code) > 1 {
		return m.Label.In(lang)
	}
	return m.Code
}

// latest are the rows of the last year of a table.
func latest(c *cube.Cube, sh shapeOf) []int {
	last := -1
	for i := range c.Len() {
		for _, y := range sh.year {
			last = max(last, c.Coord(i, y))
		}
	}
	var rows []int
	for i := range c.Len() {
		if len(sh.year) == 0 || c.Coord(i, sh.year[0]) == last {
			rows = append(rows, i)
		}
	}
	return rows
}

// groupLabel names a row by its groups and its year.
func groupLabel(c *cube.Cube, sh shapeOf, row int, lang string) string {
	var parts []string
	for _, d := range sh.groups {
		parts = append(parts, c.Dims()[d].Members[c.Coord(row, d)].Label.In(lang))
	}
	label := strings.Join(parts, ", ")
	if label == "" {
		label = word(lang, "total")
	}
	for _, d := range sh.year {
		label += " " + c.Code(row, d)
	}
	return label
}

// placePage is a page about one place.
type placePage struct {
	Kind     string
	Code     string
	Up       []link
	Down     []link
	DownKind string
	Type     string
	TypeText string
	Relative string
	Map      *Map
	Grids    []Grid
}

// find is the division and position of a code.
func (s *Server) find(code string) (*area.Division, int, error) {
	for _, info := range s.ed.Divisions() {
		if area.CheckCode(info.ID().Kind, code) != nil {
			continue
		}
		d, err := s.division(info.ID())
		if err != nil {
			return nil, 0, err
		}
		if i, ok := d.Index(code); ok {
			return d, i, nil
		}
	}
	return nil, 0, errNotFound
}

func (s *Server) place(r *request) (*answer, error) {
	code := r.name()
	if code == "00" {
		return s.country(r)
	}
	d, at, err := s.find(code)
	if err != nil {
		return nil, err
	}
	name := d.At(at).Name
	if name == "" {
		name = code
	}
	p := &placePage{Kind: d.ID.Title(), Code: code, Relative: word(r.lang, "relative")}
	a := &answer{template: "place.html", title: name, body: p}
	for _, info := range s.ed.Divisions() {
		if info.ID() == d.ID {
			continue
		}
		if err := s.kin(r, p, d, at, info.ID()); err != nil {
			return nil, err
		}
	}
	if err := s.placeType(p, d, code, r.lang); err != nil {
		return nil, err
	}
	for _, name := range s.byArea(d.ID.Kind, d.ID.Vintage) {
		c, err := s.cube(name)
		if err != nil {
			return nil, err
		}
		dim := c.Dims()[shape(edition.Describe(c).Dims).area[0]]
		if dim.Index(code) < 0 {
			continue
		}
		here, err := c.Where(dim.Name, code)
		if err != nil {
			return nil, err
		}
		if here.Len() == 0 {
			continue
		}
		a.cubes = append(a.cubes, here)
		if c.Name != typeTable {
			p.Grids = append(p.Grids, placeGrid(c, here, r.lang))
		}
	}
	if p.Map, err = s.typeMap(r, code); err != nil {
		return nil, err
	}
	return a, nil
}

// kin links a place with the areas it lies in and the areas it consists of.
func (s *Server) kin(r *request, p *placePage, d *area.Division, at int, other area.ID) error {
	if up, err := s.ed.Parents(d.ID, other); err == nil && up[at] >= 0 {
		o, err := s.division(other)
		if err != nil {
			return err
		}
		p.Up = append(p.Up, s.placeLink(r, o.At(int(up[at]))))
		return nil
	}
	// Only the next level down is listed: län lists kommuner, kommun lists RegSO, RegSO lists DeSO.
	next := map[area.Kind]area.Kind{area.Lan: area.Kommun, area.Kommun: area.RegSO, area.RegSO: area.DeSO}[d.ID.Kind]
	if other.Kind != next || len(p.Down) > 0 {
		return nil
	}
	down, err := s.ed.Parents(other, d.ID)
	if err != nil {
		return nil
	}
	o, err := s.division(other)
	if err != nil {
		return err
	}
	p.DownKind = other.Title()
	for i, j := range down {
		if int(j) == at {
			p.Down = append(p.Down, s.placeLink(r, o.At(i)))
		}
	}
	return nil
}

func (s *Server) placeLink(r *request, a area.Area) link {
	name := a.Name
	if name == "" {
		name = a.Code
	}
	return link{name, prefix(r) + "/plats/" + url.PathEscape(a.Code)}
}

func prefix(r *request) string {
	if r.lang == "en" {
		return "/en"
	}
	return ""
}

func (s *Server) links(r *request, id area.ID) []link {
	var out []link
	if d, err := s.division(id); err == nil {
		for i := range d.Len() {
			out = append(out, s.placeLink(r, d.At(i)))
		}
	}
	return out
}

// typeTable is the table with the type of every RegSO.
const typeTable = "area_type"

const typeMeasure = "AreaType"

// placeType finds the type of a RegSO in the latest year that the edition knows.
func (s *Server) placeType(p *placePage, d *area.Division, code, lang string) error {
	c, err := s.cube(typeTable)
	if err != nil || c.MeasureIndex(typeMeasure) < 0 {
		return ignoreNotFound(err)
	}
	dim := c.Dims()[0]
	if dim.Kind != string(d.ID.Kind) || dim.Vintage != d.ID.Vintage {
		return nil
	}
	for _, i := range latest(c, shape(edition.Describe(c).Dims)) {
		if c.Code(i, 0) != code {
			continue
		}
		cell := c.Cell(i, c.MeasureIndex(typeMeasure))
		if t := int(cell.Value); cell.Status.HasValue() && t >= 1 && t <= areatype.NTypes {
			p.Type = fmt.Sprint(t)
			p.TypeText = areatype.Type(t).Label().In(lang)
		}
	}
	return nil
}

func ignoreNotFound(err error) error {
	if err == errNotFound {
		return nil
	}
	return err
}

// typeMap draws the RegSO of a place (of the whole country when code is empty) by type.
func (s *Server) typeMap(r *request, code string) (*Map, error) {
	c, err := s.cube(typeTable)
	if err != nil {
		return nil, ignoreNotFound(err)
	}
	at := c.MeasureIndex(typeMeasure)
	if at < 0 {
		return nil, nil
	}
	dim := c.Dims()[0]
	id := area.ID{Kind: area.Kind(dim.Kind), Vintage: dim.Vintage}
	d, err := s.division(id)
	if err != nil {
		return nil, err
	}
	inside := s.inside(id, d, code)
	legend := typeLegend(typeDimension(), r.lang)
	var shapes []Shape
	for _, i := range latest(c, shape(edition.Describe(c).Dims)) {
		j, ok := d.Index(c.Code(i, 0))
		if !ok || !inside(j) {
			continue
		}
		a, cell := d.At(j), c.Cell(i, at)
		class := legend.Of(cell, c.Measures()[at])
		shapes = append(shapes, Shape{Area: a, Class: class, Text: a.Name + " (" + a.Code + "): " + class.Label, Href: prefix(r) + "/plats/" + url.PathEscape(a.Code)})
	}
	if len(shapes) < 2 {
		return nil, nil
	}
	title := word(r.lang, "map-of") + " " + strings.ToLower(word(r.lang, "type"))
	m := &Map{Legend: legend, Caption: title}
	m.SVG, m.Missing = draw(shapes, title, word(r.lang, "in-the-table"))
	if m.SVG == "" {
		return nil, nil
	}
	return m, nil
}

func typeDimension() cube.Dimension {
	return areatype.Dimension("type", cube.Text{SV: "Områdestyp", EN: "Area type"})
}

// inside tells which areas of a division lie in a place; all do in no place, and those of the same RegSO's kommun in a RegSO.
func (s *Server) inside(id area.ID, d *area.Division, code string) func(int) bool {
	if code == "" {
		return func(int) bool { return true }
	}
	place, at, err := s.find(code)
	if err != nil {
		return func(int) bool { return false }
	}
	if place.ID == id {
		kommun, ok := area.Prefix(id.Kind, code, area.Kommun)
		return func(i int) bool { return !ok || strings.HasPrefix(d.At(i).Code, kommun) }
	}
	up, err := s.ed.Parents(id, place.ID)
	if err != nil {
		return func(int) bool { return false }
	}
	return func(i int) bool { return int(up[i]) == at }
}

// placeGrid sets a place's figures beside the whole country's.
func placeGrid(c, here *cube.Cube, lang string) Grid {
	sh := shape(edition.Describe(c).Dims)
	g := Grid{Caption: c.Title.In(lang), Name: c.Name}
	for _, m := range c.Measures() {
		g.Heads = append(g.Heads, head(m, lang))
	}
	whole := c.Dims()[sh.area[0]].Index(cube.Total) >= 0
	if whole {
		for _, m := range c.Measures() {
			if !m.Kind.Additive() {
				g.Heads = append(g.Heads, word(lang, "whole")+": "+head(m, lang))
			}
		}
	}
	for i := range here.Len() {
		row := GridRow{Label: groupLabel(here, sh, i, lang)}
		for m, meas := range c.Measures() {
			row.Figures = append(row.Figures, newFigure(here.Cell(i, m), meas, lang))
		}
		if whole {
			codes := make([]string, len(c.Dims()))
			for d := range codes {
				codes[d] = here.Code(i, d)
			}
			codes[sh.area[0]] = cube.Total
			for _, meas := range c.Measures() {
				if !meas.Kind.Additive() {
					row.Figures = append(row.Figures, newFigure(c.Get(meas.Name, codes...), meas, lang))
				}
			}
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// listPage lists the tables.
type listPage struct{ Tables []tableEntry }

type tableEntry struct {
	Name, Title string
	By          string
	Rows        string
}

func (s *Server) list(r *request) (*answer, error) {
	p := &listPage{}
	for _, t := range s.ed.Tables() {
		var by []string
		for _, d := range t.Dims {
			by = append(by, d.Title.In(r.lang))
		}
		p.Tables = append(p.Tables, tableEntry{t.Name, t.Title.In(r.lang), strings.Join(by, " × "), number(float64(t.Rows), 0, r.lang)})
	}
	return &answer{template: "list.html", title: word(r.lang, "tables"), body: p}, nil
}

// tablePage is one table.
type tablePage struct {
	Name    string
	Grid    Grid
	Shown   string
	Example string
	Notes   []string
	Map     *Map
	Sources []cube.Source
	Steps   []string
}

// mostRows is how many rows a page shows; the rest are a click away as CSV.
const mostRows = 300

func (s *Server) table(r *request) (*answer, error) {
	c, err := s.cube(r.name())
	if err != nil {
		return nil, err
	}
	if c, err = filter(r, c); err != nil {
		return nil, err
	}
	p := &tablePage{Name: c.Name, Grid: longGrid(c, r), Sources: c.Lineage.Sources, Steps: c.Lineage.Steps}
	for _, n := range c.Notes {
		p.Notes = append(p.Notes, n.In(r.lang))
	}
	for _, w := range c.Warnings {
		p.Notes = append(p.Notes, w.Text.In(r.lang))
	}
	if c.Len() > mostRows {
		p.Shown = fmt.Sprintf(word(r.lang, "rows-shown"), mostRows, c.Len())
		p.Example = "?" + c.Dims()[0].Name + "=" + url.QueryEscape(c.Code(0, 0))
	}
	if p.Map, err = s.tableMap(r, c); err != nil {
		return nil, err
	}
	return &answer{template: "table.html", title: c.Title.In(r.lang), body: p, cubes: []*cube.Cube{c}}, nil
}

// filter keeps the rows that the address asks for.
func filter(r *request, c *cube.Cube) (*cube.Cube, error) {
	asked := r.URL.Query()
	var names []string
	for name := range asked {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		d := c.Dim(name)
		if d == nil {
			return nil, &badRequest{word(r.lang, "unknown-dim") + " " + strings.Join(c.DimNames(), ", ")}
		}
		for _, code := range asked[name] {
			if d.Index(code) < 0 {
				return nil, &badRequest{word(r.lang, "unknown-value") + " " + name}
			}
		}
		var err error
		if c, err = c.Where(name, asked[name]...); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// longGrid is a table row by row.
func longGrid(c *cube.Cube, r *request) Grid {
	g := Grid{Caption: c.Title.In(r.lang), Name: c.Name}
	for _, d := range c.Dims() {
		g.Heads = append(g.Heads, d.Title.In(r.lang))
	}
	for _, m := range c.Measures() {
		g.Heads = append(g.Heads, head(m, r.lang))
	}
	for i := range min(c.Len(), mostRows) {
		var row GridRow
		for d, dim := range c.Dims() {
			member := dim.Members[c.Coord(i, d)]
			f := figure{Text: member.Label.In(r.lang), Status: "label"}
			if dim.Role == cube.Type && member.Code != cube.Total {
				f.Text = member.Code + " " + f.Text
			}
			row.Figures = append(row.Figures, f)
		}
		for m, meas := range c.Measures() {
			row.Figures = append(row.Figures, newFigure(c.Cell(i, m), meas, r.lang))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// tableMap draws a table by areas: the last measure of the first combination of groups, in the latest year.
func (s *Server) tableMap(r *request, c *cube.Cube) (*Map, error) {
	sh := shape(edition.Describe(c).Dims)
	if len(sh.area) != 1 || len(sh.kind) != 0 || c.Len() == 0 {
		return nil, nil
	}
	dim := c.Dims()[sh.area[0]]
	d, err := s.division(area.ID{Kind: area.Kind(dim.Kind), Vintage: dim.Vintage})
	if err != nil {
		return nil, nil
	}
	at := len(c.Measures()) - 1
	meas := c.Measures()[at]
	rows := latest(c, sh)
	chosen := groupLabel(c, sh, rows[0], r.lang)
	var cells []cube.Cell
	var areas []area.Area
	for _, i := range rows {
		if j, ok := d.Index(c.Code(i, sh.area[0])); ok && groupLabel(c, sh, i, r.lang) == chosen {
			cells, areas = append(cells, c.Cell(i, at)), append(areas, d.At(j))
		}
	}
	if len(areas) < 2 {
		return nil, nil
	}
	title := head(meas, r.lang) + ": " + chosen
	legend := rampLegend(title, cells, meas, r.lang)
	if meas.Name == typeMeasure {
		legend = typeLegend(typeDimension(), r.lang)
	}
	var shapes []Shape
	for i, a := range areas {
		class := legend.Of(cells[i], meas)
		text := class.Label
		if cells[i].Status.HasValue() {
			text = newFigure(cells[i], meas, r.lang).Text + unit(meas, r.lang)
		}
		shapes = append(shapes, Shape{Area: a, Class: class, Text: a.Name + " (" + a.Code + "): " + text, Href: prefix(r) + "/plats/" + url.PathEscape(a.Code)})
	}
	m := &Map{Legend: legend, Caption: title}
	m.SVG, m.Missing = draw(shapes, title, word(r.lang, "in-the-table"))
	if m.SVG == "" {
		return nil, nil
	}
	return m, nil
}

// typeNames are the five types with their numbers.
func typeNames(lang string) (names []string) {
	for t := areatype.Type(1); t <= areatype.NTypes; t++ {
		names = append(names, fmt.Sprintf("%d %s", int(t), t.Label().In(lang)))
	}
	return names
}

// methodPage is how it was done.
type methodPage struct {
	Methods []methodEntry
	Types   []string
	Signs   []signEntry
}

type methodEntry struct{ Title, Text string }

type signEntry struct{ Sign, Meaning string }

func (s *Server) method(r *request) (*answer, error) {
	p := &methodPage{}
	for _, m := range s.ed.Manifest().Methods {
		p.Methods = append(p.Methods, methodEntry{m.Title.In(r.lang), m.Text.In(r.lang)})
	}
	p.Types = typeNames(r.lang)
	for _, status := range cube.Statuses() {
		sign := signs[status]
		if sign == "" {
			sign = "123"
		}
		if status == cube.Zero {
			sign = "0"
		}
		p.Signs = append(p.Signs, signEntry{sign, status.Title().In(r.lang) + ". " + status.Text().In(r.lang)})
	}
	return &answer{template: "method.html", title: word(r.lang, "method"), body: p}, nil
}

// editionPage is what the edition consists of.
type editionPage struct {
	ID        string
	Manifest  edition.Manifest
	Divisions []divisionEntry
	Sources   []cube.Source
	Policy    string
	Audit     string
}

type divisionEntry struct {
	Title    string
	Areas    int
	Bordered int
}

func (s *Server) edition(r *request) (*answer, error) {
	m := s.ed.Manifest()
	p := &editionPage{ID: s.ed.ID(), Manifest: m, Policy: indent(m.Policy), Audit: indent(m.Audit)}
	for _, d := range s.ed.Divisions() {
		p.Divisions = append(p.Divisions, divisionEntry{d.ID().Title(), d.Areas, d.Bordered})
	}
	var all cube.Lineage
	for _, t := range s.ed.Tables() {
		all = all.Merge(t.Lineage)
	}
	p.Sources = all.Sources
	return &answer{template: "edition.html", title: word(r.lang, "edition"), body: p}, nil
}

// indent lays JSON out for reading.
func indent(raw json.RawMessage) string {
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return ""
	}
	return out.String()
}
