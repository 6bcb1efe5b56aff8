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

// The conditions of a map that leave out areas whose answer is less sure: how far their index lies from the nearest cut, and what their value was computed on.
const (
	fromCut   = "avstand"
	leastBase = "bas"
)

var (
	distances = []string{"0.25", "0.5", "1", "2"}
	bases     = []string{"30", "100", "500", "1000"}
)

// sureness is which areas a map leaves out for being unsure, and how that reads.
type sureness struct {
	distance, base float64
	distances      []cube.Cell // by position, where the edition tells them
	words          []string
}

// surely reads the conditions of a map.
func (s *Server) surely(r *request, d *division, year string) (*sureness, error) {
	out := &sureness{}
	var err error
	if out.distances, err = s.distancesOf(d, year); err != nil {
		return nil, err
	}
	for _, one := range []struct {
		name string
		to   *float64
		word string
	}{{fromCut, &out.distance, word(r.lang, "only-far")}, {leastBase, &out.base, word(r.lang, "only-based")}} {
		text := r.query.Get(one.name)
		if text == "" {
			continue
		}
		v, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
		if err != nil || !(v >= 0 && v <= 1e9) || len(text) > 12 {
			return nil, &badRequest{fmt.Sprintf(word(r.lang, "bad-number"), one.name)}
		}
		*one.to = v
		out.words = append(out.words, fmt.Sprintf(one.word, picture.Decimal(v, r.lang)))
	}
	if out.distance > 0 && out.distances == nil {
		return nil, &badRequest{fmt.Sprintf(word(r.lang, "no-distances"), d.ID.Title())}
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

// keeps tells whether an area is sure enough.
func (u *sureness) keeps(at int, cell cube.Cell) bool {
	if u.distance > 0 && !(u.distances[at].Status.HasValue() && math.Abs(u.distances[at].Value) >= u.distance) {
		return false
	}
	return u.base == 0 || cell.Base.OK && cell.Base.V >= u.base
}

// fields offer the conditions, where they can be met.
func (u *sureness) fields(r *request, cells []cube.Cell, m cube.Measure) (out []field) {
	lang := r.lang
	choose := func(name, title, none string, values []string, form string) {
		f := field{Name: name, Title: title, Options: []option{{"", none, r.query.Get(name) == ""}}}
		if now := r.query.Get(name); now != "" && !slices.Contains(values, now) {
			values = append([]string{now}, values...)
		}
		for _, v := range values {
			f.Options = append(f.Options, option{v, fmt.Sprintf(form, strings.Replace(v, ".", map[string]string{"sv": ",", "en": "."}[lang], 1)), r.query.Get(name) == v})
		}
		out = append(out, f)
	}
	if u.distances != nil {
		choose(fromCut, word(lang, "sure-distance"), word(lang, "all-areas"), distances, word(lang, "at-least-points"))
	}
	if u.base > 0 || !m.Kind.Additive() && slices.ContainsFunc(cells, func(c cube.Cell) bool { return c.Base.OK && c.Status.HasValue() }) {
		choose(leastBase, word(lang, "sure-base"), word(lang, "all-areas"), bases, word(lang, "at-least-base"))
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
				one.Public = append(one.Public, link{fmt.Sprintf(word(r.lang, "public-at"), d.ID.Title(), picture.Number(float64(k), 0, r.lang)), prefix(r.lang) + "/karta" + question(query)})
			}
		}
		out = append(out, one)
	}
	return out, nil
}
