package area

import (
	"errors"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func division(t *testing.T, id string, codes ...string) *Division {
	t.Helper()
	parsed, err := ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	var areas []Area
	for _, c := range codes {
		areas = append(areas, Area{Code: c})
	}
	d, err := New(parsed, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCodes(t *testing.T) {
	for _, test := range []struct {
		kind          Kind
		in            string
		code, vintage string
		ok            bool
	}{
		{RegSO, "0180R001", "0180R001", "", true},
		{RegSO, "0114R001_RegSO2025", "0114R001", "2025", true}, // as in SCB's PxWebApi answers for 2024
		{DeSO, "0114A0010_DeSO2025", "0114A0010", "2025", true},
		{DeSO, " 0114A0010 ", "0114A0010", "", true},
		{DeSO, "0114D0010", "", "", false},
		{DeSO, "0114R001", "", "", false},
		{RegSO, "180R001", "", "", false},
		{Kommun, "180", "0180", "", true}, // a spreadsheet took the zero
		{Kommun, "80", "", "", false},
		{Lan, "1", "01", "", true},
		{Riket, "00", "00", "", true},
		{Kind("distrikt"), "any_code", "any_code", "", true},
		{Kind("distrikt"), "", "", "", false},
	} {
		code, vintage, err := CleanCode(test.kind, test.in)
		if (err == nil) != test.ok || test.ok && (code != test.code || vintage != test.vintage) {
			t.Errorf("CleanCode(%s, %q) = %q, %q, %v", test.kind, test.in, code, vintage, err)
		}
	}
	if got := (ID{RegSO, "2025"}).SuffixedCode("0114R001"); got != "0114R001_RegSO2025" {
		t.Errorf("suffixed: %s", got)
	}
	if got := (ID{RegSO, "2020"}).SuffixedCode("0114R001"); got != "0114R001" {
		t.Errorf("RegSO 2020 codes are bare, got %s", got)
	}
}

func TestNewNamesEveryBadCode(t *testing.T) {
	_, err := New(ID{RegSO, "2020"}, []Area{{Code: "0180R001"}, {Code: "0180R001"}, {Code: "x"}})
	if err == nil || !strings.Contains(err.Error(), "twice") || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("got %v", err)
	}
}

func TestParents(t *testing.T) {
	g := NewGeography()
	for _, d := range []*Division{
		division(t, "deso-2018", "0114A0010", "0114C1010", "0180C1010"),
		division(t, "regso-2020", "0114R001", "0180R001"),
		division(t, "regso-2025", "0114R001", "0180R001"),
		division(t, "kommun", "0114", "0180"),
		division(t, "lan", "01"),
		division(t, "riket", "00"),
	} {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	deso, regso := ID{DeSO, "2018"}, ID{RegSO, "2020"}
	if err := g.AddKey(deso, regso, map[string]string{"0114A0010": "0114R001", "0114C1010": "0114R001", "0180C1010": "0180R001"}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		to   ID
		want [3]int32
	}{{regso, [3]int32{0, 0, 1}}, {ID{Kommun, ""}, [3]int32{0, 0, 1}}, {ID{Lan, ""}, [3]int32{}}, {ID{Riket, ""}, [3]int32{}}, {deso, [3]int32{0, 1, 2}}} {
		got, err := g.Parents(deso, test.to)
		if err != nil || [3]int32(got) != test.want {
			t.Errorf("to %s: %v, %v; want %v", test.to, got, err, test.want)
		}
	}
	var vintage *VintageError
	if _, err := g.Parents(regso, ID{RegSO, "2025"}); !errors.As(err, &vintage) {
		t.Errorf("RegSO 2020 to RegSO 2025 gave %v, want a VintageError", err)
	}
	if _, err := g.Division(ID{DeSO, "2025"}); !errors.As(err, &vintage) {
		t.Errorf("DeSO 2025 gave %v, want a VintageError: only 2018 is there", err)
	}
	if _, err := g.Parents(deso, ID{RegSO, "2025"}); err == nil {
		t.Error("DeSO 2018 went to RegSO 2025 without a key")
	}
}

func TestAddKeyRefuses(t *testing.T) {
	g := NewGeography()
	for _, d := range []*Division{division(t, "deso-2018", "0114A0010", "0114C1010"), division(t, "regso-2020", "0114R001")} {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		parent map[string]string
		want   string
	}{
		"a DeSO without a row": {map[string]string{"0114A0010": "0114R001"}, "0114C1010 has no row"},
		"an unknown RegSO":     {map[string]string{"0114A0010": "0114R009", "0114C1010": "0114R001"}, "0114R009"},
		"an unknown DeSO":      {map[string]string{"0114A0010": "0114R001", "0114C1010": "0114R001", "0115C1010": "0114R001"}, "0115C1010"},
	} {
		err := g.AddKey(ID{DeSO, "2018"}, ID{RegSO, "2020"}, test.parent)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want it to name %s", name, err, test.want)
		}
	}
}

func TestCheckYear(t *testing.T) {
	for _, test := range []struct {
		id   ID
		year int
		ok   bool
	}{{ID{RegSO, "2020"}, 2023, true}, {ID{RegSO, "2020"}, 2024, false}, {ID{RegSO, "2025"}, 2023, false}, {ID{DeSO, "2025"}, 2024, true}, {ID{Kommun, ""}, 1990, true}} {
		if err := CheckYear(test.id, test.year); (err == nil) != test.ok {
			t.Errorf("%s %d: %v", test.id, test.year, err)
		}
	}
}

func TestWithBorders(t *testing.T) {
	d := division(t, "kommun", "0114", "0180")
	square := orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}}
	with, err := d.WithBorders(map[string]orb.MultiPolygon{"0180": square})
	if err != nil || with.Bordered() != 1 || d.Bordered() != 0 {
		t.Errorf("%v: %d borders, and %d in the old one", err, with.Bordered(), d.Bordered())
	}
	if _, err := d.WithBorders(map[string]orb.MultiPolygon{"9999": square}); err == nil {
		t.Error("a border of an unknown kommun passed")
	}
}

// A cleaned code stays as it is when cleaned again, and the suffixed form of a 2025 code comes back to it.
func TestCleanCodeLaws(t *testing.T) {
	code := rapid.StringMatching(`[0-9]{4}R[0-9]{3}`)
	rapid.Check(t, func(t *rapid.T) {
		c := code.Draw(t, "code")
		id := ID{RegSO, "2025"}
		back, vintage, err := CleanCode(RegSO, id.SuffixedCode(c))
		if err != nil || back != c || vintage != "2025" {
			t.Fatalf("%s came back as %s %s %v", c, back, vintage, err)
		}
	})
}

func FuzzCleanCode(f *testing.F) {
	for _, s := range []string{"0180R001", "0114R001_RegSO2025", "_", "0114A0010_DeSO", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []Kind{Riket, Lan, Kommun, RegSO, DeSO, "own"} {
			code, _, err := CleanCode(kind, s)
			if err == nil && CheckCode(kind, code) != nil {
				t.Errorf("CleanCode(%s, %q) gave the malformed %q without an error", kind, s, code)
			}
		}
	})
}
