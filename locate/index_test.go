package locate

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/area"
)

// holds is the definition in the package comment, in rational numbers and over every side of every polygon.
func holds(border orb.MultiPolygon, e, n float64) bool {
	rat := func(v float64) *big.Rat { return new(big.Rat).SetFloat64(v) }
	in := false
	for _, p := range border {
		odd := false
		for _, r := range p {
			for i := range r {
				a, b := r[i], r[(i+1)%len(r)]
				if (a[1] > n) == (b[1] > n) {
					continue
				}
				// east of the side where it is at the point's height: a + (b-a)(n-ay)/(by-ay)
				x := new(big.Rat).Sub(rat(b[0]), rat(a[0]))
				x.Mul(x, new(big.Rat).Sub(rat(n), rat(a[1])))
				x.Quo(x, new(big.Rat).Sub(rat(b[1]), rat(a[1])))
				x.Add(x, rat(a[0]))
				if x.Cmp(rat(e)) > 0 {
					odd = !odd
				}
			}
		}
		in = in || odd
	}
	return in
}

func covering(div *area.Division, e, n float64) []int32 {
	var list []int32
	for i := range div.Len() {
		if holds(div.At(i).Border, e, n) {
			list = append(list, int32(i))
		}
	}
	return list
}

// check compares the index with the definition at a point, and gives the areas that hold it.
func check(t rapid.TB, div *area.Division, ix *Index, e, n float64) []int32 {
	t.Helper()
	want := covering(div, e, n)
	if got := ix.Covering(e, n, nil); !slices.Equal(got, want) {
		t.Fatalf("point %v, %v lies in %v, want %v", e, n, got, want)
	}
	p := ix.Point(e, n)
	switch {
	case len(want) == 1 && p == Place{want[0], Located}:
	case len(want) > 1 && p == Place{want[0], Ambiguous}:
	case len(want) == 0 && p.Area == -1 && !p.Outcome.Placed():
	default:
		t.Fatalf("point %v, %v in %v gives %v", e, n, want, p)
	}
	return want
}

// corners are all corners of a division's borders, and the middles of all sides.
func corners(div *area.Division) []orb.Point {
	var list []orb.Point
	for i := range div.Len() {
		for _, p := range div.At(i).Border {
			for _, r := range p {
				for k := range r[:len(r)-1] {
					list = append(list, r[k], orb.Point{(r[k][0] + r[k+1][0]) / 2, (r[k][1] + r[k+1][1]) / 2})
				}
			}
		}
	}
	return list
}

func TestPartition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCountry(rapid.IntRange(2, 5).Draw(t, "side"), rapid.IntRange(0, 4).Draw(t, "levels"), rapid.Uint64().Draw(t, "seed"),
			rapid.Bool().Draw(t, "jitter"), rapid.Bool().Draw(t, "round"))
		div := division(t, append(c.borders(), c.sea())...)
		ix := index(t, div, Options{Cell: rapid.SampledFrom([]float64{1000, 2000, 7919, 50_000, 1e6}).Draw(t, "cell")})
		all := corners(div)
		all = slices.DeleteFunc(all, func(p orb.Point) bool { // without the sea's own outer border
			return p[0] == 100_000 || p[0] == 1_100_000 || p[1] == 5_900_000 || p[1] == 7_900_000
		})
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "points"), 3))
		for range 40 {
			p := all[r.IntN(len(all))]
			for range 2 {
				if in := check(t, div, ix, p[0], p[1]); len(in) != 1 {
					t.Fatalf("%v is in areas %v, want exactly one", p, in)
				}
				p = orb.Point{p[0] + r.NormFloat64(), p[1] + r.NormFloat64()} // near a corner
			}
		}
		east, north := c.points(20, r.Uint64())
		for k := range east {
			if in := check(t, div, ix, east[k], north[k]); len(in) != 1 {
				t.Fatalf("%v, %v is in areas %v, want exactly one", east[k], north[k], in)
			}
		}
	})
}

// tangle is a division without any order: stars that may cross themselves, with holes and many parts, anywhere and of any size, on whole
// metres or not. Small ones inside large ones are the rule.
func tangle(t *rapid.T, most int) *area.Division {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "tangle"), 4))
	whole := rapid.Bool().Draw(t, "whole")
	star := func(e, n, radius float64) orb.Ring {
		var ring orb.Ring
		corners := 3 + r.IntN(12)
		for k := range corners {
			sin, cos := math.Sincos(2 * math.Pi * (float64(k) + r.Float64()) / float64(corners))
			d := radius * (0.2 + 0.8*r.Float64())
			p := orb.Point{e + d*cos, n + d*sin}
			if whole {
				p = orb.Point{math.Round(p[0]), math.Round(p[1])}
			}
			ring = append(ring, p)
		}
		return append(ring, ring[0])
	}
	var borders []orb.MultiPolygon
	for range rapid.IntRange(1, most).Draw(t, "areas") {
		var border orb.MultiPolygon
		for range 1 + r.IntN(3) {
			e, n, radius := 600_000+20_000*r.Float64(), 6_600_000+20_000*r.Float64(), math.Pow(10, 1+3*r.Float64())
			p := orb.Polygon{star(e, n, radius)}
			for range r.IntN(3) {
				p = append(p, star(e+radius*r.NormFloat64()/4, n+radius*r.NormFloat64()/4, radius/3))
			}
			border = append(border, p)
		}
		borders = append(borders, border)
	}
	return division(t, borders...)
}

// probes are random points, corners, middles of sides, and points near them.
func probes(div *area.Division, r *rand.Rand, n int) []orb.Point {
	all := corners(div)
	var list []orb.Point
	for range n {
		p := all[r.IntN(len(all))]
		list = append(list, p, orb.Point{p[0] + 100*r.NormFloat64(), p[1] + 100*r.NormFloat64()},
			orb.Point{600_000 + 20_000*r.Float64(), 6_600_000 + 20_000*r.Float64()})
	}
	return list
}

func TestOverlaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		div := tangle(t, 20)
		ix := index(t, div, Options{Cell: rapid.SampledFrom([]float64{100, 1000, 2000, 1e5}).Draw(t, "cell")})
		for _, p := range probes(div, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "points"), 5)), 10) {
			check(t, div, ix, p[0], p[1])
		}
	})
}

// More polygons in a cell than a mask has bits.
func TestCrowdedCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		div := tangle(t, 150)
		ix := index(t, div, Options{Cell: 1e5})
		for _, p := range probes(div, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "points"), 6)), 3) {
			check(t, div, ix, p[0], p[1])
		}
	})
}

// Off the borders the answer is that of another implementation, orb's, which counts the border itself as inside.
func TestAgainstOrb(t *testing.T) {
	c := newCountry(12, 5, 7, true, false)
	div := division(t, c.borders()...)
	ix := index(t, div, Options{})
	east, north := c.points(5000, 8)
	for k := range east {
		var want []int32
		for i := range div.Len() {
			if planar.MultiPolygonContains(div.At(i).Border, orb.Point{east[k], north[k]}) {
				want = append(want, int32(i))
			}
		}
		if got := ix.Covering(east[k], north[k], nil); !slices.Equal(got, want) {
			t.Errorf("%v, %v lies in %v, orb says %v", east[k], north[k], got, want)
		}
	}
}

// The answer does not depend on where a ring begins, which way it goes, whether it is closed, the order of parts and holes, the size of cells, or the order in which
// areas are given.
func TestInvariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		div := tangle(t, 10)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "shuffle"), 9))
		var areas []area.Area
		for i := range div.Len() {
			a := area.Area{Code: div.At(i).Code}
			for _, p := range div.At(i).Border {
				var q orb.Polygon
				for _, ring := range p {
					open := ring[:len(ring)-1]
					start := r.IntN(len(open))
					turned := append(slices.Clone(open[start:]), open[:start]...)
					if r.IntN(2) == 0 {
						slices.Reverse(turned)
					}
					if r.IntN(2) == 0 {
						turned = append(turned, turned[0])
					}
					q = append(q, turned)
				}
				r.Shuffle(len(q), func(i, j int) { q[i], q[j] = q[j], q[i] })
				a.Border = append(a.Border, q)
			}
			r.Shuffle(len(a.Border), func(i, j int) { a.Border[i], a.Border[j] = a.Border[j], a.Border[i] })
			areas = append(areas, a)
		}
		r.Shuffle(len(areas), func(i, j int) { areas[i], areas[j] = areas[j], areas[i] })
		other, err := area.New(div.ID, areas)
		if err != nil {
			t.Fatal(err)
		}
		a, b := index(t, div, Options{Gap: 50}), index(t, other, Options{Gap: 50, Cell: 700})
		for _, p := range probes(div, r, 30) {
			if p, q := a.Point(p[0], p[1]), b.Point(p[0], p[1]); p != q {
				t.Fatalf("%v turns to %v", p, q)
			}
		}
	})
}

// Four squares of 1 km, as in statistics by square:
//
//	2 3
//	0 1
func TestHalfOpen(t *testing.T) {
	var borders []orb.MultiPolygon
	for i := range 4 {
		borders = append(borders, orb.MultiPolygon{{square(600_000+1000*float64(i%2), 6_600_000+1000*float64(i/2), 1000)}})
	}
	ix := index(t, division(t, borders...), Options{})
	for _, test := range []struct {
		what string
		e, n float64 // from the south-west corner
		want Place
	}{
		{"inside", 500, 500, Place{0, Located}},
		{"the corner of all four", 1000, 1000, Place{3, Located}},
		{"a north-south side", 1000, 500, Place{1, Located}},
		{"an east-west side", 500, 1000, Place{2, Located}},
		{"just west of a side", math.Nextafter(601_000, 0) - 600_000, 500, Place{0, Located}},
		{"the west side of all", 0, 1500, Place{2, Located}},
		{"the south side of all", 1500, 0, Place{1, Located}},
		{"the south-west corner of all", 0, 0, Place{0, Located}},
		{"a corner on the south side of all", 1000, 0, Place{1, Located}},
		{"the east side of all", 2000, 500, unplaced(Outside)},
		{"the north side of all", 500, 2000, unplaced(Outside)},
		{"outside", 2500, 500, unplaced(Outside)},
	} {
		if got := ix.Point(600_000+test.e, 6_600_000+test.n); got != test.want {
			t.Errorf("%s: %v %v, want %v %v", test.what, got.Area, got.Outcome, test.want.Area, test.want.Outcome)
		}
	}
}

// The side from (0, 0) to (3, 1) passes exactly through (0.75, 0.25), and close by on either side of its neighbours.
func TestSlopingSide(t *testing.T) {
	west := orb.MultiPolygon{{{{0, 0}, {3, 1}, {0, 1}}}}
	east := orb.MultiPolygon{{{{0, 0}, {3, 0}, {3, 1}}}}
	ix := index(t, division(t, west, east), Options{})
	for _, test := range []struct {
		e    float64
		want int32
	}{
		{0.75, 1}, {math.Nextafter(0.75, 0), 0}, {math.Nextafter(0.75, 1), 1},
	} {
		if got := ix.Point(test.e, 0.25); got != (Place{test.want, Located}) {
			t.Errorf("%v: area %d %v, want %d", test.e, got.Area, got.Outcome, test.want)
		}
	}
}

func TestGap(t *testing.T) {
	// Two squares 10 m apart; a third overlaps neither, with a hole of 100 m.
	div := division(t,
		orb.MultiPolygon{{square(600_000, 6_600_000, 1000)}},
		orb.MultiPolygon{{square(601_010, 6_600_000, 1000)}},
		orb.MultiPolygon{{square(605_000, 6_600_000, 5000), square(607_000, 6_602_000, 100)}},
	)
	for _, test := range []struct {
		e, n float64 // from 600 000, 6 600 000
		gap  float64
		want Place
	}{
		{1004, 500, 0, unplaced(Outside)},
		{1004, 500, 5, Place{0, Gap}},
		{1004, 500, 3.9, unplaced(Outside)},
		{1004, 500, 4, Place{0, Gap}}, // just as far
		{1006, 500, 5, Place{1, Gap}},
		{1005, 500, 5, Place{0, Gap}}, // equally near: the lowest code
		{1000, 500, 1, Place{0, Gap}}, // on the border, which the area does not hold
		{1003, 1004, 5, Place{0, Gap}},
		{1003, 1004, 4.9, unplaced(Outside)}, // 3, 4, 5
		{-3, -4, 5, Place{0, Gap}},
		{-3, -4, 4.9, unplaced(Outside)},
		{7050, 2040, 60, Place{2, Gap}},
		{7050, 2040, 39, unplaced(Outside)},
		{3500, 500, 1400, unplaced(Outside)},
		{3500, 500, 1490, Place{1, Gap}}, // 1 490 m to area 1, 1 500 m to area 2
		{3510, 500, 2000, Place{2, Gap}},
	} {
		for _, cell := range []float64{50, 2000} {
			ix := index(t, div, Options{Gap: test.gap, Cell: cell})
			if got := ix.Point(600_000+test.e, 6_600_000+test.n); got != test.want {
				t.Errorf("%v, %v with a gap of %v: %v %v, want %v %v", test.e, test.n, test.gap, got.Area, got.Outcome, test.want.Area, test.want.Outcome)
			}
		}
	}
}

// Of two areas equally near, the lowest code is taken also when the other is found first.
func TestGapTie(t *testing.T) {
	west, east := orb.MultiPolygon{{square(600_000, 6_600_000, 1000)}}, orb.MultiPolygon{{square(601_010, 6_600_000, 1000)}}
	for _, div := range []*area.Division{division(t, west, east), division(t, east, west)} {
		for _, cell := range []float64{1, 1005, 2000} {
			if got := index(t, div, Options{Gap: 8, Cell: cell}).Point(601_005, 6_600_500); got != (Place{0, Gap}) {
				t.Errorf("cells of %v m: area %d %v", cell, got.Area, got.Outcome)
			}
		}
	}
}

// Some files write a hole as a cut: the ring goes in along a line and comes back along it.
func TestCutToHole(t *testing.T) {
	cut := orb.Ring{{0, 0}, {9000, 0}, {9000, 9000}, {0, 9000}, {0, 0}, {3000, 3000}, {3000, 6000}, {6000, 6000}, {6000, 3000}, {3000, 3000}, {0, 0}}
	div := division(t, orb.MultiPolygon{{cut}}, orb.MultiPolygon{{square(3000, 3000, 3000)}})
	ix := index(t, div, Options{})
	for _, test := range []struct {
		e, n float64
		want int32
	}{
		{1000, 1000, 0}, {1000, 1001, 0}, {1001, 1000, 0}, {500, 2900, 0}, {3000, 3000, 1}, {4000, 4000, 1}, {4000, 6000, 0}, {6000, 4000, 0},
	} {
		if got := check(t, div, ix, test.e, test.n); !slices.Equal(got, []int32{test.want}) {
			t.Errorf("%v, %v is in %v, want %d", test.e, test.n, got, test.want)
		}
	}
}

func TestGapAgainstOrb(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		div := tangle(t, 8)
		gap := math.Pow(10, rapid.Float64Range(0, 4).Draw(t, "gap"))
		ix := index(t, div, Options{Gap: gap, Cell: rapid.SampledFrom([]float64{300, 2000, 1e5}).Draw(t, "cell")})
		for _, p := range probes(div, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "points"), 10)), 10) {
			got := ix.Point(p[0], p[1])
			if len(covering(div, p[0], p[1])) > 0 {
				continue
			}
			distances := make([]float64, div.Len())
			for i := range distances {
				distances[i] = math.Inf(1)
				for _, polygon := range div.At(i).Border {
					for _, ring := range polygon {
						distances[i] = math.Min(distances[i], planar.DistanceFrom(ring, p))
					}
				}
			}
			least := slices.Min(distances)
			switch {
			case least > gap+1e-6 && got != unplaced(Outside), least < gap-1e-6 && got.Outcome != Gap,
				got.Outcome == Gap && distances[got.Area] > least+1e-6:
				t.Fatalf("%v: %v %v; the distances are %v, the gap %v", p, got.Area, got.Outcome, distances, gap)
			}
		}
	})
}

func TestOddNumbers(t *testing.T) {
	ix := index(t, division(t, orb.MultiPolygon{{square(600_000, 6_600_000, 1000)}}), Options{Gap: 1e6, RepairSwapped: true})
	numbers := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 1e300, 2.2e7}
	for _, odd := range numbers {
		for _, other := range append(numbers, 0, 600_500, 6_600_500, 17, 59, math.SmallestNonzeroFloat64, math.Copysign(0, -1)) {
			for _, p := range []orb.Point{{odd, other}, {other, odd}} {
				if got := ix.Point(p[0], p[1]); got != unplaced(Malformed) {
					t.Errorf("Point(%v): %v", p, got.Outcome)
				}
				if in := ix.Covering(p[0], p[1], nil); in != nil {
					t.Errorf("Covering(%v): %v", p, in)
				}
				var out [1]Place
				ix.Locate(WGS84, p[:1], p[1:], nil, out[:])
				if out[0] != unplaced(Malformed) {
					t.Errorf("Locate(%v): %v", p, out[0].Outcome)
				}
			}
		}
	}
}

// A quarter of the way round the equator from the central meridian, SWEREF 99 TM is infinite.
func TestFarFromTheProjection(t *testing.T) {
	ix := index(t, division(t, orb.MultiPolygon{{square(600_000, 6_600_000, 1000)}}), Options{Gap: 1e7})
	for _, p := range []orb.Point{{105, 0}, {-75, 0}, {105, 60}, {15, 90}, {15, -90}, {180, 60}, {-165, 89.9}} {
		var out [1]Place
		ix.Locate(WGS84, p[:1], p[1:], nil, out[:])
		if out[0] != unplaced(Outside) {
			t.Errorf("%v: %v", p, out[0].Outcome)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	one := orb.MultiPolygon{{square(600_000, 6_600_000, 1000)}}
	far := orb.MultiPolygon{{square(600_000, 7_600_000, 1000)}}
	for _, test := range []struct {
		what string
		div  *area.Division
		opt  Options
		want string
	}{
		{"an area without a border", division(t, one, nil), Options{}, "locate: 1 of the 2 areas of test have no border: read borders before placing points"},
		{"no areas", division(t), Options{}, "locate: 0 of the 0 areas of test have no border: read borders before placing points"},
		{"empty borders", division(t, orb.MultiPolygon{}), Options{}, "locate: the borders of test are all empty: read borders before placing points"},
		{"a corner that is no number", division(t, orb.MultiPolygon{{{{math.NaN(), 1}, {2, 2}, {3, 1}}}}), Options{},
			"locate: the border of test a0000 has a corner at NaN, 1, which is nowhere: read the borders anew"},
		{"a negative gap", division(t, one), Options{Gap: -1}, "locate: gap is -1, want a distance in metres"},
		{"a gap that is no number", division(t, one), Options{Gap: math.NaN()}, "locate: gap is NaN, want a distance in metres"},
		{"a small cell", division(t, one), Options{Cell: 0.5}, "locate: cell is 0.5, want metres, 1 or more"},
		{"too many cells", division(t, one, far), Options{Cell: 1}, "locate: cells of 1 m make 1001 × 1001001 of them, more than 16777216: choose larger ones"},
	} {
		if _, err := New(test.div, test.opt); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.what, err, test.want)
		}
	}
}

func TestPointsAgreeWithPoint(t *testing.T) {
	c := newCountry(10, 3, 11, true, false)
	ix := index(t, division(t, c.borders()...), Options{Gap: 100})
	e, n := c.points(20_000, 12)
	e[17], n[4711] = math.NaN(), 0
	out := make([]Place, len(e))
	ix.Points(e, n, out)
	for i := range out {
		if want := ix.Point(e[i], n[i]); out[i] != want {
			t.Fatalf("record %d: %v, want %v", i, out[i], want)
		}
	}
}

func TestIndexIsTheSameEveryTime(t *testing.T) {
	c := newCountry(10, 4, 13, true, false)
	a, b := index(t, division(t, c.borders()...), Options{}), index(t, division(t, c.borders()...), Options{})
	if fmt.Sprint(a) != fmt.Sprint(b) {
		t.Error("two indexes of the same borders differ")
	}
	if a.Memory() < int64(len(a.edges))*40 {
		t.Errorf("memory of %d bytes for %d edges of 40", a.Memory(), len(a.edges))
	}
}

// FuzzPoint makes an area of any corners and asks for any point.
func FuzzPoint(f *testing.F) {
	f.Add([]byte{}, 0.0, 0.0)
	for _, numbers := range [][]float64{
		{0, 0, 1, 0, 1, 1, 0, 1}, {0, 0, 0, 0, 0, 0}, {1, 2}, {0, 0, 1e-320, 1e-320, 2e-320, 0}, {-2e7, -2e7, 2e7, 2e7, 2e7, -2e7}, {0, 0, 3, 1, 0, 1, 0, 0, 9, 9, 1, 3},
	} {
		var b []byte
		for _, v := range numbers {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
		f.Add(b, 0.75, 0.25)
		f.Add(b, 0.0, 1e-320)
		f.Add(b, math.NaN(), math.Inf(1))
	}
	f.Fuzz(func(t *testing.T, data []byte, e, n float64) {
		var ring orb.Ring
		for ; len(data) >= 16 && len(ring) < 100; data = data[16:] {
			ring = append(ring, orb.Point{math.Float64frombits(binary.LittleEndian.Uint64(data)), math.Float64frombits(binary.LittleEndian.Uint64(data[8:]))})
		}
		div := division(t, orb.MultiPolygon{{ring}})
		ix, err := New(div, Options{Cell: 1e6, Gap: 10})
		if err != nil {
			return
		}
		for _, p := range append(ring, orb.Point{e, n}) {
			if math.Abs(p[0]) <= most && math.Abs(p[1]) <= most {
				want := holds(div.At(0).Border, p[0], p[1])
				if got := ix.Covering(p[0], p[1], nil); len(got) == 1 != want {
					t.Errorf("%v in %v: %v, want %v", p, ring, got, want)
				}
			}
			ix.Point(p[0], p[1])
			ix.degrees(p[0], p[1])
		}
	})
}
