package picture

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// TypeColours are the five types' colours, from ColorBrewer's PuOr (the middle one a shade darker, so that it is not taken for a gap): ordered with a middle, safe for the colour-blind, and neither end a warning.
var TypeColours = [areatype.NTypes]string{"#5e3c99", "#b2abd2", "#eeeef2", "#fdb863", "#e66101"}

// rampColours are five steps of one lightness ramp, ColorBrewer's Blues.
var rampColours = [5]string{"#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c"}

// A Class is a step of a map's legend: of values, or of cells without one.
type Class struct {
	Label  string
	Fill   string   // colour or pattern
	Number string   // written in the areas where it fits
	Dark   bool     // text on it must be light
	N      int      // areas drawn in it
	Faint  int      // of which unreliable, drawn at half strength
	Marks  []string // names of chosen areas that are in it
	state  cube.Status
	lo, hi float64
}

// A Legend is the classes of a map. Legend and map read the same classes: Of is the only way from a cell to a class.
type Legend struct {
	Classes []*Class
	values  int // the first classes are of values, the rest of states
	measure cube.Measure
}

// NewLegend makes the classes of cells: the five types for codes, else five classes of about as many areas each, cut at steps of the decimals shown. After
// them come the states that occur.
func NewLegend(cells []cube.Cell, m cube.Measure, lang string) *Legend {
	l := &Legend{measure: m}
	if m.Kind == cube.Code {
		for i, t := range areatype.Types() {
			l.Classes = append(l.Classes, &Class{Label: t.Code() + " " + t.Label().In(lang), Number: t.Code(), Fill: TypeColours[i], Dark: i == 0, lo: float64(t), hi: float64(t)})
		}
	} else {
		l.ramp(cells, lang)
	}
	l.values = len(l.Classes)
	for _, status := range cube.Statuses() {
		if !status.HasValue() && slices.ContainsFunc(cells, func(c cube.Cell) bool { return c.Status == status }) {
			l.Classes = append(l.Classes, &Class{Label: Signs[status] + " " + status.Title().In(lang), Fill: stateFill(status), state: status})
		}
	}
	return l
}

func (l *Legend) ramp(cells []cube.Cell, lang string) {
	var values []float64
	for _, c := range cells {
		if c.Status.HasValue() {
			values = append(values, Shown(c.Value, l.measure))
		}
	}
	if len(values) == 0 {
		return
	}
	slices.Sort(values)
	var from []float64 // where classes begin
	for i := range len(rampColours) {
		if v := values[len(values)*i/len(rampColours)]; len(from) == 0 || v > from[len(from)-1] {
			from = append(from, v)
		}
	}
	step := math.Pow10(-l.measure.Decimals)
	for i, lo := range from {
		hi := values[len(values)-1]
		if i+1 < len(from) {
			hi = Rounded(from[i+1]-step, l.measure.Decimals)
		}
		label := Number(lo, l.measure.Decimals, lang)
		if hi > lo {
			label = Span(lo, hi, l.measure.Decimals, lang)
		}
		at := len(rampColours) / 2
		if len(from) > 1 {
			at = i * (len(rampColours) - 1) / (len(from) - 1)
		}
		l.Classes = append(l.Classes, &Class{Label: label + Unit(l.measure, lang), Fill: rampColours[at], Dark: at > 2, lo: lo, hi: hi})
	}
}

// Of is the class of a cell: by its value, or by its state when it has none. It is nil for a value outside all classes.
func (l *Legend) Of(c cube.Cell) *Class {
	if !c.Status.HasValue() {
		for _, k := range l.Classes[l.values:] {
			if k.state == c.Status {
				return k
			}
		}
		return nil
	}
	v := Shown(c.Value, l.measure)
	for _, k := range l.Classes[:l.values] {
		if v >= k.lo && v <= k.hi {
			return k
		}
	}
	return nil
}

// Most is the number of areas in the fullest class.
func (l *Legend) Most() int {
	most := 0
	for _, k := range l.Classes {
		most = max(most, k.N)
	}
	return most
}

// Summary says in words how the areas drawn are spread over the classes.
func (l *Legend) Summary(lang string) string {
	text := ""
	for _, k := range l.Classes {
		if k.N > 0 {
			text += fmt.Sprintf("%s: %s. ", k.Label, Number(float64(k.N), 0, lang))
		}
	}
	return text
}

// stateFill is the quiet look of a state without a value.
func stateFill(status cube.Status) string {
	switch {
	case status == cube.HiddenRule:
		return "url(#hidden)"
	case status == cube.HiddenProtect:
		return "url(#protect)"
	case status == cube.NotApplicable:
		return "#d9d9d9"
	}
	return "url(#missing)"
}
