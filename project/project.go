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
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/store"
)

// Options say how a run is carried out; none of them changes a result.
type Options struct {
	MemoryLimit string                               // of the store, such as 4GB
	Threads     int                                  // 0: all cores
	Progress    func(step string, done, total int64) // may be nil
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

	opt     Options
	work    string // folder for generated files and the store's spill
	db      *store.DB
	sources map[string]cube.Source // by file name as declared
	loaded  map[string]*loaded
	types   *types
	lookups map[string]bool // lookup tables that the store has
}

// A Finding is something about an input that a person should know.
type Finding struct {
	Where string // file or division
	Rule  string
	Text  string
}

// Start opens the store and reads the geography.
func (p *Project) Start(ctx context.Context, opt Options) (*Run, error) {
	work, err := os.MkdirTemp("", "skikt-")
	if err != nil {
		return nil, fmt.Errorf("project: no folder for temporary files: %w", err)
	}
	r := &Run{Project: p, opt: opt, work: work, sources: map[string]cube.Source{}, loaded: map[string]*loaded{}, lookups: map[string]bool{}}
	if err := r.readGeography(); err != nil {
		r.Close()
		return nil, err
	}
	spill := filepath.Join(work, "spill")
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

// Close gives back what the run holds.
func (r *Run) Close() error {
	var err error
	if r.db != nil {
		err = r.db.Close()
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
	release, err := r.release(ctx)
	if err != nil {
		return r, err
	}
	return r, r.Publish(out, release)
}

// source describes a declared file, with its checksum.
func (r *Run) source(f FileDecl, path string) (cube.Source, error) {
	if s, ok := r.sources[f.File]; ok {
		return s, nil
	}
	sum, err := checksum(path)
	if err != nil {
		return cube.Source{}, fmt.Errorf("project: %w", err)
	}
	decl := r.Sources[f.Source]
	s := cube.Source{
		Name: f.File, Publisher: decl.Publisher, Address: decl.Address, Licence: decl.Licence,
		Updated: decl.Updated, Public: decl.Public, SHA256: sum, Synthetic: r.Synthetic,
	}
	r.sources[f.File] = s
	return s, nil
}

func checksum(path string) (string, error) {
	f, err := os.Open(path)
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

// Demo is the project file of the synthetic country that internal/synth makes.
//
//go:embed demo.yaml
var Demo []byte
