package project

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/skikt/skikt/edition"
)

// ChangeDecl says what is new since the edition before.
type ChangeDecl struct {
	Day       string           `yaml:"day"`       // when it was decided: 2026-11-28; of several editions the latest day is the newest
	Reason    Text             `yaml:"reason"`    // why there is a new edition: new data, new borders, new method, new protection, a mistake
	Withdrawn []WithdrawalDecl `yaml:"withdrawn"` // earlier editions that are taken back; their addresses then tell why
}

// WithdrawalDecl takes an earlier edition back.
type WithdrawalDecl struct {
	Edition string `yaml:"edition"` // its number of 16 digits and letters
	Reason  Text   `yaml:"reason"`
}

// BarometerDecl says what the pages begin with and how their menus are grouped.
type BarometerDecl struct {
	First   string       `yaml:"first"`   // the figure that views begin with, as in their addresses: low_standard:SharePersons:low
	Themes  []ThemeDecl  `yaml:"themes"`  // headings of the menus of measures
	Contact *ContactDecl `yaml:"contact"` // where readers report what they can't use
}

// ThemeDecl is tables that belong together to a reader.
type ThemeDecl struct {
	Title  Text     `yaml:"title"`
	Lacks  Text     `yaml:"lacks"`  // of a theme without tables: why the edition tells nothing of it
	Tables []string `yaml:"tables"` // names of tables, segregation, indices or gaps
}

// ContactDecl is where readers report what they can't use.
type ContactDecl struct {
	Email string `yaml:"email"`
	Phone string `yaml:"phone"`
	Page  string `yaml:"page"` // an address of the agency's
	Text  Text   `yaml:"text"`
}

var (
	day       = regexp.MustCompile(`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$`)
	editionID = regexp.MustCompile(`^[0-9a-f]{16}$`)
)

func (p *Project) validateBarometer(say complain) {
	if c := p.Change; c != nil {
		if c.Day != "" && !day.MatchString(c.Day) {
			say("change.day", "%q is no day; write it as 2026-11-28", c.Day)
		}
		for i, w := range c.Withdrawn {
			at := fmt.Sprintf("change.withdrawn[%d]", i)
			if !editionID.MatchString(w.Edition) {
				say(at+".edition", "%q is no number of an edition: 16 digits and letters a to f, as on its page", w.Edition)
			}
			if w.Reason == (Text{}) {
				say(at+".reason", "it is missing: the address of a withdrawn edition tells why")
			}
		}
	}
	b := p.Barometer
	if b == nil {
		return
	}
	if b.First != "" && strings.Count(b.First, ":") < 1 {
		say("barometer.first", "%q is no figure; write it as it stands in addresses, TABLE:MEASURE:MEMBER", b.First)
	}
	known := []string{"area_type"}
	for _, t := range p.Tables {
		known = append(known, t.Name)
	}
	for _, d := range p.Segregation {
		known = append(known, d.Name)
	}
	for _, x := range p.Indices {
		known = append(known, x.Name)
	}
	for _, g := range p.Gaps {
		known = append(known, g.Name)
	}
	for _, d := range p.Schools {
		known = append(known, d.Name)
	}
	for i, t := range b.Themes {
		if len(t.Tables) == 0 && (t.Lacks.SV == "" || t.Lacks.EN == "") {
			say(fmt.Sprintf("barometer.themes[%d]", i), "it has no tables: name some, or tell in lacks, in Swedish and English, why the edition has none")
		}
		for k, name := range t.Tables {
			if !slices.ContainsFunc(known, func(table string) bool {
				return name == table || strings.HasPrefix(name, table+"_") || strings.HasPrefix(table, name+"_")
			}) {
				say(fmt.Sprintf("barometer.themes[%d].tables[%d]", i, k), "there is no table %q; the nearest are: %s", name, strings.Join(edition.Nearest(name, known), ", "))
			}
		}
	}
	if c := b.Contact; c != nil {
		if c.Email != "" && !strings.Contains(c.Email, "@") {
			say("barometer.contact.email", "%q is no e-mail address", c.Email)
		}
		if c.Page != "" && !strings.HasPrefix(c.Page, "https://") && !strings.HasPrefix(c.Page, "http://") {
			say("barometer.contact.page", "%q is no address of a page; begin it with https://", c.Page)
		}
	}
}

// change and barometer are what the edition's manifest says of them.
func (p *Project) change() *edition.Change {
	if p.Change == nil {
		return nil
	}
	out := &edition.Change{Day: p.Change.Day, Reason: text(p.Change.Reason)}
	for _, w := range p.Change.Withdrawn {
		out.Withdrawn = append(out.Withdrawn, edition.Withdrawal{Edition: w.Edition, Reason: text(w.Reason)})
	}
	return out
}

func (p *Project) barometer() *edition.Barometer {
	if p.Barometer == nil {
		return nil
	}
	out := &edition.Barometer{First: p.Barometer.First}
	for _, t := range p.Barometer.Themes {
		out.Themes = append(out.Themes, edition.Theme{Title: text(t.Title), Lacks: text(t.Lacks), Tables: t.Tables})
	}
	if c := p.Barometer.Contact; c != nil {
		out.Contact = &edition.Contact{Email: c.Email, Phone: c.Phone, Page: c.Page, Text: text(c.Text)}
	}
	return out
}
