package segregation

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestBoundsContainTruth: whatever the true counts in the intervals, with or without known totals, D, M and H of the truth lie within the bounds.
func TestBoundsContainTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units, groups := rapid.IntRange(1, 6).Draw(t, "units"), rapid.IntRange(2, 4).Draw(t, "groups")
		if rapid.Bool().Draw(t, "two") {
			groups = 2
		}
		truth := make([]float64, units*groups)
		in := IntervalTable{Units: units, Groups: groups, Cells: make([]Interval, units*groups)}
		for i := range truth {
			v := float64(rapid.SampledFrom([]int{0, 0, 1, 3, 20, 300, 4000}).Draw(t, "count"))
			truth[i] = v
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				if v < 5 {
					in.Cells[i] = HiddenBelow(5, 0)
				} else {
					in.Cells[i] = RoundedTo(5*math.Round(v/5), 5, false)
				}
			case 1:
				in.Cells[i] = PerturbedBy(max(0, v+float64(rapid.IntRange(-2, 2).Draw(t, "noise"))), 2)
			default:
				in.Cells[i] = Exactly(v)
			}
			if v < in.Cells[i].Lo || v > in.Cells[i].Hi {
				t.Fatalf("count %v is outside %v", v, in.Cells[i])
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
		m, h, err := BoundInformation(in)
		if err != nil {
			t.Fatal(err)
		}
		within := func(name string, v float64, b Bounded) {
			if !math.IsNaN(v) && (v < b.Lo || v > b.Hi) {
				t.Fatalf("%s is %v, outside %v–%v; %v in %v", name, v, b.Lo, b.Hi, truth, in)
			}
		}
		within("M", MutualInformation(table), m)
		within("H", TheilH(table), h)
		if groups == 2 {
			d, err := BoundDissimilarity(in)
			if err != nil {
				t.Fatal(err)
			}
			within("D", Dissimilarity(table.Column(0), table.Column(1)), d)
			all, err := BoundTwoGroup(in)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range AllTwoGroup(table.Column(0), table.Column(1)) {
				for _, b := range all {
					if b.Name == v.Name {
						within(v.Name, v.Value, b.Bounded)
					}
				}
			}
		}
	})
}

// TestBoundsNarrow: known counts give the value itself; ten hidden cells of a large table move it little, and never to a silent zero.
func TestBoundsNarrow(t *testing.T) {
	table := bootSynthetic(t, 200, 4, 500)
	in := IntervalTable{Units: 200, Groups: 4}
	for _, v := range table.n {
		in.Cells = append(in.Cells, Exactly(v))
	}
	value := MutualInformation(table)
	m, h, err := BoundInformation(in)
	if err != nil || m.Hi-m.Lo > 1e-11 || math.Abs(m.Lo-value) > 1e-11 || h.Hi-h.Lo > 1e-11 || m.Uncertain != 0 {
		t.Errorf("known counts: M %v, H %v, %v; M is %v", m, h, err, value)
	}
	hidden := 0
	for i, v := range table.n {
		if v < 20 && hidden < 10 {
			in.Cells[i] = HiddenBelow(20, 0)
			hidden++
		}
	}
	m, h, err = BoundInformation(in)
	if err != nil || m.Uncertain != hidden || hidden == 0 || m.Hi-m.Lo > 0.05*value || h.Hi-h.Lo > 0.05*TheilH(table) {
		t.Errorf("%d hidden: M %v of %v, H %v, %v", hidden, m, value, h, err)
	}
}

func TestBoundsRefuse(t *testing.T) {
	for name, in := range map[string]IntervalTable{
		"too few cells":    {Units: 2, Groups: 2, Cells: make([]Interval, 3)},
		"falling interval": {Units: 1, Groups: 2, Cells: []Interval{{2, 1}, {0, 0}}},
		"below zero":       {Units: 1, Groups: 2, Cells: []Interval{{-1, 1}, {0, 0}}},
		"NaN":              {Units: 1, Groups: 2, Cells: []Interval{{math.NaN(), 1}, {0, 0}}},
		"impossible total": {Units: 1, Groups: 2, Cells: []Interval{{1, 1}, {2, 2}}, UnitTotals: []Interval{{9, 9}}},
	} {
		if _, _, err := BoundInformation(in); err == nil {
			t.Errorf("%s: no error", name)
		}
		if _, err := BoundDissimilarity(in); err == nil {
			t.Errorf("%s: no error for D", name)
		}
	}
	b, err := BoundDissimilarity(IntervalTable{Units: 2, Groups: 2, Cells: []Interval{{0, 4}, {5, 5}, {0, 4}, {5, 5}}})
	if err != nil || b.Lo != 0 || b.Hi != 1 || len(b.Warnings) != 1 || b.Warnings[0].Code != "maybe-undefined" {
		t.Errorf("a group that may be empty: %v, %v", b, err)
	}
}
