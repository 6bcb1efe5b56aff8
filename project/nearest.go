package project

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/skikt/skikt/internal/sweref"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/school"
)

// places are what rows may have nearest, in one year.
type places struct {
	codes []string
	at    []school.Point
}

// nearest makes the column of the nearest place of each row: of its own year, where the places have years. A row without a home has none, and a place without coordinates is nobody's nearest.
func (r *Run) nearest(ctx context.Context, of RecordsDecl, decl AlsoDecl) (func(*record.Batch) (record.Vector, error), error) {
	byYear, err := r.places(ctx, decl)
	if err != nil {
		return nil, fmt.Errorf("the nearest of %s: %w", decl.Nearest, err)
	}
	return func(b *record.Batch) (record.Vector, error) {
		out := record.Vector{Name: decl.Column, Type: record.Text, Text: make([]string, b.N), State: slices.Repeat([]record.State{record.Missing}, b.N)}
		points, known, err := metres(b, of.Locate)
		if err != nil {
			return out, err
		}
		rows := map[string][]int{}
		for i := range b.N {
			year := ""
			if r.Records[decl.Nearest].YearColumn != "" {
				if year, err = yearIn(b, of, i); err != nil {
					return out, err
				}
			}
			if known[i] {
				rows[year] = append(rows[year], i)
			}
		}
		for _, year := range sorted(rows) {
			p, ok := byYear[year]
			if !ok {
				continue
			}
			homes := make([]school.Point, len(rows[year]))
			for k, i := range rows[year] {
				homes[k] = points[i]
			}
			near, err := school.CatchmentOf(homes, slices.Repeat([]bool{true}, len(homes)), p.codes, p.at)
			if err != nil {
				return out, fmt.Errorf("the nearest of %s: %w", decl.Nearest, err)
			}
			for k, i := range rows[year] {
				out.Text[i], out.State[i] = near.Codes[near.Of[k]], record.Present
			}
		}
		return out, nil
	}, nil
}

// places reads the places with coordinates, by year; under the empty year when they have none.
func (r *Run) places(ctx context.Context, decl AlsoDecl) (map[string]*places, error) {
	of := r.Records[decl.Nearest]
	path, err := r.file(of.File)
	if err != nil {
		return nil, err
	}
	out := map[string]*places{}
	report, err := record.Read(ctx, path, of.Read, func(b *record.Batch) error {
		points, known, err := metres(b, of.Locate)
		if err != nil {
			return err
		}
		code, err := vector(b, decl.Code)
		if err != nil {
			return err
		}
		for i := range b.N {
			keep := known[i] && code.State[i] == record.Present
			for _, column := range sorted(decl.Where) {
				v, err := vector(b, column)
				if err != nil {
					return err
				}
				keep = keep && v.State[i] == record.Present && slices.Contains(decl.Where[column], value(v, i))
			}
			if !keep {
				continue
			}
			year := ""
			if of.YearColumn != "" {
				if year, err = yearIn(b, of, i); err != nil {
					return err
				}
			}
			if out[year] == nil {
				out[year] = &places{}
			}
			out[year].codes, out[year].at = append(out[year].codes, value(code, i)), append(out[year].at, points[i])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("not one of %d rows has both a code and coordinates in Sweden", report.Rows)
	}
	return out, nil
}

func yearIn(b *record.Batch, decl RecordsDecl, i int) (string, error) {
	if decl.YearColumn == "" {
		return fmt.Sprint(decl.Year), nil
	}
	v, err := vector(b, decl.YearColumn)
	if err != nil {
		return "", err
	}
	return yearOf(v, i), nil
}

// metres are the coordinates of rows in whole metres, and which of them lie in Sweden.
func metres(b *record.Batch, l LocateDecl) ([]school.Point, []bool, error) {
	x, hasX, err := floats(b, l.X)
	if err != nil {
		return nil, nil, err
	}
	y, hasY, err := floats(b, l.Y)
	if err != nil {
		return nil, nil, err
	}
	points, known := make([]school.Point, b.N), make([]bool, b.N)
	for i := range points {
		if hasX[i] && hasY[i] {
			points[i], known[i] = inMetres(x[i], y[i], l)
		}
	}
	return points, known, nil
}

// inMetres is a point in whole metres, if it lies in Sweden.
func inMetres(x, y float64, l LocateDecl) (school.Point, bool) {
	if l.System == string(locate.WGS84) && sweref.InSwedenGeographic(y, x) {
		x, y = sweref.FromGeographic(y, x)
	}
	if !sweref.InSweden(x, y) {
		return school.Point{}, false
	}
	return school.Point{X: int64(math.Round(x)), Y: int64(math.Round(y))}, true
}
