package picture

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// A Mark is a value with its name in a chart.
type Mark struct {
	Label string
	Type  string // code of an area type, which gives the colour; empty for none
	Cell  cube.Cell
	From  string // the cell's reference, written beside the number so that it can be followed back
}

// A Line is the values of one thing over time.
type Line struct {
	Label string
	Type  string
	Marks []Mark // one for each time
}

// A Plot is a chart as SVG with its size, px. It uses attributes only, so it may stand in a file of its own.
type Plot struct {
	SVG           string
	Width, Height int
}

// The chart's measures, px.
const (
	plotWidth = 720
	plotLabel = 250 // room for names to the left of values
	plotValue = 150 // room for numbers to the right
	plotRow   = 34
	plotEnd   = 44 // from the text at the end of one line to that of the next
	plotText  = 14
	plotFont  = "Liberation Sans, Arial, Helvetica, sans-serif"
	plotInk   = "#1b1b1f"
	plotQuiet = "#55555e"
	plotPale  = "#d4d4da"
)

type plotPen struct {
	out           strings.Builder
	width, height float64
}

func newPlot(width, height float64, title, summary string) *plotPen {
	p := &plotPen{width: width, height: height}
	fmt.Fprintf(&p.out, `<svg class="plot" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-label="%s" font-family="%s" font-size="%d" fill="%s">`,
		width, height, width, height, template.HTMLEscapeString(title+". "+summary), plotFont, plotText, plotInk)
	fmt.Fprintf(&p.out, `<title>%s</title><desc>%s</desc><rect width="%g" height="%g" fill="#ffffff"/>`, template.HTMLEscapeString(title), template.HTMLEscapeString(summary), width, height)
	return p
}

func (p *plotPen) finish() Plot {
	p.out.WriteString("</svg>")
	return Plot{p.out.String(), int(p.width), int(p.height)}
}

func (p *plotPen) line(x1, y1, x2, y2 float64, colour string, width float64, dash string) {
	if dash != "" {
		dash = ` stroke-dasharray="` + dash + `"`
	}
	fmt.Fprintf(&p.out, `<path d="M%.1f %.1fL%.1f %.1f" stroke="%s" stroke-width="%g" fill="none"%s/>`, x1, y1, x2, y2, colour, width, dash)
}

func (p *plotPen) text(x, y float64, anchor, more, text string) {
	fmt.Fprintf(&p.out, `<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>`, x, y, anchor, more, template.HTMLEscapeString(text))
}

// from is the attribute that leads a number back to its cell.
func from(reference string) string {
	if reference == "" {
		return ""
	}
	return ` data-cell="` + template.HTMLEscapeString(reference) + `" data-format="plain"`
}

// typeFill is the colour of a type, or a plain blue.
func typeFill(code string) string {
	if t, err := areatype.ParseType(code); err == nil {
		return TypeColours[t-1]
	}
	return "#3182bd"
}

// wrap parts a name into at most two lines of so many letters; what is over is cut.
func wrap(s string, most int) []string {
	var lines []string
	for _, word := range strings.Fields(s) {
		if n := len(lines) - 1; n >= 0 && len([]rune(lines[n]))+1+len([]rune(word)) <= most {
			lines[n] += " " + word
			continue
		}
		lines = append(lines, word)
	}
	for i := range lines {
		if r := []rune(lines[i]); len(r) > most {
			lines[i] = string(r[:most-1]) + "…"
		}
	}
	if len(lines) > 2 {
		r := []rune(lines[1])
		lines = []string{lines[0], string(r[:min(len(r), most-1)]) + "…"}
	}
	return lines
}

// scale is an axis of values, with its ticks.
type scale struct {
	lo, hi   float64
	ticks    []float64
	decimals int
}

// newScale holds all values with their intervals, and nothing when it must.
func newScale(cells []cube.Cell, m cube.Measure, zero bool, room float64) (scale, bool) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, c := range cells {
		if !c.Status.HasValue() {
			continue
		}
		for _, v := range []cube.Number{cube.Num(c.Value), c.Lo, c.Hi} {
			if v.OK {
				lo, hi = min(lo, Shown(v.V, m)), max(hi, Shown(v.V, m))
			}
		}
	}
	if math.IsInf(lo, 0) {
		return scale{}, false
	}
	// A scale that almost begins at nothing begins there.
	if zero || lo > 0 && lo < 0.6*hi {
		lo = min(lo, 0)
	}
	if zero || hi < 0 && hi > 0.6*lo {
		hi = max(hi, 0)
	}
	// As many ticks as there is room for, six at most: of long numbers fewer.
	letters := len([]rune(Number(Rounded(max(math.Abs(lo), math.Abs(hi)), 0), 0, "en"))) + 2
	return scaleOf(lo, hi, min(6, max(2, room/(7*float64(letters))))), true
}

// scaleOf goes from a tick to a tick and holds all from lo to hi, in at most so many steps of 1, 2 or 5 times a power of ten.
func scaleOf(lo, hi, most float64) scale {
	if hi <= lo {
		lo, hi = lo-1, hi+1
	}
	base := math.Pow10(int(math.Floor(math.Log10((hi-lo)/6))) - 1)
	step := base
	for k := 0; (hi-lo)/step > most; k++ {
		step = base * math.Pow10(k/3+1) * [...]float64{1, 2, 5}[k%3]
	}
	s := scale{lo: math.Floor(lo/step) * step, hi: math.Ceil(hi/step) * step, decimals: max(0, -int(math.Floor(math.Log10(step)+1e-9)))}
	for k := 0; ; k++ {
		v := s.lo + float64(k)*step
		if v > s.hi+step/2 {
			break
		}
		s.ticks = append(s.ticks, Rounded(v, s.decimals))
	}
	return s
}

// at is where a value lies from 0 to 1.
func (s scale) at(v float64) float64 { return (v - s.lo) / (s.hi - s.lo) }

// words are a mark's value as it is written beside it.
func (m Mark) words(meas cube.Measure, lang string) (value, interval string) {
	f := NewFigure(m.Cell, meas, lang)
	return f.Text + f.Mark, f.Interval
}

// summary says in words what the marks show.
func summary(marks []Mark, m cube.Measure, lang string) string {
	var parts []string
	for _, k := range marks {
		value, _ := k.words(m, lang)
		if k.Cell.Status.HasValue() {
			value += Unit(m, lang)
		} else {
			value = k.Cell.Status.Title().In(lang)
		}
		parts = append(parts, k.Label+": "+value)
	}
	return strings.Join(parts, "; ") + "."
}

// Dots draws a value with its interval for each mark, one below the other; with bars each has a bar from nothing. It is nothing when no mark has a value. What it shows is told in words
// too.
func Dots(title string, marks []Mark, m cube.Measure, bars bool, lang string) (Plot, string) {
	var cells []cube.Cell
	for _, k := range marks {
		cells = append(cells, k.Cell)
	}
	s, ok := newScale(cells, m, bars, plotWidth-plotLabel-plotValue)
	words := summary(marks, m, lang)
	if !ok {
		return Plot{}, words
	}
	const top, foot = 8.0, 44.0
	height := top + plotRow*float64(len(marks)) + foot
	p := newPlot(plotWidth, height, title, words)
	left, right := float64(plotLabel), float64(plotWidth-plotValue)
	x := func(v float64) float64 { return left + s.at(v)*(right-left) }
	bottom := height - foot
	for _, t := range s.ticks {
		colour := plotPale
		if t == 0 {
			colour = plotQuiet
		}
		p.line(x(t), top, x(t), bottom, colour, 1, "")
		p.text(x(t), bottom+18, "middle", ` class="tick" font-size="12" fill="`+plotQuiet+`"`, Number(t, s.decimals, lang))
	}
	p.text((left+right)/2, bottom+36, "middle", ` font-size="12" fill="`+plotQuiet+`"`, Head(m, lang))
	for i, k := range marks {
		y := top + plotRow*(float64(i)+0.5)
		lines := wrap(k.Label, 34)
		for j, l := range lines {
			p.text(left-12, y+5+(float64(j)-float64(len(lines)-1)/2)*14, "end", ` font-size="13"`, l)
		}
		value, interval := k.words(m, lang)
		if !k.Cell.Status.HasValue() {
			p.text(right+14, y+5, "start", ` fill="`+plotQuiet+`"`, value)
			continue
		}
		v := Shown(k.Cell.Value, m)
		if bars {
			a, b := min(x(0), x(v)), max(x(0), x(v))
			fmt.Fprintf(&p.out, `<rect x="%.1f" y="%.1f" width="%.1f" height="18" fill="%s" stroke="%s" stroke-width="0.8"/>`, a, y-9, b-a, typeFill(k.Type), plotQuiet)
		}
		if k.Cell.Lo.OK && k.Cell.Hi.OK {
			p.line(x(Shown(k.Cell.Lo.V, m)), y, x(Shown(k.Cell.Hi.V, m)), y, plotInk, 2, "")
		}
		if !bars {
			fmt.Fprintf(&p.out, `<circle cx="%.1f" cy="%.1f" r="6" fill="%s" stroke="%s" stroke-width="1.2"/>`, x(v), y, typeFill(k.Type), plotInk)
		}
		fmt.Fprintf(&p.out, `<text x="%.1f" y="%.1f"><tspan%s>%s</tspan>`, right+14, y+5, from(k.From), template.HTMLEscapeString(value))
		if interval != "" {
			fmt.Fprintf(&p.out, `<tspan font-size="11" fill="%s" dx="6"%s>(%s)</tspan>`, plotQuiet, strings.Replace(from(k.From), `"plain"`, `"interval,plain"`, 1), template.HTMLEscapeString(interval))
		}
		p.out.WriteString("</text>")
	}
	return p.finish(), words
}

// dashes and shapes tell lines apart without colour.
var (
	dashes      = []string{"", "8 4", "2 3", "12 4 2 4", "5 2", "1 2 6 2"}
	lineColours = []string{"#0072b2", "#d55e00", "#000000", "#009e73", "#a0528a", "#8a6500"}
)

// MostLines is how many lines a chart can tell apart.
const MostLines = 6

// Breaks are the places in times, as codes in order, after which a warning says that the series breaks.
func Breaks(warnings []cube.Warning, times []string) (out []int) {
	for _, w := range warnings {
		if w.Code != cube.SeriesBreak {
			continue
		}
		at := slices.IndexFunc(times, func(t string) bool { return t >= w.At })
		if at > 0 && !slices.Contains(out, at-1) {
			out = append(out, at-1)
		}
	}
	slices.Sort(out)
	return out
}

// Lines draws values over time, with a gap where one is missing. Breaks are the places in times after which figures are not comparable with those before.
func Lines(title string, times []string, lines []Line, m cube.Measure, breaks []int, lang string) (Plot, string) {
	var cells []cube.Cell
	var words []string
	for _, l := range lines {
		first, last := -1, -1
		for i, k := range l.Marks {
			if cells = append(cells, k.Cell); k.Cell.Status.HasValue() {
				if last = i; first < 0 {
					first = i
				}
			}
		}
		if first < 0 {
			words = append(words, l.Label+": "+l.Marks[0].Cell.Status.Title().In(lang))
			continue
		}
		a, _ := l.Marks[first].words(m, lang)
		text := l.Label + ": " + a + Unit(m, lang) + " (" + times[first] + ")"
		if last > first {
			z, _ := l.Marks[last].words(m, lang)
			text += ", " + z + Unit(m, lang) + " (" + times[last] + ")"
		}
		words = append(words, text)
	}
	summary := strings.Join(words, "; ") + "."
	s, ok := newScale(cells, m, false, plotWidth)
	if !ok {
		return Plot{}, summary
	}
	const top, foot, left, height = 34.0, 34.0, 64.0, 400.0
	right := float64(plotWidth) - 220
	p := newPlot(plotWidth, height, title, summary)
	bottom := height - foot
	x := func(i int) float64 {
		if len(times) == 1 {
			return (left + right) / 2
		}
		return left + 14 + float64(i)/float64(len(times)-1)*(right-left-28)
	}
	y := func(v float64) float64 { return bottom - s.at(v)*(bottom-top) }
	p.text(0, 16, "start", ` font-size="12" fill="`+plotQuiet+`"`, Head(m, lang))
	for _, t := range s.ticks {
		p.line(left, y(t), right, y(t), plotPale, 1, "")
		p.text(left-8, y(t)+4, "end", ` class="tick" font-size="12" fill="`+plotQuiet+`"`, Number(t, s.decimals, lang))
	}
	every := 1 + (len(times)-1)/10
	for i, t := range times {
		if i%every == 0 || i == len(times)-1 && (len(times)-1)%every > every/2 {
			p.text(x(i), bottom+20, "middle", ` class="time" font-size="12" fill="`+plotQuiet+`"`, t)
		}
	}
	for _, after := range breaks {
		if after < 0 || after+1 >= len(times) {
			continue
		}
		at := (x(after) + x(after+1)) / 2
		p.line(at, top, at, bottom, plotInk, 1, "3 3")
		p.text(at+4, top+10, "start", ` font-size="11"`, seriesBreak.In(lang))
	}
	var ends []float64
	for _, l := range lines {
		end := bottom
		for _, k := range l.Marks {
			if k.Cell.Status.HasValue() {
				end = y(Shown(k.Cell.Value, m))
			}
		}
		ends = append(ends, end)
	}
	apart := spreadOut(ends, plotEnd, top, bottom)
	for n, l := range lines {
		colour, dash := lineColours[n%len(lineColours)], dashes[n%len(dashes)]
		open, last := false, -1
		var path strings.Builder
		for i, k := range l.Marks {
			if !k.Cell.Status.HasValue() {
				open = false
				continue
			}
			command := "M"
			if open && !slices.Contains(breaks, i-1) {
				command = "L"
			}
			fmt.Fprintf(&path, "%s%.1f %.1f", command, x(i), y(Shown(k.Cell.Value, m)))
			open, last = true, i
		}
		if last < 0 {
			continue
		}
		extra := ""
		if dash != "" {
			extra = ` stroke-dasharray="` + dash + `"`
		}
		fmt.Fprintf(&p.out, `<path d="%s" fill="none" stroke="%s" stroke-width="2.2"%s/>`, path.String(), colour, extra)
		for i, k := range l.Marks {
			if k.Cell.Status.HasValue() {
				fmt.Fprintf(&p.out, `<circle cx="%.1f" cy="%.1f" r="3.6" fill="#ffffff" stroke="%s" stroke-width="2"/>`, x(i), y(Shown(k.Cell.Value, m)), colour)
			}
		}
		at := apart[n]
		p.line(x(last)+6, ends[n], right+6, at, colour, 0.8, "")
		value, _ := l.Marks[last].words(m, lang)
		for j, text := range wrap(l.Label, 34) {
			p.text(right+10, at-3+float64(j)*13, "start", ` font-size="12" fill="`+colour+`"`, text)
		}
		p.text(right+10, at-3+float64(len(wrap(l.Label, 34)))*13, "start", ` font-size="12"`+from(l.Marks[last].From), value)
	}
	return p.finish(), summary
}

// spreadOut moves places apart, keeping their order, so that texts of a height don't lie on each other.
func spreadOut(places []float64, apart, top, bottom float64) []float64 {
	out := make([]float64, len(places))
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	for i := range order {
		for j := i; j > 0 && places[order[j]] < places[order[j-1]]; j-- {
			order[j], order[j-1] = order[j-1], order[j]
		}
	}
	at := top - apart
	for _, i := range order {
		at = max(at+apart, places[i])
		out[i] = at
	}
	at = bottom + apart
	for k := len(order) - 1; k >= 0; k-- {
		at = min(at-apart, out[order[k]])
		out[order[k]] = at
	}
	return out
}
