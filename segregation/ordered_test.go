package segregation

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestSpreadMoments: ∫ v(p) p^k dp / ∫ v(p) dp, against sums over a fine grid (midpoints).
func TestSpreadMoments(t *testing.T) {
	for _, s := range []Spread{SpreadEntropy, SpreadVariance, SpreadSquareRoot} {
		moment := spreadMoment(s)
		for k := range 9 {
			const n = 1 << 18
			var top, bottom float64
			for j := range n {
				p := (float64(j) + 0.5) / n
				top += s.at(p) * math.Pow(p, float64(k))
				bottom += s.at(p)
			}
			if want := top / bottom; math.Abs(moment(k)-want) > 1e-7 {
				t.Errorf("%s, p^%d: %v, want %v", s, k, moment(k), want)
			}
		}
	}
}

// TestRankOrderThresholds: at each threshold the index is the two-group one of those below against those above: H, eta² and Hutchens.
func TestRankOrderThresholds(t *testing.T) {
	two := map[Spread]func(a, b []float64) float64{SpreadEntropy: InformationTheory, SpreadVariance: CorrelationRatio, SpreadSquareRoot: Hutchens}
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		for s, of := range two {
			fit, err := RankOrderSegregation(table, s, PolynomialFit{})
			if err != nil {
				t.Fatal(err)
			}
			after, _ := table.thresholds()
			for k, g := range after {
				below, above := make([]float64, table.Units), make([]float64, table.Units)
				for i := range table.Units {
					below[i], above[i] = total(table.Unit(i)[:g+1]), total(table.Unit(i)[g+1:])
				}
				if want := of(below, above); math.Abs(fit.At[k]-want) > 1e-12 {
					t.Fatalf("%s at %v: %v, want %v", s, fit.Percentile[k], fit.At[k], want)
				}
			}
		}
	})
}

// TestRankOrderFit: a polynomial through values that lie on one of its order gives them back, and no residual, whatever the weights.
func TestRankOrderFit(t *testing.T) {
	table := syntheticTable(t, 40, 4)
	for _, equal := range []bool{false, true} {
		exact, err := RankOrderSegregation(table, SpreadVariance, PolynomialFit{Order: 2, Equal: equal}) // three thresholds
		if err != nil {
			t.Fatal(err)
		}
		for k, p := range exact.Percentile {
			if v, _ := exact.Predict(p); math.Abs(v-exact.At[k]) > 1e-12 {
				t.Errorf("at %v: %v, want %v", p, v, exact.At[k])
			}
		}
		if exact.DF != 0 || !math.IsNaN(exact.SE) {
			t.Errorf("%d degrees of freedom, se %v", exact.DF, exact.SE)
		}
	}
	// Order 0 with equal weights is the mean and its standard error.
	flat, err := RankOrderSegregation(table, SpreadVariance, PolynomialFit{Equal: true})
	if err != nil {
		t.Fatal(err)
	}
	mean := (flat.At[0] + flat.At[1] + flat.At[2]) / 3
	var squares float64
	for _, v := range flat.At {
		squares += (v - mean) * (v - mean)
	}
	if se := math.Sqrt(squares / 2 / 3); math.Abs(flat.Index-mean) > 1e-14 || math.Abs(flat.SE-se) > 1e-14 || flat.DF != 2 {
		t.Errorf("order 0: %v ± %v, want %v ± %v", flat.Index, flat.SE, mean, se)
	}
}

func TestRankOrderErrors(t *testing.T) {
	table := syntheticTable(t, 10, 3)
	for _, tt := range []struct {
		spread Spread
		order  int
		want   string
	}{
		{SpreadAbsolute, 0, "no rank-order index"},
		{"else", 0, "no rank-order index"},
		{SpreadEntropy, 2, "needs at least 3 thresholds, and there are 2"},
		{SpreadEntropy, -1, "order -1"},
	} {
		if _, err := RankOrderSegregation(table, tt.spread, PolynomialFit{Order: tt.order}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s, order %d: %v, want an error with %q", tt.spread, tt.order, err, tt.want)
		}
	}
	if v := Ordinal(table, "else"); !math.IsNaN(v) {
		t.Errorf("an unknown spread gives %v", v)
	}
}

// TestSorting: incomes in other units or from another zero change nothing; with two groups it is the root of eta².
func TestSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		incomes := make([]float64, table.Groups)
		for g := range incomes {
			incomes[g] = float64(100 * (g + 1))
		}
		v := NeighbourhoodSorting(table, incomes)
		for g := range incomes {
			incomes[g] = 3*incomes[g] + 50
		}
		if got := NeighbourhoodSorting(table, incomes); math.Abs(got-v) > 1e-9 || v < 0 || v > 1 {
			t.Fatalf("%v in other units, %v", got, v)
		}
		a, rest := table.against(0)
		pair, err := Pair(a, rest)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := NeighbourhoodSorting(pair, []float64{0, 1}), math.Sqrt(CorrelationRatio(a, rest)); math.Abs(got-want) > 1e-9 {
			t.Fatalf("two groups: %v, want %v", got, want)
		}
		if !math.IsNaN(NeighbourhoodSorting(table, []float64{1})) {
			t.Fatal("one income for many groups gives a value")
		}
	})
}
