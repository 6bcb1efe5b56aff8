package cube

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// areas is a toy dimension: two kommuner of two RegSO each.
var (
	regso = Dimension{Name: "regso", Role: Area, Kind: "regso", Vintage: "2020",
		Members: members("0001R001", "0001R002", "0002R001", "0002R002")}
	kommun = Dimension{Name: "kommun", Role: Area, Kind: "kommun", Members: members("0001", "0002")}
	sex    = Dimension{Name: "sex", Role: Group, Members: members("k", "m")}
	count  = Measure{Name: "NPersons", Kind: Count}
)

func members(codes ...string) []Member {
	var ms []Member
	for _, c := range codes {
		ms = append(ms, Member{Code: c, Label: Same(c)})
	}
	return ms
}

// toy is RegSO × sex with counts 1..8 in row order; the sums below are done by hand.
func toy(t testing.TB) *Cube {
	t.Helper()
	b := NewBuilder("toy", []Dimension{regso, sex}, []Measure{count})
	n := 1.0
	for r := range int32(4) {
		for s := range int32(2) {
			b.Add([]int32{r, s}, Cell{Status: Known, Value: n, Base: Num(n)})
			n++
		}
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestProjectAddsUp(t *testing.T) {
	c, err := toy(t).Project("sex")
	if err != nil {
		t.Fatal(err)
	}
	// women 1+3+5+7 = 16, men 2+4+6+8 = 20
	if k, m := c.Get("NPersons", "k").Value, c.Get("NPersons", "m").Value; k != 16 || m != 20 {
		t.Errorf("women %v, men %v; want 16 and 20", k, m)
	}
	whole, err := c.Project()
	if err != nil {
		t.Fatal(err)
	}
	if got := whole.Get("NPersons"); got.Value != 36 || got.Base != Num(36) {
		t.Errorf("the whole is %+v, want 36 on base 36", got)
	}
}

func TestMapAndBeside(t *testing.T) {
	up, dropped, err := toy(t).Map("regso", kommun, []int32{0, 0, 1, -1})
	if err != nil {
		t.Fatal(err)
	}
	// 0001: 1+3 women, 2+4 men; 0002 has only its first RegSO: 5 and 6; two rows are dropped
	for _, want := range []struct {
		kommun, sex string
		n           float64
	}{{"0001", "k", 4}, {"0001", "m", 6}, {"0002", "k", 5}, {"0002", "m", 6}} {
		if got := up.Get("NPersons", want.kommun, want.sex).Value; got != want.n {
			t.Errorf("%s %s: %v, want %v", want.kommun, want.sex, got, want.n)
		}
	}
	if dropped != 2 {
		t.Errorf("%d rows dropped, want 2", dropped)
	}
	beside, dropped, err := toy(t).Beside(kommun, func(row int) int32 { return int32(row / 4) })
	if err != nil || dropped != 0 {
		t.Fatal(err, dropped)
	}
	if got := beside.Get("NPersons", "0002R001", "m", "0002").Value; got != 6 {
		t.Errorf("got %v, want 6", got)
	}
}

// A total that a publisher has given need not be the sum of its parts, and is never added to them.
func TestPublishedTotals(t *testing.T) {
	dim := Dimension{Name: "background", Role: Group, Members: members("sv", "utl", Total)}
	b := NewBuilder("published", []Dimension{regso, dim}, []Measure{count})
	for r := range int32(2) {
		b.Add([]int32{r, 0}, KnownCell(669))
		b.Add([]int32{r, 1}, KnownCell(194))
		b.Add([]int32{r, 2}, KnownCell(865)) // noise: 669 + 194 = 863
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	only, err := c.Project("regso")
	if err != nil {
		t.Fatal(err)
	}
	if got := only.Get("NPersons", "0001R001").Value; got != 865 {
		t.Errorf("the total is %v, want the published 865", got)
	}
	share := Measure{Name: "Share", Kind: Share, Of: "NPersons", Over: "background", Base: []string{Total}}
	v, err := c.View(View{Name: "v", Dims: []string{"background"}, Totals: []string{"background"}, Measures: []Measure{count, share}})
	if err != nil {
		t.Fatal(err)
	}
	if got := v.Get("Share", "utl"); math.Abs(got.Value-388.0/1730) > 1e-15 || got.Base != Num(1730) {
		t.Errorf("share %+v, want 388/1730 on base 1730", got)
	}
}

func TestShareOfKnownOnly(t *testing.T) {
	dim := Dimension{Name: "education", Role: Group, Members: members("low", "high", "unknown")}
	b := NewBuilder("e", []Dimension{dim}, []Measure{count})
	for i, n := range []float64{30, 60, 10} {
		b.Add([]int32{int32(i)}, KnownCell(n))
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c, err = c.WithMeasure(Measure{Name: "Share", Kind: Share, Of: "NPersons", Over: "education", Base: []string{"low", "high"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Get("Share", "low").Value; got != 30.0/90 {
		t.Errorf("share of the known is %v, want 1/3", got)
	}
	if got := c.Get("Share", "unknown").Status; got != NotApplicable {
		t.Errorf("the unknown have status %v, want not_applicable: they are outside the base", got)
	}
}

// The states of the parts decide the state of the sum.
func TestSumOfStates(t *testing.T) {
	for _, test := range []struct {
		parts []Status
		want  Status
	}{
		{[]Status{Known, Zero}, Known},
		{[]Status{Zero, Zero}, Zero},
		{[]Status{Known, NotAvailable}, NotAvailable},
		{[]Status{Known, HiddenRule}, HiddenProtect},
		{[]Status{NotApplicable, Known}, Known},
		{[]Status{NotApplicable}, NotApplicable},
		{[]Status{Known, Perturbed}, Perturbed},
		{[]Status{Known, Preliminary}, Preliminary},
	} {
		var s sum
		for _, status := range test.parts {
			c := Cell{Status: status}
			if status.HasValue() && status != Zero {
				c.Value = 5
			}
			s.add(c)
		}
		if got := s.cell().Status; got != test.want {
			t.Errorf("%v adds up to %v, want %v", test.parts, got, test.want)
		}
	}
}

// Intervals of the parts add up to the interval of the sum, and follow into a share.
func TestIntervals(t *testing.T) {
	b := NewBuilder("i", []Dimension{regso, {Name: "std", Members: members("low", Total)}}, []Measure{count})
	// 7 % of 800 and 4 % of 1,000, each known to the whole percent: 56 ± 4 and 40 ± 5
	b.Add([]int32{0, 0}, Cell{Status: Known, Value: 56, Lo: Num(52), Hi: Num(60)})
	b.Add([]int32{1, 0}, Cell{Status: Known, Value: 40, Lo: Num(35), Hi: Num(45)})
	b.Add([]int32{0, 1}, KnownCell(800))
	b.Add([]int32{1, 1}, KnownCell(1000))
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c, err = c.Project("std")
	if err != nil {
		t.Fatal(err)
	}
	c, err = c.WithMeasure(Measure{Name: "Share", Kind: Share, Of: "NPersons", Over: "std", Base: []string{Total}})
	if err != nil {
		t.Fatal(err)
	}
	got := c.Get("Share", "low")
	want := Cell{Status: Known, Value: 96.0 / 1800, Base: Num(1800), Lo: Num(87.0 / 1800), Hi: Num(105.0 / 1800)}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestJoinRefusesVintages(t *testing.T) {
	a := toy(t)
	other := regso
	other.Vintage = "2025"
	b := NewBuilder("other", []Dimension{other, sex}, []Measure{{Name: "NOther", Kind: Count}})
	b.Add([]int32{0, 0}, KnownCell(1))
	o, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Join(o); err == nil {
		t.Error("RegSO 2020 and RegSO 2025 were joined")
	}
}

func TestBuilderRefuses(t *testing.T) {
	twice := NewBuilder("t", []Dimension{sex}, []Measure{count})
	twice.Add([]int32{0}, KnownCell(1))
	twice.Add([]int32{0}, KnownCell(2))
	if _, err := twice.Cube(); err == nil {
		t.Error("two rows for one combination passed")
	}
	outside := NewBuilder("t", []Dimension{sex}, []Measure{count})
	outside.Add([]int32{2}, KnownCell(1))
	if _, err := outside.Cube(); err == nil {
		t.Error("a member out of range passed")
	}
}

func TestCheckHidden(t *testing.T) {
	year := Dimension{Name: "year", Title: Text{"år", "year"}, Role: Time, Members: members("2021", "2022")}
	b := NewBuilder("y", []Dimension{year}, []Measure{count})
	b.Add([]int32{0}, KnownCell(1))
	b.Add([]int32{1}, KnownCell(2))
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.CheckHidden("year")
	if len(c.Warnings) != 0 {
		t.Error("a kept dimension was warned about")
	}
	c.CheckHidden()
	if len(c.Warnings) != 1 || c.Warnings[0].Code != "mixed-year" {
		t.Errorf("warnings %v, want mixed-year", c.Warnings)
	}
}

// random draws a cube of regso × kommun × sex with known whole numbers.
func random(t *rapid.T) *Cube {
	b := NewBuilder("random", []Dimension{regso, sex}, []Measure{count})
	for r := range int32(4) {
		for s := range int32(2) {
			if rapid.Bool().Draw(t, "there") {
				b.Add([]int32{r, s}, KnownCell(float64(rapid.IntRange(0, 1000).Draw(t, "n"))))
			}
		}
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Rolling up in two steps gives what rolling up at once gives, and the order of rows does not matter.
func TestRollUpLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := random(t)
		to := []int32{0, 0, 1, 1}
		up, _, err := c.Map("regso", kommun, to)
		if err != nil {
			t.Fatal(err)
		}
		steps, err := up.Project("sex")
		if err != nil {
			t.Fatal(err)
		}
		direct, err := c.Project("sex")
		if err != nil {
			t.Fatal(err)
		}
		if steps.Len() != direct.Len() {
			t.Fatalf("%d rows in steps, %d at once", steps.Len(), direct.Len())
		}
		for i := range direct.Len() {
			if steps.Cell(i, 0) != direct.Cell(i, 0) {
				t.Fatalf("row %d: %+v in steps, %+v at once", i, steps.Cell(i, 0), direct.Cell(i, 0))
			}
		}
		with, err := c.WithTotals("regso", "sex")
		if err != nil {
			t.Fatal(err)
		}
		whole, err := c.Project()
		if err != nil {
			t.Fatal(err)
		}
		if c.Len() > 0 && with.Get("NPersons", Total, Total).Value != whole.Get("NPersons").Value {
			t.Fatal("the total of totals is not the whole")
		}
		back, err := with.Project("regso")
		if err != nil {
			t.Fatal(err)
		}
		straight, err := c.Project("regso")
		if err != nil {
			t.Fatal(err)
		}
		for i := range straight.Len() {
			code := straight.Code(i, 0)
			if got, want := back.Get("NPersons", code), straight.Cell(i, 0); got != want {
				t.Fatalf("%s: %+v by the totals, %+v by the sum", code, got, want)
			}
		}
	})
}

func TestRowsAreSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.Permutation([]int32{0, 1, 2, 3}).Draw(t, "order")
		b := NewBuilder("s", []Dimension{regso}, []Measure{count})
		for _, r := range order {
			b.Add([]int32{r}, KnownCell(float64(r+1)))
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		for i := range c.Len() {
			if c.Coord(i, 0) != i || c.Cell(i, 0).Value != float64(i+1) {
				t.Fatalf("row %d is member %d with %v", i, c.Coord(i, 0), c.Cell(i, 0).Value)
			}
		}
	})
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]float64{0.07: 7, 0.29: 29, 0.145: 14.5, 1: 100, 0: 0, 1e-9: 1e-7, -0.035: -3.5, 1.0 / 3: 33.33333333333333} {
		if got := Percent(share); got != want {
			t.Errorf("%v is %v percent, want %v", share, got, want)
		}
	}
	// Whole hundredths of a percent come out with two decimals at most.
	for i := range 10001 {
		share := float64(i) / 10000
		want, _ := strconv.ParseFloat(strconv.Itoa(i)+"e-2", 64)
		if got := Percent(share); got != want {
			t.Fatalf("%v is %v percent, want %v", share, got, want)
		}
	}
	for share, want := range map[float64]string{0.07: "7", 0.145: "14.5", 0.001: "0.1", 1e-9: "0.0000001", 12.5: "1250", 1e21: "100000000000000000000000", -0.035: "-3.5", 0: "0", 1.0 / 3: "33.33333333333333"} {
		if got := string(AppendPercent(nil, share)); got != want {
			t.Errorf("%v is written as %s percent, want %s", share, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		share := rapid.Float64Range(-1e300, 1e300).Draw(t, "share")
		if got, err := strconv.ParseFloat(string(AppendPercent([]byte{}, share)), 64); err != nil || got != Percent(share) {
			t.Fatalf("%v is written as %s percent, want %v", share, AppendPercent(nil, share), Percent(share))
		}
	})
	if got := Percent(math.MaxFloat64); !math.IsInf(got, 1) {
		t.Errorf("more than a number can be is %v", got)
	}
}
