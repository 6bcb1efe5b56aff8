package gpkg

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strconv"
)

const (
	pageSize   = 4096
	headerSize = 100 // of the file, on its first page
	usable     = pageSize
	schemaRoom = pageSize - headerSize // of every page of the schema, whose root is the first

	leafTable, innerTable = 0x0d, 0x05
	leafIndex, innerIndex = 0x0a, 0x02

	leafHead, innerHead = 8, 12
)

// A table is written from its rows, in the order of their numbers. A column that is an alias of the row's number is null in each row.
type table struct {
	name, sql string
	indexes   [][]int // columns of the indexes that SQLite makes by itself for primary keys and UNIQUE, in their order in the statement
	rowids    []int64 // 1, 2, ... when nil
	rows      [][]any // nil, int64, float64, string, []byte
}

// A file is a database as a list of pages, of which the first has number 1.
type file struct{ pages [][]byte }

func (f *file) add(page []byte) uint32 {
	f.pages = append(f.pages, page)
	return uint32(len(f.pages))
}

// database writes tables as a database, marked as a GeoPackage.
func database(tables []table) ([]byte, error) {
	f := &file{}
	f.add(nil) // the first page comes last
	var schema []cell
	entry := func(kind, name, of string, root uint32, sql any) error {
		payload, err := record([]any{kind, name, of, int64(root), sql})
		schema = append(schema, f.tableCell(int64(len(schema)+1), payload))
		return err
	}
	for _, t := range tables {
		cells := make([]cell, len(t.rows))
		records := make([][]any, len(t.rows))
		for i, row := range t.rows {
			id := int64(i + 1)
			if t.rowids != nil {
				id = t.rowids[i]
			}
			payload, err := record(row)
			if err != nil {
				return nil, fmt.Errorf("table %s, row %d: %w", t.name, i+1, err)
			}
			cells[i] = f.tableCell(id, payload)
			records[i] = append(slices.Clip(slices.Clone(row)), id)
		}
		if err := entry("table", t.name, t.name, f.tableTree(cells), t.sql); err != nil {
			return nil, err
		}
		for n, columns := range t.indexes {
			root, err := f.index(records, columns)
			if err != nil {
				return nil, fmt.Errorf("table %s: %w", t.name, err)
			}
			if err := entry("index", "sqlite_autoindex_"+t.name+"_"+strconv.Itoa(n+1), t.name, root, nil); err != nil {
				return nil, err
			}
		}
	}
	root := f.tree(schema, leafTable, innerTable, schemaRoom)
	copy(root, "SQLite format 3\x00")
	binary.BigEndian.PutUint16(root[16:], pageSize)
	copy(root[18:], []byte{1, 1, 0, 64, 32, 32})
	for at, v := range map[int]uint32{24: 1, 28: uint32(len(f.pages)), 40: 1, 44: 4, 56: 1, 60: 10301, 68: 0x47504b47, 92: 1, 96: 3045000} {
		binary.BigEndian.PutUint32(root[at:], v)
	}
	f.pages[0] = root
	return bytes.Join(f.pages, nil), nil
}

// A cell is an entry of a page, and for tables the number of its row.
type cell struct {
	rowid int64
	bytes []byte
}

// record writes a row (section 2.1 of the format).
func record(row []any) ([]byte, error) {
	var head, body []byte
	for _, v := range row {
		switch v := v.(type) {
		case nil:
			head = append(head, 0)
		case int64:
			head = append(head, 6)
			body = binary.BigEndian.AppendUint64(body, uint64(v))
		case float64:
			if math.IsNaN(v) {
				return nil, fmt.Errorf("a number is none")
			}
			head = append(head, 7)
			body = binary.BigEndian.AppendUint64(body, math.Float64bits(v))
		case string:
			head = varint(head, uint64(len(v))*2+13)
			body = append(body, v...)
		case []byte:
			head = varint(head, uint64(len(v))*2+12)
			body = append(body, v...)
		default:
			return nil, fmt.Errorf("a value is a %T", v)
		}
	}
	// The size of the header counts itself.
	size := len(head) + 1
	if size > 127 {
		size++
	}
	if size > 1<<14-1 {
		return nil, fmt.Errorf("a row of %d values is too long", len(row))
	}
	return slices.Concat(varint(nil, uint64(size)), head, body), nil
}

// varint appends a number as SQLite writes it: seven bits a byte, the highest first; of more than 56 bits, as negative ones have, nine bytes of which the last has eight.
func varint(b []byte, v uint64) []byte {
	if v >= 1<<56 {
		for shift := 57; shift >= 8; shift -= 7 {
			b = append(b, byte(v>>shift)|0x80)
		}
		return append(b, byte(v))
	}
	shift := 0
	for v>>(shift+7) > 0 {
		shift += 7
	}
	for ; shift > 0; shift -= 7 {
		b = append(b, byte(v>>shift)|0x80)
	}
	return append(b, byte(v)&0x7f)
}

// tableCell is a row as it stands on a leaf; what is too long goes on pages of its own (section 1.6).
func (f *file) tableCell(id int64, payload []byte) cell {
	b := varint(varint(nil, uint64(len(payload))), uint64(id))
	const most = usable - 35
	if len(payload) <= most {
		return cell{id, append(b, payload...)}
	}
	const least = (usable-12)*32/255 - 23
	local := least + (len(payload)-least)%(usable-4)
	if local > most {
		local = least
	}
	b = append(b, payload[:local]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(f.pages)+1))
	for rest := payload[local:]; len(rest) > 0; {
		n := min(len(rest), usable-4)
		page := make([]byte, pageSize)
		copy(page[4:], rest[:n])
		if rest = rest[n:]; len(rest) > 0 {
			binary.BigEndian.PutUint32(page, uint32(len(f.pages)+2))
		}
		f.add(page)
	}
	return cell{id, b}
}

func (f *file) tableTree(cells []cell) uint32 {
	return f.add(f.tree(cells, leafTable, innerTable, pageSize))
}

// index writes the index of columns of a table's rows, in whose records the row's number is last.
func (f *file) index(rows [][]any, columns []int) (uint32, error) {
	keys := make([][]any, len(rows))
	for i, row := range rows {
		for _, c := range columns {
			keys[i] = append(keys[i], row[c])
		}
		keys[i] = append(keys[i], row[len(row)-1])
	}
	slices.SortFunc(keys, func(a, b []any) int {
		for i := range a {
			if c := compare(a[i], b[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	cells := make([]cell, len(keys))
	for i, key := range keys {
		payload, err := record(key)
		if err != nil {
			return 0, err
		}
		if len(payload) > (usable-12)*64/255-23 {
			return 0, fmt.Errorf("a name is too long")
		}
		cells[i].bytes = append(varint(nil, uint64(len(payload))), payload...)
	}
	return f.add(f.tree(cells, leafIndex, innerIndex, pageSize)), nil
}

// compare orders null before numbers before texts, as SQLite does.
func compare(a, b any) int {
	rank := func(v any) int {
		switch v.(type) {
		case nil:
			return 0
		case int64:
			return 1
		}
		return 2
	}
	if c := cmp.Compare(rank(a), rank(b)); c != 0 || a == nil {
		return c
	}
	if x, ok := a.(int64); ok {
		return cmp.Compare(x, b.(int64))
	}
	return cmp.Compare(a.(string), b.(string))
}

// tree writes a b-tree of cells that are in order (section 1.6), and returns its root as a page that is not yet in the file. Of a table, leaves hold all rows, and inner pages the greatest
// number under each page; of an index, what stands on an inner page stands there alone. room is how much of each page may be used; a root with less than a whole page begins
// after the file's header.
func (f *file) tree(cells []cell, leaf, inner byte, room int) []byte {
	index := leaf == leafIndex
	parts := groups(cells, room-leafHead, index)
	if len(parts) == 1 {
		return page(leaf, cells, 0, pageSize-room)
	}
	var pages []uint32
	var between []cell // what parts each page from the next
	for i, p := range parts {
		pages = append(pages, f.add(page(leaf, cells[p[0]:p[1]], 0, 0)))
		if i == len(parts)-1 {
			break
		}
		if index {
			between = append(between, cells[p[1]])
		} else {
			last := cells[p[1]-1].rowid
			between = append(between, cell{last, varint(nil, uint64(last))})
		}
	}
	for {
		cells := make([]cell, len(between))
		for i, c := range between {
			cells[i].bytes = append(binary.BigEndian.AppendUint32(nil, pages[i]), c.bytes...)
		}
		parts := groups(cells, room-innerHead, true)
		if len(parts) == 1 {
			return page(inner, cells, pages[len(pages)-1], pageSize-room)
		}
		var above []uint32
		var up []cell
		for i, p := range parts {
			above = append(above, f.add(page(inner, cells[p[0]:p[1]], pages[p[1]], 0)))
			if i < len(parts)-1 {
				up = append(up, between[p[1]])
			}
		}
		pages, between = above, up
	}
}

// groups parts cells into pages: from and to of each. With up the cell between two pages is on neither.
func groups(cells []cell, room int, up bool) [][2]int {
	var out [][2]int
	from, used := 0, 0
	for i, c := range cells {
		size := len(c.bytes) + 2 // and where it stands
		if used+size <= room {
			used += size
			continue
		}
		out = append(out, [2]int{from, i})
		from, used = i, size
		if up {
			from, used = i+1, 0
		}
	}
	if n := len(out); up && n > 0 && from == len(cells) {
		// Nothing came after the last that went up: it stands on a page, and the one before it goes up.
		out[n-1][1]--
		from--
	}
	return append(out, [2]int{from, len(cells)})
}

// page lays cells out on a page, from its end; right is the last page under an inner one.
func page(kind byte, cells []cell, right uint32, offset int) []byte {
	b := make([]byte, pageSize)
	end, at := pageSize, offset+leafHead
	if kind == innerTable || kind == innerIndex {
		binary.BigEndian.PutUint32(b[offset+leafHead:], right)
		at = offset + innerHead
	}
	for _, c := range cells {
		end -= len(c.bytes)
		copy(b[end:], c.bytes)
		binary.BigEndian.PutUint16(b[at:], uint16(end))
		at += 2
	}
	b[offset] = kind
	binary.BigEndian.PutUint16(b[offset+3:], uint16(len(cells)))
	binary.BigEndian.PutUint16(b[offset+5:], uint16(end))
	return b
}
