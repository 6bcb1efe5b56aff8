package server

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// The conditions of a map that leave out areas whose answer is less sure: how likely they belong to their type, how far their index lies from the nearest cut, and what their value was computed on.
const (
	leastChance = "chans"
	fromCut     = "avstand"
	leastBase   = "bas"
)

var (
	likely    = []string{"0.5", "0.8", "0.9", "0.95"}
	distances = []string{"0.25", "0.5", "1", "2"}
	bases     = []string{"30", "100", "500", "1000"}
)

// sureness is which areas a map leaves out for being unsure, and how that reads.
type sureness struct {
	chance, distance, base float64
	chances                []chances   // by position, where they can be told
	distances              []cube.Cell // by position, where the edition tells them
	words                  []string
}

// surely reads the conditions of a map.
func (s *Server) surely(r *request, d *division, year string) (*sureness, error) {
	out := &sureness{}
	var err error
	if out.distances, err = s.distancesOf(d, year); err != nil {
		return nil, err
	}
	if out.chances, err = s.chancesOf(d, year); err != nil {
		return nil, err
	}
	decimal := func(v float64) string { return picture.Decimal(v, r.lang) }
	for _, one := range []struct {
		name  string
		to    *float64
		most  float64
		word  string
		write func(float64) string
	}{{leastChance, &out.chance, 1, word(r.lang, "only-likely"), func(v float64) string { return decimal(math.Round(1e6*v)/1e4) + picture.PercentSign(r.lang) }},
		{fromCut, &out.distance, 1e9, word(r.lang, "only-far"), decimal}, {leastBase, &out.base, 1e9, word(r.lang, "only-based"), decimal}} {
		text := r.query.Get(one.name)
		if text == "" {
			continue
		}
		v, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil || !(v >= 0 && v <= one.most) || len(text) > 12 {
			return nil, &badRequest{picture.Say(word(r.lang, "bad-number"), one.name)}
		}
		*one.to = v
		out.words = append(out.words, fmt.Sprintf(one.word, one.write(v)))
	}
	if out.chance > 0 && out.chances == nil {
		return nil, &badRequest{picture.Say(word(r.lang, "no-chances"), d.ID.Title())}
	}
	if out.distance > 0 && out.distances == nil {
		return nil, &badRequest{picture.Say(word(r.lang, "no-distances"), d.ID.Title())}
	}
	return out, nil
}

// distancesOf are how far the areas of a division lie from the nearest cut in a year, or in the last that is told; nil when the edition doesn't tell.
func (s *Server) distancesOf(d *division, year string) ([]cube.Cell, error) {
	tables := s.levelsWith(areatype.MeasureDistance, d.ID)
	if len(tables) == 0 {
		return nil, nil
	}
	t := tables[0]
	c, err := t.cells()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(t.years(), year) {
		year = t.last()
	}
	rows := (&figure{}).rows(t, c, year)
	m := c.MeasureIndex(areatype.MeasureDistance)
	out := make([]cube.Cell, d.Len())
	for at := range out {
		if row, ok := rows[d.At(at).Code]; ok {
			out[at] = c.Cell(row, m)
		}
	}
	return out, nil
}

// chances are how likely an area belongs to each type, by [areatype.ChanceDoc]; told where what they rest on is published.
type chances struct {
	of   [areatype.NTypes]float64
	told bool
}

// typed is how likely an area belongs to a type.
func (c chances) typed(t areatype.Type) cube.Cell {
	if !c.told || !t.Valid() {
		return cube.Cell{}
	}
	return cube.KnownCell(c.of[t-1])
}

// chanceMeasure is how a chance is written.
var chanceMeasure = cube.Measure{Name: areatype.ChanceDoc.Name, Title: areatype.ChanceDoc.Title, Kind: cube.Share}

// chancesOf are the chances of a division's areas in a year, or in the last that is told; nil when the edition has not what they are computed from.
func (s *Server) chancesOf(d *division, year string) ([]chances, error) {
	for _, x := range s.indexTables() {
		if x.division() != d.ID {
			continue
		}
		if !slices.Contains(x.table.years(), year) {
			year = x.last()
		}
		return x.chances(s, d, year)
	}
	return nil, nil
}

// chances are computed once a year from what is published.
func (x *indexTable) chances(s *Server, d *division, year string) ([]chances, error) {
	y, err := x.year(d, year)
	if err != nil {
		return nil, err
	}
	y.once.Do(func() {
		_, cut, err := s.suppose(x, d, y, &supposition{definition: x.definition, same: true}, year)
		if err != nil {
			return // without a spread there are no types to belong to
		}
		any := false
		out := make([]chances, d.Len())
		for i, at := range y.at {
			se, ok := areatype.StandardError(y.shares[i][0], y.shares[i][1])
			if !ok {
				continue
			}
			index := 0.0
			for _, p := range y.shares[i][0] {
				index += 100 * p / float64(len(y.shares[i][0]))
			}
			out[at], any = chances{cut.Chances(index, se), true}, true
		}
		if any {
			y.chances = out
		}
	})
	return y.chances, nil
}

// keeps tells whether an area of a type is sure enough.
func (u *sureness) keeps(at int, kind areatype.Type, cell cube.Cell) bool {
	if u.chance > 0 {
		if c := u.chances[at].typed(kind); !c.Status.HasValue() || c.Value < u.chance {
			return false
		}
	}
	if u.distance > 0 && !(u.distances[at].Status.HasValue() && math.Abs(u.distances[at].Value) >= u.distance) {
		return false
	}
	return u.base == 0 || cell.Base.OK && cell.Base.V >= u.base
}

// notes are those of a map, and what a chance is where areas are left out by it.
func (u *sureness) notes(of []cube.Text) []cube.Text {
	if u.chance == 0 {
		return of
	}
	d := areatype.ChanceDoc
	return append(slices.Clone(of), cube.Text{SV: d.Title.SV + ": " + d.Text.SV + " " + d.Cautions.SV, EN: d.Title.EN + ": " + d.Text.EN + " " + d.Cautions.EN})
}

// fields offer the conditions, where they can be met.
func (u *sureness) fields(r *request, cells []cube.Cell, m cube.Measure) (out []field) {
	lang := r.lang
	decimal := func(v string) string {
		return strings.Replace(v, ".", map[string]string{"sv": ",", "en": "."}[lang], 1)
	}
	percent := func(v string) string {
		x, _ := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64) // it has been read
		return picture.Decimal(math.Round(1e6*x)/1e4, lang) + picture.PercentSign(lang)
	}
	choose := func(name, title, none string, values []string, form string, write func(string) string) {
		f := field{Name: name, Title: title, Options: []option{{"", none, r.query.Get(name) == ""}}}
		if now := r.query.Get(name); now != "" && !slices.Contains(values, now) {
			values = append([]string{now}, values...)
		}
		for _, v := range values {
			f.Options = append(f.Options, option{v, fmt.Sprintf(form, write(v)), r.query.Get(name) == v})
		}
		out = append(out, f)
	}
	if u.chances != nil {
		choose(leastChance, word(lang, "sure-chance"), word(lang, "all-areas"), likely, word(lang, "at-least-base"), percent)
	}
	if u.distances != nil {
		choose(fromCut, word(lang, "sure-distance"), word(lang, "all-areas"), distances, word(lang, "at-least-points"), decimal)
	}
	if u.base > 0 || !m.Kind.Additive() && slices.ContainsFunc(cells, func(c cube.Cell) bool { return c.Base.OK && c.Status.HasValue() }) {
		choose(leastBase, word(lang, "sure-base"), word(lang, "all-areas"), bases, word(lang, "at-least-base"), decimal)
	}
	return out
}

// A stateNote is why areas of a map have no number, and where theirs is public.
type stateNote struct {
	Sign, Title, Text string
	N                 string
	Public            []link
}

// stateNotes tell of every state without a number on a map: how many areas have it, why, and at which wider level, the nearest for each area, the number is public.
func (s *Server) stateNotes(r *request, f *figure, places []place, cells []cube.Cell, year string) ([]stateNote, error) {
	type wider struct {
		t    *table
		c    *cube.Cube
		rows map[string]int
	}
	tables := map[*division]*wider{}
	for _, t := range f.levels {
		if d := s.division(t.division()); len(places) == 0 || d != places[0].division {
			c, err := t.cells()
			if err != nil {
				return nil, err
			}
			if slices.Contains(t.years(), year) {
				tables[d] = &wider{t, c, f.rows(t, c, year)}
			}
		}
	}
	counts := map[cube.Status]int{}
	public := map[cube.Status]map[*division]int{}
	for i, q := range places {
		status := cells[i].Status
		if status.HasValue() {
			continue
		}
		counts[status]++
		for _, up := range reversed(s.above(q)) {
			w := tables[up.division]
			if w == nil || !f.in(w.c, w.rows, up.area().Code).Status.HasValue() {
				continue
			}
			if public[status] == nil {
				public[status] = map[*division]int{}
			}
			public[status][up.division]++
			break
		}
	}
	var out []stateNote
	for _, status := range cube.Statuses() {
		n := counts[status]
		if n == 0 {
			continue
		}
		one := stateNote{Sign: picture.Signs[status], Title: status.Title().In(r.lang), Text: status.Text().In(r.lang), N: picture.Number(float64(n), 0, r.lang)}
		for _, d := range slices.Backward(s.divisions) {
			if k := public[status][d]; k > 0 {
				query := with(r.query, level, d.ID.String())
				query.Set(shown, f.key)
				query.Del(onlyClass)
				query.Del(fromCut)
				query.Del(leastChance)
				one.Public = append(one.Public, link{picture.Say(word(r.lang, "public-at"), d.ID.Title(), picture.Number(float64(k), 0, r.lang)), prefix(r.lang) + "/karta" + question(query)})
			}
		}
		out = append(out, one)
	}
	return out, nil
}
