package segregation

import (
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// agree tells whether two values are alike to 1e-12, or both undefined.
func agree(x, y float64) bool {
	return math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) <= 1e-12
}

// drawPair draws counts of two groups, both with somebody, over some units, some of them empty.
func drawPair(t *rapid.T) (a, b []float64) {
	units := rapid.IntRange(1, 12).Draw(t, "units")
	count := rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 5), rapid.IntRange(0, 3000))
	for range units {
		a = append(a, float64(count.Draw(t, "a")))
		b = append(b, float64(count.Draw(t, "b")))
	}
	k := rapid.IntRange(0, units-1).Draw(t, "unit with both")
	a[k]++
	b[rapid.IntRange(0, units-1).Draw(t, "unit with b")]++
	return a, b
}

// TestTwoGroupProperties: what every measure of two groups must keep to, whatever the counts.
func TestTwoGroupProperties(t *testing.T) {
	sameForBoth := map[string]bool{
		"Dissimilarity": true, "Gini": true, "InformationTheory": true, "Atkinson": true, "Hutchens": true, "CorrelationRatio": true, "MinMax": true, "SCBIndex": true,
		"ModifiedDissimilarity": true, "ModifiedGini": true, "BiasCorrectedDissimilarity": true, "DensityCorrectedDissimilarity": true,
	}
	closed := map[string]bool{}
	for _, m := range twoClosed {
		closed[m.Name] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPair(t)
		n := len(a)
		order := rapid.Permutation(indices(n)).Draw(t, "order")
		at := rapid.IntRange(0, n-1).Draw(t, "unit")
		for _, m := range TwoGroup() {
			v := m.Of(a, b)
			agree := agree
			if m.Name == "ModifiedGini" { // G* is a difference of two sums over many outcomes
				agree = func(x, y float64) bool { return math.Abs(x-y) < 1e-9 }
			}
			if math.IsNaN(v) {
				t.Fatalf("%s is undefined", m.Name)
			}
			low, high := 0.0, 1.0
			switch m.Name {
			case "ConcentrationProfile":
				high = 2
			case "ModifiedDissimilarity", "ModifiedGini", "BiasCorrectedDissimilarity":
				low = -1
			}
			if v < low || v > high {
				t.Fatalf("%s = %v is out of range", m.Name, v)
			}
			if got := m.Of(pick(a, order), pick(b, order)); !agree(got, v) {
				t.Fatalf("%s: %v with the units in another order, %v", m.Name, got, v)
			}
			if got := m.Of(slices.Insert(slices.Clone(a), at, 0), slices.Insert(slices.Clone(b), at, 0)); !agree(got, v) {
				t.Fatalf("%s: %v with an empty unit, %v", m.Name, got, v)
			}
			if sameForBoth[m.Name] && !agree(m.Of(b, a), v) {
				t.Fatalf("%s: %v for the other group, %v", m.Name, m.Of(b, a), v)
			}
			if !closed[m.Name] {
				continue
			}
			// Splitting a unit into two alike changes nothing.
			x, y := slices.Clone(a), slices.Clone(b)
			x[at], y[at] = a[at]/4, b[at]/4
			if got := m.Of(append(x, a[at]*0.75), append(y, b[at]*0.75)); !agree(got, v) {
				t.Fatalf("%s: %v with a unit split, %v", m.Name, got, v)
			}
			// Counts up to 2⁵³ keep precision: what doubles all counts changes nothing.
			if got := m.Of(times(a, 1<<38), times(b, 1<<38)); got != v {
				t.Fatalf("%s: %v at 2³⁸ times the counts, %v", m.Name, got, v)
			}
		}
	})
}

// TestTwoGroupIdentities: relations between measures.
func TestTwoGroupIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawPair(t)
		d, p := Dissimilarity(a, b), total(a)/(total(a)+total(b))
		equal := func(what string, x, y float64) {
			if !agree(x, y) {
				t.Fatalf("%s: %v and %v", what, x, y)
			}
		}
		equal("SCB's index is D against the rest", SCBIndex(a, b), d)
		equal("Gorard is (1 − P)D", Gorard(a, b), (1-p)*d)
		equal("MinMax is 2D/(1 + D)", MinMax(a, b), 2*d/(1+d))
		equal("isolation and interaction", Isolation(a, b)+Interaction(a, b), 1)
		equal("eta² from isolation", CorrelationRatio(a, b), (Isolation(a, b)-p)/(1-p))
		equal("Atkinson and Hutchens", Atkinson(a, b, 0.5), 1-(1-Hutchens(a, b))*(1-Hutchens(a, b)))
		equal("Atkinson of the other group", Atkinson(b, a, 0.75), 1-math.Pow(1-Atkinson(a, b, 0.25), 3))
		equal("Gini over all pairs", Gini(a, b), giniOfPairs(a, b))
		if Gini(a, b) < d-1e-12 || DensityCorrectedDissimilarity(a, b) > d+1e-12 || Hutchens(a, b) > d+1e-12 {
			t.Fatalf("D %v lies between Hutchens, the density-corrected and Gini", d)
		}
		pair, err := Pair(a, b)
		if err != nil {
			t.Fatal(err)
		}
		equal("D of many groups", MultiDissimilarity(pair), d)
		equal("Gini of many groups", MultiGini(pair), Gini(a, b))
		equal("H of many groups", TheilH(pair), InformationTheory(a, b))
		for name, f := range map[string]func(*Table) float64{"P": NormalisedExposure, "R": RelativeDiversity, "C": SquaredCoefficientOfVariation} {
			equal(name+" of two groups is eta²", f(pair), CorrelationRatio(a, b))
		}
		// The size of a group does not matter for these.
		for name, f := range map[string]func(a, b []float64) float64{"D": Dissimilarity, "Gini": Gini, "Hutchens": Hutchens, "MinMax": MinMax} {
			equal(name+" at three times a", f(times(a, 3), b), f(a, b))
		}
		equal("Atkinson at three times a", Atkinson(times(a, 3), b, 0.3), Atkinson(a, b, 0.3))
		// The grid comes as close to the integral as a step allows: the curve falls by 1 in all over each half.
		if grid := ConcentrationProfileGrid(a, b, 20001); math.Abs(grid-ConcentrationProfile(a, b)) > 4.0/20000/(1-p) {
			t.Fatalf("profile on a grid %v, exact %v", grid, ConcentrationProfile(a, b))
		}
	})
}

func giniOfPairs(a, b []float64) float64 {
	var s float64
	ta, tb := total(a), total(b)
	for i := range a {
		for j := range a {
			s += math.Abs(a[i]/ta*(b[j]/tb)-a[j]/ta*(b[i]/tb)) / 2
		}
	}
	return s
}

// TestTinyDifference: one person of 2⁵⁰ moved. D is 1/2⁵⁰ to full precision, not rounding noise: a is n, n and b is n+1, n−1 with n = 2⁵⁰, ½(½n⁻¹ +
// ½n⁻¹).
func TestTinyDifference(t *testing.T) {
	n := math.Exp2(50)
	a, b := []float64{n, n}, []float64{n + 1, n - 1}
	if got, want := Dissimilarity(a, b), math.Exp2(-51); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("D = %v, want %v", got, want)
	}
	if got, want := Gini(a, b), math.Exp2(-51); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("Gini = %v, want %v", got, want)
	}
}

// TestByShare: many units are sorted digit by digit, few by comparison; both give the Gini of all pairs.
func TestByShare(t *testing.T) {
	table := syntheticTable(t, 2000, 3)
	a, b := table.against(1)
	if got, want := Gini(a, b), giniOfPairs(a, b); math.Abs(got-want) > 1e-12 {
		t.Errorf("Gini of 2,000 units = %v, over all pairs %v", got, want)
	}
	units := make([]sharedUnit, len(a))
	for i := range a {
		units[i] = sharedUnit{share: a[i] / (a[i] + b[i])}
	}
	sorted := byShare(units, make([]sharedUnit, len(units)))
	if !slices.IsSortedFunc(sorted, func(x, y sharedUnit) int { return cmp.Compare(x.share, y.share) }) {
		t.Error("not in order")
	}
}

// TestMeanDifference: the mean of |X/n − Y/m| against the sum over all pairs of outcomes, with probabilities from factorials.
func TestMeanDifference(t *testing.T) {
	probability := func(n, k int, p float64) float64 {
		ln, _ := math.Lgamma(float64(n + 1))
		lk, _ := math.Lgamma(float64(k + 1))
		lr, _ := math.Lgamma(float64(n - k + 1))
		switch {
		case p == 0 && k == 0, p == 1 && k == n:
			return 1
		case p == 0, p == 1:
			return 0
		}
		return math.Exp(ln - lk - lr + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	}
	var buffers [2][]float64
	for _, tt := range []struct {
		n   int
		p   float64
		m   int
		q   float64
		rel float64
	}{
		{10, 0.6, 10, 0.2, 1e-12}, {10, 0.2, 10, 0.2, 1e-12}, {7, 0, 30, 0.1, 1e-12}, {1, 1, 12, 1, 1e-12}, {400, 0.01, 300, 0.012, 1e-12},
		{50, 0.02, 50000, 0.4, 5e-5},     // one normal
		{60000, 0.4, 50000, 0.402, 5e-5}, // both normal
	} {
		want := 0.0
		for i := 0; i <= tt.n; i++ {
			x := probability(tt.n, i, tt.p)
			if x < 1e-17 {
				continue
			}
			for j := 0; j <= tt.m; j++ {
				if math.Abs(float64(j)-float64(tt.m)*tt.q) < 10*math.Sqrt(float64(tt.m))+10 {
					want += x * probability(tt.m, j, tt.q) * math.Abs(float64(i)/float64(tt.n)-float64(j)/float64(tt.m))
				}
			}
			if float64(i) > float64(tt.n)*tt.p+10*math.Sqrt(float64(tt.n)) {
				break
			}
		}
		got := meanDifference(float64(tt.n), tt.p, float64(tt.m), tt.q, &buffers)
		if math.Abs(got-want) > tt.rel*want+1e-10 {
			t.Errorf("E|Bin(%d, %g)/%d − Bin(%d, %g)/%d| = %.12g, want %.12g", tt.n, tt.p, tt.n, tt.m, tt.q, tt.m, got, want)
		}
		if back := meanDifference(float64(tt.m), tt.q, float64(tt.n), tt.p, &buffers); math.Abs(back-got) > 1e-12 {
			t.Errorf("exchanged: %v, %v", back, got)
		}
	}
}

// TestChanceGini: units in more classes than are kept, against the normal limit: for K alike units of n persons, G* = (K−1)/K · E|p − p'| /
// (2P(1−P)) with E|p − p'| = 2√(P(1−P)/(πn)), which differs from the binomial by a part of the order 1/n.
func TestChanceGini(t *testing.T) {
	for _, n := range []float64{4000, 40000, 4e6} { // all outcomes kept, classes of a binomial, classes of a normal
		const p, units = 0.3, 6
		var a, b []float64
		for range units {
			a, b = append(a, n*p), append(b, n*(1-p))
		}
		want := math.Sqrt(units*n/(units*n-1)) * (units - 1) / units * math.Sqrt(1/(math.Pi*n*p*(1-p)))
		if got := chanceGini(a, b); math.Abs(got/want-1) > 2e-4 {
			t.Errorf("units of %v: G* = %v, want %v", n, got, want)
		}
	}
}

// TestBeyondChance: where nothing else is possible, nothing is beyond chance: everybody in one unit, or one person a unit.
func TestBeyondChance(t *testing.T) {
	for _, units := range [][2][]float64{{{3}, {5}}, {{1, 0, 0, 1, 0, 0, 0}, {0, 1, 1, 0, 1, 1, 1}}} {
		if v := ModifiedDissimilarity(units[0], units[1]); v != 0 {
			t.Errorf("ModifiedDissimilarity(%v, %v) = %v, want 0", units[0], units[1], v)
		}
	}
}

func TestDensityFold(t *testing.T) {
	for _, x := range []float64{0, 0.5, 1, 1.0001, 1.5, 2, 5, 40, 1e9} {
		theta := mostLikelyFold(x)
		if x <= 1 && theta != 0 {
			t.Errorf("a draw of %v: θ = %v, want 0", x, theta)
		}
		if x > 1 && (theta <= 0 || math.Abs(theta-x*math.Tanh(theta*x)) > 1e-12*x) {
			t.Errorf("a draw of %v: θ = %v is no root", x, theta)
		}
	}
}

func TestUnequalLengths(t *testing.T) {
	for _, m := range TwoGroup() {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s takes slices of different length", m.Name)
				}
			}()
			m.Of([]float64{1, 2}, []float64{1})
		}()
	}
}

// TestUndefined: without one of the groups only what a meets, and Gorard, have a value; without any unit nothing has.
func TestUndefined(t *testing.T) {
	for _, m := range TwoGroup() {
		if v := m.Of(nil, nil); !math.IsNaN(v) {
			t.Errorf("%s of nothing = %v", m.Name, v)
		}
		if v := m.Of([]float64{0, 0}, []float64{1, 2}); !math.IsNaN(v) {
			t.Errorf("%s without a = %v", m.Name, v)
		}
		defined := m.Name == "Isolation" || m.Name == "Interaction" || m.Name == "Gorard"
		if v := m.Of([]float64{1, 2}, []float64{0, 0}); math.IsNaN(v) == defined {
			t.Errorf("%s without b = %v", m.Name, v)
		}
	}
	for _, beta := range []float64{0, 1, -1, 2, math.NaN()} {
		if v := Atkinson([]float64{1, 2}, []float64{2, 1}, beta); !math.IsNaN(v) {
			t.Errorf("Atkinson with β = %v is %v", beta, v)
		}
	}
}

// FuzzTwoGroup: no counts make a kernel panic, or undefined where both groups have somebody.
func FuzzTwoGroup(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 2, 0, 0, 0})
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0})
	f.Add([]byte{3, 0, 0, 128, 255, 255, 255, 127, 0, 0, 0, 0, 9, 9, 9, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		a, b := fuzzCounts(data)
		for _, m := range TwoGroup() {
			v := m.Of(a, b)
			if both := total(a) > 0 && total(b) > 0; both && (math.IsNaN(v) || v < -1 || v > 2) {
				t.Errorf("%s(%v, %v) = %v", m.Name, a, b, v)
			}
		}
	})
}

// fuzzCounts reads counts of two groups in turn, four bytes each; the highest bit makes a fraction of it, the next a great number.
func fuzzCounts(data []byte) (a, b []float64) {
	for ; len(data) >= 8 && len(a) < 64; data = data[8:] {
		count := func(x uint32) float64 {
			v := float64(x & (1<<30 - 1))
			if x>>31 == 1 {
				v /= 1 << 6
			}
			if x>>30&1 == 1 {
				v *= 1 << 8
			}
			return v
		}
		a = append(a, count(binary.LittleEndian.Uint32(data)))
		b = append(b, count(binary.LittleEndian.Uint32(data[4:])))
	}
	return a, b
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func pick(v []float64, order []int) []float64 {
	out := make([]float64, len(order))
	for i, k := range order {
		out[i] = v[k]
	}
	return out
}

func times(v []float64, by float64) []float64 {
	out := make([]float64, len(v))
	for i := range v {
		out[i] = v[i] * by
	}
	return out
}

// realData is the path of a file among the real data, which lie outside the repository: in SKIKT_DATA, or in shared/data beside it.
func realData(t *testing.T, name ...string) string {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		root, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for ; root != filepath.Dir(root); root = filepath.Dir(root) {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	path := filepath.Join(append([]string{dir}, name...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the real data are absent; set SKIKT_DATA")
		}
		t.Skip("the real data are absent; set SKIKT_DATA to test with them")
	}
	return path
}

// TestSweden2022: svensk and utländsk bakgrund at the end of 2022 (SCB, table FolkmDesoBakgrKon): D = 0.38429 over DeSO, 0.37417 over RegSO, as
// computed with the same files by hand in another language for the data's README.
func TestSweden2022(t *testing.T) {
	book, err := excelize.OpenFile(realData(t, "scb-deso-2022", "000005FE_20240813-152154.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.Open(realData(t, "keys", "koppling-deso2018-regso2020.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	links, err := csv.NewReader(key).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	regso := map[string]int{}
	of := map[string]int{}
	for _, l := range links[1:] {
		code := l[4]
		if _, ok := regso[code]; !ok {
			regso[code] = len(regso)
		}
		of[l[2]] = regso[code]
	}
	deso := regexp.MustCompile(`^\d{4}[ABC]\d{4}$`)
	var swedish, foreign []float64
	swedishRegSO, foreignRegSO := make([]float64, len(regso)), make([]float64, len(regso))
	for _, r := range rows {
		if len(r) < 3 || !deso.MatchString(r[0]) {
			continue
		}
		s, err1 := strconv.ParseFloat(r[1], 64)
		f, err2 := strconv.ParseFloat(r[2], 64)
		k, ok := of[r[0]]
		if err1 != nil || err2 != nil || !ok {
			t.Fatalf("DeSO %s: a count or its RegSO is missing", r[0])
		}
		swedish, foreign = append(swedish, s), append(foreign, f)
		swedishRegSO[k] += s
		foreignRegSO[k] += f
	}
	if len(swedish) != 5984 || len(regso) != 3363 {
		t.Fatalf("%d DeSO and %d RegSO", len(swedish), len(regso))
	}
	for _, tt := range []struct {
		kind string
		got  float64
		want float64
	}{
		{"DeSO", Dissimilarity(foreign, swedish), 0.38429},
		{"RegSO", Dissimilarity(foreignRegSO, swedishRegSO), 0.37417},
		{"SCB's index over RegSO", SCBIndex(foreignRegSO, swedishRegSO), 0.37417},
	} {
		if math.Abs(tt.got-tt.want) > 5e-6 {
			t.Errorf("%s: D = %.6f, want %.5f", tt.kind, tt.got, tt.want)
		}
	}
}
