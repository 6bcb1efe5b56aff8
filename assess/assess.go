// Package assess measures how far the statistical tools (RegSO, the socioeconomic index, the area types, the barometer) can support the agency's work: analysis,
// planning, direction and follow-up of its processes.
//
// # Evidence
//
// A process has an outcome: what it follows or works with, by the finest areas there are ([Outcome]). From it come the pieces of evidence, each with a documentation
// value ([Docs]): how much of the variation between persons lies between areas and how much of that types and index catch ([Variations]), who is missing from the map and
// whether that moves the answer ([Covered]), how firmly single areas can be read ([Reliable]), and what another cut rule would have given ([Recut]). Further evidence is
// computed from published tables alone: whom types reach ([Targeting]), what protection costs ([Protection]), how firm the types are ([Stability]); and how old the tools
// are when they are used ([Timeliness]).
//
// Kernels are plain functions over slices. The cubes made of them ([VariationCube] and so on) are protected and published like any table; only then are verdicts given
// ([Assess]), by thresholds that stand in the edition, on the cells that readers see. A piece of evidence that nothing tells of is unmeasured, which is no verdict.
//
// # What it is not
//
// Variation between areas says that people with and without the outcome live apart, not that the area is the cause. Thresholds are conventions: those of the package
// are its own choice and no agency's, and a project declares its own.
package assess

import (
	"errors"
	"fmt"
	"math"

	"github.com/skikt/skikt/internal/num"
)

// An Outcome is what is followed, by the finest areas: persons, the sum of their values, and of the squares of their values. For a share the sum is the persons who have
// it, and so are the squares. Squares is nil when only means are known: then nothing can be told of the variation between persons.
type Outcome struct {
	N, Sum, Squares []float64
}

// ShareOf is the outcome of x of n persons in each area.
func ShareOf(n, x []float64) Outcome { return Outcome{n, x, x} }

// Check tells what is wrong with an outcome.
func (o Outcome) Check() error {
	if len(o.Sum) != len(o.N) || o.Squares != nil && len(o.Squares) != len(o.N) {
		return errors.New("assess: persons, sums and squares must be of the same areas")
	}
	for i, n := range o.N {
		bad := !(n >= 0) || math.IsInf(n, 0) || math.IsNaN(o.Sum[i]) || math.IsInf(o.Sum[i], 0) || n == 0 && o.Sum[i] != 0
		if o.Squares != nil {
			// Cauchy and Schwarz: no values have a sum of squares below sum²/n.
			bad = bad || !(o.Squares[i] >= 0) || o.Sum[i]*o.Sum[i] > n*o.Squares[i]*(1+1e-9)+1e-9
		}
		if bad {
			return fmt.Errorf("assess: area %d has a sum, squares or a number of persons that no values can have", i+1)
		}
	}
	return nil
}

// Total is the number of persons, their mean, and the sum of squared deviations from it: NaN where squares are not known.
func (o Outcome) Total() (n, mean, squares float64) {
	n = num.Sum(o.N)
	mean, squares = num.Sum(o.Sum)/n, math.NaN()
	if o.Squares != nil {
		squares = o.deviations(mean)
	}
	return n, mean, squares
}

// deviations is Σ (y − m)² over all persons.
func (o Outcome) deviations(m float64) float64 {
	parts := make([]float64, len(o.N))
	for i := range parts {
		parts[i] = o.deviation(i, m)
	}
	return num.Sum(parts)
}

func (o Outcome) deviation(i int, m float64) float64 {
	return o.Squares[i] - m*(2*o.Sum[i]-m*o.N[i])
}

// Into adds areas up to those of a coarser division: part is the coarser area of each, of which there are so many; areas whose part is below 0 are left out.
func (o Outcome) Into(part []int32, parts int) Outcome {
	out := Outcome{N: make([]float64, parts), Sum: make([]float64, parts)}
	if o.Squares != nil {
		out.Squares = make([]float64, parts)
	}
	for i, p := range part {
		if p < 0 {
			continue
		}
		out.N[p] += o.N[i]
		out.Sum[p] += o.Sum[i]
		if o.Squares != nil {
			out.Squares[p] += o.Squares[i]
		}
	}
	return out
}

// Where is the outcome with nobody in the areas that are not kept.
func (o Outcome) Where(keep func(i int) bool) Outcome {
	all := make([]int32, len(o.N))
	for i := range all {
		all[i] = int32(i)
		if !keep(i) {
			all[i] = -1
		}
	}
	return o.Into(all, len(all))
}
