package protect

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/skikt/skikt/cube"
)

// relate writes down how the cells add up: in every table along every dimension, and to every combination of the coarser members of it; then to what other tables show,
// and how totals over some times and over more of them hang together.
func (a *attacker) relate() {
	a.each(func(t *attacked, m int) {
		for k, d := range t.dim {
			coarse := a.coarserThan(d)
			for set := range 1 << len(coarse) {
				a.relateTo(t, m, d, coarse, set, t.set[k], true)
			}
		}
	})
	a.relateFar()
	a.relateTimes()
	a.relateScopes()
}

func (a *attacker) each(visit func(t *attacked, m int)) {
	for k := range a.tables {
		for m, rows := range a.tables[k].rows {
			if rows != nil {
				visit(&a.tables[k], m)
			}
		}
	}
}

// coarserThan are the pairs that lead from a dimension.
func (a *attacker) coarserThan(d int) [][2]int {
	var out [][2]int
	for _, p := range a.pairs {
		if p[0] == d {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(x, y [2]int) int { return cmp.Compare(x[1], y[1]) })
	return out
}

// sums gathers parts by the total that they make.
type sums struct {
	parts map[int][]int
	order []int
}

func (s *sums) add(total, part int) {
	if s.parts == nil {
		s.parts = map[int][]int{}
	}
	if s.parts[total] == nil {
		s.order = append(s.order, total)
	}
	s.parts[total] = append(s.parts[total], part)
}

func (a *attacker) write(s sums) {
	for _, total := range s.order {
		if parts := s.parts[total]; !slices.Contains(parts, total) {
			slices.Sort(parts)
			a.relations = append(a.relations, relation{total, slices.Compact(parts)})
		}
	}
}

// relateTo adds up the rows of a table along a dimension, those of some of its members if it is of times. Totals that no table or relation has are made if asked.
func (a *attacker) relateTo(t *attacked, m, dim int, coarse [][2]int, set int, of []int32, create bool) {
	meas := t.cube.Measures()[m]
	total := t.base[dim]
	if a.time[dim] {
		total = a.over(dim, of)
	}
	var out sums
	codes := make([]int32, len(a.dims))
rows:
	for row := range t.cube.Len() {
		t.at(codes, row)
		own := codes[dim]
		if own < 0 || a.time[dim] && !slices.Contains(of, own) {
			continue
		}
		codes[dim] = total
		for bit, p := range coarse {
			if set>>bit&1 == 0 {
				continue
			}
			to := a.coarse(p, own)
			if to < 0 || codes[p[1]] >= 0 && codes[p[1]] != to {
				continue rows
			}
			codes[p[1]] = to
		}
		if i, ok := a.find(t.edition, meas.Name, codes); ok {
			out.add(i, t.rows[m][row])
		} else if create {
			out.add(a.cell(t.edition, meas.Name, meas.Kind == cube.Count, codes), t.rows[m][row])
		}
	}
	a.write(out)
}

// relateTimes ties totals over times: one over some of the times of another is part of it, and two that have times in common share what these come to.
func (a *attacker) relateTimes() {
	for d := range a.time {
		if len(a.sets[d]) < 2 {
			continue
		}
		type total struct {
			of   []int32
			cell int
		}
		// Cells that differ in their times only.
		alike := map[string][]total{}
		var order []string
		codes := make([]int32, len(a.dims))
		at := func(i int, code int32) {
			for k := range codes {
				codes[k] = -1
			}
			for _, p := range a.cells[i].parts {
				codes[p[0]] = p[1]
			}
			codes[d] = code
		}
		for i, c := range a.cells {
			own := int32(-1)
			for _, p := range c.parts {
				if int(p[0]) == d {
					own = p[1]
				}
			}
			at(i, own)
			if j, ok := a.find(-1, c.measure, codes); !ok || j != i {
				continue // what a later edition shows otherwise
			}
			at(i, -1)
			key, _ := a.key(-1, c.measure, codes)
			if alike[key] == nil {
				order = append(order, key)
			}
			alike[key] = append(alike[key], total{a.setOf(d, own), i})
		}
		for _, key := range order {
			list := alike[key]
			single := map[int32]bool{}
			for _, x := range list {
				if len(x.of) == 1 {
					single[x.of[0]] = true
				}
			}
			rest := func(x total, of []int32) int { // the cell of the times of x that are not among these
				at(x.cell, a.over(d, without(x.of, of)))
				return a.cell(-1, a.cells[x.cell].measure, a.cells[x.cell].count, codes)
			}
			for i, x := range list {
				if len(x.of) < 2 {
					continue
				}
				known := !slices.ContainsFunc(x.of, func(c int32) bool { return !single[c] })
				for j, y := range list {
					common := without(x.of, without(x.of, y.of))
					switch {
					case i == j || len(common) == 0 || len(common) == len(x.of) || len(y.of) == 1 && known:
					case len(common) == len(y.of):
						a.relations = append(a.relations, relation{x.cell, []int{y.cell, rest(x, y.of)}})
					default:
						a.relations = append(a.relations, relation{x.cell, []int{rest(x, without(x.of, common)), rest(x, common)}})
					}
				}
			}
		}
		a.each(func(t *attacked, m int) {
			if k := slices.Index(t.dim, d); k >= 0 {
				coarse := a.coarserThan(d)
				for _, of := range a.otherTimes(t, k) {
					for set := range 1 << len(coarse) {
						a.relateTo(t, m, d, coarse, set, of, false)
					}
				}
			}
		})
	}
}

func without(x, y []int32) []int32 {
	return slices.DeleteFunc(slices.Clone(x), func(c int32) bool { return slices.Contains(y, c) })
}

// otherTimes are the sets of times within those of a table, but for all of these.
func (a *attacker) otherTimes(t *attacked, k int) [][]int32 {
	var out [][]int32
	for _, of := range a.sets[t.dim[k]] {
		if len(of) < len(t.set[k]) && len(without(of, t.set[k])) == 0 {
			out = append(out, of)
		}
	}
	return out
}

// A level is the dimensions, in order, that cells have members of.
type level []int

func (l level) key() string { return fmt.Sprint([]int(l)) }

// plain is the level without dimensions that follow from finer ones.
func (a *attacker) plain(l level) level {
	return slices.DeleteFunc(slices.Clone(l), func(d int) bool {
		return slices.ContainsFunc(a.pairs, func(p [2]int) bool { return p[1] == d && slices.Contains(l, p[0]) })
	})
}

// leads tells whether members of a level have their place in one member of a dimension.
func (a *attacker) leads(from level, to int) bool {
	return slices.Contains(from, to) || slices.ContainsFunc(a.pairs, func(p [2]int) bool { return p[1] == to && slices.Contains(from, p[0]) })
}

// finer tells whether cells of one level add up to cells of another.
func (a *attacker) finer(x, y level) bool {
	return !slices.Equal(a.plain(x), a.plain(y)) && !slices.ContainsFunc(y, func(d int) bool { return !a.leads(x, d) })
}

// common is the finest level that two levels add up to.
func (a *attacker) common(x, y level) level {
	var out level
	for d := range a.time {
		if a.leads(x, d) && a.leads(y, d) {
			out = append(out, d)
		}
	}
	return a.plain(out)
}

// step tells whether relateTo adds up from one level to the other: along one dimension.
func (a *attacker) step(x, y level) bool {
	left := slices.DeleteFunc(slices.Clone(x), func(d int) bool { return slices.Contains(y, d) })
	return len(left) == 1 && !slices.ContainsFunc(y, func(d int) bool { return !slices.Contains(x, d) && !a.leads(left, d) })
}

// levels are those that a table has rows of.
func (a *attacker) levels(t *attacked) []level {
	var out []level
	seen := map[string]bool{}
	codes := make([]int32, len(a.dims))
	for row := range t.cube.Len() {
		t.at(codes, row)
		var l level
		for d, code := range codes {
			if code >= 0 {
				l = append(l, d)
			}
		}
		if key := l.key(); !seen[key] {
			seen[key], out = true, append(out, l)
		}
	}
	return out
}

// relateFar adds up the rows of a table to what other tables show or add up to themselves, where that is more than one dimension away and nothing of the same edition lies between.
func (a *attacker) relateFar() {
	own := make([][]level, len(a.tables))
	for k := range a.tables {
		own[k] = a.levels(&a.tables[k])
	}
	for k := range a.tables {
		t := &a.tables[k]
		for m, meas := range t.cube.Measures() {
			if t.rows[m] == nil {
				continue
			}
			var within, all []level // levels of the edition, and of all
			made := map[string]bool{}
			seen := map[string]bool{}
			add := func(l level, make bool) {
				if key := l.key(); !seen[key] {
					seen[key], all = true, append(all, l)
					made[key] = make
				}
			}
			for j := range a.tables {
				if i := a.tables[j].cube.MeasureIndex(meas.Name); i < 0 || a.tables[j].rows[i] == nil {
					continue
				}
				for _, l := range own[j] {
					if add(a.plain(l), false); a.tables[j].edition == t.edition {
						within = append(within, a.plain(l))
					}
				}
			}
			for _, from := range own[k] {
				for _, to := range slices.Clone(all) {
					add(a.common(from, to), true)
				}
			}
			for _, from := range own[k] {
				for _, to := range all {
					between := func(l level) bool { return a.finer(from, l) && a.finer(l, to) }
					if a.finer(from, to) && !a.step(from, to) && !slices.ContainsFunc(within, between) {
						a.relateLevel(t, m, from, to, made[to.key()])
					}
				}
			}
		}
	}
}

// relateLevel adds up the rows of one level to those of another.
func (a *attacker) relateLevel(t *attacked, m int, from, to level, create bool) {
	meas := t.cube.Measures()[m]
	times := [][]int32{nil} // that the total is over
	time := -1
	for _, d := range from {
		if k := slices.Index(t.dim, d); a.time[d] && k >= 0 && !slices.Contains(to, d) {
			time, times = d, append([][]int32{t.set[k]}, a.otherTimes(t, k)...)
		}
	}
	codes, target := make([]int32, len(a.dims)), make([]int32, len(a.dims))
	for i, of := range times {
		var out sums
	rows:
		for row := range t.cube.Len() {
			t.at(codes, row)
			for d, code := range codes {
				if code >= 0 != slices.Contains(from, d) {
					continue rows
				}
			}
			if time >= 0 && !slices.Contains(of, codes[time]) {
				continue
			}
			copy(target, t.base)
			for _, d := range from {
				if target[d] >= 0 && !slices.Contains(to, d) {
					continue rows // a single time that goes without saying
				}
			}
			if time >= 0 {
				target[time] = a.over(time, of)
			}
			for _, d := range to {
				if target[d] = codes[d]; target[d] < 0 {
					for _, p := range a.pairs {
						if p[1] == d && codes[p[0]] >= 0 {
							target[d] = a.coarse(p, codes[p[0]])
						}
					}
					if target[d] < 0 {
						continue rows
					}
				}
			}
			if cell, ok := a.find(t.edition, meas.Name, target); ok {
				out.add(cell, t.rows[m][row])
			} else if create && i == 0 {
				out.add(a.cell(t.edition, meas.Name, meas.Kind == cube.Count, target), t.rows[m][row])
			}
		}
		a.write(out)
	}
}
