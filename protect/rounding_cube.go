package protect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A RoundingAccount says what rounding did to one count of a family. It is for the agency: the largest difference and the number of changed cells
// tell an attacker more than the declaration.
type RoundingAccount struct {
	Measure string          `json:"measure"`
	Small   int             `json:"small"` // inner counts that were to be rounded
	Quality RoundingQuality `json:"quality"`
	Optimal bool            `json:"optimal"`
	LeftOut int             `json:"left_out"` // rows of all tables without anything above zero, left out so that they look like combinations that nobody has
}

// Tables makes the tables of a family from rounded inner counts, so that all of them add up and agree. Every count is marked [cube.Perturbed],
// changed or not; rows without anything above zero are left out. Shares and means of counts are of rounded counts. Sums of quantities have no
// protection here, and are refused.
func (s SmallCountRounding) Tables(f Family) ([]*cube.Cube, []RoundingAccount, error) {
	return roundTables(f, s.Round, s.Validate, cube.Text{
		SV: fmt.Sprintf("Små antal är avrundade till 0 eller %d så att alla tabeller summerar. En rad som saknas kan stå för noll eller för några få.", s.Base),
		EN: fmt.Sprintf("Small counts are rounded to 0 or %d so that all tables add up. A row that is missing may stand for none or for a few.", s.Base),
	}, fmt.Sprintf("rounded: small counts to 0 or %d", s.Base))
}

// Tables makes the tables of a family from inner counts rounded to multiples of the base; see [SmallCountRounding.Tables] for their form.
func (c ControlledRounding) Tables(f Family) ([]*cube.Cube, []RoundingAccount, error) {
	return roundTables(f, c.Round, c.Validate, cube.Text{
		SV: fmt.Sprintf("Alla antal är avrundade till multiplar av %d, uppåt eller nedåt med mindre än %d, så att alla tabeller summerar. En rad som saknas kan stå för noll eller för några få.", c.Base, c.Base),
		EN: fmt.Sprintf("All counts are rounded to multiples of %d, up or down by less than %d, so that all tables add up. A row that is missing may stand for none or for a few.", c.Base, c.Base),
	}, fmt.Sprintf("rounded: all counts to multiples of %d", c.Base))
}

func roundTables(f Family, round func([]int64, [][]int32) (Rounded, error), validate func() error, note cube.Text, step string) ([]*cube.Cube, []RoundingAccount, error) {
	if err := validate(); err != nil {
		return nil, nil, err
	}
	if f.Inner == nil || f.Inner.Len() == 0 {
		return nil, nil, fmt.Errorf("protect: family %s has no cells", f.Name)
	}
	if _, err := checkInner(f); err != nil {
		return nil, nil, err
	}
	var counts, dims []string
	for _, v := range f.Views {
		for _, d := range v.Dims {
			if !slices.Contains(dims, d) {
				dims = append(dims, d)
			}
		}
		needed, _, err := perturbable(f.Inner, v, nil)
		if err != nil {
			return nil, nil, fmt.Errorf("protect: family %s: table %s: %w", f.Name, v.Name, err)
		}
		for _, name := range needed {
			if !slices.Contains(counts, name) {
				counts = append(counts, name)
			}
		}
	}
	// What no table tells apart is one inner count: fewer are small then.
	inner, err := f.Inner.Project(dims...)
	if err == nil {
		inner, err = inner.Select(counts...)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("protect: family %s: %w", f.Name, err)
	}
	f.Inner = inner
	cells, err := publishedCells(f)
	if err != nil {
		return nil, nil, err
	}
	var accounts []RoundingAccount
	rounded := make([][]int64, len(counts))
	for m, name := range counts {
		truth := make([]int64, inner.Len())
		for row := range truth {
			cell := inner.Cell(row, m)
			if !cell.Status.HasValue() {
				return nil, nil, fmt.Errorf("protect: family %s: rounding: count %s lacks values in the inner cube, so that its tables can't add up", f.Name, name)
			}
			truth[row] = int64(cell.Value)
		}
		out, err := round(truth, cells)
		if err != nil {
			return nil, nil, fmt.Errorf("family %s, count %s: %w", f.Name, name, err)
		}
		rounded[m] = out.Inner
		accounts = append(accounts, RoundingAccount{Measure: name, Small: out.Small, Quality: out.Quality, Optimal: out.Optimal})
	}
	inner = inner.Edit(func(row, m int, _ cube.Cell) cube.Cell {
		return cube.Cell{Status: cube.Perturbed, Value: float64(rounded[m][row])}
	})
	var tables []*cube.Cube
	for _, v := range f.Views {
		t, err := inner.View(v)
		if err != nil {
			return nil, nil, fmt.Errorf("protect: family %s: %w", f.Name, err)
		}
		out, err := t.Keep(func(row int) bool {
			for m := range t.Measures() {
				if c := t.Cell(row, m); c.Status.HasValue() && c.Value > 0 {
					return true
				}
			}
			return false
		})
		if err != nil {
			return nil, nil, err
		}
		for i := range accounts {
			accounts[i].LeftOut += t.Len() - out.Len()
		}
		out.Notes = append(out.Notes, note)
		out.Lineage = out.Lineage.Merge(cube.Lineage{Steps: []string{step}})
		tables = append(tables, out)
	}
	return tables, accounts, nil
}

// publishedCells are the cells of all views as rows of the inner cube; a cell that stands in several views is there once.
func publishedCells(f Family) ([][]int32, error) {
	var cells [][]int32
	index := map[string]int{}
	for _, v := range f.Views {
		dims := make([]int, len(v.Dims))
		for i, name := range v.Dims {
			if dims[i] = f.Inner.DimIndex(name); dims[i] < 0 {
				return nil, fmt.Errorf("protect: family %s: table %s: the inner cube has no dimension %s (it has %s)", f.Name, v.Name, name, strings.Join(f.Inner.DimNames(), ", "))
			}
		}
		slices.Sort(dims)
		var summed []int // positions in dims that get totals
		for i, d := range dims {
			if slices.Contains(v.Totals, f.Inner.Dims()[d].Name) {
				summed = append(summed, i)
			}
		}
		if len(summed) > 16 {
			return nil, fmt.Errorf("protect: family %s: table %s has totals over %d dimensions; 16 is the most", f.Name, v.Name, len(summed))
		}
		var key []byte
		for row := range f.Inner.Len() {
			for total := range 1 << len(summed) {
				key = key[:0]
				for i, d := range dims {
					if k := slices.Index(summed, i); k < 0 || total>>k&1 == 0 {
						key = fmt.Appendf(key, "%d=%d ", d, f.Inner.Coord(row, d))
					}
				}
				j, ok := index[string(key)]
				if !ok {
					j = len(cells)
					index[string(key)] = j
					cells = append(cells, nil)
				}
				// A cell of an earlier view has all of its rows already.
				if n := len(cells[j]); n == 0 || cells[j][n-1] < int32(row) {
					cells[j] = append(cells[j], int32(row))
				}
			}
		}
	}
	return cells, nil
}
