package project

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/assess"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
)

// AssessDecl declares how far the tools can support the agency's work: the processes and what each follows, how old the tools are when used, thresholds, and people's own judgements.
type AssessDecl struct {
	Processes  []ProcessDecl   `yaml:"processes"`
	Ages       []AgeDecl       `yaml:"ages"`
	Barometer  *IndicatorDecl  `yaml:"barometer"` // an indicator that the barometer has, by RegSO
	Thresholds []ThresholdDecl `yaml:"thresholds"`
	Judgements []JudgementDecl `yaml:"judgements"`
}

// IndicatorDecl is a declared table and those of it who have what is followed.
type IndicatorDecl struct {
	Table   string   `yaml:"table"`   // a declared table with a share or a mean
	Outcome []string `yaml:"outcome"` // members of the group that the share goes over: those whom the process is for, such as the unemployed, and whom an aim at areas is to reach; none for a mean
	Year    int      `yaml:"year"`    // the last one of the records when not said
}

// ProcessDecl is one of the agency's processes.
type ProcessDecl struct {
	IndicatorDecl `yaml:",inline"`
	Name          string   `yaml:"name"`
	Title         Text     `yaml:"title"`
	Text          Text     `yaml:"text"`       // what is decided in it
	By            []string `yaml:"by"`         // groups of the table that coverage is told by
	Neighbours    []int64  `yaml:"neighbours"` // also neighbourhoods of so many nearest persons, where records have coordinates
}

// AgeDecl is how old a tool's data are.
type AgeDecl struct {
	Tool      string `yaml:"tool"`
	Year      int    `yaml:"year"`      // reference year of the data
	Published string `yaml:"published"` // 2025-01
	Used      string `yaml:"used"`      // when what the tool is to support is decided
	Source    string `yaml:"source"`    // who publishes it
}

// ThresholdDecl are the thresholds of one kind of evidence, in the place of skikt's own.
type ThresholdDecl struct {
	Evidence   string  `yaml:"evidence"`
	Supports   float64 `yaml:"supports"`
	Conditions float64 `yaml:"conditions"`
}

// JudgementDecl is a person's own verdict on one item. It stands beside the measured one, with its reason.
type JudgementDecl struct {
	Tool    string `yaml:"tool"`
	Use     string `yaml:"use"`
	Process string `yaml:"process"`
	Verdict string `yaml:"verdict"` // supports, conditions, against
	By      string `yaml:"by"`
	Reason  Text   `yaml:"reason"`
}

var (
	processName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)
	month       = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])(-\d\d)?$`)
)

func (p *Project) validateAssess(say complain) {
	d := p.Assess
	if d == nil {
		return
	}
	if len(d.Processes) == 0 {
		say("processes", "an assessment is of the agency's processes: declare one or more")
	}
	for i, x := range d.Processes {
		at := say.under(fmt.Sprintf("processes[%d]", i))
		if !processName.MatchString(x.Name) {
			at("name", "%q can't be the name of a process: use a-z, digits and _, a letter first", x.Name)
		}
		if slices.ContainsFunc(d.Processes[:i], func(o ProcessDecl) bool { return o.Name == x.Name }) {
			at("name", "%s is declared twice", x.Name)
		}
		t := p.validateIndicator(x.IndicatorDecl, at)
		for _, g := range x.By {
			if t != nil && t.group(g) == nil {
				at("by", "%q is none of the groups of the table %s", g, t.Name)
			}
		}
		for k, n := range x.Neighbours {
			if n < 2 || k > 0 && n <= x.Neighbours[k-1] {
				at("neighbours", "give numbers of persons from 2 up, each larger than the one before")
			}
		}
		if t != nil && len(x.Neighbours) > 0 && (p.Records[t.From].Locate.X == "" || t.Share == nil || t.Count.Sum != "") {
			at("neighbours", "neighbours are found by coordinates, for a share: records %s are not located by x and y with one row a person, or the table %s has a mean", t.From, t.Name)
		}
	}
	if b := d.Barometer; b != nil {
		if t := p.validateIndicator(*b, say.under("barometer")); t != nil && !p.public(t.From) {
			say("barometer.table", "the barometer has public statistics only, and %s is made from the agency's own records", t.Name)
		}
	}
	for i, a := range d.Ages {
		at := say.under(fmt.Sprintf("ages[%d]", i))
		if !named(assess.Tools(), a.Tool) {
			at("tool", "%q is no tool (there are %s)", a.Tool, codesOf(assess.Tools()))
		}
		if slices.ContainsFunc(d.Ages[:i], func(o AgeDecl) bool { return o.Tool == a.Tool }) {
			at("tool", "%s is declared twice", a.Tool)
		}
		if a.Year < 1000 || !month.MatchString(a.Used) || a.Published != "" && !month.MatchString(a.Published) {
			at("", "give year, the reference year, and used and published as year and month: 2026-11")
		}
		if a.Source == "" || !p.Sources[a.Source].Public {
			at("source", "name the public source of the tool, declared under sources")
		}
	}
	for i, t := range d.Thresholds {
		at := say.under(fmt.Sprintf("thresholds[%d]", i))
		doc, ok := assess.Lookup(t.Evidence)
		switch {
		case !ok:
			var names []string
			for _, doc := range assess.Docs() {
				names = append(names, doc.Name)
			}
			at("evidence", "there is no evidence %q (there are %s)", t.Evidence, strings.Join(names, ", "))
		case doc.Thresholds.Less && t.Supports > t.Conditions, !doc.Thresholds.Less && t.Supports < t.Conditions:
			at("", "supports must be the stricter of the two: of %s %s is better", t.Evidence, map[bool]string{true: "less", false: "more"}[doc.Thresholds.Less])
		}
	}
	for i, j := range d.Judgements {
		at := say.under(fmt.Sprintf("judgements[%d]", i))
		for _, c := range []struct {
			key, code string
			all       []edition.Named
		}{{"tool", j.Tool, assess.Tools()}, {"use", j.Use, assess.Uses()}, {"process", j.Process, d.named()}, {"verdict", j.Verdict, edition.Verdicts()[:3]}} {
			if !named(c.all, c.code) {
				at(c.key, "%q is none of %s", c.code, codesOf(c.all))
			}
		}
		if j.Reason == (Text{}) || j.By == "" {
			at("", "a judgement has a reason, and by: who makes it")
		}
		if slices.ContainsFunc(d.Judgements[:i], func(o JudgementDecl) bool { return o.Tool == j.Tool && o.Use == j.Use && o.Process == j.Process }) {
			at("", "the item is judged twice")
		}
	}
}

// validateIndicator tells what is wrong with an indicator, and gives its table.
func (p *Project) validateIndicator(x IndicatorDecl, say complain) *TableDecl {
	at := slices.IndexFunc(p.Tables, func(t TableDecl) bool { return t.Name == x.Table })
	if at < 0 {
		say("table", "the table %q is not declared", x.Table)
		return nil
	}
	t := &p.Tables[at]
	switch {
	case t.Share == nil && t.Mean == nil:
		say("table", "the table %s has neither a share nor a mean to follow", t.Name)
	case t.Share == nil && len(x.Outcome) > 0:
		say("outcome", "the table %s has a mean, which has no members", t.Name)
	case t.Share != nil && len(x.Outcome) == 0:
		say("outcome", "name the members of %s that have what is followed", t.Share.Over)
	}
	for _, m := range x.Outcome {
		if t.Share == nil {
			break
		}
		g := t.group(t.Share.Over)
		if g != nil && len(g.Members) > 0 && !g.has(m) || m == cube.Total {
			say("outcome", "%q is no member of %s", m, t.Share.Over)
		} else if len(t.Share.Base) > 0 && !slices.Contains(t.Share.Base, m) && !slices.Contains(t.Share.Base, cube.Total) {
			say("outcome", "%q is not in the base of the share", m)
		}
	}
	return t
}

func named(all []edition.Named, code string) bool {
	return slices.ContainsFunc(all, func(n edition.Named) bool { return n.Code == code })
}

func codesOf(all []edition.Named) string {
	var codes []string
	for _, n := range all {
		codes = append(codes, n.Code)
	}
	return strings.Join(codes, ", ")
}

// named are the processes.
func (d *AssessDecl) named() (all []edition.Named) {
	for _, x := range d.Processes {
		title := text(x.Title)
		if title == (cube.Text{}) {
			title = cube.Same(x.Name)
		}
		all = append(all, edition.Named{Code: x.Name, Title: title, Text: text(x.Text)})
	}
	return all
}

// assess computes the evidence that published tables tell, and gives the verdicts on all of it.
func (r *Run) assess(tables []protect.Table) ([]protect.Table, *edition.Assessment, error) {
	d := r.Project.Assess
	if d == nil {
		return nil, nil, nil
	}
	find := func(name string) *protect.Table {
		if i := slices.IndexFunc(tables, func(t protect.Table) bool { return t.Name() == name }); i >= 0 {
			return &tables[i]
		}
		return nil
	}
	var out []protect.Table
	for _, x := range d.Processes {
		decl := r.Tables[slices.IndexFunc(r.Tables, func(t TableDecl) bool { return t.Name == x.Table })]
		title := d.titled(x)
		if byType := find(decl.Name); byType != nil && decl.Share != nil && slices.Contains(decl.By, typeDim) {
			q := assess.Question{Count: decl.Count.Measure, Share: decl.Share.Measure, Group: decl.Share.Over, Members: x.Outcome, Base: decl.Share.Base, Year: r.assessed[x.Name]}
			if len(q.Base) == 0 {
				q.Base = membersBut(decl.group(decl.Share.Over), cube.Total)
			}
			if c := byType.Cube(); c.MeasureIndex(q.Count) >= 0 || c.MeasureIndex(q.Share) >= 0 {
				t, err := protect.Derive([]protect.Table{*byType}, func(of []*cube.Cube) (*cube.Cube, error) {
					return assess.Targeting(assess.Prefix+"targeting_"+x.Name, title(cube.Text{SV: "träffsäkerhet", EN: "precision"}), of[0], q)
				})
				if err != nil {
					return nil, nil, err
				}
				out = append(out, t)
			}
		}
		var levels []protect.Table
		var rows []assess.Row[*cube.Cube]
		for _, by := range decl.By {
			if t := find(decl.view(by).Name); t != nil {
				levels = append(levels, *t)
				rows = append(rows, assess.Row[*cube.Cube]{Code: strings.Join(splitBy(by), "_"), Title: cube.Same(by)})
			}
		}
		if len(levels) > 0 {
			t, err := protect.Derive(levels, func(of []*cube.Cube) (*cube.Cube, error) {
				for i := range rows {
					rows[i].Of = of[i]
				}
				return assess.Protection(assess.Prefix+"protection_"+x.Name, title(cube.Text{SV: "vad skyddet döljer", EN: "what protection hides"}), rows, decl.Count.Measure)
			})
			if err != nil {
				return nil, nil, err
			}
			out = append(out, t)
		}
	}
	evidence := slices.Clone(out)
	for _, t := range tables {
		if strings.HasPrefix(t.Name(), assess.Prefix) {
			evidence = append(evidence, t)
		}
	}
	c := assess.Case{Processes: d.named(), Thresholds: map[string]edition.Thresholds{}}
	for _, t := range d.Thresholds {
		c.Thresholds[t.Evidence] = edition.Thresholds{Supports: t.Supports, Conditions: t.Conditions}
	}
	for _, j := range d.Judgements {
		c.Judgements = append(c.Judgements, assess.Judged{Tool: j.Tool, Use: j.Use, Process: j.Process,
			Judgement: edition.Judgement{Verdict: j.Verdict, By: j.By, Reason: text(j.Reason)}})
	}
	var found *edition.Assessment
	summary, err := protect.Derive(evidence, func(of []*cube.Cube) (table *cube.Cube, err error) {
		found, table, err = assess.Assess(c, of)
		return table, err
	})
	if err != nil {
		return nil, nil, err
	}
	return append([]protect.Table{summary}, out...), found, nil
}

// titled names a table of a process: its title, and what of it.
func (d *AssessDecl) titled(x ProcessDecl) func(cube.Text) cube.Text {
	title := d.named()[slices.IndexFunc(d.Processes, func(o ProcessDecl) bool { return o.Name == x.Name })].Title
	return func(of cube.Text) cube.Text {
		return cube.Text{SV: title.SV + ": " + of.SV, EN: title.EN + ": " + of.EN}
	}
}

func membersBut(g *GroupDecl, not string) (codes []string) {
	for _, m := range g.Members {
		if m.Code != not {
			codes = append(codes, m.Code)
		}
	}
	return codes
}

// months is from the end of a year to a month, 2026-11.
func months(year int, to string) float64 {
	y, _ := strconv.Atoi(to[:4])
	m, _ := strconv.Atoi(to[5:7])
	return float64((y-year-1)*12 + m)
}
