package protect

import (
	"fmt"
	"strings"

	"github.com/skikt/skikt/cube"
)

// Derive lets through a cube that f computes from tables that may be published, and from nothing else: f sees copies of what readers see. It must be a function of them alone, as a difference of
// two published shares is; then a reader could have computed the same, and it tells nothing new. Its policy is that of the tables, which must be one (tables already public beside). Where a number is
// hidden in a table, f has no value either. A cell that is hidden has no interval: what could be computed of it is the readers' to compute, not ours to print.
func Derive(from []Table, f func([]*cube.Cube) (*cube.Cube, error)) (Table, error) {
	if len(from) == 0 {
		return Table{}, fmt.Errorf("protect: nothing to compute from")
	}
	var cubes []*cube.Cube
	var names []string
	policy := from[0].policy
	for _, t := range from {
		if !t.Valid() {
			return Table{}, fmt.Errorf("protect: a table to compute from was not made by this package")
		}
		switch {
		case policy.Name == t.policy.Name || t.policy.Name == alreadyPublic:
		case policy.Name == alreadyPublic:
			policy = t.policy
		default:
			return Table{}, fmt.Errorf("protect: %s is protected under %s and %s under %s; a table made of both would be under neither", names[0], policy.Name, t.Name(), t.policy.Name)
		}
		cubes, names = append(cubes, t.Cube()), append(names, t.Name())
	}
	out, err := f(cubes)
	if err != nil {
		return Table{}, err
	}
	if out == nil || out.Len() == 0 || out.Name == "" {
		return Table{}, fmt.Errorf("protect: a table computed from %s needs a name and cells", strings.Join(names, ", "))
	}
	of := strings.Join(names, ", ")
	out = out.Edit(func(_, _ int, cell cube.Cell) cube.Cell {
		if cell.Status.Hidden() {
			return cube.Cell{Status: cell.Status}
		}
		return cell
	})
	for _, c := range cubes {
		out.Lineage = out.Lineage.Merge(c.Lineage)
	}
	out.Lineage = out.Lineage.Merge(cube.Lineage{Steps: []string{"computed from what is published in " + of + " and nothing else, so it tells nothing new"}})
	return Table{cube: out, policy: policy, audit: Audit{Policy: policy.Name, Version: policy.Version, Reason: "computed from what is published in " + of,
		Method: cube.Text{
			SV: "Tabellen är en funktion av publicerade celler i " + of + " och av inget annat; en läsare kan räkna fram den själv.",
			EN: "The table is a function of published cells of " + of + " and of nothing else; a reader can compute it."},
		Tables: []TableAudit{auditTable(out)}, Verdict: cube.Text{SV: "Säger inget nytt.", EN: "Tells nothing new."}}}, nil
}
