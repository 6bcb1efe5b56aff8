package project

import (
	"testing"

	"github.com/skikt/skikt/cube"
)

// A school's share of type 1 goes from 20.2 to 30.1 percent, 9.9 points; that of type 2 is hidden the first year, that of type 3 is not there.
func TestShareChange(t *testing.T) {
	members := func(codes ...string) (m []cube.Member) {
		for _, c := range codes {
			m = append(m, cube.Member{Code: c})
		}
		return m
	}
	b := cube.NewBuilder("composition", []cube.Dimension{{Name: typeDim, Role: cube.Type, Members: members("1", "2", "3", cube.Total)}, {Name: yearDim, Role: cube.Time, Members: members("2024", "2025")},
		{Name: "school", Role: cube.Group, Members: members("a")}}, []cube.Measure{{Name: shareOfSchool, Kind: cube.Share}})
	for k, cells := range [][2]cube.Cell{{cube.KnownCell(0.202), cube.KnownCell(0.301)}, {{Status: cube.HiddenRule}, cube.KnownCell(0.5)}, {{Status: cube.NotAvailable}, cube.KnownCell(0.1)}, {cube.KnownCell(1), cube.KnownCell(1)}} {
		for y, c := range cells {
			b.Add([]int32{int32(k), int32(y), 0}, c)
		}
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	out, err := shareChange("composition_change", c)
	if err != nil {
		t.Fatal(err)
	}
	if out.Len() != 3 {
		t.Errorf("%d rows; the first year and the total have no change", out.Len())
	}
	for kind, want := range map[string]cube.Cell{"1": cube.KnownCell(9.9), "2": {Status: cube.HiddenProtect}, "3": {Status: cube.NotAvailable}} {
		if got := out.Get("ChangeShareOfSchool", kind, "2025", "a"); got != want {
			t.Errorf("type %s: %+v, want %+v", kind, got, want)
		}
	}
}
