package gpkg

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	_ "modernc.org/sqlite"
	"pgregory.net/rapid"
)

// opened writes a GeoPackage to a file and opens it with SQLite itself, which looks through the whole of it.
func opened(t testing.TB, data []byte) (*sql.DB, string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "x.gpkg")
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+name+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	rows, err := db.Query("PRAGMA integrity_check")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil || text != "ok" {
			t.Errorf("integrity: %s, %v", text, err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return db, name
}

func square(e, n, side float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{e, n}, {e + side, n}, {e + side, n + side}, {e, n + side}, {e, n}}}}
}

func layer(n int) Layer {
	l := Layer{Name: "regso-2020", Description: "Områden", Columns: []Column{{"code", "Kod", false}, {"background:Share:a \"b\"", "Andel", true}, {"status", "Status", false}}}
	for i := range n {
		value, border := any(float64(i)/4), square(600_000+1000*float64(i), 6_600_000, 1000)
		if i%3 == 2 {
			value, border = nil, nil
		}
		l.Rows = append(l.Rows, Row{border, []any{fmt.Sprintf("0180R%03d", i), value, "known"}})
	}
	return l
}

// SQLite reads back what was written, and the tables that the standard wants.
func TestMarshal(t *testing.T) {
	data, err := Marshal(layer(5))
	if err != nil {
		t.Fatal(err)
	}
	db, _ := opened(t, data)
	rows, err := db.Query(`SELECT fid, geom, code, "background:Share:a ""b""" FROM "regso-2020" ORDER BY fid`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	seen := 0
	for rows.Next() {
		var fid int
		var geom []byte
		var code string
		var share sql.NullFloat64
		if err := rows.Scan(&fid, &geom, &code, &share); err != nil {
			t.Fatal(err)
		}
		i := seen
		seen++
		if fid != i+1 || code != fmt.Sprintf("0180R%03d", i) || share.Valid != (i%3 != 2) || share.Float64 != float64(i)/4 && share.Valid {
			t.Errorf("row %d: %d %s %v", i, fid, code, share)
		}
		if i%3 == 2 {
			if geom != nil {
				t.Errorf("row %d has a geometry", i)
			}
			continue
		}
		if string(geom[:4]) != "GP\x00\x03" {
			t.Fatalf("% x", geom[:8])
		}
		shape, err := wkb.Unmarshal(geom[8+32:])
		if err != nil || !orb.Equal(shape, square(600_000+1000*float64(i), 6_600_000, 1000)) {
			t.Errorf("row %d: %v, %v", i, shape, err)
		}
	}
	if seen != 5 {
		t.Errorf("%d rows", seen)
	}
	var name, kind string
	var west, east float64
	err = db.QueryRow(`SELECT c.table_name, c.data_type, c.min_x, c.max_x FROM gpkg_contents c JOIN gpkg_geometry_columns g USING (table_name) JOIN gpkg_spatial_ref_sys s ON s.srs_id = c.srs_id WHERE s.organization_coordsys_id = 3006`).Scan(&name, &kind, &west, &east)
	if err != nil || name != "regso-2020" || kind != "features" || west != 600_000 || east != 605_000 {
		t.Errorf("%s %s %v %v %v", name, kind, west, east, err)
	}
	var title string
	if err := db.QueryRow(`SELECT title FROM gpkg_data_columns WHERE table_name = 'regso-2020' AND column_name = 'code'`).Scan(&title); err != nil || title != "Kod" {
		t.Errorf("%s, %v", title, err)
	}
	if string(data[68:72]) != "GPKG" || !bytes.Equal(data[:15], []byte("SQLite format 3")) {
		t.Errorf("% x", data[:100])
	}
	again, err := Marshal(layer(5))
	if err != nil || !bytes.Equal(data, again) {
		t.Error("the same layer gives other bytes")
	}
}

// Trees of any size, with rows longer than pages and indexes of several pages, hold together, and each row is found by its number and by its key.
func TestDatabase(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		rnd := rand.New(rand.NewPCG(seed, 1))
		n := rapid.SampledFrom([]int{0, 1, 2, 40, 300, 2500}).Draw(t, "rows")
		longest := rapid.SampledFrom([]int{3, 80, 600, 9000}).Draw(t, "longest")
		if n > 1000 {
			longest = min(longest, 600)
		}
		one := table{name: "t", sql: `CREATE TABLE t (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, value BLOB, number DOUBLE)`, indexes: [][]int{{1}}}
		for i := range n {
			one.rows = append(one.rows, []any{nil, fmt.Sprintf("%0*d", 1+rnd.IntN(200), (i*7919)%100_003+1_000_000), bytes.Repeat([]byte{byte(i)}, rnd.IntN(longest)), float64(i)})
		}
		data, err := database([]table{one})
		if err != nil {
			t.Fatal(err)
		}
		dir, err := os.MkdirTemp("", "gpkg")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		name := filepath.Join(dir, "x.db")
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite", "file:"+name+"?mode=ro")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		var ok string
		if err := db.QueryRow("PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
			t.Fatalf("%d rows up to %d bytes, seed %d: %s, %v", n, longest, seed, ok, err)
		}
		for range min(n, 20) {
			i := rnd.IntN(n)
			var id int
			var value []byte
			if err := db.QueryRow("SELECT id, value FROM t INDEXED BY sqlite_autoindex_t_1 WHERE key = ?", one.rows[i][1]).Scan(&id, &value); err != nil || id != i+1 || !bytes.Equal(value, one.rows[i][2].([]byte)) {
				t.Fatalf("row %d: %d, %v", i, id, err)
			}
			var key string
			if err := db.QueryRow("SELECT key FROM t WHERE id = ?", i+1).Scan(&key); err != nil || key != one.rows[i][1] {
				t.Fatalf("row %d: %s, %v", i, key, err)
			}
		}
	})
}

// Many columns make a schema of more than a page, and an index of their names of several.
func TestManyColumns(t *testing.T) {
	l := Layer{Name: "wide", Rows: []Row{{Border: square(600_000, 6_600_000, 10)}}}
	for i := range 900 {
		l.Columns = append(l.Columns, Column{fmt.Sprintf("family:measure:a group with a long name %d", i), "title", i%2 == 0})
		l.Rows[0].Values = append(l.Rows[0].Values, nil)
	}
	data, err := Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	db, _ := opened(t, data)
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM gpkg_data_columns`).Scan(&n); err != nil || n != 900 {
		t.Errorf("%d columns, %v", n, err)
	}
	l.Columns[1].Name = strings.ToUpper(l.Columns[0].Name)
	if _, err := Marshal(l); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("two columns of one name: %v", err)
	}
}

func TestVarint(t *testing.T) {
	// https://www.sqlite.org/fileformat2.html#varint: big-endian, seven bits a byte, nine bytes at most.
	for _, c := range []struct {
		v    uint64
		want string
	}{{0, "00"}, {127, "7f"}, {128, "8100"}, {16383, "ff7f"}, {16384, "818000"}, {1 << 55, "c080808080808000"}, {1 << 56, "80c080808080808000"}, {1<<64 - 1, "ffffffffffffffffff"}} {
		if got := fmt.Sprintf("%x", varint(nil, c.v)); got != c.want {
			t.Errorf("%d: %s, should be %s", c.v, got, c.want)
		}
	}
}

// GDAL, where it is installed, opens a GeoPackage without a warning.
func TestGDALReadsGeoPackage(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo is not here: install GDAL (Debian: gdal-bin)")
	}
	data, err := Marshal(layer(400))
	if err != nil {
		t.Fatal(err)
	}
	_, name := opened(t, data)
	out, err := exec.Command(ogrinfo, "-ro", "-so", name, "regso-2020").CombinedOutput()
	for _, want := range []string{"Geometry: Multi Polygon", "Feature Count: 400", "SWEREF99 TM", "(600000.000000, 6600000.000000)", "code: String"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: lacks %s: %s", err, want, out)
		}
	}
	if strings.Contains(string(out), "Warning") || strings.Contains(string(out), "ERROR") {
		t.Errorf("%s", out)
	}
}

func BenchmarkMarshal(b *testing.B) {
	l := layer(3364)
	for i := range l.Rows {
		ring := make(orb.Ring, 200)
		for k := range ring {
			ring[k] = orb.Point{600_000 + float64(k), 6_600_000 + float64(i)}
		}
		l.Rows[i].Border = orb.MultiPolygon{{ring}}
	}
	b.Run("areas=3364/corners=200", func(b *testing.B) {
		for b.Loop() {
			if _, err := Marshal(l); err != nil {
				b.Fatal(err)
			}
		}
	})
}
