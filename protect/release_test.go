package protect

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/skikt/skikt/cube"
)

// By hand: with everything of A shown before but its total known too, hiding a now is no use: 22 − 20 = 2 is told, and is counted as told beforehand. Where only the
// total was shown before, 2 is safe behind the other.
func TestEarlierTables(t *testing.T) {
	f := smallFamily(t)
	full, err := f.Inner.View(f.Views[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		hidden     []string
		beforehand int
	}{{[]string{"A,b"}, 1}, {[]string{"A,a", "A,b", "B,a", "B,b", "C,a", "C,b"}, 0}} {
		r, err := Apply([]Family{f}, hiding(5), hideCells(full, c.hidden...))
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Audit().Measures[0].Beforehand; got != c.beforehand {
			t.Errorf("with %v hidden before, %d are told beforehand, want %d", c.hidden, got, c.beforehand)
		}
		if s := r.Tables()[0].Cube().Get("NPersons", "A", "b").Status; !s.Hidden() {
			t.Errorf("A, b is %s", s)
		}
	}
	// Shown before: A's total, and b's in all. Then of 2 = 22 − a neither a nor the rest of b may be told.
	earlier := hideCells(full, "A,a", "A,b", "B,b", "C,b", "B,a", "C,a", "B,", "C,")
	r, err := Apply([]Family{f}, hiding(5), earlier)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Attack([]*cube.Cube{earlier, r.Tables()[0].Cube()})
	if got := places(found); err != nil || slices.Contains(got, "region=A, outcome=b") { // larger numbers may be shown now
		t.Errorf("%+v, %v", found.Found, err)
	}
}

// By hand: by outcome and by sex the same 3 persons of A are counted. By sex alone nothing is small but the 3 of A in all, which both tables have: hidden in one and
// shown in the other it would be told.
func TestFamiliesOfOnePopulation(t *testing.T) {
	byOutcome := innerOf(t, []string{"region", "outcome"}, [][]string{{"A", "a", "3"}, {"B", "a", "30"}, {"B", "b", "40"}, {"C", "a", "50"}, {"C", "b", "60"}})
	bySex := innerOf(t, []string{"region", "sex"}, [][]string{{"A", "k", "3"}, {"B", "k", "35"}, {"B", "m", "35"}, {"C", "k", "55"}, {"C", "m", "55"}})
	families := []Family{{Name: "outcome", Inner: byOutcome, Views: []cube.View{view("region", "outcome")}, Population: "people"},
		{Name: "sex", Inner: bySex, Views: []cube.View{view("region", "sex")}, Population: "people"}}
	r, err := Apply(families, hiding(5))
	if err != nil {
		t.Fatal(err)
	}
	var tables []*cube.Cube
	for _, table := range r.Tables() {
		tables = append(tables, table.Cube())
	}
	for k, table := range tables {
		if s := table.Get("NPersons", "A", cube.Total).Status; !s.Hidden() {
			t.Errorf("A in all is %s in table %d", s, k)
		}
	}
	if f, err := Attack(tables); err != nil || len(f.Found) > 0 || f.Ignored > 0 {
		t.Errorf("%+v, %v", f, err)
	}
	families[1].Inner = innerOf(t, []string{"region", "sex"}, [][]string{{"A", "k", "4"}, {"B", "k", "35"}, {"B", "m", "35"}, {"C", "k", "55"}, {"C", "m", "55"}})
	if _, err := Apply(families, hiding(5)); err == nil || !strings.Contains(err.Error(), "differs between them at region=A") {
		t.Errorf("families that disagree: %v", err)
	}
}

// By hand: 4 of 44 in A, with 40, 30, 30 and 20 around; an interval of 10 up needs a partner with 10 to give.
func TestDeclaredInterval(t *testing.T) {
	inner := innerOf(t, []string{"region", "outcome"}, [][]string{{"A", "a", "4"}, {"A", "b", "40"}, {"B", "a", "6"}, {"B", "b", "7"}, {"C", "a", "50"}, {"C", "b", "60"}})
	p := hiding(5)
	p.Interval = Interval{Least: 10}
	r, err := Apply([]Family{{Name: "f", Inner: inner, Views: []cube.View{view("region", "outcome")}}}, p)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Attack([]*cube.Cube{r.Tables()[0].Cube()})
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range f.Known {
		if k.Where == "region=A, outcome=a" && (k.WholeLeast > 0 || k.WholeMost != nil && *k.WholeMost < 14) {
			t.Errorf("A, a is known from %v to %v", k.WholeLeast, *k.WholeMost)
		}
	}
	if w := r.Audit().Measures[0].Narrowest; w != nil && *w < 14 {
		t.Errorf("the narrowest interval is %v wide", *w)
	}
}

// A record signed is verified with its tables; one that was changed is not.
func TestRecord(t *testing.T) {
	r, err := Apply([]Family{smallFamily(t)}, hiding(5))
	if err != nil {
		t.Fatal(err)
	}
	table := r.Tables()[0].Cube()
	record := r.Record()
	// By hand: A, b is hidden by the rule, with A, a, and B the smaller of the other two: 20 + 2 + 30 + 40 of 202 persons.
	if x := record.Tables[0]; x.Hidden != 4 || x.Rules["min-count"] != 1 || x.Rules["secondary"] != 3 || x.SharePersons != 92./202 {
		t.Errorf("%+v", x)
	}
	record.Signed = Signature{Name: "N. N.", Role: "statistician", Date: "2024-01-01"}
	var text bytes.Buffer
	if err := record.WriteJSON(&text); err != nil {
		t.Fatal(err)
	}
	again, err := ReadRecord(&text)
	if err != nil || again.Signed != record.Signed || again.Verify(table) != nil {
		t.Errorf("%v, %v", err, again.Verify(table))
	}
	if text := record.Text("sv"); !strings.Contains(text, "Namn:  N. N.") || !strings.Contains(text, "Tabell region-outcome: 12 rader, 8 visas, 4 döljs") {
		t.Error(text)
	}
	changed := table.Edit(func(row, _ int, c cube.Cell) cube.Cell {
		if row == table.Find("C", "a") {
			c.Value++
		}
		return c
	})
	if record.Verify(changed) == nil {
		t.Error("another table passes")
	}
	record.Tables[0].Hidden--
	if record.Verify() == nil {
		t.Error("a changed record passes")
	}
	if c := r.Account().Cube(); c.Get("NCells", "region-outcome", "hidden_rule").Value != 1 || c.Get("NCells", "region-outcome", "known").Value != 8 {
		t.Errorf("%+v", c)
	}
}

// By hand, under (1, 80), p = 10 and 3 contributors: 90 of 100 is 90 per cent; 100 − 99 = 1 is under 10 per cent of 50; two are too few. Of one owner two are one.
func TestContributors(t *testing.T) {
	give := func(values ...float64) (of []Contribution) {
		for i, v := range values {
			of = append(of, Contribution{Contributor: string(rune('A' + i)), Value: v})
		}
		return of
	}
	for _, c := range []struct {
		name   string
		of     []Contribution
		policy Policy
		want   bool
	}{
		{"dominated", give(90, 5, 5), Policy{Dominance: []Dominance{{1, 80}}}, true},
		{"just not", give(80, 10, 10), Policy{Dominance: []Dominance{{1, 80}}}, false},
		{"second of two rules", give(50, 49.5, 0.5), Policy{Dominance: []Dominance{{1, 80}, {2, 99}}}, true},
		{"p", give(50, 49, 1), Policy{PPercent: 10}, true},
		{"p, enough left", give(50, 45, 5), Policy{PPercent: 10}, false},
		{"losses", give(-90, 5, 5), Policy{Dominance: []Dominance{{1, 80}}}, true},
		{"two", give(50, 50), Policy{MinContributors: 3}, true},
		{"three", give(50, 50, 1), Policy{MinContributors: 3}, false},
		{"three of whom two have one owner", give(50, 50, 1), Policy{MinContributors: 3, Holdings: map[string]string{"A": "owner", "B": "owner"}}, true},
		{"nobody's", give(50, 50, 1), Policy{MinContributors: 3, NoContributors: []string{"C"}}, true},
		{"nobody", give(50), Policy{MinContributors: 3, NoContributors: []string{"A"}}, false},
		{"weights", []Contribution{{Contributor: "A", Value: 9, Weight: 10}, {Contributor: "B", Value: 10}}, Policy{Dominance: []Dominance{{1, 80}}}, true},
	} {
		if got := Concentrate(c.of, c.policy).sensitive(c.policy); got != c.want {
			t.Errorf("%s: hidden %v, want %v", c.name, got, c.want)
		}
	}
}

// Any policy that passes validation either protects a table or says why not, and never panics.
func FuzzPolicy(f *testing.F) {
	f.Add(5, 20, 5, 0.0, 0, 0.1, true, false)
	f.Add(0, 0, 0, 10.0, 3, 0.0, false, true)
	inner := [][]string{{"A", "a", "4"}, {"A", "b", "40"}, {"B", "a", "6"}, {"B", "b", "0"}, {"C", "a", "1"}, {"C", "b", "60"}}
	f.Fuzz(func(t *testing.T, least, persons, with int, percent float64, interval int, share float64, zeros, full bool) {
		p := hiding(least)
		p.SharePersons, p.ShareWith, p.PPercent, p.Interval = persons, with, percent, Interval{Least: interval, Share: share}
		if zeros {
			p.Zeros = Hide
		}
		if full {
			p.Full = Hide
		}
		r, err := Apply([]Family{{Name: "f", Inner: innerOf(t, []string{"region", "outcome"}, inner), Views: []cube.View{view("region", "outcome")}}}, p)
		if (err == nil) == (r == nil) {
			t.Fatalf("%v and %v", r, err)
		}
		if err != nil && strings.Contains(err.Error(), errExposed.Error()) {
			t.Fatal(err)
		}
	})
}

// FuzzRecord: what is no record is refused, never taken for one.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"sha256":""}`))
	f.Add([]byte(`{"policy":{"name":"x"},"sha256":"0"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := ReadRecord(bytes.NewReader(text))
		if err == nil && r.Verify() != nil {
			t.Error("read, and not verified")
		}
	})
}

// The least and most that an attacker finds contain the truth, and are the truth's own when he finds it.
func TestAttackContainsTheTruth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 4).Draw(t, "rows")
		k := rapid.IntRange(2, 4).Draw(t, "columns")
		b := cube.NewBuilder("t", []cube.Dimension{dimension("a", cube.Group, "a", n), dimension("b", cube.Group, "b", k)}, []cube.Measure{nPersons})
		for i := range n {
			for j := range k {
				b.Add([]int32{int32(i), int32(j)}, cube.KnownCell(float64(rapid.IntRange(0, 9).Draw(t, "n"))))
			}
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		full, err := c.View(view("a", "b"))
		if err != nil {
			t.Fatal(err)
		}
		truth := map[string]float64{}
		dotted := full.Edit(func(row, _ int, cell cube.Cell) cube.Cell {
			if rapid.Bool().Draw(t, "hide") {
				truth[where(full, row)] = cell.Value
				return cube.Cell{Status: cube.HiddenProtect}
			}
			return cell
		})
		f, err := Attack([]*cube.Cube{dotted})
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Known) != len(truth) {
			t.Fatalf("%d of %d hidden cells have an interval", len(f.Known), len(truth))
		}
		for _, x := range f.Known {
			v := truth[x.Where]
			if v < x.WholeLeast || x.WholeMost != nil && v > *x.WholeMost || x.WholeLeast < x.Least-1e-9 || x.Most != nil && (x.WholeMost == nil || *x.WholeMost > *x.Most+1e-9) {
				t.Fatalf("%s is %v, and found in %+v", x.Where, v, x)
			}
		}
	})
}

// Two editions of the same records by areas of two vintages. In 2020 area B, of 3 persons, and C are hidden, and B + C = 30 - 12 = 18 tells neither. In 2025 B is split,
// and both parts are hidden, B1 + B2 = 30 - 12 - 15 = 3; C is shown. Only who knows that C and A are unchanged has B = 30 - 12 - 15 = 3.
func TestAttackOverVintages(t *testing.T) {
	edition := func(name string, codes []string, values []float64) *cube.Cube {
		d := cube.Dimension{Name: name, Role: cube.Area}
		for _, c := range codes {
			d.Members = append(d.Members, cube.Member{Code: c})
		}
		b := cube.NewBuilder(name, []cube.Dimension{d}, []cube.Measure{nPersons})
		for i, v := range values {
			cell := cube.KnownCell(v)
			if v < 0 {
				cell = cube.Cell{Status: cube.HiddenProtect}
			}
			b.Add([]int32{int32(i)}, cell)
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	const hidden = -1
	tables := []*cube.Cube{
		edition("regso@2020", []string{"A", "B", "C", cube.Total}, []float64{12, hidden, hidden, 30}),
		edition("regso@2025", []string{"A", "B1", "B2", "C", cube.Total}, []float64{12, hidden, hidden, 15, 30}),
	}
	apart, err := Attack(tables)
	if err != nil || len(apart.Found) != 0 {
		t.Fatalf("%+v, %v", apart.Found, err)
	}
	linked, err := Attack(tables, Nesting{Fine: "regso@2025", Coarse: "regso@2020", Of: map[string]string{"A": "A", "C": "C"}, Same: true})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]float64{}
	for _, f := range linked.Found {
		found[f.Where] = f.Value
	}
	if len(found) != 2 || found["regso@2020=B"] != 3 || found["regso@2020=C"] != 15 {
		t.Errorf("%+v", linked.Found)
	}
	// B1 is no less known for that: of 3 persons in two areas 0 to 3.
	for _, k := range linked.Known {
		if k.Where == "regso@2025=B1" && (k.WholeLeast != 0 || k.WholeMost == nil || *k.WholeMost != 3) {
			t.Errorf("%+v", k)
		}
	}
}

// Last year's edition and this year's are of other years. B and C of 2022 are hidden behind their sum, 30 − 12 = 18, and what they are in 2023 says nothing of it; only where one table has both years do years add up.
func TestAttackOverYears(t *testing.T) {
	table := func(name string, rows [][3]any) *cube.Cube {
		region, year := cube.Dimension{Name: "region", Role: cube.Area}, cube.Dimension{Name: "year", Role: cube.Time}
		for _, r := range rows {
			for k, d := range []*cube.Dimension{&region, &year} {
				if d.Index(r[k].(string)) < 0 {
					d.Members = append(d.Members, cube.Member{Code: r[k].(string)})
				}
			}
		}
		b := cube.NewBuilder(name, []cube.Dimension{region, year}, []cube.Measure{nPersons})
		for _, r := range rows {
			cell := cube.Cell{Status: cube.HiddenProtect}
			if v, ok := r[2].(int); ok {
				cell = cube.KnownCell(float64(v))
			}
			b.Add([]int32{int32(region.Index(r[0].(string))), int32(year.Index(r[1].(string)))}, cell)
		}
		c, err := b.Cube()
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	before := table("before", [][3]any{{"A", "2022", 12}, {"B", "2022", nil}, {"C", "2022", nil}, {cube.Total, "2022", 30}})
	after := table("after", [][3]any{{"A", "2023", 13}, {"B", "2023", 4}, {"C", "2023", 15}, {cube.Total, "2023", 32}})
	if f, err := Attack([]*cube.Cube{before, after}); err != nil || len(f.Found) > 0 || f.Ignored > 0 {
		t.Errorf("years apart: %+v, %v", f, err)
	}
	both := table("both", [][3]any{{"B", "2022", nil}, {"B", "2023", 4}, {"B", cube.Total, 7}})
	if f, err := Attack([]*cube.Cube{before, both}); err != nil || len(f.Found) != 3 { // B twice, and C
		t.Errorf("7 − 4: %+v, %v", f, err)
	}
}
