package tile

import "encoding/binary"

// The fields of a vector tile's messages that are used here, with their wire types (vector_tile.proto of the specification).
const (
	tileLayer = 3<<3 | 2

	layerName    = 1<<3 | 2
	layerFeature = 2<<3 | 2
	layerKey     = 3<<3 | 2
	layerValue   = 4<<3 | 2
	layerExtent  = 5 << 3
	layerVersion = 15 << 3

	featureID       = 1 << 3
	featureTags     = 2<<3 | 2
	featureType     = 3 << 3
	featureGeometry = 4<<3 | 2

	valueString = 1<<3 | 2

	typePolygon = 3

	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// encode writes the pieces of a tile as a vector tile.
func (l *Layer) encode(pieces []piece) []byte {
	b := message(nil, layerName, []byte(l.Name))
	var values []string
	at := map[string]uint64{}
	value := func(s string) uint64 {
		i, ok := at[s]
		if !ok {
			i = uint64(len(values))
			at[s] = i
			values = append(values, s)
		}
		return i
	}
	named := false
	var feature, part []byte
	for _, p := range pieces {
		f := l.Features[p.feature]
		feature = binary.AppendUvarint(append(feature[:0], featureID), uint64(p.feature)+1)
		part = binary.AppendUvarint(append(part[:0], 0), value(f.Code))
		if f.Name != "" {
			named = true
			part = binary.AppendUvarint(append(part, 1), value(f.Name))
		}
		feature = message(feature, featureTags, part)
		feature = append(feature, featureType, typePolygon)
		part = part[:0]
		var pen point
		for _, rings := range p.polygons {
			for _, r := range rings {
				part, pen = trace(part, r, pen)
			}
		}
		b = message(b, layerFeature, message(feature, featureGeometry, part))
	}
	b = message(b, layerKey, []byte("code"))
	if named {
		b = message(b, layerKey, []byte("name"))
	}
	for _, v := range values {
		b = message(b, layerValue, message(nil, valueString, []byte(v)))
	}
	b = binary.AppendUvarint(append(b, layerExtent), Extent)
	b = append(b, layerVersion, 2)
	return message(nil, tileLayer, b)
}

// message appends a field that has a length.
func message(b []byte, field byte, content []byte) []byte {
	b = binary.AppendUvarint(append(b, field), uint64(len(content)))
	return append(b, content...)
}

// trace draws a ring from where the pen is.
func trace(b []byte, r []point, pen point) ([]byte, point) {
	step := func(p point) {
		b = binary.AppendVarint(b, p[0]-pen[0]) // zigzag, as protocol buffers have it
		b = binary.AppendVarint(b, p[1]-pen[1])
		pen = p
	}
	b = binary.AppendUvarint(b, 1<<3|moveTo)
	step(r[0])
	b = binary.AppendUvarint(b, uint64(len(r)-1)<<3|lineTo)
	for _, p := range r[1:] {
		step(p)
	}
	return binary.AppendUvarint(b, 1<<3|closePath), pen
}
