package report_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/report"
)

// long is a table of areas × years × a count and a share, one cell of seventeen hidden.
func long(t testing.TB, areas, years int) *cube.Cube {
	t.Helper()
	dims := []cube.Dimension{{Name: "region", Role: cube.Area}, {Name: "year", Role: cube.Time}}
	for i := range areas {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: fmt.Sprintf("%05d", i), Label: cube.Same("Område")})
	}
	for i := range years {
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
		t.Fatal(err)
	}
	return c
}

// A table of ten rows on sheets of 8 rows, four of which are above the table's, is on three: 4 + 4 + 2. They together have each row once and in order.
func TestWorkbookGoesOn(t *testing.T) {
	defer report.SheetsOf(8)()
	c := long(t, 5, 2)
	c.Title = cube.Same("Table & <title>")
	var book bytes.Buffer
	if err := report.Workbook(&book, &report.Document{Lang: "en", Title: "t"}, []string{"Licence: CC0"}, []*cube.Cube{c}); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&book)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, want := f.GetSheetList(), []string{"Contents", "Table 1", "Table 1 (2)", "Table 1 (3)"}; !slices.Equal(got, want) {
		t.Fatalf("sheets %q, want %q", got, want)
	}
	contents, err := f.GetRows("Contents")
	if err != nil || len(contents) != 6 || contents[1][0] != "Licence: CC0" || contents[5][0] != "Table 1 (3)" || contents[5][1] != "Table & <title>" {
		t.Errorf("contents %q, %v", contents, err)
	}
	var got []string
	for i, name := range f.GetSheetList()[1:] {
		rows, err := f.GetRows(name, excelize.Options{RawCellValue: true})
		if err != nil || len(rows) != 4+[]int{4, 4, 2}[i] || rows[0][0] != "Table & <title>" || rows[3][5] != "State" {
			t.Errorf("%s: %q, %v", name, rows, err)
		}
		for _, row := range rows[4:] {
			got = append(got, strings.Join(row, "|"))
		}
	}
	// Cell k is 2·row + measure: hidden when 17 divides it, a count of k when it is even, else a share of k in a thousand, in percent.
	want := []string{"00000|Område|2011|2011||Hidden: built on too few|0.1|Value", "00000|Område|2012|2012|2|Value|0.3|Value"}
	if len(got) != 10 || !slices.Equal(got[:2], want) || !strings.HasPrefix(got[8], "00004|Område|2011|2011|16|Value||Hidden") || !strings.HasPrefix(got[9], "00004|Område|2012|2012|18|Value|1.9|") {
		t.Errorf("rows %q", got)
	}
}

// Ends: what can't be written any more is told, and not made on and on.
func TestWorkbookEnds(t *testing.T) {
	if err := report.Workbook(full{}, &report.Document{Lang: "sv", Title: "t"}, nil, []*cube.Cube{long(t, 2000, 10)}); !errors.Is(err, errFull) {
		t.Errorf("%v, want %v", err, errFull)
	}
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func BenchmarkWorkbook(b *testing.B) {
	c := long(b, 50_000, 10)
	b.Run("cells=1000000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var size counting
			if err := report.Workbook(&size, &report.Document{Lang: "sv", Title: "t"}, nil, []*cube.Cube{c}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(size)/1e6, "MB")
		}
	})
}

type counting int64

func (c *counting) Write(b []byte) (int, error) {
	*c += counting(len(b))
	return len(b), nil
}
