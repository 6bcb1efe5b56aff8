package border

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/charmap"
)

// readShapefile reads a .shp with the parts beside it, whatever the case of their extensions.
func readShapefile(path string) (*source, error) {
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	return readShapeParts(filepath.Base(stem), func(ext string) ([]byte, error) {
		if ext == ".shp" {
			return os.ReadFile(path)
		}
		content, err := os.ReadFile(stem + ext)
		if errors.Is(err, os.ErrNotExist) {
			return os.ReadFile(stem + strings.ToUpper(ext))
		}
		return content, err
	})
}

// readShapeParts puts a shapefile together from its parts (ESRI Shapefile Technical Description, 1998).
func readShapeParts(name string, part func(ext string) ([]byte, error)) (*source, error) {
	shp, err := part(".shp")
	if err != nil {
		return nil, err
	}
	shapes, err := parseShapes(shp)
	if err != nil {
		return nil, fmt.Errorf("%s.shp: %w", name, err)
	}
	dbf, err := part(".dbf")
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s.dbf is missing; without it the areas have no codes", name)
	}
	if err != nil {
		return nil, err
	}
	cpg, err := part(".cpg")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	table, err := parseDBF(dbf, string(cpg))
	if err != nil {
		return nil, fmt.Errorf("%s.dbf: %w", name, err)
	}
	if len(table.rows) != len(shapes) {
		return nil, fmt.Errorf("%s has %d shapes but %d rows in its dbf; the parts do not belong together, or one is cut off: fetch them again",
			name, len(shapes), len(table.rows))
	}
	src := &source{name: name, fields: table.fields, notes: table.notes}
	prj, err := part(".prj")
	switch {
	case err == nil:
		src.crs, src.stated = crsOfWKT(string(prj)), projectionName(string(prj))
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	}
	for i, s := range shapes {
		r := raw{number: i + 1, fields: table.rows[i], loose: true, fault: s.fault}
		if table.rows[i] == nil {
			r.fault = "it is marked as deleted in the dbf"
		}
		if len(s.rings) > 0 {
			r.border = orb.MultiPolygon{s.rings}
		}
		src.raws = append(src.raws, r)
	}
	return src, nil
}

type shape struct {
	rings orb.Polygon
	fault string
}

const (
	shapeNull     = 0
	shapePolygon  = 5
	shapePolygonZ = 15
	shapePolygonM = 25
)

// parseShapes reads all records of a .shp.
func parseShapes(b []byte) ([]shape, error) {
	if len(b) < 100 || binary.BigEndian.Uint32(b) != 9994 {
		return nil, errors.New("this is no shapefile, or it is cut off in its first 100 bytes; fetch it again")
	}
	if want := int64(binary.BigEndian.Uint32(b[24:])) * 2; want > int64(len(b)) {
		return nil, fmt.Errorf("the file is cut off: it has %d of %d bytes; fetch it again", len(b), want)
	} else if want >= 100 {
		b = b[:want]
	}
	switch kind := binary.LittleEndian.Uint32(b[32:]); kind {
	case shapeNull, shapePolygon, shapePolygonZ, shapePolygonM:
	default:
		return nil, fmt.Errorf("it holds shapes of type %d, not polygons", kind)
	}
	var shapes []shape
	for at := 100; at < len(b); {
		if len(b)-at < 12 {
			return nil, fmt.Errorf("the file is cut off in record %d; fetch it again", len(shapes)+1)
		}
		size := int64(binary.BigEndian.Uint32(b[at+4:])) * 2
		if size < 4 || size > int64(len(b)-at-8) {
			return nil, fmt.Errorf("record %d says it has %d bytes where %d are left; the file is cut off or damaged, fetch it again", len(shapes)+1, size, len(b)-at-8)
		}
		s, err := parseShape(b[at+8 : at+8+int(size)])
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", len(shapes)+1, err)
		}
		shapes = append(shapes, s)
		at += 8 + int(size)
	}
	return shapes, nil
}

func parseShape(b []byte) (shape, error) {
	switch kind := binary.LittleEndian.Uint32(b); kind {
	case shapeNull:
		return shape{}, nil
	case shapePolygon, shapePolygonZ, shapePolygonM:
	default:
		return shape{fault: fmt.Sprintf("its shape is of type %d, not a polygon; it is not used", kind)}, nil
	}
	if len(b) < 44 {
		return shape{}, errors.New("it is too short for a polygon; the file is damaged")
	}
	parts, points := int64(binary.LittleEndian.Uint32(b[36:])), int64(binary.LittleEndian.Uint32(b[40:]))
	if 44+4*parts+16*points > int64(len(b)) {
		return shape{}, fmt.Errorf("it says it has %d rings and %d vertices, more than it holds; the file is damaged", parts, points)
	}
	coords := b[44+4*parts:]
	s := shape{rings: make(orb.Polygon, 0, parts)}
	for i := range parts {
		from, to := int64(binary.LittleEndian.Uint32(b[44+4*i:])), points
		if i+1 < parts {
			to = int64(binary.LittleEndian.Uint32(b[44+4*(i+1):]))
		}
		if from > to || to > points {
			return shape{}, errors.New("its rings do not follow each other; the file is damaged")
		}
		ring := make(orb.Ring, to-from)
		for j := range ring {
			at := (from + int64(j)) * 16
			for k := range 2 {
				v := math.Float64frombits(binary.LittleEndian.Uint64(coords[at+int64(k)*8:]))
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return shape{fault: "a coordinate is no number; its border is not used"}, nil
				}
				ring[j][k] = v
			}
		}
		if len(ring) > 0 {
			s.rings = append(s.rings, ring)
		}
	}
	return s, nil
}

// dbfTable is the attribute table of a shapefile. A deleted row is nil.
type dbfTable struct {
	fields []string
	rows   []map[string]string
	notes  []string
}

// parseDBF reads a dBASE table; all values as text. The encoding is that of the .cpg if there is one, else UTF-8 if the text is valid
// UTF-8 beyond ASCII, else that of the language byte, else Windows-1252, of which ISO-8859-1 is a part.
func parseDBF(b []byte, cpg string) (*dbfTable, error) {
	if len(b) < 33 {
		return nil, errors.New("the file is cut off in its header; fetch it again")
	}
	count, head, width := int64(binary.LittleEndian.Uint32(b[4:])), int(binary.LittleEndian.Uint16(b[8:])), int(binary.LittleEndian.Uint16(b[10:]))
	if head < 33 || head > len(b) || width < 1 {
		return nil, errors.New("its header is damaged; fetch it again")
	}
	if want := int64(head) + count*int64(width); want > int64(len(b)) {
		return nil, fmt.Errorf("the file is cut off: it has %d of %d bytes; fetch it again", len(b), want)
	}
	body := b[head : int64(head)+count*int64(width)]
	t := &dbfTable{}
	var widths []int
	total := 1
	for at := 32; at+32 <= head && b[at] != '\r'; at += 32 {
		name, _, _ := strings.Cut(string(b[at:at+11]), "\x00")
		t.fields = append(t.fields, name)
		w := int(b[at+16])
		if total += w; w == 0 || total > width {
			return nil, fmt.Errorf("its field %d does not fit in the rows; the file is damaged", len(t.fields))
		}
		widths = append(widths, w)
	}
	decode, note, err := dbfEncoding(cpg, b[29], []byte(strings.Join(t.fields, "")), body)
	if err != nil {
		return nil, err
	}
	if note != "" {
		t.notes = append(t.notes, note)
	}
	for i, name := range t.fields {
		t.fields[i] = strings.TrimSpace(decode(name))
	}
	for ; len(body) > 0; body = body[width:] {
		if body[0] == '*' {
			t.rows = append(t.rows, nil)
			continue
		}
		row, at := make(map[string]string, len(widths)), 1
		for i, w := range widths {
			if v := strings.Trim(decode(string(body[at:at+w])), " \x00\t\r\n"); v != "" {
				row[t.fields[i]] = v
			}
			at += w
		}
		t.rows = append(t.rows, row)
	}
	return t, nil
}

func dbfEncoding(cpg string, language byte, texts ...[]byte) (decode func(string) string, note string, err error) {
	utf := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
	page := func(m *charmap.Charmap) func(string) string {
		return func(s string) string {
			out, err := m.NewDecoder().String(s)
			if err != nil {
				return utf(s)
			}
			return out
		}
	}
	switch name := strings.NewReplacer("-", "", "_", "", " ", "", "ANSI", "", "CP", "", "WINDOWS", "").Replace(strings.ToUpper(strings.TrimSpace(cpg))); name {
	case "UTF8", "65001":
		return utf, "", nil
	case "ISO88591", "88591", "28591", "LATIN1", "1252", "ISO885915", "88595":
		return page(charmap.Windows1252), "", nil
	case "850":
		return page(charmap.CodePage850), "", nil
	case "437":
		return page(charmap.CodePage437), "", nil
	case "":
	default:
		return nil, "", fmt.Errorf("its .cpg says the encoding %.20q, which is not read; save it as UTF-8", strings.TrimSpace(cpg))
	}
	ascii, valid := true, true
	for _, t := range texts {
		for _, c := range t {
			ascii = ascii && c < utf8.RuneSelf
		}
		valid = valid && utf8.Valid(t)
	}
	switch {
	case ascii:
		return utf, "", nil
	case valid:
		return utf, "the dbf has no .cpg; its text is UTF-8", nil
	case language == 0x01:
		return page(charmap.CodePage437), "the dbf has no .cpg; its language byte says code page 437", nil
	case language == 0x02:
		return page(charmap.CodePage850), "the dbf has no .cpg; its language byte says code page 850", nil
	}
	return page(charmap.Windows1252), "the dbf has no .cpg; its text is read as Windows-1252", nil
}

var (
	wktAuthority = regexp.MustCompile(`(?i)(?:AUTHORITY|ID)\s*\[\s*"EPSG"\s*,\s*"?(\d+)"?\s*\]\s*\]\s*$`)
	wktName      = regexp.MustCompile(`^\s*[A-Za-z_]+\s*\[\s*"([^"]*)"`)
	wktParameter = regexp.MustCompile(`(?i)PARAMETER\s*\[\s*"([^"]+)"\s*,\s*([-+0-9.eE]+)`)
	wktSpheroid  = regexp.MustCompile(`(?i)(?:SPHEROID|ELLIPSOID)\s*\[\s*"[^"]*"\s*,\s*([0-9.]+)\s*,\s*([0-9.]+)`)
	wktMercator  = regexp.MustCompile(`(?i)(?:PROJECTION|METHOD)\s*\[\s*"(?:Transverse[_ ]Mercator|Gauss[_ ]Kruger)"`)
	wktGeodetic  = regexp.MustCompile(`(?i)^\s*(?:GEOGCS|GEOGCRS|GEODCRS)\s*\[`)
	wktDatum     = regexp.MustCompile(`(?i)WGS|SWEREF|ETRS`)
)

func projectionName(wkt string) string {
	if m := wktName.FindStringSubmatch(wkt); m != nil {
		return strconv.Quote(m[1])
	}
	return "a system in an unknown form"
}

// crsOfWKT recognises a system in well-known text: by EPSG code, or, since many .prj files have none, by ellipsoid and parameters.
func crsOfWKT(wkt string) CRS {
	if m := wktAuthority.FindStringSubmatch(wkt); m != nil {
		code, err := strconv.Atoi(m[1])
		if err != nil {
			return AutoCRS
		}
		return crsOfEPSG(code)
	}
	spheroid := wktSpheroid.FindStringSubmatch(wkt)
	// GRS 80 and the ellipsoid of WGS 84 differ by a tenth of a millimetre.
	if spheroid == nil || !near(spheroid[1], 6378137, 0.001) || !near(spheroid[2], 298.2572, 0.001) {
		return AutoCRS
	}
	if wktGeodetic.MatchString(wkt) {
		if wktDatum.MatchString(wkt) {
			return WGS84
		}
		return AutoCRS
	}
	if !wktMercator.MatchString(wkt) {
		return AutoCRS
	}
	parameters := map[string]string{"latitude": "0", "north": "0"}
	for _, m := range wktParameter.FindAllStringSubmatch(wkt, -1) {
		switch strings.ReplaceAll(strings.ToLower(m[1]), "_", " ") {
		case "central meridian", "longitude of natural origin":
			parameters["meridian"] = m[2]
		case "latitude of origin", "latitude of natural origin":
			parameters["latitude"] = m[2]
		case "scale factor", "scale factor at natural origin":
			parameters["scale"] = m[2]
		case "false easting":
			parameters["east"] = m[2]
		case "false northing":
			parameters["north"] = m[2]
		}
	}
	if near(parameters["meridian"], 15, 1e-9) && near(parameters["latitude"], 0, 1e-9) && near(parameters["scale"], 0.9996, 1e-9) &&
		near(parameters["east"], 500_000, 1e-3) && near(parameters["north"], 0, 1e-3) {
		return SWEREF99TM
	}
	return AutoCRS
}

func near(text string, want, tolerance float64) bool {
	v, err := strconv.ParseFloat(text, 64)
	return err == nil && math.Abs(v-want) <= tolerance
}
