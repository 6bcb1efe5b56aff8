// Package edition is the public bundle of a release: one folder of few files that never change, which holds everything that was decided
// to be published and nothing else.
//
//	manifest.json               what the edition is: title, tables, divisions, methods, policy, audit, every file with size and SHA-256
//	checksums.txt               the same checksums, for sha256sum -c
//	tables/NAME.parquet         one table each
//	borders/regso-2020.parquet  one division each: codes, names, borders, and the areas they lie in (GeoParquet 1.1)
//	tiles/regso-2020.pmtiles    the same borders with codes and names as vector tiles, for web maps (PMTiles 3)
//
// [Open] reads the manifest; [Edition.Table] and [Edition.Division] check their file's checksum each time before they use it;
// [Edition.Verify] checks them all. There is no clock and no machine in an edition, so the same statistics give the same bytes and the
// same [Edition.ID].
//
// Package edition reads and can't write an edition: only package publish makes one, and only from protected tables. What is here of
// writing is the format of a single file ([WriteTable], [WriteDivision], [WriteTiles]) and the long form for other programs ([Long]).
//
// # Tables
//
// A table is an ordinary Parquet file: one column of member codes for each dimension, named as it, and for each measure, here NPersons, the
// columns NPersons, NPersons_base, NPersons_lo and NPersons_hi (doubles, null where there is no number) and NPersons_status (known, zero,
// hidden_rule and so on). Shares are 0..1, as everywhere inside skikt. Titles, labels, notes, warnings and lineage stand as JSON under the
// file's metadata key skikt:table. A table read back equals the cube it was made from.
//
// # Divisions
//
// A division is a GeoParquet file (version 1.1.0, https://geoparquet.org/releases/v1.1.0/) in SWEREF 99 TM (EPSG:3006), which QGIS, GDAL and
// DuckDB open as it is. Besides code, name and geometry it has one column for each division that its areas are known to lie in.
package edition

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
)

// Format is the version of the format that this package writes and the newest it reads. It is raised when an older reader would read a newer
// edition wrongly.
const Format = 1

// The files that every edition has.
const (
	ManifestFile  = "manifest.json"
	ChecksumsFile = "checksums.txt"
)

// Bounds on what is read into memory, far above any real edition.
const (
	maxManifest = 32 << 20 // bytes
	maxFile     = 1 << 30  // bytes of a table or division
)

// A Release is what is said of an edition as a whole.
type Release struct {
	Title      cube.Text       `json:"title"`
	Project    string          `json:"project"`
	Agency     string          `json:"agency"`
	Reference  string          `json:"reference,omitempty"`  // the agency's number of the assignment
	Task       cube.Text       `json:"task"`                 // what the assignment asks for
	Assignment *Assignment     `json:"assignment,omitempty"` // by whom it was given, by when, with what money
	Synthetic  bool            `json:"synthetic"`            // made-up data: every page and file says so
	Licence    string          `json:"licence,omitempty"`    // address of the licence; CC0 when empty, as Terms says
	Notes      []cube.Text     `json:"notes,omitempty"`
	Policy     json.RawMessage `json:"policy,omitempty"`    // how confidential cells were protected
	Audit      json.RawMessage `json:"audit,omitempty"`     // what the attacker that audits the protection found
	Residuals  json.RawMessage `json:"residuals,omitempty"` // how many records were left out, step by step and why
	Methods    []Method        `json:"methods"`
	Grants     []Grant         `json:"grants,omitempty"` // rules whose numbers are published, so that readers can try others

	Assessment *Assessment `json:"assessment,omitempty"` // how far the tools can support the agency's work

	Change    *Change    `json:"change,omitempty"`    // why there is a new edition, and which are withdrawn
	Indices   []Index    `json:"indices,omitempty"`   // the definitions of indices that are published with their components
	Barometer *Barometer `json:"barometer,omitempty"` // what the pages begin with, how their menus are grouped, whom to write to
}

// An Index is a table of an index and its types by areas, with what they were computed by, so that readers can try others.
type Index struct {
	Table      string          `json:"table"`
	Definition json.RawMessage `json:"definition"` // of package areatype
}

// CC0 is the address of the licence of an edition that states no other: no rights reserved.
const CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"

// Terms is the address of the licence that the edition may be used by.
func (r Release) Terms() string { return cmp.Or(r.Licence, CC0) }

// Cite is how the release is cited: who, and what.
func (r Release) Cite() cube.Text {
	cite := func(lang string) string {
		if r.Agency == "" {
			return r.Title.In(lang) + "."
		}
		return r.Agency + ". " + r.Title.In(lang) + "."
	}
	return cube.Text{SV: cite("sv"), EN: cite("en")}
}

// A Grant is declared rules that share out money, with the table of the numbers that they are computed on.
type Grant struct {
	Name  string          `json:"name"`
	Title cube.Text       `json:"title"`
	Table string          `json:"table"`           // made by package grant of its units
	Rules json.RawMessage `json:"rules"`           // of package grant; the first is what the others are compared with
	Need  string          `json:"need,omitempty"`  // measure of the table
	Reach []string        `json:"reach,omitempty"` // measures of the table
}

// A Manifest says what an edition holds.
type Manifest struct {
	Format int `json:"format"`
	Release
	Tables    []TableInfo    `json:"tables"`
	Divisions []DivisionInfo `json:"divisions"`
	Bridges   []BridgeInfo   `json:"bridges,omitempty"` // between vintages of the divisions
	Files     []File         `json:"files"`             // all but the manifest itself and the checksums
}

// A Method is a text on how something was done, in Markdown.
type Method struct {
	Name  string    `json:"name"` // identifier: index, areatype, protection
	Title cube.Text `json:"title"`
	Text  cube.Text `json:"text"`
}

// TableInfo is what can be known of a table without reading its cells.
type TableInfo struct {
	Name       string          `json:"name"`
	Title      cube.Text       `json:"title"`
	File       string          `json:"file"`
	Rows       int             `json:"rows"`
	Dims       []DimInfo       `json:"dims"`
	Measures   []cube.Measure  `json:"measures"`
	Notes      []cube.Text     `json:"notes,omitempty"`
	Warnings   []cube.Warning  `json:"warnings,omitempty"`
	Lineage    cube.Lineage    `json:"lineage"`
	Protection json.RawMessage `json:"protection,omitempty"` // policy and audit of this table
}

// DimInfo is a dimension of a table; its members stand in the table's file.
type DimInfo struct {
	Name    string    `json:"name"`
	Title   cube.Text `json:"title"`
	Role    cube.Role `json:"role"`
	Kind    string    `json:"kind,omitempty"`    // area kind, when Role is cube.Area
	Vintage string    `json:"vintage,omitempty"` // area vintage, when Role is cube.Area
	Members int       `json:"members"`           // how many
}

// Describe is the entry of a table in the manifest.
func Describe(c *cube.Cube) TableInfo {
	t := TableInfo{
		Name: c.Name, Title: c.Title, File: TableFile(c.Name), Rows: c.Len(), Dims: []DimInfo{}, Measures: c.Measures(),
		Notes: c.Notes, Warnings: c.Warnings, Lineage: c.Lineage,
	}
	for _, d := range c.Dims() {
		t.Dims = append(t.Dims, DimInfo{d.Name, d.Title, d.Role, d.Kind, d.Vintage, len(d.Members)})
	}
	return t
}

// DivisionInfo is a division of an edition.
type DivisionInfo struct {
	Kind     area.Kind `json:"kind"`
	Vintage  string    `json:"vintage,omitempty"`
	File     string    `json:"file"`
	Areas    int       `json:"areas"`
	Bordered int       `json:"bordered"` // areas that have a border
	Parents  []string  `json:"parents"`  // divisions that its areas are known to lie in

	Tiles string `json:"tiles,omitempty"` // file of vector tiles, where there is one
}

// ID names the division.
func (d DivisionInfo) ID() area.ID { return area.ID{Kind: d.Kind, Vintage: d.Vintage} }

// A File is one file of an edition.
type File struct {
	Name   string `json:"name"` // path inside the edition, with slashes
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// TableFile is the path of a table inside an edition.
func TableFile(name string) string { return "tables/" + name + ".parquet" }

// DivisionFile is the path of a division inside an edition.
func DivisionFile(id area.ID) string { return "borders/" + id.String() + ".parquet" }

// TilesFile is the path of a division's vector tiles inside an edition.
func TilesFile(id area.ID) string { return "tiles/" + id.String() + ".pmtiles" }

// Checksums is the content of checksums.txt for the given files, in the form that sha256sum -c reads.
func Checksums(files []File) []byte {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%s  %s\n", f.SHA256, f.Name)
	}
	return []byte(b.String())
}

// An Edition is an opened edition. It may be used by many goroutines at once.
type Edition struct {
	dir      string
	id       string
	manifest Manifest
	files    map[string]File // of the manifest
}

// Open opens the edition in a folder. It reads the manifest and looks at the sizes of the files, so that a folder that is something else, a
// copy that was cut short, a changed manifest and an edition of a newer format are found here; changed bytes in other files are found when
// they are used, or by [Edition.Verify].
func Open(dir string) (*Edition, error) {
	fail := func(format string, args ...any) (*Edition, error) {
		return nil, fmt.Errorf("edition: %s: %w", dir, fmt.Errorf(format, args...))
	}
	stat, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail("there is no such folder")
	case err != nil:
		return fail("%w", err)
	case !stat.IsDir():
		return fail("this is a file; an edition is a folder with a %s", ManifestFile)
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return fail("%w", err)
	}
	e := &Edition{dir: dir}
	raw, err := e.read(ManifestFile, maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return fail("not an edition: %s is missing (if a build was interrupted, run it again)", ManifestFile)
	} else if err != nil {
		return fail("%w", err)
	}
	sums, err := e.read(ChecksumsFile, maxManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return fail("the edition is not whole: %s is missing; copy or build it again", ChecksumsFile)
	} else if err != nil {
		return fail("%w", err)
	}
	var version struct{ Format int }
	if err := json.Unmarshal(raw, &version); err != nil {
		return fail("%s can't be read: %w", ManifestFile, err)
	}
	switch {
	case version.Format > Format:
		return fail("the edition has format %d, and this version of skikt reads up to %d: use a newer version", version.Format, Format)
	case version.Format < 1:
		return fail("not an edition: %s states no format", ManifestFile)
	}
	if err := json.Unmarshal(raw, &e.manifest); err != nil {
		return fail("%s can't be read: %w", ManifestFile, err)
	}
	if err := e.checkManifest(); err != nil {
		return fail("%w", err)
	}
	sum := hexSum(raw)
	if string(sums) != string(Checksums(append(slices.Clone(e.manifest.Files), File{Name: ManifestFile, SHA256: sum}))) {
		return fail("%s and %s don't agree: one of them has been changed; copy or build the edition again", ManifestFile, ChecksumsFile)
	}
	e.id = sum[:16]
	var damage DamageError
	for _, f := range e.manifest.Files {
		if problem := e.checkSize(f); problem != "" {
			damage.Files = append(damage.Files, Damage{f.Name, problem})
		}
	}
	if len(damage.Files) > 0 {
		return fail("%w", &damage)
	}
	return e, nil
}

// checkManifest finds what a reader could be hurt by or would stumble over later.
func (e *Edition) checkManifest() error {
	m := &e.manifest
	e.files = make(map[string]File, len(m.Files))
	for _, f := range m.Files {
		switch _, twice := e.files[f.Name]; {
		case !fs.ValidPath(f.Name) || strings.ContainsAny(f.Name, "\\:\n\r") || !filepath.IsLocal(filepath.FromSlash(f.Name)):
			return fmt.Errorf("%s names the file %q, which is no path inside the edition", ManifestFile, f.Name)
		case f.Name == ManifestFile || f.Name == ChecksumsFile || twice:
			return fmt.Errorf("%s names the file %q, which it must not or has named already", ManifestFile, f.Name)
		case f.Size < 0 || f.Size > maxFile:
			return fmt.Errorf("%s says that %s has %d bytes; at most %d are read", ManifestFile, f.Name, f.Size, maxFile)
		}
		e.files[f.Name] = f
	}
	tables, divisions := map[string]bool{}, map[area.ID]bool{}
	for _, t := range m.Tables {
		if _, ok := e.files[t.File]; !ok {
			return fmt.Errorf("%s has a table %q but not its file %q", ManifestFile, t.Name, t.File)
		}
		if t.Name == "" || tables[t.Name] {
			return fmt.Errorf("%s has the table name %q twice or empty", ManifestFile, t.Name)
		}
		tables[t.Name] = true
	}
	for _, g := range m.Grants {
		if !tables[g.Table] {
			return fmt.Errorf("%s has a grant %q but not its table %q", ManifestFile, g.Name, g.Table)
		}
	}
	for _, b := range m.Bridges {
		if _, ok := e.files[b.File]; !ok {
			return fmt.Errorf("%s has a bridge from %s to %s but not its file %q", ManifestFile, b.From, b.To, b.File)
		}
	}
	for _, d := range m.Divisions {
		if _, ok := e.files[d.File]; !ok {
			return fmt.Errorf("%s has a division %q but not its file %q", ManifestFile, d.ID(), d.File)
		}
		if _, ok := e.files[d.Tiles]; d.Tiles != "" && !ok {
			return fmt.Errorf("%s has tiles of %q but not their file %q", ManifestFile, d.ID(), d.Tiles)
		}
		if d.Kind == "" || divisions[d.ID()] {
			return fmt.Errorf("%s has the division %q twice or empty", ManifestFile, d.ID())
		}
		divisions[d.ID()] = true
	}
	return nil
}

// checkSize tells what is wrong with a file without reading it.
func (e *Edition) checkSize(f File) string {
	stat, err := os.Lstat(filepath.Join(e.dir, filepath.FromSlash(f.Name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "is missing"
	case err != nil:
		return "can't be read"
	case !stat.Mode().IsRegular():
		return "is no ordinary file"
	case stat.Size() != f.Size:
		return fmt.Sprintf("has %d bytes, should have %d", stat.Size(), f.Size)
	}
	return ""
}

// open opens a file of the edition; the root keeps a link from leading out of the folder.
func (e *Edition) open(name string) (*os.File, error) {
	return os.OpenInRoot(e.dir, filepath.FromSlash(name))
}

func (e *Edition) read(name string, most int64) ([]byte, error) {
	f, err := e.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("%s can't be read: %w", name, err)
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s is larger than the %d bytes it may have", name, most)
	}
	return data, nil
}

// readChecked reads a file of the manifest and makes sure that it is the one that was published.
func (e *Edition) readChecked(name string) ([]byte, error) {
	f := e.files[name]
	if problem := e.checkSize(f); problem != "" {
		return nil, fmt.Errorf("edition: %w", &DamageError{[]Damage{{name, problem}}})
	}
	data, err := e.read(name, f.Size)
	if err != nil {
		return nil, fmt.Errorf("edition: %w", err)
	}
	if hexSum(data) != f.SHA256 {
		return nil, fmt.Errorf("edition: %w", &DamageError{[]Damage{{name, differs}}})
	}
	return data, nil
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

const differs = "has other content than was published"

// Damage is what is wrong with one file of an edition.
type Damage struct {
	File    string
	Problem string // "is missing", ...
}

// DamageError says which files of an edition are not as they were published.
type DamageError struct{ Files []Damage }

func (e *DamageError) Error() string {
	lines := make([]string, len(e.Files))
	for i, d := range e.Files {
		lines[i] = d.File + " " + d.Problem
	}
	return "the edition is damaged: " + strings.Join(lines, "; ") + ". Copy or build it again"
}

// Verify reads the whole edition and compares every file with its checksum. The error is a [*DamageError] that names each file
// that differs, is missing, or is there without belonging to the edition.
func (e *Edition) Verify() error {
	var damage DamageError
	add := func(name, problem string) { damage.Files = append(damage.Files, Damage{name, problem}) }
	want := map[string]string{}
	for name, f := range e.files {
		want[name] = f.SHA256
	}
	// The two that list the others were checked against each other when the edition was opened; now against what was read then.
	if raw, err := e.read(ManifestFile, maxManifest); err != nil {
		add(ManifestFile, "is missing or can't be read")
	} else if hexSum(raw)[:16] != e.id {
		add(ManifestFile, differs)
	} else {
		want[ManifestFile] = hexSum(raw)
		sums := Checksums(append(slices.Clone(e.manifest.Files), File{Name: ManifestFile, SHA256: want[ManifestFile]}))
		want[ChecksumsFile] = hexSum(sums)
	}
	for _, name := range sortedKeys(want) {
		switch sum, err := e.sum(name); {
		case errors.Is(err, fs.ErrNotExist):
			add(name, "is missing")
		case err != nil:
			add(name, "can't be read")
		case sum != want[name]:
			add(name, differs)
		}
	}
	err := fs.WalkDir(os.DirFS(e.dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			add(name, "can't be read")
			return nil
		}
		if _, known := want[name]; !known && !entry.IsDir() && name != ManifestFile && name != ChecksumsFile {
			add(name, "does not belong to the edition")
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("edition: %s: %w", e.dir, err)
	}
	if len(damage.Files) == 0 {
		return nil
	}
	slices.SortFunc(damage.Files, func(a, b Damage) int { return strings.Compare(a.File, b.File) })
	return fmt.Errorf("edition: %s: %w", e.dir, &damage)
}

func (e *Edition) sum(name string) (string, error) {
	f, err := e.open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// ID names the content of the edition: the first 16 hexadecimal digits of the SHA-256 of manifest.json, which in turn holds the checksum of every
// other file. The same statistics have the same ID wherever and whenever they are built.
func (e *Edition) ID() string { return e.id }

// Manifest is the manifest. Its slices are the edition's own: do not change them.
func (e *Edition) Manifest() Manifest { return e.manifest }

// Tables are the tables in the order they are published. The slice is the edition's own: do not change it.
func (e *Edition) Tables() []TableInfo { return e.manifest.Tables }

// Divisions are the divisions, ordered by ID. The slice is the edition's own: do not change it.
func (e *Edition) Divisions() []DivisionInfo { return e.manifest.Divisions }

// Table reads a table. It reads and checks the file anew each time; a server keeps what it uses often.
func (e *Edition) Table(name string) (*cube.Cube, error) {
	i := slices.IndexFunc(e.manifest.Tables, func(t TableInfo) bool { return t.Name == name })
	if i < 0 {
		return nil, e.unknownTable(name)
	}
	file := e.manifest.Tables[i].File
	data, err := e.readChecked(file)
	if err != nil {
		return nil, err
	}
	c, err := ReadTable(data)
	if err != nil {
		return nil, fmt.Errorf("%w (in %s)", err, file)
	}
	if c.Name != name {
		return nil, fmt.Errorf("edition: %s holds the table %q where %s says %q", file, c.Name, ManifestFile, name)
	}
	c.Terms = cube.Terms{Licence: e.manifest.Terms(), Cite: e.Cite()}
	return c, nil
}

// Cite is how the edition is cited: who, what, and which one.
func (e *Edition) Cite() cube.Text {
	cite := e.manifest.Cite()
	return cube.Text{SV: cite.SV + " Utgåva " + e.ID() + ".", EN: cite.EN + " Edition " + e.ID() + "."}
}

// Division reads a division with its borders. Asking for another vintage than the edition has gives an [*area.VintageError].
func (e *Edition) Division(id area.ID) (*area.Division, error) {
	d, _, err := e.DivisionIn(id)
	return d, err
}

// DivisionIn is [Edition.Division] with the areas of other divisions that its areas lie in, in one reading.
func (e *Edition) DivisionIn(id area.ID) (*area.Division, []Parents, error) {
	info, err := e.divisionInfo(id)
	if err != nil {
		return nil, nil, err
	}
	data, err := e.readChecked(info.File)
	if err != nil {
		return nil, nil, err
	}
	d, parents, err := ReadDivision(id, data)
	if err != nil {
		return nil, nil, fmt.Errorf("%w (in %s)", err, info.File)
	}
	return d, parents, nil
}

func (e *Edition) divisionInfo(id area.ID) (DivisionInfo, error) {
	var have []string
	for _, d := range e.manifest.Divisions {
		if d.ID() == id {
			return d, nil
		}
		have = append(have, d.ID().String())
	}
	for _, d := range e.manifest.Divisions {
		if d.Kind == id.Kind {
			return DivisionInfo{}, fmt.Errorf("edition: %w", &area.VintageError{Have: d.ID(), Want: id})
		}
	}
	return DivisionInfo{}, fmt.Errorf("edition: there is no division %s; the edition has: %s", id, listed(have))
}

// Parents gives, for each area of from in order, the position of the area of to that holds it, -1 where none is known.
func (e *Edition) Parents(from, to area.ID) ([]int32, error) {
	f, parents, err := e.DivisionIn(from)
	if err != nil {
		return nil, err
	}
	key := make([]int32, f.Len())
	if from == to {
		for i := range key {
			key[i] = int32(i)
		}
		return key, nil
	}
	t, err := e.Division(to)
	if err != nil {
		return nil, err
	}
	p := slices.IndexFunc(parents, func(p Parents) bool { return p.ID == to })
	if p < 0 {
		return nil, fmt.Errorf("edition: it is not known in which %s the areas of %s lie", to.Title(), from.Title())
	}
	return parents[p].Key(f, t)
}

// unknownTable names the tables whose names are nearest to what was asked for.
func (e *Edition) unknownTable(name string) error {
	names := make([]string, len(e.manifest.Tables))
	for i, t := range e.manifest.Tables {
		names[i] = t.Name
	}
	return fmt.Errorf("edition: there is no table %q; the nearest of the %d names: %s", name, len(names), listed(Nearest(name, names)))
}

// Nearest are the five names most like one that was asked for: those that hold it, then by how few letters must be changed.
func Nearest(name string, names []string) []string {
	type near struct {
		name     string
		distance int
	}
	all := make([]near, len(names))
	for i, n := range names {
		all[i] = near{n, distance(strings.ToLower(name), strings.ToLower(n))}
		if name != "" && strings.Contains(strings.ToLower(n), strings.ToLower(name)) {
			all[i].distance = 0
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return a.distance - b.distance })
	var out []string
	for _, n := range all[:min(len(all), 5)] {
		out = append(out, n.name)
	}
	return out
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// distance is Levenshtein's: the fewest letters to put in, take away or change. Long names are cut, since only near ones matter.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	x, y = x[:min(len(x), 64)], y[:min(len(y), 64)]
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		corner := row[0]
		row[0] = i + 1
		for j := range y {
			change := corner
			if x[i] != y[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, corner+1, row[j]+1)
		}
	}
	return row[len(y)]
}
