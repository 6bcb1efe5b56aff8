package segregation

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"sync"
)

// Squares are the squares of a grid where people live. Squares without people may be listed; they change nothing.
type Squares struct {
	Side    int64     // metres: 100, 250
	Cell    []int64   // number of each square, which orders squares at one distance under the rules for single squares
	X, Y    []int64   // metres; the same corner, or the middle, of each square
	Persons []int64   // all, by square
	Members [][]int64 // those of each group, by square; a person may be in no group or in several
}

// Rule is how a neighbourhood of k persons ends. The squares come by the distance between their middles, the own one first; on a grid many lie at
// exactly one distance, which is compared in whole numbers.
type Rule string

// The rules. Those of rings take squares at one distance together and do not depend on how squares are numbered; those of squares take them one at a time, by
// number. In proportion: of the last ring or square as many as are missing, its groups in proportion, so that exactly k persons are used.
const (
	WholeRings          Rule = "A: whole rings"
	RingsInProportion   Rule = "B: rings, the last in proportion"
	WholeSquares        Rule = "C: whole squares"
	SquaresInProportion Rule = "D: squares, the last in proportion"
)

// Rules are all of them.
func Rules() []Rule { return []Rule{WholeRings, RingsInProportion, WholeSquares, SquaresInProportion} }

// Neighbourhoods are the k nearest persons round each populated square, its own first.
type Neighbourhoods struct {
	K    int64
	Rule Rule

	Persons   []float64   // used, by square; 0 for a square where nobody lives, which has no neighbourhood
	Members   [][]float64 // of them in each group, by square
	Distance2 []int64     // squared metres to the square that holds the k-th person, or to the farthest one
	Short     int         // populated squares whose whole map holds fewer than k persons; all are used

	squares *Squares
}

// Neighbours is the k nearest persons round each populated square, for every k asked, exactly. Edges of the map are not corrected for: near a border or coast
// the neighbourhood reaches farther on the other side.
//
// Counts within a circle come from running totals along the rows of the grid, so that a neighbourhood costs with its radius, not with the squares in it; the squares of the
// last few rings are then taken one by one. Memory is 16 bytes for each 64 squares of the map's rectangle and a few numbers for each populated one and each k.
func Neighbours(s Squares, ks []int64, rule Rule) ([]Neighbourhoods, error) {
	if !slices.Contains(Rules(), rule) {
		return nil, fmt.Errorf("segregation: %q is no rule for neighbourhoods", rule)
	}
	for i, k := range ks {
		if k < 1 || i > 0 && k <= ks[i-1] {
			return nil, fmt.Errorf("segregation: neighbourhoods of %v persons; give whole numbers from 1 up, each larger than the one before", ks)
		}
	}
	index, err := newNeighbourIndex(&s)
	if err != nil {
		return nil, err
	}
	n, groups := len(s.Persons), len(s.Members)
	out := make([]Neighbourhoods, len(ks))
	for a, k := range ks {
		out[a] = Neighbourhoods{K: k, Rule: rule, Persons: make([]float64, n), Members: make([][]float64, groups), Distance2: make([]int64, n), squares: &s}
		for g := range groups {
			out[a].Members[g] = make([]float64, n)
		}
		if k > index.total() {
			out[a].Short = len(index.square)
		}
	}
	walkers := sync.Pool{New: func() any { return &neighbourWalk{index: index, inner: make([]int64, groups)} }}
	spaceParallel(len(index.square), func(p int) {
		w := walkers.Get().(*neighbourWalk)
		w.from(p)
		for a := range out {
			w.fill(&out[a])
		}
		walkers.Put(w)
	})
	return out, nil
}

// neighbourIndex is the populated squares row by row. Which columns of a row are populated is kept in bits, so that the number of populated squares before any
// place of the map is found at once; running totals of persons and members by that number then give any stretch of a row.
type neighbourIndex struct {
	squares       *Squares
	columns, rows int64
	stride        int64 // blocks a row
	blocks        []neighbourBlock
	square        []int32 // the squares in order
	column, row   []int32
	persons       []int64 // running, one longer than square
	members       []int64 // running, by square and group
}

type neighbourBlock struct {
	populated uint64
	before    int64
}

func newNeighbourIndex(s *Squares) (*neighbourIndex, error) {
	n := len(s.Persons)
	if s.Side < 1 {
		return nil, fmt.Errorf("segregation: squares of %d m; state their side", s.Side)
	}
	if len(s.Cell) != n || len(s.X) != n || len(s.Y) != n || slices.ContainsFunc(s.Members, func(m []int64) bool { return len(m) != n }) {
		return nil, fmt.Errorf("segregation: %d counts of persons, %d numbers, %d and %d coordinates; give one of each, and of each group, a square", n, len(s.Cell), len(s.X), len(s.Y))
	}
	x := &neighbourIndex{squares: s}
	var left, right, low, high int64
	for i, p := range s.Persons {
		if p < 0 || slices.ContainsFunc(s.Members, func(m []int64) bool { return m[i] < 0 || m[i] > p }) {
			return nil, fmt.Errorf("segregation: square %d: counts are not below zero, and no group has more persons than there are", s.Cell[i])
		}
		if p == 0 {
			continue
		}
		if len(x.square) == 0 {
			left, right, low, high = s.X[i], s.X[i], s.Y[i], s.Y[i]
		}
		left, right, low, high = min(left, s.X[i]), max(right, s.X[i]), min(low, s.Y[i]), max(high, s.Y[i])
		if (s.X[i]-left)%s.Side != 0 || (s.Y[i]-low)%s.Side != 0 {
			return nil, fmt.Errorf("segregation: square %d does not lie on a grid of %d m with the squares before it", s.Cell[i], s.Side)
		}
		x.square = append(x.square, int32(i))
	}
	x.columns, x.rows = (right-left)/s.Side+1, (high-low)/s.Side+1
	x.stride = (x.columns + 63) / 64
	if x.rows > 1<<26/x.stride {
		return nil, fmt.Errorf("segregation: the squares span %d × %d of a grid of %d m, which is more than a country; check their coordinates", x.columns, x.rows, s.Side)
	}
	slices.SortFunc(x.square, func(a, b int32) int { return cmp.Or(cmp.Compare(s.Y[a], s.Y[b]), cmp.Compare(s.X[a], s.X[b])) })
	x.blocks = make([]neighbourBlock, x.rows*x.stride)
	x.persons = append(x.persons, 0)
	x.members = make([]int64, len(s.Members))
	for p, i := range x.square {
		c, r := (s.X[i]-left)/s.Side, (s.Y[i]-low)/s.Side
		if p > 0 && int64(x.column[p-1]) == c && int64(x.row[p-1]) == r {
			return nil, fmt.Errorf("segregation: squares %d and %d lie in one place", s.Cell[x.square[p-1]], s.Cell[i])
		}
		x.column, x.row = append(x.column, int32(c)), append(x.row, int32(r))
		x.blocks[r*x.stride+c/64].populated |= 1 << (c % 64)
		x.persons = append(x.persons, x.persons[p]+s.Persons[i])
		for g, m := range s.Members {
			x.members = append(x.members, x.members[p*len(s.Members)+g]+m[i])
		}
	}
	before := int64(0)
	for b := range x.blocks {
		x.blocks[b].before = before
		before += int64(bits.OnesCount64(x.blocks[b].populated))
	}
	return x, nil
}

func (x *neighbourIndex) total() int64 { return x.persons[len(x.square)] }

// before is how many populated squares lie before a column of a row.
func (x *neighbourIndex) before(row, column int64) int64 {
	if column >= x.columns {
		if row++; row == x.rows {
			return int64(len(x.square))
		}
		column = 0
	}
	column = max(column, 0)
	b := &x.blocks[row*x.stride+column/64]
	return b.before + int64(bits.OnesCount64(b.populated&(1<<(column%64)-1)))
}

// disc calls with the runs of populated squares at a squared distance (in squares) of at most q, row by row from the middle.
func (x *neighbourIndex) disc(column, row, q int64, run func(row, from, to int64)) {
	w := int64(math.Sqrt(float64(q)))
	for dy := int64(0); dy*dy <= q; dy++ {
		above, below := row-dy >= 0, row+dy < x.rows
		if !above && !below {
			break
		}
		for w*w > q-dy*dy {
			w--
		}
		if above {
			run(row-dy, x.before(row-dy, column-w), x.before(row-dy, column+w+1))
		}
		if below && dy > 0 {
			run(row+dy, x.before(row+dy, column-w), x.before(row+dy, column+w+1))
		}
	}
}

// neighbourNear is a square near an origin.
type neighbourNear struct {
	d2, cell int64
	at       int32 // in the index
}

// neighbourWalk goes outward from one origin. Everything at a squared distance of at most done is counted in inner; near are the squares after that up to some
// distance, in order, from next on.
type neighbourWalk struct {
	index       *neighbourIndex
	column, row int64
	origin      int32
	done        neighbourCount
	near        []neighbourNear
	next        int
	persons     int64 // within all distances before near[next]
	inner       []int64
}

type neighbourCount struct{ q, squares, persons int64 }

func (w *neighbourWalk) from(p int) {
	x := w.index
	w.column, w.row, w.origin = int64(x.column[p]), int64(x.row[p]), x.square[p]
	w.done, w.near, w.next, w.persons = neighbourCount{q: -1}, w.near[:0], 0, 0
	clear(w.inner)
}

func (w *neighbourWalk) count(q int64) neighbourCount {
	c := neighbourCount{q: q}
	x := w.index
	x.disc(w.column, w.row, q, func(_, from, to int64) {
		c.squares += to - from
		c.persons += x.persons[to] - x.persons[from]
	})
	return c
}

// ring moves to the ring in which the k-th person is met and gives its end among near.
func (w *neighbourWalk) ring(k int64) (end int) {
	for {
		for w.next < len(w.near) {
			end, persons := w.next, int64(0)
			for end < len(w.near) && w.near[end].d2 == w.near[w.next].d2 {
				persons += w.personsOf(end)
				end++
			}
			if w.persons+persons >= k {
				return end
			}
			w.persons += persons
			for ; w.next < end; w.next++ {
				w.add(int(w.near[w.next].at))
			}
		}
		w.advance(k)
	}
}

func (w *neighbourWalk) personsOf(n int) int64 {
	at := w.near[n].at
	return w.index.persons[at+1] - w.index.persons[at]
}

func (w *neighbourWalk) add(at int) {
	groups := len(w.inner)
	for g := range w.inner {
		w.inner[g] += w.index.members[(at+1)*groups+g] - w.index.members[at*groups+g]
	}
}

// neighbourFew is how many squares are taken one by one rather than halving the distance further.
const neighbourFew = 48

// advance lists the squares of a stretch of distances in which the k-th person is met; fewer than k are met before it.
func (w *neighbourWalk) advance(k int64) {
	low := w.done
	high := neighbourCount{q: 8}
	for {
		if low.persons > 0 {
			// As many more persons as are missing, at the density so far, and a little over.
			high.q = low.q + int64(float64(low.q+2)*min(1.1*float64(k-low.persons)/float64(low.persons), 3)) + 2
		}
		if high = w.count(high.q); high.persons >= k {
			break
		}
		low = high
	}
	up := true
	for high.squares-low.squares > neighbourFew && high.q-low.q > 1 {
		// Where the k-th should be, half a handful of squares to this side or that, so that both ends close in.
		f := float64(k-low.persons) / float64(high.persons-low.persons)
		margin := neighbourFew / 3 / float64(high.squares-low.squares)
		if !up {
			margin = -margin
		}
		f = min(max(f+margin, 0.05), 0.95)
		q := low.q + min(max(int64(f*float64(high.q-low.q)), 1), high.q-low.q-1)
		if mid := w.count(q); mid.persons >= k {
			high, up = mid, false
		} else {
			low, up = mid, true
		}
	}
	x := w.index
	if low.q != w.done.q {
		clear(w.inner)
		groups := len(w.inner)
		if groups > 0 {
			x.disc(w.column, w.row, low.q, func(_, from, to int64) {
				for g := range w.inner {
					w.inner[g] += x.members[int(to)*groups+g] - x.members[int(from)*groups+g]
				}
			})
		}
	}
	w.persons, w.near, w.next = low.persons, w.near[:0], 0
	w.near = w.between(w.near, low.q, high.q)
	w.done = high
}

// between appends the squares at a squared distance over low, up to high, in order.
func (w *neighbourWalk) between(list []neighbourNear, low, high int64) []neighbourNear {
	x, first := w.index, len(list)
	x.disc(w.column, w.row, high, func(row, from, to int64) {
		dy := row - w.row
		for at := from; at < to; at++ {
			dx := int64(x.column[at]) - w.column
			if d2 := dx*dx + dy*dy; d2 > low {
				list = append(list, neighbourNear{d2, x.squares.Cell[x.square[at]], int32(at)})
			} else {
				// Over what is counted already, to its other side.
				at = x.before(row, w.column+int64(math.Sqrt(float64(low-dy*dy)))+1) - 1
			}
		}
	})
	slices.SortFunc(list[first:], func(a, b neighbourNear) int {
		return cmp.Or(cmp.Compare(a.d2, b.d2), cmp.Compare(a.cell, b.cell), cmp.Compare(a.at, b.at))
	})
	return list
}

// fill writes the neighbourhood of the origin; K must not be smaller than at the call before.
func (w *neighbourWalk) fill(out *Neighbourhoods) {
	i, x, groups := w.origin, w.index, len(w.inner)
	side2 := x.squares.Side * x.squares.Side
	if out.K > x.total() {
		out.Persons[i], out.Distance2[i] = float64(x.total()), w.farthest()*side2
		for g := range w.inner {
			out.Members[g][i] = float64(x.members[len(x.square)*groups+g])
		}
		return
	}
	end := w.ring(out.K)
	out.Distance2[i] = w.near[w.next].d2 * side2
	used := w.persons
	for g, m := range w.inner {
		out.Members[g][i] = float64(m)
	}
	// take adds some of the last squares whole, or as many as are missing of them together.
	take := func(from, to int, proportion bool) {
		persons := int64(0)
		for n := from; n < to; n++ {
			persons += w.personsOf(n)
		}
		part, all := int64(1), int64(1)
		if proportion {
			part, all = out.K-used, persons
			persons = part
		}
		for g := range w.inner {
			members := int64(0)
			for n := from; n < to; n++ {
				at := int(w.near[n].at)
				members += x.members[(at+1)*groups+g] - x.members[at*groups+g]
			}
			out.Members[g][i] += float64(members) * float64(part) / float64(all)
		}
		used += persons
	}
	switch out.Rule {
	case WholeRings, RingsInProportion:
		take(w.next, end, out.Rule == RingsInProportion)
	default:
		n := w.next
		for used+w.personsOf(n) < out.K {
			take(n, n+1, false)
			n++
		}
		take(n, n+1, out.Rule == SquaresInProportion)
	}
	out.Persons[i] = float64(used)
}

// farthest is the squared distance, in squares, to the farthest populated square.
func (w *neighbourWalk) farthest() int64 {
	x, most := w.index, int64(0)
	for row := range x.rows {
		from, to := x.before(row, 0), x.before(row, x.columns)
		if from == to {
			continue
		}
		dy := row - w.row
		for _, at := range []int64{from, to - 1} {
			dx := int64(x.column[at]) - w.column
			most = max(most, dx*dx+dy*dy)
		}
	}
	return most
}
