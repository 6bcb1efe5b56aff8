//go:build quick

package web

import (
	"context"
	"io/fs"
	"os"
)

// Files are the built files of the folder where the program is started: with the tag quick they are not part of it, so that neither is made to wait for the other (decision 13).
func Files() fs.FS { return os.DirFS("web/dist") }

// Late is closed when the files come that were not there when it was called, and nil when they were.
func Late(ctx context.Context) <-chan struct{} { return arrival(ctx, Files()) }
