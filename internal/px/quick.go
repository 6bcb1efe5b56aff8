//go:build quick

package px

import (
	"fmt"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// charset knows those of Swedish files: the tag quick leaves the tables of the others out (decision 13).
func charset(name string) (encoding.Encoding, error) {
	switch name {
	case "windows-1252", "iso-8859-1":
		return charmap.Windows1252, nil // as browsers read both
	case "utf-8":
		return unicode.UTF8, nil
	}
	return nil, fmt.Errorf("this program was built in a hurry (make demo) and does not read the character set %q; make the whole one with \"make build\"", name)
}
