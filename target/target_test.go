package target

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// Four areas, by hand. Persons 100, 100, 200, 0; with the need 30, 10, 10, 0: 50 of 400.
func four() *Areas {
	return &Areas{Code: []string{"a", "b", "c", "d"}, Index: []float64{20, 10, 10, 30}, Type: []int{1, 2, 2, 1}, Population: []int64{100, 100, 200, 0}, Need: []int64{30, 10, 10, 0}}
}

func near(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-12*max(math.Abs(a), math.Abs(b), 1)
}

func TestReach(t *testing.T) {
	r := Reach(four(), four().InTypes(1))
	for _, tt := range []struct {
		name      string
		got, want float64
	}{
		{"coverage", r.Coverage(), 0.6}, {"precision", r.Precision(), 0.3}, {"leakage", r.Leakage(), 0.7}, {"share of the population", r.SharePopulation(), 0.25},
		{"lift", r.Lift(), 2.4}, {"missed", r.Missed(), 0.4}, {"Youden", r.Youden(), 0.6 - 70.0/350}, {"odds ratio", r.OddsRatio(), (30.0 / 70) / (20.0 / 280)},
		// 100 persons at best: all of a.
		{"best", BestOfSize(four(), 100), 0.6},
		// 150: a and half of b.
		{"best in proportion", BestOfSize(four(), 150), 0.7},
	} {
		if !near(tt.got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, tt.got, tt.want)
		}
	}
	none := Reach(four(), four().InTypes(5))
	if !math.IsNaN(none.Precision()) || none.Coverage() != 0 || !math.IsNaN(none.Lift()) {
		t.Errorf("nothing chosen: %+v", none)
	}
}

func TestCurve(t *testing.T) {
	curve := Curve(four())
	// The empty area of the highest index first, then a, then b and c together.
	if len(curve) != 3 || curve[0].Population != 0 || curve[1].Need != 30 || curve[2].Areas != 4 || curve[2].Coverage() != 1 {
		t.Errorf("%+v", curve)
	}
	a := four()
	a.Index[0] = math.NaN()
	if curve := Curve(a); len(curve) != 2 || curve[1].Need != 20 || curve[1].Coverage() != 0.4 {
		t.Errorf("an area without an index is chosen, or has left the totals: %+v", curve)
	}
}

// Pairs of one with the need and one without: 50·350. The 30 of a win over the 280 without in b and c and tie with the 70 of a; the 20 of b and c tie with those 280 and lose to the 70.
func TestDiscriminate(t *testing.T) {
	d := Discriminate(four())
	if want := (30*280 + 30*70/2.0 + 20*280/2.0) / (50 * 350); !near(d.AUC, want) {
		t.Errorf("AUC %v, want %v", d.AUC, want)
	}
	// The curve (0, 0), (¼, 0.6), (1, 1).
	if want := 0.25*0.3 + 0.75*0.8; !near(d.AreaCoverage, want) {
		t.Errorf("area under coverage %v, want %v", d.AreaCoverage, want)
	}
	// b has a higher share than c: the best order wins the ties between them.
	if want := (30*280 + 30*70/2.0 + 10*190 + 10*90/2.0 + 10*190/2.0) / (50 * 350); !near(d.BestAUC, want) {
		t.Errorf("best AUC %v, want %v", d.BestAUC, want)
	}
	e := Explain(four())
	// p = 1/8; shares 0.3, 0.1, 0.05: 100·0.175² + 100·0.025² + 200·0.075² = 4.25, of 400·7/64 = 43.75. Types: 100·0.175² + 300·(20/300 − 1/8)² = 4.0833….
	if !near(e.Areas, 4.25) || !near(e.Total, 43.75) || !near(e.Types, 3.0625+300*math.Pow(20.0/300-0.125, 2)) || e.N != 3 {
		t.Errorf("%+v", e)
	}
}

func TestAreasCheck(t *testing.T) {
	for text, change := range map[string]func(a *Areas){
		"area b has more persons with the need": func(a *Areas) { a.Need[1] = 101 },
		"area a has a count below zero":         func(a *Areas) { a.Need[0] = -1 },
		"area c has type 6":                     func(a *Areas) { a.Type[2] = 6 },
		"not of one length":                     func(a *Areas) { a.Need = a.Need[1:] },
		"more than 2000000000 persons":          func(a *Areas) { a.Population[0] = 2_000_000_001 },
		"index that is not finite":              func(a *Areas) { a.Index[0] = math.Inf(1) },
	} {
		a := four()
		change(a)
		if err := a.Check(); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("want %q, got %v", text, err)
		}
	}
}

func drawAreas(t *rapid.T) *Areas {
	n := rapid.IntRange(1, 9).Draw(t, "n")
	a := &Areas{}
	for range n {
		pop := rapid.Int64Range(0, 50).Draw(t, "pop")
		a.Population, a.Need = append(a.Population, pop), append(a.Need, rapid.Int64Range(0, pop).Draw(t, "need"))
		a.Index, a.Type = append(a.Index, float64(rapid.IntRange(0, 4).Draw(t, "index"))), append(a.Type, rapid.IntRange(0, 5).Draw(t, "type"))
	}
	return a
}

// What holds for any areas: no order of whole areas beats their own; no choice of a size covers more than the best of that size; the curve rises to all; types and index catch no more than areas; the AUC is the double sum over pairs.
func TestReachHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAreas(t)
		d, e := Discriminate(a), Explain(a)
		population, need := a.Totals()
		if need > 0 && need < population {
			pairs := 0.0
			for i := range a.Need {
				for j := range a.Need {
					won := 0.5
					if a.Index[i] != a.Index[j] {
						won = float64(map[bool]int{true: 1}[a.Index[i] > a.Index[j]])
					}
					pairs += won * float64(a.Need[i]) * float64(a.Population[j]-a.Need[j])
				}
			}
			if auc := pairs / float64(need) / float64(population-need); !near(d.AUC, auc) || d.AUC > d.BestAUC+1e-12 {
				t.Fatalf("AUC %v, by pairs %v, best %v", d.AUC, auc, d.BestAUC)
			}
			if e.Types > e.Areas*(1+1e-9)+1e-12 || e.Index > e.Areas*(1+1e-9)+1e-12 || e.Areas > e.Total*(1+1e-9) {
				t.Fatalf("%+v", e)
			}
		}
		last := Reached{}
		for _, s := range Curve(a) {
			if s.Need < last.Need || s.Population < last.Population || need > 0 && s.Coverage() > BestOfSize(a, s.Population)+1e-12 {
				t.Fatalf("%+v after %+v", s, last)
			}
			last = s.Reached
		}
		if last.Population != population || last.Need != need {
			t.Fatalf("the curve ends at %+v of %d and %d", last, population, need)
		}
	})
}

// The best classes against every way to cut.
func TestBestClassesAgainstAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAreas(t)
		k := rapid.IntRange(1, 4).Draw(t, "k")
		by := rapid.SampledFrom([]ClassOrder{AlongShare, AlongIndex}).Draw(t, "order")
		c, err := BestClasses(a, k, by)
		if err != nil {
			return // fewer values than classes
		}
		value := func(i int) *big.Rat {
			if by == AlongIndex {
				return new(big.Rat).SetFloat64(a.Index[i])
			}
			return big.NewRat(a.Need[i], a.Population[i])
		}
		var all []*big.Rat
		for i, n := range a.Population {
			if n > 0 && !slices.ContainsFunc(all, func(x *big.Rat) bool { return x.Cmp(value(i)) == 0 }) {
				all = append(all, value(i))
			}
		}
		slices.SortFunc(all, (*big.Rat).Cmp)
		_, need := a.Totals()
		population, _ := a.Totals()
		best := math.Inf(-1)
		var try func(from int, cuts []*big.Rat)
		try = func(from int, cuts []*big.Rat) {
			if len(cuts) < k-1 {
				for at := from; at < len(all); at++ {
					try(at+1, append(slices.Clone(cuts), all[at]))
				}
				return
			}
			n, m := make([]int64, k), make([]int64, k)
			for i, pop := range a.Population {
				if pop == 0 {
					continue
				}
				class := 0
				for _, cut := range cuts {
					if value(i).Cmp(cut) >= 0 {
						class++
					}
				}
				n[class] += pop
				m[class] += a.Need[i]
			}
			ss := 0.0
			for class := range n {
				d := float64(m[class])/float64(n[class]) - float64(need)/float64(population)
				ss += float64(n[class]) * d * d
			}
			best = max(best, ss)
		}
		try(1, nil)
		if math.Abs(best-c.Between) > 1e-9*max(best, 1) {
			t.Fatalf("between %v, the best of all cuts is %v", c.Between, best)
		}
		for i := range a.Population {
			for j := range a.Population {
				if c.Class[i] >= 0 && c.Class[j] >= 0 && value(i).Cmp(value(j)) == 0 && c.Class[i] != c.Class[j] {
					t.Fatalf("areas %d and %d are equal and in classes %d and %d", i, j, c.Class[i], c.Class[j])
				}
			}
		}
	})
}

// Two partitions that are exactly as good: shares 0, ½, 1 with one person's weight each side. The lower cut is taken.
func TestEquallyGoodClasses(t *testing.T) {
	a := &Areas{Index: []float64{1, 2, 3}, Population: []int64{2, 2, 2}, Need: []int64{0, 1, 2}}
	c, err := BestClasses(a, 2, AlongIndex)
	if err != nil || !slices.Equal(c.Cuts, []float64{2}) || !slices.Equal(c.Sizes, []int{1, 2}) {
		t.Errorf("%+v %v", c, err)
	}
}

func drawPlaces(t *rapid.T) (*Points, *Sites) {
	span := rapid.SampledFrom([]int64{3, 20, 1000, 1_000_000}).Draw(t, "span")
	p, s := &Points{}, &Sites{}
	for range rapid.IntRange(1, 60).Draw(t, "points") {
		p.X, p.Y = append(p.X, rapid.Int64Range(-span, span).Draw(t, "x")), append(p.Y, rapid.Int64Range(-span, span).Draw(t, "y"))
		p.Weight, p.Type = append(p.Weight, rapid.Int64Range(0, 9).Draw(t, "w")), append(p.Type, uint8(rapid.IntRange(0, 5).Draw(t, "type")))
	}
	for i := range rapid.IntRange(1, 9).Draw(t, "sites") {
		s.ID = append(s.ID, fmt.Sprint("s", i))
		s.X, s.Y = append(s.X, rapid.Int64Range(-span, span).Draw(t, "sx")), append(s.Y, rapid.Int64Range(-span, span).Draw(t, "sy"))
	}
	return p, s
}

// The grid against looking at every site; every person is somewhere; what closing a site adds is what the ways without it say.
func TestNearestHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, s := drawPlaces(t)
		w, err := StraightLine(p, s, 1)
		if err != nil {
			t.Fatal(err)
		}
		costs, cost := make([][]int64, p.Len()), Squared(p, s)
		for i := range costs {
			for j := range s.ID {
				costs[i] = append(costs[i], cost(i, j))
			}
		}
		all, err := Supplied(costs, 1)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(w.Site, all.Site) || !slices.Equal(w.Cost, all.Cost) || !slices.Equal(w.Second, all.Second) {
			t.Fatalf("sites %v, one by one %v; second %v, %v", w.Site, all.Site, w.Second, all.Second)
		}
		persons := Persons(p)
		served := int64(0)
		for _, v := range w.Served(p, len(s.ID)) {
			served += v.All
		}
		within := w.Within(p, slices.Max(w.Cost))
		if served != persons.All || within != persons {
			t.Fatalf("%d served, %+v within the longest way, of %+v", served, within, persons)
		}
		if len(s.ID) > 1 && persons.All > 0 {
			k := rapid.IntRange(0, len(s.ID)-1).Draw(t, "closes")
			rest := &Sites{slices.Delete(slices.Clone(s.ID), k, k+1), slices.Delete(slices.Clone(s.X), k, k+1), slices.Delete(slices.Clone(s.Y), k, k+1)}
			without, err := StraightLine(p, rest, 1)
			if err != nil {
				t.Fatal(err)
			}
			c := w.Close(p, len(s.ID))[k]
			n, added := int64(0), 0.0
			for i := range w.Cost {
				if without.Cost[i] > w.Cost[i] {
					n += p.Weight[i]
					added += float64(p.Weight[i]) * (without.Length(without.Cost[i]) - w.Length(w.Cost[i]))
				}
			}
			if c.All != n || math.Abs(c.Added-added) > 1e-9*max(added, 1) {
				t.Fatalf("closing %d: %+v, without it %d and %v", k, c, n, added)
			}
			// And opening it again saves the same.
			one := &Sites{s.ID[k : k+1], s.X[k : k+1], s.Y[k : k+1]}
			if v := without.Next(p, 1, Squared(p, one))[0]; v.Nearer.All != n || math.Abs(v.All-added) > 1e-9*max(added, 1) {
				t.Fatalf("opening %d: %+v", k, v)
			}
		}
	})
}

// Points on a line at 0, 3 and 10 metres with 2, 1 and 1 persons, sites at 0 and 6: ways 0, 3 (a tie, to the first), 4. In decimetres the same.
func TestWays(t *testing.T) {
	for _, unit := range []int64{1, 10} {
		p := &Points{X: []int64{0, 3 * unit, 10 * unit}, Y: make([]int64, 3), Weight: []int64{2, 1, 1}, Type: []uint8{1, 2, 0}}
		s := &Sites{ID: []string{"a", "b"}, X: []int64{0, 6 * unit}, Y: make([]int64, 2)}
		w, err := StraightLine(p, s, unit)
		if err != nil || !slices.Equal(w.Site, []int32{0, 0, 1}) {
			t.Fatalf("%+v %v", w, err)
		}
		spread := w.Spread(p)
		if spread.Mean != 7.0/4 || spread.Inverse(0.5) != 0 || spread.Inverse(0.51) != 3 || spread.Averaged(0.5) != 1.5 {
			t.Errorf("%+v", spread)
		}
		if in := w.Within(p, 9*unit*unit); in.All != 3 || in.Type[1] != 2 || in.Type[2] != 1 {
			t.Errorf("within 3 metres: %+v", in)
		}
		// When a closes: the two at 0 have 6 metres to go; the one between has 3 as before.
		if c := w.Close(p, 2)[0]; c.All != 2 || c.Added != 12 || c.Mean() != 6 {
			t.Errorf("closing: %+v", c)
		}
	}
	// Minutes, and one who can go nowhere.
	w, err := Supplied([][]int64{{50, 70}, {None, None}}, 10)
	if err != nil || w.Length(w.Cost[0]) != 5 || w.Site[1] != -1 {
		t.Fatalf("%+v %v", w, err)
	}
	p := &Points{X: make([]int64, 2), Y: make([]int64, 2), Weight: []int64{3, 4}}
	if s := w.Spread(p); s.Persons != 3 || s.Unreachable != 4 || s.Mean != 5 {
		t.Errorf("%+v", s)
	}
	c, err := WayCube("w", w, p, 0.5)
	if err != nil || len(c.Warnings) != 1 {
		t.Errorf("%v %v", c, err)
	}
	if _, err := StraightLine(p, &Sites{}, 1); err == nil {
		t.Error("no sites are enough")
	}
	far := &Sites{ID: []string{"a"}, X: []int64{1 << 40}, Y: []int64{0}}
	if _, err := StraightLine(p, far, 1); err == nil || !strings.Contains(err.Error(), "same system") {
		t.Errorf("a site beyond all: %v", err)
	}
}

// Branch and bound against every choice.
func TestMedianAgainstAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, s := drawPlaces(t)
		lengths, err := Lengths(p, s, 1)
		if err != nil {
			t.Fatal(err)
		}
		d, err := NewDemand(lengths, p.Weight)
		if err != nil {
			return // nobody
		}
		k := rapid.IntRange(1, len(s.ID)).Draw(t, "p")
		m, err := d.Median(k, 0)
		if err != nil || !m.Proved {
			t.Fatalf("%+v %v", m, err)
		}
		var totals []float64
		var first []int
		best := math.Inf(1)
		longest := math.Inf(1)
		for mask := range 1 << len(s.ID) {
			var sites []int
			for j := range s.ID {
				if mask>>j&1 == 1 {
					sites = append(sites, j)
				}
			}
			if len(sites) != k {
				continue
			}
			total := d.Total(sites...)
			totals = append(totals, total)
			far := 0.0
			for i := range lengths[0] {
				if p.Weight[i] > 0 {
					x := math.Inf(1)
					for _, j := range sites {
						x = min(x, lengths[j][i])
					}
					far = max(far, x)
				}
			}
			longest = min(longest, far)
			switch {
			case total < best*(1-equalTotals) || first == nil:
				best, first = total, sites
			case total <= best*(1+equalTotals) && slices.Compare(sites, first) < 0:
				first = sites
			}
		}
		slices.Sort(totals)
		ties := 0
		for _, x := range totals {
			if x <= best*(1+equalTotals) {
				ties++
			}
		}
		second := math.NaN()
		if len(totals) > 1 {
			second = totals[1]
		}
		if !near(m.Total, best) || !slices.Equal(m.Sites, first) || m.Ties != ties || !(near(m.Second, second) || math.Abs(m.Second-second) <= equalTotals*second) {
			t.Fatalf("%+v; of all: %v at %v, second %v, %d equal", m, best, first, second, ties)
		}
		if sites, far, err := d.Center(k); err != nil || far != longest || len(sites) != k {
			t.Fatalf("center %v at %v %v, of all %v", far, sites, err, longest)
		}
	})
}

func square(x, y, side float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}}}
}

func TestGround(t *testing.T) {
	diamond := orb.MultiPolygon{{{{0, -1}, {1, 0}, {0, 1}, {-1, 0}, {0, -1}}}}
	holed := square(0, 0, 10)
	holed[0] = append(holed[0], orb.Ring{{2, 2}, {2, 8}, {8, 8}, {8, 2}, {2, 2}})
	for _, tt := range []struct {
		name string
		a, b orb.MultiPolygon
		want float64
	}{
		{"itself", square(0, 0, 2), square(0, 0, 2), 4},
		{"a quarter", square(0, 0, 2), square(1, 1, 2), 1},
		{"side by side", square(0, 0, 2), square(2, 0, 2), 0},
		{"inside", square(0, 0, 9), square(1, 1, 2), 4},
		{"apart", square(0, 0, 1), square(5, 5, 1), 0},
		// The diamond |x| + |y| ≤ 1 and the square from the origin: a quarter of an area of 2.
		{"slanting sides", diamond, square(0, 0, 1), 0.5},
		// Two diamonds moved by one: where |x| + |y| ≤ 1 and |x − 1| + |y| ≤ 1, a diamond of half the side.
		{"sides that cross", diamond, orb.MultiPolygon{{{{1, -1}, {2, 0}, {1, 1}, {0, 0}, {1, -1}}}}, 0.5},
		{"a hole", holed, square(0, 0, 5), 25 - 9},
		{"two parts", append(square(0, 0, 1), square(3, 0, 1)...), square(0, 0, 10), 2},
	} {
		got := 0.0
		for _, o := range Ground([]orb.MultiPolygon{tt.a}, []orb.MultiPolygon{tt.b}) {
			got += o.Size
		}
		if !near(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Whatever star is laid over a chessboard, its parts on the squares sum to itself.
func TestGroundAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var ring orb.Ring
		n := rapid.IntRange(3, 12).Draw(t, "corners")
		for k := range n {
			r, angle := rapid.Float64Range(1, 40).Draw(t, "r"), 2*math.Pi*float64(k)/float64(n)
			ring = append(ring, orb.Point{50 + r*math.Cos(angle), 50 + r*math.Sin(angle)})
		}
		ring = append(ring, ring[0])
		area := 0.0
		for k := 1; k < len(ring); k++ {
			area += (ring[k-1][0]*ring[k][1] - ring[k][0]*ring[k-1][1]) / 2
		}
		var board []orb.MultiPolygon
		for x := range 10 {
			for y := range 10 {
				board = append(board, square(float64(10*x), float64(10*y), 10))
			}
		}
		total := 0.0
		for _, o := range Ground([]orb.MultiPolygon{{{ring}}}, board) {
			total += o.Size
		}
		if math.Abs(total-area) > 1e-9*area {
			t.Fatalf("parts sum to %v, the whole is %v", total, area)
		}
	})
}

// A police area of size 10 lies 6 in the first and 4 in the second of three; a sliver of 0.1 is in the third, which the next police area has 5 of.
func TestTranslate(t *testing.T) {
	overlaps := []Overlap{{0, 0, 6}, {0, 1, 4}, {0, 2, 0.1}, {1, 2, 5}}
	tr, err := Translate([]float64{10.1, 5}, []float64{8, 20, 5.5}, overlaps, 0.5, Sliver{Least: 0.2})
	if err != nil {
		t.Fatal(err)
	}
	// The first has 6/8 in it and stands for it; the second only 4/20.
	if !slices.Equal(tr.Of, []int32{0, -1, 1}) || tr.Slivers != 1 || tr.Sliver != 0.1 {
		t.Errorf("%+v", tr)
	}
	if q := tr.Quality[0]; !near(q.Coverage(), 6/10.1) || !near(q.Precision(), 0.75) || !near(q.Agreement(), 6/12.1) {
		t.Errorf("%+v", q)
	}
	c, err := TranslationCube("t", tr, []string{"p1", "p2"}, cube.Text{SV: "yta", EN: "ground"})
	if err != nil || c.Get("TranslationAreas", cube.Total).Value != 2 || len(c.Warnings) != 1 {
		t.Errorf("%v %v", c, err)
	}
	if _, err := Translate(nil, nil, nil, 0, Sliver{}); err == nil {
		t.Error("a least share of 0 is taken")
	}
	shared, outside, err := Shared([]int32{0, 0, 1, -1, 0, -1}, []int32{0, 1, 1, 1, -1, -1}, []int64{5, 1, 2, 3, 4, 6})
	if err != nil || !slices.Equal(shared, []Overlap{{0, 0, 5}, {0, 1, 1}, {1, 1, 2}}) || outside != (ByDivision{From: 3, To: 4, Both: 6}) {
		t.Errorf("%v %v %v", shared, outside, err)
	}
}

func TestCubes(t *testing.T) {
	set := Set{Code: "need", Label: cube.Same("need"), Areas: four()}
	types, err := ByTypes("types", set)
	if err != nil || !near(types.Get("TargetCoverage", "need", "1").Value, 0.6) || !near(types.Get("TargetBest", "need", "1").Value, 0.6) || types.Get("TargetCoverage", "need", "1-2").Value != 1 {
		t.Errorf("%v %v", types, err)
	}
	steps, err := ByIndex("steps", []float64{0.1, 0.3}, set)
	if err != nil || steps.Get("TargetNeed", "need", "0.3").Value != 30 || steps.Get("TargetNeed", "need", "0.1").Status != cube.Zero {
		t.Errorf("%v %v", steps, err)
	}
	by, err := ByNeed("by", set)
	if err != nil || by.Get("TargetTypesOfBest", "need").Status != cube.NotApplicable || !by.Get("TargetAUC", "need").Lo.OK {
		t.Errorf("%v %v", by, err)
	}
	set.Areas.Index[1] = math.NaN()
	if by, err = ByNeed("by", set); err != nil || len(by.Warnings) != 1 {
		t.Errorf("an area without index: %v %v", by, err)
	}
}

func TestDocsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Docs() {
		if d.Name == "" || d.Title.SV == "" || d.Title.EN == "" || d.Formula == "" || d.Range.SV == "" || d.Range.EN == "" || d.Text.SV == "" || d.Text.EN == "" || seen[d.Name] {
			t.Errorf("%+v lacks something, or stands twice", d)
		}
		seen[d.Name] = true
	}
}

// cpu reports the processor's time, which tells more than the clock where others load the machine.
func cpu(b *testing.B) func() {
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	start := used()
	return func() { b.ReportMetric(float64(used()-start)/float64(b.N)/1e6, "cpu-ms/op") }
}

func manyAreas(n int) *Areas {
	r := rand.New(rand.NewPCG(3, 4))
	a := &Areas{}
	for range n {
		pop, x := 300+r.Int64N(6000), math.Round(1000*math.Exp(r.NormFloat64()/2))/100
		a.Index, a.Population = append(a.Index, x), append(a.Population, pop)
		a.Need = append(a.Need, int64(float64(pop)*min(0.01*x*r.Float64(), 1)))
		a.Type = append(a.Type, 1+r.IntN(5))
	}
	return a
}

func BenchmarkReach(b *testing.B) {
	a := manyAreas(3363)
	b.Run("areas=3363/part=curve", func(b *testing.B) {
		defer cpu(b)()
		for b.Loop() {
			Curve(a)
		}
	})
	b.Run("areas=3363/part=all", func(b *testing.B) {
		defer cpu(b)()
		for b.Loop() {
			if _, err := ByNeed("n", Set{Code: "need", Areas: a}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func manyPlaces(residents, offices int) (*Points, *Sites) {
	r := rand.New(rand.NewPCG(5, 6))
	p, s := &Points{}, &Sites{}
	for range residents {
		// Half about thirty towns, half anywhere in a country of 450 × 1500 km.
		x, y := r.Float64()*450_000, r.Float64()*1_500_000
		if town := r.IntN(60); town < 30 {
			x, y = float64(town%5)*90_000+r.NormFloat64()*5000, float64(town)*50_000+r.NormFloat64()*5000
		}
		p.X, p.Y, p.Type = append(p.X, int64(x)), append(p.Y, int64(y)), append(p.Type, uint8(1+r.IntN(5)))
	}
	for i := range offices {
		k := r.IntN(residents)
		s.ID, s.X, s.Y = append(s.ID, fmt.Sprintf("%03d", i)), append(s.X, p.X[k]), append(s.Y, p.Y[k])
	}
	return p, s
}

// Everything that a network is asked: within five limits by type, mean and quantiles by type, who has each office and who loses it.
func BenchmarkLocation(b *testing.B) {
	for _, residents := range []int{1_000_000, 10_000_000} {
		if residents > 1_000_000 && testing.Short() {
			continue
		}
		p, s := manyPlaces(residents, 150)
		for _, part := range []string{"nearest", "all"} {
			b.Run(fmt.Sprintf("residents=%d/offices=150/part=%s", residents, part), func(b *testing.B) {
				defer cpu(b)()
				for b.Loop() {
					w, err := StraightLine(p, s, 1)
					if err != nil {
						b.Fatal(err)
					}
					if part == "nearest" {
						continue
					}
					var limits []Limit
					for _, km := range []int64{1, 5, 10, 20, 50} {
						limits = append(limits, Limit{Code: fmt.Sprint(km), Cost: km * km * 1_000_000})
					}
					if _, err := WithinCube("w", w, p, limits); err != nil {
						b.Fatal(err)
					}
					if _, err := WayCube("q", w, p, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95); err != nil {
						b.Fatal(err)
					}
					if _, err := SiteCube("s", w, p, s); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// The best of so many sites for the middles of 1 000 areas.
func BenchmarkMedian(b *testing.B) {
	p, s := manyPlaces(1000, 60)
	lengths, err := Lengths(p, s, 1)
	if err != nil {
		b.Fatal(err)
	}
	d, err := NewDemand(lengths, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, k := range []int{5, 10, 20} {
		b.Run(fmt.Sprintf("points=1000/sites=60/p=%d", k), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				m, err := d.Median(k, 0)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(m.Nodes), "nodes")
				b.ReportMetric(float64(map[bool]int{true: 1}[m.Proved]), "proved")
			}
		})
	}
}
