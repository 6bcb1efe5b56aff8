package segregation

import (
	"fmt"
	"slices"

	"github.com/skikt/skikt/cube"
)

// FitCube gives the counts the margins of one member of a dimension, such as a year: every other member's units and groups are made as large there, and who lives with whom is kept ([FitMargins]). Measures of the
// result compare members as if no unit and no group had grown or shrunk. Only units and groups that have persons both there and here can be fitted: the others are left out, and a warning counts them. The member itself
// stays as it is. In a combination with counts that are hidden, rounded or perturbed each fitted count carries the interval that it lies in, and measures of the result are bounded by these; where a count is missing, or it is not known which units
// and groups have persons, all its cells are without one.
func FitCube(c *cube.Cube, q Question, dim, to string) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	along := slices.Index(f.rest, c.DimIndex(dim))
	if along < 0 {
		return nil, fmt.Errorf("segregation: cube %s has no dimension %q beside units and groups; it has %v", c.Name, dim, c.DimNames())
	}
	at := c.Dim(dim).Index(to)
	if at < 0 {
		return nil, fmt.Errorf("segregation: cube %s has no %s %q to take the margins of", c.Name, dim, to)
	}
	places := f.places(c)
	q.ranged = carried(places)
	key := func(p *place) string { // of the other dimensions
		other := slices.Clone(p.at)
		other[along] = -1
		return string(placeKey(nil, other))
	}
	targets := map[string]*place{}
	for _, p := range places {
		if int(p.at[along]) == at {
			targets[key(p)] = p
		}
	}
	count := c.Measures()[f.count]
	b := cube.NewBuilder(c.Name, slices.Concat(f.others, []cube.Dimension{*c.Dim(q.Units), *c.Dim(q.Groups)}), []cube.Measure{count})
	columns := f.columns()
	left, alone, unfitted, unknown := 0.0, 0, 0, 0
	for _, p := range places {
		target := targets[key(p)]
		if target == nil {
			alone++
			continue
		}
		add := func(unit int, g int, cell cube.Cell) {
			b.Add(slices.Concat(p.at, []int32{int32(unit), columns[g]}), cell)
		}
		x := pair{first: target, second: p}
		state, loose := x.state(), target.loose(q) || p.loose(q)
		var bounds map[[2]int]Interval
		if p != target && (state != cube.Known || loose) {
			if bounds, err = x.fitted(f, q); err != nil {
				return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
			}
			if bounds == nil {
				if unknown++; state == cube.Known {
					state = cube.NotAvailable
				}
			}
		}
		if p == target || state != cube.Known {
			own := p.intervals(f, q)
			for i, unit := range p.order {
				for g, n := range p.counts[unit] {
					at := [2]int{unit, g}
					cell := cube.Cell{Status: state}
					if p == target {
						status, hidden := p.hidden[at]
						if cell = cube.KnownCell(n); hidden {
							cell = cube.Cell{Status: status}
						} else if p.loose(q) {
							cell.Status = cube.Perturbed
						}
						if own != nil && (hidden || p.loose(q)) {
							cell = carrying(cell, own.unitCells(i)[g])
						}
					} else if bounds != nil {
						v, there := bounds[at]
						if !there {
							continue // left out
						}
						cell = carrying(cell, v)
					}
					add(unit, g, cell)
				}
			}
			continue
		}
		units, groups := commonTo(p, target, len(f.members))
		if len(units) == 0 || len(groups) == 0 {
			return nil, fmt.Errorf("segregation: cube %s: %s %s and %s have no units or no groups in common", c.Name, dim, c.Dim(dim).Members[p.at[along]].Code, to)
		}
		var n []float64
		unitTargets, groupTargets := make([]float64, len(units)), make([]float64, len(groups))
		all := 0.0
		for i, unit := range units {
			for k, g := range groups {
				n = append(n, p.counts[unit][g])
				unitTargets[i] += target.counts[unit][g]
				groupTargets[k] += target.counts[unit][g]
			}
		}
		for _, row := range p.counts {
			all += total(row)
		}
		t, err := NewTable(len(units), len(groups), n)
		if err != nil {
			return nil, err
		}
		left += all - t.Total()
		fitted, err := FitMargins(t, unitTargets, groupTargets, Fitting{})
		if err != nil {
			return nil, fmt.Errorf("segregation: cube %s, %s %s: %w", c.Name, dim, c.Dim(dim).Members[p.at[along]].Code, err)
		}
		if !fitted.Converged {
			unfitted++
		}
		for i, unit := range units {
			for k, g := range groups {
				cell := cube.KnownCell(fitted.Table.At(i, k))
				if loose {
					v := bounds[[2]int{unit, g}]
					cell.Status = cube.Perturbed
					cell = carrying(cell, Interval{min(v.Lo, cell.Value), max(v.Hi, cell.Value)})
				}
				add(unit, g, cell)
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = c.Title
	out.Notes = append(slices.Clone(c.Notes), cube.Text{
		SV: fmt.Sprintf("Enheterna och grupperna har givits samma storlek som i %s (proportionell anpassning); antalen är inte de verkliga.", to),
		EN: fmt.Sprintf("Units and groups were given the sizes they have in %s (proportional fitting); the counts are not the real ones.", to)})
	out.Warnings = slices.Clone(c.Warnings)
	if left > 0 || alone > 0 {
		out.Warnings = append(out.Warnings, cube.Warning{Code: "not-fitted", Text: cube.Text{
			SV: fmt.Sprintf("%g personer i enheter eller grupper som bara finns på ena hållet, och %d tabeller utan motsvarighet i %s, är utelämnade.", left, alone, to),
			EN: fmt.Sprintf("%g persons in units or groups that are on one side only, and %d tables without a match in %s, are left out.", left, alone, to)}})
	}
	if unknown > 0 {
		out.Warnings = append(out.Warnings, cube.Warning{Code: "fit-unknown", Text: cube.Text{
			SV: fmt.Sprintf("I %d tabeller är det inte känt vilka enheter och grupper som har personer, eller hur stort ett dolt antal kan vara; de har inga gränser. Slå ihop små enheter, eller ange --hidden-below.", unknown),
			EN: fmt.Sprintf("In %d tables it is not known which units and groups have persons, or how large a hidden count may be; they have no bounds. Merge small units, or give --hidden-below.", unknown)}})
	}
	if unfitted > 0 {
		out.Warnings = append(out.Warnings, cube.Warning{Code: "fit-not-reached", Text: cube.Text{
			SV: fmt.Sprintf("%d tabeller nådde inte storlekarna helt.", unfitted), EN: fmt.Sprintf("%d tables did not wholly reach the sizes.", unfitted)}})
	}
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"fitted to the margins of " + dim + " " + to}})
	return out, nil
}

// commonTo are the units and groups that have persons in both places, among each other: leaving out a group may empty a unit, and the other way about.
func commonTo(a, b *place, groups int) (units, columns []int) {
	for _, unit := range a.order {
		if b.counts[unit] != nil {
			units = append(units, unit)
		}
	}
	for g := range groups {
		columns = append(columns, g)
	}
	for {
		before := len(units) + len(columns)
		some := func(p *place, units, columns []int) bool {
			for _, unit := range units {
				for _, g := range columns {
					if p.counts[unit][g] > 0 {
						return true
					}
				}
			}
			return false
		}
		units = slices.DeleteFunc(units, func(u int) bool { return !some(a, []int{u}, columns) || !some(b, []int{u}, columns) })
		columns = slices.DeleteFunc(columns, func(g int) bool { return !some(a, units, []int{g}) || !some(b, units, []int{g}) })
		if len(units)+len(columns) == before {
			return units, columns
		}
	}
}

// carrying is a cell with an interval.
func carrying(c cube.Cell, v Interval) cube.Cell {
	c.Lo, c.Hi = cube.Num(v.Lo), cube.Num(v.Hi)
	return c
}

// fitted bounds the second place's counts when it is fitted to the margins of the first, by unit and group; nil where nothing is known.
func (x pair) fitted(f frame, q Question) (map[[2]int]Interval, error) {
	first, second := x.first.intervals(f, q), x.second.intervals(f, q)
	if first == nil || second == nil {
		return nil, nil
	}
	to, from := x.matched(*first, *second)
	var err error
	if to, _, err = to.narrowed(); err != nil {
		return nil, err
	}
	if from, _, err = from.narrowed(); err != nil {
		return nil, err
	}
	rows, columns, known := common(to, from)
	if !known {
		return nil, nil
	}
	to, from = to.cut(rows, columns), from.cut(rows, columns)
	all, units := from.total(), x.units(true)[0]
	shares := boundFit(from.filled(), bootShareBounds(to.unitTotals()), bootShareBounds(to.groupTotals()))
	out := map[[2]int]Interval{}
	for i, row := range rows {
		for k, g := range columns {
			out[[2]int{units[row], g}] = shares[i*len(columns)+k].times(all)
		}
	}
	return out, nil
}

// CountCube is the counts as they are, with the interval that the truth is in where the publisher rounds or perturbs them.
func CountCube(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil || !q.loose() {
		return c, err
	}
	b := cube.NewBuilder(c.Name, c.Dims(), c.Measures())
	at, cells := make([]int32, len(c.Dims())), make([]cube.Cell, len(c.Measures()))
	for row := range c.Len() {
		for d := range at {
			at[d] = int32(c.Coord(row, d))
		}
		for m := range cells {
			cells[m] = c.Cell(row, m)
		}
		if n := &cells[f.count]; n.Status.HasValue() && !n.Lo.OK {
			x := q.around(n.Value)
			n.Lo, n.Hi = cube.Num(x.Lo), cube.Num(x.Hi)
		}
		b.Add(at, cells...)
	}
	out, err := b.Cube()
	if err == nil {
		out.Title, out.Notes, out.Warnings, out.Lineage, out.Terms = c.Title, c.Notes, c.Warnings, c.Lineage, c.Terms
	}
	return out, err
}
