package gap

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Question says what an indicator's cube holds and how it is to be followed. The zero values are what is usual.
type Question struct {
	// An interval that a cell of the table has is taken for the bounds of its number, as rounding or noise gives them: measures then contain what any number between them would give.
	//
	// The indicator: either Events of Persons (two measures that add up), or Share, whose cells carry the persons they are computed on as base. A Share may also be a mean or an
	// index; then gaps have no intervals, since a mean does not tell how persons vary.
	Events, Persons, Share string

	Types, Years string // dimensions; by their role when empty. Types may be any groups in order, the most disadvantaged first.
	First, Last  string // the two types that are compared; the first and the last member when empty

	// Strata are dimensions to standardise over, such as age and sex, with Standard the population whose make-up everybody is given: a cube with the same dimensions and a count. Without
	// Standard all persons of the cube together are it.
	Strata   []string
	Standard *cube.Cube

	Level  float64 // of intervals; 0.95 when 0
	Breaks []int   // first years after a break in the series; for statistics by RegSO, DeSO or type on both sides of 2023/2024 that is 2024 when nothing is said
	Joined bool    // no break, whatever the years: the series was made comparable

	HiddenBelow float64 // the publisher hides counts of events below this: measures become intervals that contain the truth
	Noise       float64 // the publisher moves counts by this much at most, where the cells don't tell themselves

	Measures []string // names; the usual ones when empty
}

// VintageBreak is the first year of SCB's statistics on the 2025 vintage of RegSO and DeSO.
const VintageBreak = 2024

func (q Question) level() float64 {
	if q.Level == 0 {
		return 0.95
	}
	return q.Level
}

// frame is where things lie in the cube, and its numbers in one block: rest × year × type × stratum.
type frame struct {
	q                  Question
	in                 *cube.Cube
	typeDim, yearDim   int
	rest, strata       []int
	types, yearMembers []int // positions of members, in order, without totals
	years              []float64
	first, last        int // positions among types
	restAt             [][]int32
	nStrata            int
	cells              []counted
	weights            []float64 // of strata, summing to 1; nil without strata
	proportion         bool      // the indicator is a share, so it has a sampling variance
	breakAt            float64
	warned             tally
}

// counted is an indicator's number: x of n, with what is known of them when they are hidden or perturbed.
type counted struct {
	x, n               float64
	xLo, xHi, nLo, nHi float64
	status             cube.Status // of the number; without a value, why
	there              bool        // a row exists
}

// open tells whether the number is known only between bounds.
func (c counted) open() bool { return c.xLo != c.xHi || c.nLo != c.nHi }

// tally counts what warnings tell.
type tally struct {
	bounded, unbounded, perturbed, vanished, empty, noBase, fewYears int
}

func (t *tally) add(o tally) {
	t.bounded, t.unbounded, t.perturbed, t.vanished = t.bounded+o.bounded, t.unbounded+o.unbounded, t.perturbed+o.perturbed, t.vanished+o.vanished
	t.empty, t.noBase, t.fewYears = t.empty+o.empty, t.noBase+o.noBase, t.fewYears+o.fewYears
}

// read puts the cube into a frame.
func (q Question) read(c *cube.Cube) (*frame, error) {
	f := &frame{q: q, in: c, breakAt: math.NaN()}
	fail := func(format string, args ...any) (*frame, error) {
		return nil, fmt.Errorf("gap: cube %s %s", c.Name, fmt.Sprintf(format, args...))
	}
	if l := q.level(); !(l > 0 && l < 1) {
		return nil, fmt.Errorf("gap: %g is no level of an interval; write 0.95", l)
	}
	byRole := func(name string, role cube.Role, what string) (int, error) {
		if name != "" {
			if i := c.DimIndex(name); i >= 0 {
				return i, nil
			}
			return -1, fmt.Errorf("gap: cube %s has no dimension %q; it has %s", c.Name, name, strings.Join(c.DimNames(), ", "))
		}
		at := -1
		for i, d := range c.Dims() {
			if d.Role == role {
				if at >= 0 {
					return -1, fmt.Errorf("gap: cube %s has several dimensions of %s: name the one that is meant", c.Name, what)
				}
				at = i
			}
		}
		if at < 0 {
			return -1, fmt.Errorf("gap: cube %s has no dimension of %s among %s: name it", c.Name, what, strings.Join(c.DimNames(), ", "))
		}
		return at, nil
	}
	var err error
	if f.typeDim, err = byRole(q.Types, cube.Type, "types"); err != nil {
		return nil, err
	}
	if f.yearDim, err = byRole(q.Years, cube.Time, "years"); err != nil {
		return nil, err
	}
	for _, name := range q.Strata {
		i := c.DimIndex(name)
		if i < 0 || i == f.typeDim || i == f.yearDim {
			return fail("can't be standardised over %q; it has %s", name, strings.Join(c.DimNames(), ", "))
		}
		f.strata = append(f.strata, i)
	}
	for i := range c.Dims() {
		if i != f.typeDim && i != f.yearDim && !slices.Contains(f.strata, i) {
			f.rest = append(f.rest, i)
		}
	}
	events, persons, share := c.MeasureIndex(q.Events), c.MeasureIndex(q.Persons), c.MeasureIndex(q.Share)
	var names []string
	for _, m := range c.Measures() {
		names = append(names, m.Name)
	}
	switch {
	case q.Share != "" && share < 0:
		return fail("has no measure %q; it has %s", q.Share, strings.Join(names, ", "))
	case q.Share == "" && (events < 0 || persons < 0):
		return fail("has no measures %q and %q; it has %s", q.Events, q.Persons, strings.Join(names, ", "))
	case q.Share == "" && events == persons:
		return fail("is asked for %q of itself", q.Events)
	}
	f.proportion = q.Share == "" || c.Measures()[share].Kind == cube.Share

	index := func(d int) (members []int, at map[int]int) {
		at = map[int]int{}
		for i, m := range c.Dims()[d].Members {
			if m.Code != cube.Total {
				at[i] = len(members)
				members = append(members, i)
			}
		}
		return members, at
	}
	var typeAt, yearAt map[int]int
	f.types, typeAt = index(f.typeDim)
	f.yearMembers, yearAt = index(f.yearDim)
	if len(f.types) < 2 {
		return fail("has %d types; a gap takes two", len(f.types))
	}
	find := func(code string, otherwise int) (int, error) {
		if code == "" {
			return otherwise, nil
		}
		i := c.Dims()[f.typeDim].Index(code)
		if k, ok := typeAt[i]; ok {
			return k, nil
		}
		return 0, fmt.Errorf("gap: cube %s has no %s %q", c.Name, c.Dims()[f.typeDim].Name, code)
	}
	if f.first, err = find(q.First, 0); err != nil {
		return nil, err
	}
	if f.last, err = find(q.Last, len(f.types)-1); err != nil {
		return nil, err
	}
	if f.first == f.last {
		return fail("is asked for the gap between a type and itself")
	}
	for _, i := range f.yearMembers {
		code := c.Dims()[f.yearDim].Members[i].Code
		y, err := Year(code)
		if err != nil {
			return nil, err
		}
		f.years = append(f.years, y)
	}
	f.nStrata = 1
	strataAt := make([]map[int]int, len(f.strata))
	for k, d := range f.strata {
		var members []int
		members, strataAt[k] = index(d)
		f.nStrata *= len(members)
	}
	if err := f.standard(); err != nil {
		return nil, err
	}

	restIndex := map[string]int{}
	key := make([]byte, 0, 32)
	at := make([]int32, len(f.rest))
	block := len(f.years) * len(f.types) * f.nStrata
	for row := range c.Len() {
		t, ok1 := typeAt[c.Coord(row, f.typeDim)]
		y, ok2 := yearAt[c.Coord(row, f.yearDim)]
		s, ok3 := 0, true
		for k, d := range f.strata {
			i, ok := strataAt[k][c.Coord(row, d)]
			s, ok3 = s*len(strataAt[k])+i, ok3 && ok
		}
		if !ok1 || !ok2 || !ok3 {
			continue
		}
		key = key[:0]
		for k, d := range f.rest {
			at[k] = int32(c.Coord(row, d))
			key = append(key, byte(at[k]), byte(at[k]>>8), byte(at[k]>>16), byte(at[k]>>24))
		}
		r, ok := restIndex[string(key)]
		if !ok {
			r = len(f.restAt)
			restIndex[string(key)] = r
			f.restAt = append(f.restAt, slices.Clone(at))
			f.cells = append(f.cells, make([]counted, block)...)
		}
		var n counted
		if q.Share != "" {
			n = q.ofShare(c.Cell(row, share), f.proportion)
		} else {
			n = q.ofCounts(c.Cell(row, events), c.Cell(row, persons))
		}
		n.there = true
		f.cells[((r*len(f.years)+y)*len(f.types)+t)*f.nStrata+s] = n
	}
	f.dropImpossible(block)
	if len(f.restAt) == 0 {
		return fail("has no rows for its types and years")
	}
	f.breaks()
	return f, nil
}

// dropImpossible leaves out what can't be followed anywhere, such as the share of all in all.
func (f *frame) dropImpossible(block int) {
	kept := 0
	for r := range f.restAt {
		cells := f.cells[r*block : (r+1)*block]
		if !slices.ContainsFunc(cells, func(c counted) bool { return c.there && c.status != cube.NotApplicable }) {
			continue
		}
		f.restAt[kept] = f.restAt[r]
		copy(f.cells[kept*block:], cells)
		kept++
	}
	f.restAt, f.cells = f.restAt[:kept], f.cells[:kept*block]
}

// Year is the number of a year's code: the year itself, or the first of a school year such as 2023/24.
func Year(code string) (float64, error) {
	if len(code) >= 4 {
		if y, err := strconv.Atoi(code[:4]); err == nil && y > 0 && (len(code) == 4 || !(code[4] >= '0' && code[4] <= '9')) {
			return float64(y), nil
		}
	}
	return 0, fmt.Errorf("gap: %q is no year: write 2024, or 2023/24", code)
}

// breaks finds the break of the series, and whether it is to be told.
func (f *frame) breaks() {
	on := func(at int) bool {
		return slices.ContainsFunc(f.years, func(y float64) bool { return y < float64(at) }) && slices.ContainsFunc(f.years, func(y float64) bool { return y >= float64(at) })
	}
	breaks := f.q.Breaks
	if len(breaks) == 0 && !f.q.Joined {
		for _, w := range f.in.Warnings { // those that the table itself declares
			if y, err := Year(w.At); w.Code == cube.SeriesBreak && err == nil {
				breaks = append(breaks, int(y))
			}
		}
		d := f.in.Dims()[f.typeDim]
		regso := d.Role == cube.Type
		for _, d := range f.in.Dims() {
			regso = regso || d.Role == cube.Area && (d.Kind == "regso" || d.Kind == "deso")
		}
		if regso {
			breaks = append(breaks, VintageBreak)
		}
	}
	for _, b := range breaks {
		if on(b) {
			f.breakAt = float64(b)
		}
	}
}

func (q Question) ofCounts(events, persons cube.Cell) counted {
	if !persons.Status.HasValue() {
		return counted{status: persons.Status}
	}
	n := counted{n: persons.Value, nLo: persons.Value, nHi: persons.Value, status: worse(persons.Status, cube.Known)}
	n.nLo, n.nHi = q.bounds(persons)
	switch {
	case events.Status.HasValue():
		n.x, n.status = events.Value, worse(events.Status, n.status)
		n.xLo, n.xHi = q.bounds(events)
	case events.Status == cube.HiddenRule && q.HiddenBelow > 0:
		// Below the threshold, and no more than there are persons.
		n.xLo, n.xHi = 0, min(math.Ceil(q.HiddenBelow)-1, n.nHi)
		n.x, n.status = (n.xLo+n.xHi)/2, cube.Unreliable
	default:
		return counted{status: events.Status}
	}
	if n.n <= 0 {
		return counted{status: cube.NotApplicable}
	}
	return n
}

func (q Question) ofShare(cell cube.Cell, proportion bool) counted {
	if !cell.Status.HasValue() {
		return counted{status: cell.Status}
	}
	base := 1.0
	n := counted{status: worse(cell.Status, cube.Known)}
	if cell.Base.OK {
		base = cell.Base.V
	}
	if base <= 0 {
		return counted{status: cube.NotApplicable}
	}
	n.n, n.nLo, n.nHi = base, base, base
	n.x, n.xLo, n.xHi = cell.Value*base, cell.Value*base, cell.Value*base
	switch {
	case cell.Lo.OK && cell.Hi.OK:
		n.xLo, n.xHi = cell.Lo.V*base, cell.Hi.V*base
	case cell.Status == cube.Perturbed && q.Noise > 0 && proportion && cell.Base.OK:
		n.xLo, n.xHi = max(0, n.x-q.Noise), min(base, n.x+q.Noise)
		n.nLo, n.nHi = max(base-q.Noise, 1), base+q.Noise
	}
	if !cell.Base.OK {
		n.n, n.nLo, n.nHi = nan, nan, nan
	}
	return n
}

// bounds are between what a count lies that tells so itself, or is perturbed.
func (q Question) bounds(c cube.Cell) (lo, hi float64) {
	switch {
	case c.Lo.OK && c.Hi.OK:
		return c.Lo.V, c.Hi.V
	case c.Status == cube.Perturbed && q.Noise > 0:
		return max(0, c.Value-q.Noise), c.Value + q.Noise
	}
	return c.Value, c.Value
}

// worse is the status of a number that rests on both.
func worse(a, b cube.Status) cube.Status {
	rank := func(s cube.Status) int {
		return slices.Index([]cube.Status{cube.Known, cube.Revised, cube.Preliminary, cube.Perturbed, cube.Unreliable, cube.NotApplicable, cube.NotAvailable, cube.HiddenProtect, cube.HiddenRule}, s)
	}
	if a == cube.Zero {
		a = cube.Known
	}
	if b == cube.Zero {
		b = cube.Known
	}
	if rank(a) > rank(b) {
		return a
	}
	return b
}

// standard sets the weights of the strata.
func (f *frame) standard() error {
	if len(f.strata) == 0 {
		if f.q.Standard != nil {
			return fmt.Errorf("gap: a standard population is given, but no dimension to standardise over")
		}
		return nil
	}
	c, std := f.in, f.q.Standard
	f.weights = make([]float64, f.nStrata)
	measure := -1
	if std == nil {
		if f.q.Persons == "" {
			return fmt.Errorf("gap: standardisation of a share needs a standard population")
		}
		std, measure = c, c.MeasureIndex(f.q.Persons)
	} else {
		for i, m := range std.Measures() {
			if m.Kind.Additive() && measure < 0 {
				measure = i
			}
		}
		if measure < 0 {
			return fmt.Errorf("gap: the standard population %s has no count", std.Name)
		}
	}
	dims := make([]int, len(f.strata))
	for k, d := range f.strata {
		name := c.Dims()[d].Name
		if dims[k] = std.DimIndex(name); dims[k] < 0 {
			return fmt.Errorf("gap: the standard population %s has no dimension %q; it has %s", std.Name, name, strings.Join(std.DimNames(), ", "))
		}
	}
	seen := make([]bool, f.nStrata)
	var unknown []string
	for row := range std.Len() {
		at, skip := 0, false
		for d, dim := range std.Dims() {
			// A total of a dimension that is not standardised over would be counted beside its parts.
			if std.Code(row, d) == cube.Total {
				skip = true
			}
			_ = dim
		}
		for k, d := range f.strata {
			members := c.Dims()[d].Members
			code, i, n := std.Code(row, dims[k]), -1, 0
			for _, m := range members {
				if m.Code == cube.Total {
					continue
				}
				if m.Code == code {
					i = n
				}
				n++
			}
			if i < 0 && !skip {
				skip = true
				unknown = append(unknown, c.Dims()[d].Name+" "+code)
			}
			at = at*n + max(i, 0)
		}
		if skip {
			continue
		}
		cell := std.Cell(row, measure)
		if !cell.Status.HasValue() {
			if f.q.Standard == nil {
				continue
			}
			return fmt.Errorf("gap: the standard population %s has a number that is %s", std.Name, cell.Status)
		}
		f.weights[at] += cell.Value
		seen[at] = true
	}
	var missing []string
	for s, ok := range seen {
		if !ok {
			missing = append(missing, f.stratumName(s))
		}
	}
	slices.Sort(unknown)
	unknown = slices.Compact(unknown)
	if len(missing)+len(unknown) > 0 {
		parts := []string{}
		if len(missing) > 0 {
			parts = append(parts, "lacks "+few(missing))
		}
		if len(unknown) > 0 {
			parts = append(parts, "has "+few(unknown)+", which the table lacks")
		}
		return fmt.Errorf("gap: the standard population %s does not match: it %s; give both the same groups", std.Name, strings.Join(parts, " and "))
	}
	total := 0.0
	for _, w := range f.weights {
		total += w
	}
	if !(total > 0) {
		return fmt.Errorf("gap: the standard population %s is empty", std.Name)
	}
	for s := range f.weights {
		f.weights[s] /= total
	}
	return nil
}

func few(names []string) string {
	const shown = 5
	if len(names) <= shown {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:shown], ", "), len(names)-shown)
}

func (f *frame) stratumName(s int) string {
	names := make([]string, len(f.strata))
	for k := len(f.strata) - 1; k >= 0; k-- {
		var codes []string
		d := f.in.Dims()[f.strata[k]]
		for _, m := range d.Members {
			if m.Code != cube.Total {
				codes = append(codes, m.Code)
			}
		}
		names[k] = d.Name + " " + codes[s%len(codes)]
		s /= len(codes)
	}
	return strings.Join(names, " × ")
}

// at are the strata of a type in a year.
func (f *frame) at(rest, year, kind int) []counted {
	i := ((rest*len(f.years)+year)*len(f.types) + kind) * f.nStrata
	return f.cells[i : i+f.nStrata]
}

// A level is an indicator's value in one type and year.
type level struct {
	counted          // without strata
	p, v     float64 // value and sampling variance; NaN variance where it is unknown
	persons  float64
	direct   DirectRate
	standard bool
}

// has tells whether there is a value.
func (l level) has() bool { return l.status.HasValue() }

// level is the value of a type in a year, standardised where that is asked for.
func (f *frame) level(rest, year, kind int) level {
	cells := f.at(rest, year, kind)
	if f.weights == nil {
		c := cells[0]
		if !c.there {
			return level{counted: counted{status: cube.NotAvailable}}
		}
		if !c.status.HasValue() {
			return level{counted: c}
		}
		l := level{counted: c, p: c.x / c.n, persons: c.n, v: nan}
		if math.IsNaN(c.n) {
			l.p = c.x
			return l
		}
		if f.proportion {
			l.v = l.p * (1 - l.p) / c.n
		}
		return l
	}
	s := Strata{make([]float64, len(cells)), make([]float64, len(cells))}
	out := level{counted: counted{status: cube.Known, there: true}, standard: true}
	there := false
	for i, c := range cells {
		there = there || c.there
		if f.weights[i] == 0 && !c.status.HasValue() {
			continue
		}
		if !c.there || c.status == cube.NotApplicable {
			// Nobody in a stratum that counts: its rate is unknown.
			out.status = worse(out.status, cube.NotApplicable)
			continue
		}
		out.status = worse(out.status, c.status)
		if c.open() {
			// The rate is linear in the events: its bounds are those of the events.
			out.xLo, out.xHi = out.xLo+f.weights[i]*c.xLo/c.nHi, out.xHi+f.weights[i]*c.xHi/c.nLo
		} else {
			out.xLo, out.xHi = out.xLo+f.weights[i]*c.x/c.n, out.xHi+f.weights[i]*c.x/c.n
		}
		s.Events[i], s.Persons[i] = c.x, c.n
		out.persons += c.n
	}
	if !there {
		return level{counted: counted{status: cube.NotAvailable}}
	}
	if !out.status.HasValue() {
		return out
	}
	d, err := DirectlyStandardised(s, f.weights, f.q.level())
	if err != nil {
		out.status = cube.NotApplicable
		f.warned.empty++
		return out
	}
	out.direct, out.p, out.v = d, d.Rate, d.VarPoisson
	out.x, out.n = d.Rate*out.persons, out.persons
	out.xLo, out.xHi = out.xLo*out.persons, out.xHi*out.persons
	out.nLo, out.nHi = out.n, out.n
	// Sums of shares round; what is not open is exact.
	if math.Abs(out.xHi-out.xLo) <= 1e-9*math.Abs(out.x) {
		out.xLo, out.xHi = out.x, out.x
	}
	return out
}
