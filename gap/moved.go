package gap

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// Moved takes the change of each type's rate from the first year to the last apart: what comes of change within areas and what of areas that changed type, with frozen types beside moving ones. The cube
// has areas by year with events, persons and the type of each area that year (a measure of kind [cube.Code]). All areas must be of one vintage: an area followed across a change of borders is not the same area.
// changes has WithinAreas and Reclassified, means of the two paths, which add up to Change, and the paths themselves; rates has each type's rate year by year with the types of each year and with types frozen at
// the first and at the last year.
func Moved(c *cube.Cube, q Question, areas, kind string) (changes, rates *cube.Cube, err error) {
	d, m := c.DimIndex(areas), c.MeasureIndex(kind)
	if d < 0 {
		return nil, nil, fmt.Errorf("gap: cube %s has no dimension of areas %q; it has %s", c.Name, areas, strings.Join(c.DimNames(), ", "))
	}
	if m < 0 {
		return nil, nil, fmt.Errorf("gap: cube %s has no measure %q with the types of areas", c.Name, kind)
	}
	events, persons := c.MeasureIndex(q.Events), c.MeasureIndex(q.Persons)
	if events < 0 || persons < 0 {
		return nil, nil, fmt.Errorf("gap: cube %s has no measures %q and %q", c.Name, q.Events, q.Persons)
	}
	year := c.DimIndex(q.Years)
	for i, dim := range c.Dims() {
		if q.Years == "" && dim.Role == cube.Time {
			year = i
		}
	}
	if year < 0 {
		return nil, nil, fmt.Errorf("gap: cube %s has no dimension of years", c.Name)
	}
	var rest []int
	for i := range c.Dims() {
		if i != d && i != year {
			rest = append(rest, i)
		}
	}
	type place struct {
		at      []int32
		rows    []AreaYear
		dropped int
		status  cube.Status
	}
	var places []*place
	index := map[string]*place{}
	years, codes := map[int]bool{}, map[int]bool{}
	for row := range c.Len() {
		if c.Code(row, d) == cube.Total || c.Code(row, year) == cube.Total {
			continue
		}
		at := make([]int32, len(rest))
		for k, i := range rest {
			at[k] = int32(c.Coord(row, i))
		}
		p := index[fmt.Sprint(at)]
		if p == nil {
			p = &place{at: at, status: cube.Known}
			index[fmt.Sprint(at)] = p
			places = append(places, p)
		}
		t, x, n := c.Cell(row, m), c.Cell(row, events), c.Cell(row, persons)
		years[c.Coord(row, year)] = true
		a := AreaYear{Area: c.Coord(row, d), Year: c.Coord(row, year), Type: -1}
		if t.Status.HasValue() {
			a.Type = int(t.Value)
			codes[a.Type] = true
		}
		if !x.Status.HasValue() || !n.Status.HasValue() {
			p.dropped++
			p.status = worse(p.status, worse(x.Status, n.Status))
			continue
		}
		p.status = worse(p.status, worse(x.Status, n.Status))
		a.X, a.N = x.Value, n.Value
		p.rows = append(p.rows, a)
	}
	order := sortedKeys(years)
	if len(order) < 2 {
		return nil, nil, fmt.Errorf("gap: cube %s has one year; change takes two", c.Name)
	}
	kinds := sortedKeys(codes)
	if len(kinds) == 0 {
		return nil, nil, fmt.Errorf("gap: no area of cube %s has a type", c.Name)
	}
	types := cube.Dimension{Name: "type", Title: cube.Text{SV: "Områdestyp", EN: "Area type"}, Role: cube.Type}
	for _, k := range kinds {
		types.Members = append(types.Members, cube.Member{Code: fmt.Sprint(k), Label: cube.Same(fmt.Sprint(k))})
	}
	f := &frame{q: q, in: c, proportion: true, breakAt: nan}
	var columns []cube.Measure
	for _, name := range []string{"Change", "WithinAreas", "Reclassified", "WithinFirst", "ReclassifiedFirst", "WithinLast", "ReclassifiedLast"} {
		columns = append(columns, f.column(name, true))
	}
	dims := []cube.Dimension{}
	for _, i := range rest {
		dims = append(dims, c.Dims()[i])
	}
	b := cube.NewBuilder(c.Name+"_moved", append(slices.Clone(dims), types), columns)
	yearDim := c.Dims()[year]
	all := yearDim.Members
	yearDim.Members = nil
	for _, i := range order {
		yearDim.Members = append(yearDim.Members, all[i])
	}
	series := cube.NewBuilder(c.Name+"_frozen", append(slices.Clone(dims), types, yearDim),
		[]cube.Measure{f.column("RateMovingTypes", true), f.column("RateFrozenFirst", true), f.column("RateFrozenLast", true)})
	lost, dropped := 0, 0
	for _, p := range places {
		for i := range p.rows {
			r := &p.rows[i]
			r.Year = slices.Index(order, r.Year)
			if r.Type >= 0 {
				r.Type = slices.Index(kinds, r.Type)
			}
		}
		moved, err := Movers(p.rows, len(kinds), len(order))
		if err != nil {
			return nil, nil, err
		}
		lost, dropped = lost+moved.Lost, dropped+p.dropped
		base := 0.0
		for _, r := range p.rows {
			base += r.N
		}
		for t := range kinds {
			ch := moved.Change[t]
			var cells []cube.Cell
			for _, v := range []float64{ch.Total, ch.Within, ch.Reclass, ch.WithinFirst, ch.ReclassFirst, ch.WithinLast, ch.ReclassLast} {
				cell := cellOf(v, none, nan, cube.Known)
				if p.dropped > 0 {
					// Areas whose numbers are hidden can't be followed, and leaving them out would be another question.
					cell = cube.Cell{Status: p.status}
				} else if cell.Status.HasValue() && p.status != cube.Known {
					cell.Status = p.status
				}
				cells = append(cells, cell)
			}
			b.Add(append(slices.Clone(p.at), int32(t)), cells...)
			for y := range order {
				var row []cube.Cell
				for _, rates := range [][][]float64{moved.Moving, moved.FrozenFirst, moved.FrozenLast} {
					cell := cellOf(rates[t][y], none, nan, p.status)
					if p.dropped > 0 {
						cell = cube.Cell{Status: p.status}
					}
					row = append(row, cell)
				}
				series.Add(append(slices.Clone(p.at), int32(t), int32(y)), row...)
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, nil, err
	}
	if rates, err = series.Cube(); err != nil {
		return nil, nil, err
	}
	out.Title = cube.Text{SV: "Förändring inom områden och genom byte av typ", EN: "Change within areas and by areas changing type"}
	out.Notes, out.Warnings = slices.Clone(c.Notes), slices.Clone(c.Warnings)
	if lost > 0 {
		out.Warn(cube.Warning{Code: "areas-not-followed", Text: cube.Text{
			SV: fmt.Sprintf("%d rader gäller områden utan typ det första eller sista året; de ingår inte i serien med frysta typer.", lost),
			EN: fmt.Sprintf("%d rows are of areas without a type in the first or last year; they are left out where types are frozen.", lost)}})
	}
	if dropped > 0 {
		out.Warn(cube.Warning{Code: "hidden-areas", Text: cube.Text{
			SV: fmt.Sprintf("%d områden och år har dolda eller saknade antal; där kan förändringen inte delas upp.", dropped),
			EN: fmt.Sprintf("%d areas and years have hidden or missing counts; the change can't be decomposed there.", dropped)}})
	}
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"gap: change within areas and by reclassification, computed from the cells of " + c.Name + " alone"}})
	rates.Title = cube.Text{SV: "Nivå med växlande och frysta typer", EN: "Level with moving and frozen types"}
	rates.Notes, rates.Warnings, rates.Lineage = out.Notes, out.Warnings, out.Lineage
	return out, rates, nil
}

func sortedKeys(set map[int]bool) []int {
	var out []int
	for k := range set {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// A Watch is how early warnings look.
type Watch struct {
	FalseRate float64 // the share of the signals of a year that may be false, over all units (Benjamini and Hochberg); 0.05 when 0
	Baseline  int     // years of a unit that must have gone before one is judged, for shifts; 3 when 0
	Every     float64 // years between false alarms of a shift, for one unit on average; 100 when 0
	Widen     bool    // add the variance between units beyond chance (overdispersion, winsorised 10 %) before a unit is a signal
}

// Signals are early warnings. Units are what the types dimension of the question names: areas, schools or types. For each year each unit's share is held against that of all
// units together by its exact binomial tail, the p-values adjusted over the units of the year; and each unit is followed over time by a self-starting CUSUM (Hawkins 1987) of its standardised distance from
// its own level in all years before, set for the given rate of false alarms. Such distances do not hang together when nothing changes, as distances from a level of a few first years would. A signal asks
// for a look; it says neither that something is wrong nor why.
func Signals(c *cube.Cube, q Question, w Watch) (*cube.Cube, error) {
	if w.FalseRate == 0 {
		w.FalseRate = 0.05
	}
	if w.Every == 0 {
		w.Every = 100
	}
	if w.Baseline == 0 {
		w.Baseline = 3
	}
	if !(w.FalseRate > 0 && w.FalseRate < 1) || w.Every < 5 {
		return nil, fmt.Errorf("gap: early warnings take a rate of false signals between 0 and 1, and 5 years or more between false alarms")
	}
	f, err := q.read(c)
	if err != nil {
		return nil, err
	}
	if !f.proportion || f.weights != nil {
		return nil, fmt.Errorf("gap: early warnings take a share of counted persons, not standardised")
	}
	chart, err := CUSUMFor(0.5, w.Every*2) // two sides share the alarms
	if err != nil {
		return nil, err
	}
	columns := []cube.Measure{f.column("Rate", true), f.column("DistanceZ", false), f.column("PAdjusted", false), f.column("Signal", false), f.column("CUSUMUpper", false), f.column("CUSUMLower", false), f.column("Shift", false),
		f.column("FunnelLimits", true), f.column("FunnelLimits998", true), f.column("ShrunkenRate", true)}
	columns[2].Decimals = 4
	columns[3].Kind, columns[6].Kind = cube.Code, cube.Code
	columns[3].Decimals, columns[6].Decimals = 0, 0
	b := cube.NewBuilder(c.Name+"_signals", f.dims(f.typeDimension(), f.yearDimension()), columns)
	for r, at := range f.restAt {
		f.signals(b, at, r, w, chart)
	}
	out, err := f.finish(b, "early warnings", cube.Text{SV: "Tidiga varningar", EN: "Early warnings"})
	if err != nil {
		return nil, err
	}
	out.Notes = append(out.Notes, cube.Text{
		SV: fmt.Sprintf("Av ett års signaler väntas högst %g %% vara falska. En förskjutning larmar falskt ungefär vart %g:e år per enhet (CUSUM k = %g, h = %.4f). En signal är en anledning att titta, inget omdöme.", 100*w.FalseRate, w.Every, chart.K, chart.H),
		EN: fmt.Sprintf("Of a year's signals at most %g %% are expected to be false. A shift gives a false alarm about every %g years for a unit (CUSUM k = %g, h = %.4f). A signal is a reason to look, not a judgement.", 100*w.FalseRate, w.Every, chart.K, chart.H)})
	return out, nil
}

func (f *frame) signals(b *cube.Builder, at []int32, rest int, w Watch, chart CUSUM) {
	units, years := len(f.types), len(f.years)
	cells := make([][]cube.Cell, units*years)
	levels := make([]level, units*years)
	targets := make([]float64, years)
	for y := range years {
		x, n, index := []float64{}, []float64{}, []int{}
		for u := range units {
			l := f.level(rest, y, u)
			levels[u*years+y] = l
			row := make([]cube.Cell, 10)
			for i := range row {
				row[i].Status = l.status
			}
			if l.has() {
				row[0] = f.rate(l)
				for i := range row[1:] {
					row[1+i] = cube.Cell{Status: cube.NotApplicable}
				}
			}
			cells[u*years+y] = row
			if l.has() && !math.IsNaN(l.n) && !l.open() {
				x, n, index = append(x, l.x), append(n, l.n), append(index, u)
			}
		}
		sx, sn := 0.0, 0.0
		for i := range x {
			sx, sn = sx+x[i], sn+n[i]
		}
		target := sx / sn
		targets[y] = target
		if len(x) < 2 || !(target > 0 && target < 1) {
			targets[y] = nan
			continue
		}
		z, se := ZScores(x, n, target), make([]float64, len(x))
		for i := range se {
			se[i] = math.Sqrt(target * (1 - target) / n[i])
		}
		p := make([]float64, len(x))
		for i := range x {
			_, tail := FunnelSignal(math.Round(x[i]), n[i], target, 0)
			p[i] = min(2*tail, 1)
		}
		if w.Widen {
			moved, _ := Winsorise(z, 0.1)
			if o, err := OverdispersionOf(moved, se); err == nil && o.Tau2 > 0 {
				z = o.Widened(z, se)
				for i := range p {
					p[i] = math.Erfc(math.Abs(z[i]) / math.Sqrt2)
				}
			}
		}
		signals, adjusted := BenjaminiHochberg(p, w.FalseRate)
		prior, priorErr := FitBetaBinomial(x, n)
		for i, u := range index {
			row := cells[u*years+y]
			side := Within
			if signals[i] {
				side = Above
				if z[i] < 0 {
					side = Below
				}
			}
			row[1] = cellOf(z[i], none, n[i], cube.Known)
			row[2] = cellOf(adjusted[i], none, n[i], cube.Known)
			row[3] = cellOf(float64(side), none, n[i], cube.Known)
			row[7] = cellOf(target, Interval{BinomialLimitInterpolated(0.025, n[i], target), BinomialLimitInterpolated(0.975, n[i], target)}, n[i], cube.Known)
			row[8] = cellOf(target, Interval{BinomialLimitInterpolated(0.001, n[i], target), BinomialLimitInterpolated(0.999, n[i], target)}, n[i], cube.Known)
			if priorErr == nil {
				after := prior.Posterior(x[i], n[i], f.q.level())
				row[9] = cellOf(after.Mean, after.Interval, n[i], cube.Known)
			}
		}
	}
	for u := range units {
		f.shifts(levels[u*years:(u+1)*years], cells[u*years:(u+1)*years], w, chart)
		for y := range years {
			b.Add(append(slices.Clone(at), int32(u), int32(y)), cells[u*years+y]...)
		}
	}
}

// shifts follows one unit: the first years are not judged, at a break of the series all begins anew, and from an alarm on the level that years are held against stays.
func (f *frame) shifts(levels []level, cells [][]cube.Cell, w Watch, chart CUSUM) {
	var x0, n0 float64
	seen, up, down := 0, 0.0, 0.0
	for y, l := range levels {
		if f.years[y] == f.breakAt {
			x0, n0, seen, up, down = 0, 0, 0, 0, 0
		}
		if !l.has() || math.IsNaN(l.n) || l.open() {
			continue
		}
		side := Within
		p := x0 / n0
		if seen >= w.Baseline && p > 0 && p < 1 {
			// The chance of the earlier years is part of the distance.
			z := (l.p - p) / math.Sqrt(p*(1-p)*(1/l.n+1/n0))
			up, down = max(0, up+z-chart.K), max(0, down-z-chart.K)
			switch {
			case up > chart.H:
				side = Above
			case down > chart.H:
				side = Below
			}
			cells[y][4], cells[y][5], cells[y][6] = cellOf(up, none, l.n, cube.Known), cellOf(down, none, l.n, cube.Known), cellOf(float64(side), none, l.n, cube.Known)
		}
		if side == Within {
			x0, n0, seen = x0+l.x, n0+l.n, seen+1
		}
	}
}
