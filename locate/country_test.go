package locate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/area"
)

// division makes a division of a declared kind, with codes a0000, a0001 and so on in the order given.
func division(t rapid.TB, borders ...orb.MultiPolygon) *area.Division {
	t.Helper()
	areas := make([]area.Area, len(borders))
	for i, b := range borders {
		areas[i] = area.Area{Code: fmt.Sprintf("a%04d", i), Border: b}
	}
	d, err := area.New(area.ID{Kind: "test"}, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func index(t rapid.TB, div *area.Division, opt Options) *Index {
	t.Helper()
	ix, err := New(div, opt)
	if err != nil {
		t.Fatal(err)
	}
	return ix
}

// square is a ring around a square by its south-west corner.
func square(e, n, side float64) orb.Ring {
	return orb.Ring{{e, n}, {e + side, n}, {e + side, n + side}, {e, n + side}, {e, n}}
}

// A country is a synthetic partition: side × side areas that are narrow where people live densely, with wiggly borders, each of which its two areas share
// corner by corner.
type country struct {
	side        int
	nodes       [][]orb.Point   // by row and column, side+1 of each
	east, north [][][]orb.Point // the corners between a node and the next one east, north
}

// newCountry makes a country about as large as Sweden (width 650 km, height 1 540 km). Every border between two nodes gets 2^levels sides by midpoint
// displacement. round rounds coordinates to whole metres; jitter false makes all borders straight, east-west or north-south.
func newCountry(side, levels int, seed uint64, jitter, round bool) *country {
	r := rand.New(rand.NewPCG(seed, 1))
	x, y := widths(r, side, 266_000, 650_000), widths(r, side, 6_132_000, 1_540_000)
	c := &country{side: side}
	least := func(i int, at []float64) float64 {
		return math.Min(at[min(i+1, side)]-at[min(i, side-1)], at[max(i, 1)]-at[max(i-1, 0)])
	}
	snap := func(p orb.Point) orb.Point {
		if round {
			return orb.Point{math.Round(p[0]), math.Round(p[1])}
		}
		return p
	}
	for j := range side + 1 {
		var row []orb.Point
		for i := range side + 1 {
			p := orb.Point{x[i], y[j]}
			if jitter {
				d := 0.3 * math.Min(least(i, x), least(j, y))
				p[0] += d * (r.Float64() - 0.5)
				p[1] += d * (r.Float64() - 0.5)
			}
			row = append(row, snap(p))
		}
		c.nodes = append(c.nodes, row)
	}
	var wiggle func(a, b orb.Point, amplitude float64, levels int, out []orb.Point) []orb.Point
	wiggle = func(a, b orb.Point, amplitude float64, levels int, out []orb.Point) []orb.Point {
		if levels == 0 {
			return out
		}
		dx, dy := b[0]-a[0], b[1]-a[1]
		d := amplitude * (2*r.Float64() - 1) / math.Hypot(dx, dy)
		m := snap(orb.Point{(a[0]+b[0])/2 - d*dy, (a[1]+b[1])/2 + d*dx})
		out = wiggle(a, m, amplitude/2, levels-1, out)
		return wiggle(m, b, amplitude/2, levels-1, append(out, m))
	}
	for j := range side + 1 {
		var east, north [][]orb.Point
		for i := range side + 1 {
			amplitude := 0.0
			if jitter {
				amplitude = 0.1 * math.Min(least(i, x), least(j, y))
			}
			if i < side {
				east = append(east, wiggle(c.nodes[j][i], c.nodes[j][i+1], amplitude, levels, nil))
			}
			if j < side {
				north = append(north, wiggle(c.nodes[j][i], c.nodes[j+1][i], amplitude, levels, nil))
			}
		}
		c.east, c.north = append(c.east, east), append(c.north, north)
	}
	return c
}

// widths are the borders between strips that are up to 80 times narrower near some places than far from them.
func widths(r *rand.Rand, n int, from, total float64) []float64 {
	at := make([]float64, n+1)
	towns := []float64{r.Float64(), r.Float64(), r.Float64()}
	for i := range n {
		near := 1.0
		for _, t := range towns {
			near = math.Min(near, math.Abs((float64(i)+0.5)/float64(n)-t))
		}
		at[i+1] = at[i] + 0.01 + math.Pow(3*near, 2)
	}
	for i := range at {
		at[i] = from + at[i]/at[n]*total
	}
	at[n] = from + total
	return at
}

// border is the border of the area in a column and row.
func (c *country) border(i, j int) orb.MultiPolygon {
	var r orb.Ring
	r = append(append(r, c.nodes[j][i]), c.east[j][i]...)
	r = append(append(r, c.nodes[j][i+1]), c.north[j][i+1]...)
	r = append(append(r, c.nodes[j+1][i+1]), reversed(c.east[j+1][i])...)
	r = append(append(r, c.nodes[j+1][i]), reversed(c.north[j][i])...)
	return orb.MultiPolygon{{append(r, r[0])}}
}

// sea is the area around the country: a rectangle with the country as a hole.
func (c *country) sea() orb.MultiPolygon {
	var hole orb.Ring
	for k := range c.side {
		hole = append(append(hole, c.nodes[0][k]), c.east[0][k]...)
	}
	for k := range c.side {
		hole = append(append(hole, c.nodes[k][c.side]), c.north[k][c.side]...)
	}
	hole = append(hole, c.nodes[c.side][c.side])
	for k := c.side - 1; k >= 0; k-- {
		hole = append(append(hole, reversed(c.east[c.side][k])...), c.nodes[c.side][k])
	}
	for k := c.side - 1; k >= 0; k-- {
		hole = append(append(hole, reversed(c.north[k][0])...), c.nodes[k][0])
	}
	return orb.MultiPolygon{{{{100_000, 5_900_000}, {1_100_000, 5_900_000}, {1_100_000, 7_900_000}, {100_000, 7_900_000}, {100_000, 5_900_000}}, append(hole, hole[0])}}
}

func reversed(list []orb.Point) []orb.Point {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// borders are those of all areas but the sea.
func (c *country) borders() []orb.MultiPolygon {
	var list []orb.MultiPolygon
	for j := range c.side {
		for i := range c.side {
			list = append(list, c.border(i, j))
		}
	}
	return list
}

// points are random points, as many in a small area as in a large one.
func (c *country) points(n int, seed uint64) (east, north []float64) {
	r := rand.New(rand.NewPCG(seed, 2))
	east, north = make([]float64, n), make([]float64, n)
	for k := range n {
		i, j := r.IntN(c.side), r.IntN(c.side)
		u, v := r.Float64(), r.Float64()
		a, b, d, e := c.nodes[j][i], c.nodes[j][i+1], c.nodes[j+1][i], c.nodes[j+1][i+1]
		at := func(x int) float64 {
			return (1-v)*((1-u)*a[x]+u*b[x]) + v*((1-u)*d[x]+u*e[x])
		}
		east[k], north[k] = at(0), at(1)
	}
	return east, north
}
