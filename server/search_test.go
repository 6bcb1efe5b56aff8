package server_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/server"
)

// found are the places that a search leads to, and what it says.
func found(t *testing.T, s *server.Server, query string) string {
	t.Helper()
	text := page(t, s, "/sok?q="+strings.NewReplacer(" ", "+", "+", "%2B", ";", "%3B").Replace(query))
	_, text, _ = strings.Cut(text, `<main`)
	text, _, _ = strings.Cut(text, `</main>`)
	return text
}

func TestSearchPoints(t *testing.T) {
	s := toy(t)
	// The squares of RegSO 2020 have sides of 1000 m from N 6 600 000, E 600 000: 0180R002 is the second, 1480R001 the first of the second row. pyproj 3.7 gives latitude 59.528571 and longitude 16.784982 for
	// N 6 600 500, E 601 000 (checked by our own sweref, whose tests hold it to Lantmäteriet's values).
	for query, want := range map[string][]string{
		"6600500, 601500":         {"/plats/0180R002", "/plats/0180", "/plats/01"},
		"6600500 601500":          {"/plats/0180R002"},
		"601500,6600500":          {"/plats/0180R002", "Östvärdet stod först"},
		"N 6600500 Ö 601500":      {"/plats/0180R002"},
		"6600500.5; 601000":       {"/plats/0180R002"}, // on the border between the first and the second: the area east of it
		"6601000, 600500":         {"/plats/1480R001"}, // and north of it
		"6700000, 500000":         {"inte i något"},
		"SWEREF99 6600500 601500": {"/plats/0180R002"},
	} {
		text := found(t, s, query)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%q doesn't lead to %q:\n%s", query, w, text)
			}
		}
	}
	for _, query := range []string{"59.5, 16.8", "59,5 16,8", "16.8 59.5", "59.5°N 16.8°E", "lat 59.5 lon 16.8"} {
		if text := found(t, s, query); !strings.Contains(text, "latitud 59,50000, longitud 16,80000") {
			t.Errorf("%q is not read as degrees:\n%s", query, text)
		}
	}
	for _, query := range []string{"12 34", "1 2 3", "6600500", "59.5", "-59 -16", "1e9 2e9", "599999999999999999999999999999999 1"} {
		if text := found(t, s, query); strings.Contains(text, "SWEREF 99 TM är") {
			t.Errorf("%q is taken for a point in Sweden", query)
		}
	}
}

func TestSearchMisspelled(t *testing.T) {
	s := toy(t)
	for query, want := range map[string]string{"Stokholm": "/plats/0180", "gotebrog": "/plats/1480", "Göteborgg": "/plats/1480", "kulen": "/plats/1480R003", "bergsjonn": "/plats/1480R002", "0180R077": "/plats/0180", "0180C1010_DeSO2025": "/plats/0180"} {
		if text := found(t, s, query); !strings.Contains(text, `"`+want+`"`) || !strings.Contains(text, "Ingen plats hittades") {
			t.Errorf("%q doesn't suggest %s:\n%s", query, want, text)
		}
	}
	for _, query := range []string{"xyz", "Malmö", "abcdefghij", strings.Repeat("å", 50)} {
		if text := found(t, s, query); strings.Contains(text, "/plats/") {
			t.Errorf("%q suggests something:\n%s", query, text)
		}
	}
}

// An old RegSO of 2×1 km is split in 2025: three quarters keep the code, a quarter is new; another keeps its ground, and a third's ground lies in nothing that is known.
func TestOldCodesLeadToWhatBecame(t *testing.T) {
	square := func(x, w float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{x, 6600000}, {x + w, 6600000}, {x + w, 6601000}, {x, 6601000}, {x, 6600000}}}}
	}
	g := area.NewGeography()
	division := func(id area.ID, areas ...area.Area) {
		d, err := area.New(id, areas)
		if err == nil {
			err = g.Add(d)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	division(regso20, area.Area{Code: "0180R001", Name: "Delad", Border: square(600000, 2000)}, area.Area{Code: "0180R002", Name: "Kvar", Border: square(602000, 1000)}, area.Area{Code: "0180R003", Name: "Borta", Border: square(603000, 1000)})
	division(regso25, area.Area{Code: "0180R001", Name: "Delad västra", Border: square(600000, 1500)}, area.Area{Code: "0180R009", Name: "Ny", Border: square(601500, 500)}, area.Area{Code: "0180R002", Name: "Kvar", Border: square(602000, 1000)})
	for _, d := range []*area.Division{squares(t, kommun, "0180 Stockholm"), squares(t, lan, "01 Stockholms län"), squares(t, riket, "00 Riket?")} {
		if err := g.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	table, err := protect.AlreadyPublic(made(t, "some", []cube.Dimension{year("2023")}, []cube.Measure{persons}, func([]int32) []cube.Cell { return []cube.Cell{cube.KnownCell(1)} }), "made up")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "edition")
	if err := publish.Build(dir, publish.Input{Tables: []protect.Table{table}, Geography: g, Divisions: []area.ID{regso20, regso25, kommun, lan, riket}, Release: edition.Release{Title: cube.Same("T"), Project: "t", Synthetic: true}}); err != nil {
		t.Fatal(err)
	}
	s := opened(t, dir)
	for address, want := range map[string][]string{
		"/plats/0180R001":           {"RegSO 2025", "Delad västra 0180R001: 75,0", "Ny 0180R009: 25,0", "/plats/0180R009_RegSO2025"},
		"/plats/0180R002":           {"detsamma i RegSO 2025", "/plats/0180R002_RegSO2025"},
		"/plats/0180R003":           {"inga gränser som visar"},
		"/sok?q=0180R001":           {"Ny 0180R009: 25,0"},
		"/plats/0180R001_RegSO2025": {"Delad västra"},
	} {
		text := page(t, s, address)
		for _, w := range want {
			if !strings.Contains(strings.ReplaceAll(text, "\u00a0", " "), w) {
				t.Errorf("%s lacks %q", address, w)
			}
		}
	}
	if text := page(t, s, "/plats/0180R001_RegSO2025"); strings.Contains(text, "äldre indelning") {
		t.Error("an area of the newest division is told as old")
	}
}

func TestAddresses(t *testing.T) {
	known, err := server.ReadAddresses(strings.NewReader("\ufeffadress;x;y\nStorgatan 1;6600500;601500\nStorgatan 2;600500,5;6600500\nÅvägen 3;59.5;16.8\n;1;2\nFel;1;2\nFel två;a;b\nFel tre;1\n"))
	if err != nil {
		t.Fatal(err)
	}
	if known.Len() != 3 || known.NSkip != 4 {
		t.Fatalf("%d addresses, %d skipped: %v", known.Len(), known.NSkip, known.Skipped)
	}
	for _, line := range known.Skipped {
		if strings.Contains(line, "Fel") {
			t.Errorf("%q quotes an address", line)
		}
	}
	s := toy(t)
	if text := found(t, s, "storgatan 1"); strings.Contains(text, "/plats/0180R002") {
		t.Error("an address is found without a file")
	}
	s.UseAddresses(known)
	if text := found(t, s, "storgatan"); !strings.Contains(text, "Storgatan 1") || !strings.Contains(text, "/plats/0180R002") || !strings.Contains(text, "/plats/0180R001") {
		t.Errorf("addresses are not found:\n%s", text)
	}
	coded, err := server.ReadAddresses(strings.NewReader("a,area\nAvägen 3,0180R003\nB,\n"))
	if err != nil || coded.Len() != 1 || coded.NSkip != 1 {
		t.Fatal(coded, err)
	}
	s = toy(t)
	s.UseAddresses(coded)
	if text := found(t, s, "AVÄG"); !strings.Contains(text, "/plats/0180R003") || !strings.Contains(text, "/plats/0180\"") {
		t.Errorf("an address with a code is not found:\n%s", text)
	}
	for _, bad := range []string{"", "a\n", "a;b;c;d\n"} {
		if _, err := server.ReadAddresses(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is taken for a file of addresses", bad)
		}
	}
}

// One who comes wrong is told what may have been meant, as an address that works.
func TestWrongAddressesHelp(t *testing.T) {
	s := toy(t)
	for address, want := range map[string]string{
		"/karta?m=backgrund:SharePersons":                   "/karta?m=background%3ASharePersons",
		"/karta?m=states:ShareX&plats=stokholm":             "plats=0180",
		"/karta?m=states:ShareX&inom=gotebrog":              "inom=1480",
		"/karta?ar=1999":                                    "/karta",
		"/plats/Stockholm":                                  "/plats/0180",
		"/plats/0180R077":                                   "/plats/0180",
		"/tabell/backgrund":                                 "/tabell/background",
		"/en/jamfor?m=background:SharePersons&plats=kullen": "/en/jamfor?m=background%3ASharePersons&amp;plats=1480R003",
	} {
		r := get(t, s, address)
		text := body(t, r)
		if r.StatusCode < 400 || r.StatusCode >= 500 {
			t.Errorf("%s: status %d", address, r.StatusCode)
			continue
		}
		links := hrefs.FindAllStringSubmatch(text[strings.Index(text, "<main"):strings.Index(text, "</main>")], -1)
		found := false
		for _, l := range links {
			to := entities.Replace(l[1])
			found = found || strings.Contains(l[1], want)
			if r := get(t, s, to); r.StatusCode != 200 && !strings.Contains(address, "SharePersons") {
				t.Errorf("%s: the help leads to %s: status %d", address, to, r.StatusCode)
			}
		}
		if !found {
			t.Errorf("%s doesn't lead to %s: %v", address, want, links)
		}
	}
}
