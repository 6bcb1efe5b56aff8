package segregation

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/internal/cores"
)

// A Space tells how far units lie from each other: by straight line between points in metres, or by distances that are given.
type Space struct {
	x, y  []float64 // metres; nil where distances are given
	area  []float64 // m²; nil when not known
	links [][]spaceLink
}

type spaceLink struct {
	to     int32
	metres float64
}

// NewSpace is points in metres of a projection such as SWEREF 99 TM, one a unit, and the areas of the units in m² (nil when no measure needs
// them); it keeps the slices. Coordinates that look like degrees are an error: a degree of longitude is half as long in Sweden as at the equator.
func NewSpace(x, y, area []float64) (*Space, error) {
	if len(x) == 0 || len(x) != len(y) || area != nil && len(area) != len(x) {
		return nil, fmt.Errorf("segregation: %d x, %d y and %d areas; give one of each a unit", len(x), len(y), len(area))
	}
	for i := range x {
		if math.IsNaN(x[i]) || math.IsInf(x[i], 0) || math.IsNaN(y[i]) || math.IsInf(y[i], 0) {
			return nil, fmt.Errorf("segregation: unit %d has no finite coordinates; leave it out or give it a place", i+1)
		}
	}
	if err := spaceProjected(x, y); err != nil {
		return nil, err
	}
	if err := spaceAreas(area); err != nil {
		return nil, err
	}
	return &Space{x: x, y: y, area: area}, nil
}

func spaceProjected(x, y []float64) error {
	most := func(v []float64) float64 { return max(math.Abs(slices.Max(v)), math.Abs(slices.Min(v))) }
	if a, b := most(x), most(y); min(a, b) <= 90 && max(a, b) <= 180 {
		return errors.New("segregation: the coordinates look like degrees; project them to metres (SWEREF 99 TM, EPSG:3006) first")
	}
	return nil
}

func spaceAreas(area []float64) error {
	for i, a := range area {
		if !(a >= 0) || math.IsInf(a, 1) {
			return fmt.Errorf("segregation: unit %d: %v is no area; areas are in m², finite and not below zero", i+1, a)
		}
	}
	return nil
}

// A Distance is a known distance from one unit to another, along roads or by travel, in metres.
type Distance struct {
	From, To int
	Metres   float64
}

// NewNetwork is a space of given distances. A pair that is not listed is out of reach, whatever the kernel; a distance counts one way only, so that
// slopes and one-way streets are possible. Distances of a unit to itself are left to the kernel and must not be listed.
func NewNetwork(units int, area []float64, distances []Distance) (*Space, error) {
	if units < 1 || area != nil && len(area) != units {
		return nil, fmt.Errorf("segregation: %d units with %d areas", units, len(area))
	}
	if err := spaceAreas(area); err != nil {
		return nil, err
	}
	s := &Space{area: area, links: make([][]spaceLink, units)}
	for k, d := range distances {
		switch {
		case d.From < 0 || d.From >= units || d.To < 0 || d.To >= units:
			return nil, fmt.Errorf("segregation: distance %d is between units %d and %d of %d", k+1, d.From+1, d.To+1, units)
		case d.From == d.To:
			return nil, fmt.Errorf("segregation: distance %d is of unit %d to itself; the kernel says how near a unit is to itself", k+1, d.From+1)
		case !(d.Metres >= 0) || math.IsInf(d.Metres, 1):
			return nil, fmt.Errorf("segregation: distance %d: %v is no distance", k+1, d.Metres)
		}
		s.links[d.From] = append(s.links[d.From], spaceLink{int32(d.To), d.Metres})
	}
	for i, row := range s.links {
		slices.SortFunc(row, func(a, b spaceLink) int { return int(a.to) - int(b.to) })
		for k := 1; k < len(row); k++ {
			if row[k].to == row[k-1].to {
				return nil, fmt.Errorf("segregation: the distance from unit %d to unit %d is given twice", i+1, row[k].to+1)
			}
		}
	}
	return s, nil
}

// Units is the number of units.
func (s *Space) Units() int { return max(len(s.x), len(s.links)) }

// A Centre is a rule for the point that centralisation is measured from.
type Centre string

// The rules.
const (
	CentreOfUnits   Centre = "mean of the units' points"
	MedianOfUnits   Centre = "median of the units' points"
	CentreOfPersons Centre = "mean of the units' points, weighted by persons"
	LargestUnit     Centre = "the unit with most persons" // the first of several
)

// Centre is the point of a rule; persons are counts by unit.
func (s *Space) Centre(rule Centre, persons []float64) (x, y float64, err error) {
	if s.x == nil {
		return 0, 0, errors.New("segregation: a network has no points to take a centre of")
	}
	if len(persons) != len(s.x) {
		return 0, 0, fmt.Errorf("segregation: %d counts for %d points", len(persons), len(s.x))
	}
	weight := func(i int) float64 { return 1 }
	switch rule {
	case CentreOfUnits:
	case CentreOfPersons:
		weight = func(i int) float64 { return persons[i] }
	case MedianOfUnits:
		return spaceMedian(s.x), spaceMedian(s.y), nil
	case LargestUnit:
		at := 0
		for i, n := range persons {
			if n > persons[at] {
				at = i
			}
		}
		return s.x[at], s.y[at], nil
	default:
		return 0, 0, fmt.Errorf("segregation: %q is no rule for a centre", rule)
	}
	var sum float64
	for i := range s.x {
		w := weight(i)
		x, y, sum = x+w*(s.x[i]-s.x[0]), y+w*(s.y[i]-s.y[0]), sum+w
	}
	if sum == 0 {
		return 0, 0, errors.New("segregation: there are no persons to take a centre of")
	}
	return s.x[0] + x/sum, s.y[0] + y/sum, nil
}

func spaceMedian(v []float64) float64 {
	sorted := slices.Sorted(slices.Values(v))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// DistancesFrom is the metres from a point to each unit.
func (s *Space) DistancesFrom(x, y float64) ([]float64, error) {
	if s.x == nil {
		return nil, errors.New("segregation: a network has no points to measure from")
	}
	d := make([]float64, len(s.x))
	for i := range d {
		d[i] = math.Hypot(s.x[i]-x, s.y[i]-y)
	}
	return d, nil
}

// Shape is how a kernel's weight falls with distance d, for bandwidth h.
type Shape string

// The shapes. DistanceItself grows with distance: White's P with f(d) = d, a mean distance; SP is then below 1 where groups cluster.
const (
	Uniform        Shape = "uniform"             // 1 up to h
	Triangular     Shape = "triangular"          // 1 − d/h up to h
	Gaussian       Shape = "Gaussian"            // exp(−(d/h)²/2)
	Exponential    Shape = "exponential"         // exp(−d/h)
	Tapered        Shape = "tapered exponential" // (exp(−d/h) − exp(−c/h)) / (1 − exp(−c/h)), which is 0 at the cut-off c; seg's scaled one
	Biweight       Shape = "biweight"            // (1 − (d/h)²)² up to h; Reardon and O'Sullivan's
	DistanceItself Shape = "distance"            // d/h
)

// Own is how a unit's own persons weigh.
type Own string

// The ways. Where a unit's inhabitants live apart, OwnSpread puts them at the mean distance between two of them, √(0.6 × area) by Massey and Denton.
const (
	OwnAtZero Own = "own unit at distance 0"
	OwnSpread Own = "own unit at distance √(0.6·area)"
	OwnFull   Own = "own unit with weight 1"
	OwnOut    Own = "own unit left out"
)

// A Kernel is the weight of one unit for another. Nothing is assumed: shape, bandwidth and own must be stated; every result carries its kernel.
type Kernel struct {
	Shape      Shape
	Bandwidth  float64 // metres
	Own        Own
	CutOff     float64 // metres beyond which the weight is zero; 0 where the shape ends itself, or where Negligible says
	Negligible float64 // without a CutOff: weights below this are left out, which lets large maps be searched by a grid; 0 leaves out nothing
	Factor     float64 // on the weights of other units, not on the own; 0 means 1. PySAL's density kernels have one
}

// MasseyDenton is exp(−d) with d in kilometres and the own unit at √(0.6·area), as Massey and Denton (1988) published their clustering measures. The
// unit of d is part of the measure: in metres exp(−d) is zero for every other unit, which some tools let pass.
func MasseyDenton() Kernel { return Kernel{Shape: Exponential, Bandwidth: 1000, Own: OwnSpread} }

// String states the kernel in full.
func (k Kernel) String() string {
	text := fmt.Sprintf("%s, bandwidth %g m, %s", k.Shape, k.Bandwidth, k.Own)
	if r := k.reach(); !math.IsInf(r, 1) {
		text += fmt.Sprintf(", no weight beyond %g m", r)
	}
	if k.Factor != 0 {
		text += fmt.Sprintf(", other units × %g", k.Factor)
	}
	return text
}

func (k Kernel) check() error {
	switch k.Shape {
	case Uniform, Triangular, Gaussian, Exponential, Biweight, DistanceItself:
	case Tapered:
		if !(k.CutOff > 0) || math.IsInf(k.CutOff, 1) {
			return errors.New("segregation: a tapered kernel needs the cut-off where it ends")
		}
	default:
		return fmt.Errorf("segregation: %q is no shape of a kernel; state uniform, triangular, Gaussian, exponential, tapered exponential, biweight or distance", k.Shape)
	}
	switch k.Own {
	case OwnAtZero, OwnSpread, OwnFull, OwnOut:
	default:
		return fmt.Errorf("segregation: the kernel does not state how a unit's own persons weigh (%q)", k.Own)
	}
	if !(k.Bandwidth > 0) || math.IsInf(k.Bandwidth, 1) {
		return fmt.Errorf("segregation: a bandwidth of %v m; it must be above zero", k.Bandwidth)
	}
	if !(k.CutOff >= 0) || !(k.Negligible >= 0 && k.Negligible < 1) || !(k.Factor >= 0) || math.IsInf(k.Factor, 1) {
		return fmt.Errorf("segregation: cut-off %v, negligible %v or factor %v is out of range", k.CutOff, k.Negligible, k.Factor)
	}
	return nil
}

// reach is the distance beyond which nothing weighs.
func (k Kernel) reach() float64 {
	r := math.Inf(1)
	if k.CutOff > 0 {
		r = k.CutOff
	}
	switch k.Shape {
	case Uniform, Triangular, Biweight:
		return min(r, k.Bandwidth)
	case Gaussian:
		if k.CutOff == 0 && k.Negligible > 0 {
			return k.Bandwidth * math.Sqrt(-2*math.Log(k.Negligible))
		}
	case Exponential:
		if k.CutOff == 0 && k.Negligible > 0 {
			return -k.Bandwidth * math.Log(k.Negligible)
		}
	}
	return r
}

// at is the weight at distance d within reach.
func (k *Kernel) at(d float64) float64 {
	z := d / k.Bandwidth
	switch k.Shape {
	case Triangular:
		return 1 - z
	case Gaussian:
		return math.Exp(-z * z / 2)
	case Exponential:
		return math.Exp(-z)
	case Tapered:
		end := math.Exp(-k.CutOff / k.Bandwidth)
		return (math.Exp(-z) - end) / (1 - end)
	case Biweight:
		return (1 - z*z) * (1 - z*z)
	case DistanceItself:
		return z
	}
	return 1
}

// spaceDecays are exp(−k/64).
var spaceDecays = func() (table [40 * 64]float64) {
	for k := range table {
		table[k] = math.Exp(-float64(k) / 64)
	}
	return table
}()

// spaceDecay is exp(−x) for x ≥ 0, to the last digit or two: exp of the nearest 64th times a polynomial in what is left, r⁶/720 being below 4·10⁻¹⁶ there. Three times as
// quick as math.Exp, which a kernel without an end spends most of its time in.
func spaceDecay(x float64) float64 {
	if x >= 39.9 {
		return math.Exp(-x)
	}
	k := int(x*64 + 0.5)
	r := float64(k)/64 - x
	return spaceDecays[k] * (1 + r*(1+r*(0.5+r*(1.0/6+r*(1.0/24+r*(1.0/120))))))
}

// ownWeight is the weight of a unit for itself.
func (k Kernel) ownWeight(s *Space, i int) float64 {
	switch k.Own {
	case OwnAtZero:
		return k.at(0)
	case OwnSpread:
		if d := math.Sqrt(0.6 * s.area[i]); d <= k.reach() {
			return k.at(d)
		}
		return 0
	case OwnFull:
		return 1
	}
	return 0
}

// spaceGathered is what a kernel collects round each unit.
type spaceGathered struct {
	sums   []float64 // Σ_j w_ij n_jg, unit by unit
	weight []float64 // Σ_j w_ij over units with persons
	best   []float64 // largest weight of another unit with persons
}

// spaceWeak is the weight below which all others together no longer count: the result is the aspatial one.
const spaceWeak = 1e-12

// gather collects counts round every unit by each of several kernels that differ in bandwidth and cut-off alone. Each row's sum is in a fixed order, so that the number of
// processors changes nothing.
func (s *Space) gather(t *Table, kernels ...Kernel) ([]*spaceGathered, error) {
	out := make([]*spaceGathered, len(kernels))
	for i, k := range kernels {
		if err := k.check(); err != nil {
			return nil, err
		}
		if t.Units != s.Units() {
			return nil, fmt.Errorf("segregation: %d units with counts, %d with a place", t.Units, s.Units())
		}
		if k.Own == OwnSpread && s.area == nil {
			return nil, fmt.Errorf("segregation: the kernel (%s) needs the areas of the units", k.Own)
		}
		out[i] = &spaceGathered{make([]float64, t.Units*t.Groups), make([]float64, t.Units), make([]float64, t.Units)}
	}
	if s.links == nil && len(kernels) > 0 {
		s.gatherPoints(t, kernels, out)
		return out, nil
	}
	for i, k := range kernels {
		s.gatherLinks(t, k, out[i])
	}
	return out, nil
}

// add gives unit i the counts of another unit with weight w.
func (g *spaceGathered) add(i int, w float64, counts []float64) {
	g.weight[i] += w
	g.best[i] = max(g.best[i], w)
	sums := g.sums[i*len(counts):][:len(counts)]
	for h, n := range counts {
		sums[h] += w * n
	}
}

func (g *spaceGathered) addOwn(i int, w float64, counts []float64) {
	best := g.best[i]
	g.add(i, w, counts)
	g.best[i] = best
}

func (k Kernel) factor() float64 {
	if k.Factor == 0 {
		return 1
	}
	return k.Factor
}

func (s *Space) gatherLinks(t *Table, k Kernel, g *spaceGathered) {
	reach, factor := k.reach(), k.factor()
	spaceParallel(t.Units, func(i int) {
		if t.UnitTotal(i) > 0 {
			g.addOwn(i, k.ownWeight(s, i), t.Unit(i))
		}
		for _, l := range s.links[i] {
			if j := int(l.to); l.metres <= reach && t.UnitTotal(j) > 0 {
				g.add(i, factor*k.at(l.metres), t.Unit(j))
			}
		}
	})
}

// spaceGrid is units sorted into squares of a grid, row by row, so that those near a point lie in few runs.
type spaceGrid struct {
	left, low, side float64
	columns, rows   int
	start           []int32 // of each square in the sorted units
	unit            []int32
	x, y            []float64
}

// newSpaceGrid sorts the units that keep names into squares for a search within reach.
func newSpaceGrid(x, y []float64, keep []int32, reach float64) *spaceGrid {
	g := &spaceGrid{columns: 1, rows: 1, side: math.Inf(1), unit: keep}
	if len(keep) > 0 && !math.IsInf(reach, 1) {
		g.left, g.low = math.Inf(1), math.Inf(1)
		right, high := math.Inf(-1), math.Inf(-1)
		for _, i := range keep {
			g.left, right = min(g.left, x[i]), max(right, x[i])
			g.low, high = min(g.low, y[i]), max(high, y[i])
		}
		// Squares of a quarter of the reach search little that is out of reach; about one unit a square is as fine as pays.
		g.side = max(reach/4, math.Sqrt((right-g.left)*(high-g.low)/float64(len(keep))), (right-g.left+high-g.low)/float64(2*len(keep)))
		if g.side > 0 {
			g.columns, g.rows = int((right-g.left)/g.side)+1, int((high-g.low)/g.side)+1
		} else {
			g.side = math.Inf(1)
		}
	}
	square := func(i int32) int { return g.row(y[i])*g.columns + g.column(x[i]) }
	slices.SortFunc(keep, func(a, b int32) int {
		return cmp.Or(cmp.Compare(square(a), square(b)), cmp.Compare(y[a], y[b]), cmp.Compare(x[a], x[b]), cmp.Compare(a, b))
	})
	g.start = make([]int32, g.columns*g.rows+1)
	for _, i := range keep {
		g.start[square(i)+1]++
		g.x, g.y = append(g.x, x[i]), append(g.y, y[i])
	}
	for c := range g.columns * g.rows {
		g.start[c+1] += g.start[c]
	}
	return g
}

func (g *spaceGrid) column(x float64) int { return spaceSquare((x-g.left)/g.side, g.columns) }
func (g *spaceGrid) row(y float64) int    { return spaceSquare((y-g.low)/g.side, g.rows) }

func spaceSquare(at float64, n int) int {
	if !(at > 0) { // also infinity over infinity
		return 0
	}
	return int(min(at, float64(n-1)))
}

// run is the run of sorted units of a row of squares that holds every one of the row within reach of x.
func (g *spaceGrid) run(row int, x, reach float64) (from, to int) {
	at := row * g.columns
	return int(g.start[at+g.column(x-reach)]), int(g.start[at+g.column(x+reach)+1])
}

// gatherPoints collects, for each unit and row of squares about it, first the weights by every kernel, from the widest to the narrowest, and then one sum of products for each
// group. A Gaussian kernel of half the bandwidth weighs by the fourth power, which is far cheaper than exp; over a chain of n halvings the error of the widest weight grows 4ⁿ times, so a chain is
// at most spaceHalvings long.
func (s *Space) gatherPoints(t *Table, kernels []Kernel, out []*spaceGathered) {
	var keep []int32
	for i := range t.Units {
		if t.UnitTotal(i) > 0 {
			keep = append(keep, int32(i))
		}
	}
	bands := make([]spaceBand, len(kernels))
	for i, k := range kernels {
		reach := k.reach()
		bands[i] = spaceBand{Kernel: k, spaceGathered: out[i], reach: reach, reach2: reach * reach, factor: k.factor()}
	}
	slices.SortStableFunc(bands, func(a, b spaceBand) int {
		return -cmp.Or(cmp.Compare(a.reach, b.reach), cmp.Compare(a.Bandwidth, b.Bandwidth))
	})
	for i := 1; i < len(bands); i++ {
		b, wider := &bands[i], bands[i-1]
		if b.Shape == Gaussian && 2*b.Bandwidth == wider.Bandwidth && b.factor == 1 && wider.halvings < spaceHalvings {
			b.halvings = wider.halvings + 1
		}
	}
	grid := newSpaceGrid(s.x, s.y, keep, bands[len(bands)-1].reach)
	counts := make([]float64, len(keep)*t.Groups) // group by group
	for p, i := range grid.unit {
		for g, n := range t.Unit(int(i)) {
			counts[g*len(keep)+p] = n
		}
	}
	spaceWorkers(t.Units, func() func(int) {
		var d2, w []float64
		return func(i int) {
			x, y := s.x[i], s.y[i]
			if t.UnitTotal(i) > 0 {
				for _, b := range bands {
					b.addOwn(i, b.ownWeight(s, i), t.Unit(i))
				}
			}
			for row := grid.row(y - bands[0].reach); row <= grid.row(y+bands[0].reach); row++ {
				first, end := grid.run(row, x, bands[0].reach)
				if n := end - first; n > len(d2) {
					d2, w = make([]float64, 2*n), make([]float64, 2*n)
				}
				for p := first; p < end; p++ {
					dx, dy := grid.x[p]-x, grid.y[p]-y
					if d2[p-first] = dx*dx + dy*dy; int(grid.unit[p]) == i {
						d2[p-first] = math.NaN() // within no reach
					}
				}
				for b := range bands {
					from, to := first, end
					if b > 0 {
						if row < grid.row(y-bands[b].reach) || row > grid.row(y+bands[b].reach) {
							break // nor do the narrower come here
						}
						from, to = grid.run(row, x, bands[b].reach)
					}
					if from == to {
						continue
					}
					d2, w := d2[from-first:to-first], w[from-first:to-first]
					bands[b].weigh(i, d2, w)
					spaceProducts(bands[b].sums[i*t.Groups:][:t.Groups], w, counts[from:], len(keep))
				}
			}
		}
	})
}

// A spaceBand is one kernel of several that are gathered together.
type spaceBand struct {
	Kernel
	*spaceGathered
	reach, reach2, factor float64
	halvings              int // how many bandwidths of twice the size are before this one; its weights are powers of the one before
}

// spaceHalvings is how often a bandwidth is halved before exp is taken again: the error of a weight is then at most 64·10⁻¹⁵ of it.
const spaceHalvings = 3

// weigh gives the weights at distances (squared), 0 beyond the reach, and counts them for unit i. With halvings w holds the weights of the bandwidth twice as wide.
func (b *spaceBand) weigh(i int, d2, w []float64) {
	w = w[:len(d2)]
	weight, best := b.weight[i], b.best[i]
	square, per := 1/(2*b.Bandwidth*b.Bandwidth), 1/b.Bandwidth
	gaussian, exponential := b.Shape == Gaussian, b.Shape == Exponential
	for p, d := range d2 {
		v := w[p]
		if w[p] = 0; !(d <= b.reach2) {
			continue
		}
		switch { // the shapes without an end decide how long a surface takes
		case b.halvings > 0:
			v *= v
			v *= v
		case gaussian:
			v = b.factor * spaceDecay(d*square)
		case exponential:
			v = b.factor * spaceDecay(math.Sqrt(d)*per)
		default:
			v = b.factor * b.at(math.Sqrt(d))
		}
		w[p] = v
		if weight += v; v > best {
			best = v
		}
	}
	b.weight[i], b.best[i] = weight, best
}

// spaceProducts adds Σ w·n to each group's sum; n holds the units group by group, stride apart. Four groups at once keep a processor's adders busy.
func spaceProducts(sums, w, n []float64, stride int) {
	g := 0
	for ; g+4 <= len(sums); g += 4 {
		at := g * stride
		n0, n1, n2, n3 := n[at:][:len(w)], n[at+stride:][:len(w)], n[at+2*stride:][:len(w)], n[at+3*stride:][:len(w)]
		var s0, s1, s2, s3 float64
		for p, v := range w {
			s0 += v * n0[p]
			s1 += v * n1[p]
			s2 += v * n2[p]
			s3 += v * n3[p]
		}
		sums[g], sums[g+1], sums[g+2], sums[g+3] = sums[g]+s0, sums[g+1]+s1, sums[g+2]+s2, sums[g+3]+s3
	}
	for ; g < len(sums); g++ {
		n := n[g*stride:][:len(w)]
		half := len(w) / 2
		var s0, s1 float64
		low, high := n[:half], n[half:][:half]
		for p, v := range w[:half] {
			s0 += v * low[p]
			s1 += w[half+p] * high[p]
		}
		if len(w)%2 == 1 {
			s0 += w[len(w)-1] * n[len(w)-1]
		}
		sums[g] += s0 + s1
	}
}

// spaceParallel does independent work on 0..n-1 on every processor.
func spaceParallel(n int, work func(i int)) {
	spaceWorkers(n, func() func(int) { return work })
}

// spaceWorkers is spaceParallel with a worker made for each processor, which may keep memory of its own.
func spaceWorkers(n int, worker func() func(i int)) {
	const block = 16
	cores.With((n+block-1)/block, func() func(int) {
		work := worker()
		return func(k int) {
			for i := k * block; i < min((k+1)*block, n); i++ {
				work(i)
			}
		}
	})
}
