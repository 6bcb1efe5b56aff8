package segregation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A CurvePoint is a corner of a segregation curve: which shares of the groups live in the units passed so far.
type CurvePoint struct{ A, B float64 }

// SegregationCurve is the Lorenz curve of two groups: units in order of rising share of a, the share of b passed so far against that of a, from (0, 0) to (1, 1).
// Units of one share make one stretch. Dissimilarity is the greatest B − A of a corner, Gini twice the area between curve and diagonal. Nil when a group is empty.
// Duncan and Duncan (1955).
func SegregationCurve(a, b []float64) []CurvePoint {
	na, nb := totals(a, b)
	if na == 0 || nb == 0 {
		return nil
	}
	var units []sharedUnit
	for i := range a {
		if t := a[i] + b[i]; t > 0 {
			units = append(units, sharedUnit{a[i] / t, a[i], b[i]})
		}
	}
	units = byShare(units, make([]sharedUnit, len(units)))
	points := []CurvePoint{{}}
	var sumA, sumB sum
	for i, u := range units {
		sumA.add(u.a)
		sumB.add(u.b)
		if i == len(units)-1 {
			points = append(points, CurvePoint{1, 1})
		} else if u.share != units[i+1].share {
			points = append(points, CurvePoint{min(1, sumA.value()/na), min(1, sumB.value()/nb)})
		}
	}
	return points
}

// A Pairing is two groups to be drawn as a curve, one number a unit: a pair of groups, or the same pair in a year or a place.
type Pairing struct {
	Label cube.Text
	A, B  []float64
	// Known is what is known of counts that are hidden or changed: then a band is drawn that holds the curve ([BoundSegregationCurve]), and the curve of A and B where they are given.
	Known *IntervalTable
}

// curveSteps is how finely a band is drawn.
const curveSteps = 100

// A drawnCurve is a curve, a band, or both.
type drawnCurve struct {
	corners  []CurvePoint
	band     []CurveBand
	d, gini  Interval
	farthest CurvePoint // of the corners
}

func (x Pairing) drawn() (c drawnCurve, err error) {
	if x.Known == nil || x.A != nil {
		t, err := Pair(x.A, x.B)
		if err == nil {
			_, _, err = pictureCheck(t)
		}
		if err != nil {
			return c, err
		}
		c.corners = SegregationCurve(x.A, x.B)
		d, gini, most := pictureCurveIndices(c.corners)
		c.d, c.gini, c.farthest = Exactly(d), Exactly(gini), c.corners[most]
	}
	if x.Known != nil {
		if c.band, err = BoundSegregationCurve(*x.Known, curveSteps); err != nil {
			return c, err
		}
		bounds, err := BoundTwoGroup(*x.Known)
		if err != nil {
			return c, err
		}
		for _, b := range bounds {
			switch b.Name {
			case "Dissimilarity":
				c.d = b.Interval
			case "Gini":
				c.gini = b.Interval
			}
		}
	}
	return c, nil
}

// CurvePicture draws segregation curves ([SegregationCurve]) in one frame, six at most, with D as the greatest distance below the diagonal. nameA and nameB are what the groups
// are called on the axes. It fails where a group or all but one unit is empty, or a group may be by what is known.
func CurvePicture(pairings []Pairing, nameA, nameB cube.Text, o PictureOptions) (Picture, error) {
	if len(pairings) == 0 || len(pairings) > len(pictureLines) {
		return Picture{}, fmt.Errorf("segregation: %d curves; a picture takes from 1 to %d", len(pairings), len(pictureLines))
	}
	p, err := newPicturePen(o, 640, pictureTall(o, 640, 700), cube.Text{SV: "Segregationskurva", EN: "Segregation curve"}, cube.Text{
		SV: "Så läses bilden: enheterna är ordnade efter stigande andel av gruppen på den lodräta axeln. Vid jämn fördelning följer kurvan den raka linjen. D är det största lodräta avståndet till linjen, Gini två gånger ytan emellan. Bilden säger inget om enskilda personer eller om orsaker, och mindre enheter ger högre värden.",
		EN: "How to read it: units are ordered by rising share of the group on the vertical axis. With an even spread the curve follows the straight line. D is the greatest vertical distance to the line, Gini twice the area between. The picture says nothing of individuals or of causes, and smaller units give higher values."})
	if err != nil {
		return Picture{}, err
	}
	var names []cube.Text
	for _, x := range pairings {
		if x.Label == (cube.Text{}) && len(pairings) == 1 {
			x.Label = nameA
		}
		names = append(names, x.Label)
	}
	labels, err := p.labels(names, len(pairings), "curves")
	if err != nil {
		return Picture{}, err
	}
	curves := make([]drawnCurve, len(pairings))
	for i, x := range pairings {
		if curves[i], err = x.drawn(); err != nil {
			return Picture{}, fmt.Errorf("segregation: curve %d: %s", i+1, strings.TrimPrefix(err.Error(), "segregation: "))
		}
	}
	between := func(v Interval, show func(float64) string) string {
		if v.Lo == v.Hi {
			return "= " + show(v.Lo)
		}
		return show(v.Lo) + "–" + show(v.Hi)
	}
	var values, told []string
	for i, c := range curves {
		values = append(values, fmt.Sprintf("D %s, Gini %s", between(c.d, p.index), between(c.gini, p.index)))
		told = append(told, labels[i]+": "+values[i])
	}
	// The legend stands above the diagonal, where no curve comes, or if there is no room above the frame.
	const title, ticksWide, row = 28, 48, 36
	room := func() float64 { return min(p.right-p.left-ticksWide, p.bottom-p.top-title-pictureUnder) }
	inside := true
	for i, label := range labels {
		if max(pictureWidth(label, pictureSmall), pictureWidth(values[i], pictureSmall)) > room()-float64(row*(i+1))-pictureSample-26 {
			inside = false
		}
	}
	if !inside {
		p.legend(told, pictureSample, func(i int, x, y float64) { p.sample(x, y, pictureLines[i]) })
	}
	side := room()
	p.top += title
	if err := p.room(260, 220+pictureUnder); err != nil {
		return Picture{}, err
	}
	left := p.left + max(ticksWide, (p.right-p.left-side)/2)
	x, y := pictureAxis{0, 1, left, left + side, false}, pictureAxis{0, 1, p.top + side, p.top, false}
	ticks, _ := pictureTicks(0, 1, 5)
	whole := func(v float64) string { return p.percent(v, 0) }
	p.vertical(y, x.start, x.end, ticks, whole, p.axis(nameA, "A"))
	p.horizontal(x, y.start, ticks, whole, p.axis(nameB, "B"))
	p.line(x.start, y.start, x.end, y.end, pictureGrey, 1, "")
	for i, c := range curves {
		line := pictureLines[i]
		if c.band != nil {
			var low, high [][2]float64
			for _, at := range c.band {
				low, high = append(low, [2]float64{x.px(at.B), y.px(at.A.Lo)}), append(high, [2]float64{x.px(at.B), y.px(at.A.Hi)})
			}
			slices.Reverse(high)
			p.path(slices.Concat(low, high), line.colour, 0.18, line.colour, 0.8, line.dash, true)
		}
		if c.corners != nil {
			corners := make([][2]float64, len(c.corners))
			for k, at := range c.corners {
				corners[k] = [2]float64{x.px(at.B), y.px(at.A)}
			}
			p.path(corners, "none", 1, line.colour, 2.2, line.dash, false)
			at := c.farthest
			p.line(x.px(at.B), y.px(at.B), x.px(at.B), y.px(at.A), line.colour, 1.2, "3 2")
			p.mark(x.px(at.B), y.px(at.A), line)
			p.mark(x.px(at.B), y.px(at.B), line)
			if d := at.B - at.A; len(curves) == 1 && d > 0.3 && c.band == nil {
				p.text(x.px(at.B)-7, (y.px(at.B)+y.px(at.A))/2, "end", "D = "+p.index(d))
			}
		}
		if inside {
			at := y.end + 20 + float64(row*i)
			p.rect(x.start+8, at-14, pictureSample+8+max(pictureWidth(labels[i], pictureSmall), pictureWidth(values[i], pictureSmall)), 34, pictureWhite)
			p.sample(x.start+14, at-4, line)
			p.text(x.start+14+pictureSample, at, "start", labels[i])
			p.write(x.start+14+pictureSample, at+15, pictureSmall, "start", pictureGrey, values[i], "")
		}
	}
	a, b := p.groupName(nameA, "A"), p.groupName(nameB, "B")
	first := strings.TrimPrefix(between(curves[0].d, func(v float64) string { return p.percent(v, 0) }), "= ")
	if len(told) == 1 {
		told = values
	}
	summary := fmt.Sprintf(p.say("Segregationskurvan visar hur %s och %s är fördelade mellan enheterna. %s. D anger hur stor andel av endera gruppen som skulle behöva byta enhet för att grupperna skulle vara lika fördelade; för %s är det %s.",
		"The segregation curve shows how %s and %s are spread over units. %s. D tells what share of either group would have to move to another unit for the groups to be spread alike; for %s it is %s."),
		a, b, strings.Join(told, "; "), labels[0], first)
	if slices.ContainsFunc(curves, func(c drawnCurve) bool { return c.band != nil }) {
		summary += p.say(" Fältet visar ", " The band shows ") + bandOfCounts.In(p.o.Lang) + "."
	}
	table, err := pictureCurveTable(names, nameA, nameB, curves)
	if err != nil {
		return Picture{}, err
	}
	return p.finish(summary, table)
}

func (p *picturePen) groupName(name cube.Text, other string) string {
	if s := name.In(p.o.Lang); s != "" {
		return s
	}
	return p.say("grupp ", "group ") + other
}

func (p *picturePen) axis(name cube.Text, other string) string {
	return p.say("Andel av: ", "Share of: ") + p.groupName(name, other)
}

// pictureCurveIndices reads D and Gini off a curve, and the corner that is farthest below the diagonal.
func pictureCurveIndices(curve []CurvePoint) (d, gini float64, most int) {
	var area sum
	for i, c := range curve {
		if c.B-c.A > d {
			d, most = c.B-c.A, i
		}
		if i > 0 {
			last := curve[i-1]
			area.add((c.B - last.B) * ((c.B - c.A) + (last.B - last.A)))
		}
	}
	return d, max(0, area.value()), most
}

// pictureCurveTable is the corners of the curves, or of bands the points that they are drawn by.
func pictureCurveTable(names []cube.Text, nameA, nameB cube.Text, curves []drawnCurve) (*cube.Cube, error) {
	corner := cube.Dimension{Name: "corner", Title: cube.Text{SV: "Hörn", EN: "Corner"}, Role: cube.Group}
	which := make([]int, len(curves))
	for i, c := range curves {
		which[i] = i
		for k := len(corner.Members); k < max(len(c.corners), len(c.band)); k++ {
			corner.Members = append(corner.Members, cube.Member{Code: strconv.Itoa(k), Label: cube.Same(strconv.Itoa(k))})
		}
	}
	share := func(name string, of cube.Text) cube.Measure {
		if of == (cube.Text{}) {
			of = cube.Same(name)
		}
		return cube.Measure{Name: "Share" + name, Title: cube.Text{SV: "Andel av: " + of.SV, EN: "Share of: " + of.EN}, Kind: cube.Value, Decimals: 4}
	}
	b := cube.NewBuilder("segregation-curve", []cube.Dimension{{Name: "curve", Title: cube.Text{SV: "Kurva", EN: "Curve"}, Role: cube.Group, Members: pictureMembers(names, which)}, corner},
		[]cube.Measure{share("B", nameB), share("A", nameA)})
	for i, c := range curves {
		for k, at := range c.band {
			cell := cube.Cell{Status: cube.Unreliable, Value: (at.A.Lo + at.A.Hi) / 2}
			if c.corners != nil {
				cell = cube.Cell{Status: cube.Perturbed, Value: curveAt(c.corners, at.B)}
			}
			cell.Lo, cell.Hi = cube.Num(min(at.A.Lo, cell.Value)), cube.Num(max(at.A.Hi, cell.Value))
			b.Add([]int32{int32(i), int32(k)}, cube.KnownCell(at.B), cell)
		}
		if c.band != nil {
			continue
		}
		for k, at := range c.corners {
			if math.IsNaN(at.A) || math.IsNaN(at.B) {
				return nil, errors.New("segregation: the counts are too large or too small to be shared out")
			}
			b.Add([]int32{int32(i), int32(k)}, cube.KnownCell(at.B), cube.KnownCell(at.A))
		}
	}
	return b.Cube()
}
