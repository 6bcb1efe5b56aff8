package edition

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/skikt/skikt/cube"
)

// The columns and their order are those of the field guide of SDMX-CSV 2.0 (https://github.com/sdmx-twg/sdmx-csv/blob/master/data-message/docs/sdmx-csv-field-guide.md); codes of the observation status and the confidentiality
// status those of SDMX's cross-domain code lists.
func TestSDMX(t *testing.T) {
	b := cube.NewBuilder("tabell å", []cube.Dimension{{Name: "regso", Role: cube.Area, Members: []cube.Member{{Code: "0180R001"}, {Code: "a,b"}, {Code: "c"}}}, {Name: "year", Role: cube.Time, Members: []cube.Member{{Code: "2023"}}}},
		[]cube.Measure{{Name: "N", Kind: cube.Count}, {Name: "Share", Kind: cube.Share, Decimals: 1}})
	b.Add([]int32{0, 0}, cube.KnownCell(7), cube.Cell{Status: cube.Unreliable, Value: 0.125})
	b.Add([]int32{1, 0}, cube.Cell{Status: cube.HiddenRule}, cube.Cell{Status: cube.HiddenProtect})
	b.Add([]int32{2, 0}, cube.Cell{Status: cube.Zero}, cube.Cell{Status: cube.NotApplicable})
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := SDMX(&out, c, "1 Myndigheten", "sv"); err != nil {
		t.Fatal(err)
	}
	want := `STRUCTURE,STRUCTURE_ID,ACTION,regso,TIME_PERIOD,MEASURE,OBS_VALUE,OBS_STATUS,CONF_STATUS,UNIT_MEASURE,DECIMALS
dataflow,X1_Myndigheten:tabell__(1.0.0),I,0180R001,2023,N,7,A,F,NR,0
dataflow,X1_Myndigheten:tabell__(1.0.0),I,0180R001,2023,Share,12.5,U,F,PT,1
dataflow,X1_Myndigheten:tabell__(1.0.0),I,"a,b",2023,N,,Q,A,NR,0
dataflow,X1_Myndigheten:tabell__(1.0.0),I,"a,b",2023,Share,,Q,D,PT,1
dataflow,X1_Myndigheten:tabell__(1.0.0),I,c,2023,N,0,A,F,NR,0
dataflow,X1_Myndigheten:tabell__(1.0.0),I,c,2023,Share,,M,F,PT,1
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// Terms are told in every row, in columns of their own.
	c.Terms = cube.Terms{Licence: CC0, Cite: cube.Text{SV: "Myndigheten. Läget, 2023.", EN: "The agency. The state, 2023."}}
	out.Reset()
	if err := SDMX(&out, c, "1 Myndigheten", "en"); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	for i, bare := range strings.Split(strings.TrimSuffix(want, "\n"), "\n") {
		end := `,http://creativecommons.org/publicdomain/zero/1.0/,"The agency. The state, 2023."`
		if i == 0 {
			end = ",LICENCE,CITATION"
		}
		if lines[i] != bare+end {
			t.Errorf("line %d is %s, want %s", i+1, lines[i], bare+end)
		}
	}
	for _, s := range cube.Statuses() {
		if sdmxStatus[s][0] == "" {
			t.Errorf("status %s has no code", s)
		}
	}
}
