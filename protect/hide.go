package protect

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
)

// A system is the linear algebra of one count. Its columns are the atoms that the attacker doesn't know: first those with somebody in
// them, then the secret zeros. All other zeros are taken as known to the attacker, who may have them from a row that is missing,
// a shown zero, or from knowing that a place lies elsewhere; knowing them can only help him.
type system struct {
	measure  int
	columns  int32
	positive int32   // columns under this are atoms with somebody in them
	column   []int32 // per atom; -1 when known
	atom     []int32 // per column
	targets  []target
}

// A target is a number that must not be computable.
type target struct {
	number    int32
	cols      []int32
	limit     int32 // its columns end here
	singleton bool  // of one person, who knows it
}

func (m *model) newSystem(measure int) *system {
	s := &system{measure: measure, column: make([]int32, m.atoms)}
	secret := make([]bool, m.atoms)
	for i := range m.numbers {
		n := &m.numbers[i]
		if v, ok := m.value(n, measure); n.rule[measure] && ok && v == 0 {
			for _, a := range n.atoms {
				secret[a] = true
			}
		}
	}
	for a := range s.column {
		s.column[a] = -1
		if m.values[measure][a] > 0 || m.unknown[measure][a] {
			s.column[a] = int32(len(s.atom))
			s.atom = append(s.atom, int32(a))
		}
	}
	s.positive = int32(len(s.atom))
	for a := range s.column {
		if s.column[a] < 0 && secret[a] {
			s.column[a] = int32(len(s.atom))
			s.atom = append(s.atom, int32(a))
		}
	}
	s.columns = int32(len(s.atom))
	seen := map[string]bool{}
	for i := range m.numbers {
		n := &m.numbers[i]
		v, ok := m.value(n, measure)
		if !n.rule[measure] && !n.wide || !ok || v == 0 {
			continue
		}
		t := target{number: int32(i), limit: s.positive, singleton: v == 1}
		if n.full[measure] {
			t.limit, t.singleton = s.columns, false
		}
		t.cols = s.vector(n.atoms, t.limit)
		if key := fmt.Sprint(t.limit, t.cols); !seen[key] {
			seen[key] = true
			s.targets = append(s.targets, t)
		}
	}
	return s
}

// vector is the columns, under a limit, of a set of atoms.
func (s *system) vector(atoms []int32, limit int32) []int32 {
	var out []int32
	for _, a := range atoms {
		if c := s.column[a]; c >= 0 && c < limit {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}

// An eliminator decides, for one system, which numbers may be shown: it holds the span of the shown ones and what the span leaves of
// every target. A target is safe as long as something of it is left, in the columns of people alone, and, for the sake of persons who
// are alone in a number, as long as no two remainders, one of them theirs, are proportional.
type eliminator struct {
	*system
	span  *echelon
	key   []string         // per target: its remainder, scaled
	users map[string][]int // targets by key
}

func (m *model) newEliminator(s *system) *eliminator {
	rank := make([]float64, s.columns)
	for c, a := range s.atom {
		rank[c] = m.values[s.measure][a]
	}
	// A pivot outside every target leaves the targets alone, and one of a small count is among the last to be settled by itself: both keep rows short.
	for _, t := range s.targets {
		for _, c := range t.cols {
			rank[c] += 1 << 53
		}
	}
	e := &eliminator{system: s, span: newEchelon(s.columns, s.positive, rank), users: map[string][]int{}}
	for i, t := range s.targets {
		id := e.span.watch(t.cols, t.limit)
		e.key = append(e.key, scaled(e.span.rows[id], t.limit))
		e.users[e.key[i]] = append(e.users[e.key[i]], i)
	}
	return e
}

// scaled is a row divided by its first value, as a key among the rows that end at the same column.
func scaled(row []term, limit int32) string {
	if len(row) == 0 {
		return ""
	}
	k := invMod(row[0].v)
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 12*len(row)+4), uint32(limit))
	for _, t := range row {
		v := mulMod(k, t.v)
		b = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(b, uint32(t.col)), v)
	}
	return string(b)
}

// What try blames when it blames no target.
const (
	nobody      = -1
	secretZeros = -2
)

// A change is what a target's key becomes when a row joins the span.
type change struct {
	target int
	key    string
}

// try tells whether the targets stay safe when the row, already reduced, joins the span; if not, blame is one that would not.
func (e *eliminator) try(row []term) (pivot int32, changes []change, blame int) {
	if len(row) == 0 {
		return -1, nil, nobody
	}
	pivot = e.span.pivot(row)
	if pivot < 0 {
		// Nothing but secret zeros is left: showing the number would tell their sum, which is zero.
		return -1, nil, secretZeros
	}
	scale := invMod(at(row, pivot))
	moves := map[int]bool{}
	fresh := map[string][]int{}
	for _, id := range e.span.holders(pivot) {
		if !e.span.watched[id] {
			break // watched rows come first
		}
		t, old := int(id), e.span.rows[id]
		next := minus(nil, old, row, mulMod(scale, at(old, pivot)), e.targets[t].limit)
		if len(next) == 0 {
			return pivot, nil, t
		}
		c := change{t, scaled(next, e.targets[t].limit)}
		changes = append(changes, c)
		moves[t] = true
		fresh[c.key] = append(fresh[c.key], t)
	}
	for _, c := range changes {
		company := fresh[c.key]
		for _, u := range e.users[c.key] {
			if !moves[u] {
				company = append(company, u)
			}
		}
		if len(company) > 1 && slices.ContainsFunc(company, func(u int) bool { return e.targets[u].singleton }) {
			return pivot, nil, c.target
		}
	}
	return pivot, changes, nobody
}

func (e *eliminator) accept(row []term, pivot int32, changes []change) {
	if len(row) == 0 {
		return
	}
	e.span.add(row, pivot)
	for _, c := range changes {
		e.users[e.key[c.target]] = slices.DeleteFunc(e.users[e.key[c.target]], func(u int) bool { return u == c.target })
		if len(e.users[e.key[c.target]]) == 0 {
			delete(e.users, e.key[c.target])
		}
		e.key[c.target] = c.key
		e.users[c.key] = append(e.users[c.key], c.target)
	}
}

// hide chooses what else to hide: the best of a few tries, the one that hides the fewest numbers, and of those the least valuable.
func (m *model) hide(systems []*system) error {
	var best []bool
	var fewest int
	var least float64
	var failed error
	for _, order := range m.orders() {
		hidden, err := m.tryHiding(systems, order)
		if err != nil {
			failed = cmp.Or(failed, err)
			continue
		}
		count, size := 0, 0.0
		for i, h := range hidden {
			if h {
				count++
				size += m.size(&m.numbers[i])
			}
		}
		if best == nil || count < fewest || count == fewest && size < least {
			best, fewest, least = hidden, count, size
		}
	}
	if best == nil {
		return failed
	}
	for i := range m.numbers {
		m.numbers[i].hidden = best[i]
	}
	return nil
}

// tryHiding goes through the numbers in an order and shows each one that leaves every target safe together with those shown before; the rest is
// hidden. What it hides can't be shown later either, since the span only grows, so it hides no number needlessly, though another order may
// hide fewer.
func (m *model) tryHiding(systems []*system, order []int32) ([]bool, error) {
	eliminators := make([]*eliminator, len(systems))
	for i, s := range systems {
		eliminators[i] = m.newEliminator(s)
	}
	rows := make([][]term, len(systems))
	pivots := make([]int32, len(systems))
	changes := make([][]change, len(systems))
	hidden := make([]bool, len(m.numbers))
	var conflicts []string
	for _, i := range order {
		n := &m.numbers[i]
		if n.primary() || n.wide {
			hidden[i] = true
			if n.keep {
				conflicts = append(conflicts, n.name+" must be shown but a primary rule hides it")
			}
			continue
		}
		for k, e := range eliminators {
			rows[k] = e.span.reduce(ones(e.vector(n.atoms, e.columns)))
			var blame int
			if pivots[k], changes[k], blame = e.try(rows[k]); blame == nobody {
				continue
			}
			hidden[i] = true
			if n.keep {
				conflicts = append(conflicts, n.name+" must be shown but would give away "+m.blamed(e, blame))
			}
			break
		}
		if hidden[i] {
			continue
		}
		for k, e := range eliminators {
			e.accept(rows[k], pivots[k], changes[k])
		}
	}
	if len(conflicts) > 0 {
		return nil, fmt.Errorf("protect: family %s: the cells that must always be shown can't be: %s", m.name, strings.Join(shorten(conflicts), "; "))
	}
	return hidden, nil
}

func (m *model) blamed(e *eliminator, t int) string {
	if t == secretZeros {
		return "hidden zeros"
	}
	return m.numbers[e.targets[t].number].name
}

func shorten(list []string) []string {
	const most = 10
	if len(list) <= most {
		return list
	}
	return append(slices.Clone(list[:most]), fmt.Sprintf("and %d more", len(list)-most))
}
