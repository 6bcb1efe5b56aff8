// Package areatype computes the socioeconomic index of areas and sorts them into the five områdestyper from a declared
// definition, follows areas between years, and tells how much each answer hangs on rounding, weights and definitions.
//
// # Method
//
// SCB's index (table TAB6586) is the plain mean of three percentages of an area's people: those with low economic standard, those aged 20–64
// with at most nine years of compulsory school, and those aged 20–64 with economic assistance for ten months or more or unemployed more than six
// months. It runs from 0 to 100 and a higher index means larger socioeconomic challenges. The types come from how many standard deviations s an
// area lies from the mean m over all areas of the year:
//
//	Type1  index ≥ m + 2s        Type4  m - s ≤ index < m
//	Type2  m + s ≤ index         Type5  index < m - s
//	Type3  m ≤ index < m + s
//
// So a type is a place among the areas of one year, not a level: it can change though nothing has changed in the area. SCB does not state
// whether m and s are weighted, which divisor s has, where an index exactly on a cut goes, nor whether the index is rounded first. All of it is
// declared in a [Definition], and published types are kept beside the computed ones ([Compare], [Published]).
//
// # Exactness
//
// An area whose index lies exactly on a cut must not fall to one side by the last bit of a float. Values are therefore fractions ([Exact]): counts give
// them, and a published 0.1 is read as one tenth. Comparisons are made in floating point where the distance to the cut exceeds a bound on its
// error, and else on fractions, the squared distance from m against k²s², so that no square root decides.
//
// # Use
//
// [Definition.Index] and [Definition.Cut] work on slices. [Compute] does both on a [cube.Cube] of counts or shares for areas and years.
// [Between], [YearlyKeep] and [AlwaysSame] follow areas between years; [Transitions] gives the same as a cube.
//
// Sources: SCB, notes of table TAB6586 and "Indelning i områdestyper efter socioekonomiskt index" (2025-01-13), the cuts as quoted by a third
// party; Boverket 2024:18 on the yearly m and s.
package areatype

import (
	"fmt"

	"github.com/skikt/skikt/cube"
)

// Type is one of the five områdestyper. The zero Type is no type: an area that has none that year. The numbers are the official names
// of classes along the index and are no ranking.
type Type uint8

// The five områdestyper.
const (
	Type1 Type = 1 + iota
	Type2
	Type3
	Type4
	Type5
)

// NTypes is the number of types.
const NTypes = 5

// Types are the five in order.
func Types() []Type { return []Type{Type1, Type2, Type3, Type4, Type5} }

// Valid tells whether t is one of the five.
func (t Type) Valid() bool { return t >= Type1 && t <= Type5 }

func (t Type) String() string {
	if !t.Valid() {
		return "no type"
	}
	return fmt.Sprintf("Type%d", uint8(t))
}

// Code is the type as member code of a dimension: "1" to "5", empty for no type.
func (t Type) Code() string {
	if !t.Valid() {
		return ""
	}
	return string(rune('0' + t))
}

// ParseType reads a member code, "1" to "5".
func ParseType(s string) (Type, error) {
	if len(s) == 1 && s[0] >= '1' && s[0] <= '5' {
		return Type(s[0] - '0'), nil
	}
	return 0, fmt.Errorf("areatype: %q is no områdestyp: write 1, 2, 3, 4 or 5", s)
}

// Label is the official name. Source: Delmos (Swedish), notes of SCB's table TAB6586 (English).
func (t Type) Label() cube.Text {
	if !t.Valid() {
		return cube.Text{SV: "Ingen områdestyp", EN: "No area type"}
	}
	return [NTypes]cube.Text{
		{SV: "Områden med stora socioekonomiska utmaningar", EN: "Areas with major socioeconomic challenges"},
		{SV: "Områden med socioekonomiska utmaningar", EN: "Areas with socioeconomic challenges"},
		{SV: "Socioekonomiskt blandade områden", EN: "Socioeconomically mixed areas"},
		{SV: "Områden med goda socioekonomiska förutsättningar", EN: "Areas with good socioeconomic conditions"},
		{SV: "Områden med mycket goda socioekonomiska förutsättningar", EN: "Areas with very good socioeconomic conditions"},
	}[t-1]
}

// Dimension is the dimension of the five types under the given name, with their official labels.
func Dimension(name string, title cube.Text) cube.Dimension {
	d := cube.Dimension{Name: name, Title: title, Role: cube.Type}
	for _, t := range Types() {
		d.Members = append(d.Members, cube.Member{Code: t.Code(), Label: t.Label()})
	}
	return d
}

const sourceTypes = "SCB, \"Indelning i områdestyper efter socioekonomiskt index\", 2025-01-13; table TAB6586"

// Docs document the measures of a definition in the order [Compute] gives them.
func (d Definition) Docs() []cube.Doc {
	d = d.WithDefaults()
	percent := cube.Text{SV: "procent", EN: "percent"}
	points := cube.Text{SV: "indexenheter", EN: "index points"}
	docs := []cube.Doc{{
		Name: MeasureIndex, Title: cube.Text{SV: "Socioekonomiskt index (område)", EN: "Socioeconomic index (area)"}, Unit: points,
		Formula: fmt.Sprintf("mean of %d percentages: 100 × share", len(d.Components)), Range: cube.Text{SV: "0 till 100", EN: "0 to 100"},
		Text: cube.Text{
			SV: "Medelvärdet av andelarna i procent. Ett högre index betyder större socioekonomiska utmaningar. Nivån kan jämföras mellan år så länge definitionerna är desamma.",
			EN: "The mean of the shares in percent. A higher index means larger socioeconomic challenges. The level can be compared between years as long as the definitions are the same."},
		Source: d.Source,
	}}
	for _, c := range d.Components {
		docs = append(docs, cube.Doc{Name: c.Share, Title: c.Title, Unit: percent, Formula: c.Count + " / " + c.Base, Range: cube.Text{SV: "0 till 1 inuti, 0 till 100 procent i tryck", EN: "0 to 1 inside, 0 to 100 percent in print"},
			Text: c.Text, Source: d.Source})
	}
	tie := "≥"
	if d.Tie == TieBetter {
		tie = ">"
	}
	return append(docs, cube.Doc{
		Name: MeasureType, Title: cube.Text{SV: "Områdestyp", EN: "Area type"}, Unit: cube.Text{SV: "typ", EN: "type"},
		Formula: fmt.Sprintf("first type k with index %s m + multiple(k) × s, multiples %v; else Type5", tie, d.Multiples), Range: cube.Text{SV: "1 till 5", EN: "1 to 5"},
		Text: cube.Text{
			SV: "Områdets läge bland alla områden samma år, i standardavvikelser från medelvärdet. Typen är relativ: den kan ändras utan att området har ändrats. Visa den tillsammans med indexet.",
			EN: "The area's place among all areas of the same year, in standard deviations from the mean. The type is relative: it can change though the area has not. Show it together with the index."},
		Source: sourceTypes,
	}, cube.Doc{
		Name: MeasureDistance, Title: cube.Text{SV: "Avstånd till närmaste typgräns", EN: "Distance to the nearest cut"}, Unit: points,
		Formula: "index − nearest cut", Range: cube.Text{SV: "−100 till 100; positivt över gränsen", EN: "−100 to 100; positive above the cut"},
		Text: cube.Text{
			SV: "Hur långt från närmaste gräns mellan två typer indexet ligger. Områden nära en gräns kan byta typ av mycket små skillnader.",
			EN: "How far the index lies from the nearest cut between two types. Areas near a cut can change type by very small differences."},
		Source: sourceTypes,
	})
}
