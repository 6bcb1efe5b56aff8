package store_test

import (
	"context"
	"fmt"
	"log"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/store"
)

// Four synthetic pupils are counted by sex; one of them has no sex.
func Example() {
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{MemoryLimit: "1GB"})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	pupils := &record.Batch{N: 4, Columns: []record.Vector{
		{Name: "sex", Type: record.Text, Text: []string{"girl", "boy", "girl", ""}, State: []record.State{record.Present, record.Present, record.Present, record.Missing}},
		{Name: "merit", Type: record.Float, Float: []float64{230, 217.5, 0, 190}, State: []record.State{record.Present, record.Present, record.NotAvailable, record.Present}},
	}}
	load, err := db.Create(ctx, "pupils", pupils.Columns)
	if err != nil {
		log.Fatal(err)
	}
	defer load.Discard()
	if err := load.Append(pupils); err != nil {
		log.Fatal(err)
	}
	if _, err := load.Close(); err != nil {
		log.Fatal(err)
	}
	if err := db.Seal(ctx); err != nil {
		log.Fatal(err)
	}

	c, account, err := db.Cube(ctx, cube.Spec{Name: "merit", From: "pupils",
		Dims: []cube.SpecDim{{Dimension: cube.Dimension{Name: "Sex", Role: cube.Group}, Columns: []string{"sex"}}},
		Measures: []cube.SpecMeasure{
			{Measure: cube.Measure{Name: "NPupils", Kind: cube.Count}},
			{Measure: cube.Measure{Name: "Merit", Kind: cube.Sum}, Sum: "merit"}}})
	if err != nil {
		log.Fatal(err)
	}
	for row := range c.Len() {
		pupils, merit := c.Cell(row, 0), c.Cell(row, 1)
		fmt.Printf("%s: %v pupils, merit %v of %v\n", c.Code(row, 0), pupils.Value, merit.Value, merit.Base.V)
	}
	fmt.Println(c.Warnings[0].Text.EN)
	fmt.Println("in", account.In, "counted", account.Counted, "left", account.Residual)
	// Output:
	// boy: 1 pupils, merit 217.5 of 1
	// girl: 2 pupils, merit 230 of 1
	// Merit: 1 of 3 rows lack a value and are not in the sum.
	// in 4 counted 3 left [{Sex missing-value 1}]
}
