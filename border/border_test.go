package border

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/sweref"
)

func put(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// box is a square ring with its south-west corner and side, counter-clockwise, in SWEREF 99 TM.
func box(e, n, side float64) orb.Ring {
	return orb.Ring{{e, n}, {e + side, n}, {e + side, n + side}, {e, n + side}, {e, n}}
}

func turned(r orb.Ring) orb.Ring {
	r = r.Clone()
	r.Reverse()
	return r
}

// wants fails unless the error holds all the words.
func wants(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", words)
	}
	if !strings.HasPrefix(err.Error(), "border: ") {
		t.Errorf("error without prefix: %v", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q lacks %q", err, w)
		}
	}
}

// Counts: SCB (1 287 DeSO in Stockholms län, 290 kommuner, 21 län; 57 DeSO and 31 RegSO in Karlstad) and Stockholms stad (117 districts).
func TestReadRealFiles(t *testing.T) {
	for _, c := range []struct {
		file  string
		opt   Options
		count int
		crs   CRS
		code  string
		name  string
	}{
		{"geometry/deso2018_stockholm_county.geojson", Options{ID: deso2018}, 1287, WGS84, "id", ""},
		{"geometry/karlstad_deso2025.geojson", Options{ID: deso2025}, 57, WGS84, "desokod", ""},
		{"geometry/karlstad_regso2025.geojson", Options{ID: regso2025}, 31, WGS84, "regsokod", "regsonamn"},
		{"geometry/Kommun_Sweref99TM.zip", Options{ID: kommun}, 290, SWEREF99TM, "KnKod", "KnNamn"},
		{"geometry/LanSweref99TM.zip", Options{ID: lan}, 21, SWEREF99TM, "LnKod", "LnNamn"},
		{"geometry/stockholm_stadsdelar_utan_vatten_simplified.geo.json", Options{ID: area.ID{Kind: "stadsdel"}, CodeField: "name"}, 117, WGS84, "name", ""},
	} {
		t.Run(filepath.Base(c.file), func(t *testing.T) {
			d, l := readDivision(t, c.opt, c.file)
			if d.Len() != c.count || d.Bordered() != c.count || l.Total != c.count {
				t.Errorf("%d areas, %d bordered, of %d features; want %d", d.Len(), d.Bordered(), l.Total, c.count)
			}
			if l.CRS != c.crs || l.Axis != EastNorth || l.CodeField != c.code || l.NameField != c.name {
				t.Errorf("found %s %s, code %q, name %q", l.CRS, l.Axis, l.CodeField, l.NameField)
			}
			for _, p := range l.Problems {
				t.Errorf("problem: %s", p.Text)
			}
			for i := range d.Len() {
				for _, polygon := range d.At(i).Border {
					for j, ring := range polygon {
						if ring[0] != ring[len(ring)-1] || (ringArea(ring) > 0) != (j == 0) || !sweref.InSweden(ring[0][0], ring[0][1]) {
							t.Fatalf("%s has a ring that is open, runs the wrong way or lies outside Sweden", d.At(i).Code)
						}
					}
				}
			}
		})
	}
}

func TestRealNames(t *testing.T) {
	d, _ := readDivision(t, Options{ID: kommun}, "geometry/Kommun_Sweref99TM.zip")
	names, err := ReadNames(data(t, "keys/scb-regions.json"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := names.Division(kommun)
	if err != nil {
		t.Fatal(err)
	}
	// The names in the dbf are Windows-1252; those in SCB's list are UTF-8. The dbf field holds 15 letters.
	for i := range want.Len() {
		full, short := want.At(i).Name, d.At(i).Name
		if want.At(i).Code != d.At(i).Code || string([]rune(full)[:min(15, len([]rune(full)))]) != short {
			t.Errorf("%s %s in the list, %s %s with the borders", want.At(i).Code, full, d.At(i).Code, short)
		}
	}
}

// Corner of DeSO 1280C1070 in EPSG:4326 and EPSG:3006, both from SCB's WFS.
func TestServedAnswers(t *testing.T) {
	l, err := Read(data(t, "api-geodata/scb_wfs_getfeature_DeSO_2025_wgs84.json"), Options{ID: deso2025})
	if err != nil {
		t.Fatal(err)
	}
	corner := l.Features[0].Border[0][0][0]
	if math.Abs(corner[0]-379844.1709) > 0.001 || math.Abs(corner[1]-6156729.8055) > 0.006 {
		t.Errorf("the corner lies at %.4f %.4f", corner[0], corner[1])
	}
	if l.Features[0].Code != "1280C1070" || l.Features[0].Fields["regsokod"] != "1280R055" {
		t.Errorf("feature %+v", l.Features[0])
	}
	// an answer without geometry still tells of areas
	l, err = Read(data(t, "api-geodata/scb_wfs_getfeature_DeSO_2025_nogeom.json"), Options{ID: deso2025})
	if err != nil {
		t.Fatal(err)
	}
	if len(l.Features) != 3 || len(l.Problems) != 3 || l.Problems[0].Rule != RuleGeometry {
		t.Errorf("%d features, problems %v", len(l.Features), l.Problems)
	}
	// the version field says 2025
	_, err = Read(data(t, "api-geodata/scb_wfs_getfeature_DeSO_2025_wgs84.json"), Options{ID: deso2018})
	var vintage *area.VintageError
	if !errors.As(err, &vintage) || vintage.Have != deso2025 {
		t.Errorf("DeSO 2025 read as 2018 gives %v", err)
	}
}

func geoJSON(crs string, features ...string) []byte {
	member := ""
	if crs != "" {
		member = fmt.Sprintf(`,"crs":{"type":"name","properties":{"name":%q}}`, crs)
	}
	return []byte("\ufeff{\"type\":\"FeatureCollection\",\n\"features\":[\n" + strings.Join(features, ",\n") + "]" + member + "}\n")
}

func feature(properties string, rings ...orb.Ring) string {
	var parts []string
	for _, r := range rings {
		var points []string
		for _, p := range r {
			points = append(points, fmt.Sprintf("[%.9f, %.9f]", p[0], p[1]))
		}
		parts = append(parts, "["+strings.Join(points, ",")+"]")
	}
	return fmt.Sprintf(`{"type":"Feature","properties":%s,"geometry":{"type":"Polygon","coordinates":[%s]}}`, properties, strings.Join(parts, ","))
}

func swapped(r orb.Ring) orb.Ring {
	r = r.Clone()
	for i, p := range r {
		r[i] = orb.Point{p[1], p[0]}
	}
	return r
}

func degrees(r orb.Ring) orb.Ring {
	r = r.Clone()
	for i, p := range r {
		lat, lon := sweref.ToGeographic(p[0], p[1])
		r[i] = orb.Point{lon, lat}
	}
	return r
}

func TestSystemsAndAxes(t *testing.T) {
	outer, hole := box(674000, 6580000, 1000), turned(box(674200, 6580200, 100))
	metres := []orb.Ring{outer, hole}
	geographic := []orb.Ring{degrees(outer), degrees(hole)}
	metresSwapped := []orb.Ring{swapped(outer), swapped(hole)}
	geographicSwapped := []orb.Ring{swapped(geographic[0]), swapped(geographic[1])}
	const urn3006, urn4326, crs84 = "urn:ogc:def:crs:EPSG::3006", "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:OGC:1.3:CRS84"
	for _, c := range []struct {
		name  string
		rings []orb.Ring
		crs   string
		opt   Options
		want  CRS
		axis  Axis
		note  string // a word of the note that is wanted
		fail  []string
	}{
		{"metres stated", metres, urn3006, Options{}, SWEREF99TM, EastNorth, "", nil},
		{"metres short name", metres, "EPSG:3006", Options{}, SWEREF99TM, EastNorth, "", nil},
		{"metres by address", metres, "http://www.opengis.net/def/crs/EPSG/0/3006", Options{}, SWEREF99TM, EastNorth, "", nil},
		{"metres unstated", metres, "", Options{}, SWEREF99TM, EastNorth, "states no coordinate system", nil},
		{"metres swapped", metresSwapped, urn3006, Options{}, SWEREF99TM, NorthEast, "axes are swapped", nil},
		{"metres swapped, declared so", metresSwapped, urn3006, Options{Axis: NorthEast}, SWEREF99TM, NorthEast, "", nil},
		{"metres swapped, declared otherwise", metresSwapped, urn3006, Options{Axis: EastNorth}, "", "", "", []string{"axes are swapped", "north-east"}},
		{"metres straight, declared swapped", metres, urn3006, Options{Axis: NorthEast}, "", "", "", []string{"axes are swapped", "east-north"}},
		{"degrees stated", geographic, urn4326, Options{}, WGS84, EastNorth, "", nil},
		{"degrees CRS84", geographic, crs84, Options{}, WGS84, EastNorth, "", nil},
		{"degrees unstated", geographic, "", Options{}, WGS84, EastNorth, "", nil},
		{"degrees swapped", geographicSwapped, urn4326, Options{}, WGS84, NorthEast, "latitude first", nil},
		{"degrees, file says metres", geographic, urn3006, Options{}, "", "", "", []string{"3006", "WGS 84"}},
		{"degrees, file says metres, declared right", geographic, urn3006, Options{CRS: WGS84}, WGS84, EastNorth, "3006", nil},
		{"metres, declared degrees", metres, "", Options{CRS: WGS84}, "", "", "", []string{"WGS 84 is declared", "SWEREF 99 TM"}},
		{"another system", metres, "urn:ogc:def:crs:EPSG::3021", Options{}, "", "", "", []string{"3021", "transform"}},
		{"RT 90", []orb.Ring{box(1628000, 6581000, 1000)}, "", Options{}, "", "", "", []string{"outside Sweden", "RT 90"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opt.ID = kommun
			l, err := Read(put(t, "b.geojson", geoJSON(c.crs, feature(`{"kommunkod":"0180"}`, c.rings...))), c.opt)
			if c.fail != nil {
				wants(t, err, c.fail...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if l.CRS != c.want || l.Axis != c.axis {
				t.Errorf("found %s %s", l.CRS, l.Axis)
			}
			notes := strings.Join(l.Notes[1:], "; ") // the first says the code field
			if !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
			polygon := l.Features[0].Border[0]
			// degrees are written with nine decimals, about 0.1 mm
			if len(polygon) != 2 || math.Abs(ringArea(polygon[0])-1_000_000) > 0.2 || math.Abs(ringArea(polygon[1])+10_000) > 0.02 {
				t.Errorf("rings %v", polygon)
			}
			if p := polygon[0].Bound().Min; math.Hypot(p[0]-674000, p[1]-6580000) > 0.001 {
				t.Errorf("the corner lies at %v", p)
			}
		})
	}
}

func TestGeoJSONErrors(t *testing.T) {
	whole := geoJSON("", feature(`{"desokod":"0180C1010"}`, box(674000, 6580000, 100)), feature(`{"desokod":"0180C1020"}`, box(675000, 6580000, 100)))
	opt := Options{ID: deso2018}
	for _, c := range []struct {
		name    string
		content []byte
		opt     Options
		words   []string
	}{
		{"cut off in a feature", whole[:len(whole)-60], opt, []string{"cut off", "line 4", "feature 2"}},
		{"cut off after a feature", whole[:bytes.LastIndexByte(whole, ']')], opt, []string{"cut off"}},
		{"broken in the middle", bytes.Replace(whole, []byte(`"geometry"`), []byte(`!geometry"`), 1), opt, []string{"no valid JSON", "line 3", "feature 1"}},
		{"letters for numbers", bytes.Replace(whole, []byte("674100.000000000"), []byte(`"here"`), 1), opt, []string{"feature 1", "number pairs"}},
		{"empty", nil, opt, []string{"empty"}},
		{"another format", []byte("id;kod\n"), opt, []string{"no GeoJSON"}},
		{"a lone feature", []byte(feature(`{"desokod":"0180C1010"}`, box(674000, 6580000, 100))), opt, []string{"no features"}},
		{"no such field", whole, Options{ID: deso2018, CodeField: "omr"}, []string{"no field omr", "desokod"}},
		{"no codes of the kind", whole, Options{ID: regso2020}, []string{"RegSO 2020", "desokod"}},
		{"codes of another kind", whole, Options{ID: regso2020, CodeField: "desokod"}, []string{"none of its 2 features", "0180C1010"}},
		{"suffix of another vintage", bytes.ReplaceAll(whole, []byte("0180C1010"), []byte("0180C1010_DeSO2025")), opt, []string{"DeSO 2018", "DeSO 2025"}},
		{"field of another vintage", bytes.ReplaceAll(whole, []byte("desokod"), []byte("DeSO_2025")), opt, []string{"DeSO 2018", "DeSO 2025"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(put(t, "b.geojson", c.content), c.opt)
			wants(t, err, c.words...)
		})
	}
	_, err := Read(filepath.Join(t.TempDir(), "absent.geojson"), opt)
	wants(t, err, "absent.geojson", "no such file")
}

// Nothing is dropped silently: every feature that is not used whole is among the problems.
func TestProblems(t *testing.T) {
	open := box(674000, 6580000, 100)[:4]
	path := put(t, "b.geojson", geoJSON("EPSG:3006",
		feature(`{"KnKod":"0180","KnNamn":"Stockholm"}`, open),
		feature(`{"KnKod":180,"KnNamn":"Stockholm"}`, box(675000, 6580000, 100)),
		feature(`{"KnKod":"12X4"}`, box(676000, 6580000, 100)),
		feature(`{"KnKod":null}`, box(676000, 6580000, 100)),
		feature(`{"KnKod":"0181"}`, box(0, 0, 100)),
		feature(`{"KnKod":"0182"}`, orb.Ring{{676000, 6580000}, {676100, 6580000}, {676000, 6580000}}),
		`{"type":"Feature","properties":{"KnKod":"0183"},"geometry":{"type":"Point","coordinates":[676000, 6580000]}}`,
		`{"type":"Feature","properties":{"KnKod":"0184"},"geometry":{"type":"MultiPolygon","coordinates":[[[[674000,6590000,3],[675000,6590000,3],[675000,6591000,3],[674000,6590000,3]]]]}}`))
	l, err := Read(path, Options{ID: kommun})
	if err != nil {
		t.Fatal(err)
	}
	type found struct {
		Rule   string
		Number int
	}
	var got []found
	for _, p := range l.Problems {
		got = append(got, found{p.Rule, p.Number})
	}
	want := []found{{RuleUnclosed, 1}, {RuleRepeated, 2}, {RuleCode, 3}, {RuleCode, 4}, {RuleOutside, 5}, {RuleFlat, 6}, {RuleGeometry, 7}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	d, err := Division(kommun, l)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"0180", "0181", "0182", "0183", "0184"}, d.Codes()); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if s := d.At(0); len(s.Border) != 2 || surfaceArea(s.Border) != 20_000 || s.Name != "Stockholm" {
		t.Errorf("0180 is %+v", s)
	}
	if got := surfaceArea(d.At(4).Border); got != 500_000 {
		t.Errorf("0184 has %g m², want 500000", got)
	}
}

const prjWithoutCode = `PROJCS["unnamed",GEOGCS["GCS_unnamed",DATUM["D_GRS_80",SPHEROID["GRS_80",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],` +
	`UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],` +
	`PARAMETER["Central_Meridian",15.0],PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]`

func TestWKT(t *testing.T) {
	for _, c := range []struct {
		name, wkt string
		want      CRS
	}{
		{"parameters alone", prjWithoutCode, SWEREF99TM},
		{"code", `PROJCS["SWEREF99 TM",GEOGCS["SWEREF99",AUTHORITY["EPSG","4619"]],AUTHORITY["EPSG","3006"]]`, SWEREF99TM},
		{"WKT 2", `PROJCRS["SWEREF99 TM",BASEGEOGCRS["SWEREF99",DATUM["SWEREF99",ELLIPSOID["GRS 1980",6378137,298.257222101]]],CONVERSION["x",METHOD["Transverse Mercator"],` +
			`PARAMETER["Latitude of natural origin",0],PARAMETER["Longitude of natural origin",15],PARAMETER["Scale factor at natural origin",0.9996],` +
			`PARAMETER["False easting",500000],PARAMETER["False northing",0]],CS[Cartesian,2]]`, SWEREF99TM},
		{"local zone", strings.Replace(prjWithoutCode, `"Central_Meridian",15.0`, `"Central_Meridian",18.0`, 1), AutoCRS},
		{"RT 90", `PROJCS["RT90 2.5 gon V",AUTHORITY["EPSG","3021"]]`, AutoCRS},
		{"degrees", `GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]`, WGS84},
		{"nonsense", "SWEREF 99 TM", AutoCRS},
	} {
		if got := crsOfWKT(c.wkt); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// shp writes the shapes of a shapefile of a type: for each shape its rings as given.
func shp(kind uint32, shapes ...[]orb.Ring) []byte {
	var body bytes.Buffer
	for i, rings := range shapes {
		var rec bytes.Buffer
		put := func(v any) { binary.Write(&rec, binary.LittleEndian, v) }
		if rings == nil {
			put(uint32(0))
		} else {
			points := 0
			for _, r := range rings {
				points += len(r)
			}
			put(kind)
			put([4]float64{})
			put([]uint32{uint32(len(rings)), uint32(points)})
			start := uint32(0)
			for _, r := range rings {
				put(start)
				start += uint32(len(r))
			}
			for _, r := range rings {
				for _, p := range r {
					put([2]float64(p))
				}
			}
			if kind == shapePolygonZ {
				put(make([]float64, 2+points))
			}
		}
		binary.Write(&body, binary.BigEndian, []uint32{uint32(i + 1), uint32(rec.Len() / 2)})
		body.Write(rec.Bytes())
	}
	head := make([]byte, 100)
	binary.BigEndian.PutUint32(head, 9994)
	binary.BigEndian.PutUint32(head[24:], uint32((100+body.Len())/2))
	binary.LittleEndian.PutUint32(head[28:], 1000)
	binary.LittleEndian.PutUint32(head[32:], kind)
	return append(head, body.Bytes()...)
}

// dbf writes a table with the text fields KnKod and KnNamn; a row that begins with * is deleted.
func dbf(language byte, rows ...[2]string) []byte {
	head := make([]byte, 32+64+1)
	head[0], head[29] = 3, language
	binary.LittleEndian.PutUint32(head[4:], uint32(len(rows)))
	binary.LittleEndian.PutUint16(head[8:], uint16(len(head)))
	binary.LittleEndian.PutUint16(head[10:], 1+4+12)
	copy(head[32:], "KnKod")
	copy(head[64:], "KnNamn")
	head[32+11], head[64+11] = 'C', 'C'
	head[32+16], head[64+16] = 4, 12
	head[96] = '\r'
	b := bytes.NewBuffer(head)
	for _, r := range rows {
		mark := byte(' ')
		if r[0] == "*" {
			mark = '*'
		}
		b.WriteByte(mark)
		fmt.Fprintf(b, "%-4s", r[0])
		b.WriteString(r[1] + strings.Repeat(" ", 12-len(r[1])))
	}
	return b.Bytes()
}

func shapefile(t testing.TB, parts map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for ext, content := range parts {
		if err := os.WriteFile(filepath.Join(dir, "kommun"+ext), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "kommun.shp")
}

func TestShapefile(t *testing.T) {
	outer, hole, island := turned(box(674000, 6580000, 1000)), box(674200, 6580200, 500), turned(box(674300, 6580300, 100))
	back := func(rings ...orb.Ring) []orb.Ring {
		var out []orb.Ring
		for _, r := range rings {
			out = append(out, turned(r))
		}
		return out
	}
	swap := func(rings ...orb.Ring) []orb.Ring { // as a writer does that thinks north is x: clockwise in its own plane
		var out []orb.Ring
		for _, r := range rings {
			out = append(out, turned(swapped(r)))
		}
		return out
	}
	row := [][2]string{{"0180", "Stockholm"}}
	for _, c := range []struct {
		name string
		shp  []byte
	}{
		{"polygon", shp(shapePolygon, []orb.Ring{outer, hole, island})},
		{"polygon with heights", shp(shapePolygonZ, []orb.Ring{outer, hole, island})},
		{"hole first", shp(shapePolygon, []orb.Ring{hole, island, outer})},
		{"every ring the wrong way", shp(shapePolygon, back(outer, hole, island))},
		{"axes swapped", shp(shapePolygon, swap(outer, hole, island))},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := Read(shapefile(t, map[string][]byte{".shp": c.shp, ".dbf": dbf(0x57, row...), ".prj": []byte(prjWithoutCode)}), Options{ID: kommun})
			if err != nil {
				t.Fatal(err)
			}
			b := l.Features[0].Border
			if len(b) != 2 || len(l.Problems) != 0 {
				t.Fatalf("%d parts, problems %v", len(b), l.Problems)
			}
			// a square of 1 km with a hole of 500 m and an island of 100 m in it
			if got := surfaceArea(b); math.Abs(got-(1_000_000-250_000+10_000)) > 1e-6 {
				t.Errorf("%g m²", got)
			}
		})
	}
	t.Run("hole in nothing, null shape, deleted row", func(t *testing.T) {
		l, err := Read(shapefile(t, map[string][]byte{
			".shp": shp(shapePolygon, []orb.Ring{outer, box(690000, 6580000, 10)}, nil, []orb.Ring{outer}),
			".dbf": dbf(0, [2]string{"0180", ""}, [2]string{"0181", ""}, [2]string{"*", ""})}), Options{ID: kommun})
		if err != nil {
			t.Fatal(err)
		}
		var rules []string
		for _, p := range l.Problems {
			rules = append(rules, p.Rule)
		}
		if diff := cmp.Diff([]string{RuleHole, RuleGeometry, RuleCode}, rules); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
	})
	good := shp(shapePolygon, []orb.Ring{outer})
	for _, c := range []struct {
		name  string
		parts map[string][]byte
		words []string
	}{
		{"shp cut off", map[string][]byte{".shp": good[:len(good)-20], ".dbf": dbf(0, row...)}, []string{"kommun.shp", "cut off"}},
		{"dbf cut off", map[string][]byte{".shp": good, ".dbf": dbf(0, row...)[:110]}, []string{"kommun.dbf", "cut off"}},
		{"no dbf", map[string][]byte{".shp": good}, []string{"kommun.dbf is missing"}},
		{"another dbf", map[string][]byte{".shp": good, ".dbf": dbf(0, row[0], [2]string{"0181", ""})}, []string{"1 shapes but 2 rows"}},
		{"points", map[string][]byte{".shp": shp(1), ".dbf": dbf(0)}, []string{"type 1", "not polygons"}},
		{"local zone", map[string][]byte{".shp": good, ".dbf": dbf(0, row...), ".prj": []byte(strings.Replace(prjWithoutCode, "15.0", "18.0", 1))}, []string{"unnamed", "not read"}},
		{"unknown encoding", map[string][]byte{".shp": good, ".dbf": dbf(0, row...), ".cpg": []byte("EBCDIC")}, []string{"EBCDIC"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(shapefile(t, c.parts), Options{ID: kommun})
			wants(t, err, c.words...)
		})
	}
}

func TestDBFEncodings(t *testing.T) {
	for _, c := range []struct {
		name     string
		cpg      string
		language byte
		text     string
	}{
		{"UTF-8 by cpg", "UTF-8", 0x57, "Åmål"},
		{"ISO 8859-1 by cpg", "ISO-8859-1\r\n", 0, "\xc5m\xe5l"},
		{"Windows by language byte", "", 0x57, "\xc5m\xe5l"},
		{"UTF-8 by validity, whatever the byte", "", 0x57, "Åmål"},
		{"nothing said", "", 0, "\xc5m\xe5l"},
		{"code page 850", "", 0x02, "\x8fm\x86l"},
	} {
		table, err := parseDBF(dbf(c.language, [2]string{"1492", c.text}), c.cpg)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := table.rows[0]["KnNamn"]; got != "Åmål" {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestZip(t *testing.T) {
	archive := func(names ...string) string {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for _, name := range names {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			switch filepath.Ext(name) {
			case ".shp":
				w.Write(shp(shapePolygon, []orb.Ring{turned(box(674000, 6580000, 1000))}))
			case ".DBF", ".dbf":
				w.Write(dbf(0, [2]string{"0180", "Stockholm"}))
			}
		}
		z.Close()
		return put(t, "b.zip", b.Bytes())
	}
	two := archive("a/kn.shp", "a/kn.DBF", "a/ln.shp", "a/ln.dbf")
	_, err := Read(two, Options{ID: kommun})
	wants(t, err, "2 layers", "kn, ln")
	_, err = Read(two, Options{ID: kommun, Layer: "regso"})
	wants(t, err, "no layer regso", "kn, ln")
	l, err := Read(two, Options{ID: kommun, Layer: "kn"})
	if err != nil || l.Name != "kn" || len(l.Features) != 1 {
		t.Errorf("%v, %v", l, err)
	}
	_, err = Read(archive("readme.txt"), Options{ID: kommun})
	wants(t, err, "no shapefile", "readme.txt")
	whole, err := os.ReadFile(two)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Read(put(t, "b.zip", whole[:len(whole)/2]), Options{ID: kommun})
	wants(t, err, "cut off")
}

// blob is a GeoPackage geometry: header with an envelope, then well-known binary of a MultiPolygon, with heights if z.
func blob(z bool, polygons ...orb.Polygon) []byte {
	var b bytes.Buffer
	put := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	add := uint32(0)
	if z {
		add = 1000
	}
	b.WriteString("GP")
	put([]uint8{0, 1 | 1<<1})
	put(uint32(3006))
	put([4]float64{})
	put(uint8(1))
	put([]uint32{wkbMultiPolygon + add, uint32(len(polygons))})
	for _, p := range polygons {
		put(uint8(1))
		put([]uint32{wkbPolygon + add, uint32(len(p))})
		for _, r := range p {
			put(uint32(len(r)))
			for _, q := range r {
				put([2]float64(q))
				if z {
					put(1.5)
				}
			}
		}
	}
	return b.Bytes()
}

func geoPackage(t testing.TB, srs int, layers ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "b?#å.gpkg") // a name that must be escaped in an address
	db, err := sql.Open("sqlite", filepath.Join(filepath.Dir(path), "made.gpkg"))
	if err != nil {
		t.Fatal(err)
	}
	run := func(query string, args ...any) {
		if _, err := db.Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	run(`CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT)`)
	run(`INSERT INTO gpkg_spatial_ref_sys VALUES ('SWEREF99 TM', 3006, 'EPSG', 3006, ''), ('own number', 100001, 'epsg', 3006, ''), ('RT90', 3021, 'EPSG', 3021, '')`)
	run(`CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)`)
	run(`CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER)`)
	run(`INSERT INTO gpkg_contents VALUES ('styles', 'attributes')`)
	for _, layer := range layers {
		run(`INSERT INTO gpkg_contents VALUES (?, 'features')`, layer)
		run(`INSERT INTO gpkg_geometry_columns VALUES (?, 'sp_geometry', ?)`, layer, srs)
		run(`CREATE TABLE "` + layer + `" (fid INTEGER PRIMARY KEY, sp_geometry BLOB, regsokod TEXT, regsonamn TEXT, version TEXT, andel REAL)`)
		outer, hole := box(674000, 6580000, 1000), box(674200, 6580200, 500)
		run(`INSERT INTO "`+layer+`" VALUES (1, ?, '0180R001', 'Norr', '2020_v3', 0.5)`, blob(false, orb.Polygon{turned(outer), hole}, orb.Polygon{box(676000, 6580000, 10)}))
		run(`INSERT INTO "`+layer+`" VALUES (2, ?, '0180R002', 'Söder', '2020_v3', NULL)`, blob(true, orb.Polygon{box(677000, 6580000, 10)}))
		run(`INSERT INTO "` + layer + `" VALUES (3, NULL, '0180R003', 'Väster', '2020_v3', NULL)`)
		run(`INSERT INTO "` + layer + `" VALUES (4, x'4750', '0180R004', 'Öster', '2020_v3', NULL)`)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(filepath.Dir(path), "made.gpkg"), path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGeoPackage(t *testing.T) {
	for _, srs := range []int{3006, 100001, 0} {
		l, err := Read(geoPackage(t, srs, "RegSO"), Options{ID: regso2020})
		if err != nil {
			t.Fatal(err)
		}
		if l.Name != "RegSO" || len(l.Features) != 4 || l.CRS != SWEREF99TM || l.CodeField != "regsokod" || l.NameField != "regsonamn" {
			t.Errorf("srs %d: layer %+v", srs, l)
		}
		if got := surfaceArea(l.Features[0].Border); got != 1_000_000-250_000+100 {
			t.Errorf("srs %d: 0180R001 has %g m²", srs, got)
		}
		if f := l.Features[1]; f.Name != "Söder" || surfaceArea(f.Border) != 100 {
			t.Errorf("srs %d: feature 2 is %+v", srs, f)
		}
		if l.Features[0].Fields["andel"] != "0.5" {
			t.Errorf("fields %v", l.Features[0].Fields)
		}
		if len(l.Problems) != 2 || l.Problems[0].Number != 3 || l.Problems[1].Number != 4 {
			t.Errorf("srs %d: problems %v", srs, l.Problems)
		}
	}
	_, err := Read(geoPackage(t, 3006, "DeSO_2018", "RegSO_2020"), Options{ID: regso2020})
	wants(t, err, "2 layers", "DeSO_2018, RegSO_2020")
	_, err = Read(geoPackage(t, 3006, "DeSO_2018", "RegSO_2020"), Options{ID: regso2020, Layer: "kommun"})
	wants(t, err, "no layer kommun", "DeSO_2018, RegSO_2020")
	l, err := Read(geoPackage(t, 3006, "DeSO_2018", "RegSO_2020"), Options{ID: regso2020, Layer: "regso_2020"})
	if err != nil || l.Name != "RegSO_2020" {
		t.Errorf("%v %v", l, err)
	}
	_, err = Read(geoPackage(t, 3021, "RegSO"), Options{ID: regso2020})
	wants(t, err, "RT90", "3021")
	_, err = Read(geoPackage(t, 3006), Options{ID: regso2020})
	wants(t, err, "no feature layers")
	path := geoPackage(t, 3006, "RegSO")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Read(put(t, "cut.gpkg", whole[:len(whole)/2]), Options{ID: regso2020})
	wants(t, err, "cut off")
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("reading leaves files behind: %v %v", left, err)
	}
	if _, err := Read(path, Options{ID: regso2025}); !errors.As(err, new(*area.VintageError)) {
		t.Errorf("RegSO 2020 read as 2025 gives %v", err)
	}
}

func TestParse(t *testing.T) {
	if c, err := ParseCRS(" WGS84 "); c != WGS84 || err != nil {
		t.Error(c, err)
	}
	if a, err := ParseAxis("north-east"); a != NorthEast || err != nil {
		t.Error(a, err)
	}
	_, err := ParseCRS("rt90")
	wants(t, err, "rt90", "sweref99tm")
	_, err = ParseAxis("yx")
	wants(t, err, "yx", "east-north")
}
