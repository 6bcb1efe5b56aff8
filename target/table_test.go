package target

import (
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
)

// byType is a table kind × year × sick: persons of type 1: 40 sick of 100, of type 2: 20 of 100, of type 5: 40 of 200; 100 of 400 in all. Hidden places are hidden.
func byType(hidden ...string) *cube.Cube {
	members := func(codes ...string) (m []cube.Member) {
		for _, c := range codes {
			m = append(m, cube.Member{Code: c, Label: cube.Same(c)})
		}
		return m
	}
	kinds, sick := []string{"1", "2", "5", cube.Total}, []string{"yes", "no", cube.Total}
	b := cube.NewBuilder("care", []cube.Dimension{{Name: "type", Role: cube.Type, Members: members(kinds...)}, {Name: "year", Role: cube.Time, Members: members("2024")},
		{Name: "sick", Role: cube.Group, Members: members(sick...)}}, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for k, row := range [][3]float64{{40, 60, 100}, {20, 80, 100}, {40, 160, 200}, {100, 300, 400}} {
		for g, n := range row {
			cell := cube.KnownCell(n)
			for _, h := range hidden {
				if h == kinds[k]+" "+sick[g] {
					cell = cube.Cell{Status: cube.HiddenRule}
				}
			}
			b.Add([]int32{int32(k), 0, int32(g)}, cell)
		}
	}
	c, err := b.Cube()
	if err != nil {
		panic(err)
	}
	return c
}

func TestOfTable(t *testing.T) {
	q := Table{Type: "type", Year: "year", Count: "N", Group: "sick", Need: []string{"yes"}}
	c, err := OfTable("reach", byType(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		measure, types string
		value          float64
	}{
		{"TargetCoverage", "1", 40.0 / 100}, {"TargetPrecision", "1", 40.0 / 100}, {"TargetLeakage", "1", 60.0 / 100}, {"TargetSharePopulation", "1", 100.0 / 400}, {"TargetLift", "1", 0.4 / 0.25},
		{"TargetCoverage", "1-2", 60.0 / 100}, {"TargetNeed", "1-2", 60}, {"TargetPopulation", "1-2", 200}, {"TargetPrecision", "1-2", 60.0 / 200},
		// Nobody is in the table's types 3 and 4.
		{"TargetCoverage", "1-4", 60.0 / 100},
	} {
		if got := c.Get(want.measure, "yes", want.types, "2024"); !near(got.Value, want.value) || got.Status != cube.Known {
			t.Errorf("%s of types %s: %+v, want %v", want.measure, want.types, got, want.value)
		}
	}
	// What the table hides in type 2 can't be told of types 1 and 2 or more, and can of type 1 alone.
	if c, err = OfTable("reach", byType("2 yes", "5 yes"), q); err != nil {
		t.Fatal(err)
	}
	for _, types := range []string{"1-2", "1-3", "1-4"} {
		for _, m := range c.Measures() {
			if got := c.Get(m.Name, "yes", types, "2024"); got != (cube.Cell{Status: cube.HiddenProtect}) {
				t.Errorf("%s of types %s: %+v though type 2 is hidden", m.Name, types, got)
			}
		}
	}
	if got := c.Get("TargetCoverage", "yes", "1", "2024"); !near(got.Value, 0.4) {
		t.Errorf("type 1: %+v", got)
	}
	for _, bad := range []struct {
		q    Table
		want string
	}{
		{Table{Type: "type", Year: "year", Count: "N", Group: "well", Need: []string{"yes"}}, "lacks one of the dimensions"},
		{Table{Type: "type", Year: "year", Count: "N", Group: "sick", Need: []string{"maybe"}}, `"maybe" is no member of sick`},
		{Table{Type: "type", Year: "year", Count: "N", Group: "sick"}, "name the members of sick"},
	} {
		if _, err := OfTable("reach", byType(), bad.q); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%+v: %v", bad.q, err)
		}
	}
}
