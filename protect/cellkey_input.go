package protect

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// Additivity says whether the counts of a published table add up to its totals.
type Additivity struct {
	Measure   string `json:"measure"`
	Dimension string `json:"dimension"`
	Relations int    `json:"relations"` // totals whose parts are all shown
	Broken    int    `json:"broken"`    // of them, those that the parts don't add up to
	Over      int    `json:"over"`      // of those, the ones whose parts add up to more
	Largest   int64  `json:"largest"`   // difference, without sign
	// LeastNoise is the least that some cell must be off by, for a total of m parts with difference d: d/(m + 1), rounded up. 0 when all add up.
	LeastNoise int64 `json:"least_noise"`
	// Variance estimates the variance of the noise of a cell: Σ d² over Σ (m + 1), as noise of mean 0 that is independent between cells would have it.
	Variance float64 `json:"variance"`
	// Base is the largest number that divides all of the values, so that 5 tells of rounding to 5 rather than noise.
	Base int64 `json:"base"`
}

// Perturbed tells whether the differences look like noise on every cell, as SCB's population statistics have from reference year 2025: at least 5
// broken relations and a tenth of all, both above and below, none so large that a cell must be off by more than 20, and values that are no multiples
// of a number.
func (a Additivity) Perturbed() bool {
	return a.Broken >= 5 && 10*a.Broken >= a.Relations && a.Over > 0 && a.Over < a.Broken && a.LeastNoise <= 20 && a.Base <= 1
}

// CheckAdditivity compares, for every count and every dimension with rows for the total, the total with the sum of the other members' rows. A row
// that is missing counts as zero; relations with a cell that is not shown are left aside. Nothing is changed: numbers that a publisher has perturbed
// are not repaired, since adjusting them to each other gives neither the truth nor what was published.
func CheckAdditivity(c *cube.Cube) []Additivity {
	var out []Additivity
	for m, meas := range c.Measures() {
		if meas.Kind != cube.Count {
			continue
		}
		base := int64(0)
		for row := range c.Len() {
			if cell := c.Cell(row, m); cell.Status.HasValue() {
				base = gcd(base, int64(math.Round(cell.Value)))
			}
		}
		for d, dim := range c.Dims() {
			if !c.HasMember(dim.Name, cube.Total) {
				continue
			}
			type relation struct {
				total, sum, parts float64
				has, unknown      bool
			}
			relations := map[string]*relation{}
			var order []string
			for row := range c.Len() {
				key := []byte{}
				for e := range c.Dims() {
					if e != d {
						key = fmt.Appendf(key, "%d ", c.Coord(row, e))
					}
				}
				r := relations[string(key)]
				if r == nil {
					r = &relation{}
					relations[string(key)] = r
					order = append(order, string(key))
				}
				cell := c.Cell(row, m)
				switch {
				case !cell.Status.HasValue():
					r.unknown = true
				case c.Code(row, d) == cube.Total:
					r.total, r.has = cell.Value, true
				default:
					r.sum += cell.Value
					r.parts++
				}
			}
			a := Additivity{Measure: meas.Name, Dimension: dim.Name, Base: base}
			squares, cells := 0.0, 0.0
			for _, key := range order {
				r := relations[key]
				if !r.has || r.unknown || r.parts == 0 {
					continue
				}
				a.Relations++
				d := math.Abs(r.sum - r.total)
				squares, cells = squares+d*d, cells+r.parts+1
				if d < 0.5 {
					continue
				}
				a.Broken++
				if r.sum > r.total {
					a.Over++
				}
				a.Largest = max(a.Largest, int64(math.Round(d)))
				a.LeastNoise = max(a.LeastNoise, int64(math.Ceil(d/(r.parts+1)-1e-9)))
			}
			if cells > 0 {
				a.Variance = squares / cells
			}
			out = append(out, a)
		}
	}
	return out
}

// MarkPerturbed declares that the publisher of a cube has perturbed its counts by at most most either way: their status becomes [cube.Perturbed],
// zeros' too, their interval value ± most, and the cube gets the warning [cube.NotAdditive]. No value is changed. Sums of the cells then have
// intervals too, in [cube.Cube.Project] the worst case and in [cube.NoiseOfSum] one of a chosen confidence. Without names all counts are marked.
func MarkPerturbed(c *cube.Cube, most float64, names ...string) (*cube.Cube, error) {
	if !(most >= 0) || math.IsInf(most, 0) {
		return nil, fmt.Errorf("protect: %s: the largest change of perturbed counts is %v; it must be a number from 0", c.Name, most)
	}
	marked := map[int]bool{}
	for m, meas := range c.Measures() {
		marked[m] = meas.Kind == cube.Count && (len(names) == 0 || slices.Contains(names, meas.Name))
	}
	for _, name := range names {
		if m := c.MeasureIndex(name); m < 0 || !marked[m] {
			return nil, fmt.Errorf("protect: %s has no count %s to mark as perturbed", c.Name, name)
		}
	}
	out := c.Edit(func(row, m int, cell cube.Cell) cube.Cell {
		if !marked[m] || !cell.Status.HasValue() {
			return cell
		}
		cell.Status = cube.Perturbed
		cell.Lo, cell.Hi = cube.Num(max(0, cell.Value-most)), cube.Num(cell.Value+most)
		return cell
	})
	out.WarnNotAdditive()
	return out, nil
}

// WarnPerturbed checks the additivity of a cube from elsewhere, and adds the warning looks-perturbed where a count looks perturbed and that is not
// declared.
func WarnPerturbed(c *cube.Cube) []Additivity {
	all := CheckAdditivity(c)
	if !c.AggregAllowed() {
		return all
	}
	for _, a := range all {
		if a.Perturbed() {
			c.Warn(cube.Warning{Code: "looks-perturbed", Text: cube.Text{
				SV: fmt.Sprintf("%d av %d totaler över %s för %s är inte summan av sina delar, åt båda håll; minst en cell avviker med minst %d. Så ser tal ut som utgivaren har stört (SCB från referensår 2025). De ändras inte här.", a.Broken, a.Relations, a.Dimension, a.Measure, a.LeastNoise),
				EN: fmt.Sprintf("%d of %d totals over %s for %s are not the sum of their parts, both ways; at least one cell is off by at least %d. So look counts that their publisher has perturbed (SCB from reference year 2025). They are not changed here.", a.Broken, a.Relations, a.Dimension, a.Measure, a.LeastNoise),
			}})
		}
	}
	return all
}
