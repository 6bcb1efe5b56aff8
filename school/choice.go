package school

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/internal/num"
	"github.com/skikt/skikt/segregation"
)

// A Choice is what is known of pupils, their homes and the schools they could go to.
type Choice struct {
	ID        []string // of the pupil: decides equal distances
	Home      []Point  // of each pupil; meaningless where HomeKnown is false
	HomeKnown []bool
	Attends   *Category // school
	Group     *Category // of which Member is measured against all others
	Member    string
	Kommun    *Category // what is measured within
	Year      *Category
	Stage     *Category // pupils compete for the schools of their own stage; nil when any school takes them

	Schools []Place
	Reach   map[[2]string]float64 // supplied distance by pupil and school id, in place of the straight line: a pair that is not there can't be reached
}

// A Place is a school that can be gone to.
type Place struct {
	Code     string
	At       Point
	AtKnown  bool
	Capacity int    // places; below 0 when not known
	Year     string // "" for every year
	Stage    string // "" for every stage
}

// A ChoiceQuestion says what is compared.
type ChoiceQuestion struct {
	Capacities    bool // also place pupils by deferred acceptance
	LeastDistance bool // also by least total distance, for few pupils and schools
	Draws         int  // of pupils anew, for intervals; none when 0
	Seed          uint64
}

// scenarios in the order of their members.
const (
	actual = iota
	nearestSchool
	deferredSchool
	leastSchool
)

var scenarioMembers = []cube.Member{
	{Code: "actual", Label: cube.Text{SV: "Skolan eleven går i", EN: "The school attended"}},
	{Code: "nearest", Label: cube.Text{SV: "Närmaste skola", EN: "Nearest school"}},
	{Code: "deferred", Label: cube.Text{SV: "Närmast med antal platser", EN: "By distance with capacities"}},
	{Code: "least", Label: cube.Text{SV: "Minsta sammanlagda avstånd", EN: "Least total distance"}},
}

// ChoiceCube compares segregation as it is with what it would be if all went to the nearest school, by kommun and year: what is there under the nearest school is the residential part, the rest
// the part of choice. Both are of the same pupils: those with a known home, school and group. The counterfactual is one of distance alone; it does not tell why pupils go where
// they go, and if schools' places were given so, homes might change. Measures are not applicable where the group or the others have nobody. Intervals come from drawing pupils
// anew; they are of the difference too, since the same draw serves both.
func ChoiceCube(c Choice, q ChoiceQuestion) (*cube.Cube, error) {
	n := len(c.ID)
	if c.Attends == nil || c.Group == nil || len(c.Home) != n || len(c.HomeKnown) != n || len(c.Attends.Of) != n || len(c.Group.Of) != n {
		return nil, errors.New("school: choice takes id, home, school and group of each pupil")
	}
	member := c.Group.Index(c.Member)
	if member < 0 {
		return nil, fmt.Errorf("school: no pupil has the group %q whose segregation is asked for", c.Member)
	}
	year, kommun, stage := oneYear(c.Year, n), oneYear(c.Kommun, n), oneYear(c.Stage, n)
	rows, account := sift(n, pupils, noSchool(c.Attends), check{"pupils-without-group", "utan känd grupp", "whose group is not known", c.Group.unknown()}, noYear(year),
		check{"pupils-without-kommun", "utan kommun", "without a kommun", kommun.unknown()}, check{"pupils-without-stage", "utan stadium", "without a stage", stage.unknown()},
		check{"pupils-without-home", "utan känd bostad", "whose home is not known", func(i int) bool { return c.Reach == nil && !c.HomeKnown[i] }})
	if len(rows) == 0 {
		return nil, fmt.Errorf("school: no pupil can be used: %s", account.Text().EN)
	}
	f := &counterfactual{Choice: c, q: q, year: year, kommun: kommun, stage: stage, rows: rows}
	if err := f.place(); err != nil {
		return nil, err
	}
	out, err := f.cube(member)
	if err != nil {
		return nil, err
	}
	account.on(out)
	for _, w := range f.warnings {
		out.Warn(w)
	}
	return out, nil
}

type counterfactual struct {
	Choice
	q                   ChoiceQuestion
	year, kommun, stage *Category
	rows                []int
	codes               []string
	placed              [4][]int32 // by scenario and row: school, or -1
	meters              [4][]float64
	warnings            []cube.Warning
	unreachable         int
	ties                int
}

func (f *counterfactual) warn(code, sv, en string, args ...any) {
	f.warnings = append(f.warnings, cube.Warning{Code: code, Text: cube.Text{SV: fmt.Sprintf(sv, args...), EN: fmt.Sprintf(en, args...)}})
}

// place sends the pupils of every year and stage to the schools of that year and stage.
func (f *counterfactual) place() error {
	at := map[string]int32{}
	number := func(code string) int32 {
		k, ok := at[code]
		if !ok {
			k = int32(len(f.codes))
			at[code] = k
			f.codes = append(f.codes, code)
		}
		return k
	}
	for _, code := range f.Attends.Codes {
		number(code)
	}
	lost, full := 0, 0
	seen := map[[3]string]bool{} // code, year, stage
	position := map[string]Place{}
	for i, s := range f.Schools {
		key := [3]string{s.Code, s.Year, s.Stage}
		if seen[key] {
			return fmt.Errorf("school: school number %d stands twice among the schools of the same year and stage", i+1)
		}
		seen[key] = true
		number(s.Code)
		if !s.AtKnown && f.Reach == nil {
			lost++
		} else if s.AtKnown {
			position[s.Code] = s
		}
		if f.q.Capacities && s.Capacity < 0 {
			full++
		}
	}
	if len(f.Schools) == lost && f.Reach == nil {
		return errors.New("school: not one school has coordinates")
	}
	if empty := len(f.codes) - len(f.Attends.Codes); empty > 0 { // schools attended are numbered first
		f.warn("schools-without-pupils", "%d skolor har inga elever i filen; de kan ändå vara någons närmaste skola.", "%d schools have no pupils in the file; they can be somebody's nearest school all the same.", empty)
	}
	if lost > 0 {
		f.warn("schools-without-coordinates", "%d skolor saknar koordinater och är ingens närmaste skola.", "%d schools have no coordinates and are nobody's nearest school.", lost)
	}
	if full > 0 {
		return fmt.Errorf("school: %d schools have no number of places; with capacities every school must have one", full)
	}
	for k := range f.placed {
		f.placed[k], f.meters[k] = make([]int32, len(f.rows)), make([]float64, len(f.rows))
		for i := range f.rows {
			f.placed[k][i], f.meters[k][i] = Unplaced, math.NaN()
		}
	}
	away, unlisted := 0, map[int32]bool{}
	for i, row := range f.rows {
		code := f.Attends.Codes[f.Attends.Of[row]]
		f.placed[actual][i] = at[code]
		s, ok := position[code]
		switch {
		case f.Reach != nil:
			if d, ok := f.Reach[[2]string{f.ID[row], code}]; ok {
				f.meters[actual][i] = d
			} else {
				away++
			}
		case ok:
			f.meters[actual][i] = math.Sqrt(float64(f.Home[row].distance2(s.At)))
		default:
			away++
			unlisted[f.Attends.Of[row]] = true
		}
	}
	if away > 0 {
		f.warn("attended-without-distance", "%d elever går i en skola vars avstånd inte är känt (%d skolor); de är med i måtten, men inte i medelavståndet.",
			"%d pupils attend a school at no known distance (%d schools); they are in the measures, but not in the mean distance.", away, len(unlisted))
	}
	type market struct{ year, stage int32 }
	groups := map[market][]int{}
	var order []market
	for i, row := range f.rows {
		m := market{f.year.Of[row], f.stage.Of[row]}
		if groups[m] == nil {
			order = append(order, m)
		}
		groups[m] = append(groups[m], i)
	}
	slices.SortFunc(order, func(a, b market) int { return cmp.Or(cmp.Compare(a.year, b.year), cmp.Compare(a.stage, b.stage)) })
	for _, m := range order {
		if err := f.market(groups[m], f.year.Codes[m.year], f.stage.Codes[m.stage], at); err != nil {
			return err
		}
	}
	if f.ties > 0 {
		f.warn("equal-distances", "%d elever har två eller fler skolor på minsta avstånd; den första efter kod är tagen.", "%d pupils have two or more schools at the least distance; the first by code is taken.", f.ties)
	}
	if f.unreachable > 0 {
		f.warn("pupils-without-reach", "%d elever når ingen skola och är inte med i jämförelsen.", "%d pupils reach no school and are left out of the comparison.", f.unreachable)
	}
	return nil
}

// market places pupils (places in f.rows) among the schools open to them.
func (f *counterfactual) market(pupils []int, year, stage string, at map[string]int32) error {
	var open []Place
	for _, s := range f.Schools {
		if (s.Year == "" || year == cube.Total || s.Year == year) && (s.Stage == "" || stage == cube.Total || s.Stage == stage) && (s.AtKnown || f.Reach != nil) {
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		return fmt.Errorf("school: no school with known coordinates is open to %d pupils of one year and stage", len(pupils))
	}
	slices.SortStableFunc(open, func(a, b Place) int { return strings.Compare(a.Code, b.Code) })
	pupils = slices.Clone(pupils)
	slices.SortStableFunc(pupils, func(a, b int) int { return strings.Compare(f.ID[f.rows[a]], f.ID[f.rows[b]]) })
	home, points, capacity := make([]Point, len(pupils)), make([]Point, len(open)), make([]int, len(open))
	for k, i := range pupils {
		home[k] = f.Home[f.rows[i]]
	}
	for k, s := range open {
		points[k], capacity[k] = s.At, max(s.Capacity, 0)
	}
	distance := func(p, s int) float64 { return math.Sqrt(float64(home[p].distance2(points[s]))) }
	var reach [][]Reach
	if f.Reach != nil {
		reach = make([][]Reach, len(pupils))
		for k, i := range pupils {
			for s, o := range open {
				if d, ok := f.Reach[[2]string{f.ID[f.rows[i]], o.Code}]; ok {
					reach[k] = append(reach[k], Reach{int32(s), d})
				}
			}
			if len(reach[k]) == 0 {
				f.unreachable++
			}
		}
		distance = func(p, s int) float64 { return f.Reach[[2]string{f.ID[f.rows[pupils[p]]], open[s].Code}] }
	} else {
		if err := errors.Join(CheckPoints(home), CheckPoints(points)); err != nil {
			return err
		}
	}
	put := func(scenario int, to []int32) {
		for k, i := range pupils {
			if s := to[k]; s >= 0 {
				f.placed[scenario][i] = at[open[s].Code]
				f.meters[scenario][i] = distance(k, int(s))
			}
		}
	}
	to, ties, err := []int32(nil), 0, error(nil)
	if reach != nil {
		to, ties, err = NearestBy(reach, len(open))
	} else {
		to, ties = Nearest(home, points)
	}
	if err != nil {
		return err
	}
	f.ties += ties
	put(nearestSchool, to)
	if f.q.Capacities {
		if reach != nil {
			to, err = DeferredBy(reach, capacity)
		} else {
			to, err = Deferred(home, points, capacity)
		}
		if err != nil {
			return err
		}
		put(deferredSchool, to)
	}
	if f.q.LeastDistance {
		if reach != nil {
			return errors.New("school: least total distance goes by the straight line; leave out the supplied distances, or the least distance")
		}
		if to, err = LeastDistance(distance, len(home), capacity); err != nil {
			return err
		}
		put(leastSchool, to)
	}
	return nil
}

func (f *counterfactual) scenarios() []int {
	s := []int{actual, nearestSchool}
	if f.q.Capacities {
		s = append(s, deferredSchool)
	}
	if f.q.LeastDistance {
		s = append(s, leastSchool)
	}
	return s
}

// cube has a row for each kommun, all of them together, each year and scenario.
func (f *counterfactual) cube(member int32) (*cube.Cube, error) {
	type cell struct{ year, kommun int }
	groups := map[cell][]int{}
	for i, row := range f.rows {
		if f.Reach != nil && f.placed[nearestSchool][i] < 0 {
			continue
		}
		y, k := int(f.year.Of[row]), int(f.kommun.Of[row])
		groups[cell{y, -1}] = append(groups[cell{y, -1}], i)
		if f.Kommun != nil {
			groups[cell{y, k}] = append(groups[cell{y, k}], i)
		}
	}
	within := f.kommun.dimension("kommun", cube.Group)
	within.Title = cube.Text{SV: "Kommun", EN: "Kommun"}
	if f.Kommun == nil {
		within.Members[0].Label = cube.Text{SV: "Alla elever", EN: "All pupils"}
	} else {
		within.Members = append([]cube.Member{{Code: cube.Total, Label: cube.Text{SV: "Alla kommuner", EN: "All kommuner"}}}, within.Members...)
	}
	scenario := cube.Dimension{Name: "school", Title: cube.Text{SV: "Skola", EN: "School"}, Role: cube.Group, Members: scenarioMembers}
	measures := []cube.Measure{countMeasure("NPupils", "Elever", "Pupils"), countMeasure("NPlaced", "Elever med plats", "Pupils with a place")}
	for _, m := range []struct{ name, sv, en string }{{"Dissimilarity", "Olikhetsindex D", "Dissimilarity D"}, {"DissimilarityBeyondHomes", "D utöver bostäder", "D beyond homes"},
		{"InformationTheory", "Informationsindex H", "Information index H"}, {"InformationTheoryBeyondHomes", "H utöver bostäder", "H beyond homes"}} {
		measures = append(measures, valueMeasure(m.name, m.sv, m.en, 4))
		if f.q.Draws > 0 {
			measures = append(measures, valueMeasure(m.name+"Corrected", m.sv+", rättat för små tal", m.en+", corrected for small numbers", 4))
		}
	}
	distance := valueMeasure("MeanDistance", "Medelavstånd, meter", "Mean distance, metres", 0)
	if f.Reach != nil {
		distance = valueMeasure("MeanDistance", "Medelavstånd i det angivna måttet", "Mean distance as supplied", 1)
	}
	measures = append(measures, distance, shareMeasure("ShareAtNearest", "Andel i närmaste skola", "Share at the nearest school"))
	b := cube.NewBuilder("school-choice", []cube.Dimension{yearDimension(f.year), within, scenario}, measures)
	for y := range f.year.Codes {
		for k := range within.Members {
			at := k
			if f.Kommun != nil {
				at = k - 1
			} else {
				at = -1
			}
			rows := groups[cell{y, at}]
			if len(rows) == 0 {
				continue
			}
			values := f.measure(rows, member, y, within.Members[k].Code)
			for _, s := range f.scenarios() {
				b.Add([]int32{int32(y), int32(k), int32(s)}, values[s]...)
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Segregation mellan skolor: boende och val", EN: "Segregation between schools: homes and choice"}
	out.Notes = append(out.Notes, cube.Text{
		SV: "Värdet för närmaste skola är boendedelen. Utöver bostäder är värdet minus boendedelen: för skolan eleven går i är det valets del. Lika avstånd avgörs av skolans kod, platser av avstånd och sedan elevens id. Elever utan plats ingår inte i D och H.",
		EN: "The value for the nearest school is the residential part. Beyond homes is the value less the residential part: for the school attended it is the part of choice. Equal distances are settled by the school's code, places by distance and then the pupil's id. Pupils without a place are not in D and H."})
	if f.q.Draws > 0 {
		out.Notes = append(out.Notes, cube.Text{
			SV: fmt.Sprintf("Värden rättade för små tal, med %d dragningar av eleverna på nytt (frö %d): värdet minus vad dragningarna i medeltal ligger över det. Intervallet (95 %%) hör till det rättade värdet. Placeringen hålls fast.", f.q.Draws, f.q.Seed),
			EN: fmt.Sprintf("Values corrected for small numbers, by %d draws of the pupils anew (seed %d): the value less what the draws on average lie above it. The interval (95 %%) belongs to the corrected value. The placing is held fixed.", f.q.Draws, f.q.Seed)})
	}
	return out, nil
}

// a compared set of pupils: their schools in each scenario, numbered from 0 among those that any of them has to do with.
type compared struct {
	school  [4][]int32
	one     []bool // of the group measured
	schools int
}

func (f *counterfactual) compare(rows []int, member int32) *compared {
	c := &compared{one: make([]bool, len(rows))}
	for k, i := range rows {
		c.one[k] = f.Group.Of[f.rows[i]] == member
	}
	numbers := map[int32]int32{}
	for _, s := range f.scenarios() {
		c.school[s] = make([]int32, len(rows))
		for k, i := range rows {
			old := f.placed[s][i]
			if old < 0 {
				c.school[s][k] = Unplaced
				continue
			}
			n, ok := numbers[old]
			if !ok {
				n = int32(len(numbers))
				numbers[old] = n
			}
			c.school[s][k] = n
		}
	}
	c.schools = len(numbers)
	return c
}

// spread is D and H of a scenario, each pupil taken so many times; once each when times is nil.
func (c *compared) spread(scenario int, times []int, one, other []float64) (d, h float64) {
	clear(one)
	clear(other)
	for k, s := range c.school[scenario] {
		w := 1.0
		if times != nil {
			w = float64(times[k])
		}
		switch {
		case s < 0:
		case c.one[k]:
			one[s] += w
		default:
			other[s] += w
		}
	}
	return segregation.Dissimilarity(one, other), segregation.InformationTheory(one, other)
}

// measure is the cells of each scenario for a set of pupils.
func (f *counterfactual) measure(rows []int, member int32, year int, kommun string) (cells [4][]cube.Cell) {
	c := f.compare(rows, member)
	one, other := make([]float64, c.schools), make([]float64, c.schools)
	var d, h [4]float64
	for _, s := range f.scenarios() {
		d[s], h[s] = c.spread(s, nil, one, other)
	}
	var draws [][4][2]float64
	if f.q.Draws > 0 {
		draws = c.draw(f.scenarios(), f.q.Draws, mix(f.q.Seed, uint64(year), kommun))
	}
	for _, s := range f.scenarios() {
		placed, met, sum, at := 0, 0, 0.0, 0
		for _, i := range rows {
			if f.placed[s][i] < 0 {
				continue
			}
			placed++
			if m := f.meters[s][i]; !math.IsNaN(m) {
				sum += m
				met++
			}
			if f.placed[s][i] == f.placed[nearestSchool][i] {
				at++
			}
		}
		cells[s] = append(cells[s], cube.KnownCell(float64(len(rows))), cube.KnownCell(float64(placed)))
		add := func(value float64, of func([4][2]float64) float64) {
			cells[s] = append(cells[s], number(value, placed))
			if f.q.Draws > 0 {
				cells[s] = append(cells[s], corrected(value, draws, of, placed))
			}
		}
		for m, v := range [][4]float64{d, h} {
			add(v[s], func(x [4][2]float64) float64 { return x[s][m] })
			beyond := v[s] - v[nearestSchool]
			if s == nearestSchool {
				beyond = math.NaN()
			}
			add(beyond, func(x [4][2]float64) float64 { return x[s][m] - x[nearestSchool][m] })
		}
		cells[s] = append(cells[s], number(sum/float64(met), met), number(float64(at)/float64(placed), placed))
	}
	return cells
}

// corrected is a value less the bias that draws show, 2v − the mean of the draws, with the interval of the draws mirrored about the value.
func corrected(value float64, draws [][4][2]float64, of func([4][2]float64) float64, base int) cube.Cell {
	var v []float64
	for _, x := range draws {
		if u := of(x); !math.IsNaN(u) {
			v = append(v, u)
		}
	}
	if math.IsNaN(value) || len(v) == 0 {
		return number(math.NaN(), base)
	}
	slices.Sort(v)
	return between(2*value-num.Mean(v), 2*value-num.Quantile(v, 0.975, num.Linear7), 2*value-num.Quantile(v, 0.025, num.Linear7), base)
}

// draw draws the pupils anew. Each draw has a stream of its own, so that the answer is the same on any number of processors.
func (c *compared) draw(scenarios []int, draws int, seed uint64) [][4][2]float64 {
	out := make([][4][2]float64, draws)
	n := len(c.one)
	cores.With(draws, func() func(int) {
		times := make([]int, n)
		one, other := make([]float64, c.schools), make([]float64, c.schools)
		return func(k int) {
			r := rand.New(rand.NewPCG(seed, uint64(k)))
			clear(times)
			for range n {
				times[r.IntN(n)]++
			}
			for _, s := range scenarios {
				out[k][s][0], out[k][s][1] = c.spread(s, times, one, other)
			}
		}
	})
	return out
}

// mix makes a seed of a seed and a cell.
func mix(seed, year uint64, kommun string) uint64 {
	h := seed ^ 0x9e3779b97f4a7c15
	for _, b := range []byte(kommun) {
		h = (h ^ uint64(b)) * 0x100000001b3
	}
	return (h ^ year) * 0xbf58476d1ce4e5b9
}
