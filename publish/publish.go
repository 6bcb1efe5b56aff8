// Package publish makes an edition from protected tables. It is the only maker of editions, and [protect.Table] the only thing it takes: a
// cube that has not gone through package protect has no way into an edition.
//
//	err := publish.Build("barometer-2024", publish.Input{Release: about, Tables: protected.Tables(), Geography: g, Divisions: ids})
//
// The edition is written to a hidden folder beside its place, forced to disk, read back, compared with its checksums, and only then given its name.
// So it is there whole or not at all, whatever happens to the program or the disk. Package edition describes the files.
package publish

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/internal/tile"
	"github.com/skikt/skikt/protect"
)

// Input is what goes into an edition.
type Input struct {
	// Release is what is said of the edition as a whole. Policy and Audit are left empty: they are taken from the tables. Synthetic is set
	// when a source of a table is synthetic, even if it is not set here.
	Release   edition.Release
	Tables    []protect.Table // in the order they are to be shown
	Geography *area.Geography // may be nil when there are no divisions
	Divisions []area.ID       // those of the geography that are published
	Tiles     *Tiles          // of the geography, those that have been begun; may be nil
}

// Build writes an edition into the folder dir, which it makes. The same edition in that place already is no error and is left
// as it is; anything else there is an error and is left as it is too. What interrupted builds of the same folder left is cleared away.
// Two builds of one folder at once are not meant to be: one of them ends with an error.
func Build(dir string, in Input) error {
	c, err := in.content()
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return write(dir, c, createFile)
}

// protection is what the manifest says of how one table was protected. The policy itself stands once, for the whole edition.
type protection struct {
	Policy  string               `json:"policy"`
	Version string               `json:"version,omitempty"`
	Reason  string               `json:"reason,omitempty"`
	Audit   []protect.TableAudit `json:"audit"`
}

func (in *Input) content() (content, error) {
	c := content{release: in.Release, geography: in.Geography, divisions: in.Divisions, tiles: in.Tiles}
	switch {
	case len(in.Tables) == 0:
		return c, errors.New("there is no table to publish")
	case in.Geography == nil && len(in.Divisions) > 0:
		return c, errors.New("divisions are to be published but no geography is given")
	case in.Tiles != nil && in.Tiles.geography != in.Geography:
		return c, errors.New("the tiles that have been begun are of another geography")
	case in.Release.Policy != nil || in.Release.Audit != nil:
		return c, errors.New("policy and audit can't be stated: they are taken from the tables")
	}
	var policies []protect.Policy
	var audits []protect.Audit
	for i, t := range in.Tables {
		if !t.Valid() {
			return c, fmt.Errorf("table %d was not made by package protect; only protected tables can be published", i+1)
		}
		if !slices.ContainsFunc(policies, func(p protect.Policy) bool { return reflect.DeepEqual(p, t.Policy()) }) {
			policies = append(policies, t.Policy())
		}
		audit := t.Audit()
		audits = together(audits, audit)
		how, err := json.Marshal(protection{audit.Policy, audit.Version, audit.Reason, audit.Tables})
		if err != nil {
			return c, err
		}
		published := t.Cube()
		if name := hiddenInterval(published); name != "" {
			return c, fmt.Errorf("table %s has an interval for a hidden cell of %s, which would tell what is hidden", t.Name(), name)
		}
		c.tables = append(c.tables, table{published, how})
	}
	var err error
	if a := in.Release.Assessment; a != nil {
		if err := a.Check(c.named); err != nil {
			return c, err
		}
	}
	if c.release.Policy, err = json.Marshal(policies); err != nil {
		return c, err
	}
	c.release.Audit, err = json.Marshal(audits)
	return c, err
}

// hiddenInterval is a measure that has an interval where it has no value, or empty.
func hiddenInterval(c *cube.Cube) string {
	for row := range c.Len() {
		for m, meas := range c.Measures() {
			if cell := c.Cell(row, m); cell.Status.Hidden() && (cell.Lo.OK || cell.Hi.OK) {
				return meas.Name
			}
		}
	}
	return ""
}

// together puts a table's audit with those of the tables that were protected alike. Tables of one family have the family's audit in common.
func together(audits []protect.Audit, a protect.Audit) []protect.Audit {
	i := slices.IndexFunc(audits, func(b protect.Audit) bool {
		return a.Policy == b.Policy && a.Version == b.Version && a.Reason == b.Reason && a.Method == b.Method && a.Verdict == b.Verdict
	})
	if i < 0 {
		a.Families, a.Measures, a.Tables = slices.Clone(a.Families), slices.Clone(a.Measures), slices.Clone(a.Tables)
		return append(audits, a)
	}
	for _, f := range a.Families {
		if !slices.ContainsFunc(audits[i].Families, func(g protect.FamilyAudit) bool { return reflect.DeepEqual(f, g) }) {
			audits[i].Families = append(audits[i].Families, f)
		}
	}
	for _, f := range a.Measures {
		if !slices.ContainsFunc(audits[i].Measures, func(g protect.MeasureAudit) bool { return reflect.DeepEqual(f, g) }) {
			audits[i].Measures = append(audits[i].Measures, f)
		}
	}
	audits[i].Tables = append(audits[i].Tables, a.Tables...)
	return audits
}

// content is an Input whose tables have been found to be protected.
type content struct {
	release   edition.Release
	tables    []table
	geography *area.Geography
	divisions []area.ID
	tiles     *Tiles
}

func (c *content) named(name string) (*cube.Cube, error) {
	for _, t := range c.tables {
		if t.cube.Name == name {
			return t.cube, nil
		}
	}
	return nil, fmt.Errorf("the assessment points at a table %q, which is not published", name)
}

// A table is a cube that may be published and, as JSON, how it was protected.
type table struct {
	cube       *cube.Cube
	protection json.RawMessage
}

// write writes an edition; create is how files are made.
func write(dir string, c content, create func(path string) (file, error)) error {
	fail := func(err error) error { return fmt.Errorf("publish: %s: %w", dir, err) }
	if err := c.check(); err != nil {
		return fail(err)
	}
	f, err := newFolder(dir, create)
	if err != nil {
		return fail(err)
	}
	err = c.fill(f)
	if err == nil {
		err = f.settle()
	}
	if err != nil {
		f.discard()
		return fail(err)
	}
	return nil
}

// Table names become file names, also on systems that take upper and lower case for the same.
var tableName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)

// A place on somebody's machine: an absolute path of Unix or Windows, a home folder, a file URL.
var localPlace = regexp.MustCompile(`^(/|~|\\\\|[A-Za-z]:[/\\]|(?i:file):)`)

func (c *content) check() error {
	seen := map[string]bool{}
	for _, t := range c.tables {
		name := t.cube.Name
		if !tableName.MatchString(name) {
			return fmt.Errorf("a table can't be called %q: use at most 100 letters a-z, digits, - and _, a letter or digit first", name)
		}
		folded := strings.ToLower(name)
		if seen[folded] {
			return fmt.Errorf("two tables are called %s (upper and lower case count as the same)", name)
		}
		seen[folded] = true
		for _, s := range t.cube.Lineage.Sources {
			if localPlace.MatchString(s.Name) || localPlace.MatchString(s.Address) {
				return fmt.Errorf("table %s names a source by its place on this machine (%q, %q): name it by its file name or public address", name, s.Name, s.Address)
			}
		}
	}
	return nil
}

// A piece is a file of an edition that is to be written.
type piece struct {
	name    string
	content func(w io.Writer) error
}

// whole is the content of a file that is made already.
func whole(content []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(content); return err }
}

// fill writes all files, several at a time, the manifest and the checksums last.
func (c *content) fill(f *folder) error {
	m := edition.Manifest{Format: edition.Format, Release: c.release, Tables: []edition.TableInfo{}, Divisions: []edition.DivisionInfo{}}
	if m.Methods == nil {
		m.Methods = []edition.Method{}
	}
	ids := inOrder(c.divisions)
	tiles := c.tiles
	if tiles == nil {
		tiles = BeginTiles(c.geography, nil)
	}
	tiles.begin(ids)
	var pieces []piece
	for _, t := range c.tables {
		info := edition.Describe(t.cube)
		info.Protection = t.protection
		m.Tables = append(m.Tables, info)
		for _, s := range t.cube.Lineage.Sources {
			m.Synthetic = m.Synthetic || s.Synthetic
		}
		table := *t.cube
		table.Terms = cube.Terms{Licence: c.release.Terms(), Cite: c.release.Cite()} // the edition's number is made of its files, so it can't stand in them
		pieces = append(pieces, piece{info.File, func(w io.Writer) error { return edition.WriteTable(w, &table) }})
	}
	for _, id := range ids {
		d, err := c.geography.Division(id)
		if err != nil {
			return err
		}
		parents := c.parents(d, ids)
		info := edition.DivisionInfo{Kind: id.Kind, Vintage: id.Vintage, File: edition.DivisionFile(id), Areas: d.Len(), Bordered: d.Bordered(), Parents: []string{}}
		for _, p := range parents {
			info.Parents = append(info.Parents, p.ID.String())
		}
		pieces = append(pieces, piece{info.File, func(w io.Writer) error { return edition.WriteDivision(w, d, parents) }})
		made := tiles.made[id]
		<-made.done
		switch {
		case made.err == nil:
			info.Tiles = edition.TilesFile(id)
			pieces = append(pieces, piece{info.Tiles, whole(made.data)})
		case !errors.Is(made.err, tile.ErrNothing): // a division without borders has no tiles
			return made.err
		}
		m.Divisions = append(m.Divisions, info)
	}
	if c.geography != nil {
		for _, b := range c.geography.Bridges() {
			if !slices.Contains(ids, b.From) || !slices.Contains(ids, b.To) {
				continue
			}
			info := edition.BridgeInfo{From: b.From.String(), To: b.To.String(), File: edition.BridgeFile(b.From, b.To), Same: b.Count(area.Same)}
			m.Bridges = append(m.Bridges, info)
			pieces = append(pieces, piece{info.File, func(w io.Writer) error { return json.NewEncoder(w).Encode(b) }})
		}
	}
	m.Files = make([]edition.File, len(pieces))
	err := cores.Try(len(pieces), func(i int) (err error) {
		m.Files[i], err = f.write(pieces[i])
		return err
	})
	if err != nil {
		return err
	}
	var manifest bytes.Buffer
	enc := json.NewEncoder(&manifest)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(m); err != nil {
		return fmt.Errorf("the manifest can't be written: %w", err)
	}
	listed, err := f.write(piece{edition.ManifestFile, whole(manifest.Bytes())})
	if err != nil {
		return err
	}
	_, err = f.write(piece{edition.ChecksumsFile, whole(edition.Checksums(append(m.Files, listed)))})
	return err
}

// Tiles are the map tiles of divisions, being made. Nothing but borders decides them, so that they can be begun before there is a table.
type Tiles struct {
	geography *area.Geography
	made      map[area.ID]*archive
}

// An archive is the tiles of a division, or why there are none, when done is closed.
type archive struct {
	done chan struct{}
	data []byte
	err  error
}

// BeginTiles begins the tiles of divisions, one division after the other. Those without borders get none. Whoever gives them up has nothing to close.
func BeginTiles(g *area.Geography, ids []area.ID) *Tiles {
	t := &Tiles{g, map[area.ID]*archive{}}
	t.begin(ids)
	return t
}

func (t *Tiles) begin(ids []area.ID) {
	ids = slices.DeleteFunc(inOrder(ids), func(id area.ID) bool { return t.made[id] != nil })
	var all []*archive
	for _, id := range ids {
		one := &archive{done: make(chan struct{})}
		all = append(all, one)
		t.made[id] = one
	}
	go func() {
		for i, one := range all {
			d, err := t.geography.Division(ids[i])
			if err == nil {
				var data bytes.Buffer
				err = edition.WriteTiles(&data, d)
				one.data = data.Bytes()
			}
			one.err = err
			close(one.done)
		}
	}()
}

// inOrder is divisions each once, by name.
func inOrder(ids []area.ID) []area.ID {
	ids = slices.SortedFunc(slices.Values(ids), func(a, b area.ID) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(ids)
}

// parents finds in which areas of the other divisions, and in which kommun and län, the areas of d lie.
func (c *content) parents(d *area.Division, ids []area.ID) []edition.Parents {
	ids = slices.Clone(ids)
	for _, kind := range []area.Kind{area.Kommun, area.Lan} {
		if !slices.ContainsFunc(ids, func(id area.ID) bool { return id.Kind == kind }) {
			ids = append(ids, area.ID{Kind: kind})
		}
	}
	var parents []edition.Parents
	for _, id := range inOrder(ids) {
		if id.Kind == d.ID.Kind {
			continue
		}
		if codes, ok := c.codesIn(d, id); ok {
			parents = append(parents, edition.Parents{ID: id, Codes: codes})
		}
	}
	return parents
}

// codesIn goes by the geography's keys where it has the division, and by the rule of the codes where it has not.
func (c *content) codesIn(d *area.Division, to area.ID) (codes []string, ok bool) {
	codes = make([]string, d.Len())
	if t, err := c.geography.Division(to); err == nil {
		key, err := c.geography.Parents(d.ID, to)
		if err != nil {
			return nil, false
		}
		for i, at := range key {
			if at >= 0 {
				codes[i] = t.At(int(at)).Code
			}
		}
		return codes, true
	}
	for i := range codes {
		if codes[i], ok = area.Prefix(d.ID.Kind, d.At(i).Code, to.Kind); !ok {
			return nil, false
		}
	}
	return codes, d.Len() > 0
}
