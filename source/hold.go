package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// holdName is the name of the file that says that somebody fetches into a snapshot's folder.
const holdName = "skikt.fetching"

// A hold is kept alive by being written again, and is nobody's when it has not been for so long. It is long enough for a network file system that tells of a change late.
const (
	holdAlive = 10 * time.Second
	holdStale = 2 * time.Minute
)

// A Folder is a snapshot's folder that this program, and no other, fetches into. Others read it meanwhile.
//
// What says so is a file that is made only where there is none, which any file system can do, and that is written again every ten seconds; one that has not been for two minutes is of a program
// that ended without tidying, and is taken over.
type Folder struct {
	path string // of the snapshot
	text string // of the hold: ours and nobody else's
	file *os.File
	end  chan struct{}
	done sync.WaitGroup
}

// Take takes a snapshot's folder to fetch into, which is made if need be. It is an error when another program fetches into it.
func Take(folder string) (*Folder, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	host, _ := os.Hostname()
	d := &Folder{path: folder, text: fmt.Sprintf("skikt fetch, process %d on %s, since %s\n", os.Getpid(), host, time.Now().UTC().Format(time.RFC3339Nano)), end: make(chan struct{})}
	for {
		file, err := os.OpenFile(d.hold(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err == nil {
			d.file = file
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("source: %w", err)
		}
		if err := takeOver(d.hold()); err != nil {
			return nil, err
		}
	}
	if _, err := d.file.WriteString(d.text); err != nil {
		return nil, fmt.Errorf("source: %w", errors.Join(err, d.file.Close(), os.Remove(d.hold())))
	}
	d.done.Go(d.keep)
	return d, nil
}

func (d *Folder) hold() string { return filepath.Join(d.path, holdName) }

// keep writes the hold again until it is let go. The file that was opened is written, so that one that others have taken over is not.
func (d *Folder) keep() {
	tick := time.NewTicker(holdAlive)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = d.file.WriteAt([]byte(d.text), 0) // if it fails the hold will be taken over, which held tells
		case <-d.end:
			return
		}
	}
}

// held is an error when the folder has been taken over, which happens to a program that was stopped for long.
func (d *Folder) held() error {
	if b, err := os.ReadFile(d.hold()); err != nil || string(b) != d.text {
		return fmt.Errorf("source: %s: another skikt fetch has taken the folder over, since this one gave no sign of life for %s", d.path, holdStale)
	}
	return nil
}

// Close lets the folder go.
func (d *Folder) Close() error {
	close(d.end)
	d.done.Wait()
	lost := d.held()
	err := d.file.Close()
	if lost == nil {
		err = errors.Join(err, os.Remove(d.hold()))
	}
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	return nil
}

// takeOver takes a hold away that has given no sign of life for too long. It is an error when the hold is alive.
func takeOver(hold string) error {
	text, err := os.ReadFile(hold)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was let go just now
	}
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	busy := func() error {
		who := strings.TrimSpace(string(text))
		if who == "" {
			who = "another skikt fetch"
		}
		return fmt.Errorf("source: %s: %s, is fetching into this folder: let it end, and try again. If it has been killed, remove the file, or wait for two minutes", hold, who)
	}
	silent, err := silence(hold)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	if silent < holdStale {
		return busy()
	}
	aside := fmt.Sprintf("%s.%d", hold, os.Getpid())
	if err := os.Rename(hold, aside); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("source: %w", err)
	}
	defer os.Remove(aside)
	if moved, err := os.ReadFile(aside); err != nil || string(moved) != string(text) { // another was quicker, and this is its own hold
		if err := os.Link(aside, hold); err != nil {
			return fmt.Errorf("source: %w", err)
		}
		text = moved
		return busy()
	}
	return nil
}

// silence is how long ago a file was written, by the clock of the file system that it is on, which on a network need not be this machine's.
func silence(path string) (time.Duration, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	now, err := os.CreateTemp(filepath.Dir(path), ".part-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(now.Name())
	at, err := now.Stat()
	if err := errors.Join(err, now.Close()); err != nil {
		return 0, err
	}
	return at.ModTime().Sub(info.ModTime()), nil
}
