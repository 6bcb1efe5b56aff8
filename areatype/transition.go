package areatype

import (
	"fmt"
	"math"

	"github.com/skikt/skikt/cube"
)

// A Period is the types of areas in one year.
type Period struct {
	Name       string
	Types      map[string]Type  // by area code
	Population map[string]int64 // by area code; may be nil
}

// A Transition follows areas from one period to another. Areas that have a type in only one of them are counted and left out.
type Transition struct {
	From, To string
	Matrix   [NTypes][NTypes]int // types in From (rows) by types in To (columns)
	N        int                 // areas with a type in both

	OnlyFirst, OnlyLast int // areas with a type in one only

	// Inhabitants in From of the areas counted in N; nil when a population is missing.
	Population *[NTypes][NTypes]int64
}

// Between follows areas from one period to another. Codes of two vintages of a division must not be mixed: the same code may mean other ground.
func Between(first, last Period) Transition {
	t := Transition{From: first.Name, To: last.Name, Population: new([NTypes][NTypes]int64)}
	for code, a := range first.Types {
		if !a.Valid() {
			continue
		}
		b := last.Types[code]
		if !b.Valid() {
			t.OnlyFirst++
			continue
		}
		t.N++
		t.Matrix[a-1][b-1]++
		people, ok := first.Population[code]
		if !ok {
			t.Population = nil
		} else if t.Population != nil {
			t.Population[a-1][b-1] += people
		}
	}
	for code, b := range last.Types {
		if b.Valid() && !first.Types[code].Valid() {
			t.OnlyLast++
		}
	}
	return t
}

func share(part, whole float64) cube.Number {
	if whole == 0 {
		return cube.Number{}
	}
	return cube.Num(part / whole)
}

// Keep is the share of areas that keep their type; absent without areas.
func (t Transition) Keep() cube.Number {
	kept := 0
	for i := range t.Matrix {
		kept += t.Matrix[i][i]
	}
	return share(float64(kept), float64(t.N))
}

// Better is the number of areas that move to a type with a higher number, Worse to one with a lower number.
func (t Transition) Better() int { return t.moved(func(from, to int) bool { return to > from }) }

// Worse is the number of areas that move to a type with a lower number.
func (t Transition) Worse() int { return t.moved(func(from, to int) bool { return to < from }) }

func (t Transition) moved(counts func(from, to int) bool) int {
	n := 0
	for i, row := range t.Matrix {
		for j, v := range row {
			if counts(i, j) {
				n += v
			}
		}
	}
	return n
}

// KeepByType is, for each type in the first period, the share of its areas that keep it; absent for a type without areas.
func (t Transition) KeepByType() [NTypes]cube.Number {
	var keep [NTypes]cube.Number
	for i, row := range t.Matrix {
		total := 0
		for _, v := range row {
			total += v
		}
		keep[i] = share(float64(row[i]), float64(total))
	}
	return keep
}

// KeepPopulation is the share of the first period's inhabitants who live in areas that keep their type; absent without a population.
func (t Transition) KeepPopulation() cube.Number {
	if t.Population == nil {
		return cube.Number{}
	}
	var kept, total int64
	for i, row := range t.Population {
		for j, v := range row {
			total += v
			if i == j {
				kept += v
			}
		}
	}
	return share(float64(kept), float64(total))
}

// AgreementWeight says how much a move between types i and j counts as agreement.
type AgreementWeight string

// The weights over five types, used with or without areas of every type.
const (
	NoWeight  AgreementWeight = "unweighted" // 1 on the diagonal, else 0
	Linear    AgreementWeight = "linear"     // 1 - |i-j|/4
	Quadratic AgreementWeight = "quadratic"  // 1 - (i-j)²/16
)

func (w AgreementWeight) of(i, j int) (float64, error) {
	d := math.Abs(float64(i - j))
	switch w {
	case NoWeight:
		if i == j {
			return 1, nil
		}
		return 0, nil
	case Linear:
		return 1 - d/(NTypes-1), nil
	case Quadratic:
		return 1 - d*d/((NTypes-1)*(NTypes-1)), nil
	}
	return 0, fmt.Errorf("areatype: agreement weight %q: write %s, %s or %s", string(w), NoWeight, Linear, Quadratic)
}

// Kappa is agreement beyond chance between two periods, and its large-sample standard error. Both are absent where chance alone gives
// full agreement (all areas of one and the same type) or there are no areas.
type Kappa struct{ Value, SE cube.Number }

// Kappa is Cohen's kappa (1960; weighted 1968) of the two periods' types:
//
//	κ = (po - pe) / (1 - pe),  po = Σ w p,  pe = Σ w p_i. p_.j
//
// The standard error is that of Fleiss, Cohen and Everitt (1969), not supposing κ = 0:
//
//	var κ = [ Σ p (w (1-pe) - (w̄_i. + w̄_.j)(1-po))² - (po pe - 2pe + po)² ] / (N (1-pe)⁴)
//
// Linear is "Equal-Spacing" and Quadratic "Fleiss-Cohen" in R's vcd.
func (t Transition) Kappa(weight AgreementWeight) (Kappa, error) {
	var p, w [NTypes][NTypes]float64
	var row, col [NTypes]float64
	n := float64(t.N)
	for i := range p {
		for j := range p {
			var err error
			if w[i][j], err = weight.of(i, j); err != nil {
				return Kappa{}, err
			}
			if t.N > 0 {
				p[i][j] = float64(t.Matrix[i][j]) / n
			}
			row[i] += p[i][j]
			col[j] += p[i][j]
		}
	}
	var po, pe float64
	var rowWeight, colWeight [NTypes]float64
	for i := range p {
		for j := range p {
			po += w[i][j] * p[i][j]
			pe += w[i][j] * row[i] * col[j]
			rowWeight[i] += w[i][j] * col[j]
			colWeight[j] += w[i][j] * row[i]
		}
	}
	if t.N == 0 || t.oneType() {
		return Kappa{}, nil
	}
	sum := 0.0
	for i := range p {
		for j := range p {
			d := w[i][j]*(1-pe) - (rowWeight[i]+colWeight[j])*(1-po)
			sum += p[i][j] * d * d
		}
	}
	off := po*pe - 2*pe + po
	variance := max(0, sum-off*off) / (n * math.Pow(1-pe, 4))
	return Kappa{Value: cube.Num((po - pe) / (1 - pe)), SE: cube.Num(math.Sqrt(variance))}, nil
}

// oneType tells whether all areas are of one and the same type in both periods: then chance gives full agreement.
func (t Transition) oneType() bool {
	for i := range t.Matrix {
		if t.Matrix[i][i] == t.N {
			return true
		}
	}
	return false
}

// Kept is how many areas kept their type, of those that started a year with it.
type Kept struct{ Kept, Started int }

// Share is Kept / Started; absent when none started.
func (k Kept) Share() cube.Number { return share(float64(k.Kept), float64(k.Started)) }

// YearlyKeep is the pooled probability of keeping a type from one period to the next: for each type, areas that kept it over areas that had it, summed
// over all pairs of neighbours in periods. The caller gives periods in order and without gaps, or the step is not a year.
func YearlyKeep(periods []Period) [NTypes]Kept {
	var keep [NTypes]Kept
	for k := 1; k < len(periods); k++ {
		for i, row := range Between(periods[k-1], periods[k]).Matrix {
			for j, v := range row {
				keep[i].Started += v
				if i == j {
					keep[i].Kept += v
				}
			}
		}
	}
	return keep
}

// AlwaysSame counts the areas that have a type in all periods (present), and those of them that have the same one in all.
func AlwaysSame(periods []Period) (same, present int) {
	if len(periods) == 0 {
		return 0, 0
	}
	for code, first := range periods[0].Types {
		all, equal := first.Valid(), true
		for _, p := range periods[1:] {
			t := p.Types[code]
			all = all && t.Valid()
			equal = equal && t == first
		}
		if all {
			present++
			if equal {
				same++
			}
		}
	}
	return same, present
}
