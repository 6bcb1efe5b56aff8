package project

import (
	"testing"

	"github.com/skikt/skikt/cube"
)

// What stands in one language stands in the other, for everything that people meet by name.
func TestDocsInBothLanguages(t *testing.T) {
	for _, d := range Docs() {
		if d.Kind == "" || d.Title.SV == "" || d.Title.EN == "" {
			t.Errorf("%q has no kind or no title: %+v", d.Name, d)
		}
		for what, text := range map[string]cube.Text{"text": d.Text, "cautions": d.Cautions, "undefined": d.Undef, "unit": d.Unit, "range": d.Range} {
			if (text.SV == "") != (text.EN == "") {
				t.Errorf("%s: %s stands in one language only: %+v", d.Name, what, text)
			}
		}
		switch d.Kind {
		case "measure", "grant", "target":
			if d.Text.SV == "" || d.Formula == "" {
				t.Errorf("%s lacks text or formula", d.Name)
			}
		}
	}
}
