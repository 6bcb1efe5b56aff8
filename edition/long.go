package edition

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/skikt/skikt/cube"
)

// Long writes a cube in long form, one row for each row of the cube and measure, as "csv" or "json". Its columns are the dimensions (member
// codes), then measure, value, base, lo, hi and status.
//
// Measures of kind [cube.Share] are in percent, their intervals too: the share 0.125 is 12.5, moved by the decimal point and so without
// rounding. All numbers have the fewest digits that give exactly the number back. A cell without a value has an empty field in CSV and null
// in JSON; its status says why. CSV is RFC 4180 with comma, decimal point, UTF-8 and a header. JSON is one object {table, title, dimensions,
// measures, notes, warnings, lineage, rows}.
//
// Texts (title, labels, units) are in the language lang, "sv" or "en"; codes, statuses and column names are the same in both. A dimension that is
// called as one of the other columns gets an underscore at the end. A number that is not finite is an error.
func Long(w io.Writer, c *cube.Cube, format, lang string) error {
	if lang != "sv" && lang != "en" {
		return fmt.Errorf("edition: there is no language %q: write sv or en", lang)
	}
	var err error
	switch format {
	case "csv":
		err = longCSV(w, c)
	case "json":
		err = longJSON(w, c, lang)
	default:
		return fmt.Errorf("edition: there is no long form %q: write csv or json", format)
	}
	if err != nil {
		return fmt.Errorf("edition: table %s in long form: %w", c.Name, err)
	}
	return nil
}

var longColumns = [...]string{"measure", "value", "base", "lo", "hi", "status"}

// LongColumns are the names of the columns of the long form: the dimensions', then those that every table has.
func LongColumns(c *cube.Cube) []string { return append(longDims(c), longColumns[:]...) }

// longDims are the column names of the dimensions.
func longDims(c *cube.Cube) []string {
	taken := map[string]bool{}
	for _, name := range longColumns {
		taken[name] = true
	}
	var names []string
	for _, d := range c.Dims() {
		name := d.Name
		for taken[name] {
			name += "_"
		}
		taken[name] = true
		names = append(names, name)
	}
	return names
}

// eachLong gives the rows of the long form: the row and measure of the cube, and value, base, lo and hi as written, empty when absent. The numbers are good only during the call.
func eachLong(c *cube.Cube, give func(row, measure int, numbers *[4][]byte, status cube.Status) error) error {
	var numbers [4][]byte
	for k := range numbers {
		numbers[k] = make([]byte, 0, 32)
	}
	for row := range c.Len() {
		for m, meas := range c.Measures() {
			cell := c.Cell(row, m)
			for k, n := range [...]cube.Number{{V: cell.Value, OK: cell.Status.HasValue()}, cell.Base, cell.Lo, cell.Hi} {
				numbers[k] = numbers[k][:0]
				if !n.OK {
					continue
				}
				if math.IsNaN(n.V) || math.IsInf(n.V, 0) {
					return fmt.Errorf("row %d has a number for %s that is not finite", row+1, meas.Name)
				}
				const base = 1
				if meas.Kind == cube.Share && k != base {
					numbers[k] = cube.AppendPercent(numbers[k], n.V)
				} else {
					numbers[k] = strconv.AppendFloat(numbers[k], n.V, 'f', -1, 64)
				}
			}
			if err := give(row, m, &numbers, cell.Status); err != nil {
				return err
			}
		}
	}
	return nil
}

// written are the codes of each dimension's members that have a row, as they are written in a form.
func written(c *cube.Cube, write func(dim int, code string) string) [][]string {
	out := make([][]string, len(c.Dims()))
	for d, dim := range c.Dims() {
		out[d] = make([]string, len(dim.Members))
		for row := range c.Len() {
			if at := c.Coord(row, d); out[d][at] == "" {
				out[d][at] = write(d, dim.Members[at].Code)
			}
		}
	}
	return out
}

// buffers are kept from one answer to the next: most answers are much smaller than one.
var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 1<<16) }}

func release(out *bufio.Writer) {
	out.Reset(nil)
	buffers.Put(out)
}

// field is a text as a field of a CSV.
func field(text string) string {
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_')
	}) {
		return text // the writer has a buffer of its own, which is much for a code
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Write([]string{text, ""}) // writing to a Builder does not fail
	w.Flush()
	return strings.TrimSuffix(b.String(), ",\n")
}

// unit is what the numbers of a measure are in, in long form.
func unit(m cube.Measure, lang string) string {
	if m.Kind == cube.Share {
		return cube.Text{SV: "procent", EN: "percent"}.In(lang)
	}
	return m.Unit.In(lang)
}

func longCSV(w io.Writer, c *cube.Cube) error {
	out := buffers.Get().(*bufio.Writer)
	defer release(out)
	out.Reset(w)
	for i, name := range LongColumns(c) {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(field(name))
	}
	out.WriteByte('\n')
	codes := written(c, func(_ int, code string) string { return field(code) + "," })
	measures := make([]string, len(c.Measures()))
	for m, meas := range c.Measures() {
		measures[m] = field(meas.Name) + ","
	}
	err := eachLong(c, func(row, measure int, numbers *[4][]byte, status cube.Status) error {
		for d := range codes {
			out.WriteString(codes[d][c.Coord(row, d)])
		}
		out.WriteString(measures[measure])
		for _, n := range numbers {
			out.Write(n)
			out.WriteByte(',')
		}
		out.WriteString(status.String())
		return out.WriteByte('\n')
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

type longMember struct {
	Code  string `json:"code"`
	Label string `json:"label"`
}

type longDim struct {
	Name    string       `json:"name"` // as in the rows
	Title   string       `json:"title"`
	Role    cube.Role    `json:"role"`
	Kind    string       `json:"kind,omitempty"`
	Vintage string       `json:"vintage,omitempty"`
	Members []longMember `json:"members"`
}

type longMeasure struct {
	Name     string           `json:"name"`
	Title    string           `json:"title"`
	Unit     string           `json:"unit"`
	Kind     cube.MeasureKind `json:"kind"`
	Decimals int              `json:"decimals"`
}

type longWarning struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

func longJSON(w io.Writer, c *cube.Cube, lang string) error {
	names := longDims(c)
	dims, measures, notes, warnings := []longDim{}, []longMeasure{}, []string{}, []longWarning{}
	for i, d := range c.Dims() {
		dim := longDim{names[i], d.Title.In(lang), d.Role, d.Kind, d.Vintage, []longMember{}}
		for _, m := range d.Members {
			dim.Members = append(dim.Members, longMember{m.Code, m.Label.In(lang)})
		}
		dims = append(dims, dim)
	}
	for _, m := range c.Measures() {
		measures = append(measures, longMeasure{m.Name, m.Title.In(lang), unit(m, lang), m.Kind, m.Decimals})
	}
	for _, n := range c.Notes {
		notes = append(notes, n.In(lang))
	}
	for _, w := range c.Warnings {
		warnings = append(warnings, longWarning{w.Code, w.Text.In(lang)})
	}
	lineage := c.Lineage
	if lineage.Sources == nil {
		lineage.Sources = []cube.Source{}
	}
	out := buffers.Get().(*bufio.Writer)
	defer release(out)
	out.Reset(w)
	mark := "{"
	for _, field := range []struct {
		name  string
		value any
	}{{"table", c.Name}, {"title", c.Title.In(lang)}, {"dimensions", dims}, {"measures", measures}, {"notes", notes}, {"warnings", warnings}, {"lineage", lineage}} {
		text, err := json.Marshal(field.value)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s%q:%s", mark, field.name, text)
		mark = ",\n"
	}
	out.WriteString(",\n\"rows\":[")
	codes := written(c, func(d int, code string) string { return quoted(names[d]) + ":" + quoted(code) + "," })
	texts := make([]string, len(c.Measures()))
	for m, meas := range c.Measures() {
		texts[m] = `"measure":` + quoted(meas.Name)
	}
	keys := [4]string{}
	for k := range keys {
		keys[k] = `,"` + longColumns[1+k] + `":`
	}
	mark = "\n{"
	err := eachLong(c, func(row, measure int, numbers *[4][]byte, status cube.Status) error {
		out.WriteString(mark)
		mark = ",\n{"
		for d := range codes {
			out.WriteString(codes[d][c.Coord(row, d)])
		}
		out.WriteString(texts[measure])
		for k, n := range numbers {
			out.WriteString(keys[k])
			if len(n) == 0 {
				out.WriteString("null")
			}
			out.Write(n)
		}
		out.WriteString(`,"status":"`)
		out.WriteString(status.String())
		_, err := out.WriteString(`"}`)
		return err
	})
	if err != nil {
		return err
	}
	out.WriteString("\n]}\n")
	return out.Flush()
}

// quoted is a text as JSON.
func quoted(s string) string {
	text, _ := json.Marshal(s) // a string always has a form
	return string(text)
}
