// Package cube holds the one central type of skikt: a [Cube] of statistics, dimensions × measures, kept by column.
//
// The socioeconomic index is a cube (RegSO × year × component), områdestyper a cube with a category as its measure, a table for
// publication a cube. A cell is more than a number: it has a [Status], the base it was computed on (persons behind it),
// perhaps an interval; the cube carries warnings and lineage. Missing, hidden and zero are three things, and none of
// them is written as a special number.
//
// Cubes are sparse: only the combinations of members that exist are rows, so nested dimensions (RegSO beside its kommun and
// its type) cost nothing. Rows are always sorted by the members' order, dimension by dimension, so that the same
// statistics give the same bytes.
package cube

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
)

// Text is a text for people in Swedish and English.
type Text struct {
	SV string `json:"sv"`
	EN string `json:"en"`
}

// In is the text in a language ("sv" or "en"), falling back on the other one.
func (t Text) In(lang string) string {
	if lang == "en" && t.EN != "" || t.SV == "" {
		return t.EN
	}
	return t.SV
}

// Same is a text that reads alike in both languages.
func Same(s string) Text { return Text{s, s} }

// Role is what a dimension stands for.
type Role string

// The roles a dimension can have.
const (
	Area  Role = "area"  // areas of one division; Dimension.Kind and Vintage say which
	Type  Role = "type"  // the five områdestyper
	Time  Role = "time"  // years
	Group Role = "group" // anything that sorts persons, dwellings or schools
)

// Total is the code of the member that stands for all members of a dimension.
const Total = "total"

// A Member is one value of a dimension.
type Member struct {
	Code  string `json:"code"`
	Label Text   `json:"label"`
}

// A Dimension is one way the cells are sorted. The order of its members is the order of the rows.
type Dimension struct {
	Name    string   `json:"name"`
	Title   Text     `json:"title"`
	Role    Role     `json:"role"`
	Kind    string   `json:"kind,omitempty"`    // area kind, when Role is Area
	Vintage string   `json:"vintage,omitempty"` // area vintage, when Role is Area
	Members []Member `json:"members"`
}

// Index is the position of a member code, or -1. Of a dimension whose codes are sorted, as those of areas are, it is found at once.
func (d *Dimension) Index(code string) int {
	if i := sort.Search(len(d.Members), func(i int) bool { return d.Members[i].Code >= code }); i < len(d.Members) && d.Members[i].Code == code {
		return i
	}
	for i := range d.Members {
		if d.Members[i].Code == code {
			return i
		}
	}
	return -1
}

// MeasureKind says how a measure behaves when cells are put together.
type MeasureKind string

// The kinds of measure.
const (
	Count MeasureKind = "count" // whole things; adds up
	Sum   MeasureKind = "sum"   // quantities; adds up
	Share MeasureKind = "share" // count of a cell over the count of its base; 0..1 inside, percent in writers
	Mean  MeasureKind = "mean"  // sum over count
	Value MeasureKind = "value" // an index or another number that does not add up
	Code  MeasureKind = "code"  // a category written as a number, such as the områdestyp
)

// Additive tells whether cells of the kind may be added.
func (k MeasureKind) Additive() bool { return k == Count || k == Sum }

// A Measure is one thing that is known about every row.
type Measure struct {
	Name     string      `json:"name"` // identifier: NPersons, SharePersons, Index
	Title    Text        `json:"title"`
	Unit     Text        `json:"unit"` // persons, households, percent
	Kind     MeasureKind `json:"kind"`
	Decimals int         `json:"decimals"` // that writers for people show

	// A share is the count Of in the row over the count Of summed across Base members of the dimension Over (all members
	// but Total when Base is empty; Base may be just Total). A mean is the sum Of over the count Per.
	Of   string   `json:"of,omitempty"`
	Over string   `json:"over,omitempty"`
	Base []string `json:"base,omitempty"`
	Per  string   `json:"per,omitempty"`
}

// Status is what is known of a cell.
type Status uint8

// The states of a cell. Only the ones for which HasValue holds have a value.
const (
	NotAvailable  Status = iota // not collected, or missing at the source
	Known                       // a value
	Zero                        // known to be nothing
	HiddenRule                  // hidden by a primary rule
	HiddenProtect               // hidden so that another cell can't be computed
	Perturbed                   // a value with noise added for protection
	NotApplicable               // can't exist
	Unreliable                  // a value on too little
	Preliminary                 // a value that its publisher will revise
	Revised                     // a value that its publisher has revised
)

// statusDoc is what each status is called and means.
var statusDoc = [...]struct {
	name        string
	title, text Text
}{
	{"not_available", Text{"Uppgift saknas", "Not available"}, Text{"Uppgiften är inte insamlad, eller saknas hos källan.", "The figure was not collected, or is missing at the source."}},
	{"known", Text{"Värde", "Value"}, Text{"Ett värde.", "A value."}},
	{"zero", Text{"Noll", "Zero"}, Text{"Ingen eller inget finns.", "There is nobody or nothing."}},
	{"hidden_rule", Text{"Dold: bygger på för få", "Hidden: built on too few"}, Text{"Värdet visas inte därför att det bygger på för få personer eller skulle röja något om alla i en grupp.", "The value is not shown because it is built on too few persons, or would tell something about everyone in a group."}},
	{"hidden_protect", Text{"Dold för att skydda en annan uppgift", "Hidden to protect another figure"}, Text{"Värdet visas inte därför att en dold uppgift annars kunde räknas fram ur summor och skillnader.", "The value is not shown because a hidden figure could otherwise be computed from sums and differences."}},
	{"perturbed", Text{"Värde med tillagd osäkerhet", "Value with added noise"}, Text{"Ett litet slumptal är tillagt för att skydda enskilda. Delar behöver inte bli exakt totalen.", "A small random number has been added to protect individuals. Parts need not add up to the total."}},
	{"not_applicable", Text{"Kan inte finnas", "Not applicable"}, Text{"Värdet kan inte finnas, till exempel en andel utan underlag.", "The value can't exist, such as a share of nothing."}},
	{"unreliable", Text{"Osäkert värde", "Unreliable value"}, Text{"Värdet bygger på ett litet underlag och kan skilja mycket från ett år till ett annat.", "The value is built on little and may differ much from year to year."}},
	{"preliminary", Text{"Preliminärt värde", "Preliminary value"}, Text{"Utgivaren kommer att ändra värdet.", "The publisher will revise the value."}},
	{"revised", Text{"Reviderat värde", "Revised value"}, Text{"Utgivaren har ändrat värdet sedan det först publicerades.", "The publisher has revised the value since it was first published."}},
}

// String is the stable name of the status, for files and programs.
func (s Status) String() string {
	if int(s) < len(statusDoc) {
		return statusDoc[s].name
	}
	return fmt.Sprintf("status %d", uint8(s))
}

// Title is what the status is called.
func (s Status) Title() Text { return statusDoc[s].title }

// Text is what the status means to a reader.
func (s Status) Text() Text { return statusDoc[s].text }

// ParseStatus reads the written form of a status.
func ParseStatus(name string) (Status, error) {
	for i, d := range statusDoc {
		if d.name == name {
			return Status(i), nil
		}
	}
	return NotAvailable, fmt.Errorf("cube: unknown status %q", name)
}

// Statuses are all states in order.
func Statuses() []Status {
	all := make([]Status, len(statusDoc))
	for i := range all {
		all[i] = Status(i)
	}
	return all
}

// HasValue tells whether a cell of this status has a value.
func (s Status) HasValue() bool {
	switch s {
	case Known, Zero, Perturbed, Unreliable, Preliminary, Revised:
		return true
	}
	return false
}

// Hidden tells whether the value exists but is kept back.
func (s Status) Hidden() bool { return s == HiddenRule || s == HiddenProtect }

// A Number is a number that may be absent. The zero Number is absent.
type Number struct {
	V  float64
	OK bool
}

// Num is a number that is there.
func Num(v float64) Number { return Number{v, true} }

// A Cell is one measure of one row.
type Cell struct {
	Status Status
	Value  float64 // meaningful only when Status.HasValue()
	Base   Number  // persons (or dwellings, ...) the value was computed on
	Lo, Hi Number  // interval; what it is an interval of stands in the cube's notes
}

// KnownCell is a cell with a value: Zero for nothing, else Known.
func KnownCell(v float64) Cell {
	if v == 0 {
		return Cell{Status: Zero}
	}
	return Cell{Status: Known, Value: v}
}

// Percent is a share times 100, done on its shortest decimal form: 0.07 becomes 7, where multiplying gives 7.000000000000001. Shares are 0..1 inside, and writers
// show percent.
func Percent(share float64) float64 {
	var buf [32]byte
	digits := strconv.AppendFloat(buf[:0], share, 'e', -1, 64)
	e := bytes.LastIndexByte(digits, 'e')
	if e < 0 { // no finite number
		return share * 100
	}
	exponent, _ := strconv.Atoi(string(digits[e+1:]))
	p, err := strconv.ParseFloat(string(strconv.AppendInt(digits[:e+1], int64(exponent+2), 10)), 64)
	if err != nil { // none when it is a hundred times as large
		return share * 100
	}
	return p
}

// AppendPercent appends a share times 100 as decimal text, its point moved two places: the text of [Percent] without its rounding, so that it reads back as the same number.
func AppendPercent(out []byte, share float64) []byte {
	var buf [32]byte
	digits := strconv.AppendFloat(buf[:0], share, 'e', -1, 64)
	e := bytes.LastIndexByte(digits, 'e')
	if e < 0 { // no finite number
		return strconv.AppendFloat(out, share*100, 'f', -1, 64)
	}
	exponent, _ := strconv.Atoi(string(digits[e+1:]))
	digits = digits[:e]
	if digits[0] == '-' {
		out, digits = append(out, '-'), digits[1:]
	}
	if len(digits) > 1 { // d.ddd
		digits = append(digits[:1], digits[2:]...)
	}
	if digits[0] == '0' {
		return append(out, '0')
	}
	switch whole := exponent + 3; { // digits before the point
	case whole <= 0:
		out = append(out, "0."...)
		for range -whole {
			out = append(out, '0')
		}
		return append(out, digits...)
	case whole >= len(digits):
		out = append(out, digits...)
		for range whole - len(digits) {
			out = append(out, '0')
		}
		return out
	default:
		out = append(append(out, digits[:whole]...), '.')
		return append(out, digits[whole:]...)
	}
}

// column keeps one measure's cells by field; the optional fields stay nil until one cell has them.
type column struct {
	status       []Status
	value        []float64
	base, lo, hi []Number
}

func (c *column) at(i int) Cell {
	cell := Cell{Status: c.status[i]}
	if cell.Status.HasValue() {
		cell.Value = c.value[i]
	}
	if c.base != nil {
		cell.Base = c.base[i]
	}
	if c.lo != nil {
		cell.Lo = c.lo[i]
	}
	if c.hi != nil {
		cell.Hi = c.hi[i]
	}
	return cell
}

func (c *column) set(i int, cell Cell) {
	n := len(c.status)
	c.status[i] = cell.Status
	c.value[i] = 0
	if cell.Status.HasValue() {
		c.value[i] = cell.Value
	}
	for _, f := range []struct {
		field *[]Number
		v     Number
	}{{&c.base, cell.Base}, {&c.lo, cell.Lo}, {&c.hi, cell.Hi}} {
		if *f.field == nil && f.v.OK {
			*f.field = make([]Number, n)
		}
		if *f.field != nil {
			(*f.field)[i] = f.v
		}
	}
}

func newColumn(n int) *column {
	return &column{status: make([]Status, n), value: make([]float64, n)}
}

// A Warning is something a reader of the statistics must know. It travels with them.
type Warning struct {
	Code string `json:"code"` // stable, for programs: mixed-vintage, rounded-source
	Text Text   `json:"text"`
	At   string `json:"at,omitempty"` // of a series-break: the first member of time after it
}

// SeriesBreak is the code of the warning that figures before and from a time are not comparable, since what they count, or how, is another. Its At is that time.
const SeriesBreak = "series-break"

// A Source is an input that a cube was made from.
type Source struct {
	Name      string `json:"name"`
	Publisher string `json:"publisher,omitempty"` // who has made it public; empty for an agency's own records
	Address   string `json:"address,omitempty"`
	SHA256    string `json:"sha256,omitempty"`
	Updated   string `json:"updated,omitempty"`
	Licence   string `json:"licence,omitempty"`
	Public    bool   `json:"public"` // already published by its publisher, so not confidential
	Synthetic bool   `json:"synthetic,omitempty"`
}

// Lineage is what a cube was made from and how.
type Lineage struct {
	Sources []Source `json:"sources"`
	Steps   []string `json:"steps,omitempty"`
}

// Public tells whether every source had already been made public; without sources it is false.
func (l Lineage) Public() bool {
	for _, s := range l.Sources {
		if !s.Public {
			return false
		}
	}
	return len(l.Sources) > 0
}

// Merge is the lineage of something made from both.
func (l Lineage) Merge(m Lineage) Lineage {
	out := Lineage{Sources: slices.Clone(l.Sources), Steps: slices.Clone(l.Steps)}
	for _, s := range m.Sources {
		if !slices.Contains(out.Sources, s) {
			out.Sources = append(out.Sources, s)
		}
	}
	slices.SortFunc(out.Sources, func(a, b Source) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.SHA256, b.SHA256))
	})
	for _, s := range m.Steps {
		if !slices.Contains(out.Steps, s) {
			out.Steps = append(out.Steps, s)
		}
	}
	return out
}

// Terms are by what licence a published table may be used, and how it is cited. Files that can hold it tell it.
type Terms struct {
	Licence string // address
	Cite    Text
}

// A Cube is a table of statistics. Make one with a [Builder]; operations return new cubes and leave the old one alone.
type Cube struct {
	Name     string
	Title    Text
	Notes    []Text // what a reader needs in order to read the numbers right
	Warnings []Warning
	Lineage  Lineage
	Terms    Terms

	dims     []Dimension
	measures []Measure
	coords   [][]int32 // per dimension, per row: position among the members
	columns  []*column // per measure
}

// Len is the number of rows.
func (c *Cube) Len() int {
	if len(c.columns) == 0 {
		return 0
	}
	return len(c.columns[0].status)
}

// Dims are the dimensions. The slice is the cube's own: do not change it.
func (c *Cube) Dims() []Dimension { return c.dims }

// Measures are the measures. The slice is the cube's own: do not change it.
func (c *Cube) Measures() []Measure { return c.measures }

// Dim finds a dimension by name; nil when there is none.
func (c *Cube) Dim(name string) *Dimension {
	if i := c.DimIndex(name); i >= 0 {
		return &c.dims[i]
	}
	return nil
}

// DimIndex is the position of a dimension, or -1.
func (c *Cube) DimIndex(name string) int {
	return slices.IndexFunc(c.dims, func(d Dimension) bool { return d.Name == name })
}

// MeasureIndex is the position of a measure, or -1.
func (c *Cube) MeasureIndex(name string) int {
	return slices.IndexFunc(c.measures, func(m Measure) bool { return m.Name == name })
}

// Coord is the position, among the members of dimension d, of row i.
func (c *Cube) Coord(i, d int) int { return int(c.coords[d][i]) }

// Code is the member code of dimension d in row i.
func (c *Cube) Code(i, d int) string { return c.dims[d].Members[c.coords[d][i]].Code }

// Cell is measure m of row i.
func (c *Cube) Cell(i, m int) Cell { return c.columns[m].at(i) }

// Find is the row with the given member codes, one a dimension in order, or -1.
func (c *Cube) Find(codes ...string) int {
	if len(codes) != len(c.dims) {
		return -1
	}
	want := make([]int32, len(codes))
	for d, code := range codes {
		i := c.dims[d].Index(code)
		if i < 0 {
			return -1
		}
		want[d] = int32(i)
	}
	i := sort.Search(c.Len(), func(i int) bool { return c.compareRow(i, want) >= 0 })
	if i < c.Len() && c.compareRow(i, want) == 0 {
		return i
	}
	return -1
}

// Get is the cell of a measure at the given member codes; NotAvailable where there is no such row or measure.
func (c *Cube) Get(measure string, codes ...string) Cell {
	i, m := c.Find(codes...), c.MeasureIndex(measure)
	if i < 0 || m < 0 {
		return Cell{}
	}
	return c.Cell(i, m)
}

func (c *Cube) compareRow(i int, want []int32) int {
	for d := range c.dims {
		if r := cmp.Compare(c.coords[d][i], want[d]); r != 0 {
			return r
		}
	}
	return 0
}

// HasMember tells whether any row has the member of the dimension (a member may be declared and have no row).
func (c *Cube) HasMember(dim, code string) bool {
	d := c.DimIndex(dim)
	if d < 0 {
		return false
	}
	m := int32(c.dims[d].Index(code))
	return m >= 0 && slices.Contains(c.coords[d], m)
}

// A Builder gathers rows in any order and makes a Cube of them.
type Builder struct {
	cube *Cube
}

// NewBuilder starts a cube with the given dimensions and measures.
func NewBuilder(name string, dims []Dimension, measures []Measure) *Builder {
	c := &Cube{Name: name, dims: slices.Clone(dims), measures: slices.Clone(measures), coords: make([][]int32, len(dims))}
	for range measures {
		c.columns = append(c.columns, newColumn(0))
	}
	return &Builder{c}
}

// Add puts a row in: the positions of its members, one a dimension, and its cells, one a measure.
func (b *Builder) Add(members []int32, cells ...Cell) {
	c := b.cube
	if len(members) != len(c.dims) || len(cells) != len(c.measures) {
		panic(fmt.Sprintf("cube: a row of %s has %d members and %d cells, want %d and %d", c.Name, len(members), len(cells), len(c.dims), len(c.measures)))
	}
	for d, m := range members {
		c.coords[d] = append(c.coords[d], m)
	}
	for m, cell := range cells {
		col := c.columns[m]
		col.status = append(col.status, 0)
		col.value = append(col.value, 0)
		for _, f := range []*[]Number{&col.base, &col.lo, &col.hi} {
			if *f != nil {
				*f = append(*f, Number{})
			}
		}
		col.set(len(col.status)-1, cell)
	}
}

// Cube checks and sorts what was added. Two rows with the same members, a member out of range and a repeated name are errors.
func (b *Builder) Cube() (*Cube, error) {
	c := b.cube
	for d := range c.dims {
		seen := make(map[string]bool, len(c.dims[d].Members))
		for _, m := range c.dims[d].Members {
			if seen[m.Code] {
				return nil, fmt.Errorf("cube: %s: dimension %s has member %q twice", c.Name, c.dims[d].Name, m.Code)
			}
			seen[m.Code] = true
		}
		for _, m := range c.coords[d] {
			if m < 0 || int(m) >= len(c.dims[d].Members) {
				return nil, fmt.Errorf("cube: %s: a row names member %d of dimension %s, which has %d", c.Name, m, c.dims[d].Name, len(c.dims[d].Members))
			}
		}
	}
	names := map[string]bool{}
	for _, d := range c.dims {
		if names[d.Name] {
			return nil, fmt.Errorf("cube: %s: the name %q stands twice", c.Name, d.Name)
		}
		names[d.Name] = true
	}
	for _, m := range c.measures {
		if names[m.Name] {
			return nil, fmt.Errorf("cube: %s: the name %q stands twice", c.Name, m.Name)
		}
		names[m.Name] = true
	}
	c.sortRows()
	for i := 1; i < c.Len(); i++ {
		if c.sameRow(i-1, i) {
			return nil, fmt.Errorf("cube: %s has two rows for %s", c.Name, c.describe(i))
		}
	}
	return c, nil
}

func (c *Cube) sameRow(i, j int) bool {
	for d := range c.dims {
		if c.coords[d][i] != c.coords[d][j] {
			return false
		}
	}
	return true
}

func (c *Cube) describe(i int) string {
	s := ""
	for d := range c.dims {
		if d > 0 {
			s += ", "
		}
		s += c.dims[d].Name + "=" + c.Code(i, d)
	}
	if s == "" {
		return "the whole"
	}
	return s
}

func (c *Cube) sortRows() {
	n := c.Len()
	compare := func(a, b int) int {
		for d := range c.coords {
			if r := cmp.Compare(c.coords[d][a], c.coords[d][b]); r != 0 {
				return r
			}
		}
		return 0
	}
	order := make([]int, n)
	sorted := true
	for i := range order {
		order[i] = i
		sorted = sorted && (i == 0 || compare(i-1, i) <= 0)
	}
	if sorted {
		return
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(compare(a, b), cmp.Compare(a, b)) })
	for d := range c.coords {
		c.coords[d] = pick(c.coords[d], order)
	}
	for m, col := range c.columns {
		c.columns[m] = col.pick(order)
	}
}

func pick[T any](s []T, order []int) []T {
	if s == nil {
		return nil
	}
	out := make([]T, len(order))
	for i, j := range order {
		out[i] = s[j]
	}
	return out
}

func (c *column) pick(order []int) *column {
	return &column{pick(c.status, order), pick(c.value, order), pick(c.base, order), pick(c.lo, order), pick(c.hi, order)}
}
