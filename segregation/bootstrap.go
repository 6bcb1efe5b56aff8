package segregation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/cores"
)

// A Measure gives the value of a table; NaN where it is undefined. Any kernel becomes one:
//
//	func(t *Table) float64 { return Dissimilarity(t.Column(0), t.Column(1)) }
//
// So does a spatial measure, closed over its surface. A measure must not keep or change the table, which is used again, and may be called from several
// goroutines at once.
type Measure func(*Table) float64

// Draws says how random draws are made. The zero value is 1,000 draws, seed 0, intervals of 95 %.
type Draws struct {
	N     int
	Seed  uint64  // same seed, same answer, whatever the number of processors
	Level float64 // of intervals, between 0 and 1
}

func (d Draws) declared() (Draws, error) {
	if d.N == 0 {
		d.N = 1000
	}
	if d.Level == 0 {
		d.Level = 0.95
	}
	if d.N < 2 {
		return d, fmt.Errorf("segregation: %d draws; at least 2 are needed", d.N)
	}
	if !(d.Level > 0 && d.Level < 1) {
		return d, fmt.Errorf("segregation: an interval of level %v; it must lie between 0 and 1", d.Level)
	}
	return d, nil
}

// Resampled tells what was resampled, and thus which question a standard error answers.
type Resampled string

const (
	// Persons: had the same society been drawn again, person by person, from the shares seen? Units and their expected sizes stay. It says how far the value
	// depends on small numbers, and has the bias that small numbers give.
	Persons Resampled = "persons"
	// Units: had other units been drawn from the same kind of units? It is for samples of units (schools of a sample), and much wider; for a register of all
	// areas of a country there are no other units to draw.
	Units Resampled = "units"
)

// An Estimate is a value with its uncertainty. What can't be told (an undefined value, a single unit) is NaN.
type Estimate struct {
	Value     float64   // of the table as it is
	Bias      float64   // mean of the draws less Value
	Corrected float64   // Value less Bias
	SE        float64   // standard deviation of the draws
	Lo, Hi    float64   // quantiles of the draws less twice the bias, so that they lie about Corrected
	Level     float64   // of Lo and Hi
	Method    string    // bootstrap, jackknife, delta
	Resampled Resampled // persons or units
	Draws     int       // asked for; for the jackknife the units left out one by one
	Undefined int       // draws in which the measure was undefined; they are left out
	Seed      uint64
	Warnings  []cube.Warning
}

// A Profile gives several values of a table at once, where they share their work: a measure over scales or numbers of neighbours, M and H, the strata of Within.
// What holds for a Measure holds for it.
type Profile struct {
	Size int                              // number of values
	Of   func(t *Table, values []float64) // fills them
}

// bootProfile is a profile of measures.
func bootProfile(measures []Measure) Profile {
	return Profile{len(measures), func(t *Table, values []float64) {
		for k, f := range measures {
			values[k] = f(t)
		}
	}}
}

// BootstrapPersons draws the table's number of persons again, from the shares of its cells (multinomial), and gives each measure with bias, corrected value, standard error
// and interval. The total must be whole; cells may be fractions. A bootstrap of persons adds the small-number bias once more, so Bias estimates what the value
// already has (Elbers 2023).
func BootstrapPersons(t *Table, d Draws, measures ...Measure) ([]Estimate, error) {
	return BootstrapProfile(t, d, Persons, bootProfile(measures))
}

// BootstrapUnits draws as many units as have persons again, whole and with replacement.
func BootstrapUnits(t *Table, d Draws, measures ...Measure) ([]Estimate, error) {
	return BootstrapProfile(t, d, Units, bootProfile(measures))
}

// BootstrapProfile is BootstrapPersons or BootstrapUnits of all values of a profile. Intervals are of each value alone, not of the profile as a whole.
func BootstrapProfile(t *Table, d Draws, what Resampled, p Profile) ([]Estimate, error) {
	d, err := d.declared()
	if err != nil {
		return nil, err
	}
	var fill func(r *bootRand, c *Table)
	switch what {
	case Persons:
		persons, err := bootPersons(t)
		if err != nil {
			return nil, err
		}
		m := newBootMultinomial(persons, t.n)
		fill = func(r *bootRand, c *Table) {
			m.draw(r, c.n)
			c.bootMargins()
		}
	case Units:
		filled := bootFilled(t)
		fill = func(r *bootRand, c *Table) { bootResampleUnits(r, t, c, filled) }
	default:
		return nil, fmt.Errorf("segregation: %q can't be resampled, but %s and %s can", what, Persons, Units)
	}
	drawn := bootDraw(d, p.Size, func() bootDrawer {
		c := bootTable(t)
		return func(r *bootRand, out []float64) {
			fill(r, c)
			p.Of(c, out)
		}
	})
	values := make([]float64, p.Size)
	p.Of(t, values)
	out := make([]Estimate, p.Size)
	for k, v := range values {
		out[k] = bootEstimate(v, drawn[k], d, what)
	}
	return out, nil
}

// BootstrapInformation is BootstrapPersons of the mutual information M and Theil's H together, in a fast form.
func BootstrapInformation(t *Table, d Draws) (m, h Estimate, err error) {
	e, err := BootstrapProfile(t, d, Persons, bootFast(t))
	if err != nil {
		return m, h, err
	}
	return e[0], e[1], nil
}

// bootFast is M and H: of t itself to the last digit, of draws from it in the fast form.
func bootFast(t *Table) Profile {
	return Profile{2, func(c *Table, values []float64) {
		if c == t {
			values[0], values[1] = MutualInformation(c), TheilH(c)
		} else {
			values[0], values[1] = bootInformation(c)
		}
	}}
}

// bootResampleUnits fills the rows of filled units in c with rows of t drawn with replacement.
func bootResampleUnits(r *bootRand, t, c *Table, filled []int) {
	for _, i := range filled {
		copy(c.Unit(i), t.Unit(filled[r.below(len(filled))]))
	}
	c.bootMargins()
}

// Jackknife leaves out the units with persons one by one: bias (n−1)(mean of the values − value), standard error sqrt((n−1)/n · Σ (value − mean)²), and a normal
// interval about the corrected value. With fewer than two units it is NaN. Measures with kinks (D) are jackknifed well; medians would not be.
func Jackknife(t *Table, level float64, measures ...Measure) ([]Estimate, error) {
	d, err := Draws{Level: level}.declared()
	if err != nil {
		return nil, err
	}
	filled := bootFilled(t)
	n := len(filled)
	d.N, d.Seed = n, 0
	left := bootDraws(d, len(measures), func() func(draw int, out []float64) {
		c := bootTable(t)
		copy(c.n, t.n)
		return func(draw int, out []float64) {
			row := c.Unit(filled[draw])
			clear(row)
			c.bootMargins()
			for k, f := range measures {
				out[k] = f(c)
			}
			copy(row, t.Unit(filled[draw]))
		}
	})
	out := make([]Estimate, len(measures))
	for k, f := range measures {
		e := bootEstimate(f(t), left[k], d, Units)
		used := float64(n - e.Undefined)
		e.Method = "jackknife"
		e.Bias *= used - 1
		e.Corrected = e.Value - e.Bias
		// The draws' own deviation has the divisor n−1.
		e.SE *= (used - 1) / math.Sqrt(used)
		z := math.Sqrt2 * math.Erfinv(d.Level)
		e.Lo, e.Hi = e.Corrected-z*e.SE, e.Corrected+z*e.SE
		out[k] = e
	}
	return out, nil
}

// DeltaMethod gives a standard error by the delta method, persons being multinomial: with g_c the derivative of the measure by the count of cell c (taken numerically, at
// 1 ± 10⁻⁴ of the count), SE² = Σ n_c g_c² − (Σ n_c g_c)²/N. It has no bias and an interval of normal form about the value. It costs two values of the measure
// for each cell with persons, and is for smooth measures: rank-order H, M, H, the correlation ratio; at the kinks of D and Gini it is only rough.
func DeltaMethod(t *Table, level float64, measure Measure) (Estimate, error) {
	d, err := Draws{Level: level}.declared()
	if err != nil {
		return Estimate{}, err
	}
	var cells []int
	for i, v := range t.n {
		if v > 0 {
			cells = append(cells, i)
		}
	}
	d.N = len(cells)
	slopes := bootDraws(d, 1, func() func(draw int, out []float64) {
		c := bootTable(t)
		copy(c.n, t.n)
		return func(draw int, out []float64) {
			at := cells[draw]
			v := t.n[at]
			c.n[at] = v * (1 + 1e-4)
			c.bootMargins()
			up := measure(c)
			c.n[at] = v * (1 - 1e-4)
			c.bootMargins()
			out[0] = (up - measure(c)) / (2e-4 * v)
			c.n[at] = v
		}
	})
	squares, first := 0.0, 0.0
	for k, g := range slopes[0] {
		v := t.n[cells[k]]
		squares += v * g * g
		first += v * g
	}
	value := measure(t)
	se := math.Sqrt(max(0, squares-first*first/t.total))
	z := math.Sqrt2 * math.Erfinv(d.Level)
	return Estimate{Value: value, Corrected: value, SE: se, Lo: value - z*se, Hi: value + z*se, Level: d.Level, Method: "delta", Resampled: Persons}, nil
}

// bootPersons is the table's total as a whole number.
func bootPersons(t *Table) (int, error) {
	whole := math.Round(t.total)
	if whole == 0 {
		return 0, errors.New("segregation: the table has no persons to draw")
	}
	if math.Abs(t.total-whole) > 1e-6*max(1, whole*1e-6) || whole > 1<<53 {
		return 0, fmt.Errorf("segregation: persons can't be drawn when they add up to %s; scale the weights to a whole number of persons", strconv.FormatFloat(t.total, 'g', -1, 64))
	}
	return int(whole), nil
}

// bootFilled is the units that have persons.
func bootFilled(t *Table) []int {
	var filled []int
	for i := range t.Units {
		if t.units[i] > 0 {
			filled = append(filled, i)
		}
	}
	return filled
}

// bootTable is an empty table of the same shape, to be filled by draws.
func bootTable(t *Table) *Table {
	return &Table{Units: t.Units, Groups: t.Groups, n: make([]float64, len(t.n)), units: make([]float64, t.Units), groups: make([]float64, t.Groups)}
}

// bootMargins adds up a table whose cells were changed.
func (t *Table) bootMargins() {
	clear(t.groups)
	t.total = 0
	for i := range t.Units {
		s := 0.0
		for g, v := range t.n[i*t.Groups : (i+1)*t.Groups] {
			s += v
			t.groups[g] += v
		}
		t.units[i] = s
		t.total += s
	}
}

// bootInformation is M and H of whole counts by N·M = Σ φ(n_ig) − Σ φ(n_i) − Σ φ(N_g) + φ(N), φ(x) = x ln x. It looks φ up; it is for draws, where the last digits, which
// this form loses, don't count.
func bootInformation(t *Table) (m, h float64) {
	if t.total == 0 {
		return math.NaN(), math.NaN()
	}
	s, e := 0.0, bootXLogX(t.total)
	for _, v := range t.n {
		s += bootXLogX(v)
	}
	for _, v := range t.units {
		s -= bootXLogX(v)
	}
	for _, v := range t.groups {
		e -= bootXLogX(v)
	}
	m = max(0, (s+e)/t.total)
	if h = m * t.total / e; !(e > 0) {
		h = math.NaN()
	}
	return m, h
}

// A bootDrawer makes one draw and its values.
type bootDrawer func(r *bootRand, out []float64)

// bootDraw makes d.N draws on all processors; each worker has a drawer of its own. It gives the values, one list a measure, in the order of the draws.
func bootDraw(d Draws, values int, drawer func() bootDrawer) [][]float64 {
	return bootDraws(d, values, func() func(int, []float64) {
		f := drawer()
		var r bootRand
		return func(draw int, out []float64) {
			r.start(d.Seed, draw)
			f(&r, out)
		}
	})
}

func bootDraws(d Draws, values int, worker func() func(draw int, out []float64)) [][]float64 {
	drawn := make([][]float64, values)
	for k := range drawn {
		drawn[k] = make([]float64, d.N)
	}
	cores.With(d.N, func() func(int) {
		f, out := worker(), make([]float64, values)
		return func(draw int) {
			f(draw, out)
			for k, v := range out {
				drawn[k][draw] = v
			}
		}
	})
	return drawn
}

// bootEstimate sums up draws.
func bootEstimate(value float64, drawn []float64, d Draws, what Resampled) Estimate {
	e := Estimate{Value: value, Level: d.Level, Method: "bootstrap", Resampled: what, Draws: d.N, Seed: d.Seed}
	s := bootSummarise(drawn)
	e.Undefined = s.undefined
	e.Bias = s.mean - value
	e.Corrected = value - e.Bias
	e.SE = s.sd
	tail := (1 - d.Level) / 2
	e.Lo, e.Hi = s.quantile(tail)-2*e.Bias, s.quantile(1-tail)-2*e.Bias
	if s.undefined > 0 {
		e.Warnings = append(e.Warnings, bootUndefinedWarning(s.undefined, d.N))
	}
	return e
}

func bootUndefinedWarning(undefined, draws int) cube.Warning {
	return cube.Warning{Code: "undefined-draws", Text: cube.Text{
		SV: fmt.Sprintf("Måttet var odefinierat i %d av %d dragningar; de är inte med.", undefined, draws),
		EN: fmt.Sprintf("The measure was undefined in %d of %d draws; they are left out.", undefined, draws),
	}}
}

// bootSummary is a list of draws without the undefined ones.
type bootSummary struct {
	sorted    []float64
	mean, sd  float64
	undefined int
}

func bootSummarise(drawn []float64) bootSummary {
	var s bootSummary
	var all sum
	for _, v := range drawn {
		if math.IsNaN(v) {
			s.undefined++
			continue
		}
		s.sorted = append(s.sorted, v)
		all.add(v)
	}
	slices.Sort(s.sorted)
	n := float64(len(s.sorted))
	if n == 0 {
		s.mean, s.sd = math.NaN(), math.NaN()
		return s
	}
	s.mean = all.value() / n
	if s.sd = math.NaN(); n > 1 {
		var squares sum
		for _, v := range s.sorted {
			squares.add((v - s.mean) * (v - s.mean))
		}
		s.sd = math.Sqrt(squares.value() / (n - 1))
	}
	return s
}

// quantile is linear between the draws (type 7 of Hyndman and Fan 1996).
func (s bootSummary) quantile(p float64) float64 { return bootQuantile(s.sorted, p) }

func bootQuantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
