package segregation

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/skikt/skikt/cube"
)

// A figure is a number that a breakdown gives for each of its rows.
type figure struct {
	name  string
	title cube.Text
}

// A breakdown is segregation in parts: by unit, by group, by level. Its rows are members of its own dimensions, beside those that are neither units nor groups.
type breakdown struct {
	dims    []cube.Dimension
	figures []figure
	keys    func(p *place) [][]int32                                                    // the rows of a place, known without its counts
	of      func(p *place, t *Table, l *land) (func(t *Table, values []float64), error) // fills the figures row by row
	base    func(p *place, t *Table) []float64                                          // persons behind each row
	notes   []cube.Text
	ground  bool           // needs the land
	digits  map[string]int // decimals of figures that take others than 3
	// bound bounds the figures, row by row, where counts are hidden, rounded or perturbed.
	bound func(p *place, t IntervalTable, l *land) ([]BoundedMeasure, error)
}

// breakDown computes a breakdown of every place, with each figure corrected for small numbers where persons are drawn again.
func (q Question) breakDown(c *cube.Cube, f frame, b breakdown) (*cube.Cube, error) {
	places := f.places(c)
	q.ranged = carried(places)
	if b.ground {
		if q.Ground == nil {
			return nil, fmt.Errorf("segregation: cube %s: it needs the borders of the units", c.Name)
		}
		if err := q.Ground.check(c, f, places); err != nil {
			return nil, err
		}
	}
	var measures []cube.Measure
	for _, g := range b.figures {
		digits, ok := b.digits[g.name]
		if !ok {
			digits = 3
		}
		measures = append(measures, cube.Measure{Name: g.name, Title: g.title, Kind: cube.Value, Decimals: digits})
		if q.Persons.N > 0 {
			measures = append(measures, cube.Measure{Name: g.name + corrected, Kind: cube.Value, Decimals: digits,
				Title: cube.Text{SV: g.title.SV + ", rättat för små tal", EN: g.title.EN + ", corrected for small numbers"}})
		}
	}
	out := cube.NewBuilder(c.Name, slices.Concat(f.others, b.dims), measures)
	var seen tally
	for _, p := range places {
		keys := b.keys(p)
		if len(keys) == 0 {
			continue
		}
		cells := make([]cube.Cell, len(keys)*len(measures))
		if p.state != cube.Known {
			for i := range cells {
				cells[i].Status = p.state
			}
		} else if err := q.breakPlace(c, f, b, p, cells, &seen.undefined); err != nil {
			return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
		}
		if p.state != cube.Known || p.loose(q) {
			if q.Persons.N > 0 {
				seen.undrawn++
			}
			if err := q.boundParts(c, f, b, p, cells, &seen); err != nil {
				return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
			}
		}
		for k, key := range keys {
			out.Add(slices.Concat(p.at, key), cells[k*len(measures):][:len(measures)]...)
		}
	}
	result, err := out.Cube()
	if err != nil {
		return nil, err
	}
	result.Title = c.Title
	plain := q
	plain.Null, plain.Ground, plain.Uncertainty = "", nil, ByPersons // which breakdowns state themselves
	result.Notes = slices.Concat(c.Notes, plain.notes(c.Dim(q.Units).Title), b.notes)
	result.Warnings = append(slices.Clone(c.Warnings), seen.warnings(len(places))...)
	result.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"segregation over " + q.Units + " by " + q.Groups + ", in parts"}})
	return result, nil
}

// boundParts bounds the figures of each row where counts are hidden or changed.
func (q Question) boundParts(c *cube.Cube, f frame, b breakdown, p *place, cells []cube.Cell, seen *tally) error {
	t := p.intervals(f, q)
	if t == nil {
		return nil
	}
	var l *land
	if b.ground {
		var err error
		if l, err = q.ground(c, f, p); err != nil {
			return err
		}
	}
	bounds, err := b.bound(p, *t, l)
	if err != nil {
		return err
	}
	seen.bound(cells, bounds, b.figures, p.state != cube.Known)
	return nil
}

// bound puts bounds into the cells of one row after the other, each figure's perhaps with a corrected one beside it, and keeps count.
func (s *tally) bound(cells []cube.Cell, bounds []BoundedMeasure, figures []figure, hidden bool) {
	each, some := len(cells)/len(bounds), false
	for i, x := range bounds {
		cell, whole := boundedCell(cells[i*each], x)
		if cells[i*each] = cell; whole && cell.Status != cube.NotApplicable {
			g := figures[i%len(figures)]
			s.wide(cube.Doc{Name: g.name, Title: g.title})
		}
		some = some || !whole
	}
	if some && hidden {
		s.bounded++
	}
}

func (q Question) breakPlace(c *cube.Cube, f frame, b breakdown, p *place, cells []cube.Cell, undefined *int) error {
	t, err := p.table(f)
	if err != nil {
		return err
	}
	var l *land
	if b.ground {
		units := make([]int, len(p.order))
		for i, u := range p.order {
			units[i] = f.member(u)
		}
		if l, err = q.Ground.land(c.Dim(q.Units), units, t.units); err != nil {
			return err
		}
	}
	of, err := b.of(p, t, l)
	if err != nil {
		return err
	}
	each := 1
	if q.Persons.N > 0 {
		each = 2
	}
	values, base := make([]float64, len(cells)/each), b.base(p, t)
	of(t, values)
	for i, v := range values {
		cells[i*each] = defined(v, cube.Num(base[i/len(b.figures)]))
	}
	if each == 1 {
		return nil
	}
	if t.Total() == 0 {
		for i := range values {
			cells[i*each+1].Status = cube.NotApplicable
		}
		return nil
	}
	estimates, err := BootstrapProfile(t, q.Persons, Persons, Profile{len(values), of})
	if err != nil {
		return err
	}
	some := false
	for i, e := range estimates {
		cells[i*each+1] = within(e.Corrected, e.Lo, e.Hi, cube.Num(base[i/len(b.figures)]))
		some = some || e.Undefined > 0 && !math.IsNaN(e.Value)
	}
	if some {
		*undefined++
	}
	return nil
}

// table is the counts of a place.
func (p *place) table(f frame) (*Table, error) {
	n := make([]float64, 0, len(p.order)*len(f.members))
	for _, unit := range p.order {
		n = append(n, p.counts[unit]...)
	}
	return NewTable(len(p.order), len(f.members), n)
}

// asked keeps the figures whose names are in Question.Measures; all of them when none are named.
func (q Question) asked(figures []figure, kind string) (keep []int, err error) {
	for i, g := range figures {
		if len(q.Measures) == 0 || slices.Contains(q.Measures, "all") || slices.Contains(q.Measures, g.name) {
			keep = append(keep, i)
		}
	}
	for _, name := range q.Measures {
		if name != "all" && !slices.ContainsFunc(figures, func(g figure) bool { return g.name == name }) {
			var list []string
			for _, g := range figures {
				list = append(list, g.name)
			}
			return nil, fmt.Errorf("segregation: there is no measure %q by %s; there are %v", name, kind, list)
		}
	}
	return keep, nil
}

// contributionFigures are a unit's or group's part in M.
var contributionFigures = []figure{
	{"SharePersons", cube.Text{SV: "Andel av alla personer", EN: "Share of all persons"}},
	{"Contribution", cube.Text{SV: "Bidrag till M", EN: "Contribution to M"}},
	{"ContributionShare", cube.Text{SV: "Bidrag, andel av M", EN: "Contribution, share of M"}},
}

func contributionValues(list []Contribution) [][]float64 {
	out := make([][]float64, 3)
	for _, x := range list {
		out[0], out[1], out[2] = append(out[0], x.P), append(out[1], x.Part), append(out[2], x.Share)
	}
	return out
}

// UnitCube is the local measures of each unit, and what it contributes to M: the cube's units, by its other dimensions. With a Ground and two groups also local centralisation
// within the bandwidth of Ground.Around and the distortion coefficient. Question.Measures may name some of them.
func UnitCube(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	var figures []figure
	var of []columnsOf
	for _, m := range PerUnit() {
		figures = append(figures, figure{m.Name, m.Title})
		of = append(of, columnsOf{1, func(t *Table, _ *land) [][]float64 { return [][]float64{m.Of(t)} }})
	}
	figures = append(figures, contributionFigures...)
	of = append(of, columnsOf{3, func(t *Table, _ *land) [][]float64 { return contributionValues(UnitContributions(t)) }})
	if q.Ground.mapped() {
		d, _ := Lookup("Distortion")
		figures = append(figures, figure{d.Name, d.Title})
		of = append(of, columnsOf{1, func(t *Table, l *land) [][]float64 {
			x, err := Distortion(t, l.space, SameValue)
			if err != nil {
				return [][]float64{notNumbers(t.Units)}
			}
			return [][]float64{x.Local}
		}})
	}
	if q.Ground.mapped() && len(f.members) == 2 {
		d, _ := Lookup("LocalCentralisation")
		figures = append(figures, figure{d.Name, d.Title})
		of = append(of, columnsOf{1, func(t *Table, l *land) [][]float64 {
			x, err := LocalCentralisation(t.Column(0), t.Column(1), l.space, q.Ground.Around.Bandwidth, SameValue)
			if err != nil {
				x = notNumbers(t.Units)
			}
			return [][]float64{x}
		}})
	}
	return q.perMember(c, f, figures, of, *c.Dim(q.Units), "unit", func(p *place) [][]int32 {
		var keys [][]int32
		for _, u := range p.order {
			keys = append(keys, []int32{int32(u)})
		}
		return keys
	}, func(_ *place, t *Table) []float64 { return t.units }, func(t IntervalTable, l *land) (map[string][]BoundedMeasure, error) {
		if l == nil {
			return boundUnits(t, nil, 0)
		}
		return boundUnits(t, l, q.Ground.Around.Bandwidth)
	})
}

// DivergenceCube is the divergence profile from one unit, by its code ([DivergenceProfile]): for each unit of its place how far away it lies, and how many persons have been met and how far
// they are from the whole when it is taken in. Units without persons have no value. It needs a Ground.
func DivergenceCube(c *cube.Cube, q Question, from string) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	start := c.Dim(q.Units).Index(from)
	if start < 0 {
		return nil, fmt.Errorf("segregation: cube %s has no %s %q to start in", c.Name, q.Units, from)
	}
	if q.Ground != nil && !q.Ground.mapped() {
		return nil, fmt.Errorf("segregation: cube %s: a divergence profile needs the borders of the units", c.Name)
	}
	d := mustDoc("DivergenceProfile")
	return q.breakDown(c, f, breakdown{dims: []cube.Dimension{*c.Dim(q.Units)}, ground: true, digits: map[string]int{"Distance": 0, "PersonsMet": 0},
		figures: []figure{{"Distance", cube.Text{SV: "Avstånd, meter", EN: "Distance, metres"}}, {"PersonsMet", cube.Text{SV: "Personer mötta", EN: "Persons met"}}, {d.Name, d.Title}},
		notes:   []cube.Text{{SV: "Profilen börjar i " + from + " och tar in enheterna efter avstånd.", EN: "The profile starts in " + from + " and takes in units by distance."}},
		keys: func(p *place) [][]int32 {
			if !slices.ContainsFunc(p.order, func(u int) bool { return f.member(u) == start }) {
				return nil
			}
			var keys [][]int32
			for _, u := range p.order {
				keys = append(keys, []int32{int32(u)})
			}
			return keys
		},
		base: func(_ *place, t *Table) []float64 { return t.units },
		bound: func(p *place, t IntervalTable, l *land) ([]BoundedMeasure, error) {
			return boundProfile(t, l.space, slices.IndexFunc(p.order, func(u int) bool { return f.member(u) == start }))
		},
		of: func(p *place, _ *Table, l *land) (func(*Table, []float64), error) {
			at := slices.IndexFunc(p.order, func(u int) bool { return f.member(u) == start })
			return func(t *Table, values []float64) {
				steps, err := DivergenceProfile(t, l.space, at, SameValue)
				for i := range t.Units {
					row := values[3*i : 3*i+3]
					copy(row, notNumbers(3))
					away := math.Hypot(l.space.x[i]-l.space.x[at], l.space.y[i]-l.space.y[at])
					k := slices.IndexFunc(steps, func(s DivergenceStep) bool { return s.Distance >= away })
					if err == nil && k >= 0 && t.units[i] > 0 {
						row[0], row[1], row[2] = away, steps[k].Persons, steps[k].Divergence
					}
				}
			}, nil
		}})
}

func notNumbers(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}

// columnsOf computes some columns together, one number a row.
type columnsOf struct {
	count int
	of    func(*Table, *land) [][]float64
}

// perMember is a breakdown whose figures are columns in that order; columns that nobody asked for are not computed.
func (q Question) perMember(c *cube.Cube, f frame, figures []figure, of []columnsOf, dim cube.Dimension, kind string,
	keys func(*place) [][]int32, base func(*place, *Table) []float64, bound func(IntervalTable, *land) (map[string][]BoundedMeasure, error)) (*cube.Cube, error) {
	keep, err := q.asked(figures, kind)
	if err != nil {
		return nil, err
	}
	var kept []figure
	for _, k := range keep {
		kept = append(kept, figures[k])
	}
	b := breakdown{dims: []cube.Dimension{dim}, figures: kept, keys: keys, base: base, ground: q.Ground.mapped(), digits: map[string]int{}}
	for _, g := range contributionFigures {
		b.digits[g.name] = 2 + len(strconv.Itoa(len(dim.Members))) // one of 6,000 units has a share of 0.0002
	}
	b.of = func(p *place, _ *Table, l *land) (func(*Table, []float64), error) {
		return func(t *Table, values []float64) {
			columns := make([][]float64, 0, len(figures))
			for _, g := range of {
				more := make([][]float64, g.count)
				if from := len(columns); slices.ContainsFunc(keep, func(k int) bool { return k >= from && k < from+g.count }) {
					more = g.of(t, l)
				}
				columns = append(columns, more...)
			}
			for i := range len(values) / len(keep) {
				for j, k := range keep {
					values[i*len(keep)+j] = columns[k][i]
				}
			}
		}, nil
	}
	b.bound = func(p *place, t IntervalTable, l *land) ([]BoundedMeasure, error) {
		of, err := bound(t, l)
		if err != nil {
			return nil, err
		}
		return rowByRow(of, kept, len(keys(p))), nil
	}
	return q.breakDown(c, f, b)
}

// GroupCube is each group's local segregation, isolation and contribution to M, by the cube's other dimensions.
func GroupCube(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	group, isolation := mustDoc("GroupInformation"), mustDoc("Isolation")
	figures := append([]figure{{group.Name, group.Title}, {isolation.Name, isolation.Title}}, contributionFigures...)
	q.Ground = nil
	return q.perMember(c, f, figures, []columnsOf{
		{2, func(t *Table, _ *land) [][]float64 { return [][]float64{GroupInformation(t), Isolations(t)} }},
		{3, func(t *Table, _ *land) [][]float64 { return contributionValues(GroupContributions(t)) }},
	}, *c.Dim(q.Groups), "group", f.groupKeys, func(_ *place, t *Table) []float64 { return t.groups },
		func(t IntervalTable, _ *land) (map[string][]BoundedMeasure, error) { return boundGroups(t) })
}

func mustDoc(name string) cube.Doc {
	d, ok := Lookup(name)
	if !ok {
		panic("segregation: no documentation value of " + name)
	}
	return d
}

// columns are the members in the order of the table's columns.
func (f frame) columns() []int32 {
	out := make([]int32, len(f.members))
	for member, column := range f.members {
		out[column] = int32(member)
	}
	return out
}

func (f frame) groupKeys(*place) [][]int32 {
	var keys [][]int32
	for _, m := range f.columns() {
		keys = append(keys, []int32{m})
	}
	return keys
}

// QuotientCube is the location quotient of every group in every unit.
func QuotientCube(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	d := mustDoc("LocationQuotients")
	columns := f.columns()
	return q.breakDown(c, f, breakdown{dims: []cube.Dimension{*c.Dim(q.Units), *c.Dim(q.Groups)}, figures: []figure{{"LocationQuotient", d.Title}},
		keys: func(p *place) [][]int32 {
			var keys [][]int32
			for _, u := range p.order {
				for _, m := range columns {
					keys = append(keys, []int32{int32(u), m})
				}
			}
			return keys
		},
		of: func(*place, *Table, *land) (func(*Table, []float64), error) {
			return func(t *Table, values []float64) {
				for i, row := range LocationQuotients(t) {
					copy(values[i*t.Groups:], row)
				}
			}, nil
		},
		base: func(_ *place, t *Table) []float64 {
			var base []float64
			for i := range t.Units {
				base = append(base, slices.Repeat([]float64{t.units[i]}, t.Groups)...)
			}
			return base
		},
		bound: func(_ *place, t IntervalTable, _ *land) ([]BoundedMeasure, error) { return boundQuotients(t) }})
}

// ExposureCube is the exposure of every group to every group, itself included, and with a Ground the spatial exposure: the second dimension, named as the groups with _other
// behind, is the group that is met.
func ExposureCube(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	other := *c.Dim(q.Groups)
	other.Name += otherName
	other.Title = cube.Text{SV: "Möter: " + other.Title.SV, EN: "Meets: " + other.Title.EN}
	d, columns := mustDoc("ExposureMatrix"), f.columns()
	b := breakdown{dims: []cube.Dimension{*c.Dim(q.Groups), other}, figures: []figure{{"Exposure", d.Title}}, ground: q.Ground != nil}
	if q.Ground != nil {
		spatial := mustDoc("SpatialExposure")
		b.figures = append(b.figures, figure{spatial.Name, spatial.Title})
		b.notes = []cube.Text{{SV: "Kärna för omgivningar: " + q.Ground.Around.String() + ".", EN: "Kernel of surroundings: " + q.Ground.Around.String() + "."}}
	}
	b.bound = func(_ *place, t IntervalTable, l *land) ([]BoundedMeasure, error) { return boundMeetings(t, l) }
	b.keys = func(*place) [][]int32 {
		var keys [][]int32
		for _, m := range columns {
			for _, o := range columns {
				keys = append(keys, []int32{m, o})
			}
		}
		return keys
	}
	b.base = func(_ *place, t *Table) []float64 {
		var base []float64
		for g := range t.Groups {
			base = append(base, slices.Repeat([]float64{t.groups[g]}, t.Groups)...)
		}
		return base
	}
	b.of = func(_ *place, _ *Table, l *land) (func(*Table, []float64), error) {
		return func(t *Table, values []float64) {
			var s *Surface
			if l != nil {
				s, _ = Smooth(t, l.ways, l.Around) // checked before: it does not fail here
			}
			for g, row := range ExposureMatrix(t) {
				for h, v := range row {
					at := (g*t.Groups + h) * len(b.figures)
					if values[at] = v; len(b.figures) > 1 {
						values[at+1] = math.NaN()
						if s != nil {
							values[at+1] = s.Exposure(g, h)
						}
					}
				}
			}
		}, nil
	}
	return q.breakDown(c, f, b)
}

const otherName = "_other"

// LevelCube parts M and H over nested levels ([Nested]): levels are dimensions of the cube that the units lie in, coarsest first, such as län and kommun. The result has the dimension
// level, whose members are the levels and last the units themselves.
func LevelCube(c *cube.Cube, q Question, levels ...string) (*cube.Cube, error) {
	f, err := q.frame(c, levels...)
	if err != nil {
		return nil, err
	}
	dim := cube.Dimension{Name: "level", Title: cube.Text{SV: "Nivå", EN: "Level"}, Role: cube.Group}
	for _, name := range append(slices.Clone(levels), q.Units) {
		dim.Members = append(dim.Members, cube.Member{Code: name, Label: c.Dim(name).Title})
	}
	return q.breakDown(c, f, breakdown{dims: []cube.Dimension{dim},
		figures: []figure{
			{"PartM", cube.Text{SV: "Nivåns del av M", EN: "The level's part of M"}}, {"PartH", cube.Text{SV: "Nivåns del av H", EN: "The level's part of H"}},
			{"PartShare", cube.Text{SV: "Nivåns andel", EN: "The level's share"}},
		},
		notes: []cube.Text{{
			SV: "Delarna läggs ihop till hela värdet: mellan områden på den grövsta nivån, sedan inom dem på nästa. H:s delar delas med hela tabellens entropi.",
			EN: "The parts add up to the whole: between areas of the coarsest level, then within them at the next. Parts of H are divided by the entropy of the whole."}},
		keys: func(*place) [][]int32 {
			var keys [][]int32
			for k := range dim.Members {
				keys = append(keys, []int32{int32(k)})
			}
			return keys
		},
		of: func(p *place, _ *Table, _ *land) (func(*Table, []float64), error) {
			at := f.levelsOf(p)
			return func(t *Table, values []float64) {
				parts, err := Nested(t, at...)
				if err != nil {
					copy(values, notNumbers(len(values)))
					return
				}
				for k, x := range parts {
					values[3*k], values[3*k+1], values[3*k+2] = x.M, x.H, x.Share
				}
			}, nil
		},
		base: func(_ *place, t *Table) []float64 { return slices.Repeat([]float64{t.total}, len(dim.Members)) },
		bound: func(p *place, t IntervalTable, _ *land) ([]BoundedMeasure, error) {
			return boundNested(t, f.levelsOf(p))
		}})
}

// levelsOf are the members of each level that the units of a place lie in.
func (f frame) levelsOf(p *place) [][]int {
	at := make([][]int, len(f.levels))
	for k := range at {
		for _, u := range p.order {
			at[k] = append(at[k], f.level(u, k))
		}
	}
	return at
}

// StratumCube is M and H within each member of a dimension that the units lie in, and what each gives to M and H within all ([Within]).
func StratumCube(c *cube.Cube, q Question, strata string) (*cube.Cube, error) {
	f, err := q.frame(c, strata)
	if err != nil {
		return nil, err
	}
	numbers := func(p *place) []int { order, _ := decomposeGroup(f.levelsOf(p)[0]); return order }
	return q.breakDown(c, f, breakdown{dims: []cube.Dimension{*c.Dim(strata)},
		figures: []figure{
			{"SharePersons", cube.Text{SV: "Andel av alla personer", EN: "Share of all persons"}},
			{"M", cube.Text{SV: "M inom delen", EN: "M within the part"}}, {"H", cube.Text{SV: "H inom delen", EN: "H within the part"}},
			{"PartM", cube.Text{SV: "Bidrag till M inom delar", EN: "Contribution to M within parts"}}, {"PartH", cube.Text{SV: "Bidrag till H inom delar", EN: "Contribution to H within parts"}},
		},
		notes: []cube.Text{{
			SV: "Bidragen läggs ihop till M och H inom delar. Vikten för H är befolkningsandelen gånger entropikvoten.",
			EN: "Contributions add up to M and H within parts. The weight of H is the share of persons times the ratio of entropies."}},
		keys: func(p *place) [][]int32 {
			var keys [][]int32
			for _, n := range numbers(p) {
				keys = append(keys, []int32{int32(n)})
			}
			return keys
		},
		of: func(p *place, _ *Table, _ *land) (func(*Table, []float64), error) {
			at := f.levelsOf(p)[0]
			return func(t *Table, values []float64) {
				parts, err := Within(t, at)
				if err != nil {
					copy(values, notNumbers(len(values)))
					return
				}
				for k, s := range parts {
					copy(values[5*k:], []float64{s.P, s.M, s.H, s.PartM, s.PartH})
				}
			}, nil
		},
		base: func(p *place, t *Table) []float64 {
			_, rows := decomposeGroup(f.levelsOf(p)[0])
			var base []float64
			for _, n := range numbers(p) {
				s := 0.0
				for _, i := range rows[n] {
					s += t.units[i]
				}
				base = append(base, s)
			}
			return base
		},
		bound: func(p *place, t IntervalTable, _ *land) ([]BoundedMeasure, error) {
			return boundStrata(t, f.levelsOf(p)[0])
		}})
}

// ScaleCube is the spatial measures of Reardon and O'Sullivan at several bandwidths (m, rising): the dimension bandwidth. The kernel is Ground.Around with its bandwidth replaced.
func ScaleCube(c *cube.Cube, q Question, bandwidths []float64) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	if q.Ground == nil {
		return nil, fmt.Errorf("segregation: cube %s: a profile over bandwidths needs the borders of the units", c.Name)
	}
	dim := cube.Dimension{Name: "bandwidth", Title: cube.Text{SV: "Bandbredd, m", EN: "Bandwidth, m"}, Role: cube.Group}
	if len(bandwidths) == 0 {
		return nil, fmt.Errorf("segregation: cube %s: a profile of no bandwidths", c.Name)
	}
	for i, h := range bandwidths {
		if !(h > 0) || math.IsInf(h, 1) || i > 0 && h <= bandwidths[i-1] {
			return nil, fmt.Errorf("segregation: bandwidths %v; give metres above 0, rising", bandwidths)
		}
		dim.Members = append(dim.Members, cube.Member{Code: strconv.FormatFloat(h, 'f', -1, 64), Label: cube.Same(strconv.FormatFloat(h, 'f', -1, 64))})
	}
	all := []string{"SpatialDissimilarity", "SpatialTheilH", "SpatialRelativeDiversity"}
	of := []func(*Surface) float64{(*Surface).Dissimilarity, (*Surface).TheilH, (*Surface).RelativeDiversity}
	var figures []figure
	for _, name := range all {
		figures = append(figures, figure{name, mustDoc(name).Title})
	}
	keep, err := q.asked(figures, "scale")
	if err != nil {
		return nil, err
	}
	b := breakdown{dims: []cube.Dimension{dim}, ground: true,
		notes: []cube.Text{{SV: fmt.Sprintf("Kärna för omgivningar: %s, %s.", q.Ground.Around.Shape, q.Ground.Around.Own), EN: fmt.Sprintf("Kernel of surroundings: %s, %s.", q.Ground.Around.Shape, q.Ground.Around.Own)}},
		keys: func(*place) [][]int32 {
			var keys [][]int32
			for k := range bandwidths {
				keys = append(keys, []int32{int32(k)})
			}
			return keys
		},
		of: func(_ *place, _ *Table, l *land) (func(*Table, []float64), error) {
			kernels := l.Around.over(bandwidths)
			return func(t *Table, values []float64) {
				surfaces, err := smooth(t, l.ways, kernels...)
				for k := range kernels {
					for j, m := range keep {
						if values[k*len(keep)+j] = math.NaN(); err == nil {
							values[k*len(keep)+j] = of[m](surfaces[k])
						}
					}
				}
			}, nil
		},
		base: func(_ *place, t *Table) []float64 { return slices.Repeat([]float64{t.total}, len(bandwidths)) }}
	for _, k := range keep {
		b.figures = append(b.figures, figures[k])
	}
	b.bound = func(_ *place, t IntervalTable, l *land) ([]BoundedMeasure, error) {
		return boundScales(t, l, bandwidths, b.figures)
	}
	return q.breakDown(c, f, b)
}

// MergeCube is how M falls as units are merged with the least loss ([Compress]), all pairs allowed: the dimension units, how many are left. It has no intervals.
func MergeCube(c *cube.Cube, q Question) (*cube.Cube, error) {
	f, err := q.frame(c)
	if err != nil {
		return nil, err
	}
	most := 0
	for _, p := range f.places(c) {
		most = max(most, len(p.order))
	}
	if most > mergeMost {
		return nil, fmt.Errorf("segregation: cube %s: %d units to merge; all pairs of more than %d take too much memory", c.Name, most, mergeMost)
	}
	dim := cube.Dimension{Name: "units_left", Title: cube.Text{SV: "Enheter kvar", EN: "Units left"}, Role: cube.Group}
	for n := most; n > 0; n-- {
		dim.Members = append(dim.Members, cube.Member{Code: strconv.Itoa(n), Label: cube.Same(strconv.Itoa(n))})
	}
	q.Persons = Draws{}
	return q.breakDown(c, f, breakdown{dims: []cube.Dimension{dim},
		figures: []figure{{"Loss", cube.Text{SV: "Förlust av M", EN: "Loss of M"}}, {"M", cube.Text{SV: "M därefter", EN: "M afterwards"}}, {"Kept", cube.Text{SV: "Andel av M kvar", EN: "Share of M kept"}}},
		keys: func(p *place) [][]int32 {
			var keys [][]int32
			for n := p.filled() - 1; n > 0; n-- {
				keys = append(keys, []int32{int32(most - n)})
			}
			return keys
		},
		of: func(*place, *Table, *land) (func(*Table, []float64), error) {
			return func(t *Table, values []float64) {
				copy(values, notNumbers(len(values)))
				merged, err := Compress(t, Compression{})
				if err != nil {
					return
				}
				for k, s := range merged.Steps {
					copy(values[3*k:], []float64{s.Loss, s.M, s.Kept})
				}
			}, nil
		},
		base: func(p *place, t *Table) []float64 { return slices.Repeat([]float64{t.total}, max(0, p.filled()-1)) },
		bound: func(p *place, t IntervalTable, _ *land) ([]BoundedMeasure, error) {
			return boundMerges(t, p.filled()-1)
		}})
}

// mergeMost is how many units a cube of merges takes.
const mergeMost = 3000

// filled is how many units of a place have persons, or may have.
func (p *place) filled() int {
	n := 0
	for unit, counts := range p.counts {
		for g, v := range counts {
			if _, hidden := p.hidden[[2]int{unit, g}]; hidden || v > 0 {
				n++
				break
			}
		}
	}
	return n
}
