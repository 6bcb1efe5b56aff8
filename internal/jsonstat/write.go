package jsonstat

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/skikt/skikt/cube"
)

// Metric is the name of the dimension that measures become, as in PxWeb. A cube with a dimension of that name can't be written.
const Metric = "ContentsCode"

// Write writes a cube as a dataset, its texts in lang ("sv" or "en"). The measures are the last dimension. Memory does not grow with the
// cells, of which there is one for every combination of members.
func Write(w io.Writer, c *cube.Cube, lang string) error {
	return write(w, c, lang, true, nil)
}

// CodeLists are the code lists that PxWebApi offers for dimensions, by their name.
type CodeLists map[string][]CodeList

// A CodeList is another way to choose the values of a dimension.
type CodeList struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Type  string `json:"type"` // Aggregation or Valueset
	Links []Link `json:"links"`
}

// A Link leads to the code list itself.
type Link struct {
	Rel      string `json:"rel"`
	HrefLang string `json:"hreflang"`
	Href     string `json:"href"`
}

// WriteMetadata writes the same dataset without values, as PxWebApi describes a table, with the code lists of its dimensions.
func WriteMetadata(w io.Writer, c *cube.Cube, lang string, lists CodeLists) error {
	if lists == nil {
		lists = CodeLists{}
	}
	return write(w, c, lang, false, lists)
}

func write(w io.Writer, c *cube.Cube, lang string, values bool, lists CodeLists) error {
	buffer := buffers.Get().(*bufio.Writer)
	defer release(buffer)
	buffer.Reset(w)
	out := &writer{Writer: buffer, lang: lang, lists: lists}
	if err := out.dataset(c, values); err != nil {
		return fmt.Errorf("jsonstat: table %s: %w", c.Name, err)
	}
	return out.Flush()
}

// buffers are kept from one answer to the next: most answers are much smaller than one.
var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 1<<16) }}

func release(out *bufio.Writer) {
	out.Reset(nil)
	buffers.Put(out)
}

type writer struct {
	*bufio.Writer
	lang  string
	lists CodeLists // nil in an answer with values
}

// quote writes a text as the library would. Most stand as they are.
func (w *writer) quote(s string) {
	for _, r := range s {
		switch r {
		case '"', '\\', '<', '>', '&', '\u2028', '\u2029', utf8.RuneError:
		default:
			if r >= ' ' {
				continue
			}
		}
		raw, _ := json.Marshal(s) // a string always can be
		w.Write(raw)
		return
	}
	w.WriteByte('"')
	w.WriteString(s)
	w.WriteByte('"')
}

// list writes n elements with commas between.
func (w *writer) list(open, end byte, n int, element func(i int)) {
	w.WriteByte(open)
	for i := range n {
		if i > 0 {
			w.WriteByte(',')
		}
		element(i)
	}
	w.WriteByte(end)
}

func (w *writer) texts(list []string) {
	w.list('[', ']', len(list), func(i int) { w.quote(list[i]) })
}

func (w *writer) dataset(c *cube.Cube, values bool) error {
	if c.Dim(Metric) != nil {
		return fmt.Errorf("a dimension is called %s, which is what the measures are called in this format", Metric)
	}
	if len(c.Measures()) == 0 {
		return fmt.Errorf("there is no measure")
	}
	if _, ok := c.Dense(); !ok {
		return fmt.Errorf("there are more combinations of members than can be counted")
	}
	role := map[cube.Role][]string{}
	var ids, sizes []string
	for _, d := range c.Dims() {
		ids, sizes = append(ids, d.Name), append(sizes, strconv.Itoa(len(d.Members)))
		role[d.Role] = append(role[d.Role], d.Name)
	}
	ids, sizes = append(ids, Metric), append(sizes, strconv.Itoa(len(c.Measures())))

	w.WriteString(`{"version":"2.0","class":"dataset","label":`)
	w.quote(c.Title.In(w.lang))
	if source, updated := Origin(c); source != "" {
		w.WriteString(`,"source":`)
		w.quote(source)
		if updated != "" {
			w.WriteString(`,"updated":`)
			w.quote(updated)
		}
	}
	var notes []string
	for _, n := range c.Notes {
		notes = append(notes, n.In(w.lang))
	}
	for _, warning := range c.Warnings {
		notes = append(notes, warning.Text.In(w.lang))
	}
	if len(notes) > 0 {
		w.WriteString(`,"note":`)
		w.texts(notes)
	}
	if c.Terms.Licence != "" {
		w.WriteString(`,"link":{"license":[{"href":`)
		w.quote(c.Terms.Licence)
		w.WriteString(`}]}`)
	}
	w.WriteString(`,"role":{"metric":["` + Metric + `"]`)
	for _, r := range []struct {
		name string
		role cube.Role
	}{{"time", cube.Time}, {"geo", cube.Area}} {
		if names := role[r.role]; len(names) > 0 {
			w.WriteString(`,"` + r.name + `":`)
			w.texts(names)
		}
	}
	w.WriteString(`},"id":`)
	w.texts(ids)
	w.WriteString(`,"size":[` + strings.Join(sizes, ",") + `],"dimension":{`)
	for _, d := range c.Dims() {
		w.dimension(&d)
		w.WriteByte(',')
	}
	w.metric(c.Measures())
	w.WriteString(`},"extension":`)
	w.extension(c)
	w.WriteString(`,"value":`)
	if !values {
		w.WriteString(`null}`)
		return nil
	}
	if err := w.values(c); err != nil {
		return err
	}
	if err := w.statuses(c); err != nil {
		return err
	}
	return w.WriteByte('}')
}

// Origin is who has published what a cube is made from, and when the youngest of it was updated.
func Origin(c *cube.Cube) (publishers, updated string) {
	var names []string
	for _, s := range c.Lineage.Sources {
		if s.Publisher != "" && !slices.Contains(names, s.Publisher) {
			names = append(names, s.Publisher)
		}
		updated = max(updated, s.Updated)
	}
	return strings.Join(names, ", "), updated
}

func (w *writer) category(codes, labels []string) {
	w.WriteString(`"category":{"index":`)
	w.list('{', '}', len(codes), func(i int) {
		w.quote(codes[i])
		w.WriteString(":" + strconv.Itoa(i))
	})
	w.WriteString(`,"label":`)
	w.list('{', '}', len(codes), func(i int) {
		w.quote(codes[i])
		w.WriteByte(':')
		w.quote(labels[i])
	})
}

func (w *writer) dimension(d *cube.Dimension) {
	codes, labels := make([]string, len(d.Members)), make([]string, len(d.Members))
	for i, m := range d.Members {
		codes[i], labels[i] = m.Code, m.Label.In(w.lang)
	}
	w.quote(d.Name)
	w.WriteString(`:{"label":`)
	w.quote(d.Title.In(w.lang))
	w.WriteByte(',')
	w.category(codes, labels)
	w.WriteString(`},"extension":{"elimination":`)
	if total := d.Index(cube.Total); total >= 0 {
		w.WriteString(`true,"eliminationValueCode":`)
		w.quote(cube.Total)
	} else {
		w.WriteString("false")
	}
	show := "value"
	if d.Role == cube.Area {
		show = "code_value"
	}
	w.WriteString(`,"show":"` + show + `"`)
	if w.lists != nil {
		w.codeLists(w.lists[d.Name])
	}
	w.WriteString("}}")
}

// codeLists are under both names that clients know: the reference server and its clients say codelists, the published contract and pxwebpy codeLists.
func (w *writer) codeLists(lists []CodeList) {
	if lists == nil {
		lists = []CodeList{}
	}
	text, _ := json.Marshal(lists) // texts alone always can be
	for _, name := range []string{"codelists", "codeLists"} {
		w.WriteString(`,"` + name + `":`)
		w.Write(text)
	}
}

func (w *writer) metric(measures []cube.Measure) {
	codes, labels := make([]string, len(measures)), make([]string, len(measures))
	for i, m := range measures {
		codes[i], labels[i] = m.Name, m.Title.In(w.lang)
	}
	w.WriteString(`"` + Metric + `":{"label":`)
	w.quote(cube.Text{SV: "tabellinnehåll", EN: "contents"}.In(w.lang))
	w.WriteByte(',')
	w.category(codes, labels)
	w.WriteString(`,"unit":`)
	w.list('{', '}', len(measures), func(i int) {
		w.quote(codes[i])
		w.WriteString(`:{"base":`)
		unit := measures[i].Unit
		if measures[i].Kind == cube.Share {
			unit = cube.Text{SV: "procent", EN: "percent"}
		}
		w.quote(unit.In(w.lang))
		w.WriteString(`,"decimals":` + strconv.Itoa(measures[i].Decimals) + "}")
	})
	w.WriteString(`},"extension":{"elimination":false,"show":"value","kind":`)
	w.list('{', '}', len(measures), func(i int) {
		w.quote(codes[i])
		w.WriteByte(':')
		w.quote(string(measures[i].Kind))
	})
	if w.lists != nil {
		w.codeLists(nil)
	}
	w.WriteString("}}")
}

func (w *writer) extension(c *cube.Cube) {
	var stub, heading []string
	for _, d := range c.Dims() {
		if d.Role == cube.Time {
			heading = append(heading, d.Name)
		} else {
			stub = append(stub, d.Name)
		}
	}
	decimals := 0
	for _, m := range c.Measures() {
		decimals = max(decimals, m.Decimals)
	}
	w.WriteString(`{"px":{"tableid":`)
	w.quote(c.Name)
	w.WriteString(`,"matrix":`)
	w.quote(c.Name)
	w.WriteString(`,"language":`)
	w.quote(w.lang)
	fmt.Fprintf(w, `,"decimals":%d,"aggregallowed":%t,"official-statistics":false,"contents":`, decimals, c.AggregAllowed())
	w.quote(c.Title.In(w.lang))
	w.WriteString(`,"stub":`)
	w.texts(stub)
	w.WriteString(`,"heading":`)
	w.texts(append(heading, Metric))
	w.WriteString(`},"status":`)
	all := cube.Statuses()
	w.list('{', '}', len(all), func(i int) {
		w.quote(all[i].String())
		w.WriteByte(':')
		w.quote(all[i].Title().In(w.lang))
	})
	if cite := c.Terms.Cite.In(w.lang); cite != "" {
		w.WriteString(`,"citation":`)
		w.quote(cite)
	}
	w.WriteByte('}')
}

func (w *writer) values(c *cube.Cube) error {
	w.WriteByte('[')
	measures := c.Measures()
	number := make([]byte, 0, 32)
	first := true
	err := c.EachDense(func(cells []cube.Cell) error {
		for m, cell := range cells {
			if !first {
				w.WriteByte(',')
			}
			first = false
			if !cell.Status.HasValue() {
				w.WriteString("null")
				continue
			}
			v := cell.Value
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("a number of %s is not finite", measures[m].Name)
			}
			if measures[m].Kind == cube.Share {
				number = cube.AppendPercent(number[:0], v)
			} else {
				number = strconv.AppendFloat(number[:0], v, 'f', -1, 64)
			}
			if _, err := w.Write(number); err != nil {
				return err
			}
		}
		return nil
	})
	w.WriteByte(']')
	return err
}

// statuses writes the status of each cell that is not just a value or nothing.
func (w *writer) statuses(c *cube.Cube) error {
	i, first := 0, true
	err := c.EachDense(func(cells []cube.Cell) error {
		for _, cell := range cells {
			if cell.Status != cube.Known && cell.Status != cube.Zero {
				if first {
					w.WriteString(`,"status":{`)
				} else {
					w.WriteByte(',')
				}
				first = false
				w.WriteByte('"')
				w.WriteString(strconv.Itoa(i))
				w.WriteString(`":"`)
				w.WriteString(cell.Status.String())
				if err := w.WriteByte('"'); err != nil {
					return err
				}
			}
			i++
		}
		return nil
	})
	if !first {
		w.WriteByte('}')
	}
	return err
}
