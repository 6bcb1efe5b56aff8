package border

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
)

// A Square is a square of ground, such as 1 km of SCB's grid, with the persons who live in it.
type Square struct {
	Bound   orb.Bound // SWEREF 99 TM
	Persons float64
}

// BridgeOptions say how a bridge is made of borders.
type BridgeOptions struct {
	// Sliver is the share of both areas that an overlap must be to count. Borders that were drawn or simplified anew move a little everywhere. Zero is a thousandth, and then
	// no overlap of a hectare or more is a sliver.
	Sliver float64

	// Squares give the persons of the parts. A square that lies across borders is spread by ground, and the bounds of the shares leave open where in it people live.
	Squares []Square
}

// Bridge makes the bridge between two vintages of a division from their borders. Without squares the share of an area that lies in another is that of its ground, and all that is certain of its
// persons is where they are when all of it lies in one area. An area without a border, and one of which more than a sliver lies in no area of the other vintage, is
// among those that Gives or Takes; ground that is new in the later vintage, such as the sea that SCB drew in in 2025, is nobody's when all areas of the earlier have borders.
func Bridge(from, to *area.Division, opt BridgeOptions) (*area.Bridge, *Report, error) {
	if from.Bordered() == 0 || to.Bordered() == 0 {
		return nil, nil, fmt.Errorf("border: bridge from %s to %s: both need borders, read them first", from.ID.Title(), to.ID.Title())
	}
	o := &overlay{from: from, to: to, opt: opt, report: &Report{Areas: from.Len() + to.Len()}, fromSize: sizes(from), toSize: sizes(to)}
	o.meet()
	gives, takes := o.open()
	links := make([]area.Link, len(o.pairs))
	for i, p := range o.pairs {
		links[i] = area.Link{
			Old: from.At(p.old).Code, New: to.At(p.new).Code,
			Forward:  area.Share{Lo: 0, Hi: 1, Est: min(1, p.size/o.fromSize[p.old]), Known: true},
			Backward: area.Share{Lo: 0, Hi: 1, Est: min(1, p.size/o.toSize[p.new]), Known: true},
		}
	}
	basis := area.ByGround
	if len(opt.Squares) > 0 {
		basis = area.ByPersons
		o.settle(links)
	}
	b, err := area.Ground(from, to, basis, links, gives, takes)
	if err != nil {
		return nil, nil, fmt.Errorf("border: %w", err)
	}
	return b, o.report, nil
}

type overlay struct {
	from, to         *area.Division
	opt              BridgeOptions
	report           *Report
	fromSize, toSize []float64
	pairs            []pairing
}

// A pairing is two areas, by position, that have ground in common: size square metres.
type pairing struct {
	old, new int
	size     float64
}

func sizes(d *area.Division) []float64 {
	out := make([]float64, d.Len())
	for i := range out {
		out[i] = surfaceArea(d.At(i).Border)
	}
	return out
}

// meet finds the pairs. Areas with the same code and the same border are pairs without being measured, and meet no others.
func (o *overlay) meet() {
	done := map[int]bool{}
	var boxes []orb.Bound
	var which []int // position in from, or in to after all of from
	for i := range o.from.Len() {
		a := o.from.At(i)
		if j, ok := o.to.Index(a.Code); ok && a.Border != nil && orb.Equal(a.Border, o.to.At(j).Border) {
			o.pairs = append(o.pairs, pairing{i, j, o.fromSize[i]})
			done[i], done[o.from.Len()+j] = true, true
		}
	}
	for side, d := range []*area.Division{o.from, o.to} {
		for i := range d.Len() {
			if k := side*o.from.Len() + i; !done[k] && len(d.At(i).Border) > 0 && finite(d.At(i).Border) {
				boxes, which = append(boxes, d.At(i).Border.Bound()), append(which, k)
			}
		}
	}
	slivers, ground := 0, 0.0
	meetings(boxes, func(x, y int) {
		i, j := which[x], which[y]-o.from.Len()
		if which[y] < which[x] {
			i, j = which[y], which[x]-o.from.Len()
		}
		if i >= o.from.Len() || j < 0 { // of the same vintage
			return
		}
		size := overlap(o.from.At(i).Border, o.to.At(j).Border)
		if o.sliver(size, o.fromSize[i]) && o.sliver(size, o.toSize[j]) {
			if size >= minOverlap {
				slivers++
				ground += size
			}
			return
		}
		o.pairs = append(o.pairs, pairing{i, j, size})
	})
	slices.SortFunc(o.pairs, func(p, q pairing) int { return cmp.Or(cmp.Compare(p.old, q.old), cmp.Compare(p.new, q.new)) })
	if slivers > 0 {
		o.report.Findings = append(o.report.Findings, Finding{Rule: RuleMoved, Area: ground,
			Text: fmt.Sprintf("%d overlaps of in all %s between %s and %s are too small to count", slivers, squareMetres(ground), o.from.ID.Title(), o.to.ID.Title())})
	}
}

func (o *overlay) sliver(size, whole float64) bool {
	if o.opt.Sliver > 0 {
		return size < o.opt.Sliver*whole
	}
	return size < 0.001*whole && size < SliverArea
}

// open finds the areas of which something lies nowhere in the other vintage.
func (o *overlay) open() (gives, takes []string) {
	inOld, inNew := make([]float64, o.from.Len()), make([]float64, o.to.Len())
	for _, p := range o.pairs {
		inOld[p.old] += p.size
		inNew[p.new] += p.size
	}
	missing := func(d, other *area.Division, size, in []float64, always bool) (codes []string) {
		for i := range d.Len() {
			a, rest := d.At(i), size[i]-in[i]
			if a.Border == nil {
				codes = append(codes, a.Code)
				continue
			}
			if o.sliver(rest, size[i]) {
				continue
			}
			o.report.Findings = append(o.report.Findings, Finding{Rule: RuleNowhere, Codes: []string{a.Code}, Area: rest,
				Text: fmt.Sprintf("%s of %s (%s) lie in no area of %s", squareMetres(rest), a.Code, d.ID.Title(), other.ID.Title())})
			if always || other.Bordered() < other.Len() {
				codes = append(codes, a.Code)
			}
		}
		return codes
	}
	gives = missing(o.from, o.to, o.fromSize, inOld, true)
	takes = missing(o.to, o.from, o.toSize, inNew, false)
	return gives, takes
}

// settle puts persons in the place of ground, for the areas that are not one area in both vintages.
func (o *overlay) settle(links []area.Link) {
	olds, news := map[int]int{}, map[int]int{}
	for _, p := range o.pairs {
		olds[p.old]++
		news[p.new]++
	}
	type persons struct{ est, sure, most float64 }
	in := make([]persons, len(o.pairs))
	var cut []int // pairs whose persons must be known
	of := map[int]orb.Bound{}
	boxes := make([]orb.Bound, o.from.Len())
	for i := range boxes {
		boxes[i] = o.from.At(i).Border.Bound()
	}
	byOld := map[int][]int{}
	for k, p := range o.pairs {
		if olds[p.old] > 1 || news[p.new] > 1 {
			cut = append(cut, k)
			of[p.old] = boxes[p.old]
			byOld[p.old] = append(byOld[p.old], k)
		}
	}
	for _, s := range o.opt.Squares {
		if !(s.Persons > 0) {
			continue
		}
		touched := false
		for _, b := range of {
			if touched = touched || b.Intersects(s.Bound); touched {
				break
			}
		}
		if !touched {
			continue
		}
		var hit []int
		var ground []float64
		total := 0.0
		for i, b := range boxes {
			if o.from.At(i).Border == nil || !b.Intersects(s.Bound) {
				continue
			}
			piece := clip(o.from.At(i).Border, s.Bound)
			total += max(0, surfaceArea(piece))
			for _, k := range byOld[i] {
				if size := overlap(piece, clip(o.to.At(o.pairs[k].new).Border, s.Bound)); size > 1e-6*surfaceArea(orb.MultiPolygon{s.Bound.ToPolygon()}) {
					hit, ground = append(hit, k), append(ground, size)
				}
			}
		}
		for h, k := range hit {
			part := ground[h] / max(total, ground[h])
			in[k].est += s.Persons * part
			in[k].most += s.Persons
			if part > 1-1e-6 {
				in[k].sure += s.Persons
			}
		}
	}
	side := func(at func(pairing) int, share func(*area.Link) *area.Share) {
		groups := map[int][]int{}
		for _, k := range cut {
			groups[at(o.pairs[k])] = append(groups[at(o.pairs[k])], k)
		}
		for _, ks := range groups {
			sum := 0.0
			for _, k := range ks {
				sum += in[k].est
			}
			if !(sum > 0) {
				continue // nobody lives there by the squares: the ground is all there is to go by
			}
			for _, k := range ks {
				othersSure, othersMost := 0.0, 0.0
				for _, j := range ks {
					if j != k {
						othersSure += in[j].sure
						othersMost += in[j].most
					}
				}
				s := area.Share{Lo: 0, Hi: 1, Est: in[k].est / sum, Known: true}
				if in[k].sure+othersMost > 0 {
					s.Lo = in[k].sure / (in[k].sure + othersMost)
				}
				if in[k].most+othersSure > 0 {
					s.Hi = in[k].most / (in[k].most + othersSure)
				}
				s.Lo, s.Hi = min(s.Lo, s.Est), max(s.Hi, s.Est)
				*share(&links[k]) = s
			}
		}
	}
	side(func(p pairing) int { return p.old }, func(l *area.Link) *area.Share { return &l.Forward })
	side(func(p pairing) int { return p.new }, func(l *area.Link) *area.Share { return &l.Backward })
}

// clip is what of a border lies in a box, ring by ring (Sutherland and Hodgman). Parts may hang together by edges along the box, which enclose nothing.
func clip(border orb.MultiPolygon, box orb.Bound) orb.MultiPolygon {
	var out orb.MultiPolygon
	for _, polygon := range border {
		if !polygon.Bound().Intersects(box) {
			continue
		}
		var rings orb.Polygon
		for _, ring := range polygon {
			for side := range 4 {
				ring = clipSide(ring, box, side)
			}
			if len(ring) > 2 {
				rings = append(rings, append(ring, ring[0]))
			}
		}
		if len(rings) > 0 {
			out = append(out, rings)
		}
	}
	return out
}

func clipSide(ring orb.Ring, box orb.Bound, side int) orb.Ring {
	axis, limit, sign := side%2, box.Min[side%2], 1.0
	if side > 1 {
		limit, sign = box.Max[axis], -1.0
	}
	var out orb.Ring
	for i, p := range ring {
		q := ring[(i+len(ring)-1)%len(ring)]
		dp, dq := sign*(p[axis]-limit), sign*(q[axis]-limit)
		if (dp >= 0) != (dq >= 0) {
			t := dq / (dq - dp)
			at := orb.Point{q[0] + t*(p[0]-q[0]), q[1] + t*(p[1]-q[1])}
			at[axis] = limit
			out = append(out, at)
		}
		if dp >= 0 {
			out = append(out, p)
		}
	}
	return out
}

// A slope is an edge that is not upright, from west to east. sign is 1 when the area lies below it.
type slope struct {
	x0, y0, x1, y1, sign float64
}

func (e slope) at(x float64) float64 { return e.y0 + (x-e.x0)/(e.x1-e.x0)*(e.y1-e.y0) }

// overlap is the area of the ground that two borders have in common. What lies in a border is what lies below its upper edges, less what lies below its lower ones; so what lies in both is a sum over pairs of
// edges, of the ground below both, and no crossing needs to be sorted out: edges that lie on each other, as most do between two vintages, are like any others.
func overlap(a, b orb.MultiPolygon) float64 {
	box := a.Bound()
	other := b.Bound()
	if !box.Intersects(other) {
		return 0
	}
	// near the ground in common numbers are small, and little is lost in differences
	origin := orb.Point{max(box.Min[0], other.Min[0]), max(box.Min[1], other.Min[1])}
	east, north := min(box.Max[0], other.Max[0])-origin[0], min(box.Max[1], other.Max[1])-origin[1]
	as, bs := slopes(a, origin, east), slopes(b, origin, east)
	sum, lost := 0.0, 0.0 // compensated, since large grounds cancel
	add := func(v float64) {
		t := sum + v
		if math.Abs(sum) >= math.Abs(v) {
			lost += sum - t + v
		} else {
			lost += v - t + sum
		}
		sum = t
	}
	var open []slope // of b, begun and not ended
	next := 0
	for _, e := range as {
		for next < len(bs) && bs[next].x0 < e.x1 {
			open = append(open, bs[next])
			next++
		}
		kept := open[:0]
		for _, f := range open {
			if f.x1 <= e.x0 {
				continue
			}
			kept = append(kept, f)
			if f.x0 < e.x1 {
				add(e.sign * f.sign * below(e, f, north))
			}
		}
		open = kept
	}
	return max(0, sum+lost)
}

// slopes are the edges of a border within east metres of the origin, from west to east.
func slopes(border orb.MultiPolygon, origin orb.Point, east float64) []slope {
	var out []slope
	for _, polygon := range border {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				p, q := ring[i-1], ring[i]
				e := slope{p[0] - origin[0], p[1] - origin[1], q[0] - origin[0], q[1] - origin[1], -1}
				if e.x0 > e.x1 { // westwards: the area, to the left, lies below
					e = slope{e.x1, e.y1, e.x0, e.y0, 1}
				}
				if e.x0 != e.x1 && e.x1 > 0 && e.x0 < east {
					out = append(out, e)
				}
			}
		}
	}
	slices.SortFunc(out, func(e, f slope) int {
		return cmp.Or(cmp.Compare(e.x0, f.x0), cmp.Compare(e.x1, f.x1), cmp.Compare(e.y0, f.y0), cmp.Compare(e.y1, f.y1), cmp.Compare(e.sign, f.sign))
	})
	return out
}

// below is the ground below both edges, above the level 0 and not above north.
func below(e, f slope, north float64) float64 {
	west, east := max(e.x0, f.x0, 0), min(e.x1, f.x1)
	if !(west < east) {
		return 0
	}
	e0, e1, f0, f1 := e.at(west), e.at(east), f.at(west), f.at(east)
	if d0, d1 := e0-f0, e1-f1; d0*d1 < 0 {
		t := d0 / (d0 - d1)
		cross := e0 + t*(e1-e0)
		return (east - west) * (t*level(min(e0, f0), cross, north) + (1-t)*level(cross, min(e1, f1), north))
	}
	return (east - west) * level(min(e0, f0), min(e1, f1), north)
}

// level is the mean height of a line between two heights, held within 0 and north.
func level(h0, h1, north float64) float64 {
	if h0 > h1 {
		h0, h1 = h1, h0
	}
	return ramp(h0, h1) - ramp(h0-north, h1-north)
}

// ramp is the mean of a line between two heights where it is above 0, and 0 elsewhere.
func ramp(h0, h1 float64) float64 {
	switch {
	case h0 >= 0:
		return (h0 + h1) / 2
	case h1 <= 0:
		return 0
	}
	return h1 / 2 * (h1 / (h1 - h0))
}
