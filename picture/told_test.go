package picture

import (
	"testing"

	"github.com/skikt/skikt/cube"
)

// Eight shares from 1 to 8 percent have the median 4.5, and four of them lie from 3 to 6; without a value is one.
func TestTold(t *testing.T) {
	share := cube.Measure{Kind: cube.Share, Decimals: 1}
	var cells []cube.Cell
	for _, v := range []float64{0.08, 0.01, 0.07, 0.02, 0.06, 0.03, 0.05, 0.04} {
		cells = append(cells, cube.KnownCell(v))
	}
	cells = append(cells, cube.Cell{Status: cube.HiddenRule, Value: 0.99})
	if got, want := Told(cells, share, "en"), "8 areas have a value: from 1.0% to 8.0%, and the median is 4.5%. Half of them lie from 3.0% to 6.0%. 1 area has no value that is shown."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	kinds := []cube.Cell{cube.KnownCell(1), cube.KnownCell(5), cube.KnownCell(5), cube.KnownCell(5)}
	if got, want := Told(kinds, cube.Measure{Kind: cube.Code}, "sv"), "Av 4 områden är 1 (25,0\u00a0%) av typ 1, 3 (75,0\u00a0%) av typ 5."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	one := []cube.Cell{cube.KnownCell(0.05), {Status: cube.HiddenRule}, {Status: cube.HiddenRule}}
	if got, want := Told(one, share, "sv"), "1 område har ett värde: 5,0\u00a0%. 2 områden har inget värde som visas."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := Told(kinds, cube.Measure{Kind: cube.Code}, "en"), "Of 4 areas, 1 (25.0%) is of type 1, 3 (75.0%) are of type 5."; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got := Told(nil, share, "sv"); got != "" {
		t.Errorf("nothing is told as %q", got)
	}
}
