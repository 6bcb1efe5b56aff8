package reference

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// answerAreaType answers the family of the socioeconomic index. Ids are <dataset>.<rest>; the rest of a set of given indices is
// <set>.<weighting>.<divisor>, else it begins with a year (2019), two years (2019_2020) or a word on all years.
func answerAreaType(r Result) (Answer, bool, error) {
	rest := strings.TrimPrefix(r.ID, r.Dataset+".")
	if m := twoYears.FindStringSubmatch(rest); m != nil && (m[3] == "vcd" || m[3] == "psych") {
		return areaTypeKappaOfMatrix(r, m)
	}
	tables, err := r.Tables()
	if err != nil {
		return Answer{}, true, err
	}
	if len(tables) != 1 {
		return Answer{}, false, nil
	}
	if tables[0].Has("set", "index") {
		return areaTypeTies(tables[0], rest)
	}
	a, err := readAreaYears(tables[0])
	if err != nil {
		return Answer{}, true, err
	}
	if m := twoYears.FindStringSubmatch(rest); m != nil {
		return a.between(m[1], m[2], m[3])
	}
	if m := oneYear.FindStringSubmatch(rest); m != nil {
		return a.year(m[1], strings.Split(m[2], "."))
	}
	return a.allYears(rest)
}

var (
	twoYears = regexp.MustCompile(`^(\d{4})_(\d{4})\.(\w+)$`)
	oneYear  = regexp.MustCompile(`^(\d{4})\.(.+)$`)
)

// declared takes the words of an id to a definition.
func declared(weighting, divisor string) (areatype.Definition, bool) {
	d := areatype.Default()
	switch weighting {
	case "unweighted":
	case "weighted":
		d.Weighting = areatype.ByPopulation
	default:
		return d, false
	}
	switch divisor {
	case "pop":
		d.Divisor = areatype.DivisorPopulation
	case "sample":
		d.Divisor = areatype.DivisorSample
	case "reliability":
		d.Divisor = areatype.DivisorReliability
	default:
		return d, false
	}
	return d, true
}

// rounded reads exact, index1, components1 or components1_index1.
func rounded(d areatype.Definition, words string) (areatype.Definition, bool) {
	for word := range strings.SplitSeq(words, "_") {
		at := strings.IndexAny(word, "0123456789")
		if word == "exact" {
			continue
		}
		if at < 0 {
			return d, false
		}
		n, err := strconv.Atoi(word[at:])
		switch {
		case err != nil:
			return d, false
		case word[:at] == "index":
			d.Rounding.Index = &n
		case word[:at] == "components":
			d.Rounding.Components = &n
		default:
			return d, false
		}
	}
	return d, true
}

// areaTypeTies answers sets of given indices, some exactly on a cut.
func areaTypeTies(t *Table, rest string) (Answer, bool, error) {
	parts := strings.Split(rest, ".")
	if len(parts) < 3 {
		return Answer{}, false, nil
	}
	n := len(parts)
	set := strings.Join(parts[:n-2], ".")
	def, ok := declared(parts[n-2], parts[n-1])
	if !ok {
		return Answer{}, false, nil
	}
	var codes []string
	var index []areatype.Exact
	var population []int64
	for i := range t.Rows {
		if t.Get(i, "set") != set {
			continue
		}
		x, err := areatype.ParseDecimal(t.Get(i, "index"))
		if err != nil {
			return Answer{}, true, err
		}
		people, err := strconv.ParseInt(t.Get(i, "pop"), 10, 64)
		if err != nil {
			return Answer{}, true, err
		}
		codes, index, population = append(codes, t.Get(i, "area")), append(index, x), append(population, people)
	}
	worse, err := def.Cut(index, population)
	var none *areatype.NoCutError
	if errors.As(err, &none) {
		return Answer{Value: map[string]any{"m": none.Index, "s": 0}}, true, nil
	}
	if err != nil {
		return Answer{}, true, err
	}
	def.Tie = areatype.TieBetter
	better, err := def.Cut(index, population)
	if err != nil {
		return Answer{}, true, err
	}
	on := []string{}
	for _, i := range worse.OnCut {
		on = append(on, codes[i])
	}
	_, variance := worse.Moments.Exact()
	return Answer{Value: map[string]any{
		"m": worse.Moments.Mean, "s": worse.Moments.SD, "variance": variance.String(),
		"types_ge": byCode(codes, worse.Types), "types_gt": byCode(codes, better.Types), "on_a_cut": on,
	}}, true, nil
}

func byCode[T any](codes []string, values []T) map[string]T {
	m := make(map[string]T, len(codes))
	for i, code := range codes {
		m[code] = values[i]
	}
	return m
}

// areaYears are the areas of a file of counts by year.
type areaYears struct {
	names []string // of the years, in order
	years map[string]*areaYear
}

type areaYear struct {
	codes      []string
	percents   [][]areatype.Exact
	population []int64
}

// components of the files: count and base columns.
var areaTypeComponents = [][2]string{{"low_income", "n_all"}, {"low_edu", "n_adult"}, {"assist_unemp", "n_adult"}}

func readAreaYears(t *Table) (*areaYears, error) {
	a := &areaYears{years: map[string]*areaYear{}}
	for i := range t.Rows {
		year := t.Get(i, "year")
		y := a.years[year]
		if y == nil {
			y = &areaYear{}
			a.years[year], a.names = y, append(a.names, year)
		}
		var percents []areatype.Exact
		for _, c := range areaTypeComponents {
			count, err1 := strconv.ParseInt(t.Get(i, c[0]), 10, 64)
			base, err2 := strconv.ParseInt(t.Get(i, c[1]), 10, 64)
			p, err3 := areatype.Percent(count, base)
			if err := errors.Join(err1, err2, err3); err != nil {
				return nil, fmt.Errorf("row %d: %w", i+1, err)
			}
			percents = append(percents, p)
		}
		people, err := strconv.ParseInt(t.Get(i, "n_all"), 10, 64)
		if err != nil {
			return nil, err
		}
		y.codes, y.percents, y.population = append(y.codes, t.Get(i, "area")), append(y.percents, percents), append(y.population, people)
	}
	slices.Sort(a.names)
	return a, nil
}

func (y *areaYear) cut(d areatype.Definition) ([]areatype.Exact, *areatype.Cut, error) {
	index := make([]areatype.Exact, len(y.codes))
	for i, p := range y.percents {
		var err error
		if index[i], err = d.Index(p); err != nil {
			return nil, nil, err
		}
	}
	cut, err := d.Cut(index, y.population)
	return index, cut, err
}

// year answers <year>.index, .cut.<rounding>.<weighting>.<divisor>, .rounding.<rounding>, .differs.<weighting>.<divisor>, .half and
// .without.<component>.
func (a *areaYears) year(name string, words []string) (Answer, bool, error) {
	y := a.years[name]
	if y == nil {
		return Answer{}, true, fmt.Errorf("the data have no year %s", name)
	}
	index, plain, err := y.cut(areatype.Default())
	if err != nil {
		return Answer{}, true, err
	}
	def, ok := areatype.Default(), true
	switch what, rest := words[0], words[1:]; {
	case what == "index" && len(rest) == 0:
		values := map[string]float64{}
		for i, code := range y.codes {
			values[code] = index[i].Float()
		}
		return Answer{Value: values}, true, nil
	case what == "cut" && len(rest) == 3:
		if def, ok = declared(rest[1], rest[2]); ok {
			def, ok = rounded(def, rest[0])
		}
		if !ok {
			return Answer{}, false, nil
		}
		_, cut, err := y.cut(def)
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: map[string]any{"m": cut.Moments.Mean, "s": cut.Moments.SD, "cuts": cut.Cuts, "counts": cut.Counts,
			"population": cut.Population, "types": byCode(y.codes, cut.Types)}}, true, nil
	case what == "rounding" && len(rest) == 1:
		if def, ok = rounded(def, rest[0]); !ok {
			return Answer{}, false, nil
		}
		_, cut, err := y.cut(def)
		if err != nil {
			return Answer{}, true, err
		}
		areas := []string{}
		for _, i := range areatype.Changed(plain.Types, cut.Types) {
			areas = append(areas, y.codes[i])
		}
		return Answer{Value: map[string]any{"differ": len(areas), "areas": areas}}, true, nil
	case what == "differs" && len(rest) == 2:
		if def, ok = declared(rest[0], rest[1]); !ok {
			return Answer{}, false, nil
		}
		_, cut, err := y.cut(def)
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: len(areatype.Changed(plain.Types, cut.Types))}, true, nil
	case what == "half" && len(rest) == 0:
		return Answer{Value: areatype.RoundsApart(index, 1)}, true, nil
	case what == "without" && len(rest) == 1:
		at := slices.IndexFunc(areaTypeComponents, func(c [2]string) bool { return c[0] == rest[0] })
		if at < 0 {
			return Answer{}, false, nil
		}
		outs, err := def.WithoutEach(y.percents, y.population)
		if err != nil {
			return Answer{}, true, err
		}
		return Answer{Value: map[string]any{"counts": outs[at].Cut.Counts, "changed": len(outs[at].Changed)}}, true, nil
	}
	return Answer{}, false, nil
}

func (a *areaYears) period(name string) (areatype.Period, error) {
	y := a.years[name]
	if y == nil {
		return areatype.Period{}, fmt.Errorf("the data have no year %s", name)
	}
	_, cut, err := y.cut(areatype.Default())
	if err != nil {
		return areatype.Period{}, err
	}
	return areatype.Period{Name: name, Types: byCode(y.codes, cut.Types), Population: byCode(y.codes, y.population)}, nil
}

// maybe is a value or, where it is undefined, nothing.
func maybe(n cube.Number) any {
	if !n.OK {
		return nil
	}
	return n.V
}

// between answers <year>_<year>.transition, .stability, .kappa and .keep_population.
func (a *areaYears) between(from, to, what string) (Answer, bool, error) {
	first, err := a.period(from)
	if err != nil {
		return Answer{}, true, err
	}
	last, err := a.period(to)
	if err != nil {
		return Answer{}, true, err
	}
	t := areatype.Between(first, last)
	switch what {
	case "transition":
		return Answer{Value: map[string]any{"matrix": t.Matrix, "n": t.N, "only_first": t.OnlyFirst, "only_last": t.OnlyLast}}, true, nil
	case "stability":
		var keep []any
		for _, n := range t.KeepByType() {
			keep = append(keep, maybe(n))
		}
		return Answer{Value: map[string]any{"keep": maybe(t.Keep()), "better": t.Better(), "worse": t.Worse(), "keep_by_type": keep}}, true, nil
	case "kappa":
		values := map[string]any{}
		for _, w := range []areatype.AgreementWeight{areatype.NoWeight, areatype.Linear, areatype.Quadratic} {
			k, err := t.Kappa(w)
			if err != nil {
				return Answer{}, true, err
			}
			values[string(w)] = maybe(k.Value)
		}
		return Answer{Value: values}, true, nil
	case "keep_population":
		return Answer{Value: maybe(t.KeepPopulation())}, true, nil
	}
	return Answer{}, false, nil
}

// allYears answers yearly_keep and always_same.
func (a *areaYears) allYears(what string) (Answer, bool, error) {
	var periods []areatype.Period
	for _, name := range a.names {
		p, err := a.period(name)
		if err != nil {
			return Answer{}, true, err
		}
		periods = append(periods, p)
	}
	switch what {
	case "yearly_keep":
		values := map[string]any{}
		for i, k := range areatype.YearlyKeep(periods) {
			values[areatype.Types()[i].Code()] = maybe(k.Share())
		}
		return Answer{Value: values}, true, nil
	case "always_same":
		same, present := areatype.AlwaysSame(periods)
		return Answer{Value: map[string]any{"same": same, "present": present}}, true, nil
	}
	return Answer{}, false, nil
}

// areaTypeKappaOfMatrix answers kappas that R took from the transition matrix of another expected file.
func areaTypeKappaOfMatrix(r Result, m []string) (Answer, bool, error) {
	siblings, err := r.Siblings()
	if err != nil {
		return Answer{}, true, err
	}
	id := fmt.Sprintf("%s.%s_%s.transition", r.Dataset, m[1], m[2])
	at := slices.IndexFunc(siblings, func(s Result) bool { return s.ID == id })
	if at < 0 {
		return Answer{}, true, fmt.Errorf("no result %s among the files it names", id)
	}
	var t areatype.Transition
	value, _ := siblings[at].Value.(map[string]any)
	rows, _ := value["matrix"].([]any)
	for i, row := range rows {
		cells, _ := row.([]any)
		for j, cell := range cells {
			n, ok := cell.(float64)
			if !ok || i >= areatype.NTypes || j >= areatype.NTypes {
				return Answer{}, true, fmt.Errorf("result %s has no matrix of five types", id)
			}
			t.Matrix[i][j] = int(n)
			t.N += int(n)
		}
	}
	values := map[string]any{}
	answer := Answer{Value: values}
	for _, w := range []areatype.AgreementWeight{areatype.NoWeight, areatype.Linear, areatype.Quadratic} {
		k, err := t.Kappa(w)
		if err != nil {
			return Answer{}, true, err
		}
		switch {
		case m[3] == "vcd":
			values[string(w)], values["se_"+string(w)] = maybe(k.Value), maybe(k.SE)
		case w == areatype.NoWeight:
			values["unweighted"], values["var_unweighted"] = maybe(k.Value), k.SE.V*k.SE.V
		case w == areatype.Quadratic:
			values["quadratic"], values["var_weighted"] = maybe(k.Value), k.SE.V*k.SE.V
			if theirs, _ := r.Value.(map[string]any); theirs["var_weighted"] == 0.0 && k.SE.V > 0 {
				answer.Disputed = map[string]string{
					"var_weighted": "psych gives 0 where areas do move, and vcd on the same matrix a standard error above 0 by the formula of 1969",
				}
			}
		}
	}
	return answer, true, nil
}
