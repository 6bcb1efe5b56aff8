package gap

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/internal/num"
)

// Names of the columns of trend models.
const (
	ColumnTime  = "t"           // years since the first
	ColumnBreak = "after_break" // 1 from the break on
	ColumnSince = "since"       // years since the break
)

// A TrendModel is what a trend may do at a break, such as SCB's new vintage of areas from 2024.
type TrendModel int

// The models. Without a break all three are a straight line.
const (
	Straight   TrendModel = iota // one line through the break
	LevelShift                   // the level shifts at the break, the slope stays (the plain allowance for a new vintage)
	NewSlope                     // level and slope may change: an interrupted time series
)

// trendDesign makes the columns of a model. It tells when a shift can't be told from the slope.
func trendDesign(years []float64, breakAt float64, m TrendModel) (*num.Design, error) {
	if len(years) == 0 {
		return nil, errors.New("gap: a trend without years")
	}
	first := slices.Min(years)
	d := num.NewDesign(len(years))
	t, after, since := make([]float64, len(years)), make([]float64, len(years)), make([]float64, len(years))
	early, late := map[float64]bool{}, map[float64]bool{}
	for i, y := range years {
		t[i] = y - first
		early[y] = y < breakAt
		if y >= breakAt {
			after[i], since[i] = 1, y-breakAt
			late[y] = true
			delete(early, y)
		}
	}
	d.Add(ColumnTime, t)
	if m == Straight || math.IsNaN(breakAt) {
		return d, nil
	}
	switch {
	case len(early) == 0 || len(late) == 0:
		return nil, fmt.Errorf("gap: all years lie on one side of the break at %g; fit a straight line", breakAt)
	case m == LevelShift && len(early) < 2 && len(late) < 2, m == NewSlope && (len(early) < 2 || len(late) < 2):
		return nil, fmt.Errorf("gap: too few years beside the break at %g to tell a shift from the slope", breakAt)
	}
	d.Add(ColumnBreak, after)
	if m == NewSlope {
		d.Add(ColumnSince, since)
	}
	return d, nil
}

// A LinearTrend is a trend in an indicator by least squares.
type LinearTrend struct {
	Names         []string // columns: intercept, t, after_break, since
	Coef, SE      []float64
	P             []float64 // two-sided, Student's t
	Slope         Estimate  // per year, interval by Student's t
	Sigma, R2     float64
	DF            int
	DurbinWatson  float64 // about 2 when years don't hang together
	NeweyWest     []float64
	NeweyWestFull []float64 // times √(n/(n − k))
}

// Trend fits values over years; weights are persons, nil for one each. breakAt is the first year after a break, NaN for none. The Newey–West standard errors have the given lag, years in order.
func Trend(years, values, weights []float64, breakAt float64, m TrendModel, lag int, level float64) (LinearTrend, error) {
	d, err := trendDesign(years, breakAt, m)
	if err != nil {
		return LinearTrend{}, err
	}
	fit, err := num.LeastSquares(d, values, weights)
	if err != nil {
		return LinearTrend{}, err
	}
	if fit.DF < 1 || slices.Contains(fit.LeftOut, true) {
		return LinearTrend{}, fmt.Errorf("gap: a trend with %d terms can't be told from %d values", len(d.Names), len(values))
	}
	l := LinearTrend{Names: fit.Names, Coef: fit.Coef, SE: num.SE(fit.Covariance()), Sigma: fit.Sigma, R2: fit.R2, DF: fit.DF, DurbinWatson: fit.DurbinWatson()}
	for j, b := range l.Coef {
		l.P = append(l.P, num.StudentTwoSided(b/l.SE[j], float64(l.DF)))
	}
	half := num.StudentQuantile((1+level)/2, float64(l.DF)) * l.SE[1]
	l.Slope = Estimate{l.Coef[1], l.SE[1], Interval{l.Coef[1] - half, l.Coef[1] + half}}
	if lag >= 0 && lag < len(values) {
		plain, err := fit.NeweyWest(lag, false)
		if err != nil {
			return LinearTrend{}, err
		}
		l.NeweyWest = num.SE(plain)
		for _, se := range l.NeweyWest {
			l.NeweyWestFull = append(l.NeweyWestFull, se*math.Sqrt(float64(fit.N)/float64(fit.DF)))
		}
	}
	return l, nil
}

// A CountTrend is a trend in events per person by Poisson regression with offset ln n.
type CountTrend struct {
	Names            []string
	Coef, SE         []float64
	Deviance, LogLik float64
	DF               int
	Phi              float64   // Pearson's dispersion; 1 when counts are Poisson
	SEQuasi          []float64 // SE·√φ
	Yearly           Estimate  // relative change a year, exp(slope) − 1; interval on the quasi-Poisson standard error
}

// TrendOfCounts fits counts of n persons over years.
func TrendOfCounts(years, counts, persons []float64, breakAt float64, m TrendModel, level float64) (CountTrend, error) {
	d, err := trendDesign(years, breakAt, m)
	if err != nil {
		return CountTrend{}, err
	}
	fit, err := num.PoissonRegression(d, counts, logs(persons))
	if err != nil {
		return CountTrend{}, fmt.Errorf("gap: %w", err)
	}
	if slices.Contains(fit.LeftOut, true) {
		return CountTrend{}, fmt.Errorf("gap: a trend with %d terms can't be told from %d values", len(d.Names), len(counts))
	}
	c := CountTrend{Names: fit.Names, Coef: fit.Coef, SE: num.SE(fit.Covariance()), Deviance: fit.Deviance, LogLik: fit.LogLik, DF: fit.DF, Phi: fit.Phi}
	for _, se := range c.SE {
		c.SEQuasi = append(c.SEQuasi, se*math.Sqrt(c.Phi))
	}
	b, half := c.Coef[1], num.StudentQuantile((1+level)/2, float64(c.DF))*c.SEQuasi[1]
	c.Yearly = Estimate{math.Expm1(b), nan, Interval{math.Expm1(b - half), math.Expm1(b + half)}}
	return c, nil
}

// A SlopeTest asks whether groups' trends differ.
type SlopeTest struct {
	Names    []string
	Coef, SE []float64
	Deviance float64
	ChiSq    float64 // likelihood ratio against one slope for all
	DF       int
	P        float64
}

// SlopesDiffer fits one Poisson model to all groups, group being each row's from 0 to below len(names): own level and slope for each, a common level shift at the break. The test
// takes counts for Poisson; divide ChiSq by the dispersion where they vary more.
func SlopesDiffer(years []float64, group []int, names []string, counts, persons []float64, breakAt float64) (SlopeTest, error) {
	if len(names) < 2 {
		return SlopeTest{}, errors.New("gap: slopes of two groups or more are compared")
	}
	model := LevelShift
	if math.IsNaN(breakAt) {
		model = Straight
	}
	base, err := trendDesign(years, breakAt, model)
	if err != nil {
		return SlopeTest{}, err
	}
	full, common := &num.Design{}, &num.Design{}
	both := func(name string, column []float64) { full.Add(name, column); common.Add(name, column) }
	dummy := func(g int, of []float64) []float64 {
		column := make([]float64, len(group))
		for i := range column {
			if group[i] == g {
				column[i] = of[i]
			}
		}
		return column
	}
	both(base.Names[0], base.Columns[0])
	both(base.Names[1], base.Columns[1])
	for g := 1; g < len(names); g++ {
		both(names[g], dummy(g, base.Columns[0]))
	}
	if model == LevelShift {
		both(base.Names[2], base.Columns[2])
	}
	for g := 1; g < len(names); g++ {
		full.Add(ColumnTime+":"+names[g], dummy(g, base.Columns[1]))
	}
	offset := logs(persons)
	a, err := num.PoissonRegression(full, counts, offset)
	if err != nil {
		return SlopeTest{}, fmt.Errorf("gap: %w", err)
	}
	b, err := num.PoissonRegression(common, counts, offset)
	if err != nil {
		return SlopeTest{}, fmt.Errorf("gap: %w", err)
	}
	s := SlopeTest{Names: a.Names, Coef: a.Coef, SE: num.SE(a.Covariance()), Deviance: a.Deviance, ChiSq: max(b.Deviance-a.Deviance, 0), DF: a.Rank - b.Rank}
	s.P = num.ChiSquaredUpper(s.ChiSq, float64(s.DF))
	return s, nil
}

// MannKendall is Kendall's τ_b of values and years, with the exact two-sided p-value where no two are equal (NaN else), which takes no shape of the trend for granted.
func MannKendall(years, values []float64) (tau, pValue float64) {
	tau = num.Kendall(years, values)
	n := len(years)
	distinct := func(x []float64) bool {
		s := slices.Sorted(slices.Values(x))
		return len(slices.Compact(s)) == len(x)
	}
	if n < 2 || n > 170 || !distinct(years) || !distinct(values) {
		return tau, nan
	}
	// The share of orders with k inversions, one value after the other.
	share := []float64{1}
	for m := 2; m <= n; m++ {
		next := make([]float64, m*(m-1)/2+1)
		for k, v := range share {
			for j := range m {
				next[k+j] += v / float64(m)
			}
		}
		share = next
	}
	same := int(math.Round((tau + 1) * float64(n*(n-1)) / 4))
	lower, upper := num.Sum(share[:same+1]), num.Sum(share[same:])
	return tau, min(2*min(lower, upper), 1)
}

// SenSlope is the median of the slopes between all pairs of years (Sen 1968); single odd years hardly move it.
func SenSlope(years, values []float64) float64 {
	var slopes []float64
	for i := range years {
		for j := range i {
			if years[i] != years[j] {
				slopes = append(slopes, (values[i]-values[j])/(years[i]-years[j]))
			}
		}
	}
	slices.Sort(slopes)
	return num.Quantile(slopes, 0.5, num.Linear7)
}
