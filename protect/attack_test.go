package protect

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// drawEdition draws an edition: some tables of the records of some years, with some totals and some cells hidden; and the truth of what is hidden, by table and members.
func drawEdition(t *rapid.T, name string, records *cube.Cube, years []string, first []string, truth map[string]float64) []*cube.Cube {
	own, err := records.Where("year", years...)
	if err != nil {
		t.Fatal(err)
	}
	var out []*cube.Cube
	for i, dims := range rapid.SliceOfNDistinct(rapid.SampledFrom([][]string{{"region", "sex", "year"}, {"region", "year"}, {"sex", "year"}, {"region", "sex"}, {"region"}, {"sex"}, {"year"}}),
		1, 3, func(d []string) string { return fmt.Sprint(d) }).Draw(t, "tables") {
		if i == 0 {
			for _, d := range first {
				if !slices.Contains(dims, d) {
					dims = append(slices.Clone(dims), d)
				}
			}
		}
		v := cube.View{Name: fmt.Sprint(name, i), Dims: dims, Measures: []cube.Measure{nPersons}}
		for _, d := range dims {
			if rapid.Bool().Draw(t, "total") {
				v.Totals = append(v.Totals, d)
			}
		}
		c, err := own.View(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c.Edit(func(row, _ int, cell cube.Cell) cube.Cell {
			if rapid.IntRange(0, 2).Draw(t, "hide") > 0 {
				return cell
			}
			truth[v.Name+": "+where(c, row)] = cell.Value
			return cube.Cell{Status: cube.HiddenProtect}
		}))
	}
	return out
}

// byYear is a table of one region by year, hidden where the number is below zero.
func byYear(t *testing.T, name string, values map[string]float64) *cube.Cube {
	t.Helper()
	year := cube.Dimension{Name: "year", Role: cube.Time}
	var cells []cube.Cell
	for _, y := range slices.Sorted(maps.Keys(values)) {
		year.Members = append(year.Members, cube.Member{Code: y})
		cell := cube.KnownCell(values[y])
		if values[y] < 0 {
			cell = cube.Cell{Status: cube.HiddenProtect}
		}
		cells = append(cells, cell)
	}
	b := cube.NewBuilder(name, []cube.Dimension{year}, []cube.Measure{nPersons})
	for i, c := range cells {
		b.Add([]int32{int32(i)}, c)
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// One edition tells 20 for 2020 and 2021, the next 27 for 2020 to 2022, and the third 18 for 2021 to 2023; all years are hidden. Then 2022 is 27 − 20 = 7, and nothing else is known: of 2020 and 2021 that they are 20,
// of 2021 and 2023 that they are 18 − 7 = 11.
func TestTotalsOverOtherYears(t *testing.T) {
	f, err := AttackEditions([][]*cube.Cube{
		{byYear(t, "a", map[string]float64{"2020": -1, "2021": -1, cube.Total: 20})},
		{byYear(t, "b", map[string]float64{"2020": -1, "2021": -1, "2022": -1, cube.Total: 27})},
		{byYear(t, "c", map[string]float64{"2021": -1, "2022": -1, "2023": -1, cube.Total: 18})},
	})
	if err != nil || f.Ignored > 0 {
		t.Fatalf("%+v, %v", f, err)
	}
	want := map[string][2]float64{"year=2020": {9, 20}, "year=2021": {0, 11}, "year=2022": {7, 7}, "year=2023": {0, 11}}
	for _, k := range f.Known {
		if w := want[k.Where]; k.WholeLeast != w[0] || k.WholeMost == nil || *k.WholeMost != w[1] {
			t.Errorf("%s %s: %g to %v, want %v", k.Table, k.Where, k.WholeLeast, k.WholeMost, w)
		}
	}
	if len(f.Known) != 8 || len(f.Found) != 2 {
		t.Errorf("%d known, found %+v", len(f.Known), f.Found)
	}
}

// A later edition shows another number for 2020, revised from 9 to 10: its own total is held against that, and that of the edition before against what it showed.
func TestRevisedNumbersAreToldApart(t *testing.T) {
	f, err := AttackEditions([][]*cube.Cube{
		{byYear(t, "before", map[string]float64{"2020": 9, "2021": -1, cube.Total: 13})},
		{byYear(t, "after", map[string]float64{"2020": 10, "2022": -1, cube.Total: 16})},
	})
	if err != nil || f.Ignored != 1 || len(f.Found) != 2 || f.Found[0].Value != 4 || f.Found[1].Value != 6 {
		t.Errorf("%+v, %v", f, err)
	}
}

func wider(x, than Known) bool {
	return x.WholeLeast < than.WholeLeast || than.WholeMost != nil && (x.WholeMost == nil || *x.WholeMost > *than.WholeMost)
}

// drawRecords are persons by region, sex and year.
func drawRecords(t *rapid.T, least int) *cube.Cube {
	year := cube.Dimension{Name: "year", Role: cube.Time}
	for _, y := range allYears {
		year.Members = append(year.Members, cube.Member{Code: y})
	}
	b := cube.NewBuilder("records", []cube.Dimension{dimension("region", cube.Area, "r", 3), dimension("sex", cube.Group, "s", 2), year}, []cube.Measure{nPersons})
	for i := range 3 * 2 * 4 {
		b.Add([]int32{int32(i / 8), int32(i / 4 % 2), int32(i % 4)}, cube.KnownCell(float64(rapid.IntRange(least, 6).Draw(t, "n"))))
	}
	records, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

var allYears = []string{"2020", "2021", "2022", "2023"}

func drawYears(t *rapid.T) []string {
	years := rapid.SliceOfNDistinct(rapid.SampledFrom(allYears), 1, 3, rapid.ID[string]).Draw(t, "years")
	slices.Sort(years)
	return years
}

// Whatever is known from one edition is known from two, of the same years or of others; and what is known is true.
func TestTwoEditionsTellNoLessThanOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records, truth := drawRecords(t, 0), map[string]float64{}
		one := drawEdition(t, "A", records, drawYears(t), []string{"year"}, truth) // some table tells of years
		noLess(t, truth, one, drawEdition(t, "B", records, drawYears(t), nil, truth))
	})
}

// The same holds for an edition of part of the country beside one of all of it: their totals are not the same.
func TestEditionOfAPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records, truth := drawRecords(t, 1), map[string]float64{}
		part, err := records.Where("region", rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"r0", "r1", "r2"}), 1, 2, rapid.ID[string]).Draw(t, "regions")...)
		if err != nil {
			t.Fatal(err)
		}
		editions := [][]*cube.Cube{drawEdition(t, "A", part, drawYears(t), []string{"region", "year"}, truth), drawEdition(t, "B", records, drawYears(t), []string{"region", "year"}, truth)}
		if rapid.Bool().Draw(t, "turned") {
			slices.Reverse(editions)
		}
		noLess(t, truth, editions...)
	})
}

// noLess holds that everything hidden has an interval with the truth in it, and none wider than from its edition alone.
func noLess(t *rapid.T, truth map[string]float64, editions ...[]*cube.Cube) {
	both, err := AttackEditions(editions)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]Known{}
	for _, x := range both.Known {
		place := x.Table + ": " + x.Where
		known[place] = x
		v, ok := truth[place]
		if !ok || v < x.WholeLeast || x.WholeMost != nil && v > *x.WholeMost {
			t.Fatalf("%s is %v, and found in %+v", place, v, x)
		}
	}
	if both.Ignored > 0 || len(known) != len(truth) {
		t.Fatalf("%d relations ignored %v, %d of %d hidden cells known", both.Ignored, both.Broken, len(known), len(truth))
	}
	for _, one := range editions {
		alone, err := Attack(one)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range alone.Known {
			if place := x.Table + ": " + x.Where; wider(known[place], x) {
				t.Fatalf("%s is known as %+v from one edition, and as %+v from both", place, x, known[place])
			}
		}
	}
}
