package segregation

import (
	"cmp"
	"container/heap"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Compression says which units may be merged, and how far.
type Compression struct {
	// Neighbours are pairs of units that may be merged; merged units inherit both's neighbours. Nil is all pairs, which is for some thousands of units.
	Neighbours [][2]int
	// Until is how many units to go down to; 0 is as far as neighbours allow.
	Until int
}

// A MergeStep is a merge of two units.
type MergeStep struct {
	Old, Into int     // units of the table; what Old had become goes into what Into has become, and Old < 0 never
	Loss      float64 // of M by this merge, in nats, weighed with the persons of both; below 10⁻¹⁵ it is zero
	M         float64 // afterwards
	Units     int     // left afterwards
	Kept      float64 // M over the M of the table; NaN when that is zero
}

// A Compressed is a series of merges with the least loss of M at each. It is the dendrogram too: each step joins the clusters of Old and Into at the height
// first M − step's M.
type Compressed struct {
	M     float64 // of the table
	Steps []MergeStep
	table *Table
}

// LocalNeighbours are pairs of units that lie near each other when sorted by their entropy, k on each side: what is alike in diversity may be alike in groups.
// It is for all pairs of too many units. Units without persons are left out.
func LocalNeighbours(t *Table, k int) [][2]int {
	order := bootFilled(t)
	entropy := make([]float64, t.Units)
	for _, i := range order {
		entropy[i] = entropyOf(t.Unit(i), t.units[i])
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(entropy[i], entropy[j]) })
	var pairs [][2]int
	for at, i := range order {
		for _, j := range order[at+1 : min(at+1+k, len(order))] {
			pairs = append(pairs, [2]int{min(i, j), max(i, j)})
		}
	}
	return pairs
}

// Compress merges units step by step, each time the two neighbours whose merging loses least of M, which is their own M between them times their share of persons:
//
//	loss = Σ_g [φ(a_g) + φ(b_g) − φ(a_g + b_g)]/N − [φ(a) + φ(b) − φ(a + b)]/N, φ(x) = x ln x
//
// The lower number of the two is kept. Of equal losses the pair of lowest numbers goes first, so the answer never depends on the order of Neighbours. Units without
// persons are not part of it. Losses never add up to more than M; going down to one unit leaves zero. The steps are those of compress in Elbers' R package segregation.
func Compress(t *Table, c Compression) (*Compressed, error) {
	if c.Until < 0 {
		return nil, fmt.Errorf("segregation: compress until %d units", c.Until)
	}
	if t.total == 0 {
		return nil, errors.New("segregation: the table has no persons, so there is nothing to merge")
	}
	s := newCompressState(t)
	if c.Neighbours == nil {
		for a, i := range s.live {
			for _, j := range s.live[a+1:] {
				s.neighbours[i][j], s.neighbours[j][i] = true, true
			}
		}
	}
	for _, p := range c.Neighbours {
		i, j := p[0], p[1]
		if i < 0 || j < 0 || i >= t.Units || j >= t.Units {
			return nil, fmt.Errorf("segregation: units %d and %d are given as neighbours, of %d units", i+1, j+1, t.Units)
		}
		if i != j && t.units[i] > 0 && t.units[j] > 0 {
			s.neighbours[i][j], s.neighbours[j][i] = true, true
		}
	}
	for _, i := range s.live {
		for j := range s.neighbours[i] {
			if i < j {
				s.queue = append(s.queue, compressPair{s.loss(i, j), i, j, 0, 0})
			}
		}
	}
	heap.Init(&s.queue)
	out := &Compressed{M: MutualInformation(t), table: t}
	m, left := out.M, len(s.live)
	for left > max(1, c.Until) && len(s.queue) > 0 {
		p := heap.Pop(&s.queue).(compressPair)
		if s.version[p.a] != p.versionA || s.version[p.b] != p.versionB {
			continue
		}
		left--
		if m -= p.loss; left == 1 {
			m = 0
		}
		m = max(0, m)
		step := MergeStep{Old: p.b, Into: p.a, Loss: p.loss, M: m, Units: left, Kept: m / out.M}
		if out.M == 0 {
			step.Kept = math.NaN()
		}
		out.Steps = append(out.Steps, step)
		s.merge(p.a, p.b)
	}
	return out, nil
}

// At is the table after merging down to a number of units (those with persons), with its crosswalk: unit i of the table lies in row into[i], -1 for units without
// persons. Rows are in order of their lowest unit.
func (c *Compressed) At(units int) (t *Table, into []int, err error) {
	first := len(bootFilled(c.table))
	steps := first - units
	if steps < 0 || steps > len(c.Steps) {
		return nil, nil, fmt.Errorf("segregation: %d units can't be had; merging goes from %d to %d", units, first, first-len(c.Steps))
	}
	// As the lower number is kept, following Into ends at the lowest unit of each cluster.
	into = make([]int, c.table.Units)
	for i := range into {
		into[i] = i
	}
	for _, s := range c.Steps[:steps] {
		into[s.Old] = s.Into
	}
	row := make([]int, len(into))
	n := make([]float64, units*c.table.Groups)
	rows := 0
	for i := range into {
		switch {
		case c.table.units[i] == 0:
			row[i] = -1
			continue
		case into[i] == i:
			row[i] = rows
			rows++
		default:
			row[i] = row[into[i]]
		}
		for g, v := range c.table.Unit(i) {
			n[row[i]*c.table.Groups+g] += v
		}
	}
	t, err = NewTable(units, c.table.Groups, n)
	return t, row, err
}

// Keeping is the lowest number of units that keeps at least a share of M.
func (c *Compressed) Keeping(share float64) int {
	units := len(bootFilled(c.table))
	for _, s := range c.Steps {
		if !(s.Kept >= share) {
			break
		}
		units = s.Units
	}
	return units
}

type compressState struct {
	table      *Table
	counts     [][]float64
	sizes      []float64
	live       []int // units with persons
	version    []int // raised when a unit changes, so that old pairs in the queue are known
	neighbours []map[int]bool
	queue      compressQueue
}

func newCompressState(t *Table) *compressState {
	s := &compressState{table: t, counts: make([][]float64, t.Units), sizes: slices.Clone(t.units), live: bootFilled(t), version: make([]int, t.Units), neighbours: make([]map[int]bool, t.Units)}
	for i := range s.counts {
		s.counts[i] = slices.Clone(t.Unit(i))
		s.neighbours[i] = map[int]bool{}
	}
	return s
}

// loss is by logarithms of shares, which keeps its digits where the two units are nearly alike.
func (s *compressState) loss(i, j int) float64 {
	size := s.sizes[i] + s.sizes[j]
	loss := 0.0
	for g, a := range s.counts[i] {
		b := s.counts[j][g]
		if a > 0 {
			loss += a * math.Log(a*size/((a+b)*s.sizes[i]))
		}
		if b > 0 {
			loss += b * math.Log(b*size/((a+b)*s.sizes[j]))
		}
	}
	if loss /= s.table.total; loss < 1e-15 {
		return 0 // alike but for rounding: a tie, to be broken by number
	}
	return loss
}

func (s *compressState) merge(a, b int) {
	for g, v := range s.counts[b] {
		s.counts[a][g] += v
	}
	s.sizes[a] += s.sizes[b]
	s.version[a]++
	s.version[b]++
	for j := range s.neighbours[b] {
		delete(s.neighbours[j], b)
		if j != a {
			s.neighbours[a][j], s.neighbours[j][a] = true, true
		}
	}
	s.neighbours[b] = nil
	for j := range s.neighbours[a] {
		x, y := min(a, j), max(a, j)
		heap.Push(&s.queue, compressPair{s.loss(x, y), x, y, s.version[x], s.version[y]})
	}
}

type compressPair struct {
	loss               float64
	a, b               int
	versionA, versionB int
}

// compressQueue is a heap by loss, then by numbers.
type compressQueue []compressPair

func (q compressQueue) Len() int { return len(q) }
func (q compressQueue) Less(i, j int) bool {
	if q[i].loss != q[j].loss {
		return q[i].loss < q[j].loss
	}
	if q[i].a != q[j].a {
		return q[i].a < q[j].a
	}
	return q[i].b < q[j].b
}
func (q compressQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *compressQueue) Push(x any)   { *q = append(*q, x.(compressPair)) }
func (q *compressQueue) Pop() any {
	old := *q
	p := old[len(old)-1]
	*q = old[:len(old)-1]
	return p
}
