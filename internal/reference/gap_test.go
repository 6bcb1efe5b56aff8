package reference

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/gap"
	"github.com/skikt/skikt/internal/num"
)

// answerGap answers gaps, intervals, standardisation, shrinkage, trends, decompositions and control charts. What is meant follows from the columns of the data and the words of the id after the data
// set's name; parameters are read from the id, the words and the call.
func answerGap(r Result) (Answer, bool, error) {
	tables, err := r.Tables()
	if err != nil {
		return Answer{}, false, err
	}
	g := &gapData{r: r, rest: strings.TrimPrefix(r.ID, r.Dataset+".")}
	if value, ok, err := g.alarm(tables); ok || err != nil {
		return Answer{Value: value}, ok, err
	}
	var value any
	var ok bool
	for _, t := range tables {
		g.t = t
		switch {
		case t.Has("pair", "x1", "n1", "x2", "n2"):
			value, ok = g.pair()
		case t.Has("case", "x", "n"):
			value, ok = g.proportion()
		case t.Has("rank_group", "n", "x"):
			value, ok = g.slope()
		case t.Has("rank_var", "weight"):
			value, ok = g.concentration()
		case t.Has("type", "events", "n", "std_pop"):
			value, ok = g.standardisation()
		case t.Has("area", "year", "type", "n", "x"):
			value, ok = g.movers()
		case t.Has("type", "year", "n", "x"):
			value, ok = g.trend()
		case t.Has("area", "n", "x"):
			value, ok = g.funnel()
		case t.Has("year", "value", "pop"):
			value, ok = g.convergence()
		case t.Has("n_a", "x_a", "n_b", "x_b"):
			value, ok = g.kitagawa()
		case t.Has("group", "y"):
			value, ok = g.oaxaca()
		}
		if g.err != nil || ok {
			return Answer{Value: value, Disputed: g.disputed}, true, g.err
		}
	}
	return Answer{}, false, nil
}

type gapData struct {
	r        Result
	rest     string // of the id
	t        *Table
	disputed map[string]string
	err      error
}

type m = map[string]any

func (g *gapData) fail(err error) {
	if g.err == nil {
		g.err = err
	}
}

// column is a column of numbers, on the rows that keep holds for; nil keeps all.
func (g *gapData) column(name string, keep func(i int) bool) []float64 {
	var out []float64
	for i := range g.t.Rows {
		if keep == nil || keep(i) {
			v, err := strconv.ParseFloat(g.t.Get(i, name), 64)
			if err != nil {
				g.fail(fmt.Errorf("row %d, column %s: not a number", i+1, name))
			}
			out = append(out, v)
		}
	}
	return out
}

func (g *gapData) is(column, value string) func(i int) bool {
	return func(i int) bool { return g.t.Get(i, column) == value }
}

// values are the distinct texts of a column: whole numbers by size, others by the alphabet.
func (g *gapData) values(column string) []string {
	seen := map[string]bool{}
	for i := range g.t.Rows {
		seen[g.t.Get(i, column)] = true
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b string) int {
		x, errX := strconv.ParseFloat(a, 64)
		y, errY := strconv.ParseFloat(b, 64)
		if errX == nil && errY == nil && x != y {
			if x < y {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
}

var (
	percentWords = regexp.MustCompile(`(\d+(?:\.\d+)?) ?%`)
	levelAtEnd   = regexp.MustCompile(`\.(0?\.\d+)$`)
)

// level is the level at the end of the id (which it takes off), in the words, or 95 %.
func (g *gapData) level() float64 {
	if at := levelAtEnd.FindStringSubmatch(g.rest); at != nil {
		g.rest = strings.TrimSuffix(g.rest, at[0])
		v, err := strconv.ParseFloat(at[1], 64)
		g.must(err)
		return v
	}
	if at := percentWords.FindStringSubmatch(g.r.What); at != nil {
		return number100(at[1])
	}
	return 0.95
}

func (g *gapData) must(err error) {
	if err != nil {
		g.fail(err)
	}
}

func number100(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return v / 100
}

// levelOfName reads the level from the digits of a member's name: lower998, byar998_lower, sii_lower95_0cl; 95 % without any.
func levelOfName(name string) float64 {
	digits := regexp.MustCompile(`\d[\d_]*`).FindString(name)
	digits = strings.ReplaceAll(digits, "_", "")
	if digits == "" {
		return 0.95
	}
	v, err := strconv.ParseFloat("0."+digits, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

func (g *gapData) members() []string {
	want, _ := g.r.Value.(map[string]any)
	return slices.Sorted(maps.Keys(want))
}

func ends(i gap.Interval) m { return m{"lower": i.Lower, "upper": i.Upper} }

func estimate(name string, e gap.Estimate) m {
	v := m{name: e.Value}
	if !math.IsNaN(e.Lower) {
		v["lower"], v["upper"] = e.Lower, e.Upper
	}
	if !math.IsNaN(e.SE) {
		v["se_log"] = e.SE
	}
	return v
}

func (g *gapData) pair() (any, bool) {
	for i := range g.t.Rows {
		method, ok := strings.CutPrefix(g.rest, g.t.Get(i, "pair")+".")
		if !ok {
			continue
		}
		row := func(k int) bool { return k == i }
		p := gap.Pair{X1: g.column("x1", row)[0], N1: g.column("n1", row)[0], X2: g.column("x2", row)[0], N2: g.column("n2", row)[0]}
		level := g.level()
		switch strings.TrimPrefix(method, "diff.") {
		case "diff_wald", "wald":
			return estimate("diff", p.Wald(level)), true
		case "diff_newcombe", "newcomb":
			return estimate("diff", p.Newcombe(level)), true
		case "agresti-caffo":
			return ends(p.AgrestiCaffo(level).Interval), true
		case "score":
			g.statsmodelsSlip(p, level)
			return ends(p.MiettinenNurminen(level).Interval), true
		case "ratio_log":
			return estimate("ratio", p.Katz(level)), true
		case "ratio_walter":
			return estimate("ratio", p.Walter(level)), true
		case "or_woolf":
			return estimate("or", p.Woolf(level)), true
		case "chi2":
			chi2, pv := p.ChiSquared()
			return m{"chi2": chi2, "p": pv}, true
		case "fisher":
			pv, or := p.FisherExact()
			if math.IsNaN(or) {
				g.disputed = map[string]string{"or_cond": "the margins leave one table only, which every odds ratio gives the same likelihood; R's fisher.test says 0"}
			}
			return m{"p": pv, "or_cond": or}, true
		}
	}
	return nil, false
}

// statsmodelsSlip disputes the score interval of statsmodels 0.15.0 after a proof that a slip explains it: its cubic of the restricted shares has count0·d where the appendix of Miettinen and
// Nurminen (1985) has nobs0·d. With the slip put in, the ends given must be where |z| is the quantile.
func (g *gapData) statsmodelsSlip(p gap.Pair, level float64) {
	want, _ := g.r.Value.(map[string]any)
	if !strings.Contains(g.r.Tool, "statsmodels") || g.r.Grade != "iterative" {
		return
	}
	n := p.N1 + p.N2
	for _, name := range []string{"lower", "upper"} {
		d, _ := want[name].(float64)
		l2, l1, l0 := (p.N1+2*p.N2)*d-n-p.X1-p.X2, (p.X2*d-n-2*p.X2)*d+p.X1+p.X2, p.X2*d*(1-d)
		q := math.Pow(l2/(3*n), 3) - l1*l2/(6*n*n) + l0/(2*n)
		u := math.Copysign(math.Sqrt(math.Pow(l2/(3*n), 2)-l1/(3*n)), q)
		p2 := 2*u*math.Cos((math.Pi+math.Acos(q/(u*u*u)))/3) - l2/(3*n)
		p1 := p2 + d
		z := (p.Difference() - d) / math.Sqrt((p1*(1-p1)/p.N1+p2*(1-p2)/p.N2)*n/(n-1))
		if math.Abs(math.Abs(z)-num.ZOf(level)) > 1e-5 {
			return
		}
	}
	const why = "statsmodels' cubic has count0 where Miettinen and Nurminen have nobs0"
	g.disputed = map[string]string{"lower": why, "upper": why}
}

func (g *gapData) proportion() (any, bool) {
	level := g.level()
	for i := range g.t.Rows {
		method, ok := strings.CutPrefix(g.rest, g.t.Get(i, "case")+".")
		if !ok {
			continue
		}
		row := func(k int) bool { return k == i }
		x, n := g.column("x", row)[0], g.column("n", row)[0]
		with := func(of func(x, n, level float64) gap.Interval) (any, bool) {
			v := ends(of(x, n, level))
			v["p"] = x / n
			return v, true
		}
		switch method {
		case "wilson", "binconf_wilson":
			return with(gap.Wilson)
		case "exact", "beta", "binconf_exact":
			return with(gap.ClopperPearson)
		case "jeffreys":
			if strings.Contains(g.r.What, "without") {
				return with(gap.JeffreysPlain)
			}
			return with(gap.Jeffreys)
		case "agresti_coull":
			return with(gap.AgrestiCoull)
		}
	}
	return nil, false
}

func (g *gapData) slope() (any, bool) {
	groups := gap.Groups{X: g.column("x", nil), N: g.column("n", nil)}
	s, err := gap.SlopeIndex(groups, 0.95)
	g.must(err)
	switch g.rest {
	case "ridit":
		return gap.Ridits(groups.N), true
	case "sii":
		return m{"intercept": s.At0, "sii": s.SII.Value, "se_lm": s.SEFit, "r2": s.R2}, true
	case "rii":
		return m{"at1_over_at0": s.RII.Value, "at0_over_at1": s.RIIInverse, "sii_over_mean": s.RIIOverMean, "mean": s.Mean}, true
	case "sii_se_sampling":
		s, err = gap.SlopeIndex(groups, g.level())
		g.must(err)
		return m{"se": s.SII.SE, "lower": s.SII.Lower, "upper": s.SII.Upper, "rii_se": s.RII.SE}, true
	case "phe_sii":
		v := m{}
		for _, name := range g.members() {
			at, err := gap.SlopeIndex(groups, levelOfName(name))
			g.must(err)
			switch {
			case name == "sii":
				v[name] = at.SII.Value
			case name == "rii":
				v[name] = at.RII.Value
			case strings.HasPrefix(name, "sii_lower"):
				v[name] = at.SII.Lower
			case strings.HasPrefix(name, "sii_upper"):
				v[name] = at.SII.Upper
			case strings.HasPrefix(name, "rii_lower"):
				v[name] = at.RII.Lower
			case strings.HasPrefix(name, "rii_upper"):
				v[name] = at.RII.Upper
			}
		}
		return v, true
	case "model_logit", "model_poisson":
		fit := gap.LogisticSlope
		if g.rest == "model_poisson" {
			fit = gap.LogLinearSlope
		}
		s, err := fit(groups)
		g.must(err)
		return m{"a": s.Intercept, "b": s.Slope, "se_b": s.SE, "sii": s.SII, "rii": s.RII, "or": s.OddsRatio}, true
	case "concentration", "concentration_se":
		c, err := gap.ConcentrationOf(groups)
		g.must(err)
		return m{"C": c.C, "area": c.Area, "erreygers": c.Erreygers, "wagstaff": c.Wagstaff, "se_with": c.SE, "se_without": c.SEMeans}, true
	case "extremes":
		s, err := gap.SpreadOf(groups)
		g.must(err)
		return m{"diff": s.Difference, "ratio": s.Ratio, "paf": s.Attributable, "idisp": s.IndexOfDisparity, "bgv": s.BetweenVariance,
			"theil": s.Theil, "mld": s.MeanLogDeviation}, true
	case "cochran_armitage", "cochran_armitage_int":
		scores := gap.Ridits(groups.N)
		if strings.HasSuffix(g.rest, "_int") {
			for i := range scores {
				scores[i] = float64(i + 1)
			}
		}
		chi2, p, err := gap.CochranArmitage(groups, scores)
		g.must(err)
		return m{"chi2": chi2, "p": p}, true
	}
	return nil, false
}

func (g *gapData) concentration() (any, bool) {
	words := strings.Split(g.rest, ".")
	if len(words) != 3 || !g.t.Has(words[0]) {
		return nil, false
	}
	y := g.column(words[0], nil)
	var weights []float64
	if words[1] == "weighted" {
		weights = g.column("weight", nil)
	}
	c, err := gap.ConcentrationIndex(g.column("rank_var", nil), y, weights)
	g.must(err)
	switch words[2] {
	case "C":
		return m{"C": c.C, "mean": c.Mean, "mean_r": c.MeanRank, "var_r": c.RankVar}, true
	case "se_regression":
		return m{"b": c.C, "se": c.SEFit, "se_hc1": c.SERobust}, true
	case "se_kakwani":
		return c.SEKakwani, true
	case "sii":
		return m{"sii": c.SII, "se": c.SIISE, "rii_mean": c.RIIOverMean}, true
	case "gini":
		return gap.GiniIndex(y, weights), true
	}
	return nil, false
}

func (g *gapData) strata(kind string) (s gap.Strata, standard []float64) {
	keep := g.is("type", kind)
	return gap.Strata{Events: g.column("events", keep), Persons: g.column("n", keep)}, g.column("std_pop", keep)
}

var (
	twoTypes   = regexp.MustCompile(`^(compare|mantel_haenszel|gap)_([^_]+)_([^_]+)$`)
	poissonOf  = regexp.MustCompile(`^poisson_ci\.(\d+)$`)
	byCategory = regexp.MustCompile(`^type(.+?)\.(.+)$`)
)

func (g *gapData) standardisation() (any, bool) {
	if at := poissonOf.FindStringSubmatch(g.rest); at != nil {
		count, err := strconv.ParseFloat(at[1], 64)
		g.must(err)
		e, b := gap.Garwood(count, g.level()), gap.Byar(count, g.level())
		return m{"exact": []float64{e.Lower, e.Upper}, "byar": []float64{b.Lower, b.Upper}}, true
	}
	if at := twoTypes.FindStringSubmatch(g.rest); at != nil {
		a, standard := g.strata(at[2])
		b, _ := g.strata(at[3])
		if at[1] == "mantel_haenszel" {
			e, err := gap.MantelHaenszel(a, b, g.level())
			g.must(err)
			return m{"ratio": e.Value, "lower": e.Lower, "upper": e.Upper}, true
		}
		da, err := gap.DirectlyStandardised(a, standard, g.level())
		g.must(err)
		db, err := gap.DirectlyStandardised(b, standard, g.level())
		g.must(err)
		d, q := da.Against(db, g.level())
		return m{"diff": d.Value, "diff_lower": d.Lower, "diff_upper": d.Upper, "ratio": q.Value, "ratio_lower": q.Lower, "ratio_upper": q.Upper}, true
	}
	at := byCategory.FindStringSubmatch(g.rest)
	if at == nil {
		return nil, false
	}
	s, standard := g.strata(at[1])
	direct := func(level float64) gap.DirectRate {
		d, err := gap.DirectlyStandardised(s, standard, level)
		g.must(err)
		return d
	}
	indirect := func(level float64) gap.IndirectRatio {
		// The reference is all types together.
		ref := gap.Strata{Events: make([]float64, len(s.Events)), Persons: make([]float64, len(s.Events))}
		for _, kind := range g.values("type") {
			o, _ := g.strata(kind)
			if len(o.Events) != len(ref.Events) {
				g.fail(fmt.Errorf("type %s has %d strata", kind, len(o.Events)))
				continue
			}
			for i := range o.Events {
				ref.Events[i] += o.Events[i]
				ref.Persons[i] += o.Persons[i]
			}
		}
		v, err := gap.IndirectlyStandardised(s, ref, level)
		g.must(err)
		return v
	}
	switch d := direct(g.level()); at[2] {
	case "direct":
		return m{"crude.rate": d.Crude, "adj.rate": d.Rate, "lci": d.FayFeuer.Lower, "uci": d.FayFeuer.Upper}, true
	case "direct_var":
		return m{"var_poisson": d.VarPoisson, "var_binomial": d.VarBinomial, "lower": d.Normal.Lower, "upper": d.Normal.Upper}, true
	case "direct_tiwari":
		return ends(d.Tiwari), true
	case "direct_dobson_exact":
		return ends(d.DobsonExact), true
	case "direct_dobson":
		v := m{"total_count": d.Events}
		for _, name := range g.members() {
			switch i := direct(levelOfName(name)).DobsonByar; {
			case strings.HasPrefix(name, "lower"):
				v[name] = i.Lower
			case strings.HasPrefix(name, "upper"):
				v[name] = i.Upper
			}
		}
		return v, true
	case "indirect":
		i := indirect(g.level())
		return m{"sir": m{"observed": i.Observed, "exp": i.Expected, "sir": i.Ratio, "lci": i.LogNormal.Lower, "uci": i.LogNormal.Upper},
			"rate": m{"crude.rate": i.Crude, "adj.rate": i.Rate, "lci": i.LogNormal.Lower * i.Reference, "uci": i.LogNormal.Upper * i.Reference}}, true
	case "smr_ci":
		v := m{}
		for _, name := range g.members() {
			i := indirect(levelOfName(name))
			limits := i.Byar
			if strings.HasPrefix(name, "exact") {
				limits = i.Exact
			}
			switch {
			case name == "smr":
				v[name] = i.Ratio
			case strings.HasSuffix(name, "_lower"):
				v[name] = limits.Lower
			case strings.HasSuffix(name, "_upper"):
				v[name] = limits.Upper
			}
		}
		return v, true
	}
	return nil, false
}

var (
	limitAt   = regexp.MustCompile(`^(binom|binom_interp|poisson)_q(.+)$`)
	givenBeta = regexp.MustCompile(`^beta_posterior_([0-9.]+)_([0-9.]+)$`)
)

func (g *gapData) funnel() (any, bool) {
	x, n := g.column("x", nil), g.column("n", nil)
	target := num.Sum(x) / num.Sum(n)
	each := func(of func(x, n float64) float64) []float64 {
		out := make([]float64, len(x))
		for i := range x {
			out[i] = of(x[i], n[i])
		}
		return out
	}
	posterior := func(of func(x, n float64) gap.Posterior) (any, bool) {
		return m{"mean": each(func(x, n float64) float64 { return of(x, n).Mean }), "lower": each(func(x, n float64) float64 { return of(x, n).Lower }),
			"upper": each(func(x, n float64) float64 { return of(x, n).Upper })}, true
	}
	if at := limitAt.FindStringSubmatch(g.rest); at != nil {
		q, err := strconv.ParseFloat(at[2], 64)
		g.must(err)
		return each(func(_, n float64) float64 {
			switch at[1] {
			case "binom":
				return gap.BinomialLimit(q, n, target)
			case "binom_interp":
				return gap.BinomialLimitInterpolated(q, n, target)
			}
			return gap.PoissonLimit(q, n*target)
		}), true
	}
	if at := givenBeta.FindStringSubmatch(g.rest); at != nil {
		a, err := strconv.ParseFloat(at[1], 64)
		g.must(err)
		b, err := strconv.ParseFloat(at[2], 64)
		g.must(err)
		return posterior(func(x, n float64) gap.Posterior { return gap.BetaPosterior(x, n, a, b, g.level()) })
	}
	switch g.rest {
	case "target":
		return target, true
	case "overdispersion":
		share := 0.1
		if at := percentWords.FindStringSubmatch(g.r.What); at != nil {
			share = number100(at[1])
		}
		z := gap.ZScores(x, n, target)
		se := each(func(_, n float64) float64 { return math.Sqrt(target * (1 - target) / n) })
		moved, limits := gap.Winsorise(z, share)
		plain, err := gap.OverdispersionOf(z, se)
		g.must(err)
		wins, err := gap.OverdispersionOf(moved, se)
		g.must(err)
		return m{"phi": plain.Phi, "phi_winsorised": wins.Phi, "tau2": plain.Tau2, "tau2_winsorised": wins.Tau2,
			"winsor_limits": []float64{limits.Lower, limits.Upper}, "z": z}, true
	case "signals":
		v := m{}
		for _, name := range g.members() {
			count := 0
			for i := range x {
				side, _ := gap.FunnelSignal(x[i], n[i], target, (1-levelOfName(name))/2)
				if side == gap.Below && strings.HasPrefix(name, "low") || side == gap.Above && strings.HasPrefix(name, "high") {
					count++
				}
			}
			v[name] = count
		}
		return v, true
	case "eb_marshall":
		e, err := gap.Marshall(x, n)
		g.must(err)
		return m{"a": e.Variance, "b": e.Mean, "estimate": e.Rates}, true
	case "betabinomial_ml":
		b, err := gap.FitBetaBinomial(x, n)
		g.must(err)
		return m{"mean": b.Mean, "s": b.Precision, "rho": b.Correlation, "alpha": b.Alpha, "beta": b.Beta, "loglik": b.LogLik, "vgam_mu": b.Mean, "vgam_rho": b.Correlation}, true
	case "betabinomial_posterior":
		b, err := gap.FitBetaBinomial(x, n)
		g.must(err)
		return posterior(func(x, n float64) gap.Posterior { return b.Posterior(x, n, g.level()) })
	case "gamma_poisson_ml":
		expected := each(func(_, n float64) float64 { return n * target })
		f, err := gap.FitGammaPoisson(x, expected)
		g.must(err)
		return m{"alpha": f.Alpha, "beta": f.Beta, "loglik": f.LogLik, "smr": each(func(x, n float64) float64 { return f.Posterior(x, n*target, 0.95).Mean })}, true
	}
	return nil, false
}

func (g *gapData) convergence() (any, bool) {
	years := g.values("year")
	var places []string
	unit := g.t.Columns[0]
	places = g.values(unit)
	value, pop := map[string]float64{}, map[string]float64{}
	all, weights := g.column("value", nil), g.column("pop", nil)
	for i := range g.t.Rows {
		key := g.t.Get(i, unit) + "\x00" + g.t.Get(i, "year")
		value[key], pop[key] = all[i], weights[i]
	}
	at := func(of map[string]float64, year string) []float64 {
		var out []float64
		for _, p := range places {
			out = append(out, of[p+"\x00"+year])
		}
		return out
	}
	first, last := years[0], years[len(years)-1]
	y0, err := strconv.ParseFloat(first, 64)
	g.must(err)
	y1, err := strconv.ParseFloat(last, 64)
	g.must(err)
	each := func(of func(gap.SigmaSpread) float64) []float64 {
		var out []float64
		for _, y := range years {
			out = append(out, of(gap.ConvergeSigma(at(value, y), at(pop, y))))
		}
		return out
	}
	logSD := func(s gap.SigmaSpread) float64 { return s.SDLog }
	switch g.rest {
	case "beta.unweighted", "beta.weighted":
		var w []float64
		if strings.HasSuffix(g.rest, ".weighted") {
			w = at(pop, first)
		}
		b, err := gap.ConvergeBeta(at(value, first), at(value, last), y1-y0, w)
		g.must(err)
		return m{"a": b.Intercept, "b": b.Slope, "se": b.SE, "p": b.P, "r2": b.R2, "speed": b.Speed, "speed_se": b.SpeedSE, "half_life": b.HalfLife, "T": y1 - y0}, true
	case "sigma.sd":
		return each(func(s gap.SigmaSpread) float64 { return s.SD }), true
	case "sigma.sd_n":
		return each(func(s gap.SigmaSpread) float64 { return s.SDN }), true
	case "sigma.sd_log":
		return each(logSD), true
	case "sigma.cv":
		return each(func(s gap.SigmaSpread) float64 { return s.CV }), true
	case "sigma.cv_weighted":
		return each(func(s gap.SigmaSpread) float64 { return s.CVWeighted }), true
	case "sigma_trend":
		var t []float64
		for _, y := range years {
			v, err := strconv.ParseFloat(y, 64)
			g.must(err)
			t = append(t, v)
		}
		sd := each(logSD)
		l, err := gap.Trend(t, sd, nil, math.NaN(), gap.Straight, -1, 0.95)
		g.must(err)
		end := sd[len(sd)-1]
		return m{"slope": l.Slope.Value, "se": l.Slope.SE, "ratio": sd[0] * sd[0] / (end * end)}, true
	case "gamma":
		kendall, spearman := gap.GammaConvergence(at(value, first), at(value, last))
		return m{"kendall": kendall, "spearman": spearman}, true
	}
	return nil, false
}

func (g *gapData) kitagawa() (any, bool) {
	d, err := gap.Kitagawa(gap.Strata{Events: g.column("x_a", nil), Persons: g.column("n_a", nil)}, gap.Strata{Events: g.column("x_b", nil), Persons: g.column("n_b", nil)})
	g.must(err)
	switch g.rest {
	case "rates":
		return m{"a": d.RateA, "b": d.RateB, "diff": d.Difference}, true
	case "kitagawa":
		return m{"composition": d.Composition, "rate": d.Rate, "composition_share": d.Composition / d.Difference}, true
	case "kitagawa.by_category":
		return m{"composition": d.CompositionBy, "rate": d.RateBy, "composition_centred": d.CompositionCentred}, true
	case "threefold":
		return m{"composition": d.CompositionFromB, "rate": d.RateFromB, "interaction": d.Interaction}, true
	case "standardised":
		return m{"a_on_b": d.AOnB, "b_on_a": d.BOnA}, true
	case "rate_se":
		return d.RateSE, true
	}
	return nil, false
}

func (g *gapData) movers() (any, bool) {
	types, years, areas := g.values("type"), g.values("year"), g.values("area")
	x, n := g.column("x", nil), g.column("n", nil)
	var rows []gap.AreaYear
	for i := range g.t.Rows {
		rows = append(rows, gap.AreaYear{Area: slices.Index(areas, g.t.Get(i, "area")), Year: slices.Index(years, g.t.Get(i, "year")),
			Type: slices.Index(types, g.t.Get(i, "type")), X: x[i], N: n[i]})
	}
	moved, err := gap.Movers(rows, len(types), len(years))
	g.must(err)
	byType := func(rates [][]float64) m {
		v := m{}
		for i, t := range types {
			v[t] = rates[i]
		}
		return v
	}
	if at := byCategory.FindStringSubmatch(g.rest); at != nil && at[2] == "change" {
		i := slices.Index(types, at[1])
		if i < 0 {
			return nil, false
		}
		c := moved.Change[i]
		return m{"total": c.Total, "within_first": c.WithinFirst, "reclass_first": c.ReclassFirst, "within_last": c.WithinLast, "reclass_last": c.ReclassLast,
			"within_avg": c.Within, "reclass_avg": c.Reclass}, true
	}
	strata := func(by []string, column, year string) gap.Strata {
		s := gap.Strata{Events: make([]float64, len(by)), Persons: make([]float64, len(by))}
		for i := range g.t.Rows {
			if g.t.Get(i, "year") == year {
				k := slices.Index(by, g.t.Get(i, column))
				s.Events[k] += x[i]
				s.Persons[k] += n[i]
			}
		}
		return s
	}
	change := func(by []string, column, from, to string) gap.Decomposition {
		d, err := gap.Kitagawa(strata(by, column, to), strata(by, column, from))
		g.must(err)
		return d
	}
	first, last := years[0], years[len(years)-1]
	switch g.rest {
	case "moving":
		return byType(moved.Moving), true
	case "frozen_first":
		return byType(moved.FrozenFirst), true
	case "frozen_last":
		return byType(moved.FrozenLast), true
	case "kitagawa_chain":
		var steps []any
		sum := gap.Decomposition{}
		for i := 1; i < len(years); i++ {
			d := change(types, "type", years[i-1], years[i])
			steps = append(steps, m{"years": years[i-1] + "-" + years[i], "composition": d.Composition, "rate": d.Rate})
			sum.Composition, sum.Rate = sum.Composition+d.Composition, sum.Rate+d.Rate
		}
		d := change(types, "type", first, last)
		return m{"steps": steps, "sum_composition": sum.Composition, "sum_rate": sum.Rate, "direct_composition": d.Composition, "direct_rate": d.Rate}, true
	case "kitagawa_areas":
		d := change(areas, "area", first, last)
		return m{"shift": d.Composition, "within": d.Rate}, true
	}
	return nil, false
}

func (g *gapData) oaxaca() (any, bool) {
	d := num.NewDesign(len(g.t.Rows))
	for _, c := range g.t.Columns {
		if strings.HasPrefix(c, "x") {
			d.Add(c, g.column(c, nil))
		}
	}
	inA := make([]bool, len(g.t.Rows))
	for i := range inA {
		inA[i] = g.t.Get(i, "group") == "1"
	}
	o, err := gap.Oaxaca(d, g.column("y", nil), inA)
	g.must(err)
	switch g.rest {
	case "fits":
		return m{"beta_a": o.BetaA, "beta_b": o.BetaB, "mean_x_a": o.MeanA, "mean_x_b": o.MeanB, "gap": o.Gap}, true
	case "threefold":
		return m{"endowments": o.Endowments, "coefficients": o.Coefficients, "interaction": o.Interaction}, true
	}
	if ref, ok := strings.CutPrefix(g.rest, "twofold."); ok && g.err == nil {
		explained, unexplained, by, err := o.Twofold(gap.Reference(ref))
		if err != nil {
			return nil, false
		}
		return m{"explained": explained, "unexplained": unexplained, "explained_by_variable": by}, true
	}
	return nil, false
}

// breakOf is the first year with after_break; NaN without any.
func (g *gapData) breakOf() float64 {
	at := math.NaN()
	if !g.t.Has("after_break") {
		return at
	}
	years, after := g.column("year", nil), g.column("after_break", nil)
	for i, y := range years {
		if after[i] == 1 && !(y >= at) {
			at = y
		}
	}
	return at
}

func (g *gapData) trend() (any, bool) {
	breakAt := g.breakOf()
	series := func(kind string) (years, x, n, rate []float64) {
		keep := g.is("type", kind)
		years, x, n = g.column("year", keep), g.column("x", keep), g.column("n", keep)
		for i := range x {
			rate = append(rate, x[i]/n[i])
		}
		return years, x, n, rate
	}
	named := func(names []string, values []float64) m {
		v := m{}
		for i, name := range names {
			v[name] = values[i]
		}
		return v
	}
	if at := twoTypes.FindStringSubmatch(g.rest); at != nil {
		years, _, _, a := series(at[2])
		_, _, _, b := series(at[3])
		difference, ratio := make([]float64, len(a)), make([]float64, len(a))
		for i := range a {
			difference[i], ratio[i] = a[i]-b[i], math.Log(a[i]/b[i])
		}
		l, err := gap.Trend(years, difference, nil, breakAt, gap.LevelShift, -1, 0.95)
		g.must(err)
		q, err := gap.Trend(years, ratio, nil, breakAt, gap.LevelShift, -1, 0.95)
		g.must(err)
		return m{"gap": difference, "slope": l.Slope.Value, "se": l.Slope.SE, "logratio_slope": q.Slope.Value}, true
	}
	if g.rest == "interaction" {
		types := g.values("type")
		var group []int
		for i := range g.t.Rows {
			group = append(group, slices.Index(types, g.t.Get(i, "type")))
		}
		var names []string
		for _, t := range types {
			names = append(names, "factor(type)"+t)
		}
		s, err := gap.SlopesDiffer(g.column("year", nil), group, names, g.column("x", nil), g.column("n", nil), breakAt)
		g.must(err)
		return m{"coef": named(s.Names, s.Coef), "se": named(s.Names, s.SE), "deviance": s.Deviance, "lr_chi2": s.ChiSq}, true
	}
	at := byCategory.FindStringSubmatch(g.rest)
	if at == nil {
		return nil, false
	}
	years, x, n, rate := series(at[1])
	if len(years) == 0 {
		return nil, false
	}
	model, how, _ := strings.Cut(at[2], ".")
	models := map[string]gap.TrendModel{"ols": gap.Straight, "ols_break": gap.LevelShift, "ols_its": gap.NewSlope, "poisson": gap.Straight, "poisson_break": gap.LevelShift}
	switch {
	case model == "mann_kendall_sen":
		tau, p := gap.MannKendall(years, rate)
		return m{"tau": tau, "p": p, "sen": gap.SenSlope(years, rate)}, true
	case model == "cochran_armitage":
		chi2, p, err := gap.CochranArmitage(gap.Groups{X: x, N: n}, years)
		g.must(err)
		return m{"chi2": chi2, "p": p}, true
	case model == "poisson" || model == "poisson_break":
		c, err := gap.TrendOfCounts(years, x, n, breakAt, models[model], 0.95)
		g.must(err)
		if err != nil {
			return nil, true
		}
		return m{"coef": named(c.Names, c.Coef), "se": named(c.Names, c.SE), "se_quasi": named(c.Names, c.SEQuasi), "deviance": c.Deviance, "phi": c.Phi,
			"loglik": c.LogLik, "percent_per_year": 100 * c.Yearly.Value}, true
	case strings.HasPrefix(model, "ols"):
		var weights []float64
		if how == "weighted" {
			weights = n
		}
		lag := -1
		if digits, ok := strings.CutPrefix(how, "newey_west"); ok {
			v, err := strconv.Atoi(digits)
			g.must(err)
			lag = v
		}
		l, err := gap.Trend(years, rate, weights, breakAt, models[model], lag, 0.95)
		g.must(err)
		switch {
		case err != nil:
			return nil, true
		case lag >= 0:
			return m{"plain": named(l.Names, l.NeweyWest), "adjust": named(l.Names, l.NeweyWestFull)}, true
		case how == "durbin_watson":
			return l.DurbinWatson, true
		}
		return m{"coef": named(l.Names, l.Coef), "se": named(l.Names, l.SE), "p": named(l.Names, l.P), "slope_ci": []float64{l.Slope.Lower, l.Slope.Upper},
			"sigma": l.Sigma, "r2": l.R2, "df": l.DF}, true
	}
	return nil, false
}

var (
	cusumOf   = regexp.MustCompile(`cusum\.k([0-9.]+?)\.h([0-9.]+?)\.(?:(one|two)\.)?mu(-?[0-9.]+)$`)
	ewmaOf    = regexp.MustCompile(`ewma\.l([0-9.]+?)\.c([0-9.]+?)\.(?:(fix|vacl)\.)?mu(-?[0-9.]+)$`)
	poissonAt = regexp.MustCompile(`poisson_cusum\.m[0-9.]+?\.k([0-9.]+?)\.h([0-9.]+?)\.mu([0-9.]+)$`)
	limitFor  = regexp.MustCompile(`cusum_h_for_arl([0-9.]+)$`)
	settingOf = regexp.MustCompile(`\b(k|h|l|c|mu|lambda|L0) ?=\s?(-?[0-9]*\.?[0-9]+)`)
	alarmAt   = regexp.MustCompile(`(?:value > |at >= ?)([0-9.]+)`)
)

// alarm answers run lengths and charts of series.
func (g *gapData) alarm(tables []*Table) (any, bool, error) {
	var err error
	f := func(text string) float64 {
		v, e := strconv.ParseFloat(text, 64)
		if e != nil && err == nil {
			err = e
		}
		return v
	}
	wrap := func(length float64) any {
		if g.r.Grade == "stochastic" {
			return m{"mean": length}
		}
		return length
	}
	// settings are those written as k=.5 in the words or the call.
	settings := map[string]float64{}
	for _, at := range append(settingOf.FindAllStringSubmatch(g.r.What, -1), settingOf.FindAllStringSubmatch(g.r.Call, -1)...) {
		settings[at[1]] = f(at[2])
	}
	if at := poissonAt.FindStringSubmatch(g.r.ID); at != nil {
		ge := gap.PoissonCUSUM{K: f(at[1]), H: f(at[2])}
		gt := ge
		gt.Above = true
		a, e := ge.RunLength(f(at[3]))
		b, e2 := gt.RunLength(f(at[3]))
		if e != nil || e2 != nil {
			return nil, true, e
		}
		return m{"alarm_ge": a, "alarm_gt": b, "spc": b}, true, err
	}
	if at := cusumOf.FindStringSubmatch(g.r.ID); at != nil {
		c := gap.CUSUM{K: f(at[1]), H: f(at[2])}
		if at[3] == "two" {
			return wrap(c.RunLengthTwoSided(f(at[4]))), true, err
		}
		return wrap(c.RunLength(f(at[4]))), true, err
	}
	if at := ewmaOf.FindStringSubmatch(g.r.ID); at != nil {
		e := gap.EWMA{Lambda: f(at[1]), C: f(at[2]), ExactVariance: at[3] == "vacl"}
		return wrap(e.RunLength(f(at[4]))), true, err
	}
	if at := limitFor.FindStringSubmatch(g.r.ID); at != nil {
		c, e := gap.CUSUMFor(settings["k"], f(at[1]))
		if e != nil {
			return nil, true, e
		}
		return m{"h": c.H}, true, err
	}
	if len(tables) != 1 || !tables[0].Has("t", "z") {
		return nil, false, nil
	}
	g.t = tables[0]
	limit := math.NaN()
	if at := alarmAt.FindStringSubmatch(g.r.What); at != nil {
		limit = f(at[1])
	}
	switch {
	case strings.HasSuffix(g.r.ID, "series.cusum"):
		upper, lower, up, down := gap.CUSUM{K: settings["k"], H: limit}.Run(g.column("z", nil))
		return m{"upper": upper, "lower": lower, "first_upper": up, "first_lower": down}, true, err
	case strings.HasSuffix(g.r.ID, "series.ewma"):
		path, limits, first := gap.EWMA{Lambda: settings["l"], C: settings["c"], ExactVariance: strings.Contains(g.r.What, "exact-variance")}.Run(g.column("z", nil))
		return m{"ewma": path, "limit": limits, "first": first}, true, err
	case strings.HasSuffix(g.r.ID, "series.poisson_cusum"):
		path, first := gap.PoissonCUSUM{K: settings["k"], H: limit}.Run(g.column("count", nil))
		return m{"path": path, "first": first}, true, err
	}
	return nil, false, nil
}
