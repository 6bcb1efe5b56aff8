package edition

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"github.com/skikt/skikt/cube"
)

// tableKey is where a table's texts stand in the Parquet file's own metadata.
const tableKey = "skikt:table"

// tableMeta is everything of a cube but its rows.
type tableMeta struct {
	Format   int              `json:"format"`
	Name     string           `json:"name"`
	Title    cube.Text        `json:"title"`
	Notes    []cube.Text      `json:"notes"`
	Warnings []cube.Warning   `json:"warnings"`
	Lineage  cube.Lineage     `json:"lineage"`
	Dims     []cube.Dimension `json:"dims"`
	Measures []cube.Measure   `json:"measures"`
}

// The columns of a measure, in order; what is added to the measure's name.
var measureColumns = [...]string{"", "_base", "_lo", "_hi", "_status"}

// tableColumns are the columns of a table with the given frame. A name that would stand twice gets an underscore more.
func tableColumns(dims []cube.Dimension, measures []cube.Measure) ([]column, error) {
	var columns []column
	taken := map[string]bool{}
	add := func(name string, node parquet.Node) {
		for taken[name] {
			name += "_"
		}
		taken[name] = true
		columns = append(columns, column{name, node})
	}
	for _, d := range dims {
		if err := checkName(d.Name); err != nil {
			return nil, err
		}
		add(d.Name, codes())
	}
	for _, m := range measures {
		if err := checkName(m.Name); err != nil {
			return nil, err
		}
	}
	// The values first, so that a measure keeps its own name whatever the others are called.
	for _, m := range measures {
		taken[m.Name] = true
	}
	for _, m := range measures {
		columns = append(columns, column{m.Name, numbers()})
		for _, suffix := range measureColumns[1:4] {
			add(m.Name+suffix, numbers())
		}
		add(m.Name+measureColumns[4], codes())
	}
	if len(columns) > maxColumns {
		return nil, fmt.Errorf("a table of %d columns is too wide; at most %d can be published", len(columns), maxColumns)
	}
	return columns, nil
}

// checkName refuses what programs that read Parquet can't have as a column's name.
func checkName(name string) error {
	if name == "" || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r == ',' || r == '.' || unicode.IsControl(r) }) {
		return fmt.Errorf("%q can't be the name of a column: it must be a text without commas, points and control characters", name)
	}
	return nil
}

// WriteTable writes a cube as a Parquet file of the form that the package comment describes. Its terms are metadata of their own, license and citation, which a reader of tables leaves alone. A cube without measures, a number that is not
// finite, a text that is not UTF-8 and an impossible name are errors.
func WriteTable(w io.Writer, c *cube.Cube) error {
	if err := writeTable(w, c); err != nil {
		return fmt.Errorf("edition: table %s: %w", c.Name, err)
	}
	return nil
}

func writeTable(w io.Writer, c *cube.Cube) error {
	dims, measures := c.Dims(), c.Measures()
	if len(measures) == 0 {
		return fmt.Errorf("it has no measure, so there is nothing to publish")
	}
	if err := checkTexts(c); err != nil {
		return err
	}
	columns, err := tableColumns(dims, measures)
	if err != nil {
		return err
	}
	meta, err := json.Marshal(tableMeta{Format, c.Name, c.Title, c.Notes, c.Warnings, c.Lineage, dims, measures})
	if err != nil {
		return err
	}
	about := map[string]string{tableKey: string(meta)}
	for key, value := range map[string]string{"license": c.Terms.Licence, "citation": c.Terms.Cite.In("sv"), "citation:en": c.Terms.Cite.In("en")} {
		if value != "" {
			about[key] = value
		}
	}
	out, err := newWriter(w, columns, c.Len(), about)
	if err != nil {
		return err
	}
	codes := make([][]parquet.Value, len(dims))
	for d, dim := range dims {
		for _, m := range dim.Members {
			codes[d] = append(codes[d], parquet.ByteArrayValue([]byte(m.Code)))
		}
	}
	states := map[cube.Status]parquet.Value{}
	for _, status := range cube.Statuses() {
		states[status] = parquet.ByteArrayValue([]byte(status.String()))
	}
	for i := range c.Len() {
		for d := range dims {
			out.put(codes[d][c.Coord(i, d)], true)
		}
		for m := range measures {
			cell := c.Cell(i, m)
			for _, n := range []cube.Number{{V: cell.Value, OK: cell.Status.HasValue()}, cell.Base, cell.Lo, cell.Hi} {
				if n.OK && (math.IsNaN(n.V) || math.IsInf(n.V, 0)) {
					return fmt.Errorf("row %d has a number for %s that is not finite; a number that is not there must be absent", i+1, measures[m].Name)
				}
				out.number(n)
			}
			out.put(states[cell.Status], true)
		}
		if err := out.endRow(); err != nil {
			return err
		}
	}
	return out.close()
}

// checkTexts refuses text that JSON could not give back as it was.
func checkTexts(c *cube.Cube) error {
	var bad string
	check := func(texts ...string) {
		for _, s := range texts {
			if !utf8.ValidString(s) {
				bad = s
			}
		}
	}
	check(c.Name, c.Title.SV, c.Title.EN)
	for _, t := range c.Notes {
		check(t.SV, t.EN)
	}
	for _, w := range c.Warnings {
		check(w.Code, w.Text.SV, w.Text.EN)
	}
	for _, s := range c.Lineage.Sources {
		check(s.Name, s.Publisher, s.Address, s.SHA256, s.Updated, s.Licence)
	}
	check(c.Lineage.Steps...)
	for _, d := range c.Dims() {
		check(d.Name, d.Title.SV, d.Title.EN, string(d.Role), d.Kind, d.Vintage)
		for _, m := range d.Members {
			check(m.Code, m.Label.SV, m.Label.EN)
		}
	}
	for _, m := range c.Measures() {
		check(m.Name, m.Title.SV, m.Title.EN, m.Unit.SV, m.Unit.EN, string(m.Kind), m.Of, m.Over, m.Per)
		check(m.Base...)
	}
	if bad != "" {
		return fmt.Errorf("the text %q is not UTF-8", bad)
	}
	return nil
}

// ReadTable reads the content of a file that [WriteTable] wrote. Any other content is an error; what a file claims of its own size is not
// believed, so a broken or hostile file can't take all memory.
func ReadTable(data []byte) (*cube.Cube, error) {
	c, err := readTable(data)
	if err != nil {
		return nil, fmt.Errorf("edition: the table can't be read: %w", err)
	}
	return c, nil
}

func readTable(data []byte) (*cube.Cube, error) {
	in, err := openParquet(data)
	if err != nil {
		return nil, err
	}
	text, ok := in.Lookup(tableKey)
	if !ok {
		return nil, fmt.Errorf("the file has no metadata %s: it is no table of an edition", tableKey)
	}
	var meta tableMeta
	if err := json.Unmarshal([]byte(text), &meta); err != nil {
		return nil, fmt.Errorf("its metadata %s is no JSON of a table: %w", tableKey, err)
	}
	if meta.Format < 1 || meta.Format > Format {
		return nil, fmt.Errorf("it has format %d, and this version of skikt reads up to %d", meta.Format, Format)
	}
	if len(meta.Measures) == 0 {
		return nil, fmt.Errorf("it has no measure")
	}
	columns, err := tableColumns(meta.Dims, meta.Measures)
	if err != nil {
		return nil, err
	}
	if err := in.check(columns); err != nil {
		return nil, err
	}
	n := int(in.NumRows())
	if most := combinations(meta.Dims); n > most {
		return nil, fmt.Errorf("it has %d rows, and its members can be combined in %d ways only", n, most)
	}
	members := make([][]int32, len(meta.Dims))
	for d, dim := range meta.Dims {
		position := make(map[string]int32, len(dim.Members))
		for i, m := range dim.Members {
			position[m.Code] = int32(i)
		}
		members[d] = make([]int32, n)
		err := in.texts(d, func(row int, code []byte) error {
			at, ok := position[string(code)]
			if !ok {
				return fmt.Errorf("row %d has the code %q, which %s lacks", row+1, code, dim.Name)
			}
			members[d][row] = at
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	cells := make([][]cube.Cell, len(meta.Measures))
	for m := range meta.Measures {
		if cells[m], err = in.cells(len(meta.Dims)+m*len(measureColumns), n); err != nil {
			return nil, err
		}
	}
	b := cube.NewBuilder(meta.Name, meta.Dims, meta.Measures)
	at, row := make([]int32, len(meta.Dims)), make([]cube.Cell, len(meta.Measures))
	for i := range n {
		for d := range at {
			at[d] = members[d][i]
		}
		for m := range row {
			row[m] = cells[m][i]
		}
		b.Add(at, row...)
	}
	c, err := b.Cube()
	if err != nil {
		return nil, err
	}
	c.Title, c.Notes, c.Warnings, c.Lineage = meta.Title, meta.Notes, meta.Warnings, meta.Lineage
	return c, nil
}

// combinations is how many rows a table with the dimensions can have, cut off at maxCells.
func combinations(dims []cube.Dimension) int {
	n := 1
	for _, d := range dims {
		n = min(n*len(d.Members), maxCells)
	}
	return n
}

// cells reads the columns of one measure.
func (in *reader) cells(first, n int) ([]cube.Cell, error) {
	cells := make([]cube.Cell, n)
	valued := make([]bool, n)
	for k, put := range []func(i int, v float64){
		func(i int, v float64) { cells[i].Value, valued[i] = v, true },
		func(i int, v float64) { cells[i].Base = cube.Num(v) },
		func(i int, v float64) { cells[i].Lo = cube.Num(v) },
		func(i int, v float64) { cells[i].Hi = cube.Num(v) },
	} {
		err := in.numbers(first+k, func(row int, v float64) error {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("row %d has a number in %s that is not finite", row+1, in.columns[first+k].name)
			}
			put(row, v)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	err := in.texts(first+4, func(row int, name []byte) error {
		status, err := cube.ParseStatus(string(name))
		if err != nil {
			return err
		}
		if status.HasValue() != valued[row] {
			return fmt.Errorf("row %d is %s in %s but has a value all the same, or lacks one", row+1, status, in.columns[first+4].name)
		}
		cells[row].Status = status
		return nil
	})
	return cells, err
}
