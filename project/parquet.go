package project

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/record"
)

// parquet tells whether the records are a Parquet file, which the store reads and package record does not.
func (d *RecordsDecl) parquet() bool {
	return d.Read.Format == "parquet" || d.Read.Format == "" && strings.EqualFold(filepath.Ext(d.File), ".parquet")
}

// attachFile makes a Parquet file a table of the store, where it lies, and holds its columns against the declared ones.
func (r *Run) attachFile(ctx context.Context, table, path string, decl RecordsDecl) error {
	for _, c := range decl.Read.Columns {
		if c.Min != nil || c.Max != nil || len(c.Values) > 0 || c.Pattern != "" || len(c.Missing) > 0 || c.Fill {
			return fmt.Errorf("column %q: Parquet is read in place and its values are not checked one by one: leave min, max, values, pattern, missing and fill out, or declare a CSV file", c.Name)
		}
	}
	if decl.Read.Melt != nil {
		return fmt.Errorf("%s: melt is for files people lay out; declare groups on the Parquet file's own columns", decl.File)
	}
	if err := wholeParquet(path); err != nil {
		return fmt.Errorf("%s: %w", decl.File, err)
	}
	if err := r.db.Attach(ctx, table, path); err != nil {
		return err
	}
	have, err := r.db.Columns(ctx, table)
	if err != nil {
		return err
	}
	var names []string
	for _, c := range have {
		names = append(names, c.Name)
	}
	for _, c := range decl.Read.Columns {
		if !slices.Contains(names, c.Name) {
			return fmt.Errorf("%s has no column %q; it has %s", decl.File, c.Name, strings.Join(names, ", "))
		}
	}
	return nil
}

// wholeParquet looks for the four bytes that a Parquet file begins and ends with.
func wholeParquet(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	var head, tail [4]byte
	if _, err := f.ReadAt(head[:], 0); err != nil || string(head[:]) != "PAR1" {
		return errors.New("the file is no Parquet file; fetch or export it again, or declare its format")
	}
	if _, err := f.ReadAt(tail[:], size-4); err != nil || string(tail[:]) != "PAR1" {
		return errors.New("the Parquet file is cut off; fetch or export it again")
	}
	return nil
}

// attach takes a Parquet file as the records where it lies: nothing is copied. The codes that occur are placed one by one, and the account is made from how
// many rows have each.
func (r *Run) attach(ctx context.Context, path string, decl RecordsDecl, l *loaded, account *Account, div *area.Division) error {
	if err := r.attachFile(ctx, l.table, path, decl); err != nil {
		return err
	}
	var err error
	if l.columns, err = r.db.Columns(ctx, l.table); err != nil {
		return err
	}
	account.Read = &record.Report{File: filepath.Base(path), Format: "parquet"}
	return r.placeCodes(ctx, decl, l, account, div)
}

// placeCodes places the codes that stand in the store's records, one by one.
func (r *Run) placeCodes(ctx context.Context, decl RecordsDecl, l *loaded, account *Account, div *area.Division) error {
	l.areaColumn, l.codes = decl.Locate.Code, map[string]string{}
	codes := locate.NewCodes(div)
	return r.accountBy(ctx, decl, l, account, decl.Locate.Code, func(code, year string) locate.Place {
		place := codes.Place(code)
		if !place.Outcome.Placed() {
			return place
		}
		if n, err := strconv.Atoi(year); l.lineage.Public() && (err != nil || area.CheckYear(div.ID, n) != nil) {
			return locate.Place{Area: -1, Outcome: locate.WrongVintage}
		}
		l.codes[code] = div.At(int(place.Area)).Code
		l.covered(year, int(place.Area), div.Len())
		return place
	})
}

// accountBy accounts for the store's records by how many have each value of a column, which tells where they are, with their year and the kommun that they state.
func (r *Run) accountBy(ctx context.Context, decl RecordsDecl, l *loaded, account *Account, column string, place func(value, year string) locate.Place) error {
	const none = "(none)" // stands for a missing value among the counted ones; no code looks like it
	text := func(name string) cube.SpecDim {
		return cube.SpecDim{Dimension: cube.Dimension{Name: "by " + name}, Columns: []string{name}, Unknown: none}
	}
	spec := cube.Spec{Name: l.name, From: l.table, Dims: []cube.SpecDim{text(column)}, Measures: []cube.SpecMeasure{{Measure: cube.Measure{Name: "N", Kind: cube.Count}}}}
	kommunAt, yearAt := -1, -1
	if decl.Kommun != "" && decl.Kommun != column {
		kommunAt, spec.Dims = len(spec.Dims), append(spec.Dims, text(decl.Kommun))
	}
	if decl.YearColumn != "" && decl.YearColumn != column {
		yearAt, spec.Dims = len(spec.Dims), append(spec.Dims, text(decl.YearColumn))
	}
	c, counted, err := r.ask(ctx, l, spec)
	if err != nil {
		return err
	}
	for row := range c.Len() {
		kommun, year := "", strconv.Itoa(decl.Year)
		if kommunAt >= 0 {
			if k := c.Code(row, kommunAt); r.kommun(k) {
				kommun = k
			}
		}
		if yearAt >= 0 {
			if year = c.Code(row, yearAt); !isYear(year) {
				return fmt.Errorf("%s: column %q has no year of four digits in some rows; mend it, or declare required: true and pattern: '^\\d{4}$', and such rows are left out and counted", decl.File, decl.YearColumn)
			}
		}
		account.addMany(kommun, place(strings.TrimPrefix(c.Code(row, 0), none), year), int64(c.Cell(row, 0).Value))
	}
	account.Read.Good, account.Read.Delivered, account.Read.Rows = counted.In, counted.In, counted.In+account.Read.Bad
	return nil
}

// addMany accounts for many rows with one fate.
func (a *Account) addMany(kommun string, p locate.Place, n int64) {
	var one locate.Account
	one.Add(kommun, p)
	t := locate.Tally{In: n}
	t.Outcomes[p.Outcome] = n
	if p.Outcome.Placed() {
		t.Placed = n
	} else {
		t.Residual = n
	}
	one.Tally = t
	for _, k := range one.Kommuner {
		*k = t
	}
	a.Located.Merge(&one)
}
