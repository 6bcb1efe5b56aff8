package school

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// An Intake is what is known of pupils and their homes. Columns have one value a pupil; what has not been supplied is nil. Everything about a home is about the pupil's own.
type Intake struct {
	School    *Category
	Year      *Category
	HomeType  *Category // type of the area of the pupil's home
	HomeIndex []float64 // index of that area; NaN where it is not known
	Shares    []Share
	Kommun    *Category // of the school
	HomeKom   *Category // of the pupil's home
	Kind      *Category // what makes schools alike: huvudman type, stage
	Nearest   *Category // the school nearest to the pupil's home
}

// A Share is something that a pupil is or is not: 1 or 0, NaN where it is not known.
type Share struct {
	Name string
	Of   []float64
}

// comparison is whom the pupils of a school are set beside: those of the group that the school belongs to.
type comparison struct {
	member  cube.Member
	pupilIn *Category
	schools []int32 // group of each school, -1 for none
}

// CompositionCube sets the pupils of each school beside those who live nearest to it (its catchment), those of its kommun, and those of schools of the same kind, by the type and
// index of the areas where the pupils live and by what else is declared of them. Changes are from the year before. Shares are of the pupils for whom the thing is known;
// how many homes are not known stands beside. A share or mean on fewer than least pupils is marked unreliable.
func CompositionCube(in Intake, least int) (*cube.Cube, error) {
	if in.School == nil {
		return nil, errors.New("school: composition takes the school of each pupil")
	}
	if in.HomeType == nil && in.HomeIndex == nil && len(in.Shares) == 0 {
		return nil, errors.New("school: composition takes something of the pupils: the type or index of the area where they live, or shares; a school's own area tells nothing of its pupils'")
	}
	n := len(in.School.Of)
	year := oneYear(in.Year, n)
	rows, account := sift(n, pupils, noSchool(in.School), noYear(year))
	if len(rows) == 0 {
		return nil, errors.New("school: no pupil has both school and year")
	}
	compared, err := in.comparisons()
	if err != nil {
		return nil, err
	}
	measures := in.measures()
	dims := []cube.Dimension{in.School.dimension("school", cube.Group), yearDimension(year), {Name: "compared", Title: cube.Text{SV: "Jämförd med", EN: "Compared with"}, Role: cube.Group}}
	dims[0].Title = cube.Text{SV: "Skola", EN: "School"}
	for _, c := range compared {
		dims[2].Members = append(dims[2].Members, c.member)
	}
	b := cube.NewBuilder("composition", dims, measures)
	sums := make([][]intakeSum, len(compared))
	for k, c := range compared {
		sums[k] = in.sums(c, year, rows)
	}
	years := len(year.Codes)
	for s := range in.School.Codes {
		for k, c := range compared {
			g := c.schools[s]
			if g < 0 {
				continue
			}
			for y := range years {
				now := &sums[k][int(g)*years+y]
				// A school without pupils a year has no row of its own, but its catchment and kommun have.
				if now.n == 0 && k == 0 || sums[0][s*years+y].n == 0 && k > 0 && in.Nearest == nil {
					continue
				}
				var before *intakeSum
				if y > 0 {
					before = &sums[k][int(g)*years+y-1]
				}
				b.Add([]int32{int32(s), int32(y), int32(k)}, in.cells(now, before, least)...)
			}
		}
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title = cube.Text{SV: "Elevsammansättning efter elevernas bostadsområden", EN: "Pupils by the areas where they live"}
	out.Notes = append(out.Notes, cube.Text{
		SV: "Områdestyp och index är de för området där varje elev bor. Skolans eget område används inte: elever kommer från andra områden än det skolan ligger i.",
		EN: "Type and index are those of the area where each pupil lives. The school's own area is not used: pupils come from other areas than the one the school stands in."})
	account.on(out)
	return out, nil
}

// ofSchools is the value of each school in a column that must be the same for all its pupils.
func ofSchools(what string, schools, column *Category) ([]int32, error) {
	out := make([]int32, len(schools.Codes))
	for s := range out {
		out[s] = -1
	}
	for i, s := range schools.Of {
		v := column.Of[i]
		if s < 0 || v < 0 {
			continue
		}
		if out[s] >= 0 && out[s] != v {
			return nil, fmt.Errorf("school: row %d: its school has pupils with different values of %s, which is about the school", i+1, what)
		}
		out[s] = v
	}
	return out, nil
}

func (in *Intake) comparisons() ([]comparison, error) {
	own := make([]int32, len(in.School.Codes))
	for s := range own {
		own[s] = int32(s)
	}
	out := []comparison{{cube.Member{Code: "own", Label: cube.Text{SV: "Skolans elever", EN: "The school's pupils"}}, in.School, own}}
	if in.Nearest != nil {
		at := make([]int32, len(own))
		for s, code := range in.School.Codes {
			at[s] = in.Nearest.Index(code)
		}
		out = append(out, comparison{cube.Member{Code: "catchment", Label: cube.Text{SV: "De som har skolan närmast", EN: "Those who live nearest to it"}}, in.Nearest, at})
	}
	for _, c := range []struct {
		code   string
		label  cube.Text
		column *Category
	}{
		{"kommun", cube.Text{SV: "Kommunens elever", EN: "Pupils of the kommun"}, in.Kommun},
		{"kind", cube.Text{SV: "Elever i samma slags skolor", EN: "Pupils of schools of the same kind"}, in.Kind},
	} {
		if c.column == nil {
			continue
		}
		of, err := ofSchools(c.code, in.School, c.column)
		if err != nil {
			return nil, err
		}
		pupilIn := c.column
		if c.code == "kommun" && in.HomeKom != nil {
			pupilIn = in.HomeKom
			for s, k := range of {
				if k >= 0 {
					of[s] = in.HomeKom.Index(in.Kommun.Codes[k])
				}
			}
			c.label = cube.Text{SV: "Elever som bor i kommunen", EN: "Pupils who live in the kommun"}
		}
		out = append(out, comparison{cube.Member{Code: c.code, Label: c.label}, pupilIn, of})
	}
	return out, nil
}

func (in *Intake) measures() []cube.Measure {
	m := []cube.Measure{countMeasure("NPupils", "Elever", "Pupils")}
	if in.HomeType != nil || in.HomeIndex != nil {
		m = append(m, countMeasure("NHomeUnknown", "Elever utan känt bostadsområde", "Pupils whose home area is not known"))
	}
	both := func(name, sv, en string, share bool) {
		if share {
			m = append(m, shareMeasure(name, sv, en))
		} else {
			m = append(m, valueMeasure(name, sv, en, 1))
		}
		change := valueMeasure("Change"+name, sv+", ändring sedan året före", en+", change since the year before", 1)
		if share {
			change.Unit, change.Decimals = cube.Text{SV: "andel", EN: "share"}, 3
		}
		m = append(m, change)
	}
	if in.HomeType != nil {
		for _, code := range in.HomeType.Codes {
			both("ShareType"+code, "Andel som bor i områdestyp "+code, "Share living in areas of type "+code, true)
		}
	}
	if in.HomeIndex != nil {
		both("MeanHomeIndex", "Genomsnittligt index för bostadsområdet", "Mean index of the home area", false)
	}
	for _, s := range in.Shares {
		both("Share_"+s.Name, "Andel "+s.Name, "Share "+s.Name, true)
	}
	return m
}

// intakeSum adds up one group of pupils in one year.
type intakeSum struct {
	n, unknown int
	types      []int
	index      float64
	indexed    int
	yes, asked []int
}

func (in *Intake) sums(c comparison, year *Category, rows []int) []intakeSum {
	years := len(year.Codes)
	sums := make([]intakeSum, len(c.pupilIn.Codes)*years)
	types := 0
	if in.HomeType != nil {
		types = len(in.HomeType.Codes)
	}
	for k := range sums {
		sums[k] = intakeSum{types: make([]int, types), yes: make([]int, len(in.Shares)), asked: make([]int, len(in.Shares))}
	}
	for _, i := range rows {
		g := c.pupilIn.Of[i]
		if g < 0 {
			continue
		}
		s := &sums[int(g)*years+int(year.Of[i])]
		s.n++
		home := false
		if in.HomeType != nil {
			if t := in.HomeType.Of[i]; t >= 0 {
				s.types[t]++
				home = true
			}
		}
		if in.HomeIndex != nil && !math.IsNaN(in.HomeIndex[i]) {
			s.index += in.HomeIndex[i]
			s.indexed++
			home = home || in.HomeType == nil
		}
		if !home {
			s.unknown++
		}
		for k, share := range in.Shares {
			if v := share.Of[i]; !math.IsNaN(v) {
				s.asked[k]++
				if v != 0 {
					s.yes[k]++
				}
			}
		}
	}
	return sums
}

// fractions are the shares and means of the sum in the order of the measures, each with its base.
func (in *Intake) fractions(s *intakeSum) (values []float64, bases []int) {
	add := func(above float64, base int) {
		values, bases = append(values, above/float64(base)), append(bases, base)
	}
	known := 0
	for _, n := range s.types {
		known += n
	}
	for _, n := range s.types {
		add(float64(n), known)
	}
	if in.HomeIndex != nil {
		add(s.index, s.indexed)
	}
	for k := range in.Shares {
		add(float64(s.yes[k]), s.asked[k])
	}
	return values, bases
}

func (in *Intake) cells(now, before *intakeSum, least int) []cube.Cell {
	cells := []cube.Cell{cube.KnownCell(float64(now.n))}
	if in.HomeType != nil || in.HomeIndex != nil {
		cells = append(cells, cube.KnownCell(float64(now.unknown)))
	}
	values, bases := in.fractions(now)
	var old []float64
	var oldBases []int
	if before != nil {
		old, oldBases = in.fractions(before)
	}
	for k, v := range values {
		cell, change := nobody(), nobody()
		if bases[k] > 0 {
			cell = number(v, bases[k])
			if before != nil && oldBases[k] > 0 {
				change = number(v-old[k], min(bases[k], oldBases[k]))
			}
		}
		for _, c := range []*cube.Cell{&cell, &change} {
			if c.Status.HasValue() && c.Base.V < float64(least) {
				c.Status = cube.Unreliable
			}
		}
		cells = append(cells, cell, change)
	}
	return cells
}

// CatchmentOf is the school nearest to each pupil by straight line, as a column that [Intake.Nearest] takes; pupils whose home is not known have none.
// A school may stand only once.
func CatchmentOf(home []Point, known []bool, codes []string, at []Point) (*Category, error) {
	order := make([]int, len(codes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(codes[a], codes[b]) })
	sorted := make([]Point, len(at))
	out := &Category{Codes: make([]string, len(codes)), Of: make([]int32, len(home))}
	for k, i := range order {
		if sorted[k], out.Codes[k] = at[i], codes[i]; k > 0 && out.Codes[k] == out.Codes[k-1] {
			return nil, fmt.Errorf("school: a school stands twice among the schools with coordinates, the second time as number %d of them", i+1)
		}
	}
	nearest, _ := Nearest(home, sorted)
	for i, s := range nearest {
		out.Of[i] = -1
		if known[i] {
			out.Of[i] = s
		}
	}
	return out, nil
}
