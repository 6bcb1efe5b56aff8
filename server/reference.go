package server

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

// The pages for those who write programs: /api and /api/recept.
const (
	apiPages = "api"
	cookbook = "recept"
)

// A snippet is code that reads the numbers of a page.
type snippet struct{ ID, Name, Code string }

// snippets are code for a page that has its numbers as CSV. Codes are read as texts, so that they keep their leading zeros.
func (s *Server) snippets(r *request, a *answer) []snippet {
	if r.origin == "" || !a.formatted("csv") || len(a.cubes) == 0 {
		return nil
	}
	address := r.origin + r.address(r.lang, "csv")
	var codes []string
	for _, c := range a.cubes {
		columns := edition.LongColumns(c)
		for i, d := range c.Dims() {
			if d.Role != cube.Time && !slices.Contains(codes, columns[i]) {
				codes = append(codes, columns[i])
			}
		}
	}
	name, classes, types := numbersName(r.lang), "", ""
	if len(codes) > 0 {
		classes, types = "\n  colClasses = c("+assigned(codes, " = \"character\"")+"),", ",\n    dtype={"+assigned(codes, ": str")+"}"
	}
	return []snippet{
		{"code-curl", "curl", "curl --location --remote-name '" + address + "'"},
		{"code-r", "R", name + " <- read.csv(" + strconv.Quote(address) + "," + classes + " fileEncoding = \"UTF-8\")"},
		{"code-python", "Python", "import pandas as pd\n\n" + name + " = pd.read_csv(" + strconv.Quote(address) + types + ")"},
	}
}

// numbersName is what code calls the numbers that it reads.
func numbersName(lang string) string { return cube.Text{SV: "siffror", EN: "numbers"}.In(lang) }

// assigned is a list of names in quotes, each with the same after it.
func assigned(names []string, value string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n) + value
	}
	return strings.Join(out, ", ")
}

type apiGroup struct {
	Title      string
	Operations []apiOperation
}

type apiOperation struct {
	ID, Title, Method, Path, Example, Sent string
	Params                                 []struct{ Name, About, Values string }
	Kinds                                  []string
}

func (s *Server) reference(r *request, second string) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	if second == cookbook {
		return &answer{template: "cookbook.html", title: word(r.lang, "cookbook"), body: s.recipes(r)}, nil
	}
	page := struct {
		OpenAPI, Cite string
		Groups        []apiGroup
	}{openAPIAddress, s.cite(r.lang), []apiGroup{{Title: word(r.lang, "api-pages")}, {Title: word(r.lang, "api-title")}, {Title: word(r.lang, "api-edition")}}}
	for _, o := range s.operations() {
		at := slices.Index([]string{"pages", "PxWebApi", "edition"}, tag(o.path))
		one := apiOperation{ID: o.id, Title: o.title.In(r.lang), Method: "GET", Path: o.path, Example: o.example, Kinds: o.formats}
		if o.both {
			one.Path, one.Example = prefix(r.lang)+o.path, prefix(r.lang)+o.example
		}
		if len(one.Kinds) == 0 {
			one.Kinds = o.kinds
		}
		for _, p := range o.params {
			one.Params = append(one.Params, struct{ Name, About, Values string }{p.name, p.about.In(r.lang), strings.Join(p.values, " ")})
		}
		if o.post {
			body, err := json.MarshalIndent(o.body, "", "  ")
			if err != nil {
				return nil, err
			}
			one.Method = "POST"
			one.Sent = "curl '" + r.origin + r.base + o.example + "' --header 'Content-Type: application/json' --data '" + string(body) + "'"
		}
		page.Groups[at].Operations = append(page.Groups[at].Operations, one)
	}
	return &answer{template: "api.html", title: word(r.lang, "api"), body: page}, nil
}

type recipeGroup struct {
	Title   string
	Recipes []recipe
}

type recipe struct{ ID, Title, About, Code string }

// recipes are for the programs that analysts use, each with code on a table of this edition.
func (s *Server) recipes(r *request) []recipeGroup {
	at := s.sample()
	if at.table == "" {
		return nil
	}
	base := r.origin
	if base == "" {
		base = "https://EXEMPEL.SE"
	}
	base += r.base
	table := base + prefix(r.lang) + "/tabell/" + url.PathEscape(at.table)
	db := url.PathEscape(s.ed.Manifest().Project)
	t := func(sv, en string) string { return cube.Text{SV: sv, EN: en}.In(r.lang) }
	list := ""
	for _, l := range s.codeLists() {
		if c, err := s.tableNamed(at.table).cells(); err == nil && c.Dim(at.dim) != nil && l.groups && l.role == cube.Area && slices.Contains(s.codeListsOf(*c.Dim(at.dim)), l) {
			list = l.id // the last is that of the smallest areas
		}
	}
	var chosen []string
	for _, v := range at.asked().Selection {
		chosen = append(chosen, fmt.Sprintf("%q: %q", v.VariableCode, v.ValueCodes[0]))
	}
	python := fmt.Sprintf("from pxweb import PxApi\n\napi = PxApi(%q, language=%q)\napi.get_table_variables(%q)\n%s = api.get_table_data(%q,\n    value_codes={%s}", base+pxweb, r.lang, at.table, numbersName(r.lang), at.table, strings.Join(chosen, ", "))
	if list != "" {
		python += fmt.Sprintf(",\n    code_list={%q: %q}", at.dim, list)
	}
	name := numbersName(r.lang)
	groups := []recipeGroup{
		{"R", []recipe{
			{"r-csv", t("En tabell som data.frame", "A table as a data.frame"), t("Koder läses som text, så att inledande nollor blir kvar. Kolumnen status säger varför ett värde saknas.", "Codes are read as text, so that leading zeros stay. The column status tells why a value is missing."),
				fmt.Sprintf("%s <- read.csv(%q,\n  colClasses = c(%q = \"character\"), fileEncoding = \"UTF-8\")\nsubset(%s, measure == %q)", name, table+".csv", at.dim, name, at.measure)},
			{"r-pxweb", t("Med paketet pxweb", "With the package pxweb"), t("Samma anrop som mot SCB. Andra värden än dem du nämner tas som totalen, när det finns en.", "The same call as to Statistics Sweden. What you don't name is its total, when there is one."),
				fmt.Sprintf("library(pxweb)\nanswer <- pxweb_get(%q,\n  query = pxweb_query(list(%q = \"*\", \"ContentsCode\" = %q)))\nas.data.frame(answer, column.name.type = \"code\", variable.value.type = \"code\")", base+pxweb1+"/"+r.lang+"/"+db+"/"+url.PathEscape(at.table), at.dim, at.measure)},
		}},
		{"Python", []recipe{
			{"python-csv", t("En tabell med pandas", "A table with pandas"), t("Koder läses som text.", "Codes are read as text."), fmt.Sprintf("import pandas as pd\n\n%s = pd.read_csv(%q, dtype={%q: str})\n%s[%s[\"measure\"] == %q]", name, table+".csv", at.dim, name, name, at.measure)},
			{"python-pxweb", t("Med pxwebpy", "With pxwebpy"), t("Paketet delar stora frågor åt dig. Med en kodlista blir svaret efter större områden.", "The package parts large questions for you. With a code list the answer is by larger areas."), python + ")"},
		}},
		{"Excel", []recipe{
			{"excel-xlsx", t("En färdig arbetsbok", "A workbook"), t("Varje sida med siffror har en länk XLSX längst ned. Koder är text, och tillståndet står i en egen kolumn.", "Every page with numbers has a link XLSX at its end. Codes are text, and the state has a column of its own."), table + ".xlsx"},
			{"excel-web", t("En tabell som kan uppdateras", "A table that can be refreshed"), t("Data → Hämta data → Från webben, klistra in adressen och välj filens ursprung 65001: Unicode (UTF-8). Ändra kolumnen med koder till text i Power Query. Uppdatera alla hämtar siffrorna på nytt.", "Data → Get data → From web, paste the address and choose file origin 65001: Unicode (UTF-8). Change the column of codes to text in Power Query. Refresh all fetches the numbers anew."), table + ".csv"},
		}},
	}
	if at.figure != "" {
		groups = append(groups, recipeGroup{"QGIS", []recipe{
			{"qgis-ogc", t("Alla indelningar och områden, direkt från servern", "All divisions and areas, straight from the server"), t("Lager → Lägg till lager → Lägg till WFS/OGC API – Features-lager, ny anslutning med adressen. QGIS hämtar de områden som syns; varje område har typ och nyckeltal, och varje tal sitt tillstånd.", "Layer → Add layer → Add WFS / OGC API – Features layer, a new connection with the address. QGIS fetches the areas in view; each area has its type and figures, and each number its state."), base + ogc},
			{"qgis-map", t("Områden med siffror", "Areas with numbers"), t("Lager → Lägg till lager → Lägg till vektorlager, välj protokoll HTTP(S) och klistra in adressen. Villkoren är desamma som på kartans sida.", "Layer → Add layer → Add vector layer, choose the protocol HTTP(S) and paste the address. The conditions are those of the page of the map."), base + "/karta.geojson?" + url.Values{"m": {at.figure}}.Encode()},
		}})
	}
	return append(groups, recipeGroup{"DuckDB", []recipe{
		{"duckdb", t("Fråga utan att ladda ned", "Ask without a download"), t("Parquet har ett värde, en bas, ett intervall och ett tillstånd för varje mått. Andelar är 0–1.", "Parquet has a value, a base, an interval and a status for each measure. Shares are 0 to 1."),
			fmt.Sprintf("INSTALL httpfs; LOAD httpfs;\nSELECT %q, %q FROM '%s' WHERE %q = 'known';", at.dim, at.measure, table+".parquet", at.measure+"_status")},
	}})
}
