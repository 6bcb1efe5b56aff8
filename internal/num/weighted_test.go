package num

import (
	"math"
	"testing"
)

// By hand, after the definitions of R's types 1, 2 and 7: the ten values are 1 1 1 4 4 4 4 4 8 8.
// Type 1 takes value ceil(10 q); type 2 the mean of two where 10 q is whole; type 7 lies at 1 + 9 q.
func TestWeightedQuantiles(t *testing.T) {
	w := SortWeighted([]float64{8, 1, 4, 2}, []int64{2, 3, 5, 0})
	for _, tt := range []struct {
		q               float64
		one, two, seven float64
	}{
		{0, 1, 1, 1},
		{0.1, 1, 1, 1},
		{0.25, 1, 1, 1.75}, // 1 + 9/4 = 3.25: a quarter of the way from the third value, 1, to the fourth, 4
		{0.3, 1, 2.5, 1 + 3*0.7},
		{0.5, 4, 4, 4},
		{0.8, 4, 6, 4 + 4*0.2},
		{0.95, 8, 8, 8},
		{1, 8, 8, 8},
	} {
		for name, r := range map[string]struct {
			of   func(float64) float64
			want float64
		}{"type 1": {w.Inverse, tt.one}, "type 2": {w.Averaged, tt.two}, "type 7": {w.Interpolated, tt.seven}} {
			if got := r.of(tt.q); math.Abs(got-r.want) > 1e-12 {
				t.Errorf("q %v, %s: %v, want %v", tt.q, name, got, r.want)
			}
		}
	}
	if got := SortWeighted(nil, nil).Inverse(0.5); !math.IsNaN(got) {
		t.Errorf("of nothing: %v", got)
	}
}
