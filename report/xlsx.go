package report

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/picture"
)

// A xlsxSheet is a sheet of a workbook. Its rows are made anew each time that they are asked for, so a large table is never held as text.
type xlsxSheet struct {
	name, title string
	parts       []iter.Seq[[]xlsxCell] // one below the other; a row is good until the next
	frozen      int                    // rows that stay in sight
}

// xlsxMostRows is how many rows a sheet can have in a spreadsheet program. Tests have fewer.
var xlsxMostRows = 1 << 20

// The styles of cells, as they stand in the style part.
const (
	xlsxPlain = iota
	xlsxText  // a text that stays one, such as a code
	xlsxHead
	xlsxTitle
	xlsxNumber // and as many more as there are decimals
)

// xlsxMostDecimals is how many decimals a cell may show.
const xlsxMostDecimals = 6

func xlsxColumn(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// A xlsxCell is a number, or a text; the zero value is an empty cell.
type xlsxCell struct {
	text   string
	number float64
	is     bool // a number
	style  int
}

func (s *xlsxSheet) row(cells ...xlsxCell) {
	s.parts = append(s.parts, func(yield func([]xlsxCell) bool) { yield(cells) })
}

// widths are those of the columns, by the longest text in each.
func (s *xlsxSheet) widths() []int {
	var widths []int
	for _, part := range s.parts {
		for row := range part {
			for i, c := range row {
				if len(widths) <= i {
					widths = append(widths, 8)
				}
				switch {
				case c.is:
					widths[i] = max(widths[i], 12)
				case c.text != "" && c.style != xlsxTitle && c.style != xlsxPlain && len(c.text)+2 > widths[i]:
					widths[i] = max(widths[i], min(utf8.RuneCountInString(c.text)+2, 60))
				}
			}
		}
	}
	return widths
}

// write writes the sheet, row by row.
func (s *xlsxSheet) write(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, `%s<worksheet xmlns="%s"><sheetViews><sheetView workbookViewId="0"><pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`,
		xmlHead, xlsxSpace, s.frozen, s.frozen+1)
	var columns []string
	for c, width := range s.widths() {
		columns = append(columns, xlsxColumn(c))
		fmt.Fprintf(out, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, c+1, c+1, width)
	}
	out.WriteString(`</cols><sheetData>`)
	var line []byte
	n := 0
	for _, part := range s.parts {
		for row := range part {
			n++
			line = strconv.AppendInt(append(line[:0], `<row r="`...), int64(n), 10)
			line = append(line, `">`...)
			for i, c := range row {
				line = c.append(line, columns[i], n)
			}
			if _, err := out.Write(append(line, `</row>`...)); err != nil {
				return err
			}
		}
	}
	out.WriteString(`</sheetData></worksheet>`)
	return out.Flush()
}

// append appends a cell as it stands in a sheet; an empty one doesn't.
func (c *xlsxCell) append(out []byte, column string, row int) []byte {
	if !c.is && c.text == "" {
		return out
	}
	out = append(append(out, `<c r="`...), column...)
	out = append(strconv.AppendInt(out, int64(row), 10), `" s="`...)
	out = strconv.AppendInt(out, int64(c.style), 10)
	if c.is {
		out = strconv.AppendFloat(append(out, `"><v>`...), c.number, 'g', -1, 64)
		return append(out, `</v></c>`...)
	}
	out = append(out, `" t="inlineStr"><is><t`...)
	if strings.TrimSpace(c.text) != c.text {
		out = append(out, ` xml:space="preserve"`...)
	}
	out = appendXML(append(out, '>'), c.text)
	return append(out, `</t></is></c>`...)
}

func xlsxNumberCell(v float64, decimals int) xlsxCell {
	return xlsxCell{number: v, is: true, style: xlsxNumber + min(max(decimals, 0), xlsxMostDecimals)}
}

// value is a number of a cell as the workbook has it: shares in percent, not rounded.
func xlsxValue(v float64, m cube.Measure) float64 {
	if m.Kind == cube.Share {
		return cube.Percent(v)
	}
	return v
}

// XLSX makes a workbook of all figures and tables of the report: a sheet each, with codes as text beside their names, and for each value its base, interval and state. What is hidden has a state and
// no value.
func (d *Document) XLSX() ([]byte, error) {
	contents := &xlsxSheet{name: d.say("contents"), title: d.Title, frozen: 4}
	contents.row(xlsxCell{text: d.Title, style: xlsxTitle})
	contents.row(xlsxCell{text: fmt.Sprintf(d.say("edition-is"), d.Edition)})
	if d.Synthetic {
		contents.row(xlsxCell{text: d.say("synthetic")})
	} else {
		contents.row()
	}
	contents.row(xlsxCell{text: d.say("sheet"), style: xlsxHead}, xlsxCell{text: d.say("what"), style: xlsxHead}, xlsxCell{text: d.say("source"), style: xlsxHead})
	sheets := []*xlsxSheet{contents}
	add := func(word string, n int, caption, source string) *xlsxSheet {
		s := &xlsxSheet{name: fmt.Sprintf("%s %d", word, n), title: caption, frozen: 4}
		contents.row(xlsxCell{text: s.name, style: xlsxText}, xlsxCell{text: caption, style: xlsxText}, xlsxCell{text: source, style: xlsxText})
		s.row(xlsxCell{text: fmt.Sprintf("%s. %s", s.name, caption), style: xlsxTitle})
		s.row(xlsxCell{text: source})
		s.row()
		sheets = append(sheets, s)
		return s
	}
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case *Drawing:
			s := add(d.say("figure"), b.Number, b.Caption, b.Source)
			if b.cube != nil {
				d.cubeRows(s, b.cube, 0, b.cube.Len())
			}
		case *Grid:
			if b.Number == 0 {
				continue
			}
			s := add(d.say("table"), b.Number, b.Caption, b.Source)
			if len(b.cubes) > 0 {
				for _, c := range b.cubes {
					d.cubeRows(s, c, 0, c.Len())
				}
				continue
			}
			gridRows(s, b)
		}
	}
	var out bytes.Buffer
	err := d.workbook(&out, sheets)
	return out.Bytes(), err
}

// Workbook writes a workbook of tables alone: a sheet each as in [Document.XLSX], after a first sheet that lists them and says what they are about, and a sheet of
// their notes when they have any. A table with more rows than a sheet can have goes on in another. Of the document only what names it is read. Rows are written as they are made: what is held does
// not grow with the tables.
func Workbook(w io.Writer, d *Document, about []string, cubes []*cube.Cube) error {
	contents := &xlsxSheet{name: d.say("contents"), title: d.Title, frozen: 2 + len(about)}
	contents.row(xlsxCell{text: d.Title, style: xlsxTitle})
	for _, line := range about {
		contents.row(xlsxCell{text: line})
	}
	contents.row(xlsxCell{text: d.say("sheet"), style: xlsxHead}, xlsxCell{text: d.say("what"), style: xlsxHead}, xlsxCell{text: d.say("source"), style: xlsxHead})
	sheets := []*xlsxSheet{contents}
	notes := &xlsxSheet{name: d.say("notes"), frozen: 1}
	notes.row(xlsxCell{text: d.say("sheet"), style: xlsxHead}, xlsxCell{text: d.say("cautions"), style: xlsxHead})
	for i, c := range cubes {
		name, title := fmt.Sprintf("%s %d", d.say("table"), i+1), c.Title.In(d.Lang)
		source := fmt.Sprintf(d.say("source-line"), d.publishers(c), c.Name)
		const above = 4 // title, source, an empty row and the heads
		for from := 0; from == 0 || from < c.Len(); from += xlsxMostRows - above {
			s := &xlsxSheet{name: name, title: title, frozen: above}
			if from > 0 {
				s.name = fmt.Sprintf("%s (%d)", name, from/(xlsxMostRows-above)+1)
			}
			contents.row(xlsxCell{text: s.name, style: xlsxText}, xlsxCell{text: title, style: xlsxText}, xlsxCell{text: source, style: xlsxText})
			s.row(xlsxCell{text: title, style: xlsxTitle})
			s.row(xlsxCell{text: source})
			s.row()
			d.cubeRows(s, c, from, min(from+xlsxMostRows-above, c.Len()))
			sheets = append(sheets, s)
		}
		for _, n := range c.Notes {
			notes.row(xlsxCell{text: name, style: xlsxText}, xlsxCell{text: n.In(d.Lang), style: xlsxText})
		}
		for _, w := range c.Warnings {
			notes.row(xlsxCell{text: name, style: xlsxText}, xlsxCell{text: w.Text.In(d.Lang), style: xlsxText})
		}
	}
	if len(notes.parts) > 1 {
		sheets = append(sheets, notes)
	}
	return d.workbook(w, sheets)
}

// ListWorkbook writes a workbook of a list of texts, whose first row is the heads: a sheet that begins with its title and what it is about.
func ListWorkbook(w io.Writer, d *Document, about []string, rows [][]string) error {
	s := &xlsxSheet{name: d.say("contents"), title: d.Title, frozen: 2 + len(about)}
	s.row(xlsxCell{text: d.Title, style: xlsxTitle})
	for _, line := range about {
		s.row(xlsxCell{text: line})
	}
	style := xlsxHead
	for _, row := range rows {
		var cells []xlsxCell
		for _, text := range row {
			cells = append(cells, xlsxCell{text: text, style: style})
		}
		s.row(cells...)
		style = xlsxText
	}
	return d.workbook(w, []*xlsxSheet{s})
}

// publishers name who made what a table rests on.
func (d *Document) publishers(c *cube.Cube) string {
	var names []string
	for _, s := range c.Lineage.Sources {
		if name := cmp.Or(s.Publisher, d.say("own-register")); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// cubeRows write rows of a cube in long form over its dimensions, a few columns a measure.
func (d *Document) cubeRows(s *xlsxSheet, c *cube.Cube, from, to int) {
	var heads []xlsxCell
	head := func(text string) { heads = append(heads, xlsxCell{text: text, style: xlsxHead}) }
	for _, dim := range c.Dims() {
		head(dim.Title.In(d.Lang) + " (" + d.say("code") + ")")
		head(dim.Title.In(d.Lang))
	}
	based, ranged := make([]bool, len(c.Measures())), make([]bool, len(c.Measures()))
	for m := range c.Measures() {
		for i := range c.Len() {
			cell := c.Cell(i, m)
			if cell.Status.HasValue() {
				based[m] = based[m] || cell.Base.OK
				ranged[m] = ranged[m] || cell.Lo.OK && cell.Hi.OK
			}
		}
	}
	for m, meas := range c.Measures() {
		head(picture.Head(meas, d.Lang))
		if based[m] {
			head(d.say("base"))
		}
		if ranged[m] {
			head(d.say("lower"))
			head(d.say("upper"))
		}
		head(d.say("state"))
	}
	s.row(heads...)
	members := make([][]xlsxCell, len(c.Dims())) // code and label of each
	for k, dim := range c.Dims() {
		for _, m := range dim.Members {
			members[k] = append(members[k], xlsxCell{text: m.Code, style: xlsxText}, xlsxCell{text: label(dim, m.Code, d.Lang), style: xlsxText})
		}
	}
	states := map[cube.Status]string{}
	s.parts = append(s.parts, func(yield func([]xlsxCell) bool) {
		var row []xlsxCell
		for i := from; i < to; i++ {
			row = row[:0]
			for k := range members {
				at := 2 * c.Coord(i, k)
				row = append(row, members[k][at:at+2]...)
			}
			for m, meas := range c.Measures() {
				cell := c.Cell(i, m)
				known := cell.Status.HasValue()
				number := func(n cube.Number, decimals int) xlsxCell {
					if !known || !n.OK {
						return xlsxCell{}
					}
					return xlsxNumberCell(n.V, decimals)
				}
				shown := func(n cube.Number) cube.Number {
					return cube.Number{V: xlsxValue(n.V, meas), OK: n.OK}
				}
				row = append(row, number(cube.Num(xlsxValue(cell.Value, meas)), meas.Decimals))
				if based[m] {
					row = append(row, number(cell.Base, 0))
				}
				if ranged[m] {
					row = append(row, number(shown(cell.Lo), meas.Decimals), number(shown(cell.Hi), meas.Decimals))
				}
				state, ok := states[cell.Status]
				if !ok {
					state = cell.Status.Title().In(d.Lang)
					states[cell.Status] = state
				}
				row = append(row, xlsxCell{text: state, style: xlsxText})
			}
			if !yield(row) {
				return
			}
		}
	})
}

// gridRows write a table as it is read.
func gridRows(s *xlsxSheet, g *Grid) {
	var heads []xlsxCell
	for _, h := range g.Heads {
		heads = append(heads, xlsxCell{text: h.Text, style: xlsxHead})
	}
	s.row(heads...)
	for _, b := range g.Blocks {
		if b.Title != "" {
			s.row(xlsxCell{text: b.Title, style: xlsxHead})
		}
		for _, fields := range b.Rows {
			var row []xlsxCell
			for _, f := range fields {
				if f.Of.Name != "" && f.Raw.Status.HasValue() {
					row = append(row, xlsxNumberCell(xlsxValue(f.Raw.Value, f.Of), f.Of.Decimals))
					continue
				}
				row = append(row, xlsxCell{text: plain(f.Runs), style: xlsxText})
			}
			s.row(row...)
		}
	}
}

const xlsxSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

func (d *Document) workbook(w io.Writer, sheets []*xlsxSheet) error {
	const ns = xlsxSpace
	const content = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	var types, book, rels strings.Builder
	var parts []officePart
	types.WriteString(xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="` + content + `sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="` + content + `styles+xml"/>` +
		`<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/>`)
	book.WriteString(xmlHead + `<workbook xmlns="` + ns + `" xmlns:r="` + rel + `"><sheets>`)
	rels.WriteString(xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rel + `/styles" Target="styles.xml"/>`)
	for i, s := range sheets {
		file := fmt.Sprintf("worksheets/sheet%d.xml", i+1)
		fmt.Fprintf(&types, `<Override PartName="/xl/%s" ContentType="%sworksheet+xml"/>`, file, content)
		fmt.Fprintf(&book, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, xmlText(s.name), i+1, i+2)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="%s"/>`, i+2, rel, file)
		parts = append(parts, officePart{name: "xl/" + file, write: s.write})
	}
	types.WriteString(`</Types>`)
	book.WriteString(`</sheets></workbook>`)
	rels.WriteString(`</Relationships>`)
	var formats, cells strings.Builder
	for n := 0; n <= xlsxMostDecimals; n++ {
		code := "#,##0"
		if n > 0 {
			code += "." + strings.Repeat("0", n)
		}
		fmt.Fprintf(&formats, `<numFmt numFmtId="%d" formatCode="%s"/>`, 170+n, code)
		fmt.Fprintf(&cells, `<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`, 170+n)
	}
	styles := fmt.Sprintf(`%s<styleSheet xmlns="%s"><numFmts count="%d">%s</numFmts><fonts count="3"><font><sz val="10"/><name val="Arial"/></font><font><b/><sz val="10"/><name val="Arial"/></font><font><b/><sz val="13"/><name val="Arial"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left/><right/><top/><bottom style="thin"/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="%d"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1" applyAlignment="1"><alignment wrapText="1" vertical="bottom"/></xf><xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"/>%s</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`,
		xmlHead, ns, xlsxMostDecimals+1, formats.String(), 4+xlsxMostDecimals+1, cells.String())
	all := append([]officePart{textPart("[Content_Types].xml", types.String()), rootRels("xl/workbook.xml")}, d.properties()...)
	all = append(all, textPart("xl/workbook.xml", book.String()), textPart("xl/_rels/workbook.xml.rels", rels.String()), textPart("xl/styles.xml", styles))
	return writeOffice(w, append(all, parts...))
}
