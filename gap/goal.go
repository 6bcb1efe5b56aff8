package gap

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// A Goal is what is wanted of one series: a rate of a type, a gap, any measure of a cube. Without a target it is a direction only. Goals are declared; none is built in but what a source
// states ([SubGoals]).
type Goal struct {
	Name   string    `yaml:"name"`
	Title  cube.Text `yaml:"title"`
	Source string    `yaml:"source"` // who has set it, and where

	Measure string            `yaml:"measure"` // of the cube of results: Difference, Rate, SlopeIndex
	At      map[string]string `yaml:"at"`      // members of the cube's other dimensions: indicator, group, type

	BaselineYear string    `yaml:"baseline_year"` // a year of the cube; its value is the baseline
	Baseline     *float64  `yaml:"baseline"`      // or the value itself, for a baseline outside the cube. Shares are from 0 to 1
	TargetYear   string    `yaml:"target_year"`
	Target       *float64  `yaml:"target"` // nil for a direction only. Shares are from 0 to 1
	Direction    Direction `yaml:"direction"`
}

// A Direction is where a goal without a target wants to go.
type Direction string

// The directions. For a gap, Smaller means nearer to 0 whatever its sign.
const (
	Less    Direction = "less"
	More    Direction = "more"
	Smaller Direction = "smaller"
)

// A GoalStatus is how a year stands against a goal. It takes the interval into account: what chance can explain is not told apart.
type GoalStatus int

// The statuses. The numbers are codes and no ranking.
const (
	Uncertain  GoalStatus = iota + 1 // the interval holds both sides of the path, or the value is hidden or missing: no answer
	Reached                          // the whole interval has come to the target, or past it
	OnPath                           // the whole interval is on the wanted side of the path
	BehindPath                       // the whole interval is on the other side of the path
	Away                             // the whole interval is farther from the goal than the baseline was
	Baseline                         // the baseline year itself
)

// Name is the status in words.
func (s GoalStatus) Name() cube.Text {
	return [...]cube.Text{
		{}, {SV: "Går inte att avgöra", EN: "Can't be told"}, {SV: "Nått", EN: "Reached"}, {SV: "I takt med vägen till målet", EN: "In step with the path"},
		{SV: "Efter vägen till målet", EN: "Behind the path"}, {SV: "Längre från målet än vid start", EN: "Farther from the goal than at the start"}, {SV: "Startår", EN: "Baseline year"},
	}[s]
}

// Check tells what a goal lacks before data is seen.
func (g Goal) Check() error {
	g = g.complete()
	fail := func(format string, args ...any) error {
		return fmt.Errorf("gap: goal %s: %s", g.Name, fmt.Sprintf(format, args...))
	}
	switch {
	case g.Name == "":
		return errors.New("gap: a goal without a name")
	case g.Measure == "":
		return fail("name the measure that it is about")
	case g.BaselineYear == "":
		return fail("there is no baseline: give baseline_year, and baseline where the year is not in the table")
	case g.Target == nil && g.Direction == "":
		return fail("give a target and target_year, or a direction: less, more or smaller")
	case g.Target != nil && g.TargetYear == "":
		return fail("a target needs its year, target_year")
	case g.Target == nil && !slices.Contains([]Direction{Less, More, Smaller}, g.Direction):
		return fail("there is no direction %q; write less, more or smaller", g.Direction)
	}
	start, err := Year(g.BaselineYear)
	if err != nil {
		return fail("baseline_year: %v", err)
	}
	if g.Target != nil {
		end, err := Year(g.TargetYear)
		if err != nil {
			return fail("target_year: %v", err)
		}
		if end <= start {
			return fail("the target year %s does not come after the baseline year %s", g.TargetYear, g.BaselineYear)
		}
	}
	return nil
}

// Path is what the straight line from the baseline to the target passes in a year; the target itself afterwards.
func Path(baseline, target, startYear, targetYear, year float64) float64 {
	share := min(max((year-startYear)/(targetYear-startYear), 0), 1)
	return baseline + share*(target-baseline)
}

// standing compares a year with a goal. Values are turned so that lower is nearer.
func standing(lower, upper, baseline, path, target float64, hasTarget bool) GoalStatus {
	if hasTarget && target > baseline {
		lower, upper, baseline, path, target = -upper, -lower, -baseline, -path, -target
	}
	switch {
	case hasTarget && upper <= target:
		return Reached
	case hasTarget && upper <= path || !hasTarget && upper < baseline:
		return OnPath
	case lower > baseline:
		return Away
	case hasTarget && lower > path:
		return BehindPath
	}
	return Uncertain
}

// Goals hold results against goals, year by year: the value with its interval, the path's value, how far the value lies from it, how much of the way from baseline to target is gone, and the
// status. Years before the baseline are left out. A hidden or missing value has the status Uncertain. Results are one cube or several of the same years, such as [Gaps] and [Rates]; a goal
// is of the first that has its measure.
func Goals(goals []Goal, results ...*cube.Cube) (*cube.Cube, error) {
	if len(goals) == 0 {
		return nil, errors.New("gap: no goals are declared")
	}
	if len(results) == 0 {
		return nil, errors.New("gap: goals need results to be held against")
	}
	yearDims := make([]int, len(results))
	for k, r := range results {
		yearDims[k] = -1
		for i, d := range r.Dims() {
			if d.Role == cube.Time {
				yearDims[k] = i
			}
		}
		if yearDims[k] < 0 {
			return nil, fmt.Errorf("gap: cube %s has no dimension of years", r.Name)
		}
		if k > 0 && !slices.Equal(r.Dims()[yearDims[k]].Members, results[0].Dims()[yearDims[0]].Members) {
			return nil, fmt.Errorf("gap: cubes %s and %s have other years", results[0].Name, r.Name)
		}
	}
	c := results[0]
	years := c.Dims()[yearDims[0]]
	goalDim := cube.Dimension{Name: "goal", Title: cube.Text{SV: "Mål", EN: "Goal"}, Role: cube.Group}
	f := &frame{q: Question{}, in: c, proportion: true}
	shares := true
	goals = slices.Clone(goals)
	for i := range goals {
		goals[i] = goals[i].complete()
	}
	for _, g := range goals {
		on := g.on(results)
		if m := results[on].MeasureIndex(g.Measure); m >= 0 {
			shares = shares && results[on].Measures()[m].Kind == cube.Share
		}
		title := g.Title
		if title == (cube.Text{}) {
			title = cube.Same(g.Name)
		}
		goalDim.Members = append(goalDim.Members, cube.Member{Code: g.Name, Label: title})
	}
	columns := []cube.Measure{f.column("GoalValue", shares), f.column("GoalPath", shares), f.column("GoalDistance", shares), f.column("GoalProgress", true), f.column("GoalStatus", false)}
	columns[3].Unit = cube.Text{SV: "procent av vägen", EN: "percent of the way"}
	columns[4].Kind, columns[4].Decimals = cube.Code, 0
	b := cube.NewBuilder(c.Name+"_goals", []cube.Dimension{goalDim, years}, columns)
	var notes []cube.Text
	var warn []cube.Warning
	for k, g := range goals {
		if err := g.Check(); err != nil {
			return nil, err
		}
		on := g.on(results)
		one, err := g.series(results[on], yearDims[on])
		if err != nil {
			return nil, err
		}
		start, _ := Year(g.BaselineYear)
		baseline := one.baseline
		target, end := nan, nan
		if g.Target != nil {
			target = *g.Target
			end, _ = Year(g.TargetYear)
			if target == baseline {
				return nil, fmt.Errorf("gap: goal %s: the target is the baseline; there is no way to go", g.Name)
			}
		}
		breaks := 0
		for y, m := range years.Members {
			if m.Code == cube.Total {
				continue
			}
			year, err := Year(m.Code)
			if err != nil {
				return nil, err
			}
			if year < start {
				continue
			}
			if year >= VintageBreak && start < VintageBreak {
				breaks++
			}
			b.Add([]int32{int32(k), int32(y)}, g.cells(one.cells[y], baseline, target, start, end, year)...)
		}
		if breaks > 0 && hasCode(c.Warnings, cube.SeriesBreak) {
			warn = append(warn, cube.Warning{Code: "goal-across-break", Text: cube.Text{
				SV: fmt.Sprintf("Målet %s mäts över ett brott i serien; startvärdet gäller den tidigare serien.", g.Name),
				EN: fmt.Sprintf("The goal %s is measured across a break in the series; the baseline is of the earlier series.", g.Name)}})
		}
		if g.Source != "" {
			notes = append(notes, cube.Text{SV: g.Name + ": satt av " + g.Source, EN: g.Name + ": set by " + g.Source})
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Mål", EN: "Goals"}
	out.Notes = append(slices.Clone(c.Notes), notes...)
	out.Notes = append(out.Notes, goalKey())
	out.Warnings, out.Lineage = slices.Clone(c.Warnings), c.Lineage
	for _, r := range results[1:] {
		for _, w := range r.Warnings {
			out.Warn(w)
		}
		out.Lineage = out.Lineage.Merge(r.Lineage)
	}
	for _, w := range warn {
		out.Warn(w)
	}
	out.Lineage = out.Lineage.Merge(cube.Lineage{Steps: []string{"gap: goals, computed from the cells of " + c.Name + " alone"}})
	return out, nil
}

// on is the first of the results that has the goal's measure.
func (g Goal) on(results []*cube.Cube) int {
	return max(0, slices.IndexFunc(results, func(c *cube.Cube) bool { return c.MeasureIndex(g.Measure) >= 0 }))
}

func hasCode(all []cube.Warning, code string) bool {
	return slices.ContainsFunc(all, func(w cube.Warning) bool { return w.Code == code })
}

func goalKey() cube.Text {
	t := cube.Text{SV: "GoalStatus:", EN: "GoalStatus:"}
	for s := Uncertain; s <= Baseline; s++ {
		t.SV += fmt.Sprintf(" %d %s.", s, s.Name().SV)
		t.EN += fmt.Sprintf(" %d %s.", s, s.Name().EN)
	}
	return t
}

type goalSeries struct {
	cells    []cube.Cell // by member of the years
	baseline float64
}

// series are the cells that a goal is about.
func (g Goal) series(c *cube.Cube, yearDim int) (goalSeries, error) {
	fail := func(format string, args ...any) (goalSeries, error) {
		return goalSeries{}, fmt.Errorf("gap: goal %s: %s", g.Name, fmt.Sprintf(format, args...))
	}
	m := c.MeasureIndex(g.Measure)
	if m < 0 {
		var names []string
		for _, meas := range c.Measures() {
			names = append(names, meas.Name)
		}
		return fail("the table has no measure %q; it has %s", g.Measure, few(names))
	}
	codes := make([]string, len(c.Dims()))
	for i, d := range c.Dims() {
		if i == yearDim {
			continue
		}
		code, ok := g.At[d.Name]
		switch {
		case !ok && len(d.Members) == 1:
			code = d.Members[0].Code
		case !ok && d.Index(cube.Total) >= 0:
			code = cube.Total
		case !ok:
			return fail("say which %s it is about", d.Name)
		case d.Index(code) < 0:
			return fail("the table has no %s %q", d.Name, code)
		}
		codes[i] = code
	}
	for name := range g.At {
		if c.DimIndex(name) < 0 || c.DimIndex(name) == yearDim {
			return fail("the table has no dimension %q to choose from", name)
		}
	}
	years := c.Dims()[yearDim].Members
	s := goalSeries{cells: make([]cube.Cell, len(years)), baseline: nan}
	for y, member := range years {
		codes[yearDim] = member.Code
		s.cells[y] = c.Get(g.Measure, codes...)
		if member.Code == g.BaselineYear && s.cells[y].Status.HasValue() {
			s.baseline = s.cells[y].Value
		}
	}
	if g.Baseline != nil {
		s.baseline = *g.Baseline
	}
	if math.IsNaN(s.baseline) {
		i := c.Dims()[yearDim].Index(g.BaselineYear)
		if i < 0 {
			return fail("the baseline year %s is not in the table; give its value as baseline", g.BaselineYear)
		}
		return fail("the value of the baseline year %s is %s; give it as baseline, or choose another year", g.BaselineYear, s.cells[i].Status)
	}
	return s, nil
}

func (g Goal) cells(cell cube.Cell, baseline, target, start, end, year float64) []cube.Cell {
	path, status := nan, Uncertain
	hasTarget := g.Target != nil
	if hasTarget {
		path = Path(baseline, target, start, end, year)
	}
	out := []cube.Cell{cell, cellOf(path, none, nan, cube.Known), {Status: cell.Status}, {Status: cell.Status}, {}}
	if year == start {
		status = Baseline
	}
	if cell.Status.HasValue() {
		lower, upper := cell.Value, cell.Value
		if cell.Lo.OK && cell.Hi.OK {
			lower, upper = cell.Lo.V, cell.Hi.V
		}
		out[2] = cellOf(cell.Value-path, none, nan, cell.Status)
		out[3] = cellOf((cell.Value-baseline)/(target-baseline), none, nan, cell.Status)
		if year != start {
			b := baseline
			if !hasTarget {
				switch g.Direction {
				case More:
					lower, upper, b = -upper, -lower, -b
				case Smaller:
					// Nearer to 0: an interval across 0 has 0 as its near end.
					near, far := min(math.Abs(lower), math.Abs(upper)), max(math.Abs(lower), math.Abs(upper))
					if lower <= 0 && upper >= 0 {
						near = 0
					}
					lower, upper, b = near, far, math.Abs(b)
				}
			}
			status = standing(lower, upper, b, path, target, hasTarget)
		}
	}
	out[4] = cube.KnownCell(float64(status))
	return out
}

// complete takes what a goal that is called as one of the [SubGoals] does not say from it.
func (g Goal) complete() Goal {
	for _, s := range SubGoals() {
		if s.Name != g.Name {
			continue
		}
		if g.Title == (cube.Text{}) {
			g.Title = s.Title
		}
		if g.Source == "" {
			g.Source = s.Source
		}
		if g.Direction == "" && g.Target == nil {
			g.Direction = s.Direction
		}
	}
	return g
}

// SubGoals are sub-goals of the government's strategy against segregation as far as a source that was read states them: for the school, without any target. A declared goal with one of the names
// takes title, direction and source from here; measure, place in a table and baseline are its own.
func SubGoals() []Goal {
	const source = "Regeringens uppdrag våren 2022 till Skolverket om förstärkt arbete mot segregation (delmål, utan målnivå)"
	return []Goal{
		{Name: "skolsegregation", Direction: Less, Source: source, Title: cube.Text{SV: "Minskad skolsegregation", EN: "Less school segregation"}},
		{Name: "bakgrund-resultat", Direction: Smaller, Source: source, Title: cube.Text{SV: "Svagare samband mellan bakgrund och resultat", EN: "A weaker link between background and results"}},
	}
}

// FollowGoals computes what the goals are about from an indicator's cube, levels and gaps, and holds them against the goals.
func FollowGoals(c *cube.Cube, q Question, goals []Goal) (*cube.Cube, error) {
	var results []*cube.Cube
	var measures []string
	rates := false
	for _, g := range goals {
		switch {
		case g.Measure == "Rate" || g.Measure == "StandardisedRate":
			rates = true
		case !slices.Contains(measures, g.Measure):
			measures = append(measures, g.Measure)
		}
	}
	if len(measures) > 0 {
		q.Measures = measures
		gaps, err := Gaps(c, q)
		if err != nil {
			return nil, err
		}
		results = append(results, gaps)
	}
	if rates {
		levels, err := Rates(c, q)
		if err != nil {
			return nil, err
		}
		results = append(results, levels)
	}
	return Goals(goals, results...)
}
