package segregation

import "math"

// Local measures give one number a unit, or one a group. That of a unit without anybody is NaN, and so is that of an empty group.

// LocalInformation is how far the groups of each unit lie from those of the whole: Σ_g p_g|i ln(p_g|i / π_g) in nats, from 0 to −ln of the smallest
// share. M is its mean over persons: M = Σ p_i · LocalInformation_i. Alonso-Villar and del Río (2010), Mora and Ruiz-Castillo (2011).
func LocalInformation(t *Table) []float64 {
	return t.perUnit(func(i int) float64 { return t.divergence(i) })
}

// GroupInformation is how far the spread of each group over units lies from that of everybody: Σ_i n_ig/N_g ln(p_g|i / π_g) in nats. M is its mean
// over persons: M = Σ π_g · GroupInformation_g.
func GroupInformation(t *Table) []float64 { return LocalInformation(t.Transpose()) }

// LocalDivergence is Roberto's divergence of each unit from the whole. It is [LocalInformation] by its other name.
func LocalDivergence(t *Table) []float64 { return LocalInformation(t) }

// LocationQuotients are, unit by unit, the share of each group in the unit over its share of everybody: p_g|i / π_g, from 0; 1 where the group is
// as strong as everywhere. NaN in a unit without anybody and for an empty group. Isard (1960).
func LocationQuotients(t *Table) [][]float64 {
	out := make([][]float64, t.Units)
	for i := range out {
		out[i] = make([]float64, t.Groups)
		for g, n := range t.Unit(i) {
			out[i][g] = n / t.units[i] / (t.groups[g] / t.total)
		}
	}
	return out
}

// LocalEntropy is the diversity of each unit: −Σ p_g|i ln p_g|i in nats, from 0, everybody of one group.
func LocalEntropy(t *Table) []float64 {
	return t.perUnit(func(i int) float64 { return entropyOf(t.Unit(i), t.units[i]) })
}

// LocalNormalisedEntropy is [LocalEntropy] as a part of the greatest that the groups of the table allow, ln G with the groups that have anybody
// anywhere: from 0 to 1. NaN with fewer than two groups.
func LocalNormalisedEntropy(t *Table) []float64 {
	groups := t.filled()
	return t.perUnit(func(i int) float64 {
		if groups < 2 {
			return math.NaN()
		}
		return within01(entropyOf(t.Unit(i), t.units[i]) / math.Log(float64(groups)))
	})
}

// LocalEvenness is [LocalEntropy] as a part of the greatest that the groups present in the unit allow (Pielou's evenness), as OasisR's HLoc: from 0
// to 1. NaN in a unit of one group.
func LocalEvenness(t *Table) []float64 {
	return t.perUnit(func(i int) float64 {
		present := 0
		for _, n := range t.Unit(i) {
			if n > 0 {
				present++
			}
		}
		if present < 2 {
			return math.NaN()
		}
		return within01(entropyOf(t.Unit(i), t.units[i]) / math.Log(float64(present)))
	})
}

// LocalSimpsonInteraction is how likely two persons drawn in the unit, with replacement, are to be of different groups: Σ p(1 − p), from 0 to 1 −
// 1/G.
func LocalSimpsonInteraction(t *Table) []float64 {
	return t.perUnit(func(i int) float64 { return simpsonInteraction(t.Unit(i), t.units[i]) })
}

// LocalSimpsonConcentration is how likely two persons drawn in the unit, with replacement, are to be of one group: Σ p², from 1/G to 1.
func LocalSimpsonConcentration(t *Table) []float64 {
	return t.perUnit(func(i int) float64 { return simpsonConcentration(t.Unit(i), t.units[i]) })
}

func (t *Table) perUnit(of func(i int) float64) []float64 {
	out := make([]float64, t.Units)
	for i := range out {
		out[i] = math.NaN()
		if t.units[i] > 0 {
			out[i] = of(i)
		}
	}
	return out
}
