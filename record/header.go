package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// headerSearch is how far down a header is looked for.
const headerSearch = 100

// headerRows is where the header is declared to stand.
type headerRows struct {
	first, last int // from 1; 0 when not declared
	none        bool
}

func parseHeaderRows(s string) (h headerRows, err error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return h, nil
	}
	a, b, span := strings.Cut(s, "-")
	h.first, err = strconv.Atoi(strings.TrimSpace(a))
	h.last = h.first
	if span && err == nil {
		h.last, err = strconv.Atoi(strings.TrimSpace(b))
	}
	if err != nil || h.first < 0 || h.last < h.first || h.first == 0 && span || h.last > headerSearch {
		return headerRows{}, declError("header %q is no row or span of rows up to %d, such as \"4\" or \"3-5\", nor \"0\" for none", s, headerSearch)
	}
	h.none = h.first == 0
	return h, nil
}

// want is how a declared column is found.
type want struct {
	name  string
	text  string   // the whole header, as declared
	whole string   // cleaned
	parts []string // cleaned
	at    int      // from 0, or -1
}

func newWant(name, header string) want {
	w := want{name: name, text: header, whole: clean(header), at: -1}
	for _, part := range strings.Split(header, "|") {
		if part = clean(part); part != "" {
			w.parts = append(w.parts, part)
		}
	}
	return w
}

// clean makes headers comparable, case aside: one form of composed letters, single blanks.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.TrimPrefix(norm.NFC.String(s), "\ufeff")), " ")
}

// has tells whether a text stands among the cells, in upper or lower case.
func has(cells []string, text string) bool {
	return slices.ContainsFunc(cells, func(cell string) bool { return strings.EqualFold(cell, text) })
}

// stands tells whether the wanted header stands over a column with these cells.
func (w *want) stands(cells []string) bool {
	if has(cells, w.whole) {
		return true
	}
	for _, part := range w.parts {
		if !has(cells, part) {
			return false
		}
	}
	return len(w.parts) > 0
}

// touches tells whether any part of the wanted header stands over a column.
func (w *want) touches(cells []string) bool {
	return slices.ContainsFunc(w.parts, func(part string) bool { return has(cells, part) })
}

// grid is the top of a file: cleaned cells by row.
type grid [][]string

// over gives, for each column, the header cells in rows first..last (from 0). A blank cell takes the one to its left when
// something stands below it in the header: that is how a merged cell is written.
func (g grid) over(first, last int) [][]string {
	width := 0
	for _, row := range g[first : last+1] {
		width = max(width, len(row))
	}
	cell := func(r, c int) string {
		if c < len(g[r]) {
			return g[r][c]
		}
		return ""
	}
	columns := make([][]string, width)
	for r := first; r <= last; r++ {
		left := ""
		for c := range width {
			v := cell(r, c)
			if v != "" {
				left = v
			} else if r < last {
				for below := r + 1; below <= last; below++ {
					if cell(below, c) != "" {
						v = left
						break
					}
				}
			}
			if v != "" {
				columns[c] = append(columns[c], v)
			}
		}
	}
	return columns
}

// found is where a header stands.
type found struct {
	first, last int   // rows from 0; -1, -1 without a header
	places      []int // column of each want
	fields      int   // in the header row; 0 without a header
	filled      int   // of those, up to the last that is not blank
	hits        int   // wants found, for choosing among delimiters when none fits
}

// find looks for the header. Its error is a rule and a text; which is nearest to fitting is told by found.hits.
func (g grid) find(wants []want, declared headerRows) (found, string, string) {
	byPlace := !slices.ContainsFunc(wants, func(w want) bool { return w.at < 0 || w.whole != "" })
	switch {
	case declared.none:
		f := found{first: -1, last: -1}
		for _, w := range wants {
			if w.at < 0 {
				return f, ruleHeader, fmt.Sprintf("column %q is declared by header, but the file is declared to have none; give its place with at", w.name)
			}
			f.places = append(f.places, w.at)
		}
		f.hits = len(wants)
		return f, "", ""
	case declared.first > 0:
		if declared.last > len(g) {
			return found{}, ruleHeader, fmt.Sprintf("the header is declared in row %s, but the file ends at row %d", rowSpan(declared.first, declared.last), len(g))
		}
		return g.match(wants, declared.first-1, declared.last-1)
	case byPlace:
		return found{}, ruleHeader, "all columns are declared by place, so the header can't be found; declare header: \"1\" (its row), or \"0\" for none"
	}
	best, rule, text := found{}, "", ""
	// A header of more rows than the wants have parts could take a row of data for a part of itself.
	tallest := 1
	for i := range wants {
		tallest = max(tallest, len(wants[i].parts))
	}
	for height := 1; height <= tallest; height++ {
		best.hits-- // of two heights that find as much, the greater one shows more of the header
		for first := 0; first+height <= len(g); first++ {
			f, r, t := g.match(wants, first, first+height-1)
			if r == "" {
				return f, "", ""
			}
			if f.hits > best.hits || f.hits == best.hits && r == ruleDuplicate && rule != ruleDuplicate {
				best, rule, text = f, r, t
			}
		}
	}
	return best, rule, text
}

// match tries one place for the header.
func (g grid) match(wants []want, first, last int) (found, string, string) {
	columns := g.over(first, last)
	f := found{first: first, last: last, fields: len(columns), filled: len(columns)}
	for f.filled > 0 && len(columns[f.filled-1]) == 0 {
		f.filled--
	}
	var missing []string
	var double string
	touched, byText := 0, 0
	for i := range wants {
		w := &wants[i]
		switch {
		case w.at >= len(columns):
			missing = append(missing, fmt.Sprintf("%q (at %d of %d columns)", w.name, w.at+1, len(columns)))
			f.places = append(f.places, 0)
			continue
		case w.at >= 0 && (w.whole == "" || w.stands(columns[w.at])):
			f.places = append(f.places, w.at)
			f.hits++
			continue
		}
		byText++
		place, more := -1, []string(nil)
		for c, cells := range columns {
			if w.at < 0 && w.stands(cells) {
				if place < 0 {
					place = c
				}
				more = append(more, columnName(c))
			}
		}
		if place >= 0 || slices.ContainsFunc(columns, w.touches) {
			touched++
		}
		switch {
		case place < 0 && w.at >= 0:
			missing = append(missing, fmt.Sprintf("%q (in column %s)", w.text, columnName(w.at)))
		case place < 0:
			missing = append(missing, fmt.Sprintf("%q", w.text))
		default:
			f.hits++
			if len(more) > 1 && double == "" {
				double = fmt.Sprintf("the header %q stands over columns %s in row %s; write more of it, with the parts of several rows joined by |, or give the place with at",
					w.text, strings.Join(more, ", "), rowSpan(first+1, last+1))
			}
		}
		f.places = append(f.places, max(place, 0))
	}
	if len(missing) > 0 {
		text := fmt.Sprintf("no column %s in the header", strings.Join(missing, ", "))
		// The row is shown only when it is sure to be a header: cells of any other row are data.
		names := ""
		if touched > 0 && 2*touched >= byText {
			names = g.show(wants, first, last)
		}
		if names != "" {
			text += fmt.Sprintf(" (row %s): found are %s", rowSpan(first+1, last+1), names)
		} else {
			text += "; see that the rows of the header are declared right"
		}
		return f, ruleHeader, text + ". Change header, or give the place with at"
	}
	if double != "" {
		return f, ruleDuplicate, double
	}
	return f, "", ""
}

// show names the headers in rows first..last, down to the lowest row with a part of a declared one: any row below may be data. So
// may rows with a number that is no year: then nothing is shown.
func (g grid) show(wants []want, first, last int) string {
	for last > first && !slices.ContainsFunc(wants, func(w want) bool { return w.touches(g[last]) }) {
		last--
	}
	var names []string
	for _, cells := range g.over(first, last) {
		if slices.ContainsFunc(cells, isFigure) {
			return ""
		}
		if len(cells) > 0 {
			names = append(names, fmt.Sprintf("%q", strings.Join(cells, "|")))
		}
		if len(names) == 60 {
			names = append(names, "…")
			break
		}
	}
	return strings.Join(names, ", ")
}

// isFigure tells whether a cell is a number, but not a year.
func isFigure(cell string) bool {
	_, _, number := plainNumber([]byte(cell))
	year := len(cell) == 4 && (cell[:2] == "19" || cell[:2] == "20")
	return number && !year
}

func rowSpan(first, last int) string {
	if first == last {
		return strconv.Itoa(first)
	}
	return fmt.Sprintf("%d-%d", first, last)
}

// columnName is the place as a spreadsheet has it: A, B, ..., AA.
func columnName(c int) string {
	name := ""
	for c++; c > 0; c = (c - 1) / 26 {
		name = string(rune('A'+(c-1)%26)) + name
	}
	return name
}
