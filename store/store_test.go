package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

const none = record.Missing

func open(t testing.TB, o Options) *DB {
	t.Helper()
	db, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func load(t testing.TB, db *DB, name string, batches ...*record.Batch) Loaded {
	t.Helper()
	l, err := db.Create(context.Background(), name, batches[0].Columns)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Discard()
	for _, b := range batches {
		if err := l.Append(b); err != nil {
			t.Fatal(err)
		}
	}
	loaded, err := l.Close()
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func run(t testing.TB, db *DB, query string) {
	t.Helper()
	if _, err := db.pool.Exec(query); err != nil {
		t.Fatal(err)
	}
}

func count(t testing.TB, db *DB, spec cube.Spec) (*cube.Cube, Account) {
	t.Helper()
	c, a, err := db.Cube(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	return c, a
}

// pupils are eight synthetic pupils. Every figure that tests await of them was counted by hand in this table:
//
//	area  sex  year  merit   grant  low  high
//	A     1    2023  200.5   10     8    12
//	A     1    2023  100.25  20     .    .
//	A     2    2023  .       30     .    .
//	B     1    2023  .       .      .    .
//	B     1    2024  .       5      5    6
//	B     2    2024  300     7      .    .
//	.     2    2024  50      1      .    .
//	X     .    2024  75      2      .    .
func pupils() *record.Batch {
	const here = record.Present
	return &record.Batch{N: 8, Columns: []record.Vector{
		{Name: "area", Type: record.Text, Text: []string{"A", "A", "A", "B", "B", "B", "", "X"}, State: []record.State{here, here, here, here, here, here, none, here}},
		{Name: "sex", Type: record.Int, Int: []int64{1, 1, 2, 1, 1, 2, 2, 0}, State: []record.State{here, here, here, here, here, here, here, none}},
		{Name: "year", Type: record.Int, Int: []int64{2023, 2023, 2023, 2023, 2024, 2024, 2024, 2024}},
		{Name: "merit", Type: record.Float, Float: []float64{200.5, 100.25, 0, 0, 0, 300, 50, 75}, State: []record.State{here, here, none, none, none, here, here, here}},
		{Name: "grant", Type: record.Int, Int: []int64{10, 20, 30, 0, 5, 7, 1, 2}, State: []record.State{here, here, here, none, here, here, here, here}},
		{Name: "low", Type: record.Int, Int: []int64{8, 0, 0, 0, 5, 0, 0, 0}, State: []record.State{here, none, none, none, here, none, none, none}},
		{Name: "high", Type: record.Int, Int: []int64{12, 0, 0, 0, 6, 0, 0, 0}, State: []record.State{here, none, none, none, here, none, none, none}},
	}}
}

func members(codes ...string) []cube.Member {
	out := make([]cube.Member, len(codes))
	for i, c := range codes {
		out[i] = cube.Member{Code: c, Label: cube.Same(c)}
	}
	return out
}

func dim(name string, codes ...string) cube.SpecDim {
	return cube.SpecDim{Dimension: cube.Dimension{Name: name, Members: members(codes...)}, Columns: []string{name}}
}

func counting(name string) cube.SpecMeasure {
	return cube.SpecMeasure{Measure: cube.Measure{Name: name, Kind: cube.Count}}
}

func summing(name, column string) cube.SpecMeasure {
	return cube.SpecMeasure{Measure: cube.Measure{Name: name, Kind: cube.Sum}, Sum: column}
}

func codes(d *cube.Dimension) []string {
	out := []string{}
	for _, m := range d.Members {
		out = append(out, m.Code)
	}
	return out
}

func known(v, base float64) cube.Cell {
	c := cube.KnownCell(v)
	c.Base = cube.Num(base)
	return c
}

func TestCubeByHand(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	grant := summing("Grant", "grant")
	grant.Low, grant.High = "low", "high"
	c, account := count(t, db, cube.Spec{Name: "inner", From: "pupils",
		Dims:     []cube.SpecDim{dim("area", "A", "B"), dim("sex")},
		Measures: []cube.SpecMeasure{counting("NPupils"), summing("Merit", "merit"), grant}})

	if got := codes(c.Dim("sex")); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("sexes are %v", got)
	}
	interval := func(c cube.Cell, lo, hi float64) cube.Cell {
		c.Lo, c.Hi = cube.Num(lo), cube.Num(hi)
		return c
	}
	for _, want := range []struct {
		area, sex           string
		count, merit, grant cube.Cell
	}{
		{"A", "1", known(2, 2), known(300.75, 2), interval(known(30, 2), 8+20, 12+20)},
		{"A", "2", known(1, 1), cube.Cell{Base: cube.Num(0)}, known(30, 1)},
		{"B", "1", known(2, 2), cube.Cell{Base: cube.Num(0)}, interval(known(5, 1), 5, 6)},
		{"B", "2", known(1, 1), known(300, 1), known(7, 1)},
	} {
		got := []cube.Cell{c.Get("NPupils", want.area, want.sex), c.Get("Merit", want.area, want.sex), c.Get("Grant", want.area, want.sex)}
		if diff := cmp.Diff([]cube.Cell{want.count, want.merit, want.grant}, got); diff != "" {
			t.Errorf("%s, sex %s (-want +got):\n%s", want.area, want.sex, diff)
		}
	}
	if c.Len() != 4 {
		t.Errorf("%d rows, want 4", c.Len())
	}
	wantAccount := Account{In: 8, Counted: 6, Residual: []Residual{{"area", MissingValue, 1}, {"area", UnknownValue, 1}}}
	if diff := cmp.Diff(wantAccount, account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
	var warned []string
	for _, w := range c.Warnings {
		warned = append(warned, w.Code+" "+w.Text.EN)
	}
	if want := []string{"partly-missing Grant: 1 of 6 rows lack a value and are not in the sum.", "partly-missing Merit: 3 of 6 rows lack a value and are not in the sum."}; !slices.Equal(warned, want) {
		t.Errorf("warnings %q, want %q", warned, want)
	}
}

func TestUnknownMember(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	area, sex := dim("area", "B", "A"), dim("sex")
	area.Unknown, sex.Unknown = "U", "U"
	c, account := count(t, db, cube.Spec{From: "pupils", Dims: []cube.SpecDim{area, sex}, Measures: []cube.SpecMeasure{counting("N")}})
	if got, want := codes(c.Dim("area")), []string{"B", "A", "U"}; !slices.Equal(got, want) {
		t.Errorf("areas %v, want %v", got, want)
	}
	if got, want := codes(c.Dim("sex")), []string{"1", "2", "U"}; !slices.Equal(got, want) {
		t.Errorf("sexes %v, want %v", got, want)
	}
	if got := []float64{c.Get("N", "U", "2").Value, c.Get("N", "U", "U").Value}; !slices.Equal(got, []float64{1, 1}) {
		t.Errorf("unknown cells %v, want 1 and 1", got)
	}
	want := Account{In: 8, Counted: 8, Unknown: []Residual{{"area", MissingValue, 1}, {"area", UnknownValue, 1}, {"sex", MissingValue, 1}}}
	if diff := cmp.Diff(want, account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
}

func TestWhere(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	c, account := count(t, db, cube.Spec{From: "pupils", Dims: []cube.SpecDim{dim("area")}, Measures: []cube.SpecMeasure{counting("N")},
		Where: []cube.Condition{{Column: "sex", In: []string{"1", "3"}}}})
	if got := []float64{c.Get("N", "A").Value, c.Get("N", "B").Value}; !slices.Equal(got, []float64{2, 2}) {
		t.Errorf("counts %v, want 2 and 2", got)
	}
	// Sex is 2 in three rows; it is missing in one.
	want := Account{In: 8, Excluded: 3, Counted: 4, Residual: []Residual{{"", MissingCondition, 1}}}
	if diff := cmp.Diff(want, account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
}

// Mean incomes of 200 and 300 for 10 and 30 persons are a sum of 11,000; the row without a mean, or without persons, is in no sum.
func TestTimes(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "income", &record.Batch{N: 4, Columns: []record.Vector{
		{Name: "mean", Type: record.Float, Float: []float64{200, 300, 0, 50}, State: []record.State{0, 0, none, 0}},
		{Name: "persons", Type: record.Int, Int: []int64{10, 30, 7, 0}, State: []record.State{0, 0, 0, none}},
	}})
	m := cube.SpecMeasure{Measure: cube.Measure{Name: "Income", Kind: cube.Sum}, Sum: "mean", Times: "persons"}
	c, _, err := db.Cube(context.Background(), cube.Spec{Name: "t", From: "income", Measures: []cube.SpecMeasure{m}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Get("Income"), (cube.Cell{Status: cube.Known, Value: 11000, Base: cube.Num(2)}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	m.Sum = ""
	if _, _, err := db.Cube(context.Background(), cube.Spec{Name: "t", From: "income", Measures: []cube.SpecMeasure{m}}); err == nil {
		t.Error("a column to multiply by passed without one to sum")
	}
}

func TestSeveralConditions(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	_, account := count(t, db, cube.Spec{From: "pupils", Measures: []cube.SpecMeasure{counting("N")},
		Where: []cube.Condition{{Column: "sex", In: []string{"1"}}, {Column: "area", In: []string{"A", "X"}}}})
	// Two rows of A have sex 1. The row without sex is in X, so nobody knows; the one without area has sex 2, so it is out whatever its area.
	want := Account{In: 8, Excluded: 5, Counted: 2, Residual: []Residual{{"", MissingCondition, 1}}}
	if diff := cmp.Diff(want, account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
}

func TestWithoutDimensions(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	spec := cube.Spec{From: "pupils", Measures: []cube.SpecMeasure{counting("N"), summing("Grant", "grant")}}
	c, account := count(t, db, spec)
	if got := []cube.Cell{c.Get("N"), c.Get("Grant")}; !cmp.Equal(got, []cube.Cell{known(8, 8), known(75, 7)}) || account.Counted != 8 {
		t.Errorf("the whole is %+v, %+v", got, account)
	}
	load(t, db, "nobody", &record.Batch{Columns: []record.Vector{{Name: "grant", Type: record.Int}}})
	spec.From = "nobody"
	c, account = count(t, db, spec)
	if got := []cube.Cell{c.Get("N"), c.Get("Grant")}; !cmp.Equal(got, []cube.Cell{known(0, 0), known(0, 0)}) || account.In != 0 {
		t.Errorf("nobody is %+v, %+v", got, account)
	}
}

func TestTotalIsNoMember(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "r", &record.Batch{N: 3, Columns: []record.Vector{{Name: "a", Type: record.Text, Text: []string{"total", "x", "x"}}}})
	spec := cube.Spec{From: "r", Dims: []cube.SpecDim{dim("a")}, Measures: []cube.SpecMeasure{counting("N")}}
	c, account := count(t, db, spec)
	if c.Len() != 1 || account.Left() != 1 || account.Residual[0].Reason != UnknownValue {
		t.Errorf("a record with the code of the total: %d rows, %+v", c.Len(), account)
	}
	spec.Dims = []cube.SpecDim{dim("a", "x", "total")}
	if c, account := count(t, db, spec); c.Get("N", "total").Value != 1 || account.Left() != 0 {
		t.Errorf("a declared total: %v, %+v", c.Get("N", "total"), account)
	}
}

// As many members as an area division has are counted one by one, whatever stands in their codes: member i has i%3+1 rows here, and the table has a row that is none of them.
func TestManyMembers(t *testing.T) {
	for _, odd := range []string{"", "it's", "'", "a\nb", `\`, "Ö", "a,b", ","} {
		t.Run(odd, func(t *testing.T) {
			db := open(t, Options{})
			all := []string{odd}
			for i := range 150 {
				all = append(all, fmt.Sprintf("%04d", i))
			}
			b := &record.Batch{Columns: []record.Vector{{Name: "area", Type: record.Text, Text: []string{"elsewhere"}}}}
			for i, code := range all {
				for range i%3 + 1 {
					b.Columns[0].Text = append(b.Columns[0].Text, code)
				}
			}
			b.N = len(b.Columns[0].Text)
			load(t, db, "rows", b)
			c, account := count(t, db, cube.Spec{From: "rows", Dims: []cube.SpecDim{dim("area", all...)}, Measures: []cube.SpecMeasure{counting("N")}})
			if c.Len() != len(all) || account.Left() != 1 {
				t.Fatalf("%d members counted, %d rows left out; want %d and 1", c.Len(), account.Left(), len(all))
			}
			for i, code := range all {
				if got := c.Get("N", code).Value; got != float64(i%3+1) {
					t.Errorf("%q has %v rows, want %d", code, got, i%3+1)
				}
			}
		})
	}
}

func TestLookup(t *testing.T) {
	ctx := context.Background()
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	// 01 is not the text of the number 1, so it must not double the rows of sex 1.
	if err := db.Lookup(ctx, "sexes", []string{"sex"}, [][]string{{"1"}, {"01"}}, []string{"girl", "boy"}); err != nil {
		t.Fatal(err)
	}
	if err := db.Lookup(ctx, "cohort", []string{"area", "year"}, [][]string{{"A", "2023"}, {"B", "2024"}, {"X", "2024"}}, []string{"a23", "b24", "total"}); err != nil {
		t.Fatal(err)
	}
	c, account := count(t, db, cube.Spec{From: "pupils",
		Dims: []cube.SpecDim{
			{Dimension: cube.Dimension{Name: "Cohort"}, Columns: []string{"area", "year"}, Lookup: "cohort"},
			{Dimension: cube.Dimension{Name: "Sex", Members: members("girl")}, Columns: []string{"sex"}, Lookup: "sexes", Unknown: "?"}},
		Measures: []cube.SpecMeasure{counting("N")}})
	got := []float64{c.Get("N", "a23", "girl").Value, c.Get("N", "a23", "?").Value, c.Get("N", "b24", "girl").Value, c.Get("N", "b24", "?").Value}
	if !slices.Equal(got, []float64{2, 1, 1, 1}) || c.Len() != 4 {
		t.Errorf("counts %v in %d rows, want 2 1 1 1", got, c.Len())
	}
	// B 2023 and X's "total" are unknown, one row lacks its area; sex 2 stands twice among the counted.
	want := Account{In: 8, Counted: 5, Residual: []Residual{{"Cohort", MissingValue, 1}, {"Cohort", UnknownValue, 2}}, Unknown: []Residual{{"Sex", UnknownValue, 2}}}
	if diff := cmp.Diff(want, account); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}

	// The area decides the dimension by itself and, with the year, by a lookup.
	c, _ = count(t, db, cube.Spec{From: "pupils",
		Dims:     []cube.SpecDim{dim("area"), {Dimension: cube.Dimension{Name: "Cohort"}, Columns: []string{"area", "year"}, Lookup: "cohort", Unknown: "?"}},
		Measures: []cube.SpecMeasure{counting("N")}})
	got = []float64{c.Get("N", "A", "a23").Value, c.Get("N", "B", "b24").Value, c.Get("N", "B", "?").Value, c.Get("N", "X", "?").Value}
	if !slices.Equal(got, []float64{3, 2, 1, 1}) || c.Len() != 4 {
		t.Errorf("counts %v in %d rows, want 3 2 1 1", got, c.Len())
	}

	for name, err := range map[string]error{
		"same key":  db.Lookup(ctx, "l1", []string{"k"}, [][]string{{"a"}, {"a"}}, []string{"x", "y"}),
		"keys, not": db.Lookup(ctx, "l2", []string{"k"}, [][]string{{"a", "b"}}, []string{"x"}),
		"values":    db.Lookup(ctx, "l3", []string{"k"}, [][]string{{"a"}}, nil),
		"NUL":       db.Lookup(ctx, "l4", []string{"k"}, [][]string{{"a\x00"}}, []string{"x"}),
		"already":   db.Lookup(ctx, "sexes", []string{"k"}, [][]string{{"a"}}, []string{"x"}),
	} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want an error with %q, got %v", name, err)
		}
	}
}

func TestTypesAsDimensions(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "r", &record.Batch{N: 4, Columns: []record.Vector{
		{Name: "age", Type: record.Int, Int: []int64{10, 9, -1, 10}},
		{Name: "passed", Type: record.Bool, Int: []int64{1, 0, 1, 1}},
		{Name: "born", Type: record.Date, Int: []int64{0, 11016, -1, 0}}, // 1970-01-01, 2000-02-29, 1969-12-31
	}})
	c, _ := count(t, db, cube.Spec{From: "r", Dims: []cube.SpecDim{dim("age"), dim("passed"), dim("born")}, Measures: []cube.SpecMeasure{counting("N")},
		Where: []cube.Condition{{Column: "born", In: []string{"1970-01-01", "2000-02-29", "1969-12-31"}}, {Column: "passed", In: []string{"true", "false"}}}})
	for name, want := range map[string][]string{"age": {"-1", "9", "10"}, "passed": {"false", "true"}, "born": {"1969-12-31", "1970-01-01", "2000-02-29"}} {
		if got := codes(c.Dim(name)); !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", name, got, want)
		}
	}
	if got := c.Get("N", "10", "true", "1970-01-01").Value; got != 2 {
		t.Errorf("N is %v, want 2", got)
	}
}

func TestSpecErrors(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	n := []cube.SpecMeasure{counting("N")}
	for want, spec := range map[string]cube.Spec{
		"no measure":             {From: "pupils"},
		`no table "nothing"`:     {From: "nothing", Measures: n},
		`no table "/etc/passwd"`: {From: "/etc/passwd", Measures: n},
		`column "nope"`:          {From: "pupils", Dims: []cube.SpecDim{dim("nope")}, Measures: n},
		`column "AREA"`:          {From: "pupils", Dims: []cube.SpecDim{dim("AREA")}, Measures: n},
		"which is float":         {From: "pupils", Dims: []cube.SpecDim{dim("merit")}, Measures: n},
		"without a lookup":       {From: "pupils", Dims: []cube.SpecDim{{Dimension: cube.Dimension{Name: "x"}, Columns: []string{"area", "sex"}}}, Measures: n},
		"has not been loaded":    {From: "pupils", Dims: []cube.SpecDim{{Columns: []string{"area"}, Lookup: "nope"}}, Measures: n},
		"twice":                  {From: "pupils", Dims: []cube.SpecDim{dim("area", "A", "A")}, Measures: n},
		"NUL":                    {From: "pupils", Dims: []cube.SpecDim{dim("area", "A\x00")}, Measures: n},
		"stands twice":           {From: "pupils", Dims: []cube.SpecDim{dim("area"), dim("area")}, Measures: n},
		"is a share":             {From: "pupils", Measures: []cube.SpecMeasure{{Measure: cube.Measure{Name: "s", Kind: cube.Share}}}},
		"no column to sum":       {From: "pupils", Measures: []cube.SpecMeasure{summing("s", "")}},
		"int and float":          {From: "pupils", Measures: []cube.SpecMeasure{summing("s", "area")}},
		"half an interval":       {From: "pupils", Measures: []cube.SpecMeasure{{Measure: cube.Measure{Kind: cube.Sum}, Sum: "grant", Low: "low"}}},
		"names no value":         {From: "pupils", Measures: n, Where: []cube.Condition{{Column: "area"}}},
		`can't be met by "1 OR`:  {From: "pupils", Measures: n, Where: []cube.Condition{{Column: "sex", In: []string{"1 OR 1=1"}}}},
		`which is int, can't be`: {From: "pupils", Measures: n, Where: []cube.Condition{{Column: "sex", In: []string{"01"}}}},
		`which is float, can't`:  {From: "pupils", Measures: n, Where: []cube.Condition{{Column: "merit", In: []string{"50"}}}},
	} {
		if _, _, err := db.Cube(context.Background(), spec); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "store: ") {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}

func TestInjection(t *testing.T) {
	ctx := context.Background()
	db := open(t, Options{})
	nasty := []string{`a"; DROP TABLE safe; --`, `a' OR '1'='1`, `'; DROP TABLE safe; --`, `\'; DROP TABLE safe; --`, "å\n\t", `$1 ? :x`, "/* */", "\u202e", `""`, `''`, `{"x":1}`}
	load(t, db, "safe", pupils())
	for i, name := range nasty {
		values := append([]string{"plain"}, nasty...)
		load(t, db, name, &record.Batch{N: len(values), Columns: []record.Vector{{Name: name, Type: record.Text, Text: values}, {Name: "n", Type: record.Int, Int: make([]int64, len(values))}}})
		if err := db.Lookup(ctx, name, []string{name}, [][]string{{name}}, []string{name}); err != nil {
			t.Fatal(err)
		}
		c, account := count(t, db, cube.Spec{Name: name, From: name,
			Dims: []cube.SpecDim{
				{Dimension: cube.Dimension{Name: name, Members: members(nasty...)}, Columns: []string{name}, Unknown: `"'`},
				{Dimension: cube.Dimension{Name: "looked up"}, Columns: []string{name}, Lookup: name, Unknown: name}},
			Measures: []cube.SpecMeasure{{Measure: cube.Measure{Name: `m"'`, Kind: cube.Sum}, Sum: "n"}},
			Where:    []cube.Condition{{Column: name, In: []string{name, "plain"}}}})
		if account.In != int64(len(values)) || account.Counted != 2 || c.Find(name, name) < 0 || c.Find(`"'`, name) < 0 {
			t.Errorf("name %d: %+v, %d rows", i, account, c.Len())
		}
	}
	if columns, err := db.Columns(ctx, "safe"); err != nil || len(columns) != 7 {
		t.Errorf("the safe table: %v, %v", columns, err)
	}
	for _, name := range []string{"", "a\x00b", "\xff"} {
		if _, err := db.Create(ctx, name, pupils().Columns); err == nil {
			t.Errorf("a table could be called %q", name)
		}
		if _, err := db.Create(ctx, "t", []record.Vector{{Name: name, Type: record.Int}}); err == nil {
			t.Errorf("a column could be called %q", name)
		}
	}
	if _, err := db.Create(ctx, "t", []record.Vector{{Name: "Kon", Type: record.Int}, {Name: "kon", Type: record.Int}}); err == nil {
		t.Error("columns that differ in case only were taken")
	}
}

func TestLoad(t *testing.T) {
	ctx := context.Background()
	db := open(t, Options{})
	b := pupils()
	b.Columns[0].State[1] = record.Hidden
	b.Columns[0].State[2] = record.NotAvailable
	loaded := load(t, db, "pupils", b, b)
	if loaded.Rows != 16 || !reflect.DeepEqual(loaded.Columns[0], LoadedColumn{"area", record.Text, map[record.State]int64{none: 2, record.Hidden: 2, record.NotAvailable: 2}}) {
		t.Errorf("loaded %+v", loaded)
	}
	values, missing, err := db.Distinct(ctx, "pupils", "area")
	if err != nil || !slices.Equal(values, []string{"A", "B", "X"}) || missing != 6 {
		t.Errorf("distinct %v, %d missing, %v", values, missing, err)
	}

	t.Run("failed", func(t *testing.T) {
		l, err := db.Create(ctx, "second", b.Columns)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Append(b); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Columns(ctx, "second"); err == nil {
			t.Error("the table is seen before Close")
		}
		secret := &record.Batch{N: 1, Columns: []record.Vector{{Name: "area", Type: record.Text, Text: []string{"MARKER\xff"}, State: make([]record.State, 1)}}, Line: []int{17}}
		for _, c := range b.Columns[1:] {
			secret.Columns = append(secret.Columns, record.Vector{Name: c.Name, Type: c.Type, State: []record.State{none}})
		}
		if err := l.Append(secret); err == nil || !strings.Contains(err.Error(), "line 17, column area") || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("text that is not UTF-8: %v", err)
		}
		if l.Append(b) == nil {
			t.Error("the load went on after an error")
		}
		if _, err := l.Close(); err == nil {
			t.Error("Close forgot the error")
		}
		if _, err := db.Columns(ctx, "second"); err == nil {
			t.Error("a failed load left a table")
		}
		if _, err := l.Close(); err == nil {
			t.Error("closed twice")
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(ctx)
		l, err := db.Create(ctx, "third", b.Columns)
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if err := l.Append(b); !errors.Is(err, context.Canceled) {
			t.Errorf("append: %v", err)
		}
		if _, err := l.Close(); !errors.Is(err, context.Canceled) {
			t.Errorf("close: %v", err)
		}
		load(t, db, "third", b)
	})
	t.Run("mismatch", func(t *testing.T) {
		if _, err := db.Create(ctx, "pupils", b.Columns); err == nil {
			t.Error("a table was made twice")
		}
		l, err := db.Create(ctx, "fourth", b.Columns[:2])
		if err != nil {
			t.Fatal(err)
		}
		defer l.Discard()
		if l.Append(b) == nil {
			t.Error("a batch with other columns was taken")
		}
	})
}

func TestScan(t *testing.T) {
	ctx := context.Background()
	db := open(t, Options{})
	const n = 20000 // more than two batches of any size in use
	b := &record.Batch{N: n, Columns: []record.Vector{{Name: "text", Type: record.Text}, {Name: "int", Type: record.Int}, {Name: "float", Type: record.Float}, {Name: "bool", Type: record.Bool}, {Name: "date", Type: record.Date}}}
	for i := range n {
		b.Columns[0].Text = append(b.Columns[0].Text, strings.Repeat("å", i%20))
		b.Columns[1].Int = append(b.Columns[1].Int, int64(i)-n/2)
		b.Columns[2].Float = append(b.Columns[2].Float, float64(i)/3)
		b.Columns[3].Int = append(b.Columns[3].Int, int64(i%2))
		b.Columns[4].Int = append(b.Columns[4].Int, int64(i)-n/2)
	}
	for i := range b.Columns {
		b.Columns[i].State = make([]record.State, n)
		b.Columns[i].State[1000+i] = none
	}
	load(t, db, "r", b)
	got := &record.Batch{Columns: make([]record.Vector, 5)}
	err := db.Scan(ctx, "r", columnNames(b.Columns), func(b *record.Batch) error {
		for i := range b.Columns {
			got.Columns[i].Name, got.Columns[i].Type = b.Columns[i].Name, b.Columns[i].Type
		}
		got.N += b.N
		for i := range b.Columns {
			to, from := &got.Columns[i], &b.Columns[i]
			to.Text, to.Int, to.Float = append(to.Text, from.Text...), append(to.Int, from.Int...), append(to.Float, from.Float...)
			to.State = append(to.State, from.State...)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.Columns { // what a missing value holds is nobody's business: both are zero
		c := &b.Columns[i]
		switch c.Type {
		case record.Text:
			c.Text[1000+i] = ""
		case record.Float:
			c.Float[1000+i] = 0
		default:
			c.Int[1000+i] = 0
		}
	}
	if !reflect.DeepEqual(b, got) {
		t.Error("what was scanned is not what was loaded")
	}
	stop := errors.New("enough")
	if err := db.Scan(ctx, "r", []string{"int"}, func(*record.Batch) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the sink's error became %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	err = db.Scan(cancelled, "r", []string{"int"}, func(*record.Batch) error { return nil })
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "store: ") {
		t.Errorf("cancelled: %v", err)
	}
	if db.Scan(ctx, "r", []string{"nope"}, nil) == nil || db.Scan(ctx, "r", nil, nil) == nil {
		t.Error("a scan of nothing succeeded")
	}
}

// TestSameBytes loads floats of very different size, in several orders and with several numbers of threads. Awaited is the exact sum, rounded once, from
// arithmetic with unbounded fractions.
func TestSameBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const n = 300_000 // several row groups, so that several threads work
	b := &record.Batch{N: n, Columns: []record.Vector{{Name: "a", Type: record.Int}, {Name: "x", Type: record.Float}}}
	exact := map[int64]*rational{}
	for range n {
		a, x := random.Int64N(3), (random.Float64()-0.5)*math.Pow(10, float64(random.IntN(16)-6))
		b.Columns[0].Int, b.Columns[1].Float = append(b.Columns[0].Int, a), append(b.Columns[1].Float, x)
		if exact[a] == nil {
			exact[a] = &rational{}
		}
		exact[a].add(x)
	}
	spec := cube.Spec{From: "r", Dims: []cube.SpecDim{dim("a")}, Measures: []cube.SpecMeasure{summing("X", "x")}}
	for _, threads := range []int{1, 2, 4} {
		db := open(t, Options{Threads: threads})
		load(t, db, "r", b)
		c, _ := count(t, db, spec)
		for a, want := range exact {
			if got := c.Get("X", string(rune('0'+a))).Value; got != want.float() {
				t.Errorf("%d threads, %d: sum %v, want %v", threads, a, got, want.float())
			}
		}
		random.Shuffle(n, func(i, j int) {
			for _, s := range [][]int64{b.Columns[0].Int} {
				s[i], s[j] = s[j], s[i]
			}
			x := b.Columns[1].Float
			x[i], x[j] = x[j], x[i]
		})
	}
}

func TestExtremeSums(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "r", &record.Batch{N: 4, Columns: []record.Vector{
		{Name: "int", Type: record.Int, Int: []int64{math.MaxInt64, math.MaxInt64, math.MinInt64, math.MaxInt64}},
		{Name: "large", Type: record.Float, Float: []float64{math.MaxFloat64, -math.MaxFloat64, 1e300, 1e300}},
		{Name: "small", Type: record.Float, Float: []float64{1e-250, 1e-250, -3e-250, 0}},
		{Name: "mixed", Type: record.Float, Float: []float64{1e15, 0.1, -1e15, 0.2}},
		{Name: "nil", Type: record.Float, Float: make([]float64, 4)},
	}})
	// 0.1 and 0.2 are the nearest doubles to those; their exact sum rounds to 0.30000000000000004.
	for column, want := range map[string]float64{"int": 2 * 0x1p63, "large": 2e300, "small": -1e-250, "mixed": 0.30000000000000004, "nil": 0} {
		c, _ := count(t, db, cube.Spec{From: "r", Measures: []cube.SpecMeasure{summing("X", column)}})
		if got := c.Get("X"); math.Abs(got.Value-want) > math.Abs(want)*1e-15 || got.Base.V != 4 {
			t.Errorf("sum of %s is %v, want %v", column, got, want)
		}
	}
}

func TestParquet(t *testing.T) {
	ctx := context.Background()
	folder, spill := t.TempDir(), t.TempDir()
	file, outside := filepath.Join(folder, "it's.parquet"), filepath.Join(folder, "outside.csv")
	if err := os.WriteFile(outside, []byte("a\n1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "r.db")
	db := open(t, Options{Path: path, TempDir: spill})
	text := duckDB{}.text
	run(t, db, "COPY (SELECT (i % 3)::UTINYINT AS a, (i / 4)::DECIMAL(9,2) AS x, i % 2 = 0 AS b, TIMESTAMP '2024-01-31 12:00:00' AS at FROM range(10) r(i)) TO "+text(file)+" (FORMAT parquet)")
	run(t, db, "COPY (SELECT [1.5, 2] AS list) TO "+text(filepath.Join(folder, "list.parquet"))+" (FORMAT parquet)")
	for want, name := range map[string]string{"no file": "nothing.parquet", "as Parquet": "outside.csv", "DECIMAL(11,1)[]": "list.parquet", "meaning of its own": "*.parquet"} {
		if name == "*.parquet" {
			os.WriteFile(filepath.Join(folder, name), nil, 0o600)
		}
		if err := db.Attach(ctx, "bad", filepath.Join(folder, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: want an error with %q, got %v", name, want, err)
		}
	}
	if err := db.Attach(ctx, "r", file); err != nil {
		t.Fatal(err)
	}
	columns, err := db.Columns(ctx, "r")
	if want := []record.Vector{{Name: "a", Type: record.Int}, {Name: "x", Type: record.Float}, {Name: "b", Type: record.Bool}, {Name: "at", Type: record.Text}}; err != nil || !reflect.DeepEqual(columns, want) {
		t.Errorf("columns %v, %v", columns, err)
	}
	// By a: 0 3 6 9, 1 4 7, 2 5 8 over 4.
	spec := cube.Spec{From: "r", Dims: []cube.SpecDim{dim("a")}, Measures: []cube.SpecMeasure{counting("N"), summing("X", "x")}}
	check := func(db *DB) {
		t.Helper()
		c, _ := count(t, db, spec)
		for code, want := range map[string][2]float64{"0": {4, 4.5}, "1": {3, 3}, "2": {3, 3.75}} {
			if got := [2]float64{c.Get("N", code).Value, c.Get("X", code).Value}; got != want {
				t.Errorf("a=%s: %v, want %v", code, got, want)
			}
		}
	}
	check(db)

	// The table goes from the file to a native one, as a project does with Parquet.
	l, err := db.Create(ctx, "copy", columns)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Discard()
	if err := db.Attach(ctx, "again", file); err != nil {
		t.Fatal(err)
	}
	if err := db.Scan(ctx, "again", columnNames(columns), l.Append); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Close(); err != nil {
		t.Fatal(err)
	}
	spec.From = "copy"
	check(db)
	spec.From = "r"

	sealed := func(db *DB) {
		t.Helper()
		if err := db.Seal(ctx); err != nil {
			t.Fatal(err)
		}
		check(db)
		for _, statement := range []string{
			"SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM read_csv(" + text(outside) + ")", "SELECT * FROM " + text(outside), "COPY r TO " + text(filepath.Join(folder, "out.parquet")),
			"ATTACH " + text(filepath.Join(folder, "other.db")), "INSTALL httpfs", "LOAD httpfs",
			"SET enable_external_access = true", "RESET enable_external_access", "SET lock_configuration = false", "RESET lock_configuration",
			"SET allowed_directories = ['/']", "SET allowed_paths = ['/etc/hostname']", "SET threads = 1", "PRAGMA memory_limit = '1GB'",
		} {
			if _, err := db.pool.Exec(statement); err == nil {
				t.Errorf("a sealed database did: %s", statement)
			}
		}
		if err := db.Attach(ctx, "late", filepath.Join(folder, "list.parquet")); err == nil {
			t.Error("a sealed database attached another file")
		}
	}
	sealed(db)
	load(t, db, "pupils", pupils())
	if err := db.Lookup(ctx, "late", []string{"a"}, [][]string{{"0"}}, []string{"x"}); err != nil {
		t.Errorf("a sealed database takes no lookup: %v", err)
	}
	before, _ := count(t, db, cube.Spec{From: "pupils", Dims: []cube.SpecDim{dim("area")}, Measures: []cube.SpecMeasure{summing("Merit", "merit")}})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, Options{Path: path, TempDir: spill})
	sealed(again)
	after, _ := count(t, again, cube.Spec{From: "pupils", Dims: []cube.SpecDim{dim("area")}, Measures: []cube.SpecMeasure{summing("Merit", "merit")}})
	if diff := cmp.Diff(before, after, inside); diff != "" {
		t.Errorf("opened again (-before +after):\n%s", diff)
	}
}

// inside makes cmp look at all fields of a cube.
var inside = cmp.Exporter(func(reflect.Type) bool { return true })

// TestNotFinite has NaN and infinities in a Parquet file; a Loader takes none.
func TestNotFinite(t *testing.T) {
	db := open(t, Options{})
	file := filepath.Join(t.TempDir(), "r.parquet")
	run(t, db, "COPY (SELECT CAST(unnest(['1.5', 'nan', '2', 'inf', '-inf', NULL]) AS DOUBLE) AS x) TO '"+file+"' (FORMAT parquet)")
	if err := db.Attach(context.Background(), "r", file); err != nil {
		t.Fatal(err)
	}
	c, _ := count(t, db, cube.Spec{From: "r", Measures: []cube.SpecMeasure{summing("X", "x")}})
	if got := c.Get("X"); got != known(3.5, 2) || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0].Text.EN, "4 of 6 rows") {
		t.Errorf("sum %+v, warnings %v", got, c.Warnings)
	}
	l, err := db.Create(context.Background(), "s", []record.Vector{{Name: "x", Type: record.Float}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Discard()
	if err := l.Append(&record.Batch{N: 1, Columns: []record.Vector{{Name: "x", Type: record.Float, Float: []float64{math.NaN()}}}}); err == nil || !strings.Contains(err.Error(), "row 1, column x is not a finite number") {
		t.Errorf("NaN: %v", err)
	}
}

// TestTogether counts and loads from several goroutines.
func TestTogether(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	spec := cube.Spec{From: "pupils", Dims: []cube.SpecDim{dim("area"), dim("year")}, Measures: []cube.SpecMeasure{counting("N"), summing("Merit", "merit")}}
	want, _ := count(t, db, spec)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			l, err := db.Create(context.Background(), fmt.Sprint("t", i), pupils().Columns)
			if err == nil {
				err = l.Append(pupils())
			}
			if err == nil {
				_, err = l.Close()
			}
			if err != nil {
				t.Error(err)
			}
			spec := spec
			spec.From = fmt.Sprint("t", i)
			for _, from := range []string{"pupils", spec.From} {
				spec.From = from
				c, _, err := db.Cube(context.Background(), spec)
				if err != nil {
					t.Error(err)
					continue
				}
				c.Lineage = want.Lineage
				if diff := cmp.Diff(want, c, inside); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
	group.Wait()
}

// FuzzQuoting writes any text as a literal and as a name, and reads it back.
func FuzzQuoting(f *testing.F) {
	for _, s := range []string{"", "a", "'", `"`, `\`, `\'`, "''", "$1", "?", "--", "/*", "a\nb", "å😀", "\u202e", "\x7f", "%s", "{}"} {
		f.Add(s)
	}
	db := open(f, Options{})
	f.Fuzz(func(t *testing.T, s string) {
		if !sound(s) || s == "" {
			return
		}
		var d duckDB
		rows, err := db.pool.Query("SELECT " + d.text(s) + " AS " + d.ident(s))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var got string
		if !rows.Next() || rows.Scan(&got) != nil || got != s {
			t.Errorf("%q came back as %q", s, got)
		}
		if names, err := rows.Columns(); err != nil || names[0] != s {
			t.Errorf("the name %q came back as %q", s, names)
		}
	})
}

func TestErrorsQuoteNoRecord(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "r", &record.Batch{N: 1, Columns: []record.Vector{{Name: "a", Type: record.Text, Text: []string{"MARKER"}}}})
	for _, query := range []string{"SELECT a::INT FROM r", "SELECT error(a) FROM r", "SELECT a::DATE FROM r", "SELECT (a || 'x')::UUID FROM r"} {
		if _, err := db.pool.Exec(query); err == nil || !strings.Contains(err.Error(), "MARKER") {
			t.Fatalf("%s is no trial of this: %v", query, err)
		}
		err := db.snapshot(context.Background(), func(s *session) error {
			return s.stream(context.Background(), query, []record.Vector{{Type: record.Int}}, func(*record.Batch) error { return nil })
		})
		if !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "MARKER") {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestCancel(t *testing.T) {
	db := open(t, Options{})
	run(t, db, "CREATE VIEW main.endless AS SELECT (range * range) % 7 AS a, random() AS x FROM range(1000000000000)")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, _, err := db.Cube(ctx, cube.Spec{From: "endless", Measures: []cube.SpecMeasure{summing("X", "x")}})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := db.Columns(context.Background(), "endless"); err != nil {
		t.Errorf("after a cancelled query: %v", err)
	}
}

func TestOptions(t *testing.T) {
	ctx := context.Background()
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("this is not a database, whatever its name may say, and long enough to be read as one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]Options{
		"not a size such as":      {MemoryLimit: "much"},
		"-1 threads":              {Threads: -1},
		"does not exist; make it": {TempDir: filepath.Join(folder, "nothing")},
		"is not a folder":         {TempDir: file},
		"folder of the database":  {Path: filepath.Join(folder, "nothing", "a.db")},
		"characters":              {Path: filepath.Join(folder, "a?access_mode=read_only")},
		"can't be read":           {Path: file},
	} {
		if db, err := Open(ctx, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
			if err == nil {
				db.Close()
			}
		}
	}
	db := open(t, Options{MemoryLimit: "100MB", Threads: 2, TempDir: folder})
	var settings []string
	for _, name := range []string{"memory_limit", "threads", "temp_directory", "autoload_known_extensions"} {
		var value string
		if err := db.pool.QueryRow("SELECT value FROM duckdb_settings() WHERE name = ?", name).Scan(&value); err != nil {
			t.Fatal(err)
		}
		settings = append(settings, value)
	}
	if want := []string{"95.3 MiB", "2", folder, "false"}; !slices.Equal(settings, want) { // 100·10⁶ bytes are 95.37 MiB, which DuckDB cuts
		t.Errorf("settings %q, want %q", settings, want)
	}
}

func TestMemory(t *testing.T) {
	ctx := context.Background()
	spec := cube.Spec{From: "many", Dims: []cube.SpecDim{dim("a", "1")}, Measures: []cube.SpecMeasure{counting("N")}}
	const view = "CREATE VIEW main.many AS SELECT 'a long text that takes some memory ' || range AS a FROM range(2000000)"
	db := open(t, Options{MemoryLimit: "40MB", Threads: 1})
	run(t, db, view)
	if _, _, err := db.Cube(ctx, spec); !errors.Is(err, ErrMemory) {
		t.Errorf("without a folder to spill to: %v", err)
	}
	db = open(t, Options{MemoryLimit: "40MB", Threads: 1, TempDir: t.TempDir()})
	run(t, db, view)
	if err := db.Seal(ctx); err != nil {
		t.Fatal(err)
	}
	if _, account := count(t, db, spec); account.Left() != 2000000 {
		t.Errorf("spilling to disk, sealed: %+v", account)
	}
	db = open(t, Options{MemoryLimit: "40MB", Threads: 1, TempDir: t.TempDir()})
	run(t, db, view)
	run(t, db, "SET max_temp_directory_size = '1MB'")
	if _, _, err := db.Cube(ctx, spec); !errors.Is(err, ErrDisk) {
		t.Errorf("with a full folder to spill to: %v", err)
	}
}

// TestTwoProcesses starts the test binary a second time on the same file.
func TestTwoProcesses(t *testing.T) {
	if path := os.Getenv("STORE_TEST_DATABASE"); path != "" {
		_, err := Open(context.Background(), Options{Path: path})
		if !errors.Is(err, ErrInUse) {
			t.Fatalf("the second process: %v", err)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "r.db")
	db := open(t, Options{Path: path})
	load(t, db, "pupils", pupils())
	second := exec.Command(os.Args[0], "-test.run=^TestTwoProcesses$")
	second.Env = append(os.Environ(), "STORE_TEST_DATABASE="+path)
	if out, err := second.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestDecimalSums adds what people wrote with few decimals as decimals; the doubles nearest to 0.1 and 0.2 add up to 0.30000000000000004. It is the same whether the
// rows are loaded or read in place.
func TestDecimalSums(t *testing.T) {
	ctx := context.Background()
	db := open(t, Options{})
	columns := []record.Vector{
		{Name: "tenths", Type: record.Float, Float: []float64{0.1, 0.2, 0}},
		{Name: "ore", Type: record.Float, Float: []float64{1e9 + 0.01, 0.02, 1e-2}},
		{Name: "five", Type: record.Float, Float: []float64{0.00001, 0.1, 0.2}},
		{Name: "large", Type: record.Float, Float: []float64{1 << 52, 0.1, 0.2}},
		{Name: "partly", Type: record.Float, Float: []float64{0.1, 0, 0.2}, State: []record.State{record.Present, none, record.Present}},
	}
	load(t, db, "loaded", &record.Batch{N: 3, Columns: columns})
	file := filepath.Join(t.TempDir(), "r.parquet")
	run(t, db, "COPY main.loaded TO '"+file+"' (FORMAT parquet)")
	if err := db.Attach(ctx, "attached", file); err != nil {
		t.Fatal(err)
	}
	exact := rational{}
	for _, x := range columns[2].Float {
		exact.add(x)
	}
	for column, want := range map[string]float64{"tenths": 0.3, "ore": 1e9 + 0.04, "five": exact.float(), "large": 1 << 52, "partly": 0.3} {
		for _, from := range []string{"loaded", "attached"} {
			c, _ := count(t, db, cube.Spec{From: from, Measures: []cube.SpecMeasure{summing("X", column)}})
			if got := c.Get("X").Value; got != want {
				t.Errorf("%s, %s: sum %v, want %v", from, column, got, want)
			}
		}
	}
}

// TestCrowdedSums adds amounts so large that only 14 of them can be added as doubles and the decimal still told: √(¼·2⁵³/1.01/10¹³) = 14.9.
func TestCrowdedSums(t *testing.T) {
	db := open(t, Options{})
	random := rand.New(rand.NewPCG(3, 4))
	const n = 280
	b := &record.Batch{N: n, Columns: []record.Vector{{Name: "few", Type: record.Int}, {Name: "many", Type: record.Int}, {Name: "x", Type: record.Float}}}
	sums := map[string]map[string]int64{"few": {}, "many": {}}
	for i := range n {
		ten := 1e13 - random.Int64N(1e12) // ten-thousandths
		b.Columns[0].Int, b.Columns[1].Int = append(b.Columns[0].Int, int64(i/14)), append(b.Columns[1].Int, int64(i%3))
		b.Columns[2].Float = append(b.Columns[2].Float, float64(ten)/1e4)
		sums["few"][fmt.Sprint(i/14)] += ten
		sums["many"][fmt.Sprint(i%3)] += ten
	}
	load(t, db, "r", b)
	for by, want := range sums {
		spec := cube.Spec{From: "r", Dims: []cube.SpecDim{dim(by)}, Measures: []cube.SpecMeasure{summing("X", "x")}}
		q, err := db.Explain(context.Background(), spec)
		if err != nil || !strings.Contains(q.Count, `SUM(t."x")`) {
			t.Errorf("%s: no plain sum, %v:\n%s", by, err, q.Count)
		}
		c, _ := count(t, db, spec)
		for code, ten := range want {
			if got := c.Get("X", code).Value; got != float64(ten)/1e4 {
				t.Errorf("%s %s: sum %v, want %v", by, code, got, float64(ten)/1e4)
			}
		}
		spec.Dims = []cube.SpecDim{dim("many", "0", "1", "2"), dim("few")}
		if q, err = db.Explain(context.Background(), spec); err != nil || !strings.Contains(q.Count, `SUM(t."x")`) {
			t.Errorf("nobody knows how many cells there are, so a plain sum is worth a try, %v:\n%s", err, q.Count)
		}
		spec.Dims = spec.Dims[:1]
		if q, err = db.Explain(context.Background(), spec); err != nil || strings.Contains(q.Count, `SUM(t."x")`) {
			t.Errorf("%s: 280 rows in three cells are too many for a plain sum, %v:\n%s", by, err, q.Count)
		}
	}
}

// TestFacts has the load and the survey tell the same of a column.
func TestFacts(t *testing.T) {
	db := open(t, Options{})
	tables := 0
	rapid.Check(t, func(rt *rapid.T) {
		scale := math.Pow10(rapid.IntRange(0, 6).Draw(rt, "decimals"))
		n := rapid.IntRange(0, 20).Draw(rt, "rows")
		b := &record.Batch{N: n, Columns: []record.Vector{{Name: "x", Type: record.Float}}}
		for range n {
			x := float64(rapid.Int64Range(-1<<54, 1<<54).Draw(rt, "x")) / scale
			if rapid.Bool().Draw(rt, "small") {
				x = math.Round(math.Mod(x, 1000)*scale) / scale
			}
			b.Columns[0].Float = append(b.Columns[0].Float, x)
			b.Columns[0].State = append(b.Columns[0].State, rapid.SampledFrom([]record.State{record.Present, none}).Draw(rt, "state"))
		}
		tables++
		name := fmt.Sprintf("r%d", tables)
		load(t, db, name, b)
		defer run(t, db, "DROP VIEW v"+name+"; DROP TABLE "+name)
		run(t, db, "CREATE VIEW v"+name+" AS SELECT * FROM main."+name)
		var loaded, surveyed *compiled
		err := db.snapshot(context.Background(), func(s *session) (err error) {
			spec := cube.Spec{From: name, Measures: []cube.SpecMeasure{summing("X", "x")}}
			if loaded, err = s.compile(context.Background(), spec); err != nil {
				return err
			}
			spec.From = "v" + name
			surveyed, err = s.compile(context.Background(), spec)
			return err
		})
		if err != nil {
			rt.Fatal(err)
		}
		a, c := *loaded.plan.measures[0].facts, *surveyed.plan.measures[0].facts
		if a != c || strings.Contains(loaded.Survey, "greatest") || !strings.Contains(surveyed.Survey, "greatest") {
			rt.Fatalf("loaded %+v, surveyed %+v", a, c)
		}
	})
}

func TestExplain(t *testing.T) {
	db := open(t, Options{})
	load(t, db, "pupils", pupils())
	spec := cube.Spec{From: "pupils", Dims: []cube.SpecDim{dim("area", "A", "B")}, Measures: []cube.SpecMeasure{counting("N"), summing("Merit", "merit")}}
	q, err := db.Explain(context.Background(), spec)
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{q.Survey, q.Count} {
		run(t, db, query)
		if !strings.Contains(query, `FROM main."pupils" AS t`) {
			t.Errorf("no query of the table:\n%s", query)
		}
	}
}
