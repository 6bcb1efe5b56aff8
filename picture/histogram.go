package picture

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// Histogram draws how areas are spread over the values of a legend: bins of equal width, each in the colours of the classes that its areas are drawn in and leading where
// the class leads, a mark where the chosen area lies, and smaller ones for its neighbours. It is empty for types, and where there are fewer than two values.
func Histogram(l *Legend, cells []cube.Cell, chosen *cube.Cell, near []cube.Cell, lang string) string {
	if l.measure.Kind == cube.Code || l.values < 2 {
		return ""
	}
	const width, height, base, bins = 340.0, 104.0, 78.0, 24
	lo, hi := l.Classes[0].lo, l.Classes[l.values-1].hi
	if hi <= lo {
		return ""
	}
	at := func(v float64) int { return min(bins-1, int(math.Floor((v-lo)/(hi-lo)*bins))) }
	var counts [bins][]int // by class
	tallest, n := 0, 0
	for i := range counts {
		counts[i] = make([]int, l.values)
	}
	for _, c := range cells {
		if !c.Status.HasValue() {
			continue
		}
		k := slices.Index(l.Classes[:l.values], l.Of(c))
		if k < 0 {
			continue
		}
		b := at(Shown(c.Value, l.measure))
		counts[b][k]++
		n++
		sum := 0
		for _, m := range counts[b] {
			sum += m
		}
		tallest = max(tallest, sum)
	}
	if tallest == 0 {
		return ""
	}
	d := l.measure.Decimals
	title := Say(spreadOver.In(lang), Number(float64(n), 0, lang), Span(lo, hi, d, lang)+Unit(l.measure, lang))
	p := &plotPen{width: width, height: height}
	fmt.Fprintf(&p.out, `<svg class="histogram" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="group" aria-label="%s" font-family="%s" font-size="12" fill="%s"><title>%s</title><rect width="%g" height="%g" fill="#ffffff"/>`,
		width, height, width, height, template.HTMLEscapeString(title), plotFont, plotInk, template.HTMLEscapeString(title), width, height)
	const left, right = 4.0, width - 4
	step := (right - left) / bins
	bars := make([]strings.Builder, l.values) // of each class
	for b := range counts {
		y := base
		for k, m := range counts[b] {
			if m == 0 {
				continue
			}
			h := float64(m) / float64(tallest) * (base - 16)
			y -= h
			fmt.Fprintf(&bars[k], `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, left+float64(b)*step, y, step, h, l.Classes[k].Fill)
		}
	}
	fmt.Fprintf(&p.out, `<g stroke="%s" stroke-width=".5">`, plotQuiet)
	for k := range bars {
		if href := l.Classes[k].Href; href != "" && bars[k].Len() > 0 {
			// The keyboard goes past it: the same links stand in the legend.
			fmt.Fprintf(&p.out, `<a href="%s" rel="nofollow" tabindex="-1">%s<title>%s</title></a>`, template.HTMLEscapeString(href), bars[k].String(), template.HTMLEscapeString(l.Classes[k].Label))
		} else {
			p.out.WriteString(bars[k].String())
		}
	}
	p.out.WriteString("</g>")
	p.line(left, base, right, base, plotQuiet, 1, "")
	p.text(left, base+16, "start", "", Number(lo, d, lang))
	p.text(right, base+16, "end", "", Number(hi, d, lang)+Unit(l.measure, lang))
	for _, c := range near {
		if c.Status.HasValue() {
			fmt.Fprintf(&p.out, `<path d="M%.1f 15l-3.5 -6h7z" fill="none" stroke="%s"/>`, left+(float64(at(Shown(c.Value, l.measure)))+0.5)*step, plotInk)
		}
	}
	if chosen != nil && chosen.Status.HasValue() {
		x := left + (float64(at(Shown(chosen.Value, l.measure)))+0.5)*step
		fmt.Fprintf(&p.out, `<path d="M%.1f 14l-5 -9h10z"/><path d="M%.1f 14V%g" stroke="%s" stroke-dasharray="2 2"/>`, x, x, base, plotInk)
	}
	return p.finish().SVG
}
