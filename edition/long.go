package edition

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

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

// eachLong gives the rows of the long form: the row and measure of the cube, and value, base, lo and hi as written, empty when absent.
func eachLong(c *cube.Cube, give func(row, measure int, numbers [4]string, status cube.Status) error) error {
	for row := range c.Len() {
		for m, meas := range c.Measures() {
			cell := c.Cell(row, m)
			var numbers [4]string
			for k, n := range []cube.Number{{V: cell.Value, OK: cell.Status.HasValue()}, cell.Base, cell.Lo, cell.Hi} {
				if !n.OK {
					continue
				}
				const base = 1
				if meas.Kind == cube.Share && k != base {
					n.V = cube.Percent(n.V)
				}
				if math.IsNaN(n.V) || math.IsInf(n.V, 0) {
					return fmt.Errorf("row %d has a number for %s that is not finite", row+1, meas.Name)
				}
				numbers[k] = strconv.FormatFloat(n.V, 'f', -1, 64)
			}
			if err := give(row, m, numbers, cell.Status); err != nil {
				return err
			}
		}
	}
	return nil
}

// unit is what the numbers of a measure are in, in long form.
func unit(m cube.Measure, lang string) string {
	if m.Kind == cube.Share {
		return cube.Text{SV: "procent", EN: "percent"}.In(lang)
	}
	return m.Unit.In(lang)
}

func longCSV(w io.Writer, c *cube.Cube) error {
	out := csv.NewWriter(w)
	line := LongColumns(c)
	if err := out.Write(line); err != nil {
		return err
	}
	err := eachLong(c, func(row, measure int, numbers [4]string, status cube.Status) error {
		line = line[:0]
		for d := range c.Dims() {
			line = append(line, c.Code(row, d))
		}
		meas := c.Measures()[measure]
		line = append(line, meas.Name)
		line = append(line, numbers[:]...)
		return out.Write(append(line, status.String()))
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
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
	out := bufio.NewWriter(w)
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
	mark = "\n"
	err := eachLong(c, func(row, measure int, numbers [4]string, status cube.Status) error {
		meas := c.Measures()[measure]
		out.WriteString(mark + "{")
		mark = ",\n"
		for d, name := range names {
			out.WriteString(quoted(name) + ":" + quoted(c.Code(row, d)) + ",")
		}
		out.WriteString(`"measure":` + quoted(meas.Name))
		for k, n := range numbers {
			if n == "" {
				n = "null"
			}
			out.WriteString(`,"` + longColumns[1+k] + `":` + n)
		}
		_, err := out.WriteString(`,"status":"` + status.String() + `"}`)
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
