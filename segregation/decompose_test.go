package segregation

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/internal/casetest"
)

// TestDecomposeCases runs the hand-calculated cases. A table has the units' names first, then perhaps region, then a column a group.
func TestDecomposeCases(t *testing.T) {
	casetest.Run(t, "testdata/decompose.case", map[string]casetest.Verb{
		"nested": runNested, "within": runWithin, "contributions": runContributions, "change": runChange, "fit": runFit, "places": runPlaces,
		"compress": runCompress, "expected": runExpected, "bound": runBound,
	})
}

func decomposeTable(c *casetest.Call, param string) (*Table, error) {
	loaded, err := c.Table(param)
	if err != nil {
		return nil, err
	}
	var columns [][]float64
	for _, name := range loaded.Columns[1:] {
		if name == "region" {
			continue
		}
		column, err := loaded.Floats(name)
		if err != nil {
			return nil, err
		}
		columns = append(columns, column)
	}
	var n []float64
	for i := range loaded.Rows {
		for _, column := range columns {
			n = append(n, column[i])
		}
	}
	return NewTable(len(loaded.Rows), len(columns), n)
}

func decomposeRegions(c *casetest.Call) ([]int, error) {
	loaded, err := c.Table("")
	if err != nil {
		return nil, err
	}
	numbers, err := loaded.Ints("region")
	out := make([]int, len(numbers))
	for i, v := range numbers {
		out[i] = int(v)
	}
	return out, err
}

// decomposeNumbers writes a list of numbers to 10 digits, for lists are compared as text.
func decomposeNumbers[T any](list []T, of func(T) float64) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = strconv.FormatFloat(of(v), 'g', 10, 64)
	}
	return out
}

func runNested(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, err := decomposeTable(c, "")
	if err != nil {
		return out, err
	}
	regions, err := decomposeRegions(c)
	if err != nil {
		return out, err
	}
	parts, err := Nested(t, regions)
	out.Set("M", decomposeNumbers(parts, func(p LevelPart) float64 { return p.M }))
	out.Set("H", decomposeNumbers(parts, func(p LevelPart) float64 { return p.H }))
	return out, err
}

func runWithin(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, err := decomposeTable(c, "")
	if err != nil {
		return out, err
	}
	regions, err := decomposeRegions(c)
	if err != nil {
		return out, err
	}
	parts, err := Within(t, regions)
	out.Set("M", decomposeNumbers(parts, func(p Stratum) float64 { return p.M }))
	out.Set("P", decomposeNumbers(parts, func(p Stratum) float64 { return p.P }))
	out.Set("entropy", decomposeNumbers(parts, func(p Stratum) float64 { return p.Entropy }))
	out.Set("partM", decomposeNumbers(parts, func(p Stratum) float64 { return p.PartM }))
	return out, err
}

func runContributions(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, err := decomposeTable(c, "")
	if err != nil {
		return out, err
	}
	part := func(p Contribution) float64 { return p.Part }
	out.Set("units", decomposeNumbers(UnitContributions(t), part))
	out.Set("groups", decomposeNumbers(GroupContributions(t), part))
	return out, nil
}

func runChange(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	before, err := decomposeTable(c, "before")
	if err != nil {
		return out, err
	}
	after, err := decomposeTable(c, "after")
	if err != nil {
		return out, err
	}
	x, err := ChangeOf(before, after, ChangeMethod(c.Param("method", "")), Fitting{})
	out.Set("additions", x.Additions)
	out.Set("removals", x.Removals)
	out.Set("groups", x.Groups)
	out.Set("units", x.Units)
	out.Set("structure", x.Structure)
	out.Set("sum", x.Additions+x.Removals+x.Groups+x.Units+x.Interaction+x.Structure)
	return out, err
}

func runFit(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, err := decomposeTable(c, "")
	if err != nil {
		return out, err
	}
	numbers := func(param string) (list []float64) {
		for s := range strings.SplitSeq(c.Param(param, ""), ",") {
			v, _ := strconv.ParseFloat(s, 64)
			list = append(list, v)
		}
		return list
	}
	f, err := FitMargins(t, numbers("units"), numbers("groups"), Fitting{})
	if err != nil {
		return out, err
	}
	out.Set("cells", decomposeNumbers(f.Table.n, func(v float64) float64 { return v }))
	out.Set("converged", f.Converged)
	return out, nil
}

func runPlaces(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	first, err := decomposeTable(c, "first")
	if err != nil {
		return out, err
	}
	second, err := decomposeTable(c, "second")
	if err != nil {
		return out, err
	}
	p, err := ComparePlaces(first, second, nullDissimilarity, Counterfactual(c.Param("by", "")))
	out.Set("first", p.First)
	out.Set("second", p.Second)
	out.Set("firstAsSecond", p.FirstAsSecond)
	out.Set("secondAsFirst", p.SecondAsFirst)
	out.Set("space", p.Space)
	out.Set("composition", p.Composition)
	return out, err
}

// runCompress numbers units from 1; rows is the crosswalk after the first step, when two are left.
func runCompress(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, err := decomposeTable(c, "")
	if err != nil {
		return out, err
	}
	var how Compression
	if pair := c.Param("neighbours", ""); pair != "" {
		var a, b int
		if _, err := fmt.Sscanf(pair, "%d-%d", &a, &b); err != nil {
			return out, err
		}
		how.Neighbours = [][2]int{{b - 1, a - 1}}
	}
	x, err := Compress(t, how)
	if err != nil {
		return out, err
	}
	out.Set("old", decomposeNumbers(x.Steps, func(s MergeStep) float64 { return float64(s.Old + 1) }))
	out.Set("into", decomposeNumbers(x.Steps, func(s MergeStep) float64 { return float64(s.Into + 1) }))
	out.Set("loss", decomposeNumbers(x.Steps, func(s MergeStep) float64 { return s.Loss }))
	out.Set("M", decomposeNumbers(x.Steps, func(s MergeStep) float64 { return s.M }))
	rows := "-"
	if how.Neighbours == nil {
		_, into, err := x.At(2)
		if err != nil {
			return out, err
		}
		var words []string
		for _, k := range into {
			words = append(words, map[bool]string{true: strconv.Itoa(k + 1), false: "-"}[k >= 0])
		}
		rows = strings.Join(words, ",")
	}
	out.Set("rows", rows)
	return out, nil
}

func runExpected(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, err := decomposeTable(c, "")
	if err != nil {
		return out, err
	}
	m, h, err := ExactInformation(t)
	if err != nil {
		return out, err
	}
	d, err := ExactDissimilarity(t.Column(0), t.Column(1))
	out.Set("M", m.Mean)
	out.Set("H", h.Mean)
	out.Set("D", d.Mean)
	return out, err
}

// runBound bounds D; contains lists the values that the case tells and that lie within.
func runBound(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	loaded, err := c.Table("")
	if err != nil {
		return out, err
	}
	var columns [3][]float64
	for k, name := range []string{"aLow", "aHigh", "b"} {
		if columns[k], err = loaded.Floats(name); err != nil {
			return out, err
		}
	}
	in := IntervalTable{Units: len(loaded.Rows), Groups: 2}
	for i := range loaded.Rows {
		in.Cells = append(in.Cells, Interval{columns[0][i], columns[1][i]}, Exactly(columns[2][i]))
	}
	d, err := BoundDissimilarity(in)
	var within []string
	for _, v := range []float64{1.0 / 2, 1.0 / 6, 0} {
		if v >= d.Lo && v <= d.Hi {
			within = append(within, strconv.FormatFloat(v, 'g', -1, 64))
		}
	}
	out.Set("contains", strings.Join(within, ","))
	out.Set("high", d.Hi)
	return out, err
}

// decomposeDraw draws a small table with empty cells.
func decomposeDraw(t *rapid.T, name string, units, groups int) *Table {
	n := make([]float64, units*groups)
	for i := range n {
		n[i] = float64(rapid.SampledFrom([]int{0, 0, 1, 2, 7, 30, 500}).Draw(t, name))
	}
	table, err := NewTable(units, groups, n)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestPartsAddUp: levels, strata, units and groups add up to M; the parts of a change to the difference, by every method; Shapley turns its sign when the periods
// are exchanged.
func TestPartsAddUp(t *testing.T) {
	near := func(t *rapid.T, what string, got, want, off float64) {
		t.Helper()
		if !(math.Abs(got-want) <= off) {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		units, groups := rapid.IntRange(1, 7).Draw(t, "units"), rapid.IntRange(1, 4).Draw(t, "groups")
		table := decomposeDraw(t, "count", units, groups)
		if table.total == 0 {
			return
		}
		level := rapid.SliceOfN(rapid.IntRange(0, 2), units, units).Draw(t, "level")
		finer := rapid.SliceOfN(rapid.IntRange(0, 2), units, units).Draw(t, "finer")
		parts, err := Nested(table, level, finer)
		if err != nil {
			t.Fatal(err)
		}
		m := 0.0
		for _, p := range parts {
			near(t, "negative part", min(p.M, 0), 0, 1e-12)
			m += p.M
		}
		whole := MutualInformation(table)
		near(t, "levels", m, whole, 1e-12)
		strata, err := Within(table, level)
		if err != nil {
			t.Fatal(err)
		}
		within := 0.0
		for _, s := range strata {
			within += s.PartM
		}
		near(t, "strata", within, whole-parts[0].M, 1e-12)
		for _, list := range [][]Contribution{UnitContributions(table), GroupContributions(table)} {
			s := 0.0
			for _, c := range list {
				s += c.Part
			}
			near(t, "contributions", s, whole, 1e-12)
		}
		later := decomposeDraw(t, "later", units, groups)
		var shapley [2]Change
		for _, method := range ChangeMethods() {
			for k, pair := range [][2]*Table{{table, later}, {later, table}} {
				c, err := ChangeOf(pair[0], pair[1], method, Fitting{})
				if err != nil {
					return
				}
				near(t, string(method), c.Additions+c.Removals+c.Groups+c.Units+c.Interaction+c.Structure, c.M2-c.M1, 1e-12)
				if method == Shapley {
					shapley[k] = c
				}
			}
		}
		if shapley[0].Converged && shapley[1].Converged {
			near(t, "exchanged", shapley[0].Structure, -shapley[1].Structure, 1e-8)
			s := 0.0
			for _, u := range shapley[0].ByUnit {
				s += u.Part
			}
			near(t, "structure by unit", s, shapley[0].Structure, 1e-6)
		}
	})
}

// TestFitMargins: both margins are met, the total stays, and odds ratios are the source's.
func TestFitMargins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, groups := rapid.IntRange(2, 6).Draw(t, "units"), rapid.IntRange(2, 4).Draw(t, "groups")
		positive := func(name string, n int) []float64 {
			out := make([]float64, n)
			for i := range out {
				out[i] = float64(rapid.IntRange(1, 900).Draw(t, name))
			}
			return out
		}
		source, err := NewTable(units, groups, positive("count", units*groups))
		if err != nil {
			t.Fatal(err)
		}
		pu, pg := positive("unit target", units), positive("group target", groups)
		f, err := FitMargins(source, pu, pg, Fitting{UnitsFirst: rapid.Bool().Draw(t, "units first")})
		if err != nil || !f.Converged || f.Filled != 0 {
			t.Fatalf("%v, converged %v after %v rounds, off %v", err, f.Converged, f.Rounds, f.Off)
		}
		if math.Abs(f.Table.total-source.total) > 1e-9*source.total {
			t.Fatalf("total %v, want %v", f.Table.total, source.total)
		}
		for i := range pu {
			if math.Abs(f.Table.units[i]/f.Table.total-pu[i]/total(pu)) > 1e-11 {
				t.Fatalf("unit %d has %v of %v, want %v of %v", i, f.Table.units[i], f.Table.total, pu[i], total(pu))
			}
		}
		for g := range pg {
			if math.Abs(f.Table.groups[g]/f.Table.total-pg[g]/total(pg)) > 1e-11 {
				t.Fatalf("group %d is off", g)
			}
		}
		odds := func(x *Table) float64 { return x.At(0, 0) * x.At(1, 1) / (x.At(0, 1) * x.At(1, 0)) }
		if want := odds(source); math.Abs(odds(f.Table)-want) > 1e-9*want {
			t.Fatalf("odds ratio %v, want %v", odds(f.Table), want)
		}
	})
}

// TestFitUnreachable: with zeros kept on the diagonal, margins of 9:1 by 1:9 can't be reached, and the result says so.
func TestFitUnreachable(t *testing.T) {
	source, err := NewTable(2, 2, []float64{1, 0, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	f, err := FitMargins(source, []float64{9, 1}, []float64{1, 9}, Fitting{KeepZero: true, Rounds: 50})
	if err != nil || f.Converged || f.Off < 0.1 || len(f.Warnings) != 1 || f.Warnings[0].Code != "fit-not-converged" {
		t.Errorf("%+v, %v", f, err)
	}
	if _, err := FitMargins(source, []float64{1, 1}, []float64{1, -1}, Fitting{}); err == nil {
		t.Error("a target below zero is taken")
	}
	empty, err := NewTable(2, 2, []float64{1, 1, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FitMargins(empty, []float64{1, 1}, []float64{1, 1}, Fitting{}); err == nil {
		t.Error("a target above zero for an empty unit is taken")
	}
}

// TestPlacesAddUp: space and composition add up, and a place compared with itself differs in nothing.
func TestPlacesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := decomposeDraw(t, "first", rapid.IntRange(1, 6).Draw(t, "units"), 2)
		second := decomposeDraw(t, "second", rapid.IntRange(1, 6).Draw(t, "units"), 2)
		for _, by := range Counterfactuals() {
			p, err := ComparePlaces(first, second, MutualInformation, by)
			if first.total == 0 || second.total == 0 {
				if err == nil {
					t.Fatal("a place without persons is compared")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if difference := p.First - p.Second; !(math.Abs(p.Space+p.Composition-difference) <= 1e-12) && !math.IsNaN(p.FirstAsSecond+p.SecondAsFirst) {
				t.Fatalf("%s: %v + %v, want %v", by, p.Space, p.Composition, difference)
			}
		}
	})
}

func TestAlign(t *testing.T) {
	a, _ := NewTable(2, 1, []float64{1, 2})
	b, _ := NewTable(2, 2, []float64{3, 4, 5, 6})
	x, y, units, groups, err := Align([]string{"A", "B"}, []string{"g"}, a, []string{"B", "C"}, []string{"h", "g"}, b)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(units, groups, x.n, y.n); got != "[A B C] [g h] [1 0 2 0 0 0] [0 0 4 3 6 5]" {
		t.Error(got)
	}
	if _, _, _, _, err := Align([]string{"A", "A"}, []string{"g"}, a, []string{"B", "C"}, []string{"h", "g"}, b); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a unit that stands twice: %v", err)
	}
}

func BenchmarkDecompose(b *testing.B) {
	before, after := bootSynthetic(b, 3363, 5, 3100), bootSynthetic(b, 3363, 5, 2900)
	for i := range after.n {
		after.n[i] = math.Floor((before.n[i]*3 + after.n[(i+5)%len(after.n)]) / 4)
	}
	after.bootMargins()
	county, municipality := make([]int, before.Units), make([]int, before.Units)
	for i := range county {
		county[i], municipality[i] = i/160, i/12
	}
	b.Run("do=nested/levels=3/units=3363/groups=5", func(b *testing.B) {
		for range b.N {
			if _, err := Nested(before, county, municipality); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("do=contributions/units=3363/groups=5", func(b *testing.B) {
		for range b.N {
			UnitContributions(before)
		}
	})
	b.Run("do=shapley/units=3363/groups=5", func(b *testing.B) {
		for range b.N {
			if c, err := ChangeOf(before, after, Shapley, Fitting{}); err != nil || !c.Converged {
				b.Fatal(err, c.Warnings)
			}
		}
	})
	small := bootSynthetic(b, 400, 5, 3100)
	b.Run("do=compress/units=400/groups=5/neighbours=all", func(b *testing.B) {
		for range b.N {
			if _, err := Compress(small, Compression{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("do=compress/units=3363/groups=5/neighbours=50", func(b *testing.B) {
		for range b.N {
			if _, err := Compress(before, Compression{Neighbours: LocalNeighbours(before, 50)}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
