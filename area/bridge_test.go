package area

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var (
	regso20 = ID{RegSO, "2020"}
	regso25 = ID{RegSO, "2025"}
	deso18  = ID{DeSO, "2018"}
	deso25  = ID{DeSO, "2025"}
)

func made(t testing.TB, id ID, codes ...string) *Division {
	t.Helper()
	var areas []Area
	for _, c := range codes {
		areas = append(areas, Area{Code: c})
	}
	d, err := New(id, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// shape writes a bridge as lines, for comparing.
func shape(b *Bridge) string {
	var lines []string
	share := func(s Share) string {
		switch {
		case s == All:
			return "all"
		case !s.Known:
			return fmt.Sprintf("%.4g–%.4g", s.Lo, s.Hi)
		}
		return fmt.Sprintf("%.4g (%.4g–%.4g)", s.Est, s.Lo, s.Hi)
	}
	for _, l := range b.Links {
		lines = append(lines, fmt.Sprintf("%s > %s %s: %s, %s", l.Old[4:], l.New[4:], l.Kind, share(l.Forward), share(l.Backward)))
	}
	for _, c := range b.Gives {
		lines = append(lines, c[4:]+" gives")
	}
	for _, c := range b.Takes {
		lines = append(lines, c[4:]+" takes")
	}
	return strings.Join(lines, "\n")
}

func expect(t *testing.T, b *Bridge, want string) {
	t.Helper()
	if got := shape(b); got != strings.TrimSpace(want) {
		t.Errorf("got\n%s\nwant\n%s", got, strings.TrimSpace(want))
	}
}

// The rows are of the kinds in SCB's list, in a kommun of made codes: one area is unchanged and one only drawn further out at sea; 1020 ends in two; 1030 gives a part to 1040, which has no row of
// its own; 1050 and a part of 1060 make 1061; 1070 has another code; 1080 grows by nobody's ground, and 1090 gives nobody knows to whom.
func TestFromChanges(t *testing.T) {
	from := made(t, deso18, "0114A0010", "0114A0020", "0114C1020", "0114C1030", "0114C1040", "0114C1050", "0114C1060", "0114C1070", "0114C1080", "0114C1090")
	to := made(t, deso25, "0114A0010", "0114A0020", "0114C1021", "0114C1022", "0114C1030", "0114C1040", "0114C1060", "0114C1061", "0114C1071", "0114C1080", "0114C1090")
	kind := func(text string) ChangeKind {
		k, ok := ParseChange(text)
		if !ok {
			t.Fatalf("%q is not known", text)
		}
		return k
	}
	rows := []Change{
		{"0114A0020", "0114A0020", kind("Utvidgas till territorialvattengräns"), 2},
		{"0114C1020", "0114C1021", kind("Upphör; till nybildad"), 3},
		{"0114C1020", "0114C1022", kind("Upphör; till  nybildad "), 4},
		{"0114C1030", "0114C1030", kind("Minskas och ger del till befintlig eller nybildad"), 5},
		{"0114C1030", "0114C1040", kind("Ger del/delar till befintlig"), 6},
		{"0114C1050", "0114C1061", kind("upphör; till nybildad"), 7},
		{"0114C1060", "0114C1060", kind("Minskas och ger del till befintlig eller nybildad"), 8},
		{"0114C1060", "0114C1061", kind("Ger del till nybildad"), 9},
		{"0114C1070", "0114C1071", kind("Kodändrad; annat än 20-22"), 10},
		{"0114C1080", "0114C1080", kind("Utvidgas"), 11},
		{"1883A0010", "1883A0030", kind("Upphör; till nybildad"), 13},
	}
	b, aside, err := FromChanges(from, to, rows, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(aside, []int{13}) {
		t.Errorf("set aside: %v", aside)
	}
	expect(t, b, `
A0010 > A0010 same: all, all
A0020 > A0020 same: all, all
C1020 > C1021 split: 0–1, all
C1020 > C1022 split: 0–1, all
C1030 > C1030 split: 0–1, all
C1030 > C1040 changed: 0–1, 0–1
C1040 > C1040 merged: all, 0–1
C1050 > C1061 merged: all, 0–1
C1060 > C1060 split: 0–1, all
C1060 > C1061 changed: 0–1, 0–1
C1070 > C1071 same: all, all
C1080 > C1080 merged: all, 0–1
C1090 > C1090 same: all, all
C1080 takes`)
	// 1090 gives nobody knows to whom: it may be to any of the new areas of the kommun, but not to those that stay.
	rows = append(rows, Change{"0114C1090", "0114C1090", kind("Minskas och ger del till befintlig eller nybildad"), 12})
	if b, _, err = FromChanges(from, to, rows, nil); err != nil {
		t.Fatal(err)
	}
	if want := []string{"0114C1021", "0114C1022", "0114C1061", "0114C1071", "0114C1080"}; !slices.Equal(b.Gives, []string{"0114C1090"}) || !slices.Equal(b.Takes, want) || b.Same()["0114C1070"] != "" || b.Same()["0114A0010"] == "" {
		t.Errorf("gives %v, takes %v", b.Gives, b.Takes)
	}
	rows = rows[:len(rows)-1]
	b, _, _ = FromChanges(from, to, rows, nil)
	expect(t, b.Reverse().Reverse(), shape(b))
	if same := b.Same(); !reflect.DeepEqual(same, map[string]string{"0114A0010": "0114A0010", "0114A0020": "0114A0020", "0114C1070": "0114C1071", "0114C1090": "0114C1090"}) {
		t.Errorf("the same: %v", same)
	}
	for code, want := range map[string]bool{"0114A0010": false, "0114C1071": false, "0114C1021": true, "0114C1080": true, "0114C1040": true} {
		if _, breaks := b.Breaks(code); breaks != want {
			t.Errorf("%s breaks: %v", code, breaks)
		}
	}

	// An excerpt tells nothing of areas that it does not name.
	b, _, err = FromChanges(from, to, rows[1:3], func(string) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	if n := b.Count(Same); n != 0 || !slices.Contains(b.Gives, "0114A0010") || slices.Contains(b.Gives, "0114C1020") {
		t.Errorf("%d are the same by an excerpt that does not name them; %v", n, b.Gives)
	}

	// Whoever says that 1030 is the same ground, says that 1040 got nothing of it.
	b, _, _ = FromChanges(from, to, rows, nil)
	if b, err = b.DeclareSame(from, to, map[string]string{"0114C1030": "0114C1030"}); err != nil {
		t.Fatal(err)
	}
	if same := b.Same(); same["0114C1030"] != "0114C1030" || same["0114C1040"] != "0114C1040" {
		t.Errorf("declared: %v", same)
	}
	if _, err := b.DeclareSame(from, to, map[string]string{"0114C1030": "0114C1030", "0114C1040": "0114C1030"}); err == nil || !strings.Contains(err.Error(), "both 0114C1030 and 0114C1040") {
		t.Errorf("two are declared the same as one: %v", err)
	}
	if _, err := b.DeclareSame(from, to, map[string]string{"0114C9999": "0114C1030"}); err == nil || !strings.Contains(err.Error(), "0114C9999 is not in deso-2018") {
		t.Errorf("an unknown area is declared: %v", err)
	}

	// A row in words that are not known makes its areas doubtful, and impossible rows are refused.
	b, _, err = FromChanges(from, to, []Change{{"0114A0010", "0114A0010", "", 2}}, nil)
	if err != nil || b.Same()["0114A0010"] != "" || b.Same()["0114A0020"] == "" {
		t.Errorf("a change of an unknown kind: %v, %v", err, b)
	}
	if _, _, err = FromChanges(from, to, []Change{{"0114A0010", "0114A0010", Ends, 7}}, nil); err == nil || !strings.Contains(err.Error(), "line 7") {
		t.Errorf("an area ends in itself: %v", err)
	}
	if _, ok := ParseChange("Namnbyte"); ok {
		t.Error("a word that is not in SCB's lists was understood")
	}
}

// Two RegSO of three and two DeSO. By hand: R001 has 100, 200 and 300 persons in 1010, 1020 and 1030; R002 has 400 in 1040 and 500 in 1050. 1020 is cut in two within R001, which is no doubt. 1030 gives a
// part to R002: 50 of 300, and surely between 30 and 90. So 550 of 600 are left in R001: 0.9167, between 510/600 = 0.85 and 570/600 = 0.95. R002 gets 50 + 900: 900/950 = 0.9474 of it was in
// R002 before, between 900/990 = 0.9091 and 900/930 = 0.9677.
func TestRollUp(t *testing.T) {
	g := NewGeography()
	old := made(t, deso18, "0114C1010", "0114C1020", "0114C1030", "0114C1040", "0114C1050")
	now := made(t, deso25, "0114C1010", "0114C1021", "0114C1022", "0114C1030", "0114C1040", "0114C1050")
	for _, d := range []*Division{old, now, made(t, regso20, "0114R001", "0114R002"), made(t, regso25, "0114R001", "0114R002")} {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	key := func(from, to ID, parents map[string]string) {
		full := map[string]string{}
		for code, p := range parents {
			full["0114C"+code] = "0114R" + p
		}
		if err := g.AddKey(from, to, full); err != nil {
			t.Fatal(err)
		}
	}
	key(deso18, regso20, map[string]string{"1010": "001", "1020": "001", "1030": "001", "1040": "002", "1050": "002"})
	key(deso25, regso25, map[string]string{"1010": "001", "1021": "001", "1022": "001", "1030": "001", "1040": "002", "1050": "002"})
	link := func(a, b string, forward, backward Share) Link {
		return Link{Old: "0114C" + a, New: "0114C" + b, Forward: forward, Backward: backward}
	}
	fine, err := Ground(old, now, ByGround, []Link{
		link("1010", "1010", All, All), link("1020", "1021", Some, All), link("1020", "1022", Some, All), link("1050", "1050", All, All),
		link("1030", "1030", Share{0.7, 0.9, 5.0 / 6, true}, All), link("1030", "1040", Share{0.1, 0.3, 1.0 / 6, true}, Share{0, 1, 0.1, true}), link("1040", "1040", All, Share{0, 1, 0.9, true}),
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	persons := map[string]float64{"0114C1010": 100, "0114C1020": 200, "0114C1030": 300, "0114C1040": 400, "0114C1050": 500}
	b, err := fine.RollUp(g, regso20, regso25, persons, nil)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, b, `
R001 > R001 split: 0.9167 (0.85–0.95), all
R001 > R002 changed: 0.08333 (0.05–0.15), 0.05263 (0.03226–0.09091)
R002 > R002 merged: all, 0.9474 (0.9091–0.9677)`)
	if b.Basis != ByPersons {
		t.Errorf("the basis is %s", b.Basis)
	}
	// With the persons of the newer vintage, 460 in the new 1040 of whom 1/10 (0..1) were in 1030, and 500: 46/960.
	later := map[string]float64{"0114C1010": 1, "0114C1021": 1, "0114C1022": 1, "0114C1030": 1, "0114C1040": 460, "0114C1050": 500}
	if b, err = fine.RollUp(g, regso20, regso25, persons, later); err != nil {
		t.Fatal(err)
	}
	expect(t, b, `
R001 > R001 split: 0.9167 (0.85–0.95), all
R001 > R002 changed: 0.08333 (0.05–0.15), 0.04792 (0–0.4792)
R002 > R002 merged: all, 0.9521 (0.5208–1)`)
	// Without persons only what is all of an area is known.
	if b, err = fine.RollUp(g, regso20, regso25, nil, nil); err != nil {
		t.Fatal(err)
	}
	expect(t, b, `
R001 > R001 split: 0–1, all
R001 > R002 changed: 0–1, 0–1
R002 > R002 merged: all, 0–1`)
	if err := g.AddBridge(b); err != nil {
		t.Fatal(err)
	}
	back, ok := g.Bridge(regso25, regso20)
	if !ok || shape(back) != shape(b.Reverse()) || len(g.Bridges()) != 1 {
		t.Error("the way back is not found")
	}
	if _, ok := g.Bridge(deso18, deso25); ok {
		t.Error("a bridge that nobody has put in is found")
	}
}

// SCB's list says which areas have ground in common, borders how much: 1030 keeps 0.6 of its ground, gives 0.3 to 1040, and by the generalised borders 0.1 to 1050, of which the list says nothing.
func TestEstimate(t *testing.T) {
	d := func(id ID) *Division { return made(t, id, "0114C1030", "0114C1040", "0114C1050") }
	from, to := d(deso18), d(deso25)
	listed, _, err := FromChanges(from, to, []Change{{"0114C1030", "0114C1030", Shrinks, 2}, {"0114C1030", "0114C1040", Parts, 3}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	part := func(a, b string, f, w float64) Link {
		return Link{Old: "0114C" + a, New: "0114C" + b, Forward: Share{0, 1, f, true}, Backward: Share{0, 1, w, true}}
	}
	drawn, err := Ground(from, to, ByGround, []Link{part("1030", "1030", 0.6, 1), part("1030", "1040", 0.3, 0.25), part("1030", "1050", 0.1, 0.2), part("1040", "1040", 1, 0.75), part("1050", "1050", 1, 0.8)}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := listed.Estimate(from, to, drawn)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, b, `
C1030 > C1030 split: 0.6667 (0–1), all
C1030 > C1040 changed: 0.3333 (0–1), 0.25 (0–1)
C1040 > C1040 merged: all, 0.75 (0–1)
C1050 > C1050 same: all, all`)
	// Where the list says that 1030 gave ground nobody knows where, the borders tell.
	if listed, _, err = FromChanges(from, to, []Change{{"0114C1030", "0114C1030", Shrinks, 2}, {"0114C1040", "0114C1040", Grows, 3}}, nil); err != nil {
		t.Fatal(err)
	}
	if len(listed.Gives) != 1 || len(listed.Takes) != 1 {
		t.Fatalf("%v %v", listed.Gives, listed.Takes)
	}
	if b, err = listed.Estimate(from, to, drawn); err != nil {
		t.Fatal(err)
	}
	expect(t, b, `
C1030 > C1030 split: 0.6 (0–1), all
C1030 > C1040 changed: 0.3 (0–1), 0.25 (0–1)
C1030 > C1050 changed: 0.1 (0–1), 0.2 (0–1)
C1040 > C1040 merged: all, 0.75 (0–1)
C1050 > C1050 merged: all, 0.8 (0–1)`)
	if _, err := listed.Estimate(from, to, drawn.Reverse()); err == nil {
		t.Error("sizes of the way back were taken")
	}
}

func TestNewBridgeRefuses(t *testing.T) {
	from, to := made(t, deso18, "0114C1030", "0114C1040"), made(t, deso25, "0114C1030", "0114C1040")
	half := Share{0, 1, 0.5, true}
	for _, c := range []struct {
		links []Link
		want  string
	}{
		{[]Link{{"0114C1050", "0114C1030", Same, All, All}}, "0114C1050 is not in deso-2018"},
		{[]Link{{"0114C1030", "0114C1050", Same, All, All}}, "0114C1050 is not in deso-2025"},
		{[]Link{{"0114C1030", "0114C1030", Same, All, All}, {"0114C1030", "0114C1030", Same, All, All}}, "stands twice"},
		{[]Link{{"0114C1030", "0114C1030", Changed, Share{0.5, 0.4, 0, false}, Some}}, "between 0.5 and 0.4"},
		{[]Link{{"0114C1030", "0114C1030", Changed, Share{math.NaN(), 1, 0, false}, Some}}, "between NaN"},
		{[]Link{{"0114C1030", "0114C1030", Same, half, All}}, "said to be the same"},
		{[]Link{{"0114C1030", "0114C1030", Split, half, All}}, "sum to 0.5, not 1"},
	} {
		if _, err := NewBridge(from, to, ByList, c.links, nil, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	if _, err := NewBridge(from, made(t, regso25, "0114R001"), ByList, nil, nil, nil); err == nil {
		t.Error("a bridge from DeSO to RegSO was made")
	}
}

// Laws of every bridge that pieces make: parts sum to 1 both ways, the same ground exactly where two areas are made of the same pieces, and what RollUp says holds of the persons in the pieces.
func TestBridgeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "pieces")
		code := func(k int) string { return fmt.Sprintf("0114C%04d", k) }
		regso := func(k int) string { return fmt.Sprintf("0114R%03d", k) }
		// each piece is in a fine area of either vintage, each fine area in a coarse one; k pieces, at most k areas
		oldOf, nowOf := make([]int, n), make([]int, n)
		persons := make([]float64, n)
		for i := range n {
			oldOf[i], nowOf[i] = rapid.IntRange(0, n-1).Draw(t, "old"), rapid.IntRange(0, n-1).Draw(t, "new")
			persons[i] = float64(rapid.IntRange(0, 50).Draw(t, "persons"))
		}
		up := rapid.SliceOfN(rapid.IntRange(0, 2), 2*n, 2*n).Draw(t, "up")
		g := NewGeography()
		division := func(id ID, of []int, name func(int) string) *Division {
			var areas []Area
			seen := map[int]bool{}
			for _, k := range of {
				if !seen[k] {
					seen[k] = true
					areas = append(areas, Area{Code: name(k)})
				}
			}
			d, err := New(id, areas)
			if err != nil {
				t.Fatal(err)
			}
			if err := g.Add(d); err != nil {
				t.Fatal(err)
			}
			return d
		}
		coarse := func(of []int, shift int) (out []int, key map[string]string) {
			key = map[string]string{}
			for _, k := range of {
				out = append(out, up[k+shift])
				key[code(k)] = regso(up[k+shift])
			}
			return out, key
		}
		from, to := division(deso18, oldOf, code), division(deso25, nowOf, code)
		oldUp, oldKey := coarse(oldOf, 0)
		nowUp, nowKey := coarse(nowOf, n)
		division(regso20, oldUp, regso)
		division(regso25, nowUp, regso)
		if err := g.AddKey(deso18, regso20, oldKey); err != nil {
			t.Fatal(err)
		}
		if err := g.AddKey(deso25, regso25, nowKey); err != nil {
			t.Fatal(err)
		}
		// ground is one unit for each piece; where persons live on it is not known, so bounds are 0..1
		oldSize, nowSize, both := map[int]float64{}, map[int]float64{}, map[[2]int]float64{}
		oldPersons := map[string]float64{}
		nowPersons := map[string]float64{}
		for i := range n {
			oldSize[oldOf[i]]++
			nowSize[nowOf[i]]++
			both[[2]int{oldOf[i], nowOf[i]}]++
			oldPersons[code(oldOf[i])] += persons[i]
			nowPersons[code(nowOf[i])] += persons[i]
		}
		var pairs []Link
		for k, size := range both {
			pairs = append(pairs, Link{Old: code(k[0]), New: code(k[1]), Forward: Share{0, 1, size / oldSize[k[0]], true}, Backward: Share{0, 1, size / nowSize[k[1]], true}})
		}
		fine, err := Ground(from, to, ByGround, pairs, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		var laterPersons map[string]float64
		if rapid.Bool().Draw(t, "later") {
			laterPersons = nowPersons
		}
		rolled, err := fine.RollUp(g, regso20, regso25, oldPersons, laterPersons)
		if err != nil {
			t.Fatal(err)
		}
		truth := func(name func(int) string, old, now []int) (both map[[2]string]float64, olds, news map[string]float64, same map[string]string) {
			both, olds, news = map[[2]string]float64{}, map[string]float64{}, map[string]float64{}
			partners := map[string]map[string]bool{}
			for i := range n {
				o, w := name(old[i]), name(now[i])
				both[[2]string{o, w}] += persons[i]
				olds[o] += persons[i]
				news[w] += persons[i]
				for _, p := range [][2]string{{"<" + o, w}, {">" + w, o}} {
					if partners[p[0]] == nil {
						partners[p[0]] = map[string]bool{}
					}
					partners[p[0]][p[1]] = true
				}
			}
			same = map[string]string{}
			for k := range both {
				if len(partners["<"+k[0]]) == 1 && len(partners[">"+k[1]]) == 1 {
					same[k[0]] = k[1]
				}
			}
			return both, olds, news, same
		}
		check := func(b *Bridge, label string, both map[[2]string]float64, olds, news map[string]float64, same map[string]string) {
			if len(b.Gives)+len(b.Takes) > 0 || len(b.Links) != len(both) {
				t.Fatalf("%s: %d links of %d pairs, %v %v", label, len(b.Links), len(both), b.Gives, b.Takes)
			}
			if got := b.Same(); !reflect.DeepEqual(got, same) {
				t.Fatalf("%s: the same: %v, want %v", label, got, same)
			}
			const little = 1e-9
			for _, l := range b.Links {
				p := both[[2]string{l.Old, l.New}]
				if all := olds[l.Old]; all > 0 && (p/all < l.Forward.Lo-little || p/all > l.Forward.Hi+little) {
					t.Fatalf("%s: %v of the persons of %s are in %s, which is not within %v", label, p/all, l.Old, l.New, l.Forward)
				}
				if all := news[l.New]; all > 0 && (p/all < l.Backward.Lo-little || p/all > l.Backward.Hi+little) {
					t.Fatalf("%s: %v of the persons of %s were in %s, which is not within %v", label, p/all, l.New, l.Old, l.Backward)
				}
			}
		}
		b, o, w, s := truth(code, oldOf, nowOf)
		check(fine, "fine", b, o, w, s)
		check(fine.Reverse().Reverse(), "there and back", b, o, w, s)
		b, o, w, s = truth(regso, oldUp, nowUp)
		check(rolled, "coarse", b, o, w, s)
		text, err := json.Marshal(rolled)
		if err != nil {
			t.Fatal(err)
		}
		var read Bridge
		if err := json.Unmarshal(text, &read); err != nil || shape(&read) != shape(rolled) || read.From != rolled.From || read.Basis != rolled.Basis {
			t.Fatalf("written and read: %v", err)
		}
		// Nothing has changed between a division and itself under another name.
		twin := &Division{ID: deso25, areas: from.areas, byCode: from.byCode}
		none, _, err := FromChanges(from, twin, nil, nil)
		if err != nil || none.Count(Same) != from.Len() || len(none.Links) != from.Len() {
			t.Fatalf("without changes: %v", err)
		}
	})
}

func FuzzBridgeJSON(f *testing.F) {
	f.Add([]byte(`{"from":"deso-2018","to":"deso-2025","basis":"list","unchanged":["0114C1010"],"links":[{"old":"0114C1020","new":"0114C1021","kind":"split","forward":{"lo":0,"hi":1},"backward":{"lo":1,"hi":1,"est":1}}]}`))
	f.Add([]byte(`{"from":"deso-2018","to":"regso-2025","unchanged":["a","a"]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var b Bridge
		if json.Unmarshal(text, &b) != nil {
			return
		}
		again, err := json.Marshal(&b)
		if err != nil {
			t.Fatal(err)
		}
		var c Bridge
		if err := json.Unmarshal(again, &c); err != nil || len(c.Links) != len(b.Links) {
			t.Fatal(err)
		}
	})
}

// A bridge is refused that contradicts itself: by hand or from a file. Two parts of 0114C1010 can't both be all that it is.
func TestBridgeContradicts(t *testing.T) {
	old, now := made(t, deso18, "0114C1010"), made(t, deso25, "0114C1011", "0114C1012")
	part := Share{0, 1, 0.5, true}
	for name, links := range map[string][]Link{
		"not of two":   {{"0114C1010", "0114C1011", Same, All, All}, {"0114C1010", "0114C1012", Split, part, All}},
		"not a merger": {{"0114C1010", "0114C1011", Merged, part, All}, {"0114C1010", "0114C1012", Split, part, All}},
	} {
		if _, err := NewBridge(old, now, ByList, links, nil, nil); err == nil || !strings.Contains(err.Error(), "by what else is known") {
			t.Errorf("%s: %v", name, err)
		}
	}
	text := `{"from":"deso-2018","to":"deso-2025","basis":"list","unchanged":[],"links":[{"old":"0114C1010","new":"0114C1011","kind":"same","forward":{"lo":1,"hi":1,"est":1},"backward":{"lo":1,"hi":1,"est":1}}],"gives":["0114C1010"]}`
	var b Bridge
	if err := json.Unmarshal([]byte(text), &b); err == nil || !strings.Contains(err.Error(), "by what else is known") {
		t.Errorf("the same ground, of which some is gone: %v", err)
	}
	// A part of unknown size leaves those beside it unknown: 0.6 of an area is not all of it because the rest was not measured.
	g, err := Ground(old, now, ByGround, []Link{{Old: "0114C1010", New: "0114C1011", Forward: Share{0, 1, 0.6, true}, Backward: All}, {Old: "0114C1010", New: "0114C1012", Forward: Some, Backward: All}}, nil, nil)
	if err != nil || g.Links[0].Forward.Known || g.Links[1].Forward.Known {
		t.Errorf("%+v, %v", g, err)
	}
}
