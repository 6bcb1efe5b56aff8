package cube

import (
	"strings"
	"unicode/utf8"
)

// A Doc documents one thing that people meet by name: a measure, a type, a policy, a rule, an outcome or a status. The package that owns the thing owns its texts; command, page, API and
// report print them from here, so that all say the same. Fields that say nothing of a thing are empty.
type Doc struct {
	Name     string `json:"name"`             // identifier, and the name of a measure in cubes
	Kind     string `json:"kind,omitempty"`   // measure, grant, target, type, policy, rule, status, outcome
	Family   string `json:"family,omitempty"` // what it stands with in lists: two, many, space
	Title    Text   `json:"title"`            // what it is called
	Text     Text   `json:"text"`             // what it tells, and how to read a value
	Cautions Text   `json:"cautions,omitzero"`
	Undef    Text   `json:"undefined,omitzero"` // when it is undefined
	Formula  string `json:"formula,omitempty"`  // in plain text, with the symbols its package states
	Unit     Text   `json:"unit,omitzero"`
	Range    Text   `json:"range,omitzero"`   // 0..1, 0 no segregation
	Source   string `json:"source,omitempty"` // the paper, law or agency it is from
}

// A DocList is the documentation values of a package.
type DocList []Doc

// Lookup finds a documentation value by its name.
func (l DocList) Lookup(name string) (Doc, bool) {
	for _, d := range l {
		if d.Name == name {
			return d, true
		}
	}
	return Doc{}, false
}

// Measure is the measure that the documentation value of the name describes.
func (l DocList) Measure(name string, kind MeasureKind, decimals int) Measure {
	d, _ := l.Lookup(name)
	return Measure{Name: name, Title: d.Title, Unit: d.Unit, Kind: kind, Decimals: decimals}
}

// A DocPart is one thing that a [Doc] says, with its label.
type DocPart struct{ Label, Text string }

// String is the part as a line: Formula: a/b.
func (p DocPart) String() string {
	_, n := utf8.DecodeRuneInString(p.Label)
	return strings.ToUpper(p.Label[:n]) + p.Label[n:] + ": " + p.Text
}

// Parts are what a documentation value says beside name, title and text, in order, in a language.
func (d Doc) Parts(lang string) []DocPart {
	var out []DocPart
	for _, p := range []struct{ label, text Text }{
		{Text{SV: "tänk på", EN: "cautions"}, d.Cautions}, {Text{SV: "odefinierat", EN: "undefined"}, d.Undef}, {Text{SV: "formel", EN: "formula"}, Same(d.Formula)},
		{Text{SV: "enhet", EN: "unit"}, d.Unit}, {Text{SV: "värden", EN: "range"}, d.Range}, {Text{SV: "källa", EN: "source"}, Same(d.Source)},
	} {
		if text := p.text.In(lang); text != "" {
			out = append(out, DocPart{p.label.In(lang), text})
		}
	}
	return out
}
