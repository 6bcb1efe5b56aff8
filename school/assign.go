package school

import (
	"cmp"
	"container/heap"
	"fmt"
	"math"
	"slices"
)

func sortBy(schools []int32, key func(int32) (int64, int32)) {
	slices.SortFunc(schools, func(a, b int32) int {
		ka, ia := key(a)
		kb, ib := key(b)
		return cmp.Or(cmp.Compare(ka, kb), cmp.Compare(ia, ib))
	})
}

// A Reach is a school that a pupil can get to, and how far it is: metres, minutes, anything from 0.
type Reach struct {
	School   int32
	Distance float64
}

// Unplaced is the school of a pupil who got no place.
const Unplaced = -1

// Deferred places pupils by deferred acceptance on straight-line distance: pupils apply to schools in order of (distance, school), schools keep those of the lowest
// (distance, pupil) up to their capacity. Numbers stand in order of the ids by which ties are told.
//
// As both sides go by the same distance, the nearest pair of all, and among equally near ones that of the first pupil and then the first school, is each other's first choice; it
// stands in every stable matching, and so on for those left. So the stable matching is unique, and is found without refusals by taking the nearest open
// pair again and again. That is done here: a pupil waits with the nearest school that still has room, and asks anew when it has filled.
func Deferred(pupils, schools []Point, capacity []int) ([]int32, error) {
	if err := checkCapacity(capacity, len(schools)); err != nil {
		return nil, err
	}
	t := newTree(schools)
	for s, c := range capacity {
		if c == 0 {
			t.close(int32(s))
		}
	}
	first := make([]waiting, len(pupils))
	inParts(len(pupils), func(from, to int) {
		for i := from; i < to; i++ {
			s, d2, _ := t.nearest(pupils[i])
			first[i] = waiting{uint64(d2), int32(i), s}
		}
	})
	return settle(first, capacity, t.close, func(pupil int32) (uint64, int32) {
		s, d2, _ := t.nearest(pupils[pupil])
		return uint64(d2), s
	}), nil
}

// DeferredBy is [Deferred] by a supplied distance: for each pupil the schools that can be reached, each once. A pupil is placed in none but these.
func DeferredBy(reach [][]Reach, capacity []int) ([]int32, error) {
	if err := checkCapacity(capacity, len(capacity)); err != nil {
		return nil, err
	}
	sorted, err := sortReach(reach, len(capacity))
	if err != nil {
		return nil, err
	}
	open := make([]bool, len(capacity))
	for s, c := range capacity {
		open[s] = c > 0
	}
	at := make([]int, len(reach))
	next := func(pupil int32) (uint64, int32) {
		for list := sorted[pupil]; at[pupil] < len(list); at[pupil]++ {
			if r := list[at[pupil]]; open[r.School] {
				return math.Float64bits(r.Distance), r.School
			}
		}
		return math.MaxUint64, Unplaced
	}
	first := make([]waiting, len(reach))
	for i := range first {
		key, s := next(int32(i))
		first[i] = waiting{key, int32(i), s}
	}
	return settle(first, capacity, func(s int32) { open[s] = false }, next), nil
}

// NearestBy is the nearest school of each pupil by a supplied distance, the first of equally near ones, and the number of pupils who have such; -1 for one who can reach
// none.
func NearestBy(reach [][]Reach, schools int) (school []int32, ties int, err error) {
	sorted, err := sortReach(reach, schools)
	if err != nil {
		return nil, 0, err
	}
	school = make([]int32, len(reach))
	for i, list := range sorted {
		school[i] = Unplaced
		if len(list) > 0 {
			school[i] = list[0].School
		}
		if len(list) > 1 && list[1].Distance == list[0].Distance {
			ties++
		}
	}
	return school, ties, nil
}

// sortReach checks and sorts by (distance, school).
func sortReach(reach [][]Reach, schools int) ([][]Reach, error) {
	sorted := make([][]Reach, len(reach))
	for i, list := range reach {
		sorted[i] = slices.Clone(list)
		for _, r := range list {
			if !(r.Distance >= 0) || math.IsInf(r.Distance, 1) || r.School < 0 || int(r.School) >= schools {
				return nil, fmt.Errorf("school: pupil %d: a distance must be a number from 0, to one of the schools", i+1)
			}
		}
		slices.SortFunc(sorted[i], func(a, b Reach) int {
			return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.School, b.School))
		})
	}
	return sorted, nil
}

func checkCapacity(capacity []int, schools int) error {
	if len(capacity) != schools {
		return fmt.Errorf("school: capacities are given for %d of %d schools", len(capacity), schools)
	}
	for s, c := range capacity {
		if c < 0 {
			return fmt.Errorf("school: school %d has a capacity below 0", s+1)
		}
	}
	return nil
}

// waiting is a pupil at the nearest school that had room when last asked. Keys order distances.
type waiting struct {
	key    uint64
	pupil  int32
	school int32
}

type queue []waiting

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].key < q[j].key || q[i].key == q[j].key && q[i].pupil < q[j].pupil
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(waiting)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

func settle(first []waiting, capacity []int, shut func(int32), next func(pupil int32) (uint64, int32)) []int32 {
	q := queue(first)
	heap.Init(&q)
	room := slices.Clone(capacity)
	school := make([]int32, len(first))
	for len(q) > 0 {
		w := &q[0]
		if w.school >= 0 && room[w.school] == 0 {
			w.key, w.school = next(w.pupil)
			heap.Fix(&q, 0)
			continue
		}
		school[w.pupil] = w.school
		if w.school >= 0 {
			if room[w.school]--; room[w.school] == 0 {
				shut(w.school)
			}
		}
		heap.Pop(&q)
	}
	return school
}

// MostLeast is how many pairs of pupil and school [LeastDistance] takes on: its steps grow with the pairs times the pupils.
const MostLeast = 4_000_000

// LeastDistance places pupils so that the total distance is the least there is, within the capacities: what a planner could reach, not what is stable, for some pupils would
// change places with gain. With fewer places than pupils all places are filled. It augments along shortest paths (Hungarian method), exactly; the total is unique, the
// placing need not be. Only for up to [MostLeast] pairs.
func LeastDistance(distance func(pupil, school int) float64, pupils int, capacity []int) ([]int32, error) {
	schools := len(capacity)
	if err := checkCapacity(capacity, schools); err != nil {
		return nil, err
	}
	if pupils*max(schools, 1) > MostLeast {
		return nil, fmt.Errorf("school: least total distance takes up to %d pairs of pupil and school, not %d × %d; measure a part, such as one kommun", MostLeast, pupils, schools)
	}
	room, places := slices.Clone(capacity), 0
	for _, c := range capacity {
		places += c
	}
	// Those whom the places don't reach have a school of their own at no distance; its size is fixed, so that the cost doesn't matter.
	room = append(room, max(0, pupils-places))
	cost := func(p, s int) float64 {
		if s == schools {
			return 0
		}
		return distance(p, s)
	}
	n := schools + 1
	potential := make([]float64, n)
	at := make([]int, pupils)
	for i := range at {
		at[i] = -1
	}
	members := make([][]int, n)
	dist, done, from := make([]float64, n), make([]bool, n), make([]int, n)
	for p := range pupils {
		for s := range n {
			dist[s], done[s], from[s] = cost(p, s)-potential[s], false, p
		}
		end, reached := -1, 0.0
		for end < 0 {
			near := -1
			for s := range n {
				if !done[s] && (near < 0 || dist[s] < dist[near]) {
					near = s
				}
			}
			done[near], reached = true, dist[near]
			if len(members[near]) < room[near] {
				end = near
				break
			}
			for _, k := range members[near] {
				base := dist[near] - (cost(k, near) - potential[near])
				for s := range n {
					if d := base + cost(k, s) - potential[s]; !done[s] && d < dist[s] {
						dist[s], from[s] = d, k
					}
				}
			}
		}
		for s := range n {
			if done[s] {
				potential[s] += dist[s] - reached
			}
		}
		for s := end; ; {
			k := from[s]
			old := at[k]
			at[k] = s
			members[s] = append(members[s], k)
			if k == p {
				break
			}
			members[old] = slices.Delete(members[old], slices.Index(members[old], k), slices.Index(members[old], k)+1)
			s = old
		}
	}
	school := make([]int32, pupils)
	for p, s := range at {
		school[p] = int32(s)
		if s == schools {
			school[p] = Unplaced
		}
	}
	return school, nil
}

// Blocking counts the pairs of pupil and school that would both gain by leaving a placing: the pupil ranks the school above the own one, and the school has room or ranks the
// pupil above one it has. 0 means that the placing is stable. It looks at all pairs.
func Blocking(distance func(pupil, school int) float64, school []int32, capacity []int) int {
	taken := make([]int, len(capacity))
	worst := make([]int, len(capacity)) // pupil whom the school ranks last
	for s := range worst {
		worst[s] = -1
	}
	for p, s := range school {
		if s < 0 {
			continue
		}
		taken[s]++
		if w := worst[s]; w < 0 || distance(p, int(s)) >= distance(w, int(s)) {
			worst[s] = p
		}
	}
	count := 0
	for p, own := range school {
		for s := range capacity {
			d := distance(p, s)
			if own >= 0 {
				if o := distance(p, int(own)); int(own) == s || d > o || d == o && s > int(own) {
					continue
				}
			}
			if taken[s] < capacity[s] {
				count++
			} else if w := worst[s]; w >= 0 && (d < distance(w, s) || d == distance(w, s) && p < w) {
				count++
			}
		}
	}
	return count
}
