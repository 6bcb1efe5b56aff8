package reference

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/internal/num"
	"github.com/skikt/skikt/target"
)

// answerTarget answers the family of reach and location. Ids are <dataset>.<what>[.<more>]; the data are areas, or points with sites, or both.
func answerTarget(r Result) (Answer, bool, error) {
	tables, err := r.Tables()
	if err != nil {
		return Answer{}, true, err
	}
	c := &targetCase{result: r}
	for _, t := range tables {
		switch {
		case t.Has("area", "index", "type", "pop", "need"):
			err = c.readAreas(t)
		case t.Has("point", "x", "y", "pop", "type"):
			err = c.readPoints(t)
		case t.Has("site", "x", "y", "open"):
			err = c.readSites(t)
		}
		if err != nil {
			return Answer{}, true, err
		}
	}
	words := strings.Split(strings.TrimPrefix(r.ID, r.Dataset+"."), ".")
	var v any
	offered := false
	if c.areas != nil {
		v, offered, err = c.reach(words)
	}
	if !offered && err == nil && c.points != nil && c.sites != nil {
		v, offered, err = c.location(words)
	}
	return Answer{Value: v}, offered, err
}

type targetCase struct {
	result Result
	areas  *target.Areas
	points *target.Points
	sites  *target.Sites // all, in order of their ids
	open   *target.Sites
	closed *target.Sites
}

func columnOf[T any](t *Table, name string, parse func(string) (T, error)) ([]T, error) {
	out := make([]T, len(t.Rows))
	for i := range out {
		v, err := parse(t.Get(i, name))
		if err != nil {
			return nil, fmt.Errorf("row %d: %s: %w", i+1, name, err)
		}
		out[i] = v
	}
	return out, nil
}

func parseWhole(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }

func parseReal(s string) (float64, error) {
	if s == "" {
		return math.NaN(), nil
	}
	return strconv.ParseFloat(s, 64)
}

func parseType(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	return strconv.Atoi(s)
}

func (c *targetCase) readAreas(t *Table) (err error) {
	a := &target.Areas{}
	for i := range t.Rows {
		a.Code = append(a.Code, t.Get(i, "area"))
	}
	if a.Index, err = columnOf(t, "index", parseReal); err != nil {
		return err
	}
	if a.Type, err = columnOf(t, "type", parseType); err != nil {
		return err
	}
	if a.Population, err = columnOf(t, "pop", parseWhole); err != nil {
		return err
	}
	if a.Need, err = columnOf(t, "need", parseWhole); err != nil {
		return err
	}
	c.areas = a
	return a.Check()
}

func (c *targetCase) readPoints(t *Table) (err error) {
	p := &target.Points{}
	types, err := columnOf(t, "type", parseType)
	if err != nil {
		return err
	}
	for _, k := range types {
		p.Type = append(p.Type, uint8(k))
	}
	if p.X, err = columnOf(t, "x", parseWhole); err != nil {
		return err
	}
	if p.Y, err = columnOf(t, "y", parseWhole); err != nil {
		return err
	}
	p.Weight, err = columnOf(t, "pop", parseWhole)
	c.points = p
	return err
}

func (c *targetCase) readSites(t *Table) error {
	x, err := columnOf(t, "x", parseWhole)
	if err != nil {
		return err
	}
	y, err := columnOf(t, "y", parseWhole)
	if err != nil {
		return err
	}
	order := make([]int, len(t.Rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return strings.Compare(t.Get(i, "site"), t.Get(j, "site")) })
	c.sites, c.open, c.closed = &target.Sites{}, &target.Sites{}, &target.Sites{}
	for _, i := range order {
		some := c.closed
		if t.Get(i, "open") == "1" {
			some = c.open
		}
		for _, s := range []*target.Sites{c.sites, some} {
			s.ID, s.X, s.Y = append(s.ID, t.Get(i, "site")), append(s.X, x[i]), append(s.Y, y[i])
		}
	}
	return nil
}

func reachedValue(r target.Reached) map[string]any {
	return map[string]any{"pop": r.Population, "need": r.Need, "coverage": r.Coverage(), "precision": r.Precision(), "leakage": r.Leakage(), "share_pop": r.SharePopulation(),
		"lift": r.Lift(), "missed": r.Missed(), "youden": r.Youden(), "odds_ratio": r.OddsRatio()}
}

var (
	typesWord = regexp.MustCompile(`^types([1-5]+)$`)
	bestWord  = regexp.MustCompile(`^best(\d+)$`)
	classWord = regexp.MustCompile(`^k(\d+)$`)
)

func (c *targetCase) chosen(word string) (target.Reached, bool) {
	m := typesWord.FindStringSubmatch(word)
	if m == nil {
		return target.Reached{}, false
	}
	var types []int
	for _, d := range m[1] {
		types = append(types, int(d-'0'))
	}
	return target.Reach(c.areas, c.areas.InTypes(types...)), true
}

func (c *targetCase) reach(words []string) (any, bool, error) {
	a := c.areas
	population, need := a.Totals()
	d := target.Discriminate(a)
	interval := func(auc float64, i target.Interval) map[string]any {
		return map[string]any{"auc": auc, "se": i.SE, "lower": i.Lo, "upper": i.Hi}
	}
	if r, ok := c.chosen(words[0]); ok && len(words) == 1 {
		return reachedValue(r), true, nil
	}
	if m := bestWord.FindStringSubmatch(words[0]); m != nil && len(words) == 2 {
		return c.best(m[1], words[1])
	}
	if m := classWord.FindStringSubmatch(words[len(words)-1]); m != nil && len(words) == 2 && words[0] == "fisher_unweighted" {
		k, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, false, nil
		}
		var shares []float64
		for i, n := range a.Population {
			if n > 0 {
				shares = append(shares, float64(a.Need[i])/float64(n))
			}
		}
		f, err := target.Fisher(shares, k)
		if err != nil {
			return nil, true, err
		}
		return map[string]any{"sizes": f.Sizes, "within": f.Within, "gvf": f.GVF, "breaks": f.Breaks}, true, nil
	}
	if len(words) != 1 {
		return nil, false, nil
	}
	switch words[0] {
	case "totals":
		return map[string]any{"areas": len(a.Population), "pop": population, "need": need, "share": float64(need) / float64(population)}, true, nil
	case "curve":
		var steps []map[string]any
		for _, s := range target.Curve(a) {
			v := reachedValue(s.Reached)
			v["index"] = s.Index
			steps = append(steps, v)
		}
		return steps, true, nil
	case "auc":
		return map[string]any{"auc": d.AUC, "area_coverage": d.AreaCoverage, "concentration": d.Concentration, "auc_best": d.BestAUC, "area_coverage_best": d.BestAreaCoverage, "gain": d.Gain()}, true, nil
	case "auc_sklearn":
		return d.AUC, true, nil
	case "auc_se":
		return interval(d.AUC, target.HanleyMcNeil(a)), true, nil
	case "auc_proc":
		return interval(d.AUC, target.DeLong(a)), true, nil
	case "best_same_size":
		// The words name the types whose population is meant: "types 1-2".
		r := target.Reach(a, a.InTypes(1, 2))
		return map[string]any{"best": target.BestOfSize(a, r.Population), "random": r.SharePopulation()}, true, nil
	case "eta2", "eta2_adjusted":
		e := target.Explain(a)
		if words[0] == "eta2_adjusted" {
			return e.Omega2(), true, nil
		}
		areas, types := e.Eta2()
		return map[string]any{"areas": areas, "types": types, "types_of_areas": e.TypesOfAreas(), "index_of_areas": e.IndexOfAreas(),
			"SST": e.Total, "SS_areas": e.Areas, "SS_types": e.Types}, true, nil
	}
	return nil, false, nil
}

func (c *targetCase) best(classes, order string) (any, bool, error) {
	by, ok := map[string]target.ClassOrder{"value": target.AlongShare, "index": target.AlongIndex}[order]
	k, err := strconv.Atoi(classes)
	if !ok || err != nil {
		return nil, false, nil
	}
	best, err := target.BestClasses(c.areas, k, by)
	if err != nil {
		return nil, true, err
	}
	e := target.Explain(c.areas)
	return map[string]any{"ss": best.Between, "of_areas": best.Between / e.Areas, "of_total": best.Between / e.Total, "sizes": best.Sizes, "cuts": best.Cuts,
		"compared_with_given_types": e.Types / best.Between}, true, nil
}

// some are the points with only the persons of some types counted.
func (c *targetCase) some(who string) (*target.Points, bool) {
	if who == "all" {
		return c.points, true
	}
	m := typesWord.FindStringSubmatch(who)
	if m == nil {
		return nil, false
	}
	p := *c.points
	p.Weight = slices.Clone(p.Weight)
	for i, t := range p.Type {
		if !strings.Contains(m[1], strconv.Itoa(int(t))) {
			p.Weight[i] = 0
		}
	}
	return &p, true
}

func (c *targetCase) ids(at []int) []string {
	out := []string{}
	for _, i := range at {
		out = append(out, c.sites.ID[i])
	}
	return out
}

func byTypeValue(b target.ByType) map[string]int64 {
	out := map[string]int64{}
	for t := 1; t < len(b.Type); t++ {
		out[strconv.Itoa(t)] = b.Type[t]
	}
	return out
}

func (c *targetCase) location(words []string) (any, bool, error) {
	ways, err := target.StraightLine(c.points, c.open, 1)
	if err != nil {
		return nil, true, err
	}
	switch words[0] {
	case "pmedian", "pcenter", "greedy_add", "greedy_drop":
		return c.choose(words)
	case "within":
		if len(words) != 2 {
			return nil, false, nil
		}
		radius, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil {
			return nil, false, nil
		}
		b := ways.Within(c.points, radius*radius)
		return map[string]any{"pop": b.All, "share": float64(b.All) / float64(target.Persons(c.points).All), "by_type": byTypeValue(b)}, true, nil
	case "served":
		value := map[string]any{}
		for s, v := range ways.Served(c.points, len(c.open.ID)) {
			value[c.open.ID[s]] = map[string]any{"pop": v.All, "mean_m": v.Mean}
		}
		return value, true, nil
	case "quantiles":
		spread, value := ways.Spread(c.points), map[string]any{}
		want, _ := c.result.Value.(map[string]any)
		for name := range want { // which shares are asked for stands in the value alone
			q, err := strconv.ParseFloat(name, 64)
			if err != nil {
				return nil, false, nil
			}
			value[name] = spread.Inverse(q)
		}
		return value, true, nil
	case "distance_quantiles", "wtd_quantile":
		return c.listed(words, ways.Spread(c.points))
	case "close":
		at := slices.Index(c.open.ID, words[len(words)-1])
		if at < 0 {
			return nil, false, nil
		}
		v := ways.Close(c.points, len(c.open.ID))[at]
		return map[string]any{"persons": v.All, "added": v.Added, "mean_added": v.Mean(), "persons12": v.Type[1] + v.Type[2]}, true, nil
	case "next":
		value := map[string]any{}
		for s, v := range ways.Next(c.points, len(c.closed.ID), target.Squared(c.points, c.closed)) {
			value[c.closed.ID[s]] = map[string]any{"all": v.All, "types12": v.Type[1] + v.Type[2]}
		}
		return value, true, nil
	}
	if m := regexp.MustCompile(`^type([1-5])$`).FindStringSubmatch(words[0]); m != nil && len(words) == 1 {
		s := ways.Spread(c.points, m[1][0]-'0')
		return map[string]any{"mean": s.Mean, "median": s.Inverse(0.5), "pop": s.Persons}, true, nil
	}
	return nil, false, nil
}

// listed answers quantiles in a list; which ones stands in the words of the results that give them all: "quantiles .05 .1 …", and else they are the same.
func (c *targetCase) listed(words []string, spread target.Spread) (any, bool, error) {
	rule := map[string]func(*num.Weighted, float64) float64{"type1": (*num.Weighted).Inverse, "type2": (*num.Weighted).Averaged, "type7": (*num.Weighted).Interpolated,
		"wtd_quantile": (*num.Weighted).Interpolated}[words[len(words)-1]]
	if rule == nil {
		return nil, false, nil
	}
	shares := regexp.MustCompile(`(?:^| )\.\d+\b`).FindAllString(c.result.What, -1)
	if len(shares) == 0 {
		shares = []string{".05", ".1", ".25", ".5", ".75", ".9", ".95"}
	}
	var out []float64
	for _, s := range shares {
		q, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil {
			return nil, true, err
		}
		out = append(out, rule(spread.Weighted, q))
	}
	return out, true, nil
}

func (c *targetCase) choose(words []string) (any, bool, error) {
	if len(words) < 2 {
		return nil, false, nil
	}
	points, ok := c.some(words[1])
	if !ok {
		return nil, false, nil
	}
	lengths, err := target.Lengths(points, c.sites, 1)
	if err != nil {
		return nil, true, err
	}
	d, err := target.NewDemand(lengths, points.Weight)
	if err != nil {
		return nil, true, err
	}
	list, _ := c.result.Value.([]any)
	moves := func(all []target.Move, verb string) any {
		var out []map[string]any
		for _, m := range all {
			out = append(out, map[string]any{verb: c.sites.ID[m.Site], "total": m.Total})
		}
		return out
	}
	switch words[0] {
	case "greedy_add": // how many steps are shown stands in the value alone
		return moves(d.GreedyAdd(len(list)), "added"), true, nil
	case "greedy_drop":
		return moves(d.GreedyDrop(len(c.sites.ID)-len(list)), "removed"), true, nil
	}
	p, err := strconv.Atoi(strings.TrimPrefix(words[len(words)-1], "p"))
	if err != nil || len(words) != 3 {
		return nil, false, nil
	}
	if words[0] == "pcenter" {
		sites, longest, err := d.Center(p)
		return map[string]any{"max_m": longest, "sites": c.ids(sites)}, true, err
	}
	m, err := d.Median(p, 0)
	if err != nil {
		return nil, true, err
	}
	if !m.Proved {
		return nil, true, fmt.Errorf("not proved after %d nodes", m.Nodes)
	}
	return map[string]any{"total": m.Total, "mean_m": m.Mean, "sites": c.ids(m.Sites), "second": m.Second, "ties": m.Ties}, true, nil
}
