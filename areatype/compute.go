package areatype

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
)

// Measures that [Compute] gives, beside the shares of the components.
const (
	MeasureIndex    = "Index"
	MeasureType     = "AreaType"
	MeasureDistance = "DistanceToCut"
)

// A Result is the index and types of a cube of areas.
type Result struct {
	Cube  *cube.Cube // areas (× years): Index, shares, AreaType, DistanceToCut
	Years []Year     // in order; one without a name when the cube has no years
}

// A Year is what was computed for one year, exact. Slices have one element an area, in the order of Codes.
type Year struct {
	Name       string
	Codes      []string
	Percents   [][]Exact
	Index      []Exact
	Population []int64 // nil when an area lacks it
	Cut        *Cut    // nil when NoCut tells why
	NoCut      error
	LeftOut    []LeftOut
}

// LeftOut is an area that has no index in a year.
type LeftOut struct {
	Code    string
	Measure string // the first one that is missing
	Status  cube.Status
}

// Period is the year's types, to be followed between years.
func (y Year) Period() Period {
	p := Period{Name: y.Name, Types: make(map[string]Type, len(y.Codes))}
	if y.Population != nil {
		p.Population = make(map[string]int64, len(y.Codes))
	}
	for i, code := range y.Codes {
		if y.Cut != nil {
			p.Types[code] = y.Cut.Types[i]
		}
		if y.Population != nil {
			p.Population[code] = y.Population[i]
		}
	}
	return p
}

// frame is where areas and years lie in a cube.
type frame struct {
	area, time int // positions of the dimensions; time is -1 without years
}

func frameOf(c *cube.Cube) (frame, error) {
	f := frame{-1, -1}
	for i, d := range c.Dims() {
		switch {
		case d.Role == cube.Area && f.area < 0:
			f.area = i
		case d.Role == cube.Time && f.time < 0:
			f.time = i
		default:
			return f, fmt.Errorf("areatype: cube %s has dimension %s: an index takes one dimension of areas and at most one of years; project the cube first", c.Name, d.Name)
		}
	}
	if f.area < 0 {
		return f, fmt.Errorf("areatype: cube %s has no dimension of areas", c.Name)
	}
	return f, nil
}

// rows are the rows of each year but totals, and the names of the years, by position.
func (f frame) rows(c *cube.Cube) (years []string, rows [][]int) {
	if f.time < 0 {
		years, rows = []string{""}, make([][]int, 1)
	} else {
		for _, m := range c.Dims()[f.time].Members {
			years, rows = append(years, m.Code), append(rows, nil)
		}
	}
	for i := range c.Len() {
		at := 0
		if f.time >= 0 {
			at = c.Coord(i, f.time)
		}
		if c.Code(i, f.area) != cube.Total && years[at] != cube.Total {
			rows[at] = append(rows[at], i)
		}
	}
	return years, rows
}

// source tells how a component is read from a cube: by two counts where it has them, else by the share.
type source struct {
	count, base, share int
}

func sourcesOf(c *cube.Cube, def Definition) ([]source, error) {
	out := make([]source, len(def.Components))
	var missing []string
	for i, comp := range def.Components {
		out[i] = source{c.MeasureIndex(comp.Count), c.MeasureIndex(comp.Base), c.MeasureIndex(comp.Share)}
		switch {
		case out[i].count >= 0 && out[i].base >= 0:
		case out[i].share >= 0:
			out[i].count, out[i].base = -1, -1
		default:
			missing = append(missing, fmt.Sprintf("%s (%s and %s, or %s)", comp.Name, comp.Count, comp.Base, comp.Share))
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("areatype: cube %s lacks the measures of %s", c.Name, strings.Join(missing, "; "))
	}
	return out, nil
}

// percent reads a component of a row. ok is false when it has no value; status then says why.
func (s source) percent(c *cube.Cube, row int) (p Exact, base cube.Number, status cube.Status, err error) {
	if s.count < 0 {
		cell := c.Cell(row, s.share)
		if !cell.Status.HasValue() {
			return Exact{}, cell.Base, cell.Status, nil
		}
		if cell.Value < 0 || cell.Value > 1 {
			return Exact{}, cell.Base, cell.Status, fmt.Errorf("%s is %v; shares run from 0 to 1 inside a cube", c.Measures()[s.share].Name, cell.Value)
		}
		e, err := shareDecimal(cell.Value)
		return times100(e), cell.Base, cell.Status, err
	}
	count, of := c.Cell(row, s.count), c.Cell(row, s.base)
	switch {
	case !of.Status.HasValue():
		return Exact{}, cube.Number{}, of.Status, nil
	case of.Value == 0:
		return Exact{}, cube.Num(0), cube.NotApplicable, nil
	case !count.Status.HasValue():
		return Exact{}, cube.Num(of.Value), count.Status, nil
	}
	a, errA := whole(count.Value)
	b, errB := whole(of.Value)
	if err := cmp.Or(errA, errB); err != nil {
		return Exact{}, cube.Number{}, count.Status, err
	}
	p, err = Percent(a, b)
	if err != nil && worse(count.Status, of.Status) == cube.Perturbed {
		return Exact{}, cube.Num(of.Value), cube.NotAvailable, nil // noise has made a share that can't be
	}
	if err != nil {
		return Exact{}, cube.Number{}, count.Status, fmt.Errorf("%s is above %s, or one of them is negative", c.Measures()[s.count].Name, c.Measures()[s.base].Name)
	}
	return p, cube.Num(of.Value), worse(count.Status, of.Status), nil
}

// shareDecimal reads a share to 15 significant digits: a published 35.7 percent divided by 100 in floating point need not be the float nearest to
// 0.357, but is 0.357 to so many digits.
func shareDecimal(v float64) (Exact, error) {
	near, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	if err != nil {
		return Exact{}, err
	}
	return Decimal(near)
}

// whole is a count as an integer.
func whole(v float64) (int64, error) {
	if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
		return 0, errors.New("a count is no whole number")
	}
	return int64(v), nil
}

// worse is the state of something computed from values in two states: noise and provisional values carry over.
func worse(a, b cube.Status) cube.Status {
	for _, s := range []cube.Status{cube.Perturbed, cube.Unreliable, cube.Preliminary, cube.Revised} {
		if a == s || b == s {
			return s
		}
	}
	return cube.Known
}

// Compute gives index and types of every area and year of a cube: a dimension of areas, at most one of years, and for each component its two counts
// or its share. Shares are read to 15 significant digits. Areas where a component has no value get no index, with the state of
// what is missing, and are listed in LeftOut and warned of; m and s are taken over the others. A year where no cut can be drawn gets an index and no types.
func Compute(c *cube.Cube, def Definition) (*Result, error) {
	if err := def.Validate(); err != nil {
		return nil, err
	}
	def = def.WithDefaults()
	f, err := frameOf(c)
	if err != nil {
		return nil, err
	}
	sources, err := sourcesOf(c, def)
	if err != nil {
		return nil, err
	}
	population := c.MeasureIndex(def.Population)
	if population < 0 && def.Weighting == ByPopulation {
		return nil, fmt.Errorf("areatype: definition %s weights by population, and cube %s has no measure %s", def.Name, c.Name, def.Population)
	}
	w := &worker{in: c, def: def, frame: f, sources: sources, population: population}
	return w.run()
}

// worker carries one computation through its steps.
type worker struct {
	in         *cube.Cube
	def        Definition
	frame      frame
	sources    []source
	population int

	years []Year
	rows  [][]int   // per year, the row of each code
	done  []outcome // per row of the input
}

// outcome is the cells of one row; without shares for a row of totals, since an index of many areas is not made of theirs.
type outcome struct {
	shares                    []cube.Cell
	index, areaType, distance cube.Cell
}

func (w *worker) run() (*Result, error) {
	names, rows := w.frame.rows(w.in)
	w.done = make([]outcome, w.in.Len())
	for i, name := range names {
		if len(rows[i]) == 0 {
			continue
		}
		y, used, err := w.indexYear(name, rows[i])
		if err != nil {
			return nil, err
		}
		w.years, w.rows = append(w.years, y), append(w.rows, used)
	}
	if err := w.cut(); err != nil {
		return nil, err
	}
	out, err := w.cube()
	if err != nil {
		return nil, err
	}
	return &Result{Cube: out, Years: w.years}, nil
}

// indexYear computes the index of the rows of one year; used are the rows that have one.
func (w *worker) indexYear(name string, rows []int) (Year, []int, error) {
	y := Year{Name: name}
	var used []int
	complete := w.population >= 0
	for _, row := range rows {
		code := w.in.Code(row, w.frame.area)
		cell := outcome{index: cube.Cell{Status: cube.Known}, areaType: cube.Cell{Status: cube.NotApplicable}, distance: cube.Cell{Status: cube.NotApplicable}}
		percents := make([]Exact, len(w.sources))
		missing := LeftOut{Code: code}
		for k, s := range w.sources {
			p, base, status, err := s.percent(w.in, row)
			if err != nil {
				return y, nil, fmt.Errorf("areatype: cube %s, area %s %s: %w", w.in.Name, code, name, err)
			}
			sc := cube.Cell{Status: status, Base: base}
			if status.HasValue() {
				percents[k] = p
				sc = valued(p.Float()/100, status)
				sc.Base = base
				cell.index.Status = worse(cell.index.Status, status)
			} else if missing.Measure == "" {
				missing.Measure, missing.Status = w.def.Components[k].Share, status
			}
			cell.shares = append(cell.shares, sc)
		}
		people, known := w.people(row)
		if known {
			cell.index.Base = cube.Num(float64(people))
		} else if w.def.Weighting == ByPopulation && missing.Measure == "" {
			missing.Measure, missing.Status = w.def.Population, cube.NotAvailable
		}
		if missing.Measure != "" {
			cell.index.Status, cell.areaType.Status, cell.distance.Status = missing.Status, missing.Status, missing.Status
			w.done[row] = cell
			y.LeftOut = append(y.LeftOut, missing)
			continue
		}
		index, err := w.def.Index(percents)
		if err != nil {
			return y, nil, err
		}
		base := cell.index.Base
		cell.index = valued(index.Float(), cell.index.Status)
		cell.index.Base = base
		w.done[row] = cell
		complete = complete && known
		used = append(used, row)
		y.Codes, y.Percents, y.Index = append(y.Codes, code), append(y.Percents, percents), append(y.Index, index)
		y.Population = append(y.Population, people)
	}
	if !complete {
		y.Population = nil
	}
	return y, used, nil
}

// people is the population of a row, where it is known.
func (w *worker) people(row int) (int64, bool) {
	if w.population < 0 {
		return 0, false
	}
	cell := w.in.Cell(row, w.population)
	n, err := whole(cell.Value)
	return n, cell.Status.HasValue() && err == nil && n >= 0
}

// valued is a value in a state, where plain states tell nothing from something.
func valued(v float64, status cube.Status) cube.Cell {
	if status == cube.Known || status == cube.Zero {
		return cube.KnownCell(v)
	}
	return cube.Cell{Status: status, Value: v}
}

// cut draws the cuts of every year, by its own m and s or by those of the base.
func (w *worker) cut() error {
	var base *Moments
	var err error
	switch b := w.def.Base; {
	case b.Year != "":
		at := slices.IndexFunc(w.years, func(y Year) bool { return y.Name == b.Year })
		if at < 0 {
			return fmt.Errorf("areatype: definition %s takes m and s from %s, which cube %s lacks", w.def.Name, b.Year, w.in.Name)
		}
		if base, err = w.def.Moments(w.years[at].Index, w.years[at].Population); err != nil {
			return fmt.Errorf("areatype: base year %s: %w", b.Year, err)
		}
	case b.Mean != nil:
		if base, err = GivenMoments(*b.Mean, *b.SD); err != nil {
			return err
		}
	}
	for i := range w.years {
		y := &w.years[i]
		m := base
		if m == nil {
			m, err = w.def.Moments(y.Index, y.Population)
			var none *NoCutError
			if errors.As(err, &none) {
				y.NoCut = err
				continue
			} else if err != nil {
				return err
			}
		}
		if y.Cut, err = w.def.CutBy(m, y.Index, y.Population); err != nil {
			return err
		}
		for k, row := range w.rows[i] {
			o := &w.done[row]
			o.areaType = valued(float64(y.Cut.Types[k]), o.index.Status)
			o.distance = valued(y.Cut.Nearest[k].Distance, o.index.Status)
			o.areaType.Base, o.distance.Base = o.index.Base, o.index.Base
		}
	}
	return nil
}

func (w *worker) cube() (*cube.Cube, error) {
	docs := w.def.Docs()
	measures := make([]cube.Measure, len(docs))
	for i, d := range docs {
		measures[i] = cube.Measure{Name: d.Name, Title: d.Title, Unit: d.Unit, Kind: cube.Value, Decimals: 1}
	}
	for i := range w.def.Components {
		measures[1+i].Kind = cube.Share
	}
	measures[len(docs)-2].Kind, measures[len(docs)-2].Decimals = cube.Code, 0
	measures[len(docs)-1].Decimals = 2

	b := cube.NewBuilder(w.in.Name+"_areatype", w.in.Dims(), measures)
	for row, o := range w.done {
		if o.shares == nil {
			continue
		}
		at := make([]int32, len(w.in.Dims()))
		for d := range at {
			at[d] = int32(w.in.Coord(row, d))
		}
		cells := append([]cube.Cell{o.index}, o.shares...)
		b.Add(at, append(cells, o.areaType, o.distance)...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Socioekonomiskt index och områdestyp", EN: "Socioeconomic index and area type"}
	out.Notes = slices.Clone(w.in.Notes)
	for _, d := range docs {
		out.Notes = append(out.Notes, cube.Text{SV: d.Title.SV + ": " + d.Text.SV, EN: d.Title.EN + ": " + d.Text.EN})
	}
	out.Lineage = w.in.Lineage.Merge(cube.Lineage{Steps: []string{w.def.step()}})
	for _, warning := range append(slices.Clone(w.in.Warnings), w.warnings()...) {
		out.Warn(warning)
	}
	return out, nil
}

// step is the definition in one line of lineage.
func (d Definition) step() string {
	s := fmt.Sprintf("areatype: %s %s, weighting %s, divisor %s, tie %s, multiples %v", d.Name, d.Version, d.Weighting, d.Divisor, d.Tie, d.Multiples)
	if n := d.Rounding.Components; n != nil {
		s += fmt.Sprintf(", components rounded to %d", *n)
	}
	if n := d.Rounding.Index; n != nil {
		s += fmt.Sprintf(", index rounded to %d", *n)
	}
	switch b := d.Base; {
	case b.Year != "":
		s += ", m and s of " + b.Year
	case b.Mean != nil:
		s += fmt.Sprintf(", m %v and s %v given", *b.Mean, *b.SD)
	}
	return s
}

func (w *worker) warnings() []cube.Warning {
	var out []cube.Warning
	switch b := w.def.Base; {
	case b.Year != "":
		out = append(out, cube.Warning{Code: "areatype-base-year", Text: cube.Text{
			SV: fmt.Sprintf("Områdestyperna bygger på medelvärde och standardavvikelse %s för alla år och är därför inte de officiella.", b.Year),
			EN: fmt.Sprintf("The types use the mean and standard deviation of %s for all years and so are not the official ones.", b.Year)}})
	case b.Mean != nil:
		out = append(out, cube.Warning{Code: "areatype-given-moments", Text: cube.Text{
			SV: fmt.Sprintf("Områdestyperna bygger på ett givet medelvärde, %v, och en given standardavvikelse, %v.", *b.Mean, *b.SD),
			EN: fmt.Sprintf("The types use a given mean, %v, and a given standard deviation, %v.", *b.Mean, *b.SD)}})
	default:
		out = append(out, cube.Warning{Code: "areatype-relative", Text: cube.Text{
			SV: "Områdestypen är ett läge bland årets områden, inte en nivå. Den kan ändras utan att området har ändrats; visa den tillsammans med indexet.",
			EN: "The area type is a place among the areas of the year, not a level. It can change though the area has not; show it together with the index."}})
	}
	left, ties := 0, 0
	var none []string
	for _, y := range w.years {
		left += len(y.LeftOut)
		if y.NoCut != nil {
			none = append(none, cmp.Or(y.Name, "-"))
			continue
		}
		ties += len(y.Cut.OnCut)
	}
	if left > 0 {
		out = append(out, cube.Warning{Code: "areatype-left-out", Text: cube.Text{
			SV: fmt.Sprintf("%d områdesår saknar index eftersom en delindikator saknas; de ingår inte i medelvärde och standardavvikelse.", left),
			EN: fmt.Sprintf("%d area-years have no index since a component is missing; they are not in the mean and standard deviation.", left)}})
	}
	if ties > 0 {
		out = append(out, cube.Warning{Code: "areatype-on-cut", Text: cube.Text{
			SV: fmt.Sprintf("%d områdesår ligger exakt på en typgräns; definitionen avgör deras typ.", ties),
			EN: fmt.Sprintf("%d area-years lie exactly on a cut; the definition decides their type.", ties)}})
	}
	if len(none) > 0 {
		out = append(out, cube.Warning{Code: "areatype-no-cut", Text: cube.Text{
			SV: "Inga typer kan bildas eftersom alla områden har samma index eller är för få: " + strings.Join(none, ", ") + ".",
			EN: "No types can be formed since all areas have the same index or are too few: " + strings.Join(none, ", ") + "."}})
	}
	d := w.in.Dims()[w.frame.area]
	var outside []string
	for _, y := range w.years {
		if year, err := strconv.Atoi(y.Name); err == nil && area.CheckYear(area.ID{Kind: area.Kind(d.Kind), Vintage: d.Vintage}, year) != nil {
			outside = append(outside, y.Name)
		}
	}
	if len(outside) > 0 {
		out = append(out, cube.Warning{Code: "areatype-vintage-year", Text: cube.Text{
			SV: fmt.Sprintf("SCB publicerar inte %s för indelningen från %s; områdena kan avse annan mark.", strings.Join(outside, ", "), d.Vintage),
			EN: fmt.Sprintf("SCB does not publish %s on the %s vintage of the division; the areas may mean other ground.", strings.Join(outside, ", "), d.Vintage)}})
	}
	if d.Kind != string(area.RegSO) {
		out = append(out, cube.Warning{Code: "areatype-not-regso", Text: cube.Text{
			SV: "Indexet är definierat för RegSO; för en annan områdesindelning är typerna inte de officiella.",
			EN: "The index is defined for RegSO; for another division the types are not the official ones."}})
	}
	return out
}

// Summary is a cube of what the cuts of each year are made of: the mean and standard deviation, the lower border of Type1 to Type4, and
// how many areas there are with and without an index. A year without cuts has only the counts.
func (r *Result) Summary() (*cube.Cube, error) {
	year := cube.Dimension{Name: "year", Title: cube.Text{SV: "År", EN: "Year"}, Role: cube.Time}
	for _, d := range r.Cube.Dims() {
		if d.Role == cube.Time {
			year.Name, year.Title = d.Name, d.Title
		}
	}
	areas := cube.Text{SV: "områden", EN: "areas"}
	points := cube.Text{SV: "indexenheter", EN: "index points"}
	measures := []cube.Measure{
		{Name: "NAreas", Title: cube.Text{SV: "Områden med index", EN: "Areas with an index"}, Unit: areas, Kind: cube.Count},
		{Name: "NLeftOut", Title: cube.Text{SV: "Områden utan index", EN: "Areas without an index"}, Unit: areas, Kind: cube.Count},
		{Name: "Mean", Title: cube.Text{SV: "Medelvärde m", EN: "Mean m"}, Unit: points, Kind: cube.Value, Decimals: 2},
		{Name: "SD", Title: cube.Text{SV: "Standardavvikelse s", EN: "Standard deviation s"}, Unit: points, Kind: cube.Value, Decimals: 2},
	}
	for _, t := range Types()[:NTypes-1] {
		measures = append(measures, cube.Measure{Name: "Cut" + t.String(), Unit: points, Kind: cube.Value, Decimals: 2,
			Title: cube.Text{SV: "Undre gräns för typ " + t.Code(), EN: "Lower border of type " + t.Code()}})
	}
	for _, y := range r.Years {
		member := cube.Member{Code: y.Name, Label: cube.Same(y.Name)}
		if y.Name == "" {
			member = cube.Member{Code: cube.Total, Label: cube.TotalLabel}
		}
		year.Members = append(year.Members, member)
	}
	b := cube.NewBuilder(r.Cube.Name+"_summary", []cube.Dimension{year}, measures)
	for i, y := range r.Years {
		cells := make([]cube.Cell, len(measures))
		cells[0], cells[1] = cube.KnownCell(float64(len(y.Codes))), cube.KnownCell(float64(len(y.LeftOut)))
		for k := 2; k < len(cells); k++ {
			cells[k].Status = cube.NotApplicable
		}
		if y.Cut != nil {
			cells[2], cells[3] = cube.KnownCell(y.Cut.Moments.Mean), cube.KnownCell(y.Cut.Moments.SD)
			for k, v := range y.Cut.Cuts {
				cells[4+k] = cube.KnownCell(v)
			}
		}
		b.Add([]int32{int32(i)}, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Gränser mellan områdestyper", EN: "Cuts between area types"}
	out.Lineage, out.Warnings = r.Cube.Lineage.Merge(cube.Lineage{}), slices.Clone(r.Cube.Warnings)
	return out, nil
}
