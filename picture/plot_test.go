package picture

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

func wellFormed(t interface{ Fatalf(string, ...any) }, svg string) {
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
	}
}

var shareMeasure = cube.Measure{Name: "Share", Title: cube.Text{SV: "Andel", EN: "Share"}, Kind: cube.Share, Decimals: 1}

// A hidden value has its sign, no dot and no number; names are escaped and cut.
func TestDots(t *testing.T) {
	long := strings.Repeat("mycket långt namn ", 20)
	marks := []Mark{{Label: "1 <b>&", Type: "1", Cell: cube.Cell{Status: cube.Known, Value: 0.123, Lo: cube.Num(0.1), Hi: cube.Num(0.15)}, From: `t.M[a="b"]`}, {Label: "Dold", Cell: cube.Cell{Status: cube.HiddenRule, Value: 0.987}}, {Label: long, Cell: cube.KnownCell(0.5)}}
	p, words := Dots("Titel <i>", marks, shareMeasure, false, "sv")
	wellFormed(t, p.SVG)
	for _, want := range []string{`>12,3<`, `(10,0–15,0)`, `data-cell="t.M[a=&#34;b&#34;]" data-format="plain"`, `data-format="interval,plain"`, "×", "1 &lt;b&gt;&amp;", "…"} {
		if !strings.Contains(p.SVG, want) {
			t.Errorf("the drawing lacks %s", want)
		}
	}
	if strings.Contains(p.SVG, "98,7") || strings.Contains(p.SVG, ">100<") || strings.Contains(words, "98") || strings.Count(p.SVG, "<circle") != 2 {
		t.Errorf("a hidden value is drawn: %s", p.SVG)
	}
	if !strings.Contains(words, "1 <b>&: 12,3\u00a0%") || !strings.Contains(words, "Dold: Dold") {
		t.Errorf("in words: %s", words)
	}
	if p, _ := Dots("x", marks[1:2], shareMeasure, false, "sv"); p.SVG != "" {
		t.Error("a chart without a value is drawn")
	}
}

// A line has a gap where a value is missing, and none across a break.
func TestLines(t *testing.T) {
	cell := func(v float64) Mark { return Mark{Cell: cube.KnownCell(v)} }
	p, words := Lines("Titel", []string{"2021", "2022", "2023", "2024"}, []Line{{Label: "A", Marks: []Mark{cell(0.1), {Cell: cube.Cell{Status: cube.HiddenProtect, Value: 0.777}}, cell(0.3), cell(0.4)}}}, shareMeasure, []int{2}, "en")
	wellFormed(t, p.SVG)
	// Three dots, and no line at all: 2022 is hidden, and 2023 and 2024 are not comparable.
	if strings.Count(p.SVG, "<circle") != 3 || !strings.Contains(p.SVG, "break in the series") || strings.Contains(p.SVG, "77.7") {
		t.Errorf("%s", p.SVG)
	}
	if words != "A: 10.0% (2021), 40.0% (2024)." {
		t.Errorf("in words: %s", words)
	}
}

// The axis holds all values and their intervals, has ticks at its ends, and begins at nothing for bars.
func TestScaleHoldsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cells []cube.Cell
		for _, v := range rapid.SliceOfN(rapid.Float64Range(-1e7, 1e7), 1, 20).Draw(t, "values") {
			c := cube.KnownCell(v)
			c.Lo, c.Hi = cube.Num(v-rapid.Float64Range(0, 1000).Draw(t, "lo")), cube.Num(v+rapid.Float64Range(0, 1000).Draw(t, "hi"))
			cells = append(cells, c)
		}
		m := cube.Measure{Kind: cube.Value, Decimals: 2}
		zero := rapid.Bool().Draw(t, "zero")
		s, ok := newScale(cells, m, zero, 320)
		if !ok || len(s.ticks) < 2 || len(s.ticks) > 9 {
			t.Fatalf("%+v", s)
		}
		for _, c := range cells {
			for _, v := range []float64{c.Value, c.Lo.V, c.Hi.V} {
				if at := s.at(Rounded(v, 2)); at < -1e-6 || at > 1+1e-6 {
					t.Fatalf("%v lies at %v of %+v", v, at, s)
				}
			}
		}
		if zero && (s.lo > 0 || s.hi < 0) {
			t.Fatalf("bars from nothing on %+v", s)
		}
	})
}

// Texts at the ends of lines keep their order and don't lie on each other.
func TestSpreadOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(rapid.Float64Range(34, 366), 1, MostLines).Draw(t, "places")
		out := spreadOut(in, plotEnd, 34, 366)
		for i := range in {
			for j := range in {
				if in[i] < in[j] && out[j]-out[i] < plotEnd-1e-9 {
					t.Fatalf("%v at %v", in, out)
				}
			}
			if out[i] < 34-plotEnd || out[i] > 366+plotEnd {
				t.Fatalf("%v at %v", in, out)
			}
		}
	})
}

// Values 1, 1, 2 and 10 in classes of their own: bins are 9/24 wide, so the first holds two areas and is twice as tall as the third and the last; a hidden value is in none.
func TestHistogram(t *testing.T) {
	m := cube.Measure{Kind: cube.Value, Title: cube.Same("v")}
	cells := []cube.Cell{cube.KnownCell(1), cube.KnownCell(1), cube.KnownCell(2), cube.KnownCell(10), {Status: cube.HiddenRule, Value: 7777}}
	l := NewLegend(cells, m, "sv")
	svg := Histogram(l, cells, &cells[2], nil, "sv")
	wellFormed(t, svg)
	// The plot is 62 px tall; bin 0 begins at x 4, bin 2 (1.75 to 2.125) at 4 + 2 × 332/24 = 31.7, bin 23 at 4 + 23 × 332/24 = 322.2. The mark is in the middle of bin 2.
	for _, want := range []string{`x="4.0" y="16.0" width="13.8" height="62.0"`, `x="31.7" y="47.0" width="13.8" height="31.0"`, `x="322.2" y="47.0"`, `M38.6 14l`, "4 områden, från 1–10"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the histogram lacks %s: %s", want, svg)
		}
	}
	if strings.Contains(svg, "7777") || strings.Contains(svg, "7\u00a0777") || strings.Count(svg, "<rect") != 4 {
		t.Errorf("a hidden value is drawn: %s", svg)
	}
	if Histogram(NewLegend(cells, cube.Measure{Kind: cube.Code}, "sv"), cells, nil, nil, "sv") != "" {
		t.Error("types have a histogram of values")
	}
}

// What must not be parted from a picture is in it, and a hidden class is in its legend without a number but its count.
func TestSheet(t *testing.T) {
	cells := []cube.Cell{cube.KnownCell(0.1), cube.KnownCell(0.2), {Status: cube.HiddenProtect, Value: 0.777}}
	l := NewLegend(cells, shareMeasure, "en")
	for _, c := range cells {
		l.Of(c).N++
	}
	p, _ := Dots("D", []Mark{{Label: "A", Cell: cells[0]}}, shareMeasure, false, "en")
	svg := Sheet("Title <b> that is long enough to be parted into more than one line of the sheet", []string{p.SVG}, l, []string{"Source: Nobody", "What it is not"}, "en")
	wellFormed(t, svg)
	for _, want := range []string{"Title &lt;b&gt;", "Source: Nobody", "What it is not", `<svg x="24" y="`, "The bars are the number of areas"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the sheet lacks %s", want)
		}
	}
	if strings.Contains(svg, "77.7") {
		t.Error("a hidden value is in the picture")
	}
}

// A series that breaks at 2022 is broken after its last year before; a break before all years or after them is none.
func TestBreaks(t *testing.T) {
	times := []string{"2019", "2021", "2023"}
	of := func(at string) cube.Warning { return cube.Warning{Code: cube.SeriesBreak, At: at} }
	if got := Breaks([]cube.Warning{of("2022"), {Code: "other", At: "2021"}, of("2020"), of("2021")}, times); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("breaks after %v, want 0 and 1", got)
	}
	if got := Breaks([]cube.Warning{of("2019"), of("2024"), of("")}, times); got != nil {
		t.Errorf("breaks after %v where there is none", got)
	}
}
