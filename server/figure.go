package server

import (
	"math"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// signs are what stands in the place of a value, or after one that needs a remark.
var signs = map[cube.Status]string{
	cube.NotAvailable: "..", cube.HiddenRule: "×", cube.HiddenProtect: "×", cube.NotApplicable: ".",
	cube.Perturbed: "~", cube.Unreliable: "u", cube.Preliminary: "p", cube.Revised: "r",
}

// A figure is a cell as it stands in a table. The zero figure is an empty place.
type figure struct {
	Text     string // value, or the sign in its place
	Mark     string // sign after a value
	Why      string // what the sign means
	Interval string
	Base     string
	Class    string
}

// newFigure writes a cell. Of a cell without a value nothing but its state is told, whatever else it holds.
func newFigure(c cube.Cell, m cube.Measure, lang string) figure {
	f := figure{Class: c.Status.String()}
	sign, special := signs[c.Status]
	if special {
		f.Why = c.Status.Title().In(lang)
	}
	if !c.Status.HasValue() {
		f.Text = sign
		return f
	}
	f.Text, f.Mark = amount(c.Value, m, lang), sign
	if c.Lo.OK && c.Hi.OK && c.Lo.V != c.Hi.V {
		f.Interval = span(shown(c.Lo.V, m), shown(c.Hi.V, m), m.Decimals, lang)
	}
	if c.Base.OK && !m.Kind.Additive() {
		f.Base = number(c.Base.V, 0, lang)
	}
	return f
}

// shown is a value as writers show it: shares in percent, rounded to the measure's decimals.
func shown(v float64, m cube.Measure) float64 {
	if m.Kind == cube.Share {
		v *= 100
	}
	return rounded(v, m.Decimals)
}

func rounded(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(v*p) / p
}

// amount is a value with its decimals, without its unit.
func amount(v float64, m cube.Measure, lang string) string {
	return number(shown(v, m), m.Decimals, lang)
}

// percent is a share 0..1 as people write it: 12,5 % in Swedish, 12.5% in English.
func percent(v float64, lang string) string {
	return number(v*100, 1, lang) + percentSign(lang)
}

func percentSign(lang string) string {
	if lang == "en" {
		return "%"
	}
	return "\u00a0%"
}

// unit is what follows a value in a table of mixed measures, in a sentence or in a legend.
func unit(m cube.Measure, lang string) string {
	if m.Kind == cube.Share {
		return percentSign(lang)
	}
	return ""
}

// span is an interval. A minus sign beside a dash can't be read, so then there is a word between the ends.
func span(lo, hi float64, decimals int, lang string) string {
	between := "–"
	if lo < 0 || hi < 0 {
		between = " " + word(lang, "to") + " "
	}
	return number(lo, decimals, lang) + between + number(hi, decimals, lang)
}

// number is a number as people write it: 1 234,5 in Swedish and 1,234.5 in English, with a real minus sign.
func number(v float64, decimals int, lang string) string {
	group, point := "\u00a0", ","
	if lang == "en" {
		group, point = ",", "."
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(v), 'f', max(decimals, 0), 64), ".")
	var b strings.Builder
	if v < 0 && strings.Trim(whole+fraction, "0") != "" {
		b.WriteString("−")
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(digit)
	}
	if fraction != "" {
		b.WriteString(point + fraction)
	}
	return b.String()
}

// head is a measure as a column's head: its title and unit.
func head(m cube.Measure, lang string) string {
	title := m.Title.In(lang)
	switch unit := m.Unit.In(lang); {
	case m.Kind == cube.Share:
		title += ", %"
	case unit != "" && (m.Kind == cube.Mean || m.Kind == cube.Sum || m.Kind == cube.Value):
		title += ", " + unit
	}
	return title
}
