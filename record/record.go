// Package record reads declared files as Swedish agencies write them into typed columns, batch by batch, and says what is wrong
// with each bad row.
//
// A [Declaration] says which columns a file has and what their values may be. [Read] finds the header among title rows, streams
// the good rows as [Batch]es to a sink and returns a [Report] of everything else:
//
//	report, err := record.Read(ctx, "slutbetyg.csv", record.Declaration{
//		Columns: []record.Column{
//			{Name: "unit", Header: "Skol-enhetskod", Required: true},
//			{Name: "merit", Header: "Genomsnittligt meritvärde (17 ämnen)", Type: record.Float},
//		},
//	}, func(b *record.Batch) error { return store.Append(b) })
//
// Nothing disappears: every row of the file is good or bad, Rows = Good + Bad, and title rows, notes and blank rows are counted
// beside them. A bad row is counted once, under the first rule it breaks, and all its problems are listed. A file that can't be
// read as declared gives a [FileError]. Neither ever quotes a cell, since cells are data on persons; headers may be named.
//
// # What is read
//
// CSV with any of the usual separators, fixed width, XLSX, and JSON whose rows are a list of objects or an object of lists. Parquet is read by the store, in place: [Read] returns [ErrParquet].
// CSV and fixed width are streamed in bounded memory, whatever their size; XLSX and JSON are held in memory.
//
// Text is UTF-8, UTF-16 with a byte order mark, windows-1252 or latin-1. Blanks around a value are dropped and letters put
// together from two signs (a and ring) are made one; inside, text stays as it is, and codes keep their leading zeros.
// Numbers may have decimal comma or point (one of them throughout a file), thousands grouped by space, no-break or thin space,
// a real minus sign, and a percent sign, which is dropped: 83,2 % is 83.2.
// Dates are days since 1970-01-01; truth values are 1 and 0. A sheet keeps a date as a number of days, which is read as a date only in a
// column declared as one.
//
// # Values that are not there
//
// A blank is [Missing]. The signs "." and ".." are by default [NotAvailable], the one thing that is true of both at every publisher:
// SCB's tables have ".." for data not available or too uncertain to give and "." for what can't occur; Skolverket's have ".." for
// figures on too few pupils and "." for figures that are missing. Declare which in [Declaration.Missing] when it matters. The sign "-" is
// nothing (zero) at SCB and something else elsewhere, so it has no default: undeclared signs make a row bad.
//
// # Notes
//
// SCB and Skolverket end their exports with notes, and SCB's name contact persons. A row is a note when a blank row separates it from
// the data, no row of data comes after it, and every declared number, date or truth value in it is blank (where only text is declared: all
// declared columns but one). Notes are counted and never kept.
package record

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Type is the type of a column.
type Type string

// The types. Dates and truth values are kept as whole numbers: days since 1970-01-01, and 0 or 1.
const (
	Text  Type = "text"
	Int   Type = "int"
	Float Type = "float"
	Bool  Type = "bool"
	Date  Type = "date"
)

// State is what is known of one field. Only a Present field has a value.
type State uint8

// The states of a field.
const (
	Present       State = iota
	Missing             // blank
	NotAvailable        // its publisher does not have it or does not say why it is not there
	Hidden              // kept back by its publisher
	NotApplicable       // can't exist
)

var stateNames = [...]string{"present", "missing", "not_available", "hidden", "not_applicable"}

func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return fmt.Sprintf("state %d", uint8(s))
}

// A Vector is one column of a batch. Text holds the values of text columns, Float those of float columns, Int those of all
// other types; the other slices are nil. Where State is not Present the value is the zero of its type and means nothing.
type Vector struct {
	Name  string
	Type  Type
	Text  []string
	Int   []int64
	Float []float64
	State []State
}

// A Batch is up to some ten thousand good rows, by column. It belongs to the sink, which may keep it.
type Batch struct {
	N       int
	Columns []Vector
	Line    []int // where in the file each row stands: line of a text file, row of a sheet, entry of a JSON list; from 1
}

// A Problem is one thing wrong with one row. It names the place and the rule, never the content.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"` // place in the row from 1 (fixed width: first character); 0 when it is the whole row
	Name   string `json:"name"`   // of the declared column; empty when it is the whole row
	Rule   string `json:"rule"`   // see [Rules]
	Text   string `json:"text"`
}

func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d", p.File, p.Line)
	if p.Column > 0 {
		s += fmt.Sprintf(":%d", p.Column)
	}
	if p.Name != "" {
		s += fmt.Sprintf(" (%s)", p.Name)
	}
	return s + ": " + p.Text
}

// MaxProblems is how many problems a report lists; all are counted.
const MaxProblems = 1000

// A Report is the account of one reading. Rows = Good + Bad, and the sum of ByRule is Bad.
type Report struct {
	File       string `json:"file"`
	Format     string `json:"format"`
	Encoding   string `json:"encoding,omitempty"`  // declared or found
	Delimiter  string `json:"delimiter,omitempty"` // declared or found
	Decimal    string `json:"decimal,omitempty"`   // declared or found; empty when no number has decimals
	Sheet      string `json:"sheet,omitempty"`
	HeaderRows [2]int `json:"header_rows"` // first and last row of the header; 0, 0 without one

	Rows      int64 `json:"rows"`
	Good      int64 `json:"good"`
	Bad       int64 `json:"bad"`
	Delivered int64 `json:"delivered"`  // rows given to the sink: Good, times the melted columns
	NoteRows  int   `json:"note_rows"`  // titles above the header and notes below the data
	BlankRows int   `json:"blank_rows"` // with nothing in any declared column

	ByRule      map[string]int64 `json:"by_rule,omitempty"` // bad rows by the first rule they break
	AllProblems int64            `json:"all_problems"`
	Problems    []Problem        `json:"problems,omitempty"` // the first MaxProblems
}

// ErrParquet is what Read returns for a Parquet file: the store reads those in place.
var ErrParquet = errors.New("record: Parquet files are read by the store, in place")

// A FileError says why a file can't be read as declared. Rule is one of [Rules]; Line and Column are 0 where they mean nothing.
type FileError struct {
	File   string
	Line   int
	Column int
	Rule   string
	Text   string
}

func (e *FileError) Error() string {
	s := "record: " + e.File
	if e.Line > 0 {
		s += fmt.Sprintf(":%d", e.Line)
		if e.Column > 0 {
			s += fmt.Sprintf(":%d", e.Column)
		}
	}
	return s + ": " + e.Text
}

// Options are what a caller may want of a reading beside the rows.
type Options struct {
	Progress func(bytesRead, bytesTotal int64) // called now and then, from the reading goroutine
}

// Read reads a file and gives its good rows to sink in order. An error from sink ends the reading and is returned as it is. The
// report holds what was read until then; it is nil when reading never began.
func Read(ctx context.Context, path string, decl Declaration, sink func(*Batch) error) (*Report, error) {
	return ReadWith(ctx, path, decl, Options{}, sink)
}

// ReadWith is Read with options.
func ReadWith(ctx context.Context, path string, decl Declaration, opt Options, sink func(*Batch) error) (*Report, error) {
	p, err := decl.compile()
	if err != nil {
		return nil, err
	}
	format, err := decl.format(path)
	if err != nil {
		return nil, err
	}
	if format == formatParquet {
		return nil, ErrParquet
	}
	name := filepath.Base(path)
	f, err := os.Open(path)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return nil, fmt.Errorf("record: %s can't be opened: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("record: %s: %w", name, err)
	}
	if info.IsDir() {
		return nil, fmt.Errorf("record: %s is a folder, not a file", name)
	}
	if info.Size() == 0 {
		return nil, &FileError{File: name, Rule: ruleEmpty, Text: "the file is empty; fetch or export it again"}
	}
	if err := sniff(f, name, format); err != nil {
		return nil, err
	}
	r := &reading{ctx: ctx, plan: p, opt: opt, sink: sink, size: info.Size(),
		report: &Report{File: name, Format: format, ByRule: map[string]int64{}}}
	var src source
	switch format {
	case formatCSV:
		src, err = r.openCSV(f, &decl)
	case formatFixed:
		src, err = r.openFixed(f, &decl)
	case formatXLSX:
		src, err = r.openXLSX(f, &decl)
	case formatJSON:
		src, err = r.openJSON(f, &decl)
	}
	if err != nil {
		return nil, err
	}
	defer src.close()
	return r.report, r.run(src)
}

// The formats.
const (
	formatCSV     = "csv"
	formatFixed   = "fixed"
	formatXLSX    = "xlsx"
	formatJSON    = "json"
	formatParquet = "parquet"
)

// format is the declared format, or the one that the file's ending stands for.
func (d *Declaration) format(path string) (string, error) {
	if d.Format != "" {
		return d.Format, nil
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".csv", ".tsv", ".txt":
		if len(d.Columns) > 0 && d.Columns[0].Start > 0 {
			return formatFixed, nil
		}
		return formatCSV, nil
	case ".xlsx", ".xlsm":
		return formatXLSX, nil
	case ".json":
		return formatJSON, nil
	case ".parquet":
		return formatParquet, nil
	default:
		return "", &FileError{File: filepath.Base(path), Rule: ruleFormat,
			Text: "the ending does not tell the format; declare format: csv, fixed, xlsx, json or parquet"}
	}
}

// sniff looks at the first bytes for a file that is something else than its ending or declaration says.
func sniff(f *os.File, name, format string) error {
	head := make([]byte, 8)
	n, _ := f.ReadAt(head, 0)
	head = head[:n]
	is := func(magic string) bool { return strings.HasPrefix(string(head), magic) }
	bad := func(rule, text string) error { return &FileError{File: name, Rule: rule, Text: text} }
	switch zip := is("PK\x03\x04"); {
	case is("\xd0\xcf\x11\xe0"):
		return bad(ruleFormat, "this is an old .xls file or one locked by a password; save it as .xlsx without password")
	case is("PAR1"):
		return bad(ruleFormat, "this is a Parquet file; declare format: parquet")
	case zip && format != formatXLSX:
		return bad(ruleFormat, "this is a zip file, perhaps .xlsx; unpack it, or declare format: xlsx")
	case !zip && format == formatXLSX:
		return bad(ruleTruncated, "this is no .xlsx file, or its beginning is lost; fetch or export it again")
	}
	return nil
}
