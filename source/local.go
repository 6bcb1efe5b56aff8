package source

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
	"github.com/skikt/skikt/internal/px"
)

// ReadTable reads a table as statistical databases hand them out, by what the text begins with: JSON-stat 2, the JSON of PxWebApi 1, PX, or an XLSX
// export.
func ReadTable(b []byte) (*cube.Cube, error) {
	start := bytes.TrimLeft(bytes.TrimPrefix(b[:min(len(b), 4096)], []byte("\ufeff")), " \t\r\n")
	switch {
	case len(start) == 0:
		return nil, errors.New("source: the file is empty")
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return readSheet(b)
	case start[0] != '{':
		c, err := px.Read(bytes.NewReader(b), px.Most)
		if err != nil {
			return nil, fmt.Errorf("source: %w", err)
		}
		return c, nil
	}
	c, err := jsonstat.Read(bytes.NewReader(b), jsonstat.Most)
	if err == nil {
		return c, nil
	}
	if older, other := readJSON1(b); other == nil {
		return older, nil
	}
	return nil, fmt.Errorf("source: %w", err)
}
