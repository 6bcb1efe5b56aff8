package protect

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// A mask is a set of columns of a region.
type mask [4]uint64

const maskSize = 256

func (a mask) empty() bool { return a == mask{} }
func (a *mask) set(i int)  { a[i>>6] |= 1 << (i & 63) }
func (a mask) has(i int) bool {
	return a[i>>6]>>(i&63)&1 == 1
}
func (a mask) xor(b mask) mask {
	return mask{a[0] ^ b[0], a[1] ^ b[1], a[2] ^ b[2], a[3] ^ b[3]}
}

// parity tells whether two have an odd number of columns in common.
func (a *mask) parity(b mask) bool {
	return bits.OnesCount64(a[0]&b[0]^a[1]&b[1]^a[2]&b[2]^a[3]&b[3])&1 == 1
}

// first is the lowest column; there must be one.
func (a mask) first() int {
	for i, w := range a {
		if w != 0 {
			return i<<6 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// A basis is rows modulo 2 in echelon form: each leads with its lowest column, and none has the lead of an earlier one.
type basis struct {
	rows [maskSize]mask // by lead
	have mask
	most int // words in use
}

func (b *basis) reduce(x mask) mask {
	for i := range b.most {
		for w := x[i] & b.have[i]; w != 0; w = x[i] & b.have[i] {
			row := &b.rows[i<<6+bits.TrailingZeros64(w)]
			for k := i; k < len(x); k++ {
				x[k] ^= row[k]
			}
		}
	}
	return x
}

// add takes in a reduced row that isn't empty.
func (b *basis) add(x mask) {
	lead := x.first()
	b.rows[lead] = x
	b.have.set(lead)
	b.most = max(b.most, lead>>6+1)
}

// A class is what some numbers are within a region: all that have the same columns there are shown or hidden together.
type class struct {
	mask    mask
	minus   mask // columns with -1, of what is fixed
	numbers []int32
	cost    float64 // of hiding them, shaken; +Inf when it can't be
}

// A region is a few columns with what the numbers are within them. What changes only columns of a region changes the whole as it changes the region.
type region struct {
	cols    []int32
	classes []class
	target  mask
}

// newRegion gathers the numbers over some columns, and the target's part of them.
func (c *chooser) newRegion(s *system, cols []int32, t *target, stay []int32) *region {
	r := &region{cols: cols}
	w := &c.scratch
	if len(w.at) < len(c.m.numbers) {
		w.at = make([]int32, len(c.m.numbers))
	}
	type seen struct {
		number int32
		mask   mask
	}
	var list []seen
	for i, col := range cols {
		for _, n := range s.in[col] {
			k := w.at[n]
			if k == 0 {
				list = append(list, seen{number: n})
				k = int32(len(list))
				w.at[n] = k
			}
			list[k-1].mask.set(i)
		}
	}
	index := make(map[mask]int, len(list))
	for _, x := range list {
		w.at[x.number] = 0
		if t.number == x.number {
			r.target = x.mask
		}
		k, ok := index[x.mask]
		if !ok {
			k = len(r.classes)
			index[x.mask] = k
			r.classes = append(r.classes, class{mask: x.mask})
		}
		cl := &r.classes[k]
		cl.numbers = append(cl.numbers, x.number)
		cl.cost += c.shaken(x.number)
		if slices.Contains(stay, x.number) {
			cl.cost = math.Inf(1)
		}
	}
	if t.number < 0 {
		r.target.set(slices.Index(cols, t.cols[0]))
	}
	if s.fixedIn != nil {
		fixed := map[int32]int{}
		for i, col := range cols {
			for _, f := range s.fixedIn[col] {
				k, ok := fixed[f]
				if !ok {
					k = len(r.classes)
					fixed[f] = k
					r.classes = append(r.classes, class{cost: math.Inf(1)})
				}
				if _, plus := slices.BinarySearch(s.fixed[f].plus, col); plus {
					r.classes[k].mask.set(i)
				} else {
					r.classes[k].minus.set(i)
				}
			}
		}
	}
	return r
}

// key tells regions apart that may have other cycles, or other costs, for a target.
func (r *region) key(s *system, t *target, stay []int32) (key uint64) {
	mix := func(v uint64) { key = scatter(key ^ v) }
	mix(uint64(s.measure))
	mix(uint64(t.number))
	for _, list := range [][]int32{stay, r.cols} {
		mix(uint64(len(list)))
		for _, v := range list {
			mix(uint64(v))
		}
	}
	for i := range r.classes {
		mix(math.Float64bits(r.classes[i].cost))
	}
	return key
}

// A proposal is a choice of classes to hide.
type proposal struct {
	hide []int32 // in the order of the classes
	cost float64
}

// propose goes through the classes in an order and shows each that does not give the target away together with those shown before. It reckons modulo 2, where
// a row is a few words; what it proposes is worked out in whole numbers afterwards. Classes that cost nothing
// to hide come last and need no look.
func (r *region) propose(order []int32) (p proposal, ok bool) {
	var b basis
	target := r.target
	for _, k := range order {
		cl := &r.classes[k]
		if cl.cost == 0 {
			break
		}
		x := b.reduce(cl.mask.xor(cl.minus))
		if x.empty() {
			continue
		}
		if x == target {
			if math.IsInf(cl.cost, 1) {
				return p, false
			}
			p.hide = append(p.hide, k)
			p.cost += cl.cost
			continue
		}
		b.add(x)
		target = b.reduce(target)
	}
	slices.Sort(p.hide)
	return p, true
}

// change works out, in whole numbers, a change to the region that leaves the classes shown by a proposal as they are and moves the target. Of the classes that are hidden
// at no cost it leaves as many as they are as it can. The change modulo 2 tells in which columns to look first, as a rule the only ones needed.
func (r *region) change(p proposal, order []int32) (cols []int32, by []int64, ok bool) {
	var some, all []int
	odd := r.oddColumns(p, order)
	for i := range r.cols {
		if all = append(all, i); odd.has(i) {
			some = append(some, i)
		}
	}
	if cols, by, ok = r.solve(some, p, order); !ok {
		cols, by, ok = r.solve(all, p, order)
	}
	return cols, by, ok
}

// oddColumns are those that a change modulo 2 changes.
func (r *region) oddColumns(p proposal, order []int32) (y mask) {
	var b basis
	target := r.target
	for _, k := range order {
		if _, hidden := slices.BinarySearch(p.hide, k); hidden {
			continue
		}
		if x := b.reduce(r.classes[k].mask.xor(r.classes[k].minus)); !x.empty() && x != target {
			b.add(x)
			target = b.reduce(target)
		}
	}
	y.set(target.first())
	for i := len(r.cols) - 1; i >= 0; i-- {
		if b.have.has(i) && b.rows[i].parity(y) {
			y.set(i)
		}
	}
	return y
}

// solve is change among some columns.
func (r *region) solve(over []int, p proposal, order []int32) (cols []int32, by []int64, ok bool) {
	n := len(over)
	var rows [][]uint64
	pivotRow := make([]int, n) // row + 1
	target, row, rest := make([]uint64, n), make([]uint64, n), make([]uint64, n)
	for i, at := range over {
		if r.target.has(at) {
			target[i] = 1
		}
	}
	for _, k := range order {
		if _, hidden := slices.BinarySearch(p.hide, k); hidden {
			continue
		}
		cl := &r.classes[k]
		for i, at := range over {
			row[i] = 0
			switch {
			case cl.mask.has(at):
				row[i] = 1
			case cl.minus.has(at):
				row[i] = prime - 1
			}
		}
		lead := -1
		for i := range n {
			if row[i] == 0 {
				continue
			}
			if q := pivotRow[i]; q > 0 {
				takeAway(row, rows[q-1], row[i], i)
			} else if lead < 0 {
				lead = i
			}
		}
		if lead < 0 {
			continue
		}
		if inverse := invMod(row[lead]); inverse != 1 {
			for i := lead; i < n; i++ {
				row[i] = mulMod(row[i], inverse)
			}
		}
		if target[lead] != 0 {
			copy(rest, target)
			takeAway(rest, row, rest[lead], lead)
			if !slices.ContainsFunc(rest, func(v uint64) bool { return v != 0 }) {
				if cl.cost > 0 {
					return nil, nil, false
				}
				continue
			}
			target, rest = rest, target
		}
		rows = append(rows, slices.Clone(row))
		pivotRow[lead] = len(rows)
	}
	free := slices.IndexFunc(target, func(v uint64) bool { return v != 0 })
	if free < 0 {
		return nil, nil, false
	}
	y := make([]uint64, n)
	y[free] = 1
	for i := n - 1; i >= 0; i-- {
		q := pivotRow[i]
		if q == 0 {
			continue
		}
		var sum uint64
		for j := i + 1; j < n; j++ {
			if y[j] != 0 && rows[q-1][j] != 0 {
				sum = addMod(sum, mulMod(rows[q-1][j], y[j]))
			}
		}
		y[i] = negMod(sum)
	}
	var terms []term
	for i, v := range y {
		if v != 0 {
			terms = append(terms, term{r.cols[over[i]], v})
		}
	}
	return smallSteps(terms)
}

// takeAway subtracts k times b from a, from column i on.
func takeAway(a, b []uint64, k uint64, i int) {
	k = negMod(k)
	for ; i < len(a); i++ {
		if b[i] != 0 {
			a[i] = addMod(a[i], mulMod(k, b[i]))
		}
	}
}

// smallSteps is a change modulo the prime in whole numbers without a common divisor; ok is false when they would be large.
func smallSteps(terms []term) (cols []int32, by []int64, ok bool) {
	slices.SortFunc(terms, func(a, b term) int { return cmp.Compare(a.col, b.col) })
	steps, ok := wholeNumbers(terms)
	if !ok {
		return nil, nil, false
	}
	var divisor int64
	for _, s := range steps {
		if !s.by.IsInt64() || s.by.Int64() > 1<<20 || s.by.Int64() < -1<<20 {
			return nil, nil, false
		}
		cols, by = append(cols, s.col), append(by, s.by.Int64())
		divisor = gcd(divisor, s.by.Int64())
	}
	for i := range by {
		by[i] /= divisor
	}
	return cols, by, len(cols) > 0
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

// orders are ways to go through a region's classes: what is fixed first, then from the dearest, the first by price alone and the rest with prices
// shaken, each in the same way every time; last what costs nothing.
type orders struct {
	r     *region
	dear  []int32  // classes that cost something
	free  []int32  // and those that don't
	noise []uint64 // per dear class
	key   []uint64
	order []int32
}

func (r *region) orders(seed uint64) *orders {
	o := &orders{r: r}
	for k := range r.classes {
		if r.classes[k].cost == 0 {
			o.free = append(o.free, int32(k))
			continue
		}
		o.dear = append(o.dear, int32(k))
		noise := uint64(0)
		if n := r.classes[k].numbers; len(n) > 0 {
			noise = scatter(uint64(n[0])) ^ seed
		}
		o.noise = append(o.noise, noise)
	}
	o.key = make([]uint64, len(o.dear))
	return o
}

// of is the order of a variant; it is good until the next.
func (o *orders) of(variant int) []int32 {
	for i, k := range o.dear {
		cl := &o.r.classes[k]
		cost := cl.cost
		if variant > 0 && len(cl.numbers) > 0 {
			cost *= 0.25 + float64(scatter(o.noise[i]^uint64(variant))>>40)/(1<<24)
		}
		o.key[i] = uint64(^math.Float32bits(float32(cost)))<<32 | uint64(k) // the bits of numbers over zero are in their order
	}
	slices.Sort(o.key)
	o.order = o.order[:0]
	for _, key := range o.key {
		o.order = append(o.order, int32(key&math.MaxUint32))
	}
	return append(o.order, o.free...)
}
