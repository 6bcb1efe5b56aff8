package picture

import (
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// TestNeighboursKeepTheirBorder draws two areas on either side of a random border and looks for the same corners in both, the one the other way round.
func TestNeighboursKeepTheirBorder(t *testing.T) {
	p := newPen(orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{60000, 60000}}, false)
	rapid.Check(t, func(t *rapid.T) {
		// From south to north, never far from the middle, so that the corners west and east of it lie on no line with it.
		line := orb.LineString{{30000, 0}}
		for y := 0.0; y < 59000; {
			y += rapid.Float64Range(1, 3000).Draw(t, "north")
			line = append(line, orb.Point{30000 + rapid.Float64Range(-2000, 2000).Draw(t, "east"), min(y, 59000)})
		}
		line = append(line, orb.Point{30000, 60000})
		back := slices.Clone(line)
		slices.Reverse(back)
		west := orb.Ring(append(append(orb.LineString{{100, 29000}}, line...), orb.Point{100, 29000}))
		east := orb.Ring(append(append(orb.LineString{{59900, 31000}}, back...), orb.Point{59900, 31000}))
		a, b := p.corners(west)[1:], p.corners(east)[1:]
		slices.Reverse(b)
		if !slices.Equal(a, b) {
			t.Fatalf("one side has %v, the other %v", a, b)
		}
	})
}

func TestCorners(t *testing.T) {
	// One unit is 50 metres here: 60 km on 1200 units.
	p := newPen(orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{60000, 60000}}, false)
	for name, c := range map[string]struct {
		ring orb.Ring
		want [][2]int
	}{
		"square with a corner on a side": {orb.Ring{{0, 0}, {500, 0}, {1000, 0}, {1000, 1000}, {0, 1000}, {0, 0}}, [][2]int{{6, 1206}, {26, 1206}, {26, 1186}, {6, 1186}}},
		"begins on a side":               {orb.Ring{{500, 0}, {1000, 0}, {1000, 1000}, {0, 1000}, {0, 0}, {500, 0}}, [][2]int{{26, 1206}, {26, 1186}, {6, 1186}, {6, 1206}}},
		"a spike":                        {orb.Ring{{0, 0}, {1000, 0}, {2000, 0}, {1000, 0}, {1000, 1000}, {0, 0}}, [][2]int{{6, 1206}, {26, 1206}, {26, 1186}}},
		"smaller than a unit":            {orb.Ring{{0, 0}, {10, 0}, {10, 10}, {0, 0}}, [][2]int{{6, 1206}}},
	} {
		if got := p.corners(c.ring); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	var b strings.Builder
	trace(&b, [][2]int{{6, 1206}, {26, 1206}, {26, 1186}, {6, 1186}})
	if got := b.String(); got != "M6 1206l20 0 0-20-20 0z" {
		t.Errorf("path %q", got)
	}
}

// TestEveryValueHasAClass draws values and looks for each in exactly one class.
func TestEveryValueHasAClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := cube.Measure{Kind: rapid.SampledFrom([]cube.MeasureKind{cube.Share, cube.Value, cube.Count}).Draw(t, "kind"), Decimals: rapid.IntRange(0, 3).Draw(t, "decimals")}
		var cells []cube.Cell
		for _, v := range rapid.SliceOfN(rapid.Float64Range(-50, 1000), 1, 60).Draw(t, "values") {
			cells = append(cells, cube.Cell{Status: cube.Known, Value: v})
		}
		l := NewLegend(cells, m, "sv")
		for _, c := range cells {
			n := 0
			for _, k := range l.Classes {
				if v := Shown(c.Value, m); v >= k.lo && v <= k.hi {
					n++
				}
			}
			if n != 1 || l.Of(c) == nil {
				t.Fatalf("%v lies in %d classes", c.Value, n)
			}
		}
	})
}

// TestUnlikeValuesAreTold: an unreliable value keeps its class, in stripes, and a map says how many of its values have noise.
func TestUnlikeValuesAreTold(t *testing.T) {
	square := orb.MultiPolygon{{{{0, 0}, {100, 0}, {100, 100}, {0, 100}, {0, 0}}}}
	m := cube.Measure{Name: "x", Kind: cube.Value}
	cells := []cube.Cell{cube.KnownCell(1), {Status: cube.Unreliable, Value: 1}, {Status: cube.Perturbed, Value: 9}, {Status: cube.HiddenRule}}
	c := ChartOf(Map{Shapes: []Shape{{Border: square}, {Border: square}, {Border: square}, {Border: square}}, Window: Nowhere}, "x", cells, m, "en")
	k := c.Legend.Of(cells[1])
	if k != c.Legend.Of(cells[0]) || k.N != 2 || k.Unsure != 1 {
		t.Errorf("the class of an unreliable value: %+v", k)
	}
	svg := string(c.SVG)
	if strings.Count(svg, `fill="`+k.UnsureFill()+`"`) != 1 || !strings.Contains(svg, `id="unsure-`+k.Fill[1:]+`"`) {
		t.Errorf("an unreliable area is not drawn in stripes of its class:\n%s", svg)
	}
	if notes := strings.Join(c.Notes, " "); !strings.Contains(notes, "(~): 1 of 4.") {
		t.Errorf("the map does not say that a value has noise: %s", notes)
	}
}
