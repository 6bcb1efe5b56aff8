package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed report.css
var styleSheet string

// HTML writes the report as one file that needs no other. Every number that comes from a cell says which in the attributes data-cell and data-format.
func (d *Document) HTML(w io.Writer) error { return d.html(w, nil) }

// html writes the page, with the number of the page that each heading stands on where it is known.
func (d *Document) html(w io.Writer, pages map[string]int) error {
	h := &htmlWriter{d: d, pages: pages}
	h.page()
	_, err := io.WriteString(w, h.String())
	return err
}

type htmlWriter struct {
	strings.Builder
	d     *Document
	pages map[string]int
}

func (h *htmlWriter) f(format string, args ...any) { fmt.Fprintf(&h.Builder, format, args...) }

var esc = template.HTMLEscapeString

// cssString is a text as a string in a style sheet inside a page.
func cssString(s string) string {
	var out strings.Builder
	for _, r := range s {
		if r == '"' || r == '\\' || r == '<' || r == '>' || r < ' ' {
			fmt.Fprintf(&out, "\\%x ", r)
			continue
		}
		out.WriteRune(r)
	}
	return `"` + out.String() + `"`
}

func (d *Document) say(key string) string { return words[key].In(d.Lang) }

func (h *htmlWriter) page() {
	d := h.d
	right := d.Reference
	if right != "" {
		right = d.say("reference") + " " + right
	}
	if d.Synthetic {
		right = strings.TrimPrefix(right+" · "+d.say("synthetic-short"), " · ")
	}
	h.f("<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n", d.Lang, esc(d.Title))
	if d.Agency != "" {
		h.f("<meta name=\"author\" content=\"%s\">\n", esc(d.Agency))
	}
	h.f("<style>\n%s@page { size: A4; margin: 27mm 25mm 24mm; font: 8.5pt \"Liberation Sans\", Arial, sans-serif; color: #4f4f58; @top-left { content: %s; vertical-align: bottom; padding-bottom: 5mm } @top-right { content: %s; vertical-align: bottom; padding-bottom: 5mm } "+
		"@bottom-right { content: counter(page) \" (\" counter(pages) \")\"; vertical-align: top; padding-top: 5mm } }\n@page :first { margin: 20mm 25mm; @top-left { content: none } @top-right { content: none } @bottom-right { content: none } }\n</style>\n</head>\n<body>\n",
		styleSheet, cssString(d.Agency), cssString(right))
	h.f("<a class=\"skip\" href=\"#main\">%s</a>\n<header class=\"cover\">\n", d.say("skip"))
	if d.Agency != "" {
		h.f("<p class=\"agency\">%s</p>\n", esc(d.Agency))
	}
	h.f("<h1>%s</h1>\n", esc(d.Title))
	if d.Subtitle != "" {
		h.f("<p class=\"subtitle\">%s</p>\n", esc(d.Subtitle))
	}
	h.WriteString("<dl>")
	for _, line := range d.facts() {
		h.f("<dt>%s</dt><dd>%s</dd>", esc(line[0]), esc(line[1]))
	}
	h.WriteString("</dl>\n")
	if d.Synthetic {
		h.f("<p class=\"synthetic\">%s</p>\n", d.say("synthetic"))
	}
	h.WriteString("</header>\n")
	h.contents()
	h.WriteString("<main id=\"main\">\n")
	h.blocks(d.Blocks)
	h.WriteString("</main>\n</body>\n</html>\n")
}

// facts are what the title page says beside the title.
func (d *Document) facts() (out [][2]string) {
	for _, line := range [][2]string{{d.say("date"), day(d.Date, d.Lang)}, {d.say("reference"), d.Reference}, {d.say("edition"), d.Edition}} {
		if line[1] != "" {
			out = append(out, line)
		}
	}
	return out
}

// listed are the headings of the list of contents.
func (d *Document) listed() (out []Heading) {
	for _, block := range d.Blocks {
		if h, ok := block.(Heading); ok && h.Level <= 2 {
			out = append(out, h)
		}
	}
	return out
}

func (h *htmlWriter) contents() {
	h.f("<nav aria-labelledby=\"contents\">\n<h2 id=\"contents\">%s</h2>\n<ol>\n", h.d.say("contents"))
	appendix := false
	for _, head := range h.d.listed() {
		if head.Level == 1 {
			appendix = head.Appendix
		}
		if appendix && head.Level > 1 {
			continue
		}
		class := fmt.Sprintf("l%d", head.Level)
		if head.Appendix {
			class += " app"
		}
		number := ""
		if head.Number != "" {
			number = fmt.Sprintf("<span class=\"no\">%s</span>", esc(head.Number))
		}
		page := ""
		if n := h.pages[head.ID]; n > 0 {
			page = fmt.Sprint(n)
		}
		h.f("<li class=\"%s\"><a href=\"#%s\">%s<span class=\"t\">%s</span><span class=\"dots\"></span><span class=\"page\">%s</span></a></li>\n", class, esc(head.ID), number, esc(plain(head.Runs)), page)
	}
	h.WriteString("</ol>\n</nav>\n")
}

func (h *htmlWriter) blocks(blocks []Block) {
	for _, block := range blocks {
		switch block := block.(type) {
		case Heading:
			number, class := "", ""
			if block.Number != "" {
				number = fmt.Sprintf("<span class=\"no\">%s</span> ", esc(block.Number))
			}
			if block.Appendix {
				class = ` class="appendix"`
			}
			h.f("<h%d%s id=\"%s\">%s", block.Level+1, class, esc(block.ID), number)
			h.runs(block.Runs)
			h.f("</h%d>\n", block.Level+1)
		case Paragraph:
			class := ""
			if block.Class != "" {
				class = ` class="` + esc(block.Class) + `"`
			}
			h.f("<p%s>", class)
			h.runs(block.Runs)
			h.WriteString("</p>\n")
		case List:
			tag, start := "ul", ""
			if block.Ordered {
				if tag = "ol"; block.Start != 1 {
					start = fmt.Sprintf(" start=\"%d\"", block.Start)
				}
			}
			h.f("<%s%s>\n", tag, start)
			for _, item := range block.Items {
				h.WriteString("<li>")
				h.blocks(item)
				h.WriteString("</li>\n")
			}
			h.f("</%s>\n", tag)
		case Quote:
			h.WriteString("<blockquote>\n")
			h.blocks(block.Blocks)
			h.WriteString("</blockquote>\n")
		case Code:
			h.f("<pre><code>%s</code></pre>\n", esc(block.Text))
		case *Drawing:
			h.drawing(block)
		case *Grid:
			h.grid(block)
		case WorkList:
			h.WriteString("<ul class=\"works\">\n")
			for _, w := range h.d.Works {
				h.f("<li id=\"%s\"><span class=\"no\">[%d]</span>%s", esc(w.ID), w.Number, esc(w.Text))
				if safe(w.Address) {
					h.f(" <a href=\"%s\">%s</a>", esc(w.Address), esc(w.Address))
				}
				h.WriteString("</li>\n")
			}
			h.WriteString("</ul>\n")
		}
	}
}

func (h *htmlWriter) runs(runs []Run) {
	for _, r := range runs {
		if r.Break {
			h.WriteString("<br>")
			continue
		}
		text := esc(r.Text)
		if r.From != nil {
			edition := ""
			if r.From.Edition != "" {
				edition = fmt.Sprintf(" data-edition=\"%s\"", esc(r.From.Edition))
			}
			text = fmt.Sprintf("<span data-cell=\"%s\" data-format=\"%s\"%s>%s</span>", esc(r.From.Reference), esc(r.From.Format), edition, text)
		}
		if r.Lang != "" {
			text = fmt.Sprintf("<span lang=\"%s\">%s</span>", esc(r.Lang), text)
		}
		if r.Code {
			text = "<code>" + text + "</code>"
		}
		if r.Emph {
			text = "<em>" + text + "</em>"
		}
		if r.Strong {
			text = "<strong>" + text + "</strong>"
		}
		switch {
		case r.Link != "":
			text = fmt.Sprintf("<a href=\"%s\">%s</a>", esc(r.Link), text)
		case r.To != "":
			text = fmt.Sprintf("<a href=\"#%s\">%s</a>", esc(r.To), text)
		}
		h.WriteString(text)
	}
}

func (h *htmlWriter) drawing(d *Drawing) {
	h.f("<figure id=\"figure-%d\" role=\"group\">\n<figcaption><span class=\"no\">%s %d.</span> %s</figcaption>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s %d\">%s</div>\n", d.Number, h.d.say("figure"), d.Number, esc(d.Caption), h.d.say("figure"), d.Number, d.SVG)
	if len(d.Legend) > 0 {
		h.WriteString("<ul class=\"legend\">")
		for _, k := range d.Legend {
			h.f("<li><svg width=\"22\" height=\"14\" viewBox=\"0 0 22 14\" aria-hidden=\"true\"><rect x=\".5\" y=\".5\" width=\"21\" height=\"13\" stroke=\"#6d6d78\" fill=\"%s\"/></svg>%s</li>", esc(k.Fill), esc(k.Text))
		}
		h.WriteString("</ul>\n")
	}
	h.under(d.Notes, nil, d.Source)
	h.WriteString("</figure>\n")
}

func (h *htmlWriter) under(notes, signs []string, source string) {
	parts := append([]string{}, notes...)
	if len(signs) > 0 {
		parts = append(parts, h.d.say("signs")+": "+strings.Join(signs, "; ")+".")
	}
	if source != "" {
		parts = append(parts, source)
	}
	if len(parts) > 0 {
		h.f("<p class=\"under\">%s</p>\n", esc(strings.Join(parts, " ")))
	}
}

// shortTable is how many rows a table may have and still be kept on one page.
const shortTable = 14

func (h *htmlWriter) grid(g *Grid) {
	rows := 0
	for _, b := range g.Blocks {
		rows += len(b.Rows)
	}
	class, id := "table", ""
	if rows <= shortTable {
		class += " short"
	}
	if len(g.Heads) <= 2 {
		class += " narrow"
	}
	if g.Number > 0 {
		id = fmt.Sprintf(" id=\"table-%d\"", g.Number)
	}
	h.f("<div class=\"%s\"%s>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n<table>\n", class, id, esc(strings.TrimSpace(fmt.Sprintf("%s %d", h.d.say("table"), g.Number))))
	if g.Caption != "" {
		h.f("<caption><span class=\"no\">%s %d.</span> %s</caption>\n", h.d.say("table"), g.Number, esc(g.Caption))
	}
	h.WriteString("<thead>\n<tr>")
	for _, head := range g.Heads {
		num := ""
		if head.Number {
			num = ` class="num"`
		}
		if head.Text == "" {
			h.WriteString("<td></td>")
			continue
		}
		h.f("<th scope=\"col\"%s>%s</th>", num, esc(head.Text))
	}
	h.WriteString("</tr>\n</thead>\n")
	for _, b := range g.Blocks {
		h.WriteString("<tbody>\n")
		if b.Title != "" {
			h.f("<tr><th scope=\"rowgroup\" colspan=\"%d\">%s</th></tr>\n", len(g.Heads), esc(b.Title))
		}
		for _, row := range b.Rows {
			h.WriteString("<tr>")
			for _, f := range row {
				tag, attributes := "td", ""
				if f.Head {
					tag, attributes = "th", ` scope="row"`
				}
				if f.Number {
					attributes += ` class="num"`
				}
				h.f("<%s%s>", tag, attributes)
				h.runs(f.Runs)
				h.f("</%s>", tag)
			}
			h.WriteString("</tr>\n")
		}
		h.WriteString("</tbody>\n")
	}
	h.WriteString("</table>\n</div>\n")
	h.under(g.Notes, g.Signs, g.Source)
	h.WriteString("</div>\n")
}
