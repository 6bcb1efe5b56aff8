package reference

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/segregation"
)

// answerSegregationInference answers decompositions and uncertainty of segregation: what R's segregation calls mutual_*, ipf, compress and dissimilarity(se), and what
// PySAL calls DecomposeSegregation and SingleValueTest. The call tells what is wanted of which data.
func answerSegregationInference(r Result) (Answer, bool, error) {
	tables, err := r.Tables()
	if err != nil {
		return Answer{}, false, err
	}
	d := &inferenceData{result: r, tables: tables}
	var value any
	name, _, _ := strings.Cut(r.Call, "(")
	if elbers := strings.HasPrefix(r.Tool, "R segregation"); !elbers && name != "DecomposeSegregation" && name != "SingleValueTest" {
		return Answer{}, false, nil
	}
	resampled := strings.Contains(r.Call, "se = TRUE")
	switch {
	case name == "mutual_total":
		value, err = d.total()
	case name == "mutual_total_nested":
		value, err = d.nested()
	case name == "mutual_within" && !resampled:
		value, err = d.within()
	case name == "mutual_within":
		value, err = d.withinResampled()
	case name == "mutual_local" && !resampled:
		value, err = d.local()
	case name == "mutual_difference" && !resampled:
		value, err = d.difference()
	case name == "ipf":
		value, err = d.fit()
	case name == "comp$iterations":
		value, err = d.compress()
	case name == "mutual_total_expected" || name == "dissimilarity_expected" || name == "mutual_local_expected":
		value, err = d.expected(name)
	case name == "dissimilarity" && resampled:
		value, err = d.bootDissimilarity()
	case name == "DecomposeSegregation":
		value, err = d.places()
	case name == "SingleValueTest":
		value, err = d.singleTest()
	default:
		return Answer{}, false, nil
	}
	if err == errInferenceUnknown {
		return Answer{}, false, nil
	}
	return Answer{Value: value}, true, err
}

var errInferenceUnknown = fmt.Errorf("not offered")

// inferenceData reads the tables that a call names.
type inferenceData struct {
	result Result
	tables []*Table
}

var (
	inferenceAbbreviated = regexp.MustCompile(`^[a-z]+(\d+)([a-z]*)$`) // s00w
	inferenceQuoted      = regexp.MustCompile(`["']([^"']*)["']`)
	inferenceWide        = regexp.MustCompile(`^([a-z])_(.+)$`)
)

// arguments are the data sets of an R call, its words in quotes before named arguments, and named ones.
func (d *inferenceData) arguments() (sets, words []string, named map[string]string) {
	_, rest, _ := strings.Cut(d.result.Call, "(")
	rest = strings.TrimSuffix(strings.TrimSpace(rest), ")")
	named = map[string]string{}
	depth, start := 0, 0
	var parts []string
	for i, c := range rest + "," {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, strings.TrimSpace((rest + ",")[start:i]))
			start = i + 1
		}
	}
	for _, p := range parts {
		key, value, isNamed := strings.Cut(p, "=")
		switch {
		case isNamed:
			named[strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(value), `"'`)
			if strings.HasPrefix(strings.TrimSpace(value), "c(") {
				named[strings.TrimSpace(key)] = strings.TrimSpace(value)
			}
		case strings.HasPrefix(p, "c("):
			for _, m := range inferenceQuoted.FindAllStringSubmatch(p, -1) {
				words = append(words, m[1])
			}
		case strings.ContainsAny(p, `"'`):
			words = append(words, strings.Trim(p, `"'`))
		default:
			sets = append(sets, p)
		}
	}
	return sets, words, named
}

// inferenceLong is a table in long form: for each row the values of the columns, and a count.
type inferenceLong struct {
	names  map[string][]string
	counts []float64
}

// long finds the data of a variable: a long file whose name it abbreviates (s00, s05, s00w), or a period of a wide file (A, B; A2 is g2 against the rest).
func (d *inferenceData) long(set string) (*inferenceLong, error) {
	if prefix, focal, ok := d.wide(set); ok {
		t := d.tables[0]
		out := &inferenceLong{names: map[string][]string{}}
		var groups []string
		for _, c := range t.Columns {
			if m := inferenceWide.FindStringSubmatch(c); m != nil && m[1] == prefix {
				groups = append(groups, m[2])
			}
		}
		for i, row := range t.Rows {
			for _, g := range groups {
				n, err := strconv.ParseFloat(t.Get(i, prefix+"_"+g), 64)
				if err != nil {
					return nil, err
				}
				for k, c := range t.Columns {
					if !inferenceWide.MatchString(c) {
						out.names[c] = append(out.names[c], row[k])
					}
				}
				if focal != "" && g != focal {
					g = "rest"
				}
				out.names["group"] = append(out.names["group"], g)
				out.counts = append(out.counts, n)
			}
		}
		return out, nil
	}
	m := inferenceAbbreviated.FindStringSubmatch(set)
	best := -1
	for k, name := range d.result.DataFiles {
		base := strings.TrimSuffix(name[strings.LastIndex(name, "/")+1:], ".csv")
		whole, part, _ := strings.Cut(base, "_")
		if m != nil && best < 0 && strings.HasSuffix(whole, m[1]) && strings.HasPrefix(part, m[2]) && (m[2] == "") == (part == "") {
			best = k
		}
	}
	if best < 0 && len(d.tables) == 1 {
		best = 0
	}
	if best < 0 || best >= len(d.tables) || !d.tables[best].Has("n") {
		return nil, errInferenceUnknown
	}
	return inferenceLongOf(d.tables[best])
}

func inferenceLongOf(t *Table) (*inferenceLong, error) {
	out := &inferenceLong{names: map[string][]string{}}
	for i, row := range t.Rows {
		n, err := strconv.ParseFloat(t.Get(i, "n"), 64)
		if err != nil {
			return nil, err
		}
		out.counts = append(out.counts, n)
		for k, c := range t.Columns {
			out.names[c] = append(out.names[c], row[k])
		}
	}
	return out, nil
}

// wide tells whether a variable is a period of a wide file.
func (d *inferenceData) wide(set string) (prefix, focal string, ok bool) {
	if len(d.tables) != 1 || len(set) == 0 {
		return "", "", false
	}
	prefix = strings.ToLower(set[:1])
	for _, c := range d.tables[0].Columns {
		if m := inferenceWide.FindStringSubmatch(c); m != nil && m[1] == prefix {
			ok = true
		}
	}
	if len(set) > 1 && set[1:] == "2" {
		focal = "g2"
	}
	return prefix, focal, ok
}

// inferenceTable is a table with the names of its units and groups, in order of first appearance, without empty ones.
type inferenceTable struct {
	*segregation.Table
	units, groups []string
	first         map[string]int // a row of the long form for each unit
}

func (l *inferenceLong) table(group, unit string) (*inferenceTable, error) {
	us, gs := l.names[unit], l.names[group]
	if us == nil || gs == nil {
		return nil, errInferenceUnknown
	}
	out := &inferenceTable{first: map[string]int{}}
	atU, atG := map[string]int{}, map[string]int{}
	for i, n := range l.counts {
		if n <= 0 {
			continue
		}
		if _, ok := atU[us[i]]; !ok {
			atU[us[i]] = len(out.units)
			out.units, out.first[us[i]] = append(out.units, us[i]), i
		}
		if _, ok := atG[gs[i]]; !ok {
			atG[gs[i]] = len(out.groups)
			out.groups = append(out.groups, gs[i])
		}
	}
	cells := make([]float64, len(out.units)*len(out.groups))
	for i, n := range l.counts {
		if n > 0 {
			cells[atU[us[i]]*len(out.groups)+atG[gs[i]]] += n
		}
	}
	var err error
	out.Table, err = segregation.NewTable(len(out.units), len(out.groups), cells)
	return out, err
}

// level is the number of each unit of t in a coarser column, and the numbers' names.
func (l *inferenceLong) level(t *inferenceTable, column string) (numbers []int, names []string, err error) {
	values := l.names[column]
	if values == nil {
		return nil, nil, errInferenceUnknown
	}
	for _, u := range t.units {
		v := values[t.first[u]]
		k := slices.Index(names, v)
		if k < 0 {
			k, names = len(names), append(names, v)
		}
		numbers = append(numbers, k)
	}
	return numbers, names, nil
}

// one is the table of a call with one data set, group and unit.
func (d *inferenceData) one() (l *inferenceLong, t *inferenceTable, named map[string]string, err error) {
	sets, words, named := d.arguments()
	if len(sets) != 1 || len(words) < 2 {
		return nil, nil, nil, errInferenceUnknown
	}
	if l, err = d.long(sets[0]); err != nil {
		return nil, nil, nil, err
	}
	t, err = l.table(words[0], words[1])
	return l, t, named, err
}

func inferenceStats(names []string, values ...float64) any {
	return map[string]any{"stat": names, "est": values}
}

func (d *inferenceData) total() (any, error) {
	l, t, named, err := d.one()
	if err != nil {
		return nil, err
	}
	unit := 1.0
	if b := named["base"]; b != "" {
		v, err := strconv.ParseFloat(b, 64)
		if err != nil {
			return nil, errInferenceUnknown
		}
		unit = math.Log(v)
	}
	if within := named["within"]; within != "" {
		if named["se"] == "TRUE" {
			return nil, errInferenceUnknown
		}
		level, _, err := l.level(t, within)
		if err != nil {
			return nil, err
		}
		parts, err := segregation.Nested(t.Table, level)
		if err != nil {
			return nil, err
		}
		return inferenceStats([]string{"M", "H"}, parts[1].M/unit, parts[1].H), nil
	}
	if named["se"] == "TRUE" {
		m, h, err := segregation.BootstrapInformation(t.Table, segregation.Draws{N: 2000, Seed: 1})
		return map[string]any{"est": []float64{m.Corrected / unit, h.Corrected}, "bias": []float64{m.Bias / unit, h.Bias}, "se": []float64{m.SE / unit, h.SE}}, err
	}
	return inferenceStats([]string{"M", "H"}, segregation.MutualInformation(t.Table)/unit, segregation.TheilH(t.Table)), nil
}

func (d *inferenceData) nested() (any, error) {
	sets, words, _ := d.arguments()
	if len(sets) != 1 || len(words) < 2 {
		return nil, errInferenceUnknown
	}
	l, err := d.long(sets[0])
	if err != nil {
		return nil, err
	}
	group, levels := words[0], words[1:]
	t, err := l.table(group, levels[len(levels)-1])
	if err != nil {
		return nil, err
	}
	var numbers [][]int
	for _, name := range levels[:len(levels)-1] {
		n, _, err := l.level(t, name)
		if err != nil {
			return nil, err
		}
		numbers = append(numbers, n)
	}
	parts, err := segregation.Nested(t.Table, numbers...)
	if err != nil {
		return nil, err
	}
	var between, within, stat []string
	var est []float64
	for k, p := range parts {
		outer := strings.Join(levels[:k], ", ")
		between, within = append(between, levels[k], levels[k]), append(within, outer, outer)
		stat, est = append(stat, "M", "H"), append(est, p.M, p.H)
	}
	return map[string]any{"between": between, "within": within, "stat": stat, "est": est}, nil
}

// inOrder arranges values by name as the result lists them.
func (d *inferenceData) inOrder(column string, names []string) ([]int, error) {
	want, _ := d.result.Value.(map[string]any)
	var order []int
	for _, v := range asList(want[column]) {
		k := slices.Index(names, fmt.Sprint(v))
		if k < 0 {
			return nil, fmt.Errorf("no %s %v in the data", column, v)
		}
		order = append(order, k)
	}
	if len(order) == 0 {
		return nil, errInferenceUnknown
	}
	return order, nil
}

func (d *inferenceData) within() (any, error) {
	l, t, named, err := d.one()
	if err != nil {
		return nil, err
	}
	level, names, err := l.level(t, named["within"])
	if err != nil {
		return nil, err
	}
	strata, err := segregation.Within(t.Table, level)
	if err != nil {
		return nil, err
	}
	order, err := d.inOrder(named["within"], names)
	if err != nil {
		return nil, err
	}
	out := map[string][]float64{}
	var found []string
	for _, k := range order {
		s := strata[k]
		found = append(found, names[k])
		for name, v := range map[string]float64{"M": s.M, "p": s.P, "H": s.H, "ent_ratio": s.Entropy} {
			out[name] = append(out[name], v)
		}
	}
	return map[string]any{named["within"]: found, "M": out["M"], "p": out["p"], "H": out["H"], "ent_ratio": out["ent_ratio"]}, nil
}

func (d *inferenceData) local() (any, error) {
	_, words, _ := d.arguments()
	_, t, _, err := d.one()
	if err != nil {
		return nil, err
	}
	order, err := d.inOrder(words[1], t.units)
	if err != nil {
		return nil, err
	}
	parts := segregation.UnitContributions(t.Table)
	var names []string
	var ls, p []float64
	for _, k := range order {
		names, ls, p = append(names, t.units[k]), append(ls, parts[k].Local), append(p, parts[k].P)
	}
	return map[string]any{words[1]: names, "ls": ls, "p": p}, nil
}

// two are the aligned tables of a call with two data sets.
func (d *inferenceData) two() (a, b *segregation.Table, units, groups []string, named map[string]string, err error) {
	sets, words, named := d.arguments()
	if len(sets) != 2 || len(words) < 2 {
		return nil, nil, nil, nil, nil, errInferenceUnknown
	}
	var t [2]*inferenceTable
	for k, set := range sets {
		l, err := d.long(set)
		if err != nil {
			return nil, nil, nil, nil, nil, err
		}
		if t[k], err = l.table(words[0], words[1]); err != nil {
			return nil, nil, nil, nil, nil, err
		}
	}
	a, b, units, groups, err = segregation.Align(t[0].units, t[0].groups, t[0].Table, t[1].units, t[1].groups, t[1].Table)
	return a, b, units, groups, named, err
}

func (d *inferenceData) difference() (any, error) {
	a, b, units, _, named, err := d.two()
	if err != nil {
		return nil, err
	}
	method, ok := map[string]segregation.ChangeMethod{"": segregation.Shapley, "shapley": segregation.Shapley, "shapley_detailed": segregation.Shapley,
		"km": segregation.KarmelMaclachlan, "mrc": segregation.MoraRuizCastillo}[named["method"]]
	if !ok {
		return nil, errInferenceUnknown
	}
	f, err := inferenceFitting(named)
	if err != nil {
		return nil, err
	}
	// R begins each fitting with rows or columns at random, which its tolerance lets show; the nearer of both is the answer.
	var best any
	least := math.Inf(1)
	for _, f.UnitsFirst = range []bool{false, true} {
		c, err := segregation.ChangeOf(a, b, method, f)
		if err != nil {
			return nil, err
		}
		value, off := d.change(c, units)
		if off < least {
			best, least = value, off
		}
	}
	return best, nil
}

// change arranges a change as the result lists it, and tells how far off it is at most.
func (d *inferenceData) change(c segregation.Change, units []string) (value any, off float64) {
	all := map[string]float64{"M1": c.M1, "M2": c.M2, "diff": c.Difference, "additions": c.Additions, "removals": c.Removals, "group_marginal": c.Groups,
		"unit_marginal": c.Units, "interaction": c.Interaction, "structural": c.Structure}
	want, _ := d.result.Value.(map[string]any)
	_, words, _ := d.arguments()
	names := asList(want[words[1]])
	detail := map[string]segregation.UnitChange{}
	for _, u := range c.ByUnit {
		detail[units[u.Unit]] = u
	}
	var stat, of []string
	var est []float64
	for i, s := range asList(want["stat"]) {
		stat = append(stat, fmt.Sprint(s))
		if i >= len(names) || names[i] == "NA" || names[i] == nil {
			of, est = append(of, "NA"), append(est, all[fmt.Sprint(s)])
			continue
		}
		u := detail[fmt.Sprint(names[i])]
		of = append(of, fmt.Sprint(names[i]))
		est = append(est, map[string]float64{"p1": u.P1, "p2": u.P2, "ls_diff1": u.Local1, "ls_diff2": u.Local2, "ls_diff_mean": (u.Local1 + u.Local2) / 2, "total": u.Part}[stat[i]])
	}
	for i, v := range asList(want["est"]) {
		if w, ok := number(v); ok {
			off = max(off, math.Abs(est[i]-w))
		}
	}
	return map[string]any{"stat": stat, words[1]: of, "est": est}, off
}

// inferenceFitting stops where R does: its answers are not fitted to the last digit.
func inferenceFitting(named map[string]string) (segregation.Fitting, error) {
	f := segregation.Fitting{Tolerance: 1e-3, Rounds: 100}
	var err error
	if p := named["precision"]; p != "" {
		f.Tolerance, err = strconv.ParseFloat(p, 64)
	}
	return f, err
}

// fit is proportional fitting of what both tables have, stopped as R stops it. R begins with rows or columns at random, so the nearer of both is the answer.
func (d *inferenceData) fit() (any, error) {
	a, b, units, groups, named, err := d.two()
	if err != nil {
		return nil, err
	}
	f, err := inferenceFitting(named)
	if err != nil {
		return nil, err
	}
	// Units and groups of both only.
	var us, gs []int
	for i := range units {
		if a.UnitTotal(i) > 0 && b.UnitTotal(i) > 0 {
			us = append(us, i)
		}
	}
	for g := range groups {
		if a.GroupTotal(g) > 0 && b.GroupTotal(g) > 0 {
			gs = append(gs, g)
		}
	}
	cut := func(t *segregation.Table, zero float64) (*segregation.Table, error) {
		var n []float64
		for _, i := range us {
			for _, g := range gs {
				n = append(n, max(zero, t.At(i, g)))
			}
		}
		return segregation.NewTable(len(us), len(gs), n)
	}
	source, err := cut(a, 1e-10)
	if err != nil {
		return nil, err
	}
	target, err := cut(b, 1e-10)
	if err != nil {
		return nil, err
	}
	tu, tg := make([]float64, len(us)), make([]float64, len(gs))
	for i := range us {
		tu[i] = target.UnitTotal(i)
	}
	for g := range gs {
		tg[g] = target.GroupTotal(g)
	}
	want, _ := d.result.Value.(map[string]any)
	_, words, _ := d.arguments()
	wantUnits, wantGroups, wantN := asList(want[words[1]]), asList(want[words[0]]), asList(want["n"])
	var best any
	least := math.Inf(1)
	for _, f.UnitsFirst = range []bool{false, true} {
		fitted, err := segregation.FitMargins(source, tu, tg, f)
		if err != nil {
			return nil, err
		}
		var ru, rg []string
		var from, to, n []float64
		off := 0.0
		for k := range wantUnits {
			i, g := slices.Index(units, fmt.Sprint(wantUnits[k])), slices.Index(groups, fmt.Sprint(wantGroups[k]))
			si, sg := slices.Index(us, i), slices.Index(gs, g)
			if si < 0 || sg < 0 {
				return nil, fmt.Errorf("%v × %v is not in both data sets", wantUnits[k], wantGroups[k])
			}
			ru, rg = append(ru, units[i]), append(rg, groups[g])
			from, to, n = append(from, source.At(si, sg)), append(to, target.At(si, sg)), append(n, fitted.Table.At(si, sg))
			w, _ := number(wantN[k])
			off = max(off, math.Abs(n[k]-w))
		}
		if off < least {
			least = off
			best = map[string]any{words[1]: ru, words[0]: rg, "n_source": from, "n_target": to, "n": n}
		}
	}
	return best, nil
}

// compress is all merges of the smallest long file that the result names, schools by race.
func (d *inferenceData) compress() (any, error) {
	want, _ := d.result.Value.(map[string]any)
	steps := len(asList(want["iter"]))
	for _, t := range d.tables {
		if !t.Has("n") || len(t.Columns) < 3 {
			continue
		}
		l, err := inferenceLongOf(t)
		if err != nil {
			return nil, err
		}
		// The files have the unit, the group and the count last.
		table, err := l.table(t.Columns[len(t.Columns)-2], t.Columns[len(t.Columns)-3])
		if err == nil && table.Units == steps+1 {
			return inferenceCompress(table)
		}
	}
	return nil, errInferenceUnknown
}

func inferenceCompress(t *inferenceTable) (any, error) {
	order := make([]int, t.Units)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return strings.Compare(t.units[i], t.units[j]) })
	var n []float64
	for _, i := range order {
		n = append(n, t.Unit(i)...)
	}
	sorted, err := segregation.NewTable(t.Units, t.Groups, n)
	if err != nil {
		return nil, err
	}
	c, err := segregation.Compress(sorted, segregation.Compression{})
	if err != nil {
		return nil, err
	}
	var iter, left []int
	var loss, m, kept []float64
	var from, into []string
	for k, s := range c.Steps {
		iter, left = append(iter, k+1), append(left, s.Units)
		loss, m, kept = append(loss, s.Loss), append(m, s.M), append(kept, s.Kept)
		from, into = append(from, t.units[order[s.Old]]), append(into, t.units[order[s.Into]])
	}
	return map[string]any{"iter": iter, "N_units": left, "M_wgt": loss, "M": m, "pct_M": kept, "old_unit": from, "new_unit": into}, nil
}

func (d *inferenceData) expected(name string) (any, error) {
	_, words, _ := d.arguments()
	_, t, named, err := d.one()
	if err != nil {
		return nil, err
	}
	free := named["fixed_margins"] == "FALSE"
	draws := segregation.Draws{N: 2000, Seed: 2}
	switch {
	case named["within"] != "":
		return nil, errInferenceUnknown
	case name == "mutual_total_expected" && free:
		m, h, err := segregation.ExpectedInformation(t.Table, segregation.Independence, draws)
		return map[string]any{"est": []float64{m.Mean, h.Mean}}, err
	case name == "mutual_total_expected":
		m, h, err := segregation.ExactInformation(t.Table)
		return map[string]any{"est": []float64{m.Mean, h.Mean}}, err
	case name == "dissimilarity_expected" && free:
		e, err := segregation.Expected(t.Table, segregation.Independence, draws, inferenceMeasures["Dissim"])
		if err != nil {
			return nil, err
		}
		return map[string]any{"est": []float64{e[0].Mean}}, nil
	case name == "dissimilarity_expected":
		e, err := segregation.ExactDissimilarity(t.Column(0), t.Column(1))
		return map[string]any{"est": []float64{e.Mean}}, err
	case !free:
		order, err := d.inOrder(words[1], t.units)
		if err != nil {
			return nil, err
		}
		local, err := segregation.ExactLocal(t.Transpose())
		if err != nil {
			return nil, err
		}
		var est []float64
		for _, k := range order {
			est = append(est, local[k])
		}
		return map[string]any{"est": est}, nil
	}
	return nil, errInferenceUnknown
}

func (d *inferenceData) bootDissimilarity() (any, error) {
	_, t, _, err := d.one()
	if err != nil {
		return nil, err
	}
	if t.Groups != 2 {
		return nil, errInferenceUnknown
	}
	e, err := segregation.BootstrapPersons(t.Table, segregation.Draws{N: 2000, Seed: 3}, inferenceMeasures["Dissim"])
	if err != nil {
		return nil, err
	}
	return map[string]any{"est": []float64{e[0].Corrected}, "bias": []float64{e[0].Bias}, "se": []float64{e[0].SE}}, nil
}

// inferenceTwo makes a measure of two groups into one of a table.
func inferenceTwo(f func(a, b []float64) float64) segregation.Measure {
	return func(t *segregation.Table) float64 { return f(t.Column(0), t.Column(1)) }
}

// inferenceMeasures are PySAL's names. Those of two groups take the first group against the second.
var inferenceMeasures = map[string]segregation.Measure{
	"Dissim":          inferenceTwo(segregation.Dissimilarity),
	"Gini":            inferenceTwo(segregation.Gini),
	"Isolation":       inferenceTwo(segregation.Isolation),
	"Interaction":     inferenceTwo(segregation.Interaction),
	"Entropy":         inferenceTwo(segregation.InformationTheory),
	"MinMax":          inferenceTwo(segregation.MinMax),
	"Atkinson":        inferenceTwo(func(a, b []float64) float64 { return segregation.Atkinson(a, b, 0.5) }),
	"CorrelationR":    inferenceTwo(segregation.CorrelationRatio),
	"MultiInfoTheory": segregation.TheilH,
	"MultiDivergence": segregation.MutualInformation,
	"MultiDissim":     segregation.MultiDissimilarity,
	"MultiGini":       segregation.MultiGini,

	"MultiNormExposure":      segregation.NormalisedExposure,
	"MultiRelativeDiversity": segregation.RelativeDiversity,
	"MultiSquaredCoefVar":    segregation.SquaredCoefficientOfVariation,
}

var (
	inferenceIndex = regexp.MustCompile(`\b([A-Z]\w+)\((\w+), ?(?:'(\w+)', ?'tot'|(groups|\[[^\]]*\]))`)
	inferencePlace = regexp.MustCompile(`^([a-z])_vs_([a-z])`)
	inferenceOne   = regexp.MustCompile(`^([a-z])(_nonempty)?\.`)
)

// pysal is the table of a period of a wide file, or of a file without periods, units with persons only: the focal group and the rest, or all groups. keep tells by the
// row's number whether a unit is wanted.
func (d *inferenceData) pysal(prefix, focal string, keep func(row int) bool) (*segregation.Table, error) {
	if len(d.tables) != 1 {
		return nil, errInferenceUnknown
	}
	t := d.tables[0]
	var columns []string
	groups := regexp.MustCompile(`^g\d+$`)
	for _, c := range t.Columns {
		m := inferenceWide.FindStringSubmatch(c)
		if m != nil && m[1] == prefix && groups.MatchString(m[2]) || groups.MatchString(c) {
			columns = append(columns, c)
		}
	}
	var n []float64
	units := 0
	for i := range t.Rows {
		row := make([]float64, len(columns))
		all := 0.0
		for k, c := range columns {
			v, err := strconv.ParseFloat(t.Get(i, c), 64)
			if err != nil {
				return nil, err
			}
			row[k] = v
			all += v
		}
		if all == 0 || keep != nil && !keep(i) {
			continue
		}
		if focal != "" {
			k := slices.IndexFunc(columns, func(c string) bool { return c == focal || strings.HasSuffix(c, "_"+focal) })
			if k < 0 {
				return nil, errInferenceUnknown
			}
			row = []float64{row[k], all - row[k]}
		}
		n = append(n, row...)
		units++
	}
	if units == 0 {
		return nil, errInferenceUnknown
	}
	return segregation.NewTable(units, len(n)/units, n)
}

// filledIn tells whether a row has persons in a period.
func (d *inferenceData) filledIn(row int, prefix string) bool {
	for _, c := range d.tables[0].Columns {
		if m := inferenceWide.FindStringSubmatch(c); m != nil && m[1] == prefix && d.tables[0].Get(row, c) != "0" {
			return true
		}
	}
	return false
}

// index is the measure and focal group that a call of PySAL names.
func (d *inferenceData) index() (measure segregation.Measure, focal string, err error) {
	m := inferenceIndex.FindStringSubmatch(d.result.Call[strings.Index(d.result.Call, "(")+1:])
	if m == nil || inferenceMeasures[m[1]] == nil {
		return nil, "", errInferenceUnknown
	}
	return inferenceMeasures[m[1]], m[3], nil
}

// bothPlaces are the tables of a comparison, of units with persons in both periods where the id says so.
func (d *inferenceData) bothPlaces(focal string) (first, second *segregation.Table, err error) {
	places := inferencePlace.FindStringSubmatch(d.result.ID)
	if places == nil {
		return nil, nil, errInferenceUnknown
	}
	var keep func(int) bool
	if strings.Contains(d.result.ID, "nonempty_in_both") {
		keep = func(row int) bool { return d.filledIn(row, places[1]) && d.filledIn(row, places[2]) }
	}
	if first, err = d.pysal(places[1], focal, keep); err != nil {
		return nil, nil, err
	}
	second, err = d.pysal(places[2], focal, keep)
	return first, second, err
}

func (d *inferenceData) places() (any, error) {
	measure, focal, err := d.index()
	if err != nil {
		return nil, err
	}
	first, second, err := d.bothPlaces(focal)
	if err != nil {
		return nil, err
	}
	words := inferenceQuoted.FindAllStringSubmatch(d.result.Call, -1)
	by, ok := map[string]segregation.Counterfactual{"composition": segregation.Composition, "share": segregation.Share,
		"dual_composition": segregation.DualComposition}[words[len(words)-1][1]]
	if !ok {
		return nil, errInferenceUnknown
	}
	p, err := segregation.ComparePlaces(first, second, measure, by)
	return map[string]any{"c_s": p.Space, "c_a": p.Composition, "s1_a1": p.First, "s1_a2": p.FirstAsSecond, "s2_a1": p.SecondAsFirst, "s2_a2": p.Second}, err
}

var inferenceNulls = map[string]segregation.Null{"systematic": segregation.Systematic, "bootstrap": segregation.UnitBootstrap, "evenness": segregation.Evenness,
	"person_permutation": segregation.PersonPermutation}

func (d *inferenceData) singleTest() (any, error) {
	measure, focal, err := d.index()
	if err != nil {
		return nil, err
	}
	prefix := ""
	if m := inferenceOne.FindStringSubmatch(d.result.ID); m != nil {
		prefix = m[1]
	}
	words := inferenceQuoted.FindAllStringSubmatch(d.result.Call, -1)
	null, ok := inferenceNulls[words[len(words)-1][1]]
	if !ok {
		return nil, errInferenceUnknown
	}
	t, err := d.pysal(prefix, focal, nil)
	if err != nil {
		return nil, err
	}
	x, err := segregation.CompareNull(t, measure, null, segregation.Draws{N: 1000, Seed: 4})
	return map[string]any{"null_mean": x.Mean}, err
}

// withinResampled is within with the corrected values of a bootstrap of persons.
func (d *inferenceData) withinResampled() (any, error) {
	l, t, named, err := d.one()
	if err != nil {
		return nil, err
	}
	level, names, err := l.level(t, named["within"])
	if err != nil {
		return nil, err
	}
	order, err := d.inOrder(named["within"], names)
	if err != nil {
		return nil, err
	}
	n := len(names)
	e, err := segregation.BootstrapProfile(t.Table, segregation.Draws{N: 1000, Seed: 5}, segregation.Persons, segregation.Profile{Size: 4 * n, Of: func(c *segregation.Table, values []float64) {
		strata, err := segregation.Within(c, level)
		for k, s := range strata {
			values[k], values[n+k], values[2*n+k], values[3*n+k] = s.M, s.P, s.H, s.Entropy
		}
		if err != nil {
			panic(err)
		}
	}})
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	for k, name := range []string{"M", "p", "H", "ent_ratio"} {
		var list []float64
		for _, at := range order {
			list = append(list, e[k*n+at].Corrected)
		}
		out[name] = list
	}
	return out, nil
}
