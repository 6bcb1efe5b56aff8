package cube

import (
	"math"
	"testing"
)

// TestNoiseOfSum: 100 cells, D = 5, V = 3, 95 %: L = ln 40 = 3.68888, t = 3.68888·5/3 + √(3.68888²·25/9 + 2·3.68888·300) = 6.14813 + √(37.7995 +
// 2213.328) = 53.594 (by hand calculator).
func TestNoiseOfSum(t *testing.T) {
	for _, tt := range []struct {
		cells                      int
		most, variance, confidence float64
		want                       float64
	}{
		{100, 5, 3, 0.95, 53.594},
		{100, 5, 3, 1, 500},
		{1, 5, 3, 0.95, 5}, // no more than the worst case
		{0, 5, 3, 0.95, 0},
	} {
		if got := NoiseOfSum(tt.cells, tt.most, tt.variance, tt.confidence); math.Abs(got-tt.want) > 0.001 {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// TestRatioInterval: 4 of 3–5 over 6 of 5–7 is from 3/7 to 5/5; a known 4 over 5–7 from 4/7 to 4/5; a sum below zero, −5 to −3 over 5–7, from −5/5 to
// −3/7; a base that may be nothing has no interval.
func TestRatioInterval(t *testing.T) {
	cell := func(v, lo, hi float64) Cell { return Cell{Status: Perturbed, Value: v, Lo: Num(lo), Hi: Num(hi)} }
	for _, tt := range []struct {
		num, den Cell
		lo, hi   Number
	}{
		{cell(4, 3, 5), cell(6, 5, 7), Num(3. / 7), Num(1)},
		{KnownCell(4), cell(6, 5, 7), Num(4. / 7), Num(4. / 5)},
		{cell(4, 3, 5), KnownCell(6), Num(3. / 6), Num(5. / 6)},
		{cell(-4, -5, -3), cell(6, 5, 7), Num(-1), Num(-3. / 7)},
		{cell(1, 1, 2), cell(2, 0, 4), Number{}, Number{}},
		{KnownCell(4), KnownCell(6), Number{}, Number{}},
	} {
		if c := ratio(tt.num, tt.den); c.Lo != tt.lo || c.Hi != tt.hi {
			t.Errorf("%+v over %+v: %+v", tt.num, tt.den, c)
		}
	}
}
