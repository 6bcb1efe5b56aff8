package assess

import (
	"math"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// A Recut is the types by another rule beside the declared ones.
type Recut struct {
	Areas, Persons float64 // share of the areas, and of the persons, whose type is another
	Gap            float64 // by the other rule, less that by the declared one
}

// Against compares types by another rule with the declared ones, for an outcome by area.
func Against(o Outcome, declared, other []areatype.Type) Recut {
	var areas, moved, n, all float64
	for i := range declared {
		if !declared[i].Valid() || !other[i].Valid() {
			continue
		}
		all++
		n += o.N[i]
		if declared[i] != other[i] {
			areas++
			moved += o.N[i]
		}
	}
	if all == 0 {
		return Recut{math.NaN(), math.NaN(), math.NaN()}
	}
	return Recut{areas / all, moved / n, Gap(ByType(o, other)) - Gap(ByType(o, declared))}
}

// ByType is an outcome by area added up to types 1 to 5; areas without a type are left out.
func ByType(o Outcome, types []areatype.Type) Outcome {
	part := make([]int32, len(types))
	for i, t := range types {
		part[i] = int32(t) - 1
	}
	return o.Into(part, areatype.NTypes)
}

// A Variant is another rule for the cut.
type Variant struct {
	Code      string
	Title     cube.Text
	Component bool // it is the index without a component, which is another index
	Types     []areatype.Type
}

var variantTitles = map[string]cube.Text{
	"own-year": text("Årets eget medelvärde och spridning", "The year's own mean and spread"),
	"weight":   text("Områden vägda på annat sätt (folkmängd eller lika)", "Areas weighed otherwise (population or alike)"),
	"divisor":  text("Annan delning av spridningen", "Another divisor of the spread"),
	"tie":      text("Gränsfall åt andra hållet", "Ties to the other side"),
	"rounding": text("Annan avrundning av indexet", "Another rounding of the index"),
}

// Variants are the types of a year by each rule that SCB does not state otherwise than declared: the weight of areas, the divisor of s, the side of a tie, rounding of the index
// to one decimal; and without each component of the index. Rules by which no cut can be drawn are left out. Types stand in the order of the year's areas.
func Variants(def areatype.Definition, y areatype.Year) []Variant {
	def = def.WithDefaults()
	var out []Variant
	try := func(code string, d areatype.Definition) {
		if d.Weighting == areatype.ByPopulation && y.Population == nil {
			return
		}
		cut, err := d.Cut(y.Index, y.Population)
		if err == nil {
			out = append(out, Variant{code, variantTitles[code], false, cut.Types})
		}
	}
	if def.Base != (areatype.Base{}) {
		own := def
		own.Base = areatype.Base{}
		try("own-year", own)
		def = own
	}
	d := def
	if d.Weighting = areatype.ByPopulation; def.Weighting == areatype.ByPopulation {
		d.Weighting = areatype.Unweighted
	}
	try("weight", d)
	d = def
	if d.Divisor = areatype.DivisorPopulation; def.Divisor == areatype.DivisorPopulation {
		d.Divisor = areatype.DivisorSample
	}
	try("divisor", d)
	d = def
	if d.Tie = areatype.TieBetter; def.Tie == areatype.TieBetter {
		d.Tie = areatype.TieWorse
	}
	try("tie", d)
	d, one := def, 1
	if d.Rounding.Index = &one; def.Rounding.Index != nil {
		d.Rounding.Index = nil
	}
	rounded := y
	rounded.Index = make([]areatype.Exact, len(y.Percents))
	for i, percents := range y.Percents {
		var err error
		if rounded.Index[i], err = d.Index(percents); err != nil {
			rounded.Index = nil
			break
		}
	}
	y, before := rounded, y
	if len(y.Index) == len(y.Codes) {
		try("rounding", d)
	}
	y = before
	if len(y.Percents) == len(y.Codes) && len(def.Components) > 1 {
		if outs, err := def.WithoutEach(y.Percents, y.Population); err == nil {
			for _, o := range outs {
				title := cube.Same(o.Component)
				for _, c := range def.Components {
					if c.Name == o.Component && c.Title != (cube.Text{}) {
						title = c.Title
					}
				}
				out = append(out, Variant{"without-" + o.Component, text("Utan "+lower(title.SV), "Without "+lower(title.EN)), true, o.Cut.Types})
			}
		}
	}
	return out
}
