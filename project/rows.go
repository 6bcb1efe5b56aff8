package project

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/store"
)

// Rows are columns of rows that models work on, read from a file or from the store.
type Rows struct {
	N       int
	Columns []record.Vector
}

// ReadRows reads the named columns of a file: CSV, XLSX, JSON and fixed width by package record, Parquet by the store. Text columns take whatever stands there, float columns numbers. A row that
// breaks the declaration is an error, with the line of the first: nothing is modelled on part of the rows. What is missing, hidden or not available is no error; it stands in the state.
func ReadRows(ctx context.Context, path string, columns []record.Column) (*Rows, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("there is no file %s", path)
	}
	name := filepath.Base(path)
	if strings.EqualFold(filepath.Ext(path), ".parquet") {
		return parquetRows(ctx, path, columns)
	}
	rows := &Rows{}
	report, err := record.Read(ctx, path, record.Declaration{Columns: columns}, rows.add)
	if err != nil {
		return nil, err
	}
	if report.Bad > 0 {
		first := report.Problems[0]
		return nil, fmt.Errorf("%s: %d of %d rows can't be used, the first at line %d: %s; nothing is computed on part of the rows", name, report.Bad, report.Rows, first.Line, first.Text)
	}
	if rows.N == 0 {
		return nil, fmt.Errorf("%s has no rows", name)
	}
	return rows, nil
}

func (r *Rows) add(b *record.Batch) error {
	r.N += b.N
	if r.Columns == nil {
		r.Columns = slices.Clone(b.Columns)
		return nil
	}
	for k, v := range b.Columns {
		c := &r.Columns[k]
		c.Text, c.Int, c.Float, c.State = append(c.Text, v.Text...), append(c.Int, v.Int...), append(c.Float, v.Float...), append(c.State, v.State...)
	}
	return nil
}

func parquetRows(ctx context.Context, path string, columns []record.Column) (*Rows, error) {
	name := filepath.Base(path)
	if err := wholeParquet(path); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	db, err := store.Open(ctx, store.Options{})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	const table = "rows"
	if err := db.Attach(ctx, table, path); err != nil {
		return nil, err
	}
	have, err := db.Columns(ctx, table)
	if err != nil {
		return nil, err
	}
	return rowsOf(name, have, columns, func(names []string, sink func(*record.Batch) error) error { return db.Scan(ctx, table, names, sink) })
}

// rowsOf takes columns of a table of the store.
func rowsOf(name string, have []record.Vector, columns []record.Column, scan func(names []string, sink func(*record.Batch) error) error) (*Rows, error) {
	var names, wanted []string
	for _, c := range have {
		names = append(names, c.Name)
	}
	for _, c := range columns {
		at := slices.Index(names, c.Name)
		if at < 0 {
			return nil, fmt.Errorf("%s has no column %q; it has %s", name, c.Name, strings.Join(names, ", "))
		}
		if c.Type == record.Float && have[at].Type != record.Int && have[at].Type != record.Float {
			return nil, fmt.Errorf("%s: the column %q holds no numbers", name, c.Name)
		}
		wanted = append(wanted, c.Name)
	}
	rows := &Rows{}
	if err := scan(wanted, rows.add); err != nil {
		return nil, err
	}
	if rows.N == 0 {
		return nil, fmt.Errorf("%s %w", name, errNoRows)
	}
	return rows, nil
}

var errNoRows = errors.New("has no rows")

func (r *Rows) column(name string) *record.Vector {
	at := slices.IndexFunc(r.Columns, func(v record.Vector) bool { return v.Name == name })
	if at < 0 {
		return nil
	}
	return &r.Columns[at]
}

// Codes are the texts of a column, empty where there is none.
func (r *Rows) Codes(name string) []string {
	v := r.column(name)
	out := make([]string, r.N)
	if v == nil {
		return out
	}
	for i := range out {
		switch {
		case v.State[i] != record.Present:
		case v.Text != nil:
			out[i] = v.Text[i]
		case v.Int != nil:
			out[i] = strconv.FormatInt(v.Int[i], 10)
		default:
			out[i] = strconv.FormatFloat(v.Float[i], 'f', -1, 64)
		}
	}
	return out
}

// Numbers are the numbers of a column, NaN where there is none, and whether any of those is hidden by its publisher.
func (r *Rows) Numbers(name string) (values []float64, hidden []bool) {
	v := r.column(name)
	values, hidden = make([]float64, r.N), make([]bool, r.N)
	for i := range values {
		values[i] = math.NaN()
		if v == nil {
			continue
		}
		hidden[i] = v.State[i] == record.Hidden
		if v.State[i] != record.Present {
			continue
		}
		switch {
		case v.Float != nil:
			values[i] = v.Float[i]
		case v.Int != nil:
			values[i] = float64(v.Int[i])
		}
	}
	return values, hidden
}

// keep keeps the rows whose columns have one of the values.
func (r *Rows) keep(where map[string][]string) error {
	if len(where) == 0 {
		return nil
	}
	var of [][]string
	names := sorted(where)
	for _, name := range names {
		of = append(of, r.Codes(name))
	}
	var rows []int
next:
	for i := range r.N {
		for k, name := range names {
			if !slices.Contains(where[name], of[k][i]) {
				continue next
			}
		}
		rows = append(rows, i)
	}
	if len(rows) == 0 {
		return fmt.Errorf("no row has what is asked for under where")
	}
	r.N = len(rows)
	for k := range r.Columns {
		c := &r.Columns[k]
		c.Text, c.Int, c.Float, c.State = picked(c.Text, rows), picked(c.Int, rows), picked(c.Float, rows), picked(c.State, rows)
	}
	return nil
}

func picked[T any](from []T, rows []int) []T {
	if from == nil {
		return nil
	}
	out := make([]T, len(rows))
	for k, i := range rows {
		out[k] = from[i]
	}
	return out
}
