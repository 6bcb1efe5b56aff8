package gap

import (
	"errors"
	"fmt"
	"math"

	"github.com/skikt/skikt/internal/num"
)

// Strata are events and persons by stratum: age, or age and sex.
type Strata struct{ Events, Persons []float64 }

func (s Strata) check() error {
	if len(s.Events) != len(s.Persons) || len(s.Events) == 0 {
		return fmt.Errorf("gap: %d counts of events for %d strata", len(s.Events), len(s.Persons))
	}
	for i, n := range s.Persons {
		if !(n >= 0) || !(s.Events[i] >= 0) {
			return fmt.Errorf("gap: stratum %d: events and persons are numbers from 0", i+1)
		}
	}
	return nil
}

// Crude is all events over all persons.
func (s Strata) Crude() float64 { return num.Sum(s.Events) / num.Sum(s.Persons) }

// ErrEmptyStratum is a stratum that the standard population has and the population lacks: there is no rate to weigh.
var ErrEmptyStratum = errors.New("a stratum with weight has no persons, so its rate is unknown; join strata")

// A DirectRate is a directly standardised rate: what the rate would be if the population were made up as the standard population. Intervals by their published names.
type DirectRate struct {
	Rate, Crude  float64
	Events       float64
	VarPoisson   float64  // Σ w² x/n²
	VarBinomial  float64  // Σ w² p(1 − p)/n
	Normal       Interval // on VarPoisson; may go below 0
	FayFeuer     Interval // gamma, with the largest w/n (Fay and Feuer 1997)
	Tiwari       Interval // gamma, the upper end with the mean w/n (Tiwari, Clegg and Zou 2006)
	DobsonByar   Interval // Dobson et al. (1991) with Byar's limits of the events
	DobsonExact  Interval // Dobson et al. (1991) with exact limits of the events; not defined without events, as DobsonByar
	LargestShare float64  // the largest part of the variance that one stratum has: near 1, one stratum decides
}

// DirectlyStandardised standardises to the weights of a standard population, persons or shares, one a stratum. A stratum without weight counts for nothing.
func DirectlyStandardised(s Strata, standard []float64, level float64) (DirectRate, error) {
	if err := s.check(); err != nil {
		return DirectRate{}, err
	}
	if len(standard) != len(s.Events) {
		return DirectRate{}, fmt.Errorf("gap: the standard population has %d strata, the population %d", len(standard), len(s.Events))
	}
	total := num.Sum(standard)
	if !(total > 0) {
		return DirectRate{}, errors.New("gap: the standard population is empty")
	}
	d := DirectRate{Crude: s.Crude()}
	var largest, sum, sumSquares, strata, most float64
	for i, w := range standard {
		if w == 0 {
			continue
		}
		if !(w > 0) {
			return DirectRate{}, fmt.Errorf("gap: stratum %d: a weight can't be below 0", i+1)
		}
		x, n := s.Events[i], s.Persons[i]
		if n == 0 {
			return DirectRate{}, fmt.Errorf("gap: stratum %d: %w", i+1, ErrEmptyStratum)
		}
		w /= total
		p := x / n
		d.Events += x
		d.Rate += w * p
		v := w * w * x / (n * n)
		d.VarPoisson += v
		most = max(most, v)
		d.VarBinomial += w * w * p * (1 - p) / n
		largest = max(largest, w/n)
		sum, sumSquares, strata = sum+w/n, sumSquares+w/n*w/n, strata+1
	}
	d.LargestShare = most / d.VarPoisson
	d.Normal = normal(d.Rate, math.Sqrt(d.VarPoisson), level).Interval
	a := (1 - level) / 2
	gammaLimit := func(mean, variance, p float64) float64 {
		return num.GammaQuantile(mean*mean/variance, p) * variance / mean
	}
	lower := 0.0
	if d.Events > 0 {
		lower = gammaLimit(d.Rate, d.VarPoisson, a)
	}
	d.FayFeuer = Interval{lower, gammaLimit(d.Rate+largest, d.VarPoisson+largest*largest, 1-a)}
	d.Tiwari = Interval{lower, gammaLimit(d.Rate+sum/strata, d.VarPoisson+sumSquares/strata, 1-a)}
	dobson := func(limits Interval) Interval {
		f := math.Sqrt(d.VarPoisson / d.Events)
		return Interval{d.Rate + f*(limits.Lower-d.Events), d.Rate + f*(limits.Upper-d.Events)}
	}
	d.DobsonByar, d.DobsonExact = dobson(Byar(d.Events, level)), dobson(Garwood(d.Events, level))
	return d, nil
}

// SE is the standard error on the Poisson variance.
func (d DirectRate) SE() float64 { return math.Sqrt(d.VarPoisson) }

// Against compares two standardised rates: the difference with the normal interval, and the ratio with the log interval by the delta method.
func (d DirectRate) Against(o DirectRate, level float64) (difference, ratio Estimate) {
	difference = normal(d.Rate-o.Rate, math.Sqrt(d.VarPoisson+o.VarPoisson), level)
	if d.Rate == 0 || o.Rate == 0 {
		return difference, Estimate{d.Rate / o.Rate, nan, none}
	}
	return difference, logNormal(d.Rate/o.Rate, math.Sqrt(d.VarPoisson/(d.Rate*d.Rate)+o.VarPoisson/(o.Rate*o.Rate)), level)
}

// An IndirectRatio is indirect standardisation: observed events against those expected at the reference's rates (SMR, SIR).
type IndirectRatio struct {
	Observed, Expected float64
	Ratio              float64
	LogNormal          Interval // Ratio · exp(± z/√O); none at O = 0
	Byar, Exact        Interval // Poisson limits of O over E
	Crude              float64
	Rate               float64 // Ratio times the reference's crude rate
	Reference          float64 // the reference's crude rate
}

// IndirectlyStandardised takes the rates from a reference population of the same strata. Ratios of different populations have different weights and can't be compared with each other, only
// with the reference.
func IndirectlyStandardised(s, reference Strata, level float64) (IndirectRatio, error) {
	if err := errors.Join(s.check(), reference.check()); err != nil {
		return IndirectRatio{}, err
	}
	if len(reference.Events) != len(s.Events) {
		return IndirectRatio{}, fmt.Errorf("gap: the reference has %d strata, the population %d", len(reference.Events), len(s.Events))
	}
	r := IndirectRatio{Observed: num.Sum(s.Events), Crude: s.Crude(), Reference: reference.Crude()}
	for i, n := range s.Persons {
		if n == 0 {
			continue
		}
		if reference.Persons[i] == 0 {
			return IndirectRatio{}, fmt.Errorf("gap: stratum %d: the reference has no persons, so nothing can be expected", i+1)
		}
		r.Expected += n * reference.Events[i] / reference.Persons[i]
	}
	r.Ratio = r.Observed / r.Expected
	r.Rate = r.Ratio * r.Reference
	r.LogNormal = none
	if r.Observed > 0 {
		r.LogNormal = logNormal(r.Ratio, 1/math.Sqrt(r.Observed), level).Interval
	}
	over := func(i Interval) Interval { return Interval{i.Lower / r.Expected, i.Upper / r.Expected} }
	r.Byar, r.Exact = over(Byar(r.Observed, level)), over(Garwood(r.Observed, level))
	return r, nil
}

// MantelHaenszel is the ratio of the rates of two populations of the same strata, common to all strata, with the log interval of Greenland and Robins (1985). SE is of the logarithm.
func MantelHaenszel(a, b Strata, level float64) (Estimate, error) {
	if err := errors.Join(a.check(), b.check()); err != nil {
		return nothing(), err
	}
	if len(a.Events) != len(b.Events) {
		return nothing(), fmt.Errorf("gap: %d strata against %d", len(a.Events), len(b.Events))
	}
	var r, s, v float64
	for i := range a.Events {
		n := a.Persons[i] + b.Persons[i]
		if n == 0 {
			continue
		}
		r += a.Events[i] * b.Persons[i] / n
		s += b.Events[i] * a.Persons[i] / n
		v += (a.Events[i] + b.Events[i]) * a.Persons[i] * b.Persons[i] / (n * n)
	}
	if r == 0 || s == 0 {
		return Estimate{r / s, nan, none}, nil
	}
	return logNormal(r/s, math.Sqrt(v/(r*s)), level), nil
}
