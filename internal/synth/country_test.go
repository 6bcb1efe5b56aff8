package synth

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/area"
)

func toy(t testing.TB, seed uint64) *Country {
	t.Helper()
	opt := Toy()
	opt.Seed = seed
	c, err := NewCountry(opt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *Country) divisions() []*area.Division {
	return []*area.Division{c.DeSO2018, c.RegSO2020, c.DeSO2025, c.RegSO2025}
}

// decimetres is a corner on the grid that all borders lie on.
type decimetres [2]int64

func inDecimetres(t testing.TB, p orb.Point) decimetres {
	d := decimetres{int64(math.Round(p[0] * 10)), int64(math.Round(p[1] * 10))}
	if math.Abs(float64(d[0])-p[0]*10) > 1e-6 || math.Abs(float64(d[1])-p[1]*10) > 1e-6 {
		t.Fatalf("point %v is not on the decimetre grid", p)
	}
	return d
}

// edges counts each directed edge of a division, and gives the doubled area of each of its areas in square decimetres, exactly.
func edges(t testing.TB, d *area.Division) (count map[[2]decimetres]int, doubled []int64) {
	count = make(map[[2]decimetres]int)
	doubled = make([]int64, d.Len())
	for i := range d.Len() {
		for _, polygon := range d.At(i).Border {
			for _, ring := range polygon {
				if !ring.Closed() {
					t.Fatalf("%s: a ring of %s is open", d.ID, d.At(i).Code)
				}
				origin := inDecimetres(t, ring[0])
				for k := 1; k < len(ring); k++ {
					a, b := inDecimetres(t, ring[k-1]), inDecimetres(t, ring[k])
					count[[2]decimetres{a, b}]++
					doubled[i] += (a[0]-origin[0])*(b[1]-origin[1]) - (b[0]-origin[0])*(a[1]-origin[1])
				}
			}
		}
	}
	return count, doubled
}

// In a partition every edge is used once, and once the other way round unless it is coast. The coast is the same for all divisions, so
// their areas have one sum.
func TestPartitionIsExact(t *testing.T) {
	medium := Options{Seed: 3, Lan: 7, Kommuner: 60, RegSO: 500, DeSO: 900, Vertices: 15}
	c, err := NewCountry(medium)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []*Country{toy(t, 1), toy(t, 2), c} {
		var coast map[[2]decimetres]bool
		var total int64
		for n, d := range c.divisions() {
			count, doubled := edges(t, d)
			outer := make(map[[2]decimetres]bool)
			for e, times := range count {
				if times != 1 {
					t.Fatalf("%s: an edge is used %d times in one direction", d.ID, times)
				}
				if count[[2]decimetres{e[1], e[0]}] == 0 {
					outer[e] = true
				}
			}
			var sum int64
			for i, a := range doubled {
				if a <= 0 {
					t.Errorf("%s: area of %s is %d", d.ID, d.At(i).Code, a)
				}
				sum += a
			}
			if n == 0 {
				coast, total = outer, sum
				continue
			}
			if sum != total {
				t.Errorf("%s: areas sum to %d, those of %s to %d", d.ID, sum, c.DeSO2018.ID, total)
			}
			for e := range outer {
				if !coast[e] {
					t.Fatalf("%s: edge %v has one side only, and is no coast", d.ID, e)
				}
			}
			if len(outer) != len(coast) {
				t.Errorf("%s: %d edges of coast, %s has %d", d.ID, len(outer), c.DeSO2018.ID, len(coast))
			}
		}
	}
}

// A point lies in one area of each division, or in none of any.
func TestPointsLieInOneArea(t *testing.T) {
	c := toy(t, 1)
	bound := c.DeSO2018.At(0).Border.Bound()
	for i := range c.DeSO2018.Len() {
		bound = bound.Union(c.DeSO2018.At(i).Border.Bound())
	}
	s := newStream(1, 99, 0)
	inside := 0
	for range 3000 {
		p := orb.Point{s.between(bound.Min[0], bound.Max[0]), s.between(bound.Min[1], bound.Max[1])}
		var found [4]int
		for n, d := range c.divisions() {
			for i := range d.Len() {
				found[n] += one(inBorder(d.At(i).Border, p))
			}
		}
		if found != [4]int{} && found != [4]int{1, 1, 1, 1} {
			t.Fatalf("%v lies in %v areas of the four divisions", p, found)
		}
		inside += found[0]
	}
	if inside < 800 {
		t.Errorf("only %d of 3000 points are on land", inside)
	}
}

func TestCounts(t *testing.T) {
	c := toy(t, 1)
	opt := Toy()
	if c.Lan.Len() != opt.Lan || c.Kommun.Len() != opt.Kommuner || c.RegSO2020.Len() != opt.RegSO || c.DeSO2018.Len() != opt.DeSO {
		t.Errorf("%d län, %d kommuner, %d RegSO, %d DeSO", c.Lan.Len(), c.Kommun.Len(), c.RegSO2020.Len(), c.DeSO2018.Len())
	}
}

// Every lower area lies in the higher one that its code and the key tell, in both vintages.
func TestKeysAreComplete(t *testing.T) {
	c := toy(t, 4)
	g, err := c.Geography()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []*area.Division{c.DeSO2018, c.DeSO2025} {
		regso := c.RegSO2020
		if d == c.DeSO2025 {
			regso = c.RegSO2025
		}
		for _, to := range []*area.Division{regso, c.Kommun, c.Lan} {
			parents, err := g.Parents(d.ID, to.ID)
			if err != nil {
				t.Fatal(err)
			}
			children := make([]int, to.Len())
			for _, p := range parents {
				children[p]++
			}
			for i, n := range children {
				if n == 0 {
					t.Errorf("%s %s holds no %s", to.ID, to.At(i).Code, d.ID)
				}
			}
		}
		parents, _ := g.Parents(d.ID, regso.ID)
		for i, p := range parents {
			if d.At(i).Code[:4] != regso.At(int(p)).Code[:4] {
				t.Errorf("%s lies in %s, in another kommun", d.At(i).Code, regso.At(int(p)).Code)
			}
		}
	}
}

// The log of changes names every code that goes or comes.
func TestRevision(t *testing.T) {
	c, err := NewCountry(Options{Seed: 1, Lan: 7, Kommuner: 60, RegSO: 500, DeSO: 900, Vertices: 3})
	if err != nil {
		t.Fatal(err)
	}
	before, after := map[string]bool{}, map[string]bool{}
	kept := 0
	for _, ch := range c.Changes {
		before[ch.Before], after[ch.After] = true, true
		if ch.Before == ch.After {
			kept++
		}
	}
	if kept == 0 {
		t.Error("no DeSO keeps its code with a changed border")
	}
	for _, code := range c.DeSO2018.Codes() {
		if _, stays := c.DeSO2025.Index(code); !stays && !before[code] {
			t.Errorf("%s ends and is not in the log", code)
		}
	}
	for _, code := range c.DeSO2025.Codes() {
		if _, was := c.DeSO2018.Index(code); !was && !after[code] {
			t.Errorf("%s is new and is not in the log", code)
		}
	}
	// About five in a hundred RegSO have other ground than before.
	ground := func(d *area.Division, of []int32) map[string]string {
		m := make(map[string]string)
		for a, r := range of {
			m[d.At(int(r)).Code] += strconv.Itoa(a) + ","
		}
		return m
	}
	old, now := ground(c.RegSO2020, c.old.regso), ground(c.RegSO2025, c.new.regso)
	changed := 0
	for code, atoms := range old {
		changed += one(now[code] != atoms)
	}
	if share := float64(changed) / float64(len(old)); share < 0.02 || share > 0.10 {
		t.Errorf("%.1f %% of the RegSO changed", 100*share)
	}
}

// The codes of län that are or have been in use since 1968 (SCB, Län och kommuner i kodnummerordning); 02, 11, 15 and 16 are free since 1998.
const realLan = "01 03 04 05 06 07 08 09 10 12 13 14 17 18 19 20 21 22 23 24 25"

func TestNoRealPlace(t *testing.T) {
	c, err := NewCountry(Options{Vertices: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range c.Lan.Codes() {
		if strings.Contains(realLan, code) {
			t.Errorf("län %s is real", code)
		}
	}
	if !strings.HasPrefix(c.Kommun.At(0).Code, "0") {
		t.Error("no code has a leading zero, which readers must keep")
	}
	text, err := os.ReadFile(filepath.Join(dataFolder(t), "keys", "scb-regions.json"))
	if err != nil {
		t.Fatal(err)
	}
	var regions struct{ Label map[string]string }
	if err := json.Unmarshal(text, &regions); err != nil {
		t.Fatal(err)
	}
	if len(regions.Label) != 312 {
		t.Fatalf("%d real regions", len(regions.Label))
	}
	seen := map[string]bool{}
	for code, name := range regions.Label {
		seen[code], seen[name] = true, true
	}
	for _, d := range []*area.Division{c.Lan, c.Kommun} {
		for i := range d.Len() {
			a := d.At(i)
			if seen[a.Code] || seen[a.Name] {
				t.Errorf("%s %s is real, or stands twice", a.Code, a.Name)
			}
			seen[a.Name] = true
		}
	}
}

// dataFolder is the folder of real data, or the test ends.
func dataFolder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		root, err := os.Getwd()
		for err == nil {
			if _, missing := os.Stat(filepath.Join(root, "go.mod")); missing == nil {
				break
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the folder of real data (SKIKT_DATA) is absent")
		}
		t.Skip("the folder of real data (SKIKT_DATA) is absent")
	}
	return dir
}

func TestManySeeds(t *testing.T) {
	for seed := uint64(10); seed < 40; seed++ {
		toy(t, seed)
	}
}

func TestOptionsRefused(t *testing.T) {
	for name, opt := range map[string]Options{
		"negative":      {Persons: -1},
		"many län":      {Lan: 71},
		"few kommuner":  {Lan: 5, Kommuner: 4},
		"few RegSO":     {RegSO: 300},
		"few DeSO":      {DeSO: 3399},
		"many DeSO":     {DeSO: 8000},
		"many persons":  {Persons: 20_000_001},
		"few persons":   {Persons: 33_999},
		"year twice":    {Years: []int{2020, 2020}},
		"years reverse": {Years: []int{2021, 2020}},
		"early year":    {Years: []int{1999}},
	} {
		if _, err := NewCountry(opt); err == nil || !strings.HasPrefix(err.Error(), "synth: ") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
}

func TestApportion(t *testing.T) {
	// By hand: 10 seats, weights 5, 3, 2, floor 1: 7 free seats give 3.5, 2.1 and 1.4; the one left goes to the largest rest.
	got := apportion(10, []float64{5, 3, 2}, 1)
	if want := []int{5, 3, 2}; got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, want %v", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Float64Range(0.1, 100), 1, 30).Draw(t, "weights")
		n := rapid.IntRange(0, 1000).Draw(t, "n")
		sum := 0
		for _, k := range apportion(n, weights, 2) {
			sum += k
		}
		if sum != n {
			t.Fatalf("seats sum to %d, not %d", sum, n)
		}
	})
}

func TestCircumcentre(t *testing.T) {
	// A 6-8-10 triangle has its right angle on the circle, so the centre is the middle of the long side.
	if c := circumcentre(orb.Point{500000, 6500000}, orb.Point{500006, 6500000}, orb.Point{500000, 6500008}); c != (orb.Point{500003, 6500004}) {
		t.Errorf("got %v", c)
	}
}

// A path stays in its rhombus and neither stops nor repeats a point.
func TestWiggleStaysInRhombus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Float64Range(-5000, 5000)
		a, b := onGrid(orb.Point{number.Draw(t, "ax"), number.Draw(t, "ay")}), onGrid(orb.Point{number.Draw(t, "bx"), number.Draw(t, "by")})
		if math.Hypot(a[0]-b[0], a[1]-b[1]) < 100 {
			t.Skip("a short side")
		}
		// A site and its mirror image in the side, as Voronoi neighbours are.
		along, off := rapid.Float64Range(-1, 2).Draw(t, "along"), rapid.Float64Range(0.01, 3).Draw(t, "off")
		foot := between(a, b, along)
		nx, ny := -(b[1]-a[1])*off, (b[0]-a[0])*off
		p, q := rhombus(a, b, orb.Point{foot[0] + nx, foot[1] + ny}, orb.Point{foot[0] - nx, foot[1] - ny})
		path := wiggle([]orb.Point{a}, a, p, b, q, 5, newStream(rapid.Uint64().Draw(t, "seed"), forEdge, 0))
		if path[0] != a || path[len(path)-1] != b {
			t.Fatalf("the path goes from %v to %v", path[0], path[len(path)-1])
		}
		// Half the rhombus's height over its half length bounds every point: |height| ≤ top · (1 − |2·along − 1|).
		length := math.Hypot(b[0]-a[0], b[1]-a[1])
		top := math.Hypot(p[0]-q[0], p[1]-q[1]) / 2
		for _, at := range path {
			x := ((at[0]-a[0])*(b[0]-a[0]) + (at[1]-a[1])*(b[1]-a[1])) / length / length
			y := math.Abs((at[0]-a[0])*(b[1]-a[1])-(at[1]-a[1])*(b[0]-a[0])) / length
			if y > top*(1-math.Abs(2*x-1))+0.2 {
				t.Fatalf("point %v leaves the rhombus", at)
			}
		}
	})
}

func BenchmarkCountry(b *testing.B) {
	for _, vertices := range []string{"15", "31"} {
		b.Run("areas=demo/vertices="+vertices, func(b *testing.B) {
			opt := Demo()
			opt.Vertices = map[string]int{"15": 15, "31": 31}[vertices]
			points := 0
			for b.Loop() {
				c, err := NewCountry(opt)
				if err != nil {
					b.Fatal(err)
				}
				points = 0
				for i := range c.RegSO2020.Len() {
					for _, polygon := range c.RegSO2020.At(i).Border {
						for _, ring := range polygon {
							points += len(ring)
						}
					}
				}
			}
			b.ReportMetric(float64(points), "regso-vertices")
		})
	}
}
