package tile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
)

const (
	headerSize = 127
	firstRead  = 16384 // a client reads so much first: header and root directory must lie within
	leafSize   = 4096  // tiles of a leaf directory
	gzipped    = 2
	vector     = 1

	// Bounds on what an archive may make a reader do.
	mostEntries   = 1 << 22
	mostDirectory = 64 << 20 // bytes when unpacked
	mostMetadata  = 1 << 20
)

// An entry says where the tiles from id on lie, run of them with the same content. In a root directory one with no run leads to a leaf.
type entry struct {
	id, offset  uint64
	length, run uint32
}

// number is the place of a tile in an archive: all smaller zooms come first, and within a zoom tiles follow Hilbert's curve.
func number(z int, x, y uint32) uint64 {
	id := (uint64(1)<<(2*z) - 1) / 3
	for s := uint32(1) << z >> 1; s > 0; s >>= 1 {
		rx, ry := boolBit(x&s > 0), boolBit(y&s > 0)
		id += uint64(s) * uint64(s) * uint64(3*rx^ry)
		if ry == 0 {
			if rx == 1 {
				x, y = s-1-x&(s-1), s-1-y&(s-1)
			}
			x, y = y, x
		}
	}
	return id
}

func boolBit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}

// pack writes tiles, which are in the order of their numbers, as an archive.
func pack(w io.Writer, tiles []made, minZoom, maxZoom int, box bounds, meta []byte) error {
	var entries []entry
	var content [][]byte
	var length uint64
	stored := map[string]entry{} // tiles of the same content are stored once
	for _, t := range tiles {
		e, again := stored[string(t.data)]
		if !again {
			e = entry{offset: length, length: uint32(len(t.data))}
			stored[string(t.data)] = e
			content = append(content, t.data)
			length += uint64(len(t.data))
		}
		if n := len(entries); n > 0 && again && entries[n-1].offset == e.offset && entries[n-1].id+uint64(entries[n-1].run) == t.id {
			entries[n-1].run++
			continue
		}
		e.id, e.run = t.id, 1
		entries = append(entries, e)
	}
	root, leaves := squeeze(directory(entries)), []byte(nil)
	for size := leafSize; len(root) > firstRead-headerSize; size *= 2 {
		var top []entry
		leaves = leaves[:0]
		for part := range slices.Chunk(entries, size) {
			leaf := squeeze(directory(part))
			top = append(top, entry{id: part[0].id, offset: uint64(len(leaves)), length: uint32(len(leaf))})
			leaves = append(leaves, leaf...)
		}
		root = squeeze(directory(top))
	}
	meta = squeeze(meta)
	h := header{
		root: section{headerSize, uint64(len(root))}, addressed: uint64(len(tiles)), entries: uint64(len(entries)), contents: uint64(len(content)),
		minZoom: byte(minZoom), maxZoom: byte(maxZoom), box: box,
	}
	h.meta = section{h.root.end(), uint64(len(meta))}
	h.leaves = section{h.meta.end(), uint64(len(leaves))}
	h.tiles = section{h.leaves.end(), length}
	for _, part := range append([][]byte{h.bytes(), root, meta, leaves}, content...) {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// directory writes entries column by column, as differences.
func directory(entries []entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.id-last)
		last = e.id
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	for i, e := range entries {
		if i > 0 && e.offset == entries[i-1].offset+uint64(entries[i-1].length) {
			b = binary.AppendUvarint(b, 0)
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
	}
	return b
}

// A section is a part of an archive.
type section struct{ offset, length uint64 }

func (s section) end() uint64 { return s.offset + s.length }

// of is the section's bytes, if they are there.
func (s section) of(data []byte) ([]byte, error) {
	if s.offset > uint64(len(data)) || s.length > uint64(len(data))-s.offset {
		return nil, fmt.Errorf("it says that %d bytes lie at %d, but has %d in all", s.length, s.offset, len(data))
	}
	return data[s.offset:][:s.length], nil
}

type header struct {
	root, meta, leaves, tiles    section
	addressed, entries, contents uint64
	minZoom, maxZoom             byte
	box                          bounds
}

func (h *header) bytes() []byte {
	b := append(make([]byte, 0, headerSize), "PMTiles\x03"...)
	for _, s := range []section{h.root, h.meta, h.leaves, h.tiles} {
		b = binary.LittleEndian.AppendUint64(b, s.offset)
		b = binary.LittleEndian.AppendUint64(b, s.length)
	}
	for _, n := range []uint64{h.addressed, h.entries, h.contents} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	b = append(b, 1, gzipped, gzipped, vector, h.minZoom, h.maxZoom) // the first: tiles lie in the order of their numbers
	place := func(degrees float64) { b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(degrees*1e7)))) }
	for _, degrees := range []float64{h.box.west, h.box.south, h.box.east, h.box.north} {
		place(degrees)
	}
	b = append(b, h.minZoom)
	place((h.box.west + h.box.east) / 2)
	place((h.box.south + h.box.north) / 2)
	return b
}

func readHeader(data []byte) (h header, err error) {
	switch {
	case len(data) < headerSize || string(data[:7]) != "PMTiles":
		return h, errors.New("it is no PMTiles archive")
	case data[7] != 3:
		return h, fmt.Errorf("it is a PMTiles archive of version %d; version 3 is read", data[7])
	case data[97] != gzipped || data[98] != gzipped || data[99] != vector:
		return h, errors.New("its tiles are not vector tiles squeezed with gzip")
	}
	at := 8
	next := func() uint64 { at += 8; return binary.LittleEndian.Uint64(data[at-8:]) }
	for _, s := range []*section{&h.root, &h.meta, &h.leaves, &h.tiles} {
		s.offset, s.length = next(), next()
	}
	h.addressed, h.entries, h.contents = next(), next(), next()
	h.minZoom, h.maxZoom = data[100], data[101]
	if h.minZoom > h.maxZoom || h.maxZoom > deepest {
		return h, fmt.Errorf("it has the zooms %d to %d; they must lie within 0 to %d", h.minZoom, h.maxZoom, deepest)
	}
	for i, degrees := range []*float64{&h.box.west, &h.box.south, &h.box.east, &h.box.north} {
		*degrees = float64(int32(binary.LittleEndian.Uint32(data[102+4*i:]))) / 1e7
	}
	return h, nil
}

// An Archive is a file of tiles that has been opened. It may be used by many goroutines at once.
type Archive struct {
	data    []byte
	tiles   []byte
	entries []entry
	head    header
	layers  []VectorLayer
}

// Open opens an archive, which it keeps and does not change. It reads all of its directories, and makes sure that every tile that they name is there; of the tiles themselves
// it reads nothing. It believes nothing that the file says of its own size.
func Open(data []byte) (*Archive, error) {
	a := &Archive{data: data}
	if err := a.open(); err != nil {
		return nil, fmt.Errorf("tile: the archive can't be read: %w", err)
	}
	return a, nil
}

func (a *Archive) open() (err error) {
	if a.head, err = readHeader(a.data); err != nil {
		return err
	}
	if a.tiles, err = a.head.tiles.of(a.data); err != nil {
		return err
	}
	meta, err := a.unpack(a.head.meta, mostMetadata)
	if err != nil {
		return fmt.Errorf("its metadata: %w", err)
	}
	var known struct {
		Layers []VectorLayer `json:"vector_layers"`
	}
	if err := json.Unmarshal(meta, &known); err != nil {
		return fmt.Errorf("its metadata: %w", err)
	}
	a.layers = known.Layers
	if _, err := a.head.leaves.of(a.data); err != nil {
		return err
	}
	if err := a.read(a.head.root, true); err != nil {
		return err
	}
	end := uint64(0)
	for _, e := range a.entries {
		if e.id < end || e.run == 0 {
			return fmt.Errorf("its directories name tile %d twice or out of order", e.id)
		}
		if _, err := (section{e.offset, uint64(e.length)}).of(a.tiles); err != nil || e.length == 0 {
			return fmt.Errorf("its directories lead to tile %d at a place that it hasn't", e.id)
		}
		end = e.id + uint64(e.run)
	}
	return nil
}

// read reads a directory; only the root may lead to others.
func (a *Archive) read(s section, root bool) error {
	raw, err := a.unpack(s, mostDirectory)
	if err != nil {
		return fmt.Errorf("a directory: %w", err)
	}
	entries, err := readDirectory(raw)
	if err != nil {
		return err
	}
	leaves := uint64(0) // how far they have been read
	for _, e := range entries {
		switch {
		case e.run > 0:
			a.entries = append(a.entries, e)
		case !root:
			return errors.New("a leaf directory leads to another")
		default:
			// Each byte is read once, whatever a root directory says.
			if e.offset < leaves || e.offset > a.head.leaves.length || uint64(e.length) > a.head.leaves.length-e.offset {
				return errors.New("a directory lies outside the part that directories have, or over another")
			}
			leaves = e.offset + uint64(e.length)
			if err := a.read(section{a.head.leaves.offset + e.offset, uint64(e.length)}, false); err != nil {
				return err
			}
		}
		if len(a.entries) > mostEntries {
			return fmt.Errorf("it has more than %d tiles", mostEntries)
		}
	}
	return nil
}

func (a *Archive) unpack(s section, most int64) ([]byte, error) {
	part, err := s.of(a.data)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(part))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, most+1))
	if err == nil && int64(len(out)) > most {
		err = fmt.Errorf("it is larger than the %d bytes it may have", most)
	}
	return out, err
}

func readDirectory(raw []byte) ([]entry, error) {
	var bad error
	next := func(most uint64) uint64 {
		v, n := binary.Uvarint(raw)
		if n <= 0 || v > most {
			bad = errors.New("a directory is cut off, or holds a number that is too large")
			return 0
		}
		raw = raw[n:]
		return v
	}
	count := next(mostEntries)
	if count > uint64(len(raw))/4 { // an entry has four numbers
		return nil, errors.New("a directory has fewer tiles than it says")
	}
	entries := make([]entry, count)
	id := uint64(0)
	for i := range entries {
		id += next(1 << 40)
		entries[i].id = id
	}
	for i := range entries {
		entries[i].run = uint32(next(1 << 31))
	}
	for i := range entries {
		entries[i].length = uint32(next(1 << 31))
	}
	for i := range entries {
		v := next(1 << 40)
		switch {
		case v > 0:
			entries[i].offset = v - 1
		case i == 0:
			bad = errors.New("a directory begins with a tile that lies nowhere")
		default:
			entries[i].offset = entries[i-1].offset + uint64(entries[i-1].length)
		}
	}
	if len(raw) > 0 && bad == nil {
		bad = errors.New("a directory has more in it than its tiles")
	}
	return entries, bad
}

// Tile is a tile, squeezed with gzip; nil when nothing lies there or the zoom is none of the archive's. It is the archive's own: do not change it.
func (a *Archive) Tile(z, x, y int) []byte {
	if z < int(a.head.minZoom) || z > int(a.head.maxZoom) || x < 0 || y < 0 || x >= 1<<z || y >= 1<<z {
		return nil
	}
	id := number(z, uint32(x), uint32(y))
	i := sort.Search(len(a.entries), func(i int) bool { return a.entries[i].id > id }) - 1
	if i < 0 || id-a.entries[i].id >= uint64(a.entries[i].run) {
		return nil
	}
	return a.tiles[a.entries[i].offset:][:a.entries[i].length]
}

// Bytes is the whole archive as it stands in its file. It is the archive's own: do not change it.
func (a *Archive) Bytes() []byte { return a.data }

// Zooms are the least and the closest zoom.
func (a *Archive) Zooms() (least, closest int) { return int(a.head.minZoom), int(a.head.maxZoom) }

// Bounds is the box around all areas in degrees: west, south, east, north.
func (a *Archive) Bounds() [4]float64 {
	b := a.head.box
	return [4]float64{b.west, b.south, b.east, b.north}
}

// Layers describe what is in the tiles.
func (a *Archive) Layers() []VectorLayer { return a.layers }

// Tiles is how many tiles there are.
func (a *Archive) Tiles() int {
	n := 0
	for _, e := range a.entries {
		n += int(e.run)
	}
	return n
}
