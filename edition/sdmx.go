package edition

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

// sdmxStatus is a status as SDMX's code lists of observation status (CL_OBS_STATUS) and confidentiality status (CL_CONF_STATUS) have it. The list has no code for a value with
// added noise or for a revised one: they are ordinary values.
var sdmxStatus = map[cube.Status][2]string{
	cube.Known:         {"A", "F"},
	cube.Zero:          {"A", "F"},
	cube.Perturbed:     {"A", "F"},
	cube.Revised:       {"A", "F"},
	cube.Preliminary:   {"P", "F"},
	cube.Unreliable:    {"U", "F"},
	cube.NotAvailable:  {"O", "F"},
	cube.NotApplicable: {"M", "F"},
	cube.HiddenRule:    {"Q", "A"}, // primary confidentiality
	cube.HiddenProtect: {"Q", "D"}, // secondary confidentiality
}

// SDMX writes a cube as SDMX-CSV 2.0, one row an observation: the columns STRUCTURE, STRUCTURE_ID and ACTION, the dimensions with time as TIME_PERIOD and the measures as the
// dimension MEASURE, then OBS_VALUE and the attributes OBS_STATUS, CONF_STATUS, UNIT_MEASURE (PT for percent, else NR) and DECIMALS. Shares are in percent. A cell without a value
// has an empty OBS_VALUE. agency is made to an identifier that SDMX takes. Where the cube has terms, two more columns, LICENCE (an address) and CITATION (in the language lang), say in each row by
// what terms it may be used and how it is cited: the format has no head to say it in, and lets those who write it add columns of their own after the others.
//
// Source: SDMX technical working group, SDMX-CSV 2.0 field guide, https://github.com/sdmx-twg/sdmx-csv.
func SDMX(w io.Writer, c *cube.Cube, agency, lang string) error {
	out := buffers.Get().(*bufio.Writer)
	defer release(out)
	out.Reset(w)
	taken := map[string]bool{}
	last, terms := slices.Clone(sdmxAfter), ""
	if c.Terms != (cube.Terms{}) {
		last = append(last, "LICENCE", "CITATION")
		terms = "," + field(c.Terms.Licence) + "," + field(c.Terms.Cite.In(lang))
	}
	for _, name := range slices.Concat(sdmxBefore, last) {
		taken[name] = true
	}
	columns := slices.Clone(sdmxBefore)
	for _, d := range c.Dims() {
		name := sdmxID(d.Name)
		if d.Role == cube.Time && !taken["TIME_PERIOD"] {
			name = "TIME_PERIOD"
		}
		for taken[name] {
			name += "_"
		}
		taken[name] = true
		columns = append(columns, name)
	}
	out.WriteString(strings.Join(append(columns, last...), ",") + "\n")
	codes := written(c, func(_ int, code string) string { return "," + field(code) })
	before := "dataflow," + sdmxID(agency) + ":" + sdmxID(c.Name) + "(1.0.0),I"
	names, after := make([]string, len(c.Measures())), make([]string, len(c.Measures()))
	for m, meas := range c.Measures() {
		unit := "NR"
		if meas.Kind == cube.Share {
			unit = "PT"
		}
		names[m], after[m] = ","+field(meas.Name)+",", ","+unit+","+strconv.Itoa(meas.Decimals)+terms+"\n"
	}
	var states [256]string
	for status, code := range sdmxStatus {
		states[status] = "," + code[0] + "," + code[1]
	}
	err := eachLong(c, func(row, measure int, numbers *[4][]byte, status cube.Status) error {
		out.WriteString(before)
		for d := range codes {
			out.WriteString(codes[d][c.Coord(row, d)])
		}
		out.WriteString(names[measure])
		out.Write(numbers[0])
		out.WriteString(states[status])
		_, err := out.WriteString(after[measure])
		return err
	})
	if err != nil {
		return fmt.Errorf("edition: table %s as SDMX-CSV: %w", c.Name, err)
	}
	return out.Flush()
}

// The columns before the dimensions and after them, but for the terms.
var (
	sdmxBefore = []string{"STRUCTURE", "STRUCTURE_ID", "ACTION"}
	sdmxAfter  = []string{"MEASURE", "OBS_VALUE", "OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "DECIMALS"}
)

// sdmxID is a text as an identifier of SDMX: letters, digits, _ and -, beginning with a letter.
func sdmxID(s string) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '-':
			return r
		}
		return '_'
	}, s)
	if id == "" || !(id[0] >= 'a' && id[0] <= 'z' || id[0] >= 'A' && id[0] <= 'Z') {
		id = "X" + id
	}
	return id
}
