package segregation

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/skikt/skikt/cube"
)

// A NeighbourEstimate is a group's k-profile at one k with its uncertainty.
type NeighbourEstimate struct {
	K         int64
	Isolation Estimate // mean share of the group round its own members
	SD        Estimate // of the share round persons, over persons

	// The same with the group's members placed at random among all persons: what small neighbourhoods alone give.
	ChanceIsolation, ChanceSD Expectation
}

// NeighbourInference gives the k-profile of every group (first by group, then by k) with standard errors, bias and intervals by a bootstrap of persons, and what chance gives. Squares
// keep their persons and so every neighbourhood its squares; members are drawn anew in each square from its own share (binomial), and for chance dealt among all persons
// (person permutation). So many draws cost twice as many groups of members; they are taken some at a time, so that memory stays near 64 MB beside one profile.
func NeighbourInference(s Squares, ks []int64, rule Rule, d Draws) ([][]NeighbourEstimate, error) {
	d, err := d.declared()
	if err != nil {
		return nil, err
	}
	plain, err := Neighbours(s, ks, rule)
	if err != nil {
		return nil, err
	}
	groups := len(s.Members)
	const figures = 2 // isolation, SD
	at := func(g, k, figure int) int { return (g*len(ks)+k)*figures + figure }
	size := groups * len(ks) * figures
	measure := func(n *Neighbourhoods, column, g, k int, members []int64, out []float64) {
		out[at(g, k, 0)] = n.Round(column, members)
		out[at(g, k, 1)] = n.Spreading(column).SD
	}
	values := make([]float64, size)
	for k := range plain {
		for g := range groups {
			measure(&plain[k], g, g, k, s.Members[g], values)
		}
	}
	batch := min(d.N, max(1, 64<<20/8/max(1, len(s.Persons)*len(ks)*groups)))
	drawn := func(fill func(r *bootRand, g int, members []int64)) ([][]float64, error) {
		out := make([][]float64, size)
		for from := 0; from < d.N; from += batch {
			many := min(batch, d.N-from)
			now := s
			now.Members = nil
			for draw := range many {
				var r bootRand
				r.start(d.Seed, from+draw)
				for g := range groups {
					members := make([]int64, len(s.Persons))
					fill(&r, g, members)
					now.Members = append(now.Members, members)
				}
			}
			profile, err := Neighbours(now, ks, rule)
			if err != nil {
				return nil, err
			}
			one := make([]float64, size)
			for draw := range many {
				for k := range profile {
					for g := range groups {
						measure(&profile[k], draw*groups+g, g, k, now.Members[draw*groups+g], one)
					}
				}
				for i, v := range one {
					out[i] = append(out[i], v)
				}
			}
		}
		return out, nil
	}
	again, err := drawn(func(r *bootRand, g int, members []int64) {
		for i, p := range s.Persons {
			if p > 0 {
				members[i] = bootBinomial(r, p, float64(s.Members[g][i])/float64(p))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	chance, err := drawn(func(r *bootRand, g int, members []int64) {
		left, persons := int64(0), int64(0)
		for i, p := range s.Persons {
			left, persons = left+s.Members[g][i], persons+p
		}
		for i, p := range s.Persons {
			members[i] = bootHypergeometric(r, left, persons-left, p)
			left, persons = left-members[i], persons-p
		}
	})
	if err != nil {
		return nil, err
	}
	expectation := func(value float64, drawn []float64) Expectation {
		x := bootSummarise(drawn)
		return Expectation{Value: value, Mean: x.mean, SD: x.sd, Excess: value - x.mean, Null: PersonPermutation, Draws: d.N, Undefined: x.undefined, Seed: d.Seed}
	}
	out := make([][]NeighbourEstimate, groups)
	for g := range groups {
		for k := range ks {
			i, sd := at(g, k, 0), at(g, k, 1)
			out[g] = append(out[g], NeighbourEstimate{ks[k], bootEstimate(values[i], again[i], d, Persons), bootEstimate(values[sd], again[sd], d, Persons),
				expectation(values[i], chance[i]), expectation(values[sd], chance[sd])})
		}
	}
	return out, nil
}

// A Grid says where the squares of a cube lie.
type Grid struct {
	East, North string // dimensions whose codes are metres, whole numbers, such as the squares' lower left corner
	Side        int64  // metres
	Rule        Rule   // in proportion to rings when empty
}

// NeighbourCube is the k-profile of every group: the units are squares, the groups together all persons. For each k its rows have the group's mean share, SD, tenths and median over persons, its
// isolation (the mean share round its own members), and the mean distance to the k-th person; with Question.Persons isolation and SD corrected with intervals, and what chance gives.
// Where counts are hidden, rounded or perturbed the figures are intervals by [BoundNeighbours], or carry them.
func NeighbourCube(c *cube.Cube, q Question, grid Grid, ks []int64) (*cube.Cube, error) {
	f, err := q.frame(c, grid.East, grid.North)
	if err != nil {
		return nil, err
	}
	if grid.Rule == "" {
		grid.Rule = RingsInProportion
	}
	coordinates := make([][]int64, 2)
	for k, d := range f.levels {
		for _, m := range c.Dims()[d].Members {
			v, err := strconv.ParseInt(m.Code, 10, 64)
			if err != nil && m.Code != cube.Total {
				return nil, fmt.Errorf("segregation: cube %s: %s is no whole number of metres (%s)", c.Name, m.Code, c.Dims()[d].Name)
			}
			coordinates[k] = append(coordinates[k], v)
		}
	}
	dim := cube.Dimension{Name: "k", Title: cube.Text{SV: "Antal närmaste personer", EN: "Number of nearest persons"}, Role: cube.Group}
	for _, k := range ks {
		dim.Members = append(dim.Members, cube.Member{Code: strconv.FormatInt(k, 10), Label: cube.Same(strconv.FormatInt(k, 10))})
	}
	figures := []figure{
		{"MeanShare", cube.Text{SV: "Andel i genomsnitt", EN: "Mean share"}}, {"Isolation", cube.Text{SV: "Andel runt de egna", EN: "Share round the own"}},
		{"SD", cube.Text{SV: "Standardavvikelse över personer", EN: "Standard deviation over persons"}},
		{"P10", cube.Text{SV: "Tiondelen med lägst andel har högst", EN: "The tenth with the lowest share have at most"}}, {"P50", cube.Text{SV: "Median", EN: "Median"}},
		{"P90", cube.Text{SV: "Nio tiondelar har högst", EN: "Nine tenths have at most"}},
		{"MeanDistance", cube.Text{SV: "Meter till den k:te personen, i genomsnitt", EN: "Metres to the k-th person, mean"}},
	}
	if q.Persons.N > 0 {
		figures = append(figures,
			figure{"Isolation" + corrected, cube.Text{SV: "Andel runt de egna, rättad för små tal", EN: "Share round the own, corrected for small numbers"}},
			figure{"SD" + corrected, cube.Text{SV: "Standardavvikelse, rättad för små tal", EN: "Standard deviation, corrected for small numbers"}},
			figure{"Isolation" + expected, cube.Text{SV: "Andel runt de egna, väntad av slumpen", EN: "Share round the own, expected by chance"}},
			figure{"SD" + expected, cube.Text{SV: "Standardavvikelse, väntad av slumpen", EN: "Standard deviation, expected by chance"}})
	}
	var measures []cube.Measure
	for _, g := range figures {
		measures = append(measures, cube.Measure{Name: g.name, Title: g.title, Kind: cube.Value, Decimals: 3})
	}
	b := cube.NewBuilder(c.Name, slices.Concat(f.others, []cube.Dimension{*c.Dim(q.Groups), dim}), measures)
	short, places := 0, f.places(c)
	q.ranged = carried(places)
	var seen tally
	for _, p := range places {
		s, err := f.squares(p, grid, coordinates)
		if err != nil {
			return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
		}
		var bounds []NeighbourBounds
		if known := p.intervals(f, q); known != nil && (p.state != cube.Known || p.loose(q)) {
			if bounds, err = BoundNeighbours(s, *known, ks, grid.Rule); err != nil {
				return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
			}
		}
		var profile []Neighbourhoods
		var estimates [][]NeighbourEstimate
		if p.state == cube.Known {
			if profile, err = Neighbours(s, ks, grid.Rule); err != nil {
				return nil, fmt.Errorf("segregation: cube %s: %w", c.Name, err)
			}
			if q.Persons.N > 0 {
				if estimates, err = NeighbourInference(s, ks, grid.Rule, q.Persons); err != nil {
					return nil, err
				}
			}
		} else if bounds != nil {
			seen.bounded++
		}
		if q.Persons.N > 0 && (p.state != cube.Known || p.loose(q)) {
			seen.undrawn++
		}
		for g, member := range f.columns() {
			for k := range ks {
				cells := make([]cube.Cell, len(figures))
				for i := range cells {
					cells[i].Status = p.state
				}
				if profile != nil {
					n := &profile[k]
					if n.Short > 0 {
						short++
					}
					spread, parts, total := n.Spreading(g), n.Quantiles(g, 0.1, 0.5, 0.9), int64(0)
					for _, m := range s.Members[g] {
						total += m
					}
					base := cube.Num(float64(total))
					for i, v := range []float64{spread.Mean, n.Round(g, s.Members[g]), spread.SD, parts[0], parts[1], parts[2], n.MeanDistance()} {
						cells[i] = defined(v, base)
					}
					if estimates != nil {
						e := estimates[g][k]
						for i, x := range []Estimate{e.Isolation, e.SD} {
							cells[7+i] = within(x.Corrected, x.Lo, x.Hi, base)
						}
						for i, x := range []Expectation{e.ChanceIsolation, e.ChanceSD} {
							cells[9+i] = defined(x.Mean, base)
							if p.loose(q) {
								cells[9+i] = cube.Cell{}
							}
						}
					}
				} else if bounds != nil && bounds[k].Short > 0 {
					short++
				}
				if bounds != nil {
					for i, x := range bounds[k].figures(g) {
						cell, whole := boundedCell(cells[i], x)
						if cells[i] = cell; whole && cell.Status != cube.NotApplicable {
							seen.wide(cube.Doc{Name: figures[i].name, Title: figures[i].title})
						}
					}
				}
				b.Add(slices.Concat(p.at, []int32{member, int32(k)}), cells...)
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	plain := q
	plain.Null, plain.Ground, plain.Uncertainty = "", nil, ByPersons
	out.Title = c.Title
	out.Notes = slices.Concat(c.Notes, plain.notes(c.Dim(q.Units).Title)[1:], []cube.Text{{
		SV: fmt.Sprintf("Grannskap av de k närmaste personerna, rutor på %d m, regel %s. Kanter korrigeras inte.", grid.Side, grid.Rule),
		EN: fmt.Sprintf("Neighbourhoods of the k nearest persons, squares of %d m, rule %s. Edges are not corrected for.", grid.Side, grid.Rule)}})
	out.Warnings = slices.Clone(c.Warnings)
	out.Warnings = append(out.Warnings, seen.warnings(len(places))...)
	if short > 0 {
		out.Warnings = append(out.Warnings, cube.Warning{Code: "fewer-than-k", Text: cube.Text{
			SV: fmt.Sprintf("I %d rader har kartan, eller kan den ha, färre än k personer; då används alla.", short),
			EN: fmt.Sprintf("In %d rows the map has, or may have, fewer than k persons; then all are used.", short)}})
	}
	out.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"neighbourhoods over " + q.Units + " by " + q.Groups}})
	return out, nil
}

// squares are the units of a place on the grid.
func (f frame) squares(p *place, grid Grid, coordinates [][]int64) (Squares, error) {
	s := Squares{Side: grid.Side, Members: make([][]int64, len(f.members))}
	for _, u := range p.order {
		persons := int64(0)
		for g, v := range p.counts[u] {
			if v != math.Trunc(v) || v > 1<<53 {
				return s, fmt.Errorf("neighbourhoods are of whole persons, and a square has %v", v)
			}
			s.Members[g] = append(s.Members[g], int64(v))
			persons += int64(v)
		}
		s.Cell, s.Persons = append(s.Cell, int64(f.member(u))), append(s.Persons, persons)
		s.X, s.Y = append(s.X, coordinates[0][f.level(u, 0)]), append(s.Y, coordinates[1][f.level(u, 1)])
	}
	return s, nil
}
