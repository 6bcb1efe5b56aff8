package segregation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Shares is a group's share of each neighbourhood; NaN where nobody lives.
func (n *Neighbourhoods) Shares(group int) []float64 {
	out := make([]float64, len(n.Persons))
	for i, p := range n.Persons {
		out[i] = n.Members[group][i] / p
	}
	return out
}

// A Spreading tells how a share varies over persons: every person of a populated square has the share of the square's neighbourhood.
type Spreading struct {
	Mean, SD float64 // SD with the number of persons as divisor
	Min, Max float64
}

// Spreading is mean, SD, least and largest share of a group round persons. NaN on a map without people.
func (n *Neighbourhoods) Spreading(group int) Spreading {
	s := Spreading{Min: math.NaN(), Max: math.NaN()}
	shares, total := n.Shares(group), 0.0
	for i, p := range n.squares.Persons {
		if p == 0 {
			continue
		}
		if total == 0 {
			s.Min, s.Max = shares[i], shares[i]
		}
		total += float64(p)
		s.Mean += float64(p) * shares[i]
		s.Min, s.Max = min(s.Min, shares[i]), max(s.Max, shares[i])
	}
	s.Mean /= total
	for i, p := range n.squares.Persons {
		if p > 0 {
			s.SD += float64(p) * (shares[i] - s.Mean) * (shares[i] - s.Mean)
		}
	}
	s.SD = math.Sqrt(s.SD / total)
	return s
}

// Quantiles are shares of a group that parts of all persons do not exceed: the least share with at least part × N persons at or below it (the inverse distribution
// function). NaN on a map without people.
func (n *Neighbourhoods) Quantiles(group int, parts ...float64) []float64 {
	shares, total := n.Shares(group), int64(0)
	var order []int
	for i, p := range n.squares.Persons {
		if p > 0 {
			order = append(order, i)
			total += p
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(shares[a], shares[b]), cmp.Compare(a, b)) })
	out := make([]float64, len(parts))
	for k, part := range parts {
		out[k] = math.NaN()
		below := int64(0)
		for _, i := range order {
			below += n.squares.Persons[i]
			out[k] = shares[i]
			if float64(below) >= part*float64(total) {
				break
			}
		}
	}
	return out
}

// Round is the mean share of a group round persons that are counted by square: with the group's own members it is isolation, with those of another group exposure.
// NaN when there are none.
func (n *Neighbourhoods) Round(group int, persons []int64) float64 {
	sum, total := 0.0, 0.0
	for i, p := range persons {
		if p > 0 && n.Persons[i] > 0 {
			sum += float64(p) * n.Members[group][i] / n.Persons[i]
			total += float64(p)
		}
	}
	return sum / total
}

// AtLeast is the share of persons whose neighbourhood has a group's share at or above a limit.
func (n *Neighbourhoods) AtLeast(group int, limit float64) float64 {
	above, total := 0.0, 0.0
	for i, p := range n.squares.Persons {
		if p > 0 {
			total += float64(p)
			if n.Members[group][i]/n.Persons[i] >= limit {
				above += float64(p)
			}
		}
	}
	return above / total
}

// MeanDistance is the mean metres to the k-th person, over persons: how far people must go to meet k others.
func (n *Neighbourhoods) MeanDistance() float64 {
	return n.overPersons(func(i int) float64 { return math.Sqrt(float64(n.Distance2[i])) })
}

// MeanPersons is the mean number of persons used, over persons; above K under the rules of whole rings and squares.
func (n *Neighbourhoods) MeanPersons() float64 {
	return n.overPersons(func(i int) float64 { return n.Persons[i] })
}

func (n *Neighbourhoods) overPersons(value func(i int) float64) float64 {
	sum, total := 0.0, 0.0
	for i, p := range n.squares.Persons {
		if p > 0 {
			sum += float64(p) * value(i)
			total += float64(p)
		}
	}
	return sum / total
}

// A DivergenceStep is one step of a divergence profile: what has been met within a distance.
type DivergenceStep struct {
	Distance   float64 // metres
	Persons    float64 // met so far
	Divergence float64 // Σ_g f_g ln(f_g/π_g), their shares f against all shares π; nats, 0 at the end
}

// DivergenceProfile starts in a unit and takes in the others by distance; it shows from how far away the whole can be seen. Units at one distance (within the share tie, see
// [SameValue]) come together. Olteanu, Randon-Furling and Clark (2019).
func DivergenceProfile(t *Table, s *Space, unit int, tie float64) ([]DivergenceStep, error) {
	if unit < 0 || unit >= t.Units {
		return nil, fmt.Errorf("segregation: unit %d of %d", unit+1, t.Units)
	}
	if err := neighbourPoints(t, s); err != nil {
		return nil, err
	}
	var steps []DivergenceStep
	var o neighbourOutward
	o.divergences(t, s, unit, tie, func(d DivergenceStep) { steps = append(steps, d) })
	return steps, nil
}

func neighbourPoints(t *Table, s *Space) error {
	if s.x == nil || len(s.x) != t.Units {
		return fmt.Errorf("segregation: %d units with counts and %d with a point", t.Units, len(s.x))
	}
	return nil
}

// neighbourOutward is memory for going outward from one unit after the other.
type neighbourOutward struct {
	distance, met []float64
	order         spaceOrder
	steps         []DivergenceStep
}

func (o *neighbourOutward) divergences(t *Table, s *Space, unit int, tie float64, step func(DivergenceStep)) {
	if o.distance == nil {
		o.distance, o.met = make([]float64, t.Units), make([]float64, t.Groups)
	}
	distance, met, persons := o.distance, o.met, 0.0
	clear(met)
	for j := range distance {
		distance[j] = math.Hypot(s.x[j]-s.x[unit], s.y[j]-s.y[unit])
	}
	for _, block := range o.order.blocks(distance, tie) {
		before := persons
		for _, j := range block {
			persons += t.UnitTotal(j)
			for g, n := range t.Unit(j) {
				met[g] += n
			}
		}
		if persons == before {
			continue
		}
		step(DivergenceStep{distance[block[len(block)-1]], persons, neighbourDivergence(t, met, persons)})
	}
}

func neighbourDivergence(t *Table, met []float64, persons float64) float64 {
	d := 0.0
	for g, n := range met {
		if n > 0 {
			d += n / persons * math.Log(n/persons*t.total/t.groups[g])
		}
	}
	return max(d, 0)
}

// Distortions tell how far one must go from each unit to see the whole as it is.
type Distortions struct {
	Local  []float64 // by unit
	Global float64   // mean over persons
	Most   float64   // the coefficient that Local is a part of, nats
}

// Distortion is Olteanu's distortion coefficient (2019) of each unit: with D(u) the divergence when a share u of all persons has been met, ∫_0^1 sup_{v≥u} D(v) du, which is the same
// as the integral over δ of the share one must meet for the divergence to stay below δ. It is divided by its value for a person of the smallest group when each group
// lives by itself, the groups in order of size. 0: the whole is seen from the door. Units with nobody have a value too, but weigh nothing in Global. NaN with one group.
// It costs n² log n for n units, in memory that grows with n.
func Distortion(t *Table, s *Space, tie float64) (Distortions, error) {
	if err := neighbourPoints(t, s); err != nil {
		return Distortions{}, err
	}
	d := Distortions{Local: make([]float64, t.Units), Most: neighbourGhettos(t)}
	spaceWorkers(t.Units, func() func(i int) {
		var o neighbourOutward
		return func(i int) {
			o.steps = o.steps[:0]
			o.divergences(t, s, i, tie, func(d DivergenceStep) { o.steps = append(o.steps, d) })
			highest := 0.0
			for k, step := range slices.Backward(o.steps) {
				highest = max(highest, step.Divergence)
				from := 0.0
				if k > 0 {
					from = o.steps[k-1].Persons
				}
				d.Local[i] += highest * (step.Persons - from) / t.total
			}
			d.Local[i] /= d.Most
		}
	})
	for i, v := range d.Local {
		d.Global += v * t.UnitTotal(i) / t.total
	}
	return d, nil
}

// neighbourGhettos is the distortion of a person of the smallest group when the groups live apart, met in order of size. While a group of share p is being met after
// a share S, the divergence is (S/u) ln(1/u) + ((u−S)/u) ln((u−S)/(u p)).
func neighbourGhettos(t *Table) float64 {
	sorted := slices.Sorted(slices.Values(t.groups))
	sum, S := 0.0, 0.0
	for _, n := range sorted {
		p := n / t.total
		if p == 0 {
			continue
		}
		divergence := func(u float64) float64 {
			d := 0.0
			if S > 0 {
				d = -S / u * math.Log(u)
			}
			if u > S {
				d += (u - S) / u * math.Log((u-S)/(u*p))
			}
			return d
		}
		// Both ends are steep there (x ln x); with u = S + p w²(3 − 2w) Simpson's rule has smooth ends.
		const steps = 2000
		for k := 0; k <= steps; k++ {
			w := float64(k) / steps
			weight := 2.0
			switch {
			case k == 0 || k == steps:
				weight = 1
			case k%2 == 1:
				weight = 4
			}
			if slope := 6 * p * w * (1 - w); slope > 0 {
				sum += weight * divergence(S+p*w*w*(3-2*w)) * slope / (3 * steps)
			}
		}
		S += p
	}
	return sum
}
