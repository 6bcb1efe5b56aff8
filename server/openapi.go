package server

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
)

// An operation is something that a program can ask. The list of them is what /api/openapi.json and the page /api are made of, so they can't disagree.
type operation struct {
	id       string
	path     string // with {parameters}; {format} stands for one of formats
	post     bool
	title    cube.Text
	params   []parameter
	formats  []string // endings, of an address that ends with {format}
	kinds    []string // media types, of one that doesn't
	both     bool     // also in English with /en before it
	example  string   // path and query of this edition
	body     any      // example of what is sent
	contract string   // schema of the JSON answer
}

type parameter struct {
	name   string
	about  cube.Text
	many   bool // may be repeated
	shape  string
	values []string
	free   bool // stands for parameters of other names
}

// sample is what of the edition examples are about: a table by areas, a place, a figure.
type sample struct {
	table, dim, area, measure string   // of the table
	must                      []string // its other dimensions that must be selected
	place                     string
	figure                    string
}

func (s *Server) sample() sample {
	var out sample
	rank := func(t *table) int {
		switch {
		case t.byArea() && area.Kind(t.Dims[t.area].Kind) == area.Kommun && s.division(t.division()) != nil:
			return 0
		case t.byArea():
			return 1
		}
		return 2
	}
	if len(s.tables) > 0 {
		t := slices.MinFunc(s.tables, func(a, b *table) int { return rank(a) - rank(b) })
		out.table, out.measure = t.Name, t.Measures[0].Name
		d := 0
		if t.area >= 0 {
			d = t.area
		}
		if c, err := t.cells(); err == nil && len(c.Dims()) > d && len(c.Dims()[d].Members) > 0 {
			out.dim, out.area = c.Dims()[d].Name, c.Dims()[d].Members[0].Code
			for k, other := range c.Dims() {
				if k != d && other.Index(cube.Total) < 0 {
					out.must = append(out.must, other.Name)
				}
			}
		}
	}
	if d := s.ofKind(area.Kommun); d != nil {
		out.place = s.address(place{d, 0})
	} else if len(s.divisions) > 0 {
		out.place = s.address(place{s.divisions[0], 0})
	}
	if figures, err := s.figures(); err == nil && len(figures) > 0 {
		out.figure = figures[0].key
	}
	return out
}

// asked is a selection of all areas of the table in the sample.
func (a sample) asked() apiSelection {
	out := apiSelection{Selection: []apiVariable{{VariableCode: a.dim, ValueCodes: []string{"*"}}}}
	for _, name := range a.must {
		out.Selection = append(out.Selection, apiVariable{VariableCode: name, ValueCodes: []string{"TOP(1)"}})
	}
	out.Selection = append(out.Selection, apiVariable{VariableCode: jsonstat.Metric, ValueCodes: []string{a.measure}})
	return out
}

// operations are what this edition can be asked.
func (s *Server) operations() []operation {
	at := s.sample()
	escaped := url.PathEscape(at.table)
	figureOf := parameter{name: "m", shape: "string", about: cube.Text{SV: "Vad som visas: en grupp av tabeller, ett mått och ett värde för varje indelning, som " + at.figure + ". Adressen till en vy har den.", EN: "What is shown: a family of tables, a measure and a member of each group, such as " + at.figure + ". The address of a view has it."}}
	placeOf := cube.Text{SV: "Kod för en plats: 00 (riket), län, kommun, RegSO, DeSO eller ett annat område i utgåvan. En kod som är en annan i en nyare indelning skrivs som SCB gör, 1780R001_RegSO2025.", EN: "Code of a place: 00 (the country), län, kommun, RegSO, DeSO or another area of the edition. A code that stands for other ground in a newer division is written as Statistics Sweden does, 1780R001_RegSO2025."}
	lang := parameter{name: "lang", shape: "string", values: []string{"sv", "en"}, about: cube.Text{SV: "Språk för texterna.", EN: "The language of texts."}}
	var ops []operation
	add := func(o operation) { ops = append(ops, o) }
	add(operation{id: "listTables", path: "/tabell.{format}", both: true, title: cube.Text{SV: "Tabellerna", EN: "The tables"}, formats: []string{"json", "csv", "xlsx"}, example: "/tabell.json"})
	if at.table != "" {
		add(operation{id: "table", path: "/tabell/{tabell}.{format}", both: true, title: cube.Text{SV: "En tabell, hel eller i delar", EN: "A table, whole or in part"}, formats: []string{"csv", "xlsx", "json", "parquet", sdmxEnding, csvwEnding},
			params: []parameter{{name: "tabell", shape: "string", about: cube.Text{SV: "Tabellens namn.", EN: "The name of the table."}},
				{name: "{indelning}", free: true, about: cube.Text{SV: "Någon av tabellens indelningar: bara rader med den koden. Flera koder ges genom att upprepa namnet.", EN: "Any dimension of the table: only rows of that code. Several codes are given by repeating the name."}},
				{name: inside, shape: "string", about: cube.Text{SV: "Bara områden i den platsen (tabeller efter område).", EN: "Only the areas in that place (tables by area)."}}},
			example: "/tabell/" + escaped + ".csv?" + url.Values{at.dim: {at.area}}.Encode(), contract: "Answer"})
	}
	if len(s.divisions) > 0 {
		add(operation{id: "place", path: "/plats/{plats}.{format}", both: true, title: cube.Text{SV: "En plats i alla tabeller", EN: "A place in all tables"}, formats: []string{"json", "csv", "xlsx", "svg", "png", "geojson"},
			params: []parameter{{name: "plats", shape: "string", about: placeOf}}, example: "/plats/" + url.PathEscape(at.place) + ".json", contract: "Answer"})
		add(operation{id: "search", path: "/sok.{format}", both: true, title: cube.Text{SV: "Sök en plats efter namn eller kod", EN: "Find a place by name or code"}, formats: []string{"json", "csv", "xlsx"},
			params: []parameter{{name: "q", shape: "string", about: cube.Text{SV: "Namn eller kod, eller början på dem.", EN: "A name or a code, or the beginning of one."}}}, example: "/sok.json?q=" + url.QueryEscape(at.place)})
	}
	if at.figure != "" {
		add(operation{id: "map", path: "/karta.{format}", both: true, title: cube.Text{SV: "Ett mått för alla områden i en indelning: siffror, bild eller geometri", EN: "A figure for all areas of a division: numbers, picture or geometry"}, formats: []string{"csv", "json", "xlsx", "parquet", "svg", "png", "geojson"},
			params: []parameter{figureOf, {name: "niva", shape: "string", about: cube.Text{SV: "Indelning, som regso-2020.", EN: "Division, such as regso-2020."}}, {name: "ar", shape: "string", about: cube.Text{SV: "År.", EN: "Year."}},
				{name: inside, shape: "string", about: cube.Text{SV: "Plats som områdena ligger i.", EN: "The place that the areas lie in."}}, {name: "typ", many: true, shape: "string", values: []string{"1", "2", "3", "4", "5"}, about: cube.Text{SV: "Bara områden av den typen.", EN: "Only areas of that type."}},
				{name: leastChance, shape: "number", about: cube.Text{SV: "Bara områden som hör till sin typ med minst den sannolikheten, 0 till 1.", EN: "Only areas that belong to their type with at least that chance, 0 to 1."}},
				{name: fromCut, shape: "number", about: cube.Text{SV: "Bara områden vars index ligger minst så långt från en gräns mellan typer.", EN: "Only areas whose index lies at least so far from a cut between types."}},
				{name: leastBase, shape: "number", about: cube.Text{SV: "Bara områden vars tal har minst så stort underlag.", EN: "Only areas whose number has at least such a base."}},
				{name: "plats", shape: "string", about: cube.Text{SV: "Område som märks ut.", EN: "An area that is marked."}}},
			example: "/karta.csv?" + url.Values{"m": {at.figure}}.Encode(), contract: "Answer"})
		add(operation{id: "maps", path: "/karta/flera.{format}", both: true, title: cube.Text{SV: "Små kartor bredvid varandra: ett mått år för år, eller flera mått; geojson har en kolumn för varje karta", EN: "Small maps side by side: a figure year by year, or several figures; geojson has a column for each map"}, formats: []string{"csv", "json", "xlsx", "svg", "png", "geojson"},
			params: []parameter{{name: "m", many: true, shape: "string", about: figureOf.about}, {name: "niva", shape: "string", about: cube.Text{SV: "Indelning, som regso-2020.", EN: "Division, such as regso-2020."}},
				{name: "ar", shape: "string", about: cube.Text{SV: "År, när måtten är flera.", EN: "Year, where the figures are several."}}, {name: inside, shape: "string", about: cube.Text{SV: "Plats som områdena ligger i.", EN: "The place that the areas lie in."}}},
			example: "/karta/flera.csv?" + url.Values{"m": {at.figure}}.Encode(), contract: "Answer"})
		add(operation{id: "compare", path: "/jamfor.{format}", both: true, title: cube.Text{SV: "Jämför platser och områdestyper; geojson när platser med gränser jämförs", EN: "Compare places and area types; geojson where places with borders are compared"}, formats: []string{"csv", "json", "xlsx", "svg", "png", "geojson"},
			params:  []parameter{{name: "m", many: true, shape: "string", about: figureOf.about}, {name: "plats", many: true, shape: "string", about: placeOf}, {name: "typ", many: true, shape: "string", values: []string{"1", "2", "3", "4", "5"}, about: cube.Text{SV: "Områdestyp.", EN: "Area type."}}, {name: "ar", shape: "string", about: cube.Text{SV: "År.", EN: "Year."}}},
			example: "/jamfor.csv?" + url.Values{"m": {at.figure}, chosenPlace: {at.place}}.Encode(), contract: "Answer"})
	}
	if at.figure != "" && slices.ContainsFunc(s.tables, func(t *table) bool { return t.kinds == 2 }) {
		add(operation{id: "moves", path: "/jamfor/typer.{format}", both: true, title: cube.Text{SV: "Hur områden har bytt typ; geojson har typerna före och efter, när båda åren är publicerade efter område", EN: "How areas have moved between types; geojson has the types before and after, where both years are published by area"}, formats: []string{"csv", "json", "xlsx", "svg", "png", "geojson"},
			params: []parameter{{name: "period", shape: "string", about: cube.Text{SV: "Två år, som 2022_2023.", EN: "Two years, such as 2022_2023."}}}, example: "/jamfor/typer.csv", contract: "Answer"})
	}
	if len(s.indexTables()) > 0 {
		add(operation{id: "scenario", path: "/scenario.{format}", both: true, title: cube.Text{SV: "Områdestyperna efter en annan regel, bredvid de publicerade; regelns delar står i adressen till sidan", EN: "The area types by another rule, beside those published; the parts of the rule stand in the address of the page"}, formats: []string{"csv", "json", "xlsx", "parquet", "svg", "png", "geojson"},
			params: []parameter{{name: chosenYear, shape: "string", about: cube.Text{SV: "År.", EN: "Year."}}, {name: inside, shape: "string", about: cube.Text{SV: "Plats som områdena ligger i.", EN: "The place that the areas lie in."}}}, example: "/scenario.csv", contract: "Answer"})
	}
	if len(s.divisions) > 0 {
		d := s.divisions[0]
		for _, other := range s.divisions {
			if other.Bordered() > 0 && (d.Bordered() == 0 || other.ID.Kind == area.Kommun) {
				d = other
			}
		}
		division := parameter{name: "indelning", shape: "string", about: cube.Text{SV: "Indelning, som " + d.ID.String() + ".", EN: "Division, such as " + d.ID.String() + "."}}
		add(operation{id: "areas", path: ogc + "/collections/{indelning}/items", both: true, kinds: []string{"application/geo+json", geoPackageKind},
			title: cube.Text{SV: "Områden med gränser, typ och nyckeltal (OGC API – Features, för QGIS och GDAL; f=gpkg ger en GeoPackage)", EN: "Areas with borders, type and figures (OGC API – Features, for QGIS and GDAL; f=gpkg gives a GeoPackage)"},
			params: []parameter{division, {name: "f", shape: "string", values: []string{"json", "html", "gpkg"}, about: cube.Text{SV: "Form.", EN: "Form."}}, {name: "limit", shape: "integer", about: cube.Text{SV: "Högst så många områden.", EN: "At most so many areas."}},
				{name: "offset", shape: "integer", about: cube.Text{SV: "Hoppa över så många.", EN: "Skip so many."}}, {name: "bbox", shape: "string", about: cube.Text{SV: "Områden i rutan: väst,syd,öst,nord i grader.", EN: "Areas in the box: west,south,east,north in degrees."}},
				{name: "m", many: true, shape: "string", about: figureOf.about}, {name: "ar", shape: "string", about: cube.Text{SV: "År.", EN: "Year."}}},
			example: ogc + "/collections/" + d.ID.String() + "/items?f=json&limit=2"})
		if d.Bordered() > 0 {
			add(operation{id: "tiles", path: tiles + "/{indelning}.{format}", formats: []string{"json"}, params: []parameter{division}, example: tiles + "/" + d.ID.String() + ".json",
				title: cube.Text{SV: "Gränserna som vektorkakor: adresser, zoomnivåer och lager (TileJSON 3); allt i en fil som .pmtiles", EN: "The borders as vector tiles: addresses, zooms and layer (TileJSON 3); all in one file as .pmtiles"}})
		}
	}
	if grants := s.ed.Manifest().Grants; len(grants) > 0 {
		add(operation{id: "grant", path: "/bidrag/{bidrag}.{format}", both: true, title: cube.Text{SV: "Ett bidrag fördelat efter regler", EN: "A grant shared out by rules"}, formats: []string{"json", "csv", "xlsx"},
			params: []parameter{{name: "bidrag", shape: "string", about: cube.Text{SV: "Bidragets namn; regelns delar står i adressen till sidan.", EN: "The name of the grant; the parts of the rule stand in the address of the page."}}}, example: "/bidrag/" + url.PathEscape(grants[0].Name) + ".json"})
	}
	if s.ed.Manifest().Assessment != nil {
		add(operation{id: "assessment", path: "/bedomning.{format}", both: true, title: cube.Text{SV: "Bedömningarna av verktygen", EN: "The verdicts on the tools"}, formats: []string{"json", "csv", "xlsx"}, example: "/bedomning.json"})
	}
	add(operation{id: "protection", path: "/rojandekontroll.{format}", both: true, title: cube.Text{SV: "Redovisning av röjandekontrollen", EN: "Account of the disclosure control"}, formats: []string{"json"}, example: "/rojandekontroll.json"})
	add(operation{id: "method", path: "/metod.{format}", both: true, title: cube.Text{SV: "Hur det är gjort, och vad tillstånden betyder", EN: "How it was done, and what the states mean"}, formats: []string{"json"}, example: "/metod.json"})
	add(operation{id: "edition", path: "/utgava.{format}", both: true, title: cube.Text{SV: "Utgåvan: källor, skydd, filer och kontrollsummor", EN: "The edition: sources, protection, files and checksums"}, formats: []string{"json"}, example: "/utgava.json"})
	add(operation{id: "whole", path: wholeAddress, title: cube.Text{SV: "Alla tabeller som Parquet i ett arkiv", EN: "All tables as Parquet in one archive"}, kinds: []string{"application/zip"}, example: wholeAddress})
	add(operation{id: "catalogue", path: dcatAddress, title: cube.Text{SV: "Katalogen för Sveriges dataportal (DCAT-AP-SE 3)", EN: "The catalogue for Sweden's data portal (DCAT-AP-SE 3)"}, kinds: []string{"application/rdf+xml"}, example: dcatAddress})
	add(operation{id: "features", path: ogc, title: cube.Text{SV: "Områdena som OGC API – Features, för QGIS och GDAL; har en egen beskrivning på " + ogc + "/api", EN: "The areas as OGC API – Features, for QGIS and GDAL; has a description of its own at " + ogc + "/api"}, kinds: []string{"application/json"}, example: ogc})
	v2 := func(id, path, example, contract string, title cube.Text, params ...parameter) {
		add(operation{id: id, path: pxweb + path, title: title, kinds: []string{"application/json"}, params: append(params, lang), example: pxweb + example, contract: contract})
	}
	v2("pxConfig", "/config", "/config", "", cube.Text{SV: "PxWebApi 2: språk, format och gränser", EN: "PxWebApi 2: languages, formats and limits"})
	v2("pxTables", "/tables", "/tables?pageSize=5", "", cube.Text{SV: "PxWebApi 2: sök bland tabellerna", EN: "PxWebApi 2: search the tables"},
		parameter{name: "query", shape: "string", about: cube.Text{SV: "Ord i tabellens namn eller indelningar.", EN: "Words in the name or the dimensions."}}, parameter{name: "pageNumber", shape: "integer", about: cube.Text{SV: "Sida, från 1.", EN: "Page, from 1."}}, parameter{name: "pageSize", shape: "integer", about: cube.Text{SV: "Tabeller per sida.", EN: "Tables a page."}})
	if at.table != "" {
		table := parameter{name: "id", shape: "string", about: cube.Text{SV: "Tabellens namn.", EN: "The name of the table."}}
		list := parameter{name: "codelist[VAR]", free: true, about: cube.Text{SV: "Kodlista som en indelning läses med, som agg_regso-2020_kommun. outputValues[VAR]=single ger områdena i grupperna i stället för deras summa.", EN: "Code list by which a dimension is read, such as agg_regso-2020_kommun. outputValues[VAR]=single gives the areas in the groups instead of their sum."}}
		format := parameter{name: "outputFormat", shape: "string", about: cube.Text{SV: "Form på svaret.", EN: "The form of the answer."}}
		for _, f := range dataFormats {
			format.values = append(format.values, f.name)
		}
		v2("pxTable", "/tables/{id}", "/tables/"+escaped, "", cube.Text{SV: "PxWebApi 2: en tabell", EN: "PxWebApi 2: a table"}, table)
		v2("pxMetadata", "/tables/{id}/metadata", "/tables/"+escaped+"/metadata", "Dataset", cube.Text{SV: "PxWebApi 2: vad en tabell innehåller", EN: "PxWebApi 2: what a table holds"}, table, list)
		v2("pxDefault", "/tables/{id}/defaultselection", "/tables/"+escaped+"/defaultselection", "", cube.Text{SV: "PxWebApi 2: vad den får som inte väljer", EN: "PxWebApi 2: what one gets who selects nothing"}, table)
		data := []parameter{table, {name: "valueCodes[VAR]", free: true, about: cube.Text{SV: "Värden av en variabel: koder, *, ?, TOP(n), BOTTOM(n), RANGE(a,b), FROM(a), TO(a). Måtten är variabeln ContentsCode.", EN: "Values of a variable: codes, *, ?, TOP(n), BOTTOM(n), RANGE(a,b), FROM(a), TO(a). Measures are the variable ContentsCode."}}, list, format,
			{name: "outputFormatParams", many: true, shape: "string", values: []string{"UseCodes", "UseTexts", "UseCodesAndTexts", "IncludeTitle", "SeparatorTab", "SeparatorSpace", "SeparatorSemicolon"}, about: cube.Text{SV: "Hur CSV och HTML skrivs.", EN: "How CSV and HTML are written."}},
			{name: "heading", shape: "string", about: cube.Text{SV: "Variabler som blir kolumner.", EN: "Variables that go across."}}, {name: "stub", shape: "string", about: cube.Text{SV: "Variabler som blir rader.", EN: "Variables that go down."}}, lang}
		var forms []string
		for _, f := range dataFormats {
			if kind, _, _ := strings.Cut(f.kind, ";"); !slices.Contains(forms, kind) {
				forms = append(forms, kind)
			}
		}
		title := cube.Text{SV: fmt.Sprintf("PxWebApi 2: siffror, högst %d celler åt gången", mostCells), EN: fmt.Sprintf("PxWebApi 2: data, at most %d cells at a time", mostCells)}
		add(operation{id: "pxData", path: pxweb + "/tables/{id}/data", title: title, kinds: forms, params: data, example: pxweb + "/tables/" + escaped + "/data?lang=en", contract: "Dataset"})
		add(operation{id: "pxDataByPost", path: pxweb + "/tables/{id}/data", post: true, title: title, kinds: forms, params: []parameter{table, format, lang}, example: pxweb + "/tables/" + escaped + "/data",
			body: at.asked(), contract: "Dataset"})
		add(operation{id: "pxSave", path: pxweb + "/savedqueries", post: true, title: cube.Text{SV: "PxWebApi 2: spara en fråga. Numret är frågan, så den gäller också nästa utgåva", EN: "PxWebApi 2: save a query. Its id is the query, so that it holds for the next edition too"}, kinds: []string{"application/json"}, params: []parameter{lang}, example: pxweb + "/savedqueries",
			body: map[string]any{"tableId": at.table, "outputFormat": "csv", "selection": at.asked()}})
	}
	if lists := s.codeLists(); len(lists) > 0 {
		v2("pxCodeList", "/codelists/{id}", "/codelists/"+lists[0].id, "", cube.Text{SV: "PxWebApi 2: en kodlista, som RegSO efter kommun", EN: "PxWebApi 2: a code list, such as RegSO by kommun"}, parameter{name: "id", shape: "string", about: cube.Text{SV: "Kodlistans namn, ur tabellens metadata.", EN: "The code list's name, from the metadata of the table."}})
	}
	db := url.PathEscape(s.ed.Manifest().Project)
	add(operation{id: "px1", path: pxweb1 + "/{lang}/{db}/{tabell}", title: cube.Text{SV: "PxWebApi 1 för äldre klienter: en tabells variabler, och med POST dess siffror", EN: "PxWebApi 1 for older clients: the variables of a table, and by POST its data"}, kinds: []string{"application/json"},
		params: []parameter{{name: "lang", shape: "string", values: lang.values, about: lang.about}, {name: "db", shape: "string", about: cube.Text{SV: "Projektets namn.", EN: "The name of the project."}}, {name: "tabell", shape: "string", about: cube.Text{SV: "Tabellens namn.", EN: "The name of the table."}}}, example: pxweb1 + "/sv/" + db + "/" + escaped})
	if at.table == "" {
		ops = ops[:len(ops)-1]
	}
	return ops
}

// media are the media types that an operation answers with.
func (o *operation) media() []string {
	if len(o.formats) == 0 {
		return o.kinds
	}
	var out []string
	for _, f := range o.formats {
		out = append(out, kinds[f])
	}
	return out
}

// openAPI describes the operations as OpenAPI 3.1 does (https://spec.openapis.org/oas/v3.1.1.html).
func (s *Server) openAPI(base string) any {
	type object = map[string]any
	m := s.ed.Manifest()
	problem := object{"description": "What is wrong with the question, in words", "content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}}
	paths := object{}
	for _, o := range s.operations() {
		parameters := []any{}
		for _, p := range o.params {
			schema := object{"type": p.shape}
			if len(p.values) > 0 {
				schema["enum"] = p.values
			}
			if p.many {
				schema = object{"type": "array", "items": schema}
			}
			where := object{"name": p.name, "in": "query", "description": p.about.EN, "schema": schema}
			switch {
			case p.free:
				where["schema"] = object{"type": "object", "additionalProperties": object{"type": "string"}}
				name, _, deep := strings.Cut(p.name, "[")
				where["name"] = strings.Trim(name, "{}")
				if where["style"], where["explode"] = "form", true; deep {
					where["style"] = "deepObject"
				}
			case strings.Contains(o.path, "{"+p.name+"}"):
				where["in"], where["required"] = "path", true
			}
			parameters = append(parameters, where)
		}
		if len(o.formats) > 0 {
			parameters = append(parameters, object{"name": "format", "in": "path", "required": true, "description": "The form of the answer, as the ending of the address", "schema": object{"type": "string", "enum": o.formats}})
		}
		content := object{}
		for _, kind := range o.media() {
			schema := object{}
			if kind == "application/json" && o.contract != "" {
				schema["$ref"] = "#/components/schemas/" + o.contract
			}
			content[kind] = object{"schema": schema}
		}
		done := "200"
		if o.id == "pxSave" {
			done = "201"
		}
		answers := object{done: object{"description": o.title.EN, "content": content}}
		if under(o.path, "/api") {
			answers["400"], answers["404"], answers["429"] = problem, problem, problem
		} else if len(o.formats) > 0 {
			text := object{"description": "What is wrong with the address, in words", "content": object{"application/json": object{}, "text/plain": object{}}}
			answers["400"], answers["404"] = text, text
		}
		one := object{"operationId": o.id, "summary": o.title.EN, "description": "Svenska: " + o.title.SV + ".\n\nExample: " + base + o.example, "parameters": parameters, "responses": answers, "tags": []string{tag(o.path)}}
		method := "get"
		if o.post {
			method = "post"
			one["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": object{"type": "object"}, "example": o.body}}}
		}
		if paths[o.path] == nil {
			paths[o.path] = object{}
		}
		paths[o.path].(object)[method] = one
		if o.both {
			english := object{}
			for k, v := range one {
				english[k] = v
			}
			english["operationId"] = o.id + "InEnglish"
			paths["/en"+o.path] = object{method: english}
		}
	}
	about := s.cite("en")
	if m.Synthetic {
		about += " " + word("en", "synthetic")
	}
	text, number := object{"type": "string"}, object{"type": []string{"number", "null"}}
	var states []string
	for _, status := range cube.Statuses() {
		states = append(states, status.String())
	}
	row := object{"type": "object", "required": []string{"measure", "value", "status"}, "description": "One cell: the codes of its dimensions under their names, then",
		"properties":           object{"measure": text, "value": number, "base": number, "lo": number, "hi": number, "status": object{"type": "string", "enum": states}},
		"additionalProperties": object{"type": "string"}}
	listOf := func(v any) object { return object{"type": "array", "items": v} }
	schemas := object{
		"Problem": object{"type": "object", "required": []string{"title", "status"}, "properties": object{"type": text, "title": text, "status": object{"type": "integer"}, "detail": text}},
		"Answer": object{"type": "object", "required": []string{"edition", "synthetic", "language", "title", "cite", "licence"}, "properties": object{"edition": text, "synthetic": object{"type": "boolean"}, "language": object{"type": "string", "enum": []string{"sv", "en"}},
			"title": text, "cite": text, "licence": object{"type": "string", "format": "uri"}, "facts": object{}, "tables": listOf(object{"$ref": "#/components/schemas/Table"})}},
		"Table": object{"type": "object", "required": []string{"table", "title", "dimensions", "measures", "rows"}, "properties": object{"table": text, "title": text, "dimensions": listOf(object{"type": "object"}), "measures": listOf(object{"type": "object"}),
			"notes": listOf(text), "warnings": listOf(object{"type": "object"}), "lineage": object{"type": "object"}, "rows": listOf(object{"$ref": "#/components/schemas/Row"})}},
		"Row": row,
		"Dataset": object{"type": "object", "description": "JSON-stat 2.0, https://json-stat.org/full/", "required": []string{"version", "class", "id", "size", "dimension", "value"}, "properties": object{"version": object{"const": "2.0"}, "class": object{"const": "dataset"},
			"label": text, "source": text, "id": listOf(text), "size": listOf(object{"type": "integer"}), "dimension": object{"type": "object"}, "role": object{"type": "object"}, "value": object{"type": []string{"array", "null"}, "items": number}, "status": object{"type": "object"}, "extension": object{"type": "object"}}},
	}
	return object{
		"openapi": "3.1.0",
		"info": object{"title": m.Title.In("en"), "version": s.ed.ID(), "summary": "The numbers of one edition, for programs",
			"description": about + "\n\nEvery page has its numbers at the same address with an ending. What is hidden to protect individuals has a status and no value. Shares are in percent, but for Parquet, where they are 0 to 1.",
			"license":     object{"name": licenceName(m.Terms()), "url": m.Terms()}},
		"servers":      []any{object{"url": base}},
		"tags":         []any{object{"name": "pages", "description": "Every page's numbers"}, object{"name": "PxWebApi", "description": "The interface of Statistics Sweden"}, object{"name": "edition", "description": "The edition as a whole"}},
		"paths":        paths,
		"components":   object{"schemas": schemas},
		"externalDocs": object{"url": base + "/en/api"},
	}
}

func tag(path string) string {
	switch {
	case under(path, "/api"):
		return "PxWebApi"
	case path == wholeAddress, path == dcatAddress, strings.HasPrefix(path, "/utgava"), strings.HasPrefix(path, "/metod"):
		return "edition"
	}
	return "pages"
}
