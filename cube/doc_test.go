package cube

import (
	"encoding/json"
	"testing"
)

func TestDocParts(t *testing.T) {
	d := Doc{Name: "D", Title: Text{SV: "Olikhet", EN: "Dissimilarity"}, Text: Same("t"), Cautions: Text{SV: "Jämför inte.", EN: "Do not compare."}, Formula: "a/b", Range: Same("0..1")}
	for lang, want := range map[string][]string{"sv": {"Tänk på: Jämför inte.", "Formel: a/b", "Värden: 0..1"}, "en": {"Cautions: Do not compare.", "Formula: a/b", "Range: 0..1"}} {
		parts := d.Parts(lang)
		for i, p := range parts {
			if i >= len(want) || p.String() != want[i] {
				t.Errorf("%s: part %d is %q", lang, i, p)
			}
		}
		if len(parts) != len(want) {
			t.Errorf("%s: %d parts, want %d", lang, len(parts), len(want))
		}
	}
	got, err := json.Marshal(Doc{Name: "D"})
	if want := `{"name":"D","title":{"sv":"","en":""},"text":{"sv":"","en":""}}`; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
}
