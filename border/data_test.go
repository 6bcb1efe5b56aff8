package border

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/skikt/skikt/area"
)

var (
	deso2018  = area.ID{Kind: area.DeSO, Vintage: "2018"}
	deso2025  = area.ID{Kind: area.DeSO, Vintage: "2025"}
	regso2020 = area.ID{Kind: area.RegSO, Vintage: "2020"}
	regso2025 = area.ID{Kind: area.RegSO, Vintage: "2025"}
	kommun    = area.ID{Kind: area.Kommun}
	lan       = area.ID{Kind: area.Lan}
	riket     = area.ID{Kind: area.Riket}
)

// data is the path of a file among the real data, which lie outside the repository: in SKIKT_DATA, or in shared/data beside it.
func data(t testing.TB, elem ...string) string {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		root, err := filepath.Abs(".")
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			if filepath.Dir(root) == root {
				t.Fatal("no go.mod above the test")
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the real data are absent; set SKIKT_DATA")
		}
		t.Skip("the real data are absent; set SKIKT_DATA to test with them")
	}
	return filepath.Join(append([]string{dir}, elem...)...)
}

func readDivision(t testing.TB, opt Options, elem ...string) (*area.Division, *Layer) {
	t.Helper()
	l, err := Read(data(t, elem...), opt)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Division(opt.ID, l)
	if err != nil {
		t.Fatal(err)
	}
	return d, l
}
