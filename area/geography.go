package area

import (
	"fmt"
	"sort"
)

// A Geography is the divisions of a project and the keys between them.
type Geography struct {
	divisions map[ID]*Division
	keys      map[[2]ID][]int32 // position in From -> position in To, -1 where none is known
	bridges   map[[2]ID]*Bridge // between vintages
}

// NewGeography makes an empty geography.
func NewGeography() *Geography {
	return &Geography{divisions: map[ID]*Division{}, keys: map[[2]ID][]int32{}}
}

// Add puts a division in, or puts a fuller copy (with borders) in the place of one with the same codes.
func (g *Geography) Add(d *Division) error {
	if old, ok := g.divisions[d.ID]; ok {
		if old.Len() != d.Len() {
			return fmt.Errorf("area: %s is declared twice, with %d and with %d areas", d.ID, old.Len(), d.Len())
		}
		for i := range old.areas {
			if old.areas[i].Code != d.areas[i].Code {
				return fmt.Errorf("area: %s is declared twice with different codes, first at %s and %s", d.ID, old.areas[i].Code, d.areas[i].Code)
			}
		}
	}
	g.divisions[d.ID] = d
	return nil
}

// Division finds a division. Asking for a vintage that is not loaded while another is gives a [VintageError].
func (g *Geography) Division(id ID) (*Division, error) {
	if d, ok := g.divisions[id]; ok {
		return d, nil
	}
	for _, have := range g.IDs() {
		if have.Kind == id.Kind {
			return nil, &VintageError{Have: have, Want: id}
		}
	}
	return nil, fmt.Errorf("area: no division %s is declared", id)
}

// IDs are the divisions at hand, in order.
func (g *Geography) IDs() []ID {
	ids := make([]ID, 0, len(g.divisions))
	for id := range g.divisions {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i].String() < ids[j].String() })
	return ids
}

// AddKey declares in which area of to each area of from lies, by code. Every code must be known on both sides; areas of
// from that the key leaves out are an error too, since records there would silently leave the totals.
func (g *Geography) AddKey(from, to ID, parent map[string]string) error {
	f, err := g.Division(from)
	if err != nil {
		return err
	}
	t, err := g.Division(to)
	if err != nil {
		return err
	}
	key := make([]int32, f.Len())
	var bad []string
	for i, a := range f.areas {
		p, ok := parent[a.Code]
		if !ok {
			bad = append(bad, a.Code+" has no row")
			continue
		}
		j, ok := t.Index(p)
		if !ok {
			bad = append(bad, fmt.Sprintf("%s lies in %s, which %s lacks", a.Code, p, to))
			continue
		}
		key[i] = int32(j)
	}
	for code := range parent {
		if _, ok := f.Index(code); !ok {
			bad = append(bad, fmt.Sprintf("%s is not in %s", code, from))
		}
	}
	if len(bad) > 0 {
		sort.Strings(bad)
		return fmt.Errorf("area: key from %s to %s: %s", from, to, shorten(bad))
	}
	g.keys[[2]ID{from, to}] = key
	return nil
}

// Parents gives, for each area of from in order, the position of the area of to that holds it. It goes by declared keys,
// in as many steps as needed, and by code prefix where the official rule says so. Two vintages of one kind never join: that is a
// [VintageError], because the same code may mean other ground.
func (g *Geography) Parents(from, to ID) ([]int32, error) {
	f, err := g.Division(from)
	if err != nil {
		return nil, err
	}
	if from == to {
		same := make([]int32, f.Len())
		for i := range same {
			same[i] = int32(i)
		}
		return same, nil
	}
	if from.Kind == to.Kind {
		return nil, &VintageError{Have: from, Want: to}
	}
	t, err := g.Division(to)
	if err != nil {
		return nil, err
	}
	if key, ok := g.keys[[2]ID{from, to}]; ok {
		return key, nil
	}
	if key, ok := prefixKey(f, t); ok {
		return key, nil
	}
	for _, mid := range g.IDs() {
		first, ok := g.keys[[2]ID{from, mid}]
		if !ok || mid == to {
			continue
		}
		second, err := g.Parents(mid, to)
		if err != nil {
			continue
		}
		key := make([]int32, len(first))
		for i, m := range first {
			key[i] = second[m]
		}
		return key, nil
	}
	return nil, fmt.Errorf("area: no key leads from %s to %s: declare one", from, to)
}

func prefixKey(f, t *Division) ([]int32, bool) {
	key := make([]int32, f.Len())
	for i, a := range f.areas {
		code, ok := Prefix(f.ID.Kind, a.Code, t.ID.Kind)
		if !ok {
			return nil, false
		}
		j, ok := t.Index(code)
		if !ok {
			return nil, false
		}
		key[i] = int32(j)
	}
	return key, true
}

// VintageError says that two vintages of one kind were about to be taken as the same.
type VintageError struct{ Have, Want ID }

func (e *VintageError) Error() string {
	return fmt.Sprintf("area: %s was asked for where %s is at hand: codes of two vintages may mean different ground and are never joined silently; declare the right vintage, or a key between the two", e.Want.Title(), e.Have.Title())
}
