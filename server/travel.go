package server

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/sweref"
	"github.com/skikt/skikt/picture"
)

// What the site's own script asks a map for, beside the page itself:
//
//	/karta.areas?niva=regso-2020&inom=01&utgava=ID   the areas each by itself, with their neighbours: once for all measures and years
//	/karta.light?m=FIGURE&…                          the page without the shapes, and with each area's class and sentence
//
// so that a new measure or year comes without the borders, and what is shown of every area is still said by the server alone.
const (
	areasFormat = "areas"
	lightFormat = "light"
)

// ofEdition names the edition whose areas are asked for: a view tells of areas by their order, which is another edition's own.
const ofEdition = "utgava"

// innerFormats are the endings of addresses that the site's own script asks for.
var innerFormats = []string{areasFormat, lightFormat}

// areas are a map's areas in the order of their division: what doesn't change with measure or year.
type areas struct {
	*picture.Outlines
	Codes  []string `json:"codes"`
	Names  []string `json:"names"`
	Hrefs  []string `json:"hrefs"`
	Beside [][]int  `json:"beside"` // positions of those that share a stretch of border
}

// outlines answers with the areas of a division, or of those the ones that lie in a place.
func (s *Server) outlines(r *request) (*reply, error) {
	if err := r.only(level, inside, ofEdition); err != nil {
		return nil, err
	}
	if want := r.query.Get(ofEdition); want != "" && want != s.ed.ID() {
		return nil, errNotFound
	}
	id, err := area.ParseID(r.query.Get(level))
	if err != nil {
		return nil, errNotFound
	}
	d := s.division(id)
	if d == nil {
		return nil, errNotFound
	}
	out := areas{}
	var drawn picture.Map
	keep := func(int) bool { return true }
	if code := r.query.Get(inside); code != "" {
		q, ok := s.find(code)
		if !ok {
			return nil, &badRequest{word(r.lang, "unknown-place")}
		}
		keep = within(d, q)
	} else {
		drawn.Further = s.further(d, func(place) string { return "" }, r.lang)
	}
	position := make([]int, d.Len())
	for at := range d.Len() {
		if position[at] = -1; !keep(at) {
			continue
		}
		p := place{d, at}
		position[at] = len(out.Codes)
		out.Codes, out.Names, out.Hrefs = append(out.Codes, p.area().Code), append(out.Names, p.name(r.lang)), append(out.Hrefs, r.base+s.href(p, r.lang))
		drawn.Shapes = append(drawn.Shapes, p.shape(r.lang, ""))
	}
	drawn.Window = picture.Nowhere
	if out.Outlines = picture.OutlinesOf(drawn); out.Outlines == nil {
		return nil, errNotFound
	}
	for at := range d.Len() {
		if position[at] < 0 {
			continue
		}
		beside := []int{}
		for _, n := range s.neighbours(place{d, at}) {
			if to := position[n.at]; to >= 0 {
				beside = append(beside, to)
			}
		}
		out.Beside = append(out.Beside, beside)
	}
	body, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	return &reply{kind: "application/json", lang: r.lang, body: body}, nil
}

// A view is what a map shows of its areas, in the order of [areas].
type view struct {
	Areas   string     `json:"areas"`   // address of the areas
	Fills   []string   `json:"fills"`   // of the classes
	Classes string     `json:"classes"` // a letter for each area: A for the first class, a for it where the value is unreliable, - for an area that is not shown
	Unsure  []string   `json:"unsure"`  // fills of the classes where the value is unreliable
	Labels  []string   `json:"labels"`
	Said    []string   `json:"said"`            // of each area that is shown, after its name; empty where its class's label says it all
	Tiles   string     `json:"tiles,omitempty"` // address of the division's vector tiles, where there are such
	Bounds  [4]float64 `json:"bounds"`          // of the map: west, south, east, north
}

const notShown = '-'

// viewOf says what a map shows of a division's areas that lie in a place, or of all.
func viewOf(r *request, edition string, d *division, keep func(int) bool, window orb.Bound, shapes []picture.Shape, places []place, cells []cube.Cell, l *picture.Legend, m cube.Measure) *view {
	v := &view{Areas: r.base + prefix(r.lang) + "/karta." + areasFormat + question(conditions(level, d.ID.String(), inside, r.query.Get(inside), ofEdition, edition))}
	for i, corner := range []orb.Point{window.Min, window.Max} {
		lat, lon := sweref.ToGeographic(corner[0], corner[1])
		v.Bounds[2*i], v.Bounds[2*i+1] = lon, lat
	}
	if set, err := d.tiles(); err == nil && set != nil {
		v.Tiles = r.base + tiles + "/" + d.ID.String() + ".json"
	}
	letter := map[*picture.Class]int{}
	for i, k := range l.Classes {
		v.Fills, v.Unsure, v.Labels, letter[k] = append(v.Fills, k.Fill), append(v.Unsure, k.UnsureFill()), append(v.Labels, k.Label), i
	}
	index := make([]int, d.Len())
	for i := range index {
		index[i] = -1
	}
	for i, p := range places {
		index[p.at] = i
	}
	var classes strings.Builder
	for at := range d.Len() {
		if !keep(at) {
			continue
		}
		i, said, class := index[at], "", byte(notShown)
		if i >= 0 && !shapes[i].Quiet && shapes[i].Class != nil {
			if said = sentence(cells[i], l, m, r.lang); said == shapes[i].Class.Label {
				said = ""
			}
			if k, ok := letter[shapes[i].Class]; ok {
				class = byte('A' + k)
				if shapes[i].Unsure {
					class = byte('a' + k)
				}
			}
		}
		classes.WriteByte(class)
		v.Said = append(v.Said, said)
	}
	v.Classes = classes.String()
	return v
}

// sentence tells what a cell holds, as it is said after the name of its area: its value with unit and interval and, when it is unreliable, that; or its type, or its state.
func sentence(c cube.Cell, l *picture.Legend, m cube.Measure, lang string) string {
	if !c.Status.HasValue() {
		return c.Status.Title().In(lang)
	}
	if k := l.Of(c); m.Kind == cube.Code && k != nil {
		return k.Label
	}
	f := picture.NewFigure(c, m, lang)
	text := f.Text + picture.Unit(m, lang)
	if f.Interval != "" {
		text += " (" + f.Interval + ")"
	}
	if c.Status == cube.Unreliable {
		text += fmt.Sprintf(" – %s", c.Status.Title().In(lang))
	}
	return text
}
