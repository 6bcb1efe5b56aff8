package assess

import (
	"math"

	"github.com/skikt/skikt/internal/num"
)

// FirmFrom is the reliability from which an area counts as firm: four fifths signal, one fifth chance. It is the package's own choice.
const FirmFrom = 0.8

// A Reliability tells how firmly the means of single areas can be read.
type Reliability struct {
	Areas       int     // with somebody in them
	Between     float64 // τ²: variance of the areas' true means; NaN where it can't be told, cut at 0
	Within      float64 // σ²: variance between persons of one area
	Mean        float64 // mean over persons of their area's τ²/(τ² + σ²/n)
	ShareFirm   float64 // share of persons in areas where it is at least the limit
	PersonsFirm float64 // persons that an area needs for that: σ²/τ² × limit/(1 − limit)
}

// Reliable is the signal in the means of areas against chance, by the moments of one-way analysis of variance: of the variation that areas show, how much would be
// there again with other persons. It is also how little an area's mean is drawn towards that of all when it is shrunk.
func Reliable(o Outcome, limit float64) Reliability {
	n, _, total := o.Total()
	v := Between(o)
	r := Reliability{Areas: v.Classes, Between: math.NaN(), Within: math.NaN(), Mean: math.NaN(), ShareFirm: math.NaN(), PersonsFirm: math.NaN()}
	var sizes []float64
	for _, p := range o.N {
		if p > 0 {
			sizes = append(sizes, p)
		}
	}
	k := float64(len(sizes))
	if !(total > 0) || k < 2 || n <= k {
		return r
	}
	squares := make([]float64, len(sizes))
	for i, p := range sizes {
		squares[i] = p * p
	}
	r.Within = (total - v.Told) / (n - k)
	r.Between = max((v.Told-(k-1)*r.Within)/(n-num.Sum(squares)/n), 0)
	means, firm := make([]float64, len(sizes)), make([]float64, len(sizes))
	for i, p := range sizes {
		signal := 0.0
		switch {
		case r.Within == 0:
			signal = 1
		case r.Between > 0:
			signal = r.Between / (r.Between + r.Within/p)
		}
		means[i] = p * signal
		if signal >= limit {
			firm[i] = p
		}
	}
	r.Mean, r.ShareFirm = num.Sum(means)/n, num.Sum(firm)/n
	if r.Between > 0 {
		r.PersonsFirm = r.Within / r.Between * limit / (1 - limit)
	}
	return r
}

// Shrunk draws the mean of each area towards that of all by its reliability: what is expected of the area with other persons, by the moments of [Reliable]. Where squares are not known it is the outcome itself.
func Shrunk(o Outcome) Outcome {
	r := Reliable(o, FirmFrom)
	if math.IsNaN(r.Between) {
		return o
	}
	_, mean, _ := o.Total()
	out := Outcome{N: o.N, Sum: make([]float64, len(o.N))}
	for i, n := range o.N {
		signal := 1.0
		if n > 0 && r.Within > 0 {
			signal = r.Between / (r.Between + r.Within/n)
		}
		out.Sum[i] = n*mean + signal*(o.Sum[i]-n*mean)
	}
	return out
}
