package protect_test

import (
	"fmt"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
)

// Two persons in one cell are hidden by rule; three more cells go so that no margin gives them away.
func ExampleApply() {
	dims := []cube.Dimension{
		{Name: "kommun", Role: cube.Area, Members: []cube.Member{{Code: "0001"}, {Code: "0002"}, {Code: "0003"}}},
		{Name: "outcome", Role: cube.Group, Members: []cube.Member{{Code: "yes"}, {Code: "no"}}},
	}
	persons := cube.Measure{Name: "NPersons", Kind: cube.Count}
	b := cube.NewBuilder("persons", dims, []cube.Measure{persons})
	for i, n := range []float64{2, 40, 30, 25, 60, 70} {
		b.Add([]int32{int32(i / 2), int32(i % 2)}, cube.KnownCell(n))
	}
	inner, err := b.Cube()
	if err != nil {
		fmt.Println(err)
		return
	}
	family := protect.Family{Name: "persons", Inner: inner, Views: []cube.View{
		{Name: "outcome", Dims: []string{"kommun", "outcome"}, Totals: []string{"kommun", "outcome"}, Measures: []cube.Measure{persons}},
	}}
	policy := protect.Policy{Name: "example", Version: "1", MinCount: 5, Zeros: protect.Show, Full: protect.Show}
	release, err := protect.Apply([]protect.Family{family}, policy)
	if err != nil {
		fmt.Println(err)
		return
	}
	table := release.Tables()[0].Cube()
	for row := range table.Len() {
		cell := table.Cell(row, 0)
		if cell.Status.Hidden() {
			fmt.Println(table.Code(row, 0), table.Code(row, 1), cell.Status)
			continue
		}
		fmt.Println(table.Code(row, 0), table.Code(row, 1), cell.Value)
	}
	// Output:
	// 0001 yes hidden_rule
	// 0001 no hidden_protect
	// 0001 total 42
	// 0002 yes hidden_protect
	// 0002 no hidden_protect
	// 0002 total 55
	// 0003 yes 60
	// 0003 no 70
	// 0003 total 130
	// total yes 92
	// total no 135
	// total total 227
}
