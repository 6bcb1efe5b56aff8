package source

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
)

// scbWFS is the address of SCB's service of open geodata.
const scbWFS = "https://geodata.scb.se/geoserver/stat/wfs"

// A WFS is a layer of a Web Feature Service, such as SCB's stat:RegSO_2025, fetched page by page as GeoJSON. In GeoJSON the order of axes is east before north and longitude before latitude, whatever the
// system's own order is; package border looks at the coordinates themselves too.
type WFS struct {
	Address string `yaml:"address" json:"address,omitempty"` // of the service; SCB's when empty
	Layer   string `yaml:"layer" json:"layer"`               // stat:RegSO_2025
	Version string `yaml:"version" json:"version,omitempty"` // 1.1.0, as SCB's service is known to page by, or 2.0.0
	Sort    string `yaml:"sort" json:"sort,omitempty"`       // field that the pages are sorted by, or they would not fit together; objectid
	Filter  string `yaml:"filter" json:"filter,omitempty"`   // CQL: kommunkod='0180'. Points in it are written north before east
	System  string `yaml:"system" json:"system,omitempty"`   // EPSG:3006, or EPSG:4326
	Page    int    `yaml:"page" json:"page,omitempty"`       // features in a page; 1000
}

func (w *WFS) check() error {
	switch {
	case strings.Trim(w.Layer, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:") != "" || w.Layer == "":
		return fmt.Errorf("source: %q is no layer: write stat:RegSO_2025", w.Layer)
	case w.Version != "" && w.Version != "1.1.0" && w.Version != "2.0.0":
		return fmt.Errorf("source: WFS version %q is not known: write 1.1.0 or 2.0.0", w.Version)
	case w.System != "" && w.System != "EPSG:3006" && w.System != "EPSG:4326":
		return fmt.Errorf("source: %q is no system that is read: write EPSG:3006 or EPSG:4326", w.System)
	case w.Page < 0:
		return errors.New("source: a page of less than one feature")
	case w.Address != "":
		return checkAddress(w.Address)
	}
	return nil
}

func (w *WFS) question(n, start int) Request {
	v := url.Values{"service": {"WFS"}, "version": {cmp.Or(w.Version, "1.1.0")}, "request": {"GetFeature"}, "outputFormat": {"application/json"}, "srsName": {cmp.Or(w.System, "EPSG:3006")},
		"sortBy": {cmp.Or(w.Sort, "objectid")}, "startIndex": {strconv.Itoa(start)}}
	names, count := "typeName", "maxFeatures"
	if w.Version == "2.0.0" {
		names, count = "typeNames", "count"
	}
	v.Set(names, w.Layer)
	v.Set(count, strconv.Itoa(cmp.Or(w.Page, 1000)))
	if w.Filter != "" {
		v.Set("CQL_FILTER", w.Filter)
	}
	return Request{Name: fmt.Sprintf("page-%03d", n), Address: cmp.Or(w.Address, scbWFS) + "?" + v.Encode(), Form: JSON}
}

// A FeaturePage is one answer of a WFS.
type FeaturePage struct {
	Matched  int // features there are in all; -1 when the service doesn't know
	CRS      json.RawMessage
	Features []json.RawMessage
	IDs      []string
}

// ReadFeatures reads an answer to GetFeature as JSON. It is an error when the answer says of itself that it has another number of features than it has.
func ReadFeatures(b []byte) (*FeaturePage, error) {
	var top struct {
		Type           string
		Features       []json.RawMessage
		NumberMatched  json.RawMessage
		TotalFeatures  json.RawMessage
		NumberReturned *int
		CRS            json.RawMessage
		Exceptions     []struct{ Code, Text string }
	}
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &top); err != nil {
		return nil, fmt.Errorf("source: it is no answer of a WFS: %w", err)
	}
	if len(top.Exceptions) > 0 {
		return nil, fmt.Errorf("source: the service says %s: %s", top.Exceptions[0].Code, top.Exceptions[0].Text)
	}
	if top.Type != "FeatureCollection" {
		return nil, fmt.Errorf("source: the answer is %q, not a FeatureCollection", top.Type)
	}
	p := &FeaturePage{Matched: -1, CRS: top.CRS, Features: top.Features}
	for _, n := range []json.RawMessage{top.NumberMatched, top.TotalFeatures} {
		if v, err := strconv.Atoi(strings.Trim(string(n), `"`)); err == nil && p.Matched < 0 {
			p.Matched = v
		}
	}
	if top.NumberReturned != nil && *top.NumberReturned != len(p.Features) {
		return nil, fmt.Errorf("source: the answer says that it has %d features, and has %d", *top.NumberReturned, len(p.Features))
	}
	if p.Matched >= 0 && len(p.Features) > p.Matched {
		return nil, fmt.Errorf("source: the answer has %d features of %d", len(p.Features), p.Matched)
	}
	for i, f := range p.Features {
		var one struct {
			Type string
			ID   string
		}
		if err := json.Unmarshal(f, &one); err != nil || one.Type != "Feature" {
			return nil, fmt.Errorf("source: feature %d of the answer is none", i+1)
		}
		p.IDs = append(p.IDs, one.ID)
	}
	return p, nil
}

// changedError says that what is being fetched was changed meanwhile.
type changedError struct{ what string }

func (e *changedError) Error() string {
	return "source: " + e.what + ": the publisher changed it while it was fetched; try again"
}

// Fetch fetches the layer, page by page. When the number of features changes on the way it begins anew, once.
func (w *WFS) Fetch(ctx context.Context, v *Visit) error {
	err := w.fetch(ctx, v)
	if errors.As(err, new(*changedError)) {
		v.Forget()
		err = w.fetch(ctx, v)
	}
	return err
}

func (w *WFS) fetch(ctx context.Context, v *Visit) error {
	matched, got := -1, 0
	seen := map[string]bool{}
	for n := 0; ; n++ {
		b, a, err := v.Get(ctx, w.question(n, got))
		if err != nil {
			return err
		}
		page, err := ReadFeatures(b)
		if err != nil {
			return v.bad(a, err)
		}
		if n == 0 {
			matched = page.Matched
			if matched >= 0 {
				v.Total = int64((matched + cmp.Or(w.Page, 1000) - 1) / cmp.Or(w.Page, 1000))
			}
			if want := w.whole(); want > 0 && matched >= 0 && matched != want {
				return v.astray(fmt.Errorf("source: %s has %d areas, where there are %d: the layer is not whole, or the filter is missing from the declaration", w.Layer, matched, want))
			}
			v.Title, v.Publisher, v.Licence = w.Layer, "SCB", "CC0 1.0"
			if w.Address != "" {
				v.Publisher, v.Licence = "", ""
			}
		}
		if page.Matched != matched {
			return &changedError{w.Layer}
		}
		for _, id := range page.IDs {
			if id != "" && seen[id] {
				return v.astray(fmt.Errorf("source: %s: feature %s came on two pages: they do not fit together; declare sort, the name of a field that is different for every feature", w.Layer, id))
			}
			seen[id] = true
		}
		got += len(page.Features)
		switch {
		case matched >= 0 && got >= matched, matched < 0 && len(page.Features) < cmp.Or(w.Page, 1000):
			return nil
		case len(page.Features) == 0:
			return v.astray(fmt.Errorf("source: %s: the pages end after %d of %d features", w.Layer, got, matched))
		}
	}
}

// whole is the number of areas in the layer, when it is one of SCB's divisions and all of it is asked for.
func (w *WFS) whole() int {
	_, name, _ := strings.Cut(w.Layer, ":")
	for _, d := range area.Definitions {
		if w.Filter == "" && w.Address == "" && strings.EqualFold(name, d.ID.Kind.Title()+"_"+d.ID.Vintage) {
			return d.Count
		}
	}
	return 0
}

// Stamp tells nothing: the service doesn't say when a layer was changed.
func (w *WFS) Stamp(context.Context, *Fetcher) (string, error) { return "", nil }

// joined is all pages as one GeoJSON.
func (w *WFS) joined(s *Snapshot, k *Kept) ([]byte, error) {
	var out bytes.Buffer
	n := 0
	for i, a := range k.Answers {
		b, err := s.Read(a)
		if err != nil {
			return nil, err
		}
		page, err := ReadFeatures(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Path(a), err)
		}
		if i == 0 {
			out.WriteString(`{"type":"FeatureCollection"`)
			if len(page.CRS) > 0 && string(page.CRS) != "null" {
				out.WriteString(`,"crs":`)
				out.Write(page.CRS)
			}
			out.WriteString(`,"features":[`)
		}
		for _, f := range page.Features {
			if n++; n > 1 {
				out.WriteString(",\n")
			}
			out.Write(f)
		}
	}
	if len(k.Answers) == 0 {
		return nil, fmt.Errorf("source: %s has no answers", k.Name)
	}
	out.WriteString("]}\n")
	return out.Bytes(), nil
}
