//go:build duckdb_arrow

package store

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// TestTransports counts the same records by Arrow and by rows. (All other tests run once in each build.)
func TestTransports(t *testing.T) {
	byColumns, plain := open(t, Options{}), open(t, Options{})
	plain.transport = byRows(refusal)
	rapid.Check(t, func(rt *rapid.T) {
		b := drawn(rt)
		spec := cube.Spec{Name: "c", From: "r", Dims: []cube.SpecDim{dim("a"), dim("b", "1", "2")}, Measures: []cube.SpecMeasure{counting("N"), summing("Int", "n"), summing("Float", "x")}}
		var cubes []*cube.Cube
		var accounts []Account
		for _, db := range []*DB{byColumns, plain} {
			load(t, db, "r", b)
			c, account := count(t, db, spec)
			cubes, accounts = append(cubes, c), append(accounts, account)
			run(t, db, "DROP TABLE r")
		}
		if diff := cmp.Diff(cubes[0], cubes[1], inside); diff != "" {
			rt.Fatal(diff)
		}
		if diff := cmp.Diff(accounts[0], accounts[1]); diff != "" {
			rt.Fatal(diff)
		}
	})
}
