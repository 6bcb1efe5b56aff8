package border

import (
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

const sqliteMagic = "SQLite format 3\x00"

// readGeoPackage reads one feature layer of a GeoPackage (OGC 12-128r19).
func readGeoPackage(path string, size int64, layer string) (*source, error) {
	head, err := readHead(path)
	if err != nil {
		return nil, err
	}
	if len(head) < 100 {
		return nil, errors.New("the file is cut off in its first 100 bytes; fetch it again")
	}
	page := int64(binary.BigEndian.Uint16(head[16:]))
	if page == 1 {
		page = 65536
	}
	if want := page * int64(binary.BigEndian.Uint32(head[28:])); want > size {
		return nil, fmt.Errorf("the file is cut off: it has %d of %d bytes; fetch it again", size, want)
	}
	if !slices.Contains(sql.Drivers(), "sqlite") {
		return nil, errors.New("this skikt was built in a hurry (tag quick, as by make demo) and reads no GeoPackage; run make build, or export the layer as GeoJSON")
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	// immutable: the file is only read, so no journal or lock may appear beside it
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(absolute), RawQuery: "mode=ro&immutable=1"}).String())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	src, err := queryLayer(db, layer)
	if err != nil && strings.Contains(err.Error(), "malformed") {
		return nil, fmt.Errorf("%w; the file is damaged, fetch it again", err)
	}
	return src, err
}

func queryLayer(db *sql.DB, layer string) (*source, error) {
	layers, err := texts(db, `SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name`)
	if err != nil {
		return nil, fmt.Errorf("it has no list of layers, so it is no GeoPackage (%w)", err)
	}
	if len(layers) == 0 {
		return nil, errors.New("it has no feature layers")
	}
	name, err := chooseLayer(layers, layer, func(s string) string { return s })
	if err != nil {
		return nil, err
	}
	src := &source{name: name}
	var column string
	var srs int64
	err = db.QueryRow(`SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?`, name).Scan(&column, &srs)
	if err != nil {
		return nil, fmt.Errorf("layer %s has no geometry column (%w)", name, err)
	}
	if src.crs, src.stated, err = crsOfSRS(db, srs); err != nil {
		return nil, fmt.Errorf("layer %s: %w", name, err)
	}
	rows, err := db.Query(`SELECT * FROM "` + strings.ReplaceAll(name, `"`, `""`) + `"`)
	if err != nil {
		return nil, fmt.Errorf("layer %s: %w", name, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	geometry := -1
	for i, c := range columns {
		if strings.EqualFold(c, column) {
			geometry = i
			continue
		}
		src.fields = append(src.fields, c)
	}
	if geometry < 0 {
		return nil, fmt.Errorf("layer %s has no column %s, although its list of geometry columns says so", name, column)
	}
	values := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("layer %s, row %d: %w", name, len(src.raws)+1, err)
		}
		r := raw{number: len(src.raws) + 1, fields: make(map[string]string, len(columns))}
		for i, v := range values {
			if text := asText(v); i != geometry && text != "" {
				r.fields[columns[i]] = text
			}
		}
		if blob, ok := values[geometry].([]byte); ok {
			if r.border, err = parseBlob(blob); err != nil {
				r.border, r.fault = nil, err.Error()+"; its border is not used"
			}
		}
		src.raws = append(src.raws, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("layer %s, after row %d: %w", name, len(src.raws), err)
	}
	return src, nil
}

func texts(db *sql.DB, query string) ([]string, error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// crsOfSRS resolves an srs_id; 0 and -1 mean undefined by the standard.
func crsOfSRS(db *sql.DB, srs int64) (CRS, string, error) {
	if srs == 0 || srs == -1 {
		return AutoCRS, "", nil
	}
	var name, organization string
	var code int
	err := db.QueryRow(`SELECT srs_name, organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?`, srs).Scan(&name, &organization, &code)
	if errors.Is(err, sql.ErrNoRows) {
		name, organization, code = "EPSG:"+strconv.FormatInt(srs, 10), "EPSG", int(srs)
	} else if err != nil {
		return AutoCRS, "", err
	}
	if strings.EqualFold(organization, "EPSG") {
		if c := crsOfEPSG(code); c != AutoCRS {
			return c, fmt.Sprintf("%s (EPSG:%d)", name, code), nil
		}
	}
	return AutoCRS, fmt.Sprintf("%s (%s %d)", name, organization, code), nil
}

func asText(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// parseBlob reads a GeoPackage geometry: a header with an envelope, then well-known binary. An empty geometry is nil.
func parseBlob(b []byte) (orb.MultiPolygon, error) {
	if len(b) < 8 || b[0] != 'G' || b[1] != 'P' {
		return nil, errors.New("its geometry is no GeoPackage geometry")
	}
	flags := b[3]
	if flags&0x20 != 0 {
		return nil, errors.New("its geometry is of an extended kind that is not read")
	}
	envelope := int(flags >> 1 & 7)
	if envelope > 4 {
		return nil, errors.New("its geometry has a damaged header")
	}
	start := 8 + [...]int{0, 32, 48, 48, 64}[envelope]
	if start > len(b) {
		return nil, errors.New("its geometry is cut off")
	}
	if flags&0x10 != 0 {
		return nil, nil
	}
	w := wkb{b: b[start:]}
	return w.surface(false)
}

// wkb reads polygons in well-known binary, in the ISO form (1003) and the extended one (flags in the high bits).
type wkb struct{ b []byte }

var errShort = errors.New("its geometry is cut off")

func (w *wkb) head() (order binary.ByteOrder, kind uint32, dimensions int, err error) {
	if len(w.b) < 5 {
		return nil, 0, 0, errShort
	}
	order = binary.BigEndian
	if w.b[0] == 1 {
		order = binary.LittleEndian
	}
	kind = order.Uint32(w.b[1:])
	w.b = w.b[5:]
	dimensions = 2
	for _, flag := range []uint32{0x80000000, 0x40000000} { // height, measure
		if kind&flag != 0 {
			dimensions++
		}
	}
	if kind&0x20000000 != 0 { // srid
		if len(w.b) < 4 {
			return nil, 0, 0, errShort
		}
		w.b = w.b[4:]
	}
	kind &= 0x1fffffff
	switch kind / 1000 {
	case 1, 2:
		dimensions = 3
	case 3:
		dimensions = 4
	}
	return order, kind % 1000, dimensions, nil
}

// count reads a number of items that take at least size bytes each, so that no more is set aside than the blob can hold.
func (w *wkb) count(order binary.ByteOrder, size int) (int, error) {
	if len(w.b) < 4 {
		return 0, errShort
	}
	n := order.Uint32(w.b)
	w.b = w.b[4:]
	if uint64(n)*uint64(size) > uint64(len(w.b)) {
		return 0, errShort
	}
	return int(n), nil
}

const (
	wkbPolygon      = 3
	wkbMultiPolygon = 6
)

func (w *wkb) surface(part bool) (orb.MultiPolygon, error) {
	order, kind, dimensions, err := w.head()
	switch {
	case err != nil:
		return nil, err
	case kind == wkbPolygon:
		polygon, err := w.polygon(order, dimensions)
		if err != nil || len(polygon) == 0 {
			return nil, err
		}
		return orb.MultiPolygon{polygon}, nil
	case kind != wkbMultiPolygon || part:
		return nil, fmt.Errorf("its geometry is of type %d, not a polygon", kind)
	}
	n, err := w.count(order, 9)
	if err != nil {
		return nil, err
	}
	var border orb.MultiPolygon
	for range n {
		polygon, err := w.surface(true)
		if err != nil {
			return nil, err
		}
		border = append(border, polygon...)
	}
	return border, nil
}

func (w *wkb) polygon(order binary.ByteOrder, dimensions int) (orb.Polygon, error) {
	rings, err := w.count(order, 4)
	if err != nil {
		return nil, err
	}
	var polygon orb.Polygon
	for range rings {
		n, err := w.count(order, 8*dimensions)
		if err != nil {
			return nil, err
		}
		ring := make(orb.Ring, n)
		for i := range ring {
			for k := range 2 {
				v := math.Float64frombits(order.Uint64(w.b[8*k:]))
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, errors.New("a coordinate is no number")
				}
				ring[i][k] = v
			}
			w.b = w.b[8*dimensions:]
		}
		if n > 0 {
			polygon = append(polygon, ring)
		}
	}
	return polygon, nil
}
