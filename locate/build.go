package locate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/cores"
)

const (
	defaultCell = 2000
	mostCells   = 1 << 24
	mostSplit   = 64   // a node has at most this many rows and columns of leaves
	slack       = 1e-3 // in cells: edges are counted as entering a cell that they pass this near, far more than rounding can be
)

// New makes an index of a division's areas. Every area needs a border: records in one that lacks it would be counted as outside. It takes
// a second or so for a division of the whole country.
func New(div *area.Division, opt Options) (*Index, error) {
	if lacking := div.Len() - div.Bordered(); lacking > 0 || div.Len() == 0 {
		return nil, fmt.Errorf("locate: %d of the %d areas of %s have no border: read borders before placing points", lacking, div.Len(), div.ID.Title())
	}
	switch {
	case opt.Cell == 0:
		opt.Cell = defaultCell
	case !(opt.Cell >= 1) || math.IsInf(opt.Cell, 0):
		return nil, fmt.Errorf("locate: cell is %v, want metres, 1 or more", opt.Cell)
	}
	if !(opt.Gap >= 0) || opt.Gap > most {
		return nil, fmt.Errorf("locate: gap is %v, want a distance in metres", opt.Gap)
	}
	s, err := collect(div)
	if err != nil {
		return nil, err
	}
	nx, ny := math.Floor((s.bound.Max[0]-s.bound.Min[0])/opt.Cell)+1, math.Floor((s.bound.Max[1]-s.bound.Min[1])/opt.Cell)+1
	if nx*ny > mostCells {
		return nil, fmt.Errorf("locate: cells of %v m make %.0f × %.0f of them, more than %d: choose larger ones", opt.Cell, nx, ny, mostCells)
	}
	s.grid = grid{s.bound.Min[0], s.bound.Min[1], 1 / opt.Cell, int32(nx), int32(ny)}
	s.spread()
	return s.index(opt), nil
}

// sides are the rings of all polygons, one after the other, and how they lie in the grid.
type sides struct {
	bound    orb.Bound
	grid     grid
	corners  []orb.Point // each ring closed: its first corner once more at its end
	rings    []ring
	areaOf   []int32   // of each polygon
	entering []side    // the sides that enter each cell
	first    []uint32  // by cell: the first of its entering sides
	far      [][]stair // by row: corners at which what lies east of some cells changes
	filled   [][]run   // by row: cells with an odd number of crossings east of them
}

// ring is a ring of a polygon: corners[from:to].
type ring struct{ polygon, from, to int32 }

// side is the side of a polygon that begins at a corner.
type side struct{ corner, polygon int32 }

// stair is a step in the cells from column c1 to before c2.
type stair struct {
	c1, c2  int32
	polygon int32
	y       float64
}

// run is the cells from column c1 to before c2.
type run struct{ c1, c2, polygon int32 }

func collect(div *area.Division) (*sides, error) {
	s := &sides{bound: orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}}
	total := 0
	for i := range div.Len() {
		for _, p := range div.At(i).Border {
			for _, r := range p {
				total += len(r) + 1
			}
		}
	}
	if total > math.MaxInt32 {
		return nil, fmt.Errorf("locate: the borders of %s have %d corners, more than an index can hold", div.ID.Title(), total)
	}
	s.corners = make([]orb.Point, 0, total)
	for i := range div.Len() {
		for _, p := range div.At(i).Border {
			polygon := int32(len(s.areaOf))
			s.areaOf = append(s.areaOf, int32(i))
			for _, r := range p {
				if len(r) == 0 {
					continue
				}
				from := int32(len(s.corners))
				for _, c := range r {
					if !(math.Abs(c[0]) <= most && math.Abs(c[1]) <= most) {
						return nil, fmt.Errorf("locate: the border of %s %s has a corner at %v, %v, which is nowhere: read the borders anew", div.ID.Title(), div.At(i).Code, c[0], c[1])
					}
					s.corners = append(s.corners, c)
					s.bound = s.bound.Extend(c)
				}
				if r[0] != r[len(r)-1] {
					s.corners = append(s.corners, r[0])
				}
				s.rings = append(s.rings, ring{polygon, from, int32(len(s.corners))})
			}
		}
	}
	if s.bound.IsEmpty() {
		return nil, fmt.Errorf("locate: the borders of %s are all empty: read borders before placing points", div.ID.Title())
	}
	return s, nil
}

// upward is the side between two corners, the southern end first, so that both its polygons have the same.
func upward(a, b orb.Point) edge {
	if b[1] < a[1] || b[1] == a[1] && b[0] < a[0] {
		a, b = b, a
	}
	return edge{ax: a[0], ay: a[1], bx: b[0], by: b[1]}
}

// columns is where an edge runs within a row: from the first column that it may enter, nx if it passes east of the grid, to the last, -1 if it passes
// west of it.
func (g *grid) columns(d *edge, row int32) (c1, c2 int32) {
	ua, ub := (d.ax-g.x0)*g.scale, (d.bx-g.x0)*g.scale
	va, vb := (d.ay-g.y0)*g.scale, (d.by-g.y0)*g.scale
	u1, u2 := ua, ub
	if south := float64(row) - slack; va < south {
		u1 = ua + (south-va)*((ub-ua)/(vb-va))
	}
	if north := float64(row+1) + slack; vb > north {
		u2 = ua + (north-va)*((ub-ua)/(vb-va))
	}
	if u1 > u2 {
		u1, u2 = u2, u1
	}
	last := float64(g.nx)
	return int32(max(min(u1-slack, last), 0)), int32(max(min(u2+slack+1, last), 0)) - 1
}

// spread finds what each cell holds.
func (s *sides) spread() {
	g := &s.grid
	s.first = make([]uint32, int(g.nx)*int(g.ny)+1)
	s.far = make([][]stair, g.ny)
	s.filled = make([][]run, g.ny)
	crossings := make([][]crossing, g.ny) // by row: the sides that leave it north
	// each calls do for every cell that a side may enter, and crossed for every row that it leaves north.
	each := func(do func(cell int32, at side), crossed func(row int32, x crossing)) {
		for _, r := range s.rings {
			for i := r.from; i < r.to-1; i++ {
				d := upward(s.corners[i], s.corners[i+1])
				r1, r2 := g.row(d.ay), g.row(d.by)
				for row := r1; row <= r2; row++ {
					c1, c2 := g.columns(&d, row)
					for c := c1; c <= c2; c++ {
						do(row*g.nx+c, side{i, r.polygon})
					}
					if row < r2 {
						crossed(row, crossing{r.polygon, c1})
					}
				}
			}
		}
	}
	each(func(cell int32, _ side) { s.first[cell+1]++ }, func(row int32, x crossing) { crossings[row] = append(crossings[row], x) })
	for i := 1; i < len(s.first); i++ {
		s.first[i] += s.first[i-1]
	}
	s.entering = make([]side, s.first[len(s.first)-1])
	next := slices.Clone(s.first)
	each(func(cell int32, at side) { s.entering[next[cell]] = at; next[cell]++ }, func(int32, crossing) {})

	for row, list := range crossings {
		slices.SortFunc(list, func(a, b crossing) int {
			return cmp.Or(cmp.Compare(a.polygon, b.polygon), cmp.Compare(a.column, b.column))
		})
		// A ring leaves a row as often as it comes back, so that crossings come in pairs.
		for i := 0; i < len(list); i += 2 {
			if c1, c2 := list[i].column, list[i+1].column; c1 < c2 {
				s.filled[row] = append(s.filled[row], run{c1, c2, list[i].polygon})
			}
		}
	}
	s.stairs()
}

// crossing is a side that leaves a row north, east of all cells before the column.
type crossing struct{ polygon, column int32 }

// stairs finds the corners whose two sides do not begin to be east of a cell at the same column: between the two, the number of sides east of the cell
// changes at the corner's height.
func (s *sides) stairs() {
	g := &s.grid
	for _, r := range s.rings {
		for i := r.from; i < r.to-1; i++ {
			before := i - 1
			if i == r.from {
				before = r.to - 2
			}
			at := s.corners[i]
			row := g.row(at[1])
			d1, d2 := upward(s.corners[before], s.corners[before+1]), upward(at, s.corners[i+1])
			c1, _ := g.columns(&d1, row)
			c2, _ := g.columns(&d2, row)
			if c1 > c2 {
				c1, c2 = c2, c1
			}
			if c1 < c2 {
				s.far[row] = append(s.far[row], stair{c1, c2, r.polygon, at[1]})
			}
		}
	}
}

// index builds the index, row by row and on all processors, and joins the rows.
func (s *sides) index(opt Options) *Index {
	g := &s.grid
	ix := &Index{bound: s.bound, gap: opt.Gap, repair: opt.RepairSwapped, grid: *g, cells: make([]int32, int(g.nx)*int(g.ny))}
	rows := make([]builder, g.ny)
	cores.With(int(g.ny), func() func(int) {
		w := &worker{sides: s, local: make([]int32, len(s.areaOf))}
		return func(i int) {
			row := int32(i)
			w.builder = builder{}
			w.row(row, ix.cells[row*g.nx:(row+1)*g.nx])
			rows[row] = w.builder
		}
	})
	var nodes, leaves, edges, steps, areas int
	for i := range rows {
		b := &rows[i]
		nodes, leaves, edges, steps, areas = nodes+len(b.nodes), leaves+len(b.leaves), edges+len(b.edges), steps+len(b.steps), areas+len(b.areas)
	}
	ix.nodes = make([]node, 1, nodes+1)
	ix.leaves = make([]leaf, 0, leaves+1)
	ix.edges = make([]edge, 0, edges)
	ix.steps = make([]step, 0, steps)
	ix.areas = make([]int32, 0, areas)
	for row := range rows {
		b := &rows[row]
		n0, l0, e0, s0, a0 := int32(len(ix.nodes)), int32(len(ix.leaves)), uint32(len(ix.edges)), uint32(len(ix.steps)), int32(len(ix.areas))
		for _, nd := range b.nodes {
			nd.leaf += l0
			nd.areas += a0
			if nd.next >= 0 {
				nd.next += n0
			} else {
				nd.next = 0
			}
			ix.nodes = append(ix.nodes, nd)
		}
		for _, l := range b.leaves {
			ix.leaves = append(ix.leaves, leaf{l.base, l.edge + e0, l.step + s0})
		}
		ix.edges = append(ix.edges, b.edges...)
		ix.steps = append(ix.steps, b.steps...)
		ix.areas = append(ix.areas, b.areas...)
		cells := ix.cells[row*int(g.nx) : (row+1)*int(g.nx)]
		for c, v := range cells {
			if v < empty {
				cells[c] = ^(nodeOf(v) - 1 + n0)
			}
		}
		*b = builder{}
	}
	ix.leaves = append(ix.leaves, leaf{0, uint32(len(ix.edges)), uint32(len(ix.steps))})
	return ix
}

// builder is the part of an index that one row of the grid makes. Its positions begin at 0, a cell's node at 1.
type builder struct {
	nodes  []node
	leaves []leaf
	edges  []edge
	steps  []step
	areas  []int32
}

// worker builds rows. All but the builder is scratch.
type worker struct {
	*sides
	builder
	local    []int32   // by polygon: its place among the cell's polygons + 1, or 0
	polygons []int32   // of the cell
	runs     [][]int32 // by column: the polygons with an odd number of crossings east of the cell
	stairs   [][]step  // by column; mask holds the polygon
	unique   []edge    // of the node, each side once
	table    []int32
	split    split
}

func (w *worker) row(row int32, cells []int32) {
	if w.runs == nil {
		w.runs, w.stairs = make([][]int32, len(cells)), make([][]step, len(cells))
	}
	for c := range cells {
		w.runs[c], w.stairs[c] = w.runs[c][:0], w.stairs[c][:0]
	}
	for _, f := range w.filled[row] {
		for c := f.c1; c < f.c2; c++ {
			w.runs[c] = append(w.runs[c], f.polygon)
		}
	}
	for _, f := range w.far[row] {
		for c := f.c1; c < f.c2; c++ {
			w.stairs[c] = append(w.stairs[c], step{f.y, uint64(f.polygon)})
		}
	}
	for c := range cells {
		i := row*w.grid.nx + int32(c)
		entering := w.entering[w.first[i]:w.first[i+1]]
		switch runs := w.runs[c]; {
		case len(entering) == 0 && len(w.stairs[c]) == 0 && len(runs) == 0:
			cells[c] = empty
		case len(entering) == 0 && len(w.stairs[c]) == 0 && len(runs) == 1:
			cells[c] = w.areaOf[runs[0]]
		default:
			cells[c] = w.cell(row, int32(c), entering)
		}
	}
}

// cell makes the nodes of a cell.
func (w *worker) cell(row, column int32, entering []side) int32 {
	w.polygons = w.polygons[:0]
	note := func(polygon int32) {
		if w.local[polygon] == 0 {
			w.local[polygon] = 1
			w.polygons = append(w.polygons, polygon)
		}
	}
	for _, at := range entering {
		note(at.polygon)
	}
	for _, p := range w.runs[column] {
		note(p)
	}
	for _, f := range w.stairs[column] {
		note(int32(f.mask))
	}
	slices.Sort(w.polygons) // polygons are numbered in the order of their areas
	for i, p := range w.polygons {
		w.local[p] = int32(i) + 1
	}
	first := ^int32(len(w.nodes) + 1)
	for from := 0; from < len(w.polygons); from += 64 {
		next := int32(-1)
		if from+64 < len(w.polygons) {
			next = int32(len(w.nodes) + 1)
		}
		w.node(row, column, entering, from, next)
	}
	for _, p := range w.polygons {
		w.local[p] = 0
	}
	return first
}

// node makes the node of the cell's polygons from a place on.
func (w *worker) node(row, column int32, entering []side, from int, next int32) {
	bit := func(polygon int32) uint64 {
		if i := int(w.local[polygon]) - 1 - from; i >= 0 && i < 64 {
			return 1 << i
		}
		return 0
	}
	w.merge(entering, bit)
	size := 1 / w.grid.scale
	k := int32(min(max(math.Ceil(math.Sqrt(float64(len(w.unique)))), 1), mostSplit))
	nd := node{
		grid:  grid{w.grid.x0 + float64(column)*size, w.grid.y0 + float64(row)*size, float64(k) * w.grid.scale, k, k},
		leaf:  int32(len(w.leaves)),
		areas: int32(len(w.areas)),
		next:  next,
	}
	for _, p := range w.polygons[from:min(from+64, len(w.polygons))] {
		w.areas = append(w.areas, w.areaOf[p])
	}
	w.nodes = append(w.nodes, nd)
	w.split.reset(nd.grid, 2*len(w.unique)+len(w.stairs[column]))
	for _, p := range w.runs[column] {
		w.split.base ^= bit(p)
	}
	for _, f := range w.stairs[column] {
		if mask := bit(int32(f.mask)); mask != 0 {
			w.split.stair(f.y, mask)
		}
	}
	w.split.add(w.unique)
	w.split.emit(w.unique, &w.builder)
}

// merge makes unique the node's sides, each once for all its polygons. A side that a polygon has twice does not count.
func (w *worker) merge(entering []side, bit func(int32) uint64) {
	w.unique = w.unique[:0]
	w.table = zeroed(w.table, tableSize(len(entering)))
	table, last := w.table, len(w.table)-1
	for _, at := range entering {
		mask := bit(at.polygon)
		if mask == 0 {
			continue
		}
		d := upward(w.corners[at.corner], w.corners[at.corner+1])
		h := hash(d.ax, d.ay) + 3*hash(d.bx, d.by)
		for i := int(h>>32) & last; ; i = (i + 1) & last {
			if table[i] == 0 {
				d.mask = mask
				w.unique = append(w.unique, d)
				table[i] = int32(len(w.unique))
				break
			}
			if u := &w.unique[table[i]-1]; u.ax == d.ax && u.ay == d.ay && u.bx == d.bx && u.by == d.by {
				u.mask ^= mask
				break
			}
		}
	}
	w.unique = slices.DeleteFunc(w.unique, func(d edge) bool { return d.mask == 0 })
}

func hash(a, b float64) uint64 {
	h := math.Float64bits(a+0)*0x9E3779B97F4A7C15 ^ math.Float64bits(b+0) // +0 makes -0 the same as 0
	h *= 0xD6E8FEB86659FD93
	return h ^ h>>29
}

// split divides a node into leaves. Rows, columns and cells are here those of the node's own grid.
type split struct {
	grid     grid
	base     uint64   // what lies east of the node, seen from its north side
	leaving  []uint64 // by row and column 0 to nx: polygons with an odd number of sides that leave the row north, east of all cells before the column
	corners  []corner // where what lies east of some leaves changes
	table    []int32  // finds corners
	entering []entry
	count    []uint32 // by leaf
	steps    [][]step // by leaf
}

// corner is a height at which what lies east of the leaves of its row, before a column, changes for the polygons in mask.
type corner struct {
	row, before int32
	y           float64
	mask        uint64
}

// entry is an edge that enters a leaf.
type entry struct{ edge, leaf int32 }

// reset begins a node with at most the given number of corners.
func (p *split) reset(g grid, corners int) {
	leaves := int(g.nx) * int(g.ny)
	p.grid, p.base = g, 0
	p.leaving = zeroed(p.leaving, leaves+int(g.ny))
	p.count = zeroed(p.count, leaves+1)
	p.table = zeroed(p.table, tableSize(corners))
	for len(p.steps) < leaves {
		p.steps = append(p.steps, nil)
	}
	p.corners, p.entering = p.corners[:0], p.entering[:0]
}

func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// tableSize is a power of two that leaves a hash table at least half empty.
func tableSize(entries int) int {
	size := 16
	for size < 2*entries {
		size *= 2
	}
	return size
}

// stair adds a step that holds for the whole width of the node.
func (p *split) stair(y float64, mask uint64) {
	row := p.grid.row(y)
	p.corner(corner{row, p.grid.nx, y, mask})
	for r := range row {
		p.leaving[(r+1)*(p.grid.nx+1)-1] ^= mask
	}
}

// corner adds a corner. Two in the same place undo each other, as nearly all do: those of the two sides that meet there.
func (p *split) corner(c corner) {
	if c.before == 0 {
		return
	}
	last := len(p.table) - 1
	for i := int(hash(c.y, float64(c.before))>>32) & last; ; i = (i + 1) & last {
		if p.table[i] == 0 {
			p.corners = append(p.corners, c)
			p.table[i] = int32(len(p.corners))
			return
		}
		if have := &p.corners[p.table[i]-1]; have.y == c.y && have.before == c.before {
			have.mask ^= c.mask
			return
		}
	}
}

// rowOf is the row of a corner, -1 south and ny north of the node.
func (p *split) rowOf(y float64) int32 {
	switch v := (y - p.grid.y0) * p.grid.scale; {
	case v < -slack:
		return -1
	case v > float64(p.grid.ny)+slack:
		return p.grid.ny
	}
	return p.grid.row(y)
}

func (p *split) add(edges []edge) {
	nx, ny := p.grid.nx, p.grid.ny
	for i := range edges {
		d := &edges[i]
		r1, r2 := p.rowOf(d.ay), p.rowOf(d.by)
		for r := max(r1, 0); r <= min(r2, ny-1); r++ {
			c1, c2 := p.grid.columns(d, r)
			for c := c1; c <= c2; c++ {
				p.entering = append(p.entering, entry{int32(i), r*nx + c})
				p.count[r*nx+c+1]++
			}
			if r == r1 {
				p.corner(corner{r, c1, d.ay, d.mask})
			}
			if r == r2 {
				p.corner(corner{r, c1, d.by, d.mask})
			} else {
				p.leaving[r*(nx+1)+c1] ^= d.mask
			}
		}
	}
}

// emit writes the leaves.
func (p *split) emit(edges []edge, to *builder) {
	nx, ny := p.grid.nx, p.grid.ny
	p.spreadCorners()
	e0, l0 := len(to.edges), len(to.leaves)
	to.leaves = append(to.leaves, make([]leaf, nx*ny)...)
	leaves := to.leaves[l0:]
	for i := range leaves {
		p.count[i+1] += p.count[i]
		leaves[i].edge = uint32(e0) + p.count[i]
		leaves[i].step = uint32(len(to.steps))
		to.steps = append(to.steps, p.steps[i]...)
		p.steps[i] = p.steps[i][:0]
	}
	for r := range ny {
		mask := p.base
		for c := nx - 1; c >= 0; c-- {
			mask ^= p.leaving[r*(nx+1)+c+1]
			leaves[r*nx+c].base = mask
		}
	}
	to.edges = append(to.edges, make([]edge, len(p.entering))...)
	for _, at := range p.entering {
		to.edges[e0+int(p.count[at.leaf])] = edges[at.edge]
		p.count[at.leaf]++
	}
}

// spreadCorners gives the leaves their steps.
func (p *split) spreadCorners() {
	left := slices.DeleteFunc(p.corners, func(c corner) bool { return c.mask == 0 })
	slices.SortFunc(left, func(a, b corner) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.y, b.y), cmp.Compare(b.before, a.before))
	})
	var mask uint64
	for i, c := range left {
		mask ^= c.mask
		end := int32(0)
		last := i+1 == len(left) || left[i+1].row != c.row || left[i+1].y != c.y
		if !last {
			end = left[i+1].before
		}
		for column := end; column < c.before && mask != 0; column++ {
			leaf := c.row*p.grid.nx + column
			p.steps[leaf] = append(p.steps[leaf], step{c.y, mask})
		}
		if last {
			mask = 0
		}
	}
}
