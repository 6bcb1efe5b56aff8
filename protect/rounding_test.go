package protect

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
	"pgregory.net/rapid"
)

// grid is the published cells of a table of rows × columns with the totals: inner cells, row totals, column totals, all.
func grid(rows, columns int) (cells [][]int32) {
	byRow, byColumn := make([][]int32, rows), make([][]int32, columns)
	var all []int32
	for i := range int32(rows * columns) {
		cells = append(cells, []int32{i})
		r, c := int(i)/columns, int(i)%columns
		byRow[r], byColumn[c], all = append(byRow[r], i), append(byColumn[c], i), append(all, i)
	}
	return append(slices.Concat(cells, byRow, byColumn), all)
}

// TestSmallCountRounding: worked out by hand with base 3. Two rows and columns of ones. One up (total 3) gives differences 2, −1, −1, −1 inside, 1
// and −2 in the rows, the same in the columns, and −1 in all; two up in different rows and columns (total 6) gives 2, 2, −1, −1, then 1 four times,
// and 2. In both Σd² = 18, Σ|d| = 12 and the largest is 2, but Σ(√)² is 7.8 with one and 3.7 with two.
func TestSmallCountRounding(t *testing.T) {
	out, err := SmallCountRounding{Base: 3}.Round([]int64{1, 1, 1, 1}, grid(2, 2))
	if err != nil {
		t.Fatal(err)
	}
	if out.Published[8] != 6 || out.Published[4] != 3 || out.Published[6] != 3 || !out.Optimal || out.Small != 4 {
		t.Errorf("%+v", out)
	}
	if q := out.Quality; q.Max != 2 || math.Abs(q.RMS-math.Sqrt2) > 1e-12 || math.Abs(q.Mean-12./9) > 1e-12 || q.Changed != 9 {
		t.Errorf("%+v", q)
	}
	// A large cell beside stays; a small count that stands in no small published cell is not touched: rows [1, 5] published only together.
	out, err = SmallCountRounding{Base: 3}.Round([]int64{1, 5}, [][]int32{{0, 1}})
	if err != nil || !slices.Equal(out.Inner, []int64{1, 5}) || out.Published[0] != 6 {
		t.Errorf("%+v, %v", out, err)
	}
	out, err = SmallCountRounding{Base: 3, AllSmall: true}.Round([]int64{1, 5}, [][]int32{{0, 1}})
	if err != nil || out.Inner[1] != 5 || out.Inner[0] != 0 {
		t.Errorf("all small: %+v, %v", out, err)
	}
	// 1 and 2 are published alone and rounded; 2 with 1 beside it, 3 in truth, would become 1 if the first went to 0: then the other is rounded too.
	out, err = SmallCountRounding{Base: 3}.Round([]int64{1, 2, 1}, [][]int32{{0}, {0, 1}, {0, 1, 2}})
	if err != nil || slices.ContainsFunc(out.Published, func(n int64) bool { return n > 0 && n < 3 }) {
		t.Errorf("made small by rounding: %+v, %v", out, err)
	}
	for want, in := range map[string]struct {
		base  int
		inner []int64
		cells [][]int32
	}{
		"base is 1":                         {1, nil, nil},
		"inner count 2 is negative":         {3, []int64{1, -1}, nil},
		"position 2; there are 2":           {3, []int64{1, 1}, [][]int32{{2}}},
		"at position 0 twice":               {3, []int64{1, 1}, [][]int32{{0, 0}}},
		"the inner counts add up to more t": {3, []int64{1 << 53, 1}, nil},
	} {
		if _, err := (SmallCountRounding{Base: in.base}).Round(in.inner, in.cells); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestQualityOf: truth 1, 4, 5 published as 0, 9, 5: Σ|d| = 6, Σd² = 26, Σ(√)² = 1 + 1, so 1 − √1/√10.
func TestQualityOf(t *testing.T) {
	q := QualityOf([]int64{1, 4, 5}, []int64{0, 9, 5})
	if q.Cells != 3 || q.Changed != 2 || q.Max != 5 || q.Mean != 2 || math.Abs(q.RMS-math.Sqrt(26./3)) > 1e-15 || math.Abs(q.Hellinger-(1-1/math.Sqrt(10))) > 1e-15 {
		t.Errorf("%+v", q)
	}
}

// anyCells are random published cells: unions without structure, so that hierarchies and overlapping tables are among them.
func anyCells(t *rapid.T, n int) (cells [][]int32) {
	for range rapid.IntRange(1, 25).Draw(t, "cells") {
		var cell []int32
		for i := range n {
			if rapid.Bool().Draw(t, "in") {
				cell = append(cell, int32(i))
			}
		}
		cells = append(cells, cell)
	}
	return cells
}

// TestSmallCountRoundingLaws: no published count is small, sums are sums, large inner counts stay, small ones go to 0, base or stay, the whole
// changes by the base at most, and the same input gives the same output.
func TestSmallCountRoundingLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Int64Range(2, 10).Draw(t, "base")
		inner := rapid.SliceOfN(rapid.Int64Range(0, 15), 1, 30).Draw(t, "inner")
		cells := anyCells(t, len(inner))
		s := SmallCountRounding{Base: int(base)}
		out, err := s.Round(inner, cells)
		if err != nil {
			t.Fatal(err)
		}
		change := int64(0)
		for i, n := range out.Inner {
			if n != inner[i] && (inner[i] == 0 || inner[i] >= base || n != 0 && n != base) {
				t.Fatalf("inner count %d becomes %d with base %d", inner[i], n, base)
			}
			change += n - inner[i]
		}
		if max(change, -change) > base {
			t.Fatalf("all counts together change by %d", change)
		}
		var truth []int64
		for j, cell := range cells {
			sum, was := int64(0), int64(0)
			for _, i := range cell {
				sum, was = sum+out.Inner[i], was+inner[i]
			}
			if truth = append(truth, was); sum != out.Published[j] || sum > 0 && sum < base {
				t.Fatalf("cell %d is %d, its parts add up to %d", j, out.Published[j], sum)
			}
		}
		if out.Quality != QualityOf(truth, out.Published) {
			t.Fatalf("quality %+v", out.Quality)
		}
		again, _ := s.Round(inner, cells)
		if !slices.Equal(again.Inner, out.Inner) {
			t.Fatal("two runs differ")
		}
	})
}

// TestSmallCountRoundingSearch: the annealing meets what trying every choice gives, on tables small enough for both.
func TestSmallCountRoundingSearch(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	short := 0
	for range 20 {
		rows, columns := 3+random.IntN(4), 3
		inner := make([]int64, rows*columns)
		for i := range inner {
			inner[i] = int64(random.IntN(7))
		}
		set := func() *roundingSearch {
			r := &roundingSearch{base: 5}
			position := make([]int32, len(inner))
			for i, n := range inner {
				if position[i] = -1; n > 0 && n < 5 {
					position[i] = int32(len(r.y))
					r.y = append(r.y, n)
				}
			}
			r.up, r.cells = make([]bool, len(r.y)), make([][]int32, len(r.y))
			for _, cell := range grid(rows, columns) {
				var mine []int32
				sum := 0.0
				for _, i := range cell {
					if sum += float64(inner[i]); position[i] >= 0 {
						mine = append(mine, position[i])
					}
				}
				for _, k := range mine {
					r.cells[k] = append(r.cells[k], int32(len(r.counts)))
				}
				r.counts, r.truth = append(r.counts, mine), append(r.truth, sum)
			}
			return r
		}
		every, some := set(), set()
		if len(every.y) > allChoices {
			continue
		}
		ideal := every.starts()
		some.starts()
		first := every.state()
		least := first.energy(ideal)
		for choice := range 1 << len(every.y) {
			for k := range every.up {
				every.up[k] = choice>>k&1 == 1
			}
			every.tally()
			if every.noWorse(first) {
				least = min(least, every.state().energy(ideal))
			}
		}
		best := first.energy(ideal)
		some.anneal(ideal, func() {
			if some.noWorse(first) {
				best = min(best, some.state().energy(ideal))
			}
		})
		if best > least+1e-9 {
			short++
		}
	}
	if short > 0 {
		t.Errorf("the annealing misses the best choice on %d of 20 tables", short)
	}
}

// TestControlledTwoWay: on random tables with totals the flow adds up, keeps within the base, and is the best: no other choice of ups, of all there
// are, has a smaller sum of squares.
func TestControlledTwoWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Int64Range(2, 7).Draw(t, "base")
		rows, columns := rapid.IntRange(1, 4).Draw(t, "rows"), rapid.IntRange(1, 3).Draw(t, "columns")
		inner := rapid.SliceOfN(rapid.Int64Range(0, 20), rows*columns, rows*columns).Draw(t, "inner")
		cells := grid(rows, columns)
		out, err := ControlledRounding{Base: int(base)}.Round(inner, cells)
		if err != nil || !out.Optimal {
			t.Fatalf("%v, optimal %v: a two-way table always has a rounding", err, out.Optimal)
		}
		squares := func(rounded []int64) (sum int64, ok bool) {
			for _, cell := range cells {
				d := int64(0)
				for _, i := range cell {
					d += rounded[i] - inner[i]
				}
				if d <= -base || d >= base {
					return 0, false
				}
				sum += d * d
			}
			return sum, true
		}
		for _, n := range out.Inner {
			if n < 0 || n%base != 0 {
				t.Fatalf("inner count %d with base %d", n, base)
			}
		}
		got, ok := squares(out.Inner)
		if !ok {
			t.Fatal("a published count is off by the base or more")
		}
		rounded := make([]int64, len(inner))
		for choice := range 1 << len(inner) {
			for i, n := range inner {
				if rounded[i] = n - n%base; choice>>i&1 == 1 && n%base > 0 {
					rounded[i] += base
				}
			}
			if s, ok := squares(rounded); ok && s < got {
				t.Fatalf("squares %d, but %v has %d", got, rounded, s)
			}
		}
	})
}

// TestControlledHierarchy: rows in kommuner in counties by columns is two families of nested cells, so that a flow of least cost is found at any size.
func TestControlledHierarchy(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	const rows, columns = 400, 4
	inner := make([]int64, rows*columns)
	groups := map[string][]int32{}
	var names []string
	for i := range inner {
		inner[i] = int64(random.IntN(40))
		r, c := i/columns, i%columns
		for _, name := range []string{fmt.Sprint("k", r/7), fmt.Sprint("k", r/7, " ", c), fmt.Sprint("l", r/49), fmt.Sprint("l", r/49, " ", c)} {
			if groups[name] == nil {
				names = append(names, name)
			}
			groups[name] = append(groups[name], int32(i))
		}
	}
	cells := grid(rows, columns)
	for _, name := range names {
		cells = append(cells, groups[name])
	}
	out, err := ControlledRounding{Base: 5}.Round(inner, cells)
	if err != nil || !out.Optimal || out.Quality.Max > 4 {
		t.Errorf("%v, optimal %v, %+v", err, out.Optimal, out.Quality)
	}
}

// TestControlledGeneral: three counts of 1 with base 2, each pair published. Each pair adds up to 2 and must stay, so just one of it goes up to 2:
// the numbers that go up add up to 3 over the pairs, but each count is in two of them, and 3 is odd. Without the third pair one choice is left: the
// count in both pairs, or the two others. A table of three dimensions is found by search.
func TestControlledGeneral(t *testing.T) {
	pairs := [][]int32{{0, 1}, {1, 2}, {0, 2}}
	if _, err := (ControlledRounding{Base: 2}).Round([]int64{1, 1, 1}, pairs); !errors.Is(err, ErrNoRounding) {
		t.Errorf("three pairs: %v", err)
	}
	out, err := ControlledRounding{Base: 2}.Round([]int64{1, 1, 1}, pairs[:2])
	if err != nil || !(slices.Equal(out.Inner, []int64{0, 2, 0}) || slices.Equal(out.Inner, []int64{2, 0, 2})) {
		t.Errorf("two pairs: %v, %v", out.Inner, err)
	}
	random := rand.New(rand.NewPCG(9, 9))
	const a, b, c = 6, 5, 4
	inner := make([]int64, a*b*c)
	groups := map[[3]int][]int32{}
	for i := range inner {
		inner[i] = int64(random.IntN(30))
		at := [3]int{i / (b * c), i / c % b, i % c}
		for mask := range 8 {
			key := [3]int{-1, -1, -1}
			for d := range 3 {
				if mask>>d&1 == 1 {
					key[d] = at[d]
				}
			}
			groups[key] = append(groups[key], int32(i))
		}
	}
	var cells [][]int32
	for x := -1; x < a; x++ {
		for y := -1; y < b; y++ {
			for z := -1; z < c; z++ {
				cells = append(cells, groups[[3]int{x, y, z}])
			}
		}
	}
	out, err = ControlledRounding{Base: 5}.Round(inner, cells)
	if err != nil || out.Optimal || out.Quality.Max > 4 {
		t.Errorf("three dimensions: %v, %+v", err, out.Quality)
	}
	// Any cells at all: what is found keeps the demands, and what is proven impossible has no choice that does.
	rapid.Check(t, func(t *rapid.T) {
		base := rapid.Int64Range(2, 5).Draw(t, "base")
		inner := rapid.SliceOfN(rapid.Int64Range(0, 9), 1, 9).Draw(t, "inner")
		cells := anyCells(t, len(inner))
		within := func(rounded []int64) bool {
			for _, cell := range cells {
				d := int64(0)
				for _, i := range cell {
					d += rounded[i] - inner[i]
				}
				if d <= -base || d >= base {
					return false
				}
			}
			return true
		}
		out, err := ControlledRounding{Base: int(base)}.Round(inner, cells)
		if err == nil {
			if !within(out.Inner) {
				t.Fatalf("%v for %v", out.Inner, inner)
			}
			return
		}
		if !errors.Is(err, ErrNoRounding) {
			t.Fatal(err)
		}
		rounded := make([]int64, len(inner))
		for choice := range 1 << len(inner) {
			for i, n := range inner {
				if rounded[i] = n - n%base; choice>>i&1 == 1 && n%base > 0 {
					rounded[i] += base
				}
			}
			if within(rounded) {
				t.Fatalf("proven impossible, but %v keeps the demands", rounded)
			}
		}
	})
}

// roundingTown is a made-up family: areas nested in kommuner by group, with two overlapping tables.
func roundingTown(areas int, seed uint64) Family {
	random := rand.New(rand.NewPCG(seed, 1))
	dims := []cube.Dimension{{Name: "area", Role: cube.Area}, {Name: "kommun", Role: cube.Area}, {Name: "type", Role: cube.Type}, {Name: "group", Role: cube.Group}}
	for i := range areas {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: fmt.Sprintf("R%05d", i)})
		if i%10 == 0 {
			dims[1].Members = append(dims[1].Members, cube.Member{Code: fmt.Sprintf("%04d", i/10)})
		}
	}
	for i := range 5 {
		dims[2].Members = append(dims[2].Members, cube.Member{Code: fmt.Sprint(i + 1)})
	}
	for i := range 4 {
		dims[3].Members = append(dims[3].Members, cube.Member{Code: fmt.Sprint("g", i)})
	}
	n := cube.Measure{Name: "N", Kind: cube.Count}
	b := cube.NewBuilder("synthetic", dims, []cube.Measure{n})
	for i := range areas {
		kind := random.IntN(5)
		for g := range 4 {
			if v := math.Floor(random.ExpFloat64() * []float64{80, 40, 12, 4}[g]); v > 0 {
				b.Add([]int32{int32(i), int32(i / 10), int32(kind), int32(g)}, cube.KnownCell(v))
			}
		}
	}
	inner, err := b.Cube()
	if err != nil {
		panic(err)
	}
	share := cube.Measure{Name: "Share", Kind: cube.Share, Of: "N", Over: "group"}
	return Family{Name: "synthetic", Inner: inner, Views: []cube.View{
		{Name: "areas", Dims: []string{"area", "group"}, Totals: []string{"area", "group"}, Measures: []cube.Measure{n}},
		{Name: "kommuner", Dims: []string{"kommun", "group"}, Totals: []string{"group"}, Measures: []cube.Measure{n, share}},
		{Name: "types", Dims: []string{"kommun", "type", "group"}, Totals: []string{"kommun", "type", "group"}, Measures: []cube.Measure{n}},
	}}
}

// TestRoundedTables: what tables share is the same in each, totals are the sums of what is shown, small counts are gone, and shares are of the
// rounded counts.
func TestRoundedTables(t *testing.T) {
	f := roundingTown(60, 1)
	for name, make := range map[string]func() ([]*cube.Cube, []RoundingAccount, error){
		"small":      func() ([]*cube.Cube, []RoundingAccount, error) { return SmallCountRounding{Base: 5}.Tables(f) },
		"controlled": func() ([]*cube.Cube, []RoundingAccount, error) { return ControlledRounding{Base: 5}.Tables(f) },
	} {
		tables, accounts, err := make()
		if err != nil {
			if name == "controlled" && (errors.Is(err, ErrNoRounding) || errors.Is(err, ErrRoundingUnfound)) {
				t.Logf("%s: %v", name, err)
				continue
			}
			t.Fatal(err)
		}
		areas, kommuner, types := tables[0], tables[1], tables[2]
		if len(accounts) != 1 || accounts[0].Quality.Changed == 0 {
			t.Errorf("%s: %+v", name, accounts)
		}
		sums := map[string]float64{}
		for row := range areas.Len() {
			if code := areas.Code(row, 0); code != cube.Total {
				sums[areas.Code(row, 1)] += areas.Cell(row, 0).Value
			}
			c := areas.Cell(row, 0)
			if c.Status != cube.Perturbed || c.Value < 5 || name == "controlled" && math.Mod(c.Value, 5) != 0 {
				t.Errorf("%s: %s %s is %+v", name, areas.Code(row, 0), areas.Code(row, 1), c)
			}
		}
		for _, g := range []string{"g0", "g1", "g2", "g3", cube.Total} {
			if all := areas.Get("N", cube.Total, g).Value; all != sums[g] || types.Get("N", cube.Total, cube.Total, g).Value != all {
				t.Errorf("%s: %s: %v in all, areas add up to %v, the other table has %v", name, g, all, sums[g], types.Get("N", cube.Total, cube.Total, g).Value)
			}
		}
		n, all := kommuner.Get("N", "0000", "g2").Value, kommuner.Get("N", "0000", cube.Total).Value
		if got := kommuner.Get("Share", "0000", "g2").Value; got != n/all {
			t.Errorf("%s: share %v of %v in %v", name, got, n, all)
		}
		if types.Get("N", "0000", cube.Total, "g2").Value != n || !areas.AggregAllowed() {
			t.Errorf("%s: kommun 0000 differs between tables", name)
		}
	}
	f.Views[0].Measures = []cube.Measure{{Name: "Income", Kind: cube.Sum}}
	if _, _, err := (SmallCountRounding{Base: 5}).Tables(f); err == nil || !strings.Contains(err.Error(), "lacks measure Income") {
		t.Errorf("a sum: %v", err)
	}
}

func FuzzRounding(f *testing.F) {
	f.Add(uint8(3), []byte{1, 2, 3, 4}, []byte{3, 5, 12, 15})
	f.Add(uint8(2), []byte{1, 1, 1}, []byte{3, 6, 5})
	f.Fuzz(func(t *testing.T, base uint8, counts, masks []byte) {
		if len(counts) > 8 || len(masks) > 30 {
			return
		}
		var inner []int64
		for _, c := range counts {
			inner = append(inner, int64(c)%25)
		}
		var cells [][]int32
		for _, m := range masks {
			var cell []int32
			for i := range inner {
				if m>>i&1 == 1 {
					cell = append(cell, int32(i))
				}
			}
			cells = append(cells, cell)
		}
		out, err := SmallCountRounding{Base: int(base)}.Round(inner, cells)
		if (err == nil) != (base >= 2) {
			t.Fatal(err)
		}
		for _, n := range out.Published {
			if n > 0 && n < int64(base) {
				t.Fatalf("%d is published with base %d", n, base)
			}
		}
		if _, err := (ControlledRounding{Base: int(base)}).Round(inner, cells); err != nil && base >= 2 && !errors.Is(err, ErrNoRounding) && !errors.Is(err, ErrRoundingUnfound) {
			t.Fatal(err)
		}
	})
}

// BenchmarkSmallCountRoundingQuality compares with greedy runs whose ties are broken at random, on random tables of rows in two kinds of groups by
// columns: worse counts the comparisons, of all, in which some measure is worse, better those in which none is and the root mean square is better.
func BenchmarkSmallCountRoundingQuality(b *testing.B) {
	for _, shape := range [][2]int{{8, 4}, {30, 5}, {100, 6}, {400, 6}} {
		rows, columns := shape[0], shape[1]
		b.Run(fmt.Sprintf("rows=%d/columns=%d", rows, columns), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 2))
			worse, better, all := 0, 0, 0
			for b.Loop() {
				inner := make([]int64, rows*columns)
				cells := grid(rows, columns)
				groups := map[[3]int][]int32{}
				var keys [][3]int
				for i := range inner {
					if inner[i] = int64(random.IntN(4) * random.IntN(12)); random.IntN(3) > 0 {
						inner[i] += 8
					}
					r, c := i/columns, i%columns
					for _, key := range [][3]int{{0, r / 5, c}, {0, r / 5, -1}, {1, r % 3, c}, {1, r % 3, -1}} {
						if groups[key] == nil {
							keys = append(keys, key)
						}
						groups[key] = append(groups[key], int32(i))
					}
				}
				for _, key := range keys {
					cells = append(cells, groups[key])
				}
				out, err := SmallCountRounding{Base: 5, AllSmall: true}.Round(inner, cells)
				if err != nil {
					b.Fatal(err)
				}
				truth, _ := sumCells(inner, cells)
				for range 5 {
					r := &roundingSearch{base: 5}
					position := make([]int32, len(inner))
					for i, n := range inner {
						if position[i] = -1; n > 0 && n < 5 {
							position[i] = int32(len(r.y))
							r.y = append(r.y, n)
						}
					}
					r.up, r.cells = make([]bool, len(r.y)), make([][]int32, len(r.y))
					total := int64(0)
					for j, cell := range cells {
						r.counts = append(r.counts, nil)
						for _, i := range cell {
							if k := position[i]; k >= 0 {
								r.counts[j], r.cells[k] = append(r.counts[j], k), append(r.cells[k], int32(j))
							}
						}
					}
					for _, y := range r.y {
						total += y
					}
					r.fill(random.Perm(len(r.y)), int((total+2)/5))
					greedy := slices.Clone(inner)
					for i, k := range position {
						if k >= 0 {
							if greedy[i] = 0; r.up[k] {
								greedy[i] = 5
							}
						}
					}
					published, _ := sumCells(greedy, cells)
					g, q := QualityOf(truth, published), out.Quality
					switch all++; {
					case q.Max > g.Max || q.Mean > g.Mean+1e-9 || q.RMS > g.RMS+1e-9 || q.Hellinger < g.Hellinger-1e-9:
						worse++
					case q.RMS < g.RMS-1e-9:
						better++
					}
				}
			}
			b.ReportMetric(100*float64(worse)/float64(all), "worse%")
			b.ReportMetric(100*float64(better)/float64(all), "better%")
		})
	}
}

// The size of a national table: 3,360 areas by four groups in kommuner, with types by kommun.
func BenchmarkSmallCountRounding(b *testing.B) {
	for _, areas := range []int{3360, 33600} {
		f := roundingTown(areas, 1)
		cells, err := publishedCells(f)
		if err != nil {
			b.Fatal(err)
		}
		inner := make([]int64, f.Inner.Len())
		for i := range inner {
			inner[i] = int64(f.Inner.Cell(i, 0).Value)
		}
		b.Run(fmt.Sprintf("inner=%d/published=%d", len(inner), len(cells)), func(b *testing.B) {
			var out Rounded
			for b.Loop() {
				if out, err = (SmallCountRounding{Base: 5}).Round(inner, cells); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(out.Small), "small")
			b.ReportMetric(out.Quality.RMS, "rms")
		})
	}
}

func BenchmarkControlledRounding(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 1))
	const rows, columns = 3363, 8
	inner := make([]int64, rows*columns)
	for i := range inner {
		inner[i] = int64(random.ExpFloat64() * 30)
	}
	cells := grid(rows, columns)
	b.Run(fmt.Sprintf("rows=%d/columns=%d", rows, columns), func(b *testing.B) {
		for b.Loop() {
			if _, err := (ControlledRounding{Base: 5}).Round(inner, cells); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// TestRoundedMerged: two inner rows of 2 and 3 that no table tells apart are one count of 5, which is not small with base 5, so nothing is changed.
func TestRoundedMerged(t *testing.T) {
	dims := []cube.Dimension{{Name: "area", Members: []cube.Member{{Code: "A"}}}, {Name: "sex", Members: []cube.Member{{Code: "1"}, {Code: "2"}}}}
	n := cube.Measure{Name: "N", Kind: cube.Count}
	b := cube.NewBuilder("synthetic", dims, []cube.Measure{n})
	b.Add([]int32{0, 0}, cube.KnownCell(2))
	b.Add([]int32{0, 1}, cube.KnownCell(3))
	inner, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	tables, accounts, err := SmallCountRounding{Base: 5}.Tables(Family{Name: "x", Inner: inner, Views: []cube.View{{Name: "areas", Dims: []string{"area"}, Measures: []cube.Measure{n}}}})
	if err != nil || tables[0].Get("N", "A").Value != 5 || accounts[0].Small != 0 {
		t.Errorf("%+v, %v", accounts, err)
	}
}
