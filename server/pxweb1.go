package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
)

// PxWebApi 1, as much of it as its clients still ask (R's pxweb to 0.17):
//
//	/api/v1                     the languages have a database each, called as the project
//	/api/v1/sv/DATABASE         its tables
//	/api/v1/sv/DATABASE/TABLE   GET: the variables of a table; POST: {"query":[{"code":…,"selection":{"filter":"item","values":[…]}}],"response":{"format":"json"}}
//
// Any of them with ?config tells the limits. Filters are item, all, top, vs:ID and agg:ID (agg_single:ID for the areas themselves) with the code lists of version 2.
const pxweb1 = "/api/v1"

type v1Query struct {
	Query []struct {
		Code      string `json:"code"`
		Selection struct {
			Filter string   `json:"filter"`
			Values []string `json:"values"`
		} `json:"selection"`
	} `json:"query"`
	Response struct {
		Format string `json:"format"`
	} `json:"response"`
}

type v1Variable struct {
	Code        string   `json:"code"`
	Text        string   `json:"text"`
	Values      []string `json:"values"`
	ValueTexts  []string `json:"valueTexts"`
	Elimination bool     `json:"elimination,omitempty"`
	Time        bool     `json:"time,omitempty"`
}

// api1 answers a call to the older API.
func (s *Server) api1(req *http.Request) (*reply, error) {
	c := &apiCall{Request: req, lang: "sv"}
	for _, part := range strings.Split(strings.Trim(strings.TrimPrefix(req.URL.EscapedPath(), pxweb1), "/"), "/") {
		plain, err := url.PathUnescape(part)
		if err != nil {
			return nil, missing("Non-existent resource", "the address can't be read")
		}
		if plain != "" {
			c.path = append(c.path, plain)
		}
	}
	if req.URL.RawQuery == "config" {
		return c.json(struct {
			MaxValues  int  `json:"maxValues"`
			MaxCells   int  `json:"maxCells"`
			MaxCalls   int  `json:"maxCalls"`
			TimeWindow int  `json:"timeWindow"`
			CORS       bool `json:"CORS"`
		}{mostCells, mostCells, callsInWindow, windowSeconds, true})
	}
	db := s.ed.Manifest().Project
	if len(c.path) > 0 {
		if c.lang = strings.ToLower(c.path[0]); c.lang != "sv" && c.lang != "en" {
			return nil, missing("Unsupported language", "the languages are sv and en")
		}
	}
	if len(c.path) > 1 && c.path[1] != db {
		return nil, missing("Non-existent database", "the database is %s", db)
	}
	switch {
	case len(c.path) == 3 && req.Method == http.MethodPost:
		return s.v1Data(c)
	case req.Method != http.MethodGet && req.Method != http.MethodHead:
		if len(c.path) == 3 {
			return nil, notAllowed("GET, HEAD, POST, OPTIONS")
		}
		return nil, notAllowed("GET, HEAD, OPTIONS")
	case len(c.path) == 0:
		return c.json([]apiLanguage{{"sv", "Svenska"}, {"en", "English"}})
	case len(c.path) == 1:
		return c.json([]struct {
			ID   string `json:"dbid"`
			Text string `json:"text"`
		}{{db, s.ed.Manifest().Title.In(c.lang)}})
	case len(c.path) == 2:
		type entry struct {
			ID   string `json:"id"`
			Type string `json:"type"`
			Text string `json:"text"`
		}
		list := []entry{}
		for _, t := range s.tables {
			list = append(list, entry{t.Name, "t", t.Title.In(c.lang)})
		}
		return c.json(list)
	case len(c.path) == 3:
		t := s.tableNamed(c.path[2])
		if t == nil {
			return nil, missing("Non-existent table", "the tables are listed at %s/%s/%s", pxweb1, c.lang, db)
		}
		whole, err := t.cells()
		if err != nil {
			return nil, err
		}
		out := struct {
			Title     string       `json:"title"`
			Variables []v1Variable `json:"variables"`
		}{Title: whole.Title.In(c.lang)}
		for _, d := range whole.Dims() {
			v := v1Variable{Code: d.Name, Text: d.Title.In(c.lang), Values: []string{}, ValueTexts: []string{}, Elimination: d.Index(cube.Total) >= 0, Time: d.Role == cube.Time}
			for _, m := range d.Members {
				v.Values, v.ValueTexts = append(v.Values, m.Code), append(v.ValueTexts, labelOf(m, c.lang))
			}
			out.Variables = append(out.Variables, v)
		}
		v := v1Variable{Code: jsonstat.Metric, Text: contentsTitle(c.lang)}
		for _, m := range whole.Measures() {
			v.Values, v.ValueTexts = append(v.Values, m.Name), append(v.ValueTexts, m.Title.In(c.lang))
		}
		out.Variables = append(out.Variables, v)
		return c.json(out)
	}
	return nil, missing("Non-existent resource", "the addresses are %s/%s/%s and /TABLE", pxweb1, c.lang, db)
}

// labelOf is a member's label, or its code when it has none.
func labelOf(m cube.Member, lang string) string {
	if label := m.Label.In(lang); label != "" {
		return label
	}
	return m.Code
}

func (s *Server) v1Data(c *apiCall) (*reply, error) {
	t := s.tableNamed(c.path[2])
	if t == nil {
		return nil, missing("Non-existent table", "the tables are listed at %s/%s/%s", pxweb1, c.lang, c.path[1])
	}
	whole, err := t.cells()
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(c.Body, mostBody+1))
	var q v1Query
	if err != nil || len(text) > mostBody || json.Unmarshal(bytes.TrimPrefix(text, []byte("\ufeff")), &q) != nil {
		return nil, bad("Illegal selection", "the body is no JSON of the form {\"query\":[{\"code\":…,\"selection\":{\"filter\":\"item\",\"values\":[…]}}],\"response\":{\"format\":\"json\"}}")
	}
	var asked apiSelection
	for _, v := range q.Query {
		one := apiVariable{VariableCode: v.Code, ValueCodes: v.Selection.Values}
		filter, id, _ := strings.Cut(v.Selection.Filter, ":")
		switch strings.ToLower(filter) {
		case "item", "all", "":
		case "top":
			if len(v.Selection.Values) != 1 {
				return nil, bad("Illegal selection", "the filter top takes one number")
			}
			one.ValueCodes = []string{"TOP(" + v.Selection.Values[0] + ")"}
		case "vs", "agg":
			one.CodeList = &id
		case "agg_single":
			single := "single"
			one.CodeList, one.OutputValues = &id, &single
		default:
			return nil, bad("Illegal selection", "the filters are item, all, top, vs:ID, agg:ID and agg_single:ID")
		}
		if one.ValueCodes == nil {
			one.ValueCodes = []string{}
		}
		asked.Selection = append(asked.Selection, one)
	}
	// What is left out and can't be is there with all its values.
	for _, name := range append(whole.DimNames(), jsonstat.Metric) {
		left := !slices.ContainsFunc(asked.Selection, func(v apiVariable) bool { return strings.EqualFold(v.VariableCode, name) })
		if d := whole.Dim(name); left && (d == nil || d.Index(cube.Total) < 0) {
			asked.Selection = append(asked.Selection, apiVariable{VariableCode: name, ValueCodes: []string{"*"}})
		}
	}
	format, older := strings.ToLower(q.Response.Format), false
	switch format {
	case "", "json":
		format = "json-px"
	case "json-stat":
		format, older = "json-stat2", true
	case "json-stat2", "csv", "px", "xlsx":
	default:
		return nil, bad("Unsupported output format", "the formats are json, json-stat, json-stat2, csv, px and xlsx")
	}
	a, err := s.apiData(c, whole, asked, format, nil)
	if p := (*problem)(nil); errors.As(err, &p) && p.Title == tooManyCells {
		p.Status = http.StatusForbidden
	}
	if err == nil && older {
		a.body, err = olderStat(a.body)
	}
	return a, err
}

// olderStat is an answer in JSON-stat 2.0 as the JSON-stat 1 that this API gave before: a bundle of one dataset, with what is said of its dimensions in one place.
//
// Source: https://json-stat.org/format/, 1.3.
func olderStat(text []byte) ([]byte, error) {
	var from struct {
		Label, Source, Updated, ID, Size, Role, Value, Status, Note, Extension json.RawMessage
		Dimension                                                              map[string]json.RawMessage
	}
	if err := json.Unmarshal(text, &from); err != nil {
		return nil, err
	}
	dimension := from.Dimension
	dimension["id"], dimension["size"], dimension["role"] = from.ID, from.Size, from.Role
	type dataset struct {
		Dimension map[string]json.RawMessage `json:"dimension"`
		Label     json.RawMessage            `json:"label,omitempty"`
		Source    json.RawMessage            `json:"source,omitempty"`
		Updated   json.RawMessage            `json:"updated,omitempty"`
		Value     json.RawMessage            `json:"value"`
		Status    json.RawMessage            `json:"status,omitempty"`
		Note      json.RawMessage            `json:"note,omitempty"`
		Extension json.RawMessage            `json:"extension,omitempty"`
	}
	return json.Marshal(map[string]dataset{"dataset": {dimension, from.Label, from.Source, from.Updated, from.Value, from.Status, from.Note, from.Extension}})
}

// writeJSONPX writes a table as PxWeb's own JSON: a key of member codes and the measures' values as texts, for each row.
func writeJSONPX(out *bytes.Buffer, c *cube.Cube, lang string) error {
	type column struct {
		Code string `json:"code"`
		Text string `json:"text"`
		Type string `json:"type"`
	}
	type comment struct {
		Comment string `json:"comment"`
	}
	columns, comments := []column{}, []comment{}
	for _, d := range c.Dims() {
		kind := "d"
		if d.Role == cube.Time {
			kind = "t"
		}
		columns = append(columns, column{d.Name, d.Title.In(lang), kind})
	}
	for _, m := range c.Measures() {
		columns = append(columns, column{m.Name, m.Title.In(lang), "c"})
	}
	for _, n := range c.Notes {
		comments = append(comments, comment{n.In(lang)})
	}
	for _, w := range c.Warnings {
		comments = append(comments, comment{w.Text.In(lang)})
	}
	if terms := c.Terms; terms != (cube.Terms{}) {
		comments = append(comments, comment{terms.Cite.In(lang)}, comment{word(lang, "licence") + ": " + terms.Licence})
	}
	head, err := json.Marshal(struct {
		Columns  []column  `json:"columns"`
		Comments []comment `json:"comments"`
	}{columns, comments})
	if err != nil {
		return err
	}
	out.Write(bytes.TrimSuffix(head, []byte("}")))
	out.WriteString(`,"data":[`)
	s, err := newSheet(c, &apiPlacement{Heading: []string{jsonstat.Metric}}, lang, []string{"UseCodes"})
	if err != nil {
		return err
	}
	labels := marked(s.down, func(code string) string {
		text, _ := json.Marshal(code) // a string always can be
		return string(text)
	})
	row, first := "", true
	s.body(func(at []int) {
		out.WriteString(row + `{"key":[`)
		for i, k := range at {
			if i > 0 {
				out.WriteByte(',')
			}
			out.WriteString(labels[i][k])
		}
		out.WriteString(`],"values":[`)
		row, first = ",\n", true
	}, func(number []byte, _ bool) {
		if !first {
			out.WriteByte(',')
		}
		first = false
		out.WriteByte('"')
		out.Write(number)
		out.WriteByte('"')
	}, func() { out.WriteString("]}") })
	type about struct {
		Updated string `json:"updated,omitempty"`
		Label   string `json:"label"`
		Source  string `json:"source"`
	}
	source, updated := jsonstat.Origin(c)
	foot, err := json.Marshal([]about{{updated, c.Title.In(lang), source}})
	if err != nil {
		return err
	}
	out.WriteString(`],"metadata":`)
	out.Write(foot)
	out.WriteByte('}')
	return nil
}
