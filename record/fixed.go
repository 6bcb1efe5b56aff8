package record

import (
	"io"
	"os"
	"unicode/utf8"
)

// openFixed stands at the first row of a fixed-width file, below the header rows if any are declared.
func (r *reading) openFixed(f *os.File, d *Declaration) (source, error) {
	reach := 0
	for i := range r.plan.columns {
		c := &r.plan.columns[i]
		if c.width == 0 {
			return nil, declError("column %q: a fixed-width file needs start and width", c.name)
		}
		c.place = i
		reach = max(reach, c.start+1)
	}
	enc, err := r.findEncoding(f, d.Encoding)
	if err != nil {
		return nil, err
	}
	r.report.Encoding = enc.name
	header := r.plan.header
	r.report.HeaderRows = [2]int{header.first, header.last}
	open := func(limit int64) (*fixed, error) {
		in, err := enc.reader(f)
		if err != nil {
			return nil, err
		}
		s := newSplitter(io.LimitReader(in, limit), min(r.size, limit), 0, &enc) // no line of text has a NUL, so that it is one field
		s.plain = true
		return &fixed{splitter: s, columns: r.plan.columns, reach: reach}, nil
	}
	if r.plan.decimal == 0 {
		begin, err := open(maxRow)
		if err != nil {
			return nil, err
		}
		begin.partial = r.size > maxRow
		r.plan.decimal = r.vote(begin, header.last)
	}
	s, err := open(1<<63 - 1)
	if err != nil {
		return nil, err
	}
	return s, r.skipHeader(s, header.last)
}

// fixed cuts lines by the places of their characters.
type fixed struct {
	*splitter
	columns []column
	reach   int // characters a line must have: up to where the last column begins
	cells   [][]byte
}

func (f *fixed) next(r *row) error {
	if err := f.splitter.next(r); err != nil || r.rule != "" {
		return err
	}
	line := r.fields[0]
	f.cells = f.cells[:0]
	for i := range f.columns {
		f.cells = append(f.cells, characters(line, f.columns[i].start, f.columns[i].width))
	}
	r.fields = f.cells
	r.short = len(line) < 4*f.reach && utf8.RuneCount(line) < f.reach
	return nil
}

// characters is b from a character on: width of them, or what there is.
func characters(b []byte, start, width int) []byte {
	from := skipCharacters(b, start)
	return b[from : from+skipCharacters(b[from:], width)]
}

// skipCharacters is how many bytes the first n characters have.
func skipCharacters(b []byte, n int) int {
	if len(b) >= n && ascii(b[:n]) {
		return n
	}
	at := 0
	for ; n > 0 && at < len(b); n-- {
		_, size := utf8.DecodeRune(b[at:])
		at += size
	}
	return at
}
