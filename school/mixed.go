package school

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/skikt/skikt/internal/num"
)

// A Level sorts the rows of a model into groups: pupils into schools, schools into kommuner.
type Level struct {
	Name  string
	Codes []string // of the groups
	Of    []int32  // group of each row
}

// A Method is how variances are estimated.
type Method string

// REML takes account of the fixed effects' having been estimated; values of its likelihood can be compared only between models of the same fixed effects. ML does not, and its
// likelihoods can be compared.
const (
	REML Method = "REML"
	ML   Method = "ML"
)

// A Mixed is a fit of y = Xβ + Σ_l u_l + e: an intercept of its own for each group of nested levels, u_l ~ N(0, τ²_l), e ~ N(0, σ²).
type Mixed struct {
	Method   Method
	Names    []string
	Coef     []float64   // fixed effects; NaN for a column left out
	LeftOut  []bool      // columns that the ones before them determine
	Cov      [][]float64 // of the fixed effects, the variances taken as known
	Levels   []MixedLevel
	Residual float64 // σ²
	LogLik   float64 // with all constants; the restricted one under REML
	N, DF    int     // pupils; parameters, variances among them
	AIC, BIC float64 // BIC by the number of pupils
	// Marginal and Conditional are the shares of variance that the fixed effects, and these with the groups, stand for (Nakagawa and Schielzeth 2013).
	Marginal, Conditional float64
	Iterations            int
}

// A MixedLevel is what a fit says of one level.
type MixedLevel struct {
	Name     string
	Variance float64   // τ²; exactly 0 where the likelihood is highest at the border, which is an answer and no failure
	Share    float64   // of the sum of all variances, the residual one among them
	Within   float64   // correlation of two pupils of the same group: the shares of this level and those above it
	Effect   []float64 // predicted u of each group (BLUP): its mean deviation drawn towards 0, the more the fewer its pupils
	SD       []float64 // of u given the data, variances and fixed effects taken as known
	Size     []int     // pupils of each group
}

// ErrLevel is a level that the data can't tell from another.
var ErrLevel = errors.New("school: a level can't be told apart")

// FitMixed fits random intercepts for one or more nested levels, the finest first. The likelihood depends on the pupils only through each finest group's number, means and
// inner squares; on the way up a group of a level becomes one observation with the weight m/(1 + θm), where m is the weight below it and θ = τ²/σ². One value of the
// likelihood with its gradient so costs as many steps as there are groups, and the fit takes two passes over the pupils, whatever their number.
func FitMixed(d *num.Design, y []float64, levels []Level, method Method) (*Mixed, error) {
	if method != REML && method != ML {
		return nil, fmt.Errorf("school: there is no method %q; there are REML and ML", method)
	}
	n := len(y)
	if n == 0 || d.Rows() != n {
		return nil, fmt.Errorf("school: %d outcomes for %d rows of the model", n, d.Rows())
	}
	if len(levels) == 0 {
		return nil, errors.New("school: a model of levels takes one level or more")
	}
	nest, err := newNest(levels, n)
	if err != nil {
		return nil, err
	}
	kept, err := num.Independent(d, y)
	if err != nil {
		return nil, err
	}
	p := len(kept)
	if n <= p {
		return nil, fmt.Errorf("school: %d pupils can't carry %d fixed effects", n, p)
	}
	m := &mixed{nest: nest, n: n, p: p, reml: method == REML}
	m.summarise(d, kept, y)
	theta, iterations, err := m.maximise()
	if err != nil {
		return nil, err
	}
	return m.result(d, kept, levels, theta, iterations), nil
}

// nest is the groups of each level, finest first, and the group above each.
type nest struct {
	of     []int32   // finest group of each row
	parent [][]int32 // by level but the last
	groups []int
	size   [][]int // rows
}

func newNest(levels []Level, n int) (*nest, error) {
	h := &nest{of: levels[0].Of}
	for l, level := range levels {
		if len(level.Of) != n {
			return nil, fmt.Errorf("school: level %s is given for %d of %d rows", level.Name, len(level.Of), n)
		}
		groups := len(level.Codes)
		size := make([]int, groups)
		for i, g := range level.Of {
			if g < 0 || int(g) >= groups {
				return nil, fmt.Errorf("school: row %d has no group of level %s", i+1, level.Name)
			}
			size[g]++
		}
		present, alone := 0, 0
		for _, k := range size {
			if k > 0 {
				present++
			}
			if k == 1 {
				alone++
			}
		}
		switch {
		case present < 2:
			return nil, fmt.Errorf("%w: %s has %d group; a variance between groups takes two or more", ErrLevel, level.Name, present)
		case l == 0 && alone == n:
			return nil, fmt.Errorf("%w: every group of %s has one pupil, so that its variance can't be told from the pupils'", ErrLevel, level.Name)
		}
		h.groups, h.size = append(h.groups, groups), append(h.size, size)
		if l == 0 {
			continue
		}
		parent := make([]int32, h.groups[l-1])
		for g := range parent {
			parent[g] = -1
		}
		same := true
		children := make([]int, groups)
		for i, g := range levels[l-1].Of {
			up := level.Of[i]
			switch parent[g] {
			case -1:
				parent[g] = up
				if children[up]++; children[up] > 1 {
					same = false
				}
			case up:
			default:
				return nil, fmt.Errorf("school: a group of %s lies in two groups of %s; if its numbers are unique only within %s, give both columns", levels[l-1].Name, level.Name, level.Name)
			}
		}
		if same {
			return nil, fmt.Errorf("%w: every group of %s holds one group of %s, so that their variances can't be told apart", ErrLevel, level.Name, levels[l-1].Name)
		}
		h.parent = append(h.parent, parent)
	}
	return h, nil
}

// mixed is the data of a fit: all that the likelihood needs.
type mixed struct {
	*nest
	n, p   int
	reml   bool
	means  [][]float64 // of the columns and, last, the outcome, by finest group; taken from shift
	within *mat.SymDense
	shift  []float64 // grand means of the columns but the intercept, and of the outcome where there is one
	one    int       // place of the intercept among the columns, or -1
	spread float64   // sum of squares of the outcome, by which nothing left over is told

	// What one value of the likelihood leaves behind, by level and group.
	m, g  [][]float64
	mean  [][][]float64
	cross *mat.SymDense
}

// summarise takes the pupils to means and inner squares of the finest groups. Columns are shifted to their grand means first, which changes the intercept alone.
func (m *mixed) summarise(d *num.Design, kept []int, y []float64) {
	q := m.p + 1
	columns := make([][]float64, 0, q)
	m.one = -1
	for a, j := range kept {
		columns = append(columns, d.Columns[j])
		if d.Names[j] == num.Intercept {
			m.one = a
		}
	}
	columns = append(columns, y)
	m.shift = make([]float64, q)
	if m.one >= 0 {
		for a, c := range columns {
			if a != m.one {
				m.shift[a] = num.Mean(c)
			}
		}
	}
	groups := m.groups[0]
	m.means = make([][]float64, groups)
	cells := make([]float64, groups*q)
	for g := range m.means {
		m.means[g] = cells[g*q : (g+1)*q]
	}
	for a, c := range columns {
		for i, v := range c {
			cells[int(m.of[i])*q+a] += v - m.shift[a]
		}
	}
	for g, mean := range m.means {
		for a := range mean {
			if m.size[0][g] > 0 {
				mean[a] /= float64(m.size[0][g])
			}
		}
	}
	// Squares are added up by group before they meet, so that the rounding of a sum grows with a group, not with all pupils.
	tri := q * (q + 1) / 2
	squares := make([]float64, groups*tri)
	z := make([]float64, q)
	for i, g := range m.of {
		mean := m.means[g]
		for a, c := range columns {
			z[a] = c[i] - m.shift[a] - mean[a]
		}
		into := squares[int(g)*tri : (int(g)+1)*tri]
		k := 0
		for a, za := range z {
			for _, zb := range z[:a+1] {
				into[k] += za * zb
				k++
			}
		}
	}
	total := make([]float64, tri)
	for g := range groups {
		for k, v := range squares[g*tri : (g+1)*tri] {
			total[k] += v
		}
	}
	m.within = mat.NewSymDense(q, nil)
	k := 0
	for a := range q {
		for b := range a + 1 {
			m.within.SetSym(b, a, total[k])
			k++
		}
	}
	m.spread = num.SumSquares(y)

	m.m, m.g, m.mean = make([][]float64, len(m.groups)), make([][]float64, len(m.groups)), make([][][]float64, len(m.groups))
	for l, groups := range m.groups {
		m.m[l], m.g[l], m.mean[l] = make([]float64, groups), make([]float64, groups), make([][]float64, groups)
		cells := make([]float64, groups*q)
		for g := range groups {
			m.mean[l][g] = cells[g*q : (g+1)*q]
		}
	}
	for g, size := range m.size[0] {
		m.m[0][g] = float64(size)
		copy(m.mean[0][g], m.means[g])
	}
	m.cross = mat.NewSymDense(q, nil)
}

// free is the number of degrees of freedom of σ².
func (m *mixed) free() float64 {
	if m.reml {
		return float64(m.n - m.p)
	}
	return float64(m.n)
}

// value is −2 log likelihood at θ with β and σ² at their best, its gradient, β (shifted), σ² and the Cholesky factor of XᵀV⁻¹X for V over σ².
func (m *mixed) value(theta []float64) (dev float64, gradient, beta []float64, sigma2 float64, a *mat.Cholesky, err error) {
	q := m.p + 1
	m.cross.CopySym(m.within)
	logDet := 0.0
	add := func(weight float64, mean, centre []float64) {
		for x := range q {
			cx := mean[x]
			if centre != nil {
				cx -= centre[x]
			}
			cx *= weight
			for y := x; y < q; y++ {
				cy := mean[y]
				if centre != nil {
					cy -= centre[y]
				}
				m.cross.SetSym(x, y, m.cross.At(x, y)+cx*cy)
			}
		}
	}
	for l, t := range theta {
		for g, w := range m.m[l] {
			m.g[l][g] = w / (1 + t*w)
			logDet += math.Log1p(t * w)
		}
		if l+1 == len(theta) {
			for g, w := range m.g[l] {
				add(w, m.mean[l][g], nil)
			}
			break
		}
		clear(m.m[l+1])
		for _, mean := range m.mean[l+1] {
			clear(mean)
		}
		for g, up := range m.parent[l] {
			if up < 0 {
				continue
			}
			w := m.g[l][g]
			m.m[l+1][up] += w
			for x, v := range m.mean[l][g] {
				m.mean[l+1][up][x] += w * v
			}
		}
		for g, mean := range m.mean[l+1] {
			for x := range mean {
				if m.m[l+1][g] > 0 {
					mean[x] /= m.m[l+1][g]
				}
			}
		}
		for g, up := range m.parent[l] {
			if up >= 0 {
				add(m.g[l][g], m.mean[l][g], m.mean[l+1][up])
			}
		}
	}
	xx := mat.NewSymDense(m.p, nil)
	xy := mat.NewVecDense(m.p, nil)
	for x := range m.p {
		for y := x; y < m.p; y++ {
			xx.SetSym(x, y, m.cross.At(x, y))
		}
		xy.SetVec(x, m.cross.At(x, m.p))
	}
	a = &mat.Cholesky{}
	if !a.Factorize(xx) {
		return 0, nil, nil, 0, nil, errors.New("school: the fixed effects can't be told apart")
	}
	solved := mat.NewVecDense(m.p, nil)
	if err := a.SolveVecTo(solved, xy); err != nil {
		return 0, nil, nil, 0, nil, fmt.Errorf("school: the fixed effects can hardly be told apart: %w", err)
	}
	beta = solved.RawVector().Data
	rss := m.cross.At(m.p, m.p) - mat.Dot(xy, solved)
	if !(rss > 1e-13*m.spread) {
		return 0, nil, nil, 0, nil, errors.New("school: the model leaves nothing over: the outcome does not vary, or the fixed effects tell it without error")
	}
	free := m.free()
	sigma2 = rss / free
	dev = logDet + free*(math.Log(2*math.Pi*sigma2)+1)
	if m.reml {
		dev += a.LogDet()
	}
	gradient = m.gradient(theta, beta, a, free/rss)
	return dev, gradient, beta, sigma2, a, nil
}

// gradient goes down from the coarsest level. For each group v = 1ᵀV⁻¹[X y] and w = 1ᵀV⁻¹1; the derivative to θ_l is Σ w − Σ (vᵀβ̃)²·free/rss, and under REML less Σ v_Xᵀ(XᵀV⁻¹X)⁻¹v_X.
func (m *mixed) gradient(theta, beta []float64, a *mat.Cholesky, scale float64) []float64 {
	var inv mat.SymDense
	if m.reml {
		_ = a.InverseTo(&inv) // a bad condition was told when it was solved
	}
	grad := make([]float64, len(theta))
	m.down(theta, func(l, g int, v []float64, w, _ float64) {
		r := v[m.p]
		for x, b := range beta {
			r -= v[x] * b
		}
		part := w - r*r*scale
		if m.reml {
			for x := range m.p {
				s := 0.0
				for y := range m.p {
					s += inv.At(x, y) * v[y]
				}
				part -= v[x] * s
			}
		}
		grad[l] += part
	})
	return grad
}

// down visits the groups from the coarsest level, with v = 1ᵀV⁻¹[X y], w = 1ᵀV⁻¹1 and above, the variance over σ² that the effects above the group have given the data.
func (m *mixed) down(theta []float64, visit func(l, g int, v []float64, w, above float64)) {
	q := m.p + 1
	var upSum [][]float64 // θ v added up over the levels above and the group's own
	var upQ []float64
	for l := len(theta) - 1; l >= 0; l-- {
		sum, left := make([][]float64, m.groups[l]), make([]float64, m.groups[l])
		cells := make([]float64, m.groups[l]*q)
		v := make([]float64, q)
		for g := range m.groups[l] {
			sum[g] = cells[g*q : (g+1)*q]
			if m.m[l][g] == 0 {
				continue
			}
			weight, above := m.g[l][g], 0.0
			copy(v, m.mean[l][g])
			if upSum != nil {
				up := m.parent[l][g]
				above = upQ[up]
				for x, s := range upSum[up] {
					v[x] -= s
				}
				copy(sum[g], upSum[up])
			}
			for x := range v {
				v[x] *= weight
				sum[g][x] += theta[l] * v[x]
			}
			shrink := 1 + theta[l]*m.m[l][g]
			left[g] = theta[l]/shrink + above/(shrink*shrink)
			visit(l, g, v, weight-weight*weight*above, above)
		}
		upSum, upQ = sum, left
	}
}

// maximise finds the θ ≥ 0 of the highest likelihood: Newton's method on the exact gradient, with steps held inside the border, from two starts.
func (m *mixed) maximise() (best []float64, iterations int, err error) {
	unit := make([]float64, len(m.groups)) // a θ of this size makes a group of usual size half as sure
	for l := range unit {
		present := 0
		for _, k := range m.size[l] {
			if k > 0 {
				present++
			}
		}
		unit[l] = float64(present) / float64(m.n)
	}
	bestDev := math.Inf(1)
	var failed error
	for _, start := range []float64{1, 20} {
		theta := make([]float64, len(unit))
		for l, u := range unit {
			theta[l] = start * u
		}
		dev, k, err := m.climb(theta, unit)
		iterations += k
		if err != nil {
			failed = err
			continue
		}
		if dev < bestDev-1e-9 {
			best, bestDev = theta, dev
		}
	}
	if best == nil {
		return nil, iterations, failed
	}
	return best, iterations, nil
}

func (m *mixed) climb(theta, unit []float64) (dev float64, iterations int, err error) {
	const most = 100
	levels := len(theta)
	dev, gradient, _, _, _, err := m.value(theta)
	if err != nil {
		return 0, 0, err
	}
	trial := make([]float64, levels)
	for iterations = 1; iterations <= most; iterations++ {
		open, worst := openLevels(theta, unit, gradient)
		if worst == 0 {
			return dev, iterations, nil
		}
		step, err := m.newton(theta, unit, gradient, open)
		if err != nil {
			return 0, iterations, err
		}
		// Near the top the likelihood is flat to its last digits, but the gradient is not: whole steps are taken for as long as it falls.
		near := worst < 1e-8*(1+math.Abs(dev))
		size, moved := 1.0, false
		for range 60 {
			slope := 0.0
			for l := range theta {
				trial[l] = max(0, theta[l]+size*step[l])
				slope += gradient[l] * (trial[l] - theta[l])
			}
			next, g, _, _, _, err := m.value(trial)
			if err == nil {
				_, after := openLevels(trial, unit, g)
				if near && after < worst/2 || !near && next <= dev+1e-4*slope {
					moved = true
					copy(theta, trial)
					dev, gradient = next, g
					break
				}
			}
			if near {
				return dev, iterations, nil
			}
			size /= 2
		}
		if !moved {
			break
		}
	}
	return 0, iterations, &num.ErrNotConverged{Iterations: iterations}
}

// openLevels are the levels that are not held at the border, and the largest gradient among them on the levels' own scales: what doubling a variance would change −2 log L by.
func openLevels(theta, unit, gradient []float64) (open []int, worst float64) {
	for l := range theta {
		if theta[l] > 0 || gradient[l] < 0 {
			open = append(open, l)
			worst = max(worst, math.Abs(gradient[l])*(theta[l]+unit[l]))
		}
	}
	return open, worst
}

// newton is the step in the open levels, by the Hessian from differences of the gradient; where that is not positive, with its eigenvalues made so.
func (m *mixed) newton(theta, unit, gradient []float64, open []int) ([]float64, error) {
	k := len(open)
	columns := make([][]float64, k)
	probe := append([]float64(nil), theta...)
	for b, l := range open {
		h := 1e-5 * (theta[l] + unit[l])
		low := max(0, theta[l]-h)
		probe[l] = theta[l] + h
		_, up, _, _, _, err := m.value(probe)
		if err != nil {
			return nil, err
		}
		probe[l] = low
		_, down, _, _, _, err := m.value(probe)
		if err != nil {
			return nil, err
		}
		probe[l] = theta[l]
		columns[b] = make([]float64, k)
		for a, j := range open {
			columns[b][a] = (up[j] - down[j]) / (theta[l] + h - low)
		}
	}
	hessian := mat.NewSymDense(k, nil)
	g := mat.NewVecDense(k, nil)
	for a := range k {
		for b := a; b < k; b++ {
			hessian.SetSym(a, b, (columns[a][b]+columns[b][a])/2)
		}
		g.SetVec(a, -gradient[open[a]])
	}
	step := make([]float64, len(theta))
	var factor mat.Cholesky
	move := mat.NewVecDense(k, nil)
	if factor.Factorize(hessian) && factor.SolveVecTo(move, g) == nil {
		for a, l := range open {
			step[l] = move.AtVec(a)
		}
		return step, nil
	}
	// On the levels' own scales, along each main direction of the curve as if it bent upwards: in a valley that falls away slowly the gradient alone would go from side to side.
	scaled := mat.NewSymDense(k, nil)
	for a, l := range open {
		for b := a; b < k; b++ {
			scaled.SetSym(a, b, hessian.At(a, b)*(theta[l]+unit[l])*(theta[open[b]]+unit[open[b]]))
		}
		g.SetVec(a, -gradient[l]*(theta[l]+unit[l]))
	}
	var main mat.EigenSym
	if !main.Factorize(scaled, true) {
		return nil, errors.New("school: the likelihood's curvature can't be computed")
	}
	var axes mat.Dense
	main.VectorsTo(&axes)
	for axis, bend := range main.Values(nil) {
		along := mat.Dot(axes.ColView(axis), g)
		along = max(-2, min(2, along/max(math.Abs(bend), 1e-12)))
		for a, l := range open {
			step[l] += along * axes.At(a, axis) * (theta[l] + unit[l])
		}
	}
	return step, nil
}

func (m *mixed) result(d *num.Design, kept []int, levels []Level, theta []float64, iterations int) *Mixed {
	dev, _, beta, sigma2, a, err := m.value(theta)
	if err != nil {
		panic(err) // θ was reached by way of this very value
	}
	out := &Mixed{Names: d.Names, N: m.n, Residual: sigma2, LogLik: -dev / 2, DF: m.p + len(theta) + 1, Iterations: iterations, Method: ML}
	if m.reml {
		out.Method = REML
	}
	out.AIC = dev + 2*float64(out.DF)
	out.BIC = dev + math.Log(float64(m.n))*float64(out.DF)
	out.fixed(m, kept, beta, a)
	total := sigma2
	for l, t := range theta {
		level := MixedLevel{Name: levels[l].Name, Variance: t * sigma2, Size: m.size[l],
			Effect: make([]float64, m.groups[l]), SD: make([]float64, m.groups[l])}
		total += level.Variance
		out.Levels = append(out.Levels, level)
	}
	m.down(theta, func(l, g int, v []float64, _, above float64) {
		r := v[m.p]
		for x, b := range beta {
			r -= v[x] * b
		}
		out.Levels[l].Effect[g] = theta[l] * r
		shrink := 1 + theta[l]*m.m[l][g]
		part := theta[l] * m.m[l][g] / shrink
		out.Levels[l].SD[g] = math.Sqrt(sigma2 * (theta[l]/shrink + above*part*part))
	})
	// A group without pupils has nothing to draw it from 0, nor anything to make it surer.
	for l := range out.Levels {
		for g, size := range m.size[l] {
			if size == 0 {
				out.Levels[l].SD[g] = math.Sqrt(out.Levels[l].Variance)
			}
		}
	}
	above := 0.0
	for l := len(theta) - 1; l >= 0; l-- {
		level := &out.Levels[l]
		level.Share = level.Variance / total
		above += level.Share
		level.Within = above
	}
	fixed := make([]float64, m.n)
	for _, j := range kept {
		for i, x := range d.Columns[j] {
			fixed[i] += out.Coef[j] * x
		}
	}
	explained := num.Variance(fixed)
	out.Marginal = explained / (explained + total)
	out.Conditional = (explained + total - sigma2) / (explained + total)
	return out
}

// fixed takes the fixed effects back from the shifted columns.
func (out *Mixed) fixed(m *mixed, kept []int, beta []float64, a *mat.Cholesky) {
	var inv mat.SymDense
	_ = a.InverseTo(&inv)
	p := m.p
	// β = Tβ̃, where T takes Σ shift·β from the intercept.
	t := mat.NewDense(p, p, nil)
	for x := range p {
		t.Set(x, x, 1)
		if m.one >= 0 && x != m.one {
			t.Set(m.one, x, -m.shift[x])
		}
	}
	var cov, half mat.Dense
	half.Mul(t, &inv)
	cov.Mul(&half, t.T())
	out.Coef, out.LeftOut = make([]float64, len(out.Names)), make([]bool, len(out.Names))
	out.Cov = make([][]float64, len(out.Names))
	for j := range out.Names {
		out.Coef[j], out.LeftOut[j] = math.NaN(), true
		out.Cov[j] = make([]float64, len(out.Names))
		for k := range out.Cov[j] {
			out.Cov[j][k] = math.NaN()
		}
	}
	for x, j := range kept {
		out.LeftOut[j] = false
		out.Coef[j] = 0
		for y := range p {
			out.Coef[j] += t.At(x, y) * beta[y]
		}
		if x == m.one {
			out.Coef[j] += m.shift[p]
		}
		for y, k := range kept {
			out.Cov[j][k] = out.Residual * cov.At(x, y)
		}
	}
}

// A Ratio is a likelihood ratio test of a variance.
type Ratio struct {
	Chi2  float64 // 2 × the difference of the log likelihoods, not below 0
	P     float64 // half of P(χ²₁ ≥ Chi2), for the variance is at the border where there is none; 1 where Chi2 is 0
	Naive float64 // P(χ²₁ ≥ Chi2), which is twice too large
}

// LikelihoodRatio tests one variance by the log likelihoods with and without its level. Both models must have the same fixed effects under REML; with ML they may be compared
// with that of a [num.Regression] as well. A difference within the rounding of the likelihoods is none. Self and Liang (1987).
func LikelihoodRatio(with, without float64) Ratio {
	x := 2 * (with - without)
	if x < 1e-11*math.Abs(with) {
		x = 0
	}
	r := Ratio{Chi2: x, Naive: num.ChiSquaredUpper(x, 1)}
	r.P = r.Naive / 2
	if x == 0 {
		r.P = 1
	}
	return r
}

// OneWay is an analysis of variance of pupils in schools.
type OneWay struct {
	Groups, N, Singles, Smallest, Largest int

	SSB, SSW, SST float64
	MSB, MSW      float64
	F, P          float64 // NaN without degrees of freedom within
	N0            float64 // effective group size, (N − Σn²/N)/(k − 1); not the mean size where sizes differ
	Between       float64 // (MSB − MSW)/n0; may be below 0
	ICC           float64 // (MSB − MSW)/(MSB + (n0 − 1)MSW); may be below 0
	Eta2          float64 // SSB/SST, which grows with the number of groups
	Omega2        float64 // (SSB − (k − 1)MSW)/(SST + MSW)
	Epsilon2      float64 // 1 − (SSW/(N − k))/(SST/(N − 1))
}

// AnalyseOneWay parts the variance of y between and within groups, numbered from 0; groups without rows don't count.
func AnalyseOneWay(y []float64, of []int32, groups int) (*OneWay, error) {
	if len(of) != len(y) {
		return nil, fmt.Errorf("school: groups are given for %d of %d rows", len(of), len(y))
	}
	size, mean := make([]int, groups), make([]float64, groups)
	for i, g := range of {
		size[g]++
		mean[g] += y[i]
	}
	a := &OneWay{N: len(y), Smallest: math.MaxInt}
	squares := 0.0
	for g, n := range size {
		if n == 0 {
			continue
		}
		mean[g] /= float64(n)
		a.Groups++
		a.Smallest, a.Largest = min(a.Smallest, n), max(a.Largest, n)
		if n == 1 {
			a.Singles++
		}
		squares += float64(n) * float64(n)
	}
	if a.Groups < 2 {
		return nil, fmt.Errorf("%w: %d group; a variance between groups takes two or more", ErrLevel, a.Groups)
	}
	grand := num.Mean(y)
	for g, n := range size {
		a.SSB += float64(n) * (mean[g] - grand) * (mean[g] - grand)
	}
	part := make([]float64, groups)
	for i, g := range of {
		part[g] += (y[i] - mean[g]) * (y[i] - mean[g])
	}
	a.SSW = num.Sum(part)
	a.SST = num.SumSquares(y)
	n, k := float64(a.N), float64(a.Groups)
	a.MSB, a.MSW = a.SSB/(k-1), a.SSW/(n-k)
	a.F = a.MSB / a.MSW
	a.P = num.FUpper(a.F, k-1, n-k)
	a.N0 = (n - squares/n) / (k - 1)
	a.Between = (a.MSB - a.MSW) / a.N0
	a.ICC = (a.MSB - a.MSW) / (a.MSB + (a.N0-1)*a.MSW)
	a.Eta2 = a.SSB / a.SST
	a.Omega2 = (a.SSB - (k-1)*a.MSW) / (a.SST + a.MSW)
	a.Epsilon2 = 1 - a.MSW/(a.SST/(n-1))
	return a, nil
}

// A NestedPart is what one level of a nested analysis of variance adds.
type NestedPart struct {
	Name  string
	SS    float64
	DF    int
	Share float64 // of the whole sum of squares
}

// AnalyseNested parts the sum of squares by nested levels, given finest first; the parts come coarsest first, the pupils last.
func AnalyseNested(y []float64, levels []Level) ([]NestedPart, error) {
	if _, err := newNest(levels, len(y)); err != nil && !errors.Is(err, ErrLevel) {
		return nil, err
	}
	total := num.SumSquares(y)
	var parts []NestedPart
	before, groups := 0.0, 1
	for l := len(levels) - 1; l >= 0; l-- {
		a, err := AnalyseOneWay(y, levels[l].Of, len(levels[l].Codes))
		if err != nil {
			return nil, err
		}
		parts = append(parts, NestedPart{levels[l].Name, a.SSB - before, a.Groups - groups, (a.SSB - before) / total})
		before, groups = a.SSB, a.Groups
		if l == 0 {
			parts = append(parts, NestedPart{"", a.SSW, a.N - a.Groups, a.SSW / total})
		}
	}
	return parts, nil
}
