package border

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
	"pgregory.net/rapid"
)

func one(rings ...orb.Ring) orb.MultiPolygon { return orb.MultiPolygon{orb.Polygon(rings)} }

var made = area.ID{Kind: "ruta"}

// division makes a division of borders; their codes are A, B, C and so on.
func division(t testing.TB, borders ...orb.MultiPolygon) *area.Division {
	t.Helper()
	var areas []area.Area
	for i, b := range borders {
		areas = append(areas, area.Area{Code: fmt.Sprintf("%c", 'A'+i), Border: b})
	}
	d, err := area.New(made, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestValidateByHand(t *testing.T) {
	const e, n = 674000, 6580000
	at := func(p orb.Point) string { return fmt.Sprintf("%.3f %.3f", p[0]-e, p[1]-n) }
	ring := func(xy ...float64) orb.Ring {
		var r orb.Ring
		for i := 0; i < len(xy); i += 2 {
			r = append(r, orb.Point{e + xy[i], n + xy[i+1]})
		}
		return append(r, r[0])
	}
	for _, c := range []struct {
		name    string
		borders []orb.MultiPolygon
		want    []string // rule, codes, place from (e, n), area
		overlap float64
		gap     float64
	}{
		{"two neighbours", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10)), one(ring(10, 0, 20, 0, 20, 10, 10, 10))}, nil, 0, 0},
		{"neighbour with one more vertex on the shared side", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10)), one(ring(10, 0, 20, 0, 20, 10, 10, 10, 10, 4))}, nil, 0, 0},
		{"enclave", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10), turned(ring(2, 2, 4, 2, 4, 4, 2, 4))), one(ring(2, 2, 4, 2, 4, 4, 2, 4))}, nil, 0, 0},
		{"touching at a point", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10)), one(ring(10, 10, 20, 10, 20, 20, 10, 20))}, nil, 0, 0},
		// the lines from (0,0) to (10,10) and from (10,0) to (0,10) cross in (5,5)
		{"bow-tie", []orb.MultiPolygon{one(ring(0, 0, 10, 10, 10, 0, 0, 10))}, []string{"flat-ring A 0.000 0.000", "crossing A 5.000 5.000"}, 0, 0},
		// lines from (0,0) to (30,10) and from (30,0) to (0,20): t·10 = 20−t·20 at t = 2/3
		{"lopsided bow-tie", []orb.MultiPolygon{one(ring(0, 0, 30, 10, 30, 0, 0, 20))}, []string{"crossing A 20.000 6.667"}, 0, 0},
		{"spike", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 20, 0, 10, 0, 10, 10, 0, 10))}, []string{"crossing A 10.000 0.000"}, 0, 0},
		{"open ring", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10)[:4])}, []string{"unclosed-ring A 0.000 10.000"}, 0, 0},
		{"short ring", []orb.MultiPolygon{one(ring(0, 0, 10, 0))}, []string{"flat-ring A 0.000 0.000", "crossing A 0.000 0.000"}, 0, 0},
		{"no extent", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 20, 0))}, []string{"flat-ring A 0.000 0.000"}, 0, 0},
		{"wrong direction", []orb.MultiPolygon{one(turned(ring(0, 0, 10, 0, 10, 10, 0, 10)))}, []string{"ring-direction A 0.000 0.000"}, 0, 0},
		{"repeated vertex", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 0, 10, 10, 0, 10))}, []string{"repeated-vertex A 10.000 0.000"}, 0, 0},
		{"hole outside", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10), turned(ring(20, 0, 24, 0, 24, 4, 20, 4)))}, []string{"nesting A 22.000 2.000"}, 0, 0},
		{"part in a part", []orb.MultiPolygon{{{ring(0, 0, 10, 0, 10, 10, 0, 10)}, {ring(2, 2, 4, 2, 4, 4, 2, 4)}}}, []string{"nesting A 3.000 3.000"}, 0, 0},
		{"island in a hole", []orb.MultiPolygon{{{ring(0, 0, 10, 0, 10, 10, 0, 10), turned(ring(1, 1, 9, 1, 9, 9, 1, 9))}, {ring(2, 2, 4, 2, 4, 4, 2, 4)}}},
			[]string{"gap A 5.000 5.000 60.0"}, 0, 60}, // 8² − 2²; halfway up the hole
		// squares of 10 that share a strip of 2 by 10
		{"overlap", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10)), one(ring(8, 0, 18, 0, 18, 10, 8, 10))}, []string{"overlap A B 9.000 5.000 20.0"}, 20, 0},
		{"one within the other", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10)), one(ring(2, 2, 4, 2, 4, 4, 2, 4))}, []string{"overlap A B 3.000 3.000 4.0"}, 4, 0},
		{"the same twice", []orb.MultiPolygon{one(ring(0, 0, 10, 0, 10, 10, 0, 10)), one(ring(0, 0, 10, 0, 10, 10, 0, 10))}, []string{"overlap A B 5.000 5.000 100.0"}, 100, 0},
		// a frame of four areas around a square of 10
		{"gap", []orb.MultiPolygon{one(ring(0, 0, 30, 0, 30, 10, 0, 10)), one(ring(0, 10, 10, 10, 10, 20, 0, 20)), one(ring(20, 10, 30, 10, 30, 20, 20, 20)), one(ring(0, 20, 30, 20, 30, 30, 0, 30))},
			[]string{"gap A B C D 15.000 15.000 100.0"}, 0, 100},
		{"no border", []orb.MultiPolygon{nil, one(ring(0, 0, 10, 0, 10, 10, 0, 10))}, []string{"no-border A"}, 0, 0},
		{"no number", []orb.MultiPolygon{one(orb.Ring{{e, n}, {math.NaN(), n}, {e, n + 1}, {e, n}})}, []string{"outside A"}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Validate(division(t, c.borders...))
			var got []string
			for _, f := range r.Findings {
				s := f.Rule + " " + strings.Join(f.Codes, " ")
				if f.Point != nil {
					s += " " + at(*f.Point)
				}
				if f.Area > 0 {
					s += fmt.Sprintf(" %.1f", f.Area)
				}
				got = append(got, s)
				if rule, ok := RuleOf(f.Rule); !ok || rule.Title.SV == "" || rule.Text.EN == "" || f.Text == "" {
					t.Errorf("finding without documentation or text: %+v", f)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if math.Abs(r.Overlap-c.overlap) > 1e-6 || math.Abs(r.Gap-c.gap) > 1e-6 {
				t.Errorf("overlap %g, gap %g", r.Overlap, r.Gap)
			}
		})
	}
}

// SCB's layers of Karlstad are cut from one net: no overlap and no gap. The borders of Stockholm were simplified one by one.
func TestValidateReal(t *testing.T) {
	d, _ := readDivision(t, Options{ID: deso2025}, "geometry/karlstad_deso2025.geojson")
	r := Validate(d)
	if r.Faults() != 0 || r.Count(RuleOverlap) != 0 || r.Count(RuleGap) != 0 || r.Overlap > 1e-3 || r.Gap > 1e-3 {
		t.Errorf("Karlstad: %d faults, overlap %g m², gap %g m²", r.Faults(), r.Overlap, r.Gap)
	}
	d, _ = readDivision(t, Options{ID: deso2018}, "geometry/deso2018_stockholm_county.geojson")
	r = Validate(d)
	if r.Count(RuleOverlap) == 0 || r.Count(RuleGap) == 0 || r.Count(RuleUnchecked) != 0 {
		t.Errorf("Stockholm: %d overlaps, %d gaps", r.Count(RuleOverlap), r.Count(RuleGap))
	}
	d, _ = readDivision(t, Options{ID: lan}, "geometry/LanSweref99TM.zip")
	if r = Validate(d); r.Faults() != 0 || r.Count(RuleOverlap) != 0 {
		t.Errorf("län: %d faults, %d overlaps", r.Faults(), r.Count(RuleOverlap))
	}
}

// SCB serves Karlstad's DeSO and RegSO of 2025 from the same net, so the one dissolved by its field regsokod must be the other.
func TestDissolveKarlstad(t *testing.T) {
	deso, l := readDivision(t, Options{ID: deso2025}, "geometry/karlstad_deso2025.geojson")
	regso, _ := readDivision(t, Options{ID: regso2025}, "geometry/karlstad_regso2025.geojson")
	parents := map[string]string{}
	for _, f := range l.Features {
		parents[f.Code] = f.Fields["regsokod"]
	}
	g := geography(t, deso, regso)
	if err := g.AddKey(deso2025, regso2025, parents); err != nil {
		t.Fatal(err)
	}
	got, r, err := Dissolve(g, deso2025, regso2025)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Findings) != 0 || r.Overlap > 1e-3 || r.Gap != 0 {
		t.Errorf("report %+v", r)
	}
	for i := range regso.Len() {
		a, b := surfaceArea(got.At(i).Border), surfaceArea(regso.At(i).Border)
		if math.Abs(a/b-1) > 1e-9 || len(got.At(i).Border) != len(regso.At(i).Border) {
			t.Errorf("%s: %g m² in %d parts dissolved, %g m² in %d parts served", regso.At(i).Code, a, len(got.At(i).Border), b, len(regso.At(i).Border))
		}
	}
}

func geography(t testing.TB, divisions ...*area.Division) *area.Geography {
	t.Helper()
	g := area.NewGeography()
	for _, d := range divisions {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// Stockholm's simplified DeSO do not meet. Their area must still come out again, in RegSO and in kommuner, and only whole areas get borders:
// 26 kommuner are in Stockholms län.
func TestDissolveStockholm(t *testing.T) {
	deso, _ := readDivision(t, Options{ID: deso2018}, "geometry/deso2018_stockholm_county.geojson")
	k, err := ReadKey(data(t, "keys/koppling-deso2018-regso2020.csv"), desoKey)
	if err != nil {
		t.Fatal(err)
	}
	divisions, err := k.Divisions()
	if err != nil {
		t.Fatal(err)
	}
	borders, sum := map[string]orb.MultiPolygon{}, 0.0
	for i := range deso.Len() {
		borders[deso.At(i).Code] = deso.At(i).Border
		sum += surfaceArea(deso.At(i).Border)
	}
	if divisions[0], err = divisions[0].WithBorders(borders); err != nil {
		t.Fatal(err)
	}
	g := geography(t, divisions...)
	if err := g.AddKey(deso2018, regso2020, k.Parents()); err != nil {
		t.Fatal(err)
	}
	for _, to := range []area.ID{regso2020, kommun} {
		d, r, err := Dissolve(g, deso2018, to)
		if err != nil {
			t.Fatal(err)
		}
		total := 0.0
		for i := range d.Len() {
			a := d.At(i)
			total += surfaceArea(a.Border)
			if (a.Border != nil) != strings.HasPrefix(a.Code, "01") {
				t.Errorf("%s has a border: %v", a.Code, a.Border != nil)
			}
		}
		if to == kommun && d.Bordered() != 26 {
			t.Errorf("%d kommuner", d.Bordered())
		}
		if diff := sum - r.Overlap + r.Gap - total; math.Abs(diff) > 1 {
			t.Errorf("%s: %.0f m² − overlap %.0f + filled %.0f is %.3f m² off the result", to, sum, r.Overlap, r.Gap, diff)
		}
		if r.Count(RuleParts) != d.Len()-d.Bordered() || r.Count(RuleUnmerged) != 0 || r.Count(RuleSliver) == 0 {
			t.Errorf("%s: %d without parts, %d not merged, %d slivers", to, r.Count(RuleParts), r.Count(RuleUnmerged), r.Count(RuleSliver))
		}
		check := Validate(d)
		for _, f := range check.Findings {
			if rule, _ := RuleOf(f.Rule); rule.Fault {
				t.Errorf("%s: %s", to, f.Text)
			}
		}
	}
}

// Squares by hand: what must merge, stay, be filled and be left open.
func TestDissolveByHand(t *testing.T) {
	const e, n = 674000, 6580000
	rect := func(x0, y0, x1, y1 float64) orb.Ring {
		return orb.Ring{{e + x0, n + y0}, {e + x1, n + y0}, {e + x1, n + y1}, {e + x0, n + y1}, {e + x0, n + y0}}
	}
	for _, c := range []struct {
		name         string
		in, out      []orb.MultiPolygon // parts of län 01 and of län 02
		rings        []int              // of 01, by part
		area         float64
		overlap, gap float64
		rules        []string
	}{
		{"neighbours", []orb.MultiPolygon{one(rect(0, 0, 10, 10)), one(rect(10, 0, 20, 10))}, nil, []int{1}, 200, 0, 0, nil},
		{"apart", []orb.MultiPolygon{one(rect(0, 0, 10, 10)), one(rect(30, 0, 40, 10))}, nil, []int{1, 1}, 200, 0, 0, nil},
		{"touching at a point", []orb.MultiPolygon{one(rect(0, 0, 10, 10)), one(rect(10, 10, 20, 20))}, nil, []int{1, 1}, 200, 0, 0, nil},
		{"half a millimetre apart", []orb.MultiPolygon{one(rect(0, 0, 10, 10)), one(rect(10.0005, 0, 20, 10))}, nil, []int{1}, 199.995, 0, 0, nil},
		{"overlapping", []orb.MultiPolygon{one(rect(0, 0, 10, 10)), one(rect(8, 0, 18, 10))}, nil, []int{1}, 180, 20, 0, []string{RuleOverlap}},
		// four strips around an opening of 20 by 20 in which nothing lies
		{"sliver", []orb.MultiPolygon{one(rect(0, 0, 40, 10)), one(rect(0, 10, 10, 30)), one(rect(30, 10, 40, 30)), one(rect(0, 30, 40, 40))}, nil, []int{1}, 1600, 0, 400, []string{RuleSliver}},
		{"sliver with an island", []orb.MultiPolygon{one(rect(0, 0, 40, 10)), one(rect(0, 10, 10, 30)), one(rect(30, 10, 40, 30)), one(rect(0, 30, 40, 40)), one(rect(15, 15, 20, 20))}, nil,
			[]int{1}, 1600, 0, 375, []string{RuleSliver}},
		{"enclave of another area", []orb.MultiPolygon{one(rect(0, 0, 40, 10)), one(rect(0, 10, 10, 30)), one(rect(30, 10, 40, 30)), one(rect(0, 30, 40, 40))}, []orb.MultiPolygon{one(rect(10, 10, 30, 30))},
			[]int{2}, 1200, 0, 0, nil},
		// an opening of 200 by 200 m is more than a hectare
		{"lake", []orb.MultiPolygon{one(rect(0, 0, 400, 400), turned(rect(100, 100, 300, 300)))}, nil, []int{2}, 120_000, 0, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fine []area.Area
			for i, b := range c.in {
				fine = append(fine, area.Area{Code: fmt.Sprintf("01%02d", i), Border: b})
			}
			for i, b := range c.out {
				fine = append(fine, area.Area{Code: fmt.Sprintf("03%02d", i), Border: b})
			}
			parts, err := area.New(kommun, fine)
			if err != nil {
				t.Fatal(err)
			}
			county, err := area.New(lan, []area.Area{{Code: "01"}, {Code: "03"}})
			if err != nil {
				t.Fatal(err)
			}
			d, r, err := Dissolve(geography(t, parts, county), kommun, lan)
			if err != nil {
				t.Fatal(err)
			}
			var rings []int
			for _, polygon := range d.At(0).Border {
				rings = append(rings, len(polygon))
			}
			if diff := cmp.Diff(c.rings, rings); diff != "" {
				t.Errorf("rings by part (-want +got):\n%s", diff)
			}
			if got := surfaceArea(d.At(0).Border); math.Abs(got-c.area) > 0.006 {
				t.Errorf("%g m², want %g", got, c.area)
			}
			if math.Abs(r.Overlap-c.overlap) > 1e-6 || math.Abs(r.Gap-c.gap) > 1e-6 {
				t.Errorf("overlap %g, filled %g", r.Overlap, r.Gap)
			}
			var rules []string
			for _, f := range r.Findings {
				if f.Rule != RuleParts { // län 03 has parts only in one case
					rules = append(rules, f.Rule)
				}
			}
			if diff := cmp.Diff(c.rules, rules); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDissolveErrors(t *testing.T) {
	bare, err := area.New(kommun, []area.Area{{Code: "0180"}, {Code: "0181"}})
	if err != nil {
		t.Fatal(err)
	}
	county, err := area.New(lan, []area.Area{{Code: "01"}, {Code: "03"}})
	if err != nil {
		t.Fatal(err)
	}
	g := geography(t, bare, county)
	_, _, err = Dissolve(g, kommun, lan)
	wants(t, err, "no area of kommun has a border")
	_, _, err = Dissolve(g, kommun, regso2020)
	wants(t, err, "regso-2020")
	half, err := bare.WithBorders(map[string]orb.MultiPolygon{"0180": one(box(674000, 6580000, 10))})
	if err != nil {
		t.Fatal(err)
	}
	d, r, err := Dissolve(geography(t, half, county), kommun, lan)
	if err != nil {
		t.Fatal(err)
	}
	if d.Bordered() != 0 || r.Count(RuleParts) != 2 || !strings.Contains(r.Findings[0].Text, "0181") {
		t.Errorf("%d bordered, %+v", d.Bordered(), r.Findings)
	}
}

// cells draws areas made of squares on a board, as rings that cover runs of squares: the truth can be counted square by square.
func cells(t *rapid.T) (borders []orb.MultiPolygon, count map[[2]int]int) {
	const e, n, side = 674000, 6580000, 7
	count = map[[2]int]int{}
	for range rapid.IntRange(1, 6).Draw(t, "areas") {
		var border orb.MultiPolygon
		for range rapid.IntRange(1, 2).Draw(t, "parts") {
			x, y := rapid.IntRange(0, 6).Draw(t, "x"), rapid.IntRange(0, 6).Draw(t, "y")
			w, h := rapid.IntRange(1, 4).Draw(t, "w"), rapid.IntRange(1, 4).Draw(t, "h")
			r := orb.Ring{{float64(x), float64(y)}, {float64(x + w), float64(y)}, {float64(x + w), float64(y + h)}, {float64(x), float64(y + h)}, {float64(x), float64(y)}}
			for i := range r {
				r[i] = orb.Point{e + side*r[i][0], n + side*r[i][1]}
			}
			border = append(border, orb.Polygon{r})
			for i := x; i < x+w; i++ {
				for j := y; j < y+h; j++ {
					count[[2]int{i, j}]++
				}
			}
		}
		borders = append(borders, border)
	}
	return borders, count
}

func regionArea(parts []part) float64 {
	sum := 0.0
	for _, p := range parts {
		sum += surfaceArea(orb.MultiPolygon{p.polygon})
	}
	return sum
}

// Union and overlap of areas made of squares equal the number of squares that are covered once, twice and so on.
func TestRegionsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		borders, count := cells(t)
		net, ok := arrange(borders)
		if !ok {
			t.Fatal("tangled")
		}
		for k := 1; k <= 4; k++ {
			want := 0.0
			for _, n := range count {
				if n >= k {
					want += 49
				}
			}
			parts, ok := net.region(int32(k))
			if !ok {
				t.Fatalf("the region of %d areas does not close", k)
			}
			if got := regionArea(parts); math.Abs(got-want) > 1e-6 {
				t.Fatalf("%d areas or more on %g m², want %g", k, got, want)
			}
			for i, p := range parts {
				for j, ring := range p.polygon {
					if (ringArea(ring) > 0) != (j == 0) || ring[0] != ring[len(ring)-1] {
						t.Fatalf("part %d has a ring that is open or runs the wrong way", i)
					}
				}
			}
		}
	})
}

// For any triangles, turned any way: the regions add up to the sum of the areas, the union is no smaller than the largest and
// the answer does not depend on the order.
func TestRegionsOfTriangles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var borders []orb.MultiPolygon
		sum, largest := 0.0, 0.0
		for range rapid.IntRange(1, 8).Draw(t, "triangles") {
			var r orb.Ring
			for range 3 {
				r = append(r, orb.Point{674000 + rapid.Float64Range(0, 100).Draw(t, "x"), 6580000 + rapid.Float64Range(0, 100).Draw(t, "y")})
			}
			r = append(r, r[0])
			if ringArea(r) < 0 {
				r.Reverse()
			}
			if ringArea(r) < 10 { // needles of a millimetre lose their area to the snap distance
				continue
			}
			sum += ringArea(r)
			largest = max(largest, ringArea(r))
			borders = append(borders, one(r))
		}
		measure := func(borders []orb.MultiPolygon) (union, all float64) {
			net, ok := arrange(borders)
			if !ok {
				t.Fatal("tangled")
			}
			for k := int32(1); k <= int32(len(borders)); k++ {
				parts, ok := net.region(k)
				if !ok {
					t.Fatalf("the region of %d areas does not close", k)
				}
				a := regionArea(parts)
				if k == 1 {
					union = a
				}
				all += a
			}
			return union, all
		}
		union, all := measure(borders)
		// each cut may move an edge of at most 141 m by a millimetre
		if math.Abs(all-sum) > 2 || union > sum+2 || union < largest-2 {
			t.Fatalf("union %g, regions %g, sum %g, largest %g", union, all, sum, largest)
		}
		slices.Reverse(borders)
		if again, _ := measure(borders); math.Abs(again-union) > 2 {
			t.Fatalf("union %g, in reverse order %g", union, again)
		}
	})
}

// Two triangles with base 20.5 and height 1 whose corners nearly coincide, so that snapping leaves an edge that rises by a nanometre. Found
// by TestRegionsOfTriangles: looking east from such an edge says nothing.
func TestNearlyLevelEdge(t *testing.T) {
	triangle := func(x, rise float64) orb.MultiPolygon {
		return one(orb.Ring{{674000 + x, 6580000 + rise}, {674021.5, 6580001}, {674001, 6580001}, {674000 + x, 6580000 + rise}})
	}
	net, ok := arrange([]orb.MultiPolygon{triangle(1, 9.4e-10), triangle(1.0078125, 1.9e-9)})
	if !ok {
		t.Fatal("tangled")
	}
	for k := int32(1); k <= 2; k++ {
		parts, ok := net.region(k)
		if got := regionArea(parts); !ok || math.Abs(got-20.5/2) > 0.02 {
			t.Errorf("%d areas or more on %g m², want about 10.25", k, got)
		}
	}
}

func TestPointIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		borders, _ := cells(t)
		for _, p := range borders[0] {
			if q, ok := pointIn(p); !ok || !inBorder(orb.MultiPolygon{p}, q) {
				t.Fatalf("%v %v in %v", q, ok, p)
			}
		}
	})
}

func TestRules(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules {
		if r.Name == "" || seen[r.Name] || r.Title.SV == "" || r.Title.EN == "" || r.Text.SV == "" || r.Text.EN == "" {
			t.Errorf("rule %q stands twice or lacks a text", r.Name)
		}
		seen[r.Name] = true
	}
	for _, name := range []string{RuleCode, RuleGeometry, RuleOutside, RuleRepeated, RuleUnclosed, RuleFlat, RuleHole, RuleNoBorder, RuleVertex, RuleCrossing, RuleDirection,
		RuleNesting, RuleOverlap, RuleGap, RuleUnchecked, RuleParts, RuleSliver, RuleUnmerged, RuleKeyRow, RuleKeyTwice, RuleKeyClash, RuleKeyKommun, RuleKeyName} {
		if !seen[name] {
			t.Errorf("rule %s is not documented", name)
		}
	}
}
