package assess

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/segregation"
)

func near(t testing.TB, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(want) != math.IsNaN(got) || math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// By hand: two areas of 4 and 6 persons, of whom 1 and 5 have it. m = 6/10; total 10·0.6·0.4 = 2.4; between 4(0.25 − 0.6)² + 6(5/6 − 0.6)² = 0.49 + 0.326667 = 0.816667.
// MSW = (2.4 − 0.816667)/8 = 0.197917, so ε² = (0.816667 − 0.197917)/2.4 = 0.257813. Fisher's pairs: area 1 d = 1 − 2.4 = −1.4, own squares 1·0.16 + 3·0.36 = 1.24, (1.96 − 1.24)/3 = 0.24;
// area 2 d = 5 − 3.6 = 1.4, own 5·0.16 + 1·0.36 = 1.16, (1.96 − 1.16)/5 = 0.16; sum 0.4 over 10 persons over the variance 0.24: 0.166667.
func TestBetween(t *testing.T) {
	v := Between(ShareOf([]float64{4, 0, 6}, []float64{1, 0, 5}))
	if v.Classes != 2 {
		t.Errorf("%d classes, want the 2 with somebody in them", v.Classes)
	}
	near(t, "told", v.Told, 0.49+6*(7.0/30)*(7.0/30))
	near(t, "η²", v.Share, 0.816666666666667/2.4)
	near(t, "ε²", v.Corrected, 0.2578125)
	near(t, "intraclass", v.Intraclass, 1.0/6)
}

// The same by the definition, person by person: values 3, 5 | 4, 8, 9. The mean is 5.8; deviations −2.8, −0.8 | −1.8, 2.2, 3.2; total 7.84+0.64+3.24+4.84+10.24 = 26.8. Means 4 and 7:
// between 2·1.8² + 3·1.2² = 10.8. Pairs: −2.8·−0.8 twice = 4.48; each with the mean of the two others: −1.8·2.7 + 2.2·0.7 + 3.2·0.2 = −2.68; sum 1.8 over 5 over 26.8/5 = 1.8/26.8.
func TestBetweenOfValues(t *testing.T) {
	v := Between(Outcome{N: []float64{2, 3}, Sum: []float64{8, 21}, Squares: []float64{34, 161}})
	near(t, "η²", v.Share, 10.8/26.8)
	near(t, "ε²", v.Corrected, (10.8-(26.8-10.8)/3)/26.8)
	near(t, "intraclass", v.Intraclass, 1.8/26.8)
	// Without squares only what lies between means is known.
	v = Between(Outcome{N: []float64{2, 3}, Sum: []float64{8, 21}})
	near(t, "told", v.Told, 10.8)
	near(t, "η² without squares", v.Share, math.NaN())
}

// A line and a rising function by hand: x 1, 2, 3 with one person each, y 0, 2, 1. Mean 1. Line: sxy = (−1)(−1) + 0 + (1)(0) = 1, sxx = 2, told ½. Rising: 2 and 1 pool to 1.5, told
// (0−1)² + 2(0.5)² = 1.5. Falling: 0 and 2 pool to 1, with 1: told 0. So 1.5 of the total 2.
func TestAlongIndex(t *testing.T) {
	o := Outcome{N: []float64{1, 1, 1, 5}, Sum: []float64{0, 2, 1, 5}, Squares: []float64{0, 4, 1, 5}}
	x := []float64{1, 2, 3, math.NaN()}
	near(t, "line", Line(o, x).Told, 0.5)
	near(t, "line, share", Line(o, x).Share, 0.25)
	near(t, "monotone", Monotone(o, x).Told, 1.5)
	near(t, "best two classes along x", BestCuts(o, x, 2).Told, 1.5) // 0 | 2 1
	// Equal places can't be parted: at x 1, 1, 2 the first two are one step of mean 1, so nothing is told.
	near(t, "ties", BestCuts(o, []float64{1, 1, 2, math.NaN()}, 3).Told, 0)
}

// Fisher's partition of 1, 2, 3, 10, 11, 30 into three: by eye {1,2,3}, {10,11}, {30}, with sums of squares within 2 and 0.5.
func TestPartitionByEye(t *testing.T) {
	values := []float64{1, 2, 3, 10, 11, 30}
	o := Outcome{N: []float64{1, 1, 1, 1, 1, 1}, Sum: values}
	for _, v := range values {
		o.Squares = append(o.Squares, v*v)
	}
	_, _, total := o.Total()
	near(t, "within", total-BestClasses(o, 3).Told, 2.5)
	steps := along(o, values)
	if starts, _ := partition(steps, 3); !slices.Equal(starts, []int{3, 5}) {
		t.Errorf("starts %v", starts)
	}
}

func drawOutcome(t *rapid.T, n int) (Outcome, []float64) {
	o := Outcome{N: make([]float64, n), Sum: make([]float64, n)}
	x := make([]float64, n)
	for i := range n {
		o.N[i] = float64(rapid.IntRange(0, 30).Draw(t, "n"))
		o.Sum[i] = float64(rapid.IntRange(0, int(o.N[i])).Draw(t, "x"))
		x[i] = float64(rapid.IntRange(0, 8).Draw(t, "index"))
	}
	o.Squares = o.Sum
	return o, x
}

// The partition is that of trying all; and what tells more by its definition never tells less: types along an index ≤ the best cuts of it ≤ the best classes of areas ≤ areas ≤ everything.
func TestPartitionLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "areas")
		o, x := drawOutcome(t, n)
		k := rapid.IntRange(1, 5).Draw(t, "classes")
		steps := along(o, x)
		if len(steps) == 0 {
			return
		}
		most := 0.0
		var try func(from, left int, told float64)
		try = func(from, left int, told float64) {
			if from == len(steps) {
				most = max(most, told)
				return
			}
			if left == 0 {
				return
			}
			var s step
			for j := from; j < len(steps); j++ {
				s.n, s.d = s.n+steps[j].n, s.d+steps[j].d
				try(j+1, left-1, told+s.d*s.d/s.n)
			}
		}
		try(0, k, 0)
		_, told := partition(steps, k)
		if math.Abs(told-most) > 1e-9*max(1, most) {
			t.Fatalf("told %v, the best of all partitions %v", told, most)
		}
		_, _, total := o.Total()
		types := make([]areatype.Type, n)
		for i := range types {
			types[i] = areatype.Type(5 - int(x[i])/2)
		}
		chain := []float64{Between(ByType(o, types)).Told, BestCuts(o, x, 5).Told, BestClasses(o, 5).Told, Between(o).Told, total}
		for i := 1; i < len(chain); i++ {
			if chain[i] < chain[i-1]-1e-9*max(1, total) {
				t.Fatalf("%v: number %d tells less than the one before", chain, i)
			}
		}
		if line, rising := Line(o, x).Told, Monotone(o, x).Told; line > rising+1e-9*max(1, total) {
			t.Fatalf("a line tells %v, the best rising or falling function %v", line, rising)
		}
	})
}

// Whatever the order of areas, and however they are cut in pieces that are put together again, the answer is the same.
func TestIntoKeepsEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, _ := drawOutcome(t, rapid.IntRange(1, 12).Draw(t, "areas"))
		part := make([]int32, len(o.N))
		for i := range part {
			part[i] = int32(rapid.IntRange(0, 3).Draw(t, "part"))
		}
		in := o.Into(part, 4)
		n, mean, total := o.Total()
		n2, mean2, total2 := in.Total()
		if n != n2 || n > 0 && (math.Abs(mean-mean2) > 1e-12 || math.Abs(total-total2) > 1e-9) {
			t.Fatalf("%v %v %v, put together %v %v %v", n, mean, total, n2, mean2, total2)
		}
	})
}

// Nearest neighbours person by person: squares 100 m apart on a line with 2, 1, 2 persons of whom 1, 1, 0 have it. The nearest others of k = 2 (whole rings, the own square first): from square 1 its
// own two; from square 2 all five, as one person is not two and the next ring has four; from square 3 its own two. p = 2/5. Sums of own deviation × mean deviation of the others:
// square 1: 0.6·−0.4 + −0.4·0.6 = −0.48; square 2: 0.6·(0.6 − 0.4 − 0.4 − 0.4)/4 = −0.09; square 3: (−0.4)(−0.4)·2 = 0.32. Sum −0.25 over 5 over 0.24.
func TestNearest(t *testing.T) {
	s := segregation.Squares{Side: 100, Cell: []int64{1, 2, 3}, X: []int64{0, 100, 200}, Y: []int64{0, 0, 0}, Persons: []int64{2, 1, 2}, Members: [][]int64{{1, 1, 0}}}
	v, err := Nearest(s, []int64{2, 6})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "k 2", v[0].Intraclass, -0.25/5/0.24)
	near(t, "more than there are", v[1].Intraclass, math.NaN())
}

// By hand: two areas of 10 persons, 2 and 8 with it. m = ½, between 20·0.09 = 1.8, total 5, within (5 − 1.8)/18 = 0.177778; τ² = (1.8 − 0.177778)/(20 − 200/20) = 0.162222; reliability τ²/(τ² + σ²/10)
// = 0.162222/0.18 = 0.901235.
func TestReliable(t *testing.T) {
	r := Reliable(ShareOf([]float64{10, 10}, []float64{2, 8}), 0.8)
	near(t, "within", r.Within, 3.2/18)
	near(t, "between", r.Between, (1.8-3.2/18)/10)
	near(t, "reliability", r.Mean, 0.901234567901235)
	near(t, "firm", r.ShareFirm, 1)
	near(t, "persons needed", r.PersonsFirm, 3.2/18/((1.8-3.2/18)/10)*4)
	// Areas that differ no more than chance: nothing is firm.
	r = Reliable(ShareOf([]float64{10, 10}, []float64{5, 5}), 0.8)
	near(t, "alike", r.Mean, 0)
	near(t, "alike, firm", r.ShareFirm, 0)
}

// With two areas of ten the reliability is 0.901234567901235 (above) for both, so two classes would tell 0.901234567901235² × 1.8 of the total 5 with other persons. Something told by one degree of freedom
// that tells 0.9: (0.9 − MSW)/1.4620…, MSW = 3.2/18. The order of the areas: of those with it 8 of 10 live in area 2, of those without 2 of 10, so the AUC is 0.8·0.8 + ½(0.8·0.2 + 0.2·0.8) = 0.8. Shrunken
// shares are 0.5 ∓ 0.3·0.901234567901235 = 0.229630 and 0.770370, so the best is 0.770370.
func TestBestIsNotChance(t *testing.T) {
	o := ShareOf([]float64{10, 10}, []float64{2, 8})
	const reliability = 0.901234567901235
	best, areas := BestClasses(o, 2), Between(o)
	near(t, "these persons", best.Share, 1.8/5)
	near(t, "others", best.Corrected, reliability*reliability*1.8/5)
	near(t, "of best", OfBest(o, areas, best, 0.9, 1), (0.9-3.2/18)/(reliability*reliability*1.8))
	d, err := Order(o, []float64{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "AUC", d.AUC, 0.8)
	if want := 0.5 + 0.3*reliability; math.Abs(d.BestAUC-want) > 1e-4 { // counted in thousandths of a person
		t.Errorf("best AUC %v, want %v", d.BestAUC, want)
	}
	// Areas that differ by chance only: no classes made from them would tell anything.
	alike := ShareOf([]float64{7, 11, 13}, []float64{3, 5, 6})
	if best := BestClasses(alike, 2); best.Corrected != 0 || !math.IsNaN(OfBest(alike, Between(alike), best, 0.1, 1)) {
		t.Errorf("alike: %+v", best)
	}
}

func byType(n, x [5]float64) Outcome { return ShareOf(n[:], x[:]) }

// By hand, one kommun: type 1 has 10 persons, 5 with it; type 5 has 30, 6 with it. Missing 8 persons, 4 with it. Gap 0.5 − 0.2 = 0.3. Those with it go 5:6, those without 5:24: type 1 gets 20/11 and
// 20/29, type 5 24/11 and 96/29. Bounds: least 5/(10 + 4) − (6 + 4)/(30 + 4), most 9/14 − 6/34.
func TestCoverage(t *testing.T) {
	c := Covered{Share: true, Located: []Outcome{byType([5]float64{10, 0, 0, 0, 30}, [5]float64{5, 0, 0, 0, 6})}, Missing: ShareOf([]float64{8}, []float64{4})}
	got := c.Coverage()
	near(t, "share", got.Share, 40.0/48)
	near(t, "located", got.Located, 11.0/40)
	near(t, "all", got.Every, 15.0/48)
	near(t, "gap", got.Gap, 0.3)
	near(t, "imputed", got.Imputed, (5+20.0/11)/(10+20.0/11+20.0/29)-(6+24.0/11)/(30+24.0/11+96.0/29))
	near(t, "low", got.Low, 5.0/14-10.0/34)
	near(t, "high", got.High, 9.0/14-6.0/34)
	// Values: persons go 10:30 with the mean of the missing. 8 missing of sum 4: type 1 gets 2 of sum 1, type 5 six of sum 3.
	c.Share = false
	got = c.Coverage()
	near(t, "imputed values", got.Imputed, 6.0/12-9.0/36)
	near(t, "values have no bounds", got.Low, math.NaN())
}

// Nobody missing: the answer is the answer. And wherever those missing truly live, the gap lies within the bounds.
func TestCoverageLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var truth [5][2]float64 // with and without, in all
		c := Covered{Share: true, Missing: Outcome{}}
		for range rapid.IntRange(1, 4).Draw(t, "kommuner") {
			var n, x [5]float64
			var m, u float64
			for i := range 5 {
				with, without := rapid.IntRange(1, 20).Draw(t, "with"), rapid.IntRange(1, 20).Draw(t, "without")
				a, b := rapid.IntRange(0, with-1).Draw(t, "missing"), rapid.IntRange(0, without-1).Draw(t, "missing")
				truth[i][0] += float64(with)
				truth[i][1] += float64(without)
				n[i], x[i] = float64(with-a+without-b), float64(with-a)
				m, u = m+float64(a+b), u+float64(a)
			}
			c.Located = append(c.Located, byType(n, x))
			c.Missing.N, c.Missing.Sum = append(c.Missing.N, m), append(c.Missing.Sum, u)
		}
		share := func(i int) float64 { return truth[i][0] / (truth[i][0] + truth[i][1]) }
		real, got := share(0)-share(4), c.Coverage()
		if real < got.Low-1e-12 || real > got.High+1e-12 || got.Imputed < got.Low-1e-12 || got.Imputed > got.High+1e-12 {
			t.Fatalf("gap %v and imputed %v outside %v to %v", real, got.Imputed, got.Low, got.High)
		}
		if got.Share == 1 && got.Imputed != got.Gap {
			t.Fatal("nobody is missing, and the gap moves")
		}
	})
}

// Types by another rule: 3 areas, one of 20 of 100 persons has another.
func TestAgainst(t *testing.T) {
	o := ShareOf([]float64{50, 20, 30}, []float64{25, 4, 3})
	r := Against(o, []areatype.Type{1, 1, 5}, []areatype.Type{1, 5, 5})
	near(t, "persons", r.Persons, 0.2)
	near(t, "areas", r.Areas, 1.0/3)
	near(t, "gap", r.Gap, (25.0/50-7.0/50)-(29.0/70-3.0/30))
}

// The documentation is whole: every kind of evidence is of tools and uses that there are, every tool has evidence for every use, and its thresholds part three verdicts.
func TestDocs(t *testing.T) {
	seen := map[string]bool{}
	has := map[string]bool{}
	code := func(all []edition.Named, code string) bool {
		return slices.ContainsFunc(all, func(n edition.Named) bool { return n.Code == code })
	}
	for _, d := range Docs() {
		if seen[d.Name] {
			t.Errorf("%s stands twice", d.Name)
		}
		seen[d.Name] = true
		for _, text := range []cube.Text{d.Title, d.Text, d.Cautions, d.Obstacle, d.Remedy, d.Needs} {
			if text.SV == "" || text.EN == "" {
				t.Errorf("%s lacks a text", d.Name)
			}
		}
		if d.Formula == "" || d.Range.SV == "" || d.Range.EN == "" || d.Source == "" || d.Table == "" || d.Measure == "" {
			t.Errorf("%s lacks formula, range, source, table or measure", d.Name)
		}
		for _, tool := range d.Tools {
			for _, use := range d.Uses {
				has[tool+use] = true
				if !code(Tools(), tool) || !code(Uses(), use) {
					t.Errorf("%s is of %s and %s", d.Name, tool, use)
				}
			}
		}
		for _, use := range d.Decisive {
			if !slices.Contains(d.Uses, use) {
				t.Errorf("%s decides %s, which it is no evidence of", d.Name, use)
			}
		}
		if d.Thresholds.Less != (d.Thresholds.Supports < d.Thresholds.Conditions) {
			t.Errorf("%s: thresholds %+v", d.Name, d.Thresholds)
		}
	}
	for _, tool := range Tools() {
		for _, use := range Uses() {
			if !has[tool.Code+use.Code] {
				t.Errorf("nothing is evidence of %s for %s", tool.Code, use.Code)
			}
		}
	}
}
