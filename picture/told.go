package picture

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// The sentences that tell what a map shows.
var (
	toldValues  = cube.Text{SV: "%s områden har ett värde: från %s till %s, och medianen är %s.", EN: "%s areas have a value: from %s to %s, and the median is %s."}
	toldOne     = cube.Text{SV: "1 område har ett värde: %s.", EN: "1 area has a value: %s."}
	toldHalf    = cube.Text{SV: "Hälften av dem ligger från %s till %s.", EN: "Half of them lie from %s to %s."}
	toldTypes   = cube.Text{SV: "Av %s {1:område|områden} är %s.", EN: "Of %s {1:area|areas}, %s."}
	toldType    = cube.Text{SV: "%s (%s) av typ %s", EN: "%s (%s) {1:is|are} of type %s"}
	toldWithout = cube.Text{SV: "%s {1:område|områden} har inget värde som visas.", EN: "%s {1:area has|areas have} no value that is shown."}
)

// fewTold is how many values a map has before it is told where half of them lie.
const fewTold = 8

// Told says in words how the values of areas are spread: from the least to the greatest with the median and, where they are many, the quartiles (the values at a quarter and three quarters of the way); of types how
// many areas have each. Values are as they are shown.
func Told(cells []cube.Cell, m cube.Measure, lang string) string {
	var values []float64
	for _, c := range cells {
		if c.Status.HasValue() {
			values = append(values, Shown(c.Value, m))
		}
	}
	slices.Sort(values)
	count := func(n int) string { return Number(float64(n), 0, lang) }
	var out []string
	n := len(values)
	write := func(v float64) string { return Number(v, m.Decimals, lang) + Unit(m, lang) }
	switch {
	case n == 0:
	case m.Kind == cube.Code:
		var parts []string
		for _, t := range areatype.Types() {
			of := 0
			for _, v := range values {
				if v == float64(t) {
					of++
				}
			}
			if of > 0 {
				parts = append(parts, Say(toldType.In(lang), count(of), Percent(float64(of)/float64(n), lang), t.Code()))
			}
		}
		if len(parts) > 0 {
			out = append(out, Say(toldTypes.In(lang), count(n), strings.Join(parts, ", ")))
		}
	case n == 1:
		out = append(out, fmt.Sprintf(toldOne.In(lang), write(values[0])))
	default:
		median := values[n/2]
		if n%2 == 0 {
			median = Rounded((values[n/2-1]+values[n/2])/2, m.Decimals)
		}
		out = append(out, fmt.Sprintf(toldValues.In(lang), count(n), write(values[0]), write(values[n-1]), write(median)))
		if n >= fewTold {
			out = append(out, fmt.Sprintf(toldHalf.In(lang), write(values[n/4]), write(values[n-1-n/4])))
		}
	}
	if without := len(cells) - n; without > 0 {
		out = append(out, Say(toldWithout.In(lang), count(without)))
	}
	return strings.Join(out, " ")
}
