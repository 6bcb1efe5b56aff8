package school

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
)

// Results are pupils' results with their background and schools.
type Results struct {
	Result     []float64  // merit value or another; NaN where not known
	Background []float64  // what the gradient is on, such as the parents' income or education; nil without, NaN where not known
	Others     []Variable // further variables of the models
	School     *Category
	Above      []Grouping // coarser levels that schools lie in, finest first: catchment or kommun; at most two
	HomeType   *Category  // for the gap between area types
	Year       *Category
}

// sift gives the rows with all that models need.
func (r *Results) sift() ([]int, Account, error) {
	n := len(r.Result)
	if n == 0 || r.School == nil || len(r.School.Of) != n {
		return nil, Account{}, errors.New("school: a model takes the result and the school of each pupil")
	}
	checks := []check{
		noSchool(r.School),
		{"pupils-without-result", "utan resultat", "without a result", func(i int) bool { return math.IsNaN(r.Result[i]) }},
	}
	if r.Background != nil {
		checks = append(checks, check{"pupils-without-background", "utan känd bakgrund", "whose background is not known", func(i int) bool { return math.IsNaN(r.Background[i]) }})
	}
	for _, v := range r.Others {
		checks = append(checks, check{"pupils-without-" + v.Name, "utan " + v.Name, "without " + v.Name, func(i int) bool { return !v.known(i) }})
	}
	for _, g := range r.Above {
		checks = append(checks, check{"pupils-without-" + g.Name, "utan " + g.Name, "without " + g.Name, g.Codes.unknown()})
	}
	if r.Year != nil {
		checks = append(checks, noYear(r.Year))
	}
	rows, account := sift(n, pupils, checks...)
	if len(rows) == 0 {
		return nil, account, fmt.Errorf("school: no pupil can be used: %s", account.Text().EN)
	}
	return rows, account, nil
}

// on puts the picked rows into columns of their own.
func (r *Results) on(rows []int) *Results {
	out := &Results{Result: pickNumbers(r.Result, rows), School: r.School.pick(rows)}
	if r.Background != nil {
		out.Background = pickNumbers(r.Background, rows)
	}
	for _, v := range r.Others {
		w := Variable{Name: v.Name, Reference: v.Reference}
		if v.Number != nil {
			w.Number = pickNumbers(v.Number, rows)
		} else {
			w.Codes = v.Codes.pick(rows)
		}
		out.Others = append(out.Others, w)
	}
	for _, g := range r.Above {
		out.Above = append(out.Above, Grouping{g.Name, g.Codes.pick(rows)})
	}
	if r.HomeType != nil {
		out.HomeType = r.HomeType.pick(rows)
	}
	return out
}

func (r *Results) design(background bool) (*num.Design, error) {
	n := len(r.Result)
	d := num.NewDesign(n)
	if !background {
		return d, nil
	}
	if r.Background != nil {
		z, sd := standardise(r.Background)
		if !(sd > 0) {
			return nil, errors.New("school: background does not vary, so that there is no slope")
		}
		d.Add(Background, z)
	}
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	for _, v := range r.Others {
		if err := v.add(d, rows); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (r *Results) levels() []Level {
	levels := []Level{r.School.Level("school")}
	for _, g := range r.Above {
		levels = append(levels, g.Codes.Level(g.Name))
	}
	return levels
}

// ModelCubes are what the models of results say.
type ModelCubes struct {
	Variance     *cube.Cube // how variance is shared between levels, without and with background
	Coefficients *cube.Cube // fixed effects of the model with background
	Effects      *cube.Cube // each group's predicted deviation, with its interval
	Fits         []*Mixed   // without and with background
}

// MixedCubes fits random intercepts for the levels, without and with background and the other variables, and gives the shares of variance, tests of each level (by ML, against
// the model without it), coefficients and predicted deviations. The deviations are no measure of a school's work: they hold what the model has not been told.
func MixedCubes(r Results, method Method) (*ModelCubes, error) {
	rows, account, err := r.sift()
	if err != nil {
		return nil, err
	}
	on := r.on(rows)
	levels := on.levels()
	models := []cube.Member{{Code: "null", Label: cube.Text{SV: "Utan bakgrund", EN: "Without background"}}}
	with := on.Background != nil || len(on.Others) > 0
	if with {
		models = append(models, cube.Member{Code: "background", Label: cube.Text{SV: "Med bakgrund", EN: "With background"}})
	}
	out := &ModelCubes{}
	model := cube.Dimension{Name: "model", Title: cube.Text{SV: "Modell", EN: "Model"}, Role: cube.Group, Members: models}
	level := cube.Dimension{Name: "level", Title: cube.Text{SV: "Nivå", EN: "Level"}, Role: cube.Group}
	for k := len(levels) - 1; k >= 0; k-- {
		level.Members = append(level.Members, cube.Member{Code: levels[k].Name, Label: cube.Same(levels[k].Name)})
	}
	level.Members = append(level.Members, cube.Member{Code: "pupil", Label: cube.Text{SV: "elev", EN: "pupil"}})
	b := cube.NewBuilder("school-variance", []cube.Dimension{model, level}, []cube.Measure{
		valueMeasure("Variance", "Varians", "Variance", 2), shareMeasure("VarianceShare", "Andel av variansen", "Share of variance"),
		valueMeasure("IntraclassCorrelation", "Korrelation inom gruppen (ICC)", "Correlation within the group (ICC)", 4),
		valueMeasure("LikelihoodRatio", "Likelihoodkvot mot modellen utan nivån", "Likelihood ratio against the model without the level", 3), valueMeasure("LikelihoodRatioP", "p (halv χ²)", "p (half χ²)", 4),
		countMeasure("NGroups", "Grupper", "Groups")})
	var singular []string
	for k, m := range models {
		d, err := on.design(k == 1)
		if err != nil {
			return nil, err
		}
		fit, err := FitMixed(d, on.Result, levels, method)
		if err != nil {
			return nil, err
		}
		out.Fits = append(out.Fits, fit)
		ratios, err := levelRatios(d, on.Result, levels)
		if err != nil {
			return nil, err
		}
		top := len(levels)
		for l := range levels {
			v := fit.Levels[l]
			present := 0
			for _, s := range v.Size {
				if s > 0 {
					present++
				}
			}
			b.Add([]int32{int32(k), int32(top - 1 - l)}, number(v.Variance, present), number(v.Share, fit.N), number(v.Within, fit.N),
				number(ratios[l].Chi2, fit.N), number(ratios[l].P, fit.N), cube.KnownCell(float64(present)))
			if v.Variance == 0 {
				singular = append(singular, m.Code+"/"+v.Name)
			}
		}
		rest := fit.Residual
		total := rest
		for _, v := range fit.Levels {
			total += v.Variance
		}
		na := cube.Cell{Status: cube.NotApplicable}
		b.Add([]int32{int32(k), int32(top)}, number(rest, fit.N), number(rest/total, fit.N), na, na, na, cube.KnownCell(float64(fit.N)))
	}
	if out.Variance, err = b.Cube(); err != nil {
		return nil, err
	}
	out.Variance.Title = cube.Text{SV: "Resultatens varians på olika nivåer", EN: "Variance of results by level"}
	last := out.Fits[len(out.Fits)-1]
	out.Variance.Notes = append(out.Variance.Notes, cube.Text{
		SV: fmt.Sprintf("Slumpmässiga intercept, %s. Andelen som bakgrunden förklarar (marginell R²) är %s; med grupperna (betingad R²) %s. Testen är gjorda med ML.", last.Method, swedish(last.Marginal, 3), swedish(last.Conditional, 3)),
		EN: fmt.Sprintf("Random intercepts, %s. The share that background stands for (marginal R²) is %.3f; with the groups (conditional R²) %.3f. Tests are by ML.", last.Method, last.Marginal, last.Conditional)})
	account.on(out.Variance)
	if len(singular) > 0 {
		out.Variance.Warn(cube.Warning{Code: "variance-at-border", Text: cube.Text{
			SV: fmt.Sprintf("Variansen är skattad till exakt 0 för %v: grupperna skiljer sig inte mer än slumpen ger. Det är ett svar och inget fel.", singular),
			EN: fmt.Sprintf("The variance is estimated at exactly 0 for %v: groups differ no more than chance gives. It is an answer and no failure.", singular)}})
	}
	if err := out.coefficients(last); err != nil {
		return nil, err
	}
	return out, out.effects(last, levels)
}

// levelRatios tests each level against the model without it, by ML.
func levelRatios(d *num.Design, y []float64, levels []Level) ([]Ratio, error) {
	full, err := FitMixed(d, y, levels, ML)
	if err != nil {
		return nil, err
	}
	out := make([]Ratio, len(levels))
	for l := range levels {
		var without float64
		if len(levels) == 1 {
			plain, err := num.LeastSquares(d, y, nil)
			if err != nil {
				return nil, err
			}
			without = plain.LogLik
		} else {
			fewer := append(append([]Level(nil), levels[:l]...), levels[l+1:]...)
			fit, err := FitMixed(d, y, fewer, ML)
			if err != nil {
				return nil, err
			}
			without = fit.LogLik
		}
		out[l] = LikelihoodRatio(full.LogLik, without)
	}
	return out, nil
}

func (out *ModelCubes) coefficients(fit *Mixed) (err error) {
	term := cube.Dimension{Name: "term", Title: cube.Text{SV: "Term", EN: "Term"}, Role: cube.Group}
	for _, name := range fit.Names {
		term.Members = append(term.Members, cube.Member{Code: name, Label: cube.Same(name)})
	}
	b := cube.NewBuilder("school-model-coefficients", []cube.Dimension{term}, []cube.Measure{valueMeasure("Coefficient", "Koefficient", "Coefficient", 3), valueMeasure("StandardError", "Medelfel", "Standard error", 3)})
	z := num.StudentQuantile(0.975, math.Inf(1))
	se := num.SE(fit.Cov)
	for j := range fit.Names {
		b.Add([]int32{int32(j)}, between(fit.Coef[j], fit.Coef[j]-z*se[j], fit.Coef[j]+z*se[j], fit.N), number(se[j], fit.N))
	}
	if out.Coefficients, err = b.Cube(); err != nil {
		return err
	}
	out.Coefficients.Title = cube.Text{SV: "Koefficienter i nivåmodellen", EN: "Coefficients of the model of levels"}
	for j, left := range fit.LeftOut {
		if left {
			out.Coefficients.Warn(leftOut(fit.Names[j]))
		}
	}
	return nil
}

func leftOut(name string) cube.Warning {
	return cube.Warning{Code: "collinear", Text: cube.Text{
		SV: fmt.Sprintf("%s följer av variablerna före och har ingen egen koefficient.", name), EN: fmt.Sprintf("%s follows from the variables before it and has no coefficient of its own.", name)}}
}

func (out *ModelCubes) effects(fit *Mixed, levels []Level) (err error) {
	level := cube.Dimension{Name: "level", Title: cube.Text{SV: "Nivå", EN: "Level"}, Role: cube.Group}
	group := cube.Dimension{Name: "group", Title: cube.Text{SV: "Grupp", EN: "Group"}, Role: cube.Group}
	at := map[string]int32{}
	for k := len(levels) - 1; k >= 0; k-- {
		level.Members = append(level.Members, cube.Member{Code: levels[k].Name, Label: cube.Same(levels[k].Name)})
		for _, code := range levels[k].Codes {
			if _, ok := at[code]; !ok {
				at[code] = int32(len(group.Members))
				group.Members = append(group.Members, cube.Member{Code: code, Label: cube.Same(code)})
			}
		}
	}
	b := cube.NewBuilder("school-model-effects", []cube.Dimension{level, group}, []cube.Measure{valueMeasure("Effect", "Skattad avvikelse", "Predicted deviation", 2), countMeasure("NPupils", "Elever", "Pupils")})
	for k := range levels {
		v := fit.Levels[k]
		for g, code := range levels[k].Codes {
			if v.Size[g] == 0 {
				continue
			}
			half := 1.96 * v.SD[g]
			b.Add([]int32{int32(len(levels) - 1 - k), at[code]}, between(v.Effect[g], v.Effect[g]-half, v.Effect[g]+half, v.Size[g]), cube.KnownCell(float64(v.Size[g])))
		}
	}
	if out.Effects, err = b.Cube(); err != nil {
		return err
	}
	out.Effects.Title = cube.Text{SV: "Skattade avvikelser efter nivå", EN: "Predicted deviations by level"}
	out.Effects.Notes = append(out.Effects.Notes, cube.Text{
		SV: "Avvikelsen är dragen mot 0, mer ju färre elever gruppen har; intervallet (95 %) tar koefficienter och varianser som kända. Den är inget mått på skolans arbete och ingen rangordning.",
		EN: "The deviation is drawn towards 0, the more the fewer pupils the group has; the interval (95 %) takes coefficients and variances as known. It is no measure of the school's work and no ranking."})
	return nil
}

// gradientMeasures are what a gradient cube holds.
func gradientMeasures() []cube.Measure {
	return []cube.Measure{
		countMeasure("NPupils", "Elever", "Pupils"), countMeasure("NSchools", "Skolor", "Schools"),
		valueMeasure("GradientSlope", "Lutning per standardavvikelse", "Slope per standard deviation", 2), valueMeasure("GradientR2", "Andel av variansen som bakgrund förklarar", "Share of variance that background stands for", 4),
		valueMeasure("GradientWithin", "Lutning inom skolor", "Slope within schools", 2), valueMeasure("GradientBetween", "Lutning mellan skolor", "Slope between schools", 2),
		valueMeasure("QuartileGap", "Skillnad mellan översta och understa fjärdedelen", "Gap between the upper and lower quarter", 2),
		valueMeasure("TypeGap", "Skillnad mellan områdestyp 5 och 1", "Gap between area types 5 and 1", 2),
		valueMeasure("SpreadP90P10", "P90 − P10", "P90 − P10", 1), valueMeasure("BetweenSchools", "Andel av variansen mellan skolor (ICC, ANOVA)", "Share of variance between schools (ICC, ANOVA)", 4)}
}

// GradientCubes give, for each year, the slope of results per standard deviation of background, within and between schools, the share of variance explained, the gap between quartiles of
// background and between area types 5 and 1 of the pupils' homes, and the spread; and the change a year of each, where there are three years or more (trend is nil with fewer).
func GradientCubes(r Results) (byYear, trend *cube.Cube, err error) {
	if r.Background == nil {
		return nil, nil, errors.New("school: a gradient takes the background of each pupil")
	}
	rows, account, err := r.sift()
	if err != nil {
		return nil, nil, err
	}
	year := oneYear(r.Year, len(r.Result))
	measures := gradientMeasures()
	b := cube.NewBuilder("school-gradient", []cube.Dimension{yearDimension(year)}, measures)
	of := make([][]int, len(year.Codes))
	for _, i := range rows {
		of[year.Of[i]] = append(of[year.Of[i]], i)
	}
	series := make([]yearly, len(measures))
	var warnings []cube.Warning
	for y, rows := range of {
		if len(rows) == 0 {
			continue
		}
		cells, se, warn, err := r.on(rows).gradientRow()
		if err != nil {
			return nil, nil, fmt.Errorf("year %d of %d: %w", y+1, len(of), err)
		}
		warnings = append(warnings, warn...)
		b.Add([]int32{int32(y)}, cells...)
		if at, err := strconv.ParseFloat(year.Codes[y], 64); err == nil {
			for k, c := range cells {
				series[k].add(at, c, se[k])
			}
		}
	}
	if byYear, err = b.Cube(); err != nil {
		return nil, nil, err
	}
	byYear.Title = cube.Text{SV: "Samband mellan bakgrund och resultat", EN: "Results and background"}
	byYear.Notes = append(byYear.Notes, cube.Text{
		SV: "Bakgrund är standardiserad varje år för sig. Intervall (95 %) för lutningen räknar med att elever i samma skola liknar varandra (CR2).",
		EN: "Background is standardised each year by itself. Intervals (95 %) of the slope allow for pupils of one school being alike (CR2)."})
	account.on(byYear)
	for _, w := range warnings {
		byYear.Warn(w)
	}
	if trend, err = trendCube(measures, series); err != nil || trend == nil {
		return byYear, nil, err
	}
	account.on(trend)
	return byYear, trend, nil
}

// yearly is a measure year by year.
type yearly struct{ years, values, se []float64 }

func (s *yearly) add(year float64, c cube.Cell, se float64) {
	if c.Status.HasValue() {
		s.years, s.values, s.se = append(s.years, year), append(s.values, c.Value), append(s.se, se)
	}
}

// trendCube has a row for each measure that is known for three years or more; nil when there is none.
func trendCube(measures []cube.Measure, series []yearly) (*cube.Cube, error) {
	of := cube.Dimension{Name: "of", Title: cube.Text{SV: "Mått", EN: "Measure"}, Role: cube.Group}
	for _, m := range measures {
		of.Members = append(of.Members, cube.Member{Code: m.Name, Label: m.Title})
	}
	b := cube.NewBuilder("school-gradient-trend", []cube.Dimension{of}, []cube.Measure{valueMeasure("ChangePerYear", "Ändring per år", "Change a year", 3), valueMeasure("TrendP", "p", "p", 4),
		{Name: "NYears", Title: cube.Text{SV: "År", EN: "Years"}, Unit: cube.Text{SV: "år", EN: "years"}, Kind: cube.Count}})
	rows := 0
	for k, s := range series {
		if measures[k].Kind == cube.Count || len(s.years) < 3 {
			continue
		}
		t, err := FitTrend(s.years, s.values, s.se)
		if err != nil {
			return nil, err
		}
		rows++
		b.Add([]int32{int32(k)}, between(t.PerYear, t.Lo, t.Hi, t.Years), number(t.P, t.Years), cube.KnownCell(float64(t.Years)))
	}
	if rows == 0 {
		return nil, nil
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Trend i sambandet mellan bakgrund och resultat", EN: "Trend of results and background"}
	out.Notes = append(out.Notes, cube.Text{
		SV: "En rät linje genom åren, vägd med 1/medelfel² där medelfel finns. Intervallet (95 %) kommer av hur åren ligger kring linjen; basen är antalet år.",
		EN: "A straight line through the years, weighed by 1/se² where there is one. The interval (95 %) comes from how the years lie about the line; the base is the number of years."})
	return out, nil
}

func (r *Results) gradientRow() (cells []cube.Cell, se []float64, warnings []cube.Warning, err error) {
	n := len(r.Result)
	g, err := MeasureGradient(r.Background, r.Result, r.School, r.Others...)
	if err != nil {
		return nil, nil, nil, err
	}
	for j, left := range g.fit.LeftOut {
		if left {
			warnings = append(warnings, leftOut(g.Names[j]))
		}
	}
	add := func(c cube.Cell, e float64) { cells, se = append(cells, c), append(se, e) }
	na := cube.Cell{Status: cube.NotApplicable}
	add(cube.KnownCell(float64(n)), math.NaN())
	add(cube.KnownCell(float64(g.Schools)), math.NaN())
	add(between(g.Coef[1], g.Lo[1], g.Hi[1], n), g.SE[1])
	add(number(g.R2, n), math.NaN())
	if p, err := PartGradient(r.Background, r.Result, r.School); err == nil {
		half := num.StudentQuantile(0.975, float64(p.WithinDF)) * p.WithinSE
		add(between(p.Within, p.Within-half, p.Within+half, n), p.WithinSE)
		add(number(p.Between, n), math.NaN())
	} else {
		add(na, math.NaN())
		add(na, math.NaN())
	}
	if q, err := QuartileGap(r.Background, r.Result, num.Averaged); err == nil {
		add(between(q.Gap, q.Gap-1.96*q.SE, q.Gap+1.96*q.SE, q.NLow+q.NHigh), q.SE)
	} else {
		add(na, math.NaN())
	}
	gap, gapSE := r.typeGap()
	add(gap, gapSE)
	add(number(MeasureSpread(r.Result, num.Averaged).P90P10, n), math.NaN())
	if a, err := AnalyseOneWay(r.Result, r.School.Of, len(r.School.Codes)); err == nil {
		add(number(a.ICC, n), math.NaN())
	} else {
		add(na, math.NaN())
	}
	return cells, se, warnings, nil
}

// typeGap is the mean result of pupils who live in areas of type 5 less that of those in type 1, with an interval that allows for pupils of one school being alike.
func (r *Results) typeGap() (cube.Cell, float64) {
	na := cube.Cell{Status: cube.NotApplicable}
	if r.HomeType == nil {
		return na, math.NaN()
	}
	five, one := r.HomeType.Index("5"), r.HomeType.Index("1")
	if five < 0 || one < 0 {
		return na, math.NaN()
	}
	var rows []int
	for i, t := range r.HomeType.Of {
		if t == five || t == one {
			rows = append(rows, i)
		}
	}
	d := num.NewDesign(len(rows))
	x := make([]float64, len(rows))
	cluster := make([]int, len(rows))
	for k, i := range rows {
		if r.HomeType.Of[i] == five {
			x[k] = 1
		}
		cluster[k] = int(r.School.Of[i])
	}
	d.Add("type5", x)
	fit, err := num.LeastSquares(d, pickNumbers(r.Result, rows), nil)
	if err != nil || fit.DF < 1 {
		return na, math.NaN()
	}
	cov, err1 := fit.Clustered(cluster, len(r.School.Codes), num.CR2)
	df, err2 := fit.SatterthwaiteDF(cluster, len(r.School.Codes))
	if err1 != nil || err2 != nil {
		return number(fit.Coef[1], len(rows)), math.NaN()
	}
	se := num.SE(cov)[1]
	half := num.StudentQuantile(0.975, df[1]) * se
	return between(fit.Coef[1], fit.Coef[1]-half, fit.Coef[1]+half, len(rows)), se
}
