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
		{SV: "Varje karta och diagram har samma siffror som tabell på samma sida, och under kartans rubrik står i ord vad den visar. Har kartan fler områden än tabellen på sidan leder en länk till alla.", EN: "Every map and chart has the same figures as a table on the same page, and below the heading of a map stands in words what it shows. Where the map has more areas than the table of the page, a link leads to all."},
		{SV: "Det viktigaste går att göra med enbart tangentbord: hitta sitt område, läsa dess typ och utveckling, jämföra, hämta siffrorna och dela det som visas. Det är prövat på svenska och engelska, i 360 och 1 280 bildpunkters bredd, med och utan skript. Länken Till innehållet står först på varje sida.", EN: "The main things can be done by keyboard alone: find one's area, read its type and its development, compare, take the numbers and share what is shown. That is tried in Swedish and English, 360 and 1,280 pixels wide, with and without script. The link Skip to content stands first on every page."},
		{SV: "Färgerna för klasser skiljer sig åt för den som ser färger annorlunda; det är prövat genom beräkning för tre slags färgseende, och för klasser intill varandra även i grått. Områdestyperna har också siffror, och det som saknar tal har mönster och tecken.", EN: "The colours of classes differ for those who see colours differently, which is tried by computation for three kinds of colour vision, and for neighbouring classes in grey too. Area types also have numbers, and what has no number has patterns and signs."},
		{SV: "Varje slags sida är prövad med axe-core i ljust läge på svenska i 360 bildpunkters bredd och i mörkt läge på engelska i 1 280: inget fel fanns. Den ryms i 320 bildpunkter, som är 400 procents förstoring av 1 280, utan att rullas i sidled, utom breda tabeller och diagram som rullas för sig.", EN: "Every kind of page is tried by axe-core in light mode in Swedish at 360 pixels and in dark mode in English at 1,280: no fault was found. It fits 320 pixels, which is 1,280 enlarged to 400 percent, without scrolling sideways, but for wide tables and charts, which scroll by themselves."},
		{SV: "I läget för hög kontrast behåller kartor, diagram och typer de färger som betyder något. Inget rör sig när läsaren har bett om mindre rörelse, och inget har tidsgräns.", EN: "With the browser's own forced colours, maps, charts and types keep the colours that mean something. Nothing moves when the reader has asked for less motion, and nothing has a time limit."},
		{SV: "På A4 skrivs sidan utan menyer och formulär, och inget kapas.", EN: "On A4 the page is printed without menus and forms, and nothing is cut."},
	}},
	{cube.Text{SV: "Kända brister", EN: "Known shortcomings"}, cube.Text{SV: "Det här vet vi inte är tillgängligt för alla:", EN: "This is known not to be accessible to everyone:"}, []cube.Text{
		{SV: "Små områden på en karta över hela landet är för små att peka på. Samma länkar står i tabellen, och län leder till närmare kartor.", EN: "Small areas on a map of the whole country are too small to point at. The same links stand in the table, and counties lead to closer maps."},
		{SV: "Bilder som hämtas som PNG har text som en skärmläsare inte kan läsa. SVG-bilden har den som text, och sidan har siffrorna som tabell.", EN: "Pictures fetched as PNG hold text that a screen reader can't read. The SVG has it as text, and the page has the figures as a table."},
		{SV: "Kurvan på en sida om bidrag har sina punkter bara i siffrorna som hämtas, inte i en tabell på sidan.", EN: "The curve on a page of a grant has its points only in the numbers that are fetched, not in a table on the page."},
		{SV: "Breda tabeller och diagram rullas i sidled på smala skärmar.", EN: "Wide tables and charts are scrolled sideways on narrow screens."},
		{SV: "Utskrivna i grått är områdestyp 2 och 4 svåra att skilja på färgen allena. Där det finns plats står typens siffra i området, och tabellen har dem alla.", EN: "Printed in grey, area types 2 and 4 are hard to tell apart by colour alone. Where there is room the number of the type stands in the area, and the table has them all."},
	}},
	{cube.Text{SV: "Vad som inte är prövat", EN: "What has not been tried"}, cube.Text{SV: "Programmet prövas automatiskt, bland annat med axe-core och med enbart tangentbord i Chromium. Automatiska prov hittar bara en del av bristerna.", EN: "The program is tried automatically, among other things by axe-core and by keyboard alone in Chromium. Automatic tests find only some of the shortcomings."}, []cube.Text{
		{SV: "Sidorna är inte prövade tillsammans med personer som använder skärmläsare, talstyrning eller andra hjälpmedel.", EN: "The pages have not been tried together with persons who use screen readers, voice control or other aids."},
		{SV: "Filer som hämtas (XLSX, CSV, GeoJSON) är inte prövade med hjälpmedel.", EN: "Files that are fetched (XLSX, CSV, GeoJSON) have not been tried with aids."},
		{SV: "Texter som myndigheten själv skrivit i projektet är inte granskade för begriplighet.", EN: "Texts that the agency itself wrote in the project have not been reviewed for how easy they are to understand."},
	}},
}
