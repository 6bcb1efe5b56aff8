package px

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"github.com/skikt/skikt/cube"
)

// Limits bound what a reader takes in.
type Limits struct {
	Bytes int64 // of text
	Cells int   // of the table
}

// Most are limits that fit any table of a statistical office: 1 GiB, 50 million cells.
var Most = Limits{1 << 30, 50_000_000}

// An entry is one keyword with its value.
type entry struct {
	keyword, lang string
	keys          []string // in parentheses
	values        []string // texts, numbers or words; a time list without TLIST(...)
	line          int
}

// file is a file taken apart.
type file struct {
	entries []entry
	data    []byte
	line    int // on which the data begin
	lang    string
	langs   []string
}

// Read reads a file. An error tells on which line it is.
func Read(r io.Reader, most Limits) (*cube.Cube, error) {
	c, err := read(r, most)
	if err != nil {
		return nil, fmt.Errorf("px: %w", err)
	}
	return c, nil
}

func read(r io.Reader, most Limits) (*cube.Cube, error) {
	text, err := io.ReadAll(io.LimitReader(r, most.Bytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > most.Bytes {
		return nil, fmt.Errorf("the file is longer than %d bytes", most.Bytes)
	}
	if text, err = decode(text); err != nil {
		return nil, err
	}
	f, err := split(text)
	if err != nil {
		return nil, err
	}
	return f.cube(most)
}

// decode makes the text UTF-8.
func decode(text []byte) ([]byte, error) {
	if bom := []byte("\ufeff"); bytes.HasPrefix(text, bom) {
		text = text[len(bom):]
		if !utf8.Valid(text) {
			return nil, errors.New("the file begins as UTF-8 and isn't")
		}
		return text, nil
	}
	declared := func(keyword string) string {
		_, rest, ok := bytes.Cut(text[:min(len(text), 1<<12)], []byte(keyword+`="`))
		name, _, closed := bytes.Cut(rest, []byte(`"`))
		if !ok || !closed {
			return ""
		}
		return strings.ToLower(string(name))
	}
	// Files that were converted and kept their CODEPAGE exist; other character sets don't look like UTF-8 by chance.
	if utf8.Valid(text) {
		return text, nil
	}
	name := declared("CODEPAGE")
	if name == "" {
		name = "windows-1252"
	}
	characters, err := charset(name)
	if err != nil {
		return nil, err
	}
	if characters == unicode.UTF8 {
		return nil, errors.New("CODEPAGE says UTF-8, and the file isn't; it may be iso-8859-1")
	}
	return characters.NewDecoder().Bytes(text)
}

// scanner reads keywords.
type scanner struct {
	text []byte
	at   int
	line int
}

func (s *scanner) bad(format string, args ...any) error {
	return fmt.Errorf("line %d: %w", s.line, fmt.Errorf(format, args...))
}

func (s *scanner) space() {
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '\n':
			s.line++
		case ' ', '\t', '\r':
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) take(c byte) bool {
	s.space()
	if s.peek() != c {
		return false
	}
	s.at++
	s.space()
	return true
}

// word is a run of letters, digits, signs and points.
func (s *scanner) word() string {
	start := s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' && c != '.' && c != '+' {
			break
		}
		s.at++
	}
	return string(s.text[start:s.at])
}

// quoted is a text; pieces with nothing but space between them are one.
func (s *scanner) quoted() (string, error) {
	var b strings.Builder
	for s.peek() == '"' {
		end := bytes.IndexByte(s.text[s.at+1:], '"')
		if end < 0 {
			return "", s.bad("a text begins and does not end")
		}
		piece := s.text[s.at+1 : s.at+1+end]
		s.line += bytes.Count(piece, []byte("\n"))
		b.Write(piece)
		s.at += end + 2
		s.space()
	}
	return b.String(), nil
}

// item is a text or a word of a value.
func (s *scanner) item() (string, error) {
	if s.peek() == '"' {
		return s.quoted()
	}
	w := s.word()
	if w == "" {
		return "", s.bad("a value is missing, or has a character that can't be there")
	}
	s.space()
	return w, nil
}

func (s *scanner) items(end byte) (list []string, err error) {
	for {
		item, err := s.item()
		if err != nil {
			return nil, err
		}
		list = append(list, item)
		if s.take('(') { // TLIST(A1) or TLIST(A1,"2000"-"2010"): a scale, which the values tell themselves
			if _, err := s.items(')'); err != nil {
				return nil, err
			}
			list = list[:len(list)-1]
		}
		switch {
		case s.take(end):
			return list, nil
		case s.peek() == '-' || s.take(','):
			s.take('-')
		default:
			return nil, s.bad("a comma or the end of the value (%c) is wanted", end)
		}
	}
}

func split(text []byte) (*file, error) {
	s := &scanner{text: text, line: 1}
	f := &file{}
	for {
		s.space()
		e := entry{line: s.line, keyword: strings.ToUpper(s.word())}
		if e.keyword == "" {
			if s.at >= len(text) {
				return nil, s.bad("the file ends before DATA")
			}
			return nil, s.bad("a keyword is wanted")
		}
		var err error
		if s.take('[') {
			if e.lang, err = s.item(); err != nil {
				return nil, err
			}
			if !s.take(']') {
				return nil, s.bad("%s: the language is not closed by ]", e.keyword)
			}
		}
		if s.take('(') {
			if e.keys, err = s.items(')'); err != nil {
				return nil, err
			}
		}
		s.space()
		if s.peek() != '=' {
			return nil, s.bad("%s is not followed by =", e.keyword)
		}
		s.at++
		if e.keyword == "DATA" {
			f.line, f.data = s.line, text[s.at:]
			break
		}
		s.space()
		if e.values, err = s.items(';'); err != nil {
			return nil, err
		}
		f.entries = append(f.entries, e)
	}
	f.lang = f.one("LANGUAGE", "")
	f.langs = f.list("LANGUAGES", "")
	if f.lang == "" {
		f.lang = "sv" // of the Swedish offices that leave it out
	}
	return f, nil
}

func (f *file) find(keyword, lang string, keys ...string) *entry {
	for i := range f.entries {
		e := &f.entries[i]
		if e.keyword == keyword && e.lang == lang && slices.Equal(e.keys, keys) {
			return e
		}
	}
	return nil
}

// list is the value of a keyword; nil without it. The main language stands without a mark.
func (f *file) list(keyword, lang string, keys ...string) []string {
	e := f.find(keyword, lang, keys...)
	if e == nil && lang == f.lang {
		e = f.find(keyword, "", keys...)
	}
	if e == nil {
		return nil
	}
	return e.values
}

func (f *file) one(keyword, lang string, keys ...string) string {
	if list := f.list(keyword, lang, keys...); len(list) > 0 {
		return list[0]
	}
	return ""
}

// text is a text in the languages that the file has; in gives it in one.
func (f *file) text(in func(lang string) string) cube.Text {
	t := cube.Text{SV: in("sv"), EN: in("en")}
	if t == (cube.Text{}) {
		return cube.Same(in(f.lang))
	}
	return t
}

// variables are the names of the variables in a language, those of STUB before those of HEADING.
func (f *file) variables(lang string) []string {
	return append(slices.Clone(f.list("STUB", lang)), f.list("HEADING", lang)...)
}

func (f *file) cube(most Limits) (*cube.Cube, error) {
	names := f.variables(f.lang)
	if len(names) == 0 {
		return nil, errors.New("the file has neither STUB nor HEADING")
	}
	for i := range f.entries {
		if e := &f.entries[i]; e.keyword == "KEYS" {
			return nil, fmt.Errorf("line %d: the file leaves out rows (KEYS); export it in full", e.line)
		}
	}
	contents := f.one("CONTVARIABLE", f.lang)
	dims, metric, cells := []cube.Dimension{}, len(names), 1
	measures := []cube.Measure{f.measure("", cube.Member{Code: "value", Label: f.text(func(lang string) string { return f.one("CONTENTS", lang) })})}
	for at, name := range names {
		d, err := f.dimension(at, name)
		if err != nil {
			return nil, err
		}
		if n := len(d.Members); cells > most.Cells/n {
			return nil, fmt.Errorf("variable %s: the table has more than %d cells", name, most.Cells)
		}
		cells *= len(d.Members)
		if name == contents {
			metric, measures = at, nil
			for i, m := range d.Members {
				measures = append(measures, f.measure(f.list("VALUES", f.lang, name)[i], m))
			}
			continue
		}
		dims = append(dims, d)
	}
	values, err := f.cells(cells)
	if err != nil {
		return nil, err
	}
	matrix := f.one("TABLEID", f.lang)
	if matrix == "" {
		matrix = f.one("MATRIX", f.lang)
	}
	c, err := cube.FromDense(matrix, dims, measures, min(metric, len(dims)), func(i int) cube.Cell { return values[i] })
	if err != nil {
		return nil, err
	}
	c.Title = f.text(func(lang string) string {
		if title := f.one("DESCRIPTION", lang); title != "" {
			return title
		}
		return f.one("TITLE", lang)
	})
	for i := range f.entries {
		e := &f.entries[i]
		if strings.HasPrefix(e.keyword, "NOTE") && (e.lang == "" || e.lang == f.lang) {
			c.Notes = append(c.Notes, f.text(func(lang string) string {
				return strings.Join(strings.FieldsFunc(f.one(e.keyword, lang, e.keys...), func(r rune) bool { return r == '#' }), "\n")
			}))
		}
	}
	if strings.EqualFold(f.one("AGGREGALLOWED", f.lang), "NO") {
		c.WarnNotAdditive()
	}
	source := cube.Source{Name: matrix, Publisher: f.one("SOURCE", f.lang), Updated: f.one("LAST-UPDATED", f.lang)}
	for i := range f.entries {
		if e := &f.entries[i]; e.keyword == "LAST-UPDATED" && len(e.keys) > 0 {
			source.Updated = max(source.Updated, e.values[0])
		}
	}
	c.Lineage.Sources = []cube.Source{source}
	return c, nil
}

func (f *file) measure(value string, m cube.Member) cube.Measure {
	out := cube.Measure{Name: m.Code, Title: m.Label, Kind: cube.Value}
	at := slices.Index(f.list("VALUES", f.lang, f.one("CONTVARIABLE", f.lang)), value)
	out.Unit = f.text(func(lang string) string {
		if list := f.list("VALUES", lang, f.one("CONTVARIABLE", lang)); at >= 0 && at < len(list) {
			if unit := f.one("UNITS", lang, list[at]); unit != "" {
				return unit
			}
		}
		return f.one("UNITS", lang)
	})
	for _, text := range []string{f.one("PRECISION", f.lang, f.one("CONTVARIABLE", f.lang), value), f.one("SHOWDECIMALS", f.lang), f.one("DECIMALS", f.lang)} {
		if n, err := strconv.Atoi(text); err == nil && n >= 0 && n <= 15 {
			out.Decimals = n
			break
		}
	}
	return out
}

// dimension is variable number at, which has this name in the main language.
func (f *file) dimension(at int, name string) (cube.Dimension, error) {
	in := func(lang string) string { // its name in a language
		if names := f.variables(lang); at < len(names) {
			return names[at]
		}
		return ""
	}
	d := cube.Dimension{Name: f.one("VARIABLECODE", f.lang, name), Title: f.text(in), Role: cube.Group}
	if d.Name == "" {
		d.Name = name
	}
	values := f.list("VALUES", f.lang, name)
	codes := f.list("CODES", f.lang, name)
	switch {
	case len(values) == 0:
		return d, fmt.Errorf("variable %s has no VALUES", name)
	case codes == nil:
		codes = values
	case len(codes) != len(values):
		return d, fmt.Errorf("line %d: variable %s has %d VALUES and %d CODES", f.lineOf("CODES", name), name, len(values), len(codes))
	}
	for i := range values {
		d.Members = append(d.Members, cube.Member{Code: codes[i], Label: f.text(func(lang string) string {
			if list := f.list("VALUES", lang, in(lang)); i < len(list) && in(lang) != "" {
				return list[i]
			}
			return ""
		})})
	}
	switch kind := f.one("VARIABLE-TYPE", f.lang, name); {
	case f.list("TIMEVAL", f.lang, name) != nil || strings.EqualFold(kind, "T"):
		d.Role = cube.Time
	case f.list("MAP", f.lang, name) != nil || strings.EqualFold(kind, "G"):
		d.Role = cube.Area
	}
	return d, nil
}

func (f *file) lineOf(keyword string, keys ...string) int {
	for _, lang := range []string{f.lang, ""} {
		if e := f.find(keyword, lang, keys...); e != nil {
			return e.line
		}
	}
	return 0
}

// cells reads the data, of which there must be n.
func (f *file) cells(n int) ([]cube.Cell, error) {
	cells := make([]cube.Cell, n)
	line, i, at := f.line, 0, 0
	bad := func(format string, args ...any) error {
		return fmt.Errorf("line %d: %w", line, fmt.Errorf(format, args...))
	}
	for at < len(f.data) {
		switch c := f.data[at]; c {
		case '\n':
			line++
			at++
			continue
		case ' ', '\t', '\r', ',':
			at++
			continue
		case ';':
			if rest := bytes.TrimSpace(bytes.Trim(f.data[at+1:], "\x1a\x00")); len(rest) > 0 {
				return nil, bad("more text after the data")
			}
			if i != n {
				return nil, bad("DATA has %d cells, and the headings say %d", i, n)
			}
			return cells, nil
		}
		if i == n {
			return nil, bad("DATA has more than the %d cells that the headings say", n)
		}
		start := at
		if f.data[at] == '"' {
			end := bytes.IndexByte(f.data[at+1:], '"')
			if end < 0 {
				return nil, bad("a text begins and does not end")
			}
			at += end + 2
			status, ok := symbol(f.data[start+1 : at-1])
			if !ok {
				return nil, bad("cell %d is a text that is no symbol of the format", i+1)
			}
			cells[i] = cube.Cell{Status: status}
		} else {
			for at < len(f.data) && !space(f.data[at]) {
				at++
			}
			raw := f.data[start:at]
			v, err := strconv.ParseFloat(string(raw), 64)
			status, dots := symbol(raw)
			switch {
			case dots: // some writers leave out the quotes
				cells[i] = cube.Cell{Status: status}
			case err != nil || math.IsInf(v, 0) || math.IsNaN(v):
				return nil, bad("cell %d is no number", i+1)
			default:
				cells[i] = cube.KnownCell(v)
			}
		}
		i++
	}
	return nil, bad("the file ends within DATA, after %d of %d cells; it has been cut off", i, n)
}

func space(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', ';', ',', '"':
		return true
	}
	return false
}

func symbol(raw []byte) (cube.Status, bool) {
	switch string(raw) {
	case "-":
		return cube.Zero, true
	case ".":
		return cube.NotApplicable, true
	case "..", "...", "....", ".....", "......":
		return cube.NotAvailable, true
	}
	return 0, false
}
