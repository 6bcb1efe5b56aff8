package project_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/border"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/source"
)

// A reading tells how many things a reader found in a file. None, without an error, is as good as an error.
type reading func(path string, b []byte) (n int, err error)

type namedReading struct {
	name string
	read reading
}

// readings are the readers of real data, those that are soon done first.
func readings(ctx context.Context) []namedReading {
	answer := func(read func(b []byte) (int, error)) reading {
		return func(_ string, b []byte) (int, error) { return read(b) }
	}
	// hosted asks a host that gives the file for whatever it is asked.
	hosted := func(ask func(f *source.Fetcher, host string) (int, error)) reading {
		return func(_ string, b []byte) (int, error) {
			host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/config" && !bytes.Contains(b, []byte("maxDataCells")) {
					fmt.Fprint(w, `{"maxDataCells":1000}`)
					return
				}
				w.Write(b)
			}))
			defer host.Close()
			f := &source.Fetcher{Attempts: 1}
			f.Limit(strings.TrimPrefix(host.URL, "http://"), source.Limit{Calls: 10_000, Window: time.Second})
			return ask(f, host.URL)
		}
	}
	rows := func(decl record.Declaration) reading {
		return func(path string, _ []byte) (int, error) {
			report, err := record.Read(ctx, path, decl, func(*record.Batch) error { return nil })
			if err != nil || report.Bad > report.Rows/20 {
				return 0, errors.Join(err, errors.New("rows are bad"))
			}
			return int(report.Good), nil
		}
	}
	column := func(name, pattern string) record.Column {
		return record.Column{Name: name, Required: true, Pattern: pattern}
	}
	deso, regso := `^\d{4}[ABC]\d{4}$`, `^\d{4}R\d{3}$`
	layer := func(id area.ID) reading {
		return func(path string, _ []byte) (int, error) {
			l, err := border.Read(path, border.Options{ID: id})
			if err != nil {
				return 0, err
			}
			return len(l.Features), nil
		}
	}
	id := func(kind area.Kind, vintage string) area.ID { return area.ID{Kind: kind, Vintage: vintage} }
	return []namedReading{
		{"a table", answer(func(b []byte) (int, error) {
			c, err := source.ReadTable(b)
			if err != nil {
				return 0, err
			}
			return c.Len(), nil
		})},
		{"a configuration", hosted(func(f *source.Fetcher, host string) (int, error) {
			c, err := source.Configuration(ctx, f, host)
			if err != nil || c.APIVersion == "" {
				return 0, err
			}
			return c.MaxDataCells, nil
		})},
		{"a list of tables", hosted(func(f *source.Fetcher, host string) (int, error) {
			all, err := source.Search(ctx, f, host, "sv", "x")
			return len(all), err
		})},
		{"a description", hosted(func(f *source.Fetcher, host string) (int, error) {
			_, all, err := source.Describe(ctx, f, host, "sv", "T")
			return len(all), err
		})},
		{"a code list", hosted(func(f *source.Fetcher, host string) (int, error) {
			l, err := source.CodelistOf(ctx, f, host, "sv", "L")
			if err != nil {
				return 0, err
			}
			return len(l.Values), nil
		})},
		{"a table's stamp", hosted(func(f *source.Fetcher, host string) (int, error) {
			if whole, err := f.Ask(ctx, source.Request{Address: host, Form: source.JSON}); err != nil || bytes.Contains(whole.Body, []byte(`"dimension"`)) {
				return 0, errors.Join(err, errors.New("it is a description, which has a reader of its own"))
			}
			plan, _, err := source.Declaration{PxWeb: &source.PxWeb{Host: host, Table: "T"}}.Resolve()
			if err != nil {
				return 0, err
			}
			stamp, err := plan.Stamp(ctx, f)
			return len(stamp), err
		})},
		{"a contract", answer(func(b []byte) (int, error) {
			text := regexp.MustCompile(`\$ref: ['"]?\S*examplesAsYml\S*`).ReplaceAll(b, []byte("value: {}")) // its examples are in other files, which are not here
			doc, err := openapi3.NewLoader().LoadFromData(text)
			if err != nil {
				return 0, err
			}
			return doc.Paths.Len(), nil
		})},
		{"school units", answer(func(b []byte) (int, error) { units, _, err := source.ReadSchools(b); return len(units), err })},
		{"a school unit", answer(func(b []byte) (int, error) { u, err := source.ReadSchool(b); return len(u.Code), err })},
		{"statistics of a unit", answer(func(b []byte) (int, error) { _, all, _, err := source.ReadUnitStatistics(b); return len(all), err })},
		{"SALSA", answer(func(b []byte) (int, error) { all, err := source.ReadSalsa(b); return len(all), err })},
		{"Kolada", answer(func(b []byte) (int, error) { all, _, _, _, err := source.ReadKolada(b); return len(all), err })},
		{"the fields of a layer", answer(func(b []byte) (int, error) {
			var top struct {
				FeatureTypes []struct{ Properties []struct{ Name string } }
			}
			if err := json.Unmarshal(b, &top); err != nil || len(top.FeatureTypes) == 0 {
				return 0, errors.Join(err, errors.New("no fields"))
			}
			return len(top.FeatureTypes[0].Properties), nil
		})},
		{"borders of DeSO 2018", layer(id(area.DeSO, "2018"))},
		{"borders of DeSO 2025", layer(id(area.DeSO, "2025"))},
		{"borders of RegSO 2025", layer(id(area.RegSO, "2025"))},
		{"borders of kommuner", layer(id(area.Kommun, ""))},
		{"borders of län", layer(id(area.Lan, ""))},
		{"borders of others", func(path string, _ []byte) (int, error) {
			l, err := border.Read(path, border.Options{ID: id("stadsdel", ""), CodeField: "name"})
			if err != nil {
				return 0, err
			}
			return len(l.Features), nil
		}},
		{"features", answer(func(b []byte) (int, error) {
			page, err := source.ReadFeatures(b)
			if err != nil {
				return 0, err
			}
			return len(page.Features), nil
		})},
		{"a key", func(path string, _ []byte) (int, error) {
			k, err := border.ReadKey(path, border.KeyOptions{From: id(area.DeSO, "2018"), To: id(area.RegSO, "2020")})
			if err != nil {
				return 0, err
			}
			return len(k.Rows), nil
		}},
		{"a key by names", rows(record.Declaration{Columns: []record.Column{column("DeSO", deso), column("RegSO", "")}})},
		{"changes", func(path string, _ []byte) (int, error) {
			c, err := border.ReadChanges(path, border.ChangeOptions{From: id(area.DeSO, "2018"), To: id(area.DeSO, "2025")})
			if err != nil {
				return 0, err
			}
			return len(c.Rows), nil
		}},
		{"names", func(path string, _ []byte) (int, error) {
			n, err := border.ReadNames(path)
			if err != nil {
				return 0, err
			}
			return n.Len(), nil
		}},
		{"persons by DeSO", rows(record.Declaration{Rows: "deso", Columns: []record.Column{column("id", deso), {Name: "pop_2023", Type: record.Int, Required: true}}})},
		{"DeSO and RegSO of a kommun", rows(record.Declaration{Rows: "innehall.deso.{area}", Columns: []record.Column{column("area", deso), {Name: "totalt", Type: record.Int, Required: true}}})},
		{"series by RegSO", rows(record.Declaration{Rows: "innehall.serier.{regso}.{series}", Columns: []record.Column{column("regso", regso), column("series", ""), {Name: "value", Header: "varde", Type: record.Float}}})},
		{"published types", rows(record.Declaration{Header: "1", Columns: []record.Column{{Name: "region", At: "1", Required: true}, {Name: "type", Header: "2022", Type: record.Int, Required: true}}})},
		{"a table by DeSO", rows(record.Declaration{Columns: []record.Column{column("deso", deso)}})},
	}
}

// unreadable are the files that no reader should take, by what is wrong with them.
var unreadable = map[string]string{
	"v2_spec_tableMetadata.json": "a form of the metadata that the specification has left",
	"v2_spec_dataset-meta.json":  "a description that lies about its size",
}

// TestEveryFixture: every file of real data that the project was given of statistics, keys and borders is read by a reader of its own, by listing the folders: a file that none
// reads fails. What is in each is for the tests of the readers.
func TestEveryFixture(t *testing.T) {
	var files []string
	for _, pattern := range []string{"api-*", "px", "scb-*", "keys", "geometry"} {
		folders, err := filepath.Glob(filepath.Join(data(t), pattern))
		if err != nil {
			t.Fatal(err)
		}
		if len(folders) == 0 {
			t.Errorf("there is no %s", pattern)
		}
		for _, folder := range folders {
			err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() {
					files = append(files, path)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	all := readings(t.Context())
	reader := func(path string, b []byte, among ...string) string {
		for _, r := range all {
			if len(among) > 0 && !slices.Contains(among, r.name) {
				continue
			}
			n, err := r.read(path, b)
			if err == nil && n > 0 {
				return r.name
			}
		}
		return ""
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(path, ".ndjson.gz") { // answers, one a line
			z, err := gzip.NewReader(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(z)
			lines.Buffer(nil, 1<<24)
			n := 0
			for ; lines.Scan(); n++ {
				var line struct{ JSON json.RawMessage }
				if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
					t.Fatal(err)
				}
				if reader("", line.JSON, "school units", "a school unit", "statistics of a unit", "SALSA") == "" {
					t.Errorf("%s: no reader takes answer %d", filepath.Base(path), n+1)
				}
			}
			if err := lines.Err(); err != nil || n == 0 {
				t.Errorf("%s: %d answers, %v", filepath.Base(path), n, err)
			}
			continue
		}
		name := filepath.Base(path)
		by := reader(path, b)
		t.Logf("%s: %s", name, by)
		switch why, out := unreadable[name]; {
		case by == "" && !out:
			t.Errorf("no reader takes %s", path)
		case by != "" && out:
			t.Errorf("%s, %s, is taken for %s", name, why, by)
		}
	}
}
