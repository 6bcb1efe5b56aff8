package px

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// data is the folder of real files; tests that need it are skipped without it, and fail on CI.
func data(t testing.TB) string {
	folder := os.Getenv("SKIKT_DATA")
	if folder == "" {
		folder = "../../../shared/data"
	}
	if _, err := os.Stat(filepath.Join(folder, "px")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("real data: %v", err)
		}
		t.Skipf("real data: %v", err)
	}
	return folder
}

// TestReal reads the files of the reference server of PxWebApi: Latin-1 and UTF-8, two languages, one and several measures. Every file has as many cells as its headings say, or
// it would not be read; those looked at here were picked out of the files by eye.
func TestReal(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(data(t), "px", "*.px"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Read(f, Most)
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		t.Logf("%s: %s, %d rows, %d measures", filepath.Base(file), c.Title.EN, c.Len(), len(c.Measures()))
		if c.Title.SV == "" || c.Title.EN == "" || c.Title.SV == c.Title.EN {
			t.Errorf("%s: titles %+v", filepath.Base(file), c.Title)
		}
		times := 0
		for _, d := range c.Dims() {
			if d.Role == cube.Time {
				times++
			}
			for _, m := range d.Members {
				if m.Label.EN == "" || m.Label.SV == "" {
					t.Errorf("%s: %s %s has the label %+v", filepath.Base(file), d.Name, m.Code, m.Label)
				}
			}
		}
		if times != 1 {
			t.Errorf("%s: %d dimensions of time", filepath.Base(file), times)
		}
		if filepath.Base(file) == "tab4_fewcells.px" {
			if got := c.Get("Emission", "7.0", "CO2", "2017"); got.Value != 445 {
				t.Errorf("emission %+v, want 445", got)
			}
			if label := c.Dim("GREENHOUSEGAS").Members[0].Label; label.SV != "Koldioxid (CO2) (kt)" || c.Dim("TIME").Title.SV != "år" {
				t.Errorf("texts %+v, %+v", label, c.Dim("TIME").Title)
			}
		}
	}
}

const small = `CHARSET="ANSI";
CODEPAGE="utf-8";
LANGUAGE="sv";
DECIMALS=1;
MATRIX="T";
SUBJECT-CODE="X"; SUBJECT-AREA="Skola";
AGGREGALLOWED=NO;
TITLE="Elever efter kommun, "
"innehåll och år";
CONTENTS="Elever"; UNITS="antal";
STUB="kommun"; HEADING="innehåll","år";
CONTVARIABLE="innehåll";
VALUES("kommun")="Upplands Väsby","Stockholm";
CODES("kommun")="0114","0180";
VALUES("innehåll")="Antal","Andel";
UNITS("Andel")="procent";
VALUES("år")="2023","2024";
TIMEVAL("år")=TLIST(A1,"2023"-"2024");
PRECISION("innehåll","Andel")=2;
DATA=
7 8 12.5 ".."
"-" "." -1.25 1e3
;
`

func TestSmall(t *testing.T) {
	c, err := Read(strings.NewReader(small), Most)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []struct {
		measure, kommun, year string
		cell                  cube.Cell
	}{
		{"Antal", "0114", "2023", cube.KnownCell(7)}, {"Antal", "0114", "2024", cube.KnownCell(8)},
		{"Andel", "0114", "2023", cube.KnownCell(12.5)}, {"Andel", "0114", "2024", cube.Cell{Status: cube.NotAvailable}},
		{"Antal", "0180", "2023", cube.Cell{Status: cube.Zero}}, {"Antal", "0180", "2024", cube.Cell{Status: cube.NotApplicable}},
		{"Andel", "0180", "2023", cube.KnownCell(-1.25)}, {"Andel", "0180", "2024", cube.KnownCell(1000)},
	} {
		if got := c.Get(want.measure, want.kommun, want.year); got != want.cell {
			t.Errorf("%s of %s in %s is %+v, want %+v", want.measure, want.kommun, want.year, got, want.cell)
		}
	}
	if c.Title.SV != "Elever efter kommun, innehåll och år" || c.Dim("år").Role != cube.Time || c.AggregAllowed() {
		t.Errorf("%+v %+v %v", c.Title, c.Dims(), c.Warnings)
	}
	if m := c.Measures(); m[0].Unit.SV != "antal" || m[1].Unit.SV != "procent" || m[0].Decimals != 1 || m[1].Decimals != 2 {
		t.Errorf("measures %+v", m)
	}
	// Windows-1252, as older programs write it.
	latin := bytes.ReplaceAll([]byte(strings.Replace(small, "CODEPAGE=\"utf-8\";\n", "", 1)), []byte("å"), []byte{0xe5})
	latin = bytes.ReplaceAll(latin, []byte("ä"), []byte{0xe4})
	if again, err := Read(bytes.NewReader(latin), Most); err != nil || again.Dim("år") == nil {
		t.Errorf("Windows-1252: %v", err)
	}
}

func TestBad(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"7 8 12.5", "7 8", "line 23: DATA has 7 cells, and the headings say 8"},
		{"7 8 12.5", "7 8 9 12.5", "more than the 8 cells"},
		{"7 8 12.5", "7 x8 12.5", "line 21: cell 2 is no number"},
		{"7 8 12.5", "7 NaN 12.5", "cell 2 is no number"},
		{"7 8 12.5", `7 "?" 12.5`, "cell 2 is a text that is no symbol"},
		{"1e3\n;\n", "1e3\n", "the file ends within DATA, after 8 of 8 cells; it has been cut off"},
		{"1e3\n;\n", "1e3\n;\nMORE=1;", "more text after the data"},
		{"DATA=", "DATUM=", "a comma or the end of the value"},
		{small[strings.Index(small, "DATA="):], "", "the file ends before DATA"},
		{`"0114","0180"`, `"0114"`, "line 14: variable kommun has 2 VALUES and 1 CODES"},
		{`"0114","0180"`, `"0114","0114"`, "twice"},
		{`VALUES("år")="2023","2024";`, ``, "variable år has no VALUES"},
		{`STUB="kommun"; HEADING="innehåll","år";`, ``, "neither STUB nor HEADING"},

		{`"Upplands Väsby"`, "\"Upplands V\xe4sby\"", "says UTF-8"},
		{`MATRIX="T";`, `MATRIX="T`, "a comma or the end"},
		{`MATRIX="T";`, `MATRIX "T";`, "line 5: MATRIX is not followed by ="},
		{`MATRIX="T";`, `MATRIX=;`, "a value is missing"},
		{`MATRIX="T";`, `KEYS("kommun")=VALUES;`, "line 5: the file leaves out rows"},
		{`MATRIX="T";`, `;`, "a keyword is wanted"},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if text == small {
			t.Fatalf("%s is not in the text", c.old)
		}
		if _, err := Read(strings.NewReader(text), Most); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s: %v, want %q", c.old, c.new, err, c.want)
		}
	}
	if _, err := Read(strings.NewReader(small), Limits{1 << 20, 7}); err == nil || !strings.Contains(err.Error(), "more than 7 cells") {
		t.Errorf("more cells than the limit: %v", err)
	}
	if _, err := Read(strings.NewReader(small), Limits{100, 100}); err == nil || !strings.Contains(err.Error(), "longer than 100 bytes") {
		t.Errorf("more bytes than the limit: %v", err)
	}
	unknown := strings.NewReplacer("utf-8", "utf-99", "ä", "\xe4", "å", "\xe5").Replace(small)
	if _, err := Read(strings.NewReader(unknown), Most); err == nil || !strings.Contains(err.Error(), "not known") {
		t.Errorf("an unknown character set: %v", err)
	}
	if _, err := Read(strings.NewReader(""), Most); err == nil {
		t.Error("an empty file was read")
	}
}

// TestWriteRead: what is written reads as the same numbers under the same codes in both languages, rounded to the decimals of the measure.
func TestWriteRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var dims []cube.Dimension
		roles := []cube.Role{cube.Area, cube.Group, cube.Time}
		for d := range rapid.IntRange(1, 3).Draw(rt, "dimensions") {
			dim := cube.Dimension{Name: fmt.Sprintf("d%d", d), Title: cube.Text{SV: fmt.Sprintf("å%d", d), EN: rapid.SampledFrom([]string{"a", "b", ""}).Draw(rt, "title")}, Role: roles[d]}
			for i := range rapid.IntRange(1, 4).Draw(rt, "members") {
				dim.Members = append(dim.Members, cube.Member{Code: fmt.Sprint(2020 + i), Label: cube.Text{SV: strings.Repeat("ö", rapid.SampledFrom([]int{0, 1, 300}).Draw(rt, "length")), EN: "x"}})
			}
			dims = append(dims, dim)
		}
		var measures []cube.Measure
		for m := range rapid.IntRange(1, 3).Draw(rt, "measures") {
			measures = append(measures, cube.Measure{Name: fmt.Sprintf("m%d", m), Title: cube.Same("mått"), Decimals: m, Unit: cube.Text{SV: "antal", EN: "number"},
				Kind: rapid.SampledFrom([]cube.MeasureKind{cube.Count, cube.Share}).Draw(rt, "kind")})
		}
		n := len(measures)
		for _, d := range dims {
			n *= len(d.Members)
		}
		c, err := cube.FromDense("T", dims, measures, len(dims), func(int) cube.Cell {
			status := rapid.SampledFrom([]cube.Status{cube.Known, cube.Zero, cube.NotApplicable, cube.NotAvailable}).Draw(rt, "status")
			cell := cube.Cell{Status: status}
			if status == cube.Known {
				cell.Value = rapid.Float64Range(-1e6, 1e6).Draw(rt, "value")
			}
			return cell
		})
		if err != nil {
			rt.Fatal(err)
		}
		lang := rapid.SampledFrom([]string{"sv", "en"}).Draw(rt, "lang")
		var text bytes.Buffer
		if err := Write(&text, c, lang); err != nil {
			rt.Fatal(err)
		}
		back, err := Read(bytes.NewReader(text.Bytes()), Most)
		if err != nil {
			rt.Fatalf("%v\n%s", err, text.Bytes())
		}
		for d, dim := range dims {
			got := back.Dims()[d]
			if got.Name != dim.Name || got.Title.SV != dim.Title.SV {
				rt.Fatalf("dimension %+v, want %+v", got, dim)
			}
			for i, m := range dim.Members {
				if got.Members[i].Code != m.Code || !strings.HasPrefix(got.Members[i].Label.SV, m.Label.SV) {
					rt.Fatalf("member %+v, want %+v", got.Members[i], m)
				}
			}
		}
		for m, meas := range measures {
			if back.Measures()[m].Decimals != meas.Decimals || back.Measures()[m].Name != meas.Name {
				rt.Fatalf("measure %+v, want %+v", back.Measures()[m], meas)
			}
			for row := range c.Len() {
				got, want := back.Cell(row, m), c.Cell(row, m)
				v := want.Value
				if meas.Kind == cube.Share {
					v *= 100
				}
				near := math.Abs(got.Value-v) <= 0.5000001*math.Pow10(-meas.Decimals)+1e-15*math.Abs(v)
				if got.Status.HasValue() != want.Status.HasValue() || !got.Status.HasValue() && got.Status != want.Status || !near {
					rt.Fatalf("row %d: %+v, want %+v", row, got, want)
				}
			}
		}
	})
}

// TestHidden: a hidden cell is dots, and so is one that no row has.
func TestHidden(t *testing.T) {
	b := cube.NewBuilder("t", []cube.Dimension{{Name: "a", Members: []cube.Member{{Code: "x"}, {Code: "y"}, {Code: "z"}}}}, []cube.Measure{{Name: "N", Kind: cube.Count}})
	b.Add([]int32{0}, cube.Cell{Status: cube.HiddenProtect})
	b.Add([]int32{1}, cube.KnownCell(3))
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := Write(&text, c, "sv"); err != nil {
		t.Fatal(err)
	}
	if want := "DATA=\n\"..\" \n3 \n\"..\" \n;\n"; !strings.HasSuffix(text.String(), want) {
		t.Errorf("%s\nwant the end %s", text.String(), want)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Read(bytes.NewReader(text), Limits{1 << 20, 1 << 12})
		if err != nil || len(c.Dims()) == 0 {
			return
		}
		if err := Write(&bytes.Buffer{}, c, "sv"); err != nil {
			t.Fatalf("read, and can't be written: %v", err)
		}
	})
}

// million is a cube of 1,000,000 cells: 500,000 rows × 2 measures.
func million(b *testing.B) *cube.Cube {
	dims := []cube.Dimension{{Name: "region", Title: cube.Same("region"), Role: cube.Area}, {Name: "ar", Title: cube.Same("år"), Role: cube.Time}}
	for i := range 50_000 {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: fmt.Sprintf("%05d", i), Label: cube.Same(fmt.Sprint("Område ", i))})
	}
	for i := range 10 {
		dims[1].Members = append(dims[1].Members, cube.Member{Code: fmt.Sprint(2011 + i)})
	}
	c, err := cube.FromDense("t", dims, []cube.Measure{{Name: "N", Kind: cube.Count}, {Name: "Share", Kind: cube.Share, Decimals: 1}}, 2, func(i int) cube.Cell {
		switch {
		case i%17 == 0:
			return cube.Cell{Status: cube.HiddenRule}
		case i%2 == 0:
			return cube.KnownCell(float64(i % 9973))
		}
		return cube.KnownCell(float64(i%1000) / 1000)
	})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func BenchmarkWrite(b *testing.B) {
	c := million(b)
	b.Run("cells=1000000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := Write(discard{}, c, "sv"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	var text bytes.Buffer
	if err := Write(&text, million(b), "sv"); err != nil {
		b.Fatal(err)
	}
	b.Run("cells=1000000", func(b *testing.B) {
		b.SetBytes(int64(text.Len()))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Read(bytes.NewReader(text.Bytes()), Most); err != nil {
				b.Fatal(err)
			}
		}
	})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
