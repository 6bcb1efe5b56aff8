package segregation

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/skikt/skikt/internal/casetest"
)

// The verbs of the case files: two takes columns a and b; many and ordered a column a group after the first.
func TestCases(t *testing.T) {
	for _, file := range []string{"twogroup", "manygroup", "ordered"} {
		casetest.Run(t, "testdata/"+file+".case", map[string]casetest.Verb{"two": runTwo, "many": runMany, "ordered": runOrdered})
	}
}

// orUndefined writes NaN as a word.
func orUndefined(v float64) string {
	if math.IsNaN(v) {
		return "undefined"
	}
	return casetest.Text(v)
}

func caseTable(c *casetest.Call) (*Table, []string, []string, error) {
	in, err := c.Table("table")
	if err != nil {
		return nil, nil, nil, err
	}
	units, err := in.Column(in.Columns[0])
	if err != nil {
		return nil, nil, nil, err
	}
	groups := in.Columns[1:]
	n := make([]float64, len(units)*len(groups))
	for g, name := range groups {
		v, err := in.Floats(name)
		if err != nil {
			return nil, nil, nil, err
		}
		for i := range v {
			n[i*len(groups)+g] = v[i]
		}
	}
	t, err := NewTable(len(units), len(groups), n)
	return t, units, groups, err
}

func runTwo(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, _, _, err := caseTable(c)
	if err != nil {
		return out, err
	}
	for _, m := range TwoGroup() {
		out.Set(m.Name, orUndefined(m.Of(t.Column(0), t.Column(1))))
	}
	return out, nil
}

func runMany(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, units, groups, err := caseTable(c)
	if err != nil {
		return out, err
	}
	for _, v := range AllManyGroup(t) {
		out.Set(v.Name, orUndefined(v.Value))
	}
	matrix := func(name string, m [][]float64) {
		table := casetest.Table{Name: name, Columns: append([]string{"of"}, groups...)}
		for g, row := range m {
			cells := []string{groups[g]}
			for _, v := range row {
				cells = append(cells, orUndefined(v))
			}
			table.Rows = append(table.Rows, cells)
		}
		out.Tables = append(out.Tables, table)
	}
	matrix("exposure", ExposureMatrix(t))
	matrix("others", ExposureMatrixOfOthers(t))
	local := casetest.Table{Name: "units", Columns: []string{"unit"}}
	for _, u := range units {
		local.Rows = append(local.Rows, []string{u})
	}
	for _, m := range PerUnit() {
		local.Columns = append(local.Columns, m.Name)
		for i, v := range m.Of(t) {
			local.Rows[i] = append(local.Rows[i], orUndefined(v))
		}
	}
	local.Columns = append(local.Columns, groups...)
	for i, row := range LocationQuotients(t) {
		for _, v := range row {
			local.Rows[i] = append(local.Rows[i], orUndefined(v))
		}
	}
	byGroup := casetest.Table{Name: "groups", Columns: []string{"group", "GroupInformation"}}
	for g, v := range GroupInformation(t) {
		byGroup.Rows = append(byGroup.Rows, []string{groups[g], orUndefined(v)})
	}
	out.Tables = append(out.Tables, local, byGroup)
	return out, nil
}

func runOrdered(c *casetest.Call) (casetest.Outcome, error) {
	var out casetest.Outcome
	t, _, _, err := caseTable(c)
	if err != nil {
		return out, err
	}
	for _, m := range Ordered() {
		out.Set(m.Name, orUndefined(m.Of(t)))
	}
	var incomes []float64
	for s := range strings.SplitSeq(c.Param("incomes", ""), ",") {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return out, err
		}
		incomes = append(incomes, v)
	}
	out.Set("NeighbourhoodSorting", orUndefined(NeighbourhoodSorting(t, incomes)))
	return out, nil
}

// TestDocs: every measure has a documentation value with all that the command and the pages print, under a name of its own.
func TestDocs(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Docs() {
		if seen[d.Name] {
			t.Errorf("%s stands twice", d.Name)
		}
		seen[d.Name] = true
		for what, text := range map[string]string{
			"name": d.Name, "family": d.Family, "formula": d.Formula, "range sv": d.Range.SV, "range en": d.Range.EN, "source": d.Source,
			"title sv": d.Title.SV, "title en": d.Title.EN, "text sv": d.Text.SV, "text en": d.Text.EN,
			"cautions sv": d.Cautions.SV, "cautions en": d.Cautions.EN, "undef sv": d.Undef.SV, "undef en": d.Undef.EN,
		} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s lacks its %s", d.Name, what)
			}
		}
		if words := regexp.MustCompile(`\p{L}{3,}`).FindString(strings.ReplaceAll(d.Range.EN, "nats", "")); words != "" && d.Range.SV == d.Range.EN {
			t.Errorf("%s has its range %q in English only", d.Name, d.Range.EN)
		}
		if got, ok := Lookup(d.Name); !ok || got != d {
			t.Errorf("Lookup(%s) = %v, %v", d.Name, got.Name, ok)
		}
	}
	if _, ok := Lookup("Nothing"); ok {
		t.Error("Lookup finds what is not there")
	}
}

// syntheticTable is made-up counts: groups of unequal size, spread unevenly.
func syntheticTable(tb testing.TB, units, groups int) *Table {
	r := rand.New(rand.NewPCG(1, uint64(units)))
	n := make([]float64, units*groups)
	for i := range units {
		for g := range groups {
			n[i*groups+g] = math.Floor(r.ExpFloat64() * 3000 / float64((g+1)*(g+1)))
		}
	}
	t, err := NewTable(units, groups, n)
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func BenchmarkTwoGroup(b *testing.B) {
	for _, units := range []int{1000, 3363, 10000, 100000, 1000000} {
		b.Run("measures=closed/units="+strconv.Itoa(units), func(b *testing.B) {
			x, y := syntheticTable(b, units, 5).against(1)
			for b.Loop() {
				AllTwoGroup(x, y)
			}
		})
	}
	x, y := syntheticTable(b, 3363, 5).against(1)
	for _, m := range TwoGroup() {
		b.Run("measure="+m.Name+"/units=3363", func(b *testing.B) {
			for b.Loop() {
				m.Of(x, y)
			}
		})
	}
}

func BenchmarkManyGroup(b *testing.B) {
	for _, units := range []int{1000, 3363, 10000, 100000, 1000000} {
		b.Run("measures=all/units="+strconv.Itoa(units)+"/groups=5", func(b *testing.B) {
			t := syntheticTable(b, units, 5)
			for b.Loop() {
				AllManyGroup(t)
			}
		})
	}
	t := syntheticTable(b, 3363, 5)
	for _, m := range ManyGroup() {
		b.Run("measure="+m.Name+"/units=3363/groups=5", func(b *testing.B) {
			for b.Loop() {
				m.Of(t)
			}
		})
	}
	for _, m := range PerUnit() {
		b.Run("measure="+m.Name+"/units=3363/groups=5", func(b *testing.B) {
			for b.Loop() {
				m.Of(t)
			}
		})
	}
	big := syntheticTable(b, 100000, 8)
	b.Run("measure=MultiGini/units=100000/groups=8", func(b *testing.B) {
		for b.Loop() {
			MultiGini(big)
		}
	})
}

func BenchmarkOrdered(b *testing.B) {
	t := syntheticTable(b, 3363, 10)
	for _, m := range Ordered() {
		b.Run("measure="+m.Name+"/units=3363/groups=10", func(b *testing.B) {
			for b.Loop() {
				m.Of(t)
			}
		})
	}
}
