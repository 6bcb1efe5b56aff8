package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
)

// files are the real files that fit one of the patterns under the folder of real data. Without the folder the test is skipped, and fails on CI.
func files(t testing.TB, patterns ...string) []string {
	folder := os.Getenv("SKIKT_DATA")
	if folder == "" {
		folder = "../../shared/data"
	}
	var all []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("real data: no %v in %s", patterns, folder)
		}
		t.Skipf("real data: no %v in %s", patterns, folder)
	}
	return all
}

// TestRealPxWeb reads every answer of a PxWebApi as what it is: a configuration, a list of tables, a table's description, a code list or a table of cells. An answer that is none of
// these is a fault of the reader.
func TestRealPxWeb(t *testing.T) {
	for _, path := range files(t, "api-pxweb*/*.json") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var top map[string]json.RawMessage
			if err := json.Unmarshal(b, &top); err != nil {
				t.Fatal(err)
			}
			has := func(key string) bool { _, ok := top[key]; return ok }
			switch {
			case has("maxDataCells"):
				var c Config
				if err := json.Unmarshal(b, &c); err != nil || c.MaxDataCells < 1000 || c.MaxCallsPerTimeWindow < 1 || c.TimeWindow < 1 || len(c.Languages) == 0 || licence(c.License) == "" {
					t.Errorf("%+v, %v", c, err)
				}
			case has("tables"):
				list, err := readList(b)
				if err != nil || len(list.Tables) == 0 {
					t.Fatal(err)
				}
				for _, table := range list.Tables {
					if table.ID == "" || table.Label == "" || table.Updated == "" || len(table.VariableNames) == 0 {
						t.Errorf("%+v", table)
					}
				}
			case has("valueMap"), has("values") && has("type"):
				c, err := readCodelist(b)
				if err != nil || len(c.Values) == 0 || c.Values[0].Code == "" {
					t.Errorf("%+v, %v", c, err)
				}
			case has("columns"):
				cells(t, b)
			case has("dimension"):
				m, err := jsonstat.ReadMetadata(bytes.NewReader(b), jsonstat.Most)
				if lies(t, b) {
					if err == nil {
						t.Error("a description that lies about its size was read")
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				p := PxWeb{Table: "T"}
				whole, err := p.box(m)
				if err != nil || whole.time < 0 {
					t.Fatalf("time is variable %d: %v", whole.time, err)
				}
				sum := 0
				for i, part := range whole.split(150_000) {
					if sum += part.cells(); part.cells() > 150_000 {
						t.Errorf("part %d has %d cells", i, part.cells())
					}
				}
				if sum != whole.cells() {
					t.Errorf("the parts have %d cells of %d", sum, whole.cells())
				}
				if string(top["value"]) != "null" && string(bytes.TrimSpace(top["value"])) != "[]" {
					cells(t, b)
				}
			case has("variables") && has("notes"): // an older form of the metadata, which the specification has left
			case has("id") && has("updated"):
				var table TableInfo
				if err := json.Unmarshal(b, &table); err != nil || table.ID == "" || table.Updated == "" {
					t.Errorf("%+v, %v", table, err)
				}
			default:
				t.Errorf("it is nothing that is known; it has %v", sorted(top))
			}
		})
	}
}

// lies tells whether a dataset has a dimension with more or fewer categories than its size says.
func lies(t *testing.T, b []byte) bool {
	var d struct {
		ID        []string
		Size      []int
		Dimension map[string]struct {
			Category struct{ Label map[string]string }
		}
	}
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatal(err)
	}
	for i, id := range d.ID {
		if len(d.Dimension[id].Category.Label) != d.Size[i] {
			return true
		}
	}
	return false
}

// cells reads a table, and compares it with a plain reading of the same text: as many cells, and of those with a number the sum.
func cells(t *testing.T, b []byte) *cube.Cube {
	c, err := ReadTable(b)
	if err != nil {
		t.Fatal(err)
	}
	n, sum, numbers := 0, 0.0, 0
	for row := range c.Len() {
		for m := range c.Measures() {
			n++
			if cell := c.Cell(row, m); cell.Status.HasValue() {
				numbers++
				sum += cell.Value
			}
		}
	}
	var plain struct{ Value []*float64 }
	var older struct{ Data []struct{ Values []string } }
	want, wantSum, wantNumbers := 0, 0.0, 0
	switch {
	case json.Unmarshal(b, &older) == nil && older.Data != nil:
		for _, row := range older.Data {
			for _, s := range row.Values {
				want++
				if v, err := json.Number(s).Float64(); err == nil {
					wantSum += v
					wantNumbers++
				}
			}
		}
	default:
		if err := json.Unmarshal(b, &plain); err != nil {
			t.Fatal(err)
		}
		for _, v := range plain.Value {
			want++
			if v != nil {
				wantSum += *v
				wantNumbers++
			}
		}
	}
	if n != want || numbers != wantNumbers || sum-wantSum > 1e-6 || wantSum-sum > 1e-6 {
		t.Errorf("%d cells, %d numbers, sum %v; want %d, %d, %v", n, numbers, sum, want, wantNumbers, wantSum)
	}
	return c
}

// TestRealSuppressed: in SCB's answer on eligibility for Kalmar cells are ".."; they are not available, and no zero. (The codes of the areas are bare: RegSO 2020, 2023.)
func TestRealSuppressed(t *testing.T) {
	hidden, zero := 0, 0
	for _, path := range files(t, "api-pxweb*/v1_*IntGr8*.json") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := cells(t, b)
		for row := range c.Len() {
			for m := range c.Measures() {
				switch c.Cell(row, m).Status {
				case cube.NotAvailable:
					hidden++
				case cube.Zero:
					zero++
				}
			}
		}
		if want := bytes.Count(b, []byte(`".."`)); hidden != want || zero > 0 || hidden == 0 {
			t.Errorf("%d not available and %d zero, and %d times \"..\" in the text", hidden, zero, want)
		}
	}
}

// TestRealDivisions: RegSO 2025 codes of SCB's answers are known by their suffix, all others by their form.
func TestRealDivisions(t *testing.T) {
	for _, path := range files(t, "api-pxweb*/v1_*.json") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := cells(t, b)
		want := "2020"
		if strings.Contains(string(b), "_RegSO2025") {
			want = "2025"
		}
		for _, m := range c.Dim("Region").Members {
			if id, bare := divisionOf(m.Code); id.Kind != "regso" || id.Vintage != want || len(bare) != 8 {
				t.Errorf("%s: %s is %v %s", filepath.Base(path), m.Code, id, bare)
			}
		}
	}
}

// TestRealPX reads every PX file: as many cells as its variables make.
func TestRealPX(t *testing.T) {
	for _, path := range files(t, "px/*.px") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ReadTable(b)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			continue
		}
		if rows, ok := c.Dense(); !ok || rows != c.Len() || rows == 0 {
			t.Errorf("%s: %d rows of %d", filepath.Base(path), c.Len(), rows)
		}
	}
}

// TestRealSheets reads every XLSX export: the DeSO of 2018 are all there, each once a group, and no cell is missing. The sums of two tables stand in the folder's README: the population
// by background of 2022 is 10,521,556, of which 2,827,122 have a foreign background; that of 2023 is 10,551,707.
func TestRealSheets(t *testing.T) {
	sums := map[float64]bool{}
	for _, path := range files(t, "scb-deso*/*.xlsx") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ReadTable(b)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			continue
		}
		region := c.Dim("region")
		if region == nil || len(region.Members) != 5984 {
			t.Errorf("%s: dimensions %v", filepath.Base(path), c.DimNames())
			continue
		}
		if rows, ok := c.Dense(); !ok || rows != c.Len() || rows%5984 != 0 {
			t.Errorf("%s: %d rows of %d", filepath.Base(path), c.Len(), rows)
		}
		at := c.DimIndex("region")
		by := map[string]float64{}
		for row := range c.Len() {
			cell := c.Cell(row, 0)
			if !cell.Status.HasValue() {
				t.Fatalf("%s: %s has no value", filepath.Base(path), c.Code(row, at))
			}
			key := ""
			for d := range c.Dims() {
				if d != at {
					key += c.Code(row, d) + "|"
				}
			}
			by[key] += cell.Value
		}
		for _, sum := range by {
			sums[sum] = true
		}
	}
	for _, want := range []float64{10_521_556, 2_827_122, 10_551_707} {
		if !sums[want] {
			t.Errorf("no table has the sum %v", want)
		}
	}
}

// TestRealIndex: SCB's index, types and parts of Karlstad's RegSO 2025, served as SCB serves them, come back cell by cell: for 2024 alone, since the codes have no earlier year. The mean of the three
// parts is the index to within rounding, as SCB defines it; by hand from the file: 1780R005 has the index 20.0 and the type 1.
func TestRealIndex(t *testing.T) {
	contents := map[string]string{"000008IT": "index", "000008IU": "omradestyp", "000008IV": "andel_forgymnasial", "000008IW": "andel_lag_ek_standard", "000008IX": "andel_bistand_arbetsloshet"}
	for _, path := range files(t, "scb-regso/*socioek*.json") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Innehall struct {
				Serier map[string]map[string]struct {
					Ar    []string
					Varde []*float64
				}
			}
		}
		if err := json.Unmarshal(b, &file); err != nil {
			t.Fatal(err)
		}
		series := file.Innehall.Serier
		var codes, years []string
		for _, code := range sorted(series) {
			codes = append(codes, code+"_RegSO2025")
			years = series[code]["index"].Ar
			for _, name := range contents {
				if len(series[code][name].Varde) != len(years) {
					t.Fatalf("%s has no series %s; it has %v", code, name, sorted(series[code]))
				}
			}
		}
		table := &fakeTable{id: "TAB6586", updated: "2026-06-23T06:00:00Z", variables: []fakeVariable{{name: "Region", codes: codes}, {name: "ContentsCode", role: "metric", codes: sorted(contents)}, {name: "Tid", role: "time", codes: years}}}
		table.value = func(at []string) (float64, string) {
			v := series[strings.TrimSuffix(at[0], "_RegSO2025")][contents[at[1]]].Varde[slices.Index(years, at[2])]
			if v == nil {
				return 0, ".."
			}
			return *v, ""
		}
		recipe, err := RecipeNamed("scb-index")
		if err != nil {
			t.Fatal(err)
		}
		s, err := fetched(t, newHost(t, table), *recipe.PxWeb)
		if err != nil {
			t.Fatal(err)
		}
		all := tables(t, s)
		if len(all) != 1 || all[0].Len() != len(series) || len(all[0].Dim("year").Members) != 1 {
			t.Fatalf("%d tables, the first with %d rows", len(all), all[0].Len())
		}
		c := all[0]
		for row := range c.Len() {
			get := func(name string) float64 { return c.Cell(row, c.MeasureIndex(name)).Value }
			if mean := (get("low_economic_standard") + get("low_education") + get("assistance_or_unemployed")) / 3; math.Abs(mean-get("index")) > 0.05+1e-9 {
				t.Errorf("%s: index %v, and the mean of its parts is %v", c.Code(row, 0), get("index"), mean)
			}
		}
		if got := c.Get("index", "1780R005", "2024"); got.Value != 20 {
			t.Errorf("1780R005: %+v", got)
		}
		if got := c.Get("area_type", "1780R005", "2024"); got.Value != 1 {
			t.Errorf("1780R005: %+v", got)
		}
	}
}

// TestForm: what is no answer of its form is told apart.
func TestForm(t *testing.T) {
	for _, path := range files(t, "api-pxweb*/*.json", "px/*.px", "scb-deso-2022/*.xlsx") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := Form(strings.TrimPrefix(filepath.Ext(path), ".")).check(b); err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	for form, text := range map[Form]string{JSON: "<!DOCTYPE html>", CSV: " \r\n<HTML lang=sv>", XLSX: "region;år", XML: "{}", GPKG: "PK", PX: "", ZIP: "<html>"} {
		if form.check([]byte(text)) == nil {
			t.Errorf("%q passed as %s", text, form)
		}
	}
	if _, err := ReadTable(nil); err == nil {
		t.Error(errors.New("an empty file was read"))
	}
}
