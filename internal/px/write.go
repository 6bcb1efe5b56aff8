package px

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// Contents is what the variable of the measures is called.
const Contents = "ContentsCode"

// Write writes a cube in Swedish and English, the first of which is lang ("sv" or "en"), in UTF-8. Numbers are rounded to the decimals of their measure, which is what the
// format is for; shares are in percent. COPYRIGHT and a note tell the terms. A cell without a number is "." when it can't exist, else ".."; DATASYMBOL and a note tell what the dots mean. Memory does not
// grow with the cells, of which there is one for every combination of members.
func Write(w io.Writer, c *cube.Cube, lang string) error {
	out := &writer{Writer: bufio.NewWriterSize(w, 1<<16), langs: []string{lang, other(lang)}}
	if err := out.file(c); err != nil {
		return fmt.Errorf("px: table %s: %w", c.Name, err)
	}
	return out.Flush()
}

func other(lang string) string {
	if lang == "sv" {
		return "en"
	}
	return "sv"
}

type writer struct {
	*bufio.Writer
	langs []string // the main one first
}

var unquotable = strings.NewReplacer(`"`, "'", "\r\n", "#", "\n", "#", "\r", "#")

// quote is a text in pieces of at most 256 characters; the format has no double quote within a text and no line end.
func quote(s string) string {
	s = unquotable.Replace(s)
	const most = 256
	if len(s) <= most {
		return `"` + s + `"`
	}
	var b strings.Builder
	for runes := []rune(s); ; runes = runes[most:] {
		b.WriteString(`"` + string(runes[:min(most, len(runes))]) + `"`)
		if len(runes) <= most {
			return b.String()
		}
		b.WriteByte('\n')
	}
}

func quoteAll(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = quote(s)
	}
	return strings.Join(out, ",\n")
}

func (w *writer) put(keyword, value string) { fmt.Fprintf(w, "%s=%s;\n", keyword, value) }

// in puts a keyword in each language: f gives the keys and the value in it.
func (w *writer) in(keyword string, f func(lang string) (keys, value string)) {
	for i, lang := range w.langs {
		keys, value := f(lang)
		if i > 0 {
			w.put(keyword+"["+lang+"]"+keys, value)
		} else {
			w.put(keyword+keys, value)
		}
	}
}

func plain(t cube.Text) func(lang string) (string, string) {
	return func(lang string) (string, string) { return "", quote(t.In(lang)) }
}

// names are what the variables are called in a language. Two of one name could not be told apart, so they get their codes.
func names(c *cube.Cube, lang string) []string {
	out := make([]string, 0, len(c.Dims())+1)
	for _, d := range c.Dims() {
		name := d.Title.In(lang)
		if name == "" || slices.Contains(out, name) {
			name = d.Name
		}
		out = append(out, name)
	}
	contents := cube.Text{SV: "tabellinnehåll", EN: "contents"}.In(lang)
	if slices.Contains(out, contents) {
		contents = Contents
	}
	return append(out, contents)
}

// labels are those of members, told apart by their codes where two are alike.
func labels(members []cube.Member, lang string) []string {
	n := map[string]int{}
	for _, m := range members {
		n[m.Label.In(lang)]++
	}
	out := make([]string, len(members))
	for i, m := range members {
		switch label := m.Label.In(lang); {
		case label == "":
			out[i] = m.Code
		case n[label] > 1:
			out[i] = label + " (" + m.Code + ")"
		default:
			out[i] = label
		}
	}
	return out
}

func (w *writer) file(c *cube.Cube) error {
	if _, ok := c.Dense(); !ok || len(c.Measures()) == 0 || len(c.Dims()) == 0 {
		return fmt.Errorf("a table of %d dimensions and %d measures can't be a PX file, or it has more cells than can be counted", len(c.Dims()), len(c.Measures()))
	}
	decimals := 0
	contents := make([]cube.Member, len(c.Measures()))
	for i, m := range c.Measures() {
		decimals = max(decimals, min(m.Decimals, 15))
		contents[i] = cube.Member{Code: m.Name, Label: m.Title}
	}
	w.put("CHARSET", `"ANSI"`)
	w.put("AXIS-VERSION", `"2013"`)
	w.put("CODEPAGE", `"utf-8"`)
	w.put("LANGUAGE", quote(w.langs[0]))
	w.put("LANGUAGES", quote(w.langs[0])+","+quote(w.langs[1]))
	w.put("DECIMALS", strconv.Itoa(decimals))
	w.put("SHOWDECIMALS", strconv.Itoa(decimals))
	w.put("MATRIX", quote(c.Name))
	if !c.AggregAllowed() {
		w.put("AGGREGALLOWED", "NO")
	}
	w.put("SUBJECT-CODE", `"SEG"`)
	w.in("SUBJECT-AREA", plain(cube.Text{SV: "Segregation", EN: "Segregation"}))
	if l := c.Terms.Licence; l != "" {
		copyright := "YES"
		if strings.Contains(l, "creativecommons.org/publicdomain/") {
			copyright = "NO"
		}
		w.put("COPYRIGHT", copyright)
	}
	w.in("DESCRIPTION", plain(c.Title))
	w.in("TITLE", plain(c.Title))
	w.in("CONTENTS", plain(c.Title))
	w.in("UNITS", plain(cube.Text{SV: "se innehåll", EN: "see contents"}))
	w.in("STUB", func(lang string) (string, string) { return "", quoteAll(names(c, lang)[:len(c.Dims())]) })
	w.in("HEADING", func(lang string) (string, string) { return "", quote(names(c, lang)[len(c.Dims())]) })
	w.in("CONTVARIABLE", func(lang string) (string, string) { return "", quote(names(c, lang)[len(c.Dims())]) })
	variables := append(slices.Clone(c.Dims()), cube.Dimension{Name: Contents, Members: contents})
	for at, d := range variables {
		key := func(lang string) string { return "(" + quote(names(c, lang)[at]) + ")" }
		codes := make([]string, len(d.Members))
		for i, m := range d.Members {
			codes[i] = m.Code
		}
		w.in("VARIABLECODE", func(lang string) (string, string) { return key(lang), quote(d.Name) })
		w.in("VALUES", func(lang string) (string, string) { return key(lang), quoteAll(labels(d.Members, lang)) })
		w.in("CODES", func(lang string) (string, string) { return key(lang), quoteAll(codes) })
		if d.Role == cube.Time && years(codes) {
			w.in("TIMEVAL", func(lang string) (string, string) { return key(lang), "TLIST(A1),\n" + quoteAll(codes) })
		}
		if kind, ok := map[cube.Role]string{cube.Time: "T", cube.Area: "G"}[d.Role]; ok {
			w.in("VARIABLE-TYPE", func(lang string) (string, string) { return key(lang), quote(kind) })
		}
		if total := d.Index(cube.Total); total >= 0 {
			w.in("ELIMINATION", func(lang string) (string, string) { return key(lang), quote(labels(d.Members, lang)[total]) })
		}
	}
	for i, m := range c.Measures() {
		value := func(lang string) string { return quote(labels(contents, lang)[i]) }
		unit := m.Unit
		if m.Kind == cube.Share {
			unit = cube.Text{SV: "procent", EN: "percent"}
		}
		w.in("UNITS", func(lang string) (string, string) { return "(" + value(lang) + ")", quote(unit.In(lang)) })
		w.in("PRECISION", func(lang string) (string, string) {
			return "(" + quote(names(c, lang)[len(c.Dims())]) + "," + value(lang) + ")", strconv.Itoa(min(m.Decimals, 15))
		})
	}
	publishers := []string{}
	for _, s := range c.Lineage.Sources {
		if s.Publisher != "" && !slices.Contains(publishers, s.Publisher) {
			publishers = append(publishers, s.Publisher)
		}
	}
	w.put("SOURCE", quote(strings.Join(publishers, ", ")))
	w.put("DATASYMBOL1", `"."`)
	w.put("DATASYMBOL2", `".."`)
	w.in("NOTE", func(lang string) (string, string) { return "", quote(note(c, lang)) })
	w.WriteString("DATA=\n")
	if err := w.data(c); err != nil {
		return err
	}
	_, err := w.WriteString(";\n")
	return err
}

// years tells whether codes are years, which is what TLIST(A1) is for.
func years(codes []string) bool {
	return !slices.ContainsFunc(codes, func(c string) bool {
		n, err := strconv.Atoi(c)
		return err != nil || len(c) != 4 || n < 1000
	})
}

func note(c *cube.Cube, lang string) string {
	lines := []string{cube.Text{SV: ".. = uppgift saknas eller visas inte av sekretesskäl", EN: ".. = not available, or not shown for reasons of confidentiality"}.In(lang),
		cube.Text{SV: ". = uppgift kan inte förekomma", EN: ". = not applicable"}.In(lang)}
	if cite := c.Terms.Cite.In(lang); cite != "" {
		lines = append(lines, cube.Text{SV: "Källa: ", EN: "Source: "}.In(lang)+cite)
	}
	if l := c.Terms.Licence; l != "" {
		lines = append(lines, cube.Text{SV: "Licens: ", EN: "Licence: "}.In(lang)+l)
	}
	for _, n := range c.Notes {
		lines = append(lines, n.In(lang))
	}
	for _, warning := range c.Warnings {
		lines = append(lines, warning.Text.In(lang))
	}
	return strings.Join(lines, "\n")
}

func (w *writer) data(c *cube.Cube) error {
	measures := c.Measures()
	number := make([]byte, 0, 64)
	return c.EachDense(func(cells []cube.Cell) error {
		for m, cell := range cells {
			switch {
			case cell.Status.HasValue():
				v := cell.Value
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("a number of %s is not finite", measures[m].Name)
				}
				if measures[m].Kind == cube.Share {
					v = cube.Percent(v)
				}
				decimals := min(measures[m].Decimals, 15)
				if math.Abs(v) < 0.5*math.Pow10(-decimals) {
					v = 0 // and not -0
				}
				number = append(strconv.AppendFloat(number[:0], v, 'f', decimals, 64), ' ')
				w.Write(number)
			case cell.Status == cube.NotApplicable:
				w.WriteString(`"." `)
			default:
				w.WriteString(`".." `)
			}
		}
		return w.WriteByte('\n')
	})
}
