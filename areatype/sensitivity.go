package areatype

import (
	"fmt"

	"github.com/skikt/skikt/cube"
)

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

// Measures that [Result.WithPossible] gives.
const (
	MeasureWorst = "WorstType"
	MeasureBest  = "BestType"
)

// WithPossible puts beside each type the worst (lowest number) and the best that the area can have when its components are only known rounded half up to a number
// of decimals of percent, as published; the index is taken unrounded from them. A year where the type of some areas is not certain gets a warning with their number.
func (r *Result) WithPossible(decimals int) (*cube.Cube, error) {
	type place struct{ year, code string }
	ranges := map[place]Range{}
	var warnings []cube.Warning
	for _, y := range r.Years {
		if y.Cut == nil {
			continue
		}
		unrounded := y.Cut.Definition
		unrounded.Rounding = Rounding{}
		index := make([]Exact, len(y.Percents))
		for i, percents := range y.Percents {
			var err error
			if index[i], err = unrounded.Index(percents); err != nil {
				return nil, err
			}
		}
		possible, err := y.Cut.Possible(index, decimals)
		if err != nil {
			return nil, err
		}
		for i, code := range y.Codes {
			ranges[place{y.Name, code}] = possible[i]
		}
		if n := len(Uncertain(possible)); n > 0 {
			warnings = append(warnings, cube.Warning{Code: "areatype-rounding", Text: cube.Text{
				SV: fmt.Sprintf("%s %d områden kan ha en annan typ inom komponenternas avrundning.", y.Name, n),
				EN: fmt.Sprintf("%s %d areas can have another type within the rounding of the components.", y.Name, n)}})
		}
	}
	f, err := frameOf(r.Cube)
	if err != nil {
		return nil, err
	}
	b := cube.NewBuilder(r.Cube.Name, r.Cube.Dims(), []cube.Measure{
		{Name: MeasureWorst, Title: cube.Text{SV: "Sämsta möjliga typ inom avrundningen", EN: "Worst possible type within the rounding"}, Kind: cube.Code},
		{Name: MeasureBest, Title: cube.Text{SV: "Bästa möjliga typ inom avrundningen", EN: "Best possible type within the rounding"}, Kind: cube.Code},
	})
	at := make([]int32, len(r.Cube.Dims()))
	for row := range r.Cube.Len() {
		for d := range at {
			at[d] = int32(r.Cube.Coord(row, d))
		}
		year := ""
		if f.time >= 0 {
			year = r.Cube.Code(row, f.time)
		}
		worst, best := cube.Cell{}, cube.Cell{}
		if p, ok := ranges[place{year, r.Cube.Code(row, f.area)}]; ok {
			worst, best = cube.KnownCell(float64(p.Worst)), cube.KnownCell(float64(p.Best))
		}
		b.Add(at, worst, best)
	}
	possible, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out, err := r.Cube.Join(possible)
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		out.Warn(w)
	}
	return out, nil
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
