package segregation

import (
	"fmt"
	"math"
	"runtime"
	"testing"
)

// bootSynthetic is a table of synthetic counts: about mean persons a unit, groups of falling size, unevenly spread.
func bootSynthetic(tb testing.TB, units, groups int, mean float64) *Table {
	tb.Helper()
	var r bootRand
	r.start(11, units*31+groups)
	n := make([]float64, units*groups)
	for i := range units {
		size := mean * (0.3 + 1.4*r.uniform())
		whole := 0.0
		shares := make([]float64, groups)
		for g := range groups {
			shares[g] = math.Pow(0.45, float64(g)) * math.Exp(2*(r.uniform()-0.5)*float64(min(g, 2)))
			whole += shares[g]
		}
		for g := range groups {
			n[i*groups+g] = math.Floor(size * shares[g] / whole)
		}
	}
	t, err := NewTable(units, groups, n)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func BenchmarkBootstrapInformation(b *testing.B) {
	for _, size := range []struct{ units, groups, draws int }{{3363, 5, 1000}, {1_000, 8, 100}, {10_000, 8, 100}, {100_000, 8, 100}} {
		t := bootSynthetic(b, size.units, size.groups, 3100)
		b.Run(fmt.Sprintf("units=%d/groups=%d/draws=%d", size.units, size.groups, size.draws), func(b *testing.B) {
			for range b.N {
				if _, _, err := BootstrapInformation(t, Draws{N: size.draws}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(t.Total(), "persons")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.units*size.groups*size.draws), "ns/cell-draw")
		})
	}
}

// bootShare is the first group's share of all: its standard errors are known.
func bootShare(t *Table) float64 { return t.GroupTotal(0) / t.Total() }

// TestBootstrapPersons: a share of 0.3 of 1,000 persons has the standard error sqrt(0.3·0.7/1000), no bias, and normal quantiles.
func TestBootstrapPersons(t *testing.T) {
	table, err := Pair([]float64{100, 200}, []float64{500, 200})
	if err != nil {
		t.Fatal(err)
	}
	const draws = 20_000
	e, err := BootstrapPersons(table, Draws{N: draws, Seed: 1}, bootShare, MutualInformation, TheilH)
	if err != nil {
		t.Fatal(err)
	}
	se := math.Sqrt(0.3 * 0.7 / 1000)
	s := e[0]
	if s.Value != 0.3 || math.Abs(s.Bias) > 5*se/math.Sqrt(draws) || math.Abs(s.SE/se-1) > 5/math.Sqrt(2*draws) || s.Corrected != s.Value-s.Bias {
		t.Errorf("share: %+v, want standard error %v", s, se)
	}
	if math.Abs(s.Lo-(0.3-1.96*se)) > 0.1*se || math.Abs(s.Hi-(0.3+1.96*se)) > 0.1*se {
		t.Errorf("interval %v to %v, want 0.3 ± %v", s.Lo, s.Hi, 1.96*se)
	}
	// The fast way draws the same tables.
	m, h, err := BootstrapInformation(table, Draws{N: draws, Seed: 1})
	if err != nil || math.Abs(m.SE-e[1].SE) > 1e-12 || math.Abs(h.Bias-e[2].Bias) > 1e-12 || m.Value != e[1].Value {
		t.Errorf("M %+v and H %+v, want %+v and %+v; %v", m, h, e[1], e[2], err)
	}
	// The bias of M under no strong segregation is nearly (units−1)(groups−1)/2N (Miller 1955).
	even := bootSynthetic(t, 50, 3, 200)
	for i := range even.Units {
		for g := range even.Groups {
			even.n[i*3+g] = []float64{60, 40, 20}[g]
		}
	}
	even.bootMargins()
	m, _, err = BootstrapInformation(even, Draws{N: 4000})
	if want := 49.0 * 2 / (2 * even.total); err != nil || math.Abs(m.Bias/want-1) > 0.05 {
		t.Errorf("bias %v, want about %v; %v", m.Bias, want, err)
	}
}

// TestBootstrapUnits: the share is a ratio over units of equal size, so its variance is that of a mean of drawn units, (1/n²) Σ (p_i − p)².
func TestBootstrapUnits(t *testing.T) {
	table, err := Pair([]float64{1, 3, 5, 9, 0}, []float64{9, 7, 5, 1, 0})
	if err != nil {
		t.Fatal(err)
	}
	e, err := BootstrapUnits(table, Draws{N: 20_000, Seed: 2}, bootShare)
	if err != nil {
		t.Fatal(err)
	}
	// Shares 0.1, 0.3, 0.5, 0.9 about 0.45: squares 0.1225 + 0.0225 + 0.0025 + 0.2025 = 0.35, over 16.
	if want := math.Sqrt(0.35) / 4; math.Abs(e[0].SE/want-1) > 0.03 || e[0].Resampled != Units {
		t.Errorf("standard error %v, want %v", e[0].SE, want)
	}
}

// TestJackknife: shares ¼, ¾, ½ in units of four. Without one: 5/8, 3/8, ½; SE = sqrt(⅔ · 2/64).
func TestJackknife(t *testing.T) {
	table, err := Pair([]float64{1, 3, 0, 2}, []float64{3, 1, 0, 2})
	if err != nil {
		t.Fatal(err)
	}
	e, err := Jackknife(table, 0.95, bootShare)
	if err != nil {
		t.Fatal(err)
	}
	if want := math.Sqrt(1.0 / 48); math.Abs(e[0].SE-want) > 1e-15 || math.Abs(e[0].Bias) > 1e-15 || e[0].Draws != 3 {
		t.Errorf("%+v, want standard error %v", e[0], want)
	}
	one, err := Pair([]float64{1}, []float64{3})
	if err != nil {
		t.Fatal(err)
	}
	if e, err := Jackknife(one, 0.95, bootShare); err != nil || !math.IsNaN(e[0].SE) {
		t.Errorf("one unit: %+v, %v", e, err)
	}
}

// TestDeltaMethod: the share has the standard error sqrt(pq/N); that of M agrees with the bootstrap's.
func TestDeltaMethod(t *testing.T) {
	table := bootSynthetic(t, 40, 3, 900)
	e, err := DeltaMethod(table, 0.95, bootShare)
	p := bootShare(table)
	if want := math.Sqrt(p * (1 - p) / table.total); err != nil || math.Abs(e.SE/want-1) > 1e-6 {
		t.Errorf("share: %+v, want %v; %v", e, want, err)
	}
	delta, err := DeltaMethod(table, 0.95, MutualInformation)
	if err != nil {
		t.Fatal(err)
	}
	boot, _, err := BootstrapInformation(table, Draws{N: 3000})
	if err != nil || math.Abs(delta.SE/boot.SE-1) > 0.08 {
		t.Errorf("M: delta %v, bootstrap %v; %v", delta.SE, boot.SE, err)
	}
	// Rank-order H of eight brackets: the fit's own standard error tells how well the polynomial fits; this one how it would differ with other persons.
	brackets := bootSynthetic(t, 60, 8, 700)
	rank := func(t *Table) float64 {
		fit, err := RankOrderSegregation(t, SpreadEntropy, PolynomialFit{Order: 4})
		if err != nil {
			return math.NaN()
		}
		return fit.Index
	}
	if delta, err = DeltaMethod(brackets, 0.95, rank); err != nil {
		t.Fatal(err)
	}
	drawn, err := BootstrapPersons(brackets, Draws{N: 1500, Seed: 2}, rank)
	if err != nil || !(delta.SE > 0) || math.Abs(delta.SE/drawn[0].SE-1) > 0.1 {
		t.Errorf("rank-order H: delta %v, bootstrap %v; %v", delta.SE, drawn[0].SE, err)
	}
}

// TestDrawsAreTheSame whatever the number of processors.
func TestDrawsAreTheSame(t *testing.T) {
	table := bootSynthetic(t, 80, 4, 150)
	all := func() string {
		var out []any
		m, h, err := BootstrapInformation(table, Draws{N: 101, Seed: 9})
		out = append(out, m, h, err)
		units, err := BootstrapUnits(table, Draws{N: 101, Seed: 9}, TheilH)
		out = append(out, units, err)
		for _, null := range Nulls() {
			x, err := CompareNull(table, TheilH, null, Draws{N: 101, Seed: 9})
			out = append(out, x, err)
		}
		knife, err := Jackknife(table, 0.9, TheilH)
		exact, _, err2 := ExactInformation(table)
		return fmt.Sprintf("%v %v %v %v %v", out, knife, err, exact, err2)
	}
	before := runtime.GOMAXPROCS(1)
	one := all()
	runtime.GOMAXPROCS(5)
	five := all()
	runtime.GOMAXPROCS(before)
	if one != five {
		t.Errorf("one processor:\n%s\nfive:\n%s", one, five)
	}
}

// TestDrawsRefuse: what can't be drawn is told.
func TestDrawsRefuse(t *testing.T) {
	for name, n := range map[string][]float64{"nobody": {0, 0, 0, 0}, "fractions": {1, 2, 3, 0.5}} {
		table, err := NewTable(2, 2, n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := BootstrapPersons(table, Draws{}, TheilH); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := CompareNull(table, TheilH, PersonPermutation, Draws{}); err == nil {
			t.Errorf("%s: no error of a null", name)
		}
	}
	table := bootSynthetic(t, 3, 2, 50)
	for name, d := range map[string]Draws{"one draw": {N: 1}, "level": {Level: 1.5}} {
		if _, err := BootstrapUnits(table, d, TheilH); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := CompareNull(table, TheilH, "unknown", Draws{}); err == nil {
		t.Error("an unknown null")
	}
	// With one person of the second group in a thousand, it is absent from a third of the draws; H is undefined there.
	rare, err := Pair([]float64{500, 499}, []float64{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	e, err := BootstrapPersons(rare, Draws{N: 500}, TheilH)
	if err != nil || e[0].Undefined < 100 || e[0].Undefined > 300 || len(e[0].Warnings) != 1 || e[0].Warnings[0].Code != "undefined-draws" || math.IsNaN(e[0].SE) {
		t.Errorf("%+v, %v", e, err)
	}
}

// TestSpatialBias: in units of 20 persons whose groups are placed at random, surroundings differ by chance alone, and a spatial measure of no segregation at all is above zero. Corrected by drawing
// persons again it comes out nearer to the nothing that it should be, on the mean of 20 such places.
func TestSpatialBias(t *testing.T) {
	_, space, _ := hexagons(t, 8, 8, 2)
	kernel := Kernel{Shape: Triangular, Bandwidth: 1200, Own: OwnAtZero}
	measure := func(t *Table) float64 {
		s, err := Smooth(t, space, kernel)
		if err != nil {
			return math.NaN()
		}
		return s.TheilH()
	}
	var r bootRand
	r.start(11, 0)
	var raw, better float64
	for range 20 {
		n := make([]float64, 0, 2*space.Units())
		for range space.Units() {
			a := float64(bootBinomial(&r, 20, 0.3))
			n = append(n, a, 20-a)
		}
		e, err := BootstrapPersons(tableOf(t, space.Units(), 2, n), Draws{N: 60, Seed: 4}, measure)
		if err != nil {
			t.Fatal(err)
		}
		raw, better = raw+e[0].Value/20, better+e[0].Corrected/20
		if e[0].Lo > e[0].Corrected || e[0].Hi < e[0].Corrected {
			t.Errorf("corrected %v outside of %v to %v", e[0].Corrected, e[0].Lo, e[0].Hi)
		}
	}
	if !(raw > 0.005) || math.Abs(better) > raw/4 {
		t.Errorf("H̃ by chance is %v, corrected %v; most of it should be gone", raw, better)
	}
}
