package areatype

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/skikt/skikt/cube"
)

// PublishedArea is what a publisher has said of an area. The zero Type, or a nil Index, is not published.
type PublishedArea struct {
	Type  Type
	Index *Exact
}

// A Disagreement is one area whose published type is another than ours.
type Disagreement struct {
	Code            string
	Ours, Published Type
	Index           float64 // ours
	Cut             float64 // the crossed cut nearest to the index
	Distance        float64 // index - cut
}

// An IndexDifference is one area whose published index is another than ours, rounded alike.
type IndexDifference struct {
	Code            string
	Ours, Published float64
}

// A Comparison sets our types and indices beside published ones. Nothing is corrected: disagreements are listed for people to judge.
type Comparison struct {
	Compared       int                 // areas with a type on both sides
	Agree          int                 // of those, with the same type
	Matrix         [NTypes][NTypes]int // ours (rows) by published (columns)
	OnlyOurs       []string            // areas without a published type
	OnlyPublished  []string            // published areas that we have no type for
	Disagreements  []Disagreement      // nearest to its cut first
	IndexCompared  int
	IndexDifferent []IndexDifference
}

// Compare sets a cut beside what was published, area by area. codes and index are those of the areas of the cut, in its order; decimals is
// the number of decimals of the published index, to which ours is rounded half up before they are compared.
func Compare(cut *Cut, codes []string, index []Exact, published map[string]PublishedArea, decimals int) (Comparison, error) {
	var c Comparison
	if len(codes) != len(cut.Types) || len(index) != len(cut.Types) {
		return c, fmt.Errorf("areatype: a cut of %d areas is compared by %d codes and %d indices", len(cut.Types), len(codes), len(index))
	}
	ours := make(map[string]bool, len(codes))
	for i, code := range codes {
		if ours[code] {
			return c, fmt.Errorf("areatype: area %s stands twice", code)
		}
		ours[code] = true
		p := published[code]
		if p.Index != nil {
			c.IndexCompared++
			if r := index[i].Round(decimals); r.Cmp(*p.Index) != 0 {
				c.IndexDifferent = append(c.IndexDifferent, IndexDifference{code, r.Float(), p.Index.Float()})
			}
		}
		if !p.Type.Valid() {
			c.OnlyOurs = append(c.OnlyOurs, code)
			continue
		}
		c.Compared++
		t := cut.Types[i]
		c.Matrix[t-1][p.Type-1]++
		if t == p.Type {
			c.Agree++
			continue
		}
		crossed := cut.Cuts[min(t, p.Type)-1]
		if p.Type < t {
			crossed = cut.Cuts[t-2]
		}
		f := index[i].Float()
		c.Disagreements = append(c.Disagreements, Disagreement{Code: code, Ours: t, Published: p.Type, Index: f, Cut: crossed, Distance: f - crossed})
	}
	for code, p := range published {
		if !ours[code] && p.Type.Valid() {
			c.OnlyPublished = append(c.OnlyPublished, code)
		}
	}
	slices.Sort(c.OnlyOurs)
	slices.Sort(c.OnlyPublished)
	slices.SortFunc(c.Disagreements, func(a, b Disagreement) int {
		return cmp.Or(cmp.Compare(max(a.Distance, -a.Distance), max(b.Distance, -b.Distance)), cmp.Compare(a.Code, b.Code))
	})
	return c, nil
}

// Warnings are what a reader of our types must know of the comparison; none when all agree.
func (c Comparison) Warnings() []cube.Warning {
	var out []cube.Warning
	if n := len(c.Disagreements); n > 0 {
		d := c.Disagreements[0]
		out = append(out, cube.Warning{Code: "differs-from-published-type", Text: cube.Text{
			SV: fmt.Sprintf("%d av %d områden har en annan områdestyp än den publicerade, närmast sin gräns %s.", n, c.Compared, d.Code),
			EN: fmt.Sprintf("%d of %d areas have another type than the published one, nearest to its cut %s.", n, c.Compared, d.Code)}})
	}
	if n := len(c.IndexDifferent); n > 0 {
		out = append(out, cube.Warning{Code: "differs-from-published-index", Text: cube.Text{
			SV: fmt.Sprintf("%d av %d områden har ett annat index än det publicerade.", n, c.IndexCompared),
			EN: fmt.Sprintf("%d of %d areas have another index than the published one.", n, c.IndexCompared)}})
	}
	return out
}
