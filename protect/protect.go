// Package protect is disclosure control: it is the only maker of tables that may be published.
//
// [Apply] takes everything that was counted from an agency's own records, counts the declared tables, hides what the
// [Policy] forbids, hides as much more as is needed so that nothing hidden by a rule can be computed from what is shown, checks the outcome on
// its own, and only then gives [Table] values. [AlreadyPublic] lets through what its publisher has made public, [Derive] what is computed from such tables alone. There is no other way. [Attack]
// tries to undo the hiding of any published tables.
//
// # Method
//
// All tables of a [Family] are looked at together: areas, kommuner, types, totals, and overlapping divisions. The unknowns are
// the inner cells; each published number is a sum of some of them. Cells are hidden in two steps:
//
//   - by rule (primary): small counts, zeros and shares of 100 per cent where the policy hides them, shares on too few persons together with the
//     count above the line;
//   - to protect (secondary): Gaussian elimination over all numbers of the family, the most valuable first. A number is shown when no target
//     (a number hidden by rule) becomes a linear combination of those shown; else it is hidden. This is the method
//     of Statistics Norway's GaussSuppression (https://github.com/statisticsnorway/ssb-gausssuppression). It is tried in two orders, and the pattern
//     that hides less is taken.
//
// A row of a table is shown or hidden as a whole: the counts, sums and means in it go together, and every count published there must be safe.
// So sums, and counts that add up to one another within a row, tell nothing about each other's hidden cells. A share is shown when its row
// and its base are. A count that is part of another (pupils, and pupils who qualify) is better a dimension than a measure of its own: only
// then is the difference of the two protected as well.
//
// # What is guaranteed
//
// The attacker is taken to know every zero that the policy doesn't hide, every total, every rule, and (if alone in a hidden number) that
// number. For every number hidden by rule there are then two tables with whole or fractional counts, none negative, that agree on everything shown
// and differ in that number: since all unknown cells that are left have somebody in them, a small step either way stays possible.
// A hidden zero can likewise be more than zero. The audit proves it with such tables, in exact arithmetic, from the finished
// cubes; without proof there is an error and no table.
//
// Beyond that, bounds are drawn through the sums shown until nothing changes, with what the status of a hidden cell itself tells (small, or not
// small); when a number hidden by rule has only one whole number left, it is marked as
// hidden to protect, which says nothing of its size, or more is hidden.
//
// Not guaranteed: that the interval left for a hidden number is wide; protection against several persons who join what they know;
// dominance in sums; differences to earlier releases or to tables of another family.
package protect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
)

// A Table is a table that may be published. Only Apply and AlreadyPublic make valid ones, and Derive of those.
type Table struct {
	cube   *cube.Cube
	policy Policy
	audit  Audit
}

// Valid tells whether the table was made by this package; the zero Table is not valid.
func (t Table) Valid() bool { return t.cube != nil }

// Name is the table's name; empty for the zero Table.
func (t Table) Name() string {
	if t.cube == nil {
		return ""
	}
	return t.cube.Name
}

// Cube is a copy of the table. Hidden cells have a status and nothing else, but for the base of a hidden share when that base may be shown.
// It is nil for the zero Table.
func (t Table) Cube() *cube.Cube {
	if t.cube == nil {
		return nil
	}
	return t.cube.Clone()
}

// Policy is what the table was protected under. Its name is "already public" for a table that needed no protection.
func (t Table) Policy() Policy { return t.policy }

// Audit says what was done and checked for this table.
func (t Table) Audit() Audit { return t.audit }

// A Release is the protected tables of one call of Apply.
type Release struct {
	tables []Table
	audit  Audit
}

// Tables are the tables in the order of the families and their views.
func (r *Release) Tables() []Table { return slices.Clone(r.tables) }

// Audit says what was done and checked for the whole release.
func (r *Release) Audit() Audit { return r.audit }

var (
	method = cube.Text{
		SV: "Alla tabeller ur samma uppgifter skyddas tillsammans. Celler som policyn förbjuder döljs; därefter visas övriga tal, de största först, så länge inget dolt tal blir en linjärkombination av de visade (gausselimination). Granskningen bevisar i exakta heltal, ur de färdiga tabellerna, att varje tal som en regel döljer kan ha fler än ett värde.",
		EN: "All tables from the same records are protected together. Cells that the policy forbids are hidden; then the other numbers are shown, the largest first, as long as no hidden number becomes a linear combination of those shown (Gaussian elimination). The audit proves in exact whole numbers, from the finished tables, that each number hidden by a rule can have more than one value."}
	safe = cube.Text{SV: "Godkänd: inget tal som en regel döljer kan räknas ut.", EN: "Passed: no number hidden by a rule can be computed."}
)

// Apply protects the families under a policy. It gives all tables or none: any doubt is an error. Without families there is nothing to
// protect, and the release is empty under any policy.
func Apply(families []Family, policy Policy) (*Release, error) {
	if len(families) == 0 {
		return &Release{audit: Audit{Policy: policy.Name, Version: policy.Version, Method: method, Tables: []TableAudit{}, Verdict: safe}}, nil
	}
	if policy.Name == "none" {
		return nil, fmt.Errorf("protect: policy none protects nothing, so tables made from records can't be released under it; choose one of %s",
			strings.Join(Profiles()[:2], ", "))
	}
	if err := policy.Validate(); err != nil {
		return nil, err
	}
	if err := checkNames(families, policy); err != nil {
		return nil, err
	}
	r := &Release{audit: Audit{Policy: policy.Name, Version: policy.Version, Method: method, Verdict: safe}}
	for _, f := range families {
		cubes, checked, err := protectFamily(f, policy)
		if err != nil {
			return nil, err
		}
		r.audit.Families = append(r.audit.Families, checked)
		for _, c := range cubes {
			t := auditTable(c)
			r.audit.Tables = append(r.audit.Tables, t)
			r.tables = append(r.tables, Table{cube: c, policy: policy, audit: Audit{Policy: policy.Name, Version: policy.Version, Method: method,
				Families: []FamilyAudit{checked}, Tables: []TableAudit{t}, Verdict: safe}})
		}
	}
	return r, nil
}

func checkNames(families []Family, p Policy) error {
	seen := map[string]bool{}
	used := make([]bool, len(p.AlwaysShow))
	for _, f := range families {
		for _, v := range f.Views {
			if v.Name == "" || seen[v.Name] {
				return fmt.Errorf("protect: family %s: each table needs a name of its own, %q is empty or taken", f.Name, v.Name)
			}
			seen[v.Name] = true
			for i, s := range p.AlwaysShow {
				used[i] = used[i] || s.Table == v.Name || s.Table == "" && coversDims(v, s)
			}
		}
	}
	for i, s := range p.AlwaysShow {
		if !used[i] {
			return fmt.Errorf("protect: policy %s: always_show number %d matches no table (table %q, where %v)", p.Name, i+1, s.Table, s.Where)
		}
	}
	return nil
}

func coversDims(v cube.View, s Selector) bool {
	for dim := range s.Where {
		if !slices.Contains(v.Dims, dim) {
			return false
		}
	}
	return true
}

// protectFamily is the road of one family: count, mark, hide, write, audit.
func protectFamily(f Family, p Policy) ([]*cube.Cube, FamilyAudit, error) {
	a := FamilyAudit{Name: f.Name}
	m, err := newModel(f, p)
	if err != nil {
		return nil, a, err
	}
	m.mark(p)
	systems := make([]*system, len(m.counts))
	for i, c := range m.counts {
		systems[i] = m.newSystem(c)
	}
	if err := m.hide(systems); err != nil {
		return nil, a, err
	}
	if a.Unmarked, a.ByBounds, err = m.widen(systems, p); err != nil {
		return nil, a, err
	}
	done := m.write(p)
	if a.Measures, err = m.check(systems, done, p); err != nil {
		return nil, a, err
	}
	a.Numbers = len(m.numbers)
	for i := range m.numbers {
		switch n := &m.numbers[i]; {
		case n.primary():
			a.Primary++
		case n.hidden:
			a.Secondary++
		default:
			a.Shown++
		}
	}
	return done, a, nil
}

// check runs the audit of finished tables.
func (m *model) check(systems []*system, done []*cube.Cube, p Policy) ([]MeasureAudit, error) {
	shown, err := m.shownNumbers(done, p)
	if err != nil {
		return nil, fmt.Errorf("protect: family %s: %w", m.name, err)
	}
	var all []MeasureAudit
	for _, s := range systems {
		a, err := m.audit(s, shown)
		if err != nil {
			return nil, fmt.Errorf("protect: family %s: %w", m.name, err)
		}
		all = append(all, a)
	}
	return all, nil
}

// write makes the published form of the tables.
func (m *model) write(p Policy) []*cube.Cube {
	done := make([]*cube.Cube, len(m.tables))
	for k, t := range m.tables {
		shares := make([]*shareOf, len(t.cube.Measures()))
		for i := range t.share {
			shares[t.share[i].measure] = &t.share[i]
		}
		c := t.cube.Edit(func(row, measure int, cell cube.Cell) cube.Cell {
			n, meas := &m.numbers[t.number[row]], t.cube.Measures()[measure]
			hidden := cube.Cell{Status: cube.HiddenProtect}
			if m.ruledOut(n, meas) {
				hidden.Status = cube.HiddenRule
			}
			s := shares[measure]
			if s == nil {
				switch {
				case cell.Status == cube.NotAvailable:
					return cube.Cell{}
				case n.hidden:
					return hidden
				case meas.Kind.Additive():
					cell.Base = cube.Number{} // a number of its own, that nothing here has judged
				}
				return cell
			}
			base := s.base[row]
			if base < 0 || m.numbers[base].hidden {
				return hidden
			}
			if s.tooFew[row] {
				hidden.Status = cube.HiddenRule
			}
			if n.hidden || s.tooFew[row] {
				hidden.Base = cell.Base
				return hidden
			}
			return cell
		})
		c.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"protected: policy " + p.Name + " " + p.Version}})
		done[k] = c
	}
	return done
}

// ruledOut tells whether a cell is marked as hidden by a primary rule: on its own count, or for sums and means on any count of the row. A large count
// that is everyone in its group is not marked, or a reader could tell such groups by it.
func (m *model) ruledOut(n *number, meas cube.Measure) bool {
	name := meas.Name
	if meas.Kind == cube.Share {
		name = meas.Of
	}
	i := slices.IndexFunc(m.measures, func(x cube.Measure) bool { return x.Name == name && x.Kind == cube.Count })
	for _, c := range m.counts {
		if (i < 0 || i == c) && n.rule[c] && !n.full[c] && !n.unmarked {
			return true
		}
	}
	return false
}

// alreadyPublic is the name of the policy of tables that needed none.
const alreadyPublic = "already public"

// AlreadyPublic lets through a cube that was made only of what its publishers have made public. Every source must be marked public and
// name its publisher; why is kept in the table's audit.
func AlreadyPublic(c *cube.Cube, why string) (Table, error) {
	if c == nil || c.Len() == 0 || c.Name == "" {
		return Table{}, fmt.Errorf("protect: a public table needs a name and cells")
	}
	if strings.TrimSpace(why) == "" {
		return Table{}, fmt.Errorf("protect: %s: say why the table counts as already public", c.Name)
	}
	if len(c.Lineage.Sources) == 0 {
		return Table{}, fmt.Errorf("protect: %s names no source, so nothing shows that it is public", c.Name)
	}
	var publishers []string
	for _, s := range c.Lineage.Sources {
		switch {
		case !s.Public:
			return Table{}, fmt.Errorf("protect: %s is made from %s, which is not public; protect it with Apply", c.Name, s.Name)
		case s.Publisher == "":
			return Table{}, fmt.Errorf("protect: %s is made from %s, which is called public but names no publisher", c.Name, s.Name)
		case !slices.Contains(publishers, s.Publisher):
			publishers = append(publishers, s.Publisher)
		}
	}
	slices.Sort(publishers)
	out := c.Clone()
	out.Lineage = out.Lineage.Merge(cube.Lineage{Steps: []string{"already public: " + strings.Join(publishers, ", ")}})
	policy := Policy{Name: alreadyPublic, Version: "1", Zeros: Show, Full: Show, Documentation: cube.Text{
		SV: "Tabellen bygger bara på uppgifter som redan är offentliga, från " + strings.Join(publishers, ", ") + ".",
		EN: "The table rests only on figures that are already public, from " + strings.Join(publishers, ", ") + "."}}
	return Table{cube: out, policy: policy, audit: Audit{Policy: policy.Name, Version: policy.Version, Reason: why, Method: policy.Documentation,
		Tables: []TableAudit{auditTable(out)}, Verdict: cube.Text{SV: "Redan offentlig.", EN: "Already public."}}}, nil
}
