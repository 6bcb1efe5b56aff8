package areatype

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
)

// countsCube makes a cube of areas × years with the counts of SCB's components; rows are area, year, NPersons, low, NWorkingAge, edu, help. A negative count
// stands for a hidden cell.
func countsCube(t testing.TB, years []string, areas []string, rows [][7]int64) *cube.Cube {
	t.Helper()
	names := []string{"NPersons", "NLowEconomicStandard", "NWorkingAge", "NLowEducation", "NAssistanceOrUnemployed"}
	var measures []cube.Measure
	for _, n := range names {
		measures = append(measures, cube.Measure{Name: n, Kind: cube.Count})
	}
	dims := []cube.Dimension{
		{Name: "regso", Role: cube.Area, Kind: string(area.RegSO), Vintage: "2020"},
		{Name: "year", Role: cube.Time},
	}
	for _, a := range areas {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: a})
	}
	for _, y := range years {
		dims[1].Members = append(dims[1].Members, cube.Member{Code: y})
	}
	b := cube.NewBuilder("counts", dims, measures)
	for _, r := range rows {
		var cells []cube.Cell
		for _, v := range r[2:] {
			if v < 0 {
				cells = append(cells, cube.Cell{Status: cube.HiddenRule})
			} else {
				cells = append(cells, cube.KnownCell(float64(v)))
			}
		}
		b.Add([]int32{int32(r[0]), int32(r[1])}, cells...)
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Lineage.Sources = []cube.Source{{Name: "made up for this test", Synthetic: true}}
	return c
}

// small is two areas and a year as in types.case (index 50/3 and 20/3), a third whose component is hidden, a fourth without people of working age;
// the year after, the first two change places.
func small(t testing.TB) *cube.Cube {
	return countsCube(t, []string{"2020", "2021"}, []string{"0180R001", "0180R002", "0180R003", "0180R004"}, [][7]int64{
		{0, 0, 100, 20, 50, 10, 5}, {1, 0, 100, 10, 50, 5, 0}, {2, 0, 100, 10, 50, -1, 0}, {3, 0, 10, 1, 0, 0, 0},
		{0, 1, 100, 10, 50, 5, 0}, {1, 1, 100, 20, 50, 10, 5},
	})
}

func warningCodes(c *cube.Cube) []string {
	var codes []string
	for _, w := range c.Warnings {
		codes = append(codes, w.Code)
	}
	return codes
}

func TestCompute(t *testing.T) {
	r, err := Compute(small(t), Definition{Divisor: DivisorPopulation})
	if err != nil {
		t.Fatal(err)
	}
	// By hand in testdata/types.case: m = 35/3, s = 5; the first lies on m+s, the second on m-s.
	for _, want := range []struct {
		measure, code, year string
		status              cube.Status
		value               float64
	}{
		{MeasureIndex, "0180R001", "2020", cube.Known, 50.0 / 3},
		{MeasureIndex, "0180R002", "2020", cube.Known, 20.0 / 3},
		{"ShareLowEducation", "0180R001", "2020", cube.Known, 0.2},
		{"ShareAssistanceOrUnemployed", "0180R002", "2020", cube.Zero, 0},
		{MeasureType, "0180R001", "2020", cube.Known, 2},
		{MeasureType, "0180R002", "2020", cube.Known, 4},
		{MeasureType, "0180R001", "2021", cube.Known, 4},
		{MeasureDistance, "0180R001", "2020", cube.Zero, 0},
		{MeasureIndex, "0180R003", "2020", cube.HiddenRule, 0},
		{MeasureType, "0180R003", "2020", cube.HiddenRule, 0},
		{"ShareLowEconomicStandard", "0180R003", "2020", cube.Known, 0.1},
		{MeasureIndex, "0180R004", "2020", cube.NotApplicable, 0},
		{MeasureIndex, "0180R003", "2021", cube.NotAvailable, 0},
	} {
		got := r.Cube.Get(want.measure, want.code, want.year)
		if got.Status != want.status || math.Abs(got.Value-want.value) > 1e-12 {
			t.Errorf("%s of %s %s is %v %v, want %v %v", want.measure, want.code, want.year, got.Status, got.Value, want.status, want.value)
		}
	}
	if base := r.Cube.Get(MeasureIndex, "0180R001", "2020").Base; base != cube.Num(100) {
		t.Errorf("the index has base %v, want 100 persons", base)
	}
	if base := r.Cube.Get("ShareLowEducation", "0180R001", "2020").Base; base != cube.Num(50) {
		t.Errorf("the share has base %v, want 50 persons", base)
	}
	wantLeft := []LeftOut{{"0180R003", "ShareLowEducation", cube.HiddenRule}, {"0180R004", "ShareLowEducation", cube.NotApplicable}}
	if !slices.Equal(r.Years[0].LeftOut, wantLeft) {
		t.Errorf("left out %v, want %v", r.Years[0].LeftOut, wantLeft)
	}
	if got, want := warningCodes(r.Cube), []string{"areatype-left-out", "areatype-on-cut", "areatype-relative"}; !slices.Equal(got, want) {
		t.Errorf("warnings %v, want %v", got, want)
	}
	if len(r.Cube.Lineage.Sources) != 1 || len(r.Cube.Lineage.Steps) != 1 || r.Cube.Lineage.Public() {
		t.Errorf("lineage %+v: want the source kept, one step, not public", r.Cube.Lineage)
	}
	if docs, measures := Default().Docs(), r.Cube.Measures(); len(docs) != len(measures) {
		t.Errorf("%d measures and %d documented", len(measures), len(docs))
	} else {
		for i := range docs {
			if docs[i].Name != measures[i].Name || docs[i].Title.SV == "" || docs[i].Title.EN == "" || docs[i].Formula == "" || docs[i].Text.SV == "" || docs[i].Source == "" {
				t.Errorf("measure %s is documented by %+v", measures[i].Name, docs[i])
			}
		}
	}
}

func TestComputeByBase(t *testing.T) {
	// All areas twice as high in 2021: by its own m and s nothing changes, by those of 2020 (m 35/3, s 5: cuts 21.7, 16.7, 11.7, 6.7) 100/3 is Type1
	// and 40/3 Type3.
	c := countsCube(t, []string{"2020", "2021"}, []string{"0180R001", "0180R002"}, [][7]int64{
		{0, 0, 100, 20, 50, 10, 5}, {1, 0, 100, 10, 50, 5, 0}, {0, 1, 100, 40, 50, 20, 10}, {1, 1, 100, 20, 50, 10, 0},
	})
	types := func(d Definition) (types [2]float64, warning string) {
		d.Divisor = DivisorPopulation
		r, err := Compute(c, d)
		if err != nil {
			t.Fatal(err)
		}
		return [2]float64{r.Cube.Get(MeasureType, "0180R001", "2021").Value, r.Cube.Get(MeasureType, "0180R002", "2021").Value}, r.Cube.Warnings[0].Code
	}
	m, s := 20.0, 10.0 // cuts 40, 30, 20, 10
	for _, tt := range []struct {
		base    Base
		want    [2]float64
		warning string
	}{
		{Base{}, [2]float64{2, 4}, "areatype-on-cut"},
		{Base{Year: "2020"}, [2]float64{1, 3}, "areatype-base-year"},
		{Base{Mean: &m, SD: &s}, [2]float64{2, 4}, "areatype-given-moments"},
	} {
		if got, warning := types(Definition{Base: tt.base}); got != tt.want || warning != tt.warning {
			t.Errorf("base %+v: types %v with warning %s, want %v with %s", tt.base, got, warning, tt.want, tt.warning)
		}
	}
	if _, err := Compute(c, Definition{Base: Base{Year: "1999"}}); err == nil {
		t.Error("a base year that the cube lacks gives no error")
	}
}

// The index 50/3 is known to half a percent only, [16.17, 17.17), and m+s is 16.6: it may be Type2 or Type3. 20/3 lies far from the cuts 3.4 and 10.
func TestWithPossible(t *testing.T) {
	m, s := 10.0, 6.6
	r, err := Compute(small(t), Definition{Base: Base{Mean: &m, SD: &s}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.WithPossible(0)
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string][2]float64{"0180R001": {2, 3}, "0180R002": {4, 4}} {
		if got := [2]float64{c.Get(MeasureWorst, code, "2020").Value, c.Get(MeasureBest, code, "2020").Value}; got != want {
			t.Errorf("%s can have types %v, want %v", code, got, want)
		}
	}
	if got := c.Get(MeasureWorst, "0180R003", "2020"); got.Status.HasValue() {
		t.Errorf("an area without a type can have %+v", got)
	}
	if !slices.ContainsFunc(c.Warnings, func(w cube.Warning) bool { return w.Code == "areatype-rounding" }) {
		t.Error("no warning of areas that rounding can move")
	}
}

func TestComputeRefuses(t *testing.T) {
	c := small(t)
	if _, err := Compute(c, Definition{Population: "NNobody", Weighting: ByPopulation}); err == nil {
		t.Error("weights that the cube lacks give no error")
	}
	without, err := c.Select("NPersons", "NLowEconomicStandard")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compute(without, Definition{}); err == nil {
		t.Error("missing components give no error")
	}
	total, err := c.Project("year")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Compute(total, Definition{}); err == nil {
		t.Error("a cube without areas gives no error")
	}
	over := countsCube(t, []string{"2020"}, []string{"0180R001"}, [][7]int64{{0, 0, 10, 20, 5, 1, 1}})
	if _, err := Compute(over, Definition{}); err == nil {
		t.Error("a count above its base gives no error")
	}
}

// TestComputeWarnsOfVintage: SCB publishes RegSO 2020 up to 2023 (area.Definitions).
func TestComputeWarnsOfVintage(t *testing.T) {
	rows := [][7]int64{{0, 0, 100, 20, 50, 10, 5}, {1, 0, 100, 10, 50, 5, 0}}
	for year, want := range map[string]bool{"2023": false, "2024": true} {
		r, err := Compute(countsCube(t, []string{year}, []string{"0180R001", "0180R002"}, rows), Definition{})
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Contains(warningCodes(r.Cube), "areatype-vintage-year"); got != want {
			t.Errorf("%s on RegSO 2020 warns: %v, want %v", year, got, want)
		}
	}
}

// TestComputeOfNoise: counts with noise may exceed their base. Such an area has no index; the others go on, marked as perturbed.
func TestComputeOfNoise(t *testing.T) {
	c := countsCube(t, []string{"2020"}, []string{"0180R001", "0180R002", "0180R003"}, [][7]int64{
		{0, 0, 100, 20, 50, 10, 5}, {1, 0, 100, 10, 50, 5, 0}, {2, 0, 3, 5, 3, 1, 1},
	}).Edit(func(_, _ int, cell cube.Cell) cube.Cell {
		return cube.Cell{Status: cube.Perturbed, Value: cell.Value}
	})
	r, err := Compute(c, Definition{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Cube.Get(MeasureType, "0180R001", "2020").Status; got != cube.Perturbed {
		t.Errorf("a type of counts with noise is %v, want perturbed", got)
	}
	if got := r.Cube.Get(MeasureIndex, "0180R003", "2020").Status; got != cube.NotAvailable {
		t.Errorf("an index of 5 of 3 is %v, want not available", got)
	}
	if want := []LeftOut{{"0180R003", "ShareLowEconomicStandard", cube.NotAvailable}}; !slices.Equal(r.Years[0].LeftOut, want) {
		t.Errorf("left out %v, want %v", r.Years[0].LeftOut, want)
	}
}

func TestComputeYearWithoutCut(t *testing.T) {
	c := countsCube(t, []string{"2020"}, []string{"0180R001", "0180R002"}, [][7]int64{{0, 0, 100, 20, 50, 10, 5}, {1, 0, 200, 40, 100, 20, 10}})
	r, err := Compute(c, Definition{})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Cube.Get(MeasureType, "0180R001", "2020").Status; got != cube.NotApplicable {
		t.Errorf("the type is %v, want not applicable", got)
	}
	if got := r.Cube.Get(MeasureIndex, "0180R001", "2020").Value; math.Abs(got-50.0/3) > 1e-12 {
		t.Errorf("the index is %v, want 16.67", got)
	}
	if r.Years[0].NoCut == nil || !slices.Contains(warningCodes(r.Cube), "areatype-no-cut") {
		t.Errorf("warnings %v, want one of no cut", warningCodes(r.Cube))
	}
}

func TestTransitions(t *testing.T) {
	r, err := Compute(small(t), Definition{Divisor: DivisorPopulation})
	if err != nil {
		t.Fatal(err)
	}
	moved, err := Transitions(r.Cube, MeasureType)
	if err != nil {
		t.Fatal(err)
	}
	// One area went 2 → 4, one 4 → 2, with 100 inhabitants each.
	for _, want := range []struct {
		from, to      string
		areas, people float64
	}{{"2", "4", 1, 100}, {"4", "2", 1, 100}, {"2", "2", 0, 0}} {
		if got := moved.Get("NAreas", "2020_2021", want.from, want.to).Value; got != want.areas {
			t.Errorf("%v areas went from %s to %s, want %v", got, want.from, want.to, want.areas)
		}
		if got := moved.Get("NPersonsFirstYear", "2020_2021", want.from, want.to).Value; got != want.people {
			t.Errorf("%v people lived in areas that went from %s to %s, want %v", got, want.from, want.to, want.people)
		}
	}
	if moved.Len() != NTypes*NTypes {
		t.Errorf("%d cells, want %d", moved.Len(), NTypes*NTypes)
	}
	one, err := r.Cube.Where("year", "2020")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Transitions(one, MeasureType); err == nil {
		t.Error("one year gives transitions")
	}
}

func TestStability(t *testing.T) {
	r, err := Compute(small(t), Definition{Divisor: DivisorPopulation})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Stability(r.Cube, MeasureType)
	if err != nil {
		t.Fatal(err)
	}
	// Two areas change places between Type2 and Type4: none keeps, po = 0, pe = 1/2, κ = -1. Linear: po = 1/2, pe = 3/4, κ = -1 as well.
	for measure, want := range map[string]float64{"NAreas": 2, "ShareKeep": 0, "NToHigherNumber": 1, "NToLowerNumber": 1, "SharePersonsKeep": 0, "Kappa": -1, "KappaLinear": -1, "KappaQuadratic": -1} {
		got := c.Get(measure, "2020_2021")
		if !got.Status.HasValue() || math.Abs(got.Value-want) > 1e-12 {
			t.Errorf("%s is %v %v, want %v", measure, got.Status, got.Value, want)
		}
	}
}

// TestStabilityInterval: the four areas of testdata/transition.case, worked there by hand: κ = 0.2 with the standard error √0.1728; 1.959964 is the 97.5th
// percentile of the normal distribution.
func TestStabilityInterval(t *testing.T) {
	dims := []cube.Dimension{{Name: "regso", Role: cube.Area, Kind: string(area.RegSO)}, {Name: "year", Role: cube.Time, Members: []cube.Member{{Code: "2020"}, {Code: "2021"}}}}
	for _, code := range []string{"A", "B", "C", "D"} {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: code})
	}
	b := cube.NewBuilder("types", dims, []cube.Measure{{Name: MeasureType, Kind: cube.Code}})
	for i, pair := range [][2]float64{{1, 1}, {2, 3}, {3, 2}, {3, 3}} {
		for year, v := range pair {
			b.Add([]int32{int32(i), int32(year)}, cube.KnownCell(v))
		}
	}
	types, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Stability(types, MeasureType)
	if err != nil {
		t.Fatal(err)
	}
	got := c.Get("Kappa", "2020_2021")
	half := 1.959964 * math.Sqrt(0.1728)
	if math.Abs(got.Value-0.2) > 1e-12 || math.Abs(got.Lo.V-(0.2-half)) > 1e-6 || math.Abs(got.Hi.V-(0.2+half)) > 1e-6 {
		t.Errorf("kappa is %v from %v to %v, want 0.2 ± %v", got.Value, got.Lo, got.Hi, half)
	}
	if got := c.Get("SharePersonsKeep", "2020_2021").Status; got != cube.NotAvailable {
		t.Errorf("without a population the share of persons is %v, want not available", got)
	}
}

// TestKappaOfVCD: κ and standard errors that R's vcd 1.4.11 gives (Kappa(M), weights "Equal-Spacing" and "Fleiss-Cohen") for a matrix of 200 areas.
func TestKappaOfVCD(t *testing.T) {
	tr := Transition{N: 200, Matrix: [NTypes][NTypes]int{{8, 3}, {2, 14, 4}, {0, 5, 37, 11}, {0, 0, 7, 73, 4}, {0, 0, 0, 4, 28}}}
	for weight, want := range map[AgreementWeight][2]float64{
		NoWeight: {0.719199719199719, 0.0396103901002823}, Linear: {0.821061107631744, 0.0266275662403777}, Quadratic: {0.908550525834477, 0.0153175475518508},
	} {
		got, err := tr.Kappa(weight)
		if err != nil || math.Abs(got.Value.V-want[0]) > 1e-12 || math.Abs(got.SE.V-want[1]) > 1e-12 {
			t.Errorf("%s: %+v, %v, want %v", weight, got, err, want)
		}
	}
	if _, err := tr.Kappa("cubic"); err == nil {
		t.Error("an unknown weight gives no error")
	}
}

func TestSummary(t *testing.T) {
	r, err := Compute(small(t), Definition{Divisor: DivisorPopulation})
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.Summary()
	if err != nil {
		t.Fatal(err)
	}
	// m = 35/3, s = 5.
	for measure, want := range map[string]float64{"NAreas": 2, "NLeftOut": 2, "Mean": 35.0 / 3, "SD": 5, "CutType1": 65.0 / 3, "CutType2": 50.0 / 3, "CutType3": 35.0 / 3, "CutType4": 20.0 / 3} {
		if got := c.Get(measure, "2020"); math.Abs(got.Value-want) > 1e-12 {
			t.Errorf("%s is %v, want %v", measure, got.Value, want)
		}
	}
}

// TestSharesAreDecimals: every percentage with one decimal, divided by 100 in floating point, is read as the decimal it was.
func TestSharesAreDecimals(t *testing.T) {
	for k := range int64(1001) {
		percent := float64(k) / 10
		got, err := shareDecimal(percent / 100)
		if err != nil || got.Cmp(Exact{ratFrac(k, 1, 3)}) != 0 {
			t.Fatalf("%v percent was read as %v, %v", percent, got, err)
		}
	}
}

// TestTransitionProperties: sums of the matrix are the counts of both periods, and to and fro change places.
func TestTransitionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Period {
			p := Period{Name: name, Types: map[string]Type{}}
			for i := range rapid.IntRange(0, 40).Draw(t, "areas") {
				if rapid.Bool().Draw(t, "there") {
					p.Types[strconv.Itoa(i)] = Type(rapid.IntRange(1, NTypes).Draw(t, "type"))
				}
			}
			return p
		}
		a, b := draw("a"), draw("b")
		there, back := Between(a, b), Between(b, a)
		if there.N+there.OnlyFirst != len(a.Types) || there.N+there.OnlyLast != len(b.Types) {
			t.Fatalf("%d and %d areas, followed %d, left out %d and %d", len(a.Types), len(b.Types), there.N, there.OnlyFirst, there.OnlyLast)
		}
		kept := 0
		for i := range NTypes {
			kept += there.Matrix[i][i]
			for j := range NTypes {
				if there.Matrix[i][j] != back.Matrix[j][i] {
					t.Fatal("the way back is another one")
				}
			}
		}
		if there.Better()+there.Worse()+kept != there.N || there.Better() != back.Worse() {
			t.Fatalf("%d better, %d worse, %d kept of %d", there.Better(), there.Worse(), kept, there.N)
		}
		for _, w := range []AgreementWeight{NoWeight, Linear, Quadratic} {
			k1, err1 := there.Kappa(w)
			k2, err2 := back.Kappa(w)
			if err1 != nil || err2 != nil || k1.Value.OK != k2.Value.OK || math.Abs(k1.Value.V-k2.Value.V) > 1e-12 || k1.Value.V > 1+1e-12 {
				t.Fatalf("kappa %s is %v there and %v back", w, k1, k2)
			}
		}
	})
}

func TestAlwaysSameAndYearlyKeep(t *testing.T) {
	// a: 1 1 1, b: 2 2 3, c: 4 - 4. In all years a and b, of which a is always the same. Year to year Type1 keeps 2 of 2, Type2 1 of 2.
	periods := []Period{
		{Types: map[string]Type{"a": 1, "b": 2, "c": 4}}, {Types: map[string]Type{"a": 1, "b": 2}}, {Types: map[string]Type{"a": 1, "b": 3, "c": 4}},
	}
	if same, present := AlwaysSame(periods); same != 1 || present != 2 {
		t.Errorf("AlwaysSame = %d of %d, want 1 of 2", same, present)
	}
	if got, want := YearlyKeep(periods), [NTypes]Kept{{2, 2}, {1, 2}}; got != want {
		t.Errorf("YearlyKeep = %v, want %v", got, want)
	}
	if YearlyKeep(periods)[3].Share().OK {
		t.Error("a type that no area started with has a share")
	}
}

// realData is the folder of real data; without it the test is skipped, and fails where CI is true.
func realData(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		const why = "no real data: set SKIKT_DATA to their folder"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	return dir
}

// karlstad is SCB's published shares, index and types of the 31 RegSO 2025 of Karlstad, 2024 (TAB6586, CC0).
func karlstad(t *testing.T) *cube.Cube {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(realData(t), "scb-regso", "karlstad_regso_socioek_2024.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Innehall struct {
			Serier map[string]map[string]struct {
				Ar    []string
				Varde []*float64
			}
		}
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	series := []string{"andel_lag_ek_standard", "andel_forgymnasial", "andel_bistand_arbetsloshet", "index", "omradestyp"}
	dims := []cube.Dimension{{Name: "regso", Role: cube.Area, Kind: string(area.RegSO), Vintage: "2025"}, {Name: "year", Role: cube.Time, Members: []cube.Member{{Code: "2024"}}}}
	var measures []cube.Measure
	for i, name := range []string{"ShareLowEconomicStandard", "ShareLowEducation", "ShareAssistanceOrUnemployed", "index", "type"} {
		measures = append(measures, cube.Measure{Name: name, Kind: []cube.MeasureKind{cube.Share, cube.Share, cube.Share, cube.Value, cube.Code}[i]})
	}
	var codes []string
	for code := range doc.Innehall.Serier {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: code})
	}
	b := cube.NewBuilder("karlstad", dims, measures)
	for i, code := range codes {
		var cells []cube.Cell
		for k, name := range series {
			s := doc.Innehall.Serier[code][name]
			at := slices.Index(s.Ar, "2024")
			if at < 0 || s.Varde[at] == nil {
				t.Fatalf("%s has no %s of 2024", code, name)
			}
			v := *s.Varde[at]
			if k < 3 {
				v /= 100
			}
			cells = append(cells, cube.KnownCell(v))
		}
		b.Add([]int32{int32(i), 0}, cells...)
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Lineage.Sources = []cube.Source{{Name: "TAB6586", Publisher: "SCB", Public: true, Licence: "CC0"}}
	return c
}

// TestKarlstad: the mean of SCB's three published shares, rounded to one decimal, is the published index in all 31 areas; by m = 9.10 and s = 5.47 (2022,
// quoted from SCB's paper) all types but one are the published ones. That one, 1780R005, has the index 20.0 and lies below the cut 9.10 + 2 × 5.47 = 20.04.
func TestKarlstad(t *testing.T) {
	c := karlstad(t)
	m, s, one := 9.10, 5.47, 1
	r, err := Compute(c, Definition{Base: Base{Mean: &m, SD: &s}, Rounding: Rounding{Index: &one}})
	if err != nil {
		t.Fatal(err)
	}
	published, err := Published(c, "index", "type")
	if err != nil {
		t.Fatal(err)
	}
	joined, comparisons, err := r.WithPublished(published, 1)
	if err != nil {
		t.Fatal(err)
	}
	cmp := comparisons[0]
	if cmp.IndexCompared != 31 || len(cmp.IndexDifferent) != 0 {
		t.Errorf("%d indices compared, %v differ; want 31 and none", cmp.IndexCompared, cmp.IndexDifferent)
	}
	if cmp.Compared != 31 || cmp.Agree != 30 || len(cmp.Disagreements) != 1 {
		t.Fatalf("%d types compared, %d agree, %v differ; want 31, 30 and one", cmp.Compared, cmp.Agree, cmp.Disagreements)
	}
	d := cmp.Disagreements[0]
	if d.Code != "1780R005" || d.Ours != Type2 || d.Published != Type1 || d.Index != 20 || math.Abs(d.Cut-20.04) > 1e-9 || math.Abs(d.Distance+0.04) > 1e-9 {
		t.Errorf("the border case is %+v", d)
	}
	if !slices.Contains(warningCodes(joined), "differs-from-published-type") {
		t.Errorf("warnings %v lack the disagreement", warningCodes(joined))
	}
	if ours, theirs := joined.Get(MeasureType, "1780R005", "2024").Value, joined.Get(MeasurePublishedType, "1780R005", "2024").Value; ours != 2 || theirs != 1 {
		t.Errorf("beside each other stand %v and %v, want 2 and 1", ours, theirs)
	}
	if !joined.Lineage.Public() {
		t.Error("what was made of published numbers is not public")
	}
	// Known to one decimal, 20.0 may be 19.95 to 20.05 and the cut is 20.04: the border case could be either type.
	ranges, err := r.Years[0].Cut.Possible(r.Years[0].Index, 1)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(r.Years[0].Codes, "1780R005")
	if ranges[at] != (Range{Type1, Type2}) {
		t.Errorf("1780R005 can be %v, want Type1 or Type2", ranges[at])
	}
}

func TestPublishedRefuses(t *testing.T) {
	c := small(t)
	for _, names := range [][2]string{{"", ""}, {"nothing", ""}, {"", "NPersons"}} {
		if _, err := Published(c, names[0], names[1]); err == nil {
			t.Errorf("Published(%q, %q) gives no error", names[0], names[1])
		}
	}
}

// BenchmarkCompute: the whole face, from a cube of counts of 3 363 areas and fourteen years to a cube of indices and types.
func BenchmarkCompute(b *testing.B) {
	const areas, years = 3363, 14
	var codes, names []string
	var rows [][7]int64
	for y := range years {
		names = append(names, strconv.Itoa(2010+y))
	}
	for i := range int64(areas) {
		codes = append(codes, "A"+strconv.FormatInt(10000+i, 10))
		for y := range int64(years) {
			all := 700 + (i*7919+y)%4300
			adult := all * 57 / 100
			rows = append(rows, [7]int64{i, y, all, all * (i * 31 % 37) / 100, adult, adult * (i * 17 % 23) / 100, adult * ((i + y) * 13 % 11) / 100})
		}
	}
	c := countsCube(b, names, codes, rows)
	b.Run("areas=3363/years=14", func(b *testing.B) {
		for b.Loop() {
			if _, err := Compute(c, Definition{}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(areas*years*b.N)/b.Elapsed().Seconds(), "areas/s")
	})
}
