package reference

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/skikt/skikt/internal/lp"
)

// An attackCell is a published number of a case: which input rows it is the sum of, and what another tool says that an attacker can tell of it.
type attackCell struct {
	name            string
	rows            []int
	hidden          bool
	interval, whole []float64
	onlyPrimary     []float64 // the interval when nothing but primary cells is hidden
	primary         bool
}

// An attack is a pattern of hidden cells with all published cells of its table.
type attack struct {
	name  string
	cells []attackCell
}

// rowsByCode are the input rows by code of one dimension: a row counts under its code in each column and under the total. A column "a with b, ..." has
// codes a:b.
func rowsByCode(in *Table, total string, columns []string) map[string][]int {
	by := map[string][]int{}
	for i := range in.Rows {
		codes := []string{total}
		for _, c := range columns {
			if a, rest, ok := strings.Cut(c, " with "); ok {
				b, _, _ := strings.Cut(rest, ",")
				codes = append(codes, in.Get(i, a)+":"+in.Get(i, b))
			} else {
				codes = append(codes, in.Get(i, c))
			}
		}
		for _, code := range codes {
			by[code] = append(by[code], i)
		}
	}
	return by
}

func meetRows(a, b []int) []int {
	var out []int
	for _, i := range a {
		if _, ok := slices.BinarySearch(b, i); ok {
			out = append(out, i)
		}
	}
	return out
}

// attacks reads the patterns of a case that come with intervals.
func attacks(c sdcCase) ([]attack, error) {
	var doc struct {
		Table struct {
			Output map[string]struct {
				Total   string
				Columns []string
			} `json:"output_dimensions"`
			Geography, Outcome []string
		}
		Cells []struct {
			Key                 map[string]string
			Primary, Suppressed bool
			Interval            []float64
			Whole               []float64 `json:"interval_integer"`
			OnlyPrimary         []float64 `json:"interval_if_only_primary_hidden"`
		}
		Patterns []struct {
			Pattern   string
			Hidden    []map[string]string
			Intervals []map[string]any
		}
		Columns    []string
		Suppressed [][]any
	}
	if err := json.Unmarshal(c.Expected, &doc); err != nil {
		return nil, err
	}
	switch {
	case c.Input == nil:
		return nil, nil
	case doc.Table.Output != nil:
		dims := map[string]map[string][]int{}
		for name, d := range doc.Table.Output {
			dims[name] = rowsByCode(c.Input, d.Total, d.Columns)
		}
		var names []string
		for name := range dims {
			names = append(names, name)
		}
		slices.Sort(names)
		var cells []attackCell
		index := map[string]int{}
		var fill func(k int, name string, rows []int)
		fill = func(k int, name string, rows []int) {
			if k == len(names) {
				index[name] = len(cells)
				cells = append(cells, attackCell{name: name, rows: rows})
				return
			}
			var codes []string
			for code := range dims[names[k]] {
				codes = append(codes, code)
			}
			slices.Sort(codes)
			for _, code := range codes {
				own := dims[names[k]][code]
				if k > 0 {
					own = meetRows(rows, own)
				}
				fill(k+1, name+"/"+code, own)
			}
		}
		fill(0, "", nil)
		find := func(get func(dim string) string) (*attackCell, error) {
			name := ""
			for _, d := range names {
				name += "/" + get(d)
			}
			i, ok := index[name]
			if !ok {
				return nil, fmt.Errorf("no cell %s in the input", name)
			}
			return &cells[i], nil
		}
		if len(doc.Patterns) == 0 {
			given := false
			for _, x := range doc.Cells {
				cell, err := find(func(d string) string { return x.Key[d] })
				if err != nil {
					return nil, err
				}
				cell.hidden, cell.primary = x.Suppressed, x.Primary
				cell.interval, cell.whole, cell.onlyPrimary = x.Interval, x.Whole, x.OnlyPrimary
				given = given || x.Interval != nil
			}
			if !given {
				return nil, nil
			}
			return []attack{{"as suppressed", cells}}, nil
		}
		var all []attack
		plain := slices.Clone(cells)
		for _, p := range doc.Patterns {
			copy(cells, plain)
			for _, key := range p.Hidden {
				cell, err := find(func(d string) string { return key[d] })
				if err != nil {
					return nil, err
				}
				cell.hidden = true
			}
			for _, x := range p.Intervals {
				cell, err := find(func(d string) string { s, _ := x[d].(string); return s })
				if err != nil {
					return nil, err
				}
				cell.interval, cell.whole = floats(x["interval"]), floats(x["interval_integer"])
			}
			all = append(all, attack{p.Pattern, slices.Clone(cells)})
		}
		return all, nil
	case doc.Suppressed != nil && doc.Table.Geography != nil:
		areas := rowsByCode(c.Input, doc.Table.Geography[0], doc.Table.Geography[1:])
		outcomes := rowsByCode(c.Input, doc.Table.Outcome[0], doc.Table.Outcome[1:])
		index := map[[2]string]int{}
		var cells []attackCell
		for area, rows := range areas {
			for outcome, own := range outcomes {
				index[[2]string{area, outcome}] = len(cells)
				cells = append(cells, attackCell{name: area + "/" + outcome, rows: meetRows(rows, own)})
			}
		}
		at := func(column string) int { return slices.Index(doc.Columns, column) }
		low, high := at("interval_low"), at("interval_high")
		for _, s := range doc.Suppressed {
			area, _ := s[at("geography")].(string)
			outcome, _ := s[at("outcome")].(string)
			i, ok := index[[2]string{area, outcome}]
			if !ok {
				return nil, fmt.Errorf("no cell %s/%s in the input", area, outcome)
			}
			cells[i].hidden = true
			cells[i].interval = floats([]any{s[low], s[high]})
		}
		slices.SortFunc(cells, func(a, b attackCell) int { return strings.Compare(a.name, b.name) })
		return []attack{{"as suppressed", cells}}, nil
	}
	return nil, nil
}

func floats(v any) []float64 {
	list, _ := v.([]any)
	var out []float64
	for _, x := range list {
		f, ok := x.(float64)
		if !ok {
			return nil
		}
		out = append(out, f)
	}
	return out
}

// system is what the attacker knows: inner cells of at least 0, and every cell shown.
func (a attack) system(values []int64, hidden func(attackCell) bool) (*lp.Problem, []lp.Objective, []attackCell) {
	p := &lp.Problem{}
	for range values {
		p.Column(0, lp.Infinite)
	}
	var objectives []lp.Objective
	var asked []attackCell
	for _, c := range a.cells {
		terms := make([]lp.Term, len(c.rows))
		var sum int64
		for k, i := range c.rows {
			terms[k] = lp.Term{Col: i, Coef: 1}
			sum += values[i]
		}
		if hidden(c) {
			objectives, asked = append(objectives, lp.Objective{Terms: terms}), append(asked, c)
		} else {
			p.Equal(sum, terms...)
		}
	}
	return p, objectives, asked
}

// wholeValues are the values of the input rows, times what makes whole numbers of all.
func wholeValues(c sdcCase) (values []int64, scale int64, err error) {
	var doc struct {
		Table struct{ Frequency, Value string }
	}
	if err := json.Unmarshal(c.Expected, &doc); err != nil {
		return nil, 0, err
	}
	column := cmp.Or(doc.Table.Frequency, doc.Table.Value)
	decimals := 0
	for i := range c.Input.Rows {
		_, after, _ := strings.Cut(c.Input.Get(i, column), ".")
		decimals = max(decimals, len(after))
	}
	scale = 1
	for range decimals {
		scale *= 10
	}
	for i := range c.Input.Rows {
		whole, after, _ := strings.Cut(c.Input.Get(i, column), ".")
		v, err := strconv.ParseInt(whole+after+strings.Repeat("0", decimals-len(after)), 10, 64)
		if err != nil {
			return nil, 0, fmt.Errorf("row %d: %w", i+1, err)
		}
		values = append(values, v)
	}
	return values, scale, nil
}

// printed tells whether a value, divided by the scale, is the number that the other tool printed: the same decimal fraction, or, where that tool
// printed six decimals or more, the same when rounded to as many.
func printed(v *big.Rat, scale int64, want float64) bool {
	if v == nil {
		return false
	}
	own := new(big.Rat).Quo(v, big.NewRat(scale, 1))
	text := strconv.FormatFloat(want, 'f', -1, 64)
	other, _ := new(big.Rat).SetString(text)
	_, decimals, _ := strings.Cut(text, ".")
	return own.Cmp(other) == 0 || len(decimals) >= 6 && own.FloatString(len(decimals)) == text
}

// Every interval that an attacker can draw around a hidden cell, as another tool reckoned it.
func TestAttackIntervals(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := sdcCases(root)
	if err != nil || len(cases) == 0 {
		const why = "no cases of disclosure control: set SKIKT_REFERENCE to the folder of the reference numbers"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	compared := 0
	for _, c := range cases {
		patterns, err := attacks(c)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		for _, a := range patterns {
			values, scale, err := wholeValues(c)
			if err != nil {
				t.Errorf("%s: %v", c.Name, err)
				continue
			}
			check := func(what string, hidden func(attackCell) bool, want func(attackCell) []float64, whole bool) {
				p, objectives, asked := a.system(values, hidden)
				solve := p.Ranges
				if whole {
					solve = p.WholeRanges
				}
				got, stats, err := solve(objectives, values, lp.Options{})
				if err != nil {
					t.Errorf("%s, %s, %s: %v", c.Name, a.name, what, err)
					return
				}
				n := 0
				for i, cell := range asked {
					w := want(cell)
					if w == nil {
						continue
					}
					n++
					for side, e := range []lp.End{got[i].Least, got[i].Most} {
						if !e.Exact() || !printed(e.Limit, scale, w[side]) {
							t.Errorf("%s, %s, %s: %s: got limit %v and reached %v, want %v", c.Name, a.name, what, cell.name, e.Limit, e.Reached, w)
						}
					}
				}
				compared += n
				if n > 0 {
					t.Logf("%s, %s, %s: %d intervals; %+v", c.Name, a.name, what, n, stats)
				}
			}
			all := func(x attackCell) bool { return x.hidden }
			check("real", all, func(x attackCell) []float64 { return x.interval }, false)
			check("whole", all, func(x attackCell) []float64 { return x.whole }, true)
			check("only primary hidden", func(x attackCell) bool { return x.primary }, func(x attackCell) []float64 { return x.onlyPrimary }, false)
		}
	}
	if compared == 0 {
		t.Error("no interval was compared")
	}
}

// What the intervals of the large cases cost: presolve and both ends of every hidden cell, proved.
func BenchmarkAttackIntervals(b *testing.B) {
	root, err := Root()
	if err != nil {
		b.Fatal(err)
	}
	cases, err := sdcCases(root)
	if err != nil || len(cases) == 0 {
		b.Skip("no cases of disclosure control: set SKIKT_REFERENCE to the folder of the reference numbers")
	}
	for _, c := range cases {
		patterns, err := attacks(c)
		if err != nil {
			b.Fatal(err)
		}
		for _, a := range patterns {
			values, _, err := wholeValues(c)
			if err != nil {
				b.Fatal(err)
			}
			p, objectives, _ := a.system(values, func(x attackCell) bool { return x.hidden })
			if p.Columns() < 1000 {
				continue
			}
			for name, solve := range map[string]func([]lp.Objective, []int64, lp.Options) ([]lp.Range, lp.Stats, error){"real": p.Ranges, "whole": p.WholeRanges} {
				b.Run(fmt.Sprintf("case=%s/numbers=%s/columns=%d/rows=%d/hidden=%d", c.Name, name, p.Columns(), p.Rows(), len(objectives)), func(b *testing.B) {
					for b.Loop() {
						if _, _, err := solve(objectives, values, lp.Options{}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
