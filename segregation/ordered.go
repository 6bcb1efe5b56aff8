package segregation

import (
	"fmt"
	"math"
)

// Ordered groups stand in order in the table, the lowest first: incomes in classes, education. The measures see the order, and not how far apart
// the groups are.

// A Spread says how the variation of an ordered variable is measured at one threshold that parts everybody into p below and 1 − p above. It is 1 at
// p = ½ and 0 at 0 and 1.
type Spread string

// The spreads, and the indices that they make.
const (
	SpreadEntropy    Spread = "entropy"  // −p log₂ p − (1−p) log₂(1−p): H
	SpreadVariance   Spread = "variance" // 4p(1−p): R
	SpreadSquareRoot Spread = "root"     // 2√(p(1−p)): S
	SpreadAbsolute   Spread = "absolute" // 1 − |2p − 1|: the absolute Λ
)

// Spreads are all spreads.
func Spreads() []Spread {
	return []Spread{SpreadEntropy, SpreadVariance, SpreadSquareRoot, SpreadAbsolute}
}

func (s Spread) at(p float64) float64 {
	if p <= 0 || p >= 1 {
		return 0
	}
	switch s {
	case SpreadEntropy:
		return -(p*math.Log(p) + (1-p)*math.Log1p(-p)) / math.Ln2
	case SpreadVariance:
		return 4 * p * (1 - p)
	case SpreadSquareRoot:
		return 2 * math.Sqrt(p*(1-p))
	case SpreadAbsolute:
		return 1 - math.Abs(2*p-1)
	}
	return math.NaN()
}

// Ordinal is Reardon's Λ for ordered groups: how much less an ordered variable varies within units than in the whole, Σ n_i (v − v_i) / (N v),
// where v is the mean over the G − 1 thresholds of the spread of the shares below and above; from 0 to 1. NaN with fewer than two groups, or an
// unknown spread. Reardon (2009).
func Ordinal(t *Table, s Spread) float64 {
	_, whole := t.thresholds()
	if len(whole) == 0 {
		return math.NaN()
	}
	var v, lost sum
	for _, p := range whole {
		v.add(s.at(p))
	}
	t.eachThreshold(func(w float64, k int, p float64) { lost.add(w * (s.at(whole[k]) - s.at(p))) })
	return within01(lost.value() / v.value())
}

// thresholds are the groups after which there is a threshold, and the shares of everybody up to and with them, strictly between 0 and 1: an empty
// group makes no threshold of its own.
func (t *Table) thresholds() (after []int, shares []float64) {
	for g, n := range t.groups {
		if p := total(t.groups[:g+1]) / t.total; n > 0 && p > 0 && p < 1 {
			after, shares = append(after, g), append(shares, p)
		}
	}
	return after, shares
}

// eachThreshold calls f for every unit with persons and every threshold: the unit's part of everybody, the threshold, and the unit's share below it.
func (t *Table) eachThreshold(f func(w float64, k int, p float64)) {
	after, _ := t.thresholds()
	for i := range t.Units {
		if t.units[i] > 0 {
			below, g := 0.0, 0
			row := t.Unit(i)
			for k, last := range after {
				for ; g <= last; g++ {
					below += row[g]
				}
				f(t.units[i]/t.total, k, min(1, below/t.units[i]))
			}
		}
	}
}

// A PolynomialFit says how the polynomial of a rank-order index is fitted.
type PolynomialFit struct {
	Order int  // of the polynomial; 4 is common
	Equal bool // all thresholds weigh alike, as in OasisR; else by the squared spread, as Reardon and Bischoff have it
}

// A RankOrder is a rank-order index with the fit that it stands on.
type RankOrder struct {
	Spread     Spread
	Fit        PolynomialFit
	Index      float64   // the rank-order index
	SE         float64   // its standard error from the fit alone; NaN without degrees of freedom
	Percentile []float64 // share of everybody below each threshold
	At         []float64 // the two-group index of those below against those above each threshold

	// The polynomial in the percentile, lowest power first: coefficients, their standard errors, and the residual standard deviation on DF degrees
	// of freedom, at the threshold that weighs most. These tell how well the polynomial fits, not how the index would differ in another sample of
	// persons.
	Coefficients, CoefficientSE []float64
	ResidualSD                  float64
	DF                          int

	covariance [][]float64 // of the coefficients, over the residual variance
}

// RankOrderSegregation is Reardon's rank-order index of income segregation: H^R, R^R or S^R by the spread (the absolute one has none). At each
// threshold between two groups the two-group index of those below against those above is computed, H(p); a polynomial in the percentile p is fitted
// to these by least squares; the index is the mean of that polynomial over all percentiles, weighed by the spread. From 0 to 1 but for the fit.
// Order and weights of the fit move the fourth or fifth decimal: state them. It fails when there are too few thresholds for the order. Reardon and
// Bischoff (2011), Reardon (2011).
func RankOrderSegregation(t *Table, s Spread, fit PolynomialFit) (RankOrder, error) {
	order := fit.Order
	weight := spreadMoment(s)
	if weight == nil {
		return RankOrder{}, fmt.Errorf("segregation: no rank-order index for the spread %q; there is one for entropy, variance and root", s)
	}
	out := RankOrder{Spread: s, Fit: fit}
	_, out.Percentile = t.thresholds()
	n := len(out.Percentile)
	if order < 0 || order+1 > n {
		return RankOrder{}, fmt.Errorf("segregation: a polynomial of order %d needs at least %d thresholds, and there are %d", order, order+1, n)
	}
	within := make([]sum, n)
	t.eachThreshold(func(w float64, k int, p float64) { within[k].add(w * (s.at(out.Percentile[k]) - s.at(p))) })
	out.At = make([]float64, n)
	largest := 0.0
	for _, p := range out.Percentile {
		largest = max(largest, s.at(p))
	}
	rows, y := make([][]float64, n), make([]float64, n)
	for k, p := range out.Percentile {
		v := s.at(p)
		out.At[k] = within01(within[k].value() / v)
		// Rows and values are multiplied by the root of the weight, v² as a part of the largest.
		root := v / largest
		if fit.Equal {
			root = 1
		}
		rows[k] = make([]float64, order+1)
		power := root
		for j := range rows[k] {
			rows[k][j] = power
			power *= p
		}
		y[k] = root * out.At[k]
	}
	var rss float64
	var ok bool
	if out.Coefficients, out.covariance, rss, ok = leastSquares(rows, y); !ok {
		return RankOrder{}, fmt.Errorf("segregation: the thresholds lie too close together for a polynomial of order %d", order)
	}
	out.DF = n - order - 1
	out.ResidualSD = math.NaN()
	if out.DF > 0 {
		out.ResidualSD = math.Sqrt(rss / float64(out.DF))
	}
	moments := make([]float64, order+1)
	for j := range moments {
		moments[j] = weight(j)
		out.Index += moments[j] * out.Coefficients[j]
		out.CoefficientSE = append(out.CoefficientSE, out.ResidualSD*math.Sqrt(out.covariance[j][j]))
	}
	out.SE = out.ResidualSD * math.Sqrt(out.quadratic(moments))
	return out, nil
}

// Predict is the fitted polynomial at a percentile between 0 and 1, with its standard error: how segregated those below are from those above.
func (r RankOrder) Predict(percentile float64) (value, se float64) {
	x := make([]float64, len(r.Coefficients))
	power := 1.0
	for j := range x {
		x[j] = power
		value += power * r.Coefficients[j]
		power *= percentile
	}
	return value, r.ResidualSD * math.Sqrt(r.quadratic(x))
}

func (r RankOrder) quadratic(x []float64) float64 {
	s := 0.0
	for j := range x {
		for k := range x {
			s += x[j] * r.covariance[j][k] * x[k]
		}
	}
	return max(0, s)
}

// spreadMoment is the mean of p^k over all percentiles, weighed by the spread: ∫ v(p) p^k dp / ∫ v(p) dp.
func spreadMoment(s Spread) func(k int) float64 {
	switch s {
	case SpreadEntropy:
		// In nats ∫ v dp = ½. ∫ −p^(k+1) ln p dp = 1/(k+2)², and ∫ −p^k (1−p) ln(1−p) dp = b(k) − b(k+1), where b(k) = ∫ −p^k ln(1−p) dp is the
		// (k+1):th harmonic number over k+1.
		b := func(k int) float64 {
			h := 0.0
			for j := 1; j <= k+1; j++ {
				h += 1 / float64(j)
			}
			return h / float64(k+1)
		}
		return func(k int) float64 { return 2 * (1/float64((k+2)*(k+2)) + b(k) - b(k+1)) }
	case SpreadVariance:
		return func(k int) float64 { return 6 / float64((k+2)*(k+3)) }
	case SpreadSquareRoot:
		// (8/π) B(k + 3/2, 3/2), by the recursion of the beta function.
		return func(k int) float64 {
			m := 1.0
			for j := range k {
				m *= (float64(j) + 1.5) / float64(j+3)
			}
			return m
		}
	}
	return nil
}

// leastSquares solves min |rows·x − y| by Householder reflections; inverse is (rowsᵀ rows)⁻¹, rss the residual sum of squares. ok is false when the
// columns are dependent.
func leastSquares(rows [][]float64, y []float64) (x []float64, inverse [][]float64, rss float64, ok bool) {
	n, m := len(rows), len(rows[0])
	for j := range m {
		norm := 0.0
		for i := j; i < n; i++ {
			norm = math.Hypot(norm, rows[i][j])
		}
		if norm < 1e-13 {
			return nil, nil, 0, false
		}
		if rows[j][j] > 0 {
			norm = -norm
		}
		v := make([]float64, n)
		v[j] = rows[j][j] - norm
		for i := j + 1; i < n; i++ {
			v[i] = rows[i][j]
		}
		vv := 0.0
		for i := j; i < n; i++ {
			vv += v[i] * v[i]
		}
		reflect := func(at func(i int) *float64) {
			dot := 0.0
			for i := j; i < n; i++ {
				dot += v[i] * *at(i)
			}
			for i := j; i < n; i++ {
				*at(i) -= 2 * dot / vv * v[i]
			}
		}
		for c := j; c < m; c++ {
			reflect(func(i int) *float64 { return &rows[i][c] })
		}
		reflect(func(i int) *float64 { return &y[i] })
	}
	for i := m; i < n; i++ {
		rss += y[i] * y[i]
	}
	// back solves R·z = b.
	back := func(b []float64) []float64 {
		z := make([]float64, m)
		for j := m - 1; j >= 0; j-- {
			z[j] = b[j]
			for k := j + 1; k < m; k++ {
				z[j] -= rows[j][k] * z[k]
			}
			z[j] /= rows[j][j]
		}
		return z
	}
	x = back(y)
	// (RᵀR)⁻¹ = R⁻¹R⁻ᵀ, from the columns of R⁻¹.
	columns := make([][]float64, m)
	for j := range columns {
		e := make([]float64, m)
		e[j] = 1
		columns[j] = back(e)
	}
	inverse = make([][]float64, m)
	for j := range inverse {
		inverse[j] = make([]float64, m)
		for k := range inverse[j] {
			for c := range m {
				inverse[j][k] += columns[c][j] * columns[c][k]
			}
		}
	}
	return x, inverse, rss, true
}

// NeighbourhoodSorting is the neighbourhood sorting index: the standard deviation of the units' mean incomes over that of persons' incomes, √(Σ n_i
// (m_i − m)² / Σ_g N_g (y_g − m)²), from 0 to 1. values are the incomes y_g of the groups, such as class means. NaN when everybody has the same
// income, or nobody is there, or there is not one value a group. Jargowsky (1996).
func NeighbourhoodSorting(t *Table, values []float64) float64 {
	if t.total == 0 || len(values) != t.Groups {
		return math.NaN()
	}
	var mean, between, all sum
	for g, y := range values {
		mean.add(t.groups[g] / t.total * y)
	}
	m := mean.value()
	for g, y := range values {
		all.add(t.groups[g] / t.total * (y - m) * (y - m))
	}
	for i := range t.Units {
		if t.units[i] > 0 {
			d := 0.0
			for g, n := range t.Unit(i) {
				d += n / t.units[i] * (values[g] - m)
			}
			between.add(t.units[i] / t.total * d * d)
		}
	}
	if !(all.value() > 0) {
		return math.NaN()
	}
	return within01(math.Sqrt(between.value() / all.value()))
}
