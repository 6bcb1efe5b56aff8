package server_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/server"
)

// editionOf publishes an edition of one public table over RegSO, with the cells given by position.
func editionOf(t testing.TB, change *edition.Change, codes []string, cells ...cube.Cell) *edition.Edition {
	t.Helper()
	d := squares(t, regso20, codes...)
	g := area.NewGeography()
	for _, one := range []*area.Division{d, squares(t, kommun, "0180 Stockholm"), squares(t, lan, "01 Stockholms län"), squares(t, riket, "00 Riket?")} {
		if err := g.Add(one); err != nil {
			t.Fatal(err)
		}
	}
	table, err := protect.AlreadyPublic(made(t, "people_regso", []cube.Dimension{dimOf(d, "regso", false)}, []cube.Measure{persons}, func(at []int32) []cube.Cell { return cells[at[0] : at[0]+1] }), "made up")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "edition")
	if err := publish.Build(dir, publish.Input{Tables: []protect.Table{table}, Geography: g, Divisions: []area.ID{regso20, kommun, lan, riket},
		Release: edition.Release{Title: cube.Same("T"), Project: "t", Agency: "Myndigheten", Synthetic: true, Change: change, Barometer: &edition.Barometer{Contact: &edition.Contact{Email: "statistik@myndigheten.test", Phone: "010-123 45 67"}}}}); err != nil {
		t.Fatal(err)
	}
	ed, err := edition.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return ed
}

// Three editions: the first has areas 1 to 4 with 10, 20, nothing and 5 persons, the second areas 1 to 3 with 10, 21 and 30, and withdraws one that is not held; a third
// withdraws the first.
func TestEditions(t *testing.T) {
	codes := []string{"0180R001 Ett", "0180R002 Två", "0180R003 Tre", "0180R004 Fyra"}
	one := editionOf(t, &edition.Change{Day: "2025-01-01"}, codes, cube.KnownCell(10), cube.KnownCell(20), cube.Cell{Status: cube.NotAvailable}, cube.KnownCell(5))
	reason := cube.Text{SV: "Nya uppgifter " + evil, EN: "New data " + evil}
	two := editionOf(t, &edition.Change{Day: "2026-01-01", Reason: reason, Withdrawn: []edition.Withdrawal{{Edition: "0000000000000000", Reason: cube.Same("Fel gränser " + evil)}}}, codes[:3], cube.KnownCell(10), cube.KnownCell(21), cube.KnownCell(30))
	s, err := server.New(one, two)
	if err != nil {
		t.Fatal(err)
	}
	if s.ID() != two.ID() {
		t.Fatal("the edition of the latest day is not the newest")
	}
	t.Run("difference", func(t *testing.T) {
		d, err := edition.Compare(one, two)
		if err != nil {
			t.Fatal(err)
		}
		if sum := d.Sum(); sum.Same != 1 || sum.Changed != 1 || sum.Added != 1 || sum.Withdrawn != 1 || sum.State != 0 {
			t.Errorf("%+v", sum)
		}
		if d, err = edition.Compare(two, two); err != nil || d.Sum() != (edition.TableDifference{Same: 3}) {
			t.Errorf("an edition differs from itself: %+v %v", d, err)
		}
	})
	t.Run("pages", func(t *testing.T) {
		text := page(t, s, "/utgavor")
		for _, want := range []string{one.ID(), two.ID(), "Nya uppgifter", "2026-01-01", "/e/" + one.ID() + "/", "0000000000000000", "Fel gränser"} {
			if !strings.Contains(text, want) {
				t.Errorf("the list of editions lacks %q", want)
			}
		}
		if strings.Contains(text, evil) {
			t.Error("a reason is not escaped")
		}
		old := page(t, s, "/e/"+one.ID()+"/plats/0180R004")
		for _, want := range []string{"Du läser en äldre utgåva", `<link rel="canonical" href="/e/` + one.ID() + `/plats/0180R004">`, `href="/e/senaste/plats/0180R004"`, `href="/e/` + one.ID() + `/en/plats/0180R004"`} {
			if !strings.Contains(old, want) {
				t.Errorf("the page of the earlier edition lacks %s", want)
			}
		}
		now := page(t, s, "/e/"+two.ID()+"/plats/0180R002")
		if strings.Contains(now, "äldre utgåva") || !strings.Contains(now, `<link rel="canonical" href="/plats/0180R002">`) {
			t.Error("the newest edition's permanent page says that it is earlier, or isn't best found without its edition")
		}
		if got := page(t, s, "/e/"+one.ID()+"/tabell/people_regso.csv"); !strings.Contains(got, ",20,") {
			t.Error("the earlier edition's table doesn't have its own numbers:", got)
		}
	})
	t.Run("elsewhere", func(t *testing.T) {
		r := get(t, s, "/plats/0180R004")
		if text := body(t, r); r.StatusCode != http.StatusNotFound || !strings.Contains(text, `href="/e/`+one.ID()+`/plats/0180R004"`) {
			t.Error("a page that only an earlier edition has doesn't lead there")
		}
		r = get(t, s, "/e/ffffffffffffffff/plats/0180R001?m=x")
		if text := body(t, r); r.StatusCode != http.StatusNotFound || !strings.Contains(text, `href="/e/senaste/plats/0180R001?m=x"`) {
			t.Error("an unknown edition doesn't lead to the newest")
		}
		r = get(t, s, "/e/0000000000000000/plats/0180R001.json")
		if text := body(t, r); r.StatusCode != http.StatusGone || !strings.Contains(text, "Fel gränser") {
			t.Errorf("a withdrawn edition: %d %s", r.StatusCode, text)
		}
	})
	t.Run("redirects", func(t *testing.T) {
		for from, want := range map[string]string{
			"/e/senaste/karta?ar=1": "/karta?ar=1", "/e/senaste//evil.example/": "/evil.example/", "/e/senaste": "/", "/e/" + one.ID(): "/e/" + one.ID() + "/", "/e/" + one.ID() + "/karta/": "/e/" + one.ID() + "/karta", "/e": "/utgavor",
		} {
			if r := get(t, s, from); r.Header.Get("Location") != want {
				t.Errorf("%s leads to %q, want %q", from, r.Header.Get("Location"), want)
			}
		}
	})
	t.Run("links stay", func(t *testing.T) {
		// From a page of an edition every link but that to where the newest is best found leads to an edition, or to a file that all share.
		pages := 0
		for address, text := range crawl(t, within{s, "/e/" + one.ID() + "/"}) {
			if !strings.HasPrefix(address, "/e/"+one.ID()) || !strings.HasPrefix(text, "<!DOCTYPE html>") {
				continue
			}
			pages++
			for _, line := range strings.Split(text, "\n") {
				for _, m := range hrefs.FindAllStringSubmatch(line, -1) {
					if strings.HasPrefix(m[1], "/") && !strings.HasPrefix(m[1], "/e/") && !strings.HasPrefix(m[1], "/assets/") && !strings.Contains(line, `rel="canonical"`) {
						t.Errorf("%s leads out of its edition: %s", address, m[1])
					}
				}
			}
		}
		if pages < 20 {
			t.Errorf("only %d pages of the edition were looked at", pages)
		}
	})
	t.Run("addresses for programs stay", func(t *testing.T) {
		host := "http://barometer.test"
		for _, path := range []string{"/datasets/dcat", "/api/openapi.json", "/api", "/en/api", "/api/recept", "/ogc?f=json", "/ogc/collections?f=json", "/ogc/api?f=json", "/ogc/collections/regso-2020/items?f=json", "/en/ogc?f=json",
			"/tiles/regso-2020.json", "/api/v2/tables", "/api/v2/tables/people_regso", "/api/v2/tables/people_regso/metadata", "/api/v2/tables/people_regso/defaultselection", "/tabell/people_regso"} {
			for _, root := range []string{"", "/e/" + one.ID()} {
				r := get(t, s, host+root+path)
				text := strings.ReplaceAll(body(t, r), `\/`, "/")
				if r.StatusCode != http.StatusOK || !strings.Contains(text, host+root+"/") && path != "/tabell/people_regso" {
					t.Errorf("%s%s: %d, and names no address", root, path, r.StatusCode)
				}
				for at := range strings.SplitSeq(text, host) {
					if strings.HasPrefix(at, "/badda/") {
						continue // a picture that is offered as the one that follows the newest edition
					}
					if strings.HasPrefix(at, "/") && root != "" && !strings.HasPrefix(at, root+"/") && !strings.HasPrefix(at, root+`"`) {
						t.Errorf("%s%s leads out of its edition: %.60s", root, path, at)
					}
				}
				if strings.Contains(text, `"href":"/`) {
					t.Errorf("%s%s: an address lacks its host", root, path)
				}
			}
		}
	})
	t.Run("withdrawn", func(t *testing.T) {
		three := editionOf(t, &edition.Change{Day: "2026-02-01", Withdrawn: []edition.Withdrawal{{Edition: one.ID(), Reason: cube.Same("Räknefel")}}}, codes[:3], cube.KnownCell(10), cube.KnownCell(21), cube.KnownCell(30))
		s, err := server.New(three, two, one)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/", "/tabell/people_regso", "/tabell/people_regso.csv", "/api/v2/tables/people_regso/data"} {
			r := get(t, s, "/e/"+one.ID()+path)
			if text := body(t, r); r.StatusCode != http.StatusGone || !strings.Contains(text, "Räknefel") && !strings.HasSuffix(path, ".csv") || strings.Contains(text, ",20,") {
				t.Errorf("%s of a withdrawn edition: %d", path, r.StatusCode)
			}
		}
		if r := get(t, s, "/plats/0180R004"); strings.Contains(body(t, r), "/e/"+one.ID()+"/plats") {
			t.Error("a missing page leads to a withdrawn edition")
		}
	})
}

// within is a server whose first pages are those of an edition.
type within struct {
	http.Handler
	base string
}

func (w within) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/":
		out.Header().Set("Content-Type", "text/html")
		out.Write([]byte(`<a href="` + w.base + `">x</a>`))
	case "/en/":
		out.Header().Set("Content-Type", "text/html")
		out.Write([]byte(`<a href="` + w.base + `en/">x</a>`))
	default:
		// What leaves for the newest edition is not followed, nor the examples of the interfaces for programs: some ask for what an edition of one table lacks.
		if strings.HasPrefix(r.URL.Path, "/e/senaste") || strings.Contains(r.URL.Path, "/api") {
			return
		}
		w.Handler.ServeHTTP(out, r)
	}
}
