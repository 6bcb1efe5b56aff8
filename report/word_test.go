package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every text is in both languages, and the code asks for each of them.
func TestWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, name := range files {
		if name == "word.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	for key, text := range words {
		if text.SV == "" || text.EN == "" {
			t.Errorf("%q lacks a language", key)
		}
		if !strings.Contains(code.String(), `"`+key+`"`) {
			t.Errorf("nothing asks for %q", key)
		}
	}
}
