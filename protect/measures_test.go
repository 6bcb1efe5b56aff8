package protect

import (
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
)

// made is counts of two groups by kommun and unit.
func made(t *testing.T, rows [][]string) (counts, measures *cube.Cube) {
	t.Helper()
	counts = innerOf(t, []string{"kommun", "unit", "outcome"}, rows)
	kommun := counts.Dims()[0]
	b := cube.NewBuilder("segregation", []cube.Dimension{kommun}, []cube.Measure{{Name: "Dissimilarity", Kind: cube.Value, Decimals: 3}})
	for k := range kommun.Members {
		b.Add([]int32{int32(k)}, cube.Cell{Status: cube.Known, Value: 0.12345, Base: cube.Num(100), Lo: cube.Num(0.1011), Hi: cube.Num(0.1511)})
	}
	measures, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return counts, measures
}

// By hand, under at least 100 persons, 2 units, 20 in each group, no unit over 60 per cent: A has 100 persons in two even units; B has 99; C has one unit;
// D has 19 in a group; E has 61 of 100 in one unit; F has each group in a unit of its own.
func TestMeasureRules(t *testing.T) {
	counts, measures := made(t, [][]string{
		{"A", "a1", "x", "30"}, {"A", "a1", "y", "20"}, {"A", "a2", "x", "20"}, {"A", "a2", "y", "30"},
		{"B", "b1", "x", "30"}, {"B", "b1", "y", "20"}, {"B", "b2", "x", "20"}, {"B", "b2", "y", "29"},
		{"C", "c1", "x", "60"}, {"C", "c1", "y", "60"},
		{"D", "d1", "x", "10"}, {"D", "d1", "y", "50"}, {"D", "d2", "x", "9"}, {"D", "d2", "y", "50"},
		{"E", "e1", "x", "31"}, {"E", "e1", "y", "30"}, {"E", "e2", "x", "19"}, {"E", "e2", "y", "20"},
		{"F", "f1", "x", "60"}, {"F", "f2", "y", "60"}})
	p := hiding(5)
	p.Full = Hide
	p.Measures = MeasureRules{Persons: 100, Units: 2, Group: 20, Largest: 60, Decimals: 2}
	r, err := Measures([]Measured{{Cube: measures, Counts: counts, Units: "unit", Groups: "outcome"}}, p)
	if err != nil {
		t.Fatal(err)
	}
	out := r.Tables()[0].Cube()
	if c, want := out.Get("Dissimilarity", "A"), (cube.Cell{Status: cube.Known, Value: 0.12, Lo: cube.Num(0.1), Hi: cube.Num(0.16)}); c != want {
		t.Errorf("A is %+v, want %+v", c, want)
	}
	for _, k := range []string{"B", "C", "D", "E", "F"} {
		if c := out.Get("Dissimilarity", k); c != (cube.Cell{Status: cube.HiddenRule}) {
			t.Errorf("%s is %+v, want hidden by rule", k, c)
		}
	}
	if err := r.Record().Verify(out); err != nil {
		t.Error(err)
	}
	// Units of one holding count as one.
	p.Holdings = map[string]string{"a1": "owner", "a2": "owner"}
	if r, err = Measures([]Measured{{Cube: measures, Counts: counts, Units: "unit", Groups: "outcome"}}, p); err != nil {
		t.Fatal(err)
	}
	if c := r.Tables()[0].Cube().Get("Dissimilarity", "A"); c.Status != cube.HiddenRule {
		t.Errorf("A of one owner is %+v", c)
	}
}

// By hand: kommun A has 150 persons and its län 160, so the two measures together tell of 10.
func TestMeasuresOfNestedPlaces(t *testing.T) {
	rows := [][]string{{"A", "a1", "x", "40"}, {"A", "a1", "y", "35"}, {"A", "a2", "x", "40"}, {"A", "a2", "y", "35"}}
	fine, byKommun := made(t, rows)
	coarse, byLan := made(t, append(rows, []string{"A", "a3", "x", "5"}, []string{"A", "a3", "y", "5"}))
	p := hiding(5)
	p.Measures = MeasureRules{Persons: 100, Decimals: 2}
	byLan.Name = "lan"
	r, err := Measures([]Measured{{Cube: byKommun, Counts: fine, Units: "unit", Groups: "outcome"}, {Cube: byLan, Counts: coarse, Units: "unit", Groups: "outcome"}}, p)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := r.Tables()[0].Cube().Get("Dissimilarity", "A").Status, r.Tables()[1].Cube().Get("Dissimilarity", "A").Status; a != cube.HiddenProtect || b != cube.Known {
		t.Errorf("%s and %s", a, b)
	}
}

func TestMeasuresRefuse(t *testing.T) {
	counts, measures := made(t, [][]string{{"A", "a1", "x", "60"}, {"A", "a1", "y", "60"}})
	p := hiding(5)
	if _, err := Measures([]Measured{{Cube: measures, Counts: counts, Units: "unit", Groups: "outcome"}}, p); err == nil || !strings.Contains(err.Error(), "no rules for measures") {
		t.Error(err)
	}
	p.Measures.Persons = 10
	if _, err := Measures([]Measured{{Cube: counts, Counts: counts, Units: "unit", Groups: "outcome"}}, p); err == nil || !strings.Contains(err.Error(), "NPersons is a count") {
		t.Error(err)
	}
	if _, err := Measures([]Measured{{Cube: measures, Counts: counts, Units: "school", Groups: "outcome"}}, p); err == nil || !strings.Contains(err.Error(), `units "school"`) {
		t.Error(err)
	}
}
