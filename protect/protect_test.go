package protect

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// reference finds the folder with the disclosure control cases of other tools.
func reference(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		root, err := os.Getwd()
		for err == nil {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil || root == filepath.Dir(root) {
				break
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	dir = filepath.Join(filepath.Dir(filepath.Clean(dir)), "reference", "sdc")
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no reference cases in %s", dir)
		}
		t.Skipf("no reference cases in %s: set SKIKT_DATA", dir)
	}
	return dir
}

var nPersons = cube.Measure{Name: "NPersons", Kind: cube.Count}

// readInner reads a CSV whose last column is the count and whose other columns are dimensions.
func readInner(t testing.TB, path string) *cube.Cube {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return innerOf(t, lines[0][:len(lines[0])-1], lines[1:])
}

// innerOf makes an inner cube of rows of codes with the count last.
func innerOf(t testing.TB, names []string, rows [][]string) *cube.Cube {
	t.Helper()
	dims := make([]cube.Dimension, len(names))
	for d, name := range names {
		dims[d] = cube.Dimension{Name: name, Role: cube.Area}
		if slices.Contains([]string{"main_income", "outc", "outcome", "v2"}, name) {
			dims[d].Role = cube.Group
		}
		for _, row := range rows {
			if dims[d].Index(row[d]) < 0 {
				dims[d].Members = append(dims[d].Members, cube.Member{Code: row[d], Label: cube.Same(row[d])})
			}
		}
	}
	index := make([]map[string]int32, len(dims))
	for d := range dims {
		index[d] = map[string]int32{}
		for i, m := range dims[d].Members {
			index[d][m.Code] = int32(i)
		}
	}
	b := cube.NewBuilder("inner", dims, []cube.Measure{nPersons})
	for _, row := range rows {
		at := make([]int32, len(dims))
		for d := range dims {
			at[d] = index[d][row[d]]
		}
		v, err := strconv.ParseFloat(row[len(dims)], 64)
		if err != nil {
			t.Fatal(err)
		}
		b.Add(at, cube.KnownCell(v))
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// view is a table of counts by some dimensions, all with totals.
func view(dims ...string) cube.View {
	return cube.View{Name: strings.Join(dims, "-"), Dims: dims, Totals: dims, Measures: []cube.Measure{nPersons}}
}

func hiding(minCount int) Policy {
	return Policy{Name: "test", Version: "1", MinCount: minCount, Zeros: Show, Full: Show}
}

func nationalViews() []cube.View {
	return []cube.View{view("regso", "outc"), view("mun", "outc"), view("cty", "outc"), view("atype", "outc"), view("mun", "atype", "outc")}
}

// The cases and the numbers hidden in them come from R GaussSuppression 1.2.3, with the least possible from an exact ILP (HiGHS); where
// each is found stands in the reference folder. The attacker is told every nesting and must find none of the numbers hidden by rule.
func TestReferencePatterns(t *testing.T) {
	dir := reference(t)
	for _, c := range []struct {
		name       string
		minCount   int
		views      []cube.View
		nested     [][2]string // dimension and the one it lies in
		primary, r int
		persons    float64 // in what R hides
	}{
		{"freq_two_way", 4, []cube.View{view("region", "main_income")}, nil, 3, 6, 35},
		{"freq_two_way_5", 6, []cube.View{view("region", "main_income")}, nil, 5, 10, 58},
		{"freq_two_hierarchies", 4, []cube.View{view("region", "main_income"), view("county", "main_income"), view("k_group", "main_income")}, [][2]string{{"region", "county"}, {"region", "k_group"}}, 9, 24, 328},
		{"linked_eight_areas", 4, []cube.View{view("region"), view("county"), view("size")}, [][2]string{{"region", "county"}, {"region", "size"}}, 5, 6, 20},
		{"freq_national_size", 5, nationalViews(), [][2]string{{"regso", "mun"}, {"regso", "atype"}, {"mun", "cty"}}, 301, 1206, 27533},
	} {
		t.Run(c.name, func(t *testing.T) {
			inner := readInner(t, filepath.Join(dir, c.name, "input.csv"))
			r, err := Apply([]Family{{Name: c.name, Inner: inner, Views: c.views}}, hiding(c.minCount))
			if err != nil {
				t.Fatal(err)
			}
			var persons float64
			codes := map[string]bool{} // cells as the reference counts them: a geography by an outcome, whatever table they stand in
			var tables []*cube.Cube
			for i, table := range r.Tables() {
				out := table.Cube()
				tables = append(tables, out)
				truth, err := inner.View(c.views[i])
				if err != nil {
					t.Fatal(err)
				}
				for row := range out.Len() {
					if name := cellName(out, row); out.Cell(row, 0).Status.Hidden() && !codes[name] {
						codes[name] = true
						at := make([]string, len(out.Dims()))
						for d := range at {
							at[d] = out.Code(row, d)
						}
						persons += truth.Get("NPersons", at...).Value
					}
				}
			}
			a := r.Audit().Families[0]
			t.Logf("%s: %d hidden with %v persons (R %d and %v), %d by rule, %+v", c.name, len(codes), persons, c.r, c.persons, a.Primary, a)
			if len(codes) > c.r || len(codes) < c.primary || persons > 1.1*c.persons {
				t.Errorf("%d cells with %v persons hidden; R hides %d with %v", len(codes), persons, c.r, c.persons)
			}
			for _, name := range primaries(t, filepath.Join(dir, c.name, "expected.json")) {
				if !codes[name] {
					t.Errorf("%s must be hidden", name)
				}
			}
			var nestings []Nesting
			for _, n := range c.nested {
				nestings = append(nestings, nesting(inner, n[0], n[1]))
			}
			f, err := Attack(tables, nestings...)
			if err != nil || f.Hidden == 0 || f.Ignored > 0 {
				t.Fatalf("%+v, %v", f, err)
			}
			for _, x := range f.Found {
				if x.Value < float64(c.minCount) {
					t.Errorf("the attacker finds %s", x.Equation)
				}
			}
		})
	}
}

// cellName is the codes of a row without totals, as in the reference: M001:T2 for kommun by type.
func cellName(c *cube.Cube, row int) string {
	var geography []string
	outcome := ""
	for d, dim := range c.Dims() {
		code := c.Code(row, d)
		switch {
		case dim.Name == "outc" || dim.Name == "main_income":
			outcome = code
		case code != cube.Total:
			geography = append(geography, code)
		}
	}
	if outcome == cube.Total {
		outcome = ""
	}
	return strings.Join(geography, ":") + "|" + outcome
}

func primaries(t testing.TB, path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var e struct {
		Cells []struct {
			Key struct {
				Region string `json:"region"`
				Income string `json:"main_income"`
			}
			Primary bool
		}
		Suppressed [][]any
	}
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	var out []string
	total := func(s string) string {
		if s == "Total" {
			return ""
		}
		return s
	}
	for _, c := range e.Cells {
		if c.Primary {
			out = append(out, total(c.Key.Region)+"|"+total(c.Key.Income))
		}
	}
	for _, c := range e.Suppressed {
		if c[3].(bool) {
			out = append(out, total(c[0].(string))+"|"+total(c[1].(string)))
		}
	}
	if len(out) == 0 {
		t.Fatalf("%s names no primary cell", path)
	}
	return out
}

// The eight-area example of sdcTools/UserSupport issue 136: with the five primary cells hidden each hierarchy looks safe, but both together give
// K away.
func TestAttackLinkedTables(t *testing.T) {
	dir := reference(t)
	inner := readInner(t, filepath.Join(dir, "linked_eight_areas", "input.csv"))
	county, size := nesting(inner, "region", "county"), nesting(inner, "region", "size")
	var tables []*cube.Cube
	for _, v := range []cube.View{view("region"), view("county"), view("size")} {
		c, err := inner.View(v)
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, hideCells(c, "A", "B", "K", "L", "M"))
	}
	for _, alone := range []struct {
		table   int
		nesting Nesting
		found   []string
	}{{1, county, []string{"region=K"}}, {2, size, nil}} {
		f, err := Attack([]*cube.Cube{tables[0], tables[alone.table]}, alone.nesting)
		if err != nil {
			t.Fatal(err)
		}
		// K is 20 - 3 - 3 - 7 only when L and M are known to be 6 together, which the sizes tell.
		if got := places(f); alone.table == 2 && len(got) != 0 || alone.table == 1 && slices.Contains(got, "region=K") {
			t.Errorf("with %s alone found %v", alone.nesting.Coarse, got)
		}
	}
	f, err := Attack(tables, county, size)
	if err != nil {
		t.Fatal(err)
	}
	if got := places(f); !slices.Equal(got, []string{"region=K"}) || f.Found[0].Value != 3 || f.Found[0].By != ByEquation {
		t.Errorf("found %+v, want K = 3 by equation", f.Found)
	}
	t.Log(f.Found)
}

// sdcTable's own test: cell (w, b) can be computed although every row and column hides two cells; with (x, d) hidden too it can't.
func TestAttackFourByFour(t *testing.T) {
	dir := reference(t)
	inner := readInner(t, filepath.Join(dir, "attack_four_by_four", "input.csv"))
	whole, err := inner.View(view("v1", "v2"))
	if err != nil {
		t.Fatal(err)
	}
	given := []string{"w,a", "w,b", "w,c", "x,a", "x,c", "y,b", "y,d", "z,b", "z,d"}
	f, err := Attack([]*cube.Cube{hideCells(whole, given...)})
	if err != nil {
		t.Fatal(err)
	}
	if got := places(f); !slices.Equal(got, []string{"v1=w, v2=b"}) || f.Found[0].Value != 47 {
		t.Errorf("found %+v, want w, b = 47", f.Found)
	}
	t.Log(f.Found)
	if f, err = Attack([]*cube.Cube{hideCells(whole, append(given, "x,d")...)}); err != nil || len(f.Found) != 0 || f.Hidden != 10 {
		t.Errorf("found %+v, %v; want nothing of 10", f, err)
	}
}

// By hand: 5 = a + b + 5 leaves nothing for a and b; a share of 0.3 on 10 is 3.
func TestAttackBoundsAndShares(t *testing.T) {
	rows := [][]string{{"K", "a", "0"}, {"K", "b", "0"}, {"K", "c", "5"}, {"L", "a", "3"}, {"L", "b", "7"}, {"L", "c", "0"}}
	inner := innerOf(t, []string{"kommun", "outcome"}, rows)
	share := cube.Measure{Name: "SharePersons", Kind: cube.Share, Of: "NPersons", Over: "outcome"}
	v := view("kommun", "outcome")
	v.Totals = []string{"outcome"}
	c, err := inner.View(v)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Attack([]*cube.Cube{hideCells(c, "K,a", "K,b")})
	if err != nil {
		t.Fatal(err)
	}
	if got := places(f); !slices.Equal(got, []string{"kommun=K, outcome=a", "kommun=K, outcome=b"}) || f.Found[0].By != ByBounds || f.Found[0].Value != 0 {
		t.Errorf("found %+v, want two zeros by bounds", f.Found)
	}
	v.Measures = append(v.Measures, share)
	if c, err = inner.View(v); err != nil {
		t.Fatal(err)
	}
	if f, err = Attack([]*cube.Cube{hideCells(c, "L,a", "L,b")}); err != nil || len(f.Found) != 2 || f.Found[0].By != ByShare || f.Found[0].Value != 3 {
		t.Errorf("found %+v, %v; want 3 and 7 by share", f, err)
	}
}

// nesting reads off an inner cube which member of one dimension lies in which of another.
func nesting(inner *cube.Cube, fine, coarse string) Nesting {
	n := Nesting{Fine: fine, Coarse: coarse, Of: map[string]string{}}
	f, c := inner.DimIndex(fine), inner.DimIndex(coarse)
	for row := range inner.Len() {
		n.Of[inner.Code(row, f)] = inner.Code(row, c)
	}
	return n
}

// hideCells hides the first measure of the rows with the given codes.
func hideCells(c *cube.Cube, codes ...string) *cube.Cube {
	return c.Edit(func(row, m int, cell cube.Cell) cube.Cell {
		var own []string
		for d := range c.Dims() {
			own = append(own, c.Code(row, d))
		}
		if m == 0 && slices.Contains(codes, strings.Join(own, ",")) {
			return cube.Cell{Status: cube.HiddenRule}
		}
		return cell
	})
}

func places(f Findings) []string {
	var out []string
	for _, x := range f.Found {
		out = append(out, x.Where)
	}
	return out
}

// Reckoning modulo the prime against math/big.
func TestField(t *testing.T) {
	p := big.NewInt(prime)
	rapid.Check(t, func(t *rapid.T) {
		draw := rapid.Uint64Range(0, prime-1)
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		x, y := new(big.Int).SetUint64(a), new(big.Int).SetUint64(b)
		if want := new(big.Int).Mod(new(big.Int).Mul(x, y), p).Uint64(); mulMod(a, b) != want {
			t.Fatalf("%d × %d = %d, want %d", a, b, mulMod(a, b), want)
		}
		if want := new(big.Int).Mod(new(big.Int).Add(x, y), p).Uint64(); addMod(a, b) != want {
			t.Fatalf("%d + %d = %d, want %d", a, b, addMod(a, b), want)
		}
		if a != 0 && mulMod(a, invMod(a)) != 1 {
			t.Fatalf("%d has a wrong inverse", a)
		}
		num, den := int64(rapid.Int32Range(-1<<20, 1<<20).Draw(t, "num")), int64(rapid.Int32Range(1, 1<<20).Draw(t, "den"))
		n := uint64(num)
		if num < 0 {
			n = negMod(uint64(-num))
		}
		gotNum, gotDen, ok := fraction(mulMod(n, invMod(uint64(den))))
		if !ok || gotNum*den != num*gotDen {
			t.Fatalf("%d/%d comes back as %d/%d, %v", num, den, gotNum, gotDen, ok)
		}
	})
}

// By hand, SCB's rule with zeros shown: in K, 6 of 40 is shown and 5 of 40 is not; in L nothing is shown, for 20 persons are too few.
func TestShareRule(t *testing.T) {
	inner := innerOf(t, []string{"kommun", "outcome"}, [][]string{{"K", "a", "6"}, {"K", "b", "5"}, {"K", "c", "29"}, {"L", "a", "7"}, {"L", "b", "6"}, {"L", "c", "7"}, {"M", "a", "100"}, {"M", "b", "110"}, {"M", "c", "120"}})
	v := cube.View{Name: "shares", Dims: []string{"kommun", "outcome"}, Measures: []cube.Measure{nPersons, {Name: "SharePersons", Kind: cube.Share, Of: "NPersons", Over: "outcome"}}}
	p := Policy{Name: "test", Version: "1", MinCount: 3, Zeros: Show, Full: Show, SharePersons: 20, ShareWith: 5}
	r, err := Apply([]Family{{Name: "f", Inner: inner, Views: []cube.View{v}}}, p)
	if err != nil {
		t.Fatal(err)
	}
	out := r.Tables()[0].Cube()
	for _, want := range []struct {
		kommun, outcome string
		n, share        cube.Cell
	}{
		// K, b is hidden by the rule. Its base stays, since 40 is the most valuable number of K, and then one more of K must go: the smallest.
		{"K", "a", cube.Cell{Status: cube.HiddenProtect}, cube.Cell{Status: cube.HiddenProtect, Base: cube.Num(40)}},
		{"K", "b", cube.Cell{Status: cube.HiddenRule}, cube.Cell{Status: cube.HiddenRule, Base: cube.Num(40)}},
		{"K", "c", cube.Cell{Status: cube.Known, Value: 29}, cube.Cell{Status: cube.Known, Value: 29. / 40, Base: cube.Num(40)}},
		{"L", "a", cube.Cell{Status: cube.HiddenRule}, cube.Cell{Status: cube.HiddenRule, Base: cube.Num(20)}},
		{"L", "b", cube.Cell{Status: cube.HiddenRule}, cube.Cell{Status: cube.HiddenRule, Base: cube.Num(20)}},
		{"M", "a", cube.Cell{Status: cube.Known, Value: 100}, cube.Cell{Status: cube.Known, Value: 100. / 330, Base: cube.Num(330)}},
	} {
		if n, share := out.Get("NPersons", want.kommun, want.outcome), out.Get("SharePersons", want.kommun, want.outcome); n != want.n || share != want.share {
			t.Errorf("%s, %s: %+v and %+v, want %+v and %+v", want.kommun, want.outcome, n, share, want.n, want.share)
		}
	}
}

// By hand: kommun K has 100 in type 1 and 2 in type 2, and all other people of type 2 live in L. The tables by type and by kommun each look
// safe; kommun × type would be hidden. With RegSO R2 (2 people) as the only part of type 2 in K, type 2 minus L's part gives R2.
func TestDifferencingOfOverlappingDivisions(t *testing.T) {
	inner := innerOf(t, []string{"regso", "kommun", "type"}, [][]string{{"R1", "K", "T1", "100"}, {"R2", "K", "T2", "2"}, {"R3", "L", "T2", "60"}, {"R4", "L", "T1", "70"}})
	views := []cube.View{view("type"), view("kommun"), view("regso")}
	r, err := Apply([]Family{{Name: "f", Inner: inner, Views: views}}, hiding(5))
	if err != nil {
		t.Fatal(err)
	}
	var tables []*cube.Cube
	for _, table := range r.Tables() {
		tables = append(tables, table.Cube())
	}
	byRegSO := tables[2]
	if c := byRegSO.Get("NPersons", "R2"); c.Status != cube.HiddenRule {
		t.Errorf("R2 is %+v, want hidden by rule", c)
	}
	// 102 in K less R1, and 62 of type 2 less R3, would each give R2 = 2.
	k, r1 := tables[1].Get("NPersons", "K").Status, byRegSO.Get("NPersons", "R1").Status
	t2, r3 := tables[0].Get("NPersons", "T2").Status, byRegSO.Get("NPersons", "R3").Status
	if !k.Hidden() && !r1.Hidden() || !t2.Hidden() && !r3.Hidden() {
		t.Errorf("K %s, R1 %s, T2 %s, R3 %s: a difference gives R2 away", k, r1, t2, r3)
	}
	f, err := Attack(tables, nesting(inner, "regso", "kommun"), nesting(inner, "regso", "type"))
	if err != nil || f.Hidden == 0 || slices.Contains(places(f), "regso=R2") {
		t.Errorf("%+v, %v", f, err)
	}
	// The same tables with only R2 hidden do give it away.
	var open []*cube.Cube
	for _, v := range views {
		c, err := inner.View(v)
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, hideCells(c, "R2"))
	}
	if f, err = Attack(open, nesting(inner, "regso", "kommun"), nesting(inner, "regso", "type")); err != nil || !slices.Contains(places(f), "regso=R2") {
		t.Errorf("%+v, %v", f, err)
	}
}

func smallFamily(t testing.TB) Family {
	inner := innerOf(t, []string{"region", "outcome"}, [][]string{{"A", "a", "20"}, {"A", "b", "2"}, {"B", "a", "30"}, {"B", "b", "40"}, {"C", "a", "50"}, {"C", "b", "60"}})
	return Family{Name: "small", Inner: inner, Views: []cube.View{view("region", "outcome")}}
}

func TestApplyRefuses(t *testing.T) {
	good := smallFamily(t)
	none, err := Profile("none")
	if err != nil {
		t.Fatal(err)
	}
	negative := good
	negative.Inner = good.Inner.Edit(func(row, m int, c cube.Cell) cube.Cell {
		if row == 0 {
			c.Value = -1
		}
		return c
	})
	totals := good
	if totals.Inner, err = good.Inner.WithTotals("region"); err != nil {
		t.Fatal(err)
	}
	disguised := good
	disguised.Views = []cube.View{{Name: "v", Dims: []string{"region"}, Measures: []cube.Measure{{Name: "NPersons", Kind: cube.Value}}}}
	twice := good
	twice.Views = append(slices.Clone(good.Views), good.Views...)
	always := hiding(5)
	always.AlwaysShow = []Selector{{Where: map[string]string{"region": "A", "outcome": "b"}}}
	exposing := hiding(5)
	exposing.AlwaysShow = []Selector{{Where: map[string]string{"outcome": "a"}}, {Where: map[string]string{"outcome": "total"}}}
	lost := hiding(5)
	lost.AlwaysShow = []Selector{{Table: "other"}}
	for _, c := range []struct {
		name   string
		family Family
		policy Policy
		want   string
	}{
		{"policy none", good, none, "protects nothing"},
		{"zero policy", good, Policy{}, "min_count must be at least 3"},
		{"negative count", negative, hiding(5), "no whole numbers from 0 up"},
		{"totals inside", totals, hiding(5), "rows for the total of region"},
		{"a count under another kind", disguised, hiding(5), "must be a count or sum"},
		{"two tables of one name", twice, hiding(5), "a name of its own"},
		{"small count always shown", good, always, "region=A, outcome=b must be shown but a primary rule hides it"},
		{"always shown cells that expose", good, exposing, "would give away region-outcome: region=A, outcome=b"},
		{"always show nothing there", good, lost, "matches no table"},
	} {
		r, err := Apply([]Family{c.family}, c.policy)
		if err == nil || !strings.Contains(err.Error(), c.want) || r != nil {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func TestAlwaysShow(t *testing.T) {
	p := hiding(5)
	p.AlwaysShow = []Selector{{Where: map[string]string{"region": "B", "outcome": "a"}}}
	r, err := Apply([]Family{smallFamily(t)}, p)
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Tables()[0].Cube().Get("NPersons", "B", "a"); c.Value != 30 {
		t.Errorf("B, a is %+v, want 30", c)
	}
	if r, err = Apply([]Family{smallFamily(t)}, hiding(5)); err != nil {
		t.Fatal(err)
	}
	if c := r.Tables()[0].Cube().Get("NPersons", "B", "a"); !c.Status.Hidden() {
		t.Errorf("B, a is %+v; the least valuable partner of A, b should be hidden when nothing says otherwise", c)
	}
}

// By hand: three cells of 1 with 3 shown in all can only be 1 each, though no equation says so; the total has to go.
func TestBoundsThatLeaveOneValue(t *testing.T) {
	inner := innerOf(t, []string{"region", "outcome"}, [][]string{{"A", "a", "1"}, {"A", "b", "1"}, {"A", "c", "1"}, {"B", "a", "40"}, {"B", "b", "50"}, {"B", "c", "60"}})
	v := view("region", "outcome")
	v.Totals = []string{"outcome"}
	r, err := Apply([]Family{{Name: "f", Inner: inner, Views: []cube.View{v}}}, hiding(3))
	if err != nil {
		t.Fatal(err)
	}
	out := r.Tables()[0].Cube()
	if c := out.Get("NPersons", "A", cube.Total); c.Status != cube.HiddenProtect {
		t.Errorf("the total of A is %+v", c)
	}
}

// By hand: 6 shown for two cells marked as hidden by a rule that hides 1 to 3 would make both 3, so at least one must not be marked so.
func TestMarksThatTell(t *testing.T) {
	inner := innerOf(t, []string{"region", "outcome"}, [][]string{{"A", "a", "3"}, {"A", "b", "3"}, {"B", "a", "40"}, {"B", "b", "50"}})
	v := view("region", "outcome")
	v.Totals = []string{"outcome"}
	r, err := Apply([]Family{{Name: "f", Inner: inner, Views: []cube.View{v}}}, hiding(4))
	if err != nil {
		t.Fatal(err)
	}
	out := r.Tables()[0].Cube()
	a, b, sum := out.Get("NPersons", "A", "a"), out.Get("NPersons", "A", "b"), out.Get("NPersons", "A", cube.Total)
	if !a.Status.Hidden() || !b.Status.Hidden() || a.Status == cube.HiddenRule && b.Status == cube.HiddenRule && sum.Status.HasValue() {
		t.Errorf("%+v + %+v = %+v", a, b, sum)
	}
}

// What the agency itself lacks stays not available, and its sums too; the rest is protected as ever.
func TestMissingCounts(t *testing.T) {
	f := smallFamily(t)
	missing := f.Inner.Find("C", "b")
	f.Inner = f.Inner.Edit(func(row, _ int, c cube.Cell) cube.Cell {
		if row == missing {
			return cube.Cell{}
		}
		return c
	})
	r, err := Apply([]Family{f}, hiding(5))
	if err != nil {
		t.Fatal(err)
	}
	out := r.Tables()[0].Cube()
	for _, codes := range [][]string{{"C", "b"}, {"C", cube.Total}, {cube.Total, "b"}, {cube.Total, cube.Total}} {
		if c := out.Get("NPersons", codes...); c != (cube.Cell{}) {
			t.Errorf("%v is %+v, want not available", codes, c)
		}
	}
	// 22 in A less 20 would give the 2.
	small, beside, sum := out.Get("NPersons", "A", "b"), out.Get("NPersons", "A", "a"), out.Get("NPersons", "A", cube.Total)
	if small.Status != cube.HiddenRule || !beside.Status.Hidden() && !sum.Status.Hidden() {
		t.Errorf("%+v, %+v, %+v", small, beside, sum)
	}
}

// Of three eligible persons, one in each place, all that is told must be able to change with none becoming zero: the cheapest change is no protection, and a dearer one has to be found.
func TestSmallCountsThatAllMustStay(t *testing.T) {
	dims := []cube.Dimension{dimension("regso", cube.Area, "R", 2), dimension("kommun", cube.Area, "K", 1), dimension("outcome", cube.Group, "o", 3), dimension("sex", cube.Group, "s", 2)}
	b := cube.NewBuilder("inner", dims, worldMeasures[:2])
	for _, x := range []struct {
		at                [4]int32
		persons, eligible float64
	}{{[4]int32{0, 0, 0, 0}, 5, 1}, {[4]int32{0, 0, 0, 1}, 2, 1}, {[4]int32{0, 0, 1, 0}, 1, 0}, {[4]int32{0, 0, 2, 0}, 1, 0}, {[4]int32{1, 0, 0, 0}, 2, 1}} {
		b.Add(x.at[:], cube.KnownCell(x.persons), cube.KnownCell(x.eligible))
	}
	inner, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	persons, both := worldMeasures[:1], worldMeasures[:2]
	views := []cube.View{{Name: "kommun-outcome", Dims: []string{"kommun", "outcome"}, Measures: both}, {Name: "kommun-sex", Dims: []string{"kommun", "sex"}, Measures: persons},
		{Name: "regso-sex", Dims: []string{"regso", "sex"}, Measures: both}, {Name: "kommun", Dims: []string{"kommun"}, Measures: both},
		{Name: "regso-outcome-sex", Dims: []string{"regso", "outcome", "sex"}, Totals: []string{"sex"}, Measures: persons}}
	r, err := Apply([]Family{{Name: "world", Inner: inner, Views: views}}, hiding(4))
	if err != nil {
		t.Fatal(err)
	}
	if cell := r.Tables()[0].Cube().Get("NEligible", "K0", "o0"); cell.Status.HasValue() {
		t.Errorf("three eligible persons are shown: %+v", cell)
	}
}

// Of several prices that fit a number the last counts, whichever of the tables that show it comes last.
func TestLastCostCounts(t *testing.T) {
	family := smallFamily(t)
	family.Views = append(family.Views, view("region"))
	p := hiding(5)
	p.Costs = []Cost{{Selector{Table: "region"}, 3}, {Selector{Table: "region-outcome"}, 7}}
	m, err := newModel([]Family{family}, p)
	if err != nil {
		t.Fatal(err)
	}
	m.setCosts(p)
	mean := (20. + 2 + 30 + 40 + 50 + 60) * 4 / 12 // three regions and their total by two outcomes and theirs
	for _, n := range m.numbers {                  // all of the second table are in the first
		size, ok := m.value(&n, 0)
		if want := 7 * float64(n.cells) * (1 + 10*size/mean); !ok || n.cost < want-1e-9 || n.cost > want+1e-9 {
			t.Errorf("%s costs %v, want %v", n.name, n.cost, want)
		}
	}
}

// A table changed after it was protected fails the audit, whatever was changed.
func TestAuditReadsTheFinishedTables(t *testing.T) {
	p := hiding(5)
	m, err := newModel([]Family{smallFamily(t)}, p)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.mark(p); err != nil {
		t.Fatal(err)
	}
	systems := m.systems(p)
	if err := m.hide(systems, p); err != nil {
		t.Fatal(err)
	}
	done := m.write(p)
	if _, err := m.check(systems, done, p); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(cube.Cell) cube.Cell{
		"a base left":      func(c cube.Cell) cube.Cell { c.Base = cube.Num(2); return c },
		"an interval left": func(c cube.Cell) cube.Cell { c.Lo, c.Hi = cube.Num(1), cube.Num(3); return c },
		"a value left":     func(c cube.Cell) cube.Cell { return cube.KnownCell(2) },
		"another value":    func(c cube.Cell) cube.Cell { return cube.KnownCell(20) },
	} {
		changed := done[0].Edit(func(row, _ int, c cube.Cell) cube.Cell {
			if row == done[0].Find("A", "b") {
				return change(c)
			}
			return c
		})
		if _, err := m.check(systems, []*cube.Cube{changed}, p); !errors.Is(err, errExposed) {
			t.Errorf("%s: the audit says %v", name, err)
		}
	}
}

func TestAlreadyPublic(t *testing.T) {
	scb := cube.Source{Name: "index", Publisher: "SCB", Public: true}
	boverket := cube.Source{Name: "barometer", Publisher: "Boverket", Public: true}
	for _, c := range []struct {
		name    string
		sources []cube.Source
		why     string
		want    string
	}{
		{"no source", nil, "published", "names no source"},
		{"records", []cube.Source{scb, {Name: "pupils"}}, "published", "pupils, which is not public"},
		{"no publisher", []cube.Source{{Name: "index", Public: true}}, "published", "names no publisher"},
		{"no reason", []cube.Source{scb}, " ", "say why"},
		{"public", []cube.Source{scb, boverket}, "published by both", ""},
	} {
		in := smallFamily(t).Inner
		in.Lineage.Sources = c.sources
		table, err := AlreadyPublic(in, c.why)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) || table.Valid() {
				t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			}
			continue
		}
		if err != nil || !table.Valid() {
			t.Fatalf("%s: %v", c.name, err)
		}
		out := table.Cube()
		if !slices.Contains(out.Lineage.Steps, "already public: Boverket, SCB") || table.Audit().Reason != c.why || table.Policy().Name != "already public" || out.Get("NPersons", "A", "b").Value != 2 {
			t.Errorf("%+v, %+v", out.Lineage, table.Audit())
		}
	}
	if (Table{}).Valid() || (Table{}).Cube() != nil || (Table{}).Name() != "" {
		t.Error("the zero Table must be nothing")
	}
}

func TestProfiles(t *testing.T) {
	for _, name := range Profiles() {
		p, err := Profile(name)
		if err != nil || p.Name != name || p.Documentation.SV == "" || p.Documentation.EN == "" {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if err := p.Validate(); (err != nil) != (name == "none") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Profile("scb"); err == nil {
		t.Error("an unknown name must be an error")
	}
}

// The same families give the same bytes; what a caller does to a cube he got does not reach the table.
func TestDeterminism(t *testing.T) {
	inner := readInner(t, filepath.Join(reference(t), "freq_two_hierarchies", "input.csv"))
	var before string
	for range 5 {
		r, err := Apply([]Family{{Name: "f", Inner: inner, Views: []cube.View{view("region", "main_income"), view("county", "main_income"), view("k_group", "main_income")}}}, hiding(4))
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(r.Audit())
		if err != nil {
			t.Fatal(err)
		}
		now := string(text)
		for _, table := range r.Tables() {
			c := table.Cube()
			for row := range c.Len() {
				now += describe(c, row) + " " + c.Cell(row, 0).Status.String() + "\n"
			}
		}
		if before != "" && now != before {
			t.Fatalf("got\n%s\nthen\n%s", before, now)
		}
		before = now
	}
}

func BenchmarkApply(b *testing.B) {
	inner := readInner(b, filepath.Join(reference(b), "freq_national_size", "input.csv"))
	strict, err := Profile("school-strict")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		policy Policy
	}{{"policy=threshold-5", hiding(5)}, {"policy=school-strict", strict}} {
		b.Run(c.name, func(b *testing.B) {
			var a FamilyAudit
			for b.Loop() {
				r, err := Apply([]Family{{Name: "national", Inner: inner, Views: nationalViews()}}, c.policy)
				if err != nil {
					b.Fatal(err)
				}
				a = r.Audit().Families[0]
			}
			b.ReportMetric(float64(a.Numbers), "numbers")
			b.ReportMetric(float64(a.Primary), "primary")
			b.ReportMetric(float64(a.Secondary), "secondary")
		})
	}
}

// Where all inner cells of a two-way table are hidden and its sums are shown, a cell lies from max(0, row + column - all) to min(row, column): the bounds of
// Fréchet. All are proved, also in one block of more columns than are easy.
func TestIntervalsOfALargeBlock(t *testing.T) {
	const areas, groups = 90, 5
	var rows [][]string
	value := func(a, g int) int { return 1 + (a*7+g*g*3+a*g)%4 }
	row, column, all := make([]int, areas), make([]int, groups), 0
	for a := range areas {
		for g := range groups {
			v := value(a, g)
			rows = append(rows, []string{fmt.Sprint("A", a), fmt.Sprint("g", g), fmt.Sprint(v)})
			row[a], column[g], all = row[a]+v, column[g]+v, all+v
		}
	}
	family := Family{Name: "large", Inner: innerOf(t, []string{"area", "group"}, rows), Views: []cube.View{view("area", "group")}}
	p := hiding(5)
	m, err := newModel([]Family{family}, p)
	if err != nil {
		t.Fatal(err)
	}
	done, checks, err := m.protect(p)
	if err != nil {
		t.Fatal(err)
	}
	a := checks[0]
	if len(a.blocks) != 1 || len(a.blocks[0].cols) <= easyColumns {
		t.Fatalf("%d blocks", len(a.blocks))
	}
	if a.Intervals != areas*groups || a.Certified != a.Intervals {
		t.Errorf("%d intervals, %d certified, of %d cells", a.Intervals, a.Certified, areas*groups)
	}
	c := done[0]
	for i := range areas {
		for g := range groups {
			at := c.Find(fmt.Sprint("A", i), fmt.Sprint("g", g))
			x := a.spans[m.tables[0].number[at]]
			least, most := max(0, row[i]+column[g]-all), min(row[i], column[g])
			if x.least != float64(least) || x.most != float64(most) || x.open {
				t.Errorf("A%d g%d: %g to %g, and it lies from %d to %d", i, g, x.least, x.most, least, most)
			}
		}
	}
}

// Of blocks of 10, 20 and 40 rows and columns both ends want at least 2 × 20 times that: 400, 800 and 1,600 steps.
func TestAffordable(t *testing.T) {
	sizes := []int{10, 20, 40}
	for _, c := range []struct{ work, n, each int }{{399, 0, 199}, {400, 1, 200}, {1199, 1, 599}, {1200, 2, 300}, {2800, 3, 466}, {60_000, 3, 10_000}} {
		if n, each := affordable(c.work, sizes); n != c.n || each != c.each {
			t.Errorf("%d steps: %d intervals with %d an end, not %d with %d", c.work, n, each, c.n, c.each)
		}
	}
}
