package gap

import (
	"errors"
	"math"
	"slices"

	"github.com/skikt/skikt/internal/num"
)

// Concentration is the concentration index of an outcome over persons ranked from the most to the least disadvantaged: 0 when rank tells nothing, below 0 when the outcome
// gathers among the disadvantaged (Kakwani, Wagstaff and van Doorslaer 1997).
type Concentration struct {
	C           float64 // 2 cov(y, r) / mean
	Mean        float64
	MeanRank    float64 // ½ always
	RankVar     float64
	SEFit       float64 // classical standard error of the convenient regression
	SERobust    float64 // with HC1
	SEKakwani   float64 // Kakwani, Wagstaff and van Doorslaer; NaN with weights that differ
	SII         float64 // slope of y on r
	SIISE       float64 // classical
	RIIOverMean float64 // SII / mean
}

// ConcentrationIndex computes it for persons: rank orders them (low is disadvantaged), weights are persons that each stands for, nil for one each. Those of one rank stand at the
// middle of their tie. The covariance has the sum of weights as divisor.
func ConcentrationIndex(rank, y, weights []float64) (Concentration, error) {
	n := len(y)
	if n < 3 || len(rank) != n || weights != nil && len(weights) != n {
		return Concentration{}, errors.New("gap: a concentration index takes three persons or more, with a rank and an outcome each")
	}
	w := weights
	if w == nil {
		w = make([]float64, n)
		for i := range w {
			w[i] = 1
		}
	}
	r, order := weightedRidits(rank, w)
	total := num.Sum(w)
	var c Concentration
	for i := range y {
		c.Mean += w[i] * y[i] / total
		c.MeanRank += w[i] * r[i] / total
	}
	cov := 0.0
	for i := range y {
		c.RankVar += w[i] * (r[i] - c.MeanRank) * (r[i] - c.MeanRank) / total
		cov += w[i] * (r[i] - c.MeanRank) * (y[i] - c.Mean) / total
	}
	c.C = 2 * cov / c.Mean
	convenient := make([]float64, n)
	for i := range y {
		convenient[i] = 2 * c.RankVar * y[i] / c.Mean
	}
	fit := func(outcome []float64) (*num.Regression, error) {
		d := num.NewDesign(n)
		d.Add("rank", r)
		return num.LeastSquares(d, outcome, weights)
	}
	m, err := fit(convenient)
	if err != nil {
		return Concentration{}, err
	}
	c.SEFit = num.SE(m.Covariance())[1]
	robust, err := m.Heteroscedastic(num.HC1)
	if err != nil {
		return Concentration{}, err
	}
	c.SERobust = num.SE(robust)[1]
	c.SII, c.SIISE, c.RIIOverMean = c.C*c.Mean/(2*c.RankVar), c.SEFit*c.Mean/(2*c.RankVar), c.C/(2*c.RankVar)
	c.SEKakwani = nan
	if slices.Max(w) == slices.Min(w) {
		c.SEKakwani = kakwani(rank, y, r, order, c)
	}
	return c, nil
}

// kakwani is √((mean a² − (1 + C)²)/n), a = y/μ (2r − 1 − C) + 2 − q₋ − q₊ with q the share of the outcome held up to before and after the person's tie.
func kakwani(rank, y, r []float64, order []int, c Concentration) float64 {
	n := len(y)
	total, held, sum := c.Mean*float64(n), 0.0, 0.0
	for i := 0; i < n; {
		j, tie := i, 0.0
		for ; j < n && rank[order[j]] == rank[order[i]]; j++ {
			tie += y[order[j]]
		}
		before, after := held/total, (held+tie)/total
		for _, k := range order[i:j] {
			a := y[k]/c.Mean*(2*r[k]-1-c.C) + 2 - before - after
			sum += a * a
		}
		held += tie
		i = j
	}
	return math.Sqrt((sum/float64(n) - (1+c.C)*(1+c.C)) / float64(n))
}

// weightedRidits are the places of persons from 0 to 1, and their order.
func weightedRidits(rank, w []float64) (r []float64, order []int) {
	order = make([]int, len(rank))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rank[a] < rank[b]:
			return -1
		case rank[a] > rank[b]:
			return 1
		}
		return 0
	})
	total, before := num.Sum(w), 0.0
	r = make([]float64, len(rank))
	for i := 0; i < len(order); {
		j, tie := i, 0.0
		for ; j < len(order) && rank[order[j]] == rank[order[i]]; j++ {
			tie += w[order[j]]
		}
		for _, k := range order[i:j] {
			r[k] = (before + tie/2) / total
		}
		before += tie
		i = j
	}
	return r, order
}

// GiniIndex is the Gini index of an outcome: its concentration over persons ranked by the outcome itself.
func GiniIndex(y, weights []float64) float64 {
	c, err := ConcentrationIndex(y, y, weights)
	if err != nil {
		return nan
	}
	return c.C
}

// GroupedConcentration is the concentration index of groups in order.
type GroupedConcentration struct {
	C         float64
	Erreygers float64 // 4 · mean · C, for an outcome from 0 to 1 (Erreygers 2009)
	Wagstaff  float64 // C / (1 − mean), for an outcome from 0 to 1 (Wagstaff 2005)
	Area      float64 // the same as C from the area under the concentration curve, as a check
	SE        float64 // with the variance p(1 − p) inside groups, per person
	SEMeans   float64 // from the groups' means only, per group
}

// ConcentrationOf computes it for groups that stand at their [Ridits], as if all in a group were alike in rank.
func ConcentrationOf(g Groups) (GroupedConcentration, error) {
	if err := g.check(2); err != nil {
		return GroupedConcentration{}, err
	}
	r, p, mean, total := Ridits(g.N), g.Rates(), g.Mean(), num.Sum(g.N)
	c := GroupedConcentration{C: -1}
	for i, n := range g.N {
		c.C += 2 / mean * n / total * p[i] * r[i]
	}
	held, area, means, within := 0.0, 0.0, 0.0, 0.0
	for i, n := range g.N {
		s := n / total
		next := held + s*p[i]/mean
		area += s * (held + next) / 2
		a := p[i]/mean*(2*r[i]-1-c.C) + 2 - held - next
		means += s * a * a
		d := 2*r[i] - 1 - c.C
		within += s * p[i] * (1 - p[i]) * d * d
		held = next
	}
	c.Area = 1 - 2*area
	c.Erreygers, c.Wagstaff = 4*mean*c.C, c.C/(1-mean)
	means -= (1 + c.C) * (1 + c.C)
	c.SE = math.Sqrt(means/total + within/(total*mean*mean))
	c.SEMeans = math.Sqrt(means / float64(len(p)))
	return c, nil
}
