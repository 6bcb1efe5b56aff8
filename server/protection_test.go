package server_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// The account of the toy edition. Of a table of two by two, 3 persons are too few, and the three other inner cells are hidden for their sake; the five sums are
// shown: 4 of 9 cells are hidden, 4/9 = 44.4 per cent, and all persons stand in hidden cells.
func TestProtectionAccount(t *testing.T) {
	h := toy(t)
	sv := page(t, h, "/rojandekontroll")
	for _, want := range []string{"scb-integration (version 1)", "<td>9</td><td>5</td>", "<td>44,4</td><td>100,0</td>", "Bevisade", "Släppredovisningen"} {
		if !strings.Contains(sv, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if en := page(t, h, "/en/rojandekontroll"); !strings.Contains(en, "<td>44.4</td><td>100.0</td>") || !strings.Contains(en, "Account of the disclosure control") {
		t.Error("the page in English says something else")
	}
	var doc struct {
		Facts []struct {
			Policy string
			Tables []struct {
				Name         string
				Cells, Shown int
				Rule         int     `json:"hidden_rule"`
				Protect      int     `json:"hidden_protect"`
				Persons      float64 `json:"hidden_persons"`
			}
			Measures []struct{ Targets, Intervals, Certified int }
		}
	}
	if err := json.Unmarshal([]byte(page(t, h, "/rojandekontroll.json")), &doc); err != nil {
		t.Fatal(err)
	}
	parts := doc.Facts
	if len(parts) != 1 || len(parts[0].Tables) != 1 || len(parts[0].Measures) != 1 {
		t.Fatalf("%+v", parts)
	}
	x, m := parts[0].Tables[0], parts[0].Measures[0]
	if x.Name != "pupils_kommun" || x.Cells != 9 || x.Shown != 5 || x.Rule+x.Protect != 4 || x.Persons != 1 {
		t.Errorf("%+v", x)
	}
	if m.Targets != 1 || m.Intervals != 4 || m.Certified != 4 {
		t.Errorf("%+v", m)
	}
	if csv := page(t, h, "/rojandekontroll.csv"); !strings.Contains(csv, "pupils_kommun") || !strings.Contains(csv, ",9,5,") {
		t.Errorf("%s", csv)
	}
}
