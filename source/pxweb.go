package source

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/jsonstat"
	"github.com/skikt/skikt/internal/px"
	"github.com/skikt/skikt/internal/pxselect"
)

// SCB is the address of SCB's PxWebApi 2, and SCB1 that of the older one.
const (
	SCB  = "https://statistikdatabasen.scb.se/api/v2"
	SCB1 = "https://api.scb.se/OV0104/v1/doris/sv/ssd"
)

// A PxWeb is a table of a statistical database with PxWebApi: 2 (https://github.com/PxTools/PxApiSpecs) or, for older hosts, 1.
type PxWeb struct {
	Host     string `yaml:"host" json:"host,omitempty"`         // address of the API, to which /tables/ID or the path of the table is added; SCB's when empty
	Version  int    `yaml:"version" json:"version,omitempty"`   // of the API: 2 when 0
	Table    string `yaml:"table" json:"table"`                 // TAB6586; of version 1 the path: LE/LE0105/LE0105Y/Table
	Language string `yaml:"language" json:"language,omitempty"` // of the answers: sv when empty. Labels come in English too where the host has them.

	// Select holds value expressions by variable: a code, *, 01*, ????R???, TOP(n), BOTTOM(n), RANGE(a,b), FROM(a), TO(a). A variable that is not here is taken whole; one with an
	// empty list is left out, which the table must allow.
	Select map[string][]string `yaml:"select" json:"select,omitempty"`

	Codelists map[string]string `yaml:"codelists" json:"codelists,omitempty"` // by variable: a value set or an aggregation of the host's
	Format    string            `yaml:"format" json:"format,omitempty"`       // of the answers: json-stat2 when empty, px or csv
	Names     map[string]string `yaml:"names" json:"names,omitempty"`         // what variables and contents are called here: Region: region, 000008IT: index
}

func (p *PxWeb) check() error {
	switch {
	case p.Table == "":
		return errors.New("source: pxweb: it names no table, such as TAB6586")
	case p.Version != 0 && p.Version != 1 && p.Version != 2:
		return fmt.Errorf("source: pxweb: there is no version %d of PxWebApi that is read here, only 2 and 1", p.Version)
	case p.Format != "" && p.Format != "json-stat2" && p.Format != "px" && p.Format != "csv":
		return fmt.Errorf("source: pxweb: %q is no format that is read here: write json-stat2, px or csv", p.Format)
	case p.Format == "csv" && p.Version == 1:
		return errors.New("source: pxweb: version 1 is asked for json-stat2 or px")
	case strings.ContainsAny(p.Table, "?#%"):
		return fmt.Errorf("source: pxweb: %q is no table", p.Table)
	case p.Version == 1 && len(p.Codelists) > 0:
		return errors.New("source: pxweb: version 1 has no code lists to ask by")
	}
	names := map[string]string{}
	for code, name := range p.Names {
		if other, twice := names[name]; twice || name == "" {
			return fmt.Errorf("source: pxweb: %s and %s are both to be called %q", min(code, other), max(code, other), name)
		}
		names[name] = code
	}
	return checkAddress(p.host())
}

func checkAddress(s string) error {
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("source: %q is no web address", s)
	}
	return nil
}

func (p *PxWeb) host() string {
	switch {
	case p.Host != "":
		return strings.TrimRight(p.Host, "/")
	case p.Version == 1:
		return SCB1
	}
	return SCB
}

func (p *PxWeb) language() string {
	if p.Language != "" {
		return p.Language
	}
	return "sv"
}

func (p *PxWeb) form() Form {
	switch p.Format {
	case "px":
		return PX
	case "csv":
		return CSV
	}
	return JSON
}

// named is what a variable or content is called here.
func (p *PxWeb) named(code string) string {
	if name, ok := p.Names[code]; ok {
		return name
	}
	return code
}

// address is the address of something of the table's: "", "/metadata" or "/data".
func (p *PxWeb) address(what, lang string) string {
	return p.host() + "/tables/" + url.PathEscape(p.Table) + what + "?lang=" + url.QueryEscape(lang)
}

// Config is what a host says of itself.
type Config struct {
	APIVersion            string                `json:"apiVersion"`
	Languages             []struct{ ID string } `json:"languages"`
	DefaultLanguage       string                `json:"defaultLanguage"`
	MaxDataCells          int                   `json:"maxDataCells"`
	MaxCallsPerTimeWindow int                   `json:"maxCallsPerTimeWindow"`
	TimeWindow            int                   `json:"timeWindow"` // seconds
	License               string                `json:"license"`
	DataFormats           []string              `json:"dataFormats"`
}

// Configuration asks a host with PxWebApi 2 for its limits, and holds to them from then on.
func Configuration(ctx context.Context, f *Fetcher, host string) (*Config, error) {
	address := strings.TrimRight(host, "/") + "/config"
	r, err := f.Ask(ctx, Request{Address: address, Form: JSON})
	if err != nil {
		return nil, err
	}
	var c Config
	if err := json.Unmarshal(r.Body, &c); err != nil || c.MaxDataCells <= 0 {
		return nil, fmt.Errorf("source: %s tells no limit of cells: is it the address of a PxWebApi 2?", address)
	}
	u, err := url.Parse(address)
	if err == nil {
		f.Limit(u.Host, Limit{c.MaxCallsPerTimeWindow, time.Duration(c.TimeWindow) * time.Second})
	}
	return &c, nil
}

// Fetch fetches the metadata and then the cells, in as many questions as the host's limit of cells makes. When the answers do not fit together it begins anew, once: the publisher
// changed the table while it was fetched, or since an earlier visit was cut off.
func (p *PxWeb) Fetch(ctx context.Context, v *Visit) error {
	err := p.fetch(ctx, v)
	if errors.As(err, new(*mixedError)) {
		v.Forget()
		err = p.fetch(ctx, v)
	}
	if errors.As(err, new(*mixedError)) {
		return v.astray(err)
	}
	return err
}

// A mixedError says that answers do not fit together.
type mixedError struct{ err error }

func (e *mixedError) Error() string { return e.err.Error() }
func (e *mixedError) Unwrap() error { return e.err }

// mixed tells that an answer is of another vintage than the table's description.
func mixed(answer, has, want string) error {
	return &mixedError{fmt.Errorf("source: %s is of %s, and the rest of %s: the publisher is changing the table; try again in a while", answer, has, want)}
}

func (p *PxWeb) fetch(ctx context.Context, v *Visit) error {
	if p.Version == 1 {
		return p.fetch1(ctx, v)
	}
	c, err := Configuration(ctx, v.Fetcher, p.host())
	if err != nil {
		return err
	}
	v.Licence = licence(c.License)
	m, err := p.metadata(ctx, v, "metadata", p.language())
	if err != nil {
		return err
	}
	for _, l := range c.Languages {
		if l.ID == "en" && p.language() != "en" {
			if _, err := p.metadata(ctx, v, "metadata-en", "en"); err != nil {
				return err
			}
		}
	}
	whole, err := p.box(m)
	if err != nil {
		return err
	}
	parts, err := p.parts(m, whole, c.MaxDataCells)
	if err != nil {
		return err
	}
	v.Total = len64(v.Answers) + len64(parts)
	for i, part := range parts {
		b, a, err := p.cells(ctx, v, p.question(m, part, i))
		if err != nil {
			return err
		}
		t, err := p.read(v, b, a, m, part)
		if err != nil {
			return err
		}
		if updated := t.Lineage.Sources[0].Updated; updated != "" && updated != m.Updated && p.form() == JSON {
			return mixed("the answer "+a.Name, updated, m.Updated)
		}
	}
	if p.form() != JSON { // these answers do not carry the stamp
		now, err := p.Stamp(ctx, v.Fetcher)
		if err != nil {
			return err
		}
		if now != "" && now != m.Updated {
			return mixed("the table", now, m.Updated)
		}
	}
	v.Publisher, v.Title, v.Updated = m.Source, m.Title.SV, m.Updated
	if v.Title == "" {
		v.Title = m.Title.EN
	}
	return nil
}

func len64[T any](s []T) int64 { return int64(len(s)) }

// licence is a licence's usual name, of those that are told by address.
func licence(s string) string {
	if strings.Contains(strings.ToLower(s), "publicdomain/zero/1.0") || strings.Contains(strings.ToLower(s), "public-domain/cc0") {
		return "CC0 1.0"
	}
	return s
}

// Stamp asks when the table was last updated: nothing when the host doesn't say, which the API lets it.
func (p *PxWeb) Stamp(ctx context.Context, f *Fetcher) (string, error) {
	if p.Version == 1 {
		return p.stamp1(ctx, f)
	}
	r, err := f.Ask(ctx, Request{Address: p.address("", p.language()), Form: JSON})
	if err != nil {
		return "", err
	}
	var t struct{ ID, Updated string }
	if err := json.Unmarshal(r.Body, &t); err != nil || t.ID == "" {
		return "", fmt.Errorf("source: %s does not tell of the table, so not when it was updated", p.address("", p.language()))
	}
	return t.Updated, nil
}

func (p *PxWeb) metadata(ctx context.Context, v *Visit, name, lang string) (*jsonstat.Metadata, error) {
	address := p.address("/metadata", lang)
	for _, variable := range sorted(p.Codelists) {
		address += "&codelist[" + url.QueryEscape(variable) + "]=" + url.QueryEscape(p.Codelists[variable])
	}
	b, a, err := v.Get(ctx, Request{Name: name, Address: address, Form: JSON})
	if err != nil {
		return nil, err
	}
	m, err := p.readMetadata(b)
	if err != nil {
		return nil, v.bad(a, fmt.Errorf("source: it is no description of a table that can be read, or the host has changed its form: %w", err))
	}
	a.Updated = m.Updated
	return m, nil
}

// A box is what is asked for: positions of members, one list a variable in the table's order; nil for a variable that is left out.
type box struct {
	members [][]int
	time    int // the variable of time; -1 without one
}

// box is all that the declaration selects.
func (p *PxWeb) box(m *jsonstat.Metadata) (box, error) {
	b := box{make([][]int, len(m.Variables)), -1}
	known := map[string]bool{}
	for i := range m.Variables {
		v := &m.Variables[i]
		known[v.Name] = true
		if v.Time {
			b.time = i
		}
		expressions, selected := p.Select[v.Name]
		switch {
		case !selected:
			expressions = []string{"*"}
		case len(expressions) == 0:
			if !v.Eliminate {
				return b, fmt.Errorf("source: %s: the variable %s can't be left out; select some of its values", p.Table, v.Name)
			}
			continue
		}
		var err error
		if b.members[i], err = pxselect.Positions(v.Codes(), expressions, v.Time); err != nil {
			return b, fmt.Errorf("source: %s: select.%s: %w", p.Table, v.Name, err)
		}
		if len(b.members[i]) == 0 {
			return b, fmt.Errorf("source: %s: select.%s fits none of the %d values; the publisher may have changed its codes", p.Table, v.Name, len(v.Members))
		}
	}
	for _, name := range sorted(p.Select) {
		if !known[name] {
			var have []string
			for _, v := range m.Variables {
				have = append(have, v.Name)
			}
			return b, fmt.Errorf("source: %s has no variable %q; it has %s", p.Table, name, strings.Join(have, ", "))
		}
	}
	return b, nil
}

func (b box) cells() int {
	n := 1
	for _, list := range b.members {
		if list != nil {
			n *= len(list)
		}
	}
	return n
}

// split parts a box into boxes of no more cells than limit, which together are the box: by time, so that the addresses stay short, and if that isn't enough by the longest variable.
func (b box) split(limit int) []box {
	total := b.cells()
	if total <= limit {
		return []box{b}
	}
	at := -1
	if b.time >= 0 && len(b.members[b.time]) > 1 {
		at = b.time
	} else {
		for i, list := range b.members {
			if len(list) > 1 && (at < 0 || len(list) > len(b.members[at])) {
				at = i
			}
		}
	}
	if at < 0 {
		return []box{b} // one cell
	}
	n := len(b.members[at])
	size := max(limit/(total/n), 1)
	parts := (n + size - 1) / size
	var out []box
	for i := range parts { // as even as can be
		part := box{slices.Clone(b.members), b.time}
		part.members[at] = b.members[at][n*i/parts : n*(i+1)/parts]
		out = append(out, part.split(limit)...)
	}
	return out
}

// parts are the boxes to ask for, of no more cells than limit. Years that SCB does not publish on the division of an area, for which it would answer zero, are asked for only when leaving them out
// saves no question.
func (p *PxWeb) parts(m *jsonstat.Metadata, whole box, limit int) ([]box, error) {
	region, divisions := divisions(m, whole)
	if region < 0 || whole.time < 0 || whole.members[whole.time] == nil {
		return whole.split(limit), nil
	}
	var published []box // an area is in one, with areas that have the same years
	var refused error
	for _, d := range divisions {
		var years []int
		for _, member := range whole.members[whole.time] {
			year, ok := yearOf(m.Variables[whole.time].Members[member].Code)
			if err := area.CheckYear(d.id, year); ok && err != nil {
				refused = cmp.Or(refused, err)
				continue
			}
			years = append(years, member)
		}
		if len(years) == 0 {
			continue
		}
		at := slices.IndexFunc(published, func(b box) bool { return slices.Equal(b.members[whole.time], years) })
		if at < 0 {
			b := box{slices.Clone(whole.members), whole.time}
			b.members[whole.time], b.members[region] = years, nil
			at, published = len(published), append(published, b)
		}
		for _, n := range d.places {
			published[at].members[region] = append(published[at].members[region], whole.members[region][n])
		}
	}
	if len(published) == 0 {
		return nil, fmt.Errorf("source: %s: SCB publishes none of the years that are selected on the divisions of the areas that are: %w; change select.%s or select.%s",
			p.Table, refused, m.Variables[whole.time].Name, m.Variables[region].Name)
	}
	var parts []box
	for _, b := range published {
		slices.Sort(b.members[region])
		parts = append(parts, b.split(limit)...)
	}
	if asked := whole.split(limit); len(asked) <= len(parts) {
		return asked, nil
	}
	return parts, nil
}

// question asks for a box. Every variable has one parameter: SCB takes only the last of a repeated one.
func (p *PxWeb) question(m *jsonstat.Metadata, b box, n int) Request {
	type variable struct {
		Code     string   `json:"variableCode"`
		Codelist string   `json:"codelist,omitempty"`
		Values   []string `json:"valueCodes"`
	}
	type placement struct {
		Heading []string `json:"heading"`
		Stub    []string `json:"stub"`
	}
	var body struct {
		Selection []variable `json:"selection"`
		Placement *placement `json:"placement,omitempty"`
	}
	address := p.address("/data", p.language()) + "&outputFormat=json-stat2"
	switch p.form() {
	case PX:
		address = p.address("/data", p.language()) + "&outputFormat=px"
	case CSV:
		address = p.address("/data", p.language()) + "&outputFormat=csv&outputFormatParams=UseCodes,SeparatorSemicolon"
	}
	parameters, short := "", true
	var stub, escaped []string
	for i, v := range m.Variables {
		if b.members[i] == nil {
			continue
		}
		stub, escaped = append(stub, v.Name), append(escaped, url.QueryEscape(v.Name))
		ask := variable{v.Name, p.Codelists[v.Name], []string{"*"}}
		if len(b.members[i]) < len(v.Members) {
			ask.Values = nil
			for _, at := range b.members[i] {
				code := v.Members[at].Code
				short = short && !strings.ContainsAny(code, ",()[]*?")
				ask.Values = append(ask.Values, code)
			}
		}
		body.Selection = append(body.Selection, ask)
		for i, value := range ask.Values {
			if i > 0 {
				parameters += ","
			} else {
				parameters += "&valueCodes[" + url.QueryEscape(v.Name) + "]="
			}
			parameters += strings.ReplaceAll(url.QueryEscape(value), "%2A", "*")
		}
		if ask.Codelist != "" {
			parameters += "&codelist[" + url.QueryEscape(v.Name) + "]=" + url.QueryEscape(ask.Codelist)
		}
	}
	if p.form() == CSV { // long form: every variable in the stub
		body.Placement = &placement{[]string{}, stub}
		parameters = "&stub=" + strings.Join(escaped, ",") + parameters
	}
	q := Request{Name: fmt.Sprintf("data-%02d", n+1), Address: address + parameters, Form: p.form()}
	if !short || len(q.Address) > 1500 {
		text, err := json.Marshal(body)
		if err != nil {
			panic(err) // strings only
		}
		q.Method, q.Address, q.Body = "POST", address, string(text)
	}
	return q
}

// parse reads an answer.
func (p *PxWeb) parse(b []byte, m *jsonstat.Metadata) (*cube.Cube, error) {
	switch p.form() {
	case PX:
		return px.Read(bytes.NewReader(b), px.Most)
	case CSV:
		return readCSV(b, m)
	}
	return jsonstat.Read(bytes.NewReader(b), jsonstat.Most)
}

// readMetadata reads what a host tells of a table.
func (p *PxWeb) readMetadata(b []byte) (*jsonstat.Metadata, error) {
	if p.Version == 1 {
		return readMetadata1(b, p.language())
	}
	return jsonstat.ReadMetadata(bytes.NewReader(b), jsonstat.Most)
}

// cells is the answer to a question about cells. A host that refuses it may have changed the table since it described it.
func (p *PxWeb) cells(ctx context.Context, v *Visit, q Request) ([]byte, *Answer, error) {
	b, a, err := v.Get(ctx, q)
	var refusal *Refusal
	if errors.As(err, &refusal) && refusal.Status/100 == 4 && refusal.Status != http.StatusTooManyRequests {
		err = &mixedError{err}
	}
	return b, a, err
}

// read reads the answer to a question of a visit. One that can't be read is given back; one that does not have what was asked for doesn't fit with the description.
func (p *PxWeb) read(v *Visit, b []byte, a *Answer, m *jsonstat.Metadata, asked box) (*cube.Cube, error) {
	c, err := p.parse(b, m)
	if err != nil {
		return nil, v.bad(a, fmt.Errorf("source: it is no answer that can be read, or the host has changed its form: %w", err))
	}
	if err := p.fits(c, m, asked); err != nil {
		return nil, &mixedError{fmt.Errorf("source: %s: %w", brief(a.Address), err)}
	}
	return c, nil
}

// fits tells whether an answer has what was asked for and nothing else.
func (p *PxWeb) fits(c *cube.Cube, m *jsonstat.Metadata, asked box) error {
	if rows, ok := c.Dense(); !ok || rows != c.Len() {
		return fmt.Errorf("the answer has %d rows, and its variables make %d", c.Len(), rows)
	}
	dims := 0
	for i, v := range m.Variables {
		list := asked.members[i]
		if list == nil {
			continue
		}
		var have []string
		if v.Metric {
			if len(list) == 1 && len(c.Measures()) == 1 {
				continue // the only content, which PX files need not name
			}
			for _, meas := range c.Measures() {
				have = append(have, meas.Name)
			}
		} else if d := c.Dim(v.Name); d == nil {
			return fmt.Errorf("the answer lacks the variable %s; it has %s: the publisher has changed the table", v.Name, strings.Join(c.DimNames(), ", "))
		} else {
			dims++
			for _, member := range d.Members {
				have = append(have, member.Code)
			}
		}
		if len(have) != len(list) {
			return fmt.Errorf("the answer has %d values of %s, and %d were asked for: the publisher has changed the table or its limits", len(have), v.Name, len(list))
		}
		in := make(map[string]bool, len(have))
		for _, code := range have {
			in[code] = true
		}
		for _, at := range list {
			if code := v.Members[at].Code; !in[code] {
				return fmt.Errorf("the answer lacks the value %s of %s: the publisher has changed its codes", code, v.Name)
			}
		}
	}
	if dims != len(c.Dims()) {
		return fmt.Errorf("the answer has the variables %s, and %d were asked for: the publisher has changed the table", strings.Join(c.DimNames(), ", "), dims)
	}
	return nil
}

func sorted[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
