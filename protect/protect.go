// Package protect is disclosure control: it is the only maker of tables that may be published.
//
// [Apply] takes everything that was counted from an agency's own records, counts the declared tables, hides what the
// [Policy] forbids, hides as much more as is needed so that nothing hidden by a rule can be computed from what is shown, checks the outcome on
// its own, and only then gives [Table] values. [Measures] does the same for measures computed from records, [AlreadyPublic] lets through what its
// publisher has made public, and [Derive] what is computed from such tables alone. There is no other way. [Attack] tries to undo the hiding of any published tables.
//
// # Method
//
// All tables of all families ([Family]) are one linear model: areas, kommuner, types, totals, overlapping divisions, families that count the same records, and
// earlier tables. The unknowns are the inner cells; each published number is a sum of some of them. Cells are hidden in two steps:
//
//   - by rule (primary): small counts, zeros and shares of 100 per cent where the policy hides them, shares on too few persons together with the
//     count above the line, sums that too few contributors stand behind or dominate;
//   - to protect (secondary): for each number hidden by a rule a cycle is sought, a change to the inner cells that moves the number and
//     leaves everything known as it is. The numbers that a cycle moves are hidden. The cheapest cycles are chosen, all together, and improved
//     by taking a few back at a time; what can be shown again after that is shown.
//
// A row of a table is shown or hidden as a whole: the counts, sums and means in it go together, and every count published there must be safe.
// So sums, and counts that add up to one another within a row, tell nothing about each other's hidden cells. A share is shown when its row
// and its base are. A count that is part of another (pupils, and pupils who qualify) is better a dimension than a measure of its own: only
// then is the difference of the two protected as well.
//
// # What is guaranteed
//
// The attacker is taken to know every zero that the policy doesn't hide, every total, every rule, every earlier table given, and (if alone in a hidden
// number) that number. For every number hidden by rule there are then other tables, of whole counts, none negative, that agree on
// everything shown: one where the number is larger and one where it is smaller, by 1 at least and by as much as [Policy.Interval] says. A hidden zero can likewise
// be more than zero. The audit proves it from the finished cubes, in exact arithmetic; without proof there is an error and no table.
//
// The status of a hidden cell tells something too: hidden by a rule on counts is small, and hidden to protect is not. Where that would leave one
// whole number, cells are written as hidden to protect, which says nothing of their size.
//
// Not guaranteed: protection against several persons who join what they know. doc/method/protect.md explains each rule, with its source.
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
	tables  []Table
	audit   Audit
	account Table
	record  Record
}

// Tables are the tables in the order of the families and their views.
func (r *Release) Tables() []Table { return slices.Clone(r.tables) }

// Audit says what was done and checked for the whole release.
func (r *Release) Audit() Audit { return r.audit }

var (
	method = cube.Text{
		SV: "Alla tabeller skyddas tillsammans, i en modell. Celler som policyn förbjuder döljs; därefter döljs så få celler till som går att finna, så att det för varje tal som en regel döljer finns andra tabeller som stämmer med allt som visas. Granskningen bevisar det i exakta heltal ur de färdiga tabellerna och räknar ut vad som ändå går att veta om varje dolt tal.",
		EN: "All tables are protected together, in one model. Cells that the policy forbids are hidden; then as few further cells as can be found, so that for every number hidden by a rule there are other tables that agree on everything shown. The audit proves it in exact whole numbers from the finished tables, and finds what can still be known of every hidden number."}
	safe = cube.Text{SV: "Godkänd: inget tal som en regel döljer kan räknas ut.", EN: "Passed: no number hidden by a rule can be computed."}
)

// Apply protects the families under a policy. It gives all tables or none: any doubt is an error. Without families there is nothing to
// protect, and the release is empty under any policy.
//
// Earlier are tables that are out already, of earlier editions. What they show of the same cells is known to every reader and is reckoned with; cells that they
// hide for other times are rather hidden again. What they tell of a number that a rule hides now can't be taken back: it is counted in the audit.
func Apply(families []Family, policy Policy, earlier ...*cube.Cube) (*Release, error) {
	if len(families) == 0 {
		return &Release{audit: Audit{Policy: policy.Name, Version: policy.Version, Method: method, Tables: []TableAudit{}, Verdict: safe}}, nil
	}
	if policy.Name == "none" {
		return nil, fmt.Errorf("protect: policy none protects nothing, so tables made from records can't be released under it; choose one of %s",
			strings.Join(Profiles()[:3], ", "))
	}
	if err := policy.Validate(); err != nil {
		return nil, err
	}
	if err := checkNames(families, policy); err != nil {
		return nil, err
	}
	if policy.Perturbation.Declared() {
		return perturbed(families, policy)
	}
	m, err := newModel(families, policy)
	if err != nil {
		return nil, err
	}
	if err := m.learn(earlier, policy); err != nil {
		return nil, err
	}
	done, checks, err := m.protect(policy)
	if err != nil {
		return nil, err
	}
	r := &Release{audit: Audit{Policy: policy.Name, Version: policy.Version, Method: method, Verdict: safe}}
	for _, c := range checks {
		r.audit.Measures = append(r.audit.Measures, c.MeasureAudit)
	}
	for _, x := range m.parts {
		r.audit.Families = append(r.audit.Families, m.familyAudit(x))
	}
	for k, c := range done {
		own := Audit{Policy: policy.Name, Version: policy.Version, Method: method, Tables: []TableAudit{auditTable(c)}, Verdict: safe}
		r.audit.Tables = append(r.audit.Tables, own.Tables...)
		x := m.tables[k].part
		own.Families = r.audit.Families[slices.Index(m.parts, x):][:1]
		for _, a := range r.audit.Measures {
			if slices.Contains(a.Families, x.name) {
				own.Measures = append(own.Measures, a)
			}
		}
		r.tables = append(r.tables, Table{cube: c, policy: policy, audit: own})
	}
	r.record = m.record(policy, r.audit, done, checks)
	return r, r.addAccount(policy)
}

// addAccount makes the table of the account.
func (r *Release) addAccount(p Policy) error {
	var cubes []*cube.Cube
	var lineage cube.Lineage
	for _, t := range r.tables {
		cubes = append(cubes, t.cube)
		lineage = lineage.Merge(cube.Lineage{Sources: t.cube.Lineage.Sources})
	}
	c, err := account(cubes, p, lineage)
	if err != nil {
		return err
	}
	r.account = Table{cube: c, policy: p, audit: Audit{Policy: p.Name, Version: p.Version, Method: r.audit.Method, Tables: []TableAudit{auditTable(c)}, Verdict: r.audit.Verdict}}
	return nil
}

// perturbed makes a release of tables whose counts are changed, not hidden.
func perturbed(families []Family, policy Policy) (*Release, error) {
	doc := policy.Perturbation.doc()
	done := cube.Text{SV: "Antalen är ändrade; om något av dem är det sanna går inte att veta.", EN: "Counts are changed; whether any of them is the true one can't be known."}
	r := &Release{audit: Audit{Policy: policy.Name, Version: policy.Version, Method: doc.Text, Verdict: done}}
	for _, f := range families {
		how := policy.Perturbation
		if how.CellKey != nil && len(how.Keys) == 0 {
			how.Keys = keysOf(f)
		}
		cubes, _, err := how.Tables(f)
		if err != nil {
			return nil, err
		}
		for _, c := range cubes {
			c.Lineage = c.Lineage.Merge(cube.Lineage{Steps: []string{"protected: policy " + policy.Name + " " + policy.Version}})
			own := Audit{Policy: policy.Name, Version: policy.Version, Method: doc.Text, Tables: []TableAudit{auditTable(c)}, Verdict: done}
			r.audit.Tables = append(r.audit.Tables, own.Tables...)
			r.tables = append(r.tables, Table{cube: c, policy: policy, audit: own})
			r.record.Tables = append(r.record.Tables, TableRecord{Name: c.Name, Rows: c.Len(), Shown: c.Len(), Rules: map[string]int{}, SHA256: TableSum(c)})
		}
	}
	r.record.Policy, r.record.Method, r.record.Verdict = policy, doc.Text, done
	r.record.SHA256 = r.record.sum()
	return r, r.addAccount(policy)
}

// KeySuffix is what follows the name of a count in the name of the measure with the sum of its record keys, where a policy names none.
const KeySuffix = "Key"

// keysOf finds the measures with sums of record keys by their names.
func keysOf(f Family) map[string]string {
	keys := map[string]string{}
	if f.Inner == nil {
		return keys
	}
	for _, m := range f.Inner.Measures() {
		if m.Kind == cube.Count && f.Inner.MeasureIndex(m.Name+KeySuffix) >= 0 {
			keys[m.Name] = m.Name + KeySuffix
		}
	}
	return keys
}

// protect marks, chooses what to hide, writes the tables and audits them.
func (m *model) protect(p Policy) ([]*cube.Cube, []*checked, error) {
	if err := m.mark(p); err != nil {
		return nil, nil, err
	}
	systems := m.systems(p)
	if err := m.hide(systems, p); err != nil {
		return nil, nil, err
	}
	done := m.write(p)
	checks, err := m.check(systems, done, p)
	return done, checks, err
}

func checkNames(families []Family, p Policy) error {
	seen, named := map[string]bool{}, map[string]bool{}
	used := make([]bool, len(p.AlwaysShow))
	for _, f := range families {
		if named[f.Name] {
			return fmt.Errorf("protect: two families are called %s", f.Name)
		}
		named[f.Name] = true
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

func (m *model) familyAudit(x *part) FamilyAudit {
	a := FamilyAudit{Name: x.name}
	for i := range m.numbers {
		n := &m.numbers[i]
		if at := n.atoms[0]; at < x.firstAtom || int(at-x.firstAtom) >= len(x.firstRow) {
			continue
		}
		a.Numbers++
		switch {
		case n.primary():
			a.Primary++
		case n.hidden:
			a.Secondary++
		default:
			a.Shown++
		}
		if n.unmarked {
			a.Unmarked++
		}
	}
	return a
}

// check runs the audit of finished tables.
func (m *model) check(systems []*system, done []*cube.Cube, p Policy) ([]*checked, error) {
	shown, err := m.shownNumbers(done, p)
	if err != nil {
		return nil, fmt.Errorf("protect: %w", err)
	}
	var all []*checked
	for _, s := range systems {
		a, err := m.audit(s, shown, p)
		if err != nil {
			return nil, fmt.Errorf("protect: %s: %w", strings.Join(a.Families, ", "), err)
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
			if m.ruledOut(n, t.part, meas) {
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
func (m *model) ruledOut(n *number, x *part, meas cube.Measure) bool {
	name := meas.Name
	if meas.Kind == cube.Share {
		name = meas.Of
	}
	i := m.measureOf(x, name)
	if i >= 0 && m.measures[i].Kind != cube.Count && n.rule[i] && !n.unmarked {
		return true
	}
	for _, c := range m.counts {
		if (i < 0 || i == c || m.measures[i].Kind != cube.Count) && n.rule[c] && !n.full[c] && !n.unmarked {
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
