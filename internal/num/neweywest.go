package num

import "fmt"

// NeweyWest is the covariance matrix of the coefficients when errors hang together over up to lag rows, the rows standing in order of time: Bartlett's weights 1 − l/(lag+1), no
// prewhitening (Newey and West 1987). With adjust it is times n/(n − k).
func (m *Regression) NeweyWest(lag int, adjust bool) ([][]float64, error) {
	if lag < 0 || lag >= len(m.weighted) {
		return nil, fmt.Errorf("num: a lag of %d for %d rows", lag, len(m.weighted))
	}
	s := matrix(m.Rank, m.Rank)
	for l := range lag + 1 {
		w := 1 - float64(l)/float64(lag+1)
		for i := l; i < len(m.weighted); i++ {
			e := w * m.weighted[i] * m.weighted[i-l]
			for a, qa := range m.q {
				for b, qb := range m.q {
					s[a][b] += qa[i] * qb[i-l] * e
					if l > 0 {
						s[a][b] += qa[i-l] * qb[i] * e
					}
				}
			}
		}
	}
	if adjust {
		for a := range s {
			for b := range s {
				s[a][b] *= float64(m.N) / float64(m.DF)
			}
		}
	}
	return m.sandwich(s), nil
}

// DurbinWatson is Σ (e_i − e_{i−1})² / Σ e_i² of the residuals, rows in order of time: 2 for errors that don't hang together.
func (m *Regression) DurbinWatson() float64 {
	steps := 0.0
	for i := 1; i < len(m.weighted); i++ {
		d := m.weighted[i] - m.weighted[i-1]
		steps += d * d
	}
	return steps / dot(m.weighted, m.weighted)
}
