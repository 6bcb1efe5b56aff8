package protect

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/internal/lp"
)

// A Nesting says that each member of one dimension lies in one member of another: RegSO in kommun, kommun in län, RegSO in area type.
type Nesting struct {
	Fine, Coarse string            // names of dimensions
	Of           map[string]string // code of Coarse by code of Fine
	// Same says that they are the same members: areas that are unchanged from one vintage to another. Their numbers are then the same, wherever they stand.
	Same bool
}

// How a hidden cell was found out.
const (
	ByEquation = "equation" // it is a sum and difference of shown cells
	ByBounds   = "bounds"   // counts are whole and never negative, and only one value is left
	ByShare    = "share"    // a shown share times its base
)

// A Finding is a hidden cell that could be computed from what is published.
type Finding struct {
	Table    string  `json:"table"`
	Measure  string  `json:"measure"`
	Where    string  `json:"where"` // member codes
	Value    float64 `json:"value"`
	By       string  `json:"by"`
	Equation string  `json:"equation"` // in words
}

// A Known is what can be known of a hidden cell: the least and greatest value it may have by all that is published.
type Known struct {
	Table   string `json:"table"`
	Measure string `json:"measure"`
	Where   string `json:"where"`
	// Least and Most are over real values from 0 up, WholeLeast and WholeMost over whole ones (the same for sums). Most and WholeMost are absent when nothing
	// limits the cell upwards.
	Least      float64  `json:"least"`
	Most       *float64 `json:"most,omitempty"`
	WholeLeast float64  `json:"whole_least"`
	WholeMost  *float64 `json:"whole_most,omitempty"`
	Certified  bool     `json:"certified"` // all ends are proved to be exactly these
}

// Findings are the outcome of an attack. Unlike an Audit they hold hidden values: they are confidential.
type Findings struct {
	Hidden    int       `json:"hidden"`           // hidden cells of counts and sums in the tables
	Equations int       `json:"equations"`        // relations with something unknown in them
	Ignored   int       `json:"ignored"`          // relations and cells that contradict others, so that the tables do not add up there
	Broken    []string  `json:"broken,omitempty"` // the first of them, in words
	Found     []Finding `json:"found"`
	Known     []Known   `json:"known,omitempty"` // of every hidden cell, in the order of the tables
}

// An attacker knows the published cells and how they add up.
type attacker struct {
	dims      map[string]int
	codes     []map[string]int32 // per dimension
	up        map[[2]int][]int32 // coarse code by fine code, per pair of dimensions; -1 where none
	pairs     [][2]int           // keys of up, in order
	tables    []attacked
	index     map[string]int
	cells     []known
	relations []relation
	same      map[[2]int32][2]int32 // dimension and code of a member by those of the same one elsewhere
	time      []bool                // per dimension: its members are times, so that a total is one number only over the same of them
	sets      [][][]int32           // per dimension of times: the sets of codes that totals are over, each in order
	editions  int
	scopes    scopes
	apart     map[[2]int]int // cells of an edition that shows another number there than an edition before it, by edition and the cell of the other
	findings  Findings
	negative  map[string]bool // sums that are shown below zero somewhere
	scale     float64         // power of ten that makes sums whole numbers
}

// attacked is a table with its members numbered over all tables.
type attacked struct {
	cube    *cube.Cube
	edition int
	dim     []int     // per dimension
	code    [][]int32 // per dimension and member; negative for the total
	set     [][]int32 // per dimension of times: the codes that occur
	base    []int32   // per dimension of all tables: the code of the total over it
	rows    [][]int   // per measure: the cell of each row; nil for what does not add up
}

// known is what the attacker knows of a number. The same number may stand in several tables.
type known struct {
	measure string
	parts   [][2]int32 // dimension and code, or -2 less the number of a set of times
	ok      bool
	count   bool
	value   float64
	hidden  []Finding // places where it is hidden
	column  int32
}

// A relation says that the parts make the total.
type relation struct {
	total int
	parts []int
}

// Attack tries to compute the hidden counts and sums of the published tables of one edition, and how little may be known of those it can't. Cells of the same measure
// that name the same members are taken to be the same number in whatever table they stand; along every dimension the members of a table are
// taken to add up to its total, shown or not, and with nestings to the coarser members, in the other tables too. A combination without a row counts as
// zero, perturbed cells as unknown. Relations that the shown cells contradict are ignored and counted. Findings are exact: equations are solved over the
// fractions, modulo the prime 2^61-1, and bounds are those of linear programs proved by their duals.
//
// A total over times is one number only over the same times: those that the table has, or, in a table without that dimension, those of its edition. Totals over
// some times and over more are tied by what the others come to.
func Attack(tables []*cube.Cube, nestings ...Nesting) (Findings, error) {
	return AttackEditions([][]*cube.Cube{tables}, nestings...)
}

// AttackEditions attacks the tables of several editions together. A number of one is the same in another, but for totals over other times, and where they show two different ones (revised,
// or of another part of the country): these are told apart and counted among the ignored.
func AttackEditions(editions [][]*cube.Cube, nestings ...Nesting) (Findings, error) {
	a := &attacker{dims: map[string]int{}, same: map[[2]int32][2]int32{}, up: map[[2]int][]int32{}, index: map[string]int{}, negative: map[string]bool{}, apart: map[[2]int]int{}, scale: 1}
	if err := a.nest(nestings); err != nil {
		return Findings{}, err
	}
	for e, tables := range editions {
		for _, c := range tables {
			a.enter(c, e)
		}
	}
	a.editions = len(editions)
	a.totals(len(editions))
	a.scope(len(editions))
	if err := a.read(); err != nil {
		return Findings{}, err
	}
	a.shares()
	a.relate()
	a.drop()
	left, err := a.solve()
	if err != nil {
		return Findings{}, err
	}
	if err := a.bound(left); err != nil {
		return Findings{}, err
	}
	return a.findings, nil
}

func (a *attacker) dimension(name string) int {
	d, ok := a.dims[name]
	if !ok {
		d = len(a.dims)
		a.dims[name] = d
		a.codes = append(a.codes, map[string]int32{})
		a.time, a.sets = append(a.time, false), append(a.sets, nil)
	}
	return d
}

func (a *attacker) code(d int, code string) int32 {
	i, ok := a.codes[d][code]
	if !ok {
		i = int32(len(a.codes[d]))
		a.codes[d][code] = i
	}
	return i
}

// nest takes in the nestings and what follows from two in a row.
func (a *attacker) nest(nestings []Nesting) error {
	of := map[[2]int]map[int32]int32{}
	for _, n := range nestings {
		if n.Fine == "" || n.Coarse == "" || n.Fine == n.Coarse {
			return fmt.Errorf("protect: a nesting goes from %q to %q; it needs two dimensions", n.Fine, n.Coarse)
		}
		key := [2]int{a.dimension(n.Fine), a.dimension(n.Coarse)}
		if n.Same {
			fine := slices.Sorted(maps.Keys(n.Of))
			for _, code := range fine {
				fine, coarse := a.root([2]int32{int32(key[0]), a.code(key[0], code)}), a.root([2]int32{int32(key[1]), a.code(key[1], n.Of[code])})
				if fine != coarse {
					a.same[fine] = coarse
				}
			}
			continue
		}
		if of[key] == nil {
			of[key] = map[int32]int32{}
			a.pairs = append(a.pairs, key)
		}
		fine := make([]string, 0, len(n.Of))
		for code := range n.Of {
			fine = append(fine, code)
		}
		slices.Sort(fine)
		for _, code := range fine {
			of[key][a.code(key[0], code)] = a.code(key[1], n.Of[code])
		}
	}
	for range nestings {
		for _, first := range slices.Clone(a.pairs) {
			for _, second := range slices.Clone(a.pairs) {
				key := [2]int{first[0], second[1]}
				if first[1] != second[0] || of[key] != nil {
					continue
				}
				if key[0] == key[1] {
					return fmt.Errorf("protect: the nestings go in a circle: a dimension would lie in itself")
				}
				through := map[int32]int32{}
				for code, mid := range of[first] {
					if to, ok := of[second][mid]; ok {
						through[code] = to
					}
				}
				of[key] = through
				a.pairs = append(a.pairs, key)
			}
		}
	}
	for key, m := range of {
		a.up[key] = make([]int32, len(a.codes[key[0]]))
		for i := range a.up[key] {
			to, ok := m[int32(i)]
			if !ok {
				to = -1
			}
			a.up[key][i] = to
		}
	}
	return nil
}

// root is the member that stands for all that are the same as one.
func (a *attacker) root(own [2]int32) [2]int32 {
	for {
		to, ok := a.same[own]
		if !ok {
			return own
		}
		own = to
	}
}

// coarse is the code of a coarser dimension that a code lies in, or -1.
func (a *attacker) coarse(pair [2]int, code int32) int32 {
	if up := a.up[pair]; int(code) < len(up) {
		return up[code]
	}
	return -1
}

// cell is the number of an edition with the given codes, one per dimension, -1 for all its members and less for a set of times; a coarse code that follows from a fine one is left out.
func (a *attacker) cell(edition int, measure string, count bool, codes []int32) int {
	key, parts := a.key(edition, measure, codes)
	i, ok := a.index[key]
	if !ok {
		i = len(a.cells)
		a.index[key] = i
		a.cells = append(a.cells, known{measure: measure, count: count, parts: parts})
	}
	if own, ok := a.apart[[2]int{edition, i}]; ok {
		return own
	}
	return i
}

// find is the cell, if some table or relation has it.
func (a *attacker) find(edition int, measure string, codes []int32) (cell int, ok bool) {
	key, _ := a.key(edition, measure, codes)
	i, ok := a.index[key]
	if own, apart := a.apart[[2]int{edition, i}]; ok && apart {
		return own, true
	}
	return i, ok
}

func (a *attacker) key(edition int, measure string, codes []int32) (string, [][2]int32) {
	var parts [][2]int32
	if len(a.scopes.partial) > 0 {
		given := codes
		codes = slices.Clone(codes)
		for d, code := range given {
			if of := a.own(edition, d, given); code == -1 && of != nil {
				codes[d] = a.over(d, of)
			}
		}
	}
	for d, code := range codes {
		if code == -1 {
			continue
		}
		implied := slices.ContainsFunc(a.pairs, func(p [2]int) bool { return p[1] == d && codes[p[0]] >= 0 && a.coarse(p, codes[p[0]]) == code })
		if !implied {
			parts = append(parts, a.root([2]int32{int32(d), code}))
		}
	}
	slices.SortFunc(parts, func(x, y [2]int32) int { return cmp.Compare(x[0], y[0]) })
	key := append(make([]byte, 0, 64), measure...)
	for _, p := range parts {
		key = binary.LittleEndian.AppendUint32(append(key, '|'), uint32(p[0]))
		key = binary.LittleEndian.AppendUint32(key, uint32(p[1]))
	}
	return string(key), parts
}

// name is a cell in words.
func (a *attacker) name(i int) string {
	if len(a.cells[i].parts) == 0 {
		return "[all]"
	}
	var words []string
	for _, p := range a.cells[i].parts {
		of := []int32{p[1]}
		if p[1] < 0 {
			of = a.sets[p[0]][-2-p[1]]
		}
		for name, d := range a.dims {
			if d != int(p[0]) {
				continue
			}
			var codes []string
			for code, k := range a.codes[d] {
				if slices.Contains(of, k) {
					codes = append(codes, code)
				}
			}
			slices.Sort(codes)
			words = append(words, name+"="+strings.Join(codes, "+"))
		}
	}
	slices.Sort(words)
	return "[" + strings.Join(words, ", ") + "]"
}

// at sets codes to the members of a row, those of totals for totals and dimensions it lacks.
func (t *attacked) at(codes []int32, row int) {
	copy(codes, t.base)
	for d, g := range t.dim {
		if code := t.code[d][t.cube.Coord(row, d)]; code >= 0 {
			codes[g] = code
		}
	}
}

// enter numbers the members of a table.
func (a *attacker) enter(c *cube.Cube, edition int) {
	t := attacked{cube: c, edition: edition}
	for k, dim := range c.Dims() {
		d := a.dimension(dim.Name)
		a.time[d] = a.time[d] || dim.Role == cube.Time
		t.dim = append(t.dim, d)
		code := make([]int32, len(dim.Members))
		for i, m := range dim.Members {
			code[i] = -1
			if m.Code != cube.Total {
				code[i] = a.code(d, m.Code)
			}
		}
		t.code = append(t.code, code)
		var set []int32
		for row := range c.Len() {
			if own := code[c.Coord(row, k)]; own >= 0 && !slices.Contains(set, own) {
				set = append(set, own)
			}
		}
		slices.Sort(set)
		t.set = append(t.set, set)
	}
	a.tables = append(a.tables, t)
}

// totals finds what the totals of each table are over.
func (a *attacker) totals(editions int) {
	for k := range a.tables {
		a.tables[k].base = make([]int32, len(a.dims))
		for d := range a.tables[k].base {
			a.tables[k].base[d] = -1
		}
	}
	for d := range a.time {
		if !a.time[d] {
			continue
		}
		of, most := make([][]int32, editions), make([]int, editions) // those of each edition, and how many of them a table has
		var all []int32
		for k := range a.tables {
			t := &a.tables[k]
			if i := slices.Index(t.dim, d); i >= 0 {
				of[t.edition], all = union(of[t.edition], t.set[i]), union(all, t.set[i])
				most[t.edition] = max(most[t.edition], len(t.set[i]))
			}
		}
		a.sets[d] = [][]int32{all}
		for k := range a.tables {
			t := &a.tables[k]
			set := of[t.edition]
			if most[t.edition] < len(set) {
				set = nil // tables of one edition over times that overlap
			}
			if i := slices.Index(t.dim, d); i >= 0 {
				set = t.set[i]
			}
			if len(set) == 0 { // which times nobody says
				set = []int32{a.code(d, fmt.Sprintf("(of edition %d)", t.edition+1))}
			}
			t.base[d] = a.over(d, set)
		}
	}
}

func union(x, y []int32) []int32 {
	out := append(slices.Clone(x), y...)
	slices.Sort(out)
	return slices.Compact(out)
}

// over is the code of the total over a set of times: -1 for all that there are, and the time itself for one of several. Of other members one is no total: it may be one at some times only.
func (a *attacker) over(d int, set []int32) int32 {
	i := slices.IndexFunc(a.sets[d], func(o []int32) bool { return slices.Equal(o, set) })
	switch {
	case i == 0:
		return -1
	case len(set) == 1 && a.time[d]:
		return set[0]
	case i < 0:
		i = len(a.sets[d])
		a.sets[d] = append(a.sets[d], set)
	}
	return -2 - int32(i)
}

// setOf is what a total is over.
func (a *attacker) setOf(d int, code int32) []int32 {
	switch {
	case code >= 0:
		return []int32{code}
	case code == -1:
		return a.sets[d][0]
	}
	return a.sets[d][-2-code]
}

// read takes in the cells of all tables.
func (a *attacker) read() error {
	codes := make([]int32, len(a.dims))
	type shown struct {
		edition int
		value   float64
	}
	first := map[int]shown{}
	visit := func(see func(t *attacked, m, row, cell int, c cube.Cell, known bool) error) error {
		for k := range a.tables {
			t := &a.tables[k]
			for m, meas := range t.cube.Measures() {
				for row := range t.rows[m] {
					t.at(codes, row)
					c := t.cube.Cell(row, m)
					known := c.Status.HasValue() && c.Status != cube.Perturbed
					if err := see(t, m, row, a.cell(t.edition, meas.Name, meas.Kind == cube.Count, codes), c, known); err != nil {
						return err
					}
				}
			}
		}
		return nil
	}
	for k := range a.tables {
		t := &a.tables[k]
		for _, meas := range t.cube.Measures() {
			if !meas.Kind.Additive() {
				t.rows = append(t.rows, nil)
				continue
			}
			t.rows = append(t.rows, make([]int, t.cube.Len()))
		}
	}
	// Where two editions show two numbers, they are of two things.
	err := visit(func(t *attacked, m, row, i int, c cube.Cell, known bool) error {
		if !known {
			return nil
		}
		v, meas := c.Value, t.cube.Measures()[m]
		if meas.Kind == cube.Count && (v < 0 || v != math.Trunc(v) || v >= 1<<53) || math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("protect: %s has a count that is no whole number from 0 up at %s", t.cube.Name, where(t.cube, row))
		}
		old, ok := first[i]
		switch {
		case !ok:
			first[i] = shown{t.edition, v}
		case old.value != v && old.edition != t.edition:
			own := len(a.cells)
			a.apart[[2]int{t.edition, i}] = own
			a.cells = append(a.cells, a.cells[i])
			first[own] = shown{t.edition, v}
			a.ignore("two editions show different numbers of " + a.name(i))
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = visit(func(t *attacked, m, row, i int, c cube.Cell, known bool) error {
		t.rows[m][row] = i
		x, meas := &a.cells[i], t.cube.Measures()[m]
		switch v := c.Value; {
		case c.Status.Hidden():
			a.findings.Hidden++
			x.hidden = append(x.hidden, Finding{Table: t.cube.Name, Measure: meas.Name, Where: where(t.cube, row)})
		case known && meas.Kind != cube.Count:
			a.negative[meas.Name] = a.negative[meas.Name] || v < 0
			for a.scale < 1e6 && math.Abs(v*a.scale-math.Round(v*a.scale)) > 1e-9*max(1, math.Abs(v*a.scale)) {
				a.scale *= 10
			}
			fallthrough
		case known:
			if x.ok && x.value != v {
				a.ignore("two tables show different numbers of " + a.name(i)) // which of them is right nobody can know, and the first stays
			} else {
				x.ok, x.value = true, v
			}
		}
		return nil
	})
	for i := range a.cells {
		if x := &a.cells[i]; x.ok && len(x.hidden) > 0 {
			a.found(i, x.value, ByEquation, "the same number is shown in another table")
		}
	}
	return err
}

func where(c *cube.Cube, row int) string {
	return strings.TrimPrefix(describe(c, row), c.Name+": ")
}

// found notes a number, wherever it was hidden, and takes it as known from here on.
func (a *attacker) found(i int, value float64, by, words string) {
	c := &a.cells[i]
	for _, f := range c.hidden {
		f.Value, f.By, f.Equation = value, by, words
		a.findings.Found = append(a.findings.Found, f)
		a.findings.Known = append(a.findings.Known, Known{f.Table, f.Measure, f.Where, value, &value, value, &value, true})
	}
	c.ok, c.value, c.hidden = true, value, nil
}

// shares reads counts off shown shares: the share times the base, and the base itself when it is that of all members.
func (a *attacker) shares() {
	codes := make([]int32, len(a.dims))
	for k := range a.tables {
		t := &a.tables[k]
		for m, meas := range t.cube.Measures() {
			if meas.Kind != cube.Share {
				continue
			}
			over := t.cube.DimIndex(meas.Over)
			for row := range t.cube.Len() {
				cell := t.cube.Cell(row, m)
				if !cell.Base.OK || cell.Status == cube.Perturbed {
					continue
				}
				t.at(codes, row)
				i := a.cell(t.edition, meas.Of, true, codes)
				if cell.Status.HasValue() && !a.cells[i].ok {
					a.found(i, math.Round(cell.Value*cell.Base.V), ByShare, a.name(i)+" = "+meas.Name+" × its base")
				}
				if whole := len(meas.Base) == 0 || slices.Equal(meas.Base, []string{cube.Total}); whole && over >= 0 {
					codes[t.dim[over]] = t.base[t.dim[over]]
					if base := a.cell(t.edition, meas.Of, true, codes); !a.cells[base].ok {
						a.found(base, cell.Base.V, ByShare, a.name(base)+" = the base of "+meas.Name)
					}
				}
			}
		}
	}
}

// ignore notes that something is left out.
func (a *attacker) ignore(words string) {
	const most = 10
	if a.findings.Ignored++; len(a.findings.Broken) < most {
		a.findings.Broken = append(a.findings.Broken, words)
	}
}

// differs tells whether two sums are not the same, for sums but for the rounding of their decimals.
func (a *attacker) differs(x, y float64) bool {
	return math.Abs(x-y) > 1e-9*max(1, math.Abs(x), math.Abs(y))
}

// drop takes out relations that say nothing or that the shown cells contradict.
func (a *attacker) drop() {
	a.relations = slices.DeleteFunc(a.relations, func(e relation) bool {
		var sum float64
		unknown := 0
		for _, p := range e.parts {
			if a.cells[p].ok {
				sum += a.cells[p].value
			} else {
				unknown++
			}
		}
		total := a.cells[e.total]
		over := total.ok && a.differs(sum, total.value) && (unknown == 0 || sum > total.value && !a.negative[total.measure])
		if over {
			a.ignore(a.name(e.total) + " is not the sum of its parts")
			return true
		}
		return total.ok && unknown == 0
	})
	a.findings.Equations = len(a.relations)
}

// A solved row is a sum of unknown numbers that has a known value.
type solved struct {
	cols []int32
	by   []int64
	sum  int64 // in units of 1 over the scale
}

// unknowns are the columns of an attack and what is left of its relations.
type unknowns struct {
	cells []int // per column
	rows  []solved
}

// solve finds the numbers that the relations fix. Every relation has a column of its own beside those of the unknowns, so that the
// solution shows which relations it took.
func (a *attacker) solve() (*unknowns, error) {
	u := &unknowns{}
	for i := range a.cells {
		a.cells[i].column = -1
		if !a.cells[i].ok {
			a.cells[i].column = int32(len(u.cells))
			u.cells = append(u.cells, i)
		}
	}
	n := int32(len(u.cells))
	rank := make([]float64, n)
	rows := make([][]term, len(a.relations))
	order := make([]int, len(a.relations))
	for q, e := range a.relations {
		order[q] = q
		for _, p := range e.parts {
			if c := a.cells[p].column; c >= 0 {
				rows[q] = append(rows[q], term{c, 1})
				rank[c]++
			}
		}
		if c := a.cells[e.total].column; c >= 0 {
			rows[q] = append(rows[q], term{c, negMod(1)})
			rank[c]++
		}
		rows[q] = append(rows[q], term{n + int32(q), 1})
	}
	slices.SortStableFunc(order, func(x, y int) int { return len(rows[x]) - len(rows[y]) })
	span := newEchelon(n+int32(len(rows)), n, append(rank, make([]float64, len(rows))...))
	for _, q := range order {
		row := span.reduce(rows[q])
		if pivot := span.pivot(row); pivot >= 0 {
			span.add(row, pivot)
		}
	}
	for c := range n {
		r := span.pivotRow[c]
		if r < 0 {
			continue
		}
		row := span.rows[r]
		if alone := len(row) == 1 || row[1].col >= n; alone {
			if value, words, ok := a.words(row[1:], n); ok {
				i := u.cells[c]
				a.found(i, value, ByEquation, a.name(i)+" = "+words)
			}
			continue
		}
		x, ok := a.solvedRow(row, n)
		if !ok {
			return nil, errors.New("protect: the relations between the tables are too tangled to be solved in whole numbers")
		}
		u.rows = append(u.rows, x)
	}
	return u, nil
}

// solvedRow is a row of the solution in whole numbers.
func (a *attacker) solvedRow(row []term, n int32) (x solved, ok bool) {
	steps, ok := wholeNumbers(row)
	if !ok {
		return x, false
	}
	for _, s := range steps {
		if !s.by.IsInt64() || s.by.Int64() > 1<<20 || s.by.Int64() < -1<<20 {
			return x, false
		}
		by := s.by.Int64()
		if s.col < n {
			x.cols, x.by = append(x.cols, s.col), append(x.by, by)
			continue
		}
		// The relation says that its unknown parts less its unknown total are its known total less its known parts.
		e := a.relations[s.col-n]
		value := func(i int) int64 {
			if a.cells[i].column >= 0 {
				return 0
			}
			return int64(math.Round(a.cells[i].value * a.scale))
		}
		rest := value(e.total)
		for _, p := range e.parts {
			rest -= value(p)
		}
		x.sum -= by * rest
	}
	x.sum = -x.sum
	return x, x.sum < 1<<52 && x.sum > -1<<52
}

// words is the right side of a solution: the shown cells with their signs, and their sum.
func (a *attacker) words(used []term, n int32) (value float64, words string, ok bool) {
	weight := map[int]float64{}
	var cells []int
	add := func(i int, w float64) {
		if a.cells[i].column >= 0 {
			return
		}
		if _, seen := weight[i]; !seen {
			cells = append(cells, i)
		}
		weight[i] += w
	}
	for _, t := range used {
		num, den, fits := fraction(t.v)
		if !fits {
			return 0, "", false
		}
		w := float64(num) / float64(den)
		e := a.relations[t.col-n]
		add(e.total, w)
		for _, p := range e.parts {
			add(p, -w)
		}
	}
	slices.SortStableFunc(cells, func(x, y int) int {
		switch px, py := weight[x] > 0, weight[y] > 0; {
		case px && !py:
			return -1
		case py && !px:
			return 1
		}
		return x - y
	})
	const most = 12
	shown := 0
	for _, i := range cells {
		w := weight[i]
		value += w * a.cells[i].value
		if w == 0 || a.cells[i].value == 0 {
			continue
		}
		if shown++; shown > most {
			continue
		}
		sign := " + "
		if w < 0 {
			sign = " − "
		}
		if words == "" {
			sign = strings.TrimPrefix(strings.TrimSpace(sign), "+")
		}
		words += sign
		if math.Abs(w) != 1 {
			words += strconv.FormatFloat(math.Abs(w), 'g', 6, 64) + " × "
		}
		words += a.name(i)
	}
	if shown > most {
		words += fmt.Sprintf(" … (%d more)", shown-most)
	}
	if words == "" {
		words = "0"
	}
	return math.Round(value*a.scale) / a.scale, words, true
}

// bound finds the least and greatest value of every hidden number that is left: linear programs on the relations that are left, each block of numbers that hang
// together by itself.
func (a *attacker) bound(u *unknowns) error {
	joined := apart(len(u.cells))
	for _, r := range u.rows {
		for _, c := range r.cols {
			joined.join(c, r.cols[0])
		}
	}
	at := map[int32]int{}
	var blocks []attackBlock
	for c, i := range u.cells {
		if a.cells[i].ok {
			continue
		}
		root := joined.of(int32(c))
		k, ok := at[root]
		if !ok {
			k = len(blocks)
			at[root], blocks = k, append(blocks, attackBlock{})
		}
		blocks[k].cols = append(blocks[k].cols, int32(c))
	}
	for _, r := range u.rows {
		b := &blocks[at[joined.of(r.cols[0])]]
		b.rows = append(b.rows, r)
	}
	cores.Each(len(blocks), func(k int) { blocks[k].err = a.solveBlock(u, &blocks[k]) })
	for _, b := range blocks {
		if errors.Is(b.err, lp.ErrInfeasible) {
			a.findings.Ignored += len(b.rows) // what is shown contradicts itself here
			continue
		}
		if b.err != nil {
			return fmt.Errorf("protect: bounds: %w", b.err)
		}
		for _, x := range b.found {
			c := &a.cells[x.cell]
			if x.WholeMost != nil && c.count && x.WholeLeast == *x.WholeMost {
				a.found(x.cell, x.WholeLeast, ByBounds, fmt.Sprintf("%s can only be %g: counts are whole and never negative", a.name(x.cell), x.WholeLeast))
				continue
			}
			for _, f := range c.hidden {
				x.Table, x.Measure, x.Where = f.Table, f.Measure, f.Where
				a.findings.Known = append(a.findings.Known, x.Known)
			}
		}
	}
	return nil
}

// An attackBlock is unknown numbers that hang together, and what came of them.
type attackBlock struct {
	cols  []int32
	rows  []solved
	found []boundOf
	err   error
}

type boundOf struct {
	Known
	cell int
}

func (a *attacker) solveBlock(u *unknowns, b *attackBlock) error {
	var p lp.Problem
	at := make(map[int32]int, len(b.cols))
	whole := true
	scale := a.scale
	var objectives []lp.Objective
	for _, c := range b.cols {
		i := u.cells[c]
		least := int64(0)
		if a.negative[a.cells[i].measure] {
			least = -lp.Infinite
		}
		whole = whole && a.cells[i].count
		at[c] = p.Column(least, lp.Infinite)
	}
	if whole {
		scale = 1
	}
	for _, r := range b.rows {
		var terms []lp.Term
		for k, c := range r.cols {
			terms = append(terms, lp.Term{Col: at[c], Coef: r.by[k]})
		}
		sum := r.sum
		if whole {
			sum = int64(math.Round(float64(sum) / a.scale))
		}
		p.Equal(sum, terms...)
	}
	var cells []int
	for _, c := range b.cols {
		if i := u.cells[c]; len(a.cells[i].hidden) > 0 {
			cells = append(cells, i)
			objectives = append(objectives, lp.Objective{Terms: []lp.Term{{Col: at[c], Coef: 1}}})
		}
	}
	if len(cells) == 0 {
		return nil
	}
	most := func(e lp.End) *float64 {
		if e.NoLimit || e.Limit == nil {
			return nil
		}
		v := number64(e.Limit) / scale
		return &v
	}
	least := func(e lp.End) float64 { // of what could not be proved, the wider end is told
		if e.Limit == nil {
			return 0
		}
		return number64(e.Limit) / scale
	}
	ranges := func(find func([]lp.Objective, []int64, lp.Options) ([]lp.Range, lp.Stats, error), ask []int, o lp.Options) ([]lp.Range, error) {
		var list []lp.Objective
		for _, k := range ask {
			list = append(list, objectives[k])
		}
		out, _, err := find(list, nil, o)
		if errors.Is(err, lp.ErrWork) {
			return make([]lp.Range, len(ask)), nil // nothing is known of them
		}
		return out, err
	}
	b.found = make([]boundOf, len(cells))
	ask := make([]int, len(cells)) // those not certified yet
	for k := range ask {
		ask[k], b.found[k].cell = k, cells[k]
	}
	type pass struct{ work, nodes int }
	passes := []pass{{}}
	if len(b.cols) > easyColumns {
		passes = []pass{{2 * largeWork / len(u.cells) * len(ask), largeNodes}, {2 * againWork, againNodes}}
	}
	for i, now := range passes {
		o := lp.Options{Alone: true, Nodes: now.nodes}
		var rest []int
		if now.work > 0 {
			var n int
			n, o.Work = affordable(now.work, slices.Repeat([]int{len(b.cols) + len(b.rows)}, len(ask)))
			ask, rest = ask[:n:n], ask[n:]
		}
		real, err := ranges(p.Ranges, ask, o)
		if err != nil {
			return err
		}
		for j, r := range real {
			x := &b.found[ask[j]]
			x.Certified = r.Least.Exact() && r.Most.Exact()
			if r.Least.Limit != nil { // else what is known stands
				if x.Least = least(r.Least); i == 0 || x.WholeLeast < x.Least {
					x.WholeLeast = x.Least
				}
			}
			if limit := most(r.Most); limit != nil {
				if x.Most = limit; x.WholeMost == nil || *x.WholeMost > *limit {
					x.WholeMost = limit
				}
			}
		}
		if whole {
			wholes, err := ranges(p.WholeRanges, ask, o)
			if err != nil {
				return err
			}
			for j, r := range wholes {
				x := &b.found[ask[j]]
				if r.Least.Limit != nil {
					x.WholeLeast = least(r.Least)
				}
				if r.Most.Limit != nil {
					x.WholeMost = most(r.Most)
				}
				x.Certified = x.Certified && r.Least.Exact() && r.Most.Exact()
			}
		}
		ask = append(slices.DeleteFunc(ask, func(k int) bool { return b.found[k].Certified }), rest...)
		if len(ask) == 0 {
			break
		}
	}
	return nil
}

// And is two outcomes of attacks on tables that have nothing to do with one another.
func (f Findings) And(g Findings) Findings {
	return Findings{f.Hidden + g.Hidden, f.Equations + g.Equations, f.Ignored + g.Ignored, slices.Concat(f.Broken, g.Broken), slices.Concat(f.Found, g.Found), slices.Concat(f.Known, g.Known)}
}
