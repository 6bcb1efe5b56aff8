package synth

import (
	"fmt"
	"math"
	"sort"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// A mesh cuts the land in cells, one around each land site: its Voronoi cell, with straight sides replaced by wiggly paths that
// both neighbours share. Corners and path points lie on the decimetre grid.
type mesh struct {
	sites   []orb.Point // land first, then sea
	land    int
	cells   [][]side // counterclockwise, land cells only
	corners []orb.Point
	paths   map[[2]int32][]orb.Point // by the two sites in order, along the first one's cell
}

// A side goes from one corner to the next along a neighbour.
type side struct{ from, to, beside int32 }

// sea is the owner of the water around the land.
const sea = -1

// newMesh makes the cells of the first land sites; the others are water. Depth is the number of halvings of each side.
func newMesh(seed uint64, sites []orb.Point, land int, reach, pitch float64, depth int) (*mesh, error) {
	m := &mesh{sites: sites, land: land, cells: make([][]side, land), paths: make(map[[2]int32][]orb.Point, land*4)}
	near := newGrid(sites, pitch)
	corner := make(map[[3]int32]int32, land*3)
	var labels []int32
	for i := range m.cells {
		var err error
		if labels, err = near.neighbours(labels[:0], i, reach); err != nil {
			return nil, err
		}
		ids := make([]int32, len(labels))
		for k, out := range labels {
			in := labels[(k+len(labels)-1)%len(labels)]
			key := sorted3(int32(i), in, out)
			id, ok := corner[key]
			if !ok {
				id = int32(len(m.corners))
				corner[key] = id
				m.corners = append(m.corners, onGrid(circumcentre(sites[key[0]], sites[key[1]], sites[key[2]])))
			}
			ids[k] = id
		}
		m.cells[i] = make([]side, len(labels))
		for k, beside := range labels {
			m.cells[i][k] = side{ids[k], ids[(k+1)%len(ids)], beside}
		}
	}
	for i, cell := range m.cells {
		for _, s := range cell {
			if int(s.beside) < land && int(s.beside) < i {
				if !m.mirrored(int32(i), s) {
					return nil, fmt.Errorf("synth: two cells disagree on their border; four sites lie on one circle; take another seed")
				}
				continue
			}
			key := [2]int32{int32(i), s.beside}
			a, b := m.corners[s.from], m.corners[s.to]
			p, q := rhombus(a, b, sites[i], sites[s.beside])
			path := wiggle([]orb.Point{a}, a, p, b, q, depth, newStream(seed, forEdge, pair(uint64(i), uint64(s.beside))))
			m.paths[key] = path
		}
	}
	return m, nil
}

func (m *mesh) mirrored(i int32, s side) bool {
	for _, t := range m.cells[s.beside] {
		if t.beside == i {
			return t.from == s.to && t.to == s.from
		}
	}
	return false
}

// rhombus gives the room on both sides of the straight line a-b that belongs to this side alone: it lies within the
// triangles that the line makes with the two sites, and these never overlap those of another side.
func rhombus(a, b, site, beside orb.Point) (p, q orb.Point) {
	dx, dy := b[0]-a[0], b[1]-a[1]
	length := math.Hypot(dx, dy)
	if length == 0 {
		return a, a
	}
	height := 0.5 * length
	for _, end := range [2][2]orb.Point{{a, b}, {b, a}} {
		for _, apex := range [2]orb.Point{site, beside} {
			ux, uy := end[1][0]-end[0][0], end[1][1]-end[0][1]
			vx, vy := apex[0]-end[0][0], apex[1]-end[0][1]
			if dot := ux*vx + uy*vy; dot > 0 {
				height = math.Min(height, math.Abs(ux*vy-uy*vx)/dot*length/2)
			}
		}
	}
	height *= 0.9
	mx, my := (a[0]+b[0])/2, (a[1]+b[1])/2
	nx, ny := -dy/length*height, dx/length*height
	return orb.Point{mx + nx, my + ny}, orb.Point{mx - nx, my - ny}
}

// wiggle adds the path from a to b after a. It halves the quadrangle a-p-b-q at a point on its diagonal p-q and goes on in the
// two parts, which only meet there, so the path never crosses itself or another.
func wiggle(path []orb.Point, a, p, b, q orb.Point, depth int, s *stream) []orb.Point {
	if depth == 0 || math.Hypot(b[0]-a[0], b[1]-a[1]) < 4 {
		if b = onGrid(b); b != path[len(path)-1] {
			path = append(path, b)
		}
		return path
	}
	m := between(p, q, s.between(0.2, 0.8))
	path = wiggle(path, a, between(a, p, 0.5), m, between(a, q, 0.5), depth-1, s)
	return wiggle(path, m, between(p, b, 0.5), b, between(q, b, 0.5), depth-1, s)
}

func between(a, b orb.Point, t float64) orb.Point {
	return orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}
}

func onGrid(p orb.Point) orb.Point {
	return orb.Point{math.Round(p[0]*10) / 10, math.Round(p[1]*10) / 10}
}

func sorted3(a, b, c int32) [3]int32 {
	if a > b {
		a, b = b, a
	}
	if b > c {
		b, c = c, b
	}
	if a > b {
		a, b = b, a
	}
	return [3]int32{a, b, c}
}

// circumcentre is the point as far from a as from b and c. It works relative to a, since coordinates are in the millions.
func circumcentre(a, b, c orb.Point) orb.Point {
	bx, by, cx, cy := b[0]-a[0], b[1]-a[1], c[0]-a[0], c[1]-a[1]
	d := 2 * (bx*cy - by*cx)
	bb, cc := bx*bx+by*by, cx*cx+cy*cy
	return orb.Point{a[0] + (cy*bb-by*cc)/d, a[1] + (bx*cc-cx*bb)/d}
}

// dissolve joins the cells of each owner; owner gives each land cell's, in 0..owners-1.
func (m *mesh) dissolve(owner []int32, owners int) []orb.MultiPolygon {
	type part struct {
		cell int32
		side side
	}
	border := make([][]part, owners)
	for i, cell := range m.cells {
		for _, s := range cell {
			beside := int32(sea)
			if int(s.beside) < m.land {
				beside = owner[s.beside]
			}
			if beside != owner[i] {
				border[owner[i]] = append(border[owner[i]], part{int32(i), s})
			}
		}
	}
	all := make([]orb.MultiPolygon, owners)
	for o, parts := range border {
		// Three cells meet in a corner, so an owner's border leaves each of its corners once.
		next := make(map[int32]int, len(parts))
		for k, p := range parts {
			next[p.side.from] = k
		}
		used := make([]bool, len(parts))
		var rings []orb.Ring
		for k := range parts {
			var ring orb.Ring
			for j := k; !used[j]; j = next[parts[j].side.to] {
				used[j] = true
				ring = m.along(ring, parts[j].cell, parts[j].side.beside)
			}
			if len(ring) > 2 {
				rings = append(rings, append(ring, ring[0]))
			}
		}
		all[o] = polygons(rings)
	}
	return all
}

// along adds the path between a cell and its neighbour to a ring, all but the last point.
func (m *mesh) along(ring orb.Ring, cell, beside int32) orb.Ring {
	if path, ok := m.paths[[2]int32{cell, beside}]; ok {
		return append(ring, path[:len(path)-1]...)
	}
	path := m.paths[[2]int32{beside, cell}]
	for k := len(path) - 1; k > 0; k-- {
		ring = append(ring, path[k])
	}
	return ring
}

// polygons sorts rings in outer ones (counterclockwise) and holes, and puts each hole in its outer ring.
func polygons(rings []orb.Ring) orb.MultiPolygon {
	var mp orb.MultiPolygon
	var holes []orb.Ring
	for _, r := range rings {
		if r.Orientation() == orb.CCW {
			mp = append(mp, orb.Polygon{r})
		} else {
			holes = append(holes, r)
		}
	}
	sort.SliceStable(mp, func(i, j int) bool { return planar.Area(mp[i]) > planar.Area(mp[j]) })
	for _, h := range holes {
		for k := len(mp) - 1; k >= 0; k-- {
			if k == 0 || inRing(mp[k][0], between(h[0], h[1], 0.5)) {
				mp[k] = append(mp[k], h)
				break
			}
		}
	}
	return mp
}

// inRing counts crossings to the east of the point.
func inRing(ring orb.Ring, p orb.Point) bool {
	inside := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])*(b[0]-a[0])/(b[1]-a[1]) {
			inside = !inside
		}
	}
	return inside
}

func inBorder(border orb.MultiPolygon, p orb.Point) bool {
	inside := false
	for _, polygon := range border {
		for _, ring := range polygon {
			inside = inside != inRing(ring, p)
		}
	}
	return inside
}

// grid finds the sites near a place.
type grid struct {
	sites   []orb.Point
	pitch   float64
	low     orb.Point
	nx, ny  int
	squares [][]int32
}

func newGrid(sites []orb.Point, pitch float64) *grid {
	bound := orb.MultiPoint(sites).Bound()
	g := &grid{sites: sites, pitch: pitch, low: bound.Min}
	g.nx = int((bound.Max[0]-bound.Min[0])/pitch) + 1
	g.ny = int((bound.Max[1]-bound.Min[1])/pitch) + 1
	g.squares = make([][]int32, g.nx*g.ny)
	for i, p := range sites {
		x, y := g.square(p)
		g.squares[y*g.nx+x] = append(g.squares[y*g.nx+x], int32(i))
	}
	return g
}

func (g *grid) square(p orb.Point) (x, y int) {
	return int((p[0] - g.low[0]) / g.pitch), int((p[1] - g.low[1]) / g.pitch)
}

// neighbours gives the sites whose Voronoi cells touch that of site i, counterclockwise. It starts with a square of half-width
// reach and cuts away what is nearer to another site, ring of grid squares by ring, until no site further out can cut.
func (g *grid) neighbours(labels []int32, i int, reach float64) ([]int32, error) {
	here := g.sites[i]
	corners := []orb.Point{{-reach, -reach}, {reach, -reach}, {reach, reach}, {-reach, reach}} // relative to the site
	labels = append(labels, sea, sea, sea, sea)
	farthest := reach * math.Sqrt2
	x, y := g.square(here)
	var near []int32
	var cut []orb.Point
	var cutLabels []int32
	for ring := 0; float64(ring-1)*g.pitch < 2*farthest; ring++ {
		near = near[:0]
		for yy := max(y-ring, 0); yy <= min(y+ring, g.ny-1); yy++ {
			step := 2 * ring
			if yy == y-ring || yy == y+ring || ring == 0 {
				step = 1
			}
			for xx := x - ring; xx <= x+ring; xx += step {
				if xx >= 0 && xx < g.nx {
					near = append(near, g.squares[yy*g.nx+xx]...)
				}
			}
		}
		sort.Slice(near, func(a, b int) bool {
			da, db := planar.DistanceSquared(here, g.sites[near[a]]), planar.DistanceSquared(here, g.sites[near[b]])
			return da < db || da == db && near[a] < near[b]
		})
		for _, j := range near {
			dx, dy := g.sites[j][0]-here[0], g.sites[j][1]-here[1]
			far := dx*dx + dy*dy
			if int(j) == i || far > 4*farthest*farthest {
				continue
			}
			cut, cutLabels = cut[:0], cutLabels[:0]
			farthest = 0
			for k, a := range corners {
				b := corners[(k+1)%len(corners)]
				oa, ob := a[0]*dx+a[1]*dy-far/2, b[0]*dx+b[1]*dy-far/2
				if oa <= 0 {
					cut, cutLabels = append(cut, a), append(cutLabels, labels[k])
				}
				if (oa <= 0) != (ob <= 0) {
					label := j
					if oa > 0 {
						label = labels[k]
					}
					cut, cutLabels = append(cut, between(a, b, oa/(oa-ob))), append(cutLabels, label)
				}
			}
			corners, cut = append(corners[:0], cut...), cut[:0]
			labels, cutLabels = append(labels[:0], cutLabels...), cutLabels[:0]
			for _, c := range corners {
				farthest = math.Max(farthest, math.Hypot(c[0], c[1]))
			}
		}
	}
	for _, l := range labels {
		if l == sea {
			return nil, fmt.Errorf("synth: a cell at the coast is open; the sea is too thin for its size")
		}
	}
	return labels, nil
}
