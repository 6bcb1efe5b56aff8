package server

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/jsonstat"
	"github.com/skikt/skikt/internal/px"
)

// PxWebApi 2 (https://github.com/PxTools/PxApiSpecs) over the tables of the edition, under this address, for the clients that read statistical offices:
//
//	/api/v2/config
//	/api/v2/tables?query=&pageNumber=&pageSize=
//	/api/v2/tables/{id}, /metadata, /defaultselection
//	/api/v2/tables/{id}/data?valueCodes[type]=1,2&outputFormat=csv   (GET; a selection in JSON by POST)
//	/api/v2/codelists/{id}
//	/api/v2/savedqueries
//
// Measures are the variable ContentsCode. A saved query is not kept anywhere: its id is the query.
const pxweb = "/api/v2"

// What the API promises its clients.
const (
	mostCells     = 150_000
	apiVersion    = "2.0.0"
	callsInWindow = 30
	windowSeconds = 10
	mostBody      = 4 << 20
)

// tooManyCells is the title of the problem that a client solves by asking for less.
const tooManyCells = "Too many cells selected"

// dataFormats are the forms of an answer with their Content-Type and the ending of a file's name.
var dataFormats = []struct{ name, kind, ending string }{
	{"json-stat2", "application/json", "json"},
	{"csv", "text/csv; charset=utf-8", "csv"},
	{"px", "application/octet-stream", "px"},
	{"xlsx", kinds["xlsx"], "xlsx"},
	{"html", "text/html; charset=utf-8", "html"},
	{"parquet", "application/vnd.apache.parquet", "parquet"},
	{"json-px", "application/json", "json"},
}

// A problem is an error as the API tells it (RFC 9457). Titles are those of the reference server, which clients look at.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`

	allow string // the methods that an address takes, when it was asked by another
}

func (p *problem) Error() string { return p.Title + ": " + p.Detail }

func (p *problem) reply() *reply {
	body, _ := json.Marshal(p) // texts and a number always can be
	return &reply{status: p.Status, kind: "application/problem+json", body: body}
}

// under tells whether a path is an address or below it.
func under(path, address string) bool {
	return path == address || strings.HasPrefix(path, address+"/")
}

// notAllowed says that an address takes other methods alone.
func notAllowed(allow string) *problem {
	return &problem{"about:blank", "Method not allowed", http.StatusMethodNotAllowed, "the address takes " + allow, allow}
}

func bad(title, format string, args ...any) *problem {
	return &problem{"about:blank", title, http.StatusBadRequest, fmt.Sprintf(format, args...), ""}
}

func missing(title, format string, args ...any) *problem {
	return &problem{"about:blank", title, http.StatusNotFound, fmt.Sprintf(format, args...), ""}
}

// apiCall is one call, taken apart.
type apiCall struct {
	*http.Request
	lang  string
	path  []string   // below the address of the API
	query url.Values // names in lower case but for what stands in brackets
}

// serveAPI answers a call to the API.
func (s *Server) serveAPI(w http.ResponseWriter, req *http.Request, root string) {
	h := w.Header()
	shared(h)
	s.license(h)
	h.Set("Vary", "Accept-Encoding, Host, X-Forwarded-Proto")
	tag := ""
	if req.Method == http.MethodGet || req.Method == http.MethodHead { // what the answer is follows from the edition, the address and the program
		tag = tagOf(s.ed.ID(), built(), origin(req), root, req.URL.RequestURI())
		if req.Header.Get("If-None-Match") != "*" && unchanged(req, tag) { // it was given with an answer, so there is one
			h.Set("ETag", tag)
			h.Set("Cache-Control", "public, max-age=300")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	answer := s.api
	if under(req.URL.Path, pxweb1) {
		answer = s.api1
	}
	a, err := answer(req)
	if err != nil {
		var p *problem
		if !errors.As(err, &p) {
			p = &problem{"about:blank", "Internal error", http.StatusInternalServerError, "the edition could not be read", ""}
		}
		a = p.reply()
		if p.allow != "" {
			h.Set("Allow", p.allow)
		}
	}
	h.Set("Content-Type", a.kind)
	if a.lang != "" {
		h.Set("Content-Language", a.lang)
	}
	if a.file != "" {
		h.Set("Content-Disposition", `inline; filename="`+a.file+`"`)
	}
	if a.status == http.StatusOK && tag != "" {
		h.Set("ETag", tag)
		h.Set("Cache-Control", "public, max-age=300")
		if unchanged(req, tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	} else {
		h.Set("Cache-Control", "no-store")
	}
	body := a.body
	if a.kind == "application/json" { // links are absolute, and stay in the edition that was asked
		if link := []byte(`"href":"/`); bytes.Contains(body, link) { // cells have none, and are not copied
			body = bytes.ReplaceAll(body, link, []byte(`"href":"`+origin(req)+root+`/`))
		}
	}
	sendBody(w, req, a.status, body)
}

func (s *Server) api(req *http.Request) (*reply, error) {
	c := &apiCall{Request: req, lang: "sv", query: url.Values{}}
	asked, err := url.ParseQuery(req.URL.RawQuery)
	if err != nil {
		return nil, bad("Illegal query", "the query of the address can't be read")
	}
	for name, values := range asked {
		outer, inner, brackets := strings.Cut(name, "[")
		name = strings.ToLower(outer)
		if brackets {
			name += "[" + inner
		}
		c.query[name] = append(c.query[name], values...)
	}
	if lang := c.query.Get("lang"); lang != "" {
		if c.lang = strings.ToLower(lang); c.lang != "sv" && c.lang != "en" {
			return nil, bad("Unsupported language", "the languages are sv and en")
		}
	}
	for _, part := range strings.Split(strings.Trim(strings.TrimPrefix(req.URL.EscapedPath(), pxweb), "/"), "/") {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return nil, missing("Non-existent resource", "the address can't be read")
		}
		c.path = append(c.path, plain)
	}
	post := req.Method == http.MethodPost
	if !post && req.Method != http.MethodGet && req.Method != http.MethodHead {
		return nil, notAllowed("GET, HEAD, POST, OPTIONS")
	}
	switch n := len(c.path); {
	case post && (n == 1 && (c.path[0] == "config" || c.path[0] == "tables") || n == 2 && c.path[0] == "codelists"):
		return nil, notAllowed("GET, HEAD, OPTIONS")
	case n == 1 && c.path[0] == "config":
		return c.json(s.config())
	case n == 1 && c.path[0] == "tables":
		return s.apiTables(c)
	case n >= 2 && n <= 3 && c.path[0] == "tables":
		return s.apiTable(c, post)
	case n == 2 && c.path[0] == "codelists":
		return s.apiCodeList(c)
	case c.path[0] == "savedqueries":
		return s.savedQueries(c, post)
	}
	return nil, missing("Non-existent resource", "the addresses are %s/config, /tables, /tables/ID, /tables/ID/metadata, /tables/ID/defaultselection, /tables/ID/data, /codelists/ID and /savedqueries", pxweb)
}

func (c *apiCall) json(v any) (*reply, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &reply{status: http.StatusOK, kind: "application/json", lang: c.lang, body: body}, nil
}

type apiConfig struct {
	APIVersion       string         `json:"apiVersion"`
	AppVersion       string         `json:"appVersion"`
	Languages        []apiLanguage  `json:"languages"`
	DefaultLanguage  string         `json:"defaultLanguage"`
	MaxDataCells     int            `json:"maxDataCells"`
	MaxCalls         int            `json:"maxCallsPerTimeWindow"`
	TimeWindow       int            `json:"timeWindow"`
	License          string         `json:"license"`
	SourceReferences []apiReference `json:"sourceReferences"`
	DefaultMetadata  string         `json:"defaultMetadataFormat"`
	DefaultData      string         `json:"defaultDataFormat"`
	DataFormats      []string       `json:"dataFormats"`
	Features         []apiFeature   `json:"features"`
}

type apiLanguage struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

type apiReference struct {
	Language string `json:"language"`
	Text     string `json:"text"`
}

type apiFeature struct {
	ID     string     `json:"id"`
	Params []apiParam `json:"params"`
}

type apiParam struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (s *Server) config() apiConfig {
	m := s.ed.Manifest()
	out := apiConfig{APIVersion: apiVersion, AppVersion: strconv.Itoa(edition.Format) + ".0.0", Languages: []apiLanguage{{"sv", "Svenska"}, {"en", "English"}}, DefaultLanguage: "sv",
		MaxDataCells: mostCells, MaxCalls: callsInWindow, TimeWindow: windowSeconds, License: m.Terms(),
		SourceReferences: []apiReference{{"sv", "Källa: " + m.Agency + ", utgåva " + s.ed.ID()}, {"en", "Source: " + m.Agency + ", edition " + s.ed.ID()}},
		DefaultMetadata:  "json-stat2", DefaultData: dataFormats[0].name, Features: []apiFeature{{"CORS", []apiParam{{"enabled", "True"}}}}}
	if m.Synthetic {
		for i, ref := range out.SourceReferences {
			out.SourceReferences[i].Text += ". " + word(ref.Language, "synthetic")
		}
	}
	for _, f := range dataFormats {
		out.DataFormats = append(out.DataFormats, f.name)
	}
	return out
}

type apiLink struct {
	Rel      string `json:"rel"`
	HrefLang string `json:"hreflang"`
	Href     string `json:"href"`
}

type apiTableInfo struct {
	Language      string      `json:"language,omitempty"`
	Type          string      `json:"type"`
	ID            string      `json:"id"`
	Label         string      `json:"label"`
	Description   string      `json:"description"`
	SortCode      string      `json:"sortCode"`
	Updated       *string     `json:"updated"`
	FirstPeriod   *string     `json:"firstPeriod"`
	LastPeriod    *string     `json:"lastPeriod"`
	Category      string      `json:"category"`
	VariableNames []string    `json:"variableNames"`
	Discontinued  bool        `json:"discontinued"`
	Source        string      `json:"source"`
	SubjectCode   string      `json:"subjectCode"`
	TimeUnit      string      `json:"timeUnit"`
	Paths         [][]apiPath `json:"paths"`
	Links         []apiLink   `json:"links"`
}

type apiPath struct {
	ID       string `json:"id"`
	Label    string `json:"label"`
	SortCode string `json:"sortCode"`
}

func contentsTitle(lang string) string {
	return cube.Text{SV: "tabellinnehåll", EN: "contents"}.In(lang)
}

// describe is what the API says of a table. Its periods need the table's members.
func (s *Server) describe(t *table, lang string) (apiTableInfo, error) {
	out := apiTableInfo{Type: "Table", ID: t.Name, Label: t.Title.In(lang), SortCode: t.Name, Category: "public", Source: s.ed.Manifest().Agency, SubjectCode: "SEG", TimeUnit: "Other",
		Paths: [][]apiPath{{{"SEG", s.ed.Manifest().Title.In(lang), "SEG"}}}}
	if s.ed.Manifest().Synthetic {
		out.Description = word(lang, "synthetic")
	}
	c, err := t.cells()
	if err != nil {
		return out, err
	}
	for _, d := range c.Dims() {
		out.VariableNames = append(out.VariableNames, d.Title.In(lang))
		if n := len(d.Members); d.Role == cube.Time && n > 0 {
			out.FirstPeriod, out.LastPeriod, out.TimeUnit = &d.Members[0].Code, &d.Members[n-1].Code, "Annual"
		}
	}
	out.VariableNames = append(out.VariableNames, contentsTitle(lang))
	if _, updated := jsonstat.Origin(c); updated != "" { // as the metadata tell it
		out.Updated = &updated
	}
	address := pxweb + "/tables/" + url.PathEscape(t.Name)
	out.Links = []apiLink{{"self", lang, address + "?lang=" + lang}}
	for _, other := range []string{"sv", "en"} {
		if other != lang {
			out.Links = append(out.Links, apiLink{"alternate", other, address + "?lang=" + other})
		}
	}
	out.Links = append(out.Links, apiLink{"metadata", lang, address + "/metadata?lang=" + lang}, apiLink{"data", lang, address + "/data?lang=" + lang + "&outputFormat=json-stat2"})
	return out, nil
}

type apiPage struct {
	Number   int       `json:"pageNumber"`
	Size     int       `json:"pageSize"`
	Elements int       `json:"totalElements"`
	Pages    int       `json:"totalPages"`
	Links    []apiLink `json:"links"`
}

// whole reads a whole number of the query.
func (c *apiCall) whole(name string, otherwise int) (int, error) {
	text := c.query.Get(strings.ToLower(name))
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, bad("Illegal parameter", "%s is no whole number: %.20q", name, text)
	}
	return n, nil
}

func (s *Server) apiTables(c *apiCall) (*reply, error) {
	number, err := c.whole("pageNumber", 1)
	if err != nil {
		return nil, err
	}
	size, err := c.whole("pageSize", 20)
	if err != nil {
		return nil, err
	}
	if days, err := c.whole("pastDays", 1); err != nil || days < 1 {
		return nil, bad("Illegal parameter", "pastDays is a whole number from 1")
	}
	if size <= 0 {
		size = 20
	}
	found := make([]apiTableInfo, 0, len(s.tables))
	words := strings.Fields(folded(c.query.Get("query")))
	for _, t := range s.tables {
		info, err := s.describe(t, c.lang)
		if err != nil {
			return nil, err
		}
		text := folded(info.ID + " " + info.Label + " " + strings.Join(info.VariableNames, " "))
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.Trim(w, "*")) }) {
			found = append(found, info)
		}
	}
	pages := max((len(found)+size-1)/size, 1)
	if number < 1 || number > pages {
		return nil, missing("Non-existent page", "there are pages 1 to %d", pages)
	}
	out := struct {
		Language string         `json:"language"`
		Tables   []apiTableInfo `json:"tables"`
		Page     apiPage        `json:"page"`
		Links    []apiLink      `json:"links"`
	}{c.lang, found[(number-1)*size : min(number*size, len(found))], apiPage{number, size, len(found), pages, []apiLink{}}, []apiLink{{"self", c.lang, pxweb + "/tables?lang=" + c.lang}}}
	for rel, n := range map[string]int{"next": number + 1, "previous": number - 1} {
		if n >= 1 && n <= pages {
			query := url.Values{"lang": {c.lang}, "pageNumber": {strconv.Itoa(n)}, "pageSize": {strconv.Itoa(size)}}
			if q := c.query.Get("query"); q != "" {
				query.Set("query", q)
			}
			out.Page.Links = append(out.Page.Links, apiLink{rel, c.lang, pxweb + "/tables?" + query.Encode()})
		}
	}
	slices.SortFunc(out.Page.Links, func(a, b apiLink) int { return strings.Compare(a.Rel, b.Rel) })
	return c.json(out)
}

func (s *Server) apiTable(c *apiCall, post bool) (*reply, error) {
	t := s.tableNamed(c.path[1])
	if t == nil {
		return nil, missing("Non-existent table", "the tables are listed at %s/tables", pxweb)
	}
	what := ""
	if len(c.path) == 3 {
		what = c.path[2]
	}
	if post && what != "data" {
		return nil, notAllowed("GET, HEAD, OPTIONS")
	}
	whole, err := t.cells()
	if err != nil {
		return nil, err
	}
	switch what {
	case "":
		info, err := s.describe(t, c.lang)
		if err != nil {
			return nil, err
		}
		info.Language = c.lang
		return c.json(info)
	case "metadata":
		return s.apiMetadata(c, whole)
	case "defaultselection":
		return c.json(struct {
			apiSelection
			Language string    `json:"language"`
			Links    []apiLink `json:"links"`
		}{defaultSelection(whole).asked(whole), c.lang, []apiLink{{"self", c.lang, pxweb + "/tables/" + url.PathEscape(t.Name) + "/defaultselection?lang=" + c.lang}}})
	case "data":
		asked := apiSelection{}
		if post {
			if asked, err = readSelection(c.Body); err != nil {
				return nil, err
			}
			var beside apiSelection
			if beside, err = c.selection(); err != nil {
				return nil, err
			}
			asked.join(beside)
		} else if asked, err = c.selection(); err != nil {
			return nil, err
		}
		return s.apiData(c, whole, asked, c.query.Get("outputformat"), c.query["outputformatparams"])
	}
	return nil, missing("Non-existent resource", "a table has metadata, defaultselection and data")
}

// apiMetadata describes a table: the whole of it, what its default selection or a saved query selects, or what it is with code lists in the place of values.
func (s *Server) apiMetadata(c *apiCall, whole *cube.Cube) (*reply, error) {
	asked, err := c.selection()
	if err != nil {
		return nil, err
	}
	lists := s.listed(whole, c.lang)
	var picked *selection
	switch id := c.query.Get("savedquery"); {
	case id != "":
		q, err := decodeQuery(id)
		if err != nil || q.TableID != whole.Name {
			return nil, missing("Saved query not found", "the id is none that this API has given for the table")
		}
		if whole, picked, err = s.choose(whole, q.Selection); err != nil {
			return nil, err
		}
	case strings.EqualFold(c.query.Get("defaultselection"), "true"):
		picked = defaultSelection(whole)
	case len(asked.Selection) > 0:
		for i, v := range asked.Selection { // what the code lists hold, not what is selected of them
			asked.Selection[i].ValueCodes = nil
			d := variableAt(whole, v.VariableCode)
			l, err := s.codeListFor(whole, d, v)
			if err != nil {
				return nil, err
			}
			if l != nil && (!l.groups || v.OutputValues != nil && strings.EqualFold(*v.OutputValues, "single")) {
				picked = everything(whole)
				picked.members[d] = nil
				_, to := l.positions(whole.Dims()[d])
				picked.members[d] = slices.Sorted(slices.Values(slices.Concat(to...)))
			}
		}
		if picked == nil {
			if whole, _, err = s.choose(whole, asked); err != nil {
				return nil, err
			}
		}
	}
	if picked != nil {
		if whole, err = picked.take(whole); err != nil {
			return nil, err
		}
	}
	var body bytes.Buffer
	if err := jsonstat.WriteMetadata(&body, s.told(whole), c.lang, lists); err != nil {
		return nil, err
	}
	return &reply{status: http.StatusOK, kind: "application/json", lang: c.lang, body: body.Bytes()}, nil
}

// told is a table that says that it is synthetic, when it is.
func (s *Server) told(c *cube.Cube) *cube.Cube {
	if !s.ed.Manifest().Synthetic {
		return c
	}
	out := *c
	out.Notes = append([]cube.Text{words["synthetic"]}, c.Notes...)
	return &out
}

// readSelection reads the body of a POST.
func readSelection(body io.Reader) (asked apiSelection, err error) {
	text, err := io.ReadAll(io.LimitReader(body, mostBody+1))
	if err != nil || len(text) > mostBody {
		return asked, bad("Illegal selection", "the selection can't be read, or is longer than %d bytes", mostBody)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return asked, nil
	}
	if err := json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &asked); err != nil {
		return asked, bad("Illegal selection", "the body is no JSON of the form {\"selection\":[{\"variableCode\":…,\"valueCodes\":[…]}]}")
	}
	return asked, nil
}

// apiData answers with the cells asked for.
func (s *Server) apiData(c *apiCall, whole *cube.Cube, asked apiSelection, format string, params []string) (*reply, error) {
	at := slices.IndexFunc(dataFormats, func(f struct{ name, kind, ending string }) bool {
		return strings.EqualFold(f.name, format) || format == "" && f.name == "json-stat2"
	})
	if at < 0 {
		return nil, bad("Unsupported output format", "the formats are %s", strings.Join(s.config().DataFormats, ", "))
	}
	whole, picked, err := s.choose(whole, asked)
	if err != nil {
		return nil, err
	}
	if n := picked.cells(); n > mostCells {
		return nil, bad(tooManyCells, "%d cells are asked for, and %d may be; choose fewer values", n, mostCells)
	}
	part, err := picked.take(whole)
	if err != nil {
		return nil, err
	}
	part = s.told(part)
	var body bytes.Buffer
	body.Grow(picked.cells()*8 + 4096)
	switch dataFormats[at].name {
	case "json-stat2":
		err = jsonstat.Write(&body, part, c.lang)
	case "px":
		err = px.Write(&body, part, c.lang)
	case "parquet":
		err = edition.WriteTable(&body, part)
	case "json-px":
		err = writeJSONPX(&body, part, c.lang)
	case "xlsx":
		err = s.workbook(&body, &request{lang: c.lang, path: []string{"tabell", whole.Name}}, &answer{title: part.Title.In(c.lang), cubes: []*cube.Cube{part}})
	default:
		var sheet *sheet
		if sheet, err = newSheet(part, asked.Placement, c.lang, params); err == nil {
			if dataFormats[at].name == "csv" {
				err = sheet.csv(&body)
			} else {
				err = sheet.html(&body)
			}
		}
	}
	if err != nil {
		return nil, err
	}
	return &reply{status: http.StatusOK, kind: dataFormats[at].kind, lang: c.lang, file: whole.Name + "." + dataFormats[at].ending, body: body.Bytes()}, nil
}

// savedQuery is what a saved query holds.
type savedQuery struct {
	ID           string       `json:"id,omitempty"`
	TableID      string       `json:"tableId"`
	Language     string       `json:"language"`
	Selection    apiSelection `json:"selection"`
	OutputFormat string       `json:"outputFormat,omitempty"`
	Params       []string     `json:"outputFormatParams,omitempty"`
	Links        []apiLink    `json:"links,omitempty"`
}

// savedQueries makes and carries out saved queries. The id is the query itself, compressed, so that nothing is kept and every copy of the edition understands it.
func (s *Server) savedQueries(c *apiCall, post bool) (*reply, error) {
	if post && len(c.path) == 1 {
		text, err := io.ReadAll(io.LimitReader(c.Body, mostBody+1))
		var q savedQuery
		if err != nil || len(text) > mostBody || json.Unmarshal(text, &q) != nil {
			return nil, bad("Illegal selection", "the body is no JSON of the form {\"tableId\":…,\"selection\":{\"selection\":[…]}}")
		}
		q.ID, q.Links = "", nil
		if q.Language == "" {
			q.Language = c.lang
		}
		t := s.tableNamed(q.TableID)
		if t == nil {
			return nil, missing("Non-existent table", "the tables are listed at %s/tables", pxweb)
		}
		whole, err := t.cells()
		if err != nil {
			return nil, err
		}
		if _, _, err := s.choose(whole, q.Selection); err != nil {
			return nil, err
		}
		id, err := q.encode()
		if err != nil {
			return nil, err
		}
		a, err := c.json(q.described(id))
		if err == nil {
			a.status = http.StatusCreated
		}
		return a, err
	}
	if post || len(c.path) < 2 || len(c.path) > 3 {
		return nil, missing("Saved query not found", "POST a query to %s/savedqueries", pxweb)
	}
	q, err := decodeQuery(c.path[1])
	if err != nil {
		return nil, missing("Saved query not found", "the id is none that this API has given")
	}
	t := s.tableNamed(q.TableID)
	if t == nil {
		return nil, missing("Non-existent table", "the table of the saved query is not in this edition")
	}
	whole, err := t.cells()
	if err != nil {
		return nil, err
	}
	if c.query.Get("lang") == "" && (q.Language == "sv" || q.Language == "en") {
		c.lang = q.Language
	}
	switch {
	case len(c.path) == 2:
		return c.json(q.described(c.path[1]))
	case c.path[2] == "selection":
		whole, picked, err := s.choose(whole, q.Selection)
		if err != nil {
			return nil, err
		}
		return c.json(picked.asked(whole))
	case c.path[2] == "data":
		format, params := q.OutputFormat, q.Params
		if f := c.query.Get("outputformat"); f != "" {
			format, params = f, c.query["outputformatparams"]
		}
		return s.apiData(c, whole, q.Selection, format, params)
	}
	return nil, missing("Non-existent resource", "a saved query has selection and data")
}

func (q savedQuery) described(id string) savedQuery {
	q.ID = id
	q.Links = []apiLink{{"self", q.Language, pxweb + "/savedqueries/" + id}, {"data", q.Language, pxweb + "/savedqueries/" + id + "/data"}}
	return q
}

func (q savedQuery) encode() (string, error) {
	text, err := json.Marshal(q)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	zip, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return "", err
	}
	zip.Write(text)
	zip.Close()
	return base64.RawURLEncoding.EncodeToString(out.Bytes()), nil
}

func decodeQuery(id string) (q savedQuery, err error) {
	packed, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return q, err
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), mostBody))
	if err != nil {
		return q, err
	}
	return q, json.Unmarshal(text, &q)
}
