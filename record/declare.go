package record

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Declaration says how a file is written and which of its columns are read. Only Columns or Melt is needed; the rest is found.
type Declaration struct {
	Format    string            `yaml:"format"`    // csv, fixed, xlsx, json, parquet; default: by the file's ending
	Encoding  string            `yaml:"encoding"`  // utf-8, windows-1252, latin-1; default: byte order mark, else UTF-8 if it is valid, else windows-1252
	Delimiter string            `yaml:"delimiter"` // default: the one of ; , tab | with which the header is found
	Decimal   string            `yaml:"decimal"`   // "," or "."; default: the one most numbers of the file's beginning have
	Sheet     string            `yaml:"sheet"`     // default: the first sheet with the header
	Header    string            `yaml:"header"`    // rows of the header from 1, "4" or "3-5", or "0" for none; default: the first rows where every declared header stands
	Rows      string            `yaml:"rows"`      // JSON: keys on the way to the rows, joined by dots; {name} is any key, and column name its text
	Missing   map[string]string `yaml:"missing"`   // sign -> missing, not_available, hidden, not_applicable, or zero; adds to the defaults
	Columns   []Column          `yaml:"columns"`
	Melt      *Melt             `yaml:"melt"`
}

// A Column is one column of the file.
type Column struct {
	Name string `yaml:"name"` // identifier used downstream

	// Header is the text in the file's header, case and blanks aside; default Name. With several header rows it may have parts
	// joined by "|", all of which must stand in the column's header cells; there a cell also stands for the blank ones to its right
	// (merged cells), except in the lowest row.
	Header string `yaml:"header"`
	At     string `yaml:"at"` // "A" or "1": the column by its place. With Header too, that text must stand there.

	Start    int               `yaml:"start"` // fixed width: first character, from 1
	Width    int               `yaml:"width"` // fixed width: characters
	Type     Type              `yaml:"type"`  // default text
	Required bool              `yaml:"required"`
	Missing  map[string]string `yaml:"missing"` // as Declaration.Missing, for this column
	Min      *float64          `yaml:"min"`
	Max      *float64          `yaml:"max"`
	Values   []string          `yaml:"values"`  // the codes allowed, as written in the file
	Pattern  string            `yaml:"pattern"` // regular expression the text must match; anchor it with ^ and $
	Fill     bool              `yaml:"fill"`    // a blank takes the value above, as in SCB's exports
}

// A Melt turns columns into rows: every good row is given once per column, with the column's Member in a new text column and its
// value in a new float column.
type Melt struct {
	Name    string       `yaml:"name"`  // of the text column
	Value   string       `yaml:"value"` // of the float column
	Columns []MeltColumn `yaml:"columns"`

	// PercentOf names a declared number column that the melted values are percent of: written is percent/100 × that number.
	PercentOf string `yaml:"percent_of"`

	// Rounded is the step the file's values are rounded to, 1 for whole percent. Two float columns are then added, Value+"_low" and
	// Value+"_high": value ± Rounded/2, with PercentOf kept within 0..100 percent and then multiplied like the value.
	Rounded float64 `yaml:"rounded"`
}

// A MeltColumn is one of the columns that become rows.
type MeltColumn struct {
	Member string `yaml:"member"` // code to write
	Header string `yaml:"header"` // as in Column; default Member
	At     string `yaml:"at"`
	Start  int    `yaml:"start"`
	Width  int    `yaml:"width"`
	Plain  bool   `yaml:"plain"` // neither percent nor rounded: written as it stands
}

// Schema is the names and types of the columns a batch will have, in order: the declared columns, then those of the melt.
func (d *Declaration) Schema() ([]Vector, error) {
	p, err := d.compile()
	if err != nil {
		return nil, err
	}
	return p.schema(), nil
}

func (p *plan) schema() []Vector {
	var out []Vector
	for i := range p.columns[:p.own] {
		out = append(out, Vector{Name: p.columns[i].name, Type: p.columns[i].typ})
	}
	if m := p.melt; m != nil {
		out = append(out, Vector{Name: m.Name, Type: Text}, Vector{Name: m.Value, Type: Float})
		if m.Rounded > 0 {
			out = append(out, Vector{Name: m.Value + "_low", Type: Float}, Vector{Name: m.Value + "_high", Type: Float})
		}
	}
	return out
}

// plan is a declaration made ready for reading: the declared columns, then the melted ones.
type plan struct {
	columns   []column
	own       int // columns before the melted ones
	melt      *Melt
	percentOf int // position of Melt.PercentOf, or -1
	header    headerRows
	decimal   byte // ',' or '.' when declared or found, else 0
	eitherDec bool // both signs are numbers: in sheets and JSON, where numbers are typed
	serial    bool // a bare number may be a date: days of a spreadsheet
	from1904  bool // which counts from 1904
	onlyText  bool // no declared number, date or truth value
}

// column is a declared column made ready.
type column struct {
	name     string
	want     want
	start    int // fixed width, from 0
	width    int
	typ      Type
	required bool
	symbols  map[string]State // signs that stand for no value; Present: for the number zero
	longest  int              // of the symbols, in bytes
	first    [256]bool        // first bytes of symbols
	min, max *float64
	values   map[string]struct{}
	pattern  *regexp.Regexp
	fill     bool
	above    []byte // last value of a fill column
	place    int    // field in the row, from 0
}

// parseState reads what a sign is declared to stand for. Present is the number zero.
func parseState(name string) (State, bool) {
	if name == "zero" {
		return Present, true
	}
	i := slices.Index(stateNames[:], name)
	return State(max(i, 0)), i > 0
}

func declError(format string, args ...any) error { return fmt.Errorf("record: "+format, args...) }

// compile checks the declaration and makes it ready.
func (d *Declaration) compile() (*plan, error) {
	p := &plan{percentOf: -1, melt: d.Melt, own: len(d.Columns)}
	if len(d.Columns) == 0 && d.Melt == nil {
		return nil, declError("no columns are declared")
	}
	if formats := []string{"", formatCSV, formatFixed, formatXLSX, formatJSON, formatParquet}; !slices.Contains(formats, d.Format) {
		return nil, declError("format %q is not one of csv, fixed, xlsx, json, parquet", d.Format)
	}
	if _, ok := encodings[strings.ToLower(d.Encoding)]; !ok && d.Encoding != "" {
		return nil, declError("encoding %q is not one of utf-8, windows-1252, latin-1", d.Encoding)
	}
	switch d.Decimal {
	case "":
	case ",", ".":
		p.decimal = d.Decimal[0]
	default:
		return nil, declError("decimal %q is neither \",\" nor \".\"", d.Decimal)
	}
	if _, err := parseDelimiter(d.Delimiter); err != nil {
		return nil, err
	}
	var err error
	if p.header, err = parseHeaderRows(d.Header); err != nil {
		return nil, err
	}
	for i := range d.Columns {
		c := &d.Columns[i]
		if c.Name == "" {
			return nil, declError("column %d has no name", i+1)
		}
		col := column{name: c.Name, typ: c.Type, required: c.Required, min: c.Min, max: c.Max, fill: c.Fill, start: c.Start - 1, width: c.Width}
		if col.typ == "" {
			col.typ = Text
		}
		if !slices.Contains([]Type{Text, Int, Float, Bool, Date}, col.typ) {
			return nil, declError("column %q: type %q is not one of text, int, float, bool, date", c.Name, c.Type)
		}
		if (c.Min != nil || c.Max != nil) && col.typ != Int && col.typ != Float {
			return nil, declError("column %q: min and max need type int or float", c.Name)
		}
		if c.Min != nil && c.Max != nil && *c.Min > *c.Max {
			return nil, declError("column %q: min is greater than max", c.Name)
		}
		if len(c.Values) > 0 {
			col.values = map[string]struct{}{}
			for _, v := range c.Values {
				col.values[v] = struct{}{}
			}
		}
		if c.Pattern != "" {
			if col.pattern, err = regexp.Compile(c.Pattern); err != nil {
				return nil, declError("column %q: pattern: %w", c.Name, err)
			}
		}
		if err := col.locate(c.Header, c.Name, c.At, c.Start, c.Width); err != nil {
			return nil, err
		}
		if err := col.setSymbols(d.Missing, c.Missing); err != nil {
			return nil, err
		}
		p.columns = append(p.columns, col)
	}
	if m := d.Melt; m != nil {
		if m.Name == "" || m.Value == "" || len(m.Columns) == 0 {
			return nil, declError("melt needs name, value and columns")
		}
		if m.Rounded < 0 {
			return nil, declError("melt: rounded is negative")
		}
		for i := range m.Columns {
			c := &m.Columns[i]
			if c.Member == "" {
				return nil, declError("melt: column %d has no member", i+1)
			}
			if slices.ContainsFunc(m.Columns[:i], func(o MeltColumn) bool { return o.Member == c.Member }) {
				return nil, declError("melt: member %q is declared twice", c.Member)
			}
			col := column{name: c.Member, typ: Float, start: c.Start - 1, width: c.Width}
			if err := col.locate(c.Header, c.Member, c.At, c.Start, c.Width); err != nil {
				return nil, err
			}
			if err := col.setSymbols(d.Missing, nil); err != nil {
				return nil, err
			}
			p.columns = append(p.columns, col)
		}
		if m.PercentOf != "" {
			p.percentOf = slices.IndexFunc(p.columns[:p.own], func(c column) bool { return c.name == m.PercentOf })
			if p.percentOf < 0 {
				return nil, declError("melt: percent_of names %q, which is no declared column", m.PercentOf)
			}
			if t := p.columns[p.percentOf].typ; t != Int && t != Float {
				return nil, declError("melt: percent_of names %q, which is not declared as int or float", m.PercentOf)
			}
		}
	}
	seen := map[string]bool{}
	for _, v := range p.schema() {
		if seen[v.Name] {
			return nil, declError("column %q is declared twice", v.Name)
		}
		seen[v.Name] = true
	}
	p.onlyText = !slices.ContainsFunc(p.columns, func(c column) bool { return c.typ != Text })
	return p, nil
}

func (c *column) locate(header, name, at string, start, width int) error {
	if header == "" && at == "" {
		header = name
	}
	c.want = newWant(name, header)
	if at != "" {
		n, ok := parsePlace(at)
		if !ok {
			return declError("column %q: at %q is neither a letter as in a spreadsheet nor a number from 1", name, at)
		}
		c.want.at = n
	}
	if start < 0 || width < 0 || start > 0 && width == 0 {
		return declError("column %q: start and width must be 1 or more", name)
	}
	return nil
}

// setSymbols merges the defaults with the declared signs, those of the column last.
func (c *column) setSymbols(declared ...map[string]string) error {
	c.symbols = map[string]State{"": Missing, ".": NotAvailable, "..": NotAvailable}
	for _, m := range declared {
		for _, symbol := range slices.Sorted(maps.Keys(m)) {
			state, ok := parseState(m[symbol])
			if !ok {
				return declError("missing: %q is not one of missing, not_available, hidden, not_applicable, zero", m[symbol])
			}
			c.symbols[strings.TrimSpace(symbol)] = state
		}
	}
	for symbol, state := range c.symbols {
		if state == Present && c.typ != Int && c.typ != Float {
			if symbol == "" {
				c.symbols[""] = Missing
			} else {
				delete(c.symbols, symbol) // only a number can be zero; elsewhere the sign is what it is
			}
			continue
		}
		c.longest = max(c.longest, len(symbol))
		if symbol != "" {
			c.first[symbol[0]] = true
		}
	}
	return nil
}

// parsePlace reads a place among columns, "A" or "1", as a position from 0.
func parsePlace(at string) (int, bool) {
	at = strings.TrimSpace(at)
	if n, err := strconv.Atoi(at); err == nil {
		return n - 1, n >= 1 && n <= 1<<20
	}
	n := 0
	for _, r := range strings.ToUpper(at) {
		if r < 'A' || r > 'Z' || n > 1<<14 {
			return 0, false
		}
		n = n*26 + int(r-'A') + 1
	}
	return n - 1, n > 0
}
