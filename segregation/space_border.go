package segregation

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// A Border is where two units meet. Length is metres; 0 where they meet only in a point.
type Border struct {
	A, B   int
	Length float64
}

// A Map is what measures need to know of polygons.
type Map struct {
	X, Y, Area, Perimeter []float64 // centroid, m² and m, one a unit; the perimeter includes holes
	Borders               []Border  // each pair once, in order of A and B
}

// NewMap reads polygons in metres. Two units share a border where their outlines hold the same edge, and meet in a point where they hold the same vertex, to
// the millimetre; outlines of one coverage do, those simplified one by one do not. A part without area (a sliver) keeps its outline and weighs nothing in the
// centroid; a unit without any polygon is an error.
func NewMap(polygons []orb.MultiPolygon) (*Map, error) {
	n := len(polygons)
	m := &Map{X: make([]float64, n), Y: make([]float64, n), Area: make([]float64, n), Perimeter: make([]float64, n)}
	type vertex [2]int64 // millimetres
	type edge struct{ a, b vertex }
	type meets struct{ a, b int32 }
	edges, corners := map[edge][]int32{}, map[vertex][]int32{}
	length := map[meets]float64{}
	meet := func(others []int32, unit int32, metres float64) []int32 {
		for _, o := range others {
			if o != unit {
				length[meets{o, unit}] += metres
			}
		}
		if slices.Contains(others, unit) {
			return others
		}
		return append(others, unit)
	}
	for i, polygon := range polygons {
		points := 0
		for _, part := range polygon {
			for _, ring := range part {
				for k, p := range ring {
					points++
					if math.IsNaN(p[0]) || math.IsInf(p[0], 0) || math.IsNaN(p[1]) || math.IsInf(p[1], 0) {
						return nil, fmt.Errorf("segregation: the outline of unit %d holds a point without finite coordinates", i+1)
					}
					at := vertex{int64(math.Round(p[0] * 1000)), int64(math.Round(p[1] * 1000))}
					corners[at] = meet(corners[at], int32(i), 0)
					q := ring[(k+1)%len(ring)] // closes open rings; the closing edge of closed ones has no length
					to := vertex{int64(math.Round(q[0] * 1000)), int64(math.Round(q[1] * 1000))}
					if at == to {
						continue
					}
					metres := math.Hypot(p[0]-q[0], p[1]-q[1])
					m.Perimeter[i] += metres
					e := edge{at, to}
					if slices.Compare(at[:], to[:]) > 0 {
						e = edge{to, at}
					}
					edges[e] = meet(edges[e], int32(i), metres)
				}
			}
		}
		if points == 0 {
			return nil, fmt.Errorf("segregation: unit %d has no polygon", i+1)
		}
		c, area := planar.CentroidArea(polygon)
		if !(area > 0) { // all slivers: the middle of the outline
			c, area = polygon.Bound().Center(), 0
		}
		m.X[i], m.Y[i], m.Area[i] = c[0], c[1], area
	}
	if n == 0 {
		return nil, errors.New("segregation: a map of no units")
	}
	if err := spaceProjected(m.X, m.Y); err != nil {
		return nil, err
	}
	for pair, l := range length {
		m.Borders = append(m.Borders, Border{int(pair.a), int(pair.b), l})
	}
	slices.SortFunc(m.Borders, func(a, b Border) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return m, nil
}

// Space is the map's centroids and areas.
func (m *Map) Space() (*Space, error) { return NewSpace(m.X, m.Y, m.Area) }

// Edges is the borders of some length: rook neighbours. All borders are queen neighbours.
func Edges(borders []Border) []Border {
	return slices.DeleteFunc(slices.Clone(borders), func(b Border) bool { return b.Length == 0 })
}

// Contiguity weighs every border as one, for [BorderDissimilarity] as Morrill has it.
func Contiguity(borders []Border) []Border {
	out := slices.Clone(borders)
	for k := range out {
		out[k].Length = 1
	}
	return out
}

// Adjusted is how borders weigh in [BorderDissimilarity].
type Adjusted struct {
	// ByUnit makes the weights of each unit's borders sum to one first (row-standardised), so that units with few neighbours count as much as others.
	ByUnit bool

	// CountEmpty counts the borders of units with nobody of either group, which let nothing through, below the line: as OasisR has it. Empty units then
	// change the value.
	CountEmpty bool

	// Perimeter and Area, where given, are the units' (m and m²) and turn D(w) into D(s).
	Perimeter, Area []float64
}

// BorderDissimilarity is D of a against b less what the borders let through:
//
//	D − Σ w_ij |z_i − z_j| f_ij / Σ w_ij,  z = a/(a + b)
//
// With [Contiguity] it is Morrill's D(adj) (1991); with lengths Wong's D(w) (1993); with lengths, perimeters and areas Wong's D(s), where f_ij is the mean of the two
// units' perimeter/area over the largest such ratio. Compact shapes let less through. It may fall below 0. Units without persons let nothing through, and their borders
// count neither above nor below the line; units with persons but no area neither, for D(s). Without borders it is D. NaN as [Dissimilarity].
func BorderDissimilarity(a, b []float64, borders []Border, adjusted Adjusted) (float64, error) {
	n := len(a)
	if len(b) != n || adjusted.Area != nil && (len(adjusted.Area) != n || len(adjusted.Perimeter) != n) {
		return 0, fmt.Errorf("segregation: %d and %d counts, %d perimeters, %d areas; give one of each a unit", n, len(b), len(adjusted.Perimeter), len(adjusted.Area))
	}
	if err := spaceBorders(n, borders); err != nil {
		return 0, err
	}
	ratio, most := make([]float64, n), 0.0
	for i := range n {
		if ratio[i] = 1; adjusted.Area != nil {
			ratio[i] = adjusted.Perimeter[i] / adjusted.Area[i]
		}
		if a[i]+b[i] > 0 && !math.IsInf(ratio[i], 0) && !math.IsNaN(ratio[i]) {
			most = max(most, ratio[i])
		}
	}
	passes := func(k Border) bool {
		ok := func(i int) bool { return a[i]+b[i] > 0 && ratio[i] <= most }
		return ok(k.A) && ok(k.B)
	}
	row := make([]float64, n)
	for _, k := range borders {
		if passes(k) || adjusted.CountEmpty {
			row[k.A] += k.Length
			row[k.B] += k.Length
		}
	}
	through, weight := 0.0, 0.0
	for _, k := range borders {
		if k.Length == 0 || !passes(k) && !adjusted.CountEmpty {
			continue
		}
		w := 2 * k.Length
		if adjusted.ByUnit {
			w = k.Length/row[k.A] + k.Length/row[k.B]
		}
		weight += w
		if !passes(k) {
			continue
		}
		through += w * math.Abs(a[k.A]/(a[k.A]+b[k.A])-a[k.B]/(a[k.B]+b[k.B])) * (ratio[k.A] + ratio[k.B]) / (2 * most)
	}
	if weight == 0 {
		return Dissimilarity(a, b), nil
	}
	return Dissimilarity(a, b) - through/weight, nil
}

func spaceBorders(units int, borders []Border) error {
	for k, b := range borders {
		switch {
		case b.A < 0 || b.A >= units || b.B < 0 || b.B >= units || b.A == b.B:
			return fmt.Errorf("segregation: border %d is between units %d and %d of %d", k+1, b.A+1, b.B+1, units)
		case !(b.Length >= 0) || math.IsInf(b.Length, 1):
			return fmt.Errorf("segregation: border %d: %v m is no length", k+1, b.Length)
		}
	}
	return nil
}

// A ProximityProfile tells how near units with a high share of a group lie to each other.
type ProximityProfile struct {
	Value float64
	Curve []ProximityStep // from high thresholds to low

	// Apart counts pairs of units with no path between them (islands); they are left out of η above and below the line.
	Apart int
}

// A ProximityStep is η for thresholds up to a share.
type ProximityStep struct{ Share, Eta float64 }

// SpatialProximityProfile is SpatialProxProf of Hong and Sadahiro (2014). η(t) = (k² − k) / Σ_i Σ_j δ_ij over the k units whose share of x is at least t, with δ_ij the borders to
// cross from i to j: 1 where they all touch. The value is (P − ∫_0^P η + ∫_P^1 η) / (1 − P), with P the share of x in all: exactly, since η has as many steps as there are
// shares; or, with thresholds above 1, as a mean over that many evenly spaced thresholds, as PySAL does with 1,000. x and t are the group and all persons by unit. Units
// without persons are crossed but not counted. NaN where x is nobody or everybody.
func SpatialProximityProfile(x, t []float64, borders []Border, thresholds int) (ProximityProfile, error) {
	n := len(x)
	if len(t) != n {
		return ProximityProfile{}, fmt.Errorf("segregation: %d counts of the group and %d of all", n, len(t))
	}
	if err := spaceBorders(n, borders); err != nil {
		return ProximityProfile{}, err
	}
	var order []int
	for i := range n {
		if x[i] > t[i] {
			return ProximityProfile{}, fmt.Errorf("segregation: unit %d has more persons of the group than persons", i+1)
		}
		if t[i] > 0 {
			order = append(order, i)
		}
	}
	share := func(i int) float64 { return x[i] / t[i] }
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(share(b), share(a)), cmp.Compare(a, b)) })
	rank := make([]int, n)
	for i := range rank {
		rank[i] = n
	}
	for r, i := range order {
		rank[i] = r
	}
	paths, pairs := spacePaths(n, borders, order, rank)

	var p ProximityProfile
	var crossed, reached int
	for r, i := range order {
		crossed, reached = crossed+paths[r], reached+pairs[r]
		p.Apart += r - pairs[r]
		if r+1 < len(order) && share(order[r+1]) == share(i) {
			continue
		}
		step := ProximityStep{Share: share(i)}
		if crossed > 0 {
			step.Eta = float64(reached) / float64(crossed)
		}
		p.Curve = append(p.Curve, step)
	}
	P := spaceSum(x) / spaceSum(t)
	var below, above float64
	if thresholds > 1 {
		at := len(p.Curve) - 1
		for l := range thresholds {
			limit := float64(l) / float64(thresholds-1)
			for at >= 0 && p.Curve[at].Share < limit {
				at--
			}
			if at < 0 {
				break
			}
			if limit < P {
				below += p.Curve[at].Eta / float64(thresholds)
			} else {
				above += p.Curve[at].Eta / float64(thresholds)
			}
		}
	} else {
		for k, step := range p.Curve {
			from := 0.0
			if k+1 < len(p.Curve) {
				from = p.Curve[k+1].Share
			}
			below += step.Eta * (min(step.Share, P) - min(from, P))
			above += step.Eta * (max(step.Share, P) - max(from, P))
		}
	}
	p.Value = (P - below + above) / (1 - P)
	if P == 0 || P == 1 {
		p.Value = math.NaN()
	}
	return p, nil
}

// spacePaths is, for each ranked unit, the borders to cross to all units of lower rank that it can reach, and how many those are.
func spacePaths(n int, borders []Border, order, rank []int) (paths, pairs []int) {
	start := make([]int32, n+1)
	for _, b := range borders {
		start[b.A+1]++
		start[b.B+1]++
	}
	for i := range n {
		start[i+1] += start[i]
	}
	next, near := slices.Clone(start[:n]), make([]int32, 2*len(borders))
	for _, b := range borders {
		near[next[b.A]], near[next[b.B]] = int32(b.B), int32(b.A)
		next[b.A]++
		next[b.B]++
	}
	paths, pairs = make([]int, len(order)), make([]int, len(order))
	// Sixty-four units that lie together are walked from at once, one bit each: their walks then come to other units at much the same step.
	batches := spaceTogether(order, start, near, rank)
	spaceParallel(len(batches), func(batch int) {
		units := batches[batch]
		seen, now, to := make([]uint64, n), make([]uint64, n), make([]uint64, n)
		var front, later []int32
		for k, i := range units {
			seen[i] |= 1 << k
			now[i] |= 1 << k
			front = append(front, i)
		}
		for crossed := 1; len(front) > 0; crossed++ {
			for _, i := range front {
				mine := now[i]
				now[i] = 0
				for _, j := range near[start[i]:start[i+1]] {
					if fresh := mine &^ seen[j]; fresh != 0 {
						if to[j] == 0 {
							later = append(later, j)
						}
						to[j] |= fresh
					}
				}
			}
			for _, j := range later {
				fresh := to[j]
				to[j] = 0
				seen[j] |= fresh
				now[j] = fresh
				for r := rank[j]; fresh != 0; fresh &= fresh - 1 {
					// Each pair counts once, for its unit of higher rank.
					if own := rank[units[bits.TrailingZeros64(fresh)]]; own > r {
						paths[own] += crossed
						pairs[own]++
					}
				}
			}
			front, later = later, front[:0]
		}
	})
	return paths, pairs
}

// spaceTogether parts the ranked units into batches of up to sixty-four that lie together.
func spaceTogether(order []int, start, near []int32, rank []int) [][]int32 {
	taken := make([]bool, len(rank))
	var batches [][]int32
	var batch []int32
	for _, first := range order {
		if taken[first] {
			continue
		}
		taken[first] = true
		walk := []int32{int32(first)}
		for k := 0; k < len(walk); k++ {
			if batch = append(batch, walk[k]); len(batch) == 64 {
				batches, batch = append(batches, batch), nil
				for _, i := range walk[k+1:] { // for a batch to come, begun where it is compact
					taken[i] = false
				}
				break
			}
			for _, j := range near[start[walk[k]]:start[walk[k]+1]] {
				if !taken[j] && rank[j] < len(rank) {
					taken[j] = true
					walk = append(walk, j)
				}
			}
		}
	}
	if len(batch) > 0 {
		batches = append(batches, batch)
	}
	return batches
}
