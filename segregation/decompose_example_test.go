package segregation_test

import (
	"fmt"

	"github.com/skikt/skikt/segregation"
)

// Four areas in two municipalities. In the first municipality the groups live apart, in the second they don't; between municipalities there is no difference.
func ExampleNested() {
	t, err := segregation.Pair([]float64{400, 0, 200, 200}, []float64{0, 400, 200, 200})
	if err != nil {
		fmt.Println(err)
		return
	}
	municipality := []int{0, 0, 1, 1}
	parts, err := segregation.Nested(t, municipality)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("between municipalities %.3f, between areas in them %.3f\n", parts[0].M, parts[1].M)
	// Output: between municipalities 0.000, between areas in them 0.347
}

// A hidden cell of 0 to 4: the interval contains D of the true table, whatever it holds.
func ExampleBoundDissimilarity() {
	d, err := segregation.BoundDissimilarity(segregation.IntervalTable{
		Units: 2, Groups: 2,
		Cells: []segregation.Interval{
			segregation.HiddenBelow(5, 0), segregation.Exactly(100),
			segregation.Exactly(90), segregation.Exactly(100),
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("D from %.2f to %.2f, %d cell uncertain\n", d.Lo, d.Hi, d.Uncertain)
	// Output: D from 0.46 to 0.50, 1 cell uncertain
}
