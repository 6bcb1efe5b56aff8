package segregation

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// A ChangeMethod is a way to part a change of M.
type ChangeMethod string

const (
	// Shapley parts by the margins of units and groups, and by structure (odds ratios), each change of one averaged over both states of the others, with tables
	// fitted to the margins of the other period (Elbers 2023). It is the default: its parts don't depend on which period comes first, and structure is
	// not touched by margins.
	Shapley ChangeMethod = "shapley"
	// KarmelMaclachlan takes the first period as base: each margin is changed alone by plain scaling, both by fitting; what both do together beyond each is
	// the interaction (Karmel and Maclachlan 1988).
	KarmelMaclachlan ChangeMethod = "karmel-maclachlan"
	// MoraRuizCastillo parts by the groups' entropy, the units' shares and the units' own entropies, without fitting (Mora and Ruiz-Castillo 2009). Its
	// "structure" is the change of shares within units, and is not free of the groups' margin.
	MoraRuizCastillo ChangeMethod = "mora-ruiz-castillo"
)

// ChangeMethods are all of them.
func ChangeMethods() []ChangeMethod {
	return []ChangeMethod{Shapley, KarmelMaclachlan, MoraRuizCastillo}
}

// A Change parts the difference of M between two periods: Additions + Removals + Groups + Units + Interaction + Structure = Difference.
type Change struct {
	Method      ChangeMethod
	M1, M2      float64 // of the periods
	Difference  float64 // M2 − M1
	Additions   float64 // by units and groups with persons in the second period only
	Removals    float64 // by those of the first period only
	Groups      float64 // by the groups' margin
	Units       float64 // by the units' margin
	Interaction float64 // KarmelMaclachlan only
	Structure   float64 // by the association of units and groups
	Common      int     // units in both periods
	ByUnit      []UnitChange
	Converged   bool // of the fitting
	Warnings    []cube.Warning
}

// A UnitChange is a unit's part of the structural change: the two changes of its local score at equal margins, each weighed with its share of persons.
type UnitChange struct {
	Unit           int     // in the tables
	P1, P2         float64 // share of persons of common units, before and after
	Local1, Local2 float64 // change of local segregation at the margins of the first, and of the second period
	Part           float64 // ½(P1·Local1 + P2·Local2); adds up to Structure
}

// ChangeOf parts the change of M from before to after by a method. Both tables have the same units and groups in the same order (Align makes them so); a unit or group
// without persons in a period isn't there in it. Additions and removals come first: the rest is about what both have. ByUnit is given by Shapley.
func ChangeOf(before, after *Table, method ChangeMethod, f Fitting) (Change, error) {
	f, err := f.declared()
	if err != nil {
		return Change{}, err
	}
	if before.Units != after.Units || before.Groups != after.Groups {
		return Change{}, fmt.Errorf("segregation: %d × %d before and %d × %d after; make them alike with Align", before.Units, before.Groups, after.Units, after.Groups)
	}
	c := Change{Method: method, M1: MutualInformation(before), M2: MutualInformation(after), Converged: true}
	c.Difference = c.M2 - c.M1
	a, b, units := decomposeCommon(before, after)
	if a == nil || a.total == 0 || b.total == 0 {
		return Change{}, fmt.Errorf("segregation: no unit has persons of a common group in both periods; a change of M can't be parted")
	}
	c.Common = len(units)
	m1, m2 := MutualInformation(a), MutualInformation(b)
	c.Additions, c.Removals = c.M2-m2, m1-c.M1
	switch method {
	case Shapley:
		decomposeShapley(&c, a, b, m1, m2, units, f)
	case KarmelMaclachlan:
		x := newDecomposeState(a, f)
		y := newDecomposeState(b, f)
		c.Groups = x.scaled(x.units, y.groups, false) - m1
		c.Units = x.scaled(y.units, x.groups, true) - m1
		both := x.fit(y.units, y.groups, f, &c)
		c.Interaction = both - m1 - c.Groups - c.Units
		c.Structure = m2 - both
	case MoraRuizCastillo:
		c.Groups = Entropy(b) - Entropy(a)
		var p, own sum
		for i := range units {
			p1, p2 := a.units[i]/a.total, b.units[i]/b.total
			e1, e2 := entropyOf(a.Unit(i), a.units[i]), entropyOf(b.Unit(i), b.units[i])
			p.add(-(p2 - p1) * (e1 + e2) / 2)
			own.add(-(p1 + p2) / 2 * (e2 - e1))
		}
		c.Units, c.Structure = p.value(), own.value()
	default:
		return Change{}, fmt.Errorf("segregation: no way to part a change called %q; there are %v", method, ChangeMethods())
	}
	return c, nil
}

// decomposeCommon cuts both tables to the units and groups that have persons in both, until that holds in what is left.
func decomposeCommon(a, b *Table) (x, y *Table, units []int) {
	var groups []int
	for g := range a.Groups {
		if a.groups[g] > 0 && b.groups[g] > 0 {
			groups = append(groups, g)
		}
	}
	for {
		units = units[:0]
		for i := range a.Units {
			na, nb := 0.0, 0.0
			for _, g := range groups {
				na += a.At(i, g)
				nb += b.At(i, g)
			}
			if na > 0 && nb > 0 {
				units = append(units, i)
			}
		}
		left := groups[:0:0]
		for _, g := range groups {
			na, nb := 0.0, 0.0
			for _, i := range units {
				na += a.At(i, g)
				nb += b.At(i, g)
			}
			if na > 0 && nb > 0 {
				left = append(left, g)
			}
		}
		if len(left) == len(groups) {
			break
		}
		groups = left
	}
	if len(units) == 0 || len(groups) == 0 {
		return nil, nil, nil
	}
	cut := func(t *Table) *Table {
		c := &Table{Units: len(units), Groups: len(groups), n: make([]float64, 0, len(units)*len(groups)), units: make([]float64, len(units)), groups: make([]float64, len(groups))}
		for _, i := range units {
			for _, g := range groups {
				c.n = append(c.n, t.At(i, g))
			}
		}
		c.bootMargins()
		return c
	}
	return cut(a), cut(b), units
}

// decomposeState is one period's table as shares, zeros filled, with its margins.
type decomposeState struct {
	p             []float64
	units, groups []float64
}

func newDecomposeState(t *Table, f Fitting) *decomposeState {
	s := &decomposeState{units: make([]float64, t.Units), groups: make([]float64, t.Groups)}
	s.p, _ = decomposeFill(t, f)
	total := 0.0
	for _, v := range s.p {
		total += v
	}
	for i := range s.units {
		for g := range s.groups {
			at := i*t.Groups + g
			s.p[at] /= total
			s.units[i] += s.p[at]
			s.groups[g] += s.p[at]
		}
	}
	return s
}

// table is M's table of shares.
func (s *decomposeState) table(p []float64) *Table {
	t := &Table{Units: len(s.units), Groups: len(s.groups), n: p, units: make([]float64, len(s.units)), groups: make([]float64, len(s.groups))}
	t.bootMargins()
	return t
}

// fitted is the table with other margins.
func (s *decomposeState) fitted(units, groups []float64, f Fitting, c *Change) *Table {
	p := slices.Clone(s.p)
	fit := decomposeFit(p, units, groups, f)
	if !fit.Converged {
		c.Converged = false
		if len(c.Warnings) == 0 {
			c.Warnings = fit.Warnings
		}
	}
	return s.table(p)
}

func (s *decomposeState) fit(units, groups []float64, f Fitting, c *Change) float64 {
	return MutualInformation(s.fitted(units, groups, f, c))
}

// scaled is M after scaling one margin, the other being left to follow.
func (s *decomposeState) scaled(units, groups []float64, byUnit bool) float64 {
	p := slices.Clone(s.p)
	for i := range s.units {
		for g := range s.groups {
			if byUnit {
				p[i*len(s.groups)+g] *= units[i] / s.units[i]
			} else {
				p[i*len(s.groups)+g] *= groups[g] / s.groups[g]
			}
		}
	}
	return MutualInformation(s.table(p))
}

// decomposeShapley averages over both orders of margins and structure, and within margins over both orders of units and groups. With v(u, g, s) the M of structure s
// at the unit margin of u and the group margin of g:
//
//	Structure = ½[v(2,2,2) − v(2,2,1) + v(1,1,2) − v(1,1,1)]
//	Groups    = ¼ Σ_s [v(1,2,s) − v(1,1,s) + v(2,2,s) − v(2,1,s)], Units likewise
func decomposeShapley(c *Change, a, b *Table, m1, m2 float64, units []int, f Fitting) {
	x, y := newDecomposeState(a, f), newDecomposeState(b, f)
	to2 := x.fitted(y.units, y.groups, f, c)
	to1 := y.fitted(x.units, x.groups, f, c)
	v221, v112 := MutualInformation(to2), MutualInformation(to1)
	v121 := x.fit(x.units, y.groups, f, c)
	v211 := x.fit(y.units, x.groups, f, c)
	v122 := y.fit(x.units, y.groups, f, c)
	v212 := y.fit(y.units, x.groups, f, c)
	c.Structure = (m2 - v221 + v112 - m1) / 2
	c.Groups = (v121 - m1 + v221 - v211 + v122 - v112 + m2 - v212) / 4
	c.Units = (v211 - m1 + v221 - v121 + v212 - v112 + m2 - v122) / 4

	first, second := LocalInformation(a), LocalInformation(b)
	at1, at2 := LocalInformation(to1), LocalInformation(to2)
	c.ByUnit = make([]UnitChange, len(units))
	var parts sum
	for i, unit := range units {
		u := UnitChange{Unit: unit, P1: x.units[i], P2: y.units[i], Local1: at1[i] - first[i], Local2: second[i] - at2[i]}
		u.Part = (u.P1*u.Local1 + u.P2*u.Local2) / 2
		parts.add(u.Part)
		c.ByUnit[i] = u
	}
	if off := math.Abs(parts.value() - c.Structure); off > 1e-9 {
		c.Warnings = append(c.Warnings, cube.Warning{Code: "structure-by-unit-inexact", Text: cube.Text{
			SV: fmt.Sprintf("Enheternas delar summerar till den strukturella förändringen sånär som på %.2g, eftersom anpassningen inte är exakt.", off),
			EN: fmt.Sprintf("The units' parts add up to the structural change but for %.2g, as the fitting is not exact.", off),
		}})
	}
}

// Align gives two tables the same units and groups: all of either, in order of first appearance, those of the first table before. What one table lacks is without
// persons in it. Names may not stand twice in a table.
func Align(units1, groups1 []string, t1 *Table, units2, groups2 []string, t2 *Table) (a, b *Table, units, groups []string, err error) {
	units, u1, u2, err := decomposeUnion("unit", units1, t1.Units, units2, t2.Units)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	groups, g1, g2, err := decomposeUnion("group", groups1, t1.Groups, groups2, t2.Groups)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	place := func(t *Table, u, g []int) (*Table, error) {
		n := make([]float64, len(units)*len(groups))
		for i := range t.Units {
			for k, v := range t.Unit(i) {
				n[u[i]*len(groups)+g[k]] = v
			}
		}
		return NewTable(len(units), len(groups), n)
	}
	if a, err = place(t1, u1, g1); err == nil {
		b, err = place(t2, u2, g2)
	}
	return a, b, units, groups, err
}

func decomposeUnion(of string, names1 []string, n1 int, names2 []string, n2 int) (all []string, at1, at2 []int, err error) {
	numbers := map[string]int{}
	place := func(names []string, n, table int) ([]int, error) {
		if len(names) != n {
			return nil, fmt.Errorf("segregation: %d names for the %d %ss of table %d", len(names), n, of, table)
		}
		at := make([]int, n)
		seen := map[string]bool{}
		for i, name := range names {
			if seen[name] {
				return nil, fmt.Errorf("segregation: %s %q stands twice in table %d; add its counts up first", of, name, table)
			}
			seen[name] = true
			k, ok := numbers[name]
			if !ok {
				k = len(all)
				numbers[name], all = k, append(all, name)
			}
			at[i] = k
		}
		return at, nil
	}
	if at1, err = place(names1, n1, 1); err != nil {
		return nil, nil, nil, err
	}
	if at2, err = place(names2, n2, 2); err != nil {
		return nil, nil, nil, err
	}
	return all, at1, at2, nil
}
