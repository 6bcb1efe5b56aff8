package segregation

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Picture is a drawing with the numbers that it shows. The SVG is whole and well-formed, uses attributes only (no styles, scripts or links), so that it may stand
// in a page with a strict content policy, and names its role, title and summary for those who listen. It holds the numbers that it was given: draw what may be published.
type Picture struct {
	SVG     string
	Title   string     // in the language of the picture, as Summary
	Summary string     // what the picture shows, as one paragraph made from its numbers
	Table   *cube.Cube // the numbers drawn
}

// PictureOptions are what all pictures have in common. The zero value is Swedish, of a size that suits the picture, with a title that says what it is.
type PictureOptions struct {
	Lang          string // "sv" or "en"; Swedish when empty
	Width, Height int    // px; text is never smaller than 11 px, so that a picture too small for it is an error
	Title         cube.Text
	Source        string // written at the foot, after "Källa:" or "Source:"
	note          cube.Text
}

// pictureMost is how many units a picture has room for; DeSO are some 6,000.
const pictureMost = 10000

// pictureText are the sizes of text, px.
const (
	pictureSmall = 12.0
	pictureFoot  = 11.0
	pictureHead  = 17.0
	pictureLead  = 1.35 // from line to line, of the size
)

const (
	pictureInk   = "#222222"
	picturePale  = "#d0d0d0"
	pictureGrey  = "#595959"
	pictureWhite = "#ffffff"
)

// pictureLines tell lines apart by colour (Okabe and Ito's, safe for colour-blind readers), by dash and by marker, so that a copy in grey can be read.
var pictureLines = []pictureLine{
	{"#0072b2", "", "circle"}, {"#d55e00", "8 4", "square"}, {"#000000", "2 3", "triangle"}, {"#009e73", "12 4 2 4", "diamond"}, {"#a0528a", "5 2", "cross"}, {"#8a6500", "1 2 6 2", "bar"},
}

type pictureLine struct{ colour, dash, marker string }

// pictureFills go from dark to light evenly, so that their order stays in grey; they are the stops of the map cividis.
var pictureFills = [][3]float64{{0, 32, 77}, {49, 68, 107}, {102, 105, 112}, {149, 143, 120}, {203, 186, 105}, {255, 234, 70}}

// pictureFill is the i-th of n fills.
func pictureFill(i, n int) string {
	at := float64(i) / float64(max(n-1, 1)) * float64(len(pictureFills)-1)
	low := min(int(at), len(pictureFills)-2)
	part := at - float64(low)
	var c [3]int
	for k := range c {
		c[k] = int(math.Round(pictureFills[low][k]*(1-part) + pictureFills[low+1][k]*part))
	}
	return fmt.Sprintf("#%02x%02x%02x", c[0], c[1], c[2])
}

// A picturePen writes an SVG from top and bottom inwards.
type picturePen struct {
	o                        PictureOptions
	title                    string
	body                     strings.Builder
	width, height            float64
	left, right, top, bottom float64 // what is free
	broken                   bool    // a coordinate was not finite
}

// newPicturePen writes the title, and at the foot the note and the source.
func newPicturePen(o PictureOptions, width, height int, title, note cube.Text) (*picturePen, error) {
	o.Lang = cmp.Or(o.Lang, "sv")
	if o.Lang != "sv" && o.Lang != "en" {
		return nil, fmt.Errorf("segregation: a picture in the language %q; there are sv and en", o.Lang)
	}
	if o.Title == (cube.Text{}) {
		o.Title = title
	}
	p := &picturePen{o: o, title: o.Title.In(o.Lang), width: float64(cmp.Or(o.Width, width)), height: float64(cmp.Or(o.Height, height))}
	const edge = 16
	if p.width < 360 || p.height < 320 || p.width > 10000 || p.height > 10000 {
		return nil, fmt.Errorf("segregation: a picture of %g × %g px; it takes from 360 × 320 to 10000 × 10000", p.width, p.height)
	}
	p.left, p.right, p.top, p.bottom = edge, p.width-edge, edge, p.height-edge
	p.rect(0, 0, p.width, p.height, pictureWhite)
	for _, line := range pictureWrap(p.title, pictureHead, p.right-p.left) {
		p.write(p.left, p.top+pictureHead*0.8, pictureHead, "start", pictureInk, line, ` font-weight="bold"`)
		p.top += pictureHead * pictureLead
	}
	if o.note != (cube.Text{}) {
		note = cube.Text{SV: note.SV + " " + o.note.SV, EN: note.EN + " " + o.note.EN}
	}
	foot := pictureWrap(note.In(o.Lang), pictureFoot, p.right-p.left)
	if o.Source != "" {
		foot = append(foot, pictureWrap(p.say("Källa: ", "Source: ")+o.Source, pictureFoot, p.right-p.left)...)
	}
	p.bottom -= float64(len(foot)) * pictureFoot * pictureLead
	for i, line := range foot {
		p.write(p.left, p.bottom+(float64(i)+0.9)*pictureFoot*pictureLead, pictureFoot, "start", pictureGrey, line, "")
	}
	p.bottom -= 10
	return p, nil
}

// say is the text of the picture's language.
func (p *picturePen) say(sv, en string) string { return cube.Text{SV: sv, EN: en}.In(p.o.Lang) }

// room fails where less than so many px are left for the drawing.
func (p *picturePen) room(width, height float64) error {
	if p.right-p.left < width || p.bottom-p.top < height {
		return fmt.Errorf("segregation: a picture of %g × %g px is too small for its texts; make it %.0f px wider and %.0f px higher, or shorten title and source",
			p.width, p.height, math.Ceil(max(0, width-p.right+p.left)), math.Ceil(max(0, height-p.bottom+p.top)))
	}
	return nil
}

// finish puts the picture together.
func (p *picturePen) finish(summary string, table *cube.Cube) (Picture, error) {
	if p.broken {
		return Picture{}, errors.New("segregation: a number is too large or too small to be drawn")
	}
	h := fnv.New64a()
	fmt.Fprint(h, p.o, summary, p.body.String())
	id := fmt.Sprintf("picture-%x", h.Sum64()) // several pictures may stand in one page
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-title" aria-describedby="%s-desc" lang="%s" xml:lang="%s" font-family="Arial, Helvetica, sans-serif">`,
		pictureAt(p.width), pictureAt(p.height), pictureAt(p.width), pictureAt(p.height), id, id, p.o.Lang, p.o.Lang)
	fmt.Fprintf(&out, "\n<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", id, pictureEscape(p.title), id, pictureEscape(summary))
	out.WriteString(p.body.String())
	out.WriteString("</svg>\n")
	if table.Title == (cube.Text{}) {
		table.Title = p.o.Title
	}
	if p.o.note != (cube.Text{}) {
		table.Notes = append(table.Notes, p.o.note)
	}
	return Picture{SVG: out.String(), Title: p.title, Summary: summary, Table: table}, nil
}

// at is a coordinate; it remembers one that is none.
func (p *picturePen) at(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		p.broken = true
	}
	return pictureAt(v)
}

func pictureAt(v float64) string {
	s := strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(v, 'f', 2, 64), "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func (p *picturePen) rect(x, y, width, height float64, fill string) {
	fmt.Fprintf(&p.body, "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>\n", p.at(x), p.at(y), p.at(width), p.at(height), fill)
}

func (p *picturePen) line(x1, y1, x2, y2 float64, colour string, width float64, dash string) {
	p.path([][2]float64{{x1, y1}, {x2, y2}}, "none", 1, colour, width, dash, false)
}

// path draws corners; those that fall together with the one before are left out.
func (p *picturePen) path(corners [][2]float64, fill string, opacity float64, stroke string, width float64, dash string, closed bool) {
	p.body.WriteString(`<path d="`)
	last := ""
	for i, c := range corners {
		if at := p.at(c[0]) + " " + p.at(c[1]); at != last {
			p.body.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
			p.body.WriteString(at)
			last = at
		}
	}
	if closed {
		p.body.WriteString("Z")
	}
	fmt.Fprintf(&p.body, `" fill="%s"`, fill)
	if fill != "none" && opacity < 1 {
		fmt.Fprintf(&p.body, ` fill-opacity="%s"`, pictureAt(opacity))
	}
	if stroke != "" {
		fmt.Fprintf(&p.body, ` stroke="%s" stroke-width="%s"`, stroke, pictureAt(width))
	}
	if dash != "" {
		fmt.Fprintf(&p.body, ` stroke-dasharray="%s"`, dash)
	}
	p.body.WriteString("/>\n")
}

func (p *picturePen) text(x, y float64, anchor, text string) {
	p.write(x, y, pictureSmall, anchor, pictureInk, text, "")
}

func (p *picturePen) write(x, y, size float64, anchor, colour, text, more string) {
	fmt.Fprintf(&p.body, "<text x=\"%s\" y=\"%s\" font-size=\"%s\" text-anchor=\"%s\" fill=\"%s\"%s>%s</text>\n", p.at(x), p.at(y), pictureAt(size), anchor, colour, more, pictureEscape(text))
}

// mark draws a marker about a point.
func (p *picturePen) mark(x, y float64, l pictureLine) {
	const r = 4.5
	switch l.marker {
	case "circle":
		fmt.Fprintf(&p.body, "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/>\n", p.at(x), p.at(y), l.colour)
	case "square":
		p.rect(x-r+1, y-r+1, 2*r-2, 2*r-2, l.colour)
	case "triangle":
		p.path([][2]float64{{x, y - r}, {x + r, y + r*0.8}, {x - r, y + r*0.8}}, l.colour, 1, "", 0, "", true)
	case "diamond":
		p.path([][2]float64{{x, y - r - 1}, {x + r + 1, y}, {x, y + r + 1}, {x - r - 1, y}}, l.colour, 1, "", 0, "", true)
	case "cross":
		p.line(x-r, y-r, x+r, y+r, l.colour, 2.5, "")
		p.line(x-r, y+r, x+r, y-r, l.colour, 2.5, "")
	case "bar":
		p.line(x-r, y, x+r, y, l.colour, 3.5, "")
	}
}

// sample draws a line with its marker, for a legend.
func (p *picturePen) sample(x, y float64, l pictureLine) {
	p.line(x, y, x+34, y, l.colour, 2.2, l.dash)
	p.mark(x+17, y, l)
}

// pictureSample is how far a legend's text stands from its sample's start.
const pictureSample = 42

// legend is a row of samples with names, or several, under the title; names stand so far after the start of their samples.
func (p *picturePen) legend(labels []string, after float64, sample func(i int, x, y float64)) {
	x, y := p.left, p.top+12
	for i, label := range labels {
		label = pictureCut(label, pictureSmall, p.right-p.left-after)
		wide := after + pictureWidth(label, pictureSmall) + 20
		if x > p.left && x+wide-20 > p.right {
			x, y = p.left, y+20
		}
		sample(i, x, y-4)
		p.text(x+after, y, "start", label)
		x += wide
	}
	p.top = y + 6
}

// pictureWords parts a text at spaces and line ends, but not at no-break spaces.
func pictureWords(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' || r == '\r' })
}

// pictureTidy is a text on one line.
func pictureTidy(s string) string { return strings.Join(pictureWords(s), " ") }

// pictureEscape makes any text fit for XML.
func pictureEscape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(pictureTidy(s))) // a Builder takes everything
	return b.String()
}

// pictureRune is about how wide a letter is in Arial, rather more than less, as a part of the size.
func pictureRune(r rune) float64 {
	switch {
	case strings.ContainsRune("iljtfrI.,:;'|!()[] ·\u00a0", r):
		return 0.34
	case strings.ContainsRune("mwMW%—@", r):
		return 0.9
	case r >= 'A' && r <= 'Z' || strings.ContainsRune("ÅÄÖ", r):
		return 0.71
	case r >= 0x2e80:
		return 1.05
	}
	return 0.57
}

func pictureWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		w += pictureRune(r)
	}
	return w * size
}

// pictureFit is how many bytes of a text have room in a width.
func pictureFit(s string, size, width float64) int {
	w := 0.0
	for i, r := range s {
		if w += pictureRune(r) * size; w > width {
			return i
		}
	}
	return len(s)
}

// pictureWrap breaks a text into lines of a width. A word that is wider by itself is broken too.
func pictureWrap(s string, size, width float64) []string {
	var lines []string
	line := ""
	for _, word := range pictureWords(s) {
		for n := pictureFit(word, size, width); n < len(word); n = pictureFit(word, size, width) {
			if line != "" {
				lines = append(lines, line)
				line = ""
			}
			lines = append(lines, word[:n])
			word = word[n:]
		}
		switch {
		case line == "":
			line = word
		case pictureWidth(line+" "+word, size) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// pictureCut shortens a label that has no room with an ellipsis; the table has it whole.
func pictureCut(s string, size, width float64) string {
	s = pictureTidy(s)
	if pictureFit(s, size, width) == len(s) {
		return s
	}
	return strings.TrimSpace(s[:pictureFit(s, size, width-size)]) + "…"
}

// number writes a number as the language does.
func (p *picturePen) number(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	if math.Abs(v) >= 1e15 {
		s = strconv.FormatFloat(math.Abs(v), 'e', 2, 64)
	}
	whole, part, _ := strings.Cut(s, ".")
	if !strings.Contains(s, "e") {
		var grouped strings.Builder
		for i, r := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				grouped.WriteString(p.say("\u00a0", ","))
			}
			grouped.WriteRune(r)
		}
		whole = grouped.String()
	}
	if part != "" {
		whole += p.say(",", ".") + part
	}
	if v < 0 && strings.ContainsAny(s, "123456789") {
		return "−" + whole
	}
	return whole
}

func (p *picturePen) percent(v float64, decimals int) string {
	return p.number(100*v, decimals) + p.say("\u00a0%", "%")
}

// index writes a measure: two decimals are what most counts bear, three what comparing asks for.
func (p *picturePen) index(v float64) string { return p.number(v, 3) }

// list joins names, two or more: a, b och c.
func (p *picturePen) list(names []string) string {
	return strings.Join(names[:len(names)-1], ", ") + p.say(" och ", " and ") + names[len(names)-1]
}

// A pictureAxis takes values to px.
type pictureAxis struct {
	from, to   float64 // values
	start, end float64 // px
	log        bool
}

func (a pictureAxis) px(v float64) float64 {
	from, to := a.from, a.to
	if a.log {
		v, from, to = math.Log(v), math.Log(from), math.Log(to)
	}
	return a.start + (v-from)/(to-from)*(a.end-a.start)
}

// pictureTicks are round values from a to b, about n of them, with the decimals that they need.
func pictureTicks(a, b float64, n int) (ticks []float64, decimals int) {
	raw := (b - a) / float64(n)
	if !(raw > 0) || math.IsInf(raw, 0) {
		return nil, 0
	}
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := power
	for _, m := range []float64{2, 5, 10} {
		if step < raw*0.999 {
			step = m * power
		}
	}
	decimals = min(12, max(0, -int(math.Floor(math.Log10(step)+1e-9))))
	first := math.Ceil(a/step - 1e-9)
	for k := range 4 * n {
		v := (first + float64(k)) * step
		if v > b+1e-9*step {
			break
		}
		ticks = append(ticks, v)
	}
	return ticks, decimals
}

// pictureLogTicks are 1, 2 and 5 times the powers of ten within a and b.
func pictureLogTicks(a, b float64) []float64 {
	var ticks []float64
	for e := int(math.Floor(math.Log10(a))); e <= int(math.Ceil(math.Log10(b))); e++ {
		for _, m := range []float64{1, 2, 5} {
			if v := m * math.Pow(10, float64(e)); v >= a*(1-1e-9) && v <= b*(1+1e-9) {
				ticks = append(ticks, v)
			}
		}
	}
	return ticks
}

// horizontal draws ticks under a line at y; labels that would meet the one before are left out, the last of all is kept.
func (p *picturePen) horizontal(a pictureAxis, y float64, ticks []float64, label func(float64) string, title string) {
	p.line(min(a.start, a.end), y, max(a.start, a.end), y, pictureInk, 1, "")
	type placed struct {
		x    float64
		text string
		half float64
	}
	var all []placed
	for _, v := range ticks {
		text := label(v)
		all = append(all, placed{a.px(v), text, pictureWidth(text, pictureSmall)/2 + 4})
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Compare(a.x, b.x) })
	free := math.Inf(-1)
	for i, t := range all {
		p.line(t.x, y, t.x, y+5, pictureInk, 1, "")
		last := all[len(all)-1]
		if t.x-t.half < free || i < len(all)-1 && t.x+t.half > last.x-last.half {
			continue
		}
		free = t.x + t.half
		p.text(min(t.x, p.width-t.half), y+19, "middle", t.text)
	}
	for i, line := range pictureWrap(title, pictureSmall, p.right-p.left) {
		half := pictureWidth(line, pictureSmall) / 2
		p.text(max(p.left+half, min(p.right-half, (a.start+a.end)/2)), y+38+float64(i)*pictureSmall*pictureLead, "middle", line)
	}
}

// titled keeps room at the foot for the lines of a horizontal axis' title beyond the first.
func (p *picturePen) titled(title string) {
	p.bottom -= float64(len(pictureWrap(title, pictureSmall, p.right-p.left))-1) * pictureSmall * pictureLead
}

// pictureTall is a square picture's height: narrower ones are lower too, but for texts that take more lines.
func pictureTall(o PictureOptions, width, height int) int {
	if o.Width > 0 {
		height -= max(0, width-o.Width) / 2
	}
	return height
}

// pictureUnder is the room that ticks and title of a horizontal axis take.
const pictureUnder = 44

// vertical draws ticks with lines across from x to right, and the title above the axis, where it can be read without turning the head.
func (p *picturePen) vertical(a pictureAxis, x, right float64, ticks []float64, label func(float64) string, title string) {
	for _, v := range ticks {
		y := a.px(v)
		p.line(x, y, right, y, picturePale, 1, "")
		p.text(x-7, y+4, "end", label(v))
	}
	p.text(p.left, min(a.start, a.end)-12, "start", pictureCut(title, pictureSmall, p.right-p.left))
}

// pictureLabels are names of a language for n things; numbers where none are given.
func (p *picturePen) labels(names []cube.Text, n int, what string) ([]string, error) {
	if names != nil && len(names) != n {
		return nil, fmt.Errorf("segregation: %d names of %s for %d", len(names), what, n)
	}
	out := make([]string, n)
	for i := range out {
		if names != nil {
			out[i] = names[i].In(p.o.Lang)
		}
		out[i] = cmp.Or(pictureTidy(out[i]), strconv.Itoa(i+1))
	}
	return out, nil
}

// pictureCheck says why a table can't be drawn; it gives the units and groups with persons.
func pictureCheck(t *Table) (units, groups []int, err error) {
	if t == nil || t.total == 0 {
		return nil, nil, errors.New("segregation: the table has no persons, so there is nothing to draw")
	}
	if math.IsInf(t.total, 0) {
		return nil, nil, errors.New("segregation: the counts add up to more than a number can hold")
	}
	for i, n := range t.units {
		if n > 0 {
			units = append(units, i)
		}
	}
	for g, n := range t.groups {
		if n > 0 {
			groups = append(groups, g)
		}
	}
	if len(groups) < 2 {
		return nil, nil, errors.New("segregation: only one group has persons; a picture of segregation takes two")
	}
	if len(units) < 2 {
		return nil, nil, errors.New("segregation: only one unit has persons; a picture of segregation takes two")
	}
	if len(units) > pictureMost {
		return nil, nil, fmt.Errorf("segregation: %d units are too many to be seen in a picture, which takes %d; merge them first (Merge, Compress)", len(units), pictureMost)
	}
	return units, groups, nil
}

// pictureMembers are the members of a dimension of the table twin: the number of the thing in the input, from 1, with its name.
func pictureMembers(names []cube.Text, which []int) []cube.Member {
	out := make([]cube.Member, 0, len(which)+1)
	for _, i := range which {
		m := cube.Member{Code: strconv.Itoa(i + 1), Label: cube.Same(strconv.Itoa(i + 1))}
		if names != nil && names[i] != (cube.Text{}) {
			m.Label = names[i]
		}
		out = append(out, m)
	}
	return out
}

var (
	pictureUnits  = cube.Text{SV: "Enhet", EN: "Unit"}
	pictureGroups = cube.Text{SV: "Grupp", EN: "Group"}
	pictureCount  = cube.Measure{Name: "NPersons", Title: cube.Text{SV: "Personer", EN: "Persons"}, Unit: cube.Text{SV: "personer", EN: "persons"}, Kind: cube.Sum}
	pictureShare  = cube.Measure{Name: "ShareInUnit", Title: cube.Text{SV: "Andel av enhetens personer", EN: "Share of the unit's persons"}, Kind: cube.Value, Decimals: 4}
)
