package server_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/server"
)

// A triple of a graph, whose object is an IRI or a literal with its language.
type triple struct{ subject, predicate, object, lang string }

const rdfType = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

// triples reads the part of RDF/XML that has typed resources with properties, each a resource, a literal or a nested resource. A resource without an IRI is called _:.
func triples(t testing.TB, text string) []triple {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	var out []triple
	attr := func(e xml.StartElement, name string) (string, bool) {
		for _, a := range e.Attr {
			if a.Name.Local == name {
				return a.Value, true
			}
		}
		return "", false
	}
	next := func() xml.Token {
		for {
			token, err := d.Token()
			if err == io.EOF {
				return nil
			} else if err != nil {
				t.Fatal(err)
			}
			switch token.(type) {
			case xml.StartElement, xml.EndElement, xml.CharData:
				return xml.CopyToken(token)
			}
		}
	}
	var resource func(e xml.StartElement) string
	property := func(subject string, e xml.StartElement) {
		predicate := e.Name.Space + e.Name.Local
		lang, _ := attr(e, "lang")
		object, is := attr(e, "resource")
		for token := next(); ; token = next() {
			switch token := token.(type) {
			case xml.CharData:
				if !is {
					object += string(token)
				}
			case xml.StartElement:
				object, is = resource(token), true
			case xml.EndElement:
				out = append(out, triple{subject, predicate, object, lang})
				return
			}
		}
	}
	resource = func(e xml.StartElement) string {
		subject, ok := attr(e, "about")
		if !ok {
			subject = "_:"
		}
		out = append(out, triple{subject, rdfType, e.Name.Space + e.Name.Local, ""})
		for token := next(); ; token = next() {
			switch token := token.(type) {
			case xml.StartElement:
				property(subject, token)
			case xml.EndElement:
				return subject
			}
		}
	}
	for token := next(); token != nil; token = next() {
		if e, ok := token.(xml.StartElement); ok && e.Name.Local != "RDF" {
			resource(e)
		}
	}
	return out
}

// TestDCAT holds the catalogue against what DCAT-AP-SE 3.0.1 requires and recommends of each class (https://docs.dataportal.se/dcat/, read in ../shared/standards.md, B.3) and follows its addresses: of an
// edition that says whom to ask, and of one that doesn't.
func TestDCAT(t *testing.T) {
	s := toy(t)
	asked, err := server.New(editionOf(t, &edition.Change{Day: "2026-01-01"}, []string{"0180R001 Ett"}, cube.KnownCell(10)))
	if err != nil {
		t.Fatal(err)
	}
	if r := get(t, s, "http://example.org/datasets/dcat"); !strings.HasPrefix(r.Header.Get("Content-Type"), "application/rdf+xml") {
		t.Errorf("content type %s", r.Header.Get("Content-Type"))
	}
	// Eleven tables and all of them together, each table in four forms.
	catalogued(t, s, 11, "")
	catalogued(t, asked, 1, "statistik@myndigheten.test")
	// Behind a proxy that ends TLS the addresses are of the outer address.
	if text := body(t, get(t, s, "http://example.org/datasets/dcat", "X-Forwarded-Proto", "https")); !strings.Contains(text, `rdf:about="https://example.org/datasets/dcat"`) {
		t.Error("the outer address is not used")
	}
	honest(t, "the catalogue", body(t, get(t, s, "/datasets/dcat")))
}

// catalogued judges the catalogue of a server with so many tables, whose contact has the address, if any.
func catalogued(t *testing.T, s *server.Server, tables int, email string) {
	t.Helper()
	const dcat, terms, foaf, vcard = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://xmlns.com/foaf/0.1/", "http://www.w3.org/2006/vcard/ns#"
	graph := triples(t, body(t, get(t, s, "http://example.org/datasets/dcat")))
	classes := map[string]string{}
	for _, x := range graph {
		if x.predicate == rdfType {
			classes[x.subject] = x.object
		}
	}
	// Properties that the profile requires, which of those may stand more than once, and what it recommends that is known here.
	required := map[string][]string{
		dcat + "Catalog":       {terms + "title", terms + "description", terms + "publisher", terms + "license", dcat + "dataset"},
		dcat + "Dataset":       {terms + "title", terms + "description", terms + "publisher"},
		dcat + "Distribution":  {dcat + "accessURL", terms + "format"},
		dcat + "DataService":   {terms + "title", dcat + "endpointURL", terms + "format"},
		foaf + "Agent":         {foaf + "name", terms + "type"},
		vcard + "Organization": {vcard + "fn", vcard + "hasEmail"},
	}
	many := []string{terms + "title", terms + "description", dcat + "dataset"} // titles and descriptions: one a language
	recommended := map[string][]string{
		dcat + "Catalog":      {terms + "language", foaf + "homepage", terms + "spatial", dcat + "themeTaxonomy"},
		dcat + "Dataset":      {dcat + "distribution", dcat + "keyword", dcat + "theme", terms + "spatial", terms + "accessRights"},
		dcat + "Distribution": {terms + "license", terms + "title", "http://data.europa.eu/r5r/availability"},
		dcat + "DataService":  {dcat + "endpointDescription", terms + "license", terms + "accessRights"},
	}
	if email != "" {
		for _, class := range []string{dcat + "Dataset", dcat + "DataService"} {
			recommended[class] = append(recommended[class], dcat+"contactPoint")
		}
		recommended[dcat+"Catalog"] = append(recommended[dcat+"Catalog"], terms+"modified")
		recommended[dcat+"Dataset"] = append(recommended[dcat+"Dataset"], terms+"issued")
	}
	found := map[string]int{}
	for subject, class := range classes {
		found[class]++
		count := func(p string) (n int) {
			for _, x := range graph {
				if x.subject == subject && x.predicate == p && x.object != "" {
					n++
				}
			}
			return n
		}
		for _, p := range required[class] {
			if n := count(p); n == 0 || n > 1 && !slices.Contains(many, p) {
				t.Errorf("%s, a %s, has %d %s", subject, class, n, p)
			}
		}
		for _, p := range recommended[class] {
			if count(p) == 0 {
				t.Errorf("%s, a %s, lacks %s", subject, class, p)
			}
		}
		u, err := url.Parse(subject)
		if !strings.HasPrefix(subject, "_:") && (err != nil || !u.IsAbs()) {
			t.Errorf("a %s is called %q, which is no absolute IRI", class, subject)
		}
		if strings.HasPrefix(subject, "_:") && required[class] != nil {
			t.Errorf("a %s has no IRI", class)
		}
	}
	contacts := 0
	if email != "" {
		contacts = 1
	}
	for class, want := range map[string]int{dcat + "Catalog": 1, dcat + "Dataset": tables + 1, dcat + "Distribution": 1 + 4*tables, dcat + "DataService": 1, foaf + "Agent": 1, vcard + "Organization": contacts} {
		if found[class] != want {
			t.Errorf("%d %s, want %d", found[class], class, want)
		}
	}
	for _, x := range graph {
		switch x.predicate {
		case terms + "title", terms + "description", dcat + "keyword":
			if x.lang != "sv" && x.lang != "en" {
				t.Errorf("%s has the language %q", x.predicate, x.lang)
			}
		case terms + "license":
			if x.object != "http://creativecommons.org/publicdomain/zero/1.0/" {
				t.Errorf("licence %s", x.object)
			}
		case dcat + "accessURL", dcat + "downloadURL", dcat + "landingPage", dcat + "endpointDescription", foaf + "homepage":
			if a := get(t, s, x.object); a.StatusCode != http.StatusOK {
				t.Errorf("%s of %s leads to %d", x.predicate, x.subject, a.StatusCode)
			}
		case terms + "publisher", dcat + "dataset", dcat + "distribution", dcat + "servesDataset", dcat + "service", dcat + "accessService", dcat + "contactPoint":
			if classes[x.object] == "" {
				t.Errorf("%s of %s is %s, which is not described", x.predicate, x.subject, x.object)
			}
		case terms + "modified", terms + "issued":
			if x.object != "2026-01-01" {
				t.Errorf("%s %s", x.predicate, x.object)
			}
		case vcard + "hasEmail":
			if x.object != "mailto:"+email {
				t.Errorf("e-mail %s", x.object)
			}
		case vcard + "hasValue":
			if x.object != "tel:+46101234567" {
				t.Errorf("telephone %s", x.object)
			}
		}
	}
}

// TestCSVW: beside each CSV stands what its columns are, in the same order and under the same names, and the CSV leads there.
func TestCSVW(t *testing.T) {
	s := toy(t)
	for _, address := range []string{"/tabell/background_regso", "/en/tabell/pupils_kommun", "/tabell/states_regso", "/plats/0180", "/en/plats/0180R001", "/tabell", "/tabell/background?type=1"} {
		at, query, _ := strings.Cut(address, "?")
		if query != "" {
			query = "?" + query
		}
		r := get(t, s, at+".csv"+query)
		links := strings.Join(r.Header.Values("Link"), ", ")
		if !strings.Contains(links, "<"+at+".csv-metadata.json"+query+`>; rel="describedby"; type="application/csvm+json"`) || !strings.Contains(links, `rel="license"`) {
			t.Errorf("%s: Link %s", address, links)
		}
		rows, err := csv.NewReader(r.Body).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var doc struct {
			URL     string `json:"url"`
			Title   string `json:"dc:title"`
			Licence struct {
				ID string `json:"@id"`
			} `json:"dc:license"`
			Cite   string `json:"dc:bibliographicCitation"`
			Schema struct {
				Columns []struct {
					Titles, Name string
					Required     bool
					Datatype     any
				}
				PrimaryKey []string
			} `json:"tableSchema"`
		}
		text := page(t, s, at+".csv-metadata.json"+query)
		if err := json.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		honest(t, address, text)
		var titles []string
		required := map[string]int{}
		for i, c := range doc.Schema.Columns {
			titles = append(titles, c.Titles)
			for _, row := range rows[1:] {
				if c.Required && row[i] == "" {
					required[c.Titles]++
				}
			}
		}
		if !slices.Equal(titles, rows[0]) || len(required) > 0 {
			t.Errorf("%s has the columns %v, described %v; required and empty: %v", address, rows[0], titles, required)
		}
		if base := at[strings.LastIndex(at, "/")+1:]; !strings.HasPrefix(doc.URL, base+".csv") || doc.Title == "" || doc.Licence.ID != edition.CC0 || !strings.Contains(doc.Cite, "Myndigheten") {
			t.Errorf("%s: %+v", address, doc)
		}
		keys := map[string]bool{}
		for _, row := range rows[1:] {
			key := ""
			for i, name := range rows[0] {
				if slices.Contains(doc.Schema.PrimaryKey, name) {
					key += row[i] + "\x00"
				}
			}
			if len(doc.Schema.PrimaryKey) > 0 && keys[key] {
				t.Errorf("%s: two rows of the primary key %q", address, key)
			}
			keys[key] = true
		}
	}
}

// TestWhole reads every table of the archive back and compares it with the table's own Parquet; hidden values are in neither, nor in SDMX-CSV.
func TestWhole(t *testing.T) {
	s := toy(t)
	r := get(t, s, "/utgava.zip")
	text, err := io.ReadAll(r.Body)
	if err != nil || r.Header.Get("Content-Disposition") != `attachment; filename="synthetic-toy-parquet.zip"` {
		t.Fatal(err, r.Header)
	}
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	tables := 0
	for _, f := range archive.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		part, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		name, is := strings.CutSuffix(strings.TrimPrefix(f.Name, "tables/"), ".parquet")
		if !is {
			for _, want := range []string{"Myndigheten. Leksaksland. Utgåva ", "Licens http://creativecommons.org/publicdomain/zero/1.0/", "Syntetiska data", "tables/background.parquet  Tabell background"} {
				if !strings.Contains(string(part), want) {
					t.Errorf("%s lacks %q:\n%s", f.Name, want, part)
				}
			}
			continue
		}
		tables++
		c, err := edition.ReadTable(part)
		if err != nil || c.Name != name {
			t.Fatal(name, err)
		}
		for row := range c.Len() {
			for m := range c.Measures() {
				if cell := c.Cell(row, m); !cell.Status.HasValue() && (cell.Base.OK || cell.Lo.OK || cell.Hi.OK) {
					t.Errorf("%s: a cell without a value has %+v", name, cell)
				}
			}
		}
		if page(t, s, "/tabell/"+name+".parquet") != string(part) {
			t.Errorf("%s alone is another file than in the archive", name)
		}
		honest(t, name+" as SDMX-CSV", page(t, s, "/tabell/"+name+".sdmx.csv"))
	}
	if tables != 11 {
		t.Errorf("%d tables", tables)
	}
	if kind := get(t, s, "/tabell/background.sdmx.csv").Header.Get("Content-Type"); kind != "application/vnd.sdmx.data+csv;version=2.0.0" {
		t.Errorf("SDMX-CSV is %s", kind)
	}
}

// TestOpenAPI: the description is valid OpenAPI 3.1, and every example in it is answered as it says: with a status and a media type that it names and, where it names a schema, in that form.
func TestOpenAPI(t *testing.T) {
	s := toy(t)
	r := get(t, s, "http://example.org/api/openapi.json")
	text := body(t, r)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Info.License.URL != edition.CC0 || doc.Servers[0].URL != "http://example.org" {
		t.Errorf("%s %+v %s", doc.OpenAPI, doc.Info.License, doc.Servers[0].URL)
	}
	router, err := legacy.NewRouter(doc, openapi3.DisableExamplesValidation())
	if err != nil {
		t.Fatal(err)
	}
	judged, forms := 0, 0
	for _, path := range doc.Paths.InMatchingOrder() {
		for method, o := range doc.Paths.Value(path).Operations() {
			_, example, ok := strings.Cut(o.Description, "Example: ")
			if !ok {
				t.Fatalf("%s has no example", path)
			}
			if strings.HasPrefix(path, "/en/") {
				example = strings.Replace(example, "http://example.org/", "http://example.org/en/", 1)
			}
			addresses := []string{example}
			// Every form that is promised.
			for _, p := range o.Parameters {
				if p.Value.Name == "format" {
					at, query, asked := strings.Cut(example, "?")
					for _, f := range p.Value.Schema.Value.Enum {
						form := at[:strings.LastIndex(at, "/")+1] + strings.SplitN(at[strings.LastIndex(at, "/")+1:], ".", 2)[0] + "." + f.(string)
						if asked {
							form += "?" + query
						}
						addresses = append(addresses, form)
					}
				}
			}
			for _, address := range addresses {
				var answer *http.Response
				if method == http.MethodPost {
					sent, err := json.Marshal(o.RequestBody.Value.Content["application/json"].Example)
					if err != nil {
						t.Fatal(err)
					}
					answer = post(t, s, address, string(sent))
				} else {
					answer = get(t, s, address)
				}
				forms++
				promised := o.Responses.Status(answer.StatusCode)
				if promised == nil || answer.StatusCode >= 300 {
					t.Errorf("%s %s: status %d: %.300s", method, address, answer.StatusCode, body(t, answer))
					continue
				}
				kind, _, _ := strings.Cut(answer.Header.Get("Content-Type"), "; charset")
				content := promised.Value.Content[kind]
				if content == nil {
					t.Errorf("%s: %s is not among the forms", address, kind)
					continue
				}
				text := body(t, answer)
				honest(t, address, text)
				if kind == "application/json" && content.Schema.Ref != "" {
					var v any
					if err := json.Unmarshal([]byte(text), &v); err != nil {
						t.Fatal(err)
					}
					if err := content.Schema.Value.VisitJSON(v); err != nil {
						t.Errorf("%s: %v", address, err)
					}
					judged++
				}
				if req := httptest.NewRequest(method, address, nil); !strings.Contains(path, ".{format}") {
					if route, _, err := router.FindRoute(req); err != nil || route.Path != path {
						t.Errorf("%s leads to %v: %v", address, route, err)
					}
				}
			}
		}
	}
	if judged < 8 || forms < 60 {
		t.Errorf("%d answers judged by a schema, %d forms", judged, forms)
	}
}

var addresses = regexp.MustCompile(`http://example\.org[^\s"'<>\\]*`)

// TestCode: what code on the pages reads is there, in both languages, and so is what the reference and the recipes name.
func TestCode(t *testing.T) {
	s := toy(t)
	for _, at := range []string{"/tabell/background_regso", "/en/plats/0180?m=background%3ASharePersons%3Autl%C3%A4ndsk+bakgrund", "/karta", "/en/", "/api/recept", "/en/api/recept", "/api", "/en/api"} {
		text := strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&#43;", "+").Replace(page(t, s, "http://example.org"+at))
		if !strings.Contains(at, "api") && (!strings.Contains(text, "read.csv(") || !strings.Contains(text, "pd.read_csv(") || !strings.Contains(text, "curl --location")) {
			t.Errorf("%s has no code", at)
		}
		n := 0
		for _, address := range addresses.FindAllString(text, -1) {
			n++
			if strings.HasSuffix(address, "/savedqueries") || strings.HasSuffix(address, "/api/v2") {
				continue
			}
			if r := get(t, s, address); r.StatusCode != http.StatusOK {
				t.Errorf("%s has code for %s, which gives %d", at, address, r.StatusCode)
			}
		}
		if n == 0 {
			t.Errorf("%s names no address", at)
		}
	}
	// A host that could be code stands in none.
	for _, host := range []string{`a"b`, "a'b", "a b", "<x>"} {
		req := httptest.NewRequest(http.MethodGet, "/tabell/background", nil)
		req.Host = host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, req)
		if strings.Contains(w.Body.String(), "read.csv(") {
			t.Errorf("code for the host %q", host)
		}
	}
}

// TestTerms: a file that has left its address still says by what licence it may be used, and how the edition is cited.
func TestTerms(t *testing.T) {
	dir := toyFolder(t)
	ed, err := edition.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, cite := opened(t, dir), ed.Cite()
	const licence, table = "http://creativecommons.org/publicdomain/zero/1.0/", "/api/v2/tables/background_regso/data?outputFormat="
	for address, want := range map[string][]string{
		table + "json-stat2":                        {`"link":{"license":[{"href":"` + licence + `"}]}`, `"citation":"` + cite.SV + `"`},
		table + "json-stat2&lang=en":                {`"link":{"license":[{"href":"` + licence + `"}]}`, `"citation":"` + cite.EN + `"`},
		table + "px":                                {"COPYRIGHT=NO;", "Källa: " + cite.SV + "#Licens: " + licence, "Source: " + cite.EN + "#Licence: " + licence},
		table + "parquet":                           {licence, cite.SV, cite.EN},
		"/tabell/background_regso.parquet":          {licence, cite.SV, cite.EN},
		"/en/tabell/states_regso.csv-metadata.json": {licence, cite.EN},
		"/tabell/background_regso.json":             {licence, cite.SV},
		"/karta.geojson":                            {licence, cite.SV},
		"/ogc/collections/regso-2020/items?f=gpkg":  {licence, cite.SV},
	} {
		r := get(t, s, address)
		text := strings.ReplaceAll(body(t, r), "\"\n\"", "") // PX parts long texts
		for _, w := range want {
			if r.StatusCode != http.StatusOK || !strings.Contains(text, w) {
				t.Errorf("%s: %d, and lacks %s", address, r.StatusCode, w)
			}
		}
	}
	// All tables in one archive, each with its own.
	text := body(t, get(t, s, "/utgava.zip"))
	z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(in)
		if err != nil || !bytes.Contains(b, []byte(licence)) || !bytes.Contains(b, []byte(cite.SV)) {
			t.Errorf("%s does not tell its terms: %v", f.Name, err)
		}
	}
}
