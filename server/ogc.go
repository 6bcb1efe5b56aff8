package server

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/gpkg"
	"github.com/skikt/skikt/internal/sweref"
	"github.com/skikt/skikt/picture"
)

// OGC API – Features, parts 1 (17-069r4) and 2 (18-058r1), over the divisions of the edition, under this address, for QGIS, GDAL and other programs for maps:
//
//	/ogc                                         what there is
//	/ogc/conformance, /ogc/api                   what of the standard is kept, and the description of the API
//	/ogc/collections, /ogc/collections/regso-2020, /ogc/collections/regso-2020/schema
//	/ogc/collections/regso-2020/items            areas; ?limit=, ?offset=, ?bbox=, ?bbox-crs=, ?crs=, ?code= and the areas they lie in (?kommun=0180)
//	/ogc/collections/regso-2020/items?f=gpkg     all of them as a GeoPackage to take home; the same conditions
//	/ogc/collections/regso-2020/items/0180R001   one area
//
// A division is a collection, and an area a feature with its code, name, the areas it lies in, its type, and the figures that each family of tables is read for; ?m=FIGURE (which
// may be repeated) chooses others, with base and interval, and ?ar=2022 their year. A figure has its state beside it, so a number that is hidden is null with a reason.
// Everything is there as JSON and, for people, as pages (?f=html, or an Accept header that wants one); /en before the address gives English.
const ogc = "/ogc"

// The coordinate systems: longitude and latitude, and SWEREF 99 TM with north before east.
const (
	crs84    = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	epsg3006 = "http://www.opengis.net/def/crs/EPSG/0/3006"
)

// How many features are given at once, when nothing is said and at most.
const (
	usualFeatures = 100
	mostFeatures  = 10_000
)

var conformance = []string{
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
}

// An ogcLink is a link as the standard writes it.
type ogcLink struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

type ogcExtent struct {
	Spatial struct {
		BBox [][4]float64 `json:"bbox"`
		CRS  string       `json:"crs"`
	} `json:"spatial"`
}

type ogcCollection struct {
	ID          string     `json:"id"`
	Title       string     `json:"title"`
	Description string     `json:"description"`
	Extent      *ogcExtent `json:"extent,omitempty"`
	ItemType    string     `json:"itemType"`
	CRS         []string   `json:"crs"`
	StorageCRS  string     `json:"storageCrs"`
	Links       []ogcLink  `json:"links"`
}

// An ogcCall is a request, taken apart.
type ogcCall struct {
	lang  string
	base  string // of the API, with where the client asked
	path  []string
	query url.Values
	html  bool
	pack  bool   // a GeoPackage
	self  string // the address as it was asked for, without the form
}

// isOGC tells whether an address is one of the API.
func isOGC(path string) bool {
	path = strings.TrimPrefix(path, "/en")
	return path == ogc || strings.HasPrefix(path, ogc+"/")
}

// serveOGC answers a call to the API.
func (s *Server) serveOGC(w http.ResponseWriter, req *http.Request, root string) {
	h := w.Header()
	shared(h)
	h.Set("Vary", "Accept, Accept-Encoding, Host, X-Forwarded-Proto")
	s.license(h)
	c := &ogcCall{lang: "sv"}
	rest := req.URL.Path
	if after, ok := strings.CutPrefix(rest, "/en/"); ok {
		c.lang, rest = "en", "/"+after
	}
	c.base = origin(req) + root + prefix(c.lang) + ogc
	for _, part := range strings.Split(strings.TrimPrefix(rest, ogc), "/") {
		if part != "" {
			c.path = append(c.path, part)
		}
	}
	var err error
	a := &ogcAnswer{}
	if c.query, err = url.ParseQuery(req.URL.RawQuery); err != nil {
		err = bad("Bad request", "the query of the address can't be read")
	} else if req.Method != http.MethodGet && req.Method != http.MethodHead {
		not := notAllowed("GET, HEAD, OPTIONS")
		h.Set("Allow", not.allow)
		err = not
	} else if err = c.negotiate(req.Header.Get("Accept")); err == nil {
		a, err = s.ogc(c)
	}
	if err == nil && c.html && a.page != nil {
		a.body, err = s.ogcPage(c, a)
		a.kind = "text/html; charset=utf-8"
	}
	status := http.StatusOK
	if err != nil {
		var p *problem
		if !errors.As(err, &p) {
			p = &problem{"about:blank", "Internal error", http.StatusInternalServerError, word("en", "broken"), ""}
		}
		body, _ := json.Marshal(p)
		a, status = &ogcAnswer{kind: "application/problem+json", body: body}, p.Status
	}
	h.Set("Content-Type", a.kind)
	if a.crs != "" {
		h.Set("Content-Crs", "<"+a.crs+">")
	}
	if a.file != "" {
		h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(a.file))
	}
	if status != http.StatusOK {
		h.Set("Cache-Control", "no-store")
	} else {
		sum := sha256.Sum256(a.body)
		h.Set("ETag", `W/"`+hex.EncodeToString(sum[:12])+`"`)
		h.Set("Cache-Control", "public, max-age=300")
		h.Set("Content-Language", c.lang)
		if unchanged(req, h.Get("ETag")) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	sendBody(w, req, status, a.body)
}

// negotiate finds the form that the client wants: what f says, else a page when the Accept header names one before any JSON, as browsers do.
func (c *ogcCall) negotiate(accept string) error {
	switch f := c.query.Get("f"); f {
	case "html":
		c.html = true
	case "json":
	case "gpkg":
		if c.pack = len(c.path) == 3 && c.path[2] == "items"; !c.pack {
			return bad("Bad request", "a GeoPackage is made of %s/collections/ID/items", c.base)
		}
	case "":
		page, data := strings.Index(accept, "text/html"), strings.Index(accept, "json")
		c.html = page >= 0 && (data < 0 || page < data)
	default:
		return bad("Bad request", "there is no form %.40q: f may be json or html, and of items gpkg", f)
	}
	c.query.Del("f")
	c.self = c.at(c.path...) + question(c.query)
	return nil
}

// at is an address of the API.
func (c *ogcCall) at(path ...string) string {
	out := c.base
	for _, part := range path {
		out += "/" + url.PathEscape(part)
	}
	return out
}

// say is a text in the language of the call.
func (c *ogcCall) say(sv, en string) string { return cube.Text{SV: sv, EN: en}.In(c.lang) }

// form is an address with the form in its query.
func form(address, f string) string {
	if strings.Contains(address, "?") {
		return address + "&f=" + f
	}
	return address + "?f=" + f
}

// links are those that every answer has: to itself and to its other form.
func (c *ogcCall) links(kind string) []ogcLink {
	data, page := ogcLink{form(c.self, "json"), "self", kind, "JSON"}, ogcLink{form(c.self, "html"), "alternate", "text/html", "HTML"}
	if c.html {
		data.Rel, page.Rel = "alternate", "self"
	}
	return []ogcLink{data, page}
}

// only refuses conditions that an address doesn't know, as the standard wants.
func (c *ogcCall) only(known ...string) error {
	for _, name := range sortedKeysOf(c.query) {
		if !slices.Contains(known, name) {
			list := strings.Join(append([]string{"f"}, known...), ", ")
			return bad("Bad request", "there is no condition %.40q: the conditions are %s", name, list)
		}
		if len(c.query[name]) > 1 && name != shown {
			return bad("Bad request", "the condition %s stands twice", name)
		}
	}
	return nil
}

func sortedKeysOf(v url.Values) []string {
	keys := make([]string, 0, len(v))
	for k := range v {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// An ogcAnswer is an answer as JSON, and what its page shows.
type ogcAnswer struct {
	kind string
	body []byte
	crs  string
	file string // name to save it under
	page *ogcPage
}

type ogcPage struct {
	Title string
	Text  []string
	Facts [][2]string // name and value
	Head  []string    // of a table
	Rows  [][]link
	Links []ogcLink
}

func (s *Server) ogc(c *ogcCall) (*ogcAnswer, error) {
	n := len(c.path)
	switch {
	case n == 0:
		return s.ogcLanding(c)
	case n == 1 && c.path[0] == "conformance":
		return s.ogcConformance(c)
	case n == 1 && c.path[0] == "api":
		return s.ogcAPI(c)
	case n >= 1 && c.path[0] == "collections":
		if n == 1 {
			return s.ogcCollections(c)
		}
		id, err := area.ParseID(c.path[1])
		d := s.division(id)
		if err != nil || d == nil {
			return nil, missing("Not found", "there is no collection %.60q; %s lists them", c.path[1], c.at("collections"))
		}
		switch {
		case n == 2:
			return s.ogcCollection(c, d)
		case n == 3 && c.path[2] == "schema":
			return s.ogcSchema(c, d)
		case n == 3 && c.path[2] == "items":
			return s.ogcItems(c, d)
		case n == 4 && c.path[2] == "items":
			return s.ogcItem(c, d, c.path[3])
		}
	}
	return nil, missing("Not found", "the addresses are %s, /conformance, /api, /collections, /collections/ID, /collections/ID/schema, /collections/ID/items and /collections/ID/items/CODE", c.base)
}

func ogcJSON(kind string, v any, page *ogcPage) (*ogcAnswer, error) {
	body, err := json.Marshal(v)
	return &ogcAnswer{kind: kind, body: body, page: page}, err
}

func (s *Server) ogcLanding(c *ogcCall) (*ogcAnswer, error) {
	if err := c.only(); err != nil {
		return nil, err
	}
	m := s.ed.Manifest()
	links := append(c.links("application/json"),
		ogcLink{form(c.at("api"), "json"), "service-desc", openAPIKind, c.say("API:ets beskrivning", "The description of the API")},
		ogcLink{form(c.at("api"), "html"), "service-doc", "text/html", c.say("API:ets beskrivning för människor", "The description of the API for people")},
		ogcLink{c.at("conformance"), "conformance", "application/json", c.say("Vad av standarden som följs", "What of the standard is kept")},
		ogcLink{c.at("collections"), "data", "application/json", c.say("Indelningarna", "The divisions")},
		ogcLink{m.Terms(), "license", "", licenceName(m.Terms())})
	text := c.say("Områden med gränser, namn, områdestyp och nyckeltal, utgåva ", "Areas with borders, names, area type and key figures, edition ") + s.ed.ID() + "."
	if m.Synthetic {
		text += " " + word(c.lang, "synthetic")
	}
	return ogcJSON("application/json", struct {
		Title       string    `json:"title"`
		Description string    `json:"description"`
		Links       []ogcLink `json:"links"`
	}{m.Title.In(c.lang), text, links}, &ogcPage{Title: m.Title.In(c.lang) + ": OGC API – Features", Links: links, Text: []string{text,
		c.say("I QGIS: Lager, Lägg till lager, Lägg till WFS/OGC API-objektlager, och adressen ", "In QGIS: Layer, Add Layer, Add WFS / OGC API Features Layer, and the address ") + c.base +
			c.say(". Med GDAL: ogr2ogr -f GPKG ut.gpkg OAPIF:", ". With GDAL: ogr2ogr -f GPKG out.gpkg OAPIF:") + c.base}})
}

func (s *Server) ogcConformance(c *ogcCall) (*ogcAnswer, error) {
	if err := c.only(); err != nil {
		return nil, err
	}
	page := &ogcPage{Title: c.say("Vad av standarden som följs", "What of the standard is kept"), Links: c.links("application/json")}
	page.Text = conformance
	return ogcJSON("application/json", struct {
		ConformsTo []string `json:"conformsTo"`
	}{conformance}, page)
}

// collection describes a division.
func (s *Server) collection(c *ogcCall, d *division) ogcCollection {
	id := d.ID.String()
	out := ogcCollection{ID: id, Title: d.ID.Title(), ItemType: "feature", CRS: []string{crs84, epsg3006}, StorageCRS: epsg3006,
		Description: fmt.Sprintf(c.say("Antal områden: %s, varav med gräns: %s", "Number of areas: %s, with a border: %s"), picture.Number(float64(d.Len()), 0, c.lang), picture.Number(float64(d.Bordered()), 0, c.lang)),
		Links: []ogcLink{
			{c.at("collections", id), "self", "application/json", d.ID.Title()},
			{c.at("collections", id, "items"), "items", "application/geo+json", c.say("Områdena som GeoJSON", "The areas as GeoJSON")},
			{form(c.at("collections", id, "items"), "html"), "items", "text/html", c.say("Områdena som sida", "The areas as a page")},
			{form(c.at("collections", id, "items"), "gpkg"), "enclosure", geoPackageKind, c.say("Områdena som GeoPackage, med gränserna hela", "The areas as a GeoPackage, with the borders in full")},
			{s.ed.Manifest().Terms(), "license", "", licenceName(s.ed.Manifest().Terms())},
			{c.at("collections", id, "schema"), "describedby", "application/schema+json", c.say("Egenskaperna och vad de betyder", "The properties and what they mean")},
		}}
	if d.Bordered() > 0 {
		e := &ogcExtent{}
		e.Spatial.BBox, e.Spatial.CRS = [][4]float64{d.extent()}, crs84
		out.Extent = e
		at := strings.TrimSuffix(c.base, prefix(c.lang)+ogc) + tiles + "/" + id
		out.Links = append(out.Links, ogcLink{at + ".json", "alternate", "application/json", c.say("Vektorkakor (TileJSON)", "Vector tiles (TileJSON)")},
			ogcLink{at + ".pmtiles", "enclosure", "application/vnd.pmtiles", c.say("Vektorkakor i en fil (PMTiles)", "Vector tiles in one file (PMTiles)")})
	}
	return out
}

// findExtent is the box around a division's borders in degrees: west, south, east, north.
func (d *division) findExtent() [4]float64 {
	box := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for at := range d.Len() {
		b := d.bounds()[at]
		if b == picture.Nowhere {
			continue
		}
		// The edges of an area's box are bent in degrees.
		const parts = 8
		for k := range parts + 1 {
			e, n := b.Min[0]+(b.Max[0]-b.Min[0])*float64(k)/parts, b.Min[1]+(b.Max[1]-b.Min[1])*float64(k)/parts
			for _, p := range []orb.Point{{e, b.Min[1]}, {e, b.Max[1]}, {b.Min[0], n}, {b.Max[0], n}} {
				lat, lon := sweref.ToGeographic(p[0], p[1])
				box = [4]float64{min(box[0], lon), min(box[1], lat), max(box[2], lon), max(box[3], lat)}
			}
		}
	}
	for i, v := range box {
		box[i] = math.Round(v*1e5) / 1e5
	}
	return box
}

func (s *Server) ogcCollections(c *ogcCall) (*ogcAnswer, error) {
	if err := c.only(); err != nil {
		return nil, err
	}
	page := &ogcPage{Title: c.say("Indelningarna", "The divisions"), Links: c.links("application/json"), Head: []string{c.say("Indelning", "Division"), c.say("Beskrivning", "Description"), "id"}}
	out := struct {
		Links       []ogcLink       `json:"links"`
		CRS         []string        `json:"crs"`
		Collections []ogcCollection `json:"collections"`
	}{page.Links, []string{crs84, epsg3006}, []ogcCollection{}}
	for _, d := range s.divisions {
		one := s.collection(c, d)
		out.Collections = append(out.Collections, one)
		page.Rows = append(page.Rows, []link{{one.Title, c.at("collections", one.ID)}, {Name: one.Description}, {Name: one.ID}})
	}
	return ogcJSON("application/json", out, page)
}

func (s *Server) ogcCollection(c *ogcCall, d *division) (*ogcAnswer, error) {
	if err := c.only(); err != nil {
		return nil, err
	}
	one := s.collection(c, d)
	one.Links = append(c.links("application/json"), one.Links[1:]...)
	return ogcJSON("application/json", one, &ogcPage{Title: one.Title, Text: []string{one.Description}, Links: one.Links})
}

func (s *Server) ogcSchema(c *ogcCall, d *division) (*ogcAnswer, error) {
	q, err := s.itemsQuery(c, d)
	if err != nil {
		return nil, err
	}
	type property struct {
		Title  string `json:"title,omitempty"`
		Type   string `json:"type,omitempty"`
		Format string `json:"format,omitempty"`
	}
	names, props := []string{}, map[string]property{"geometry": {Format: "geometry-multipolygon"}}
	page := &ogcPage{Title: c.say("Egenskaper: ", "Properties: ") + d.ID.Title(), Links: c.links("application/schema+json"), Head: []string{c.say("Egenskap", "Property"), c.say("Betyder", "Means")}}
	for _, col := range q.columns {
		kind := "string"
		if col.number {
			kind = "number"
		}
		names, props[col.name] = append(names, col.name), property{Title: col.title.In(c.lang), Type: kind}
		page.Rows = append(page.Rows, []link{{Name: col.name}, {Name: col.title.In(c.lang)}})
	}
	return ogcJSON("application/schema+json", struct {
		Schema     string              `json:"$schema"`
		ID         string              `json:"$id"`
		Title      string              `json:"title"`
		Type       string              `json:"type"`
		Properties map[string]property `json:"properties"`
		Order      []string            `json:"x-order"`
	}{"https://json-schema.org/draft/2020-12/schema", c.self, d.ID.Title(), "object", props, names}, page)
}

// An itemsQuery is which areas of a division are asked for, and how.
type itemsQuery struct {
	limit, offset int
	crs           string
	keep          func(at int) bool
	attributes    []*attribute
	columns       []column
}

// The forms of time that the standard has: an instant, or an interval that may be open.
var datetime = regexp.MustCompile(`^(?:\.\.|[0-9T:.Z+-]{4,35})?(?:/(?:\.\.|[0-9T:.Z+-]{4,35})?)?$`)

// itemsQuery reads the conditions on the areas of a division.
func (s *Server) itemsQuery(c *ogcCall, d *division) (*itemsQuery, error) {
	filters := []string{"code"}
	for _, up := range s.ups(d) {
		filters = append(filters, up.ID.String())
	}
	if err := c.only(append([]string{"limit", "offset", "bbox", "bbox-crs", "crs", "datetime", shown, chosenYear}, filters...)...); err != nil {
		return nil, err
	}
	q := &itemsQuery{limit: usualFeatures, crs: crs84}
	if c.pack {
		q.limit, q.crs = mostFeatures, epsg3006 // a file to take home has all that was asked for
	}
	var err error
	number := func(name string, least int, into *int) {
		text, there := c.query.Get(name), c.query.Has(name)
		if !there || err != nil {
			return
		}
		n, e := strconv.Atoi(text)
		if e != nil || n < least {
			err = bad("Bad request", "%s is a whole number from %d, not %.40q", name, least, text)
		}
		*into = n
	}
	number("limit", 1, &q.limit)
	number("offset", 0, &q.offset)
	if err != nil {
		return nil, err
	}
	q.limit = min(q.limit, mostFeatures)
	if text := c.query.Get("datetime"); c.query.Has("datetime") && (text == "" || !datetime.MatchString(text)) {
		return nil, bad("Bad request", "datetime is a time or an interval such as 2023-01-01T00:00:00Z/.., not %.40q", text)
	}
	if c.query.Has("crs") {
		if q.crs, err = crsOf(c.query.Get("crs")); err != nil {
			return nil, err
		}
	}
	in := map[string]string{}
	for _, name := range filters {
		if c.query.Has(name) {
			in[name] = c.query.Get(name)
		}
	}
	filtered, err := s.areaFilter(d, in)
	if err != nil {
		return nil, bad("Bad request", "%v", err)
	}
	boxed, err := c.box(d)
	if err != nil {
		return nil, err
	}
	q.keep = func(at int) bool { return filtered(at) && boxed(at) }
	if q.attributes, err = s.asked(c, d); err != nil {
		return nil, err
	}
	q.columns = s.columns(d, q.attributes)
	return q, nil
}

func crsOf(text string) (string, error) {
	if text != crs84 && text != epsg3006 {
		return "", bad("Bad request", "there is no coordinate system %.80q: the systems are %s and %s", text, crs84, epsg3006)
	}
	return text, nil
}

// asked are the attributes that the call asks for, or the usual ones.
func (s *Server) asked(c *ogcCall, d *division) ([]*attribute, error) {
	year := c.query.Get(chosenYear)
	keys := c.query[shown]
	if len(keys) == 0 {
		if year != "" {
			return nil, bad("Bad request", "%s is the year of the figures that %s names, and none is named", chosenYear, shown)
		}
		return d.usual()
	}
	const most = 50
	if len(keys) > most {
		return nil, bad("Bad request", "at most %d figures are given at once", most)
	}
	var out []*attribute
	for i, key := range keys {
		f, err := s.figure(key, c.lang)
		if err != nil || slices.Contains(keys[:i], key) {
			return nil, bad("Bad request", "there is no figure %.80q, or it is named twice; figures are named as in the addresses of maps, such as background:SharePersons:total", key)
		}
		t := f.at(d.ID)
		if t == nil {
			return nil, bad("Bad request", "%.80s is not told for %s", key, d.ID.Title())
		}
		if year != "" && !slices.Contains(t.years(), year) {
			return nil, bad("Bad request", "the years of %.80s are %s", key, strings.Join(t.years(), ", "))
		}
		a, err := s.attribute(d, f, year)
		if err != nil {
			return nil, err
		}
		a.full = true
		out = append(out, a)
	}
	return out, nil
}

// box reads bbox and bbox-crs, and tells which areas have ground in it.
func (c *ogcCall) box(d *division) (func(at int) bool, error) {
	system := crs84
	if c.query.Has("bbox-crs") {
		var err error
		if system, err = crsOf(c.query.Get("bbox-crs")); err != nil {
			return nil, err
		}
	}
	if !c.query.Has("bbox") {
		return func(int) bool { return true }, nil
	}
	b, err := box4(c.query.Get("bbox"))
	switch {
	case err != nil:
		return nil, bad("Bad request", "%v", err)
	case b[1] > b[3] || system == epsg3006 && b[0] > b[2]:
		return nil, bad("Bad request", "the bbox ends before it begins: its least corner stands first, with the axes in the order of the coordinate system (SWEREF 99 TM as EPSG:3006 has north first)")
	}
	if system == epsg3006 {
		box := orb.Bound{Min: orb.Point{b[1], b[0]}, Max: orb.Point{b[3], b[2]}} // north stands first
		return func(at int) bool {
			return d.bounds()[at].Intersects(box) && meets(metres(d.At(at).Border), func(p orb.Point) orb.Point { return p }, box)
		}, nil
	}
	boxes := []orb.Bound{{Min: orb.Point{b[0] * 1e5, b[1] * 1e5}, Max: orb.Point{b[2] * 1e5, b[3] * 1e5}}}
	if b[0] > b[2] { // over the date line
		boxes = []orb.Bound{{Min: boxes[0].Min, Max: orb.Point{180e5, b[3] * 1e5}}, {Min: orb.Point{-180e5, b[1] * 1e5}, Max: boxes[0].Max}}
	}
	return func(at int) bool {
		return slices.ContainsFunc(boxes, func(box orb.Bound) bool {
			border := d.lonLat(at)
			return border.box.Intersects(box) && meets(border.rings, corner.point, box)
		})
	}, nil
}

// appendFeature writes an area.
func (d *division) appendFeature(b []byte, at int, q *itemsQuery, names [][]byte) []byte {
	b = appendText(append(b, `{"type":"Feature","id":`...), d.At(at).Code)
	b = append(b, `,"geometry":`...)
	switch {
	case len(d.At(at).Border) == 0:
		b = append(b, "null"...)
	case q.crs == epsg3006:
		b = appendNorthEast(b, d.At(at).Border)
	default:
		b = appendBorder(b, d.lonLat(at).rings)
	}
	return appendProperties(append(b, `,"properties":`...), q.columns, names, at)
}

func (s *Server) ogcItems(c *ogcCall, d *division) (*ogcAnswer, error) {
	q, err := s.itemsQuery(c, d)
	if err != nil {
		return nil, err
	}
	var chosen []int
	matched := 0
	for at := range d.Len() {
		if !q.keep(at) {
			continue
		}
		if matched >= q.offset && len(chosen) < q.limit {
			chosen = append(chosen, at)
		}
		matched++
	}
	links := c.links("application/geo+json")
	page := func(offset int, rel, title string) {
		query := url.Values{}
		for name, values := range c.query {
			query[name] = values
		}
		query.Set("offset", strconv.Itoa(offset))
		query.Set("limit", strconv.Itoa(q.limit))
		kind, f := "application/geo+json", "json"
		if c.html {
			kind, f = "text/html", "html"
		}
		links = append(links, ogcLink{form(c.at(c.path...)+question(query), f), rel, kind, title})
	}
	if q.offset+len(chosen) < matched && len(chosen) > 0 {
		page(q.offset+len(chosen), "next", c.say("Nästa sida", "Next page"))
	}
	if q.offset > 0 {
		page(max(0, q.offset-q.limit), "prev", c.say("Föregående sida", "Previous page"))
	}
	a := &ogcAnswer{kind: "application/geo+json", crs: q.crs, page: &ogcPage{Title: d.ID.Title(), Links: links,
		Text: []string{picture.Say(c.say("%s av %s {2:område|områden}", "%s of %s {2:area|areas}"), picture.Number(float64(len(chosen)), 0, c.lang), picture.Number(float64(matched), 0, c.lang))},
		Head: []string{c.say("Kod", "Code"), c.say("Namn", "Name")}}}
	if c.html {
		for _, at := range chosen {
			p := place{d, at}
			a.page.Rows = append(a.page.Rows, []link{{p.area().Code, form(c.at("collections", d.ID.String(), "items", p.area().Code), "html")}, {p.name(c.lang), s.href(p, c.lang)}})
		}
		return a, nil
	}
	if c.pack {
		return s.geoPackage(c, d, q, chosen)
	}
	names := columnNames(q.columns)
	corners := 0
	for _, at := range chosen {
		corners += d.lonLat(at).size
	}
	b := make([]byte, 0, 4096+22*corners+len(chosen)*(100+70*len(q.columns)))
	b = fmt.Appendf(b, `{"type":"FeatureCollection","synthetic":%t,"numberMatched":%d,"numberReturned":%d,"features":[`, s.ed.Manifest().Synthetic, matched, len(chosen))
	for i, at := range chosen {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(d.appendFeature(b, at, q, names), '}')
	}
	end, err := json.Marshal(links)
	if err != nil {
		return nil, err
	}
	a.body = append(append(append(b, `],"links":`...), end...), '}')
	return a, nil
}

// geoPackageKind is the media type of a GeoPackage.
const geoPackageKind = "application/geopackage+sqlite3"

// geoPackage writes areas as a file for programs of maps, in SWEREF 99 TM with the borders as they were published.
func (s *Server) geoPackage(c *ogcCall, d *division, q *itemsQuery, chosen []int) (*ogcAnswer, error) {
	if c.query.Has("crs") && q.crs != epsg3006 {
		return nil, bad("Bad request", "a GeoPackage is written in SWEREF 99 TM: leave crs out")
	}
	m := s.ed.Manifest()
	about := s.cite(c.lang) + " " + word(c.lang, "licence") + ": " + m.Terms() + ". "
	name := m.Project + "-" + d.ID.String() + ".gpkg"
	if m.Synthetic {
		about += word(c.lang, "synthetic") + " "
		name = "synthetic-" + name
	}
	l := gpkg.Layer{Name: d.ID.String(), Description: about + word(c.lang, "not-caused"), Rows: make([]gpkg.Row, len(chosen))}
	for _, col := range q.columns {
		l.Columns = append(l.Columns, gpkg.Column{Name: col.name, Title: col.title.In(c.lang), Number: col.number})
	}
	for i, at := range chosen {
		values := make([]any, len(q.columns))
		for k, col := range q.columns {
			if p := col.of(at); p.text != "" {
				values[k] = p.text
			} else if p.number.OK {
				values[k] = p.number.V
			}
		}
		l.Rows[i] = gpkg.Row{Border: d.At(at).Border, Values: values}
	}
	body, err := gpkg.Marshal(l)
	return &ogcAnswer{kind: geoPackageKind, body: body, file: name}, err
}

func (s *Server) ogcItem(c *ogcCall, d *division, code string) (*ogcAnswer, error) {
	at, ok := d.Index(code)
	if !ok {
		return nil, missing("Not found", "%s has no area %.60q", d.ID.Title(), code)
	}
	if err := c.only("crs", shown, chosenYear); err != nil {
		return nil, err
	}
	q, err := s.itemsQuery(c, d)
	if err != nil {
		return nil, err
	}
	p := place{d, at}
	links := append(c.links("application/geo+json"), ogcLink{c.at("collections", d.ID.String()), "collection", "application/json", d.ID.Title()},
		ogcLink{strings.TrimSuffix(c.base, prefix(c.lang)+ogc) + s.href(p, c.lang), "about", "text/html", p.name(c.lang)})
	body := d.appendFeature(nil, at, q, columnNames(q.columns))
	end, err := json.Marshal(links)
	if err != nil {
		return nil, err
	}
	a := &ogcAnswer{kind: "application/geo+json", crs: q.crs, body: append(append(append(body, `,"links":`...), end...), '}'),
		page: &ogcPage{Title: p.name(c.lang), Text: []string{d.ID.Title() + " " + code}, Links: links}}
	fact := func(name, year, text string) {
		if year != "" {
			name += ", " + year
		}
		a.page.Facts = append(a.page.Facts, [2]string{name, text})
	}
	for _, col := range s.namesOf(d) {
		fact(col.title.In(c.lang), "", cmp.Or(col.of(at).text, "–"))
	}
	if typed := d.types(); typed != nil {
		year, cells := typed.last()
		fact(c.say("Områdestyp", "Area type"), year, told(cells[at], typed.measure, c.lang))
	}
	for _, one := range q.attributes {
		fact(one.head(c.lang), one.year, told(one.cells[at], one.measure, c.lang))
	}
	return a, nil
}

// told is a cell as people read it: the number with its unit and interval, or why there is none.
func told(cell cube.Cell, m cube.Measure, lang string) string {
	if !cell.Status.HasValue() {
		return cell.Status.Title().In(lang)
	}
	fig := picture.NewFigure(cell, m, lang)
	text := fig.Text
	if m.Kind != cube.Code {
		text += picture.Unit(m, lang)
	}
	if fig.Interval != "" {
		text += " (" + fig.Interval + ")"
	}
	return text
}

// ogcPage is an answer as a page.
func (s *Server) ogcPage(c *ogcCall, a *ogcAnswer) ([]byte, error) {
	out, err := s.page(&request{lang: c.lang, format: "html", path: append([]string{strings.TrimPrefix(ogc, "/")}, c.path...), query: c.query}, &answer{template: "ogc.html", title: a.page.Title, body: a.page})
	if err != nil {
		return nil, err
	}
	return bytes.TrimSpace(out.body), nil
}
