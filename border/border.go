// Package border reads borders of areas and the keys between divisions from the files they are published in, checks them, and makes the
// borders of a coarser division by dissolving a finer one.
//
// [Read] takes GeoJSON, shapefiles (also zipped) and GeoPackages and gives a [Layer]; [Division] makes an [area.Division] of
// it. [ReadKey] takes the key files of Statistics Sweden (SCB) as CSV or XLSX, [ReadNames] lists of codes and names. [Dissolve] merges,
// and [Validate] tells what is wrong with borders. A typical run:
//
//	deso := area.ID{Kind: area.DeSO, Vintage: "2018"}
//	layer, err := border.Read("DeSO_2018.gpkg", border.Options{ID: deso})
//	...
//	division, err := border.Division(deso, layer)
//	...
//	report := border.Validate(division)
//
// All borders come out in SWEREF 99 TM (EPSG:3006), metres, east before north, outer rings counter-clockwise and inner ones
// clockwise, every ring closed. What the files say about their coordinates is checked against the coordinates themselves: a file
// with its axes swapped is recognised, and put right only when the caller has not declared the axes.
//
// Nothing is dropped silently. What could not be used is a [Finding] with the rule it breaks, the feature or line, and a place; see [Rules].
package border

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/sweref"
)

// CRS is a coordinate reference system that borders may be given in.
type CRS string

// The systems that are read. WGS84 stands for degrees in WGS 84, SWEREF 99 or ETRS 89, which agree for this purpose.
const (
	AutoCRS    CRS = ""
	SWEREF99TM CRS = "sweref99tm"
	WGS84      CRS = "wgs84"
)

// Title is the system's name for people.
func (c CRS) Title() string {
	switch c {
	case SWEREF99TM:
		return "SWEREF 99 TM"
	case WGS84:
		return "WGS 84"
	}
	return "unknown system"
}

// ParseCRS reads a declared system; the empty string leaves it to the file.
func ParseCRS(s string) (CRS, error) {
	switch c := CRS(strings.ToLower(strings.TrimSpace(s))); c {
	case AutoCRS, SWEREF99TM, WGS84:
		return c, nil
	}
	return "", fmt.Errorf("border: %q is no coordinate system that is read: write %s or %s, or leave it out", s, SWEREF99TM, WGS84)
}

// Axis is the order of the two coordinates.
type Axis string

// The orders. East stands for longitude and north for latitude in degrees.
const (
	AutoAxis  Axis = ""
	EastNorth Axis = "east-north"
	NorthEast Axis = "north-east"
)

// ParseAxis reads a declared order; the empty string leaves it to the file.
func ParseAxis(s string) (Axis, error) {
	switch a := Axis(strings.ToLower(strings.TrimSpace(s))); a {
	case AutoAxis, EastNorth, NorthEast:
		return a, nil
	}
	return "", fmt.Errorf("border: %q is no order of axes: write %s or %s, or leave it out", s, EastNorth, NorthEast)
}

// Options say how to read a border file. The zero value finds everything out from the file.
type Options struct {
	ID        area.ID // division that the areas belong to: rules the form of codes and which field is sought
	Layer     string  // layer of a GeoPackage, or shapefile in a zip; needed when there are several
	CodeField string  // field with area codes; sought among the names that publishers use when empty
	NameField string  // field with names; likewise, and none is needed
	CRS       CRS     // overrides what the file says
	Axis      Axis    // declared order; with AutoAxis swapped axes are put right
}

// A Layer is the borders read from one file.
type Layer struct {
	File      string
	Name      string // of the layer in its file, when it has one
	CRS       CRS    // of the file; the features are in SWEREF 99 TM
	Axis      Axis   // of the file
	CodeField string
	NameField string   // empty when there is none
	Fields    []string // all fields
	Total     int      // features in the file, usable or not
	Features  []Feature
	Notes     []string  // choices that were made for the whole layer
	Problems  []Finding // features that could not be used or had to be put right
}

// A Feature is one usable feature of a layer.
type Feature struct {
	Number int // in the file, from 1
	Code   string
	Name   string
	Border orb.MultiPolygon  // SWEREF 99 TM; nil when the feature has none
	Fields map[string]string // all fields as text; empty ones are absent
}

// raw is a feature as a format's reader gives it: coordinates as they stand, rings in any direction.
type raw struct {
	number int
	fields map[string]string // nil when the feature is deleted
	border orb.MultiPolygon
	loose  bool   // border is a list of rings that still have to be sorted into outer and inner by direction (shapefile)
	fault  string // why the geometry could not be used
}

// source is what a format's reader gives.
type source struct {
	name   string
	fields []string
	crs    CRS    // as stated; AutoCRS when nothing is stated, or a system that is not read
	stated string // the statement in the file's own words; empty when there is none
	usual  CRS    // what files of the format are in when they state nothing
	raws   []raw
	notes  []string
}

const maxFile = 4 << 30 // bytes; the largest file that is read, packed or not

// Read reads a border file. The format is told from the content: GeoJSON, a shapefile (name its .shp; .dbf, .prj and .cpg are
// sought beside it) or a zip that holds one, or a GeoPackage.
//
// The code field is CodeField, or the first field under one of the names that publishers use whose values are codes of the
// division's kind. The coordinate system is CRS, else what the file says, else what the coordinates show. It is an error when the coordinates
// contradict it, when the axes are swapped although declared, when the file is cut off, and when a version field says another vintage.
func Read(path string, opt Options) (*Layer, error) {
	src, err := readSource(path, opt)
	if err != nil {
		return nil, fmt.Errorf("border: %s: %w", filepath.Base(path), err)
	}
	l := &Layer{File: filepath.Base(path), Name: src.name, Fields: src.fields, Notes: src.notes, Total: len(src.raws)}
	if err := l.chooseFields(src, opt); err != nil {
		return nil, fmt.Errorf("border: %s: %w", l.File, err)
	}
	if err := checkVersion(src, opt.ID); err != nil {
		return nil, fmt.Errorf("border: %s: %w", l.File, err)
	}
	if err := l.chooseSystem(src, opt); err != nil {
		return nil, fmt.Errorf("border: %s: %w", l.File, err)
	}
	seen := map[string]int{}
	for i := range src.raws {
		if err := l.add(&src.raws[i], opt.ID, seen); err != nil {
			return nil, fmt.Errorf("border: %s: %w", l.File, err)
		}
	}
	if l.Total > 0 && len(l.Features) == 0 {
		return nil, fmt.Errorf("border: %s: none of its %d features can be used; the first: %s", l.File, l.Total, l.Problems[0].Text)
	}
	return l, nil
}

func readSource(path string, opt Options) (*source, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errors.New("there is no such file")
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("this is a folder; name the file in it")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("the file is larger than %d GB; split it by län", maxFile>>30)
	}
	head, err := readHead(path)
	if err != nil {
		return nil, err
	}
	switch {
	case len(head) == 0:
		return nil, errors.New("the file is empty; fetch it again")
	case bytes.HasPrefix(head, []byte(sqliteMagic)):
		return readGeoPackage(path, info.Size(), opt.Layer)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return readZip(path, opt.Layer)
	case bytes.HasPrefix(head, []byte{0, 0, 0x27, 0x0a}):
		return readShapefile(path)
	case strings.HasPrefix(strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n"), "{"):
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		return readGeoJSON(text)
	case strings.EqualFold(filepath.Ext(path), ".dbf"), strings.EqualFold(filepath.Ext(path), ".shx"), strings.EqualFold(filepath.Ext(path), ".prj"):
		return nil, errors.New("this is one part of a shapefile; name the .shp file instead")
	}
	return nil, errors.New("this is no GeoJSON, shapefile, zipped shapefile or GeoPackage")
}

func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return head[:n], nil
}

// readZip reads the shapefile in a zip.
func readZip(path, layer string) (*source, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("the zip cannot be opened (%w); it may be cut off, fetch it again", err)
	}
	defer z.Close()
	parts := map[string]*zip.File{}
	var layers, names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		lower := strings.ToLower(f.Name)
		parts[lower] = f
		if strings.HasSuffix(lower, ".shp") {
			layers = append(layers, f.Name[:len(f.Name)-len(".shp")])
		}
	}
	if len(layers) == 0 {
		return nil, fmt.Errorf("the zip holds no shapefile, only %s; unpack it and name the file in it", list(names))
	}
	stem, err := chooseLayer(layers, layer, func(s string) string { return s[strings.LastIndexByte(s, '/')+1:] })
	if err != nil {
		return nil, err
	}
	return readShapeParts(stem[strings.LastIndexByte(stem, '/')+1:], func(ext string) ([]byte, error) {
		f, ok := parts[strings.ToLower(stem)+ext]
		if !ok {
			return nil, os.ErrNotExist
		}
		if f.UncompressedSize64 > maxFile {
			return nil, fmt.Errorf("%s is larger than %d GB", f.Name, maxFile>>30)
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		content, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
		if err != nil {
			return nil, fmt.Errorf("%s cannot be unpacked (%w); fetch the zip again", f.Name, err)
		}
		return content, nil
	})
}

// chooseLayer picks the layer asked for, or the only one.
func chooseLayer(layers []string, want string, title func(string) string) (string, error) {
	titles := make([]string, len(layers))
	for i, l := range layers {
		titles[i] = title(l)
		if want != "" && strings.EqualFold(want, titles[i]) {
			return l, nil
		}
	}
	switch {
	case want != "":
		return "", fmt.Errorf("there is no layer %s; the layers are %s", want, list(titles))
	case len(layers) > 1:
		return "", fmt.Errorf("there are %d layers, declare which one to read: %s", len(layers), list(titles))
	}
	return layers[0], nil
}

// list joins names for a message, the first twenty of them.
func list(names []string) string {
	const most = 20
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}

// codeNames are the names that publishers give the field with area codes, by kind; matched without regard to case.
var codeNames = map[area.Kind][]string{
	area.DeSO:   {"desokod", "deso_kod", "deso"},
	area.RegSO:  {"regsokod", "regso_kod", "regso"},
	area.Kommun: {"kommunkod", "kommun_kod", "knkod", "kommun"},
	area.Lan:    {"lanskod", "lankod", "lan_kod", "länskod", "lnkod", "lan", "län"},
	area.Riket:  {"landskod", "riket"},
}

// areaNames are the names of the field with area names.
var areaNames = map[area.Kind][]string{
	area.RegSO:  {"regsonamn", "regso_namn", "regso"},
	area.Kommun: {"kommunnamn", "kommun_namn", "knnamn", "kommun"},
	area.Lan:    {"lansnamn", "lannamn", "lan_namn", "länsnamn", "länsnamn", "lnnamn", "lan", "län"},
}

var plainCodes, plainNames = []string{"kod", "code", "id"}, []string{"namn", "name"}

// kinds are the official kinds from the finest up.
var kinds = []area.Kind{area.DeSO, area.RegSO, area.Kommun, area.Lan, area.Riket}

func (l *Layer) chooseFields(src *source, opt Options) error {
	l.CodeField = opt.CodeField
	switch {
	case opt.CodeField != "":
		field, ok := findField(src.fields, opt.CodeField)
		if !ok {
			return fmt.Errorf("there is no field %s; the fields are %s", opt.CodeField, list(src.fields))
		}
		l.CodeField = field
	default:
		found, other := candidates(src.fields, codeFields(opt.ID.Kind), opt.ID)
		for _, field := range found {
			if codesIn(src.raws, field, opt.ID.Kind) {
				l.CodeField = field
				l.Notes = append(l.Notes, fmt.Sprintf("codes are taken from the field %s", field))
				break
			}
		}
		if l.CodeField == "" && other.Kind != "" {
			return &area.VintageError{Have: other, Want: opt.ID}
		}
		if l.CodeField == "" {
			return fmt.Errorf("no field holds codes of %s; declare the code field, one of %s", titleOf(opt.ID), list(src.fields))
		}
	}
	if opt.NameField != "" {
		field, ok := findField(src.fields, opt.NameField)
		if !ok {
			return fmt.Errorf("there is no field %s; the fields are %s", opt.NameField, list(src.fields))
		}
		l.NameField = field
		return nil
	}
	if opt.ID.Kind == area.DeSO { // has no names
		return nil
	}
	found, _ := candidates(src.fields, slices.Concat(areaNames[opt.ID.Kind], []string{string(opt.ID.Kind) + "namn"}, plainNames), area.ID{})
	for _, field := range found {
		if field != l.CodeField {
			l.NameField = field
			l.Notes = append(l.Notes, fmt.Sprintf("names are taken from the field %s", field))
			return nil
		}
	}
	return nil
}

func titleOf(id area.ID) string {
	if id.Kind == "" {
		return "areas"
	}
	return id.Title()
}

func codeFields(kind area.Kind) []string {
	if kind != "" {
		return slices.Concat(codeNames[kind], []string{string(kind) + "kod", string(kind)}, plainCodes)
	}
	var names []string
	for _, k := range kinds {
		names = append(names, codeNames[k]...)
	}
	return append(names, plainCodes...)
}

func findField(fields []string, name string) (string, bool) {
	for _, f := range fields {
		if f == name {
			return f, true
		}
	}
	for _, f := range fields {
		if strings.EqualFold(f, strings.TrimSpace(name)) {
			return f, true
		}
	}
	return "", false
}

// candidates are the fields that bear one of the names, alone or with a vintage behind it (RegSOkod_2020, and RegSOkod_2 where a dbf has
// cut it at ten characters), in the order of the names. A field of another vintage than id's is no candidate but is told of.
func candidates(fields, names []string, id area.ID) (found []string, other area.ID) {
	for _, name := range names {
		for _, f := range fields {
			rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(f)), name)
			vintage := strings.TrimLeft(rest, "_ ")
			switch {
			case !ok || len(vintage) > 4 || strings.Trim(vintage, "0123456789") != "" || slices.Contains(found, f):
			case len(vintage) == 4 && !sameVintage(id, vintage):
				other = area.ID{Kind: id.Kind, Vintage: vintage}
			default:
				found = append(found, f)
			}
		}
	}
	return found, other
}

// sameVintage tells whether a vintage in a file is that of the division. Older files count RegSO 2020 from the DeSO that it is made
// of, and write 2018.
func sameVintage(id area.ID, vintage string) bool {
	return id.Vintage == "" || id.Vintage == vintage || id.Kind == area.RegSO && id.Vintage == "2020" && vintage == "2018"
}

// codesIn tells whether a field's values are mostly codes of the kind.
func codesIn(raws []raw, field string, kind area.Kind) bool {
	good := 0
	for _, r := range raws {
		if _, _, err := area.CleanCode(kind, r.fields[field]); err == nil {
			good++
		}
	}
	return good*2 > len(raws) || len(raws) == 0
}

// checkVersion holds the vintage against the field version in which SCB's layers say theirs ("2025_v2").
func checkVersion(src *source, id area.ID) error {
	if id.Kind != area.DeSO && id.Kind != area.RegSO {
		return nil
	}
	field, ok := findField(src.fields, "version")
	if !ok || id.Vintage == "" {
		return nil
	}
	for _, r := range src.raws {
		year, _, _ := strings.Cut(r.fields[field], "_")
		if len(year) != 4 || strings.Trim(year, "0123456789") != "" || sameVintage(id, year) {
			continue
		}
		return &area.VintageError{Have: area.ID{Kind: id.Kind, Vintage: year}, Want: id}
	}
	return nil
}

// add takes one raw feature in.
func (l *Layer) add(r *raw, id area.ID, seen map[string]int) error {
	problem := func(rule, code, format string, args ...any) {
		f := Finding{Rule: rule, Number: r.number, Text: fmt.Sprintf("feature %d", r.number)}
		if code != "" {
			f.Codes = []string{code}
			f.Text += " (" + code + ")"
		}
		f.Text += ": " + fmt.Sprintf(format, args...)
		l.Problems = append(l.Problems, f)
	}
	if r.fields == nil {
		problem(RuleCode, "", "%s; it is left out", r.fault)
		return nil
	}
	text, ok := r.fields[l.CodeField]
	if !ok {
		problem(RuleCode, "", "the field %s is empty; the feature is left out", l.CodeField)
		return nil
	}
	code, vintage, err := area.CleanCode(id.Kind, text)
	if err != nil {
		problem(RuleCode, "", "%v; the feature is left out", err)
		return nil
	}
	if vintage != "" && id.Vintage != "" && vintage != id.Vintage {
		return &area.VintageError{Have: area.ID{Kind: id.Kind, Vintage: vintage}, Want: id}
	}
	f := Feature{Number: r.number, Code: code, Name: strings.TrimSpace(r.fields[l.NameField]), Fields: r.fields}
	switch {
	case r.fault != "":
		problem(RuleGeometry, code, "%s", r.fault)
	case len(r.border) == 0:
		problem(RuleGeometry, code, "it has no border")
	default:
		if r.loose && l.Axis == NorthEast { // swapping the axes turns every ring round
			for _, polygon := range r.border {
				for _, ring := range polygon {
					ring.Reverse()
				}
			}
		}
		outside, ok := l.transform(r.border)
		if !ok {
			problem(RuleOutside, code, "the coordinates %g %g lie outside Sweden; its border is not used", outside[0], outside[1])
			break
		}
		border, faults := orient(r.border, r.loose)
		for _, fault := range faults {
			problem(fault.Rule, code, "%s", fault.Text)
		}
		f.Border = border
	}
	if first, twice := seen[code]; twice {
		problem(RuleRepeated, code, "the code stands at feature %d too; the parts are joined to one area", first)
	} else {
		seen[code] = r.number
	}
	l.Features = append(l.Features, f)
	return nil
}

// transform takes a border to SWEREF 99 TM in place. It gives the first vertex outside Sweden, as it stands in the file.
func (l *Layer) transform(border orb.MultiPolygon) (outside orb.Point, ok bool) {
	for _, polygon := range border {
		for _, ring := range polygon {
			for i, p := range ring {
				q := p
				if l.Axis == NorthEast {
					q[0], q[1] = p[1], p[0]
				}
				if l.CRS == WGS84 {
					if !sweref.InSwedenGeographic(q[1], q[0]) {
						return p, false
					}
					q[0], q[1] = sweref.FromGeographic(q[1], q[0])
				} else if !sweref.InSweden(q[0], q[1]) {
					return p, false
				}
				ring[i] = q
			}
		}
	}
	return orb.Point{}, true
}

// chooseSystem settles coordinate system and axes, and sees to it that declaration, file and coordinates agree.
func (l *Layer) chooseSystem(src *source, opt Options) error {
	seen := look(src.raws)
	l.CRS, l.Axis = opt.CRS, opt.Axis
	if l.CRS == AutoCRS {
		l.CRS = src.crs
	}
	if l.CRS == AutoCRS && src.stated != "" {
		return fmt.Errorf("its coordinate system is %s, which is not read; transform the file to SWEREF 99 TM (EPSG:3006) or WGS 84 (EPSG:4326) first", src.stated)
	}
	if seen.vertices == 0 {
		if l.CRS == AutoCRS {
			l.CRS = SWEREF99TM
		}
		if l.Axis == AutoAxis {
			l.Axis = EastNorth
		}
		return nil
	}
	if seen.crs == AutoCRS {
		return fmt.Errorf("most coordinates lie outside Sweden in SWEREF 99 TM and in WGS 84, the first at %g %g%s; transform the file to SWEREF 99 TM (EPSG:3006) first",
			seen.first[0], seen.first[1], seen.hint)
	}
	switch {
	case l.CRS == AutoCRS:
		l.CRS = seen.crs
		if seen.crs == src.usual {
			break
		}
		l.Notes = append(l.Notes, fmt.Sprintf("the file states no coordinate system; its coordinates are those of %s", seen.crs.Title()))
	case opt.CRS != AutoCRS && opt.CRS != seen.crs:
		return fmt.Errorf("%s is declared, but its coordinates, such as %g %g, are those of %s; correct the declaration",
			opt.CRS.Title(), seen.first[0], seen.first[1], seen.crs.Title())
	case l.CRS != seen.crs:
		return fmt.Errorf("the file says %s, but its coordinates, such as %g %g, are those of %s; declare the coordinate system if you trust the coordinates",
			src.stated, seen.first[0], seen.first[1], seen.crs.Title())
	case opt.CRS != AutoCRS && src.stated != "" && src.crs != opt.CRS:
		l.Notes = append(l.Notes, fmt.Sprintf("the file says %s, but %s is declared and fits the coordinates", src.stated, opt.CRS.Title()))
	}
	switch {
	case l.Axis == AutoAxis:
		l.Axis = seen.axis
		if seen.axis == NorthEast {
			l.Notes = append(l.Notes, fmt.Sprintf("the axes are swapped: coordinates such as %g %g have %s first; they have been put right",
				seen.first[0], seen.first[1], northWord(seen.crs)))
		}
	case l.Axis != seen.axis:
		return fmt.Errorf("the axes are swapped: %s is declared, but coordinates such as %g %g are %s; declare that, or leave the axes to the file",
			l.Axis, seen.first[0], seen.first[1], seen.axis)
	}
	return nil
}

func northWord(c CRS) string {
	if c == WGS84 {
		return "latitude"
	}
	return "north"
}

// sight is what the coordinates themselves show.
type sight struct {
	vertices int
	crs      CRS // AutoCRS when most vertices fit nothing
	axis     Axis
	first    orb.Point
	hint     string
}

// look finds the system that more than half of the vertices fit. The boxes of the four arrangements have no point in common.
func look(raws []raw) sight {
	var s sight
	var metresEN, metresNE, degreesEN, degreesNE, rt90 int
	for _, r := range raws {
		for _, polygon := range r.border {
			for _, ring := range polygon {
				for _, p := range ring {
					if s.vertices == 0 {
						s.first = p
					}
					s.vertices++
					switch a, b := p[0], p[1]; {
					case sweref.InSweden(a, b):
						metresEN++
					case sweref.InSweden(b, a):
						metresNE++
					case sweref.InSwedenGeographic(b, a):
						degreesEN++
					case sweref.InSwedenGeographic(a, b):
						degreesNE++
					case inRT90(a, b), inRT90(b, a):
						rt90++
					}
				}
			}
		}
	}
	for _, c := range []struct {
		n    int
		crs  CRS
		axis Axis
	}{{metresEN, SWEREF99TM, EastNorth}, {metresNE, SWEREF99TM, NorthEast}, {degreesEN, WGS84, EastNorth}, {degreesNE, WGS84, NorthEast}} {
		if c.n*2 > s.vertices {
			s.crs, s.axis = c.crs, c.axis
		}
	}
	if rt90*2 > s.vertices {
		s.hint = " (they look like RT 90, the older national grid)"
	}
	return s
}

// inRT90 tells whether coordinates lie where the older national grid (RT 90 2.5 gon V, false easting 1 500 000) has Sweden.
func inRT90(e, n float64) bool {
	return e > 1_200_000 && e < 1_950_000 && n > 6_100_000 && n < 7_700_000
}

// orient closes rings, drops those without extent, turns outer rings counter-clockwise and inner ones clockwise. Loose rings are first
// sorted by direction as in a shapefile: clockwise ones are outer, the others lie in the smallest outer ring around them.
func orient(border orb.MultiPolygon, loose bool) (orb.MultiPolygon, []Finding) {
	var faults []Finding
	if loose {
		border, faults = nest(border)
	}
	out := make(orb.MultiPolygon, 0, len(border))
	for _, polygon := range border {
		var rings orb.Polygon
		for i, ring := range polygon {
			if n := len(ring); n > 0 && ring[0] != ring[n-1] {
				faults = append(faults, Finding{Rule: RuleUnclosed, Text: fmt.Sprintf("a ring is not closed at %s; it has been closed", place(ring[n-1]))})
				ring = append(ring, ring[0])
			}
			size := ringArea(ring)
			if len(ring) < 4 || size == 0 || math.IsNaN(size) {
				what := fmt.Sprintf("a ring of %d vertices", len(ring))
				if len(ring) > 0 {
					what += " at " + place(ring[0])
				}
				faults = append(faults, Finding{Rule: RuleFlat, Text: what + " has no extent; it is left out"})
				if i == 0 { // its holes are in nothing
					break
				}
				continue
			}
			if (size > 0) != (i == 0) {
				ring.Reverse()
			}
			rings = append(rings, ring)
		}
		if len(rings) > 0 {
			out = append(out, rings)
		}
	}
	if len(out) == 0 {
		return nil, faults
	}
	return out, faults
}

func nest(loose orb.MultiPolygon) (orb.MultiPolygon, []Finding) {
	var rings []orb.Ring
	for _, polygon := range loose {
		rings = append(rings, polygon...)
	}
	// Some writers turn every ring the wrong way; the largest ring is an outer one in any case.
	var largest float64
	for _, ring := range rings {
		if size := ringArea(ring); math.Abs(size) > math.Abs(largest) {
			largest = size
		}
	}
	var outer orb.MultiPolygon
	var inner []orb.Ring
	for _, ring := range rings {
		if size := ringArea(ring); size != 0 && (size > 0) != (largest > 0) {
			inner = append(inner, ring)
		} else {
			outer = append(outer, orb.Polygon{ring})
		}
	}
	var faults []Finding
	for i, home := range placeHoles(outer, inner) {
		if home < 0 {
			faults = append(faults, Finding{Rule: RuleHole, Text: fmt.Sprintf("the inner ring at %s lies in no outer ring; it is taken as an outer one", place(inner[i][0]))})
			outer = append(outer, orb.Polygon{inner[i]})
			continue
		}
		outer[home] = append(outer[home], inner[i])
	}
	return outer, faults
}

func place(p orb.Point) string { return fmt.Sprintf("E %.0f N %.0f", p[0], p[1]) }

// Division makes a division of a layer. Features with the same code become one area of several parts, which Read has noted among the
// layer's problems; the name is the first that is not empty.
func Division(id area.ID, layer *Layer) (*area.Division, error) {
	at := make(map[string]int, len(layer.Features))
	var areas []area.Area
	for _, f := range layer.Features {
		i, ok := at[f.Code]
		if !ok {
			i = len(areas)
			at[f.Code] = i
			areas = append(areas, area.Area{Code: f.Code})
		}
		if areas[i].Name == "" {
			areas[i].Name = f.Name
		}
		areas[i].Border = append(areas[i].Border, f.Border...)
	}
	d, err := area.New(id, areas)
	if err != nil {
		return nil, fmt.Errorf("border: %s: %w", layer.File, err)
	}
	return d, nil
}
