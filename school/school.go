// Package school answers an agency's questions about schools: whom they have, how pupils of different background are spread over them, how much of that follows from where
// pupils live and how much from choice, how results hang together with background, and what a school's results are against what its intake would lead one to expect.
//
// Everything goes from each pupil's own home. A school's own area is never taken for its pupils': pupils come from other areas than the one the school stands in, the more the
// wider choice is. Where homes are not known, the measures that need them are not available; they are not guessed from the address of the school.
//
// Kernels ([FitMixed], [Deferred], [MeasureGradient], [FitSALSA], [FitIndex]) take plain columns. Functions that end in Cube take [Pupils] and give cubes, with base,
// interval and warnings. No result is ordered by its value: rows stand in order of their codes.
package school

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
)

// A Category is a column of codes: the code of each row by its place, -1 where it is not known.
type Category struct {
	Codes []string // sorted
	Of    []int32
}

// NewCategory sorts the codes of a column; an empty text is not known.
func NewCategory(values []string) *Category {
	place := map[string]int32{}
	c := &Category{Of: make([]int32, len(values))}
	for _, v := range values {
		if _, ok := place[v]; v != "" && !ok {
			place[v] = 0
			c.Codes = append(c.Codes, v)
		}
	}
	slices.Sort(c.Codes)
	for k, code := range c.Codes {
		place[code] = int32(k)
	}
	for i, v := range values {
		c.Of[i] = -1
		if v != "" {
			c.Of[i] = place[v]
		}
	}
	return c
}

// Index is the place of a code, or -1.
func (c *Category) Index(code string) int32 {
	if k, ok := slices.BinarySearch(c.Codes, code); ok {
		return int32(k)
	}
	return -1
}

// Level is the category as a level of a model.
func (c *Category) Level(name string) Level { return Level{Name: name, Codes: c.Codes, Of: c.Of} }

// pick is the category of some of the rows, with only the codes that they have.
func (c *Category) pick(rows []int) *Category {
	used := make([]bool, len(c.Codes))
	for _, i := range rows {
		if c.Of[i] >= 0 {
			used[c.Of[i]] = true
		}
	}
	out := &Category{Of: make([]int32, len(rows))}
	place := make([]int32, len(c.Codes))
	for k, code := range c.Codes {
		if used[k] {
			place[k] = int32(len(out.Codes))
			out.Codes = append(out.Codes, code)
		}
	}
	for k, i := range rows {
		out.Of[k] = -1
		if c.Of[i] >= 0 {
			out.Of[k] = place[c.Of[i]]
		}
	}
	return out
}

// dimension has the codes as its members.
func (c *Category) dimension(name string, role cube.Role) cube.Dimension {
	d := cube.Dimension{Name: name, Title: cube.Same(name), Role: role}
	for _, code := range c.Codes {
		d.Members = append(d.Members, cube.Member{Code: code, Label: cube.Same(code)})
	}
	return d
}

// Within makes codes that are unique only within another category unique: "kommun:school". Where either is not known, neither is the pair.
func Within(outer, inner *Category) *Category {
	values := make([]string, len(inner.Of))
	names := map[[2]int32]string{}
	for i, k := range inner.Of {
		o := outer.Of[i]
		if o < 0 || k < 0 {
			continue
		}
		pair := [2]int32{o, k}
		if names[pair] == "" {
			names[pair] = outer.Codes[o] + ":" + inner.Codes[k]
		}
		values[i] = names[pair]
	}
	return NewCategory(values)
}

// A Variable is a background variable of a model: a number, or codes of which one is what the others are compared with.
type Variable struct {
	Name      string
	Number    []float64 // NaN where it is not known
	Codes     *Category // when Number is nil
	Reference string    // of Codes; the first code when empty
}

// known tells whether the row has a value.
func (v Variable) known(i int) bool {
	if v.Number != nil {
		return !math.IsNaN(v.Number[i]) && !math.IsInf(v.Number[i], 0)
	}
	return v.Codes.Of[i] >= 0
}

// add puts the variable into a design for some of the rows: one column, or one a code but the reference, named as the variable and the code together.
func (v Variable) add(d *num.Design, rows []int) error {
	if v.Number != nil {
		column := make([]float64, len(rows))
		for k, i := range rows {
			column[k] = v.Number[i]
		}
		d.Add(v.Name, column)
		return nil
	}
	reference := int32(0)
	if v.Reference != "" {
		if reference = v.Codes.Index(v.Reference); reference < 0 {
			return fmt.Errorf("school: %s has no code %q to compare with", v.Name, v.Reference)
		}
	}
	used := make([]bool, len(v.Codes.Codes))
	for _, i := range rows {
		used[v.Codes.Of[i]] = true
	}
	if !used[reference] {
		return fmt.Errorf("school: no pupil in the model has the code of %s that the others are compared with; name another", v.Name)
	}
	for c, code := range v.Codes.Codes {
		if int32(c) == reference || !used[c] {
			continue
		}
		column := make([]float64, len(rows))
		for k, i := range rows {
			if v.Codes.Of[i] == int32(c) {
				column[k] = 1
			}
		}
		d.Add(v.Name+code, column)
	}
	return nil
}

// complete are the rows for which all variables are known, and how many lack each.
func complete(n int, variables []Variable, more ...func(int) bool) (rows []int) {
	for i := range n {
		ok := true
		for _, v := range variables {
			ok = ok && v.known(i)
		}
		for _, f := range more {
			ok = ok && f(i)
		}
		if ok {
			rows = append(rows, i)
		}
	}
	return rows
}

func pickNumbers(x []float64, rows []int) []float64 {
	out := make([]float64, len(rows))
	for k, i := range rows {
		out[k] = x[i]
	}
	return out
}

func ints(of []int32) []int {
	out := make([]int, len(of))
	for i, v := range of {
		out[i] = int(v)
	}
	return out
}
