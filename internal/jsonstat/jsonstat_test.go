package jsonstat

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// data is the folder of real answers; tests that need it are skipped without it, and fail on CI.
func data(t testing.TB, name string) string {
	folder := os.Getenv("SKIKT_DATA")
	if folder == "" {
		folder = "../../../shared/data"
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("real data: %v", err)
		}
		t.Skipf("real data: %v", err)
	}
	return path
}

// TestSCB reads an answer of SCB's. The numbers are picked out of its value list by hand: the list begins with 127345 at 01, 0-9, the first sex and the first month.
func TestSCB(t *testing.T) {
	text, err := os.ReadFile(data(t, "api-pxweb/v2_scb_TAB6471_data.json"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Read(bytes.NewReader(text), Most)
	if err != nil {
		t.Fatal(err)
	}
	var plain struct {
		Value []float64 `json:"value"`
		Size  []int     `json:"size"`
	}
	if err := json.Unmarshal(text, &plain); err != nil {
		t.Fatal(err)
	}
	if c.Len() != 21*11*3*4 || len(plain.Value) != c.Len() {
		t.Fatalf("%d rows, want %d", c.Len(), 21*11*3*4)
	}
	for i, want := range plain.Value { // one measure, so rows are in the order of the values
		if got := c.Cell(i, 0); got.Value != want || !got.Status.HasValue() {
			t.Fatalf("row %d is %+v, want %v", i, got, want)
		}
	}
	if c.Dim("Tid").Role != cube.Time || c.Dim("Region").Members[20].Code != "25" || c.Dim("Region").Members[20].Label != (cube.Text{SV: "Norrbottens län"}) {
		t.Errorf("dimensions: %+v", c.Dims())
	}
	if c.AggregAllowed() || c.Lineage.Sources[0].Updated != "2026-06-08T06:00:00Z" || c.Lineage.Sources[0].Publisher != "SCB" || c.Name != "TAB6471" {
		t.Errorf("%s: warnings %v, lineage %v", c.Name, c.Warnings, c.Lineage)
	}
	if len(c.Notes) != 5 {
		t.Errorf("%d notes, want the 4 of the table and 1 of the age", len(c.Notes))
	}
}

// TestMetadata reads what is no table of cells.
func TestMetadata(t *testing.T) {
	for _, name := range []string{"v2_pxtools_MetadataById_tab001_js2.json", "v2_scb_TAB6471_metadata.json", "v2_scb_config.json", "v2_scb_tables.json"} {
		f, err := os.Open(data(t, "api-pxweb/"+name))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(f, Most); err == nil {
			t.Errorf("%s was read as a table", name)
		} else {
			t.Log(err)
		}
		f.Close()
	}
}

// small is a dataset with everything that the format lets one write in more than one way.
const small = `{"version":"2.0","class":"dataset","label":"Elever","source":"Skolverket","extension":{"px":{"tableid":"T","language":"sv"}},
 "role":{"time":["ar"],"metric":["mått"],"geo":["kommun"]},"id":["kommun","mått","ar"],"size":[2,2,1],
 "dimension":{"kommun":{"label":"kommun","category":{"index":["0180","0114"],"label":{"0114":"Upplands Väsby","0180":"Stockholm"}}},
  "mått":{"label":"mått","category":{"index":{"andel":1,"antal":0},"label":{"antal":"Antal","andel":"Andel"},"unit":{"andel":{"base":"procent","decimals":1}}}},
  "ar":{"category":{"label":{"2024":"2024"}}}},
 "value":[7,12.5,null,null],"status":{"2":"..","3":"."}}`

func TestSmall(t *testing.T) {
	c, err := Read(strings.NewReader("\ufeff"+small), Most)
	if err != nil {
		t.Fatal(err)
	}
	for want, got := range map[cube.Cell]cube.Cell{
		{Status: cube.Known, Value: 7}:    c.Get("antal", "0180", "2024"),
		{Status: cube.Known, Value: 12.5}: c.Get("andel", "0180", "2024"),
		{Status: cube.NotAvailable}:       c.Get("antal", "0114", "2024"),
		{Status: cube.NotApplicable}:      c.Get("andel", "0114", "2024"),
	} {
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if m := c.Measures()[1]; m.Decimals != 1 || m.Unit.SV != "procent" || m.Title.SV != "Andel" {
		t.Errorf("measure %+v", m)
	}
	// Dense value as an object, status as one text for all.
	sparse := strings.NewReplacer(`[7,12.5,null,null]`, `{"0":7,"3":1}`, `{"2":"..","3":"."}`, `"preliminary"`).Replace(small)
	if c, err = Read(strings.NewReader(sparse), Most); err != nil {
		t.Fatal(err)
	}
	if got := c.Get("antal", "0180", "2024"); got != (cube.Cell{Status: cube.Preliminary, Value: 7}) {
		t.Errorf("%+v", got)
	}
	if got := c.Get("andel", "0180", "2024"); got != (cube.Cell{}) {
		t.Errorf("%+v", got)
	}
}

func TestBad(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"value":[7,`, `"value":[7,7,`, "more than the 4 elements"},
		{`[7,12.5,null,null]`, `[7,12.5,null]`, "value has 3 elements, and size says 4"},
		{`[7,12.5,null,null]`, `[7,12.5,null,]`, "not JSON"},
		{`[7,12.5`, `[7e999,12.5`, "value 1 is no finite number"},
		{`[7,12.5`, `[true,12.5`, "value 1 is no finite number"},
		{`[7,12.5`, `["lots",12.5`, "value 1 is a text"},
		{`[7,12.5,null,null]`, `{"4":1}`, "none of the 4 cells"},
		{`[7,12.5,null,null]`, `{"x":1}`, "none of the 4 cells"},
		{`[7,12.5,null,null]`, `12`, "neither an array nor an object"},
		{`{"2":"..","3":"."}`, `{"0":".."}`, "status 1 says that there is no value, and there is one"},
		{`"size":[2,2,1]`, `"size":[2,2]`, "must be as many"},
		{`"size":[2,2,1]`, `"size":[2,-2,1]`, "below zero"},
		{`"size":[2,2,1]`, `"size":[2,2000000000,4000000000]`, "more than"},
		{`"size":[2,2,1]`, `"size":[2,2,2]`, "dimension ar has 1 categories, and size says 2"},
		{`["0180","0114"]`, `["0180","0180"]`, "twice"},
		{`{"andel":1,"antal":0}`, `{"andel":1,"antal":1}`, "two categories one place"},
		{`{"andel":1,"antal":0}`, `7`, "neither a list of codes"},
		{`"ar":{"category":{"label":{"2024":"2024"}}}`, `"ar":{"category":{"label":{"2024":"2024","2025":"2025"}}}`, "needs an index"},
		{`"id":["kommun"`, `"id":["lan"`, "is in id and not in dimension"},
		{`"metric":["mått"]`, `"metric":["mått","ar"]`, "there must be one"},
		{`"class":"dataset"`, `"class":"collection"`, "a dataset is wanted"},
		{`"label":"Elever"`, `"label":{}`, "label is a object"},
		{`"status":{"2":"..","3":"."}}`, `"status":{"2":"..","3":"."}`, "ends too early"},
		{`"3":"."}}`, `"3":"."}} more`, "more text after"},
		{`"value":[7,12.5,null,null],`, ``, "metadata alone"},
	} {
		text := strings.Replace(small, c.old, c.new, 1)
		if text == small {
			t.Fatalf("%s is not in the text", c.old)
		}
		if _, err := Read(strings.NewReader(text), Most); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s → %s: %v, want %q", c.old, c.new, err, c.want)
		}
	}
	if _, err := Read(strings.NewReader(small), Limits{100, 10}); err == nil || !strings.Contains(err.Error(), "longer than 100 bytes") {
		t.Errorf("a text over the limit: %v", err)
	}
	if _, err := Read(strings.NewReader(strings.Repeat("[", 1<<20)), Most); err == nil {
		t.Error("a million brackets were read")
	}
}

// drawn is a cube of every status and kind of measure.
func drawn(t *rapid.T) *cube.Cube {
	var dims []cube.Dimension
	roles := []cube.Role{cube.Area, cube.Type, cube.Group, cube.Time}
	for d := range rapid.IntRange(1, 4).Draw(t, "dimensions") {
		dim := cube.Dimension{Name: fmt.Sprintf("d%d \"å", d), Title: cube.Text{SV: "titel", EN: "title"}, Role: roles[d]}
		for i := range rapid.IntRange(1, 4).Draw(t, "members") {
			dim.Members = append(dim.Members, cube.Member{Code: fmt.Sprintf("%02d<", i), Label: cube.Text{SV: "på \\ svenska", EN: "in English"}})
		}
		dims = append(dims, dim)
	}
	var measures []cube.Measure
	for m := range rapid.IntRange(1, 3).Draw(t, "measures") {
		kind := rapid.SampledFrom([]cube.MeasureKind{cube.Count, cube.Sum, cube.Share, cube.Mean, cube.Value, cube.Code}).Draw(t, "kind")
		measures = append(measures, cube.Measure{Name: fmt.Sprintf("m%d", m), Title: cube.Text{SV: "mått", EN: "measure"}, Kind: kind, Decimals: m})
	}
	rows := 1
	for _, d := range dims {
		rows *= len(d.Members)
	}
	c, err := cube.FromDense("t", dims, measures, len(dims), func(int) cube.Cell {
		status := rapid.SampledFrom(cube.Statuses()).Draw(t, "status")
		cell := cube.Cell{Status: status}
		if status.HasValue() && status != cube.Zero {
			cell.Value = float64(rapid.IntRange(1, 1e6).Draw(t, "thousandths")) / 1000
		}
		return cell
	})
	if err != nil {
		t.Fatal(err)
	}
	c.Title, c.Notes = cube.Text{SV: "Tabell", EN: "Table"}, []cube.Text{{SV: "not", EN: "note"}}
	return c
}

// TestWriteRead: what is written reads as the same cells under the same codes; encoding/json agrees that it is JSON, and size with value.
func TestWriteRead(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := drawn(rt)
		var text, again bytes.Buffer
		if err := Write(&text, c, "sv"); err != nil {
			rt.Fatal(err)
		}
		if !json.Valid(text.Bytes()) {
			rt.Fatalf("not JSON: %s", text.Bytes())
		}
		back, err := Read(bytes.NewReader(text.Bytes()), Most)
		if err != nil {
			rt.Fatalf("%v\n%s", err, text.Bytes())
		}
		for d, dim := range c.Dims() {
			got := back.Dims()[d]
			for i, m := range dim.Members {
				if got.Name != dim.Name || got.Members[i].Code != m.Code || got.Members[i].Label.SV != m.Label.SV || got.Members[i].Label.EN != "" {
					rt.Fatalf("dimension %+v, want %+v", got, dim)
				}
			}
		}
		for m, meas := range c.Measures() {
			if got := back.Measures()[m]; got.Kind != meas.Kind || got.Name != meas.Name || got.Decimals != meas.Decimals {
				rt.Fatalf("measure %+v, want %+v", got, meas)
			}
			for row := range c.Len() {
				got, want := back.Cell(row, m), c.Cell(row, m)
				if got.Status != want.Status || math.Abs(got.Value-want.Value) > 1e-15*want.Value {
					rt.Fatalf("row %d: %+v, want %+v", row, got, want)
				}
			}
		}
		if err := Write(&again, c, "sv"); err != nil || !bytes.Equal(text.Bytes(), again.Bytes()) {
			rt.Fatal("written twice, and not the same bytes")
		}
		var meta bytes.Buffer
		if err := WriteMetadata(&meta, c, "en", nil); err != nil || !json.Valid(meta.Bytes()) || !strings.Contains(meta.String(), `"value":null`) {
			rt.Fatalf("metadata %v: %s", err, meta.Bytes())
		}
	})
}

// TestSparse: a combination without a row is written as not available.
func TestSparse(t *testing.T) {
	b := cube.NewBuilder("t", []cube.Dimension{{Name: "a", Members: []cube.Member{{Code: "x"}, {Code: "y"}}}, {Name: "b", Members: []cube.Member{{Code: "1"}, {Code: "2"}}}},
		[]cube.Measure{{Name: "N", Kind: cube.Count}})
	b.Add([]int32{0, 1}, cube.KnownCell(3))
	b.Add([]int32{1, 0}, cube.Cell{Status: cube.HiddenRule})
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := Write(&text, c, "en"); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Value  []*float64        `json:"value"`
		Status map[string]string `json:"status"`
	}
	if err := json.Unmarshal(text.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	three := 3.0
	if want := []*float64{nil, &three, nil, nil}; !reflect.DeepEqual(got.Value, want) {
		t.Errorf("value %v", got.Value)
	}
	if diff := cmp.Diff(map[string]string{"0": "not_available", "2": "hidden_rule", "3": "not_available"}, got.Status); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(strings.Replace(small, `[7,12.5,null,null]`, `{"0":7}`, 1)))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Read(bytes.NewReader(text), Limits{1 << 20, 1 << 12})
		if err != nil {
			return
		}
		var out bytes.Buffer
		if c.Dim(Metric) == nil {
			if err := Write(&out, c, "sv"); err != nil {
				t.Fatalf("read, and can't be written: %v", err)
			}
		}
	})
}

// million is a cube of 1,000,000 cells: 100,000 rows × 10 measures would be unusual, so 500,000 rows × 2.
func million(b *testing.B) *cube.Cube {
	dims := []cube.Dimension{{Name: "region", Role: cube.Area}, {Name: "ar", Role: cube.Time}}
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
	return c
}

func BenchmarkWrite(b *testing.B) {
	c := million(b)
	b.Run("cells=1000000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var n counter
			if err := Write(&n, c, "sv"); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(n))
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

// counter counts what is written.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
