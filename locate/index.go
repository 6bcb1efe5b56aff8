package locate

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"unsafe"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/internal/cores"
)

// Options say how an index is made.
type Options struct {
	Cell          float64 // side of the grid's cells in metres, 1 or more; 0 means 2 000. It changes speed and memory, never an answer.
	Gap           float64 // how far from an area, in metres, a point in none is still given to the nearest one; 0 means never
	RepairSwapped bool    // place points whose axes are swapped as if they were not
}

// An Index finds the area that a point lies in. It is immutable and may be used from many goroutines at once.
type Index struct {
	bound  orb.Bound
	gap    float64
	repair bool
	grid   grid
	cells  []int32 // by row, then column: the position of the area that fills the cell, empty, or ^(node) where a border enters
	nodes  []node
	leaves []leaf // and one more, to end the last
	edges  []edge
	steps  []step
	areas  []int32 // the areas of the nodes' polygons
}

// empty is a cell that lies in no area. Cells with a node are below it.
const empty int32 = -1

// A node is the content of a cell that a border enters. It holds up to 64 polygons, one for each bit of a mask, in the order of their areas; a cell with more has
// several nodes.
type node struct {
	grid  grid  // divides the cell
	leaf  int32 // first of its leaves
	areas int32 // first of its polygons
	next  int32 // the cell's next node, or 0
}

// A leaf is a part of a node. Its edges and steps end where the next leaf's begin.
type leaf struct {
	base uint64 // polygons with an odd number of crossings east of the leaf, as seen from its north side
	edge uint32
	step uint32
}

// An edge is a side of the polygons in mask, from its southern to its northern end.
type edge struct {
	ax, ay, bx, by float64
	mask           uint64
}

// A step is a height at which, going south, the number of crossings east of the leaf changes between odd and even for the polygons in mask.
type step struct {
	y    float64
	mask uint64
}

// grid divides a rectangle into cells.
type grid struct {
	x0, y0 float64
	scale  float64 // cells per metre
	nx, ny int32
}

// column and row never fall as x and y rise. All that is said of "further north" and "further east" cells rests on this, and not on where exactly the
// cells' sides are.
func (g *grid) column(x float64) int32 { return clamp((x-g.x0)*g.scale, g.nx) }
func (g *grid) row(y float64) int32    { return clamp((y-g.y0)*g.scale, g.ny) }

func clamp(v float64, n int32) int32 {
	switch {
	case v < 0:
		return 0
	case v >= float64(n):
		return n - 1
	}
	return int32(v)
}

// odd tells in which polygons of the node the point lies.
func (ix *Index) odd(nd *node, e, n float64) uint64 {
	i := nd.leaf + nd.grid.row(n)*nd.grid.nx + nd.grid.column(e)
	this, next := &ix.leaves[i], &ix.leaves[i+1]
	mask := this.base
	for _, s := range ix.steps[this.step:next.step] {
		if s.y > n {
			mask ^= s.mask
		}
	}
	edges := ix.edges[this.edge:next.edge]
	for j := range edges {
		d := &edges[j]
		if d.ay <= n && n < d.by && d.eastOf(e, n) {
			mask ^= d.mask
		}
	}
	return mask
}

// eastOf tells whether the edge, at the height of the point, passes strictly east of it. The point's height is within the edge's.
func (d *edge) eastOf(e, n float64) bool {
	// The sign of a cross product. The conversions keep the compiler from fusing operations, for which the bound would not hold.
	left, right := float64((d.bx-d.ax)*(n-d.ay)), float64((e-d.ax)*(d.by-d.ay))
	cross := left - right
	bound := 3.3306690738754716e-16*(math.Abs(left)+math.Abs(right)) + 1e-290 // the last term is for underflow
	if cross > bound {
		return true
	}
	return cross >= -bound && d.eastOfExactly(e, n)
}

func (d *edge) eastOfExactly(e, n float64) bool {
	if d.bx == d.ax || n == d.ay { // as on borders that run along a grid
		return e < d.ax
	}
	diff := func(a, b float64) *big.Rat {
		r := new(big.Rat).SetFloat64(a)
		return r.Sub(r, new(big.Rat).SetFloat64(b))
	}
	left, right := diff(d.bx, d.ax), diff(e, d.ax)
	return left.Mul(left, diff(n, d.ay)).Cmp(right.Mul(right, diff(d.by, d.ay))) > 0
}

// inside places a point that lies in an area.
func (ix *Index) inside(e, n float64) (Place, bool) {
	cell := ix.cell(e, n)
	if cell >= 0 {
		return Place{cell, Located}, true
	}
	first := int32(-1)
	for i := nodeOf(cell); i > 0; i = ix.nodes[i].next {
		nd := &ix.nodes[i]
		for mask := ix.odd(nd, e, n); mask != 0; mask &= mask - 1 {
			a := ix.areas[nd.areas+int32(bits.TrailingZeros64(mask))]
			if first >= 0 && a != first {
				return Place{first, Ambiguous}, true
			}
			first = a
		}
	}
	return Place{first, Located}, first >= 0
}

// cell is the content of the cell that a point lies in, empty outside the grid and for what is no number.
func (ix *Index) cell(e, n float64) int32 {
	b := &ix.bound
	if e >= b.Min[0] && e <= b.Max[0] && n >= b.Min[1] && n <= b.Max[1] {
		return ix.cells[ix.grid.row(n)*ix.grid.nx+ix.grid.column(e)]
	}
	return empty
}

// nodeOf is the node of a cell: 0 if it is empty, which ends a cell's list of nodes like any other.
func nodeOf(cell int32) int32 { return ^cell }

// Covering appends to buf the positions of all areas that hold the point, in order.
func (ix *Index) Covering(e, n float64, buf []int32) []int32 {
	cell := ix.cell(e, n)
	if cell >= 0 {
		return append(buf, cell)
	}
	start := len(buf)
	for i := nodeOf(cell); i > 0; i = ix.nodes[i].next {
		nd := &ix.nodes[i]
		for mask := ix.odd(nd, e, n); mask != 0; mask &= mask - 1 {
			a := ix.areas[nd.areas+int32(bits.TrailingZeros64(mask))]
			if len(buf) == start || buf[len(buf)-1] != a {
				buf = append(buf, a)
			}
		}
	}
	return buf
}

// near places a point that lies in no area: in the nearest within the declared distance, the lowest code of those equally near.
func (ix *Index) near(e, n float64) Place {
	if ix.gap == 0 || !ix.bound.Pad(ix.gap).Contains(orb.Point{e, n}) {
		return unplaced(Outside)
	}
	best, found := ix.gap*ix.gap, int32(-1)
	// The point's own cell comes first, since it will mostly leave little to look for in the others.
	own := ix.grid.row(n)*ix.grid.nx + ix.grid.column(e)
	best, found = ix.nearIn(own, e, n, best, found)
	c1, c2 := ix.grid.column(e-ix.gap), ix.grid.column(e+ix.gap)
	for r := ix.grid.row(n - ix.gap); r <= ix.grid.row(n+ix.gap); r++ {
		for c := c1; c <= c2; c++ {
			if i := r*ix.grid.nx + c; i != own {
				best, found = ix.nearIn(i, e, n, best, found)
			}
		}
	}
	if found < 0 {
		return unplaced(Outside)
	}
	return Place{found, Gap}
}

// nearIn looks in one cell for an area nearer than best, a squared distance, or as near with a lower code.
func (ix *Index) nearIn(cell int32, e, n, best float64, found int32) (float64, int32) {
	if ix.cells[cell] >= empty {
		return best, found
	}
	for i := nodeOf(ix.cells[cell]); i > 0; i = ix.nodes[i].next {
		nd := &ix.nodes[i]
		reach := math.Sqrt(best)
		c1, c2 := nd.grid.column(e-reach), nd.grid.column(e+reach)
		for r := nd.grid.row(n - reach); r <= nd.grid.row(n+reach); r++ {
			first := nd.leaf + r*nd.grid.nx
			edges := ix.edges[ix.leaves[first+c1].edge:ix.leaves[first+c2+1].edge]
			for j := range edges {
				d := &edges[j]
				dist := d.distance2(e, n)
				if dist > best {
					continue
				}
				a := ix.areas[nd.areas+int32(bits.TrailingZeros64(d.mask))]
				if dist < best || found < 0 || a < found {
					best, found = dist, a
				}
			}
		}
	}
	return best, found
}

// distance2 is the squared distance from the point to the edge.
func (d *edge) distance2(e, n float64) float64 {
	dx, dy := d.bx-d.ax, d.by-d.ay
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = min(max(((e-d.ax)*dx+(n-d.ay)*dy)/length, 0), 1)
	}
	dx, dy = e-(d.ax+t*dx), n-(d.ay+t*dy)
	return dx*dx + dy*dy
}

// Memory is the size of the index in bytes.
func (ix *Index) Memory() int64 {
	return int64(unsafe.Sizeof(*ix)) + size(ix.cells) + size(ix.nodes) + size(ix.leaves) + size(ix.edges) + size(ix.steps) + size(ix.areas)
}

func size[T any](s []T) int64 {
	var t T
	return int64(cap(s)) * int64(unsafe.Sizeof(t))
}

// share calls place for every record, on all processors.
func share(x, y []float64, out []Place, place func(i int) Place) {
	if len(x) != len(out) || len(y) != len(out) {
		panic(fmt.Sprintf("locate: %d records, but %d and %d coordinates", len(out), len(x), len(y)))
	}
	const chunk = 4096
	cores.Each((len(out)+chunk-1)/chunk, func(k int) {
		for i := k * chunk; i < min((k+1)*chunk, len(out)); i++ {
			out[i] = place(i)
		}
	})
}
