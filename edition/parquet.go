package edition

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/skikt/skikt/cube"
)

// Bounds on a Parquet file, so that a small hostile file can't claim all memory.
const (
	maxColumns = 2000
	maxCells   = 1 << 26 // rows × columns
)

// A column is a column of a Parquet file; all are at the top of the schema.
type column struct {
	name string
	node parquet.Node
}

func codes() parquet.Node   { return parquet.Encoded(parquet.String(), &parquet.RLEDictionary) }
func numbers() parquet.Node { return parquet.Optional(parquet.Leaf(parquet.DoubleType)) }

// ordered is a group that keeps its columns in the order given; the library's own sorts them by name.
type ordered struct {
	parquet.Group
	columns []column
}

func (g ordered) Fields() []parquet.Field {
	byName := map[string]parquet.Field{}
	for _, f := range g.Group.Fields() {
		byName[f.Name()] = f
	}
	fields := make([]parquet.Field, len(g.columns))
	for i, c := range g.columns {
		fields[i] = byName[c.name]
	}
	return fields
}

// A writer writes a Parquet file row by row, one value a column in order.
type writer struct {
	out     *parquet.GenericWriter[any]
	columns []column
	row     parquet.Row
}

const rowsInGroup = 1 << 16

func newWriter(w io.Writer, columns []column, rows int, meta map[string]string) (*writer, error) {
	if rows > maxCells/len(columns) {
		return nil, fmt.Errorf("%d rows of %d columns are more than the %d cells that can be published at once", rows, len(columns), maxCells)
	}
	group := parquet.Group{}
	for _, c := range columns {
		group[c.name] = c.node
	}
	schema := parquet.NewSchema("table", ordered{group, columns})
	// Not compressed: most columns are dictionaries already, the bytes don't change with the version of a compressor, and no small file
	// can unpack to a large one.
	//
	// Created by the format's version, not the program's: a release of skikt that changes nothing in the statistics changes no file.
	//
	// Rows in groups, of which the writer holds one at a time.
	options := []parquet.WriterOption{schema, parquet.CreatedBy("skikt", strconv.Itoa(Format), ""), parquet.Compression(&parquet.Uncompressed), parquet.MaxRowsPerRowGroup(rowsInGroup)}
	for key, value := range meta { // the library sorts them
		options = append(options, parquet.KeyValueMetadata(key, value))
	}
	return &writer{columns: columns, out: parquet.NewGenericWriter[any](w, options...)}, nil
}

func (w *writer) put(v parquet.Value, defined bool) {
	level := 0
	if at := len(w.row); defined && w.columns[at].node.Optional() {
		level = 1
	}
	w.row = append(w.row, v.Level(0, level, len(w.row)))
}

func (w *writer) text(s string)  { w.put(parquet.ByteArrayValue([]byte(s)), true) }
func (w *writer) bytes(b []byte) { w.put(parquet.ByteArrayValue(b), true) }
func (w *writer) null()          { w.put(parquet.NullValue(), false) }

func (w *writer) textOrNull(s string) {
	if s == "" {
		w.null()
		return
	}
	w.text(s)
}

func (w *writer) number(n cube.Number) {
	if n.OK {
		w.put(parquet.DoubleValue(n.V), true)
		return
	}
	w.null()
}

func (w *writer) endRow() error {
	_, err := w.out.WriteRows([]parquet.Row{w.row})
	w.row = w.row[:0]
	return err
}

func (w *writer) close() error { return w.out.Close() }

// A reader reads a Parquet file column by column.
type reader struct {
	*parquet.File
	columns []column
}

// guarded turns a panic of the Parquet library into an error. It is meant for files that were made to do harm: a file of an edition has
// been compared with its checksum before it comes here.
func guarded(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the Parquet file is broken: %v", r)
	}
}

func openParquet(data []byte) (in *reader, err error) {
	defer guarded(&err)
	// The library sets aside as much memory for the footer as the last bytes ask for.
	if n := len(data); n < 12 || int64(binary.LittleEndian.Uint32(data[n-8:])) > int64(n-12) {
		return nil, errors.New("no whole Parquet file: it ends too early")
	}
	f, err := parquet.OpenFile(bytes.NewReader(data), int64(len(data)), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("no whole Parquet file: %w", err)
	}
	in = &reader{File: f}
	return in, in.checkPages(data)
}

// checkPages looks at the headers of all pages before any is read: what they say of their sizes must fit the file.
func (in *reader) checkPages(data []byte) error {
	meta := in.Metadata()
	rows := in.NumRows()
	if len(in.Root().Columns()) > maxColumns || rows < 0 || rows > int64(maxCells/max(1, len(in.Root().Columns()))) {
		return fmt.Errorf("the Parquet file claims %d rows of %d columns, more than are read", rows, len(in.Root().Columns()))
	}
	var total int64
	for _, group := range meta.RowGroups {
		if group.NumRows < 0 || group.NumRows > rows-total {
			return errClaim
		}
		total += group.NumRows
		for _, chunk := range group.Columns {
			if err := checkChunk(data, &chunk.MetaData, group.NumRows); err != nil {
				return err
			}
		}
	}
	if total != rows {
		return errClaim
	}
	return nil
}

var errClaim = errors.New("the Parquet file claims a size that it does not have")

func checkChunk(data []byte, chunk *format.ColumnMetaData, rows int64) error {
	start, length := chunk.DataPageOffset, chunk.TotalCompressedSize
	if chunk.DictionaryPageOffset > 0 {
		start = min(start, chunk.DictionaryPageOffset)
	}
	if chunk.Codec != format.Uncompressed {
		return fmt.Errorf("the Parquet file is compressed with %s; the files of an edition are not", chunk.Codec)
	}
	size := int64(len(data))
	if start < 0 || length < 0 || start > size || length > size-start || chunk.NumValues != rows {
		return errClaim
	}
	pages := bytes.NewReader(data[start : start+length])
	var protocol thrift.CompactProtocol
	var values int64
	for pages.Len() > 0 {
		var header format.PageHeader
		if err := thrift.NewDecoder(protocol.NewReader(pages)).Decode(&header); err != nil {
			return fmt.Errorf("the Parquet file has a broken page: %w", err)
		}
		packed, unpacked := int64(header.CompressedPageSize), int64(header.UncompressedPageSize)
		inPage, inDictionary := int64(header.DataPageHeader.V.NumValues)+int64(header.DataPageHeaderV2.V.NumValues), int64(header.DictionaryPageHeader.V.NumValues)
		if packed < 0 || packed > int64(pages.Len()) || unpacked != packed || inPage < 0 || inPage > rows || inDictionary < 0 || inDictionary > rows {
			return errClaim
		}
		values += inPage
		if _, err := pages.Seek(packed, io.SeekCurrent); err != nil {
			return err
		}
	}
	if values != rows {
		return errClaim
	}
	return nil
}

// check compares the file's columns with those wanted.
func (in *reader) check(columns []column) error {
	have := in.Root().Columns()
	same := slices.EqualFunc(have, columns, func(h *parquet.Column, c column) bool {
		return h.Name() == c.name && h.Leaf() && !h.Repeated() && h.Optional() == c.node.Optional() && h.Type().Kind() == c.node.Type().Kind()
	})
	if !same {
		return fmt.Errorf("its columns are not those that its metadata names")
	}
	in.columns = columns
	return nil
}

func (in *reader) numbers(col int, put func(row int, v float64) error) error {
	return in.values(col, func(row int, v parquet.Value) error {
		if v.IsNull() {
			return nil
		}
		return put(row, v.Double())
	})
}

// texts gives the bytes of every value that is not null; they are good only during the call.
func (in *reader) texts(col int, put func(row int, b []byte) error) error {
	return in.values(col, func(row int, v parquet.Value) error {
		if v.IsNull() {
			return nil
		}
		return put(row, v.ByteArray())
	})
}

func (in *reader) values(col int, put func(row int, v parquet.Value) error) (err error) {
	defer guarded(&err)
	row := 0
	var buffer [256]parquet.Value
	for _, group := range in.RowGroups() {
		pages := group.ColumnChunks()[col].Pages()
		defer pages.Close()
		for {
			page, err := pages.ReadPage()
			if err == io.EOF {
				break
			}
			if err != nil {
				return fmt.Errorf("column %s: %w", in.columns[col].name, err)
			}
			if row, err = eachValue(page.Values(), buffer[:], row, int(in.NumRows()), put); err != nil {
				return err
			}
			parquet.Release(page)
		}
	}
	if row != int(in.NumRows()) {
		return fmt.Errorf("column %s has %d rows, the file %d", in.columns[col].name, row, in.NumRows())
	}
	return nil
}

func eachValue(values parquet.ValueReader, buffer []parquet.Value, row, rows int, put func(row int, v parquet.Value) error) (int, error) {
	for {
		n, err := values.ReadValues(buffer)
		for _, v := range buffer[:n] {
			if row >= rows {
				return row, fmt.Errorf("a column has more than the %d rows of the file", rows)
			}
			if err := put(row, v); err != nil {
				return row, err
			}
			row++
		}
		if err == io.EOF {
			return row, nil
		}
		if err != nil {
			return row, err
		}
	}
}
