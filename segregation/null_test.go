package segregation

import (
	"math"
	"sync"
	"testing"
)

func BenchmarkExpectedInformation(b *testing.B) {
	t := bootSynthetic(b, 3363, 5, 3100)
	b.Run("null=person-permutation/units=3363/groups=5/draws=1000", func(b *testing.B) {
		for range b.N {
			if _, _, err := ExpectedInformation(t, PersonPermutation, Draws{N: 1000}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(t.Total(), "persons")
	})
	b.Run("null=independence/units=3363/groups=5/draws=1000", func(b *testing.B) {
		for range b.N {
			if _, _, err := ExpectedInformation(t, Independence, Draws{N: 1000}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("exact/units=3363/groups=5", func(b *testing.B) {
		for range b.N {
			if _, _, err := ExactInformation(t); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPersonPermutation(b *testing.B) {
	full := bootSynthetic(b, 3363, 5, 3100)
	rest := make([]float64, full.Units)
	for i := range rest {
		rest[i] = full.UnitTotal(i) - full.At(i, 1)
	}
	t, err := Pair(full.Column(1), rest)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("measure=D/units=3363/draws=1000", func(b *testing.B) {
		for range b.N {
			if _, err := CompareNull(t, nullDissimilarity, PersonPermutation, Draws{N: 1000}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(t.Total(), "persons")
	})
}

func nullDissimilarity(t *Table) float64 { return Dissimilarity(t.Column(0), t.Column(1)) }

// TestExpectedAgrees: the mean over draws lies within five standard errors of the exact mean.
func TestExpectedAgrees(t *testing.T) {
	table := bootSynthetic(t, 60, 4, 80)
	d := Draws{N: 2000, Seed: 5}
	m, h, err := ExpectedInformation(table, PersonPermutation, d)
	if err != nil {
		t.Fatal(err)
	}
	em, eh, err := ExactInformation(table)
	if err != nil {
		t.Fatal(err)
	}
	near := func(name string, drawn, exact Expectation) {
		t.Helper()
		if se := drawn.SD / math.Sqrt(float64(d.N)); !(math.Abs(drawn.Mean-exact.Mean) <= 5*se) || !(se > 0) {
			t.Errorf("%s: mean of draws %v, exact %v, standard error %v", name, drawn.Mean, exact.Mean, se)
		}
	}
	near("M", m, em)
	near("H", h, eh)
	pair, err := Pair(table.Column(0), table.Column(1))
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := Expected(pair, PersonPermutation, d, nullDissimilarity)
	if err != nil {
		t.Fatal(err)
	}
	exact, err := ExactDissimilarity(table.Column(0), table.Column(1))
	if err != nil {
		t.Fatal(err)
	}
	near("D", drawn[0], exact)
}

// TestNullMargins: each null keeps what it says, and all draw whole persons.
func TestNullMargins(t *testing.T) {
	table := bootSynthetic(t, 30, 4, 60)
	for _, null := range Nulls() {
		units, groups := true, true
		var mean sum
		const draws = 400
		var lock sync.Mutex
		x, err := CompareNull(table, func(c *Table) float64 {
			lock.Lock()
			defer lock.Unlock()
			for i := range c.units {
				units = units && c.units[i] == table.units[i]
			}
			for g := range c.groups {
				groups = groups && c.groups[g] == table.groups[g]
			}
			for _, v := range c.n {
				if v < 0 || v != math.Floor(v) {
					t.Errorf("%s: a cell of %v", null, v)
				}
			}
			if null != UnitBootstrap && c.total != table.total {
				t.Errorf("%s: %v persons of %v", null, c.total, table.total)
			}
			mean.add(c.n[0])
			return 0
		}, null, Draws{N: draws})
		if err != nil {
			t.Fatal(err)
		}
		wantUnits := null == PersonPermutation || null == Evenness
		wantGroups := null == PersonPermutation || null == Systematic || null == GeographicPermutation || null == SystematicPermutation
		if units != wantUnits || groups != wantGroups {
			t.Errorf("%s: units kept %v, groups kept %v", null, units, groups)
		}
		if x.Greater != 1 || x.TwoSided != 1 {
			t.Errorf("%s: a measure that never changes has p %v and %v", null, x.Greater, x.TwoSided)
		}
		// Under these the first cell is hypergeometric, binomial or nearly Poisson about n N_g / N.
		if want := table.units[0] * table.groups[0] / table.total; null == PersonPermutation || null == Evenness || null == Systematic || null == Independence {
			if got := mean.value() / (draws + 1); math.Abs(got-want) > 5*math.Sqrt(want/draws)+table.n[0]/draws {
				t.Errorf("%s: first cell %v in the mean, want %v", null, got, want)
			}
		}
	}
}

// TestNullExtremes: full segregation is above all draws; a table that is as even as can be is below nearly all.
func TestNullExtremes(t *testing.T) {
	apart, err := Pair([]float64{20, 20, 0, 0}, []float64{0, 0, 20, 20})
	if err != nil {
		t.Fatal(err)
	}
	x, err := CompareNull(apart, nullDissimilarity, PersonPermutation, Draws{N: 999})
	if err != nil || x.Greater != 0.001 || x.TwoSided != 0.002 || x.Value != 1 {
		t.Errorf("apart: %+v, %v", x, err)
	}
	even, err := Pair([]float64{10, 10, 10, 10}, []float64{10, 10, 10, 10})
	if err != nil {
		t.Fatal(err)
	}
	if x, err = CompareNull(even, nullDissimilarity, PersonPermutation, Draws{N: 999}); err != nil || x.Greater != 1 {
		t.Errorf("even: %+v, %v", x, err)
	}
}

// TestExactLocal: the groups' mean local scores, weighed with their shares, are the mean M.
func TestExactLocal(t *testing.T) {
	table := bootSynthetic(t, 25, 4, 40)
	local, err := ExactLocal(table)
	if err != nil {
		t.Fatal(err)
	}
	s := 0.0
	for g, v := range local {
		s += v * table.groups[g] / table.total
	}
	if m, _, err := ExactInformation(table); err != nil || math.Abs(m.Mean-s) > 1e-12 {
		t.Errorf("M %v, sum of local %v, %v", m.Mean, s, err)
	}
}

// TestCompareValues: a place against itself shows nothing; one that is apart against one that is even shows, by every way; the sign turns with the order.
func TestCompareValues(t *testing.T) {
	var a, b, c, d []float64
	for i := range 40 {
		a, b = append(a, float64(90*(i%2)+5)), append(b, float64(90*((i+1)%2)+5))
		c, d = append(c, float64(48+i%5)), append(d, float64(52-i%5))
	}
	apart, err := Pair(a, b)
	if err != nil {
		t.Fatal(err)
	}
	even, err := Pair(c, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, by := range Comparisons() {
		same, err := CompareValues(apart, apart, nullDissimilarity, by, Draws{N: 200})
		if err != nil || same.Value != 0 || same.TwoSided < 0.1 {
			t.Errorf("%s, the same: %+v, %v", by, same, err)
		}
		x, err := CompareValues(apart, even, nullDissimilarity, by, Draws{N: 200})
		if err != nil || x.TwoSided > 0.02 || x.Value < 0.5 {
			t.Errorf("%s, apart against even: %+v, %v", by, x, err)
		}
		y, err := CompareValues(even, apart, nullDissimilarity, by, Draws{N: 200})
		if err != nil || y.Value != -x.Value || y.TwoSided > 0.02 {
			t.Errorf("%s, even against apart: %+v, %v", by, y, err)
		}
	}
	three, err := NewTable(1, 3, []float64{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := CompareValues(apart, three, TheilH, RandomLabel, Draws{}); err == nil {
		t.Error("different groups are compared")
	}
}
