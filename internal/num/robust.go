package num

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// A RobustKind is a variance of coefficients that does not trust the model's variance: HC for rows that are independent, CR for rows that hang together in clusters.
// Names mean different things in different tools, so each says its factor.
type RobustKind string

// Kinds of robust variance; N rows, K columns, G clusters, h leverage, H_gg the block of the hat matrix of a cluster.
const (
	HC0      RobustKind = "HC0"       // no correction
	HC1      RobustKind = "HC1"       // N/(N−K)
	HC3      RobustKind = "HC3"       // residuals over 1 − h
	CR0      RobustKind = "CR0"       // no correction
	CR1      RobustKind = "CR1"       // G/(G−1); what clubSandwich calls CR1
	CR1Stata RobustKind = "CR1-stata" // G/(G−1)·(N−1)/(N−K); Stata, statsmodels and vcovCL's HC1; clubSandwich calls it CR1S
	CR2      RobustKind = "CR2"       // residuals by (I − H_gg)^−½: unbiased if the rows were independent (Bell and McCaffrey 2002)
	CR3      RobustKind = "CR3"       // residuals by (I − H_gg)^−1: close to the jackknife
)

// Heteroscedastic is the covariance matrix of the coefficients under HC0, HC1 or HC3.
func (m *Regression) Heteroscedastic(kind RobustKind) ([][]float64, error) {
	s := matrix(m.Rank, m.Rank)
	for i, e := range m.weighted {
		if kind == HC3 {
			e /= 1 - m.Leverage[i]
		}
		for a, qa := range m.q {
			for b := range a + 1 {
				s[a][b] += qa[i] * m.q[b][i] * e * e
			}
		}
	}
	factor := 1.0
	switch kind {
	case HC0, HC3:
	case HC1:
		factor = float64(m.N) / float64(m.DF)
	default:
		return nil, fmt.Errorf("num: %q is no variance for independent rows", kind)
	}
	mirror(s, factor)
	return m.sandwich(s), nil
}

// mirror fills the upper triangle from the lower one, all times a factor.
func mirror(s [][]float64, factor float64) {
	for a := range s {
		for b := range a + 1 {
			s[a][b] *= factor
			s[b][a] = s[a][b]
		}
	}
}

// Clustered is the covariance matrix of the coefficients with rows in clusters, numbered from 0 to below groups. CR2 and CR3 take the fit's own weights for the
// working model (variance σ²/w). Rows of weight zero belong to no cluster. It takes two clusters or more.
func (m *Regression) Clustered(cluster []int, groups int, kind RobustKind) ([][]float64, error) {
	c, err := m.clusters(cluster, groups, kind)
	if err != nil {
		return nil, err
	}
	g, n := float64(c.present), float64(m.N)
	factor := 1.0
	switch kind {
	case CR1:
		factor = g / (g - 1)
	case CR1Stata:
		factor = g / (g - 1) * (n - 1) / float64(m.DF)
	}
	s := matrix(m.Rank, m.Rank)
	for k := range groups {
		u := c.score(k)
		for a := range u {
			for b := range a + 1 {
				s[a][b] += u[a] * u[b]
			}
		}
	}
	mirror(s, factor)
	return m.sandwich(s), nil
}

// SatterthwaiteDF are the degrees of freedom of t tests with CR2, one a coefficient: those of the χ² with the mean and variance that the estimated variance has when the
// rows are independent (Bell and McCaffrey 2002, Pustejovsky and Tipton 2018). NaN for a column left out.
func (m *Regression) SatterthwaiteDF(cluster []int, groups int) ([]float64, error) {
	c, err := m.clusters(cluster, groups, CR2)
	if err != nil {
		return nil, err
	}
	p := m.Rank
	df := make([]float64, len(m.Names))
	for j := range df {
		df[j] = math.NaN()
	}
	for a, j := range m.kept {
		// With z_g = A_g Q_g R⁻ᵀe_j the variance is Σ (z_gᵀe)²; in the matrix of z_gᵀ(I − H)z_h only Q_gᵀz_g and z_gᵀz_g enter.
		cross := matrix(p, p)
		mean, diagonal := 0.0, 0.0
		for k := range groups {
			if c.sum[k] == nil {
				continue
			}
			b, own := c.spread(k, m.rInv[a])
			size := dot(b, b)
			mean += own - size
			diagonal += (own-size)*(own-size) - size*size
			for x := range p {
				for y := range p {
					cross[x][y] += b[x] * b[y]
				}
			}
		}
		for x := range p {
			diagonal += dot(cross[x], cross[x])
		}
		df[j] = mean * mean / diagonal
	}
	return df, nil
}

// clusters holds, for each cluster, Q_gᵀQ_g by eigenvalues and Q_gᵀe_g: all that the corrections need, however large the clusters.
type clusters struct {
	kind    RobustKind
	present int
	sum     [][]float64  // Q_gᵀe_g; nil for a cluster without rows
	values  [][]float64  // eigenvalues of Q_gᵀQ_g, for CR2 and CR3
	vectors []*mat.Dense // and eigenvectors
}

func (m *Regression) clusters(cluster []int, groups int, kind RobustKind) (*clusters, error) {
	switch kind {
	case CR0, CR1, CR1Stata, CR2, CR3:
	default:
		return nil, fmt.Errorf("num: %q is no variance for clusters", kind)
	}
	if len(cluster) != len(m.Residual) {
		return nil, fmt.Errorf("num: clusters are given for %d of %d rows", len(cluster), len(m.Residual))
	}
	p := m.Rank
	c := &clusters{kind: kind, sum: make([][]float64, groups), values: make([][]float64, groups), vectors: make([]*mat.Dense, groups)}
	grams := matrix(groups, p*p)
	for i, k := range cluster {
		if k < 0 || k >= groups {
			return nil, fmt.Errorf("num: row %d lies in cluster %d of %d", i+1, k+1, groups)
		}
		if m.rootW[i] == 0 {
			continue
		}
		if c.sum[k] == nil {
			c.sum[k] = make([]float64, p)
			c.present++
		}
		for a, qa := range m.q {
			c.sum[k][a] += qa[i] * m.weighted[i]
			if kind == CR2 || kind == CR3 {
				for b := range a + 1 {
					grams[k][b*p+a] += qa[i] * m.q[b][i]
				}
			}
		}
	}
	for k := range groups {
		if c.sum[k] == nil || kind != CR2 && kind != CR3 {
			continue
		}
		var eigen mat.EigenSym
		if !eigen.Factorize(mat.NewSymDense(p, grams[k]), true) {
			return nil, fmt.Errorf("num: the eigenvalues of cluster %d don't converge", k+1)
		}
		c.vectors[k] = &mat.Dense{}
		eigen.VectorsTo(c.vectors[k])
		c.values[k] = eigen.Values(nil)
	}
	if c.present < 2 {
		return nil, fmt.Errorf("num: %d clusters; a variance over clusters takes two or more", c.present)
	}
	return c, nil
}

// power gives, for the eigenvalues λ of Q_gᵀQ_g, the functions that (I − Q_gQ_gᵀ)^e needs: 1 − λ raised to e. Where λ is 1 the cluster alone determines a coefficient, and
// the pseudo-inverse has 0.
func (c *clusters) power(lambda float64) float64 {
	left := 1 - lambda
	if left < 1e-10 {
		return 0
	}
	if c.kind == CR3 {
		return 1 / left
	}
	return 1 / math.Sqrt(left)
}

// score is Q_gᵀA_g e_g, where A_g is the kind's correction.
func (c *clusters) score(k int) []float64 {
	if c.sum[k] == nil {
		return nil
	}
	if c.kind != CR2 && c.kind != CR3 {
		return c.sum[k]
	}
	return c.apply(k, c.sum[k], c.power)
}

// apply is U f(λ) Uᵀ v for a cluster's eigenvectors U.
func (c *clusters) apply(k int, v []float64, f func(lambda float64) float64) []float64 {
	u, p := c.vectors[k], len(v)
	out := make([]float64, p)
	for e, lambda := range c.values[k] {
		along := 0.0
		for a := range p {
			along += u.At(a, e) * v[a]
		}
		along *= f(lambda)
		for a := range p {
			out[a] += u.At(a, e) * along
		}
	}
	return out
}

// spread is, for z = A_g Q_g r, Q_gᵀz and zᵀz.
func (c *clusters) spread(k int, r []float64) (b []float64, own float64) {
	b = c.apply(k, r, func(lambda float64) float64 { return lambda * c.power(lambda) })
	square := c.apply(k, r, func(lambda float64) float64 { return lambda * c.power(lambda) * c.power(lambda) })
	return b, dot(r, square)
}
