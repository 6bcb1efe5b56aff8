package reference

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/segregation"
)

// answerSegregationClosed answers results of segregation by the measures that have a formula and no map: two groups, many groups, local, ordered.
// It reads the call as the tool was given it.
func answerSegregationClosed(r Result) (Answer, bool, error) {
	var value any
	var offered bool
	var err error
	switch tool := r.Tool; {
	case strings.Contains(tool, "PySAL"):
		value, offered, err = answerPySAL(r)
	case strings.Contains(tool, "OasisR"):
		value, offered, err = answerOasisR(r)
	case strings.Contains(tool, "divseg"):
		value, offered, err = answerDivseg(r)
	case strings.Contains(tool, "segregr"):
		value, offered, err = answerSegregr(r)
	case strings.HasSuffix(tool, "R seg"):
		value, offered, err = answerSeg(r)
	case strings.Contains(tool, "R segregation"):
		value, offered, err = answerElbers(r)
	}
	if errors.Is(err, errOtherData) {
		return Answer{}, false, nil
	}
	return Answer{Value: value}, offered, err
}

// errOtherData says that the data of a result are not of a form that is read here.
var errOtherData = errors.New("data of another form")

// counts are a table with the names of its units and groups.
type counts struct {
	*segregation.Table
	units, groups []string
}

// wideCounts takes columns of a file as groups, a row as a unit. Rows without anybody are left out when nonempty.
func wideCounts(t *Table, columns []string, nonempty bool) (counts, error) {
	var n []float64
	c := counts{groups: columns}
	for i := range t.Rows {
		var row []float64
		any := false
		for _, name := range columns {
			v, err := strconv.ParseFloat(t.Get(i, name), 64)
			if err != nil {
				return c, fmt.Errorf("row %d, column %s: not a number", i+1, name)
			}
			row, any = append(row, v), any || v > 0
		}
		if any || !nonempty {
			n = append(n, row...)
			c.units = append(c.units, t.Rows[i][0])
		}
	}
	var err error
	c.Table, err = segregation.NewTable(len(c.units), len(columns), n)
	return c, err
}

// longCounts takes a file of unit, group and n. Units and groups come in order of appearance.
func longCounts(t *Table, unit, group string) (counts, error) {
	var c counts
	unitAt, groupAt := map[string]int{}, map[string]int{}
	at := func(m map[string]int, names *[]string, name string) int {
		i, ok := m[name]
		if !ok {
			i = len(*names)
			m[name] = i
			*names = append(*names, name)
		}
		return i
	}
	for i := range t.Rows {
		at(unitAt, &c.units, t.Get(i, unit))
		at(groupAt, &c.groups, t.Get(i, group))
	}
	n := make([]float64, len(c.units)*len(c.groups))
	for i := range t.Rows {
		v, err := strconv.ParseFloat(t.Get(i, "n"), 64)
		if err != nil {
			return c, fmt.Errorf("row %d: n is not a number", i+1)
		}
		n[unitAt[t.Get(i, unit)]*len(c.groups)+groupAt[t.Get(i, group)]] += v
	}
	var err error
	c.Table, err = segregation.NewTable(len(c.units), len(c.groups), n)
	return c, err
}

// focal is the group of the name against the rest.
func (c counts) focal(group string) (a, rest []float64) {
	a = c.Column(slices.Index(c.groups, group))
	for i := range a {
		rest = append(rest, c.UnitTotal(i)-a[i])
	}
	return a, rest
}

var groupColumn = regexp.MustCompile(`^([a-z])_[a-z]\d+$|^[a-z]\d+$`)

// groupColumns are the columns of groups: g1, g2 or q1, q2; with a period, a_g1, a_g2.
func groupColumns(t *Table, period string) []string {
	var out []string
	for _, c := range t.Columns {
		if m := groupColumn.FindStringSubmatch(c); m != nil && m[1] == period {
			out = append(out, c)
		}
	}
	return out
}

// wide is the groups of a result's only data file. The id begins with the period (a., b.), which the columns have too, with _nonempty when rows
// without anybody are left out.
func wide(r Result) (counts, error) {
	tables, err := r.Tables()
	if err != nil {
		return counts{}, err
	}
	if len(tables) != 1 {
		return counts{}, errOtherData
	}
	first, _, _ := strings.Cut(r.ID, ".")
	period, nonempty := strings.CutSuffix(first, "_nonempty")
	columns := groupColumns(tables[0], period)
	if len(columns) == 0 {
		period, columns = "", groupColumns(tables[0], "")
	}
	if len(columns) == 0 {
		return counts{}, errOtherData
	}
	c, err := wideCounts(tables[0], columns, nonempty)
	for i, name := range c.groups {
		c.groups[i] = strings.TrimPrefix(name, period+"_")
	}
	return c, err
}

func others(f func(a, b []float64) float64, c counts) []float64 {
	var out []float64
	for _, g := range c.groups {
		out = append(out, f(c.focal(g)))
	}
	return out
}

func pairs(f func(a, b []float64) float64, c counts) [][]float64 {
	out := make([][]float64, len(c.groups))
	for g := range out {
		out[g] = make([]float64, len(c.groups))
		for h := range out[g] {
			if g != h {
				out[g][h] = f(c.Column(g), c.Column(h))
			}
		}
	}
	return out
}

func list[T any](v ...T) []T { return v }

// pysalTwo, pysalMany and pysalLocal are PySAL's names.
var pysalTwo = map[string]func(a, b []float64) float64{
	"Atkinson":               func(a, b []float64) float64 { return segregation.Atkinson(a, b, 0.5) },
	"BiasCorrectedDissim":    segregation.BiasCorrectedDissimilarity,
	"ConProf":                func(a, b []float64) float64 { return segregation.ConcentrationProfileGrid(a, b, 1000) },
	"CorrelationR":           segregation.CorrelationRatio,
	"DensityCorrectedDissim": segregation.DensityCorrectedDissimilarity,
	"Dissim":                 segregation.Dissimilarity,
	"Entropy":                segregation.InformationTheory,
	"Gini":                   segregation.Gini,
	"Gorard":                 segregation.Gorard,
	"Hutchens":               segregation.Hutchens,
	"HutchensSquareRoot":     segregation.Hutchens,
	"Interaction":            segregation.Interaction,
	"Isolation":              segregation.Isolation,
	"MinMax":                 segregation.MinMax,
	"ModifiedDissim":         segregation.ModifiedDissimilarity,
	"ModifiedGini":           segregation.ModifiedGini,
}

var pysalMany = map[string]func(*segregation.Table) float64{
	"MultiDissim":                    segregation.MultiDissimilarity,
	"MultiDivergence":                segregation.Divergence,
	"MultiDiversity":                 segregation.Entropy,
	"MultiGini":                      segregation.MultiGini,
	"MultiInfoTheory":                segregation.TheilH,
	"MultiNormExposure":              segregation.NormalisedExposure,
	"MultiRelativeDiversity":         segregation.RelativeDiversity,
	"MultiSquaredCoefVar":            segregation.SquaredCoefficientOfVariation,
	"SimpsonsConcentration":          segregation.SimpsonConcentration,
	"SimpsonsInteraction":            segregation.SimpsonInteraction,
	"MultiDiversity,normalized=True": segregation.NormalisedEntropy,
}

var pysalLocal = map[string]func(*segregation.Table) []float64{
	"MultiLocalDiversity":            segregation.LocalEntropy,
	"MultiLocalEntropy":              segregation.LocalNormalisedEntropy,
	"MultiLocalSimpsonConcentration": segregation.LocalSimpsonConcentration,
	"MultiLocalSimpsonInteraction":   segregation.LocalSimpsonInteraction,
}

var (
	pysalCall = regexp.MustCompile(`^(singlegroup|multigroup|local)\.(\w+)\(\w+,\s*(?:'(\w+)'\s*,\s*'\w+'|\[[^\]]*\])([^)]*)\)`)
	pysalBeta = regexp.MustCompile(`^,b=([0-9.]+)$`)
)

func answerPySAL(r Result) (any, bool, error) {
	m := pysalCall.FindStringSubmatch(r.Call)
	if m == nil || strings.Contains(r.Call, "SingleValueTest") || strings.Contains(r.Call, "TwoValueTest") {
		return nil, false, nil
	}
	name, group, settings := m[2], m[3], strings.ReplaceAll(m[4], " ", "")
	two, many, local := pysalTwo[name], pysalMany[name+settings], pysalLocal[name]
	if b := pysalBeta.FindStringSubmatch(settings); b != nil && name == "Atkinson" {
		beta, err := strconv.ParseFloat(b[1], 64)
		if err != nil {
			return nil, true, err
		}
		two, settings = func(x, y []float64) float64 { return segregation.Atkinson(x, y, beta) }, ""
	}
	if settings != "" && many == nil {
		return nil, false, nil
	}
	c, err := wide(r)
	if err != nil {
		return nil, true, err
	}
	switch {
	case m[1] == "singlegroup" && two != nil:
		if !slices.Contains(c.groups, group) {
			return nil, true, fmt.Errorf("no group %s", group)
		}
		return two(c.focal(group)), true, nil
	case m[1] == "multigroup" && many != nil:
		return many(c.Table), true, nil
	case m[1] == "local" && local != nil:
		out := local(c.Table)
		for i := range out {
			if c.UnitTotal(i) == 0 {
				out[i] = 0 // we say that a unit without anybody has no value; PySAL writes 0
			}
		}
		return out, true, nil
	case name == "MultiLocationQuotient":
		return pythonNaN(segregation.LocationQuotients(c.Table)), true, nil
	}
	return nil, false, nil
}

// pythonNaN writes what is undefined as Python does.
func pythonNaN(rows [][]float64) [][]any {
	out := make([][]any, len(rows))
	for i, row := range rows {
		for _, v := range row {
			if math.IsNaN(v) {
				out[i] = append(out[i], "nan")
			} else {
				out[i] = append(out[i], v)
			}
		}
	}
	return out
}

// oasisCall has the name of the function, and what follows the data. Results on a map (spatobj) are not for here.
var (
	oasisCall  = regexp.MustCompile(`^(\w+)\(x(?:,\s*(.*))?\)$`)
	oneSetting = regexp.MustCompile(`(\w+) = (\w+\([^)]*\)|[^,]+)`)
)

func answerOasisR(r Result) (any, bool, error) {
	m := oasisCall.FindStringSubmatch(r.Call)
	if m == nil || strings.Contains(m[2], "spatobj") {
		return nil, false, nil
	}
	c, err := wide(r)
	if err != nil {
		return nil, true, err
	}
	settings := map[string]string{}
	for _, s := range oneSetting.FindAllStringSubmatch(m[2], -1) {
		settings[s[1]] = s[2]
	}
	exact := settings["exact"] == "TRUE"
	switch m[1] {
	case "ISDuncan":
		return others(segregation.Dissimilarity, c), true, nil
	case "HTheil":
		return others(segregation.InformationTheory, c), true, nil
	case "Gorard":
		return others(segregation.Gorard, c), true, nil
	case "Gini":
		return others(segregation.Gini, c), true, nil
	case "Eta2":
		return others(segregation.CorrelationRatio, c), true, nil
	case "Atkinson":
		beta := 0.5
		if s, ok := settings["delta"]; ok {
			if beta, err = strconv.ParseFloat(s, 64); err != nil {
				return nil, true, err
			}
		}
		return others(func(a, b []float64) float64 { return segregation.Atkinson(a, b, beta) }, c), true, nil
	case "Gini2":
		return pairs(segregation.Gini, c), true, nil
	case "DIDuncan":
		return pairs(segregation.Dissimilarity, c), true, nil
	case "xPx", "xPy":
		matrix := segregation.ExposureMatrix(c.Table)
		if exact {
			matrix = segregation.ExposureMatrixOfOthers(c.Table)
		}
		if m[1] == "xPy" {
			return matrix, true, nil
		}
		var own []float64
		for g := range matrix {
			own = append(own, matrix[g][g])
		}
		return own, true, nil
	case "HShannon":
		return segregation.Entropy(c.Table), true, nil
	case "NShannon":
		return segregation.NormalisedEntropy(c.Table), true, nil
	case "ISimpson":
		return segregation.SimpsonInteraction(c.Table), true, nil
	case "GiniMulti":
		return segregation.MultiGini(c.Table), true, nil
	case "DMulti":
		return list(list(segregation.MultiDissimilarity(c.Table))), true, nil
	case "PMulti":
		return list(list(segregation.NormalisedExposure(c.Table))), true, nil
	case "RelDivers":
		return list(list(segregation.RelativeDiversity(c.Table))), true, nil
	case "HMulti":
		return segregation.TheilH(c.Table), true, nil
	case "CMulti":
		return segregation.SquaredCoefficientOfVariation(c.Table), true, nil
	case "LQ":
		return segregation.LocationQuotients(c.Table), true, nil
	case "HLoc":
		return segregation.LocalEvenness(c.Table), true, nil
	case "LShannon":
		return segregation.LocalEntropy(c.Table), true, nil
	case "LSimpson":
		return segregation.LocalSimpsonInteraction(c.Table), true, nil
	case "ordinalseg":
		var out []float64
		for _, s := range segregation.Spreads() {
			out = append(out, segregation.Ordinal(c.Table, s))
		}
		return out, true, nil
	case "rankorderseg":
		return oasisRankOrder(c.Table, settings)
	}
	return nil, false, nil
}

// oasisRankOrder gives the three rank-order indices with the fit as R's lm prints it: estimate, standard error, t and p.
func oasisRankOrder(t *segregation.Table, settings map[string]string) (any, bool, error) {
	order := 4
	if s, ok := settings["polorder"]; ok {
		var err error
		if order, err = strconv.Atoi(s); err != nil {
			return nil, true, err
		}
	}
	out := map[string]any{}
	for letter, spread := range map[string]segregation.Spread{"H": segregation.SpreadEntropy, "R": segregation.SpreadVariance, "S": segregation.SpreadSquareRoot} {
		fit, err := segregation.RankOrderSegregation(t, spread, segregation.PolynomialFit{Order: order, Equal: true})
		if err != nil {
			return nil, true, err
		}
		at := fit.Percentile
		if s, ok := settings["pred"]; ok {
			var from, to, by float64
			if _, err := fmt.Sscanf(strings.NewReplacer("seq(", "", ")", "", ",", " ").Replace(s), "%f %f %f", &from, &to, &by); err != nil {
				return nil, true, fmt.Errorf("pred = %s: %w", s, err)
			}
			at = nil
			for k := 0; from+float64(k)*by <= to+1e-10; k++ {
				at = append(at, from+float64(k)*by)
			}
		}
		var fitted, se []float64
		for _, p := range at {
			v, e := fit.Predict(p)
			fitted, se = append(fitted, v), append(se, e)
		}
		var coefficients [][]float64
		for j, b := range fit.Coefficients {
			ratio := b / fit.CoefficientSE[j]
			coefficients = append(coefficients, list(b, fit.CoefficientSE[j], ratio, twoSidedT(ratio, fit.DF)))
		}
		out[letter+"r"] = map[string]any{
			"Index": fit.Index, letter + "p": fit.At, "Coefficients": coefficients,
			"Predict": map[string]any{"fit": fitted, "se.fit": se, "df": list(fit.DF), "residual.scale": list(fit.ResidualSD)},
		}
	}
	return out, true, nil
}

// twoSidedT is the probability of a t further from 0, on whole degrees of freedom: ∫_{|t|}^∞, by Simpson's rule in u = arctan(√df / x), where the
// density is a power of sin.
func twoSidedT(t float64, df int) float64 {
	end := math.Atan2(math.Sqrt(float64(df)), math.Abs(t))
	f := func(u float64) float64 { return math.Pow(math.Sin(u), float64(df-1)) }
	integral := func(end float64) float64 {
		const n = 20000
		s := f(0) + f(end)
		for k := 1; k < n; k++ {
			s += float64(2+2*(k%2)) * f(end*float64(k)/n)
		}
		return s * end / (3 * n)
	}
	return integral(end) / integral(math.Pi/2)
}

var divsegCall = regexp.MustCompile(`ds_(\w+)\(dd, c\(([^)]*)\)\)`)

func answerDivseg(r Result) (any, bool, error) {
	m := divsegCall.FindStringSubmatch(r.Call)
	if m == nil {
		return nil, false, nil
	}
	c, err := wide(r)
	if err != nil {
		return nil, true, err
	}
	names := strings.Split(strings.ReplaceAll(m[2], `"`, ""), ", ")
	if len(names) == 2 && names[1] == "rest" {
		if !slices.Contains(c.groups, names[0]) {
			return nil, true, fmt.Errorf("no group %s", names[0])
		}
		two := map[string]func(a, b []float64) float64{
			"dissim": segregation.Dissimilarity, "gini": segregation.Gini, "entropy": segregation.InformationTheory, "atkinson": pysalTwo["Atkinson"],
			"interaction": segregation.Interaction, "isolation": segregation.Isolation, "correlation": segregation.CorrelationRatio,
		}[m[1]]
		if two == nil {
			return nil, false, nil
		}
		return two(c.focal(names[0])), true, nil
	}
	switch m[1] {
	case "blau":
		return segregation.LocalSimpsonInteraction(c.Table), true, nil
	case "shannon":
		return segregation.LocalEntropy(c.Table), true, nil
	case "hhi":
		return segregation.LocalSimpsonConcentration(c.Table), true, nil
	case "inv_simpson":
		out := segregation.LocalSimpsonConcentration(c.Table)
		for i := range out {
			out[i] = 1 / out[i]
		}
		return out, true, nil
	}
	return nil, false, nil
}

// answerSegregr answers at bandwidth 0, where no person sees another unit.
func answerSegregr(r Result) (any, bool, error) {
	if !regexp.MustCompile(`bandwidth = 0\b[^.]`).MatchString(r.Call) {
		return nil, false, nil
	}
	c, err := wide(r)
	if err != nil {
		return nil, true, err
	}
	out := map[string]any{
		"bw": list(0), "dissimilarity": segregation.MultiDissimilarity(c.Table), "entropy": segregation.Entropy(c.Table), "h": segregation.TheilH(c.Table),
	}
	for g, row := range segregation.ExposureMatrix(c.Table) {
		for h, v := range row {
			kind := "exp"
			if g == h {
				kind = "iso"
			}
			out[kind+"_"+c.groups[g]+"_"+c.groups[h]] = v
		}
	}
	return out, true, nil
}

func answerSeg(r Result) (any, bool, error) {
	call := strings.ReplaceAll(r.Call, " ", "")
	if call != "seg::dissim(data=x2)$d" && !strings.Contains(call, "seg::conprof(x2") {
		return nil, false, nil
	}
	c, err := wide(r)
	if err != nil {
		return nil, true, err
	}
	// x2 is g2 and the rest, as the README of the numbers says.
	a, b := c.focal("g2")
	if strings.Contains(call, "conprof") {
		return segregation.ConcentrationProfileGrid(a, b, 999), true, nil // seg's number of thresholds, unless told
	}
	return segregation.Dissimilarity(a, b), true, nil
}

var elbersCall = regexp.MustCompile(`^(\w+)\((\w+), "(\w+)"(?:, "(\w+)")?, weight = "n"(.*)\)$`)

// answerElbers answers calls without resampling and without levels.
func answerElbers(r Result) (any, bool, error) {
	m := elbersCall.FindStringSubmatch(r.Call)
	if m == nil {
		return nil, false, nil
	}
	base := math.E
	for s := range strings.SplitSeq(strings.TrimPrefix(m[5], ", "), ", ") {
		name, v, _ := strings.Cut(s, " = ")
		switch name {
		case "", "wide":
		case "base":
			var err error
			if base, err = strconv.ParseFloat(v, 64); err != nil {
				return nil, true, err
			}
		default:
			return nil, false, nil
		}
	}
	group, unit := m[3], m[4]
	if m[1] == "mutual_local" {
		group, unit = unit, group // there the first is what is told of, the second what it is told by
	}
	c, err := elbersCounts(r, m[2], unit, group)
	if err != nil {
		return nil, true, err
	}
	switch m[1] {
	case "mutual_total":
		return map[string]any{"stat": list("M", "H"), "est": list(segregation.InBase(segregation.MutualInformation(c.Table), base), segregation.TheilH(c.Table))}, true, nil
	case "mutual_local":
		// c is transposed here: group is what the numbers are by.
		var names []string
		var ls, p []float64
		for g, v := range segregation.GroupInformation(c.Table) {
			if n := c.GroupTotal(g); n > 0 {
				names, ls, p = append(names, c.groups[g]), append(ls, segregation.InBase(v, base)), append(p, n/c.Total())
			}
		}
		return map[string]any{group: names, "ls": ls, "p": p}, true, nil
	case "dissimilarity":
		if c.Groups != 2 {
			return nil, false, nil
		}
		return map[string]any{"stat": list("D"), "est": segregation.Dissimilarity(c.Column(0), c.Column(1))}, true, nil
	case "isolation":
		return map[string]any{group: c.groups, "isolation": segregation.Isolations(c.Table)}, true, nil
	case "entropy":
		return segregation.InBase(segregation.Entropy(c.Table), base), true, nil
	case "exposure":
		// R lists pairs as they first appear in a unit.
		matrix := segregation.ExposureMatrix(c.Table)
		var of, to []string
		var value []float64
		seen := map[[2]int]bool{}
		for i := range c.Units {
			for g, n := range c.Unit(i) {
				for h, m := range c.Unit(i) {
					if n > 0 && m > 0 && !seen[[2]int{g, h}] {
						seen[[2]int{g, h}] = true
						of, to, value = append(of, c.groups[g]), append(to, c.groups[h]), append(value, matrix[g][h])
					}
				}
			}
		}
		return map[string]any{"of": of, "to": to, "exposure": value}, true, nil
	}
	return nil, false, nil
}

var elbersName = regexp.MustCompile(`^([a-z]+)(\d*)(w?)$`)

// elbersCounts finds the data of a variable: A and B are the periods of a file of areas, A2 and B2 g2 against the rest; s00 is the file that begins
// with s and has 00 in its name, s00w the one with white and black.
func elbersCounts(r Result, variable, unit, group string) (counts, error) {
	tables, err := r.Tables()
	if err != nil {
		return counts{}, err
	}
	period := strings.ToLower(variable[:1])
	if len(tables) == 1 && len(groupColumns(tables[0], period)) > 0 {
		c, err := wideCounts(tables[0], groupColumns(tables[0], period), true)
		if err != nil {
			return c, err
		}
		for g, name := range c.groups {
			c.groups[g] = strings.TrimPrefix(name, period+"_")
		}
		if strings.HasSuffix(variable, "2") {
			a, rest := c.focal("g2")
			c.groups = list("g2", "rest")
			if c.Table, err = segregation.Pair(a, rest); err != nil {
				return c, err
			}
		}
		by := map[string]func(counts) counts{"area": func(c counts) counts { return c }, "group": func(c counts) counts { return counts{c.Transpose(), c.groups, c.units} }}
		if unit == "" { // one margin only
			unit = map[string]string{"group": "area", "area": "group"}[group]
		}
		if by[unit] == nil {
			return sumRows(tables[0], c, unit, group)
		}
		return by[unit](c), nil
	}
	m := elbersName.FindStringSubmatch(variable)
	if m == nil {
		return counts{}, errOtherData
	}
	k := 0
	for _, name := range r.DataFiles {
		if !strings.HasSuffix(name, ".csv") {
			continue
		}
		base := name[strings.LastIndex(name, "/")+1:]
		if strings.HasPrefix(base, m[1][:1]) && strings.Contains(base, m[1]) && strings.Contains(base, m[2]) &&
			strings.Contains(base, "white_black") == (m[3] != "") && !strings.Contains(base, "sub") {
			return longCounts(tables[k], cmp.Or(unit, group), group)
		}
		k++
	}
	return counts{}, errOtherData
}

// sumRows adds the rows of units that have one value in a column, such as the region of an area.
func sumRows(t *Table, c counts, column, group string) (counts, error) {
	if !t.Has(column) || group != "group" {
		return counts{}, errOtherData
	}
	of := map[string]string{}
	for i := range t.Rows {
		of[t.Rows[i][0]] = t.Get(i, column)
	}
	out := counts{groups: c.groups}
	var n []float64
	for i, u := range c.units {
		k := slices.Index(out.units, of[u])
		if k < 0 {
			k = len(out.units)
			out.units = append(out.units, of[u])
			n = append(n, make([]float64, len(c.groups))...)
		}
		for g, v := range c.Unit(i) {
			n[k*len(c.groups)+g] += v
		}
	}
	var err error
	out.Table, err = segregation.NewTable(len(out.units), len(c.groups), n)
	return out, err
}
