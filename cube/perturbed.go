package cube

import (
	"math"
	"slices"
)

// NotAdditive is the code of the warning on a cube whose cells have noise of their own: parts need not add up to totals, and adding cells adds noise.
// Writers say it in their own way (AGGREGALLOWED=NO in PX).
const NotAdditive = "aggregallowed-false"

// AggregAllowed tells whether a reader may add the cells up.
func (c *Cube) AggregAllowed() bool {
	return !slices.ContainsFunc(c.Warnings, func(w Warning) bool { return w.Code == NotAdditive })
}

// WarnNotAdditive adds the warning [NotAdditive].
func (c *Cube) WarnNotAdditive() {
	c.Warn(Warning{Code: NotAdditive, Text: Text{
		SV: "Antalen har ett litet slumptillägg till skydd för enskilda. Delar behöver inte summera till totalen, och den som summerar celler summerar också slumptilläggen: använd den publicerade totalen.",
		EN: "The counts have small random noise that protects individuals. Parts need not add up to the total, and adding cells adds their noise: use the published total.",
	}})
}

// NoiseOfSum is how far, either way, the sum of disjoint perturbed cells lies from the truth at most, with at least the given confidence (0..1, 1 for
// certain). Each cell has independent noise of mean 0, of at most most either way, and of at most the variance. It holds for every number of cells
// and any distribution (Bernstein's inequality): t = LD/3 + √(L²D²/9 + 2LnV) with L = ln(2/(1 − confidence)), or nD where that is less.
func NoiseOfSum(cells int, most, variance, confidence float64) float64 {
	worst := float64(cells) * most
	if confidence >= 1 {
		return worst
	}
	l := math.Log(2 / (1 - max(0, confidence)))
	return min(worst, l*most/3+math.Sqrt(l*l*most*most/9+2*l*float64(cells)*variance))
}
