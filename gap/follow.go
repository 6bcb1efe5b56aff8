package gap

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/num"
)

// seriesDimension is every type and, last, the gap between the two types compared.
func (f *frame) seriesDimension() cube.Dimension {
	d := f.typeDimension()
	a, b := f.label(f.first), f.label(f.last)
	d.Name, d.Role = "series", cube.Group
	d.Title = cube.Text{SV: "Serie", EN: "Series"}
	d.Members = append(d.Members, cube.Member{Code: a.Code + "_" + b.Code, Label: cube.Text{
		SV: fmt.Sprintf("Gap %s–%s", a.Code, b.Code), EN: fmt.Sprintf("Gap %s–%s", a.Code, b.Code)}})
	return d
}

// Trends are the trends of every type and of the gap between the two compared: change a year by least squares with a shift of level at the break, its interval by Student's t, the shift itself,
// the yearly relative change of counts (quasi-Poisson), Sen's slope, and Mann–Kendall's p-value. Years that are missing or hidden are left out; with fewer than four the cells are not
// applicable.
func Trends(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.read(c)
	if err != nil {
		return nil, err
	}
	columns := []cube.Measure{
		{Name: "NYears", Title: cube.Text{SV: "Antal år i trenden", EN: "Years in the trend"}, Kind: cube.Value},
		f.column("TrendSlope", true), f.column("BreakShift", true), f.column("YearlyChange", false), f.column("SenSlope", true), f.column("MannKendallP", false),
	}
	columns[3].Kind, columns[3].Unit, columns[3].Decimals = cube.Share, cube.Text{SV: "procent per år", EN: "percent a year"}, 1
	columns[5].Decimals = 4
	n := len(f.types) + 1
	rows := make([][]cube.Cell, len(f.restAt)*n)
	f.each(func(f *frame, r int) {
		for s := range n {
			rows[r*n+s] = f.trend(r, s)
		}
	})
	b := cube.NewBuilder(c.Name+"_trends", f.dims(f.seriesDimension()), columns)
	for r, at := range f.restAt {
		for s := range n {
			b.Add(append(slices.Clone(at), int32(s)), rows[r*n+s]...)
		}
	}
	return f.finish(b, "trends", cube.Text{SV: "Trender", EN: "Trends"})
}

func (f *frame) trend(rest, series int) []cube.Cell {
	var years, values, events, persons []float64
	status, base := cube.Known, 0.0
	counts := f.weights == nil && f.proportion && series < len(f.types)
	var why cube.Status
	for y, year := range f.years {
		var v float64
		var s cube.Status
		var n float64
		if series < len(f.types) {
			l := f.level(rest, y, series)
			v, s, n = l.p, l.status, l.persons
			if l.has() && counts {
				events, persons = append(events, l.x), append(persons, l.n)
				counts = !math.IsNaN(l.n)
			}
		} else {
			a, b := f.level(rest, y, f.first), f.level(rest, y, f.last)
			v, s, n = a.p-b.p, worse(a.status, b.status), a.persons+b.persons
		}
		if !s.HasValue() {
			why = worse(why, s)
			continue
		}
		if s == cube.Unreliable && f.q.HiddenBelow > 0 && series < len(f.types) && f.level(rest, y, series).open() {
			status = cube.Unreliable
		}
		status = worse(status, s)
		years, values, base = append(years, year), append(values, v), base+n
	}
	cells := make([]cube.Cell, 6)
	cells[0] = cube.KnownCell(float64(len(years)))
	if len(years) < 4 {
		f.warned.fewYears++
		for i := range cells[1:] {
			cells[1+i].Status = cube.NotApplicable
			if why.Hidden() {
				cells[1+i].Status = why
			}
		}
		return cells
	}
	model, breakAt := LevelShift, f.breakAt
	before := func(y float64) bool { return y < breakAt }
	if math.IsNaN(breakAt) || !slices.ContainsFunc(years, before) || !slices.ContainsFunc(years, func(y float64) bool { return !before(y) }) {
		model, breakAt = Straight, nan
	}
	undefined := cellOf(nan, none, base, status)
	for i := range cells[1:] {
		cells[1+i] = undefined
	}
	if l, err := Trend(years, values, nil, breakAt, model, -1, f.q.level()); err == nil {
		cells[1] = cellOf(l.Slope.Value, l.Slope.Interval, base, status)
		if model == LevelShift {
			half := (l.Slope.Upper - l.Slope.Value) / l.Slope.SE * l.SE[2]
			cells[2] = cellOf(l.Coef[2], Interval{l.Coef[2] - half, l.Coef[2] + half}, base, status)
		}
	}
	if counts {
		if t, err := TrendOfCounts(years, events, persons, breakAt, model, f.q.level()); err == nil && t.DF > 0 {
			cells[3] = cellOf(t.Yearly.Value, t.Yearly.Interval, base, status)
		}
	}
	cells[4] = cellOf(SenSlope(years, values), none, base, status)
	_, p := MannKendall(years, values)
	cells[5] = cellOf(p, none, base, status)
	return cells
}

// Changes decompose the change of the indicator over all types together between years: what comes of people moving between types (composition) and what of the types' own rates. Periods are neighbouring years, and
// the first with the last where there are more than two. Composition and RateChange add up to Change exactly. The interval is of RateChange, compositions taken as fixed.
func Changes(c *cube.Cube, q Question) (*cube.Cube, error) {
	if len(q.Strata) > 0 {
		return nil, fmt.Errorf("gap: a change is decomposed by types; leave the strata out")
	}
	f, err := q.read(c)
	if err != nil {
		return nil, err
	}
	if !f.proportion {
		return nil, fmt.Errorf("gap: a change is decomposed for shares of counted persons; %s is not one", f.indicator())
	}
	pairs := [][2]int{}
	for y := 1; y < len(f.years); y++ {
		pairs = append(pairs, [2]int{y - 1, y})
	}
	if len(f.years) > 2 {
		pairs = append(pairs, [2]int{0, len(f.years) - 1})
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("gap: cube %s has one year; a change takes two", c.Name)
	}
	periods := cube.Dimension{Name: "period", Title: cube.Text{SV: "Period", EN: "Period"}, Role: cube.Group}
	years := f.yearDimension().Members
	for _, p := range pairs {
		a, b := years[p[0]], years[p[1]]
		periods.Members = append(periods.Members, cube.Member{Code: a.Code + "_" + b.Code, Label: cube.Same(a.Code + "–" + b.Code)})
	}
	b := cube.NewBuilder(c.Name+"_changes", f.dims(periods), []cube.Measure{f.column("Change", true), f.column("Composition", true), f.column("RateChange", true)})
	for r, at := range f.restAt {
		for k, p := range pairs {
			b.Add(append(slices.Clone(at), int32(k)), f.change(r, p[0], p[1])...)
		}
	}
	return f.finish(b, "changes decomposed by type", cube.Text{SV: "Förändring uppdelad", EN: "Change decomposed"})
}

func (f *frame) change(rest, from, to int) []cube.Cell {
	old, now := Strata{}, Strata{}
	status := cube.Known
	known, base := false, 0.0
	open := false
	for t := range f.types {
		for _, side := range []struct {
			s    *Strata
			year int
		}{{&old, from}, {&now, to}} {
			l := f.level(rest, side.year, t)
			x, n := l.x, l.n
			switch {
			case !l.there && f.typeAbsent(rest, side.year, t), l.status == cube.NotApplicable:
				x, n = 0, 0 // nobody: the type has no weight that year
				if f.at(rest, from, t)[0].there != f.at(rest, to, t)[0].there {
					f.warned.vanished++
				}
			case !l.has():
				status = worse(status, l.status)
			case math.IsNaN(l.n):
				status = worse(status, cube.NotApplicable)
			default:
				known, open = true, open || l.open()
				status = worse(status, l.status)
				base += n
			}
			side.s.Events, side.s.Persons = append(side.s.Events, x), append(side.s.Persons, n)
		}
	}
	cells := make([]cube.Cell, 3)
	if !status.HasValue() || !known || open {
		if open && status.HasValue() {
			status = cube.HiddenRule
		}
		if status.HasValue() {
			status = cube.NotAvailable
		}
		for i := range cells {
			cells[i].Status = status
		}
		return cells
	}
	d, err := Kitagawa(now, old)
	if err != nil {
		for i := range cells {
			cells[i].Status = cube.NotAvailable
		}
		return cells
	}
	cells[0] = cellOf(d.Difference, none, base, status)
	cells[1] = cellOf(d.Composition, none, base, status)
	cells[2] = cellOf(d.Rate, normal(d.Rate, d.RateSE, f.q.level()).Interval, base, status)
	return cells
}

// typeAbsent tells whether a type without a row has no row because the year has others: then nobody lives in it. A year without any row is missing.
func (f *frame) typeAbsent(rest, year, kind int) bool {
	for t := range f.types {
		if t != kind && f.at(rest, year, t)[0].there {
			return true
		}
	}
	return false
}

// Convergence is whether types, or the units that the question names as such, come nearer each other: for each year the spread between them (sigma), plain and weighed by persons over the mean, and against the first year
// whether those that began low have grown more (beta, with its interval) and whether they keep their order (rank). Units that lack a value in a year make it not available: another set of units would be
// another spread.
func Convergence(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.read(c)
	if err != nil {
		return nil, err
	}
	b := cube.NewBuilder(c.Name+"_convergence", f.dims(f.yearDimension()), []cube.Measure{f.column("SigmaConvergence", true), f.column("SigmaRelative", false), f.column("BetaConvergence", false), f.column("RankConvergence", false)})
	for r, at := range f.restAt {
		var first []float64
		var firstStatus cube.Status
		for y := range f.years {
			values, weights, status := []float64{}, []float64{}, cube.Known
			for t := range f.types {
				if !f.ever(r, t) {
					continue
				}
				l := f.level(r, y, t)
				status = worse(status, l.status)
				values, weights = append(values, l.p), append(weights, l.persons)
			}
			if y == 0 {
				first, firstStatus = values, status
			}
			cells := make([]cube.Cell, 4)
			for i := range cells {
				cells[i].Status = status
			}
			if status.HasValue() {
				s := ConvergeSigma(values, weights)
				cells[0], cells[1] = cellOf(s.SD, none, nan, status), cellOf(s.CVWeighted, none, nan, status)
				cells[2], cells[3] = cube.Cell{Status: cube.NotApplicable}, cube.Cell{Status: cube.NotApplicable}
				if y > 0 && !firstStatus.HasValue() {
					cells[2].Status, cells[3].Status = firstStatus, firstStatus
				} else if y > 0 {
					if beta, err := ConvergeBeta(first, values, f.years[y]-f.years[0], nil); err == nil {
						half := num.StudentQuantile((1+f.q.level())/2, float64(len(values)-2)) * beta.SE
						cells[2] = cellOf(beta.Slope, Interval{beta.Slope - half, beta.Slope + half}, nan, status)
					}
					kendall, _ := GammaConvergence(first, values)
					cells[3] = cellOf(kendall, none, nan, status)
				}
			}
			b.Add(append(slices.Clone(at), int32(y)), cells...)
		}
	}
	return f.finish(b, "convergence", cube.Text{SV: "Närmande", EN: "Convergence"})
}

// ever tells whether a type or unit has a row in any year.
func (f *frame) ever(rest, kind int) bool {
	for y := range f.years {
		if slices.ContainsFunc(f.at(rest, y, kind), func(c counted) bool { return c.there }) {
			return true
		}
	}
	return false
}
