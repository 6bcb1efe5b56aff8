package area

import (
	"fmt"
	"regexp"
	"strings"
)

// The official code rules (SCB): län two digits, kommun four, DeSO kommun + A, B or C + four digits, RegSO kommun + R +
// three digits. Riket is 00. Codes are text and keep their leading zeros.
var codeRule = map[Kind]*regexp.Regexp{
	Riket:  regexp.MustCompile(`^00$`),
	Lan:    regexp.MustCompile(`^\d{2}$`),
	Kommun: regexp.MustCompile(`^\d{4}$`),
	RegSO:  regexp.MustCompile(`^\d{4}R\d{3}$`),
	DeSO:   regexp.MustCompile(`^\d{4}[ABC]\d{4}$`),
}

var codeForm = map[Kind]string{
	Riket:  "00",
	Lan:    "two digits, 01",
	Kommun: "four digits, 0180",
	RegSO:  "kommun, R and three digits, 0180R001",
	DeSO:   "kommun, A, B or C and four digits, 0180C1010",
}

// CheckCode tells whether a bare code has the form of its kind. Declared kinds take any code without blanks at the ends.
func CheckCode(kind Kind, code string) error {
	rule, official := codeRule[kind]
	switch {
	case code == "":
		return fmt.Errorf("a code is empty")
	case official && !rule.MatchString(code):
		return fmt.Errorf("code %q is not a %s code (%s)", code, kind.Title(), codeForm[kind])
	case strings.TrimSpace(code) != code:
		return fmt.Errorf("code %q has blanks at its ends", code)
	}
	return nil
}

// CleanCode takes a code as it stands in a file to its bare form and the vintage it states, if it states one. SCB's database
// writes the 2025 vintages with a suffix (0114R001_RegSO2025, 0114A0010_DeSO2025) and the older ones bare. Blanks
// around the code are dropped, and a kommun or län code that a spreadsheet has robbed of its leading zero gets it back.
func CleanCode(kind Kind, s string) (code, vintage string, err error) {
	code = strings.TrimSpace(s)
	if bare, suffix, found := strings.Cut(code, "_"); found {
		if v, ok := cutFold(suffix, string(kind)); ok && v != "" {
			code, vintage = bare, v
		}
	}
	switch {
	case kind == Kommun && len(code) == 3, kind == Lan && len(code) == 1:
		code = "0" + code
	}
	return code, vintage, CheckCode(kind, code)
}

func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// SuffixedCode is the code as SCB's statistical database writes it: with a suffix from vintage 2025 on, bare before.
func (id ID) SuffixedCode(code string) string {
	if (id.Kind == RegSO || id.Kind == DeSO) && id.Vintage >= "2025" {
		return code + "_" + id.Kind.Title() + id.Vintage
	}
	return code
}

// Prefix is the code of the area of kind to that holds an area of kind from by the rule of the codes alone: a DeSO or
// RegSO code begins with its kommun, a kommun code with its län, and all are in riket.
func Prefix(from Kind, code string, to Kind) (string, bool) {
	nested := from == RegSO || from == DeSO
	switch {
	case to == from:
		return code, true
	case to == Riket && codeRule[from] != nil:
		return "00", true
	case to == Kommun && nested && len(code) >= 4:
		return code[:4], true
	case to == Lan && (nested || from == Kommun) && len(code) >= 2:
		return code[:2], true
	}
	return "", false
}

// Definition is what is known of an official vintage.
type Definition struct {
	ID                  ID
	Count               int
	FirstYear, LastYear int // reference years that SCB publishes on it; LastYear 0 means still in use
}

// Definitions are the official vintages. Counts and years: SCB's pages on DeSO and RegSO.
var Definitions = []Definition{
	{ID{RegSO, "2020"}, 3363, 0, 2023},
	{ID{RegSO, "2025"}, 3363, 2024, 0},
	{ID{DeSO, "2018"}, 5984, 0, 2023},
	{ID{DeSO, "2025"}, 6160, 2024, 0},
}

// CheckYear tells whether SCB publishes a reference year on the division; an answer for another year (the database gives
// zero rather than nothing) must not be believed.
func CheckYear(id ID, year int) error {
	for _, d := range Definitions {
		if d.ID != id {
			continue
		}
		if year < d.FirstYear || d.LastYear != 0 && year > d.LastYear {
			return fmt.Errorf("area: %s does not hold for %d (SCB publishes years to 2023 on RegSO 2020 and DeSO 2018, from 2024 on the 2025 vintages)", id.Title(), year)
		}
	}
	return nil
}
