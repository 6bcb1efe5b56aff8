package picture

import (
	"strings"
	"testing"
)

// A plane of shares is 322 px wide, from 74, and 272 px high, down to 284: a quarter of the way is 154.5 and 216.
func TestPlane(t *testing.T) {
	p := Plane("Curve", "Half.", Axis{"Pupils", true}, Axis{"Kronor", true}, []Trace{{"After", After, [][2]float64{{0, 0}, {0.25, 0.25}, {1, 1}}}, {"Before", Before, [][2]float64{{0, 0}, {1, 1}}}}, "sv")
	for _, want := range []string{`d="M74.0 284.0L154.5 216.0L396.0 12.0"`, `stroke-dasharray="7 4"`, "20\u00a0%", ">Pupils<", ">Kronor<", ">After<", `aria-label="Curve. Half."`} {
		if !strings.Contains(p.SVG, want) {
			t.Errorf("the plane lacks %s", want)
		}
	}
	// From -30 to 70 in at most five steps: of 20, from -40 to 80. Nothing, 40 of 120 up, lies 272/3 px above 284.
	p = Plane("Dots", "", Axis{"Need", false}, Axis{"Change", false}, []Trace{{"More", More, [][2]float64{{0, 0}, {10, 70}}}, {"Less", Less, [][2]float64{{5, -30}}}}, "en")
	for _, want := range []string{">−40<", ">80<", "M74.0 193.3L396.0 193.3", "M71.5 190.8h5v5h-5z"} {
		if !strings.Contains(p.SVG, want) {
			t.Errorf("the plane of dots lacks %s:\n%s", want, p.SVG)
		}
	}
	if p := Plane("None", "", Axis{}, Axis{}, []Trace{{Label: "x"}}, "sv"); p.SVG != "" {
		t.Error("nothing is drawn")
	}
}

// The longest bar is 205 px, from the middle at 210; half of it 102.5.
func TestBalance(t *testing.T) {
	p, words := Balance("Kronor", "more", "less", []Side{{"A <b>", 2000, 1000}, {"B", 0, 0}}, "en")
	for _, want := range []string{`x="107.5" y="21.0" width="102.5"`, `x="210.0" y="21.0" width="205.0"`, "+2,000 / −1,000", "A &lt;b&gt;", ">less<"} {
		if !strings.Contains(p.SVG, want) {
			t.Errorf("the balance lacks %s:\n%s", want, p.SVG)
		}
	}
	if words != "A <b>: +2,000 / −1,000; B: 0 / 0." {
		t.Errorf("in words: %s", words)
	}
	if p, _ := Balance("Kronor", "more", "less", []Side{{"A", 0, 0}}, "en"); p.SVG != "" {
		t.Error("nothing is drawn")
	}
}

// Wholes of the same length are parted by value; one that may not be told has words in place of parts, and when none may there is no picture.
func TestParts(t *testing.T) {
	all := []Parted{{Label: "1 A", Type: "1", Parts: []Part{{"1", "1 → 1: 3", 3}, {"2", "1 → 2: 1", 1}, {"3", "1 → 3: 0", 0}}}, {Label: "2 B", Type: "2", Without: "hidden"}}
	plot, told := Parts("T", all, "en")
	if told != "1 → 1: 3; 1 → 2: 1." {
		t.Errorf("told %q", told)
	}
	// A bar is 720 less 250 for names and 80 for numbers, 390, of which three quarters are 292.5.
	for _, want := range []string{`x="250.0" y="6.0" width="292.5"`, `x="542.5" y="6.0" width="97.5"`, ">hidden</text>", ">4</text>"} {
		if !strings.Contains(plot.SVG, want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
	if plot, _ := Parts("T", all[1:], "en"); plot.SVG != "" {
		t.Error("a picture of nothing")
	}
}
