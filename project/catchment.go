package project

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
)

// shareTypes12 is the measure of a catchment: how many of those who live nearest to a school live in areas of type 1 and 2.
const shareTypes12 = "ShareTypes12"

// catchments measures who lives nearest to each school of a composition. Of an agency's own pupils it is a measure under the policy's rules for measures, of one share in whole percent and
// without its base, and no table of counts: counts by nearest school cross those by school in small differences.
func (r *Run) catchments(ctx context.Context, d SchoolDecl) error {
	from := r.loaded[d.From]
	q, err := r.schoolRows(ctx, d, from)
	if err != nil {
		return err
	}
	var dim cube.Dimension
	members := map[string]int32{}
	if dim, err = schoolDimension(d, q, members); err != nil {
		return err
	}
	unknown := int32(dim.Index(d.School.Unknown))
	type place struct{ year, school int32 }
	type part struct{ all, type12 float64 }
	parts := map[place]map[string]part{} // by area
	areas, near := q.Codes(from.areaColumn), q.Codes(d.Nearest)
	for i := range q.N {
		year, at := q.year.Of[i], unknown
		if m, ok := members[near[i]]; ok {
			at = m
		}
		if year < 0 || at < 0 || areas[i] == "" || near[i] == "" {
			continue
		}
		p := place{year, at}
		if parts[p] == nil {
			parts[p] = map[string]part{}
		}
		n := parts[p][areas[i]]
		n.all++
		if q.home[i] == "1" || q.home[i] == "2" {
			n.type12++
		}
		parts[p][areas[i]] = n
	}
	years := cube.Dimension{Name: yearDim, Title: cube.Text{SV: "År", EN: "Year"}, Role: cube.Time}
	for _, y := range q.year.Codes {
		years.Members = append(years.Members, cube.Member{Code: y, Label: cube.Same(y)})
	}
	measure := cube.Measure{Name: shareTypes12, Title: cube.Text{SV: "Andel av dem som har skolan närmast som bor i områden av typ 1 och 2", EN: "Share of those who live nearest to the school that live in areas of type 1 and 2"}, Unit: percent, Kind: cube.Share, Decimals: 1}
	if !from.lineage.Public() {
		measure.Decimals = 0 // an exact share tells what it is a share of, and so, summed over the schools, a catchment that is hidden
	}
	units := cube.Dimension{Name: "pupils_area", Role: cube.Group}
	unit := map[string]int32{}
	shares := cube.NewBuilder(d.Name+"_catchment", []cube.Dimension{years, dim}, []cube.Measure{measure})
	type count struct {
		at [3]int32
		n  float64
	}
	least := 0.0 // in types 1 and 2, and in the others; the other rules for measures are package protect's, which compares groups of the same units, and here the units decide the group
	if !from.lineage.Public() {
		policy, err := r.policy()
		if err != nil {
			return err
		}
		least = float64(policy.Measures.Group)
	}
	var counts []count
	for y := range years.Members {
		for s := range dim.Members {
			of := parts[place{int32(y), int32(s)}]
			if of == nil {
				continue
			}
			all, some := 0.0, 0.0
			for _, k := range sorted(of) {
				if _, ok := unit[k]; !ok {
					unit[k] = int32(len(units.Members))
					units.Members = append(units.Members, cube.Member{Code: k})
				}
				n := of[k]
				some += n.type12
				all += n.all
				counts = append(counts, count{[3]int32{int32(y), int32(s), unit[k]}, n.all})
			}
			share := some / all
			if !from.lineage.Public() {
				share = math.Round(100*share) / 100
			}
			cell := cube.KnownCell(share)
			cell.Base = cube.Num(all)
			if some < least || all-some < least {
				cell = cube.Cell{Status: cube.HiddenRule}
			}
			shares.Add([]int32{int32(y), int32(s)}, cell)
		}
	}
	c, err := shares.Cube()
	if err != nil {
		return err
	}
	c.Title = cube.Text{SV: d.Title.SV + ": de som har skolan närmast", EN: d.Title.EN + ": those who live nearest to the school"}
	c.Notes = append(c.Notes, cube.Text{SV: "De som har skolan närmast är alla elever i registret vars hem ligger närmast den i rak linje, var de än går. Områdestypen är hemmets.",
		EN: "Those who live nearest to a school are all pupils of the register whose homes lie nearest to it in a straight line, wherever they go. The type is that of the home."})
	c.Lineage = c.Lineage.Merge(from.lineage).Merge(r.types.lineage)
	if from.lineage.Public() {
		r.Measures = append(r.Measures, c)
		return nil
	}
	b := cube.NewBuilder(c.Name, []cube.Dimension{years, dim, units}, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for _, one := range counts {
		b.Add(one.at[:], cube.KnownCell(one.n))
	}
	behind, err := b.Cube()
	if err != nil {
		return err
	}
	r.measured = append(r.measured, protect.Measured{Cube: c, Counts: behind, Count: "N", Units: units.Name})
	return nil
}

// schoolDimension is the dimension of the declared schools, or of all that stand in public records, with the member of each code in the records.
func schoolDimension(d SchoolDecl, q *schoolRows, members map[string]int32) (cube.Dimension, error) {
	dim := cube.Dimension{Name: d.School.Name, Title: text(d.School.Title), Role: cube.Group}
	if len(d.School.Members) == 0 {
		for i, code := range q.codes(d.School.Name).Codes {
			members[code] = int32(i)
			dim.Members = append(dim.Members, cube.Member{Code: code, Label: cube.Same(code)})
		}
		return dim, nil
	}
	for i, m := range d.School.Members {
		label := text(m.Label)
		if label == (cube.Text{}) {
			label = cube.Same(m.Code)
		}
		dim.Members = append(dim.Members, cube.Member{Code: m.Code, Label: label})
		from := m.Values
		if len(from) == 0 {
			from = []string{m.Code}
		}
		for _, v := range from {
			members[v] = int32(i)
		}
	}
	if d.School.Unknown != "" && dim.Index(d.School.Unknown) < 0 {
		return dim, fmt.Errorf("%s is not among the members of %s", d.School.Unknown, d.School.Name)
	}
	return dim, nil
}

// againstCatchments sets the share of each school's pupils who live in types 1 and 2, as the published table has it, beside that of its catchment.
func (r *Run) againstCatchments(tables []protect.Table) (out []protect.Table, err error) {
	for _, d := range r.Schools {
		if d.Kind != "composition" || d.Nearest == "" {
			continue
		}
		find := func(name string) int {
			return slices.IndexFunc(tables, func(t protect.Table) bool { return t.Name() == name })
		}
		own, near := find(d.Name), find(d.Name+"_catchment")
		if own < 0 || near < 0 {
			continue
		}
		t, err := protect.Derive([]protect.Table{tables[own], tables[near]}, func(of []*cube.Cube) (*cube.Cube, error) { return against(d, of[0], of[1]) })
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

// against has the shares of the schools' own pupils, of their catchments, and the difference in percentage points. What is hidden in either is hidden in the difference.
func against(d SchoolDecl, own, near *cube.Cube) (*cube.Cube, error) {
	catchment := near.Measures()[0]
	catchment.Name = "ShareTypes12OfCatchment"
	mine := cube.Measure{Name: "ShareTypes12OfSchool", Title: cube.Text{SV: "Andel av skolans elever som bor i områden av typ 1 och 2", EN: "Share of the school's pupils that live in areas of type 1 and 2"}, Unit: percent, Kind: cube.Share, Decimals: 1}
	b := cube.NewBuilder(d.Name+"_against", near.Dims(), []cube.Measure{mine, catchment, {Name: "AgainstCatchment", Kind: cube.Value, Decimals: 1,
		Title: cube.Text{SV: "Skolans elever mot dem som har den närmast", EN: "The school's pupils against those who live nearest to it"}, Unit: cube.Text{SV: "procentenheter", EN: "percentage points"}}})
	for row := range near.Len() {
		codes := make([]string, len(own.Dims()))
		for k := range codes {
			codes[k] = cube.Total
		}
		for k, dim := range near.Dims() {
			if at := own.DimIndex(dim.Name); at >= 0 {
				codes[at] = near.Code(row, k)
			}
		}
		school := cube.Cell{Status: cube.Known}
		for _, t := range []string{"1", "2"} {
			codes[own.DimIndex(typeDim)] = t
			cell := own.Get(shareOfSchool, codes...)
			switch {
			case !school.Status.HasValue():
			case cell.Status.HasValue():
				school.Value += cell.Value
				if cell.Status != cube.Zero && cell.Status != cube.Known {
					school.Status = cell.Status
				}
			default:
				school = cube.Cell{Status: cell.Status}
			}
		}
		if school.Value = math.Round(1e12*school.Value) / 1e12; school.Status == cube.Known {
			school = cube.KnownCell(school.Value)
		}
		two := near.Cell(row, 0)
		b.Add([]int32{int32(near.Coord(row, 0)), int32(near.Coord(row, 1))}, school, two, points(school, two))
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: own.Title.SV + ": mot dem som har skolan närmast", EN: own.Title.EN + ": against those who live nearest to the school"}
	out.Notes = append(slices.Clone(near.Notes), cube.Text{SV: "Skolans andel är summan av de publicerade för typ 1 och 2. Där något av talen är dolt är också skillnaden dold.",
		EN: "The school's share is the sum of the published ones of types 1 and 2. Where one of the numbers is hidden, the difference is hidden too."})
	return out, nil
}
