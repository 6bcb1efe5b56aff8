package record

// A Rule is something a file or a row must keep, with what to do when it does not. Rules for files end the reading; a row that
// breaks one of the others is bad.
type Rule struct {
	Name     string `json:"name"`
	File     bool   `json:"file"` // about the whole file
	SV       string `json:"sv"`
	EN       string `json:"en"`
	RemedySV string `json:"remedy_sv"`
	RemedyEN string `json:"remedy_en"`
}

// The names of the rules.
const (
	ruleEmpty     = "empty"
	ruleFormat    = "format"
	ruleTruncated = "truncated"
	ruleEncoding  = "encoding"
	ruleHeader    = "header"
	ruleDuplicate = "duplicate_header"

	ruleQuote    = "quote"
	ruleSize     = "size"
	ruleControl  = "control"
	ruleText     = "text"
	ruleRagged   = "ragged"
	ruleShort    = "short"
	ruleNested   = "nested"
	ruleError    = "spreadsheet_error"
	ruleRequired = "required"
	ruleSymbol   = "symbol"
	ruleNumber   = "number"
	ruleInteger  = "integer"
	ruleDecimal  = "decimal"
	ruleDate     = "date"
	ruleBool     = "bool"
	ruleRange    = "range"
	ruleValue    = "value"
	rulePattern  = "pattern"
)

// Rules are all rules: first those for files, then those for rows.
func Rules() []Rule {
	return []Rule{
		{ruleEmpty, true, "Filen är tom.", "The file is empty.",
			"Hämta eller exportera filen igen.", "Fetch or export the file again."},
		{ruleFormat, true, "Filen har ett annat format än det angivna.", "The file has another format than the declared one.",
			"Ange rätt format, eller spara filen som .xlsx eller csv.", "Declare the right format, or save the file as .xlsx or csv."},
		{ruleTruncated, true, "Filen är skadad eller avklippt.", "The file is damaged or cut off.",
			"Hämta eller exportera filen igen.", "Fetch or export the file again."},
		{ruleEncoding, true, "Teckenkodningen är inte den angivna.", "The text encoding is not the declared one.",
			"Ta bort encoding ur deklarationen eller ange rätt.", "Remove encoding from the declaration or declare the right one."},
		{ruleHeader, true, "En deklarerad kolumn finns inte i rubriken.", "A declared column is not in the header.",
			"Ändra header till kolumnens rubrik i filen, eller ange kolumnens plats med at.", "Change header to the column's text in the file, or give the column's place with at."},
		{ruleDuplicate, true, "En deklarerad rubrik står över flera kolumner.", "A declared header stands over several columns.",
			"Skriv fler delar av rubriken, skilda med |, eller ange kolumnens plats med at.", "Write more parts of the header, parted by |, or give the column's place with at."},

		{ruleQuote, false, "Ett citattecken är fel eller avslutas aldrig.", "A quotation mark is misplaced or never closed.",
			"Dubblera citattecken inne i fält, eller exportera utan dem.", "Double quotation marks inside fields, or export without them."},
		{ruleSize, false, "Raden är längre än en rad kan vara (1 MiB).", "The row is longer than a row can be (1 MiB).",
			"Se efter om radbrytningar har fallit bort.", "See whether line ends have been lost."},
		{ruleControl, false, "Raden har NUL-tecken eller ensamma vagnreturer.", "The row has NUL characters or lone carriage returns.",
			"Exportera igen; filen är troligen skadad eller UTF-16.", "Export again; the file is probably damaged or UTF-16."},
		{ruleText, false, "Tecken på raden är fel kodade.", "Characters in the row are wrongly encoded.",
			"Exportera igen som UTF-8; texten har avkodats fel en gång tidigare eller blandar kodningar.", "Export again as UTF-8; the text has been wrongly decoded once before or mixes encodings."},
		{ruleRagged, false, "Raden har fler eller färre fält än rubriken.", "The row has more or fewer fields than the header.",
			"Se efter om ett fält innehåller avgränsaren utan citattecken.", "See whether a field holds the separator without quotation marks."},
		{ruleShort, false, "Raden slutar före sista kolumnen.", "The line ends before the last column.",
			"Fyll ut rader med blanksteg till full bredd.", "Pad lines with blanks to full width."},
		{ruleNested, false, "Värdet är en lista eller ett objekt, inte ett enda värde.", "The value is a list or an object, not one value.",
			"Skriv vägen till värdet i header, med punkter mellan nycklarna.", "Write the way to the value in header, with dots between the keys."},
		{ruleError, false, "Cellen har ett felvärde från ett kalkylblad.", "The cell holds an error value of a spreadsheet.",
			"Rätta formeln, eller ange felvärdet under missing.", "Mend the formula, or declare the error value under missing."},
		{ruleRequired, false, "Ett obligatoriskt värde saknas.", "A required value is missing.",
			"Komplettera, eller ta bort required för kolumnen.", "Fill it in, or remove required from the column."},
		{ruleSymbol, false, "Tecknet är inget värde och är inte deklarerat.", "The sign is no value and is not declared.",
			"Ange under missing vad tecknet betyder hos utgivaren (-: zero, till exempel).", "Declare under missing what the publisher means by the sign (-: zero, for example)."},
		{ruleNumber, false, "Värdet är inget tal.", "The value is not a number.",
			"Rätta värdet, eller deklarera kolumnen som text.", "Correct the value, or declare the column as text."},
		{ruleInteger, false, "Talet är inget heltal.", "The number is not whole.",
			"Deklarera kolumnen som float.", "Declare the column as float."},
		{ruleDecimal, false, "Talet har ett annat decimaltecken än resten av filen.", "The number has another decimal sign than the rest of the file.",
			"Exportera med ett decimaltecken, eller ange decimal.", "Export with one decimal sign, or declare decimal."},
		{ruleDate, false, "Värdet är inget datum.", "The value is not a date.",
			"Skriv datum som 2022-12-31 eller 20221231.", "Write dates as 2022-12-31 or 20221231."},
		{ruleBool, false, "Värdet är varken ja eller nej.", "The value is neither yes nor no.",
			"Skriv 1 eller 0, ja eller nej, sant eller falskt.", "Write 1 or 0, yes or no, true or false."},
		{ruleRange, false, "Talet är utanför det deklarerade området.", "The number is outside the declared range.",
			"Rätta värdet, eller ändra min och max.", "Correct the value, or change min and max."},
		{ruleValue, false, "Värdet är inte en av de deklarerade koderna.", "The value is not one of the declared codes.",
			"Rätta koden, eller lägg till den under values.", "Correct the code, or add it under values."},
		{rulePattern, false, "Värdet har inte den deklarerade formen.", "The value does not have the declared form.",
			"Rätta värdet, eller ändra pattern.", "Correct the value, or change pattern."},
	}
}

// problemText is what a Problem says, by rule: the rule and what to do, in one line.
var problemText = func() map[string]string {
	m := map[string]string{}
	for _, r := range Rules() {
		m[r.Name] = r.EN + " " + r.RemedyEN
	}
	return m
}()
