package project_test

import (
	"math"
	"testing"

	"github.com/skikt/skikt/cube"
)

// The parts of segregation in the country add up: levels to H of the country (InformationTheory; of two groups the same), what lies between kommuner and between DeSO in them to what the
// län give within them, the DeSO's contributions to the whole. Every part has an interval.
func TestSegregationParts(t *testing.T) {
	b := build(t)
	level, stratum, unit := b.table(t, "segregation_background_riket_level"), b.table(t, "segregation_background_riket_stratum"), b.table(t, "segregation_background_riket_unit")
	value := func(c *cube.Cube, measure string, codes ...string) float64 {
		t.Helper()
		cell := c.Get(measure, codes...)
		if corrected := c.Get(measure+"Corrected", codes...); !cell.Status.HasValue() || !corrected.Lo.OK || !corrected.Hi.OK {
			t.Fatalf("%s of %v is %+v, corrected %+v", measure, codes, cell, corrected)
		}
		return cell.Value
	}
	same := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("%s: %v and %v", what, got, want)
		}
	}
	var m, h, within, part float64
	for i, name := range []string{"lan", "kommun", "deso"} {
		m += value(level, "PartM", "00", name, "2022")
		h += value(level, "PartH", "00", name, "2022")
		if i > 0 {
			within += value(level, "PartM", "00", name, "2022")
		}
	}
	same("H of the levels and of the country", h, value(b.table(t, "segregation_background_riket"), "InformationTheory", "00", "2022"))
	for row := range stratum.Len() {
		part += stratum.Cell(row, stratum.MeasureIndex("PartM")).Value
	}
	same("M within län", part, within)
	whole := 0.0
	for row := range unit.Len() {
		whole += unit.Cell(row, unit.MeasureIndex("Contribution")).Value
	}
	same("M of the DeSO's contributions and of the levels", whole, m)
	if stratum.Len() != 21 || unit.Len() < 5900 {
		t.Errorf("%d län and %d DeSO", stratum.Len(), unit.Len())
	}
}
