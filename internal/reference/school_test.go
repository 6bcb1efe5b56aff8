package reference

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
	"github.com/skikt/skikt/school"
	"github.com/skikt/skikt/segregation"
)

// answerSchool answers mixed models, cluster-robust gradients, SALSA's regressions, school indices and counterfactual schools. The id begins with the data set; words after it and the
// call say what is wanted.
func answerSchool(r Result) (Answer, bool, error) {
	tables, err := r.Tables()
	if err != nil {
		return Answer{}, false, err
	}
	dataset, rest, _ := strings.Cut(r.ID, ".")
	s := &schoolData{r: r, words: strings.Split(rest, "."), rest: rest}
	for i, t := range tables {
		base := strings.TrimSuffix(filepath.Base(r.DataFiles[i]), ".csv")
		if base == dataset || strings.HasPrefix(base, dataset+"_") || len(tables) > 1 && strings.HasSuffix(base, "_"+dataset) {
			s.tables = append(s.tables, t)
		}
	}
	with := func(columns ...string) bool {
		for _, t := range s.tables {
			if t.Has(columns...) {
				s.t = t
				return true
			}
		}
		return false
	}
	switch {
	case len(s.tables) == 2 && with("pupil", "x", "y", "group", "school_actual"):
		return s.choice()
	case len(s.tables) == 1 && with("unit", "pupils", "parent_edu"):
		return s.salsa()
	case len(s.tables) == 1 && with("pupil", "edu", "ineligible"):
		return s.index()
	case len(s.tables) == 1 && with("pupil", "x", "g", "y"):
		return s.separation()
	case len(s.tables) == 1 && with("pupil", "kommun", "school", "merit") && slices.Contains([]string{"null2", "cov2", "null3", "cov3", "lrt", "anova"}, s.words[0]):
		return s.mixed()
	case len(s.tables) == 1 && s.t != nil:
		return s.gradient()
	case strings.HasPrefix(r.Tool, "statsmodels"):
		return s.statsmodels(with)
	}
	return Answer{}, false, nil
}

type schoolData struct {
	r      Result
	tables []*Table
	t      *Table
	words  []string
	rest   string
}

func (s *schoolData) numbers(column string) ([]float64, error) {
	out := make([]float64, len(s.t.Rows))
	for i := range out {
		v, err := strconv.ParseFloat(s.t.Get(i, column), 64)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", column, err)
		}
		out[i] = v
	}
	return out, nil
}

func (s *schoolData) codes(column string) *school.Category {
	out := make([]string, len(s.t.Rows))
	for i := range out {
		out[i] = s.t.Get(i, column)
	}
	return school.NewCategory(out)
}

// callOf is the call of another result of the same file.
func (s *schoolData) callOf(suffix string) (string, error) {
	dataset, _, _ := strings.Cut(s.r.ID, ".")
	all, err := read(s.r.Family, s.r.folder, filepath.Join(s.r.folder, "expected", s.r.File))
	if err != nil {
		return "", err
	}
	for _, o := range all {
		if o.ID == dataset+"."+suffix {
			return o.Call, nil
		}
	}
	return "", fmt.Errorf("no result %s.%s, whose call would tell the model", dataset, suffix)
}

var schoolFormula = regexp.MustCompile(`\(\s*([\w.]+)\s*~\s*([^,]*?)(,|\)$|\)[ ,;]|$)`)

// formula is the outcome and the terms of a call, random ones left out.
func schoolTerms(call string) (outcome string, terms []string) {
	m := schoolFormula.FindStringSubmatch(call)
	if m == nil {
		return "", nil
	}
	for t := range strings.SplitSeq(m[2], "+") {
		t = strings.TrimSpace(t)
		if t != "" && t != "1" && !strings.HasPrefix(t, "(") {
			terms = append(terms, t)
		}
	}
	return m[1], terms
}

func schoolMap(names []string, values []float64) map[string]any {
	out := map[string]any{}
	for j, n := range names {
		out[n] = values[j]
	}
	return out
}

func (s *schoolData) levels(three bool) []school.Level {
	kommun := s.codes("kommun")
	levels := []school.Level{school.Within(kommun, s.codes("school")).Level("ks")}
	if three {
		levels = append(levels, kommun.Level("kommun"))
	}
	return levels
}

func (s *schoolData) fitMixed(model string, method school.Method) (*school.Mixed, error) {
	outcome, terms := "merit", []string(nil)
	if strings.HasPrefix(model, "cov") {
		terms = []string{"ses", "girl", "immigrated"}
	}
	if o, named := schoolTerms(s.r.Call); o != "" && strings.Contains(s.r.Call, "lmer(") {
		outcome, terms = o, named
	}
	y, err := s.numbers(outcome)
	if err != nil {
		return nil, err
	}
	d := num.NewDesign(len(y))
	for _, t := range terms {
		x, err := s.numbers(t)
		if err != nil {
			return nil, err
		}
		d.Add(t, x)
	}
	return school.FitMixed(d, y, s.levels(strings.HasSuffix(model, "3")), method)
}

func (s *schoolData) mixed() (Answer, bool, error) {
	switch s.words[0] {
	case "anova":
		return s.anova()
	case "lrt":
		one, err := s.fitMixed("cov2", school.ML)
		if err != nil {
			return Answer{}, true, err
		}
		var with, without float64
		if s.words[1] == "kommun" {
			two, err := s.fitMixed("cov3", school.ML)
			if err != nil {
				return Answer{}, true, err
			}
			with, without = two.LogLik, one.LogLik
		} else {
			y, _ := s.numbers("merit")
			d := num.NewDesign(len(y))
			for _, t := range []string{"ses", "girl", "immigrated"} {
				x, _ := s.numbers(t)
				d.Add(t, x)
			}
			plain, err := num.LeastSquares(d, y, nil)
			if err != nil {
				return Answer{}, true, err
			}
			with, without = one.LogLik, plain.LogLik
		}
		lr := school.LikelihoodRatio(with, without)
		return Answer{Value: map[string]any{"chi2": lr.Chi2, "p_half": lr.P, "p_naive": lr.Naive}}, true, nil
	}
	if len(s.words) < 3 {
		return Answer{}, false, nil
	}
	m, err := s.fitMixed(s.words[0], school.Method(strings.ToUpper(s.words[1])))
	if err != nil {
		return Answer{}, true, err
	}
	variances, shares := map[string]any{"residual": m.Residual}, map[string]any{}
	rest := 1.0
	for _, l := range m.Levels {
		variances[l.Name], shares[l.Name] = l.Variance, l.Share
		rest -= l.Share
	}
	shares["residual"] = rest
	level := func() (school.MixedLevel, school.Level, error) {
		for k, l := range m.Levels {
			if len(s.words) == 4 && l.Name == s.words[3] {
				return l, s.levels(len(m.Levels) == 2)[k], nil
			}
		}
		return school.MixedLevel{}, school.Level{}, fmt.Errorf("no level %v", s.words)
	}
	var value any
	answer := Answer{}
	switch s.words[2] {
	case "variance":
		value = variances
	case "fixef":
		value = schoolMap(m.Names, m.Coef)
	case "se":
		value = schoolMap(m.Names, num.SE(m.Cov))
	case "vcov":
		value = m.Cov
		if len(m.Cov) == 1 {
			value = m.Cov[0]
		}
	case "loglik", "loglik_dense":
		value = m.LogLik
	case "aic":
		value = m.AIC
	case "bic":
		value = m.BIC
	case "icc":
		value = shares
		answer.Disputed = schoolAtBorder(s.r.Value, shares)
	case "icc_cum":
		within := map[string]any{"same_school": m.Levels[0].Within, "same_kommun": m.Levels[1].Within}
		value = within
		answer.Disputed = schoolAtBorder(s.r.Value, within)
	case "r2":
		value = map[string]any{"marginal": m.Marginal, "conditional": m.Conditional}
	case "nlme":
		variances["loglik"] = m.LogLik
		value = variances
		theirs, _ := s.r.Value.(map[string]any)
		for _, l := range m.Levels {
			if v, _ := theirs[l.Name].(float64); l.Variance == 0 && v > 0 && v < 1e-6*m.Residual {
				answer.Disputed = map[string]string{l.Name: "the likelihood is highest at 0; nlme works with the logarithm and stops short of it, as the tolerance's words say"}
			}
		}
	case "blup", "blup_sd":
		l, groups, err := level()
		if err != nil {
			return Answer{}, false, nil
		}
		if s.words[2] == "blup" {
			value = schoolMap(groups.Codes, l.Effect)
		} else {
			value = schoolMap(groups.Codes, l.SD)
		}
	case "blup_sum2":
		l, _, err := level()
		if err != nil {
			return Answer{}, false, nil
		}
		total := 0.0
		for _, u := range l.Effect {
			total += u * u
		}
		value = total
	default:
		return Answer{}, false, nil
	}
	answer.Value = value
	return answer, true, nil
}

// schoolAtBorder are the shares that are 0 here and next to nothing in the other tool.
func schoolAtBorder(theirs any, ours map[string]any) map[string]string {
	members, _ := theirs.(map[string]any)
	out := map[string]string{}
	for name, v := range ours {
		if t, ok := members[name].(float64); ok && v == 0.0 && t != 0 && t < 1e-9 {
			out[name] = "the likelihood is highest at the border, where the share is exactly 0; the tool's optimiser stops just short of it, and its tolerance is relative"
		}
	}
	return out
}

func (s *schoolData) anova() (Answer, bool, error) {
	y, err := s.numbers("merit")
	if err != nil {
		return Answer{}, true, err
	}
	levels := s.levels(true)
	switch s.words[1] {
	case "nested":
		parts, err := school.AnalyseNested(y, levels)
		if err != nil {
			return Answer{}, true, err
		}
		v := map[string]any{}
		for k, name := range []string{"kommun", "school", "pupil"} {
			v["SS_"+name], v["df_"+name], v["share_"+name] = parts[k].SS, parts[k].DF, parts[k].Share
		}
		return Answer{Value: v}, true, nil
	case "balanced_reml", "balanced_ml":
		// The closed form is asked of the fit itself, which is a harder question.
		m, err := s.fitMixed("null2", school.Method(strings.ToUpper(strings.TrimPrefix(s.words[1], "balanced_"))))
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: map[string]any{"sigma2": m.Residual, "tau2": m.Levels[0].Variance, "mean": m.Coef[0], "se_mean": num.SE(m.Cov)[0]}}, true, nil
	}
	a, err := school.AnalyseOneWay(y, levels[0].Of, len(levels[0].Codes))
	if err != nil {
		return Answer{}, true, err
	}
	values := map[string]any{
		"ss": map[string]any{"SSB": a.SSB, "SSW": a.SSW, "SST": a.SST, "df_between": a.Groups - 1, "df_within": a.N - a.Groups, "MSB": a.MSB, "MSW": a.MSW, "F": a.F, "p": a.P},
		"n0": a.N0, "sigma2_between": a.Between, "icc": a.ICC, "icc_truncated": max(0, a.ICC), "eta2": a.Eta2, "omega2": a.Omega2, "epsilon2": a.Epsilon2,
		"sizes": map[string]any{"k": a.Groups, "N": a.N, "singletons": a.Singles, "min": a.Smallest, "max": a.Largest},
	}
	v, ok := values[s.words[1]]
	return Answer{Value: v}, ok, nil
}

var schoolQuantile = regexp.MustCompile(`^(gap_quartile|merit_quantiles)_type(\d)$`)

func (s *schoolData) gradient() (Answer, bool, error) {
	ses, err := s.numbers("ses")
	if err != nil {
		return Answer{}, false, nil
	}
	y, err := s.numbers("merit")
	if err != nil {
		return Answer{}, false, nil
	}
	schools := school.Within(s.codes("kommun"), s.codes("school"))
	if m := schoolQuantile.FindStringSubmatch(s.rest); m != nil {
		kind, _ := strconv.Atoi(m[2])
		if m[1] == "merit_quantiles" {
			q := school.MeasureSpread(y, num.QuantileType(kind))
			return Answer{Value: map[string]any{"q": q.Q, "p90_p10": q.P90P10, "p75_p25": q.P75P25}}, true, nil
		}
		g, err := school.QuartileGap(ses, y, num.QuantileType(kind))
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: map[string]any{"q25": g.Lower, "q75": g.Upper, "mean_low": g.Low, "mean_high": g.High, "gap": g.Gap, "n_low": g.NLow, "n_high": g.NHigh, "se_welch": g.SE}}, true, nil
	}
	switch s.words[0] {
	case "sd":
		n := float64(len(ses))
		return Answer{Value: map[string]any{"n1": math.Sqrt(num.Variance(ses)), "n": math.Sqrt(num.SumSquares(ses) / n)}}, true, nil
	case "cor":
		return Answer{Value: map[string]any{"pearson": num.Pearson(ses, y), "spearman": num.Spearman(ses, y), "kendall": num.Kendall(ses, y)}}, true, nil
	case "within", "between":
		p, err := school.PartGradient(ses, y, schools)
		if err != nil {
			return Answer{}, true, err
		}
		if s.words[0] == "within" {
			return Answer{Value: map[string]any{"slope": p.Within, "se": p.WithinSE, "df": p.WithinDF}}, true, nil
		}
		return Answer{Value: map[string]any{"within": p.Within, "between": p.Between, "contextual": p.Contextual}}, true, nil
	case "interaction":
		girl, err := s.numbers("girl")
		if err != nil {
			return Answer{}, false, nil
		}
		mean, sd := num.Mean(ses), math.Sqrt(num.Variance(ses))
		product := make([]float64, len(ses))
		for i := range product {
			product[i] = (ses[i] - mean) / sd * girl[i]
		}
		g, err := school.MeasureGradient(ses, y, schools, school.Variable{Name: "girl", Number: girl}, school.Variable{Name: "product", Number: product})
		if err != nil {
			return Answer{}, true, err
		}
		robust, err := g.Robust(num.CR1Stata)
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: map[string]any{"diff": g.Coef[3], "se": g.Classical[3], "se_cr1": robust[3]}}, true, nil
	}
	call, err := s.callOf(s.words[0] + ".slope")
	if err != nil {
		return Answer{}, false, nil
	}
	_, terms := schoolTerms(call)
	var others []school.Variable
	for _, t := range terms[1:] {
		x, err := s.numbers(t)
		if err != nil {
			return Answer{}, true, err
		}
		others = append(others, school.Variable{Name: t, Number: x})
	}
	cluster := schools
	if len(s.words) > 2 && s.words[1] == "kommun" {
		cluster = s.codes("kommun")
	}
	g, err := school.MeasureGradient(ses, y, cluster, others...)
	if err != nil {
		return Answer{}, true, err
	}
	names := slices.Clone(g.Names)
	names[1] = terms[0]
	kinds := map[string]num.RobustKind{"cr0": num.CR0, "cr1_g": num.CR1, "cr1_stata": num.CR1Stata, "cr1": num.CR1, "cr1s": num.CR1Stata, "cr2": num.CR2, "cr3": num.CR3}
	switch last := s.words[len(s.words)-1]; last {
	case "slope":
		return Answer{Value: schoolMap(names, g.Coef)}, true, nil
	case "se_ols":
		return Answer{Value: schoolMap(names, g.Classical)}, true, nil
	case "r2":
		return Answer{Value: g.R2}, true, nil
	case "satterthwaite_df":
		return Answer{Value: schoolMap(names, g.DF)}, true, nil
	default:
		kind, ok := kinds[last]
		if !ok {
			return Answer{}, false, nil
		}
		se, err := g.Robust(kind)
		return Answer{Value: schoolMap(names, se)}, true, err
	}
}

func (s *schoolData) units(outcome string) ([]school.SALSAUnit, error) {
	units := make([]school.SALSAUnit, len(s.t.Rows))
	columns := map[string][]float64{}
	for _, c := range []string{"pupils", "parent_edu", "boys_pct", "new_pct", "coverage", outcome} {
		x, err := s.numbers(c)
		if err != nil {
			return nil, err
		}
		columns[c] = x
	}
	at := func(c string, i int) cube.Number { return cube.Num(columns[c][i]) }
	for i := range units {
		units[i] = school.SALSAUnit{Code: s.t.Get(i, "unit"), Pupils: at("pupils", i), Coverage: at("coverage", i), Education: at("parent_edu", i),
			Boys: at("boys_pct", i), New: at("new_pct", i), Outcome: at(outcome, i)}
	}
	return units, nil
}

var (
	schoolRule    = regexp.MustCompile(`pupils >= (\S+) and coverage >= ([\d.]+)`)
	schoolPredict = regexp.MustCompile(`parent_edu ([\d.]+), boys ([\d.]+), new ([\d.]+)`)
	salsaNames    = []string{"(Intercept)", "parent_edu", "boys_pct", "new_pct"}
)

func (s *schoolData) salsa() (Answer, bool, error) {
	if s.rest == "rule" {
		m := schoolRule.FindStringSubmatch(s.r.What)
		if m == nil {
			return Answer{}, false, nil
		}
		pupils, _ := strconv.ParseFloat(m[1], 64)
		coverage, _ := strconv.ParseFloat(m[2], 64)
		units, err := s.units("merit")
		if err != nil {
			return Answer{}, true, err
		}
		n := school.SALSARule{Pupils: pupils, Coverage: coverage}.Count(units)
		return Answer{Value: map[string]any{"kept": n.Kept, "small": n.Small, "coverage": n.Thin, "total": len(units)}}, true, nil
	}
	if s.rest == "collinear" {
		return s.salsaCollinear()
	}
	if len(s.words) != 4 {
		return Answer{}, false, nil
	}
	units, err := s.units(s.words[1])
	if err != nil {
		return Answer{}, true, err
	}
	rule := school.SALSARule{}
	if s.words[0] == "rule" {
		rule = school.SkolverketRule
	}
	f, err := school.FitSALSA(units, rule, s.words[2] == "weighted")
	if err != nil {
		return Answer{}, true, err
	}
	m := f.Fit
	byUnit := func(x []float64) map[string]any {
		out := map[string]any{}
		for k, i := range f.Rows {
			out[units[i].Code] = x[k]
		}
		return out
	}
	se := num.SE(m.Covariance())
	t, p := make([]float64, len(se)), make([]float64, len(se))
	for j := range se {
		t[j] = m.Coef[j] / se[j]
		p[j] = num.StudentTwoSided(t[j], float64(m.DF))
	}
	var value any
	switch s.words[3] {
	case "coef":
		value = schoolMap(salsaNames, m.Coef)
	case "se":
		value = schoolMap(salsaNames, se)
	case "t":
		value = schoolMap(salsaNames, t)
	case "p":
		// By the grade's rule for p values, which goes by the name of a member, these would be held to the digits of plain numbers; they keep those too.
		value = schoolMap(salsaNames, p)
	case "fit":
		value = map[string]any{"r2": m.R2, "adj_r2": m.AdjR2, "sigma": m.Sigma, "F": m.F, "df": m.DF, "n": m.N, "loglik": m.LogLik, "aic": m.AIC}
	case "leverage":
		value = byUnit(m.Leverage)
	case "fitted":
		value = byUnit(m.Fitted)
	case "resid":
		value = byUnit(m.Residual)
	case "rstandard":
		value = byUnit(m.Standardised())
	case "rstudent":
		value = byUnit(m.Studentised())
	case "cooks":
		best, unit := math.Inf(-1), ""
		for k, d := range m.Cook() {
			if d > best {
				best, unit = d, units[f.Rows[k]].Code
			}
		}
		value = map[string]any{"unit": unit, "value": best}
	case "predict":
		at := schoolPredict.FindStringSubmatch(s.r.What)
		if at == nil {
			return Answer{}, false, nil
		}
		x := []float64{1, 0, 0, 0}
		for k := range 3 {
			x[k+1], _ = strconv.ParseFloat(at[k+1], 64)
		}
		v, se := m.Predict(x)
		half := num.StudentQuantile(0.975, float64(m.DF)) * se
		value = map[string]any{"value": v, "se": se, "lower": v - half, "upper": v + half}
	case "hc0", "hc1", "hc3":
		cov, err := m.Heteroscedastic(num.RobustKind(strings.ToUpper(s.words[3])))
		if err != nil {
			return Answer{}, true, err
		}
		value = schoolMap(salsaNames, num.SE(cov))
	default:
		return Answer{}, false, nil
	}
	return Answer{Value: value}, true, nil
}

func (s *schoolData) salsaCollinear() (Answer, bool, error) {
	y, err := s.numbers("merit")
	if err != nil {
		return Answer{}, true, err
	}
	d := num.NewDesign(len(y))
	order := []string{"parent_edu", "boys_pct", "dup", "new_pct"}
	for _, c := range order {
		from := c
		if c == "dup" {
			from = "parent_edu"
		}
		x, err := s.numbers(from)
		if err != nil {
			return Answer{}, true, err
		}
		if c == "dup" {
			for i := range x {
				x[i] = 2*x[i] - 1
			}
		}
		d.Add(c, x)
	}
	w, err := s.numbers("pupils")
	if err != nil {
		return Answer{}, true, err
	}
	m, err := num.LeastSquares(d, y, w)
	if err != nil {
		return Answer{}, true, err
	}
	v := map[string]any{}
	for j, name := range m.Names {
		v[name] = []float64{m.Coef[j]}
	}
	return Answer{Value: v}, true, nil
}

var schoolReferences = regexp.MustCompile(`([\w, ]+) as dummies, references ([\d, ]+)`)

func (s *schoolData) variables(call, references string) ([]school.Variable, string, error) {
	outcome, terms := schoolTerms(call)
	categories := map[string]string{}
	if m := schoolReferences.FindStringSubmatch(references); m != nil {
		codes := strings.Split(m[2], ",")
		for k, name := range strings.Split(m[1], ",") {
			categories[strings.TrimSpace(name)] = strings.TrimSpace(codes[k])
		}
	}
	var out []school.Variable
	for _, t := range terms {
		v := school.Variable{Name: t, Reference: categories[t]}
		if v.Reference != "" {
			v.Codes = s.codes(t)
		} else {
			x, err := s.numbers(t)
			if err != nil {
				return nil, "", err
			}
			v.Number = x
		}
		out = append(out, v)
	}
	return out, outcome, nil
}

func (s *schoolData) index() (Answer, bool, error) {
	if len(s.words) == 1 {
		return s.indexOther()
	}
	call, err := s.callOf(s.words[0] + ".coef")
	if err != nil {
		return Answer{}, false, nil
	}
	variables, outcome, err := s.variables(call, call)
	if err != nil {
		return Answer{}, true, err
	}
	y, err := s.numbers(outcome)
	if err != nil {
		return Answer{}, true, err
	}
	schools := s.codes("school")
	scale := school.OverPupils
	if s.words[1] == "index_school100" {
		scale = school.OverSchools
	}
	x, err := school.FitIndex(y, variables, schools, scale)
	if err != nil {
		return Answer{}, true, err
	}
	m := x.Model
	bySchool := func(f func(school.SchoolScore) float64) map[string]any {
		out := map[string]any{}
		for k, code := range schools.Codes {
			out[code] = f(x.Schools[k])
		}
		return out
	}
	var value any
	switch s.words[1] {
	case "coef":
		value = schoolMap(m.Names, m.Coef)
	case "se":
		value = schoolMap(m.Names, num.SE(m.Covariance()))
	case "fit":
		value = map[string]any{"deviance": m.Deviance, "null_deviance": m.NullDeviance, "loglik": m.LogLik, "aic": m.AIC, "df": m.DF, "n": m.N}
	case "school_mean":
		value = bySchool(func(g school.SchoolScore) float64 { return g.Mean })
	case "index_pupil100", "index_school100":
		value = bySchool(func(g school.SchoolScore) float64 { return g.Index })
	case "school_resid":
		value = bySchool(func(g school.SchoolScore) float64 { return g.Observed - g.Mean })
	case "school_mean_se":
		value = bySchool(func(g school.SchoolScore) float64 { return g.SE })
	case "mean_p":
		total := 0.0
		for _, g := range x.Schools {
			total += g.Mean
		}
		value = map[string]any{"pupils": x.Overall, "observed": num.Mean(y), "schools": total / float64(len(x.Schools))}
	case "se_cluster_cr0":
		cluster := make([]int, len(schools.Of))
		for i, k := range schools.Of {
			cluster[i] = int(k)
		}
		value = schoolMap(m.Names, num.SE(m.Clustered(cluster, len(schools.Codes))))
	default:
		return Answer{}, false, nil
	}
	return Answer{Value: value}, true, nil
}

// indexOther answers the collinear and the grouped model.
func (s *schoolData) indexOther() (Answer, bool, error) {
	small, err := s.callOf("small.coef")
	if err != nil {
		return Answer{}, false, nil
	}
	switch s.words[0] {
	case "collinear":
		variables, outcome, err := s.variables(small, small)
		if err != nil {
			return Answer{}, true, err
		}
		y, _ := s.numbers(outcome)
		at := slices.IndexFunc(variables, func(v school.Variable) bool { return v.Name == "income_decile" })
		if at < 0 {
			return Answer{}, false, nil
		}
		dup := slices.Clone(variables[at].Number)
		for i := range dup {
			dup[i] = 2*dup[i] + 1
		}
		variables = slices.Insert(variables, at+1, school.Variable{Name: "dup", Number: dup})
		x, err := school.FitIndex(y, variables, s.codes("school"), school.OverPupils)
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: schoolMap(x.Model.Names, x.Model.Coef)}, true, nil
	case "grouped":
		_, rest, _ := strings.Cut(s.r.Call, " and ")
		variables, outcome, err := s.variables(rest, small)
		if err != nil {
			return Answer{}, true, err
		}
		y, _ := s.numbers(outcome)
		x, err := school.FitIndex(y, variables, s.codes("school"), school.OverPupils)
		if err != nil {
			return Answer{}, true, err
		}
		rows := x.Model
		// Pupils of the same background become one row with its number of trials.
		d := num.NewDesign(len(y))
		for _, name := range rows.Names[1:] {
			d.Add(name, s.dummy(name))
		}
		place := map[string]int{}
		cells := &num.Design{Names: d.Names, Columns: make([][]float64, len(d.Names))}
		var ones, trials []float64
		for i := range y {
			key := fmt.Sprint(d.Row(i))
			k, ok := place[key]
			if !ok {
				k = len(ones)
				place[key] = k
				ones, trials = append(ones, 0), append(trials, 0)
				for j, v := range d.Row(i) {
					cells.Columns[j] = append(cells.Columns[j], v)
				}
			}
			ones[k] += y[i]
			trials[k]++
		}
		grouped, err := num.LogisticRegression(cells, ones, trials)
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: map[string]any{"coef_grouped": schoolMap(grouped.Names, grouped.Coef), "coef_rows": schoolMap(rows.Names, rows.Coef),
			"deviance_grouped": grouped.Deviance, "deviance_rows": rows.Deviance, "cells": len(ones)}}, true, nil
	}
	return Answer{}, false, nil
}

// dummy is a column by its name, or the column of a name and a code together.
func (s *schoolData) dummy(name string) []float64 {
	if x, err := s.numbers(name); err == nil && s.t.Has(name) {
		return x
	}
	for k := len(name) - 1; k > 0; k-- {
		if s.t.Has(name[:k]) {
			out := make([]float64, len(s.t.Rows))
			for i := range out {
				if s.t.Get(i, name[:k]) == name[k:] {
					out[i] = 1
				}
			}
			return out
		}
	}
	return nil
}

func (s *schoolData) separation() (Answer, bool, error) {
	y, err := s.numbers("y")
	if err != nil {
		return Answer{}, true, err
	}
	g, err := s.numbers("g")
	if err != nil {
		return Answer{}, true, err
	}
	x, err := s.numbers("x")
	if err != nil {
		return Answer{}, true, err
	}
	columns := map[string][]float64{"x": x, "g": g}
	model := strings.TrimPrefix(s.rest, "y~")
	limit := s.rest == "limit"
	switch {
	case s.rest == "facts":
		lowest, highest := math.Inf(1), math.Inf(-1)
		counts := map[string]int{}
		for i := range y {
			if y[i] == 0 {
				highest = max(highest, x[i])
			} else {
				lowest = min(lowest, x[i])
			}
			counts[fmt.Sprintf("y%g_g%g", y[i], g[i])]++
		}
		d := num.NewDesign(len(y))
		d.Add("x", x)
		m, err := num.LogisticRegression(d, y, nil)
		if err != nil {
			return Answer{}, true, err
		}
		v := map[string]any{"x_complete": m.Complete, "max_x_y0": highest, "min_x_y1": lowest}
		for _, k := range []string{"y0_g0", "y1_g0", "y0_g1", "y1_g1"} {
			v[k] = counts[k]
		}
		return Answer{Value: v}, true, nil
	case limit:
		model = "x+g"
	case model == s.rest:
		return Answer{}, false, nil
	}
	d := num.NewDesign(len(y))
	for term := range strings.SplitSeq(model, "+") {
		d.Add(term, columns[term])
	}
	m, err := num.LogisticRegression(d, y, nil)
	if err != nil {
		return Answer{}, true, err
	}
	v := map[string]any{"coef": schoolMap(m.Names, m.Coef), "se": schoolMap(m.Names, num.SE(m.Covariance())), "deviance": m.Deviance,
		"iterations": m.Iterations, "converged": m.Separated == nil, "max_fitted": slices.Max(m.Fitted), "min_fitted": slices.Min(m.Fitted), "boundary": false}
	answer := Answer{Value: v, Disputed: map[string]string{}}
	if !limit {
		answer.Disputed["iterations"] = "how many steps a tool takes to its own stopping rule is no property of the data"
		if m.Separated == nil {
			answer.Disputed["se"] = "R takes them from the weights of the last step but one, here up to 1e-4 off, as the tolerance's words say"
		}
	}
	return answer, true, nil
}

func (s *schoolData) statsmodels(with func(...string) bool) (Answer, bool, error) {
	switch s.words[0] {
	case "wls":
		if !with("unit", "parent_edu") {
			return Answer{}, false, nil
		}
		units, err := s.units("merit")
		if err != nil {
			return Answer{}, true, err
		}
		f, err := school.FitSALSA(units, school.SALSARule{}, true)
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: map[string]any{"coef": f.Fit.Coef, "se": num.SE(f.Fit.Covariance()), "r2": f.Fit.R2, "adj_r2": f.Fit.AdjR2, "sigma": f.Fit.Sigma, "df": float64(f.Fit.DF)}}, true, nil
	case "wls_collinear":
		if !with("unit", "parent_edu") {
			return Answer{}, false, nil
		}
		return s.salsaCollinear()
	case "gradient_cluster":
		if !with("ses", "merit", "kommun", "school") {
			return Answer{}, false, nil
		}
		ses, err := s.numbers("ses")
		if err != nil {
			return Answer{}, true, err
		}
		y, _ := s.numbers("merit")
		g, err := school.MeasureGradient(ses, y, school.Within(s.codes("kommun"), s.codes("school")))
		if err != nil {
			return Answer{}, true, err
		}
		cr1, err1 := g.Robust(num.CR1Stata)
		cr0, err2 := g.Robust(num.CR0)
		if err1 != nil || err2 != nil {
			return Answer{}, true, fmt.Errorf("%w %w", err1, err2)
		}
		return Answer{Value: map[string]any{"slope": g.Coef[1], "se_cr1": cr1[1], "se_cr0": cr0[1]}}, true, nil
	case "glm_small":
		_, list, _ := strings.Cut(s.r.What, "intercept,")
		list, _, _ = strings.Cut(list, ":")
		if !with("ineligible") || list == "" {
			return Answer{}, false, nil
		}
		y, err := s.numbers("ineligible")
		if err != nil {
			return Answer{}, true, err
		}
		d := num.NewDesign(len(y))
		for name := range strings.SplitSeq(list, ",") {
			d.Add(strings.TrimSpace(name), s.dummy(strings.TrimSpace(name)))
		}
		m, err := num.LogisticRegression(d, y, nil)
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: map[string]any{"coef": m.Coef, "se": num.SE(m.Covariance()), "deviance": m.Deviance, "loglik": m.LogLik}}, true, nil
	}
	return Answer{}, false, nil
}

// choiceData is pupils and schools in order of their ids.
type choiceData struct {
	pupils, schools   []school.Point
	capacity          []int
	actual            []int32
	group             []bool
	ids               []string
	order, rows       []int // file row of each pupil, and of each school
	groupOne, allSeat int
}

func (s *schoolData) choice() (Answer, bool, error) {
	c, err := s.readChoice()
	if err != nil {
		return Answer{}, true, err
	}
	distance := func(p, q int) float64 {
		dx, dy := float64(c.pupils[p].X-c.schools[q].X), float64(c.pupils[p].Y-c.schools[q].Y)
		return math.Sqrt(dx*dx + dy*dy)
	}
	nearest, ties := school.Nearest(c.pupils, c.schools)
	var placed []int32
	switch s.words[0] {
	case "totals":
		return Answer{Value: map[string]any{"pupils": len(c.pupils), "group1": c.groupOne, "capacity": c.allSeat}}, true, nil
	case "actual":
		placed = c.actual
	case "nearest", "parts":
		placed = nearest
	case "da":
		if placed, err = school.Deferred(c.pupils, c.schools, c.capacity); err != nil {
			return Answer{}, true, err
		}
	case "optimum":
		if placed, err = school.LeastDistance(distance, len(c.pupils), c.capacity); err != nil {
			return Answer{}, true, err
		}
	default:
		return Answer{}, false, nil
	}
	sum := c.summary(placed, distance)
	switch {
	case s.words[0] == "parts":
		now := c.summary(c.actual, distance)
		at := 0
		for p := range c.actual {
			if c.actual[p] == nearest[p] {
				at++
			}
		}
		return Answer{Value: map[string]any{"D_res": sum["D"], "D_choice": now["D"].(float64) - sum["D"].(float64), "H_res": sum["H"],
			"H_choice": now["H"].(float64) - sum["H"].(float64), "at_nearest": at}}, true, nil
	case len(s.words) == 1:
		return Answer{Value: sum}, true, nil
	case s.words[1] == "total_m":
		return Answer{Value: map[string]any{"total_m": sum["total_m"], "placed": sum["placed"]}}, true, nil
	case s.words[1] == "ties":
		return Answer{Value: ties}, true, nil
	case s.words[1] == "assignment" && s.words[0] == "optimum":
		return Answer{Value: map[string]any{"D": sum["D"], "H": sum["H"], "blocking_pairs": school.Blocking(distance, placed, c.capacity), "assignment": c.names(placed)}}, true, nil
	case s.words[1] == "assignment":
		return Answer{Value: c.names(placed)}, true, nil
	case s.words[1] == "check":
		away := 0
		for p := range placed {
			if placed[p] != nearest[p] {
				away++
			}
		}
		return Answer{Value: map[string]any{"blocking_pairs": school.Blocking(distance, placed, c.capacity), "differs_from_greedy": c.differs(placed), "not_nearest": away}}, true, nil
	}
	return Answer{}, false, nil
}

func (s *schoolData) readChoice() (*choiceData, error) {
	c := &choiceData{}
	places := s.tables[0]
	if !places.Has("capacity") {
		places = s.tables[1]
	}
	whole := func(t *Table, i int, column string) int64 {
		v, err := strconv.ParseInt(t.Get(i, column), 10, 64)
		if err != nil {
			panic(err)
		}
		return v
	}
	rows := make([]int, len(places.Rows))
	for i := range rows {
		rows[i] = i
	}
	slices.SortFunc(rows, func(a, b int) int { return strings.Compare(places.Get(a, "school"), places.Get(b, "school")) })
	at := map[string]int32{}
	c.rows = rows
	for k, i := range rows {
		c.ids = append(c.ids, places.Get(i, "school"))
		at[c.ids[k]] = int32(k)
		c.schools = append(c.schools, school.Point{X: whole(places, i, "x"), Y: whole(places, i, "y")})
		c.capacity = append(c.capacity, int(whole(places, i, "capacity")))
		c.allSeat += c.capacity[k]
	}
	for i := range s.t.Rows {
		c.order = append(c.order, i)
	}
	slices.SortFunc(c.order, func(a, b int) int { return strings.Compare(s.t.Get(a, "pupil"), s.t.Get(b, "pupil")) })
	for _, i := range c.order {
		c.pupils = append(c.pupils, school.Point{X: whole(s.t, i, "x"), Y: whole(s.t, i, "y")})
		c.actual = append(c.actual, at[s.t.Get(i, "school_actual")])
		one := s.t.Get(i, "group") == "1"
		c.group = append(c.group, one)
		if one {
			c.groupOne++
		}
	}
	return c, nil
}

// names are the schools of the pupils in file order.
func (c *choiceData) names(placed []int32) []string {
	out := make([]string, len(placed))
	for k, i := range c.order {
		if placed[k] >= 0 {
			out[i] = c.ids[placed[k]]
		}
	}
	return out
}

func (c *choiceData) summary(placed []int32, distance func(p, q int) float64) map[string]any {
	one, other := make([]float64, len(c.schools)), make([]float64, len(c.schools))
	ones, all := make([]int, len(c.schools)), make([]int, len(c.schools))
	total, most, n := 0.0, 0.0, 0
	for p, q := range placed {
		if q < 0 {
			continue
		}
		n++
		all[c.rows[q]]++
		if c.group[p] {
			one[q]++
			ones[c.rows[q]]++
		} else {
			other[q]++
		}
		d := distance(p, int(q))
		total += d
		most = max(most, d)
	}
	return map[string]any{"placed": n, "unplaced": len(placed) - n, "total_m": total, "mean_m": total / float64(n), "max_m": most, "counts_group1": ones, "counts_all": all,
		"D": segregation.Dissimilarity(one, other), "H": segregation.InformationTheory(one, other), "isolation": segregation.Isolation(one, other), "eta2": segregation.CorrelationRatio(one, other)}
}

// differs counts pupils placed otherwise by going through all pairs by (distance, pupil, school), shortest first.
func (c *choiceData) differs(placed []int32) int {
	type pair struct {
		d2   int64
		p, s int
	}
	var pairs []pair
	for p, a := range c.pupils {
		for q, b := range c.schools {
			pairs = append(pairs, pair{(a.X-b.X)*(a.X-b.X) + (a.Y-b.Y)*(a.Y-b.Y), p, q})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		switch {
		case a.d2 != b.d2:
			return int(max(-1, min(1, a.d2-b.d2)))
		case a.p != b.p:
			return a.p - b.p
		}
		return a.s - b.s
	})
	room := slices.Clone(c.capacity)
	greedy := make([]int32, len(placed))
	for p := range greedy {
		greedy[p] = school.Unplaced
	}
	for _, k := range pairs {
		if greedy[k.p] < 0 && room[k.s] > 0 {
			greedy[k.p] = int32(k.s)
			room[k.s]--
		}
	}
	n := 0
	for p := range placed {
		if greedy[p] != placed[p] {
			n++
		}
	}
	return n
}
