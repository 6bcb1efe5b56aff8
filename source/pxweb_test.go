package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
)

// fetched fetches a declaration from a host into a new snapshot.
func fetched(t testing.TB, h *fakeHost, p PxWeb) (*Snapshot, error) {
	t.Helper()
	return fetchedInto(t, t.TempDir(), h, p)
}

func fetchedInto(t testing.TB, folder string, h *fakeHost, p PxWeb) (*Snapshot, error) {
	t.Helper()
	if p.Host == "" {
		p.Host = h.URL
	}
	plan, asked, err := Declaration{PxWeb: &p}.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	f := &Fetcher{Patience: time.Second, Attempts: 3, Pause: time.Millisecond}
	if _, _, err := fetchInto(t, folder, "s", asked, plan, f, nil); err != nil {
		return nil, err
	}
	return Open(t.Context(), folder)
}

func tables(t testing.TB, s *Snapshot) []*cube.Cube {
	t.Helper()
	all, err := s.Tables("s")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestIndexTable: TAB6586 with both vintages in one answer comes as two tables, each with its own years, bare codes and every cell in its place. The limit of cells parts the
// question; the tables don't depend on how.
func TestIndexTable(t *testing.T) {
	table := indexTable(30) // 60 codes × 5 × 14 = 4,200 cells
	names := map[string]string{"Region": "region", "Tid": "year", "000008IT": "index"}
	var first []byte
	for limit, questions := range map[int]int{
		150_000: 1,  // all at once
		1_200:   3,  // RegSO 2020: 13 years of 150 cells, in two; RegSO 2025 one year. The other half is not published and not asked for.
		60:      42, // 14 years, and each of 150 cells in 3
	} {
		h := newHost(t, table)
		h.cells, h.calls = limit, 10_000
		s, err := fetched(t, h, PxWeb{Table: "TAB6586", Names: names})
		if err != nil {
			t.Fatalf("limit %d: %v", limit, err)
		}
		if len(h.asked) != questions {
			t.Errorf("limit %d: %d questions, want %d", limit, len(h.asked), questions)
		}
		all := tables(t, s)
		if len(all) != 2 || all[0].Name != "TAB6586-regso-2020" || all[1].Name != "TAB6586-regso-2025" {
			t.Fatalf("%d tables", len(all))
		}
		for i, want := range []struct {
			vintage string
			years   int
		}{{"2020", 13}, {"2025", 1}} {
			c := all[i]
			d := c.Dim("region")
			if d == nil || d.Role != cube.Area || d.Kind != "regso" || d.Vintage != want.vintage || len(d.Members) != 30 || len(c.Dim("year").Members) != want.years || c.Len() != 30*want.years {
				t.Fatalf("%s: %+v, %d rows", c.Name, d, c.Len())
			}
			if got := d.Members[4].Label; got != (cube.Text{SV: "Kommun (0114R005)", EN: "Kommun (0114R005) (en)"}) {
				t.Errorf("label %+v", got)
			}
			for row := range c.Len() {
				code := c.Code(row, 0)
				if want.vintage == "2025" {
					code += "_RegSO2025"
				}
				for m, content := range table.variables[1].codes {
					value, _ := table.value([]string{code, content, c.Code(row, 1)})
					if got := c.Cell(row, m); got.Status.HasValue() == false || got.Value != value {
						t.Fatalf("%s %s %s: %+v, want %v", code, content, c.Code(row, 1), got, value)
					}
				}
			}
			if len(c.Warnings) != 1 || c.Warnings[0].Code != cube.NotAdditive { // aggregallowed is false; what is outside the years is "..", and nothing to tell of
				t.Errorf("warnings %+v", c.Warnings)
			}
			src := c.Lineage.Sources[0]
			if !src.Public || src.Publisher != "SCB" || src.Updated != "2026-06-23T06:00:00Z" || src.Licence != "CC0 1.0" || src.Address != h.URL+"/tables/TAB6586" || len(src.SHA256) != 64 {
				t.Errorf("lineage %+v", src)
			}
		}
		if m := all[0].Measures()[0]; m.Name != "index" || m.Decimals != 1 || m.Unit.SV != "antal" {
			t.Errorf("measure %+v", m)
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, all[0]); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = b.Bytes()
			if head, rest, _ := strings.Cut(b.String(), "\n"); head != "region,year,index,000008IU,000008IV,000008IW,000008IX" || !strings.HasPrefix(rest, "0114R001,2011,381.1,401.1,") {
				t.Errorf("CSV begins %s\n%.60s", head, rest)
			}
		} else if !bytes.Equal(first, b.Bytes()) {
			t.Errorf("limit %d: another table", limit)
		}
	}
}

// TestTraps: what SCB's database does that a reader must know of.
func TestTraps(t *testing.T) {
	codes, labels := regsos(3)
	population := func() *fakeTable { // TAB6574: zero outside the years of a vintage, noise from 2025 on, aggregallowed true all the same
		p := &fakeTable{id: "TAB6574", updated: "2026-03-24T07:00:00Z", aggregate: true,
			note: "Från och med referensåret 2025 och framåt är en liten kontrollerad slumpmässig osäkerhet införd. Metoden heter Cell Key Method (CKM).",
			variables: []fakeVariable{{name: "Region", codes: append([]string{"00", "01", "0114"}, codes...), labels: labels}, {name: "Alder", codes: []string{"totalt", "-4", "80-"}, eliminate: true},
				{name: "Kon", codes: []string{"1", "2", "1+2"}, eliminate: true}, {name: "ContentsCode", role: "metric", codes: []string{"000007Y7"}}, {name: "Tid", role: "time", codes: years(2022, 2025)}}}
		p.value = func(codes []string) (float64, string) {
			if len(codes[0]) > 4 && strings.HasSuffix(codes[0], "_RegSO2025") != (codes[4] >= "2024") {
				return 0, ""
			}
			if codes[1] == "80-" {
				return 0, "" // nobody, in a year that the vintage has
			}
			return 7, ""
		}
		return p
	}
	p := PxWeb{Table: "TAB6574", Select: map[string][]string{"Kon": {"1+2"}}}
	t.Run("zero outside a vintage's years", func(t *testing.T) {
		s, err := fetched(t, newHost(t, population()), p)
		if err != nil {
			t.Fatal(err)
		}
		all := tables(t, s)
		var names []string
		for _, c := range all {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != "TAB6574-kommun TAB6574-lan TAB6574-regso-2020 TAB6574-regso-2025 TAB6574-riket" {
			t.Fatal(got)
		}
		old, new := all[2], all[3]
		if old.HasMember("Tid", "2024") || new.HasMember("Tid", "2023") || old.Len() != 3*3*2 || new.Len() != 3*3*2 {
			t.Errorf("%d and %d rows", old.Len(), new.Len())
		}
		if got := old.Get("000007Y7", "0114R001", "totalt", "1+2", "2024"); got.Status != cube.NotAvailable {
			t.Errorf("2024 on RegSO 2020 is %+v", got)
		}
		if got := old.Get("000007Y7", "0114R001", "80-", "1+2", "2023"); got.Status != cube.Zero {
			t.Errorf("a real zero is %+v", got)
		}
		warned := ""
		for _, w := range old.Warnings {
			if w.Code == OutsideVintage {
				warned = w.Text.EN
			}
		}
		if want := "18 cells of years that SCB does not publish on RegSO 2020 are left out; 18 of them were zero."; warned != want { // 3 areas × 3 ages × 2 years
			t.Errorf("%q", warned)
		}
	})
	t.Run("only published years are asked for when that saves questions", func(t *testing.T) {
		// 9 areas (3 of them country, län and kommun) × 3 ages × 4 years = 108 cells. By 36: of all areas one question a year. Of what is published: 3 × 3 × 4 = 36, 3 × 3 × 2 = 18 and 18.
		h := newHost(t, population())
		h.cells = 36
		s, err := fetched(t, h, p)
		if err != nil {
			t.Fatal(err)
		}
		if len(h.asked) != 3 {
			t.Errorf("asked %q", h.asked)
		}
		whole, err := fetched(t, newHost(t, population()), p)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range tables(t, s) {
			d, err := cube.Compare(tables(t, whole)[i], c)
			if err != nil || d.Same != c.Len() || d.Changed+d.Added+d.Removed != 0 {
				t.Errorf("%s: %+v, %v", c.Name, d, err)
			}
			for _, w := range c.Warnings {
				if w.Code == OutsideVintage {
					t.Errorf("%s: %s", c.Name, w.Text.EN)
				}
			}
		}
	})
	t.Run("no selected year is published", func(t *testing.T) {
		h := newHost(t, population())
		_, err := fetched(t, h, PxWeb{Table: "TAB6574", Select: map[string][]string{"Region": {"????R???"}, "Tid": {"2024", "2025"}}})
		if want := "SCB publishes none of the years that are selected"; err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "RegSO 2020 does not hold for 2024") || len(h.asked) > 0 {
			t.Errorf("%v after %d questions", err, len(h.asked))
		}
	})
	t.Run("noise from 2025 on", func(t *testing.T) {
		s, err := fetched(t, newHost(t, population()), p)
		if err != nil {
			t.Fatal(err)
		}
		all := tables(t, s)
		if !all[2].AggregAllowed() || all[3].AggregAllowed() {
			t.Errorf("additive: RegSO 2020 %v, RegSO 2025 %v", all[2].AggregAllowed(), all[3].AggregAllowed())
		}
		for year, want := range map[string]cube.Status{"2024": cube.Known, "2025": cube.Perturbed} {
			if got := all[3].Get("000007Y7", "0114R001", "totalt", "1+2", year); got.Status != want || got.Value != 7 {
				t.Errorf("%s: %+v", year, got)
			}
		}
	})
	t.Run("one parameter a variable, and one left out", func(t *testing.T) {
		h := newHost(t, population())
		s, err := fetched(t, h, PxWeb{Table: "TAB6574", Select: map[string][]string{"Region": {"????R???_RegSO2025"}, "Kon": {"1", "2"}, "Alder": {}, "Tid": {"TOP(2)"}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(h.asked) != 1 || strings.Count(h.asked[0], "valueCodes[Kon]") != 1 || !strings.Contains(h.asked[0], "valueCodes[Kon]=1,2&") || strings.Contains(h.asked[0], "Alder") {
			t.Errorf("asked %q", h.asked)
		}
		if c := tables(t, s)[0]; c.Len() != 3*2*2 || c.Dim("Alder") != nil {
			t.Errorf("%d rows of %v", c.Len(), c.DimNames())
		}
		if _, err := fetched(t, h, PxWeb{Table: "TAB6574", Select: map[string][]string{"Region": {}}}); err == nil || !strings.Contains(err.Error(), "Region can't be left out") {
			t.Error(err)
		}
	})
	t.Run("a value set", func(t *testing.T) {
		table := population()
		table.codelists = map[string][]string{"vs_RegSO2025": {"0114R001_RegSO2025", "0114R002_RegSO2025", "0114R003_RegSO2025"}}
		h := newHost(t, table)
		set := PxWeb{Table: "TAB6574", Codelists: map[string]string{"Region": "vs_RegSO2025"}, Select: map[string][]string{"Kon": {"1+2"}, "Alder": {"totalt"}}}
		s, err := fetched(t, h, set)
		if err != nil {
			t.Fatal(err)
		}
		if all := tables(t, s); len(all) != 1 || all[0].Len() != 3*2 || all[0].Dim("Region").Vintage != "2025" || !strings.Contains(h.asked[0], "codelist[Region]=vs_RegSO2025") {
			t.Errorf("%d tables; asked %q", len(all), h.asked)
		}
		set.Codelists["Region"] = "vs_RegSO1"
		if _, err := fetched(t, h, set); err == nil || !strings.Contains(err.Error(), "Non-existent codelist") {
			t.Error(err)
		}
	})
	t.Run("a long selection is posted", func(t *testing.T) {
		h := newHost(t, indexTable(200))
		s, err := fetched(t, h, PxWeb{Table: "TAB6586", Select: map[string][]string{"Region": {"????R???_RegSO2025"}, "Tid": {"2024"}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(h.asked) != 1 || !strings.HasPrefix(h.asked[0], "POST ") {
			t.Errorf("asked %q", h.asked)
		}
		if all := tables(t, s); len(all) != 1 || all[0].Len() != 200 || all[0].Name != "TAB6586" {
			t.Errorf("%d tables", len(all))
		}
	})
	t.Run("as csv, as px, and from a host of version 1", func(t *testing.T) {
		h := newHost(t, indexTable(30))
		h.cells = 1200
		asJSON, err := fetched(t, h, PxWeb{Table: "TAB6586"})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []PxWeb{{Table: "TAB6586", Format: "csv"}, {Table: "TAB6586", Format: "px"}, {Table: "LE/TAB6586", Version: 1}, {Table: "LE/TAB6586", Version: 1, Format: "px"}} {
			h.asked = nil
			p.Host = h.URL
			if p.Version == 1 {
				p.Host += "/ssd"
			}
			other, err := fetched(t, h, p)
			if err != nil {
				t.Fatalf("%+v: %v", p, err)
			}
			if len(h.asked) != 3 {
				t.Errorf("%+v: %d questions", p, len(h.asked))
			}
			for i, c := range tables(t, other) {
				var a, b bytes.Buffer
				if err := WriteCSV(&a, c); err != nil {
					t.Fatal(err)
				}
				if err := WriteCSV(&b, tables(t, asJSON)[i]); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(a.Bytes(), b.Bytes()) {
					t.Errorf("%+v: %s differs", p, c.Name)
				}
			}
		}
		p := PxWeb{Table: "LE/TAB6586", Version: 1, Host: h.URL + "/ssd"}
		if stamp, err := p.Stamp(t.Context(), &Fetcher{}); err != nil || stamp != "2026-06-23T06:00:00" {
			t.Errorf("stamp %s, %v", stamp, err)
		}
		p.Table = "LE/TAB1"
		var gone *Refusal
		if _, err := p.Stamp(t.Context(), &Fetcher{}); !errors.As(err, &gone) || !gone.Gone() {
			t.Errorf("a table of version 1 that has vanished: %v", err)
		}
	})
	t.Run("a host that doesn't say when a table was updated", func(t *testing.T) {
		table := indexTable(3)
		table.updated = ""
		h := newHost(t, table)
		for _, format := range []string{"json-stat2", "csv", "px"} {
			p := PxWeb{Host: h.URL, Table: "TAB6586", Format: format}
			s, err := fetched(t, h, p)
			if err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			plan, asked, err := Declaration{PxWeb: &p}.Resolve()
			if err != nil {
				t.Fatal(err)
			}
			if c, err := s.Check(t.Context(), "s", asked, plan, &Fetcher{}, nil); err != nil || c.State != Unchanged {
				t.Errorf("%s: %+v, %v, want unchanged", format, c, err)
			}
			was := table.value
			table.value = func(codes []string) (float64, string) { v, status := was(codes); return v + 1, status }
			if c, err := s.Check(t.Context(), "s", asked, plan, &Fetcher{}, nil); err != nil || c.State != Changed || len(c.Answers) != 1 {
				t.Errorf("%s: %+v, %v, want changed", format, c, err)
			}
			table.value = was
		}
	})
	t.Run("an archived table", func(t *testing.T) {
		h := newHost(t)
		if _, err := fetched(t, h, PxWeb{Table: "IntGr5Socio"}); err == nil || !strings.Contains(err.Error(), "404 Not Found: Non-existent table; what was there has been moved or withdrawn") {
			t.Error(err)
		}
	})
	t.Run("a correction", func(t *testing.T) {
		table := indexTable(3)
		h, folder := newHost(t, table), t.TempDir()
		s, err := fetchedInto(t, folder, h, PxWeb{Table: "TAB6586"})
		if err != nil {
			t.Fatal(err)
		}
		old := table.value
		table.updated = "2026-09-01T06:00:00Z"
		table.value = func(codes []string) (float64, string) {
			v, symbol := old(codes)
			if codes[0] == "0114R002_RegSO2025" && codes[1] == "000008IT" && symbol == "" {
				v += 0.1
			}
			return v, symbol
		}
		plan, asked, _ := Declaration{PxWeb: &PxWeb{Table: "TAB6586", Host: h.URL}}.Resolve()
		if c, err := s.Check(t.Context(), "s", asked, plan, &Fetcher{}, nil); err != nil || c.State != Changed || c.Had != "2026-06-23T06:00:00Z" || c.Has != table.updated {
			t.Errorf("%+v, %v", c, err)
		}
		before := tables(t, s)[1]
		after, err := fetchedInto(t, folder, h, PxWeb{Table: "TAB6586"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := cube.Compare(before, tables(t, after)[1])
		if err != nil || d.Changed != 1 || len(d.Cells) != 1 || d.Cells[0].Codes[0] != "0114R002" || d.Cells[0].Measure != "000008IT" {
			t.Errorf("%+v, %v", d, err)
		}
		earlier, err := Open(t.Context(), filepath.Join(folder, "skikt.1.lock"))
		if err != nil {
			t.Fatal(err)
		}
		if again := tables(t, earlier)[1]; again.Lineage.Sources[0].Updated != "2026-06-23T06:00:00Z" {
			t.Error("the former vintage is not what it was")
		}
	})
	t.Run("swapped names", func(t *testing.T) {
		table := indexTable(3)
		h, folder := newHost(t, table), t.TempDir()
		first, err := fetchedInto(t, folder, h, PxWeb{Table: "TAB6586"})
		if err != nil {
			t.Fatal(err)
		}
		before := tables(t, first)[1]
		l := table.variables[0].labels
		a, b := "0114R001_RegSO2025", "0114R002_RegSO2025"
		l[a], l[b] = "0114R001 Kommun (0114R002)", "0114R002 Kommun (0114R001)"
		table.updated = "2026-10-01T06:00:00Z" // of the same stamp nothing is asked for again
		second, err := fetchedInto(t, folder, h, PxWeb{Table: "TAB6586"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := cube.Compare(before, tables(t, second)[1])
		if err != nil || d.Changed+d.Added+d.Removed != 0 || len(d.Renamed) != 2 || d.Renamed[0].Code != "0114R001" || d.Renamed[0].Now.SV != "Kommun (0114R002)" {
			t.Errorf("%+v, %v", d, err)
		}
	})
}

// TestTrouble: whatever the host does, there is a whole table or none.
func TestTrouble(t *testing.T) {
	cutOff := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"class":`)
		panic(http.ErrAbortHandler)
	}
	only := func(n int, f func(http.ResponseWriter)) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, _ *http.Request, at int) bool {
			if at != n {
				return false
			}
			f(w)
			return true
		}
	}
	change := func(f func(*fakeTable)) func(*fakeHost) {
		return func(h *fakeHost) {
			once := sync.OnceFunc(func() { f(h.tables["TAB6586"]) })
			h.trouble = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if strings.HasSuffix(r.URL.Path, "/data") && len(h.asked) == 1 {
					once()
				}
				return false
			}
		}
	}
	for name, c := range map[string]struct {
		set  func(*fakeHost)
		want string // of the error; none: the table comes whole
	}{
		"cut off": {func(h *fakeHost) { h.trouble = only(5, cutOff) }, ""},
		"a web page": {func(h *fakeHost) {
			h.trouble = only(4, func(w http.ResponseWriter) { fmt.Fprint(w, "<html>Underhåll</html>") })
		}, ""},
		"429": {func(h *fakeHost) {
			h.trouble = only(5, func(w http.ResponseWriter) { problem(w, 429, "Too many requests") })
		}, ""},
		"half a JSON": {func(h *fakeHost) {
			h.trouble = only(6, func(w http.ResponseWriter) { fmt.Fprint(w, `{"version":"2.0","class"`) })
		}, ""},
		"always a page": {func(h *fakeHost) {
			h.trouble = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n > 4 {
					fmt.Fprint(w, "<!doctype html>")
				}
				return n > 4
			}
		}, "a web page came where json was asked for"},
		"another form of config":                   {func(h *fakeHost) { h.trouble = only(1, func(w http.ResponseWriter) { fmt.Fprint(w, `{"hello":1}`) }) }, "is it the address of a PxWebApi 2?"},
		"a code that vanishes while it is fetched": {change(func(t *fakeTable) { t.variables[0].codes = t.variables[0].codes[:len(t.variables[0].codes)-2] }), ""},
		"a new variable": {change(func(t *fakeTable) {
			t.variables = append(t.variables, fakeVariable{name: "Kon", codes: []string{"1"}})
		}), ""},
		"another schema": {func(h *fakeHost) {
			h.trouble = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if !strings.HasSuffix(r.URL.Path, "/data") {
					return false
				}
				fmt.Fprint(w, `{"rows":[["0114R001",1]]}`)
				return true
			}
		}, "jsonstat: id names 0 dimensions"},
		"fewer cells than asked for": {func(h *fakeHost) {
			h.trouble = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if !strings.HasSuffix(r.URL.Path, "/data") {
					return false
				}
				t := h.tables["TAB6586"]
				json.NewEncoder(w).Encode(t.dataset("sv", [][]int{{0, 1}, {0}, {0}}))
				return true
			}
		}, "values of Region, and 30 were asked for"},
		// The stamp changes while it is fetched: all is asked for again, and the second time it is one vintage.
		"updated while it is fetched": {func(h *fakeHost) {
			h.trouble = func(w http.ResponseWriter, r *http.Request, n int) bool {
				if len(h.asked) == 2 {
					h.tables["TAB6586"].updated = "2026-10-01T06:00:00Z"
				}
				return false
			}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, indexTable(30))
			h.cells, h.calls = 1200, 1000
			c.set(h)
			folder := t.TempDir()
			s, err := fetchedInto(t, folder, h, PxWeb{Table: "TAB6586"})
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				if _, err := os.Stat(filepath.Join(folder, LockName)); err == nil {
					t.Error("a snapshot was made of it")
				}
				// When the trouble is over it comes whole: nothing that was wrong is gone on from.
				h.trouble = nil
				if s, err = fetchedInto(t, folder, h, PxWeb{Table: "TAB6586"}); err != nil {
					t.Fatalf("afterwards: %v", err)
				}
				if all := tables(t, s); len(all) != 2 || all[0].Len() != 30*13 {
					t.Errorf("afterwards: %d tables, the first of %d rows", len(all), all[0].Len())
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			areas := len(h.tables["TAB6586"].variables[0].codes) / 2
			if all := tables(t, s); len(all) != 2 || all[0].Len() != areas*13 || all[0].Lineage.Sources[0].Updated != h.tables["TAB6586"].updated {
				t.Errorf("%d tables of %s", len(all), all[0].Lineage.Sources[0].Updated)
			}
		})
	}
}

// TestPolite: a host that lets 30 calls through in a second, and answers 429 to more, never has to.
func TestPolite(t *testing.T) {
	h := newHost(t, indexTable(30))
	h.cells, h.calls, h.window = 60, 30, time.Second
	if _, err := fetched(t, h, PxWeb{Table: "TAB6586", Select: map[string][]string{"Tid": {"TOP(8)"}}}); err != nil {
		t.Fatal(err)
	}
	if h.refused > 0 {
		t.Errorf("%d calls were refused", h.refused)
	}
	if len(h.asked) != 24 { // 30 × 5 × (7 years of RegSO 2020 and 1 of RegSO 2025) = 1,200 cells; 150 a year, of at most 60 a question
		t.Errorf("%d questions", len(h.asked))
	}
}

// TestSplit: parts of a box are the box, cell for cell, and none has more cells than the limit.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := box{time: -1}
		for range rapid.IntRange(1, 4).Draw(t, "variables") {
			var list []int
			for i := range rapid.IntRange(0, 9).Draw(t, "members") {
				list = append(list, i*2)
			}
			b.members = append(b.members, list)
		}
		b.time = rapid.IntRange(-1, len(b.members)-1).Draw(t, "time")
		if b.time >= 0 && b.members[b.time] == nil {
			b.time = -1
		}
		limit := rapid.IntRange(1, 100).Draw(t, "limit")
		seen := map[string]bool{}
		for _, part := range b.split(limit) {
			if part.cells() > limit {
				t.Fatalf("%d cells, limit %d", part.cells(), limit)
			}
			var walk func(i int, key string)
			walk = func(i int, key string) {
				if i == len(part.members) {
					if seen[key] {
						t.Fatalf("twice %s", key)
					}
					seen[key] = true
					return
				}
				if part.members[i] == nil {
					walk(i+1, key+"-,")
				}
				for _, at := range part.members[i] {
					walk(i+1, key+fmt.Sprint(at, ","))
				}
			}
			walk(0, "")
		}
		if len(seen) != b.cells() {
			t.Fatalf("%d of %d cells", len(seen), b.cells())
		}
	})
}

// TestRecipes: every recipe is a declaration that can be carried out, and says in both languages what it is.
func TestRecipes(t *testing.T) {
	for _, r := range Recipes() {
		d := Declaration{Recipe: r.Name}
		if r.NeedsAddress() {
			if _, _, err := d.Resolve(); err == nil || !strings.Contains(err.Error(), "give the address too") {
				t.Errorf("%s without an address: %v", r.Name, err)
			}
			d.Address = "https://publisher.test/list.xlsx"
		}
		if _, _, err := d.Resolve(); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
		if r.Title.SV == "" || r.Title.EN == "" || r.Text.SV == "" || r.Text.EN == "" || r.Publisher == "" || r.Licence == "" || !isName(r.Name) {
			t.Errorf("%s: something is not said", r.Name)
		}
	}
	if _, _, err := (Declaration{Recipe: "scb-indx"}).Resolve(); err == nil || !strings.Contains(err.Error(), "scb-index") {
		t.Error(err)
	}
	for _, d := range []Declaration{{}, {Recipe: "scb-index", File: &Download{}}, {PxWeb: &PxWeb{}}, {PxWeb: &PxWeb{Table: "T", Format: "html"}}, {PxWeb: &PxWeb{Table: "T", Version: 3}},
		{PxWeb: &PxWeb{Table: "T?x"}}, {PxWeb: &PxWeb{Table: "T", Host: "ftp://x"}}, {File: &Download{Address: "x"}}, {File: &Download{Address: "https://x/y", Form: "exe"}},
		{PxWeb: &PxWeb{Table: "T", Names: map[string]string{"a": "x", "b": "x"}}},
		{Recipe: "scb-index", Address: "https://x/y"}, {Recipe: "scb-regso-changes", Address: "x"}, {File: &Download{Address: "https://x/y"}, Address: "https://x/z"}} {
		if _, _, err := d.Resolve(); err == nil {
			t.Errorf("%+v was taken", d)
		}
	}
}

// FuzzMetadata: whatever a host says of a table, there is a selection within it or an error.
func FuzzMetadata(f *testing.F) {
	meta, err := json.Marshal(indexTable(2).dataset("sv", nil))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(meta, "*")
	f.Add([]byte(`{"title":"T","variables":[{"code":"Tid","text":"år","values":["2024"],"valueTexts":["2024"],"time":true}]}`), "TOP(1)")
	f.Fuzz(func(t *testing.T, b []byte, e string) {
		for _, p := range []PxWeb{{Table: "T"}, {Table: "T", Version: 1}} {
			m, err := p.readMetadata(b)
			if err != nil {
				continue
			}
			p.Select = map[string][]string{m.Variables[0].Name: {e}}
			whole, err := p.box(m)
			if err != nil || whole.cells() > 1000 {
				continue
			}
			for i, part := range whole.split(10) {
				if p.Version == 1 {
					p.question1(m, part, i)
				} else {
					p.question(m, part, i)
				}
			}
		}
	})
}

// FuzzReadTable: no text makes a reader fall over.
func FuzzReadTable(f *testing.F) {
	data, err := json.Marshal(indexTable(1).dataset("sv", [][]int{{0, 1}, {0}, {12, 13}}))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"columns":[{"code":"Region","text":"region","type":"d"},{"code":"N","text":"antal","type":"c"}],"data":[{"key":["0114"],"values":[".."]}]}`))
	f.Add([]byte("CHARSET=\"ANSI\";\n"))
	m, err := jsonstat.ReadMetadata(bytes.NewReader(data), jsonstat.Most)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("Region;ContentsCode;Tid;v\n0114R001;000008IT;2023;1,5\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		if _, err := ReadTable(b); err != nil {
			_ = err
		}
		if c, err := readCSV(b, m); err == nil && c.Len() > bytes.Count(b, []byte("\n"))+1 {
			t.Fatalf("%d rows of %d lines", c.Len(), bytes.Count(b, []byte("\n")))
		}
	})
}

// BenchmarkIndex reads TAB6586 whole from its snapshot, as four answers: 6,726 areas × 5 × 14 = 470,820 cells.
func BenchmarkIndex(b *testing.B) {
	h := newHost(b, indexTable(3363))
	s, err := fetched(b, h, PxWeb{Table: "TAB6586"})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("cells=470820/answers=4", func(b *testing.B) {
		b.ReportAllocs()
		start := cpu(b)
		for b.Loop() {
			all, err := s.Tables("s")
			if err != nil || len(all) != 2 || all[0].Len() != 3363*13 {
				b.Fatal(len(all), err)
			}
		}
		b.ReportMetric(float64(cpu(b)-start)/1e6/float64(b.N), "cpu-ms/op")
	})
}

// cpu is the processor time of the process so far.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
