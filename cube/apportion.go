package cube

import (
	"fmt"
	"slices"
)

// A Portion says how much of a member of one dimension lies in a member of another, such as of an area in an area after the borders were changed.
type Portion struct {
	From, To int32   // positions of members; From below zero says that To has something that is in no member, so that nothing can be said of it
	Same     bool    // the two are the same
	Share    Number  // best estimate of the share of From that lies in To; absent when nobody knows
	Lo, Hi   float64 // the share is surely within; 1 and 1 for all of it
}

// Apportion tells a cube by the members of another dimension (areal interpolation): a count is shared out by the portions, v·share, and what comes to a member is added up. Cells of a member that
// is the same as one of the new dimension are kept as they are, all measures of them. A member that was put together of whole ones has their sum. Of a part, the value is an estimate with an
// interval of what is certain: from nothing to all of what the member had, since those who are counted may live in any part of it; of the measures weighed, in rows that are of all groups,
// from Lo to Hi of it. Without an estimate a cell is not available. Shares and means are computed anew from their parts, and other measures have a value only where members are the same.
//
// Rows for [Total] stay as they are when the new dimension has the member Total.
func (c *Cube) Apportion(dim string, to Dimension, portions []Portion, weighed ...string) (*Cube, error) {
	d := c.DimIndex(dim)
	if d < 0 {
		return nil, fmt.Errorf("cube: %s has no dimension %q", c.Name, dim)
	}
	of := make([][]Portion, len(c.dims[d].Members))
	broken := make([]bool, len(to.Members))
	shared := make([]float64, len(of))
	for _, p := range portions {
		if int(p.From) >= len(of) || p.To < 0 || int(p.To) >= len(broken) {
			return nil, fmt.Errorf("cube: %s: a portion of member %d lies in member %d, and there are %d and %d", c.Name, p.From, p.To, len(of), len(broken))
		}
		if !(0 <= p.Lo && p.Lo <= p.Hi && p.Hi <= 1) || p.Share.OK && !(p.Lo <= p.Share.V && p.Share.V <= p.Hi) {
			return nil, fmt.Errorf("cube: %s: a portion of %s is %g, between %g and %g", c.Name, dim, p.Share.V, p.Lo, p.Hi)
		}
		if p.From < 0 {
			broken[p.To] = true
			continue
		}
		of[p.From] = append(of[p.From], p)
		if shared[p.From] += p.Share.V; shared[p.From] > 1+1e-9 {
			return nil, fmt.Errorf("cube: %s: the portions of %s sum to more than 1", c.Name, c.dims[d].Members[p.From].Code)
		}
	}
	if t := c.dims[d].Index(Total); t >= 0 {
		if at := to.Index(Total); at >= 0 {
			of[t] = []Portion{{From: int32(t), To: int32(at), Same: true, Share: Num(1), Lo: 1, Hi: 1}}
		}
	}
	type place struct {
		at   []int32
		sums []sum
		same int // the row that it is, or -1
	}
	var places []*place
	index := map[string]*place{}
	dims := slices.Clone(c.dims)
	dims[d] = to
	for row := range c.Len() {
		all := true // of all groups
		for k := range c.dims {
			if c.dims[k].Role == Group || c.dims[k].Role == Type {
				all = all && c.Code(row, k) == Total
			}
		}
		for _, p := range of[c.coords[d][row]] {
			at := make([]int32, len(dims))
			key := make([]byte, 0, 4*len(dims))
			for k := range dims {
				if at[k] = c.coords[k][row]; k == d {
					at[k] = p.To
				}
				key = appendPlace(key, at[k])
			}
			to := index[string(key)]
			if to == nil {
				to = &place{at, make([]sum, len(c.measures)), -1}
				index[string(key)] = to
				places = append(places, to)
			}
			if p.Same {
				to.same = row
			}
			for m, meas := range c.measures {
				if meas.Kind.Additive() {
					to.sums[m].add(p.of(c.Cell(row, m), all && slices.Contains(weighed, meas.Name)))
				}
			}
		}
	}
	var additive []Measure
	for _, meas := range c.measures {
		if meas.Kind.Additive() {
			additive = append(additive, meas)
		}
	}
	// Shares and means of what has been apportioned, from the counts.
	b := c.derived(dims, additive)
	for _, p := range places {
		var cells []Cell
		for m, meas := range c.measures {
			if meas.Kind.Additive() {
				cell := p.sums[m].cell()
				if broken[p.at[d]] {
					cell = Cell{Status: NotAvailable}
				}
				cells = append(cells, cell)
			}
		}
		b.Add(p.at, cells...)
	}
	counts, err := b.Cube()
	if err != nil {
		return nil, err
	}
	for _, meas := range c.measures {
		if (meas.Kind == Share || meas.Kind == Mean) && counts.MeasureIndex(meas.Of) >= 0 && (meas.Per == "" || counts.MeasureIndex(meas.Per) >= 0) {
			if counts, err = counts.WithMeasure(meas); err != nil {
				return nil, err
			}
		}
	}
	b = c.derived(dims, c.measures)
	codes := make([]string, len(dims))
	for _, p := range places {
		cells := make([]Cell, len(c.measures))
		for k, i := range p.at {
			codes[k] = dims[k].Members[i].Code
		}
		for m, meas := range c.measures {
			switch {
			case p.same >= 0 && !broken[p.at[d]]:
				cells[m] = c.Cell(p.same, m)
			case counts.MeasureIndex(meas.Name) >= 0:
				cells[m] = counts.Get(meas.Name, codes...)
			default:
				cells[m] = Cell{Status: NotAvailable}
			}
		}
		b.Add(p.at, cells...)
	}
	return b.Cube()
}

// of is the portion of a cell.
func (p Portion) of(c Cell, weighed bool) Cell {
	switch {
	case p.Lo == 1 || !c.Status.HasValue():
		return c
	case c.Value == 0 && !c.Lo.OK:
		return c
	case !p.Share.OK:
		return Cell{Status: NotAvailable}
	}
	lo, hi := c.Value, c.Value
	if c.Lo.OK && c.Hi.OK {
		lo, hi = c.Lo.V, c.Hi.V
	}
	out := Cell{Status: c.Status, Value: c.Value * p.Share.V, Lo: Num(0), Hi: Num(hi)}
	if lo < 0 {
		out.Lo = Num(lo)
	}
	if weighed && lo >= 0 {
		out.Lo, out.Hi = Num(lo*p.Lo), Num(hi*p.Hi)
	}
	return out
}
