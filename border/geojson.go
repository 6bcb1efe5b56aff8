package border

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// jsonFeature is a GeoJSON feature (RFC 7946); coordinates are read apart, for speed and for errors that say where.
type jsonFeature struct {
	Geometry *struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
	Properties map[string]any `json:"properties"`
}

// readGeoJSON reads a FeatureCollection. Without a crs member the system is left to the coordinates: RFC 7946 says WGS 84, but files in
// metres without a statement are about.
func readGeoJSON(text []byte) (*source, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	src := &source{usual: WGS84}
	fields := map[string]bool{}
	if _, err := dec.Token(); err != nil {
		return nil, jsonError(text, dec, err, 0)
	}
	collection := false
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, jsonError(text, dec, err, 0)
		}
		switch key {
		case "features":
			if open, err := dec.Token(); err != nil {
				return nil, jsonError(text, dec, err, 0)
			} else if open != json.Delim('[') {
				return nil, errors.New("its features are no list; this is no GeoJSON FeatureCollection")
			}
			collection = true
			for dec.More() {
				var f jsonFeature
				if err := dec.Decode(&f); err != nil {
					return nil, jsonError(text, dec, err, len(src.raws)+1)
				}
				r, err := f.raw(len(src.raws) + 1)
				if err != nil {
					return nil, fmt.Errorf("feature %d, before %s: %w", len(src.raws)+1, position(text, dec.InputOffset()), err)
				}
				for name := range f.Properties {
					fields[name] = true
				}
				src.raws = append(src.raws, r)
			}
			if _, err := dec.Token(); err != nil {
				return nil, jsonError(text, dec, err, len(src.raws)+1)
			}
		case "name":
			var name any
			if err := dec.Decode(&name); err != nil {
				return nil, jsonError(text, dec, err, 0)
			}
			src.name, _ = name.(string)
		case "crs":
			var crs any
			if err := dec.Decode(&crs); err != nil {
				return nil, jsonError(text, dec, err, 0)
			}
			if crs == nil {
				continue
			}
			member, _ := crs.(map[string]any)
			properties, _ := member["properties"].(map[string]any)
			name, _ := properties["name"].(string)
			src.crs, src.stated = crsOfName(name), strconv.Quote(name)
		default:
			var skipped json.RawMessage
			if err := dec.Decode(&skipped); err != nil {
				return nil, jsonError(text, dec, err, 0)
			}
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, jsonError(text, dec, err, len(src.raws)+1)
	}
	if !collection {
		return nil, errors.New("it has no features; this is no GeoJSON FeatureCollection")
	}
	for name := range fields {
		src.fields = append(src.fields, name)
	}
	sort.Strings(src.fields)
	return src, nil
}

// crsOfName knows the systems by code or name: urn:ogc:def:crs:EPSG::3006, EPSG:4326, http://www.opengis.net/def/crs/EPSG/0/3006, CRS84.
func crsOfName(name string) CRS {
	if strings.HasSuffix(strings.ToUpper(name), "CRS84") {
		return WGS84
	}
	code, err := strconv.Atoi(name[strings.LastIndexAny(name, ":/")+1:])
	if err != nil || !strings.Contains(strings.ToUpper(name), "EPSG") {
		return AutoCRS
	}
	return crsOfEPSG(code)
}

// crsOfEPSG knows the systems by EPSG code. UTM zone 33 N on ETRS 89 or WGS 84 is the same projection as SWEREF 99 TM, and degrees in ETRS 89 and
// SWEREF 99 are taken as WGS 84.
func crsOfEPSG(code int) CRS {
	switch code {
	case 3006, 25833, 32633:
		return SWEREF99TM
	case 4326, 4258, 4619:
		return WGS84
	}
	return AutoCRS
}

func (f *jsonFeature) raw(number int) (raw, error) {
	r := raw{number: number, fields: make(map[string]string, len(f.Properties))}
	for name, v := range f.Properties {
		switch v := v.(type) {
		case nil:
		case string:
			if v != "" {
				r.fields[name] = v
			}
		case json.Number:
			r.fields[name] = v.String()
		case bool:
			r.fields[name] = strconv.FormatBool(v)
		}
	}
	if f.Geometry == nil {
		return r, nil
	}
	p := coordinates{text: f.Geometry.Coordinates}
	switch f.Geometry.Type {
	case "Polygon":
		polygon, err := p.polygon()
		if err != nil {
			return r, err
		}
		if len(polygon) > 0 {
			r.border = orb.MultiPolygon{polygon}
		}
	case "MultiPolygon":
		var err error
		r.border, err = nested(&p, p.polygon)
		if err != nil {
			return r, err
		}
	default:
		r.fault = fmt.Sprintf("its geometry is a %.20q, not a polygon; it is not used", f.Geometry.Type)
		return r, nil
	}
	return r, p.end()
}

// coordinates parses nested lists of numbers that are known to be valid JSON.
type coordinates struct {
	text []byte
	at   int
}

var errCoordinates = errors.New("its coordinates are no lists of rings of number pairs")

func (c *coordinates) next() byte {
	for c.at < len(c.text) {
		switch b := c.text[c.at]; b {
		case ' ', '\t', '\r', '\n':
			c.at++
		default:
			return b
		}
	}
	return 0
}

func (c *coordinates) take(b byte) bool {
	if c.next() != b {
		return false
	}
	c.at++
	return true
}

func (c *coordinates) end() error {
	if c.next() != 0 {
		return errCoordinates
	}
	return nil
}

// nested reads a list of what item reads.
func nested[T any](c *coordinates, item func() (T, error)) ([]T, error) {
	if !c.take('[') {
		return nil, errCoordinates
	}
	if c.take(']') {
		return nil, nil
	}
	var items []T
	for {
		v, err := item()
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		switch {
		case c.take(','):
		case c.take(']'):
			return items, nil
		default:
			return nil, errCoordinates
		}
	}
}

func (c *coordinates) polygon() (orb.Polygon, error) { return nested(c, c.ring) }

func (c *coordinates) ring() (orb.Ring, error) { return nested(c, c.point) }

// point reads a position and drops a height.
func (c *coordinates) point() (orb.Point, error) {
	var p orb.Point
	if !c.take('[') {
		return p, errCoordinates
	}
	for i := 0; ; i++ {
		c.next()
		start := c.at
		for c.at < len(c.text) && inNumber(c.text[c.at]) {
			c.at++
		}
		v, err := strconv.ParseFloat(string(c.text[start:c.at]), 64)
		if err != nil || math.IsInf(v, 0) {
			return p, errCoordinates
		}
		if i < 2 {
			p[i] = v
		}
		switch {
		case c.take(','):
		case c.take(']') && i >= 1:
			return p, nil
		default:
			return p, errCoordinates
		}
	}
}

// inNumber tells whether a byte may stand in a number of JSON.
func inNumber(b byte) bool {
	switch b {
	case '+', '-', '.', 'e', 'E':
		return true
	}
	return b >= '0' && b <= '9'
}

// jsonError says where and in which feature the text is broken.
func jsonError(text []byte, dec *json.Decoder, err error, feature int) error {
	where := position(text, dec.InputOffset())
	in := ""
	if feature > 0 {
		in = fmt.Sprintf(", in feature %d", feature)
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("the file is cut off after %s%s; fetch it again", position(text, int64(len(text))), in)
	case errors.As(err, &syntax):
		return fmt.Errorf("no valid JSON after %s%s", where, in)
	case errors.As(err, &kind):
		return fmt.Errorf("no valid GeoJSON before %s%s: %s stands where %s is needed", where, in, kind.Value, kind.Field)
	}
	return fmt.Errorf("no valid JSON after %s%s", where, in)
}

// position is a place in a text as line and column, in bytes.
func position(text []byte, offset int64) string {
	before := text[:min(max(offset, 0), int64(len(text)))]
	line := bytes.Count(before, []byte("\n")) + 1
	return fmt.Sprintf("line %d, column %d", line, len(before)-bytes.LastIndexByte(before, '\n'))
}
