package edition

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
)

// draft is an edition that tests can spoil before it is written.
type draft struct {
	manifest Manifest
	files    map[string][]byte
}

func newDraft(t testing.TB) *draft {
	t.Helper()
	d := &draft{files: map[string][]byte{}}
	d.manifest = Manifest{Format: Format, Release: Release{Title: cube.Same("Påhittad"), Project: "toy", Synthetic: true}}
	for _, name := range []string{"befolkning", "inkomst_lag", "skola"} {
		c := toy()
		c.Name = name
		var b bytes.Buffer
		if err := WriteTable(&b, c); err != nil {
			t.Fatal(err)
		}
		d.files[TableFile(name)] = b.Bytes()
		d.manifest.Tables = append(d.manifest.Tables, Describe(c))
	}
	division, parents := toyDivision(t)
	for _, div := range []*area.Division{division, mustDivision(t, area.ID{Kind: area.Kommun}, "0180", "1280")} {
		var b bytes.Buffer
		if err := WriteDivision(&b, div, parents); err != nil {
			t.Fatal(err)
		}
		parents = nil
		d.files[DivisionFile(div.ID)] = b.Bytes()
		d.manifest.Divisions = append(d.manifest.Divisions, DivisionInfo{Kind: div.ID.Kind, Vintage: div.ID.Vintage, File: DivisionFile(div.ID), Areas: div.Len()})
	}
	for _, name := range keys(d.files) {
		d.manifest.Files = append(d.manifest.Files, File{name, int64(len(d.files[name])), hexSum(d.files[name])})
	}
	return d
}

func keys(files map[string][]byte) []string {
	sums := map[string]string{}
	for name := range files {
		sums[name] = ""
	}
	return sortedKeys(sums)
}

func mustDivision(t testing.TB, id area.ID, codes ...string) *area.Division {
	t.Helper()
	var areas []area.Area
	for _, code := range codes {
		areas = append(areas, area.Area{Code: code})
	}
	d, err := area.New(id, areas)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// save writes the draft with checksums that fit it.
func (d *draft) save(t testing.TB) string {
	t.Helper()
	raw, err := json.Marshal(d.manifest)
	if err != nil {
		t.Fatal(err)
	}
	return saveRaw(t, raw, Checksums(append(d.manifest.Files[:len(d.manifest.Files):len(d.manifest.Files)], File{Name: ManifestFile, SHA256: hexSum(raw)})), d.files)
}

func saveRaw(t testing.TB, manifest, sums []byte, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name string, data []byte) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range files {
		put(name, data)
	}
	put(ManifestFile, manifest)
	put(ChecksumsFile, sums)
	return dir
}

func open(t testing.TB, dir string) *Edition {
	t.Helper()
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want one with %q", err, part)
		}
	}
}

func TestOpen(t *testing.T) {
	e := open(t, newDraft(t).save(t))
	if err := e.Verify(); err != nil {
		t.Fatal(err)
	}
	if len(e.ID()) != 16 || len(e.Tables()) != 3 || len(e.Divisions()) != 2 || !e.Manifest().Synthetic {
		t.Errorf("opened as %s with %d tables, %d divisions", e.ID(), len(e.Tables()), len(e.Divisions()))
	}
	for _, info := range e.Tables() {
		c, err := e.Table(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		want := toy()
		want.Name = info.Name
		same(t, want, c)
		if d := cmp.Diff(Describe(c), info); d != "" {
			t.Errorf("the manifest says otherwise of %s: %s", info.Name, d)
		}
	}
}

func TestOpenNoEdition(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "none"))
	wantError(t, err, "no such folder")
	_, err = Open(t.TempDir())
	wantError(t, err, "not an edition", ManifestFile)
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = Open(file)
	wantError(t, err, "an edition is a folder")

	dir := newDraft(t).save(t)
	if err := os.Remove(filepath.Join(dir, ChecksumsFile)); err != nil {
		t.Fatal(err)
	}
	_, err = Open(dir)
	wantError(t, err, "not whole", ChecksumsFile)
	_, err = Open(saveRaw(t, []byte("[1,2"), nil, nil))
	wantError(t, err, ManifestFile)
	_, err = Open(saveRaw(t, []byte("{}"), nil, nil))
	wantError(t, err, "states no format")
}

func TestOpenRefusesManifest(t *testing.T) {
	for _, test := range []struct {
		want   string
		change func(m *Manifest)
	}{
		{"use a newer version", func(m *Manifest) { m.Format = Format + 1 }},
		{"no path inside", func(m *Manifest) { m.Files[0].Name = "../../etc/passwd" }},
		{"no path inside", func(m *Manifest) { m.Files[0].Name = "/etc/passwd" }},
		{"no path inside", func(m *Manifest) { m.Files[0].Name = "tables/../../x" }},
		{"no path inside", func(m *Manifest) { m.Files[0].Name = `tables\..\..\x` }},
		{"no path inside", func(m *Manifest) { m.Files[0].Name = `C:/x` }},
		{"no path inside", func(m *Manifest) { m.Files[0].Name = "" }},
		{"must not", func(m *Manifest) { m.Files[0].Name = ManifestFile }},
		{"already", func(m *Manifest) { m.Files[0] = m.Files[1] }},
		{"at most", func(m *Manifest) { m.Files[0].Size = 1 << 60 }},
		{"at most", func(m *Manifest) { m.Files[0].Size = -1 }},
		{"should have", func(m *Manifest) { m.Files[0].Size = 1 << 29 }},
		{"not its file", func(m *Manifest) { m.Tables[0].File = "../x" }},
		{"not its file", func(m *Manifest) { m.Divisions[0].File = ManifestFile }},
		{"twice or empty", func(m *Manifest) { m.Tables[0].Name = m.Tables[1].Name }},
		{"twice or empty", func(m *Manifest) { m.Divisions[0].Kind, m.Divisions[0].Vintage = m.Divisions[1].Kind, "" }},
	} {
		d := newDraft(t)
		test.change(&d.manifest)
		_, err := Open(d.save(t))
		wantError(t, err, test.want)
	}
}

// A file of the edition must not lead out of it.
func TestOpenRefusesLink(t *testing.T) {
	d := newDraft(t)
	dir := d.save(t)
	outside := filepath.Join(t.TempDir(), "outside")
	name := TableFile("skola")
	inside := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.WriteFile(outside, d.files[name], 0o644), os.Remove(inside)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, inside); err != nil {
		t.Skip("this system lets no link be made")
	}
	_, err := Open(dir)
	wantError(t, err, name, "no ordinary file")
}

// One byte changed, anywhere, is found and the file named: when it is used, by Verify, or at once when it is the manifest.
func TestDamage(t *testing.T) {
	d := newDraft(t)
	dir := d.save(t)
	e := open(t, dir)
	use := func(name string) error {
		for _, info := range e.Tables() {
			if info.File == name {
				_, err := e.Table(info.Name)
				return err
			}
		}
		for _, info := range e.Divisions() {
			if info.File == name {
				_, err := e.Division(info.ID())
				return err
			}
		}
		_, err := Open(dir)
		return err
	}
	for _, name := range append(keys(d.files), ManifestFile, ChecksumsFile) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		put := func(data []byte) {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		for at := 0; at < len(whole); at += 1 + len(whole)/60 {
			changed := bytes.Clone(whole)
			changed[at] ^= 0x20
			put(changed)
			wantError(t, e.Verify(), name+" ")
			wantError(t, use(name), name)
		}
		put(whole[:len(whole)/2])
		wantError(t, e.Verify(), name)
		wantError(t, use(name), name)
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		wantError(t, e.Verify(), name+" is missing")
		wantError(t, use(name), name)
		put(whole)
		if err := errors.Join(e.Verify(), use(name)); err != nil {
			t.Fatal(err)
		}
	}
	extra := filepath.Join(dir, "tables", "extra.parquet")
	if err := os.WriteFile(extra, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	err := e.Verify()
	wantError(t, err, "tables/extra.parquet does not belong")
	var damage *DamageError
	if !errors.As(err, &damage) || len(damage.Files) != 1 {
		t.Errorf("no DamageError of one file: %v", err)
	}
}

func TestTableUnknown(t *testing.T) {
	e := open(t, newDraft(t).save(t))
	for asked, near := range map[string]string{"befolknig": "befolkning,", "INKOMST": "inkomst_lag,", "skolan": "skola,"} {
		_, err := e.Table(asked)
		wantError(t, err, "names: "+near)
	}
	d := newDraft(t)
	d.manifest.Tables = nil
	_, err := open(t, d.save(t)).Table("x")
	wantError(t, err, "none")
}

// A file whose checksum holds but that is another table than the manifest says.
func TestTableSwapped(t *testing.T) {
	d := newDraft(t)
	d.manifest.Tables[0].File, d.manifest.Tables[1].File = d.manifest.Tables[1].File, d.manifest.Tables[0].File
	_, err := open(t, d.save(t)).Table("befolkning")
	wantError(t, err, `holds the table "inkomst_lag"`)
}

func TestDivision(t *testing.T) {
	e := open(t, newDraft(t).save(t))
	regso, kommun := area.ID{Kind: area.RegSO, Vintage: "2020"}, area.ID{Kind: area.Kommun}
	got, err := e.Division(regso)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := toyDivision(t)
	sameDivision(t, want, got)

	_, err = e.Division(area.ID{Kind: area.RegSO, Vintage: "2025"})
	var vintage *area.VintageError
	if !errors.As(err, &vintage) {
		t.Errorf("another vintage gives %v", err)
	}
	_, err = e.Division(area.ID{Kind: area.DeSO, Vintage: "2018"})
	wantError(t, err, "regso-2020")

	for _, test := range []struct {
		from, to area.ID
		want     []int32
	}{{regso, kommun, []int32{0, 0, -1}}, {regso, regso, []int32{0, 1, 2}}} {
		key, err := e.Parents(test.from, test.to)
		if d := cmp.Diff(test.want, key); err != nil || d != "" {
			t.Errorf("parents of %s in %s: %v %s", test.from, test.to, err, d)
		}
	}
	_, err = e.Parents(kommun, regso)
	wantError(t, err, "not known")
	_, err = e.Parents(regso, area.ID{Kind: area.Lan})
	wantError(t, err, "no division lan")
}

func FuzzOpen(f *testing.F) {
	d := newDraft(f)
	raw, err := json.Marshal(d.manifest)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"format":1,"files":[{"name":"..","size":1}]}`))
	f.Add([]byte(`{"format":1,"tables":[{"name":"x","file":"tables/x.parquet"}],"files":[{"name":"tables/x.parquet","size":9223372036854775807}]}`))
	f.Add([]byte(`{"format":99}`))
	f.Fuzz(func(t *testing.T, manifest []byte) {
		var m Manifest
		_ = json.Unmarshal(manifest, &m)
		// Checksums that fit, so that the manifest alone decides.
		dir := saveRaw(t, manifest, Checksums(append(m.Files, File{Name: ManifestFile, SHA256: hexSum(manifest)})), d.files)
		e, err := Open(dir)
		if err != nil {
			return
		}
		for _, info := range e.Tables() {
			_, _ = e.Table(info.Name)
		}
		for _, info := range e.Divisions() {
			_, _ = e.Division(info.ID())
		}
		_ = e.Verify()
	})
}

// large is a table of the size of the country's RegSO with four measures, one of them a share with an interval.
func large() *cube.Cube {
	d := cube.Dimension{Name: "regso", Title: cube.Same("RegSO"), Role: cube.Area, Kind: "regso", Vintage: "2020"}
	for i := range 3363 {
		code := fmt.Sprintf("%04dR%03d", 100+i/12, i%12+1)
		d.Members = append(d.Members, cube.Member{Code: code, Label: cube.Same("Område " + code)})
	}
	b := cube.NewBuilder("large", []cube.Dimension{d}, []cube.Measure{{Name: "NPersons", Kind: cube.Count}, {Name: "NLow", Kind: cube.Count},
		{Name: "ShareLow", Kind: cube.Share}, {Name: "Index", Kind: cube.Value}})
	for i := range d.Members {
		n, low := float64(1000+i*7919%3000), float64(i*104729%900)
		b.Add([]int32{int32(i)}, cube.KnownCell(n), cube.KnownCell(low),
			cube.Cell{Status: cube.Known, Value: low / n, Base: cube.Num(n), Lo: cube.Num(low / n * 0.9), Hi: cube.Num(low / n * 1.1)}, cube.KnownCell(low/n*31+float64(i)/7))
	}
	c, err := b.Cube()
	if err != nil {
		panic(err)
	}
	return c
}

func BenchmarkOpen(b *testing.B) {
	d := newDraft(b)
	var file bytes.Buffer
	if err := WriteTable(&file, large()); err != nil {
		b.Fatal(err)
	}
	d.files[TableFile("large")] = file.Bytes()
	d.manifest.Tables = append(d.manifest.Tables, Describe(large()))
	d.manifest.Files = append(d.manifest.Files, File{TableFile("large"), int64(file.Len()), hexSum(file.Bytes())})
	dir := d.save(b)
	b.Run("table=none", func(b *testing.B) {
		for b.Loop() {
			open(b, dir)
		}
	})
	b.Run("table=first/rows=3363/measures=4", func(b *testing.B) {
		for b.Loop() {
			if _, err := open(b, dir).Table("large"); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(file.Len()), "file-bytes")
	})
}

func BenchmarkWriteTable(b *testing.B) {
	c := large()
	for b.Loop() {
		var file bytes.Buffer
		if err := WriteTable(&file, c); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(c.Len()*len(c.Measures())*b.N)/b.Elapsed().Seconds(), "cells/s")
}

// An edition of format 1 as it was written when the format was settled. It must be readable for as long as Format 1 is: whoever has to change
// the files in testdata/format1 must raise Format instead.
func TestReadsFormat1(t *testing.T) {
	e := open(t, filepath.Join("testdata", "format1"))
	if err := e.Verify(); err != nil {
		t.Fatal(err)
	}
	c, err := e.Table("inkomst_lag")
	if err != nil {
		t.Fatal(err)
	}
	want := toy()
	want.Name = "inkomst_lag"
	same(t, want, c)
	division, _ := toyDivision(t)
	d, err := e.Division(division.ID)
	if err != nil {
		t.Fatal(err)
	}
	sameDivision(t, division, d)
}
