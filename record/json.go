package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// maxSheet is how much a workbook, unpacked, or a JSON file may take. It is held in memory and never written to a temporary folder, since it holds data on persons.
const maxSheet = 1 << 30

// openJSON reads the document and finds its rows along Declaration.Rows.
func (r *reading) openJSON(f *os.File, d *Declaration) (source, error) {
	bad := func(rule, text string) error { return &FileError{File: r.report.File, Rule: rule, Text: text} }
	if r.size > maxSheet {
		return nil, bad(ruleSize, "a JSON file is held in memory and may have 1 GiB at most; export as csv")
	}
	enc, err := r.findEncoding(f, d.Encoding)
	if err != nil {
		return nil, err
	}
	if enc.table != nil {
		return nil, bad(ruleEncoding, "JSON must be UTF-8; export it again")
	}
	r.report.Encoding = enc.name
	in, err := enc.reader(f)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(in)
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, bad(ruleTruncated, fmt.Sprintf("the JSON is damaged or cut off near byte %d; fetch or export it again", decoder.InputOffset()))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, bad(ruleTruncated, fmt.Sprintf("something stands after the JSON document at byte %d; fetch or export it again", decoder.InputOffset()))
	}
	list := &entries{size: r.size}
	for i := range r.plan.columns {
		c := &r.plan.columns[i]
		if c.want.at >= 0 {
			return nil, declError("column %q: in JSON a column is found by its key, in header, not by place", c.name)
		}
		c.place = i
		list.keys = append(list.keys, c.want.text)
	}
	var path []string
	if d.Rows != "" {
		path = strings.Split(d.Rows, ".")
	}
	if text := list.gather(document, path, map[string]any{}); text != "" {
		return nil, bad(ruleHeader, text)
	}
	if len(list.rows) == 0 {
		return nil, bad(ruleEmpty, "there are no rows; see that rows is declared as the way to them")
	}
	for i, key := range list.keys {
		if !slices.ContainsFunc(list.rows, func(row []any) bool { return row[i] != absent }) {
			return nil, bad(ruleHeader, fmt.Sprintf("no entry has the key %q; change header to a key of the file. Keys are joined by dots", key))
		}
	}
	r.plan.eitherDec, r.noNotes = true, true
	return list, nil
}

// absent stands for a key that an entry does not have.
var absent = new(struct{ _ byte })

// entries are the rows of a JSON document.
type entries struct {
	keys  []string
	rows  [][]any
	size  int64
	at    int
	run   []byte
	cells [][]byte
}

func (e *entries) read() int64 { return e.size }
func (e *entries) close()      {}

// gather follows the path through v. A part is a key, or {name}: every key of an object, which is then the value of the column name.
// The rows are the entries of a list of objects, or an object of equally long lists, which are its columns, or one object. What is
// wrong, if anything, is the answer.
func (e *entries) gather(v any, path []string, keys map[string]any) string {
	if len(path) > 0 {
		object, ok := v.(map[string]any)
		if !ok {
			return fmt.Sprintf("rows leads to %q in something that is no object", path[0])
		}
		part := path[0]
		if name, ok := strings.CutPrefix(part, "{"); ok && strings.HasSuffix(name, "}") {
			name = strings.TrimSuffix(name, "}")
			for _, key := range slices.Sorted(maps.Keys(object)) {
				keys[name] = key
				if text := e.gather(object[key], path[1:], keys); text != "" {
					return text
				}
			}
			delete(keys, name)
			return ""
		}
		inner, ok := object[part]
		if !ok {
			return fmt.Sprintf("rows leads to the key %q, which is not there", part)
		}
		return e.gather(inner, path[1:], keys)
	}
	switch v := v.(type) {
	case []any:
		for _, entry := range v {
			object, _ := entry.(map[string]any) // an entry that is no object has none of the keys
			e.add(object, keys)
		}
	case map[string]any:
		n, columnar := -1, len(v) > 0
		for _, list := range v {
			l, ok := list.([]any)
			columnar = columnar && ok && (n < 0 || n == len(l))
			n = len(l)
		}
		if !columnar {
			e.add(v, keys)
			return ""
		}
		for i := range n {
			object := make(map[string]any, len(v))
			for key, list := range v {
				object[key] = list.([]any)[i]
			}
			e.add(object, keys)
		}
	default:
		return "rows leads to a single value, not to a list or an object"
	}
	return ""
}

func (e *entries) add(object, keys map[string]any) {
	row := make([]any, len(e.keys))
	for i, key := range e.keys {
		row[i] = lookUp(object, key)
		if row[i] == absent {
			row[i] = lookUp(keys, key)
		}
	}
	e.rows = append(e.rows, row)
}

// lookUp finds a key, or keys joined by dots.
func lookUp(object map[string]any, key string) any {
	if v, ok := object[key]; ok {
		return v
	}
	if outer, rest, ok := strings.Cut(key, "."); ok {
		if inner, ok := object[outer].(map[string]any); ok {
			return lookUp(inner, rest)
		}
	}
	return absent
}

func (e *entries) next(r *row) error {
	if e.at == len(e.rows) {
		return io.EOF
	}
	e.run, e.cells = e.run[:0], e.cells[:0]
	for i, v := range e.rows[e.at] {
		from := len(e.run)
		switch v := v.(type) {
		case string:
			e.run = append(e.run, v...)
		case json.Number:
			e.run = append(e.run, v...)
		case bool:
			e.run = strconv.AppendBool(e.run, v)
		case []any, map[string]any:
			r.rule, r.column = ruleNested, i+1
		}
		e.cells = append(e.cells, e.run[from:])
	}
	e.at++
	r.line, r.fields = e.at, e.cells
	return nil
}
