package picture

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// Signs are what stands in the place of a value, or after one that needs a remark.
var Signs = map[cube.Status]string{
	cube.NotAvailable: "..", cube.HiddenRule: "×", cube.HiddenProtect: "×", cube.NotApplicable: ".",
	cube.Perturbed: "~", cube.Unreliable: "u", cube.Preliminary: "p", cube.Revised: "r",
}

// A Figure is a cell as it stands in a table. The zero Figure is an empty place.
type Figure struct {
	Text     string // value, or the sign in its place
	Mark     string // sign after a value
	Why      string // what the sign means
	Interval string
	Base     string
	Class    string
}

// NewFigure writes a cell. Of a cell without a value nothing but its state is told, whatever else it holds.
func NewFigure(c cube.Cell, m cube.Measure, lang string) Figure {
	f := Figure{Class: c.Status.String()}
	sign, special := Signs[c.Status]
	if special {
		f.Why = c.Status.Title().In(lang)
	}
	if !c.Status.HasValue() {
		f.Text = sign
		return f
	}
	f.Text, f.Mark = Amount(c.Value, m, lang), sign
	if c.Lo.OK && c.Hi.OK && c.Lo.V != c.Hi.V {
		f.Interval = Span(Shown(c.Lo.V, m), Shown(c.Hi.V, m), m.Decimals, lang)
	}
	if c.Base.OK && !m.Kind.Additive() {
		f.Base = Number(c.Base.V, 0, lang)
	}
	return f
}

// Shown is a value as writers show it: shares in percent, rounded to the measure's decimals.
func Shown(v float64, m cube.Measure) float64 {
	if m.Kind == cube.Share {
		v *= 100
	}
	return Rounded(v, m.Decimals)
}

func Rounded(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(v*p) / p
}

// Amount is a value with its decimals, without its unit.
func Amount(v float64, m cube.Measure, lang string) string {
	return Number(Shown(v, m), m.Decimals, lang)
}

// Percent is a share 0..1 as people write it: 12,5 % in Swedish, 12.5% in English.
func Percent(v float64, lang string) string {
	return Number(v*100, 1, lang) + PercentSign(lang)
}

func PercentSign(lang string) string {
	if lang == "en" {
		return "%"
	}
	return "\u00a0%"
}

// Unit is what follows a value in a table of mixed measures, in a sentence or in a legend.
func Unit(m cube.Measure, lang string) string {
	if m.Kind == cube.Share {
		return PercentSign(lang)
	}
	return ""
}

// Span is an interval. A minus sign beside a dash can't be read, so then there is a word between the ends.
func Span(lo, hi float64, decimals int, lang string) string {
	between := "–"
	if lo < 0 || hi < 0 {
		between = " " + to.In(lang) + " "
	}
	return Number(lo, decimals, lang) + between + Number(hi, decimals, lang)
}

// Number is a number as people write it: 1 234,5 in Swedish and 1,234.5 in English, with a real minus sign.
func Number(v float64, decimals int, lang string) string {
	group, point := "\u00a0", byte(',')
	if lang == "en" {
		group, point = ",", '.'
	}
	var digits, text [64]byte
	plain := strconv.AppendFloat(digits[:0], math.Abs(v), 'f', max(decimals, 0), 64)
	whole := plain
	if at := bytes.IndexByte(plain, '.'); at >= 0 {
		whole = plain[:at]
	}
	out := text[:0]
	if v < 0 && len(bytes.Trim(plain, "0.")) > 0 {
		out = append(out, "−"...)
	}
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			out = append(out, group...)
		}
		out = append(out, digit)
	}
	if len(whole) < len(plain) {
		out = append(append(out, point), plain[len(whole)+1:]...)
	}
	return string(out)
}

// numbered is a choice between words by an argument: {2:area|areas} takes the first when the second argument is one.
var numbered = regexp.MustCompile(`\{(\d):([^{|}]*)\|([^{|}]*)\}`)

// Say fills a form as fmt.Sprintf does, and takes of each {k:one|many} the word that goes with the k-th argument: the first when that reads 1, or begins so before a share in brackets.
func Say(form string, args ...any) string {
	said := fmt.Sprintf(form, args...)
	if !strings.Contains(form, "{") {
		return said
	}
	return numbered.ReplaceAllStringFunc(said, func(choice string) string {
		part := numbered.FindStringSubmatch(choice)
		if k, _ := strconv.Atoi(part[1]); k >= 1 && k <= len(args) {
			if n := fmt.Sprint(args[k-1]); n == "1" || strings.HasPrefix(n, "1 (") {
				return part[2]
			}
		}
		return part[3]
	})
}

// Decimal is a number with as many decimals as it has, as people write it and forms take it back: 1,5 in Swedish, without groups.
func Decimal(v float64, lang string) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if lang != "en" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// Head is a measure as a column's head: its title and unit.
func Head(m cube.Measure, lang string) string {
	title := m.Title.In(lang)
	switch unit := m.Unit.In(lang); {
	case m.Kind == cube.Share:
		title += ", %"
	case unit != "" && (m.Kind == cube.Mean || m.Kind == cube.Sum || m.Kind == cube.Value):
		title += ", " + unit
	}
	return title
}
