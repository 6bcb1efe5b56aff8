package protect

import (
	"encoding/binary"
	"slices"
)

// Along a dimension that is not of times a total is of all there are, however they are divided: ages in tens or in fives. But when the members of one edition are among those of another, which has more, the
// totals differ by these: an edition of one part of the country, or without those whose outcome is unknown. Then the total of the first is a number of its own, over its own members.

// scopes are the members that editions have of a dimension, by edition, dimension and times.
type scopes struct {
	seen    map[[2]int]map[int32][]int32 // members in rows that are not known to be zero, by edition and dimension, and the code of their time
	partial map[[2]int]bool              // edition and dimension: somewhere another edition has these members and more
	when    int                          // dimension of times, or -1
	known   map[string][]int32
}

// scope finds the members of all editions.
func (a *attacker) scope(editions int) {
	s := &a.scopes
	*s = scopes{map[[2]int]map[int32][]int32{}, map[[2]int]bool{}, slices.Index(a.time, true), map[string][]int32{}}
	if editions < 2 {
		return
	}
	codes := make([]int32, len(a.dims))
	times := map[int32]bool{}
	for k := range a.tables {
		t := &a.tables[k]
		for row := range t.cube.Len() {
			shown := false
			for m, meas := range t.cube.Measures() {
				c := t.cube.Cell(row, m)
				shown = shown || meas.Kind.Additive() && !(c.Status.HasValue() && c.Value == 0)
			}
			if !shown {
				continue
			}
			t.at(codes, row)
			at := a.when(codes)
			times[at] = true
			for d, code := range codes {
				if code < 0 || a.time[d] {
					continue
				}
				key := [2]int{t.edition, d}
				if s.seen[key] == nil {
					s.seen[key] = map[int32][]int32{}
				}
				if i, found := slices.BinarySearch(s.seen[key][at], code); !found {
					s.seen[key][at] = slices.Insert(s.seen[key][at], i, code)
				}
			}
		}
	}
	for d := range a.time {
		if a.time[d] {
			continue
		}
		a.sets[d] = [][]int32{nil} // all that there are
		for e := range editions {
			for at := range times {
				for h := range editions {
					if within(a.members(e, d, at), a.members(h, d, at)) {
						s.partial[[2]int{e, d}] = true
					}
				}
			}
		}
	}
}

// within tells whether the first are some of the others, and not all.
func within(x, y []int32) bool {
	return len(x) > 0 && len(x) < len(y) && len(without(x, y)) == 0
}

// members are those that an edition has at a time, or, where it tells of longer times only, in those.
func (a *attacker) members(edition, d int, at int32) []int32 {
	s := &a.scopes
	if s.when < 0 {
		return s.seen[[2]int{edition, d}][at]
	}
	var out, over []int32
	of := a.setOf(s.when, at)
	for when, list := range s.seen[[2]int{edition, d}] {
		switch own := a.setOf(s.when, when); {
		case len(without(own, of)) == 0:
			out = union(out, list)
		case len(without(of, own)) == 0:
			over = union(over, list)
		}
	}
	if len(out) == 0 {
		return over
	}
	return out
}

// own is what the total of an edition over a dimension is over, for the times and coarser members of a cell: nil for all that there are.
func (a *attacker) own(edition, d int, codes []int32) []int32 {
	s := &a.scopes
	if !s.partial[[2]int{edition, d}] {
		return nil
	}
	at := a.when(codes)
	key := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, uint32(edition)), uint32(d)), uint32(at))
	var coarse [][2]int
	for _, p := range a.pairs {
		if p[0] == d && codes[p[1]] >= 0 {
			coarse = append(coarse, p)
			key = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(key, uint32(p[1])), uint32(codes[p[1]]))
		}
	}
	if out, ok := s.known[string(key)]; ok {
		return out
	}
	in := func(edition int) []int32 {
		return slices.DeleteFunc(slices.Clone(a.members(edition, d, at)), func(m int32) bool {
			return slices.ContainsFunc(coarse, func(p [2]int) bool { return a.coarse(p, m) != codes[p[1]] })
		})
	}
	out := in(edition)
	some := slices.ContainsFunc(a.tables, func(t attacked) bool { return t.edition != edition && within(out, in(t.edition)) })
	if at < 0 && s.when >= 0 { // or of some of the times
		one := slices.Clone(codes)
		for _, y := range a.setOf(s.when, at) {
			one[s.when] = y
			some = some || a.own(edition, d, one) != nil
		}
	}
	if !some || len(out) == 0 {
		out = nil
	}
	s.known[string(key)] = out
	return out
}

// relateScopes adds up, in the tables of other editions, the members of those whose totals are over some only.
func (a *attacker) relateScopes() {
	if len(a.scopes.partial) == 0 {
		return
	}
	codes := make([]int32, len(a.dims))
	a.each(func(t *attacked, m int) {
		for _, d := range t.dim {
			coarse := a.coarserThan(d)
			for e := range a.editions {
				if e == t.edition || !a.scopes.partial[[2]int{e, d}] {
					continue
				}
				for set := range 1 << len(coarse) {
					var out sums
				rows:
					for row := range t.cube.Len() {
						t.at(codes, row)
						member := codes[d]
						if member < 0 {
							continue
						}
						codes[d] = -1
						for bit, p := range coarse {
							if set>>bit&1 == 0 {
								continue
							}
							to := a.coarse(p, member)
							if to < 0 || codes[p[1]] >= 0 && codes[p[1]] != to {
								continue rows
							}
							codes[p[1]] = to
						}
						of := a.own(e, d, codes)
						if !slices.Contains(of, member) {
							continue
						}
						// Its own total is over these and maybe more.
						if at := a.members(t.edition, d, a.when(codes)); len(without(of, at)) > 0 {
							continue
						}
						if i, ok := a.find(e, t.cube.Measures()[m].Name, codes); ok {
							out.add(i, t.rows[m][row])
						}
					}
					a.write(out)
				}
			}
		}
	})
}

// when is the time of a cell.
func (a *attacker) when(codes []int32) int32 {
	if a.scopes.when < 0 {
		return -1
	}
	return codes[a.scopes.when]
}
