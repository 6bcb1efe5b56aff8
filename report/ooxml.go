package report

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"unicode/utf8"
)

// A officePart is a file inside an Office file: its bytes, or what writes them.
type officePart struct {
	name  string
	data  []byte
	write func(io.Writer) error
}

// office packs parts, in their order and without a time, so that the same parts give the same bytes.
func office(parts []officePart) ([]byte, error) {
	var out bytes.Buffer
	err := writeOffice(&out, parts)
	return out.Bytes(), err
}

func textPart(name, text string) officePart { return officePart{name: name, data: []byte(text)} }

func writeOffice(to io.Writer, parts []officePart) error {
	w := zip.NewWriter(to)
	// A large sheet takes 2.5 times the time for a fifth less when squeezed harder.
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for _, p := range parts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate})
		switch {
		case err != nil:
		case p.write != nil:
			err = p.write(f)
		default:
			_, err = f.Write(p.data)
		}
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

const xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"

// xmlText is a text as XML has it: escaped, without what XML can't hold.
func xmlText(s string) string { return string(appendXML(nil, s)) }

// appendXML appends a text as [xmlText] has it.
func appendXML(out []byte, s string) []byte {
	for _, r := range s {
		switch {
		case r == '&':
			out = append(out, "&amp;"...)
		case r == '<':
			out = append(out, "&lt;"...)
		case r == '>':
			out = append(out, "&gt;"...)
		case r == '"':
			out = append(out, "&quot;"...)
		case r == '\t' || r == '\n' || r == '\r':
			out = append(out, ' ')
		case r < ' ' || r == 0xFFFE || r == 0xFFFF:
		default:
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// properties are the parts that say what an Office file is about.
func (d *Document) properties() []officePart {
	core := xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<dc:title>` + xmlText(d.Title) + `</dc:title><dc:creator>` + xmlText(d.Agency) + `</dc:creator><dc:language>` + locale[d.Lang] + `</dc:language><dc:identifier>` + xmlText(d.Edition) + `</dc:identifier></cp:coreProperties>`
	app := xmlHead + `<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>skikt</Application></Properties>`
	return []officePart{textPart("docProps/core.xml", core), textPart("docProps/app.xml", app)}
}

var locale = map[string]string{"sv": "sv-SE", "en": "en-GB"}

// rootRels are the relations of the file as a whole.
func rootRels(main string) officePart {
	const rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	return textPart("_rels/.rels", xmlHead+`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="`+rel+`officeDocument" Target="`+main+`"/>`+
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/><Relationship Id="rId3" Type="`+rel+`extended-properties" Target="docProps/app.xml"/></Relationships>`)
}
