package publish

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
)

// public is a table that its publisher has made public.
func public(t *testing.T, name, why string) protect.Table {
	t.Helper()
	c := toy(t).tables[0].cube
	c.Name = name
	c.Lineage.Sources = []cube.Source{{Name: "made up", Publisher: "Nobody", Public: true, Synthetic: true}}
	table, err := protect.AlreadyPublic(c, why)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// applied is a family of two tables of made-up persons that have gone through protection: 3 persons are too few to be shown.
func applied(t *testing.T) *protect.Release {
	t.Helper()
	dims := []cube.Dimension{
		{Name: "kommun", Role: cube.Group, Members: []cube.Member{{Code: "0180"}, {Code: "1280"}, {Code: "1480"}}},
		{Name: "kon", Role: cube.Group, Members: []cube.Member{{Code: "1"}, {Code: "2"}}},
	}
	n := cube.Measure{Name: "NPersons", Kind: cube.Count}
	b := cube.NewBuilder("inner", dims, []cube.Measure{n})
	for i, v := range []float64{3, 50, 40, 60, 70, 80} {
		b.Add([]int32{int32(i / 2), int32(i % 2)}, cube.KnownCell(v))
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Lineage.Sources = []cube.Source{{Name: "persons", Synthetic: true}}
	policy, err := protect.Profile("scb-integration")
	if err != nil {
		t.Fatal(err)
	}
	view := func(name string, dims ...string) cube.View {
		return cube.View{Name: name, Dims: dims, Totals: dims, Measures: []cube.Measure{n}}
	}
	r, err := protect.Apply([]protect.Family{{Name: "persons", Inner: c, Views: []cube.View{view("kommun_kon", "kommun", "kon"), view("kommun", "kommun")}}}, policy)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBuild(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "e")
	r := applied(t)
	from := toy(t)
	in := Input{Release: edition.Release{Project: "toy"}, Tables: append(r.Tables(), public(t, "offentlig", "x")), Geography: from.geography, Divisions: from.divisions}
	if err := Build(dir, in); err != nil {
		t.Fatal(err)
	}
	e, err := edition.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := e.Table("kommun_kon")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Get("NPersons", "0180", "1"); got.Status != cube.HiddenRule || got.Value != 0 {
		t.Errorf("3 persons stand in the edition as %+v", got)
	}
	// The edition's audit is that of the release, and beside it that of the public table.
	var audits []protect.Audit
	if err := json.Unmarshal(e.Manifest().Audit, &audits); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Audit(), audits[0]); len(audits) != 2 || diff != "" {
		t.Errorf("%d audits: %s", len(audits), diff)
	}
	var policies []protect.Policy
	if err := json.Unmarshal(e.Manifest().Policy, &policies); err != nil || len(policies) != 2 || policies[0].Name != "scb-integration" {
		t.Errorf("policies %s: %v", e.Manifest().Policy, err)
	}
	var how protection
	if err := json.Unmarshal(e.Tables()[2].Protection, &how); err != nil || how.Policy != "already public" || how.Reason != "x" {
		t.Errorf("protection of the public table %s: %v", e.Tables()[2].Protection, err)
	}
	if !e.Manifest().Synthetic {
		t.Error("made-up persons are not marked as such")
	}
}

// Tiles that were begun before, some or more than are published, make no difference, and may be used again.
func TestBuildWithTilesBegun(t *testing.T) {
	from := toy(t)
	in := Input{Release: edition.Release{Project: "toy"}, Tables: []protect.Table{public(t, "a", "x")}, Geography: from.geography, Divisions: from.divisions}
	checksums := func() string {
		dir := filepath.Join(t.TempDir(), "e")
		if err := Build(dir, in); err != nil {
			t.Fatal(err)
		}
		sums, err := os.ReadFile(filepath.Join(dir, edition.ChecksumsFile))
		if err != nil {
			t.Fatal(err)
		}
		return string(sums)
	}
	want := checksums()
	if !strings.Contains(want, edition.TilesFile(from.divisions[0])) {
		t.Fatalf("no tiles of %s in %s", from.divisions[0], want)
	}
	for _, begun := range [][]area.ID{nil, from.divisions[:1], from.geography.IDs()} {
		in.Tiles = BeginTiles(from.geography, begun)
		for range 2 {
			if got := checksums(); got != want {
				t.Errorf("with tiles of %v begun: %s, want %s", begun, got, want)
			}
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	ok := []protect.Table{public(t, "a", "x")}
	for _, test := range []struct {
		want string
		in   Input
	}{
		{"no table", Input{}},
		{"table 2 was not made by package protect", Input{Tables: append(ok, protect.Table{})}},
		{"taken from the tables", Input{Tables: ok, Release: edition.Release{Policy: json.RawMessage(`{}`)}}},
		{"taken from the tables", Input{Tables: ok, Release: edition.Release{Audit: json.RawMessage(`{}`)}}},
		{"no geography", Input{Tables: ok, Divisions: toy(t).divisions}},
		{"another geography", Input{Tables: ok, Tiles: BeginTiles(toy(t).geography, nil)}},
		{"two tables are called a", Input{Tables: append(ok, ok...)}},
	} {
		parent := t.TempDir()
		err := Build(filepath.Join(parent, "e"), test.in)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want one with %q", err, test.want)
		}
		onlyIn(t, parent)
	}
}

// BenchmarkBuild writes an edition of ten tables of the size of the country's RegSO, four measures each, to disk.
func BenchmarkBuild(b *testing.B) {
	d := cube.Dimension{Name: "regso", Role: cube.Area, Kind: "regso", Vintage: "2020"}
	for i := range 3363 {
		code := fmt.Sprintf("%04dR%03d", 100+i/12, i%12+1)
		d.Members = append(d.Members, cube.Member{Code: code, Label: cube.Same("Område " + code)})
	}
	var in Input
	for k := range 10 {
		rows := cube.NewBuilder(fmt.Sprintf("t%d", k), []cube.Dimension{d}, []cube.Measure{{Name: "A", Kind: cube.Count}, {Name: "B", Kind: cube.Count}, {Name: "C", Kind: cube.Value}, {Name: "D", Kind: cube.Value}})
		for i := range d.Members {
			rows.Add([]int32{int32(i)}, cube.KnownCell(float64(i%997)), cube.KnownCell(float64(i%89)), cube.KnownCell(float64(i)/7), cube.KnownCell(float64(k)/11))
		}
		c, err := rows.Cube()
		if err != nil {
			b.Fatal(err)
		}
		c.Lineage.Sources = []cube.Source{{Name: "made up", Publisher: "Nobody", Public: true, Synthetic: true}}
		t, err := protect.AlreadyPublic(c, "made up")
		if err != nil {
			b.Fatal(err)
		}
		in.Tables = append(in.Tables, t)
	}
	b.Run("tables=10/rows=3363/measures=4", func(b *testing.B) {
		n := 0
		for b.Loop() {
			n++
			if err := Build(filepath.Join(b.TempDir(), fmt.Sprint(n)), in); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(10*3363*4*b.N)/b.Elapsed().Seconds(), "cells/s")
	})
}
