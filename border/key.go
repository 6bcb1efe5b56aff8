package border

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/skikt/skikt/area"
	"golang.org/x/text/encoding/charmap"
)

// KeyOptions say how to read a key file. Columns that are not declared are sought under the names that SCB uses.
type KeyOptions struct {
	From, To         area.ID
	FromColumn       string // codes of From: DeSO_2018
	ToColumn         string // codes of To: RegSOkod_2020
	ToNameColumn     string // names of To: RegSO_2020; none is needed
	KommunColumn     string // Kommun; none is needed
	KommunNameColumn string // Kommunnamn; none is needed
}

// A Key says which area of To each area of From lies in.
type Key struct {
	File     string
	From, To area.ID
	Columns  []string // of the header
	Rows     []KeyRow
	Notes    []string  // which columns were taken
	Problems []Finding // rows that could not be used, or that contradict others
}

// A KeyRow is one usable row.
type KeyRow struct {
	Line       int
	From, To   string // codes
	ToName     string
	Kommun     string // code; empty when the file has no such column
	KommunName string
}

// Parents is the key by code, as area.Geography.AddKey takes it.
func (k *Key) Parents() map[string]string {
	parents := make(map[string]string, len(k.Rows))
	for _, r := range k.Rows {
		parents[r.From] = r.To
	}
	return parents
}

// Divisions makes the divisions that the key tells of: From, To with its names, and kommun when the file has kommun codes and neither From nor
// To is kommun itself.
func (k *Key) Divisions() ([]*area.Division, error) {
	var from, to, kommun []area.Area
	seenTo, seenKommun := map[string]bool{}, map[string]bool{}
	for _, r := range k.Rows {
		from = append(from, area.Area{Code: r.From})
		if !seenTo[r.To] {
			seenTo[r.To] = true
			to = append(to, area.Area{Code: r.To, Name: r.ToName})
		}
		if r.Kommun != "" && !seenKommun[r.Kommun] {
			seenKommun[r.Kommun] = true
			kommun = append(kommun, area.Area{Code: r.Kommun, Name: r.KommunName})
		}
	}
	var made []*area.Division
	for _, d := range []struct {
		id    area.ID
		areas []area.Area
	}{{k.From, from}, {k.To, to}, {area.ID{Kind: area.Kommun}, kommun}} {
		if d.id.Kind == area.Kommun && (len(d.areas) == 0 || len(made) == 2 && (k.From.Kind == area.Kommun || k.To.Kind == area.Kommun)) {
			continue
		}
		division, err := area.New(d.id, d.areas)
		if err != nil {
			return nil, fmt.Errorf("border: %s: %w", k.File, err)
		}
		made = append(made, division)
	}
	return made, nil
}

// ReadKey reads a key file: CSV with commas, semicolons or tabs, in UTF-8 or Windows-1252, or XLSX. The header is the first row that has the
// columns asked for; title rows may stand above it, and empty rows and columns do no harm.
//
// A key needs codes on both sides. Names cannot stand in for them: a RegSO name is unique only within its kommun, changes, and is
// spelled differently between files. A file with names alone gives an error that says which column is missing.
func ReadKey(path string, opt KeyOptions) (*Key, error) {
	k := &Key{File: filepath.Base(path), From: opt.From, To: opt.To}
	sheets, err := readTable(path)
	if err == nil {
		err = k.read(sheets, opt)
	}
	if err != nil {
		return nil, fmt.Errorf("border: key %s: %w", k.File, err)
	}
	return k, nil
}

// row is a row of a table with its line, or its row number in a sheet.
type row struct {
	line  int
	cells []string
}

func (r row) cell(i int) string {
	if i < 0 || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

func (r row) empty() bool {
	return !slices.ContainsFunc(r.cells, func(s string) bool { return strings.TrimSpace(s) != "" })
}

const deepestHeader = 50 // rows in which a header is sought

// columns are the positions of the columns of a key; -1 where there is none.
type columns struct{ from, to, toName, kommun, kommunName int }

func (k *Key) read(sheets [][]row, opt KeyOptions) error {
	var best error
	for _, rows := range sheets {
		for i, header := range rows[:min(len(rows), deepestHeader)] {
			if header.empty() {
				continue
			}
			c, err := k.columns(header, rows[i+1:], opt)
			if err == nil {
				k.collect(c, rows[i+1:])
				if len(k.Rows) == 0 {
					return fmt.Errorf("no row under the header on line %d can be used", header.line)
				}
				return nil
			}
			// the error that tells most is that of the row that has something of a header
			if best == nil || !errors.As(best, new(*headerError)) && errors.As(err, new(*headerError)) {
				best = err
			}
		}
	}
	if best == nil {
		return errors.New("the file has no rows")
	}
	return best
}

// headerError is an error about a row that surely is a header.
type headerError struct{ err error }

func (e *headerError) Error() string { return e.err.Error() }
func (e *headerError) Unwrap() error { return e.err }

func (k *Key) columns(header row, below []row, opt KeyOptions) (columns, error) {
	var names []string
	for i := range header.cells {
		names = append(names, header.cell(i))
	}
	for len(names) > 0 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	sure := strings.HasPrefix(strings.ToLower(header.cell(0)), "kommun")
	fail := func(format string, args ...any) (columns, error) {
		err := fmt.Errorf("the header on line %d "+format, append([]any{header.line}, args...)...)
		if sure {
			return columns{}, &headerError{err}
		}
		return columns{}, err
	}
	var c columns
	var err error
	if c.from, err = codeColumn(names, below, opt.From, opt.FromColumn); err != nil {
		return fail("%w", err)
	}
	sure = true
	if c.to, err = codeColumn(names, below, opt.To, opt.ToColumn); err != nil {
		return fail("%w", err)
	}
	k.Columns = names
	k.Notes = append(k.Notes, fmt.Sprintf("%s is read from the column %s, %s from %s", opt.From.Title(), names[c.from], opt.To.Title(), names[c.to]))
	for _, o := range []struct {
		column   *int
		declared string
		names    []string
	}{
		{&c.toName, opt.ToNameColumn, areaNames[opt.To.Kind]},
		{&c.kommun, opt.KommunColumn, codeNames[area.Kommun]},
		{&c.kommunName, opt.KommunNameColumn, []string{"kommunnamn", "kommun_namn", "knnamn"}},
	} {
		*o.column = -1
		if o.declared != "" {
			field, ok := findField(names, o.declared)
			if !ok {
				return fail("has no column %s; it has %s", o.declared, list(named(names)))
			}
			*o.column = slices.Index(names, field)
			continue
		}
		found, _ := candidates(names, o.names, area.ID{})
		for _, f := range found {
			if i := slices.Index(names, f); i != c.to && i != c.from {
				*o.column = i
				break
			}
		}
	}
	return c, nil
}

func named(names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == "" })
}

// codeColumn finds the column with the codes of a division.
func codeColumn(names []string, below []row, id area.ID, declared string) (int, error) {
	if declared != "" {
		field, ok := findField(names, declared)
		if !ok {
			return -1, fmt.Errorf("has no column %s; it has %s", declared, list(named(names)))
		}
		i := slices.Index(names, field)
		if !codesBelow(below, i, id.Kind) {
			return -1, fmt.Errorf("has a column %s, but it does not hold codes of %s; name the column with the codes, names cannot stand in for them", field, id.Title())
		}
		return i, nil
	}
	found, other := candidates(names, codeFields(id.Kind), id)
	for _, field := range found {
		if i := slices.Index(names, field); codesBelow(below, i, id.Kind) {
			return i, nil
		}
	}
	switch {
	case other.Kind != "":
		return -1, fmt.Errorf("is about another vintage: %w", &area.VintageError{Have: other, Want: id})
	case len(found) > 0:
		return -1, fmt.Errorf("has no column with the codes of %s, such as %s; %s holds names, which cannot be used as keys: they are unique only within a kommun and are "+
			"spelled differently between files. The columns are %s. Take a newer key file, or declare the column", id.Title(), exampleColumn(id), found[0], list(named(names)))
	}
	return -1, fmt.Errorf("has no column with the codes of %s, such as %s; it has %s", id.Title(), exampleColumn(id), list(named(names)))
}

func exampleColumn(id area.ID) string {
	switch id.Kind {
	case area.RegSO:
		return strings.TrimSuffix("RegSOkod_"+id.Vintage, "_")
	case area.DeSO:
		return strings.TrimSuffix("DeSO_"+id.Vintage, "_")
	case area.Kommun:
		return "Kommun"
	}
	return string(id.Kind) + "kod"
}

// codesBelow tells whether a column mostly holds codes of a kind.
func codesBelow(rows []row, column int, kind area.Kind) bool {
	good, filled := 0, 0
	for _, r := range rows {
		if v := r.cell(column); v != "" {
			filled++
			if _, _, err := area.CleanCode(kind, v); err == nil {
				good++
			}
		}
	}
	return good*2 > filled
}

func (k *Key) collect(c columns, rows []row) {
	first, cells, finer := map[string]KeyRow{}, map[string][]string{}, 0
	toNames, kommunNames := map[string]string{}, map[string]string{}
	for _, r := range rows {
		if r.empty() {
			continue
		}
		problem := func(rule, format string, args ...any) {
			k.Problems = append(k.Problems, Finding{Rule: rule, Number: r.line, Text: fmt.Sprintf("line %d: ", r.line) + fmt.Sprintf(format, args...)})
		}
		out := KeyRow{Line: r.line, ToName: r.cell(c.toName), KommunName: r.cell(c.kommunName)}
		var err error
		if out.From, err = cleanKeyCode(k.From, r.cell(c.from)); err != nil {
			problem(RuleKeyRow, "%v; the row is not used", err)
			continue
		}
		if out.To, err = cleanKeyCode(k.To, r.cell(c.to)); err != nil {
			problem(RuleKeyRow, "%v; the row is not used", err)
			continue
		}
		if text := r.cell(c.kommun); text != "" {
			if out.Kommun, _, err = area.CleanCode(area.Kommun, text); err != nil {
				problem(RuleKeyRow, "%v; the row is used without its kommun", err)
				out.Kommun = ""
			}
		}
		if old, twice := first[out.From]; twice {
			switch {
			case old.To != out.To:
				problem(RuleKeyClash, "%s lies in %s, but in %s by line %d, which counts", out.From, out.To, old.To, old.Line)
			case slices.Equal(r.cells, cells[out.From]):
				problem(RuleKeyTwice, "the row is the same as line %d and is not used", old.Line)
			default: // the file goes into finer areas in another column
				finer++
			}
			continue
		}
		if says := kommunsOf(k, out); len(says) > 1 {
			problem(RuleKeyKommun, "%s in %s: the codes say different kommuner, %s; the row is used as it stands", out.From, out.To, strings.Join(says, " and "))
		}
		first[out.From], cells[out.From] = out, r.cells
		for _, n := range []struct {
			names      map[string]string
			code, name string
		}{{toNames, out.To, out.ToName}, {kommunNames, out.Kommun, out.KommunName}} {
			if n.code == "" {
				continue
			}
			if old, ok := n.names[n.code]; !ok {
				n.names[n.code] = n.name
			} else if old != n.name {
				problem(RuleKeyName, "%s is called %q, but %q before", n.code, n.name, old)
			}
		}
		k.Rows = append(k.Rows, out)
	}
	if finer > 0 {
		k.Notes = append(k.Notes, fmt.Sprintf("%d rows repeat the codes of earlier ones, since other columns go into finer areas", finer))
	}
}

// cleanKeyCode cleans a code and sees to its vintage.
func cleanKeyCode(id area.ID, text string) (string, error) {
	code, vintage, err := area.CleanCode(id.Kind, text)
	if err == nil && vintage != "" && id.Vintage != "" && vintage != id.Vintage {
		err = &area.VintageError{Have: area.ID{Kind: id.Kind, Vintage: vintage}, Want: id}
	}
	return code, err
}

// kommunsOf are the different kommuner that a row's codes say.
func kommunsOf(k *Key, r KeyRow) []string {
	var says []string
	for _, s := range []struct {
		kind area.Kind
		code string
	}{{k.From.Kind, r.From}, {k.To.Kind, r.To}, {area.Kommun, r.Kommun}} {
		if kommun, ok := area.Prefix(s.kind, s.code, area.Kommun); ok && kommun != "" && !slices.Contains(says, kommun) {
			says = append(says, kommun)
		}
	}
	return says
}

// readTable reads the sheets of an XLSX, or a CSV as one sheet.
func readTable(path string) ([][]row, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, errors.New("there is no such file")
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("this is a folder; name the file in it")
	case info.Size() > maxTable:
		return nil, fmt.Errorf("the file is larger than %d MB, too large for a key", maxTable>>20)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(text, []byte("PK\x03\x04")) {
		return parseXLSX(text)
	}
	rows, err := parseCSV(text)
	return [][]row{rows}, err
}

const maxTable = 256 << 20 // bytes

func parseCSV(text []byte) ([]row, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if !utf8.Valid(text) {
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(text)
		if err != nil {
			return nil, err
		}
		text = decoded
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = delimiter(text)
	r.FieldsPerRecord = -1
	var rows []row
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return nil, fmt.Errorf("line %d, column %d: a quotation mark stands where none may, or is never closed; correct the line", parse.Line, parse.Column)
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		rows = append(rows, row{line, cells})
	}
}

// delimiter is the mark that stands most often in the first rows.
func delimiter(text []byte) rune {
	head := text[:min(len(text), 4096)]
	best, most := ',', 0
	for _, mark := range ",;\t" {
		if n := bytes.Count(head, []byte(string(mark))); n > most {
			best, most = mark, n
		}
	}
	return best
}

// Names is a list of codes and names, of one kind or several mixed, as in SCB's label files.
type Names struct {
	File string
	rows map[string]string
}

// ReadNames reads a JSON object of names by code, bare or under "label" as SCB's database gives it.
func ReadNames(path string) (*Names, error) {
	n := &Names{File: filepath.Base(path)}
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("border: names %s: there is no such file", n.File)
	}
	if err != nil {
		return nil, fmt.Errorf("border: names %s: %w", n.File, err)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	var labelled struct {
		Label map[string]string `json:"label"`
	}
	if json.Unmarshal(text, &labelled) == nil && len(labelled.Label) > 0 {
		n.rows = labelled.Label
		return n, nil
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&n.rows); err != nil {
		return nil, fmt.Errorf("border: names %s: it is no list of names by code, {\"0180\": \"Stockholm\"} or the same under \"label\": %w", n.File, jsonError(text, dec, err, 0))
	}
	return n, nil
}

// Len is the number of names.
func (n *Names) Len() int { return len(n.rows) }

// Division makes a division of the codes that have the form of its kind: of a list with riket, län and kommuner, those asked for.
func (n *Names) Division(id area.ID) (*area.Division, error) {
	var areas []area.Area
	for text, name := range n.rows {
		code, vintage, err := area.CleanCode(id.Kind, text)
		if err != nil || id.Kind == area.Lan && code == "00" { // riket has two digits too
			continue
		}
		if vintage != "" && id.Vintage != "" && vintage != id.Vintage {
			return nil, fmt.Errorf("border: names %s: %w", n.File, &area.VintageError{Have: area.ID{Kind: id.Kind, Vintage: vintage}, Want: id})
		}
		areas = append(areas, area.Area{Code: code, Name: strings.TrimSpace(name)})
	}
	if len(areas) == 0 {
		return nil, fmt.Errorf("border: names %s: none of the %d codes is a code of %s", n.File, len(n.rows), id.Title())
	}
	d, err := area.New(id, areas)
	if err != nil {
		return nil, fmt.Errorf("border: names %s: %w", n.File, err)
	}
	return d, nil
}
