package edition

import (
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Change is what a project says of an edition beside those before it.
type Change struct {
	Day       string       `json:"day,omitempty"` // when it was decided: 2026-11-28; of several editions the latest day is the newest
	Reason    cube.Text    `json:"reason"`        // why there is a new one: new data, new borders, new method, new protection, a mistake
	Withdrawn []Withdrawal `json:"withdrawn,omitempty"`
}

// A Withdrawal takes an earlier edition back: its address stays and tells why.
type Withdrawal struct {
	Edition string    `json:"edition"` // [Edition.ID]
	Reason  cube.Text `json:"reason"`
}

// Barometer is what a project says of the pages over its edition.
type Barometer struct {
	First   string   `json:"first,omitempty"` // key of the figure that a view begins with: TABLE:MEASURE:MEMBER
	Themes  []Theme  `json:"themes,omitempty"`
	Contact *Contact `json:"contact,omitempty"`
}

// A Theme is tables that belong together to a reader, such as income or housing.
type Theme struct {
	Title  cube.Text `json:"title"`
	Lacks  cube.Text `json:"lacks,omitzero"` // of a theme without tables: why the edition tells nothing of it
	Tables []string  `json:"tables"`         // names, or what names begin with before the level: background of background_regso
}

// Contact is where readers report what they can't use or understand.
type Contact struct {
	Email string    `json:"email,omitempty"`
	Phone string    `json:"phone,omitempty"`
	Page  string    `json:"page,omitempty"` // an address of a page of the agency's
	Text  cube.Text `json:"text"`
}

// A Difference is how the cells of an edition stand to those of an earlier one, table by table: those of the later one in its order, then those that it lacks.
type Difference struct {
	Tables []TableDifference `json:"tables"`
}

// Sum adds the tables up.
func (d *Difference) Sum() (sum TableDifference) {
	for _, t := range d.Tables {
		sum.add(t)
	}
	return sum
}

// A TableDifference counts the cells of a table that is in one or both of two editions.
type TableDifference struct {
	Name      string    `json:"name"`
	Title     cube.Text `json:"title"`
	Earlier   bool      `json:"earlier"`   // the earlier edition has the table
	Later     bool      `json:"later"`     // the later one has it
	Same      int       `json:"same"`      // cells that are the same in both
	Changed   int       `json:"changed"`   // with a value in both, which is another, or has another state, base or interval
	Added     int       `json:"added"`     // with a value in the later one alone
	Withdrawn int       `json:"withdrawn"` // with a value in the earlier one alone
	State     int       `json:"state"`     // with no value in either, for another reason
}

func (t *TableDifference) add(o TableDifference) {
	t.Same += o.Same
	t.Changed += o.Changed
	t.Added += o.Added
	t.Withdrawn += o.Withdrawn
	t.State += o.State
}

// Compare counts how the cells of an edition stand to those of an earlier one. A cell is known by its table, the codes of its row and its measure; tables whose file is the same are
// not read.
func Compare(earlier, later *Edition) (*Difference, error) {
	out := &Difference{}
	before := map[string]TableInfo{}
	for _, t := range earlier.Tables() {
		before[t.Name] = t
	}
	for _, t := range later.Tables() {
		old, ok := before[t.Name]
		delete(before, t.Name)
		one := TableDifference{Name: t.Name, Title: t.Title, Earlier: ok, Later: true}
		if ok && earlier.files[old.File].SHA256 == later.files[t.File].SHA256 {
			one.Same = t.Rows * len(t.Measures)
			out.Tables = append(out.Tables, one)
			continue
		}
		b, err := later.Table(t.Name)
		if err != nil {
			return nil, err
		}
		var a *cube.Cube
		if ok {
			if a, err = earlier.Table(t.Name); err != nil {
				return nil, err
			}
		}
		one.add(compareCubes(a, b))
		out.Tables = append(out.Tables, one)
	}
	for _, t := range earlier.Tables() {
		if _, left := before[t.Name]; !left {
			continue
		}
		a, err := earlier.Table(t.Name)
		if err != nil {
			return nil, err
		}
		one := TableDifference{Name: t.Name, Title: t.Title, Earlier: true}
		one.add(compareCubes(a, nil))
		out.Tables = append(out.Tables, one)
	}
	return out, nil
}

// compareCubes counts the cells of two cubes, of which one may be nil.
func compareCubes(a, b *cube.Cube) (n TableDifference) {
	rows := map[string]int{} // of a, by the codes of its dimensions in the order of their names
	if a != nil {
		key := rowKeys(a)
		for i := range a.Len() {
			rows[key(i)] = i
		}
	}
	one := func(x, y cube.Cell) {
		switch old, new := x.Status.HasValue(), y.Status.HasValue(); {
		case x == y:
			n.Same++
		case old && new:
			n.Changed++
		case old:
			n.Withdrawn++
		case new:
			n.Added++
		case x.Status != y.Status:
			n.State++
		default:
			n.Same++
		}
	}
	alone := func(c *cube.Cube, i, m int, count *int) {
		if c.Cell(i, m).Status.HasValue() {
			*count++
		} else {
			n.State++
		}
	}
	if b != nil {
		key := rowKeys(b)
		for j := range b.Len() {
			code := key(j)
			i, both := rows[code]
			delete(rows, code)
			for m, meas := range b.Measures() {
				k := -1
				if both {
					k = a.MeasureIndex(meas.Name)
				}
				if k < 0 {
					alone(b, j, m, &n.Added)
					continue
				}
				one(a.Cell(i, k), b.Cell(j, m))
			}
			if !both {
				continue
			}
			for m, meas := range a.Measures() {
				if b.MeasureIndex(meas.Name) < 0 {
					alone(a, i, m, &n.Withdrawn)
				}
			}
		}
	}
	for _, i := range rows {
		for m := range a.Measures() {
			alone(a, i, m, &n.Withdrawn)
		}
	}
	return n
}

// rowKeys tells a row's dimensions and codes, in the order of the dimensions' names.
func rowKeys(c *cube.Cube) func(row int) string {
	dims := c.Dims()
	order := make([]int, len(dims))
	for d := range order {
		order[d] = d
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(dims[a].Name, dims[b].Name) })
	var key []byte
	return func(row int) string {
		key = key[:0]
		for _, d := range order {
			key = append(append(append(append(key, dims[d].Name...), 0), c.Code(row, d)...), 0)
		}
		return string(key)
	}
}
