package protect

import (
	"fmt"
	"math"
	"slices"
)

// widen helps where drawing bounds through the shown sums leaves one whole number for a number hidden by rule. First the number loses
// its mark: it is written as hidden to protect, which says nothing of its size. If that is not enough, the least valuable number around it is
// hidden too, as a target of its own: everything is chosen again so that it can't be computed from the rest, or hiding it would take nothing from
// the attacker. In the end all hidden numbers around it lose their marks.
func (m *model) widen(systems []*system, p Policy) (unmarked, hidden int, err error) {
	for {
		left, moved, widened := int32(-1), 0, 0
		for _, s := range systems {
			for _, t := range m.collapsed(s, p) {
				left = t
				n := &m.numbers[t]
				if !n.unmarked {
					n.unmarked = true
					unmarked++
					moved++
				} else if around := m.smallestAround(t); around >= 0 {
					m.numbers[around].wide, m.numbers[around].hidden = true, true
					widened++
				} else {
					more := m.unmarkAround(t)
					unmarked += more
					moved += more
				}
			}
		}
		switch {
		case left < 0:
			return unmarked, hidden, nil
		case moved+widened == 0:
			return 0, 0, fmt.Errorf("protect: family %s: the cells that must always be shown leave one possible value for %s", m.name, m.numbers[left].name)
		case widened > 0:
			hidden += widened
			for _, s := range systems {
				*s = *m.newSystem(s.measure)
			}
			if err := m.hide(systems); err != nil {
				return 0, 0, err
			}
		}
	}
}

// unmarkAround takes the mark off every hidden number that shares an atom with another, and counts them.
func (m *model) unmarkAround(t int32) int {
	count := 0
	for i := range m.numbers {
		if n := &m.numbers[i]; n.hidden && !n.unmarked && overlap(n.atoms, m.numbers[t].atoms) {
			n.unmarked = true
			count++
		}
	}
	return count
}

// smallestAround is the least valuable shown number that shares an atom with another and need not be shown, or -1.
func (m *model) smallestAround(t int32) int32 {
	best, least := int32(-1), math.Inf(1)
	for i := range m.numbers {
		n := &m.numbers[i]
		if n.hidden || n.keep || !overlap(n.atoms, m.numbers[t].atoms) {
			continue
		}
		if size := m.size(n); size < least {
			best, least = int32(i), size
		}
	}
	return best
}

func overlap(a, b []int32) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); ok {
			return true
		}
	}
	return false
}

// A sum is the bounds known of a number.
type sum struct {
	cols   []int32
	lo, hi float64
}

// collapsed are the numbers hidden by rule for which bounds leave a single whole number. The attacker knows that an atom is at least 1 when
// zeros are shown and it is none,
// that a count marked as hidden by rule is under the least count to be shown (unless a rule for shares may have hidden it) and that one
// marked as hidden to protect is not.
func (m *model) collapsed(s *system, p Policy) []int32 {
	sums := make([]sum, 0, len(m.numbers))
	position := map[int32]int{}
	for i := range m.numbers {
		n := &m.numbers[i]
		v, ok := m.value(n, s.measure)
		if !ok {
			continue
		}
		x := sum{cols: s.vector(n.atoms, s.columns), lo: 0, hi: math.Inf(1)}
		if len(x.cols) == 0 {
			continue
		}
		switch {
		case !n.hidden:
			x.lo, x.hi = v, v
		case n.unmarked:
		case n.rule[s.measure] && !n.shares && !n.full[s.measure]:
			x.hi = float64(p.MinCount - 1)
		case !n.rule[s.measure] && !n.primary():
			x.lo = float64(p.MinCount)
			if v < x.lo { // zero in this count; hidden because of another
				x.lo = 0
			}
		}
		position[int32(i)] = len(sums)
		sums = append(sums, x)
	}
	lo, hi := make([]float64, s.columns), make([]float64, s.columns)
	for c := range hi {
		hi[c] = math.Inf(1)
		if p.Zeros == Show && int32(c) < s.positive && !m.unknown[s.measure][s.atom[c]] {
			lo[c] = 1
		}
	}
	tighten(sums, lo, hi)
	var out []int32
	for i := range m.numbers {
		k, ok := position[int32(i)]
		if !ok || !m.numbers[i].rule[s.measure] {
			continue
		}
		if least, most := reach(sums[k], lo, hi); least == most {
			out = append(out, int32(i))
		}
	}
	return out
}

// reach is the bounds of a sum, from its own and those of its parts.
func reach(x sum, lo, hi []float64) (least, most float64) {
	for _, c := range x.cols {
		least += lo[c]
		most += hi[c]
	}
	return max(least, x.lo), min(most, x.hi)
}

// tighten draws bounds through the sums until nothing changes, but no more than a hundred times.
func tighten(sums []sum, lo, hi []float64) {
	for range 100 {
		changed := false
		for i := range sums {
			changed = sums[i].tighten(lo, hi) || changed
		}
		if !changed {
			return
		}
	}
}

func (x *sum) tighten(lo, hi []float64) (changed bool) {
	var least, most float64
	unbounded := 0
	for _, c := range x.cols {
		least += lo[c]
		if math.IsInf(hi[c], 1) {
			unbounded++
		} else {
			most += hi[c]
		}
	}
	for _, c := range x.cols {
		if top := x.hi - (least - lo[c]); top < hi[c] {
			if math.IsInf(hi[c], 1) {
				unbounded--
			} else {
				most -= hi[c]
			}
			most += top
			hi[c], changed = top, true
		}
		if others := most; unbounded == 0 || unbounded == 1 && math.IsInf(hi[c], 1) {
			if !math.IsInf(hi[c], 1) {
				others -= hi[c]
			}
			if bottom := x.lo - others; bottom > lo[c] {
				least += bottom - lo[c]
				lo[c], changed = bottom, true
			}
		}
	}
	return changed
}
