// Package num holds the numerical kernels that several packages need: regression with its uncertainty, quantiles, ranks and tails of distributions.
//
// Kernels take plain columns and give named results. Sums run in the order of the rows, in blocks, so that the same rows give the same bytes.
package num

import (
	"fmt"
	"math"
)

// Intercept is the name of the column of ones.
const Intercept = "(Intercept)"

// A Design is the columns of a model by name, all of one length.
type Design struct {
	Names   []string
	Columns [][]float64
}

// NewDesign is a design of n rows with only the column of ones.
func NewDesign(n int) *Design {
	d := &Design{}
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	d.Add(Intercept, ones)
	return d
}

// Add puts a column last. The slice is kept, not copied.
func (d *Design) Add(name string, column []float64) {
	d.Names, d.Columns = append(d.Names, name), append(d.Columns, column)
}

// Rows is the number of rows.
func (d *Design) Rows() int {
	if len(d.Columns) == 0 {
		return 0
	}
	return len(d.Columns[0])
}

// Row is the values of row i, one a column.
func (d *Design) Row(i int) []float64 {
	x := make([]float64, len(d.Columns))
	for j, c := range d.Columns {
		x[j] = c[i]
	}
	return x
}

// check tells what keeps the design and an outcome from being fitted.
func (d *Design) check(y []float64) error {
	n := d.Rows()
	if n == 0 {
		return fmt.Errorf("num: a model without rows or columns")
	}
	if len(y) != n {
		return fmt.Errorf("num: %d outcomes for %d rows", len(y), n)
	}
	for j, c := range d.Columns {
		if len(c) != n {
			return fmt.Errorf("num: column %s has %d rows, not %d", d.Names[j], len(c), n)
		}
		for i, v := range c {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("num: column %s, row %d: not a finite number", d.Names[j], i+1)
			}
		}
	}
	for i, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("num: outcome, row %d: not a finite number", i+1)
		}
	}
	return nil
}

const block = 512

// Sum adds up in blocks: the error grows with the block and the number of blocks, not with the rows.
func Sum(x []float64) float64 {
	total := 0.0
	for len(x) > 0 {
		k := min(block, len(x))
		part := 0.0
		for _, v := range x[:k] {
			part += v
		}
		total += part
		x = x[k:]
	}
	return total
}

// Mean is the arithmetic mean; NaN of nothing.
func Mean(x []float64) float64 { return Sum(x) / float64(len(x)) }

// dot is Σ a_i b_i, in blocks.
func dot(a, b []float64) float64 {
	b = b[:len(a)]
	total := 0.0
	for len(a) > 0 {
		k := min(block, len(a))
		part := 0.0
		for i, v := range a[:k] {
			part += v * b[i]
		}
		total += part
		a, b = a[k:], b[k:]
	}
	return total
}

// SumSquares is Σ (x_i − mean)².
func SumSquares(x []float64) float64 {
	m, total := Mean(x), 0.0
	for len(x) > 0 {
		k := min(block, len(x))
		part := 0.0
		for _, v := range x[:k] {
			part += (v - m) * (v - m)
		}
		total += part
		x = x[k:]
	}
	return total
}

// Variance is the variance with n − 1; NaN with fewer than two values.
func Variance(x []float64) float64 {
	if len(x) < 2 {
		return math.NaN()
	}
	return SumSquares(x) / float64(len(x)-1)
}
