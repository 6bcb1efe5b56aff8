package edition

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/skikt/skikt/area"
)

// SWEREF 99 TM as PROJJSON, the form that GeoParquet asks for; parameters of EPSG:3006. Coordinates in GeoParquet stand east before north
// whatever order the axes have here.
//
//go:embed sweref99tm.json
var sweref99TM []byte

// The metadata of a division's file: geoKey is GeoParquet's own, divisionKey ours.
const (
	geoKey      = "geo"
	divisionKey = "skikt:division"
)

// Parents are, for each area of a division in order, the code of the area of another division that holds it; empty where none is known.
type Parents struct {
	ID    area.ID
	Codes []string
}

// Key gives, for each area of from in order, the position of the area of to, the division of p, that holds it; -1 where none is known.
func (p Parents) Key(from, to *area.Division) ([]int32, error) {
	key := make([]int32, len(p.Codes))
	for i, code := range p.Codes {
		at, ok := to.Index(code)
		switch {
		case code == "":
			at = -1
		case !ok:
			return nil, fmt.Errorf("edition: %s of %s lies in %s, which %s lacks", from.At(i).Code, from.ID, code, to.ID)
		}
		key[i] = int32(at)
	}
	return key, nil
}

type divisionMeta struct {
	Format  int      `json:"format"`
	ID      string   `json:"id"`
	Parents []string `json:"parents"`
}

type geoMeta struct {
	Version       string               `json:"version"`
	PrimaryColumn string               `json:"primary_column"`
	Columns       map[string]geoColumn `json:"columns"`
}

type geoColumn struct {
	Encoding string          `json:"encoding"`
	Types    []string        `json:"geometry_types"`
	CRS      json.RawMessage `json:"crs"`
	BBox     []float64       `json:"bbox,omitempty"` // west, south, east, north
}

func divisionColumns(parents []string) ([]column, error) {
	columns := []column{{"code", parquet.String()}, {"name", parquet.Optional(parquet.String())}}
	taken := map[string]bool{"code": true, "name": true, "geometry": true}
	for _, id := range parents {
		if err := checkName(id); err != nil {
			return nil, err
		}
		if taken[id] {
			return nil, fmt.Errorf("the column %q would stand twice", id)
		}
		taken[id] = true
		columns = append(columns, column{id, parquet.Optional(codes())})
	}
	return append(columns, column{"geometry", parquet.Optional(parquet.Leaf(parquet.ByteArrayType))}), nil
}

// WriteDivision writes a division as a GeoParquet file of the form that the package comment describes. Areas without a border have a null
// geometry, areas without a name a null name.
func WriteDivision(w io.Writer, d *area.Division, parents []Parents) error {
	if err := writeDivision(w, d, parents); err != nil {
		return fmt.Errorf("edition: division %s: %w", d.ID, err)
	}
	return nil
}

func writeDivision(w io.Writer, d *area.Division, parents []Parents) error {
	meta := divisionMeta{Format, d.ID.String(), []string{}}
	for _, p := range parents {
		if len(p.Codes) != d.Len() {
			return fmt.Errorf("%d codes of %s are given for its %d areas", len(p.Codes), p.ID, d.Len())
		}
		meta.Parents = append(meta.Parents, p.ID.String())
	}
	columns, err := divisionColumns(meta.Parents)
	if err != nil {
		return err
	}
	bound, err := extent(d)
	if err != nil {
		return err
	}
	geometry := geoColumn{Encoding: "WKB", Types: []string{}, CRS: sweref99TM}
	if !bound.IsEmpty() {
		geometry.Types = []string{"MultiPolygon"}
		geometry.BBox = []float64{bound.Min.X(), bound.Min.Y(), bound.Max.X(), bound.Max.Y()}
	}
	geo, err := json.Marshal(geoMeta{"1.1.0", "geometry", map[string]geoColumn{"geometry": geometry}})
	if err != nil {
		return err
	}
	own, err := json.Marshal(meta)
	if err != nil {
		return err
	}
	out, err := newWriter(w, columns, d.Len(), map[string]string{geoKey: string(geo), divisionKey: string(own)})
	if err != nil {
		return err
	}
	for i := range d.Len() {
		a := d.At(i)
		out.text(a.Code)
		out.textOrNull(a.Name)
		for _, p := range parents {
			out.textOrNull(p.Codes[i])
		}
		if a.Border == nil {
			out.null()
		} else {
			border, err := wkb.Marshal(a.Border)
			if err != nil {
				return err
			}
			out.bytes(border)
		}
		if err := out.endRow(); err != nil {
			return err
		}
	}
	return out.close()
}

// extent is the box around all borders; empty when there are none.
func extent(d *area.Division) (orb.Bound, error) {
	box := orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}
	for i := range d.Len() {
		a := d.At(i)
		if !utf8.ValidString(a.Code) || !utf8.ValidString(a.Name) {
			return box, fmt.Errorf("the code or name of area %d is not UTF-8", i+1)
		}
		for _, polygon := range a.Border {
			for _, ring := range polygon {
				for _, p := range ring {
					if math.IsNaN(p[0]-p[0]) || math.IsNaN(p[1]-p[1]) {
						return box, fmt.Errorf("the border of %s has a coordinate that is not finite", a.Code)
					}
					if box.IsEmpty() {
						box = orb.Bound{Min: p, Max: p}
					}
					box = box.Extend(p)
				}
			}
		}
	}
	return box, nil
}

// ReadDivision reads the content of a file that [WriteDivision] wrote, which must be of the division id. Like [ReadTable] it believes nothing that
// the file claims of its own size.
func ReadDivision(id area.ID, data []byte) (*area.Division, []Parents, error) {
	d, parents, err := readDivision(id, data)
	if err != nil {
		return nil, nil, fmt.Errorf("edition: the division %s can't be read: %w", id, err)
	}
	return d, parents, nil
}

func readDivision(id area.ID, data []byte) (*area.Division, []Parents, error) {
	in, err := openParquet(data)
	if err != nil {
		return nil, nil, err
	}
	text, ok := in.Lookup(divisionKey)
	if !ok {
		return nil, nil, fmt.Errorf("the file has no metadata %s: it is no division of an edition", divisionKey)
	}
	var meta divisionMeta
	switch err := json.Unmarshal([]byte(text), &meta); {
	case err != nil:
		return nil, nil, fmt.Errorf("its metadata %s is no JSON of a division: %w", divisionKey, err)
	case meta.Format < 1 || meta.Format > Format:
		return nil, nil, fmt.Errorf("it has format %d, and this version of skikt reads up to %d", meta.Format, Format)
	case meta.ID != id.String():
		return nil, nil, fmt.Errorf("the file is of %s", meta.ID)
	}
	columns, err := divisionColumns(meta.Parents)
	if err != nil {
		return nil, nil, err
	}
	if err := in.check(columns); err != nil {
		return nil, nil, err
	}
	areas := make([]area.Area, in.NumRows())
	err = in.texts(0, func(row int, b []byte) error { areas[row].Code = string(b); return nil })
	if err != nil {
		return nil, nil, err
	}
	err = in.texts(1, func(row int, b []byte) error { areas[row].Name = string(b); return nil })
	if err != nil {
		return nil, nil, err
	}
	parents := make([]Parents, len(meta.Parents))
	for i, name := range meta.Parents {
		p := Parents{Codes: make([]string, len(areas))}
		if p.ID, err = area.ParseID(name); err != nil {
			return nil, nil, err
		}
		err = in.texts(2+i, func(row int, b []byte) error { p.Codes[row] = string(b); return nil })
		if err != nil {
			return nil, nil, err
		}
		parents[i] = p
	}
	err = in.texts(len(columns)-1, func(row int, b []byte) error {
		shape, err := wkb.Unmarshal(b)
		border, ok := shape.(orb.MultiPolygon)
		if err != nil || !ok {
			return fmt.Errorf("row %d has a geometry that is no multipolygon", row+1)
		}
		areas[row].Border = border
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for i := 1; i < len(areas); i++ {
		if areas[i-1].Code >= areas[i].Code { // the parents are in the order of the rows
			return nil, nil, fmt.Errorf("its areas are not in the order of their codes, at row %d", i+1)
		}
	}
	d, err := area.New(id, areas)
	return d, parents, err
}
