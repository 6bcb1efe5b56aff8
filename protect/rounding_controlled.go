package protect

import (
	"container/heap"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// A ControlledRounding declares rounding of all counts to multiples of Base such that tables add up and every count, inner or published, differs from
// the truth by less than Base; what is a multiple already stays.
//
// When the published cells fall into two families, in each of which any two cells are apart or one holds the other (every table of two dimensions of
// which one may be a hierarchy), such a rounding always exists, and the one with the least sum of squared differences of published counts is found as
// a flow of least cost (Causey, Cox and Ernst 1985, Journal of the American Statistical Association 80). Otherwise it may not exist: then a search
// looks for one, and where it fails, an exhaustive search for the proof that there is none.
type ControlledRounding struct {
	Base int `yaml:"base" json:"base"` // 2 to 1000
}

// Validate tells what is wrong with a declaration.
func (c ControlledRounding) Validate() error {
	if c.Base < 2 || c.Base > 1000 {
		return fmt.Errorf("protect: controlled rounding: base is %d; it must be from 2 to 1000", c.Base)
	}
	return nil
}

// Errors of controlled rounding.
var (
	ErrNoRounding      = errors.New("protect: controlled rounding: proven that no rounding adds up with every count less than the base from the truth; publish fewer tables together or use small count rounding")
	ErrRoundingUnfound = errors.New("protect: controlled rounding: no rounding found, nor a proof that there is none; publish fewer tables together or use small count rounding")
)

// Round rounds inner counts; cells are the published cells as positions among them. Inner counts that stand in no published cell of their own are
// rounded in the same way. Optimal is true for a flow of least cost. The error is [ErrNoRounding] or [ErrRoundingUnfound] where there is no result.
func (c ControlledRounding) Round(inner []int64, cells [][]int32) (Rounded, error) {
	if err := c.Validate(); err != nil {
		return Rounded{}, err
	}
	truth, err := sumCells(inner, cells)
	if err != nil {
		return Rounded{}, fmt.Errorf("protect: controlled rounding: %w", err)
	}
	r := newUpRounding(inner, cells, int64(c.Base))
	optimal := false
	if side, two := r.families(); two {
		optimal = r.flow(side)
	}
	if !optimal && !r.walk() {
		switch found, proven := r.exhaust(); {
		case proven:
			return Rounded{}, ErrNoRounding
		case !found:
			return Rounded{}, ErrRoundingUnfound
		}
	}
	out := Rounded{Inner: slices.Clone(inner), Optimal: optimal, Small: len(r.rest)}
	for k, i := range r.inner {
		if out.Inner[i] -= r.rest[k]; r.up[k] {
			out.Inner[i] += r.base
		}
	}
	out.Published, _ = sumCells(out.Inner, cells)
	for j, n := range out.Published {
		if d := n - truth[j]; d <= -r.base || d >= r.base || n%r.base != 0 {
			return Rounded{}, fmt.Errorf("protect: controlled rounding: the result fails its own check at published cell %d", j+1)
		}
	}
	out.Quality = QualityOf(truth, out.Published)
	return out, nil
}

// An upRounding chooses, of the counts that are no multiples, those that go up. A cell whose remainders add up to R may have ⌊R/base⌋ or ⌈R/base⌉ of
// its counts go up.
type upRounding struct {
	base  int64
	inner []int32 // position of a count
	rest  []int64 // its remainder, 1 to base − 1
	up    []bool
	alone []int64   // per count: the cells that it is the only such count of
	sets  [][]int32 // the other cells, as sorted counts; each but once
	cells []int64   // per set: how many cells it is
	sum   []int64   // Σ rest of a set
	in    [][]int32 // per count: its sets
}

func newUpRounding(inner []int64, cells [][]int32, base int64) *upRounding {
	r := &upRounding{base: base}
	position := make([]int32, len(inner))
	for i, n := range inner {
		position[i] = -1
		if n%base != 0 {
			position[i] = int32(len(r.rest))
			r.inner, r.rest = append(r.inner, int32(i)), append(r.rest, n%base)
		}
	}
	r.up, r.alone, r.in = make([]bool, len(r.rest)), make([]int64, len(r.rest)), make([][]int32, len(r.rest))
	seen := map[string]int{}
	for _, cell := range cells {
		var set []int32
		for _, i := range cell {
			if k := position[i]; k >= 0 {
				set = append(set, k)
			}
		}
		slices.Sort(set)
		var key []byte
		for _, k := range set {
			key = append(key, byte(k), byte(k>>8), byte(k>>16), byte(k>>24))
		}
		if len(set) == 0 {
			continue
		}
		if len(set) == 1 { // within bounds whatever is chosen
			r.alone[set[0]]++
			continue
		}
		if s, ok := seen[string(key)]; ok {
			r.cells[s]++
			continue
		}
		seen[string(key)] = len(r.sets)
		sum := int64(0)
		for _, k := range set {
			sum += r.rest[k]
			r.in[k] = append(r.in[k], int32(len(r.sets)))
		}
		r.sets, r.cells, r.sum = append(r.sets, set), append(r.cells, 1), append(r.sum, sum)
	}
	return r
}

// families parts the sets into two laminar families: sets that cross get different sides. two is false when that can't be, or when there are too many
// pairs to look at.
func (r *upRounding) families() (side []bool, two bool) {
	common := map[[2]int32]int{}
	for _, in := range r.in {
		for a, s := range in {
			for _, t := range in[a+1:] {
				common[[2]int32{s, t}]++
			}
		}
		if len(common) > 20_000_000 {
			return nil, false
		}
	}
	crossing := make([][]int32, len(r.sets))
	for pair, n := range common {
		if s, t := pair[0], pair[1]; n < len(r.sets[s]) && n < len(r.sets[t]) {
			crossing[s], crossing[t] = append(crossing[s], t), append(crossing[t], s)
		}
	}
	for _, c := range crossing {
		slices.Sort(c)
	}
	side = make([]bool, len(r.sets))
	seen := make([]bool, len(r.sets))
	for s := range r.sets {
		if seen[s] {
			continue
		}
		seen[s] = true
		for queue := []int32{int32(s)}; len(queue) > 0; queue = queue[1:] {
			for _, t := range crossing[queue[0]] {
				switch {
				case !seen[t]:
					seen[t], side[t] = true, !side[queue[0]]
					queue = append(queue, t)
				case side[t] == side[queue[0]]:
					return nil, false
				}
			}
		}
	}
	return side, true
}

// An upArc carries one unit or none.
type upArc struct {
	from, to int32
	cost     int64
	full     bool
}

// flow solves two laminar families. The counts that go up flow from the root down the tree of one family, each over its own arc, and up the tree of
// the other back to the root. Through a set goes what goes up in it: ⌊R/base⌋, and an arc for one more where R is no multiple. Costs are what the sum
// of squared differences gains.
func (r *upRounding) flow(side []bool) bool {
	n := len(r.sets) + 1 // node 0 is the root, node s + 1 the set s
	supply := make([]int64, n)
	var arcs []upArc
	gain := func(rest int64) int64 { return r.base*r.base - 2*r.base*rest } // (base − rest)² − rest²
	add := func(from, to int32, base, rest int64, cost int64) {
		supply[from] -= base
		supply[to] += base
		if rest > 0 {
			arcs = append(arcs, upArc{from, to, cost, false})
		}
	}
	// parent is the smallest set of the side that holds what the sets of a count say, larger than the size.
	parent := func(k int32, which bool, size int) int32 {
		best := int32(0)
		for _, s := range r.in[k] {
			if side[s] == which && len(r.sets[s]) > size && (best == 0 || len(r.sets[s]) < len(r.sets[best-1])) {
				best = s + 1
			}
		}
		return best
	}
	for k, rest := range r.rest {
		add(parent(int32(k), false, 0), parent(int32(k), true, 0), 0, 1, r.alone[k]*gain(rest))
	}
	for s, set := range r.sets {
		up := parent(set[0], side[s], len(set))
		from, to := up, int32(s+1)
		if side[s] {
			from, to = to, from
		}
		add(from, to, r.sum[s]/r.base, r.sum[s]%r.base, r.cells[s]*gain(r.sum[s]%r.base))
	}
	if !leastCost(n, arcs, supply) {
		return false
	}
	for k := range r.rest {
		r.up[k] = arcs[k].full
	}
	return true
}

// leastCost sends the supplies over arcs of capacity one at the least cost, by shortest ways from surplus to want under reduced costs (Dijkstra).
// false means that it can't be done.
func leastCost(n int, arcs []upArc, supply []int64) bool {
	type way struct {
		arc  int32
		back bool
	}
	ways := make([][]way, n)
	for a := range arcs {
		ways[arcs[a].from] = append(ways[arcs[a].from], way{int32(a), false})
		ways[arcs[a].to] = append(ways[arcs[a].to], way{int32(a), true})
		if arcs[a].full = arcs[a].cost < 0; arcs[a].full {
			supply[arcs[a].from]--
			supply[arcs[a].to]++
		}
	}
	price := make([]int64, n)
	dist := make([]int64, n)
	via := make([]way, n)
	for start := 0; start < n; {
		if supply[start] <= 0 {
			start++
			continue
		}
		for i := range dist {
			dist[i] = math.MaxInt64
		}
		dist[start] = 0
		done := make([]bool, n)
		queue := &nodeQueue{{0, int32(start)}}
		end := int32(-1)
		var settled []int32
		for queue.Len() > 0 {
			at := heap.Pop(queue).(nodeAt)
			v := at.node
			if done[v] {
				continue
			}
			done[v] = true
			settled = append(settled, v)
			if supply[v] < 0 {
				end = v
				break
			}
			for _, w := range ways[v] {
				a := &arcs[w.arc]
				if a.full != w.back {
					continue
				}
				to, cost := a.to, a.cost
				if w.back {
					to, cost = a.from, -a.cost
				}
				if d := at.dist + cost + price[v] - price[to]; d < dist[to] {
					dist[to], via[to] = d, w
					heap.Push(queue, nodeAt{d, to})
				}
			}
		}
		if end < 0 {
			return false
		}
		for _, v := range settled {
			price[v] += dist[v] - dist[end]
		}
		for v := end; v != int32(start); {
			a := &arcs[via[v].arc]
			a.full = !via[v].back
			if via[v].back {
				v = a.to
			} else {
				v = a.from
			}
		}
		supply[start]--
		supply[end]++
	}
	return !slices.ContainsFunc(supply, func(s int64) bool { return s != 0 })
}

type nodeAt struct {
	dist int64
	node int32
}

type nodeQueue []nodeAt

func (q nodeQueue) Len() int { return len(q) }
func (q nodeQueue) Less(i, j int) bool {
	return q[i].dist < q[j].dist || q[i].dist == q[j].dist && q[i].node < q[j].node
}
func (q nodeQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *nodeQueue) Push(x any)   { *q = append(*q, x.(nodeAt)) }
func (q *nodeQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}

// beyond is how far a difference lies outside of what is allowed.
func (r *upRounding) beyond(d int64) int64 { return max(0, max(d, -d)-(r.base-1)) }

// walk looks for a choice that keeps every set by annealing over what lies beyond, from each count to its nearest multiple. It tells whether it found
// one, which r.up then is.
func (r *upRounding) walk() bool {
	d := make([]int64, len(r.sets))
	for k, rest := range r.rest {
		r.up[k] = 2*rest >= r.base
		for _, s := range r.in[k] {
			if d[s] -= rest; r.up[k] {
				d[s] += r.base
			}
		}
	}
	out, squares := int64(0), int64(0)
	for _, x := range d {
		out += r.beyond(x)
		squares += x * x
	}
	n := len(r.rest)
	if n == 0 || out == 0 {
		return out == 0
	}
	flip := func(k int32) {
		by := r.base
		if r.up[k] {
			by = -by
		}
		r.up[k] = !r.up[k]
		for _, s := range r.in[k] {
			was := d[s]
			d[s] += by
			out += r.beyond(d[s]) - r.beyond(was)
			squares += d[s]*d[s] - was*was
		}
	}
	random := rand.New(rand.NewPCG(uint64(n), 2))
	moves := min(max(3000*n, 200_000), 20_000_000)
	b := float64(r.base)
	energy := func() float64 { return float64(out) + 0.1*float64(squares)/b }
	cooling := math.Pow(0.003, 1/float64(moves))
	now := energy()
	for temperature := b; moves > 0; moves, temperature = moves-1, temperature*cooling {
		k, other := int32(random.IntN(n)), int32(-1)
		if random.IntN(2) > 0 && len(r.in[k]) > 0 {
			set := r.sets[r.in[k][random.IntN(len(r.in[k]))]]
			if o := set[random.IntN(len(set))]; r.up[o] != r.up[k] {
				other = o
			}
		}
		flip(k)
		if other >= 0 {
			flip(other)
		}
		if out == 0 {
			return true
		}
		if e := energy(); e <= now || random.Float64() < math.Exp((now-e)/temperature) {
			now = e
			continue
		}
		if other >= 0 {
			flip(other)
		}
		flip(k)
	}
	return false
}

// exhaust searches through all choices, dropping those that a set already rules out, up to a limit of steps and of counts. found leaves the choice in
// r.up; proven means that there is none.
func (r *upRounding) exhaust() (found, proven bool) {
	const (
		open, goesDown, goesUp = 0, 1, 2
		limit                  = 2_000_000
		most                   = 2000
	)
	n := len(r.rest)
	if n > most {
		return false, false
	}
	state := make([]uint8, n)
	ups, left := make([]int64, len(r.sets)), make([]int64, len(r.sets))
	for s, set := range r.sets {
		left[s] = int64(len(set))
	}
	var trail []int32
	steps := 0
	// put sets a count and everything that follows; false on a contradiction.
	put := func(k int32, value uint8) bool {
		type fact struct {
			k     int32
			value uint8
		}
		for queue := []fact{{k, value}}; len(queue) > 0; queue = queue[1:] {
			f := queue[0]
			if state[f.k] != open {
				if state[f.k] != f.value {
					return false
				}
				continue
			}
			steps++
			state[f.k] = f.value
			trail = append(trail, f.k)
			for _, s := range r.in[f.k] {
				if left[s]--; f.value == goesUp {
					ups[s]++
				}
			}
			for _, s := range r.in[f.k] {
				lo, hi := r.sum[s]/r.base, (r.sum[s]+r.base-1)/r.base
				if ups[s] > hi || ups[s]+left[s] < lo {
					return false
				}
				forced := uint8(open)
				if ups[s] == hi {
					forced = goesDown
				} else if ups[s]+left[s] == lo {
					forced = goesUp
				}
				if forced != open && left[s] > 0 {
					for _, o := range r.sets[s] {
						if state[o] == open {
							queue = append(queue, fact{o, forced})
						}
					}
				}
			}
		}
		return true
	}
	undo := func(to int) {
		for len(trail) > to {
			k := trail[len(trail)-1]
			trail = trail[:len(trail)-1]
			for _, s := range r.in[k] {
				if left[s]++; state[k] == goesUp {
					ups[s]--
				}
			}
			state[k] = open
		}
	}
	var try func() (bool, bool) // found, gave up
	try = func() (bool, bool) {
		next, least := int32(-1), int64(math.MaxInt64)
		for k := range n {
			if state[k] != open {
				continue
			}
			tight := int64(math.MaxInt64 - 1)
			for _, s := range r.in[k] {
				tight = min(tight, left[s])
			}
			if tight < least {
				next, least = int32(k), tight
			}
		}
		if next < 0 {
			return true, false
		}
		first, second := uint8(goesDown), uint8(goesUp)
		if 2*r.rest[next] >= r.base {
			first, second = second, first
		}
		for _, v := range []uint8{first, second} {
			if steps > limit {
				return false, true
			}
			mark := len(trail)
			if put(next, v) {
				if found, gaveUp := try(); found || gaveUp {
					return found, gaveUp
				}
			}
			undo(mark)
		}
		return false, false
	}
	found, gaveUp := try()
	if found {
		for k := range n {
			r.up[k] = state[k] == goesUp
		}
	}
	return found, !found && !gaveUp
}
