package segregation

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// maskedSquares is squares and what is known of them: groups that are all persons, counts hidden, rounded or known, and totals of squares known or not.
func maskedSquares(t *rapid.T, mask int) (Squares, IntervalTable) {
	s := drawnSquares(t)
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "mask"), 7))
	n := len(s.Persons)
	for i, p := range s.Persons {
		s.Members[1][i] = p - s.Members[0][i]
	}
	if r.IntN(2) == 0 { // a third group takes some of the second
		third := make([]int64, n)
		for i, m := range s.Members[1] {
			third[i] = r.Int64N(m + 1)
			s.Members[1][i] -= third[i]
		}
		s.Members = append(s.Members, third)
	}
	known := IntervalTable{Units: n, Groups: len(s.Members)}
	totals := r.IntN(2) == 0
	for i, p := range s.Persons {
		for _, m := range s.Members {
			v := float64(m[i])
			switch cell := Exactly(v); {
			case r.IntN(100) >= mask:
				known.Cells = append(known.Cells, cell)
			case v < 5 && r.IntN(2) == 0:
				known.Cells = append(known.Cells, HiddenBelow(5, 0))
			case r.IntN(2) == 0:
				known.Cells = append(known.Cells, RoundedTo(5*math.Round(v/5), 5, false))
			default:
				known.Cells = append(known.Cells, PerturbedBy(max(0, v+float64(r.IntN(3)-1)), 1))
			}
		}
		if totals {
			known.UnitTotals = append(known.UnitTotals, Exactly(float64(p)))
		}
	}
	return s, known
}

func outside(v float64, in Interval) bool { return v < in.Lo-1e-9 || v > in.Hi+1e-9 }

// Whatever is known of counts, every neighbourhood and every figure of the k-profile lies within its bounds, under every rule.
func TestNeighbourBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, known := maskedSquares(t, rapid.SampledFrom([]int{3, 20, 100}).Draw(t, "masked of 100"))
		ks := []int64{1, 7, 50, 51, 300, 1500}
		for _, rule := range Rules() {
			truth, err := Neighbours(s, ks, rule)
			if err != nil {
				t.Fatal(err)
			}
			bounds, err := BoundNeighbours(s, known, ks, rule)
			if err != nil {
				t.Fatal(err)
			}
			for a := range truth {
				n, b := &truth[a], &bounds[a]
				if b.Short < n.Short {
					t.Fatalf("%d squares may be short, and %d are", b.Short, n.Short)
				}
				people := false
				for i, p := range s.Persons {
					if p == 0 {
						continue
					}
					people = true
					if outside(n.Persons[i], b.Persons[i]) || outside(math.Sqrt(float64(n.Distance2[i])), b.Distance[i]) {
						t.Fatalf("rule %s, k %d, square %d: %v persons, %v metres², bounds %v and %v", rule, n.K, i, n.Persons[i], n.Distance2[i], b.Persons[i], b.Distance[i])
					}
					for g := range s.Members {
						if v := n.Members[g][i] / n.Persons[i]; outside(v, b.Shares[g][i]) {
							t.Fatalf("rule %s, k %d, square %d, group %d: share %v, bounds %v", rule, n.K, i, g, v, b.Shares[g][i])
						}
					}
				}
				if !people {
					continue
				}
				if outside(n.MeanDistance(), b.MeanDistance()) || outside(n.MeanPersons(), b.MeanPersons()) {
					t.Fatalf("rule %s, k %d: mean distance %v or persons %v outside", rule, n.K, n.MeanDistance(), n.MeanPersons())
				}
				for g := range s.Members {
					spread := n.Spreading(g)
					if outside(spread.Mean, b.Mean(g)) || outside(spread.SD, b.SD(g)) {
						t.Fatalf("rule %s, k %d: mean %v in %v, SD %v in %v", rule, n.K, spread.Mean, b.Mean(g), spread.SD, b.SD(g))
					}
					for h := range s.Members {
						if v := n.Round(g, s.Members[h]); outside(v, b.Round(g, h)) {
							t.Fatalf("rule %s, k %d: share of %d round %d %v, bounds %v", rule, n.K, g, h, v, b.Round(g, h))
						}
					}
					within := b.Quantiles(g, 0.1, 0.5, 0.9)
					for q, v := range n.Quantiles(g, 0.1, 0.5, 0.9) {
						if outside(v, within[q]) {
							t.Fatalf("rule %s, k %d: quantile %v, bounds %v", rule, n.K, v, within[q])
						}
					}
				}
			}
		}
	})
}

// Counts that are known give the neighbourhoods themselves.
func TestNeighbourBoundsOfKnownCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, known := maskedSquares(t, 0)
		for _, rule := range Rules() {
			truth, err := Neighbours(s, []int64{1, 20, 300}, rule)
			if err != nil {
				t.Fatal(err)
			}
			bounds, err := BoundNeighbours(s, known, []int64{1, 20, 300}, rule)
			if err != nil {
				t.Fatal(err)
			}
			for a := range truth {
				n, b := &truth[a], &bounds[a]
				point := func(v float64, of Interval) {
					if !math.IsNaN(v) && (of.Hi-of.Lo > 1e-9 || outside(v, of)) {
						t.Fatalf("rule %s, k %d: %v, bounds %v", rule, n.K, v, of)
					}
				}
				point(n.MeanDistance(), b.MeanDistance())
				for g := range s.Members {
					for i, v := range n.Shares(g) {
						point(v, b.Shares[g][i])
					}
					spread := n.Spreading(g)
					point(spread.Mean, b.Mean(g))
					point(spread.SD*spread.SD, Interval{b.SD(g).Lo * b.SD(g).Lo, b.SD(g).Hi * b.SD(g).Hi})
					point(n.Round(g, s.Members[g]), b.Round(g, g))
					for q, v := range n.Quantiles(g, 0.1, 0.5, 0.9) {
						point(v, b.Quantiles(g, 0.1, 0.5, 0.9)[q])
					}
				}
			}
		}
	})
}

// Three squares in a row, of 4 + 6 persons, 2 to 5 + 6 to 7, and 1 + 9. From the first, the 15th is in the second: with whole rings a share of (4 + 5)/(9 + 12) at most and 1 − 13/(13 + 6) at least; in proportion
// (4 + 5·5/11)/15 and 1 − (6 + 5·7/9)/15. The 19th is in the third if the second has 2 + 6, and then the share is 7/28; else it is in the second.
func TestNeighbourBoundsByHand(t *testing.T) {
	s := Squares{Side: 100, Cell: []int64{1, 2, 3}, X: []int64{0, 100, 200}, Y: []int64{0, 0, 0}}
	known := IntervalTable{Units: 3, Groups: 2, Cells: []Interval{Exactly(4), Exactly(6), {2, 5}, {6, 7}, Exactly(1), Exactly(9)}}
	for _, x := range []struct {
		rule     Rule
		k        int64
		share    Interval
		distance Interval
	}{
		{WholeRings, 10, Exactly(0.4), Exactly(0)},
		{WholeRings, 15, Interval{6. / 19, 9. / 21}, Exactly(100)},
		{RingsInProportion, 15, Interval{46. / 135, 69. / 165}, Exactly(100)},
		{WholeSquares, 19, Interval{0.25, 9. / 21}, Interval{100, 200}},
	} {
		b, err := BoundNeighbours(s, known, []int64{x.k}, x.rule)
		if err != nil {
			t.Fatal(err)
		}
		if got := b[0].Shares[0][0]; math.Abs(got.Lo-x.share.Lo) > 1e-9 || math.Abs(got.Hi-x.share.Hi) > 1e-9 || b[0].Distance[0] != x.distance {
			t.Errorf("rule %s, k %d: share %v at %v m, want %v at %v", x.rule, x.k, got, b[0].Distance[0], x.share, x.distance)
		}
	}
}
