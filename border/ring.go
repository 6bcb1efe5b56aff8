package border

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// ringArea is the area within a ring, positive when it runs counter-clockwise. It is taken from the first vertex, so that
// the size of SWEREF's northings costs no digits. The ring need not be closed.
func ringArea(r orb.Ring) float64 {
	if len(r) < 3 {
		return 0
	}
	var sum float64
	o := r[0]
	for i := 1; i+1 < len(r); i++ {
		sum += (r[i][0]-o[0])*(r[i+1][1]-o[1]) - (r[i+1][0]-o[0])*(r[i][1]-o[1])
	}
	return sum / 2
}

// surfaceArea is the area of a border whose rings have their right directions.
func surfaceArea(border orb.MultiPolygon) float64 {
	var sum float64
	for _, polygon := range border {
		for _, ring := range polygon {
			sum += ringArea(ring)
		}
	}
	return sum
}

// inRing tells whether a point lies within a ring, by the even-odd rule. Vertices at the height of the point count as below it.
func inRing(r orb.Ring, p orb.Point) bool {
	in := false
	for i := range r {
		a, b := r[i], r[(i+1)%len(r)]
		if (a[1] <= p[1]) != (b[1] <= p[1]) && a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) > p[0] {
			in = !in
		}
	}
	return in
}

// inBorder tells whether a point lies in a border.
func inBorder(border orb.MultiPolygon, p orb.Point) bool {
	for _, polygon := range border {
		in := false
		for _, ring := range polygon {
			in = in != inRing(ring, p)
		}
		if in {
			return true
		}
	}
	return false
}

// pointIn is a point within a polygon: halfway across the widest stretch that lies in it at a height between two of its vertices. It
// tries heights near the middle first. It gives false for a polygon without extent.
func pointIn(polygon orb.Polygon) (orb.Point, bool) {
	var heights []float64
	for _, p := range polygon[0] {
		heights = append(heights, p[1])
	}
	slices.Sort(heights)
	heights = slices.Compact(heights)
	n := len(heights) - 1
	for step := range n {
		i := n / 2
		if step%2 == 1 {
			i -= (step + 1) / 2
		} else {
			i += step / 2
		}
		if i < 0 || i >= n {
			continue
		}
		y := (heights[i] + heights[i+1]) / 2
		var xs []float64
		for _, r := range polygon {
			for j := range r {
				a, b := r[j], r[(j+1)%len(r)]
				if (a[1] <= y) != (b[1] <= y) {
					xs = append(xs, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
				}
			}
		}
		slices.Sort(xs)
		var at, width float64
		for j := 0; j+1 < len(xs); j += 2 {
			if w := xs[j+1] - xs[j]; w > width {
				at, width = (xs[j]+xs[j+1])/2, w
			}
		}
		if width > 1e-6 {
			return orb.Point{at, y}, true
		}
	}
	return orb.Point{}, false
}

// placeHoles gives, for each inner ring, the polygon whose outer ring is the smallest around it; -1 where there is none. Only the
// first ring of each polygon is looked at.
func placeHoles(outer orb.MultiPolygon, inner []orb.Ring) []int {
	if len(inner) == 0 {
		return nil
	}
	sizes := make([]float64, len(outer))
	bounds := make([]orb.Bound, len(outer))
	for i, polygon := range outer {
		sizes[i], bounds[i] = math.Abs(ringArea(polygon[0])), polygon[0].Bound()
	}
	homes := make([]int, len(inner))
	for i, hole := range inner {
		homes[i] = -1
		size := math.Abs(ringArea(hole))
		p, ok := pointIn(orb.Polygon{hole})
		if !ok {
			continue
		}
		for j := range outer {
			// an island in the hole is smaller than the hole, so it cannot be its home
			if sizes[j] > size && (homes[i] < 0 || sizes[j] < sizes[homes[i]]) && bounds[j].Contains(p) && inRing(outer[j][0], p) {
				homes[i] = j
			}
		}
	}
	return homes
}
