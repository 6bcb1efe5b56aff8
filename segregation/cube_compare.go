package segregation

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// ChangeCube parts the change of M from each member of a dimension (period) to the next by a method ([ChangeOf]); the result has the later period of each pair, and the cube's
// other dimensions. Units and groups are matched by their codes. With Question.Persons every part is corrected for small numbers with an interval, both periods drawn again together.
func ChangeCube(c *cube.Cube, q Question, period string, method ChangeMethod) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(ChangeMethods(), method) {
		return nil, fmt.Errorf("segregation: there is no way %q to part a change; there are %v", method, ChangeMethods())
	}
	pairs, others, err := f.pairs(c, period, func(k int) []int { return []int{k - 1} })
	if err != nil {
		return nil, err
	}
	figures := []figure{
		{"Difference", cube.Text{SV: "Förändring av M", EN: "Change of M"}},
		{"Additions", cube.Text{SV: "Nya enheter och grupper", EN: "Units and groups that came"}},
		{"Removals", cube.Text{SV: "Borttagna enheter och grupper", EN: "Units and groups that went"}},
		{"GroupMargin", cube.Text{SV: "Gruppernas storlekar", EN: "Sizes of groups"}},
		{"UnitMargin", cube.Text{SV: "Enheternas storlekar", EN: "Sizes of units"}},
		{"Interaction", cube.Text{SV: "Samspel mellan storlekarna", EN: "Interaction of the sizes"}},
		{"Structure", cube.Text{SV: "Struktur: personer fördelade på annat sätt", EN: "Structure: persons spread differently"}},
	}
	of := func(before, after *Table) ([]float64, error) {
		x, err := ChangeOf(before, after, method, Fitting{})
		if err != nil {
			return nil, err
		}
		return []float64{x.Difference, x.Additions, x.Removals, x.Groups, x.Units, x.Interaction, x.Structure}, nil
	}
	note := cube.Text{
		SV: fmt.Sprintf("Förändring från närmast föregående %s, uppdelad enligt %s. Delarna läggs ihop till förändringen av M; H = M delat med gruppernas entropi.", c.Dim(period).Title.In("sv"), method),
		EN: fmt.Sprintf("Change from the %s before, parted by %s. The parts add up to the change of M; H = M over the entropy of groups.", c.Dim(period).Title.In("en"), method)}
	bound := func(before, after IntervalTable) ([]BoundedMeasure, error) { return boundChange(before, after, method) }
	return q.compare(c, f, others, figures, pairs, note, of, bound, true)
}

// PlaceCube parts the difference of a measure between members of a dimension (places) into space and composition ([ComparePlaces]): every pair, or each with one of them (against).
// The measure is a name of [TwoGroup] or [ManyGroup]; two groups, the first the one in question. The second dimension, named as the first with _other behind, is the place compared with.
func PlaceCube(c *cube.Cube, q Question, places, against, measure string, by Counterfactual) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	if len(f.members) != 2 {
		return nil, fmt.Errorf("segregation: places are compared on two groups, not %d", len(f.members))
	}
	if !slices.Contains(Counterfactuals(), by) {
		return nil, fmt.Errorf("segregation: there is no counterfactual %q; there are %v", by, Counterfactuals())
	}
	q.Measures = []string{measure}
	q.Ground = nil
	named, err := q.measures(2)
	if err != nil {
		return nil, err
	}
	value := func(t *Table) float64 { return named[0].of(&look{t: t}) }
	pairs, dims, err := f.placePairs(c, places, against)
	if err != nil {
		return nil, err
	}
	figures := []figure{
		{"Difference", cube.Text{SV: named[0].doc.Title.SV + ", skillnad", EN: named[0].doc.Title.EN + ", difference"}},
		{"Space", cube.Text{SV: "Av hur enheter och personer ligger", EN: "By how units and persons lie"}},
		{"Composition", cube.Text{SV: "Av hur grupperna är sammansatta", EN: "By how groups are composed"}},
	}
	of := func(second, first *Table) ([]float64, error) {
		d, err := ComparePlaces(first, second, value, by)
		return []float64{d.First - d.Second, d.Space, d.Composition}, err
	}
	note := cube.Text{
		SV: fmt.Sprintf("Skillnad i %s mot platsen jämförd med, delad i rum och sammansättning (%s). Delarna läggs ihop till skillnaden.", named[0].doc.Name, by),
		EN: fmt.Sprintf("Difference of %s from the place compared with, parted into space and composition (%s). The parts add up to the difference.", named[0].doc.Name, by)}
	bound := func(second, first IntervalTable) ([]BoundedMeasure, error) {
		return boundPlaces(first, second, named[0].doc.Name, by)
	}
	return q.compare(c, f, dims, figures, pairs, note, of, bound, false)
}

// DifferenceCube tests the difference of a measure between members of a dimension ([CompareValues], with Question.Draws): every pair, or each with one of them (against). The measure
// is a name of [TwoGroup], [ManyGroup] or [Ordered]. The second dimension, named as the first with _other behind, is the place compared with. Beside the difference stand the mean
// of the draws with their quantiles as its interval, their standard deviation, and p against larger differences and against larger ones either way.
func DifferenceCube(c *cube.Cube, q Question, places, against, measure string, by Comparison) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Comparisons(), by) {
		return nil, fmt.Errorf("segregation: there is no way %q to test a difference; there are %v", by, Comparisons())
	}
	d, err := q.Draws.declared()
	if err != nil {
		return nil, err
	}
	plain := Question{Units: q.Units, Groups: q.Groups, Measures: []string{measure}, Values: q.Values}
	named, err := plain.measures(len(f.members))
	if err != nil {
		return nil, err
	}
	if len(named) != 1 {
		return nil, fmt.Errorf("segregation: name one measure whose difference is tested, not %q", measure)
	}
	value := func(t *Table) float64 { return named[0].of(&look{t: t}) }
	pairs, dims, err := f.placePairs(c, places, against)
	if err != nil {
		return nil, err
	}
	title := named[0].doc.Title
	column := func(suffix, sv, en string) cube.Measure {
		return cube.Measure{Name: "Difference" + suffix, Title: cube.Text{SV: title.SV + ", " + sv, EN: title.EN + ", " + en}, Kind: cube.Value, Decimals: 3}
	}
	b := cube.NewBuilder(c.Name, dims, []cube.Measure{column("", "skillnad", "difference"), column(expected, "skillnad väntad av slumpen", "difference expected by chance"),
		column(expectedSD, "skillnadens standardavvikelse av slumpen", "standard deviation of the difference by chance"),
		column(greater, "p mot större skillnad", "p against a larger difference"), column(twoSided, "p, tvåsidigt", "p, two-sided")})
	seen := tally{}
	tested := []figure{{"Difference", column("", "skillnad", "difference").Title}}
	bound := func(second, first IntervalTable) ([]BoundedMeasure, error) {
		_, _, difference, err := boundDifference(first, second, named[0].doc.Name)
		return difference.list, err
	}
	for _, x := range pairs {
		q.ranged = q.ranged || carried([]*place{x.first, x.second})
		cells, state := make([]cube.Cell, 5), x.state()
		first, second := x.second, x.first // the place in question, and the one compared with
		loose := first.loose(q) || second.loose(q)
		if state != cube.Known || loose {
			seen.untested++
		}
		if state != cube.Known {
			for i := range cells {
				cells[i].Status = state
			}
		} else {
			t, err := first.table(f)
			if err != nil {
				return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
			}
			u, err := second.table(f)
			if err != nil {
				return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
			}
			base := cube.Num(t.Total() + u.Total())
			for i := range cells {
				cells[i] = cube.Cell{Status: cube.NotApplicable, Base: base}
			}
			if difference := value(t) - value(u); loose {
				cells = make([]cube.Cell, 5) // not available but for the difference
				cells[0] = defined(difference, base)
			} else if t.Total() > 0 && u.Total() > 0 && !math.IsNaN(difference) {
				test, err := CompareValues(t, u, value, by, q.Draws)
				if err != nil {
					return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
				}
				cells = []cube.Cell{defined(test.Value, base), within(test.Mean, test.Lo, test.Hi, base), defined(test.SD, base), defined(test.Greater, base), defined(test.TwoSided, base)}
				if test.Undefined > 0 {
					seen.undefined++
				}
			}
		}
		if err := x.bound(f, q, cells, tested, bound, false, &seen); err != nil {
			return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
		}
		b.Add(slices.Concat(x.at, x.other), cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = c.Title
	out.Notes = slices.Concat(c.Notes, plain.notes(c.Dim(q.Units).Title), []cube.Text{{
		SV: fmt.Sprintf("Skillnad i %s mot platsen jämförd med, prövad med %s: %d dragningar med frö %d; intervallet är dragningarnas kvantiler (%g %%). Perioder med samma personer är inte oberoende.",
			named[0].doc.Name, by, d.N, d.Seed, 100*d.Level),
		EN: fmt.Sprintf("Difference of %s from the place compared with, tested by %s: %d draws with seed %d; the interval is quantiles of the draws (%g %%). Periods with the same persons are not independent.",
			named[0].doc.Name, by, d.N, d.Seed, 100*d.Level)}})
	out.Warnings = append(slices.Clone(c.Warnings), seen.warnings(len(pairs))...)
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"segregation over " + q.Units + " by " + q.Groups + ", differences tested"}})
	return out, nil
}

const placesMost = 40

// placePairs are every pair of members of a dimension, or each with one of them (against), and the dimensions of a cube of them.
func (f frame) placePairs(c *cube.Cube, places, against string) ([]pair, []cube.Dimension, error) {
	dim := c.Dim(places)
	if dim == nil {
		return nil, nil, fmt.Errorf("segregation: cube %s has no dimension %q", c.Name, places)
	}
	with := dim.Index(against)
	if against != "" && with < 0 {
		return nil, nil, fmt.Errorf("segregation: cube %s has no %s %q", c.Name, places, against)
	}
	if against == "" && len(dim.Members) > placesMost {
		return nil, nil, fmt.Errorf("segregation: every pair of %d %s is too much to read; name the one to compare with", len(dim.Members), places)
	}
	pairs, others, err := f.pairs(c, places, func(k int) []int {
		var list []int
		for o := range dim.Members {
			if against == "" && o < k || against != "" && o == with && o != k {
				list = append(list, o)
			}
		}
		return list
	})
	other := *dim
	other.Name += otherName
	other.Title = cube.Text{SV: "Jämfört med: " + dim.Title.SV, EN: "Compared with: " + dim.Title.EN}
	return pairs, append(others, other), err
}

// pair is two places to be compared: before and after, or the one compared with and the one in question.
type pair struct {
	first, second *place
	at, other     []int32 // of the second, and the first's member of the dimension that they differ in
}

// pairs are the places that differ in one dimension only: for its member number k, those that with gives. The others are the dimensions beside units and groups, that one last.
func (f frame) pairs(c *cube.Cube, name string, with func(k int) []int) (pairs []pair, others []cube.Dimension, err error) {
	d := slices.IndexFunc(f.others, func(o cube.Dimension) bool { return o.Name == name })
	if d < 0 {
		return nil, nil, fmt.Errorf("segregation: cube %s has no dimension %q beside units and groups", c.Name, name)
	}
	index := map[string]*place{}
	places := f.places(c)
	for _, p := range places {
		index[string(placeKey(nil, p.at))] = p
	}
	for _, p := range places {
		for _, o := range with(int(p.at[d])) {
			at := slices.Clone(p.at)
			at[d] = int32(o)
			if first := index[string(placeKey(nil, at))]; first != nil && f.others[d].Members[o].Code != cube.Total && f.others[d].Members[p.at[d]].Code != cube.Total {
				place := append(slices.Delete(slices.Clone(p.at), d, d+1), p.at[d])
				pairs = append(pairs, pair{first, p, place, []int32{int32(o)}})
			}
		}
	}
	if len(pairs) == 0 {
		return nil, nil, fmt.Errorf("segregation: cube %s has no two %s to compare", c.Name, name)
	}
	return pairs, append(slices.Delete(slices.Clone(f.others), d, d+1), f.others[d]), nil
}

// compare computes figures of pairs. Units that are in both are matched where match says so.
func (q Question) compare(c *cube.Cube, f frame, dims []cube.Dimension, figures []figure, pairs []pair, note cube.Text,
	of func(first, second *Table) ([]float64, error), bound func(first, second IntervalTable) ([]BoundedMeasure, error), match bool) (*cube.Cube, error) {
	var measures []cube.Measure
	each := 1
	for _, g := range figures {
		measures = append(measures, cube.Measure{Name: g.name, Title: g.title, Kind: cube.Value, Decimals: 3})
		if q.Persons.N > 0 {
			each = 2
			measures = append(measures, cube.Measure{Name: g.name + corrected, Kind: cube.Value, Decimals: 3,
				Title: cube.Text{SV: g.title.SV + ", rättat för små tal", EN: g.title.EN + ", corrected for small numbers"}})
		}
	}
	b := cube.NewBuilder(c.Name, dims, measures)
	apart, seen := 0, tally{}
	for _, x := range pairs {
		q.ranged = q.ranged || carried([]*place{x.first, x.second})
		cells, state := make([]cube.Cell, len(measures)), x.state()
		if q.Persons.N > 0 && (state != cube.Known || x.first.loose(q) || x.second.loose(q)) {
			seen.undrawn++
		}
		if state != cube.Known {
			for i := range cells {
				cells[i].Status = state
			}
		} else {
			both, split := x.stacked(f, match)
			t, err := NewTable(len(both)/len(f.members), len(f.members), both)
			if err != nil {
				return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
			}
			fill := func(t *Table, values []float64) {
				first, second := t.rows(0, split), t.rows(split, t.Units)
				v, err := of(first, second)
				if err != nil {
					v = notNumbers(len(values))
				}
				copy(values, v)
			}
			values := make([]float64, len(figures))
			fill(t, values)
			base := cube.Num(t.total)
			for i, v := range values {
				cells[i*each] = defined(v, base)
			}
			if math.IsNaN(values[0]) {
				apart++
			}
			if each == 2 && math.IsNaN(values[0]) {
				for i := range values {
					cells[i*each+1].Status = cube.NotApplicable
				}
			} else if each == 2 {
				estimates, err := BootstrapProfile(t, q.Persons, Persons, Profile{len(values), fill})
				if err != nil {
					return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
				}
				some := false
				for i, e := range estimates {
					cells[i*each+1] = within(e.Corrected, e.Lo, e.Hi, base)
					some = some || e.Undefined > 0
				}
				if some {
					seen.undefined++
				}
			}
		}
		if err := x.bound(f, q, cells, figures, bound, match, &seen); err != nil {
			return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
		}
		at := x.at
		if len(dims) > len(at) {
			at = slices.Concat(at, x.other)
		}
		b.Add(at, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = c.Title
	plain := q
	plain.Null, plain.Ground, plain.Uncertainty = "", nil, ByPersons
	out.Notes = slices.Concat(c.Notes, plain.notes(c.Dim(q.Units).Title), []cube.Text{note})
	out.Warnings = append(slices.Clone(c.Warnings), seen.warnings(len(pairs))...)
	if apart > 0 {
		out.Warnings = append(out.Warnings, cube.Warning{Code: "nothing-in-common", Text: cube.Text{
			SV: fmt.Sprintf("I %d av %d jämförelser är måttet odefinierat, eller finns ingen enhet med personer av en gemensam grupp i båda; de är inte uppdelade.", apart, len(pairs)),
			EN: fmt.Sprintf("In %d of %d comparisons the measure is undefined, or no unit has persons of a common group in both; they are not parted.", apart, len(pairs))}})
	}
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"segregation over " + q.Units + " by " + q.Groups + ", compared"}})
	return out, nil
}

// state is what stands for the pair where a count of either has no value.
func (x pair) state() cube.Status {
	if x.second.state != cube.Known {
		return x.second.state
	}
	return x.first.state
}

// bound bounds the cells of a pair where counts are hidden or changed.
func (x pair) bound(f frame, q Question, cells []cube.Cell, figures []figure, of func(first, second IntervalTable) ([]BoundedMeasure, error), match bool, seen *tally) error {
	if x.state() == cube.Known && !x.first.loose(q) && !x.second.loose(q) {
		return nil
	}
	first, second := x.first.intervals(f, q), x.second.intervals(f, q)
	if first == nil || second == nil {
		return nil
	}
	if match {
		*first, *second = x.matched(*first, *second)
	}
	bounds, err := of(*first, *second)
	if err == nil {
		seen.bound(cells, bounds, figures, x.state() != cube.Known)
	}
	return err
}

// matched gives the tables of both places the same units.
func (x pair) matched(first, second IntervalTable) (a, b IntervalTable) {
	all := x.units(true)[0]
	of := func(p *place, t IntervalTable) IntervalTable {
		out := IntervalTable{Units: len(all), Groups: t.Groups, GroupTotals: t.GroupTotals}
		for _, u := range all {
			if i, there := slices.BinarySearch(p.order, u); there {
				out.Cells, out.UnitTotals = append(out.Cells, t.unitCells(i)...), append(out.UnitTotals, t.UnitTotals[i])
			} else {
				out.Cells, out.UnitTotals = append(out.Cells, make([]Interval, t.Groups)...), append(out.UnitTotals, Interval{})
			}
		}
		return out
	}
	return of(x.first, first), of(x.second, second)
}

// units are those of both places in order; with match both have the same.
func (x pair) units(match bool) [2][]int {
	orders := [2][]int{x.first.order, x.second.order}
	if match {
		all := slices.Concat(orders[0], orders[1])
		slices.Sort(all)
		all = slices.Compact(all)
		orders[0], orders[1] = all, all
	}
	return orders
}

// stacked is the counts of both places, the first's units before the second's; with match both have the same units in the same order.
func (x pair) stacked(f frame, match bool) (counts []float64, split int) {
	orders := x.units(match)
	for k, p := range []*place{x.first, x.second} {
		for _, u := range orders[k] {
			if n := p.counts[u]; n != nil {
				counts = append(counts, n...)
			} else {
				counts = append(counts, make([]float64, len(f.members))...)
			}
		}
	}
	return counts, len(orders[0])
}

// rows is the table of some units, which shares the counts.
func (t *Table) rows(from, to int) *Table {
	out := &Table{Units: to - from, Groups: t.Groups, n: t.n[from*t.Groups : to*t.Groups], units: make([]float64, to-from), groups: make([]float64, t.Groups)}
	out.bootMargins()
	return out
}
