package server

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/sweref"
)

// A corner is a longitude and a latitude in hundred-thousandths of a degree, on Swedish ground half a metre and a metre.
type corner [2]int32

// corners is the border of an area, with outer rings counterclockwise and holes clockwise (RFC 7946). It is reckoned when first asked for, and then kept.
func (d *division) corners(at int) [][][]corner {
	if kept := d.geographic[at].Load(); kept != nil {
		return *kept
	}
	out := [][][]corner{}
	for _, polygon := range d.At(at).Border {
		rings := make([][]corner, len(polygon))
		for k, ring := range polygon {
			rings[k] = make([]corner, len(ring))
			for i, p := range ring {
				lat, lon := sweref.ToGeographic(p[0], p[1])
				rings[k][i] = corner{int32(math.Round(lon * 1e5)), int32(math.Round(lat * 1e5))}
			}
			if (ring.Orientation() == orb.CCW) != (k == 0) {
				slices.Reverse(rings[k])
			}
		}
		out = append(out, rings)
	}
	d.geographic[at].Store(&out)
	return out
}

// appendBorder writes a border as GeoJSON writes it.
func appendBorder(b []byte, polygons [][][]corner) []byte {
	return appendRings(b, polygons, func(b []byte, c corner) []byte {
		return appendDegrees(append(appendDegrees(append(b, '['), c[0]), ','), c[1])
	})
}

// appendNorthEast writes a border in SWEREF 99 TM to the metre, north before east, as EPSG:3006 orders its axes. Rings run as in longitudes and latitudes.
func appendNorthEast(b []byte, border orb.MultiPolygon) []byte {
	polygons := metres(border)
	for _, rings := range polygons {
		for k, ring := range rings {
			if (orb.Ring(ring).Orientation() == orb.CCW) != (k == 0) {
				rings[k] = slices.Clone(ring)
				slices.Reverse(rings[k])
			}
		}
	}
	return appendRings(b, polygons, func(b []byte, p orb.Point) []byte {
		return strconv.AppendInt(append(strconv.AppendInt(append(b, '['), int64(math.Round(p[1])), 10), ','), int64(math.Round(p[0])), 10)
	})
}

// metres is a border as lists of corners, whose rings are the border's own.
func metres(border orb.MultiPolygon) [][][]orb.Point {
	out := make([][][]orb.Point, len(border))
	for i, polygon := range border {
		for _, ring := range polygon {
			out[i] = append(out[i], ring)
		}
	}
	return out
}

// appendRings writes a multipolygon; point writes a corner without its last bracket.
func appendRings[P any](b []byte, polygons [][][]P, point func([]byte, P) []byte) []byte {
	b = append(b, `{"type":"MultiPolygon","coordinates":[`...)
	for i, polygon := range polygons {
		b = appendOpening(b, i)
		for k, ring := range polygon {
			b = appendOpening(b, k)
			for n, p := range ring {
				if n > 0 {
					b = append(b, ',')
				}
				b = append(point(b, p), ']')
			}
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	return append(b, "]}"...)
}

// appendOpening begins the list at position i of a list.
func appendOpening(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return append(b, '[')
}

// appendDegrees writes hundred-thousandths of a degree with five decimals.
func appendDegrees(b []byte, v int32) []byte {
	if v < 0 {
		b = append(b, '-')
		v = -v
	}
	b = append(strconv.AppendInt(b, int64(v/100_000), 10), '.')
	for unit := int32(10_000); unit > 0; unit /= 10 {
		b = append(b, '0'+byte(v/unit%10))
	}
	return b
}

// appendText writes a text as JSON.
func appendText(b []byte, s string) []byte {
	text, _ := json.Marshal(s)
	return append(b, text...)
}

// appendNumber writes a number as JSON, null for one that isn't there.
func appendNumber(b []byte, n cube.Number) []byte {
	if !n.OK || math.IsNaN(n.V-n.V) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, n.V, 'f', -1, 64)
}

// An attribute is a figure as a column of a division's areas.
type attribute struct {
	*figure
	year  string
	cells []cube.Cell // by the area's position; without a value they have nothing but their state
	full  bool        // base and interval are told too
}

// attribute is a figure of a division in a year, the latest when none is said.
func (h *holding) attribute(d *division, f *figure, year string) (*attribute, error) {
	t := f.at(d.ID)
	c, err := t.cells()
	if err != nil {
		return nil, err
	}
	if year == "" {
		year = t.last()
	}
	a := &attribute{figure: f, year: year, cells: make([]cube.Cell, d.Len())}
	rows := f.rows(t, c, year)
	for at := range a.cells {
		a.cells[at] = f.in(c, rows, d.At(at).Code)
	}
	return a, nil
}

// usualAttributes are what a division's areas are told with when nothing else is asked for: of each family of tables that has the division the figure that it is read for.
func (h *holding) usualAttributes(d *division) ([]*attribute, error) {
	all, err := h.figures()
	if err != nil {
		return nil, err
	}
	var out []*attribute
	for _, f := range all {
		if !f.first || f.at(d.ID) == nil {
			continue
		}
		if typed := d.types(); typed != nil && f.at(d.ID) == typed.table && f.measure.Name == typed.measure.Name {
			continue // the type is always told
		}
		a, err := h.attribute(d, f, "")
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// A column is a property of areas: what it is called, what it tells, and what it is of an area.
type column struct {
	name   string
	title  cube.Text
	number bool
	of     func(at int) property
}

// A property is a number, a text, or nothing.
type property struct {
	number cube.Number
	text   string
}

// ups are the divisions that a division's areas are known to lie in, the largest first; riket is left out, for all lie in it.
func (h *holding) ups(d *division) []*division {
	var out []*division
	for _, up := range h.divisions {
		if up.ID.Kind != area.Riket && d.in[up.ID] != nil {
			out = append(out, up)
		}
	}
	return out
}

// namesOf are the properties that tell what the areas of a division are called and what they lie in.
func (h *holding) namesOf(d *division) []column {
	text := func(name string, title cube.Text, of func(at int) string) column {
		return column{name, title, false, func(at int) property { return property{text: of(at)} }}
	}
	out := []column{
		text("code", cube.Text{SV: "Kod", EN: "Code"}, func(at int) string { return d.At(at).Code }),
		text("name", cube.Text{SV: "Namn", EN: "Name"}, func(at int) string { return d.At(at).Name }),
		text("division", cube.Text{SV: "Indelning", EN: "Division"}, func(int) string { return d.ID.String() }),
	}
	for _, up := range h.ups(d) {
		in := d.in[up.ID]
		of := func(told func(area.Area) string) func(int) string {
			return func(at int) string {
				if in[at] < 0 {
					return ""
				}
				return told(up.At(int(in[at])))
			}
		}
		id := up.ID.String()
		out = append(out,
			text(id, cube.Text{SV: "Kod för " + up.ID.Title(), EN: "Code of " + up.ID.Title()}, of(func(a area.Area) string { return a.Code })),
			text(id+"_name", cube.Text{SV: "Namn på " + up.ID.Title(), EN: "Name of " + up.ID.Title()}, of(func(a area.Area) string { return a.Name })))
	}
	return out
}

// columns are the properties of a division's areas.
func (h *holding) columns(d *division, attributes []*attribute) []column {
	out := h.namesOf(d)
	if typed := d.types(); typed != nil {
		year, cells := typed.last()
		out = append(out, cellColumns("type", cube.Text{SV: "Områdestyp", EN: "Area type"}, year, cells, false)...)
	}
	for _, a := range attributes {
		out = append(out, cellColumns(a.key, cube.Text{SV: a.head("sv"), EN: a.head("en")}, a.year, a.cells, a.full)...)
	}
	return out
}

// cellColumns tell cells: value and state always, since a value that is not there has a reason; the year where there is one; base and interval when asked for.
func cellColumns(name string, title cube.Text, year string, cells []cube.Cell, full bool) []column {
	and := func(sv, en string) cube.Text { return cube.Text{SV: title.SV + ": " + sv, EN: title.EN + ": " + en} }
	number := func(name string, title cube.Text, of func(cube.Cell) cube.Number) column {
		return column{name, title, true, func(at int) property {
			if !cells[at].Status.HasValue() {
				return property{}
			}
			return property{number: of(cells[at])}
		}}
	}
	out := []column{
		number(name, title, func(c cube.Cell) cube.Number { return cube.Num(c.Value) }),
		{name + "_status", and("status", "status"), false, func(at int) property { return property{text: cells[at].Status.String()} }},
	}
	if year != "" {
		out = append(out, column{name + "_year", and("år", "year"), false, func(int) property { return property{text: year} }})
	}
	if full {
		out = append(out, number(name+"_base", and("underlag", "base"), func(c cube.Cell) cube.Number { return c.Base }),
			number(name+"_lower", and("undre gräns", "lower limit"), func(c cube.Cell) cube.Number { return c.Lo }),
			number(name+"_upper", and("övre gräns", "upper limit"), func(c cube.Cell) cube.Number { return c.Hi }))
	}
	return out
}

// appendProperties writes an area's properties.
func appendProperties(b []byte, columns []column, names [][]byte, at int) []byte {
	b = append(b, '{')
	for i, c := range columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, names[i]...), ':')
		if p := c.of(at); p.text != "" {
			b = appendText(b, p.text)
		} else {
			b = appendNumber(b, p.number)
		}
	}
	return append(b, '}')
}

func columnNames(columns []column) [][]byte {
	out := make([][]byte, len(columns))
	for i, c := range columns {
		out[i] = appendText(nil, c.name)
	}
	return out
}

// meets tells whether a border has ground in common with a box, in the same coordinates; touching is enough.
func meets[P any](polygons [][][]P, at func(P) orb.Point, box orb.Bound) bool {
	middle := box.Center()
	for _, rings := range polygons {
		inside := false
		for _, ring := range rings {
			for i := range ring {
				p, q := at(ring[max(i-1, 0)]), at(ring[i])
				if crosses(p, q, box) {
					return true
				}
				if (p[1] > middle[1]) != (q[1] > middle[1]) && middle[0] < p[0]+(q[0]-p[0])*(middle[1]-p[1])/(q[1]-p[1]) {
					inside = !inside
				}
			}
		}
		if inside {
			return true
		}
	}
	return false
}

// crosses tells whether an edge has a point in a box (Liang and Barsky).
func crosses(p, q orb.Point, box orb.Bound) bool {
	from, to := 0.0, 1.0
	for axis := range 2 {
		d := q[axis] - p[axis]
		if d == 0 {
			if p[axis] < box.Min[axis] || p[axis] > box.Max[axis] {
				return false
			}
			continue
		}
		a, b := (box.Min[axis]-p[axis])/d, (box.Max[axis]-p[axis])/d
		from, to = max(from, min(a, b)), min(to, max(a, b))
	}
	return from <= to
}

// areaFilter keeps areas by what a request says of them.
func (h *holding) areaFilter(d *division, in map[string]string) (func(at int) bool, error) {
	type must struct {
		in []int32
		at int32
	}
	var all []must
	code, byCode := in["code"]
	for _, up := range h.ups(d) {
		want, ok := in[up.ID.String()]
		if !ok {
			continue
		}
		at, there := up.Index(want)
		if !there {
			return nil, fmt.Errorf("%s has no area %q", up.ID.Title(), want)
		}
		all = append(all, must{d.in[up.ID], int32(at)})
	}
	return func(at int) bool {
		return (!byCode || d.At(at).Code == code) && !slices.ContainsFunc(all, func(m must) bool { return m.in[at] != m.at })
	}, nil
}

// box4 reads a box of four or, with heights that are not looked at, six numbers.
func box4(text string) (box [4]float64, err error) {
	parts := strings.Split(text, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return box, fmt.Errorf("a bbox has four numbers, or six with heights, and this has %d", len(parts))
	}
	if len(parts) == 6 {
		parts = []string{parts[0], parts[1], parts[3], parts[4]}
	}
	for i, part := range parts {
		if box[i], err = strconv.ParseFloat(strings.TrimSpace(part), 64); err != nil || math.IsNaN(box[i]-box[i]) {
			return box, fmt.Errorf("a bbox has four numbers, and %.40q is none", part)
		}
	}
	return box, nil
}
