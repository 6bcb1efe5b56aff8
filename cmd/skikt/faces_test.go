package main

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/server"
)

// DuckDB reads what the pages give for download. It is a client of package server that server's own tests don't have: this program already has it, through store.
func TestDuckDBReadsTheFaces(t *testing.T) {
	// 300 areas × 2 years: area i has 10·i persons in 2022 and 10·i + 1 in 2023, of whom half; every seventh share is hidden. 2022: 10·(0 + … + 299) = 448,500.
	dims := []cube.Dimension{{Name: "regso", Title: cube.Same("RegSO"), Role: cube.Area, Kind: "regso", Vintage: "2020"}, {Name: "year", Title: cube.Same("Year"), Role: cube.Time, Members: []cube.Member{{Code: "2022"}, {Code: "2023"}}}}
	for i := range 300 {
		dims[0].Members = append(dims[0].Members, cube.Member{Code: fmt.Sprintf("%04dR001", 114+i), Label: cube.Same(`Å "ort", nr`)})
	}
	b := cube.NewBuilder("people", dims, []cube.Measure{{Name: "N", Title: cube.Same("N"), Kind: cube.Count}, {Name: "Half", Title: cube.Same("Half"), Kind: cube.Share, Decimals: 1}})
	for i := range int32(300) {
		for y := range int32(2) {
			half := cube.KnownCell(0.5)
			if i%7 == 0 {
				half = cube.Cell{Status: cube.HiddenRule}
			}
			b.Add([]int32{i, y}, cube.KnownCell(float64(10*i+y)), half)
		}
	}
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Title = cube.Same("People")
	c.Lineage.Sources = []cube.Source{{Name: "made up", Publisher: "Nobody", Public: true, Synthetic: true}}
	table, err := protect.AlreadyPublic(c, "made up")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := publish.Build(filepath.Join(dir, "edition"), publish.Input{Tables: []protect.Table{table}, Geography: area.NewGeography(), Release: edition.Release{Title: cube.Same("T"), Project: "t", Synthetic: true}}); err != nil {
		t.Fatal(err)
	}
	ed, err := edition.Open(filepath.Join(dir, "edition"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := server.New(ed)
	if err != nil {
		t.Fatal(err)
	}
	save := func(address, name string) {
		w := httptest.NewRecorder()
		pages.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", address, w.Code, w.Body)
		}
		if err := os.WriteFile(filepath.Join(dir, name), w.Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const all = "/api/v2/tables/people/data?valueCodes[regso]=*&valueCodes[year]=*&valueCodes[ContentsCode]=*&outputFormat="
	save("/tabell/people.csv", "long.csv")
	save("/tabell/people.sdmx.csv", "sdmx.csv")
	save("/tabell/people.parquet", "people.parquet")
	save(all+"csv&outputFormatParams=UseCodes&heading=ContentsCode&stub=regso,year", "px.csv")
	save(all+"parquet", "px.parquet")
	save("/utgava.zip", "all.zip")
	text, err := os.ReadFile(filepath.Join(dir, "all.zip"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := archive.Open("tables/people.parquet")
	if err != nil {
		t.Fatal(err)
	}
	part, err := io.ReadAll(whole)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "whole.parquet"), part, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	// The code keeps its leading zero; hidden cells (43 areas × 2 years) have no value.
	const want = "448500 600 86 0114R001"
	for file, query := range map[string]string{
		"long.csv":       `SELECT sum(value) FILTER (measure = 'N' AND year = 2022), count(*) FILTER (measure = 'N'), count(*) FILTER (value IS NULL), min(regso) FROM read_csv(FILE)`,
		"sdmx.csv":       `SELECT sum(OBS_VALUE) FILTER (MEASURE = 'N' AND TIME_PERIOD = 2022), count(*) FILTER (MEASURE = 'N'), count(*) FILTER (OBS_STATUS = 'Q' AND OBS_VALUE IS NULL), min(regso) FROM read_csv(FILE)`,
		"px.csv":         `SELECT sum(N) FILTER (year = 2022), count(*), count(*) FILTER (Half = '..'), min(regso) FROM read_csv(FILE)`,
		"people.parquet": `SELECT sum(N) FILTER (year = '2022'), count(*), count(*) FILTER (Half IS NULL AND Half_status = 'hidden_rule'), min(regso) FROM read_parquet(FILE)`,
		"px.parquet":     `SELECT sum(N) FILTER (year = '2022'), count(*), count(*) FILTER (Half IS NULL AND Half_status = 'hidden_rule'), min(regso) FROM read_parquet(FILE)`,
		"whole.parquet":  `SELECT sum(N) FILTER (year = '2022'), count(*), count(*) FILTER (Half IS NULL AND Half_status = 'hidden_rule'), min(regso) FROM read_parquet(FILE)`,
	} {
		var sum float64
		var rows, hidden int
		var least string
		query = strings.ReplaceAll(query, "FILE", "'"+filepath.Join(dir, file)+"'")
		if err := db.QueryRow(query).Scan(&sum, &rows, &hidden, &least); err != nil {
			t.Errorf("%s: %v", file, err)
		} else if got := fmt.Sprintf("%.0f %d %d %s", sum, rows, hidden, least); got != want {
			t.Errorf("%s: %s, want %s", file, got, want)
		}
	}
}
