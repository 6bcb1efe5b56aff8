package protect

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
	"pgregory.net/rapid"
)

// quarter changes by −1, 0, 1 with chances ¼, ½, ¼ (worked out in TestPerturbationRows).
var quarter = PerturbationTable{MaxChange: 1, Variance: 0.5}

func mustNoise(t testing.TB, k CellKey) *Noise {
	t.Helper()
	n, err := k.Noise()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestCellKeyFraction: with 8 bits the running sums ¼, ¾, 1 are the keys 64, 192, 256; what a sum has above 255 does not count.
func TestCellKeyFraction(t *testing.T) {
	noise := mustNoise(t, CellKey{Bits: 8, Table: quarter})
	for _, tt := range []struct {
		count int64
		sum   uint64
		want  int64
	}{
		{5, 0, 4}, {5, 63, 4}, {5, 64, 5}, {5, 191, 5}, {5, 192, 6}, {5, 255, 6}, {5, 256 + 63, 4}, {5, 3*256 + 192, 6}, {1, 0, 0}, {0, 255, 0}, {1 << 40, 10, 1<<40 - 1},
	} {
		out := []int64{0}
		if err := noise.Perturb(out, []int64{tt.count}, []uint64{tt.sum}); err != nil || out[0] != tt.want {
			t.Errorf("count %d, sum of keys %d: %d, %v, want %d", tt.count, tt.sum, out[0], err, tt.want)
		}
	}
	if err := noise.Perturb([]int64{0}, []int64{-1}, []uint64{0}); err == nil || !strings.Contains(err.Error(), "cell 1 has a negative count") {
		t.Errorf("a negative count: %v", err)
	}
	if err := noise.Perturb([]int64{0}, []int64{1, 2}, []uint64{0}); err == nil {
		t.Error("columns of different lengths are taken")
	}
}

// TestCellKeyReuse: of three rows, those from 2 on are used over and over: 4 takes row 2, 5 row 3, 6 row 2; without that the last row is for all.
func TestCellKeyReuse(t *testing.T) {
	table := func(reuse int) CellKey {
		l := &LookupTable{ReuseFrom: reuse}
		for v := range 3 {
			l.Rows = append(l.Rows, slices.Repeat([]int{v}, 256))
		}
		return CellKey{Bits: 8, Lookup: l}
	}
	counts := []int64{0, 1, 2, 3, 4, 5, 6, 751}
	for reuse, want := range map[int][]int64{2: {0, 1, 3, 5, 5, 7, 7, 753}, 0: {0, 1, 3, 5, 6, 7, 8, 753}} {
		out := make([]int64, len(counts))
		if err := mustNoise(t, table(reuse)).Perturb(out, counts, make([]uint64, len(counts))); err != nil || !slices.Equal(out, want) {
			t.Errorf("reuse from %d: %v, %v, want %v", reuse, out, err, want)
		}
	}
	// The rows that the Office for National Statistics says its 750-row table uses: 751 and 1001 use 501, 1000 uses 750.
	big := &LookupTable{ReuseFrom: 501}
	for range 750 {
		big.Rows = append(big.Rows, make([]int, 256))
	}
	n := mustNoise(t, CellKey{Bits: 8, Lookup: big})
	for count, row := range map[int64]int{1: 1, 750: 750, 751: 501, 1000: 750, 1001: 501} {
		if got := n.row(count) + 1; got != row {
			t.Errorf("count %d uses row %d, want %d", count, got, row)
		}
	}
}

// TestRecordKeys: the first bits of HMAC-SHA-256 under the seed 01 02 … 10 (hexadecimal), computed with Python's hmac.
func TestRecordKeys(t *testing.T) {
	seed := []byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}
	for bits, want := range map[int][3]int64{20: {484962, 640023, 218070}, 8: {118, 156, 53}} {
		k, err := NewRecordKeyer(seed, bits)
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range []string{"person-1", "person-2", ""} {
			if got := k.Key(id); got != want[i] {
				t.Errorf("%d bits, %q: %d, want %d", bits, id, got, want[i])
			}
		}
	}
	if _, err := NewRecordKeyer(seed[1:], 20); err == nil {
		t.Error("a short seed is taken")
	}
	if _, err := NewRecordKeyer(seed, 33); err == nil {
		t.Error("33 bits are taken")
	}
	// Spread evenly: χ² of 65,536 keys over 256 values has mean 255 and standard deviation √510 = 22.6.
	k, _ := NewRecordKeyer(seed, 8)
	var n [256]float64
	for i := range 1 << 16 {
		n[k.Key(fmt.Sprint(i))]++
	}
	chi := 0.0
	for _, x := range n {
		chi += (x - 256) * (x - 256) / 256
	}
	if math.Abs(chi-255) > 4*22.6 {
		t.Errorf("χ² is %v", chi)
	}
	// ¼ + ½ + ⅞ has the fraction ⅝: of 256, 160.
	whole, err := FractionKeys([]float64{0.25, 0.5, 0.875}, 8)
	if err != nil || (whole[0]+whole[1]+whole[2])%256 != 160 {
		t.Errorf("fractions: %v, %v", whole, err)
	}
	if _, err := FractionKeys([]float64{1}, 8); err == nil {
		t.Error("a fraction of 1 is taken")
	}
}

func TestReadLookup(t *testing.T) {
	var text strings.Builder
	text.WriteString("\ufeffckey,pcv,pvalue\n")
	for key := 255; key >= 0; key-- {
		for row := 1; row <= 2; row++ {
			fmt.Fprintf(&text, "%d,%d,%d\n", key, row, key%(row+1)-row)
		}
	}
	l, bits, err := ReadLookup(strings.NewReader(text.String()))
	if err != nil || bits != 8 || len(l.Rows) != 2 || l.Rows[1][5] != 0 || l.Rows[0][4] != -1 || l.ReuseFrom != 0 {
		t.Errorf("%v, %d bits, %v", l, bits, err)
	}
	for name, bad := range map[string]string{
		"column pvalue is missing":    "pcv,ckey\n1,0\n",
		"line 2: pvalue is no whole":  "pcv,ckey,pvalue\n1,0,x\n",
		"line 3: pcv 1, ckey 0":       "pcv,ckey,pvalue\n1,0,0\n1,0,0\n",
		"each row needs every key":    "pcv,ckey,pvalue\n1,0,0\n1,300,0\n",
		"results can't be negative":   strings.Replace(text.String(), "0,1,-1", "0,1,-2", 1),
		"protect: lookup table: EOF":  "",
		"wrong number of fields":      "pcv,ckey,pvalue\n1,0\n",
		"line 2: pcv 0, ckey 0 stand": "pcv,ckey,pvalue\n0,0,0\n",
	} {
		if _, _, err := ReadLookup(strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q, got %v", name, err)
		}
	}
}

func FuzzReadLookup(f *testing.F) {
	f.Add("pcv,ckey,pvalue\n1,0,0\n1,1,1\n")
	f.Add("ckey,pvalue,pcv\n-1,0,2\n")
	f.Fuzz(func(t *testing.T, text string) {
		l, bits, err := ReadLookup(strings.NewReader(text))
		if err != nil {
			return
		}
		if _, err := (CellKey{Bits: bits, Lookup: l}).Noise(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCellKeyValidate(t *testing.T) {
	for want, k := range map[string]CellKey{
		"bits must be from 8 to 32":       {Bits: 7, Table: quarter},
		"declare either table or lookup":  {Bits: 8},
		"threshold can't be negative":     {Bits: 8, Table: quarter, Threshold: -1},
		"variance must be a number above": {Bits: 8, Table: PerturbationTable{MaxChange: 1}},
		"max_change must be from 1 to 50": {Bits: 8, Table: PerturbationTable{MaxChange: 51, Variance: 1}},
		"with 8 bits there are 256":       {Bits: 8, Lookup: &LookupTable{Rows: [][]int{{0}}}},
		"lookup has no rows":              {Bits: 8, Lookup: &LookupTable{}},
		"reuses rows from 2 on":           {Bits: 8, Lookup: &LookupTable{Rows: [][]int{make([]int, 256)}, ReuseFrom: 2}},
		"stay must be below 1":            {Bits: 8, Table: PerturbationTable{MaxChange: 1, Variance: 1, Stay: []float64{1}}},
	} {
		if _, err := k.Noise(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

// TestCellKeyMean: over all keys, each count's mean change is zero but for the keys that a chance's last fraction may go astray by, and its variance
// is that of the row.
func TestCellKeyMean(t *testing.T) {
	for _, table := range []PerturbationTable{quarter, {MaxChange: 5, Variance: 3, Forbidden: 2}, {MaxChange: 4, Variance: 1, Stay: []float64{0.5, 0.4}}} {
		const bits = 16
		noise := mustNoise(t, CellKey{Bits: bits, Table: table})
		rows, err := table.Rows()
		if err != nil {
			t.Fatal(err)
		}
		counts, keys, out := make([]int64, 1<<bits), make([]uint64, 1<<bits), make([]int64, 1<<bits)
		for count := 1; count <= table.Last()+3; count++ {
			for i := range keys {
				counts[i], keys[i] = int64(count), uint64(i)
			}
			if err := noise.Perturb(out, counts, keys); err != nil {
				t.Fatal(err)
			}
			sum, squares := 0, 0
			for _, v := range out {
				d := int(v) - count
				sum, squares = sum+d, squares+d*d
			}
			row := rows[min(count, len(rows)-1)]
			astray := float64(2 * table.MaxChange * table.MaxChange) // each bound between changes may be off by one key
			if math.Abs(float64(sum)) > astray || math.Abs(float64(squares)-row.Variance()*(1<<bits)) > astray*float64(table.MaxChange) {
				t.Errorf("%+v, count %d: changes add up to %d, squares to %d, want 0 and %v", table, count, sum, squares, row.Variance()*(1<<bits))
			}
		}
	}
}

// people is a made-up register: persons with an area and a group, and their keys.
type people struct {
	area, group []int
	key         []uint64
}

func somePeople(n, areas, groups int, bits int, seed uint64) people {
	keyer, _ := NewRecordKeyer([]byte("a secret for tests only"), bits)
	random := rand.New(rand.NewPCG(seed, 0))
	var p people
	for i := range n {
		p.area = append(p.area, random.IntN(areas))
		p.group = append(p.group, random.IntN(groups))
		p.key = append(p.key, uint64(keyer.Key(fmt.Sprint("synthetic ", seed, " ", i))))
	}
	return p
}

// TestCellKeyLaws: the same persons give the same answer in any order, in any batch, modulo or not, and whatever else is asked; nobody gives zero; no
// forbidden result ever.
func TestCellKeyLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		forbidden := rapid.IntRange(0, 3).Draw(t, "js")
		table := PerturbationTable{MaxChange: rapid.IntRange(forbidden+1, 8).Draw(t, "D"), Variance: rapid.Float64Range(6, 12).Draw(t, "V"), Forbidden: forbidden}
		bits := rapid.IntRange(8, 32).Draw(t, "bits")
		noise, err := CellKey{Bits: bits, Table: table}.Noise()
		if err != nil {
			t.Skip(err)
		}
		keys := rapid.SliceOfN(rapid.Uint64Range(0, 1<<bits-1), 1, 200).Draw(t, "keys")
		places := 8
		count := func(keys []uint64, at func(i int) int) (counts []int64, sums []uint64) {
			counts, sums = make([]int64, places), make([]uint64, places)
			for i, k := range keys {
				counts[at(i)]++
				sums[at(i)] += k
			}
			return counts, sums
		}
		perturb := func(counts []int64, sums []uint64) []int64 {
			out := make([]int64, len(counts))
			if err := noise.Perturb(out, counts, sums); err != nil {
				t.Fatal(err)
			}
			return out
		}
		where := rapid.SliceOfN(rapid.IntRange(0, places-1), len(keys), len(keys)).Draw(t, "where")
		counts, sums := count(keys, func(i int) int { return where[i] })
		want := perturb(counts, sums)
		// Backwards.
		reversed, back := slices.Clone(keys), slices.Clone(where)
		slices.Reverse(reversed)
		slices.Reverse(back)
		c2, s2 := count(reversed, func(i int) int { return back[i] })
		if got := perturb(c2, s2); !slices.Equal(got, want) {
			t.Fatalf("another order gives %v, want %v", got, want)
		}
		// Modulo 2^bits, cell by cell, in place.
		for i := range counts {
			one := []int64{counts[i]}
			if err := noise.Perturb(one, one, []uint64{sums[i] & (1<<bits - 1)}); err != nil || one[0] != want[i] {
				t.Fatalf("cell %d alone gives %d, %v, want %d", i, one[0], err, want[i])
			}
		}
		for i, v := range want {
			switch lo, hi := noise.Possible(v); {
			case counts[i] == 0 && v != 0, v < 0, v > 0 && v <= int64(forbidden), max(v-counts[i], counts[i]-v) > noise.MaxChange():
				t.Fatalf("count %d becomes %d", counts[i], v)
			case counts[i] < lo || counts[i] > hi:
				t.Fatalf("count %d becomes %d, said to come from %d to %d", counts[i], v, lo, hi)
			}
		}
	})
}

// TestCellKeyReasking: the attacker who asks for the same persons again, by other tables, other names or with an empty category beside, learns
// nothing: all answers are one.
func TestCellKeyReasking(t *testing.T) {
	p := somePeople(500, 7, 3, 20, 1)
	noise := mustNoise(t, CellKey{Bits: 20, Table: PerturbationTable{MaxChange: 5, Variance: 3, Forbidden: 2}})
	ask := func(in func(i int) bool) int64 {
		count, sum, out := []int64{0}, []uint64{0}, []int64{0}
		for i, k := range p.key {
			if in(i) {
				count[0]++
				sum[0] += k
			}
		}
		if err := noise.Perturb(out, count, sum); err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	for area := range 7 {
		first := ask(func(i int) bool { return p.area[i] == area })
		for name, in := range map[string]func(i int) bool{
			"again":                            func(i int) bool { return p.area[i] == area },
			"as all groups together":           func(i int) bool { return p.area[i] == area && p.group[i] >= 0 },
			"as what other areas leave":        func(i int) bool { return p.area[i] != (area+1)%7 && p.area[i] == area },
			"with a group that nobody is in":   func(i int) bool { return p.area[i] == area || p.group[i] == 99 },
			"by areas renumbered in reverse":   func(i int) bool { return 6-p.area[i] == 6-area },
			"as the union of two halves":       func(i int) bool { return p.area[i] == area && (i%2 == 0 || i%2 == 1) },
			"as the complement of others' sum": func(i int) bool { return !(p.area[i] != area) },
		} {
			if got := ask(in); got != first {
				t.Errorf("area %d %s: %d, first %d", area, name, got, first)
			}
		}
	}
}

// TestCellKeyAveraging shows the limit that doc/method/protect-perturbation.md states: a total can be estimated by the sums over many ways to part
// it, and the mean of K such sums of m cells, each of noise variance V, has a variance of mV/K, since the cells of different partings hold different
// persons. Here m = 10, V = 3 and K = 400, so that the root is 0.27: the total is found out, to the nearest whole number in most cases. That many
// partings of the same persons must not be published; Cells below that total remain behind their own noise.
func TestCellKeyAveraging(t *testing.T) {
	noise := mustNoise(t, CellKey{Bits: 20, Table: PerturbationTable{MaxChange: 5, Variance: 3}})
	const totals, partings, parts, size = 200, 400, 10, 300
	random := rand.New(rand.NewPCG(7, 7))
	squares := 0.0
	for n := range totals {
		p := somePeople(size, 1, 1, 20, uint64(n))
		mean := 0.0
		for range partings {
			counts, sums := make([]int64, parts), make([]uint64, parts)
			for _, k := range p.key {
				part := random.IntN(parts)
				counts[part]++
				sums[part] += k
			}
			if err := noise.Perturb(counts, counts, sums); err != nil {
				t.Fatal(err)
			}
			for _, c := range counts {
				mean += float64(c) / partings
			}
		}
		squares += (mean - size) * (mean - size) / totals
	}
	// The mean square of 200 errors has a relative standard deviation of √(2/200) = 0.1.
	if want := parts * 3.0 / partings; math.Abs(squares/want-1) > 0.4 {
		t.Errorf("mean square error %v, want about %v", squares, want)
	}
}

// TestCellKeyTables: two areas of a made-up town, counts and keys set by hand under the table ¼, ½, ¼ with 8 bits (below 64 down, from 192 up).
//
//	area  group  count  keys  becomes
//	A     work      10   200  11
//	A     none       1    10  0
//	A     total     11   210  12
//	B     work       4   100  4
//	B     none       2    60  1
//	B     total      6   160  6
//	C     work       1     5  0
//	total work      15   305 = 49  14
//	total none       3    70  3
//	total total     18   375 = 119 18
func TestCellKeyTables(t *testing.T) {
	dims := []cube.Dimension{
		{Name: "area", Role: cube.Area, Members: []cube.Member{{Code: "A"}, {Code: "B"}, {Code: "C"}}},
		{Name: "status", Role: cube.Group, Members: []cube.Member{{Code: "work"}, {Code: "none"}}},
	}
	n, key := cube.Measure{Name: "N", Kind: cube.Count}, cube.Measure{Name: "Keys", Kind: cube.Sum}
	b := cube.NewBuilder("inner", dims, []cube.Measure{n, key})
	for _, row := range [][4]float64{{0, 0, 10, 200}, {0, 1, 1, 10}, {1, 0, 4, 100}, {1, 1, 2, 60}, {2, 0, 1, 5}} {
		b.Add([]int32{int32(row[0]), int32(row[1])}, cube.KnownCell(row[2]), cube.KnownCell(row[3]))
	}
	inner, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	share := cube.Measure{Name: "Share", Kind: cube.Share, Of: "N", Over: "status"}
	f := Family{Name: "synthetic", Inner: inner, Views: []cube.View{
		{Name: "all", Dims: []string{"area", "status"}, Totals: []string{"area", "status"}, Measures: []cube.Measure{n}},
		{Name: "shares", Dims: []string{"area", "status"}, Measures: []cube.Measure{share}},
		{Name: "again", Dims: []string{"area"}, Measures: []cube.Measure{n}},
	}}
	k := CellKey{Bits: 8, Table: quarter}
	tables, account, err := k.Tables(f, map[string]string{"N": "Keys"})
	if err != nil {
		t.Fatal(err)
	}
	all := tables[0]
	for at, want := range map[[2]string]float64{{"A", "work"}: 11, {"A", cube.Total}: 12, {"B", "work"}: 4, {"B", "none"}: 1, {"B", cube.Total}: 6,
		{cube.Total, "work"}: 14, {cube.Total, "none"}: 3, {cube.Total, cube.Total}: 18} {
		if c := all.Get("N", at[0], at[1]); c.Status != cube.Perturbed || c.Value != want || c.Base.OK {
			t.Errorf("%v: %+v, want %v", at, c, want)
		}
	}
	// The rows A none, C work and C total became 0: there is no row, as for C none, where nobody is.
	if all.Len() != 8 || all.Find("A", "none") >= 0 || all.Find("C", cube.Total) >= 0 || all.AggregAllowed() || all.MeasureIndex("Keys") >= 0 {
		t.Errorf("%d rows, additive %v, measures %v", all.Len(), all.AggregAllowed(), all.Measures())
	}
	// 11 can come from 10, 11, 12; 1 from 1 or 2, since a zero stays.
	if c := all.Get("N", "A", "work"); c.Lo.V != 10 || c.Hi.V != 12 {
		t.Errorf("interval of 11: %+v", c)
	}
	if c := all.Get("N", "B", "none"); c.Lo.V != 1 || c.Hi.V != 2 {
		t.Errorf("interval of 1: %+v", c)
	}
	// 4 of the perturbed total 6, shown or not; from 3/7 to 5/5.
	shares := tables[1]
	if c := shares.Get("Share", "B", "work"); math.Abs(c.Value-4./6) > 1e-12 || math.Abs(c.Lo.V-3./7) > 1e-12 || c.Hi.V != 1 || c.Status != cube.Perturbed || c.Base.V != 6 {
		t.Errorf("share: %+v", c)
	}
	if shares.HasMember("status", cube.Total) || shares.Measures()[0].Base != nil {
		t.Error("the total that the share is over is in the table")
	}
	for _, code := range []string{"A", "B"} {
		if one, other := all.Get("N", code, cube.Total), tables[2].Get("N", code); one != other {
			t.Errorf("%s: %+v in one table, %+v in another", code, one, other)
		}
	}
	// Counts above zero: 5 inner, 3 areas, 2 groups, 1 all; shares 5 and 3; again 3. Left out: 3 in all, 2 in shares, 1 in again.
	if account.Cells != 22 || account.LeftOut != 6 || account.MaxChange != 1 || math.Abs(account.Variance-0.5) > 1e-9 {
		t.Errorf("account %+v", account)
	}

	k.Threshold = 5
	tables, account, err = k.Tables(f, map[string]string{"N": "Keys"})
	if err != nil || tables[0].Get("N", cube.Total, "work").Value != 14 || tables[0].Get("N", cube.Total, "none").Status.HasValue() || tables[0].Len() != 5 {
		t.Errorf("threshold 5: %d rows, account %+v, %v", tables[0].Len(), account, err)
	}

	// Bad input.
	for want, f := range map[string]Family{
		"is a sum; noise and rounding protect counts only": {Name: "x", Inner: inner, Views: []cube.View{{Name: "v", Dims: []string{"area"}, Measures: []cube.Measure{key}}}},
		"lacks measure M":                {Name: "x", Inner: inner, Views: []cube.View{{Name: "v", Dims: []string{"area"}, Measures: []cube.Measure{{Name: "M", Kind: cube.Count}}}}},
		"share Share goes over status":   {Name: "x", Inner: inner, Views: []cube.View{{Name: "v", Dims: []string{"area"}, Measures: []cube.Measure{share}}}},
		"family x has no cells":          {Name: "x"},
		"the inner cube lacks measure K": {Name: "x", Inner: inner.Edit(func(_, _ int, c cube.Cell) cube.Cell { return c })},
	} {
		keys := map[string]string{"N": "Keys"}
		if strings.HasSuffix(want, "K") {
			keys["N"] = "K"
		}
		if _, _, err := k.Tables(f, keys); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	if _, _, err := k.Tables(f, nil); err == nil || !strings.Contains(err.Error(), "has no measure with the sum of its record keys") {
		t.Errorf("without keys: %v", err)
	}
	half := inner.Edit(func(_, m int, c cube.Cell) cube.Cell {
		if m == 1 {
			c.Value += 0.5
		}
		return c
	})
	f.Inner = half
	if _, _, err := k.Tables(f, map[string]string{"N": "Keys"}); err == nil || !strings.Contains(err.Error(), "not whole") {
		t.Errorf("half keys: %v", err)
	}
}

// perturbedTown is a table of areas by group with totals, each count moved by noise, or not.
func perturbedTown(t testing.TB, noise func(i int, n float64) float64) *cube.Cube {
	dims := []cube.Dimension{{Name: "area", Role: cube.Area}, {Name: "sex", Role: cube.Group, Members: []cube.Member{{Code: "1"}, {Code: "2"}, {Code: cube.Total}}}}
	const areas = 40
	for i := range areas {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: fmt.Sprintf("%04d", i)})
	}
	b := cube.NewBuilder("synthetic", dims, []cube.Measure{{Name: "N", Kind: cube.Count}})
	for i := range areas {
		men, women := float64(50+7*i), float64(53+5*i)
		for s, n := range []float64{men, women, men + women} {
			b.Add([]int32{int32(i), int32(s)}, cube.KnownCell(noise(3*i+s, n)))
		}
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAdditivity: noise of two steps either way is found, rounding to tens is told apart, and an additive table, or one total that is wrong, is not
// called perturbed. No value changes.
func TestAdditivity(t *testing.T) {
	// Men, women and total of an area get different ones; of all triples in a row, −1, 2, −2 puts them furthest apart: 3, so at least one of the
	// three is off by 1.
	shift := []float64{0, 1, -1, 2, -2, 1, 0, -1}
	for _, tt := range []struct {
		name      string
		noise     func(i int, n float64) float64
		perturbed bool
		broken    int // -1: some
		least     int64
	}{
		{"additive", func(_ int, n float64) float64 { return n }, false, 0, 0},
		{"noise", func(i int, n float64) float64 { return n + shift[i%8] }, true, -1, 1},
		{"one wrong total", func(i int, n float64) float64 {
			if i == 5 {
				n += 300
			}
			return n
		}, false, 1, 100},
		{"rounded to tens", func(_ int, n float64) float64 { return 10 * math.Round(n/10) }, false, -1, 4},
	} {
		c := perturbedTown(t, tt.noise)
		before := c.Clone()
		all := WarnPerturbed(c)
		if len(all) != 1 || all[0].Relations != 40 {
			t.Fatalf("%s: %+v", tt.name, all)
		}
		a := all[0]
		if a.Perturbed() != tt.perturbed || tt.broken >= 0 && a.Broken != tt.broken || tt.broken < 0 && a.Broken == 0 || a.LeastNoise != tt.least {
			t.Errorf("%s: %+v", tt.name, a)
		}
		if warned := slices.ContainsFunc(c.Warnings, func(w cube.Warning) bool { return w.Code == "looks-perturbed" }); warned != tt.perturbed {
			t.Errorf("%s: warned %v", tt.name, warned)
		}
		for row := range c.Len() {
			if c.Cell(row, 0) != before.Cell(row, 0) {
				t.Errorf("%s: row %d is changed", tt.name, row)
			}
		}
	}
}

// TestMarkPerturbed: 50 men, as published, are 48 to 52; the sum of the first two areas' men, 50 + 57, is 103 to 111 in the worst case.
func TestMarkPerturbed(t *testing.T) {
	c, err := MarkPerturbed(perturbedTown(t, func(_ int, n float64) float64 { return n }), 2)
	if err != nil {
		t.Fatal(err)
	}
	if cell := c.Get("N", "0000", "1"); cell != (cube.Cell{Status: cube.Perturbed, Value: 50, Lo: cube.Num(48), Hi: cube.Num(52)}) || c.AggregAllowed() {
		t.Errorf("%+v", cell)
	}
	if two, err := c.Where("area", "0000", "0001"); err != nil {
		t.Error(err)
	} else if men, err := two.Where("sex", "1"); err != nil {
		t.Error(err)
	} else if sum, err := men.Project("sex"); err != nil || sum.Cell(0, 0).Lo.V != 103 || sum.Cell(0, 0).Hi.V != 111 || sum.Cell(0, 0).Status != cube.Perturbed || sum.AggregAllowed() {
		t.Errorf("sum: %+v, %v", sum.Cell(0, 0), err)
	}
	if _, err := MarkPerturbed(c, 2, "M"); err == nil {
		t.Error("a measure that is not there is taken")
	}
	if _, err := MarkPerturbed(c, math.NaN()); err == nil {
		t.Error("NaN is taken")
	}
}

func BenchmarkCellKey(b *testing.B) {
	const cells = 10_000_000
	random := rand.New(rand.NewPCG(1, 1))
	counts, keys, out := make([]int64, cells), make([]uint64, cells), make([]int64, cells)
	for i := range counts {
		counts[i] = int64(random.ExpFloat64() * 20)
		keys[i] = random.Uint64() >> 20
	}
	lookup := &LookupTable{ReuseFrom: 501}
	for range 750 {
		row := make([]int, 256)
		for k := range row {
			row[k] = k%3 - 1
		}
		lookup.Rows = append(lookup.Rows, row)
	}
	for _, f := range []struct {
		name string
		key  CellKey
	}{{"fraction", CellKey{Bits: 20, Table: PerturbationTable{MaxChange: 5, Variance: 3, Forbidden: 2}}}, {"lookup", CellKey{Bits: 8, Lookup: lookup}}} {
		b.Run(fmt.Sprintf("form=%s/cells=%d", f.name, cells), func(b *testing.B) {
			noise := mustNoise(b, f.key)
			for b.Loop() {
				if err := noise.Perturb(out, counts, keys); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cells)*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mcells/s")
		})
	}
}

func BenchmarkRecordKeys(b *testing.B) {
	k, err := NewRecordKeyer([]byte("a secret for tests only"), 20)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		k.Key("199001011234")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrecords/s")
}

func TestPerturbation(t *testing.T) {
	key := OpenPerturbed()
	for want, p := range map[string]Perturbation{
		"declare one of":            {CellKey: &key, Keys: map[string]string{"N": "K"}, SmallCounts: &SmallCountRounding{Base: 3}},
		"keys are for cell_key":     {Keys: map[string]string{"N": "K"}, Controlled: &ControlledRounding{Base: 3}},
		"cell_key needs keys":       {CellKey: &key},
		"small count rounding: bas": {SmallCounts: &SmallCountRounding{}},
		"controlled rounding: base": {Controlled: &ControlledRounding{}},
		"no method is declared":     {},
	} {
		if _, _, err := p.Tables(roundingTown(10, 1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	tables, out, err := Perturbation{SmallCounts: &SmallCountRounding{Base: 3}}.Tables(roundingTown(10, 1))
	if err != nil || len(tables) != 3 || len(out.Rounding) != 1 || out.CellKey != nil {
		t.Errorf("%d tables, %+v, %v", len(tables), out, err)
	}
	for _, d := range PerturbationDocs() {
		if d.Name == "" || d.Title.SV == "" || d.Title.EN == "" || d.Text.SV == "" || d.Text.EN == "" || d.Source == "" {
			t.Errorf("documentation %+v", d)
		}
	}
}

// TestApplyPerturbed: the profile for open questions on a made-up register, through Apply. The record keys are summed as the store would; the tables
// hold no sum of keys and no total that is exact because it is a total, a table asked for twice is the same, and no count is 1 or 2.
func TestApplyPerturbed(t *testing.T) {
	p := somePeople(4000, 40, 4, 20, 3)
	dims := []cube.Dimension{{Name: "area", Role: cube.Area}, {Name: "group", Role: cube.Group}}
	for d, n := range []int{40, 4} {
		for i := range n {
			dims[d].Members = append(dims[d].Members, cube.Member{Code: fmt.Sprintf("%02d", i)})
		}
	}
	var counts, sums [40][4]float64
	for i, key := range p.key {
		counts[p.area[i]][p.group[i]]++
		sums[p.area[i]][p.group[i]] += float64(key)
	}
	n := cube.Measure{Name: "N", Kind: cube.Count}
	b := cube.NewBuilder("inner", dims, []cube.Measure{n, {Name: "N" + KeySuffix, Kind: cube.Sum}})
	for a := range counts {
		for g, c := range counts[a] {
			if c > 0 {
				b.Add([]int32{int32(a), int32(g)}, cube.KnownCell(c), cube.KnownCell(sums[a][g]))
			}
		}
	}
	inner, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	view := cube.View{Name: "one", Dims: []string{"area", "group"}, Totals: []string{"area", "group"}, Measures: []cube.Measure{n}}
	again := view
	again.Name = "two"
	policy, err := Profile("open-perturbed")
	if err != nil {
		t.Fatal(err)
	}
	release, err := Apply([]Family{{Name: "synthetic", Inner: inner, Views: []cube.View{view, again}}}, policy)
	if err != nil {
		t.Fatal(err)
	}
	tables := release.Tables()
	one, two := tables[0].Cube(), tables[1].Cube()
	if one.AggregAllowed() || one.MeasureIndex("N"+KeySuffix) >= 0 || one.Len() != two.Len() {
		t.Errorf("additive %v, measures %v, %d and %d rows", one.AggregAllowed(), one.Measures(), one.Len(), two.Len())
	}
	off := 0
	for row := range one.Len() {
		c := one.Cell(row, 0)
		if c != two.Cell(row, 0) || c.Status != cube.Perturbed || c.Value < 3 {
			t.Errorf("row %d: %+v and %+v", row, c, two.Cell(row, 0))
		}
		a, g := one.Code(row, 0), one.Code(row, 1)
		truth := 0.0
		for i := range p.key {
			if (a == cube.Total || a == fmt.Sprintf("%02d", p.area[i])) && (g == cube.Total || g == fmt.Sprintf("%02d", p.group[i])) {
				truth++
			}
		}
		if truth < c.Lo.V || truth > c.Hi.V {
			t.Errorf("%s %s: %v is not in %v to %v", a, g, truth, c.Lo.V, c.Hi.V)
		}
		if (a == cube.Total || g == cube.Total) && truth != c.Value {
			off++
		}
	}
	// Of 45 totals a fifth or so stay as they are.
	if off < 20 {
		t.Errorf("only %d of 45 totals are changed", off)
	}
	policy.Perturbation.Keys = map[string]string{"N": "Elsewhere"}
	if _, err := Apply([]Family{{Name: "synthetic", Inner: inner, Views: []cube.View{view}}}, policy); err == nil {
		t.Error("keys that are not there are taken")
	}
}
