package project

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestBarometerDeclaration(t *testing.T) {
	p := &Project{Declaration: Declaration{
		Tables: []TableDecl{{Name: "income"}},
		Change: &ChangeDecl{Day: "2026-13-01", Withdrawn: []WithdrawalDecl{{Edition: "x"}, {Edition: "0123456789abcdef", Reason: Text{SV: "fel"}}}},
		Barometer: &BarometerDecl{First: "income", Themes: []ThemeDecl{{Tables: []string{"income", "area_type", "incme"}}},
			Contact: &ContactDecl{Email: "nobody", Page: "javascript:alert(1)"}},
	}}
	var said []string
	p.validateBarometer(func(at, format string, args ...any) { said = append(said, at+": "+fmt.Sprintf(format, args...)) })
	want := []string{"change.day", "change.withdrawn[0].edition", "change.withdrawn[0].reason", "barometer.first", "barometer.themes[0].tables[2]", "barometer.contact.email", "barometer.contact.page"}
	for _, at := range want {
		if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, at+":") }) {
			t.Errorf("nothing is said of %s", at)
		}
	}
	if len(said) != len(want) {
		t.Errorf("%d complaints, want %d: %s", len(said), len(want), said)
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, "nearest are: income") {
		t.Errorf("no table is suggested: %s", text)
	}
}
