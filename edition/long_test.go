package edition

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// Written by hand from the cells of toy: the share 0.07 with interval 0.05 to 0.145 on 100 persons is 7, 5 to 14.5 percent.
const toyCSV = `regso,measure,value,base,lo,hi,status
0180R001,NPersons,1000000,,,,known
0180R001,ShareLow,7,100,5,14.5,known
0180R002,NPersons,,,,,hidden_rule
0180R002,ShareLow,,,,,hidden_protect
total,NPersons,0,,,,zero
total,ShareLow,,,,,not_applicable
`

const toyJSON = `{"table":"befolkning",
"title":"Befolkning",
"dimensions":[{"name":"regso","title":"RegSO","role":"area","kind":"regso","vintage":"2020","members":[{"code":"0180R001","label":"Norra, \"a\""},{"code":"0180R002","label":"Södra"},{"code":"total","label":"Totalt"}]}],
"measures":[{"name":"NPersons","title":"Personer","unit":"personer","kind":"count","decimals":0},{"name":"ShareLow","title":"Låg","unit":"procent","kind":"share","decimals":1}],
"notes":[],
"warnings":[],
"lineage":{"sources":[]},
"rows":[
{"regso":"0180R001","measure":"NPersons","value":1000000,"base":null,"lo":null,"hi":null,"status":"known"},
{"regso":"0180R001","measure":"ShareLow","value":7,"base":100,"lo":5,"hi":14.5,"status":"known"},
{"regso":"0180R002","measure":"NPersons","value":null,"base":null,"lo":null,"hi":null,"status":"hidden_rule"},
{"regso":"0180R002","measure":"ShareLow","value":null,"base":null,"lo":null,"hi":null,"status":"hidden_protect"},
{"regso":"total","measure":"NPersons","value":0,"base":null,"lo":null,"hi":null,"status":"zero"},
{"regso":"total","measure":"ShareLow","value":null,"base":null,"lo":null,"hi":null,"status":"not_applicable"}
]}
`

func TestLong(t *testing.T) {
	for _, test := range []struct{ format, lang, want string }{{"csv", "en", toyCSV}, {"json", "sv", toyJSON}} {
		var b bytes.Buffer
		if err := Long(&b, toy(), test.format, test.lang); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(test.want, b.String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.format, d)
		}
	}
	wantError(t, Long(&bytes.Buffer{}, toy(), "xml", "sv"), "csv or json")
	wantError(t, Long(&bytes.Buffer{}, toy(), "csv", "de"), "sv or en")
	nan := toy().Edit(func(row, m int, c cube.Cell) cube.Cell { return cube.Cell{Status: cube.Known, Value: math.NaN()} })
	wantError(t, Long(&bytes.Buffer{}, nan, "json", "sv"), "not finite")
	full := errors.New("full")
	for _, format := range []string{"csv", "json"} {
		if err := Long(failingWriter{full}, large(), format, "sv"); !errors.Is(err, full) {
			t.Errorf("%s to a full disk: %v", format, err)
		}
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

// Whatever the cube, both forms can be read again and hold a row for each cell with its exact number.
func TestLongIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCube(t)
		cells := c.Len() * len(c.Measures())
		var text, object bytes.Buffer
		if err := Long(&text, c, "csv", "sv"); err != nil {
			t.Fatal(err)
		}
		if err := Long(&object, c, "json", "en"); err != nil {
			t.Fatal(err)
		}
		lines, err := csv.NewReader(&text).ReadAll()
		if err != nil || len(lines) != cells+1 || len(lines[0]) != len(c.Dims())+6 {
			t.Fatalf("CSV has %d lines, want %d and a header: %v", len(lines), cells, err)
		}
		var back struct{ Rows []map[string]any }
		if err := json.Unmarshal(object.Bytes(), &back); err != nil || len(back.Rows) != cells {
			t.Fatalf("JSON has %d rows, want %d: %v", len(back.Rows), cells, err)
		}
		for i, row := range back.Rows {
			cell := c.Cell(i/len(c.Measures()), i%len(c.Measures()))
			value, there := row["value"].(float64)
			if there != cell.Status.HasValue() || (lines[i+1][len(c.Dims())+1] != "") != there || len(row) != len(c.Dims())+6 {
				t.Fatalf("row %d is %v for %+v", i, row, cell)
			}
			if there && c.Measures()[i%len(c.Measures())].Kind != cube.Share && value != cell.Value {
				t.Fatalf("row %d is %v, want %v", i, value, cell.Value)
			}
		}
	})
}

// BenchmarkLong writes 1,000,000 cells (50,000 areas × 10 years × a count and a share, one of seventeen hidden) in each long form.
func BenchmarkLong(b *testing.B) {
	dims := []cube.Dimension{{Name: "region", Role: cube.Area}, {Name: "year", Role: cube.Time}}
	for i := range 50_000 {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: fmt.Sprintf("%05d", i), Label: cube.Same("Område")})
	}
	for i := range 10 {
		dims[1].Members = append(dims[1].Members, cube.Member{Code: fmt.Sprint(2011 + i)})
	}
	c, err := cube.FromDense("t", dims, []cube.Measure{{Name: "N", Kind: cube.Count}, {Name: "Share", Kind: cube.Share}}, 2, func(i int) cube.Cell {
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
	for _, form := range []string{"csv", "json", "sdmx-csv", "parquet"} {
		b.Run("form="+form+"/cells=1000000", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var err error
				switch form {
				case "sdmx-csv":
					err = SDMX(io.Discard, c, "agency", "sv")
				case "parquet":
					err = WriteTable(io.Discard, c)
				default:
					err = Long(io.Discard, c, form, "sv")
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
