package border

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/skikt/skikt/area"
	"github.com/xuri/excelize/v2"
)

var desoKey = KeyOptions{From: deso2018, To: regso2020}

// Counts by SCB: 5 984 DeSO 2018, 3 363 RegSO 2020, 290 kommuner; Stockholm has 127 RegSO and 544 DeSO.
func TestReadKeyReal(t *testing.T) {
	k, err := ReadKey(data(t, "keys/koppling-deso2018-regso2020.csv"), desoKey)
	if err != nil {
		t.Fatal(err)
	}
	if len(k.Rows) != 5984 || len(k.Problems) != 0 || len(k.Parents()) != 5984 {
		t.Errorf("%d rows, problems %v", len(k.Rows), k.Problems)
	}
	divisions, err := k.Divisions()
	if err != nil {
		t.Fatal(err)
	}
	g := area.NewGeography()
	for i, want := range []struct {
		id    area.ID
		count int
	}{{deso2018, 5984}, {regso2020, 3363}, {kommun, 290}} {
		if d := divisions[i]; d.ID != want.id || d.Len() != want.count {
			t.Errorf("division %s has %d areas, want %s with %d", d.ID, d.Len(), want.id, want.count)
		}
		if err := g.Add(divisions[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.AddKey(deso2018, regso2020, k.Parents()); err != nil {
		t.Fatal(err)
	}
	parents, err := g.Parents(regso2020, kommun)
	if err != nil {
		t.Fatal(err)
	}
	stockholm, _ := divisions[2].Index("0180")
	n := 0
	for _, p := range parents {
		if int(p) == stockholm {
			n++
		}
	}
	if n != 127 || divisions[2].At(stockholm).Name != "Stockholm" {
		t.Errorf("%s has %d RegSO", divisions[2].At(stockholm).Name, n)
	}
	// the file's first row: 0114,Upplands Väsby,0114C1010,Bollstanäs,0114R001
	if diff := cmp.Diff(KeyRow{2, "0114C1010", "0114R001", "Bollstanäs", "0114", "Upplands Väsby"}, k.Rows[0]); diff != "" {
		t.Errorf("first row (-want +got):\n%s", diff)
	}
}

// The same file is a key from RegSO to kommun, though each RegSO stands on several rows.
func TestReadKeyCoarser(t *testing.T) {
	k, err := ReadKey(data(t, "keys/koppling-deso2018-regso2020.csv"), KeyOptions{From: regso2020, To: kommun})
	if err != nil {
		t.Fatal(err)
	}
	divisions, err := k.Divisions()
	if err != nil {
		t.Fatal(err)
	}
	if len(k.Rows) != 3363 || len(k.Problems) != 0 || len(divisions) != 2 || divisions[1].Len() != 290 || divisions[1].At(0).Name != "Upplands Väsby" {
		t.Errorf("%d rows, %d problems, %d divisions", len(k.Rows), len(k.Problems), len(divisions))
	}
}

// The key of 2021 has names and no RegSO codes.
func TestReadKeyWithoutCodes(t *testing.T) {
	path := data(t, "keys/kopplingstabell-deso-regso-20210702.csv")
	_, err := ReadKey(path, desoKey)
	wants(t, err, "kopplingstabell-deso-regso-20210702.csv", "line 1", "RegSOkod_2020", "names, which cannot be used as keys", "bro, Kommunnamn, DeSO, RegSO")
	_, err = ReadKey(path, KeyOptions{From: deso2018, To: regso2020, ToColumn: "RegSO"})
	wants(t, err, "does not hold codes of RegSO 2020")
	// its kommun codes stand in a column called bro, and that can be declared
	k, err := ReadKey(path, KeyOptions{From: deso2018, To: kommun, ToColumn: "bro"})
	if err != nil {
		t.Fatal(err)
	}
	if len(k.Rows) != 5984 {
		t.Errorf("%d rows", len(k.Rows))
	}
	for _, p := range k.Problems {
		t.Error(p.Text)
	}
}

func TestReadKeyRows(t *testing.T) {
	const head = "Kommun;Kommunnamn;DeSO_2018;RegSO_2020;RegSOkod_2020;;;\r\n"
	type found struct {
		Rule   string
		Number int
	}
	for _, c := range []struct {
		name string
		rows string
		want []found
		used int
	}{
		{"empty rows and columns", "0180;Stockholm;0180C1010;Norr;0180R001;;;\r\n;;;;;;;\r\n\r\n0180;Stockholm;0180C1020;Norr;0180R001;;;\r\n", nil, 2},
		{"lost zero, blanks", "180;Stockholm; 0180C1010 ;Norr;0180R001 ;;;\r\n", nil, 1},
		{"malformed", "0180;Stockholm;0180C1010;Norr;0180R001\r\n0180;Stockholm;0180X1020;Norr;0180R001\r\n0180;Stockholm;0180C1030;Norr\r\n", []found{{RuleKeyRow, 3}, {RuleKeyRow, 4}}, 1},
		{"the same twice", "0180;Stockholm;0180C1010;Norr;0180R001\r\n0180;Stockholm;0180C1010;Norr;0180R001\r\n", []found{{RuleKeyTwice, 3}}, 1},
		{"contradiction", "0180;Stockholm;0180C1010;Norr;0180R001\r\n0180;Stockholm;0180C1010;Norr;0180R002\r\n", []found{{RuleKeyClash, 3}}, 1},
		{"kommuner differ", "0180;Stockholm;0180C1010;Norr;0181R001\r\n", []found{{RuleKeyKommun, 2}}, 1},
		{"names differ", "0180;Stockholm;0180C1010;Norr;0180R001\r\n0180;Sthlm;0180C1020;Norra;0180R001\r\n", []found{{RuleKeyName, 3}, {RuleKeyName, 3}}, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			k, err := ReadKey(put(t, "key.csv", []byte(head+c.rows)), desoKey)
			if err != nil {
				t.Fatal(err)
			}
			var got []found
			for _, p := range k.Problems {
				got = append(got, found{p.Rule, p.Number})
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if len(k.Rows) != c.used {
				t.Errorf("%d rows used, want %d", len(k.Rows), c.used)
			}
		})
	}
}

func TestReadKeyErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		text  string
		opt   KeyOptions
		words []string
	}{
		{"another vintage", "Kommun,DeSO_2025,RegSOkod_2025\n0180,0180C1010,0180R001\n", desoKey, []string{"DeSO 2018", "DeSO 2025"}},
		{"suffix of another vintage", "Kommun,DeSO,RegSOkod\n0180,0180C1010_DeSO2025,0180R001\n", desoKey, []string{"no row"}},
		{"no column", "Kommun,område\n0180,Norr\n", desoKey, []string{"line 1", "DeSO_2018", "Kommun, område"}},
		{"declared column", "Kommun,DeSO,RegSOkod\n0180,0180C1010,0180R001\n", KeyOptions{From: deso2018, To: regso2020, ToColumn: "kod"}, []string{"no column kod", "Kommun, DeSO, RegSOkod"}},
		{"open quotation mark", "Kommun,DeSO,RegSOkod\n0180,\"0180C1010,0180R001\n", desoKey, []string{"line", "quotation mark"}},
		{"empty", "", desoKey, []string{"no rows"}},
		{"no row", "Kommun,DeSO,RegSOkod\n", desoKey, []string{"DeSO"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadKey(put(t, "key.csv", []byte(c.text)), c.opt)
			wants(t, err, append(c.words, "key.csv")...)
		})
	}
	_, err := ReadKey("absent.csv", desoKey)
	wants(t, err, "absent.csv", "no such file")
	_, err = ReadKey(put(t, "key.xlsx", []byte("PK\x03\x04 and no more")), desoKey)
	wants(t, err, "XLSX", "fetch it again")
}

// SCB's workbooks have title rows first, then the header.
func TestReadKeyXLSX(t *testing.T) {
	f := excelize.NewFile()
	for i, cells := range [][]any{
		{"Koppling mellan DeSO och RegSO"}, {"Uppdaterad 2026-03-25"}, {},
		{"Kommun", "Kommunnamn", "DeSO_2025", "RegSO_2025", "RegSOkod_2025"},
		{"0114", "Upplands Väsby", "0114C1010_DeSO2025", "Bollstanäs", "0114R001"},
		{180, "Stockholm", "0180C1010", "Norr", "0180R001_RegSO2025"},
	} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	path := put(t, "key.xlsx", b.Bytes())
	k, err := ReadKey(path, KeyOptions{From: deso2025, To: regso2025})
	if err != nil {
		t.Fatal(err)
	}
	want := []KeyRow{{5, "0114C1010", "0114R001", "Bollstanäs", "0114", "Upplands Väsby"}, {6, "0180C1010", "0180R001", "Norr", "0180", "Stockholm"}}
	if diff := cmp.Diff(want, k.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	_, err = ReadKey(path, desoKey)
	if !errors.As(err, new(*area.VintageError)) {
		t.Errorf("a key of 2025 read as 2018 gives %v", err)
	}
}

func TestReadKeyWindows1252(t *testing.T) {
	k, err := ReadKey(put(t, "key.csv", []byte("Kommun\tKommunnamn\tDeSO\tRegSOkod\tRegSO\n1492\t\xc5m\xe5l\t1492C1010\t1492R001\tV\xe4st\n")), desoKey)
	if err != nil {
		t.Fatal(err)
	}
	if r := k.Rows[0]; r.KommunName != "Åmål" || r.ToName != "Väst" {
		t.Errorf("row %+v", r)
	}
}

func TestReadNames(t *testing.T) {
	n, err := ReadNames(data(t, "keys/scb-regions.json"))
	if err != nil {
		t.Fatal(err)
	}
	if n.Len() != 312 {
		t.Errorf("%d names", n.Len())
	}
	for _, c := range []struct {
		id    area.ID
		count int
		code  string
		name  string
	}{{riket, 1, "00", "Riket"}, {lan, 21, "01", "Stockholms län"}, {kommun, 290, "2584", "Kiruna"}} {
		d, err := n.Division(c.id)
		if err != nil {
			t.Fatal(err)
		}
		i, ok := d.Index(c.code)
		if d.Len() != c.count || !ok || d.At(i).Name != c.name {
			t.Errorf("%s: %d areas, %s is there: %v", c.id, d.Len(), c.code, ok)
		}
	}
	_, err = n.Division(regso2020)
	wants(t, err, "RegSO 2020", "none of the 312")
	if n, err = ReadNames(data(t, "keys/regso2025_labels.json")); err != nil || n.Len() != 3327 {
		t.Errorf("%v", err)
	}
	_, err = ReadNames(put(t, "names.json", []byte(`{"0180": "Stockh`)))
	wants(t, err, "names.json", "cut off")
	_, err = ReadNames(put(t, "names.json", []byte(`[1, 2]`)))
	wants(t, err, "no list of names")
	_, err = ReadNames("absent.json")
	wants(t, err, "no such file")
}
