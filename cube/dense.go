package cube

import (
	"fmt"
	"math"
)

// Dense is the number of rows that a cube has when every combination of its members is one; false when that is more than an int can hold.
func (c *Cube) Dense() (rows int, ok bool) { return product(c.dims) }

func product(dims []Dimension) (int, bool) {
	n := 1
	for _, d := range dims {
		if len(d.Members) > 0 && n > math.MaxInt/len(d.Members) {
			return 0, false
		}
		n *= len(d.Members)
	}
	return n, true
}

// EachDense hands over the cells of every combination of members, in the order of the rows (the last dimension goes quickest), one cell a measure. A combination without
// a row has cells that are not available. The slice is used again for the next combination.
func (c *Cube) EachDense(f func(cells []Cell) error) error {
	rows, ok := c.Dense()
	if !ok {
		return fmt.Errorf("cube: %s has more combinations of members than can be counted", c.Name)
	}
	cells, at, next := make([]Cell, len(c.measures)), make([]int32, len(c.dims)), 0
	whole := c.Len() == rows // then the rows are the combinations, in their order
	for range rows {
		here := whole || next < c.Len() && c.compareRow(next, at) == 0
		for m := range cells {
			cells[m] = Cell{}
			if here {
				cells[m] = c.columns[m].at(next)
			}
		}
		if here {
			next++
		}
		if err := f(cells); err != nil {
			return err
		}
		if !whole {
			step(at, c.dims)
		}
	}
	return nil
}

// step goes to the next combination of members.
func step(at []int32, dims []Dimension) {
	for d := len(dims) - 1; d >= 0; d-- {
		if at[d]++; int(at[d]) < len(dims[d].Members) {
			return
		}
		at[d] = 0
	}
}

// FromDense makes a cube of cells that stand in row-major order over the dimensions with the measures as one more dimension at position metric, as
// JSON-stat and PX files have them. Every combination of members becomes a row.
func FromDense(name string, dims []Dimension, measures []Measure, metric int, cell func(i int) Cell) (*Cube, error) {
	rows, ok := product(dims)
	if !ok || metric < 0 || metric > len(dims) {
		return nil, fmt.Errorf("cube: %s: %d dimensions with the measures at position %d can't be a cube", name, len(dims), metric)
	}
	inner, _ := product(dims[metric:])
	b := NewBuilder(name, dims, measures)
	for d := range dims {
		b.cube.coords[d] = make([]int32, rows)
	}
	for m := range measures {
		b.cube.columns[m] = newColumn(rows)
	}
	at := make([]int32, len(dims))
	for row := range rows {
		for d, member := range at {
			b.cube.coords[d][row] = member
		}
		first := row/inner*inner*len(measures) + row%inner
		for m := range measures {
			b.cube.columns[m].set(row, cell(first+m*inner))
		}
		step(at, dims)
	}
	return b.Cube()
}
