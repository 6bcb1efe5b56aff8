package source

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// LockName is the name of the lock in a snapshot's folder.
const LockName = "skikt.lock"

// lockVersion is the version of the lock's form.
const lockVersion = 1

// An Answer is one answer in a snapshot.
type Answer struct {
	Name    string    `json:"name"` // within its source
	File    string    `json:"file"` // within the folder, with slashes
	Form    Form      `json:"form"`
	Method  string    `json:"method,omitempty"` // GET when empty
	Address string    `json:"address"`
	Body    string    `json:"body,omitempty"` // of the question
	Media   string    `json:"media,omitempty"`
	Updated string    `json:"updated,omitempty"` // when its publisher last changed it
	Fetched time.Time `json:"fetched"`
	Bytes   int64     `json:"bytes"`
	SHA256  string    `json:"sha256"`
}

// asks tells whether an answer is to the question.
func (a Answer) asks(q Request) bool {
	return a.Name == q.Name && cmp.Or(a.Method, "GET") == cmp.Or(q.Method, "GET") && a.Address == q.Address && a.Body == q.Body && a.Form == q.Form
}

// Kept is a source in a snapshot: all that was asked of one publisher for one purpose.
type Kept struct {
	Name      string          `json:"name"`
	Title     string          `json:"title,omitempty"`
	Publisher string          `json:"publisher,omitempty"`
	Licence   string          `json:"licence,omitempty"`
	Updated   string          `json:"updated,omitempty"` // the publisher's stamp on the whole
	Asked     json.RawMessage `json:"asked"`             // the declaration that it was fetched by
	Answers   []Answer        `json:"answers"`           // in the order they were asked for
}

// Answer is the answer of a name; nil when there is none.
func (k *Kept) Answer(name string) *Answer {
	for i := range k.Answers {
		if k.Answers[i].Name == name {
			return &k.Answers[i]
		}
	}
	return nil
}

// SHA256 is a checksum over all answers: of their checksums in order, in hexadecimal and each followed by a line feed.
func (k *Kept) SHA256() string {
	h := sha256.New()
	for _, a := range k.Answers {
		h.Write([]byte(a.SHA256 + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// lock is the content of skikt.lock.
type lock struct {
	Skikt   string `json:"skikt"` // says to a person what the file is
	Version int    `json:"version"`
	Sources []Kept `json:"sources"` // by name
}

const lockText = "What has been fetched, from where and when. Made by skikt fetch; a build refuses files that differ from it."

// A Snapshot is a folder of answers with its lock.
type Snapshot struct {
	Folder  string
	Sources []Kept // by name
}

// Open opens a snapshot and compares every file with its checksum; a file that has been altered or is missing is an error that names it. The path is the
// folder, or a lock in it: the locks of earlier vintages stay beside as skikt.1.lock, skikt.2.lock, and so on.
func Open(ctx context.Context, path string) (*Snapshot, error) {
	s, err := OpenLock(path)
	if err != nil {
		return nil, err
	}
	var all []error
	for i := range s.Sources {
		all = append(all, s.Verify(ctx, &s.Sources[i]))
	}
	if err := errors.Join(all...); err != nil {
		return nil, err
	}
	return s, nil
}

// OpenLock opens a snapshot without looking at its files: [Snapshot.Verify] looks at those of one source, and [Snapshot.Read] at each as it is read.
func OpenLock(path string) (*Snapshot, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, LockName)
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("source: there is no %s: fetch the sources first, with skikt fetch: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	var l lock
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return nil, fmt.Errorf("source: %s is no lock of skikt's, or has been altered: put it back, or move the folder away and fetch anew: %w", path, err)
	}
	if l.Version != lockVersion {
		return nil, fmt.Errorf("source: %s is of version %d of its form, and this program reads %d: move the folder away and fetch anew, or put the lock back", path, l.Version, lockVersion)
	}
	s := &Snapshot{Folder: filepath.Dir(path), Sources: l.Sources}
	for i, k := range s.Sources {
		if i > 0 && k.Name <= s.Sources[i-1].Name {
			return nil, fmt.Errorf("source: %s: the sources are not in order, or one is there twice", path)
		}
		for _, a := range k.Answers {
			if !filepath.IsLocal(filepath.FromSlash(a.File)) {
				return nil, fmt.Errorf("source: %s names the file %q, which is not in its folder", path, a.File)
			}
		}
	}
	return s, nil
}

// Source is the source of a name; nil when there is none.
func (s *Snapshot) Source(name string) *Kept {
	i, ok := slices.BinarySearchFunc(s.Sources, name, func(k Kept, name string) int { return strings.Compare(k.Name, name) })
	if !ok {
		return nil
	}
	return &s.Sources[i]
}

// Path is where an answer stands.
func (s *Snapshot) Path(a Answer) string {
	return filepath.Join(s.Folder, filepath.FromSlash(a.File))
}

// Read reads an answer, and sees to it that it is the one that the lock tells of.
func (s *Snapshot) Read(a Answer) ([]byte, error) {
	path := s.Path(a)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("source: %s is missing, and the lock tells of it: put it back, or fetch again with skikt fetch", path)
	}
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	if sum := sha256.Sum256(b); hex.EncodeToString(sum[:]) != a.SHA256 {
		return nil, fmt.Errorf("source: %s is not as it was fetched (%d bytes, then %d; SHA-256 differs): put it back, or fetch again with skikt fetch", path, len(b), a.Bytes)
	}
	return b, nil
}

// A Plan knows what to ask of a publisher.
type Plan interface {
	// Fetch asks for all that the source needs, through the visit and in the same order each time, and sets what the visit's source says of itself.
	Fetch(ctx context.Context, v *Visit) error

	// Stamp asks for no more than what tells when the publisher last changed it. Empty: the publisher doesn't tell, and the whole must be fetched to know.
	Stamp(ctx context.Context, f *Fetcher) (string, error)
}

// A Visit fetches one source. What it has is kept as it goes.
type Visit struct {
	Kept                             // Title, Publisher, Licence and Updated are for the plan to set
	Fetcher  *Fetcher                // for limits
	Progress func(done, total int64) // of questions, may be nil; total 0 as long as it isn't known
	Total    int64                   // how many questions there are, when the plan knows
	folder   string                  // of the snapshot
	had      []Answer                // what an earlier visit that was cut off has left
	trial    bool                    // keep nothing
}

// resumable is how long what an interrupted visit left is good for. Later than that the publisher may have changed the rest.
const resumable = 24 * time.Hour

// Forget drops what the visit has, when a plan sees that its answers are not of one vintage, and begins it anew.
func (v *Visit) Forget() { v.Answers, v.had, v.Total = nil, nil, 0 }

// bad gives back an answer that its reader refuses, so that the next visit asks for it anew.
func (v *Visit) bad(a *Answer, err error) error {
	err = fmt.Errorf("%s: %w", brief(a.Address), err)
	name := a.Name
	is := func(b Answer) bool { return b.Name == name }
	v.Answers, v.had = slices.DeleteFunc(v.Answers, is), slices.DeleteFunc(v.had, is)
	if v.trial {
		return err
	}
	return errors.Join(err, v.leave(Answer{Name: name}))
}

// astray drops all that the visit has, when the answers do not fit together, so that the next visit begins anew.
func (v *Visit) astray(err error) error {
	v.Forget()
	if v.trial {
		return err
	}
	if gone := os.Remove(v.partly()); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("source: %w", gone))
	}
	return err
}

// Get is the answer to a question: from what an interrupted visit kept, else from the publisher. Two questions of a visit must not share a name.
func (v *Visit) Get(ctx context.Context, q Request) ([]byte, *Answer, error) {
	if v.Answer(q.Name) != nil {
		return nil, nil, fmt.Errorf("source: %s asks twice for %s", v.Name, q.Name)
	}
	defer func() {
		if v.Progress != nil {
			v.Progress(int64(len(v.Answers)), max(v.Total, int64(len(v.Answers))))
		}
	}()
	s := Snapshot{Folder: v.folder}
	for _, a := range slices.Backward(v.had) {
		if !a.asks(q) {
			continue
		}
		if b, err := s.Read(a); err == nil {
			return b, v.add(a), nil
		}
	}
	r, err := v.Fetcher.Ask(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(r.Body)
	a := Answer{Name: q.Name, Form: q.Form, Method: q.Method, Address: q.Address, Body: q.Body, Media: r.Media, Updated: r.Updated, Fetched: r.Fetched,
		Bytes: int64(len(r.Body)), SHA256: hex.EncodeToString(sum[:])}
	a.File = fmt.Sprintf("%s/%s.%s.%s", v.Name, q.Name, a.SHA256[:12], q.Form)
	if v.trial {
		return r.Body, v.add(a), nil
	}
	if err := write(s.Path(a), r.Body); err != nil {
		return nil, nil, err
	}
	return r.Body, v.add(a), v.leave(a)
}

func (v *Visit) add(a Answer) *Answer {
	v.Answers = append(v.Answers, a)
	return &v.Answers[len(v.Answers)-1]
}

// partly is the file of what a visit has so far: what is asked for, and then the answers, a line each.
func (v *Visit) partly() string { return filepath.Join(v.folder, v.Name, "fetching.ndjson") }

// leave writes down an answer, for the next visit to go on from if this one is cut off.
func (v *Visit) leave(a Answer) error {
	line, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	f, err := os.OpenFile(v.partly(), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("source: %w", err)
	}
	return nil
}

// resume takes up what a visit that was cut off has left, if it asked for the same and was lately.
func (v *Visit) resume() error {
	text, err := os.ReadFile(v.partly())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("source: %w", err)
	}
	asked, lines, ok := bytes.Cut(text, []byte("\n"))
	if !ok || !same(asked, v.Asked) {
		var b bytes.Buffer
		if err := json.Compact(&b, v.Asked); err != nil {
			return fmt.Errorf("source: %w", err)
		}
		b.WriteByte('\n')
		return write(v.partly(), b.Bytes())
	}
	for line := range bytes.Lines(lines) {
		var a Answer                                                         // a line that was cut off is none
		if json.Unmarshal(line, &a) == nil && a.Name != "" && a.File == "" { // it was given back
			v.had = slices.DeleteFunc(v.had, func(b Answer) bool { return b.Name == a.Name })
			continue
		}
		if json.Unmarshal(line, &a) == nil && filepath.IsLocal(filepath.FromSlash(a.File)) && time.Since(a.Fetched) < resumable {
			v.had = append(v.had, a)
		}
	}
	return nil
}

// Fetch fetches a source into the folder's snapshot. The snapshot has it when all has come, or not at all; what came before a failure is
// kept aside, and the next visit goes on from there. Changed tells whether the answers differ from those the snapshot had; then its lock is kept as the next
// skikt.N.lock, and the files of the former vintage stay. Asked is the declaration that the plan comes from.
func (d *Folder) Fetch(ctx context.Context, name string, asked json.RawMessage, plan Plan, f *Fetcher, progress func(done, total int64)) (k *Kept, changed bool, err error) {
	if !isName(name) {
		return nil, false, fmt.Errorf("source: %q is no name of a source: use a-z, 0-9, - and _", name)
	}
	s, err := OpenLock(d.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s = &Snapshot{Folder: d.path}
	case err != nil:
		return nil, false, err
	}
	v := &Visit{Kept: Kept{Name: name, Asked: asked}, Fetcher: f, Progress: progress, folder: d.path}
	if err := v.resume(); err != nil {
		return nil, false, err
	}
	if former := s.Source(name); former != nil && former.Updated != "" { // of the same vintage, what is there needs not be asked for again
		if stamp, err := plan.Stamp(ctx, f); err == nil && stamp == former.Updated {
			v.had = append(slices.Clone(former.Answers), v.had...)
		}
	}
	if err := plan.Fetch(ctx, v); err != nil {
		return nil, false, fmt.Errorf("%s: %w", name, err)
	}
	if err := d.held(); err != nil {
		return nil, false, err
	}
	if changed, err = s.take(v.Kept); err != nil {
		return nil, false, err
	}
	if err := os.Remove(v.partly()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, false, fmt.Errorf("source: %w", err)
	}
	return &v.Kept, changed, nil
}

// take puts a source in the place of the one of its name, and keeps the former lock if the answers differ.
func (s *Snapshot) take(k Kept) (changed bool, err error) {
	path := filepath.Join(s.Folder, LockName)
	former := s.Source(k.Name)
	if former == nil {
		at, _ := slices.BinarySearchFunc(s.Sources, k.Name, func(k Kept, name string) int { return strings.Compare(k.Name, name) })
		s.Sources = slices.Insert(s.Sources, at, k)
		changed = true
	} else {
		if changed = former.SHA256() != k.SHA256() || !same(former.Asked, k.Asked); changed {
			earlier, err := os.ReadFile(path)
			if err != nil {
				return false, fmt.Errorf("source: %w", err)
			}
			if err := write(s.nextEarlier(), earlier); err != nil {
				return false, err
			}
		}
		*former = k
	}
	return changed, write(path, marshal(lock{lockText, lockVersion, s.Sources}))
}

// nextEarlier is the name that the lock will have as an earlier one.
func (s *Snapshot) nextEarlier() string {
	for n := 1; ; n++ {
		path := filepath.Join(s.Folder, fmt.Sprintf("skikt.%d.lock", n))
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return path
		}
	}
}

// A State is how what a snapshot has of a source stands to the declaration and the publisher.
type State string

// The states.
const (
	Unchanged  State = "unchanged"   // what was fetched is what the publisher has
	Changed    State = "changed"     // the publisher has changed it
	NotFetched State = "not fetched" // the snapshot lacks it
	Redeclared State = "redeclared"  // another declaration was fetched by
	Damaged    State = "damaged"     // a file in the snapshot is not as it was fetched, or is missing
)

// A Change is what has become of a source since it was fetched.
type Change struct {
	Name    string   `json:"name"`
	State   State    `json:"state"`
	Had     string   `json:"had,omitempty"` // stamp
	Has     string   `json:"has,omitempty"`
	Answers []string `json:"answers,omitempty"` // those that differ, where it had to be fetched to know
	Why     string   `json:"why,omitempty"`     // which file is damaged
}

// Standing tells whether the snapshot has a source whole and by a declaration, without asking anybody.
func (s *Snapshot) Standing(ctx context.Context, name string, asked json.RawMessage) (State, error) {
	k := s.Source(name)
	switch {
	case k == nil:
		return NotFetched, nil
	case !same(k.Asked, asked):
		return Redeclared, nil
	}
	if err := s.Verify(ctx, k); err != nil {
		return Damaged, err
	}
	return Unchanged, nil
}

// Check tells how the snapshot has a source, and whether the publisher has changed it since it was fetched. Nothing is kept.
func (s *Snapshot) Check(ctx context.Context, name string, asked json.RawMessage, plan Plan, f *Fetcher, progress func(done, total int64)) (c Change, err error) {
	c.Name = name
	var why error
	if c.State, why = s.Standing(ctx, name, asked); why != nil {
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
		c.Why = why.Error()
	}
	k := s.Source(name)
	if k != nil {
		c.Had = k.Updated
	}
	if c.Has, err = plan.Stamp(ctx, f); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	if c.State != Unchanged || c.Has != "" && c.Had != "" {
		if c.State == Unchanged && c.Has != c.Had {
			c.State = Changed
		}
		return c, nil
	}
	v := &Visit{Kept: Kept{Name: name}, Fetcher: f, Progress: progress, folder: s.Folder, trial: true}
	if err := plan.Fetch(ctx, v); err != nil {
		return c, fmt.Errorf("%s: %w", name, err)
	}
	for _, a := range v.Answers {
		if old := k.Answer(a.Name); old == nil || old.SHA256 != a.SHA256 {
			c.Answers = append(c.Answers, a.Name)
		}
	}
	for _, a := range k.Answers {
		if v.Answer(a.Name) == nil {
			c.Answers = append(c.Answers, a.Name)
		}
	}
	if c.Has = v.Updated; len(c.Answers) > 0 {
		c.State = Changed
	}
	return c, nil
}

// same tells whether two declarations say the same.
func same(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == "" && s[0] != '-'
}

func marshal(l lock) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		panic(err) // the types are our own, and Asked came through json
	}
	return b.Bytes()
}

// write writes a file whole or not at all.
func write(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("source: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if filepath.Ext(path) == ".lock" { // an answer that is lost with the power is told by its checksum
		err = errors.Join(err, f.Sync())
	}
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	return nil
}

// Verify compares every file of a source with its checksum; all that differ or are missing are told.
func (s *Snapshot) Verify(ctx context.Context, k *Kept) error {
	var all []error
	for _, a := range k.Answers {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := s.Read(a); err != nil {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// IsFile tells whether the source is one file, kept as it is.
func (k *Kept) IsFile() bool {
	var d Declaration
	return json.Unmarshal(k.Asked, &d) == nil && d.File != nil && len(k.Answers) == 1
}
