package server

import (
	"bufio"
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
)

// A sheet lays a cube out in rows and columns: the variables of the stub down, those of the heading across. Rows are made as they are written.
type sheet struct {
	title        string
	down, across []axis
	titled       bool
	separator    string
	lang         string

	measures []cube.Measure
	cube     *cube.Cube
	rows     []int32 // of the cube, for each combination of members, -1 for none; nil when every combination has a row
}

// axis is a variable with its values as they are shown.
type axis struct {
	name   string
	values []string
	dim    int // -1 for the measures
	step   int // between combinations
}

func newSheet(c *cube.Cube, p *apiPlacement, lang string, params []string) (*sheet, error) {
	s := &sheet{title: c.Title.In(lang), separator: ",", lang: lang, measures: c.Measures(), cube: c}
	show := "usetexts"
	for _, list := range params {
		for _, param := range strings.Split(list, ",") {
			switch param = strings.ToLower(strings.TrimSpace(param)); param {
			case "":
			case "usecodes", "usetexts", "usecodesandtexts":
				show = param
			case "includetitle":
				s.titled = true
			case "separatortab":
				s.separator = "\t"
			case "separatorspace":
				s.separator = " "
			case "separatorsemicolon":
				s.separator = ";"
			default:
				return nil, bad("Illegal parameter", "outputFormatParams are UseCodes, UseTexts, UseCodesAndTexts, IncludeTitle, SeparatorTab, SeparatorSpace and SeparatorSemicolon")
			}
		}
	}
	heading, stub := placement(c)
	if p != nil {
		heading = p.Heading
		stub = slices.DeleteFunc(append(c.DimNames(), jsonstat.Metric), func(name string) bool { return slices.Contains(heading, name) })
		if len(p.Stub) > 0 {
			stub = p.Stub
		}
		for _, name := range append(c.DimNames(), jsonstat.Metric) {
			if !slices.Contains(heading, name) && !slices.Contains(stub, name) {
				return nil, bad("Illegal placment", "heading and stub name each variable of the selection once")
			}
		}
		gone := func(name string) bool { return name != jsonstat.Metric && c.Dim(name) == nil }
		heading, stub = slices.DeleteFunc(slices.Clone(heading), gone), slices.DeleteFunc(slices.Clone(stub), gone)
	}
	text := func(code, label string) string {
		switch {
		case show == "usecodes" || label == "":
			return code
		case show == "usecodesandtexts":
			return code + " " + label
		}
		return label
	}
	steps := make([]int, len(c.Dims()))
	n := 1
	for d := len(steps) - 1; d >= 0; d-- {
		steps[d] = n
		n *= len(c.Dims()[d].Members)
	}
	axes := func(names []string) (list []axis) {
		for _, name := range names {
			if name == jsonstat.Metric {
				a := axis{name: text(jsonstat.Metric, contentsTitle(lang)), dim: -1}
				for _, m := range c.Measures() {
					a.values = append(a.values, text(m.Name, m.Title.In(lang)))
				}
				list = append(list, a)
				continue
			}
			d := c.DimIndex(name)
			dim := c.Dims()[d]
			a := axis{name: text(dim.Name, dim.Title.In(lang)), dim: d, step: steps[d]}
			for _, m := range dim.Members {
				a.values = append(a.values, text(m.Code, m.Label.In(lang)))
			}
			list = append(list, a)
		}
		return list
	}
	s.down, s.across = axes(stub), axes(heading)
	if c.Len() < n {
		s.rows = slices.Repeat([]int32{-1}, n)
		for row := range c.Len() {
			at := 0
			for d := range steps {
				at += c.Coord(row, d) * steps[d]
			}
			s.rows[at] = int32(row)
		}
	}
	return s, nil
}

// spot is the combination of dimensions and the measure that positions on some axes add up to.
func spot(axes []axis, at []int) (combination, measure int) {
	for i, a := range axes {
		if a.dim < 0 {
			measure = at[i]
		} else {
			combination += at[i] * a.step
		}
	}
	return combination, measure
}

// appendCell appends a cell as text: a number with a decimal point, or the dots that PxWeb shows. text tells that it is dots.
func (s *sheet) appendCell(out []byte, combination, measure int) (_ []byte, text bool) {
	row := combination
	if s.rows != nil {
		row = int(s.rows[combination])
	}
	var cell cube.Cell
	if row >= 0 {
		cell = s.cube.Cell(row, measure)
	}
	switch {
	case cell.Status == cube.NotApplicable:
		return append(out, "."...), true
	case !cell.Status.HasValue() || math.IsNaN(cell.Value) || math.IsInf(cell.Value, 0):
		return append(out, ".."...), true
	case s.measures[measure].Kind == cube.Share:
		return cube.AppendPercent(out, cell.Value), false
	}
	return strconv.AppendFloat(out, cell.Value, 'f', -1, 64), false
}

// each goes through every combination of the axes' values, the last axis going quickest; once for no axes.
func each(axes []axis, f func(at []int)) {
	for _, a := range axes {
		if len(a.values) == 0 {
			return
		}
	}
	at := make([]int, len(axes))
	for {
		f(at)
		k := len(at) - 1
		for ; k >= 0; k-- {
			if at[k]++; at[k] < len(axes[k].values) {
				break
			}
			at[k] = 0
		}
		if k < 0 {
			return
		}
	}
}

// heads are the names of the columns: those of the stub, then one for each combination across.
func (s *sheet) heads(f func(head string)) {
	for _, a := range s.down {
		f(a.name)
	}
	each(s.across, func(at []int) {
		var parts []string
		for i, a := range s.across {
			parts = append(parts, a.values[at[i]])
		}
		f(strings.Join(parts, " "))
	})
}

// body hands over each row: its place on the axes down, and the cells across one by one.
func (s *sheet) body(begin func(at []int), cell func(number []byte, text bool), end func()) {
	type target struct{ combination, measure int }
	var across []target
	each(s.across, func(at []int) {
		c, m := spot(s.across, at)
		across = append(across, target{c, m})
	})
	number := make([]byte, 0, 32)
	each(s.down, func(at []int) {
		begin(at)
		c, m := spot(s.down, at)
		for _, t := range across {
			var text bool
			number, text = s.appendCell(number[:0], c+t.combination, m+t.measure)
			cell(number, text)
		}
		end()
	})
}

// marked is the axes' values as they are written in a form.
func marked(axes []axis, mark func(string) string) [][]string {
	out := make([][]string, len(axes))
	for i, a := range axes {
		for _, v := range a.values {
			out[i] = append(out[i], mark(v))
		}
	}
	return out
}

// csv writes texts and dots in quotes, as PxWeb does, and numbers without.
func (s *sheet) csv(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	quoted := func(field string) string { return `"` + strings.ReplaceAll(field, `"`, `""`) + `"` }
	if s.titled {
		out.WriteString(quoted(s.title) + "\r\n\r\n")
	}
	first := true
	part := func() {
		if !first {
			out.WriteString(s.separator)
		}
		first = false
	}
	s.heads(func(head string) {
		part()
		out.WriteString(quoted(head))
	})
	out.WriteString("\r\n")
	labels := marked(s.down, quoted)
	s.body(func(at []int) {
		first = true
		for i, k := range at {
			part()
			out.WriteString(labels[i][k])
		}
	}, func(number []byte, text bool) {
		part()
		if text {
			out.WriteByte('"')
		}
		out.Write(number)
		if text {
			out.WriteByte('"')
		}
	}, func() { out.WriteString("\r\n") })
	return out.Flush()
}

func (s *sheet) html(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	out.WriteString("<table>\n")
	if s.titled {
		out.WriteString("<caption>" + html.EscapeString(s.title) + "</caption>\n")
	}
	out.WriteString("<thead><tr>")
	s.heads(func(head string) { out.WriteString(`<th scope="col">` + html.EscapeString(head) + "</th>") })
	out.WriteString("</tr></thead>\n<tbody>\n")
	labels := marked(s.down, func(v string) string { return `<th scope="row">` + html.EscapeString(v) + "</th>" })
	s.body(func(at []int) {
		out.WriteString("<tr>")
		for i, k := range at {
			out.WriteString(labels[i][k])
		}
	}, func(number []byte, _ bool) {
		out.WriteString("<td>")
		out.Write(number)
		out.WriteString("</td>")
	}, func() { out.WriteString("</tr>\n") })
	out.WriteString("</tbody>\n</table>\n")
	if terms := s.cube.Terms; terms != (cube.Terms{}) {
		out.WriteString("<p>" + html.EscapeString(terms.Cite.In(s.lang)) + ` <a rel="license" href="` + html.EscapeString(terms.Licence) + `">` + html.EscapeString(licenceName(terms.Licence)) + "</a></p>\n")
	}
	return out.Flush()
}
