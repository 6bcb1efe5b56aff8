//go:build !quick

package px

import (
	"fmt"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// charset is the character set of a name, which may be any that browsers know.
func charset(name string) (encoding.Encoding, error) {
	known, err := htmlindex.Get(name)
	if err != nil {
		return nil, fmt.Errorf("CODEPAGE names a character set that is not known: %q", name)
	}
	return known, nil
}
