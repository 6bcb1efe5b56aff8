// Package area holds statistical areas: divisions of the country of one kind and vintage, their codes and
// names, their borders, and the keys that say which area of another division each area lies in.
//
// A [Division] is all areas of one [ID], for instance RegSO of 2020. A [Geography] is the divisions a project
// works with and the keys between them; every roll-up (DeSO to RegSO to kommun to län) goes through it, so that two
// vintages are never joined by accident: a code such as 0180R001 stands in RegSO 2020 and in RegSO 2025 and need
// not mean the same ground.
//
// Borders are in SWEREF 99 TM (EPSG:3006), metres, east before north. Package border reads them from files.
package area

import (
	"fmt"
	"sort"
	"strings"

	"github.com/paulmach/orb"
)

// Kind is a kind of area, such as RegSO. Any lower-case word may be declared; the constants are the official ones.
type Kind string

// The official kinds, from the whole country down.
const (
	Riket  Kind = "riket"
	Lan    Kind = "lan"
	Kommun Kind = "kommun"
	RegSO  Kind = "regso"
	DeSO   Kind = "deso"
)

// Title is the kind as people write it: RegSO, DeSO, kommun, län, riket.
func (k Kind) Title() string {
	switch k {
	case Lan:
		return "län"
	case RegSO:
		return "RegSO"
	case DeSO:
		return "DeSO"
	}
	return string(k)
}

// ID names a division: a kind and, for kinds that are revised, a vintage. The zero vintage means that codes of the
// kind are taken as lasting (riket, län, kommun).
type ID struct {
	Kind    Kind
	Vintage string
}

// String is the written form: "regso-2020", or "kommun" without a vintage.
func (id ID) String() string {
	if id.Vintage == "" {
		return string(id.Kind)
	}
	return string(id.Kind) + "-" + id.Vintage
}

// Title is the form for people: "RegSO 2020".
func (id ID) Title() string {
	return strings.TrimSpace(id.Kind.Title() + " " + id.Vintage)
}

// ParseID reads the written form of an ID.
func ParseID(s string) (ID, error) {
	kind, vintage, _ := strings.Cut(s, "-")
	if !validKind(kind) {
		return ID{}, fmt.Errorf("area: %q is no division: write a kind such as regso-2020, deso-2018, kommun or a lower-case word of your own", s)
	}
	return ID{Kind(kind), vintage}, nil
}

func validKind(s string) bool {
	if s == "" {
		return false
	}
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' {
			return false
		}
	}
	return s[0] >= 'a'
}

// An Area is one area of a division.
type Area struct {
	Code   string
	Name   string           // official name; empty for DeSO, which have none
	Border orb.MultiPolygon // SWEREF 99 TM; nil when no border has been read
}

// A Division is all areas of one kind and vintage, in the order of their codes. It is immutable once made.
type Division struct {
	ID     ID
	areas  []Area
	byCode map[string]int
}

// New makes a division. It refuses malformed and repeated codes, and names every one of them.
func New(id ID, areas []Area) (*Division, error) {
	d := &Division{ID: id, areas: append([]Area(nil), areas...), byCode: make(map[string]int, len(areas))}
	sort.SliceStable(d.areas, func(i, j int) bool { return d.areas[i].Code < d.areas[j].Code })
	var bad []string
	for i, a := range d.areas {
		if err := CheckCode(id.Kind, a.Code); err != nil {
			bad = append(bad, err.Error())
			continue
		}
		if _, twice := d.byCode[a.Code]; twice {
			bad = append(bad, fmt.Sprintf("code %s stands twice", a.Code))
			continue
		}
		d.byCode[a.Code] = i
	}
	if len(bad) > 0 {
		return nil, fmt.Errorf("area: %s: %s", id, shorten(bad))
	}
	return d, nil
}

func shorten(list []string) string {
	const most = 10
	if len(list) <= most {
		return strings.Join(list, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(list[:most], "; "), len(list)-most)
}

// Len is the number of areas.
func (d *Division) Len() int { return len(d.areas) }

// At is the area at position i in code order.
func (d *Division) At(i int) Area { return d.areas[i] }

// Index is the position of a bare code.
func (d *Division) Index(code string) (int, bool) {
	i, ok := d.byCode[code]
	return i, ok
}

// Codes are all codes in order.
func (d *Division) Codes() []string {
	codes := make([]string, len(d.areas))
	for i, a := range d.areas {
		codes[i] = a.Code
	}
	return codes
}

// Bordered is the number of areas that have a border.
func (d *Division) Bordered() int {
	n := 0
	for _, a := range d.areas {
		if a.Border != nil {
			n++
		}
	}
	return n
}

// WithBorders is the same division with the borders given by code; areas that are not in the map keep theirs.
// A code that is not in the division is an error.
func (d *Division) WithBorders(borders map[string]orb.MultiPolygon) (*Division, error) {
	var unknown []string
	for code := range borders {
		if _, ok := d.byCode[code]; !ok {
			unknown = append(unknown, code)
		}
	}
	if len(unknown) > 0 {
		sort.Strings(unknown)
		return nil, fmt.Errorf("area: %d borders have a code that %s lacks: %s", len(unknown), d.ID, shorten(unknown))
	}
	areas := append([]Area(nil), d.areas...)
	for i := range areas {
		if b, ok := borders[areas[i].Code]; ok {
			areas[i].Border = b
		}
	}
	return &Division{ID: d.ID, areas: areas, byCode: d.byCode}, nil
}
