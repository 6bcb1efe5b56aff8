package publish

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/skikt/skikt/edition"
)

// A folder is an edition while it is written: a hidden folder beside the place where it will stand, moved there when it is whole.
type folder struct {
	dir    string // where it will stand
	temp   string
	create func(path string) (file, error)
}

// A file is what a folder needs of a file.
type file interface {
	io.Writer
	Sync() error
	Close() error
}

func createFile(path string) (file, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// folders are those that every edition has.
var folders = []string{"tables", "borders", "tiles"}

// newFolder makes the hidden folder, and clears away those that interrupted builds of the same edition have left.
func newFolder(dir string, create func(path string) (file, error)) (*folder, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	parent, prefix := filepath.Dir(dir), "."+filepath.Base(dir)+".part-"
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), prefix) {
			if err := os.RemoveAll(filepath.Join(parent, e.Name())); err != nil {
				return nil, fmt.Errorf("what an interrupted build left can't be removed: %w", err)
			}
		}
	}
	f := &folder{dir: dir, create: create}
	if f.temp, err = os.MkdirTemp(parent, prefix+"*"); err != nil {
		return nil, err
	}
	err = os.Chmod(f.temp, 0o755)
	for _, sub := range folders {
		err = errors.Join(err, os.Mkdir(filepath.Join(f.temp, sub), 0o755))
	}
	if err != nil {
		f.discard()
		return nil, err
	}
	return f, nil
}

func (f *folder) discard() { os.RemoveAll(f.temp) }

// write writes one file to the disk and tells its checksum.
func (f *folder) write(p piece) (made edition.File, err error) {
	out, err := f.create(filepath.Join(f.temp, filepath.FromSlash(p.name)))
	if err != nil {
		return made, err
	}
	sum, size := sha256.New(), counter(0)
	err = p.content(io.MultiWriter(out, sum, &size))
	if err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return made, fmt.Errorf("%s can't be written: %w", p.name, err)
	}
	return edition.File{Name: p.name, Size: int64(size), SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// settle reads the edition back and moves it to its place. Where the same edition stands already nothing is changed; anything
// else that stands there is left alone and is an error.
func (f *folder) settle() error {
	made, err := edition.Open(f.temp)
	if err != nil {
		return err
	}
	if err := made.Verify(); err != nil {
		return err
	}
	for _, dir := range append(slices.Clone(folders), ".") {
		if err := syncDir(filepath.Join(f.temp, dir)); err != nil {
			return err
		}
	}
	if stat, err := os.Lstat(f.dir); err == nil {
		// Removing a folder succeeds only when it is empty.
		if !stat.IsDir() || os.Remove(f.dir) != nil {
			return f.compare(made)
		}
	}
	if err := os.Rename(f.temp, f.dir); err != nil {
		return err
	}
	return syncDir(filepath.Dir(f.dir))
}

// compare takes away what was made when the same edition stands in its place already.
func (f *folder) compare(made *edition.Edition) error {
	const advice = "an edition never changes, so choose another folder, or remove this one first"
	old, err := edition.Open(f.dir)
	if err != nil {
		return fmt.Errorf("the place is taken by something that is no whole edition (%w); %s", err, advice)
	}
	if old.ID() != made.ID() {
		return fmt.Errorf("the place is taken by edition %s, and this would be %s; %s", old.ID(), made.ID(), advice)
	}
	if err := old.Verify(); err != nil {
		return err
	}
	f.discard()
	return nil
}

// syncDir makes the names in a folder last through a power cut. Windows has no such call and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
