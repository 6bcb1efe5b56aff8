package project

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
)

// A PlainTable is a table from a CSV file that no project declares: one row a cell, or one row a contribution.
type PlainTable struct {
	Name   string
	File   string   // name of the file, for errors
	Dims   []string // columns that sort the cells
	Value  string   // column of counts or sums
	Totals string   // code of the total where the file has it
	Rows   []PlainRow
	// Above are hierarchies by dimension: the codes of a level by the codes of the dimension.
	Above map[string][]PlainLevel
	// AsGiven is set by [ProtectPlain] where the numbers do not add up, and are taken as they stand.
	AsGiven bool
}

// A PlainRow is a row of the file.
type PlainRow struct {
	Line        int
	Codes       []string
	Value       float64
	Hidden      bool // the file gives a dot or nothing for the value
	Contributor string
}

// A PlainLevel is a coarser level of a dimension.
type PlainLevel struct {
	Name string
	Of   map[string]string
}

// PlainOptions say how a plain table is written.
type PlainOptions struct {
	Value       string   // column of counts or sums; the last column when empty
	By          []string // dimensions; all other columns when empty
	Contributor string   // column of who contributed; none when empty
	Total       string   // code of the total; total, Total and Totalt when empty
	Hierarchies []string // CSV files: a column named as a dimension, and for each coarser level a column more
	Hidden      bool     // values that are no numbers stand for hidden cells
	Sums        bool     // values are sums, such as money: they may be below zero and have decimals. So are contributions
}

// An InputError is a fault of a plain table or a hierarchy, told by line, that must be mended in the file.
type InputError struct{ Err error }

func (e *InputError) Error() string { return e.Err.Error() }

func (e *InputError) Unwrap() error { return e.Err }

func inputErrors(faults ...error) error {
	if err := errors.Join(faults...); err != nil {
		return &InputError{err}
	}
	return nil
}

// hiddenMarks are what publishers write for a hidden cell.
var hiddenMarks = []string{"", ".", "..", "...", "x", "X", "-", "–", "c", "*", "hidden_rule", "hidden_protect"}

// timeColumns are names of columns of times, in small letters: a total over some years is not one over others. The codes can't tell: 2021 is a kommun.
var timeColumns = []string{"year", "år", "ar", "läsår", "tid", "time", "period", "kvartal", "quarter", "månad", "manad", "month", "date", "datum"}

// ReadPlain reads a CSV table. Whatever is wrong with its rows or the hierarchies is an [InputError]; values are told by column and line in errors, never quoted.
func ReadPlain(path string, o PlainOptions) (*PlainTable, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	name := filepath.Base(path)
	header, lines, err := readCSV(name, string(text))
	if err != nil {
		return nil, inputErrors(err)
	}
	t := &PlainTable{Name: strings.TrimSuffix(name, filepath.Ext(name)), File: name, Value: o.Value, Above: map[string][]PlainLevel{}}
	if t.Value == "" {
		t.Value = header[len(header)-1]
	}
	value, by := slices.Index(header, t.Value), slices.Index(header, o.Contributor)
	if value < 0 {
		return nil, fmt.Errorf("project: %s: there is no column %q (there are %s)", name, t.Value, strings.Join(header, ", "))
	}
	if o.Contributor != "" && by < 0 {
		return nil, fmt.Errorf("project: %s: there is no column %q (there are %s)", name, o.Contributor, strings.Join(header, ", "))
	}
	t.Dims = o.By
	if len(t.Dims) == 0 {
		for i, h := range header {
			if i != value && i != by {
				t.Dims = append(t.Dims, h)
			}
		}
	}
	at := make([]int, len(t.Dims))
	for d, dim := range t.Dims {
		if at[d] = slices.Index(header, dim); at[d] < 0 || at[d] == value || at[d] == by {
			return nil, fmt.Errorf("project: %s: there is no column %q to sort by (there are %s)", name, dim, strings.Join(header, ", "))
		}
	}
	var faults []error
	total := []string{"total", "Total", "TOTAL", "Totalt", "totalt"}
	if o.Total != "" {
		total = []string{o.Total}
	}
	first := map[string]int{}
	for i, line := range lines {
		row := PlainRow{Line: i + 2}
		for d := range at {
			code := strings.TrimSpace(line[at[d]])
			if code == "" {
				faults = append(faults, fmt.Errorf("project: %s:%d: column %s has no code: write one, or leave the row out", name, row.Line, t.Dims[d]))
			}
			if slices.Contains(total, code) {
				code = cube.Total
			}
			row.Codes = append(row.Codes, code)
		}
		raw := strings.TrimSpace(line[value])
		v, err := strconv.ParseFloat(strings.ReplaceAll(raw, ",", "."), 64)
		switch {
		case err == nil && !math.IsNaN(v) && !math.IsInf(v, 0):
			row.Value = v
			if sums := o.Sums || by >= 0; !sums && (v < 0 || v != math.Trunc(v) || v >= 1<<53) {
				faults = append(faults, fmt.Errorf("project: %s:%d: column %s has a count that is no whole number from 0 up to 9,007,199,254,740,991: mend it, or say that the numbers are %s",
					name, row.Line, t.Value, sumsSaid(o)))
			}
		case o.Hidden && slices.Contains(hiddenMarks, raw):
			row.Hidden = true
		default:
			faults = append(faults, fmt.Errorf("project: %s:%d: column %s has no number: write one (0 where there is nobody), or leave the row out", name, row.Line, t.Value))
		}
		if by >= 0 {
			row.Contributor = strings.TrimSpace(line[by])
		} else if old, twice := first[strings.Join(row.Codes, "\x00")]; twice {
			faults = append(faults, fmt.Errorf("project: %s:%d: the cell stands on line %d already: add the two up, or sort by one column more", name, row.Line, old))
		} else {
			first[strings.Join(row.Codes, "\x00")] = row.Line
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		faults = append(faults, fmt.Errorf("project: %s has no rows", name))
	}
	for _, file := range o.Hierarchies {
		faults = append(faults, t.readHierarchy(file)...)
	}
	return t, inputErrors(faults...)
}

// sumsSaid is how it is said that numbers are no counts.
func sumsSaid(o PlainOptions) string {
	if o.Hidden {
		return "sums (--sums)"
	}
	return "contributions (--contributor)"
}

func readCSV(name, text string) (header []string, lines [][]string, err error) {
	text = strings.TrimPrefix(text, "\ufeff")
	first, _, _ := strings.Cut(text, "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.ReuseRecord = false
	for _, sep := range []rune{';', '\t'} {
		if strings.ContainsRune(first, sep) {
			r.Comma = sep
			break
		}
	}
	if header, err = r.Read(); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("it is empty")
		}
		return nil, nil, fmt.Errorf("project: %s: %w", name, err)
	}
	for i := range header {
		header[i] = strings.TrimSpace(header[i])
	}
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return header, lines, nil
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return nil, nil, fmt.Errorf("project: %s:%d: %w", name, bad.Line, bad.Err)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("project: %s: %w", name, err)
		}
		lines = append(lines, line)
	}
}

// readHierarchy takes in a file of codes: the first column is named as a dimension of the table, each further one as a level above it, from the finest.
func (t *PlainTable) readHierarchy(path string) []error {
	name := filepath.Base(path)
	text, err := os.ReadFile(path)
	if err != nil {
		return []error{fmt.Errorf("project: %w", err)}
	}
	header, lines, err := readCSV(name, string(text))
	if err != nil {
		return []error{err}
	}
	d := slices.Index(t.Dims, header[0])
	if d < 0 || len(header) < 2 {
		return []error{fmt.Errorf("project: %s: the first column must be named as one that the table is sorted by (%s), and each further one as a level above it", name, strings.Join(t.Dims, ", "))}
	}
	var faults []error
	for level := 1; level < len(header); level++ {
		l := PlainLevel{Name: header[level], Of: map[string]string{}}
		if slices.Contains(t.Dims, l.Name) || slices.ContainsFunc(t.Above[header[0]], func(o PlainLevel) bool { return o.Name == l.Name }) {
			faults = append(faults, fmt.Errorf("project: %s: the level %s is there already", name, l.Name))
			continue
		}
		for i, line := range lines {
			fine, coarse := strings.TrimSpace(line[0]), strings.TrimSpace(line[level])
			if old, ok := l.Of[fine]; ok && old != coarse {
				faults = append(faults, fmt.Errorf("project: %s:%d: %s lies in both %s and %s of %s", name, i+2, fine, old, coarse, l.Name))
			}
			l.Of[fine] = coarse
		}
		// A code that is its own ancestor through the codes of the levels above would make a total part of itself.
		for fine, coarse := range l.Of {
			for seen, up := map[string]bool{fine: true}, coarse; ; {
				if seen[up] {
					faults = append(faults, fmt.Errorf("project: %s: the hierarchy goes in a circle at %s", name, up))
					break
				}
				seen[up] = true
				next, ok := l.Of[up]
				if !ok {
					break
				}
				up = next
			}
		}
		t.Above[header[0]] = append(t.Above[header[0]], l)
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return slices.CompactFunc(faults, func(a, b error) bool { return a.Error() == b.Error() })
}

// levelOf is the position of the level that a code belongs to: 0 for the dimension's own codes, 1 and up for the levels above it.
func (t *PlainTable) levelOf(dim, code string) int {
	for i, l := range t.Above[dim] {
		if _, fine := l.Of[code]; fine {
			continue
		}
		for _, coarse := range l.Of {
			if coarse == code {
				return i + 1
			}
		}
	}
	return 0
}

// Family makes the inner cube, the tables and the contributions of a plain table. With contributors, counts are not judged: the values are
// what each gave. given are the rows of the file that are totals or of coarser levels, to be held against their parts.
func (t *PlainTable) Family(contributions bool) (f protect.Family, given []PlainRow, err error) {
	meas := cube.Measure{Name: t.Value, Title: cube.Same(t.Value), Kind: cube.Count}
	if contributions {
		meas.Kind = cube.Sum
	}
	var inner []PlainRow
	totals := map[string]bool{}
	for _, row := range t.Rows {
		coarse := false
		for d, code := range row.Codes {
			if code == cube.Total {
				totals[t.Dims[d]] = true
			}
			coarse = coarse || code == cube.Total || t.levelOf(t.Dims[d], code) > 0
		}
		if coarse {
			given = append(given, row)
		} else {
			inner = append(inner, row)
		}
	}
	if len(inner) == 0 {
		return f, nil, inputErrors(fmt.Errorf("project: %s has totals and coarser levels only, and no cells that they are made of", t.File))
	}
	dims := make([]cube.Dimension, len(t.Dims))
	at := make([]map[string]int32, len(t.Dims))
	for d, name := range t.Dims {
		dims[d], at[d] = cube.Dimension{Name: name, Title: cube.Same(name), Role: cube.Group}, map[string]int32{}
		for _, row := range inner {
			if _, ok := at[d][row.Codes[d]]; !ok {
				at[d][row.Codes[d]] = int32(len(dims[d].Members))
				dims[d].Members = append(dims[d].Members, cube.Member{Code: row.Codes[d], Label: cube.Same(row.Codes[d])})
			}
		}
	}
	type place struct {
		members []int32
		sum     float64
		of      []protect.Contribution
	}
	var places []*place
	index := map[string]*place{}
	var faults []error
	for _, row := range inner {
		key := strings.Join(row.Codes, "\x00")
		p := index[key]
		if p == nil {
			p = &place{}
			for d := range dims {
				p.members = append(p.members, at[d][row.Codes[d]])
			}
			index[key] = p
			places = append(places, p)
		}
		if contributions {
			if row.Contributor == "" {
				faults = append(faults, fmt.Errorf("project: %s:%d: no contributor is named", t.File, row.Line))
			}
			p.of = append(p.of, protect.Contribution{Contributor: row.Contributor, Value: row.Value})
		}
		p.sum += row.Value
	}
	if err := inputErrors(faults...); err != nil {
		return f, nil, err
	}
	b := cube.NewBuilder(t.Name, dims, []cube.Measure{meas})
	for _, p := range places {
		b.Add(p.members, cube.KnownCell(p.sum))
	}
	c, err := b.Cube()
	if err != nil {
		return f, nil, err
	}
	for d, dim := range dims {
		for _, l := range t.Above[dim.Name] {
			next := cube.Dimension{Name: l.Name, Title: cube.Same(l.Name), Role: cube.Group}
			place := map[string]int32{}
			up := make([]int32, len(dim.Members))
			for i, m := range dim.Members {
				to, ok := l.Of[m.Code]
				if !ok || to == "" {
					return f, nil, inputErrors(fmt.Errorf("project: %s: code %s of %s has no place in the level %s: add a row for it to the hierarchy", t.File, m.Code, dim.Name, l.Name))
				}
				if _, ok := place[to]; !ok {
					place[to] = int32(len(next.Members))
					next.Members = append(next.Members, cube.Member{Code: to, Label: cube.Same(to)})
				}
				up[i] = place[to]
			}
			at := c.DimIndex(dims[d].Name)
			if c, _, err = c.Beside(next, func(row int) int32 { return up[c.Coord(row, at)] }); err != nil {
				return f, nil, err
			}
		}
	}
	f = protect.Family{Name: t.Name, Inner: c}
	for _, p := range places {
		codes := make([]string, len(c.Dims()))
		for d, dim := range dims {
			codes[d] = dim.Members[p.members[d]].Code
		}
		for k := len(dims); k < len(codes); k++ {
			for d, dim := range dims {
				for _, l := range t.Above[dim.Name] {
					if l.Name == c.Dims()[k].Name {
						codes[k] = l.Of[codes[d]]
					}
				}
			}
		}
		row := c.Find(codes...)
		for _, x := range p.of {
			x.Row = row
			if len(f.Contributions) == 0 {
				f.Contributions = []protect.Contributions{{Measure: t.Value}}
			}
			f.Contributions[0].Of = append(f.Contributions[0].Of, x)
		}
	}
	// A table for each combination of levels; totals where the file has them, or everywhere when it has none.
	sets := [][]string{nil}
	for _, name := range t.Dims {
		var next [][]string
		for _, set := range sets {
			next = append(next, append(slices.Clone(set), name))
			for _, l := range t.Above[name] {
				next = append(next, append(slices.Clone(set), l.Name))
			}
		}
		sets = next
	}
	for _, set := range sets {
		v := cube.View{Name: t.Name, Dims: set, Measures: []cube.Measure{meas}}
		if !slices.Equal(set, t.Dims) {
			v.Name += "_" + strings.Join(set, "_")
		}
		for d, name := range t.Dims {
			if len(totals) == 0 || totals[name] {
				v.Totals = append(v.Totals, set[d])
			}
		}
		f.Views = append(f.Views, v)
	}
	return f, given, nil
}

// ErrNotAdditive says that totals in a file are not the sums of their parts.
var ErrNotAdditive = errors.New("totals are not the sums of their parts")

// CheckGiven holds totals and coarser levels that a file gives against their parts.
func (t *PlainTable) CheckGiven(f protect.Family, given []PlainRow) error {
	var wrong []string
	for _, v := range f.Views {
		c, err := f.Inner.View(v)
		if err != nil {
			return err
		}
		for _, row := range given {
			codes, own := t.codesIn(v, row)
			if !own {
				continue
			}
			cell := c.Get(t.Value, codes...)
			if row.Hidden {
				continue
			}
			if !cell.Status.HasValue() && row.Value != 0 || cell.Status.HasValue() && math.Abs(cell.Value-row.Value) > 1e-9*max(1, math.Abs(row.Value)) {
				wrong = append(wrong, fmt.Sprintf("line %d", row.Line))
			}
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	const most = 10
	if n := len(wrong); n > most {
		wrong = append(wrong[:most], fmt.Sprintf("and %d more", n-most))
	}
	return inputErrors(fmt.Errorf("project: %s: %w: %s", t.File, ErrNotAdditive, strings.Join(wrong, ", ")))
}

// codesIn are the codes of a row in a view; own is false when the row belongs to another view.
func (t *PlainTable) codesIn(v cube.View, row PlainRow) (codes []string, own bool) {
	for d, name := range t.Dims {
		level := t.levelOf(name, row.Codes[d])
		want := name
		if level > 0 {
			want = t.Above[name][level-1].Name
		}
		if row.Codes[d] != cube.Total && v.Dims[d] != want || row.Codes[d] == cube.Total && v.Dims[d] != name {
			return nil, false
		}
		codes = append(codes, row.Codes[d])
	}
	return codes, true
}

// Nestings are the hierarchies of a plain table for an attack.
func (t *PlainTable) Nestings() []protect.Nesting {
	var out []protect.Nesting
	for _, name := range t.Dims {
		for _, l := range t.Above[name] {
			out = append(out, protect.Nesting{Fine: name, Coarse: l.Name, Of: l.Of})
		}
	}
	return out
}

// Published is the cubes of a published plain table, by level, with hidden cells where the file has a dot.
func (t *PlainTable) Published() ([]*cube.Cube, error) {
	byView := map[string][]PlainRow{}
	var order []string
	for _, row := range t.Rows {
		set := make([]string, len(t.Dims))
		for d, name := range t.Dims {
			set[d] = name
			if level := t.levelOf(name, row.Codes[d]); level > 0 {
				set[d] = t.Above[name][level-1].Name
			}
		}
		key := strings.Join(set, "\x00")
		if byView[key] == nil {
			order = append(order, key)
		}
		byView[key] = append(byView[key], row)
	}
	var out []*cube.Cube
	for _, key := range order {
		set := strings.Split(key, "\x00")
		dims := make([]cube.Dimension, len(set))
		at := make([]map[string]int32, len(set))
		for d, name := range set {
			dims[d], at[d] = cube.Dimension{Name: name, Title: cube.Same(name), Role: cube.Group}, map[string]int32{}
			if slices.Contains(timeColumns, strings.ToLower(name)) {
				dims[d].Role = cube.Time
			}
		}
		kind := cube.Count
		for _, row := range byView[key] {
			if row.Value != math.Trunc(row.Value) || row.Value < 0 {
				kind = cube.Sum
			}
		}
		rows := make([][]int32, 0, len(byView[key]))
		for _, row := range byView[key] {
			members := make([]int32, len(set))
			for d, code := range row.Codes {
				k, ok := at[d][code]
				if !ok {
					k = int32(len(dims[d].Members))
					at[d][code] = k
					dims[d].Members = append(dims[d].Members, cube.Member{Code: code, Label: cube.Same(code)})
				}
				members[d] = k
			}
			rows = append(rows, members)
		}
		b := cube.NewBuilder(t.Name, dims, []cube.Measure{{Name: t.Value, Kind: kind}})
		for i, row := range byView[key] {
			cell := cube.KnownCell(row.Value)
			if row.Hidden {
				cell = cube.Cell{Status: cube.HiddenProtect}
			}
			b.Add(rows[i], cell)
		}
		c, err := b.Cube()
		if err != nil {
			return nil, fmt.Errorf("project: %s: %w", t.Name, err)
		}
		out = append(out, c)
	}
	return out, nil
}

// ReadPolicy is a policy by profile name, or from a YAML file with what a project has under policy.own.
func ReadPolicy(name string) (protect.Policy, error) {
	if slices.Contains(protect.Profiles(), name) {
		return protect.Profile(name)
	}
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) && filepath.Ext(name) == "" {
		return protect.Profile(name) // which says what there is
	}
	if err != nil {
		return protect.Policy{}, fmt.Errorf("project: %w", err)
	}
	var p protect.Policy
	if err := yaml.UnmarshalWithOptions(text, &p, yaml.Strict()); err != nil {
		return p, fmt.Errorf("project: %s: %s", filepath.Base(name), yaml.FormatError(err, false, true))
	}
	return p, p.Validate()
}

// ProtectPlain protects a plain table. Where the file's totals are not the sums of their parts that is an error, unless it is said, or
// the differences show, that the numbers were perturbed before: then they stand as they are.
func ProtectPlain(t *PlainTable, policy protect.Policy, contributions, perturbed bool) (*protect.Release, error) {
	if perturbed && contributions {
		return nil, fmt.Errorf("project: %s: contributions always add up to their sums: they can't be perturbed", t.Name)
	}
	f, given, err := t.Family(contributions)
	if err != nil {
		return nil, err
	}
	err = t.CheckGiven(f, given)
	switch {
	case err == nil && !perturbed:
	case err != nil && !errors.Is(err, ErrNotAdditive):
		return nil, err
	default:
		tables, readErr := t.Published()
		if readErr != nil {
			return nil, readErr
		}
		looks := false
		for _, c := range tables {
			looks = looks || slices.ContainsFunc(protect.CheckAdditivity(c), protect.Additivity.Perturbed)
		}
		if !perturbed && !looks {
			return nil, fmt.Errorf("%w: mend the file, or say --perturbed when its numbers were changed for protection before", err)
		}
		t.AsGiven = true
		if f.Given, err = t.given(f); err != nil {
			return nil, err
		}
	}
	return protect.Apply([]protect.Family{f}, policy)
}

// ExactPlain finds the least that must be hidden of a small table: the yardstick for what ProtectPlain hides.
func ExactPlain(t *PlainTable, policy protect.Policy, contributions bool) (*protect.Optimum, error) {
	f, given, err := t.Family(contributions)
	if err == nil {
		err = t.CheckGiven(f, given)
	}
	if err != nil {
		return nil, err
	}
	return protect.Exact([]protect.Family{f}, policy, protect.ExactOptions{Alone: true})
}

// given are the views with the numbers of the file. A row that the file lacks is not available.
func (t *PlainTable) given(f protect.Family) (map[string]*cube.Cube, error) {
	out := map[string]*cube.Cube{}
	for _, v := range f.Views {
		c, err := f.Inner.View(v)
		if err != nil {
			return nil, err
		}
		value := map[int]float64{}
		for _, row := range t.Rows {
			if codes, own := t.codesIn(v, row); own && !row.Hidden {
				if at := c.Find(codes...); at >= 0 {
					value[at] = row.Value
				}
			}
		}
		out[v.Name] = c.Edit(func(row, _ int, cell cube.Cell) cube.Cell {
			if v, ok := value[row]; ok {
				return cube.KnownCell(v)
			}
			return cube.Cell{}
		})
	}
	return out, nil
}

// AttackPlain attacks published plain tables together, each as an edition of its own. One without a column of times is taken to be of those of the first that has one.
func AttackPlain(tables []*PlainTable) (protect.Findings, error) {
	if len(tables) == 0 {
		return protect.Findings{}, nil
	}
	timed := func(t *PlainTable) bool {
		return slices.ContainsFunc(t.Dims, func(d string) bool { return slices.Contains(timeColumns, strings.ToLower(d)) })
	}
	editions := make([][]*cube.Cube, len(tables))
	first := slices.IndexFunc(tables, timed)
	for i, t := range tables {
		own, err := t.Published()
		if err != nil {
			return protect.Findings{}, err
		}
		if first >= 0 && !timed(t) {
			i = first
		}
		editions[i] = append(editions[i], own...)
	}
	return protect.AttackEditions(editions, tables[0].Nestings()...) // hierarchies are given for all
}
