//go:build !quick

package record

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// openXLSX finds the sheet and the header, and stands at the first row below it.
func (r *reading) openXLSX(f *os.File, d *Declaration) (source, error) {
	damaged := &FileError{File: r.report.File, Rule: ruleTruncated,
		Text: "the workbook is damaged, cut off, or larger than 1 GiB unpacked; save it again from a spreadsheet program, or export it as csv"}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if !wholeSheets(f, r.size) {
		return nil, damaged
	}
	book, err := excelize.OpenReader(f, excelize.Options{RawCellValue: true, UnzipSizeLimit: maxSheet, UnzipXMLSizeLimit: maxSheet})
	if err != nil {
		return nil, damaged // without its text, which may quote a cell
	}
	sheets := book.GetSheetList()
	if d.Sheet != "" {
		if !slices.Contains(sheets, d.Sheet) {
			book.Close()
			return nil, &FileError{File: r.report.File, Rule: ruleHeader,
				Text: fmt.Sprintf("there is no sheet %q; the sheets are %s", d.Sheet, quoteAll(sheets))}
		}
		sheets = []string{d.Sheet}
	}
	r.plan.eitherDec, r.plan.serial = true, true
	if props, err := book.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		r.plan.from1904 = *props.Date1904
	}
	var failure error
	for _, name := range sheets {
		src, err := r.openSheet(book, name)
		if err == nil {
			return src, nil
		}
		if failure == nil {
			failure = err
		}
	}
	book.Close()
	if failure == nil {
		failure = damaged
	}
	return nil, failure
}

// wholeSheets tells whether the XML of every sheet is closed. The rows of one that is cut off would end early without an error.
func wholeSheets(f io.ReaderAt, size int64) bool {
	archive, err := zip.NewReader(f, size)
	if err != nil {
		return false
	}
	var unpacked uint64
	for _, part := range archive.File {
		if unpacked += min(part.UncompressedSize64, maxSheet+1); unpacked > maxSheet {
			return false
		}
	}
	for _, part := range archive.File {
		if !strings.HasPrefix(part.Name, "xl/worksheets/") || !strings.HasSuffix(part.Name, ".xml") {
			continue
		}
		in, err := part.Open()
		if err != nil {
			return false
		}
		end := make([]byte, 0, 128<<10)
		for err == nil {
			if len(end) > 64<<10 {
				end = append(end[:0], end[len(end)-256:]...)
			}
			var n int
			n, err = in.Read(end[len(end):cap(end)])
			end = end[:len(end)+n]
		}
		in.Close()
		if !errors.Is(err, io.EOF) || !bytes.HasSuffix(bytes.TrimSpace(end), []byte("worksheet>")) {
			return false
		}
	}
	return true
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	return strings.Join(quoted, ", ")
}

// openSheet looks for the header in one sheet.
func (r *reading) openSheet(book *excelize.File, name string) (source, error) {
	damaged := &FileError{File: r.report.File, Rule: ruleTruncated,
		Text: fmt.Sprintf("sheet %q is damaged or cut off; save the workbook again from a spreadsheet program", name)}
	rows, err := book.Rows(name)
	if err != nil {
		return nil, damaged
	}
	var g grid
	for len(g) < headerSearch && rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			rows.Close()
			return nil, damaged
		}
		for i := range cells {
			cells[i] = clean(cells[i])
		}
		g = append(g, cells)
	}
	rows.Close()
	if len(g) == 0 {
		return nil, &FileError{File: r.report.File, Rule: ruleEmpty, Text: fmt.Sprintf("sheet %q is empty", name)}
	}
	h, rule, text := g.find(r.plan.wants(), r.plan.header)
	if rule != "" {
		return nil, &FileError{File: r.report.File, Line: r.plan.header.first, Rule: rule, Text: fmt.Sprintf("sheet %q: %s", name, text)}
	}
	r.setHeader(h)
	r.fields, r.filled = 0, 0 // a sheet's rows end with their last cell that is not blank
	if rows, err = book.Rows(name); err != nil {
		return nil, damaged
	}
	r.report.Sheet = name
	s := &sheet{book: book, rows: rows, damaged: damaged, size: r.size}
	return s, r.skipHeader(s, h.last+1)
}

// sheet gives the rows of a sheet.
type sheet struct {
	book    *excelize.File
	rows    *excelize.Rows
	damaged *FileError
	size    int64
	line    int
	run     []byte
	cells   [][]byte
}

func (s *sheet) read() int64 { return s.size } // it was all read when the book was opened

func (s *sheet) close() {
	s.rows.Close()
	s.book.Close()
}

func (s *sheet) next(r *row) error {
	if !s.rows.Next() {
		if s.rows.Error() != nil {
			return s.damaged
		}
		return io.EOF
	}
	cells, err := s.rows.Columns()
	if err != nil {
		return s.damaged
	}
	s.line++
	s.run, s.cells = s.run[:0], s.cells[:0]
	for _, c := range cells {
		from := len(s.run)
		s.run = append(s.run, c...)
		s.cells = append(s.cells, s.run[from:])
	}
	r.line, r.fields = s.line, s.cells
	return nil
}
