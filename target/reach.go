// Package target tells whom an effort reaches that is aimed at areas, and how people lie to a network of offices, schools or stops.
//
// Reach: of those with a need, how many live in the chosen areas, and of those in the areas, how many have it ([Reach], [Curve], [Discriminate], [Explain]). Location: ways to the nearest site, who loses when
// one closes, where the next one helps most ([StraightLine], [Median]). Overlap: how well areas of one division stand for those of another ([Translate]).
//
// Kernels are plain functions over columns; where a number is undefined they give NaN, and the cubes made here turn that into a status. Persons are whole numbers, distances are compared as squared whole
// numbers, so that a tie is a tie. An area effort never reaches all who have the need and always others too: the package gives both sides of every choice.
package target

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/areatype"
)

// Areas are the areas that an effort can be aimed at, by column.
type Areas struct {
	Code       []string
	Index      []float64 // higher is worse; NaN where the area has none: it can't be chosen by index, and stays in all totals
	Type       []int     // 1 to 5; 0 where the area has none
	Population []int64
	Need       []int64 // persons with the need, among the population
}

// mostPersons is how many persons the exact sums of products hold.
const mostPersons = 2_000_000_000

// Check tells what is wrong with the columns.
func (a *Areas) Check() error {
	n := len(a.Population)
	if len(a.Need) != n || len(a.Index) != n || a.Type != nil && len(a.Type) != n || a.Code != nil && len(a.Code) != n {
		return errors.New("target: the columns of the areas are not of one length")
	}
	total := int64(0)
	for i := range n {
		name := fmt.Sprintf("area %d", i+1)
		if a.Code != nil {
			name = "area " + a.Code[i]
		}
		switch {
		case a.Population[i] < 0 || a.Need[i] < 0:
			return fmt.Errorf("target: %s has a count below zero", name)
		case a.Need[i] > a.Population[i]:
			return fmt.Errorf("target: %s has more persons with the need than persons; both must be counts of the same population", name)
		case math.IsInf(a.Index[i], 0):
			return fmt.Errorf("target: %s has an index that is not finite", name)
		case a.Type != nil && (a.Type[i] < 0 || a.Type[i] > areatype.NTypes):
			return fmt.Errorf("target: %s has type %d; types are 1 to %d", name, a.Type[i], areatype.NTypes)
		case a.Population[i] > mostPersons-total:
			return fmt.Errorf("target: more than %d persons", mostPersons)
		}
		total += a.Population[i]
	}
	return nil
}

// Totals are all persons and all with the need.
func (a *Areas) Totals() (population, need int64) {
	for i := range a.Population {
		population += a.Population[i]
		need += a.Need[i]
	}
	return population, need
}

// A Reached is what an effort aimed at some areas reaches: persons and persons with the need inside, of all.
type Reached struct {
	Areas                  int // chosen
	Population, Need       int64
	AllPopulation, AllNeed int64
}

func over(a, b int64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return float64(a) / float64(b)
}

// Coverage is the share of those with the need who live inside.
func (r Reached) Coverage() float64 { return over(r.Need, r.AllNeed) }

// Missed is 1 − Coverage.
func (r Reached) Missed() float64 { return over(r.AllNeed-r.Need, r.AllNeed) }

// Precision is the share of those inside who have the need.
func (r Reached) Precision() float64 { return over(r.Need, r.Population) }

// Leakage is 1 − Precision.
func (r Reached) Leakage() float64 { return over(r.Population-r.Need, r.Population) }

// SharePopulation is the share of all persons inside: what random targeting of as many would cover.
func (r Reached) SharePopulation() float64 { return over(r.Population, r.AllPopulation) }

// Lift is Coverage over SharePopulation.
func (r Reached) Lift() float64 {
	if r.Population == 0 {
		return math.NaN()
	}
	return r.Coverage() / r.SharePopulation()
}

// Youden is the coverage less the share of those without the need who are inside.
func (r Reached) Youden() float64 {
	return r.Coverage() - over(r.Population-r.Need, r.AllPopulation-r.AllNeed)
}

// OddsRatio is the odds of the need inside over those outside.
func (r Reached) OddsRatio() float64 {
	in, out, inNot := r.Need, r.AllNeed-r.Need, r.Population-r.Need
	outNot := r.AllPopulation - r.AllNeed - inNot
	if out == 0 || inNot == 0 {
		return math.NaN()
	}
	return float64(in) / float64(inNot) * (float64(outNot) / float64(out))
}

// Reach is what the chosen areas reach.
func Reach(a *Areas, chosen func(i int) bool) Reached {
	var r Reached
	r.AllPopulation, r.AllNeed = a.Totals()
	for i := range a.Population {
		if chosen(i) {
			r.Areas++
			r.Population += a.Population[i]
			r.Need += a.Need[i]
		}
	}
	return r
}

// InTypes chooses the areas of some types.
func (a *Areas) InTypes(types ...int) func(i int) bool {
	return func(i int) bool { return a.Type != nil && slices.Contains(types, a.Type[i]) }
}

// A Step is a choice of all areas with an index of at least so much.
type Step struct {
	Index float64
	Reached
}

// Curve is the reach of every choice by index, from the highest index down; areas of equal index come together. Areas without an index are in none.
func Curve(a *Areas) []Step {
	order := make([]int32, 0, len(a.Index))
	for i, x := range a.Index {
		if !math.IsNaN(x) {
			order = append(order, int32(i))
		}
	}
	slices.SortFunc(order, func(i, j int32) int { return cmp.Compare(a.Index[j], a.Index[i]) })
	var at Reached
	at.AllPopulation, at.AllNeed = a.Totals()
	steps := make([]Step, 0, len(order))
	for k, i := range order {
		at.Areas++
		at.Population += a.Population[i]
		at.Need += a.Need[i]
		if k+1 == len(order) || a.Index[order[k+1]] != a.Index[i] {
			steps = append(steps, Step{a.Index[i], at})
		}
	}
	return steps
}

// A Discrimination tells how well an order of whole areas finds persons with the need. NaN where everybody or nobody has it.
type Discrimination struct {
	AUC              float64 // P(index of one with the need > of one without), half for equal ones
	AreaCoverage     float64 // area under coverage against share of the population: less than AUC, as those with the need are in the population too
	Concentration    float64 // 2 AreaCoverage − 1
	BestAUC          float64 // of the areas in the order of their own share with the need: no choice of whole areas does better
	BestAreaCoverage float64
}

// Gain is the part of what whole areas could give that the index gives: (AUC − ½)/(BestAUC − ½).
func (d Discrimination) Gain() float64 {
	if d.BestAUC == 0.5 {
		return math.NaN()
	}
	return (d.AUC - 0.5) / (d.BestAUC - 0.5)
}

// Discriminate measures the order of the areas by index, persons as units. Areas without an index stand last, together.
func Discriminate(a *Areas) Discrimination {
	var d Discrimination
	d.AUC, d.AreaCoverage = pairsWon(a, func(i, j int) int { return cmp.Compare(a.Index[i], a.Index[j]) }) // NaN is below all, and equal to itself
	d.Concentration = 2*d.AreaCoverage - 1
	d.BestAUC, d.BestAreaCoverage = pairsWon(a, a.byShare)
	return d
}

// byShare compares two areas by their share with the need, exactly; areas without people stand first.
func (a *Areas) byShare(i, j int) int {
	if a.Population[i] == 0 || a.Population[j] == 0 {
		return cmp.Compare(a.Population[i], a.Population[j])
	}
	return cmp.Compare(a.Need[i]*a.Population[j], a.Need[j]*a.Population[i])
}

// pairsWon is the AUC and the area under coverage for areas in the order of compare, lowest first.
func pairsWon(a *Areas, compare func(i, j int) int) (auc, coverage float64) {
	order := make([]int, len(a.Population))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, compare)
	population, need := a.Totals()
	// Twice the pairs that the order has right, of one with the need and one without, and of one with the need and anyone.
	var below, pairs, belowAll, pairsAll int64
	for k := 0; k < len(order); {
		var groupNeed, group int64
		for first := order[k]; k < len(order) && compare(first, order[k]) == 0; k++ {
			groupNeed += a.Need[order[k]]
			group += a.Population[order[k]]
		}
		pairs += groupNeed * (2*below + group - groupNeed)
		pairsAll += groupNeed * (2*belowAll + group)
		below += group - groupNeed
		belowAll += group
	}
	return over(pairs, 2*need*(population-need)), over(pairsAll, 2*need*population)
}

// An Interval is an estimate's standard error and its 95 percent normal interval.
type Interval struct{ SE, Lo, Hi float64 }

const normal95 = 1.959963984540054

func interval(x, se float64) Interval { return Interval{se, x - normal95*se, x + normal95*se} }

// HanleyMcNeil is the standard error of the AUC by the exponential approximation: A(1−A) + (m−1)(Q1−A²) + (n−1)(Q2−A²) over m·n, Q1 = A/(2−A), Q2 = 2A²/(1+A), m with the need and n without.
func HanleyMcNeil(a *Areas) Interval {
	population, need := a.Totals()
	x := Discriminate(a).AUC
	m, n := float64(need), float64(population-need)
	q1, q2 := x/(2-x), 2*x*x/(1+x)
	return interval(x, math.Sqrt((x*(1-x)+(m-1)*(q1-x*x)+(n-1)*(q2-x*x))/(m*n)))
}

// DeLong is the standard error of the AUC from the variance of each person's share of pairs won: var over those with the need / m + var over those without / n. Areas without an index stand last, together.
func DeLong(a *Areas) Interval {
	population, need := a.Totals()
	without := population - need
	order := make([]int, len(a.Population))
	for i := range order {
		order[i] = i
	}
	compare := func(i, j int) int { return cmp.Compare(a.Index[i], a.Index[j]) }
	slices.SortStableFunc(order, compare)
	auc := Discriminate(a).AUC
	var below, belowNeed int64
	var with, not float64 // sums of squared deviations
	for k := 0; k < len(order); {
		var groupNeed, group int64
		for first := order[k]; k < len(order) && compare(first, order[k]) == 0; k++ {
			groupNeed += a.Need[order[k]]
			group += a.Population[order[k]]
		}
		groupNot := group - groupNeed
		won := over(2*below+groupNot, 2*without) - auc
		lost := over(2*(need-belowNeed-groupNeed)+groupNeed, 2*need) - auc
		with += float64(groupNeed) * won * won
		not += float64(groupNot) * lost * lost
		below += groupNot
		belowNeed += groupNeed
	}
	m, n := float64(need), float64(without)
	return interval(auc, math.Sqrt(with/(m-1)/m+not/(n-1)/n))
}

// BestOfSize is the coverage of the best choice of so many persons: areas by their own share with the need, the last in proportion.
func BestOfSize(a *Areas, population int64) float64 {
	order := make([]int, len(a.Population))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return a.byShare(j, i) })
	_, need := a.Totals()
	left, got := population, 0.0
	for _, i := range order {
		if a.Population[i] == 0 || left == 0 {
			continue
		}
		if a.Population[i] <= left {
			got += float64(a.Need[i])
			left -= a.Population[i]
			continue
		}
		got += float64(a.Need[i]) * float64(left) / float64(a.Population[i])
		left = 0
	}
	if need == 0 {
		return math.NaN()
	}
	return got / float64(need)
}

// An Explained is how the variance of the need, yes or no for each person, is split: sums of squares over persons.
type Explained struct {
	Total float64 // N p (1 − p)
	Areas float64 // between areas: the most that any classes of whole areas can catch
	Types float64 // between types; areas without a type are a class of their own
	Index float64 // by the line fitted to the areas' shares by index, weighted by population; NaN where a populated area has no index, or all have one and the same
	N     int     // areas with people

	persons float64
}

// Eta2 is the share of the variance that lies between areas, and between types.
func (e Explained) Eta2() (areas, types float64) { return e.Areas / e.Total, e.Types / e.Total }

// TypesOfAreas is the share of what lies between areas that the types catch.
func (e Explained) TypesOfAreas() float64 { return e.Types / e.Areas }

// IndexOfAreas is the share of what lies between areas that a line by index catches.
func (e Explained) IndexOfAreas() float64 { return e.Index / e.Areas }

// Omega2 is the share between areas corrected for chance: (SSB − (k−1) MSW)/(SST + MSW), MSW = (SST − SSB)/(N − k), k areas with people.
func (e Explained) Omega2() float64 {
	msw := (e.Total - e.Areas) / (e.persons - float64(e.N))
	return (e.Areas - float64(e.N-1)*msw) / (e.Total + msw)
}

// Explain splits the variance of the need.
func Explain(a *Areas) Explained {
	population, need := a.Totals()
	p := over(need, population)
	e := Explained{Total: float64(population) * p * (1 - p), persons: float64(population)}
	var byType [areatype.NTypes + 1]struct{ population, need int64 }
	meanIndex := 0.0
	for i, n := range a.Population {
		if n == 0 {
			continue
		}
		e.N++
		d := float64(a.Need[i])/float64(n) - p
		e.Areas += float64(n) * d * d
		meanIndex += float64(n) * a.Index[i]
		t := 0
		if a.Type != nil {
			t = a.Type[i]
		}
		byType[t].population += n
		byType[t].need += a.Need[i]
	}
	for _, t := range byType {
		if t.population > 0 {
			d := float64(t.need)/float64(t.population) - p
			e.Types += float64(t.population) * d * d
		}
	}
	meanIndex /= float64(population)
	var xy, xx float64
	for i, n := range a.Population {
		if n > 0 {
			x := a.Index[i] - meanIndex
			xy += x * (float64(a.Need[i]) - float64(n)*p)
			xx += float64(n) * x * x
		}
	}
	e.Index = xy * xy / xx
	return e
}
