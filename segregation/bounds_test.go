package segregation

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// boundedDraw is a table with what is known of it when counts are hidden, rounded or perturbed.
func boundedDraw(t *rapid.T, units, groups int) (*Table, IntervalTable) {
	truth := make([]float64, units*groups)
	in := IntervalTable{Units: units, Groups: groups, Cells: make([]Interval, units*groups)}
	known := rapid.SampledFrom([]int{2, 10, 40}).Draw(t, "known of")
	for i := range truth {
		v := float64(rapid.SampledFrom([]int{0, 0, 1, 3, 20, 300, 4000}).Draw(t, "count"))
		truth[i] = v
		switch rapid.IntRange(0, known).Draw(t, "kind") {
		case 0:
			if in.Cells[i] = HiddenBelow(5, 0); v >= 5 {
				in.Cells[i] = RoundedTo(5*math.Round(v/5), 5, false)
			}
		case 1:
			in.Cells[i] = PerturbedBy(max(0, v+float64(rapid.IntRange(-2, 2).Draw(t, "noise"))), 2)
		default:
			in.Cells[i] = Exactly(v)
		}
	}
	table, err := NewTable(units, groups, truth)
	if err != nil {
		t.Fatal(err)
	}
	if rapid.Bool().Draw(t, "totals known") {
		for i := range units {
			in.UnitTotals = append(in.UnitTotals, Exactly(table.UnitTotal(i)))
		}
		for g := range groups {
			in.GroupTotals = append(in.GroupTotals, PerturbedBy(table.GroupTotal(g), 1))
		}
	}
	return table, in
}

// boundedBy holds that each value that is defined lies within its bounds, and that none lacks them.
func boundedBy(t *rapid.T, in IntervalTable, values []Value, bounds []BoundedMeasure) {
	of := map[string]BoundedMeasure{}
	for _, b := range bounds {
		of[b.Name] = b
	}
	for _, v := range values {
		switch b, ok := of[v.Name]; {
		case !ok:
			t.Fatalf("%s has no bounds", v.Name)
		case v.Value < b.Lo-1e-14 || v.Value > b.Hi+1e-14: // a share of everybody may come out as 1.0000000000000002
			t.Fatalf("%s is %v, outside %v–%v; %v", v.Name, v.Value, b.Lo, b.Hi, in)
		}
	}
}

// TestBoundsOfEveryMeasure: whatever the counts and what is known of them, every measure of the truth lies within its bounds.
func TestBoundsOfEveryMeasure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.SampledFrom([]int{2, 2, 3, 4}).Draw(t, "groups")
		table, in := boundedDraw(t, rapid.IntRange(1, 6).Draw(t, "units"), groups)
		many, err := BoundManyGroup(in)
		if err != nil {
			t.Fatal(err)
		}
		boundedBy(t, in, AllManyGroup(table), many)
		ordered, err := BoundOrdered(in)
		if err != nil {
			t.Fatal(err)
		}
		var values []Value
		for _, m := range Ordered() {
			values = append(values, Value{m.Name, m.Of(table)})
		}
		boundedBy(t, in, append(values, Value{incomeInequality.Name, IncomeInequalityIndex(table.Column(0), table.Column(groups-1))}), ordered)
		exposure, err := BoundExposure(in)
		if err != nil {
			t.Fatal(err)
		}
		for g, row := range ExposureMatrix(table) {
			for h, v := range row {
				if b := exposure[g][h]; v < b.Lo || v > b.Hi {
					t.Fatalf("exposure %d to %d is %v, outside %v–%v; %v", g, h, v, b.Lo, b.Hi, in)
				}
			}
		}
		if groups == 2 {
			values = nil
			for _, m := range TwoGroup() {
				values = append(values, Value{m.Name, m.Of(table.Column(0), table.Column(1))})
			}
			two, err := BoundTwoGroup(in)
			if err != nil {
				t.Fatal(err)
			}
			boundedBy(t, in, values, append(two, many...))
		}
	})
}

// boundedLand is a map of rectangles in three columns, some alike in area, with unlike heights of the rows.
func boundedLand(t *rapid.T, units int) *land {
	m := &Map{}
	heights := []float64{500, 500, 900, 2000}
	y := 6_500_000.0
	for i := range units {
		h := heights[i/3]
		m.X, m.Y = append(m.X, 500_000+1000*float64(i%3)), append(m.Y, y+h/2)
		m.Area, m.Perimeter = append(m.Area, 1000*h), append(m.Perimeter, 2*(1000+h))
		if i%3 > 0 {
			m.Borders = append(m.Borders, Border{i - 1, i, h})
		}
		if i >= 3 {
			m.Borders = append(m.Borders, Border{i - 3, i, 1000})
		}
		if i%3 == 2 {
			y += h
		}
	}
	space, err := m.Space()
	if err != nil {
		t.Fatal(err)
	}
	shape := rapid.SampledFrom([]Shape{Exponential, Gaussian, Triangular}).Draw(t, "shape")
	own := rapid.SampledFrom([]Own{OwnAtZero, OwnSpread, OwnOut}).Draw(t, "own")
	k := Kernel{Shape: shape, Bandwidth: rapid.SampledFrom([]float64{600, 1500, 9000}).Draw(t, "bandwidth"), Own: own}
	from, err := space.DistancesFrom(500_000, 6_500_000)
	if err != nil {
		t.Fatal(err)
	}
	return &land{Ground: &Ground{Map: m, Near: k, Around: k}, space: space, ways: space, here: m, from: from}
}

// TestBoundsOfSpace: so does every measure of space.
func TestBoundsOfSpace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, groups := rapid.IntRange(1, 12).Draw(t, "units"), rapid.SampledFrom([]int{2, 2, 3}).Draw(t, "groups")
		table, in := boundedDraw(t, units, groups)
		l := boundedLand(t, units)
		bounds, err := boundSpace(in, l)
		if err != nil {
			t.Fatal(err)
		}
		var values []Value
		for _, m := range spatial(groups, true, true) {
			values = append(values, Value{m.doc.Name, m.of(&look{t: table, land: l})})
		}
		boundedBy(t, in, values, bounds)
	})
}

// TestBoundsTight: known counts give every measure itself but those that are said to be bounded by their range alone, and a few hidden cells move it little.
func TestBoundsTight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := 12
		n := make([]float64, 2*units)
		in := IntervalTable{Units: units, Groups: 2}
		for i := range n {
			n[i] = float64(rapid.IntRange(20, 900).Draw(t, "count"))
			in.Cells = append(in.Cells, Exactly(n[i]))
		}
		table, err := NewTable(units, 2, n)
		if err != nil {
			t.Fatal(err)
		}
		l := boundedLand(t, units)
		bounds, err := boundSpace(in, l)
		if err != nil {
			t.Fatal(err)
		}
		many, err := BoundManyGroup(in)
		if err != nil {
			t.Fatal(err)
		}
		ordered, err := BoundOrdered(in)
		if err != nil {
			t.Fatal(err)
		}
		values := AllManyGroup(table)
		for _, m := range spatial(2, true, true) {
			values = append(values, Value{m.doc.Name, m.of(&look{t: table, land: l})})
		}
		for _, m := range Ordered() {
			values = append(values, Value{m.Name, m.Of(table)})
		}
		loose := map[string]bool{"MultiGini": true, "SpatialProximityProfile": true, "RankOrderH": true, "RankOrderR": true, "RankOrderS": true} // Gini is bounded by D
		for _, v := range values {
			for _, b := range append(append(many, bounds...), ordered...) {
				// A ratio to next to nothing magnifies what rounding takes.
				if b.Name == v.Name && !loose[v.Name] && math.Abs(v.Value) < 10 && b.Hi-b.Lo > 1e-9*max(1, math.Abs(v.Value)) {
					t.Fatalf("%s is %v, but bounded only by %v–%v of known counts (%v)", v.Name, v.Value, b.Lo, b.Hi, l.Around)
				}
			}
		}
	})
}
