package synth

import (
	"bufio"
	"fmt"
	"math"
	"path/filepath"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/internal/cores"
)

// bom is the byte order mark that spreadsheets need to see that a CSV file is UTF-8.
const bom = "\ufeff"

func (c *Country) writeGeography(dir string) error {
	dir = filepath.Join(dir, "geography")
	if err := cores.Try(2, func(i int) error { return c.writeVintage(dir, firstNewYear-1+i) }); err != nil {
		return err
	}
	if err := c.writeNames(dir); err != nil {
		return err
	}
	return write(dir, "changes_2025.csv", func(w *bufio.Writer) {
		w.WriteString(bom + "Kommun,Kommunnamn,Tidigare DeSO,DeSO,Förändringstyp,Datum för förändring\r\n")
		for _, ch := range c.Changes {
			fmt.Fprintf(w, "%s,%s,%s,%s,%s,2025-01-01\r\n", ch.Kommun, ch.KommunName, ch.Before, ch.After, ch.Kind)
		}
	})
}

// writeVintage writes the borders and the key of the divisions that a year is published on.
func (c *Country) writeVintage(dir string, year int) error {
	in, deso, regso := c.vintage(year)
	d, r := deso.ID.Vintage, regso.ID.Vintage
	err := write(dir, "deso_"+d+".geojson", func(w *bufio.Writer) { c.writeBorders(w, deso, regso, in, d) })
	if err != nil {
		return err
	}
	return write(dir, "key_deso"+d+"_regso"+r+".csv", func(w *bufio.Writer) {
		fmt.Fprintf(w, "%sKommun,Kommunnamn,DeSO_%s,RegSO_%s,RegSOkod_%s\r\n", bom, d, r, r)
		for i := range deso.Len() {
			code, regso := deso.At(i).Code, regso.At(int(in.regsoOf[i]))
			fmt.Fprintf(w, "%s,%s,%s,%s,%s\r\n", code[:4], c.kommunName(code), code, regso.Name, regso.Code)
		}
	})
}

// writeNames writes the names of län and kommuner in the form of SCB's label files.
func (c *Country) writeNames(dir string) error {
	return write(dir, "names.json", func(w *bufio.Writer) {
		fmt.Fprintf(w, `{"note":%q,"label":{"00":"Riket"`, marked)
		for _, d := range []*area.Division{c.Lan, c.Kommun} {
			for i := range d.Len() {
				fmt.Fprintf(w, ",\n%q:%q", d.At(i).Code, d.At(i).Name)
			}
		}
		w.WriteString("}}\n")
	})
}

func (c *Country) kommunName(code string) string {
	i, _ := c.Kommun.Index(code[:4])
	return c.Kommun.At(i).Name
}

// writeBorders writes GeoJSON with the crs member of the 2008 draft, which SCB's service writes too; coordinates are metres, east first.
func (c *Country) writeBorders(w *bufio.Writer, deso, regso *area.Division, in *vintage, version string) {
	fmt.Fprintf(w, `{"type":"FeatureCollection","name":"DeSO_%s","synthetic":true,"note":%q,`, version, marked)
	w.WriteString(`"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3006"}},"features":[`)
	var buf []byte
	for i := range deso.Len() {
		a, r := deso.At(i), regso.At(int(in.regsoOf[i]))
		lan, _ := c.Lan.Index(a.Code[:2])
		if i > 0 {
			w.WriteByte(',')
		}
		fmt.Fprintf(w, "\n"+`{"type":"Feature","properties":{"desokod":"%s","regsokod":"%s","regsonamn":"%s","kommunkod":"%s","kommunnamn":"%s","lanskod":"%s","lannamn":"%s","version":"%s_syntetisk"},"geometry":`,
			a.Code, r.Code, r.Name, a.Code[:4], c.kommunName(a.Code), a.Code[:2], c.Lan.At(lan).Name, version)
		buf = buf[:0]
		if len(a.Border) == 1 {
			buf = appendPolygon(append(buf, `{"type":"Polygon","coordinates":`...), a.Border[0])
		} else {
			buf = append(buf, `{"type":"MultiPolygon","coordinates":[`...)
			for k, p := range a.Border {
				if k > 0 {
					buf = append(buf, ',')
				}
				buf = appendPolygon(buf, p)
			}
			buf = append(buf, ']')
		}
		w.Write(append(buf, "}}"...))
	}
	w.WriteString("\n]}\n")
}

func appendPolygon(buf []byte, p orb.Polygon) []byte {
	buf = append(buf, '[')
	for k, ring := range p {
		if k > 0 {
			buf = append(buf, ',')
		}
		buf = append(buf, '[')
		for j, at := range ring {
			if j > 0 {
				buf = append(buf, ',')
			}
			buf = appendTenths(append(buf, '['), at[0], '.')
			buf = append(appendTenths(append(buf, ','), at[1], '.'), ']')
		}
		buf = append(buf, ']')
	}
	return append(buf, ']')
}

// appendTenths writes a positive number with one decimal, and none where it is whole.
func appendTenths(buf []byte, x float64, mark byte) []byte {
	n := int64(math.Round(x * 10))
	buf = strconv.AppendInt(buf, n/10, 10)
	if n%10 != 0 {
		buf = append(buf, mark, byte('0'+n%10))
	}
	return buf
}
