//go:build !quick && unix

package store

import (
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/record"
)

// eachClickHouse is eachServer for what is ClickHouse's own, with eight pupils.
func eachClickHouse(t *testing.T, f func(t *testing.T, u underTest, s Server, keeper *sql.DB)) {
	eachServer(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		if u.kind == "clickhouse" {
			fillClickHouse(t, keeper, "pupils", pupils())
			f(t, u, s, keeper)
		}
	})
}

// clickHouseReader is the account that may only read.
func clickHouseReader(t *testing.T, s Server) Server {
	t.Helper()
	full := getenv(t, "SKIKT_CLICKHOUSE_READER")
	_, rest, _ := strings.Cut(full, "//reader:")
	password, _, _ := strings.Cut(rest, "@")
	s.Address, s.Password = strings.Replace(s.Address, "//owner@", "//reader@", 1), password
	return s
}

// TestClickHouseReadOnly counts with an account that may change nothing, and tries to write with one that could.
func TestClickHouseReadOnly(t *testing.T) {
	eachClickHouse(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		db := connect(t, clickHouseReader(t, s))
		use(t, db, "pupils", pupils())
		if err := db.Lookup(t.Context(), "parts", []string{"area"}, [][]string{{"A"}, {"B"}}, []string{"north", "south"}); err != nil {
			t.Fatal(err)
		}
		spec := pupilsByArea
		spec.Dims = []cube.SpecDim{{Dimension: cube.Dimension{Name: "part"}, Columns: []string{"area"}, Lookup: "parts"}}
		if c, _ := count(t, db, spec); c.Get("N", "north").Value != 3 || c.Get("N", "south").Value != 3 {
			t.Error("3 pupils in each part")
		}
		own := connect(t, s)
		err := own.transact(t.Context(), true, func(s *session) error {
			return own.engine.(*clickHouse).exec(t.Context(), s, "CREATE TABLE skikt.written (a Int64) ENGINE = Memory")
		})
		if !errors.Is(err, ErrRight) {
			t.Errorf("an account that may write wrote through skikt: %v", err)
		}
	})
}

// TestClickHouseFaults meets what goes wrong at the door and with tables: every error is of its class, says what to do, and holds neither secrets nor records.
func TestClickHouseFaults(t *testing.T) {
	eachClickHouse(t, func(t *testing.T, u underTest, s Server, keeper *sql.DB) {
		must(t, keeper, "CREATE DATABASE IF NOT EXISTS closed", "DROP TABLE IF EXISTS closed.pupils", "CREATE TABLE closed.pupils (area String) ENGINE = Memory",
			"DROP TABLE IF EXISTS skikt.unreadable", "CREATE VIEW skikt.unreadable AS SELECT toInt64(concat(area, 'MARKER')) AS sex FROM local.pupils WHERE area IS NOT NULL",
			"DROP TABLE IF EXISTS skikt.odd", "CREATE TABLE skikt.odd (g_n Int64) ENGINE = Memory")
		account := clickHouseReader(t, s)
		connecting := func(change func(*Server)) error {
			s := account
			change(&s)
			db, err := Connect(t.Context(), s)
			if err == nil {
				db.Close()
			}
			return err
		}
		using := func(table string, columns ...record.Vector) error {
			db := connect(t, account)
			defer db.Close()
			if _, err := db.Use(t.Context(), "pupils", table, columns); err != nil {
				return err
			}
			_, _, err := db.Cube(t.Context(), cube.Spec{Name: "c", From: "pupils", Dims: []cube.SpecDim{dim(columns[0].Name)}, Measures: []cube.SpecMeasure{counting("N")}})
			return err
		}
		area := record.Vector{Name: "area", Type: record.Text}
		for what, c := range map[string]struct {
			err  error
			is   error
			says string
		}{
			"wrong password":          {connecting(func(s *Server) { s.Password = "not the SECRET" }), ErrLogin, "password"},
			"unknown account":         {connecting(func(s *Server) { s.Address = strings.Replace(s.Address, "reader@", "nobody@", 1) }), ErrLogin, "password"},
			"no such database":        {connecting(func(s *Server) { s.Address += "x" }), ErrRefused, "such a database"},
			"nobody answers":          {connecting(func(s *Server) { s.Address = "clickhouse://a@127.0.0.1:1/b" }), ErrReach, "does it run"},
			"password in the address": {connecting(func(s *Server) { s.Address = "clickhouse://a:SECRET@127.0.0.1/b" }), nil, "take it out"},
			"no right to the table":   {using("closed.pupils", area), nil, "has no right to it"},
			"no such table":           {using("nothing", area), nil, "no such table"},
			"no such column":          {using("pupils", record.Vector{Name: "areas", Type: record.Text}), nil, "it has area, sex"},
			"another type":            {using("pupils", record.Vector{Name: "area", Type: record.Int}), nil, "area is Nullable(String) there, which can't be read as int"},
			"unreadable values":       {using("unreadable", record.Vector{Name: "sex", Type: record.Int}), ErrRefused, "can't be read as its type"},
			"a name of our own":       {using("odd", record.Vector{Name: "g_n", Type: record.Int}), nil, "give it another"},
		} {
			switch {
			case c.err == nil:
				t.Errorf("%s: no error", what)
			case c.is != nil && !errors.Is(c.err, c.is), !strings.Contains(c.err.Error(), c.says):
				t.Errorf("%s: %v", what, c.err)
			case strings.Contains(c.err.Error(), "SECRET"), strings.Contains(c.err.Error(), account.Password), strings.Contains(c.err.Error(), "MARKER"):
				t.Errorf("%s: the error gives something away: %v", what, c.err)
			}
		}
		idle(t, u, keeper, s.Run)
	})
}

// idle waits until no server does anything for a run, and none has a small table.
func idle(t *testing.T, u underTest, keeper *sql.DB, run string) {
	t.Helper()
	queries, small := 0, 0
	for range 200 {
		if queries, small = u.asks(t, keeper, run); queries+small == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("%d queries and %d small tables are left on the servers", queries, small)
}
