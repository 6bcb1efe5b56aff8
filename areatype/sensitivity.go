package areatype

import "fmt"

// Changed are the positions at which two lists of types differ, one an area in the same order.
func Changed(a, b []Type) []int {
	var at []int
	for i := range a {
		if a[i] != b[i] {
			at = append(at, i)
		}
	}
	return at
}

// A Range is the types an area can have: all from Worst (the lower number) to Best.
type Range struct{ Worst, Best Type }

// Certain tells whether only one type is possible.
func (r Range) Certain() bool { return r.Worst == r.Best }

// Possible tells which types each area can have when its components are only known rounded half up to a number of decimals. Each component then
// lies in [v - h, v + h) with h half a rounding step, so their mean lies in [index - h, index + h) too; the same holds for an index that was itself rounded, from
// unrounded components. When both were rounded, one after the other, call it with twice the error by [Cut.PossibleWithin].
// m and s are taken as fixed: they too move, but over many areas by far less than h.
func (c *Cut) Possible(index []Exact, decimals int) ([]Range, error) {
	if decimals < 0 || decimals > maxDecimals {
		return nil, fmt.Errorf("areatype: values rounded to %d decimals: give 0 to %d", decimals, maxDecimals)
	}
	half := Exact{ratFrac(1, 2, decimals)}
	return c.PossibleWithin(index, half), nil
}

// PossibleWithin tells which types each area can have when its true index lies in [index - h, index + h), m and s fixed.
func (c *Cut) PossibleWithin(index []Exact, h Exact) []Range {
	ranges := make([]Range, len(index))
	for i, x := range index {
		// The upper end is not reached: whatever the tie rule, an index just below a cut is on its better side.
		worst, _ := c.typeOf(x.Plus(h), TieBetter)
		ranges[i] = Range{Worst: worst, Best: c.TypeOf(x.Minus(h))}
	}
	return ranges
}

// Uncertain are the positions of the areas that can have more than one type.
func Uncertain(ranges []Range) []int {
	var at []int
	for i, r := range ranges {
		if !r.Certain() {
			at = append(at, i)
		}
	}
	return at
}

// A LeaveOut is the types without one component.
type LeaveOut struct {
	Component string
	Cut       *Cut
	Changed   []int // positions of the areas whose type differs from that of the whole index
}

// WithoutEach computes the types again without each component in turn: the index of the others, its own m and s. It shows how much the types hang on one
// of them. percents has the components of each area in order.
func (d Definition) WithoutEach(percents [][]Exact, population []int64) ([]LeaveOut, error) {
	d = d.WithDefaults()
	whole, err := d.cutPercents(percents, population)
	if err != nil {
		return nil, err
	}
	outs := make([]LeaveOut, len(d.Components))
	for k, c := range d.Components {
		less, err := d.Without(c.Name)
		if err != nil {
			return nil, err
		}
		kept := make([][]Exact, len(percents))
		for i, p := range percents {
			kept[i] = append(append([]Exact(nil), p[:k]...), p[k+1:]...)
		}
		cut, err := less.cutPercents(kept, population)
		if err != nil {
			return nil, fmt.Errorf("without %s: %w", c.Name, err)
		}
		outs[k] = LeaveOut{Component: c.Name, Cut: cut, Changed: Changed(whole.Types, cut.Types)}
	}
	return outs, nil
}

func (d Definition) cutPercents(percents [][]Exact, population []int64) (*Cut, error) {
	index := make([]Exact, len(percents))
	for i, p := range percents {
		var err error
		if index[i], err = d.Index(p); err != nil {
			return nil, err
		}
	}
	return d.Cut(index, population)
}
