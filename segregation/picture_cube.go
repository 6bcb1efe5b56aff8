package segregation

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/skikt/skikt/cube"
)

// A PictureKind is one of the pictures.
type PictureKind string

// The pictures: [CurvePicture], [SegplotPicture], [ProfilePicture], [DendrogramPicture] and [TernaryPicture].
const (
	PictureCurve      PictureKind = "curve"
	PictureSegplot    PictureKind = "segplot"
	PictureProfile    PictureKind = "profile"
	PictureDendrogram PictureKind = "dendrogram"
	PictureTernary    PictureKind = "ternary"
)

// PictureKinds are all of them.
func PictureKinds() []PictureKind {
	return []PictureKind{PictureCurve, PictureSegplot, PictureProfile, PictureDendrogram, PictureTernary}
}

// CubePicture draws a cube of counts, as [Cube] measures it. A curve or profile has a line for each combination of the other dimensions, six at most; the others are of one combination. A
// profile is of the first of Question.Measures ([ScaleCube]; SpatialTheilH when none is named) at the bandwidths, with its band where persons are drawn again. Where
// counts are hidden, rounded or perturbed a curve or profile has a band that contains the truth ([BoundSegregationCurve], [ScaleCube]); the others fail where a count is hidden, and say of one that is changed that it is.
func CubePicture(c *cube.Cube, q Question, kind PictureKind, bandwidths []float64, o PictureOptions) (Picture, error) {
	f, err := q.frame(c)
	if err != nil {
		return Picture{}, err
	}
	places := f.places(c)
	if len(places) == 0 {
		return Picture{}, fmt.Errorf("segregation: cube %s has no counts to draw", c.Name)
	}
	banded := kind == PictureCurve || kind == PictureProfile
	for _, p := range places {
		switch {
		case p.state != cube.Known && !banded:
			return Picture{}, fmt.Errorf("segregation: cube %s: a count is %s, and a %s draws every unit by counts that are known: draw a curve or a profile, which show what is known as a band, or leave out or merge the units it is of",
				c.Name, p.state, kind)
		case p.state != cube.Known && p.intervals(f, q) == nil:
			return Picture{}, fmt.Errorf("segregation: cube %s: a count is %s and may be any number: say below what counts are hidden (--hidden-below), or leave its unit out", c.Name, p.state)
		case p.loose(q) && !banded:
			o.note = ofPublished
		case p.state != cube.Known || p.loose(q):
			o.note = cube.Text{SV: "Fält: " + bandOfCounts.SV + ".", EN: "Band: " + bandOfCounts.EN + "."}
		}
	}
	if kind == PictureProfile && o.note != (cube.Text{}) && q.Persons.N > 0 {
		return Picture{}, fmt.Errorf("segregation: cube %s has counts that are hidden or changed: a profile of these shows where the truth may lie, and has no room for a bootstrap; leave it out", c.Name)
	}
	o.Lang = cmp.Or(o.Lang, "sv")
	label := func(m cube.Member) cube.Text {
		if m.Label == (cube.Text{}) {
			return cube.Same(m.Code)
		}
		return m.Label
	}
	name := func(p *place) cube.Text {
		var out cube.Text
		for i, d := range f.others {
			text, comma := label(d.Members[p.at[i]]), ""
			if i > 0 {
				comma = ", "
			}
			out.SV, out.EN = out.SV+comma+text.In("sv"), out.EN+comma+text.In("en")
		}
		return out
	}
	groups := make([]cube.Text, len(f.members))
	for member, column := range f.members {
		groups[column] = label(c.Dim(q.Groups).Members[member])
	}
	switch kind {
	case PictureCurve:
		if len(groups) != 2 {
			return Picture{}, fmt.Errorf("segregation: a curve is of two groups, not %d; name two", len(groups))
		}
		var pairings []Pairing
		for _, p := range places {
			x := Pairing{Label: name(p)}
			if p.state != cube.Known || p.loose(q) {
				x.Known = p.intervals(f, q)
			}
			if p.state == cube.Known {
				t, err := p.table(f)
				if err != nil {
					return Picture{}, err
				}
				x.A, x.B = t.Column(0), t.Column(1)
			}
			pairings = append(pairings, x)
		}
		return CurvePicture(pairings, groups[0], groups[1], o)
	case PictureProfile:
		return q.profilePicture(c, f, places, name, bandwidths, o)
	}
	if len(places) > 1 {
		return Picture{}, fmt.Errorf("segregation: a %s is of one place, and cube %s has %d; choose one", kind, c.Name, len(places))
	}
	t, err := places[0].table(f)
	if err != nil {
		return Picture{}, err
	}
	var units []cube.Text
	for _, u := range places[0].order {
		units = append(units, label(c.Dim(q.Units).Members[u]))
	}
	switch kind {
	case PictureSegplot:
		return SegplotPicture(Segplot{Table: t, Units: units, Groups: groups}, o)
	case PictureTernary:
		return TernaryPicture(t, units, groups, o)
	case PictureDendrogram:
		if t.Units > mergeMost {
			return Picture{}, fmt.Errorf("segregation: %d units to merge; all pairs of more than %d take too much memory", t.Units, mergeMost)
		}
		merged, err := Compress(t, Compression{})
		if err != nil {
			return Picture{}, err
		}
		return DendrogramPicture(merged, units, o)
	}
	return Picture{}, fmt.Errorf("segregation: there is no picture %q; there are %v", kind, PictureKinds())
}

func (q Question) profilePicture(c *cube.Cube, f frame, places []*place, name func(*place) cube.Text, bandwidths []float64, o PictureOptions) (Picture, error) {
	if len(q.Measures) == 0 || q.Measures[0] == "all" {
		q.Measures = []string{"SpatialTheilH"}
	}
	scales, err := ScaleCube(c, q, bandwidths)
	if err != nil {
		return Picture{}, err
	}
	doc := mustDoc(q.Measures[0])
	p := ScaleProfile{Measure: doc.Title, Scale: scales.Dim("bandwidth").Title, Log: bandwidths[len(bandwidths)-1] >= 8*bandwidths[0]}
	of := doc.Name
	if d, err := q.Persons.declared(); err == nil && q.Persons.N > 0 {
		of += corrected
		p.Band = cube.Text{SV: strconv.FormatFloat(100*d.Level, 'g', 4, 64) + " %, återdragning av personer, rättat för små tal", EN: strconv.FormatFloat(100*d.Level, 'g', 4, 64) + " %, bootstrap of persons, corrected for small numbers"}
	}
	if o.note != (cube.Text{}) {
		p.Band, o.note = bandOfCounts, cube.Text{} // which the picture tells itself
	}
	m := scales.MeasureIndex(of)
	lines := map[string]int{}
	for _, place := range places {
		text := name(place)
		if text == (cube.Text{}) {
			text = doc.Title
		}
		lines[string(placeKey(nil, place.at))] = len(p.Lines)
		p.Lines = append(p.Lines, ScaleLine{Label: text})
	}
	at := make([]int32, len(f.others))
	for row := range scales.Len() {
		for i := range at {
			at[i] = int32(scales.Coord(row, i))
		}
		cell := scales.Cell(row, m)
		if !cell.Status.HasValue() {
			return Picture{}, fmt.Errorf("segregation: cube %s: %s is undefined at some bandwidth, or may be anything by what is known, and can't be drawn", c.Name, doc.Name)
		}
		if p.Band == bandOfCounts && !cell.Lo.OK {
			cell.Lo, cell.Hi = cube.Num(cell.Value), cube.Num(cell.Value)
		}
		line := &p.Lines[lines[string(placeKey(nil, at))]]
		if cell.Status == cube.Unreliable || cell.Status == cube.Perturbed {
			line.Status = cell.Status
		}
		line.Points = append(line.Points, ScalePoint{At: bandwidths[scales.Coord(row, len(at))], Value: cell.Value, Lo: cell.Lo, Hi: cell.Hi})
	}
	return ProfilePicture(p, o)
}
