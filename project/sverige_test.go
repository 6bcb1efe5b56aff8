package project_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/protect"
)

// pupils is how many rows the generated register has in the tests; a build of the example as it stands has a million.
const pupils = 20_000

// root is the top of the repository.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
	}
	t.Fatal("there is no go.mod above the test")
	return ""
}

// data is the folder of the real data.
func data(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "scb-deso-2022")); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the real data are not in %s; set SKIKT_DATA", dir)
		}
		t.Skipf("the real data are not in %s; set SKIKT_DATA", dir)
	}
	return dir
}

// example is the project examples/sverige-2022 with a register of so many pupils.
func example(t testing.TB, pupils int) *project.Project {
	t.Helper()
	data := data(t)
	text, err := os.ReadFile(filepath.Join(root(t), "examples", "sverige-2022", project.FileName))
	if err != nil {
		t.Fatal(err)
	}
	edited := bytes.Replace(text, []byte("pupils: 1000000"), []byte(fmt.Sprintf("pupils: %d", pupils)), 1)
	if pupils != 1_000_000 && bytes.Equal(edited, text) {
		t.Fatal("the example no longer has a million pupils")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, project.FileName), edited, 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(dir, data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// built is the example's run and edition, made once for all tests.
type built struct {
	run *project.Run
	ed  *edition.Edition
	dir string
}

var once struct {
	sync.Once
	built
	err error
}

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(filepath.Dir(once.dir))
	os.RemoveAll(projects.dir)
	os.Exit(code)
}

func build(t *testing.T) built {
	t.Helper()
	p := example(t, pupils)
	once.Do(func() {
		var dir string
		if dir, once.err = os.MkdirTemp("", "skikt-test-"); once.err != nil {
			return
		}
		once.dir = filepath.Join(dir, "edition")
		if once.run, once.err = p.Build(t.Context(), once.dir, project.Options{}); once.err == nil {
			once.ed, once.err = edition.Open(once.dir)
		}
	})
	if once.err != nil {
		t.Fatal(once.err)
	}
	return once.built
}

func (b built) table(t *testing.T, name string) *cube.Cube {
	t.Helper()
	c, err := b.ed.Table(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The numbers were computed from SCB's files with a spreadsheet and stand in the README.
func TestByType(t *testing.T) {
	b := build(t)
	percent := func(table, member string) [5]string {
		var out [5]string
		c := b.table(t, table)
		for i := range out {
			out[i] = fmt.Sprintf("%.1f", 100*c.Get("SharePersons", strconv.Itoa(i+1), "2022", member).Value)
		}
		return out
	}
	count := func(measure string) [5]string {
		var out [5]string
		c := b.table(t, "population")
		for i := range out {
			out[i] = fmt.Sprint(c.Get(measure, strconv.Itoa(i+1), "2022").Value)
		}
		return out
	}
	for _, c := range []struct {
		what      string
		got, want [5]string
	}{
		{"RegSO", count("NRegSO"), [5]string{"160", "289", "855", "1770", "289"}},
		{"population", count("NPersons"), [5]string{"568542", "845321", "2.34394e+06", "5.759066e+06", "1.004687e+06"}},
		{"foreign background", percent("background", "utländsk bakgrund"), [5]string{"72.1", "51.6", "30.8", "19.3", "14.9"}},
		{"low economic standard", percent("economic_standard", "låg"), [5]string{"41.6", "27.8", "17.4", "9.0", "3.7"}},
		{"pre-upper-secondary", percent("education", "förgymnasial"), [5]string{"27.3", "18.4", "13.2", "7.6", "3.8"}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}

var desoCode = regexp.MustCompile(`^\d{4}[ABC]\d{4}$`)

// typeOfDeSO reads the published type of the RegSO of each DeSO straight from the files.
func typeOfDeSO(t *testing.T, data string) map[string]string {
	t.Helper()
	rows := func(name string) [][]string {
		text, err := os.ReadFile(filepath.Join(data, name))
		if err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return all[1:]
	}
	types := map[string]string{}
	for _, row := range rows("scb-regso/regso_omradestyp_2022.csv") {
		types[row[0]] = row[1]
	}
	of := map[string]string{}
	for _, row := range rows("keys/koppling-deso2018-regso2020.csv") {
		of[row[2]] = types[fmt.Sprintf("%s (%s)", row[1], row[3])]
	}
	return of
}

// Every count and share by type, against sums taken straight from SCB's sheets by the letter of their columns.
func TestByTypeFromSheets(t *testing.T) {
	b, dir := build(t), data(t)
	typeOf := typeOfDeSO(t, dir)
	for _, c := range []struct {
		table, file, count, share string
		columns                   map[string]string // member -> column
		base                      []string          // members that shares are of
	}{
		{"background", "000005FE_20240813-152154", "NPersons", "SharePersons", map[string]string{"svensk bakgrund": "B", "utländsk bakgrund": "C", "total": "D"}, []string{"total"}},
		{"region_of_birth", "000005FB_20240813-152341", "NPersons", "SharePersons",
			map[string]string{"Sverige": "B", "Europa utom Sverige": "C", "övriga världen": "D", "total": "E"}, []string{"total"}},
		{"young", "000005FF_20240813-152010", "NPersons", "SharePersons",
			map[string]string{"total": "B", "0-4 år": "C", "5-9 år": "D", "10-14 år": "E", "15-19 år": "F", "20-24 år": "G"}, []string{"total"}},
		{"education", "000005MO_20240813-151714", "NPersons", "SharePersons",
			map[string]string{"förgymnasial": "B", "gymnasial": "C", "eftergymnasial kort": "D", "eftergymnasial lång": "E", "uppgift saknas": "F"},
			[]string{"förgymnasial", "gymnasial", "eftergymnasial kort", "eftergymnasial lång"}},
		{"employment", "000007A8_20240813-151334", "NPersons", "SharePersons",
			map[string]string{"sysselsatta": "B", "arbetslösa": "C", "arbetskraften": "D", "utanför arbetskraften": "E", "total": "F"}, []string{"total"}},
		{"unemployment", "000007A8_20240813-151334", "NPersons", "SharePersons", map[string]string{"sysselsatta": "B", "arbetslösa": "C", "total": "D"}, []string{"total"}},
		{"tenure", "000006OC_20240813-153146", "NDwellings", "ShareDwellings", map[string]string{"hyresrätt": "B", "bostadsrätt": "C", "äganderätt": "D", "uppgift saknas": "E"},
			[]string{"hyresrätt", "bostadsrätt", "äganderätt", "uppgift saknas"}},
		{"household", "000005F8_20240813-152932", "NHouseholds", "ShareHouseholds",
			map[string]string{"sammanboende med barn": "B", "sammanboende utan barn": "C", "ensamstående med barn": "D", "ensamstående utan barn": "E", "övriga hushåll": "F"},
			[]string{"sammanboende med barn", "sammanboende utan barn", "ensamstående med barn", "ensamstående utan barn", "övriga hushåll"}},
		{"house_type", "000005LO_20240813-153750", "NPersons", "SharePersons",
			map[string]string{"småhus": "B", "flerbostadshus": "C", "övriga hus": "D", "specialbostäder": "E", "uppgift saknas": "F", "total": "G"}, []string{"total"}},
	} {
		book, err := excelize.OpenFile(filepath.Join(dir, "scb-deso-2022", c.file+".xlsx"))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.GetRows(book.GetSheetName(0))
		if err != nil {
			t.Fatal(err)
		}
		sums, areas := map[string]map[string]float64{}, 0 // type -> member
		for _, row := range rows {
			if len(row) == 0 || !desoCode.MatchString(row[0]) {
				continue
			}
			areas++
			typ := typeOf[row[0]]
			if sums[typ] == nil {
				sums[typ] = map[string]float64{}
			}
			for member, column := range c.columns {
				v, err := strconv.ParseFloat(row[column[0]-'A'], 64)
				if err != nil {
					t.Fatalf("%s, %s: %v", c.file, row[0], err)
				}
				sums[typ][member] += v
			}
		}
		if areas != 5984 || len(sums) != 5 {
			t.Fatalf("%s: %d DeSO in %d types, want 5984 in 5", c.file, areas, len(sums))
		}
		table := b.table(t, c.table)
		for typ, of := range sums {
			base := 0.0
			for _, member := range c.base {
				base += of[member]
			}
			for member, sum := range of {
				if got := table.Get(c.count, typ, "2022", member); got.Value != sum {
					t.Errorf("%s, type %s, %s: %v, want %v", c.table, typ, member, got.Value, sum)
				}
				if member == "uppgift saknas" && c.table == "education" { // not of known level, so no share
					continue
				}
				if got := table.Get(c.share, typ, "2022", member); math.Abs(got.Value-sum/base) > 1e-12 || got.Base.V != base {
					t.Errorf("%s, type %s, %s: %v of %v, want %v of %v", c.table, typ, member, got.Value, got.Base.V, sum/base, base)
				}
			}
		}
	}
}

// SCB's published index and types for Karlstad's 31 RegSO in 2024: the mean of the three shares is the published index everywhere; with m = 9.10 and s = 5.47 the types follow but
// for one that lies 0.04 from the cut m + 2s = 20.04.
func TestKarlstad(t *testing.T) {
	b := build(t)
	if len(b.run.Indices) != 1 || len(b.run.Indices[0].Comparisons) != 1 {
		t.Fatalf("%d indices, want one, compared in one year", len(b.run.Indices))
	}
	c := b.run.Indices[0].Comparisons[0]
	if c.IndexCompared != 31 || len(c.IndexDifferent) != 0 || c.Compared != 31 || c.Agree != 30 || len(c.Disagreements) != 1 {
		t.Fatalf("%d of %d indices differ, %d of %d types agree", len(c.IndexDifferent), c.IndexCompared, c.Agree, c.Compared)
	}
	d := c.Disagreements[0]
	if d.Code != "1780R005" || d.Ours != 2 || d.Published != 1 || d.Index != 20.0 || math.Abs(d.Cut-20.04) > 1e-9 {
		t.Errorf("the disagreement is %+v", d)
	}
	table := b.table(t, "index_karlstad_2024")
	for row := range table.Len() {
		ours, theirs := table.Cell(row, table.MeasureIndex("Index")), table.Cell(row, table.MeasureIndex("PublishedIndex"))
		if ours.Value != theirs.Value || !ours.Status.HasValue() {
			t.Errorf("%s: index %v, published %v", table.Code(row, 0), ours.Value, theirs.Value)
		}
	}
}

// Every account adds up, by kommun too. The figures of the schools were found with a point-in-polygon count of ten lines (see locate); those of the pupils are
// what the generator says it has made.
func TestAccounts(t *testing.T) {
	b := build(t)
	accounts := map[string]*project.Account{}
	for _, a := range b.run.Accounts {
		accounts[a.Records] = a
		if a.Read.Rows != a.Read.Good+a.Read.Bad || a.Read.Good != a.Located.In || a.Located.Check() != nil {
			t.Errorf("the account of %s does not add up: %+v", a.Records, a)
		}
	}
	if len(accounts) != 15 {
		t.Errorf("%d accounts, want 15", len(accounts))
	}
	if a := accounts["schools"].Located; a.In != 373 || a.Outcomes[locate.Located] != 367 || a.Outcomes[locate.Ambiguous] != 2 || a.Outcomes[locate.Outside] != 4 {
		t.Errorf("schools: %+v", a.Tally)
	}

	id := area.ID{Kind: area.DeSO, Vintage: "2018"}
	all, err := b.run.Geography.Division(id)
	if err != nil {
		t.Fatal(err)
	}
	var drawn []area.Area
	for i := range all.Len() {
		if a := all.At(i); a.Border != nil {
			drawn = append(drawn, a)
		}
	}
	if len(drawn) != 1287 {
		t.Errorf("%d DeSO of Stockholm county have a border, want 1287", len(drawn))
	}
	homes, err := area.New(id, drawn)
	if err != nil {
		t.Fatal(err)
	}
	made, err := synth.Pupils(io.Discard, synth.PupilOptions{Division: homes, Rows: pupils, Seed: 2022, Years: []int{2022}})
	if err != nil {
		t.Fatal(err)
	}
	a := accounts["pupils"]
	for _, c := range []struct {
		what      string
		got, want int64
	}{
		{"rows", a.Read.Rows, int64(made.Rows)},
		{"unusable", a.Read.Bad, int64(made.ShortRows + made.Malformed + made.DecimalPoint)},
		{"without coordinate", a.Located.Outcomes[locate.NoCoordinate], int64(made.NoCoordinate)},
		{"swapped", a.Located.Outcomes[locate.SwappedAxes], int64(made.Swapped)},
		{"outside", a.Located.Outcomes[locate.Outside], int64(made.Outside)},
		{"placed", a.Located.Placed, int64(made.Located - made.DecimalPoint)},
	} {
		if c.got != c.want || c.got == 0 {
			t.Errorf("pupils, %s: %d, want %d", c.what, c.got, c.want)
		}
	}
}

// Every table opens, and what is counted by type adds up to what is counted by kommun.
func TestTablesAgree(t *testing.T) {
	b := build(t)
	tables := map[string]*cube.Cube{}
	for _, info := range b.ed.Tables() {
		tables[info.Name] = b.table(t, info.Name)
	}
	compared := 0
	for name, byType := range tables {
		byKommun := tables[name+"_kommun"]
		if byKommun == nil || byType.DimIndex("type") < 0 {
			continue
		}
		at := byType.DimIndex("type")
		for m, measure := range byType.Measures() {
			for row := range byType.Len() {
				if byType.Code(row, at) != cube.Total || measure.Kind != cube.Count && measure.Kind != cube.Share {
					continue
				}
				codes := make([]string, len(byType.Dims()))
				for d, dim := range byKommun.Dims() {
					codes[d] = cube.Total
					if dim.Name != "kommun" {
						codes[d] = byType.Code(row, byType.DimIndex(dim.Name))
					}
				}
				one, other := byType.Cell(row, m), byKommun.Get(measure.Name, codes...)
				if !one.Status.HasValue() || !other.Status.HasValue() {
					continue
				}
				if compared++; math.Abs(one.Value-other.Value) > 1e-9 {
					t.Errorf("%s %s %v: %v by type, %v by kommun", name, measure.Name, codes, one.Value, other.Value)
				}
			}
		}
	}
	if compared < 80 {
		t.Errorf("only %d totals were compared", compared)
	}
}

// What was counted from the agency's register goes through disclosure control; what SCB has published does not, and says so.
func TestProtection(t *testing.T) {
	b := build(t)
	hidden := 0
	for _, info := range b.ed.Tables() {
		both := info.Name == edition.AssessmentTable // made of tables of either kind
		own := strings.HasPrefix(info.Name, "pupils") || strings.HasPrefix(info.Name, "account_pupils") || info.Name == protect.AccountName || both ||
			strings.HasPrefix(info.Name, "assess_") && strings.Contains(info.Name, "_pupils")
		c := b.table(t, info.Name)
		for row := range c.Len() {
			for m := range c.Measures() {
				cell := c.Cell(row, m)
				if !cell.Status.Hidden() {
					continue
				}
				hidden++
				if !own || cell.Value != 0 || cell.Lo.OK || cell.Hi.OK {
					t.Fatalf("%s, row %d: %+v", info.Name, row, cell)
				}
			}
		}
		if public := strings.Contains(strings.Join(info.Lineage.Steps, "\n"), "already public"); public == own && !both {
			t.Errorf("%s: already public is %v in %v", info.Name, public, info.Lineage.Steps)
		}
		if policy := bytes.Contains(info.Protection, []byte("scb-integration")); policy != own {
			t.Errorf("%s: protected by %s", info.Name, info.Protection)
		}
	}
	if hidden == 0 {
		t.Error("nothing is hidden in the tables of 20,000 pupils in 850 RegSO")
	}
	found, err := project.Attack(b.ed)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found.Found {
		t.Errorf("%+v can be computed", f)
	}
}

// The same inputs give the same bytes, whatever the number of threads.
func TestSameBytes(t *testing.T) {
	b := build(t)
	again := filepath.Join(t.TempDir(), "edition")
	if _, err := example(t, pupils).Build(context.Background(), again, project.Options{Threads: 1}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{edition.ChecksumsFile, edition.ManifestFile} {
		one, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		two, err := os.ReadFile(filepath.Join(again, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, two) {
			t.Errorf("%s differs between two builds", name)
		}
	}
	ed, err := edition.Open(again)
	if err != nil {
		t.Fatal(err)
	}
	if err := ed.Verify(); err != nil {
		t.Error(err)
	}
}

// BenchmarkBuild2022 carries examples/sverige-2022 out as it stands, with a million pupils. BenchmarkFirstTable opens its edition and reads a table.
func BenchmarkBuild2022(b *testing.B) {
	p := example(b, 1_000_000)
	rows := int64(0)
	for i := range b.N {
		r, err := p.Build(context.Background(), filepath.Join(b.TempDir(), strconv.Itoa(i)), project.Options{})
		if err != nil {
			b.Fatal(err)
		}
		rows = 0
		for _, a := range r.Accounts {
			rows += a.Read.Rows
		}
	}
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(rows), "rows")
}

func BenchmarkFirstTable(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "edition")
	if _, err := example(b, pupils).Build(context.Background(), dir, project.Options{}); err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"population", "background_regso"} {
		b.Run("table="+name, func(b *testing.B) {
			cells := 0
			for b.Loop() {
				ed, err := edition.Open(dir)
				if err != nil {
					b.Fatal(err)
				}
				c, err := ed.Table(name)
				if err != nil {
					b.Fatal(err)
				}
				cells = c.Len() * len(c.Measures())
			}
			b.ReportMetric(float64(cells), "cells")
		})
	}
}

// Tables as SCB gives them with one thing wrong in each. What is told names file, line and remedy.
func TestBadSheets(t *testing.T) {
	dir := data(t)
	const sheet, name = "000005FE_20240813-152154", "background.xlsx"
	for _, c := range []struct {
		what string
		edit func(t *testing.T, book *excelize.File, sheet string)
		cut  int64
		want string
	}{
		{"nothing", nil, 0, ""},
		{"another year", func(t *testing.T, b *excelize.File, s string) { set(t, b, s, "B3", "2021") }, 0,
			`records background: .*background.xlsx:3: .*no column "2022.svensk bakgrund"`},
		{"another column", func(t *testing.T, b *excelize.File, s string) { set(t, b, s, "C4", "utrikes född") }, 0,
			`records background: .*background.xlsx:3: .*no column "2022.utländsk bakgrund"`},
		{"an area twice", func(t *testing.T, b *excelize.File, s string) { set(t, b, s, "A7", "0114A0010") }, 0,
			`records background: background.xlsx:7: the same deso as in line 6; a row twice would be counted twice, so mend the file`},
		{"cut off", nil, 30_000, `records background: .*background.xlsx: the workbook is damaged, cut off`},
	} {
		t.Run(c.what, func(t *testing.T) {
			in := t.TempDir()
			path := filepath.Join(in, name)
			book, err := excelize.OpenFile(filepath.Join(dir, "scb-deso-2022", sheet+".xlsx"))
			if err != nil {
				t.Fatal(err)
			}
			if c.edit != nil {
				c.edit(t, book, book.GetSheetName(0))
			}
			if err := book.SaveAs(path); err != nil {
				t.Fatal(err)
			}
			if c.cut > 0 {
				if err := os.Truncate(path, c.cut); err != nil {
					t.Fatal(err)
				}
			}
			key, err := filepath.Abs(filepath.Join(dir, "keys", "koppling-deso2018-regso2020.csv"))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(in, project.FileName), []byte(fmt.Sprintf(oneSheet, key)), 0o644); err != nil {
				t.Fatal(err)
			}
			p, err := project.Open(in, "")
			if err != nil {
				t.Fatal(err)
			}
			run, err := p.Check(t.Context(), project.Options{})
			switch {
			case c.want == "" && (err != nil || run.Problems() > 0):
				t.Errorf("nothing is wrong, and yet: %v", err)
			case c.want != "" && (err == nil || !regexp.MustCompile(c.want).MatchString(err.Error())):
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func set(t *testing.T, b *excelize.File, sheet, cell, value string) {
	t.Helper()
	if err := b.SetCellValue(sheet, cell, value); err != nil {
		t.Fatal(err)
	}
}

// oneSheet is a project on one of SCB's sheets.
const oneSheet = `
skikt: 1
name: one-sheet
sources: {scb: {publisher: SCB, public: true}}
geography: {keys: [{file: %q, source: scb, from: deso-2018, to: regso-2020}]}
records:
  background:
    file: background.xlsx
    source: scb
    year: 2022
    read:
      header: "3-5"
      columns: [{name: deso, at: A, required: true}]
      melt:
        name: background
        value: n
        columns:
          - {member: svensk bakgrund, header: "2022|svensk bakgrund"}
          - {member: utländsk bakgrund, header: "2022|utländsk bakgrund"}
    locate: {code: deso, division: deso-2018}
    unique: [deso]
tables:
  - name: background
    from: background
    count: {measure: NPersons, sum: n}
    by: [kommun]
`
