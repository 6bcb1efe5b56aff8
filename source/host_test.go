package source

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/skikt/skikt/internal/jsonstat"
	"github.com/skikt/skikt/internal/px"
	"github.com/skikt/skikt/internal/pxselect"
)

// A fakeVariable is a variable of a table of the host that plays SCB.
type fakeVariable struct {
	name, role string // role: time, metric or none
	codes      []string
	labels     map[string]string // the code where there is none
	eliminate  bool
}

// A fakeTable is a table of it. value gives what stands in a cell, or a symbol.
type fakeTable struct {
	id, updated, note string
	variables         []fakeVariable
	aggregate         bool
	codelists         map[string][]string // by id: value sets of the first variable
	value             func(codes []string) (float64, string)
}

// A host plays SCB: limits of cells and calls, problem+json, and a repeated parameter of which only the last counts.
type fakeHost struct {
	*httptest.Server
	mu      sync.Mutex
	tables  map[string]*fakeTable
	cells   int
	calls   int // in a window
	window  time.Duration
	times   []time.Time
	asked   []string                                                 // data questions answered, in order
	trouble func(w http.ResponseWriter, r *http.Request, n int) bool // may answer in the host's place
	n       int
	refused int // calls that were too many
}

func newHost(t testing.TB, tables ...*fakeTable) *fakeHost {
	h := &fakeHost{tables: map[string]*fakeTable{}, cells: 150_000, calls: 30, window: 10 * time.Second}
	for _, table := range tables {
		h.tables[table.id] = table
	}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *fakeHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.n++
	if h.trouble != nil && h.trouble(w, r, h.n) {
		return
	}
	if r.URL.Path == "/config" {
		fmt.Fprintf(w, `{"apiVersion":"2.3.2","languages":[{"id":"en","label":"English"},{"id":"sv","label":"Svenska"}],"defaultLanguage":"sv","maxDataCells":%d,
			"maxCallsPerTimeWindow":%d,"timeWindow":%d,"license":"https://creativecommons.org/share-your-work/public-domain/cc0/","dataFormats":["json-stat2","csv","px"]}`,
			h.cells, h.calls, int(h.window.Seconds()))
		return
	}
	if strings.HasPrefix(r.URL.Path, "/ssd") {
		h.serve1(w, r)
		return
	}
	now := time.Now()
	h.times = slices.DeleteFunc(h.times, func(t time.Time) bool { return now.Sub(t) >= h.window })
	if len(h.times) >= h.calls {
		h.refused++
		w.Header().Set("Retry-After", strconv.Itoa(int(h.window.Seconds())))
		problem(w, 429, "Too many requests")
		return
	}
	h.times = append(h.times, now)
	rest, ok := strings.CutPrefix(r.URL.Path, "/tables/")
	id, what, _ := strings.Cut(rest, "/")
	t := h.tables[id]
	if id := r.URL.Query().Get("codelist[Region]"); t != nil && id != "" {
		codes, known := t.codelists[id]
		if !known {
			problem(w, 404, "Non-existent codelist")
			return
		}
		set := *t
		set.variables = slices.Clone(t.variables)
		set.variables[0].codes = codes
		t = &set
	}
	switch {
	case !ok || t == nil:
		problem(w, 404, "Non-existent table")
	case what == "":
		fmt.Fprintf(w, `{"id":%q,"updated":%q}`, id, t.updated)
	case what == "metadata":
		json.NewEncoder(w).Encode(t.dataset(r.URL.Query().Get("lang"), nil))
	case what == "data":
		h.data(w, r, t)
	}
}

func problem(w http.ResponseWriter, status int, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"type":"about:blank","title":%q,"status":%d}`, title, status)
}

func (h *fakeHost) data(w http.ResponseWriter, r *http.Request, t *fakeTable) {
	selection := map[string][]string{}
	if r.Method == "POST" {
		var body struct {
			Selection []struct {
				VariableCode string
				ValueCodes   []string
			}
		}
		if json.NewDecoder(r.Body).Decode(&body) != nil {
			problem(w, 400, "Illegal selection")
			return
		}
		for _, v := range body.Selection {
			selection[v.VariableCode] = v.ValueCodes
		}
	}
	for name, values := range r.URL.Query() {
		if variable, ok := strings.CutPrefix(name, "valueCodes["); ok {
			selection[strings.TrimSuffix(variable, "]")] = strings.Split(values[len(values)-1], ",") // of a repeated one the last
		}
	}
	positions := make([][]int, len(t.variables))
	n := 1
	for i, v := range t.variables {
		expressions, ok := selection[v.name]
		if !ok && v.eliminate {
			continue
		}
		var err error
		if positions[i], err = pxselect.Positions(v.codes, expressions, v.role == "time"); err != nil || len(positions[i]) == 0 {
			problem(w, 400, "Non-existent value")
			return
		}
		n *= len(positions[i])
	}
	if n > h.cells {
		problem(w, 400, "Too many cells selected")
		return
	}
	h.asked = append(h.asked, r.Method+" "+r.URL.RawQuery)
	if r.URL.Query().Get("outputFormat") == "csv" {
		t.csv(w, positions)
		return
	}
	if r.URL.Query().Get("outputFormat") == "px" {
		t.px(w, positions)
		return
	}
	json.NewEncoder(w).Encode(t.dataset(r.URL.Query().Get("lang"), positions))
}

func (t *fakeTable) px(w http.ResponseWriter, positions [][]int) {
	text, err := json.Marshal(t.dataset("sv", positions))
	if err != nil {
		panic(err)
	}
	c, err := jsonstat.Read(bytes.NewReader(text), jsonstat.Most)
	if err == nil {
		err = px.Write(w, c, "sv")
	}
	if err != nil {
		panic(err)
	}
}

// serve1 answers as PxWebApi 1 does: the tables stand in the list /ssd/LE.
func (h *fakeHost) serve1(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/ssd" && r.URL.RawQuery == "config" {
		fmt.Fprintf(w, `{"maxValues":%d,"maxCells":%d,"maxCalls":%d,"timeWindow":%d,"CORS":true}`, h.cells, h.cells, h.calls, int(h.window.Seconds()))
		return
	}
	if r.URL.Path == "/ssd/LE" {
		list := []map[string]string{{"id": "LE0105", "type": "l", "text": "Integration"}}
		for _, t := range h.tables {
			list = append(list, map[string]string{"id": t.id, "type": "t", "text": t.id, "updated": strings.TrimSuffix(t.updated, "Z")})
		}
		json.NewEncoder(w).Encode(list)
		return
	}
	t := h.tables[strings.TrimPrefix(r.URL.Path, "/ssd/LE/")]
	if t == nil {
		http.NotFound(w, r)
		return
	}
	if r.Method == "GET" {
		var variables []map[string]any
		for _, v := range t.variables {
			variables = append(variables, map[string]any{"code": v.name, "text": strings.ToLower(v.name), "values": v.codes, "valueTexts": v.codes, "elimination": v.eliminate, "time": v.role == "time"})
		}
		json.NewEncoder(w).Encode(map[string]any{"title": "Tabell " + t.id, "variables": variables})
		return
	}
	var body struct {
		Query []struct {
			Code      string
			Selection struct {
				Filter string
				Values []string
			}
		}
		Response struct{ Format string }
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		http.Error(w, `{"error":"Parameter error"}`, 400)
		return
	}
	positions, n := make([][]int, len(t.variables)), 1
	for i, v := range t.variables {
		for _, q := range body.Query {
			if q.Code != v.name {
				continue
			}
			for at, code := range v.codes {
				if q.Selection.Filter == "all" || slices.Contains(q.Selection.Values, code) {
					positions[i] = append(positions[i], at)
				}
			}
			n *= len(positions[i])
		}
	}
	if n > h.cells {
		http.Error(w, "too many", http.StatusForbidden)
		return
	}
	h.asked = append(h.asked, r.URL.Path)
	if body.Response.Format == "px" {
		t.px(w, positions)
		return
	}
	json.NewEncoder(w).Encode(t.dataset("sv", positions))
}

// each goes through the cells of a selection in order.
func (t *fakeTable) each(positions [][]int, f func(codes []string)) {
	codes := make([]string, len(t.variables))
	var walk func(i int)
	walk = func(i int) {
		if i == len(codes) {
			f(codes)
			return
		}
		if positions[i] == nil {
			codes[i] = ""
			walk(i + 1)
			return
		}
		for _, at := range positions[i] {
			codes[i] = t.variables[i].codes[at]
			walk(i + 1)
		}
	}
	walk(0)
}

func (t *fakeTable) csv(w http.ResponseWriter, positions [][]int) {
	var head []string
	for i, v := range t.variables {
		if positions[i] != nil {
			head = append(head, v.name)
		}
	}
	fmt.Fprintf(w, "\ufeff%s;värde\n", strings.Join(head, ";"))
	t.each(positions, func(codes []string) {
		for i := range codes {
			if positions[i] != nil {
				fmt.Fprintf(w, "%s;", codes[i])
			}
		}
		v, symbol := t.value(codes)
		if symbol == "" {
			symbol = strconv.FormatFloat(v, 'f', -1, 64)
		}
		fmt.Fprintln(w, symbol)
	})
}

// dataset is the table as JSON-stat; its metadata alone without positions.
func (t *fakeTable) dataset(lang string, positions [][]int) map[string]any {
	var ids []string
	size, roles, dimensions, meta := []int{}, map[string][]string{}, map[string]any{}, positions == nil
	for i, v := range t.variables {
		if meta {
			positions = append(positions, nil)
			for at := range v.codes {
				positions[i] = append(positions[i], at)
			}
		}
		if positions[i] == nil {
			continue
		}
		index, label, units := map[string]int{}, map[string]string{}, map[string]any{}
		for n, at := range positions[i] {
			code := v.codes[at]
			index[code], label[code] = n, code
			if l, ok := v.labels[code]; ok {
				label[code] = l
			}
			if lang == "en" {
				label[code] += " (en)"
			}
			units[code] = map[string]any{"base": "antal", "decimals": 1}
		}
		category := map[string]any{"index": index, "label": label}
		if v.role == "metric" {
			category["unit"] = units
		}
		if v.role != "" {
			roles[v.role] = []string{v.name}
		}
		ids, size = append(ids, v.name), append(size, len(positions[i]))
		dimensions[v.name] = map[string]any{"label": v.name, "category": category, "extension": map[string]any{"elimination": v.eliminate}}
	}
	out := map[string]any{"version": "2.0", "class": "dataset", "label": "Tabell " + t.id, "source": "SCB", "updated": t.updated, "role": roles, "id": ids, "size": size, "dimension": dimensions,
		"extension": map[string]any{"px": map[string]any{"tableid": t.id, "language": lang, "aggregallowed": t.aggregate}}, "value": []any{}}
	if t.note != "" {
		out["note"] = []string{t.note}
	}
	if meta {
		return out
	}
	values, status := []any{}, map[string]string{}
	t.each(positions, func(codes []string) {
		v, symbol := t.value(codes)
		if symbol == "" {
			values = append(values, v)
			return
		}
		status[strconv.Itoa(len(values))] = symbol
		values = append(values, nil)
	})
	out["value"] = values
	if len(status) > 0 {
		out["status"] = status
	}
	return out
}

// regsos are RegSO codes of both vintages, as SCB lists them: one after the other.
func regsos(n int) (codes []string, labels map[string]string) {
	labels = map[string]string{}
	for i := range n {
		code := fmt.Sprintf("%04dR%03d", 114+i/100, i%100+1)
		codes = append(codes, code, code+"_RegSO2025")
		labels[code], labels[code+"_RegSO2025"] = "Kommun ("+code+")", code+" Kommun ("+code+")"
	}
	return codes, labels
}

func years(from, to int) (codes []string) {
	for y := from; y <= to; y++ {
		codes = append(codes, strconv.Itoa(y))
	}
	return codes
}

// index is TAB6586 in miniature: ".." outside the years of a vintage. A value is the number of the area, the content and the year, so that a misplaced cell shows.
func indexTable(areas int) *fakeTable {
	codes, labels := regsos(areas)
	place := map[string]float64{}
	for i, c := range codes {
		place[c] = float64(i)
	}
	t := &fakeTable{id: "TAB6586", updated: "2026-06-23T06:00:00Z", variables: []fakeVariable{
		{name: "Region", codes: codes, labels: labels}, {name: "ContentsCode", role: "metric", codes: strings.Fields("000008IT 000008IU 000008IV 000008IW 000008IX")},
		{name: "Tid", role: "time", codes: years(2011, 2024)}}}
	t.value = func(codes []string) (float64, string) {
		year, _ := strconv.Atoi(codes[2])
		if strings.HasSuffix(codes[0], "_RegSO2025") != (year >= 2024) {
			return 0, ".."
		}
		return place[codes[0]]*1000 + float64(codes[1][7]-'A')*20 + float64(year-2000)/10, ""
	}
	return t
}
