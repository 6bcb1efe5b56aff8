package school

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/segregation"
)

// A Mixing is pupils by school and group, and by what segregation is measured within.
type Mixing struct {
	School, Group *Category
	Year          *Category
	Count         []float64  // pupils that each row stands for; one each when nil
	By            []Grouping // kommun, huvudman, stage: columns of the school or of the pupil
}

// A Grouping is a named column.
type Grouping struct {
	Name  string
	Codes *Category
}

// counts is the cube of pupils by school and group, with year and the named groupings beside.
func (m Mixing) counts(within []string) (*cube.Cube, Account, error) {
	if m.School == nil || m.Group == nil {
		return nil, Account{}, errors.New("school: segregation takes the school and the group of each pupil")
	}
	n := len(m.School.Of)
	year := oneYear(m.Year, n)
	checks := []check{noSchool(m.School), {"pupils-without-group", "utan känd grupp", "whose group is not known", m.Group.unknown()}, noYear(year)}
	dims := []cube.Dimension{m.School.dimension("school", cube.Group), m.Group.dimension("group", cube.Group), yearDimension(year)}
	dims[0].Title, dims[1].Title = cube.Text{SV: "skolor", EN: "schools"}, cube.Text{SV: "grupp", EN: "group"}
	columns := []*Category{m.School, m.Group, year}
	for _, name := range within {
		k := slices.IndexFunc(m.By, func(g Grouping) bool { return g.Name == name })
		if k < 0 {
			return nil, Account{}, fmt.Errorf("school: there is no column %s to measure within", name)
		}
		checks = append(checks, check{"pupils-without-" + name, "utan " + name, "without " + name, m.By[k].Codes.unknown()})
		dims = append(dims, m.By[k].Codes.dimension(name, cube.Group))
		columns = append(columns, m.By[k].Codes)
	}
	rows, account := siftCounts(n, m.Count, pupils, checks...)
	if len(rows) == 0 {
		return nil, account, fmt.Errorf("school: no pupil can be used: %s", account.Text().EN)
	}
	type key [6]int32
	if len(columns) > len(key{}) {
		return nil, account, errors.New("school: segregation is measured within at most three columns at a time")
	}
	counts := map[key]float64{}
	for _, i := range rows {
		var k key
		for d, c := range columns {
			k[d] = c.Of[i]
		}
		if m.Count == nil {
			counts[k]++
		} else {
			counts[k] += m.Count[i]
		}
	}
	b := cube.NewBuilder("school-segregation", dims, []cube.Measure{countMeasure("N", "Elever", "Pupils")})
	for k, v := range counts {
		b.Add(slices.Clone(k[:len(columns)]), cube.KnownCell(v))
	}
	c, err := b.Cube()
	return c, account, err
}

// SegregationCube measures segregation between schools, for each year and each combination of the columns named in within, by package segregation's measures. The units and groups of the
// question are set here; its null gives what random placing of the same pupils in the same schools would give, its persons the interval.
func SegregationCube(m Mixing, within []string, q segregation.Question) (*cube.Cube, error) {
	counts, account, err := m.counts(within)
	if err != nil {
		return nil, err
	}
	q.Units, q.Groups, q.Count = "school", "group", "N"
	out, err := segregation.Cube(counts, q)
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Segregation mellan skolor", EN: "Segregation between schools"}
	account.on(out)
	return out, nil
}

// PartsCube parts the segregation between all schools into what lies between the groups of a column (kommuner, huvudman types, stages) and what lies between schools within them, for each
// year and each of the columns: M and H add up. A school with pupils in two groups of a column counts as a school in each.
func PartsCube(m Mixing, by []string) (*cube.Cube, error) {
	if len(by) == 0 {
		return nil, errors.New("school: name the columns to part segregation by, such as kommun")
	}
	year := oneYear(m.Year, len(m.School.Of))
	part := cube.Dimension{Name: "part", Title: cube.Text{SV: "Del", EN: "Part"}, Role: cube.Group, Members: []cube.Member{
		{Code: "all", Label: cube.Text{SV: "Mellan alla skolor", EN: "Between all schools"}},
		{Code: "between", Label: cube.Text{SV: "Mellan grupperna", EN: "Between the groups"}},
		{Code: "within", Label: cube.Text{SV: "Mellan skolor inom grupperna", EN: "Between schools within the groups"}}}}
	of := cube.Dimension{Name: "by", Title: cube.Text{SV: "Uppdelat efter", EN: "Parted by"}, Role: cube.Group}
	for _, name := range by {
		of.Members = append(of.Members, cube.Member{Code: name, Label: cube.Same(name)})
	}
	measures := []cube.Measure{valueMeasure("MutualInformation", "Ömsesidig information M", "Mutual information M", 4), valueMeasure("TheilH", "Theils H", "Theil's H", 4),
		shareMeasure("ShareOfM", "Del av M", "Share of M")}
	b := cube.NewBuilder("school-segregation-parts", []cube.Dimension{yearDimension(year), of, part}, measures)
	var accounts []Account
	for k, name := range by {
		counts, account, err := m.counts([]string{name})
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, account)
		for y := range year.Codes {
			parts, base, err := nestedParts(counts, y, len(m.Group.Codes))
			if err != nil {
				return nil, err
			}
			for p, v := range parts {
				cells := make([]cube.Cell, len(v))
				for c := range v {
					cells[c] = number(v[c], base)
				}
				b.Add([]int32{int32(y), int32(k), int32(p)}, cells...)
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Segregation mellan och inom grupper av skolor", EN: "Segregation between and within groups of schools"}
	for k, a := range accounts {
		if k == 0 || a.Used != accounts[0].Used {
			a.on(out)
		}
	}
	return out, nil
}

// nestedParts are M, H and the share of M for all, between and within, of a cube of schools × group × year × column.
func nestedParts(counts *cube.Cube, year, groups int) (parts [3][3]float64, base int, err error) {
	type unit struct{ school, in int }
	place := map[unit]int{}
	var units []unit
	for row := range counts.Len() {
		if counts.Coord(row, 2) != year {
			continue
		}
		u := unit{counts.Coord(row, 0), counts.Coord(row, 3)}
		if _, ok := place[u]; !ok {
			place[u] = len(units)
			units = append(units, u)
		}
	}
	if len(units) == 0 {
		for p := range parts {
			parts[p] = [3]float64{math.NaN(), math.NaN(), math.NaN()}
		}
		return parts, 0, nil
	}
	n := make([]float64, len(units)*groups)
	for row := range counts.Len() {
		if counts.Coord(row, 2) != year {
			continue
		}
		v := counts.Cell(row, 0).Value
		n[place[unit{counts.Coord(row, 0), counts.Coord(row, 3)}]*groups+counts.Coord(row, 1)] += v
		base += int(v)
	}
	table, err := segregation.NewTable(len(units), groups, n)
	if err != nil {
		return parts, 0, err
	}
	level := make([]int, len(units))
	for k, u := range units {
		level[k] = u.in
	}
	nested, err := segregation.Nested(table, level)
	if err != nil {
		return parts, 0, err
	}
	parts[0] = [3]float64{nested[0].M + nested[1].M, nested[0].H + nested[1].H, nested[0].Share + nested[1].Share}
	for k, p := range nested {
		parts[k+1] = [3]float64{p.M, p.H, p.Share}
	}
	return parts, base, nil
}
