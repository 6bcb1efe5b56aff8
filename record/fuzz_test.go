package record

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkAccount reads content by a declaration; whatever the content, every row is accounted for and batches are whole.
func checkAccount(t *testing.T, name string, content []byte, decl Declaration) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	var delivered int64
	report, err := Read(context.Background(), path, decl, func(b *Batch) error {
		delivered += int64(b.N)
		if len(b.Line) != b.N {
			t.Fatalf("%d lines for %d rows", len(b.Line), b.N)
		}
		for _, c := range b.Columns {
			if n := max(len(c.Text), len(c.Int), len(c.Float)); len(c.State) != b.N || n != b.N {
				t.Fatalf("column %s has %d states and %d values for %d rows", c.Name, len(c.State), n, b.N)
			}
		}
		return nil
	})
	if err != nil {
		return
	}
	var sum int64
	for _, n := range report.ByRule {
		sum += n
	}
	if report.Rows != report.Good+report.Bad || sum != report.Bad || delivered != report.Delivered {
		t.Fatalf("%+v, delivered %d", report, delivered)
	}
}

func FuzzCSV(f *testing.F) {
	for _, s := range []string{head + good, head + `x;"a"b;K;1;2;;` + "\n" + good, "\ufeff" + head + "\n\n" + good + "\nNot;;\n", head + "a\xe5;0180;K;1,5;1 000;;\r\n",
		strings.ReplaceAll(head+good, ";", "\t"), strings.ReplaceAll(head+good, "\n", "\r"), "\xff\xfei\x00d\x00\n\x00", head + `"`, head + `"a;""`, "\"id\";kommun;kön;merit;antal;datum;klar\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		checkAccount(t, "f.csv", content, pupils())
		checkAccount(t, "f.csv", content, Declaration{Header: "0", Columns: []Column{{Name: "a", At: "A"}, {Name: "b", At: "B", Type: Float}}})
	})
}

func FuzzFixed(f *testing.F) {
	for _, s := range []string{"01abc 1,5\n02åäö  ..\r\n\r\nnot", "\xff\xfe0\x001\x00", "01\xe5\xe4\xf6 1.5", "0"} {
		f.Add([]byte(s))
	}
	decl := Declaration{Columns: []Column{{Name: "a", Start: 1, Width: 2, Required: true}, {Name: "b", Start: 3, Width: 3}, {Name: "c", Start: 6, Width: 4, Type: Float}}}
	f.Fuzz(func(t *testing.T, content []byte) { checkAccount(t, "f.txt", content, decl) })
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"d":{"x":[{"a":1},{"a":"2","b":null}],"y":{"a":[1,2],"b":[3,4]}}}`, `{"d":{"x":{"a":1,"b":true}}}`, `[]`, `{"d":1}`} {
		f.Add([]byte(s))
	}
	decl := Declaration{Rows: "d.{k}", Columns: []Column{{Name: "k"}, {Name: "a", Type: Int}, {Name: "b"}}}
	f.Fuzz(func(t *testing.T, content []byte) { checkAccount(t, "f.json", content, decl) })
}

// bookOf packs one sheet's XML into a workbook.
func bookOf(t testing.TB, sheet []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`},
		{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/worksheets/sheet1.xml", string(sheet)},
	} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: part.name, Method: zip.Store})
		if err == nil {
			_, err = w.Write([]byte(part.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func FuzzXLSX(f *testing.F) {
	const begin = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>`
	for _, rows := range []string{`<row r="2"><c r="A2" t="str"><v>x</v></c><c r="B2"><v>1.5</v></c></row></sheetData></worksheet>`,
		`<row r="4"><c r="B4" t="s"><v>7</v></c></row><row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row></sheetData></worksheet>`,
		`<row r="-1"><c r="ZZZZ9"><v>1</v></c>`, `<row r="2"><c r="A2" t="d"><v>2022-12-31</v></c></row></sheetData>`} {
		f.Add([]byte(begin + rows))
	}
	decl := Declaration{Columns: []Column{{Name: "a"}, {Name: "b", Type: Float}}}
	f.Fuzz(func(t *testing.T, sheet []byte) { checkAccount(t, "f.xlsx", bookOf(t, sheet), decl) })
}

// The search for a header among any cells: what it finds stands where it says.
func FuzzHeader(f *testing.F) {
	f.Add("Titel\n\n;2022;;2023\nkod;a;b;a\n;x;x;x\n", "2022|a", "kod", "")
	f.Add("kod;a\n1;2", "a", "kod", "1")
	f.Add("kod;a;a", "a", "kod", "")
	f.Add(";;\n;a;", "|", "", "1-2")
	f.Fuzz(func(t *testing.T, cells, first, second, rows string) {
		declared, err := parseHeaderRows(rows)
		if err != nil {
			return
		}
		var g grid
		for _, line := range strings.SplitN(cells, "\n", 20) {
			row := strings.SplitN(line, ";", 20)
			for i := range row {
				row[i] = clean(row[i])
			}
			g = append(g, row)
		}
		wants := []want{newWant("first", first), newWant("second", second)}
		h, rule, text := g.find(wants, declared)
		if rule != "" {
			if text == "" {
				t.Fatal("a rule is broken but nothing is said")
			}
			return
		}
		columns := g.over(h.first, h.last)
		for i, w := range wants {
			if !w.stands(columns[h.places[i]]) {
				t.Fatalf("%q does not stand over column %d in rows %d-%d", w.text, h.places[i], h.first, h.last)
			}
		}
	})
}
