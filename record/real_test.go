package record

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// dataFile is a file of the real data, or skips the test.
func dataFile(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("SKIKT_DATA")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			if filepath.Dir(dir) == dir {
				t.Fatal("no go.mod above the test")
			}
			dir = filepath.Dir(dir)
		}
		root = filepath.Join(dir, "..", "shared", "data")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the real data are not there: set SKIKT_DATA to the folder with %s", name)
		}
		t.Skipf("the real data are not there: set SKIKT_DATA to the folder with %s", name)
	}
	return path
}

// result is everything a reading gave, put together.
type result struct {
	report *Report
	Batch
}

func readAll(t testing.TB, path string, decl Declaration) result {
	t.Helper()
	out, err := tryRead(path, decl)
	if err != nil {
		t.Fatal(err)
	}
	if out.report.Rows != out.report.Good+out.report.Bad {
		t.Fatalf("%d rows, but %d good and %d bad", out.report.Rows, out.report.Good, out.report.Bad)
	}
	return out
}

func tryRead(path string, decl Declaration) (out result, err error) {
	if out.Columns, err = decl.Schema(); err != nil {
		return out, err
	}
	out.report, err = Read(context.Background(), path, decl, func(b *Batch) error {
		out.N += b.N
		out.Line = append(out.Line, b.Line...)
		for i, c := range b.Columns {
			v := &out.Columns[i]
			v.Text, v.Int, v.Float, v.State = append(v.Text, c.Text...), append(v.Int, c.Int...), append(v.Float, c.Float...), append(v.State, c.State...)
		}
		return nil
	})
	return out, err
}

func (t result) sum(column int) (sum float64, present int) {
	c := t.Columns[column]
	for i, s := range c.State {
		if s != Present {
			continue
		}
		present++
		if c.Type == Float {
			sum += c.Float[i]
		} else {
			sum += float64(c.Int[i])
		}
	}
	return sum, present
}

func deso(columns ...Column) []Column {
	return append([]Column{{Name: "deso", At: "A", Required: true, Pattern: `^\d{4}[ABC]\d{4}$`}}, columns...)
}

// The eleven tables of SCB per DeSO: every one has 5,984 rows; sums are those of the data's README.
func TestSCBWorkbooks(t *testing.T) {
	for _, test := range []struct {
		file, header string
		columns      []Column
		first        []float64 // of the first row, 0114A0010, as a spreadsheet program shows it
		sums         map[int]float64
	}{
		{"000005F8_20240813-152932", "3-4", []Column{{Name: "c", Header: "2022|sammanboende med barn", Type: Int}, {Name: "o", Header: "2022|övriga hushåll", Type: Int}}, []float64{88, 35}, nil},
		{"000005FB_20240813-152341", "3-5", []Column{{Name: "sv", Header: "2022|Sverige", Type: Int}, {Name: "n", At: "E", Type: Int}}, []float64{719, 863}, map[int]float64{2: 10521556}},
		{"000005FC_20240806-102837", "3", nil, nil, nil},
		{"000005FE_20240813-152154", "3-5", []Column{{Name: "sv", Header: "2022|svensk bakgrund", Type: Int}, {Name: "utl", Header: "2022|utländsk bakgrund", Type: Int}, {Name: "n", At: "D", Type: Int}},
			[]float64{669, 194, 863}, map[int]float64{2: 2827122, 3: 10521556}},
		{"000005FF_20240813-152010", "3-5", []Column{{Name: "n", At: "B", Type: Int}, {Name: "a", Header: "2022|20-24 år", Type: Int}}, []float64{863, 31}, map[int]float64{1: 10521556}},
		{"000005FM_20240813-153407", "3-6", []Column{{Name: "median", Header: "Medianvärde, tkr|2022", Type: Float}, {Name: "mean", Header: "Medelvärde, tkr|2022", Type: Float}}, []float64{320, 581.2}, nil},
		{"000005LO_20240813-153750", "3-4", []Column{{Name: "s", Header: "2022|småhus", Type: Int}, {Name: "n", Header: "2022|totalt", Type: Int}}, []float64{727, 863}, map[int]float64{2: 10521556}},
		{"000005MO_20240813-151714", "3-4", []Column{{Name: "f", Header: "2022|förgymnasial utbildning", Type: Int}}, []float64{48}, nil},
		{"000006OC_20240813-153146", "3-4", []Column{{Name: "h", Header: "2022|hyresrätt", Type: Int}}, nil, nil},
		{"000006TA_20240813-153551", "3-5", []Column{{Name: "n", Header: "Antal personer totalt|2022", Type: Int}}, nil, nil},
		{"000007A8_20240813-151334", "3-6", []Column{{Name: "n", Header: "antal sysselsatta|16-64 år|2022", Type: Int}}, nil, nil},
	} {
		t.Run(test.file, func(t *testing.T) {
			path := dataFile(t, "scb-deso-2022/"+test.file+".xlsx")
			decl := Declaration{Header: test.header, Columns: deso(test.columns...)}
			if test.columns == nil { // the year stands once, in a column of its own
				decl.Columns = []Column{{Name: "year", At: "A", Fill: true, Required: true, Pattern: `^\d{4}$`}, {Name: "deso", At: "B", Required: true}, {Name: "n", At: "C", Type: Int}}
				test.sums = map[int]float64{2: 10551707}
			}
			got := readAll(t, path, decl)
			if r := got.report; r.Rows != 5984 || r.Good != 5984 || got.N != 5984 {
				t.Fatalf("%d rows, %d good, %d delivered; want 5984; %v", r.Rows, r.Good, got.N, r.Problems)
			}
			for i, want := range test.first {
				c := got.Columns[i+1]
				if x := append(c.Float, float64(append(c.Int, 0)[0]))[0]; x != want {
					t.Errorf("first row, %s: %v, want %v", c.Name, x, want)
				}
			}
			for i, want := range test.sums {
				if sum, n := got.sum(i); sum != want || n != 5984 {
					t.Errorf("column %d: sum %v of %d values, want %v of 5984", i, sum, n, want)
				}
			}
			if got.report.NoteRows < 10 {
				t.Errorf("%d note rows; the titles and SCB's notes are more", got.report.NoteRows)
			}
		})
	}
}

// Row counts are those of the data's README or, where it gives none, lines that begin with or have a kommun code, counted with awk.
func TestRealCSV(t *testing.T) {
	hidden := map[string]string{"..": "hidden", ".": "not_applicable"}
	for _, test := range []struct {
		file      string
		decl      Declaration
		rows      int64
		delimiter string
	}{
		{"keys/koppling-deso2018-regso2020.csv", Declaration{Columns: []Column{{Name: "Kommun", Required: true}, {Name: "DeSO_2018", Required: true}, {Name: "RegSO_2020", Required: true}}}, 5984, ","},
		{"keys/kopplingstabell-deso-regso-20210702.csv", Declaration{Columns: []Column{{Name: "kommun", Header: "bro", Required: true}, {Name: "DeSO", Required: true}, {Name: "RegSO", Required: true}}}, 5984, ";"},
		{"keys/deso_forandringar_2025_utdrag_0114-0163.csv", Declaration{Columns: []Column{{Name: "deso_2018", Required: true}, {Name: "typ", Required: true}, {Name: "datum", Type: Date, Required: true}}}, 89, ","},
		{"scb-regso/regso_omradestyp_2022.csv", Declaration{Header: "1", Columns: []Column{{Name: "region", At: "1", Required: true}, {Name: "type", Header: "2022", Type: Int, Required: true}}}, 3363, ","},
		{"schools/skolverket_slutbetyg_ak9_2024-25_skolenhet.csv", Declaration{Missing: hidden, Columns: []Column{{Name: "unit", Header: "Skol-enhetskod", Required: true, Pattern: `^\d{8}$`},
			{Name: "kommun", Header: "Kommun-kod", Pattern: `^\d{4}$`}, {Name: "merit", Header: "Genomsnittligt meritvärde (17 ämnen)", Type: Float}}}, 1714, ";"},
		{"schools/skolverket_kostnader_2024_kommun.csv", Declaration{Columns: []Column{{Name: "Kommunkod", Required: true}, {Name: "n", Header: "Genomsnittligt elevantal", Type: Int}, {Name: "Totalt", Type: Int}}}, 290, ";"},
		{"schools/skolverket_personalstatistik_2024_kommun.csv", Declaration{Columns: []Column{{Name: "Kommun-kod", Required: true}, {Name: "n", Header: "#Heltidstjänster|Totalt antal", Type: Float}, {Name: "t", Header: "#Tjänstgörande lärare|Totalt antal", Type: Int}}}, 769, ";"},
		{"schools/skolverket_behorighet_gymnasiet_2024-25_kommun.csv", Declaration{Columns: []Column{{Name: "Kommun-kod", Required: true}, {Name: "Kön", Required: true}, {Name: "n", Header: "Antal elever", Type: Int}}}, 2139, ";"},
		{"schools/vaxjo_school_data_2023-24.csv", Declaration{Columns: []Column{{Name: "SchoolCode", Required: true}}}, 44, ";"},
		{"scb-deso-2022/liu_education_demographics_deso.csv", Declaration{Columns: []Column{{Name: "deso", Required: true}, {Name: "middle_school", Type: Int}}}, 5984, ","},
		{"scb-deso-2022/liu_foreignborn_demographics_deso.csv", Declaration{Columns: []Column{{Name: "deso", Required: true}, {Name: "total", Type: Int}}}, 5984, ","},
	} {
		t.Run(filepath.Base(test.file), func(t *testing.T) {
			got := readAll(t, dataFile(t, test.file), test.decl)
			r := got.report
			if r.Rows != test.rows || r.Bad != 0 {
				t.Errorf("%d rows, %d bad; want %d, none bad: %v", r.Rows, r.Bad, test.rows, r.ByRule)
			}
			if r.Delimiter != test.delimiter {
				t.Errorf("delimiter %q", r.Delimiter)
			}
		})
	}
}

// Skolverket's marks: 1,582 figures, 114 "..", 18 "." (README of the data). Its 21 blanks are lines of the notes below the table that
// have something in the second field: the table itself is lines 7 to 1720, 1,714 units.
func TestSkolverketMarks(t *testing.T) {
	got := readAll(t, dataFile(t, "schools/skolverket_slutbetyg_ak9_2024-25_skolenhet.csv"), Declaration{
		Missing: map[string]string{"..": "hidden", ".": "not_available"},
		Columns: []Column{{Name: "unit", Header: "Skol-enhetskod", Required: true}, {Name: "merit", Header: "Genomsnittligt meritvärde (17 ämnen)", Type: Float, Min: new(0.0), Max: new(340.0)}},
	})
	var count [len(stateNames)]int
	for _, s := range got.Columns[1].State {
		count[s]++
	}
	if want := [len(stateNames)]int{Present: 1582, Hidden: 114, NotAvailable: 18}; count != want {
		t.Errorf("states %v, want %v", count, want)
	}
	// Three titles and 28 lines of notes that are not blank, counted with awk.
	if r := got.report; r.NoteRows != 3+28 || r.Decimal != "," || r.HeaderRows != [2]int{6, 6} {
		t.Errorf("%+v", r)
	}
}

// Somebody has taken out the blank row between data and notes here, so nine lines of notes are rows until the form of the code is
// declared. The other notes, among them SCB's contact persons, come after blank rows.
func TestNotesWithoutBlankRow(t *testing.T) {
	got := readAll(t, dataFile(t, "scb-deso-2022/liu_income_demographics_deso.csv"), Declaration{
		Columns: []Column{{Name: "deso", Required: true, Pattern: `^\d{4}[ABC]\d{4}$`}, {Name: "median", Header: "Median income tkr", Type: Float}},
	})
	if r := got.report; r.Good != 5984 || r.Bad != 9 || r.ByRule[rulePattern] != 9 {
		t.Errorf("good %d, bad %v; want 5984, pattern 9", r.Good, r.ByRule)
	}
}

// The published types, by the README of the data.
func TestPublishedTypes(t *testing.T) {
	got := readAll(t, dataFile(t, "scb-regso/regso_omradestyp_2022.csv"), Declaration{Header: "1",
		Columns: []Column{{Name: "region", At: "1", Required: true}, {Name: "type", Header: "2022", Type: Int, Min: new(1.0), Max: new(5.0), Required: true}}})
	var count [6]int
	for _, v := range got.Columns[1].Int {
		count[v]++
	}
	if want := [6]int{0, 160, 289, 855, 1770, 289}; count != want {
		t.Errorf("types %v, want %v", count, want)
	}
}

// Percentages become persons, with the limits of their rounding. The first DeSO, 0114A0010, is worked out by hand from the file.
func TestMeltPercent(t *testing.T) {
	decl := Declaration{Header: "3-5",
		Columns: []Column{{Name: "deso", At: "A", Required: true}, {Name: "persons", Header: "Antal personer totalt|2022", Type: Float, Required: true}},
		Melt: &Melt{Name: "standard", Value: "n", PercentOf: "persons", Rounded: 1, Columns: []MeltColumn{
			{Member: "low", Header: "Låg ekonomisk standard, procent|2022"},
			{Member: "high", Header: "Hög ekonomisk standard, procent|2022"},
			{Member: "total", Header: "Antal personer totalt|2022", Plain: true}}}}
	got := readAll(t, dataFile(t, "scb-deso-2022/000006TA_20240813-153551.xlsx"), decl)
	if r := got.report; r.Good != 5984 || r.Delivered != 3*5984 || got.N != 3*5984 {
		t.Fatalf("%+v", r)
	}
	for i, want := range [][3]float64{ // 7 and 15 percent of 843 persons; 6.5 to 7.5 and 14.5 to 15.5
		{59.01, 54.795, 63.225}, {126.45, 122.235, 130.665}, {843, 843, 843},
	} {
		if got := [3]float64{got.Columns[3].Float[i], got.Columns[4].Float[i], got.Columns[5].Float[i]}; got != want {
			t.Errorf("%s: %v, want %v", decl.Melt.Columns[i].Member, got, want)
		}
	}
}

func TestRealJSON(t *testing.T) {
	schools := readAll(t, dataFile(t, "schools/stockholm-grade9-schools.json"), Declaration{Rows: "schools", Columns: []Column{
		{Name: "unit", Header: "schoolUnitCode", Required: true}, {Name: "lat", Type: Float, Required: true}, {Name: "merit", Header: "averageMeritGrade9", Type: Float}}})
	if schools.report.Good != 373 { // README of the data
		t.Errorf("%+v", schools.report)
	}
	karlstad := readAll(t, dataFile(t, "scb-regso/karlstad_regso_socioek_2024.json"), Declaration{Rows: "innehall.serier.{regso}.{series}", Columns: []Column{
		{Name: "regso", Required: true}, {Name: "series", Required: true}, {Name: "year", Header: "ar", Required: true}, {Name: "value", Header: "varde", Type: Float}}})
	if r := karlstad.report; r.Good != 31*5*14 || r.Bad != 0 { // 31 RegSO, 5 series, 14 years
		t.Errorf("%+v", r)
	}
	if _, n := karlstad.sum(3); n != 31*5 { // values for 2024 only
		t.Errorf("%d values, want %d", n, 31*5)
	}
}

// The same values of SCB's as its XLSX files, passed on as plain CSV: 5,984 DeSO and the 10,521,556 persons of the five types together (568,542 + 845,321 + 2,343,940 + 5,759,066 + 1,004,687).
func TestRealPassedOn(t *testing.T) {
	background := readAll(t, dataFile(t, "scb-deso-2022/liu_foreignborn_demographics_deso.csv"), Declaration{Columns: []Column{
		{Name: "deso", Required: true}, {Name: "swedish", Type: Int, Required: true}, {Name: "foreign", Type: Int, Required: true}, {Name: "total", Type: Int, Required: true}}})
	swedish, _ := background.sum(1)
	foreign, _ := background.sum(2)
	total, n := background.sum(3)
	if n != 5984 || total != 10521556 || swedish+foreign != total {
		t.Errorf("%d areas, %v + %v = %v persons", n, swedish, foreign, total)
	}
	education := readAll(t, dataFile(t, "scb-deso-2022/liu_education_demographics_deso.csv"), Declaration{Columns: []Column{
		{Name: "deso", Required: true}, {Name: "middle_school", Type: Int}, {Name: "education_missing", Type: Int}}})
	if r := education.report; r.Good != 5984 || r.Bad != 0 {
		t.Errorf("%+v", r)
	}
	income := readAll(t, dataFile(t, "scb-deso-2022/liu_income_demographics_deso.csv"), Declaration{Columns: []Column{
		{Name: "deso", Required: true}, {Name: "income", Header: "Median income tkr", Type: Float}, {Name: "persons", Header: "Antal personer totalt", Type: Int, Required: true}}})
	if r := income.report; r.Good != 5984 { // what else stands at its end has no persons
		t.Errorf("%+v", r)
	}
	// Karlstad in 2025: 57 DeSO and 31 RegSO, with SCB's noise, so that they need not add up.
	for level, want := range map[string]int64{"deso": 57, "regso": 31} {
		areas := readAll(t, dataFile(t, "scb-regso/karlstad_omraden_befolkning.json"), Declaration{Rows: "innehall." + level + ".{area}", Columns: []Column{
			{Name: "area", Required: true}, {Name: "totalt", Type: Int, Required: true}, {Name: "andel65", Type: Float, Required: true}}})
		if r := areas.report; r.Good != want || r.Bad != 0 {
			t.Errorf("%s: %+v", level, r)
		}
	}
}
