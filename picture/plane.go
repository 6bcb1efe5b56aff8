package picture

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// A Look tells the traces of a plane, and the sides of a balance, apart: by dash or shape, and by colour.
type Look int

const (
	Before Look = iota // what is compared with: a dashed line
	After              // what is looked at: a whole line
	Level              // what would be if nothing differed: a thin dotted line
	More               // a filled square for each point, or a bar to the right
	Less               // an empty square for each point, or a bar to the left
)

// The colours are those of the types' ends, which no deficiency of colour vision confuses.
func (l Look) colour() string {
	switch l {
	case After, More:
		return "#5e3c99"
	case Before, Less:
		return "#c2570c"
	}
	return plotQuiet
}

// A Trace is what a plane shows of one thing.
type Trace struct {
	Label  string // in the key
	Look   Look
	Points [][2]float64
}

// An Axis is a quantity of a plane, from its least number to its greatest or, for shares, from nothing to all.
type Axis struct {
	Title string
	Share bool
}

// planeWidth and planeHeight are the size of a plane without its key, px; the key has a row for each trace.
const (
	planeWidth, planeHeight         = 420, 330
	planeLeft, planeRight           = 74, 24
	planeTop, planeBottom           = 12, 46
	planeKey                float64 = 18
)

// Plane draws two quantities against each other, with a key below. Numbers are as they are shown, shares 0..1. It is nothing when no trace has a point. Summary tells in words what is seen.
func Plane(title, summary string, x, y Axis, traces []Trace, lang string) Plot {
	var xs, ys []float64
	for _, t := range traces {
		for _, at := range t.Points {
			xs, ys = append(xs, at[0]), append(ys, at[1])
		}
	}
	if len(xs) == 0 {
		return Plot{}
	}
	height := planeHeight + planeKey*float64(len(traces)) + 6
	p := newPlot(planeWidth, height, title, summary)
	const right, bottom = float64(planeWidth - planeRight), float64(planeHeight - planeBottom)
	sx, sy := x.scale(xs), y.scale(ys)
	across := func(v float64) float64 { return planeLeft + sx.at(v)*(right-planeLeft) }
	down := func(v float64) float64 { return bottom - sy.at(v)*(bottom-planeTop) }
	for _, t := range sx.ticks {
		p.line(across(t), planeTop, across(t), bottom, plotPale, 1, "")
		p.text(across(t), bottom+18, "middle", ` class="tick" font-size="12" fill="`+plotQuiet+`"`, x.text(t, sx, lang))
	}
	for _, t := range sy.ticks {
		p.line(planeLeft, down(t), right, down(t), plotPale, 1, "")
		p.text(planeLeft-6, down(t)+4, "end", ` class="tick" font-size="12" fill="`+plotQuiet+`"`, y.text(t, sy, lang))
	}
	if sy.lo < 0 && sy.hi > 0 {
		p.line(planeLeft, down(0), right, down(0), plotQuiet, 1, "")
	}
	p.text((planeLeft+right)/2, bottom+38, "middle", ` font-size="12"`, x.Title)
	fmt.Fprintf(&p.out, `<text transform="translate(14 %.1f) rotate(-90)" text-anchor="middle" font-size="12">%s</text>`, (planeTop+bottom)/2, template.HTMLEscapeString(y.Title))
	for _, t := range traces {
		var path strings.Builder
		last := ""
		for i, at := range t.Points {
			text := fmt.Sprintf("%.1f %.1f", across(at[0]), down(at[1]))
			if t.Look == More || t.Look == Less {
				fmt.Fprintf(&path, "M%.1f %.1fh5v5h-5z", across(at[0])-2.5, down(at[1])-2.5)
			} else if i == 0 {
				path.WriteString("M" + text)
			} else if text != last {
				path.WriteString("L" + text)
			}
			last = text
		}
		p.trace(t.Look, path.String())
	}
	p.key(planeHeight+planeKey/2, traces)
	return p.finish()
}

// scale holds the numbers of an axis.
func (a Axis) scale(values []float64) scale {
	if a.Share {
		return scale{lo: 0, hi: 1, ticks: []float64{0, 0.2, 0.4, 0.6, 0.8, 1}}
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		lo, hi = min(lo, v), max(hi, v)
	}
	return scaleOf(lo, hi, 5)
}

func (a Axis) text(v float64, s scale, lang string) string {
	if a.Share {
		return Number(100*v, 0, lang) + PercentSign(lang)
	}
	return Number(v, s.decimals, lang)
}

// trace draws a path in a look; nothing when it is empty.
func (p *plotPen) trace(l Look, path string) {
	if path == "" {
		return
	}
	more := fmt.Sprintf(`fill="none" stroke="%s" stroke-width="%g"`, l.colour(), map[Look]float64{Before: 2, After: 2.5, Level: 1, Less: 1.3}[l])
	switch l {
	case Before:
		more += ` stroke-dasharray="7 4"`
	case Level:
		more += ` stroke-dasharray="2 3"`
	case More:
		more = fmt.Sprintf(`fill="%s" fill-opacity="0.7"`, l.colour())
	}
	fmt.Fprintf(&p.out, `<path d="%s" %s/>`, path, more)
}

// key tells what the traces are, a row each.
func (p *plotPen) key(y float64, traces []Trace) {
	for _, t := range traces {
		sample := fmt.Sprintf("M20 %.1fH44", y)
		if t.Look == More || t.Look == Less {
			sample = fmt.Sprintf("M29.5 %.1fh5v5h-5z", y-2.5)
		}
		p.trace(t.Look, sample)
		p.text(52, y+4, "start", ` font-size="12"`, strings.Join(lines(t.Label, 58)[:1], ""))
		y += planeKey
	}
}

// A Side is what a balance shows of one thing: a number to each side, both from nothing up.
type Side struct {
	Label      string
	More, Less float64
}

// Balance draws for each thing a bar to the right and one to the left, with the numbers in words and a key below. It is nothing when all are nothing. What it shows is told in words too.
func Balance(title, more, less string, sides []Side, lang string) (Plot, string) {
	most := 0.0
	var words []string
	signed := func(s Side) string {
		plus := ""
		if s.More > 0 {
			plus = "+"
		}
		return plus + Number(s.More, 0, lang) + " / " + Number(-s.Less, 0, lang)
	}
	for _, s := range sides {
		most = max(most, s.More, s.Less)
		words = append(words, s.Label+": "+signed(s))
	}
	summary := strings.Join(words, "; ") + "."
	if most == 0 {
		return Plot{}, summary
	}
	const each, half, middle = 46.0, 205.0, planeWidth / 2.0
	bottom := each * float64(len(sides))
	p := newPlot(planeWidth, bottom+2*planeKey+10, title, summary)
	for i, s := range sides {
		y := each * float64(i)
		p.text(2, y+15, "start", ` font-size="12"`, strings.Join(lines(s.Label, 36)[:1], ""))
		p.text(planeWidth-2, y+15, "end", ` font-size="12"`, signed(s))
		fmt.Fprintf(&p.out, `<rect x="%.1f" y="%.1f" width="%.1f" height="16" fill="#ffffff" stroke="%s" stroke-width="1.3"/>`, middle-half*s.Less/most, y+21, half*s.Less/most, Less.colour())
		fmt.Fprintf(&p.out, `<rect x="%.1f" y="%.1f" width="%.1f" height="16" fill="%s"/>`, middle, y+21, half*s.More/most, More.colour())
	}
	p.line(middle, 18, middle, bottom, plotQuiet, 1, "")
	p.key(bottom+planeKey/2+2, []Trace{{Label: more, Look: More}, {Label: less, Look: Less}})
	return p.finish(), summary
}

// A Part is a part of a whole.
type Part struct {
	Type  string // code of an area type, which gives the colour
	Text  string // what it is, in words
	Value float64
}

// A Parted is a whole with its parts; without any where they may not be told.
type Parted struct {
	Label, Type string
	Parts       []Part
	Without     string // what stands where there are no parts
}

// Parts draws wholes as bars of the same length, each parted. A part has the number of its type where there is room. It is nothing when no whole has parts. What it shows is told in words too.
func Parts(title string, all []Parted, lang string) (Plot, string) {
	const bar, high = float64(plotWidth - plotLabel - 80), 22.0
	var words []string
	for _, w := range all {
		for _, part := range w.Parts {
			if part.Value > 0 {
				words = append(words, part.Text)
			}
		}
	}
	if len(words) == 0 {
		return Plot{}, ""
	}
	summary := strings.Join(words, "; ") + "."
	p := newPlot(plotWidth, plotRow*float64(len(all))+8, title, summary)
	for i, w := range all {
		y := 6 + plotRow*float64(i)
		for n, line := range wrap(w.Label, 34) {
			p.text(24, y+9+15*float64(n), "start", ` font-size="12"`, line)
		}
		fmt.Fprintf(&p.out, `<rect x="0" y="%.1f" width="16" height="16" fill="%s" stroke="%s"/>`, y+2, typeFill(w.Type), plotQuiet)
		whole := 0.0
		for _, part := range w.Parts {
			whole += part.Value
		}
		if whole <= 0 {
			p.text(plotLabel, y+15, "start", ` font-size="13"`, w.Without)
			continue
		}
		x := float64(plotLabel)
		for _, part := range w.Parts {
			wide := bar * part.Value / whole
			if wide == 0 {
				continue
			}
			fmt.Fprintf(&p.out, `<g><rect x="%.1f" y="%.1f" width="%.1f" height="%g" fill="%s" stroke="%s" stroke-width="0.6"/><title>%s</title></g>`, x, y, wide, high, typeFill(part.Type), plotQuiet, template.HTMLEscapeString(part.Text))
			if wide > 14 {
				ink := ""
				if part.Type == "1" {
					ink = ` fill="#ffffff"`
				}
				p.text(x+wide/2, y+15, "middle", ` font-size="12"`+ink, part.Type)
			}
			x += wide
		}
		p.text(plotWidth-2, y+15, "end", ` font-size="13"`, Number(whole, 0, lang))
	}
	return p.finish(), summary
}
