package project

import (
	"testing"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
)

// regso makes a division of squares, each at an east of its own.
func regso(t *testing.T, vintage string, east map[string]float64) *area.Division {
	t.Helper()
	var areas []area.Area
	for code, x := range east {
		areas = append(areas, area.Area{Code: code, Border: orb.MultiPolygon{{{{x, 0}, {x + 1, 0}, {x + 1, 1}, {x, 1}, {x, 0}}}}})
	}
	d, err := area.New(area.ID{Kind: area.RegSO, Vintage: vintage}, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// byRegSO is a table of persons by area, less than zero for a hidden one.
func byRegSO(t *testing.T, vintage string, codes []string, values []float64) *cube.Cube {
	t.Helper()
	d := cube.Dimension{Name: "regso", Role: cube.Area, Kind: string(area.RegSO), Vintage: vintage}
	for _, c := range codes {
		d.Members = append(d.Members, cube.Member{Code: c})
	}
	b := cube.NewBuilder("persons", []cube.Dimension{d}, []cube.Measure{{Name: "NPersons", Kind: cube.Count}})
	for i, v := range values {
		cell := cube.KnownCell(v)
		if v < 0 {
			cell = cube.Cell{Status: cube.HiddenProtect}
		}
		b.Add([]int32{int32(i)}, cell)
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A, B and C stand as they stood in 2020, D has kept its code on other ground. B has 3 persons; of A with 20 and C with 15 it is cheapest to hide C for its sake. But
// when an edition by areas of 2020 has shown C and the sum, it must be A: 38 - 15 - A would be B.
func TestEarlierEditionOfAnotherVintage(t *testing.T) {
	old := regso(t, "2020", map[string]float64{"0180R001": 1, "0180R002": 2, "0180R003": 3, "0180R004": 4})
	now := regso(t, "2025", map[string]float64{"0180R001": 1, "0180R002": 2, "0180R003": 3, "0180R004": 9})
	same := unchanged(old, now)
	if len(same) != 3 || same["0180R004"] != "" {
		t.Fatalf("%v", same)
	}
	codes := []string{"0180R001", "0180R002", "0180R003"}
	inner := byRegSO(t, "2025", codes, []float64{20, 3, 15})
	family := protect.Family{Name: "persons", Inner: inner, Views: []cube.View{{Name: "persons", Dims: []string{"regso"}, Totals: []string{"regso"}, Measures: inner.Measures()}}}
	policy := protect.Policy{Name: "test", Version: "1", MinCount: 5, Zeros: protect.Show, Full: protect.Show, Documentation: cube.Same("test")}
	hidden := func(earlier ...*cube.Cube) (out []string) {
		release, err := protect.Apply([]protect.Family{family}, policy, earlier...)
		if err != nil {
			t.Fatal(err)
		}
		c := release.Tables()[0].Cube()
		for row := range c.Len() {
			if c.Cell(row, 0).Status.Hidden() {
				out = append(out, c.Code(row, 0))
			}
		}
		return out
	}
	if got := hidden(); len(got) != 2 || got[0] != "0180R002" || got[1] != "0180R003" {
		t.Fatalf("hidden without an earlier edition: %v", got)
	}
	before := byRegSO(t, "2020", append(codes, "0180R004", cube.Total), []float64{-1, -1, 15, 7, 38})
	if got := hidden(before); len(got) != 2 || got[1] != "0180R003" {
		t.Fatalf("a table of another vintage was taken for one of today: %v", got)
	}
	c, err := carried(before, 0, now.ID, same)
	if err != nil {
		t.Fatal(err)
	}
	if c.Len() != 4 || c.Find("0180R004") >= 0 {
		t.Fatalf("%d rows were carried over", c.Len())
	}
	if got := hidden(c); len(got) != 2 || got[0] != "0180R001" || got[1] != "0180R002" {
		t.Errorf("hidden after the earlier edition: %v", got)
	}
}

// What a bridge says goes before codes and borders: R004 is declared to be the same as R009, and of R001, whose border is the same, somebody knows that it is not.
func TestSameGroundByBridge(t *testing.T) {
	old := regso(t, "2020", map[string]float64{"0180R001": 1, "0180R004": 4})
	now := regso(t, "2025", map[string]float64{"0180R001": 1, "0180R009": 9})
	g := area.NewGeography()
	for _, d := range []*area.Division{old, now} {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	r := &Run{Geography: g}
	if same := r.sameGround(old, now); len(same) != 1 || same["0180R001"] != "0180R001" {
		t.Fatalf("without a bridge: %v", same)
	}
	b, err := area.NewBridge(old, now, area.ByList, nil, old.Codes(), now.Codes())
	if err == nil {
		b, err = b.DeclareSame(old, now, map[string]string{"0180R004": "0180R009"})
	}
	if err == nil {
		err = g.AddBridge(b)
	}
	if err != nil {
		t.Fatal(err)
	}
	if same := r.sameGround(old, now); len(same) != 1 || same["0180R004"] != "0180R009" {
		t.Errorf("with a bridge: %v", same)
	}
	// An earlier table is told by the codes of today.
	c, err := carried(byRegSO(t, "2020", []string{"0180R001", "0180R004", cube.Total}, []float64{20, 7, 27}), 0, now.ID, r.sameGround(old, now))
	if err != nil || c.Get("NPersons", "0180R009").Value != 7 || c.Find("0180R001") >= 0 || c.Get("NPersons", cube.Total).Value != 27 {
		t.Errorf("%v: %d rows", err, c.Len())
	}
}
