package segregation

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
)

// A Tool is another program whose clustering and distance-decay measures differ from the published ones. They are here under its own name, so that a value
// from it can be recomputed and explained; for new work take [NewProximity].
type Tool string

// The tools, with the proximity c_ij that each takes.
const (
	PySAL  Tool = "PySAL"  // 1 − exp(−d_ij / Σ_k d_kj), the own unit 1 − exp(−√(0.6·area in m²)): it grows with distance
	OasisR Tool = "OasisR" // exp(−d_ij), d in the unit given, the own unit 1
	Divseg Tool = "divseg" // exp(−d_ij), d in kilometres, the own unit at the fourth root of its area in km²
)

// A ToolProximity is the clustering family as a tool computes it. It visits all pairs of units, in memory that grows with the units only.
type ToolProximity struct {
	Tool     Tool
	Aspatial bool // neighbours weigh next to nothing, as exp(−d) of metres does: the values are the aspatial ones

	t           *Table
	units       int       // in the mean over pairs of units: with empty ones for PySAL and divseg
	row, column []float64 // Σ_j c_ij, Σ_i c_ij
	around      []float64 // Σ_j c_ij n_jg, unit by unit
	mixed       []float64 // Σ_j c_ij n_jg / t_j (OasisR), Σ_j c_ij n_jg / Σ_k c_jk t_k (PySAL)
	far         []float64 // Σ_j d_ij t_j in km (divseg)
}

// NewToolProximity computes it on points; unit is how many metres OasisR's unit of distance has (1, or 1000 for distout = "km") and 0 for the others.
func NewToolProximity(t *Table, s *Space, tool Tool, unit float64) (*ToolProximity, error) {
	switch {
	case s.x == nil || len(s.x) != t.Units:
		return nil, fmt.Errorf("segregation: %d units with counts and %d with a point", t.Units, len(s.x))
	case tool != PySAL && tool != OasisR && tool != Divseg:
		return nil, fmt.Errorf("segregation: %q is no tool with a convention here; there are %s, %s and %s", tool, PySAL, OasisR, Divseg)
	case tool != OasisR && s.area == nil:
		return nil, fmt.Errorf("segregation: %s needs the areas of the units", tool)
	case tool == OasisR && !(unit > 0):
		return nil, errors.New("segregation: say how many metres OasisR's unit of distance has")
	}
	p := &ToolProximity{Tool: tool, t: t, units: t.Units, row: make([]float64, t.Units), column: make([]float64, t.Units), around: make([]float64, len(t.n)),
		mixed: make([]float64, len(t.n)), far: make([]float64, t.Units)}
	takes := func(i int) bool { return tool != OasisR || t.units[i] > 0 } // OasisR takes out empty units first
	distances := make([]float64, t.Units)
	spaceParallel(t.Units, func(i int) {
		for j := range s.x {
			distances[i] += math.Hypot(s.x[j]-s.x[i], s.y[j]-s.y[i])
		}
	})
	proximity := func(i, j int) float64 {
		d := math.Hypot(s.x[j]-s.x[i], s.y[j]-s.y[i])
		switch {
		case tool == PySAL && i == j:
			return 1 - math.Exp(-math.Sqrt(0.6*s.area[i]))
		case tool == PySAL:
			return -math.Expm1(-d / distances[j])
		case tool == OasisR:
			return math.Exp(-d / unit)
		case i == j:
			return math.Exp(-math.Sqrt(math.Sqrt(s.area[i] / 1e6)))
		}
		return math.Exp(-d / 1000)
	}
	reached := make([]bool, t.Units)
	spaceParallel(t.Units, func(i int) {
		if !takes(i) {
			return
		}
		around := p.around[i*t.Groups:][:t.Groups]
		for j := range s.x {
			if !takes(j) {
				continue
			}
			c := proximity(i, j)
			p.row[i] += c
			p.column[i] += proximity(j, i)
			reached[i] = reached[i] || i != j && c >= spaceWeak
			for g, n := range t.Unit(j) {
				around[g] += c * n
			}
			d := math.Hypot(s.x[j]-s.x[i], s.y[j]-s.y[i]) / 1000
			if i == j && tool == Divseg {
				d = math.Sqrt(math.Sqrt(s.area[i] / 1e6))
			}
			p.far[i] += d * t.units[j]
		}
	})
	spaceParallel(t.Units, func(i int) {
		if !takes(i) {
			return
		}
		mixed := p.mixed[i*t.Groups:][:t.Groups]
		for j := range s.x {
			per := t.units[j]
			if tool == PySAL {
				per = spaceSum(p.around[j*t.Groups:][:t.Groups])
			}
			if t.units[j] > 0 && takes(j) {
				c := proximity(i, j) / per
				for g, n := range t.Unit(j) {
					mixed[g] += c * n
				}
			}
		}
	})
	weak, filled := 0, 0
	for i := range t.Units {
		if t.units[i] > 0 {
			filled++
			if !reached[i] {
				weak++
			}
		}
	}
	if tool == OasisR {
		p.units = filled
	}
	p.Aspatial = filled > 1 && 2*weak > filled
	return p, nil
}

// Mean is the mean proximity of a member of g and a member of h. divseg leaves out the persons at one end: Σ_i Σ_j n_jg c_ij / N_g².
func (p *ToolProximity) Mean(g, h int) float64 {
	sum := 0.0
	for i := range p.t.Units {
		if p.Tool == Divseg {
			sum += p.t.At(i, g) * p.column[i]
			continue
		}
		sum += p.t.At(i, g) * p.around[i*p.t.Groups+h]
	}
	return sum / (p.t.groups[g] * p.t.groups[h])
}

// All is the mean proximity of any two persons.
func (p *ToolProximity) All() float64 {
	sum := 0.0
	for i := range p.t.Units {
		if p.Tool == Divseg {
			sum += p.t.units[i] * p.column[i]
			continue
		}
		sum += p.t.units[i] * spaceSum(p.around[i*p.t.Groups:][:p.t.Groups])
	}
	return sum / (p.t.total * p.t.total)
}

// SpatialProximity is SP over all groups. divseg's is (P_xx + P_yy) / P_tt without the groups' sizes.
func (p *ToolProximity) SpatialProximity() float64 {
	sum := 0.0
	for g, n := range p.t.groups {
		if n == 0 {
			continue
		}
		if p.Tool == Divseg {
			n = p.t.total
		}
		sum += n * p.Mean(g, g)
	}
	return sum / (p.t.total * p.All())
}

// AbsoluteClustering is ACL.
func (p *ToolProximity) AbsoluteClustering(g int) float64 {
	X := p.t.groups[g]
	own, all := 0.0, 0.0
	for i := range p.t.Units {
		around := p.around[i*p.t.Groups:][:p.t.Groups]
		own += p.t.At(i, g) / X * around[g]
		all += p.t.At(i, g) / X * spaceSum(around)
	}
	even := X / float64(p.units) / float64(p.units) * spaceSum(p.row)
	return spaceRatio(own-even, all-even)
}

// RelativeClustering is RCL. PySAL squares the persons at one end: Σ_j n_jg² Σ_i c_ij / N_g² in place of the mean proximity.
func (p *ToolProximity) RelativeClustering(g, h int) float64 {
	mean := func(g int) float64 {
		if p.Tool != PySAL {
			return p.Mean(g, g)
		}
		sum := 0.0
		for j := range p.t.Units {
			n := p.t.At(j, g)
			sum += n * n * p.column[j]
		}
		return sum / (p.t.groups[g] * p.t.groups[g])
	}
	return spaceRatio(mean(g), mean(h)) - 1
}

// DecayInteraction is DPxy. Over h it does not sum to one: the weights of a row are taken over the other end's persons.
//
//	PySAL   Σ_i n_ig/N_g Σ_j c_ij n_jh / Σ_k c_jk t_k
//	OasisR  Σ_i n_ig/N_g t_i Σ_j c_ij n_jh/t_j / Σ_k c_ik t_k
//	divseg  Σ_i k_i n_ih/t_i, k_i = Σ_j d_ij t_j / Σ_i Σ_j d_ij t_j: far units weigh most, and g plays no part
func (p *ToolProximity) DecayInteraction(g, h int) float64 {
	sum, far := 0.0, spaceSum(p.far)
	for i := range p.t.Units {
		if p.t.units[i] == 0 {
			continue
		}
		at := i*p.t.Groups + h
		switch p.Tool {
		case PySAL:
			sum += p.t.At(i, g) / p.t.groups[g] * p.mixed[at]
		case OasisR:
			sum += p.t.At(i, g) / p.t.groups[g] * p.t.units[i] * p.mixed[at] / spaceSum(p.around[i*p.t.Groups:][:p.t.Groups])
		case Divseg:
			sum += p.far[i] / far * p.t.n[at] / p.t.units[i]
		}
	}
	return sum
}

// DecayIsolation is DPxx.
func (p *ToolProximity) DecayIsolation(g int) float64 { return p.DecayInteraction(g, g) }

// PySALDistortions are PySAL's distortion coefficients: for each unit the sum, over the units taken in by distance, of the divergence so far, divided by nothing,
// so that it grows with the number of units. Units at one distance come in the order of the table; PySAL leaves that order to its sort. [Distortion] is the published one.
func PySALDistortions(t *Table, s *Space) ([]float64, error) {
	if err := neighbourPoints(t, s); err != nil {
		return nil, err
	}
	out := make([]float64, t.Units)
	spaceParallel(t.Units, func(i int) {
		met, persons := make([]float64, t.Groups), 0.0
		for _, j := range nearest(s, i) {
			persons += t.units[j]
			for g, n := range t.Unit(j) {
				met[g] += n
			}
			if persons > 0 {
				out[i] += neighbourDivergence(t, met, persons)
			}
		}
	})
	return out, nil
}

// nearest orders all units by their distance to one, itself first, those at one distance as they come.
func nearest(s *Space, i int) []int {
	order, distance := make([]int, len(s.x)), make([]float64, len(s.x))
	for j := range s.x {
		order[j], distance[j] = j, math.Hypot(s.x[j]-s.x[i], s.y[j]-s.y[i])
	}
	distance[i] = -1
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case distance[a] < distance[b]:
			return -1
		case distance[a] > distance[b]:
			return 1
		}
		return 0
	})
	return order
}

// PySALLocalCentralisation is PySAL's local centralisation: [RelativeCentralisation] with each unit as the centre, among itself and its k nearest units (5 in PySAL).
// Among equally near units the first of the table are taken; PySAL's search tree takes any. NaN where one of the groups has nobody there.
func PySALLocalCentralisation(x, y []float64, s *Space, k int) ([]float64, error) {
	switch {
	case s.x == nil || len(x) != len(s.x) || len(y) != len(s.x):
		return nil, fmt.Errorf("segregation: %d and %d counts for %d points", len(x), len(y), len(s.x))
	case k < 1:
		return nil, fmt.Errorf("segregation: %d nearest units", k)
	}
	out := make([]float64, len(x))
	spaceParallel(len(x), func(i int) {
		var near [][]int
		var nearX, nearY float64
		for _, j := range nearest(s, i)[:min(k+1, len(x))] {
			near, nearX, nearY = append(near, []int{j}), nearX+x[j], nearY+y[j]
		}
		out[i] = spaceCentralOf(x, y, near, nearX, nearY)
	})
	return out, nil
}

// MorrillDissimilarityOrders is OasisR's ISMorrillK and DIMorrillK: D less the contact of neighbours, of neighbours of neighbours and so on to order k, each order as in
// [BorderDissimilarity] and times exp(1 − order). With more than one order it takes more off than there is, and may fall far below 0.
func MorrillDissimilarityOrders(a, b []float64, borders []Border, k int) (float64, error) {
	if k < 1 {
		return 0, fmt.Errorf("segregation: neighbours of order %d", k)
	}
	plain := Dissimilarity(a, b)
	d := plain
	for order, ring := range borderRings(len(a), borders, k) {
		if len(ring) == 0 {
			break
		}
		v, err := BorderDissimilarity(a, b, ring, Adjusted{CountEmpty: true})
		if err != nil {
			return 0, err
		}
		d -= math.Exp(-float64(order)) * (plain - v)
	}
	return d, nil
}

// borderRings are the pairs of units that lie 1, 2, … k borders apart.
func borderRings(units int, borders []Border, k int) [][]Border {
	next := make([][]int, units)
	for _, b := range borders {
		next[b.A], next[b.B] = append(next[b.A], b.B), append(next[b.B], b.A)
	}
	rings := make([][]Border, k)
	seen := make([]int, units)
	for i := range seen {
		seen[i] = -1
	}
	for i := range units {
		seen[i] = i
		edge := []int{i}
		for order := range k {
			var out []int
			for _, j := range edge {
				for _, m := range next[j] {
					if seen[m] != i {
						seen[m] = i
						out = append(out, m)
						if m > i {
							rings[order] = append(rings[order], Border{i, m, 1})
						}
					}
				}
			}
			edge = out
		}
	}
	return rings
}

func toolDoc(name string, title cube.Text, formula, extent string, text, cautions cube.Text, source string) cube.Doc {
	return cube.Doc{Name: name, Family: "tools", Title: title, Formula: formula, Range: ranged(extent), Text: text, Cautions: cautions, Undef: undefinedNear, Source: source}
}

// toolDocs document what other tools compute under names of published measures.
var toolDocs = []cube.Doc{
	toolDoc("PySALProximity", cube.Text{SV: "PySAL:s klustrings- och avståndsmått", EN: "PySAL's clustering and distance-decay measures"},
		"c_ij = 1 − exp(−d_ij/Σ_k d_kj), c_ii = 1 − exp(−√(0.6 A_i)); ACL and SP as published; RCL of Σ_j x_j² Σ_i c_ij/X²; DPxy = Σ_i x_i/X Σ_j c_ij y_j/Σ_k c_jk t_k", "no fixed range",
		cube.Text{SV: "AbsoluteClustering, RelativeClustering, SpatialProximity och DistanceDecay… som PySAL räknar dem, för att kunna återskapa ett värde därifrån.",
			EN: "AbsoluteClustering, RelativeClustering, SpatialProximity and DistanceDecay… as PySAL computes them, so that a value from it can be recomputed."},
		cube.Text{SV: "Närheten växer med avståndet, tvärtemot den publicerade exp(−d). RCL kvadrerar antalen i ena änden, och DPxy:s vikter summerar inte till ett. Använd de publicerade måtten för nytt arbete.",
			EN: "The proximity grows with distance, against the published exp(−d). RCL squares the counts at one end, and the weights of DPxy do not sum to one. Use the published measures for new work."},
		"PySAL segregation 2.5.4"),
	toolDoc("OasisRProximity", cube.Text{SV: "OasisR:s klustrings- och avståndsmått", EN: "OasisR's clustering and distance-decay measures"},
		"c_ij = exp(−d_ij) in the unit given, c_ii = 1; DPxy = Σ_i x_i/X t_i Σ_j c_ij y_j/t_j / Σ_k c_ik t_k", "no fixed range for DPxy; else as published",
		cube.Text{SV: "Pxx, Pxy, SP, RCL, DPxx och DPxy som OasisR räknar dem.", EN: "Pxx, Pxy, SP, RCL, DPxx and DPxy as OasisR computes them."},
		cube.Text{SV: "Utan distout räknas avståndet i meter: då är exp(−d) noll för alla grannar och måttet i tysthet det utan rum; här sägs det (Aspatial). DPxy:s rader summerar inte till ett. Pxx tar inte hänsyn till distout (ett fel där, som inte följs).",
			EN: "Without distout distances are in metres: exp(−d) is then zero for every neighbour and the measure quietly the one without space; here that is said (Aspatial). The rows of DPxy do not sum to one. Pxx takes no notice of distout (a defect there, not followed)."},
		"OasisR 3.1.1"),
	toolDoc("DivsegProximity", cube.Text{SV: "divsegs klustrings- och avståndsmått", EN: "divseg's clustering and distance-decay measures"},
		"c_ij = exp(−d_ij), km, c_ii = exp(−A_i^¼), A in km²; P_xx = Σ_i Σ_j x_j c_ij/X²; DPxx = Σ_i k_i x_i/t_i, k_i = Σ_j d_ij t_j/ΣΣ d_ij t_j", "no fixed range",
		cube.Text{SV: "ds_abs_clust, ds_rel_clust, ds_spat_prox och ds_dd_… som divseg räknar dem.", EN: "ds_abs_clust, ds_rel_clust, ds_spat_prox and ds_dd_… as divseg computes them."},
		cube.Text{SV: "P_xx saknar personerna i ena änden och beror därför på antalet enheter. DPxx väger avlägsna enheter tyngst. Använd de publicerade måtten.",
			EN: "P_xx lacks the persons at one end and so depends on the number of units. DPxx weighs far units most. Use the published measures."},
		"divseg 0.1.0"),
	toolDoc("PySALDistortion", cube.Text{SV: "PySAL:s distorsion", EN: "PySAL's distortion"}, "Σ_k D_i(k), D_i(k) the divergence of the k units nearest to i", "from 0, without limit; grows with the number of units",
		cube.Text{SV: "LocalDistortion som PySAL räknar den; GlobalDistortion väger den med enheternas personer.", EN: "LocalDistortion as PySAL computes it; GlobalDistortion weighs it by the units' persons."},
		cube.Text{SV: "Delas inte med något: kartor med olika många enheter kan inte jämföras. På regelbundna kartor avgör sorteringen.",
			EN: "It is divided by nothing: maps of different numbers of units can't be compared. On regular maps the sort decides."}, "PySAL segregation 2.5.4"),
	toolDoc("PySALLocalCentralisation", cube.Text{SV: "PySAL:s lokala centralisering", EN: "PySAL's local centralisation"}, "RCE with each unit as the centre, among it and its 5 nearest units", "−1..1 for each unit",
		cube.Text{SV: "LocalRelativeCentralization som PySAL räknar den.", EN: "LocalRelativeCentralization as PySAL computes it."},
		cube.Text{SV: "På en regelbunden karta är fler än fem lika nära, och slumpen väljer. LocalCentralisation tar i stället alla inom ett avstånd.",
			EN: "On a regular map more than five are equally near, and chance chooses. LocalCentralisation takes all within a distance instead."}, "PySAL segregation 2.5.4"),
	toolDoc("MorrillDissimilarityOrders", cube.Text{SV: "Morrills D(adj) av högre ordning", EN: "Morrill's D(adj) of higher order"}, "D − Σ_k e^(1−k) (D − D(adj)_k), D(adj)_k over pairs k borders apart", "up to D",
		cube.Text{SV: "ISMorrillK och DIMorrillK i OasisR: också grannars grannar släpper igenom umgänge.", EN: "OasisR's ISMorrillK and DIMorrillK: neighbours of neighbours let contact through too."},
		borderCautions, "OasisR 3.1.1"),
}
