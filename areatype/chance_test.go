package areatype

import (
	"math"
	"testing"
)

// Of three shares of 100 persons, 0.2, 0.1 and 0.3, q is 20.5/101, 10.5/101 and 30.5/101: the variances are 0.001617734, 0.000931526 and 0.002107882, and 100/3 times the root of their sum is 2.274775.
func TestStandardError(t *testing.T) {
	se, ok := StandardError([]float64{0.2, 0.1, 0.3}, []float64{100, 100, 100})
	if !ok || math.Abs(se-2.274775) > 1e-6 {
		t.Errorf("%v %v, want 2.274775", se, ok)
	}
	if se, ok := StandardError([]float64{0, 0}, []float64{4, 9}); !ok || se <= 0 {
		t.Errorf("nobody among few: %v %v", se, ok)
	}
	for _, bad := range [][2][]float64{{{0.5}, {0}}, {{1.5}, {10}}, {{math.NaN()}, {10}}, {{0.5}, {math.NaN()}}, {nil, nil}} {
		if se, ok := StandardError(bad[0], bad[1]); ok {
			t.Errorf("%v has the standard error %v", bad, se)
		}
	}
}

// With cuts at 40, 30, 20 and 10 and a standard error of 5, an index of 30 lies on a cut: half of the chance is on either side, and Φ(2) = 0.9772499 tells how much of it stays within the types beside. Tables of
// the normal distribution give Φ(1.959964) = 0.975.
func TestChances(t *testing.T) {
	c := &Cut{Cuts: [NTypes - 1]float64{40, 30, 20, 10}}
	near := func(got, want float64, what string) {
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	on := c.Chances(30, 5)
	for k, want := range []float64{1 - 0.9772499, 0.4772499, 0.4772499, 0.0227185, 0.0000317} { // Φ(4) = 0.9999683
		near(on[k], want, "on a cut")
	}
	near(c.Chances(40+5*1.959964, 5)[0], 0.975, "well above")
	near(c.Chances(10-5*1.959964, 5)[4], 0.975, "well below")
	sum := 0.0
	for _, p := range c.Chances(17, 3) {
		if p < 0 {
			t.Errorf("a chance of %v", p)
		}
		sum += p
	}
	near(sum, 1, "the sum")
}
