package protect

import (
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// Forbids tells whether the policy would hide a number that a published table hides, were it known: by its size, by the shares that are computed on it, or because everyone is in one
// category. value gives what is known of the table's numbers by row and measure. Who stands behind a sum a published table doesn't tell: one that is marked as hidden by a rule is forbidden.
func (p *Policy) Forbids(c *cube.Cube, row, measure int, value func(row, measure int) (float64, bool)) bool {
	v, ok := value(row, measure)
	meas := c.Measures()[measure]
	if !ok || !meas.Kind.Additive() {
		return false
	}
	if meas.Kind != cube.Count {
		return c.Cell(row, measure).Status == cube.HiddenRule
	}
	if v >= 1 && v < float64(p.MinCount) || v == 0 && p.Zeros == Hide {
		return true
	}
	group := func(d int) (rows []int, total int) { // the rows that differ from this one in a dimension only
		total = -1
		for other := range c.Len() {
			same := true
			for k := range c.Dims() {
				same = same && (k == d || c.Coord(other, k) == c.Coord(row, k))
			}
			switch {
			case same && c.Code(other, d) == cube.Total:
				total = other
			case same:
				rows = append(rows, other)
			}
		}
		return rows, total
	}
	over := map[int]bool{}
	for i, s := range c.Measures() {
		d := c.DimIndex(s.Over)
		if s.Kind != cube.Share || s.Of != meas.Name || d < 0 {
			continue
		}
		over[d] = true
		if c.Code(row, d) == cube.Total || v == 0 {
			continue
		}
		if v <= float64(p.ShareWith) {
			return true
		}
		rows, total := group(d)
		base, inBase := math.NaN(), false
		if b := c.Cell(row, i).Base; b.OK {
			base = b.V
		}
		whole := len(s.Base) == 0 || len(s.Base) == 1 && s.Base[0] == cube.Total
		sum, known := 0.0, true
		for _, other := range rows {
			if !whole && !slices.Contains(s.Base, c.Code(other, d)) {
				continue
			}
			w, ok := value(other, measure)
			sum, known, inBase = sum+w, known && ok, inBase || other == row
		}
		if math.IsNaN(base) && known {
			base = sum
		}
		if math.IsNaN(base) && whole && total >= 0 {
			if w, ok := value(total, measure); ok {
				base = w
			}
		}
		without := base - v
		if base <= float64(p.SharePersons) || inBase && p.ShareWithout > 0 && without > 0 && without <= float64(p.ShareWithout) {
			return true
		}
	}
	if p.Full != Hide {
		return false
	}
	for d, dim := range c.Dims() {
		if dim.Role != cube.Group && !over[d] || c.Code(row, d) == cube.Total {
			continue
		}
		rows, total := group(d)
		if len(rows) < 2 {
			continue
		}
		all, some, known := 0.0, 0, true
		for _, other := range rows {
			w, ok := value(other, measure)
			all, known = max(all, w), known && ok
			if ok && w > 0 {
				some++
			}
		}
		if known && some == 1 {
			return true
		}
		if total < 0 {
			continue
		}
		if w, ok := value(total, measure); ok && w > 0 && w == all {
			return true // one category has all that there are
		}
	}
	return false
}

// TooNarrow tells whether what can be known of a number leaves less than the interval that the policy declares, whichever number of those possible it is.
func (p *Policy) TooNarrow(k Known, whole bool) bool {
	if k.WholeMost == nil {
		return false
	}
	least := max(float64(p.Interval.Least), p.Interval.Share*math.Abs(k.WholeLeast))
	if whole {
		least = max(1, math.Ceil(least))
	}
	width := *k.WholeMost - k.WholeLeast
	return width < 2*least && (k.WholeLeast > 0 || width < least)
}
