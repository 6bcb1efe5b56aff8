package assess

import (
	"math"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/internal/num"
)

// span is the first and the last type that somebody lives in.
func span(byType Outcome) (first, last int) {
	first, last = -1, -1
	for t, n := range byType.N {
		if n > 0 {
			if first < 0 {
				first = t
			}
			last = t
		}
	}
	return first, last
}

// Gap is the difference of the outcome between the first and the last type that somebody lives in; NaN with fewer than two.
func Gap(byType Outcome) float64 {
	first, last := span(byType)
	if first == last {
		return math.NaN()
	}
	return byType.Sum[first]/byType.N[first] - byType.Sum[last]/byType.N[last]
}

// A Coverage is who is on the map, and what it would do to the answer if the others were.
type Coverage struct {
	Share          float64 // of persons whose record has a place with a type
	Located, Every float64 // outcome of those, and of all
	Gap            float64 // between the first and the last type, of those with a place
	Imputed        float64 // the same when the others are put in types like those of the same kommun who have a place
	Low, High      float64 // the least and the most that the gap could be, wherever the others live
}

// Bias is how far the gap moves by imputation.
func (c Coverage) Bias() float64 { return math.Abs(c.Imputed - c.Gap) }

// Covered is persons with and without a place, by kommun.
type Covered struct {
	Located []Outcome // by kommun: by type 1 to 5
	Missing Outcome   // by kommun
	Share   bool      // persons have the outcome or not; else it is a mean of values
}

// Coverage compares those with a place to all.
//
// Imputation puts those without a place, by kommun, in types in the proportions of those of the kommun who have one; with and without the outcome each in theirs. It supposes no more than that within a
// kommun, and among those alike in the outcome, a place is missing by chance. Where a kommun has nobody of the kind with a place, the proportions of all serve. Of values, persons are
// put by the proportions of persons and keep the mean of the missing. The bounds (Manski 1989; Horowitz and Manski 1998) suppose nothing: they hold wherever the others live. Values have none.
func (c Covered) Coverage() Coverage {
	// Kinds of persons that are put in types apart: those with the outcome and those without.
	kinds := 1
	if c.Share {
		kinds = 2
	}
	of := func(o Outcome, t, kind int) float64 {
		switch {
		case !c.Share:
			return o.N[t]
		case kind == 0:
			return o.Sum[t]
		}
		return o.N[t] - o.Sum[t]
	}
	all := Outcome{N: make([]float64, areatype.NTypes), Sum: make([]float64, areatype.NTypes)}
	for _, o := range c.Located {
		for t := range all.N {
			all.N[t] += o.N[t]
			all.Sum[t] += o.Sum[t]
		}
	}
	imputed := all.Into([]int32{0, 1, 2, 3, 4}, areatype.NTypes)
	for k, own := range c.Located {
		for kind := range kinds {
			missing := of(c.Missing, k, kind)
			if missing == 0 {
				continue
			}
			pool, whole := own, 0.0
			for range 2 {
				whole = 0
				for t := range all.N {
					whole += of(pool, t, kind)
				}
				if whole > 0 {
					break
				}
				pool = all
			}
			if whole == 0 {
				continue // nobody of the kind has a place anywhere
			}
			for t := range all.N {
				part := of(pool, t, kind) / whole
				imputed.N[t] += missing * part
				switch {
				case !c.Share:
					imputed.Sum[t] += c.Missing.Sum[k] * part
				case kind == 0:
					imputed.Sum[t] += missing * part
				}
			}
		}
	}
	n, x := num.Sum(all.N), num.Sum(all.Sum)
	m, u := num.Sum(c.Missing.N), num.Sum(c.Missing.Sum)
	out := Coverage{Share: n / (n + m), Located: x / n, Every: (x + u) / (n + m), Gap: Gap(all), Imputed: Gap(imputed), Low: math.NaN(), High: math.NaN()}
	if first, last := span(all); c.Share && first < last {
		least := func(t int) float64 { return all.Sum[t] / (all.N[t] + m - u) }
		most := func(t int) float64 { return (all.Sum[t] + u) / (all.N[t] + u) }
		out.Low, out.High = least(first)-most(last), most(first)-least(last)
	}
	return out
}
