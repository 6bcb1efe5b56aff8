package server_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/server"
)

// What must never be served: the values of hidden cells. They are chosen so that no other number on any page has these digits.
const (
	secretValue = 8642097
	secretLow   = 8531086
	secretHigh  = 8753108
	secretBase  = 9191919
	secondary   = 47113
)

// evil is a label that would run if it were not escaped.
// ownScript is the one script that a page has where the front end was built, a file of its own, and what a map hands it, which is no script: its view, and the beginning of a table as text.
var ownScript = regexp.MustCompile(`<script type="module" src="/assets/[\w.-]+\.js" integrity="sha384-[^"]+"></script>|<script type="application/json" id="view">[^<]*</script>|<script type="text/html"><table>`)

const evil = `<script>alert("x")</script>&`

var (
	regso20 = area.ID{Kind: area.RegSO, Vintage: "2020"}
	regso25 = area.ID{Kind: area.RegSO, Vintage: "2025"}
	kommun  = area.ID{Kind: area.Kommun}
	lan     = area.ID{Kind: area.Lan}
	riket   = area.ID{Kind: area.Riket}
)

// squares are areas of one kilometre each side by side, six in a row; those whose name ends with a question mark have no border.
func squares(t testing.TB, id area.ID, codes ...string) *area.Division {
	t.Helper()
	var areas []area.Area
	for i, code := range codes {
		code, name, _ := strings.Cut(code, " ")
		x, y := 600000+1000*float64(i%6), 6600000+1000*float64(i/6)
		a := area.Area{Code: code, Name: strings.TrimSuffix(name, "?")}
		if !strings.HasSuffix(name, "?") {
			a.Border = orb.MultiPolygon{{{{x, y}, {x + 1000, y}, {x + 1000, y + 1000}, {x, y + 1000}, {x, y}}}}
		}
		areas = append(areas, a)
	}
	d, err := area.New(id, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// regsoCodes are the RegSO of the toy country: two kommuner, one in each of two län.
var regsoCodes = []string{"0180R001 Norra Å", "0180R002 Södra Å", "0180R003 " + evil, "0180R004 Utan gräns?", "0180R005 Ön", "0180R006 Åsen",
	"1480R001 Älvstranden", "1480R002 Östra Bergsjön", "1480R003 Kullen", "1480R004 Dalen", "1480R005 Ängen", "1480R006 Hamnen"}

func dimOf(d *area.Division, name string, total bool) cube.Dimension {
	dim := cube.Dimension{Name: name, Title: cube.Same(d.ID.Kind.Title()), Role: cube.Area, Kind: string(d.ID.Kind), Vintage: d.ID.Vintage}
	for i := range d.Len() {
		dim.Members = append(dim.Members, cube.Member{Code: d.At(i).Code, Label: cube.Same(d.At(i).Name)})
	}
	if total {
		dim.Members = append(dim.Members, cube.Member{Code: cube.Total, Label: cube.TotalLabel})
	}
	return dim
}

func year(years ...string) cube.Dimension {
	d := cube.Dimension{Name: "year", Title: cube.Text{SV: "År", EN: "Year"}, Role: cube.Time}
	for _, y := range years {
		d.Members = append(d.Members, cube.Member{Code: y, Label: cube.Same(y)})
	}
	return d
}

var (
	persons = cube.Measure{Name: "NPersons", Title: cube.Text{SV: "Antal personer", EN: "Number of persons"}, Unit: cube.Text{SV: "personer", EN: "persons"}, Kind: cube.Count}
	share   = cube.Measure{Name: "SharePersons", Title: cube.Text{SV: "Andel av befolkningen", EN: "Share of the population"}, Kind: cube.Share, Decimals: 1,
		Of: "NPersons", Over: "background", Base: []string{cube.Total}}
	background = cube.Dimension{Name: "background", Title: cube.Text{SV: "Bakgrund", EN: "Background"}, Role: cube.Group, Members: []cube.Member{
		{Code: "utländsk bakgrund", Label: cube.Text{SV: "Utländsk bakgrund", EN: "Foreign background"}}, {Code: "svensk bakgrund", Label: cube.Text{SV: evil}}, {Code: cube.Total, Label: cube.TotalLabel}}}
)

// made gathers a cube from a function of its members.
func made(t testing.TB, name string, dims []cube.Dimension, measures []cube.Measure, cells func(at []int32) []cube.Cell) *cube.Cube {
	t.Helper()
	b := cube.NewBuilder(name, dims, measures)
	at := make([]int32, len(dims))
	var fill func(d int)
	fill = func(d int) {
		if d == len(dims) {
			if row := cells(at); row != nil {
				b.Add(at, row...)
			}
			return
		}
		for m := range dims[d].Members {
			at[d] = int32(m)
			fill(d + 1)
		}
	}
	fill(0)
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Title = cube.Text{SV: "Tabell " + name, EN: "Table " + name}
	c.Notes = []cube.Text{{SV: "Bara på svenska " + evil}}
	c.Lineage.Sources = []cube.Source{{Name: "made up", Publisher: "Nobody", Public: true, Synthetic: true}}
	return c
}

// cell is a cell of a state; every cell holds numbers, also one without a value, but no interval where publish refuses one.
func cell(status cube.Status) cube.Cell {
	c := cube.Cell{Status: status, Value: 0.25, Base: cube.Num(400), Lo: cube.Num(0.2), Hi: cube.Num(0.3)}
	if !status.HasValue() {
		c.Value, c.Base, c.Lo, c.Hi = secretValue, cube.Num(secretBase), cube.Num(secretLow), cube.Num(secretHigh)
	}
	if status.Hidden() {
		c.Lo, c.Hi = cube.Number{}, cube.Number{}
	}
	return c
}

// toy builds a small edition and serves it. Its numbers: RegSO i of 12 has 100·(i+1) persons, of whom 10·(i+1) have foreign background, and is of type
// i mod 5 + 1 in 2023.
func toy(t testing.TB) *server.Server {
	t.Helper()
	return opened(t, toyFolder(t))
}

func toyFolder(t testing.TB) string {
	t.Helper()
	g := area.NewGeography()
	r20, r25 := squares(t, regso20, regsoCodes...), squares(t, regso25, "0180R001 Nya Å", "0180R002 Nya Ön")
	k, l := squares(t, kommun, "0180 Stockholm", "1480 Göteborg"), squares(t, lan, "01 Stockholms län", "14 Västra Götalands län")
	land := squares(t, riket, "00 Riket?")
	for _, d := range []*area.Division{r20, r25, k, l, land} {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	kind := areatype.Dimension("type", cube.Text{SV: "Områdestyp", EN: "Area type"})
	kind.Members = append(kind.Members, cube.Member{Code: cube.Total, Label: cube.TotalLabel})
	// The whole is 100+200+…+1200 = 7800; type k has RegSO k, k+5 and (k ≤ 2) k+10.
	byType := []float64{100 + 600 + 1100, 200 + 700 + 1200, 300 + 800, 400 + 900, 500 + 1000, 7800}
	counted := func(n float64, b int32) []cube.Cell {
		part := []float64{0.1, 0.9, 1}[b]
		return []cube.Cell{cube.KnownCell(n * part), {Status: cube.Known, Value: part, Base: cube.Num(n), Lo: cube.Num(part - 0.01), Hi: cube.Num(part + 0.01)}}
	}
	code := cube.Measure{Name: "PublishedAreaType", Title: cube.Text{SV: "Publicerad områdestyp", EN: "Published area type"}, Kind: cube.Code}
	public := []*cube.Cube{
		made(t, "population", []cube.Dimension{kind, year("2022", "2023")}, []cube.Measure{persons}, func(at []int32) []cube.Cell {
			return []cube.Cell{cube.KnownCell(byType[at[0]])}
		}),
		made(t, "background", []cube.Dimension{kind, year("2023"), background}, []cube.Measure{persons, share}, func(at []int32) []cube.Cell {
			return counted(byType[at[0]], at[2])
		}),
		made(t, "background_regso", []cube.Dimension{dimOf(r20, "regso", true), year("2023"), background}, []cube.Measure{persons, share}, func(at []int32) []cube.Cell {
			if at[0] == 12 {
				return counted(7800, at[2])
			}
			return counted(100*float64(at[0]+1), at[2])
		}),
		made(t, "background_kommun", []cube.Dimension{dimOf(k, "kommun", true), year("2023"), background}, []cube.Measure{persons, share}, func(at []int32) []cube.Cell {
			return counted([]float64{2100, 5700, 7800}[at[0]], at[2])
		}),
		made(t, "type_kommun", []cube.Dimension{kind, dimOf(k, "kommun", false)}, []cube.Measure{persons}, func(at []int32) []cube.Cell {
			if at[0] == 0 && at[1] == 1 {
				return nil
			}
			return []cube.Cell{cube.KnownCell(100)}
		}),
		made(t, "area_type", []cube.Dimension{dimOf(r20, "regso", false), year("2022", "2023")}, []cube.Measure{code}, func(at []int32) []cube.Cell {
			return []cube.Cell{cube.KnownCell(float64(at[0]%5 + 1))}
		}),
		// One RegSO for each state.
		made(t, "states_regso", []cube.Dimension{dimOf(r20, "regso", false)}, []cube.Measure{{Name: "ShareX", Title: cube.Same("X"), Kind: cube.Share, Decimals: 1}}, func(at []int32) []cube.Cell {
			if int(at[0]) >= len(cube.Statuses()) {
				return nil
			}
			return []cube.Cell{cell(cube.Statuses()[at[0]])}
		}),
		made(t, "new", []cube.Dimension{dimOf(r25, "regso", false)}, []cube.Measure{persons}, func(at []int32) []cube.Cell { return []cube.Cell{cube.KnownCell(55)} }),
		made(t, "account", []cube.Dimension{{Name: "outcome", Title: cube.Same("Outcome"), Role: cube.Group, Members: []cube.Member{{Code: "placed"}, {Code: "outside"}}}}, []cube.Measure{persons},
			func(at []int32) []cube.Cell { return []cube.Cell{cube.KnownCell(float64(at[0]) + 1)} }),
	}
	numbers, rules := grantOf(t)
	public = append(public, numbers)
	var tables []protect.Table
	for _, c := range public {
		table, err := protect.AlreadyPublic(c, "made up")
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	// Three persons are too few; the other cells of their row and column are hidden to protect them.
	inner := made(t, "pupils", []cube.Dimension{dimOf(k, "kommun", false), background}, []cube.Measure{persons}, func(at []int32) []cube.Cell {
		if at[1] == 2 {
			return nil
		}
		return []cube.Cell{cube.KnownCell([][]float64{{3, secondary}, {58219, 61223}}[at[0]][at[1]])}
	})
	inner.Lineage.Sources = []cube.Source{{Name: "register", Synthetic: true}}
	policy, err := protect.Profile("scb-integration")
	if err != nil {
		t.Fatal(err)
	}
	dims := []string{"kommun", "background"}
	release, err := protect.Apply([]protect.Family{{Name: "pupils", Inner: inner, Views: []cube.View{{Name: "pupils_kommun", Title: cube.Same("Elever"), Dims: dims, Totals: dims, Measures: []cube.Measure{persons}}}}}, policy)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "edition")
	err = publish.Build(dir, publish.Input{Tables: append(tables, release.Tables()...), Geography: g, Divisions: []area.ID{regso20, regso25, kommun, lan, riket},
		Release: edition.Release{Title: cube.Text{SV: "Leksaksland", EN: "Toyland"}, Project: "toy", Agency: "Myndigheten", Synthetic: true,
			Grants:     []edition.Grant{{Name: "grant", Title: cube.Text{SV: "Bidrag <prov>", EN: "A grant <trial>"}, Table: "grant_numbers", Rules: rules, Need: "index", Reach: []string{"poor"}}},
			Methods:    []edition.Method{{Name: "types", Title: cube.Same("Typer"), Text: cube.Text{SV: "Först.\n\nSedan " + evil, EN: "First.\n\nThen " + evil}}},
			Assessment: toyAssessment()}})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// toyAssessment has one process, one tool and two uses: planning on a shown share of 0.1 against 0.2 and 0.05, and on a hidden number; follow-up on nothing, and judged.
func toyAssessment() *edition.Assessment {
	named := func(code, sv, en string) []edition.Named {
		return []edition.Named{{Code: code, Title: cube.Text{SV: sv, EN: en}, Text: cube.Text{SV: sv + " " + evil}}}
	}
	limits := edition.Thresholds{Supports: 0.2, Conditions: 0.05}
	return &edition.Assessment{
		Tools: named("types", "Områdestyper", "Area types"), Uses: append(named("planning", "Planering", "Planning"), named("follow-up", "Uppföljning", "Follow-up")...), Processes: named("grants", "Bidrag "+evil, "Grants"),
		Kinds: []edition.Kind{{Doc: cube.Doc{Name: "reach", Title: cube.Text{SV: "Räckvidd", EN: "Reach"}, Text: cube.Text{SV: "Säger " + evil}, Formula: "a/b", Range: cube.Same("0..1"), Source: evil}, Share: true}},
		Notes: []cube.Text{{SV: evil}},
		Items: []edition.Item{
			{Tool: "types", Use: "planning", Process: "grants", Verdict: edition.Conditions, Obstacle: cube.Text{SV: "Hinder " + evil}, Remedy: cube.Text{EN: "Remedy"}, Evidence: []edition.Evidence{
				{Kind: "reach", Title: cube.Same("Reach"), Table: "background", At: map[string]string{"type": "1", "year": "2023", "background": "utländsk bakgrund"}, Measure: "SharePersons", Thresholds: limits, Verdict: edition.Conditions, Decisive: true},
				{Kind: "other", Title: cube.Same("Other " + evil), Table: "pupils_kommun", At: map[string]string{"kommun": "0180", "background": "utländsk bakgrund"}, Measure: "NPersons", Thresholds: limits, Verdict: edition.Unmeasured},
			}},
			{Tool: "types", Use: "follow-up", Process: "grants", Verdict: edition.Unmeasured, Judgement: &edition.Judgement{Verdict: edition.Against, By: "Någon " + evil, Reason: cube.Text{SV: "Därför " + evil}}},
		},
	}
}

// The matrix has the verdict that stands and leads to the item; its page shows the cell as it is published, its thresholds in percent, and leads to the cell. A judgement stands with the measured verdict.
func TestAssessment(t *testing.T) {
	h := toy(t)
	all := page(t, h, "/en/bedomning")
	for _, want := range []string{`href="/en/bedomning/grants-types-planning">Supports with conditions</a>`, `href="/en/bedomning/grants-types-follow-up">Does not support*</a>`, "at least 20%; at least 5%"} {
		if !strings.Contains(all, want) {
			t.Errorf("the overview lacks %s", want)
		}
	}
	item := page(t, h, "/en/bedomning/grants-types-planning")
	for _, want := range []string{`href="/en/tabell/background?background=utl%C3%A4ndsk&#43;bakgrund&amp;type=1&amp;year=2023"`, "10.0%", "at least 20%; at least 5%", "decisive", "Hidden: built on too few"} {
		if !strings.Contains(item, want) {
			t.Errorf("the item lacks %s", want)
		}
	}
	judged := page(t, h, "/bedomning/grants-types-follow-up")
	for _, want := range []string{"Stödjer inte", "Inte mätt", "Därför "} {
		if !strings.Contains(judged, want) {
			t.Errorf("the judged item lacks %s", want)
		}
	}
	for _, address := range []string{"/bedomning/grants-types", "/bedomning/grants-types-analysis", "/bedomning/x", "/bedomning/a-b-c-d"} {
		if r := get(t, h, address); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", address, r.StatusCode)
		}
	}
	without := serving(t, made(t, "one", []cube.Dimension{year("2023")}, []cube.Measure{persons}, func([]int32) []cube.Cell { return []cube.Cell{cube.KnownCell(1)} }))
	if r := get(t, without, "/bedomning"); r.StatusCode != http.StatusNotFound || strings.Contains(page(t, without, "/"), "bedomning") {
		t.Error("an edition without an assessment has a page of one, or leads to it")
	}
}

// opened serves the edition in a folder.
func opened(t testing.TB, dir string) *server.Server {
	t.Helper()
	ed, err := edition.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(ed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// serving serves an edition of one public table.
func serving(t testing.TB, c *cube.Cube) *server.Server {
	t.Helper()
	table, err := protect.AlreadyPublic(c, "made up")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "edition")
	err = publish.Build(dir, publish.Input{Tables: []protect.Table{table}, Geography: area.NewGeography(), Release: edition.Release{Title: cube.Same("T"), Project: "t", Agency: "Myndigheten", Synthetic: true}})
	if err != nil {
		t.Fatal(err)
	}
	return opened(t, dir)
}

// get asks for an address.
func get(t testing.TB, h http.Handler, address string, headers ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t testing.TB, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(r.Header.Get("Content-Type"), "spreadsheetml.sheet") && r.Header.Get("Content-Encoding") == "" {
		return unzipped(t, b)
	}
	return string(b)
}

// unzipped is the text of all files in a workbook.
func unzipped(t testing.TB, b []byte) string {
	t.Helper()
	files, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range files.File {
		part, err := f.Open()
		if err == nil {
			_, err = io.Copy(&text, part)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return text.String()
}

// page is the text of an address that must be there.
func page(t testing.TB, h http.Handler, address string) string {
	t.Helper()
	r := get(t, h, address)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d", address, r.StatusCode)
	}
	return body(t, r)
}

var hrefs = regexp.MustCompile(`(?:href|action)="([^"]*)"`)

var entities = strings.NewReplacer("&amp;", "&", "&#43;", "+", "&#39;", "'", "&#34;", `"`, "&lt;", "<", "&gt;", ">")

// crawl fetches every address that the pages lead to, and gives the answers by address.
func crawl(t testing.TB, h http.Handler) map[string]string {
	t.Helper()
	seen := map[string]string{}
	next := []string{"/", "/en/"}
	compared, permanent, painted := 0, 0, 0
	for len(next) > 0 {
		address := next[0]
		next = next[1:]
		if _, ok := seen[address]; ok {
			continue
		}
		// A comparison leads to those with one place or type less, and a map to those of one step of its legend more or less: there are as many as there are sets of them.
		if strings.Contains(address, "/jamfor") && strings.Contains(address, "?") || strings.Contains(address, "klass=") {
			if compared++; compared > 40 {
				continue
			}
		}
		// Every page leads to itself under its permanent address; TestEditions follows all of those.
		if _, all := h.(within); strings.HasPrefix(address, "/e/") && !all {
			if permanent++; permanent > 20 {
				continue
			}
		}
		// A PNG is painted from the SVG beside it, and takes its time.
		if strings.Contains(address, ".png") {
			if painted++; painted > 6 {
				continue
			}
		}
		r := get(t, h, address)
		seen[address] = body(t, r)
		if r.StatusCode != http.StatusOK {
			t.Errorf("%s: status %d", address, r.StatusCode)
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			continue
		}
		base, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range hrefs.FindAllStringSubmatch(seen[address], -1) {
			u, err := base.Parse(entities.Replace(m[1]))
			if err != nil {
				t.Fatalf("%s leads to %q: %v", address, m[1], err)
			}
			if u.Host == "" && u.Scheme == "" {
				u.Fragment = ""
				next = append(next, u.String())
			}
		}
	}
	return seen
}

// more are addresses with conditions, which no link leads to.
var more = []string{
	"/tabell/background_regso?background=utl%C3%A4ndsk+bakgrund", "/tabell/background_regso?background=utl%C3%A4ndsk%20bakgrund&inom=14&matt=NPersons",
	"/tabell/background_regso.csv?regso=0180R001", "/en/tabell/background_regso?inom=0180", "/tabell/background?type=1&type=total", "/tabell/background.json?type=1",
	"/sok?q=orebro", "/sok?q=ostra", "/en/sok.json?q=0180", "/sok.csv?q=a", "/tabell/area_type?year=2022", "/tabell/type_kommun?inom=14", "/plats/00", "/plats/00.csv",
	"/ogc?f=html", "/en/ogc?f=html", "/ogc/conformance?f=html", "/ogc/collections?f=html", "/en/ogc/collections/regso-2020?f=html", "/ogc/collections/regso-2020/items?f=html&m=states:ShareX", "/en/ogc/collections/regso-2020/items/0180R003?f=html&m=states:ShareX",
}

// views are addresses of views of figures with conditions, each of which has something hidden or missing in it or beside it.
var views = []string{
	"/karta?m=states:ShareX", "/karta.light?m=states:ShareX", "/karta/flera?m=states:ShareX", "/en/karta?m=states:ShareX&klass=hidden_rule&klass=0..20", "/karta.svg?m=states:ShareX", "/karta.geojson?m=states:ShareX", "/karta.xlsx?m=states:ShareX", "/karta.csv?m=states:ShareX", "/karta.json?m=states:ShareX",
	"/karta/flera.svg?m=states:ShareX", "/karta/flera.geojson?m=states:ShareX&m=pupils:NPersons:svensk+bakgrund", "/karta/flera.csv?m=states:ShareX", "/en/karta/flera.xlsx?m=states:ShareX", "/karta/flera.svg?m=states:ShareX&m=pupils:NPersons:svensk+bakgrund",
	"/jamfor.geojson?m=states:ShareX&plats=0180R003&plats=0180R002", "/jamfor.geojson?m=states:ShareX&m=pupils:NPersons:svensk+bakgrund&plats=0180R003&plats=0180", "/sok.xlsx?q=a", "/tabell.xlsx",
	"/en/karta?m=states:ShareX&plats=0180R003&typ=1&typ=3&inom=0180", "/en/karta?m=pupils:NPersons:utl%C3%A4ndsk+bakgrund&plats=0180", "/karta.svg?m=pupils:NPersons:utl%C3%A4ndsk+bakgrund&plats=0180",
	"/karta.geojson?m=pupils:NPersons:svensk+bakgrund", "/jamfor?m=pupils:NPersons:utl%C3%A4ndsk+bakgrund&m=pupils:NPersons:svensk+bakgrund&plats=0180&plats=1480",
	"/jamfor.svg?m=states:ShareX&plats=0180R002&plats=0180R003", "/jamfor.xlsx?m=pupils:NPersons:svensk+bakgrund&plats=0180&plats=1480", "/jamfor?m=states:ShareX&plats=0180R003&plats=0180R004",
	"/jamfor.csv?m=states:ShareX&plats=0180R003&plats=0180R004", "/plats/0180?m=pupils:NPersons:svensk+bakgrund", "/plats/0180R003?m=states:ShareX", "/plats/0180.xlsx", "/karta.svg?m=background:SharePersons:utl%C3%A4ndsk+bakgrund&plats=0180R003", "/en/jamfor?lagg=a",
}

// everything is all that the server has to say.
func everything(t testing.TB, h http.Handler) map[string]string {
	t.Helper()
	all := crawl(t, h)
	for _, address := range slices.Concat(more, views) {
		all[address] = page(t, h, address)
	}
	return all
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	all := crawl(t, toy(t))
	for _, want := range []string{"/plats/0180", "/en/plats/0180R001", "/plats/0180R001_RegSO2025", "/plats/14", "/tabell/background_regso", "/en/tabell/area_type.csv", "/tabell/pupils_kommun.json",
		"/metod.json", "/utgava.json", "/tabell.csv", "/sok", "/en/utgava", "/plats/00.csv", "/en/plats/00.json"} {
		if _, ok := all[want]; !ok {
			t.Errorf("no page leads to %s", want)
		}
	}
}

// TestHonest is the honesty test: what is hidden is in no byte that is served.
func TestHonest(t *testing.T) {
	var secrets []string
	for _, n := range []int{secretValue, secretLow, secretHigh, secretBase, secondary} {
		s := fmt.Sprint(n)
		grouped := s[:len(s)%3]
		for rest := s[len(s)%3:]; rest != ""; rest = rest[3:] {
			grouped += "\u00a0" + rest[:3]
		}
		grouped = strings.TrimPrefix(grouped, "\u00a0")
		secrets = append(secrets, s, grouped, strings.ReplaceAll(grouped, "\u00a0", ","))
	}
	h := toy(t)
	for address, text := range everything(t, h) {
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s holds the hidden number %s", address, s)
			}
		}
	}
	// The test can fail: the neighbours of what is hidden are there.
	if !strings.Contains(page(t, h, "/tabell/background_kommun"), "5\u00a0700") {
		t.Error("a shown number is not found where it should be")
	}
}

func TestHiddenCellsTellTheirReason(t *testing.T) {
	h := toy(t)
	sv := page(t, h, "/tabell/states_regso")
	for _, status := range cube.Statuses() {
		title := status.Title().SV
		ordinary := status == cube.Known || status == cube.Zero
		if got := strings.Contains(sv, `title="`+title+`"`); got == ordinary {
			t.Errorf("the cell that is %s has its reason: %v", status, got)
		}
	}
	if en := page(t, h, "/en/tabell/pupils_kommun?background=utl%C3%A4ndsk+bakgrund"); !strings.Contains(en, "<b>×</b> "+cube.HiddenRule.Title().EN) {
		t.Error("the signs under a table are not explained")
	}
	var doc struct {
		Synthetic bool
		Tables    []struct {
			Rows []struct {
				Value *float64
				Base  *float64
				State string `json:"status"`
			}
		}
	}
	if err := json.Unmarshal([]byte(page(t, h, "/tabell/pupils_kommun.json")), &doc); err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for _, row := range doc.Tables[0].Rows {
		status, err := cube.ParseStatus(row.State)
		if err != nil {
			t.Fatal(err)
		}
		if status.Hidden() {
			hidden++
			if row.Value != nil {
				t.Error("a hidden cell has a value in JSON")
			}
		}
	}
	if hidden == 0 || !doc.Synthetic {
		t.Errorf("%d hidden cells, synthetic %v", hidden, doc.Synthetic)
	}
}

func TestNumbers(t *testing.T) {
	h := toy(t)
	for _, c := range []struct{ address, want string }{
		// The sentences: 12 RegSO of types 1,2,3,4,5,1,2,3,4,5,1,2; persons 1800, 2100, 1100, 1300, 1500 of 7800.
		{"/", "Av landets 12 RegSO år 2023 är 3 av typ 1, 3 av typ 2, 2 av typ 3, 2 av typ 4 och 2 av typ 5."},
		{"/en/", "Of the country&#39;s 12 RegSO in 2023, 3 are of type 1, 3 of type 2, 2 of type 3, 2 of type 4 and 2 of type 5."},
		{"/", "Av 7\u00a0800 personer år 2023 finns 23,1\u00a0% i områden av typ 1, 26,9\u00a0% i typ 2, 14,1\u00a0% i typ 3, 16,7\u00a0% i typ 4 och 19,2\u00a0% i typ 5."},
		{"/en/", "Of 7,800 persons in 2023, 23.1% are in areas of type 1"},
		{"/plats/0180", "Av 6 RegSO i Stockholm år 2023 är 2 av typ 1, 1 av typ 2, 1 av typ 3, 1 av typ 4 och 1 av typ 5."},
		{"/plats/1480R001", "Publicerad områdestyp 2 (2023): Områden med socioekonomiska utmaningar."},
		{"/plats/1480R001", "Tidigare år: 2022: 2."},
		{"/tabell/background", "<td class=\"known\">10,0 <span class=\"interval\">(9,0–11,0)</span></td>"},
		{"/en/tabell/background", "(9.0–11.0)"},
		{"/en/tabell/background_kommun", "7,800"},
	} {
		if text := page(t, h, c.address); !strings.Contains(text, c.want) {
			t.Errorf("%s lacks %q", c.address, c.want)
		}
	}
}

// programs tells whether an address is of an interface for programs, whose forms are those of others and have tests of their own.
func programs(path string) bool {
	path = strings.TrimPrefix(path, "/en")
	return strings.HasPrefix(path, "/api/v") || path == "/api/openapi.json" || strings.HasPrefix(path, "/datasets/") || path == "/ogc" || strings.HasPrefix(path, "/ogc/") || strings.HasPrefix(path, "/tiles/")
}

func TestSyntheticIsSaidEverywhere(t *testing.T) {
	all := everything(t, toy(t))
	for address, text := range all {
		path, _, _ := strings.Cut(address, "?")
		switch {
		case strings.HasSuffix(path, ".png"):
			// It is painted from the SVG, which says so.
			if _, ok := all[strings.Replace(address, ".png", ".svg", 1)]; !ok {
				t.Errorf("there is no SVG beside %s", address)
			}
		case strings.HasSuffix(path, ".csv") || strings.HasPrefix(path, "/assets/"):
		case strings.HasPrefix(path, "/api/v1/") || strings.HasPrefix(path, "/api/v2/codelists/") || strings.HasSuffix(path, "/defaultselection"): // codes and names alone
		case path == "/api/openapi.json" && strings.Contains(text, "Synthetic data"):
		case strings.HasSuffix(path, ".json") || strings.HasSuffix(path, ".geojson") || strings.HasSuffix(path, ".parquet") || strings.Contains(address, "?f=json"):
			if !strings.Contains(text, `"synthetic":true`) {
				t.Errorf("%s does not say that it is synthetic", address)
			}
		default:
			if strings.HasPrefix(strings.TrimPrefix(path, "/en"), "/ogc/") && strings.Contains(text, `"synthetic":true`) {
				continue
			}
			if !strings.Contains(text, "Syntetiska data") && !strings.Contains(text, "Synthetic data") {
				t.Errorf("%s does not say that it is synthetic", address)
			}
		}
	}
	if name := get(t, toy(t), "/tabell/background.csv").Header.Get("Content-Disposition"); !strings.Contains(name, "synthetic-toy-tabell-background.csv") {
		t.Errorf("file name %q", name)
	}
}

func TestStatusCodes(t *testing.T) {
	h := toy(t)
	for _, c := range []struct {
		address string
		status  int
		want    string // in the answer or in Location
	}{
		{"/nothing", 404, "Sidan finns inte"},
		{"/en/nothing", 404, "There is no such page"},
		{"/plats/9999", 404, "Sidan finns inte"},
		{"/tabell/nothing.csv", 404, "Sidan finns inte"},
		{"/tabell/nothing.json", 404, `"error"`},
		{"/tabell/a/b", 404, ""},
		{"/en/assets/style.css", 404, ""},
		{"/assets/nothing.js", 404, ""},
		{"//evil.example/", 404, ""},
		{"/tabell/", 301, "/tabell"},
		{"/en", 301, "/en/"},
		{"/en/tabell/background/?type=1", 301, "/en/tabell/background?type=1"},
		{"/?x=1", 400, "Sidan tar inga villkor"},
		{"/en/metod?x=1", 400, "takes no conditions"},
		{"/tabell/background?x=1", 400, "type, year, background"},
		{"/tabell/background_regso?x=1", 400, "regso, year, background, inom, matt"},
		{"/tabell/background?type=9", 400, "1, 2, 3, 4, 5, total"},
		{"/en/tabell/background_regso?inom=9999", 400, "There is no place of that code"},
		{"/tabell/background_regso?matt=x", 400, "NPersons, SharePersons"},
		{"/tabell/background?type=%zz", 400, "går inte att läsa"},
		{"/tabell/background?type=1;2", 400, ""},
		{"/sok?q=" + strings.Repeat("a", 101), 400, "för långt"},
		{"/tabell/background?type=" + url.QueryEscape(evil), 400, ""},
	} {
		r := get(t, h, c.address)
		text := body(t, r) + r.Header.Get("Location")
		if r.StatusCode != c.status || !strings.Contains(text, c.want) {
			t.Errorf("%s: status %d (want %d), lacks %q", c.address, r.StatusCode, c.status, c.want)
		}
		if strings.Contains(ownScript.ReplaceAllString(text, ""), "<script") {
			t.Errorf("%s: what was asked comes back unescaped", c.address)
		}
		if c.status >= 400 && r.Header.Get("ETag") != "" {
			t.Errorf("%s: an error may be kept", c.address)
		}
	}
	r := httptest.NewRecorder()
	h.ServeHTTP(r, httptest.NewRequest(http.MethodPost, "/", nil))
	if r.Code != http.StatusMethodNotAllowed || r.Header().Get("Allow") == "" {
		t.Errorf("POST: status %d", r.Code)
	}
}

func TestHeaders(t *testing.T) {
	h := toy(t)
	r := get(t, h, "/")
	plain := body(t, r)
	policy := r.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || r.Header.Get("Set-Cookie") != "" {
		t.Errorf("headers %v", r.Header)
	}
	// What a browser has kept it may show only when it has asked: the edition may be another by then.
	for _, address := range []string{"/", "/karta", "/karta.svg", "/plats/0180.csv"} {
		if c := get(t, h, address).Header.Get("Cache-Control"); !strings.Contains(c, "no-cache") {
			t.Errorf("%s: Cache-Control %q", address, c)
		}
	}
	tag := r.Header.Get("ETag")
	if again := get(t, h, "/", "If-None-Match", tag); again.StatusCode != http.StatusNotModified || body(t, again) != "" {
		t.Errorf("If-None-Match: status %d", again.StatusCode)
	}
	if other := get(t, h, "/en/", "If-None-Match", tag); other.StatusCode != http.StatusOK {
		t.Errorf("If-None-Match of another page: status %d", other.StatusCode)
	}
	z := get(t, h, "/", "Accept-Encoding", "br, gzip;q=0.5")
	if z.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("no gzip")
	}
	unzip, err := gzip.NewReader(z.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(unzip); err != nil || string(text) != plain {
		t.Errorf("gzip gives another page: %v", err)
	}
	if z := get(t, h, "/", "Accept-Encoding", "gzip;q=0"); z.Header.Get("Content-Encoding") != "" {
		t.Error("gzip to one who doesn't take it")
	}
	head := httptest.NewRecorder()
	h.ServeHTTP(head, httptest.NewRequest(http.MethodHead, "/", nil))
	if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("Content-Length") != fmt.Sprint(len(plain)) {
		t.Errorf("HEAD: status %d, %d bytes, length %s of %d", head.Code, head.Body.Len(), head.Header().Get("Content-Length"), len(plain))
	}
}

func TestSearch(t *testing.T) {
	h := toy(t)
	for _, c := range []struct{ query, first string }{
		{"goteborg", "1480"}, {"GÖTEBORG", "1480"}, {"stockholm", "0180"}, {"Stockholms", "01"}, {"1480R003", "1480R003"}, {"bergsjon", "1480R002"}, {"ång", "1480R005"},
		{"älv", "1480R001"}, {"riket", "00"}, {"nya", "0180R001"},
	} {
		rows, err := csv.NewReader(strings.NewReader(page(t, h, "/sok.csv?q="+url.QueryEscape(c.query)))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) < 2 || rows[1][0] != c.first {
			t.Errorf("%q gives %v, want %s first", c.query, rows[1:], c.first)
		}
	}
	if text := page(t, h, "/sok?q="+url.QueryEscape(evil+"zz")); strings.Contains(ownScript.ReplaceAllString(text, ""), "<script") || !strings.Contains(text, "Ingen plats hittades") {
		t.Error("a search for what is not there")
	}
}

func TestFilter(t *testing.T) {
	h := toy(t)
	rows := func(address string) [][]string {
		t.Helper()
		rows, err := csv.NewReader(strings.NewReader(page(t, h, address))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows[1:]
	}
	// 13 areas × 3 backgrounds × 2 measures; 6 RegSO in each kommun.
	for address, want := range map[string]int{
		"/tabell/background_regso.csv": 78, "/tabell/background_regso.csv?background=utl%C3%A4ndsk+bakgrund": 26, "/tabell/background_regso.csv?inom=0180": 36,
		"/tabell/background_regso.csv?inom=14&background=total": 12, "/tabell/background_regso.csv?regso=0180R001&regso=total": 12,
	} {
		if got := rows(address); len(got) != want {
			t.Errorf("%s: %d rows, want %d", address, len(got), want)
		}
	}
	// RegSO 2 of 12 has 200 persons, 20 of them with foreign background.
	got := rows("/tabell/background_regso.csv?regso=0180R002&background=utl%C3%A4ndsk+bakgrund")
	if want := []string{"0180R002", "2023", "utländsk bakgrund", "NPersons", "20", "", "", "", "known"}; !slices.Equal(got[0], want) {
		t.Errorf("got %v, want %v", got[0], want)
	}
	// A place's tables come as one, with a column for the table.
	place := rows("/plats/0180R002.csv")
	names := map[string]bool{}
	for _, row := range place {
		names[row[0]] = true
		if row[1] != "0180R002" {
			t.Errorf("a row of another place: %v", row)
		}
	}
	if !names["background_regso"] || !names["area_type"] || !names["states_regso"] || names["new"] {
		t.Errorf("tables of a place: %v", names)
	}
}

var (
	paths   = regexp.MustCompile(`<a href="[^"]*" tabindex="-1"><path fill="([^"]+)" d="[^"]+"/><title>([^<]*)</title></a>`)
	legends = regexp.MustCompile(`<rect x="\.5" y="\.5" width="21" height="15" fill="([^"]+)"/></svg> <span>([^<]+) <span class="n">\((\d+)\)</span>`)
)

// TestMapAgreesWithItsLegend counts the shapes of each colour and compares with the legend, and each shape's value with its class.
func TestMapAgreesWithItsLegend(t *testing.T) {
	h := toy(t)
	for _, address := range []string{"/tabell/background_regso?matt=NPersons", "/tabell/background_regso?matt=SharePersons", "/tabell/area_type", "/tabell/states_regso", "/", "/plats/0180", "/plats/1480R003"} {
		text := page(t, h, address)
		drawn := map[string]int{}
		values := map[string][]string{}
		for _, m := range paths.FindAllStringSubmatch(text, -1) {
			fill := regexp.MustCompile(`^url\(#unsure-(\w+)\)$`).ReplaceAllString(m[1], "#$1") // unreliable: the class's colour, in stripes
			drawn[fill]++
			values[fill] = append(values[fill], m[2])
		}
		for _, m := range legends.FindAllStringSubmatch(text, -1) {
			if fmt.Sprint(drawn[m[1]]) != m[3] {
				t.Errorf("%s: the legend says %s of %s, the map has %d", address, m[3], m[2], drawn[m[1]])
			}
			lo, hi, ranged := strings.Cut(strings.TrimSuffix(strings.TrimSuffix(m[2], "\u00a0%"), " "), "–")
			for _, v := range values[m[1]] {
				_, value, _ := strings.Cut(v, ": ")
				value = strings.TrimSuffix(value, "\u00a0%")
				if ranged && (number(t, value) < number(t, lo) || number(t, value) > number(t, hi)) {
					t.Errorf("%s: %s is drawn as %s", address, v, m[2])
				}
			}
			delete(drawn, m[1])
		}
		if len(drawn) > 0 || len(values) == 0 {
			t.Errorf("%s: colours on the map that are not in the legend: %v", address, drawn)
		}
	}
	// 100, 200, …, 1200 persons without the fourth, which has no border: eleven areas, whose fifths begin with 100, 300, 600, 800, 1000.
	text := page(t, h, "/tabell/background_regso?matt=NPersons&background=total")
	for _, want := range []string{"100–299 ", "300–599 ", "600–799 ", "800–999 ", "1\u00a0000–1\u00a0200 ", "11 av 12 områden"} {
		if !strings.Contains(text, want) {
			t.Errorf("the map lacks %q", want)
		}
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	var v float64
	if _, err := fmt.Sscan(strings.NewReplacer("\u00a0", "", ",", ".", "−", "-").Replace(s), &v); err != nil {
		t.Fatalf("%q is no number: %v", s, err)
	}
	return v
}

func TestSameBytes(t *testing.T) {
	first := everything(t, toy(t))
	h := toy(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var differ []error
	wg.Go(func() { h.ReadAhead(t.Context()) })
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for address, want := range first {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
				if got := body(t, w.Result()); got != want {
					mu.Lock()
					differ = append(differ, errors.New(address))
					mu.Unlock()
				}
			}
		}()
	}
	wg.Wait()
	if len(differ) > 0 {
		t.Errorf("%d answers differ from those of another server, the first: %v", len(differ), differ[0])
	}
}

var (
	tag      = regexp.MustCompile(`<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<]*")?)*)\s*(/?)>`)
	void     = []string{"meta", "link", "input", "br", "hr", "img"}
	headings = regexp.MustCompile(`<h([1-6])[ >]`)
	ids      = regexp.MustCompile(` id="([^"]+)"`)
)

// wellFormed tells what is wrong with a page: tags that do not match, anything with a < that is no tag, ids that stand twice, headings out of order.
func wellFormed(page string) error {
	rest := strings.TrimPrefix(page, "<!DOCTYPE html>")
	var open []string
	for _, m := range tag.FindAllStringSubmatch(rest, -1) {
		name := m[2]
		switch {
		case slices.Contains(void, name) || m[4] == "/":
		case m[1] == "":
			open = append(open, name)
		case len(open) == 0 || open[len(open)-1] != name:
			return fmt.Errorf("</%s> while open are %v", name, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("never closed: %v", open)
	}
	if left := tag.ReplaceAllString(rest, ""); strings.ContainsAny(left, "<>") {
		at := strings.IndexAny(left, "<>")
		return fmt.Errorf("no tag: %q", left[at:min(at+80, len(left))])
	}
	page = ownScript.ReplaceAllString(page, "")
	for _, bad := range []string{" style=", "<script", "<style", " onclick=", " onload="} {
		if strings.Contains(page, bad) {
			return fmt.Errorf("holds %q", bad)
		}
	}
	seen := map[string]bool{}
	for _, m := range ids.FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			return fmt.Errorf("id %s stands twice", m[1])
		}
		seen[m[1]] = true
	}
	level, first := 0, 0
	for _, m := range headings.FindAllStringSubmatch(page, -1) {
		n := int(m[1][0] - '0')
		if n == 1 {
			first++
		}
		if n > level+1 {
			return fmt.Errorf("h%d after h%d", n, level)
		}
		level = n
	}
	if first != 1 {
		return fmt.Errorf("%d h1", first)
	}
	return nil
}

func TestPagesAreWellFormed(t *testing.T) {
	h := toy(t)
	for address, text := range everything(t, h) {
		switch path, _, _ := strings.Cut(address, "?"); {
		case strings.HasSuffix(path, ".json") || strings.HasSuffix(path, ".geojson"):
			if !json.Valid([]byte(text)) {
				t.Errorf("%s is no JSON", address)
			}
			continue
		case strings.HasSuffix(path, ".xlsx"), strings.HasSuffix(path, ".parquet"), strings.HasSuffix(path, ".zip"), strings.HasPrefix(path, "/api/v"), path == "/datasets/dcat":
			continue
		case strings.HasSuffix(path, ".png"):
			if _, err := png.DecodeConfig(strings.NewReader(text)); err != nil {
				t.Errorf("%s is no PNG: %v", address, err)
			}
			continue
		case strings.HasSuffix(path, ".csv"):
			if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(rows) < 1 {
				t.Errorf("%s is no CSV: %v", address, err)
			}
			continue
		case strings.HasPrefix(path, "/assets/") || programs(path) && !strings.HasPrefix(text, "<!DOCTYPE html>"):
			continue
		}
		if strings.HasPrefix(text, "<svg") {
			if err := xml.Unmarshal([]byte(text), new(struct{})); err != nil {
				t.Errorf("%s: %v", address, err)
			}
			continue
		}
		if err := wellFormed(text); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		lang := "sv"
		if strings.HasPrefix(address, "/en/") || strings.HasPrefix(address, "/e/") && strings.Contains(address, "/en/") {
			lang = "en"
		}
		if !strings.Contains(text, `<html lang="`+lang+`">`) {
			t.Errorf("%s is not marked as %s", address, lang)
		}
	}
	// A text that is there in Swedish alone is marked on an English page.
	if !strings.Contains(page(t, h, "/en/tabell/background"), `<span lang="sv">Bara på svenska &lt;script&gt;`) {
		t.Error("the language of a part is not marked")
	}
}

func FuzzAddress(f *testing.F) {
	h := toy(f)
	for _, address := range slices.Concat(more, views, []string{"/jamfor/typer?period=x", "/karta?niva=x", "/karta?ar=1", "/jamfor?m=&typ=&plats=&ar=", "/jamfor?typ=6", "/", "/en", "/en/", "//", "/tabell/", "/tabell//x", "/plats/%2e%2e", "/plats/..%2f..", "/en/en/", "/.csv", "/tabell/.json", "/plats/_", "/tabell/background?type=", "/tabell/background_regso?inom=0180R001&matt=", "/sok?q=%ff", "/%00",
		"/e/", "/e/senaste//evil.example", "/e/senaste/%2f%2fevil.example", `/e/senaste/\evil.example`, "/e/" + h.ID() + "/karta?ar=1", "/e/" + h.ID() + "//x", "/en/e/x", "/scenario?k1=1&w1=0", "/badda/karta", "/badda", "/badda/badda/karta",
		"/sok?q=59,33+18,06", "/sok?q=1480R001", "/utgavor", "/tillganglighet", "/karta?avstand=1&bas=1", "/karta?plats=stokholm&m=backgrund"}) {
		path, query, _ := strings.Cut(address, "?")
		f.Add(path, query)
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		plain, err := url.PathUnescape(path)
		if err != nil || !strings.HasPrefix(path, "/") {
			return
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL = &url.URL{Path: plain, RawPath: path, RawQuery: query}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusOK, http.StatusBadRequest, http.StatusNotFound:
			if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
				if err := wellFormed(w.Body.String()); err != nil {
					t.Errorf("%q ? %q: %v", path, query, err)
				}
			}
		case http.StatusMovedPermanently, http.StatusFound:
			if to := w.Header().Get("Location"); !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) {
				t.Errorf("%q ? %q leads away to %q", path, query, to)
			}
		default:
			t.Errorf("%q ? %q: status %d", path, query, w.Code)
		}
		if bytes.Contains(w.Body.Bytes(), []byte(fmt.Sprint(secretValue))) {
			t.Errorf("%q ? %q tells a hidden number", path, query)
		}
	})
}

// TestWithoutTypesAndDivisions serves an edition that has nothing but a table.
func TestWithoutTypesAndDivisions(t *testing.T) {
	table, err := protect.AlreadyPublic(made(t, "t", []cube.Dimension{background}, []cube.Measure{persons}, func([]int32) []cube.Cell { return []cube.Cell{cube.KnownCell(1234.0)} }), "made up")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "edition")
	if err := publish.Build(dir, publish.Input{Release: edition.Release{Title: cube.Same("Bare"), Project: "bare"}, Tables: []protect.Table{table}}); err != nil {
		t.Fatal(err)
	}
	ed, err := edition.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	h, err := server.New(ed)
	if err != nil {
		t.Fatal(err)
	}
	all := crawl(t, h)
	if !strings.Contains(all["/en/tabell/t"], "1,234") || !strings.Contains(all["/tabell/t"], "1\u00a0234") {
		t.Error("the table is not shown")
	}
	for address, text := range all {
		if strings.HasPrefix(text, "<!DOCTYPE html>") {
			if err := wellFormed(text); err != nil {
				t.Errorf("%s: %v", address, err)
			}
		}
	}
}

// A front answers as its server does, tells its health and what it counted, and goes over to another edition without losing a request: those that ask all the time get whole
// answers, of the old edition or the new.
func TestFront(t *testing.T) {
	old := toy(t)
	next := serving(t, made(t, "one", []cube.Dimension{year("2023")}, []cube.Measure{persons}, func([]int32) []cube.Cell { return []cube.Cell{cube.KnownCell(1)} }))
	f := server.NewFront(old, server.Limit{})
	web := httptest.NewServer(f)
	defer web.Close()
	was, is := page(t, old, "/utgava.json"), page(t, next, "/utgava.json")
	ask := func(path string) (int, string) {
		r, err := http.Get(web.URL + path)
		if err != nil {
			t.Error(err)
			return 0, ""
		}
		defer r.Body.Close()
		return r.StatusCode, body(t, r)
	}
	if code, text := ask("/halsa"); code != http.StatusOK || !strings.HasPrefix(text, "ok ") {
		t.Errorf("health: %d %s", code, text)
	}
	stop := make(chan bool)
	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				select {
				case <-stop:
					return
				default:
				}
				if code, text := ask("/utgava.json"); code != http.StatusOK || text != was && text != is {
					t.Errorf("an answer of neither edition: %d, %d bytes", code, len(text))
					return
				}
			}
		}()
	}
	for k := range 20 {
		f.Change([]*server.Server{next, old}[k%2])
	}
	f.Change(next)
	close(stop)
	wg.Wait()
	if _, text := ask("/utgava.json"); text != is {
		t.Error("the old edition answers after the change")
	}
	if code, _ := ask("/plats/0180"); code != http.StatusNotFound {
		t.Errorf("a place of the old edition: %d", code)
	}
	counts := body(t, get(t, f.Metrics(), "/"))
	for _, want := range []string{"skikt_answers_total{class=\"4xx\"} 1\n", "skikt_reloads_total 21\n", "skikt_limited_total 0\n", "skikt_open_requests 0\n", `le="+Inf"`} {
		if !strings.Contains(counts, want) {
			t.Errorf("the counts lack %s:\n%s", want, counts)
		}
	}
}
