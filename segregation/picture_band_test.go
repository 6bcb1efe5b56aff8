package segregation

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// The curve of the true counts lies in the band, whatever is known of them, and counts that are known give the curve itself.
func TestCurveBand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, in := boundedDraw(t, rapid.IntRange(1, 8).Draw(t, "units"), 2)
		in.UnitTotals, in.GroupTotals = nil, nil
		curve := SegregationCurve(table.Column(0), table.Column(1))
		band, err := BoundSegregationCurve(in, 20)
		if err != nil {
			for g := range 2 {
				for i := range in.Units {
					if in.Cells[2*i+g].Lo > 0 {
						break
					}
					if i == in.Units-1 {
						return // a group may be empty
					}
				}
			}
			t.Fatal(err)
		}
		for _, at := range band[:20] {
			if v := curveAt(curve, at.B); outside(v, at.A) {
				t.Fatalf("the curve is at %v over %v, outside %v", v, at.B, at.A)
			}
		}
		known := IntervalTable{Units: table.Units, Groups: 2}
		for i := range table.Units {
			known.Cells = append(known.Cells, Exactly(table.At(i, 0)), Exactly(table.At(i, 1)))
		}
		if band, err = BoundSegregationCurve(known, 20); err != nil {
			t.Fatal(err)
		}
		for _, at := range band[:20] {
			if v := curveAt(curve, at.B); outside(v, at.A) || at.A.Hi-at.A.Lo > 1e-9 {
				t.Fatalf("the curve is at %v over %v, and its band %v", v, at.B, at.A)
			}
		}
	})
}

// Ten of a live in the first unit with b of which 0 to 4 are hidden, and 20 of b in the second. Of b, 20 of 20 to 24 live without a: up to 20/24 the curve lies on the floor, and with 4 in the first unit it rises
// from there by 24/4 = 6 a share, with none at once.
func TestCurveBandByHand(t *testing.T) {
	band, err := BoundSegregationCurve(IntervalTable{Units: 2, Groups: 2, Cells: []Interval{Exactly(10), {0, 4}, Exactly(0), Exactly(20)}}, 12)
	if err != nil {
		t.Fatal(err)
	}
	for k, most := range map[int]float64{5: 0, 10: 0, 11: 0.5} {
		if got := band[k].A; got.Lo > 1e-9 || math.Abs(got.Hi-most) > 1e-9 {
			t.Errorf("over %v: %v, want 0 to %v", band[k].B, got, most)
		}
	}
}

// A curve of hidden counts is a band, and says so; bars of units that are not known are refused with what to do, and of rounded counts they say that they are.
func TestPicturesOfUncertainCounts(t *testing.T) {
	unit, group := cube.Dimension{Name: "unit"}, cube.Dimension{Name: "group"}
	for _, code := range []string{"1", "2"} {
		unit.Members, group.Members = append(unit.Members, cube.Member{Code: code}), append(group.Members, cube.Member{Code: code})
	}
	counts := func(hidden cube.Cell) *cube.Cube {
		b := cube.NewBuilder("counts", []cube.Dimension{unit, group}, []cube.Measure{{Name: "N", Kind: cube.Count}})
		for i, n := range []float64{10, 0, 0, 20} {
			cell := cube.KnownCell(n)
			if i == 1 {
				cell = hidden
			}
			b.Add([]int32{int32(i / 2), int32(i % 2)}, cell)
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	hidden := counts(cube.Cell{Status: cube.HiddenRule})
	q := Question{Units: "unit", Groups: "group", HiddenBelow: 5}
	p, err := CubePicture(hidden, q, PictureCurve, nil, PictureOptions{Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.SVG, `fill-opacity="0.18"`) || !strings.Contains(p.SVG, "whatever the hidden or changed counts are") || !strings.Contains(p.Summary, "D 0.833–1") {
		t.Errorf("%s", p.Summary)
	}
	if c := p.Table.Get("ShareA", "1", "92"); c.Status != cube.Unreliable || !c.Lo.OK || c.Lo.V > 0 || c.Hi.V < 0.5 {
		t.Errorf("%+v", c)
	}
	for _, kind := range []PictureKind{PictureSegplot, PictureDendrogram, PictureTernary} {
		if _, err := CubePicture(hidden, q, kind, nil, PictureOptions{}); err == nil || !strings.Contains(err.Error(), "draw a curve or a profile") {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if _, err := CubePicture(hidden, Question{Units: "unit", Groups: "group"}, PictureCurve, nil, PictureOptions{}); err == nil || !strings.Contains(err.Error(), "--hidden-below") {
		t.Errorf("nothing bounds it: %v", err)
	}
	q = Question{Units: "unit", Groups: "group", RoundedTo: 5}
	p, err = CubePicture(counts(cube.KnownCell(0)), q, PictureSegplot, nil, PictureOptions{Lang: "en"})
	if err != nil || !strings.Contains(p.SVG, "rounded or perturbed") || len(p.Table.Notes) == 0 {
		t.Errorf("%v", err)
	}
	if p, err = CubePicture(counts(cube.KnownCell(0)), q, PictureCurve, nil, PictureOptions{Lang: "en"}); err != nil || p.Table.Get("ShareA", "1", "92").Status != cube.Perturbed {
		t.Errorf("%v", err)
	}
}

// A profile of hidden counts is a band without a line, and its numbers are marked as unreliable.
func TestProfileOfUncertainCounts(t *testing.T) {
	points := []ScalePoint{{At: 100, Value: 0.3, Lo: cube.Num(0.2), Hi: cube.Num(0.4)}, {At: 200, Value: 0.1, Lo: cube.Num(0), Hi: cube.Num(0.2)}}
	profile := ScaleProfile{Measure: cube.Same("H"), Scale: cube.Same("m"), Band: bandOfCounts, Lines: []ScaleLine{{Points: points, Status: cube.Unreliable}}}
	p, err := ProfilePicture(profile, PictureOptions{Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(p.SVG, `stroke-width="2.2"`) || !strings.Contains(p.Summary, "0.200–0.400 at 100") || p.Table.Get("Value", "1", "100").Status != cube.Unreliable {
		t.Errorf("%s", p.Summary)
	}
	profile.Lines[0].Status = cube.NotAvailable
	if p, err = ProfilePicture(profile, PictureOptions{Lang: "en"}); err != nil || !strings.Contains(p.SVG, `stroke-width="2.2"`) {
		t.Errorf("a line that is known is not drawn: %v", err)
	}
}
