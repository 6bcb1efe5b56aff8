package segregation

import (
	"fmt"
	"math"
	"slices"
)

// A LevelPart is what one level of a nesting adds to M and H.
type LevelPart struct {
	Level int     // 0 the coarsest; the last is the table's own units
	M, H  float64 // adds up to the whole over the levels; H is M over the entropy of groups, as for the whole
	Share float64 // of M; NaN when M is zero
}

// Nested parts M and H by nested levels of units, coarsest first: levels[0][i] is the unit of the coarsest level (a län) that the table's unit i lies in, and so on;
// the table's own units are the last level. Level k is M between the units of level k within those of level k−1:
//
//	M = M(level 0) + Σ_k [M(levels 0..k) − M(levels 0..k−1)]
//
// No level is the plain M. A unit of a finer level that carries the same number under two coarser ones counts as two.
func Nested(t *Table, levels ...[]int) ([]LevelPart, error) {
	path := make([]int, t.Units)
	parts := make([]LevelPart, 0, len(levels)+1)
	entropy := Entropy(t)
	whole, before := MutualInformation(t), 0.0
	add := func(k int, m float64) {
		parts = append(parts, LevelPart{Level: k, M: m - before, H: (m - before) / entropy, Share: (m - before) / whole})
		if entropy == 0 {
			parts[k].H = math.NaN()
		}
		if whole == 0 {
			parts[k].Share = math.NaN()
		}
		before = m
	}
	for k, level := range levels {
		if len(level) != t.Units {
			return nil, fmt.Errorf("segregation: level %d names the unit of %d of the table's %d units", k+1, len(level), t.Units)
		}
		count := decomposePaths(path, level)
		merged, err := Merge(t, path, count)
		if err != nil {
			return nil, err
		}
		add(k, MutualInformation(merged))
	}
	add(len(levels), whole)
	return parts, nil
}

// decomposePaths refines path by level: units that differ in either get different numbers, from 0 in order of appearance. It gives how many there are.
func decomposePaths(path, level []int) int {
	type pair struct{ before, now int }
	numbers := map[pair]int{}
	for i := range path {
		k := pair{path[i], level[i]}
		n, ok := numbers[k]
		if !ok {
			n = len(numbers)
			numbers[k] = n
		}
		path[i] = n
	}
	return len(numbers)
}

// Merge adds up units: unit i becomes part of unit into[i] of count units.
func Merge(t *Table, into []int, count int) (*Table, error) {
	if len(into) != t.Units {
		return nil, fmt.Errorf("segregation: %d of %d units have a unit to be merged into", len(into), t.Units)
	}
	n := make([]float64, count*t.Groups)
	for i, to := range into {
		if to < 0 || to >= count {
			return nil, fmt.Errorf("segregation: unit %d is to be merged into unit %d of %d", i+1, to+1, count)
		}
		for g, v := range t.Unit(i) {
			n[to*t.Groups+g] += v
		}
	}
	return NewTable(count, t.Groups, n)
}

// A Stratum is segregation within one of several parts of the table.
type Stratum struct {
	Number  int     // as in strata
	Units   int     // of the table that lie in it
	P       float64 // its share of all persons
	M       float64 // within it
	H       float64 // within it, by its own entropy; NaN where that is zero
	Entropy float64 // its entropy of groups over that of the whole
	PartM   float64 // P·M; adds up to M within all
	PartH   float64 // P·M over the entropy of the whole, = P·Entropy·H; adds up to H within all
}

// Within gives M and H within each stratum, in order of their numbers: unit i lies in stratum strata[i]. The parts add up to what Nested gives the second level.
// H within all is no population-weighted mean of the strata's H: each weighs P·Entropy.
func Within(t *Table, strata []int) ([]Stratum, error) {
	if len(strata) != t.Units {
		return nil, fmt.Errorf("segregation: strata are given for %d of %d units", len(strata), t.Units)
	}
	order, rows := decomposeGroup(strata)
	whole := Entropy(t)
	out := make([]Stratum, 0, len(order))
	for _, k := range order {
		n := make([]float64, 0, len(rows[k])*t.Groups)
		for _, i := range rows[k] {
			n = append(n, t.Unit(i)...)
		}
		part, err := NewTable(len(rows[k]), t.Groups, n)
		if err != nil {
			return nil, err
		}
		s := Stratum{Number: k, Units: len(rows[k]), P: part.total / t.total, M: MutualInformation(part), H: TheilH(part)}
		if part.total > 0 {
			s.PartM = s.P * s.M
		}
		s.Entropy, s.PartH = Entropy(part)/whole, s.PartM/whole
		out = append(out, s)
	}
	return out, nil
}

// decomposeGroup is the rows of each number, and the numbers in order.
func decomposeGroup(of []int) (order []int, rows map[int][]int) {
	rows = map[int][]int{}
	for i, k := range of {
		if _, seen := rows[k]; !seen {
			order = append(order, k)
		}
		rows[k] = append(rows[k], i)
	}
	slices.Sort(order)
	return order, rows
}

// A Contribution is what a unit or a group gives to M.
type Contribution struct {
	P     float64 // share of all persons
	Local float64 // local segregation: the divergence of its own shares from the overall shares, in nats; NaN for an empty one
	Part  float64 // P·Local; adds up to M over units, and over groups
	Share float64 // of M; NaN when M is zero
}

// UnitContributions parts M by units: Local = Σ_g p_g|i ln(p_g|i/π_g).
func UnitContributions(t *Table) []Contribution { return decomposeContributions(t) }

// GroupContributions parts M by groups: Local = Σ_i p_i|g ln(p_i|g/p_i).
func GroupContributions(t *Table) []Contribution { return decomposeContributions(t.Transpose()) }

func decomposeContributions(t *Table) []Contribution {
	out := make([]Contribution, t.Units)
	local := LocalInformation(t)
	var m sum
	for i := range out {
		c := Contribution{P: t.units[i] / t.total, Local: local[i]}
		if t.units[i] > 0 {
			c.Part = c.P * c.Local
		}
		m.add(c.Part)
		out[i] = c
	}
	for i := range out {
		if out[i].Share = out[i].Part / m.value(); m.value() == 0 {
			out[i].Share = math.NaN()
		}
	}
	return out
}
