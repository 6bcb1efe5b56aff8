package locate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/skikt/skikt/area"
)

func Example() {
	div, err := area.New(area.ID{Kind: area.DeSO, Vintage: "2018"}, []area.Area{
		{Code: "0180C1010", Border: orb.MultiPolygon{{{{674_000, 6_580_000}, {675_000, 6_580_000}, {675_000, 6_581_000}, {674_000, 6_581_000}}}}},
		{Code: "0180C1020", Border: orb.MultiPolygon{{{{675_000, 6_580_000}, {676_000, 6_580_000}, {676_000, 6_581_000}, {675_000, 6_581_000}}}}},
	})
	if err != nil {
		panic(err)
	}
	ix, err := New(div, Options{Gap: 50})
	if err != nil {
		panic(err)
	}
	east, north := []float64{674_032, 675_000, 6_580_822, 700_000}, []float64{6_580_822, 6_580_500, 674_032, 6_580_000}
	places := make([]Place, len(east))
	ix.Locate(SWEREF99TM, east, north, nil, places)
	var account Account
	for _, p := range places {
		account.Add("0180", p)
		if p.Outcome.Placed() {
			fmt.Println(div.At(int(p.Area)).Code, p.Outcome)
		} else {
			fmt.Println(p.Outcome)
		}
	}
	fmt.Println(account.In, "in,", account.Placed, "placed,", account.Residual, "residual")
	// Output:
	// 0180C1010 located
	// 0180C1020 located
	// swapped_axes
	// outside
	// 4 in, 2 placed, 2 residual
}

func TestLocate(t *testing.T) {
	// A square of 2 km in Malmö around E 379844.1709, N 6156729.8055, which is lon 13.09577306, lat 55.5417832: a corner of DeSO 1280C1070 in SCB's WFS, in both systems.
	ix := index(t, division(t, orb.MultiPolygon{{square(378_844, 6_155_729, 2000)}}), Options{})
	repairing := index(t, division(t, orb.MultiPolygon{{square(378_844, 6_155_729, 2000)}}), Options{RepairSwapped: true})
	for _, test := range []struct {
		what           string
		sys            Coordinates
		x, y           float64
		want, repaired Outcome
	}{
		{"metres", SWEREF99TM, 379844.1709, 6156729.8055, Located, Located},
		{"metres, swapped", SWEREF99TM, 6156729.8055, 379844.1709, SwappedAxes, RepairedAxes},
		{"metres elsewhere in Sweden", SWEREF99TM, 674032, 6580822, Outside, Outside},
		{"metres elsewhere in Sweden, swapped", SWEREF99TM, 6580822, 674032, SwappedAxes, SwappedAxes},
		{"degrees as metres", SWEREF99TM, 13.09577306, 55.5417832, Outside, Outside},
		{"zeros", SWEREF99TM, 0, 0, Outside, Outside},
		{"further than half way round the earth", SWEREF99TM, 379844.1709, 61567298055, Malformed, Malformed},
		{"degrees", WGS84, 13.09577306, 55.5417832, Located, Located},
		{"degrees, swapped", WGS84, 55.5417832, 13.09577306, SwappedAxes, RepairedAxes},
		{"degrees elsewhere in Sweden, swapped", WGS84, 59.33, 18.07, SwappedAxes, SwappedAxes},
		{"degrees in Norway", WGS84, 5.32, 60.39, Outside, Outside},
		{"degrees in Australia", WGS84, 151.2, -33.9, Outside, Outside},
		{"degrees on the other side of the pole", WGS84, -166.9, 55.54, Outside, Outside},
		{"no degrees", WGS84, 0, 0, Outside, Outside},
		{"metres as degrees", WGS84, 379844.1709, 6156729.8055, Malformed, Malformed},
		{"a latitude beyond the pole", WGS84, 13, 91, Malformed, Malformed},
		{"a longitude where a latitude should be", WGS84, 55, 120, Malformed, Malformed},
	} {
		for i, want := range []Outcome{test.want, test.repaired} {
			var out [2]Place
			[]*Index{ix, repairing}[i].Locate(test.sys, []float64{test.x, test.x}, []float64{test.y, test.y}, []bool{true, false}, out[:])
			if out[0].Outcome != want || (out[0].Area == 0) != want.Placed() {
				t.Errorf("%s: %v in area %d, want %v", test.what, out[0].Outcome, out[0].Area, want)
			}
			if out[1] != unplaced(NoCoordinate) {
				t.Errorf("%s, absent: %v", test.what, out[1].Outcome)
			}
		}
	}
}

func TestMistakesPanic(t *testing.T) {
	ix := index(t, division(t, orb.MultiPolygon{{square(0, 0, 1)}}), Options{})
	two, out := make([]float64, 2), make([]Place, 2)
	for _, test := range []struct {
		want string
		call func()
	}{
		{`locate: no coordinate system "rt90"`, func() { ix.Locate("rt90", two, two, nil, out) }},
		{"locate: 2 records, but 1 and 2 coordinates", func() { ix.Points(two[:1], two, out) }},
		{"locate: 2 records, but 2 and 1 coordinates", func() { ix.Points(two, two[:1], out) }},
		{"locate: 2 records, but presence of 1", func() { ix.Locate(WGS84, two, two, make([]bool, 1), out) }},
		{"locate: 2 records, but the kommun of 1", func() { new(Account).AddAll(make([]string, 1), out) }},
	} {
		func() {
			defer func() {
				if got := recover(); got != test.want {
					t.Errorf("%v, want %s", got, test.want)
				}
			}()
			test.call()
		}()
	}
}

func bare(t *testing.T, id string, codes ...string) *area.Division {
	t.Helper()
	parsed, err := area.ParseID(id)
	if err != nil {
		t.Fatal(err)
	}
	var areas []area.Area
	for _, c := range codes {
		areas = append(areas, area.Area{Code: c})
	}
	d, err := area.New(parsed, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCodes(t *testing.T) {
	for _, test := range []struct {
		div  *area.Division
		code string
		want Place
	}{
		{bare(t, "regso-2025", "0114R001", "0114R002"), "0114R002", Place{1, Located}},
		{bare(t, "regso-2025", "0114R001", "0114R002"), "0114R002_RegSO2025", Place{1, Located}}, // as in SCB's PxWebApi
		{bare(t, "regso-2025", "0114R001", "0114R002"), " 0114R002_regso2025 ", Place{1, Located}},
		{bare(t, "regso-2025", "0114R001"), "0114R009_RegSO2025", unplaced(UnknownCode)},
		{bare(t, "regso-2020", "0114R001"), "0114R001_RegSO2025", unplaced(WrongVintage)},
		{bare(t, "regso-2020", "0114R001"), "0114R009_RegSO2025", unplaced(WrongVintage)},
		{bare(t, "regso-2020", "0114R001"), "0114R001", Place{0, Located}},
		{bare(t, "regso-2020", "0114R001"), "0114R003", unplaced(UnknownCode)},
		{bare(t, "regso-2020", "0114R001"), "0114A0010", unplaced(MalformedCode)},
		{bare(t, "regso-2020", "0114R001"), "114R001", unplaced(MalformedCode)},
		{bare(t, "regso-2020", "0114R001"), "", unplaced(NoCode)},
		{bare(t, "regso-2020", "0114R001"), " \t", unplaced(NoCode)},
		{bare(t, "kommun", "0114", "0180"), "180", Place{1, Located}}, // a spreadsheet took the zero
		{bare(t, "kommun", "0114", "0180"), "0180_Kommun2025", Place{1, Located}},
		{bare(t, "kommun", "0114", "0180"), "0181", unplaced(UnknownCode)},
		{bare(t, "distrikt", "x_y"), "x_y", Place{0, Located}},
	} {
		if got := NewCodes(test.div).Place(test.code); got != test.want {
			t.Errorf("%s: %q gives %d %v, want %d %v", test.div.ID, test.code, got.Area, got.Outcome, test.want.Area, test.want.Outcome)
		}
	}
}

func TestKeys(t *testing.T) {
	div := bare(t, "deso-2018", "0180C1010", "0180C1020")
	keys, err := NewKeys(div, map[string]string{"EKEN 1:1": "0180C1020", " EKEN 1:2": "0180C1010 "})
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]Place{
		"EKEN 1:1": {1, Located}, "EKEN 1:2": {0, Located}, " EKEN 1:1 ": {1, Located}, "EKEN 1:3": unplaced(UnknownKey), "": unplaced(NoCode), " ": unplaced(NoCode),
	} {
		if got := keys.Place(key); got != want {
			t.Errorf("%q gives %d %v, want %d %v", key, got.Area, got.Outcome, want.Area, want.Outcome)
		}
	}

	many := map[string]string{}
	for i := range 12 {
		many[fmt.Sprint("secret", i)] = fmt.Sprintf("0181C%04d", i)
	}
	for _, test := range []struct {
		pairs map[string]string
		want  string
	}{
		{map[string]string{"secret": "0180C1030", "secret 2": "0180C1010_DeSO2025", "secret 3": ""},
			`locate: the key table has 3 area codes that can't be placed in DeSO 2018: "" (no_code), "0180C1010_DeSO2025" (wrong_vintage), "0180C1030" (unknown_code)`},
		{map[string]string{" ": "0180C1010"}, "locate: the key table has 1 rows without a key: remove them"},
		{map[string]string{"secret": "0180C1010", "secret ": "0180C1020"},
			"locate: the key table has 1 keys that differ from others in blanks only and have another area: mend them"},
	} {
		if _, err := NewKeys(div, test.pairs); err == nil || err.Error() != test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
	if _, err := NewKeys(div, many); err == nil || strings.Contains(err.Error(), "secret") || !strings.HasSuffix(err.Error(), ", and 2 more") {
		t.Errorf("many unknown codes: %v", err)
	}
}

func TestOutcomes(t *testing.T) {
	list := Outcomes()
	names := map[string]bool{}
	for i, d := range list {
		if d.Outcome != Outcome(i) || d.Name == "" || d.SV == "" || d.EN == "" || names[d.Name] {
			t.Errorf("outcome %d: %+v", i, d)
		}
		if d.Outcome != Located && (d.RemedySV == "" || d.RemedyEN == "") {
			t.Errorf("%s has no remedy", d.Name)
		}
		names[d.Name] = true
		var back Outcome
		if text, err := d.Outcome.MarshalText(); err != nil || back.UnmarshalText(text) != nil || back != d.Outcome {
			t.Errorf("%s comes back as %s", d.Outcome, back)
		}
		placed := map[Outcome]bool{Located: true, Ambiguous: true, Gap: true, RepairedAxes: true}[d.Outcome]
		if d.Placed != placed || d.Outcome.Placed() != placed {
			t.Errorf("%s: placed %v", d.Name, d.Placed)
		}
	}
	if got := Outcome(200).String(); got != "outcome(200)" {
		t.Error(got)
	}
	if _, err := Outcome(200).MarshalText(); err == nil {
		t.Error("no outcome was written")
	}
	if err := new(Outcome).UnmarshalText([]byte("lost")); err == nil {
		t.Error("no outcome was read")
	}
}

func TestAccount(t *testing.T) {
	var a Account
	a.Add("0180", Place{3, Located})
	a.Add("0180", unplaced(NoCoordinate))
	a.Add("", Place{1, Gap})
	a.AddAll([]string{"0114", "0180"}, []Place{{0, Located}, {3, Located}})
	var b Account
	b.AddAll(nil, []Place{unplaced(Outside)})
	a.Merge(&b)
	if err := a.Check(); err != nil {
		t.Fatal(err)
	}
	const want = `{"in":6,"placed":4,"residual":2,"outcomes":{"located":3,"gap":1,"no_coordinate":1,"outside":1},"kommuner":{` +
		`"0114":{"in":1,"placed":1,"residual":0,"outcomes":{"located":1}},` +
		`"0180":{"in":3,"placed":2,"residual":1,"outcomes":{"located":2,"no_coordinate":1}},` +
		`"unknown":{"in":2,"placed":1,"residual":1,"outcomes":{"gap":1,"outside":1}}}}`
	text, err := json.Marshal(&a)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
	var back Account
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, back); diff != "" {
		t.Error(diff)
	}
	lines := []Line{{"0114", Located, 1}, {"0180", Located, 2}, {"0180", NoCoordinate, 1}, {"unknown", Gap, 1}, {"unknown", Outside, 1}}
	if diff := cmp.Diff(lines, a.Lines()); diff != "" {
		t.Error(diff)
	}
	if empty, err := json.Marshal(Account{}); err != nil || string(empty) != `{"in":0,"placed":0,"residual":0,"outcomes":{},"kommuner":null}` {
		t.Errorf("empty: %s, %v", empty, err)
	}
	if err := json.Unmarshal([]byte(`{"outcomes":{"lost":1}}`), &back); err == nil {
		t.Error("an unknown outcome was read")
	}
}

func TestAccountFindsWhatDisappeared(t *testing.T) {
	whole := `{"in":2,"placed":1,"residual":1,"outcomes":{"located":1,"outside":1},"kommuner":{"0180":{"in":2,"placed":1,"residual":1,"outcomes":{"located":1,"outside":1}}}}`
	for _, test := range []struct{ from, to, want string }{
		{"", "", ""},
		{`{"in":2`, `{"in":3`, "locate: account: 3 records in, but 1 placed and 1 residual"},
		{`"0180":{"in":2`, `"0180":{"in":1`, "locate: account of kommun 0180: 1 records in, but 1 placed and 1 residual"},
		{`"outside":1},"kommuner"`, `"no_code":1},"kommuner"`, "locate: account: 2 records in, but the kommuner add up to 2, or differ by outcome"},
		{`"outside":1},"kommuner"`, `"gap":1},"kommuner"`, "locate: account: 1 placed and 1 residual, but by outcome 2 and 0"},
	} {
		var a Account
		if err := json.Unmarshal([]byte(strings.Replace(whole, test.from, test.to, 1)), &a); err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := a.Check(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.to, got, test.want)
		}
	}
	var a Account
	a.Add("0180", Place{-1, Located}) // says it is placed, but has no area
	if a.Check() == nil {
		t.Error("a record placed nowhere was not found")
	}
}

func TestAccountAdds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole Account
		parts := make([]Account, 3)
		n := rapid.IntRange(0, 50).Draw(t, "records")
		for range n {
			o := Outcome(rapid.IntRange(0, outcomes-1).Draw(t, "outcome"))
			p := unplaced(o)
			if o.Placed() {
				p.Area = 7
			}
			kommun := rapid.SampledFrom([]string{"", "0114", "0180", "2584"}).Draw(t, "kommun")
			whole.Add(kommun, p)
			parts[rapid.IntRange(0, 2).Draw(t, "part")].Add(kommun, p)
		}
		var merged Account
		for i := range parts {
			merged.Merge(&parts[i])
		}
		if err := merged.Check(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(whole, merged); diff != "" || merged.In != int64(n) {
			t.Fatal(diff)
		}
	})
}
