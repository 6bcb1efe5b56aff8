package num

import (
	"fmt"
	"math"
)

// collinear is how small the part of a column that the columns before it leave may be, as a share of the column, before it is left out. It is R's.
const collinear = 1e-7

// A Regression is a fit of weighted least squares, y = Xβ + e with Var e_i = σ²/w_i.
type Regression struct {
	Names    []string
	Coef     []float64 // NaN for a column that is left out
	LeftOut  []bool    // columns that the ones before them determine
	N        int       // rows with a weight above zero
	Rank, DF int       // columns used; N − Rank
	Fitted   []float64 // for all rows, those of weight zero too
	Residual []float64 // y − fitted, not weighted
	Leverage []float64 // diagonal of the hat matrix, weights in it; 0 for rows of weight zero
	Sigma    float64   // √(Σ w r² / DF); NaN without degrees of freedom
	R2       float64   // about the weighted mean where there is an intercept
	AdjR2    float64
	F        float64 // of all columns but the intercept together
	LogLik   float64 // normal, at the maximum
	AIC      float64 // counts σ² as a parameter

	weights   []float64
	rootW     []float64
	weighted  []float64   // √w r
	q         [][]float64 // orthonormal columns of √w X
	kept      []int       // columns of the design, one a column of q
	rInv      [][]float64 // inverse of the triangle R, √w X = QR
	intercept bool
}

// LeastSquares fits y on the design by weighted least squares; nil weights are ones. Rows of weight zero get a fitted value and count for nothing else. A column that
// the ones before it determine is left out and told, as R does. The columns are made orthogonal (Gram and Schmidt, each twice), which does not square the condition number.
func LeastSquares(d *Design, y, weights []float64) (*Regression, error) {
	if err := d.check(y); err != nil {
		return nil, err
	}
	n := len(y)
	if weights != nil && len(weights) != n {
		return nil, fmt.Errorf("num: %d weights for %d rows", len(weights), n)
	}
	m := &Regression{Names: d.Names, weights: weights, rootW: make([]float64, n)}
	for i := range n {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		if !(w >= 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("num: row %d: a weight must be a finite number from 0", i+1)
		}
		if w > 0 {
			m.N++
		}
		m.rootW[i] = math.Sqrt(w)
	}
	r := m.orthogonal(d)
	m.Rank, m.DF = len(m.kept), m.N-len(m.kept)
	if m.Rank == 0 {
		return nil, fmt.Errorf("num: no column varies, or no row has weight")
	}
	m.rInv = triangleInverse(r)

	target := make([]float64, n)
	for i := range target {
		target[i] = m.rootW[i] * y[i]
	}
	qy := make([]float64, m.Rank)
	rest := append([]float64(nil), target...)
	for range 2 { // the second time takes off what rounding left
		for k, q := range m.q {
			c := dot(q, rest)
			qy[k] += c
			subtract(rest, c, q)
		}
	}
	m.Coef, m.LeftOut = make([]float64, len(d.Names)), make([]bool, len(d.Names))
	for j := range m.Coef {
		m.Coef[j], m.LeftOut[j] = math.NaN(), true
	}
	for a, j := range m.kept {
		m.LeftOut[j] = false
		m.Coef[j] = dot(m.rInv[a], qy)
	}
	m.Fitted, m.Residual, m.Leverage = make([]float64, n), make([]float64, n), make([]float64, n)
	for _, j := range m.kept {
		for i, x := range d.Columns[j] {
			m.Fitted[i] += m.Coef[j] * x
		}
	}
	for _, q := range m.q {
		for i, v := range q {
			m.Leverage[i] += v * v
		}
	}
	for i := range n {
		m.Residual[i] = y[i] - m.Fitted[i]
		if m.rootW[i] > 0 {
			m.Residual[i] = rest[i] / m.rootW[i]
			m.Fitted[i] = y[i] - m.Residual[i]
		}
	}
	m.weighted = rest
	m.summary(y)
	return m, nil
}

// orthogonal makes the orthonormal columns and gives the triangle R of those kept, column by column.
func (m *Regression) orthogonal(d *Design) (r [][]float64) {
	for j, column := range d.Columns {
		v := make([]float64, len(column))
		for i, x := range column {
			v[i] = m.rootW[i] * x
		}
		size := norm(v)
		if size == 0 {
			continue
		}
		along := make([]float64, len(m.q)+1)
		for range 2 {
			for k, q := range m.q {
				c := dot(q, v)
				along[k] += c
				subtract(v, c, q)
			}
		}
		left := norm(v)
		if left <= collinear*size {
			continue
		}
		for i := range v {
			v[i] /= left
		}
		along[len(m.q)] = left
		m.q, m.kept, r = append(m.q, v), append(m.kept, j), append(r, along)
		if d.Names[j] == Intercept {
			m.intercept = true
		}
	}
	return r
}

// Independent are the columns that those before them do not determine, after a look that all values are finite and as many as the outcomes.
func Independent(d *Design, y []float64) ([]int, error) {
	if err := d.check(y); err != nil {
		return nil, err
	}
	rows := make([]int, len(y))
	for i := range rows {
		rows[i] = i
	}
	return independentOn(d, rows), nil
}

// independentOn is Independent on some of the rows.
func independentOn(d *Design, rows []int) []int {
	m := &Regression{rootW: make([]float64, len(rows))}
	for i := range m.rootW {
		m.rootW[i] = 1
	}
	part := &Design{}
	for j, c := range d.Columns {
		part.Add(d.Names[j], pick(c, rows))
	}
	m.orthogonal(part)
	return m.kept
}

func subtract(v []float64, c float64, q []float64) {
	for i, x := range q {
		v[i] -= c * x
	}
}

// norm is the length of v, also where its square is beyond a float.
func norm(v []float64) float64 {
	square := dot(v, v)
	if square > 1e-280 && square < 1e280 {
		return math.Sqrt(square)
	}
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	if most == 0 {
		return 0
	}
	sum := 0.0
	for _, x := range v {
		sum += (x / most) * (x / most)
	}
	return most * math.Sqrt(sum)
}

// triangleInverse inverts an upper triangle given column by column; the inverse is given row by row, whole rows.
func triangleInverse(r [][]float64) [][]float64 {
	p := len(r)
	inv := make([][]float64, p)
	for a := range inv {
		inv[a] = make([]float64, p)
	}
	for b := range p {
		inv[b][b] = 1 / r[b][b]
		for a := b - 1; a >= 0; a-- {
			s := 0.0
			for k := a + 1; k <= b; k++ {
				s += r[k][a] * inv[k][b]
			}
			inv[a][b] = -s / r[a][a]
		}
	}
	return inv
}

func (m *Regression) summary(y []float64) {
	rss := dot(m.weighted, m.weighted)
	if m.DF > 0 {
		m.Sigma = math.Sqrt(rss / float64(m.DF))
	} else {
		m.Sigma = math.NaN()
	}
	centre, sumW := 0.0, 0.0
	if m.intercept {
		for i, v := range y {
			w := m.rootW[i] * m.rootW[i]
			sumW += w
			centre += w * v
		}
		centre /= sumW
	}
	mss, logW := 0.0, 0.0
	for i, f := range m.Fitted {
		w := m.rootW[i] * m.rootW[i]
		mss += w * (f - centre) * (f - centre)
		if w > 0 {
			logW += math.Log(w)
		}
	}
	base, terms := float64(m.N), float64(m.Rank)
	if m.intercept {
		base, terms = base-1, terms-1
	}
	n := float64(m.N)
	m.R2 = mss / (mss + rss)
	m.AdjR2 = 1 - (1-m.R2)*base/float64(m.DF)
	m.F = mss / terms / (rss / float64(m.DF))
	m.LogLik = 0.5 * (logW - n*(math.Log(2*math.Pi)+1-math.Log(n)+math.Log(rss)))
	m.AIC = -2*m.LogLik + 2*float64(m.Rank+1)
}

// full spreads a matrix of the kept columns over all columns; those left out are NaN.
func (m *Regression) full(v [][]float64) [][]float64 {
	out := make([][]float64, len(m.Names))
	for i := range out {
		out[i] = make([]float64, len(m.Names))
		for j := range out[i] {
			out[i][j] = math.NaN()
		}
	}
	for a, i := range m.kept {
		for b, j := range m.kept {
			out[i][j] = v[a][b]
		}
	}
	return out
}

// sandwich is R⁻¹ S R⁻ᵀ for the middle S in the orthonormal columns.
func (m *Regression) sandwich(s [][]float64) [][]float64 {
	p := m.Rank
	half := matrix(p, p)
	for a := range p {
		for b := range p {
			for k := a; k < p; k++ {
				half[a][b] += m.rInv[a][k] * s[k][b]
			}
		}
	}
	v := matrix(p, p)
	for a := range p {
		for b := range p {
			for k := b; k < p; k++ {
				v[a][b] += half[a][k] * m.rInv[b][k]
			}
		}
	}
	return m.full(v)
}

// Covariance is σ²(XᵀWX)⁻¹, the covariance matrix of the coefficients.
func (m *Regression) Covariance() [][]float64 {
	s := matrix(m.Rank, m.Rank)
	for a := range s {
		s[a][a] = m.Sigma * m.Sigma
	}
	return m.sandwich(s)
}

// SE are the square roots of the diagonal of a covariance matrix.
func SE(covariance [][]float64) []float64 {
	se := make([]float64, len(covariance))
	for j := range se {
		se[j] = math.Sqrt(covariance[j][j])
	}
	return se
}

// Predict is the mean of the outcome at x, one value a column, and its standard error.
func (m *Regression) Predict(x []float64) (value, se float64) {
	u := make([]float64, m.Rank) // R⁻ᵀx
	for a, j := range m.kept {
		value += m.Coef[j] * x[j]
		for k := a; k < m.Rank; k++ {
			u[k] += m.rInv[a][k] * x[j]
		}
	}
	return value, m.Sigma * math.Sqrt(dot(u, u))
}

// Standardised are the residuals r√w/(σ√(1−h)); NaN for rows of weight zero and where h is 1.
func (m *Regression) Standardised() []float64 {
	out := make([]float64, len(m.Residual))
	for i, e := range m.weighted {
		out[i] = math.NaN()
		if m.rootW[i] > 0 && m.Leverage[i] < 1-1e-12 {
			out[i] = e / (m.Sigma * math.Sqrt(1-m.Leverage[i]))
		}
	}
	return out
}

// Studentised are the standardised residuals with σ from the fit without the row, which follow Student's t with DF − 1 degrees of freedom.
func (m *Regression) Studentised() []float64 {
	out := m.Standardised()
	df := float64(m.DF)
	for i, t := range out {
		out[i] = t * math.Sqrt((df-1)/(df-t*t))
	}
	return out
}

// Cook is Cook's distance of each row; NaN as for Standardised.
func (m *Regression) Cook() []float64 {
	out := m.Standardised()
	for i, t := range out {
		h := m.Leverage[i]
		out[i] = t * t * h / ((1 - h) * float64(m.Rank))
	}
	return out
}

func matrix(rows, columns int) [][]float64 {
	cells := make([]float64, rows*columns)
	m := make([][]float64, rows)
	for i := range m {
		m[i] = cells[i*columns : (i+1)*columns]
	}
	return m
}
