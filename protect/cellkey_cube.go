package protect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// PerturbationAccount says what cell key perturbation did, without telling any change.
type PerturbationAccount struct {
	Cells     int     `json:"cells"`      // counts above zero before noise
	Hidden    int     `json:"hidden"`     // results below the threshold, zero or not
	LeftOut   int     `json:"left_out"`   // rows without any result above zero, left out so that they look like combinations that nobody has
	MaxChange int64   `json:"max_change"` // of any count
	Variance  float64 `json:"variance"`   // of the change, at most
}

// Tables makes the tables of a family with perturbed counts. keys names, for each count, the measure of the inner cube that holds the sum of the
// record keys of the rows counted (whole or modulo 2^Bits); it is never in a result. Every count of a table, total or part, is perturbed on its own
// by its cell key. Shares and means of counts are computed from perturbed counts; a share of all members of a dimension is over their perturbed
// total, shown or not. Counts have the interval of true counts that can give them, shares and means that of the quotients; a share is cut to 0..1, as
// a small base with noise may be less than its part.
//
// Every count is marked [cube.Perturbed], zeros too: a result of zero may be somebody's. Rows without any result above zero are left out.
// Tables carry the warning [cube.NotAdditive]. Sums of quantities have no protection here, and are refused, as are means of them.
func (k CellKey) Tables(f Family, keys map[string]string) ([]*cube.Cube, PerturbationAccount, error) {
	var account PerturbationAccount
	noise, err := k.Noise()
	if err != nil {
		return nil, account, err
	}
	account.MaxChange, account.Variance = noise.MaxChange(), noise.Variance()
	if f.Inner == nil || f.Inner.Len() == 0 {
		return nil, account, fmt.Errorf("protect: family %s has no cells", f.Name)
	}
	if _, err := checkInner(f); err != nil {
		return nil, account, err
	}
	for count, key := range keys {
		for _, name := range []string{count, key} {
			if f.Inner.MeasureIndex(name) < 0 {
				return nil, account, fmt.Errorf("protect: family %s: cell key: the inner cube lacks measure %s", f.Name, name)
			}
		}
	}
	var tables []*cube.Cube
	for _, v := range f.Views {
		t, err := k.table(f.Inner, v, keys, noise, &account)
		if err != nil {
			return nil, account, fmt.Errorf("protect: family %s: table %s: %w", f.Name, v.Name, err)
		}
		tables = append(tables, t)
	}
	return tables, account, nil
}

func (k CellKey) table(inner *cube.Cube, v cube.View, keys map[string]string, noise *Noise, account *PerturbationAccount) (*cube.Cube, error) {
	if keys == nil {
		keys = map[string]string{}
	}
	counts, totals, err := perturbable(inner, v, keys)
	if err != nil {
		return nil, err
	}
	c, err := inner.Project(v.Dims...)
	if err != nil {
		return nil, err
	}
	if c, err = c.WithTotals(totals...); err != nil {
		return nil, err
	}
	if c, err = k.perturb(c, counts, keys, noise, account); err != nil {
		return nil, err
	}
	for _, m := range v.Measures {
		if m.Kind != cube.Share && m.Kind != cube.Mean {
			continue
		}
		if m.Kind == cube.Share && len(m.Base) == 0 {
			m.Base = []string{cube.Total}
		}
		if c, err = c.WithMeasure(m); err != nil {
			return nil, err
		}
	}
	// Only now the totals that were there for shares, and the rows that would tell by being there, can go.
	columns := make([]int, len(v.Measures))
	for i, m := range v.Measures {
		columns[i] = c.MeasureIndex(m.Name)
	}
	b := cube.NewBuilder(v.Name, c.Dims(), v.Measures)
rows:
	for row := range c.Len() {
		at := make([]int32, len(c.Dims()))
		for d, dim := range c.Dims() {
			at[d] = int32(c.Coord(row, d))
			if c.Code(row, d) == cube.Total && !slices.Contains(v.Totals, dim.Name) {
				continue rows
			}
		}
		cells := make([]cube.Cell, len(columns))
		something := false
		for i, m := range columns {
			cell := c.Cell(row, m)
			if v.Measures[i].Kind == cube.Share {
				cell = cutToShare(cell)
			}
			cells[i] = cell
			something = something || cell.Status == cube.NotAvailable || cell.Status.HasValue() && cell.Value > 0
		}
		if !something {
			account.LeftOut++
			continue
		}
		b.Add(at, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings = v.Title, append(slices.Clone(c.Notes), v.Notes...), slices.Clone(c.Warnings)
	for _, w := range v.Warnings {
		out.Warn(w)
	}
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"perturbed: cell key"}})
	out.Notes = append(out.Notes, k.note(noise))
	out.WarnNotAdditive()
	return out, nil
}

func (k CellKey) note(noise *Noise) cube.Text {
	text := cube.Text{
		SV: fmt.Sprintf("Varje antal, även totaler, är ändrat med högst %d åt endera hållet, i medeltal inget. Intervallet visar de sanna värden som är möjliga. En rad som saknas kan stå för noll eller för några få.", noise.MaxChange()),
		EN: fmt.Sprintf("Every count, totals too, is changed by at most %d either way, on average by nothing. The interval shows the true values that are possible. A row that is missing may stand for none or for a few.", noise.MaxChange()),
	}
	if k.Threshold > 1 {
		text.SV += fmt.Sprintf(" Antal under %d efter ändringen döljs.", k.Threshold)
		text.EN += fmt.Sprintf(" Counts below %d after the change are hidden.", k.Threshold)
	}
	return text
}

// perturbable tells which counts a table needs, and which dimensions need totals: those declared, and those that a share goes over. Without keys
// (nil) none are asked for.
func perturbable(inner *cube.Cube, v cube.View, keys map[string]string) (counts, totals []string, err error) {
	need := func(name, why string) error {
		m := inner.MeasureIndex(name)
		switch {
		case m < 0:
			return fmt.Errorf("the inner cube lacks measure %s%s", name, why)
		case inner.Measures()[m].Kind != cube.Count:
			return fmt.Errorf("measure %s%s is a %s; noise and rounding protect counts only, leave it out or use another policy", name, why, inner.Measures()[m].Kind)
		case keys != nil && keys[name] == "":
			return fmt.Errorf("count %s%s has no measure with the sum of its record keys", name, why)
		case slices.Contains(counts, name):
			return nil
		}
		counts = append(counts, name)
		return nil
	}
	totals = slices.Clone(v.Totals)
	for _, m := range v.Measures {
		why := ", which " + m.Name + " is made of,"
		switch m.Kind {
		case cube.Share:
			if err := need(m.Of, why); err != nil {
				return nil, nil, err
			}
			if !slices.Contains(v.Dims, m.Over) {
				return nil, nil, fmt.Errorf("share %s goes over %s, which the table lacks (it has %s)", m.Name, m.Over, strings.Join(v.Dims, ", "))
			}
			if len(m.Base) == 0 && !slices.Contains(totals, m.Over) {
				totals = append(totals, m.Over)
			}
		case cube.Mean:
			for _, name := range []string{m.Of, m.Per} {
				if err := need(name, why); err != nil {
					return nil, nil, err
				}
			}
		default:
			if err := need(m.Name, ""); err != nil {
				return nil, nil, err
			}
		}
	}
	return counts, totals, nil
}

// perturb gives the cube with only the counts, each perturbed.
func (k CellKey) perturb(c *cube.Cube, names []string, keys map[string]string, noise *Noise, account *PerturbationAccount) (*cube.Cube, error) {
	n := c.Len()
	results := map[string][]int64{}
	for _, name := range names {
		m, key := c.MeasureIndex(name), c.MeasureIndex(keys[name])
		if key < 0 {
			return nil, fmt.Errorf("measure %s is no count or sum, so it can't hold sums of record keys", keys[name])
		}
		counts, sums := make([]int64, n), make([]uint64, n)
		for row := range n {
			cell, sum := c.Cell(row, m), c.Cell(row, key)
			if !cell.Status.HasValue() || cell.Value == 0 {
				continue
			}
			if v := sum.Value; !sum.Status.HasValue() || !(v >= 0 && v < 1<<53) || v != float64(uint64(v)) {
				return nil, fmt.Errorf("measure %s has sums of record keys that are missing, not whole, negative or 2^53 and more; take them modulo 2^%d where they are summed", keys[name], k.Bits)
			}
			counts[row], sums[row] = int64(cell.Value), uint64(sum.Value)
			account.Cells++
		}
		if err := noise.Perturb(counts, counts, sums); err != nil {
			return nil, err
		}
		results[name] = counts
	}
	c, err := c.Select(names...)
	if err != nil {
		return nil, err
	}
	return c.Edit(func(row, m int, cell cube.Cell) cube.Cell {
		if !cell.Status.HasValue() {
			return cell
		}
		result := results[names[m]][row]
		if result < int64(k.Threshold) && k.Threshold > 1 {
			account.Hidden++
			return cube.Cell{Status: cube.HiddenRule}
		}
		lo, hi := noise.Possible(result)
		return cube.Cell{Status: cube.Perturbed, Value: float64(result), Lo: cube.Num(float64(lo)), Hi: cube.Num(float64(hi))}
	}), nil
}

// cutToShare keeps a share and its interval from 0 to 1.
func cutToShare(c cube.Cell) cube.Cell {
	if !c.Status.HasValue() {
		return c
	}
	c.Value = min(c.Value, 1)
	if c.Lo.OK && c.Hi.OK {
		c.Lo.V, c.Hi.V = min(c.Lo.V, 1), min(c.Hi.V, 1)
	}
	return c
}
