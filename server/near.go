package server

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/picture"
)

// firmness is how firmly a place has its type, in sentences, as far as the edition's tables tell: how far its index lies from the nearest cut, which types rounding
// leaves open, and how often areas of the type have kept it.
func (s *Server) firmness(q place, t *placeType, lang string) ([]string, error) {
	var out []string
	for _, f := range s.levelsWith(areatype.MeasureDistance, q.ID) {
		c, err := f.cells()
		if err != nil {
			return nil, err
		}
		get := func(measure string) cube.Cell {
			codes := make([]string, len(c.Dims()))
			for d := range codes {
				switch d {
				case f.area:
					codes[d] = q.area().Code
				case f.year:
					codes[d] = t.Year
				}
			}
			return c.Get(measure, codes...)
		}
		index, distance, kind := get(areatype.MeasureIndex), get(areatype.MeasureDistance), typeOf(get(areatype.MeasureType))
		if !index.Status.HasValue() || !distance.Status.HasValue() || kind == 0 {
			continue
		}
		m := func(name string) cube.Measure { return c.Measures()[c.MeasureIndex(name)] }
		// Above a cut lies the type of the lower number: the nearest other type lies on the other side of it.
		other, text := kind+1, word(lang, "cut-above")
		if distance.Value < 0 {
			other, text = kind-1, word(lang, "cut-below")
		}
		if other.Valid() {
			out = append(out, picture.Say(word(lang, "index-is"), picture.Amount(index.Value, m(areatype.MeasureIndex), lang), t.Year,
				fmt.Sprintf(text, picture.Amount(math.Abs(distance.Value), m(areatype.MeasureDistance), lang), other.Code())))
		}
		if worst, best := typeOf(get(areatype.MeasureWorst)), typeOf(get(areatype.MeasureBest)); worst > 0 && best > 0 {
			if worst == best {
				out = append(out, picture.Say(word(lang, "rounding-firm"), worst.Code()))
			} else {
				out = append(out, picture.Say(word(lang, "rounding-open"), worst.Code(), best.Code()))
			}
		}
		all, err := s.chancesOf(q.division, t.Year)
		if err != nil {
			return nil, err
		}
		if all != nil && all[q.at].told {
			var parts []string
			for k, p := range all[q.at].of {
				if p >= 0.005 {
					parts = append(parts, picture.Say(word(lang, "chance-of"), areatype.Type(k+1).Code(), picture.Number(100*p, 0, lang)+picture.PercentSign(lang)))
				}
			}
			out = append(out, picture.Say(word(lang, "chances-are"), strings.Join(parts, "; ")))
		}
		if published := typeOf(get("PublishedAreaType")); published > 0 && published != kind {
			out = append(out, picture.Say(word(lang, "types-disagree"), kind.Code(), published.Code()))
		}
		stays, err := s.staying(f.Name, t, lang)
		if err != nil {
			return nil, err
		}
		if stays != "" {
			out = append(out, stays)
		}
		break
	}
	return out, nil
}

// levelsWith are the tables by the areas of a division that have a measure, and no groups.
func (h *holding) levelsWith(measure string, id area.ID) []*table {
	var out []*table
	for _, t := range h.tables {
		if t.byArea() && len(t.groups) == 0 && t.division() == id && slices.ContainsFunc(t.Measures, func(m cube.Measure) bool { return m.Name == measure }) {
			out = append(out, t)
		}
	}
	return out
}

// A passage is what tells of moves between types: a table by period, type before and type after.
func (t *table) passage() bool {
	return t.kinds == 2 && t.areas == 0 && len(t.groups) == 1 && slices.ContainsFunc(t.Measures, func(m cube.Measure) bool { return m.Name == "NAreas" })
}

// staying says how many of the areas of a place's type in one year had it the year after, for the latest two neighbouring years.
func (s *Server) staying(index string, t *placeType, lang string) (string, error) {
	of := s.tableNamed(index + "_transitions")
	if of == nil || !of.passage() {
		return "", nil
	}
	c, err := of.cells()
	if err != nil {
		return "", err
	}
	m := matricesOf(c)
	if len(m) == 0 {
		return "", nil
	}
	// The last period may be the first year with the last: the latest of neighbouring years begins last.
	latest := slices.MaxFunc(m, func(a, b matrix) int { return cmp.Compare(a.period, b.period) })
	row := latest.n[t.Number[0]-'1']
	all := 0.0
	for _, cell := range row {
		if !cell.Status.HasValue() {
			return "", nil
		}
		all += cell.Value
	}
	if all == 0 {
		return "", nil
	}
	same := row[t.Number[0]-'1'].Value
	return picture.Say(word(lang, "type-kept"), picture.Number(all, 0, lang), t.Number, picture.Percent(same/all, lang), latest.title), nil
}

// compass are the eight directions.
var compass = []cube.Text{{SV: "norr", EN: "north"}, {SV: "nordost", EN: "north-east"}, {SV: "öster", EN: "east"}, {SV: "sydost", EN: "south-east"},
	{SV: "söder", EN: "south"}, {SV: "sydväst", EN: "south-west"}, {SV: "väster", EN: "west"}, {SV: "nordväst", EN: "north-west"}}

// A neighbour is an area that shares a stretch of border with another, and the direction to its middle.
type neighbour struct {
	place
	direction int // in compass
}

// neighbours are the areas of a place's division that share a stretch of border with it, round from the north.
func (s *Server) neighbours(q place) []neighbour {
	bounds := q.bounds()
	middle := bounds[q.at].Center()
	var out []neighbour
	for _, at := range q.beside()[q.at] {
		to := bounds[at].Center()
		turn := math.Atan2(to[0]-middle[0], to[1]-middle[1]) / (2 * math.Pi) * float64(len(compass))
		out = append(out, neighbour{place{q.division, int(at)}, (int(math.Round(turn)) + len(compass)) % len(compass)})
	}
	slices.SortStableFunc(out, func(a, b neighbour) int {
		return cmp.Compare(a.direction, b.direction)
	})
	return out
}

// sharing finds for each area of a division those that have an edge of its border too, in order. An edge is the same whichever way it is walked.
func sharing(d *area.Division) [][]int32 {
	out := make([][]int32, d.Len())
	first := map[[2]orb.Point]int32{} // who has an edge
	for at := range d.Len() {
		for _, polygon := range d.At(at).Border {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					e := [2]orb.Point{ring[i-1], ring[i]}
					if e[0][0] > e[1][0] || e[0][0] == e[1][0] && e[0][1] > e[1][1] {
						e[0], e[1] = e[1], e[0]
					}
					switch other, there := first[e]; {
					case !there:
						first[e] = int32(at)
					case other != int32(at):
						out[at], out[other] = append(out[at], other), append(out[other], int32(at))
					}
				}
			}
		}
	}
	for i := range out {
		slices.Sort(out[i])
		out[i] = slices.Compact(out[i])
	}
	return out
}

// mostSimilar is how many similar areas a page shows.
const mostSimilar = 5

// A likeness is an area with how unlike another it is, in percentage points or points of the index.
type likeness struct {
	place
	apart float64
}

// similar are the areas most like a place in a year: by the components of the index (the root of the mean squared difference, in percentage points), or by the
// index alone where the edition has no components; whole tells that it is so.
func (s *Server) similar(q place, year string) (out []likeness, whole bool, err error) {
	p, err := s.profileOf(q.division, year)
	if err != nil || p == nil || p.values[q.at] == nil {
		return nil, false, err
	}
	own := p.values[q.at]
	out = make([]likeness, 0, mostSimilar+1)
	for at, theirs := range p.values {
		if at == q.at || theirs == nil {
			continue
		}
		sum := 0.0
		for i := range own {
			sum += (own[i] - theirs[i]) * (own[i] - theirs[i])
		}
		one := likeness{place{q.division, at}, math.Sqrt(sum / float64(len(own)))}
		if len(out) == mostSimilar && one.apart >= out[mostSimilar-1].apart {
			continue
		}
		// Of areas that are equally alike the first stands.
		before, _ := slices.BinarySearchFunc(out, one, func(o, one likeness) int {
			if o.apart <= one.apart {
				return -1
			}
			return 1
		})
		out = slices.Insert(out, before, one)
		out = out[:min(len(out), mostSimilar)]
	}
	return out, p.whole, nil
}

// A profile is what similar areas of a division are found by in a year: the components of the index, or the index alone (whole). Areas of which not all is known have none.
type profile struct {
	values [][]float64
	whole  bool
}

type profileKey struct {
	division *division
	year     string
}

// profileOf is the profile of a division in a year, made when first asked for; nil when the edition has no index of its areas.
func (h *holding) profileOf(d *division, year string) (*profile, error) {
	if p, ok := h.profiles.Load(profileKey{d, year}); ok {
		return p.(*profile), nil
	}
	var measures []string
	for _, c := range areatype.Default().Components {
		measures = append(measures, c.Share)
	}
	p := &profile{values: make([][]float64, d.Len())}
	tables := h.levelsWith(measures[0], d.ID)
	if len(tables) == 0 {
		measures, p.whole = []string{areatype.MeasureIndex}, true
		tables = h.levelsWith(areatype.MeasureIndex, d.ID)
	}
	if len(tables) == 0 {
		return nil, nil
	}
	t := tables[0]
	c, err := t.cells()
	if err != nil {
		return nil, err
	}
	of := year
	if of == "" {
		of = t.last()
	}
	for code, row := range (&figure{}).rows(t, c, of) {
		at, ok := d.Index(code)
		if !ok {
			continue
		}
		var v []float64
		for _, name := range measures {
			m := c.MeasureIndex(name)
			if m < 0 || !c.Cell(row, m).Status.HasValue() {
				v = nil
				break
			}
			x := c.Cell(row, m).Value
			if c.Measures()[m].Kind == cube.Share {
				x = cube.Percent(x)
			}
			v = append(v, x)
		}
		p.values[at] = v
	}
	h.profiles.Store(profileKey{d, year}, p)
	return p, nil
}

// A difference is a share of a place beside that of the whole country.
type difference struct {
	figure      *figure
	here, whole cube.Cell
	year        string
}

// mostDifferent is how many differences from the country a page shows.
const mostDifferent = 6

// differences are the shares by which a place differs most from the whole country in the latest year, and the smallest number that a share of it rests on. They are what else than
// socioeconomic conditions may lie behind its figures: many students, pensioners or newly built homes show here, where the edition counts them.
func (s *Server) differences(q place) (out []difference, smallest cube.Number, err error) {
	all, err := s.figures()
	if err != nil {
		return nil, smallest, err
	}
	for _, f := range all {
		t := f.at(q.ID)
		if f.measure.Kind != cube.Share || t == nil || strings.HasPrefix(t.Name, "account") {
			continue
		}
		c, err := t.cells()
		if err != nil {
			return nil, smallest, err
		}
		year := t.last()
		here, ok := f.cell(t, c, q.area().Code, year)
		if !ok || !here.Status.HasValue() {
			continue
		}
		if here.Base.OK && (!smallest.OK || here.Base.V < smallest.V) {
			smallest = here.Base
		}
		if t.total() < 0 || !t.ofCountry() {
			continue
		}
		whole, ok := f.cell(t, c, cube.Total, year)
		if !ok || !whole.Status.HasValue() {
			continue
		}
		out = append(out, difference{f, here, whole, year})
	}
	apart := func(d difference) float64 { return math.Abs(d.here.Value - d.whole.Value) }
	slices.SortStableFunc(out, func(a, b difference) int { return -cmp.Compare(apart(a), apart(b)) })
	// Of a family with two members one is the other turned round.
	var kept []difference
	for _, d := range out {
		turned := func(k difference) bool {
			return k.figure.family == d.figure.family && k.figure.measure.Name == d.figure.measure.Name && math.Abs(k.here.Value+d.here.Value-1) < 1e-9 && math.Abs(k.whole.Value+d.whole.Value-1) < 1e-9
		}
		if len(kept) < mostDifferent && !slices.ContainsFunc(kept, turned) && apart(d) > 0 {
			kept = append(kept, d)
		}
	}
	return kept, smallest, nil
}

// A matrix is moves between types from one year to another.
type matrix struct {
	period, title string
	n             [areatype.NTypes][areatype.NTypes]cube.Cell // areas by type before (rows) and after
	people        [areatype.NTypes][areatype.NTypes]cube.Cell // and their inhabitants in the first year, where they are told
	peopled       bool
}

// matricesOf reads a table of moves between types, a matrix for each period.
func matricesOf(c *cube.Cube) []matrix {
	l := layoutOf(edition.Describe(c).Dims)
	period := l.groups[0]
	from, to := -1, -1
	for d, dim := range c.Dims() {
		if dim.Role == cube.Type && from < 0 {
			from = d
		} else if dim.Role == cube.Type {
			to = d
		}
	}
	dim := c.Dims()[period]
	var out []matrix
	for _, at := range occurring(c, first(c.Len(), c.Len()), period) {
		m := matrix{period: dim.Members[at].Code, title: dim.Members[at].Label.In("sv"), peopled: c.MeasureIndex("NPersonsFirstYear") >= 0}
		for i := range c.Len() {
			a, errA := areatype.ParseType(c.Code(i, from))
			b, errB := areatype.ParseType(c.Code(i, to))
			if c.Coord(i, period) != at || errA != nil || errB != nil {
				continue
			}
			m.n[a-1][b-1] = c.Cell(i, c.MeasureIndex("NAreas"))
			if m.peopled {
				m.people[a-1][b-1] = c.Cell(i, c.MeasureIndex("NPersonsFirstYear"))
			}
		}
		out = append(out, m)
	}
	return out
}
