package protect

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Family is everything in a release that was counted from the same records.
type Family struct {
	Name string
	// Inner holds the finest counts: every dimension of every view, nested ones (RegSO beside its kommun and type) as plain dimensions,
	// no rows for totals. At least one measure must be a count. Where zeros are hidden, areas that exist and have nobody in them need a row of
	// zeros here: an area that never occurs is taken not to exist.
	Inner *cube.Cube
	Views []cube.View
}

// A model is one family as an attacker sees it. The unknowns are atoms: inner rows, merged where no view tells them apart. Every number
// that a view would publish is the sum of a set of atoms; numbers with the same set are the same number, wherever they stand.
type model struct {
	name     string
	measures []cube.Measure // additive measures of the inner cube
	counts   []int          // which of them are counts
	atoms    int
	values   [][]float64 // per measure: value per atom
	unknown  [][]bool    // per measure: the agency itself lacks the value of the atom
	tables   []table
	numbers  []number
}

// A table is a view before protection, with the way from its cells to the model's numbers.
type table struct {
	view   cube.View
	cube   *cube.Cube
	number []int32 // per row
	share  []shareOf
}

// shareOf is a share of a table: its measure, the dimension it goes over, and the number below the line per row (-1 without one).
type shareOf struct {
	measure, of, over int
	base              []int32
	baseMember        []bool // per member of over: it is part of the base
	tooFew            []bool // per row: the rule for shares forbids the share
}

// A number is something that may be published: a sum of atoms.
type number struct {
	atoms  []int32
	name   string
	told   []bool // per measure: some table would publish the count, or something that rests on it
	rule   []bool // per measure: a primary rule hides it
	full   []bool // per measure: only because everyone is in one category
	shares bool   // a rule for shares is among those that hide it
	keep   bool   // must be shown
	hidden bool
	wide   bool // hidden so that bounds stay apart around a number hidden by rule; a target like that one
	// unmarked: written as hidden to protect, whatever hides it, because the mark itself would tell its value.
	unmarked bool
}

func (n *number) primary() bool { return slices.Contains(n.rule, true) }

// newModel counts the views and finds the atoms. When zeros may be a secret the inner cube is first filled out with them.
func newModel(f Family, p Policy) (*model, error) {
	if f.Inner == nil || f.Inner.Len() == 0 {
		return nil, fmt.Errorf("protect: family %s has no cells", f.Name)
	}
	inner, err := checkInner(f)
	if err != nil {
		return nil, err
	}
	if p.Zeros == Hide || p.Full == Hide {
		if inner, err = fillZeros(f.Name, inner); err != nil {
			return nil, err
		}
	}
	m := &model{name: f.Name}
	var columns []int
	for i, meas := range inner.Measures() {
		if meas.Kind.Additive() {
			if meas.Kind == cube.Count {
				m.counts = append(m.counts, len(m.measures))
			}
			m.measures, columns = append(m.measures, meas), append(columns, i)
		}
	}
	if len(m.counts) == 0 {
		return nil, fmt.Errorf("protect: family %s has no count: without one no rule can tell what is too few", f.Name)
	}
	for _, v := range f.Views {
		t, err := newTable(inner, v)
		if err != nil {
			return nil, fmt.Errorf("protect: family %s: %w", f.Name, err)
		}
		m.tables = append(m.tables, t)
	}
	rows := m.findAtoms(inner, columns)
	if err := m.findNumbers(rows); err != nil {
		return nil, err
	}
	return m, nil
}

func checkInner(f Family) (*cube.Cube, error) {
	c := f.Inner
	for _, d := range c.Dims() {
		if c.HasMember(d.Name, cube.Total) {
			return nil, fmt.Errorf("protect: family %s: the inner cube has rows for the total of %s; it must hold only the finest cells", f.Name, d.Name)
		}
	}
	for m, meas := range c.Measures() {
		bad := 0
		for row := range c.Len() {
			cell := c.Cell(row, m)
			wrong := cell.Status.Hidden() || math.IsNaN(cell.Value) || math.IsInf(cell.Value, 0)
			if meas.Kind == cube.Count {
				wrong = wrong || cell.Value < 0 || cell.Value != math.Trunc(cell.Value) || cell.Value >= 1<<53
			}
			if wrong {
				bad++
			}
		}
		if bad > 0 {
			return nil, fmt.Errorf("protect: family %s: %d cells of %s are hidden already or are no whole numbers from 0 up; give the counts as they were made",
				f.Name, bad, meas.Name)
		}
	}
	return c, nil
}

// fillZeros gives every place (the combinations of areas, types and times that occur) a row for every combination of the group
// dimensions' members. Combinations of areas, types and times that don't occur can't exist: a RegSO lies in one kommun.
func fillZeros(family string, c *cube.Cube) (*cube.Cube, error) {
	const most = 4_000_000
	var group []int
	combinations := 1
	for d, dim := range c.Dims() {
		if dim.Role == cube.Group {
			group = append(group, d)
			combinations *= len(groupMembers(dim))
		}
	}
	row := make([]int32, len(c.Dims()))
	seen := map[string]bool{}
	var places [][]int32
	key := func(without []int) string {
		b := make([]byte, 0, 4*len(row))
		for d, v := range row {
			if !slices.Contains(without, d) {
				b = binary.LittleEndian.AppendUint32(b, uint32(v))
			}
		}
		return string(b)
	}
	have := map[string]bool{}
	b := cube.NewBuilder(c.Name, c.Dims(), c.Measures())
	cells := make([]cube.Cell, len(c.Measures()))
	for i := range c.Len() {
		for d := range row {
			row[d] = int32(c.Coord(i, d))
		}
		for m := range cells {
			cells[m] = c.Cell(i, m)
		}
		b.Add(slices.Clone(row), cells...)
		have[key(nil)] = true
		if k := key(group); !seen[k] {
			seen[k] = true
			places = append(places, slices.Clone(row))
		}
	}
	if combinations > most/max(len(places), 1) {
		return nil, fmt.Errorf("protect: family %s: hiding zeros needs a row for each of %d places × %d groups; use coarser groups or a policy that shows zeros",
			family, len(places), combinations)
	}
	for m := range cells {
		cells[m] = cube.Cell{Status: cube.Zero}
	}
	var fill func(g int)
	fill = func(g int) {
		if g == len(group) {
			if !have[key(nil)] {
				b.Add(slices.Clone(row), cells...)
			}
			return
		}
		for _, member := range groupMembers(c.Dims()[group[g]]) {
			row[group[g]] = member
			fill(g + 1)
		}
	}
	for _, place := range places {
		copy(row, place)
		fill(0)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings, out.Lineage = c.Title, slices.Clone(c.Notes), slices.Clone(c.Warnings), c.Lineage.Merge(cube.Lineage{})
	return out, nil
}

func groupMembers(d cube.Dimension) []int32 {
	var out []int32
	for i, m := range d.Members {
		if m.Code != cube.Total {
			out = append(out, int32(i))
		}
	}
	return out
}

func newTable(inner *cube.Cube, v cube.View) (table, error) {
	for _, meas := range v.Measures {
		if meas.Kind == cube.Share || meas.Kind == cube.Mean {
			continue
		}
		i := inner.MeasureIndex(meas.Name)
		if i < 0 || !meas.Kind.Additive() || inner.Measures()[i].Kind != meas.Kind {
			return table{}, fmt.Errorf("table %s: %s must be a count or sum of the inner cube, of the same kind there", v.Name, meas.Name)
		}
	}
	out, err := inner.View(v)
	if err != nil {
		return table{}, err
	}
	if out.Len() == 0 {
		return table{}, fmt.Errorf("table %s has no measures or rows", v.Name)
	}
	return table{view: v, cube: out}, nil
}

// findAtoms merges inner rows that stand in the same row of every table. It gives, per table and row, the atoms in it.
func (m *model) findAtoms(inner *cube.Cube, columns []int) [][][]int32 {
	place := make([][]int32, inner.Len()) // per inner row: its finest row in each table
	rowOf := make([]map[string]int32, len(m.tables))
	dimsOf := make([][]int, len(m.tables))
	for k, t := range m.tables {
		rowOf[k] = make(map[string]int32, t.cube.Len())
		for row := range t.cube.Len() {
			rowOf[k][rowKey(t.cube, row)] = int32(row)
		}
		for _, d := range t.view.Dims {
			dimsOf[k] = append(dimsOf[k], inner.DimIndex(d))
		}
	}
	var key []byte
	for i := range place {
		place[i] = make([]int32, len(m.tables))
		for k := range m.tables {
			key = key[:0]
			for _, d := range dimsOf[k] {
				key = binary.LittleEndian.AppendUint32(key, uint32(inner.Coord(i, d)))
			}
			place[i][k] = rowOf[k][string(key)]
		}
	}
	index := map[string]int{}
	var first []int // per atom: an inner row of it
	m.values, m.unknown = make([][]float64, len(columns)), make([][]bool, len(columns))
	for i := range place {
		key = key[:0]
		for _, r := range place[i] {
			key = binary.LittleEndian.AppendUint32(key, uint32(r))
		}
		a, ok := index[string(key)]
		if !ok {
			a = len(first)
			index[string(key)] = a
			first = append(first, i)
			for c := range columns {
				m.values[c], m.unknown[c] = append(m.values[c], 0), append(m.unknown[c], false)
			}
		}
		for c, column := range columns {
			cell := inner.Cell(i, column)
			m.values[c][a] += cell.Value
			m.unknown[c][a] = m.unknown[c][a] || cell.Status == cube.NotAvailable
		}
	}
	m.atoms = len(first)
	rows := make([][][]int32, len(m.tables))
	for k, t := range m.tables {
		rows[k] = make([][]int32, t.cube.Len())
		var totals []int // positions in the view's dimensions
		for d, name := range t.view.Dims {
			if slices.Contains(t.view.Totals, name) {
				totals = append(totals, d)
			}
		}
		at := make([]int32, len(dimsOf[k]))
		for a, i := range first {
			for set := range 1 << len(totals) {
				for d, in := range dimsOf[k] {
					at[d] = int32(inner.Coord(i, in))
				}
				for bit, d := range totals {
					if set>>bit&1 == 1 {
						at[d] = int32(t.cube.Dims()[d].Index(cube.Total))
					}
				}
				key = key[:0]
				for _, v := range at {
					key = binary.LittleEndian.AppendUint32(key, uint32(v))
				}
				row := rowOf[k][string(key)]
				rows[k][row] = append(rows[k][row], int32(a))
			}
		}
	}
	return rows
}

func rowKey(c *cube.Cube, row int, without ...int) string {
	b := make([]byte, 0, 4*len(c.Dims()))
	for d := range c.Dims() {
		if !slices.Contains(without, d) {
			b = binary.LittleEndian.AppendUint32(b, uint32(c.Coord(row, d)))
		}
	}
	return string(b)
}

// findNumbers makes one number of every set of atoms that a table would publish.
func (m *model) findNumbers(rows [][][]int32) error {
	index := map[string]int32{}
	number := func(atoms []int32, name func() string) int32 {
		key := make([]byte, 0, 4*len(atoms))
		for _, a := range atoms {
			key = binary.LittleEndian.AppendUint32(key, uint32(a))
		}
		n, ok := index[string(key)]
		if !ok {
			n = int32(len(m.numbers))
			index[string(key)] = n
			m.numbers = append(m.numbers, newNumber(atoms, name(), len(m.measures)))
		}
		return n
	}
	for k := range m.tables {
		t := &m.tables[k]
		t.number = make([]int32, t.cube.Len())
		for row, atoms := range rows[k] {
			t.number[row] = number(atoms, func() string { return describe(t.cube, row) })
		}
		for i, meas := range t.cube.Measures() {
			if meas.Kind != cube.Share {
				for _, n := range t.number {
					m.tell(&m.numbers[n], meas)
				}
				continue
			}
			s, err := m.newShare(t, i)
			if err != nil {
				return err
			}
			parts := map[string][]int32{}
			for row := range rows[k] {
				if s.baseMember[t.cube.Coord(row, s.over)] {
					key := rowKey(t.cube, row, s.over)
					parts[key] = append(parts[key], rows[k][row]...)
				}
			}
			for _, atoms := range parts {
				slices.Sort(atoms)
			}
			for row := range rows[k] {
				s.base[row] = -1
				if atoms, ok := parts[rowKey(t.cube, row, s.over)]; ok {
					s.base[row] = number(atoms, func() string { return "the base of " + meas.Name + " at " + describe(t.cube, row) })
					m.numbers[s.base[row]].told[s.of] = true
				}
				m.numbers[t.number[row]].told[s.of] = true
			}
			t.share = append(t.share, s)
		}
	}
	return nil
}

// tell notes which counts a measure rests on: itself, or what a mean is per. A sum alone doesn't say, so it rests on all.
func (m *model) tell(n *number, meas cube.Measure) {
	name := meas.Name
	if meas.Kind == cube.Mean {
		name = meas.Per
	}
	own := slices.IndexFunc(m.measures, func(x cube.Measure) bool { return x.Name == name && x.Kind == cube.Count })
	for _, c := range m.counts {
		n.told[c] = n.told[c] || own < 0 || own == c
	}
}

func newNumber(atoms []int32, name string, measures int) number {
	return number{atoms: atoms, name: name, told: make([]bool, measures), rule: make([]bool, measures), full: make([]bool, measures)}
}

func (m *model) newShare(t *table, measure int) (shareOf, error) {
	meas := t.cube.Measures()[measure]
	s := shareOf{measure: measure, over: t.cube.DimIndex(meas.Over), base: make([]int32, t.cube.Len()), tooFew: make([]bool, t.cube.Len())}
	s.of = slices.IndexFunc(m.measures, func(x cube.Measure) bool { return x.Name == meas.Of })
	if s.of < 0 || m.measures[s.of].Kind != cube.Count || s.over < 0 {
		return s, fmt.Errorf("protect: family %s: table %s: %s must be a share of a count over a dimension of the table", m.name, t.view.Name, meas.Name)
	}
	for _, member := range t.cube.Dims()[s.over].Members {
		s.baseMember = append(s.baseMember, len(meas.Base) == 0 && member.Code != cube.Total || slices.Contains(meas.Base, member.Code))
	}
	if len(meas.Base) > 1 && slices.Contains(meas.Base, cube.Total) {
		return s, fmt.Errorf("protect: family %s: table %s: the base of %s counts the total and its parts twice", m.name, t.view.Name, meas.Name)
	}
	return s, nil
}

// describe is a row in words, for messages: codes of members, never a value.
func describe(c *cube.Cube, row int) string {
	parts := make([]string, len(c.Dims()))
	for d, dim := range c.Dims() {
		parts[d] = dim.Name + "=" + c.Code(row, d)
	}
	return c.Name + ": " + strings.Join(parts, ", ")
}

// value is the sum of a measure over the atoms of a number; ok is false when the agency lacks part of it.
func (m *model) value(n *number, measure int) (v float64, ok bool) {
	for _, a := range n.atoms {
		if m.unknown[measure][a] {
			return 0, false
		}
		v += m.values[measure][a]
	}
	return v, true
}

// size orders the numbers by what they are worth to a reader: the largest count.
func (m *model) size(n *number) float64 {
	var most float64
	for _, c := range m.counts {
		if v, ok := m.value(n, c); ok {
			most = max(most, v)
		}
	}
	return most
}

// mark applies the primary rules.
func (m *model) mark(p Policy) {
	for i := range m.numbers {
		n := &m.numbers[i]
		for _, c := range m.counts {
			v, ok := m.value(n, c)
			n.rule[c] = ok && n.told[c] && (v >= 1 && v < float64(p.MinCount) || v == 0 && p.Zeros == Hide)
		}
	}
	for k := range m.tables {
		t := &m.tables[k]
		for i := range t.share {
			m.markShares(t, &t.share[i], p)
		}
	}
	for k := range m.tables {
		t := &m.tables[k]
		if p.Full == Hide {
			for d, dim := range t.cube.Dims() {
				over := slices.ContainsFunc(t.share, func(s shareOf) bool { return s.over == d })
				if over || dim.Role == cube.Group {
					m.markFull(t, d)
				}
			}
		}
		for _, s := range p.AlwaysShow {
			m.markKeep(t, s)
		}
	}
}

// markShares hides shares on too few, with or without the characteristic, and the counts above the line. Zeros and everyone are
// left to the settings for them.
func (m *model) markShares(t *table, s *shareOf, p Policy) {
	total := t.cube.Dims()[s.over].Index(cube.Total)
	for row := range t.cube.Len() {
		if s.base[row] < 0 {
			continue
		}
		base, ok := m.value(&m.numbers[s.base[row]], s.of)
		if !ok {
			continue
		}
		n := &m.numbers[t.number[row]]
		with, ok := m.value(n, s.of)
		member := t.cube.Coord(row, s.over)
		if !ok || member == total {
			s.tooFew[row] = base <= float64(p.SharePersons)
			continue
		}
		inBase := s.baseMember[member] || total >= 0 && s.baseMember[total]
		without := base - with
		few := with > 0 && with <= float64(p.ShareWith) || inBase && p.ShareWithout > 0 && without > 0 && without <= float64(p.ShareWithout)
		s.tooFew[row] = few || base <= float64(p.SharePersons)
		if s.tooFew[row] && with > 0 {
			n.rule[s.of], n.shares = true, true
		}
	}
}

// markFull hides the categories of a group in which only one is not zero.
func (m *model) markFull(t *table, d int) {
	total := t.cube.Dims()[d].Index(cube.Total)
	groups := map[string][]int32{}
	var order []string
	for row := range t.cube.Len() {
		if t.cube.Coord(row, d) == total {
			continue
		}
		key := rowKey(t.cube, row, d)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], t.number[row])
	}
	for _, key := range order {
		for _, c := range m.counts {
			var some []int32
			known := true
			for _, n := range groups[key] {
				v, ok := m.value(&m.numbers[n], c)
				known = known && ok && m.numbers[n].told[c]
				if v > 0 {
					some = append(some, n)
				}
			}
			if !known || len(some) != 1 || len(groups[key]) < 2 {
				continue
			}
			for _, i := range groups[key] {
				n := &m.numbers[i]
				n.full[c] = n.full[c] || i == some[0] && !n.rule[c]
				n.rule[c] = true
			}
		}
	}
}

func (m *model) markKeep(t *table, s Selector) {
	if s.Table != "" && s.Table != t.view.Name {
		return
	}
rows:
	for row := range t.cube.Len() {
		for dim, code := range s.Where {
			d := t.cube.DimIndex(dim)
			if d < 0 || t.cube.Code(row, d) != code {
				continue rows
			}
		}
		m.numbers[t.number[row]].keep = true
	}
}

// orders are ways to go through the numbers: those that must be shown first, then from the most valuable to the least. They differ in what comes
// first of numbers of the same size.
func (m *model) orders() [][]int32 {
	size := make([]float64, len(m.numbers))
	for i := range size {
		size[i] = m.size(&m.numbers[i])
	}
	keep := func(i int32) int {
		if m.numbers[i].keep {
			return 0
		}
		return 1
	}
	up := make([]int32, len(m.numbers))
	for i := range up {
		up[i] = int32(i)
	}
	down := slices.Clone(up)
	by := func(tie int) func(a, b int32) int {
		return func(a, b int32) int {
			return cmp.Or(cmp.Compare(keep(a), keep(b)), cmp.Compare(size[b], size[a]), cmp.Compare(len(m.numbers[b].atoms), len(m.numbers[a].atoms)), tie*cmp.Compare(a, b))
		}
	}
	slices.SortFunc(up, by(1))
	slices.SortFunc(down, by(-1))
	return [][]int32{up, down}
}
