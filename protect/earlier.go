package protect

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// learn takes in tables that are out already. A cell of an earlier table belongs to every family that has its measure and all its dimensions: shown, and of
// the same time, it is known to every reader; hidden, in a row that is the same but for its time, it is rather hidden again.
func (m *model) learn(earlier []*cube.Cube, p Policy) error {
	if len(earlier) == 0 {
		return nil
	}
	for _, c := range earlier {
		for _, x := range m.parts {
			m.learnTable(c, x)
		}
	}
	m.setCosts(p)
	return nil
}

func (m *model) learnTable(c *cube.Cube, x *part) {
	var at []int // dimension of the inner cube per dimension of c
	for _, d := range c.Dims() {
		in := x.inner.DimIndex(d.Name)
		if in < 0 || x.inner.Dims()[in].Vintage != d.Vintage {
			return
		}
		at = append(at, in)
	}
	// Atoms of each combination of members, as far as every atom has only one.
	atoms := map[string][]int32{}
	straddles := make([]string, len(x.firstRow))
	broken := make([]bool, len(x.firstRow))
	for row := range x.inner.Len() {
		key := ""
		for _, in := range at {
			key += x.inner.Code(row, in) + "\n"
		}
		a := x.atomOf[row] - x.firstAtom
		broken[a] = broken[a] || straddles[a] != "" && straddles[a] != key
		straddles[a] = key
	}
	add := func(key string, a int32) {
		if list := atoms[key]; len(list) == 0 || list[len(list)-1] != a {
			atoms[key] = append(list, a)
		}
	}
	keysOf := func(row int) []string { // the combinations that a row is part of, with totals
		keys := []string{""}
		for d, in := range at {
			code := x.inner.Code(row, in)
			total := c.Dims()[d].Index(cube.Total) >= 0
			var next []string
			for _, k := range keys {
				next = append(next, k+code+"\n")
				if total {
					next = append(next, k+cube.Total+"\n")
				}
			}
			keys = next
		}
		return keys
	}
	partly := map[string]bool{} // combinations that cut an atom in two can't be written with atoms
	for a, row := range x.firstRow {
		for _, k := range keysOf(int(row)) {
			add(k, x.firstAtom+int32(a))
		}
	}
	for row := range x.inner.Len() {
		if broken[x.atomOf[row]-x.firstAtom] {
			for _, k := range keysOf(row) {
				if !slices.Contains(keysOf(int(x.firstRow[x.atomOf[row]-x.firstAtom])), k) {
					partly[k] = true
					for _, other := range keysOf(int(x.firstRow[x.atomOf[row]-x.firstAtom])) {
						if !slices.Contains(keysOf(row), other) {
							partly[other] = true
						}
					}
				}
			}
		}
	}
	for meas := range c.Measures() {
		k := m.measureOf(x, c.Measures()[meas].Name)
		if k < 0 {
			continue
		}
		for row := range c.Len() {
			key := ""
			for d := range at {
				key += c.Code(row, d) + "\n"
			}
			list := atoms[key]
			cell := c.Cell(row, meas)
			var sum float64
			for _, a := range list {
				sum += m.values[k][a]
			}
			// A value that is another one now was of other records, and says nothing of these.
			if len(list) > 0 && !partly[key] && cell.Status.HasValue() && cell.Status != cube.Perturbed && math.Abs(sum-cell.Value) <= 1e-9*max(1, math.Abs(sum)) {
				m.known = append(m.known, equation{measure: k, plus: list, from: "the earlier table " + c.Name})
			}
		}
	}
	m.hiddenBefore(c)
}

// hiddenBefore notes the numbers whose cells an earlier table hides at another time.
func (m *model) hiddenBefore(c *cube.Cube) {
	hidden := map[string]bool{}
	key := func(t *cube.Cube, row int) string {
		var out string
		for d, dim := range t.Dims() {
			if dim.Role != cube.Time {
				out += fmt.Sprintf("%s=%s\n", dim.Name, t.Code(row, d))
			}
		}
		return out
	}
	for row := range c.Len() {
		for meas := range c.Measures() {
			if c.Cell(row, meas).Status.Hidden() {
				hidden[key(c, row)] = true
			}
		}
	}
	for k := range m.tables {
		t := &m.tables[k]
		if len(t.view.Dims) != len(c.Dims()) {
			continue
		}
		for row, n := range t.number {
			if hidden[key(t.cube, row)] {
				m.numbers[n].before = true
			}
		}
	}
}
