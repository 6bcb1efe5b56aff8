package reference

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
)

var smallCounts = regexp.MustCompile(`^1 <= \w+ <= (\d+)$`)

// exactFamily makes the family and policy of a case of small counts: a view for each choice of one column per output dimension, with totals.
func exactFamily(c sdcCase) (f protect.Family, p protect.Policy, err error) {
	var doc struct {
		Table struct {
			Frequency string
			Output    map[string]struct{ Columns []string } `json:"output_dimensions"`
		}
		Rule struct {
			If string `json:"primary_if"`
		} `json:"primary_rule"`
	}
	if err := json.Unmarshal(c.Expected, &doc); err != nil {
		return f, p, err
	}
	rule := smallCounts.FindStringSubmatch(doc.Rule.If)
	if rule == nil || c.Input == nil || len(doc.Table.Output) == 0 {
		return f, p, fmt.Errorf("the rule %q or the table is of a kind that this test does not know", doc.Rule.If)
	}
	most, _ := strconv.Atoi(rule[1])
	p = protect.Policy{Name: c.Name, Version: "1", MinCount: most + 1, Zeros: protect.Show, Full: protect.Show}
	persons := cube.Measure{Name: "NPersons", Kind: cube.Count}
	views := [][]string{nil}
	var names []string
	for name := range doc.Table.Output {
		names = append(names, name)
	}
	slices.Sort(names)
	var dims []cube.Dimension
	for _, name := range names {
		var next [][]string
		for _, column := range doc.Table.Output[name].Columns {
			d := cube.Dimension{Name: column, Role: cube.Area}
			for i := range c.Input.Rows {
				if code := c.Input.Get(i, column); d.Index(code) < 0 {
					d.Members = append(d.Members, cube.Member{Code: code, Label: cube.Same(code)})
				}
			}
			dims = append(dims, d)
			for _, v := range views {
				next = append(next, append(slices.Clone(v), column))
			}
		}
		views = next
	}
	b := cube.NewBuilder("inner", dims, []cube.Measure{persons})
	for i := range c.Input.Rows {
		at := make([]int32, len(dims))
		for d := range dims {
			at[d] = int32(dims[d].Index(c.Input.Get(i, dims[d].Name)))
		}
		v, err := strconv.ParseFloat(c.Input.Get(i, doc.Table.Frequency), 64)
		if err != nil {
			return f, p, err
		}
		b.Add(at, cube.KnownCell(v))
	}
	if f.Inner, err = b.Cube(); err != nil {
		return f, p, err
	}
	f.Name = "case"
	for _, v := range views {
		f.Views = append(f.Views, cube.View{Name: strings.Join(v, "-"), Dims: v, Totals: v, Measures: []cube.Measure{persons}})
	}
	return f, p, nil
}

// The exact mode finds the least that another tool proved to be the least.
func TestExactSuppression(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := sdcCases(root)
	if err != nil || len(cases) == 0 {
		const why = "no cases of disclosure control: set SKIKT_REFERENCE to the folder of the reference numbers"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	compared := 0
	for _, c := range cases {
		if !c.has("exact_optimum") {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			var doc struct {
				Optimum struct {
					Cells *int64 `json:"least_number_of_suppressed_cells_including_primary"`
					Value *int64 `json:"least_sum_of_suppressed_values_including_primary"`
				} `json:"exact_optimum"`
			}
			c.decode(t, &doc)
			family, policy, err := exactFamily(c)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range []struct {
				by   string
				want *int64
			}{{protect.ByCells, doc.Optimum.Cells}, {protect.ByValue, doc.Optimum.Value}} {
				if x.want == nil {
					continue
				}
				got, err := protect.Exact([]protect.Family{family}, policy, protect.ExactOptions{By: x.by})
				if err != nil {
					t.Fatal(err)
				}
				compared++
				t.Logf("%s: %d, proved %v (%d rounds, %d conditions, %d nodes)", x.by, got.Cost, got.Proved(), got.Rounds, got.Cuts, got.Nodes)
				if got.Cost != *x.want || !got.Proved() {
					t.Errorf("%s: got %d (not under %d), want %d", x.by, got.Cost, got.Least, *x.want)
				}
			}
		})
	}
	if compared == 0 {
		t.Error("no optimum was compared")
	}
}
