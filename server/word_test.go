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
