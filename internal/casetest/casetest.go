// Package casetest runs case files: tests that a statistician can read and write without knowing Go. A file loads small tables, runs a verb on them and
// states what must come out, warnings and failures included. README.md is the manual of the language.
//
// A package offers its verbs in a map, so that nothing is registered anywhere:
//
//	func TestCases(t *testing.T) {
//		casetest.Run(t, "testdata/*.case", map[string]casetest.Verb{"types": runTypes})
//	}
package casetest

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A Table is a table of a case file: text cells under named columns.
type Table struct {
	Name    string
	Columns []string
	Rows    [][]string
}

// Column is the cells of a column.
func (t *Table) Column(name string) ([]string, error) {
	at := slices.Index(t.Columns, name)
	if at < 0 {
		return nil, fmt.Errorf("table %s has no column %q (it has %s)", t.Name, name, strings.Join(t.Columns, ", "))
	}
	cells := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		cells[i] = row[at]
	}
	return cells, nil
}

// Floats is a column of numbers.
func (t *Table) Floats(name string) ([]float64, error) {
	cells, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	values := make([]float64, len(cells))
	for i, c := range cells {
		if values[i], err = strconv.ParseFloat(c, 64); err != nil {
			return nil, fmt.Errorf("table %s, column %s, row %d: not a number", t.Name, name, i+1)
		}
	}
	return values, nil
}

// Ints is a column of whole numbers.
func (t *Table) Ints(name string) ([]int64, error) {
	cells, err := t.Column(name)
	if err != nil {
		return nil, err
	}
	values := make([]int64, len(cells))
	for i, c := range cells {
		if values[i], err = strconv.ParseInt(c, 10, 64); err != nil {
			return nil, fmt.Errorf("table %s, column %s, row %d: not a whole number", t.Name, name, i+1)
		}
	}
	return values, nil
}

// A Call is one run line: the tables loaded so far and the parameters of the line.
type Call struct {
	tables map[string]*Table
	last   *Table
	params map[string]string
	asked  map[string]bool
}

// Table is a loaded table: the one that parameter param names, or the last one loaded when the line has no such parameter.
func (c *Call) Table(param string) (*Table, error) {
	name := c.Param(param, "")
	if name == "" {
		if c.last == nil {
			return nil, fmt.Errorf("no table is loaded")
		}
		return c.last, nil
	}
	t, ok := c.tables[name]
	if !ok {
		return nil, fmt.Errorf("no table %q is loaded", name)
	}
	return t, nil
}

// Param is a parameter of the line, or the default. A parameter that the verb never asks for fails the case.
func (c *Call) Param(name, missing string) string {
	c.asked[name] = true
	if v, ok := c.params[name]; ok {
		return v
	}
	return missing
}

// An Outcome is what a verb gives: named values, named tables and the codes of warnings.
type Outcome struct {
	Values   map[string]string
	Tables   []Table
	Warnings []string
}

// Set puts a value among the outcome's; floats are written in full.
func (o *Outcome) Set(name string, value any) {
	if o.Values == nil {
		o.Values = map[string]string{}
	}
	o.Values[name] = Text(value)
}

// Text is a value as it stands in a case file. Slices are written with commas between.
func Text(value any) string {
	switch v := value.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []string:
		return strings.Join(v, ",")
	}
	return fmt.Sprint(value)
}

// A Verb does what a run line asks. An error is what `expect fail` waits for.
type Verb func(c *Call) (Outcome, error)

// Run runs every case of the files that match glob; each is a subtest. No file at all is a failure.
func Run(t *testing.T, glob string, verbs map[string]Verb) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no case files match %s", glob)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := parse(file, string(text))
		if err != nil {
			t.Error(err)
			continue
		}
		name := strings.TrimSuffix(filepath.Base(file), ".case")
		for _, c := range cases {
			t.Run(name+"/"+c.title, func(t *testing.T) {
				for _, failure := range c.run(verbs) {
					t.Errorf("%s:%s", file, failure)
				}
			})
		}
	}
}

// run carries out a case and tells everything that is not as expected, each with its line number first.
func (c *testCase) run(verbs map[string]Verb) (failures []string) {
	fail := func(line int, format string, args ...any) {
		failures = append(failures, fmt.Sprintf("%d: ", line)+fmt.Sprintf(format, args...))
	}
	tables := map[string]*Table{}
	var last *Table
	for _, s := range c.steps {
		if s.load != nil {
			tables[s.load.Name], last = s.load, s.load
			continue
		}
		verb, ok := verbs[s.verb]
		if !ok {
			fail(s.line, "no verb %q", s.verb)
			continue
		}
		call := &Call{tables: tables, last: last, params: s.params, asked: map[string]bool{}}
		out, err := verb(call)
		for _, name := range s.order {
			if !call.asked[name] {
				fail(s.line, "verb %s takes no parameter %q", s.verb, name)
			}
		}
		wantFail, warned := false, map[string]bool{}
		for _, e := range s.expects {
			switch e.kind {
			case "fail":
				wantFail = true
				if err == nil {
					fail(e.line, "want a failure with %q, it went well", e.text)
				} else if !strings.Contains(err.Error(), e.text) {
					fail(e.line, "want a failure with %q, got %q", e.text, err)
				}
			case "warn":
				warned[e.text] = true
				if err == nil && !slices.Contains(out.Warnings, e.text) {
					fail(e.line, "want warning %s, got %s", e.text, orNone(out.Warnings))
				}
			case "value":
				if got, ok := out.Values[e.name]; err == nil && !ok {
					fail(e.line, "the verb gives no value %q", e.name)
				} else if err == nil && !equal(got, e.text, e.tolerance) {
					fail(e.line, "%s: want %s, got %s", e.name, e.text, got)
				}
			case "table":
				if err == nil {
					for _, f := range compareTable(out.Tables, e) {
						fail(e.line, "%s", f)
					}
				}
			}
		}
		if err != nil && !wantFail {
			fail(s.line, "%v", err)
		}
		for _, w := range out.Warnings {
			if err == nil && !warned[w] {
				fail(s.line, "warning %s was not expected", w)
			}
		}
		if len(s.expects) == 0 {
			fail(s.line, "nothing is expected of this run")
		}
	}
	return failures
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

// compareTable wants the expected columns, in any order among others, and the rows in order.
func compareTable(tables []Table, e expect) (failures []string) {
	at := slices.IndexFunc(tables, func(t Table) bool { return t.Name == e.name })
	if at < 0 {
		return []string{fmt.Sprintf("the verb gives no table %q", e.name)}
	}
	got := tables[at]
	if len(got.Rows) != len(e.table.Rows) {
		failures = append(failures, fmt.Sprintf("table %s: want %d rows, got %d", e.name, len(e.table.Rows), len(got.Rows)))
	}
	for k, column := range e.table.Columns {
		cells, err := got.Column(column)
		if err != nil {
			failures = append(failures, err.Error())
			continue
		}
		for i, row := range e.table.Rows {
			if i < len(cells) && !equal(cells[i], row[k], e.tolerance) {
				failures = append(failures, fmt.Sprintf("table %s, row %d (%s), %s: want %s, got %s", e.name, i+1, row[0], column, row[k], cells[i]))
			}
		}
	}
	return failures
}

// equal compares as text, and where both are numbers within the tolerance.
func equal(got, want string, tolerance float64) bool {
	if got == want {
		return true
	}
	g, errG := strconv.ParseFloat(got, 64)
	w, errW := strconv.ParseFloat(want, 64)
	return errG == nil && errW == nil && math.Abs(g-w) <= tolerance
}
