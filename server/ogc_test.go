package server_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/sweref"
	"github.com/skikt/skikt/server"
)

const (
	crs84    = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	epsg3006 = "http://www.opengis.net/def/crs/EPSG/0/3006"
)

type ogcLink struct{ Href, Rel, Type string }

type ogcFeature struct {
	ID         string
	Geometry   *struct{ Coordinates [][][][2]float64 }
	Properties map[string]any
	Links      []ogcLink
}

type ogcFeatures struct {
	NumberMatched, NumberReturned int
	Features                      []ogcFeature
	Links                         []ogcLink
}

func (f *ogcFeatures) codes() (out []string) {
	for _, one := range f.Features {
		out = append(out, one.ID)
	}
	return out
}

func linkTo(links []ogcLink, rel string) string {
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func asked(t testing.TB, h http.Handler, address string, into any) *http.Response {
	t.Helper()
	r := get(t, h, address, "Accept", "application/json")
	text := body(t, r)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d: %s", address, r.StatusCode, text)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return r
}

// The description of the API is sound OpenAPI 3.0, and every answer is as it says.
func TestOGCKeepsItsDescription(t *testing.T) {
	h := toy(t)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(page(t, h, "/ogc/api")))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("application/geo+json", openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/schema+json", openapi3filter.JSONBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/vnd.oai.openapi+json", openapi3filter.JSONBodyDecoder)
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"/", "/conformance", "/api", "/collections", "/collections/regso-2020", "/collections/riket", "/collections/kommun/schema", "/collections/regso-2020/items?limit=3&offset=2",
		"/collections/regso-2020/items?bbox=10,55,25,70&kommun=0180&crs=" + url.QueryEscape(epsg3006), "/collections/regso-2020/items/0180R004", "/collections/regso-2020/items?m=states:ShareX"} {
		req := httptest.NewRequest("GET", "http://example.com/ogc"+address, nil)
		route, params, err := router.FindRoute(req)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if address == "/" {
			req.URL.Path = "/ogc"
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: w.Code, Header: w.Header()}
		out.SetBodyBytes(w.Body.Bytes())
		if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil || w.Code != 200 {
			t.Errorf("%s: status %d: %v", address, w.Code, err)
		}
	}
}

// TestRecordedQGIS answers the requests that QGIS 3.22.16 made of this server, recorded when its provider OAPIF opened a layer five areas at a time, with what it says it takes.
func TestRecordedQGIS(t *testing.T) {
	h := toy(t)
	const features, api = "application/geo+json, application/json", "application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json"
	for _, c := range []struct{ address, accept, want string }{
		{"/ogc", "application/json", `"rel":"service-desc"`},
		{"/ogc/api?f=json", api, `"openapi":"3.0.3"`},
		{"/ogc/collections/regso-2020", "application/json", `"id":"regso-2020"`},
		{"/ogc/collections/regso-2020/items?limit=10", features, `"numberMatched":12`},
		{"/ogc/collections/regso-2020/items?limit=5", features, `"rel":"next"`},
		{"/ogc/collections/regso-2020/items?limit=5&offset=5&f=json", features, `"rel":"next"`},
		{"/ogc/collections/regso-2020/items?limit=5&offset=10&f=json", features, `"numberReturned":2`},
	} {
		r := get(t, h, "http://example.com"+c.address, "Accept", c.accept, "User-Agent", "Mozilla/5.0 QGIS/32216")
		kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		if text := body(t, r); r.StatusCode != http.StatusOK || !strings.Contains(c.accept, kind) || !strings.Contains(text, c.want) {
			t.Errorf("%s: %d, %s, lacks %s: %.200s", c.address, r.StatusCode, kind, c.want, text)
		}
	}
}

// TestQGISRequests makes the requests that QGIS 3.34 makes of an OGC API Features server when a layer is added and drawn (its provider "OAPIF": landing page, service-desc,
// conformance, collections, then pages of features in the window), and looks for what it needs in the answers.
func TestQGISRequests(t *testing.T) {
	h := toy(t)
	var landing struct{ Links []ogcLink }
	asked(t, h, "http://example.com/ogc", &landing)
	for _, rel := range []string{"service-desc", "conformance", "data", "self"} {
		if linkTo(landing.Links, rel) == "" {
			t.Errorf("the landing page has no link %s", rel)
		}
	}
	r := get(t, h, linkTo(landing.Links, "service-desc"), "Accept", "application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json")
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "application/vnd.oai.openapi+json;version=3.0" {
		t.Errorf("service-desc: status %d, %s", r.StatusCode, r.Header.Get("Content-Type"))
	}
	var kept struct{ ConformsTo []string }
	asked(t, h, linkTo(landing.Links, "conformance"), &kept)
	if !slices.Contains(kept.ConformsTo, "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core") || !slices.Contains(kept.ConformsTo, "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs") {
		t.Errorf("conforms to %v", kept.ConformsTo)
	}
	var list struct {
		Collections []struct {
			ID, Title, StorageCRS string
			CRS                   []string
			Extent                *struct{ Spatial struct{ BBox [][4]float64 } }
			Links                 []ogcLink
		}
	}
	asked(t, h, "http://example.com/ogc/collections", &list)
	at := slices.IndexFunc(list.Collections, func(c struct {
		ID, Title, StorageCRS string
		CRS                   []string
		Extent                *struct{ Spatial struct{ BBox [][4]float64 } }
		Links                 []ogcLink
	}) bool {
		return c.ID == "regso-2020"
	})
	if len(list.Collections) != 5 || at < 0 {
		t.Fatalf("%+v", list)
	}
	c := list.Collections[at]
	south, west := sweref.ToGeographic(600_000, 6_600_000)
	north, east := sweref.ToGeographic(606_000, 6_602_000)
	if box := c.Extent.Spatial.BBox[0]; box[0] > west+1e-5 || box[1] > south+1e-5 || box[2] < east-1e-5 || box[3] < north-1e-5 || box[2]-box[0] > 0.12 || !slices.Equal(c.CRS, []string{crs84, epsg3006}) || c.StorageCRS != epsg3006 {
		t.Errorf("%+v", c)
	}
	var first ogcFeatures
	r = asked(t, h, "http://example.com/ogc/collections/regso-2020/items?limit=10", &first)
	if first.NumberMatched != 12 || first.NumberReturned != 10 || len(first.Features) != 10 || r.Header.Get("Content-Crs") != "<"+crs84+">" || r.Header.Get("Content-Type") != "application/geo+json" {
		t.Errorf("%d of %d features, %v", first.NumberReturned, first.NumberMatched, r.Header)
	}
	// A window in the projection of the map; QGIS turns the axes as the system orders them.
	var window ogcFeatures
	asked(t, h, "http://example.com/ogc/collections/regso-2020/items?limit=1000&crs="+epsg3006+"&bbox=6600100,600100,6600900,601900&bbox-crs="+epsg3006, &window)
	if got := window.codes(); !slices.Equal(got, []string{"0180R001", "0180R002"}) {
		t.Errorf("the window has %v", got)
	}
	if got := window.Features[0].Geometry.Coordinates[0][0][0]; got != [2]float64{6_600_000, 600_000} {
		t.Errorf("the first corner is %v; north stands first", got)
	}
}

// The area of a feature, its neighbours and the page after: each area once, and the same by both coordinate systems.
func TestOGCItems(t *testing.T) {
	h := toy(t)
	var all []string
	next := "http://example.com/ogc/collections/regso-2020/items?limit=5"
	for next != "" {
		var page ogcFeatures
		asked(t, h, next, &page)
		all = append(all, page.codes()...)
		next = linkTo(page.Links, "next")
	}
	var want []string
	for _, c := range regsoCodes {
		code, _, _ := strings.Cut(c, " ")
		want = append(want, code)
	}
	if !slices.Equal(all, want) {
		t.Errorf("the pages have %v", all)
	}
	degrees := func(e0, n0, e1, n1 float64) string {
		south, west := sweref.ToGeographic(e0, n0)
		north, east := sweref.ToGeographic(e1, n1)
		return fmt.Sprintf("%f,%f,%f,%f", west, south, east, north)
	}
	// Area i of six in a row begins 1000·(i mod 6) m east; the second row, of 1480, is 1000 m north. 0180R004 (no 3) has no border. 0180 itself is the first square of kommun.
	for _, c := range []struct {
		query string
		want  []string
	}{
		{"bbox=" + degrees(600_100, 6_600_100, 601_900, 6_600_900), want[:2]},
		{"bbox=" + degrees(600_100, 6_600_100, 605_900, 6_601_900), slices.Concat(want[:3], want[4:])},
		{"bbox=" + degrees(600_400, 6_600_400, 600_401, 6_600_401), want[:1]}, // wholly within an area
		{"bbox=" + degrees(500_000, 6_500_000, 700_000, 6_700_000) + "&kommun=1480", want[6:]},
		{"bbox=" + degrees(650_000, 6_600_000, 660_000, 6_610_000), nil},
		{"bbox=170,50,-170,70", nil},                       // over the date line, and not here
		{"bbox=170,50,20,70&code=0180R001", want[:1]},      // over the date line, and here
		{"bbox=10,55,0,25,70,100&code=0180R001", want[:1]}, // with heights
		{"kommun=0180&limit=2&offset=1", want[1:3]},
		{"code=1480R001", want[6:7]},
		{"code=nothing", nil},
		{"lan=14&datetime=2023-01-01T00:00:00Z/..", want[6:]},
		{"offset=100", nil},
		{"limit=1000000", want},
	} {
		var got ogcFeatures
		asked(t, h, "/ogc/collections/regso-2020/items?"+c.query, &got)
		if !slices.Equal(got.codes(), c.want) {
			t.Errorf("%s: %v, should be %v", c.query, got.codes(), c.want)
		}
	}
	var one ogcFeature
	asked(t, h, "/ogc/collections/regso-2020/items/0180R001?m=background:SharePersons:utl%C3%A4ndsk+bakgrund", &one)
	south, west := sweref.ToGeographic(600_000, 6_600_000)
	if p := one.Geometry.Coordinates[0][0][0]; p[0] < west-1e-5 || p[0] > west+1e-5 || p[1] < south-1e-5 || p[1] > south+1e-5 {
		t.Errorf("the first corner is %v, should be %v, %v", p, west, south)
	}
	// RegSO 0 has 100 persons, a tenth of foreign background, with an interval of 0.01 to either side, and is of type 1.
	key, tenth := "background:SharePersons:utländsk bakgrund", 0.1
	for name, want := range map[string]any{"code": "0180R001", "name": "Norra Å", "division": "regso-2020", "kommun": "0180", "kommun_name": "Stockholm", "lan": "01", "type": 1.0, "type_status": "known", "type_year": "2023",
		key: 0.1, key + "_status": "known", key + "_year": "2023", key + "_base": 100.0, key + "_lower": tenth - 0.01, key + "_upper": tenth + 0.01} {
		if one.Properties[name] != want {
			t.Errorf("%s is %v, should be %v", name, one.Properties[name], want)
		}
	}
	if text := page(t, h, "/en/ogc/collections/regso-2020/items/0180R001?f=html&m="+url.QueryEscape(key)); !strings.Contains(text, "<dd>10.0% (9.0–11.0)</dd>") || !strings.Contains(text, "<dt>Area type, 2023</dt><dd>1</dd>") {
		t.Errorf("the page of an area: %s", text)
	}
	if linkTo(one.Links, "collection") == "" || one.ID != "0180R001" {
		t.Errorf("links %v", one.Links)
	}
	var bare ogcFeature
	asked(t, h, "/ogc/collections/regso-2020/items/0180R004", &bare)
	if bare.Geometry != nil {
		t.Error("an area without a border has one")
	}
	var schema struct {
		Properties map[string]struct{ Title, Type, Format string }
	}
	asked(t, h, "/en/ogc/collections/regso-2020/schema", &schema)
	for name := range bare.Properties {
		if schema.Properties[name].Title == "" {
			t.Errorf("the schema lacks %s", name)
		}
	}
	if schema.Properties["type"].Type != "number" || schema.Properties["kommun"].Type != "string" || schema.Properties["geometry"].Format != "geometry-multipolygon" {
		t.Errorf("%+v", schema.Properties)
	}
}

// A cell without a value is null with its state, in each of the states, and no byte tells more.
func TestOGCHidesWhatIsHidden(t *testing.T) {
	h := toy(t)
	var got ogcFeatures
	asked(t, h, "/ogc/collections/regso-2020/items?m=states:ShareX", &got)
	without := 0
	for _, f := range got.Features {
		status := f.Properties["states:ShareX_status"]
		var known bool
		for _, s := range []string{"known", "zero", "perturbed", "unreliable", "preliminary", "revised"} {
			known = known || status == s
		}
		for _, name := range []string{"", "_base", "_lower", "_upper"} {
			if value := f.Properties["states:ShareX"+name]; (value != nil) != known {
				t.Errorf("%s: status %v, %s %v", f.ID, status, name, value)
			}
		}
		if !known {
			without++
		}
	}
	if without < 5 {
		t.Errorf("%d cells have no value", without)
	}
	for _, division := range []string{"regso-2020", "kommun", "lan", "riket"} {
		for _, query := range []string{"", "?m=states:ShareX", "?f=html", "?m=pupils:NPersons:utl%C3%A4ndsk+bakgrund", "?m=pupils:NPersons:svensk+bakgrund&f=html"} {
			text := body(t, get(t, h, "/ogc/collections/"+division+"/items"+query))
			for _, secret := range []int{secretValue, secretLow, secretHigh, secretBase, secondary} {
				if strings.Contains(text, fmt.Sprint(secret)) {
					t.Errorf("%s%s tells %d", division, query, secret)
				}
			}
		}
	}
	var kommun ogcFeature
	key := "pupils:NPersons:utländsk bakgrund"
	asked(t, h, "/ogc/collections/kommun/items/0180?m="+url.QueryEscape(key), &kommun)
	if kommun.Properties[key] != nil || !strings.HasPrefix(kommun.Properties[key+"_status"].(string), "hidden") {
		t.Errorf("the cell of three persons is %v, %v", kommun.Properties[key], kommun.Properties[key+"_status"])
	}
}

func TestOGCRefuses(t *testing.T) {
	h := toy(t)
	for _, c := range []struct {
		address string
		status  int
		detail  string
	}{
		{"/ogc/nothing", 404, "the addresses are"},
		{"/ogc/collections/deso-2018", 404, "no collection"},
		{"/ogc/collections/regso-2020/items/0180R999", 404, "has no area"},
		{"/ogc/collections/regso-2020/items?unknown=1", 400, "no condition \\\"unknown\\\""},
		{"/ogc?limit=1", 400, "no condition"},
		{"/ogc/collections/regso-2020/items?limit=0", 400, "limit is a whole number from 1"},
		{"/ogc/collections/regso-2020/items?limit=x", 400, "limit"},
		{"/ogc/collections/regso-2020/items?offset=-1", 400, "offset"},
		{"/ogc/collections/regso-2020/items?limit=1&limit=2", 400, "twice"},
		{"/ogc/collections/regso-2020/items?bbox=1,2,3", 400, "four numbers"},
		{"/ogc/collections/regso-2020/items?bbox=1,2,3,NaN", 400, "is none"},
		{"/ogc/collections/regso-2020/items?bbox=1,2,3,1", 400, "ends before it begins"},
		{"/ogc/collections/regso-2020/items?bbox=600100,6600100,601900,6600900&bbox-crs=EPSG:3006", 400, "no coordinate system"},
		{"/ogc/collections/regso-2020/items?crs=http://www.opengis.net/def/crs/EPSG/0/4326", 400, "no coordinate system"},
		{"/ogc/collections/regso-2020/items?datetime=yesterday", 400, "datetime"},
		{"/ogc/collections/regso-2020/items?kommun=9999", 400, "kommun has no area"},
		{"/ogc/collections/regso-2020/items?m=nothing", 400, "no figure"},
		{"/ogc/collections/lan/items?m=states:ShareX", 400, "is not told for"},
		{"/ogc/collections/regso-2020/items?m=states:ShareX&ar=1999", 400, "the years"},
		{"/ogc/collections/regso-2020/items?f=xml", 400, "no form"},
		{"/ogc/collections/regso-2020/items?%zz", 400, "can't be read"},
	} {
		r := get(t, h, c.address)
		text := body(t, r)
		if r.StatusCode != c.status || !strings.Contains(text, c.detail) || r.Header.Get("Content-Type") != "application/problem+json" || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d, %s", c.address, r.StatusCode, text)
		}
	}
}

// Every address is also a page, in both languages, whose links lead somewhere.
func TestOGCPages(t *testing.T) {
	h := toy(t)
	for _, address := range []string{"/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/regso-2020", "/ogc/collections/regso-2020/schema", "/ogc/collections/regso-2020/items", "/ogc/collections/regso-2020/items/0180R003"} {
		for _, lang := range []string{"", "/en"} {
			r := get(t, h, "http://example.com"+lang+address, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
			text := body(t, r)
			if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") || strings.Contains(text, "<script>alert") {
				t.Errorf("%s%s: status %d, %s", lang, address, r.StatusCode, r.Header.Get("Content-Type"))
			}
			d := xml.NewDecoder(strings.NewReader(strings.Replace(text, "<!DOCTYPE html>", "", 1)))
			d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
			for {
				token, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s%s: %v", lang, address, err)
				}
				tag, ok := token.(xml.StartElement)
				if !ok || tag.Name.Local != "a" {
					continue
				}
				for _, a := range tag.Attr {
					if a.Name.Local != "href" || strings.HasPrefix(a.Value, "#") || strings.HasPrefix(a.Value, "http") && !strings.HasPrefix(a.Value, "http://example.com/") {
						continue
					}
					if r := get(t, h, a.Value); r.StatusCode != http.StatusOK {
						t.Errorf("%s%s leads to %s: status %d", lang, address, a.Value, r.StatusCode)
					}
				}
			}
		}
	}
}

// GDAL, where it is installed, opens the server, reads every division, and finds the areas of a window.
func TestGDALOpensOGC(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo is not here: install GDAL (Debian: gdal-bin)")
	}
	s := httptest.NewServer(toy(t))
	defer s.Close()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(ogrinfo, args...)
		cmd.Env = append(os.Environ(), "http_proxy=", "no_proxy=127.0.0.1", "OAPIF_PAGE_SIZE=5")
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), "ERROR") {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	out := run("-so", "-al", "OAPIF:"+s.URL+"/ogc")
	for _, want := range []string{"Layer name: regso-2020", "Layer name: kommun", "Geometry: Multi Polygon", "Feature Count: 12", "type: Integer", "type_status: String"} {
		if !strings.Contains(out, want) {
			t.Errorf("ogrinfo lacks %s: %s", want, out)
		}
	}
	// In pages of five, all twelve.
	out = run("-oo", "PAGE_SIZE=5", "OAPIF:"+s.URL+"/ogc", "regso-2020")
	if n := strings.Count(out, "OGRFeature(regso-2020)"); n != 12 {
		t.Errorf("ogrinfo reads %d of 12 areas: %s", n, out)
	}
	south, west := sweref.ToGeographic(600_100, 6_600_100)
	north, east := sweref.ToGeographic(601_900, 6_600_900)
	out = run("-spat", fmt.Sprint(west), fmt.Sprint(south), fmt.Sprint(east), fmt.Sprint(north), "OAPIF:"+s.URL+"/ogc", "regso-2020")
	if !strings.Contains(out, "0180R001") || !strings.Contains(out, "0180R002") || strings.Count(out, "OGRFeature(regso-2020)") != 2 {
		t.Errorf("the window: %s", out)
	}
}

// The areas as a GeoPackage: all of them whatever the usual page is, the conditions kept, and nothing that is hidden in any form.
func TestOGCGeoPackage(t *testing.T) {
	h := toy(t)
	r := get(t, h, "/ogc/collections/regso-2020/items?f=gpkg&m=states:ShareX", "Accept-Encoding", "gzip")
	text := body(t, r)
	if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "application/geopackage+sqlite3" || r.Header.Get("Content-Encoding") != "" || !strings.Contains(r.Header.Get("Content-Disposition"), "synthetic-toy-regso-2020.gpkg") {
		t.Fatalf("status %d, %v", r.StatusCode, r.Header)
	}
	for _, want := range []string{"SQLite format 3", "0180R001", "1480R006", "Norra Å", "hidden_rule", "Syntetiska"} {
		if !strings.Contains(text, want) {
			t.Errorf("it lacks %s", want)
		}
	}
	for _, secret := range []float64{secretValue, secretLow, secretHigh, secretBase, secondary} {
		if bits := binary.BigEndian.AppendUint64(nil, math.Float64bits(secret)); strings.Contains(text, string(bits)) || strings.Contains(text, fmt.Sprint(int(secret))) {
			t.Errorf("it tells %v", secret)
		}
	}
	if few := body(t, get(t, h, "/ogc/collections/regso-2020/items?f=gpkg&kommun=1480")); strings.Contains(few, "0180R001") || !strings.Contains(few, "1480R001") {
		t.Error("a condition is not kept")
	}
	for _, address := range []string{"/ogc/collections/regso-2020/items?f=gpkg&crs=" + crs84, "/ogc/collections?f=gpkg", "/ogc/collections/regso-2020/items/0180R001?f=gpkg"} {
		if r := get(t, h, address); r.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: status %d", address, r.StatusCode)
		}
	}
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("ogrinfo is not here: install GDAL (Debian: gdal-bin)")
	}
	name := filepath.Join(t.TempDir(), "x.gpkg")
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(ogrinfo, "-ro", "-al", name).CombinedOutput()
	for _, want := range []string{"Layer name: regso-2020", "Feature Count: 12", "Geometry: Multi Polygon", "Extent: (600000.000000, 6600000.000000) - (606000.000000, 6602000.000000)", "states:ShareX (Real) = 0.25", "states:ShareX_status (String) = hidden_rule"} {
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: lacks %s: %.3000s", err, want, out)
		}
	}
}

func FuzzOGC(f *testing.F) {
	h := toy(f)
	for _, query := range []string{"bbox=1,2,3,4", "limit=1&offset=2&crs=" + epsg3006, "m=background:SharePersons:total&ar=2023", "kommun=0180&datetime=../2023", "f=html", "bbox=1e308,0,-1e308,1", "bbox=,,,", "%"} {
		f.Add("/ogc/collections/regso-2020/items", query)
	}
	f.Add("/en/ogc/collections/kommun/items/0180", "m=")
	f.Fuzz(func(t *testing.T, path, query string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL = &url.URL{Path: path, RawQuery: query}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s?%s: status %d", path, query, w.Code)
		}
		if kind := w.Header().Get("Content-Type"); strings.Contains(kind, "json") && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s?%s: no JSON", path, query)
		}
		for _, secret := range []int{secretValue, secondary} {
			if strings.Contains(w.Body.String(), fmt.Sprint(secret)) {
				t.Errorf("%s?%s tells what is hidden", path, query)
			}
		}
	})
}

// largest is the kommun with the most RegSO.
func largest(b *testing.B, ed *edition.Edition) string {
	kommuner, err := ed.Division(kommun)
	if err != nil {
		b.Fatal(err)
	}
	in, err := ed.Parents(regso20, kommun)
	if err != nil {
		b.Fatal(err)
	}
	count, best := make([]int, kommuner.Len()), 0
	for _, at := range in {
		if at >= 0 {
			if count[at]++; count[at] > count[best] {
				best = int(at)
			}
		}
	}
	return kommuner.At(best).Code
}

// BenchmarkAreas asks for areas of the edition in SKIKT_EDITION: go test -run '^$' -bench Areas ./server.
func BenchmarkAreas(b *testing.B) {
	dir := os.Getenv("SKIKT_EDITION")
	if dir == "" {
		b.Skip("SKIKT_EDITION names no edition")
	}
	ed, err := edition.Open(dir)
	if err != nil {
		b.Fatal(err)
	}
	s, err := server.New(ed)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, address string }{
		{"ask=kommun", "/ogc/collections/regso-2020/items?limit=1000&kommun=" + largest(b, ed)}, {"ask=window", "/ogc/collections/regso-2020/items?bbox=17.5,59,18.5,59.5&limit=1000"},
		{"ask=geopackage", "/ogc/collections/regso-2020/items?f=gpkg"}, {"ask=all", "/ogc/collections/regso-2020/items?limit=10000"}, {"ask=map-geojson", "/karta.geojson?niva=regso-2020"},
	} {
		b.Run(c.name, func(b *testing.B) {
			size := 0
			for b.Loop() {
				w := httptest.NewRecorder()
				s.ServeHTTP(w, httptest.NewRequest("GET", c.address, nil))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code)
				}
				size = w.Body.Len()
			}
			b.ReportMetric(float64(size), "bytes")
		})
	}
}
