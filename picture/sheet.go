package picture

import (
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The measures of a sheet, px.
const (
	sheetEdge    = 24
	sheetWidth   = plotWidth + 2*sheetEdge
	sheetLetters = 116 // that a line of small text holds
)

// Sheet is a picture that is sent on without its page: maps or charts (as SVG with width and height) under a title, with the legend of the map as a histogram, and
// at the foot, in the picture itself, what must not be parted from it: source, edition, base and what it does not say.
func Sheet(title string, drawings []string, legend *Legend, foot []string, lang string) string {
	var body strings.Builder
	y := 40.0
	text := func(x float64, size int, more, s string) {
		fmt.Fprintf(&body, `<text x="%g" y="%g" font-size="%d"%s>%s</text>`, x, y, size, more, template.HTMLEscapeString(s))
	}
	for _, line := range lines(title, 66) {
		text(sheetEdge, 20, ` font-weight="bold"`, line)
		y += 26
	}
	for _, d := range drawings {
		m := sizes.FindStringSubmatch(d)
		if m == nil {
			continue
		}
		height, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			continue
		}
		body.WriteString(strings.Replace(d, "<svg ", fmt.Sprintf(`<svg x="%d" y="%g" `, sheetEdge, y), 1))
		y += height + 16
	}
	if legend != nil && len(legend.Classes) > 0 {
		y += 8
		const bar = 220.0
		counted := false
		for _, k := range legend.Classes {
			if k.N == 0 {
				continue
			}
			fmt.Fprintf(&body, `<rect x="%d" y="%g" width="22" height="14" fill="%s" stroke="%s"/>`, sheetEdge, y-12, k.Fill, plotQuiet)
			label := k.Label
			if len(k.Marks) > 0 {
				label += " ◂ " + strings.Join(k.Marks, ", ")
			}
			text(sheetEdge+32, 13, "", strings.Join(lines(label, 60)[:1], ""))
			if k.N > 0 { // a legend of several maps counts none
				counted = true
				fmt.Fprintf(&body, `<rect x="%d" y="%g" width="%.1f" height="10" fill="%s"/>`, sheetEdge+400, y-10, max(1, bar*float64(k.N)/float64(legend.Most())), plotQuiet)
				fmt.Fprintf(&body, `<text x="%g" y="%g" font-size="13">%s</text>`, sheetEdge+408+bar*float64(k.N)/float64(legend.Most()), y, Number(float64(k.N), 0, lang))
			}
			y += 21
		}
		said, unsure := "", 0
		if counted {
			said = barsAreAreas.In(lang)
		}
		for _, k := range legend.Classes {
			unsure += k.Unsure
		}
		if unsure > 0 {
			said += " " + Say(stripesAreUnsure.In(lang), Number(float64(unsure), 0, lang))
		}
		if said != "" {
			text(sheetEdge, 12, ` fill="`+plotQuiet+`"`, said)
			y += 20
		}
	}
	y += 8
	fmt.Fprintf(&body, `<path d="M%d %gH%d" stroke="%s"/>`, sheetEdge, y-16, sheetWidth-sheetEdge, plotPale)
	for _, part := range foot {
		for _, line := range lines(part, sheetLetters) {
			text(sheetEdge, 12, ` fill="`+plotQuiet+`"`, line)
			y += 17
		}
	}
	height := y + 8
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %g" width="%d" height="%g" font-family="%s" fill="%s"><title>%s</title><rect width="%d" height="%g" fill="#ffffff"/>%s</svg>`+"\n",
		sheetWidth, height, sheetWidth, height, plotFont, plotInk, template.HTMLEscapeString(title), sheetWidth, height, body.String())
}

// Heading is a line of text to stand above a drawing of a sheet.
func Heading(text string) string {
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 18" width="%d" height="18"><text x="0" y="15" font-size="15" font-weight="bold">%s</text></svg>`, plotWidth, plotWidth, template.HTMLEscapeString(text))
}

// A Small is one of several drawings that stand side by side, with its legend where each has its own.
type Small struct {
	Title   string
	Drawing template.HTML
	Legend  *Legend
}

// The measures of drawings side by side, px.
const (
	smallAcross  = 3
	smallWidth   = plotWidth / smallAcross
	smallLetters = 30 // that a line of a title or a legend holds
)

// Beside is a drawing of a sheet: small drawings three abreast, each under its title and over its legend with the number of areas in each class.
func Beside(all []Small, lang string) string {
	var body strings.Builder
	top := 0.0
	for from := 0; from < len(all); from += smallAcross {
		row := all[from:min(from+smallAcross, len(all))]
		titles := 1
		for _, one := range row {
			titles = max(titles, len(lines(one.Title, smallLetters)))
		}
		bottom := top
		for i, one := range row {
			x, y := float64(i*smallWidth), top
			text := func(x float64, more, s string) {
				fmt.Fprintf(&body, `<text x="%g" y="%g" font-size="12"%s>%s</text>`, x, y, more, template.HTMLEscapeString(s))
			}
			for _, line := range lines(one.Title, smallLetters) {
				y += 16
				text(x, ` font-weight="bold"`, line)
			}
			y = top + float64(16*titles) + 8
			m := sizes.FindStringSubmatch(string(one.Drawing))
			if m == nil {
				continue
			}
			height, _ := strconv.ParseFloat(m[2], 64) // the expression lets only digits and points through
			body.WriteString(strings.Replace(string(one.Drawing), "<svg ", fmt.Sprintf(`<svg x="%g" y="%g" `, x, y), 1))
			y += height
			if one.Legend != nil {
				for _, k := range one.Legend.Classes {
					if k.N == 0 {
						continue
					}
					y += 18
					fmt.Fprintf(&body, `<rect x="%g" y="%g" width="16" height="11" fill="%s" stroke="%s"/>`, x, y-10, k.Fill, plotQuiet)
					for n, line := range lines(k.Label+" ("+Number(float64(k.N), 0, lang)+")", smallLetters) {
						if n > 0 {
							y += 15
						}
						text(x+22, "", line)
					}
				}
			}
			bottom = max(bottom, y)
		}
		top = bottom + 24
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %g" width="%d" height="%g">%s</svg>`, plotWidth, top, plotWidth, top, body.String())
}

var sizes = regexp.MustCompile(` width="([0-9.]+)" height="([0-9.]+)"`)

// lines parts a text into lines of at most so many letters; a word that is longer, such as an address, is cut up.
func lines(s string, most int) []string {
	out := []string{""}
	for _, word := range strings.Fields(s) {
		for piece := range slices.Chunk([]rune(word), most) {
			last := &out[len(out)-1]
			switch {
			case *last == "":
				*last = string(piece)
			case len([]rune(*last))+1+len(piece) <= most:
				*last += " " + string(piece)
			default:
				out = append(out, string(piece))
			}
		}
	}
	return out
}
