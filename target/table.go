package target

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// A Table says where a table by area type has what [OfTable] needs.
type Table struct {
	Type  string // dimension of types: total, 1 to 5, and any member for areas without a type
	Year  string // dimension of years
	Count string // measure
	Group string // dimension whose members are needs
	Need  []string
}

// OfTable is [ByTypes] of a table of counts need × type × year, year by year: nothing is needed but what the table shows. A choice that takes a number which the table hides is hidden too. The best choice
// of areas can't be told from it.
func OfTable(name string, c *cube.Cube, t Table) (*cube.Cube, error) {
	types, years, groups, count := c.DimIndex(t.Type), c.DimIndex(t.Year), c.DimIndex(t.Group), c.MeasureIndex(t.Count)
	if types < 0 || years < 0 || groups < 0 || count < 0 {
		return nil, fmt.Errorf("target: the table %s lacks one of the dimensions %s, %s and %s, or the count %s", c.Name, t.Type, t.Year, t.Group, t.Count)
	}
	need := cube.Dimension{Name: "need", Title: needTitle, Role: cube.Group}
	of := c.Dims()[groups]
	for _, code := range t.Need {
		at := of.Index(code)
		if at < 0 || code == cube.Total || slices.ContainsFunc(need.Members, func(m cube.Member) bool { return m.Code == code }) {
			return nil, fmt.Errorf("target: %q is no member of %s in the table %s, or stands twice", code, t.Group, c.Name)
		}
		need.Members = append(need.Members, of.Members[at])
	}
	if len(need.Members) == 0 {
		return nil, fmt.Errorf("target: name the members of %s that have the need", t.Group)
	}
	codes := make([]string, len(c.Dims()))
	// at is the number of persons, and what is known of it; a place that the table has no row for has nobody.
	at := func(kind, year, group string) (cube.Cell, error) {
		for d := range codes {
			codes[d] = cube.Total
		}
		codes[types], codes[years], codes[groups] = kind, year, group
		row := c.Find(codes...)
		if row < 0 {
			if kind == cube.Total && group == cube.Total {
				return cube.Cell{}, fmt.Errorf("target: the table %s has no total for %s", c.Name, year)
			}
			return cube.Cell{Status: cube.Zero}, nil
		}
		cell := c.Cell(row, count)
		if cell.Status.HasValue() && (cell.Value < 0 || cell.Value != math.Trunc(cell.Value)) {
			return cube.Cell{}, fmt.Errorf("target: a count of the table %s is no whole number from 0 up", c.Name)
		}
		return cell, nil
	}
	b := cube.NewBuilder(name, []cube.Dimension{need, choices(), c.Dims()[years]}, reachMeasures())
	for k, code := range t.Need {
		for y, year := range c.Dims()[years].Members {
			var r Reached
			state := cube.Known
			add := func(to *int64, kind, group string) error {
				cell, err := at(kind, year.Code, group)
				switch {
				case err != nil:
					return err
				case cell.Status.HasValue():
					*to += int64(cell.Value)
					if cell.Status != cube.Zero && state == cube.Known {
						state = cell.Status
					}
				case cell.Status.Hidden():
					state = cube.HiddenProtect
				case state.HasValue():
					state = cube.NotAvailable
				}
				return nil
			}
			for _, x := range []struct {
				to    *int64
				group string
			}{{&r.AllPopulation, cube.Total}, {&r.AllNeed, code}} {
				if err := add(x.to, cube.Total, x.group); err != nil {
					return nil, err
				}
			}
			for n := 1; n < areatype.NTypes; n++ {
				if err := add(&r.Population, strconv.Itoa(n), cube.Total); err != nil {
					return nil, err
				}
				if err := add(&r.Need, strconv.Itoa(n), code); err != nil {
					return nil, err
				}
				cells := reachCells(r)
				for m := range cells {
					switch {
					case !state.HasValue():
						cells[m] = cube.Cell{Status: state}
					case cells[m].Status == cube.Known:
						cells[m].Status = state
					}
				}
				b.Add([]int32{int32(k), int32(n - 1), int32(y)}, cells...)
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings = typesTitle, slices.Clone(c.Notes), slices.Clone(c.Warnings)
	out.Notes = append(out.Notes, cube.Text{
		SV: "Beräknad ur den publicerade tabellen " + c.Title.SV + ". Där den döljer ett tal som behövs är också räckvidden dold.",
		EN: "Computed from the published table " + c.Title.EN + ". Where it hides a number that is needed, the reach is hidden too."})
	return out, nil
}
