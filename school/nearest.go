package school

import (
	"fmt"
	"math"
	"runtime"
	"sync"

	"github.com/skikt/skikt/internal/cores"
)

// A Point is a place in whole metres (or another whole unit), such as SWEREF 99 TM. Squared distances between points are exact.
type Point struct{ X, Y int64 }

// farthest is how far from 0 a coordinate may lie for squared distances to be exact.
const farthest = 1_000_000_000

func (p Point) distance2(q Point) int64 {
	dx, dy := p.X-q.X, p.Y-q.Y
	return dx*dx + dy*dy
}

// CheckPoints tells of coordinates that are out of range.
func CheckPoints(points []Point) error {
	for i, p := range points {
		if p.X < -farthest || p.X > farthest || p.Y < -farthest || p.Y > farthest {
			return fmt.Errorf("school: point %d lies more than %d from 0: coordinates are whole metres", i+1, farthest)
		}
	}
	return nil
}

// tree is a k-d tree over schools from which schools can be taken out: each node knows its box and how many are left in it.
type tree struct {
	points []Point
	order  []int32 // schools, leaf by leaf
	nodes  []treeNode
	leaf   []int32 // node of each school
	open   []bool
}

type treeNode struct {
	minX, minY, maxX, maxY int64
	from, to               int32 // of order
	right, parent          int32 // the left child follows its parent; right < 0 in a leaf
	open                   int32
}

const leafSize = 6

func newTree(points []Point) *tree {
	t := &tree{points: points, order: make([]int32, len(points)), leaf: make([]int32, len(points)), open: make([]bool, len(points))}
	for i := range t.order {
		t.order[i], t.open[i] = int32(i), true
	}
	if len(points) > 0 {
		t.build(0, int32(len(points)), -1)
	}
	return t
}

func (t *tree) build(from, to, parent int32) int32 {
	at := int32(len(t.nodes))
	n := treeNode{from: from, to: to, right: -1, parent: parent, open: to - from,
		minX: math.MaxInt64, minY: math.MaxInt64, maxX: math.MinInt64, maxY: math.MinInt64}
	for _, s := range t.order[from:to] {
		p := t.points[s]
		n.minX, n.maxX = min(n.minX, p.X), max(n.maxX, p.X)
		n.minY, n.maxY = min(n.minY, p.Y), max(n.maxY, p.Y)
	}
	t.nodes = append(t.nodes, n)
	if to-from <= leafSize {
		for _, s := range t.order[from:to] {
			t.leaf[s] = at
		}
		return at
	}
	byX := n.maxX-n.minX >= n.maxY-n.minY
	slab := t.order[from:to]
	sortBy(slab, func(s int32) (int64, int32) {
		if byX {
			return t.points[s].X, s
		}
		return t.points[s].Y, s
	})
	half := from + (to-from)/2
	t.build(from, half, at)
	right := t.build(half, to, at)
	t.nodes[at].right = right
	return at
}

// away is the squared distance from a point to the node's box.
func (n *treeNode) away(p Point) int64 {
	dx := max(n.minX-p.X, 0, p.X-n.maxX)
	dy := max(n.minY-p.Y, 0, p.Y-n.maxY)
	return dx*dx + dy*dy
}

// nearest is the nearest open school, the one of the lower number among equally near ones, and whether there are such; -1 when none is open.
func (t *tree) nearest(p Point) (best int32, d2 int64, tied bool) {
	best, d2 = -1, math.MaxInt64
	if len(t.nodes) == 0 || t.nodes[0].open == 0 {
		return best, d2, false
	}
	type waiting struct {
		node int32
		away int64
	}
	var stack [64]waiting
	stack[0] = waiting{0, t.nodes[0].away(p)}
	for top := 1; top > 0; {
		top--
		w := stack[top]
		if w.away > d2 {
			continue
		}
		n := &t.nodes[w.node]
		if n.right < 0 {
			for _, s := range t.order[n.from:n.to] {
				if !t.open[s] {
					continue
				}
				switch d := p.distance2(t.points[s]); {
				case d < d2:
					best, d2, tied = s, d, false
				case d == d2:
					best, tied = min(best, s), true
				}
			}
			continue
		}
		l, r := w.node+1, n.right
		la, ra := t.nodes[l].away(p), t.nodes[r].away(p)
		if t.nodes[l].open == 0 {
			la = math.MaxInt64
		}
		if t.nodes[r].open == 0 {
			ra = math.MaxInt64
		}
		if la > ra {
			l, r, la, ra = r, l, ra, la
		}
		// The nearer box is looked at first.
		if ra <= d2 && ra < math.MaxInt64 {
			stack[top] = waiting{r, ra}
			top++
		}
		if la <= d2 && la < math.MaxInt64 {
			stack[top] = waiting{l, la}
			top++
		}
	}
	return best, d2, tied
}

// close takes a school out.
func (t *tree) close(s int32) {
	t.open[s] = false
	for n := t.leaf[s]; n >= 0; n = t.nodes[n].parent {
		t.nodes[n].open--
	}
}

// inParts runs f over 0..n−1 in as many parts as there are processors.
func inParts(n int, f func(from, to int)) {
	parts := min(runtime.GOMAXPROCS(0), n/1000+1)
	cores.Each(parts, func(k int) { f(n*k/parts, n*(k+1)/parts) })
}

// Nearest is the nearest school of each pupil by straight line, the first of equally near ones, and the number of pupils who have such. Without schools everyone has -1.
func Nearest(pupils, schools []Point) (school []int32, ties int) {
	t := newTree(schools)
	school = make([]int32, len(pupils))
	var mu sync.Mutex
	inParts(len(pupils), func(from, to int) {
		count := 0
		for i := from; i < to; i++ {
			s, _, tied := t.nearest(pupils[i])
			school[i] = s
			if tied {
				count++
			}
		}
		mu.Lock()
		ties += count
		mu.Unlock()
	})
	return school, ties
}
