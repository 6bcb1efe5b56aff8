package project

import (
	"fmt"
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/gap"
	"github.com/skikt/skikt/protect"
)

func (p *Project) validateRate(t TableDecl, say complain) {
	d := t.Rate
	if d.Measure == "" || d.Per <= 0 {
		say("", "it needs measure, and per how many: 1000")
	}
	i := slices.IndexFunc(p.Tables, func(of TableDecl) bool { return of.Name == d.Population })
	if i < 0 {
		say("population", "there is no table %q", d.Population)
		return
	}
	of := p.Tables[i]
	if !p.public(of.From) {
		say("population", "the table %s is of the agency's own records; a rate is over a population that is already public", of.Name)
	}
	for _, by := range t.By {
		if !slices.Contains(of.By, by) {
			say("population", "the table %s is not by %s, as %s is", of.Name, by, t.Name)
		}
	}
	for _, g := range of.Groups {
		if own := t.group(g.Name); own != nil && (len(own.Members) == 0 || len(g.Members) == 0) {
			say("population", "the group %s of both tables needs declared members", g.Name)
		}
	}
}

// rates are the declared rates of published counts. They are computed from what readers see and nothing else: where a count is hidden, so is its rate.
func (r *Run) rates(tables []protect.Table) (out []protect.Table, err error) {
	find := func(t TableDecl, by string) int {
		name := t.view(by).Name
		return slices.IndexFunc(tables, func(have protect.Table) bool { return have.Name() == name })
	}
	for _, t := range r.Tables {
		if t.Rate == nil {
			continue
		}
		of := r.Tables[slices.IndexFunc(r.Tables, func(of TableDecl) bool { return of.Name == t.Rate.Population })]
		for _, by := range t.By {
			count, population := find(t, by), find(of, by)
			if count < 0 || population < 0 {
				continue
			}
			table, err := protect.Derive([]protect.Table{tables[count], tables[population]}, func(c []*cube.Cube) (*cube.Cube, error) {
				return rate(*t.Rate, c[0], t.Count.Measure, c[1], of.Count.Measure)
			})
			if err != nil {
				return nil, fmt.Errorf("table %s: rate: %w", t.Name, err)
			}
			out = append(out, table)
		}
	}
	return out, nil
}

// rateLevel is how sure the intervals of rates are.
const rateLevel = 0.95

// rate is a cube of counts as rates of the population of the same areas, types and year: count / population × per. A group that the population is not sorted by is set over all of the population. The base is
// the population. The interval is the exact one of a Poisson count (Garwood 1936) over the population. Of perturbed counts it is the least and the most of that interval over all true numbers that
// can be behind them; without an interval of their own there is none, for how large the noise is nobody has told then.
func rate(d RateDecl, counts *cube.Cube, count string, population *cube.Cube, persons string) (*cube.Cube, error) {
	m, n := counts.MeasureIndex(count), population.MeasureIndex(persons)
	if m < 0 || n < 0 {
		return nil, fmt.Errorf("the counts %s and %s are not both published", count, persons)
	}
	measure := cube.Measure{Name: d.Measure, Title: text(d.Title), Unit: text(d.Unit), Kind: cube.Value, Decimals: d.Decimals}
	b := cube.NewBuilder(counts.Name+"_rate", counts.Dims(), []cube.Measure{measure})
	codes, at := make([]string, len(population.Dims())), make([]int32, len(counts.Dims()))
	for row := range counts.Len() {
		for k := range codes {
			codes[k] = cube.Total
		}
		for k, dim := range counts.Dims() {
			at[k] = int32(counts.Coord(row, k))
			if p := population.DimIndex(dim.Name); p >= 0 {
				codes[p] = counts.Code(row, k)
			}
		}
		of := cube.Cell{Status: cube.NotAvailable}
		if k := population.Find(codes...); k >= 0 {
			of = population.Cell(k, n)
		}
		b.Add(at, rateCell(counts.Cell(row, m), of, d.Per))
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: counts.Title.SV + ": " + d.Title.SV, EN: counts.Title.EN + ": " + d.Title.EN}
	out.Notes = append(slices.Clone(counts.Notes), cube.Text{
		SV: "Antalet delat med folkmängden i samma områden samma år. Där antalet är dolt är också kvoten dold. Intervallet (95 procent) är det exakta för ett Poissonfördelat antal och säger hur mycket slumpen kan flytta kvoten; där antal är ändrade för skydd rymmer det också ändringen.",
		EN: "The count over the population of the same areas the same year. Where the count is hidden, so is the rate. The interval (95 per cent) is the exact one of a Poisson count, and tells how much chance can move the rate; where counts are changed for protection it holds that change too."})
	return out, nil
}

func rateCell(count, of cube.Cell, per float64) cube.Cell {
	switch {
	case count.Status.Hidden() || of.Status.Hidden():
		return cube.Cell{Status: cube.HiddenProtect}
	case !count.Status.HasValue():
		return cube.Cell{Status: count.Status}
	case !of.Status.HasValue():
		return cube.Cell{Status: of.Status}
	case of.Value <= 0:
		return cube.Cell{Status: cube.NotApplicable}
	}
	cell := cube.Cell{Status: count.Status, Value: per * count.Value / of.Value, Base: cube.Num(of.Value)}
	if s := of.Status; s != cube.Known && s != cube.Zero {
		cell.Status = s
	}
	xLo, xHi, xOK := possible(count)
	nLo, nHi, nOK := possible(of)
	if xOK && nOK && nLo > 0 {
		cell.Lo = cube.Num(per * gap.Garwood(xLo, rateLevel).Lower / nHi)
		cell.Hi = cube.Num(per * gap.Garwood(xHi, rateLevel).Upper / nLo)
	}
	return cell
}

// possible is between what the true number behind a cell lies; not ok when it is perturbed by nobody knows how much.
func possible(c cube.Cell) (lo, hi float64, ok bool) {
	if c.Status != cube.Perturbed {
		return c.Value, c.Value, true
	}
	return c.Lo.V, c.Hi.V, c.Lo.OK && c.Hi.OK
}
