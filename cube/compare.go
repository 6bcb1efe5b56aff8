package cube

import "fmt"

// A Comparison is how the cells of a table stand to those of an earlier one, by their codes, cell by cell.
type Comparison struct {
	Same    int `json:"same"`
	Changed int `json:"changed"` // another value or another status
	Added   int `json:"added"`   // of rows and measures that the earlier one lacks
	Removed int `json:"removed"` // of rows and measures that the later one lacks

	Cells   []ChangedCell `json:"cells"`   // all but the same: in the order of the later table, then those that it lacks
	Renamed []Renamed     `json:"renamed"` // members whose code is the same and whose label is not
}

// A ChangedCell is a cell that is not the same in both.
type ChangedCell struct {
	Change  string   `json:"change"` // changed, added or removed
	Codes   []string `json:"codes"`  // one a dimension
	Measure string   `json:"measure"`
	Was     Cell     `json:"was"`
	Now     Cell     `json:"now"`
}

// Renamed is a member with another label than before. A name that has moved to another code is such a pair: what is known by code must not be carried on by name.
type Renamed struct {
	Dimension string `json:"dimension"`
	Code      string `json:"code"`
	Was       Text   `json:"was"`
	Now       Text   `json:"now"`
}

// Compare compares two tables with the same dimensions. Values are the same when they are equal; bases and intervals are not looked at.
func Compare(earlier, later *Cube) (*Comparison, error) {
	names := later.DimNames()
	order := make([]int, len(names)) // where each dimension stands in the earlier one
	for d, name := range names {
		if order[d] = earlier.DimIndex(name); order[d] < 0 {
			return nil, fmt.Errorf("cube: the tables can't be compared: one has the dimensions %v, the other %v", earlier.DimNames(), names)
		}
	}
	if len(earlier.DimNames()) != len(names) {
		return nil, fmt.Errorf("cube: the tables can't be compared: one has the dimensions %v, the other %v", earlier.DimNames(), names)
	}
	out := &Comparison{}
	for d := range names {
		was := &earlier.dims[order[d]]
		label := make(map[string]Text, len(was.Members))
		for _, m := range was.Members {
			label[m.Code] = m.Label
		}
		for _, m := range later.dims[d].Members {
			if old, ok := label[m.Code]; ok && old != m.Label {
				out.Renamed = append(out.Renamed, Renamed{names[d], m.Code, old, m.Label})
			}
		}
	}
	codes := make([]string, len(names))
	row := func(c *Cube, i int, place func(d int) int) []string { // codes in the order of the later table
		for d := range names {
			codes[d] = c.Code(i, place(d))
		}
		return codes
	}
	asLater := func(d int) int { return d }
	note := func(change string, measure string, was, now Cell) {
		out.Cells = append(out.Cells, ChangedCell{change, append([]string(nil), codes...), measure, was, now})
	}
	inEarlier := make([]string, len(names))
	for i := range later.Len() {
		for d, code := range row(later, i, asLater) {
			inEarlier[order[d]] = code
		}
		old := earlier.Find(inEarlier...)
		for m, measure := range later.measures {
			now := later.Cell(i, m)
			at := earlier.MeasureIndex(measure.Name)
			if old < 0 || at < 0 {
				out.Added++
				note("added", measure.Name, Cell{}, now)
				continue
			}
			was := earlier.Cell(old, at)
			if was.Status == now.Status && (was.Value == now.Value || !now.Status.HasValue()) {
				out.Same++
				continue
			}
			out.Changed++
			note("changed", measure.Name, was, now)
		}
	}
	for i := range earlier.Len() {
		now := later.Find(row(earlier, i, func(d int) int { return order[d] })...)
		for m, measure := range earlier.measures {
			if now >= 0 && later.MeasureIndex(measure.Name) >= 0 {
				continue
			}
			out.Removed++
			note("removed", measure.Name, earlier.Cell(i, m), Cell{})
		}
	}
	return out, nil
}
