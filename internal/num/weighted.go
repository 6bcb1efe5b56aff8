package num

import (
	"math"
	"math/big"
	"slices"
	"sort"
	"strconv"
)

// A Weighted is a sorted sample in which each value stands for a whole number of equal ones: a distance for the persons who have it.
type Weighted struct {
	values []float64
	upTo   []int64 // weight of the values up to and with each
}

// SortWeighted sorts a sample. Values of weight 0 are left out; weights below 0 are not allowed. It keeps neither slice.
func SortWeighted(values []float64, weights []int64) *Weighted {
	order := make([]int, 0, len(values))
	for i, w := range weights {
		if w > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	w := &Weighted{}
	for _, i := range order {
		w.Add(values[i], weights[i])
	}
	return w
}

// Add puts a value at the end: it must not be below those already there.
func (w *Weighted) Add(value float64, weight int64) {
	total := w.Total()
	if n := len(w.values); n > 0 && w.values[n-1] == value {
		w.upTo[n-1] = total + weight
		return
	}
	w.values, w.upTo = append(w.values, value), append(w.upTo, total+weight)
}

// Total is the sum of the weights.
func (w *Weighted) Total() int64 {
	if len(w.upTo) == 0 {
		return 0
	}
	return w.upTo[len(w.upTo)-1]
}

// at is the k-th of the equal values, from 1.
func (w *Weighted) at(k int64) float64 {
	k = min(max(k, 1), w.Total())
	return w.values[sort.Search(len(w.upTo), func(i int) bool { return w.upTo[i] >= k })]
}

// Inverse is the smallest value with at least the share q, from 0 to 1, of the weight at or below it: type 1 of Hyndman and Fan (1996), The American Statistician 50. q is taken as the decimal number
// that it is written as, so that 0.1 of 30 is 3 and not a little more. NaN for an empty sample and for a q outside; so for the other two.
func (w *Weighted) Inverse(q float64) float64 {
	j, rest, ok := w.split(q, w.Total())
	switch {
	case !ok:
		return math.NaN()
	case rest > 0:
		return w.at(j + 1)
	}
	return w.at(j)
}

// Averaged is [Weighted.Inverse], and the mean of the two values where the share is exactly q: type 2.
func (w *Weighted) Averaged(q float64) float64 {
	if j, rest, ok := w.split(q, w.Total()); ok && rest == 0 && j > 0 && j < w.Total() {
		return (w.at(j) + w.at(j+1)) / 2
	}
	return w.Inverse(q)
}

// Interpolated is linear between the values, the first at q = 0 and the last at q = 1: type 7, which R and spreadsheets take by themselves.
func (w *Weighted) Interpolated(q float64) float64 {
	j, rest, ok := w.split(q, w.Total()-1)
	switch {
	case !ok:
		return math.NaN()
	case rest == 0:
		return w.at(j + 1)
	}
	low := w.at(j + 1)
	return low + rest*(w.at(j+2)-low)
}

// split is the whole part of q·n and the rest, exactly.
func (w *Weighted) split(q float64, n int64) (whole int64, rest float64, ok bool) {
	if w.Total() == 0 || !(q >= 0 && q <= 1) {
		return 0, 0, false
	}
	h, _ := new(big.Rat).SetString(strconv.FormatFloat(q, 'f', -1, 64))
	h.Mul(h, new(big.Rat).SetInt64(n))
	j := new(big.Int).Quo(h.Num(), h.Denom())
	rest, _ = h.Sub(h, new(big.Rat).SetInt(j)).Float64()
	return j.Int64(), rest, true
}
