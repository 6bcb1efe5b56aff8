package protect

import (
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
	// no rows for totals. At least one measure must be a count, unless the policy judges contributors only. Where zeros are hidden, areas that
	// exist and have nobody in them need a row of zeros here: an area that never occurs is taken not to exist.
	Inner *cube.Cube
	Views []cube.View
	// Contributions say who stands behind a measure, for rules on contributors.
	Contributions []Contributions
	// Given are tables whose numbers do not add up, such as counts that were perturbed before, by the name of the view. They are never repaired: their numbers
	// stand as they are and are judged one by one, and what is hidden to protect is chosen as if they added up, which an attacker can only wish for.
	Given map[string]*cube.Cube
	// Population is a name that families share which count the same records by different dimensions: over the dimensions that they have in common
	// their numbers are the same, and are protected as such. Empty for a population of its own.
	Population string
}

// A model is all families of a release as an attacker sees them. The unknowns are atoms: inner rows, merged where no view tells them apart. Every number
// that a view would publish is the sum of a set of atoms; numbers with the same set are the same number, wherever they stand.
type model struct {
	parts    []*part
	measures []measure
	counts   []int // which of them are counts
	atoms    int
	values   [][]float64 // per measure: value per atom
	unknown  [][]bool    // per measure: the agency itself lacks the value of the atom
	tables   []table
	numbers  []number
	known    []equation // what every reader knows beforehand: earlier tables, and that families agree
}

// A measure is a count or sum of one population.
type measure struct {
	cube.Measure
	population string
}

// A part is one family in a model.
type part struct {
	name          string
	inner         *cube.Cube
	contributions []Contributions
	population    string
	measure       []int   // per measure of inner: its place in the model; -1 for what does not add up
	atomOf        []int32 // per inner row
	firstRow      []int32 // per atom of the part: an inner row of it
	firstAtom     int32
}

// An equation is a signed sum of atoms that is known without any table of the release.
type equation struct {
	measure     int
	plus, minus []int32
	from        string // where it is known from
}

// A table is a view before protection, with the way from its cells to the model's numbers.
type table struct {
	part   *part
	view   cube.View
	cube   *cube.Cube
	number []int32 // per row
	share  []shareOf
	given  bool // its numbers stand as they were given
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
	cells  int     // distinct cells of tables that it stands in: the same members are one cell in whatever table
	shown  int     // shares that can't be shown without it
	cost   float64 // of hiding it to protect
	told   []bool  // per measure: some table would publish the count, or something that rests on it
	rule   []bool  // per measure: a primary rule hides it
	full   []bool  // per measure: only because everyone is in one category
	shares bool    // a rule for shares is among those that hide it
	lone   []int   // measures for which a single contributor stands behind it
	by     rules   // the rules that hide it
	keep   bool    // must be shown
	hidden bool
	before bool // hidden in an earlier edition's table of the same form
	// unmarked: written as hidden to protect, whatever hides it, because the mark itself would tell its value.
	unmarked bool
}

func (n *number) primary() bool { return slices.Contains(n.rule, true) }

// newModel counts the views and finds the atoms. When zeros may be a secret the inner cube is first filled out with them.
func newModel(families []Family, p Policy) (*model, error) {
	m := &model{}
	for i, f := range families {
		if err := m.addFamily(f, fmt.Sprint(i), p); err != nil {
			return nil, err
		}
	}
	if len(m.counts) == 0 && !p.judgesContributors() {
		return nil, fmt.Errorf("protect: family %s has no count: without one no rule can tell what is too few", families[0].Name)
	}
	for i := range m.numbers { // families after it have brought measures
		n := &m.numbers[i]
		for _, list := range []*[]bool{&n.told, &n.rule, &n.full} {
			*list = append(*list, make([]bool, len(m.measures)-len(*list))...)
		}
	}
	if err := m.linkFamilies(); err != nil {
		return nil, err
	}
	m.setCosts(p)
	return m, nil
}

// addFamily adds a family's measures, atoms, tables and numbers. own names a population that no other family has.
func (m *model) addFamily(f Family, own string, p Policy) error {
	if f.Inner == nil || f.Inner.Len() == 0 {
		return fmt.Errorf("protect: family %s has no cells", f.Name)
	}
	inner, err := checkInner(f)
	if err != nil {
		return err
	}
	if p.Zeros == Hide || p.Full == Hide {
		if len(f.Contributions) > 0 {
			f.Contributions = slices.Clone(f.Contributions)
		}
		if inner, err = fillZeros(f, inner); err != nil {
			return err
		}
	}
	x := &part{name: f.Name, inner: inner, contributions: f.Contributions, population: "family " + own, firstAtom: int32(m.atoms)}
	if f.Population != "" {
		x.population = "population " + f.Population
	}
	counts := 0
	for _, meas := range inner.Measures() {
		at := -1
		if meas.Kind.Additive() {
			if at = slices.IndexFunc(m.measures, func(y measure) bool { return y.Name == meas.Name && y.population == x.population }); at < 0 {
				at = len(m.measures)
				m.measures = append(m.measures, measure{meas, x.population})
				if meas.Kind == cube.Count {
					m.counts = append(m.counts, at)
				}
				m.values, m.unknown = append(m.values, make([]float64, m.atoms)), append(m.unknown, make([]bool, m.atoms))
			}
			if meas.Kind == cube.Count {
				counts++
			}
		}
		x.measure = append(x.measure, at)
	}
	if counts == 0 && len(f.Contributions) == 0 {
		return fmt.Errorf("protect: family %s has no count: without one no rule can tell what is too few", f.Name)
	}
	first := len(m.tables)
	for _, v := range f.Views {
		t, err := newTable(x, v, f.Given[v.Name])
		if err != nil {
			return fmt.Errorf("protect: family %s: %w", f.Name, err)
		}
		m.tables = append(m.tables, t)
	}
	m.parts = append(m.parts, x)
	rows := m.findAtoms(x, m.tables[first:])
	return m.findNumbers(m.tables[first:], rows)
}

// measureOf is the model's measure of a name in a part, or -1.
func (m *model) measureOf(x *part, name string) int {
	return slices.IndexFunc(m.measures, func(y measure) bool { return y.Name == name && y.population == x.population })
}

// linkFamilies writes down that families of one population agree over the dimensions they have in common, and checks that they do.
func (m *model) linkFamilies() error {
	for j, b := range m.parts {
		i := slices.IndexFunc(m.parts, func(a *part) bool { return a.population == b.population })
		if i == j {
			continue
		}
		a := m.parts[i]
		var common []string
		for _, d := range a.inner.DimNames() {
			if b.inner.DimIndex(d) >= 0 {
				common = append(common, d)
			}
		}
		groups, err := groupsOf(a, b, common)
		if err != nil {
			return err
		}
		for k, meas := range m.measures {
			if meas.population != a.population || !slices.Contains(a.measure, k) || !slices.Contains(b.measure, k) {
				continue
			}
			for _, g := range groups {
				e := equation{measure: k, plus: g.a, minus: g.b, from: "families " + a.name + " and " + b.name + " count the same records"}
				var left, right float64
				missing := false
				for _, at := range g.a {
					left += m.values[k][at]
					missing = missing || m.unknown[k][at]
				}
				for _, at := range g.b {
					right += m.values[k][at]
					missing = missing || m.unknown[k][at]
				}
				if missing {
					continue
				}
				if math.Abs(left-right) > 1e-9*max(1, math.Abs(left)) {
					return fmt.Errorf("protect: families %s and %s are said to count the same records, but %s differs between them at %s", a.name, b.name, meas.Name, g.name)
				}
				m.known = append(m.known, e)
			}
		}
	}
	return nil
}

// A group is atoms of two families that hold the same records, as finely as the dimensions in common tell.
type group struct {
	a, b []int32
	name string
}

// groupsOf joins the members of the common dimensions that an atom of either family straddles.
func groupsOf(a, b *part, common []string) ([]group, error) {
	index := map[string]int32{}
	var names []string
	var joined joining
	place := func(x *part) []int32 { // per atom of the part
		first := make([]int32, len(x.firstRow))
		for i := range first {
			first[i] = -1
		}
		at := make([]int, len(common))
		for d, name := range common {
			at[d] = x.inner.DimIndex(name)
		}
		for row := range x.inner.Len() {
			var codes []string
			for d, name := range common {
				codes = append(codes, name+"="+x.inner.Code(row, at[d]))
			}
			name := strings.Join(codes, ", ")
			i, ok := index[name]
			if !ok {
				i = int32(len(joined))
				index[name], joined, names = i, append(joined, i), append(names, name)
			}
			if atom := x.atomOf[row] - x.firstAtom; first[atom] < 0 {
				first[atom] = i
			} else {
				joined.join(i, first[atom])
			}
		}
		return first
	}
	inA, inB := place(a), place(b)
	at := map[int32]int{}
	var out []group
	add := func(root int32) *group {
		i, ok := at[root]
		if !ok {
			i = len(out)
			at[root], out = i, append(out, group{name: names[root]})
		}
		return &out[i]
	}
	for i, p := range inA {
		g := add(joined.of(p))
		g.a = append(g.a, a.firstAtom+int32(i))
	}
	for i, p := range inB {
		g := add(joined.of(p))
		g.b = append(g.b, b.firstAtom+int32(i))
	}
	return out, nil
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
			wrong := cell.Status.Hidden() || cell.Status == cube.Perturbed || math.IsNaN(cell.Value) || math.IsInf(cell.Value, 0)
			if meas.Kind == cube.Count {
				wrong = wrong || cell.Value < 0 || cell.Value != math.Trunc(cell.Value) || cell.Value >= 1<<53
			}
			if wrong {
				bad++
			}
		}
		if bad > 0 {
			return nil, fmt.Errorf("protect: family %s: %d cells of %s are hidden or perturbed already or are no whole numbers from 0 up; give the counts as they were made",
				f.Name, bad, meas.Name)
		}
	}
	return c, nil
}

// fillZeros gives every place (the combinations of areas, types and times that occur) a row for every combination of the group
// dimensions' members. Combinations of areas, types and times that don't occur can't exist: a RegSO lies in one kommun.
func fillZeros(f Family, c *cube.Cube) (*cube.Cube, error) {
	family := f.Name
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
	for k := range f.Contributions { // rows have moved
		of := slices.Clone(f.Contributions[k].Of)
		codes := make([]string, len(c.Dims()))
		for i := range of {
			if of[i].Row < 0 || of[i].Row >= c.Len() {
				continue // found out later
			}
			for d := range codes {
				codes[d] = c.Code(of[i].Row, d)
			}
			of[i].Row = out.Find(codes...)
		}
		f.Contributions[k].Of = of
	}
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

func newTable(x *part, v cube.View, given *cube.Cube) (table, error) {
	inner := x.inner
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
	if given != nil {
		codes := make([]string, len(out.Dims()))
		out = out.Edit(func(row, m int, cell cube.Cell) cube.Cell {
			for d := range codes {
				codes[d] = out.Code(row, d)
			}
			return given.Get(out.Measures()[m].Name, codes...)
		})
	}
	return table{part: x, view: v, cube: out, given: given != nil}, nil
}

// A key finds rows of a table by the members they have. Where the members' numbers fit in 64 bits it is one number.
type rowIndex struct {
	radix []uint64 // per dimension; nil when they don't fit
	small map[uint64]int32
	large map[string]int32
}

func newRowIndex(c *cube.Cube) *rowIndex {
	x := &rowIndex{}
	size := uint64(1)
	for _, d := range c.Dims() {
		n := uint64(len(d.Members))
		if n > 0 && size > math.MaxUint64/n {
			x.radix = nil
			x.large = make(map[string]int32, c.Len())
			break
		}
		x.radix = append(x.radix, size)
		size *= n
	}
	if x.large == nil {
		x.small = make(map[uint64]int32, c.Len())
	}
	at := make([]int32, len(c.Dims()))
	for row := range c.Len() {
		for d := range at {
			at[d] = int32(c.Coord(row, d))
		}
		if x.large != nil {
			x.large[keyOf(at)] = int32(row)
		} else {
			x.small[x.number(at)] = int32(row)
		}
	}
	return x
}

func (x *rowIndex) number(at []int32) (key uint64) {
	for d, v := range at {
		key += x.radix[d] * uint64(v)
	}
	return key
}

// find is the row with the members at the given positions; there must be one.
func (x *rowIndex) find(at []int32) int32 {
	if x.large != nil {
		return x.large[keyOf(at)]
	}
	return x.small[x.number(at)]
}

func keyOf(at []int32) string {
	b := make([]byte, 0, 4*len(at))
	for _, v := range at {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return string(b)
}

// findAtoms merges inner rows of a part that stand in the same row of every table. It gives, per table and row, the atoms in it.
func (m *model) findAtoms(x *part, tables []table) [][][]int32 {
	inner := x.inner
	x.atomOf = make([]int32, inner.Len())
	index := make([]*rowIndex, len(tables))
	dimsOf := make([][]int, len(tables))
	for k, t := range tables {
		index[k] = newRowIndex(t.cube)
		for _, d := range t.view.Dims {
			dimsOf[k] = append(dimsOf[k], inner.DimIndex(d))
		}
		// Rows that were alike in the tables before part where they stand in different rows of this one.
		finer := map[uint64]int32{}
		at := make([]int32, len(dimsOf[k]))
		for i := range x.atomOf {
			for d, in := range dimsOf[k] {
				at[d] = int32(inner.Coord(i, in))
			}
			key := uint64(x.atomOf[i])<<32 | uint64(index[k].find(at))
			a, ok := finer[key]
			if !ok {
				a = int32(len(finer))
				finer[key] = a
			}
			x.atomOf[i] = a
		}
	}
	for i := range x.atomOf {
		a := x.atomOf[i] + x.firstAtom
		x.atomOf[i] = a
		if int(a) == m.atoms {
			m.atoms++
			x.firstRow = append(x.firstRow, int32(i))
			for k := range m.measures {
				m.values[k], m.unknown[k] = append(m.values[k], 0), append(m.unknown[k], false)
			}
		}
		for column, k := range x.measure {
			if k >= 0 {
				cell := inner.Cell(i, column)
				m.values[k][a] += cell.Value
				m.unknown[k][a] = m.unknown[k][a] || cell.Status == cube.NotAvailable
			}
		}
	}
	rows := make([][][]int32, len(tables))
	for k, t := range tables {
		rows[k] = make([][]int32, t.cube.Len())
		var totals []int // positions in the view's dimensions
		for d, name := range t.view.Dims {
			if slices.Contains(t.view.Totals, name) {
				totals = append(totals, d)
			}
		}
		total := make([]int32, len(dimsOf[k]))
		for _, d := range totals {
			total[d] = int32(t.cube.Dims()[d].Index(cube.Total))
		}
		at := make([]int32, len(dimsOf[k]))
		for a, i := range x.firstRow {
			for set := range 1 << len(totals) {
				for d, in := range dimsOf[k] {
					at[d] = int32(inner.Coord(int(i), in))
				}
				for bit, d := range totals {
					if set>>bit&1 == 1 {
						at[d] = total[d]
					}
				}
				row := index[k].find(at)
				rows[k][row] = append(rows[k][row], x.firstAtom+int32(a))
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

// scatter is a well-mixed number for i (SplitMix64, Steele, Lea and Flood 2014); sums of them tell sets apart fast.
func scatter(i uint64) uint64 {
	i += 0x9e3779b97f4a7c15
	i = (i ^ i>>30) * 0xbf58476d1ce4e5b9
	i = (i ^ i>>27) * 0x94d049bb133111eb
	return i ^ i>>31
}

// findNumbers makes one number of every set of atoms that a table would publish.
func (m *model) findNumbers(tables []table, rows [][][]int32) error {
	index := map[uint64][]int32{}
	number := func(atoms []int32, name func() string) int32 {
		var key uint64
		for _, a := range atoms {
			key += scatter(uint64(a))
		}
		for _, n := range index[key] {
			if slices.Equal(m.numbers[n].atoms, atoms) {
				return n
			}
		}
		n := int32(len(m.numbers))
		index[key] = append(index[key], n)
		m.numbers = append(m.numbers, newNumber(atoms, name(), len(m.measures)))
		return n
	}
	cells := map[string]bool{}
	for k := range tables {
		t := &tables[k]
		t.number = make([]int32, t.cube.Len())
		for row, atoms := range rows[k] {
			n := number(atoms, func() string { return describe(t.cube, row) })
			t.number[row] = n
			if name := placeName(t.cube, row); !cells[name] {
				cells[name] = true
				m.numbers[n].cells++
			}
		}
		for i, meas := range t.cube.Measures() {
			if meas.Kind != cube.Share {
				for _, n := range t.number {
					m.tell(&m.numbers[n], t.part, meas)
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
					m.numbers[s.base[row]].shown++
				}
				m.numbers[t.number[row]].told[s.of] = true
			}
			t.share = append(t.share, s)
		}
	}
	return nil
}

// placeName is the members of a row but for totals: a cell by the same members is the same cell in whatever table.
func placeName(c *cube.Cube, row int) string {
	var b []byte
	for d, dim := range c.Dims() {
		if code := c.Code(row, d); code != cube.Total {
			b = append(append(append(append(b, dim.Name...), '='), code...), '\n')
		}
	}
	return string(b)
}

// tell notes which counts a measure rests on: itself, or what a mean is per. A sum alone doesn't say, so it rests on all.
func (m *model) tell(n *number, x *part, meas cube.Measure) {
	name := meas.Name
	if meas.Kind == cube.Mean {
		name = meas.Per
	}
	own := m.measureOf(x, name)
	if own >= 0 && m.measures[own].Kind != cube.Count {
		n.told[own] = true
		own = -1
	}
	for _, c := range m.counts {
		if slices.Contains(x.measure, c) {
			n.told[c] = n.told[c] || own < 0 || own == c
		}
	}
}

func newNumber(atoms []int32, name string, measures int) number {
	return number{atoms: atoms, name: name, told: make([]bool, measures), rule: make([]bool, measures), full: make([]bool, measures)}
}

func (m *model) newShare(t *table, measure int) (shareOf, error) {
	meas := t.cube.Measures()[measure]
	s := shareOf{measure: measure, over: t.cube.DimIndex(meas.Over), base: make([]int32, t.cube.Len()), tooFew: make([]bool, t.cube.Len())}
	s.of = m.measureOf(t.part, meas.Of)
	if s.of < 0 || m.measures[s.of].Kind != cube.Count || s.over < 0 {
		return s, fmt.Errorf("protect: family %s: table %s: %s must be a share of a count over a dimension of the table", t.part.name, t.view.Name, meas.Name)
	}
	for _, member := range t.cube.Dims()[s.over].Members {
		s.baseMember = append(s.baseMember, len(meas.Base) == 0 && member.Code != cube.Total || slices.Contains(meas.Base, member.Code))
	}
	if len(meas.Base) > 1 && slices.Contains(meas.Base, cube.Total) {
		return s, fmt.Errorf("protect: family %s: table %s: the base of %s counts the total and its parts twice", t.part.name, t.view.Name, meas.Name)
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

// size is what a number is worth to a reader: the largest count, or sum where there is none.
func (m *model) size(n *number) float64 {
	var most float64
	for k := range m.measures {
		if v, ok := m.value(n, k); ok && (len(m.counts) == 0 || m.measures[k].Kind == cube.Count) {
			most = max(most, math.Abs(v))
		}
	}
	return most
}

// setCosts says what it costs to hide a number, so that the most valuable are kept first: the cells that it stands in and the shares that would go with it, each 1 + 10·v/m, where v is the number's size and m the mean size of all
// numbers. With it no national number is hidden for what a few small ones can do. What the policy declares multiplies it. Half, when an earlier edition hid it too: then its pattern tends to be kept.
func (m *model) setCosts(p Policy) {
	const weight = 10 // of 0 to 50, with which fewest cells and persons are hidden in a table of national size (bench/protect.txt)
	sizes, mean := make([]float64, len(m.numbers)), 0.0
	for i := range m.numbers {
		sizes[i] = m.size(&m.numbers[i])
		mean += sizes[i] / float64(len(m.numbers))
	}
	for i := range m.numbers {
		m.numbers[i].cost = 1
	}
	for _, c := range p.Costs {
		for k := range m.tables {
			m.selectRows(&m.tables[k], c.Selector, func(n *number) { n.cost = c.Cost })
		}
	}
	for i := range m.numbers {
		n := &m.numbers[i]
		n.cost *= float64(n.cells + n.shown)
		if mean > 0 {
			n.cost *= 1 + weight*sizes[i]/mean
		}
		if n.before {
			n.cost /= 2
		}
	}
}

// selectRows does something to the numbers in the rows that a selector picks.
func (m *model) selectRows(t *table, s Selector, do func(*number)) {
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
		do(&m.numbers[t.number[row]])
	}
}

// mark applies the primary rules.
func (m *model) mark(p Policy) error {
	for i := range m.numbers {
		n := &m.numbers[i]
		for _, c := range m.counts {
			v, ok := m.value(n, c)
			switch {
			case !ok || !n.told[c]:
			case v >= 1 && v < float64(p.MinCount):
				n.rule[c] = true
				n.by |= ruleMinCount
			case v == 0 && p.Zeros == Hide:
				n.rule[c] = true
				n.by |= ruleZeros
			}
		}
	}
	for k := range m.tables {
		if m.tables[k].given {
			m.markGiven(&m.tables[k], p)
		}
	}
	if p.judgesContributors() {
		if err := m.markContributors(p); err != nil {
			return err
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
			m.selectRows(t, s, func(n *number) { n.keep = true })
		}
	}
	return nil
}

// markGiven judges the numbers of a table as they were given.
func (m *model) markGiven(t *table, p Policy) {
	for k, meas := range t.cube.Measures() {
		c := m.measureOf(t.part, meas.Name)
		for row := range t.cube.Len() {
			cell, n := t.cube.Cell(row, k), &m.numbers[t.number[row]]
			if meas.Kind != cube.Count || !cell.Status.HasValue() {
				continue
			}
			if v := cell.Value; v >= 1 && v < float64(p.MinCount) {
				n.rule[c] = true
				n.by |= ruleMinCount
			} else if v == 0 && p.Zeros == Hide {
				n.rule[c] = true
				n.by |= ruleZeros
			}
		}
	}
}

// markContributors hides numbers that too few stand behind, or that one or a few dominate.
func (m *model) markContributors(p Policy) error {
	given := false
	for _, x := range m.parts {
		for _, c := range x.contributions {
			given = true
			by, err := m.newContributors(x, c, p)
			if err != nil {
				return err
			}
			k := m.measureOf(x, c.Measure)
			for i := range m.numbers {
				n := &m.numbers[i]
				if !n.told[k] {
					continue
				}
				of := by.of(n.atoms)
				if of.sensitive(p) {
					n.rule[k] = true
					n.by |= ruleContributors
				}
				if len(of.Largest) == 1 {
					n.lone = append(n.lone, k)
				}
			}
		}
	}
	if !given {
		return fmt.Errorf("protect: policy %s judges contributors, and no family says who they are: give Contributions", p.Name)
	}
	return nil
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
			n.by |= ruleShares
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
				n.by |= ruleFull
			}
		}
	}
}
