package project

import (
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/assess"
	"github.com/skikt/skikt/border"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/gap"
	"github.com/skikt/skikt/grant"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/school"
	"github.com/skikt/skikt/segregation"
	"github.com/skikt/skikt/target"
)

// A Doc documents one thing that people meet by name: a measure, a type, a policy, a rule, an outcome or a status. Its texts come from the package that owns
// the thing, so that command, page, API and report all say the same.
type Doc struct {
	Name    string    `json:"name"`
	Kind    string    `json:"kind"`
	Title   cube.Text `json:"title"`
	Text    cube.Text `json:"text"`
	Formula string    `json:"formula,omitempty"`
	Unit    cube.Text `json:"unit"`
	Range   cube.Text `json:"range"`
	Source  string    `json:"source,omitempty"`
}

// Docs are all of them: measures, types, policies, statuses, outcomes, rules of records and borders.
func Docs() []Doc {
	var all []Doc
	for _, d := range areatype.Default().Docs() {
		all = append(all, Doc{d.Name, "measure", d.Title, d.Text, d.Formula, d.Unit, cube.Same(d.Range), d.Source})
	}
	for _, d := range segregation.Docs() {
		all = append(all, Doc{d.Name, "measure", d.Title, cube.Text{
			SV: joined(d.Text.SV, d.Cautions.SV, labelled("Odefinierat:", d.Undef.SV)), EN: joined(d.Text.EN, d.Cautions.EN, labelled("Undefined:", d.Undef.EN))}, d.Formula, cube.Text{}, d.Range, d.Source})
	}
	for _, d := range school.Docs() {
		all = append(all, Doc{d.Name, "measure", d.Title, cube.Text{SV: joined(d.Text.SV, d.Cautions.SV), EN: joined(d.Text.EN, d.Cautions.EN)}, d.Formula, d.Unit, cube.Same(d.Range), d.Source})
	}
	for _, d := range grant.Docs() {
		all = append(all, Doc{d.Name, "grant", d.Title, cube.Text{SV: joined(d.Text.SV, d.Cautions.SV), EN: joined(d.Text.EN, d.Cautions.EN)}, d.Formula, d.Unit, cube.Same(d.Range), d.Source})
	}
	for _, d := range target.Docs() {
		all = append(all, Doc{d.Name, "target", d.Title, cube.Text{SV: joined(d.Text.SV, d.Cautions.SV), EN: joined(d.Text.EN, d.Cautions.EN)}, d.Formula, d.Unit, cube.Same(d.Range), d.Source})
	}
	for _, d := range gap.Docs() {
		all = append(all, Doc{d.Name, "measure", d.Title, cube.Text{
			SV: joined(d.Text.SV, d.Cautions.SV, labelled("Odefinierat:", d.Undef.SV)), EN: joined(d.Text.EN, d.Cautions.EN, labelled("Undefined:", d.Undef.EN))}, d.Formula, cube.Text{}, cube.Same(d.Range), d.Source})
	}
	for _, d := range assess.Docs() {
		all = append(all, Doc{d.Name, "evidence", d.Title, cube.Text{SV: joined(d.Text.SV, d.Cautions.SV), EN: joined(d.Text.EN, d.Cautions.EN)}, d.Formula, cube.Text{}, cube.Same(d.Range), d.Source})
	}
	for t := areatype.Type(1); t <= areatype.NTypes; t++ {
		all = append(all, Doc{Name: "Type" + t.Code(), Kind: "type", Title: t.Label()})
	}
	for _, name := range protect.Profiles() {
		if p, err := protect.Profile(name); err == nil {
			all = append(all, Doc{Name: name, Kind: "policy", Title: cube.Same(p.Name), Text: p.Documentation})
		}
	}
	for _, d := range protect.Docs() {
		all = append(all, Doc{Name: d.Name, Kind: "rule", Title: d.Title, Text: d.Text, Source: d.Source})
	}
	for _, s := range cube.Statuses() {
		all = append(all, Doc{Name: s.String(), Kind: "status", Title: s.Title(), Text: s.Text()})
	}
	for _, o := range locate.Outcomes() {
		all = append(all, Doc{Name: o.Name, Kind: "outcome", Title: cube.Text{SV: o.SV, EN: o.EN}, Text: cube.Text{SV: o.RemedySV, EN: o.RemedyEN}})
	}
	for _, r := range record.Rules() {
		all = append(all, Doc{Name: r.Name, Kind: "rule", Title: cube.Text{SV: r.SV, EN: r.EN}, Text: cube.Text{SV: r.RemedySV, EN: r.RemedyEN}})
	}
	for _, r := range border.Rules {
		all = append(all, Doc{Name: r.Name, Kind: "rule", Title: cube.Text(r.Title), Text: cube.Text(r.Text)})
	}
	return append(all, findings...)
}

// findings are the rules of findings that are made here.
var findings = []Doc{
	{Name: "missing-areas", Kind: "rule", Title: cube.Text{SV: "Områden saknas", EN: "Areas are missing"},
		Text: cube.Text{SV: "En publicerad tabell har inga rader för några områden ett år. De saknas i alla summor. Hämta tabellen igen, eller ta reda på varför.",
			EN: "A published table has no row for some areas in a year. They are missing from every sum. Fetch the table again, or find out why."}},
	{Name: "name-twice", Kind: "rule", Title: cube.Text{SV: "Namnet står för flera områden", EN: "The name stands for several areas"},
		Text: cube.Text{SV: "Rader med namnet kan inte placeras. Placera dem efter kod.", EN: "Rows with the name can't be placed. Place them by code."}},
}

// joined is the texts that are not empty, one after the other.
func joined(texts ...string) string {
	var out []string
	for _, t := range texts {
		if t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}

// labelled puts a label before a text that is not empty.
func labelled(label, text string) string {
	if text == "" {
		return ""
	}
	return label + " " + text
}
