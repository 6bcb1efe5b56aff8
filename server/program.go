package server

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

// Addresses for programs beside those of pages:
//
//	/api/v2, /api/v1                       PxWebApi
//	/api/openapi.json                      what there is, as OpenAPI 3.1
//	/datasets/dcat                         what there is, as the national data portal harvests it
//	/utgava.zip                            all tables as Parquet, with how to cite them
//	/tabell/NAME.csv-metadata.json         what the columns of a CSV mean (CSVW); of every other address of one table's CSV too
//	/tabell/NAME.parquet, NAME.sdmx.csv    a table as Parquet, as SDMX-CSV 2.0
const (
	openAPIAddress = "/api/openapi.json"
	dcatAddress    = "/datasets/dcat"
	wholeAddress   = "/utgava.zip"
)

// forPrograms answers what is asked by programs and is no page; it tells whether it did. root is the base of a permanent address.
func (s *Server) forPrograms(w http.ResponseWriter, req *http.Request, root string) bool {
	at := req.URL.Path
	switch {
	case under(at, pxweb) || under(at, pxweb1):
		s.serveAPI(w, req, root)
		return true
	case at != openAPIAddress && at != dcatAddress && at != wholeAddress:
		return false
	}
	h := w.Header()
	shared(h)
	s.license(h)
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD, OPTIONS")
		http.Error(w, word("en", "only-get"), http.StatusMethodNotAllowed)
		return true
	}
	h.Set("Cache-Control", "public, max-age=300")
	if at == wholeAddress {
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", `attachment; filename="`+s.fileName("")+`-parquet.zip"`)
		if req.Method == http.MethodGet {
			s.writeAll(w)
		}
		return true
	}
	kind, body := "application/rdf+xml; charset=utf-8", []byte(nil)
	var err error
	if at == dcatAddress {
		body, err = s.catalogue(base(req) + root)
	} else {
		kind = "application/vnd.oai.openapi+json;version=3.1"
		body, err = json.MarshalIndent(s.openAPI(base(req)+root), "", " ")
	}
	if err != nil {
		h.Set("Cache-Control", "no-store")
		http.Error(w, word("en", "broken"), http.StatusInternalServerError)
		return true
	}
	h.Set("Vary", "Accept-Encoding, Host, X-Forwarded-Proto")
	h.Set("Content-Type", kind)
	h.Set("ETag", tagOf(string(body)))
	if unchanged(req, h.Get("ETag")) {
		w.WriteHeader(http.StatusNotModified)
		return true
	}
	sendBody(w, req, http.StatusOK, body)
	return true
}

// license says by what licence an answer may be used, in a header that every form can have.
func (s *Server) license(h http.Header) {
	h.Add("Link", "<"+s.ed.Manifest().Terms()+`>; rel="license"`)
}

// base is the address that the server was asked at, before the path.
func base(req *http.Request) string {
	scheme := "http"
	if req.TLS != nil || strings.EqualFold(req.Header.Get("X-Forwarded-Proto"), "https") {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: req.Host}).String()
}

// hostName is a host as it may stand in code that readers copy.
var hostName = regexp.MustCompile(`^[A-Za-z0-9.\[\]:-]{1,255}$`)

// origin is the base of a page's code, empty for a host that is none.
func origin(req *http.Request) string {
	if !hostName.MatchString(req.Host) {
		return ""
	}
	return base(req)
}

// fileName is what a file of the edition is saved under.
func (s *Server) fileName(rest string) string {
	name := s.ed.Manifest().Project
	if s.ed.Manifest().Synthetic {
		name = "synthetic-" + name
	}
	return name + rest
}

// cite is how the edition is cited.
func (s *Server) cite(lang string) string { return s.ed.Cite().In(lang) }

// licenceName is what a licence is called by those who know its address.
func licenceName(address string) string {
	for part, name := range map[string]string{"creativecommons.org/publicdomain/zero/1.0": "CC0 1.0", "creativecommons.org/licenses/by/4.0": "CC BY 4.0"} {
		if strings.Contains(address, part) {
			return name
		}
	}
	return address
}

// writeAll writes all tables as Parquet in one archive, table by table.
func (s *Server) writeAll(w io.Writer) error {
	out := zip.NewWriter(w)
	out.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	m := s.ed.Manifest()
	about, err := out.Create("README.txt")
	if err != nil {
		return err
	}
	comment := s.cite("en") + " " + m.Terms()
	if m.Synthetic {
		comment += " " + word("en", "synthetic")
	}
	if err := out.SetComment(comment); err != nil {
		return err
	}
	for _, lang := range []string{"sv", "en"} {
		fmt.Fprintf(about, "%s\n%s %s\n%s: %s\n", s.cite(lang), word(lang, "licence"), m.Terms(), word(lang, "tables"), word(lang, "parquet-columns"))
		if m.Synthetic {
			fmt.Fprintln(about, word(lang, "synthetic"))
		}
		for _, t := range s.tables {
			fmt.Fprintf(about, "  %s  %s\n", edition.TableFile(t.Name), t.Title.In(lang))
		}
		fmt.Fprintln(about)
	}
	for _, t := range s.tables {
		c, err := t.cells()
		if err != nil {
			return err
		}
		file, err := out.Create(edition.TableFile(t.Name))
		if err != nil {
			return err
		}
		if err := edition.WriteTable(file, c); err != nil {
			return err
		}
	}
	return out.Close()
}

// A csvwColumn describes a column of a CSV. Its titles are what stands in the header.
type csvwColumn struct {
	Titles   string     `json:"titles"`
	Name     string     `json:"name"`
	Label    []csvwText `json:"rdfs:label,omitempty"`
	Datatype any        `json:"datatype"`
	Required bool       `json:"required"`
	About    string     `json:"dc:description,omitempty"`
}

type csvwText struct {
	Value    string `json:"@value"`
	Language string `json:"@language"`
}

// csvTexts say what the columns are that every CSV of tables has.
var csvTexts = map[string]cube.Text{"measure": words["csv-measure"], "value": words["csv-value"], "base": words["csv-base"], "lo": words["csv-lo"], "hi": words["csv-hi"], "status": words["csv-status"]}

func csvwTexts(t cube.Text) []csvwText {
	return []csvwText{{t.In("sv"), "sv"}, {t.In("en"), "en"}}
}

// csvw describes the CSV of a page as CSV on the Web does (https://www.w3.org/TR/tabular-metadata/).
func (s *Server) csvw(r *request, a *answer) ([]byte, error) {
	m := s.ed.Manifest()
	var columns []csvwColumn
	var key, notes []string
	switch {
	case len(a.cubes) == 0:
		for _, name := range a.list[0] {
			columns = append(columns, csvwColumn{Titles: name, Name: url.QueryEscape(name), Datatype: "string"})
		}
	case len(a.cubes) > 1:
		columns = append(columns, csvwColumn{Titles: "table", Name: "table", Label: csvwTexts(words["table"]), Datatype: "string", Required: true})
	}
	seen := map[string]bool{}
	for _, c := range a.cubes {
		names := edition.LongColumns(c)
		for i, d := range c.Dims() {
			if seen[names[i]] {
				continue
			}
			seen[names[i]] = true
			kind := any("string")
			if d.Role == cube.Time && allYears(d) {
				kind = "gYear"
			}
			columns = append(columns, csvwColumn{Titles: names[i], Name: names[i], Label: csvwTexts(d.Title), Datatype: kind, Required: len(a.cubes) == 1})
			key = append(key, names[i])
		}
		for _, n := range c.Notes {
			notes = append(notes, n.In(r.lang))
		}
		for _, w := range c.Warnings {
			notes = append(notes, w.Text.In(r.lang))
		}
	}
	if len(a.cubes) > 0 {
		c := a.cubes[0]
		for _, name := range edition.LongColumns(c)[len(c.Dims()):] {
			col := csvwColumn{Titles: name, Name: name, Label: csvwTexts(csvTexts[name]), Datatype: "double"}
			switch name {
			case "measure":
				col.Datatype, col.Required, col.About = "string", true, measuresOf(a.cubes, r.lang)
				key = append(key, name)
			case "status":
				var names, codes []string
				for _, status := range cube.Statuses() {
					names, codes = append(names, status.String()), append(codes, status.String()+": "+status.Title().In(r.lang))
				}
				col.Datatype, col.Required, col.About = map[string]string{"base": "string", "format": strings.Join(names, "|")}, true, strings.Join(codes, "; ")
			}
			columns = append(columns, col)
		}
	}
	schema := map[string]any{"columns": columns}
	if len(a.cubes) == 1 {
		schema["primaryKey"] = key
	}
	if m.Synthetic {
		notes = append(notes, word(r.lang, "synthetic"))
	}
	doc := map[string]any{
		"@context":                 []any{"http://www.w3.org/ns/csvw", map[string]string{"@language": r.lang}},
		"url":                      path.Base(r.address(r.lang, "csv")),
		"dc:title":                 a.title,
		"dc:publisher":             m.Agency,
		"dc:license":               map[string]string{"@id": m.Terms()},
		"dc:isPartOf":              s.ed.ID(),
		"dc:bibliographicCitation": s.cite(r.lang),
		"dialect":                  map[string]any{"delimiter": ",", "encoding": "utf-8", "header": true, "quoteChar": "\"", "doubleQuote": true},
		"tableSchema":              schema,
	}
	if len(notes) > 0 {
		slices.Sort(notes)
		doc["dc:description"] = strings.Join(slices.Compact(notes), "\n")
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", " ")
	err := enc.Encode(doc)
	return out.Bytes(), err
}

// measuresOf says what the measures of tables are, with their units.
func measuresOf(cubes []*cube.Cube, lang string) string {
	var out []string
	for _, c := range cubes {
		for _, m := range c.Measures() {
			unit := m.Unit.In(lang)
			if m.Kind == cube.Share {
				unit = cube.Text{SV: "procent", EN: "percent"}.In(lang)
			}
			text := m.Name + ": " + m.Title.In(lang)
			if unit != "" {
				text += " (" + unit + ")"
			}
			if !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
	}
	return strings.Join(out, "; ")
}

// allYears tells whether the members of a dimension are years.
func allYears(d cube.Dimension) bool {
	for _, m := range d.Members {
		if len(m.Code) != 4 || strings.Trim(m.Code, "0123456789") != "" {
			return false
		}
	}
	return len(d.Members) > 0
}
