package gap

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/cores"
)

// cellOf is a value with its interval; not applicable where it is undefined.
func cellOf(v float64, i Interval, base float64, status cube.Status) cube.Cell {
	b := cube.Number{}
	if !math.IsNaN(base) {
		b = cube.Num(base)
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return cube.Cell{Status: cube.NotApplicable, Base: b}
	}
	c := cube.KnownCell(v)
	if status != cube.Known && status != cube.Zero {
		c.Status = status
	}
	c.Base = b
	if !math.IsNaN(i.Lower) && !math.IsNaN(i.Upper) && !math.IsInf(i.Lower, 0) && !math.IsInf(i.Upper, 0) {
		c.Lo, c.Hi = cube.Num(i.Lower), cube.Num(i.Upper)
	}
	return c
}

// hull contains all the intervals, and nothing where one is nothing.
func hull(all []Interval) Interval {
	out := Interval{math.Inf(1), math.Inf(-1)}
	for _, i := range all {
		if math.IsNaN(i.Lower) || math.IsNaN(i.Upper) {
			return none
		}
		out.Lower, out.Upper = min(out.Lower, i.Lower), max(out.Upper, i.Upper)
	}
	return out
}

// ends are the number's possible counts: one when it is exactly known.
func (l level) ends() (out []counted) {
	c := l.counted
	if !c.open() {
		return []counted{c}
	}
	for _, n := range []float64{c.nLo, c.nHi} {
		for _, x := range []float64{c.xLo, c.xHi} {
			e := c
			e.x, e.n = min(x, n), n
			out = append(out, e)
		}
		if c.nLo == c.nHi {
			break
		}
	}
	return out
}

// pairMeasure is a gap of two types.
type pairMeasure struct {
	name  string
	share bool // is a difference of shares
	of    func(Pair, float64) Estimate
	means func(a, b float64) float64                // for means, which have no interval
	rates func(a, b DirectRate, l float64) Estimate // for standardised rates; nil where there is none
}

var pairMeasures = []pairMeasure{
	{"Difference", true, Pair.Newcombe, func(a, b float64) float64 { return a - b },
		func(a, b DirectRate, l float64) Estimate { d, _ := a.Against(b, l); return d }},
	{"Ratio", false, Pair.Katz, func(a, b float64) float64 { return a / b },
		func(a, b DirectRate, l float64) Estimate { _, r := a.Against(b, l); return r }},
	{"OddsRatio", false, Pair.Woolf, nil, nil},
}

// orderMeasure is a measure of all types in order. Those that are bounded are linear or linear-fractional in each rate, so their extremes lie where the rates have theirs. slope is given by those of the
// slope: their intervals grow with the variance of each rate, so the extremes lie at the extremes of the rates with the largest variances.
type orderMeasure struct {
	name    string
	share   bool
	bounded bool
	of      func(Groups, float64) Estimate
	slope   func(Slope) Estimate
}

func ofSlope(name string, share bool, pick func(Slope) Estimate) orderMeasure {
	return orderMeasure{name, share, true, func(g Groups, level float64) Estimate {
		s, err := SlopeIndex(g, level)
		if err != nil {
			return nothing()
		}
		return pick(s)
	}, pick}
}

func concentrationOf(pick func(GroupedConcentration) (float64, float64)) func(Groups, float64) Estimate {
	return func(g Groups, level float64) Estimate {
		c, err := ConcentrationOf(g)
		if err != nil {
			return nothing()
		}
		v, se := pick(c)
		return normal(v, se, level)
	}
}

func spreadOf(pick func(Spread) float64) func(Groups, float64) Estimate {
	return func(g Groups, _ float64) Estimate {
		s, err := SpreadOf(g)
		if err != nil {
			return nothing()
		}
		return Estimate{pick(s), nan, none}
	}
}

func point(v float64) Estimate { return Estimate{v, nan, none} }

var orderMeasures = []orderMeasure{
	ofSlope("SlopeIndex", true, func(s Slope) Estimate { return s.SII }),
	ofSlope("RelativeIndex", false, func(s Slope) Estimate { return s.RII }),
	ofSlope("RelativeIndexInverse", false, func(s Slope) Estimate { return s.RII.inverse() }),
	ofSlope("RelativeIndexOverMean", false, func(s Slope) Estimate { return point(s.RIIOverMean) }),
	{name: "RelativeIndexLogLinear", of: func(g Groups, level float64) Estimate {
		s, err := LogLinearSlope(g)
		if err != nil {
			return nothing()
		}
		return logNormal(s.RII, s.SE, level)
	}},
	{name: "ConcentrationIndex", bounded: true, of: concentrationOf(func(c GroupedConcentration) (float64, float64) { return c.C, c.SE })},
	{name: "ErreygersIndex", of: concentrationOf(func(c GroupedConcentration) (float64, float64) { return c.Erreygers, nan })},
	{name: "WagstaffIndex", of: concentrationOf(func(c GroupedConcentration) (float64, float64) { return c.Wagstaff, nan })},
	{name: "AttributableFraction", share: true, bounded: true, of: spreadOf(func(s Spread) float64 { return s.Attributable })},
	{name: "IndexOfDisparity", of: spreadOf(func(s Spread) float64 { return s.IndexOfDisparity })},
	{name: "BetweenVariance", of: spreadOf(func(s Spread) float64 { return s.BetweenVariance })},
	{name: "TheilOfRates", of: spreadOf(func(s Spread) float64 { return s.Theil })},
	{name: "MeanLogDeviation", of: spreadOf(func(s Spread) float64 { return s.MeanLogDeviation })},
}

// usual are the measures when none are named.
var usual = []string{"Difference", "Ratio", "SlopeIndex", "RelativeIndex", "ConcentrationIndex"}

// GapMeasures are the names that [Question.Measures] takes for [Gaps], in order.
func GapMeasures() []string {
	var names []string
	for _, m := range pairMeasures {
		names = append(names, m.name)
	}
	for _, m := range orderMeasures {
		names = append(names, m.name)
	}
	return names
}

func (q Question) measures() ([]string, error) {
	names, all := q.Measures, GapMeasures()
	if len(names) == 0 {
		return usual, nil
	}
	if len(names) == 1 && names[0] == "all" {
		return all, nil
	}
	var out []string
	for _, n := range names {
		i := slices.IndexFunc(all, func(a string) bool { return strings.EqualFold(a, n) })
		if i < 0 {
			return nil, fmt.Errorf("gap: there is no gap measure %q; there are %s", n, strings.Join(all, ", "))
		}
		if slices.Contains(out, all[i]) {
			return nil, fmt.Errorf("gap: %s is named twice", all[i])
		}
		out = append(out, all[i])
	}
	return out, nil
}

var percentagePoints = cube.Text{SV: "procentenheter", EN: "percentage points"}

// column is a measure of a result by the name of its documentation value.
func (f *frame) column(name string, share bool) cube.Measure {
	m := cube.Measure{Name: name, Title: cube.Same(name), Kind: cube.Value, Decimals: 3}
	if d, ok := Lookup(name); ok {
		m.Title = d.Title
	}
	if share && f.proportion {
		m.Kind, m.Unit, m.Decimals = cube.Share, percentagePoints, 1
	}
	return m
}

// dims are the dimensions of a result: those that were neither types nor strata, with the given ones last.
func (f *frame) dims(more ...cube.Dimension) []cube.Dimension {
	var out []cube.Dimension
	for _, d := range f.rest {
		out = append(out, f.in.Dims()[d])
	}
	return append(out, more...)
}

// years are the years as a dimension, without totals.
func (f *frame) yearDimension() cube.Dimension { return f.without(f.yearDim, f.yearMembers) }

func (f *frame) typeDimension() cube.Dimension { return f.without(f.typeDim, f.types) }

func (f *frame) without(d int, members []int) cube.Dimension {
	dim := f.in.Dims()[d]
	all := dim.Members
	dim.Members = nil
	for _, i := range members {
		dim.Members = append(dim.Members, all[i])
	}
	return dim
}

// label is a type's member, with its official name where it has none of its own.
func (f *frame) label(kind int) cube.Member {
	m := f.in.Dims()[f.typeDim].Members[f.types[kind]]
	if t, err := areatype.ParseType(m.Code); err == nil && f.in.Dims()[f.typeDim].Role == cube.Type && (m.Label == cube.Same(m.Code) || m.Label == cube.Text{}) {
		m.Label = t.Label()
	}
	return m
}

// Gaps are the gaps between types for every year and everything else that the cube sorts by: absolute and relative gaps of the first and the last type named, and measures over all types in order. Base
// is the persons that a measure rests on; Lo and Hi are the interval.
func Gaps(c *cube.Cube, q Question) (*cube.Cube, error) {
	names, err := q.measures()
	if err != nil {
		return nil, err
	}
	f, err := q.read(c)
	if err != nil {
		return nil, err
	}
	var columns []cube.Measure
	var of []func(f *frame, levels []level) cube.Cell
	for _, name := range names {
		if i := slices.IndexFunc(pairMeasures, func(m pairMeasure) bool { return m.name == name }); i >= 0 {
			m := pairMeasures[i]
			columns = append(columns, f.column(name, m.share))
			of = append(of, func(f *frame, levels []level) cube.Cell { return f.pair(m, levels) })
			continue
		}
		i := slices.IndexFunc(orderMeasures, func(m orderMeasure) bool { return m.name == name })
		m := orderMeasures[i]
		columns = append(columns, f.column(name, m.share))
		of = append(of, func(f *frame, levels []level) cube.Cell { return f.ordered(m, levels) })
	}
	rows := make([][]cube.Cell, len(f.restAt)*len(f.years))
	f.each(func(f *frame, r int) {
		levels := make([]level, len(f.types))
		for y := range f.years {
			for t := range f.types {
				levels[t] = f.level(r, y, t)
			}
			f.missing(r, y, levels)
			cells := make([]cube.Cell, len(of))
			for i := range of {
				cells[i] = of[i](f, levels)
			}
			rows[r*len(f.years)+y] = cells
		}
	})
	b := cube.NewBuilder(c.Name+"_gaps", f.dims(f.yearDimension()), columns)
	for r, at := range f.restAt {
		for y := range f.years {
			b.Add(append(slices.Clone(at), int32(y)), rows[r*len(f.years)+y]...)
		}
	}
	step := fmt.Sprintf("gaps, type %s against type %s,", f.label(f.first).Code, f.label(f.last).Code)
	return f.finish(b, step, cube.Text{SV: "Gap mellan områdestyper", EN: "Gaps between area types"})
}

// each does something for every combination of the other dimensions, on all processors; what is counted for warnings is added up, so the outcome does not hang on how many there are.
func (f *frame) each(do func(f *frame, rest int)) {
	var parts []*frame
	cores.With(len(f.restAt), func() func(int) {
		part := *f
		part.warned = tally{}
		parts = append(parts, &part)
		return func(rest int) { do(&part, rest) }
	})
	for _, p := range parts {
		f.warned.add(p.warned)
	}
}

// missing counts types that are in other years but not in this one.
func (f *frame) missing(rest, year int, levels []level) {
	for t, l := range levels {
		if l.status != cube.NotAvailable || l.there {
			continue
		}
		for y := range f.years {
			if y == year {
				continue
			}
			if slices.ContainsFunc(f.at(rest, y, t), func(c counted) bool { return c.there }) {
				f.warned.vanished++
				return
			}
		}
	}
}

// pair is a measure of the two types compared.
func (f *frame) pair(m pairMeasure, levels []level) cube.Cell {
	a, b := levels[f.first], levels[f.last]
	status := worse(a.status, b.status)
	if !status.HasValue() {
		return cube.Cell{Status: status}
	}
	base := a.persons + b.persons
	lev := f.q.level()
	switch {
	case a.standard:
		if m.rates == nil {
			return cube.Cell{Status: cube.NotApplicable, Base: cube.Num(base)}
		}
		e := m.rates(a.direct, b.direct, lev)
		if a.open() || b.open() {
			// What is hidden moves the ends by as much as it can move the rates.
			lo, hi := m.means(a.xLo/a.n, b.xHi/b.n), m.means(a.xHi/a.n, b.xLo/b.n)
			if m.name == "Ratio" {
				e.Interval = Interval{lo * e.Lower / e.Value, hi * e.Upper / e.Value}
			} else {
				e.Interval = Interval{lo - (e.Value - e.Lower), hi + (e.Upper - e.Value)}
			}
			f.warned.bounded++
		} else if status == cube.Perturbed {
			f.warned.perturbed++
		}
		return cellOf(e.Value, e.Interval, base, status)
	case !f.proportion || math.IsNaN(a.n) || math.IsNaN(b.n):
		f.warned.noBase++
		if m.means == nil {
			return cube.Cell{Status: cube.NotApplicable}
		}
		bounds := none
		if a.open() || b.open() {
			bounds = hull([]Interval{{m.means(a.xLo/a.n, b.xHi/b.n), m.means(a.xHi/a.n, b.xLo/b.n)}})
			f.warned.bounded++
		}
		return cellOf(m.means(a.p, b.p), bounds, base, status)
	}
	e := m.of(Pair{a.x, a.n, b.x, b.n}, lev)
	if a.open() || b.open() {
		var all []Interval
		for _, i := range a.ends() {
			for _, j := range b.ends() {
				p := Pair{i.x, i.n, j.x, j.n}
				all = append(all, m.of(p, lev).Interval)
			}
		}
		e.Interval = hull(all)
		if math.IsNaN(e.Lower) && m.name == "Ratio" {
			// A count that may be 0 leaves the log interval without an end.
			e.Interval = Interval{a.xLo / a.nHi / (b.xHi / b.nLo), a.xHi / a.nLo / (b.xLo / b.nHi)}
		}
		f.warned.bounded++
	} else if status == cube.Perturbed {
		f.warned.perturbed++
	}
	return cellOf(e.Value, e.Interval, base, status)
}

// ordered is a measure over all types in order.
func (f *frame) ordered(m orderMeasure, levels []level) cube.Cell {
	status, base := cube.Known, 0.0
	g := Groups{make([]float64, 0, len(levels)), make([]float64, 0, len(levels))}
	var open []int
	fuzzyBase := false
	for i, l := range levels {
		status = worse(status, l.status)
		base += l.persons
		g.X, g.N = append(g.X, l.x), append(g.N, l.n)
		if l.status.HasValue() && l.open() {
			open = append(open, i)
			fuzzyBase = fuzzyBase || l.nLo != l.nHi
		}
	}
	if !status.HasValue() {
		return cube.Cell{Status: status}
	}
	if math.IsNaN(base) {
		f.warned.noBase++
		return cube.Cell{Status: cube.NotApplicable}
	}
	lev := f.q.level()
	e := m.of(g, lev)
	if !f.proportion {
		e.Interval = none // a mean does not tell how persons vary
	}
	if levels[0].standard {
		e.Interval = none // the variance of a standardised rate is not p(1 − p)/n
		if m.slope != nil {
			v := make([]float64, len(levels))
			for i, l := range levels {
				v[i] = l.v
			}
			e = m.slope(slopeIndex(g, v, lev))
		}
	}
	switch {
	case len(open) > 0 && (fuzzyBase || !m.bounded || levels[0].standard || len(open) > 10):
		if status == cube.Unreliable {
			// The value would be a guess and nothing could be said of how bad.
			return cube.Cell{Status: cube.HiddenRule, Base: cube.Num(base)}
		}
		f.warned.unbounded++
		e.Interval = none
	case len(open) > 0:
		e.Interval = m.bounds(g, levels, open, lev)
		f.warned.bounded++
	case status == cube.Perturbed:
		f.warned.perturbed++
	}
	return cellOf(e.Value, e.Interval, base, status)
}

// bounds are between what a measure lies when some counts are known only between bounds.
func (m orderMeasure) bounds(g Groups, levels []level, open []int, lev float64) Interval {
	v := make([]float64, len(levels))
	for i, l := range levels {
		// p(1 − p) is largest in the interval at the end or middle that lies nearest to ½.
		p := min(max(0.5, l.xLo/l.n), l.xHi/l.n)
		v[i] = p * (1 - p) / l.n
	}
	var all []Interval
	x := slices.Clone(g.X)
	for corner := range 1 << len(open) {
		for k, i := range open {
			x[i] = levels[i].xLo
			if corner>>k&1 == 1 {
				x[i] = levels[i].xHi
			}
		}
		at := Groups{x, g.N}
		if m.slope == nil {
			value := m.of(at, lev).Value
			all = append(all, Interval{value, value})
			continue
		}
		e := m.slope(slopeIndex(at, v, lev))
		if m.name == "RelativeIndexOverMean" {
			e.Interval = Interval{e.Value, e.Value}
		}
		all = append(all, e.Interval)
	}
	return hull(all)
}

// Rates are the indicator by type with intervals: Wilson's for shares. Standardised rates have Dobson's with Byar's limits, and beside them stands indirect standardisation: the ratio to what
// the rates of all types together that year would give, with exact limits. Dimensions as in the cube, without strata.
func Rates(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.read(c)
	if err != nil {
		return nil, err
	}
	percent := cube.Text{SV: "procent", EN: "percent"}
	columns := []cube.Measure{f.column("Rate", true)}
	if f.weights != nil {
		columns = []cube.Measure{f.column("StandardisedRate", true), f.column("IndirectRatio", false)}
	}
	if f.proportion {
		columns[0].Unit = percent
	}
	b := cube.NewBuilder(c.Name+"_rates", f.dims(f.typeDimension(), f.yearDimension()), columns)
	for r, at := range f.restAt {
		for t := range f.types {
			for y := range f.years {
				l := f.level(r, y, t)
				cells := []cube.Cell{f.rate(l)}
				if f.weights != nil {
					cells = append(cells, f.indirect(r, y, t))
				}
				b.Add(append(slices.Clone(at), int32(t), int32(y)), cells...)
			}
		}
	}
	return f.finish(b, "rates", cube.Text{SV: "Nivå efter områdestyp", EN: "Level by area type"})
}

// indirect is a type's ratio to what all types' rates give. It needs the counts of all of them.
func (f *frame) indirect(rest, year, kind int) cube.Cell {
	own, all := Strata{}, Strata{}
	status := cube.Known
	for s := range f.nStrata {
		x, n := 0.0, 0.0
		for t := range f.types {
			c := f.at(rest, year, t)[s]
			if !c.there || c.status == cube.NotApplicable {
				c = counted{} // nobody
			} else if status = worse(status, c.status); c.open() {
				status = worse(status, cube.HiddenRule)
			}
			x, n = x+c.x, n+c.n
			if t == kind {
				own.Events, own.Persons = append(own.Events, c.x), append(own.Persons, c.n)
			}
		}
		all.Events, all.Persons = append(all.Events, x), append(all.Persons, n)
	}
	if !status.HasValue() {
		return cube.Cell{Status: status}
	}
	if !slices.ContainsFunc(f.at(rest, year, kind), func(c counted) bool { return c.there }) {
		return cube.Cell{Status: cube.NotAvailable}
	}
	r, err := IndirectlyStandardised(own, all, f.q.level())
	if err != nil {
		return cube.Cell{Status: cube.NotApplicable}
	}
	base := 0.0
	for _, n := range own.Persons {
		base += n
	}
	return cellOf(r.Ratio, r.Exact, base, status)
}

// rate is a level with its interval.
func (f *frame) rate(l level) cube.Cell {
	if !l.has() {
		return cube.Cell{Status: l.status}
	}
	i := none
	switch {
	case l.standard:
		i = l.direct.DobsonByar
		if l.direct.Events == 0 {
			i = l.direct.FayFeuer
		}
		if l.open() {
			i = Interval{i.Lower - (l.p - l.xLo/l.n), i.Upper + (l.xHi/l.n - l.p)}
			f.warned.bounded++
		}
	case f.proportion && !math.IsNaN(l.n):
		var all []Interval
		for _, e := range l.ends() {
			all = append(all, Wilson(e.x, e.n, f.q.level()))
		}
		i = hull(all)
		if l.open() {
			f.warned.bounded++
		} else if l.status == cube.Perturbed {
			f.warned.perturbed++
		}
	default:
		f.warned.noBase++
	}
	return cellOf(l.p, i, l.persons, l.status)
}

// finish makes the cube with title, notes, warnings and lineage.
func (f *frame) finish(b *cube.Builder, step string, title cube.Text) (*cube.Cube, error) {
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = title
	if f.in.Title != (cube.Text{}) {
		out.Title = cube.Text{SV: title.SV + ": " + f.in.Title.SV, EN: title.EN + ": " + f.in.Title.EN}
	}
	out.Notes = append(slices.Clone(f.in.Notes), f.notes()...)
	out.Warnings = slices.Clone(f.in.Warnings)
	for _, w := range f.warnings() {
		out.Warn(w)
	}
	out.Lineage = f.in.Lineage.Merge(cube.Lineage{Steps: []string{fmt.Sprintf("gap: %s of %s, computed from the cells of %s alone", step, f.indicator(), f.in.Name)}})
	if f.q.Standard != nil {
		out.Lineage = out.Lineage.Merge(f.q.Standard.Lineage)
	}
	return out, nil
}

func (f *frame) indicator() string {
	if f.q.Share != "" {
		return f.q.Share
	}
	return f.q.Events + " of " + f.q.Persons
}

func (f *frame) notes() []cube.Text {
	first, last := f.label(f.first), f.label(f.last)
	notes := []cube.Text{{
		SV: fmt.Sprintf("Intervall: %g %%. De säger vad slumpen gör med antalen, inte hur säkert underlaget är. Gap jämför %s (%s) med %s (%s).",
			100*f.q.level(), first.Code, first.Label.SV, last.Code, last.Label.SV),
		EN: fmt.Sprintf("Intervals: %g %%. They tell what chance does to counts, not how sure the sources are. Gaps compare %s (%s) with %s (%s).",
			100*f.q.level(), first.Code, first.Label.EN, last.Code, last.Label.EN)}, {
		SV: "Ett gap mellan områden beskriver dem som bor där; det visar inte att området är orsaken. Typerna är placeringar bland årets områden, så vilka områden som ingår växlar mellan åren.",
		EN: "A gap between areas describes those who live there; it does not show that the area is the cause. Types are places among the areas of the year, so which areas belong changes between years."}}
	if f.weights != nil {
		by := cube.Text{SV: "alla personer i tabellen", EN: "all persons of the table"}
		if f.q.Standard != nil {
			by = cube.Same(f.q.Standard.Name)
		}
		notes = append(notes, cube.Text{
			SV: fmt.Sprintf("Direkt standardiserat över %s; standardbefolkning: %s.", strings.Join(f.q.Strata, ", "), by.SV),
			EN: fmt.Sprintf("Directly standardised over %s; standard population: %s.", strings.Join(f.q.Strata, ", "), by.EN)})
	}
	return notes
}

func (f *frame) warnings() []cube.Warning {
	var out []cube.Warning
	warn := func(n int, code, sv, en string) {
		if n > 0 {
			out = append(out, cube.Warning{Code: code, Text: cube.Text{SV: fmt.Sprintf(sv, n), EN: fmt.Sprintf(en, n)}})
		}
	}
	if !math.IsNaN(f.breakAt) {
		out = append(out, cube.Warning{Code: cube.SeriesBreak, At: fmt.Sprintf("%g", f.breakAt), Text: cube.Text{
			SV: fmt.Sprintf("Serien bryts mellan %g och %g. Skillnader över brottet kan bero på nya områdesgränser eller ny mätning; trender tillåter ett hopp där.", f.breakAt-1, f.breakAt),
			EN: fmt.Sprintf("The series breaks between %g and %g. Differences across the break may come from new borders of areas or new ways to measure; trends allow a shift there.", f.breakAt-1, f.breakAt)}})
	}
	w := f.warned
	warn(w.bounded, "bounded-by-hidden", "%d mått vilar på dolda, störda eller avrundade antal och är inringade: intervallet innehåller det mått som de riktiga antalen ger, för gap och lutningsindex med slumpen inräknad; värdet är ingen skattning.",
		"%d measures rest on hidden, perturbed or rounded counts and are bounded: the interval contains the measure that the true counts give, for gaps and slope indices with chance too; the value is no estimate.")
	warn(w.unbounded, "interval-not-bounded", "%d mått vilar på störda antal som inte kan ringas in; de har inget intervall.", "%d measures rest on perturbed counts that can't be bounded; they have no interval.")
	warn(w.perturbed, "noise-not-in-interval", "%d mått vilar på störda antal vars brus är okänt; intervallet räknar bara med slumpen.", "%d measures rest on perturbed counts whose noise is unknown; the interval accounts for chance only.")
	warn(w.vanished, "type-vanishes", "I %d rader saknas en typ eller grupp som finns andra år; mått som behöver den är inte tillgängliga där.", "In %d rows a type or group is lacking that is there in other years; measures that need it are not available there.")
	warn(w.empty, "empty-stratum", "%d nivåer kan inte standardiseras: en grupp i standardbefolkningen saknar personer.", "%d levels can't be standardised: a group of the standard population has no persons.")
	warn(w.noBase, "no-interval", "%d mått har inget intervall: tabellen säger inte hur många personer eller hur stor spridning de vilar på.", "%d measures have no interval: the table does not tell the persons or the spread they rest on.")
	warn(w.fewYears, "few-years", "%d serier har för få år för en trend.", "%d series have too few years for a trend.")
	return out
}
