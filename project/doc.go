package project

import (
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

// Docs are all of them: measures, types, policies, statuses, outcomes, rules of records and borders.
func Docs() []cube.Doc {
	var all []cube.Doc
	add := func(kind string, docs []cube.Doc) {
		for _, d := range docs {
			d.Kind = kind
			all = append(all, d)
		}
	}
	add("measure", append(areatype.Default().Docs(), areatype.ChanceDoc))
	add("measure", segregation.Docs())
	add("measure", school.Docs())
	add("grant", grant.Docs())
	add("target", target.Docs())
	add("measure", gap.Docs())
	for _, d := range assess.Docs() {
		add("evidence", []cube.Doc{d.Doc})
	}
	for t := areatype.Type(1); t <= areatype.NTypes; t++ {
		all = append(all, cube.Doc{Name: "Type" + t.Code(), Kind: "type", Title: t.Label()})
	}
	for _, name := range protect.Profiles() {
		if p, err := protect.Profile(name); err == nil {
			all = append(all, cube.Doc{Name: name, Kind: "policy", Title: cube.Same(p.Name), Text: p.Documentation})
		}
	}
	add("rule", protect.Docs())
	for _, s := range cube.Statuses() {
		all = append(all, cube.Doc{Name: s.String(), Kind: "status", Title: s.Title(), Text: s.Text()})
	}
	for _, o := range locate.Outcomes() {
		all = append(all, cube.Doc{Name: o.Name, Kind: "outcome", Title: cube.Text{SV: o.SV, EN: o.EN}, Text: cube.Text{SV: o.RemedySV, EN: o.RemedyEN}})
	}
	for _, r := range record.Rules() {
		all = append(all, cube.Doc{Name: r.Name, Kind: "rule", Title: cube.Text{SV: r.SV, EN: r.EN}, Text: cube.Text{SV: r.RemedySV, EN: r.RemedyEN}})
	}
	for _, r := range border.Rules {
		all = append(all, cube.Doc{Name: r.Name, Kind: "rule", Title: cube.Text(r.Title), Text: cube.Text(r.Text)})
	}
	return append(all, findings...)
}

// findings are the rules of findings that are made here.
var findings = []cube.Doc{
	{Name: "missing-areas", Kind: "rule", Title: cube.Text{SV: "Områden saknas", EN: "Areas are missing"},
		Text: cube.Text{SV: "En publicerad tabell har inga rader för några områden ett år. De saknas i alla summor. Hämta tabellen igen, eller ta reda på varför.",
			EN: "A published table has no row for some areas in a year. They are missing from every sum. Fetch the table again, or find out why."}},
	{Name: "name-twice", Kind: "rule", Title: cube.Text{SV: "Namnet står för flera områden", EN: "The name stands for several areas"},
		Text: cube.Text{SV: "Rader med namnet kan inte placeras. Placera dem efter kod.", EN: "Rows with the name can't be placed. Place them by code."}},
}
