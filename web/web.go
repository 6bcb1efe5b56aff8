// Package web is the built front end as files. The sources are TypeScript and Svelte under src; "make web" builds them into dist, which is not committed. A program built
// without them serves the same pages without script.
package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"
)

// list is what is written last: when it is there, so are the files that it names.
const list = "manifest.json"

// Entry is the name in [Files] of the script that pages load, or "" when nothing was built.
func Entry() (string, error) {
	text, err := fs.ReadFile(Files(), list)
	if err != nil {
		return "", nil
	}
	var manifest map[string]struct {
		File    string `json:"file"`
		IsEntry bool   `json:"isEntry"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return "", fmt.Errorf("web: the list of built files: %w: build the front end again (make web)", err)
	}
	for _, m := range manifest {
		if m.IsEntry {
			return m.File, nil
		}
	}
	return "", fmt.Errorf("web: the list of built files has no entry: build the front end again (make web)")
}

// arrival is closed when the built files come. It is nil when they are there already.
func arrival(ctx context.Context, built fs.FS) <-chan struct{} {
	there := func() bool {
		_, err := fs.Stat(built, list)
		return err == nil
	}
	if there() {
		return nil
	}
	come := make(chan struct{})
	go func() {
		look := time.NewTicker(200 * time.Millisecond)
		defer look.Stop()
		for !there() {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
			}
		}
		close(come)
	}()
	return come
}
