package gap_test

import (
	"fmt"

	"github.com/skikt/skikt/gap"
)

// 40 of 100 in the first type, 10 of 100 in the last.
func ExamplePair_Newcombe() {
	d := gap.Pair{X1: 40, N1: 100, X2: 10, N2: 100}.Newcombe(0.95)
	fmt.Printf("%.2f (%.3f to %.3f)\n", d.Value, d.Lower, d.Upper)
	// Output: 0.30 (0.183 to 0.408)
}

func ExampleKitagawa() {
	now := gap.Strata{Events: []float64{200, 1200}, Persons: []float64{1000, 3000}}
	then := gap.Strata{Events: []float64{200, 400}, Persons: []float64{2000, 2000}}
	d, err := gap.Kitagawa(now, then)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.4f = %.4f by composition + %.4f by rates\n", d.Difference, d.Composition, d.Rate)
	// Output: 0.2000 = 0.0375 by composition + 0.1625 by rates
}

// A false alarm every 370 values on average.
func ExampleCUSUMFor() {
	c, err := gap.CUSUMFor(0.5, 370)
	if err != nil {
		panic(err)
	}
	fmt.Printf("h = %.4f; a shift of one standard error is found after %.1f values\n", c.H, c.RunLength(1))
	// Output: h = 4.0954; a shift of one standard error is found after 8.6 values
}
