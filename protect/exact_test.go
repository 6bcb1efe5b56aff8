package protect

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
)

// smallTable is a table of areas in two kommuner by outcome, of a seed.
func smallTable(t testing.TB, seed uint64) Family {
	r := rand.New(rand.NewPCG(seed, 5))
	sizes := []int{0, 1, 2, 3, 5, 8, 12, 30}
	var rows [][]string
	for a := range 3 {
		for o := range 2 + r.IntN(2) {
			rows = append(rows, []string{fmt.Sprint("A", a), fmt.Sprint("K", min(a, 1)), fmt.Sprint("o", o), fmt.Sprint(sizes[r.IntN(len(sizes))])})
		}
	}
	return Family{Name: "small", Inner: innerOf(t, []string{"area", "kommun", "outcome"}, rows), Views: []cube.View{view("area", "outcome"), view("kommun", "outcome")}}
}

// The exact mode agrees with going through all patterns: what it hides is safe, and no pattern that costs less is.
func TestExactAgreesWithAllPatterns(t *testing.T) {
	tried := 0
	for seed := range uint64(40) {
		family := smallTable(t, seed)
		p := hiding(4)
		o := ExactOptions{By: []string{ByCells, ByValue, ByCost}[seed%3], Alone: seed%4 == 3}
		if seed%5 == 4 {
			p.Interval.Least = 3
		}
		m, err := newModel([]Family{family}, p)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.mark(p); err != nil {
			t.Fatal(err)
		}
		systems := m.systems(p)
		if len(systems) == 0 {
			continue
		}
		x, err := m.newExactSearch(systems, p, o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := m.exact(systems, p, o)
		if err != nil {
			if !strings.Contains(err.Error(), "however much is hidden") {
				t.Fatal(err)
			}
			continue
		}
		if !got.Proved() {
			t.Errorf("seed %d: not proved: %d to %d", seed, got.Least, got.Cost)
		}
		var free []int
		for c := range x.numbers {
			if !x.must[c] && !x.keep[c] {
				free = append(free, c)
			}
		}
		if len(free) > 12 {
			continue
		}
		tried++
		best := int64(-1)
		patterns := make([]int, 1<<len(free))
		for i := range patterns {
			patterns[i] = i
		}
		cost := func(pattern int) int64 {
			hidden := slices.Clone(x.must)
			for k, c := range free {
				hidden[c] = hidden[c] || pattern>>k&1 == 1
			}
			return x.costOf(hidden)
		}
		slices.SortStableFunc(patterns, func(a, b int) int { return int(cost(a) - cost(b)) })
		for _, pattern := range patterns {
			hidden := slices.Clone(x.must)
			for k, c := range free {
				hidden[c] = pattern>>k&1 == 1
			}
			if what, _, err := x.safe(hidden); err != nil {
				t.Fatal(err)
			} else if what == isSafe {
				best = cost(pattern)
				t.Logf("seed %d: %d of %d numbers, cost %d, %d conditions", seed, bits.OnesCount(uint(pattern)), len(free), best, got.Cuts)
				break
			}
		}
		if got.Cost != best {
			t.Errorf("seed %d: cost %d, the least of all patterns is %d", seed, got.Cost, best)
		}
	}
	if tried < 10 {
		t.Errorf("only %d tables were gone through", tried)
	}
}

// What the exact mode hides is never more than what the usual way hides, and its pattern stands up to the audit's own attack.
func TestExactIsTheYardstick(t *testing.T) {
	for seed := range uint64(12) {
		family := smallTable(t, seed)
		p := hiding(4)
		release, err := Apply([]Family{family}, p)
		if err != nil {
			continue
		}
		got, err := Exact([]Family{family}, p, ExactOptions{})
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		hidden := map[string]bool{}
		for _, table := range release.Tables() {
			c := table.Cube()
			for row := range c.Len() {
				if c.Cell(row, 0).Status.Hidden() {
					hidden[placeName(c, row)] = true
				}
			}
		}
		if got.Cells > len(hidden) {
			t.Errorf("seed %d: the least is %d cells, but %d are enough", seed, got.Cells, len(hidden))
		}
	}
}

// Two by two with a count of 2 in a corner, and 9 elsewhere. Whatever changes the corner changes another number of its row and another of its column, and
// whatever those are, a fourth: 4 cells. The least valuable are the four inner ones, 2+9+9+9 = 29; with the sums 11 and 11 it takes the grand total, 53, or
// an inner 9 each.
func TestExactByHand(t *testing.T) {
	rows := [][]string{{"A", "x", "2"}, {"A", "y", "9"}, {"B", "x", "9"}, {"B", "y", "9"}}
	family := Family{Name: "corner", Inner: innerOf(t, []string{"area", "outcome"}, rows), Views: []cube.View{view("area", "outcome")}}
	got, err := Exact([]Family{family}, hiding(4), ExactOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Cost != 4 || got.Cells != 4 || !got.Proved() {
		t.Errorf("by cells: %+v", got)
	}
	if got, err = Exact([]Family{family}, hiding(4), ExactOptions{By: ByValue}); err != nil || got.Cost != 29 || !got.Proved() {
		t.Errorf("by value: %+v, %v", got, err)
	}
	// With the rest of its row shown the corner is told by subtraction.
	p := hiding(4)
	p.AlwaysShow = []Selector{{Where: map[string]string{"area": "A", "outcome": "y"}}, {Where: map[string]string{"area": "A", "outcome": cube.Total}}}
	if _, err = Exact([]Family{family}, p, ExactOptions{}); err == nil || !strings.Contains(err.Error(), "area=A") {
		t.Errorf("what must be shown tells the corner, and the error is %v", err)
	}
	if _, err = Exact([]Family{family}, hiding(4), ExactOptions{By: "colour"}); err == nil {
		t.Error("an unknown aim was taken")
	}
}

// At any size, and with however little work, the exact mode ends: its pattern costs no less than what is proved of all, and no more than that of the usual way.
func TestExactEndsAtAnySize(t *testing.T) {
	for _, c := range []struct {
		areas, least, work int
		proved             bool
	}{{60, 5, 1_000_000, true}, {60, 14, 3_000_000, false}} {
		family, p := country(c.areas, []int{2, 4}, 1), hiding(c.least)
		release, err := Apply([]Family{family}, p)
		if err != nil {
			t.Fatal(err)
		}
		usual := release.Audit().Families[0]
		if usual.Numbers < 1000 {
			t.Fatalf("only %d numbers", usual.Numbers)
		}
		got, err := Exact([]Family{family}, p, ExactOptions{Work: c.work})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d numbers: from %d to %d cells, %d conditions; the usual way %d numbers", usual.Numbers, got.Least, got.Cost, got.Cuts, usual.Primary+usual.Secondary)
		if got.Least > got.Cost || got.Least <= 0 || c.proved && !got.Proved() {
			t.Errorf("from %d to %d", got.Least, got.Cost)
		}
		if len(got.Hidden) > usual.Primary+usual.Secondary {
			t.Errorf("%d numbers hidden, the usual way hides %d", len(got.Hidden), usual.Primary+usual.Secondary)
		}
	}
}
