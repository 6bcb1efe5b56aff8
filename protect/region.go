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

// first is the lowest column; there must be one.
func (a mask) first() int {
	for i, w := range a {
		if w != 0 {
			return i<<6 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// A class is what some numbers are within a region: all that have the same columns there are shown or hidden together.
type class struct {
	mask    mask
	minus   mask // columns with -1, of what is fixed
	numbers []int32
	cost    float64 // of hiding them; +Inf when it can't be
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

// A proposal is a choice of classes to hide.
type proposal struct {
	hide []bool
	cost float64
}

// propose goes through the classes in an order and shows each that does not give the target away together with those shown before. It reckons modulo 2, where
// a row is a few words; what it proposes is worked out in whole numbers afterwards.
func (r *region) propose(order []int32) (p proposal, ok bool) {
	var basis [maskSize]mask
	var have mask
	target := r.target
	reduce := func(x mask) mask {
		for i := range x {
			for w := x[i] & have[i]; w != 0; w = x[i] & have[i] {
				x = x.xor(basis[i<<6+bits.TrailingZeros64(w)])
			}
		}
		return x
	}
	p.hide = make([]bool, len(r.classes))
	for _, k := range order {
		cl := &r.classes[k]
		x := reduce(cl.mask.xor(cl.minus))
		if x.empty() {
			continue
		}
		if x == target {
			if math.IsInf(cl.cost, 1) {
				return p, false
			}
			p.hide[k] = true
			p.cost += cl.cost
			continue
		}
		// Rows lead with their lowest column, and no column to the left of it is left in them.
		lead := x.first()
		basis[lead] = x
		have.set(lead)
		target = reduce(target)
	}
	return p, true
}

// change works out, in whole numbers, a change to the region that leaves the classes shown by a proposal as they are and moves the target.
func (r *region) change(p proposal, order []int32) (cols []int32, by []int64, ok bool) {
	n := len(r.cols)
	var rows [][]uint64
	pivotRow := make([]int, n) // row + 1
	target := make([]uint64, n)
	for i := range n {
		if r.target.has(i) {
			target[i] = 1
		}
	}
	for _, k := range order {
		if p.hide[k] {
			continue
		}
		row := make([]uint64, n)
		for i := range n {
			switch {
			case r.classes[k].mask.has(i):
				row[i] = 1
			case r.classes[k].minus.has(i):
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
		inverse := invMod(row[lead])
		for i := lead; i < n; i++ {
			row[i] = mulMod(row[i], inverse)
		}
		rows = append(rows, row)
		pivotRow[lead] = len(rows)
	}
	for i := range n {
		if q := pivotRow[i]; q > 0 && target[i] != 0 {
			takeAway(target, rows[q-1], target[i], i)
		}
	}
	free := -1
	for i := range n {
		if target[i] != 0 {
			free = i
			break
		}
	}
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
			terms = append(terms, term{r.cols[i], v})
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
// shaken, each in the same way every time.
func (r *region) order(variant int, seed uint64) []int32 {
	key := make([]float64, len(r.classes))
	order := make([]int32, len(r.classes))
	for k := range order {
		order[k] = int32(k)
		key[k] = r.classes[k].cost
		if variant > 0 && len(r.classes[k].numbers) > 0 {
			h := scatter(scatter(uint64(r.classes[k].numbers[0])) ^ seed ^ uint64(variant))
			key[k] *= 0.25 + float64(h>>40)/(1<<24)
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(key[b], key[a]) })
	return order
}
