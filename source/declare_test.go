package source

import "testing"

// TestOfficial: every recipe asks its publisher; another host, a name that only looks like one, and plain http are not taken for them.
func TestOfficial(t *testing.T) {
	for _, r := range Recipes() {
		d := Declaration{Recipe: r.Name}
		if r.NeedsAddress() {
			d.Address = "https://www.scb.se/list.xlsx"
		}
		if !d.Official() {
			t.Errorf("%s is not official", r.Name)
		}
	}
	for _, c := range []struct {
		Declaration
		want bool
	}{
		{Declaration{PxWeb: &PxWeb{Table: "TAB1"}}, true},
		{Declaration{PxWeb: &PxWeb{Host: "https://api.scb.se/OV0104/v1/doris/sv/ssd", Table: "x"}}, true},
		{Declaration{PxWeb: &PxWeb{Host: "https://px.agency.internal/api/v2", Table: "x"}}, false},
		{Declaration{PxWeb: &PxWeb{Host: "http://api.scb.se/v2", Table: "x"}}, false},
		{Declaration{File: &Download{Address: "https://notscb.se/a.csv"}}, false},
		{Declaration{File: &Download{Address: "https://scb.se.example/a.csv"}}, false},
		{Declaration{Recipe: "none"}, false},
		{Declaration{}, false},
	} {
		if got := c.Official(); got != c.want {
			t.Errorf("%+v: %v", c.Declaration, got)
		}
	}
}
