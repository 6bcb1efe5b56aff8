package server

import (
	"fmt"
	"html/template"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
)

// A Map is areas drawn in SWEREF 99 TM, north up, with the classes they are drawn in. The same figures always stand in a table on the page.
type Map struct {
	SVG     template.HTML
	Legend  *Legend
	Caption string
	Missing int // areas without a border
}

// A Shape is one area of a map.
type Shape struct {
	Area  area.Area
	Class Class
	Text  string // spoken and shown when pointed at
	Href  string
}

const mapWidth = 640

// draw makes the SVG of a map. Vertices closer than half a pixel to the last one are left out: they could not be seen.
func draw(shapes []Shape, title, summary string) (template.HTML, int) {
	bound, missing := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}, 0
	for _, s := range shapes {
		if s.Area.Border == nil {
			missing++
			continue
		}
		bound = bound.Union(s.Area.Border.Bound())
	}
	if missing == len(shapes) {
		return "", missing
	}
	w, h := bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1]
	scale := mapWidth / math.Max(w, h*0.8)
	width, height := math.Ceil(w*scale)+2, math.Ceil(h*scale)+2
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="map" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="group" aria-label="%s">`,
		width, height, width, height, template.HTMLEscapeString(title+". "+summary))
	b.WriteString(patterns)
	for _, s := range shapes {
		if s.Area.Border == nil {
			continue
		}
		fill := s.Class.Colour
		if s.Class.State != "" {
			fill = stateFill(s.Class.State)
		}
		fmt.Fprintf(&b, `<a href="%s"><path fill="%s" d="`, template.HTMLEscapeString(s.Href), fill)
		for _, polygon := range s.Area.Border {
			for _, ring := range polygon {
				trace(&b, ring, bound, scale)
			}
		}
		fmt.Fprintf(&b, `"/><title>%s</title></a>`, template.HTMLEscapeString(s.Text))
	}
	scaleBar(&b, w, scale, height)
	b.WriteString("</svg>")
	return template.HTML(b.String()), missing
}

// trace writes a ring in tenths of a pixel, relative to the point before.
func trace(b *strings.Builder, ring orb.Ring, bound orb.Bound, scale float64) {
	var x, y int
	n := 0
	start := b.Len()
	for i, p := range ring {
		px, py := int(math.Round((p[0]-bound.Min[0])*scale*10))+10, int(math.Round((bound.Max[1]-p[1])*scale*10))+10
		switch {
		case i == 0:
			fmt.Fprintf(b, "M%s %s", tenth(px), tenth(py))
		case i == len(ring)-1, abs(px-x)+abs(py-y) < 5:
			continue
		default:
			fmt.Fprintf(b, "l%s %s", tenth(px-x), tenth(py-y))
		}
		x, y = px, py
		n++
	}
	if n < 3 && start > 0 {
		// A ring smaller than a pixel is still an area: it is drawn as a dot.
		b.WriteString("h.5v.5h-.5")
	}
	b.WriteString("z")
}

func tenth(v int) string {
	if v%10 == 0 {
		return fmt.Sprint(v / 10)
	}
	return fmt.Sprintf("%.1f", float64(v)/10)
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}

// patterns are the quiet looks of cells without a value.
const patterns = `<defs><pattern id="hidden" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/><rect width="2" height="6" fill="#999"/></pattern></defs>`

func stateFill(state string) string {
	switch state {
	case "hidden_rule", "hidden_protect":
		return "url(#hidden)"
	case "not_applicable":
		return "#d9d9d9"
	}
	return "#fff"
}

// scaleBar draws a round number of kilometres; in SWEREF 99 TM it holds all over the map to within 0.4 per thousand at the meridian and a few per
// thousand at the country's edges.
func scaleBar(b *strings.Builder, w, scale, height float64) {
	km := math.Pow(10, math.Floor(math.Log10(w/4000)))
	for _, f := range []float64{5, 2} {
		if km*f*1000 < w/3 {
			km *= f
			break
		}
	}
	length := km * 1000 * scale
	fmt.Fprintf(b, `<g class="scale" aria-hidden="true"><path d="M4 %.0fv4h%.1fv-4" fill="none" stroke="#333"/><text x="%.1f" y="%.0f">%g km</text></g>`,
		height-8, length, length+8, height-3, km)
}
