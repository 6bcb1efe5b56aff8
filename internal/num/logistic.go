package num

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A Logistic is a fit of logistic regression by maximum likelihood.
//
// Where the data separate, which means that some linear combination of the columns tells outcomes apart without error on some rows and nothing on the others, the likelihood has
// no maximum: coefficients run off. Then the fit is the limit. The rows told apart have fitted values 0 and 1, the others those of the model on them alone; a coefficient
// that runs off is ±∞, or NaN where only combinations of it with others do, and has no standard error.
type Logistic struct {
	Names     []string
	Coef      []float64
	LeftOut   []bool // columns that the ones before them determine
	Unbounded []bool // columns that take part in a separating combination
	Separated []bool // rows told apart without error; nil when the data don't separate
	Complete  bool   // all rows are told apart

	Fitted       []float64 // probabilities
	Deviance     float64
	NullDeviance float64 // of the intercept alone
	LogLik       float64
	AIC          float64
	N, Rank, DF  int
	Iterations   int

	design *Design
	y      []float64
	trials []float64
	used   []int       // columns with a finite coefficient
	cov    [][]float64 // of used
}

// ErrNotConverged is a fit that did not settle.
type ErrNotConverged struct{ Iterations int }

func (e *ErrNotConverged) Error() string {
	return fmt.Sprintf("the fit has not converged in %d iterations", e.Iterations)
}

// LogisticRegression fits P(y = 1) = 1/(1 + exp(−xβ)). y are numbers of ones among trials; nil trials are one each. It iterates Newton's method, with halved steps where
// the deviance would grow, until the deviance settles to 1e-13 of itself. A separating combination is proved by its own rows (y told apart without error) before it
// is reported.
func LogisticRegression(d *Design, y, trials []float64) (*Logistic, error) {
	if err := d.check(y); err != nil {
		return nil, err
	}
	n := len(y)
	if trials == nil {
		trials = make([]float64, n)
		for i := range trials {
			trials[i] = 1
		}
	}
	if len(trials) != n {
		return nil, fmt.Errorf("num: %d numbers of trials for %d rows", len(trials), n)
	}
	ones, all := 0.0, 0.0
	for i, v := range y {
		if !(v >= 0 && v <= trials[i]) {
			return nil, fmt.Errorf("num: row %d: the outcome must lie from 0 to the number of trials", i+1)
		}
		ones, all = ones+v, all+trials[i]
	}
	m := &Logistic{Names: d.Names, design: d, y: y, trials: trials, N: n, Fitted: make([]float64, n),
		Coef: make([]float64, len(d.Names)), LeftOut: make([]bool, len(d.Names)), Unbounded: make([]bool, len(d.Names))}
	mean := ones / all
	m.NullDeviance = deviance(y, trials, func(int) float64 { return mean })

	rows := make([]int, 0, n)
	for i := range n {
		if trials[i] > 0 {
			rows = append(rows, i)
		}
	}
	columns := independentOn(d, rows)
	for j := range m.LeftOut {
		m.LeftOut[j] = true
	}
	for _, j := range columns {
		m.LeftOut[j] = false
	}
	m.Rank = len(columns)
	m.DF = len(rows) - m.Rank
	// Each round either settles or takes off the rows that a combination tells apart, and fits the rest.
	for {
		step, err := newton(d, y, trials, rows, columns)
		if err != nil {
			return nil, err
		}
		m.Iterations += step.iterations
		if step.direction == nil {
			m.finish(step, rows, columns)
			return m, nil
		}
		rows = m.separate(step, rows, columns)
		if len(rows) == 0 {
			m.Complete = true
			m.finish(&newtonFit{}, nil, nil)
			return m, nil
		}
		columns = independentOn(d, rows)
	}
}

// separate takes the rows that a direction tells apart off, and marks the columns it runs along.
func (m *Logistic) separate(s *newtonFit, rows, columns []int) (rest []int) {
	if m.Separated == nil {
		m.Separated = make([]bool, len(m.y))
	}
	for a, j := range columns {
		if along := s.direction[a]; math.Abs(along)*s.scale[a] > 1e-6 {
			m.Unbounded[j] = true
			m.Coef[j] = math.Inf(1)
			if along < 0 {
				m.Coef[j] = math.Inf(-1)
			}
		}
	}
	for k, i := range rows {
		if s.apart[k] {
			m.Separated[i] = true
			m.Fitted[i] = 0
			if m.y[i] > 0 {
				m.Fitted[i] = 1
			}
		} else {
			rest = append(rest, i)
		}
	}
	return rest
}

func (m *Logistic) finish(s *newtonFit, rows, columns []int) {
	m.used, m.cov = columns, s.covariance
	for j := range m.Coef {
		if m.LeftOut[j] {
			m.Coef[j] = math.NaN()
		}
	}
	for a, j := range columns {
		if !m.Unbounded[j] {
			m.Coef[j] = s.coef[a]
		}
	}
	// A column that the rows left can't tell from others is not determined by them, nor are those others.
	for j := range m.Coef {
		if m.LeftOut[j] || slices.Contains(columns, j) {
			continue
		}
		if !m.Unbounded[j] {
			m.Coef[j] = math.NaN()
		}
		for a, share := range combination(m.design, rows, columns, j) {
			if k := columns[a]; math.Abs(share) > 1e-7 && !m.Unbounded[k] {
				m.Coef[k] = math.NaN()
			}
		}
	}
	for k, i := range rows {
		m.Fitted[i] = s.fitted[k]
	}
	m.Deviance = deviance(m.y, m.trials, func(i int) float64 { return m.Fitted[i] })
	for i, v := range m.y {
		m.LogLik += logBinomial(m.trials[i], v) + xlogy(v, m.Fitted[i]) + xlogy(m.trials[i]-v, 1-m.Fitted[i])
	}
	m.AIC = -2*m.LogLik + 2*float64(m.Rank)
}

// combination is how column j is made of the columns on the rows.
func combination(d *Design, rows, columns []int, j int) []float64 {
	part := &Design{}
	for _, c := range columns {
		part.Add(d.Names[c], pick(d.Columns[c], rows))
	}
	fit, err := LeastSquares(part, pick(d.Columns[j], rows), nil)
	if err != nil {
		return nil
	}
	return fit.Coef
}

func pick(x []float64, rows []int) []float64 {
	out := make([]float64, len(rows))
	for k, i := range rows {
		out[k] = x[i]
	}
	return out
}

// newtonFit is where Newton's method ended: at a maximum, or with a direction that separates.
type newtonFit struct {
	coef       []float64
	fitted     []float64
	covariance [][]float64
	iterations int

	direction []float64 // nil at a maximum
	scale     []float64 // largest absolute value of each column
	apart     []bool    // rows that the direction tells apart
}

const (
	mostIterations = 200
	settled        = 1e-13
	still          = 0.1 // a largest move of the log odds of a row below this is no running off
	far            = 12  // on the scale of log odds: beyond, a separating direction is looked for
)

func newton(d *Design, y, trials []float64, rows, columns []int) (*newtonFit, error) {
	n, p := len(rows), len(columns)
	s := &newtonFit{coef: make([]float64, p), fitted: make([]float64, n), scale: make([]float64, p)}
	x := make([][]float64, p)
	for a, j := range columns {
		x[a] = pick(d.Columns[j], rows)
		for _, v := range x[a] {
			s.scale[a] = max(s.scale[a], math.Abs(v))
		}
	}
	eta := make([]float64, n)
	predictor := func(beta []float64, into []float64) {
		clear(into)
		for a, b := range beta {
			for i, v := range x[a] {
				into[i] += b * v
			}
		}
	}
	dev := func(eta []float64) float64 {
		total := 0.0
		for k, i := range rows {
			total += rowDeviance(y[i], trials[i], eta[k])
		}
		return total
	}
	before := dev(eta)
	score, weight, work := make([]float64, n), make([]float64, n), make([]float64, n)
	next, gradient := make([]float64, p), make([]float64, p)
	information := mat.NewSymDense(max(p, 1), nil)
	var factor mat.Cholesky
	last := false
	for s.iterations = 1; s.iterations <= mostIterations; s.iterations++ {
		largest := 0.0
		for k, i := range rows {
			mu, one := logit(eta[k])
			s.fitted[k] = mu
			weight[k] = trials[i] * mu * one
			score[k] = y[i]*one - (trials[i]-y[i])*mu
			largest = max(largest, math.Abs(eta[k]))
		}
		for a := range p {
			gradient[a] = dot(x[a], score)
			for i, v := range x[a] {
				work[i] = v * weight[i]
			}
			for b := a; b < p; b++ {
				information.SetSym(a, b, dot(work, x[b]))
			}
		}
		positive := factor.Factorize(information)
		if last && positive {
			s.covariance = inverse(&factor, p)
			return s, nil
		}
		step := mat.NewVecDense(p, nil)
		if !positive || factor.SolveVecTo(step, mat.NewVecDense(p, gradient)) != nil && math.IsNaN(mat.Sum(step)) {
			// Weights have gone to nothing: the data separate, or the columns are near to collinear.
			return nil, &ErrNotConverged{s.iterations}
		}
		if largest > far && s.separating(step.RawVector().Data, x, y, trials, rows) {
			return s, nil
		}
		size := 1.0
		after := math.Inf(1)
		for range 40 {
			for a := range p {
				next[a] = s.coef[a] + size*step.AtVec(a)
			}
			predictor(next, work)
			if after = dev(work); after <= before+settled*(1+before) {
				break
			}
			size /= 2
		}
		moved := 0.0
		for k := range eta {
			moved = max(moved, math.Abs(work[k]-eta[k]))
		}
		copy(s.coef, next)
		copy(eta, work)
		last = math.Abs(before-after) <= settled*(after+0.1) && (largest <= far || moved < still)
		before = after
	}
	return nil, &ErrNotConverged{mostIterations}
}

// separating tells whether a step of Newton's method is a direction along which no row's likelihood falls and some rows' grows: then there is no maximum. Along such a
// direction each step moves the rows told apart by about one on the log odds, and the others by less and less.
func (s *newtonFit) separating(step []float64, x [][]float64, y, trials []float64, rows []int) bool {
	along := make([]float64, len(rows))
	most := 0.0
	for a, b := range step {
		for i, v := range x[a] {
			along[i] += b * v
		}
	}
	for _, v := range along {
		most = max(most, math.Abs(v))
	}
	if most < still {
		return false
	}
	const nothing = 1e-4
	apart := make([]bool, len(rows))
	any := false
	for k, i := range rows {
		v := along[k] / most
		switch {
		case math.Abs(v) <= nothing:
			continue
		case y[i] == trials[i] && v > 0, y[i] == 0 && v < 0:
			apart[k], any = true, true
		default:
			return false
		}
	}
	if !any {
		return false
	}
	s.apart = apart
	s.direction = make([]float64, len(step))
	for a := range step {
		s.direction[a] = step[a] / most
		if math.Abs(s.direction[a])*s.scale[a] <= nothing {
			s.direction[a] = 0
		}
	}
	return true
}

func inverse(f *mat.Cholesky, p int) [][]float64 {
	var inv mat.SymDense
	out := matrix(p, p)
	if f.InverseTo(&inv) != nil && p == 0 {
		return out
	}
	for a := range p {
		for b := range p {
			out[a][b] = inv.At(a, b)
		}
	}
	return out
}

// logit is the probability of a one at log odds η, and of a zero.
func logit(eta float64) (one, zero float64) {
	if eta >= 0 {
		e := math.Exp(-eta)
		return 1 / (1 + e), e / (1 + e)
	}
	e := math.Exp(eta)
	return e / (1 + e), 1 / (1 + e)
}

// rowDeviance is a row's part of the deviance, less what the outcome alone gives when trials are more than one.
func rowDeviance(y, trials, eta float64) float64 {
	// −2 [y ln μ + (t − y) ln(1 − μ)], ln μ = −ln(1 + e^−η).
	return 2 * (y*softplus(-eta) + (trials-y)*softplus(eta))
}

func softplus(v float64) float64 {
	if v > 0 {
		return v + math.Log1p(math.Exp(-v))
	}
	return math.Log1p(math.Exp(v))
}

func xlogy(x, y float64) float64 {
	if x == 0 {
		return 0
	}
	return x * math.Log(y)
}

func logBinomial(n, k float64) float64 {
	if n <= 1 {
		return 0
	}
	a, _ := math.Lgamma(n + 1)
	b, _ := math.Lgamma(k + 1)
	c, _ := math.Lgamma(n - k + 1)
	return a - b - c
}

func deviance(y, trials []float64, mu func(int) float64) float64 {
	total := 0.0
	for i, v := range y {
		t := trials[i]
		if t == 0 {
			continue
		}
		m := mu(i)
		total += 2 * (xlogy(v, v/(t*m)) + xlogy(t-v, (t-v)/(t*(1-m))))
	}
	return total
}

// Covariance is the inverse of the information, over all columns; NaN for columns without a finite coefficient.
func (m *Logistic) Covariance() [][]float64 {
	out := matrix(len(m.Names), len(m.Names))
	for i := range out {
		for j := range out {
			out[i][j] = math.NaN()
		}
	}
	for a, i := range m.used {
		for b, j := range m.used {
			if m.finite(i) && m.finite(j) {
				out[i][j] = m.cov[a][b]
			}
		}
	}
	return out
}

func (m *Logistic) finite(j int) bool { return !math.IsNaN(m.Coef[j]) && !math.IsInf(m.Coef[j], 0) }

// Clustered is the covariance matrix CR0 of the coefficients with rows in clusters: bread of the information, filling of the clusters' scores.
func (m *Logistic) Clustered(cluster []int, groups int) [][]float64 {
	p := len(m.used)
	scores := matrix(groups, p)
	for i, k := range cluster {
		if m.Separated != nil && m.Separated[i] {
			continue
		}
		r := m.y[i] - m.trials[i]*m.Fitted[i]
		for a, j := range m.used {
			scores[k][a] += m.design.Columns[j][i] * r
		}
	}
	out := matrix(len(m.Names), len(m.Names))
	for i := range out {
		for j := range out {
			out[i][j] = math.NaN()
		}
	}
	bread := make([]float64, p)
	middle := matrix(p, p)
	for _, s := range scores {
		for a := range p {
			bread[a] = dot(m.cov[a], s)
		}
		for a := range p {
			for b := range p {
				middle[a][b] += bread[a] * bread[b]
			}
		}
	}
	for a, i := range m.used {
		for b, j := range m.used {
			if m.finite(i) && m.finite(j) {
				out[i][j] = middle[a][b]
			}
		}
	}
	return out
}

// MeanFitted is the mean fitted value of each group of rows, and its standard error by the delta method: what the uncertainty of the coefficients alone gives. A
// group without rows has NaN.
func (m *Logistic) MeanFitted(group []int, groups int) (mean, se []float64) {
	p := len(m.used)
	mean, se = make([]float64, groups), make([]float64, groups)
	slope := matrix(groups, p)
	n := make([]float64, groups)
	for i, k := range group {
		if k < 0 {
			continue
		}
		f := m.Fitted[i]
		n[k]++
		mean[k] += f
		for a, j := range m.used {
			slope[k][a] += f * (1 - f) * m.design.Columns[j][i]
		}
	}
	for k := range groups {
		v := 0.0
		for a := range p {
			v += slope[k][a] * dot(m.cov[a], slope[k])
		}
		mean[k] /= n[k]
		se[k] = math.Sqrt(v) / n[k]
	}
	return mean, se
}
