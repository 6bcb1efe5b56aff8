package server

import (
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

// accessiblePage is the accessibility statement. It says what is known of the pages as the program makes them; what an agency itself has found of its site it must add.
type accessiblePage struct {
	Agency   string
	Title    cube.Text
	Edition  string
	Contact  *edition.Contact
	Sections []accessibleSection
}

type accessibleSection struct {
	Title cube.Text   `json:"title"`
	Lead  cube.Text   `json:"lead"`
	Items []cube.Text `json:"items"`
}

func (s *Server) accessible(r *request) (*answer, error) {
	if err := r.only(); err != nil {
		return nil, err
	}
	m := s.ed.Manifest()
	p := &accessiblePage{Agency: m.Agency, Title: m.Title, Edition: s.ed.ID(), Sections: accessibility}
	facts := struct {
		Sections []accessibleSection `json:"sections"`
		Contact  *edition.Contact    `json:"contact,omitempty"`
	}{accessibility, nil}
	if m.Barometer != nil {
		p.Contact, facts.Contact = m.Barometer.Contact, m.Barometer.Contact
	}
	return &answer{template: "accessible.html", title: word(r.lang, "accessibility"), body: p, facts: facts}, nil
}

// accessibility is what is known of the pages. What is not tried is said to be not tried.
var accessibility = []accessibleSection{
	{cube.Text{SV: "Hur sidorna är gjorda", EN: "How the pages are made"}, cube.Text{SV: "Sidorna är gjorda för att följa WCAG 2.2 på nivå AA, som rymmer det lagen kräver (EN 301 549, WCAG 2.1 AA).", EN: "The pages are made to follow WCAG 2.2 at level AA, which includes what the law requires (EN 301 549, WCAG 2.1 AA)."}, []cube.Text{
		{SV: "Varje sida är hel utan skript. Skript gör den bara snabbare.", EN: "Every page is complete without script. Script only makes it quicker."},
		{SV: "Varje karta och diagram har samma siffror som tabell på samma sida, och kartan har en sammanfattning i ord.", EN: "Every map and chart has the same figures as a table on the same page, and the map has a summary in words."},
		{SV: "Allt går att nå och använda med tangentbord; länken Till innehållet står först på varje sida.", EN: "Everything can be reached and used by keyboard; the link Skip to content stands first on every page."},
		{SV: "Färgerna skiljer sig i ljushet och för den som ser färger annorlunda; det är prövat genom beräkning. Områdestyperna har också siffror, och det som saknar tal har mönster och tecken.", EN: "Colours differ in lightness and for those who see colours differently, which is tried by computation. Area types also have numbers, and what has no number has patterns and signs."},
		{SV: "Sidorna går att läsa på svenska och engelska, i 360 bildpunkters bredd, förstorade, i mörkt läge och utskrivna i grått. Inget rör sig och inget har tidsgräns.", EN: "The pages can be read in Swedish and English, 360 pixels wide, enlarged, in dark mode and printed in grey. Nothing moves and nothing has a time limit."},
	}},
	{cube.Text{SV: "Kända brister", EN: "Known shortcomings"}, cube.Text{SV: "Det här vet vi inte är tillgängligt för alla:", EN: "This is known not to be accessible to everyone:"}, []cube.Text{
		{SV: "Små områden på en karta över hela landet är för små att peka på. Samma länkar står i tabellen, och län leder till närmare kartor.", EN: "Small areas on a map of the whole country are too small to point at. The same links stand in the table, and counties lead to closer maps."},
		{SV: "Bilder som hämtas som PNG har text som en skärmläsare inte kan läsa. SVG-bilden har den som text, och sidan har siffrorna som tabell.", EN: "Pictures fetched as PNG hold text that a screen reader can't read. The SVG has it as text, and the page has the figures as a table."},
		{SV: "Breda tabeller rullas i sidled på smala skärmar.", EN: "Wide tables are scrolled sideways on narrow screens."},
	}},
	{cube.Text{SV: "Vad som inte är prövat", EN: "What has not been tried"}, cube.Text{SV: "Programmet prövas automatiskt, bland annat med axe-core och med enbart tangentbord i Chromium. Automatiska prov hittar bara en del av bristerna.", EN: "The program is tried automatically, among other things by axe-core and by keyboard alone in Chromium. Automatic tests find only some of the shortcomings."}, []cube.Text{
		{SV: "Sidorna är inte prövade tillsammans med personer som använder skärmläsare, talstyrning eller andra hjälpmedel.", EN: "The pages have not been tried together with persons who use screen readers, voice control or other aids."},
		{SV: "Filer som hämtas (XLSX, CSV, GeoJSON) är inte prövade med hjälpmedel.", EN: "Files that are fetched (XLSX, CSV, GeoJSON) have not been tried with aids."},
		{SV: "Texter som myndigheten själv skrivit i projektet är inte granskade för begriplighet.", EN: "Texts that the agency itself wrote in the project have not been reviewed for how easy they are to understand."},
	}},
}
