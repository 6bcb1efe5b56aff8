package num

import (
	"math"
	"slices"
)

// A QuantileType says how a quantile between two values is taken: 1 to 9 by the numbers of Hyndman and Fan (1996), which R uses too.
type QuantileType int

// The types that statistics agencies and tools use most.
const (
	Averaged QuantileType = 2 // the middle of two values where p·n is whole; SAS, Stata
	Weibull  QuantileType = 6 // (n+1)p; SPSS
	Linear7  QuantileType = 7 // (n−1)p + 1; R, NumPy, spreadsheets
)

// plotting are the a and b of the types 4 to 9, by which the quantile lies at a + p(n + 1 − a − b).
var plotting = [...][2]float64{{0, 1}, {0.5, 0.5}, {0, 0}, {1, 1}, {1.0 / 3, 1.0 / 3}, {0.375, 0.375}}

// Quantile is the quantile p of sorted values. NaN of nothing, of a type that there is not, or where p lies outside 0..1.
func Quantile(sorted []float64, p float64, kind QuantileType) float64 {
	n := len(sorted)
	if n == 0 || !(p >= 0 && p <= 1) || kind < 1 || kind > 9 {
		return math.NaN()
	}
	at := func(i int) float64 { return sorted[min(max(i, 1), n)-1] }
	// A whole number may come out a rounding below or above itself.
	const fuzz = 4 * 0x1p-52
	place := float64(n) * p
	switch {
	case kind == 3:
		place -= 0.5
	case kind > 3:
		ab := plotting[kind-4]
		place = ab[0] + p*(float64(n)+1-ab[0]-ab[1])
	}
	j := math.Floor(place + fuzz)
	g := place - j
	if math.Abs(g) < fuzz {
		g = 0
	}
	switch {
	case kind == 2 && g == 0:
		g = 0.5
	case kind == 3 && g == 0 && math.Mod(j, 2) == 0: // the even one of two
	case kind <= 3 && (g > 0 || kind == 3):
		g = 1
	}
	if g == 0 {
		return at(int(j))
	}
	return (1-g)*at(int(j)) + g*at(int(j)+1)
}

// Ranks are the ranks 1..n of the values; equal ones share the middle of theirs.
func Ranks(x []float64) []float64 {
	order := sortedOrder(x)
	ranks := make([]float64, len(x))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && x[order[j]] == x[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return ranks
}

func sortedOrder(x []float64) []int {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	return order
}

// Pearson is the product-moment correlation. NaN where one of them does not vary.
func Pearson(x, y []float64) float64 {
	mx, my := Mean(x), Mean(y)
	cx, cy := make([]float64, len(x)), make([]float64, len(y))
	for i := range x {
		cx[i], cy[i] = x[i]-mx, y[i]-my
	}
	return dot(cx, cy) / math.Sqrt(dot(cx, cx)*dot(cy, cy))
}

// Spearman is the correlation of the ranks.
func Spearman(x, y []float64) float64 { return Pearson(Ranks(x), Ranks(y)) }

// Kendall is τ_b: pairs in the same order less pairs in the other, over the geometric mean of the pairs that x and that y tell apart. It takes one sort
// and one merge (Knight 1966). NaN where one of them does not vary.
func Kendall(x, y []float64) float64 {
	n := len(x)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] != x[b]:
			if x[a] < x[b] {
				return -1
			}
			return 1
		case y[a] < y[b]:
			return -1
		case y[a] > y[b]:
			return 1
		}
		return 0
	})
	pairs := func(k int) float64 { return float64(k) * float64(k-1) / 2 }
	ties := func(same func(i, j int) bool) float64 {
		total := 0.0
		for i := 0; i < n; {
			j := i
			for j < n && same(i, j) {
				j++
			}
			total += pairs(j - i)
			i = j
		}
		return total
	}
	tiedX := ties(func(i, j int) bool { return x[order[i]] == x[order[j]] })
	tiedBoth := ties(func(i, j int) bool { return x[order[i]] == x[order[j]] && y[order[i]] == y[order[j]] })
	values := make([]float64, n)
	for i, k := range order {
		values[i] = y[k]
	}
	swaps := mergeCount(values, make([]float64, n))
	tiedY := ties(func(i, j int) bool { return values[i] == values[j] })
	all := pairs(n)
	return (all - tiedX - tiedY + tiedBoth - 2*swaps) / math.Sqrt((all-tiedX)*(all-tiedY))
}

// mergeCount sorts v and gives the number of pairs that stood in the wrong order.
func mergeCount(v, scratch []float64) float64 {
	if len(v) < 2 {
		return 0
	}
	half := len(v) / 2
	count := mergeCount(v[:half], scratch) + mergeCount(v[half:], scratch)
	i, j, out := 0, half, scratch[:0]
	for i < half && j < len(v) {
		if v[j] < v[i] {
			count += float64(half - i)
			out = append(out, v[j])
			j++
		} else {
			out = append(out, v[i])
			i++
		}
	}
	out = append(append(out, v[i:half]...), v[j:]...)
	copy(v, out)
	return count
}
