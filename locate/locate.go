// Package locate puts each point, area code or key in exactly one area of a division, or says why not.
//
// An [Index] places points: make one with [New] from a division with borders and ask it with [Index.Locate] (a column of coordinates as it
// stands in a file), [Index.Points] or [Index.Point]. [Codes] places area codes, [Keys] property or address ids by a table. Every
// answer is a [Place]: an area, or an [Outcome] that says why there is none. An [Account] adds the outcomes up, so that records in are always
// records placed plus residual, in total and for each kommun.
//
// # What it means to lie in an area
//
// An area is the union of its polygons; a polygon is what lies in an odd number of its rings (its outer ring less its holes). Borders are
// half-open: a point on a border belongs to the area east of it and, on a stretch that runs due east-west, to the area north of it. So a point
// on a shared side or corner, or a corner of the border itself, is in exactly one area of a division that covers the ground once. At the outer east and north side
// of a division this leaves the border itself outside; [Options.Gap] takes it in. The side of a border on which a point lies is
// decided exactly, not to rounding: first in floating point with a bound on its error (J. R. Shewchuk, "Adaptive precision
// floating-point arithmetic and fast robust geometric predicates", Discrete & Computational Geometry 18, 1997), and where that is not enough in rational
// numbers. Where areas overlap, the one with the lowest code is taken and the point is [Ambiguous].
//
// # Method
//
// A point is in a polygon if a ray from it due east crosses the polygon's sides an odd number of times. A uniform grid is laid over the
// division. A cell that no border enters answers at once. Any other cell keeps the sides that enter it, each once for the two areas that share
// it, and what all sides further east add up to: an odd or even number for each polygon, which as the ray moves north can change only at
// the height of a corner. Cells with many sides are divided again in the same way. So the answer is that of the whole polygon, not that of a
// clipped one, and an area that covers a cell without having a border there is counted like any other.
package locate

import (
	"fmt"
	"math"

	"github.com/skikt/skikt/internal/sweref"
)

// An Outcome says what became of a record that was to be placed.
type Outcome uint8

// The outcomes. Located, Ambiguous, Gap and RepairedAxes place a record; all others leave it in the residual.
const (
	Located       Outcome = iota // in exactly one area
	Ambiguous                    // in several areas: the one with the lowest code was taken
	Gap                          // in no area, but within the declared distance of one: the nearest was taken
	RepairedAxes                 // axes were swapped, and swapped back as declared
	NoCoordinate                 // the record has no coordinates
	Malformed                    // not a number, or one that is no coordinate in the declared system
	SwappedAxes                  // outside Sweden as given, in Sweden with the axes swapped
	Outside                      // in no area
	NoCode                       // the record has no code, or no key
	MalformedCode                // not of the form of a code of the kind
	UnknownCode                  // well formed, but no area of the division
	WrongVintage                 // the code states another vintage than the division's
	UnknownKey                   // the table of keys lacks the key
	outcomes      = iota
)

// Placed tells whether a record with this outcome is in an area.
func (o Outcome) Placed() bool { return o <= RepairedAxes }

// String is the name of the outcome as it stands in files: "located", "swapped_axes".
func (o Outcome) String() string {
	if int(o) >= outcomes {
		return fmt.Sprintf("outcome(%d)", uint8(o))
	}
	return documentation[o].Name
}

// MarshalText writes the name.
func (o Outcome) MarshalText() ([]byte, error) {
	if int(o) >= outcomes {
		return nil, fmt.Errorf("locate: %d is no outcome", uint8(o))
	}
	return []byte(documentation[o].Name), nil
}

// UnmarshalText reads the name.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, d := range documentation {
		if d.Name == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("locate: %q is no outcome", text)
}

// Documentation is what people are told of an outcome, in Swedish and English.
type Documentation struct {
	Outcome  Outcome `json:"outcome"`
	Name     string  `json:"name"`
	Placed   bool    `json:"placed"`
	SV       string  `json:"sv"`
	EN       string  `json:"en"`
	RemedySV string  `json:"remedy_sv,omitempty"` // empty where there is nothing to mend
	RemedyEN string  `json:"remedy_en,omitempty"`
}

// Outcomes are all outcomes with their documentation, in order.
func Outcomes() []Documentation {
	list := make([]Documentation, outcomes)
	for i, d := range documentation {
		d.Outcome, d.Placed = Outcome(i), Outcome(i).Placed()
		list[i] = d
	}
	return list
}

var documentation = [outcomes]Documentation{
	Located: {Name: "located", SV: "Ligger i ett område", EN: "Lies in one area"},
	Ambiguous: {
		Name: "ambiguous", SV: "Ligger i flera områden; det med lägst kod valdes", EN: "Lies in several areas; the one with the lowest code was taken",
		RemedySV: "Områdenas gränser överlappar varandra: använd gränser som inte har förenklats var för sig.",
		RemedyEN: "The areas' borders overlap: use borders that have not been simplified one by one.",
	},
	Gap: {
		Name: "gap", SV: "Ligger i en glipa mellan gränser; närmaste område valdes", EN: "Lies in a gap between borders; the nearest area was taken",
		RemedySV: "Använd noggrannare gränser, eller minska det deklarerade avståndet om punkterna inte hör hemma där.",
		RemedyEN: "Use more accurate borders, or declare a shorter distance if the points do not belong there.",
	},
	RepairedAxes: {
		Name: "repaired_axes", SV: "Axlarna var omkastade och byttes tillbaka, som deklarerat", EN: "The axes were swapped and were swapped back, as declared",
		RemedySV: "Deklarera kolumnerna för öst och nord (longitud och latitud) i rätt ordning.",
		RemedyEN: "Declare the columns of east and north (longitude and latitude) in the right order.",
	},
	NoCoordinate: {
		Name: "no_coordinate", SV: "Koordinat saknas", EN: "Has no coordinates",
		RemedySV: "Hämta koordinater ur källregistret, eller placera posterna med områdeskod eller fastighet.",
		RemedyEN: "Get coordinates from the source register, or place the records by area code or property.",
	},
	Malformed: {
		Name: "malformed", SV: "Inte en koordinat i det deklarerade systemet", EN: "Not a coordinate in the declared system",
		RemedySV: "Kontrollera koordinatsystemet (meter eller grader), decimaltecknet och enheten.",
		RemedyEN: "Check the coordinate system (metres or degrees), the decimal sign and the unit.",
	},
	SwappedAxes: {
		Name: "swapped_axes", SV: "Utanför Sverige, men i Sverige om axlarna byter plats", EN: "Outside Sweden, but in Sweden when the axes are swapped",
		RemedySV: "Byt plats på kolumnerna för öst och nord (longitud och latitud), eller deklarera att omkastade axlar ska rättas.",
		RemedyEN: "Swap the columns of east and north (longitude and latitude), or declare that swapped axes be repaired.",
	},
	Outside: {
		Name: "outside", SV: "Ligger inte i något område", EN: "Lies in no area",
		RemedySV: "Kontrollera koordinatsystemet (meter eller grader?) och att gränserna täcker hela det område som posterna gäller. Nollor kan stå för saknad koordinat.",
		RemedyEN: "Check the coordinate system (metres or degrees?) and that the borders cover all ground that the records are about. Zeros may stand for a missing coordinate.",
	},
	NoCode: {
		Name: "no_code", SV: "Områdeskod eller nyckel saknas", EN: "Has no area code or key",
		RemedySV: "Hämta koden ur källregistret, eller placera posterna med koordinat.",
		RemedyEN: "Get the code from the source register, or place the records by coordinates.",
	},
	MalformedCode: {
		Name: "malformed_code", SV: "Inte en områdeskod av rätt slag", EN: "Not an area code of the right kind",
		RemedySV: "Kontrollera att kolumnen har koder av områdesindelningens slag och att inledande nollor finns kvar.",
		RemedyEN: "Check that the column holds codes of the division's kind and that leading zeros are kept.",
	},
	UnknownCode: {
		Name: "unknown_code", SV: "Koden finns inte i områdesindelningen", EN: "The code is not in the division",
		RemedySV: "Kontrollera vilken årgång av indelningen koderna gäller.",
		RemedyEN: "Check which vintage of the division the codes are of.",
	},
	WrongVintage: {
		Name: "wrong_vintage", SV: "Koden eller året hör till en annan årgång av indelningen", EN: "The code or the year belongs to another vintage of the division",
		RemedySV: "Deklarera den årgång som koderna anger, eller en nyckel mellan årgångarna.",
		RemedyEN: "Declare the vintage that the codes state, or a key between the vintages.",
	},
	UnknownKey: {
		Name: "unknown_key", SV: "Nyckeln finns inte i nyckeltabellen", EN: "The key is not in the key table",
		RemedySV: "Komplettera nyckeltabellen, eller kontrollera att nycklarna skrivs på samma sätt i båda filerna.",
		RemedyEN: "Complete the key table, or check that both files write the keys alike.",
	},
}

// A Place is what became of one record. Area is its area's position in the division, and -1 exactly when the outcome is not Placed.
type Place struct {
	Area    int32
	Outcome Outcome
}

func unplaced(o Outcome) Place { return Place{-1, o} }

// Coordinates is a coordinate system that records may be in.
type Coordinates string

// The coordinate systems: SWEREF 99 TM (EPSG:3006) in metres, and WGS 84 (EPSG:4326, taken as SWEREF 99) in degrees.
const (
	SWEREF99TM Coordinates = "sweref99tm"
	WGS84      Coordinates = "wgs84"
)

// Locate places a column of coordinates: x is east or longitude, y north or latitude. present tells which records have coordinates; nil
// means all. The answers go to out. The slices have the same length, and sys is one of the two systems; anything else is a
// mistake in the program and panics. The work is shared between all processors; the answer does not depend on how.
func (ix *Index) Locate(sys Coordinates, x, y []float64, present []bool, out []Place) {
	if present != nil && len(present) != len(out) {
		panic(fmt.Sprintf("locate: %d records, but presence of %d", len(out), len(present)))
	}
	place := ix.Point
	switch sys {
	case SWEREF99TM:
	case WGS84:
		place = ix.degrees
	default:
		panic(fmt.Sprintf("locate: no coordinate system %q", string(sys)))
	}
	share(x, y, out, func(i int) Place {
		if present != nil && !present[i] {
			return unplaced(NoCoordinate)
		}
		return place(x[i], y[i])
	})
}

// Points places points in SWEREF 99 TM, in metres. The slices have the same length.
func (ix *Index) Points(e, n []float64, out []Place) { ix.Locate(SWEREF99TM, e, n, nil, out) }

// most is further than half way round the earth, in metres: no coordinate in SWEREF 99 TM is.
const most = 2.1e7

// Point places a point in SWEREF 99 TM, in metres.
func (ix *Index) Point(e, n float64) Place {
	if !(math.Abs(e) <= most && math.Abs(n) <= most) { // not a number fails, too
		return unplaced(Malformed)
	}
	if p, ok := ix.inside(e, n); ok {
		return p
	}
	if !sweref.InSweden(e, n) && sweref.InSweden(n, e) {
		return ix.swapped(n, e)
	}
	return ix.near(e, n)
}

// degrees places a point given as longitude and latitude.
func (ix *Index) degrees(lon, lat float64) Place {
	if !(math.Abs(lon) <= 180 && math.Abs(lat) <= 180) {
		return unplaced(Malformed)
	}
	if !sweref.InSwedenGeographic(lat, lon) && sweref.InSwedenGeographic(lon, lat) {
		return ix.swapped(sweref.FromGeographic(lon, lat))
	}
	if math.Abs(lat) > 90 {
		return unplaced(Malformed)
	}
	// Far from its central meridian the projection means nothing.
	if lat < 45 || lat > 80 || lon < -15 || lon > 45 {
		return unplaced(Outside)
	}
	e, n := sweref.FromGeographic(lat, lon)
	if p, ok := ix.inside(e, n); ok {
		return p
	}
	return ix.near(e, n)
}

// swapped places a point whose axes have been put right, if that is declared.
func (ix *Index) swapped(e, n float64) Place {
	if !ix.repair {
		return unplaced(SwappedAxes)
	}
	p, ok := ix.inside(e, n)
	if !ok {
		p = ix.near(e, n)
	}
	if !p.Outcome.Placed() {
		return unplaced(SwappedAxes)
	}
	return Place{p.Area, RepairedAxes}
}
