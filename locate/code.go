package locate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
)

// Codes places area codes in a division.
type Codes struct {
	id    area.ID
	known map[string]int32
}

// NewCodes makes Codes for a division. It needs no borders.
func NewCodes(div *area.Division) *Codes {
	c := &Codes{div.ID, make(map[string]int32, 2*div.Len())}
	for i, code := range div.Codes() {
		c.known[div.ID.SuffixedCode(code)] = int32(i)
	}
	for i, code := range div.Codes() {
		c.known[code] = int32(i)
	}
	return c
}

// Place places a code as it stands in a file: bare, or with the suffix by which SCB's database states the vintage (see [area.CleanCode]). A code
// that states another vintage than the division's is not placed even if the division has the code, because it may mean other ground there.
// Where the division has no vintage, its codes are lasting and any stated one will do.
func (c *Codes) Place(code string) Place {
	if i, ok := c.known[code]; ok {
		return Place{i, Located}
	}
	if strings.TrimSpace(code) == "" {
		return unplaced(NoCode)
	}
	bare, vintage, err := area.CleanCode(c.id.Kind, code)
	if err != nil {
		return unplaced(MalformedCode)
	}
	if vintage != "" && c.id.Vintage != "" && vintage != c.id.Vintage {
		return unplaced(WrongVintage)
	}
	if i, ok := c.known[bare]; ok {
		return Place{i, Located}
	}
	return unplaced(UnknownCode)
}

// Keys places keys of another kind, such as property or address ids, by a table.
type Keys struct {
	known map[string]int32
}

// NewKeys makes Keys from pairs of key and area code. Blanks around keys are dropped. It refuses a table with an empty key, with keys that differ in
// blanks alone and have different areas, and with codes that [Codes.Place] can't place; it names the codes but never a key.
func NewKeys(div *area.Division, pairs map[string]string) (*Keys, error) {
	codes := NewCodes(div)
	k := &Keys{make(map[string]int32, len(pairs))}
	bad := map[string]Outcome{}
	nameless, contradictions := 0, 0
	for key, code := range pairs {
		p := codes.Place(code)
		if !p.Outcome.Placed() {
			bad[code] = p.Outcome
			continue
		}
		key = strings.TrimSpace(key)
		if key == "" {
			nameless++
			continue
		}
		if old, ok := k.known[key]; ok && old != p.Area {
			contradictions++
		}
		k.known[key] = p.Area
	}
	switch {
	case len(bad) > 0:
		return nil, fmt.Errorf("locate: the key table has %d area codes that can't be placed in %s: %s", len(bad), div.ID.Title(), list(bad))
	case nameless > 0:
		return nil, fmt.Errorf("locate: the key table has %d rows without a key: remove them", nameless)
	case contradictions > 0:
		return nil, fmt.Errorf("locate: the key table has %d keys that differ from others in blanks only and have another area: mend them", contradictions)
	}
	return k, nil
}

func list(bad map[string]Outcome) string {
	const most = 10
	codes := make([]string, 0, len(bad))
	for code, outcome := range bad {
		codes = append(codes, fmt.Sprintf("%q (%s)", code, outcome))
	}
	slices.Sort(codes)
	if len(codes) > most {
		codes = append(codes[:most], fmt.Sprintf("and %d more", len(codes)-most))
	}
	return strings.Join(codes, ", ")
}

// Place places a key as it stands in a file.
func (k *Keys) Place(key string) Place {
	if i, ok := k.known[key]; ok {
		return Place{i, Located}
	}
	key = strings.TrimSpace(key)
	if key == "" {
		return unplaced(NoCode)
	}
	if i, ok := k.known[key]; ok {
		return Place{i, Located}
	}
	return unplaced(UnknownKey)
}
