package segregation

import (
	"errors"
	"fmt"
	"math"

	"github.com/skikt/skikt/cube"
)

// Fitting says how proportional fitting is done. The zero value fits to 10⁻¹² in at most 2,000 rounds, groups first, zeros filled with 10⁻¹⁰.
type Fitting struct {
	// Tolerance is the largest difference between a margin and its target, as shares of all persons, at which fitting stops. It is looked at after each half round.
	Tolerance float64
	// Rounds is how many rounds (one of each margin) are made at most.
	Rounds int
	// UnitsFirst begins with the units' margin. With a small tolerance the order doesn't matter.
	UnitsFirst bool
	// Zero is put in cells without persons, so that any margins can be reached. It is made a thousandth of the smallest count where that is less. KeepZero leaves
	// them at zero: then some margins can't be reached.
	Zero     float64
	KeepZero bool
}

func (f Fitting) declared() (Fitting, error) {
	if f.Tolerance == 0 {
		f.Tolerance = 1e-12
	}
	if f.Rounds == 0 {
		f.Rounds = 2000
	}
	if f.Zero == 0 {
		f.Zero = 1e-10
	}
	if !(f.Tolerance > 0) || f.Rounds < 0 || !(f.Zero > 0) {
		return f, errors.New("segregation: tolerance, rounds and the filling of zeros must be above zero in proportional fitting")
	}
	return f, nil
}

// A Fitted is a table with other margins and the same association: the odds ratios of the source are kept.
type Fitted struct {
	Table     *Table // its total is the source's
	Rounds    float64
	Off       float64 // largest difference of a margin from its target, as shares
	Converged bool
	Filled    int // cells without persons that were filled
	Warnings  []cube.Warning
}

// FitMargins gives a table the unit and group margins of others by iterative proportional fitting (Deming and Stephan 1940). The targets' totals may differ from the
// source's and from each other; their shares count. A target of zero empties a unit or group; a target above zero for one without persons is an error.
func FitMargins(t *Table, units, groups []float64, f Fitting) (Fitted, error) {
	f, err := f.declared()
	if err != nil {
		return Fitted{}, err
	}
	if len(units) != t.Units || len(groups) != t.Groups {
		return Fitted{}, fmt.Errorf("segregation: targets for %d units and %d groups, and a table of %d × %d", len(units), len(groups), t.Units, t.Groups)
	}
	pu, err := decomposeShares(units, t.units, "unit")
	if err != nil {
		return Fitted{}, err
	}
	pg, err := decomposeShares(groups, t.groups, "group")
	if err != nil {
		return Fitted{}, err
	}
	p, filled := decomposeFill(t, f)
	total := 0.0
	for _, v := range p {
		total += v
	}
	for i := range p {
		p[i] /= total
	}
	out := decomposeFit(p, pu, pg, f)
	for i := range p {
		p[i] *= t.total
	}
	out.Filled = filled
	out.Table, err = NewTable(t.Units, t.Groups, p)
	return out, err
}

func decomposeShares(target, source []float64, of string) ([]float64, error) {
	all := 0.0
	for i, v := range target {
		if !(v >= 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("segregation: the target of %s %d is %v; targets are finite and not below zero", of, i+1, v)
		}
		if v > 0 && source[i] == 0 {
			return nil, fmt.Errorf("segregation: %s %d has a target above zero and no persons to fit to it; leave it out of both", of, i+1)
		}
		all += v
	}
	if all == 0 {
		return nil, fmt.Errorf("segregation: all %s targets are zero", of)
	}
	out := make([]float64, len(target))
	for i, v := range target {
		out[i] = v / all
	}
	return out, nil
}

// decomposeFill is the cells with zeros filled where neither the unit nor the group is empty.
func decomposeFill(t *Table, f Fitting) (cells []float64, filled int) {
	cells = append([]float64(nil), t.n...)
	if f.KeepZero {
		return cells, 0
	}
	zero := f.Zero
	for _, v := range t.n {
		if v > 0 && v < zero {
			zero = min(zero, v/1000)
		}
	}
	for i := range t.Units {
		for g := range t.Groups {
			if at := i*t.Groups + g; cells[at] == 0 && t.units[i] > 0 && t.groups[g] > 0 {
				cells[at] = zero
				filled++
			}
		}
	}
	return cells, filled
}

// decomposeFit fits shares p in place to unit shares pu and group shares pg.
func decomposeFit(p, pu, pg []float64, f Fitting) Fitted {
	groups := len(pg)
	column, factor := make([]float64, groups), make([]float64, groups)
	row := make([]float64, len(pu))
	measure := func() float64 {
		clear(column)
		off := 0.0
		for i := range pu {
			s := 0.0
			for g, v := range p[i*groups : (i+1)*groups] {
				s += v
				column[g] += v
			}
			row[i] = s
			off = max(off, math.Abs(s-pu[i]))
		}
		for g, v := range column {
			off = max(off, math.Abs(v-pg[g]))
		}
		return off
	}
	ratio := func(want, have float64) float64 {
		if have == 0 {
			return 0
		}
		return want / have
	}
	var out Fitted
	measure()
	byUnits := f.UnitsFirst
	for half := 1; half <= 2*f.Rounds; half++ {
		if byUnits {
			for i := range pu {
				k := ratio(pu[i], row[i])
				for g := range groups {
					p[i*groups+g] *= k
				}
			}
		} else {
			for g := range factor {
				factor[g] = ratio(pg[g], column[g])
			}
			for i := range pu {
				for g, k := range factor {
					p[i*groups+g] *= k
				}
			}
		}
		byUnits = !byUnits
		out.Off, out.Rounds = measure(), float64(half)/2
		if out.Off <= f.Tolerance {
			out.Converged = true
			break
		}
	}
	if !out.Converged {
		out.Warnings = []cube.Warning{{Code: "fit-not-converged", Text: cube.Text{
			SV: fmt.Sprintf("Den proportionella anpassningen stannade efter %g varv med marginaler som avviker upp till %.2g (andel av alla).", out.Rounds, out.Off),
			EN: fmt.Sprintf("Proportional fitting stopped after %g rounds with margins off by up to %.2g (share of all).", out.Rounds, out.Off),
		}}}
	}
	return out
}
