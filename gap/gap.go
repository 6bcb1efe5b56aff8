// Package gap follows indicators over time: how far apart area types are, whether the distance shrinks, what the change is made of, and when something deserves a look.
//
// # What is here
//
// Intervals of shares and counts, absolute and relative gaps of two groups, slope and relative indices of inequality and the concentration index over groups
// in order, direct and indirect standardisation, shrinkage of small areas, funnel limits, trends with a break, convergence, decompositions of a difference or a
// change, control charts with their run lengths, and goals with their paths. Every convention has its own published name; none is called simply "the" interval or "the" relative index.
//
// # How it is built
//
// Kernels are plain functions over counts and slices with named results; NaN stands for what is undefined. [Gaps], [Trends], [Changes] and [Goals] do the same on a
// [cube.Cube] of any indicator by type × year × group and give cubes, in which a cell that rests on a hidden or missing number is hidden or not available
// itself, or an interval that contains the truth where the rule that hides says how large the number may be.
//
// # Reading
//
// A gap between area types describes people in areas; it does not tell that the area is the cause. Types are cut anew each year ([Movers] takes the effect of that apart), and
// statistics on RegSO break between 2023 and 2024, when SCB went over to the 2025 vintage.
package gap

import (
	"math"

	"github.com/skikt/skikt/internal/num"
)

// An Interval is the two ends of a confidence interval; NaN where there is none.
type Interval struct{ Lower, Upper float64 }

// An Estimate is a value with its standard error and interval; NaN where undefined.
type Estimate struct {
	Value, SE float64
	Interval
}

// nothing is an undefined estimate.
func nothing() Estimate { return Estimate{nan, nan, none} }

var (
	nan  = math.NaN()
	none = Interval{nan, nan}
)

// normal is value ± z·se.
func normal(value, se, level float64) Estimate {
	z := num.ZOf(level)
	return Estimate{value, se, Interval{value - z*se, value + z*se}}
}

// logNormal is value·exp(± z·se), se of the logarithm.
func logNormal(value, seLog, level float64) Estimate {
	f := math.Exp(num.ZOf(level) * seLog)
	return Estimate{value, seLog, Interval{value / f, value * f}}
}

// inverse is one over the estimate; without an interval where that reaches 0.
func (e Estimate) inverse() Estimate {
	if !(e.Lower > 0) {
		return Estimate{1 / e.Value, nan, none}
	}
	return Estimate{1 / e.Value, nan, Interval{1 / e.Upper, 1 / e.Lower}}
}
