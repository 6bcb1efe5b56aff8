package project

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/report"
)

// Assignment is the government assignment that the project answers.
type Assignment struct {
	Agency    string `yaml:"agency" json:"agency,omitempty"`
	Reference string `yaml:"reference" json:"reference,omitempty"`
	Task      Text   `yaml:"task" json:"task"`

	Giver     Text           `yaml:"giver"`     // who gave the assignment
	Given     string         `yaml:"given"`     // the day it was given: 2022-04-07
	Deadlines []DeadlineDecl `yaml:"deadlines"` // what must be done by which day
	Money     *MoneyDecl     `yaml:"money"`     // that came with it
}

// DeadlineDecl is something that must be done by a day.
type DeadlineDecl struct {
	Name  string `yaml:"name"` // requisition, report, accounts
	Title Text   `yaml:"title"`
	By    string `yaml:"by"`   // the last day: 2022-10-28
	To    Text   `yaml:"to"`   // whom it is handed to
	Done  string `yaml:"done"` // the day it was done; left out until then
}

// MoneyDecl is the account of the money, in whole units of the currency.
type MoneyDecl struct {
	Currency string     `yaml:"currency"` // SEK when left out
	Granted  int64      `yaml:"granted"`
	Used     *int64     `yaml:"used"` // left out until it is known
	Costs    []CostDecl `yaml:"costs"`
	RepayBy  string     `yaml:"repay_by"` // the last day to repay what was not used
	RepayTo  Text       `yaml:"repay_to"`
	Note     Text       `yaml:"note"`
}

// CostDecl is a part of what was used. The costs add up to it.
type CostDecl struct {
	Title  Text  `yaml:"title"`
	Amount int64 `yaml:"amount"`
}

// ReportDecl declares the written answer.
type ReportDecl struct {
	Title      Text               `yaml:"title"`
	Subtitle   Text               `yaml:"subtitle"`
	Date       string             `yaml:"date"` // on the title page: 2022-10-28
	Text       ReportTextDecl     `yaml:"text"`
	Figures    []ReportFigureDecl `yaml:"figures"`
	Tables     []ReportTableDecl  `yaml:"tables"`
	References []LiteratureDecl   `yaml:"references"`
}

// ReportTextDecl names the author's own texts: files of Markdown in the project's folder, for each language.
type ReportTextDecl struct {
	Summary    Text   `yaml:"summary"`
	Assignment Text   `yaml:"assignment"`
	Done       Text   `yaml:"done"`
	Results    Text   `yaml:"results"`
	Chapters   []Text `yaml:"chapters"` // of one's own, after the results
	Next       Text   `yaml:"next"`
	Method     Text   `yaml:"method"`
}

// ReportFigureDecl declares a figure of one measure of a table of the edition.
type ReportFigureDecl struct {
	Name    string              `yaml:"name"`
	Caption Text                `yaml:"caption"`
	Kind    string              `yaml:"kind"`
	Table   string              `yaml:"table"`
	Measure string              `yaml:"measure"`
	Where   map[string][]string `yaml:"where"`  // members to show
	By      string              `yaml:"by"`     // the dimension with a line of the drawing for each member
	Inside  string              `yaml:"inside"` // of a map: the kommun or län whose areas are shown
}

// ReportTableDecl declares a table of the report, a part of one of the edition.
type ReportTableDecl struct {
	Name      string              `yaml:"name"`
	Caption   Text                `yaml:"caption"`
	Table     string              `yaml:"table"`
	Measures  []string            `yaml:"measures"` // all when empty
	Where     map[string][]string `yaml:"where"`    // members to show
	Across    string              `yaml:"across"`   // the dimension whose members are columns, of a table of one measure
	Intervals bool                `yaml:"intervals"`
}

// LiteratureDecl is a work that the text refers to with {{cite KEY}}.
type LiteratureDecl struct {
	Key     string `yaml:"key"`
	Text    Text   `yaml:"text"`
	Address string `yaml:"address"`
}

func (p *Project) validateReport(say complain) {
	day := func(at, s string) {
		if s == "" {
			return
		}
		if _, err := edition.Day(s); err != nil {
			say(at, "%w", err)
		}
	}
	a := p.Assignment
	day("assignment.given", a.Given)
	for i, d := range a.Deadlines {
		at := fmt.Sprintf("assignment.deadlines[%d]", i)
		switch {
		case d.Name == "":
			say(at+".name", "it is missing")
		case slices.ContainsFunc(a.Deadlines[:i], func(o DeadlineDecl) bool { return o.Name == d.Name }):
			say(at+".name", "%s is declared twice", d.Name)
		case d.By == "":
			say(at+".by", "say by which day: 2022-10-28")
		}
		day(at+".by", d.By)
		day(at+".done", d.Done)
	}
	if m := a.Money; m != nil {
		day("assignment.money.repay_by", m.RepayBy)
		if err := p.money().Check(); err != nil {
			say("assignment.money", "%w", err)
		}
	}
	r := p.Report
	if r == nil {
		return
	}
	day("report.date", r.Date)
	names := map[string]bool{}
	once := func(at, what, name string) {
		switch {
		case name == "":
			say(at, "it is missing")
		case names[what+name]:
			say(at, "%s is declared twice", name)
		}
		names[what+name] = true
	}
	for i, f := range r.Figures {
		at := fmt.Sprintf("report.figures[%d]", i)
		once(at+".name", "", f.Name)
		if !slices.Contains(report.FigureKinds(), report.FigureKind(f.Kind)) {
			say(at+".kind", "there is no kind of figure %q; there are map, dots, bars and lines", f.Kind)
		}
		if f.Table == "" || f.Measure == "" {
			say(at, "name the table of the edition and its measure")
		}
	}
	for i, t := range r.Tables {
		at := fmt.Sprintf("report.tables[%d]", i)
		once(at+".name", "", t.Name)
		if t.Table == "" {
			say(at+".table", "name the table of the edition")
		}
	}
	for i, l := range r.References {
		once(fmt.Sprintf("report.references[%d].key", i), "reference ", l.Key)
	}
}

// Plan is what is declared of the report.
func (p *Project) Plan() report.Plan {
	var out report.Plan
	r := p.Report
	if r == nil {
		return out
	}
	src := func(t Text) report.Source { return report.Source(t) }
	out = report.Plan{Title: text(r.Title), Subtitle: text(r.Subtitle), Date: r.Date, Summary: src(r.Text.Summary), Assignment: src(r.Text.Assignment), Done: src(r.Text.Done),
		Results: src(r.Text.Results), Next: src(r.Text.Next), Method: src(r.Text.Method)}
	for _, c := range r.Text.Chapters {
		out.Chapters = append(out.Chapters, src(c))
	}
	for _, f := range r.Figures {
		out.Figures = append(out.Figures, report.Figure{Name: f.Name, Caption: text(f.Caption), Kind: report.FigureKind(f.Kind), Table: f.Table, Measure: f.Measure, Where: f.Where, By: f.By, Inside: f.Inside})
	}
	for _, t := range r.Tables {
		out.Tables = append(out.Tables, report.Table{Name: t.Name, Caption: text(t.Caption), Table: t.Table, Measures: t.Measures, Where: t.Where, Across: t.Across, Intervals: t.Intervals})
	}
	for _, l := range r.References {
		out.References = append(out.References, report.Literature{Key: l.Key, Text: text(l.Text), Address: l.Address})
	}
	return out
}

// WriteReport makes the declared report of an edition in one language. It reads the author's texts in the project's folder.
func (p *Project) WriteReport(ed *edition.Edition, lang string, previous *edition.Edition) (*report.Document, error) {
	if got, want := ed.Manifest().Project, p.Name; got != want {
		return nil, fmt.Errorf("project: the edition is of the project %q, and this one is %q", got, want)
	}
	return report.Make(ed, p.Plan(), report.Options{Lang: lang, Files: os.DirFS(p.Dir), Previous: previous})
}

func (p *Project) money() *edition.Money {
	m := p.Assignment.Money
	if m == nil {
		return nil
	}
	out := &edition.Money{Currency: m.Currency, Granted: m.Granted, Used: m.Used, RepayBy: m.RepayBy, RepayTo: text(m.RepayTo), Note: text(m.Note)}
	if out.Currency == "" {
		out.Currency = "SEK"
	}
	for _, c := range m.Costs {
		out.Costs = append(out.Costs, edition.Cost{Title: text(c.Title), Amount: c.Amount})
	}
	return out
}

// assignment is what an edition is told of the assignment; nothing when no more is declared than task and reference number.
func (p *Project) assignment() *edition.Assignment {
	a := p.Assignment
	if a.Giver == (Text{}) && a.Given == "" && len(a.Deadlines) == 0 && a.Money == nil {
		return nil
	}
	out := &edition.Assignment{Giver: text(a.Giver), Given: a.Given, Money: p.money()}
	for _, d := range a.Deadlines {
		out.Deadlines = append(out.Deadlines, edition.Deadline{Name: d.Name, Title: text(d.Title), By: d.By, To: text(d.To), Done: d.Done})
	}
	return out
}

// A Due is something that is to be done for the assignment.
type Due struct {
	Name  string    `json:"name"`
	What  cube.Text `json:"what"`
	By    string    `json:"by,omitempty"`
	To    cube.Text `json:"to"`
	Done  string    `json:"done,omitempty"`
	Days  int       `json:"days"`  // left until the day; less than nothing when it has passed
	State string    `json:"state"` // done, late, due, missing
}

// The states of what is due.
const (
	DueDone    = "done"
	DueLate    = "late"
	DueComing  = "due"
	DueMissing = "missing" // no day is set, and it isn't there
)

// Status tells what is done and what is not on a day, in the order of the days; what has no day comes last. The edition may be nil.
func (p *Project) Status(on string, ed *edition.Edition) ([]Due, error) {
	today, err := edition.Day(on)
	if err != nil {
		return nil, err
	}
	var out []Due
	add := func(name string, what cube.Text, by, done string, to cube.Text) {
		d := Due{Name: name, What: what, By: by, To: to, Done: done, State: DueMissing}
		if t, err := edition.Day(by); err == nil {
			d.Days = int(t.Sub(today).Hours() / 24)
			if d.State = DueComing; d.Days < 0 {
				d.State = DueLate
			}
		}
		if done != "" {
			d.State = DueDone
		}
		out = append(out, d)
	}
	a := p.Assignment
	for _, d := range a.Deadlines {
		title := text(d.Title)
		if title == (cube.Text{}) {
			title = cube.Same(d.Name)
		}
		add(d.Name, title, d.By, d.Done, text(d.To))
	}
	if m := a.Money; m != nil {
		if m.Used == nil {
			add("money-used", cube.Text{SV: "Ange hur mycket av medlen som har använts (assignment.money.used)", EN: "State how much of the money was used (assignment.money.used)"}, m.RepayBy, "", cube.Text{})
		}
		left, known := p.money().Repaid()
		if known && left > 0 && m.RepayBy == "" {
			add("money-repay-by", cube.Text{SV: "Ange när medlen ska återbetalas (assignment.money.repay_by)", EN: "State by when the money is to be repaid (assignment.money.repay_by)"}, "", "", cube.Text{})
		}
	}
	if a.Reference == "" {
		add("reference", cube.Text{SV: "Ange diarienummer (assignment.reference)", EN: "State the reference number (assignment.reference)"}, "", "", cube.Text{})
	}
	if p.Report == nil {
		add("report-declared", cube.Text{SV: "Deklarera rapporten (report)", EN: "Declare the report (report)"}, "", "", cube.Text{})
	} else {
		p.missingTexts(add)
	}
	if ed == nil {
		add("edition", cube.Text{SV: "Bygg utgåvan (skikt build)", EN: "Build the edition (skikt build)"}, "", "", cube.Text{})
	} else if m := ed.Manifest(); m.Assessment != nil {
		open := 0
		for _, i := range m.Assessment.Items {
			if i.Verdict == edition.Unmeasured && i.Judgement == nil {
				open++
			}
		}
		if open > 0 {
			add("assessment", cube.Text{SV: fmt.Sprintf("Bedöm det som inte gick att mäta: %d av %d", open, len(m.Assessment.Items)), EN: fmt.Sprintf("Judge what could not be measured: %d of %d", open, len(m.Assessment.Items))}, "", "", cube.Text{})
		}
	}
	slices.SortStableFunc(out, func(x, y Due) int {
		key := func(d Due) string {
			if d.By == "" {
				return "9999"
			}
			return d.By
		}
		return strings.Compare(key(x), key(y))
	})
	return out, nil
}

// missingTexts are the declared files that are not there, or still hold the mark TODO.
func (p *Project) missingTexts(add func(name string, what cube.Text, by, done string, to cube.Text)) {
	t := p.Report.Text
	for _, source := range append([]Text{t.Summary, t.Assignment, t.Done, t.Results, t.Next, t.Method}, t.Chapters...) {
		for _, file := range slices.Compact([]string{source.SV, source.EN}) {
			if file == "" {
				continue
			}
			content, err := os.ReadFile(filepath.Join(p.Dir, filepath.FromSlash(file)))
			switch {
			case err != nil:
				add("text "+file, cube.Text{SV: "Skriv " + file, EN: "Write " + file}, "", "", cube.Text{})
			case strings.Contains(string(content), "TODO"):
				add("text "+file, cube.Text{SV: "Skriv klart " + file + " (TODO)", EN: "Finish " + file + " (TODO)"}, "", "", cube.Text{})
			}
		}
	}
}
