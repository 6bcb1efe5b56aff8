package segregation

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// drawTable draws counts of two or more groups over some units; at least two groups have somebody.
func drawTable(t *rapid.T) *Table {
	units, groups := rapid.IntRange(1, 10).Draw(t, "units"), rapid.IntRange(2, 6).Draw(t, "groups")
	count := rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 5), rapid.IntRange(0, 3000))
	n := make([]float64, units*groups)
	for i := range n {
		n[i] = float64(count.Draw(t, "n"))
	}
	n[0]++
	n[1]++
	return tableOf(t, units, groups, n)
}

func tableOf(t interface{ Fatal(...any) }, units, groups int, n []float64) *Table {
	table, err := NewTable(units, groups, n)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// picked is the table with units and groups in another order.
func picked(t interface{ Fatal(...any) }, table *Table, units, groups []int) *Table {
	var n []float64
	for _, i := range units {
		for _, g := range groups {
			n = append(n, table.At(i, g))
		}
	}
	return tableOf(t, len(units), len(groups), n)
}

// TestManyGroupProperties: what every measure of many groups must keep to, whatever the counts.
func TestManyGroupProperties(t *testing.T) {
	nats := map[string]bool{"MutualInformation": true, "Divergence": true, "Entropy": true}
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		units, groups := indices(table.Units), indices(table.Groups)
		shuffled := picked(t, table, rapid.Permutation(units).Draw(t, "units"), rapid.Permutation(groups).Draw(t, "groups"))
		// An empty unit and an empty group more.
		var n []float64
		for i := range table.Units {
			n = append(append(n, table.Unit(i)...), 0)
		}
		emptied := tableOf(t, table.Units+1, table.Groups+1, append(n, make([]float64, table.Groups+1)...))
		// The first unit split into two alike.
		n = times(table.Unit(0), 0.25)
		n = append(n, times(table.Unit(0), 0.75)...)
		for i := 1; i < table.Units; i++ {
			n = append(n, table.Unit(i)...)
		}
		split := tableOf(t, table.Units+1, table.Groups, n)
		great := tableOf(t, table.Units, table.Groups, times(table.n, 1<<36))
		for _, m := range slices.Concat(ManyGroup(), Ordered()) {
			v := m.Of(table)
			high := 1.0
			if nats[m.Name] {
				high = math.Log(float64(table.Groups))
			}
			isFit := m.Family == "ordered" && m.Name[0] == 'R'
			if math.IsNaN(v) || !isFit && (v < 0 || v > high+1e-12) {
				t.Fatalf("%s = %v is out of range", m.Name, v)
			}
			same := func(what string, got float64) {
				if math.Abs(got-v) > 1e-12 && !isFit || math.Abs(got-v) > 1e-6*max(1, math.Abs(v)) {
					t.Fatalf("%s: %v %s, %v", m.Name, got, what, v)
				}
			}
			if m.Family != "ordered" {
				same("in another order", m.Of(shuffled))
			} else {
				same("with the units in another order", m.Of(picked(t, table, rapid.Permutation(units).Draw(t, "order"), groups)))
				slices.Reverse(groups)
				same("from the highest", m.Of(picked(t, table, units, groups)))
				slices.Reverse(groups)
			}
			same("with an empty unit and an empty group", m.Of(emptied))
			same("with a unit split", m.Of(split))
			same("at 2³⁶ times the counts", m.Of(great))
		}
	})
}

// TestManyGroupIdentities: relations between measures.
func TestManyGroupIdentities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := drawTable(t)
		equal := func(what string, x, y float64) {
			if !agree(x, y) {
				t.Fatalf("%s: %v and %v", what, x, y)
			}
		}
		m := MutualInformation(table)
		equal("M is symmetric", m, MutualInformation(table.Transpose()))
		equal("H is M over the entropy", TheilH(table)*Entropy(table), m)
		equal("in bits", InBase(m, 2)*math.Ln2, m)
		equal("Simpson", SimpsonConcentration(table)+SimpsonInteraction(table), 1)
		var units, groups, gini, d, weights, entropy float64
		for i, v := range LocalInformation(table) {
			if table.UnitTotal(i) > 0 {
				units += table.UnitTotal(i) / table.Total() * v
				entropy += table.UnitTotal(i) / table.Total() * LocalEntropy(table)[i]
			}
		}
		isolations := Isolations(table)
		relative := 0.0
		for g, v := range GroupInformation(table) {
			if table.GroupTotal(g) == 0 {
				if !math.IsNaN(isolations[g]) || !math.IsNaN(v) {
					t.Fatalf("an empty group has local values %v, %v", isolations[g], v)
				}
				continue
			}
			p := table.GroupTotal(g) / table.Total()
			groups += p * v
			a, rest := table.against(g)
			w := p * (1 - p)
			gini += w * Gini(a, rest)
			d += w * Dissimilarity(a, rest)
			relative += w * CorrelationRatio(a, rest)
			weights += w
			equal("isolation", isolations[g], Isolation(a, rest))
		}
		equal("M is the mean of the units'", units, m)
		equal("M is the mean of the groups'", groups, m)
		equal("M is what entropy the units take away", Entropy(table)-entropy, m)
		equal("Gini is the mean of the groups'", gini/weights, MultiGini(table))
		equal("D is the mean of the groups'", d/weights, MultiDissimilarity(table))
		equal("R is the mean of the groups' eta²", relative/weights, RelativeDiversity(table))
		for g, row := range ExposureMatrix(table) {
			if table.GroupTotal(g) > 0 {
				equal("a row of exposure", total(row), 1)
				for h := range row {
					if table.GroupTotal(h) > 0 {
						equal("exposure both ways", row[h]*table.GroupTotal(g)/table.Total(), ExposureMatrix(table)[h][g]*table.GroupTotal(h)/table.Total())
					}
				}
			}
		}
	})
}

// FuzzManyGroup: no counts make a measure of a table panic, or undefined where two groups have somebody.
func FuzzManyGroup(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 2, 0, 0, 0}, 2)
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0}, 1)
	f.Add([]byte{3, 0, 0, 128, 255, 255, 255, 127, 0, 0, 0, 0, 9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8}, 3)
	f.Fuzz(func(t *testing.T, data []byte, groups int) {
		a, b := fuzzCounts(data)
		n := append(a, b...)
		groups = max(1, min(8, groups))
		units := len(n) / groups
		if units == 0 {
			return
		}
		table := tableOf(t, units, groups, n[:units*groups])
		for _, m := range slices.Concat(ManyGroup(), Ordered()) {
			if v := m.Of(table); table.filled() >= 2 && math.IsNaN(v) {
				t.Errorf("%s of %v is undefined", m.Name, table.n)
			}
		}
		for _, m := range PerUnit() {
			for i, v := range m.Of(table) {
				if table.filled() >= 2 && table.UnitTotal(i) > 0 && math.IsNaN(v) && m.Name != "LocalEvenness" {
					t.Errorf("%s of unit %d of %v is undefined", m.Name, i+1, table.n)
				}
			}
		}
		ExposureMatrix(table)
		ExposureMatrixOfOthers(table)
		LocationQuotients(table)
		GroupInformation(table)
	})
}

// TestSchools00: race by school, the example data of the R package segregation (Elbers); M 0.42554 and H 0.41881 stand in that package's
// documentation.
func TestSchools00(t *testing.T) {
	file, err := os.Open(realData(t, "other-countries", "segregation_schools00.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	schools, races := map[string]int{}, map[string]int{}
	at := func(m map[string]int, k string) int {
		if _, ok := m[k]; !ok {
			m[k] = len(m)
		}
		return m[k]
	}
	for _, r := range rows[1:] {
		at(schools, r[2])
		at(races, r[3])
	}
	n := make([]float64, len(schools)*len(races))
	for _, r := range rows[1:] {
		v, err := strconv.ParseFloat(r[4], 64)
		if err != nil {
			t.Fatal(err)
		}
		n[at(schools, r[2])*len(races)+at(races, r[3])] += v
	}
	table := tableOf(t, len(schools), len(races), n)
	if m, h := MutualInformation(table), TheilH(table); math.Abs(m-0.42554) > 5e-6 || math.Abs(h-0.41881) > 5e-6 {
		t.Errorf("M = %.5f, H = %.5f; want 0.42554, 0.41881", m, h)
	}
}
