package project

import (
	"fmt"
	"slices"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/segregation"
)

// The parts that measures of segregation may be declared with.
const (
	partLevel   = "level"   // M and H by nested level: between län, between kommuner in them, and so on
	partStratum = "stratum" // M and H within each area of the next finer kind
	partUnit    = "unit"    // what each unit contributes to M
	partChange  = "change"  // change of M from year to year
)

var segregationParts = []string{partLevel, partStratum, partUnit, partChange}

var partTitles = map[string]cube.Text{
	partLevel:   {SV: "delad på nivåer", EN: "by nested level"},
	partStratum: {SV: "inom delar", EN: "within parts"},
	partUnit:    {SV: "enheternas bidrag", EN: "contributions of units"},
	partChange:  {SV: "förändring", EN: "change"},
}

// parts computes the declared parts, within each kind of area that they apply to: levels and strata where a finer kind is declared, contributions of units within the coarsest
// kind, change where there are two years. A kind is finer when it has more areas.
func (r *Run) parts(counts *cube.Cube, units area.ID, d SegregationDecl, q segregation.Question) ([]*cube.Cube, error) {
	inside, kinds := counts, []string(nil)
	size := map[string]int{}
	for _, kind := range d.Within {
		var err error
		if inside, err = r.besideArea(inside, units, area.Kind(kind)); err != nil {
			return nil, err
		}
		size[kind] = len(inside.Dim(kind).Members)
		kinds = append(kinds, kind)
	}
	slices.SortStableFunc(kinds, func(a, b string) int { return size[a] - size[b] })
	years := len(counts.Dim(yearDim).Members)
	one := func(part string, k int) (*cube.Cube, error) { // nil when the part does not apply
		kind, finer := kinds[k], kinds[k+1:]
		var c *cube.Cube
		of, err := r.besideArea(counts, units, area.Kind(kind))
		dims := []string{kind}
		switch {
		case err != nil:
		case part == partLevel && len(finer) > 0:
			if of, err = inside.Project(append([]string{kind, d.Units, d.Group.Name, yearDim}, finer...)...); err == nil {
				c, err = segregation.LevelCube(of, q, finer...)
			}
			dims = append(dims, "level")
		case part == partStratum && len(finer) > 0:
			if of, err = inside.Project(kind, finer[0], d.Units, d.Group.Name, yearDim); err == nil {
				c, err = segregation.StratumCube(of, q, finer[0])
			}
			dims = append(dims, finer[0])
		case part == partUnit && k == 0:
			// One unit's part says something only beside the others'; intervals for each cost more than they tell.
			named := q
			named.Persons.N = 0
			named.Measures = []string{"LocalInformation", "SharePersons", "Contribution", "ContributionShare"}
			c, err = segregation.UnitCube(of, named)
			dims = append(dims, d.Units)
		case part == partChange && years > 1:
			// Intervals of a Shapley decomposition cost as much as all other measures of an edition together; skikt measure gives them.
			plain := q
			plain.Persons.N = 0
			c, err = segregation.ChangeCube(of, plain, yearDim, segregation.Shapley)
		}
		if err != nil || c == nil {
			return nil, err
		}
		// An only area of the coarsest kind, the country, says nothing beside another kind of area.
		if len(dims) > 1 && part != partLevel && size[kind] == 1 {
			dims = dims[1:]
		}
		if c, err = arranged(c, append(dims, yearDim)...); err != nil {
			return nil, err
		}
		title := text(d.Title)
		c.Name = fmt.Sprintf("%s_%s_%s", d.Name, kind, part)
		c.Title = cube.Text{SV: title.SV + ", " + partTitles[part].SV, EN: title.EN + ", " + partTitles[part].EN}
		return c, nil
	}
	type job struct {
		part string
		kind int
	}
	var jobs []job
	for _, part := range d.Parts {
		for k := range kinds {
			jobs = append(jobs, job{part, k})
		}
	}
	var out []*cube.Cube
	for _, m := range cores.InOrder(len(jobs), func(i int) (m segregated) {
		m.table, m.err = one(jobs[i].part, jobs[i].kind)
		return m
	}) {
		if m.err != nil {
			return nil, m.err
		}
		if m.table != nil {
			out = append(out, m.table)
		}
	}
	return out, nil
}

// arranged has the named dimensions in that order; what is left out has one member.
func arranged(c *cube.Cube, names ...string) (*cube.Cube, error) {
	at := make([]int, len(names))
	dims := make([]cube.Dimension, len(names))
	for i, name := range names {
		if at[i] = c.DimIndex(name); at[i] < 0 {
			return nil, fmt.Errorf("project: table %s has no dimension %q", c.Name, name)
		}
		dims[i] = c.Dims()[at[i]]
	}
	b := cube.NewBuilder(c.Name, dims, slices.Clone(c.Measures()))
	for row := range c.Len() {
		place := make([]int32, len(at))
		for i, d := range at {
			place[i] = int32(c.Coord(row, d))
		}
		cells := make([]cube.Cell, len(c.Measures()))
		for m := range cells {
			cells[m] = c.Cell(row, m)
		}
		b.Add(place, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings, out.Lineage = c.Title, c.Notes, c.Warnings, c.Lineage
	return out, nil
}
