package area

import "github.com/paulmach/orb"

// Contains tells whether a point lies in a border, by the rule of package locate: a point on a border belongs to the area east of it and, on a stretch that runs due east-west, to the
// area north of it, so that of areas that fill the ground without overlapping exactly one contains each point. It looks at every side of the border; package locate, with its
// index, is for many points.
func Contains(border orb.MultiPolygon, p orb.Point) bool {
	odd := false
	for _, polygon := range border {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if (a[1] <= p[1]) == (b[1] <= p[1]) {
					continue
				}
				// Neighbours walk a side in opposite directions: from its southern end both compute the same.
				if a[1] > b[1] {
					a, b = b, a
				}
				if (b[0]-a[0])*(p[1]-a[1]) > (p[0]-a[0])*(b[1]-a[1]) {
					odd = !odd
				}
			}
		}
	}
	return odd
}
