package segregation

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A ScalePoint is a measure at one bandwidth or number of neighbours, with an interval where one is known.
type ScalePoint struct {
	At     float64 // metres, or k
	Value  float64
	Lo, Hi cube.Number
}

// A ScaleLine is a measure at several bandwidths or k, rising.
type ScaleLine struct {
	Label  cube.Text
	Points []ScalePoint
	// Status is that of the values where it is not known: unreliable ones are middles of intervals and no estimates, of which the band alone is drawn.
	Status cube.Status
}

// A ScaleProfile is lines on one scale, six at most.
type ScaleProfile struct {
	Lines   []ScaleLine
	Measure cube.Text // what is measured: Theil's H
	Scale   cube.Text // against what: Bandwidth, m; Nearest persons, k
	Log     bool      // scale by logarithm, as for k from 50 to 51,200
	Band    cube.Text // what the intervals are: 95 % by bootstrap of persons; needed where there are any
}

// ProfilePicture draws a profile with its band. An interval must hold its value (give a value corrected for bias with the interval about it), and a line have intervals at all
// points or at none. The vertical axis has zero on it.
func ProfilePicture(profile ScaleProfile, o PictureOptions) (Picture, error) {
	low, high, from, to, banded, err := profile.check()
	if err != nil {
		return Picture{}, err
	}
	note := cube.Text{
		SV: "Så läses bilden: ju längre åt höger, desto större omgivning räknas runt varje person. En kurva som faller snabbt visar segregation mellan kvarter, en som ligger kvar segregation mellan stora områden. Bilden säger inget om enskilda personer eller om orsaker, och nivån beror på hur stora enheterna är.",
		EN: "How to read it: the farther to the right, the wider the surroundings that count round each person. A line that falls fast shows segregation between blocks, one that stays segregation between large areas. The picture says nothing of individuals or of causes, and the level depends on the size of the units."}
	if banded {
		note.SV, note.EN = note.SV+" Fält: "+profile.Band.In("sv")+".", note.EN+" Band: "+profile.Band.In("en")+"."
	}
	p, err := newPicturePen(o, 720, 520, cube.Text{SV: profile.Measure.In("sv") + " i olika stor omgivning", EN: profile.Measure.In("en") + " by size of surroundings"}, note)
	if err != nil {
		return Picture{}, err
	}
	var names []cube.Text
	for _, l := range profile.Lines {
		names = append(names, l.Label)
	}
	labels, err := p.labels(names, len(names), "lines")
	if err != nil {
		return Picture{}, err
	}
	if len(labels) > 1 || names[0] != (cube.Text{}) {
		p.legend(labels, pictureSample, func(i int, x, y float64) { p.sample(x, y, pictureLines[i]) })
	}
	p.top += 28
	if err := p.room(240, 140+pictureUnder); err != nil {
		return Picture{}, err
	}
	ticks, decimals := pictureTicks(low, high, 5)
	label := func(v float64) string { return p.number(v, decimals) }
	wide := 0.0
	for _, v := range ticks {
		wide = max(wide, pictureWidth(label(v), pictureSmall))
	}
	x := pictureAxis{from, to, p.left + wide + 14, p.right - 24, profile.Log}
	y := pictureAxis{low, high, p.bottom - pictureUnder, p.top, false}
	p.vertical(y, x.start, x.end, ticks, label, profile.Measure.In(p.o.Lang))
	at, decimals := profile.ticks(from, to)
	p.horizontal(x, y.start, at, func(v float64) string { return p.number(v, decimals) }, profile.Scale.In(p.o.Lang))
	if low < 0 {
		p.line(x.start, y.px(0), x.end, y.px(0), pictureInk, 1, "")
	}
	for i, l := range profile.Lines {
		if l.Points[0].Lo.OK {
			var band [][2]float64
			for _, q := range l.Points {
				band = append(band, [2]float64{x.px(q.At), y.px(q.Lo.V)})
			}
			for _, q := range slices.Backward(l.Points) {
				band = append(band, [2]float64{x.px(q.At), y.px(q.Hi.V)})
			}
			p.path(band, pictureLines[i].colour, 0.18, pictureLines[i].colour, 0.5, "", true)
		}
	}
	var told []string
	for i, l := range profile.Lines {
		var line [][2]float64
		for _, q := range l.Points {
			line = append(line, [2]float64{x.px(q.At), y.px(q.Value)})
		}
		valued := p.valued
		if l.Status == cube.Unreliable {
			valued = func(q ScalePoint) string { return p.index(q.Lo.V) + "–" + p.index(q.Hi.V) }
		} else {
			p.path(line, "none", 1, pictureLines[i].colour, 2.2, pictureLines[i].dash, false)
			for _, c := range line {
				p.mark(c[0], c[1], pictureLines[i])
			}
		}
		first, last := l.Points[0], l.Points[len(l.Points)-1]
		one := fmt.Sprintf(p.say("%s vid %s och %s vid %s", "%s at %s and %s at %s"), valued(first), p.number(first.At, pictureDecimals(first.At)), valued(last), p.number(last.At, pictureDecimals(last.At)))
		if len(labels) > 1 || names[0] != (cube.Text{}) {
			one = labels[i] + ": " + one
		}
		told = append(told, one)
	}
	summary := fmt.Sprintf(p.say("Profilen visar %s i olika stor omgivning (%s). %s.", "The profile shows %s by size of surroundings (%s). %s."),
		profile.Measure.In(p.o.Lang), profile.Scale.In(p.o.Lang), strings.Join(told, "; "))
	if banded {
		summary += p.say(" Intervall: ", " Intervals: ") + profile.Band.In(p.o.Lang) + "."
	}
	table, err := profile.table(names)
	if err != nil {
		return Picture{}, err
	}
	return p.finish(summary, table)
}

// check gives the ends of both axes.
func (profile ScaleProfile) check() (low, high, from, to float64, banded bool, err error) {
	if len(profile.Lines) == 0 || len(profile.Lines) > len(pictureLines) {
		return 0, 0, 0, 0, false, fmt.Errorf("segregation: a profile of %d lines; a picture takes from 1 to %d", len(profile.Lines), len(pictureLines))
	}
	if profile.Measure == (cube.Text{}) || profile.Scale == (cube.Text{}) {
		return 0, 0, 0, 0, false, errors.New("segregation: a profile must name its measure and its scale")
	}
	from, to = math.Inf(1), math.Inf(-1)
	for i, l := range profile.Lines {
		fail := func(format string, args ...any) (float64, float64, float64, float64, bool, error) {
			return 0, 0, 0, 0, false, fmt.Errorf("segregation: line %d of the profile %s", i+1, fmt.Sprintf(format, args...))
		}
		if len(l.Points) < 2 {
			return fail("has %d points; it takes two", len(l.Points))
		}
		for k, q := range l.Points {
			for _, v := range []float64{q.At, q.Value, q.Lo.V, q.Hi.V} {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fail("has a number at point %d that is not finite: the measure is undefined there; leave the point out", k+1)
				}
			}
			if profile.Log && q.At <= 0 {
				return fail("lies at %g, which has no logarithm", q.At)
			}
			if k > 0 && q.At <= l.Points[k-1].At {
				return fail("goes from %g to %g; it must rise", l.Points[k-1].At, q.At)
			}
			if q.Lo.OK != q.Hi.OK || q.Lo.OK != l.Points[0].Lo.OK {
				return fail("has an interval at some points only")
			}
			low, high = min(low, q.Value), max(high, q.Value)
			if q.Lo.OK {
				if banded = true; q.Value < q.Lo.V || q.Value > q.Hi.V {
					return fail("has the value %g outside its interval from %g to %g; draw the corrected value with its interval", q.Value, q.Lo.V, q.Hi.V)
				}
				low, high = min(low, q.Lo.V), max(high, q.Hi.V)
			}
			from, to = min(from, q.At), max(to, q.At)
		}
	}
	if banded && profile.Band == (cube.Text{}) {
		return 0, 0, 0, 0, false, errors.New("segregation: a profile must say what its intervals are (Band)")
	}
	if low == high {
		high = 1
	}
	// The axis ends at a round value.
	if ticks, _ := pictureTicks(low, high, 5); len(ticks) > 1 {
		step := ticks[1] - ticks[0]
		low, high = step*math.Floor(low/step+1e-9), step*math.Ceil(high/step-1e-9)
	}
	return low, high, from, to, banded, nil
}

// ticks are the points themselves while they are few, else round values.
func (profile ScaleProfile) ticks(from, to float64) (ticks []float64, decimals int) {
	for _, l := range profile.Lines {
		for _, q := range l.Points {
			ticks = append(ticks, q.At)
		}
	}
	slices.SortFunc(ticks, cmp.Compare[float64])
	ticks = slices.Compact(ticks)
	if len(ticks) > 16 {
		if !profile.Log {
			return pictureTicks(from, to, 6)
		}
		if round := pictureLogTicks(from, to); len(round) > 1 {
			ticks = round
		}
	}
	for _, v := range ticks {
		decimals = max(decimals, pictureDecimals(v))
	}
	return ticks, decimals
}

// pictureDecimals are as many decimals as a place on a scale needs, three at most.
func pictureDecimals(v float64) int {
	_, part, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return min(3, len(part))
}

// valued is a value with its interval.
func (p *picturePen) valued(q ScalePoint) string {
	if !q.Lo.OK {
		return p.index(q.Value)
	}
	return fmt.Sprintf(p.say("%s (%s till %s)", "%s (%s to %s)"), p.index(q.Value), p.index(q.Lo.V), p.index(q.Hi.V))
}

// table has a row a line and place on the scale.
func (profile ScaleProfile) table(names []cube.Text) (*cube.Cube, error) {
	var places []float64
	which := make([]int, len(names))
	for i, l := range profile.Lines {
		which[i] = i
		for _, q := range l.Points {
			places = append(places, q.At)
		}
	}
	slices.SortFunc(places, cmp.Compare[float64])
	places = slices.Compact(places)
	scale := cube.Dimension{Name: "scale", Title: profile.Scale, Role: cube.Group}
	for _, v := range places {
		s := strconv.FormatFloat(v, 'f', -1, 64)
		scale.Members = append(scale.Members, cube.Member{Code: s, Label: cube.Text{SV: strings.Replace(s, ".", ",", 1), EN: s}})
	}
	b := cube.NewBuilder("segregation-profile", []cube.Dimension{{Name: "line", Title: cube.Text{SV: "Linje", EN: "Line"}, Role: cube.Group, Members: pictureMembers(names, which)}, scale},
		[]cube.Measure{{Name: "Value", Title: profile.Measure, Kind: cube.Value, Decimals: 4}})
	for i, l := range profile.Lines {
		for _, q := range l.Points {
			cell := cube.KnownCell(q.Value)
			if l.Status != cube.NotAvailable {
				cell.Status = l.Status
			}
			cell.Lo, cell.Hi = q.Lo, q.Hi
			at, _ := slices.BinarySearch(places, q.At)
			b.Add([]int32{int32(i), int32(at)}, cell)
		}
	}
	c, err := b.Cube()
	if err == nil && profile.Band != (cube.Text{}) {
		c.Notes = []cube.Text{{SV: "Intervall: " + profile.Band.In("sv") + ".", EN: "Intervals: " + profile.Band.In("en") + "."}}
	}
	return c, err
}
