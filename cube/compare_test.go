package cube

import "testing"

// compared is a table of areas × years.
func compared(t *testing.T, dims []Dimension, measures []Measure, rows map[[2]int32][]Cell) *Cube {
	t.Helper()
	b := NewBuilder("t", dims, measures)
	for at, cells := range rows {
		b.Add(at[:], cells...)
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCompare: by hand. Of the earlier table's 3 rows × 2 measures and the later's 3 × 2, in which the dimensions stand the other way round: N of b 2023 goes from 2 to 3, and of b 2024 from not
// available to 4; c is new and a is gone; M is gone and K is new.
func TestCompare(t *testing.T) {
	area := func(codes ...string) (d Dimension) {
		d = Dimension{Name: "area", Role: Area}
		for _, c := range codes {
			d.Members = append(d.Members, Member{Code: c, Label: Same("name of " + c)})
		}
		return d
	}
	year := Dimension{Name: "year", Role: Time, Members: []Member{{Code: "2023"}, {Code: "2024"}}}
	was := compared(t, []Dimension{area("a", "b"), year}, []Measure{{Name: "N", Kind: Count}, {Name: "M", Kind: Value}}, map[[2]int32][]Cell{
		{0, 0}: {KnownCell(1), KnownCell(10)}, {1, 0}: {KnownCell(2), KnownCell(20)}, {1, 1}: {{}, KnownCell(30)}})
	later := area("b", "c")
	later.Members[0].Label = Same("another name")
	now := compared(t, []Dimension{year, later}, []Measure{{Name: "K", Kind: Value}, {Name: "N", Kind: Count}}, map[[2]int32][]Cell{
		{0, 0}: {KnownCell(7), KnownCell(3)}, {1, 0}: {KnownCell(8), KnownCell(4)}, {1, 1}: {KnownCell(9), KnownCell(5)}})
	d, err := Compare(was, now)
	if err != nil {
		t.Fatal(err)
	}
	// Added: K of three rows and N of c. Removed: M of three rows and N of a.
	if d.Same != 0 || d.Changed != 2 || d.Added != 4 || d.Removed != 4 || len(d.Cells) != 10 {
		t.Errorf("%d same, %d changed, %d added, %d removed", d.Same, d.Changed, d.Added, d.Removed)
	}
	for _, c := range d.Cells {
		if c.Change == "changed" && c.Codes[0] == "2023" && (c.Codes[1] != "b" || c.Was.Value != 2 || c.Now.Value != 3) {
			t.Errorf("%+v", c)
		}
		if c.Change == "removed" && c.Measure == "N" && (c.Codes[0] != "2023" || c.Codes[1] != "a") {
			t.Errorf("%+v", c)
		}
	}
	if len(d.Renamed) != 1 || d.Renamed[0] != (Renamed{"area", "b", Same("name of b"), Same("another name")}) {
		t.Errorf("renamed %+v", d.Renamed)
	}
	if d, err = Compare(now, now); err != nil || d.Same != 6 || len(d.Cells)+len(d.Renamed) != 0 {
		t.Errorf("with itself: %+v, %v", d, err)
	}
	back, err := Compare(now, was)
	if err != nil || back.Changed != 2 || back.Added != 4 || back.Removed != 4 {
		t.Errorf("the other way round: %+v, %v", back, err)
	}
	if _, err := Compare(was, compared(t, []Dimension{area("a"), {Name: "month", Members: []Member{{Code: "1"}}}}, []Measure{{Name: "N"}}, nil)); err == nil {
		t.Error("tables of other dimensions were compared")
	}
}
