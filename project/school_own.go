package project

import (
	"fmt"
	"slices"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
)

// ownSchoolKinds are the questions whose answers may be published from an agency's own records: they are measures of many pupils and schools together. A number
// for each school, or a coefficient named after what stands in a record, may not.
var ownSchoolKinds = []string{"segregation", "choice", "gradient", "model"}

// Dimensions of the counts behind measures of schools.
const (
	behindSchool = "pupils_school"
	behindGroup  = "pupils_group"
)

// ownMeasures takes measures of the agency's own pupils to disclosure control, with the counts that they were computed from.
func (r *Run) ownMeasures(d SchoolDecl, q *schoolRows, c *cube.Cube) error {
	within := map[string]string{} // by dimension of the cube: the column of the records
	for _, dim := range c.Dims() {
		switch {
		case dim.Role == cube.Time, slices.Contains([]string{"school", "level", "model", "of", "by", "part"}, dim.Name):
		case slices.Contains(d.Within, dim.Name):
			within[dim.Name] = dim.Name
		case d.Kind == "choice" && dim.Name == "kommun":
			if len(d.Within) == 1 {
				within[dim.Name] = d.Within[0]
			}
		default:
			r.Findings = append(r.Findings, Finding{Where: "schools " + d.Name, Rule: "not-published",
				Text: fmt.Sprintf("%s has a row for each %s, and is left out of the edition; skikt school gives it for work within the agency", c.Name, dim.Name)})
			return nil
		}
	}
	for name := range within {
		for _, m := range c.Dim(name).Members {
			if m.Code != cube.Total && !r.kommun(m.Code) {
				return fmt.Errorf("measures are published within %s by its codes, and of the agency's own records only codes of kommuner are; leave within out, or name a column of kommuner", name)
			}
		}
	}
	members, measures := make([][]int, len(c.Dims())), []int{}
	for k, dim := range c.Dims() {
		for i := range dim.Members {
			members[k] = append(members[k], i)
		}
	}
	for i, m := range c.Measures() {
		if !m.Kind.Additive() {
			measures = append(measures, i)
		}
	}
	out, err := c.Take(members, measures)
	if err != nil {
		return err
	}
	// What the measures' own account says are numbers of persons.
	out.Notes = []cube.Text{{SV: "Elever som saknar en uppgift som måttet behöver är inte med.", EN: "Pupils who lack a figure that the measure needs are not in it."}}
	out.Warnings = nil
	groups := ""
	if d.Group != "" {
		groups = behindGroup
	}
	counts, err := q.behind(d, out, within, groups != "")
	if err != nil {
		return err
	}
	r.measured = append(r.measured, protect.Measured{Cube: out, Counts: counts, Count: "N", Units: behindSchool, Groups: groups})
	return nil
}

// behind counts, for each row of a cube of measures, the pupils by school and group that it was computed from. Dimensions that only say what was measured have the same
// pupils in all their members.
func (q *schoolRows) behind(d SchoolDecl, c *cube.Cube, within map[string]string, grouped bool) (*cube.Cube, error) {
	schools := q.codes(d.School.Name)
	year := q.year
	group, result := schools, q.numbers(d.Result)
	if grouped {
		group = q.codes(d.Group)
	}
	// The pupils by what the cube's rows tell apart: year, and the columns within.
	var columns [][]string
	var at []int // dimension of the cube
	for k, dim := range c.Dims() {
		switch column := within[dim.Name]; {
		case dim.Role == cube.Time:
			codes := make([]string, q.N)
			for i := range codes {
				if year.Of[i] >= 0 {
					codes[i] = year.Codes[year.Of[i]]
				}
			}
			columns, at = append(columns, codes), append(at, k)
		case column != "":
			columns, at = append(columns, q.Codes(column)), append(at, k)
		}
	}
	type place struct{ school, group int32 }
	parts := map[string]map[place]float64{}
	key := make([]string, len(columns))
	for i := range q.N {
		if schools.Of[i] < 0 || group.Of[i] < 0 || result != nil && result[i] != result[i] {
			continue
		}
		// Totals of the cube's own dimensions are of all.
		for set := range 1 << len(columns) {
			for k := range columns {
				if key[k] = columns[k][i]; set>>k&1 == 1 {
					key[k] = cube.Total
				}
			}
			name := fmt.Sprint(key)
			if parts[name] == nil {
				parts[name] = map[place]float64{}
			}
			p := place{schools.Of[i], 0}
			if grouped {
				p.group = group.Of[i]
			}
			parts[name][p]++
		}
	}
	units := cube.Dimension{Name: behindSchool, Role: cube.Group}
	for _, code := range schools.Codes {
		units.Members = append(units.Members, cube.Member{Code: code})
	}
	dims := append(slices.Clone(c.Dims()), units)
	if grouped {
		of := cube.Dimension{Name: behindGroup, Role: cube.Group}
		for _, code := range group.Codes {
			of.Members = append(of.Members, cube.Member{Code: code})
		}
		dims = append(dims, of)
	}
	b := cube.NewBuilder(c.Name, dims, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for row := range c.Len() {
		for k, dim := range at {
			key[k] = c.Code(row, dim)
		}
		for p, n := range parts[fmt.Sprint(key)] {
			members := make([]int32, 0, len(dims))
			for k := range c.Dims() {
				members = append(members, int32(c.Coord(row, k)))
			}
			members = append(members, p.school)
			if grouped {
				members = append(members, p.group)
			}
			b.Add(members, cube.KnownCell(n))
		}
	}
	return b.Cube()
}
