package cube

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func areasOf(vintage string, codes ...string) Dimension {
	d := Dimension{Name: "regso", Role: Area, Kind: "regso", Vintage: vintage}
	for _, c := range codes {
		d.Members = append(d.Members, Member{Code: c})
	}
	return d
}

// A is the same under the code Q. B is cut: 0.25 of it goes to R with all of C, 0.75 is S. Nobody knows how much of D goes to T and U. E goes whole to V, which has something else that nobody knows of.
//
// R by hand: 40·0.25 + 100 = 110 in the count of all, between 100 and 100 + 40, or between 100 + 40·0.2 and 100 + 40·0.5 if the bounds are of that count; of these 12·0.25 + 30 = 33 with a share of
// 33/110 = 0.3, between 30/140 and 42/100.
func TestApportionByHand(t *testing.T) {
	group := Dimension{Name: "background", Role: Group, Members: []Member{{Code: "foreign"}, {Code: "swedish"}, {Code: Total}}}
	from := areasOf("2020", "A", "B", "C", "D", "E", Total)
	to := areasOf("2025", "Q", "R", "S", "T", "U", "V", Total)
	b := NewBuilder("background", []Dimension{from, group}, []Measure{
		{Name: "NPersons", Kind: Count}, {Name: "SharePersons", Kind: Share, Of: "NPersons", Over: "background", Base: []string{Total}}, {Name: "Index", Kind: Value}})
	n := func(v float64) Cell { return KnownCell(v) }
	for i, v := range [][2]float64{{5, 50}, {12, 40}, {30, 100}, {1, 10}, {2, 20}, {50, 220}} {
		share := n(v[0] / v[1])
		if i == 0 {
			share = n(0.123) // as published, whatever the counts say
		}
		b.Add([]int32{int32(i), 0}, n(v[0]), share, n(9))
		b.Add([]int32{int32(i), 2}, n(v[1]), n(1), n(9))
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	portions := []Portion{
		{From: 0, To: 0, Same: true, Share: Num(1), Lo: 1, Hi: 1},
		{From: 1, To: 1, Share: Num(0.25), Lo: 0.2, Hi: 0.5}, {From: 1, To: 2, Share: Num(0.75), Lo: 0.5, Hi: 0.8},
		{From: 2, To: 1, Share: Num(1), Lo: 1, Hi: 1},
		{From: 3, To: 3, Lo: 0, Hi: 1}, {From: 3, To: 4, Lo: 0, Hi: 1},
		{From: 4, To: 5, Share: Num(1), Lo: 1, Hi: 1}, {From: -1, To: 5, Lo: 0, Hi: 1},
	}
	write := func(c Cell) string {
		s := fmt.Sprintf("%s %.4g", c.Status, c.Value)
		if c.Lo.OK {
			s += fmt.Sprintf(" (%.4g–%.4g)", c.Lo.V, c.Hi.V)
		}
		return s
	}
	for _, run := range []struct {
		weighed []string
		want    map[string]string
	}{
		{nil, map[string]string{
			"Q foreign NPersons": "known 5", "Q foreign SharePersons": "known 0.123", "Q foreign Index": "known 9", "Q total NPersons": "known 50",
			"R total NPersons": "known 110 (100–140)", "R foreign NPersons": "known 33 (30–42)", "R foreign SharePersons": "known 0.3 (0.2143–0.42)", "R foreign Index": "not_available 0",
			"S total NPersons": "known 30 (0–40)", "S foreign NPersons": "known 9 (0–12)",
			"T total NPersons": "not_available 0", "T foreign SharePersons": "not_available 0", "V total NPersons": "not_available 0",
			"total foreign NPersons": "known 50", "total total Index": "known 9",
		}},
		{[]string{"NPersons"}, map[string]string{"R total NPersons": "known 110 (108–120)", "S total NPersons": "known 30 (20–32)", "R foreign NPersons": "known 33 (30–42)"}},
	} {
		got, err := c.Apportion("regso", to, portions, run.weighed...)
		if err != nil {
			t.Fatal(err)
		}
		for at, want := range run.want {
			f := strings.Fields(at)
			if cell := write(got.Get(f[2], f[0], f[1])); cell != want {
				t.Errorf("%s: %s, want %s", at, cell, want)
			}
		}
		if d := got.Dim("regso"); d.Vintage != "2025" {
			t.Errorf("%+v", d)
		}
	}
	for _, bad := range [][]Portion{{{From: 9, To: 0}}, {{From: 0, To: 9}}, {{From: 0, To: 0, Share: Num(1), Lo: 0, Hi: 0.5}}, {{From: 0, To: 0, Share: Num(0.7), Hi: 1}, {From: 0, To: 1, Share: Num(0.7), Hi: 1}}} {
		if _, err := c.Apportion("regso", to, bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if _, err := c.Apportion("deso", to, nil); err == nil {
		t.Error("a dimension that is not there")
	}
}

// A hidden count stays hidden in all that it has a part in, and noise stays noise.
func TestApportionStates(t *testing.T) {
	from, to := areasOf("2020", "A", "B"), areasOf("2025", "Q", "R")
	half := []Portion{{From: 0, To: 0, Share: Num(0.5), Hi: 1}, {From: 0, To: 1, Share: Num(0.5), Hi: 1}, {From: 1, To: 1, Share: Num(1), Lo: 1, Hi: 1}}
	for _, c := range []struct{ a, b, q, r Cell }{
		{Cell{Status: HiddenRule}, KnownCell(7), Cell{Status: HiddenProtect}, Cell{Status: HiddenProtect}},
		{Cell{Status: Perturbed, Value: 8}, KnownCell(7), Cell{Status: Perturbed, Value: 4, Lo: Num(0), Hi: Num(8)}, Cell{Status: Perturbed, Value: 11, Lo: Num(7), Hi: Num(15)}},
		{KnownCell(0), KnownCell(7), Cell{Status: Zero}, KnownCell(7)},
		{Cell{Status: NotAvailable}, KnownCell(7), Cell{Status: NotAvailable}, Cell{Status: NotAvailable}},
		{Cell{Status: Known, Value: 8, Lo: Num(6), Hi: Num(10)}, KnownCell(0), Cell{Status: Known, Value: 4, Lo: Num(0), Hi: Num(10)}, Cell{Status: Known, Value: 4, Lo: Num(0), Hi: Num(10)}},
	} {
		b := NewBuilder("t", []Dimension{from}, []Measure{{Name: "N", Kind: Count}})
		b.Add([]int32{0}, c.a)
		b.Add([]int32{1}, c.b)
		in, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		out, err := in.Apportion("regso", to, half)
		if err != nil {
			t.Fatal(err)
		}
		if q, r := out.Get("N", "Q"), out.Get("N", "R"); q != c.q || r != c.r {
			t.Errorf("of %+v and %+v: %+v and %+v", c.a, c.b, q, r)
		}
	}
}

// Persons live in pieces that lie in one area before and one after. What is apportioned sums to what there was, the true number lies within its interval, and where nothing has changed nothing changes.
func TestApportionLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 10).Draw(t, "pieces")
		codes := make([]string, n)
		for i := range codes {
			codes[i] = fmt.Sprint("a", i)
		}
		from, to := areasOf("2020", codes...), areasOf("2025", codes...)
		before, after := make([]int, n), make([]int, n)
		ground, persons, of := make([]float64, n), make([]float64, n), map[[2]int]float64{}
		size, had, has := make([]float64, n), make([]float64, n), make([]float64, n)
		partners := [2]map[int]map[int]bool{{}, {}}
		for i := range n {
			before[i], after[i] = rapid.IntRange(0, n-1).Draw(t, "before"), rapid.IntRange(0, n-1).Draw(t, "after")
			ground[i], persons[i] = float64(rapid.IntRange(1, 9).Draw(t, "ground")), float64(rapid.IntRange(0, 40).Draw(t, "persons"))
			of[[2]int{before[i], after[i]}] += ground[i]
			size[before[i]] += ground[i]
			had[before[i]] += persons[i]
			has[after[i]] += persons[i]
			for side, p := range [2][2]int{{before[i], after[i]}, {after[i], before[i]}} {
				if partners[side][p[0]] == nil {
					partners[side][p[0]] = map[int]bool{}
				}
				partners[side][p[0]][p[1]] = true
			}
		}
		var portions []Portion
		for k, g := range of {
			p := Portion{From: int32(k[0]), To: int32(k[1]), Share: Num(g / size[k[0]]), Hi: 1}
			if len(partners[0][k[0]]) == 1 {
				p.Share, p.Lo = Num(1), 1
				p.Same = len(partners[1][k[1]]) == 1
			}
			portions = append(portions, p)
		}
		b := NewBuilder("t", []Dimension{from}, []Measure{{Name: "N", Kind: Count}, {Name: "Index", Kind: Value}})
		total := 0.0
		for i := range n {
			if size[i] > 0 {
				b.Add([]int32{int32(i)}, KnownCell(had[i]), KnownCell(had[i]/7))
				total += had[i]
			}
		}
		in, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		out, err := in.Apportion("regso", to, portions)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for row := range out.Len() {
			c, i := out.Cell(row, 0), out.Coord(row, 0)
			sum += c.Value
			lo, hi := c.Value, c.Value
			if c.Lo.OK {
				lo, hi = c.Lo.V, c.Hi.V
			}
			if has[i] < lo-1e-9 || has[i] > hi+1e-9 {
				t.Fatalf("%s has %v, and is said to have between %v and %v", codes[i], has[i], lo, hi)
			}
			if b := partners[1][i]; len(b) == 1 {
				for j := range b {
					if len(partners[0][j]) == 1 && (c != in.Get("N", codes[j]) || out.Cell(row, 1) != in.Get("Index", codes[j])) {
						t.Fatalf("%s is %s unchanged, and has other figures: %+v", codes[i], codes[j], c)
					}
				}
			}
		}
		if math.Abs(sum-total) > 1e-9*(1+total) {
			t.Fatalf("%v in all, was %v", sum, total)
		}
	})
}
