package areatype

import (
	"errors"
	"fmt"
	"slices"

	"github.com/skikt/skikt/cube"
)

// Measures that [Published] gives.
const (
	MeasurePublishedIndex = "PublishedIndex"
	MeasurePublishedType  = "PublishedAreaType"
)

// Published takes a publisher's own index and types, measures of a cube of areas (× years), to a cube that can stand beside ours. Either
// name may be empty. A published type that is not a whole number from 1 to 5 is an error; nothing is computed.
func Published(c *cube.Cube, index, areaType string) (*cube.Cube, error) {
	if _, err := frameOf(c); err != nil {
		return nil, err
	}
	var measures []cube.Measure
	var from []int
	take := func(name string, m cube.Measure) error {
		if name == "" {
			return nil
		}
		i := c.MeasureIndex(name)
		if i < 0 {
			return fmt.Errorf("areatype: cube %s has no measure %q", c.Name, name)
		}
		measures, from = append(measures, m), append(from, i)
		return nil
	}
	docs := Default().Docs()
	err := errors.Join(
		take(index, cube.Measure{Name: MeasurePublishedIndex, Title: cube.Text{SV: "Publicerat socioekonomiskt index", EN: "Published socioeconomic index"},
			Unit: docs[0].Unit, Kind: cube.Value, Decimals: 1}),
		take(areaType, cube.Measure{Name: MeasurePublishedType, Title: cube.Text{SV: "Publicerad områdestyp", EN: "Published area type"},
			Unit: cube.Text{SV: "typ", EN: "type"}, Kind: cube.Code}))
	if err != nil {
		return nil, err
	}
	if len(measures) == 0 {
		return nil, errors.New("areatype: name a published index, a published type or both")
	}
	b := cube.NewBuilder(c.Name, c.Dims(), measures)
	for row := range c.Len() {
		at := make([]int32, len(c.Dims()))
		for d := range at {
			at[d] = int32(c.Coord(row, d))
		}
		cells := make([]cube.Cell, len(from))
		for k, m := range from {
			cells[k] = c.Cell(row, m)
			if measures[k].Name == MeasurePublishedType {
				if _, _, err := typeOfCell(cells[k]); err != nil || cells[k].Status == cube.Zero {
					return nil, fmt.Errorf("areatype: cube %s, row %d: a published type is none of 1 to 5", c.Name, row+1)
				}
			}
		}
		b.Add(at, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings = c.Title, slices.Clone(c.Notes), slices.Clone(c.Warnings)
	out.Lineage = c.Lineage.Merge(cube.Lineage{})
	return out, nil
}

// typeOfCell reads a type from a cell; ok is false where there is none.
func typeOfCell(c cube.Cell) (t Type, ok bool, err error) {
	if !c.Status.HasValue() {
		return 0, false, nil
	}
	t = Type(max(0, min(c.Value, 255)))
	if !t.Valid() || float64(t) != c.Value {
		return 0, false, fmt.Errorf("areatype: %v is none of the types 1 to 5", c.Value)
	}
	return t, true, nil
}

// WithPublished puts a cube from [Published] beside the result: its measures join the cube, and each year is compared. Disagreements become warnings and
// are returned in full, one comparison a year in the order of Years. decimals is that of the published index.
func (r *Result) WithPublished(published *cube.Cube, decimals int) (*cube.Cube, []Comparison, error) {
	joined, err := r.Cube.Join(published)
	if err != nil {
		return nil, nil, err
	}
	f, err := frameOf(published)
	if err != nil {
		return nil, nil, err
	}
	names, rows := f.rows(published)
	index, areaType := published.MeasureIndex(MeasurePublishedIndex), published.MeasureIndex(MeasurePublishedType)
	comparisons := make([]Comparison, len(r.Years))
	for i, y := range r.Years {
		if y.Cut == nil {
			continue
		}
		by := map[string]PublishedArea{}
		if at := slices.Index(names, y.Name); at >= 0 {
			for _, row := range rows[at] {
				var p PublishedArea
				if areaType >= 0 {
					if p.Type, _, err = typeOfCell(published.Cell(row, areaType)); err != nil {
						return nil, nil, err
					}
				}
				if index >= 0 {
					if cell := published.Cell(row, index); cell.Status.HasValue() {
						e, err := Decimal(cell.Value)
						if err != nil {
							return nil, nil, err
						}
						p.Index = &e
					}
				}
				by[published.Code(row, f.area)] = p
			}
		}
		if comparisons[i], err = Compare(y.Cut, y.Codes, y.Index, by, decimals); err != nil {
			return nil, nil, err
		}
		for _, warning := range comparisons[i].Warnings() {
			if y.Name != "" {
				warning.Text = cube.Text{SV: y.Name + ": " + warning.Text.SV, EN: y.Name + ": " + warning.Text.EN}
			}
			joined.Warn(warning)
		}
	}
	return joined, comparisons, nil
}
