package gap

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/internal/num"
)

// A Decomposition is the difference between the rates of two populations, a less b, by what they are made of (composition) and by the rates in each category (Kitagawa 1955).
type Decomposition struct {
	RateA, RateB      float64
	Difference        float64 // Composition + Rate
	Composition, Rate float64 // with the averages of both as weights

	// By category, in order. Those of composition hang on the level that rates are counted from and mean nothing one by one; the centred ones are counted from the mean of both rates.
	CompositionBy, CompositionCentred, RateBy []float64

	// From b alone: Difference = CompositionFromB + RateFromB + Interaction.
	CompositionFromB, RateFromB, Interaction float64

	AOnB, BOnA float64 // each standardised to the other's composition
	RateSE     float64 // of Rate, binomial variances, compositions taken as fixed
}

// Kitagawa decomposes. A category without persons in one population counts with that population's share 0 and rate 0, so its contribution belongs to both parts by convention; Empty in [Changes]
// warns of it.
func Kitagawa(a, b Strata) (Decomposition, error) {
	if err := errors.Join(a.check(), b.check()); err != nil {
		return Decomposition{}, err
	}
	if len(a.Events) != len(b.Events) {
		return Decomposition{}, fmt.Errorf("gap: %d categories against %d", len(a.Events), len(b.Events))
	}
	na, nb := num.Sum(a.Persons), num.Sum(b.Persons)
	if na == 0 || nb == 0 {
		return Decomposition{}, errors.New("gap: a population without persons has no rate")
	}
	d := Decomposition{RateA: a.Crude(), RateB: b.Crude()}
	d.Difference = d.RateA - d.RateB
	zero := (d.RateA + d.RateB) / 2
	rate := func(s Strata, i int) float64 {
		if s.Persons[i] == 0 {
			return 0
		}
		return s.Events[i] / s.Persons[i]
	}
	variance := 0.0
	for i := range a.Events {
		ca, cb, ra, rb := a.Persons[i]/na, b.Persons[i]/nb, rate(a, i), rate(b, i)
		comp, rat := (ca-cb)*(ra+rb)/2, (ra-rb)*(ca+cb)/2
		d.Composition, d.Rate = d.Composition+comp, d.Rate+rat
		d.CompositionBy, d.RateBy = append(d.CompositionBy, comp), append(d.RateBy, rat)
		d.CompositionCentred = append(d.CompositionCentred, (ca-cb)*((ra+rb)/2-zero))
		d.CompositionFromB += (ca - cb) * rb
		d.RateFromB += cb * (ra - rb)
		d.Interaction += (ca - cb) * (ra - rb)
		d.AOnB, d.BOnA = d.AOnB+cb*ra, d.BOnA+ca*rb
		w := (ca + cb) / 2
		if a.Persons[i] > 0 {
			variance += w * w * ra * (1 - ra) / a.Persons[i]
		}
		if b.Persons[i] > 0 {
			variance += w * w * rb * (1 - rb) / b.Persons[i]
		}
	}
	d.RateSE = math.Sqrt(variance)
	return d, nil
}

// An OaxacaBlinder is the difference between two groups' mean outcomes, a less b, by their means of the columns and by what the columns are worth in each group (Oaxaca 1973, Blinder 1973).
type OaxacaBlinder struct {
	Names        []string
	BetaA, BetaB []float64
	MeanA, MeanB []float64
	Gap          float64
	// Threefold, from b: Gap = Endowments + Coefficients + Interaction.
	Endowments, Coefficients, Interaction float64

	pooled, pooledDummy []float64
}

// A Reference is whose coefficients a twofold decomposition takes for the true ones. The answer hangs on it: always say which.
type Reference string

// The references that are in use.
const (
	ReferenceA           Reference = "a"
	ReferenceB           Reference = "b"
	ReferenceHalf        Reference = "half"            // plain mean of both (Reimers 1983)
	ReferencePooled      Reference = "pooled_no_dummy" // pooled, no group dummy (Neumark 1988): moves part of the unexplained into the explained
	ReferencePooledDummy Reference = "pooled_dummy"    // pooled with a group dummy (Jann 2008, Fortin 2008)
)

// Oaxaca decomposes by regressions of y on the design in each group; inA tells who is in group a. The design has its intercept.
func Oaxaca(d *num.Design, y []float64, inA []bool) (OaxacaBlinder, error) {
	o := OaxacaBlinder{Names: d.Names}
	if len(inA) != d.Rows() || len(y) != d.Rows() {
		return o, errors.New("gap: a group and an outcome are needed for each row")
	}
	fit := func(of bool) (beta, mean []float64, my float64, err error) {
		part, out := &num.Design{}, []float64(nil)
		for j, c := range d.Columns {
			var column []float64
			for i, v := range c {
				if inA[i] == of {
					column = append(column, v)
				}
			}
			part.Add(d.Names[j], column)
			mean = append(mean, num.Mean(column))
		}
		for i, v := range y {
			if inA[i] == of {
				out = append(out, v)
			}
		}
		m, err := num.LeastSquares(part, out, nil)
		if err != nil {
			return nil, nil, nan, err
		}
		if i := slices.Index(m.LeftOut, true); i >= 0 {
			return nil, nil, nan, fmt.Errorf("gap: in one group the column %s is determined by the others", d.Names[i])
		}
		return m.Coef, mean, num.Mean(out), nil
	}
	var ya, yb float64
	var err error
	if o.BetaA, o.MeanA, ya, err = fit(true); err != nil {
		return o, err
	}
	if o.BetaB, o.MeanB, yb, err = fit(false); err != nil {
		return o, err
	}
	o.Gap = ya - yb
	for j := range o.Names {
		dx, db := o.MeanA[j]-o.MeanB[j], o.BetaA[j]-o.BetaB[j]
		o.Endowments += dx * o.BetaB[j]
		o.Coefficients += o.MeanB[j] * db
		o.Interaction += dx * db
	}
	m, err := num.LeastSquares(d, y, nil)
	if err != nil {
		return o, err
	}
	o.pooled = m.Coef
	dummy := make([]float64, len(y))
	for i, a := range inA {
		if a {
			dummy[i] = 1
		}
	}
	with := &num.Design{Names: slices.Clone(d.Names), Columns: slices.Clone(d.Columns)}
	with.Add("group", dummy)
	if m, err = num.LeastSquares(with, y, nil); err != nil {
		return o, err
	}
	o.pooledDummy = m.Coef[:len(d.Names)]
	return o, nil
}

// Twofold is the part of the gap that the columns' means explain at the reference's coefficients, by column too, and the rest.
func (o OaxacaBlinder) Twofold(ref Reference) (explained, unexplained float64, by []float64, err error) {
	var beta []float64
	switch ref {
	case ReferenceA:
		beta = o.BetaA
	case ReferenceB:
		beta = o.BetaB
	case ReferenceHalf:
		for j := range o.BetaA {
			beta = append(beta, (o.BetaA[j]+o.BetaB[j])/2)
		}
	case ReferencePooled:
		beta = o.pooled
	case ReferencePooledDummy:
		beta = o.pooledDummy
	default:
		return nan, nan, nil, fmt.Errorf("gap: there is no reference %q", ref)
	}
	for j := range beta {
		v := (o.MeanA[j] - o.MeanB[j]) * beta[j]
		by = append(by, v)
		explained += v
	}
	return explained, o.Gap - explained, by, nil
}

// An AreaYear is an area in a year: its type then, and a count X of N persons. Type is a place among the types, −1 for an area that has none.
type AreaYear struct {
	Area, Year int
	Type       int
	X, N       float64
}

// TypeChange is how the rate of a type changed from the first year to the last, and why: change within areas, and areas that changed type.
type TypeChange struct {
	Total float64 // with the types of each year
	// The areas of the first year followed, and what areas that changed type did to the rate in the last year.
	WithinFirst, ReclassFirst float64
	// The areas of the last year followed back, and what areas that changed type did to the rate in the first year.
	WithinLast, ReclassLast float64
	Within, Reclass         float64 // means of the two paths
}

// MovedTypes are rates by type and year with the types of each year and with frozen ones. Rates are NaN for a type without persons.
type MovedTypes struct {
	Moving, FrozenFirst, FrozenLast [][]float64 // by type, then year
	Change                          []TypeChange
	Lost                            int // rows of areas without a type in the year that the types are frozen at
}

// Movers takes the effect of areas changing type apart from change within areas, types numbered from 0 to below types and years from 0 to below years.
func Movers(rows []AreaYear, types, years int) (MovedTypes, error) {
	first, last := map[int]int{}, map[int]int{}
	for _, r := range rows {
		if r.Year < 0 || r.Year >= years || r.Type >= types {
			return MovedTypes{}, errors.New("gap: a year or type out of range")
		}
		if r.Year == 0 {
			first[r.Area] = r.Type
		}
		if r.Year == years-1 {
			last[r.Area] = r.Type
		}
	}
	m := MovedTypes{}
	rates := func(of func(r AreaYear) int) [][]float64 {
		x, n, out := table(types, years), table(types, years), table(types, years)
		for _, r := range rows {
			if t := of(r); t >= 0 {
				x[t][r.Year] += r.X
				n[t][r.Year] += r.N
			}
		}
		for t := range out {
			for y := range out[t] {
				out[t][y] = nan
				if n[t][y] > 0 {
					out[t][y] = x[t][y] / n[t][y]
				}
			}
		}
		return out
	}
	frozen := func(at map[int]int) func(r AreaYear) int {
		return func(r AreaYear) int {
			t, ok := at[r.Area]
			if !ok {
				m.Lost++
				return -1
			}
			return t
		}
	}
	m.Moving = rates(func(r AreaYear) int { return r.Type })
	m.FrozenFirst, m.FrozenLast = rates(frozen(first)), rates(frozen(last))
	end := years - 1
	for t := range types {
		c := TypeChange{Total: m.Moving[t][end] - m.Moving[t][0]}
		c.WithinFirst = m.FrozenFirst[t][end] - m.Moving[t][0]
		c.ReclassFirst = m.Moving[t][end] - m.FrozenFirst[t][end]
		c.WithinLast = m.Moving[t][end] - m.FrozenLast[t][0]
		c.ReclassLast = m.FrozenLast[t][0] - m.Moving[t][0]
		c.Within, c.Reclass = (c.WithinFirst+c.WithinLast)/2, (c.ReclassFirst+c.ReclassLast)/2
		m.Change = append(m.Change, c)
	}
	return m, nil
}

func table(rows, columns int) [][]float64 {
	t := make([][]float64, rows)
	for i := range t {
		t[i] = make([]float64, columns)
	}
	return t
}
