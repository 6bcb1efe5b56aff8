package border

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// This file overlays borders. All edges of all areas go into one net: vertices within the snap distance become one, edges that two
// neighbours share in opposite directions cancel, and the rest is cut where it meets or crosses, so that edges touch only at their ends.
// For each side of each edge one then knows how many areas lie there (the winding number): ground with one area or more is the union,
// ground with two or more is overlap, and what the union leaves open within is gaps. Where neighbours match exactly, as in SCB's
// originals, nearly everything cancels and the rest is little work.

// SnapDistance is the distance in metres within which two vertices are taken as the same, and a vertex as lying on an edge.
const SnapDistance = 0.001

// mesh numbers vertices, those within SnapDistance alike.
type mesh struct {
	points []orb.Point
	first  map[uint64]int32 // newest vertex in a cell of one metre; see cellOf
	next   []int32          // next older vertex in the same cell, -1 at the end
}

func newMesh(size int) *mesh {
	return &mesh{points: make([]orb.Point, 0, size), next: make([]int32, 0, size), first: make(map[uint64]int32, size/2)}
}

// cellOf is the number of a cell. Cells 2³² m apart may have the same, which costs a look at each other's vertices and no more.
func cellOf(x, y int64) uint64 { return uint64(x)<<32 | uint64(uint32(y)) }

func (m *mesh) id(p orb.Point) int32 {
	x, y := math.Floor(p[0]), math.Floor(p[1])
	homeX, homeY := int64(x), int64(y)
	home := cellOf(homeX, homeY)
	if id, ok := m.search(home, p); ok {
		return id
	}
	// only a vertex close to the rim of its cell can have its like in another one
	fromX, toX, fromY, toY := homeX, homeX, homeY, homeY
	if p[0]-x <= SnapDistance {
		fromX--
	}
	if x+1-p[0] <= SnapDistance {
		toX++
	}
	if p[1]-y <= SnapDistance {
		fromY--
	}
	if y+1-p[1] <= SnapDistance {
		toY++
	}
	for cx := fromX; cx <= toX; cx++ {
		for cy := fromY; cy <= toY; cy++ {
			if cell := cellOf(cx, cy); cell != home {
				if id, ok := m.search(cell, p); ok {
					return id
				}
			}
		}
	}
	id := int32(len(m.points))
	older, ok := m.first[home]
	if !ok {
		older = -1
	}
	m.points, m.next = append(m.points, p), append(m.next, older)
	m.first[home] = id
	return id
}

func (m *mesh) search(cell uint64, p orb.Point) (int32, bool) {
	id, ok := m.first[cell]
	if !ok {
		return 0, false
	}
	for ; id >= 0; id = m.next[id] {
		if q := m.points[id]; q == p || math.Hypot(q[0]-p[0], q[1]-p[1]) <= SnapDistance {
			return id, true
		}
	}
	return 0, false
}

// arc is an edge with an area on its left n times more than on its right.
type arc struct {
	a, b  int32
	n     int32
	owner int32 // one of the areas that it is an edge of
}

// merge adds up arcs between the same vertices, of which there are so many, and drops those that cancel. The order is that of first appearance.
func merge(arcs []arc, vertices int) []arc {
	newest := slices.Repeat([]int32{-1}, vertices) // of the arcs kept, by their lower end
	older := make([]int32, 0, len(arcs))           // the one before with the same lower end, -1 at the end
	out := arcs[:0]
	for _, e := range arcs {
		if e.a == e.b {
			continue
		}
		if e.a > e.b {
			e.a, e.b, e.n = e.b, e.a, -e.n
		}
		i := newest[e.a]
		for i >= 0 && out[i].b != e.b {
			i = older[i]
		}
		if i >= 0 {
			out[i].n += e.n
			continue
		}
		older, newest[e.a] = append(older, newest[e.a]), int32(len(out))
		out = append(out, e)
	}
	out = slices.DeleteFunc(out, func(e arc) bool { return e.n == 0 })
	for i, e := range out {
		if e.n < 0 {
			out[i] = arc{e.b, e.a, -e.n, e.owner}
		}
	}
	return out
}

// arrangement is a net of arcs that touch only at their ends, with the number of areas on either side of each.
type arrangement struct {
	mesh        *mesh
	arcs        []arc
	left, right []int32
}

// arrange overlays borders; owner i is borders[i]. It gives false when the edges are so tangled that cutting does not come to an end.
func arrange(borders []orb.MultiPolygon) (*arrangement, bool) {
	size := 0
	for _, border := range borders {
		for _, polygon := range border {
			for _, ring := range polygon {
				size += len(ring)
			}
		}
	}
	net := &arrangement{mesh: newMesh(size)}
	arcs := make([]arc, 0, size)
	for owner, border := range borders {
		for _, polygon := range border {
			for _, ring := range polygon {
				if len(ring) == 0 {
					continue
				}
				last := net.mesh.id(ring[len(ring)-1])
				for _, p := range ring {
					id := net.mesh.id(p)
					arcs = append(arcs, arc{last, id, 1, int32(owner)})
					last = id
				}
			}
		}
	}
	net.arcs = merge(arcs, len(net.mesh.points))
	const rounds = 12
	for range rounds {
		if !net.cut() {
			net.wind()
			return net, true
		}
	}
	return nil, false
}

func (n *arrangement) ends(e arc) (a, b orb.Point) { return n.mesh.points[e.a], n.mesh.points[e.b] }

// boxOf is the bounding box of an edge, wider by the margin.
func boxOf(a, b orb.Point, margin float64) orb.Bound {
	return orb.Bound{
		Min: orb.Point{min(a[0], b[0]) - margin, min(a[1], b[1]) - margin},
		Max: orb.Point{max(a[0], b[0]) + margin, max(a[1], b[1]) + margin},
	}
}

// meetings calls visit once for every pair of boxes that overlap, in an order that depends on the boxes alone. It cuts the ground into
// columns and sweeps each from south to north, so that only few boxes are open at a time.
func meetings(boxes []orb.Bound, visit func(i, j int)) {
	if len(boxes) == 0 {
		return
	}
	west, east := math.Inf(1), math.Inf(-1)
	for i := range boxes {
		west, east = min(west, boxes[i].Min[0]), max(east, boxes[i].Max[0])
	}
	columns := int(math.Sqrt(float64(len(boxes)))/8) + 1
	column := func(x float64) int { return max(min(int((x-west)/(east-west)*float64(columns)), columns-1), 0) }
	if !(east > west) {
		columns, column = 1, func(float64) int { return 0 }
	}
	in := make([][]int32, columns)
	for i := range boxes {
		for c, last := column(boxes[i].Min[0]), column(boxes[i].Max[0]); c <= last; c++ {
			in[c] = append(in[c], int32(i))
		}
	}
	var open []int32
	for c, order := range in {
		slices.SortFunc(order, func(i, j int32) int {
			return cmp.Or(cmp.Compare(boxes[i].Min[1], boxes[j].Min[1]), cmp.Compare(i, j))
		})
		open = open[:0]
		for _, i := range order {
			box := &boxes[i]
			kept := open[:0]
			for _, j := range open {
				other := &boxes[j]
				if other.Max[1] < box.Min[1] {
					continue
				}
				kept = append(kept, j)
				// a pair that shares several columns meets in the first of them
				if other.Min[0] <= box.Max[0] && box.Min[0] <= other.Max[0] && column(max(box.Min[0], other.Min[0])) == c {
					visit(int(j), int(i))
				}
			}
			open = append(kept, i)
		}
	}
}

// onEdge tells whether p lies on the edge a–b within SnapDistance, and how far along it.
func onEdge(p, a, b orb.Point) (along float64, ok bool) {
	dx, dy := b[0]-a[0], b[1]-a[1]
	length2 := dx*dx + dy*dy
	along = ((p[0]-a[0])*dx + (p[1]-a[1])*dy) / length2
	if !(along > 0 && along < 1) {
		return 0, false
	}
	return along, math.Hypot(a[0]+along*dx-p[0], a[1]+along*dy-p[1]) <= SnapDistance
}

// crossing is the point where two edges cross each other away from their ends.
func crossing(a, b, c, d orb.Point) (orb.Point, bool) {
	abc, abd := side(a, b, c), side(a, b, d)
	cda, cdb := side(c, d, a), side(c, d, b)
	if !(abc*abd < 0 && cda*cdb < 0) {
		return orb.Point{}, false
	}
	t := cda / (cda - cdb)
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}, true
}

// side is twice the area of the triangle a, b, p: positive when p lies on the left of a–b.
func side(a, b, p orb.Point) float64 {
	return (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0])
}

// knot is a vertex at which an arc has to be cut.
type knot struct {
	arc, vertex int32
	along       float64
}

// cut cuts arcs where vertices of others lie on them and where they cross, once. It gives false when there was nothing to cut.
func (n *arrangement) cut() bool {
	boxes := make([]orb.Bound, len(n.arcs))
	for i, e := range n.arcs {
		a, b := n.ends(e)
		boxes[i] = boxOf(a, b, SnapDistance)
	}
	var knots []knot
	meetings(boxes, func(i, j int) {
		e, f := n.arcs[i], n.arcs[j]
		ea, eb := n.ends(e)
		fa, fb := n.ends(f)
		touching := e.a == f.a || e.a == f.b || e.b == f.a || e.b == f.b
		for _, t := range [4]struct {
			vertex, arc int
			end, p      int32
			a, b        int32
		}{{i, j, e.a, e.a, f.a, f.b}, {i, j, e.b, e.b, f.a, f.b}, {j, i, f.a, f.a, e.a, e.b}, {j, i, f.b, f.b, e.a, e.b}} {
			if t.p == t.a || t.p == t.b {
				continue
			}
			if along, ok := onEdge(n.mesh.points[t.p], n.mesh.points[t.a], n.mesh.points[t.b]); ok {
				knots = append(knots, knot{int32(t.arc), t.p, along})
				touching = true
			}
		}
		if touching {
			return
		}
		if p, ok := crossing(ea, eb, fa, fb); ok {
			id := n.mesh.id(p)
			for _, k := range [2]struct {
				arc  int
				e    arc
				a, b orb.Point
			}{{i, e, ea, eb}, {j, f, fa, fb}} {
				if id != k.e.a && id != k.e.b {
					along := math.Hypot(p[0]-k.a[0], p[1]-k.a[1]) / math.Hypot(k.b[0]-k.a[0], k.b[1]-k.a[1])
					knots = append(knots, knot{int32(k.arc), id, along})
				}
			}
		}
	})
	if len(knots) == 0 {
		return false
	}
	slices.SortFunc(knots, func(k, l knot) int {
		return cmp.Or(cmp.Compare(k.arc, l.arc), cmp.Compare(k.along, l.along), cmp.Compare(k.vertex, l.vertex))
	})
	pieces := make([]arc, 0, len(n.arcs)+len(knots))
	for i, e := range n.arcs {
		from := e.a
		for len(knots) > 0 && knots[0].arc == int32(i) {
			pieces = append(pieces, arc{from, knots[0].vertex, e.n, e.owner})
			from, knots = knots[0].vertex, knots[1:]
		}
		pieces = append(pieces, arc{from, e.b, e.n, e.owner})
	}
	n.arcs = merge(pieces, len(n.mesh.points))
	return true
}

// wind counts the areas on both sides of every arc: for one arc of each connected group by looking east, for the others from arc to arc
// round the vertices.
func (n *arrangement) wind() {
	n.left, n.right = make([]int32, len(n.arcs)), make([]int32, len(n.arcs))
	if len(n.arcs) == 0 {
		return
	}
	south, north := math.Inf(1), math.Inf(-1)
	for _, e := range n.arcs {
		a, b := n.ends(e)
		south, north = min(south, a[1], b[1]), max(north, a[1], b[1])
	}
	rows := min(len(n.arcs)/4+1, 1<<18)
	row := func(y float64) int { return min(int((y-south)/(north-south)*float64(rows)), rows-1) }
	if north == south {
		row = func(float64) int { return 0 }
	}
	in := make([][]int32, rows)
	for i, e := range n.arcs {
		a, b := n.ends(e)
		for r, last := row(min(a[1], b[1])), row(max(a[1], b[1])); r <= last; r++ {
			in[r] = append(in[r], int32(i))
		}
	}
	around := n.around()
	known := make([]bool, len(n.arcs))
	var group []int32
	for seed := range n.arcs {
		if known[seed] {
			continue
		}
		// first as if no area lay on the right of the seed, then put right by the arc of the group that is steepest to look from
		known[seed], n.left[seed] = true, n.arcs[seed].n
		group = append(group[:0], int32(seed))
		for k := 0; k < len(group); k++ {
			i := group[k]
			for _, v := range [2]int32{n.arcs[i].a, n.arcs[i].b} {
				ways := around[v]
				at := slices.Index(ways, i)
				for step := 1; step < len(ways); step++ {
					last, next := ways[(at+step-1)%len(ways)], ways[(at+step)%len(ways)]
					if known[next] {
						continue
					}
					// between two arcs that follow each other round a vertex lies the same ground
					ground := n.left[last]
					if n.arcs[last].b == v {
						ground = n.right[last]
					}
					if e := n.arcs[next]; e.a == v {
						n.right[next], n.left[next] = ground, ground+e.n
					} else {
						n.left[next], n.right[next] = ground, ground-e.n
					}
					known[next] = true
					group = append(group, next)
				}
			}
		}
		steepest, rise := group[0], 0.0
		for _, i := range group {
			if a, b := n.ends(n.arcs[i]); math.Abs(b[1]-a[1]) > rise {
				steepest, rise = i, math.Abs(b[1]-a[1])
			}
		}
		a, b := n.ends(n.arcs[steepest])
		off := n.look(steepest, in[row((a[1]+b[1])/2)]) - n.left[steepest]
		for _, i := range group {
			n.left[i] += off
			n.right[i] += off
		}
	}
}

// around gives the arcs at each vertex, counter-clockwise.
func (n *arrangement) around() [][]int32 {
	degree := make([]int32, len(n.mesh.points))
	for _, e := range n.arcs {
		degree[e.a]++
		degree[e.b]++
	}
	room := make([]int32, 2*len(n.arcs))
	around := make([][]int32, len(n.mesh.points))
	for v, d := range degree {
		around[v], room = room[:0:d], room[d:]
	}
	for i, e := range n.arcs {
		around[e.a] = append(around[e.a], int32(i))
		around[e.b] = append(around[e.b], int32(i))
	}
	for v, ways := range around {
		if len(ways) > 2 {
			slices.SortFunc(ways, func(i, j int32) int {
				return cmp.Or(cmp.Compare(n.bearing(int32(v), i), n.bearing(int32(v), j)), cmp.Compare(i, j))
			})
		}
	}
	return around
}

// bearing is the direction in which arc i leaves vertex v.
func (n *arrangement) bearing(v, i int32) float64 {
	other := n.arcs[i].a
	if other == v {
		other = n.arcs[i].b
	}
	at, to := n.mesh.points[v], n.mesh.points[other]
	return math.Atan2(to[1]-at[1], to[0]-at[0])
}

// look counts the areas on the left of an arc by looking east from its middle, over the arcs at that height.
func (n *arrangement) look(i int32, level []int32) int32 {
	e := n.arcs[i]
	a, b := n.ends(e)
	x, y := (a[0]+b[0])/2, (a[1]+b[1])/2
	var w int32
	for _, j := range level {
		if j == i {
			continue
		}
		f := n.arcs[j]
		c, d := n.ends(f)
		if (c[1] <= y) == (d[1] <= y) || c[0]+(y-c[1])/(d[1]-c[1])*(d[0]-c[0]) <= x {
			continue
		}
		if d[1] > c[1] {
			w += f.n
		} else {
			w -= f.n
		}
	}
	// w holds just east of the arc, which is its right when it runs north
	if b[1] > a[1] {
		return w + e.n
	}
	return w
}

// part is one polygon of a region, with the owners of the arcs around it.
type part struct {
	polygon orb.Polygon
	owners  [][]int32 // by ring, in order
}

// region is the ground on which at least k areas lie. It gives false when its edges do not close to rings, which only a tangle on the scale of
// SnapDistance can bring about.
func (n *arrangement) region(k int32) ([]part, bool) {
	parts, outside, ok := n.where(func(areas int32) bool { return areas >= k })
	return parts, ok && !outside
}

// gaps is the ground on which no area lies though areas surround it.
func (n *arrangement) gaps() ([]part, bool) {
	parts, _, ok := n.where(func(areas int32) bool { return areas <= 0 })
	return parts, ok
}

// where is the ground on which the number of areas is as wanted; outside tells that this goes for the ground around everything, too, which is not
// among the parts.
func (n *arrangement) where(wanted func(areas int32) bool) (parts []part, outside, ok bool) {
	var sides []arc // with the ground on the left
	for i, e := range n.arcs {
		switch left, right := wanted(n.left[i]), wanted(n.right[i]); {
		case left && !right:
			sides = append(sides, e)
		case right && !left:
			sides = append(sides, arc{e.b, e.a, e.n, e.owner})
		}
	}
	loops, ok := n.loops(sides)
	if !ok {
		return nil, false, false
	}
	var outer, inner []loop
	for _, l := range loops {
		switch size := ringArea(l.ring); {
		case size > 0:
			outer = append(outer, l)
		case size < 0:
			inner = append(inner, l)
		}
	}
	parts = make([]part, len(outer))
	borders := make(orb.MultiPolygon, len(outer))
	for i, l := range outer {
		borders[i] = orb.Polygon{l.ring}
		parts[i] = part{borders[i], [][]int32{l.owners}}
	}
	holes := make([]orb.Ring, len(inner))
	for i, l := range inner {
		holes[i] = l.ring
	}
	for i, home := range placeHoles(borders, holes) {
		if home < 0 {
			outside = true
			continue
		}
		parts[home].polygon = append(parts[home].polygon, inner[i].ring)
		parts[home].owners = append(parts[home].owners, inner[i].owners)
	}
	return parts, outside, true
}

type loop struct {
	ring   orb.Ring
	owners []int32
}

// loops chains arcs to rings. At a vertex with several ways out it takes the one next to the ground on its left, so that areas that touch at a
// point stay apart; a ring that still comes back to a vertex is split there, so that holes that touch their outer ring become rings.
func (n *arrangement) loops(sides []arc) ([]loop, bool) {
	from := make([]int32, len(n.mesh.points)+1) // the ways out of vertex v are out[from[v]:from[v+1]]
	for _, e := range sides {
		from[e.a+1]++
	}
	for v := range n.mesh.points {
		from[v+1] += from[v]
	}
	out, filled := make([]int32, len(sides)), slices.Clone(from)
	for i, e := range sides {
		out[filled[e.a]] = int32(i)
		filled[e.a]++
	}
	used := make([]bool, len(sides))
	at := slices.Repeat([]int32{-1}, len(n.mesh.points)) // where on the way a vertex is left, -1 when it isn't
	var loops []loop
	var way []int32 // arcs on the way
	for i := range sides {
		if used[i] {
			continue
		}
		way = way[:0]
		for e := int32(i); ; {
			used[e] = true
			if at[sides[e].a] < 0 {
				at[sides[e].a] = int32(len(way))
			}
			way = append(way, e)
			end := sides[e].b
			if first := at[end]; first >= 0 { // closed: take the ring off the way
				loops = append(loops, n.loop(sides, way[first:]))
				for _, taken := range way[first:] {
					at[sides[taken].a] = -1
				}
				way = way[:first]
				if len(way) == 0 {
					break
				}
			}
			next, ok := n.turn(sides, e, out[from[end]:from[end+1]], used)
			if !ok {
				return nil, false
			}
			e = next
		}
	}
	return loops, true
}

func (n *arrangement) loop(sides []arc, way []int32) loop {
	l := loop{make(orb.Ring, 0, len(way)+1), make([]int32, 0, len(way))}
	for _, e := range way {
		l.ring = append(l.ring, n.mesh.points[sides[e].a])
		l.owners = append(l.owners, sides[e].owner)
	}
	l.ring = append(l.ring, l.ring[0])
	slices.Sort(l.owners)
	l.owners = slices.Compact(l.owners)
	return l
}

// turn picks the way on from the end of arc e: the first unused one clockwise from where it came from.
func (n *arrangement) turn(sides []arc, e int32, ways []int32, used []bool) (int32, bool) {
	from, at := n.ends(sides[e])
	back := math.Atan2(from[1]-at[1], from[0]-at[0])
	best, least := int32(-1), math.Inf(1)
	for _, w := range ways {
		if used[w] {
			continue
		}
		to := n.mesh.points[sides[w].b]
		angle := back - math.Atan2(to[1]-at[1], to[0]-at[0])
		if angle <= 0 {
			angle += 2 * math.Pi
		}
		if angle < least {
			best, least = w, angle
		}
	}
	return best, best >= 0
}

// cover finds the borders around a point.
type cover struct {
	borders []orb.MultiPolygon
	bounds  []orb.Bound
}

func newCover(borders []orb.MultiPolygon) *cover {
	c := &cover{borders, make([]orb.Bound, len(borders))}
	for i, b := range borders {
		c.bounds[i] = b.Bound()
	}
	return c
}

// at gives the positions of the borders that hold p, in order.
func (c *cover) at(p orb.Point) []int {
	var found []int
	for i, b := range c.borders {
		if len(b) > 0 && c.bounds[i].Contains(p) && inBorder(b, p) {
			found = append(found, i)
		}
	}
	return found
}
