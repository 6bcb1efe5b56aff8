// Package project carries out a declared run: it reads skikt.yaml, and takes an agency's records and others' statistics the whole road
// to a published edition.
//
//	geography   divisions, keys, borders                 (package area, border)
//	load        records read, placed in areas, stored    (record, locate, store)
//	index       socioeconomic index and types            (areatype)
//	tabulate    one inner cube a family of tables        (store, cube)
//	protect     disclosure control over all of it        (protect)
//	publish     the edition                              (publish)
//
// Each step is a method of [Run], in that order; [Project.Build] takes them all. No step looks back, and a row that can't be used is counted in
// the residual account of its records, so that in = placed + residual everywhere.
package project

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/store"
)

// Options say how a run is carried out; none of them changes a result.
type Options struct {
	MemoryLimit string                               // of the store, such as 4GB
	Threads     int                                  // 0: all cores
	Progress    func(step string, done, total int64) // may be nil
	Tell        func(message string)                 // hears of what was tidied up on a server, and belongs in its keeper's log; may be nil
}

func (o Options) step(name string, done, total int64) {
	if o.Progress != nil {
		o.Progress(name, done, total)
	}
}

// A Run is a project being carried out. Close it.
type Run struct {
	*Project
	Geography *area.Geography
	Findings  []Finding  // what was wrong with the inputs but could be gone on with
	Accounts  []*Account // one for each records, in order of name
	Indices   []*Index
	Families  []*Family
	Measures  []*cube.Cube     // of segregation, grants and targets, from what is already public
	Released  []protect.Record // of what was protected, for the agency's own files

	scenarios []edition.Grant      // rules whose numbers are published
	assessed  map[string]string    // the year of each process
	measured  []protect.Measured   // of segregation, from the agency's own records
	keyer     *protect.RecordKeyer // of records, for a policy with cell keys
	tiles     *publish.Tiles       // being made

	opt     Options
	work    string // folder for generated files and the store's spill
	db      *store.DB
	engine  *store.DB              // the declared server; nil when no records are there
	plan    *Plan                  // when nothing is to be carried out
	sources map[string]cube.Source // by file name as declared
	loaded  map[string]*loaded

	sourcing sync.Mutex                // guards the two that follow
	made     map[string]string         // tables in long form that were made of sources and files, by file as declared or path
	told     map[string][]cube.Warning // what their publishers warn of

	part    bool // some of the geography could not be read; Check goes on with the rest
	types   *types
	lookups map[string]bool           // lookup tables that the store has
	indexed map[indexed]*locate.Index // while records are loaded
}

// A Finding is something about an input that a person should know.
type Finding struct {
	Where string `json:"where"` // file or division
	Rule  string `json:"rule"`  // one of border's, name-twice or missing-areas
	Text  string `json:"text"`
	Fault bool   `json:"fault"` // figures are missing because of it
}

// Start opens the store and reads the geography.
func (p *Project) Start(ctx context.Context, opt Options) (*Run, error) {
	r, err := p.start(ctx, opt)
	if err != nil {
		return nil, err
	}
	if err := r.readGeography(ctx); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (p *Project) start(ctx context.Context, opt Options) (*Run, error) {
	r, err := p.storeless(opt)
	if err != nil {
		return nil, err
	}
	spill := filepath.Join(r.work, "spill")
	if err := os.Mkdir(spill, 0o700); err != nil {
		r.Close()
		return nil, fmt.Errorf("project: no folder for temporary files: %w", err)
	}
	memory := opt.MemoryLimit
	if memory == "" {
		memory = "4GB"
	}
	r.db, err = store.Open(ctx, store.Options{MemoryLimit: memory, TempDir: spill, Threads: opt.Threads})
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// storeless is a run that reads declared files, fetched ones too, and has no store.
func (p *Project) storeless(opt Options) (*Run, error) {
	work, err := os.MkdirTemp("", "skikt-")
	if err != nil {
		return nil, fmt.Errorf("project: no folder for temporary files: %w", err)
	}
	return &Run{Project: p, opt: opt, work: work, sources: map[string]cube.Source{}, loaded: map[string]*loaded{}, lookups: map[string]bool{},
		indexed: map[indexed]*locate.Index{}, made: map[string]string{}, told: map[string][]cube.Warning{}}, nil
}

// Close gives back what the run holds.
func (r *Run) Close() error {
	var err error
	for _, db := range []*store.DB{r.engine, r.db} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if e := os.RemoveAll(r.work); err == nil {
		err = e
	}
	return err
}

// Build takes the whole road and writes the edition to the folder out.
func (p *Project) Build(ctx context.Context, out string, opt Options) (*Run, error) {
	r, err := p.Start(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err := r.counted(ctx); err != nil {
		return r, err
	}
	r.beginTiles()
	release, err := r.Protect()
	if err != nil {
		return r, err
	}
	return r, r.Publish(out, release)
}

// Check tries everything that can be wrong before anything is protected or written: it reads every input, places the records, and counts. The error tells all that a build would
// fail on, one thing a line; what a build goes on with is in the accounts and findings of the run, which needs no closing. There is no run when it was not the inputs that failed.
func (p *Project) Check(ctx context.Context, opt Options) (*Run, error) {
	r, err := p.start(ctx, opt)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if err = r.try(ctx); err != nil && !goOn(ctx, err) {
		return nil, err
	}
	return r, err
}

func (r *Run) try(ctx context.Context) error {
	if err := r.readGeography(ctx); err != nil {
		r.part = true
		return errors.Join(err, r.Load(ctx))
	}
	if err := r.counted(ctx); err != nil {
		return err
	}
	_, err := r.publicTables()
	return err
}

// counted takes the road as far as the tables, before they are protected.
func (r *Run) counted(ctx context.Context) error {
	for _, step := range []func(context.Context) error{r.Load, r.Index, r.Tabulate} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// goOn tells whether the next input should be tried after an error, so that all that is wrong with the inputs is told at once: not when the run
// itself has failed.
func goOn(ctx context.Context, err error) bool {
	return ctx.Err() == nil && !errors.Is(err, store.ErrDisk) && !errors.Is(err, store.ErrMemory)
}

// source describes a declared file, with its checksum, or a table of the server.
func (r *Run) source(ctx context.Context, of RecordsDecl, path string) (cube.Source, error) {
	f := of.FileDecl
	if s, ok := r.sources[f.File]; ok {
		return s, nil
	}
	if strings.HasPrefix(f.File, fromSource) {
		s, err := r.fetchedSource(ctx, f)
		if err == nil {
			r.sources[f.File] = s
		}
		return s, err
	}
	sum := ""
	if of.Table == "" {
		var err error
		if sum, err = checksum(ctx, path); err != nil {
			return cube.Source{}, fmt.Errorf("project: %w", err)
		}
	}
	decl := r.Sources[f.Source]
	s := cube.Source{
		Name: f.File, Publisher: decl.Publisher, Address: decl.Address, Licence: decl.Licence,
		Updated: decl.Updated, Public: decl.Public, SHA256: sum, Synthetic: r.Synthetic,
	}
	r.sources[f.File] = s
	return s, nil
}

func checksum(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, &interruptible{ctx, f}); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// interruptible is a reader that ends when the run is interrupted.
type interruptible struct {
	ctx context.Context
	r   io.Reader
}

func (i *interruptible) Read(b []byte) (int, error) {
	if err := i.ctx.Err(); err != nil {
		return 0, err
	}
	return i.r.Read(b)
}

// Demo is the project file of the synthetic country that internal/synth makes.
//
//go:embed demo.yaml
var Demo []byte
