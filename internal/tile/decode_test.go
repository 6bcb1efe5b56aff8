package tile

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/paulmach/orb"
)

// What follows reads tiles by the specification, for tests; GDAL reads them too in [TestGDALReadsTile].

type decodedLayer struct {
	name            string
	extent, version uint64
	features        []decodedFeature
}

type decodedFeature struct {
	id      uint64
	tags    map[string]string
	polygon orb.MultiPolygon // in steps, south downwards
}

// fields calls do for each field of a message: with its number, and its value or its content.
func fields(b []byte, do func(field, value uint64, content []byte) error) error {
	for len(b) > 0 {
		key, n := binary.Uvarint(b)
		if n <= 0 {
			return errors.New("no key")
		}
		b = b[n:]
		value, n := binary.Uvarint(b)
		if n <= 0 {
			return errors.New("no value")
		}
		b = b[n:]
		var content []byte
		switch key & 7 {
		case 0:
		case 2:
			if value > uint64(len(b)) {
				return errors.New("content is cut off")
			}
			content, b = b[:value], b[value:]
		default:
			return fmt.Errorf("wire type %d", key&7)
		}
		if err := do(key>>3, value, content); err != nil {
			return err
		}
	}
	return nil
}

func numbers(b []byte) (out []uint64, err error) {
	for len(b) > 0 {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > 1<<32-1 {
			return nil, errors.New("a number of more than 32 bits")
		}
		out, b = append(out, v), b[n:]
	}
	return out, nil
}

func decode(squeezed []byte) (layers []decodedLayer, err error) {
	z, err := gzip.NewReader(bytes.NewReader(squeezed))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	err = fields(data, func(field, _ uint64, content []byte) error {
		if field != 3 {
			return fmt.Errorf("field %d in a tile", field)
		}
		l, err := decodeLayer(content)
		layers = append(layers, l)
		return err
	})
	return layers, err
}

func decodeLayer(b []byte) (l decodedLayer, err error) {
	var keys, values []string
	var raw [][]byte
	err = fields(b, func(field, value uint64, content []byte) error {
		switch field {
		case 1:
			l.name = string(content)
		case 2:
			raw = append(raw, content)
		case 3:
			keys = append(keys, string(content))
		case 4:
			return fields(content, func(field, _ uint64, text []byte) error {
				if field != 1 {
					return errors.New("a value that is no text")
				}
				values = append(values, string(text))
				return nil
			})
		case 5:
			l.extent = value
		case 15:
			l.version = value
		}
		return nil
	})
	if err != nil {
		return l, err
	}
	for _, one := range raw {
		f := decodedFeature{tags: map[string]string{}}
		err := fields(one, func(field, value uint64, content []byte) error {
			switch field {
			case 1:
				f.id = value
			case 2:
				tags, err := numbers(content)
				if err != nil || len(tags)%2 > 0 {
					return fmt.Errorf("%d tags: %w", len(tags), err)
				}
				for i := 0; i < len(tags); i += 2 {
					f.tags[keys[tags[i]]] = values[tags[i+1]]
				}
			case 3:
				if value != 3 {
					return errors.New("no polygon")
				}
			case 4:
				f.polygon, err = decodePolygon(content)
				return err
			}
			return nil
		})
		if err != nil {
			return l, err
		}
		l.features = append(l.features, f)
	}
	return l, nil
}

func decodePolygon(b []byte) (out orb.MultiPolygon, err error) {
	n, err := numbers(b)
	if err != nil {
		return nil, err
	}
	var x, y int64
	var ring orb.Ring
	for len(n) > 0 {
		command, count := n[0]&7, n[0]>>3
		n = n[1:]
		if command == 7 {
			if len(ring) < 3 {
				return nil, fmt.Errorf("a ring of %d corners", len(ring))
			}
			ring = append(ring, ring[0])
			// Of a ring that runs clockwise, with south downwards, the sum is positive, and it begins a polygon.
			sum := 0.0
			for i := range ring[1:] {
				sum += ring[i][0]*ring[i+1][1] - ring[i+1][0]*ring[i][1]
			}
			switch {
			case sum > 0:
				out = append(out, orb.Polygon{ring})
			case sum == 0 || len(out) == 0:
				return nil, fmt.Errorf("a ring with twice the area %v", sum)
			default:
				out[len(out)-1] = append(out[len(out)-1], ring)
			}
			ring = nil
			continue
		}
		if command == 1 && count != 1 || command == 2 && len(ring) == 0 || command > 2 || uint64(len(n)) < 2*count {
			return nil, fmt.Errorf("command %d for %d corners", command, count)
		}
		for range count {
			x += int64(n[0]>>1) ^ -int64(n[0]&1)
			y += int64(n[1]>>1) ^ -int64(n[1]&1)
			ring = append(ring, orb.Point{float64(x), float64(y)})
			n = n[2:]
		}
	}
	return out, nil
}
