package protect

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/skikt/skikt/cube"
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
	Hidden    int       `json:"hidden"`    // hidden cells of counts and sums in the tables
	Equations int       `json:"equations"` // relations with something unknown in them
	Ignored   int       `json:"ignored"`   // relations and cells that contradict others, so that the tables do not add up there
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
	findings  Findings
	negative  map[string]bool // sums that are shown below zero somewhere
	scale     float64         // power of ten that makes sums whole numbers
}

// attacked is a table with its members numbered over all tables.
type attacked struct {
	cube *cube.Cube
	dim  []int     // per dimension
	code [][]int32 // per dimension and member; -1 for the total
	rows [][]int   // per measure: the cell of each row; nil for what does not add up
}

// known is what the attacker knows of a number. The same number may stand in several tables.
type known struct {
	measure string
	parts   [][2]int32 // dimension and code
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

// Attack tries to compute the hidden counts and sums of published tables, and how little may be known of those it can't. Cells of the same measure that
// name the same members are taken to be the same number in whatever table they stand, of one edition or several; along every dimension the members of a table are
// taken to add up to its total, shown or not, and with nestings to the coarser members, in the other tables too. A combination without a row counts as
// zero, perturbed cells as unknown. Relations that the shown cells contradict are ignored and counted. Findings are exact: equations are solved over the
// fractions, modulo the prime 2^61-1, and bounds are those of linear programs proved by their duals.
func Attack(tables []*cube.Cube, nestings ...Nesting) (Findings, error) {
	a := &attacker{dims: map[string]int{}, same: map[[2]int32][2]int32{}, up: map[[2]int][]int32{}, index: map[string]int{}, negative: map[string]bool{}, scale: 1}
	if err := a.nest(nestings); err != nil {
		return Findings{}, err
	}
	for _, t := range tables {
		if err := a.read(t); err != nil {
			return Findings{}, err
		}
	}
	a.shares()
	for k := range a.tables {
		for m := range a.tables[k].rows {
			if a.tables[k].rows[m] != nil {
				a.relate(&a.tables[k], m)
			}
		}
	}
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
				a.same[[2]int32{int32(key[0]), a.code(key[0], code)}] = [2]int32{int32(key[1]), a.code(key[1], n.Of[code])}
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

// coarse is the code of a coarser dimension that a code lies in, or -1.
func (a *attacker) coarse(pair [2]int, code int32) int32 {
	if up := a.up[pair]; int(code) < len(up) {
		return up[code]
	}
	return -1
}

// cell is the number with the given codes, one per dimension, -1 for all its members; a coarse code that follows from a fine one is left out.
func (a *attacker) cell(measure string, count bool, codes []int32) int {
	var parts [][2]int32
	for d, code := range codes {
		if code < 0 {
			continue
		}
		implied := slices.ContainsFunc(a.pairs, func(p [2]int) bool { return p[1] == d && codes[p[0]] >= 0 && a.coarse(p, codes[p[0]]) == code })
		if !implied {
			own := [2]int32{int32(d), code}
			if to, ok := a.same[own]; ok {
				own = to
			}
			parts = append(parts, own)
		}
	}
	slices.SortFunc(parts, func(x, y [2]int32) int { return cmp.Compare(x[0], y[0]) })
	key := append(make([]byte, 0, 64), measure...)
	for _, p := range parts {
		key = binary.LittleEndian.AppendUint32(append(key, '|'), uint32(p[0]))
		key = binary.LittleEndian.AppendUint32(key, uint32(p[1]))
	}
	i, ok := a.index[string(key)]
	if !ok {
		i = len(a.cells)
		a.index[string(key)] = i
		a.cells = append(a.cells, known{measure: measure, count: count, parts: parts})
	}
	return i
}

// name is a cell in words.
func (a *attacker) name(i int) string {
	if len(a.cells[i].parts) == 0 {
		return "[all]"
	}
	var words []string
	for _, p := range a.cells[i].parts {
		for name, d := range a.dims {
			if d == int(p[0]) {
				for code, k := range a.codes[d] {
					if k == p[1] {
						words = append(words, name+"="+code)
					}
				}
			}
		}
	}
	slices.Sort(words)
	return "[" + strings.Join(words, ", ") + "]"
}

// at sets codes to the members of a row, -1 for totals and dimensions it lacks.
func (t *attacked) at(codes []int32, row int) {
	for d := range codes {
		codes[d] = -1
	}
	for d, g := range t.dim {
		codes[g] = t.code[d][t.cube.Coord(row, d)]
	}
}

func (a *attacker) read(c *cube.Cube) error {
	t := attacked{cube: c}
	for _, dim := range c.Dims() {
		d := a.dimension(dim.Name)
		t.dim = append(t.dim, d)
		code := make([]int32, len(dim.Members))
		for i, m := range dim.Members {
			code[i] = -1
			if m.Code != cube.Total {
				code[i] = a.code(d, m.Code)
			}
		}
		t.code = append(t.code, code)
	}
	codes := make([]int32, len(a.dims))
	for m, meas := range c.Measures() {
		if !meas.Kind.Additive() {
			t.rows = append(t.rows, nil)
			continue
		}
		count := meas.Kind == cube.Count
		rows := make([]int, c.Len())
		for row := range rows {
			t.at(codes, row)
			i := a.cell(meas.Name, count, codes)
			rows[row] = i
			x := &a.cells[i]
			switch cell := c.Cell(row, m); {
			case cell.Status.Hidden():
				a.findings.Hidden++
				x.hidden = append(x.hidden, Finding{Table: c.Name, Measure: meas.Name, Where: where(c, row)})
			case cell.Status.HasValue() && cell.Status != cube.Perturbed:
				v := cell.Value
				if count && (v < 0 || v != math.Trunc(v) || v >= 1<<53) || math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("protect: %s has a count that is no whole number from 0 up at %s", c.Name, where(c, row))
				}
				if !count {
					a.negative[meas.Name] = a.negative[meas.Name] || v < 0
					for a.scale < 1e6 && math.Abs(v*a.scale-math.Round(v*a.scale)) > 1e-9*max(1, math.Abs(v*a.scale)) {
						a.scale *= 10
					}
				}
				if x.ok && x.value != v {
					a.findings.Ignored++ // two tables differ: which of them is right nobody can know, and the first stays
				} else {
					x.ok, x.value = true, v
				}
			}
		}
		t.rows = append(t.rows, rows)
	}
	a.tables = append(a.tables, t)
	for i := range a.cells {
		if x := &a.cells[i]; x.ok && len(x.hidden) > 0 {
			a.found(i, x.value, ByEquation, "the same number is shown in another table")
		}
	}
	return nil
}

func where(c *cube.Cube, row int) string {
	_, codes, _ := strings.Cut(describe(c, row), ": ")
	return codes
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
				i := a.cell(meas.Of, true, codes)
				if cell.Status.HasValue() && !a.cells[i].ok {
					a.found(i, math.Round(cell.Value*cell.Base.V), ByShare, a.name(i)+" = "+meas.Name+" × its base")
				}
				if whole := len(meas.Base) == 0 || slices.Equal(meas.Base, []string{cube.Total}); whole && over >= 0 {
					codes[t.dim[over]] = -1
					if base := a.cell(meas.Of, true, codes); !a.cells[base].ok {
						a.found(base, cell.Base.V, ByShare, a.name(base)+" = the base of "+meas.Name)
					}
				}
			}
		}
	}
}

// relate writes down how the cells of a measure add up: along every dimension, and to every combination of the coarser members of it.
func (a *attacker) relate(t *attacked, m int) {
	for k, d := range t.dim {
		// A sum over years is only the same number where it is over the same ones: not those of one edition and of the next.
		if t.cube.Dims()[k].Role == cube.Time && !t.everyTime(k, len(a.codes[d])) {
			continue
		}
		var coarse [][2]int
		for _, p := range a.pairs {
			if p[0] == d {
				coarse = append(coarse, p)
			}
		}
		slices.SortFunc(coarse, func(x, y [2]int) int { return cmp.Compare(x[1], y[1]) })
		for set := range 1 << len(coarse) {
			a.relateTo(t, m, d, coarse, set)
		}
	}
}

// everyTime tells whether the table has all of so many members of a dimension.
func (t *attacked) everyTime(dim, all int) bool {
	seen := map[int32]bool{}
	for row := range t.cube.Len() {
		if code := t.code[dim][t.cube.Coord(row, dim)]; code >= 0 {
			seen[code] = true
		}
	}
	return len(seen) == all
}

func (a *attacker) relateTo(t *attacked, m int, dim int, coarse [][2]int, set int) {
	meas := t.cube.Measures()[m]
	parts := map[int][]int{}
	var order []int
	codes := make([]int32, len(a.dims))
rows:
	for row := range t.cube.Len() {
		t.at(codes, row)
		own := codes[dim]
		if own < 0 {
			continue
		}
		codes[dim] = -1
		for bit, p := range coarse {
			if set>>bit&1 == 0 {
				continue
			}
			to := a.coarse(p, own)
			if to < 0 || codes[p[1]] >= 0 && codes[p[1]] != to {
				continue rows
			}
			codes[p[1]] = to
		}
		total := a.cell(meas.Name, meas.Kind == cube.Count, codes)
		if parts[total] == nil {
			order = append(order, total)
		}
		parts[total] = append(parts[total], t.rows[m][row])
	}
	for _, total := range order {
		if !slices.Contains(parts[total], total) {
			slices.Sort(parts[total])
			a.relations = append(a.relations, relation{total, slices.Compact(parts[total])})
		}
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
			a.findings.Ignored++
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
	up := make([]int32, len(u.cells))
	for i := range up {
		up[i] = int32(i)
	}
	find := func(i int32) int32 {
		for up[i] != i {
			up[i] = up[up[i]]
			i = up[i]
		}
		return i
	}
	for _, r := range u.rows {
		for _, c := range r.cols {
			up[find(c)] = find(r.cols[0])
		}
	}
	at := map[int32]int{}
	var blocks []attackBlock
	for c, i := range u.cells {
		if a.cells[i].ok {
			continue
		}
		root := find(int32(c))
		k, ok := at[root]
		if !ok {
			k = len(blocks)
			at[root], blocks = k, append(blocks, attackBlock{})
		}
		blocks[k].cols = append(blocks[k].cols, int32(c))
	}
	for _, r := range u.rows {
		b := &blocks[at[find(r.cols[0])]]
		b.rows = append(b.rows, r)
	}
	next := make(chan *attackBlock)
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for b := range next {
				b.err = a.solveBlock(u, b)
			}
		})
	}
	for k := range blocks {
		next <- &blocks[k]
	}
	close(next)
	wait.Wait()
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
	passes := []lp.Options{{Workers: 1}}
	if len(b.cols) > easyColumns {
		passes = []lp.Options{{Workers: 1, Work: max(1, largeWork/len(u.cells)), Nodes: largeNodes}, {Workers: 1, Nodes: againNodes}}
	}
	for i, o := range passes {
		if i > 0 && len(ask) > 0 {
			o.Work = max(1, againWork/len(ask))
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
		ask = slices.DeleteFunc(ask, func(k int) bool { return b.found[k].Certified })
		if len(ask) == 0 {
			break
		}
	}
	return nil
}

// And is two outcomes of attacks on tables that have nothing to do with one another.
func (f Findings) And(g Findings) Findings {
	return Findings{f.Hidden + g.Hidden, f.Equations + g.Equations, f.Ignored + g.Ignored, slices.Concat(f.Found, g.Found), slices.Concat(f.Known, g.Known)}
}
