package server

import (
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	textnumber "golang.org/x/text/number"

	"github.com/skikt/skikt/cube"
)

// words are the texts of the pages.
var words = map[string]cube.Text{
	"country":       {SV: "Riket", EN: "The country"},
	"tables":        {SV: "Tabeller", EN: "Tables"},
	"table":         {SV: "Tabell", EN: "Table"},
	"method":        {SV: "Metod", EN: "Method"},
	"edition":       {SV: "Utgåva", EN: "Edition"},
	"places":        {SV: "Platser", EN: "Places"},
	"skip":          {SV: "Till innehållet", EN: "To the content"},
	"other-lang":    {SV: "In English", EN: "På svenska"},
	"menu":          {SV: "Huvudmeny", EN: "Main menu"},
	"numbers-as":    {SV: "Siffrorna som", EN: "The numbers as"},
	"synthetic":     {SV: "Syntetiska data: inget här handlar om verkliga personer eller platser.", EN: "Synthetic data: nothing here is about real persons or places."},
	"not-found":     {SV: "Sidan finns inte i den här utgåvan.", EN: "There is no such page in this edition."},
	"broken":        {SV: "Sidan kunde inte visas. Kontrollera utgåvan med skikt audit.", EN: "The page could not be shown. Check the edition with skikt audit."},
	"lies-in":       {SV: "Ligger i", EN: "Lies in"},
	"consists-of":   {SV: "Består av", EN: "Consists of"},
	"area":          {SV: "Område", EN: "Area"},
	"code":          {SV: "Kod", EN: "Code"},
	"here":          {SV: "Här", EN: "Here"},
	"whole":         {SV: "Hela riket", EN: "The whole country"},
	"base":          {SV: "Underlag", EN: "Base"},
	"map":           {SV: "Karta", EN: "Map"},
	"legend":        {SV: "Teckenförklaring", EN: "Legend"},
	"areas":         {SV: "områden", EN: "areas"},
	"rows-shown":    {SV: "Visar %d av %d rader. Hämta alla som CSV eller JSON, eller lägg till ett villkor i adressen, till exempel", EN: "Showing %d of %d rows. Get them all as CSV or JSON, or add a condition to the address, such as"},
	"notes":         {SV: "Att veta om siffrorna", EN: "What to know about the numbers"},
	"sources":       {SV: "Källor", EN: "Sources"},
	"source":        {SV: "Källa", EN: "Source"},
	"publisher":     {SV: "Utgivare", EN: "Publisher"},
	"own-records":   {SV: "myndighetens egna uppgifter", EN: "the agency's own records"},
	"licence":       {SV: "Licens", EN: "Licence"},
	"checksum":      {SV: "Kontrollsumma (SHA-256)", EN: "Checksum (SHA-256)"},
	"files":         {SV: "Filer", EN: "Files"},
	"file":          {SV: "Fil", EN: "File"},
	"size":          {SV: "Storlek, byte", EN: "Size, bytes"},
	"steps":         {SV: "Steg", EN: "Steps"},
	"protection":    {SV: "Röjandekontroll", EN: "Disclosure control"},
	"states":        {SV: "Vad tecknen betyder", EN: "What the signs mean"},
	"sign":          {SV: "Tecken", EN: "Sign"},
	"meaning":       {SV: "Betydelse", EN: "Meaning"},
	"types":         {SV: "De fem områdestyperna", EN: "The five area types"},
	"type":          {SV: "Områdestyp", EN: "Area type"},
	"interval":      {SV: "intervall", EN: "interval"},
	"by-type":       {SV: "Efter områdestyp", EN: "By area type"},
	"total":         {SV: "Totalt", EN: "Total"},
	"rows":          {SV: "rader", EN: "rows"},
	"divisions":     {SV: "Indelningar", EN: "Divisions"},
	"with-border":   {SV: "med gräns", EN: "with a border"},
	"relative":      {SV: "Områdestypen säger hur området ligger bland landets områden samma år. Den är ingen egenskap hos dem som bor där.", EN: "The area type says how the area stands among the country's areas the same year. It is no property of those who live there."},
	"agency":        {SV: "Myndighet", EN: "Agency"},
	"no-map":        {SV: "Utgåvan har inga gränser för dessa områden.", EN: "The edition has no borders for these areas."},
	"map-of":        {SV: "Karta över", EN: "Map of"},
	"indicator":     {SV: "Uppgift", EN: "Figure"},
	"percent":       {SV: "%", EN: "%"},
	"in-the-table":  {SV: "Samma uppgifter står i tabellen på sidan.", EN: "The same figures stand in the table on the page."},
	"unknown-dim":   {SV: "Tabellen har ingen dimension som heter så. Dimensionerna är:", EN: "The table has no dimension of that name. The dimensions are:"},
	"unknown-value": {SV: "Dimensionen saknar det värdet:", EN: "The dimension lacks that value:"},
}

// signs are what stands in the place of a value.
var signs = map[cube.Status]string{cube.NotAvailable: "..", cube.HiddenRule: "×", cube.HiddenProtect: "×", cube.NotApplicable: "."}

func word(lang, key string) string { return words[key].In(lang) }

// number is a number as people write it: 1 234,5 in Swedish and 1,234.5 in English.
func number(v float64, decimals int, lang string) string {
	tag := language.Swedish
	if lang == "en" {
		tag = language.English
	}
	return message.NewPrinter(tag).Sprint(textnumber.Decimal(v, textnumber.Scale(decimals)))
}

// unit is what follows a value in a sentence or a legend.
func unit(m cube.Measure, lang string) string {
	if m.Kind == cube.Share {
		return "\u00a0%"
	}
	return ""
}

// figure is a cell as it stands in a table.
type figure struct {
	Text     string // value or sign
	Status   string // CSS class
	Why      string // what the sign or the state means; empty for an ordinary value
	Interval string
	Base     string
}

func newFigure(c cube.Cell, m cube.Measure, lang string) figure {
	f := figure{Status: c.Status.String()}
	switch c.Status {
	case cube.Known, cube.Zero:
	default:
		f.Why = c.Status.Title().In(lang)
	}
	if sign, ok := signs[c.Status]; ok {
		f.Text = sign
	} else {
		f.Text = number(shown(c.Value, m), m.Decimals, lang)
	}
	if c.Lo.OK && c.Hi.OK {
		f.Interval = number(shown(c.Lo.V, m), m.Decimals, lang) + "–" + number(shown(c.Hi.V, m), m.Decimals, lang)
	}
	if c.Base.OK {
		f.Base = number(c.Base.V, 0, lang)
	}
	return f
}

// head is a measure as a column's head: its title and, for shares, the percent sign.
func head(m cube.Measure, lang string) string {
	title := m.Title.In(lang)
	if m.Kind == cube.Share {
		title += ", %"
	}
	return strings.TrimSpace(title)
}
