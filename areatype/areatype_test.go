package areatype

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/internal/casetest"
)

func decimals(t testing.TB, texts ...string) []Exact {
	t.Helper()
	values := make([]Exact, len(texts))
	for i, s := range texts {
		var err error
		if values[i], err = ParseDecimal(s); err != nil {
			t.Fatal(err)
		}
	}
	return values
}

func TestLabels(t *testing.T) {
	// Delmos and SCB's TAB6586; see the table in the package's sources.
	if got := Type1.Label().SV; got != "Områden med stora socioekonomiska utmaningar" {
		t.Errorf("Type1 is %q", got)
	}
	if got := Type5.Label().EN; got != "Areas with very good socioeconomic conditions" {
		t.Errorf("Type5 is %q", got)
	}
	for _, typ := range Types() {
		back, err := ParseType(typ.Code())
		if err != nil || back != typ {
			t.Errorf("ParseType(%q) = %v, %v", typ.Code(), back, err)
		}
	}
	if _, err := ParseType("6"); err == nil {
		t.Error("6 was taken for a type")
	}
	if Type(0).Valid() || Type(0).Code() != "" {
		t.Error("the zero Type is taken for a type")
	}
}

func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"0.1": "1/10", "0,1": "1/10", " 12.50 ": "25/2", "-3": "-3/1", "−3": "-3/1", "+.5": "1/2", "7.": "7/1", "0": "0/1",
	} {
		if got, err := ParseDecimal(text); err != nil || got.String() != want {
			t.Errorf("ParseDecimal(%q) = %v, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", ".", "1e3", "1/3", "0x10", "1.2.3", "1_000", "..", "NaN", "- 1", "1-"} {
		if got, err := ParseDecimal(text); err == nil {
			t.Errorf("ParseDecimal(%q) = %v, want an error", text, got)
		}
	}
	tenth, err := Decimal(0.1)
	if err != nil || tenth.String() != "1/10" {
		t.Errorf("Decimal(0.1) = %v, %v", tenth, err)
	}
	if _, err := Decimal(math.NaN()); err == nil {
		t.Error("Decimal(NaN) gives no error")
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0.1", "-12,5", "1e9", "", "−.", "000.000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseDecimal(s)
		if err != nil {
			return
		}
		// Rounding to as many decimals as were written changes nothing.
		if len(s) < 300 && e.Round(len(s)).Cmp(e) != 0 {
			t.Fatalf("%q was read as %s, which has more decimals", s, e)
		}
	})
}

func TestRound(t *testing.T) {
	for _, tt := range []struct {
		value    string
		decimals int
		want     string
		apart    bool // half up and half to even differ
	}{
		{"0.25", 1, "3/10", true}, // half up 0.3, half to even 0.2
		{"0.35", 1, "2/5", false}, // both 0.4
		{"0.34", 1, "3/10", false},
		{"-0.25", 1, "-1/5", false}, // up is towards +∞, and -0.2 is even
		{"2.5", 0, "3/1", true},
		{"7", 2, "7/1", false},
	} {
		v := decimals(t, tt.value)
		if got := v[0].Round(tt.decimals).String(); got != tt.want {
			t.Errorf("%s rounded to %d is %s, want %s", tt.value, tt.decimals, got, tt.want)
		}
		if got := RoundsApart(v, tt.decimals) == 1; got != tt.apart {
			t.Errorf("%s rounded to %d: half up and half to even differ: %v, want %v", tt.value, tt.decimals, got, tt.apart)
		}
	}
}

func TestPercentRefusesWhatIsNoShare(t *testing.T) {
	for _, c := range [][2]int64{{1, 0}, {-1, 5}, {6, 5}, {0, -1}} {
		if _, err := Percent(c[0], c[1]); err == nil {
			t.Errorf("Percent(%d, %d) gives no error", c[0], c[1])
		}
	}
}

func TestValidate(t *testing.T) {
	if err := Default().Validate(); err != nil {
		t.Errorf("SCB's definition: %v", err)
	}
	if err := (Definition{}).Validate(); err != nil {
		t.Errorf("the empty definition: %v", err)
	}
	m, s, minus := 9.1, 0.0, -1
	for want, change := range map[string]func(*Definition){
		"weighting":         func(d *Definition) { d.Weighting = "area" },
		"divisor \"n-2\"":   func(d *Definition) { d.Divisor = "n-2" },
		"needs weighting":   func(d *Definition) { d.Divisor = DivisorReliability },
		"tie":               func(d *Definition) { d.Tie = "even" },
		"four cuts":         func(d *Definition) { d.Multiples = []float64{1, 0} },
		"must fall":         func(d *Definition) { d.Multiples = []float64{2, 1, 1, -1} },
		"not a number":      func(d *Definition) { d.Multiples = []float64{math.Inf(1), 1, 0, -1} },
		"both mean and sd":  func(d *Definition) { d.Base.Mean = &m },
		"not both":          func(d *Definition) { d.Base = Base{Year: "2020", Mean: &m, SD: &m} },
		"given s is 0":      func(d *Definition) { d.Base = Base{Mean: &m, SD: &s} },
		"index to -1":       func(d *Definition) { d.Rounding.Index = &minus },
		"stands twice":      func(d *Definition) { d.Components = append(d.Components, d.Components[0]) },
		"has no name":       func(d *Definition) { d.Components = []Component{{Share: "x"}} },
		"no share":          func(d *Definition) { d.Components = []Component{{Name: "x"}} },
		"without its base,": func(d *Definition) { d.Components = []Component{{Name: "x", Share: "s", Count: "c"}} },
	} {
		d := Default()
		change(&d)
		if err := d.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v, want an error with %q", err, want)
		}
	}
}

// TestFloatWouldFail: (0.1+0.2)/2 in floating point is 0.15000000000000002. By hand: m = 0.15, deviations -0.05, 0.05 and 0, s² = 0.005/2, s = 0.05: all
// three areas lie on a cut, m-s, m+s and m.
func TestFloatWouldFail(t *testing.T) {
	if a, b := 0.1, 0.2; (a+b)/2 == 0.15 {
		t.Fatal("this machine's floats hide the trap")
	}
	cut, err := Default().Cut(decimals(t, "0.1", "0.2", "0.15"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(cut.OnCut, []int{0, 1, 2}) || !slices.Equal(cut.Types, []Type{Type4, Type2, Type3}) {
		t.Errorf("on a cut %v, types %v; want all three, Type4, Type2 and Type3", cut.OnCut, cut.Types)
	}
	for i, want := range []int{3, 1, 2} {
		if cut.Nearest[i] != (Nearest{Cut: want}) {
			t.Errorf("area %d lies %+v, want exactly on cut %d", i, cut.Nearest[i], want)
		}
	}
}

func TestNoCut(t *testing.T) {
	for name, index := range map[string][]Exact{"equal": decimals(t, "7.3", "7.3", "7.30"), "one": decimals(t, "7.3"), "none": nil} {
		_, err := Default().Cut(index, nil)
		var none *NoCutError
		if !errors.As(err, &none) || none.N != len(index) {
			t.Errorf("%s: %v, want a NoCutError of %d areas", name, err, len(index))
		}
	}
	// Two areas of one inhabitant each: W = 2, W - Σw²/W = 1, but with one of them empty it is 0.
	d := Definition{Weighting: ByPopulation, Divisor: DivisorReliability}
	if _, err := d.Cut(decimals(t, "1", "2"), []int64{1, 1}); err != nil {
		t.Errorf("two inhabited areas: %v", err)
	}
	var none *NoCutError
	if _, err := d.Cut(decimals(t, "1", "2"), []int64{1, 0}); !errors.As(err, &none) {
		t.Errorf("one inhabited area: %v, want a NoCutError", err)
	}
	if _, err := d.Cut(decimals(t, "1", "2"), nil); err == nil {
		t.Error("weights were declared, and none are needed")
	}
}

// drawIndex draws decimal indices with few different values, so that ties are common.
func drawIndex(t *rapid.T) ([]Exact, []int64) {
	n := rapid.IntRange(2, 30).Draw(t, "n")
	scale := rapid.SampledFrom([]int{0, 1, 2}).Draw(t, "decimals")
	index, population := make([]Exact, n), make([]int64, n)
	for i := range index {
		index[i] = Exact{ratFrac(rapid.Int64Range(0, 40).Draw(t, "index"), 1, scale)}
		population[i] = rapid.Int64Range(0, 5000).Draw(t, "population")
	}
	return index, population
}

func drawDefinition(t *rapid.T) Definition {
	d := Default()
	d.Weighting = rapid.SampledFrom([]Weighting{Unweighted, ByPopulation}).Draw(t, "weighting")
	d.Divisor = rapid.SampledFrom([]Divisor{DivisorPopulation, DivisorSample}).Draw(t, "divisor")
	if d.Weighting == ByPopulation && rapid.Bool().Draw(t, "reliability") {
		d.Divisor = DivisorReliability
	}
	d.Tie = rapid.SampledFrom([]Tie{TieWorse, TieBetter}).Draw(t, "tie")
	return d
}

// cutOrSkip cuts, and passes over draws without spread.
func cutOrSkip(t *rapid.T, d Definition, index []Exact, population []int64) *Cut {
	cut, err := d.Cut(index, population)
	var none *NoCutError
	if errors.As(err, &none) {
		t.Skip("no cut")
	}
	if err != nil {
		t.Fatal(err)
	}
	return cut
}

func TestProperties(t *testing.T) {
	t.Run("rows in another order", rapid.MakeCheck(func(t *rapid.T) {
		d := drawDefinition(t)
		index, population := drawIndex(t)
		cut := cutOrSkip(t, d, index, population)
		order := rapid.Permutation(rangeOf(len(index))).Draw(t, "order")
		index2, population2 := make([]Exact, len(index)), make([]int64, len(index))
		for i, j := range order {
			index2[i], population2[i] = index[j], population[j]
		}
		cut2 := cutOrSkip(t, d, index2, population2)
		for i, j := range order {
			if cut2.Types[i] != cut.Types[j] {
				t.Fatalf("area %d is %v, in another order %v", j, cut.Types[j], cut2.Types[i])
			}
		}
		if cut2.Counts != cut.Counts || !slices.Equal(cut2.Population, cut.Population) || len(cut2.OnCut) != len(cut.OnCut) {
			t.Fatal("counts hang on the order of the rows")
		}
	}))
	t.Run("a positive affine change of the index", rapid.MakeCheck(func(t *rapid.T) {
		d := drawDefinition(t)
		index, population := drawIndex(t)
		cut := cutOrSkip(t, d, index, population)
		a, b := rapid.Int64Range(1, 1000).Draw(t, "a"), rapid.Int64Range(-1000, 1000).Draw(t, "b")
		moved := make([]Exact, len(index))
		for i, x := range index {
			r := ratFrac(a, 7, 0)
			moved[i] = Exact{r.Mul(r, x.rat())}.Plus(Exact{ratFrac(b, 3, 0)})
		}
		cut2 := cutOrSkip(t, d, moved, population)
		if !slices.Equal(cut2.Types, cut.Types) || !slices.Equal(cut2.OnCut, cut.OnCut) {
			t.Fatalf("types %v became %v", cut.Types, cut2.Types)
		}
	}))
	t.Run("counts add up", rapid.MakeCheck(func(t *rapid.T) {
		index, population := drawIndex(t)
		cut := cutOrSkip(t, drawDefinition(t), index, population)
		areas, people, all := 0, int64(0), int64(0)
		for i := range NTypes {
			areas, people = areas+cut.Counts[i], people+cut.Population[i]
		}
		for _, p := range population {
			all += p
		}
		if areas != len(index) || people != all {
			t.Fatalf("%d areas and %d inhabitants went in, %d and %d came out", len(index), all, areas, people)
		}
	}))
	t.Run("the quick and the exact comparison agree, and only areas on a cut hang on the tie", rapid.MakeCheck(func(t *rapid.T) {
		d := drawDefinition(t)
		index, population := drawIndex(t)
		d.Tie = TieWorse
		worse := cutOrSkip(t, d, index, population)
		d.Tie = TieBetter
		better := cutOrSkip(t, d, index, population)
		for i, x := range index {
			on := slices.Contains(worse.OnCut, i)
			if (worse.Types[i] != better.Types[i]) != on {
				t.Fatalf("area %d: %v with a tie to the worse, %v to the better, on a cut: %v", i, worse.Types[i], better.Types[i], on)
			}
			for _, k := range worse.Definition.Multiples {
				if quick, exact := worse.Moments.against(x, k), worse.Moments.againstExactly(x, k); quick != exact {
					t.Fatalf("area %d against m + %v s: %d quickly, %d exactly", i, k, quick, exact)
				}
			}
		}
	}))
	t.Run("float moments lie within their bound of the exact ones", rapid.MakeCheck(func(t *rapid.T) {
		index, population := drawIndex(t)
		cut := cutOrSkip(t, drawDefinition(t), index, population)
		mean, variance := cut.Moments.Exact()
		if d := math.Abs(mean.Float() - cut.Moments.Mean); d > cut.Moments.slack {
			t.Fatalf("m is off by %g", d)
		}
		if d := math.Abs(math.Sqrt(variance.Float()) - cut.Moments.SD); d > cut.Moments.slack {
			t.Fatalf("s is off by %g", d)
		}
	}))
	t.Run("the possible types hold the type, and all of them with more doubt", rapid.MakeCheck(func(t *rapid.T) {
		index, population := drawIndex(t)
		cut := cutOrSkip(t, drawDefinition(t), index, population)
		one, err := cut.Possible(index, 1)
		if err != nil {
			t.Fatal(err)
		}
		none, err := cut.Possible(index, 0)
		if err != nil {
			t.Fatal(err)
		}
		for i := range index {
			if cut.Types[i] < one[i].Worst || cut.Types[i] > one[i].Best || none[i].Worst > one[i].Worst || none[i].Best < one[i].Best {
				t.Fatalf("area %d is %v, possible %v with one decimal, %v with none", i, cut.Types[i], one[i], none[i])
			}
		}
	}))
}

func rangeOf(n int) []int {
	r := make([]int, n)
	for i := range r {
		r[i] = i
	}
	return r
}

// TestExactAtNationalSize: counts of 3 362 areas and one more that is given their exact mean as its index, so that the mean stays. Only fractions can
// see that it lies on m: the common denominator has thousands of digits.
func TestExactAtNationalSize(t *testing.T) {
	index := nationalIndex(t, 3362)
	d := Default()
	m, err := d.Moments(index, nil)
	if err != nil {
		t.Fatal(err)
	}
	mean, _ := m.Exact()
	index = append(index, mean)
	cut, err := d.Cut(index, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(cut.OnCut, []int{3362}) || cut.Types[3362] != Type3 {
		t.Errorf("on a cut: %v; want the last area, Type3", cut.OnCut)
	}
}

// nationalIndex makes areas of made-up, evenly spread counts.
func nationalIndex(t testing.TB, n int) []Exact {
	t.Helper()
	index := make([]Exact, n)
	for i := range index {
		all := int64(700 + (i*7919)%4300)
		adult := all * 57 / 100
		var percents []Exact
		for k, c := range [][2]int64{{(all * int64(i*31%37)) / 100, all}, {(adult * int64(i*17%23)) / 100, adult}, {(adult * int64(i*13%11)) / 100, adult}} {
			p, err := Percent(c[0], c[1])
			if err != nil {
				t.Fatal(k, err)
			}
			percents = append(percents, p)
		}
		var err error
		if index[i], err = Default().Index(percents); err != nil {
			t.Fatal(err)
		}
	}
	return index
}

// BenchmarkNational: index and types of all RegSO for the fourteen years 2011–2024, from counts.
func BenchmarkNational(b *testing.B) {
	for _, areas := range []int{3363} {
		const years = 14
		b.Run(fmt.Sprintf("areas=%d/years=%d", areas, years), func(b *testing.B) {
			for b.Loop() {
				for range years {
					if _, err := Default().Cut(nationalIndex(b, areas), nil); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(areas*years*b.N)/b.Elapsed().Seconds(), "areas/s")
		})
	}
}

// BenchmarkExactFallback: the same for one year when an area lies so near a cut that fractions must decide.
func BenchmarkExactFallback(b *testing.B) {
	index := nationalIndex(b, 3362)
	m, err := Default().Moments(index, nil)
	if err != nil {
		b.Fatal(err)
	}
	mean, _ := m.Exact()
	index = append(index, mean)
	b.Run("areas=3363", func(b *testing.B) {
		for b.Loop() {
			if _, err := Default().Cut(index, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestCases(t *testing.T) {
	casetest.Run(t, "testdata/*.case", map[string]casetest.Verb{"types": runTypes, "possible": runPossible, "transition": runTransition, "compare": runCompare})
}

// caseDefinition reads the parameters that all verbs on indices share: weighting, divisor, tie, multiples (commas between), m and s,
// round_components, round_index.
func caseDefinition(c *casetest.Call) (Definition, error) {
	d := Definition{
		Weighting: Weighting(c.Param("weighting", "none")), Divisor: Divisor(c.Param("divisor", "sample")), Tie: Tie(c.Param("tie", "worse")),
	}
	number := func(name string, to **float64) error {
		text := c.Param(name, "")
		if text == "" {
			return nil
		}
		e, err := ParseDecimal(text)
		f := e.Float()
		*to = &f
		return err
	}
	if err := errors.Join(number("m", &d.Base.Mean), number("s", &d.Base.SD)); err != nil {
		return d, err
	}
	if text := c.Param("multiples", ""); text != "" {
		for word := range strings.SplitSeq(text, ",") {
			e, err := ParseDecimal(word)
			if err != nil {
				return d, err
			}
			d.Multiples = append(d.Multiples, e.Float())
		}
	}
	for name, to := range map[string]**int{"round_components": &d.Rounding.Components, "round_index": &d.Rounding.Index} {
		if text := c.Param(name, ""); text != "" {
			n := int(text[0] - '0')
			*to = &n
		}
	}
	return d, d.Validate()
}

// caseIndex reads a table of areas: an index column (decimal text), or counts low/all, edu/adult, help/adult; and pop if it is there.
func caseIndex(c *casetest.Call, d Definition) (codes []string, index []Exact, population []int64, err error) {
	t, err := c.Table("areas")
	if err != nil {
		return nil, nil, nil, err
	}
	if codes, err = t.Column("area"); err != nil {
		return nil, nil, nil, err
	}
	if slices.Contains(t.Columns, "pop") {
		if population, err = t.Ints("pop"); err != nil {
			return nil, nil, nil, err
		}
	}
	if slices.Contains(t.Columns, "index") {
		texts, _ := t.Column("index")
		for _, s := range texts {
			e, err := ParseDecimal(s)
			if err != nil {
				return nil, nil, nil, err
			}
			index = append(index, e)
		}
		return codes, index, population, nil
	}
	percents := make([][]Exact, len(codes))
	for _, pair := range [][2]string{{"low", "all"}, {"edu", "adult"}, {"help", "adult"}} {
		counts, err1 := t.Ints(pair[0])
		bases, err2 := t.Ints(pair[1])
		if err := errors.Join(err1, err2); err != nil {
			return nil, nil, nil, err
		}
		for i := range codes {
			p, err := Percent(counts[i], bases[i])
			if err != nil {
				return nil, nil, nil, err
			}
			percents[i] = append(percents[i], p)
		}
	}
	for _, p := range percents {
		x, err := d.Index(p)
		if err != nil {
			return nil, nil, nil, err
		}
		index = append(index, x)
	}
	return codes, index, population, nil
}

// runTypes gives m, s, cut1..cut4, on_cut, and a table types of area, index, type, distance, and one counts of type, areas (and people).
func runTypes(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	d, err := caseDefinition(c)
	if err != nil {
		return out, err
	}
	codes, index, population, err := caseIndex(c, d)
	if err != nil {
		return out, err
	}
	cut, err := d.Cut(index, population)
	if err != nil {
		return out, err
	}
	out.Set("m", cut.Moments.Mean)
	out.Set("s", cut.Moments.SD)
	for i, v := range cut.Cuts {
		out.Set(fmt.Sprintf("cut%d", i+1), v)
	}
	on := []string{}
	for _, i := range cut.OnCut {
		on = append(on, codes[i])
	}
	out.Set("on_cut", on)
	types := casetest.Table{Name: "types", Columns: []string{"area", "index", "type", "distance", "in_s"}}
	for i, code := range codes {
		types.Rows = append(types.Rows, []string{code, casetest.Text(index[i].Float()), cut.Types[i].Code(), casetest.Text(cut.Nearest[i].Distance), casetest.Text(cut.Nearest[i].InSD)})
	}
	counts := casetest.Table{Name: "counts", Columns: []string{"type", "areas", "people"}}
	for i, n := range cut.Counts {
		people := ""
		if cut.Population != nil {
			people = fmt.Sprint(cut.Population[i])
		}
		counts.Rows = append(counts.Rows, []string{Types()[i].Code(), fmt.Sprint(n), people})
	}
	out.Tables = []casetest.Table{types, counts}
	return out, nil
}

// runPossible gives uncertain (areas that can have several types) and a table possible of area, worst, best. decimals is that of the values.
func runPossible(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	d, err := caseDefinition(c)
	if err != nil {
		return out, err
	}
	codes, index, population, err := caseIndex(c, d)
	if err != nil {
		return out, err
	}
	cut, err := d.Cut(index, population)
	if err != nil {
		return out, err
	}
	ranges, err := cut.Possible(index, int(c.Param("decimals", "1")[0]-'0'))
	if err != nil {
		return out, err
	}
	uncertain := []string{}
	for _, i := range Uncertain(ranges) {
		uncertain = append(uncertain, codes[i])
	}
	out.Set("uncertain", uncertain)
	table := casetest.Table{Name: "possible", Columns: []string{"area", "worst", "best"}}
	for i, r := range ranges {
		table.Rows = append(table.Rows, []string{codes[i], r.Worst.Code(), r.Best.Code()})
	}
	out.Tables = []casetest.Table{table}
	return out, nil
}

// runTransition takes a table of area, first, last (types, - for none) and perhaps pop, and gives keep, better, worse, only_first, only_last,
// keep_population, kappa and se by weight, and a table keep of type, share.
func runTransition(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, err := c.Table("areas")
	if err != nil {
		return out, err
	}
	codes, err := t.Column("area")
	if err != nil {
		return out, err
	}
	periods := []Period{{Name: "first", Types: map[string]Type{}}, {Name: "last", Types: map[string]Type{}}}
	if slices.Contains(t.Columns, "pop") {
		people, err := t.Ints("pop")
		if err != nil {
			return out, err
		}
		periods[0].Population = map[string]int64{}
		for i, code := range codes {
			periods[0].Population[code] = people[i]
		}
	}
	for _, p := range periods {
		texts, err := t.Column(p.Name)
		if err != nil {
			return out, err
		}
		for i, s := range texts {
			if s == "" {
				continue
			}
			if p.Types[codes[i]], err = ParseType(s); err != nil {
				return out, err
			}
		}
	}
	tr := Between(periods[0], periods[1])
	number := func(name string, v float64, ok bool) {
		if ok {
			out.Set(name, v)
		} else {
			out.Set(name, "undefined")
		}
	}
	out.Set("n", tr.N)
	out.Set("better", tr.Better())
	out.Set("worse", tr.Worse())
	out.Set("only_first", tr.OnlyFirst)
	out.Set("only_last", tr.OnlyLast)
	number("keep", tr.Keep().V, tr.Keep().OK)
	number("keep_population", tr.KeepPopulation().V, tr.KeepPopulation().OK)
	for _, w := range []AgreementWeight{NoWeight, Linear, Quadratic} {
		k, err := tr.Kappa(w)
		if err != nil {
			return out, err
		}
		number("kappa_"+string(w), k.Value.V, k.Value.OK)
		number("se_"+string(w), k.SE.V, k.SE.OK)
	}
	table := casetest.Table{Name: "keep", Columns: []string{"type", "share"}}
	for i, n := range tr.KeepByType() {
		text := "undefined"
		if n.OK {
			text = casetest.Text(n.V)
		}
		table.Rows = append(table.Rows, []string{Types()[i].Code(), text})
	}
	out.Tables = []casetest.Table{table}
	return out, nil
}

// runCompare takes a table of areas with index and published (type), and gives compared, agree, only_ours and a table disagreements.
func runCompare(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	d, err := caseDefinition(c)
	if err != nil {
		return out, err
	}
	codes, index, population, err := caseIndex(c, d)
	if err != nil {
		return out, err
	}
	t, err := c.Table("areas")
	if err != nil {
		return out, err
	}
	texts, err := t.Column("published")
	if err != nil {
		return out, err
	}
	published := map[string]PublishedArea{}
	for i, s := range texts {
		if s != "" {
			typ, err := ParseType(s)
			if err != nil {
				return out, err
			}
			published[codes[i]] = PublishedArea{Type: typ}
		}
	}
	cut, err := d.Cut(index, population)
	if err != nil {
		return out, err
	}
	cmp, err := Compare(cut, codes, index, published, 1)
	if err != nil {
		return out, err
	}
	out.Set("compared", cmp.Compared)
	out.Set("agree", cmp.Agree)
	out.Set("only_ours", cmp.OnlyOurs)
	table := casetest.Table{Name: "disagreements", Columns: []string{"area", "ours", "published", "index", "cut", "distance"}}
	for _, x := range cmp.Disagreements {
		table.Rows = append(table.Rows, []string{x.Code, x.Ours.Code(), x.Published.Code(), casetest.Text(x.Index), casetest.Text(x.Cut), casetest.Text(x.Distance)})
	}
	out.Tables = []casetest.Table{table}
	for _, w := range cmp.Warnings() {
		out.Warnings = append(out.Warnings, w.Code)
	}
	return out, nil
}

// With equal weights the weighted index is the index; with 2, 1 and 0 of 10, 20 and 60 it is 40/3.
func TestWeightedIndex(t *testing.T) {
	var def Definition
	p := func(n int64) Exact {
		e, err := Percent(n, 100)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	percents := []Exact{p(10), p(20), p(60)}
	if got, err := def.WeightedIndex(percents, []int64{2, 1, 0}); err != nil || got.String() != "40/3" {
		t.Errorf("%v %v, want 40/3", got, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.Int64Range(1, 1000).Draw(t, "weight")
		percents := make([]Exact, 3)
		for i := range percents {
			var err error
			of := rapid.Int64Range(1, 5000).Draw(t, "of")
			if percents[i], err = Percent(rapid.Int64Range(0, of).Draw(t, "count"), of); err != nil {
				t.Fatal(err)
			}
		}
		def := Definition{}
		if rapid.Bool().Draw(t, "rounded") {
			one := 1
			def.Rounding = Rounding{Components: &one, Index: &one}
		}
		a, errA := def.Index(percents)
		b, errB := def.WeightedIndex(percents, []int64{w, w, w})
		if errA != nil || errB != nil || a.Cmp(b) != 0 {
			t.Fatalf("index %v %v, weighted alike %v %v", a, errA, b, errB)
		}
	})
	for _, weights := range [][]int64{{0, 0, 0}, {1, 1}, {1, -1, 1}} {
		if _, err := def.WeightedIndex(percents, weights); err == nil {
			t.Errorf("weights %v are taken", weights)
		}
	}
}
