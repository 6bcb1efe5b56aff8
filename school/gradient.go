package school

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/internal/num"
)

// A Gradient is how a result follows background.
type Gradient struct {
	N, Schools int
	SD         float64   // of background over pupils, with n − 1: what the slope is per
	Names      []string  // intercept, background, others
	Coef       []float64 // per SD for background
	Classical  []float64 // standard errors as if pupils were independent
	SE         []float64 // robust against pupils of a school hanging together (CR2)
	DF         []float64 // of their t tests (Satterthwaite)
	Lo, Hi     []float64 // 95 %
	R2         float64   // share of variance explained

	fit     *num.Regression
	cluster []int
	groups  int
}

// Background is the name of the standardised background in a [Gradient].
const Background = "background"

// MeasureGradient regresses a result on background, standardised over the pupils, and any other variables. All values must be known. The standard errors hold for pupils clustered in
// schools, with the correction for few clusters; they take two schools or more.
func MeasureGradient(background, result []float64, schools *Category, others ...Variable) (*Gradient, error) {
	n := len(result)
	if len(background) != n || len(schools.Of) != n {
		return nil, fmt.Errorf("school: %d results, %d of background and %d schools", n, len(background), len(schools.Of))
	}
	z, sd := standardise(background)
	if !(sd > 0) {
		return nil, errors.New("school: background does not vary, so that there is no slope")
	}
	d := num.NewDesign(n)
	d.Add(Background, z)
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	for _, v := range others {
		if err := v.add(d, rows); err != nil {
			return nil, err
		}
	}
	fit, err := num.LeastSquares(d, result, nil)
	if err != nil {
		return nil, err
	}
	if fit.DF < 1 {
		return nil, fmt.Errorf("school: %d pupils can't carry %d coefficients", n, fit.Rank)
	}
	g := &Gradient{N: n, SD: sd, Names: d.Names, Coef: fit.Coef, Classical: num.SE(fit.Covariance()), R2: fit.R2, fit: fit, cluster: ints(schools.Of), groups: len(schools.Codes)}
	present := make([]bool, g.groups)
	for _, s := range schools.Of {
		if s < 0 {
			return nil, errors.New("school: a pupil without a school belongs to no cluster")
		}
		if !present[s] {
			present[s] = true
			g.Schools++
		}
	}
	if g.SE, err = g.Robust(num.CR2); err != nil {
		return nil, err
	}
	if g.DF, err = fit.SatterthwaiteDF(g.cluster, g.groups); err != nil {
		return nil, err
	}
	g.Lo, g.Hi = make([]float64, len(g.Coef)), make([]float64, len(g.Coef))
	for j, c := range g.Coef {
		half := num.StudentQuantile(0.975, g.DF[j]) * g.SE[j]
		g.Lo[j], g.Hi[j] = c-half, c+half
	}
	return g, nil
}

// Robust are the standard errors under another kind of cluster-robust variance.
func (g *Gradient) Robust(kind num.RobustKind) ([]float64, error) {
	cov, err := g.fit.Clustered(g.cluster, g.groups, kind)
	if err != nil {
		return nil, err
	}
	return num.SE(cov), nil
}

func standardise(x []float64) (z []float64, sd float64) {
	mean := num.Mean(x)
	sd = math.Sqrt(num.Variance(x))
	z = make([]float64, len(x))
	for i, v := range x {
		z[i] = (v - mean) / sd
	}
	return z, sd
}

// WithinBetween parts a gradient into that between pupils of one school and that between schools' means.
type WithinBetween struct {
	Within, WithinSE float64 // slope per SD of background among pupils of the same school; classical standard error
	WithinDF         int     // N − schools − 1
	Between          float64 // slope of the schools' mean results on their mean background, weighted by pupils
	Contextual       float64 // Between − Within: what a school's intake goes with beyond its pupils' own background; no proof that it is the cause
}

// PartGradient gives the slope within and between schools, per SD of background over all pupils.
func PartGradient(background, result []float64, schools *Category) (*WithinBetween, error) {
	n := len(result)
	if len(background) != n || len(schools.Of) != n {
		return nil, fmt.Errorf("school: %d results, %d of background and %d schools", n, len(background), len(schools.Of))
	}
	z, sd := standardise(background)
	if !(sd > 0) {
		return nil, errors.New("school: background does not vary, so that there is no slope")
	}
	grand := num.Mean(result)
	groups := len(schools.Codes)
	size, mz, my := make([]float64, groups), make([]float64, groups), make([]float64, groups)
	for i, s := range schools.Of {
		size[s]++
		mz[s] += z[i]
		my[s] += result[i] - grand
	}
	present := 0
	var bzz, bzy float64
	for s := range groups {
		if size[s] == 0 {
			continue
		}
		present++
		mz[s], my[s] = mz[s]/size[s], my[s]/size[s]
		bzz += size[s] * mz[s] * mz[s]
		bzy += size[s] * mz[s] * my[s]
	}
	wz, wy := make([]float64, n), make([]float64, n)
	for i, s := range schools.Of {
		wz[i], wy[i] = z[i]-mz[s], result[i]-grand-my[s]
	}
	wzz, wzy := make([]float64, n), make([]float64, n)
	for i := range wz {
		wzz[i], wzy[i] = wz[i]*wz[i], wz[i]*wy[i]
	}
	inner := num.Sum(wzz)
	p := &WithinBetween{Within: num.Sum(wzy) / inner, WithinDF: n - present - 1, Between: bzy / bzz}
	if !(inner > 0) {
		return nil, errors.New("school: background does not vary within any school")
	}
	left := make([]float64, n)
	for i := range left {
		e := wy[i] - p.Within*wz[i]
		left[i] = e * e
	}
	p.WithinSE = math.NaN()
	if p.WithinDF > 0 {
		p.WithinSE = math.Sqrt(num.Sum(left) / float64(p.WithinDF) / inner)
	}
	p.Contextual = p.Between - p.Within
	return p, nil
}

// A Gap is the mean result of pupils with much background less that of those with little.
type Gap struct {
	Lower, Upper float64 // quartiles of background
	Low, High    float64 // mean results at or below the lower, and above the upper
	Gap          float64
	NLow, NHigh  int
	SE           float64 // as if pupils were independent (Welch)
}

// QuartileGap compares pupils above the upper quartile of background with those at or below the lower.
func QuartileGap(background, result []float64, kind num.QuantileType) (*Gap, error) {
	sorted := slices.Sorted(slices.Values(background))
	g := &Gap{Lower: num.Quantile(sorted, 0.25, kind), Upper: num.Quantile(sorted, 0.75, kind)}
	var low, high []float64
	for i, b := range background {
		switch {
		case b <= g.Lower:
			low = append(low, result[i])
		case b > g.Upper:
			high = append(high, result[i])
		}
	}
	if len(low) == 0 || len(high) == 0 {
		return nil, errors.New("school: a quarter of background has nobody")
	}
	g.NLow, g.NHigh, g.Low, g.High = len(low), len(high), num.Mean(low), num.Mean(high)
	g.Gap = g.High - g.Low
	g.SE = math.Sqrt(num.Variance(low)/float64(g.NLow) + num.Variance(high)/float64(g.NHigh))
	return g, nil
}

// A Spread is quantiles of results.
type Spread struct {
	P      []float64
	Q      []float64
	P90P10 float64
	P75P25 float64
}

// MeasureSpread gives the quantiles 5, 10, 25, 50, 75, 90 and 95 % of results, and how far the outer ones lie apart.
func MeasureSpread(result []float64, kind num.QuantileType) Spread {
	sorted := slices.Sorted(slices.Values(result))
	s := Spread{P: []float64{0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95}}
	for _, p := range s.P {
		s.Q = append(s.Q, num.Quantile(sorted, p, kind))
	}
	s.P90P10, s.P75P25 = s.Q[5]-s.Q[1], s.Q[4]-s.Q[2]
	return s
}

// A Trend is a straight line through yearly values.
type Trend struct {
	Years          int
	PerYear        float64
	SE             float64
	DF             int
	Lo, Hi         float64 // 95 %
	P              float64
	EqualWeighting bool // some year had no standard error, so all weigh alike
}

// FitTrend draws a line through values by year, each weighed by 1/se². Its standard error comes from how the years lie about the line, so that what moves whole years counts as
// uncertainty too; it takes three years or more.
func FitTrend(years, values, se []float64) (*Trend, error) {
	if len(years) != len(values) || len(se) != len(values) {
		return nil, errors.New("school: a trend takes a value and a standard error for each year")
	}
	if len(years) < 3 {
		return nil, fmt.Errorf("school: %d years; a trend takes three or more", len(years))
	}
	t := &Trend{Years: len(years)}
	weights := make([]float64, len(years))
	for i, s := range se {
		weights[i] = 1 / (s * s)
		if !(s > 0) || math.IsInf(s, 1) {
			t.EqualWeighting = true
		}
	}
	if t.EqualWeighting {
		weights = nil
	}
	d := num.NewDesign(len(years))
	centre := num.Mean(years)
	x := make([]float64, len(years))
	for i, y := range years {
		x[i] = y - centre
	}
	d.Add("year", x)
	fit, err := num.LeastSquares(d, values, weights)
	if err != nil {
		return nil, err
	}
	if fit.Rank < 2 {
		return nil, errors.New("school: a trend takes more than one year")
	}
	t.PerYear, t.SE, t.DF = fit.Coef[1], num.SE(fit.Covariance())[1], fit.DF
	half := num.StudentQuantile(0.975, float64(t.DF)) * t.SE
	t.Lo, t.Hi = t.PerYear-half, t.PerYear+half
	t.P = num.StudentTwoSided(t.PerYear/t.SE, float64(t.DF))
	return t, nil
}
