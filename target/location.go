package target

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/internal/num"
)

// Points are where people are: homes, or the middles of areas. Coordinates are whole numbers of one unit, such as metres or decimetres, in a plane.
type Points struct {
	X, Y   []int64
	Weight []int64 // persons; nil is one at each
	Type   []uint8 // 1 to 5, 0 unknown; nil when types are not asked for
}

// Len is the number of points.
func (p *Points) Len() int { return len(p.X) }

func (p *Points) weight(i int) int64 {
	if p.Weight == nil {
		return 1
	}
	return p.Weight[i]
}

func (p *Points) typ(i int) uint8 {
	if p.Type == nil {
		return 0
	}
	return p.Type[i]
}

// Sites are offices, schools or stops. Between sites that lie equally near the earlier comes first: put them in order of their ids.
type Sites struct {
	ID   []string
	X, Y []int64
}

// farthest is how far apart along an axis points and sites may lie, so that squares of distances are whole numbers of 64 bits.
const farthest = 1 << 30

// Check tells what is wrong with the points and sites.
func Check(p *Points, s *Sites) error {
	if len(p.Y) != len(p.X) || p.Weight != nil && len(p.Weight) != len(p.X) || p.Type != nil && len(p.Type) != len(p.X) || len(s.X) != len(s.ID) || len(s.Y) != len(s.ID) {
		return errors.New("target: the columns of points or sites are not of one length")
	}
	if len(s.ID) == 0 {
		return errors.New("target: there are no sites")
	}
	for i := range p.X {
		if p.Weight != nil && p.Weight[i] < 0 {
			return fmt.Errorf("target: point %d has fewer persons than none", i+1)
		}
		if p.Type != nil && p.Type[i] > areatype.NTypes {
			return fmt.Errorf("target: point %d has type %d; types are 1 to %d, and 0 where it is unknown", i+1, p.Type[i], areatype.NTypes)
		}
	}
	for axis, v := range [][2][]int64{{p.X, s.X}, {p.Y, s.Y}} {
		lo, hi := v[1][0], v[1][0]
		for _, all := range v {
			for _, x := range all {
				lo, hi = min(lo, x), max(hi, x)
			}
		}
		if lo < -1<<62 || hi > 1<<62 || hi-lo >= farthest {
			return fmt.Errorf("target: along %s points and sites lie %v units apart; are all in the same system and unit?", []string{"x", "y"}[axis], float64(hi)-float64(lo))
		}
	}
	return nil
}

// Ways are the ways from each point to its nearest site, and to the next one. Lengths are kept as whole numbers that order them exactly; Length gives them in their unit.
type Ways struct {
	Site   []int32 // place among the sites; −1 where no site can be reached
	Cost   []int64
	Second []int64 // cost to the second nearest site, which may be equal; [None] when there is none

	length func(cost int64) float64
}

// None is the cost where no site can be reached.
const None = math.MaxInt64

// Length is a cost in units of length or time; infinite for [None].
func (w *Ways) Length(cost int64) float64 {
	if cost == None {
		return math.Inf(1)
	}
	return w.length(cost)
}

// StraightLine is the way to the nearest of the sites by straight line, exactly: squared distances are compared as whole numbers. perMetre is how many units of the coordinates a metre has; lengths are metres.
//
// Sites are looked up in a grid whose every square knows the few sites that can be nearest or second nearest to anything in it, so the cost hardly grows with their number. Points are shared out over the
// processors; the result is the same however many there are.
func StraightLine(p *Points, s *Sites, perMetre int64) (*Ways, error) {
	if err := Check(p, s); err != nil {
		return nil, err
	}
	if perMetre < 1 {
		return nil, fmt.Errorf("target: %d units a metre", perMetre)
	}
	n := p.Len()
	w := &Ways{Site: make([]int32, n), Cost: make([]int64, n), Second: make([]int64, n), length: func(c int64) float64 { return math.Sqrt(float64(c)) / float64(perMetre) }}
	g := newGrid(p, s)
	const chunk = 1 << 16
	cores.Each((n+chunk-1)/chunk, func(k int) {
		for i := k * chunk; i < min((k+1)*chunk, n); i++ {
			w.Site[i], w.Cost[i], w.Second[i] = g.nearest(p.X[i], p.Y[i])
		}
	})
	return w, nil
}

// grid knows for every square of the plane which sites can be nearest or second nearest to a point in it.
type grid struct {
	sites   *Sites
	x0, y0  int64
	side    int64
	columns int64
	from    []int32 // candidates of square q are list[from[q]:from[q+1]]
	list    []int32
	sx, sy  []int64 // of the candidates, beside list
}

func newGrid(p *Points, s *Sites) *grid {
	x0, x1, y0, y1 := bounds(p.X, s.X)[0], bounds(p.X, s.X)[1], bounds(p.Y, s.Y)[0], bounds(p.Y, s.Y)[1]
	// About as many squares as pay: the list costs sites × squares once.
	squares := min(max(float64(p.Len())/16, 1), 1<<14, max(5e7/float64(len(s.ID)), 64))
	side := int64(math.Sqrt(float64(x1-x0+1)*float64(y1-y0+1)/squares)) + 1
	side = max(side, (max(x1-x0, y1-y0)+1)/4096+1)
	g := &grid{sites: s, x0: x0, y0: y0, side: side, columns: (x1-x0)/side + 1}
	rows := (y1-y0)/side + 1
	g.from = make([]int32, 1, g.columns*rows+1)
	least := make([]int64, len(s.ID))
	for r := range rows {
		for c := range g.columns {
			left, low := x0+c*side, y0+r*side
			first, second := int64(None), int64(None) // the two smallest of the largest distances
			for i := range s.ID {
				nearX, farX := span(s.X[i], left, left+side-1)
				nearY, farY := span(s.Y[i], low, low+side-1)
				least[i] = nearX*nearX + nearY*nearY
				switch far := farX*farX + farY*farY; {
				case far < first:
					first, second = far, first
				case far < second:
					second = far
				}
			}
			for i := range s.ID {
				if least[i] <= second {
					g.list = append(g.list, int32(i))
					g.sx, g.sy = append(g.sx, s.X[i]), append(g.sy, s.Y[i])
				}
			}
			g.from = append(g.from, int32(len(g.list)))
		}
	}
	return g
}

func bounds(columns ...[]int64) [2]int64 {
	b := [2]int64{math.MaxInt64, math.MinInt64}
	for _, c := range columns {
		for _, x := range c {
			b[0], b[1] = min(b[0], x), max(b[1], x)
		}
	}
	return b
}

// span is the smallest and the largest distance along an axis from x to lo..hi.
func span(x, lo, hi int64) (near, far int64) {
	far = max(hi-x, x-lo)
	switch {
	case x < lo:
		near = lo - x
	case x > hi:
		near = x - hi
	}
	return near, far
}

func (g *grid) nearest(x, y int64) (site int32, cost, second int64) {
	q := (y-g.y0)/g.side*g.columns + (x-g.x0)/g.side
	site, cost, second = -1, None, None
	for k := g.from[q]; k < g.from[q+1]; k++ {
		dx, dy := g.sx[k]-x, g.sy[k]-y
		switch d := dx*dx + dy*dy; {
		case d < cost:
			site, cost, second = g.list[k], d, cost
		case d < second:
			second = d
		}
	}
	return site, cost, second
}

// Supplied are ways by supplied lengths or travel times, one row a point and one number a site, in whole units of which scale make one of what they are given in; [None] where there is no way.
func Supplied(costs [][]int64, scale int64) (*Ways, error) {
	n := len(costs)
	w := &Ways{Site: make([]int32, n), Cost: make([]int64, n), Second: make([]int64, n), length: func(c int64) float64 { return float64(c) / float64(scale) }}
	for i, row := range costs {
		w.Site[i], w.Cost[i], w.Second[i] = -1, None, None
		for s, c := range row {
			switch {
			case c < 0:
				return nil, fmt.Errorf("target: the way from point %d to site %d is shorter than nothing", i+1, s+1)
			case c < w.Cost[i]:
				w.Site[i], w.Cost[i], w.Second[i] = int32(s), c, w.Cost[i]
			case c < w.Second[i]:
				w.Second[i] = c
			}
		}
	}
	return w, nil
}

// ByType is persons in all and by type; place 0 are those whose type is unknown, so that the places sum to All.
type ByType struct {
	All  int64
	Type [areatype.NTypes + 1]int64
}

func (b *ByType) add(t uint8, n int64) {
	b.All += n
	b.Type[t] += n
}

// Persons are all persons, by type.
func Persons(p *Points) ByType {
	var b ByType
	for i := range p.X {
		b.add(p.typ(i), p.weight(i))
	}
	return b
}

// Within is the persons with a nearest site at a cost of at most the limit: for straight lines squared units, so for R metres (R × units a metre)².
func (w *Ways) Within(p *Points, limit int64) ByType {
	var b ByType
	for i, c := range w.Cost {
		if c <= limit && c != None {
			b.add(p.typ(i), p.weight(i))
		}
	}
	return b
}

// Spread is the distribution of the length of the way to the nearest site over persons.
type Spread struct {
	Persons     int64
	Unreachable int64 // persons from whom no site can be reached; they are in nothing else
	Mean        float64
	*num.Weighted
}

// Spread is the distribution over all persons, or over those of some types.
func (w *Ways) Spread(p *Points, types ...uint8) Spread {
	all := w.Spreads(p, types)
	return all[0]
}

// Spreads is one distribution for each list of types; an empty list is all persons.
func (w *Ways) Spreads(p *Points, lists ...[]uint8) []Spread {
	// Sorting once, by cost alone: lengths grow with costs.
	type person struct{ cost, weight int64 }
	var byType [areatype.NTypes + 1][]person
	var gone [areatype.NTypes + 1]int64
	var count [areatype.NTypes + 1]int
	for i := range w.Cost {
		count[p.typ(i)]++
	}
	for t, n := range count {
		byType[t] = make([]person, 0, n)
	}
	for i, c := range w.Cost {
		switch t, n := p.typ(i), p.weight(i); {
		case n == 0:
		case c == None:
			gone[t] += n
		default:
			byType[t] = append(byType[t], person{c, n})
		}
	}
	var wait sync.WaitGroup
	for t := range byType {
		wait.Go(func() {
			slices.SortFunc(byType[t], func(a, b person) int {
				if a.cost < b.cost {
					return -1
				} else if a.cost > b.cost {
					return 1
				}
				return 0
			})
		})
	}
	wait.Wait()
	out := make([]Spread, len(lists))
	for k, types := range lists {
		if len(types) == 0 {
			for t := range byType {
				types = append(types, uint8(t))
			}
		}
		s := Spread{Weighted: &num.Weighted{}}
		at := make([]int, len(types))
		var total, lost float64 // Neumaier's sum
		for {
			low := -1
			for j, t := range types {
				if at[j] < len(byType[t]) && (low < 0 || byType[t][at[j]].cost < byType[types[low]][at[low]].cost) {
					low = j
				}
			}
			if low < 0 {
				break
			}
			list := byType[types[low]]
			cost, weight := list[at[low]].cost, int64(0)
			for ; at[low] < len(list) && list[at[low]].cost == cost; at[low]++ {
				weight += list[at[low]].weight
			}
			length := w.length(cost)
			s.Add(length, weight)
			x := float64(weight) * length
			sum := total + x
			if math.Abs(total) >= x {
				lost += total - sum + x
			} else {
				lost += x - sum + total
			}
			total = sum
		}
		for _, t := range types {
			s.Unreachable += gone[t]
		}
		s.Persons = s.Total()
		s.Mean = (total + lost) / float64(s.Persons)
		out[k] = s
	}
	return out
}

// Served is the persons that have each site as their nearest, and the mean length of their way; NaN where nobody has it.
type Served struct {
	ByType
	Mean       float64
	MeanOfType [areatype.NTypes + 1]float64
}

// Served is one entry a site.
func (w *Ways) Served(p *Points, sites int) []Served {
	out := make([]Served, sites)
	for i, s := range w.Site {
		if s >= 0 {
			t, n := p.typ(i), p.weight(i)
			out[s].add(t, n)
			x := float64(n) * w.length(w.Cost[i])
			out[s].Mean += x
			out[s].MeanOfType[t] += x
		}
	}
	for s := range out {
		out[s].Mean /= float64(out[s].All)
		for t := range out[s].MeanOfType {
			out[s].MeanOfType[t] /= float64(out[s].Type[t])
		}
	}
	return out
}

// Closing is what happens when one site closes: persons whose way becomes longer (not all who used it, when another lies equally near), and by how much in all: person-metres or person-minutes. Lost are those among them who
// then have no site at all; their way is not in Added.
type Closing struct {
	ByType
	Added       float64
	AddedOfType [areatype.NTypes + 1]float64
	Lost        ByType
}

// Mean is the mean addition among those with a longer way who still have a site; 0 when there are none.
func (c Closing) Mean() float64 { return meanOver(c.Added, c.All-c.Lost.All) }

// MeanOfType is the mean addition among those of a type.
func (c Closing) MeanOfType(t int) float64 {
	return meanOver(c.AddedOfType[t], c.Type[t]-c.Lost.Type[t])
}

func meanOver(sum float64, n int64) float64 {
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// Close is one entry a site.
func (w *Ways) Close(p *Points, sites int) []Closing {
	out := make([]Closing, sites)
	for i, s := range w.Site {
		if s < 0 || w.Second[i] == w.Cost[i] {
			continue
		}
		t, n := p.typ(i), p.weight(i)
		out[s].add(t, n)
		if w.Second[i] == None {
			out[s].Lost.add(t, n)
			continue
		}
		x := float64(n) * (w.length(w.Second[i]) - w.length(w.Cost[i]))
		out[s].Added += x
		out[s].AddedOfType[t] += x
	}
	return out
}

// Saving is what a further site would save: person-metres or person-minutes, for all and by type.
type Saving struct {
	All    float64
	Type   [areatype.NTypes + 1]float64
	Nearer ByType // persons whose way becomes shorter
}

// Costs are what it costs to go from a point to a site, in the whole units of [Ways].
type Costs func(point, site int) int64

// Squared are the squared straight lines between points and sites.
func Squared(p *Points, s *Sites) Costs {
	return func(i, j int) int64 {
		dx, dy := p.X[i]-s.X[j], p.Y[i]-s.Y[j]
		return dx*dx + dy*dy
	}
}

// Next is what each of so many further sites would save, by itself, on top of the ways there are; cost must be of the same kind as theirs. Persons who could reach no site before count as nearer, and are in nothing that is saved.
func (w *Ways) Next(p *Points, sites int, cost Costs) []Saving {
	out := make([]Saving, sites)
	var wait sync.WaitGroup
	for s := range sites {
		wait.Go(func() {
			for i := range p.X {
				c := cost(i, s)
				if c >= w.Cost[i] {
					continue
				}
				n, t := p.weight(i), p.typ(i)
				out[s].Nearer.add(t, n)
				if w.Cost[i] != None {
					out[s].Type[t] += float64(n) * (w.length(w.Cost[i]) - w.length(c))
				}
			}
			for _, v := range out[s].Type {
				out[s].All += v
			}
		})
	}
	wait.Wait()
	return out
}
