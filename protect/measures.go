package protect

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// MeasureRules say when a measure that is no count or sum may be shown: an index of segregation, a slope, an intraclass correlation. Such a number can seldom be
// solved for a single count, but one on few persons, on one or two units, or on a group of three tells of them almost by itself. All rules are about the counts that
// the measure was computed from. Zero sets no limit, but Persons must be declared for any measure to be shown.
type MeasureRules struct {
	// Persons is the least number of persons behind a measure, and in what is left when a place is taken from a larger one that is shown too.
	Persons int `yaml:"persons" json:"persons,omitempty"`
	// Units is the least number of units (areas, schools) with somebody in them.
	Units int `yaml:"units" json:"units,omitempty"`
	// Group is the least number of persons in each of the groups compared.
	Group int `yaml:"group" json:"group,omitempty"`
	// Largest is the most that one unit, or units of one holding, may hold of the persons, in per cent.
	Largest float64 `yaml:"largest" json:"largest,omitempty"`
	// Decimals is how many decimals are shown. Values are rounded to the nearest, intervals outwards.
	Decimals int `yaml:"decimals" json:"decimals,omitempty"`
}

// The most decimals that a measure from records is shown with.
const mostDecimals = 4

func (r MeasureRules) faults() (bad []string) {
	if r.Persons < 0 || r.Units < 0 || r.Group < 0 {
		bad = append(bad, "measures: limits can't be negative")
	}
	if r.Largest < 0 || r.Largest > 100 {
		bad = append(bad, "measures: largest must be between 0 and 100 per cent")
	}
	if r.Decimals < 0 || r.Decimals > mostDecimals {
		bad = append(bad, fmt.Sprintf("measures: decimals must be from 0 to %d", mostDecimals))
	}
	if r.Persons == 0 && r != (MeasureRules{}) {
		bad = append(bad, "measures: persons is missing: the least number of persons behind a measure")
	}
	return bad
}

// Measured is a cube of measures with the counts that it was computed from.
type Measured struct {
	// Cube has a row for each place and time; its measures are of the kinds value, share and mean.
	Cube *cube.Cube
	// Counts has the dimensions of Cube, without totals, and those of units and groups.
	Counts *cube.Cube
	Count  string // measure of Counts; the first count when empty
	Units  string // dimension of Counts
	Groups string // dimension of Counts; empty for measures that compare no groups
}

// behind is what stands behind a row of measures.
type behind struct {
	persons float64
	units   map[string]float64 // persons by code
	groups  []float64
	mixed   bool // some unit has persons of two groups
	key     string
}

// Measures protects measures computed from an agency's own records, under the policy's [MeasureRules]. A row is hidden as a whole. Bases are left out: they
// are counts, which [Apply] would have to protect together with all others. Like Apply it gives all tables or none.
func Measures(of []Measured, policy Policy) (*Release, error) {
	if len(of) == 0 {
		return &Release{audit: Audit{Policy: policy.Name, Version: policy.Version, Tables: []TableAudit{}, Verdict: measuresSafe}}, nil
	}
	if err := policy.Validate(); err != nil {
		return nil, err
	}
	if policy.Measures.Persons == 0 {
		return nil, fmt.Errorf("protect: %s: policy %s has no rules for measures computed from an agency's own records, so none can be shown: leave it out, or declare a policy of your own (policy: {own: …}) with measures: persons, units, group and largest", of[0].Cube.Name, policy.Name)
	}
	r := &Release{audit: Audit{Policy: policy.Name, Version: policy.Version, Method: measuresDoc.Text, Verdict: measuresSafe}}
	all := make([][]behind, len(of))
	hidden := make([][]cube.Status, len(of))
	for k, x := range of {
		var err error
		if all[k], err = x.behind(); err != nil {
			return nil, err
		}
		hidden[k] = make([]cube.Status, x.Cube.Len())
		for row, b := range all[k] {
			if !b.enough(policy) {
				hidden[k][row] = cube.HiddenRule
			}
		}
	}
	// A place within a larger one that is shown too must leave enough behind, or nothing.
	for k := range of {
		for j := range of {
			if k == j || of[k].Units != of[j].Units {
				continue
			}
			for row, b := range all[k] {
				for other, c := range all[j] {
					if hidden[k][row] == 0 && hidden[j][other] == 0 && b.within(c) && c.persons > b.persons && c.persons-b.persons < float64(policy.Measures.Persons) {
						hidden[k][row] = cube.HiddenProtect
					}
				}
			}
		}
	}
	for k, x := range of {
		done := x.Cube.Edit(func(row, m int, c cube.Cell) cube.Cell {
			if hidden[k][row] != 0 {
				return cube.Cell{Status: hidden[k][row]}
			}
			return rounded(c, policy.Measures.Decimals)
		})
		done, err := withDecimals(done, policy.Measures.Decimals)
		if err != nil {
			return nil, err
		}
		done.Lineage = done.Lineage.Merge(cube.Lineage{Steps: []string{"protected: policy " + policy.Name + " " + policy.Version}})
		if err := x.check(done, policy); err != nil {
			return nil, err
		}
		own := Audit{Policy: policy.Name, Version: policy.Version, Method: measuresDoc.Text, Tables: []TableAudit{auditTable(done)}, Verdict: measuresSafe}
		r.audit.Tables = append(r.audit.Tables, own.Tables...)
		r.tables = append(r.tables, Table{cube: done, policy: policy, audit: own})
		record := TableRecord{Name: done.Name, Rows: done.Len(), Rules: map[string]int{}, SHA256: TableSum(done)}
		for _, h := range hidden[k] {
			switch h {
			case 0:
				record.Shown++
			case cube.HiddenRule:
				record.Hidden++
				record.Rules[measuresDoc.Name]++
			default:
				record.Hidden++
				record.Rules["secondary"]++
			}
		}
		r.record.Tables = append(r.record.Tables, record)
	}
	r.record.Policy, r.record.Method, r.record.Verdict = policy, measuresDoc.Text, measuresSafe
	r.record.SHA256 = r.record.sum()
	return r, r.addAccount(policy)
}

// behind counts what stands behind each row.
func (x Measured) behind() ([]behind, error) {
	if x.Cube == nil || x.Counts == nil || x.Cube.Len() == 0 || x.Cube.Name == "" {
		return nil, fmt.Errorf("protect: measures need a name, rows, and the counts that they were computed from")
	}
	fail := func(format string, args ...any) ([]behind, error) {
		return nil, fmt.Errorf("protect: measures %s: "+format, append([]any{x.Cube.Name}, args...)...)
	}
	for _, m := range x.Cube.Measures() {
		if m.Kind.Additive() {
			return fail("%s is a %s: counts and sums are protected by Apply", m.Name, m.Kind)
		}
	}
	count := slices.IndexFunc(x.Counts.Measures(), func(m cube.Measure) bool { return m.Kind == cube.Count && (x.Count == "" || m.Name == x.Count) })
	units, groups := x.Counts.DimIndex(x.Units), x.Counts.DimIndex(x.Groups)
	if count < 0 || units < 0 || x.Groups != "" && groups < 0 {
		return fail("the counts lack a count, the dimension of units %q or that of groups %q", x.Units, x.Groups)
	}
	var at []int
	for _, d := range x.Cube.Dims() {
		in := x.Counts.DimIndex(d.Name)
		if in < 0 || in == units || in == groups {
			return fail("the counts have no dimension %s beside units and groups", d.Name)
		}
		at = append(at, in)
	}
	rows := map[string]int{}
	out := make([]behind, x.Cube.Len())
	for row := range out {
		var codes []string
		for d := range x.Cube.Dims() {
			codes = append(codes, x.Cube.Code(row, d))
		}
		rows[strings.Join(codes, "\n")] = row
		out[row].units = map[string]float64{}
		for d, dim := range x.Cube.Dims() {
			if dim.Role == cube.Time {
				out[row].key += codes[d] + "\n"
			}
		}
		if groups >= 0 {
			out[row].groups = make([]float64, len(x.Counts.Dims()[groups].Members))
		}
	}
	seen := map[string]int{} // group of the only persons found so far in a unit of a row
	for i := range x.Counts.Len() {
		if x.Counts.Code(i, units) == cube.Total || groups >= 0 && x.Counts.Code(i, groups) == cube.Total {
			continue
		}
		var codes []string
		for _, d := range at {
			codes = append(codes, x.Counts.Code(i, d))
		}
		row, ok := rows[strings.Join(codes, "\n")]
		cell := x.Counts.Cell(i, count)
		if !ok || cell.Value == 0 && cell.Status.HasValue() {
			continue
		}
		if !cell.Status.HasValue() || cell.Value < 0 || cell.Value != math.Trunc(cell.Value) {
			return fail("some of the counts behind it are hidden, missing or no whole numbers from 0 up")
		}
		b := &out[row]
		b.persons += cell.Value
		unit := x.Counts.Code(i, units)
		b.units[unit] += cell.Value
		if groups >= 0 {
			g := x.Counts.Coord(i, groups)
			b.groups[g] += cell.Value
			key := fmt.Sprint(row, "\n", unit)
			if old, ok := seen[key]; ok && old != g {
				b.mixed = true
			}
			seen[key] = g
		}
	}
	if groups >= 0 {
		total := x.Counts.Dims()[groups].Index(cube.Total)
		for row := range out {
			if total >= 0 {
				out[row].groups = slices.Delete(out[row].groups, total, total+1)
			}
		}
	}
	return out, nil
}

// enough tells whether the rules let a measure on this be shown.
func (b *behind) enough(p Policy) bool {
	r := p.Measures
	if b.persons < float64(r.Persons) || len(b.units) < r.Units {
		return false
	}
	for _, n := range b.groups {
		if n < float64(r.Group) {
			return false
		}
	}
	if len(b.groups) > 1 && p.Full == Hide && !b.mixed {
		return false // every unit has one group only: the measure tells it of each of them
	}
	if r.Largest == 0 {
		return true
	}
	by := map[string]float64{}
	for unit, n := range b.units {
		by[holder(unit, p)] += n
	}
	for _, n := range by {
		if 100*n > r.Largest*b.persons {
			return false
		}
	}
	return true
}

// within tells whether all units of b are units of c at the same time.
func (b *behind) within(c behind) bool {
	if b.key != c.key || len(b.units) > len(c.units) {
		return false
	}
	for unit := range b.units {
		if _, ok := c.units[unit]; !ok {
			return false
		}
	}
	return true
}

// rounded is a cell as it is shown: its value to so many decimals, its interval outwards, and no base.
func rounded(c cube.Cell, decimals int) cube.Cell {
	scale := math.Pow10(decimals)
	c.Base = cube.Number{}
	if c.Status.HasValue() {
		c.Value = math.Round(c.Value*scale)/scale + 0 // no negative zero
	}
	if c.Lo.OK {
		c.Lo.V = math.Floor(c.Lo.V*scale) / scale
	}
	if c.Hi.OK {
		c.Hi.V = math.Ceil(c.Hi.V*scale) / scale
	}
	return c
}

// withDecimals says of every measure that it has no more decimals than are shown.
func withDecimals(c *cube.Cube, most int) (*cube.Cube, error) {
	measures := slices.Clone(c.Measures())
	for i := range measures {
		measures[i].Decimals = min(measures[i].Decimals, most)
	}
	b := cube.NewBuilder(c.Name, c.Dims(), measures)
	for row := range c.Len() {
		at, cells := make([]int32, len(c.Dims())), make([]cube.Cell, len(measures))
		for d := range at {
			at[d] = int32(c.Coord(row, d))
		}
		for m := range cells {
			cells[m] = c.Cell(row, m)
		}
		b.Add(at, cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Title, out.Notes, out.Warnings, out.Lineage = c.Title, c.Notes, c.Warnings, c.Lineage
	return out, nil
}

// check is the audit of a finished table: it counts what stands behind each row shown anew.
func (x Measured) check(done *cube.Cube, p Policy) error {
	all, err := x.behind()
	if err != nil {
		return err
	}
	for row := range done.Len() {
		for m, meas := range done.Measures() {
			c := done.Cell(row, m)
			if c.Base.OK {
				return fmt.Errorf("%w: %s of %s keeps its base", errExposed, meas.Name, describe(done, row))
			}
			if c.Status.Hidden() && (c.Lo.OK || c.Hi.OK) || !c.Status.Hidden() && !all[row].enough(p) {
				return fmt.Errorf("%w: %s of %s tells of too few", errExposed, meas.Name, describe(done, row))
			}
			if again := rounded(c, p.Measures.Decimals); c.Status.HasValue() && again.Value != c.Value {
				return fmt.Errorf("%w: %s of %s has too many decimals", errExposed, meas.Name, describe(done, row))
			}
		}
	}
	return nil
}

var (
	measuresDoc = cube.Doc{Name: "measure-rules", Title: cube.Text{SV: "Mått ur uppgifter om enskilda", EN: "Measures from records"},
		Source: "Bond, Brandt and de Wolf, Guidelines for the checking of output based on microdata research (DwB, 2015); thresholds as in ACRO (Smith et al., 2022). The limits of our profiles are our own choice",
		Text: cube.Text{
			SV: "Ett mått som inte är ett antal eller en summa, till exempel ett segregationsindex, visas bara om minst så många personer, enheter (områden, skolor) och personer i varje grupp ligger bakom det som policyn säger, om ingen enhet eller ägare har för stor del av personerna, och om inte varje enhet har bara en grupp. Den plats som ingår i en större får inte lämna för få kvar. Värden avrundas, intervall utåt, och baser visas inte. Mått som går att dela upp exakt på delar ska inte visas för alla delar och helheten samtidigt med många decimaler.",
			EN: "A measure that is no count or sum, such as an index of segregation, is shown only when at least as many persons, units (areas, schools) and persons in each group stand behind it as the policy says, when no unit or holding has too large a part of the persons, and unless every unit has one group only. A place that is part of a larger one must not leave too few behind. Values are rounded, intervals outwards, and bases are not shown. Measures that decompose exactly into parts should not be shown with many decimals for all parts and the whole at once."}}
	measuresSafe = cube.Text{SV: "Godkänd: varje mått som visas har så många bakom sig som policyn kräver.", EN: "Passed: each measure shown has as many behind it as the policy demands."}
)
