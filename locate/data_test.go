package locate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/sweref"
)

// data is the content of a file among the real data, which lie outside the repository: in SKIKT_DATA, or in shared/data beside it.
func data(t testing.TB, elem ...string) []byte {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the real data are absent; set SKIKT_DATA")
		}
		t.Skip("the real data are absent; set SKIKT_DATA to test with them")
	}
	b, err := os.ReadFile(filepath.Join(append([]string{dir}, elem...)...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// features reads a division from GeoJSON in WGS 84.
func features(t testing.TB, id area.ID, property string, elem ...string) *area.Division {
	t.Helper()
	var file struct {
		Features []struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(data(t, elem...), &file); err != nil {
		t.Fatal(err)
	}
	var areas []area.Area
	for _, f := range file.Features {
		border := make(orb.MultiPolygon, 1)
		var into any = &border
		if f.Geometry.Type == "Polygon" {
			into = &border[0]
		}
		if err := json.Unmarshal(f.Geometry.Coordinates, into); err != nil {
			t.Fatal(err)
		}
		for _, p := range border {
			for _, r := range p {
				for i := range r {
					r[i][0], r[i][1] = sweref.FromGeographic(r[i][1], r[i][0])
				}
			}
		}
		areas = append(areas, area.Area{Code: f.Properties[property].(string), Border: border})
	}
	d, err := area.New(id, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// schools are the 373 year-9 schools of Stockholms län for which Skolverket publishes a merit value.
func schools(t testing.TB) (lon, lat []float64, kommun []string) {
	t.Helper()
	var file struct {
		Schools []struct {
			Lat, Lng         float64
			MunicipalityCode string
		}
	}
	if err := json.Unmarshal(data(t, "schools", "stockholm-grade9-schools.json"), &file); err != nil {
		t.Fatal(err)
	}
	for _, s := range file.Schools {
		lon, lat, kommun = append(lon, s.Lng), append(lat, s.Lat), append(kommun, s.MunicipalityCode)
	}
	return lon, lat, kommun
}

// By the outer rings alone, 356 of 373 schools are in exactly one DeSO, 13 in two and 4 in none, as the description of the data says: the borders have been
// simplified one by one. But 12 DeSO have holes, in which others lie. With the holes 367 are in one, 2 in two and 4 in none; an
// even-odd count in longitude and latitude, in a Python script of ten lines, gives the same.
func TestSchoolsOfStockholm(t *testing.T) {
	div := features(t, area.ID{Kind: area.DeSO, Vintage: "2018"}, "id", "geometry", "deso2018_stockholm_county.geojson")
	if div.Len() != 1287 {
		t.Fatalf("%d DeSO, want 1287", div.Len())
	}
	lon, lat, kommun := schools(t)
	places := make([]Place, len(lon))
	count := func(div *area.Division, opt Options) Account {
		t.Helper()
		index(t, div, opt).Locate(WGS84, lon, lat, nil, places)
		var a Account
		a.AddAll(kommun, places)
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		return a
	}
	outer := map[string]orb.MultiPolygon{}
	for i := range div.Len() {
		outer[div.At(i).Code] = orb.MultiPolygon{div.At(i).Border[0][:1]}
	}
	filled, err := div.WithBorders(outer)
	if err != nil {
		t.Fatal(err)
	}
	if a, want := count(filled, Options{}), (Tally{In: 373, Placed: 369, Residual: 4, Outcomes: Counts{Located: 356, Ambiguous: 13, Outside: 4}}); a.Tally != want {
		t.Errorf("without holes %+v, want %+v", a.Tally, want)
	}
	if a, want := count(div, Options{}), (Tally{In: 373, Placed: 369, Residual: 4, Outcomes: Counts{Located: 367, Ambiguous: 2, Outside: 4}}); a.Tally != want {
		t.Errorf("%+v, want %+v", a.Tally, want)
	}
	ix := index(t, div, Options{})
	for i := range lon {
		e, n := sweref.FromGeographic(lat[i], lon[i])
		check(t, div, ix, e, n)
	}
	// Simplification moved borders by up to 0.0005 degrees, some 55 m.
	if wide := count(div, Options{Gap: 60}); wide.Outcomes != (Counts{Located: 367, Ambiguous: 2, Gap: 4}) {
		t.Errorf("with a gap: %v", wide.Outcomes)
	}

	lon, lat = lat, lon
	if swapped := count(div, Options{}); swapped.Outcomes != (Counts{SwappedAxes: 373}) {
		t.Errorf("swapped: %v", swapped.Outcomes)
	}
	if repaired := count(div, Options{RepairSwapped: true}); repaired.Outcomes != (Counts{RepairedAxes: 369, SwappedAxes: 4}) {
		t.Errorf("repaired: %v", repaired.Outcomes)
	}
}

// A second system of areas over the same ground: Stockholm's 117 city districts, without water. A school in a district says itself that it is in the kommun of
// Stockholm (0180), and a school that says so is in a district; but for one, which has the coordinates of another kommun, Täby.
func TestCityDistricts(t *testing.T) {
	div := features(t, area.ID{Kind: "stadsdel"}, "name", "geometry", "stockholm_stadsdelar_utan_vatten_simplified.geo.json")
	ix := index(t, div, Options{})
	lon, lat, kommun := schools(t)
	places := make([]Place, len(lon))
	ix.Locate(WGS84, lon, lat, nil, places)
	placed, differ := 0, 0
	for i, p := range places {
		e, n := sweref.FromGeographic(lat[i], lon[i])
		check(t, div, ix, e, n)
		if p.Outcome.Placed() {
			placed++
		}
		if p.Outcome.Placed() != (kommun[i] == "0180") {
			differ++
		}
	}
	if placed == 0 || differ != 1 {
		t.Errorf("%d schools are in a district, and %d of all say otherwise, want 1", placed, differ)
	}
}
