//go:build quick

package web

import (
	"io/fs"
	"os"
)

// Files are the built files of the folder where the program is started: with the tag quick they are not part of it, so that neither is made to wait for the other (decision 13).
func Files() fs.FS { return os.DirFS("web/dist") }
