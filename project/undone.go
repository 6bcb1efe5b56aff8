package project

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
)

// checkEarlier attacks the tables that are about to be published together with the earlier editions that the policy names. Protection knows what those show, as far as it is of the same areas and groups; what they hide,
// it can't see where today's records are not counted by the areas of then. So it is tried here whether a number that an earlier edition hides, and this policy would hide, could be computed now, or known more
// closely than the policy allows, and could not before. Then nothing is published.
func (r *Run) checkEarlier(release *protect.Release, policy protect.Policy) error {
	if len(r.Project.Policy.Earlier) == 0 {
		return nil
	}
	var editions []*edition.Edition
	early := map[string][][]*cube.Cube{} // by their sources, of each edition
	for _, dir := range r.Project.Policy.Earlier {
		ed, err := r.earlierEdition(dir)
		if err != nil {
			return err
		}
		editions = append(editions, ed)
		own := map[string][]*cube.Cube{}
		for _, info := range ed.Tables() {
			if info.Name == protect.AccountName {
				continue
			}
			c, err := ed.Table(info.Name)
			if err != nil {
				return err
			}
			if !isBridged(c) {
				named := *c
				named.Name = filepath.Base(dir) + ": " + c.Name
				own[sourcesOf(c)] = append(own[sourcesOf(c)], &named)
			}
		}
		for key, tables := range own {
			early[key] = append(early[key], tables)
		}
	}
	now := map[string][]*cube.Cube{}
	for _, t := range release.Tables() {
		now[sourcesOf(t.Cube())] = append(now[sourcesOf(t.Cube())], t.Cube())
	}
	var told []string
	for _, key := range sorted(now) {
		if len(early[key]) == 0 {
			continue
		}
		all := append(slices.Clone(early[key]), now[key])
		nested, err := r.nestingsWith(editions, slices.Concat(all...))
		if err != nil {
			return err
		}
		found := func(of [][]*cube.Cube) (protect.Findings, error) {
			var names [][]*cube.Cube
			for _, tables := range of {
				apart, err := vintagesApart(tables)
				if err != nil {
					return protect.Findings{}, err
				}
				names = append(names, apart)
			}
			return protect.AttackEditions(names, nested...)
		}
		before, err := found(early[key])
		if err != nil {
			return err
		}
		after, err := found(all)
		if err != nil {
			return err
		}
		told = append(told, undone(policy, slices.Concat(early[key]...), before, after)...)
	}
	if len(told) == 0 {
		return nil
	}
	const most = 5
	more := ""
	if len(told) > most {
		more = fmt.Sprintf(" and %d more", len(told)-most)
		told = told[:most]
	}
	return fmt.Errorf("project: policy.earlier: with this edition numbers could be known that an earlier one hides, so nothing is published: %s%s; publish the tables by the areas of the earlier edition, or without the total that the parts are held against",
		strings.Join(told, "; "), more)
}

// undone names the numbers of earlier tables that the policy forbids to know and that an attack tells now and did not before.
func undone(policy protect.Policy, early []*cube.Cube, before, after protect.Findings) (told []string) {
	place := func(table, measure, where string) string { return table + "\n" + measure + "\n" + where }
	values, ranges, old := map[string]float64{}, map[string]protect.Known{}, map[string]bool{}
	for _, f := range after.Found {
		values[place(f.Table, f.Measure, f.Where)] = f.Value
	}
	for _, k := range after.Known {
		ranges[place(k.Table, k.Measure, k.Where)] = k
	}
	for _, f := range before.Found {
		old[place(f.Table, f.Measure, f.Where)] = true
	}
	counts := map[string]bool{}
	for _, c := range early {
		for _, meas := range c.Measures() {
			counts[meas.Name] = meas.Kind == cube.Count
		}
	}
	for _, k := range before.Known {
		if policy.TooNarrow(k, counts[k.Measure]) {
			old[place(k.Table, k.Measure, k.Where)+"\nnarrow"] = true
		}
	}
	for _, c := range early {
		at := func(row, m int) string {
			var codes []string
			for d, dim := range c.Dims() {
				codes = append(codes, dimensionName(dim)+"="+c.Code(row, d))
			}
			return place(c.Name, c.Measures()[m].Name, strings.Join(codes, ", "))
		}
		value := func(row, m int) (float64, bool) {
			if cell := c.Cell(row, m); cell.Status.HasValue() {
				return cell.Value, true
			}
			v, ok := values[at(row, m)]
			return v, ok
		}
		for m, meas := range c.Measures() {
			for row := range c.Len() {
				cell := c.Cell(row, m)
				if !meas.Kind.Additive() || !cell.Status.Hidden() {
					continue
				}
				key := at(row, m)
				_, computed := values[key]
				known, bounded := ranges[key]
				// Some number that it may be is one that the policy forbids.
				forbidden := func() bool {
					if meas.Kind != cube.Count {
						return true // hidden by a rule
					}
					const most = 1000
					for v := known.WholeLeast; v <= min(*known.WholeMost, known.WholeLeast+most); v++ {
						if policy.Forbids(c, row, m, func(r, k int) (float64, bool) {
							if r == row && k == m {
								return v, true
							}
							return value(r, k)
						}) {
							return true
						}
					}
					return *known.WholeMost-known.WholeLeast > most
				}
				switch {
				case computed && !old[key] && policy.Forbids(c, row, m, value),
					!computed && bounded && cell.Status == cube.HiddenRule && policy.TooNarrow(known, meas.Kind == cube.Count) && !old[key+"\nnarrow"] && forbidden():
					told = append(told, fmt.Sprintf("%s of %s, %s", meas.Name, c.Name, key[strings.LastIndex(key, "\n")+1:]))
				}
			}
		}
	}
	return told
}

// nestingsWith are the hierarchies that readers of the earlier editions and of the new one know of, and the areas that are the same in two vintages.
func (r *Run) nestingsWith(editions []*edition.Edition, tables []*cube.Cube) ([]protect.Nesting, error) {
	var out []protect.Nesting
	add := func(more []protect.Nesting) {
		for _, n := range more {
			if !slices.ContainsFunc(out, func(o protect.Nesting) bool { return o.Fine == n.Fine && o.Coarse == n.Coarse }) {
				out = append(out, n)
			}
		}
	}
	for _, ground := range slices.Concat([]divisions{r.Geography}, divisionsOf(editions)) {
		more, err := nestings(ground, tables, nil)
		if err != nil {
			return nil, err
		}
		add(more)
	}
	for _, early := range tables {
		for _, from := range early.Dims() {
			id := area.ID{Kind: area.Kind(from.Kind), Vintage: from.Vintage}
			if from.Role != cube.Area || from.Vintage == "" {
				continue
			}
			for _, late := range tables {
				to := late.Dim(from.Name)
				if to == nil || to.Kind != from.Kind || to.Vintage == "" || to.Vintage == from.Vintage {
					continue
				}
				now, err := r.Geography.Division(area.ID{Kind: area.Kind(to.Kind), Vintage: to.Vintage})
				if err != nil {
					continue // not of today
				}
				for _, ed := range editions {
					old, err := ed.Division(id)
					if err != nil {
						continue // the edition doesn't hold its areas
					}
					if same := r.sameGround(old, now); len(same) > 0 {
						add([]protect.Nesting{{Fine: dimensionName(from), Coarse: dimensionName(*to), Of: same, Same: true}})
					}
				}
			}
		}
	}
	return out, nil
}

// divisions is where areas and their hierarchies are kept: an edition, or the geography of a run.
type divisions interface {
	Division(area.ID) (*area.Division, error)
	Parents(from, to area.ID) ([]int32, error)
}

func divisionsOf(editions []*edition.Edition) []divisions {
	var out []divisions
	for _, ed := range editions {
		out = append(out, ed)
	}
	return out
}

// sourcesOf are the names of the sources that a table is made from. Tables from the same ones count the same records.
func sourcesOf(c *cube.Cube) string {
	var names []string
	for _, s := range c.Lineage.Sources {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return strings.Join(names, "\n")
}
