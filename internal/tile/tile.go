// Package tile makes vector tiles of areas and keeps them in one file, a PMTiles archive of version 3
// (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md), which both programs on the web and QGIS and GDAL read.
//
// Tiles are Mapbox Vector Tiles 2.1 (https://github.com/mapbox/vector-tile-spec) in the grid of web maps (EPSG:3857, 256·2^z: the address z/x/y of
// OpenStreetMap), squeezed with gzip. There is one layer, and each feature is an area with its code and name and nothing else: values are joined to the code by the
// reader, so one set of tiles serves every measure, and no tile can hold a number that is hidden.
//
// # How borders are thinned
//
// A tile is [Extent] steps wide. Corners are put on the grid of whole steps at the closest zoom and of [coarse] steps at the others, half a pixel of a tile of 512, and those that
// then repeat or lie on a straight line are left out. The rule looks at the corners alone, so neighbours keep the same border and no gap opens between them. Areas that
// collapse on the grid are left out of that zoom.
//
// The same areas give the same bytes.
package tile

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/internal/cores"
	"github.com/skikt/skikt/internal/sweref"
)

const (
	// Extent is how many steps a tile is wide and high.
	Extent = 4096
	// buffer is how far outside its tile a border is kept, so that lines of up to 8 pixels are whole at the seams.
	buffer = 64
	coarse = 4
	// longest is how long a straight edge may be, in metres, before it is parted: a straight line in SWEREF 99 TM is bent in a web map, by less than a metre over this length.
	longest = 5000
	// deepest is the closest zoom that may be asked for; a step is then about a foot, and areas of the whole world can be reckoned in 64 bits.
	deepest = 14
)

// A Layer is what tiles are made of.
type Layer struct {
	Name     string // of the layer in the tiles: regso-2020
	Title    string // for people
	MinZoom  int
	MaxZoom  int
	Features []Feature
}

// A Feature is an area. Its number in the tiles is its place in the layer, counted from 1.
type Feature struct {
	Code   string
	Name   string           // may be empty
	Border orb.MultiPolygon // SWEREF 99 TM; an area without one is in no tile
}

// ErrNothing tells that a layer has no areas that can be drawn.
var ErrNothing = errors.New("nothing can be drawn")

// Write makes the tiles of a layer and writes them as an archive. A layer of which nothing can be drawn is an error, [ErrNothing].
func Write(w io.Writer, l Layer) error {
	if err := write(w, l); err != nil {
		return fmt.Errorf("tile: layer %s: %w", l.Name, err)
	}
	return nil
}

func write(w io.Writer, l Layer) error {
	if l.MinZoom < 0 || l.MaxZoom > deepest || l.MinZoom > l.MaxZoom {
		return fmt.Errorf("its zooms are %d to %d; they must lie within 0 to %d", l.MinZoom, l.MaxZoom, deepest)
	}
	drawn, boxes := make([]drawing, len(l.Features)), make([]bounds, len(l.Features))
	cores.Each(len(drawn), func(i int) {
		boxes[i] = nowhere
		drawn[i] = drawing{i, project(l.Features[i].Border, &boxes[i])}
	})
	drawn = slices.DeleteFunc(drawn, func(d drawing) bool { return len(d.polygons) == 0 })
	box := nowhere
	for _, b := range boxes {
		box = bounds{min(box.west, b.west), min(box.south, b.south), max(box.east, b.east), max(box.north, b.north)}
	}
	if len(drawn) == 0 {
		return fmt.Errorf("%w: none of its %d areas has a border in reach of a web map", ErrNothing, len(l.Features))
	}
	var tiles []made
	for z := l.MinZoom; z <= l.MaxZoom; z++ {
		tiles = append(tiles, l.at(z, drawn)...)
	}
	if len(tiles) == 0 {
		return fmt.Errorf("%w: all its areas are too small to be seen at zoom %d", ErrNothing, l.MaxZoom)
	}
	meta, err := json.Marshal(struct {
		Name   string        `json:"name"`
		Type   string        `json:"type"`
		Layers []VectorLayer `json:"vector_layers"`
	}{l.Title, "overlay", []VectorLayer{l.vector()}})
	if err != nil {
		return err
	}
	return pack(w, tiles, l.MinZoom, l.MaxZoom, box, meta)
}

// VectorLayer describes a layer as the metadata of an archive and TileJSON 3 do.
type VectorLayer struct {
	ID      string            `json:"id"`
	Fields  map[string]string `json:"fields"`
	MinZoom int               `json:"minzoom"`
	MaxZoom int               `json:"maxzoom"`
}

func (l *Layer) vector() VectorLayer {
	fields := map[string]string{"code": "String"}
	if slices.ContainsFunc(l.Features, func(f Feature) bool { return f.Name != "" }) {
		fields["name"] = "String"
	}
	return VectorLayer{l.Name, fields, l.MinZoom, l.MaxZoom}
}

// bounds are degrees: west, south, east, north.
type bounds struct{ west, south, east, north float64 }

var nowhere = bounds{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}

// A drawing is an area in the square of the world, 0..1 east and south.
type drawing struct {
	feature  int
	polygons []polygon
}

type polygon [][]orb.Point

// project puts a border into the square of the world, and widens box by it. Rings without three corners are left out, and polygons that a web map can't show, such
// as those of made-up coordinates.
func project(border orb.MultiPolygon, box *bounds) []polygon {
	var out []polygon
	for _, p := range border {
		var rings polygon
		own := *box
		for i, r := range p {
			if len(r) < 3 {
				if i == 0 {
					break // holes in nothing
				}
				continue
			}
			off := false
			ring := make([]orb.Point, 0, len(r))
			add := func(e, n float64) {
				lat, lon := sweref.ToGeographic(e, n)
				own.west, own.east = min(own.west, lon), max(own.east, lon)
				own.south, own.north = min(own.south, lat), max(own.north, lat)
				p := orb.Point{lon/360 + 0.5, 0.5 - math.Atanh(math.Sin(lat*math.Pi/180))/(2*math.Pi)}
				off = off || !(p[0] >= 0 && p[0] <= 1 && p[1] >= 0 && p[1] <= 1)
				ring = append(ring, p)
			}
			for k, at := range r {
				if k > 0 {
					from := r[k-1]
					parts := math.Ceil(math.Hypot(at[0]-from[0], at[1]-from[1]) / longest)
					for part := 1.0; part < min(parts, 1000); part++ {
						t := part / parts
						add(from[0]+(at[0]-from[0])*t, from[1]+(at[1]-from[1])*t)
					}
				}
				add(at[0], at[1])
			}
			if off {
				rings = nil
				break
			}
			rings = append(rings, ring)
		}
		if len(rings) > 0 {
			out = append(out, rings)
			*box = own
		}
	}
	return out
}

// A point is in steps of a zoom's grid, east and south of the world's corner or of a tile's.
type point [2]int64

// A made tile is squeezed and ready to be stored.
type made struct {
	id   uint64
	data []byte
}

// A piece is the part of an area that lies in a tile, in the tile's own steps.
type piece struct {
	feature  int
	polygons [][][]point
}

// at makes all tiles of a zoom, in the order of their numbers.
func (l *Layer) at(z int, drawn []drawing) []made {
	step := int64(coarse)
	if z == l.MaxZoom {
		step = 1
	}
	cut := make([]map[[2]int64]piece, len(drawn))
	cores.Each(len(drawn), func(i int) { cut[i] = pieces(drawn[i], z, step) })
	in := map[[2]int64][]piece{}
	for _, parts := range cut {
		for at, p := range parts {
			in[at] = append(in[at], p)
		}
	}
	tiles := make([]made, 0, len(in))
	where := make([][2]int64, 0, len(in))
	for at := range in {
		where = append(where, at)
	}
	slices.SortFunc(where, func(a, b [2]int64) int {
		return cmp.Compare(number(z, uint32(a[0]), uint32(a[1])), number(z, uint32(b[0]), uint32(b[1])))
	})
	tiles = tiles[:len(where)]
	cores.Each(len(where), func(i int) {
		at := where[i]
		tiles[i] = made{number(z, uint32(at[0]), uint32(at[1])), squeeze(l.encode(in[at]))}
	})
	return tiles
}

// pieces cuts an area by the tiles of a zoom.
func pieces(d drawing, z int, step int64) map[[2]int64]piece {
	out := map[[2]int64]piece{}
	scale := float64(int64(Extent)<<z) / float64(step)
	last := int64(1)<<z - 1
	for _, poly := range d.polygons {
		var rings [][]point
		for i, ring := range poly {
			r := thin(ring, scale, step)
			if len(r) < 3 || area2(r) == 0 {
				if i == 0 {
					break
				}
				continue
			}
			// The first ring runs clockwise as it is seen, the holes the other way.
			if (area2(r) > 0) != (i == 0) {
				slices.Reverse(r)
			}
			rings = append(rings, r)
		}
		if len(rings) == 0 {
			continue
		}
		low, high := reach(rings[0], 0)
		for x := max(0, (low-buffer)/Extent); x <= min(last, (high+buffer)/Extent); x++ {
			column := clipAll(rings, 0, x*Extent-buffer, (x+1)*Extent+buffer)
			if len(column) == 0 {
				continue
			}
			top, bottom := reach(column[0], 1)
			for y := max(0, (top-buffer)/Extent); y <= min(last, (bottom+buffer)/Extent); y++ {
				cell := clipAll(column, 1, y*Extent-buffer, (y+1)*Extent+buffer)
				if len(cell) == 0 {
					continue
				}
				own := make([][]point, len(cell))
				for i, r := range cell {
					own[i] = make([]point, len(r))
					for k, p := range r {
						own[i][k] = point{p[0] - x*Extent, p[1] - y*Extent}
					}
				}
				p := out[[2]int64{x, y}]
				p.feature, p.polygons = d.feature, append(p.polygons, own)
				out[[2]int64{x, y}] = p
			}
		}
	}
	return out
}

// thin are the corners of a ring on the grid, without repeats and without those on a straight line between their neighbours; the last is not the first again.
func thin(ring []orb.Point, scale float64, step int64) []point {
	out := make([]point, 0, len(ring))
	for _, q := range ring {
		p := point{int64(math.Round(q[0]*scale)) * step, int64(math.Round(q[1]*scale)) * step}
		out = extend(out, p)
	}
	return closeUp(out)
}

// extend adds a corner, and takes away those before it that it makes superfluous.
func extend(out []point, p point) []point {
	for {
		n := len(out)
		switch {
		case n > 0 && out[n-1] == p:
			return out
		case n > 1 && straight(out[n-2], out[n-1], p):
			out = out[:n-1]
			continue
		}
		return append(out, p)
	}
}

// closeUp does the same where the end of a ring meets its beginning.
func closeUp(out []point) []point {
	for len(out) > 1 {
		n := len(out)
		switch {
		case out[0] == out[n-1], n > 2 && straight(out[n-2], out[n-1], out[0]):
			out = out[:n-1]
		case n > 2 && straight(out[n-1], out[0], out[1]):
			out = out[1:]
		default:
			return out
		}
	}
	return out
}

func straight(a, b, c point) bool { return (b[0]-a[0])*(c[1]-b[1]) == (b[1]-a[1])*(c[0]-b[0]) }

// area2 is twice the area of a ring, positive when it runs clockwise as it is seen, with south downwards.
func area2(r []point) int64 {
	var sum int64
	o := r[0] // keeps the products small
	for i := 1; i+1 < len(r); i++ {
		sum += (r[i][0]-o[0])*(r[i+1][1]-o[1]) - (r[i+1][0]-o[0])*(r[i][1]-o[1])
	}
	return sum
}

func reach(r []point, axis int) (low, high int64) {
	low, high = r[0][axis], r[0][axis]
	for _, p := range r[1:] {
		low, high = min(low, p[axis]), max(high, p[axis])
	}
	return low, high
}

// clipAll keeps of a polygon what lies between two lines across an axis; nothing when its first ring is outside.
func clipAll(rings [][]point, axis int, low, high int64) [][]point {
	var out [][]point
	for i, r := range rings {
		from, to := reach(r, axis)
		if from < low {
			r = clip(r, axis, low, 1)
		}
		if to > high && len(r) > 0 {
			r = clip(r, axis, high, -1)
		}
		if len(r) < 3 || area2(r) == 0 {
			if i == 0 {
				return nil
			}
			continue
		}
		// What is left of a border that crosses itself, which is none but may come, can run the other way than the whole.
		if (area2(r) > 0) != (i == 0) {
			slices.Reverse(r)
		}
		out = append(out, r)
	}
	return out
}

// clip keeps of a ring what lies on one side of a line across an axis (Sutherland and Hodgman): at or above it for side 1, at or below it for -1.
func clip(r []point, axis int, at, side int64) []point {
	out := make([]point, 0, len(r)+4)
	a := r[len(r)-1]
	inA := (a[axis]-at)*side >= 0
	for _, b := range r {
		inB := (b[axis]-at)*side >= 0
		if inA != inB {
			out = extend(out, crossing(a, b, axis, at))
		}
		if inB {
			out = extend(out, b)
		}
		a, inA = b, inB
	}
	return closeUp(out)
}

// crossing is where an edge crosses a line; the same for both directions of the edge, so that neighbours agree.
func crossing(a, b point, axis int, at int64) point {
	if a[axis] > b[axis] {
		a, b = b, a
	}
	other := 1 - axis
	t := float64(at-a[axis]) / float64(b[axis]-a[axis])
	var p point
	p[axis], p[other] = at, a[other]+int64(math.Round(t*float64(b[other]-a[other])))
	return p
}

// squeeze packs with gzip, a level below the usual: a hundredth larger, and a fifth of the work of a whole archive less.
func squeeze(data []byte) []byte {
	var out bytes.Buffer
	z := writers.Get().(*gzip.Writer)
	defer writers.Put(z)
	z.Reset(&out)
	z.Write(data)
	z.Close()
	return out.Bytes()
}

var writers = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, 4); return z }}
