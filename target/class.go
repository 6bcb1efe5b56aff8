package target

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"
)

// Classes are contiguous classes of areas in some order.
type Classes struct {
	Between float64   // sum of squares of the need between the classes, over persons
	Sizes   []int     // areas with people in each, from the lowest
	Cuts    []float64 // lowest value of every class but the first
	Class   []int     // of each area, from 0; −1 for one without people, or without an index
}

// ClassOrder says in which order of areas classes are contiguous.
type ClassOrder int

// The orders.
const (
	AlongShare ClassOrder = iota // the area's own share with the need: the best that so many classes can do
	AlongIndex                   // the index: the best that cuts of the index can do
)

// BestClasses are the k contiguous classes that catch most of the variance of the need, yes or no for each person: the sum of squares between classes, weighted by population, is the largest there is. Equal values are never
// split. It is dynamic programming, k·n²/2 steps for n different values; where floats can't tell two partitions apart they are compared as fractions, and of equally good ones the one with the lower
// cuts is taken. (Fisher 1958, Journal of the American Statistical Association 53; Jenks's natural breaks are the same without weights.)
func BestClasses(a *Areas, k int, by ClassOrder) (*Classes, error) {
	var order []int
	for i, n := range a.Population {
		if n > 0 && (by == AlongShare || !math.IsNaN(a.Index[i])) {
			order = append(order, i)
		}
	}
	compare := a.byShare
	if by == AlongIndex {
		compare = func(i, j int) int { return cmp.Compare(a.Index[i], a.Index[j]) }
	}
	slices.SortStableFunc(order, compare)
	// Areas of one value go together.
	var first []int // place in order of each value's first area
	need, people := []int64{0}, []int64{0}
	for at, i := range order {
		if at == 0 || compare(order[at-1], i) != 0 {
			first = append(first, at)
			need, people = append(need, need[len(need)-1]), append(people, people[len(people)-1])
		}
		need[len(need)-1] += a.Need[i]
		people[len(people)-1] += a.Population[i]
	}
	values := len(first)
	if k < 1 || k > values {
		return nil, fmt.Errorf("target: %d classes of %d different values", k, values)
	}
	cuts := partition(values, k,
		func(j, i int) float64 { s := float64(need[i] - need[j]); return s * s / float64(people[i]-people[j]) },
		func(j, i int) *big.Rat {
			s := big.NewInt(need[i] - need[j])
			return new(big.Rat).SetFrac(s.Mul(s, s), big.NewInt(people[i]-people[j]))
		})
	c := &Classes{Class: slices.Repeat([]int{-1}, len(a.Population))}
	share := over(need[values], people[values])
	ends := append(slices.Clone(cuts), values)
	from := 0
	for class, to := range ends {
		n := float64(people[to] - people[from])
		d := float64(need[to]-need[from])/n - share
		c.Between += n * d * d
		last := len(order)
		if to < values {
			last = first[to]
		}
		for _, i := range order[first[from]:last] {
			c.Class[i] = class
		}
		c.Sizes = append(c.Sizes, last-first[from])
		if class > 0 {
			i := order[first[from]]
			if by == AlongIndex {
				c.Cuts = append(c.Cuts, a.Index[i])
			} else {
				c.Cuts = append(c.Cuts, over(a.Need[i], a.Population[i]))
			}
		}
		from = to
	}
	return c, nil
}

// Partition cuts the places 0..n of a row into k runs so that the sum of gain over the runs is the largest there is, and gives where runs but the first begin: the dynamic programming of [BestClasses] for any gain
// that adds up. k is from 1 to n.
func Partition(n, k int, gain func(from, to int) float64) []int { return partition(n, k, gain, nil) }

// partition cuts 0..n into k runs so that the sum of gain over the runs is the largest, and gives where runs but the first begin. exact, which may be nil, is gain as a fraction.
func partition(n, k int, gain func(from, to int) float64, exact func(from, to int) *big.Rat) []int {
	best := make([][]float64, k+1)
	cut := make([][]int32, k+1)
	for c := range best {
		best[c], cut[c] = make([]float64, n+1), make([]int32, n+1)
	}
	path := func(c, i int) *big.Rat {
		total := new(big.Rat)
		for ; c > 0; c-- {
			j := int(cut[c][i])
			total.Add(total, exact(j, i))
			i = j
		}
		return total
	}
	for i := 1; i <= n; i++ {
		best[1][i] = gain(0, i)
	}
	for c := 2; c <= k; c++ {
		for i := c; i <= n; i++ {
			if c == k && i < n {
				continue
			}
			top, at := math.Inf(-1), c-1
			for j := c - 1; j < i; j++ {
				v := best[c-1][j] + gain(j, i)
				switch d := v - top; {
				case d > 1e-12*top || math.IsInf(top, -1):
					top, at = v, j
				case exact != nil && d > -1e-12*top:
					x, y := path(c-1, j), path(c-1, at)
					if x.Add(x, exact(j, i)).Cmp(y.Add(y, exact(at, i))) > 0 {
						top, at = v, j
					}
				}
			}
			best[c][i], cut[c][i] = top, int32(at)
		}
	}
	cuts := make([]int, k-1)
	for c, i := k, n; c > 1; c-- {
		i = int(cut[c][i])
		cuts[c-2] = i
	}
	return cuts
}

// A FisherBreaks is what R's classInt calls style "fisher".
type FisherBreaks struct {
	Sizes  []int
	Within float64   // sum of squares within classes
	GVF    float64   // 1 − Within / total
	Breaks []float64 // the lowest value, midway between every two classes, and the highest value
}

// Fisher classes numbers as R's classInt does with style "fisher": without weights, and with breaks midway between classes. It is not the best classing of persons; [BestClasses] is.
func Fisher(values []float64, k int) (*FisherBreaks, error) {
	x := slices.Clone(values)
	slices.Sort(x)
	first := []int{}
	for i := range x {
		if math.IsNaN(x[i]) {
			return nil, fmt.Errorf("target: value %d is no number", i+1)
		}
		if i == 0 || x[i] != x[i-1] {
			first = append(first, i)
		}
	}
	if k < 1 || k > len(first) {
		return nil, fmt.Errorf("target: %d classes of %d different values", k, len(first))
	}
	first = append(first, len(x))
	mean := 0.0
	for _, v := range x {
		mean += v / float64(len(x))
	}
	upTo := make([]float64, len(x)+1) // of deviations from the mean, so that squares do not cancel
	for i, v := range x {
		upTo[i+1] = upTo[i] + v - mean
	}
	cuts := partition(len(first)-1, k, func(from, to int) float64 {
		s := upTo[first[to]] - upTo[first[from]]
		return s * s / float64(first[to]-first[from])
	}, nil)
	f := &FisherBreaks{Breaks: []float64{x[0]}}
	within := func(v []float64) float64 {
		m, ss := 0.0, 0.0
		for _, y := range v {
			m += y / float64(len(v))
		}
		for _, y := range v {
			ss += (y - m) * (y - m)
		}
		return ss
	}
	from := 0
	for _, cut := range append(cuts, len(first)-1) {
		to := first[cut]
		f.Sizes = append(f.Sizes, to-from)
		f.Within += within(x[from:to])
		if to < len(x) {
			f.Breaks = append(f.Breaks, (x[to-1]+x[to])/2)
		}
		from = to
	}
	f.Breaks = append(f.Breaks, x[len(x)-1])
	f.GVF = 1 - f.Within/within(x)
	return f, nil
}
