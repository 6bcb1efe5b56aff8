package areatype

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/skikt/skikt/cube"
)

// Periods reads the types of every year from a cube of areas × years, computed or published, in the order of the years. The population of an area is the
// measure NPersons where the cube has it, else the base of its type.
func Periods(c *cube.Cube, measure string) ([]Period, error) {
	f, err := frameOf(c)
	if err != nil {
		return nil, err
	}
	m, people := c.MeasureIndex(measure), c.MeasureIndex(Default().Population)
	if m < 0 {
		return nil, fmt.Errorf("areatype: cube %s has no measure %q", c.Name, measure)
	}
	names, rows := f.rows(c)
	var periods []Period
	for i, name := range names {
		p := Period{Name: name, Types: map[string]Type{}, Population: map[string]int64{}}
		for _, row := range rows[i] {
			cell := c.Cell(row, m)
			t, ok, err := typeOfCell(cell)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			code := c.Code(row, f.area)
			p.Types[code] = t
			base := cell.Base
			if people >= 0 {
				if n := c.Cell(row, people); n.Status.HasValue() {
					base = cube.Num(n.Value)
				}
			}
			if base.OK {
				p.Population[code] = int64(base.V)
			}
		}
		if len(p.Types) > 0 {
			periods = append(periods, p)
		}
	}
	slices.SortStableFunc(periods, func(a, b Period) int { return cmp.Compare(a.Name, b.Name) })
	return periods, nil
}

// Transitions is a cube of how areas moved between types: period × type_from × type_to with the number of areas (NAreas), and, where every area has a
// population, the inhabitants in the first year (NPersonsFirstYear). Periods are the pairs of neighbouring years, and the first with the last
// when there are more than two. Warnings count the areas that were in only one of the years.
func Transitions(c *cube.Cube, measure string) (*cube.Cube, error) {
	pairs, err := pairsOf(c, measure)
	if err != nil {
		return nil, err
	}
	measures := []cube.Measure{{Name: "NAreas", Title: cube.Text{SV: "Antal områden", EN: "Number of areas"},
		Unit: cube.Text{SV: "områden", EN: "areas"}, Kind: cube.Count}}
	withPeople := !slices.ContainsFunc(pairs, func(t Transition) bool { return t.Population == nil })
	if withPeople {
		measures = append(measures, cube.Measure{Name: "NPersonsFirstYear", Title: cube.Text{SV: "Antal invånare det första året", EN: "Inhabitants in the first year"},
			Unit: cube.Text{SV: "personer", EN: "persons"}, Kind: cube.Count})
	}
	b := cube.NewBuilder(c.Name+"_transitions", []cube.Dimension{periodsOf(pairs),
		Dimension("type_from", cube.Text{SV: "Typ det första året", EN: "Type in the first year"}),
		Dimension("type_to", cube.Text{SV: "Typ det sista året", EN: "Type in the last year"})}, measures)
	for k, t := range pairs {
		for i := range NTypes {
			for j := range NTypes {
				cells := []cube.Cell{cube.KnownCell(float64(t.Matrix[i][j]))}
				if withPeople {
					cells = append(cells, cube.KnownCell(float64(t.Population[i][j])))
				}
				b.Add([]int32{int32(k), int32(i), int32(j)}, cells...)
			}
		}
	}
	out, err := followed(c, b, pairs, "transitions of "+measure)
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Områden efter typ två år", EN: "Areas by type in two years"}
	return out, nil
}

// pairsOf follows areas between neighbouring years, and from the first year to the last when there are more than two.
func pairsOf(c *cube.Cube, measure string) ([]Transition, error) {
	periods, err := Periods(c, measure)
	if err != nil {
		return nil, err
	}
	if len(periods) < 2 {
		return nil, fmt.Errorf("areatype: cube %s has types for %d years: transitions need two", c.Name, len(periods))
	}
	var pairs []Transition
	for i := 1; i < len(periods); i++ {
		pairs = append(pairs, Between(periods[i-1], periods[i]))
	}
	if len(periods) > 2 {
		pairs = append(pairs, Between(periods[0], periods[len(periods)-1]))
	}
	return pairs, nil
}

func periodsOf(pairs []Transition) cube.Dimension {
	d := cube.Dimension{Name: "period", Title: cube.Text{SV: "Period", EN: "Period"}, Role: cube.Group}
	for _, t := range pairs {
		d.Members = append(d.Members, cube.Member{Code: t.From + "_" + t.To, Label: cube.Same(t.From + "–" + t.To)})
	}
	return d
}

// followed finishes a cube made of pairs of years of c.
func followed(c *cube.Cube, b *cube.Builder, pairs []Transition, step string) (*cube.Cube, error) {
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Notes, out.Warnings = slices.Clone(c.Notes), slices.Clone(c.Warnings)
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"areatype: " + step}})
	for _, t := range pairs {
		if t.OnlyFirst+t.OnlyLast == 0 {
			continue
		}
		out.Warn(cube.Warning{Code: "areatype-one-year-only", Text: cube.Text{
			SV: fmt.Sprintf("%s–%s: %d områden har typ bara det första året och %d bara det sista; de ingår inte.", t.From, t.To, t.OnlyFirst, t.OnlyLast),
			EN: fmt.Sprintf("%s–%s: %d areas have a type only in the first year and %d only in the last; they are left out.", t.From, t.To, t.OnlyFirst, t.OnlyLast)}})
	}
	return out, nil
}

// Stability is a cube of how firmly areas keep their types, by period as in [Transitions]: number of areas followed, share that keeps its type, numbers
// that move to a type with a higher or a lower number, share of the first year's inhabitants living in areas that keep, and Cohen's kappa in three weightings with
// a 95 percent interval (± 1.96 standard errors, [Transition.Kappa]).
func Stability(c *cube.Cube, measure string) (*cube.Cube, error) {
	pairs, err := pairsOf(c, measure)
	if err != nil {
		return nil, err
	}
	areas := cube.Text{SV: "områden", EN: "areas"}
	percent := cube.Text{SV: "procent", EN: "percent"}
	value := func(name, sv, en string) cube.Measure {
		return cube.Measure{Name: name, Title: cube.Text{SV: sv, EN: en}, Kind: cube.Value, Decimals: 2}
	}
	measures := []cube.Measure{
		{Name: "NAreas", Title: cube.Text{SV: "Antal områden med typ båda åren", EN: "Areas with a type in both years"}, Unit: areas, Kind: cube.Count},
		{Name: "ShareKeep", Title: cube.Text{SV: "Andel områden som behåller sin typ", EN: "Share of areas that keep their type"}, Unit: percent, Kind: cube.Share, Decimals: 1},
		{Name: "NToHigherNumber", Title: cube.Text{SV: "Områden som går till en typ med högre nummer", EN: "Areas that move to a type with a higher number"}, Unit: areas, Kind: cube.Count},
		{Name: "NToLowerNumber", Title: cube.Text{SV: "Områden som går till en typ med lägre nummer", EN: "Areas that move to a type with a lower number"}, Unit: areas, Kind: cube.Count},
		{Name: "SharePersonsKeep", Title: cube.Text{SV: "Andel av det första årets invånare i områden som behåller sin typ", EN: "Share of the first year's inhabitants in areas that keep their type"}, Unit: percent, Kind: cube.Share, Decimals: 1},
		value("Kappa", "Cohens kappa", "Cohen's kappa"),
		value("KappaLinear", "Cohens kappa, linjära vikter", "Cohen's kappa, linear weights"),
		value("KappaQuadratic", "Cohens kappa, kvadratiska vikter", "Cohen's kappa, quadratic weights"),
	}
	b := cube.NewBuilder(c.Name+"_stability", []cube.Dimension{periodsOf(pairs)}, measures)
	for k, t := range pairs {
		n := cube.Num(float64(t.N))
		keep, people := cellOf(t.Keep()), cellOf(t.KeepPopulation())
		keep.Base = n
		if t.Population == nil {
			people.Status = cube.NotAvailable
		}
		cells := []cube.Cell{cube.KnownCell(n.V), keep, cube.KnownCell(float64(t.Better())), cube.KnownCell(float64(t.Worse())), people}
		for _, w := range []AgreementWeight{NoWeight, Linear, Quadratic} {
			kappa, err := t.Kappa(w)
			if err != nil {
				return nil, err
			}
			cell := cellOf(kappa.Value)
			cell.Base = n
			if kappa.SE.OK {
				cell.Lo, cell.Hi = cube.Num(kappa.Value.V-normal95*kappa.SE.V), cube.Num(kappa.Value.V+normal95*kappa.SE.V)
			}
			cells = append(cells, cell)
		}
		b.Add([]int32{int32(k)}, cells...)
	}
	out, err := followed(c, b, pairs, "stability of "+measure)
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Hur fasta områdestyperna är", EN: "How firm the area types are"}
	out.Notes = append(out.Notes, cube.Text{SV: "Kappa: överensstämmelse utöver slumpen; intervallet är 95 procent.", EN: "Kappa: agreement beyond chance; the interval is 95 percent."})
	return out, nil
}

// normal95 is the 97.5th percentile of the normal distribution.
const normal95 = 1.959963984540054

func cellOf(n cube.Number) cube.Cell {
	if !n.OK {
		return cube.Cell{Status: cube.NotApplicable}
	}
	return cube.KnownCell(n.V)
}
