package segregation

import (
	"math"
	"testing"

	"github.com/skikt/skikt/cube"
)

// In 0001 the groups share no unit: D = 1, isolation 1. In 0002 they are spread alike, 10 and 30 of each: D = 0, isolation ½. In 0003 a count is
// hidden. In 0004 only one group lives: nothing is defined.
func counts(t *testing.T) *cube.Cube {
	t.Helper()
	dim := func(name string, codes ...string) cube.Dimension {
		d := cube.Dimension{Name: name}
		for _, c := range codes {
			d.Members = append(d.Members, cube.Member{Code: c})
		}
		return d
	}
	b := cube.NewBuilder("c", []cube.Dimension{dim("kommun", "0001", "0002", "0003", "0004"), dim("deso", "1", "2", "total"), dim("group", "a", "b", "total")},
		[]cube.Measure{{Name: "NPersons", Kind: cube.Count}})
	for kommun, n := range [][4]float64{{10, 0, 0, 20}, {10, 10, 30, 30}, {5, 5, 5, 5}, {8, 0, 9, 0}} {
		for unit := range int32(2) {
			for group := range int32(2) {
				cell := cube.KnownCell(n[2*unit+group])
				if kommun == 2 && unit == 1 && group == 0 {
					cell = cube.Cell{Status: cube.HiddenRule}
				}
				b.Add([]int32{int32(kommun), unit, group}, cell)
			}
		}
		b.Add([]int32{int32(kommun), 2, 0}, cube.KnownCell(n[0]+n[2])) // a total is no unit
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCube(t *testing.T) {
	out, err := Cube(counts(t), Question{Units: "deso", Groups: "group", Measures: []string{"Dissimilarity", "Isolation", "MutualInformation"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		kommun, measure string
		status          cube.Status
		value           float64
	}{
		{"0001", "Dissimilarity", cube.Known, 1},
		{"0001", "Isolation", cube.Known, 1},
		{"0002", "Dissimilarity", cube.Zero, 0},
		{"0002", "Isolation", cube.Known, 0.5},
		{"0002", "NUnits", cube.Known, 2},
		{"0003", "Dissimilarity", cube.HiddenRule, 0},
		{"0004", "Dissimilarity", cube.NotApplicable, 0},
		// M of two groups of 10 and 20 that share no unit: the entropy of 1/3 and 2/3, 0.636514 nats.
		{"0001", "MutualInformation", cube.Known, math.Log(3) - 2.0/3*math.Log(2)},
	} {
		got := out.Get(want.measure, want.kommun)
		if got.Status != want.status || math.Abs(got.Value-want.value) > 1e-12 {
			t.Errorf("%s of %s is %v %v, want %v %v", want.measure, want.kommun, got.Status, got.Value, want.status, want.value)
		}
	}
	if base := out.Get("Dissimilarity", "0002").Base; base != cube.Num(80) {
		t.Errorf("base %v, want 80 persons", base)
	}
}

func TestCubeCorrected(t *testing.T) {
	q := Question{Units: "deso", Groups: "group", Measures: []string{"Dissimilarity"}, Persons: Draws{N: 200, Seed: 1}}
	out, err := Cube(counts(t), q)
	if err != nil {
		t.Fatal(err)
	}
	// The groups of 0002 are spread alike; drawn anew they never are quite, so the correction takes D below what chance alone gives.
	if got := out.Get("DissimilarityCorrected", "0002"); !got.Lo.OK || !got.Hi.OK || got.Lo.V > got.Hi.V || got.Value > 0 {
		t.Errorf("corrected %+v", got)
	}
	again, err := Cube(counts(t), q)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := out.Get("DissimilarityCorrected", "0001"), again.Get("DissimilarityCorrected", "0001"); a != b {
		t.Errorf("the same seed gave %+v and %+v", a, b)
	}
	if got := out.Get("DissimilarityCorrected", "0003"); got.Status != cube.HiddenRule || got.Lo.OK {
		t.Errorf("a hidden count gave %+v", got)
	}
}

func TestCubeRefuses(t *testing.T) {
	for name, q := range map[string]Question{
		"units":   {Units: "x", Groups: "group"},
		"member":  {Units: "deso", Groups: "group", Members: []string{"a", "z"}},
		"twice":   {Units: "deso", Groups: "group", Members: []string{"a", "a"}},
		"measure": {Units: "deso", Groups: "group", Measures: []string{"Nothing"}},
		"count":   {Units: "deso", Groups: "group", Count: "NOther"},
	} {
		if _, err := Cube(counts(t), q); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
