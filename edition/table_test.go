package edition

import (
	"bytes"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// drawCube makes any cube that may be published: all statuses, absent numbers, odd codes and labels, no dimensions, no rows.
func drawCube(t *rapid.T) *cube.Cube {
	text := rapid.StringN(0, 12, 40)
	texts := rapid.Custom(func(t *rapid.T) cube.Text { return cube.Text{SV: text.Draw(t, "sv"), EN: text.Draw(t, "en")} })
	var dims []cube.Dimension
	for i := range rapid.IntRange(0, 3).Draw(t, "dims") {
		d := cube.Dimension{Name: []string{"år", "value", "value_"}[i], Title: texts.Draw(t, "title"), Role: cube.Group}
		seen := map[string]bool{}
		for _, code := range rapid.SliceOfN(text, 0, 6).Draw(t, "codes") {
			if !seen[code] {
				seen[code] = true
				d.Members = append(d.Members, cube.Member{Code: code, Label: texts.Draw(t, "label")})
			}
		}
		dims = append(dims, d)
	}
	if rapid.Bool().Draw(t, "clash") {
		dims = append(dims, cube.Dimension{Name: "N0_base", Role: cube.Area, Kind: "regso", Vintage: "2020", Members: []cube.Member{{Code: "0180R001"}}})
	}
	var measures []cube.Measure
	kinds := []cube.MeasureKind{cube.Count, cube.Sum, cube.Share, cube.Mean, cube.Value, cube.Code}
	for i := range rapid.IntRange(1, 3).Draw(t, "measures") {
		measures = append(measures, cube.Measure{
			Name: fmt.Sprintf("N%d", i), Title: texts.Draw(t, "title"), Unit: texts.Draw(t, "unit"), Kind: rapid.SampledFrom(kinds).Draw(t, "kind"),
			Decimals: rapid.IntRange(0, 3).Draw(t, "decimals"), Of: text.Draw(t, "of"), Base: rapid.SampledFrom([][]string{nil, {"a", ""}}).Draw(t, "base"),
		})
	}
	finite := rapid.Float64Range(-1e300, 1e300)
	number := rapid.Custom(func(t *rapid.T) cube.Number {
		if rapid.Bool().Draw(t, "there") {
			return cube.Num(finite.Draw(t, "number"))
		}
		return cube.Number{}
	})
	b := cube.NewBuilder("T"+text.Draw(t, "table"), dims, measures)
	at := make([]int32, len(dims))
	var fill func(d int)
	fill = func(d int) {
		if d < len(dims) {
			for m := range dims[d].Members {
				at[d] = int32(m)
				fill(d + 1)
			}
			return
		}
		if rapid.IntRange(0, 3).Draw(t, "skip") == 0 {
			return
		}
		cells := make([]cube.Cell, len(measures))
		for m := range cells {
			cells[m] = cube.Cell{Status: rapid.SampledFrom(cube.Statuses()).Draw(t, "status"), Value: finite.Draw(t, "value"),
				Base: number.Draw(t, "base"), Lo: number.Draw(t, "lo"), Hi: number.Draw(t, "hi")}
		}
		b.Add(at, cells...)
	}
	fill(0)
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Title = texts.Draw(t, "title")
	c.Notes = rapid.SampledFrom([][]cube.Text{nil, {}, {{SV: "å", EN: "<&>"}}}).Draw(t, "notes")
	c.Warnings = rapid.SampledFrom([][]cube.Warning{nil, {{Code: "mixed-year", Text: cube.Same("x")}}}).Draw(t, "warnings")
	c.Lineage = rapid.SampledFrom([]cube.Lineage{{}, {Sources: []cube.Source{{Name: "SCB", Public: true, SHA256: "ab"}}, Steps: []string{"locate"}}}).Draw(t, "lineage")
	return c
}

// same compares two cubes in everything that can be seen of them.
func same(t interface{ Fatalf(string, ...any) }, want, got *cube.Cube) {
	if d := cmp.Diff(want.Name, got.Name) + cmp.Diff(want.Title, got.Title) + cmp.Diff(want.Notes, got.Notes) + cmp.Diff(want.Warnings, got.Warnings) +
		cmp.Diff(want.Lineage, got.Lineage) + cmp.Diff(want.Dims(), got.Dims()) + cmp.Diff(want.Measures(), got.Measures()); d != "" {
		t.Fatalf("frame differs (-want +got):\n%s", d)
	}
	if want.Len() != got.Len() {
		t.Fatalf("%d rows, want %d", got.Len(), want.Len())
	}
	for i := range want.Len() {
		for d := range want.Dims() {
			if want.Coord(i, d) != got.Coord(i, d) {
				t.Fatalf("row %d has member %d, want %d", i, got.Coord(i, d), want.Coord(i, d))
			}
		}
		for m := range want.Measures() {
			if want.Cell(i, m) != got.Cell(i, m) {
				t.Fatalf("row %d measure %d is %+v, want %+v", i, m, got.Cell(i, m), want.Cell(i, m))
			}
		}
	}
}

func TestTableRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawCube(t)
		var first, second bytes.Buffer
		if err := WriteTable(&first, want); err != nil {
			t.Fatal(err)
		}
		if err := WriteTable(&second, want); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatal("two writings of one table differ")
		}
		got, err := ReadTable(first.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		same(t, want, got)
	})
}

// toy has 3 RegSO and one row of each sort of cell.
func toy() *cube.Cube {
	dims := []cube.Dimension{{Name: "regso", Title: cube.Text{SV: "RegSO", EN: "RegSO"}, Role: cube.Area, Kind: "regso", Vintage: "2020", Members: []cube.Member{
		{Code: "0180R001", Label: cube.Same("Norra, \"a\"")}, {Code: "0180R002", Label: cube.Same("Södra")}, {Code: "total", Label: cube.TotalLabel}}}}
	b := cube.NewBuilder("befolkning", dims, []cube.Measure{
		{Name: "NPersons", Title: cube.Text{SV: "Personer", EN: "Persons"}, Unit: cube.Text{SV: "personer", EN: "persons"}, Kind: cube.Count},
		{Name: "ShareLow", Title: cube.Text{SV: "Låg", EN: "Low"}, Unit: cube.Text{SV: "procent", EN: "percent"}, Kind: cube.Share, Decimals: 1},
	})
	b.Add([]int32{0}, cube.KnownCell(1000000), cube.Cell{Status: cube.Known, Value: 0.07, Base: cube.Num(100), Lo: cube.Num(0.05), Hi: cube.Num(0.145)})
	b.Add([]int32{1}, cube.Cell{Status: cube.HiddenRule}, cube.Cell{Status: cube.HiddenProtect})
	b.Add([]int32{2}, cube.KnownCell(0), cube.Cell{Status: cube.NotApplicable})
	c, err := b.Cube()
	if err != nil {
		panic(err)
	}
	c.Title = cube.Text{SV: "Befolkning", EN: "Population"}
	return c
}

// Any program that reads Parquet must see an ordinary table. Here the library's own generic reader stands for it.
func TestTableIsOrdinaryParquet(t *testing.T) {
	var b bytes.Buffer
	if err := WriteTable(&b, toy()); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range f.Root().Columns() {
		names = append(names, c.Name())
	}
	want := "regso NPersons NPersons_base NPersons_lo NPersons_hi NPersons_status ShareLow ShareLow_base ShareLow_lo ShareLow_hi ShareLow_status"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("columns %s, want %s", got, want)
	}
	if got := f.Metadata().CreatedBy; got != "skikt version 1(build )" {
		t.Errorf("created_by is %q, which would change with the program", got)
	}
	type plain struct {
		Regso    string   `parquet:"regso"`
		NPersons *float64 `parquet:"NPersons,optional"`
		Status   string   `parquet:"NPersons_status"`
		Share    *float64 `parquet:"ShareLow,optional"`
		Base     *float64 `parquet:"ShareLow_base,optional"`
	}
	rows, err := parquet.Read[plain](bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	num := func(v float64) *float64 { return &v }
	wantRows := []plain{
		{"0180R001", num(1000000), "known", num(0.07), num(100)},
		{"0180R002", nil, "hidden_rule", nil, nil},
		{"total", num(0), "zero", nil, nil},
	}
	if d := cmp.Diff(wantRows, rows); d != "" {
		t.Error(d)
	}
	columns := f.RowGroups()[0].ColumnChunks()
	for _, i := range []int{0, 5} {
		dictionary := f.Metadata().RowGroups[0].Columns[i].MetaData.DictionaryPageOffset
		if dictionary == 0 || columns[i].Type().String() != "STRING" {
			t.Errorf("column %s is no dictionary of strings", names[i])
		}
	}
}

func TestTableRefuses(t *testing.T) {
	dim := func(name string) []cube.Dimension { return []cube.Dimension{{Name: name}} }
	n := []cube.Measure{{Name: "N"}}
	for _, test := range []struct {
		name string
		dims []cube.Dimension
		meas []cube.Measure
		cell cube.Cell
		want string
	}{
		{"no measure", nil, nil, cube.Cell{}, "no measure"},
		{"comma", dim("a,b"), n, cube.Cell{}, "commas"},
		{"no name", dim(""), n, cube.Cell{}, "name of a column"},
		{"bytes", dim("\xff"), n, cube.Cell{}, "not UTF-8"},
		{"nan", nil, n, cube.Cell{Status: cube.Known, Value: math.NaN()}, "not finite"},
		{"infinite interval", nil, n, cube.Cell{Hi: cube.Num(math.Inf(1))}, "not finite"},
	} {
		b := cube.NewBuilder("t", test.dims, test.meas)
		if len(test.dims) == 0 && len(test.meas) > 0 {
			b.Add(nil, test.cell)
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteTable(&bytes.Buffer{}, c); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	var b bytes.Buffer
	if err := WriteTable(&b, toy()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:b.Len()/2])
	f.Add([]byte("PAR1"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var c *cube.Cube
		var err error
		bounded(t, len(data), func() { c, err = ReadTable(data) })
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WriteTable(&again, c); err != nil {
			t.Skip("a text or name that only a reader accepts") // such as a rune that JSON replaces
		}
		back, err := ReadTable(again.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		same(t, c, back)
	})
}

// bounded reads data that may be anything: no more memory than a small table needs may be asked for, whatever the data claim.
func bounded(t *testing.T, size int, read func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read()
	runtime.ReadMemStats(&after)
	if most := uint64(16<<20 + 1000*size); after.TotalAlloc-before.TotalAlloc > most {
		t.Errorf("%d bytes of input took %d bytes of memory", size, after.TotalAlloc-before.TotalAlloc)
	}
}

// One changed byte anywhere, or an early end, must give an error or a table: never a panic, and never much memory.
func TestReadTableChangedByte(t *testing.T) {
	var b bytes.Buffer
	if err := WriteTable(&b, toy()); err != nil {
		t.Fatal(err)
	}
	for i := range b.Len() {
		for _, x := range []byte{0x01, 0x80, 0xff} {
			data := bytes.Clone(b.Bytes())
			data[i] ^= x
			bounded(t, len(data), func() { _, _ = ReadTable(data) })
		}
	}
	for n := range b.Len() {
		if _, err := ReadTable(b.Bytes()[:n]); err == nil {
			t.Fatalf("the first %d of %d bytes are taken for a table", n, b.Len())
		}
	}
}

// A file that packs its pages is refused: a few packed bytes can claim any memory.
func TestReadTableCompressed(t *testing.T) {
	type row struct {
		N float64 `parquet:"N"`
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, make([]row, 100000), parquet.Compression(&parquet.Zstd)); err != nil {
		t.Fatal(err)
	}
	_, err := ReadTable(b.Bytes())
	wantError(t, err, "compressed with ZSTD")
}
