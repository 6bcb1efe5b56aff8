package protect

import (
	"math"
	"slices"
)

// A system is the linear algebra of one measure. Its columns are the atoms that the attacker doesn't know: first those that hold something, then the
// secret zeros. All other zeros are taken as known to the attacker, who may have them from a row that is missing, a shown zero, or from knowing that a
// place lies elsewhere; knowing them can only help him. Numbers that the agency itself lacks part of tell nothing and are left out.
type system struct {
	measure  int
	whole    bool    // a count: whole numbers, never negative
	floor    float64 // where zeros are shown, what is hidden is known to be 1 at least
	columns  int32
	positive int32      // columns under this are atoms that hold something
	column   []int32    // per atom; -1 when known
	atom     []int32    // per column
	value    []float64  // per column
	scale    float64    // the power of ten that makes all values whole numbers; 0 when none up to a million does
	cols     [][]int32  // per number: its columns
	in       [][]int32  // per column: the numbers that it is part of
	fixed    []fixedRow // what is known beforehand
	fixedIn  [][]int32  // per column: the fixed rows that it is part of; nil without any
	targets  []target
	move     []int64 // scratch of newCycle, per number
	moved    []bool
	proposed []*cycle // what the choice rests on: witnesses that the audit looks at beside its own
}

// A fixedRow is a signed sum of columns that every reader knows.
type fixedRow struct {
	plus, minus []int32
	from        string
}

// A target is a number that must not be computable, or a secret zero, whose column then stands for it.
type target struct {
	number    int32   // -1 for a secret zero
	cols      []int32 // that may change it: secret zeros only where withZeros
	withZeros bool    // secret zeros may be needed to change it: everyone in one category
	singleton bool    // one person or contributor stands behind it, who knows it
	told      bool    // what is known beforehand tells it already
}

// systems are those of the measures that a rule hides something of.
func (m *model) systems(p Policy) []*system {
	var all []*system
	for k := range m.measures {
		if slices.ContainsFunc(m.numbers, func(n number) bool { return n.rule[k] }) {
			s := m.newSystem(k)
			if s.whole && p.Zeros == Show {
				s.floor = 1
			}
			all = append(all, s)
		}
	}
	return all
}

func (m *model) newSystem(measure int) *system {
	s := &system{measure: measure, whole: slices.Contains(m.counts, measure), column: make([]int32, m.atoms)}
	known := make([]bool, len(m.numbers)) // the agency has the number
	secret := make([]bool, m.atoms)
	for i := range m.numbers {
		n := &m.numbers[i]
		v, ok := m.value(n, measure)
		known[i] = ok
		if n.rule[measure] && ok && v == 0 && s.whole {
			for _, a := range n.atoms {
				secret[a] = true
			}
		}
	}
	add := func(a int) {
		s.column[a] = int32(len(s.atom))
		s.atom, s.value = append(s.atom, int32(a)), append(s.value, m.values[measure][a])
	}
	for a := range s.column {
		s.column[a] = -1
		if m.values[measure][a] != 0 && !m.unknown[measure][a] {
			add(a)
		}
	}
	s.positive = int32(len(s.atom))
	for a := range s.column {
		if s.column[a] < 0 && secret[a] && !m.unknown[measure][a] {
			add(a)
		}
	}
	s.columns = int32(len(s.atom))
	s.scale = s.wholeBy()
	s.in = make([][]int32, s.columns)
	s.cols = make([][]int32, len(m.numbers))
	size := 0
	for i := range m.numbers {
		if known[i] {
			size += len(m.numbers[i].atoms)
		}
	}
	all, count := make([]int32, 0, size), make([]int32, s.columns)
	for i := range m.numbers {
		if !known[i] {
			continue
		}
		from := len(all)
		all = s.appendColumns(all, m.numbers[i].atoms)
		s.cols[i] = all[from:len(all):len(all)]
		for _, c := range s.cols[i] {
			count[c]++
		}
	}
	entries := make([]int32, 0, len(all))
	for c, n := range count {
		from := len(entries)
		entries = entries[:from+int(n)]
		s.in[c] = entries[from:from:len(entries)]
	}
	for i, cols := range s.cols {
		for _, c := range cols {
			s.in[c] = append(s.in[c], int32(i))
		}
	}
	for _, e := range m.known {
		if e.measure != measure {
			continue
		}
		s.addFixed(fixedRow{s.appendColumns(nil, e.plus), s.appendColumns(nil, e.minus), e.from})
	}
	for i := range m.numbers {
		n := &m.numbers[i]
		if !n.rule[measure] || !known[i] {
			continue
		}
		v, _ := m.value(n, measure)
		if v == 0 && s.whole || len(s.cols[i]) == 0 {
			continue
		}
		t := target{number: int32(i), cols: s.cols[i], singleton: s.whole && v == 1 || slices.Contains(n.lone, measure)}
		if n.full[measure] {
			t.withZeros, t.singleton = true, false
		} else {
			known, _ := slices.BinarySearch(t.cols, s.positive)
			t.cols = t.cols[:known]
		}
		s.targets = append(s.targets, t)
	}
	for c := s.positive; c < s.columns; c++ {
		s.targets = append(s.targets, target{number: -1, cols: []int32{c}})
	}
	return s
}

func (s *system) addFixed(r fixedRow) {
	if len(r.plus)+len(r.minus) == 0 {
		return
	}
	if s.fixedIn == nil {
		s.fixedIn = make([][]int32, s.columns)
	}
	for _, side := range [][]int32{r.plus, r.minus} {
		for _, c := range side {
			s.fixedIn[c] = append(s.fixedIn[c], int32(len(s.fixed)))
		}
	}
	s.fixed = append(s.fixed, r)
}

// appendColumns appends the columns of a set of atoms, in order.
func (s *system) appendColumns(out []int32, atoms []int32) []int32 {
	from := len(out)
	for _, a := range atoms {
		if c := s.column[a]; c >= 0 {
			out = append(out, c)
		}
	}
	if !slices.IsSorted(out[from:]) {
		slices.Sort(out[from:])
	}
	return out
}

// A cycle is a change to the atoms that leaves what is known beforehand and every number but those it moves as they are: the hidden numbers of a safe
// release are those that its cycles move.
type cycle struct {
	cols    []int32 // that it changes, in order
	by      []int64 // per column of cols
	numbers []int32 // that it moves, in order
	moves   []int64 // by how much
	zero    int32   // the secret zero that it changes; -1 without
}

// newCycle makes a cycle of a change; ok is false when it would alter what is fixed, or more than one secret zero.
func (s *system) newCycle(cols []int32, by []int64) (c *cycle, ok bool) {
	c = &cycle{cols: cols, by: by, zero: -1}
	if s.move == nil {
		s.move, s.moved = make([]int64, len(s.cols)), make([]bool, len(s.cols))
	}
	var touched []int32
	fixed := map[int32]int64{}
	for i, col := range cols {
		if col < s.positive {
			continue
		}
		if c.zero >= 0 {
			return nil, false
		}
		c.zero = col
		if by[i] < 0 {
			for j := range by {
				by[j] = -by[j]
			}
		}
	}
	for i, col := range cols {
		for _, n := range s.in[col] {
			if !s.moved[n] {
				s.moved[n] = true
				touched = append(touched, n)
			}
			s.move[n] += by[i]
		}
		if s.fixedIn != nil {
			for _, f := range s.fixedIn[col] {
				if _, plus := slices.BinarySearch(s.fixed[f].plus, col); plus {
					fixed[f] += by[i]
				} else {
					fixed[f] -= by[i]
				}
			}
		}
	}
	slices.Sort(touched)
	for _, n := range touched {
		if v := s.move[n]; v != 0 {
			c.numbers, c.moves = append(c.numbers, n), append(c.moves, v)
		}
		s.move[n], s.moved[n] = 0, false
	}
	for _, v := range fixed {
		if v != 0 {
			return nil, false
		}
	}
	return c, true
}

// move is by how much the cycle moves a number.
func (c *cycle) move(n int32) int64 {
	if i, ok := slices.BinarySearch(c.numbers, n); ok {
		return c.moves[i]
	}
	return 0
}

// steps are how often a cycle can be taken down and up from the table as it is with no column under the floor; secret zeros have none.
func (s *system) steps(c *cycle, floor float64) (down, up float64) {
	down, up = math.Inf(1), math.Inf(1)
	for i, col := range c.cols {
		v := s.value[col]
		if !s.whole && v < 0 {
			continue // may be any number
		}
		if col < s.positive {
			v -= floor
		}
		if by := float64(c.by[i]); by > 0 {
			down = min(down, v/by)
		} else {
			up = min(up, v/-by)
		}
	}
	if s.whole {
		down, up = math.Floor(down), math.Floor(up)
	}
	return down, up
}

// keeps tells whether a cycle alone keeps a target safe: it moves it, and for counts a whole step in both directions stays possible (up alone
// where a secret zero is moved), one of them with nothing hidden becoming zero where zeros are shown.
func (s *system) keeps(c *cycle, t *target) bool {
	if t.number < 0 && c.zero != t.cols[0] || t.number >= 0 && (c.move(t.number) == 0 || c.zero >= 0 && !t.withZeros) {
		return false
	}
	if !s.whole {
		return true
	}
	down, up := s.steps(c, 0)
	lower, higher := s.steps(c, s.floor)
	if c.zero >= 0 {
		return higher >= 1
	}
	return up >= 1 && down >= 1 && (lower >= 1 || higher >= 1)
}

// all are the columns of a target, with the secret zeros in it.
func (s *system) all(t *target) []int32 {
	if t.number < 0 {
		return t.cols
	}
	return s.cols[t.number]
}

// targetName is a target in words.
func (m *model) targetName(t *target) string {
	if t.number < 0 {
		return "a hidden zero"
	}
	return m.numbers[t.number].name
}

// worth is the value of a target.
func (s *system) worth(t *target) (v float64) {
	for _, c := range t.cols {
		v += s.value[c]
	}
	return v
}
