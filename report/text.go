package report

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"unicode/utf8"
)

// A Problem is something in an author's text that must be mended, with its place.
type Problem struct {
	File         string
	Line, Column int
	Err          error
}

func (p *Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("report: %s: %v", p.File, p.Err)
	}
	return fmt.Sprintf("report: %s:%d:%d: %v", p.File, p.Line, p.Column, p.Err)
}

func (p *Problem) Unwrap() error { return p.Err }

// A reader turns one file into blocks.
type reader struct {
	b      *builder
	file   string
	source []byte
	whole  bool // the file is a chapter, with its heading
}

func (r *reader) problem(at int, format string, args ...any) {
	at = min(max(at, 0), len(r.source))
	before := r.source[:at]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	r.b.problems = append(r.b.problems, &Problem{r.file, line, column, fmt.Errorf(format, args...)})
}

// maxText bounds an author's file.
const maxText = 4 << 20

// text reads an author's file: a chapter with its heading, or what goes under one that is there already.
func (b *builder) text(s Source, whole bool) []Block {
	name := s.in(b.lang)
	if name == "" {
		return nil
	}
	source, err := fs.ReadFile(b.files, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = errors.New("there is no such file; it is declared under report in skikt.yaml")
	case err == nil && len(source) > maxText:
		err = fmt.Errorf("it is larger than the %d bytes that a text may have", maxText)
	case err == nil && !utf8.Valid(source):
		err = errors.New("it is not in UTF-8; save it so")
	}
	if err != nil {
		b.problems = append(b.problems, &Problem{File: name, Err: err})
		return nil
	}
	source = bytes.ReplaceAll(bytes.TrimPrefix(source, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	r := &reader{b: b, file: name, source: source, whole: whole}
	return r.parse()
}

var scheme = regexp.MustCompile(`^(https?|mailto):`)

// safe tells whether an address may stand in a report.
func safe(address string) bool { return scheme.MatchString(address) }
