package protect

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestPerturbationRows: rows that can be worked out by hand. With largest change 1 and p(−1) = p(1) = p the variance is 2p.
func TestPerturbationRows(t *testing.T) {
	for _, tt := range []struct {
		name  string
		table PerturbationTable
		count int
		want  map[int]float64
	}{
		{"variance binds: 2p = 0.5", PerturbationTable{MaxChange: 1, Variance: 0.5}, 1, map[int]float64{-1: 0.25, 0: 0.5, 1: 0.25}},
		{"no limit binds: all alike, 2/3 of variance 2/3", PerturbationTable{MaxChange: 1, Variance: 0.9}, 1, map[int]float64{-1: 1. / 3, 0: 1. / 3, 1: 1. / 3}},
		{"zero stays zero", PerturbationTable{MaxChange: 1, Variance: 0.9}, 0, map[int]float64{0: 1}},
		{"fixed chance of no change", PerturbationTable{MaxChange: 1, Variance: 0.9, Stay: []float64{0.6}}, 1, map[int]float64{-1: 0.2, 0: 0.6, 1: 0.2}},
		{"chance of no change left free", PerturbationTable{MaxChange: 1, Variance: 0.5, Stay: []float64{-1}}, 1, map[int]float64{-1: 0.25, 0: 0.5, 1: 0.25}},
		{"not monotone: 0.35 below 0.3", PerturbationTable{MaxChange: 1, Variance: 0.9, Stay: []float64{0.3}, Monotone: []bool{false}}, 1, map[int]float64{-1: 0.35, 0: 0.3, 1: 0.35}},
		{"exact variance above that of all alike", PerturbationTable{MaxChange: 1, Variance: 0.8, ExactVariance: true, Monotone: []bool{false}}, 1, map[int]float64{-1: 0.4, 0: 0.2, 1: 0.4}},
		// Count 1, results 1 to 2 forbidden: only to 0 or 3, so 2/3 of it down by 1 and 1/3 up by 2; variance 2/3 + 4/3 = 2.
		{"two results", PerturbationTable{MaxChange: 2, Variance: 2, Forbidden: 2}, 1, map[int]float64{-1: 2. / 3, 2: 1. / 3}},
	} {
		row, err := tt.table.row(tt.count)
		if tt.count == 0 {
			rows, err := tt.table.Rows()
			if err != nil {
				t.Fatal(err)
			}
			row = rows[0]
		} else if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if len(row.Changes) != len(tt.want) {
			t.Errorf("%s: changes %v", tt.name, row.Changes)
		}
		for k, v := range row.Changes {
			if math.Abs(row.P[k]-tt.want[v]) > 1e-9 {
				t.Errorf("%s: p(%d) = %v, want %v", tt.name, v, row.P[k], tt.want[v])
			}
		}
	}
}

// TestPerturbationInfeasible: limits that can't be kept together are named, and those that have no part in it are not.
func TestPerturbationInfeasible(t *testing.T) {
	for _, tt := range []struct {
		table     PerturbationTable
		with      []string
		conflict  string
		otherwise string // not in the conflict
	}{
		// Count 1 can only go to 0 or 2, so its variance is 1.
		{PerturbationTable{MaxChange: 3, Variance: 0.9, Forbidden: 1}, []string{"count 1"}, "keeps variance 0.9 with", "stay"},
		// p(−1) = p(1) = 0.2: variance 0.4.
		{PerturbationTable{MaxChange: 1, Variance: 0.3, Stay: []float64{0.6}}, []string{"count 1"}, "keeps variance 0.3, stay 0.6 with", "monotone"},
		// 0.35 down can't be at most 0.3.
		{PerturbationTable{MaxChange: 1, Variance: 0.9, Stay: []float64{0.3}}, []string{"count 1"}, "keeps monotone, stay 0.3 with", "variance"},
		// Count 2 can't go to 1, and so not down by 1.
		{PerturbationTable{MaxChange: 1, Variance: 3, Forbidden: 1}, []string{"count 2 can't change both ways", "raise max_change"}, "", ""},
		{PerturbationTable{MaxChange: 1, Variance: 1.1, ExactVariance: true}, []string{"count 1"}, "keeps variance 1.1", "stay"},
	} {
		_, err := tt.table.Rows()
		if err == nil {
			t.Errorf("%+v: no error", tt.table)
			continue
		}
		for _, w := range append(tt.with, tt.conflict) {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%+v: %v lacks %q", tt.table, err, w)
			}
		}
		if tt.otherwise != "" && strings.Contains(err.Error(), tt.otherwise) {
			t.Errorf("%+v: %v names %q", tt.table, err, tt.otherwise)
		}
	}
}

// TestPerturbationTableLaws: every row that there is keeps its limits, there is one exactly when the least variance allows it, and where only mean
// and variance bind, ln p is a parabola, which is the form that the largest entropy has.
func TestPerturbationTableLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := PerturbationTable{
			MaxChange: rapid.IntRange(1, 12).Draw(t, "D"),
			Variance:  rapid.Float64Range(0.1, 20).Draw(t, "V"),
			Forbidden: rapid.IntRange(0, 5).Draw(t, "js"),
		}
		mono := rapid.Bool().Draw(t, "mono")
		table.Monotone = []bool{mono}
		for count := 1; count <= table.Last(); count++ {
			row, err := table.row(count)
			stays := count > table.Forbidden
			down, up := 0, 0
			for _, v := range row.Changes {
				if v < 0 {
					down = v
				} else if v > 0 && up == 0 {
					up = v
				}
			}
			least := float64(-down * up)
			if stays {
				least = 0
			}
			// Without monotony the least variance is that of the two nearest changes, or none.
			if can := down < 0 && up > 0 && least < table.Variance-1e-6; !mono && math.Abs(least-table.Variance) > 1e-6 && can != (err == nil) {
				t.Fatalf("%+v, count %d: %v, least variance %v", table, count, err, least)
			}
			if err != nil {
				continue
			}
			sum := 0.0
			for k, v := range row.Changes {
				sum += row.P[k]
				if to := count + v; to < 0 || to >= 1 && to <= table.Forbidden || row.P[k] < 0 {
					t.Fatalf("%+v, count %d: change %d with chance %v", table, count, v, row.P[k])
				}
				if mono && stays && v < 0 && row.P[k] > row.P[k+1]+1e-9 {
					t.Fatalf("%+v, count %d: falls after %d: %v", table, count, v, row.P)
				}
			}
			if math.Abs(sum-1) > 1e-9 || math.Abs(row.Mean()) > 1e-7 || row.Variance() > table.Variance+1e-7 {
				t.Fatalf("%+v, count %d: sum %v, mean %v, variance %v", table, count, sum, row.Mean(), row.Variance())
			}
			if !mono && len(row.P) >= 4 {
				slope := func(a, b int) float64 {
					return (math.Log(row.P[b]) - math.Log(row.P[a])) / float64(row.Changes[b]-row.Changes[a])
				}
				curve := func(a int) float64 {
					return (slope(a+1, a+2) - slope(a, a+1)) / float64(row.Changes[a+2]-row.Changes[a])
				}
				for a := range len(row.P) - 3 {
					if row.P[a] > 1e-9 && row.P[a+3] > 1e-9 && math.Abs(curve(a)-curve(a+1)) > 1e-4*max(1, math.Abs(curve(a))) {
						t.Fatalf("%+v, count %d: ln p is no parabola: %v", table, count, row.P)
					}
				}
			}
			if count == table.Last() {
				for k := range row.P {
					if math.Abs(row.P[k]-row.P[len(row.P)-1-k]) > 1e-7 {
						t.Fatalf("%+v: the last row is not symmetric: %v", table, row.P)
					}
				}
			}
		}
	})
}

// FuzzCellKeyDeclaration: any declaration is refused or gives noise whose results are never negative nor, with a table, forbidden.
func FuzzCellKeyDeclaration(f *testing.F) {
	f.Add([]byte(`{"bits":10,"table":{"max_change":3,"variance":1.2,"forbidden":1,"stay":[0.4],"monotone":[true]}}`), uint64(3))
	f.Add([]byte(`{"bits":8,"lookup":{"rows":[[0]],"reuse_from":1}}`), uint64(3))
	f.Add([]byte(`{"bits":20,"table":{"max_change":5,"variance":2,"stay":[0.1,-1,0.9999]}}`), uint64(1)<<63)
	f.Fuzz(func(t *testing.T, text []byte, key uint64) {
		var k CellKey
		if json.Unmarshal(text, &k) != nil || k.Table.MaxChange > 12 || k.Table.Forbidden > 12 {
			return
		}
		noise, err := k.Noise()
		if err != nil {
			return
		}
		counts := make([]int64, 60)
		keys := make([]uint64, len(counts))
		for i := range counts {
			counts[i], keys[i] = int64(i), key*uint64(2*i+1)
		}
		out := make([]int64, len(counts))
		if err := noise.Perturb(out, counts, keys); err != nil {
			t.Fatal(err)
		}
		for i, v := range out {
			lo, hi := noise.Possible(v)
			if v < 0 || v > 0 && k.Lookup == nil && v <= int64(k.Table.Forbidden) || i == 0 && v != 0 || lo > int64(i) || hi < int64(i) {
				t.Fatalf("%s: count %d becomes %d, possible from %d to %d", text, i, v, lo, hi)
			}
		}
	})
}

func BenchmarkPerturbationTable(b *testing.B) {
	for b.Loop() {
		if _, err := (PerturbationTable{MaxChange: 5, Variance: 3, Forbidden: 2}).Rows(); err != nil {
			b.Fatal(err)
		}
	}
}
