package jsonstat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/skikt/skikt/cube"
)

// Limits bound what a reader takes in.
type Limits struct {
	Bytes int64 // of text
	Cells int   // of the table
}

// Most are limits that fit any table of a statistical office: 1 GiB, 50 million cells.
var Most = Limits{1 << 30, 50_000_000}

// dataset is the part of the format that cubes keep.
type dataset struct {
	Version   string                     `json:"version"`
	Class     string                     `json:"class"`
	Label     string                     `json:"label"`
	Source    string                     `json:"source"`
	Updated   string                     `json:"updated"`
	Href      string                     `json:"href"`
	Note      []string                   `json:"note"`
	Role      map[string][]string        `json:"role"`
	ID        []string                   `json:"id"`
	Size      []int                      `json:"size"`
	Dimension map[string]json.RawMessage `json:"dimension"`
	Extension struct {
		PX struct {
			TableID       string `json:"tableid"`
			Matrix        string `json:"matrix"`
			Language      string `json:"language"`
			Decimals      *int   `json:"decimals"`
			AggregAllowed *bool  `json:"aggregallowed"`
		} `json:"px"`
	} `json:"extension"`
	value, status json.RawMessage
}

type dimension struct {
	Label    string   `json:"label"`
	Note     []string `json:"note"`
	Category struct {
		Index json.RawMessage `json:"index"`
		Label json.RawMessage `json:"label"`
		Unit  map[string]struct {
			Base     string `json:"base"`
			Decimals *int   `json:"decimals"`
		} `json:"unit"`
	} `json:"category"`
	Extension struct {
		Kind map[string]cube.MeasureKind `json:"kind"` // of measures, in datasets written here
	} `json:"extension"`
}

// Read reads a dataset. An error tells where in the text it is, by byte or by name.
func Read(r io.Reader, most Limits) (*cube.Cube, error) {
	d, err := open(r, most)
	if err != nil {
		return nil, fmt.Errorf("jsonstat: %w", err)
	}
	c, err := d.cube(most)
	if err != nil {
		return nil, fmt.Errorf("jsonstat: %w", err)
	}
	return c, nil
}

// open reads a text within limits and takes its top apart.
func open(r io.Reader, most Limits) (*dataset, error) {
	text, err := io.ReadAll(io.LimitReader(r, most.Bytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > most.Bytes {
		return nil, fmt.Errorf("the text is longer than %d bytes", most.Bytes)
	}
	return split(text)
}

// split takes the top of the text apart, so that the long arrays are gone through once, by a reader of their own.
func split(text []byte) (*dataset, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	s := &scanner{text: text}
	d := &dataset{}
	var rest bytes.Buffer
	rest.WriteByte('{')
	err := s.object(func(key []byte) error {
		start := s.at
		if err := s.skip(); err != nil {
			return err
		}
		raw := json.RawMessage(text[start:s.at])
		switch string(key) {
		case `"value"`:
			d.value = raw
		case `"status"`:
			d.status = raw
		default:
			if rest.Len() > 1 {
				rest.WriteByte(',')
			}
			rest.Write(key)
			rest.WriteByte(':')
			rest.Write(raw)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if s.space(); s.at < len(text) {
		return nil, fmt.Errorf("byte %d: more text after the dataset", s.at+1)
	}
	rest.WriteByte('}')
	if err := json.Unmarshal(rest.Bytes(), d); err != nil {
		return nil, fault(err)
	}
	return d, nil
}

// fault is an error of encoding/json without the text it may quote.
func fault(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return errors.New("the text is not JSON")
	case errors.As(err, &kind):
		return fmt.Errorf("%s is a %s, which it can't be in a dataset of JSON-stat", kind.Field, kind.Value)
	}
	return err
}

func (d *dataset) cube(most Limits) (*cube.Cube, error) {
	if d.Class != "" && d.Class != "dataset" {
		return nil, fmt.Errorf("the class is %q; a dataset is wanted", d.Class)
	}
	if len(d.ID) == 0 || len(d.ID) != len(d.Size) {
		return nil, fmt.Errorf("id names %d dimensions and size %d; they must be as many, and at least one", len(d.ID), len(d.Size))
	}
	cells := 1
	for i, n := range d.Size {
		if n < 0 || n > 0 && cells > most.Cells/n {
			return nil, fmt.Errorf("dimension %s: the sizes %v make more than %d cells, or are below zero", d.ID[i], d.Size, most.Cells)
		}
		cells *= n
	}
	metric := len(d.ID)
	if names := d.Role["metric"]; len(names) > 0 {
		if metric = slices.Index(d.ID, names[0]); metric < 0 || len(names) > 1 {
			return nil, fmt.Errorf("role names %d dimensions of measures; there must be one, and it must be in id", len(names))
		}
	}
	name := d.Extension.PX.TableID
	if name == "" {
		name = d.Extension.PX.Matrix
	}
	text := d.in(d.Label)
	var dims []cube.Dimension
	measures := []cube.Measure{{Name: "value", Title: text, Kind: cube.Value}}
	var notes []cube.Text
	for _, n := range d.Note {
		notes = append(notes, d.in(n))
	}
	for i, id := range d.ID {
		dim, members, err := d.dimension(id, d.Size[i])
		if err != nil {
			return nil, err
		}
		for _, n := range dim.Note {
			notes = append(notes, d.in(n))
		}
		if i == metric {
			measures = d.measures(dim, members)
			continue
		}
		out := cube.Dimension{Name: id, Title: d.in(dim.Label), Role: cube.Group, Members: members}
		switch {
		case slices.Contains(d.Role["time"], id):
			out.Role = cube.Time
		case slices.Contains(d.Role["geo"], id):
			out.Role = cube.Area
		}
		dims = append(dims, out)
	}
	values, err := d.cells(cells)
	if err != nil {
		return nil, err
	}
	at := 0 // the measure of a cell, from its place
	inner := 1
	for i := metric + 1; i < len(d.Size); i++ {
		inner *= d.Size[i]
	}
	c, err := cube.FromDense(name, dims, measures, min(metric, len(dims)), func(i int) cube.Cell {
		cell := values[i]
		if at = i / inner % len(measures); cell.Status.HasValue() && measures[at].Kind == cube.Share {
			cell.Value /= 100
		}
		return cell
	})
	if err != nil {
		return nil, err
	}
	c.Title, c.Notes = text, notes
	c.Lineage.Sources = []cube.Source{{Name: name, Publisher: d.Source, Address: d.Href, Updated: d.Updated}}
	if d.Extension.PX.AggregAllowed != nil && !*d.Extension.PX.AggregAllowed {
		c.WarnNotAdditive()
	}
	return c, nil
}

// in is a text of the dataset, in its language; in both when it doesn't say which.
func (d *dataset) in(s string) cube.Text {
	switch d.Extension.PX.Language {
	case "sv":
		return cube.Text{SV: s}
	case "en":
		return cube.Text{EN: s}
	}
	return cube.Same(s)
}

func (d *dataset) dimension(id string, size int) (dim dimension, members []cube.Member, err error) {
	raw, ok := d.Dimension[id]
	if !ok {
		return dim, nil, fmt.Errorf("dimension %s is in id and not in dimension", id)
	}
	if err := json.Unmarshal(raw, &dim); err != nil {
		return dim, nil, fmt.Errorf("dimension %s: %w", id, fault(err))
	}
	codes, err := index(dim.Category.Index, dim.Category.Label)
	if err != nil {
		return dim, nil, fmt.Errorf("dimension %s: %w", id, err)
	}
	if len(codes) != size {
		return dim, nil, fmt.Errorf("dimension %s has %d categories, and size says %d", id, len(codes), size)
	}
	members = make([]cube.Member, size)
	place := make(map[string]int, size)
	for i, code := range codes {
		members[i] = cube.Member{Code: code, Label: d.in(code)}
		place[code] = i
	}
	err = texts(dim.Category.Label, func(code string, label json.RawMessage) error {
		i, ok := place[code]
		if !ok {
			return nil
		}
		text, err := unquote(label)
		members[i].Label = d.in(text)
		return err
	})
	if err != nil {
		return dim, nil, fmt.Errorf("dimension %s: label: %w", id, err)
	}
	return dim, members, nil
}

// index are the codes of a dimension in order. The format lets a dimension of one category do with the label.
func index(raw, labels json.RawMessage) (codes []string, err error) {
	neither := errors.New("the index is neither a list of codes nor an object of code and place")
	switch {
	case len(raw) == 0 || string(raw) == "null":
		err = texts(labels, func(code string, _ json.RawMessage) error {
			codes = append(codes, code)
			return nil
		})
		if err == nil && len(codes) != 1 {
			err = fmt.Errorf("a dimension of %d categories needs an index", len(codes))
		}
		return codes, err
	case raw[0] == '[':
		if json.Unmarshal(raw, &codes) != nil {
			return nil, neither
		}
		return codes, nil
	case raw[0] != '{':
		return nil, neither
	}
	var order []string
	var places []int
	err = texts(raw, func(code string, at json.RawMessage) error {
		n, err := strconv.Atoi(string(at))
		if err != nil {
			return neither
		}
		order, places = append(order, code), append(places, n)
		return nil
	})
	if err != nil {
		return nil, err
	}
	codes = make([]string, len(order))
	given := make([]bool, len(order))
	for i, at := range places {
		if at < 0 || at >= len(codes) || given[at] {
			return nil, errors.New("the index gives two categories one place, or one a place that isn't there")
		}
		codes[at], given[at] = order[i], true
	}
	return codes, nil
}

// texts goes through an object that has been found to be JSON, key by key. There may be none.
func texts(raw json.RawMessage, f func(key string, value json.RawMessage) error) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	s := &scanner{text: raw}
	return s.object(func(quoted []byte) error {
		key, err := unquote(quoted)
		if err != nil {
			return err
		}
		start := s.at
		if err := s.skip(); err != nil {
			return err
		}
		return f(key, raw[start:s.at])
	})
}

// unquote is a text without its quotes.
func unquote(raw []byte) (text string, err error) {
	if n := len(raw); n >= 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : n-1]), nil
	}
	if json.Unmarshal(raw, &text) != nil || len(raw) == 0 || raw[0] != '"' {
		return "", errors.New("something stands where a text should")
	}
	return text, nil
}

func (d *dataset) measures(dim dimension, members []cube.Member) []cube.Measure {
	out := make([]cube.Measure, len(members))
	for i, m := range members {
		out[i] = cube.Measure{Name: m.Code, Title: m.Label, Kind: cube.Value}
		if kind := dim.Extension.Kind[m.Code]; kind != "" {
			out[i].Kind = kind
		}
		unit := dim.Category.Unit[m.Code]
		out[i].Unit = d.in(unit.Base)
		switch {
		case unit.Decimals != nil:
			out[i].Decimals = min(max(*unit.Decimals, 0), 15)
		case d.Extension.PX.Decimals != nil:
			out[i].Decimals = min(max(*d.Extension.PX.Decimals, 0), 15)
		}
	}
	return out
}

// cells are value and status together.
func (d *dataset) cells(n int) ([]cube.Cell, error) {
	cells := make([]cube.Cell, n)
	if len(d.value) == 0 {
		return nil, errors.New("there is no value; metadata alone is no table")
	}
	err := each(d.value, n, "value", func(s *scanner, i int) error {
		start := s.at
		if err := s.skip(); err != nil {
			return err
		}
		raw := s.text[start:s.at]
		switch {
		case string(raw) == "null":
		case raw[0] == '"':
			status, ok := symbol(raw)
			if !ok {
				return fmt.Errorf("value %d is a text", i+1)
			}
			cells[i].Status = status
		default:
			v, err := strconv.ParseFloat(string(raw), 64)
			if err != nil || math.IsInf(v, 0) {
				return fmt.Errorf("value %d is no finite number", i+1)
			}
			cells[i] = cube.KnownCell(v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(d.status) == 0 || string(d.status) == "null" {
		return cells, nil
	}
	take := func(raw []byte, i int) error {
		if string(raw) == "null" {
			return nil
		}
		status, ok := symbol(raw)
		switch {
		case !ok:
			// Other publishers' marks, such as p for preliminary, say what each of them means by it.
		case status.HasValue() == cells[i].Status.HasValue():
			cells[i].Status = status
			if status == cube.Zero {
				cells[i].Value = 0
			}
		case status == cube.Zero:
			cells[i] = cube.Cell{Status: cube.Zero}
		case !status.HasValue():
			return fmt.Errorf("status %d says that there is no value, and there is one", i+1)
		}
		return nil
	}
	if d.status[0] == '"' {
		for i := range cells {
			if err := take(d.status, i); err != nil {
				return nil, err
			}
		}
		return cells, nil
	}
	return cells, each(d.status, n, "status", func(s *scanner, i int) error {
		start := s.at
		if err := s.skip(); err != nil {
			return err
		}
		return take(s.text[start:s.at], i)
	})
}

// each goes through an array of n elements, or through an object whose keys are places below n.
func each(raw []byte, n int, what string, f func(s *scanner, i int) error) error {
	s := &scanner{text: raw}
	if raw[0] == '[' {
		i := 0
		err := s.array(func() error {
			if i >= n {
				return fmt.Errorf("%s has more than the %d elements that size says", what, n)
			}
			i++
			return f(s, i-1)
		})
		if err == nil && i != n {
			return fmt.Errorf("%s has %d elements, and size says %d", what, i, n)
		}
		return err
	}
	if raw[0] != '{' {
		return fmt.Errorf("%s is neither an array nor an object", what)
	}
	return s.object(func(key []byte) error {
		i, err := strconv.Atoi(string(key[1 : len(key)-1]))
		if err != nil || i < 0 || i >= n {
			return fmt.Errorf("%s names a place that is none of the %d cells", what, n)
		}
		return f(s, i)
	})
}

// symbol reads a quoted status.
func symbol(raw []byte) (cube.Status, bool) {
	if raw[0] != '"' {
		return 0, false
	}
	switch s := string(raw[1 : len(raw)-1]); s {
	case "..", "...", "....", ".....", "......", ":", "n/a":
		return cube.NotAvailable, true
	case ".":
		return cube.NotApplicable, true
	case "-", "–":
		return cube.Zero, true
	default:
		status, err := cube.ParseStatus(s)
		return status, err == nil
	}
}

// scanner walks through JSON without making anything of it. What it lets through that is no JSON, encoding/json or strconv refuses.
type scanner struct {
	text []byte
	at   int
}

func (s *scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) bad() error {
	return fmt.Errorf("byte %d: the text is not JSON, or ends too early", s.at+1)
}

// take steps over a character, with space on both sides.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		s.space()
		return true
	}
	return false
}

// object goes through an object; f is called with each quoted key, at its value, which it must step over.
func (s *scanner) object(f func(key []byte) error) error {
	if !s.take('{') {
		return s.bad()
	}
	return s.list('}', func() error {
		start := s.at
		if err := s.quoted(); err != nil {
			return err
		}
		key := s.text[start:s.at]
		if !s.take(':') {
			return s.bad()
		}
		return f(key)
	})
}

// array goes through an array; f must step over each element.
func (s *scanner) array(f func() error) error {
	if !s.take('[') {
		return s.bad()
	}
	return s.list(']', f)
}

// list goes through what is parted by commas, to the closing character.
func (s *scanner) list(end byte, f func() error) error {
	if s.take(end) {
		return nil
	}
	for {
		if err := f(); err != nil {
			return err
		}
		if s.take(end) {
			return nil
		}
		if !s.take(',') {
			return s.bad()
		}
	}
}

func (s *scanner) quoted() error {
	if s.at >= len(s.text) || s.text[s.at] != '"' {
		return s.bad()
	}
	for i := s.at + 1; i < len(s.text); i++ {
		switch s.text[i] {
		case '\\':
			i++
		case '"':
			if !utf8.Valid(s.text[s.at:i]) {
				return fmt.Errorf("byte %d: a text is not UTF-8", s.at+1)
			}
			s.at = i + 1
			return nil
		}
	}
	return s.bad()
}

// skip steps over one value. Of a list or object it looks at the brackets only.
func (s *scanner) skip() error {
	if s.at >= len(s.text) {
		return s.bad()
	}
	switch s.text[s.at] {
	case '"':
		return s.quoted()
	case '{', '[':
		for depth := 0; s.at < len(s.text); s.at++ {
			switch s.text[s.at] {
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					s.at++
					return nil
				}
			case '"':
				if err := s.quoted(); err != nil {
					return err
				}
				s.at--
			}
		}
		return s.bad()
	}
	start := s.at
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ',', ']', '}', ' ', '\t', '\r', '\n':
			if s.at == start {
				return s.bad()
			}
			return nil
		}
		s.at++
	}
	return nil
}
