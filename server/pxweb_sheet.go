package server

import (
	"bufio"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
)

// A sheet lays a cube out in rows and columns: the variables of the stub down, those of the heading across.
type sheet struct {
	title     string
	head      []string   // one field a variable of the stub, then one a column
	rows      [][]string // likewise
	stub      int        // fields of a row that are texts
	titled    bool
	separator string
}

// axis is a variable with its values as they are shown.
type axis struct {
	name   string
	values []string
	dim    int // -1 for the measures
}

func newSheet(c *cube.Cube, p *apiPlacement, lang string, params []string) (*sheet, error) {
	s := &sheet{title: c.Title.In(lang), separator: ","}
	show := "UseTexts"
	for _, list := range params {
		for _, param := range strings.Split(list, ",") {
			switch param = strings.TrimSpace(param); strings.ToLower(param) {
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
		switch strings.ToLower(show) {
		case "usecodes":
			return code
		case "usecodesandtexts":
			return code + " " + label
		}
		if label == "" {
			return code
		}
		return label
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
			a := axis{name: text(dim.Name, dim.Title.In(lang)), dim: d}
			for _, m := range dim.Members {
				a.values = append(a.values, text(m.Code, m.Label.In(lang)))
			}
			list = append(list, a)
		}
		return list
	}
	down, across := axes(stub), axes(heading)
	s.stub = len(down)
	for _, a := range down {
		s.head = append(s.head, a.name)
	}
	each(across, func(at []int) {
		var parts []string
		for i, a := range across {
			parts = append(parts, a.values[at[i]])
		}
		s.head = append(s.head, strings.Join(parts, " "))
	})
	// The cells stand in the order of the dimensions, with the measures last.
	var cells []cube.Cell
	if err := c.EachDense(func(row []cube.Cell) error { cells = append(cells, row...); return nil }); err != nil {
		return nil, err
	}
	stride := make([]int, len(c.Dims()))
	step := len(c.Measures())
	for d := len(stride) - 1; d >= 0; d-- {
		stride[d] = step
		step *= len(c.Dims()[d].Members)
	}
	offset := func(list []axis, at []int) (cell, measure int) {
		for i, a := range list {
			if a.dim < 0 {
				cell, measure = cell+at[i], at[i]
			} else {
				cell += at[i] * stride[a.dim]
			}
		}
		return cell, measure
	}
	each(down, func(at []int) {
		row := make([]string, 0, len(s.head))
		for i, a := range down {
			row = append(row, a.values[at[i]])
		}
		first, m := offset(down, at)
		each(across, func(at []int) {
			more, n := offset(across, at)
			row = append(row, cellText(c.Measures()[m+n], cells[first+more]))
		})
		s.rows = append(s.rows, row)
	})
	return s, nil
}

// cellText is a cell as text: a number with a decimal point, or the dots that PxWeb shows.
func cellText(m cube.Measure, cell cube.Cell) string {
	switch {
	case cell.Status == cube.NotApplicable:
		return "."
	case !cell.Status.HasValue():
		return ".."
	case m.Kind == cube.Share:
		return strconv.FormatFloat(cube.Percent(cell.Value), 'f', -1, 64)
	}
	return strconv.FormatFloat(cell.Value, 'f', -1, 64)
}

// each goes through every combination of the axes' values, the last axis going quickest; once for no axes.
func each(axes []axis, f func(at []int)) {
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

// csv writes texts and dots in quotes, as PxWeb does, and numbers without.
func (s *sheet) csv(w io.Writer) error {
	out := bufio.NewWriter(w)
	quoted := func(field string) string { return `"` + strings.ReplaceAll(field, `"`, `""`) + `"` }
	if s.titled {
		out.WriteString(quoted(s.title) + "\r\n\r\n")
	}
	for i, field := range s.head {
		if i > 0 {
			out.WriteString(s.separator)
		}
		out.WriteString(quoted(field))
	}
	out.WriteString("\r\n")
	for _, row := range s.rows {
		for i, field := range row {
			if i > 0 {
				out.WriteString(s.separator)
			}
			if i < s.stub || strings.HasPrefix(field, ".") {
				field = quoted(field)
			}
			out.WriteString(field)
		}
		out.WriteString("\r\n")
	}
	return out.Flush()
}

var sheetPage = template.Must(template.New("").Parse(`<table>
{{if .Titled}}<caption>{{.Title}}</caption>
{{end}}<thead><tr>{{range .Head}}<th scope="col">{{.}}</th>{{end}}</tr></thead>
<tbody>
{{range .Rows}}<tr>{{range .Texts}}<th scope="row">{{.}}</th>{{end}}{{range .Numbers}}<td>{{.}}</td>{{end}}</tr>
{{end}}</tbody>
</table>
`))

func (s *sheet) html(w io.Writer) error {
	type row struct{ Texts, Numbers []string }
	page := struct {
		Title  string
		Titled bool
		Head   []string
		Rows   []row
	}{s.title, s.titled, s.head, nil}
	for _, r := range s.rows {
		page.Rows = append(page.Rows, row{r[:s.stub], r[s.stub:]})
	}
	return sheetPage.Execute(w, page)
}
