// Package segregation measures how unevenly groups are spread over units: areas, schools, workplaces.
//
// Kernels are plain functions over counts, usable by any Go program. Two groups come as two slices, one number a unit
// ([Dissimilarity]); many groups as a [Table] of units × groups. A measure is undefined where its formula divides by nothing (one empty group, one
// unit for some): then a kernel gives NaN, and its documentation value says when; the cubes made here turn that into a
// status, so that no special number leaves the package. Units without anybody change no measure.
//
// Each measure has one documentation value, [cube.Doc]: its formula, range, cautions and source, which command, page, API and report all print.
package segregation

import (
	"errors"
	"fmt"
	"math"
)

// Formulas use: unit i, group g; n_ig persons of g in i, n_i = Σ_g n_ig, N_g = Σ_i n_ig, N = Σ n_i; π_g = N_g/N, p_i = n_i/N, p_g|i = n_ig/n_i. For two groups
// a and b: a_i, b_i, A = Σ a_i, B = Σ b_i, t_i = a_i + b_i, T = A + B, P = A/T.

// A Table is counts of persons by unit and group. Fractions are allowed (weighted counts); what is below zero, NaN or infinite is not.
type Table struct {
	Units, Groups int
	n             []float64 // row-major: unit by unit
	units, groups []float64 // margins
	total         float64
}

// NewTable makes a table of counts given unit by unit. It keeps the slice.
func NewTable(units, groups int, n []float64) (*Table, error) {
	if units < 1 || groups < 1 || len(n) != units*groups {
		return nil, fmt.Errorf("segregation: %d counts for %d units × %d groups", len(n), units, groups)
	}
	t := &Table{Units: units, Groups: groups, n: n, units: make([]float64, units), groups: make([]float64, groups)}
	for i := range units {
		for g := range groups {
			v := n[i*groups+g]
			if v < 0 || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("segregation: unit %d, group %d: %v is no count; counts are finite and not below zero", i+1, g+1, v)
			}
			t.units[i] += v
			t.groups[g] += v
		}
		t.total += t.units[i]
	}
	if math.IsInf(t.total, 1) {
		return nil, errors.New("segregation: the counts add up to more than a number can hold")
	}
	return t, nil
}

// Pair is the two-group table of a and b, one number a unit.
func Pair(a, b []float64) (*Table, error) {
	if len(a) != len(b) {
		return nil, fmt.Errorf("segregation: %d units in one group and %d in the other", len(a), len(b))
	}
	n := make([]float64, 0, 2*len(a))
	for i := range a {
		n = append(n, a[i], b[i])
	}
	return NewTable(len(a), 2, n)
}

// At is the count of a group in a unit.
func (t *Table) At(unit, group int) float64 { return t.n[unit*t.Groups+group] }

// Unit is the counts of a unit, one a group. The slice is the table's own.
func (t *Table) Unit(i int) []float64 { return t.n[i*t.Groups : (i+1)*t.Groups] }

// UnitTotal, GroupTotal and Total are the margins.
func (t *Table) UnitTotal(i int) float64 { return t.units[i] }

// GroupTotal is all persons of a group.
func (t *Table) GroupTotal(g int) float64 { return t.groups[g] }

// Total is all persons.
func (t *Table) Total() float64 { return t.total }

// Column is the counts of a group, one a unit.
func (t *Table) Column(g int) []float64 {
	out := make([]float64, t.Units)
	for i := range out {
		out[i] = t.At(i, g)
	}
	return out
}
