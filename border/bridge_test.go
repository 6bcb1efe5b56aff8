package border

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/synth"
)

// plot is a rectangle as a border, metres from a corner in Stockholm.
func plot(x0, y0, x1, y1 float64) orb.MultiPolygon {
	const e, n = 674000, 6580000
	return one(orb.Ring{{e + x0, n + y0}, {e + x1, n + y0}, {e + x1, n + y1}, {e + x0, n + y1}, {e + x0, n + y0}})
}

func TestOverlapByHand(t *testing.T) {
	square := plot(0, 0, 100, 100)
	hole := one(square[0][0], reversed(plot(40, 40, 60, 60)[0][0]))
	triangle := one(orb.Ring{{674000, 6580000}, {674100, 6580000}, {674000, 6580100}, {674000, 6580000}})
	for _, c := range []struct {
		name string
		a, b orb.MultiPolygon
		want float64
	}{
		{"itself", square, square, 10000},
		{"shifted", square, plot(30, 60, 130, 160), 70 * 40},
		{"beside, sharing an edge", square, plot(100, 0, 200, 100), 0},
		{"above, sharing an edge", square, plot(0, 100, 100, 200), 0},
		{"inside", square, plot(10, 10, 20, 30), 200},
		{"with a hole", hole, plot(0, 0, 50, 100), 5000 - 10*20},
		{"a hole and what is in it", hole, plot(40, 40, 60, 60), 0},
		{"a triangle", square, triangle, 5000},
		{"a triangle and a box", triangle, plot(50, 0, 100, 100), 1250},
		{"far away", square, plot(1000, 0, 1100, 100), 0},
		{"two parts", append(plot(0, 0, 10, 10), plot(90, 90, 100, 100)...), plot(5, 5, 95, 95), 50},
		{"nothing", square, nil, 0},
	} {
		for _, got := range []float64{overlap(c.a, c.b), overlap(c.b, c.a)} {
			if math.Abs(got-c.want) > 1e-6 {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
		}
	}
	if got := surfaceArea(clip(hole, plot(0, 0, 50, 100).Bound())); math.Abs(got-4800) > 1e-6 {
		t.Errorf("clipped with its hole: %v", got)
	}
	if got := clip(square, plot(200, 0, 300, 100).Bound()); surfaceArea(got) != 0 {
		t.Errorf("clipped away: %v", got)
	}
}

func reversed(r orb.Ring) orb.Ring {
	r = slices.Clone(r)
	r.Reverse()
	return r
}

// What two areas have in common is, for areas made of squares, the squares counted; ground that lies twice in one area counts twice.
func TestOverlapCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, inA := cells(t)
		b, inB := cells(t)
		want := 0
		for at, n := range inA {
			want += n * inB[at]
		}
		got := overlap(slices.Concat(a...), slices.Concat(b...))
		if math.Abs(got-float64(want*49)) > 1e-6 {
			t.Fatalf("%v, want %v", got, want*49)
		}
		x, y := float64(rapid.IntRange(0, 40).Draw(t, "x")), float64(rapid.IntRange(0, 40).Draw(t, "y"))
		frame := plot(x, y, x+13, y+9)
		if got, want := surfaceArea(clip(slices.Concat(a...), frame.Bound())), overlap(slices.Concat(a...), frame); math.Abs(got-want) > 1e-6 {
			t.Fatalf("clipped %v, overlap %v", got, want)
		}
	})
}

// Of any triangles, it is what the overlay of borders finds to lie in both.
func TestOverlapOfTriangles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		triangle := func() orb.MultiPolygon {
			var r orb.Ring
			for range 3 {
				r = append(r, orb.Point{674000 + float64(rapid.IntRange(0, 300).Draw(t, "x")), 6580000 + float64(rapid.IntRange(0, 300).Draw(t, "y"))})
			}
			r = append(r, r[0])
			if ringArea(r) < 0 {
				r.Reverse()
			}
			return one(r)
		}
		a, b := triangle(), triangle()
		if ringArea(a[0][0]) < 100 || ringArea(b[0][0]) < 100 {
			t.Skip("hardly a triangle")
		}
		net, ok := arrange([]orb.MultiPolygon{a, b})
		if !ok {
			t.Skip("tangled")
		}
		both, ok := net.region(2)
		if !ok {
			t.Skip("tangled")
		}
		// vertices within SnapDistance are one in the overlay
		if got, want := overlap(a, b), regionArea(both); math.Abs(got-want) > 20 {
			t.Fatalf("%v, by the overlay %v", got, want)
		}
	})
}

// Three squares of 100 m in a row become: the first as it was under another code, the second and the third with the border between them moved 25 m east, and a strip of sea in the north.
// So 25/100 of the third go to the second.
func TestBridgeByHand(t *testing.T) {
	from, _ := area.New(deso2018, []area.Area{
		{Code: "0180C1010", Border: plot(0, 0, 100, 100)}, {Code: "0180C1020", Border: plot(100, 0, 200, 100)}, {Code: "0180C1030", Border: plot(200, 0, 300, 100)}})
	to, _ := area.New(deso2025, []area.Area{
		{Code: "0180C1011", Border: plot(0, 0, 100, 100)}, {Code: "0180C1020", Border: plot(100, 0, 225, 100)}, {Code: "0180C1030", Border: plot(225, 0, 300, 150)}})
	b, report, err := Bridge(from, to, BridgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	est := func(s area.Share) string {
		if s == area.All {
			return "all"
		}
		return fmt.Sprintf("%.3f in %.3f–%.3f", s.Est, s.Lo, s.Hi)
	}
	show := func(b *area.Bridge) (lines []string) {
		for _, l := range b.Links {
			lines = append(lines, fmt.Sprintf("%s > %s %s: %s; %s", l.Old, l.New, l.Kind, est(l.Forward), est(l.Backward)))
		}
		return lines
	}
	want := []string{
		"0180C1010 > 0180C1011 same: all; all",
		"0180C1020 > 0180C1020 merged: all; 0.800 in 0.000–1.000",
		"0180C1030 > 0180C1020 changed: 0.250 in 0.000–1.000; 0.200 in 0.000–1.000",
		"0180C1030 > 0180C1030 split: 0.750 in 0.000–1.000; all",
	}
	if got := show(b); !slices.Equal(got, want) || len(b.Gives)+len(b.Takes) > 0 {
		t.Errorf("%s\n%v %v", strings.Join(got, "\n"), b.Gives, b.Takes)
	}
	if report.Count(RuleNowhere) != 1 || math.Abs(report.Findings[0].Area-75*50) > 1e-6 {
		t.Errorf("the sea: %+v", report.Findings)
	}

	// Squares of 50 m: 10 persons in 1020; in 1030 6 within the strip's square 200–250, which lies across the new border (half of it), and 14 in the rest. So of the 20 in 1030, 3 are in the strip, and
	// surely no more than 6 and no fewer than 0: 3/20 between 0 and 6/20.
	at := func(x, y, persons float64) Square { return Square{plot(x, y, x+50, y+50).Bound(), persons} }
	b, _, err = Bridge(from, to, BridgeOptions{Squares: []Square{at(100, 0, 10), at(200, 0, 6), at(250, 50, 14), at(0, 0, 99), at(5000, 0, 7), at(150, 50, 0)}})
	if err != nil {
		t.Fatal(err)
	}
	want = []string{
		"0180C1010 > 0180C1011 same: all; all",
		"0180C1020 > 0180C1020 merged: all; 0.769 in 0.625–1.000", // 10/13, between 10/16 and 10/10
		"0180C1030 > 0180C1020 changed: 0.150 in 0.000–0.300; 0.231 in 0.000–0.375",
		"0180C1030 > 0180C1030 split: 0.850 in 0.700–1.000; all",
	}
	if got := show(b); !slices.Equal(got, want) || b.Basis != area.ByPersons {
		t.Errorf("with squares:\n%s", strings.Join(got, "\n"))
	}

	// Without a border on 1020 before, nobody knows what else is in 1020 now; and the sea of 1030 may be somebody's.
	from, _ = area.New(deso2018, []area.Area{from.At(0), {Code: "0180C1020"}, from.At(2)})
	if b, _, err = Bridge(from, to, BridgeOptions{}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.Gives, []string{"0180C1020"}) || !slices.Equal(b.Takes, []string{"0180C1020", "0180C1030"}) {
		t.Errorf("gives %v, takes %v", b.Gives, b.Takes)
	}
	// Slivers: a border that has moved by 5 m counts, unless 6 % is declared to be nothing.
	from, _ = area.New(deso2018, []area.Area{{Code: "0180C1010", Border: plot(0, 0, 100, 100)}, {Code: "0180C1020", Border: plot(100, 0, 200, 100)}})
	to, _ = area.New(deso2025, []area.Area{{Code: "0180C1010", Border: plot(0, 0, 105, 100)}, {Code: "0180C1020", Border: plot(105, 0, 200, 100)}})
	b, _, _ = Bridge(from, to, BridgeOptions{})
	loose, report, _ := Bridge(from, to, BridgeOptions{Sliver: 0.06})
	if b.Count(area.Same) != 0 || loose.Count(area.Same) != 2 || report.Count(RuleMoved) != 1 {
		t.Errorf("slivers: %d and %d are the same, %+v", b.Count(area.Same), loose.Count(area.Same), report.Findings)
	}
	if _, _, err := Bridge(from, division(t), BridgeOptions{}); err == nil {
		t.Error("a bridge to nothing")
	}
}

// In a made country the list of changes and the borders tell the same: which areas are unchanged, which were cut and where the parts are.
func TestBridgeListAndBordersAgree(t *testing.T) {
	opt := synth.Toy()
	c, err := synth.NewCountry(opt)
	if err != nil {
		t.Fatal(err)
	}
	var rows []area.Change
	for i, ch := range c.Changes {
		kind, ok := area.ParseChange(ch.Kind)
		if !ok {
			t.Fatalf("%q", ch.Kind)
		}
		rows = append(rows, area.Change{Old: ch.Before, New: ch.After, Kind: kind, Line: i + 2})
	}
	listed, _, err := area.FromChanges(c.DeSO2018, c.DeSO2025, rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	drawn, report, err := Bridge(c.DeSO2018, c.DeSO2025, BridgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if listed.Count(area.Split) == 0 || listed.Count(area.Changed) == 0 {
		t.Fatal("the made country has no revision to speak of")
	}
	kinds := func(b *area.Bridge) (out []string) {
		for _, l := range b.Links {
			out = append(out, l.Old+l.New+string(l.Kind))
		}
		return out
	}
	if a, b := kinds(listed), kinds(drawn); !slices.Equal(a, b) {
		t.Errorf("%d and %d links; by the list %v, by the borders %v; %+v", len(a), len(b), a[:min(5, len(a))], b[:min(5, len(b))], report.Findings[:min(3, len(report.Findings))])
	}
	g, err := c.Geography()
	if err != nil {
		t.Fatal(err)
	}
	rolled, err := listed.RollUp(g, regso2020, regso2025, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	coarse, _, err := Bridge(c.RegSO2020, c.RegSO2025, BridgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := rolled.Same(), coarse.Same(); !reflect.DeepEqual(a, b) || len(a) == 0 || len(a) == c.RegSO2020.Len() {
		t.Errorf("%d RegSO are the same by DeSO, %d by borders, of %d", len(a), len(b), c.RegSO2020.Len())
	}
}

// SCB's own list, an excerpt: 89 rows on kommuner 0114 to 0163. Counted by hand in the file: 0114 has three DeSO that end in two each; 0120C1110 ends in two and 0120A0010 gets parts of two others;
// 0120C1130 grows by ground of which no row tells.
func TestReadChangesReal(t *testing.T) {
	path := data(t, "keys", "deso_forandringar_2025_utdrag_0114-0163.csv")
	c, err := ReadChanges(path, ChangeOptions{From: deso2018, To: deso2025})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Rows) != 89 || len(c.Problems) != 0 {
		t.Fatalf("%d rows, %v", len(c.Rows), c.Problems)
	}
	kinds := map[area.ChangeKind]int{}
	for _, r := range c.Rows {
		kinds[r.Kind]++
	}
	if want := map[area.ChangeKind]int{area.Ends: 56, area.Shrinks: 12, area.Parts: 12, area.Grows: 7, area.ToSea: 2}; !reflect.DeepEqual(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
	// the DeSO of 2018 by the key; those of 2025 are the ones that stay and the new ones in the list
	key, err := ReadKey(data(t, "keys", "koppling-deso2018-regso2020.csv"), KeyOptions{From: deso2018, To: regso2020})
	if err != nil {
		t.Fatal(err)
	}
	var olds, news []area.Area
	ended, isNew := map[string]bool{}, map[string]bool{}
	for _, r := range c.Rows {
		if r.Kind == area.Ends {
			ended[r.Old] = true
		}
	}
	for _, r := range key.Rows {
		if r.From < "0164" {
			olds = append(olds, area.Area{Code: r.From})
			if !ended[r.From] {
				news, isNew[r.From] = append(news, area.Area{Code: r.From}), true
			}
		}
	}
	for _, r := range c.Rows {
		if !isNew[r.New] {
			news, isNew[r.New] = append(news, area.Area{Code: r.New}), true
		}
	}
	from, err := area.New(deso2018, olds)
	if err != nil {
		t.Fatal(err)
	}
	to, err := area.New(deso2025, news)
	if err != nil {
		t.Fatal(err)
	}
	// the other file, of labels, has lost some areas, but has none that is not there
	names, err := ReadNames(data(t, "keys", "deso2025_labels.json"))
	if err != nil {
		t.Fatal(err)
	}
	labelled, err := names.Division(deso2025)
	if err != nil {
		t.Fatal(err)
	}
	for i := range labelled.Len() {
		if code := labelled.At(i).Code; code < "0164" {
			if _, ok := to.Index(code); !ok {
				t.Errorf("%s is a DeSO of 2025 but not by the list", code)
			}
		}
	}
	b, aside, err := area.FromChanges(from, to, c.Rows, nil)
	if err != nil || len(aside) > 0 {
		t.Fatal(err, aside)
	}
	kind := func(old, new string) area.LinkKind {
		for _, l := range b.Of(old) {
			if l.New == new {
				return l.Kind
			}
		}
		return ""
	}
	for _, w := range []struct {
		old, new string
		want     area.LinkKind
	}{
		{"0114C1060", "0114C1061", area.Split}, {"0114C1010", "0114C1010", area.Same}, {"0136A0020", "0136A0020", area.Same}, // out to sea only
		{"0120C1040", "0120A0010", area.Changed}, {"0120C1040", "0120C1040", area.Split}, {"0120A0010", "0120A0010", area.Merged}, {"0120C1130", "0120C1130", area.Merged},
		{"0139C1010", "0139C1020", area.Changed}, {"0120C1060", "0120C1060", area.Merged},
	} {
		if got := kind(w.old, w.new); got != w.want {
			t.Errorf("%s to %s is %q, want %q", w.old, w.new, got, w.want)
		}
	}
	if !slices.Contains(b.Takes, "0120C1130") || !slices.Contains(b.Gives, "0160C1090") || slices.Contains(b.Takes, "0139C1020") {
		t.Errorf("gives %v, takes %v", b.Gives, b.Takes)
	}
	if _, breaks := b.Breaks("0114C1061"); !breaks {
		t.Error("a new part is not told to break")
	}
}

func TestReadChangesFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	opt := ChangeOptions{From: regso2020, To: regso2025}
	// as SCB writes it: titles above, then the header
	book := excelize.NewFile()
	for i, cells := range [][]any{{"Historiska förändringar i RegSO"}, {}, {"Kommun", "Kommunnamn", "Tidigare RegSO", "RegSO", "Förändringstyp", "Datum för förändring"},
		{"0180", "Stockholm", "0180R001", "0180R128", "Upphör; till nybildad", "2025-01-01"}, {"0180", "Stockholm", "0180R002", "0180R002", "Byter namn", "2025-01-01"}, {"0180", "Stockholm", "0180R1", "0180R002", "Utvidgas", ""}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "regso.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	c, err := ReadChanges(path, opt)
	if err != nil {
		t.Fatal(err)
	}
	want := []area.Change{{Old: "0180R001", New: "0180R128", Kind: area.Ends, Line: 4}, {Old: "0180R002", New: "0180R002", Kind: "", Line: 5}}
	if !reflect.DeepEqual(c.Rows, want) || len(c.Problems) != 2 || c.Problems[0].Rule != RuleChangeWord || c.Problems[1].Rule != RuleChangeRow {
		t.Errorf("%+v, %+v", c.Rows, c.Problems)
	}
	opt.Kinds = map[string]area.ChangeKind{"Byter namn": area.Retained}
	if c, err = ReadChanges(path, opt); err != nil || c.Rows[1].Kind != area.Retained {
		t.Errorf("a declared word: %v, %+v", err, c)
	}
	// names beside the codes, and SCB's words for what happens to RegSO
	named := file("named.csv", "Kommun;Kommunnamn;Tidigare RegSO;Tidigare RegSOkod;RegSO;RegSOkod;Förändringstyp\n0160;Täby;Näsby Park;0160R013;Näsbypark;0160R013;Namnändrad (ej kodändrad)\n"+
		"0160;Täby;Nytorp;0160R012;Täby Park;0160R021;Ger del/delar till befintlig\n")
	want = []area.Change{{Old: "0160R013", New: "0160R013", Kind: area.Retained, Line: 2}, {Old: "0160R012", New: "0160R021", Kind: area.Parts, Line: 3}}
	if c, err = ReadChanges(named, ChangeOptions{From: regso2020, To: regso2025}); err != nil || !reflect.DeepEqual(c.Rows, want) || len(c.Problems) > 0 {
		t.Errorf("names beside the codes: %v, %+v", err, c)
	}
	for _, bad := range []struct{ name, text, want string }{
		{"page.csv", "<!doctype html><html><head><title>404</title></head></html>", "no column with"},
		{"empty.csv", "", "no rows"},
		{"half.csv", "Tidigare RegSO;RegSO;Förändringstyp\n", "no column with codes of today"},
		{"other.csv", "Tidigare RegSO;RegSO\n0180R001;0180R001\n", "no column with kinds of change"},
	} {
		if _, err := ReadChanges(file(bad.name, bad.text), opt); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("%s: %v, want %q", bad.name, err, bad.want)
		}
	}
	if _, err := ReadChanges(path, ChangeOptions{From: regso2020, To: regso2025, OldColumn: "Fd RegSO"}); err == nil || !strings.Contains(err.Error(), "no column Fd RegSO") {
		t.Errorf("a column that is not there: %v", err)
	}
}

func TestReadSquaresAndPersons(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	square := func(e, n int, persons string) string {
		return fmt.Sprintf(`{"type":"Feature","properties":{"rutid":"%d%d","beftotalt":%s},"geometry":{"type":"Polygon","coordinates":[[[%d,%d],[%d,%d],[%d,%d],[%d,%d],[%d,%d]]]}}`,
			e, n, persons, e, n, e+1000, n, e+1000, n+1000, e, n+1000, e, n)
	}
	all := func(features ...string) string {
		return `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}},"features":[` + strings.Join(features, ",") + `]}`
	}
	opt := SquareOptions{CodeField: "rutid", PersonsField: "beftotalt"}
	got, err := ReadSquares(file("grid.geojson", all(square(674000, 6580000, "12"), square(675000, 6580000, "null"), square(676000, 6580000, `"1 200"`))), opt)
	want := []Square{{orb.Bound{Min: orb.Point{674000, 6580000}, Max: orb.Point{675000, 6581000}}, 12}, {orb.Bound{Min: orb.Point{675000, 6580000}, Max: orb.Point{676000, 6581000}}, 0},
		{orb.Bound{Min: orb.Point{676000, 6580000}, Max: orb.Point{677000, 6581000}}, 1200}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v: %v", err, got)
	}
	triangle := strings.Replace(square(674000, 6580000, "1"), "[675000,6581000],", "", 1)
	for text, want := range map[string]string{all(triangle): "is no square", all(square(674000, 6580000, `"few"`)): `"few" is no number of persons`} {
		if _, err := ReadSquares(file("bad.geojson", text), opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := ReadSquares(filepath.Join(dir, "grid.geojson"), SquareOptions{CodeField: "rutid", PersonsField: "pop"}); err == nil || !strings.Contains(err.Error(), "no field pop") {
		t.Errorf("a field that is not there: %v", err)
	}

	persons, problems, err := ReadPersons(file("persons.csv", "Folkmängd 2023\n\nDeSO;Antal\n0114C1010;1 234\n0114C1020;..\nKälla: SCB;\n"), deso2018, "", "antal")
	if err != nil || len(persons) != 1 || persons["0114C1010"] != 1234 || len(problems) != 1 || problems[0].Number != 5 {
		t.Errorf("%v: %v, %+v", err, persons, problems)
	}
	for text, want := range map[string]string{"DeSO;Antal\n0114C1010;1\n0114C1010;2\n": "stands on several rows", "DeSO;Folk\n0114C1010;1\n": "has a column antal", "DeSO_2025;Antal\n0114C1010;1\n": "vintage"} {
		if _, _, err := ReadPersons(file("bad.csv", text), deso2018, "", "antal"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func FuzzReadChanges(f *testing.F) {
	f.Add([]byte("deso_2018,deso_2025,typ,datum\n0114C1060,0114C1061,Upphör; till nybildad,2025-01-01\n"))
	f.Add([]byte("Kommun;Kommunnamn;Tidigare DeSO;DeSO;Förändringstyp\n0114;X;0114C1060;0114C1060;Utvidgas\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, err := parseCSV(text)
		if err != nil {
			return
		}
		c := &Changes{From: deso2018, To: deso2025}
		if c.read([][]row{rows}, ChangeOptions{From: deso2018, To: deso2025}) != nil {
			return
		}
		for _, r := range c.Rows {
			if area.CheckCode(area.DeSO, r.Old) != nil || area.CheckCode(area.DeSO, r.New) != nil {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func BenchmarkBridge(b *testing.B) {
	c, err := synth.NewCountry(synth.Demo())
	if err != nil {
		b.Fatal(err)
	}
	redrawn := 0
	for i := range c.DeSO2018.Len() {
		old := c.DeSO2018.At(i)
		if j, ok := c.DeSO2025.Index(old.Code); !ok || !orb.Equal(old.Border, c.DeSO2025.At(j).Border) {
			redrawn++
		}
	}
	b.Run(fmt.Sprintf("areas=%d/redrawn=%d", c.DeSO2018.Len(), redrawn), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := Bridge(c.DeSO2018, c.DeSO2025, BridgeOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
