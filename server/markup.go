package server

import (
	"html/template"
	"strings"

	"github.com/skikt/skikt/picture"
)

// What stands on a page many hundred times, options and cells, is written here and not by the templates, which took most of a page's time for them.

// optionList are the options of a choice.
func optionList(options []option) template.HTML {
	var b strings.Builder
	for _, o := range options {
		b.WriteString(`<option value="`)
		b.WriteString(template.HTMLEscapeString(o.Value))
		if o.Chosen {
			b.WriteString(`" selected>`)
		} else {
			b.WriteString(`">`)
		}
		b.WriteString(template.HTMLEscapeString(o.Text))
		b.WriteString("</option>")
	}
	return template.HTML(b.String())
}

// figureCell is a number as it stands in a table: with its state, interval and base.
func figureCell(f picture.Figure) template.HTML {
	var b strings.Builder
	writeFigure(&b, f)
	return template.HTML(b.String())
}

func writeFigure(b *strings.Builder, f picture.Figure) {
	put := func(before, text, after string) {
		if text != "" {
			b.WriteString(before)
			b.WriteString(template.HTMLEscapeString(text))
			b.WriteString(after)
		}
	}
	b.WriteString("<td")
	put(` class="`, f.Class, `"`)
	b.WriteString(">")
	if f.Why != "" {
		put(`<abbr title="`, f.Why, `">`)
		b.WriteString(template.HTMLEscapeString(f.Text))
		put("<sup>", f.Mark, "</sup>")
		b.WriteString("</abbr>")
	} else {
		b.WriteString(template.HTMLEscapeString(f.Text))
	}
	put(` <span class="interval">(`, f.Interval, ")</span>")
	put(` <span class="base">[`, f.Base, "]</span>")
	b.WriteString("</td>")
}

// gridRows are the rows of a table. The addresses are all made by this package.
func gridRows(rows []gridRow) template.HTML {
	var b strings.Builder
	for _, r := range rows {
		b.WriteString("<tr>")
		for _, l := range r.Labels {
			b.WriteString(`<th scope="row">`)
			if l.Type != "" {
				b.WriteString(`<span class="swatch ` + template.HTMLEscapeString(l.Type) + `"></span> `)
			}
			if l.Href != "" {
				b.WriteString(`<a href="` + template.HTMLEscapeString(l.Href) + `">` + template.HTMLEscapeString(l.Text) + "</a>")
			} else {
				b.WriteString(template.HTMLEscapeString(l.Text))
			}
			b.WriteString("</th>")
		}
		for _, f := range r.Figures {
			writeFigure(&b, f)
		}
		b.WriteString("</tr>\n")
	}
	return template.HTML(b.String())
}
