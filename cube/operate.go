package cube

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// derived is a cube with the texts, lineage and terms of c and the given frame.
func (c *Cube) derived(dims []Dimension, measures []Measure) *Builder {
	b := NewBuilder(c.Name, dims, measures)
	b.cube.Title, b.cube.Notes = c.Title, slices.Clone(c.Notes)
	b.cube.Warnings = slices.Clone(c.Warnings)
	b.cube.Lineage, b.cube.Terms = c.Lineage.Merge(Lineage{}), c.Terms
	return b
}

// Clone is a deep copy.
func (c *Cube) Clone() *Cube {
	out, _ := c.Keep(func(int) bool { return true })
	return out
}

// Keep is the cube with only the rows for which keep holds. Members without rows stay declared.
func (c *Cube) Keep(keep func(row int) bool) (*Cube, error) {
	var order []int
	for i := range c.Len() {
		if keep(i) {
			order = append(order, i)
		}
	}
	return c.rows(order), nil
}

// rows is the cube with only the given rows, which are in order.
func (c *Cube) rows(order []int) *Cube {
	out := c.derived(c.dims, c.measures).cube
	for d := range c.coords {
		out.coords[d] = pick(c.coords[d], order)
	}
	for m, col := range c.columns {
		out.columns[m] = col.pick(order)
	}
	return out
}

// span are the rows from and up to, but not including, which have the member of the first dimension; they stand together.
func (c *Cube) span(member int32) (from, to int) {
	from, _ = slices.BinarySearch(c.coords[0], member)
	n, _ := slices.BinarySearch(c.coords[0][from:], member+1)
	return from, from + n
}

// Where is the cube with only the rows that have one of the codes in the dimension. A code that the dimension lacks is an error.
func (c *Cube) Where(dim string, codes ...string) (*Cube, error) {
	d := c.DimIndex(dim)
	if d < 0 {
		return nil, fmt.Errorf("cube: %s has no dimension %q (it has %s)", c.Name, dim, strings.Join(c.DimNames(), ", "))
	}
	want := make([]bool, len(c.dims[d].Members))
	for _, code := range codes {
		i := c.dims[d].Index(code)
		if i < 0 {
			return nil, fmt.Errorf("cube: dimension %s of %s has no %q", dim, c.Name, code)
		}
		want[i] = true
	}
	if d > 0 {
		return c.Keep(func(i int) bool { return want[c.coords[d][i]] })
	}
	var order []int
	for at, wanted := range want {
		if wanted {
			from, to := c.span(int32(at))
			for i := from; i < to; i++ {
				order = append(order, i)
			}
		}
	}
	return c.rows(order), nil
}

// DimNames are the names of the dimensions in order.
func (c *Cube) DimNames() []string {
	names := make([]string, len(c.dims))
	for i, d := range c.dims {
		names[i] = d.Name
	}
	return names
}

// Project keeps the named dimensions, in that order, and adds the cells up over the others. Measures that do not add up are left
// out. Where a dropped dimension has rows for [Total], those are taken and its other members are not, since a published
// total need not be the sum of its parts. A cell is only as good as its parts: one part that is not available makes the
// sum not available, and one hidden part makes it hidden.
func (c *Cube) Project(names ...string) (*Cube, error) {
	keep := make([]int, len(names))
	dims := make([]Dimension, len(names))
	for i, name := range names {
		if keep[i] = c.DimIndex(name); keep[i] < 0 {
			return nil, fmt.Errorf("cube: %s has no dimension %q (it has %s)", c.Name, name, strings.Join(c.DimNames(), ", "))
		}
		dims[i] = c.dims[keep[i]]
	}
	total := c.droppedTotals(keep)
	return c.gather(dims, func(row int, at []int32) bool {
		for d, t := range total {
			if t >= 0 && c.coords[d][row] != t {
				return false
			}
		}
		for i, d := range keep {
			at[i] = c.coords[d][row]
		}
		return true
	})
}

// droppedTotals gives, per dimension that is not kept, the position of its Total where that has rows, else -1.
func (c *Cube) droppedTotals(keep []int) []int32 {
	total := make([]int32, len(c.dims))
	for d := range c.dims {
		total[d] = -1
		if !slices.Contains(keep, d) && c.HasMember(c.dims[d].Name, Total) {
			total[d] = int32(c.dims[d].Index(Total))
		}
	}
	return total
}

// Map puts another dimension in the place of dim: the member at position i becomes the member to[i] of the new one, and cells that
// meet are added up. A row whose member has no place (to[i] < 0) is left out and counted in dropped. Where the dimension has
// rows for [Total] and the new one a member Total, they stay.
func (c *Cube) Map(dim string, to Dimension, position []int32) (out *Cube, dropped int, err error) {
	d := c.DimIndex(dim)
	if d < 0 {
		return nil, 0, fmt.Errorf("cube: %s has no dimension %q", c.Name, dim)
	}
	if len(position) != len(c.dims[d].Members) {
		return nil, 0, fmt.Errorf("cube: a map of %s names %d members, it has %d", dim, len(position), len(c.dims[d].Members))
	}
	dims := slices.Clone(c.dims)
	dims[d] = to
	out, err = c.gather(dims, func(row int, at []int32) bool {
		for i := range c.dims {
			at[i] = c.coords[i][row]
		}
		at[d] = position[at[d]]
		if at[d] < 0 {
			dropped++
		}
		return at[d] >= 0
	})
	return out, dropped, err
}

// Beside adds a dimension that follows from the row (the kommun or the type of a RegSO): position gives the member of the new
// dimension for a row, or a negative number where it has none. Such rows are left out and counted in dropped.
func (c *Cube) Beside(next Dimension, position func(row int) int32) (out *Cube, dropped int, err error) {
	var coords []int32
	out, err = c.Keep(func(row int) bool {
		at := position(row)
		if at < 0 {
			dropped++
			return false
		}
		coords = append(coords, at)
		return true
	})
	if err != nil {
		return nil, 0, err
	}
	out.dims = append(slices.Clone(out.dims), next)
	out.coords = append(out.coords, coords)
	out, err = (&Builder{out}).Cube()
	return out, dropped, err
}

// gather adds rows up by the place that put gives them; only additive measures are kept.
func (c *Cube) gather(dims []Dimension, put func(row int, at []int32) bool) (*Cube, error) {
	var measures []Measure
	var from []*column
	for m, meas := range c.measures {
		if meas.Kind.Additive() {
			measures, from = append(measures, meas), append(from, c.columns[m])
		}
	}
	if len(measures) == 0 {
		return nil, fmt.Errorf("cube: %s has no measure that adds up", c.Name)
	}
	index := make(map[string]int)
	var places [][]int32
	var sums [][]sum
	at := make([]int32, len(dims))
	var key []byte
	for row := range c.Len() {
		if !put(row, at) {
			continue
		}
		key = appendPlace(key[:0], at...)
		k, ok := index[string(key)]
		if !ok {
			k = len(places)
			index[string(key)] = k
			places = append(places, slices.Clone(at))
			sums = append(sums, make([]sum, len(measures)))
		}
		for m := range from {
			sums[k][m].add(from[m].at(row))
		}
	}
	b := c.derived(dims, measures)
	cells := make([]Cell, len(measures))
	for k, place := range places {
		for m := range measures {
			cells[m] = sums[k][m].cell()
		}
		b.Add(place, cells...)
	}
	return b.Cube()
}

// sum adds cells, keeping the worst of their states.
type sum struct {
	value, base, lo, hi    float64
	bases, intervals       int
	n                      int
	missing, hidden, noisy bool
	applicable             bool
	preliminary, revised   bool
}

func (s *sum) add(c Cell) {
	s.n++
	switch c.Status {
	case NotAvailable:
		s.missing = true
	case HiddenRule, HiddenProtect:
		s.hidden = true
	case NotApplicable:
		return
	case Perturbed:
		s.noisy = true
	case Preliminary:
		s.preliminary = true
	case Revised:
		s.revised = true
	}
	s.applicable = true
	s.value += c.Value
	if c.Base.OK {
		s.bases++
		s.base += c.Base.V
	}
	lo, hi := c.Value, c.Value
	if c.Lo.OK && c.Hi.OK {
		s.intervals++
		lo, hi = c.Lo.V, c.Hi.V
	}
	s.lo, s.hi = s.lo+lo, s.hi+hi
}

func (s *sum) cell() Cell {
	var c Cell
	switch {
	case !s.applicable:
		c.Status = NotApplicable
	case s.missing:
		c.Status = NotAvailable
	case s.hidden:
		c.Status = HiddenProtect
	case s.noisy:
		c = Cell{Status: Perturbed, Value: s.value}
	case s.preliminary:
		c = Cell{Status: Preliminary, Value: s.value}
	case s.revised:
		c = Cell{Status: Revised, Value: s.value}
	default:
		c = KnownCell(s.value)
	}
	if s.bases == s.n && s.n > 0 {
		c.Base = Num(s.base)
	}
	if s.intervals > 0 && c.Status.HasValue() {
		c.Lo, c.Hi = Num(s.lo), Num(s.hi)
	}
	return c
}

// TotalLabel is what the member Total is called.
var TotalLabel = Text{"Totalt", "Total"}

// WithTotals adds, for each named dimension, rows for [Total]: the sum over its members. A dimension that already has rows for
// Total is left as it is.
func (c *Cube) WithTotals(names ...string) (*Cube, error) {
	out := c
	for _, name := range names {
		d := out.DimIndex(name)
		if d < 0 {
			return nil, fmt.Errorf("cube: %s has no dimension %q", c.Name, name)
		}
		if out.HasMember(name, Total) {
			continue
		}
		dims := slices.Clone(out.dims)
		t := int32(out.dims[d].Index(Total))
		if t < 0 {
			t = int32(len(dims[d].Members))
			dims[d].Members = append(slices.Clone(dims[d].Members), Member{Total, TotalLabel})
		}
		from := out
		total, err := from.gather(dims, func(row int, at []int32) bool {
			for i := range from.dims {
				at[i] = from.coords[i][row]
			}
			at[d] = t
			return true
		})
		if err != nil {
			return nil, err
		}
		b := from.derived(dims, total.measures)
		for _, part := range []*Cube{from, total} {
			for row := range part.Len() {
				at := make([]int32, len(dims))
				for i := range dims {
					at[i] = part.coords[i][row]
				}
				cells := make([]Cell, len(total.measures))
				for m := range cells {
					cells[m] = part.Cell(row, part.MeasureIndex(total.measures[m].Name))
				}
				b.Add(at, cells...)
			}
		}
		if out, err = b.Cube(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// WithMeasure adds shares and means, computed from the counts and sums in the cube. The cell's base is the count below the line; its
// interval, when either of the counts has one, is the least and the largest quotient of numbers in theirs. Without a base, or on a base of nothing, the cell is
// not applicable; a hidden count hides it.
func (c *Cube) WithMeasure(meas Measure) (*Cube, error) {
	of := c.MeasureIndex(meas.Of)
	if of < 0 {
		return nil, fmt.Errorf("cube: %s: measure %s is made of %q, which the cube lacks", c.Name, meas.Name, meas.Of)
	}
	var base func(row int) Cell
	switch meas.Kind {
	case Share:
		b, err := c.shareBase(meas, of)
		if err != nil {
			return nil, err
		}
		base = b
	case Mean:
		per := c.MeasureIndex(meas.Per)
		if per < 0 {
			return nil, fmt.Errorf("cube: %s: mean %s is per %q, which the cube lacks", c.Name, meas.Name, meas.Per)
		}
		base = func(row int) Cell { return c.Cell(row, per) }
	default:
		return nil, fmt.Errorf("cube: measure %s is a %s and can't be computed from others", meas.Name, meas.Kind)
	}
	b := c.derived(c.dims, append(slices.Clone(c.measures), meas))
	for d := range c.coords {
		b.cube.coords[d] = slices.Clone(c.coords[d])
	}
	for m, col := range c.columns {
		b.cube.columns[m] = col.pick(identity(c.Len()))
	}
	col := newColumn(c.Len())
	for row := range c.Len() {
		col.set(row, ratio(c.Cell(row, of), base(row)))
	}
	b.cube.columns[len(c.measures)] = col
	return b.Cube()
}

func identity(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

func ratio(num, den Cell) Cell {
	var out Cell
	switch {
	case den.Status.HasValue() && den.Value == 0, den.Status == NotApplicable, num.Status == NotApplicable:
		out.Status = NotApplicable
	case num.Status.Hidden() || den.Status.Hidden():
		out.Status = HiddenProtect
	case !num.Status.HasValue() || !den.Status.HasValue():
		out.Status = NotAvailable
	default:
		out = KnownCell(num.Value / den.Value)
		if num.Status == Perturbed || den.Status == Perturbed {
			out.Status = Perturbed
		}
		out.Lo, out.Hi = ratioInterval(num, den)
	}
	if den.Status.HasValue() {
		out.Base = Num(den.Value)
	}
	return out
}

// ratioInterval is what a ratio can be when either number has an interval; absent when none has, or when the base may be nothing.
func ratioInterval(num, den Cell) (lo, hi Number) {
	ends := func(c Cell) (lo, hi float64, ok bool) {
		if c.Lo.OK && c.Hi.OK {
			return c.Lo.V, c.Hi.V, true
		}
		return c.Value, c.Value, false
	}
	nl, nh, n := ends(num)
	dl, dh, d := ends(den)
	if !n && !d || dl <= 0 {
		return Number{}, Number{}
	}
	return Num(min(nl/dl, nl/dh)), Num(max(nh/dl, nh/dh))
}

// shareBase finds, for a row, the sum of the count over the base members of the share's dimension.
// A member outside a declared base has no share.
func (c *Cube) shareBase(meas Measure, of int) (func(row int) Cell, error) {
	d := c.DimIndex(meas.Over)
	if d < 0 {
		return nil, fmt.Errorf("cube: %s: share %s goes over dimension %q, which the cube lacks (it has %s)", c.Name, meas.Name, meas.Over, strings.Join(c.DimNames(), ", "))
	}
	members := make([]bool, len(c.dims[d].Members))
	for i, m := range c.dims[d].Members {
		members[i] = len(meas.Base) == 0 && m.Code != Total
	}
	for _, code := range meas.Base {
		i := c.dims[d].Index(code)
		if i < 0 {
			return nil, fmt.Errorf("cube: %s: the base of %s names %q, which %s lacks", c.Name, meas.Name, code, meas.Over)
		}
		members[i] = true
	}
	sums := map[string]*sum{}
	for row := range c.Len() {
		if !members[c.coords[d][row]] {
			continue
		}
		k := c.rowKey(row, d)
		s, ok := sums[k]
		if !ok {
			s = &sum{}
			sums[k] = s
		}
		s.add(c.Cell(row, of))
	}
	whole := len(meas.Base) == 0 || slices.Contains(meas.Base, Total)
	return func(row int) Cell {
		if !whole && !members[c.coords[d][row]] {
			return Cell{Status: NotApplicable}
		}
		if s, ok := sums[c.rowKey(row, d)]; ok {
			return s.cell()
		}
		return Cell{}
	}, nil
}

// rowKey identifies a row but for one dimension.
func (c *Cube) rowKey(row, without int) string {
	key := make([]byte, 0, 4*len(c.dims))
	for d := range c.dims {
		if d != without {
			key = appendPlace(key, c.coords[d][row])
		}
	}
	return string(key)
}

// WithBase adds a count that tells how many rows entered a sum: the base of its cells.
func (c *Cube) WithBase(sum string, count Measure) (*Cube, error) {
	m := c.MeasureIndex(sum)
	if m < 0 {
		return nil, fmt.Errorf("cube: %s has no measure %q", c.Name, sum)
	}
	b := c.derived(c.dims, append(slices.Clone(c.measures), count))
	at, cells := make([]int32, len(c.dims)), make([]Cell, len(c.measures)+1)
	for row := range c.Len() {
		for d := range at {
			at[d] = c.coords[d][row]
		}
		for i := range c.measures {
			cells[i] = c.Cell(row, i)
		}
		// Where none entered the sum it has no value; then it adds nothing to other cells' sums.
		if cells[m].Status == NotAvailable {
			cells[m] = Cell{Status: Zero, Base: Num(0)}
		}
		cells[len(c.measures)] = Cell{}
		if base := cells[m].Base; base.OK {
			cells[len(c.measures)] = KnownCell(base.V)
		}
		b.Add(at, cells...)
	}
	return b.Cube()
}

// A View is a table as it is declared for publication: which dimensions, which of them with totals, which measures. It is how one
// inner cube, counted once, gives every table of a release, so that the tables can't disagree.
type View struct {
	Name     string
	Title    Text
	Dims     []string
	Totals   []string // dimensions of Dims that also get a row for all
	Measures []Measure
	Notes    []Text
	Warnings []Warning
	Whole    Text // what the rows for all areas are called, when they are not the whole country's; TotalLabel when empty
}

// withWhole names the rows for all areas.
func (c *Cube) withWhole(label Text) *Cube {
	out := *c
	out.dims = slices.Clone(c.dims)
	for i, d := range out.dims {
		if at := d.Index(Total); d.Role == Area && at >= 0 {
			out.dims[i].Members = slices.Clone(d.Members)
			out.dims[i].Members[at].Label = label
		}
	}
	return &out
}

// View makes the table: it projects, adds totals, computes shares and means, and keeps the named measures in order.
func (c *Cube) View(v View) (*Cube, error) {
	out, err := c.Project(v.Dims...)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", v.Name, err)
	}
	if out, err = out.WithTotals(v.Totals...); err != nil {
		return nil, fmt.Errorf("table %s: %w", v.Name, err)
	}
	if v.Whole != (Text{}) {
		out = out.withWhole(v.Whole)
	}
	names := make([]string, len(v.Measures))
	for i, m := range v.Measures {
		names[i] = m.Name
		switch {
		case m.Kind == Share || m.Kind == Mean:
			if out, err = out.WithMeasure(m); err != nil {
				return nil, fmt.Errorf("table %s: %w", v.Name, err)
			}
		case out.MeasureIndex(m.Name) < 0:
			return nil, fmt.Errorf("table %s: %s has no measure %q", v.Name, c.Name, m.Name)
		}
	}
	if out, err = out.Select(names...); err != nil {
		return nil, err
	}
	for _, m := range v.Measures {
		out.measures[out.MeasureIndex(m.Name)] = m
	}
	out.Name, out.Title = v.Name, v.Title
	out.Notes = append(slices.Clone(c.Notes), v.Notes...)
	for _, w := range v.Warnings {
		out.Warn(w)
	}
	return out, nil
}

// Select keeps the named measures, in that order.
func (c *Cube) Select(names ...string) (*Cube, error) {
	var measures []Measure
	var columns []*column
	for k, name := range names {
		m := c.MeasureIndex(name)
		if slices.Contains(names[:k], name) {
			return nil, fmt.Errorf("cube: the measure %q of %s is asked for twice", name, c.Name)
		}
		if m < 0 {
			return nil, fmt.Errorf("cube: %s has no measure %q", c.Name, name)
		}
		measures, columns = append(measures, c.measures[m]), append(columns, c.columns[m].pick(identity(c.Len())))
	}
	b := c.derived(c.dims, measures)
	for d := range c.coords {
		b.cube.coords[d] = slices.Clone(c.coords[d])
	}
	b.cube.columns = columns
	return b.cube, nil
}

// Join puts the measures of another cube with the same dimensions beside those of c. Members are matched by code; a row that one of
// them lacks gets NotAvailable there.
func (c *Cube) Join(o *Cube) (*Cube, error) {
	if !slices.Equal(c.DimNames(), o.DimNames()) {
		return nil, fmt.Errorf("cube: %s has dimensions %v and %s has %v: they can't be joined", c.Name, c.DimNames(), o.Name, o.DimNames())
	}
	dims := slices.Clone(c.dims)
	shift := make([][]int32, len(dims))
	for d := range dims {
		if dims[d].Kind != o.dims[d].Kind || dims[d].Vintage != o.dims[d].Vintage {
			return nil, fmt.Errorf("cube: %s is of %s %s in %s and of %s %s in %s: two vintages are never joined silently", dims[d].Name, dims[d].Kind, dims[d].Vintage, c.Name, o.dims[d].Kind, o.dims[d].Vintage, o.Name)
		}
		at := make(map[string]int32, len(dims[d].Members))
		for i, m := range dims[d].Members {
			at[m.Code] = int32(i)
		}
		dims[d].Members = slices.Clone(dims[d].Members)
		for _, m := range o.dims[d].Members {
			i, ok := at[m.Code]
			if !ok {
				i = int32(len(dims[d].Members))
				dims[d].Members = append(dims[d].Members, m)
			}
			shift[d] = append(shift[d], i)
		}
	}
	b := c.derived(dims, append(slices.Clone(c.measures), o.measures...))
	b.cube.Lineage = c.Lineage.Merge(o.Lineage)
	for _, w := range o.Warnings {
		if !slices.Contains(b.cube.Warnings, w) {
			b.cube.Warnings = append(b.cube.Warnings, w)
		}
	}
	index := make(map[string]int, c.Len())
	var places [][]int32
	var rows [][]Cell
	var key []byte
	place := func(at []int32) []Cell {
		key = appendPlace(key[:0], at...)
		k, ok := index[string(key)]
		if !ok {
			k = len(places)
			index[string(key)] = k
			places, rows = append(places, slices.Clone(at)), append(rows, make([]Cell, len(c.measures)+len(o.measures)))
		}
		return rows[k]
	}
	at := make([]int32, len(dims))
	for row := range c.Len() {
		for d := range dims {
			at[d] = c.coords[d][row]
		}
		cells := place(at)
		for m := range c.measures {
			cells[m] = c.Cell(row, m)
		}
	}
	for row := range o.Len() {
		for d := range dims {
			at[d] = shift[d][o.coords[d][row]]
		}
		cells := place(at)
		for m := range o.measures {
			cells[len(c.measures)+m] = o.Cell(row, m)
		}
	}
	for k, at := range places {
		b.Add(at, rows[k]...)
	}
	return b.Cube()
}

// appendPlace adds a row's members to the key of a map.
func appendPlace(key []byte, at ...int32) []byte {
	for _, v := range at {
		key = append(key, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
	}
	return key
}

// Edit gives a copy in which every cell has gone through f. It is how rules change the state of cells.
func (c *Cube) Edit(f func(row, measure int, cell Cell) Cell) *Cube {
	out := c.Clone()
	for m, col := range out.columns {
		for i := range col.status {
			col.set(i, f(i, m, col.at(i)))
		}
	}
	return out
}

// Warn adds a warning unless it is there already.
func (c *Cube) Warn(w Warning) {
	if !slices.Contains(c.Warnings, w) {
		c.Warnings = append(c.Warnings, w)
		slices.SortStableFunc(c.Warnings, func(a, b Warning) int { return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Text.SV, b.Text.SV)) })
	}
}

// CheckHidden looks for variation that dropping dimensions would hide: it warns when the cube mixes members of a dimension that must
// not be added together (years; area vintages are told apart by [Cube.Join]).
func (c *Cube) CheckHidden(keep ...string) {
	for d, dim := range c.dims {
		if dim.Role != Time || slices.Contains(keep, dim.Name) {
			continue
		}
		seen := map[int32]bool{}
		for _, m := range c.coords[d] {
			seen[m] = true
		}
		if len(seen) > 1 {
			c.Warn(Warning{Code: "mixed-" + dim.Name, Text: Text{
				fmt.Sprintf("Cellerna blandar %d olika värden på %s.", len(seen), dim.Title.In("sv")),
				fmt.Sprintf("Cells mix %d values of %s.", len(seen), dim.Title.In("en"))}})
		}
	}
}

// Take is the cube with only the members at the given positions, in table order, one list a dimension, and the measures at the given positions. Members and measures
// that are not taken are no longer declared.
func (c *Cube) Take(members [][]int, measures []int) (*Cube, error) {
	if len(members) != len(c.dims) {
		return nil, fmt.Errorf("cube: %s has %d dimensions, and members are given for %d", c.Name, len(c.dims), len(members))
	}
	dims, to := slices.Clone(c.dims), make([][]int32, len(c.dims))
	for d, list := range members {
		to[d] = slices.Repeat([]int32{-1}, len(c.dims[d].Members))
		dims[d].Members = nil
		for _, at := range list {
			if at < 0 || at >= len(to[d]) || to[d][at] >= 0 {
				return nil, fmt.Errorf("cube: %s: position %d of %s is out of range or stands twice", c.Name, at, c.dims[d].Name)
			}
			to[d][at] = int32(len(dims[d].Members))
			dims[d].Members = append(dims[d].Members, c.dims[d].Members[at])
		}
	}
	var order []int
	look := func(from, upto int) {
		for i := from; i < upto; i++ {
			taken := true
			for d := range c.dims {
				taken = taken && to[d][c.coords[d][i]] >= 0
			}
			if taken {
				order = append(order, i)
			}
		}
	}
	if len(c.dims) > 0 && len(dims[0].Members) < len(c.dims[0].Members) {
		for at, wanted := range to[0] {
			if wanted >= 0 {
				look(c.span(int32(at)))
			}
		}
	} else {
		look(0, c.Len())
	}
	var kept []Measure
	for _, m := range measures {
		kept = append(kept, c.measures[m])
	}
	b := c.derived(dims, kept)
	for d := range c.coords {
		b.cube.coords[d] = pick(c.coords[d], order)
		for i, at := range b.cube.coords[d] {
			b.cube.coords[d][i] = to[d][at]
		}
	}
	for i, m := range measures {
		b.cube.columns[i] = c.columns[m].pick(order)
	}
	return b.Cube()
}

// Drop is the cube without the named dimensions, of each of which it may have rows for one member only.
func (c *Cube) Drop(names ...string) (*Cube, error) {
	var dims []Dimension
	var coords [][]int32
	for d, dim := range c.dims {
		if !slices.Contains(names, dim.Name) {
			dims, coords = append(dims, dim), append(coords, c.coords[d])
		} else if len(c.coords[d]) > 0 && slices.Max(c.coords[d]) != slices.Min(c.coords[d]) {
			return nil, fmt.Errorf("cube: %s has rows for several members of %s, so it can't be left out", c.Name, dim.Name)
		}
	}
	b := c.derived(dims, c.measures)
	b.cube.coords, b.cube.columns = coords, c.columns
	return b.Cube()
}
