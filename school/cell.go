package school

import (
	"math"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// known is a cell of a value; not applicable where the value is undefined.
func known(v float64) cube.Cell {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return cube.Cell{Status: cube.NotApplicable}
	}
	return cube.KnownCell(v)
}

// between is a cell of a value with an interval, which is left out where it is undefined.
func between(v, lo, hi float64, base int) cube.Cell {
	c := number(v, base)
	if c.Status.HasValue() && !math.IsNaN(lo) && !math.IsNaN(hi) && !math.IsInf(lo, 0) && !math.IsInf(hi, 0) {
		c.Lo, c.Hi = cube.Num(lo), cube.Num(hi)
	}
	return c
}

func nobody() cube.Cell { return cube.Cell{Status: cube.NotApplicable, Base: cube.Num(0)} }

func countMeasure(name, sv, en string) cube.Measure {
	return cube.Measure{Name: name, Title: cube.Text{SV: sv, EN: en}, Unit: pupils, Kind: cube.Count}
}

func valueMeasure(name, sv, en string, decimals int) cube.Measure {
	return cube.Measure{Name: name, Title: cube.Text{SV: sv, EN: en}, Kind: cube.Value, Decimals: decimals}
}

func shareMeasure(name, sv, en string) cube.Measure {
	return cube.Measure{Name: name, Title: cube.Text{SV: sv, EN: en}, Unit: cube.Text{SV: "procent", EN: "percent"}, Kind: cube.Share, Decimals: 1}
}

// swedish is a number with a decimal comma, for texts.
func swedish(v float64, decimals int) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', decimals, 64), ".", ",", 1)
}
