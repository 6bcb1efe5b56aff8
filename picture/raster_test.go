package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

func painted(t *testing.T, svg string, scale float64) image.Image {
	t.Helper()
	b, err := PNG(svg, scale)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func wrapped(inner string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 80" width="100" height="80">` + inner + `</svg>`
}

// near tells whether a colour is within a step or two of another, for the edges of things.
func near(a color.Color, r, g, b uint32) bool {
	x, y, z, _ := a.RGBA()
	apart := func(p, q uint32) bool { return p>>8 <= q+2 && q <= p>>8+2 }
	return apart(x, r) && apart(y, g) && apart(z, b)
}

func TestPNG(t *testing.T) {
	for _, test := range []struct {
		what, svg string
		x, y      int // of 200 × 160
		r, g, b   uint32
	}{
		{"ground", ``, 100, 80, 255, 255, 255},
		{"rectangle", `<rect x="10" y="10" width="20" height="20" fill="#ff0000"/>`, 40, 40, 255, 0, 0},
		{"beside it", `<rect x="10" y="10" width="20" height="20" fill="#ff0000"/>`, 70, 40, 255, 255, 255},
		{"short colour", `<rect width="50" height="50" fill="#08f"/>`, 40, 40, 0, 136, 255},
		{"half strength", `<rect width="50" height="50" fill="#000000" fill-opacity=".5"/>`, 40, 40, 127, 127, 127},
		{"inherited", `<g fill="#00ff00"><rect width="50" height="50"/></g>`, 40, 40, 0, 255, 0},
		{"relative path", `<path fill="#0000ff" d="M10 10l40 0 0 40-40 0z"/>`, 60, 60, 0, 0, 255},
		{"path with H and V", `<path fill="#0000ff" d="M10 10H50V50H10Z"/>`, 60, 60, 0, 0, 255},
		{"hole", `<path fill="#0000ff" d="M0 0H60V60H0zM20 20V40H40V20z"/>`, 60, 60, 255, 255, 255},
		{"stroke", `<path fill="none" stroke="#ff00ff" stroke-width="6" d="M0 40H100"/>`, 100, 78, 255, 0, 255},
		{"gap of dashes", `<path fill="none" stroke="#ff00ff" stroke-width="6" stroke-dasharray="10 10" d="M0 40H100"/>`, 30, 80, 255, 255, 255},
		{"dash", `<path fill="none" stroke="#ff00ff" stroke-width="6" stroke-dasharray="10 10" d="M0 40H100"/>`, 50, 80, 255, 0, 255},
		{"round dot", `<path fill="none" stroke="#ff00ff" stroke-width="10" stroke-linecap="round" d="M50 40h0"/>`, 100, 88, 255, 0, 255},
		{"circle", `<circle cx="50" cy="40" r="10" fill="#123456"/>`, 100, 60 + 4, 0x12, 0x34, 0x56},
		{"outside the circle", `<circle cx="50" cy="40" r="10" fill="#123456"/>`, 118, 62, 255, 255, 255},
		{"nested drawing", `<svg x="50" y="40" width="50" height="40" viewBox="0 0 500 400"><rect width="100" height="100" fill="#ff0000"/></svg>`, 110, 90, 255, 0, 0},
		{"moved and turned", `<g transform="translate(50 40) rotate(90)"><rect width="30" height="10" fill="#ff0000"/></g>`, 90, 130, 255, 0, 0},
		{"made larger", `<g transform="scale(2)"><rect x="10" y="10" width="10" height="10" fill="#ff0000"/></g>`, 76, 76, 255, 0, 0},     // 10 to 20 becomes 40 to 80 at two pixels a unit
		{"stripe of a pattern", Map{Sharing: true}.patterns() + `<path fill="url(#hidden)" d="M0 0H100V80H0z"/>`, 4, 0, 0x8a, 0x8a, 0x8a}, // x' = (2+0)·cos 45° = 1.4 of a stripe of 3
		{"between its stripes", Map{Sharing: true}.patterns() + `<path fill="url(#hidden)" d="M0 0H100V80H0z"/>`, 18, 0, 255, 255, 255},   // 9·cos 45° = 6.4 of 12
		{"stripe of an unreliable value", unsureOf("#08519c") + `<path fill="url(#unsure-08519c)" d="M0 0H100V80H0z"/>`, 0, 40, 255, 255, 255},
		{"ground of an unreliable value", unsureOf("#08519c") + `<path fill="url(#unsure-08519c)" d="M0 0H100V80H0z"/>`, 5, 40, 0x08, 0x51, 0x9c},
		{"stripe on a light class", unsureOf("#eff3ff") + `<path fill="url(#unsure-eff3ff)" d="M0 0H100V80H0z"/>`, 0, 40, 0x55, 0x55, 0x5f},
		{"dot of a pattern", Map{Sharing: true}.patterns() + `<path fill="url(#missing)" d="M0 0H100V80H0z"/>`, 12, 12, 0x8a, 0x8a, 0x8a},
		{"title is not painted", `<title>x</title><desc><rect width="100" height="80"/></desc>`, 100, 80, 255, 255, 255},
	} {
		m := painted(t, wrapped(test.svg), 2)
		if m.Bounds().Dx() != 200 || m.Bounds().Dy() != 160 {
			t.Fatalf("%s: %v", test.what, m.Bounds())
		}
		if c := m.At(test.x, test.y); !near(c, test.r, test.g, test.b) {
			t.Errorf("%s: %v at %d, %d, want %d %d %d", test.what, c, test.x, test.y, test.r, test.g, test.b)
		}
	}
}

// inkOf is where a picture is not white.
func inkOf(m image.Image) image.Rectangle {
	out := image.Rectangle{}
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if !near(m.At(x, y), 255, 255, 255) {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return out
}

func TestPNGText(t *testing.T) {
	at := func(more string) image.Rectangle {
		return inkOf(painted(t, wrapped(`<text x="50" y="40" font-size="10"`+more), 4))
	}
	start, middle, end := at(`>Åäö ≥ 1–5</text>`), at(` text-anchor="middle">Åäö ≥ 1–5</text>`), at(` text-anchor="end">Åäö ≥ 1–5</text>`)
	if start.Empty() || start.Min.X < 199 || end.Max.X > 201 || middle.Min.X >= 200 || middle.Max.X <= 200 || start.Max.Y > 4*43 || start.Min.Y < 4*29 {
		t.Errorf("texts lie at %v, %v and %v", start, middle, end)
	}
	if bold := at(` font-weight="bold">Åäö ≥ 1–5</text>`); bold.Dx() <= start.Dx() {
		t.Errorf("bold %v is no wider than plain %v", bold, start)
	}
	if parts := at(`><tspan>Åäö</tspan><tspan dx="20" font-size="5">x</tspan></text>`); parts.Dx() < start.Dx()/3+80 {
		t.Errorf("a part with a gap before it is not moved: %v", parts)
	}
	// Every letter that the pages' own texts need is there.
	for _, r := range "åäöÅÄÖéüß–−×·…≥≤°²±½◂↑ 0123456789%,.:;()/" {
		if one := inkOf(painted(t, wrapped(`<text x="50" y="40" font-size="10">`+string(r)+`</text>`), 2)); one.Empty() && r != ' ' {
			t.Errorf("%q is not painted", r)
		}
	}
}

func TestPNGOfNothing(t *testing.T) {
	for _, bad := range []string{"", "x", "<svg/>", `<svg width="0" height="10"/>`, `<svg width="1" height="-1"/>`, "<svg", `<p>x</p>`} {
		if _, err := PNG(bad, 2); err == nil {
			t.Errorf("%q is painted", bad)
		}
	}
	if m := painted(t, `<svg width="1e6" height="1e6"/>`, 2); m.Bounds().Dx()*m.Bounds().Dy() > 25e6 {
		t.Errorf("a large drawing makes %v pixels", m.Bounds())
	}
}

func FuzzPNG(f *testing.F) {
	f.Add(wrapped(Map{Sharing: true}.patterns() + `<g stroke="#000" fill="url(#hidden)"><path d="M1 1l5 5-3 2z" stroke-dasharray="1 2"/></g><text x="5" y="5">x<tspan dx="2">y</tspan></text>`))
	f.Add(wrapped(`<path d="M1e9 1L-1e9 3z" stroke="#fff" stroke-dasharray="0.0001"/>`))
	f.Fuzz(func(t *testing.T, svg string) {
		if len(svg) > 2000 || strings.Count(svg, "<svg") > 3 {
			return
		}
		PNG(svg, .1)
	})
}

// unsureOf is what a map says of the look of its unreliable areas, all of one class.
func unsureOf(fill string) string {
	return Map{Shapes: []Shape{{Class: &Class{Fill: fill}, Unsure: true}}}.patterns()
}

// Drawings side by side stand three abreast, each under its title, and a word too long for a line is cut up.
func TestBeside(t *testing.T) {
	one := Small{Title: "A", Drawing: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" width="100" height="50"><rect width="1" height="1" fill="#ff0000"/></svg>`}
	one.Legend = &Legend{Classes: []*Class{{Label: "1–2", Fill: "#00ff00", N: 1234}, {Label: "none"}}}
	svg := Beside([]Small{one, one, one, one}, "en")
	if got := strings.Count(svg, "1–2 (1,234)"); got != 4 || strings.Contains(svg, "none") {
		t.Errorf("%d legends: %s", got, svg)
	}
	m := painted(t, svg, 1)
	// A title of one line and its gap are 24 high, a drawing 50, and a class 18: the second row begins 24 below, at 116, and its drawing at 140.
	for _, at := range [][2]int{{50, 40}, {290, 40}, {530, 40}, {50, 160}} {
		if c := m.At(at[0], at[1]); !near(c, 255, 0, 0) {
			t.Errorf("%v at %v", c, at)
		}
	}
	if c := m.At(290, 160); !near(c, 255, 255, 255) {
		t.Errorf("%v where no drawing is", c)
	}
	long := "ab " + strings.Repeat("x", 25)
	if got := strings.Join(lines(long, 10), "|"); got != "ab|xxxxxxxxxx|xxxxxxxxxx|xxxxx" {
		t.Errorf("lines %q", got)
	}
}

// A map holds the looks that it has, and one that other drawings lean on holds all.
func TestPatterns(t *testing.T) {
	hidden := Map{Shapes: []Shape{{Class: &Class{Fill: "#ffffff"}}, {Class: &Class{Fill: "url(#hidden)"}}}}.patterns()
	if !strings.Contains(hidden, `id="hidden"`) || strings.Contains(hidden, `id="protect"`) || strings.Contains(hidden, `id="missing"`) {
		t.Error(hidden)
	}
	if none := (Map{Shapes: []Shape{{Class: &Class{Fill: "#ffffff"}}}}).patterns(); none != "" {
		t.Error(none)
	}
	all := Map{Sharing: true}.patterns()
	for _, name := range []string{"hidden", "protect", "missing", "unsure-" + strings.TrimPrefix(TypeColours[0], "#")} {
		if !strings.Contains(all, `id="`+name+`"`) {
			t.Errorf("%s is missing", name)
		}
	}
}
