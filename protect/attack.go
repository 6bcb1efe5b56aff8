package protect

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Nesting says that each member of one dimension lies in one member of another: RegSO in kommun, kommun in län, RegSO in area type.
type Nesting struct {
	Fine, Coarse string            // names of dimensions
	Of           map[string]string // code of Coarse by code of Fine
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

// Findings are the outcome of an attack. Unlike an Audit they hold hidden values: they are confidential.
type Findings struct {
	Hidden    int       `json:"hidden"`    // hidden count cells in the tables
	Equations int       `json:"equations"` // relations with something unknown in them
	Ignored   int       `json:"ignored"`   // relations that do not hold, so that the tables do not add up there
	Found     []Finding `json:"found"`
}

// An attacker knows the published cells and how they add up.
type attacker struct {
	of        map[string]map[string]map[string]string // fine, coarse, code
	index     map[string]int
	cells     []known
	equations []equation
	findings  Findings
}

// known is what the attacker knows of a number. The same number may stand in several tables.
type known struct {
	name   string
	ok     bool
	value  float64
	hidden []Finding // places where it is hidden
	column int32
}

// An equation says that the parts make the total.
type equation struct {
	total int
	parts []int
}

// Attack tries to compute the hidden counts of published tables. Cells of the same measure that name the same members are taken to be
// the same number in whatever table they stand; along every dimension the members of a table are taken to add up to its total, shown or not, and with
// nestings to the coarser members, in the other tables too. A combination without a row counts as zero, perturbed cells as unknown. Relations
// that the shown cells contradict are ignored and counted. Findings are exact: equations are solved over the fractions, modulo the prime 2^61-1, and bounds
// drawn until nothing changes.
func Attack(tables []*cube.Cube, nestings ...Nesting) (Findings, error) {
	a := &attacker{of: map[string]map[string]map[string]string{}, index: map[string]int{}}
	if err := a.nest(nestings); err != nil {
		return Findings{}, err
	}
	for _, t := range tables {
		if err := a.read(t); err != nil {
			return Findings{}, err
		}
	}
	a.shares(tables)
	for _, t := range tables {
		for m, meas := range t.Measures() {
			if meas.Kind == cube.Count {
				a.relate(t, m)
			}
		}
	}
	a.drop()
	a.solve()
	a.bound()
	return a.findings, nil
}

// nest takes in the nestings and what follows from two in a row.
func (a *attacker) nest(nestings []Nesting) error {
	for _, n := range nestings {
		if n.Fine == "" || n.Coarse == "" || n.Fine == n.Coarse {
			return fmt.Errorf("protect: a nesting goes from %q to %q; it needs two dimensions", n.Fine, n.Coarse)
		}
		if a.of[n.Fine] == nil {
			a.of[n.Fine] = map[string]map[string]string{}
		}
		a.of[n.Fine][n.Coarse] = n.Of
	}
	for range nestings {
		for _, first := range nestings {
			for _, second := range nestings {
				if first.Coarse != second.Fine || a.of[first.Fine][second.Coarse] != nil {
					continue
				}
				through := map[string]string{}
				for code, mid := range first.Of {
					if to, ok := second.Of[mid]; ok {
						through[code] = to
					}
				}
				a.of[first.Fine][second.Coarse] = through
			}
		}
	}
	return nil
}

// cell is the number with the given members. A dimension without a code stands for all its members; a coarse member that follows from a fine one is left out.
func (a *attacker) cell(measure string, codes map[string]string) int {
	var parts []string
	for dim, code := range codes {
		implied := false
		for fine, coarse := range a.of {
			if own, ok := codes[fine]; ok && coarse[dim] != nil && coarse[dim][own] == code {
				implied = true
			}
		}
		if !implied {
			parts = append(parts, dim+"="+code)
		}
	}
	slices.Sort(parts)
	key := measure + "|" + strings.Join(parts, "|")
	i, ok := a.index[key]
	if !ok {
		i = len(a.cells)
		a.index[key] = i
		name := strings.Join(parts, ", ")
		if name == "" {
			name = "all"
		}
		a.cells = append(a.cells, known{name: "[" + name + "]"})
	}
	return i
}

// rowCodes are the members of a row but for totals.
func rowCodes(c *cube.Cube, row int) map[string]string {
	codes := map[string]string{}
	for d, dim := range c.Dims() {
		if code := c.Code(row, d); code != cube.Total {
			codes[dim.Name] = code
		}
	}
	return codes
}

func (a *attacker) read(t *cube.Cube) error {
	for m, meas := range t.Measures() {
		if meas.Kind != cube.Count {
			continue
		}
		for row := range t.Len() {
			i := a.cell(meas.Name, rowCodes(t, row))
			switch cell := t.Cell(row, m); {
			case cell.Status.Hidden():
				a.findings.Hidden++
				a.cells[i].hidden = append(a.cells[i].hidden, Finding{Table: t.Name, Measure: meas.Name, Where: where(t, row)})
			case cell.Status.HasValue() && cell.Status != cube.Perturbed:
				if cell.Value < 0 || cell.Value != math.Trunc(cell.Value) || cell.Value >= 1<<53 {
					return fmt.Errorf("protect: %s has a count that is no whole number from 0 up at %s", t.Name, where(t, row))
				}
				a.cells[i].ok, a.cells[i].value = true, cell.Value
			}
		}
	}
	for i := range a.cells {
		if c := &a.cells[i]; c.ok && len(c.hidden) > 0 {
			a.found(i, c.value, ByEquation, "the same number is shown in another table")
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
	}
	c.ok, c.value, c.hidden = true, value, nil
}

// shares reads counts off shown shares: the share times the base, and the base itself when it is that of all members.
func (a *attacker) shares(tables []*cube.Cube) {
	for _, t := range tables {
		for m, meas := range t.Measures() {
			if meas.Kind != cube.Share {
				continue
			}
			for row := range t.Len() {
				cell := t.Cell(row, m)
				codes := rowCodes(t, row)
				i := a.cell(meas.Of, codes)
				if cell.Base.OK && cell.Status.HasValue() && cell.Status != cube.Perturbed && !a.cells[i].ok {
					a.found(i, math.Round(cell.Value*cell.Base.V), ByShare, a.cells[i].name+" = "+meas.Name+" × its base")
				}
				delete(codes, meas.Over)
				whole := len(meas.Base) == 0 || slices.Equal(meas.Base, []string{cube.Total})
				if base := a.cell(meas.Of, codes); whole && cell.Base.OK && cell.Status != cube.Perturbed && !a.cells[base].ok {
					a.found(base, cell.Base.V, ByShare, a.cells[base].name+" = the base of "+meas.Name)
				}
			}
		}
	}
}

// relate writes down how the cells of a measure add up: along every dimension, and to every combination of the coarser members of it.
func (a *attacker) relate(t *cube.Cube, m int) {
	for _, dim := range t.Dims() {
		var coarse []string
		for c := range a.of[dim.Name] {
			coarse = append(coarse, c)
		}
		slices.Sort(coarse)
		for set := range 1 << len(coarse) {
			a.relateTo(t, m, dim.Name, coarse, set)
		}
	}
}

func (a *attacker) relateTo(t *cube.Cube, m int, dim string, coarse []string, set int) {
	measure := t.Measures()[m].Name
	parts := map[int][]int{}
	var order []int
rows:
	for row := range t.Len() {
		codes := rowCodes(t, row)
		own, ok := codes[dim]
		if !ok {
			continue
		}
		part := a.cell(measure, codes)
		delete(codes, dim)
		for bit, c := range coarse {
			if set>>bit&1 == 0 {
				continue
			}
			to, ok := a.of[dim][c][own]
			if given, both := codes[c]; !ok || both && given != to {
				continue rows
			}
			codes[c] = to
		}
		total := a.cell(measure, codes)
		if parts[total] == nil {
			order = append(order, total)
		}
		parts[total] = append(parts[total], part)
	}
	for _, total := range order {
		if !slices.Contains(parts[total], total) {
			slices.Sort(parts[total])
			a.equations = append(a.equations, equation{total, slices.Compact(parts[total])})
		}
	}
}

// drop takes out relations that say nothing or that the shown cells contradict.
func (a *attacker) drop() {
	a.equations = slices.DeleteFunc(a.equations, func(e equation) bool {
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
		if total.ok && (sum > total.value || unknown == 0 && sum != total.value) {
			a.findings.Ignored++
			return true
		}
		return total.ok && unknown == 0
	})
	a.findings.Equations = len(a.equations)
}

// solve finds the numbers that the equations fix. Every equation has a column of its own beside those of the unknowns, so that the
// solution shows which equations it took.
func (a *attacker) solve() {
	var unknown []int
	for i := range a.cells {
		a.cells[i].column = -1
		if !a.cells[i].ok {
			a.cells[i].column = int32(len(unknown))
			unknown = append(unknown, i)
		}
	}
	n := int32(len(unknown))
	rank := make([]float64, n)
	rows := make([][]term, len(a.equations))
	order := make([]int, len(a.equations))
	for q, e := range a.equations {
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
		if r < 0 || len(span.rows[r]) > 1 && span.rows[r][1].col < n {
			continue
		}
		if value, words, ok := a.words(span.rows[r][1:], n); ok {
			i := unknown[c]
			a.found(i, value, ByEquation, a.cells[i].name+" = "+words)
		}
	}
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
		e := a.equations[t.col-n]
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
		words += a.cells[i].name
	}
	if shown > most {
		words += fmt.Sprintf(" … (%d more)", shown-most)
	}
	if words == "" {
		words = "0"
	}
	return math.Round(value), words, true
}

// bound draws bounds through the equations until nothing changes: no count is negative, and a sum bounds its parts.
func (a *attacker) bound() {
	lo, hi := make([]float64, len(a.cells)), make([]float64, len(a.cells))
	from := make([]int, len(a.cells)) // the equation that last moved a bound
	for i, c := range a.cells {
		hi[i] = math.Inf(1)
		if c.ok {
			lo[i], hi[i] = c.value, c.value
		}
	}
	for range 1000 {
		changed := false
		for q, e := range a.equations {
			var least, most float64 // most is over the parts that have an upper bound
			open := 0
			for _, p := range e.parts {
				least += lo[p]
				if math.IsInf(hi[p], 1) {
					open++
				} else {
					most += hi[p]
				}
			}
			move := func(i int, newLo, newHi float64) {
				if newLo > lo[i] {
					lo[i], from[i], changed = newLo, q, true
				}
				if newHi < hi[i] {
					hi[i], from[i], changed = newHi, q, true
				}
			}
			for _, p := range e.parts {
				oldLo, oldHi := lo[p], hi[p]
				bottom := 0.0
				if infinite := math.IsInf(oldHi, 1); open == 0 && !infinite {
					bottom = lo[e.total] - (most - oldHi)
				} else if open == 1 && infinite {
					bottom = lo[e.total] - most
				}
				move(p, bottom, hi[e.total]-(least-oldLo))
				least += lo[p] - oldLo
				if !math.IsInf(hi[p], 1) {
					if math.IsInf(oldHi, 1) {
						open--
						oldHi = 0
					}
					most += hi[p] - oldHi
				}
			}
			if open > 0 {
				most = math.Inf(1)
			}
			move(e.total, least, most)
		}
		if !changed {
			break
		}
	}
	for i := range a.cells {
		if c := &a.cells[i]; !c.ok && lo[i] == hi[i] && len(c.hidden) > 0 {
			e := a.equations[from[i]]
			words := fmt.Sprintf("%s can only be %g, since the %d parts of %s are not negative", c.name, lo[i], len(e.parts), a.cells[e.total].name)
			a.found(i, lo[i], ByBounds, words)
		}
	}
}
