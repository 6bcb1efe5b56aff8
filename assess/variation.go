package assess

import (
	"math"
	"slices"

	"github.com/skikt/skikt/internal/num"
	"github.com/skikt/skikt/segregation"
	"github.com/skikt/skikt/target"
)

// A Variation is how much of the variation of an outcome between persons is told by something: areas, types, a line along the index. NaN where it is undefined.
type Variation struct {
	Classes int     // with somebody in them; 0 when it is no grouping
	Told    float64 // sum of squares told: Σ n_c (m_c − m)² of a grouping
	Share   float64 // η² = Told over the sum of squares of all persons
	// Corrected is ε²: what is left of the share when that which chance alone would give so many classes is taken off (Kelley 1935). Not for classes that were chosen by the outcome.
	Corrected float64
	// Intraclass is Fisher's correlation of persons with the others of their class: the mean over persons of the product of their deviation and that of the others, over the
	// variance. It needs no correction, and is the same thing for neighbourhoods that overlap: Moran's I with the weights of each row alike.
	Intraclass float64
}

// Nothing is the variation of what is not known.
func Nothing() Variation { return Variation{0, math.NaN(), math.NaN(), math.NaN(), math.NaN()} }

// Between is how much the classes tell, an outcome by class as [Outcome.Into] gives it.
func Between(o Outcome) Variation {
	n, mean, total := o.Total()
	v := Nothing()
	v.Classes = 0
	told := make([]float64, len(o.N))
	pairs := make([]float64, len(o.N))
	others := 0.0
	for i := range o.N {
		if o.N[i] == 0 {
			continue
		}
		v.Classes++
		d := o.Sum[i] - mean*o.N[i]
		told[i] = d * d / o.N[i]
		if o.N[i] > 1 && o.Squares != nil {
			pairs[i] = (d*d - o.deviation(i, mean)) / (o.N[i] - 1)
			others += o.N[i]
		}
	}
	v.Told = num.Sum(told)
	if !(total > 0) || v.Classes < 2 {
		return v
	}
	v.Share = min(v.Told/total, 1)
	if k := float64(v.Classes); n > k {
		within := (total - v.Told) / (n - k)
		v.Corrected = (v.Told - (k-1)*within) / total
	}
	if others > 0 {
		v.Intraclass = num.Sum(pairs) / others / (total / n)
	}
	return v
}

// ofTold is what something else than a grouping by itself tells of an outcome's variation.
func ofTold(o Outcome, classes int, told float64) Variation {
	v := Nothing()
	v.Classes, v.Told = classes, told
	if _, _, total := o.Total(); total > 0 {
		v.Share = min(told/total, 1)
	}
	return v
}

// Line is how much a straight line along x tells of an outcome by area: weighted least squares of the areas' means, persons as weights. Areas where x is not a number are left out.
func Line(o Outcome, x []float64) Variation {
	o = o.Where(func(i int) bool { return !math.IsNaN(x[i]) })
	n, mean, _ := o.Total()
	mx := 0.0
	for i := range x {
		if o.N[i] > 0 {
			mx += o.N[i] * x[i]
		}
	}
	mx /= n
	var sxx, sxy float64
	for i := range x {
		if o.N[i] > 0 {
			d := x[i] - mx
			sxx += o.N[i] * d * d
			sxy += d * (o.Sum[i] - mean*o.N[i])
		}
	}
	if !(sxx > 0) {
		return Nothing()
	}
	return ofTold(o, 0, sxy*sxy/sxx)
}

// Monotone is how much the best function of x that only rises or only falls tells of an outcome by area: isotonic regression, persons as weights. No use of x as an order of
// areas tells more.
func Monotone(o Outcome, x []float64) Variation {
	steps := along(o, x)
	if len(steps) == 0 {
		return Nothing()
	}
	best := 0.0
	for range 2 {
		best = max(best, isotonic(steps))
		slices.Reverse(steps)
	}
	return ofTold(o.Where(func(i int) bool { return !math.IsNaN(x[i]) }), 0, best)
}

// A step is the persons at one place along x, and the sum of their deviations from the mean of all.
type step struct{ n, d float64 }

// along puts areas in order of x; those with the same x come together, since nothing that goes by x can part them.
func along(o Outcome, x []float64) []step {
	order := make([]int, 0, len(x))
	for i := range x {
		if !math.IsNaN(x[i]) && o.N[i] > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	n, sum := 0.0, 0.0
	for _, i := range order {
		n, sum = n+o.N[i], sum+o.Sum[i]
	}
	var steps []step
	for k, i := range order {
		s := step{o.N[i], o.Sum[i] - sum/n*o.N[i]}
		if k > 0 && x[order[k-1]] == x[i] {
			last := &steps[len(steps)-1]
			last.n, last.d = last.n+s.n, last.d+s.d
			continue
		}
		steps = append(steps, s)
	}
	return steps
}

// isotonic is the sum of squares between the pools of adjacent violators (Ayer et al. 1955), means rising.
func isotonic(steps []step) float64 {
	var pools []step
	for _, s := range steps {
		pools = append(pools, s)
		for k := len(pools); k > 1 && pools[k-2].d/pools[k-2].n >= pools[k-1].d/pools[k-1].n; k-- {
			pools[k-2] = step{pools[k-2].n + pools[k-1].n, pools[k-2].d + pools[k-1].d}
			pools = pools[:k-1]
		}
	}
	told := 0.0
	for _, p := range pools {
		told += p.d * p.d / p.n
	}
	return told
}

// BestClasses is the most that so many classes of whole areas can tell of an outcome: Fisher's exact grouping of the areas by their means, persons as weights. Share is what they tell of these very persons, chance and all.
// Corrected is what the best classes made from them would tell with other persons: the same of the areas' means as they are after shrinkage ([Shrunk]).
func BestClasses(o Outcome, classes int) Variation {
	v := bestClasses(o, classes)
	if _, _, total := o.Total(); total > 0 {
		v.Corrected = bestClasses(Shrunk(o), classes).Told / total
		if Reliable(o, FirmFrom).Between == 0 { // all means are that of all, but for the last bit
			v.Corrected = 0
		}
	}
	return v
}

func bestClasses(o Outcome, classes int) Variation {
	means := make([]float64, len(o.N))
	for i := range means {
		means[i] = o.Sum[i] / o.N[i] // NaN for an area without persons
	}
	return BestCuts(o, means, classes)
}

// BestCuts is the most that so many classes along x can tell, the cuts being put where they tell most of this outcome (Fisher 1958).
func BestCuts(o Outcome, x []float64, classes int) Variation {
	steps := along(o, x)
	if len(steps) == 0 {
		return Nothing()
	}
	starts, told := partition(steps, classes)
	return ofTold(o.Where(func(i int) bool { return !math.IsNaN(x[i]) }), len(starts)+1, told)
}

// partition is the best partition of steps into at most so many runs ([target.Partition]): where they begin after the first, and what they tell.
func partition(steps []step, classes int) (starts []int, told float64) {
	n, d := make([]float64, len(steps)+1), make([]float64, len(steps)+1)
	for i, s := range steps {
		n[i+1], d[i+1] = n[i]+s.n, d[i]+s.d
	}
	gain := func(from, to int) float64 {
		s := d[to] - d[from]
		return s * s / (n[to] - n[from])
	}
	starts = target.Partition(len(steps), min(classes, len(steps)), gain)
	from := 0
	for _, to := range append(slices.Clone(starts), len(steps)) {
		told += gain(from, to)
		from = to
	}
	return starts, told
}

// Nearest is Fisher's intraclass correlation of persons with their k nearest others, for an outcome that persons have or not: members has those who have it, by square. Whole
// rings are taken, so a neighbourhood has k persons or a few more. Neighbourhoods overlap, so no share of variation lies between them; compare with the intraclass
// correlation of areas.
func Nearest(s segregation.Squares, ks []int64) ([]Variation, error) {
	around, err := segregation.Neighbours(s, ks, segregation.WholeRings)
	if err != nil {
		return nil, err
	}
	n, x := 0.0, 0.0
	for i := range s.Persons {
		n, x = n+float64(s.Persons[i]), x+float64(s.Members[0][i])
	}
	p := x / n
	out := make([]Variation, len(ks))
	for k, a := range around {
		out[k] = Nothing()
		if a.Short > 0 || !(p > 0 && p < 1) {
			continue
		}
		products := make([]float64, len(s.Persons))
		for i := range s.Persons {
			persons, members := float64(s.Persons[i]), float64(s.Members[0][i])
			if persons == 0 {
				continue
			}
			own := members*(1-p)*(1-p) + (persons-members)*p*p
			products[i] = ((members-p*persons)*(a.Members[0][i]-p*a.Persons[i]) - own) / (a.Persons[i] - 1)
		}
		out[k].Intraclass = num.Sum(products) / (n * p * (1 - p))
	}
	return out, nil
}

// OfBest is how much of what the best classes made for the outcome would tell of other persons something tells that was not made for it, less what chance gives its degrees of freedom. It exceeds 1 where areas are too
// small for classes of the outcome's own to be better. Without squares both are as they stand.
func OfBest(o Outcome, areas, best Variation, told float64, freedom int) float64 {
	n, _, total := o.Total()
	if math.IsNaN(best.Corrected) {
		return told / best.Told
	}
	if !(best.Corrected > 0) {
		return math.NaN()
	}
	within := (total - areas.Told) / (n - float64(areas.Classes))
	return (told - float64(freedom)*within) / (best.Corrected * total)
}

// Order is how well the order of areas by x finds persons with the outcome (yes or no). What is possible is not the order of the areas by their own shares, which knows the chance in them, but by shrunken ones.
func Order(o Outcome, x []float64) (target.Discrimination, error) {
	n, _, _ := o.Total()
	areas := func(o Outcome, scale float64) *target.Areas {
		a := &target.Areas{Index: x}
		for i := range o.N {
			persons := int64(math.Round(scale * o.N[i]))
			a.Population = append(a.Population, persons)
			a.Need = append(a.Need, min(max(int64(math.Round(scale*o.Sum[i])), 0), persons))
		}
		return a
	}
	a := areas(o, 1)
	if err := a.Check(); err != nil {
		return target.Discrimination{}, err
	}
	d := target.Discriminate(a)
	// Expected numbers are no whole ones: they are counted in parts of a person.
	expected := areas(Shrunk(o), max(1, math.Floor(min(1000, 1e9/max(n, 1)))))
	if err := expected.Check(); err != nil {
		return target.Discrimination{}, err
	}
	best := target.Discriminate(expected)
	d.BestAUC, d.BestAreaCoverage = best.BestAUC, best.BestAreaCoverage
	return d, nil
}

// Caught is how much of the variation between areas something told with so many degrees of freedom catches, both less what chance gives. areas is the variation between them; without squares chance is
// not known, and is not taken off.
func Caught(o Outcome, areas Variation, told float64, freedom int) float64 {
	n, _, total := o.Total()
	k := float64(areas.Classes)
	within := (total - areas.Told) / (n - k)
	if math.IsNaN(within) || n <= k {
		within = 0
	}
	between := areas.Told - (k-1)*within
	if !(between > 0) {
		return math.NaN()
	}
	return (told - float64(freedom)*within) / between
}
