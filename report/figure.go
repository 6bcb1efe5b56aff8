package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// choice is what a figure or table shows of a cube: for each dimension the members, in order.
type choice struct {
	c       *cube.Cube
	members [][]string
}

// choose takes the declared members, or all that occur of the dimensions in free, and of the others the one that a reference would mean.
func choose(c *cube.Cube, where map[string][]string, free ...string) (choice, error) {
	out := choice{c: c}
	for name := range where {
		if c.DimIndex(name) < 0 {
			return out, fmt.Errorf("where: the table %s has no dimension %q; %s", c.Name, name, nearest(name, c.DimNames()))
		}
	}
	for d, dim := range c.Dims() {
		all := members(c, d)
		codes, ok := where[dim.Name]
		for _, code := range codes {
			if !slices.Contains(all, code) {
				return out, fmt.Errorf("where: the table %s has no %s %q; %s", c.Name, dim.Name, code, nearest(code, all))
			}
		}
		if !ok {
			if slices.Contains(free, dim.Name) {
				codes = all
			} else if code, err := only(c, d); err == nil {
				codes = []string{code}
			} else {
				return out, err
			}
		}
		out.members = append(out.members, codes)
	}
	return out, nil
}

// one is the row where each dimension has its only member, but for those given.
func (k choice) row(at map[int]string) int {
	codes := make([]string, len(k.members))
	for d := range codes {
		codes[d] = k.members[d][0]
		if code, ok := at[d]; ok {
			codes[d] = code
		}
	}
	return k.c.Find(codes...)
}

// varying are the dimensions with several members.
func (k choice) varying() (out []int) {
	for d, codes := range k.members {
		if len(codes) > 1 {
			out = append(out, d)
		}
	}
	return out
}

// fixed says what the dimensions with one member are fixed at, where a reader could ask.
func (k choice) fixed(lang string, except ...int) string {
	var parts, years []string
	for d, codes := range k.members {
		dim := k.c.Dims()[d]
		if len(codes) != 1 || codes[0] == cube.Total || slices.Contains(except, d) {
			continue
		}
		if dim.Role == cube.Time {
			years = append(years, label(dim, codes[0], lang))
			continue
		}
		parts = append(parts, label(dim, codes[0], lang))
	}
	return strings.Join(append(parts, years...), ", ")
}

// label names a member; a type with its number before its name.
func label(dim cube.Dimension, code, lang string) string {
	at := dim.Index(code)
	if at < 0 {
		return code
	}
	text := cmp.Or(dim.Members[at].Label.In(lang), code)
	if dim.Role == cube.Type && code != cube.Total && text != code {
		text = code + " " + text
	}
	return text
}

func (b *builder) figure(name string) (*Drawing, error) {
	var names []string
	for _, f := range b.plan.Figures {
		if names = append(names, f.Name); f.Name == name {
			if b.placed["figure "+name] {
				return nil, fmt.Errorf("figure %s stands in the report already; write {{ref %s}} to refer to it", name, name)
			}
			b.placed["figure "+name] = true
			d, err := b.draw(f)
			if err != nil {
				return nil, fmt.Errorf("figure %s: %w", name, err)
			}
			return d, nil
		}
	}
	return nil, fmt.Errorf("no figure %q is declared under report.figures; %s", name, nearest(name, names))
}

// measureOf finds the measure of a figure or table.
func measureOf(c *cube.Cube, name string) (int, error) {
	if m := c.MeasureIndex(name); m >= 0 {
		return m, nil
	}
	var names []string
	for _, m := range c.Measures() {
		names = append(names, m.Name)
	}
	return 0, fmt.Errorf("the table %s has no measure %q; %s", c.Name, name, nearest(name, names))
}

func (b *builder) draw(f Figure) (*Drawing, error) {
	c, err := b.named(f.Table)
	if err != nil {
		return nil, err
	}
	m, err := measureOf(c, f.Measure)
	if err != nil {
		return nil, err
	}
	switch f.Kind {
	case Map:
		return b.drawMap(f, c, m)
	case Dots, Bars:
		return b.drawMarks(f, c, m)
	case Lines:
		return b.drawLines(f, c, m)
	}
	return nil, fmt.Errorf("there is no kind of figure %q; there are map, dots, bars and lines", f.Kind)
}

// dimOf is the dimension that a figure goes by: the one named, or the only one of a role.
func dimOf(c *cube.Cube, name string, roles ...cube.Role) (int, error) {
	if name != "" {
		if d := c.DimIndex(name); d >= 0 {
			return d, nil
		}
		return 0, fmt.Errorf("by: the table %s has no dimension %q; %s", c.Name, name, nearest(name, c.DimNames()))
	}
	for _, role := range roles {
		for d, dim := range c.Dims() {
			if dim.Role == role && len(members(c, d)) > 1 {
				return d, nil
			}
		}
	}
	return 0, fmt.Errorf("say by which dimension of %s it is drawn: by: … (there are %s)", c.Name, strings.Join(c.DimNames(), ", "))
}

func (b *builder) mark(c *cube.Cube, row, m int, name, kind string) picture.Mark {
	mark := picture.Mark{Label: name, Type: kind, Cell: cube.Cell{Status: cube.NotAvailable}}
	if row >= 0 {
		mark.Cell = c.Cell(row, m)
		if mark.Cell.Status.HasValue() {
			mark.From = cellReference(c, row, m)
			b.keep(&Statement{Reference: mark.From, Format: "plain", Text: picture.NewFigure(mark.Cell, c.Measures()[m], b.lang).Text})
		}
	}
	return mark
}

func typeOf(dim cube.Dimension, code string) string {
	if dim.Role == cube.Type {
		return code
	}
	return ""
}

func (b *builder) drawMarks(f Figure, c *cube.Cube, m int) (*Drawing, error) {
	by, err := dimOf(c, f.By, cube.Type, cube.Group, cube.Time)
	if err != nil {
		return nil, err
	}
	dim := c.Dims()[by]
	k, err := choose(c, f.Where, dim.Name)
	if err != nil {
		return nil, err
	}
	if v := k.varying(); len(v) > 1 || len(v) == 1 && v[0] != by {
		return nil, fmt.Errorf("it is drawn by %s, and more than one member of %s is to be shown: name one under where", dim.Name, c.Dims()[v[len(v)-1]].Name)
	}
	const most = 40
	codes := k.members[by]
	if len(codes) > most {
		return nil, fmt.Errorf("%d members of %s are too many for a figure (at most %d): name some under where", len(codes), dim.Name, most)
	}
	var marks []picture.Mark
	for _, code := range codes {
		marks = append(marks, b.mark(c, k.row(map[int]string{by: code}), m, label(dim, code, b.lang), typeOf(dim, code)))
	}
	d := b.newDrawing(f, k, m, by)
	plot, words := picture.Dots(d.Caption, marks, c.Measures()[m], f.Kind == Bars, b.lang)
	if plot.SVG == "" {
		return nil, fmt.Errorf("not one of its values may be shown or is there: %s", words)
	}
	d.SVG, d.Width, d.Height, d.Alt = plot.SVG, plot.Width, plot.Height, words
	if slices.ContainsFunc(marks, func(k picture.Mark) bool { return k.Cell.Lo.OK }) {
		d.Notes = append(d.Notes, b.say("bars-are-intervals"))
	}
	return d, nil
}

func (b *builder) drawLines(f Figure, c *cube.Cube, m int) (*Drawing, error) {
	year, err := dimOf(c, "", cube.Time)
	if err != nil {
		return nil, fmt.Errorf("a figure of lines needs a table of several years: %w", err)
	}
	by := -1
	free := []string{c.Dims()[year].Name}
	if f.By != "" {
		if by, err = dimOf(c, f.By); err != nil {
			return nil, err
		}
	} else if d, err := dimOf(c, "", cube.Type); err == nil {
		by = d
	}
	if by >= 0 {
		free = append(free, c.Dims()[by].Name)
	}
	k, err := choose(c, f.Where, free...)
	if err != nil {
		return nil, err
	}
	for _, v := range k.varying() {
		if v != year && v != by {
			return nil, fmt.Errorf("more than one member of %s is to be shown: name one under where", c.Dims()[v].Name)
		}
	}
	codes := []string{""}
	if by >= 0 {
		codes = k.members[by]
	}
	if len(codes) > picture.MostLines {
		return nil, fmt.Errorf("%d lines can't be told apart (at most %d): name some under where", len(codes), picture.MostLines)
	}
	var times []string
	for _, code := range k.members[year] {
		times = append(times, label(c.Dims()[year], code, b.lang))
	}
	var lines []picture.Line
	for _, code := range codes {
		l := picture.Line{Label: c.Measures()[m].Title.In(b.lang)}
		at := map[int]string{}
		if by >= 0 {
			l.Label, at[by] = label(c.Dims()[by], code, b.lang), code
		}
		for i, y := range k.members[year] {
			at[year] = y
			l.Marks = append(l.Marks, b.mark(c, k.row(at), m, times[i], ""))
		}
		lines = append(lines, l)
	}
	breaks := picture.Breaks(c.Warnings, k.members[year])
	d := b.newDrawing(f, k, m, year, by)
	plot, words := picture.Lines(d.Caption, times, lines, c.Measures()[m], breaks, b.lang)
	if plot.SVG == "" {
		return nil, fmt.Errorf("not one of its values may be shown or is there: %s", words)
	}
	d.SVG, d.Width, d.Height, d.Alt = plot.SVG, plot.Width, plot.Height, words
	return d, nil
}

// newDrawing is a figure without its drawing.
func (b *builder) newDrawing(f Figure, k choice, m int, except ...int) *Drawing {
	d := &Drawing{Name: f.Name, Caption: f.Caption.In(b.lang), cube: b.part(k, m), Source: b.source(k.c)}
	if d.Caption == "" {
		d.Caption = picture.Head(k.c.Measures()[m], b.lang)
		if fixed := k.fixed(b.lang, except...); fixed != "" {
			d.Caption += ": " + fixed
		}
	}
	return d
}

// part is the cube that a figure or table shows, for the workbook.
func (b *builder) part(k choice, measures ...int) *cube.Cube {
	positions := make([][]int, len(k.members))
	for d, codes := range k.members {
		dim := k.c.Dims()[d]
		for at, m := range dim.Members {
			if slices.Contains(codes, m.Code) {
				positions[d] = append(positions[d], at)
			}
		}
	}
	c, err := k.c.Take(positions, measures)
	if err != nil {
		b.failed(fmt.Errorf("report: %w", err))
		return nil
	}
	return c
}

func (b *builder) drawMap(f Figure, c *cube.Cube, m int) (*Drawing, error) {
	by, err := dimOf(c, f.By, cube.Area)
	if err != nil {
		return nil, fmt.Errorf("a map needs a table by area: %w", err)
	}
	dim := c.Dims()[by]
	if dim.Role != cube.Area {
		return nil, fmt.Errorf("a map needs a table by area, and %s is none", dim.Name)
	}
	k, err := choose(c, f.Where, dim.Name)
	if err != nil {
		return nil, err
	}
	for _, v := range k.varying() {
		if v != by {
			return nil, fmt.Errorf("more than one member of %s is to be shown: name one under where", c.Dims()[v].Name)
		}
	}
	id := area.ID{Kind: area.Kind(dim.Kind), Vintage: dim.Vintage}
	div, err := b.ed.Division(id)
	if err != nil {
		return nil, err
	}
	inside, err := b.inside(id, div, f.Inside)
	if err != nil {
		return nil, err
	}
	var shapes []picture.Shape
	var cells []cube.Cell
	var kept []string
	for _, code := range k.members[by] {
		at, ok := div.Index(code)
		if !ok || !inside(at) {
			continue
		}
		row := k.row(map[int]string{by: code})
		if row < 0 {
			continue
		}
		a := div.At(at)
		shapes = append(shapes, picture.Shape{Border: a.Border, Name: cmp.Or(a.Name, a.Code)})
		cells = append(cells, c.Cell(row, m))
		kept = append(kept, code)
	}
	if len(shapes) == 0 {
		return nil, fmt.Errorf("the table has no areas there")
	}
	k.members[by] = kept
	d := b.newDrawing(f, k, m, by)
	chart := picture.ChartOf(picture.Map{Shapes: shapes, Window: picture.Nowhere}, d.Caption, cells, c.Measures()[m], b.lang)
	if chart == nil {
		return nil, fmt.Errorf("the edition has no borders of %s to draw", id.Title())
	}
	own := "map-" + strings.TrimPrefix(slug(f.Name), "s-")
	d.SVG = standalone(string(chart.SVG), own)
	if v := viewBox.FindStringSubmatch(d.SVG); v != nil {
		d.Width, _ = strconv.Atoi(v[3])
		d.Height, _ = strconv.Atoi(v[4])
	}
	d.Alt = chart.Legend.Summary(b.lang)
	for _, class := range chart.Legend.Classes {
		if class.N > 0 {
			d.Legend = append(d.Legend, Key{strings.Replace(class.Fill, "url(#", "url(#"+own+"-", 1), fmt.Sprintf("%s (%s)", class.Label, picture.Number(float64(class.N), 0, b.lang))})
		}
	}
	d.Notes = append(append([]string{b.say("legend-count")}, chart.Notes...), b.say("projection"))
	return d, nil
}

// inside tells which areas of a division lie in a kommun or län; all do when none is named.
func (b *builder) inside(id area.ID, div *area.Division, code string) (func(at int) bool, error) {
	if code == "" {
		return func(int) bool { return true }, nil
	}
	for _, info := range b.ed.Divisions() {
		up, err := b.ed.Division(info.ID())
		if err != nil {
			return nil, err
		}
		at, ok := up.Index(code)
		if !ok || info.ID() == id {
			continue
		}
		parents, err := b.ed.Parents(id, info.ID())
		if err != nil {
			continue
		}
		return func(i int) bool { return int(parents[i]) == at }, nil
	}
	return nil, fmt.Errorf("inside: the edition knows of no area %q that areas of %s lie in", code, id.Title())
}

var viewBox = regexp.MustCompile(`viewBox="0 0 (\d+) (\d+)" width="(\d+)" height="(\d+)"`)

// mapStyle is what pages say of maps in their style sheet, for a drawing that stands alone.
const mapStyle = `<style>#%[1]s path{stroke:#6d6d78;stroke-width:1.2;stroke-linejoin:round}#%[1]s path.many{stroke-width:.5}#%[1]s path.further{fill:none;stroke:#000;stroke-width:1.4}` +
	`#%[1]s text{font:22px "Liberation Sans",Arial,Helvetica,sans-serif;text-anchor:middle}#%[1]s .scale text{text-anchor:start}#%[1]s .scale path{fill:none;stroke:#1b1b1f;stroke-width:2.4}</style>`

// standalone makes a map from a page into a drawing of its own: with its style, and identifiers that no other drawing in the report has. Its units are half a pixel.
func standalone(svg, id string) string {
	svg = strings.NewReplacer(`role="group"`, `role="img"`, `class="map"`, `class="map" id="`+id+`"`).Replace(svg)
	at := strings.Index(svg, ">") + 1
	svg = svg[:at] + fmt.Sprintf(mapStyle, id) + svg[at:]
	for _, name := range []string{"hidden", "protect", "missing"} {
		svg = strings.NewReplacer(`id="`+name+`"`, `id="`+id+"-"+name+`"`, "url(#"+name+")", "url(#"+id+"-"+name+")").Replace(svg)
	}
	return svg
}
