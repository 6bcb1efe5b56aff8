package border

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
)

// Readers must not panic on anything, nor set aside more than the input can fill: vertices take at least two bytes of text and sixteen
// bytes otherwise.
func held(t *testing.T, border orb.MultiPolygon, most int) {
	t.Helper()
	n := 0
	for _, polygon := range border {
		for _, ring := range polygon {
			n += cap(ring)
			for _, p := range ring {
				if math.IsNaN(p[0]) || math.IsInf(p[0], 0) || math.IsNaN(p[1]) || math.IsInf(p[1], 0) {
					t.Fatal("a coordinate is no number")
				}
			}
		}
	}
	if n > most {
		t.Fatalf("%d vertices held", n)
	}
}

func FuzzGeoJSON(f *testing.F) {
	f.Add(geoJSON("EPSG:3006", feature(`{"kommunkod":"0180","x":1.5,"y":true,"z":null,"ö":{}}`, box(674000, 6580000, 100), turned(box(674010, 6580010, 10)))))
	f.Add(geoJSON("", feature(`{"kommunkod":"0180"}`, degrees(box(674000, 6580000, 100))))[:90])
	f.Add([]byte(`{"type":"FeatureCollection","name":1,"crs":null,"features":[{"geometry":{"type":"MultiPolygon","coordinates":[[[[1,2,3],[4,5]]]]}},null,{}]}`))
	f.Add([]byte(`{"features":[{"geometry":{"type":"Polygon","coordinates":[[[1e999,2]]]}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		src, err := readGeoJSON(text)
		if err != nil {
			return
		}
		for _, r := range src.raws {
			held(t, r.border, 2*len(text)+16)
		}
		readAll(t, "fuzz.geojson", text)
	})
}

// readAll takes a file the whole way.
func readAll(t *testing.T, name string, content []byte) {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Read(path, Options{})
	if err != nil {
		return
	}
	if l.Total < len(l.Features) || l.Total > len(l.Features)+len(l.Problems) {
		t.Fatalf("of %d features %d are used, but only %d problems are told", l.Total, len(l.Features), len(l.Problems))
	}
	if d, err := Division(area.ID{Kind: "ruta"}, l); err == nil {
		Validate(d)
	}
}

func FuzzShapes(f *testing.F) {
	outer := turned(box(674000, 6580000, 100))
	f.Add(shp(shapePolygon, []orb.Ring{outer, box(674010, 6580010, 10)}, nil))
	f.Add(shp(shapePolygonZ, []orb.Ring{outer}))
	f.Add(shp(shapePolygon, []orb.Ring{outer})[:150])
	f.Fuzz(func(t *testing.T, b []byte) {
		shapes, err := parseShapes(b)
		if err != nil {
			return
		}
		for _, s := range shapes {
			held(t, orb.MultiPolygon{s.rings}, len(b))
			rings := orb.MultiPolygon{s.rings}
			orient(rings, true)
		}
	})
}

func FuzzDBF(f *testing.F) {
	f.Add(dbf(0x57, [2]string{"0180", "Stockholm"}, [2]string{"*", ""}), "")
	f.Add(dbf(0, [2]string{"1492", "\xc5m\xe5l"}), "UTF-8")
	f.Add(dbf(2, [2]string{"1492", "\x8fm\x86l"})[:120], "850")
	f.Fuzz(func(t *testing.T, b []byte, cpg string) {
		table, err := parseDBF(b, cpg)
		if err == nil && len(table.rows) > len(b) {
			t.Fatalf("%d rows from %d bytes", len(table.rows), len(b))
		}
	})
}

func FuzzGeoPackageBlob(f *testing.F) {
	f.Add(blob(false, orb.Polygon{box(674000, 6580000, 100)}))
	f.Add(blob(true, orb.Polygon{box(674000, 6580000, 100), turned(box(674010, 6580010, 10))}))
	f.Add(blob(false, orb.Polygon{box(674000, 6580000, 100)})[:70])
	f.Fuzz(func(t *testing.T, b []byte) {
		border, err := parseBlob(b)
		if err != nil {
			return
		}
		held(t, border, len(b)/16+1)
	})
}

func FuzzWKT(f *testing.F) {
	f.Add(prjWithoutCode)
	f.Add(`PROJCS["x",AUTHORITY["EPSG","99999999999999999999"]]`)
	f.Fuzz(func(t *testing.T, s string) {
		if c := crsOfWKT(s); c != AutoCRS && c != SWEREF99TM && c != WGS84 {
			t.Fatal(c)
		}
	})
}

func FuzzKey(f *testing.F) {
	f.Add([]byte("Kommun,Kommunnamn,DeSO_2018,RegSO_2020,RegSOkod_2020\r\n0180,Stockholm,0180C1010,Norr,0180R001\r\n"))
	f.Add([]byte("bro;Kommunnamn;DeSO;RegSO;;;;\n;;;;;;;\n1440;Ale;1440C1060;Alafors;;;;\n"))
	f.Add([]byte("\ufeff\"Kommun\tDeSO\xe5\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		rows, err := parseCSV(text)
		if err != nil {
			return
		}
		k := &Key{From: deso2018, To: regso2020}
		if k.read([][]row{rows}, desoKey) == nil && len(k.Rows) > len(rows) {
			t.Fatalf("%d rows out of %d", len(k.Rows), len(rows))
		}
	})
}

// The overlay must end and never panic, whatever the rings.
func FuzzValidate(f *testing.F) {
	f.Add([]byte{0, 0, 10, 10, 10, 0, 0, 10, 3, 3}, uint8(5))
	f.Add([]byte{0, 0, 20, 0, 20, 20, 0, 20, 10, 0, 30, 0, 30, 20, 10, 20}, uint8(4))
	f.Fuzz(func(t *testing.T, xy []byte, size uint8) {
		if len(xy) > 400 {
			return
		}
		var areas []area.Area
		var ring orb.Ring
		for i := 0; i+1 < len(xy); i += 2 {
			ring = append(ring, orb.Point{674000 + float64(xy[i])/8, 6580000 + float64(xy[i+1])/8})
			if len(ring) > int(size) {
				areas = append(areas, area.Area{Code: string(rune('a' + len(areas))), Border: one(append(ring, ring[0]))})
				ring = nil
			}
		}
		if len(areas) > 26 {
			return
		}
		d, err := area.New(area.ID{Kind: "ruta"}, areas)
		if err != nil {
			t.Fatal(err)
		}
		r := Validate(d)
		if r.Overlap < -1 || r.Gap < -1 || math.IsNaN(r.Overlap) || math.IsNaN(r.Gap) {
			t.Fatalf("overlap %g, gap %g", r.Overlap, r.Gap)
		}
	})
}
