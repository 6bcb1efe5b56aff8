package record

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// maxRow is how long one row may be, line breaks in quoted fields included.
const maxRow = 1 << 20

// The encodings, as reported.
const (
	utf8Name    = "utf-8"
	cp1252Name  = "windows-1252"
	latin1Name  = "latin-1"
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
)

// encodings are the names that may be declared.
var encodings = map[string]string{
	"utf-8": utf8Name, "utf8": utf8Name,
	"windows-1252": cp1252Name, "cp1252": cp1252Name,
	"latin-1": latin1Name, "latin1": latin1Name, "iso-8859-1": latin1Name,
}

// encoding is how the bytes of a text file are read.
type encoding struct {
	name  string
	skip  int64      // bytes of the byte order mark
	table *[256]rune // of a one-byte encoding; nil for UTF-8
	lines byte       // what ends a line: '\n', or '\r' in a file without any
}

// reader gives the file's text: UTF-8, or the bytes of a one-byte encoding.
func (e *encoding) reader(f *os.File) (io.Reader, error) {
	if _, err := f.Seek(e.skip, io.SeekStart); err != nil {
		return nil, err
	}
	switch e.name {
	case utf16LEName:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewDecoder().Reader(f), nil
	case utf16BEName:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Reader(f), nil
	}
	return f, nil
}

func table(c *charmap.Charmap) *[256]rune {
	var t [256]rune
	for i := range t {
		t[i] = c.DecodeByte(byte(i))
	}
	return &t
}

// findEncoding reads the file once to see how its text is written, and checks that against what is declared.
func (r *reading) findEncoding(f *os.File, declared string) (encoding, error) {
	e := encoding{name: encodings[strings.ToLower(declared)], lines: '\n'}
	bad := func(line int, text string) (encoding, error) {
		return e, &FileError{File: r.report.File, Line: line, Rule: ruleEncoding, Text: text}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return e, err
	}
	buf := make([]byte, min(max(r.size+1, 64), 256<<10))
	var letters, wrong, newlines, returns int64 // letters: of more than one byte; wrong: bytes that are no UTF-8
	wrongLine, lines, nuls := 0, 1, 0
	kept := 0 // bytes of a letter cut by the end of the buffer
	for first := true; ; first = false {
		if err := r.ctx.Err(); err != nil {
			return e, err
		}
		n, err := io.ReadFull(f, buf[kept:])
		b := buf[:kept+n]
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return e, fmt.Errorf("record: %s: %w", r.report.File, err)
		}
		if first {
			switch {
			case bytes.HasPrefix(b, []byte("\xff\xfe")):
				e.name, e.skip = utf16LEName, 2
				return e, nil
			case bytes.HasPrefix(b, []byte("\xfe\xff")):
				e.name, e.skip = utf16BEName, 2
				return e, nil
			case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
				if e.name != "" && e.name != utf8Name {
					return bad(1, fmt.Sprintf("the file is declared %s but begins with a UTF-8 byte order mark; remove encoding", e.name))
				}
				e.skip = 3
				if len(b) == 3 {
					return e, &FileError{File: r.report.File, Rule: ruleEmpty, Text: "the file is empty but for a byte order mark; fetch or export it again"}
				}
			}
			nuls = bytes.Count(b, []byte{0})
			if len(b) >= 8 && nuls > len(b)/4 {
				return bad(1, "every other byte is NUL: this is UTF-16 without byte order mark, or no text; export as UTF-8")
			}
		}
		kept = 0
		if !utf8.Valid(b) {
			for i := 0; i < len(b); {
				if b[i] < utf8.RuneSelf {
					if b[i] == '\n' {
						lines++
					}
					i++
					continue
				}
				if !last && len(b)-i < utf8.UTFMax && !utf8.FullRune(b[i:]) {
					kept = len(b) - i
					break
				}
				_, size := utf8.DecodeRune(b[i:])
				if size == 1 {
					if wrong++; wrong == 1 {
						wrongLine = lines
					}
				} else {
					letters++
				}
				i += size
			}
		} else {
			letters += int64(len(b) - utf8.RuneCount(b))
			if wrong == 0 {
				lines += bytes.Count(b, []byte{'\n'})
			}
		}
		if newlines == 0 {
			newlines += int64(bytes.Count(b, []byte{'\n'}))
			returns += int64(bytes.Count(b, []byte{'\r'}))
		}
		if last {
			break
		}
		copy(buf, b[len(b)-kept:])
	}
	if newlines == 0 && returns > 0 {
		e.lines = '\r'
	}
	switch {
	case e.name == "" && (wrong == 0 || e.skip > 0 || letters >= wrong):
		e.name = utf8Name
	case e.name == "":
		e.name = cp1252Name
	case e.name == utf8Name && wrong > letters:
		return bad(wrongLine, "the file is declared utf-8 but is not; it looks like windows-1252. Remove encoding or declare the right one")
	case e.name != utf8Name && wrong == 0 && letters > 0:
		return bad(0, fmt.Sprintf("the file is declared %s but is UTF-8; remove encoding or declare utf-8", e.name))
	}
	switch e.name {
	case cp1252Name:
		e.table = table(charmap.Windows1252)
	case latin1Name:
		e.table = table(charmap.ISO8859_1)
	}
	return e, nil
}

// delimiters that are tried when none is declared.
var delimiters = []byte{';', ',', '\t', '|'}

func parseDelimiter(s string) (byte, error) {
	switch {
	case s == "":
		return 0, nil
	case s == `\t` || strings.EqualFold(s, "tab"):
		return '\t', nil
	case len(s) == 1 && s[0] < utf8.RuneSelf && s[0] != '"' && s[0] != '\n' && s[0] != '\r' && s[0] != 0:
		return s[0], nil
	}
	return 0, declError("delimiter %q is not one sign such as ; , | or tab", s)
}

// openCSV finds encoding, separator, header and decimal sign, and stands at the first row below the header.
func (r *reading) openCSV(f *os.File, d *Declaration) (source, error) {
	enc, err := r.findEncoding(f, d.Encoding)
	if err != nil {
		return nil, err
	}
	r.report.Encoding = enc.name
	in, err := enc.reader(f)
	if err != nil {
		return nil, err
	}
	head := make([]byte, min(maxRow, 2*r.size+16)) // UTF-16 may grow when it becomes UTF-8
	n, err := io.ReadFull(in, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("record: %s: %w", r.report.File, err)
	}
	whole := err != nil
	head = head[:n]

	tried := delimiters
	if declared, _ := parseDelimiter(d.Delimiter); declared != 0 {
		tried = []byte{declared}
	}
	var best found
	var bestRule, bestText string
	var delimiter byte
	for _, t := range tried {
		g := r.top(head, whole, t, &enc)
		if len(g) == 0 {
			return nil, &FileError{File: r.report.File, Rule: ruleEmpty, Text: "the file has no rows; fetch or export it again"}
		}
		h, rule, text := g.find(r.plan.wants(), r.plan.header)
		if h.last < 0 {
			h.fields = g.usualWidth()
		}
		better := delimiter == 0 || rule == "" && bestRule != "" || (rule == "") == (bestRule == "") && h.hits > best.hits ||
			rule == "" && bestRule == "" && h.fields > best.fields
		if better {
			best, bestRule, bestText, delimiter = h, rule, text, t
		}
	}
	if bestRule != "" {
		return nil, &FileError{File: r.report.File, Line: r.plan.header.first, Rule: bestRule, Text: bestText}
	}
	r.report.Delimiter = string(delimiter)
	if delimiter == '\t' {
		r.report.Delimiter = "tab"
	}
	r.setHeader(best)
	if r.plan.decimal == 0 {
		begin := newSplitter(bytes.NewReader(head), int64(len(head)), delimiter, &enc)
		begin.partial = !whole
		r.plan.decimal = r.vote(begin, best.last+1)
	}
	if in, err = enc.reader(f); err != nil {
		return nil, err
	}
	s := newSplitter(in, r.size+1, delimiter, &enc)
	if err := r.skipHeader(s, best.last+1); err != nil {
		return nil, err
	}
	return s, nil
}

// top is the beginning of the file split with a delimiter, cleaned for the search of a header.
func (r *reading) top(head []byte, whole bool, delimiter byte, enc *encoding) grid {
	s := newSplitter(bytes.NewReader(head), int64(len(head)), delimiter, enc)
	s.partial = !whole
	var g grid
	var in row
	for len(g) < headerSearch && s.next(&in) == nil {
		cells := make([]string, len(in.fields))
		for i, f := range in.fields {
			cells[i] = clean(string(f))
		}
		if in.rule != "" {
			cells = nil
		}
		g = append(g, cells)
	}
	return g
}

// usualWidth is the number of fields that most rows have.
func (g grid) usualWidth() int {
	count := map[int]int{}
	best := 0
	for _, row := range g {
		n := len(row)
		if count[n]++; count[n] > count[best] || count[n] == count[best] && n > best {
			best = n
		}
	}
	return best
}

// setHeader takes over where the header was found.
func (r *reading) setHeader(h found) {
	for i := range r.plan.columns {
		r.plan.columns[i].place = h.places[i]
	}
	r.fields, r.filled = h.fields, h.filled
	if h.last < 0 {
		r.filled = h.fields
	}
	for _, place := range h.places {
		r.filled = max(r.filled, place+1)
	}
	r.fields = max(r.fields, r.filled)
	r.report.HeaderRows = [2]int{h.first + 1, h.last + 1}
}

// skipHeader reads past the first n rows: titles and header.
func (r *reading) skipHeader(s source, n int) error {
	var in row
	first := r.report.HeaderRows[0]
	for i := 1; i <= n; i++ {
		if err := s.next(&in); errors.Is(err, io.EOF) {
			return &FileError{File: r.report.File, Rule: ruleHeader, Text: fmt.Sprintf("the header is declared in row %d, but the file ends before", n)}
		} else if err != nil {
			return err
		}
		if i < first {
			if in.rule == "" && blank(in.fields) {
				r.report.BlankRows++
			} else {
				r.report.NoteRows++
			}
		}
	}
	return nil
}

// vote is the decimal sign that most numbers with one have in the beginning of the file; 0 when there is none.
func (r *reading) vote(s source, skip int) byte {
	var in row
	var commas, points int
	for i := 0; s.next(&in) == nil; i++ {
		if i < skip || in.rule != "" {
			continue
		}
		for j := range r.plan.columns {
			c := &r.plan.columns[j]
			if c.typ != Int && c.typ != Float || c.place >= len(in.fields) {
				continue
			}
			if b := trim(in.fields[c.place]); len(b) > 0 {
				switch _, sign, ok := plainNumber(b); {
				case ok && sign == ',':
					commas++
				case ok && sign == '.':
					points++
				}
			}
		}
	}
	switch {
	case commas == 0 && points == 0:
		return 0
	case points > commas:
		return '.'
	}
	return ','
}

func (p *plan) wants() []want {
	wants := make([]want, len(p.columns))
	for i := range p.columns {
		wants[i] = p.columns[i].want
	}
	return wants
}

// splitter cuts delimited text into rows. It holds no more than a row and a half of the longest kind.
//
// A quoted field may hold the delimiter, doubled quotation marks and line breaks. A quotation mark that is never closed, or closed in
// the middle of a field, spoils its own line only: the row ends there and the next line is read afresh.
type splitter struct {
	in        io.Reader
	enc       *encoding
	delimiter byte
	buf       []byte
	pos, end  int
	eof       bool
	partial   bool // in is the beginning of a file: leave out the last, cut row
	plain     bool // quotation marks are letters like others
	line      int
	bytes     int64
	fields    [][]byte
	scratch   []byte
}

// newSplitter cuts a text of about size bytes, which only settles how large the buffer is at first.
func newSplitter(in io.Reader, size int64, delimiter byte, enc *encoding) *splitter {
	return &splitter{in: in, enc: enc, delimiter: delimiter, buf: make([]byte, min(max(size, 512), 256<<10)), line: 1, bytes: enc.skip}
}

func (s *splitter) read() int64 { return s.bytes }
func (s *splitter) close()      {}

// more gets more of the file behind what is left of the buffer; false when there is no more, or no more may be held.
func (s *splitter) more() (bool, error) {
	if s.eof {
		return false, nil
	}
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= 2*maxRow {
			return false, nil
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	n, err := io.ReadAtLeast(s.in, s.buf[s.end:], min(64<<10, len(s.buf)-s.end))
	s.end += n
	s.bytes += int64(n)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		s.eof = true
	case err != nil:
		return false, fmt.Errorf("record: reading broke off at line %d: %w", s.line, err)
	}
	return n > 0 || !s.eof, nil
}

// next cuts the next row.
func (s *splitter) next(r *row) error {
	from := 0 // no line end before this, from pos
	for {
		if i := bytes.IndexByte(s.buf[s.pos+from:s.end], s.enc.lines); i >= 0 {
			return s.row(r, s.buf[s.pos:s.pos+from+i], from+i+1)
		}
		from = s.end - s.pos
		if from > maxRow {
			return s.tooLong(r)
		}
		more, err := s.more()
		switch {
		case err != nil:
			return err
		case more:
		case from == 0 || s.partial:
			return io.EOF
		default:
			return s.row(r, s.buf[s.pos:s.end], from)
		}
	}
}

// tooLong passes over a line that is longer than a row may be.
func (s *splitter) tooLong(r *row) error {
	r.line, r.rule, r.fields = s.line, ruleSize, nil
	s.line++
	for {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], s.enc.lines); i >= 0 {
			s.pos += i + 1
			return nil
		}
		s.pos = s.end
		if more, err := s.more(); err != nil || !more {
			return err
		}
	}
}

// row cuts one line, or the lines that quoted fields make one. size is the line with its end.
func (s *splitter) row(r *row, line []byte, size int) error {
	r.line = s.line
	s.fields, s.scratch = s.fields[:0], s.scratch[:0]
	if len(line) > maxRow {
		s.pos += size
		s.line++
		r.rule, r.fields = ruleSize, nil
		return nil
	}
	if s.plain || bytes.IndexByte(line, '"') < 0 {
		s.pos += size
		s.line++
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		s.check(r, line)
		for {
			i := bytes.IndexByte(line, s.delimiter)
			if i < 0 {
				break
			}
			s.fields = append(s.fields, line[:i])
			line = line[i+1:]
		}
		s.fields = append(s.fields, line)
	} else if err := s.quoted(r, size); err != nil {
		return err
	}
	r.fields = s.fields
	if s.enc.table != nil {
		s.decode(r)
	}
	return nil
}

// check sees that a line is whole text.
func (s *splitter) check(r *row, line []byte) {
	if bytes.IndexByte(line, 0) >= 0 || bytes.IndexByte(line, '\r') >= 0 {
		r.rule = ruleControl
	} else if s.enc.table == nil && !soundText(line) {
		r.rule = ruleText
	}
}

// soundText tells whether text is UTF-8 that has not been spoilt by a wrong decoding before: no replacement characters, and
// no å, ä, ö read byte by byte.
func soundText(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	if bytes.IndexByte(b, 0xef) >= 0 && bytes.Contains(b, []byte("\ufffd")) {
		return false
	}
	for {
		i := bytes.Index(b, []byte("Ã"))
		if i < 0 {
			return true
		}
		b = b[i+len("Ã"):]
		switch c, _ := utf8.DecodeRune(b); c {
		case '¥', '¤', '¶', '…', '„', '–', '©', '\u0085', '\u0084', '\u0096':
			return false
		}
	}
}

// quoted cuts a row with quotation marks, byte by byte.
func (s *splitter) quoted(r *row, size int) error {
	for {
		n, lines, status := s.cut()
		switch {
		case status == cutDone && n <= maxRow:
			record := s.buf[s.pos : s.pos+n]
			s.pos += n
			s.line += lines
			s.checkQuoted(r, record)
			return nil
		case status == cutMore && s.end-s.pos <= maxRow:
			more, err := s.more()
			if err != nil {
				return err
			}
			if more {
				continue
			}
			if s.partial {
				s.pos = s.end
				return io.EOF
			}
		}
		// The mark is wrong: give up this line and go on after it.
		r.rule = ruleQuote
		r.column = len(s.fields) + 1
		s.pos += size
		s.line++
		s.fields = s.fields[:0]
		return nil
	}
}

// checkQuoted is check for a row that may have line breaks of its own.
func (s *splitter) checkQuoted(r *row, record []byte) {
	for more := true; more && r.rule == ""; {
		var line []byte
		line, record, more = bytes.Cut(record, []byte{s.enc.lines})
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		s.check(r, line)
	}
}

// How cutting a row with quotation marks went.
const (
	cutDone  = iota
	cutMore  // the row goes on behind the end of the buffer
	cutWrong // a quotation mark is misplaced
)

// cut cuts the row at pos into s.fields and tells how many bytes and lines it has.
func (s *splitter) cut() (size, lines, status int) {
	b := s.buf[s.pos:s.end]
	s.fields, s.scratch = s.fields[:0], s.scratch[:0]
	end := s.enc.lines
	for i := 0; ; i++ { // one field a round
		if i >= len(b) || b[i] != '"' {
			from := i
			for i < len(b) && b[i] != s.delimiter && b[i] != end {
				i++
			}
			if i == len(b) && !s.eof {
				return 0, 0, cutMore
			}
			field := b[from:i]
			if n := len(field); (i == len(b) || b[i] == end) && n > 0 && field[n-1] == '\r' {
				field = field[:n-1]
			}
			s.fields = append(s.fields, field)
		} else {
			from, unescaped := i+1, -1
			i++
			for {
				k := bytes.IndexByte(b[i:], '"')
				if k < 0 {
					return 0, 0, cutMore
				}
				i += k + 1
				if i == len(b) && !s.eof {
					return 0, 0, cutMore
				}
				if i == len(b) || b[i] != '"' {
					break
				}
				if unescaped < 0 {
					unescaped = len(s.scratch)
				}
				s.scratch = append(s.scratch, b[from:i]...)
				i++
				from = i
			}
			field := b[from : i-1]
			if unescaped >= 0 {
				s.scratch = append(s.scratch, field...)
				field = s.scratch[unescaped:]
			}
			s.fields = append(s.fields, field)
			lines += bytes.Count(field, []byte{end})
			for i < len(b) && (b[i] == ' ' || b[i] == '\r' && b[i] != end) {
				i++
			}
			if i == len(b) && !s.eof {
				return 0, 0, cutMore
			}
			if i < len(b) && b[i] != s.delimiter && b[i] != end {
				s.fields = s.fields[:len(s.fields)-1]
				return 0, 0, cutWrong
			}
		}
		if i >= len(b) {
			return len(b), lines + 1, cutDone
		}
		if b[i] == end {
			return i + 1, lines + 1, cutDone
		}
	}
}

// decode turns fields of a one-byte encoding into UTF-8.
func (s *splitter) decode(r *row) {
	for i, f := range s.fields {
		if ascii(f) {
			continue
		}
		from := len(s.scratch)
		for _, b := range f {
			c := s.enc.table[b]
			if c == utf8.RuneError {
				r.rule = ruleText
			}
			s.scratch = utf8.AppendRune(s.scratch, c)
		}
		s.fields[i] = s.scratch[from:]
		if !soundText(s.fields[i]) { // rows of UTF-8 in a file of another encoding
			r.rule = ruleText
		}
	}
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
