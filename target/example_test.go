package target_test

import (
	"fmt"

	"github.com/skikt/skikt/target"
)

// Of 50 persons with the need 30 live in the area of the highest index, where a quarter of all live.
func ExampleCurve() {
	a := &target.Areas{Index: []float64{20, 10, 10}, Population: []int64{100, 100, 200}, Need: []int64{30, 10, 10}}
	for _, s := range target.Curve(a) {
		fmt.Printf("index %v: coverage %.2f, precision %.3f, lift %.1f\n", s.Index, s.Coverage(), s.Precision(), s.Lift())
	}
	// Output:
	// index 20: coverage 0.60, precision 0.300, lift 2.4
	// index 10: coverage 1.00, precision 0.125, lift 1.0
}

// Two of three sites for people at 0, 4 and 10 on a line.
func ExampleDemand_Median() {
	p := &target.Points{X: []int64{0, 4, 10}, Y: make([]int64, 3), Weight: []int64{5, 1, 2}}
	s := &target.Sites{ID: []string{"a", "b", "c"}, X: []int64{0, 5, 10}, Y: make([]int64, 3)}
	lengths, _ := target.Lengths(p, s, 1)
	d, _ := target.NewDemand(lengths, p.Weight)
	m, _ := d.Median(2, 0)
	fmt.Println(m.Sites, m.Total, m.Second, m.Proved)
	// Output: [0 2] 4 11 true
}
