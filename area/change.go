package area

import (
	"fmt"
	"slices"
	"strings"
)

// ChangeKind is what a row in a list of changes says.
type ChangeKind string

// The kinds of change that SCB's lists of historical changes tell of, by what they mean for the ground. Several of SCB's own types are one here.
const (
	Ends     ChangeKind = "ends"     // Old ends, and all or a part of it is in New: Upphör; till nybildad, Upphör; till befintlig
	Parts    ChangeKind = "parts"    // Old goes on, and a part of it is in New: Ger del till nybildad, Ger del/delar till befintlig
	Shrinks  ChangeKind = "shrinks"  // the area goes on without a part that other rows move, or that no row tells of: Minskas och ger del till befintlig eller nybildad
	Grows    ChangeKind = "grows"    // the area goes on with more ground: Utvidgas
	ToSea    ChangeKind = "to_sea"   // the area goes on and its border is drawn further out at sea, where nobody lives: Utvidgas till territorialvattengräns
	Recoded  ChangeKind = "recoded"  // the area goes on under another code: Kodändrad; annat än 20-22
	Retained ChangeKind = "retained" // the area goes on and its ground is the same: a new name
)

// ParseChange reads SCB's own word for a change. A type that is not known is not guessed at.
func ParseChange(text string) (ChangeKind, bool) {
	t := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, k := range []struct {
		begins string
		kind   ChangeKind
	}{
		{"upphör; till ", Ends}, {"ger del", Parts}, {"minskas och ger del", Shrinks}, {"utvidgas till territorialvatten", ToSea}, {"kodändrad", Recoded},
	} {
		if strings.HasPrefix(t, k.begins) {
			return k.kind, true
		}
	}
	switch t {
	case "utvidgas":
		return Grows, true
	case "namnändrad (ej kodändrad)": // of RegSO, which has names
		return Retained, true
	}
	switch k := ChangeKind(t); k {
	case Ends, Parts, Shrinks, Grows, ToSea, Recoded, Retained:
		return k, true
	}
	return "", false
}

// A Change is a row in a list of changes from one vintage to another.
type Change struct {
	Old, New string
	Kind     ChangeKind // empty when the list's word is not known: then all that is known is that the areas have something to do with each other
	Line     int
}

// FromChanges makes a bridge of a list of changes. The list is taken to be whole: an area that no row names, and whose code stands in both vintages, is the same
// ground, as is one that is only drawn further out at sea. whole tells that of areas that no row names; nil takes all to be told of. Where the list is an excerpt, areas of which it does not tell are
// in Gives and Takes, and so are those that grow or shrink without a row that says by whose ground, and the new areas of a kommun where ground went nobody knows where.
//
// aside are the rows that are not about these two vintages, such as SCB's two rows of 2018-02 on Karlskoga, whose codes stand in neither: the number of each row.
func FromChanges(from, to *Division, changes []Change, whole func(code string) bool) (b *Bridge, aside []int, err error) {
	linked := map[[2]string]bool{}
	was, is := map[string]bool{}, map[string]bool{} // named by some row, as an area of from and of to
	over := map[string]bool{}                       // ended: the code, if it still stands, is another area's
	cut, moved, grown, got := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	gives, takes := map[string]bool{}, map[string]bool{}
	for _, c := range changes {
		_, inFrom := from.Index(c.Old)
		_, inTo := to.Index(c.New)
		if !inFrom || !inTo {
			aside = append(aside, c.Line)
			continue
		}
		if apart := c.Old != c.New; c.Kind != "" && apart != (c.Kind == Ends || c.Kind == Parts || c.Kind == Recoded) {
			return nil, nil, fmt.Errorf("area: line %d: %s to %s can't be of the kind %q", c.Line, c.Old, c.New, c.Kind)
		}
		was[c.Old], is[c.New], linked[[2]string{c.Old, c.New}] = true, true, true
		switch c.Kind {
		case "":
			gives[c.Old], takes[c.New] = true, true
		case Ends, Recoded:
			over[c.Old], got[c.New] = true, true
		case Parts:
			moved[c.Old], got[c.New] = true, true
		case Shrinks:
			cut[c.Old] = true
		case Grows:
			grown[c.New] = true
		}
	}
	near := map[string]bool{} // kommuner in which an area gave ground and no row tells to whom: it may be any that is new there
	for i := range from.Len() {
		code := from.At(i).Code
		_, stays := to.Index(code)
		if stays && !over[code] { // it keeps some of its ground, also where only a giver or a taker has a row
			linked[[2]string{code, code}] = true
		}
		unheard := !was[code] && !is[code] && !told(whole, code)
		if unheard || cut[code] && !moved[code] {
			gives[code] = true
			kommun, _ := Prefix(from.ID.Kind, code, Kommun)
			near[kommun] = near[kommun] || !unheard
		}
		if unheard {
			takes[code] = true
		}
	}
	for i := range to.Len() {
		code := to.At(i).Code
		_, before := from.Index(code)
		kommun, _ := Prefix(to.ID.Kind, code, Kommun)
		if !before && (!is[code] || near[kommun]) || grown[code] && !got[code] {
			takes[code] = true
		}
	}
	var pairs []Link
	for p := range linked { // in the order of the codes below
		pairs = append(pairs, Link{Old: p[0], New: p[1], Forward: Some, Backward: Some})
	}
	slices.SortFunc(pairs, func(x, y Link) int { return strings.Compare(x.Old+x.New, y.Old+y.New) })
	known := func(set map[string]bool, d *Division) (codes []string) {
		for i := range d.Len() {
			if code := d.At(i).Code; set[code] {
				codes = append(codes, code)
			}
		}
		return codes
	}
	b, err = Ground(from, to, ByList, pairs, known(gives, from), known(takes, to))
	return b, aside, err
}

func told(whole func(string) bool, code string) bool { return whole == nil || whole(code) }
