// Package gpkg writes GeoPackages (OGC 12-128r18, version 1.3.1) of one layer of areas in SWEREF 99 TM, which QGIS, GDAL, R and Python read.
//
// A GeoPackage is an SQLite database. It is written here without a database: pages are laid out from the rows in order (https://www.sqlite.org/fileformat2.html), so the public
// server can give such files and still has nothing in it that opens a database. The same layer gives the same bytes; where the standard wants the time of the last
// change there stands the beginning of 1970, for a layer has none.
package gpkg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
)

// A Layer is what a GeoPackage holds.
type Layer struct {
	Name        string // of the table
	Description string
	Columns     []Column
	Rows        []Row
}

// A Column has texts or numbers. The names fid and geom are taken.
type Column struct {
	Name   string
	Title  string // for people; programs show it as the column's description
	Number bool
}

// A Row is an area. A value is a string, a float64, or nil.
type Row struct {
	Border orb.MultiPolygon // may be nil
	Values []any
}

const srs = 3006

// definition is SWEREF 99 TM as WKT, with the parameters of EPSG:3006.
const definition = `PROJCS["SWEREF99 TM",GEOGCS["SWEREF99",DATUM["SWEREF99",SPHEROID["GRS 1980",6378137,298.257222101,AUTHORITY["EPSG","7019"]],TOWGS84[0,0,0,0,0,0,0],AUTHORITY["EPSG","6619"]],` +
	`PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4619"]],PROJECTION["Transverse_Mercator"],` +
	`PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",15],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],` +
	`UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","3006"]]`

const wgs84 = `GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],` +
	`UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]`

// The tables that the standard wants, as it writes them (annex C).
const (
	sqlSystems = `CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT)`

	sqlContents = `CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', ` +
		`last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, ` +
		`CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))`

	sqlGeometry = `CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, ` +
		`CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), ` +
		`CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id))`

	sqlExtensions = `CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, ` +
		`CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))`

	sqlColumns = `CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, ` +
		`CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name))`

	sqlConstraints = `CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, ` +
		`CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))`
)

// Marshal writes a layer as a GeoPackage.
func Marshal(l Layer) ([]byte, error) {
	out, err := l.marshal()
	if err != nil {
		return nil, fmt.Errorf("gpkg: layer %s: %w", l.Name, err)
	}
	return out, nil
}

func (l *Layer) marshal() ([]byte, error) {
	if l.Name == "" || strings.HasPrefix(strings.ToLower(l.Name), "gpkg_") || strings.HasPrefix(strings.ToLower(l.Name), "sqlite_") || !plain(l.Name) {
		return nil, errors.New("a table can't have this name")
	}
	taken := map[string]bool{"fid": true, "geom": true}
	sql := "CREATE TABLE " + quoted(l.Name) + ` ("fid" INTEGER PRIMARY KEY NOT NULL, "geom" MULTIPOLYGON`
	described := make([][]any, 0, len(l.Columns))
	for _, c := range l.Columns {
		// SQLite takes upper and lower case of ASCII for the same.
		folded := strings.Map(func(r rune) rune {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			return r
		}, c.Name)
		if taken[folded] || !plain(c.Name) || c.Name == "" {
			return nil, fmt.Errorf("a column can't be called %q, or is there twice", c.Name)
		}
		taken[folded] = true
		kind := "TEXT"
		if c.Number {
			kind = "DOUBLE"
		}
		sql += ", " + quoted(c.Name) + " " + kind
		described = append(described, []any{l.Name, c.Name, nil, c.Title, c.Title, nil, nil})
	}
	sql += ")"
	const most = 1000 // SQLite's own is 2,000
	if len(l.Columns) > most {
		return nil, fmt.Errorf("it has %d columns; at most %d can be written", len(l.Columns), most)
	}
	box := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	rows := make([][]any, len(l.Rows))
	for i, r := range l.Rows {
		if len(r.Values) != len(l.Columns) {
			return nil, fmt.Errorf("row %d has %d values for %d columns", i+1, len(r.Values), len(l.Columns))
		}
		rows[i] = make([]any, 2, 2+len(r.Values))
		if len(r.Border) > 0 {
			blob, own, err := geometry(r.Border)
			if err != nil {
				return nil, fmt.Errorf("row %d: %w", i+1, err)
			}
			box = box.Union(own)
			rows[i][1] = blob
		}
		rows[i] = append(rows[i], r.Values...)
	}
	var edges [4]any // null when nothing has a border
	if box.Min[0] <= box.Max[0] {
		edges = [4]any{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}
	}
	const time = "1970-01-01T00:00:00.000Z"
	const schema = "http://www.geopackage.org/spec131/#extension_schema"
	return database([]table{
		{name: "gpkg_spatial_ref_sys", sql: sqlSystems, rowids: []int64{-1, 0, srs, 4326}, rows: [][]any{
			{"Undefined cartesian SRS", nil, "NONE", int64(-1), "undefined", "undefined cartesian coordinate reference system"},
			{"Undefined geographic SRS", nil, "NONE", int64(0), "undefined", "undefined geographic coordinate reference system"},
			{"SWEREF99 TM", nil, "EPSG", int64(srs), definition, nil},
			{"WGS 84 geodetic", nil, "EPSG", int64(4326), wgs84, "longitude/latitude coordinates in decimal degrees on the WGS 84 spheroid"}}},
		{name: "gpkg_contents", sql: sqlContents, indexes: [][]int{{0}, {2}}, rows: [][]any{{l.Name, "features", l.Name, l.Description, time, edges[0], edges[1], edges[2], edges[3], int64(srs)}}},
		{name: "gpkg_geometry_columns", sql: sqlGeometry, indexes: [][]int{{0, 1}, {0}}, rows: [][]any{{l.Name, "geom", "MULTIPOLYGON", int64(srs), int64(0), int64(0)}}},
		{name: "gpkg_extensions", sql: sqlExtensions, indexes: [][]int{{0, 1, 2}}, rows: [][]any{
			{"gpkg_data_columns", nil, "gpkg_schema", schema, "read-write"}, {"gpkg_data_column_constraints", nil, "gpkg_schema", schema, "read-write"}}},
		{name: "gpkg_data_columns", sql: sqlColumns, indexes: [][]int{{0, 1}, {0, 2}}, rows: described},
		{name: "gpkg_data_column_constraints", sql: sqlConstraints, indexes: [][]int{{0, 1, 2}}},
		{name: l.Name, sql: sql, rows: rows},
	})
}

// plain tells whether a name can stand in SQL, between quotation marks.
func plain(name string) bool { return utf8.ValidString(name) && !strings.ContainsRune(name, 0) }

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// geometry is a border as a GeoPackage holds it: a header with the box, then WKB (2.1.3). East stands before north whatever the system says.
func geometry(border orb.MultiPolygon) ([]byte, orb.Bound, error) {
	box := border.Bound()
	for _, v := range []float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]} {
		if math.IsNaN(v - v) {
			return nil, box, errors.New("its border has a coordinate that is not finite")
		}
	}
	const littleEndianWithBox = 1 | 1<<1
	b := append(make([]byte, 0, 64), 'G', 'P', 0, littleEndianWithBox)
	b = binary.LittleEndian.AppendUint32(b, srs)
	for _, v := range []float64{box.Min[0], box.Max[0], box.Min[1], box.Max[1]} {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	shape, err := wkb.Marshal(border, binary.LittleEndian)
	return append(b, shape...), box, err
}
