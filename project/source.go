package project

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/source"
)

// SnapshotFolder is the folder in a project's own in which skikt fetch keeps what it fetches.
const SnapshotFolder = "snapshot"

// fromSource is how a declared file names a fetched source: source:NAME, or source:NAME/PART for one of its tables or files.
const fromSource = "source:"

// origin is the source that a file comes from: the one it is fetched as, else the one that is declared.
func (f FileDecl) origin() string {
	if name, ok := strings.CutPrefix(f.File, fromSource); ok {
		name, _, _ = strings.Cut(name, "/")
		return name
	}
	return f.Source
}

// resolveSources lets sources fetched from SCB, Skolverket and Kolada be public without saying so. Of another address the project must say it: it may be an agency's own server.
func (p *Project) resolveSources(say complain) {
	for _, name := range sorted(p.Sources) {
		s := p.Sources[name]
		if s.Fetch == nil {
			continue
		}
		if _, _, err := s.Fetch.Resolve(); err != nil {
			say("sources."+name+".fetch", "%w", err)
			continue
		}
		s.Public = s.Public || s.Fetch.Official()
		p.Sources[name] = s
	}
	for _, name := range sorted(p.Records) {
		p.validateSource("records."+name+".file", p.Records[name].origin(), say)
	}
}

// A Fetched is what became of a source.
type Fetched struct {
	Name    string `json:"name"`
	State   string `json:"state"`         // kept: it was there; fetched; changed: fetched again, and it is not what it was; same: fetched again, and it is
	Why     string `json:"why,omitempty"` // why what was there had to be fetched again
	Answers int    `json:"answers"`
	Bytes   int64  `json:"bytes"`
	Updated string `json:"updated,omitempty"`
}

// FetchOptions say what is fetched, and how it is told.
type FetchOptions struct {
	Only     []string // sources; all when empty
	Update   bool     // also what is there already, if its publisher has changed it
	Progress func(source string, done, total int64)
}

// Fetch fetches the declared sources into the project's snapshot: those it lacks, and those whose declaration or files have changed. It goes on past a source that fails.
func (p *Project) Fetch(ctx context.Context, f *source.Fetcher, opt FetchOptions) ([]Fetched, error) {
	names, err := p.fetchable(opt.Only)
	if err != nil {
		return nil, err
	}
	fetch := fetching{Fetcher: f, opt: opt, path: filepath.Join(p.Dir, SnapshotFolder)}
	var out []Fetched
	var all []error
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			all = append(all, err)
			break
		}
		plan, asked, err := p.Sources[name].Fetch.Resolve()
		var done Fetched
		if err == nil {
			done, err = fetch.one(ctx, name, plan, asked)
		}
		if err != nil {
			if all = append(all, err); fetch.busy {
				break
			}
			continue
		}
		out = append(out, done)
	}
	if fetch.folder != nil {
		all = append(all, fetch.folder.Close())
	}
	return out, errors.Join(all...)
}

// fetching is one go at a project's sources. The folder is taken when there is something to fetch.
type fetching struct {
	*source.Fetcher
	opt    FetchOptions
	path   string
	folder *source.Folder
	busy   bool // another program has it
}

func (g *fetching) one(ctx context.Context, name string, plan source.Plan, asked json.RawMessage) (Fetched, error) {
	progress := func(done, total int64) {
		if g.opt.Progress != nil {
			g.opt.Progress(name, done, total)
		}
	}
	state, why := "fetched", ""
	snap, err := source.OpenLock(g.path)
	if err == nil {
		has, damage := snap.Standing(ctx, name, asked)
		switch has {
		case source.Redeclared:
			why = "it was fetched by another declaration"
		case source.Damaged:
			why = damage.Error()
		case source.Unchanged:
			k, stamp := snap.Source(name), ""
			if g.opt.Update {
				if stamp, err = plan.Stamp(ctx, g.Fetcher); err != nil {
					return Fetched{}, fmt.Errorf("%s: %w", name, err)
				}
			}
			if !g.opt.Update || stamp != "" && stamp == k.Updated {
				return tell(k, "kept"), nil
			}
			state = "changed" // or the publisher doesn't tell
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return Fetched{}, err
	}
	if g.folder == nil {
		if g.folder, err = source.Take(g.path); err != nil {
			g.busy = true
			return Fetched{}, err
		}
	}
	k, changed, err := g.folder.Fetch(ctx, name, asked, plan, g.Fetcher, progress)
	if err != nil {
		return Fetched{}, err
	}
	if state == "changed" && !changed {
		state = "same"
	}
	out := tell(k, state)
	out.Why = why
	return out, nil
}

func tell(k *source.Kept, state string) Fetched {
	out := Fetched{Name: k.Name, State: state, Answers: len(k.Answers), Updated: k.Updated}
	for _, a := range k.Answers {
		out.Bytes += a.Bytes
	}
	return out
}

// CheckSources asks what the publishers have changed since the sources were fetched. Nothing is kept.
func (p *Project) CheckSources(ctx context.Context, f *source.Fetcher, opt FetchOptions) ([]source.Change, error) {
	names, err := p.fetchable(opt.Only)
	if err != nil {
		return nil, err
	}
	snap, err := source.OpenLock(filepath.Join(p.Dir, SnapshotFolder))
	if errors.Is(err, fs.ErrNotExist) {
		snap = &source.Snapshot{}
	} else if err != nil {
		return nil, err
	}
	var out []source.Change
	var all []error
	for _, name := range names {
		plan, asked, err := p.Sources[name].Fetch.Resolve()
		if err != nil {
			return nil, err
		}
		c, err := snap.Check(ctx, name, asked, plan, f, func(done, total int64) {
			if opt.Progress != nil {
				opt.Progress(name, done, total)
			}
		})
		if err != nil {
			all = append(all, err)
			continue
		}
		out = append(out, c)
	}
	return out, errors.Join(all...)
}

// fetchable are the sources that are to be fetched.
func (p *Project) fetchable(only []string) (names []string, err error) {
	for _, name := range sorted(p.Sources) {
		if p.Sources[name].Fetch != nil && (len(only) == 0 || slices.Contains(only, name)) {
			names = append(names, name)
		}
	}
	for _, name := range only {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("project: no source %q is declared to be fetched (there are %s): write fetch under it in %s", name, list(p.Sources), FileName)
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("project: no source is declared to be fetched: write under sources, for example, scb-index: {fetch: {recipe: scb-index}}; skikt fetch --list shows the recipes")
	}
	return names, nil
}

// fetched is a source of the snapshot, which must have been fetched by the declaration that stands now. The network is not touched.
func (r *Run) fetched(ctx context.Context, name string) (*source.Snapshot, *source.Kept, error) {
	decl, ok := r.Sources[name]
	if !ok || decl.Fetch == nil {
		return nil, nil, fmt.Errorf("project: %s%s: no source %q is declared to be fetched (there are %s)", fromSource, name, name, list(r.Sources))
	}
	_, asked, err := decl.Fetch.Resolve()
	if err != nil {
		return nil, nil, err
	}
	folder := filepath.Join(r.Dir, SnapshotFolder)
	snap, err := source.OpenLock(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("project: the source %s has not been fetched: run skikt fetch %s", name, r.Dir)
	}
	if err != nil {
		return nil, nil, err
	}
	state, err := snap.Standing(ctx, name, asked)
	switch state {
	case source.NotFetched:
		return nil, nil, fmt.Errorf("project: the source %s has not been fetched: run skikt fetch %s", name, r.Dir)
	case source.Redeclared:
		return nil, nil, fmt.Errorf("project: the source %s was fetched by another declaration than the one that stands in %s now: run skikt fetch %s", name, FileName, r.Dir)
	}
	return snap, snap.Source(name), err
}

// sourceFile is the place of what a source gives: a kept file as it is, or a table in long form as CSV. part chooses among several.
func (r *Run) sourceFile(ctx context.Context, file string) (string, error) {
	if path, ok := r.made[file]; ok {
		return path, nil
	}
	name, part, _ := strings.Cut(strings.TrimPrefix(file, fromSource), "/")
	snap, k, err := r.fetched(ctx, name)
	if err != nil {
		return "", err
	}
	if a := k.Answer(part); part != "" && a != nil {
		return snap.Path(*a), nil
	}
	if k.IsFile() {
		return snap.Path(k.Answers[0]), nil
	}
	made, ending, err := snap.Made(name, part)
	if err != nil {
		return "", err
	}
	if made != nil {
		path := filepath.Join(r.work, strings.ReplaceAll(strings.TrimPrefix(file, fromSource), "/", "-")+ending)
		if err := os.WriteFile(path, made, 0o600); err != nil {
			return "", fmt.Errorf("project: %w", err)
		}
		r.made[file] = path
		return path, nil
	}
	tables, err := snap.Tables(name)
	if err != nil {
		return "", err
	}
	var have []string
	var chosen *cube.Cube
	for _, t := range tables {
		id := division(t)
		have = append(have, fromSource+name+"/"+id)
		if id == part || part == "" && len(tables) == 1 {
			chosen = t
		}
	}
	if chosen == nil {
		return "", fmt.Errorf("project: %s: the source has %d tables; name one of them: %s", file, len(tables), strings.Join(have, ", "))
	}
	path := filepath.Join(r.work, strings.ReplaceAll(strings.TrimPrefix(file, fromSource), "/", "-")+".csv")
	if err := writeTable(path, chosen); err != nil {
		return "", err
	}
	r.made[file], r.told[file] = path, chosen.Warnings
	return path, nil
}

// division is what a table of several of a source is called by: the division of its areas.
func division(c *cube.Cube) string {
	for _, d := range c.Dims() {
		if d.Role == cube.Area && d.Kind != "" {
			if d.Vintage == "" {
				return d.Kind
			}
			return d.Kind + "-" + d.Vintage
		}
	}
	return c.Name
}

func writeTable(path string, c *cube.Cube) error {
	var b bytes.Buffer
	if err := source.WriteCSV(&b, c); err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fmt.Errorf("project: %w", err)
	}
	return nil
}

// localTable is the place of a local file, in long form as CSV when it is a table as statistical databases hand them out (PX, JSON-stat, the JSON of PxWebApi 1).
func (r *Run) localTable(path string) (string, error) {
	ext := strings.ToLower(filepath.Ext(path))
	if ext != ".px" && ext != ".json" {
		return path, nil
	}
	r.sourcing.Lock()
	defer r.sourcing.Unlock()
	if made, ok := r.made[path]; ok {
		return made, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("project: %w", err)
	}
	if ext == ".json" && !isStatistics(b) {
		return path, nil
	}
	c, err := source.ReadTable(b)
	if err != nil {
		return "", err
	}
	out := filepath.Join(r.work, fmt.Sprintf("table-%d.csv", len(r.made)))
	if err := writeTable(out, c); err != nil {
		return "", err
	}
	r.made[path], r.told[path] = out, c.Warnings
	return out, nil
}

// isStatistics tells whether JSON is a dataset of JSON-stat or an answer of PxWebApi 1.
func isStatistics(b []byte) bool {
	var top struct {
		Class     string
		Dimension json.RawMessage
		Columns   []struct{ Code, Type string }
		Data      []struct{ Key []string }
	}
	if json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &top) != nil {
		return false
	}
	return top.Dimension != nil || len(top.Columns) > 0 && top.Columns[0].Code != "" && len(top.Data) > 0 && top.Data[0].Key != nil
}

// file is the place of a declared file, of what a source gives too.
func (r *Run) file(name string) (string, error) {
	if strings.HasPrefix(name, fromSource) {
		r.sourcing.Lock()
		defer r.sourcing.Unlock()
		return r.sourceFile(context.Background(), name)
	}
	return r.localFile(name)
}

// fetchedSource is the lineage of a file that was fetched.
func (r *Run) fetchedSource(ctx context.Context, f FileDecl) (cube.Source, error) {
	_, k, err := r.fetched(ctx, f.origin())
	if err != nil {
		return cube.Source{}, err
	}
	decl, s := r.Sources[k.Name], k.Lineage()
	s.Name, s.Synthetic = f.File, r.Synthetic
	s.Publisher, s.Address, s.Licence = cmp.Or(decl.Publisher, s.Publisher), cmp.Or(decl.Address, s.Address), cmp.Or(decl.Licence, s.Licence)
	return s, nil
}
