package server

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/grant"
	"github.com/skikt/skikt/picture"
)

// A plot is a field of plotWidth × plotHeight units with axes; colours and strokes are the style sheet's.
type plot struct {
	out            strings.Builder
	x0, x1, y0, y1 float64
	lang           string
}

const (
	plotWidth, plotHeight           = 420, 330
	plotLeft, plotRight             = 62, 24
	plotTop, plotBottom             = 12, 42
	innerWidth, innerHeight float64 = plotWidth - plotLeft - plotRight, plotHeight - plotTop - plotBottom
)

// newPlot draws the axes with their ticks, which may stand beyond the numbers: the ends are at ticks.
func newPlot(title, xTitle, yTitle string, x, y axisRange, lang string) *plot {
	p := &plot{x0: x.lo, x1: x.hi, y0: y.lo, y1: y.hi, lang: lang}
	fmt.Fprintf(&p.out, `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`,
		plotWidth, plotHeight, plotWidth, plotHeight, template.HTMLEscapeString(title))
	for _, v := range x.ticks() {
		fmt.Fprintf(&p.out, `<path class="rule" d="M%s %dV%s"/><text x="%s" y="%d">%s</text>`, coordinate(p.x(v)), plotTop, coordinate(plotTop+innerHeight), coordinate(p.x(v)), plotHeight-24, x.text(v, lang))
	}
	for _, v := range y.ticks() {
		fmt.Fprintf(&p.out, `<path class="rule" d="M%d %sH%s"/><text class="end" x="%d" y="%s">%s</text>`, plotLeft, coordinate(p.y(v)), coordinate(plotLeft+innerWidth), plotLeft-6, coordinate(p.y(v)+4), y.text(v, lang))
	}
	fmt.Fprintf(&p.out, `<text x="%s" y="%d">%s</text>`, coordinate(plotLeft+innerWidth/2), plotHeight-6, template.HTMLEscapeString(xTitle))
	fmt.Fprintf(&p.out, `<text transform="translate(12 %s) rotate(-90)">%s</text>`, coordinate(plotTop+innerHeight/2), template.HTMLEscapeString(yTitle))
	return p
}

func (p *plot) x(v float64) float64 { return plotLeft + innerWidth*(v-p.x0)/(p.x1-p.x0) }
func (p *plot) y(v float64) float64 { return plotTop + innerHeight*(p.y1-v)/(p.y1-p.y0) }

func (p *plot) svg() template.HTML {
	p.out.WriteString("</svg>")
	return template.HTML(p.out.String())
}

// coordinate is a number of units with a decimal.
func coordinate(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

// line draws a line through points, leaving out those that fall on the one before.
func (p *plot) line(class string, points [][2]float64) {
	var d strings.Builder
	last := ""
	for i, at := range points {
		text := coordinate(p.x(at[0])) + " " + coordinate(p.y(at[1]))
		if text == last {
			continue
		}
		if last = text; i == 0 {
			d.WriteString("M" + text)
		} else {
			d.WriteString("L" + text)
		}
	}
	fmt.Fprintf(&p.out, `<path class="%s" d="%s"/>`, class, d.String())
}

// dots draws a dot for each point.
func (p *plot) dots(class string, points [][2]float64) {
	var d strings.Builder
	for _, at := range points {
		d.WriteString("M" + coordinate(p.x(at[0])) + " " + coordinate(p.y(at[1])) + "h0")
	}
	if d.Len() > 0 {
		fmt.Fprintf(&p.out, `<path class="dots %s" d="%s"/>`, class, d.String())
	}
}

// An axisRange is an axis from a tick to a tick.
type axisRange struct {
	lo, hi, step float64
	percent      bool
}

// axisOf is an axis that holds numbers from lo to hi.
func axisOf(lo, hi float64) axisRange {
	if hi <= lo {
		hi = lo + 1
	}
	step := nice((hi - lo) / 5)
	return axisRange{lo: math.Floor(lo/step+1e-9) * step, hi: math.Ceil(hi/step-1e-9) * step, step: step}
}

func (a axisRange) ticks() (at []float64) {
	for k := range int(math.Round((a.hi-a.lo)/a.step)) + 1 {
		at = append(at, a.lo+float64(k)*a.step)
	}
	return at
}

func (a axisRange) text(v float64, lang string) string {
	if a.percent {
		return picture.Number(100*v, 0, lang) + picture.PercentSign(lang)
	}
	return picture.Number(v, max(0, -int(math.Floor(math.Log10(a.step)+1e-9))), lang)
}

// curvePicture draws the concentration curves of two rules, or their Lorenz curves.
func curvePicture(c *cube.Cube, sc *scenario, from, to grant.Rule, lang string) drawing {
	pic := drawing{Caption: c.Title.In(lang), Key: []keyLine{{"to", titleOf(to, lang)}, {"from", titleOf(from, lang)}, {"even", word(lang, "even")}}}
	order := word(lang, "by-per-pupil")
	if sc.Need != "" {
		order = fmt.Sprintf(word(lang, "by-need"), sc.columnTitle(sc.Need, lang))
	}
	pic.Note = fmt.Sprintf(word(lang, "curve-note"), order)
	whole := axisRange{0, 1, 0.2, true}
	p := newPlot(pic.Caption, word(lang, "share-pupils"), word(lang, "share-kronor"), whole, whole, lang)
	p.line("even", [][2]float64{{0, 0}, {1, 1}})
	points := [2][][2]float64{{{0, 0}}, {{0, 0}}}
	for row := range c.Len() {
		k := c.Coord(row, 0)
		points[k] = append(points[k], [2]float64{c.Cell(row, 0).Value, c.Cell(row, 1).Value})
	}
	p.line("from", points[0])
	p.line("to", points[1])
	pic.SVG = p.svg()
	return pic
}

// dots draws each unit by its need and how much it gains or loses for each pupil.
func (sc *scenario) dots(c *grant.Comparison, lang string) (drawing, bool) {
	var more, less [][2]float64
	x, y := [2]float64{math.Inf(1), math.Inf(-1)}, [2]float64{}
	for i, need := range sc.units.Numbers[sc.Need] {
		if need == nil || c.To.Pupils[i].Sign() <= 0 {
			continue
		}
		at, _ := need.Float64()
		n, _ := c.To.Pupils[i].Float64()
		change := float64(c.Change[i]) / n
		x[0], x[1], y[0], y[1] = min(x[0], at), max(x[1], at), min(y[0], change), max(y[1], change)
		if change < 0 {
			less = append(less, [2]float64{at, change})
		} else {
			more = append(more, [2]float64{at, change})
		}
	}
	if len(more)+len(less) < 2 {
		return drawing{}, false
	}
	title := sc.columnTitle(sc.Need, lang)
	pic := drawing{Caption: fmt.Sprintf(word(lang, "dots"), title), Key: []keyLine{{"more", word(lang, "gets-more")}, {"less", word(lang, "gets-less")}}, Note: word(lang, "dots-note")}
	p := newPlot(pic.Caption, title, word(lang, "change-per-pupil"), axisOf(x[0], x[1]), axisOf(y[0], y[1]), lang)
	p.line("zero", [][2]float64{{p.x0, 0}, {p.x1, 0}})
	p.dots("less", less)
	p.dots("more", more)
	pic.SVG = p.svg()
	return pic, true
}

// mostBars is how many groups are drawn as bars; the table has them all.
const mostBars = 30

// bars draws the kronor that those who gain and those who lose in each group gain and lose together.
func bars(c *cube.Cube, lang string) (drawing, bool) {
	moved, change := c.MeasureIndex("GrantMoved"), c.MeasureIndex("GrantChange")
	if c.Len() > mostBars || moved < 0 {
		return drawing{}, false
	}
	most := 0.0
	for row := range c.Len() {
		won := c.Cell(row, moved).Value
		most = max(most, won, won-c.Cell(row, change).Value)
	}
	if most == 0 {
		return drawing{}, false
	}
	const width, each, half = 420, 46, 205.0
	pic := drawing{Caption: fmt.Sprintf(word(lang, "bars"), strings.ToLower(c.Dims()[0].Title.In(lang))), Key: []keyLine{{"bar-more", word(lang, "won")}, {"bar-less", word(lang, "lost")}}}
	var out strings.Builder
	fmt.Fprintf(&out, `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`, width, each*c.Len()+4, width, each*c.Len()+4, template.HTMLEscapeString(pic.Caption))
	for row := range c.Len() {
		won := c.Cell(row, moved).Value
		lost := won - c.Cell(row, change).Value
		y := each * row
		fmt.Fprintf(&out, `<text class="start" x="2" y="%d">%s</text><text class="end" x="%d" y="%d">%s / %s</text>`, y+15, template.HTMLEscapeString(c.Dims()[0].Members[c.Coord(row, 0)].Label.In(lang)),
			width-2, y+15, signed(won, lang), signed(-lost, lang))
		fmt.Fprintf(&out, `<rect class="bar-less" x="%s" y="%d" width="%s" height="16"/><rect class="bar-more" x="%d" y="%d" width="%s" height="16"/>`,
			coordinate(width/2-half*lost/most), y+21, coordinate(half*lost/most), width/2, y+21, coordinate(half*won/most))
	}
	fmt.Fprintf(&out, `<path class="zero" d="M%d 18V%d"/></svg>`, width/2, each*c.Len())
	pic.SVG = template.HTML(out.String())
	return pic, true
}

func signed(v float64, lang string) string {
	if v > 0 {
		return "+" + picture.Number(v, 0, lang)
	}
	return picture.Number(v, 0, lang)
}
