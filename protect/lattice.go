package protect

import (
	"cmp"
	"slices"

	"github.com/skikt/skikt/cube"
)

// A lattice knows how the rows of an inner cube lie: the base dimensions, which no others determine, and for each member of them its nearest
// fellows, those that share most of what the member determines (the kommun and the type of a RegSO).
type lattice struct {
	part    *part
	base    []int   // dimensions of the inner cube
	mixed   []bool  // per base dimension: some number adds up over it
	parents [][]int // per base dimension: the dimensions it determines
	up      [][][]int32
	near    []map[int32][]int32
	radix   []uint64
	at      map[uint64]int32 // atom by members of the base dimensions
}

func newLattice(x *part, tables []table) *lattice {
	c := x.inner
	l := &lattice{part: x}
	dims := c.Dims()
	dropped := make([]bool, len(dims))
	upOf := map[[2]int][]int32{}
	for d := range dims {
		for e := range dims {
			if d == e || dropped[e] {
				continue
			}
			if up := determines(c, e, d); up != nil && !(d < e && determines(c, d, e) != nil) {
				upOf[[2]int{e, d}] = up
				dropped[d] = true
			}
		}
	}
	order := make([]int, 0, len(dims))
	for d := range dims {
		if !dropped[d] {
			order = append(order, d)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(dims[a].Members), len(dims[b].Members)) })
	for _, d := range order {
		rest := slices.DeleteFunc(slices.Clone(order), func(e int) bool { return e == d || dropped[e] })
		if len(rest) > 1 && together(c, rest, d) {
			dropped[d] = true
		}
	}
	size := uint64(1)
	for d, dim := range dims {
		if dropped[d] {
			continue
		}
		l.base, l.radix = append(l.base, d), append(l.radix, size)
		size *= uint64(len(dim.Members)) // it may overflow: then some atoms are not found, and no harm done
		var parents []int
		var up [][]int32
		for e := range dims {
			if u := upOf[[2]int{d, e}]; u != nil {
				parents, up = append(parents, e), append(up, u)
			}
		}
		l.parents, l.up, l.near = append(l.parents, parents), append(l.up, up), append(l.near, map[int32][]int32{})
		l.mixed = append(l.mixed, slices.ContainsFunc(tables, func(t table) bool {
			over := slices.ContainsFunc(t.share, func(s shareOf) bool { return t.view.Dims[s.over] == dim.Name })
			return over || !slices.Contains(t.view.Dims, dim.Name) || slices.Contains(t.view.Totals, dim.Name)
		}))
	}
	l.at = make(map[uint64]int32, c.Len())
	for row := range c.Len() {
		var key uint64
		for i, d := range l.base {
			key += l.radix[i] * uint64(c.Coord(row, d))
		}
		l.at[key] = x.atomOf[row]
	}
	return l
}

// determines gives the member of coarse by that of fine when there is one for each.
func determines(c *cube.Cube, fine, coarse int) []int32 {
	up := make([]int32, len(c.Dims()[fine].Members))
	for i := range up {
		up[i] = -1
	}
	for row := range c.Len() {
		f, to := c.Coord(row, fine), int32(c.Coord(row, coarse))
		if up[f] >= 0 && up[f] != to {
			return nil
		}
		up[f] = to
	}
	return up
}

// together tells whether dimensions in common determine another.
func together(c *cube.Cube, fine []int, coarse int) bool {
	seen := make(map[uint64]int32, c.Len())
	for row := range c.Len() {
		var key uint64
		for _, d := range fine {
			key = scatter(key ^ uint64(c.Coord(row, d)))
		}
		to := int32(c.Coord(row, coarse))
		if old, ok := seen[key]; ok && old != to {
			return false
		}
		seen[key] = to
	}
	return true
}

// fellows are the members of a base dimension from the nearest of own on, own first.
func (l *lattice) fellows(i int, own int32) []int32 {
	if list, ok := l.near[i][own]; ok {
		return list
	}
	const most = 128
	n := int32(len(l.part.inner.Dims()[l.base[i]].Members))
	list, key := []int32{own}, []uint64{0} // the fewer of the upper members it shares, and then the farther away, the larger
	put := func(k int32, away uint64) {
		apart := uint64(len(l.up[i]))
		for _, up := range l.up[i] {
			if up[k] >= 0 && up[k] == up[own] {
				apart--
			}
		}
		far := apart<<32 | away
		at := len(list)
		for at > 0 && far < key[at-1] {
			at--
		}
		if at < most {
			list, key = slices.Insert(list[:min(len(list), most-1)], at, k), slices.Insert(key[:min(len(key), most-1)], at, far)
		}
	}
	for away := int32(1); away < n; away++ { // outwards, so that most come in order
		if k := own - away; k >= 0 {
			put(k, uint64(away))
		}
		if k := own + away; k < n {
			put(k, uint64(away))
		}
	}
	l.near[i][own] = list
	return list
}

// around are atoms near one, at most limit of them: all combinations of near members of the base dimensions.
func (l *lattice) around(atom int32, limit int) []int32 {
	c := l.part.inner
	row := int(l.part.firstRow[atom-l.part.firstAtom])
	lists := make([][]int32, len(l.base))
	count := make([]int, len(l.base))
	for i, d := range l.base {
		own := int32(c.Coord(row, d))
		lists[i], count[i] = []int32{own}, 1
		if l.mixed[i] {
			lists[i] = l.fellows(i, own)
		}
	}
	for product := 1; ; {
		best := -1
		for i := range count {
			if count[i] < len(lists[i]) && product/count[i]*(count[i]+1) <= limit && (best < 0 || count[i] < count[best]) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		product = product / count[best] * (count[best] + 1)
		count[best]++
	}
	for i := range lists {
		lists[i] = lists[i][:count[i]]
	}
	return l.combined(lists)
}

// combined are the atoms of all combinations of members of the base dimensions.
func (l *lattice) combined(members [][]int32) (out []int32) {
	var walk func(i int, key uint64)
	walk = func(i int, key uint64) {
		if i == len(members) {
			if a, ok := l.at[key]; ok {
				out = append(out, a)
			}
			return
		}
		for _, k := range members[i] {
			walk(i+1, key+l.radix[i]*uint64(k))
		}
	}
	walk(0, 0)
	slices.Sort(out)
	return slices.Compact(out)
}

// along are at most limit atoms near some: with fellows of their members in one base dimension, and any of their own members in the others.
func (l *lattice) along(atoms []int32, i, limit int) []int32 {
	c := l.part.inner
	own := make([][]int32, len(l.base))
	size := 1
	for j, d := range l.base {
		for _, a := range atoms {
			own[j] = append(own[j], int32(c.Coord(int(l.part.firstRow[a-l.part.firstAtom]), d)))
		}
		slices.Sort(own[j])
		own[j] = slices.Compact(own[j])
		if j != i {
			size *= len(own[j])
		}
	}
	most := limit / size
	seen := map[int32]bool{}
	var near []int32
	for rank := 0; len(near) < most; rank++ { // the nearest of each first
		some := false
		for _, k := range own[i] {
			list := l.fellows(i, k)
			if rank >= len(list) {
				continue
			}
			some = true
			if !seen[list[rank]] && len(near) < most {
				seen[list[rank]] = true
				near = append(near, list[rank])
			}
		}
		if !some {
			break
		}
	}
	own[i] = near
	return l.combined(own)
}
