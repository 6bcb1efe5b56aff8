package picture

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// TypeColours are the five types' colours, from ColorBrewer's PuOr (the middle one a shade darker, so that it is not taken for a gap): ordered with a middle, safe for the colour-blind, and neither end a warning.
var TypeColours = [areatype.NTypes]string{"#5e3c99", "#b2abd2", "#eeeef2", "#fdb863", "#e66101"}

// rampColours are five steps of one lightness ramp, ColorBrewer's Blues (the second a shade darker, so that it stands out from the first).
var rampColours = [5]string{"#eff3ff", "#b5d1e4", "#6baed6", "#3182bd", "#08519c"}

// A Class is a step of a map's legend: of values, or of cells without one.
type Class struct {
	Label  string
	Fill   string   // colour or pattern
	Number string   // written in the areas where it fits
	Dark   bool     // text on it must be light
	N      int      // areas drawn in it
	Unsure int      // of which unreliable, drawn in stripes
	Marks  []string // names of chosen areas that are in it
	Href   string   // where its areas alone are shown, or all again
	Chosen bool     // its areas are among those shown
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

// Key names a class in addresses: its type, its ends as they are shown (12.5..17), or its state.
func (l *Legend) Key(k *Class) string {
	switch at := slices.Index(l.Classes, k); {
	case at >= l.values:
		return k.state.String()
	case k.lo == k.hi && l.measure.Kind == cube.Code:
		return strconv.FormatFloat(k.lo, 'f', -1, 64)
	}
	return strconv.FormatFloat(k.lo, 'f', -1, 64) + ".." + strconv.FormatFloat(k.hi, 'f', -1, 64)
}

// Keyed tells which cells of a measure a class's key is of, and how it reads. A key outlives the classes it was made for: another year has others, but the same values lie between the same ends.
func Keyed(key string, m cube.Measure, lang string) (of func(cube.Cell) bool, label string, ok bool) {
	if state, err := cube.ParseStatus(key); err == nil && !state.HasValue() {
		return func(c cube.Cell) bool { return c.Status == state }, state.Title().In(lang), true
	}
	from, to, span := strings.Cut(key, "..")
	if !span {
		to = from
	}
	lo, err1 := strconv.ParseFloat(from, 64)
	hi, err2 := strconv.ParseFloat(to, 64)
	if err1 != nil || err2 != nil || math.IsNaN(lo) || math.IsInf(lo, 0) || math.IsNaN(hi) || math.IsInf(hi, 0) || span == (m.Kind == cube.Code) {
		return nil, "", false
	}
	of = func(c cube.Cell) bool {
		v := Shown(c.Value, m)
		return c.Status.HasValue() && v >= lo && v <= hi
	}
	if m.Kind == cube.Code {
		t, err := areatype.ParseType(key)
		if err != nil {
			return nil, "", false
		}
		return of, t.Code() + " " + t.Label().In(lang), true
	}
	label = Number(lo, m.Decimals, lang)
	if hi != lo {
		label = Span(lo, hi, m.Decimals, lang)
	}
	return of, label + Unit(m, lang), true
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
