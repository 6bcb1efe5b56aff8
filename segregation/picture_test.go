package segregation

import (
	"compress/gzip"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// pictureSchools is pupils by race in American schools 1999/2000 (data set schools00 of Elbers' R package segregation), over a column: state, district or school.
func pictureSchools(t *testing.T, over string) (table *Table, units, groups []cube.Text) {
	t.Helper()
	file, err := os.Open(realData(t, "other-countries", "segregation_schools00.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(plain).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(rows[0], over)
	unit, group := map[string]int{}, map[string]int{}
	for _, r := range rows[1:] {
		if _, ok := unit[r[column]]; !ok {
			unit[r[column]] = len(unit)
			units = append(units, cube.Same(r[column]))
		}
		if _, ok := group[r[3]]; !ok {
			group[r[3]] = len(group)
			groups = append(groups, cube.Same(r[3]))
		}
	}
	n := make([]float64, len(unit)*len(group))
	for _, r := range rows[1:] {
		v, err := strconv.ParseFloat(r[4], 64)
		if err != nil {
			t.Fatal(err)
		}
		n[unit[r[column]]*len(group)+group[r[3]]] += v
	}
	return tableOf(t, len(unit), len(group), n), units, groups
}

var pictureSmallTable = []float64{ // synthetic
	80, 15, 5,
	40, 40, 20,
	10, 70, 20,
	5, 20, 175,
	0, 0, 0,
}

// pictureEach draws one picture of each kind from a table, the first two groups in the curve.
func pictureEach(t *Table, o PictureOptions) map[string]func() (Picture, error) {
	return map[string]func() (Picture, error){
		"curve": func() (Picture, error) {
			return CurvePicture([]Pairing{{Label: cube.Same("1"), A: t.Column(0), B: t.Column(min(1, t.Groups-1))}}, cube.Text{}, cube.Text{}, o)
		},
		"segplot":    func() (Picture, error) { return SegplotPicture(Segplot{Table: t}, o) },
		"ternary":    func() (Picture, error) { return TernaryPicture(t, nil, nil, o) },
		"dendrogram": func() (Picture, error) { return pictureMerged(t, o) },
		"profile": func() (Picture, error) {
			var points []ScalePoint
			for i := range t.Units {
				v := t.UnitTotal(i)
				points = append(points, ScalePoint{At: 50 * math.Exp2(float64(i)), Value: v, Lo: cube.Num(v * 0.9), Hi: cube.Num(v * 1.1)})
			}
			return ProfilePicture(ScaleProfile{Lines: []ScaleLine{{Points: points}}, Measure: cube.Same("H"), Scale: cube.Same("k"), Log: true, Band: cube.Same("95 %")}, o)
		},
	}
}

func pictureMerged(t *Table, o PictureOptions) (Picture, error) {
	c, err := Compress(t, Compression{})
	if err != nil {
		return Picture{}, err
	}
	return DendrogramPicture(c, nil, o)
}

var pictureBroken = regexp.MustCompile(`(?i)\b(nan|[+-]?inf)\b`)

// pictureSound tells what is wrong with an SVG: not well-formed, a number that is none, a style or script, text too small, or anything outside the picture.
func pictureSound(svg string) error {
	if at := pictureBroken.FindString(svg); at != "" {
		return fmt.Errorf("it holds %q", at)
	}
	d := xml.NewDecoder(strings.NewReader(svg))
	width, height := 0.0, 0.0
	for {
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains([]string{"svg", "title", "desc", "rect", "path", "text", "circle"}, start.Name.Local) {
			return fmt.Errorf("it has an element %s", start.Name.Local)
		}
		for _, a := range start.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") || strings.HasSuffix(a.Name.Local, "href") {
				return fmt.Errorf("it has an attribute %s", a.Name.Local)
			}
			v, err := strconv.ParseFloat(a.Value, 64)
			if err != nil {
				continue
			}
			switch a.Name.Local {
			case "font-size":
				if v < 11 {
					return fmt.Errorf("it has text of %g px", v)
				}
			case "width", "height", "x", "y", "cx", "cy":
				limit := height
				if a.Name.Local == "width" || strings.HasSuffix(a.Name.Local, "x") {
					limit = width
				}
				if start.Name.Local == "svg" {
					if a.Name.Local == "width" {
						width = v
					} else {
						height = v
					}
				} else if v < 0 || v > limit {
					return fmt.Errorf("%s has %s = %g in a picture of %g × %g", start.Name.Local, a.Name.Local, v, width, height)
				}
			}
		}
	}
}

func TestPictureSound(t *testing.T) {
	table := tableOf(t, 5, 3, pictureSmallTable)
	for _, lang := range []string{"sv", "en"} {
		o := PictureOptions{Lang: lang, Title: cube.Text{SV: "Ett <prov> & \"mer\" \x00", EN: "A <trial> & \"more\" \x00"}, Source: "a & b <c>"}
		for name, draw := range pictureEach(tableOf(t, 4, 3, pictureSmallTable[:12]), o) {
			first, err := draw()
			if err != nil {
				t.Fatal(name, err)
			}
			if err := pictureSound(first.SVG); err != nil {
				t.Errorf("%s %s: %v", name, lang, err)
			}
			if again, err := draw(); err != nil || again.SVG != first.SVG {
				t.Errorf("%s: drawn twice, the pictures differ (%v)", name, err)
			}
			for _, want := range []string{`role="img"`, `lang="` + lang + `"`, "a &amp; b &lt;c&gt;", "</title>", "</desc>"} {
				if !strings.Contains(first.SVG, want) {
					t.Errorf("%s %s lacks %s", name, lang, want)
				}
			}
			if lang == "sv" && regexp.MustCompile(`\d\.\d`).MatchString(first.Summary) {
				t.Errorf("%s: a decimal point in Swedish: %s", name, first.Summary)
			}
		}
	}
	// A unit without persons changes no picture but by its number.
	with, err := SegplotPicture(Segplot{Table: table}, PictureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	without, err := SegplotPicture(Segplot{Table: tableOf(t, 4, 3, pictureSmallTable[:12])}, PictureOptions{})
	if err != nil || with.SVG != without.SVG {
		t.Errorf("an empty unit changes the segplot (%v)", err)
	}
}

func TestPictureErrors(t *testing.T) {
	for _, c := range []struct {
		name          string
		units, groups int
		n             []float64
		want          string
	}{
		{"nobody", 2, 3, make([]float64, 6), "no persons"},
		{"one group", 2, 3, []float64{1, 0, 0, 2, 0, 0}, "only one group"},
		{"one unit", 2, 3, []float64{1, 2, 3, 0, 0, 0}, "only one unit"},
		{"one declared group", 2, 1, []float64{1, 2}, "only one group"},
	} {
		for name, draw := range pictureEach(tableOf(t, c.units, c.groups, c.n), PictureOptions{}) {
			if name == "profile" {
				continue
			}
			want := c.want
			if name == "dendrogram" && c.name == "nobody" {
				want = "nothing to merge" // by Compress itself
			}
			if name == "curve" && c.name == "one declared group" {
				continue // a group against itself
			}
			if p, err := draw(); err == nil || !strings.Contains(err.Error(), want) || p.SVG != "" {
				t.Errorf("%s of %s: %v, want an error with %q", name, c.name, err, want)
			}
		}
	}
	even := tableOf(t, 2, 2, []float64{1, 2, 2, 4})
	if _, err := pictureMerged(even, PictureOptions{}); err == nil || !strings.Contains(err.Error(), "no segregation") {
		t.Errorf("a dendrogram without segregation: %v", err)
	}
	if _, err := TernaryPicture(even, nil, nil, PictureOptions{}); err == nil || !strings.Contains(err.Error(), "three groups") {
		t.Errorf("a triangle of two groups: %v", err)
	}
	good := tableOf(t, 5, 3, pictureSmallTable)
	for _, o := range []PictureOptions{{Lang: "de"}, {Width: 100}, {Height: 100}, {Width: 100000}, {Height: 330, Source: strings.Repeat("long ", 400)}} {
		for name, draw := range pictureEach(good, o) {
			if name == "profile" {
				continue
			}
			if _, err := draw(); err == nil {
				t.Errorf("%s with %v does not fail", name, o.Lang)
			}
		}
	}
	if _, err := CurvePicture(nil, cube.Text{}, cube.Text{}, PictureOptions{}); err == nil {
		t.Error("no curves do not fail")
	}
	if _, err := CurvePicture([]Pairing{{A: []float64{1, 2}, B: []float64{1}}}, cube.Text{}, cube.Text{}, PictureOptions{}); err == nil {
		t.Error("a pair of different lengths does not fail")
	}
	if _, err := SegplotPicture(Segplot{Table: good, Groups: make([]cube.Text, 2)}, PictureOptions{}); err == nil {
		t.Error("two names for three groups do not fail")
	}
	if _, err := SegplotPicture(Segplot{Table: tableOf(t, 2, 9, slices.Repeat([]float64{1, 2}, 9))}, PictureOptions{}); err == nil {
		t.Error("nine groups do not fail")
	}
	point := func(at, v, lo, hi float64) ScalePoint {
		return ScalePoint{At: at, Value: v, Lo: cube.Num(lo), Hi: cube.Num(hi)}
	}
	for want, points := range map[string][]ScalePoint{
		"takes two":           {point(1, 2, 1, 3)},
		"outside":             {point(1, 2, 1, 3), point(2, 5, 1, 3)},
		"not finite":          {point(1, 2, 1, 3), point(2, math.NaN(), 1, 3)},
		"must rise":           {point(2, 2, 1, 3), point(1, 2, 1, 3)},
		"no logarithm":        {point(0, 2, 1, 3), point(1, 2, 1, 3)},
		"at some points only": {point(1, 2, 1, 3), {At: 2, Value: 2}},
		"(Band)":              {point(1, 2, 1, 3), point(2, 2, 1, 3)},
	} {
		_, err := ProfilePicture(ScaleProfile{Lines: []ScaleLine{{Points: points}}, Measure: cube.Same("H"), Scale: cube.Same("k"), Log: true}, PictureOptions{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a profile gives %v, want an error with %q", err, want)
		}
	}
}

// TestCurve: Duncan and Duncan (1955): D is the greatest vertical distance between the curve and the diagonal, Gini twice the area between.
func TestCurve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "units")
		counts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(0, 500).Draw(t, "n")) }), n, n)
		a, b := counts.Draw(t, "a"), counts.Draw(t, "b")
		curve := SegregationCurve(a, b)
		if math.IsNaN(Dissimilarity(a, b)) {
			if curve != nil {
				t.Fatal("a curve of an empty group")
			}
			return
		}
		if curve[0] != (CurvePoint{0, 0}) || curve[len(curve)-1] != (CurvePoint{1, 1}) {
			t.Fatalf("the curve goes from %v to %v", curve[0], curve[len(curve)-1])
		}
		d, under := 0.0, 0.0
		for i, c := range curve {
			d = max(d, c.B-c.A)
			if c.A > c.B {
				t.Fatalf("corner %d lies above the diagonal: %v", i, c)
			}
			if i > 0 {
				last := curve[i-1]
				if c.A < last.A || c.B < last.B {
					t.Fatalf("the curve falls at corner %d", i)
				}
				under += (c.B - last.B) * (c.A + last.A) / 2
			}
		}
		if want := Dissimilarity(a, b); math.Abs(d-want) > 1e-12 {
			t.Fatalf("greatest distance %v, D %v", d, want)
		}
		if want := Gini(a, b); math.Abs(2*(0.5-under)-want) > 1e-12 {
			t.Fatalf("twice the area %v, Gini %v", 2*(0.5-under), want)
		}
	})
}

// picturePaths are the corners of each path, in px.
func picturePaths(t interface{ Fatal(...any) }, svg string) (paths [][][2]float64) {
	for _, m := range regexp.MustCompile(`<path d="([^"]*)"`).FindAllStringSubmatch(svg, -1) {
		var path [][2]float64
		for _, c := range strings.FieldsFunc(m[1], func(r rune) bool { return r == 'M' || r == 'L' || r == 'Z' }) {
			var q [2]float64
			if _, err := fmt.Sscan(c, &q[0], &q[1]); err != nil {
				t.Fatal(err)
			}
			path = append(path, q)
		}
		paths = append(paths, path)
	}
	return paths
}

// TestCurveDrawn: the line in the picture goes through the corners of the table.
func TestCurveDrawn(t *testing.T) {
	a, b := []float64{1, 2, 7}, []float64{10, 20, 10} // synthetic; two units of one share are one stretch
	p, err := CurvePicture([]Pairing{{Label: cube.Same("x"), A: a, B: b}}, cube.Same("a"), cube.Same("b"), PictureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Table.Len() != 3 || p.Table.Get("ShareB", "1", "1").Value != 0.75 || p.Table.Get("ShareA", "1", "1").Value != 0.3 {
		t.Errorf("the table has %d corners, the middle one at %v, %v", p.Table.Len(), p.Table.Get("ShareB", "1", "1").Value, p.Table.Get("ShareA", "1", "1").Value)
	}
	if !strings.Contains(p.Summary, "D = 0,450, Gini = 0,450") { // 0.75 − 0.3; the triangle's area is half of that
		t.Error(p.Summary)
	}
	found := false
	for _, path := range picturePaths(t, p.SVG) {
		if len(path) != 3 {
			continue
		}
		from, to := path[0], path[2]
		if math.Abs((path[1][0]-from[0])/(to[0]-from[0])-0.75) < 1e-4 && math.Abs((path[1][1]-from[1])/(to[1]-from[1])-0.3) < 1e-4 {
			found = true
		}
	}
	if !found {
		t.Error("no line is drawn through the corner 0.75, 0.3")
	}
}

func TestSegplotTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		p, err := SegplotPicture(Segplot{Table: table}, PictureOptions{Lang: "en"})
		if err != nil {
			if _, _, bad := pictureCheck(table); bad == nil && table.Groups <= pictureMostGroups {
				t.Fatal(err)
			}
			return
		}
		if err := pictureSound(p.SVG); err != nil {
			t.Fatal(err)
		}
		widths, shares, last, m := 0.0, 0.0, -1.0, 0.0
		for _, unit := range p.Table.Dim("unit").Members {
			width := p.Table.Get("Width", unit.Code, cube.Total).Value
			if unit.Code == cube.Total {
				if width != 1 {
					t.Fatalf("all units together are %v wide", width)
				}
				continue
			}
			widths += width
			local := p.Table.Get("LocalInformation", unit.Code, cube.Total).Value
			if local < last {
				t.Fatalf("local segregation falls from %v to %v", last, local)
			}
			last, m = local, m+width*local
			for _, group := range p.Table.Dim("group").Members {
				if group.Code != cube.Total {
					shares += width * p.Table.Get("ShareInUnit", unit.Code, group.Code).Value
				}
			}
		}
		if math.Abs(widths-1) > 1e-12 || math.Abs(shares-1) > 1e-12 {
			t.Fatalf("widths add up to %v, the bars' area to %v", widths, shares)
		}
		if want := MutualInformation(table); math.Abs(m-want) > 1e-12 {
			t.Fatalf("local segregation by width gives %v, M is %v", m, want)
		}
	})
}

// TestSegplotDrawn: the steps of the lowest group are as wide and as high as the table says.
func TestSegplotDrawn(t *testing.T) {
	p, err := SegplotPicture(Segplot{Table: tableOf(t, 5, 3, pictureSmallTable), Order: ByGroupShare}, PictureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, m := range p.Table.Dim("unit").Members {
		order = append(order, m.Code)
	}
	if want := []string{"4", "3", "2", "1", cube.Total}; !slices.Equal(order, want) { // shares 0.025, 0.1, 0.4, 0.8
		t.Fatalf("the units stand as %v, want %v", order, want)
	}
	dark := regexp.MustCompile(`<path d="[^"]*" fill="` + pictureFill(0, 3) + `"`).FindString(p.SVG)
	path := picturePaths(t, dark)[0]
	left, foot, right := path[0][0], path[0][1], path[len(path)-1][0]
	whole := picturePaths(t, regexp.MustCompile(`<path d="[^"]*" fill="`+pictureFill(2, 3)+`"`).FindString(p.SVG))[0]
	high := foot - whole[1][1]
	for k, code := range order[:4] {
		from, to := path[1+2*k], path[2+2*k]
		width, share := (to[0]-from[0])/(right-left), (foot-from[1])/high
		if want := p.Table.Get("Width", code, cube.Total).Value; math.Abs(width-want) > 1e-4 {
			t.Errorf("unit %s is drawn %v wide, want %v", code, width, want)
		}
		if want := p.Table.Get("ShareInUnit", code, "1").Value; math.Abs(share-want) > 1e-4 {
			t.Errorf("unit %s is drawn %v high, want %v", code, share, want)
		}
	}
}

// TestProfileDrawn: the band holds the line, and both are where the table says; doublings of k lie at equal distances.
func TestProfileDrawn(t *testing.T) {
	var points []ScalePoint
	for i := range 11 { // synthetic
		v := 0.4 - 0.03*float64(i)
		points = append(points, ScalePoint{At: 50 * math.Exp2(float64(i)), Value: v, Lo: cube.Num(v - 0.02), Hi: cube.Num(v + 0.01)})
	}
	p, err := ProfilePicture(ScaleProfile{Lines: []ScaleLine{{Points: points}}, Measure: cube.Same("H"), Scale: cube.Same("k"), Log: true, Band: cube.Same("95 %")}, PictureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var band, line [][2]float64
	for _, path := range picturePaths(t, p.SVG) {
		switch len(path) {
		case 22:
			band = path
		case 11:
			line = path
		}
	}
	if line == nil || band == nil {
		t.Fatal("no line or no band is drawn")
	}
	// px a unit of H, from the first and the last point.
	scale := (line[10][1] - line[0][1]) / (points[0].Value - points[10].Value)
	for i, q := range line {
		lo, hi := band[i], band[21-i]
		if !(hi[1] < q[1] && q[1] < lo[1]) || hi[0] != q[0] || lo[0] != q[0] {
			t.Errorf("at point %d the band from %v to %v does not hold the line at %v", i, lo, hi, q)
		}
		cell := p.Table.Get("Value", "1", strconv.Itoa(int(points[i].At)))
		if cell.Value != points[i].Value || cell.Lo != points[i].Lo || cell.Hi != points[i].Hi {
			t.Errorf("the table has %v at %v", cell, points[i].At)
		}
		if math.Abs((lo[1]-hi[1])/scale-(cell.Hi.V-cell.Lo.V)) > 1e-4 {
			t.Errorf("at point %d the band is %v high, want %v", i, (lo[1]-hi[1])/scale, cell.Hi.V-cell.Lo.V)
		}
		if i > 0 && math.Abs(q[0]-line[i-1][0]-(line[10][0]-line[0][0])/10) > 0.02 {
			t.Errorf("point %d stands %v px from the one before", i, q[0]-line[i-1][0])
		}
	}
}

// TestTernaryDrawn: each circle lies where its shares put it, with an area by its persons.
func TestTernaryDrawn(t *testing.T) {
	table := tableOf(t, 5, 3, pictureSmallTable)
	p, err := TernaryPicture(table, nil, nil, PictureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Table.Len() != 5*3 || p.Table.Get("ShareInUnit", "4", "3").Value != 0.875 || p.Table.Get("NPersons", cube.Total, "1").Value != 135 {
		t.Errorf("the table has %d rows, unit 4 the share %v", p.Table.Len(), p.Table.Get("ShareInUnit", "4", "3").Value)
	}
	var corners [][2]float64
	for _, path := range picturePaths(t, p.SVG) {
		if len(path) == 3 {
			corners = path
		}
	}
	type circle struct{ x, y, r float64 }
	var circles []circle
	for _, m := range regexp.MustCompile(`<circle cx="([^"]*)" cy="([^"]*)" r="([^"]*)"`).FindAllStringSubmatch(p.SVG, -1) {
		var c circle
		if _, err := fmt.Sscan(m[1]+" "+m[2]+" "+m[3], &c.x, &c.y, &c.r); err != nil {
			t.Fatal(err)
		}
		circles = append(circles, c)
	}
	if len(circles) != 5 { // four units and the legend's
		t.Fatalf("%d circles", len(circles))
	}
	for k, unit := range []int{3, 0, 1, 2} { // by size, the first of equals first
		x, y := 0.0, 0.0
		for g, c := range corners {
			share := table.At(unit, g) / table.UnitTotal(unit)
			x, y = x+share*c[0], y+share*c[1]
		}
		c := circles[k]
		if math.Hypot(c.x-x, c.y-y) > 0.02 {
			t.Errorf("unit %d is drawn at %v, %v, want %v, %v", unit+1, c.x, c.y, x, y)
		}
		if want := table.UnitTotal(unit) / 200; math.Abs(c.r*c.r/(circles[0].r*circles[0].r)-want) > 1e-3 {
			t.Errorf("unit %d has the area %v of the largest, want %v", unit+1, c.r*c.r/(circles[0].r*circles[0].r), want)
		}
	}
}

// TestDendrogramDrawn: as many joints as merges, each where the table's share kept says, and every unit named.
func TestDendrogramDrawn(t *testing.T) {
	p, err := pictureMerged(tableOf(t, 5, 3, pictureSmallTable), PictureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var joints [][][2]float64
	var curve [][2]float64
	for _, path := range picturePaths(t, p.SVG) {
		if len(path) != 4 {
			continue
		}
		if path[1][0] == path[2][0] && path[0][1] == path[1][1] && path[2][1] == path[3][1] {
			joints = append(joints, path)
		} else if path[0][0] < path[1][0] && path[2][0] < path[3][0] {
			curve = path
		}
	}
	if len(joints) != 3 || curve == nil || p.Table.Len() != 4 {
		t.Fatalf("%d joints, curve %v, %d rows; want 3 merges of 4 units", len(joints), curve, p.Table.Len())
	}
	leaf, root := joints[0][0][0], joints[2][1][0]
	for k, j := range joints {
		kept := p.Table.Get("Kept", strconv.Itoa(3-k)).Value
		if got := 1 - (j[1][0]-leaf)/(root-leaf); math.Abs(got-kept) > 1e-4 {
			t.Errorf("merge %d is drawn at %v, the table has %v", k+1, got, kept)
		}
		if got := 1 - (curve[k+1][1]-curve[0][1])/(curve[3][1]-curve[0][1]); math.Abs(got-kept) > 1e-4 {
			t.Errorf("after merge %d the curve is at %v, the table has %v", k+1, got, kept)
		}
	}
	for unit := range 4 {
		if !strings.Contains(p.SVG, `text-anchor="end" fill="`+pictureInk+`">`+strconv.Itoa(unit+1)+"</text>") {
			t.Errorf("unit %d is not named", unit+1)
		}
	}
}

// TestPictureColours: fills can be told apart in grey (luma of ITU-R BT.709 rises by 0.08 at least), lines by dash and marker.
func TestPictureColours(t *testing.T) {
	for n := 2; n <= pictureMostGroups; n++ {
		last := -1.0
		for i := range n {
			v, err := strconv.ParseUint(pictureFill(i, n)[1:], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			r, g, b := float64(v>>16), float64(v>>8&255), float64(v&255)
			grey := (0.2126*r + 0.7152*g + 0.0722*b) / 255
			if grey < last+0.08 {
				t.Errorf("fill %d of %d is %.2f grey, the one before %.2f", i+1, n, grey, last)
			}
			last = grey
		}
	}
	dashes, markers := map[string]bool{}, map[string]bool{}
	for _, l := range pictureLines {
		dashes[l.dash], markers[l.marker] = true, true
	}
	if len(dashes) != len(pictureLines) || len(markers) != len(pictureLines) {
		t.Error("two lines have one dash or marker")
	}
}

// TestPictureSchools draws real data; M and H are those of Elbers' R package.
func TestPictureSchools(t *testing.T) {
	table, units, groups := pictureSchools(t, "school")
	p, err := SegplotPicture(Segplot{Table: table, Units: units, Groups: groups}, PictureOptions{Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.Summary, "M = 0.426 and H = 0.419") {
		t.Error(p.Summary)
	}
	if err := pictureSound(p.SVG); err != nil {
		t.Error(err)
	}
	if p, err = SegplotPicture(Segplot{Table: table, Units: units, Groups: groups}, PictureOptions{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.SVG, "877\u00a0739 personer") || !strings.Contains(p.SVG, "0,426") {
		t.Error("the Swedish picture does not write numbers as Swedish does: " + p.Summary)
	}
}

// TestPictureMany: as many curves, lines, units and groups as a picture takes, at the size they come in, and one curve or line too many.
func TestPictureMany(t *testing.T) {
	var pairings []Pairing
	var lines []ScaleLine
	for i := range len(pictureLines) {
		pairings = append(pairings, Pairing{Label: cube.Same(strings.Repeat("long name ", i)), A: []float64{1, 2 + float64(i), 30}, B: []float64{10, 5, 4}})
		var points []ScalePoint
		for k := 1; k <= 30; k++ {
			points = append(points, ScalePoint{At: 2.5 * float64(k*k), Value: float64(i) / float64(k) / 10})
		}
		lines = append(lines, ScaleLine{Label: cube.Same(strings.Repeat("long name ", i)), Points: points})
	}
	n := make([]float64, 100*pictureMostGroups)
	for i := range n {
		n[i] = float64(1 + i*i%17)
	}
	table := tableOf(t, 100, pictureMostGroups, n)
	profile := ScaleProfile{Lines: lines, Measure: cube.Same("H"), Scale: cube.Same("m"), Log: true}
	linear := profile
	linear.Log = false
	for _, width := range []int{0, 400} {
		o := PictureOptions{Width: width}
		for name, draw := range map[string]func() (Picture, error){
			"curves":     func() (Picture, error) { return CurvePicture(pairings, cube.Text{}, cube.Text{}, o) },
			"segplot":    func() (Picture, error) { return SegplotPicture(Segplot{Table: table}, o) },
			"dendrogram": func() (Picture, error) { return pictureMerged(table, o) },
			"profile":    func() (Picture, error) { return ProfilePicture(profile, o) },
			"linear":     func() (Picture, error) { return ProfilePicture(linear, o) },
		} {
			p, err := draw()
			if err != nil {
				t.Errorf("%s of width %d: %v", name, width, err)
			} else if err := pictureSound(p.SVG); err != nil {
				t.Errorf("%s of width %d: %v", name, width, err)
			}
		}
	}
	if _, err := CurvePicture(append(pairings, pairings[0]), cube.Text{}, cube.Text{}, PictureOptions{}); err == nil {
		t.Error("seven curves do not fail")
	}
	profile.Lines = append(profile.Lines, lines[0])
	if _, err := ProfilePicture(profile, PictureOptions{}); err == nil {
		t.Error("seven lines do not fail")
	}
}

// FuzzPicture: whatever the counts, a picture is sound or there is an error.
func FuzzPicture(f *testing.F) {
	f.Add(1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
	f.Add(0.0, 0.0, 3.0, 4.0, 0.0, 6.0)
	f.Add(1e308, 1.0, 0.0, 1e308, 5e-324, 6.0)
	f.Add(1e-300, 1e-310, 0.0, 5e-324, 5e-324, 1e300)
	f.Add(1e100, 1e100, 1e-100, 1e-100, 1e100, 1.0)
	f.Add(-1.0, math.NaN(), math.Inf(1), 4.0, 5.0, 6.0)
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g float64) {
		table, err := NewTable(2, 3, []float64{a, b, c, d, e, g})
		if err != nil {
			return
		}
		for name, draw := range pictureEach(table, PictureOptions{}) {
			p, err := draw()
			if err != nil {
				if p.SVG != "" {
					t.Errorf("%s: an error and a picture", name)
				}
				continue
			}
			if err := pictureSound(p.SVG); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if pictureBroken.MatchString(p.Summary) {
				t.Errorf("%s: %s", name, p.Summary)
			}
		}
	})
}

// FuzzPictureText: any text, whole or broken, leaves the SVG well-formed.
func FuzzPictureText(f *testing.F) {
	f.Add("plain")
	f.Add("<script>alert(1)</script>")
	f.Add("\xff\x00 ]]> &amp; \u2028 日本語")
	f.Add(strings.Repeat("långtord", 60))
	f.Fuzz(func(t *testing.T, s string) {
		if pictureBroken.MatchString(s) {
			return
		}
		names := []cube.Text{cube.Same(s), cube.Same(s + "x"), cube.Same("y" + s)}
		table := tableOf(t, 3, 3, pictureSmallTable[:9])
		o := PictureOptions{Title: cube.Same(s), Source: s}
		if p, err := SegplotPicture(Segplot{Table: table, Units: names, Groups: names}, o); err == nil {
			if err := pictureSound(p.SVG); err != nil {
				t.Error(err)
			}
		}
		if p, err := TernaryPicture(table, names, names, o); err == nil {
			if err := pictureSound(p.SVG); err != nil {
				t.Error(err)
			}
		}
	})
}
