package server

import (
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// typeColours are the five types' colours, from ColorBrewer's PuOr: ordered with a middle, safe for the colour-blind, and neither end a warning.
var typeColours = [5]string{"#5e3c99", "#b2abd2", "#f2f0f2", "#fdb863", "#e66101"}

// rampColours are five steps of one lightness ramp, ColorBrewer's Blues.
var rampColours = [5]string{"#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"}

// A Class is a step of a map's legend. Legend, map and table all read the same classes.
type Class struct {
	Label  string
	Colour string // or
	State  string // CSS class of a cell without a class of value
	N      int    // areas in it
	lo, hi float64
}

// A Legend takes cells to classes.
type Legend struct {
	Title   string
	Classes []Class
	values  int // the first classes are of values, the rest of states
	lang    string
}

// typeLegend has a class for each of the five types.
func typeLegend(dim cube.Dimension, lang string) *Legend {
	l := &Legend{Title: dim.Title.In(lang), lang: lang}
	for i := range typeColours {
		if i < len(dim.Members) {
			l.Classes = append(l.Classes, Class{Label: dim.Members[i].Code + " " + dim.Members[i].Label.In(lang), Colour: typeColours[i], lo: float64(i + 1), hi: float64(i + 1)})
		}
	}
	l.values = len(l.Classes)
	return l
}

// rampLegend has five classes of about as many areas each, cut at whole steps of the shown decimals.
func rampLegend(title string, cells []cube.Cell, m cube.Measure, lang string) *Legend {
	var values []float64
	for _, c := range cells {
		if c.Status.HasValue() {
			values = append(values, shown(c.Value, m))
		}
	}
	slices.Sort(values)
	l := &Legend{Title: title, lang: lang}
	if len(values) == 0 {
		return l
	}
	var bounds []float64
	for i := range 6 {
		v := values[(len(values)-1)*i/5]
		if len(bounds) == 0 || v > bounds[len(bounds)-1] {
			bounds = append(bounds, v)
		}
	}
	if len(bounds) == 1 {
		bounds = append(bounds, bounds[0])
	}
	for i := range len(bounds) - 1 {
		hi := bounds[i+1]
		if i < len(bounds)-2 {
			hi = math.Nextafter(hi, math.Inf(-1))
		}
		step := 0
		if len(bounds) > 2 {
			step = i * 4 / (len(bounds) - 2)
		}
		l.Classes = append(l.Classes, Class{
			Label:  number(bounds[i], m.Decimals, lang) + "–" + number(bounds[i+1], m.Decimals, lang) + unit(m, lang),
			Colour: rampColours[step], lo: bounds[i], hi: hi,
		})
	}
	l.values = len(l.Classes)
	return l
}

// shown is a value as writers show it: shares in percent, rounded to the measure's decimals.
func shown(v float64, m cube.Measure) float64 {
	if m.Kind == cube.Share {
		v *= 100
	}
	p := math.Pow10(m.Decimals)
	return math.Round(v*p) / p
}

// Of is the class of a cell: by its value, or by its state when it has none. It counts the area.
func (l *Legend) Of(c cube.Cell, m cube.Measure) Class {
	if c.Status.HasValue() {
		v := shown(c.Value, m)
		for i := range l.values {
			if v >= l.Classes[i].lo && v <= l.Classes[i].hi {
				l.Classes[i].N++
				return l.Classes[i]
			}
		}
	}
	state := c.Status.String()
	for i := l.values; i < len(l.Classes); i++ {
		if l.Classes[i].State == state {
			l.Classes[i].N++
			return l.Classes[i]
		}
	}
	l.Classes = append(l.Classes, Class{Label: c.Status.Title().In(l.lang), State: state, N: 1})
	return l.Classes[len(l.Classes)-1]
}
