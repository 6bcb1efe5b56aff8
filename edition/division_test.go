package edition

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/area"
)

// toyDivision has an area with a border with a hole, one with two parts and no name, one without a border or kommun.
func toyDivision(t testing.TB) (*area.Division, []Parents) {
	t.Helper()
	ring := func(x, y, side float64) orb.Ring {
		return orb.Ring{{x, y}, {x + side, y}, {x + side, y + side}, {x, y + side}, {x, y}}
	}
	d, err := area.New(area.ID{Kind: area.RegSO, Vintage: "2020"}, []area.Area{
		{Code: "0180R001", Name: "Norra Å", Border: orb.MultiPolygon{{ring(674000, 6580000, 100), ring(674010, 6580010, 20)}}},
		{Code: "0180R002", Border: orb.MultiPolygon{{ring(674100, 6580000.125, 10)}, {ring(674200, 6580000, 10)}}},
		{Code: "1280R001", Name: "Utan gräns"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d, []Parents{{area.ID{Kind: area.Kommun}, []string{"0180", "0180", ""}}, {area.ID{Kind: area.Lan}, []string{"01", "01", "12"}}}
}

func sameDivision(t interface{ Fatalf(string, ...any) }, want, got *area.Division) {
	if want.ID != got.ID || want.Len() != got.Len() {
		t.Fatalf("%s with %d areas, want %s with %d", got.ID, got.Len(), want.ID, want.Len())
	}
	for i := range want.Len() {
		if d := cmp.Diff(want.At(i), got.At(i)); d != "" {
			t.Fatalf("area %d (-want +got):\n%s", i, d)
		}
	}
}

func TestDivisionRoundTrip(t *testing.T) {
	coordinate := rapid.Float64Range(-1e9, 1e9)
	point := rapid.Custom(func(t *rapid.T) orb.Point { return orb.Point{coordinate.Draw(t, "x"), coordinate.Draw(t, "y")} })
	rapid.Check(t, func(t *rapid.T) {
		var areas []area.Area
		parents := Parents{ID: area.ID{Kind: "stadsdel"}}
		for i := range rapid.IntRange(0, 20).Draw(t, "areas") {
			a := area.Area{Code: fmt.Sprintf("a%03d", i), Name: rapid.String().Draw(t, "name")}
			for range rapid.IntRange(0, 2).Draw(t, "polygons") {
				var p orb.Polygon
				for range rapid.IntRange(1, 2).Draw(t, "rings") {
					p = append(p, orb.Ring(rapid.SliceOfN(point, 4, 8).Draw(t, "ring")))
				}
				a.Border = append(a.Border, p)
			}
			areas = append(areas, a)
			parents.Codes = append(parents.Codes, rapid.SampledFrom([]string{"", "öst", "väst"}).Draw(t, "parent"))
		}
		want, err := area.New(area.ID{Kind: "nyko", Vintage: "2"}, areas)
		if err != nil {
			t.Fatal(err)
		}
		var first, second bytes.Buffer
		for _, b := range []*bytes.Buffer{&first, &second} {
			if err := WriteDivision(b, want, []Parents{parents}); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatal("two writings of one division differ")
		}
		got, back, err := ReadDivision(want.ID, first.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		sameDivision(t, want, got)
		if len(areas) > 0 {
			if d := cmp.Diff([]Parents{parents}, back); d != "" {
				t.Fatal(d)
			}
		}
	})
}

// The rules of GeoParquet 1.1.0 (https://geoparquet.org/releases/v1.1.0/): metadata "geo" with version, primary_column and columns; geometry at the
// top of the schema as BYTE_ARRAY of ISO WKB; CRS as PROJJSON; bbox west, south, east, north.
func TestDivisionIsGeoParquet(t *testing.T) {
	d, parents := toyDivision(t)
	var b bytes.Buffer
	if err := WriteDivision(&b, d, parents); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := f.Lookup("geo")
	var geo struct {
		Version       string
		PrimaryColumn string `json:"primary_column"`
		Columns       map[string]struct {
			Encoding string
			Types    []string `json:"geometry_types"`
			BBox     []float64
			CRS      struct {
				Type string
				ID   struct {
					Authority string
					Code      int
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &geo); err != nil {
		t.Fatal(err)
	}
	g := geo.Columns["geometry"]
	if geo.Version != "1.1.0" || geo.PrimaryColumn != "geometry" || g.Encoding != "WKB" || g.CRS.Type != "ProjectedCRS" || g.CRS.ID.Authority != "EPSG" || g.CRS.ID.Code != 3006 {
		t.Errorf("metadata %s", text)
	}
	if diff := cmp.Diff([]float64{674000, 6580000, 674210, 6580100}, g.BBox) + cmp.Diff([]string{"MultiPolygon"}, g.Types); diff != "" {
		t.Error(diff)
	}
	type plain struct {
		Code     string  `parquet:"code"`
		Name     *string `parquet:"name,optional"`
		Kommun   *string `parquet:"kommun,optional"`
		Lan      *string `parquet:"lan,optional"`
		Geometry []byte  `parquet:"geometry,optional"`
	}
	rows, err := parquet.Read[plain](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[1].Name != nil || *rows[1].Lan != "01" || rows[2].Kommun != nil || rows[2].Geometry != nil {
		t.Errorf("rows %+v", rows)
	}
	shape, err := wkb.Unmarshal(rows[1].Geometry)
	if diff := cmp.Diff(orb.Geometry(d.At(1).Border), shape); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if f.Root().Column("geometry").Type().Kind() != parquet.ByteArray {
		t.Error("the geometry is no BYTE_ARRAY")
	}

	// Without any border the types are unknown and there is no box.
	b.Reset()
	if err := WriteDivision(&b, mustDivision(t, area.ID{Kind: area.Lan}, "01"), nil); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b.Bytes(), []byte(`"geometry_types":[]`)) || bytes.Contains(b.Bytes(), []byte(`"bbox"`)) {
		t.Error("a division without borders states their type or box")
	}
}

func TestDivisionRefuses(t *testing.T) {
	d, _ := toyDivision(t)
	wantError(t, WriteDivision(&bytes.Buffer{}, d, []Parents{{area.ID{Kind: area.Lan}, []string{"01"}}}), "1 codes of lan")
	wantError(t, WriteDivision(&bytes.Buffer{}, d, []Parents{{area.ID{Kind: "name"}, make([]string, 3)}}), "twice")
	broken, err := d.WithBorders(map[string]orb.MultiPolygon{"0180R001": {{{{math.Inf(1), 0}}}}})
	if err != nil {
		t.Fatal(err)
	}
	wantError(t, WriteDivision(&bytes.Buffer{}, broken, nil), "0180R001", "not finite")

	var b bytes.Buffer
	if err := WriteDivision(&b, d, nil); err != nil {
		t.Fatal(err)
	}
	_, _, err = ReadDivision(area.ID{Kind: area.RegSO, Vintage: "2025"}, b.Bytes())
	wantError(t, err, "the file is of regso-2020")
	var table bytes.Buffer
	if err := WriteTable(&table, toy()); err != nil {
		t.Fatal(err)
	}
	_, _, err = ReadDivision(d.ID, table.Bytes())
	wantError(t, err, "no division")
	_, err = ReadTable(b.Bytes())
	wantError(t, err, "no table")
}

func FuzzReadDivision(f *testing.F) {
	d, parents := toyDivision(f)
	var b bytes.Buffer
	if err := WriteDivision(&b, d, parents); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()-9])
	f.Add([]byte(strings.Repeat("PAR1", 4)))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, _, err := ReadDivision(d.ID, data)
		if err == nil && got.ID != d.ID {
			t.Errorf("read as %s", got.ID)
		}
	})
}

// realData finds a file of the folder of real data, or skips the test when there is none (CI must have it).
func realData(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		root, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			if root == filepath.Dir(root) {
				t.Fatal("no go.mod above the test")
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	switch {
	case err == nil:
		return data
	case os.Getenv("CI") == "true":
		t.Fatalf("no real data: %v", err)
	default:
		t.Skipf("no real data (set SKIKT_DATA): %v", err)
	}
	return nil
}

// All DeSO of Stockholms län as SCB draws them (1 287 in vintage 2018) come back to the last bit. The file is in WGS 84, which makes no
// difference to how numbers are kept.
func TestDivisionRealBorders(t *testing.T) {
	var file struct {
		Features []struct {
			Properties struct{ ID, Kommun string }
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(realData(t, "geometry/deso2018_stockholm_county.geojson"), &file); err != nil {
		t.Fatal(err)
	}
	var areas []area.Area
	kommun := map[string]string{}
	for _, f := range file.Features {
		var border orb.MultiPolygon
		var err error
		if f.Geometry.Type == "Polygon" {
			border = make(orb.MultiPolygon, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &border[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &border)
		}
		if err != nil {
			t.Fatal(err)
		}
		areas = append(areas, area.Area{Code: f.Properties.ID, Border: border})
		kommun[f.Properties.ID] = f.Properties.Kommun
	}
	want, err := area.New(area.ID{Kind: area.DeSO, Vintage: "2018"}, areas)
	if err != nil {
		t.Fatal(err)
	}
	parents := Parents{ID: area.ID{Kind: area.Kommun}}
	for _, code := range want.Codes() {
		parents.Codes = append(parents.Codes, kommun[code])
	}
	var b bytes.Buffer
	if err := WriteDivision(&b, want, []Parents{parents}); err != nil {
		t.Fatal(err)
	}
	got, back, err := ReadDivision(want.ID, b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got.Len() != 1287 || got.Bordered() != 1287 {
		t.Errorf("%d areas, %d with a border", got.Len(), got.Bordered())
	}
	sameDivision(t, want, got)
	if d := cmp.Diff([]Parents{parents}, back); d != "" {
		t.Error(d)
	}
}
