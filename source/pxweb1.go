package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
)

// PxWebApi 1 tells of a table at its path, and is asked by a query sent to the same path. It has no metadata in JSON-stat, no code lists worth asking by and no stamp but
// in the list that the table stands in. Source: the calls of the R package
// pxweb (https://github.com/rOpenGov/pxweb).

// table1 is what version 1 tells of a table.
type table1 struct {
	Title     string `json:"title"`
	Variables []struct {
		Code        string   `json:"code"`
		Text        string   `json:"text"`
		Values      []string `json:"values"`
		ValueTexts  []string `json:"valueTexts"`
		Elimination bool     `json:"elimination"`
		Time        bool     `json:"time"`
	} `json:"variables"`
}

func readMetadata1(b []byte, lang string) (*jsonstat.Metadata, error) {
	var t table1
	if err := json.Unmarshal(b, &t); err != nil || len(t.Variables) == 0 {
		return nil, errors.New("source: it is no description of a table as PxWebApi 1 gives it")
	}
	in := func(s string) cube.Text {
		switch lang {
		case "sv":
			return cube.Text{SV: s}
		case "en":
			return cube.Text{EN: s}
		}
		return cube.Same(s)
	}
	m := &jsonstat.Metadata{Title: in(t.Title)}
	for _, v := range t.Variables {
		if len(v.Values) != len(v.ValueTexts) {
			return nil, fmt.Errorf("source: the variable %s has %d values and %d texts", v.Code, len(v.Values), len(v.ValueTexts))
		}
		out := jsonstat.Variable{Name: v.Code, Title: in(v.Text), Metric: v.Code == "ContentsCode", Time: v.Time, Eliminate: v.Elimination}
		for i, code := range v.Values {
			out.Members = append(out.Members, cube.Member{Code: code, Label: in(v.ValueTexts[i])})
		}
		m.Variables = append(m.Variables, out)
	}
	return m, nil
}

func (p *PxWeb) path1() string { return p.host() + "/" + strings.Trim(p.Table, "/") }

// config1 asks for the limits of a host of version 1.
func (p *PxWeb) config1(ctx context.Context, f *Fetcher) (cells int, err error) {
	r, err := f.Ask(ctx, Request{Address: p.host() + "?config", Form: JSON})
	if err != nil {
		return 0, err
	}
	var c struct{ MaxValues, MaxCells, MaxCalls, TimeWindow int }
	if err := json.Unmarshal(r.Body, &c); err != nil || c.MaxCells+c.MaxValues <= 0 {
		return 0, fmt.Errorf("source: %s?config tells no limit of cells: is it the address of a PxWebApi 1?", p.host())
	}
	if u, err := url.Parse(p.host()); err == nil {
		f.Limit(u.Host, Limit{c.MaxCalls, time.Duration(c.TimeWindow) * time.Second})
	}
	if c.MaxCells > 0 {
		return c.MaxCells, nil
	}
	return c.MaxValues, nil
}

func (p *PxWeb) fetch1(ctx context.Context, v *Visit) error {
	limit, err := p.config1(ctx, v.Fetcher)
	if err != nil {
		return err
	}
	if v.Updated, err = p.stamp1(ctx, v.Fetcher); err != nil {
		return err
	}
	b, a, err := v.Get(ctx, Request{Name: "metadata", Address: p.path1(), Form: JSON})
	if err != nil {
		return err
	}
	a.Updated = v.Updated
	m, err := readMetadata1(b, p.language())
	if err != nil {
		return v.bad(a, err)
	}
	whole, err := p.box(m)
	if err != nil {
		return err
	}
	parts, err := p.parts(m, whole, limit)
	if err != nil {
		return err
	}
	v.Total = len64(v.Answers) + len64(parts)
	first := ""
	for i, part := range parts {
		b, a, err := p.cells(ctx, v, p.question1(m, part, i))
		if err != nil {
			return err
		}
		t, err := p.read(v, b, a, m, part)
		if err != nil {
			return err
		}
		src := t.Lineage.Sources[0]
		if first == "" {
			first = src.Updated
		}
		if src.Updated != first {
			return mixed("the answer "+a.Name, src.Updated, first)
		}
		v.Publisher = src.Publisher
	}
	v.Title = m.Title.SV + m.Title.EN
	return nil
}

// stamp1 is when the table was updated, by the list it stands in.
func (p *PxWeb) stamp1(ctx context.Context, f *Fetcher) (string, error) {
	path := p.path1()
	list, id := path[:strings.LastIndex(path, "/")], path[strings.LastIndex(path, "/")+1:]
	r, err := f.Ask(ctx, Request{Address: list, Form: JSON})
	if err != nil {
		return "", err
	}
	var all []struct{ ID, Updated string }
	if err := json.Unmarshal(r.Body, &all); err != nil {
		return "", fmt.Errorf("source: %s is no list of tables", list)
	}
	for _, t := range all {
		if strings.EqualFold(t.ID, id) || strings.EqualFold(strings.TrimSuffix(t.ID, ".px"), id) {
			return t.Updated, nil
		}
	}
	return "", fmt.Errorf("source: %w", &Refusal{Address: path, Status: 404, Detail: "the list above it does not have it"})
}

// question1 asks for a box.
func (p *PxWeb) question1(m *jsonstat.Metadata, b box, n int) Request {
	type selection struct {
		Filter string   `json:"filter"`
		Values []string `json:"values"`
	}
	type variable struct {
		Code      string    `json:"code"`
		Selection selection `json:"selection"`
	}
	var body struct {
		Query    []variable `json:"query"`
		Response struct {
			Format string `json:"format"`
		} `json:"response"`
	}
	for i, v := range m.Variables {
		if b.members[i] == nil {
			continue
		}
		s := selection{Filter: "item"}
		if len(b.members[i]) == len(v.Members) {
			s = selection{"all", []string{"*"}}
		} else {
			for _, at := range b.members[i] {
				s.Values = append(s.Values, v.Members[at].Code)
			}
		}
		body.Query = append(body.Query, variable{v.Name, s})
	}
	body.Response.Format = "json-stat2"
	if p.form() == PX {
		body.Response.Format = "px"
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // strings only
	}
	return Request{Name: fmt.Sprintf("data-%02d", n+1), Method: "POST", Address: p.path1(), Body: string(text), Form: p.form()}
}

// readJSON1 reads an answer of version 1 in its own JSON: columns and rows of keys and values, as strings. Members stand in the order in which they first come.
func readJSON1(b []byte) (*cube.Cube, error) {
	var t struct {
		Columns []struct{ Code, Text, Type, Unit string }
		Data    []struct{ Key, Values []string }
		Meta    []struct{ Label, Source, Updated string } `json:"metadata"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &t); err != nil || len(t.Columns) == 0 {
		return nil, errors.New("source: this is no answer of PxWebApi 1: it has no columns")
	}
	var dims []cube.Dimension
	var measures []cube.Measure
	for _, c := range t.Columns {
		switch c.Type {
		case "c":
			measures = append(measures, cube.Measure{Name: c.Code, Title: cube.Same(c.Text), Unit: cube.Same(c.Unit), Kind: cube.Value})
		case "t":
			dims = append(dims, cube.Dimension{Name: c.Code, Title: cube.Same(c.Text), Role: cube.Time})
		default:
			dims = append(dims, cube.Dimension{Name: c.Code, Title: cube.Same(c.Text), Role: cube.Group})
		}
	}
	if len(measures) == 0 {
		return nil, errors.New("source: the answer has no column of values")
	}
	index := make([]map[string]int32, len(dims))
	for d := range dims {
		index[d] = map[string]int32{}
	}
	at := make([][]int32, len(t.Data))
	for i, row := range t.Data {
		if len(row.Key) != len(dims) || len(row.Values) != len(measures) {
			return nil, fmt.Errorf("source: row %d has %d keys and %d values, and the columns say %d and %d", i+1, len(row.Key), len(row.Values), len(dims), len(measures))
		}
		at[i] = make([]int32, len(dims))
		for d, code := range row.Key {
			n, ok := index[d][code]
			if !ok {
				n = int32(len(dims[d].Members))
				index[d][code] = n
				dims[d].Members = append(dims[d].Members, cube.Member{Code: code, Label: cube.Same(code)})
			}
			at[i][d] = n
		}
	}
	name := ""
	if len(t.Meta) > 0 {
		name = t.Meta[0].Label
	}
	builder := cube.NewBuilder(name, dims, measures)
	cells := make([]cube.Cell, len(measures))
	for i, row := range t.Data {
		for m, s := range row.Values {
			var err error
			if cells[m], err = cellOf(s); err != nil {
				return nil, fmt.Errorf("source: row %d: %w", i+1, err)
			}
			if _, frac, ok := strings.Cut(s, "."); ok && cells[m].Status.HasValue() {
				measures[m].Decimals = max(measures[m].Decimals, min(len(frac), 15))
			}
		}
		builder.Add(at[i], cells...)
	}
	c, err := builder.Cube()
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if len(t.Meta) > 0 {
		c.Title = cube.Same(t.Meta[0].Label)
		c.Lineage.Sources = []cube.Source{{Name: name, Publisher: t.Meta[0].Source, Updated: t.Meta[0].Updated}}
	}
	return c, nil
}
