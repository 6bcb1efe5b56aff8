package picture

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/planar"

	"github.com/skikt/skikt/cube"
)

// A Chart is a map with its legend. The figures it shows stand in a table or list on the same page.
type Chart struct {
	Caption string
	SVG     template.HTML
	Legend  *Legend
	Told    string // what the map shows, in words
	Notes   []string

	Histogram template.HTML // of the values, where the page wants one
}

// A Shape is an area to be drawn.
type Shape struct {
	Border orb.MultiPolygon
	Name   string
	Href   string // where it leads; nowhere when empty
	Text   string // of its value, shown when pointed at
	Class  *Class
	Unsure bool
	Quiet  bool // not among what is shown: the legend counts it, and only its outline is drawn
}

// A Map is what a drawing of areas is made of.
type Map struct {
	Shapes  []Shape
	Mark    orb.MultiPolygon // outlined
	Further []Shape          // larger areas that lead further in, outlined where the shapes are too many to point at
	Window  orb.Bound        // what is shown; the bound of the shapes when it is empty
	Title   string
	Summary string
	Lang    string
	Small   bool // a third as large, one of several side by side
	Shared  bool // the patterns stand in another drawing of the same page
	Sharing bool // the patterns of other drawings of the same page stand here
	Bare    bool // an empty group stands in place of the areas, and the further ones have no outline: whoever has them already puts them there, see [OutlinesOf]
}

// mapWidth and mapHeight are the largest size of a map in pixels. Corners lie on a grid of half pixels, so the drawing's own units are twice as many.
const (
	mapWidth  = 600
	mapHeight = 760
	grain     = 2
)

// mostLinked is how many areas a map has links and words for; beyond that they are too small to point at, and those of a class are drawn as one.
const mostLinked = 700

// Nowhere is the empty window.
var Nowhere = orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}

// boundOf is what holds all borders; empty when there are none.
func boundOf(shapes []Shape) orb.Bound {
	bound := Nowhere
	for _, s := range shapes {
		if len(s.Border) > 0 {
			one := s.Border.Bound()
			if bound.IsEmpty() {
				bound = one
			}
			bound = bound.Union(one)
		}
	}
	return bound
}

// crowded tells whether the areas drawn are too many to point at.
func (d *Map) crowded() bool {
	n := 0
	for _, s := range d.Shapes {
		if len(s.Border) > 0 {
			n++
		}
	}
	return n > mostLinked
}

// Draw writes a map as SVG; empty when nothing can be drawn. It uses attributes, which a style sheet may overrule, so it may stand in a file of its own.
func Draw(d Map) template.HTML {
	p := d.pen()
	if p == nil {
		return ""
	}
	fmt.Fprintf(&p.out, `<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="group" aria-label="%s" stroke="#6d6d78" stroke-width="1.2" stroke-linejoin="round" font-family="%s" font-size="22">`,
		p.width, p.height, p.width/grain, p.height/grain, template.HTMLEscapeString(d.Title+". "+d.Summary+inTheTable.In(d.Lang)), plotFont)
	if !d.Shared {
		p.out.WriteString(d.patterns())
	}
	crowded := d.crowded()
	switch {
	case d.Bare:
		p.out.WriteString(`<g class="areas"></g>`)
		if !crowded {
			p.numbers(d.Shapes)
		}
	case crowded:
		p.merged(d.Shapes)
	default:
		p.each(d.Shapes)
		p.numbers(d.Shapes)
	}
	if crowded {
		coarse := p.coarse()
		fmt.Fprintf(&p.out, `<g transform="scale(%d)">`, grain)
		for _, s := range d.Further {
			outline := ""
			if !d.Bare {
				outline = ` d="` + coarse.path(s.Border) + `"`
			}
			p.link(s, `<path class="further" fill="none" stroke="#000" stroke-width=".6"`+outline+`/>`)
		}
		p.out.WriteString("</g>")
	}
	if len(d.Mark) > 0 {
		path := p.path(d.Mark)
		fmt.Fprintf(&p.out, `<path class="halo" fill="none" stroke="#fff" stroke-width="10" d="%s"/><path class="mark" fill="none" stroke="#000" stroke-width="4.4" d="%s"/>`, path, path)
	}
	if !d.Small {
		p.scaleBar(d.Lang)
	}
	p.out.WriteString("</svg>")
	return template.HTML(p.out.String())
}

// pen is what draws a map; nil when there is nothing to draw.
func (d *Map) pen() *pen {
	clipped := !d.Window.IsEmpty()
	if !clipped {
		if d.Window = boundOf(d.Shapes); d.Window.IsEmpty() {
			return nil
		}
	}
	p := newPen(d.Window, d.Small)
	p.lang, p.clipped = d.Lang, clipped
	return p
}

// Outlines are the areas of a map each by itself, so that a program that has them need not be sent them again with every new value.
type Outlines struct {
	Scale   int      `json:"scale"`   // units of the drawing that [Draw] makes of the same map to a unit here
	Paths   []string `json:"paths"`   // what SVG calls d; empty for an area without a border
	Middles [][2]int `json:"middles"` // of the areas' bounds, right and down
	Further []string `json:"further"` // of the larger areas, where the map has them
}

// OutlinesOf draws each area of a map as [Draw] does.
func OutlinesOf(d Map) *Outlines {
	p := d.pen()
	if p == nil {
		return nil
	}
	o := &Outlines{Scale: 1}
	if d.crowded() {
		p, o.Scale = p.coarse(), grain
		for _, s := range d.Further {
			o.Further = append(o.Further, p.path(s.Border))
		}
	}
	for _, s := range d.Shapes {
		o.Paths = append(o.Paths, p.path(s.Border))
		middle := [2]int{}
		if len(s.Border) > 0 {
			middle = p.at(s.Border.Bound().Center())
		}
		o.Middles = append(o.Middles, middle)
	}
	return o
}

// A pen turns metres east and north into units right and down.
type pen struct {
	out           strings.Builder
	window        orb.Bound
	frame         orb.Bound // a little more than the window
	clipped       bool      // what lies outside the frame is not drawn
	scale         float64   // units a metre
	margin        int
	width, height int
	lang          string
}

// margin keeps outlines at the edge of the map whole, and foot is room for the scale bar, in units.
const (
	margin = 6
	foot   = 44
)

func newPen(window orb.Bound, small bool) *pen {
	w, h := window.Max[0]-window.Min[0], window.Max[1]-window.Min[1]
	p := &pen{window: window, margin: margin}
	p.scale = math.Min(mapWidth*grain/math.Max(w, 1), mapHeight*grain/math.Max(h, 1))
	if small {
		p.scale /= 3
	}
	p.width, p.height = max(int(math.Ceil(w*p.scale))+2*margin, 240), int(math.Ceil(h*p.scale))+2*margin+foot
	p.frame = window.Pad(margin / 2 / p.scale)
	return p
}

func (p *pen) at(q orb.Point) [2]int {
	return [2]int{p.margin + int(math.Round((q[0]-p.window.Min[0])*p.scale)), p.margin + int(math.Round((p.window.Max[1]-q[1])*p.scale))}
}

// each draws every area by itself, with its words and its link.
func (p *pen) each(shapes []Shape) {
	for _, s := range shapes {
		if len(s.Border) == 0 {
			continue
		}
		p.link(s, fmt.Sprintf(`<path fill="%s" d="%s"/>`, s.fill(), p.path(s.Border)))
	}
}

// numbers writes the classes' numbers on top of the areas.
func (p *pen) numbers(shapes []Shape) {
	for _, s := range shapes {
		if len(s.Border) > 0 && s.Class.Number != "" {
			p.number(s)
		}
	}
}

// link wraps what is drawn of a place in a link to it, if it leads anywhere. The keyboard goes past it: the same links stand in a list or table.
func (p *pen) link(s Shape, path string) {
	title := s.Name
	if s.Text != "" {
		title += ": " + s.Text
	}
	if s.Href == "" {
		fmt.Fprintf(&p.out, `<g>%s<title>%s</title></g>`, path, template.HTMLEscapeString(title))
		return
	}
	fmt.Fprintf(&p.out, `<a href="%s" tabindex="-1">%s<title>%s</title></a>`, template.HTMLEscapeString(s.Href), path, template.HTMLEscapeString(title))
}

// coarse is the same pen on a grid of whole pixels, in units of its own: borders of areas that are a few pixels wide need no more, and are half as long to send.
func (p *pen) coarse() *pen {
	return &pen{window: p.window, frame: p.frame, clipped: p.clipped, scale: p.scale / grain, margin: p.margin / grain}
}

// merged draws the areas of each class as one path.
func (p *pen) merged(shapes []Shape) {
	var order []string
	coarse := p.coarse()
	paths := map[string]*strings.Builder{}
	for _, s := range shapes {
		if len(s.Border) == 0 {
			continue
		}
		fill := s.fill()
		if paths[fill] == nil {
			paths[fill] = new(strings.Builder)
			order = append(order, fill)
		}
		paths[fill].WriteString(coarse.path(s.Border))
	}
	fmt.Fprintf(&p.out, `<g transform="scale(%d)">`, grain)
	for _, fill := range order {
		fmt.Fprintf(&p.out, `<path class="many" stroke-width=".25" fill="%s" d="%s"/>`, fill, paths[fill])
	}
	p.out.WriteString("</g>")
}

// path writes a border.
func (p *pen) path(border orb.MultiPolygon) string {
	if p.clipped && p.frame.Union(border.Bound()) != p.frame {
		border = clip.MultiPolygon(p.frame, border.Clone())
	}
	var b strings.Builder
	for _, polygon := range border {
		for k, ring := range polygon {
			corners := p.corners(ring)
			switch {
			case len(corners) >= 3:
			case k > 0 || len(corners) == 0:
				continue
			default:
				// An area smaller than the grain is still an area: it is drawn as a dot.
				c := corners[0]
				corners = [][2]int{c, {c[0] + 1, c[1]}, {c[0] + 1, c[1] + 1}, {c[0], c[1] + 1}}
			}
			trace(&b, corners)
		}
	}
	return b.String()
}

// corners are the corners of a ring on the grid, without repeats and without those on a straight line between their neighbours. What is left out depends on
// the corners alone, so two areas that share a border keep the same one.
func (p *pen) corners(ring orb.Ring) [][2]int {
	var out [][2]int
	for _, q := range ring {
		c := p.at(q)
		if len(out) > 0 && out[len(out)-1] == c {
			continue
		}
		for len(out) >= 2 && straight(out[len(out)-2], out[len(out)-1], c) {
			out = out[:len(out)-1]
		}
		if len(out) > 0 && out[len(out)-1] == c {
			continue
		}
		out = append(out, c)
	}
	if len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	for len(out) >= 3 && straight(out[len(out)-2], out[len(out)-1], out[0]) {
		out = out[:len(out)-1]
	}
	for len(out) >= 3 && straight(out[len(out)-1], out[0], out[1]) {
		out = out[1:]
	}
	return out
}

func straight(a, b, c [2]int) bool { return (b[0]-a[0])*(c[1]-b[1]) == (b[1]-a[1])*(c[0]-b[0]) }

// trace writes a ring, each corner relative to the one before.
func trace(b *strings.Builder, corners [][2]int) {
	var buffer [64]byte
	out := append(buffer[:0], 'M')
	at := corners[0]
	out = strconv.AppendInt(out, int64(at[0]), 10)
	out = append(out, ' ')
	out = strconv.AppendInt(out, int64(at[1]), 10)
	out = append(out, 'l')
	for i, c := range corners[1:] {
		for k := range c {
			// A minus sign parts two numbers as well as a space does.
			if step := c[k] - at[k]; step >= 0 && i+k > 0 {
				out = append(out, ' ')
			}
			out = strconv.AppendInt(out, int64(c[k]-at[k]), 10)
		}
		at = c
	}
	b.Write(append(out, 'z'))
}

// number writes the class's number in the middle of an area where there is room for it.
func (p *pen) number(s Shape) {
	const room = 28
	var largest orb.Ring
	for _, polygon := range s.Border {
		if len(polygon) > 0 && (largest == nil || planar.Area(polygon[0]) > planar.Area(largest)) {
			largest = polygon[0]
		}
	}
	bound := largest.Bound()
	if (bound.Max[0]-bound.Min[0])*p.scale < room || (bound.Max[1]-bound.Min[1])*p.scale < room {
		return
	}
	middle, _ := planar.CentroidArea(largest)
	if !planar.RingContains(largest, middle) || !p.window.Contains(middle) {
		return
	}
	at, ink := p.at(middle), ""
	if s.Class.Dark {
		ink = ` fill="#fff"`
	}
	fmt.Fprintf(&p.out, `<text class="number" stroke="none" text-anchor="middle" x="%d" y="%d"%s>%s</text>`, at[0], at[1]+8, ink, s.Class.Number)
}

// patterns are the looks of cells without a value.
var patterns = []struct{ fill, drawn string }{
	{"url(#hidden)", `<pattern id="hidden" width="12" height="12" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="12" height="12" fill="#fff"/><rect width="3" height="12" fill="#8a8a8a"/></pattern>`},
	{"url(#protect)", `<pattern id="protect" width="12" height="12" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="12" height="12" fill="#fff"/><rect width="2" height="12" fill="#b0b0b0"/></pattern>`},
	{"url(#missing)", `<pattern id="missing" width="12" height="12" patternUnits="userSpaceOnUse"><rect width="12" height="12" fill="#fff"/><circle cx="6" cy="6" r="1.5" fill="#8a8a8a"/></pattern>`},
}

// scaleBar draws a round length, with north up beside it. In SWEREF 99 TM lengths hold all over a map to within 0.4 per thousand near the 15th meridian, and
// a few per thousand at the country's eastern edge.
func (p *pen) scaleBar(lang string) {
	metres := 1.0
	for _, next := range []float64{1, 2, 5} {
		for power := math.Pow10(0); power*next*p.scale <= float64(p.width)/3; power *= 10 {
			metres = max(metres, power*next)
		}
	}
	text := Number(metres, 0, lang) + "\u00a0m"
	if metres >= 1000 {
		text = Number(metres/1000, 0, lang) + "\u00a0km"
	}
	y, length := p.height-14, int(math.Round(metres*p.scale))
	fmt.Fprintf(&p.out, `<g class="scale" stroke="none" aria-hidden="true"><path fill="none" stroke="#000" stroke-width="2" d="M%d %dv8h%dv-8"/><text x="%d" y="%d">%s</text><text x="%d" y="%d">%s</text></g>`,
		margin, y-4, length, margin+length+10, y+6, text, p.width-56, y+6, north)
}

// quiet is the look of areas that are not among what is shown.
var quiet = &Class{Fill: "transparent"}

// fill is what an area is filled with.
func (s Shape) fill() string {
	if s.Unsure {
		return s.Class.UnsureFill()
	}
	return s.Class.Fill
}

// UnsureFill is the look of unreliable values of a class: its colour with stripes across. A paler colour would be that of another class.
func (k *Class) UnsureFill() string { return "url(#unsure-" + strings.TrimPrefix(k.Fill, "#") + ")" }

// patterns are the looks of cells without a value and of unreliable ones that the map has, or all where other drawings lean on this one. The lines of the drawing are not theirs.
func (d Map) patterns() string {
	var b strings.Builder
	for _, p := range patterns {
		if d.Sharing || slices.ContainsFunc(d.Shapes, func(s Shape) bool { return s.Class != nil && s.Class.Fill == p.fill }) {
			b.WriteString(p.drawn)
		}
	}
	var fills []string
	if d.Sharing {
		fills = slices.Concat(rampColours[:], TypeColours[:])
	}
	for _, s := range d.Shapes {
		if s.Unsure && !slices.Contains(fills, s.Class.Fill) {
			fills = append(fills, s.Class.Fill)
		}
	}
	for _, fill := range fills {
		stripes := "#fff"
		if c := colourOf(fill, 1); 299*int(c.R)+587*int(c.G)+114*int(c.B) > 150_000 {
			stripes = "#55555f"
		}
		fmt.Fprintf(&b, `<pattern id="unsure-%s" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="%s"/><rect width="2" height="8" fill="%s"/></pattern>`, strings.TrimPrefix(fill, "#"), fill, stripes)
	}
	if b.Len() == 0 {
		return ""
	}
	return `<defs stroke="none">` + b.String() + "</defs>"
}

// ChartOf makes the map of cells, one for each shape, in classes of their own.
func ChartOf(d Map, title string, cells []cube.Cell, m cube.Measure, lang string) *Chart {
	// Classes are made of what is drawn.
	var seen []cube.Cell
	for i, s := range d.Shapes {
		if len(s.Border) > 0 {
			seen = append(seen, cells[i])
		}
	}
	return ChartBy(d, title, cells, m, NewLegend(seen, m, lang), lang)
}

// ChartBy makes the map of cells, one for each shape, whose class in a legend is set here. Unreliable values are drawn in stripes.
func ChartBy(d Map, title string, cells []cube.Cell, m cube.Measure, l *Legend, lang string) *Chart {
	drawn := 0
	told := !d.Bare && !d.crowded() // each area by itself, with its words
	for i := range d.Shapes {
		s := &d.Shapes[i]
		if len(s.Border) == 0 {
			continue
		}
		drawn++
		s.Class, s.Unsure = l.Of(cells[i]), cells[i].Status == cube.Unreliable
		s.Class.N++
		if s.Unsure {
			s.Class.Unsure++
		}
		if s.Quiet {
			s.Class, s.Unsure = quiet, false
		}
		if !told {
			continue
		}
		if s.Text = s.Class.Label; cells[i].Status.HasValue() && m.Kind != cube.Code {
			s.Text = Amount(cells[i].Value, m, lang) + Unit(m, lang)
		}
	}
	d.Title, d.Summary, d.Lang = title, l.Summary(lang), lang
	svg := Draw(d)
	if svg == "" {
		return nil
	}
	var seen []cube.Cell
	for i, s := range d.Shapes {
		if len(s.Border) > 0 {
			seen = append(seen, cells[i])
		}
	}
	c := &Chart{Caption: title, SVG: svg, Legend: l, Told: Told(seen, m, lang)}
	if drawn < len(d.Shapes) {
		c.Notes = append(c.Notes, Say(withoutBorder.In(lang), Number(float64(drawn), 0, lang), Number(float64(len(d.Shapes)), 0, lang)))
	}
	if m.Kind.Additive() {
		c.Notes = append(c.Notes, mapOfCounts.In(lang))
	} else if m.Kind != cube.Code && l.values > 1 {
		c.Notes = append(c.Notes, evenClasses.In(lang))
	}
	c.Notes = append(c.Notes, Remarks(seen, lang)...)
	if d.crowded() && len(d.Further) > 0 {
		c.Notes = append(c.Notes, pointFurther.In(lang))
	}
	return c
}

// Remarks tell what sort of values those are that are drawn like others but are not known as others are: how many have noise added for protection, how many are preliminary and how many revised.
func Remarks(cells []cube.Cell, lang string) []string {
	n := map[cube.Status]int{}
	for _, c := range cells {
		n[c.Status]++
	}
	var out []string
	for _, status := range []cube.Status{cube.Perturbed, cube.Preliminary, cube.Revised} {
		if n[status] > 0 {
			out = append(out, Say(remark.In(lang), status.Title().In(lang), Signs[status], Number(float64(n[status]), 0, lang), Number(float64(len(cells)), 0, lang)))
		}
	}
	return out
}
