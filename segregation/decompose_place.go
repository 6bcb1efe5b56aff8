package segregation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// A Counterfactual is what one place would look like with something of the other: each unit keeps its rank and takes the value that the other place has at that rank
// (linear between units; ties share their mean rank). The first group is the one in question.
type Counterfactual string

const (
	// Composition takes the group's share of the unit; the unit's size stays.
	Composition Counterfactual = "composition"
	// DualComposition does so for the group and for the rest apart, so that the unit's size may change a little.
	DualComposition Counterfactual = "dual-composition"
	// Share takes the unit's share of all of the group, and of all of the rest, scaled to add up to one; the place's groups keep their size.
	Share Counterfactual = "share"
)

// Counterfactuals are all of them.
func Counterfactuals() []Counterfactual { return []Counterfactual{Composition, DualComposition, Share} }

// CounterfactualTables gives each place with the other's composition, without empty units. Tables have two groups: the group in question and the rest.
func CounterfactualTables(first, second *Table, by Counterfactual) (first2, second1 *Table, err error) {
	if first.Groups != 2 || second.Groups != 2 {
		return nil, nil, fmt.Errorf("segregation: counterfactuals are for two groups, not %d and %d; take a group and the rest", first.Groups, second.Groups)
	}
	if first.total == 0 || second.total == 0 {
		return nil, nil, errors.New("segregation: a place without persons has no counterfactual")
	}
	first, second = first.occupied(), second.occupied() // an empty unit has no composition, and must not shift the ranks of others
	if first2, err = decomposeCounterfactual(first, second, by); err != nil {
		return nil, nil, err
	}
	second1, err = decomposeCounterfactual(second, first, by)
	return first2, second1, err
}

// occupied is the table without its empty units; itself when it has none.
func (t *Table) occupied() *Table {
	filled := bootFilled(t)
	if len(filled) == t.Units {
		return t
	}
	out := &Table{Units: len(filled), Groups: t.Groups, units: make([]float64, len(filled)), groups: make([]float64, t.Groups)}
	for _, i := range filled {
		out.n = append(out.n, t.Unit(i)...)
	}
	out.bootMargins()
	return out
}

// decomposeCounterfactual is place with the values of other.
func decomposeCounterfactual(place, other *Table, by Counterfactual) (*Table, error) {
	shares := func(t *Table, g int) []float64 {
		out := make([]float64, t.Units)
		for i := range out {
			switch {
			case by == Share && t.groups[g] > 0:
				out[i] = t.At(i, g) / t.groups[g]
			case by != Share && t.units[i] > 0:
				out[i] = t.At(i, g) / t.units[i]
			}
		}
		return out
	}
	swapped := func(g int) []float64 {
		sorted := shares(other, g)
		slices.Sort(sorted)
		ranks := decomposeRanks(shares(place, g))
		for i, r := range ranks {
			ranks[i] = bootQuantile(sorted, r)
		}
		return ranks
	}
	a, b := make([]float64, place.Units), make([]float64, place.Units)
	switch by {
	case Composition:
		for i, v := range swapped(0) {
			a[i] = v * place.units[i]
			b[i] = max(0, place.units[i]-a[i])
		}
	case DualComposition:
		rest := swapped(1)
		for i, v := range swapped(0) {
			a[i], b[i] = v*place.units[i], rest[i]*place.units[i]
		}
	case Share:
		for g, to := range [][]float64{a, b} {
			values := swapped(g)
			all := 0.0
			for _, v := range values {
				all += v
			}
			for i, v := range values {
				if all > 0 {
					to[i] = v / all * place.groups[g]
				}
			}
		}
	default:
		return nil, fmt.Errorf("segregation: no counterfactual called %q; there are %v", by, Counterfactuals())
	}
	return Pair(a, b)
}

// decomposeRanks is each value's rank from 1/n to 1; ties share their mean rank.
func decomposeRanks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(v[i], v[j]) })
	ranks := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+j+1) / 2 / float64(len(v))
		}
		i = j
	}
	return ranks
}

// A PlaceDifference parts the difference of a measure between two places: Space + Composition = First − Second.
type PlaceDifference struct {
	By                           Counterfactual
	First, Second                float64
	FirstAsSecond, SecondAsFirst float64 // a place with the other's composition
	Space                        float64 // by how units and persons lie: ½[(First − SecondAsFirst) + (FirstAsSecond − Second)]
	Composition                  float64 // by the groups' composition: ½[(First − FirstAsSecond) + (SecondAsFirst − Second)]
}

// ComparePlaces parts the difference of a measure between two places into spatial structure and composition, each change averaged over both states of the other
// (Shapley; Rey, Cortes and Knaap 2021). Tables have two groups, the one in question first; the places may have different units.
func ComparePlaces(first, second *Table, measure Measure, by Counterfactual) (PlaceDifference, error) {
	first2, second1, err := CounterfactualTables(first, second, by)
	if err != nil {
		return PlaceDifference{}, err
	}
	d := PlaceDifference{By: by, First: measure(first), Second: measure(second), FirstAsSecond: measure(first2), SecondAsFirst: measure(second1)}
	d.Space = (d.First - d.SecondAsFirst + d.FirstAsSecond - d.Second) / 2
	d.Composition = (d.First - d.FirstAsSecond + d.SecondAsFirst - d.Second) / 2
	return d, nil
}
