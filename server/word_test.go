package server

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// TestWords compares the texts with what the pages and the code ask for: each is there in both languages, and none is left over.
func TestWords(t *testing.T) {
	asked := map[string]bool{}
	uses := []*regexp.Regexp{
		regexp.MustCompile(`word (?:\$?\.?[A-Za-z$]*\.?[A-Za-z]*) "([a-z-]+)"`),
		regexp.MustCompile(`word\([a-z.]+, "([a-z-]+)"\)`),
		regexp.MustCompile(`words\["([a-z-]+)"\]`),
		regexp.MustCompile(`listing\("([a-z-]+)"`),
	}
	pages, err := filepath.Glob("page/*.html")
	if err != nil {
		t.Fatal(err)
	}
	code, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(pages, code...) {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for i, use := range uses {
			for _, m := range use.FindAllStringSubmatch(string(text), -1) {
				asked[m[1]] = true
				if i == len(uses)-1 {
					asked[m[1]+"-first"] = true
				}
			}
		}
	}
	for key := range asked {
		if text := words[key]; text.SV == "" || text.EN == "" {
			t.Errorf("%q lacks a text in Swedish or English", key)
		}
	}
	for key := range words {
		if !asked[key] {
			t.Errorf("nothing asks for %q", key)
		}
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		sv, en   string
	}{
		{0, 0, "0", "0"}, {999, 0, "999", "999"}, {1000, 0, "1\u00a0000", "1,000"}, {1234567.891, 1, "1\u00a0234\u00a0567,9", "1,234,567.9"},
		{-12.5, 1, "−12,5", "−12.5"}, {-0.04, 1, "0,0", "0.0"}, {0.05, 2, "0,05", "0.05"},
	} {
		if sv, en := number(c.v, c.decimals, "sv"), number(c.v, c.decimals, "en"); sv != c.sv || en != c.en {
			t.Errorf("%v with %d decimals: %q and %q, want %q and %q", c.v, c.decimals, sv, en, c.sv, c.en)
		}
	}
	if got := span(-3.1, -0.2, 1, "en"); got != "−3.1 to −0.2" {
		t.Errorf("span of negative numbers: %q", got)
	}
	if sv, en := percent(0.125, "sv"), percent(0.125, "en"); sv != "12,5\u00a0%" || en != "12.5%" {
		t.Errorf("percent: %q and %q", sv, en)
	}
}
