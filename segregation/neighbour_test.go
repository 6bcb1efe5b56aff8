package segregation

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/internal/casetest"
)

func TestNeighbourCases(t *testing.T) {
	casetest.Run(t, "testdata/neighbour.case", map[string]casetest.Verb{"nearest": runNearest})
}

// runNearest takes squares with cell, x, y, n persons and g of a group, and side, k and rule (A to D).
func runNearest(c *casetest.Call) (out casetest.Outcome, err error) {
	in, err := c.Table("table")
	if err != nil {
		return out, err
	}
	s := Squares{Members: make([][]int64, 1)}
	for name, to := range map[string]*[]int64{"cell": &s.Cell, "x": &s.X, "y": &s.Y, "n": &s.Persons, "g": &s.Members[0]} {
		if *to, err = in.Ints(name); err != nil {
			return out, err
		}
	}
	if s.Side, err = strconv.ParseInt(c.Param("side", ""), 10, 64); err != nil {
		return out, err
	}
	k, err := strconv.ParseInt(c.Param("k", ""), 10, 64)
	if err != nil {
		return out, err
	}
	rule := Rules()[c.Param("rule", "")[0]-'A']
	all, err := Neighbours(s, []int64{k}, rule)
	if err != nil {
		return out, err
	}
	n := all[0]
	var used, members, distance2 []string
	for i := range n.Persons {
		used = append(used, casetest.Text(n.Persons[i]))
		members = append(members, casetest.Text(n.Members[0][i]))
		distance2 = append(distance2, casetest.Text(n.Distance2[i]))
	}
	out.Set("used", used)
	out.Set("members", members)
	out.Set("distance2", distance2)
	out.Set("short", n.Short)
	out.Set("mean", n.Spreading(0).Mean)
	out.Set("isolation", n.Round(0, s.Members[0]))
	out.Set("median", n.Quantiles(0, 0.5)[0])
	return out, nil
}

// drawnSquares is made-up squares, some of them empty, numbered in any order. Sizes are drawn evenly: rapid's own numbers are mostly small.
func drawnSquares(t *rapid.T) Squares {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 5))
	columns, rows := 1+r.IntN(140), 1+r.IntN(30)
	places := r.Perm(columns * rows)[:1+r.IntN(min(columns*rows, 150))]
	s := Squares{Side: []int64{1, 100, 250}[r.IntN(3)], Members: make([][]int64, 2)}
	for i, number := range r.Perm(len(places)) {
		n := []int64{0, 1, 1, 2, 5, 40}[r.IntN(6)]
		s.Cell, s.Persons = append(s.Cell, int64(number)), append(s.Persons, n)
		s.X, s.Y = append(s.X, 500050+int64(places[i]%columns)*s.Side), append(s.Y, 6500050+int64(places[i]/columns)*s.Side)
		for g := range s.Members {
			s.Members[g] = append(s.Members[g], r.Int64N(n+1))
		}
	}
	return s
}

// neighboursByHand orders all squares by distance from one and takes from the front.
func neighboursByHand(s Squares, i int, k int64, rule Rule) (used float64, members []float64, distance2 int64) {
	var order []int
	total := int64(0)
	for j, n := range s.Persons {
		if n > 0 {
			order = append(order, j)
			total += n
		}
	}
	d2 := func(j int) int64 { return (s.X[j]-s.X[i])*(s.X[j]-s.X[i]) + (s.Y[j]-s.Y[i])*(s.Y[j]-s.Y[i]) }
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(d2(a), d2(b)), cmp.Compare(s.Cell[a], s.Cell[b])) })
	members = make([]float64, len(s.Members))
	for from := 0; from < len(order) && used < float64(k); {
		to := from + 1
		if rule == WholeRings || rule == RingsInProportion {
			for to < len(order) && d2(order[to]) == d2(order[from]) {
				to++
			}
		}
		persons := 0.0
		for _, j := range order[from:to] {
			persons += float64(s.Persons[j])
		}
		part := 1.0
		if rule == RingsInProportion || rule == SquaresInProportion {
			part = min(1, (float64(k)-used)/persons)
		}
		for _, j := range order[from:to] {
			for g := range members {
				members[g] += part * float64(s.Members[g][j])
			}
		}
		if used += persons; part < 1 {
			used = float64(k)
		}
		distance2 = d2(order[from])
		from = to
	}
	return used, members, distance2
}

// TestNeighbours: every rule, at many k, is what ordering all squares by distance gives.
func TestNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawnSquares(t)
		ks := slices.Sorted(slices.Values(rapid.SliceOfNDistinct(rapid.SampledFrom([]int64{1, 2, 3, 7, 20, 50, 51, 100, 150, 200, 300, 301, 500, 800, 1500}), 1, 6, rapid.ID[int64]).Draw(t, "k")))
		total := int64(0)
		for _, n := range s.Persons {
			total += n
		}
		for _, rule := range Rules() {
			all, err := Neighbours(s, ks, rule)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range all {
				for i, p := range s.Persons {
					if p == 0 {
						if n.Persons[i] != 0 || !math.IsNaN(n.Shares(0)[i]) {
							t.Fatalf("a square without people has a neighbourhood of %v", n.Persons[i])
						}
						continue
					}
					used, members, d2 := neighboursByHand(s, i, n.K, rule)
					if !neighbourNearly(n.Persons[i], used) || !spaceNear(n.Members[0][i], members[0], 1e-9) || !spaceNear(n.Members[1][i], members[1], 1e-9) || n.Distance2[i] != d2 {
						t.Fatalf("rule %s, k %d, square %d: %v with %v and %v at %d, by hand %v with %v at %d",
							rule, n.K, s.Cell[i], n.Persons[i], n.Members[0][i], n.Members[1][i], n.Distance2[i], used, members, d2)
					}
				}
				if n.K >= total && total > 0 { // all are used: every share is that of the whole
					v, members := n.Spreading(0), 0.0
					for _, m := range s.Members[0] {
						members += float64(m)
					}
					if !neighbourNearly(v.Mean, members/float64(total)) || !spaceNear(v.SD, 0, 1e-9) {
						t.Fatalf("of all persons the share is %v ± %v, want %v", v.Mean, v.SD, members/float64(total))
					}
				}
			}
		}
	})
}

// TestNeighboursNumbering: rules of rings do not depend on how squares are numbered, and in a row of squares from one end, where no two lie at one distance, the rules agree.
func TestNeighboursNumbering(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawnSquares(t)
		other := s
		other.Cell = rapid.Permutation(s.Cell).Draw(t, "other numbers")
		for _, rule := range []Rule{WholeRings, RingsInProportion} {
			a, err := Neighbours(s, []int64{7, 90}, rule)
			if err != nil {
				t.Fatal(err)
			}
			b, err := Neighbours(other, []int64{7, 90}, rule)
			if err != nil {
				t.Fatal(err)
			}
			for k := range a {
				if !slices.Equal(a[k].Members[0], b[k].Members[0]) || !slices.Equal(a[k].Persons, b[k].Persons) {
					t.Fatalf("rule %s depends on the numbers of squares", rule)
				}
			}
		}
		row := Squares{Side: 100, Members: make([][]int64, 1)}
		for i, n := range s.Persons {
			row.Cell, row.X, row.Y = append(row.Cell, s.Cell[i]), append(row.X, int64(100*i)), append(row.Y, 0)
			row.Persons, row.Members[0] = append(row.Persons, n), append(row.Members[0], s.Members[0][i])
		}
		first := slices.IndexFunc(row.Persons, func(n int64) bool { return n > 0 })
		if first < 0 {
			return
		}
		var of []Neighbourhoods
		for _, rule := range Rules() {
			n, err := Neighbours(row, []int64{11}, rule)
			if err != nil {
				t.Fatal(err)
			}
			of = append(of, n[0])
		}
		if of[0].Members[0][first] != of[2].Members[0][first] || of[1].Members[0][first] != of[3].Members[0][first] {
			t.Fatalf("from the end of a row the rules give %v, %v, %v, %v", of[0].Members[0][first], of[1].Members[0][first], of[2].Members[0][first], of[3].Members[0][first])
		}
	})
}

func TestNeighboursErrors(t *testing.T) {
	good := Squares{Side: 100, Cell: []int64{1, 2}, X: []int64{0, 100}, Y: []int64{0, 0}, Persons: []int64{2, 3}, Members: [][]int64{{1, 1}}}
	for name, tt := range map[string]struct {
		change func(*Squares)
		ks     []int64
		want   string
	}{
		"no side":      {func(s *Squares) { s.Side = 0 }, []int64{1}, "state their side"},
		"too few":      {func(s *Squares) { s.Cell = s.Cell[:1] }, []int64{1}, "one of each"},
		"below zero":   {func(s *Squares) { s.Persons = []int64{2, -1} }, []int64{1}, "square 2"},
		"more members": {func(s *Squares) { s.Members = [][]int64{{1, 9}} }, []int64{1}, "square 2"},
		"far apart":    {func(s *Squares) { s.X, s.Y = []int64{0, 1e12}, []int64{0, 1e12} }, []int64{1}, "check their coordinates"},
		"k of nobody":  {func(*Squares) {}, []int64{0}, "from 1 up"},
		"k falling":    {func(*Squares) {}, []int64{5, 4}, "larger than the one before"},
	} {
		s := good
		tt.change(&s)
		if _, err := Neighbours(s, tt.ks, WholeRings); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want an error on %q", name, err, tt.want)
		}
	}
	if _, err := Neighbours(good, []int64{1}, "E"); err == nil {
		t.Error("a rule that does not exist: no error")
	}
	empty := good
	empty.Persons, empty.Members = []int64{0, 0}, [][]int64{{0, 0}}
	n, err := Neighbours(empty, []int64{5}, SquaresInProportion)
	if err != nil || n[0].Persons[0] != 0 || !math.IsNaN(n[0].Spreading(0).Mean) {
		t.Errorf("a map without people: %v, %v", n, err)
	}
}

// TestDistortion: two places with one group each, 1 km apart. From either, half of all is met with divergence ln 2, and then the whole: ½ ln 2. The same when nothing is known
// of the order within a place would be the most of it: met one group at a time, the second half falls from ln 2 to 0 (Riemann's sum of 10⁶ parts).
func TestDistortion(t *testing.T) {
	table, err := Pair([]float64{100, 0}, []float64{0, 100})
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewSpace([]float64{500000, 501000}, []float64{6500000, 6500000}, nil)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := DivergenceProfile(table, s, 0, SameValue)
	if err != nil {
		t.Fatal(err)
	}
	want := []DivergenceStep{{0, 100, math.Ln2}, {1000, 200, 0}}
	if !slices.EqualFunc(steps, want, func(a, b DivergenceStep) bool {
		return a.Distance == b.Distance && a.Persons == b.Persons && neighbourNearly(a.Divergence, b.Divergence)
	}) {
		t.Errorf("profile %v, want %v", steps, want)
	}
	d, err := Distortion(table, s, SameValue)
	if err != nil {
		t.Fatal(err)
	}
	const parts = 1_000_000
	most := 0.0
	for k := range parts {
		u := (float64(k) + 0.5) / parts
		if u <= 0.5 {
			most += math.Ln2 / parts
			continue
		}
		f, g := 0.5/u, (u-0.5)/u
		most += (f*math.Log(f/0.5) + g*math.Log(g/0.5)) / parts
	}
	// From a place the second half has divergence 0 only at its end, and the envelope takes the highest from there on: half of ln 2 and nothing.
	if !spaceNear(d.Most, most, 1e-6) || !neighbourNearly(d.Local[0], math.Ln2/2/d.Most) || !neighbourNearly(d.Global, d.Local[0]) {
		t.Errorf("distortion %+v; most by parts %v", d, most)
	}
}

// TestDistortionBounds: between none (one place) and one.
func TestDistortionBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, s := drawn(t)
		d, err := Distortion(table, s, SameValue)
		if err != nil {
			t.Fatal(err)
		}
		filled := 0
		for g := range table.Groups {
			if table.GroupTotal(g) > 0 {
				filled++
			}
		}
		if filled < 2 {
			if !math.IsNaN(d.Global) {
				t.Fatalf("with %d groups: %v", filled, d.Global)
			}
			return
		}
		for i, v := range d.Local {
			if v < 0 {
				t.Fatalf("unit %d: %v", i, v)
			}
		}
		one := &Space{x: make([]float64, table.Units), y: make([]float64, table.Units)}
		if d, err = Distortion(table, one, SameValue); err != nil || !neighbourNearly(d.Global, 0) {
			t.Fatalf("all in one place: %v, %v", d.Global, err)
		}
	})
}

func neighbourNearly(a, b float64) bool { return spaceNear(a, b, 1e-12) }
