package protect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// A SmallCountRounding declares rounding after which every published count is 0 or at least Base and all tables add up: small inner counts behind
// small published counts become 0 or Base, and every published count is the sum of its inner counts. Counts that are large all through stay as they
// are.
//
// Method: the inner counts to be rounded and a first choice of those that go up follow Langsrud and Heldal (2018), "An algorithm for small count
// rounding of tabular data", Privacy in Statistical Databases (R package SmallCountRounding). From there a search (all choices when they are few,
// else simulated annealing with a fixed seed) lowers the four measures of [RoundingQuality] together; a choice is taken only if it is no worse than
// the first in any of them.
type SmallCountRounding struct {
	// Base is what small counts are rounded to when not to 0; counts from 1 to Base − 1 are small. 2 to 1000.
	Base int `yaml:"base" json:"base"`
	// AllSmall rounds every small inner count, also those behind no small published count.
	AllSmall bool `yaml:"all_small" json:"all_small,omitempty"`
}

// Validate tells what is wrong with a declaration.
func (s SmallCountRounding) Validate() error {
	if s.Base < 2 || s.Base > 1000 {
		return fmt.Errorf("protect: small count rounding: base is %d; it must be from 2 to 1000", s.Base)
	}
	return nil
}

// A RoundingQuality says how far published counts lie from the true ones.
type RoundingQuality struct {
	Cells     int     `json:"cells"`
	Changed   int     `json:"changed"`
	Max       int64   `json:"max"`       // largest difference either way
	Mean      float64 `json:"mean"`      // mean of the differences without sign
	RMS       float64 `json:"rms"`       // root of the mean square
	Hellinger float64 `json:"hellinger"` // 1 − √(½ Σ (√true − √published)²) / √(Σ true): 1 when nothing is changed
}

// QualityOf compares counts.
func QualityOf(truth, published []int64) RoundingQuality {
	q := RoundingQuality{Cells: len(truth), Hellinger: 1}
	if len(truth) == 0 {
		return q
	}
	var sum, squares, roots, all float64
	for i, t := range truth {
		d := published[i] - t
		if d != 0 {
			q.Changed++
		}
		q.Max = max(q.Max, d, -d)
		sum += math.Abs(float64(d))
		squares += float64(d) * float64(d)
		r := math.Sqrt(float64(t)) - math.Sqrt(float64(published[i]))
		roots += r * r
		all += float64(t)
	}
	n := float64(len(truth))
	q.Mean, q.RMS = sum/n, math.Sqrt(squares/n)
	if all > 0 {
		q.Hellinger = 1 - math.Sqrt(roots/2)/math.Sqrt(all)
	}
	return q
}

// Rounded is the outcome of rounding.
type Rounded struct {
	Inner     []int64 // the inner counts after rounding
	Published []int64 // their sums
	Quality   RoundingQuality
	Small     int  // inner counts that were to be rounded
	Optimal   bool // every choice was tried, so that none does better by the distance that is lowered
}

// Round rounds inner counts so that every published cell, a sum of some of them, is 0 or at least Base. cells are the published cells as positions
// among the inner counts; none may stand twice in a cell. The sum of all inner counts changes by at most Base.
func (s SmallCountRounding) Round(inner []int64, cells [][]int32) (Rounded, error) {
	if err := s.Validate(); err != nil {
		return Rounded{}, err
	}
	truth, err := sumCells(inner, cells)
	if err != nil {
		return Rounded{}, fmt.Errorf("protect: small count rounding: %w", err)
	}
	base := int64(s.Base)
	chosen := make([]bool, len(inner))
	small := 0
	choose := func(i int32) bool {
		if chosen[i] || inner[i] == 0 || inner[i] >= base {
			return false
		}
		chosen[i] = true
		small++
		return true
	}
	if s.AllSmall {
		for i := range inner {
			choose(int32(i))
		}
	}
	for j, cell := range cells {
		if truth[j] > 0 && truth[j] < base {
			for _, i := range cell {
				choose(i)
			}
		}
	}
	for {
		out := s.solve(inner, cells, truth, chosen)
		out.Small = small
		// Rounding may have made a cell small that was not: then its other small counts are rounded too, and all of it anew.
		more := false
		for j, cell := range cells {
			if out.Published[j] > 0 && out.Published[j] < base {
				for _, i := range cell {
					more = choose(i) || more
				}
			}
		}
		if !more {
			out.Quality = QualityOf(truth, out.Published)
			return out, nil
		}
	}
}

// sumCells checks inner counts and cells, and adds the cells up.
func sumCells(inner []int64, cells [][]int32) ([]int64, error) {
	total := int64(0)
	for i, n := range inner {
		if n < 0 {
			return nil, fmt.Errorf("inner count %d is negative", i+1)
		}
		if total += n; total < 0 || total > 1<<53 {
			return nil, fmt.Errorf("the inner counts add up to more than 2^53")
		}
	}
	sums := make([]int64, len(cells))
	seen := make([]int, len(inner))
	for j, cell := range cells {
		for _, i := range cell {
			if i < 0 || int(i) >= len(inner) {
				return nil, fmt.Errorf("published cell %d has an inner count at position %d; there are %d", j+1, i, len(inner))
			}
			if seen[i] == j+1 {
				return nil, fmt.Errorf("published cell %d has the inner count at position %d twice", j+1, i)
			}
			seen[i] = j + 1
			sums[j] += inner[i]
		}
	}
	return sums, nil
}

// A roundingSearch chooses which small counts go up. d is published less true, per cell that holds any of them.
type roundingSearch struct {
	base   int64
	y      []int64   // the small counts
	up     []bool    // goes to base
	cells  [][]int32 // per small count: its cells
	counts [][]int32 // per cell: its small counts
	truth  []float64 // per cell
	d      []int64
	total  int64 // Σ of the changes of all small counts

	squares, absolute int64
	roots             float64 // Σ (√true − √published)²
	differences       []int   // cells by size of difference
}

// solve rounds the chosen counts.
func (s SmallCountRounding) solve(inner []int64, cells [][]int32, truth []int64, chosen []bool) Rounded {
	r := &roundingSearch{base: int64(s.Base)}
	position := make([]int32, len(inner))
	for i, is := range chosen {
		position[i] = -1
		if is {
			position[i] = int32(len(r.y))
			r.y = append(r.y, inner[i])
		}
	}
	r.up, r.cells = make([]bool, len(r.y)), make([][]int32, len(r.y))
	for j, cell := range cells {
		var mine []int32
		for _, i := range cell {
			if k := position[i]; k >= 0 {
				mine = append(mine, k)
			}
		}
		if mine == nil {
			continue
		}
		for _, k := range mine {
			r.cells[k] = append(r.cells[k], int32(len(r.counts)))
		}
		r.counts, r.truth = append(r.counts, mine), append(r.truth, float64(truth[j]))
	}
	optimal := r.search()
	out := Rounded{Inner: slices.Clone(inner), Optimal: optimal}
	for i, k := range position {
		if k >= 0 {
			out.Inner[i] = 0
			if r.up[k] {
				out.Inner[i] = r.base
			}
		}
	}
	out.Published, _ = sumCells(out.Inner, cells)
	return out
}

// starts are first choices, by the distances they come to: as many go up as keeps the sum; one by one, the count whose cells lack most. Many lack the
// same, so several orders among those are tried. r is left at the best, and ideal is the least of each measure.
func (r *roundingSearch) starts() (ideal roundingState) {
	total := int64(0)
	for _, y := range r.y {
		total += y
	}
	ups := int((total + r.base/2) / r.base)
	work := float64(ups) * float64(len(r.y))
	for _, c := range r.counts {
		work += float64(len(c)) * float64(len(c)) / 2
	}
	if work > 4e9 {
		// Too many for that: along the order of the counts, each time the running sum has gained a base.
		sum := r.base / 2
		for k, y := range r.y {
			before := sum / r.base
			sum += y
			r.up[k] = sum/r.base > before
		}
		r.tally()
		return r.state()
	}
	order := make([]int, len(r.y))
	for k := range order {
		order[k] = k
	}
	random := rand.New(rand.NewPCG(uint64(len(r.y)), 1))
	var all []roundingState
	var choices [][]bool
	for start := range min(max(1, int(2e8/max(1, work))), 64) {
		if start > 0 {
			random.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		}
		r.fill(order, ups)
		r.tally()
		s := r.state()
		if start == 0 {
			ideal = s
		}
		ideal = roundingState{min(ideal.squares, s.squares), min(ideal.absolute, s.absolute), min(ideal.most, s.most), min(ideal.roots, s.roots)}
		all, choices = append(all, s), append(choices, slices.Clone(r.up))
	}
	best := 0
	for i, s := range all {
		if s.energy(ideal) < all[best].energy(ideal)-1e-12 {
			best = i
		}
	}
	copy(r.up, choices[best])
	r.tally()
	return ideal
}

// fill sends ups counts up, each time the one whose cells lack most, by order where several do.
func (r *roundingSearch) fill(order []int, ups int) {
	clear(r.up)
	lack := make([]int64, len(r.y)) // Σ over the cells of a count of what they lack
	for _, c := range r.counts {
		need := int64(0)
		for _, k := range c {
			need += r.y[k]
		}
		for _, k := range c {
			lack[k] += need
		}
	}
	for range ups {
		best := -1
		for _, k := range order {
			if !r.up[k] && (best < 0 || lack[k] > lack[best]) {
				best = k
			}
		}
		if best < 0 {
			return
		}
		r.up[best] = true
		for _, j := range r.cells[best] {
			for _, k := range r.counts[j] {
				lack[k] -= r.base
			}
		}
	}
}

// tally works out the differences of the present choice.
func (r *roundingSearch) tally() {
	r.d, r.total = make([]int64, len(r.counts)), 0
	r.squares, r.absolute, r.roots, r.differences = 0, 0, 0, []int{len(r.counts)}
	for k, up := range r.up {
		if r.total -= r.y[k]; up {
			r.total += r.base
		}
	}
	for j, c := range r.counts {
		by := int64(0)
		for _, k := range c {
			if by -= r.y[k]; r.up[k] {
				by += r.base
			}
		}
		r.move(int32(j), by)
	}
}

// move changes the difference of a cell.
func (r *roundingSearch) move(j int32, by int64) {
	was := r.d[j]
	d := was + by
	r.d[j] = d
	a, b := max(was, -was), max(d, -d)
	r.squares += d*d - was*was
	r.absolute += b - a
	root := math.Sqrt(r.truth[j])
	x, y := root-math.Sqrt(r.truth[j]+float64(was)), root-math.Sqrt(r.truth[j]+float64(d))
	r.roots += y*y - x*x
	r.differences[a]--
	for int(b) >= len(r.differences) {
		r.differences = append(r.differences, 0)
	}
	r.differences[b]++
}

func (r *roundingSearch) flip(k int32) {
	by := r.base
	if r.up[k] {
		by = -by
	}
	r.up[k] = !r.up[k]
	r.total += by
	for _, j := range r.cells[k] {
		r.move(j, by)
	}
}

// most is the largest difference.
func (r *roundingSearch) most() int64 {
	for a := len(r.differences) - 1; a > 0; a-- {
		if r.differences[a] > 0 {
			return int64(a)
		}
	}
	return 0
}

// A roundingState is the measures of a choice.
type roundingState struct {
	squares, absolute, most int64
	roots                   float64
}

func (r *roundingSearch) state() roundingState {
	return roundingState{r.squares, r.absolute, r.most(), r.roots}
}

// energy is what the search lowers: the sum of the four measures, each over the least of any first choice, and twice what is above that. The roots,
// in which small cells weigh most, count double: trials on random tables met the least of every measure most often so.
func (s roundingState) energy(ideal roundingState) float64 {
	part := func(v, least float64) float64 {
		x := v / max(1e-9, least)
		return x + max(0, x-1)
	}
	return part(float64(s.squares), float64(ideal.squares)) + part(float64(s.absolute), float64(ideal.absolute)) +
		part(float64(s.most), float64(ideal.most)) + 2*part(s.roots, ideal.roots)
}

// allChoices: up to so many small counts, every choice is tried.
const allChoices = 16

// noWorse tells whether no measure is worse than that of the first choice.
func (r *roundingSearch) noWorse(first roundingState) bool {
	return r.squares <= first.squares && r.absolute <= first.absolute && r.roots <= first.roots+1e-9 && max(r.total, -r.total) <= r.base && r.most() <= first.most
}

// search lowers the distance. It leaves the best choice found, and tells whether every choice was tried.
func (r *roundingSearch) search() (optimal bool) {
	n := len(r.y)
	ideal := r.starts()
	first := r.state()
	if n == 0 || first.squares == 0 {
		return true
	}
	best, least := slices.Clone(r.up), r.state().energy(ideal)
	keep := func() {
		if e := r.state().energy(ideal); e < least-1e-12 && r.noWorse(first) {
			least = e
			copy(best, r.up)
		}
	}
	if n <= allChoices {
		for c := 1; c <= 1<<n; c++ { // in Gray code's order, once around
			k := 0
			for c>>k&1 == 0 && k < n-1 {
				k++
			}
			r.flip(int32(k))
			keep()
		}
	} else {
		r.anneal(ideal, keep)
		copy(r.up, best)
		r.tally()
		r.descend(first, ideal)
		keep()
	}
	copy(r.up, best)
	r.tally()
	return n <= allChoices
}

// anneal walks through choices by flips of one count and swaps of two that share a cell, uphill less and less often.
func (r *roundingSearch) anneal(ideal roundingState, keep func()) {
	n := len(r.y)
	random := rand.New(rand.NewPCG(uint64(n), 0x736b696b74))
	moves := min(max(2000*n, 100_000), 4_000_000)
	memberships := 0
	for _, c := range r.cells {
		memberships += len(c)
	}
	warm := float64(r.base*r.base) * float64(memberships) / float64(n) / max(1, float64(ideal.squares))
	cooling := math.Pow(0.002, 1/float64(moves))
	now := r.state().energy(ideal)
	for temperature := 0.5 * warm; moves > 0; moves, temperature = moves-1, temperature*cooling {
		k := int32(random.IntN(n))
		other := int32(-1)
		if random.IntN(4) > 0 && len(r.cells[k]) > 0 {
			c := r.counts[r.cells[k][random.IntN(len(r.cells[k]))]]
			for range 3 {
				if o := c[random.IntN(len(c))]; r.up[o] != r.up[k] {
					other = o
					break
				}
			}
			if other < 0 {
				continue
			}
		}
		r.flip(k)
		if other >= 0 {
			r.flip(other)
		}
		e := r.state().energy(ideal)
		if max(r.total, -r.total) <= r.base && (e <= now || random.Float64() < math.Exp((now-e)/temperature)) {
			now = e
			keep()
			continue
		}
		if other >= 0 {
			r.flip(other)
		}
		r.flip(k)
	}
}

// descend takes every flip, and every swap within cells of few small counts, that lowers the distance and is no worse than the first choice, until
// there is none.
func (r *roundingSearch) descend(first, ideal roundingState) {
	const few = 40
	for again := true; again; {
		again = false
		try := func(k, other int32) {
			before := r.state().energy(ideal)
			r.flip(k)
			if other >= 0 {
				r.flip(other)
			}
			if r.state().energy(ideal) < before-1e-12 && r.noWorse(first) {
				again = true
				return
			}
			if other >= 0 {
				r.flip(other)
			}
			r.flip(k)
		}
		for k := range r.y {
			try(int32(k), -1)
		}
		for _, c := range r.counts {
			if len(c) > few {
				continue
			}
			for a, k := range c {
				for _, o := range c[a+1:] {
					if r.up[k] != r.up[o] {
						try(k, o)
					}
				}
			}
		}
	}
}
