package report

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
)

// A officePart is a file inside an Office file.
type officePart struct {
	name string
	data []byte
}

// office packs parts, in their order and without a time, so that the same parts give the same bytes.
func office(parts []officePart) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range parts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate})
		if err == nil {
			_, err = f.Write(p.data)
		}
		if err != nil {
			return nil, fmt.Errorf("report: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return out.Bytes(), nil
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// xmlText is a text as XML has it: escaped, without what XML can't hold.
func xmlText(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			out.WriteString("&amp;")
		case r == '<':
			out.WriteString("&lt;")
		case r == '>':
			out.WriteString("&gt;")
		case r == '"':
			out.WriteString("&quot;")
		case r == '\t' || r == '\n' || r == '\r':
			out.WriteByte(' ')
		case r < ' ' || r == 0xFFFE || r == 0xFFFF:
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// properties are the parts that say what an Office file is about.
func (d *Document) properties() []officePart {
	core := xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + xmlText(d.Title) + `</dc:title><dc:creator>` + xmlText(d.Agency) + `</dc:creator><dc:language>` + locale[d.Lang] + `</dc:language><dc:identifier>` + xmlText(d.Edition) + `</dc:identifier></cp:coreProperties>`
	app := xmlHead + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>skikt</Application></Properties>`
	return []officePart{{"docProps/core.xml", []byte(core)}, {"docProps/app.xml", []byte(app)}}
}

var locale = map[string]string{"sv": "sv-SE", "en": "en-GB"}

// rootRels are the relations of the file as a whole.
func rootRels(main string) officePart {
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	return officePart{"_rels/.rels", []byte(xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="` + rel + `officeDocument" Target="` + main + `"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="rId3" Type="` + rel + `extended-properties" Target="docProps/app.xml"/></Relationships>`)}
}
