package segregation

import (
	"fmt"
	"math"
)

// A Proximity is what the clustering and distance-decay measures are made of: for each pair of groups how near their members are to each other under a
// kernel. It costs one pass over all pairs of units within the kernel's reach (all pairs without one), in memory that grows with the units only.
type Proximity struct {
	Kernel Kernel
	Units  int // with persons; empty units take no part
	Alone  int // units with persons and nobody within reach, themselves included: left out of the decay measures

	pairs  [][]float64 // Σ_i Σ_j n_ig c_ij n_jh
	decay  [][]float64 // Σ_i n_ig Σ_j c_ij n_jh / Σ_j c_ij t_j
	met    []float64   // Σ_i n_ig of the units with somebody within reach
	weight float64     // Σ_i Σ_j c_ij
	groups []float64
	total  float64
}

// NewProximity computes it. A kernel under which most units' neighbours weigh next to nothing (less than 10⁻¹²) is an error: every measure would quietly be the
// aspatial one, as when exp(−d) is taken of metres.
func NewProximity(t *Table, s *Space, k Kernel) (*Proximity, error) {
	gathered, err := s.gather(t, k)
	if err != nil {
		return nil, err
	}
	g := gathered[0]
	p := &Proximity{Kernel: k, pairs: spaceSquareOf(t.Groups), decay: spaceSquareOf(t.Groups), met: make([]float64, t.Groups), groups: t.groups, total: t.total}
	weak := 0
	for i := range t.Units {
		if t.UnitTotal(i) == 0 {
			continue
		}
		p.Units++
		p.weight += g.weight[i]
		if g.best[i] < spaceWeak {
			weak++
		}
		around := g.sums[i*t.Groups:][:t.Groups]
		all := spaceSum(around)
		if all == 0 {
			p.Alone++
		}
		for h, n := range t.Unit(i) {
			for o, a := range around {
				p.pairs[h][o] += n * a
				if all > 0 {
					p.decay[h][o] += n * a / all
				}
			}
			if all > 0 {
				p.met[h] += n
			}
		}
	}
	if p.Units > 1 && 2*weak > p.Units {
		return nil, fmt.Errorf("segregation: under the kernel (%s) %d of %d units weigh less than %g for their nearest neighbour, so that space plays no part; use a longer bandwidth",
			k, weak, p.Units, spaceWeak)
	}
	return p, nil
}

func spaceSquareOf(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
	}
	return m
}

// Mean is P_gh = Σ_i Σ_j n_ig n_jh c_ij / (N_g N_h): the mean proximity of a member of g and a member of h. White (1983). NaN for an empty group.
func (p *Proximity) Mean(g, h int) float64 { return p.pairs[g][h] / (p.groups[g] * p.groups[h]) }

// All is P_tt, the mean proximity of any two persons.
func (p *Proximity) All() float64 {
	sum := 0.0
	for _, row := range p.pairs {
		sum += spaceSum(row)
	}
	return sum / (p.total * p.total)
}

// SpatialProximity is White's SP = Σ_g N_g P_gg / (N P_tt): 1 where members of a group are no nearer to each other than to others; above 1 where groups
// cluster (below, for the shape DistanceItself). Empty groups weigh nothing.
func (p *Proximity) SpatialProximity() float64 {
	sum := 0.0
	for g, n := range p.groups {
		if n > 0 {
			sum += p.pairs[g][g] / n
		}
	}
	return sum / (p.total * p.All())
}

// AbsoluteClustering is ACL of Massey and Denton (1988):
//
//	(Σ_i x_i/X Σ_j c_ij x_j − X/n² ΣΣ c_ij) / (Σ_i x_i/X Σ_j c_ij t_j − X/n² ΣΣ c_ij)
//
// with x the group, t all persons and n the units with persons: the group's mean number of members in nearby units against all persons there. From 0 towards
// 1; a group spread evenly over the units has 0. NaN for an empty group, and where the line divides by nothing.
func (p *Proximity) AbsoluteClustering(g int) float64 {
	X := p.groups[g]
	even := X / float64(p.Units*p.Units) * p.weight
	return spaceRatio(p.pairs[g][g]/X-even, spaceSum(p.pairs[g])/X-even)
}

// RelativeClustering is RCL = P_gg/P_hh − 1: how much nearer members of g are to each other than members of h. 0 alike, no upper limit. NaN for an empty group, and where
// members of h have no proximity at all.
func (p *Proximity) RelativeClustering(g, h int) float64 {
	return spaceRatio(p.Mean(g, g), p.Mean(h, h)) - 1
}

// DecayInteraction is DPxy of Morgan (1983), Σ_i n_ig/N_g Σ_j K_ij n_jh/t_j with K_ij = c_ij t_j / Σ_j c_ij t_j: the chance that the next person a member of g
// meets, met the less the farther away, is of h. Over h it sums to one. NaN for an empty group.
func (p *Proximity) DecayInteraction(g, h int) float64 { return p.decay[g][h] / p.met[g] }

// DecayIsolation is DPxx, [Proximity.DecayInteraction] of a group with itself.
func (p *Proximity) DecayIsolation(g int) float64 { return p.DecayInteraction(g, g) }

// A Surface is counts smoothed over space: what lies round each unit under a kernel.
type Surface struct {
	Kernel Kernel
	Own    *Table // counts in the units
	Around *Table // Σ_j w_ij n_jg; empty where nobody weighs

	// Far are units with persons whose nearest neighbour weighs less than 10⁻¹²: their surroundings are themselves alone.
	Far int
}

// Smooth collects, round each unit, the counts of all units, weighted by a kernel. Without a cut-off it visits all pairs; give the kernel a CutOff or Negligible
// weight (1e-16 changes no digit that counts) and the cost grows with the pairs within reach.
//
// Two roads lead on. [Surface.Dissimilarity], [Surface.TheilH], [Surface.RelativeDiversity] and [Surface.Exposure] are the spatial measures of Reardon and O'Sullivan
// (2004): shares round each unit, weighed by the unit's own persons, against the shares of the whole. Any other measure may be taken of Around; persons
// then count once for each unit they are near, which is what PySAL does.
func Smooth(t *Table, s *Space, k Kernel) (*Surface, error) {
	all, err := smooth(t, s, k)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// smooth is Smooth of several kernels that differ in bandwidth and cut-off alone.
func smooth(t *Table, s *Space, kernels ...Kernel) ([]*Surface, error) {
	gathered, err := s.gather(t, kernels...)
	if err != nil {
		return nil, err
	}
	out := make([]*Surface, len(kernels))
	for i, g := range gathered {
		around, err := NewTable(t.Units, t.Groups, g.sums)
		if err != nil {
			return nil, err
		}
		out[i] = &Surface{Kernel: kernels[i], Own: t, Around: around}
		for unit, best := range g.best {
			if t.UnitTotal(unit) > 0 && best < spaceWeak {
				out[i].Far++
			}
		}
	}
	return out, nil
}

// Rounded is the surface with whole persons, halves to even: PySAL's convention, which makes its values jump at short bandwidths.
func (s *Surface) Rounded() (*Surface, error) {
	n := make([]float64, len(s.Around.n))
	for i, v := range s.Around.n {
		n[i] = math.RoundToEven(v)
	}
	around, err := NewTable(s.Around.Units, s.Around.Groups, n)
	if err != nil {
		return nil, err
	}
	return &Surface{Kernel: s.Kernel, Own: s.Own, Around: around, Far: s.Far}, nil
}

// each calls with the persons of a unit and the shares round it, for units with persons and somebody near, and gives their persons and the shares of all.
func (s *Surface) each(f func(i int, persons float64, shares, overall []float64)) (total float64) {
	overall := make([]float64, s.Own.Groups)
	for g := range overall {
		overall[g] = s.Own.GroupTotal(g) / s.Own.Total()
	}
	shares := make([]float64, s.Own.Groups)
	for i := range s.Own.Units {
		persons, near := s.Own.UnitTotal(i), s.Around.UnitTotal(i)
		if persons == 0 || near == 0 {
			continue
		}
		for g, n := range s.Around.Unit(i) {
			shares[g] = n / near
		}
		total += persons
		f(i, persons, shares, overall)
	}
	return total
}

// Dissimilarity is D̃ = Σ_i t_i Σ_g |π̃_ig − π_g| / (2 N I), with π̃_ig the share of g round unit i and I = Σ_g π_g(1 − π_g). 0..1. Reardon and O'Sullivan
// (2004). NaN with one group.
func (s *Surface) Dissimilarity() float64 {
	sum, interaction := 0.0, 0.0
	total := s.each(func(_ int, persons float64, shares, overall []float64) {
		interaction = spaceInteraction(overall)
		for g, p := range shares {
			sum += persons * math.Abs(p-overall[g])
		}
	})
	return sum / (2 * total * interaction)
}

// TheilH is H̃ = 1 − Σ_i t_i Ẽ_i / (N E), with Ẽ_i the entropy of the shares round unit i and E that of all. Up to 1, and below 0 where surroundings are more mixed
// than the whole ("hyper-integration"). Reardon and O'Sullivan (2004). NaN with one group.
func (s *Surface) TheilH() float64 {
	sum, all := 0.0, 0.0
	total := s.each(func(_ int, persons float64, shares, overall []float64) {
		all = entropyOf(overall, 1)
		sum += persons * entropyOf(shares, 1)
	})
	return 1 - sum/(total*all)
}

// RelativeDiversity is R̃ = 1 − Σ_i t_i Ĩ_i / (N I), with Ĩ_i = Σ_g π̃_ig(1 − π̃_ig) round unit i. Reardon and O'Sullivan (2004). NaN with one group.
func (s *Surface) RelativeDiversity() float64 {
	sum, all := 0.0, 0.0
	total := s.each(func(_ int, persons float64, shares, overall []float64) {
		all = spaceInteraction(overall)
		sum += persons * spaceInteraction(shares)
	})
	return 1 - sum/(total*all)
}

// Exposure is P̃_gh = Σ_i n_ig/N_g π̃_ih: the mean share of h round a member of g; with h = g spatial isolation. Reardon and O'Sullivan (2004). NaN for an empty group.
func (s *Surface) Exposure(g, h int) float64 {
	sum, members := 0.0, 0.0
	s.each(func(i int, _ float64, shares, _ []float64) {
		sum += s.Own.At(i, g) * shares[h]
		members += s.Own.At(i, g)
	})
	return sum / members
}

func spaceInteraction(shares []float64) float64 {
	sum := 0.0
	for _, p := range shares {
		sum += p * (1 - p)
	}
	return sum
}

// A Scale is a measure at one bandwidth.
type Scale struct {
	Kernel Kernel
	Value  float64
	Far    int // as in Surface
}

// Multiscalar is a profile of a measure over bandwidths (m): how segregation falls as surroundings widen, and so whether it lies between blocks or between
// parts of the country. The kernel's own bandwidth is replaced, and its cut-off keeps its proportion to it. Reardon et al. (2008).
func Multiscalar(t *Table, s *Space, k Kernel, bandwidths []float64, measure func(*Surface) float64) ([]Scale, error) {
	surfaces, err := smooth(t, s, k.over(bandwidths)...)
	if err != nil {
		return nil, err
	}
	profile := make([]Scale, len(bandwidths))
	for i, surface := range surfaces {
		profile[i] = Scale{surface.Kernel, measure(surface), surface.Far}
	}
	return profile, nil
}

// over is the kernel at several bandwidths, a cut-off keeping its proportion to them.
func (k Kernel) over(bandwidths []float64) []Kernel {
	out := make([]Kernel, len(bandwidths))
	for i, h := range bandwidths {
		out[i] = k
		if out[i].Bandwidth = h; k.CutOff > 0 {
			out[i].CutOff = k.CutOff / k.Bandwidth * h
		}
	}
	return out
}
