package segregation

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestCompress: M never rises, each step's M is that of the merged table, losses add up, and the order of neighbours doesn't matter.
func TestCompress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.IntRange(1, 8).Draw(t, "units")
		table := decomposeDraw(t, "count", units, rapid.IntRange(1, 3).Draw(t, "groups"))
		if table.total == 0 {
			if _, err := Compress(table, Compression{}); err == nil {
				t.Fatal("a table without persons is merged")
			}
			return
		}
		var how Compression
		if rapid.Bool().Draw(t, "neighbours given") {
			for i := range units - 1 {
				how.Neighbours = append(how.Neighbours, [2]int{i, i + 1})
			}
			if how.Neighbours == nil {
				how.Neighbours = [][2]int{}
			}
		}
		c, err := Compress(table, how)
		if err != nil {
			t.Fatal(err)
		}
		m := c.M
		for _, s := range c.Steps {
			if s.M > m+1e-15 || s.Loss < 0 || math.Abs(m-s.Loss-s.M) > 1e-12 || s.Into >= s.Old {
				t.Fatalf("after %v comes %+v", m, s)
			}
			m = s.M
			merged, into, err := c.At(s.Units)
			if err != nil {
				t.Fatal(err)
			}
			if got := MutualInformation(merged); math.Abs(got-s.M) > 1e-12 {
				t.Fatalf("M of the merged table is %v, the step says %v", got, s.M)
			}
			for i, row := range into {
				if (row < 0) != (table.units[i] == 0) || row >= s.Units {
					t.Fatalf("unit %d is in row %d of %d", i, row, s.Units)
				}
			}
		}
		if how.Neighbours == nil && m > 1e-12 && len(c.Steps) > 0 {
			t.Fatalf("one unit is left with M %v", m)
		}
		if _, _, err := c.At(units + 1); err == nil {
			t.Fatal("more units than there are")
		}
		turned := Compression{}
		for _, p := range slices.Backward(how.Neighbours) {
			turned.Neighbours = append(turned.Neighbours, [2]int{p[1], p[0]})
		}
		if how.Neighbours != nil && turned.Neighbours == nil {
			turned.Neighbours = [][2]int{}
		}
		again, err := Compress(table, turned)
		if err != nil || !slices.EqualFunc(c.Steps, again.Steps, func(a, b MergeStep) bool { return a.Old == b.Old && a.Into == b.Into && a.Loss == b.Loss }) {
			t.Fatalf("with neighbours turned round: %v, %v", again, err)
		}
	})
}

// TestCompressKeeping: of A and B alike and C apart, two units keep everything, and one nothing.
func TestCompressKeeping(t *testing.T) {
	table, err := Pair([]float64{4, 4, 0}, []float64{0, 0, 8})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Compress(table, Compression{})
	if err != nil || c.Keeping(1) != 2 || c.Keeping(0.5) != 2 || c.Keeping(0) != 1 {
		t.Errorf("keeps with %d, %d, %d units; %v", c.Keeping(1), c.Keeping(0.5), c.Keeping(0), err)
	}
	c, err = Compress(table, Compression{Until: 2})
	if err != nil || len(c.Steps) != 1 {
		t.Errorf("until 2: %d steps, %v", len(c.Steps), err)
	}
	if _, err := Compress(table, Compression{Neighbours: [][2]int{{0, 3}}}); err == nil {
		t.Error("a neighbour that is not there")
	}
}

// TestLocalNeighbours: entropies 0, 0.56, 0.69 (¼ and ½ of one group): with one on each side the outer ones are no neighbours.
func TestLocalNeighbours(t *testing.T) {
	table, err := Pair([]float64{2, 4, 0, 1}, []float64{2, 0, 0, 3})
	if err != nil {
		t.Fatal(err)
	}
	if got := LocalNeighbours(table, 1); !slices.Equal(got, [][2]int{{1, 3}, {0, 3}}) {
		t.Errorf("neighbours %v", got)
	}
}
