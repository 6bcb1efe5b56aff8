package report

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A docxWriter writes the main part of a DOCX file and gathers what it points at.
type docxWriter struct {
	strings.Builder
	d         *Document
	rels      []string // of the main part
	media     []officePart
	nums      []string // numbering instances of ordered lists
	bookmarks map[string]int
	pictures  [][]byte
	drawn     int
}

func (w *docxWriter) f(format string, args ...any) { fmt.Fprintf(&w.Builder, format, args...) }

// DOCX makes the report as a Word file: styles, headings with numbers, captions that count themselves, tables that can be edited and repeat their head, figures as SVG with PNG for readers
// without. The PNG needs Chromium; without it they are empty, and a [*PartError] says so beside the file.
func (d *Document) DOCX(ctx context.Context, browser string) ([]byte, error) {
	var part error
	pictures, err := d.pictures(ctx, browser)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		part = &PartError{true, fmt.Errorf("the figures of the DOCX are SVG only, which Word 2016 and older and LibreOffice before 24.2 don't show: %w", err)}
	}
	w := &docxWriter{d: d, bookmarks: map[string]int{}, pictures: pictures}
	w.rel("styles", "styles.xml")
	w.rel("numbering", "numbering.xml")
	w.rel("settings", "settings.xml")
	header, footer := w.rel("header", "header1.xml"), w.rel("footer", "footer1.xml")
	w.cover()
	w.contents()
	w.blocks(d.Blocks, 0)
	body := w.String()
	document := xmlHead + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main"><w:body>` +
		body + fmt.Sprintf(`<w:sectPr><w:headerReference w:type="default" r:id="%s"/><w:footerReference w:type="default" r:id="%s"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1531" w:right="1418" w:bottom="1361" w:left="1418" w:header="709" w:footer="624" w:gutter="0"/><w:titlePg/></w:sectPr></w:body></w:document>`, header, footer)
	const content = "application/vnd.openxmlformats-officedocument.wordprocessingml."
	types := xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="svg" ContentType="image/svg+xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + content + `document.main+xml"/><Override PartName="/word/styles.xml" ContentType="` + content + `styles+xml"/><Override PartName="/word/numbering.xml" ContentType="` + content + `numbering+xml"/><Override PartName="/word/settings.xml" ContentType="` + content + `settings+xml"/>` +
		`<Override PartName="/word/header1.xml" ContentType="` + content + `header+xml"/><Override PartName="/word/footer1.xml" ContentType="` + content + `footer+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/><Override PartName="/docProps/app.xml" ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>`
	parts := append([]officePart{textPart("[Content_Types].xml", types), rootRels("word/document.xml")}, d.properties()...)
	parts = append(parts,
		textPart("word/document.xml", document),
		textPart("word/_rels/document.xml.rels", xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`+strings.Join(w.rels, "")+`</Relationships>`),
		textPart("word/styles.xml", d.docxStyles()),
		textPart("word/numbering.xml", w.numbering()),
		textPart("word/settings.xml", xmlHead+`<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:defaultTabStop w:val="720"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:themeFontLang w:val="`+locale[d.Lang]+`"/></w:settings>`),
		textPart("word/header1.xml", d.docxHeader()),
		textPart("word/footer1.xml", xmlHead+`<w:ftr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="right"/></w:pPr>`+field("PAGE", "1")+run("", " (")+field("NUMPAGES", "1")+run("", ")")+`</w:p></w:ftr>`))
	out, err := office(append(parts, w.media...))
	if err != nil {
		return nil, err
	}
	return out, part
}

// rel adds something that the main part points at.
func (w *docxWriter) rel(kind, target string) string {
	id, mode := fmt.Sprintf("rId%d", len(w.rels)+1), ""
	if kind == "hyperlink" {
		mode = ` TargetMode="External"`
	}
	w.rels = append(w.rels, fmt.Sprintf(`<Relationship Id="%s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" Target="%s"%s/>`, id, kind, xmlText(target), mode))
	return id
}

// run is a run of text with properties.
func run(properties, text string) string {
	if properties != "" {
		properties = "<w:rPr>" + properties + "</w:rPr>"
	}
	return `<w:r>` + properties + `<w:t xml:space="preserve">` + xmlText(text) + `</w:t></w:r>`
}

// field is a field that Word computes, with what it shows until then.
func field(code, shown string) string {
	return `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ` + xmlText(code) + ` </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>` + xmlText(shown) + `</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`
}

func (w *docxWriter) p(style, extra, content string) {
	if style != "" {
		style = `<w:pStyle w:val="` + style + `"/>`
	}
	if style+extra != "" {
		style = "<w:pPr>" + style + extra + "</w:pPr>"
	}
	w.f("<w:p>%s%s</w:p>", style, content)
}

// bookmark names a place; Word takes 40 letters at most.
func (w *docxWriter) bookmark(id, content string) string {
	n := len(w.bookmarks) + 1
	w.bookmarks[id] = n
	return fmt.Sprintf(`<w:bookmarkStart w:id="%d" w:name="%s"/>%s<w:bookmarkEnd w:id="%d"/>`, n, w.d.anchor(id), content, n)
}

// anchor is the name of the bookmark of an identifier of the report.
func (d *Document) anchor(id string) string {
	name := "_" + regexp.MustCompile(`[^A-Za-z0-9]`).ReplaceAllString(id, "_")
	if len(name) <= 40 {
		return name
	}
	sum := 0
	for _, r := range id {
		sum = (sum*31 + int(r)) % 99999989
	}
	return fmt.Sprintf("%s_%d", name[:30], sum)
}

func (w *docxWriter) cover() {
	d := w.d
	w.p("Agency", "", run("", d.Agency))
	w.p("Title", "", run("", d.Title))
	if d.Subtitle != "" {
		w.p("Subtitle", "", run("", d.Subtitle))
	}
	for i, line := range d.facts() {
		extra := ""
		if i == 0 {
			extra = `<w:spacing w:before="4200"/>`
		}
		w.p("Facts", extra, run("", line[0])+`<w:r><w:tab/></w:r>`+run("", line[1]))
	}
	if d.Synthetic {
		w.p("Note", `<w:spacing w:before="240"/>`, run("<w:b/>", d.say("synthetic")))
	}
}

// contents is the list of contents: references to the headings' pages, which Word and LibreOffice count each in their own way. A field of the kind TOC would keep the numbers it was written with in LibreOffice.
func (w *docxWriter) contents() {
	w.p("TOCHeading", `<w:pageBreakBefore/>`, run("", w.d.say("contents")))
	appendix := false
	listed := w.d.listed()
	var lines []Heading
	for _, h := range listed {
		if h.Level == 1 {
			appendix = h.Appendix
		}
		if !appendix || h.Level == 1 {
			lines = append(lines, h)
		}
	}
	for _, h := range lines {
		text, page := "", ""
		if n := w.d.pages[h.ID]; n > 0 {
			page = fmt.Sprint(n) // of the PDF, until the program that opens the file has counted
		}
		if h.Number != "" {
			text = run("", h.Number) + `<w:r><w:tab/></w:r>`
		}
		number := strings.Replace(field("PAGEREF "+w.d.anchor(h.ID)+` \h`, page), `w:fldCharType="begin"`, `w:fldCharType="begin" w:dirty="true"`, 1)
		extra := ""
		if h.Appendix {
			extra = `<w:tabs><w:tab w:val="clear" w:pos="480"/><w:tab w:val="left" w:pos="1300"/></w:tabs>`
		}
		w.p(fmt.Sprintf("TOC%d", h.Level), extra, fmt.Sprintf(`<w:hyperlink w:anchor="%s">%s%s<w:r><w:tab/></w:r>%s</w:hyperlink>`, w.d.anchor(h.ID), text, run("", plain(h.Runs)), number))
	}
}

// breakBefore is the property of the paragraph that begins the text.
const breakBefore = `<w:pageBreakBefore/>`

func (w *docxWriter) blocks(blocks []Block, depth int) {
	begun := depth > 0
	for _, block := range blocks {
		switch b := block.(type) {
		case Heading:
			style, extra := fmt.Sprintf("Heading%d", b.Level), ""
			switch {
			case b.Appendix:
				style = "Appendix"
			case b.Number == "":
				extra = `<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr><w:ind w:left="0" w:firstLine="0"/>`
			}
			if !begun {
				extra = breakBefore + extra
				begun = true
			}
			w.p(style, extra, w.bookmark(b.ID, w.runs(b.Runs)))
		case Paragraph:
			style := "BodyText"
			if b.Class == "note" {
				style = "Note"
			}
			extra := ""
			if b.Class == "item" {
				extra = `<w:keepNext/><w:spacing w:before="200" w:after="40"/>`
			}
			if b.Class == "more" {
				extra = `<w:spacing w:after="40"/>`
			}
			w.p(style, extra, w.runs(b.Runs))
		case List:
			num := 2 // bullets
			if b.Ordered {
				w.nums = append(w.nums, fmt.Sprintf(`<w:num w:numId="%d"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="%d"/></w:lvlOverride></w:num>`, 10+len(w.nums), b.Start))
				num = 9 + len(w.nums)
			}
			for _, item := range b.Items {
				for i, inner := range item {
					if p, ok := inner.(Paragraph); ok {
						extra := fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr>`, min(depth, 3), num)
						if i > 0 {
							extra = fmt.Sprintf(`<w:ind w:left="%d"/>`, 360*(depth+1))
						}
						w.p("ListParagraph", extra, w.runs(p.Runs))
						continue
					}
					w.blocks([]Block{inner}, depth+1)
				}
			}
		case Quote:
			for _, inner := range b.Blocks {
				if p, ok := inner.(Paragraph); ok {
					w.p("Quote", "", w.runs(p.Runs))
					continue
				}
				w.blocks([]Block{inner}, depth+1)
			}
		case Code:
			lines := strings.Split(strings.TrimRight(b.Text, "\n"), "\n")
			content := ""
			for i, l := range lines {
				if i > 0 {
					content += `<w:r><w:br/></w:r>`
				}
				content += run("", l)
			}
			w.p("Code", "", content)
		case *Drawing:
			w.drawing(b)
		case *Grid:
			w.grid(b)
		case WorkList:
			for _, work := range w.d.Works {
				content := w.bookmark(work.ID, run("", fmt.Sprintf("[%d]", work.Number))) + `<w:r><w:tab/></w:r>` + run("", work.Text)
				if safe(work.Address) {
					content += run("", " ") + fmt.Sprintf(`<w:hyperlink r:id="%s">%s</w:hyperlink>`, w.rel("hyperlink", work.Address), run(`<w:rStyle w:val="Hyperlink"/>`, work.Address))
				}
				w.p("Works", "", content)
			}
		}
	}
}

func (w *docxWriter) runs(runs []Run) string {
	var out strings.Builder
	for _, r := range runs {
		if r.Break {
			out.WriteString(`<w:r><w:br/></w:r>`)
			continue
		}
		properties := ""
		if r.Code {
			properties += `<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>`
		}
		if r.Strong {
			properties += "<w:b/>"
		}
		if r.Emph {
			properties += "<w:i/>"
		}
		if r.Lang != "" {
			properties += `<w:lang w:val="` + locale[r.Lang] + `"/>`
		}
		switch {
		case r.Link != "":
			out.WriteString(fmt.Sprintf(`<w:hyperlink r:id="%s">%s</w:hyperlink>`, w.rel("hyperlink", r.Link), run(`<w:rStyle w:val="Hyperlink"/>`+properties, r.Text)))
		case r.To != "":
			out.WriteString(fmt.Sprintf(`<w:hyperlink w:anchor="%s">%s</w:hyperlink>`, w.d.anchor(r.To), run(properties, r.Text)))
		default:
			out.WriteString(run(properties, r.Text))
		}
	}
	return out.String()
}

// caption is a caption that counts itself.
func (w *docxWriter) caption(word, id string, number int, text string) {
	w.p("Caption", "", w.bookmark(id, run("<w:b/>", word+" ")+strings.Replace(field("SEQ "+word+` \* ARABIC`, fmt.Sprint(number)), "<w:r><w:t>", "<w:r><w:rPr><w:b/></w:rPr><w:t>", 1))+run("", ". "+text))
}

func (w *docxWriter) under(notes, signs []string, source string) {
	parts := append([]string{}, notes...)
	if len(signs) > 0 {
		parts = append(parts, w.d.say("signs")+": "+strings.Join(signs, "; ")+".")
	}
	if source != "" {
		parts = append(parts, source)
	}
	w.p("Note", "", run("", strings.Join(parts, " ")))
}

// blank stands in the place of a picture that could not be drawn.
func blank(width, height int) []byte {
	im := image.NewPaletted(image.Rect(0, 0, max(width/4, 1), max(height/4, 1)), color.Palette{color.Gray{0xee}})
	draw.Draw(im, im.Bounds(), image.NewUniform(color.Gray{0xee}), image.Point{}, draw.Src)
	var out bytes.Buffer
	_ = png.Encode(&out, im) // to memory
	return out.Bytes()
}

func (w *docxWriter) drawing(g *Drawing) {
	w.caption(w.d.say("figure"), fmt.Sprintf("figure-%d", g.Number), g.Number, g.Caption)
	picture := blank(g.Width, g.Height)
	if w.drawn < len(w.pictures) {
		picture = w.pictures[w.drawn]
	}
	w.drawn++
	raster, vector := fmt.Sprintf("media/figure%d.png", g.Number), fmt.Sprintf("media/figure%d.svg", g.Number)
	w.media = append(w.media, officePart{name: "word/" + raster, data: picture}, textPart("word/"+vector, g.SVG))
	// As wide as the text, as high as two thirds of a page.
	width, height := float64(g.Width), float64(g.Height)
	if most := 604.0; width > most {
		width, height = most, height*most/width
	}
	if most := 600.0; height > most {
		width, height = width*most/height, most
	}
	inline := fmt.Sprintf(`<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%[1]d" cy="%[2]d"/><wp:docPr id="%[3]d" name="%[4]s" descr="%[5]s"/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%[3]d" name="%[4]s" descr="%[5]s"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="%[6]s"><a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}"><asvg:svgBlip r:embed="%[7]s"/></a:ext></a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[2]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`,
		emu(width), emu(height), g.Number, xmlText(fmt.Sprintf("%s %d", w.d.say("figure"), g.Number)), xmlText(g.Caption+". "+g.Alt), w.rel("image", raster), w.rel("image", vector))
	w.p("", `<w:keepNext/><w:spacing w:after="60"/>`, inline)
	if len(g.Legend) > 0 {
		for _, k := range g.Legend {
			fill := "d9d9d9"
			if strings.HasPrefix(k.Fill, "#") {
				fill = strings.TrimPrefix(k.Fill, "#")
			}
			w.p("Note", `<w:keepNext/><w:spacing w:before="0" w:after="20"/>`, run(`<w:bdr w:val="single" w:sz="4" w:space="0" w:color="6d6d78"/><w:shd w:val="clear" w:color="auto" w:fill="`+fill+`"/>`, "\u00a0\u00a0\u00a0\u00a0")+run("", "\u00a0\u00a0"+k.Text))
		}
	}
	w.under(g.Notes, nil, g.Source)
}

// makeRoom widens columns, at the cost of those with room to spare, until what must not be broken fits in one line, such as a day.
func (g *Grid) makeRoom(widths []int) {
	const letter, margins = 105, 230 // of the style of tables, in twentieths of a point; a letter of middling width
	spare := make([]int, len(widths))
	for c := range widths {
		longest := 0
		see := func(text string) {
			for piece := range strings.SplitSeq(text, " ") {
				longest = max(longest, utf8.RuneCountInString(piece))
			}
		}
		see(g.Heads[c].Text)
		longest++ // heads are bold
		for _, b := range g.Blocks {
			for _, row := range b.Rows {
				if c < len(row) {
					see(plain(row[c].Runs))
				}
			}
		}
		spare[c] = widths[c] - longest*letter - margins
	}
	for c := range widths {
		for from := range widths {
			if moved := min(-spare[c], spare[from]); moved > 0 {
				widths[c] += moved
				widths[from] -= moved
				spare[c] += moved
				spare[from] -= moved
			}
		}
	}
}

func (w *docxWriter) grid(g *Grid) {
	const wide = 9070
	if g.Caption != "" {
		w.caption(w.d.say("table"), fmt.Sprintf("table-%d", g.Number), g.Number, g.Caption)
	}
	// Columns share the width by the length of what stands in them.
	weights, sum, n := make([]int, len(g.Heads)), 0, 0
	for _, b := range g.Blocks {
		n += len(b.Rows)
	}
	for c, h := range g.Heads {
		longest := min(utf8.RuneCountInString(h.Text), 14)
		for _, word := range strings.Fields(h.Text) {
			longest = max(longest, utf8.RuneCountInString(word))
		}
		for _, b := range g.Blocks {
			for _, row := range b.Rows {
				if c < len(row) {
					longest = max(longest, utf8.RuneCountInString(plain(row[c].Runs)))
				}
			}
		}
		most := 32
		if c == 0 {
			most = 48
		}
		weights[c] = min(max(longest, 6), most) + 6 // with room for the margins of the cell
		sum += weights[c]
	}
	total := wide
	if len(g.Heads) <= 2 {
		total = wide * 5 / 8
	}
	widths := make([]int, len(weights))
	w.f(`<w:tbl><w:tblPr><w:tblStyle w:val="ReportTable"/><w:tblW w:w="%d" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:val="04A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="0" w:noVBand="1"/><w:tblCaption w:val="%s"/><w:tblDescription w:val="%s"/></w:tblPr><w:tblGrid>`, total, xmlText(fmt.Sprintf("%s %d", w.d.say("table"), g.Number)), xmlText(g.Caption))
	for c := range weights {
		widths[c] = total * weights[c] / max(sum, 1)
	}
	g.makeRoom(widths)
	for _, width := range widths {
		w.f(`<w:gridCol w:w="%d"/>`, width)
	}
	w.f(`</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>`)
	cell := func(c, span int, number bool, keep bool, content string) {
		properties, align := "", ""
		if span > 1 {
			properties = fmt.Sprintf(`<w:gridSpan w:val="%d"/>`, span)
		}
		if number {
			align = `<w:jc w:val="right"/>`
		}
		if keep {
			align = `<w:keepNext/>` + align
		}
		width := 0
		for i := c; i < c+span; i++ {
			width += widths[i]
		}
		w.f(`<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/>%s</w:tcPr><w:p><w:pPr><w:pStyle w:val="TableText"/>%s</w:pPr>%s</w:p></w:tc>`, width, properties, align, content)
	}
	for c, h := range g.Heads {
		cell(c, 1, h.Number, true, run("<w:b/>", h.Text))
	}
	w.f(`</w:tr>`)
	for _, b := range g.Blocks {
		if b.Title != "" {
			w.f(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
			cell(0, len(g.Heads), false, true, run("<w:b/>", b.Title))
			w.f(`</w:tr>`)
		}
		for _, row := range b.Rows {
			w.f(`<w:tr><w:trPr><w:cantSplit/></w:trPr>`)
			for c, f := range row {
				cell(c, 1, f.Number, n <= shortTable, w.runs(f.Runs))
			}
			w.f(`</w:tr>`)
		}
	}
	w.f(`</w:tbl>`)
	w.under(g.Notes, g.Signs, g.Source)
}

func (d *Document) docxHeader() string {
	right := d.Reference
	if right != "" {
		right = d.say("reference") + " " + right
	}
	if d.Synthetic {
		right = strings.TrimPrefix(right+" · "+d.say("synthetic-short"), " · ")
	}
	return xmlHead + `<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:pPr><w:pStyle w:val="Header"/></w:pPr>` + run("", d.Agency) + `<w:r><w:tab/></w:r>` + run("", right) + `</w:p></w:hdr>`
}

func (w *docxWriter) numbering() string {
	var out strings.Builder
	out.WriteString(xmlHead + `<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">`)
	level := func(i int, format, text, style string, left, hang int, more string) {
		if style != "" {
			style = `<w:pStyle w:val="` + style + `"/>`
		}
		fmt.Fprintf(&out, `<w:lvl w:ilvl="%d"><w:start w:val="1"/><w:numFmt w:val="%s"/>%s<w:lvlText w:val="%s"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="%d" w:hanging="%d"/></w:pPr>%s</w:lvl>`, i, format, style, text, left, hang, more)
	}
	out.WriteString(`<w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="multilevel"/>`)
	level(0, "decimal", "%1", "Heading1", 567, 567, "")
	level(1, "decimal", "%1.%2", "Heading2", 680, 680, "")
	level(2, "decimal", "%1.%2.%3", "Heading3", 794, 794, "")
	out.WriteString(`</w:abstractNum><w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="hybridMultilevel"/>`)
	for i := range 4 {
		level(i, "bullet", "•", "", 360*(i+1), 360, "")
	}
	out.WriteString(`</w:abstractNum><w:abstractNum w:abstractNumId="2"><w:multiLevelType w:val="hybridMultilevel"/>`)
	for i := range 4 {
		level(i, "decimal", fmt.Sprintf("%%%d.", i+1), "", 360*(i+1), 360, "")
	}
	out.WriteString(`</w:abstractNum><w:abstractNum w:abstractNumId="3"><w:multiLevelType w:val="singleLevel"/>`)
	level(0, "decimal", w.d.say("appendix")+" %1", "Appendix", 1474, 1474, "")
	out.WriteString(`</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num><w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num>`)
	out.WriteString(strings.Join(w.nums, "") + `</w:numbering>`)
	return out.String()
}

// docxStyles are the styles, all real ones: Word lists the headings and captions by them.
func (d *Document) docxStyles() string {
	var out strings.Builder
	out.WriteString(xmlHead + `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="Arial" w:cs="Arial"/><w:color w:val="1b1b1f"/><w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="` + locale[d.Lang] + `" w:eastAsia="` + locale[d.Lang] + `" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="0" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>`)
	style := func(kind, id, name, based, next, paragraph, char string, primary bool) {
		more := ""
		if based != "" {
			more += `<w:basedOn w:val="` + based + `"/>`
		}
		if next != "" {
			more += `<w:next w:val="` + next + `"/>`
		}
		if primary {
			more += `<w:qFormat/>`
		}
		if paragraph != "" {
			more += "<w:pPr>" + paragraph + "</w:pPr>"
		}
		if char != "" {
			more += "<w:rPr>" + char + "</w:rPr>"
		}
		standard := ""
		if id == "Normal" {
			standard = ` w:default="1"`
		}
		if strings.HasPrefix(id, "Agency") || id == "Facts" || id == "Note" || id == "TableText" || id == "Works" || id == "Code" || id == "Appendix" || id == "ReportTable" {
			standard += ` w:customStyle="1"`
		}
		fmt.Fprintf(&out, `<w:style w:type="%s"%s w:styleId="%s"><w:name w:val="%s"/>%s</w:style>`, kind, standard, id, name, more)
	}
	const accent = `<w:color w:val="24476f"/>`
	style("paragraph", "Normal", "Normal", "", "", "", "", true)
	style("paragraph", "BodyText", "Body Text", "Normal", "", `<w:widowControl/><w:spacing w:after="140"/>`, "", true)
	heading := func(n int, name string, before, after, size int, more string) {
		num := ""
		if n <= 3 {
			num = fmt.Sprintf(`<w:numPr><w:ilvl w:val="%d"/><w:numId w:val="1"/></w:numPr>`, n-1)
		}
		style("paragraph", fmt.Sprintf("Heading%d", n), name, "Normal", "BodyText", fmt.Sprintf(`<w:keepNext/><w:keepLines/>%s<w:spacing w:before="%d" w:after="%d"/><w:outlineLvl w:val="%d"/>`, num, before, after, n-1), fmt.Sprintf(`<w:b/>%s<w:sz w:val="%d"/><w:szCs w:val="%d"/>`, more, size, size), true)
	}
	heading(1, "heading 1", 560, 160, 34, accent)
	heading(2, "heading 2", 360, 120, 26, "")
	heading(3, "heading 3", 280, 80, 22, "")
	heading(4, "heading 4", 220, 60, 21, "<w:i/>")
	style("paragraph", "Appendix", "Appendix", "Heading1", "BodyText", `<w:pageBreakBefore/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr><w:outlineLvl w:val="0"/>`, "", true)
	style("paragraph", "Title", "Title", "Normal", "Subtitle", `<w:spacing w:before="2800" w:after="200" w:line="240" w:lineRule="auto"/>`, `<w:b/><w:sz w:val="54"/><w:szCs w:val="54"/>`, true)
	style("paragraph", "Subtitle", "Subtitle", "Normal", "BodyText", `<w:spacing w:after="200"/>`, `<w:color w:val="4f4f58"/><w:sz w:val="28"/><w:szCs w:val="28"/>`, true)
	style("paragraph", "Agency", "Agency", "Normal", "", `<w:pBdr><w:top w:val="single" w:sz="48" w:space="18" w:color="24476f"/></w:pBdr>`, `<w:b/>`+accent+`<w:sz w:val="26"/><w:szCs w:val="26"/>`, false)
	style("paragraph", "Facts", "Facts", "Normal", "", `<w:tabs><w:tab w:val="left" w:pos="2268"/></w:tabs>`, "", false)
	style("paragraph", "Caption", "caption", "Normal", "", `<w:keepNext/><w:keepLines/><w:spacing w:before="280" w:after="80"/>`, `<w:sz w:val="20"/><w:szCs w:val="20"/>`, true)
	style("paragraph", "Note", "Note", "Normal", "BodyText", `<w:keepLines/><w:spacing w:before="60" w:after="240"/>`, `<w:color w:val="4f4f58"/><w:sz w:val="17"/><w:szCs w:val="17"/>`, true)
	style("paragraph", "TableText", "Table Text", "Normal", "", `<w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/>`, `<w:sz w:val="18"/><w:szCs w:val="18"/>`, true)
	style("paragraph", "ListParagraph", "List Paragraph", "Normal", "", `<w:spacing w:after="80"/><w:ind w:left="360"/>`, "", true)
	style("paragraph", "Quote", "Quote", "Normal", "BodyText", `<w:spacing w:after="140"/><w:ind w:left="567" w:right="567"/>`, "<w:i/>", true)
	style("paragraph", "Code", "Code", "Normal", "BodyText", `<w:shd w:val="clear" w:color="auto" w:fill="f3f5f8"/><w:spacing w:after="140"/>`, `<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/><w:sz w:val="18"/>`, false)
	style("paragraph", "Works", "Works", "Normal", "", `<w:tabs><w:tab w:val="left" w:pos="567"/></w:tabs><w:spacing w:after="100"/><w:ind w:left="567" w:hanging="567"/>`, "", false)
	style("paragraph", "TOCHeading", "TOC Heading", "Normal", "", `<w:keepNext/><w:spacing w:after="200"/>`, `<w:b/>`+accent+`<w:sz w:val="34"/><w:szCs w:val="34"/>`, true)
	style("paragraph", "TOC1", "toc 1", "Normal", "", `<w:tabs><w:tab w:val="left" w:pos="480"/><w:tab w:val="right" w:leader="dot" w:pos="9070"/></w:tabs><w:spacing w:before="100" w:after="20"/>`, "<w:b/>", false)
	style("paragraph", "TOC2", "toc 2", "Normal", "", `<w:tabs><w:tab w:val="left" w:pos="1100"/><w:tab w:val="right" w:leader="dot" w:pos="9070"/></w:tabs><w:spacing w:after="20"/><w:ind w:left="480"/>`, "", false)
	style("paragraph", "Header", "header", "Normal", "", `<w:tabs><w:tab w:val="right" w:pos="9070"/></w:tabs>`, `<w:color w:val="4f4f58"/><w:sz w:val="17"/><w:szCs w:val="17"/>`, false)
	style("paragraph", "Footer", "footer", "Normal", "", "", `<w:color w:val="4f4f58"/><w:sz w:val="17"/><w:szCs w:val="17"/>`, false)
	style("character", "Hyperlink", "Hyperlink", "", "", "", `<w:color w:val="1a4d8f"/><w:u w:val="single"/>`, false)
	out.WriteString(`<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="85" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>`)
	out.WriteString(`<w:style w:type="table" w:customStyle="1" w:styleId="ReportTable"><w:name w:val="Report Table"/><w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders><w:top w:val="single" w:sz="12" w:space="0" w:color="1b1b1f"/><w:bottom w:val="single" w:sz="12" w:space="0" w:color="1b1b1f"/><w:insideH w:val="single" w:sz="4" w:space="0" w:color="c9c9d0"/></w:tblBorders></w:tblPr><w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="8" w:space="0" w:color="1b1b1f"/></w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr></w:tblStylePr></w:style></w:styles>`)
	return out.String()
}
