package segregation

import (
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// A CurveBand is what is known of a segregation curve where the share B of the second group is passed: the least and most share of the first.
type CurveBand struct {
	B float64
	A Interval
}

// BoundSegregationCurve bounds [SegregationCurve] at the shares 0, 1/steps, … 1 where counts are intervals. The curve is the upper edge of its tangents: A(x) = max over slopes λ of λx − S(λ), S(λ) = Σ (λ y_i − x_i)⁺ =
// λ − 1 + Σ (x_i − λ y_i)⁺ with x_i and y_i the units' shares of the groups ([BoundDissimilarity]). The least and most of each term bound S, which is made of straight lines in λ, and with it the curve. A group must
// surely have persons.
func BoundSegregationCurve(t IntervalTable, steps int) ([]CurveBand, error) {
	if t.Groups != 2 || steps < 1 {
		return nil, fmt.Errorf("segregation: a curve is of two groups, in at least one step; not %d in %d", t.Groups, steps)
	}
	t, _, err := t.narrowed()
	if err != nil {
		return nil, err
	}
	totals := t.groupTotals()
	for g := range totals {
		totals[g] = Interval{}
		for i := range t.Units {
			totals[g] = Interval{totals[g].Lo + t.Cells[2*i+g].Lo, totals[g].Hi + t.Cells[2*i+g].Hi}
		}
		if totals[g].Lo == 0 {
			return nil, fmt.Errorf("segregation: by what is known group %d may be empty, and then there is no curve", g+1)
		}
	}
	// Of two sums Σ (λp − q)⁺ and Σ (q − λp)⁺, by the slopes q/p at which their terms change, the parts passed.
	type part struct{ at, p, q float64 }
	sums := func(p, q func(x, y Interval) float64) []part {
		var out []part
		for i := range t.Units {
			x, y := bootShareOf(t.Cells[2*i], totals[0]), bootShareOf(t.Cells[2*i+1], totals[1])
			if a, b := p(x, y), q(x, y); a > 0 || b > 0 {
				out = append(out, part{b / a, a, b})
			}
		}
		slices.SortFunc(out, func(a, b part) int {
			switch {
			case a.at < b.at:
				return -1
			case a.at > b.at:
				return 1
			}
			return 0
		})
		return out
	}
	xLo, xHi := func(x, _ Interval) float64 { return x.Lo }, func(x, _ Interval) float64 { return x.Hi }
	yLo, yHi := func(_, y Interval) float64 { return y.Lo }, func(_, y Interval) float64 { return y.Hi }
	high, low := sums(yHi, xLo), sums(yLo, xHi) // of λ y − x the most, of which x − λ y is the least; and the other way
	var slopes []float64
	for _, list := range [][]part{high, low} {
		for _, c := range list {
			if !math.IsInf(c.at, 0) {
				slopes = append(slopes, c.at)
			}
		}
	}
	slopes = append(slopes, 0)
	slices.Sort(slopes)
	slopes = slices.Compact(slopes)
	// A line in λ, from one slope to the next.
	type line struct{ rise, at0 float64 }
	value := func(l line, s float64) float64 { return l.rise*s + l.at0 }
	// passed gives, for each slope, Σ (λp − q)⁺ and Σ (q − λp)⁺ as lines from there to the next.
	passed := func(list []part) (above, below []line) {
		var up, down line
		for _, c := range list {
			down = line{down.rise - c.p, down.at0 + c.q}
		}
		k := 0
		for _, s := range slopes {
			for ; k < len(list) && list[k].at <= s; k++ {
				up = line{up.rise + list[k].p, up.at0 - list[k].q}
				down = line{down.rise + list[k].p, down.at0 - list[k].q}
			}
			above, below = append(above, up), append(below, down)
		}
		return above, below
	}
	highAbove, highBelow := passed(high)
	lowAbove, lowBelow := passed(low)
	type knot struct{ slope, most, least float64 } // the bounds of S there
	var knots []knot
	for k, s := range slopes {
		// S at the least is the highest of three lines, at the most the lowest.
		least := []line{lowAbove[k], {1 + highBelow[k].rise, highBelow[k].at0 - 1}, {}}
		most := []line{highAbove[k], {1 + lowBelow[k].rise, lowBelow[k].at0 - 1}, {1, 0}}
		places := []float64{s}
		next := math.Inf(1)
		if k+1 < len(slopes) {
			next = slopes[k+1]
		}
		for _, of := range [][]line{least, most} {
			for i := range of {
				for j := range i {
					if at := (of[i].at0 - of[j].at0) / (of[j].rise - of[i].rise); at > s && at < next {
						places = append(places, at)
					}
				}
			}
		}
		for _, at := range places {
			x := knot{at, math.Inf(1), math.Inf(-1)}
			for i := range 3 {
				x.least, x.most = max(x.least, value(least[i], at)), min(x.most, value(most[i], at))
			}
			knots = append(knots, x)
		}
	}
	const rounding = 1e-11
	out := make([]CurveBand, steps+1)
	for k := range out {
		x := float64(k) / float64(steps)
		a := Interval{0, 0}
		for _, n := range knots {
			a.Lo, a.Hi = max(a.Lo, n.slope*x-n.most), max(a.Hi, n.slope*x-n.least)
		}
		out[k] = CurveBand{x, Interval{max(0, a.Lo-rounding), min(x, a.Hi+rounding)}}
		out[k].A.Lo = min(out[k].A.Lo, out[k].A.Hi)
	}
	out[0].A, out[steps].A = Exactly(0), Exactly(1)
	return out, nil
}

// boundGini bounds the Gini of two groups, 1 − 2∫A, by the band: of a curve that bends upwards chords give at least the area, and heights in the middle of stretches at most.
func boundGini(t IntervalTable) (Interval, error) {
	band, err := BoundSegregationCurve(t, curveSteps)
	if err != nil {
		return unit, err
	}
	var chords, middles sum
	for k := 1; k < len(band); k++ {
		chords.add((band[k-1].A.Hi + band[k].A.Hi) / (2 * curveSteps))
		if k%2 == 1 {
			middles.add(band[k].A.Lo * 2 / curveSteps)
		}
	}
	return Interval{max(0, 1-2*chords.value()), min(1, 1-2*middles.value())}, nil
}

// curveAt is the height of a curve over a share of the second group.
func curveAt(curve []CurvePoint, b float64) float64 {
	for k, c := range curve[1:] {
		if last := curve[k]; b <= c.B && c.B > last.B {
			return last.A + (c.A-last.A)*(b-last.B)/(c.B-last.B)
		}
	}
	return 1
}

// Why a picture is not drawn, or what it is of, where counts are not known.
var (
	bandOfCounts = cube.Text{SV: "där värdet kan ligga, vilka de dolda eller ändrade antalen än är", EN: "where the value may lie, whatever the hidden or changed counts are"}
	ofPublished  = cube.Text{SV: "Antalen är avrundade eller störda, och bilden visar dem som de är publicerade.", EN: "Counts are rounded or perturbed, and the picture shows them as published."}
)
