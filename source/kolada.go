package source

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
)

const koladaHost = "https://api.kolada.se/v3"

// Kolada are key figures of Kolada v3, by kommun, region and the country, or by unit (OU).
type Kolada struct {
	Host     string            `yaml:"host" json:"host,omitempty"`
	KPI      []string          `yaml:"kpi" json:"kpi"`                     // N15428
	Kommuner []string          `yaml:"kommuner" json:"kommuner,omitempty"` // as Kolada writes them: 0180, 0001 for a region, 0000 for the country; all when empty
	Units    []string          `yaml:"units" json:"units,omitempty"`       // units as Kolada writes them, instead of kommuner
	Years    []int             `yaml:"years" json:"years"`
	Names    map[string]string `yaml:"names" json:"names,omitempty"` // what key figures are called in skikt, by Kolada's own names
}

func (k *Kolada) check() error {
	if len(k.KPI) == 0 || len(k.Years) == 0 {
		return errors.New("source: Kolada needs kpi and years")
	}
	word := func(what string, list []string) error {
		for _, s := range list {
			if s == "" || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") != "" {
				return fmt.Errorf("source: %q is no %s of Kolada's", s, what)
			}
		}
		return nil
	}
	for _, y := range k.Years {
		if y < 1900 || y > 2200 {
			return fmt.Errorf("source: %d is no year", y)
		}
	}
	if len(k.Kommuner) > 0 && len(k.Units) > 0 {
		return errors.New("source: declare kommuner or units, not both: they are two sources")
	}
	taken := map[string]bool{}
	for _, kpi := range k.KPI {
		if name := cmp.Or(k.Names[kpi], kpi); taken[name] {
			return fmt.Errorf("source: two key figures are called %s", name)
		} else {
			taken[name] = true
		}
	}
	return cmp.Or(word("key figure", k.KPI), word("kommun", k.Kommuner), word("unit", k.Units), checkHost(k.Host))
}

func (k *Kolada) host() string { return strings.TrimRight(cmp.Or(k.Host, koladaHost), "/") }

// A KoladaValue is one value.
type KoladaValue struct {
	KPI, Place, Gender string // place: kommun as Kolada writes it, or unit
	Period             int
	Cell               cube.Cell
	Unknown            string // status that is not known
}

// ReadKolada reads a page of data or oudata: its values, how many entries Kolada says there are, and the address of the next page, empty on the last. Values that Kolada has withdrawn (isdeleted) are left out.
func ReadKolada(b []byte) (values []KoladaValue, entries, count int, next string, err error) {
	fail := func(format string, args ...any) ([]KoladaValue, int, int, string, error) {
		return nil, 0, 0, "", fmt.Errorf("source: "+format, args...)
	}
	var top struct {
		Values *[]struct {
			KPI          string
			Period       *int
			Municipality string
			OU           string
			Values       []struct {
				Gender    string
				Status    string
				Value     *float64
				IsDeleted bool
			}
		}
		NextURL *string `json:"next_url"`
		Count   *int
	}
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &top); err != nil {
		return fail("it is no answer of Kolada's: %w", err)
	}
	if top.Values == nil || top.Count == nil {
		return fail("it is no answer of Kolada's data, or Kolada has another form than it had")
	}
	for i, e := range *top.Values {
		place := cmp.Or(e.Municipality, e.OU)
		if e.KPI == "" || place == "" || e.Period == nil {
			return fail("entry %d of Kolada's answer lacks kpi, place or period", i+1)
		}
		for _, v := range e.Values {
			if v.IsDeleted {
				continue
			}
			if !slices.Contains([]string{"K", "M", "T"}, v.Gender) {
				return fail("entry %d of Kolada's answer has the gender %q", i+1, v.Gender)
			}
			out := KoladaValue{KPI: e.KPI, Place: place, Gender: v.Gender, Period: *e.Period}
			switch status := strings.ToLower(strings.TrimSpace(v.Status)); {
			case status == "private":
				out.Cell = cube.Cell{Status: cube.HiddenRule}
			case v.Value == nil || status == "missing":
				out.Cell = cube.Cell{Status: cube.NotAvailable}
			default:
				out.Cell = cube.KnownCell(*v.Value)
				if status != "" {
					out.Unknown = v.Status
				}
			}
			values = append(values, out)
		}
	}
	if top.NextURL != nil {
		next = *top.NextURL
	}
	return values, len(*top.Values), *top.Count, next, nil
}

// places in one question: an address must not be too long.
const koladaPlaces = 25

// Fetch fetches the key figures one by one, each page by page.
func (k *Kolada) Fetch(ctx context.Context, v *Visit) error {
	v.Title, v.Publisher, v.Licence = "Kolada", "Kolada (RKA)", ""
	host, err := url.Parse(k.host())
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	var years []string
	for _, y := range k.Years {
		years = append(years, strconv.Itoa(y))
	}
	data, by, places := "data", "municipality", k.Kommuner
	if len(k.Units) > 0 {
		data, by, places = "oudata", "ou", k.Units
	}
	chunks := [][]string{nil}
	if len(places) > 0 {
		chunks = slices.Collect(slices.Chunk(places, koladaPlaces))
	}
	v.Total = int64(len(k.KPI) * len(chunks))
	for _, kpi := range k.KPI {
		for c, some := range chunks {
			address := k.host() + "/" + data + "/kpi/" + kpi
			if len(some) > 0 {
				address += "/" + by + "/" + strings.Join(some, ",")
			}
			address += "/year/" + strings.Join(years, ",")
			sum, each, last := 0, true, 0
			for n := 0; address != ""; n++ {
				if n > 10_000 {
					return fmt.Errorf("source: the pages of Kolada's %s do not end", kpi)
				}
				b, a, err := v.Get(ctx, Request{Name: fmt.Sprintf("%s-%02d-%02d", kpi, c, n), Address: address, Form: JSON})
				if err != nil {
					return err
				}
				values, entries, count, next, err := ReadKolada(b)
				if err != nil {
					return v.bad(a, err)
				}
				for _, value := range values {
					if value.KPI != kpi || len(some) > 0 && !slices.Contains(some, value.Place) || !slices.Contains(k.Years, value.Period) {
						return v.bad(a, fmt.Errorf("it answers %s of %s for %d, which was not asked for", value.KPI, value.Place, value.Period))
					}
				}
				sum, last = sum+entries, count
				each = each && entries == count
				if next != "" {
					u, err := host.Parse(next)
					if err != nil || u.Host != host.Host || u.Scheme != host.Scheme {
						return v.bad(a, fmt.Errorf("the next page is said to be at %q, which is not Kolada's", next[:min(len(next), 200)]))
					}
					next = u.String()
					v.Total++
				}
				address = next
			}
			// what count counts, the page or all of them, has not always been the same
			if !each && sum != last {
				return v.astray(fmt.Errorf("source: Kolada's %s has %d entries by its own count, and %d came", kpi, last, sum))
			}
		}
	}
	return nil
}

// Stamp tells nothing: the whole is compared.
func (k *Kolada) Stamp(context.Context, *Fetcher) (string, error) { return "", nil }

// tables are the key figures by kommun, by län (which is what Kolada has a region's figures under) and of the country, or by unit.
func (k *Kolada) tables(s *Snapshot, kept *Kept) ([]*cube.Cube, error) {
	var all []KoladaValue
	for _, a := range kept.Answers {
		b, err := s.Read(a)
		if err != nil {
			return nil, err
		}
		values, _, _, _, err := ReadKolada(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Path(a), err)
		}
		all = append(all, values...)
	}
	return k.cubes(kept.Name, all, kept.Lineage())
}

func (k *Kolada) cubes(name string, all []KoladaValue, lineage cube.Source) ([]*cube.Cube, error) {
	groups := map[string][]KoladaValue{}
	for _, v := range all {
		kind := "unit"
		switch p := v.Place; {
		case len(k.Units) > 0 || len(p) != 4 || strings.Trim(p, "0123456789") != "":
			if strings.HasPrefix(p, "G") { // groups are unweighted means
				kind = "group"
			}
		case p == "0000":
			kind, v.Place = "riket", "00"
		case strings.HasPrefix(p, "00"):
			kind, v.Place = "lan", p[2:]
		default:
			kind = "kommun"
		}
		groups[kind] = append(groups[kind], v)
	}
	var out []*cube.Cube
	for _, kind := range []string{"kommun", "lan", "riket", "group", "unit"} {
		if len(groups[kind]) == 0 {
			continue
		}
		c, err := k.cube(name, kind, groups[kind])
		if err != nil {
			return nil, err
		}
		c.Lineage.Sources = []cube.Source{lineage}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("source: %s: Kolada has no values of what was asked for", name)
	}
	return out, nil
}

func (k *Kolada) cube(name, kind string, values []KoladaValue) (*cube.Cube, error) {
	place := cube.Dimension{Name: kind, Title: cube.Same(kind), Role: cube.Group}
	switch kind {
	case "kommun", "lan", "riket":
		place.Role, place.Kind = cube.Area, kind
	}
	year := cube.Dimension{Name: "year", Title: cube.Text{SV: "År", EN: "Year"}, Role: cube.Time}
	gender := cube.Dimension{Name: "gender", Title: cube.Text{SV: "Kön", EN: "Sex"}, Role: cube.Group, Members: []cube.Member{
		{Code: "K", Label: cube.Text{SV: "Kvinnor", EN: "Women"}}, {Code: "M", Label: cube.Text{SV: "Män", EN: "Men"}}, {Code: cube.Total, Label: cube.TotalLabel}}}
	places, years, unknown := map[string]bool{}, map[string]bool{}, map[string]int{}
	cells := map[[4]string]cube.Cell{}
	for _, v := range values {
		sex := v.Gender
		if sex == "T" {
			sex = cube.Total
		}
		at := [4]string{v.Place, strconv.Itoa(v.Period), sex, v.KPI}
		if old, twice := cells[at]; twice && old != v.Cell {
			return nil, fmt.Errorf("source: %s of %s, %d, is there twice, with different values", v.KPI, v.Place, v.Period)
		}
		cells[at] = v.Cell
		places[v.Place], years[at[1]] = true, true
		if v.Unknown != "" {
			unknown[v.Unknown]++
		}
	}
	for _, c := range sorted(places) {
		place.Members = append(place.Members, cube.Member{Code: c, Label: cube.Same(c)})
	}
	for _, c := range sorted(years) {
		year.Members = append(year.Members, cube.Member{Code: c, Label: cube.Same(c)})
	}
	var measures []cube.Measure
	for _, kpi := range k.KPI {
		own := cmp.Or(k.Names[kpi], kpi)
		measures = append(measures, cube.Measure{Name: own, Title: cube.Same("Kolada " + kpi), Kind: cube.Value, Decimals: 1})
	}
	b := cube.NewBuilder(name, []cube.Dimension{place, year, gender}, measures)
	for p, pm := range place.Members {
		for y, ym := range year.Members {
			for g, gm := range gender.Members {
				row, any := make([]cube.Cell, len(measures)), false
				for m, kpi := range k.KPI {
					c, ok := cells[[4]string{pm.Code, ym.Code, gm.Code, kpi}]
					row[m], any = c, any || ok
				}
				if any {
					b.Add([]int32{int32(p), int32(y), int32(g)}, row...)
				}
			}
		}
	}
	c, err := b.Cube()
	if err != nil {
		return nil, err
	}
	c.Title = cube.Same("Kolada: " + strings.Join(k.KPI, ", "))
	c.Notes = append(c.Notes, cube.Text{SV: "Källa: Kolada. Egna beräkningar får inte anges som Koladas.", EN: "Source: Kolada. Own calculations must not be called Kolada's."})
	if kind == "group" {
		c.Notes = append(c.Notes, cube.Text{SV: "Värden för kommungrupper är ovägda medelvärden.", EN: "Values of groups of kommuner are unweighted means."})
	}
	for _, u := range sorted(unknown) {
		c.Warn(cube.Warning{Code: "unknown-status", Text: cube.Text{
			SV: fmt.Sprintf("%d värden har hos Kolada statusen %q, som inte är känd här.", unknown[u], u),
			EN: fmt.Sprintf("%d values have the status %q at Kolada, which is not known here.", unknown[u], u)}})
	}
	return c, nil
}
