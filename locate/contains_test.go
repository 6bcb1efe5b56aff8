package locate

import (
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/area"
)

// area.Contains keeps the rule of this package: where borders fill the ground, both give a point to the same area. The points are drawn from the corners' own grid too, so that many lie on borders.
func TestSameRuleAsContains(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// A net of quadrilaterals whose inner corners are moved, so that sides slope.
		const n = 3
		var corner [n + 1][n + 1]orb.Point
		for i := range corner {
			for k := range corner[i] {
				corner[i][k] = orb.Point{float64(600_000 + 1000*i), float64(6_600_000 + 1000*k)}
				if i > 0 && i < n && k > 0 && k < n {
					corner[i][k][0] += float64(rapid.IntRange(-4, 4).Draw(t, "east")) * 100
					corner[i][k][1] += float64(rapid.IntRange(-4, 4).Draw(t, "north")) * 100
				}
			}
		}
		var borders []orb.MultiPolygon
		for i := range n {
			for k := range n {
				borders = append(borders, orb.MultiPolygon{{{corner[i][k], corner[i+1][k], corner[i+1][k+1], corner[i][k+1], corner[i][k]}}})
			}
		}
		ix := index(t, division(t, borders...), Options{})
		for range 30 {
			p := orb.Point{float64(600_000 + 50*rapid.IntRange(-2, 62).Draw(t, "x")), float64(6_600_000 + 50*rapid.IntRange(-2, 62).Draw(t, "y"))}
			out := make([]Place, 1)
			ix.Points([]float64{p[0]}, []float64{p[1]}, out)
			held := -1
			for at, b := range borders {
				if area.Contains(b, p) {
					if held >= 0 {
						t.Fatalf("%v is in areas %d and %d", p, held, at)
					}
					held = at
				}
			}
			if got := out[0]; got.Outcome == Located && int(got.Area) != held || got.Outcome != Located && held >= 0 {
				t.Fatalf("%v is in area %d by Contains, and %v by the index", p, held, got)
			}
		}
	})
}
