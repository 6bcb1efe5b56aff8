package border

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
)

// SliverArea is the size in square metres below which a gap within a dissolved area is filled, if no other area lies in it. A hectare is
// far less than any DeSO; simplified borders leave gaps of that size between neighbours that once met.
const SliverArea = 10_000

// Dissolve makes the borders of a coarser division by merging those of a finer one, along the keys or codes that g.Parents goes by. It gives the
// division to with the borders that could be made; an area is merged only when all its parts have borders, and the others are among
// the findings.
//
// Vertices within SnapDistance are one. Where the parts match, shared borders cancel exactly and the outer vertices are those of
// the parts. Where they do not, as with borders that were simplified one by one, the result is the ground that any part covers:
// overlaps of the parts count once, and gaps smaller than SliverArea are filled unless another area lies there. Up to rounding,
//
//	area of the result = sum of the parts − Report.Overlap + Report.Gap
func Dissolve(g *area.Geography, from, to area.ID) (*area.Division, *Report, error) {
	parents, err := g.Parents(from, to)
	if err != nil {
		return nil, nil, fmt.Errorf("border: dissolve: %w", err)
	}
	fine, err := g.Division(from)
	if err != nil {
		return nil, nil, fmt.Errorf("border: dissolve: %w", err)
	}
	coarse, err := g.Division(to)
	if err != nil {
		return nil, nil, fmt.Errorf("border: dissolve: %w", err)
	}
	if fine.Bordered() == 0 {
		return nil, nil, fmt.Errorf("border: dissolve: no area of %s has a border; read them first", from.Title())
	}
	d := &dissolver{report: &Report{Areas: coarse.Len()}, parents: parents}
	all := make([]orb.MultiPolygon, fine.Len())
	members := make([][]int, coarse.Len())
	for i := range fine.Len() {
		all[i] = fine.At(i).Border
		if parents[i] >= 0 {
			members[parents[i]] = append(members[parents[i]], i)
		}
	}
	d.cover = newCover(all)
	borders := map[string]orb.MultiPolygon{}
	for i, parts := range members {
		if border := d.dissolve(coarse.At(i).Code, i, parts, fine); border != nil {
			borders[coarse.At(i).Code] = border
		}
	}
	out, err := coarse.WithBorders(borders)
	if err != nil {
		return nil, nil, err
	}
	return out, d.report, nil
}

type dissolver struct {
	report  *Report
	cover   *cover
	parents []int32
}

func (d *dissolver) dissolve(code string, parent int, parts []int, fine *area.Division) orb.MultiPolygon {
	var missing []string
	borders := make([]orb.MultiPolygon, 0, len(parts))
	var sum float64
	for _, i := range parts {
		a := fine.At(i)
		if len(a.Border) == 0 || !finite(a.Border) {
			missing = append(missing, a.Code)
			continue
		}
		borders = append(borders, a.Border)
		sum += surfaceArea(a.Border)
		for _, polygon := range a.Border {
			d.report.Rings += len(polygon)
			for _, ring := range polygon {
				d.report.Vertices += len(ring)
			}
		}
	}
	switch {
	case len(parts) == 0:
		d.add(Finding{Rule: RuleParts, Codes: []string{code}, Text: fmt.Sprintf("%s has no parts in %s, so it gets no border", code, fine.ID.Title())})
		return nil
	case len(missing) > 0:
		d.add(Finding{Rule: RuleParts, Codes: []string{code}, Text: fmt.Sprintf("%s gets no border, because %d of its %d parts have none: %s", code, len(missing), len(parts), list(missing))})
		return nil
	}
	net, ok := arrange(borders)
	var union []part
	if ok {
		union, ok = net.region(1)
	}
	if !ok || len(union) == 0 {
		d.add(Finding{Rule: RuleUnmerged, Codes: []string{code}, Text: fmt.Sprintf("the %d parts of %s could not be merged; they stand side by side", len(parts), code)})
		return slices.Concat(borders...)
	}
	border, filled := d.fill(code, parent, union)
	sum += filled
	overlap := sum - surfaceArea(border)
	d.report.Overlap += math.Max(overlap, 0)
	if overlap >= minOverlap {
		d.add(Finding{Rule: RuleOverlap, Codes: []string{code}, Area: overlap, Text: fmt.Sprintf("parts of %s overlap by %s, which counts once", code, squareMetres(overlap))})
	}
	return border
}

func (d *dissolver) add(f Finding) { d.report.Findings = append(d.report.Findings, f) }

// fill fills the slivers in a union. Islands in a filled hole become part of what is around them.
func (d *dissolver) fill(code string, parent int, union []part) (border orb.MultiPolygon, filled float64) {
	var slivers []orb.Ring
	var sizes []float64
	for _, p := range union {
		polygon := orb.Polygon{p.polygon[0]}
		for _, hole := range p.polygon[1:] {
			if size := -ringArea(hole); size < SliverArea && !d.foreign(hole, parent) {
				slivers, sizes = append(slivers, hole), append(sizes, size)
				continue
			}
			polygon = append(polygon, hole)
		}
		border = append(border, polygon)
	}
	for i, sliver := range slivers {
		bound, size := sliver.Bound(), sizes[i]
		border = slices.DeleteFunc(border, func(island orb.Polygon) bool {
			if !bound.Contains(island[0][0]) || ringArea(island[0]) >= sizes[i] {
				return false
			}
			p, ok := pointIn(island)
			if !ok || !inRing(sliver, p) {
				return false
			}
			size -= surfaceArea(orb.MultiPolygon{island})
			return true
		})
		at := sliver[0]
		d.add(Finding{Rule: RuleSliver, Codes: []string{code}, Point: &at, Area: size, Text: fmt.Sprintf("a gap of %s in %s at %s was filled", squareMetres(size), code, place(at))})
		d.report.Gap += size
		filled += size
	}
	return border, filled
}

// foreign tells whether a part of another area lies in a hole.
func (d *dissolver) foreign(hole orb.Ring, parent int) bool {
	p, ok := pointIn(orb.Polygon{hole})
	return ok && slices.ContainsFunc(d.cover.at(p), func(i int) bool { return int(d.parents[i]) != parent })
}

// finite tells whether all coordinates are numbers within a sane range.
func finite(border orb.MultiPolygon) bool {
	for _, polygon := range border {
		for _, ring := range polygon {
			for _, p := range ring {
				if !(math.Abs(p[0]) < 1e9 && math.Abs(p[1]) < 1e9) {
					return false
				}
			}
		}
	}
	return true
}

// squareMetres writes an area as people do: m² when small, else hectares or km².
func squareMetres(a float64) string {
	switch {
	case a >= 1e6:
		return fmt.Sprintf("%.2f km²", a/1e6)
	case a >= 1e4:
		return fmt.Sprintf("%.1f ha", a/1e4)
	}
	return fmt.Sprintf("%.1f m²", a)
}
