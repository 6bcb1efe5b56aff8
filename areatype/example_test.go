package areatype_test

import (
	"fmt"

	"github.com/goccy/go-yaml"

	"github.com/skikt/skikt/areatype"
)

// Five areas by SCB's rule with divisor n: m = 10, s² = (16 + 4 + 0 + 4 + 16)/5 = 8, s = 2.83.
func ExampleDefinition_Cut() {
	var index []areatype.Exact
	for _, text := range []string{"14", "12", "10", "8", "6"} {
		x, err := areatype.ParseDecimal(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		index = append(index, x)
	}
	cut, err := areatype.Definition{Divisor: areatype.DivisorPopulation}.Cut(index, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("m %.2f, s %.2f\n", cut.Moments.Mean, cut.Moments.SD)
	for i, t := range cut.Types {
		fmt.Printf("%4.1f %v, %+.2f from the nearest cut\n", index[i].Float(), t, cut.Nearest[i].Distance)
	}
	// Output:
	// m 10.00, s 2.83
	// 14.0 Type2, +1.17 from the nearest cut
	// 12.0 Type3, -0.83 from the nearest cut
	// 10.0 Type3, +0.00 from the nearest cut
	//  8.0 Type4, +0.83 from the nearest cut
	//  6.0 Type5, -1.17 from the nearest cut
}

// A definition as it stands in a project file. What is not written is SCB's.
func ExampleDefinition() {
	var d areatype.Definition
	err := yaml.Unmarshal([]byte(`
name: types-of-2022
version: "1"
rounding: {index: 1}
base: {mean: 9.10, sd: 5.47}
`), &d)
	if err != nil {
		fmt.Println(err)
		return
	}
	x, _ := areatype.ParseDecimal("20.0")
	cut, err := d.Cut([]areatype.Exact{x}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: 20.0 is %v by the cut %.2f\n", d.Name, cut.Types[0], cut.Cuts[0])
	// Output: types-of-2022: 20.0 is Type2 by the cut 20.04
}
