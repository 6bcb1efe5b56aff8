package project

import (
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/protect"
)

// earlyOutcomes is a table of persons in an area by outcome, with the share of each: hidden where values are below zero, by a rule below -1.
func earlyOutcomes(t *testing.T, codes []string, values []float64, base float64) *cube.Cube {
	t.Helper()
	d := cube.Dimension{Name: "outcome", Role: cube.Group}
	for _, c := range codes {
		d.Members = append(d.Members, cube.Member{Code: c})
	}
	b := cube.NewBuilder("early", []cube.Dimension{d}, []cube.Measure{{Name: "N", Kind: cube.Count}, {Name: "Share", Kind: cube.Share, Of: "N", Over: "outcome"}, {Name: "Sum", Kind: cube.Sum}})
	for i, v := range values {
		cells := []cube.Cell{cube.KnownCell(v), cube.KnownCell(v / base), cube.KnownCell(1000)}
		if v < 0 {
			for k := range cells {
				cells[k] = cube.Cell{Status: cube.HiddenProtect}
				if v < -1 {
					cells[k].Status = cube.HiddenRule
				}
			}
		}
		if base > 0 {
			cells[1].Base = cube.Num(base)
		}
		b.Add([]int32{int32(i)}, cells...)
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What an earlier edition hides is judged by all that the policy forbids: of 18 persons (not more than 20) none may be known; of 30, 4 (not more than 5) and 26 (all but 4) may not, 12 may; where all 30 are in one
// category neither they nor the zero; of 18 in a table whose base nobody tells, 12 may.
func TestUndone(t *testing.T) {
	policy := protect.Policy{Name: "test", Version: "1", MinCount: 3, Zeros: protect.Show, Full: protect.Show, SharePersons: 20, ShareWith: 5, ShareWithout: 5}
	full := policy
	full.Full = protect.Hide
	wide := policy
	wide.Interval.Least = 4
	known := func(least, most float64) protect.Findings {
		return protect.Findings{Known: []protect.Known{{Table: "early", Measure: "N", Where: "outcome=a", WholeLeast: least, WholeMost: &most}}}
	}
	computed := func(measure, where string, v float64) protect.Findings {
		return protect.Findings{Found: []protect.Finding{{Table: "early", Measure: measure, Where: "outcome=" + where, Value: v}}}
	}
	for _, x := range []struct {
		name   string
		policy protect.Policy
		values []float64
		base   float64
		after  protect.Findings
		told   bool
	}{
		{"share on 18", policy, []float64{-1, 6}, 18, computed("N", "a", 12), true},
		{"share on 30", policy, []float64{-1, 18}, 30, computed("N", "a", 12), false},
		{"4 of 30", policy, []float64{-1, 26}, 30, computed("N", "a", 4), true},
		{"26 of 30", policy, []float64{-1, -1}, 30, computed("N", "a", 26), true},
		{"base unknown", policy, []float64{-1, -1}, 0, computed("N", "a", 12), false},
		{"all in one", policy, []float64{-1, 0}, 30, computed("N", "a", 30), false},
		{"all in one, hidden", full, []float64{-1, 0}, 30, computed("N", "a", 30), true},
		{"none, hidden", full, []float64{30, -1}, 30, computed("N", "b", 0), true},
		{"a sum hidden by a rule", policy, []float64{-2, 18}, 30, computed("Sum", "a", 1000), true},
		{"a sum hidden to protect", policy, []float64{-1, 18}, 30, computed("Sum", "a", 1000), false},
		// 4 to 12 leaves 8 four less and four more, and 4 to 8, of which 5 may not be known, leaves no number that. 12 may be known, so 12 to 13 may.
		{"interval kept", wide, []float64{-2, 18}, 30, known(4, 12), false},
		{"interval lost", wide, []float64{-2, 18}, 30, known(4, 8), true},
		{"interval lost of what may be known", policy, []float64{-2, 18}, 0, known(12, 13), false},
		{"interval from 0 kept", wide, []float64{-2, 18}, 30, known(0, 4), false},
		{"interval from 0 lost", wide, []float64{-2, 18}, 30, known(0, 3), true},
	} {
		c := earlyOutcomes(t, []string{"a", "b"}, x.values, x.base)
		if told := undone(x.policy, []*cube.Cube{c}, protect.Findings{}, x.after); (len(told) > 0) != x.told || x.told && !strings.Contains(told[0], " of early, outcome=") {
			t.Errorf("%s: %q", x.name, told)
		}
		if told := undone(x.policy, []*cube.Cube{c}, x.after, x.after); len(told) > 0 {
			t.Errorf("%s: known before, and told of: %q", x.name, told)
		}
	}
}
