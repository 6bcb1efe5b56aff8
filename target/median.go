package target

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"
)

// A Demand is what the choice of sites is made on: the length of the way from every site to every point, and persons at the points. Points without persons change nothing.
type Demand struct {
	way     [][]float64 // persons × length, by site and point
	length  [][]float64
	persons int64
}

// NewDemand takes lengths by site and point; infinite where there is no way. weight is persons, one number a point, and is 1 for each when it is nil.
func NewDemand(lengths [][]float64, weight []int64) (*Demand, error) {
	d := &Demand{way: make([][]float64, len(lengths)), length: make([][]float64, len(lengths))}
	if len(lengths) == 0 {
		return nil, fmt.Errorf("target: there are no sites to choose from")
	}
	for s, row := range lengths {
		if len(row) != len(lengths[0]) || weight != nil && len(row) != len(weight) {
			return nil, fmt.Errorf("target: site %d has %d lengths", s+1, len(row))
		}
		for i, x := range row {
			n := int64(1)
			if weight != nil {
				n = weight[i]
			}
			if n == 0 {
				continue
			}
			if n < 0 || !(x >= 0) {
				return nil, fmt.Errorf("target: point %d: a length or a number of persons is below zero", i+1)
			}
			if s == 0 {
				d.persons += n
			}
			d.way[s], d.length[s] = append(d.way[s], float64(n)*x), append(d.length[s], x)
		}
	}
	if d.persons == 0 {
		return nil, fmt.Errorf("target: there are no persons to choose sites for")
	}
	return d, nil
}

// Lengths are the lengths by straight line in metres, by site and point.
func Lengths(p *Points, s *Sites, perMetre int64) ([][]float64, error) {
	if err := Check(p, s); err != nil {
		return nil, err
	}
	out, cost := make([][]float64, len(s.ID)), Squared(p, s)
	for j := range out {
		out[j] = make([]float64, p.Len())
		for i := range out[j] {
			out[j][i] = math.Sqrt(float64(cost(i, j))) / float64(perMetre)
		}
	}
	return out, nil
}

// Total is the length of all persons' ways to the nearest of the chosen sites.
func (d *Demand) Total(sites ...int) float64 {
	least := slices.Repeat([]float64{math.Inf(1)}, len(d.way[0]))
	for _, s := range sites {
		lower(least, least, d.way[s])
	}
	return ordered(least)
}

// lower puts the smaller of a and b into to.
func lower(to, a, b []float64) {
	for i, x := range b {
		to[i] = min(a[i], x)
	}
}

// ordered is the sum in order of the points, so that equal ways give equal totals.
func ordered(v []float64) float64 {
	total := 0.0
	for _, x := range v {
		total += x
	}
	return total
}

// A Move is one site taken or dropped, and the total after it.
type Move struct {
	Site  int
	Total float64
}

// GreedyAdd adds one site at a time to those chosen already, each time the one with which the total becomes least, of equal ones the earlier; n of them, or as many as there are.
func (d *Demand) GreedyAdd(n int, already ...int) []Move {
	least := slices.Repeat([]float64{math.Inf(1)}, len(d.way[0]))
	taken := make([]bool, len(d.way))
	for _, s := range already {
		taken[s] = true
		lower(least, least, d.way[s])
	}
	var moves []Move
	for range n {
		best := Move{-1, math.Inf(1)}
		for s := range d.way {
			if taken[s] {
				continue
			}
			total := 0.0
			for i, x := range d.way[s] {
				total += min(least[i], x)
			}
			if best.Site < 0 || total < best.Total {
				best = Move{s, total}
			}
		}
		if best.Site < 0 {
			break
		}
		taken[best.Site] = true
		lower(least, least, d.way[best.Site])
		moves = append(moves, best)
	}
	return moves
}

// GreedyDrop drops one site at a time from all, each time the one without which the total grows least, of equal ones the earlier, until so many are left.
func (d *Demand) GreedyDrop(until int) []Move {
	var open []int
	for s := range d.way {
		open = append(open, s)
	}
	var moves []Move
	for len(open) > max(until, 1) {
		best, at := Move{-1, math.Inf(1)}, -1
		for k, s := range open {
			rest := slices.Delete(slices.Clone(open), k, k+1)
			if total := d.Total(rest...); at < 0 || total < best.Total {
				best, at = Move{s, total}, k
			}
		}
		open = slices.Delete(open, at, at+1)
		moves = append(moves, best)
	}
	return moves
}

// A Median is the choice of p sites with the least total length of way: the p-median.
type Median struct {
	Sites  []int   // rising
	Total  float64 // person-metres, or persons × the unit of the lengths
	Mean   float64
	Second float64 // total of the next best choice, equal to Total where Ties > 1; NaN when there is no other choice
	Ties   int     // choices with the same total, to 1e-9 of it: the first in the order of the sites is given
	Bound  float64 // no choice has a lower total than this
	Nodes  int     // partial choices looked at
	Proved bool    // the best, second and ties are so; else only Bound is certain, and Total may be up to Total − Bound too large
}

// equalTotals is how near two totals, sums of square roots, count as one.
const equalTotals = 1e-9

// Median finds the p-median by branch and bound. The bound is Lagrange's: persons may be given to any number of sites, at a price for each that is found by subgradient steps; partial choices that can't come to the
// second best total known are cut off, so that best, second best and ties are proved. After so many nodes (10 million when limit is 0) it gives up proving and says so.
func (d *Demand) Median(p, limit int) (*Median, error) {
	n := len(d.way)
	if p < 1 || p > n {
		return nil, fmt.Errorf("target: %d of %d sites can't be chosen", p, n)
	}
	if limit == 0 {
		limit = 10_000_000
	}
	start := d.exchange(d.GreedyAdd(p))
	price, bound := d.prices(p, d.Total(start...))
	b := &branch{d: d, p: p, limit: limit, price: price, order: make([]int, n), reduced: make([]float64, n), least: make([][]float64, p+1), best: math.Inf(1), second: math.Inf(1)}
	b.base = ordered(price)
	for s := range b.order {
		b.order[s] = s
		b.reduced[s] = d.reducedCost(s, price)
	}
	slices.SortStableFunc(b.order, func(x, y int) int { return cmp.Compare(b.reduced[x], b.reduced[y]) })
	for k := range b.least {
		b.least[k] = make([]float64, len(price))
	}
	for i := range b.least[0] {
		b.least[0][i] = math.Inf(1)
	}
	// The exchanged greedy choice is met again on the way; until then it and its neighbours bound the search.
	b.cut = d.secondOf(start)
	b.search(0, 0, b.base)
	m := &Median{Sites: b.sites, Total: b.best, Mean: b.best / float64(d.persons), Second: b.second, Ties: b.ties, Bound: bound, Nodes: b.nodes, Proved: b.nodes <= limit}
	if m.Sites == nil || d.Total(start...) < m.Total && !m.Proved {
		m.Sites, m.Total, m.Ties = start, d.Total(start...), 1
		m.Mean = m.Total / float64(d.persons)
	}
	if m.Proved {
		m.Bound = m.Total
	}
	if math.IsInf(m.Second, 1) {
		m.Second = math.NaN()
	}
	if math.IsInf(m.Total, 1) {
		return nil, fmt.Errorf("target: no %d of the %d sites can be reached from everywhere", p, n)
	}
	return m, nil
}

// exchange swaps a chosen site for another as long as that makes the total less.
func (d *Demand) exchange(moves []Move) []int {
	var open []int
	for _, m := range moves {
		open = append(open, m.Site)
	}
	best := d.Total(open...)
	for better := true; better; {
		better = false
		for k := range open {
			for s := range d.way {
				if slices.Contains(open, s) {
					continue
				}
				was := open[k]
				open[k] = s
				if total := d.Total(open...); total < best*(1-equalTotals) {
					best, better = total, true
				} else {
					open[k] = was
				}
			}
		}
	}
	slices.Sort(open)
	return open
}

// secondOf is the least total of a choice that differs from the given one in one site: no second best choice is worse.
func (d *Demand) secondOf(open []int) float64 {
	second := math.Inf(1)
	try := slices.Clone(open)
	for k, was := range open {
		for s := range d.way {
			if !slices.Contains(open, s) {
				try[k] = s
				second = min(second, d.Total(try...))
			}
		}
		try[k] = was
	}
	return max(second, d.Total(open...))
}

func (d *Demand) reducedCost(s int, price []float64) float64 {
	r := 0.0
	for i, x := range d.way[s] {
		r += min(0, x-price[i])
	}
	return r
}

// prices are Lagrange's prices by subgradient steps, and the bound that they give.
func (d *Demand) prices(p int, upper float64) (best []float64, bound float64) {
	points := len(d.way[0])
	price := slices.Repeat([]float64{math.Inf(1)}, points)
	for _, row := range d.way {
		lower(price, price, row)
	}
	for i, x := range price {
		if math.IsInf(x, 1) {
			price[i] = 0
		}
	}
	best, bound = slices.Clone(price), math.Inf(-1)
	if math.IsInf(upper, 1) {
		return best, 0
	}
	reduced, order := make([]float64, len(d.way)), make([]int, len(d.way))
	slope := make([]float64, points)
	const rounds, patience = 600, 15
	pace, since := 2.0, 0
	for range rounds {
		for s := range d.way {
			order[s], reduced[s] = s, d.reducedCost(s, price)
		}
		slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(reduced[x], reduced[y]) })
		value := ordered(price)
		for i := range slope {
			slope[i] = 1
		}
		for _, s := range order[:p] {
			value += reduced[s]
			for i, x := range d.way[s] {
				if x < price[i] {
					slope[i]--
				}
			}
		}
		if value > bound {
			bound, since = value, 0
			copy(best, price)
		} else if since++; since == patience {
			pace, since = pace/2, 0
			copy(price, best)
		}
		steep := 0.0
		for _, g := range slope {
			steep += g * g
		}
		if steep == 0 || upper-bound <= 1e-12*upper || pace < 1e-6 {
			break
		}
		step := pace * (1.0001*upper - value) / steep
		for i, g := range slope {
			price[i] = max(price[i]+step*g, 0)
		}
	}
	return best, bound
}

type branch struct {
	d       *Demand
	p       int
	limit   int
	price   []float64
	base    float64
	order   []int     // sites by reduced cost, the most promising first
	reduced []float64 // by site
	least   [][]float64
	chosen  []int
	cut     float64 // no choice above this matters

	nodes        int
	sites        []int
	best, second float64
	ties         int
}

// search adds sites from place k of the order on to the chosen ones; value is the price of all plus the reduced costs of the chosen.
func (b *branch) search(depth, k int, value float64) {
	if depth == b.p {
		b.leaf(ordered(b.least[depth]))
		return
	}
	left := b.p - depth
	for ; k+left <= len(b.order); k++ {
		if b.nodes++; b.nodes > b.limit {
			return
		}
		// The least that choices beginning with this site can come to: those that follow it are the next most promising.
		low := value
		for _, s := range b.order[k : k+left] {
			low += b.reduced[s]
		}
		if low > min(b.cut, b.second)*(1+equalTotals) {
			return // and the sites after this are less promising still
		}
		s := b.order[k]
		lower(b.least[depth+1], b.least[depth], b.d.way[s])
		b.chosen = append(b.chosen, s)
		b.search(depth+1, k+1, value+b.reduced[s])
		b.chosen = b.chosen[:depth]
	}
}

func (b *branch) leaf(total float64) {
	if math.IsInf(total, 1) {
		return // somebody can reach none of them
	}
	near := equalTotals * b.best
	switch {
	case b.sites == nil || total < b.best-near:
		b.best, b.second, b.ties = total, b.best, 1
		b.sites = sortedSites(b.chosen)
	case total <= b.best+near:
		b.ties++
		b.second = b.best
		if s := sortedSites(b.chosen); slices.Compare(s, b.sites) < 0 {
			b.sites = s
		}
	default:
		b.second = min(b.second, total)
	}
}

func sortedSites(s []int) []int {
	s = slices.Clone(s)
	slices.Sort(s)
	return s
}

// Center is the choice of p sites with the least longest way (the p-center), for contrast: it looks at the person farthest off and at nobody else. Of equal choices it is the first in the order of the sites. It looks at every choice,
// and is meant for small cases: more than two million choices are refused.
func (d *Demand) Center(p int) (sites []int, longest float64, err error) {
	n := len(d.length)
	if p < 1 || p > n {
		return nil, 0, fmt.Errorf("target: %d of %d sites can't be chosen", p, n)
	}
	if c := new(big.Int).Binomial(int64(n), int64(p)); c.Cmp(big.NewInt(mostCenters)) > 0 {
		return nil, 0, fmt.Errorf("target: there are %s choices of %d among %d sites, too many to look for the longest way in; choose among fewer", c, p, n)
	}
	longest = math.Inf(1)
	chosen := make([]int, 0, p)
	least := make([][]float64, p+1)
	for k := range least {
		least[k] = make([]float64, len(d.length[0]))
	}
	for i := range least[0] {
		least[0][i] = math.Inf(1)
	}
	var search func(depth, from int)
	search = func(depth, from int) {
		if depth == p {
			if far := slices.Max(least[depth]); far < longest {
				longest, sites = far, slices.Clone(chosen)
			}
			return
		}
		for s := from; s+p-depth <= n; s++ {
			lower(least[depth+1], least[depth], d.length[s])
			chosen = append(chosen, s)
			search(depth+1, s+1)
			chosen = chosen[:depth]
		}
	}
	search(0, 0)
	if sites == nil {
		return nil, 0, fmt.Errorf("target: no %d of the %d sites can be reached from everywhere", p, n)
	}
	return sites, longest, nil
}

const mostCenters = 2_000_000
