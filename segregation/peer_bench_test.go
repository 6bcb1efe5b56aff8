//go:build unix

package segregation

import (
	"fmt"
	"math"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// peerTable is counts by a formula that bench/segregation_peer.py has too, so that both time the same table: a linear congruential generator, unit by unit and group by group,
// gives u, and the count is ⌊base_g · 3u²⌋.
func peerTable(tb testing.TB, units, groups int) *Table {
	base := []float64{1500, 700, 450, 300, 140, 90, 60, 40}
	x := uint64(12345)
	n := make([]float64, 0, units*groups)
	for range units {
		for g := range groups {
			x = (1103515245*x + 12345) % (1 << 31)
			u := float64(x) / (1 << 31)
			n = append(n, math.Floor(base[g]*3*u*u))
		}
	}
	return tableOf(tb, units, groups, n)
}

// processorTime is what the process has used.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPeer is the work that bench/segregation.sh times in PySAL too, with the processor time beside the clock: cpu-ms/op is of both cores together.
func BenchmarkPeer(b *testing.B) {
	const columns, rows = 57, 59
	table := peerTable(b, columns*rows, 5)
	_, space, borders := hexagons(b, columns, rows, 5)
	focal := table.Column(1)
	rest := make([]float64, table.Units)
	for i := range rest {
		rest[i] = table.UnitTotal(i) - focal[i]
	}
	b.Logf("%d units, %.0f persons, D %.12f, H %.12f", table.Units, table.Total(), Dissimilarity(focal, rest), TheilH(table))
	pair, err := Pair(focal, rest)
	if err != nil {
		b.Fatal(err)
	}
	county, municipality := make([]int, table.Units), make([]int, table.Units)
	for i := range county {
		county[i], municipality[i] = i/160, i/12
	}
	after := bootTable(table)
	for i := range after.n {
		after.n[i] = math.Floor((table.n[i]*3 + table.n[(i+5)%len(table.n)]) / 4)
	}
	after.bootMargins()
	measure := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	profile := func(t *Table, s *Space, shape Shape) {
		_, err := Multiscalar(t, s, Kernel{Shape: shape, Own: OwnAtZero, Negligible: 1e-16}, []float64{1000, 2000, 4000, 8000}, (*Surface).TheilH)
		measure(err)
	}
	time := func(work string, do func()) {
		b.Run("job="+work, func(b *testing.B) {
			runtime.GC()
			b.ReportAllocs()
			start := processorTime()
			for range b.N {
				do()
			}
			b.ReportMetric(float64((processorTime()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
	for _, units := range []int{1000, 10_000, 100_000, 1_000_000} {
		grown := peerTable(b, units, 5)
		x, y := grown.Column(1), grown.Column(0)
		time(fmt.Sprintf("two-groups-closed/units=%d", units), func() { AllTwoGroup(x, y) })
		time(fmt.Sprintf("many-groups/units=%d", units), func() { AllManyGroup(grown) })
		time(fmt.Sprintf("local-m/units=%d", units), func() { UnitContributions(grown) })
		if units <= 100_000 { // a million units take a minute
			time(fmt.Sprintf("bootstrap-m-h-100/units=%d", units), func() {
				_, _, err := BootstrapInformation(grown, Draws{N: 100})
				measure(err)
			})
		}
		side := int(math.Sqrt(float64(units)))
		_, s, _ := hexagons(b, side, units/side, 5)
		grown = peerTable(b, s.Units(), 5)
		time(fmt.Sprintf("profile-triangular/units=%d", s.Units()), func() { profile(grown, s, Triangular) })
	}
	time("two-groups-closed", func() { AllTwoGroup(focal, rest) })
	time("many-groups", func() { AllManyGroup(table) })
	large := peerTable(b, 100_000, 8)
	time("multigroup-gini/units=100000/groups=8", func() { MultiGini(large) })
	time("density-corrected-d", func() { DensityCorrectedDissimilarity(focal, rest) })
	time("bias-corrected-d", func() { BiasCorrectedDissimilarity(focal, rest) })
	time("bootstrap-m-h/draws=1000", func() { _, _, err := BootstrapInformation(table, Draws{N: 1000}); measure(err) })
	time("expected-m-h/draws=1000", func() { _, _, err := ExpectedInformation(table, PersonPermutation, Draws{N: 1000}); measure(err) })
	time("person-permutation-d/draws=1000", func() {
		_, err := CompareNull(pair, func(t *Table) float64 { return Dissimilarity(t.Column(0), t.Column(1)) }, PersonPermutation, Draws{N: 1000})
		measure(err)
	})
	time("nested-m", func() { _, err := Nested(table, county, municipality); measure(err) })
	time("local-m", func() { UnitContributions(table) })
	time("shapley-change", func() { _, err := ChangeOf(table, after, Shapley, Fitting{}); measure(err) })
	time("profile-triangular", func() { profile(table, space, Triangular) })
	time("profile-gaussian", func() { profile(table, space, Gaussian) })
	time("spatial-proximity-profile", func() { _, err := SpatialProximityProfile(focal, pair.units, borders, 0); measure(err) })
	time("spatial-proximity", func() { _, err := NewProximity(pair, space, MasseyDenton()); measure(err) })
	time("distortion", func() { _, err := Distortion(table, space, SameValue); measure(err) })
}
