package border

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
)

// minOverlap is the size in square metres from which an overlap or a gap is told of by itself. Smaller ones come from rounded
// coordinates; they are in the sums.
const minOverlap = 1

// Validate checks the borders of a division: each ring by itself, the rings of each area, and the areas against each other. Overlaps are told of
// by the areas that lie on the same ground, with their size summed; gaps one by one. The order of findings is that of the codes.
//
// The work grows little faster than the number of vertices: edges that neighbours share cancel, and the rest is swept from south to north.
func Validate(d *area.Division) *Report {
	v := &validator{report: &Report{Areas: d.Len()}}
	for i := range d.Len() {
		a := d.At(i)
		switch {
		case len(a.Border) == 0:
			v.add(Finding{Rule: RuleNoBorder, Codes: []string{a.Code}, Text: a.Code + " has no border"})
		case !finite(a.Border):
			v.add(Finding{Rule: RuleOutside, Codes: []string{a.Code}, Text: a.Code + " has coordinates that are no numbers or far outside the country; it is not checked further"})
		default:
			v.rings(a)
			v.crossings(a)
			v.nesting(a)
			v.codes, v.borders = append(v.codes, a.Code), append(v.borders, a.Border)
		}
	}
	v.neighbours()
	return v.report
}

type validator struct {
	report  *Report
	codes   []string
	borders []orb.MultiPolygon
}

func (v *validator) add(f Finding) { v.report.Findings = append(v.report.Findings, f) }

func (v *validator) at(rule, code string, p orb.Point, format string, args ...any) {
	v.add(Finding{Rule: rule, Codes: []string{code}, Point: &p, Text: code + " at " + place(p) + ": " + fmt.Sprintf(format, args...)})
}

// rings checks each ring of an area by itself.
func (v *validator) rings(a area.Area) {
	for _, polygon := range a.Border {
		if len(polygon) == 0 {
			v.add(Finding{Rule: RuleFlat, Codes: []string{a.Code}, Text: a.Code + " has a part without rings"})
		}
		for i, ring := range polygon {
			v.report.Rings++
			v.report.Vertices += len(ring)
			if len(ring) == 0 {
				v.add(Finding{Rule: RuleFlat, Codes: []string{a.Code}, Text: a.Code + " has a ring without vertices"})
				continue
			}
			if last := ring[len(ring)-1]; last != ring[0] {
				v.at(RuleUnclosed, a.Code, last, "the ring does not end where it begins")
			}
			size := ringArea(ring)
			switch {
			case len(ring) < 4:
				v.at(RuleFlat, a.Code, ring[0], "the ring has %d vertices where four are the least", len(ring))
			case math.Abs(size) < SnapDistance:
				// a bow-tie may have two halves that cancel; the crossing is then told of too
				v.at(RuleFlat, a.Code, ring[0], "the ring encloses no surface")
			case (size > 0) != (i == 0):
				v.at(RuleDirection, a.Code, ring[0], "the ring runs in the wrong direction")
			}
			repeated, first := 0, orb.Point{}
			for j := 1; j < len(ring); j++ {
				if ring[j] == ring[j-1] {
					if repeated == 0 {
						first = ring[j]
					}
					repeated++
				}
			}
			if repeated > 0 {
				v.at(RuleVertex, a.Code, first, "the ring has %d repeated vertices, the first here", repeated)
			}
		}
	}
}

// crossings finds places where lines of one area's border cross. Rings may touch; they may not cross or run along each other.
func (v *validator) crossings(a area.Area) {
	type edge struct{ a, b orb.Point }
	var edges []edge
	var boxes []orb.Bound
	for _, polygon := range a.Border {
		for _, ring := range polygon {
			for j := 1; j < len(ring); j++ {
				if ring[j] != ring[j-1] {
					edges = append(edges, edge{ring[j-1], ring[j]})
					boxes = append(boxes, boxOf(ring[j-1], ring[j], 0))
				}
			}
		}
	}
	const most = 10 // crossings told of for one area
	found := 0
	meetings(boxes, func(i, j int) {
		e, f := edges[i], edges[j]
		if e == f || e.a == f.b && e.b == f.a {
			if found++; found <= most {
				v.at(RuleCrossing, a.Code, e.a, "the border runs along itself")
			}
			return
		}
		if e.a == f.a || e.a == f.b || e.b == f.a || e.b == f.b {
			return
		}
		for _, t := range [4]struct{ p, a, b orb.Point }{{e.a, f.a, f.b}, {e.b, f.a, f.b}, {f.a, e.a, e.b}, {f.b, e.a, e.b}} {
			if _, on := onEdge(t.p, t.a, t.b); on { // touches within the snap distance
				return
			}
		}
		if p, ok := crossing(e.a, e.b, f.a, f.b); ok {
			if found++; found <= most {
				v.at(RuleCrossing, a.Code, p, "the border crosses itself")
			}
		}
	})
	if found > most {
		v.add(Finding{Rule: RuleCrossing, Codes: []string{a.Code}, Text: fmt.Sprintf("%s crosses itself at %d more places", a.Code, found-most)})
	}
}

// nesting sees to it that holes lie in their outer rings and that parts lie apart.
func (v *validator) nesting(a area.Area) {
	for i, polygon := range a.Border {
		if len(polygon) == 0 || len(polygon[0]) < 4 {
			continue
		}
		for _, hole := range polygon[1:] {
			if p, ok := pointInRing(hole); ok && !inRing(polygon[0], p) {
				v.at(RuleNesting, a.Code, p, "a hole lies outside its outer ring")
			}
		}
		p, ok := pointIn(polygon)
		if !ok || len(a.Border) == 1 {
			continue
		}
		for j, other := range a.Border {
			if i != j && len(other) > 0 && other[0].Bound().Contains(p) && inBorder(orb.MultiPolygon{other}, p) {
				v.at(RuleNesting, a.Code, p, "a part lies in another part of the same area")
			}
		}
	}
}

func pointInRing(r orb.Ring) (orb.Point, bool) {
	if len(r) < 4 {
		return orb.Point{}, false
	}
	return pointIn(orb.Polygon{r})
}

// neighbours overlays all areas and tells of overlaps and gaps.
func (v *validator) neighbours() {
	if len(v.borders) == 0 {
		return
	}
	net, ok := arrange(v.borders)
	var shared, gaps []part
	if ok {
		shared, ok = net.region(2)
	}
	if ok {
		gaps, ok = net.gaps()
	}
	if !ok {
		v.add(Finding{Rule: RuleUnchecked, Text: "the borders are too tangled for overlaps and gaps to be counted; mend the crossings first"})
		return
	}
	v.overlaps(shared)
	for _, p := range gaps {
		size := surfaceArea(orb.MultiPolygon{p.polygon})
		v.report.Gap += size
		at, ok := pointIn(p.polygon)
		if size < minOverlap || !ok {
			continue
		}
		codes := v.codesOf(p.owners[0])
		v.add(Finding{Rule: RuleGap, Codes: codes, Point: &at, Area: size, Text: fmt.Sprintf("%s at %s, surrounded by %s, lies in no area", squareMetres(size), place(at), list(codes))})
	}
}

func (v *validator) codesOf(owners []int32) []string {
	codes := make([]string, len(owners))
	for i, o := range owners {
		codes[i] = v.codes[o]
	}
	return codes
}

// overlaps sums overlapping ground by the areas that share it.
func (v *validator) overlaps(shared []part) {
	cover := newCover(v.borders)
	sums := map[string]*Finding{}
	var order []string
	for _, p := range shared {
		size := surfaceArea(orb.MultiPolygon{p.polygon})
		at, ok := pointIn(p.polygon)
		if !ok { // thinner than a micrometre
			v.report.Overlap += size
			continue
		}
		var codes []string
		for _, i := range cover.at(at) {
			codes = append(codes, v.codes[i])
		}
		if len(codes) < 2 { // an area that crosses itself covers ground twice; its crossing is told of
			continue
		}
		v.report.Overlap += size * float64(len(codes)-1)
		key := strings.Join(codes, " ")
		f, ok := sums[key]
		if !ok {
			f = &Finding{Rule: RuleOverlap, Codes: codes, Point: &at}
			sums[key] = f
			order = append(order, key)
		}
		f.Area += size
	}
	slices.Sort(order)
	for _, key := range order {
		if f := sums[key]; f.Area >= minOverlap {
			f.Text = fmt.Sprintf("%s overlap by %s, among other places at %s", strings.Join(f.Codes, " and "), squareMetres(f.Area), place(*f.Point))
			v.add(*f)
		}
	}
}
