package segregation

import "math"

// InBase takes an entropy or an information from nats to another base of the logarithm: 2 gives bits.
func InBase(nats, base float64) float64 { return nats / math.Log(base) }

// Transpose is the table with units and groups exchanged.
func (t *Table) Transpose() *Table {
	out := &Table{Units: t.Groups, Groups: t.Units, n: make([]float64, len(t.n)), units: t.groups, groups: t.units, total: t.total}
	for i := range t.Units {
		for g := range t.Groups {
			out.n[g*t.Units+i] = t.n[i*t.Groups+g]
		}
	}
	return out
}

// against is the counts of a group and of everybody else, one number a unit.
func (t *Table) against(g int) (group, rest []float64) {
	group, rest = t.Column(g), make([]float64, t.Units)
	for i := range rest {
		for k, v := range t.Unit(i) {
			if k != g {
				rest[i] += v
			}
		}
	}
	return group, rest
}

// groupShares are the groups' parts of everybody.
func (t *Table) groupShares() []float64 {
	out := make([]float64, t.Groups)
	for g := range out {
		out[g] = t.groups[g] / t.total
	}
	return out
}

// filled is how many groups have anybody.
func (t *Table) filled() int {
	n := 0
	for _, v := range t.groups {
		if v > 0 {
			n++
		}
	}
	return n
}

// Entropy is the diversity of the groups: −Σ π_g ln π_g in nats, from 0 to ln of the number of groups. NaN when there is nobody.
func Entropy(t *Table) float64 {
	if t.total == 0 {
		return math.NaN()
	}
	return entropyOf(t.groups, t.total)
}

func entropyOf(counts []float64, total float64) float64 {
	var s sum
	for _, n := range counts {
		if n > 0 {
			s.add(-n / total * math.Log(n/total))
		}
	}
	return max(0, s.value())
}

// NormalisedEntropy is [Entropy] as a part of the greatest, all groups alike in size: from 0 to 1. Empty groups don't count. NaN with fewer than
// two groups.
func NormalisedEntropy(t *Table) float64 {
	if t.filled() < 2 {
		return math.NaN()
	}
	return within01(Entropy(t) / math.Log(float64(t.filled())))
}

// MutualInformation is M: how much the unit tells of a person's group, and the group of the unit, Σ_i Σ_g n_ig/N · ln(n_ig N / (n_i N_g)) in nats,
// from 0 to the lesser of the entropies of units and groups. See [InBase] for bits. NaN when there is nobody. Theil and Finizza (1971); Mora and
// Ruiz-Castillo (2011).
func MutualInformation(t *Table) float64 {
	if t.total == 0 {
		return math.NaN()
	}
	var s sum
	for i := range t.Units {
		if t.units[i] > 0 {
			s.add(t.units[i] / t.total * t.divergence(i))
		}
	}
	return max(0, s.value())
}

// divergence of a unit with persons: Σ_g p_g|i ln(p_g|i / π_g).
func (t *Table) divergence(i int) float64 {
	d := 0.0
	for g, n := range t.Unit(i) {
		if n > 0 {
			p := n / t.units[i]
			d += p * math.Log(p/(t.groups[g]/t.total))
		}
	}
	return max(0, d)
}

// TheilH is the information theory index: M over the entropy of the groups, from 0 to 1. It changes when units and groups are exchanged, as M does
// not. NaN with fewer than two groups. Theil and Finizza (1971).
func TheilH(t *Table) float64 {
	if t.filled() < 2 {
		return math.NaN()
	}
	return within01(MutualInformation(t) / Entropy(t))
}

// Divergence is Roberto's divergence index: the mean, over persons, of how far the groups of a unit lie from those of the whole. Its value is M in
// nats. NaN when there is nobody. Roberto (2016).
func Divergence(t *Table) float64 { return MutualInformation(t) }

// MultiDissimilarity is Σ_g Σ_i n_i |p_g|i − π_g| / (2 N I) with I = Σ π_g(1 − π_g), from 0 to 1. NaN with fewer than two groups. Morgan (1975),
// Sakoda (1981).
func MultiDissimilarity(t *Table) float64 {
	if t.filled() < 2 {
		return math.NaN()
	}
	pi := t.groupShares()
	var s sum
	for i := range t.Units {
		if w := t.units[i]; w > 0 {
			for g, n := range t.Unit(i) {
				s.add(w / t.total * math.Abs(n/w-pi[g]))
			}
		}
	}
	return within01(s.value() / (2 * SimpsonInteraction(t)))
}

// MultiGini is Σ_g Σ_i Σ_j n_i n_j |p_g|i − p_g|j| / (2 N² I), from 0 to 1: the mean of the groups' [Gini] against the rest, weighed by π_g(1 −
// π_g). It takes one sort a group. NaN with fewer than two groups. Reardon and Firebaugh (2002).
func MultiGini(t *Table) float64 {
	if t.filled() < 2 {
		return math.NaN()
	}
	pi := t.groupShares()
	buffer, spare := make([]sharedUnit, 0, t.Units), make([]sharedUnit, t.Units)
	var s sum
	for g := range t.Groups {
		if t.groups[g] == 0 || t.groups[g] == t.total {
			continue
		}
		units := buffer[:0]
		for i := range t.Units {
			if w := t.units[i]; w > 0 {
				n := t.At(i, g)
				units = append(units, sharedUnit{n / w, n, w - n})
			}
		}
		s.add(pi[g] * (1 - pi[g]) * giniOf(units, spare[:len(units)], t.groups[g], t.total-t.groups[g]))
	}
	return within01(s.value() / SimpsonInteraction(t))
}

// squaredDeviations is Σ_i n_i/N (p_g|i − π_g)² for each group.
func (t *Table) squaredDeviations() []float64 {
	pi, sums, out := t.groupShares(), make([]sum, t.Groups), make([]float64, t.Groups)
	for i := range t.Units {
		if w := t.units[i]; w > 0 {
			for g, n := range t.Unit(i) {
				d := n/w - pi[g]
				sums[g].add(w / t.total * d * d)
			}
		}
	}
	for g := range out {
		out[g] = sums[g].value()
	}
	return out
}

// NormalisedExposure is Σ_g Σ_i n_i (p_g|i − π_g)² / (N (1 − π_g)), from 0 to 1: the mean of the groups' eta². NaN with fewer than two groups.
// James (1986).
func NormalisedExposure(t *Table) float64 {
	return t.weighedDeviations(func(pi float64) float64 { return 1 / (1 - pi) })
}

// RelativeDiversity is Σ_g Σ_i n_i (p_g|i − π_g)² / (N I) with I = Σ π_g(1 − π_g), from 0 to 1: how much less likely two persons of one unit are to
// be of different groups than two of the whole. NaN with fewer than two groups. Carlson (1992), Reardon (1998).
func RelativeDiversity(t *Table) float64 {
	i := SimpsonInteraction(t)
	return t.weighedDeviations(func(float64) float64 { return 1 / i })
}

// SquaredCoefficientOfVariation is Σ_g Σ_i n_i (p_g|i − π_g)² / (N (G − 1) π_g), from 0 to 1, G the number of groups that have anybody. NaN with
// fewer than two groups. Reardon and Firebaugh (2002).
func SquaredCoefficientOfVariation(t *Table) float64 {
	g := float64(t.filled())
	return t.weighedDeviations(func(pi float64) float64 { return 1 / ((g - 1) * pi) })
}

func (t *Table) weighedDeviations(weight func(pi float64) float64) float64 {
	if t.filled() < 2 {
		return math.NaN()
	}
	var s sum
	for g, v := range t.squaredDeviations() {
		if pi := t.groups[g] / t.total; pi > 0 {
			s.add(v * weight(pi))
		}
	}
	return within01(s.value())
}

// SimpsonInteraction is how likely two persons drawn anywhere, with replacement, are to be of different groups: Σ π_g(1 − π_g), from 0 to 1 − 1/G.
// It tells of diversity, not of segregation. NaN when there is nobody.
func SimpsonInteraction(t *Table) float64 {
	if t.total == 0 {
		return math.NaN()
	}
	return simpsonInteraction(t.groups, t.total)
}

func simpsonInteraction(counts []float64, total float64) float64 {
	s := 0.0
	for _, n := range counts {
		s += n / total * ((total - n) / total)
	}
	return within01(s)
}

// SimpsonConcentration is how likely two persons drawn anywhere, with replacement, are to be of one group: Σ π_g², from 1/G to 1; 1 − interaction.
// NaN when there is nobody.
func SimpsonConcentration(t *Table) float64 {
	if t.total == 0 {
		return math.NaN()
	}
	return simpsonConcentration(t.groups, t.total)
}

func simpsonConcentration(counts []float64, total float64) float64 {
	s := 0.0
	for _, n := range counts {
		s += n / total * (n / total)
	}
	return within01(s)
}

// ExposureMatrix is, row by row, the mean share of group h in the units of group g's members: Σ_i n_ig/N_g · n_ih/n_i. The diagonal is isolation; a
// row adds up to 1. The row of an empty group is NaN. Lieberson (1981).
func ExposureMatrix(t *Table) [][]float64 {
	return exposure(t, 0)
}

// ExposureMatrixOfOthers is [ExposureMatrix] among the other persons of the unit, oneself not counted: n_ih/(n_i − 1), and (n_ig − 1)/(n_i − 1) for
// one's own group. A person alone in a unit meets nobody and adds nothing, so that a row may add up to less than 1. Counts are whole persons here.
func ExposureMatrixOfOthers(t *Table) [][]float64 {
	return exposure(t, 1)
}

func exposure(t *Table, self float64) [][]float64 {
	sums := make([][]sum, t.Groups)
	for g := range sums {
		sums[g] = make([]sum, t.Groups)
	}
	for i := range t.Units {
		others := t.units[i] - self
		if others <= 0 {
			continue
		}
		row := t.Unit(i)
		for g, n := range row {
			if n == 0 {
				continue
			}
			for h, m := range row {
				if g == h {
					m = max(0, m-self)
				}
				sums[g][h].add(n / t.groups[g] * (m / others))
			}
		}
	}
	out := make([][]float64, t.Groups)
	for g := range out {
		out[g] = make([]float64, t.Groups)
		for h := range out[g] {
			out[g][h] = within01(sums[g][h].value())
			if t.groups[g] == 0 {
				out[g][h] = math.NaN()
			}
		}
	}
	return out
}

// Isolations is the diagonal of [ExposureMatrix]: the mean share of their own group in the units of each group's members. NaN for an empty group.
func Isolations(t *Table) []float64 {
	out := make([]float64, t.Groups)
	for g, row := range ExposureMatrix(t) {
		out[g] = row[g]
	}
	return out
}
