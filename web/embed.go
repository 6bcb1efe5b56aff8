//go:build !quick

package web

import (
	"context"
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files are the built files: assets/NAME-CHECKSUM.js and the like. It is empty when nothing was built.
func Files() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // dist is embedded
	}
	return sub
}

// Late is nil: the files are part of the program.
func Late(context.Context) <-chan struct{} { return nil }
