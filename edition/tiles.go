package edition

import (
	"fmt"
	"io"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/tile"
)

// The zooms of tiles: at the least one a country fits a small screen, and at the closest one a step of the grid is about 5 m on Swedish ground, which maps enlarge further
// without new tiles.
const (
	leastZoom   = 3
	closestZoom = 10
)

// WriteTiles writes the borders of a division, with codes and names, as vector tiles. A division of which nothing can be drawn gives an error that is [tile.ErrNothing].
func WriteTiles(w io.Writer, d *area.Division) error {
	l := tile.Layer{Name: d.ID.String(), Title: d.ID.Title(), MinZoom: leastZoom, MaxZoom: closestZoom, Features: make([]tile.Feature, d.Len())}
	for i := range l.Features {
		a := d.At(i)
		l.Features[i] = tile.Feature{Code: a.Code, Name: a.Name, Border: a.Border}
	}
	return tile.Write(w, l)
}

// Tiles reads the vector tiles of a division, whole, after their checksum. It is nil when the edition has none of the division.
func (e *Edition) Tiles(id area.ID) (*tile.Archive, error) {
	for _, d := range e.manifest.Divisions {
		if d.ID() != id || d.Tiles == "" {
			continue
		}
		data, err := e.readChecked(d.Tiles)
		if err != nil {
			return nil, err
		}
		a, err := tile.Open(data)
		if err != nil {
			return nil, fmt.Errorf("edition: %s: %w", d.Tiles, err)
		}
		return a, nil
	}
	return nil, nil
}

// Sum is the checksum of a file of the edition, SHA-256 in hexadecimal; empty when the manifest names no such file.
func (e *Edition) Sum(name string) string { return e.files[name].SHA256 }
