package segregation

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/internal/casetest"
)

func TestSpaceCases(t *testing.T) {
	casetest.Run(t, "testdata/space.case", map[string]casetest.Verb{"land": runLand, "near": runNear, "row": runRow})
}

func spaceColumns(c *casetest.Call, names ...string) ([][]float64, error) {
	in, err := c.Table("table")
	if err != nil {
		return nil, err
	}
	out := make([][]float64, len(names))
	for i, name := range names {
		if out[i], err = in.Floats(name); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// runLand takes units with x, y, area and distance to the centre.
func runLand(c *casetest.Call) (out casetest.Outcome, err error) {
	v, err := spaceColumns(c, "x", "y", "area", "distance")
	if err != nil {
		return out, err
	}
	x, y, area, distance := v[0], v[1], v[2], v[3]
	all := make([]float64, len(x))
	for i := range x {
		all[i] = x[i] + y[i]
	}
	out.Set("delta", HooverDelta(x, area))
	out.Set("aco", orUndefined(AbsoluteConcentration(x, all, area, SameValue)))
	out.Set("rco", orUndefined(RelativeConcentration(x, y, all, area, SameValue)))
	out.Set("ace", AbsoluteCentralisation(x, area, distance, SameValue))
	out.Set("rce", RelativeCentralisation(x, y, distance, SameValue))
	return out, nil
}

// runNear takes units with east, north, x and y, and a kernel by shape, bandwidth (m) and own (zero, full, out).
func runNear(c *casetest.Call) (out casetest.Outcome, err error) {
	v, err := spaceColumns(c, "east", "north", "x", "y")
	if err != nil {
		return out, err
	}
	table, err := Pair(v[2], v[3])
	if err != nil {
		return out, err
	}
	k := Kernel{Shape: Shape(c.Param("shape", "")), Own: map[string]Own{"zero": OwnAtZero, "full": OwnFull, "out": OwnOut}[c.Param("own", "")]}
	if k.Bandwidth, err = strconv.ParseFloat(c.Param("bandwidth", ""), 64); err != nil {
		return out, err
	}
	s, err := NewSpace(v[0], v[1], nil)
	if err != nil {
		return out, err
	}
	p, err := NewProximity(table, s, k)
	if err != nil {
		return out, err
	}
	surface, err := Smooth(table, s, k)
	if err != nil {
		return out, err
	}
	for name, value := range map[string]float64{
		"sp": p.SpatialProximity(), "acl": p.AbsoluteClustering(0), "rcl": p.RelativeClustering(0, 1), "pxy": p.Mean(0, 1), "dpxx": p.DecayIsolation(0),
		"dpxy": p.DecayInteraction(0, 1), "d": surface.Dissimilarity(), "h": surface.TheilH(), "r": surface.RelativeDiversity(),
	} {
		out.Set(name, value)
	}
	out.Set("kernel", p.Kernel.String())
	return out, nil
}

// runRow takes rectangles of 1 km height in a row, by west and width (m), with x and y.
func runRow(c *casetest.Call) (out casetest.Outcome, err error) {
	v, err := spaceColumns(c, "west", "width", "x", "y")
	if err != nil {
		return out, err
	}
	x, y := v[2], v[3]
	var polygons []orb.MultiPolygon
	all := make([]float64, len(x))
	for i := range x {
		polygons = append(polygons, rectangle(v[0][i], 6500000, v[1][i], 1000))
		all[i] = x[i] + y[i]
	}
	m, err := NewMap(polygons)
	if err != nil {
		return out, err
	}
	for name, how := range map[string]struct {
		borders  []Border
		adjusted Adjusted
	}{
		"adj": {Contiguity(m.Borders), Adjusted{}}, "w": {m.Borders, Adjusted{}}, "s": {m.Borders, Adjusted{Perimeter: m.Perimeter, Area: m.Area}},
	} {
		d, err := BorderDissimilarity(x, y, how.borders, how.adjusted)
		if err != nil {
			return out, err
		}
		out.Set(name, d)
	}
	p, err := SpatialProximityProfile(x, all, m.Borders, 0)
	out.Set("profile", p.Value)
	return out, err
}

func rectangle(x, y, width, height float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{x, y}, {x + width, y}, {x + width, y + height}, {x, y + height}, {x, y}}}}
}

// drawn is made-up units: places within some kilometres, many of them empty, some in one place. Sizes are drawn evenly: rapid's own numbers are mostly small.
func drawn(t *rapid.T) (*Table, *Space) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 9))
	units, groups := 1+r.IntN(60), 2+r.IntN(3)
	var n, x, y, area []float64
	for range units {
		for range groups {
			n = append(n, []float64{0, 0, 1, 2, 7, 30}[r.IntN(6)])
		}
		x, y = append(x, 500000+float64(r.IntN(40))*125), append(y, 6500000+float64(r.IntN(60))*125)
		area = append(area, float64(r.IntN(9))*1e5)
	}
	table, err := NewTable(units, groups, n)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSpace(x, y, area)
	if err != nil {
		t.Fatal(err)
	}
	return table, s
}

func drawnKernel(t *rapid.T) Kernel {
	k := Kernel{
		Shape: rapid.SampledFrom([]Shape{Uniform, Triangular, Gaussian, Exponential, Biweight, Tapered, DistanceItself}).Draw(t, "shape"),
		Own:   rapid.SampledFrom([]Own{OwnAtZero, OwnSpread, OwnFull, OwnOut}).Draw(t, "own"), Bandwidth: rapid.Float64Range(50, 9000).Draw(t, "bandwidth"),
	}
	if k.Shape == Tapered || rapid.Bool().Draw(t, "cut") {
		k.CutOff = rapid.Float64Range(50, 9000).Draw(t, "cut-off")
	}
	return k
}

func spaceNear(a, b, tolerance float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= tolerance*(1+math.Abs(b))
}

// TestGather: the grid finds what a walk over all pairs finds, by points and by the same distances given.
func TestGather(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, s := drawn(t)
		k := drawnKernel(t)
		got, err := Smooth(table, s, k)
		if err != nil {
			t.Fatal(err)
		}
		var distances []Distance
		want := make([]float64, table.Groups)
		for i := range table.Units {
			clear(want)
			for j := range table.Units {
				d := math.Hypot(s.x[i]-s.x[j], s.y[i]-s.y[j])
				w := k.ownWeight(s, i)
				if i != j {
					distances = append(distances, Distance{i, j, math.Sqrt((s.x[i]-s.x[j])*(s.x[i]-s.x[j]) + (s.y[i]-s.y[j])*(s.y[i]-s.y[j]))})
					if w = k.at(d); d > k.reach() {
						w = 0
					}
				}
				for g, n := range table.Unit(j) {
					want[g] += w * n
				}
			}
			for g, w := range want {
				if !spaceNear(got.Around.At(i, g), w, 1e-9) {
					t.Fatalf("%s: unit %d, group %d: %v, all pairs give %v", k, i, g, got.Around.At(i, g), w)
				}
			}
		}
		network, err := NewNetwork(table.Units, s.area, distances)
		if err != nil {
			t.Fatal(err)
		}
		given, err := Smooth(table, network, k)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range given.Around.n {
			if !spaceNear(v, got.Around.n[i], 1e-9) {
				t.Fatalf("%s: count %d is %v by given distances, %v by points", k, i, v, got.Around.n[i])
			}
		}
	})
}

// TestSmoothLimits: a bandwidth shorter than any distance gives the measures without space; an endless one leaves no segregation.
func TestSmoothLimits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var x, y, n []float64
	for i := range 60 {
		x, y = append(x, 500000+float64(i%10)*1000), append(y, 6500000+float64(i/10)*1000)
		n = append(n, float64(r.IntN(50)), float64(r.IntN(30)), float64(r.IntN(9)))
	}
	table, err := NewTable(60, 3, n)
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSpace(x, y, nil)
	if err != nil {
		t.Fatal(err)
	}
	measures := map[string][2]func(*Surface) float64{ // with space, and without
		"D": {(*Surface).Dissimilarity, func(s *Surface) float64 { return MultiDissimilarity(s.Own) }},
		"H": {(*Surface).TheilH, func(s *Surface) float64 { return TheilH(s.Own) }},
		"R": {(*Surface).RelativeDiversity, func(s *Surface) float64 { return RelativeDiversity(s.Own) }},
		"P": {func(s *Surface) float64 { return s.Exposure(0, 2) }, func(s *Surface) float64 { return ExposureMatrix(s.Own)[0][2] }},
		"M": {func(s *Surface) float64 { return MutualInformation(s.Around) }, func(s *Surface) float64 { return MutualInformation(s.Own) }},
	}
	for _, shape := range []Shape{Uniform, Triangular, Gaussian, Exponential, Biweight} {
		k := Kernel{Shape: shape, Own: OwnAtZero}
		for name, m := range measures {
			profile, err := Multiscalar(table, s, k, []float64{1, 1e9}, m[0])
			if err != nil {
				t.Fatal(err)
			}
			own, err := Multiscalar(table, s, k, []float64{1}, m[1])
			if err != nil {
				t.Fatal(err)
			}
			if !spaceNear(profile[0].Value, own[0].Value, 1e-12) || profile[0].Far != 60 {
				t.Errorf("%s of %s at 1 m: %v (%d far), without space %v", name, shape, profile[0].Value, profile[0].Far, own[0].Value)
			}
			even := 0.0
			if name == "P" {
				even = table.GroupTotal(2) / table.Total()
			}
			if !spaceNear(profile[1].Value, even, 1e-4) {
				t.Errorf("%s of %s without end: %v, want %v", name, shape, profile[1].Value, even)
			}
		}
	}
}

// TestSpaceInvariance: neither the order of units, nor moving the map, nor adding empty units changes a measure.
func TestSpaceInvariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, s := drawn(t)
		k := drawnKernel(t)
		k.Shape, k.CutOff, k.Bandwidth = Exponential, 0, 2000 // no distance lies on an edge that rounding moves it over
		order := rapid.Permutation(spaceIndices(table.Units)).Draw(t, "order")
		empty := rapid.IntRange(0, 3).Draw(t, "empty")
		var n, x, y, area []float64
		for _, i := range order {
			n = append(n, table.Unit(i)...)
			x, y, area = append(x, s.x[i]+4096), append(y, s.y[i]-8192), append(area, s.area[i])
		}
		for e := range empty {
			n = append(n, make([]float64, table.Groups)...)
			x, y, area = append(x, 501000+float64(e)), append(y, 6490000), append(area, 0)
		}
		moved, err := NewTable(len(x), table.Groups, n)
		if err != nil {
			t.Fatal(err)
		}
		there, err := NewSpace(x, y, area)
		if err != nil {
			t.Fatal(err)
		}
		values := func(table *Table, s *Space) map[string]float64 {
			p, err := NewProximity(table, s, k)
			if err != nil {
				t.Fatal(err)
			}
			surface, err := Smooth(table, s, k)
			if err != nil {
				t.Fatal(err)
			}
			a, b := table.Column(0), table.Column(1)
			all := make([]float64, table.Units)
			for i := range all {
				all[i] = table.UnitTotal(i)
			}
			cx, cy, err := s.Centre(CentreOfPersons, all)
			out := map[string]float64{"SP": p.SpatialProximity(), "ACL": p.AbsoluteClustering(0), "RCL": p.RelativeClustering(0, 1), "DP": p.DecayInteraction(0, 1), "H": surface.TheilH(),
				"D": surface.Dissimilarity(), "Delta": HooverDelta(a, s.area), "ACO": AbsoluteConcentration(a, all, s.area, SameValue), "RCO": RelativeConcentration(a, b, all, s.area, SameValue)}
			if err == nil {
				from, err := s.DistancesFrom(math.Round(cx)+0.25, math.Round(cy)+0.25)
				if err != nil {
					t.Fatal(err)
				}
				out["RCE"] = RelativeCentralisation(a, b, from, SameValue)
			}
			d, err := Distortion(table, s, SameValue)
			if err != nil {
				t.Fatal(err)
			}
			out["distortion"] = d.Global
			return out
		}
		before, after := values(table, s), values(moved, there)
		for name, v := range before {
			if name == "ACL" || name == "RCO" || name == "ACO" { // may be next to nothing over next to nothing
				if math.IsNaN(v) || math.Abs(v) > 1e3 {
					continue
				}
			}
			if !spaceNear(v, after[name], 1e-8) {
				t.Fatalf("%s was %v and is %v", name, v, after[name])
			}
		}
	})
}

// TestSpaceBounds: shares of what is met sum to one, and one place for all is neither clustered nor segregated in space.
func TestSpaceBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, s := drawn(t)
		if table.GroupTotal(0) == 0 {
			t.Skip("nobody of the first group")
		}
		p, err := NewProximity(table, s, Kernel{Shape: Exponential, Bandwidth: 3000, Own: OwnAtZero})
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for h := range table.Groups {
			sum += p.DecayInteraction(0, h)
		}
		if !spaceNear(sum, 1, 1e-12) {
			t.Fatalf("a member meets %v of all", sum)
		}
		here, err := NewSpace(make([]float64, table.Units), slices.Repeat([]float64{6500000}, table.Units), nil)
		if err != nil {
			t.Fatal(err)
		}
		if p, err = NewProximity(table, here, Kernel{Shape: Exponential, Bandwidth: 3000, Own: OwnAtZero}); err != nil {
			t.Fatal(err)
		}
		if sp := p.SpatialProximity(); !spaceNear(sp, 1, 1e-12) {
			t.Fatalf("SP of all in one place is %v", sp)
		}
	})
}

// TestMap: squares of a grid, one with a hole filled by another unit, one with a sliver.
func TestMap(t *testing.T) {
	grid := func(x, y float64) orb.MultiPolygon { return rectangle(500000+x, 6500000+y, 300, 300) }
	frame := grid(0, 0)
	hole := rectangle(500100, 6500100, 100, 100)
	inside := slices.Clone(hole[0][0])
	slices.Reverse(inside)
	frame[0] = append(frame[0], inside)
	right := append(grid(300, 0), orb.Polygon{{{500600, 6500000}, {500700, 6500000}, {500600, 6500000}}}) // a part without area
	m, err := NewMap([]orb.MultiPolygon{frame, hole, right, grid(300, 300)})
	if err != nil {
		t.Fatal(err)
	}
	want := []Border{{0, 1, 400}, {0, 2, 300}, {0, 3, 0}, {2, 3, 300}}
	if !slices.Equal(m.Borders, want) {
		t.Errorf("borders %v, want %v", m.Borders, want)
	}
	if area := []float64{80000, 10000, 90000, 90000}; !slices.Equal(m.Area, area) {
		t.Errorf("areas %v, want %v", m.Area, area)
	}
	if perimeter := []float64{1600, 400, 1400, 1200}; !slices.Equal(m.Perimeter, perimeter) {
		t.Errorf("perimeters %v, want %v", m.Perimeter, perimeter)
	}
	if m.X[0] != 500150 || m.Y[1] != 6500150 || m.X[2] != 500450 {
		t.Errorf("centroids %v, %v", m.X, m.Y)
	}
	if rook := Edges(m.Borders); len(rook) != 3 {
		t.Errorf("rook neighbours %v", rook)
	}
	for name, polygons := range map[string][]orb.MultiPolygon{
		"nothing": nil, "no polygon": {grid(0, 0), {}}, "degrees": {rectangle(18, 59, 1, 1)}, "not finite": {rectangle(math.NaN(), 0, 1, 1)},
	} {
		if _, err := NewMap(polygons); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestProximityProfile: the walk from sixty-four units at once finds the paths that a walk from each finds (Floyd and Warshall), and the exact value is near that of many thresholds.
func TestProximityProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 150).Draw(t, "units")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var borders []Border
		delta := make([][]int, n)
		const far = 1 << 20
		for i := range delta {
			delta[i] = slices.Repeat([]int{far}, n)
			delta[i][i] = 0
		}
		for range n * 3 / 2 {
			if a, b := r.IntN(n), r.IntN(n); a < b && delta[a][b] == far {
				borders = append(borders, Border{a, b, 1})
				delta[a][b], delta[b][a] = 1, 1
			}
		}
		for k := range n {
			for i := range n {
				for j := range n {
					delta[i][j] = min(delta[i][j], delta[i][k]+delta[k][j])
				}
			}
		}
		x, all := make([]float64, n), make([]float64, n)
		for i := range n {
			all[i] = float64(r.IntN(9))
			x[i] = float64(r.IntN(int(all[i]) + 1))
		}
		p, err := SpatialProximityProfile(x, all, borders, 0)
		if err != nil {
			t.Fatal(err)
		}
		apart := 0
		for _, step := range p.Curve {
			pairs, sum := 0, 0
			apart = 0
			for i := range n {
				for j := range i {
					if all[i] == 0 || all[j] == 0 || x[i]/all[i] < step.Share || x[j]/all[j] < step.Share {
						continue
					}
					if delta[i][j] >= far {
						apart++
						continue
					}
					pairs, sum = pairs+1, sum+delta[i][j]
				}
			}
			want := 0.0
			if sum > 0 {
				want = float64(pairs) / float64(sum)
			}
			if !spaceNear(step.Eta, want, 1e-12) {
				t.Fatalf("η(%v) = %v, want %v", step.Share, step.Eta, want)
			}
		}
		if len(p.Curve) > 0 && p.Apart != apart {
			t.Fatalf("%d pairs apart, want %d", p.Apart, apart)
		}
		fine, err := SpatialProximityProfile(x, all, borders, 200_000)
		if err != nil {
			t.Fatal(err)
		}
		if P := spaceSum(x) / spaceSum(all); P > 0 && P < 0.9 && !spaceNear(p.Value, fine.Value, 1e-2) {
			t.Fatalf("exactly %v, by thresholds %v", p.Value, fine.Value)
		}
	})
}

// TestSpaceOneUnit: what a single unit, and no kernel, give.
func TestSpaceOneUnit(t *testing.T) {
	table, err := Pair([]float64{3}, []float64{1})
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSpace([]float64{500000}, []float64{6500000}, []float64{10})
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewProximity(table, s, MasseyDenton())
	if err != nil {
		t.Fatal(err)
	}
	if p.SpatialProximity() != 1 || p.DecayIsolation(0) != 0.75 || !spaceNear(p.RelativeClustering(0, 1), 0, 1e-12) {
		t.Errorf("one unit: SP %v, DPxx %v, RCL %v", p.SpatialProximity(), p.DecayIsolation(0), p.RelativeClustering(0, 1))
	}
	if d, err := BorderDissimilarity([]float64{3}, []float64{1}, nil, Adjusted{}); d != 0 || err != nil {
		t.Errorf("D(adj) of one unit %v, %v", d, err)
	}
	for name, k := range map[string]Kernel{"nothing": {}, "no own": {Shape: Uniform, Bandwidth: 1}, "no bandwidth": {Shape: Uniform, Own: OwnOut}, "no end": {Shape: Tapered, Bandwidth: 1, Own: OwnOut}} {
		if _, err := Smooth(table, s, k); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	bare, err := NewSpace([]float64{500000}, []float64{6500000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewProximity(table, bare, MasseyDenton()); err == nil {
		t.Error("own unit by area without areas: no error")
	}
}

// hexagons is units of a country on a hexagonal lattice of 1 km, with made-up counts.
func hexagons(tb testing.TB, columns, rows, groups int) (*Table, *Space, []Border) {
	table := syntheticTable(tb, columns*rows, groups)
	var x, y []float64
	var borders []Border
	for r := range rows {
		for c := range columns {
			i := r*columns + c
			x, y = append(x, 500000+1000*(float64(c)+0.5*float64(r%2))), append(y, 6500000+866*float64(r))
			if c > 0 {
				borders = append(borders, Border{i - 1, i, 577})
			}
			for _, d := range []int{-1 + r%2, r % 2} {
				if r > 0 && c+d >= 0 && c+d < columns {
					borders = append(borders, Border{i - columns + d, i, 577})
				}
			}
		}
	}
	s, err := NewSpace(x, y, slices.Repeat([]float64{866025}, columns*rows))
	if err != nil {
		tb.Fatal(err)
	}
	return table, s, borders
}

func BenchmarkMultiscalar(b *testing.B) {
	for _, size := range [][2]int{{25, 40}, {57, 59}, {100, 100}, {250, 400}, {1000, 1000}} {
		for _, shape := range []Shape{Triangular, Gaussian} {
			if shape == Gaussian && size[0] > 100 {
				continue
			}
			b.Run(fmt.Sprintf("measure=H/km=1,2,4,8/shape=%s/units=%d", shape, size[0]*size[1]), func(b *testing.B) {
				table, s, _ := hexagons(b, size[0], size[1], 5)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Multiscalar(table, s, Kernel{Shape: shape, Own: OwnAtZero, Negligible: 1e-16}, []float64{1000, 2000, 4000, 8000}, (*Surface).TheilH); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkProximity(b *testing.B) {
	for _, size := range [][2]int{{25, 40}, {57, 59}, {100, 100}} {
		for _, negligible := range []float64{0, 1e-16} {
			b.Run(fmt.Sprintf("kernel=MasseyDenton/negligible=%g/units=%d", negligible, size[0]*size[1]), func(b *testing.B) {
				table, s, _ := hexagons(b, size[0], size[1], 5)
				k := MasseyDenton()
				k.Negligible = negligible
				b.ReportAllocs()
				for b.Loop() {
					if _, err := NewProximity(table, s, k); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkSpatialProximityProfile(b *testing.B) {
	for _, size := range [][2]int{{25, 40}, {57, 59}, {100, 100}} {
		b.Run(fmt.Sprintf("units=%d", size[0]*size[1]), func(b *testing.B) {
			table, _, borders := hexagons(b, size[0], size[1], 2)
			x, all := table.Column(0), make([]float64, table.Units)
			for i := range all {
				all[i] = table.UnitTotal(i)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := SpatialProximityProfile(x, all, borders, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDistortion(b *testing.B) {
	for _, size := range [][2]int{{25, 40}, {57, 59}} {
		b.Run(fmt.Sprintf("units=%d", size[0]*size[1]), func(b *testing.B) {
			table, s, _ := hexagons(b, size[0], size[1], 5)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Distortion(table, s, SameValue); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestLocalCentralisation: x in the first of three places in a row, y in the last. From the first all of x come before y (1), from the last all after (−1), from the middle both
// together (0). Within 1.5 km of an end one of them is missing.
func TestLocalCentralisation(t *testing.T) {
	s, err := NewSpace([]float64{500000, 501000, 502000}, []float64{6500000, 6500000, 6500000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, y := []float64{4, 0, 0}, []float64{0, 0, 4}
	for within, want := range map[float64][]float64{math.Inf(1): {1, 0, -1}, 1500: {math.NaN(), 0, math.NaN()}} {
		got, err := LocalCentralisation(x, y, s, within, SameValue)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.EqualFunc(got, want, func(a, b float64) bool { return spaceNear(a, b, 0) }) {
			t.Errorf("within %v m: %v, want %v", within, got, want)
		}
	}
	mean := func(rule Centre, persons ...float64) [2]float64 {
		cx, cy, err := s.Centre(rule, persons)
		if err != nil {
			t.Fatal(err)
		}
		return [2]float64{cx, cy}
	}
	for rule, want := range map[Centre]float64{CentreOfUnits: 501000, MedianOfUnits: 501000, CentreOfPersons: 501500, LargestUnit: 502000} {
		if got := mean(rule, 1, 0, 3); got != [2]float64{want, 6500000} {
			t.Errorf("%s: %v, want %v", rule, got, want)
		}
	}
}

func TestNetworkErrors(t *testing.T) {
	for name, distances := range map[string][]Distance{
		"unknown unit": {{0, 2, 5}}, "to itself": {{1, 1, 0}}, "below zero": {{0, 1, -1}}, "not finite": {{0, 1, math.NaN()}}, "twice": {{0, 1, 5}, {1, 0, 5}, {0, 1, 6}},
	} {
		if _, err := NewNetwork(2, nil, distances); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s, err := NewNetwork(2, nil, []Distance{{0, 1, 5}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.DistancesFrom(0, 0); err == nil {
		t.Error("a network has points")
	}
	if _, _, err := s.Centre(CentreOfUnits, []float64{1, 1}); err == nil {
		t.Error("a network has a centre")
	}
}

// TestSpaceDecay: exp(−x) as math.Exp has it, to the last digits, also where the table ends.
func TestSpaceDecay(t *testing.T) {
	for x := 0.0; x < 760; x += 0.0137 {
		if got, want := spaceDecay(x), math.Exp(-x); math.Abs(got-want) > 1e-15*want {
			t.Fatalf("exp(−%v) is %v, want %v", x, got, want)
		}
	}
}

// TestSpaceBandwidthsTogether: surfaces gathered together, where a Gaussian of half the bandwidth weighs by powers, are those gathered one by one.
func TestSpaceBandwidthsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, s := drawn(t)
		k := drawnKernel(t)
		k.Shape = rapid.SampledFrom([]Shape{Gaussian, Gaussian, Exponential, Triangular, Uniform, Biweight, DistanceItself}).Draw(t, "shape")
		k.Negligible = rapid.SampledFrom([]float64{0, 1e-16, 1e-4}).Draw(t, "negligible")
		var bandwidths []float64
		for h := rapid.SampledFrom([]float64{30, 1000, 777}).Draw(t, "first"); len(bandwidths) < 6; h *= rapid.SampledFrom([]float64{2, 2, 2, 1.5, 1}).Draw(t, "times") {
			bandwidths = append(bandwidths, h)
		}
		order := rapid.Permutation(spaceIndices(len(bandwidths))).Draw(t, "order")
		var kernels []Kernel
		for _, i := range order {
			kernels = append(kernels, k.over(bandwidths)[i])
		}
		together, err := s.gather(table, kernels...)
		if err != nil {
			t.Fatal(err)
		}
		for i, k := range kernels {
			alone, err := s.gather(table, k)
			if err != nil {
				t.Fatal(err)
			}
			for name, pair := range map[string][2][]float64{"sums": {together[i].sums, alone[0].sums}, "weights": {together[i].weight, alone[0].weight}, "best": {together[i].best, alone[0].best}} {
				for j, want := range pair[1] {
					if got := pair[0][j]; math.Abs(got-want) > 1e-13*want {
						t.Fatalf("%s of %s at %d: %v together, %v alone", name, k, j, got, want)
					}
				}
			}
		}
	})
}
