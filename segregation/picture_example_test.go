package segregation_test

import (
	"fmt"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/segregation"
)

// A curve of synthetic counts: half of a would have to move, or of b, and Gini is 1 − 2·(0.03 + 0.075 + 0.07). The SVG goes into a page as it is.
func ExampleCurvePicture() {
	picture, err := segregation.CurvePicture([]segregation.Pairing{{A: []float64{10, 30, 60}, B: []float64{60, 30, 10}}},
		cube.Text{SV: "grupp a", EN: "group a"}, cube.Text{SV: "grupp b", EN: "group b"}, segregation.PictureOptions{Lang: "en", Source: "synthetic"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(picture.Summary)
	for i := range picture.Table.Len() {
		fmt.Println(picture.Table.Cell(i, 0).Value, picture.Table.Cell(i, 1).Value)
	}
	// Output:
	// The segregation curve shows how group a and group b are spread over units. D = 0.500, Gini = 0.650. D tells what share of either group would have to move to another unit for the groups to be spread alike; for group a it is 50%.
	// 0 0
	// 0.6 0.1
	// 0.9 0.4
	// 1 1
}
