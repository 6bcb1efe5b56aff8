//go:build !quick

package sheet

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/skikt/skikt/grant"
)

// made are made-up units: many alike, so that remainders tie; some that lack years, an index of 0, no pupils.
func made(n int) *grant.Units {
	r := rand.New(rand.NewPCG(7, 8))
	u := &grant.Units{Numbers: map[string][]*big.Rat{}, Groups: []grant.Grouping{{Name: "kind"}}}
	for i := range n {
		u.ID = append(u.ID, fmt.Sprintf("%04d", i)) // leading zeros stay
		u.Name = append(u.Name, fmt.Sprintf("Huvudman %d", i))
		u.Groups[0].Of = append(u.Groups[0].Of, []string{"kommun", "enskild"}[r.IntN(2)])
		size, index := int64(20+r.ExpFloat64()*2000), 200+r.Int64N(2000)
		if i%5 == 1 {
			size, index = 120, 1000
		}
		if i%17 == 3 {
			index = 0
		}
		for k, year := range []string{"y1", "y2", "y3"} {
			var x *big.Rat
			if i%7 != 2 || k > i%3 {
				x = big.NewRat(size+int64(k)*(int64(i)%3), 1)
			}
			u.Numbers[year] = append(u.Numbers[year], x)
		}
		u.Numbers["index"] = append(u.Numbers["index"], big.NewRat(index, 10))
		u.Numbers["share12"] = append(u.Numbers["share12"], big.NewRat(r.Int64N(400), 1000))
		had := big.NewRat(size*r.Int64N(9000), 1)
		if i%7 == 2 {
			had = nil // new, or gone: no guarantee
		}
		u.Numbers["had"] = append(u.Numbers["had"], had)
		u.Numbers["applies"] = append(u.Numbers["applies"], big.NewRat(int64(min(i%9, 1)), 1))
	}
	return u
}

// results are rules of every kind on the units.
func results(t *testing.T, u *grant.Units, budget int64) []*grant.Result {
	plain := grant.Equality(budget, "y1", "y2", "y3")
	bounds := plain
	bounds.Name, bounds.Previous = "bounds", "had"
	least := int64(1000)
	bounds.Pots = []grant.Pot{
		{Name: "main", Part: grant.Frac(4, 5), Key: []string{"index", grant.PupilsColumn}, Floor: grant.Bound{Kronor: &least, PerPupil: grant.Frac(3001, 2), OfPrevious: grant.Frac(1, 10)},
			Cap: grant.Bound{PerPupil: grant.Frac(6000, 1)}},
		{Name: "types", Key: []string{"share12", grant.PupilsColumn}, Threshold: []grant.Threshold{{Column: "index", Least: grant.Frac(905, 10)}}},
	}
	applicants := plain
	applicants.Name, applicants.Applies, applicants.Refused = "applicants", "applies", grant.Redistributed
	unspent := applicants
	unspent.Name, unspent.Refused = "unspent", grant.Unspent
	var out []*grant.Result
	for _, rule := range []grant.Rule{plain, bounds, applicants, unspent} {
		res, err := rule.Allocate(u)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, res)
	}
	return out
}

func write(t *testing.T, results []*grant.Result) []byte {
	var out, again bytes.Buffer
	if err := Write(&out, results...); err != nil {
		t.Fatal(err)
	}
	if err := Write(&again, results...); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(out.Bytes(), again.Bytes()) {
		t.Error("the same results give different bytes")
	}
	return out.Bytes()
}

// same holds the amounts that a reader of the workbook gives against the results.
func same(t *testing.T, results []*grant.Result, cell func(sheet, cell string) (string, error)) {
	for k, r := range results {
		sheet := sheetName(fmt.Sprintf("%d %s", k+1, r.Rule.Name))
		wrong := 0
		for i, want := range r.Paid {
			text, err := cell(sheet, at("F", firstRow+i))
			if err != nil {
				t.Fatal(err)
			}
			got, err := strconv.ParseFloat(text, 64)
			if err != nil || got != float64(want) {
				if wrong++; wrong < 4 {
					t.Errorf("%s: unit %s: the formulas give %q, the rule %d", sheet, r.Units.ID[i], text, want)
				}
			}
		}
		if check, err := cell(sheet, "B5"); err != nil || check != "OK" {
			t.Errorf("%s: check says %q %v", sheet, check, err)
		}
	}
}

// The formulas give the amounts to the krona, by the calculator of the library that writes them. It does not know the sums over conditions that close in λ, so rules with bounds are left to the spreadsheet program.
func TestFormulas(t *testing.T) {
	all := results(t, made(14), 40_000_003)
	all = append(all[:1], all[2:]...)
	f, err := excelize.OpenReader(bytes.NewReader(write(t, all)))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	same(t, all, func(sheet, cell string) (string, error) {
		return f.CalcCellValue(sheet, cell, excelize.Options{RawCellValue: true})
	})
	if id, err := f.GetCellValue(unitsSheet, at("A", firstRow)); err != nil || id != "0000" {
		t.Errorf("the first id is %q %v", id, err)
	}
}

// And by a spreadsheet program, with bounds, after the budget is changed in the workbook.
func TestFormulasInSpreadsheet(t *testing.T) {
	program, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("no soffice here: the formulas are held by the library's own calculator only")
	}
	if testing.Short() {
		t.Skip("a spreadsheet program takes its time")
	}
	// Written for one budget, changed in the workbook to another: the formulas must follow.
	const written, budget = 1_200_000_001, 1_523_456_789
	u := made(150)
	all := results(t, u, budget)
	dir := t.TempDir()
	in := filepath.Join(dir, "in.xlsx")
	f, err := excelize.OpenReader(bytes.NewReader(write(t, results(t, u, written))))
	if err != nil {
		t.Fatal(err)
	}
	for k, r := range all {
		if err := f.SetCellValue(sheetName(fmt.Sprintf("%d %s", k+1, r.Rule.Name)), "B2", budget); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SaveAs(in); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "xlsx", "--outdir", filepath.Join(dir, "out"), in)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if main := all[1].Pots[0]; len(main.AtFloor) == 0 || len(main.AtCap) == 0 {
		t.Fatalf("the bounds bind nobody: %d at their floor, %d at their cap", len(main.AtFloor), len(main.AtCap))
	}
	calculated, err := excelize.OpenFile(filepath.Join(dir, "out", "in.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	defer calculated.Close()
	same(t, all, func(sheet, cell string) (string, error) {
		return calculated.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
	})
}

func TestTooLargeForFormulas(t *testing.T) {
	u := made(3)
	u.Numbers["index"][0] = big.NewRat(123456789123, 1000)
	res, err := grant.Equality(1000, "y1", "y2", "y3").Allocate(u)
	if err != nil {
		t.Fatal(err)
	}
	if err := Write(&bytes.Buffer{}, res); err == nil {
		t.Error("keys that no formula keeps exactly are written")
	}
}
