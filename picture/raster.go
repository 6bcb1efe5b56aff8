package picture

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// mostPixels and longestSide are how large a raster may be: beyond them fewer pixels are used for each unit. mostDashes is how many dashes a line may have before it is drawn whole.
const (
	mostPixels  = 24e6
	longestSide = 12_000
	mostDashes  = 10_000
)

// PNG paints a picture of this package, or sheet, as PNG: scale pixels for each of its units. It knows the part of SVG that the package writes (paths of straight lines, rectangles, circles, texts,
// links, nested drawings and the patterns of cells without a value), so that the one description of a picture serves both forms. What it doesn't know it leaves out.
func PNG(svg string, scale float64) ([]byte, error) {
	p := &painter{marks: map[string]*tile{}}
	if err := p.paint(svg, scale); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, p.image); err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	return out.Bytes(), nil
}

// A pose is how units become pixels: x' = ax + cy + e, y' = bx + dy + f.
type pose struct{ a, b, c, d, e, f float64 }

func (t pose) at(x, y float64) (float64, float64) { return t.a*x + t.c*y + t.e, t.b*x + t.d*y + t.f }

// then is first u and then t.
func (t pose) then(u pose) pose {
	return pose{t.a*u.a + t.c*u.b, t.b*u.a + t.d*u.b, t.a*u.c + t.c*u.d, t.b*u.c + t.d*u.d, t.a*u.e + t.c*u.f + t.e, t.b*u.e + t.d*u.f + t.f}
}

func (t pose) size() float64 { return math.Sqrt(math.Abs(t.a*t.d - t.b*t.c)) }

// back is where a pixel is in units.
func (t pose) back(x, y float64) (float64, float64) {
	det := t.a*t.d - t.b*t.c
	x, y = x-t.e, y-t.f
	return (t.d*x - t.c*y) / det, (t.a*y - t.b*x) / det
}

// A manner is how things are painted: what an element doesn't say it has from the one it stands in.
type manner struct {
	pose
	fill, stroke               string
	fillOpacity, strokeOpacity float64
	width                      float64
	dash                       []float64
	round                      bool    // caps
	letters                    float64 // size of text
	bold                       bool
	anchor                     string
}

// A tile is the pattern of cells that have no value or an unreliable one: stripes or dots on a ground.
type tile struct {
	size   float64
	turned float64 // degrees
	stripe float64 // width; 0 for a dot
	dot    float64 // radius
	ink    color.RGBA
	ground color.RGBA
}

type painter struct {
	image *image.RGBA
	marks map[string]*tile
	ras   vector.Rasterizer
	sub   *tile // the pattern that is being read
	name  string
}

func (p *painter) paint(svg string, scale float64) error {
	in := xml.NewDecoder(strings.NewReader(svg))
	stack := []manner{{pose: pose{a: scale, d: scale}, fill: "#000", stroke: "none", fillOpacity: 1, strokeOpacity: 1, width: 1, letters: 16, anchor: "start"}}
	skip := 0
	var line *textLine
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		switch el := token.(type) {
		case xml.StartElement:
			if skip > 0 {
				skip++
				continue
			}
			if p.image == nil && el.Name.Local != "svg" {
				return errors.New("it is no drawing")
			}
			at := attributes(el)
			m := stack[len(stack)-1].with(at)
			switch el.Name.Local {
			case "svg":
				if m.pose, err = p.window(at, m.pose, scale, len(stack) == 1); err != nil {
					return err
				}
			case "title", "desc":
				skip = 1
				continue
			case "pattern":
				p.sub, p.name = &tile{size: number(at["width"])}, at["id"]
				if turn, ok := strings.CutPrefix(at["patternTransform"], "rotate("); ok {
					p.sub.turned = number(strings.TrimSuffix(turn, ")"))
				}
				p.marks[p.name] = p.sub
			case "rect":
				x, y, w, h := number(at["x"]), number(at["y"]), number(at["width"]), number(at["height"])
				if p.sub != nil {
					if w < p.sub.size {
						p.sub.stripe, p.sub.ink = w, colourOf(at["fill"], 1)
					} else {
						p.sub.ground = colourOf(at["fill"], 1)
					}
					break
				}
				if strings.HasSuffix(at["width"], "%") || strings.HasSuffix(at["height"], "%") {
					break
				}
				p.shape(m, [][][2]float64{{{x, y}, {x + w, y}, {x + w, y + h}, {x, y + h}}}, []bool{true})
			case "circle":
				r := number(at["r"])
				if p.sub != nil {
					p.sub.dot, p.sub.ink = r, colourOf(at["fill"], 1)
					break
				}
				p.shape(m, [][][2]float64{disc(number(at["cx"]), number(at["cy"]), r, 40)}, []bool{true})
			case "path":
				if rings, closed := walk(at["d"]); p.image != nil {
					p.shape(m, rings, closed)
				}
			case "text":
				line = &textLine{manner: m, x: number(at["x"]), y: number(at["y"])}
			case "tspan":
				if line != nil {
					line.gap(number(at["dx"]))
				}
			}
			stack = append(stack, m)
		case xml.EndElement:
			if skip > 0 {
				skip--
				continue
			}
			switch el.Name.Local {
			case "pattern":
				p.sub = nil
			case "text":
				if line != nil && p.image != nil {
					p.write(line)
				}
				line = nil
			}
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if skip == 0 && line != nil {
				line.add(stack[len(stack)-1], string(el))
			}
		}
	}
	if p.image == nil {
		return errors.New("there is no drawing")
	}
	return nil
}

func attributes(el xml.StartElement) map[string]string {
	at := make(map[string]string, len(el.Attr))
	for _, a := range el.Attr {
		at[a.Name.Local] = a.Value
	}
	return at
}

// number reads a length; 0 for none.
func number(s string) float64 {
	v, err := strconv.ParseFloat(strings.TrimSuffix(s, "px"), 64)
	if err != nil || math.IsNaN(v) || math.Abs(v) > 1e9 {
		return 0
	}
	return v
}

// window is the pose inside a drawing; the first makes the image.
func (p *painter) window(at map[string]string, outer pose, scale float64, first bool) (pose, error) {
	w, h := number(at["width"]), number(at["height"])
	box := strings.Fields(at["viewBox"])
	if len(box) != 4 {
		box = []string{"0", "0", at["width"], at["height"]}
	}
	if w <= 0 || h <= 0 || number(box[2]) <= 0 || number(box[3]) <= 0 {
		return outer, errors.New("a drawing has no size")
	}
	if first {
		if n := w * h * scale * scale; n > mostPixels {
			scale *= math.Sqrt(mostPixels / n)
		}
		scale = min(scale, longestSide/w, longestSide/h)
		outer = pose{a: scale, d: scale}
		p.image = image.NewRGBA(image.Rect(0, 0, max(1, int(math.Ceil(w*scale))), max(1, int(math.Ceil(h*scale)))))
		draw.Draw(p.image, p.image.Bounds(), image.White, image.Point{}, draw.Src)
	}
	sx, sy := w/number(box[2]), h/number(box[3])
	return outer.then(pose{a: sx, d: sy, e: number(at["x"]) - sx*number(box[0]), f: number(at["y"]) - sy*number(box[1])}), nil
}

// with is the manner of an element.
func (m manner) with(at map[string]string) manner {
	for name, v := range at {
		switch name {
		case "fill":
			m.fill = v
		case "stroke":
			m.stroke = v
		case "fill-opacity":
			m.fillOpacity = number(v)
		case "stroke-opacity":
			m.strokeOpacity = number(v)
		case "stroke-width":
			m.width = number(v)
		case "stroke-dasharray":
			m.dash = nil
			for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ' ' || r == ',' }) {
				if n := number(part); n > 0 {
					m.dash = append(m.dash, n)
				}
			}
		case "stroke-linecap":
			m.round = v == "round"
		case "font-size":
			m.letters = number(v)
		case "font-weight":
			m.bold = v == "bold" || number(v) >= 600
		case "text-anchor":
			m.anchor = v
		case "transform":
			m.pose = m.pose.then(posed(v))
		}
	}
	return m
}

// posed reads a transform of moves, turns and sizes.
func posed(s string) pose {
	out := pose{a: 1, d: 1}
	for _, part := range strings.Split(s, ")") {
		name, args, ok := strings.Cut(strings.TrimSpace(part), "(")
		if !ok {
			continue
		}
		var v [2]float64
		for i, arg := range strings.FieldsFunc(args, func(r rune) bool { return r == ' ' || r == ',' }) {
			if i < len(v) {
				v[i] = number(arg)
			}
		}
		switch name {
		case "translate":
			out = out.then(pose{1, 0, 0, 1, v[0], v[1]})
		case "rotate":
			sin, cos := math.Sincos(v[0] * math.Pi / 180)
			out = out.then(pose{a: cos, b: sin, c: -sin, d: cos})
		case "scale": // alike both ways
			out = out.then(pose{a: v[0], d: v[0]})
		}
	}
	return out
}

// colourOf reads #rgb or #rrggbb; transparent for anything else.
func colourOf(s string, opacity float64) color.RGBA {
	s, ok := strings.CutPrefix(s, "#")
	if ok && len(s) == 3 {
		s = string([]byte{s[0], s[0], s[1], s[1], s[2], s[2]})
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if !ok || len(s) != 6 || err != nil {
		return color.RGBA{}
	}
	opacity = min(max(opacity, 0), 1)
	part := func(shift int) uint8 { return uint8(math.Round(float64(n>>shift&0xff) * opacity)) }
	return color.RGBA{part(16), part(8), part(0), uint8(math.Round(255 * opacity))}
}

// walk reads a path of straight lines.
func walk(d string) (rings [][][2]float64, closed []bool) {
	var x, y float64
	var command byte
	i := 0
	next := func() (float64, bool) {
		for i < len(d) && (d[i] == ' ' || d[i] == ',' || d[i] == '\n') {
			i++
		}
		from := i
		for i < len(d) && (d[i] == '.' || d[i] >= '0' && d[i] <= '9' || (d[i] == '-' || d[i] == '+') && (i == from || d[i-1] == 'e') || d[i] == 'e') {
			i++
		}
		v, err := strconv.ParseFloat(d[from:i], 64)
		return v, err == nil
	}
	for i < len(d) {
		switch c := d[i]; {
		case c == ' ' || c == ',' || c == '\n':
			i++
			continue
		case c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
			command = c
			i++
			if c == 'z' || c == 'Z' {
				if n := len(rings); n > 0 && len(rings[n-1]) > 0 {
					closed[n-1] = true
					x, y = rings[n-1][0][0], rings[n-1][0][1]
				}
				continue
			}
		}
		a, ok := next()
		if !ok {
			return rings, closed
		}
		start := command == 'M' || command == 'm'
		switch command {
		case 'M', 'L':
			b, _ := next()
			x, y = a, b
		case 'm', 'l':
			b, _ := next()
			x, y = x+a, y+b
		case 'H':
			x = a
		case 'h':
			x += a
		case 'V':
			y = a
		case 'v':
			y += a
		default:
			return rings, closed
		}
		if start {
			rings, closed = append(rings, nil), append(closed, false)
			command-- // M and m come after L and l: what follows without a letter are lines
		} else if n := len(rings); n == 0 {
			return rings, closed
		} else if closed[n-1] {
			rings, closed = append(rings, [][2]float64{rings[n-1][0]}), append(closed, false)
		}
		rings[len(rings)-1] = append(rings[len(rings)-1], [2]float64{x, y})
	}
	return rings, closed
}

// disc is a circle of so many corners.
func disc(x, y, r float64, corners int) [][2]float64 {
	out := make([][2]float64, corners)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(corners))
		out[i] = [2]float64{x + r*cos, y + r*sin}
	}
	return out
}

// shape fills and strokes rings, given in units.
func (p *painter) shape(m manner, rings [][][2]float64, closed []bool) {
	pixels := make([][][2]float64, len(rings))
	for i, ring := range rings {
		pixels[i] = make([][2]float64, len(ring))
		for k, c := range ring {
			x, y := m.at(c[0], c[1])
			// Far outside the picture it makes no difference how far.
			pixels[i][k] = [2]float64{min(max(x, -2*longestSide), 2*longestSide), min(max(y, -2*longestSide), 2*longestSide)}
		}
	}
	if m.fill != "none" && m.fill != "transparent" {
		p.area(pixels, p.ink(m.fill, m.fillOpacity, m.pose))
	}
	if m.stroke == "none" || m.stroke == "" || m.width <= 0 {
		return
	}
	width := m.width * m.pose.size()
	var parts [][][2]float64
	for i, ring := range pixels {
		if closed[i] && len(ring) > 0 {
			ring = append(ring[:len(ring):len(ring)], ring[0])
		}
		parts = append(parts, outline(ring, width, dashed(m.dash, m.pose.size()), m.round)...)
	}
	p.area(parts, p.ink(m.stroke, m.strokeOpacity, m.pose))
}

func dashed(dash []float64, scale float64) []float64 {
	out := make([]float64, len(dash))
	for i, d := range dash {
		out[i] = d * scale
	}
	return out
}

// outline is a line of a width as polygons that all turn the same way.
func outline(line [][2]float64, width float64, dash []float64, round bool) (out [][][2]float64) {
	half := width / 2
	joint := func(c [2]float64) {
		// Where lines are thin a corner needs no rounding.
		if width > 1.5 {
			out = append(out, disc(c[0], c[1], half, 12))
		}
	}
	piece := func(a, b [2]float64) {
		dx, dy := b[0]-a[0], b[1]-a[1]
		length := math.Hypot(dx, dy)
		if length == 0 {
			return
		}
		nx, ny := -dy/length*half, dx/length*half
		out = append(out, [][2]float64{{a[0] - nx, a[1] - ny}, {b[0] - nx, b[1] - ny}, {b[0] + nx, b[1] + ny}, {a[0] + nx, a[1] + ny}})
	}
	if round && len(line) > 0 {
		out = append(out, disc(line[0][0], line[0][1], half, 20))
		out = append(out, disc(line[len(line)-1][0], line[len(line)-1][1], half, 20))
	}
	period, long := 0.0, 0.0
	for _, d := range dash {
		period += d
	}
	for i := 1; i < len(line); i++ {
		long += math.Hypot(line[i][0]-line[i-1][0], line[i][1]-line[i-1][1])
	}
	if period*mostDashes < long*float64(len(dash)) {
		dash = nil
	}
	at, left, on := 0, 0.0, true
	if len(dash) > 0 {
		left = dash[0]
	}
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		if len(dash) == 0 {
			piece(a, b)
			if i+1 < len(line) {
				joint(b)
			}
			continue
		}
		length := math.Hypot(b[0]-a[0], b[1]-a[1])
		for done := 0.0; done < length; {
			step := min(left, length-done)
			from, to := done/length, (done+step)/length
			if on {
				piece([2]float64{a[0] + from*(b[0]-a[0]), a[1] + from*(b[1]-a[1])}, [2]float64{a[0] + to*(b[0]-a[0]), a[1] + to*(b[1]-a[1])})
			}
			done += step
			if left -= step; left <= 1e-9 {
				at = (at + 1) % len(dash)
				left, on = dash[at], !on
			}
			if step <= 0 {
				break
			}
		}
	}
	if len(dash) == 0 && len(line) > 2 && line[0] == line[len(line)-1] {
		joint(line[0])
	}
	return out
}

// ink is a colour or a pattern.
func (p *painter) ink(name string, opacity float64, at pose) image.Image {
	if id, ok := strings.CutPrefix(name, "url(#"); ok {
		if t := p.marks[strings.TrimSuffix(id, ")")]; t != nil {
			return &tiled{t, at}
		}
		return nil
	}
	c := colourOf(name, opacity)
	if c.A == 0 {
		return nil
	}
	return image.NewUniform(c)
}

// A tiled pattern without end.
type tiled struct {
	*tile
	pose
}

func (t *tiled) ColorModel() color.Model { return color.RGBAModel }
func (t *tiled) Bounds() image.Rectangle { return image.Rect(-1e9, -1e9, 1e9, 1e9) }

// At is the mean of four places in the pixel, so that stripes have soft edges.
func (t *tiled) At(x, y int) color.Color {
	n := 0
	for _, d := range [][2]float64{{.25, .25}, {.75, .25}, {.25, .75}, {.75, .75}} {
		ux, uy := t.back(float64(x)+d[0], float64(y)+d[1])
		sin, cos := math.Sincos(-t.turned * math.Pi / 180)
		ux, uy = cos*ux-sin*uy, sin*ux+cos*uy
		ux -= math.Floor(ux/t.tile.size) * t.tile.size
		uy -= math.Floor(uy/t.tile.size) * t.tile.size
		if t.stripe > 0 && ux < t.stripe || t.dot > 0 && math.Hypot(ux-t.tile.size/2, uy-t.tile.size/2) < t.dot {
			n++
		}
	}
	mix := func(ink, ground uint8) uint8 { return uint8((int(ink)*n + int(ground)*(4-n)) / 4) }
	return color.RGBA{mix(t.ink.R, t.ground.R), mix(t.ink.G, t.ground.G), mix(t.ink.B, t.ground.B), 255}
}

// area fills polygons in pixels.
func (p *painter) area(rings [][][2]float64, ink image.Image) {
	if ink == nil {
		return
	}
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, ring := range rings {
		for _, c := range ring {
			for k := range 2 {
				lo[k], hi[k] = min(lo[k], c[k]), max(hi[k], c[k])
			}
		}
	}
	if !(hi[0] >= lo[0]) || math.IsInf(lo[0], 0) {
		return
	}
	b := p.image.Bounds()
	box := image.Rect(int(math.Floor(max(lo[0], -1))), int(math.Floor(max(lo[1], -1))), int(math.Ceil(min(hi[0], float64(b.Max.X)+1))), int(math.Ceil(min(hi[1], float64(b.Max.Y)+1)))).Intersect(b)
	if box.Empty() {
		return
	}
	p.ras.Reset(box.Dx(), box.Dy())
	for _, ring := range rings {
		for k, c := range ring {
			x, y := float32(c[0]-float64(box.Min.X)), float32(c[1]-float64(box.Min.Y))
			if k == 0 {
				p.ras.MoveTo(x, y)
			} else {
				p.ras.LineTo(x, y)
			}
		}
		p.ras.ClosePath()
	}
	p.ras.Draw(p.image, box, ink, box.Min)
}

// A textLine is a text with its parts.
type textLine struct {
	manner
	x, y  float64
	parts []textPart
	next  float64 // gap before the next part
}

type textPart struct {
	manner
	text string
	gap  float64
}

func (l *textLine) gap(dx float64) { l.next += dx }

func (l *textLine) add(m manner, text string) {
	l.parts = append(l.parts, textPart{m, text, l.next})
	l.next = 0
}

// faces are the typefaces: of the same widths in all texts, near to those that browsers use.
var faces = sync.OnceValues(func() ([2]*sfnt.Font, error) {
	var out [2]*sfnt.Font
	for i, data := range [][]byte{goregular.TTF, gobold.TTF} {
		f, err := sfnt.Parse(data)
		if err != nil {
			return out, err
		}
		out[i] = f
	}
	return out, nil
})

// instead are letters for those that the typefaces lack.
var instead = map[rune]rune{'\u00a0': ' ', '◂': '‹', '↑': '^', '\u2009': ' '}

// write paints a text by the outlines of its letters.
func (p *painter) write(l *textLine) {
	fonts, err := faces()
	if err != nil {
		return
	}
	var buf sfnt.Buffer
	const em = 1000
	type letter struct {
		x     float64
		index sfnt.GlyphIndex
		font  *sfnt.Font
		part  *textPart
	}
	var letters []letter
	x := 0.0
	for i := range l.parts {
		part := &l.parts[i]
		x += part.gap
		f := fonts[0]
		if part.bold {
			f = fonts[1]
		}
		for _, r := range part.text {
			index, err := f.GlyphIndex(&buf, r)
			if other, ok := instead[r]; (err != nil || index == 0) && ok {
				index, err = f.GlyphIndex(&buf, other)
			}
			if err != nil {
				continue
			}
			advance, err := f.GlyphAdvance(&buf, index, fixed.I(em), font.HintingNone)
			if err != nil {
				continue
			}
			letters = append(letters, letter{x, index, f, part})
			x += float64(advance) / 64 / em * part.letters * letterWidth
		}
	}
	from := l.x
	switch l.anchor {
	case "middle":
		from -= x / 2
	case "end":
		from -= x
	}
	for _, one := range letters {
		m := one.part.manner
		ink := p.ink(m.fill, m.fillOpacity, m.pose)
		segments, err := one.font.LoadGlyph(&buf, one.index, fixed.I(em), nil)
		if err != nil || len(segments) == 0 || ink == nil {
			continue
		}
		scale := m.letters / em / 64
		to := func(q fixed.Point26_6) (float64, float64) {
			return l.at(from+one.x+float64(q.X)*scale*letterWidth, l.y+float64(q.Y)*scale)
		}
		p.glyph(segments, to, ink)
	}
}

// letterWidth narrows the letters to the widths of Arial, by which texts are laid out.
const letterWidth = 0.94

// glyph fills an outline of lines and curves, the curves cut into lines.
func (p *painter) glyph(segments sfnt.Segments, to func(fixed.Point26_6) (float64, float64), ink image.Image) {
	var rings [][][2]float64
	add := func(x, y float64) {
		if n := len(rings); n > 0 {
			rings[n-1] = append(rings[n-1], [2]float64{x, y})
		}
	}
	const steps = 6
	var x0, y0 float64
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			rings = append(rings, nil)
			x0, y0 = to(s.Args[0])
			add(x0, y0)
		case sfnt.SegmentOpLineTo:
			x0, y0 = to(s.Args[0])
			add(x0, y0)
		case sfnt.SegmentOpQuadTo:
			x1, y1 := to(s.Args[0])
			x2, y2 := to(s.Args[1])
			for i := 1; i <= steps; i++ {
				t := float64(i) / steps
				add((1-t)*(1-t)*x0+2*t*(1-t)*x1+t*t*x2, (1-t)*(1-t)*y0+2*t*(1-t)*y1+t*t*y2)
			}
			x0, y0 = x2, y2
		case sfnt.SegmentOpCubeTo:
			x1, y1 := to(s.Args[0])
			x2, y2 := to(s.Args[1])
			x3, y3 := to(s.Args[2])
			for i := 1; i <= steps; i++ {
				t := float64(i) / steps
				u := 1 - t
				add(u*u*u*x0+3*u*u*t*x1+3*u*t*t*x2+t*t*t*x3, u*u*u*y0+3*u*u*t*y1+3*u*t*t*y2+t*t*t*y3)
			}
			x0, y0 = x3, y3
		}
	}
	p.area(rings, ink)
}
