package record

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pupils is the declaration most tests read by.
func pupils() Declaration {
	return Declaration{Columns: []Column{
		{Name: "id", Required: true},
		{Name: "kommun", Pattern: `^\d{4}$`},
		{Name: "kon", Header: "kön", Values: []string{"K", "M"}},
		{Name: "merit", Type: Float, Min: new(0.0), Max: new(340.0)},
		{Name: "antal", Type: Int},
		{Name: "datum", Type: Date},
		{Name: "klar", Type: Bool},
	}}
}

const head = "id;kommun;kön;merit;antal;datum;klar\n"
const good = "a1;0180;K;220,5;12;2022-12-31;ja\n"

// mark stands in the cells of dirty rows and must come out nowhere.
const mark = "HEMLIG"

// Every rule for rows, by a row that breaks it between two good ones.
func TestRowRules(t *testing.T) {
	tests := []struct {
		rule, row string
		column    int
	}{
		{ruleRagged, mark + ";0180;K;1;2;2022-12-31", 6},
		{ruleRagged, mark + ";0180;K;1;2;2022-12-31;ja;" + mark, 8},
		{ruleQuote, `x;"` + mark + `;K;1;2;2022-12-31;ja`, 2},
		{ruleQuote, `x;"` + mark + `"` + mark + `;K;1;2;2022-12-31;ja`, 2},
		{ruleControl, mark + "\x00;0180;K;1;2;2022-12-31;ja", 0},
		{ruleControl, mark + "\r1;0180;K;1;2;2022-12-31;ja", 0},
		{ruleText, mark + "\xe5;0180;K;1;2;2022-12-31;ja", 0},
		{ruleText, mark + "Ã¥;0180;K;1;2;2022-12-31;ja", 0},
		{ruleText, mark + "\ufffd;0180;K;1;2;2022-12-31;ja", 0},
		{ruleSize, strings.Repeat(mark, maxRow/3), 0},
		{ruleRequired, " \u00a0;0180;K;1;2;2022-12-31;ja", 1},
		{ruleRequired, "..;0180;K;1;2;2022-12-31;ja", 1},
		{rulePattern, "x;180" + mark + ";K;1;2;2022-12-31;ja", 2},
		{ruleValue, "x;0180;" + mark + ";1;2;2022-12-31;ja", 3},
		{ruleNumber, "x;0180;K;" + mark + ";2;2022-12-31;ja", 4},
		{ruleNumber, "x;0180;K;1 22;2;2022-12-31;ja", 4},
		{ruleNumber, "x;0180;K;cirka 210;2;2022-12-31;ja", 4},
		{ruleSymbol, "x;0180;K;-;2;2022-12-31;ja", 4},
		{ruleSymbol, "x;0180;K;1;NULL;2022-12-31;ja", 5},
		{ruleDecimal, "x;0180;K;220.5;2;2022-12-31;ja", 4},
		{ruleRange, "x;0180;K;340,1;2;2022-12-31;ja", 4},
		{ruleRange, "x;0180;K;-1;2;2022-12-31;ja", 4},
		{ruleRange, "x;0180;K;1;99999999999999999999;2022-12-31;ja", 5},
		{ruleInteger, "x;0180;K;1;2,5;2022-12-31;ja", 5},
		{ruleDate, "x;0180;K;1;2;2022-02-30;ja", 6},
		{ruleDate, "x;0180;K;1;2;31/12 2022;ja", 6},
		{ruleDate, "x;0180;K;1;2;44926;ja", 6},
		{ruleBool, "x;0180;K;1;2;2022-12-31;kanske", 7},
		{ruleError, "x;0180;K;#REF!;2;2022-12-31;ja", 4},
	}
	covered := map[string]bool{ruleShort: true, ruleNested: true} // those two are tested with their formats
	for _, test := range tests {
		covered[test.rule] = true
		got := readAll(t, write(t, "f.csv", head+good+test.row+"\n"+good), pupils())
		r := got.report
		if r.Good != 2 || r.Bad != 1 || r.ByRule[test.rule] != 1 || len(r.Problems) != 1 {
			t.Errorf("%s, %.60q: good %d, bad %d, %v", test.rule, test.row, r.Good, r.Bad, r.ByRule)
			continue
		}
		if p := r.Problems[0]; p.Line != 3 || p.Column != test.column || p.Rule != test.rule || p.File != "f.csv" || strings.Contains(p.String(), mark) {
			t.Errorf("%s, %.60q: %s (column %d)", test.rule, test.row, p, p.Column)
		}
		if diff := cmp.Diff([]int{2, 4}, got.Line); diff != "" {
			t.Errorf("%s: lines %s", test.rule, diff)
		}
	}
	for _, r := range Rules() {
		if !r.File && !covered[r.Name] {
			t.Errorf("rule %s has no test", r.Name)
		}
		if r.SV == "" || r.EN == "" || r.RemedySV == "" || r.RemedyEN == "" {
			t.Errorf("rule %s is not documented", r.Name)
		}
	}
}

// Lines without end, in the middle and last: longer than any buffer.
func TestEndlessLine(t *testing.T) {
	long := strings.Repeat("x", 3*maxRow)
	for name, quote := range map[string]string{"plain": "", "quoted": `"`} {
		got := readAll(t, write(t, "f.csv", head+good+quote+long+"\n"+good+quote+long), pupils())
		if r := got.report; r.Good != 2 || r.Bad != 2 || r.ByRule[ruleSize] != 2 || got.Line[1] != 4 {
			t.Errorf("%s: good %d, %v, lines %v", name, r.Good, r.ByRule, got.Line)
		}
	}
}

// A quotation mark that opens and never closes, in a file longer than a row may be, spoils one line.
func TestOpenQuoteInLongFile(t *testing.T) {
	rows := 2 * maxRow / len(good)
	r := readAll(t, write(t, "f.csv", head+strings.Repeat(good, rows)+"\"x;\n"+strings.Repeat(good, rows)), pupils()).report
	if r.Good != int64(2*rows) || r.ByRule[ruleQuote] != 1 || r.Problems[0].Line != rows+2 {
		t.Errorf("good %d of %d, %v", r.Good, 2*rows, r.ByRule)
	}
}

// A row is bad once, under its first rule, and all that is wrong with it is listed.
func TestBadOnce(t *testing.T) {
	got := readAll(t, write(t, "f.csv", head+good+";18;X;abc;1;2022-12-31;ja\n"), pupils())
	r := got.report
	if r.Bad != 1 || r.ByRule[ruleRequired] != 1 || len(r.ByRule) != 1 || r.AllProblems != 4 {
		t.Errorf("%+v", r)
	}
	var many strings.Builder
	many.WriteString(head)
	for range 1500 {
		many.WriteString("x;0180;K;abc;1;2022-12-31;ja\n")
	}
	if r := readAll(t, write(t, "f.csv", many.String()), pupils()).report; r.Bad != 1500 || r.AllProblems != 1500 || len(r.Problems) != MaxProblems {
		t.Errorf("bad %d, problems %d, listed %d", r.Bad, r.AllProblems, len(r.Problems))
	}
}

func TestFileErrors(t *testing.T) {
	workbook := func() string {
		data, err := os.ReadFile(writeBook(t, [][]any{{"id", "n"}, {mark, 1}}))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}()
	one := func(header string) Declaration { return Declaration{Columns: []Column{{Name: "id", Header: header}}} }
	for _, test := range []struct {
		rule, name, content string
		decl                Declaration
		says                string
	}{
		{ruleEmpty, "f.csv", "", pupils(), "empty"},
		{ruleEmpty, "f.csv", "\ufeff", pupils(), "byte order mark"},
		{ruleHeader, "f.csv", strings.Replace(head, "merit", "poäng", 1) + good, pupils(), `"poäng"`},
		{ruleHeader, "f.csv", mark + ";" + mark + "\n" + mark + ";2\n", one("id"), `no column "id"`},
		{ruleHeader, "f.csv", "x\n" + mark + ";2\n", Declaration{Header: "2", Columns: one("id").Columns}, "declared right"},
		{ruleHeader, "f.csv", head, Declaration{Header: "4", Columns: one("id").Columns}, "ends at row 1"},
		{ruleHeader, "f.csv", head, Declaration{Columns: []Column{{Name: "id", At: "1"}}}, `header: "1"`},
		{ruleHeader, "f.csv", head, Declaration{Header: "1", Columns: []Column{{Name: "x", At: "9"}}}, "at 9 of 7"},
		{ruleHeader, "f.csv", head, Declaration{Header: "1", Columns: []Column{{Name: "x", At: "B", Header: "län"}}}, `"län" (in column B)`},
		{ruleHeader, "f.csv", ";2023;2023\nkod;svensk bakgrund;utländsk bakgrund\n", Declaration{Columns: []Column{{Name: "kod"}, {Name: "n", Header: "2022|svensk bakgrund"}}}, `"2023|svensk bakgrund"`},
		// A row of data with a text like a declared header is not shown.
		{ruleHeader, "f.csv", "kommunkod;typ\n" + mark + ";2\n0114;id;" + mark + "\n", Declaration{Columns: []Column{{Name: "id"}, {Name: "n"}}}, "declared right"},
		{ruleDuplicate, "f.csv", "id;id\n" + mark + ";2\n", one("id"), "columns A, B"},
		{ruleEncoding, "f.csv", "id\n\xe5\xe4\xf6\n", Declaration{Encoding: "utf-8", Columns: one("id").Columns}, "f.csv:2"},
		{ruleEncoding, "f.csv", "id\nåäö\n", Declaration{Encoding: "latin-1", Columns: one("id").Columns}, "is UTF-8"},
		{ruleEncoding, "f.csv", "i\x00d\x00\n\x001\x00\n\x00", one("id"), "UTF-16"},
		{ruleFormat, "f.csv", "PK\x03\x04abcd", one("id"), "zip"},
		{ruleFormat, "f.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", one("id"), "password"},
		{ruleFormat, "f.dat", "id\n1\n", one("id"), "declare format"},
		{ruleTruncated, "f.xlsx", "id;n\n", one("id"), "no .xlsx"},
		{ruleTruncated, "f.xlsx", workbook[:len(workbook)/2], one("id"), "cut off"},
		{ruleTruncated, "f.xlsx", string(bookOf(t, []byte(`<worksheet><sheetData><row r="1"><c t="str"><v>id</v></c></row><row r="2"><c t="str"><v>`+mark))), one("id"), "cut off"},
		{ruleTruncated, "f.json", `[{"id": "` + mark, one("id"), "cut off"},
		{ruleHeader, "f.json", `[{"id": "` + mark + `"}]`, one("n"), `"n"`},
		{ruleEmpty, "f.json", `[]`, one("n"), "no rows"},
	} {
		_, err := tryRead(write(t, test.name, test.content), test.decl)
		var fe *FileError
		if !errors.As(err, &fe) || fe.Rule != test.rule || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), mark) {
			t.Errorf("%s %.30q: got %v, want it to say %q", test.rule, test.content, err, test.says)
		}
	}
	if _, err := tryRead(write(t, "f.parquet", "PAR1...."), one("id")); !errors.Is(err, ErrParquet) {
		t.Errorf("Parquet: %v", err)
	}
	if _, err := tryRead(filepath.Join(t.TempDir(), "none.csv"), one("id")); !errors.Is(err, os.ErrNotExist) || strings.Contains(err.Error(), string(filepath.Separator)) {
		t.Errorf("no such file: %v", err)
	}
}

func TestDeclarationErrors(t *testing.T) {
	col := func(c Column) Declaration { return Declaration{Columns: []Column{c}} }
	with := func(change func(*Declaration)) Declaration {
		d := pupils()
		change(&d)
		return d
	}
	for _, test := range []struct {
		decl Declaration
		says string
	}{
		{Declaration{}, "no columns"},
		{col(Column{}), "no name"},
		{col(Column{Name: "x", Type: "integer"}), `type "integer"`},
		{col(Column{Name: "x", Min: new(1.0)}), "min and max"},
		{col(Column{Name: "x", Type: Int, Min: new(2.0), Max: new(1.0)}), "greater"},
		{col(Column{Name: "x", Pattern: "("}), "pattern"},
		{col(Column{Name: "x", At: "0"}), "at"},
		{col(Column{Name: "x", At: "Å"}), "at"},
		{col(Column{Name: "x", Start: 3}), "width"},
		{col(Column{Name: "x", Missing: map[string]string{"-": "none"}}), `"none"`},
		{with(func(d *Declaration) { d.Format = "sas" }), `"sas"`},
		{with(func(d *Declaration) { d.Encoding = "utf-7" }), `"utf-7"`},
		{with(func(d *Declaration) { d.Decimal = "'" }), "decimal"},
		{with(func(d *Declaration) { d.Delimiter = ";;" }), "delimiter"},
		{with(func(d *Declaration) { d.Header = "5-3" }), "header"},
		{with(func(d *Declaration) { d.Header = "0-3" }), "header"},
		{with(func(d *Declaration) { d.Columns[1].Name = "id" }), "twice"},
		{with(func(d *Declaration) { d.Melt = &Melt{Name: "m", Value: "n"} }), "melt needs"},
		{with(func(d *Declaration) { d.Melt = &Melt{Name: "m", Value: "id", Columns: []MeltColumn{{Member: "a"}}} }), "twice"},
		{with(func(d *Declaration) {
			d.Melt = &Melt{Name: "m", Value: "n", Columns: []MeltColumn{{Member: "a"}, {Member: "a"}}}
		}), "twice"},
		{with(func(d *Declaration) {
			d.Melt = &Melt{Name: "m", Value: "n", PercentOf: "id", Columns: []MeltColumn{{Member: "a"}}}
		}), "percent_of"},
	} {
		if _, err := test.decl.Schema(); err == nil || !strings.Contains(err.Error(), test.says) || !strings.HasPrefix(err.Error(), "record: ") {
			t.Errorf("got %v, want it to say %q", err, test.says)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, test := range []struct {
		text string
		want float64
		rule string
	}{
		{"0", 0, ""}, {"-0", 0, ""}, {"007", 7, ""}, {"220,5", 220.5, ""}, {"-3,25", -3.25, ""}, {"+4", 4, ""},
		{"−5,5", -5.5, ""}, {"3 827", 3827, ""}, {"3\u00a0827", 3827, ""}, {"1\u2009216\u2009000,5", 1216000.5, ""}, {"-1\u202f000", -1000, ""},
		{"83,2 %", 83.2, ""}, {"83,2%", 83.2, ""}, {"1E3", 1000, ""}, {"1,5e-3", 0.0015, ""},
		{"0,1", 0.1, ""}, {"9007199254740993", 9007199254740992, ""}, {"0,30000000000000004", 0.30000000000000004, ""},
		{"123456789012345678901234567890", 123456789012345678901234567890, ""},
		{"12 34", 0, ruleNumber}, {"1 2345", 0, ruleNumber}, {"1234 567", 0, ruleNumber}, {"1 234 5", 0, ruleNumber}, {"1,2 3", 0, ruleNumber},
		{",5", 0, ruleNumber}, {"5,", 0, ruleNumber}, {"1,2,3", 0, ruleNumber}, {"1.234,5", 0, ruleNumber}, {"--1", 0, ruleNumber}, {"1-", 0, ruleNumber},
		{"%", 0, ruleNumber}, {"1e", 0, ruleNumber}, {"1e5e5", 0, ruleNumber}, {"0x10", 0, ruleNumber}, {"1_000", 0, ruleNumber}, {"inf", 0, ruleNumber},
		{"NaN", 0, ruleSymbol}, {"–", 0, ruleSymbol}, {"−", 0, ruleSymbol}, {"1e999", 0, ruleRange},
	} {
		p := &plan{decimal: ','}
		if got, rule := p.parseFloat([]byte(test.text)); got != test.want && rule == "" || rule != test.rule {
			t.Errorf("%q: %v %q, want %v %q", test.text, got, rule, test.want, test.rule)
		}
	}
	p := &plan{decimal: '.'}
	for text, want := range map[string]int64{"12": 12, "280.0": 280, "-1 000": -1000, "999999999999999999": 999999999999999999} {
		if got, rule := p.parseInt([]byte(text)); got != want || rule != "" {
			t.Errorf("%q: %d %q, want %d", text, got, rule, want)
		}
	}
}

func TestDates(t *testing.T) {
	p := &plan{serial: true}
	// Days since 1970-01-01: 19357 is 2022-12-31 (53 years of 365 days and 13 leap days, less one). Serial numbers as spreadsheets show them.
	for text, want := range map[string]int64{"2022-12-31": 19357, "20221231": 19357, "2022-12-31 23:59": 19357, "2022-12-31T00:00:00": 19357, "1970-01-01": 0,
		"1969-12-31": -1, "2000-02-29": 11016, "44926": 19357, "44926.75": 19357, "25569": 0, "1": -25567, "61": -25508} {
		if got, rule := p.parseDate([]byte(text)); got != want || rule != "" {
			t.Errorf("%s: %d %s, want %d", text, got, rule, want)
		}
	}
	for _, text := range []string{"2022", "1900-02-29", "2022-13-01", "2022-12-31x", "2022-12-31 25:00", "0", "-5", "2958466", "31.12.2022", "2022/12/31", "0000-01-01"} {
		if got, rule := p.parseDate([]byte(text)); rule != ruleDate {
			t.Errorf("%s: %d %q, want it to be no date", text, got, rule)
		}
	}
	p.from1904 = true
	if got, _ := p.parseDate([]byte("43464")); got != 19357 { // 44926 less 1462 days
		t.Errorf("from 1904: %d", got)
	}
}

func TestStates(t *testing.T) {
	d := Declaration{Missing: map[string]string{"-": "zero", "..": "hidden"}, Columns: []Column{{Name: "a", Type: Int, Missing: map[string]string{"99": "not_applicable", "": "not_available"}}, {Name: "b", Type: Float}, {Name: "c"}}}
	got := readAll(t, write(t, "f.csv", "a;b;c\n1;2;x\n99;-;-\n..;.;\n;;..\n"), d)
	want := [][]State{{Present, NotApplicable, Hidden, NotAvailable}, {Present, Present, NotAvailable, Missing}, {Present, Present, Missing, Hidden}}
	for i, c := range got.Columns {
		if diff := cmp.Diff(want[i], c.State); diff != "" {
			t.Errorf("%s: %s", c.Name, diff)
		}
	}
	if diff := cmp.Diff([]string{"x", "-", "", ""}, got.Columns[2].Text); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]float64{2, 0, 0, 0}, got.Columns[1].Float); diff != "" {
		t.Error(diff)
	}
	for state, name := range map[State]string{Present: "present", NotApplicable: "not_applicable", 9: "state 9"} {
		if state.String() != name {
			t.Errorf("%d is %s", uint8(state), state)
		}
	}
}

// The same two rows in every way a file may be written.
func TestEncodingsAndLayouts(t *testing.T) {
	const text = "namn;n\nÅsa;1,5\nÖrjan;2\n"
	cp1252 := strings.NewReplacer("Å", "\xc5", "Ö", "\xd6").Replace(text)
	utf16Text := func(big bool) string {
		b := []byte{0xff, 0xfe}
		if big {
			b = []byte{0xfe, 0xff}
		}
		for _, u := range utf16.Encode([]rune(text)) {
			if big {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		return string(b)
	}
	for name, test := range map[string]struct{ content, encoding, delimiter string }{
		"plain":       {text, utf8Name, ";"},
		"bom":         {"\ufeff" + text, utf8Name, ";"},
		"cp1252":      {cp1252, cp1252Name, ";"},
		"utf16le":     {utf16Text(false), utf16LEName, ";"},
		"utf16be":     {utf16Text(true), utf16BEName, ";"},
		"crlf":        {strings.ReplaceAll(text, "\n", "\r\n"), utf8Name, ";"},
		"cr":          {strings.ReplaceAll(text, "\n", "\r"), utf8Name, ";"},
		"no last end": {strings.TrimSuffix(text, "\n"), utf8Name, ";"},
		"tab":         {strings.ReplaceAll(text, ";", "\t"), utf8Name, "tab"},
		"pipe":        {strings.ReplaceAll(text, ";", "|"), utf8Name, "|"},
		"comma":       {"namn,n\nÅsa,\"1,5\"\n\"Örjan\",2\n", utf8Name, ","},
		"quoted":      {"\"namn\";\"n\"\r\n\"Åsa\";\"1,5\"\r\n\"Örjan\" ;\"2\"\r\n", utf8Name, ";"},
		"titles":      {"Titel, 2022\n\n" + text + "\nKälla: x\n", utf8Name, ";"},
		"decomposed":  {strings.NewReplacer("Å", "A\u030a", "Ö", "O\u0308").Replace(text), utf8Name, ";"},
		"blanks":      {" NAMN ; n\n Åsa\u00a0; 1,5\nÖrjan ;2 \n;\n", utf8Name, ";"},
		"extra":       {"namn;n;;\nÅsa;1,5;;\nÖrjan;2\n", utf8Name, ";"},
	} {
		t.Run(name, func(t *testing.T) {
			got := readAll(t, write(t, "f.csv", test.content), Declaration{Columns: []Column{{Name: "namn"}, {Name: "n", Type: Float}}})
			r := got.report
			if r.Good != 2 || r.Bad != 0 || r.Encoding != test.encoding || r.Delimiter != test.delimiter {
				t.Fatalf("%+v", r)
			}
			if diff := cmp.Diff([]string{"Åsa", "Örjan"}, got.Columns[0].Text); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]float64{1.5, 2}, got.Columns[1].Float); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Rows of UTF-8 in a windows-1252 file, and bytes that are no letter there, are bad; the others are read.
func TestMixedEncodings(t *testing.T) {
	got := readAll(t, write(t, "f.csv", "namn\n\xc5sa\n\xd6rjan\nÅsa\n\x81\nEva\n"), Declaration{Columns: []Column{{Name: "namn"}}})
	if diff := cmp.Diff([]string{"Åsa", "Örjan", "Eva"}, got.Columns[0].Text); diff != "" {
		t.Error(diff)
	}
	if r := got.report; r.Encoding != cp1252Name || r.ByRule[ruleText] != 2 {
		t.Errorf("%+v", r)
	}
}

func TestQuotes(t *testing.T) {
	got := readAll(t, write(t, "f.csv", "a;b\n\"x;\"\"y\"\"\";1\n\"två\r\nrader\";2\n5\" rör;3\n\"\";4\n\"öppen;5\nz;6\n"), Declaration{Columns: []Column{{Name: "a"}, {Name: "b"}}})
	if diff := cmp.Diff([]string{`x;"y"`, "två\r\nrader", `5" rör`, "", "z"}, got.Columns[0].Text); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{2, 3, 5, 6, 8}, got.Line); diff != "" {
		t.Error(diff)
	}
	if r := got.report; r.ByRule[ruleQuote] != 1 || r.Problems[0].Line != 7 {
		t.Errorf("%+v", r)
	}
}

// What looks like a note is data when data come after it, or when no blank row stands before it.
func TestNotes(t *testing.T) {
	d := Declaration{Columns: []Column{{Name: "a", Required: true}, {Name: "n", Type: Int}}}
	got := readAll(t, write(t, "f.csv", "Titel\n\na;n\nx;1\n\ny;\n;\nz;3\nw;\n\nNot om "+mark+";\n;\nKontakt;\n"), d)
	if diff := cmp.Diff([]string{"x", "y", "z", "w"}, got.Columns[0].Text); diff != "" {
		t.Error(diff)
	}
	if r := got.report; r.NoteRows != 3 || r.BlankRows != 5 {
		t.Errorf("%d notes and titles, %d blank; want 3 and 5", r.NoteRows, r.BlankRows)
	}
	if kept := fmt.Sprintf("%+v %+v", got.report, got.Batch); strings.Contains(kept, mark) {
		t.Error("a note is kept")
	}
	// A figure below them makes them data: the rows that wait are read after all, in order.
	got = readAll(t, write(t, "f.csv", "a;n\nx;1\n\ny;\n\nz;\nw;2\n"), d)
	if diff := cmp.Diff([]string{"x", "y", "z", "w"}, got.Columns[0].Text); diff != "" {
		t.Error(diff)
	}
}

func TestFixed(t *testing.T) {
	d := Declaration{Columns: []Column{
		{Name: "lan", Start: 1, Width: 2, Required: true}, {Name: "namn", Start: 3, Width: 8}, {Name: "n", Start: 11, Width: 5, Type: Float}, {Name: "kod", Start: 16, Width: 1}}}
	const text = "01Åkersbg  12,5A\r\n\r\n10Karlskr     .B\r\n25" + mark + "\r\n14Öckerö   x   C\r\n  Kiruna     1 D\n"
	for name, content := range map[string]string{"utf8.txt": text, "cp1252.txt": strings.NewReplacer("Å", "\xc5", "Ö", "\xd6", "ö", "\xf6").Replace(text)} {
		got := readAll(t, write(t, name, content), d)
		r := got.report
		if r.Good != 2 || r.ByRule[ruleShort] != 1 || r.ByRule[ruleSymbol] != 1 || r.ByRule[ruleRequired] != 1 || r.BlankRows != 1 {
			t.Errorf("%s: %+v", name, r)
		}
		if diff := cmp.Diff([]string{"Åkersbg", "Karlskr"}, got.Columns[1].Text); diff != "" {
			t.Error(diff)
		}
		if got.Columns[2].Float[0] != 12.5 || got.Columns[2].State[1] != NotAvailable {
			t.Errorf("%v %v", got.Columns[2].Float, got.Columns[2].State)
		}
		for _, p := range r.Problems {
			if p.Rule == ruleSymbol && (p.Line != 5 || p.Column != 11) {
				t.Errorf("%+v", p)
			}
		}
	}
	if _, err := tryRead(write(t, "f.txt", text), Declaration{Format: "fixed", Columns: []Column{{Name: "a"}}}); err == nil || !strings.Contains(err.Error(), "start and width") {
		t.Errorf("got %v", err)
	}
}

// writeBook makes a workbook of one sheet; nil leaves a cell out.
func writeBook(t testing.TB, cells [][]any) string {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range cells {
		for j, v := range row {
			if v == nil {
				continue
			}
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := book.SetCellValue("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "f.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestXLSX(t *testing.T) {
	path := writeBook(t, [][]any{
		{"Titel"}, {},
		{nil, 2022, nil, 2023}, {"kod", "andel", "datum", "andel"},
		{"0114", 0.1, 44926, 1}, {"0115", "83,2 %", "2022-12-31", nil}, {"0117", "#N/A", 2022, 1}, {}, {"Not", nil}, {"Kontakt: " + mark},
	})
	d := Declaration{Columns: []Column{{Name: "kod", Pattern: `^\d{4}$`}, {Name: "andel", Header: "2022|andel", Type: Float}, {Name: "datum", Header: "2022|datum", Type: Date}, {Name: "andel23", Header: "andel|2023", Type: Int}}}
	got := readAll(t, path, d)
	r := got.report
	if r.Good != 2 || r.ByRule[ruleError] != 1 || r.AllProblems != 2 || r.NoteRows != 3 || r.HeaderRows != [2]int{3, 4} || r.Sheet != "Sheet1" {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]float64{0.1, 83.2}, got.Columns[1].Float); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{19357, 19357}, got.Columns[2].Int); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int{5, 6}, got.Line); diff != "" {
		t.Error(diff)
	}
	d.Sheet = "Finns inte"
	if _, err := tryRead(path, d); err == nil || !strings.Contains(err.Error(), `"Sheet1"`) {
		t.Errorf("got %v", err)
	}
}

// The sheet with the header is found among others; the workbook may count its days from 1904.
func TestXLSXSheets(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	_, err := book.NewSheet("Data")
	if err == nil {
		err = book.SetSheetRow("Data", "A1", &[]any{"kod", "datum"})
	}
	if err == nil {
		err = book.SetSheetRow("Data", "A2", &[]any{"0114", 43464})
	}
	if err == nil {
		err = book.SetSheetRow("Sheet1", "A1", &[]any{"Innehåll", mark})
	}
	if err == nil {
		err = book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: new(true)})
	}
	path := filepath.Join(t.TempDir(), "f.xlsx")
	if err == nil {
		err = book.SaveAs(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	d := Declaration{Columns: []Column{{Name: "kod"}, {Name: "datum", Type: Date}}}
	got := readAll(t, path, d)
	if got.report.Sheet != "Data" || got.Columns[1].Int[0] != 19357 { // 2022-12-31
		t.Errorf("%+v %v", got.report, got.Columns[1].Int)
	}
	d.Columns[0].Name = "saknas"
	if _, err := tryRead(path, d); err == nil || strings.Contains(err.Error(), mark) {
		t.Errorf("got %v", err)
	}
}

func TestJSON(t *testing.T) {
	d := Declaration{Rows: "data", Columns: []Column{{Name: "id", Required: true}, {Name: "lat", Header: "plats.lat", Type: Float}, {Name: "ok", Type: Bool}}}
	got := readAll(t, write(t, "f.json", `{"data": [{"id": "a", "plats": {"lat": 59.5}, "ok": true}, {"id": 7}, {"id": [1]}, {"ok": false}, null]}`), d)
	if r := got.report; r.Good != 2 || r.Bad != 2 || r.BlankRows != 1 || r.ByRule[ruleNested] != 1 || r.ByRule[ruleRequired] != 1 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"a", "7"}, got.Columns[0].Text); diff != "" {
		t.Error(diff)
	}
	for _, rows := range []string{"", "x", "data.x", "{k}"} {
		d.Rows = rows
		if _, err := tryRead(write(t, "f.json", `{"data": [{"id": "`+mark+`"}]}`), d); err == nil || strings.Contains(err.Error(), mark) {
			t.Errorf("%s: got %v", rows, err)
		}
	}
}

func TestMelt(t *testing.T) {
	d := Declaration{Columns: []Column{{Name: "kod", Required: true}, {Name: "n", Type: Int}}, Melt: &Melt{Name: "grupp", Value: "antal", PercentOf: "n", Rounded: 1,
		Columns: []MeltColumn{{Member: "låg", Header: "andel låg"}, {Member: "alla", Header: "n", Plain: true}}}}
	schema, err := d.Schema()
	if err != nil {
		t.Fatal(err)
	}
	want := []Vector{{Name: "kod", Type: Text}, {Name: "n", Type: Int}, {Name: "grupp", Type: Text}, {Name: "antal", Type: Float}, {Name: "antal_low", Type: Float}, {Name: "antal_high", Type: Float}}
	if diff := cmp.Diff(want, schema); diff != "" {
		t.Error(diff)
	}
	got := readAll(t, write(t, "f.csv", "kod;n;andel låg\nA;200;25\nB;200;0\nC;200;100\nD;..;50\nE;10;..\nF;10;x\n"), d)
	if r := got.report; r.Good != 5 || r.Bad != 1 || r.Delivered != 10 || got.N != 10 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]int{2, 2, 3, 3}, got.Line[:4]); diff != "" {
		t.Error(diff)
	}
	low, high := got.Columns[4], got.Columns[5]
	// 25 % of 200 is 50, 24.5 % is 49, 25.5 % is 51; below 0 % and above 100 % there is nothing
	if diff := cmp.Diff([][]float64{{50, 0, 200}, {49, 0, 199}, {51, 1, 200}}, [][]float64{
		{got.Columns[3].Float[0], got.Columns[3].Float[2], got.Columns[3].Float[4]}, {low.Float[0], low.Float[2], low.Float[4]}, {high.Float[0], high.Float[2], high.Float[4]}}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]State{NotAvailable, NotAvailable, NotAvailable, Present}, got.Columns[3].State[6:]); diff != "" {
		t.Error(diff)
	}
}

func TestFill(t *testing.T) {
	d := Declaration{Columns: []Column{{Name: "ar", Header: "år", Fill: true, Required: true}, {Name: "n", Type: Int}}}
	got := readAll(t, write(t, "f.csv", "år;n\n;0\n2022;1\n;2\n2023;x\n;4\n"), d)
	if diff := cmp.Diff([]string{"2022", "2022", "2023"}, got.Columns[0].Text); diff != "" {
		t.Error(diff)
	}
	if r := got.report; r.Bad != 2 || r.ByRule[ruleRequired] != 1 {
		t.Errorf("%+v", r)
	}
}

func TestDecimalSign(t *testing.T) {
	d := Declaration{Columns: []Column{{Name: "a"}, {Name: "x", Type: Float}}}
	// Most numbers have commas, whatever comes first.
	r := readAll(t, write(t, "f.csv", "a;x\na;1.5\nb;2,5\nc;3,5\n"), d).report
	if r.Decimal != "," || r.Good != 2 || r.ByRule[ruleDecimal] != 1 || r.Problems[0].Line != 2 {
		t.Errorf("%+v", r)
	}
	d.Decimal = "."
	if r := readAll(t, write(t, "f.csv", "a;x\na;1.5\nb;2,5\nc;3,5\n"), d).report; r.Good != 1 || r.ByRule[ruleDecimal] != 2 {
		t.Errorf("%+v", r)
	}
}

// Larger than a batch, the buffer and the part that is looked at first.
func TestManyBatches(t *testing.T) {
	const n = 3*batchRows + 7
	var b bytes.Buffer
	b.WriteString("id;x\n")
	for i := range n {
		fmt.Fprintf(&b, "%08d;%d,25\n", i, i)
	}
	path := write(t, "f.csv", b.String())
	d := Declaration{Columns: []Column{{Name: "id"}, {Name: "x", Type: Float}}}
	rows, batches := 0, 0
	var progress []int64
	_, err := ReadWith(context.Background(), path, d, Options{Progress: func(done, total int64) {
		if total != int64(b.Len()) {
			t.Fatalf("total %d", total)
		}
		progress = append(progress, done)
	}}, func(batch *Batch) error {
		for i := range batch.N {
			if want := fmt.Sprintf("%08d", rows); batch.Columns[0].Text[i] != want || batch.Columns[1].Float[i] != float64(rows)+0.25 || batch.Line[i] != rows+2 {
				t.Fatalf("row %d is %s %v in line %d", rows, batch.Columns[0].Text[i], batch.Columns[1].Float[i], batch.Line[i])
			}
			rows++
		}
		batches++
		return nil
	})
	if err != nil || rows != n || batches != 4 {
		t.Errorf("%d rows in %d batches, %v", rows, batches, err)
	}
	if !slices.IsSorted(progress) || progress[len(progress)-1] != int64(b.Len()) {
		t.Errorf("progress %v", progress)
	}

	ctx, cancel := context.WithCancel(context.Background())
	report, err := Read(ctx, path, d, func(*Batch) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) || report == nil || report.Rows >= n {
		t.Errorf("cancelled: %v", err)
	}
	full := errors.New("full")
	if _, err := Read(context.Background(), path, d, func(*Batch) error { return full }); err != full {
		t.Errorf("sink: %v", err)
	}
}

// Bad rows, wherever they stand, change nothing in the good ones, and every row is counted.
func TestBadRowsChangeNothing(t *testing.T) {
	bad := []string{"x;0180;K;abc;1;2022-12-31;ja", ";;;1", `"x`, `"x"y;;;;;;`, "x;180;K;1;1;2022-12-31;ja", "x;0180;K;1.5;1;2022-12-31;ja",
		"\x00;;;;;;", "å\xe5;0180;K;1;1;;", "x;0180;K;1;1;;;1", "a\rb;0180;K;1;1;;", "x;0180;K;-;1;;", ";0180;K;1;1;;"}
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		lines := []string{strings.TrimSuffix(head, "\n")}
		var want []string
		nBad := 0
		for i := range rapid.IntRange(1, 30).Draw(t, "rows") {
			for range rapid.IntRange(0, 2).Draw(t, "bad") {
				lines = append(lines, rapid.SampledFrom(bad).Draw(t, "row"))
				nBad++
			}
			id := fmt.Sprintf("r%d", i)
			lines = append(lines, id+";0180;K;1,5;1 000;2022-12-31;ja", id+";0180;K;2,5;1;;")
			want = append(want, id, id)
		}
		path := filepath.Join(dir, "f.csv")
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var got []string
		report, err := Read(context.Background(), path, func() Declaration { d := pupils(); d.Decimal = ","; d.Encoding = "utf-8"; return d }(), func(b *Batch) error {
			got = append(got, b.Columns[0].Text...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if report.Rows != int64(len(want)+nBad) || report.Good != int64(len(want)) || report.Bad != int64(nBad) {
			t.Fatalf("%d rows, %d good, %d bad; want %d good, %d bad: %v", report.Rows, report.Good, report.Bad, len(want), nBad, report.Problems)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("good rows %v, want %v", got, want)
		}
		var sum int64
		for _, n := range report.ByRule {
			sum += n
		}
		if sum != report.Bad {
			t.Fatalf("by rule %d, bad %d", sum, report.Bad)
		}
	})
}
