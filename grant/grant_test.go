package grant

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

func rats(v ...int64) []*big.Rat {
	out := make([]*big.Rat, len(v))
	for i, x := range v {
		out[i] = new(big.Rat).SetInt64(x)
	}
	return out
}

func TestFill(t *testing.T) {
	for _, tt := range []struct {
		name         string
		budget       int64
		weights      []*big.Rat
		floors, caps []int64
		want         []int64
		lambda       string
		reason       Reason
		units        []int
		text         string
	}{
		// 10/3 each: three kronor, and the tenth to the first.
		{name: "equal remainders", budget: 10, weights: rats(1, 1, 1), want: []int64{4, 3, 3}, lambda: "10/3"},
		// 100·(1, 2, 7)/10.
		{name: "whole shares", budget: 100, weights: rats(1, 2, 7), want: []int64{10, 20, 70}, lambda: "10/1"},
		// With 15 at least for the first and 60 at most for the third, 100 − 15 − 60 = 25 is left for a weight of 2: λ = 12.5. 12.5·1 < 15 and 12.5·7 > 60, as it must be.
		{name: "floor and cap", budget: 100, weights: rats(1, 2, 7), floors: []int64{15, 0, 0}, caps: []int64{NoCap, NoCap, 60}, want: []int64{15, 25, 60}, lambda: "25/2"},
		// Cutting the third at 50 and spreading what it loses would give the second 33; its cap of 30 sends 3 on to the first: both caps at once.
		{name: "one cap brings another", budget: 100, weights: rats(1, 2, 7), caps: []int64{NoCap, 30, 50}, want: []int64{20, 30, 50}, lambda: "20/1"},
		{name: "weight 0 stays at its floor", budget: 100, weights: rats(0, 1), floors: []int64{7, 0}, want: []int64{7, 93}, lambda: "93/1"},
		{name: "exactly the floors", budget: 30, weights: rats(1, 1), floors: []int64{10, 20}, want: []int64{10, 20}},
		{name: "exactly the caps", budget: 30, weights: rats(1, 1), caps: []int64{10, 20}, want: []int64{10, 20}},
		{name: "nothing to share out", budget: 0, weights: rats(1, 1), want: []int64{0, 0}},
		{name: "nobody to share out to", budget: 0, weights: rats(0, 0), want: []int64{0, 0}},
		// 7·(2, 3, 5)/10 = 1.4, 2.1, 3.5: rounded down 1, 2, 3, and the missing krona to the largest fraction.
		{name: "largest remainder", budget: 7, weights: rats(2, 3, 5), want: []int64{1, 2, 4}},
		{name: "floors above the budget", budget: 10, weights: rats(1, 1), floors: []int64{6, 6}, reason: FloorsExceedBudget, units: []int{0, 1}, text: "12 kr, 2 kr more"},
		{name: "caps below the budget", budget: 10, weights: rats(1, 1, 0), caps: []int64{4, 5, 100}, reason: CapsBelowBudget, units: []int{0, 1}, text: "9 kr"},
		{name: "a floor above its cap", budget: 10, weights: rats(1, 1), floors: []int64{0, 3}, caps: []int64{9, 2}, reason: FloorAboveCap, units: []int{1}, text: "floor"},
		{name: "nobody has weight", budget: 10, weights: rats(0, 0), reason: NobodyHasWeight, text: "no unit has a key"},
	} {
		f, err := Fill(tt.budget, tt.weights, tt.floors, tt.caps)
		var no *InfeasibleError
		if errors.As(err, &no) {
			if no.Reason != tt.reason || !slices.Equal(no.Units, tt.units) || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("%s: %v, units %v", tt.name, err, no.Units)
			}
			continue
		}
		if err != nil || tt.reason != "" || !slices.Equal(f.Amount, tt.want) {
			t.Errorf("%s: %v, %v; want %v %s", tt.name, f, err, tt.want, tt.reason)
			continue
		}
		if tt.lambda != "" && f.Lambda.String() != tt.lambda {
			t.Errorf("%s: λ = %s, want %s", tt.name, f.Lambda, tt.lambda)
		}
	}
	if _, err := Fill(-1, rats(1), nil, nil); err == nil {
		t.Error("a budget below zero is shared out")
	}
}

// What the amounts must hold, whatever the numbers: they sum to the budget, keep to their bounds, and lie less than a krona from λ·w within them, exactly.
func TestFillHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		weights, floors, caps := make([]*big.Rat, n), make([]int64, n), make([]int64, n)
		for i := range weights {
			weights[i] = big.NewRat(rapid.Int64Range(0, 1e9).Draw(t, "w"), rapid.SampledFrom([]int64{1, 2, 3, 6, 1000}).Draw(t, "d"))
			floors[i] = rapid.SampledFrom([]int64{0, 0, 5, 1000, 123_456_789}).Draw(t, "floor")
			caps[i] = rapid.SampledFrom([]int64{NoCap, NoCap, 2000, 987_654_321}).Draw(t, "cap")
		}
		budget := rapid.Int64Range(0, 1e13).Draw(t, "budget")
		f, err := Fill(budget, weights, floors, caps)
		if err != nil {
			var no *InfeasibleError
			if !errors.As(err, &no) {
				t.Fatal(err)
			}
			return
		}
		total, exact := int64(0), new(big.Rat)
		for i, x := range f.Amount {
			total += x
			exact.Add(exact, f.Exact(i))
			off := new(big.Rat).Sub(new(big.Rat).SetInt64(x), f.Exact(i))
			if x < floors[i] || x > caps[i] || off.Abs(off).Cmp(big.NewRat(1, 1)) >= 0 {
				t.Fatalf("unit %d of weight %s gets %d, exactly %s, between %d and %d", i, weights[i], x, f.Exact(i), floors[i], caps[i])
			}
		}
		if total != budget || exact.Cmp(new(big.Rat).SetInt64(budget)) != 0 {
			t.Fatalf("amounts sum to %d, exactly %s, of %d", total, exact, budget)
		}
	})
}

func units(index ...string) *Units {
	u := &Units{Numbers: map[string][]*big.Rat{}}
	for i := range index {
		u.ID = append(u.ID, fmt.Sprintf("H%d", i+1))
	}
	u.Numbers["index"], _ = Numbers(index)
	return u
}

// The formula of Förordning (2018:49) 4 §, by hand. Means of the years given: 200, 100 and 50; weights 100·200, 150·100 and 100·50, sum 40 000. Of 1 000 000 kr: 500 000, 375 000, 125 000.
func TestEquality(t *testing.T) {
	u := units("100", "150", "100")
	u.Numbers["2021"], _ = Numbers([]string{"190", "", ""})
	u.Numbers["2022"], _ = Numbers([]string{"200", "90", ""})
	u.Numbers["2023"], _ = Numbers([]string{"210", "110", "50"})
	res, err := Equality(1_000_000, "2021", "2022", "2023").Allocate(u)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{500_000, 375_000, 125_000}; !slices.Equal(res.Paid, want) {
		t.Errorf("paid %v, want %v", res.Paid, want)
	}
	// In proportion to index × pupils the kronor for each pupil are in proportion to the index: Kakwani's index is 0, exactly.
	q, err := res.Inequality("index")
	if err != nil || q.Kakwani.Sign() != 0 || q.Gini.Cmp(q.Concentration) != 0 {
		t.Errorf("%+v, %v", q, err)
	}
}

// Published sums of 2024 (regeringen.se, 2024-05: Stockholm, Skåne, Gotland) as weights: sharing their own sum out by them gives them back to the krona, at ten digits each.
func TestPublishedSumsComeBack(t *testing.T) {
	published := []int64{1_191_423_838, 957_217_545, 35_274_355}
	f, err := Fill(1_191_423_838+957_217_545+35_274_355, rats(published...), nil, nil)
	if err != nil || !slices.Equal(f.Amount, published) {
		t.Errorf("%v %v", f, err)
	}
}

func TestWhoApplies(t *testing.T) {
	u := units("1", "2", "1")
	u.Numbers["n"] = rats(10, 10, 20)
	u.Numbers["applies"] = rats(1, 0, 1)
	rule := Equality(500, "n") // weights 10, 20, 20: 100, 200, 200
	rule.Applies, rule.Refused = "applies", Unspent
	res, err := rule.Allocate(u)
	if err != nil || !slices.Equal(res.Frame, []int64{100, 200, 200}) || !slices.Equal(res.Paid, []int64{100, 0, 200}) || res.Unspent != 200 {
		t.Errorf("unspent: %+v %v", res, err)
	}
	rule.Refused = Redistributed // weights 10 and 20: 167 and 333
	res, err = rule.Allocate(u)
	if err != nil || !slices.Equal(res.Paid, []int64{167, 0, 333}) || res.Unspent != 0 {
		t.Errorf("redistributed: %+v %v", res, err)
	}
	u.Numbers["applies"][1] = nil
	if _, err := rule.Allocate(u); err == nil || !strings.Contains(err.Error(), "H2") {
		t.Errorf("who neither applies nor not: %v", err)
	}
}

func TestMissingIndex(t *testing.T) {
	u := units("100", "", "50")
	u.Numbers["n"] = rats(10, 20, 10)
	rule := Equality(900, "n")
	if _, err := rule.Allocate(u); err == nil || !strings.Contains(err.Error(), "H2") {
		t.Errorf("an index that is missing: %v", err)
	}
	rule.Missing = LeftOut // weights 1000 and 500
	res, err := rule.Allocate(u)
	if err != nil || !slices.Equal(res.Paid, []int64{600, 0, 300}) || len(res.Warnings) != 1 {
		t.Errorf("left out: %+v %v", res, err)
	}
	rule.Missing = AsMean // 1500 over 20 pupils is 75 for each: weights 1000, 1500, 500
	res, err = rule.Allocate(u)
	if err != nil || !slices.Equal(res.Paid, []int64{300, 450, 150}) || len(res.Warnings) != 1 {
		t.Errorf("as the mean: %+v %v", res, err)
	}
}

func TestBadRulesAndUnits(t *testing.T) {
	u := units("100", "50")
	u.Numbers["n"] = rats(10, 20)
	kr := int64(60)
	for name, change := range map[string]func(r *Rule, u *Units){
		"must not be below zero": func(r *Rule, _ *Units) { r.Budget = -1 },
		"take more than the budget": func(r *Rule, _ *Units) {
			r.Pots = append(r.Pots, Pot{Name: "b", Kronor: &kr}, Pot{Name: "c", Kronor: &kr})
		},
		"both take what the others":  func(r *Rule, _ *Units) { r.Pots = append(r.Pots, Pot{Name: "b"}) },
		"no column of numbers \"x\"": func(r *Rule, _ *Units) { r.Pots[0].Key = []string{"x"} },
		"stands twice":               func(_ *Rule, u *Units) { u.ID[1] = u.ID[0] },
		"number below zero in index": func(_ *Rule, u *Units) { u.Numbers["index"] = rats(-1, 2) },
		"pupils below zero":          func(_ *Rule, u *Units) { u.Numbers["n"] = rats(-1, 2) },
		"give both or neither":       func(r *Rule, _ *Units) { r.Refused = Unspent },
		"previous names no column":   func(r *Rule, _ *Units) { r.Pots[0].Floor.OfPrevious = Frac(9, 10) },
		"(2 units: H1, H2)":          func(r *Rule, _ *Units) { r.Pots[0].Floor.Kronor = &kr },
	} {
		rule := Equality(100, "n")
		mine := *u
		mine.ID = slices.Clone(u.ID)
		mine.Numbers = map[string][]*big.Rat{"index": u.Numbers["index"], "n": u.Numbers["n"]}
		change(&rule, &mine)
		if _, err := rule.Allocate(&mine); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q, got %v", name, err)
		}
	}
}

// The rule file of the command and the project.
func TestRuleAsYAML(t *testing.T) {
	var r Rule
	err := yaml.UnmarshalWithOptions([]byte(`
name: band
budget: 1000
pupils: [n]
previous: had
pots:
  - name: main
    part: 0,8
    key: [index, pupils]
    threshold: [{column: index, least: 90}]
    floor: {per_pupil: 4101.5, of_previous: 9/10}
    cap: {kronor: 700}
  - name: rest
    key: [pupils]
`), &r, yaml.Strict())
	if err != nil {
		t.Fatal(err)
	}
	p := r.Pots[0]
	if p.Part.Rat().Cmp(big.NewRat(4, 5)) != 0 || p.Floor.PerPupil.Rat().Cmp(big.NewRat(8203, 2)) != 0 || p.Floor.OfPrevious.Rat().Cmp(big.NewRat(9, 10)) != 0 ||
		*p.Cap.Kronor != 700 || p.Threshold[0].Least.Rat().Cmp(big.NewRat(90, 1)) != 0 || r.Pots[1].Part.Given() {
		t.Errorf("%+v", r)
	}
	if b, err := r.budgets(); err != nil || !slices.Equal(b, []int64{800, 200}) {
		t.Errorf("budgets %v %v", b, err)
	}
	for _, bad := range []string{"a", "1/0", "1//2", ""} {
		if f, err := ParseFraction(bad); err == nil {
			t.Errorf("%q is read as %v", bad, f)
		}
	}
}

// Whatever is written, a number that is read is written so that it is read again as the same.
func FuzzFraction(f *testing.F) {
	for _, seed := range []string{"0.9", "0,9", "9/10", "-1", "1/3", "865/71", "", "1/0", "−5", "00.10"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := ParseFraction(text)
		if err != nil {
			return
		}
		written, err := x.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var again Fraction
		if err := again.UnmarshalText(written); err != nil || again.Rat().Cmp(x.Rat()) != 0 {
			t.Fatalf("%q is written %q and read as %v, %v", text, written, again, err)
		}
	})
}

// Two years: a guarantee of 90 percent counts from the year before, by new numbers. In year one 100·(1, 3) → 25 and 75. Then H2 becomes H9 and H1 is gone; H3 is new. Equal weights would give 50 each; ninety percent of 75 is 67.5,
// so H9 has 68 and H3 the rest.
func TestYears(t *testing.T) {
	first := &Units{ID: []string{"H1", "H2"}, Numbers: map[string][]*big.Rat{"w": rats(1, 3), "had": rats(0, 0)}}
	second := &Units{ID: []string{"H9", "H3"}, Numbers: map[string][]*big.Rat{"w": rats(1, 1)}}
	rule := Rule{Name: "plan", Previous: "had", Pots: []Pot{{Name: "all", Key: []string{"w"}, Floor: Bound{OfPrevious: Frac(9, 10)}}}}
	out, err := rule.Years([]Year{{Name: "2025", Budget: 100, Units: first}, {Name: "2026", Budget: 100, Units: second, Changed: map[string]string{"H2": "H9"}}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out[0].Paid, []int64{25, 75}) || !slices.Equal(out[1].Paid, []int64{68, 32}) || !slices.Equal(out[1].Gone, []string{"H1"}) || out[1].GonePaid != 25 {
		t.Errorf("%v, %v, gone %v with %d", out[0].Paid, out[1].Paid, out[1].Gone, out[1].GonePaid)
	}
	if second.Numbers["had"] != nil {
		t.Error("the caller's units were changed")
	}
	// Two numbers that become one have their amounts together.
	column, gone := second.Renumber(map[string]int64{"A": 5, "B": 7, "C": 1}, map[string]string{"A": "H9", "B": "A"})
	if column[0].Cmp(big.NewRat(12, 1)) != 0 || column[1].Sign() != 0 || !slices.Equal(gone, []string{"C"}) {
		t.Errorf("%v, gone %v", column, gone)
	}
}

// Two of three pupils live from index 10 on, one from 20: 0.6667 and 0.3333 to four decimals. The second unit has no homes, and there is a third that is no unit.
func TestShareFrom(t *testing.T) {
	u := units("1", "1")
	homes := []Home{{"H1", big.NewRat(1, 1), big.NewRat(10, 1)}, {"H1", big.NewRat(1, 1), big.NewRat(25, 1)}, {"H1", big.NewRat(1, 1), nil}, {"X", big.NewRat(1, 1), nil}}
	for cut, want := range map[int64]*big.Rat{10: big.NewRat(6667, 10000), 20: big.NewRat(3333, 10000)} {
		column, others := u.ShareFrom(homes, big.NewRat(cut, 1), 4)
		if column[0].Cmp(want) != 0 || column[1] != nil || !slices.Equal(others, []string{"X"}) {
			t.Errorf("from %d: %v, others %v", cut, column, others)
		}
	}
}

func TestCompare(t *testing.T) {
	u := units("1", "1", "2")
	u.Numbers["n"] = rats(10, 30, 10)
	u.Groups = []Grouping{{Name: "kind", Of: []string{"kommun", "", "kommun"}}}
	size, err := u.Sizes("size", "n", 20, 100)
	if err != nil || !slices.Equal(size.Of, []string{"<20", "20–99", "<20"}) {
		t.Errorf("%v %v", size, err)
	}
	u.Groups = append(u.Groups, size)
	byPupils := Rule{Name: "pupils", Budget: 500, Pupils: []string{"n"}, Pots: []Pot{{Name: "all", Key: []string{PupilsColumn}}}}
	a, err := byPupils.Allocate(u) // 100, 300, 100
	if err != nil {
		t.Fatal(err)
	}
	b, err := Equality(600, "n").Allocate(u) // weights 10, 30, 20: 100, 300, 200
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compare(a, b)
	if err != nil || c.All.Gain != 1 || c.All.Same != 2 || c.All.Won != 100 || c.All.Net() != 100 {
		t.Errorf("%+v %v", c, err)
	}
	if w, l := c.Largest(); w != 2 || l != -1 {
		t.Errorf("largest %d %d", w, l)
	}
	groups, err := ByGroup("g", "kind", a, b)
	if err != nil {
		t.Fatal(err)
	}
	if got := groups.Get("GrantPaid", "kommun", "equality-2018-49"); got.Value != 300 {
		t.Errorf("%+v", got)
	}
	if got := groups.Get("GrantPaid", "unknown", "equality-2018-49"); got.Value != 300 {
		t.Errorf("units without a kind: %+v", got)
	}
	s, err := Summary("s", Questions{Need: "index"}, a, b)
	if err != nil {
		t.Fatal(err)
	}
	// The same 10 kr for every pupil: nothing is concentrated, against a Gini of the index: pupils 40 at 1 and 10 at 2. 1 − (40·40 + 10·(40 + 60))/(50·60) = 1 − 2600/3000.
	if got := s.Get("GrantConcentration", "pupils"); got.Status != cube.Zero {
		t.Errorf("concentration %+v", got)
	}
	if got, want := s.Get("GrantKakwani", "pupils").Value, -4.0/30; got < want-1e-15 || got > want+1e-15 {
		t.Errorf("Kakwani %v, want %v", got, want)
	}
	bu, err := ByUnit("u", a, b)
	if err != nil || bu.Get("GrantChange", "H3", "equality-2018-49").Value != 100 || bu.Get("GrantPerPupil", "H3", "equality-2018-49").Value != 20 {
		t.Errorf("%v %v", bu, err)
	}
}

// The curve of two pupils with 1 and 3 kr: (½, ¼), (1, 1). Gini: 1 − 2·(½·¼/2 + ½·(¼ + 1)/2) = ¼.
func TestConcentration(t *testing.T) {
	if g := Concentration(rats(3, 1), rats(1, 1), nil); g.Cmp(big.NewRat(1, 4)) != 0 {
		t.Errorf("Gini %s", g)
	}
	if c := Curve(rats(3, 1), rats(1, 1), nil); !slices.Equal(c, []Point{{0.5, 0.25}, {1, 1}}) {
		t.Errorf("curve %v", c)
	}
	// All to the one with the lowest value.
	if g := Concentration(rats(1, 0), rats(1, 1), rats(1, 2)); g.Cmp(big.NewRat(-1, 2)) != 0 {
		t.Errorf("concentration %s", g)
	}
	if g := Concentration(rats(0, 0), rats(1, 1), nil); g != nil {
		t.Errorf("of nothing: %s", g)
	}
	// 3 of 4 kr reach a unit where half are meant: 3·½ + 1·0 of 4.
	if r := Reaching(rats(3, 1), rats(1, 1), []*big.Rat{big.NewRat(1, 2), new(big.Rat)}); r.Cmp(big.NewRat(3, 8)) != 0 {
		t.Errorf("reaching %s", r)
	}
}

// A unit whose index is certain and far above the others never flips; one whose interval lies about a threshold is in and out in about half of the draws.
func TestUncertain(t *testing.T) {
	u := units("200", "90", "50")
	u.Numbers["n"] = rats(100, 100, 100)
	u.Numbers["lo"], u.Numbers["hi"] = rats(200, 80, 50), rats(200, 100, 50)
	from, to := Equality(3000, "n"), Equality(3000, "n")
	to.Name = "from 90"
	to.Pots[0].Threshold = []Threshold{{Column: "index", Least: Frac(90, 1)}}
	q := Uncertainty{Column: "index", Low: "lo", High: "hi", Draws: 400, Seed: 1}
	flips, err := Uncertain(from, to, u, q)
	if err != nil {
		t.Fatal(err)
	}
	if f := flips[0]; f.Gains != 1 || f.Flips {
		t.Errorf("the certain one: %+v", f)
	}
	// The middle of the interval is the threshold: the share of draws at or above it is ½, with a standard error of 0.025.
	if f := flips[1]; !f.Flips || f.Has < 0.5-5*0.025 || f.Has > 0.5+5*0.025 || f.Lo != 0 || f.Hi <= 900 {
		t.Errorf("the one about the threshold: %+v", f)
	}
	if f := flips[2]; f.Has != 0 || f.Loses != 1 || f.Flips {
		t.Errorf("the one below: %+v", f)
	}
	// Draws are each unit's own: in another order they are the same.
	turned := &Units{ID: []string{"H3", "H2", "H1"}, Numbers: map[string][]*big.Rat{}}
	for name, c := range u.Numbers {
		turned.Numbers[name] = []*big.Rat{c[2], c[1], c[0]}
	}
	again, err := Uncertain(from, to, turned, q)
	if err != nil || again[1].Has != flips[1].Has {
		t.Errorf("in another order: %+v against %+v, %v", again[1], flips[1], err)
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

// manyUnits are made up: huvudmän of all sizes with an index about 100.
func manyUnits(n int) *Units {
	r := rand.New(rand.NewPCG(1, 2))
	u := &Units{Numbers: map[string][]*big.Rat{}}
	kind := Grouping{Name: "kind"}
	for i := range n {
		u.ID = append(u.ID, fmt.Sprintf("H%04d", i))
		size := int64(20 + r.ExpFloat64()*2000)
		for _, year := range []string{"y1", "y2", "y3"} {
			u.Numbers[year] = append(u.Numbers[year], big.NewRat(size+r.Int64N(20), 1))
		}
		u.Numbers["index"] = append(u.Numbers["index"], big.NewRat(200+r.Int64N(2000), 10))
		u.Numbers["share12"] = append(u.Numbers["share12"], big.NewRat(r.Int64N(400), 1000))
		u.Numbers["had"] = append(u.Numbers["had"], big.NewRat(size*r.Int64N(9000), 1))
		kind.Of = append(kind.Of, []string{"kommun", "enskild"}[r.IntN(2)])
	}
	u.Groups = []Grouping{kind}
	return u
}

// BenchmarkScenario is a rule with bounds carried out, compared with one without, by kind, with inequality and reach: what a page does while a slider moves.
func BenchmarkScenario(b *testing.B) {
	u := manyUnits(900)
	plain, err := Equality(7_500_000_000, "y1", "y2", "y3").Allocate(u)
	if err != nil {
		b.Fatal(err)
	}
	rule := Equality(7_500_000_000, "y1", "y2", "y3")
	rule.Name, rule.Previous = "bounds", "had"
	rule.Pots[0].Part = Frac(8, 10)
	rule.Pots[0].Floor = Bound{PerPupil: Frac(1500, 1), OfPrevious: Frac(1, 10)}
	rule.Pots[0].Cap = Bound{PerPupil: Frac(9000, 1)}
	rule.Pots = append(rule.Pots, Pot{Name: "types", Key: []string{"share12", PupilsColumn}})
	// Others may load the machine: the processor's time tells more than the clock.
	cpu := func(b *testing.B) func() {
		used := func() (t int64) {
			var u syscall.Rusage
			if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
				b.Fatal(err)
			}
			return u.Utime.Nano() + u.Stime.Nano()
		}
		start := used()
		return func() { b.ReportMetric(float64(used()-start)/float64(b.N)/1e6, "cpu-ms/op") }
	}
	b.Run("huvudman=900/part=amounts", func(b *testing.B) {
		defer cpu(b)()
		for b.Loop() {
			if _, err := rule.Allocate(u); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("huvudman=900/part=all", func(b *testing.B) {
		defer cpu(b)()
		for b.Loop() {
			res, err := rule.Allocate(u)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := Summary("s", Questions{Need: "index", Reach: []string{"share12"}}, plain, res); err != nil {
				b.Fatal(err)
			}
			if _, err := ByGroup("g", "kind", plain, res); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// Units that went through a table, and rules that went through JSON, give the same amounts to the krona.
func TestUnitsThroughTable(t *testing.T) {
	u := manyUnits(60)
	u.Numbers["index"][3], u.Groups[0].Of[5] = nil, ""
	u.Numbers["share12"][7] = big.NewRat(123456789, 1_000_000_000)
	u.Titles = map[string]cube.Text{"index": {SV: "Skolindex", EN: "School index"}}
	c, err := u.Cube("numbers")
	if err != nil {
		t.Fatal(err)
	}
	back, err := UnitsOf(c)
	if err != nil {
		t.Fatal(err)
	}
	kr := int64(40_000)
	rule := Rule{Name: "r", Budget: 90_000_001, Pupils: []string{"y1", "y2", "y3"}, Previous: "had", Missing: AsMean, Pots: []Pot{
		{Name: "a", Part: Frac(2, 3), Key: []string{"index", PupilsColumn}, Floor: Bound{Kronor: &kr, OfPrevious: Frac(1, 1000)}, Threshold: []Threshold{{Column: "share12", Least: Frac(1, 20)}}},
		{Name: "b", Key: []string{"share12", PupilsColumn}, Cap: Bound{PerPupil: Frac(20001, 2)}}}}
	text, err := json.Marshal(rule)
	if err != nil {
		t.Fatal(err)
	}
	var read Rule
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	want, err := rule.Allocate(u)
	if err != nil {
		t.Fatal(err)
	}
	got, err := read.Allocate(back)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Paid, want.Paid) || !slices.Equal(back.ID, u.ID) || !slices.Equal(back.Groups[0].Of, u.Groups[0].Of) || back.title("index") != u.title("index") || back.Numbers["index"][3] != nil {
		t.Errorf("after the table and JSON: %v, want %v", got.Paid, want.Paid)
	}
	u.Numbers["index"][0] = big.NewRat(1, 3)
	if _, err := u.Cube("numbers"); err == nil {
		t.Error("a third went into a table as it is")
	}
}
