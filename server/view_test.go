package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/server"
)

// built serves an edition of public tables over divisions.
func built(t testing.TB, divisions []*area.Division, cubes ...*cube.Cube) *server.Server {
	t.Helper()
	g := area.NewGeography()
	in := publish.Input{Geography: g, Release: edition.Release{Title: cube.Same("T"), Project: "t", Agency: "Myndigheten", Synthetic: true}}
	for _, d := range divisions {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
		in.Divisions = append(in.Divisions, d.ID)
	}
	for _, c := range cubes {
		table, err := protect.AlreadyPublic(c, "made up")
		if err != nil {
			t.Fatal(err)
		}
		in.Tables = append(in.Tables, table)
	}
	dir := filepath.Join(t.TempDir(), "edition")
	if err := publish.Build(dir, in); err != nil {
		t.Fatal(err)
	}
	return opened(t, dir)
}

// indexed is an edition with an index of the twelve RegSO of the toy country. RegSO i (from 0) has the components i, 2i and 3i percent, so the index 2i, and is of type 3 when i < 6, else of type 2;
// the cut between them is 11: RegSO 5 lies 1 below it and RegSO 6 lies 1 above. It also has moves between types, and shares whose division is another from 2025.
func indexed(t testing.TB) *server.Server {
	t.Helper()
	r20, r25 := squares(t, regso20, regsoCodes...), squares(t, regso25, "0180R001 Nya Å?", "0180R002 Södra Å")
	k := squares(t, kommun, "0180 Stockholm", "1480 Göteborg")
	l := squares(t, lan, "01 Stockholms län", "14 Västra Götalands län")
	value := func(name string, kind cube.MeasureKind, decimals int) cube.Measure {
		return cube.Measure{Name: name, Title: cube.Same(name), Kind: kind, Decimals: decimals}
	}
	measures := []cube.Measure{value(areatype.MeasureIndex, cube.Value, 1), value("ShareLowEconomicStandard", cube.Share, 1), value("ShareLowEducation", cube.Share, 1), value("ShareAssistanceOrUnemployed", cube.Share, 1),
		value(areatype.MeasureType, cube.Code, 0), value(areatype.MeasureDistance, cube.Value, 1), value(areatype.MeasureWorst, cube.Code, 0), value(areatype.MeasureBest, cube.Code, 0)}
	index := made(t, "index", []cube.Dimension{dimOf(r20, "regso", false), year("2022", "2023")}, measures, func(at []int32) []cube.Cell {
		i := float64(at[0])
		kind, best := 2.0, 2.0
		if i < 6 {
			kind, best = 3, 3
		}
		worst := kind
		if i == 5 {
			worst = 2
		}
		var cells []cube.Cell
		for _, v := range []float64{2 * i, i / 100, 2 * i / 100, 3 * i / 100, kind, 2*i - 11, worst, best} {
			cells = append(cells, cube.KnownCell(v))
		}
		return cells
	})
	period := cube.Dimension{Name: "period", Title: cube.Same("Period"), Role: cube.Group, Members: []cube.Member{{Code: "2021_2022", Label: cube.Same("2021–2022")}, {Code: "2022_2023", Label: cube.Same("2022–2023")}, {Code: "2021_2023", Label: cube.Same("2021–2023")}}}
	moves := made(t, "index_transitions", []cube.Dimension{period, areatype.Dimension("type_from", cube.Same("från")), areatype.Dimension("type_to", cube.Same("till"))}, []cube.Measure{value("NAreas", cube.Count, 0)}, func(at []int32) []cube.Cell {
		// Of eight areas of type 3 in 2022 six are of type 3 in 2023 and two of type 2; every other row is one that stays.
		n := 0.0
		switch {
		case at[0] == 1 && at[1] == 2 && at[2] == 2:
			n = 6
		case at[0] == 1 && at[1] == 2 && at[2] == 1:
			n = 2
		case at[1] != 2 && at[1] == at[2]:
			n = 1
		}
		return []cube.Cell{cube.KnownCell(n)}
	})
	poor := value("SharePoor", cube.Share, 1)
	shares := made(t, "poor_regso", []cube.Dimension{dimOf(r20, "regso", true), year("2023", "2024")}, []cube.Measure{poor}, func(at []int32) []cube.Cell {
		return []cube.Cell{{Status: cube.Known, Value: 0.1 + 0.01*float64(at[0]) + 0.001*float64(at[1]), Base: cube.Num(200)}}
	})
	newer := dimOf(r25, "regso_2025", false)
	later := made(t, "poor_regso_2025", []cube.Dimension{newer, year("2025")}, []cube.Measure{poor}, func(at []int32) []cube.Cell { return []cube.Cell{cube.KnownCell(0.5)} })
	kinds := made(t, "area_type", []cube.Dimension{dimOf(r20, "regso", false), year("2022", "2023")}, []cube.Measure{value(areatype.MeasureType, cube.Code, 0)}, func(at []int32) []cube.Cell {
		return []cube.Cell{cube.KnownCell(map[bool]float64{true: 3, false: 2}[at[0] < 6])}
	})
	return built(t, []*area.Division{r20, r25, k, l}, index, moves, shares, later, kinds)
}

// A place tells how far from the nearest cut it lies, what rounding leaves open, how often its type has held, its neighbours with their directions, and what is like it.
func TestPlaceAmongOthers(t *testing.T) {
	h := indexed(t)
	five, six := page(t, h, "/plats/0180R006"), page(t, h, "/en/plats/1480R001")
	for _, c := range []struct{ text, want string }{
		{five, "Indexet är 10,0 år 2023, 1,0 indexenheter under gränsen till typ 2."},
		{five, "Inom avrundningen i underlaget kan typen vara från 2 till 3."},
		// 6 of 8 in the latest of neighbouring years, and not of the first with the last.
		{five, "Av 8 områden av typ 3 det första året var 75,0\u00a0% av samma typ det andra (2022–2023)."},
		{six, "The index is 12.0 in 2023, 1.0 points above the cut to type 3."},
		{six, "can&#39;t change the type: it is 2."},
		// Every share on the page rests on 200.
		{five, "Minsta underlag för en andel här är 200: där är en enda person (eller annan räknad enhet) 0,50 procentenheter."},
	} {
		if !strings.Contains(c.text, c.want) {
			t.Errorf("a page lacks %q", c.want)
		}
	}
	// The squares stand six in a row: RegSO 5 has one to the west and one to the north (row 1 lies north of row 0), and a corner to another, which is no neighbour.
	rows := between(t, five, "Områden som delar gräns med", "</table>")
	for _, want := range []string{`1480R006">Hamnen</a></th><th scope="row">norr</th>`, `0180R005">Ön</a></th><th scope="row">väster</th>`} {
		if !strings.Contains(rows, want) {
			t.Errorf("the neighbours lack %q:\n%s", want, rows)
		}
	}
	if n := strings.Count(rows, "/plats/"); n != 2 {
		t.Errorf("%d neighbours, want 2", n)
	}
	// RegSO one step away differ by 1, 2 and 3 percentage points: the root of 14/3 is 2.16, and two steps away 4.32.
	like := between(t, five, "Mest lika", "</table>")
	if got := strings.Count(like, ">2,2<"); got != 2 || strings.Count(like, ">4,3<") != 2 || strings.Count(like, "/plats/") != 5 {
		t.Errorf("similar areas:\n%s", like)
	}
}

func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, from)
	part, _, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("no %q … %q", from, to)
	}
	return part
}

// A series that goes over to another division breaks where the ground is not known to be the same, and only there; and its picture has the break too.
func TestSeriesBreaks(t *testing.T) {
	h := indexed(t)
	// 0180R001 has a border in one division alone; 0180R002 has the same border in both.
	broken, whole := page(t, h, "/plats/0180R001?m=poor:SharePoor"), page(t, h, "/plats/0180R002?m=poor:SharePoor")
	if !strings.Contains(broken, "Brott i serien mellan 2024 och 2025") || !strings.Contains(broken, "brott i serien") {
		t.Error("a series over two divisions has no break")
	}
	if strings.Contains(whole, "Brott i serien") {
		t.Error("a series breaks though the ground is the same")
	}
	for _, text := range []string{broken, whole} {
		rows := between(t, text, "<th scope=\"row\">2023</th>", "</table>")
		if !strings.Contains(rows, "50,0") {
			t.Errorf("the newer division is missing:\n%s", rows)
		}
	}
	if svg := page(t, h, "/plats/0180R001.svg?m=poor:SharePoor"); !strings.Contains(svg, "brott i serien") {
		t.Error("the picture has no break")
	}
	// The new area has no years of the old one: its own table is all that is told of it.
	if text := page(t, h, "/plats/0180R002_RegSO2025"); strings.Contains(text, "Indexet är") {
		t.Error("an area of the newer division has the index of an older one")
	}
}

// A matrix of moves has each number with its share of the row.
func TestMoves(t *testing.T) {
	h := indexed(t)
	text := page(t, h, "/en/jamfor/typer?period=2022_2023")
	for _, want := range []string{`6 <span class="interval">(75.0%)`, `2 <span class="interval">(25.0%)`, `1 <span class="interval">(100.0%)`} {
		if !strings.Contains(text, want) {
			t.Errorf("the matrix lacks %s", want)
		}
	}
	if r := get(t, h, "/jamfor/typer?period=2000_2001"); r.StatusCode != http.StatusBadRequest || !strings.Contains(body(t, r), "2022_2023") {
		t.Error("a period that is not there has no help")
	}
	svg := page(t, h, "/en/jamfor/typer.svg?period=2022_2023")
	for _, want := range []string{"3 → 2: 2 (25.0%)", "3 → 3: 6 (75.0%)", "Differences between areas", "Synthetic data"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture of moves lacks %q", want)
		}
	}
	// RegSO 5 and below are of type 3 in both years, the six others of type 2.
	areas := page(t, h, "/jamfor/typer.geojson?period=2022_2023")
	if n := strings.Count(areas, `"type":"Feature"`); n != 12 || strings.Count(areas, `"AreaType_2022":3,"AreaType_2022_status":"known","AreaType_2022_year":"2022","AreaType_2023":3,`) != 6 {
		t.Errorf("%d areas with types before and after: %.600s", n, areas)
	}
	if r := get(t, h, "/jamfor/typer.geojson?period=2021_2022"); r.StatusCode != http.StatusNotFound {
		t.Errorf("types of a year that is not published: %d", r.StatusCode)
	}
}

// A comparison holds what its address says, adds a place by its name, and asks which when there are several.
func TestCompare(t *testing.T) {
	h := indexed(t)
	text := page(t, h, "/jamfor?m=poor:SharePoor&plats=0180R001&plats=0180R003&ar=2023&lagg=kullen")
	table := between(t, text, "Sida vid sida", "</table>")
	// RegSO i has 10 + i percent in 2023: 0180R001 is 0, 0180R003 is 2 and Kullen is 8.
	for _, want := range []string{"10,0", "12,0", "18,0", "Kullen"} {
		if !strings.Contains(table, want) {
			t.Errorf("the comparison lacks %s:\n%s", want, table)
		}
	}
	if text := page(t, h, "/jamfor?m=poor:SharePoor&plats=0180R001&lagg=%C3%A4lvstran"); !strings.Contains(text, "Älvstranden") {
		t.Error("a place is not found by the beginning of its name")
	}
	if text := page(t, h, "/jamfor?m=poor:SharePoor&plats=0180R001&lagg=%C3%A5"); !strings.Contains(text, "Flera platser heter så") || !strings.Contains(text, "plats=0180R001&amp;plats=0180R006") {
		t.Error("of several places none may be chosen")
	}
	if areas := page(t, h, "/jamfor.geojson?m=poor:SharePoor&m=area_type:AreaType&plats=0180R001&plats=0180R003&ar=2023"); strings.Count(areas, `"type":"Feature"`) != 2 || !strings.Contains(areas, `"poor:SharePoor":0.1,`) || !strings.Contains(areas, `"area_type:AreaType":3,`) {
		t.Errorf("the places of a comparison: %.600s", areas)
	}
	if r := get(t, h, "/jamfor.geojson?m=poor:SharePoor&typ=1"); r.StatusCode != http.StatusNotFound || !strings.Contains(body(t, r), "finns på /jamfor") {
		t.Errorf("types alone have no borders: %d", r.StatusCode)
	}
	many := "/jamfor?m=poor:SharePoor&plats=1480R001"
	for i := range 6 {
		many += fmt.Sprintf("&plats=0180R%03d", i+1)
	}
	for address, want := range map[string]string{many: "högst 6", "/jamfor?m=nothing": "poor:SharePoor", "/jamfor?m=poor:SharePoor&ar=1999": "2023, 2024, 2025", "/jamfor?typ=9": "1, 2, 3, 4 och 5", "/jamfor?plats=9999": "ingen plats"} {
		if r := get(t, h, address); r.StatusCode != http.StatusBadRequest || !strings.Contains(body(t, r), want) {
			t.Errorf("%s: %d lacks %q", address, r.StatusCode, want)
		}
	}
}

// The areas of a map are in WGS 84 with outer rings counterclockwise (RFC 7946, 3.1.6), each with its value as it is published, or its state and null.
func TestGeoJSON(t *testing.T) {
	h := toy(t)
	var doc struct {
		Type          string
		Cite, Licence string
		Features      []struct {
			Geometry *struct {
				Type        string
				Coordinates [][][][2]float64
			}
			Properties struct {
				Code, Status string
				Value, Base  *float64
			}
		}
	}
	if err := json.Unmarshal([]byte(page(t, h, "/karta.geojson?m=states:ShareX")), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Type != "FeatureCollection" || len(doc.Features) != 12 {
		t.Fatalf("%s of %d", doc.Type, len(doc.Features))
	}
	if doc.Cite == "" || doc.Licence != edition.CC0 {
		t.Errorf("cited as %q, licence %q", doc.Cite, doc.Licence)
	}
	for i, f := range doc.Features {
		status := cube.NotAvailable.String()
		if i < len(cube.Statuses()) {
			status = cube.Statuses()[i].String()
		}
		parsed, err := cube.ParseStatus(f.Properties.Status)
		if err != nil || f.Properties.Status != status || (f.Properties.Value != nil) != parsed.HasValue() || f.Properties.Base != nil && !parsed.HasValue() {
			t.Errorf("%s: %+v, want %s", f.Properties.Code, f.Properties, status)
		}
		if f.Geometry == nil {
			if f.Properties.Code != "0180R004" {
				t.Errorf("%s has no geometry", f.Properties.Code)
			}
			continue
		}
		ring, sum := f.Geometry.Coordinates[0][0], 0.0
		for k := 1; k < len(ring); k++ {
			sum += ring[k-1][0]*ring[k][1] - ring[k][0]*ring[k-1][1]
		}
		if sum <= 0 {
			t.Errorf("%s runs clockwise", f.Properties.Code)
		}
		if ring[0] != ring[len(ring)-1] {
			t.Errorf("%s is open", f.Properties.Code)
		}
	}
	// PROJ 9.1.1, cs2cs +proj=utm +zone=33 +ellps=GRS80 +to +proj=longlat +ellps=GRS80 (SWEREF 99 TM is UTM zone 33 on GRS 80): 600000 6600000 is 16.7677654 59.5264083, written with five decimals.
	corner := doc.Features[0].Geometry.Coordinates[0][0]
	if !slices.Contains(corner, [2]float64{16.76777, 59.52641}) {
		t.Errorf("corners %v", corner)
	}
}

// A map says where the chosen area lies, keeps the types asked for, and of a hidden value where it is public.
func TestMapView(t *testing.T) {
	h := toy(t)
	text := page(t, h, "/karta?m=background:SharePersons:utl%C3%A4ndsk+bakgrund&niva=regso-2020&typ=1&typ=2&plats=0180R002")
	// Types are i mod 5 + 1: of type 1 are RegSO 0, 5, 10, of type 2 RegSO 1, 6, 11.
	table := between(t, text, "<h2>Tabell</h2>", "</table>")
	if n := strings.Count(table, "/plats/"); n != 6 || !strings.Contains(table[:strings.Index(table, "</a>")], "0180R002") {
		t.Errorf("%d areas of types 1 and 2, want 6, the chosen one first", n)
	}
	if !strings.Contains(text, "Södra Å: 10,0\u00a0% (9,0–11,0).") || !strings.Contains(text, `◂ <span class="hidden">här ligger</span> Södra Å`) {
		t.Error("the chosen area is not told or not in the legend")
	}
	hidden := page(t, h, "/karta?m="+url.QueryEscape("pupils:NPersons:utländsk bakgrund")+"&plats=0180")
	if !strings.Contains(hidden, "Stockholm: "+cube.HiddenRule.Title().SV) && !strings.Contains(hidden, "Stockholm: "+cube.HiddenProtect.Title().SV) {
		t.Error("the state of the chosen area is not told")
	}
	for address, want := range map[string]string{"/karta?m=x": "background:SharePersons", "/karta?niva=deso-2018": "regso-2020", "/karta?ar=1900": "2022, 2023", "/karta?inom=9999": "ingen plats", "/karta?plats=9999": "ingen plats", "/karta?typ=x": "1, 2, 3, 4 och 5", "/karta?x=1": "villkoren här är"} {
		if r := get(t, h, address); r.StatusCode != http.StatusBadRequest || !strings.Contains(strings.ToLower(body(t, r)), strings.ToLower(want)) {
			t.Errorf("%s: %d lacks %q", address, r.StatusCode, want)
		}
	}
	svg := page(t, h, "/karta.svg?m=background:SharePersons:utl%C3%A4ndsk+bakgrund&niva=regso-2020")
	for _, want := range []string{"Myndigheten", "12 av 12 områden har ett värde", "Underlag per område: 100 till", "Skillnader mellan områden är inte", "Syntetiska data", "Källa: Nobody"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture lacks %q", want)
		}
	}
}
