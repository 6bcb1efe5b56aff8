//go:build unix

package locate

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"syscall"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/skikt/skikt/area"
)

// sweden is a partition of the size of RegSO: 3 364 areas, 1.7 million corners, areas of 0.3 to 7 300 km² (median 41), and as many points in a small area as in a large one.
func sweden(b *testing.B) (*country, *area.Division) {
	c := newCountry(58, 7, 1, true, false)
	return c, division(b, c.borders()...)
}

// BenchmarkPoints places points one way or another. Mpoints/CPU-s is millions of points per second of processor time.
func BenchmarkPoints(b *testing.B) {
	c, div := sweden(b)
	run := func(name string, points, procs int, place func(e, n []float64, out []Place), more func(b *testing.B)) {
		e, n := c.points(points, 1)
		out := make([]Place, len(e))
		b.Run(fmt.Sprintf("method=%s/areas=%d/points=%d/procs=%d", name, div.Len(), points, procs), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
			before := processor()
			for b.Loop() {
				place(e, n, out)
			}
			total := float64(points) * float64(b.N) / 1e6
			b.ReportMetric(total/(processor()-before), "Mpoints/CPU-s")
			b.ReportMetric(total/b.Elapsed().Seconds(), "Mpoints/s")
			more(b)
		})
	}
	tree := newTree(div)
	run("orb+rtree", 20_000, 1, tree.points, func(*testing.B) {})
	for _, cell := range []float64{1000, 2000, 4000, 8000} {
		ix := index(b, div, Options{Cell: cell})
		for _, procs := range []int{1, 2} {
			run(fmt.Sprintf("index/cell=%.0f", cell), 1_000_000, procs, ix.Points, func(b *testing.B) { b.ReportMetric(float64(ix.Memory())/1e6, "MB") })
		}
	}
}

// BenchmarkNew builds the index.
func BenchmarkNew(b *testing.B) {
	_, div := sweden(b)
	for _, cell := range []float64{1000, 2000, 4000, 8000} {
		b.Run(fmt.Sprintf("areas=%d/cell=%.0f", div.Len(), cell), func(b *testing.B) {
			before := processor()
			for b.Loop() {
				index(b, div, Options{Cell: cell})
			}
			b.ReportMetric((processor()-before)/float64(b.N), "CPU-s/op")
		})
	}
}

// processor is the processor time this program has used, in seconds. On a machine that others use too it says more than the clock.
func processor() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// tree is the usual way to do it, to compare with: an R-tree of bounding boxes, packed by sort-tile-recursive, and every side of each area whose box holds the point.
type tree struct {
	bound    orb.Bound
	children []*tree
	area     int32
	border   orb.MultiPolygon
}

func newTree(div *area.Division) *tree {
	var level []*tree
	for i := range div.Len() {
		b := div.At(i).Border
		level = append(level, &tree{bound: b.Bound(), area: int32(i), border: b})
	}
	const fan = 16
	for len(level) > 1 {
		by := func(axis int) func(a, b *tree) int {
			return func(a, b *tree) int { return cmp.Compare(a.bound.Center()[axis], b.bound.Center()[axis]) }
		}
		slices.SortFunc(level, by(0))
		slab := fan * int(math.Ceil(math.Sqrt(float64(len(level))/fan)))
		var up []*tree
		for strip := range slices.Chunk(level, slab) {
			slices.SortFunc(strip, by(1))
			for children := range slices.Chunk(strip, fan) {
				t := &tree{bound: children[0].bound, children: slices.Clone(children)}
				for _, c := range children {
					t.bound = t.bound.Union(c.bound)
				}
				up = append(up, t)
			}
		}
		level = up
	}
	return level[0]
}

func (t *tree) find(p orb.Point) int32 {
	if !t.bound.Contains(p) {
		return -1
	}
	if t.border != nil && planar.MultiPolygonContains(t.border, p) {
		return t.area
	}
	for _, c := range t.children {
		if a := c.find(p); a >= 0 {
			return a
		}
	}
	return -1
}

func (t *tree) points(e, n []float64, out []Place) {
	for i := range out {
		out[i] = Place{t.find(orb.Point{e[i], n[i]}), Located}
	}
}
