package project_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
)

// The gaps of the 2022 edition are those of its published shares, types 1 and 5, by plain subtraction and division, and their lineage says that nothing else went in.
func TestGapsOfPublishedTables(t *testing.T) {
	b := build(t)
	for _, tt := range []struct{ gap, table, dim, code string }{
		{"employment_gap", "employment", "labour_status", "sysselsatta"},
		{"economic_standard_gap", "economic_standard", "economic_standard", "låg"},
	} {
		table, gaps := b.table(t, tt.table), b.table(t, tt.gap)
		at := func(c *cube.Cube, measure, kind string) cube.Cell {
			codes := make([]string, len(c.Dims()))
			for i, d := range c.Dims() {
				switch {
				case d.Name == tt.dim:
					codes[i] = tt.code
				case d.Role == cube.Type:
					codes[i] = kind
				default:
					codes[i] = "2022"
				}
			}
			return c.Get(measure, codes...)
		}
		one, five := at(table, "SharePersons", "1"), at(table, "SharePersons", "5")
		if !one.Status.HasValue() || !five.Status.HasValue() {
			t.Fatalf("%s: shares are %s and %s", tt.table, one.Status, five.Status)
		}
		for measure, want := range map[string]float64{"Difference": one.Value - five.Value, "Ratio": one.Value / five.Value} {
			got := at(gaps, measure, "")
			if !got.Status.HasValue() || math.Abs(got.Value-want) > 1e-12 {
				t.Errorf("%s %s: %v %s, not %v", tt.gap, measure, got.Value, got.Status, want)
			}
			if !got.Lo.OK || got.Lo.V > want || got.Hi.V < want {
				t.Errorf("%s %s: the interval %v..%v does not hold %v", tt.gap, measure, got.Lo.V, got.Hi.V, want)
			}
			// Where SCB's rounding moves the shares, the interval is at least as wide as the rounding.
			if measure == "Difference" && one.Lo.OK && got.Hi.V-got.Lo.V < one.Hi.V-one.Lo.V+five.Hi.V-five.Lo.V {
				t.Errorf("%s: the interval is narrower than the rounding", tt.gap)
			}
		}
		if !slices.ContainsFunc(gaps.Lineage.Steps, func(s string) bool { return strings.Contains(s, "nothing else") }) {
			t.Errorf("%s: lineage %q", tt.gap, gaps.Lineage.Steps)
		}
	}
}
