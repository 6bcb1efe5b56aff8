package protect

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A PerturbationTable declares the noise of the cell key method: for each true count i the chance p(v) of every change v. Each row has mean 0 and, of all
// distributions that keep the limits below, the largest entropy −Σ p ln p, so that it tells the least. Zero stays zero; no result is negative.
// The rows of all counts from [PerturbationTable.Last] on are the same and symmetric.
//
// Source: Giessing (2016), "Computational issues in the design of transition probabilities and disclosure risk estimation for additive noise",
// Privacy in Statistical Databases; the parameters are those of the R package ptable.
type PerturbationTable struct {
	// MaxChange, D, is the largest change, 1..50.
	MaxChange int `yaml:"max_change" json:"max_change"`
	// Variance, V, is what the variance of the change may be at most.
	Variance float64 `yaml:"variance" json:"variance"`
	// ExactVariance demands that every row has just that variance.
	ExactVariance bool `yaml:"exact_variance" json:"exact_variance,omitempty"`
	// Forbidden, js: 1..Forbidden are never results.
	Forbidden int `yaml:"forbidden" json:"forbidden,omitempty"`
	// Stay is the chance of no change, by true count from 1 on; the last one holds for all larger counts. A negative number leaves it to the
	// other limits, as does an empty list. Counts that are themselves forbidden as results have no such chance.
	Stay []float64 `yaml:"stay" json:"stay,omitempty"`
	// Monotone says, in the same way, whether p may not fall from the lowest change up to no change. Empty means that it may not.
	Monotone []bool `yaml:"monotone" json:"monotone,omitempty"`
}

// Validate tells what is wrong with a declaration. That its limits can be kept together is for [PerturbationTable.Rows] to find.
func (t PerturbationTable) Validate() error {
	var bad []string
	if t.MaxChange < 1 || t.MaxChange > 50 {
		bad = append(bad, "max_change must be from 1 to 50")
	}
	if !(t.Variance > 0) || math.IsInf(t.Variance, 0) {
		bad = append(bad, "variance must be a number above 0")
	}
	if t.Forbidden < 0 || t.Forbidden > 50 {
		bad = append(bad, "forbidden must be from 0 to 50")
	}
	for _, s := range t.Stay {
		if math.IsNaN(s) || s >= 1 {
			bad = append(bad, "each stay must be below 1 (negative to leave it free)")
			break
		}
	}
	if len(bad) > 0 {
		return fmt.Errorf("protect: perturbation table: %s", strings.Join(bad, "; "))
	}
	return nil
}

// Last is the least count whose row holds for all larger counts too: no result of it can be forbidden or negative.
func (t PerturbationTable) Last() int {
	if t.Forbidden == 0 {
		return t.MaxChange
	}
	return t.MaxChange + t.Forbidden + 1
}

// A PerturbationRow is the distribution of the change of one true count.
type PerturbationRow struct {
	Count   int       `json:"count"`
	Changes []int     `json:"changes"` // rising
	P       []float64 `json:"p"`
}

// Mean is Σ p v.
func (r PerturbationRow) Mean() float64 {
	s := 0.0
	for k, v := range r.Changes {
		s += r.P[k] * float64(v)
	}
	return s
}

// Variance is Σ p v², the mean being 0.
func (r PerturbationRow) Variance() float64 {
	s := 0.0
	for k, v := range r.Changes {
		s += r.P[k] * float64(v*v)
	}
	return s
}

// Rows solves the table: a row for each true count from 0 to Last. Limits that can't be kept together are an error that names the count and the
// limits in conflict.
func (t PerturbationTable) Rows() ([]PerturbationRow, error) {
	if err := t.Validate(); err != nil {
		return nil, err
	}
	rows := []PerturbationRow{{Changes: []int{0}, P: []float64{1}}}
	for count := 1; count <= t.Last(); count++ {
		row, err := t.row(count)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// rowLimits are those of a row that can be lifted, to find out which are in conflict.
type rowLimits struct {
	variance, monotone bool
	stay               float64 // negative when free
}

func (t PerturbationTable) row(count int) (PerturbationRow, error) {
	row := PerturbationRow{Count: count}
	stays := false
	for v := max(-count, -t.MaxChange); v <= t.MaxChange; v++ {
		if to := count + v; to >= 1 && to <= t.Forbidden {
			continue
		}
		row.Changes = append(row.Changes, v)
		stays = stays || v == 0
	}
	l := rowLimits{variance: true, monotone: len(t.Monotone) == 0, stay: -1}
	if n := len(t.Monotone); n > 0 {
		l.monotone = t.Monotone[min(count, n)-1]
	}
	if n := len(t.Stay); n > 0 && stays {
		l.stay = t.Stay[min(count, n)-1]
	}
	l.monotone = l.monotone && stays
	if n := len(row.Changes); n == 0 || row.Changes[0] >= 0 || row.Changes[n-1] <= 0 {
		return row, fmt.Errorf("protect: perturbation table: count %d can't change both ways with max_change %d and results 1 to %d forbidden, so the mean can't be 0; "+
			"raise max_change or lower forbidden", count, t.MaxChange, t.Forbidden)
	}
	var ok bool
	if row.P, ok = t.solve(row.Changes, l); ok {
		return row, nil
	}
	// Lift what can be lifted, one limit first, then two, to name those in conflict.
	var names []string
	could := func(l rowLimits) bool { _, ok := t.solve(row.Changes, l); return ok }
	free := l
	if free.variance = false; could(free) {
		names = append(names, fmt.Sprintf("variance %v", t.Variance))
	}
	free = l
	if free.monotone = false; l.monotone && could(free) {
		names = append(names, "monotone")
	}
	free = l
	if free.stay = -1; l.stay >= 0 && could(free) {
		names = append(names, fmt.Sprintf("stay %v", l.stay))
	}
	if len(names) == 0 {
		names = []string{fmt.Sprintf("variance %v", t.Variance), fmt.Sprintf("stay %v", l.stay), "monotone"}
	}
	return row, fmt.Errorf("protect: perturbation table: no distribution of the changes %d to %d of count %d has mean 0 and keeps %s with max_change %d and results 1 to %d forbidden; "+
		"change one of them", row.Changes[0], row.Changes[len(row.Changes)-1], count, strings.Join(names, ", "), t.MaxChange, t.Forbidden)
}

// solve finds the row of largest entropy. A fixed chance s of no change leaves a distribution of the other changes with mean 0 and variance V/(1−s).
func (t PerturbationTable) solve(changes []int, l rowLimits) ([]float64, bool) {
	rest, scale := changes, 1.0
	if l.stay >= 0 {
		scale = 1 - l.stay
		rest = nil
		for _, v := range changes {
			if v != 0 {
				rest = append(rest, v)
			}
		}
	}
	n := len(rest)
	d := float64(t.MaxChange)
	mean := affine{a: make([]float64, n), equal: true}
	spread := affine{a: make([]float64, n), b: t.Variance / scale / (d * d), equal: t.ExactVariance}
	for k, v := range rest {
		x := float64(v) / d
		mean.a[k], spread.a[k] = x, -x*x
	}
	demands := []affine{mean}
	if l.variance {
		demands = append(demands, spread)
	}
	if l.monotone {
		for k, v := range rest {
			if v >= 0 {
				break
			}
			rise := affine{a: make([]float64, n)}
			rise.a[k] = -1
			if next := k + 1; next < n && rest[next] <= 0 {
				rise.a[next] = 1
			} else {
				rise.b = l.stay / scale
			}
			demands = append(demands, rise)
		}
	}
	q, err := maxEntropy(n, demands)
	if err != nil {
		return nil, false
	}
	p := make([]float64, 0, len(changes))
	k := 0
	for _, v := range changes {
		if v == 0 && l.stay >= 0 {
			p = append(p, l.stay)
			continue
		}
		p = append(p, q[k]*scale)
		k++
	}
	return p, true
}

// An affine is a demand on a distribution q: Σ a q + b is 0, or not below 0.
type affine struct {
	a     []float64
	b     float64
	equal bool
}

var errNoRow = errors.New("no distribution keeps the demands")

// maxEntropy is the distribution on n points of largest entropy that keeps the demands. Its dual is to minimise g(θ) = ln Σ_k exp(Σ_j θ_j a_jk) + Σ_j
// θ_j b_j over θ, with θ_j ≥ 0 for an inequality: smooth and convex, so Newton's method on the multipliers that are free, the others being held at
// zero until they want to rise. g is at least the entropy of every distribution that keeps the demands, and that is never negative: g below zero
// proves that there is none.
func maxEntropy(n int, demands []affine) ([]float64, error) {
	const (
		steps = 400
		exact = 1e-13
		near  = 1e-9
	)
	m := len(demands)
	theta := make([]float64, m)
	q := make([]float64, n)
	// at fills q for θ and gives g.
	at := func(theta, q []float64) float64 {
		top, g := math.Inf(-1), 0.0
		for k := range q {
			q[k] = 0
			for j, d := range demands {
				q[k] += theta[j] * d.a[k]
			}
			top = max(top, q[k])
		}
		sum := 0.0
		for k := range q {
			q[k] = math.Exp(q[k] - top)
			sum += q[k]
		}
		for k := range q {
			q[k] /= sum
		}
		for j, d := range demands {
			g += theta[j] * d.b
		}
		return g + top + math.Log(sum)
	}
	g := at(theta, q)
	gradient := make([]float64, m)
	next, nextQ := make([]float64, m), make([]float64, n)
	for range steps {
		var free []int
		worst := 0.0
		for j, d := range demands {
			gradient[j] = d.b
			for k := range q {
				gradient[j] += q[k] * d.a[k]
			}
			if d.equal || theta[j] > 0 || gradient[j] < 0 {
				free = append(free, j)
				worst = max(worst, math.Abs(gradient[j]))
			}
		}
		if worst < exact {
			break
		}
		// A multiplier at zero that the step would lower is held; one above zero stops the step when it gets there.
		step := newtonStep(demands, q, gradient, free)
		for i := 0; i < len(free); i++ {
			if j := free[i]; !demands[j].equal && theta[j] == 0 && step[i] < 0 {
				free = slices.Delete(free, i, i+1)
				step = newtonStep(demands, q, gradient, free)
				i = -1
			}
		}
		size, slope, stop := 1.0, 0.0, -1
		for i, j := range free {
			slope += gradient[j] * step[i]
			if !demands[j].equal && theta[j]+size*step[i] < 0 {
				size, stop = -theta[j]/step[i], j
			}
		}
		moved := false
		for ; size > 1e-14 && slope < 0; size, stop = size/2, -1 {
			copy(next, theta)
			for i, j := range free {
				next[j] += size * step[i]
				if !demands[j].equal {
					next[j] = max(0, next[j])
				}
			}
			if stop >= 0 {
				next[stop] = 0
			}
			if v := at(next, nextQ); v <= g+1e-4*size*slope+1e-15*max(1, math.Abs(g)) {
				moved = true
				g = v
				theta, next = next, theta
				q, nextQ = nextQ, q
				break
			}
		}
		if g < -near {
			return nil, errNoRow
		}
		if !moved {
			break
		}
	}
	for _, d := range demands {
		v := d.b
		for k := range q {
			v += q[k] * d.a[k]
		}
		if v < -near || d.equal && v > near {
			return nil, errNoRow
		}
	}
	return q, nil
}

// newtonStep solves (H + εI) step = −gradient for the free multipliers; H is the covariance of the demands under q.
func newtonStep(demands []affine, q, gradient []float64, free []int) []float64 {
	n := len(free)
	mean := make([]float64, n)
	for i, j := range free {
		for k := range q {
			mean[i] += q[k] * demands[j].a[k]
		}
	}
	h := make([][]float64, n)
	for i, j := range free {
		h[i] = make([]float64, n+1)
		for i2, j2 := range free {
			for k := range q {
				h[i][i2] += q[k] * (demands[j].a[k] - mean[i]) * (demands[j2].a[k] - mean[i2])
			}
		}
		h[i][i] += 1e-14
		h[i][n] = -gradient[j]
	}
	for i := range n {
		pivot := i
		for r := i + 1; r < n; r++ {
			if math.Abs(h[r][i]) > math.Abs(h[pivot][i]) {
				pivot = r
			}
		}
		h[i], h[pivot] = h[pivot], h[i]
		for r := range n {
			if r == i || h[r][i] == 0 {
				continue
			}
			f := h[r][i] / h[i][i]
			for c := i; c <= n; c++ {
				h[r][c] -= f * h[i][c]
			}
		}
	}
	step := make([]float64, n)
	for i := range n {
		step[i] = h[i][n] / h[i][i]
	}
	return step
}
