// Package web is the built front end as files. The sources are TypeScript and Svelte under src; "make web" builds them into dist, which is not committed. A program built
// without them serves the same pages without script.
package web

import (
	"encoding/json"
	"fmt"
	"io/fs"
)

// Entry is the name in [Files] of the script that pages load, or "" when nothing was built.
func Entry() (string, error) {
	text, err := fs.ReadFile(Files(), "manifest.json")
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
