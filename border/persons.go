package border

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/area"
)

// ReadPersons reads a table of persons by area, CSV or XLSX, with the columns declared or, for the areas, under one of the names that publishers use. A row of an area without a number is among the problems
// and has none; an area that stands on several rows is an error, since nobody can tell whether they should be added up.
func ReadPersons(path string, id area.ID, areaColumn, column string) (persons map[string]float64, problems []Finding, err error) {
	fail := func(err error) (map[string]float64, []Finding, error) {
		return nil, nil, fmt.Errorf("border: persons %s: %w", filepath.Base(path), err)
	}
	sheets, err := readTable(path)
	if err != nil {
		return fail(err)
	}
	var first error
	for _, rows := range sheets {
		for i, header := range rows[:min(len(rows), deepestHeader)] {
			var names []string
			for k := range header.cells {
				names = append(names, header.cell(k))
			}
			field, ok := findField(names, column)
			if !ok {
				continue
			}
			at, err := codeColumn(names, rows[i+1:], id, areaColumn)
			if err != nil {
				if first == nil {
					first = fmt.Errorf("the header on line %d %w", header.line, err)
				}
				continue
			}
			persons = map[string]float64{}
			value := slices.Index(names, field)
			for _, r := range rows[i+1:] {
				code, err := cleanKeyCode(id, r.cell(at))
				if err != nil {
					continue // notes below the table, and areas of other divisions in it
				}
				if _, twice := persons[code]; twice {
					return fail(fmt.Errorf("line %d: %s stands on several rows; give one number of persons for each area", r.line, code))
				}
				n, ok := number(r.cell(value))
				if !ok {
					problems = append(problems, Finding{Rule: RulePersons, Codes: []string{code}, Number: r.line, Text: fmt.Sprintf("line %d: %s has no number of persons", r.line, code)})
					continue
				}
				persons[code] = n
			}
			if len(persons) > 0 {
				return persons, problems, nil
			}
		}
	}
	if first == nil {
		first = fmt.Errorf("no row of the first %d has a column %s", deepestHeader, column)
	}
	return fail(first)
}

// number reads a number of persons as spreadsheets write it: with blanks between thousands, and a decimal comma.
func number(s string) (float64, bool) {
	s = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", ",", ".").Replace(s)
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil && n >= 0 && !math.IsInf(n, 0)
}

// SquareOptions say how to read a file of squares.
type SquareOptions struct {
	Layer, CodeField string
	PersonsField     string
}

// ReadSquares reads squares with persons from a file of borders, such as a layer of SCB's grid of 1 km. Their edges must run north and east.
func ReadSquares(path string, opt SquareOptions) ([]Square, error) {
	layer, err := Read(path, Options{ID: area.ID{Kind: "ruta"}, Layer: opt.Layer, CodeField: opt.CodeField})
	if err != nil {
		return nil, err
	}
	fail := func(err error) ([]Square, error) { return nil, fmt.Errorf("border: squares %s: %w", layer.File, err) }
	field, ok := findField(layer.Fields, opt.PersonsField)
	if !ok {
		return fail(fmt.Errorf("there is no field %s; the fields are %s", opt.PersonsField, list(layer.Fields)))
	}
	var out []Square
	for _, f := range layer.Features {
		bound, n := f.Border.Bound(), 0.0
		ground := (bound.Max[0] - bound.Min[0]) * (bound.Max[1] - bound.Min[1])
		if f.Border == nil || math.Abs(surfaceArea(f.Border)-ground) > 0.02*ground {
			return fail(fmt.Errorf("feature %d (%s) is no square along the axes of SWEREF 99 TM", f.Number, f.Code))
		}
		if text := f.Fields[field]; text != "" {
			if n, ok = number(text); !ok {
				return fail(fmt.Errorf("feature %d (%s): %q is no number of persons", f.Number, f.Code, text))
			}
		}
		out = append(out, Square{bound, n})
	}
	if len(out) == 0 {
		return fail(errors.New("it has no squares"))
	}
	return out, nil
}
