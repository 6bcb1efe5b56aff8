package border

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
)

// board makes a division of side × side areas whose sides wriggle with the given number of vertices, and a coarser one of runs of ten areas.
// With a shift, every area is moved by itself, so that neighbours no longer meet.
func board(b testing.TB, side, vertices int, shift float64) (g *area.Geography, count int) {
	b.Helper()
	const step = 10_000.0
	line := func(from, to orb.Point) orb.Ring { // without its last vertex; the same points in both directions
		var r orb.Ring
		for i := range vertices {
			t := float64(i) / float64(vertices)
			x, y := from[0]+t*(to[0]-from[0]), from[1]+t*(to[1]-from[1])
			off := 300 * math.Sin(t*2*math.Pi*5)
			if from[0] == to[0] {
				x += off
			} else {
				y += off
			}
			r = append(r, orb.Point{math.Round(x*1000) / 1000, math.Round(y*1000) / 1000})
		}
		return r
	}
	corner := func(i, j int) orb.Point { return orb.Point{300_000 + step*float64(i), 6_100_000 + step*float64(j)} }
	reverse := func(from, to orb.Point) orb.Ring {
		r := append(line(to, from), from)
		r.Reverse()
		return r[:len(r)-1]
	}
	var fine, coarse []area.Area
	parents := map[string]string{}
	for i := range side {
		for j := range side {
			var r orb.Ring
			r = append(r, line(corner(i, j), corner(i+1, j))...)
			r = append(r, line(corner(i+1, j), corner(i+1, j+1))...)
			r = append(r, reverse(corner(i+1, j+1), corner(i, j+1))...)
			r = append(r, reverse(corner(i, j+1), corner(i, j))...)
			r = append(r, r[0])
			for k := range r {
				r[k][0] += shift * math.Sin(float64(i*side+j))
				r[k][1] += shift * math.Cos(float64(i*side+j))
			}
			count += len(r)
			code := fmt.Sprintf("%03d%03d", i, j)
			fine = append(fine, area.Area{Code: code, Border: one(r)})
			parents[code] = fmt.Sprintf("%03d%03d", i, j/10)
			if j%10 == 0 {
				coarse = append(coarse, area.Area{Code: parents[code]})
			}
		}
	}
	g = area.NewGeography()
	for _, d := range []struct {
		id    area.ID
		areas []area.Area
	}{{area.ID{Kind: "ruta"}, fine}, {area.ID{Kind: "rad"}, coarse}} {
		division, err := area.New(d.id, d.areas)
		if err != nil {
			b.Fatal(err)
		}
		if err := g.Add(division); err != nil {
			b.Fatal(err)
		}
	}
	if err := g.AddKey(area.ID{Kind: "ruta"}, area.ID{Kind: "rad"}, parents); err != nil {
		b.Fatal(err)
	}
	return g, count
}

func TestBoard(t *testing.T) {
	g, _ := board(t, 10, 20, 0)
	d, err := g.Division(area.ID{Kind: "ruta"})
	if err != nil {
		t.Fatal(err)
	}
	if r := Validate(d); len(r.Findings) != 0 {
		t.Errorf("the board is no clean division: %s", r.Findings[0].Text)
	}
}

// Sizes as all DeSO of Sweden: some 6 000 areas with 1.5 million vertices.
func BenchmarkValidate(b *testing.B) {
	for _, shift := range []float64{0, 20} {
		b.Run(fmt.Sprintf("areas=6084/matching=%v", shift == 0), func(b *testing.B) {
			g, vertices := board(b, 78, 62, shift)
			d, err := g.Division(area.ID{Kind: "ruta"})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if r := Validate(d); r.Count(RuleUnchecked) > 0 {
					b.Fatal("not checked")
				}
			}
			b.ReportMetric(float64(vertices)*float64(b.N)/b.Elapsed().Seconds(), "vertices/s")
		})
	}
}

func BenchmarkDissolve(b *testing.B) {
	for _, shift := range []float64{0, 20} {
		b.Run(fmt.Sprintf("areas=6084/matching=%v", shift == 0), func(b *testing.B) {
			g, vertices := board(b, 78, 62, shift)
			for b.Loop() {
				if _, _, err := Dissolve(g, area.ID{Kind: "ruta"}, area.ID{Kind: "rad"}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(vertices)*float64(b.N)/b.Elapsed().Seconds(), "vertices/s")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	path := data(b, "geometry", "karlstad_deso2025.geojson")
	vertices := 0
	for b.Loop() {
		l, err := Read(path, Options{ID: deso2025})
		if err != nil {
			b.Fatal(err)
		}
		vertices = 0
		for _, f := range l.Features {
			for _, polygon := range f.Border {
				for _, ring := range polygon {
					vertices += len(ring)
				}
			}
		}
	}
	b.ReportMetric(float64(vertices)*float64(b.N)/b.Elapsed().Seconds(), "vertices/s")
}
