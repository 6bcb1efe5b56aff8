// Package grant shares out money by declared rules and compares rules.
//
// A [Rule] is data: a budget in one or several pots, each with a key (a product of columns, such as index × pupils), perhaps a threshold, floors and caps. [Rule.Allocate] gives every unit its
// frame and what is paid, in whole kronor that sum exactly to the budget; where no amounts keep to the rule it says why and for which units. [Compare] sets two results side by side, [Uncertain] tells
// who would gain or lose if the index were another within its interval, [Years] carries a rule over years. Results leave as cubes.
//
// Everything that decides a krona is computed on fractions and whole numbers, never in floating point, so that equal units differ by a krona at most, and then because the one stands first in the file.
//
// The index of the school grants is the school index (the predicted need of a huvudman's pupils), not SCB's socioeconomic index of areas. The share of pupils that live in areas of type 1 and 2 is of the
// latter. Rules name their columns, so that either can be a key.
package grant

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
)

// A Grouping sorts units: kind of huvudman, kommun, area type, size.
type Grouping struct {
	Name  string
	Title cube.Text
	Of    []string // one a unit; empty when unknown
}

// Units are those that money is shared out to, in the order that decides between equal remainders: huvudmän, kommuner, schools.
type Units struct {
	ID       []string
	Name     []string              // nil when they have none
	Groups   []Grouping            // for comparisons
	Numbers  map[string][]*big.Rat // columns by name, one number a unit; nil where there is none
	Titles   map[string]cube.Text  // of columns, where they have other names than their own for people
	Warnings []cube.Warning        // on how they were read
}

// title is what people call a column.
func (u *Units) title(column string) cube.Text {
	if t, ok := u.Titles[column]; ok {
		return t
	}
	return cube.Same(column)
}

// Len is the number of units.
func (u *Units) Len() int { return len(u.ID) }

// Group is a grouping by name, or nil.
func (u *Units) Group(name string) *Grouping {
	for i := range u.Groups {
		if u.Groups[i].Name == name {
			return &u.Groups[i]
		}
	}
	return nil
}

// column is a column of numbers that must be there.
func (u *Units) column(name string) ([]*big.Rat, error) {
	if c, ok := u.Numbers[name]; ok {
		return c, nil
	}
	var have []string
	for n := range u.Numbers {
		have = append(have, n)
	}
	slices.Sort(have)
	return nil, fmt.Errorf("grant: there is no column of numbers %q; there are %s", name, strings.Join(have, ", "))
}

// Check tells what is wrong with the units in themselves: no or repeated names, and columns of another length.
func (u *Units) Check() error {
	seen := make(map[string]bool, len(u.ID))
	for i, id := range u.ID {
		switch {
		case id == "":
			return fmt.Errorf("grant: unit %d has no id", i+1)
		case seen[id]:
			return fmt.Errorf("grant: the unit %s stands twice; add its rows up, or say which is right", id)
		}
		seen[id] = true
	}
	short := func(what string, n int) error {
		if n != len(u.ID) {
			return fmt.Errorf("grant: %s has %d entries for %d units", what, n, len(u.ID))
		}
		return nil
	}
	if u.Name != nil {
		if err := short("the names", len(u.Name)); err != nil {
			return err
		}
	}
	for _, g := range u.Groups {
		if err := short("grouping "+g.Name, len(g.Of)); err != nil {
			return err
		}
	}
	for name, c := range u.Numbers {
		if err := short("column "+name, len(c)); err != nil {
			return err
		}
	}
	return nil
}

// Numbers reads a column of decimal numbers as they are written. Blanks are missing.
func Numbers(texts []string) ([]*big.Rat, error) {
	out := make([]*big.Rat, len(texts))
	for i, t := range texts {
		if strings.TrimSpace(t) == "" {
			continue
		}
		x, err := areatype.ParseDecimal(t)
		if err != nil {
			return nil, fmt.Errorf("grant: row %d: %w", i+1, err)
		}
		out[i] = x.Rat()
	}
	return out, nil
}

// Sizes is a grouping of units by a column, in classes from each bound to below the next: bounds 100 and 1000 make the classes "<100", "100–999" and "1000+".
func (u *Units) Sizes(name, column string, bounds ...int64) (Grouping, error) {
	g := Grouping{Name: name, Title: cube.Text{SV: "Storlek", EN: "Size"}, Of: make([]string, u.Len())}
	values, err := u.column(column)
	if err != nil {
		return g, err
	}
	return g, sizes(g.Of, values, bounds)
}

func sizes(of []string, values []*big.Rat, bounds []int64) error {
	if len(bounds) == 0 || !slices.IsSorted(bounds) {
		return fmt.Errorf("grant: size classes need bounds in rising order")
	}
	for i, v := range values {
		if v == nil {
			continue
		}
		k := 0
		for k < len(bounds) && v.Cmp(new(big.Rat).SetInt64(bounds[k])) >= 0 {
			k++
		}
		switch k {
		case 0:
			of[i] = fmt.Sprintf("<%d", bounds[0])
		case len(bounds):
			of[i] = fmt.Sprintf("%d+", bounds[k-1])
		default:
			of[i] = fmt.Sprintf("%d–%d", bounds[k-1], bounds[k]-1)
		}
	}
	return nil
}

// A Home is some pupils of a unit who live in areas of one index.
type Home struct {
	Unit   string
	Pupils *big.Rat
	Index  *big.Rat // SCB's index of the area that they live in; nil where it is unknown
}

// ShareFrom is a column of the share of each unit's pupils who live in areas with an index of at least the cut: with the cut between types 2 and 3 the share in types 1 and 2, and with another what a moved cut makes of
// it. Shares are rounded half up to decimals, so that whoever reads them counts on the same numbers. Pupils whose area has no index are in the base. Units without homes have no number; others are the units of homes that there are not, each once.
func (u *Units) ShareFrom(homes []Home, cut *big.Rat, decimals int) (column []*big.Rat, others []string) {
	at := make(map[string]int, u.Len())
	for i, id := range u.ID {
		at[id] = i
	}
	above, all := make([]*big.Rat, u.Len()), make([]*big.Rat, u.Len())
	strange := map[string]bool{}
	for _, h := range homes {
		i, ok := at[h.Unit]
		if !ok {
			if !strange[h.Unit] {
				strange[h.Unit] = true
				others = append(others, h.Unit)
			}
			continue
		}
		if all[i] == nil {
			above[i], all[i] = new(big.Rat), new(big.Rat)
		}
		all[i].Add(all[i], h.Pupils)
		if h.Index != nil && h.Index.Cmp(cut) >= 0 {
			above[i].Add(above[i], h.Pupils)
		}
	}
	column = make([]*big.Rat, u.Len())
	for i := range column {
		if all[i] != nil && all[i].Sign() > 0 {
			column[i] = halfUp(new(big.Rat).Quo(above[i], all[i]), decimals)
		}
	}
	return column, others
}

// halfUp rounds a number from 0 on to decimals.
func halfUp(x *big.Rat, decimals int) *big.Rat {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	x.Mul(x, new(big.Rat).SetInt(scale)).Add(x, big.NewRat(1, 2))
	return new(big.Rat).SetFrac(new(big.Int).Quo(x.Num(), x.Denom()), scale)
}

// Renumber takes the column of what each unit had before over to units that have changed number since: was gives, by the number of before, the amount; changed gives new numbers by old
// ones, and several old ones may have become one, whose amounts are then added up. gone are the numbers that no unit now has, with their amounts: they are in no guarantee, and their sum is for the
// caller to show.
func (u *Units) Renumber(was map[string]int64, changed map[string]string) (column []*big.Rat, gone []string) {
	at := make(map[string]int, u.Len())
	for i, id := range u.ID {
		at[id] = i
	}
	column = make([]*big.Rat, u.Len())
	for i := range column {
		column[i] = new(big.Rat)
	}
	old := make([]string, 0, len(was))
	for id := range was {
		old = append(old, id)
	}
	slices.Sort(old)
	for _, id := range old {
		now := id
		// A number may have changed more than once; a chain that comes back to itself ends too.
		for range len(changed) + 1 {
			next, ok := changed[now]
			if _, here := at[now]; here || !ok {
				break
			}
			now = next
		}
		i, ok := at[now]
		if !ok {
			gone = append(gone, id)
			continue
		}
		column[i].Add(column[i], new(big.Rat).SetInt64(was[id]))
	}
	return column, gone
}
