package project

import (
	"strings"
	"testing"

	"github.com/skikt/skikt/record"
)

// TestAtMost takes rows of two columns, 3 at a time, where 12 values may be held: two batches, and not a third.
func TestAtMost(t *testing.T) {
	rows := &Rows{}
	sink := atMost(12, "pupils", rows.add)
	b := func() *record.Batch {
		return &record.Batch{N: 3, Columns: []record.Vector{
			{Name: "a", Type: record.Int, Int: []int64{1, 2, 3}, State: make([]record.State, 3)},
			{Name: "b", Type: record.Int, Int: []int64{4, 5, 6}, State: make([]record.State, 3)}}}
	}
	for range 2 {
		if err := sink(b()); err != nil {
			t.Fatal(err)
		}
	}
	err := sink(b())
	if err == nil || !strings.Contains(err.Error(), "rows of pupils") || !strings.Contains(err.Error(), "12 values: 9 rows of 2 columns") || rows.N != 6 {
		t.Errorf("%d rows, %v", rows.N, err)
	}
}
