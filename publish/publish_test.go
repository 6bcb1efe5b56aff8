package publish

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
)

var regso = area.ID{Kind: area.RegSO, Vintage: "2020"}

// toy is a small edition: two tables, RegSO with borders in two kommuner, kommuner without.
func toy(t testing.TB) content {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	square := func(x, y float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{x, y}, {x + 10, y}, {x + 10, y + 10}, {x, y + 10}, {x, y}}}}
	}
	r, err := area.New(regso, []area.Area{
		{Code: "0180R001", Name: "Norra Å", Border: square(674000, 6580000)}, {Code: "0180R002", Border: square(674010, 6580000)}, {Code: "1280R001", Name: "Malmö"}})
	must(err)
	k, err := area.New(area.ID{Kind: area.Kommun}, []area.Area{{Code: "0180", Name: "Stockholm"}, {Code: "1280", Name: "Malmö"}})
	must(err)
	g := area.NewGeography()
	must(g.Add(r))
	must(g.Add(k))
	tab := func(name string, v float64) table {
		b := cube.NewBuilder(name, []cube.Dimension{{Name: "kommun", Members: []cube.Member{{Code: "0180"}, {Code: "1280"}}}},
			[]cube.Measure{{Name: "NPersons", Kind: cube.Count}})
		b.Add([]int32{0}, cube.KnownCell(v))
		b.Add([]int32{1}, cube.Cell{Status: cube.HiddenRule})
		c, err := b.Cube()
		must(err)
		return table{cube: c, protection: json.RawMessage(`{"rule":"min 5"}`)}
	}
	return content{
		release:   edition.Release{Title: cube.Text{SV: "Påhittad <utgåva>", EN: "Made up"}, Project: "toy", Synthetic: true, Policy: json.RawMessage(`{"min":5}`)},
		tables:    []table{tab("befolkning", 10), tab("inkomst", 7)},
		geography: g, divisions: []area.ID{regso, {Kind: area.Kommun}},
	}
}

func build(t testing.TB, dir string) *edition.Edition {
	t.Helper()
	if err := write(dir, toy(t), createFile); err != nil {
		t.Fatal(err)
	}
	e, err := edition.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// snapshot is every file below a folder.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestWrite(t *testing.T) {
	parent := t.TempDir()
	e := build(t, filepath.Join(parent, "a"))
	if err := e.Verify(); err != nil {
		t.Fatal(err)
	}
	m := e.Manifest()
	if !m.Synthetic || m.Title.SV != "Påhittad <utgåva>" || m.Project != "toy" {
		t.Errorf("manifest head %+v", m.Release)
	}
	var policy struct{ Min int }
	if err := json.Unmarshal(m.Policy, &policy); err != nil || policy.Min != 5 {
		t.Errorf("policy %s", m.Policy)
	}
	c, err := e.Table("befolkning")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Get("NPersons", "0180"); got != cube.KnownCell(10) {
		t.Errorf("cell %+v", got)
	}
	d, err := e.Division(regso)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := toy(t).geography.Division(regso)
	for i := range want.Len() {
		if diff := cmp.Diff(want.At(i), d.At(i)); diff != "" {
			t.Error(diff)
		}
	}
	key, err := e.Parents(regso, area.ID{Kind: area.Kommun})
	if diff := cmp.Diff([]int32{0, 0, 1}, key); err != nil || diff != "" {
		t.Error(err, diff)
	}
	// Kommun is a division of the edition, län is known from the codes alone.
	if diff := cmp.Diff([]string{"kommun", "lan"}, e.Divisions()[1].Parents); diff != "" {
		t.Error(diff)
	}
	if out, err := exec.LookPath("sha256sum"); err == nil {
		cmd := exec.Command(out, "--check", "--strict", edition.ChecksumsFile)
		cmd.Dir = filepath.Join(parent, "a")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("sha256sum: %v\n%s", err, text)
		}
	}
}

func TestWriteTwiceGivesTheSameBytes(t *testing.T) {
	parent := t.TempDir()
	a, b := build(t, filepath.Join(parent, "a")), build(t, filepath.Join(parent, "other", "b"))
	if a.ID() != b.ID() {
		t.Errorf("IDs %s and %s", a.ID(), b.ID())
	}
	first := snapshot(t, filepath.Join(parent, "a"))
	if diff := cmp.Diff(first, snapshot(t, filepath.Join(parent, "other", "b"))); diff != "" {
		t.Error(diff)
	}
	for name, data := range first {
		if strings.Contains(data, parent) {
			t.Errorf("%s holds a path of this machine", name)
		}
	}
}

func TestWriteOverAnother(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "e")
	build(t, dir)
	before := snapshot(t, dir)
	build(t, dir) // the same is no error

	other := toy(t)
	other.release.Project = "other"
	if err := write(dir, other, createFile); err == nil || !strings.Contains(err.Error(), "choose another folder") {
		t.Errorf("another edition in its place: %v", err)
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Error("the old edition was changed:", diff)
	}
	onlyIn(t, parent, "e")

	taken := filepath.Join(parent, "file")
	if err := os.WriteFile(taken, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(taken, toy(t), createFile); err == nil {
		t.Error("a file was taken for a place")
	}
	if data, _ := os.ReadFile(taken); string(data) != "mine" {
		t.Error("a file in the place was changed")
	}
	empty := filepath.Join(parent, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	build(t, empty)

	if err := os.WriteFile(filepath.Join(dir, "tables", "befolkning.parquet"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := write(dir, toy(t), createFile); err == nil || !strings.Contains(err.Error(), "tables/befolkning.parquet") {
		t.Errorf("the same edition, damaged, in its place: %v", err)
	}
}

func onlyIn(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("in the folder (-want +got):\n%s", diff)
	}
}

// A build that was killed leaves its hidden folder: it is no edition, and the next build clears it away.
func TestWriteAfterKilled(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "e")
	f, err := newFolder(dir, createFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.write(piece{"tables/half.parquet", whole([]byte("PAR1"))}); err != nil {
		t.Fatal(err)
	}
	if _, err := edition.Open(f.temp); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Errorf("a half edition opens: %v", err)
	}
	if _, err := edition.Open(dir); err == nil || !strings.Contains(err.Error(), "no such folder") {
		t.Errorf("a half edition is visible: %v", err)
	}
	build(t, dir)
	onlyIn(t, parent, "e")
}

// failing is a disk that is full after some bytes, or fails when it is asked to make them last.
type failing struct {
	file
	left      *atomic.Int64 // files are written several at a time
	sync, end bool
}

func (f *failing) Write(b []byte) (int, error) {
	if f.left.Add(-int64(len(b))) < 0 {
		return 0, syscall.ENOSPC
	}
	return f.file.Write(b)
}

func (f *failing) Sync() error {
	if f.sync {
		return syscall.EIO
	}
	return f.file.Sync()
}

func (f *failing) Close() error {
	err := f.file.Close()
	if f.end {
		return syscall.EDQUOT
	}
	return err
}

func TestWriteOnFailingDisk(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "e")
	total := 0
	build(t, filepath.Join(parent, "whole"))
	for _, data := range snapshot(t, filepath.Join(parent, "whole")) {
		total += len(data)
	}
	try := func(name string, want error, wrap func(file) file) {
		t.Helper()
		err := write(dir, toy(t), func(path string) (file, error) {
			f, err := createFile(path)
			if err != nil {
				return nil, err
			}
			return wrap(f), nil
		})
		if !errors.Is(err, want) {
			t.Errorf("%s: error %v, want %v", name, err, want)
		}
		onlyIn(t, parent, "whole")
	}
	for room := 0; room < total; room += total/40 + 1 {
		var left atomic.Int64
		left.Store(int64(room))
		try(fmt.Sprintf("room for %d of %d bytes", room, total), syscall.ENOSPC, func(f file) file { return &failing{file: f, left: &left} })
	}
	var enough atomic.Int64
	enough.Store(int64(10 * total))
	try("sync", syscall.EIO, func(f file) file { return &failing{file: f, left: &enough, sync: true} })
	try("close", syscall.EDQUOT, func(f file) file { return &failing{file: f, left: &enough, end: true} })
}

func TestWriteRefuses(t *testing.T) {
	for _, test := range []struct {
		want   string
		change func(c *content)
	}{
		{"can't be called", func(c *content) { c.tables[0].cube.Name = "../up" }},
		{"can't be called", func(c *content) { c.tables[0].cube.Name = "" }},
		{"upper and lower case", func(c *content) { c.tables[0].cube.Name = "Inkomst" }},
		{"on this machine", func(c *content) {
			c.tables[0].cube.Lineage.Sources = []cube.Source{{Name: "x", Address: "/home/anna/x.csv"}}
		}},
		{"on this machine", func(c *content) { c.tables[1].cube.Lineage.Sources = []cube.Source{{Name: `C:\data\x.csv`}} }},
		{"on this machine", func(c *content) { c.tables[1].cube.Lineage.Sources = []cube.Source{{Address: `\\server\x`}} }},
		{"on this machine", func(c *content) { c.tables[1].cube.Lineage.Sources = []cube.Source{{Address: "file:///x"}} }},
		{"RegSO 2025", func(c *content) { c.divisions = []area.ID{{Kind: area.RegSO, Vintage: "2025"}} }},
		{"manifest", func(c *content) { c.release.Policy = json.RawMessage("{") }},
	} {
		parent := t.TempDir()
		c := toy(t)
		test.change(&c)
		if err := write(filepath.Join(parent, "e"), c, createFile); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want one with %q", err, test.want)
		}
		onlyIn(t, parent)
	}
}

// Made-up data must be marked, also when the project forgot to say so.
func TestWriteMarksSynthetic(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "e")
	c := toy(t)
	c.release.Synthetic = false
	c.tables[1].cube.Lineage.Sources = []cube.Source{{Name: "generated", Synthetic: true}}
	if err := write(dir, c, createFile); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, edition.ManifestFile))
	if err != nil || !bytes.Contains(data, []byte(`"synthetic": true,`)) {
		t.Errorf("not marked: %v", err)
	}
}

// The interval of a hidden cell would tell what the cell hides.
func TestHiddenIntervalIsRefused(t *testing.T) {
	b := cube.NewBuilder("t", []cube.Dimension{{Name: "sex", Role: cube.Group, Members: []cube.Member{{Code: "k"}}}}, []cube.Measure{{Name: "N", Kind: cube.Count}})
	b.Add([]int32{0}, cube.Cell{Status: cube.HiddenRule, Lo: cube.Num(1), Hi: cube.Num(2)})
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Lineage.Sources = []cube.Source{{Name: "a", Publisher: "SCB", Public: true}}
	table, err := protect.AlreadyPublic(c, "test")
	if err != nil {
		t.Fatal(err)
	}
	err = Build(filepath.Join(t.TempDir(), "e"), Input{Release: edition.Release{Title: cube.Same("t")}, Tables: []protect.Table{table}})
	if err == nil || !strings.Contains(err.Error(), "interval for a hidden cell") {
		t.Errorf("got %v", err)
	}
}
