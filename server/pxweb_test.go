package server_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/google/go-cmp/cmp"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
	"github.com/skikt/skikt/internal/px"
	"github.com/skikt/skikt/server"
)

// post sends a selection.
func post(t testing.TB, h http.Handler, address, selection string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(selection))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// answer reads JSON.
func answer[T any](t testing.TB, r *http.Response) (v T) {
	t.Helper()
	text := body(t, r)
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

// dataset reads an answer in json-stat2.
func dataset(t testing.TB, r *http.Response) *cube.Cube {
	t.Helper()
	text := body(t, r)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("status %d: %s", r.StatusCode, text)
	}
	c, err := jsonstat.Read(strings.NewReader(text), jsonstat.Most)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAPISelection asks for cells in every way that the contract has. The numbers are those of toy: RegSO i has 100·(i+1) persons.
func TestAPISelection(t *testing.T) {
	s := judge(t, toy(t))
	ask := func(table string, parameters ...string) string {
		q := url.Values{}
		for i := 0; i+1 < len(parameters); i += 2 {
			q.Set(parameters[i], parameters[i+1])
		}
		return "/api/v2/tables/" + table + "/data?" + q.Encode()
	}
	for _, c := range []struct {
		codes string
		want  []string
	}{
		{"*", regsoAndTotal()}, {"0180*", regsoAndTotal()[:6]}, {"*R001", []string{"0180R001", "1480R001"}}, {"*80R00*", regsoAndTotal()[:12]},
		{"?480R00?", regsoAndTotal()[6:12]}, {"TOP(2)", regsoAndTotal()[:2]}, {"top(2,3)", regsoAndTotal()[3:5]}, {"BOTTOM(1,1)", []string{"1480R006"}},
		{"RANGE(0180R005,1480R001)", regsoAndTotal()[4:7]}, {"range(1480R001,0180R005)", regsoAndTotal()[4:7]}, {"FROM(1480R006)", []string{"1480R006", "total"}}, {"TO(0180R001)", []string{"0180R001"}},
		{"1480R001,0180r001", []string{"0180R001", "1480R001"}}, {"[0180R002],*total", []string{"0180R002", "total"}}, {"TOP(99)", regsoAndTotal()},
	} {
		got := dataset(t, get(t, s, ask("background_regso", "valueCodes[regso]", c.codes, "valuecodes[background]", "svensk bakgrund", "valueCodes[year]", "TOP(1)", "valueCodes[ContentsCode]", "NPersons")))
		var codes []string
		for _, m := range got.Dim("regso").Members {
			codes = append(codes, m.Code)
		}
		if diff := cmp.Diff(c.want, codes); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.codes, diff)
		}
		if cell := got.Get("NPersons", codes[0], "2023", "svensk bakgrund"); codes[0] == "0180R001" && cell.Value != 90 {
			t.Errorf("%s: %+v, want 90 of 100 persons", c.codes, cell)
		}
	}
	// Of time TOP is the newest.
	if c := dataset(t, get(t, s, ask("population", "valueCodes[type]", "1", "valueCodes[year]", "TOP(1)", "valueCodes[ContentsCode]", "*"))); c.Dim("year").Members[0].Code != "2023" || c.Len() != 1 {
		t.Errorf("TOP of years: %+v", c.Dim("year"))
	}
	// A variable with a total may be left out.
	c := dataset(t, get(t, s, ask("background_regso", "valueCodes[regso]", "0180R002", "valueCodes[year]", "2023", "valueCodes[ContentsCode]", "NPersons")))
	if c.Dim("background") != nil || c.Get("NPersons", "0180R002", "2023").Value != 200 {
		t.Errorf("without background: %v, %v", c.DimNames(), c.Cell(0, 0))
	}
	// By POST.
	c = dataset(t, post(t, s, "/api/v2/tables/population/data?lang=en&outputFormat=json-stat2", `{"selection":[{"variableCode":"type","valueCodes":["total"]},{"variableCode":"year","valueCodes":["*"]},{"variableCode":"ContentsCode","valueCodes":["NPersons"]}]}`))
	if c.Get("NPersons", "total", "2022").Value != 7800 || c.Title.EN != "Table population" {
		t.Errorf("by POST: %+v %v", c.Get("NPersons", "total", "2022"), c.Title)
	}
	// A share is in percent outside and 0..1 inside.
	c = dataset(t, get(t, s, ask("background", "valueCodes[type]", "3", "valueCodes[background]", "utl*", "valueCodes[year]", "*", "valueCodes[ContentsCode]", "SharePersons")))
	if got := c.Cell(0, 0).Value; got != 0.1 {
		t.Errorf("share %v, want 0.1", got)
	}
	if text := page(t, s, ask("background", "valueCodes[type]", "3", "valueCodes[background]", "utl*", "valueCodes[year]", "*", "valueCodes[ContentsCode]", "SharePersons")); !strings.Contains(text, `"value":[10]`) {
		t.Errorf("share is not 10 percent: %s", text)
	}
}

func regsoAndTotal() []string {
	var out []string
	for _, c := range regsoCodes {
		out = append(out, c[:8])
	}
	return append(out, "total")
}

// TestAPIProblems: titles are those of the reference server (PxTools/PxWebApi), misspelt as they are there.
func TestAPIProblems(t *testing.T) {
	s := judge(t, toy(t))
	type problem struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
	}
	for _, c := range []struct {
		address, title string
		status         int
	}{
		{"tables/nothing", "Non-existent table", 404}, {"tables/nothing/data", "Non-existent table", 404}, {"tables/population/nothing", "Non-existent resource", 404}, {"nothing", "Non-existent resource", 404},
		{"tables?pageNumber=99", "Non-existent page", 404}, {"tables?pageNumber=x", "Illegal parameter", 400}, {"tables?pastDays=0", "Illegal parameter", 400},
		{"codelists/x", "Non-existent codelist", 404}, {"savedqueries/x", "Saved query not found", 404}, {"tables?lang=fi", "Unsupported language", 400},
		{"tables/population/data?valueCodes[kommun]=1", "Non-existent variable", 400}, {"tables/population/data?valueCodes[type]=9", "Non-existent value", 400},
		{"tables/population/data?valueCodes[type]=RANGE(1,9)", "Non-existent value", 400}, {"tables/population/data?valueCodes[type]=TOP(x)", "Illegal selection expression", 400},
		{"tables/population/data?valueCodes[type]=***", "Illegal selection expression", 400}, {"tables/population/data?valueCodes[type]=MID(1)", "Illegal selection expression", 400},
		{"tables/population/data?valueCodes[type]=1", "Missing selection for mandantory variable", 400}, {"tables/population/data?codelist[type]=agg", "Non-existent codelist", 400},
		{"tables/population/data?outputFormat=doc", "Unsupported output format", 400}, {"tables/population/data?heading=type,type", "Illegal placment", 400},
		{"tables/population/data?outputFormat=csv&heading=year&stub=type", "Illegal placment", 400}, {"tables/population/data?outputFormat=csv&outputFormatParams=Loud", "Illegal parameter", 400},
	} {
		r := get(t, s, "/api/v2/"+c.address)
		p := answer[problem](t, r)
		if r.StatusCode != c.status || p.Status != c.status || p.Title != c.title || r.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %+v, want %d %s", c.address, r.StatusCode, p, c.status, c.title)
		}
	}
	for _, selection := range []string{`{`, `[]`, `{"selection":[{"variableCode":"type","valueCodes":["1"]},{"variableCode":"TYPE","valueCodes":["1"]}]}`, `{"selection":[{"variableCode":"type","codelist":"x"}]}`} {
		if r := post(t, s, "/api/v2/tables/population/data", selection); r.StatusCode != 400 {
			t.Errorf("%s: status %d", selection, r.StatusCode)
		}
	}
	if r := post(t, s, "/api/v2/tables/population", ``); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST to a table: %d", r.StatusCode)
	}
}

// TestAPIFormats: every form has the same numbers.
func TestAPIFormats(t *testing.T) {
	s := judge(t, toy(t))
	const query = "/api/v2/tables/background/data?valueCodes[type]=1,2&valueCodes[background]=*&valueCodes[year]=2023&valueCodes[ContentsCode]=*&outputFormat="
	want := dataset(t, get(t, s, query+"json-stat2"))
	file, err := px.Read(strings.NewReader(page(t, s, query+"px")), px.Most)
	if err != nil {
		t.Fatal(err)
	}
	for row := range want.Len() {
		if a, b := want.Cell(row, 0), file.Cell(row, 0); a != b {
			t.Errorf("row %d: json-stat %+v, px %+v", row, a, b)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(page(t, s, query+"csv&outputFormatParams=UseCodes"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{
		{"type", "background", "2023 NPersons", "2023 SharePersons"}, {"1", "utländsk bakgrund", "180", "10"}, {"1", "svensk bakgrund", "1620", "90"}, {"1", "total", "1800", "100"},
		{"2", "utländsk bakgrund", "210", "10"}, {"2", "svensk bakgrund", "1890", "90"}, {"2", "total", "2100", "100"}}, rows); diff != "" {
		t.Errorf("csv (-want +got):\n%s", diff)
	}
	turned := page(t, s, query+"csv&outputFormatParams=UseCodes,SeparatorSemicolon,IncludeTitle&heading=type&stub=background,year,ContentsCode")
	if want := "\"Tabell background\"\r\n\r\n\"background\";\"year\";\"ContentsCode\";\"1\";\"2\"\r\n\"utländsk bakgrund\";\"2023\";\"NPersons\";180;210\r\n"; !strings.HasPrefix(turned, want) {
		t.Errorf("turned: %s", turned)
	}
	if text := page(t, s, query+"html"); !strings.Contains(text, "<td>1620</td>") || strings.Contains(text, evil) {
		t.Errorf("html: %s", text)
	}
	if text := page(t, s, query+"parquet"); !strings.HasPrefix(text, "PAR1") {
		t.Errorf("parquet begins %q", text[:4])
	}
	if book := page(t, s, query+"xlsx"); !strings.Contains(book, "<v>1620</v>") || !strings.Contains(book, "NPersons") && !strings.Contains(book, "Antal personer") {
		t.Error("xlsx lacks the number or its measure")
	}
	if r := get(t, s, query+"csv"); r.Header.Get("Content-Disposition") != `inline; filename="background.csv"` || r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("headers %v", r.Header)
	}
}

// TestAPIClients makes the first calls of real clients and looks at what they need: pxwebpy, pxstatspy and PxWeb 2 (../shared/standards.md, B.5, from their sources).
func TestAPIClients(t *testing.T) {
	s := judge(t, toy(t))
	config := answer[map[string]any](t, get(t, s, "/api/v2/config"))
	for _, key := range []string{"apiVersion", "maxDataCells", "maxCallsPerTimeWindow", "timeWindow", "languages", "defaultLanguage", "license", "defaultDataFormat", "dataFormats"} {
		if config[key] == nil {
			t.Errorf("config lacks %s", key)
		}
	}
	if config["apiVersion"] != "2.0.0" { // pxwebpy refuses what Python's rules put before 2.0.0
		t.Errorf("apiVersion %v", config["apiVersion"])
	}
	type table struct {
		ID, Label, FirstPeriod, LastPeriod, TimeUnit string
		VariableNames                                []string
		Paths                                        [][]struct{ ID string }
		Links                                        []struct{ Rel, Hreflang, Href string }
	}
	list := answer[struct {
		Tables []table
		Page   struct{ TotalElements, TotalPages, PageSize int }
	}](t, get(t, s, "/api/v2/tables?includeDiscontinued=true&pageNumber=1&pageSize=10000&lang=sv"))
	if len(list.Tables) != 11 || list.Page.TotalElements != 11 || list.Page.PageSize != 10000 {
		t.Errorf("%d tables, page %+v", len(list.Tables), list.Page)
	}
	for _, info := range list.Tables {
		if info.ID == "population" && (info.FirstPeriod != "2022" || info.LastPeriod != "2023") || len(info.VariableNames) < 2 || len(info.Paths) == 0 || info.TimeUnit == "" {
			t.Errorf("%+v", info)
		}
		var rels []string
		for _, l := range info.Links {
			rels = append(rels, l.Rel)
			if r := get(t, s, l.Href); r.StatusCode != http.StatusOK {
				t.Errorf("%s: %d", l.Href, r.StatusCode)
			}
		}
		if !slices.Equal(rels, []string{"self", "alternate", "metadata", "data"}) {
			t.Errorf("%s: links %v", info.ID, rels)
		}
	}
	few := answer[struct{ Tables []table }](t, get(t, s, "/api/v2/tables?query=BAKGRUND&pageSize=2&pageNumber=1"))
	if len(few.Tables) != 2 {
		t.Errorf("two tables a page: %d", len(few.Tables))
	}
	meta := answer[struct {
		ID, Role  any
		Size      []int
		Value     any
		Dimension map[string]struct {
			Category struct {
				Index map[string]int
				Label map[string]string
			}
			Extension map[string]any
		}
		Extension struct {
			PX struct{ Stub, Heading []string }
		}
	}](t, get(t, s, "/api/v2/tables/background_regso/metadata?lang=en"))
	if meta.Value != nil || len(meta.Dimension) != 4 || len(meta.Extension.PX.Stub)+len(meta.Extension.PX.Heading) != 4 {
		t.Errorf("metadata %+v", meta)
	}
	for name, d := range meta.Dimension {
		if len(d.Category.Index) != len(d.Category.Label) || d.Extension["elimination"] == nil {
			t.Errorf("%s: %d codes, %d labels, extension %v", name, len(d.Category.Index), len(d.Category.Label), d.Extension)
		}
	}
	// What nobody selects is what the default selection selects.
	selected := page(t, s, "/api/v2/tables/background_regso/defaultselection")
	asked, whole := dataset(t, post(t, s, "/api/v2/tables/background_regso/data", selected)), dataset(t, get(t, s, "/api/v2/tables/background_regso/data"))
	if diff := cmp.Diff(whole, asked, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" || whole.Len() != 13*3 {
		t.Errorf("%d rows; nothing selected (-) against the default selection (+):\n%s", whole.Len(), diff)
	}
	// PxWeb 2 asks for a table, its metadata, its default selection and its data at once.
	fresh := toy(t)
	var all sync.WaitGroup
	for range 4 {
		for _, address := range []string{"", "/metadata?lang=en", "/defaultselection", "/data", "/data?codelist[regso]=agg_regso-2020_kommun"} {
			all.Go(func() {
				w := httptest.NewRecorder()
				fresh.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v2/tables/background_regso"+address, nil))
				if w.Code != http.StatusOK {
					t.Errorf("%s at once with others: %d", address, w.Code)
				}
			})
		}
	}
	all.Wait()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodOptions, "/api/v2/tables/population/data", nil))
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Methods") == "" {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
}

func TestAPISavedQuery(t *testing.T) {
	s := judge(t, toy(t))
	r := post(t, s, "/api/v2/savedqueries?lang=en", `{"tableId":"population","outputFormat":"csv","outputFormatParams":["UseCodes"],"selection":{"selection":[{"variableCode":"type","valueCodes":["1"]},{"variableCode":"year","valueCodes":["TOP(1)"]},{"variableCode":"ContentsCode","valueCodes":["*"]}]}}`)
	saved := answer[struct{ ID string }](t, r)
	if r.StatusCode != http.StatusCreated || saved.ID == "" {
		t.Fatalf("status %d, id %q", r.StatusCode, saved.ID)
	}
	// Any copy of the edition carries it out.
	if got := page(t, toy(t), "/api/v2/savedqueries/"+saved.ID+"/data"); got != "\"type\",\"2023 NPersons\"\r\n\"1\",1800\r\n" {
		t.Errorf("data %q", got)
	}
	if got := page(t, s, "/api/v2/savedqueries/"+saved.ID+"/selection"); !strings.Contains(got, `"valueCodes":["2023"]`) {
		t.Errorf("selection %s", got)
	}
	if got := page(t, s, "/api/v2/savedqueries/"+saved.ID); !strings.Contains(got, `"tableId":"population"`) {
		t.Errorf("query %s", got)
	}
	if r := post(t, s, "/api/v2/savedqueries", `{"tableId":"population","selection":{"selection":[{"variableCode":"x","valueCodes":["1"]}]}}`); r.StatusCode != 400 {
		t.Errorf("a bad query was saved: %d", r.StatusCode)
	}
}

// TestAPIHonest: no form of any table, added up or not, has what the edition hides.
func TestAPIHonest(t *testing.T) {
	s := toy(t)
	list := answer[struct{ Tables []struct{ ID string } }](t, get(t, s, "/api/v2/tables?pageSize=100"))
	for _, table := range list.Tables {
		meta := answer[struct {
			ID        []string
			Dimension map[string]struct {
				Extension struct{ CodeLists []struct{ ID string } }
			}
		}](t, get(t, s, "/api/v2/tables/"+table.ID+"/metadata"))
		everything := ""
		lists := []string{""}
		for _, d := range meta.ID {
			everything += "&valueCodes[" + url.QueryEscape(d) + "]=*"
			for _, l := range meta.Dimension[d].Extension.CodeLists {
				lists = append(lists, "&codelist["+d+"]="+l.ID)
			}
		}
		for _, l := range lists {
			for _, format := range server.DataFormats() {
				text := page(t, s, "/api/v2/tables/"+table.ID+"/data?outputFormat="+format+everything+l)
				honest(t, table.ID+" as "+format+l, text)
			}
		}
	}
}

// honest looks for what the edition of toy hides.
func honest(t testing.TB, what, text string) {
	t.Helper()
	if secret := tells(text); secret != "" {
		t.Errorf("%s has %s", what, secret)
	}
}

// contract is the published contract of the API, which stands beside the repository; nil without it.
var contract = sync.OnceValues(func() (*openapi3.T, error) {
	folder := os.Getenv("SKIKT_DATA")
	if folder == "" {
		folder = "../../shared/data"
	}
	text, err := os.ReadFile(filepath.Join(folder, "api-pxweb", "PxAPI-2.yml"))
	if err != nil {
		return nil, err
	}
	// Its examples are in other files, which are not here and prove nothing.
	var lines []string
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "examplesAsYml") {
			line = strings.Repeat(" ", strings.Index(line, "$")) + "value: {}\n"
		}
		lines = append(lines, line)
	}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(strings.Join(lines, "")))
	if err == nil {
		doc.Servers = openapi3.Servers{{URL: "/api/v2"}}
	}
	return doc, err
})

// A judged handler has each of its answers judged by the published contract. What the contract has no address for (saved queries, default selections) and forms other than JSON pass.
type judged struct {
	testing.TB
	http.Handler
	doc    *openapi3.T
	router routers.Router
}

// judge puts the contract before a server; without the contract it says so and lets the answers through, but for CI.
func judge(t testing.TB, h http.Handler) http.Handler {
	doc, err := contract()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Logf("answers are not judged, real data: %v", err)
		return h
	}
	router, err := legacy.NewRouter(doc, openapi3.DisableSchemaPatternValidation(), openapi3.DisableExamplesValidation(), openapi3.DisableSchemaDefaultsValidation())
	if err != nil {
		t.Fatal(err)
	}
	return &judged{t, h, doc, router}
}

func (j *judged) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	answer := httptest.NewRecorder()
	j.Handler.ServeHTTP(answer, req)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	w.Write(answer.Body.Bytes())
	kind := answer.Header().Get("Content-Type")
	route, params, err := j.router.FindRoute(req)
	if err != nil || kind != "application/json" && kind != "application/problem+json" || answer.Code >= 400 && (req.Method == http.MethodPost || answer.Code != 404) {
		return
	}
	if answer.Code == http.StatusOK && (strings.HasSuffix(route.Path, "/data") || strings.HasSuffix(route.Path, "/metadata")) {
		var v any
		if err := json.Unmarshal(answer.Body.Bytes(), &v); err != nil {
			j.Errorf("%s: %v", req.URL, err)
		} else if err := j.doc.Components.Schemas["Dataset"].Value.VisitJSON(v); err != nil {
			j.Errorf("%s: %v", req.URL, err)
		}
		return
	}
	input := &openapi3filter.ResponseValidationInput{RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}, Status: answer.Code, Header: answer.Header()}
	input.SetBodyBytes(answer.Body.Bytes())
	if err := openapi3filter.ValidateResponse(j.Context(), input); err != nil {
		j.Errorf("%s: %v", req.URL, err)
	}
}

// TestAPIContract has the answers of every address judged by the published contract; so have the other tests of the API.
func TestAPIContract(t *testing.T) {
	s := judge(t, toy(t))
	if _, ok := s.(*judged); !ok {
		t.Skip("there is no contract to judge by")
	}
	for _, address := range []string{"/config", "/tables", "/tables?lang=en&query=x", "/tables/population", "/tables/background_regso?lang=en", "/tables/nothing", "/codelists/x",
		"/codelists/agg_regso-2020_kommun", "/codelists/VS_REGSO-2025?lang=en", "/tables/background_regso/metadata", "/tables/background_regso/metadata?codelist[regso]=agg_regso-2020_lan&lang=en",
		"/tables/background_regso/metadata?defaultSelection=true", "/tables/states_regso/data", "/tables/background_regso/data?codelist[regso]=agg_regso-2020_typ-2023"} {
		get(t, s, "/api/v2"+address)
	}
}

// TestAPICodeLists reads the RegSO of toy by kommun, by type and alone. RegSO i has 100·(i+1) persons, so kommun 0180 has 100 + … + 600 = 2100 and 1480 has 700 + … + 1200 = 5700; of type 1 in 2023 are
// RegSO 0, 5 and 10 with 100 + 600 + 1100 = 1800.
func TestAPICodeLists(t *testing.T) {
	s := judge(t, toy(t))
	type list struct {
		ID, Label, Type string
		Values          []struct {
			Code, Label string
			ValueMap    []string
		}
	}
	meta := answer[struct {
		Dimension map[string]struct {
			Category  struct{ Index map[string]int }
			Extension struct{ CodeLists []list }
		}
	}](t, get(t, s, "/api/v2/tables/background_regso/metadata?lang=en"))
	var ids []string
	for _, l := range meta.Dimension["regso"].Extension.CodeLists {
		ids = append(ids, l.ID+" "+l.Type+" "+l.Label)
	}
	if diff := cmp.Diff([]string{"vs_regso-2020 Valueset RegSO 2020", "agg_regso-2020_riket Aggregation RegSO 2020 by riket", "agg_regso-2020_lan Aggregation RegSO 2020 by län", "agg_regso-2020_kommun Aggregation RegSO 2020 by kommun",
		"agg_regso-2020_typ-2023 Aggregation RegSO 2020 by area type 2023"}, ids); diff != "" {
		t.Errorf("code lists (-want +got):\n%s", diff)
	}
	if l := meta.Dimension["background"].Extension.CodeLists; l == nil || len(l) != 0 {
		t.Errorf("code lists of a group: %v", l)
	}
	kommuner := answer[list](t, get(t, s, "/api/v2/codelists/agg_regso-2020_kommun"))
	if len(kommuner.Values) != 2 || kommuner.Values[1].Code != "1480" || kommuner.Values[1].Label != "Göteborg" || len(kommuner.Values[1].ValueMap) != 6 || kommuner.Values[1].ValueMap[5] != "1480R006" {
		t.Errorf("%+v", kommuner)
	}
	const rest = "&valueCodes[background]=utl*,total&valueCodes[year]=2023&valueCodes[ContentsCode]=*"
	ask := func(query string) *cube.Cube {
		return dataset(t, get(t, s, "/api/v2/tables/background_regso/data?"+query+rest))
	}
	codes := func(c *cube.Cube) (out []string) {
		for _, m := range c.Dim("regso").Members {
			out = append(out, m.Code)
		}
		return out
	}
	c := ask("codelist[regso]=agg_regso-2020_kommun&valueCodes[regso]=*")
	if got := codes(c); !slices.Equal(got, []string{"0180", "1480"}) || c.Get("NPersons", "0180", "2023", "total").Value != 2100 || c.Get("NPersons", "1480", "2023", "utländsk bakgrund").Value != 570 || c.Get("SharePersons", "1480", "2023", "utländsk bakgrund").Value != 0.1 {
		t.Errorf("by kommun: %v %+v", got, c.Get("SharePersons", "1480", "2023", "utländsk bakgrund"))
	}
	if c := ask("codelist[REGSO]=agg_regso-2020_TYP-2023&valueCodes[regso]=1"); c.Get("NPersons", "1", "2023", "total").Value != 1800 {
		t.Errorf("of type 1: %+v", c.Get("NPersons", "1", "2023", "total"))
	}
	if got := codes(ask("codelist[regso]=agg_regso-2020_kommun&outputValues[regso]=single&valueCodes[regso]=1480")); !slices.Equal(got, regsoAndTotal()[6:12]) {
		t.Errorf("the RegSO in 1480: %v", got)
	}
	if got := codes(ask("codelist[regso]=vs_regso-2020&valueCodes[regso]=*")); !slices.Equal(got, regsoAndTotal()[:12]) {
		t.Errorf("the RegSO alone: %v", got)
	}
	// By POST, and nothing else selected.
	c = dataset(t, post(t, s, "/api/v2/tables/background_regso/data", `{"selection":[{"variableCode":"regso","codelist":"agg_regso-2020_lan"}]}`))
	if got := codes(c); !slices.Equal(got, []string{"01", "14"}) || c.Len() != 2*3 {
		t.Errorf("default selection by län: %v, %d rows", got, c.Len())
	}
	// The metadata of what a code list gives.
	by := answer[struct {
		Dimension map[string]struct {
			Category struct{ Index map[string]int }
		}
	}](t, get(t, s, "/api/v2/tables/background_regso/metadata?codelist[regso]=agg_regso-2020_kommun"))
	if n := len(by.Dimension["regso"].Category.Index); n != 2 {
		t.Errorf("metadata by kommun has %d regions", n)
	}
	// What does not add up is not there, and the answer says so; a group with a hidden cell is hidden.
	text := page(t, s, "/api/v2/tables/states_regso/data?lang=en&codelist[regso]=agg_regso-2020_kommun&valueCodes[regso]=*&valueCodes[ContentsCode]=*")
	if !strings.Contains(text, "X can't be computed for RegSO 2020 by kommun") {
		t.Errorf("a share of unknown parts: %s", text)
	}
	for _, code := range []string{"01", "14"} {
		c := dataset(t, get(t, s, "/api/v2/tables/pupils_kommun/data?codelist[kommun]=agg_kommun_lan&valueCodes[kommun]=*&valueCodes[background]=utl*&valueCodes[ContentsCode]=*"))
		if cell := c.Get("NPersons", code, "utländsk bakgrund"); !cell.Status.Hidden() {
			t.Errorf("län %s: %+v", code, cell)
		}
	}
	for query, title := range map[string]string{"codelist[regso]=agg_regso-2025_kommun&valueCodes[regso]=*": "Non-existent codelist", "codelist[background]=vs_regso-2020": "Non-existent codelist",
		"codelist[regso]=agg_regso-2020_kommun&valueCodes[regso]=0180R001": "Non-existent value", "codelist[regso]=vs_regso-2020&valueCodes[regso]=total": "Non-existent value",
		"codelist[regso]=agg_regso-2020_kommun&outputValues[regso]=both": "Illegal parameter"} {
		if p := answer[struct{ Title string }](t, get(t, s, "/api/v2/tables/background_regso/data?"+query)); p.Title != title {
			t.Errorf("%s: %s, want %s", query, p.Title, title)
		}
	}
}

func FuzzAPI(f *testing.F) {
	s := toy(f)
	f.Add("/tables/population/data?valueCodes[type]=TOP(1,2)", "")
	f.Add("/tables/background_regso/data?valueCodes[regso]=*1*", `{"selection":[{"variableCode":"regso","valueCodes":["RANGE(a,b)","[x]"]}],"placement":{"heading":["year"]}}`)
	f.Add("/savedqueries/AAAA/data", "")
	f.Add("/tables/background_regso/data?codelist[regso]=agg_regso-2020_kommun&outputValues[regso]=single&valueCodes[regso]=[0180],*80", `{"selection":[{"variableCode":"regso","codelist":"vs_regso-2020","outputValues":"aggregated"}]}`)
	f.Add("/tables/states_regso/metadata?codelist[regso]=agg_regso-2020_typ-2023&savedQuery=x", `{"query":[{"code":"regso","selection":{"filter":"agg_single:agg_regso-2020_lan","values":["01"]}}],"response":{"format":"xlsx"}}`)
	f.Add("/codelists/vs_kommun?lang=EN", `{"query":[{"code":"type","selection":{"filter":"top","values":["1)"]}}],"response":{}}`)
	f.Fuzz(func(t *testing.T, address, selection string) {
		u, err := url.Parse("/api/v2" + address)
		if err != nil {
			return
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, &http.Request{Method: method, URL: u, Header: http.Header{}, Body: http.NoBody})
			if w.Code >= 500 {
				t.Fatalf("%s %s: %d %s", method, u, w.Code, w.Body)
			}
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/v2/tables/background_regso/data", bytes.NewReader([]byte(selection))))
		if w.Code >= 500 {
			t.Fatalf("%s: %d %s", selection, w.Code, w.Body)
		}
		w = httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/v1/sv/toy/background_regso", bytes.NewReader([]byte(selection))))
		if w.Code >= 500 {
			t.Fatalf("%s by version 1: %d %s", selection, w.Code, w.Body)
		}
	})
}

// FuzzSelection: whatever an expression is, it is read or refused; what it finds are positions that there are, each once and in order.
func FuzzSelection(f *testing.F) {
	s := toy(f)
	for _, e := range []string{"*", "TOP(2,1)", "range(0180R001,1480R003)", "FROM(x", "[a,b]", "0180*,?480R001", "BOTTOM(99999999999999999999)", "TOP(-1)", "RANGE(,)", "TO()", "(((", "]]", "**0*", ""} {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, e string) {
		r := get(t, s, "/api/v2/tables/background_regso/data?valueCodes[year]=*&valueCodes[ContentsCode]=NPersons&valueCodes[background]=total&valueCodes[regso]="+url.QueryEscape(e))
		switch r.StatusCode {
		case http.StatusOK:
			regso := dataset(t, r).Dim("regso")
			if regso == nil { // nothing is asked for, which is the total
				return
			}
			at := -1
			for _, m := range regso.Members {
				next := slices.Index(regsoAndTotal(), m.Code)
				if next <= at {
					t.Fatalf("%q gives %s out of order", e, m.Code)
				}
				at = next
			}
		case http.StatusBadRequest:
			if p := answer[struct{ Title, Detail string }](t, r); p.Title == "" || p.Detail == "" {
				t.Fatalf("%q is refused without a word", e)
			}
		default:
			t.Fatalf("%q: %d", e, r.StatusCode)
		}
	})
}

// BenchmarkAPI answers a query for as many cells as one may have: 3,363 areas × 14 years × 3 groups and 2 measures, cut to 150,000.
func BenchmarkAPI(b *testing.B) {
	area := cube.Dimension{Name: "regso", Title: cube.Same("RegSO"), Role: cube.Area, Kind: "regso", Vintage: "2020"}
	for i := range 3363 {
		area.Members = append(area.Members, cube.Member{Code: fmt.Sprintf("%04dR%03d", 100+i/10, i%10), Label: cube.Same("Område")})
	}
	var years []string
	for y := range 14 {
		years = append(years, fmt.Sprint(2011+y))
	}
	s := serving(b, made(b, "big", []cube.Dimension{area, year(years...), background}, []cube.Measure{persons, share}, func(at []int32) []cube.Cell {
		return []cube.Cell{cube.KnownCell(float64(at[0])), {Status: cube.Known, Value: float64(at[0]%1000) / 1000}}
	}))
	for _, format := range []string{"json-stat2", "csv", "px", "parquet"} {
		b.Run("format="+format+"/cells=147972", func(b *testing.B) {
			for b.Loop() {
				page(b, s, "/api/v2/tables/big/data?valueCodes[regso]=*&valueCodes[year]=TOP(11)&valueCodes[background]=utl*,svensk*&valueCodes[ContentsCode]=*&outputFormat="+format)
			}
		})
	}
}
