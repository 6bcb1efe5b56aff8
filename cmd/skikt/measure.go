package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/segregation"
)

type measureCmd struct {
	File      string   `arg:"" help:"CSV or XLSX file with one row for each unit and group (or each person), or the folder of an edition." placeholder:"FILE" type:"path"`
	Table     string   `help:"Of an edition: the table."`
	Unit      string   `help:"Column of the units: area, school, workplace." required:""`
	Group     string   `help:"Column of the groups." required:""`
	Groups    []string `help:"The groups to compare, in order; with two, the first is the one whose segregation is measured. All when not given."`
	Count     string   `help:"Column of the counts; each row is one person without it. Of an edition: the count's name."`
	Within    string   `help:"Column of what to measure within, such as kommun."`
	Period    string   `help:"Column of the period."`
	Measure   []string `help:"Measures by name, or all." default:"all"`
	Bootstrap int      `help:"Draw the persons anew so many times: each measure corrected for small numbers, with its interval." default:"0"`
	Seed      uint64   `help:"Seed of the draws." default:"1"`
	Format    string   `help:"csv or json." enum:"csv,json" default:"csv"`
	Lang      string   `help:"Language of titles in JSON." enum:"sv,en" default:"sv"`
}

func (c *measureCmd) Help() string {
	return `Measures segregation between groups over units. skikt explain NAME tells what a measure is, its formula, range, cautions and source.
What it prints is not protected: measures of an agency's own records are as confidential as the records.

Example:
  skikt measure pupils.csv --unit school --group background --count n --within kommun --measure Dissimilarity,Isolation`
}

func (c *measureCmd) Run(ctx context.Context, std *streams) error {
	counts, err := c.counts(ctx)
	if err != nil {
		return err
	}
	q := segregation.Question{Units: c.Unit, Groups: c.Group, Members: c.Groups, Persons: segregation.Draws{N: c.Bootstrap, Seed: c.Seed}}
	if c.Table != "" {
		q.Count = c.Count
	}
	if !slices.Equal(c.Measure, []string{"all"}) {
		q.Measures = c.Measure
	}
	out, err := segregation.Cube(counts, q)
	if err != nil {
		return exitError{exitUsage, err}
	}
	return edition.Long(std.out, out, c.Format, c.Lang)
}

// counts are the counts by unit, group and what else is asked for.
func (c *measureCmd) counts(ctx context.Context) (*cube.Cube, error) {
	info, err := os.Stat(c.File)
	switch {
	case err != nil:
		return nil, fmt.Errorf("there is no file %s", c.File)
	case info.IsDir():
		return c.published()
	}
	columns := []string{c.Unit, c.Group}
	for _, more := range []string{c.Within, c.Period} {
		if more != "" {
			columns = append(columns, more)
		}
	}
	decl := record.Declaration{}
	for _, name := range columns {
		decl.Columns = append(decl.Columns, record.Column{Name: name, Required: true})
	}
	if c.Count != "" {
		least := 0.0
		decl.Columns = append(decl.Columns, record.Column{Name: c.Count, Type: record.Float, Required: true, Min: &least})
	}
	sums := newTally(columns)
	report, err := record.Read(ctx, c.File, decl, func(b *record.Batch) error {
		at := make([]string, len(columns))
		for i := range b.N {
			for k := range columns {
				at[k] = b.Columns[k].Text[i]
			}
			n := 1.0
			if c.Count != "" {
				n = b.Columns[len(columns)].Float[i]
			}
			sums.add(at, n)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if report.Bad > 0 {
		p := report.Problems[0]
		return nil, exitError{exitProblems, fmt.Errorf("%s: %d of %d rows can't be used, the first at line %d: %s; nothing is measured on part of the rows", filepath.Base(c.File), report.Bad, report.Rows, p.Line, p.Text)}
	}
	return sums.cube(filepath.Base(c.File))
}

// published is a table of an edition, with only the dimensions asked for.
func (c *measureCmd) published() (*cube.Cube, error) {
	if c.Table == "" {
		return nil, exitError{exitUsage, errors.New("name the edition's table with --table")}
	}
	ed, err := edition.Open(c.File)
	if err != nil {
		return nil, err
	}
	return ed.Table(c.Table)
}

// A tally adds numbers up by the texts of several columns.
type tally struct {
	columns []string
	codes   []map[string]int
	sums    map[string]float64
	places  [][]int
	keys    []string
}

func newTally(columns []string) *tally {
	t := &tally{columns: columns, sums: map[string]float64{}}
	for range columns {
		t.codes = append(t.codes, map[string]int{})
	}
	return t
}

func (t *tally) add(at []string, n float64) {
	key := strings.Join(at, "\x00")
	if _, ok := t.sums[key]; !ok {
		place := make([]int, len(at))
		for k, code := range at {
			i, ok := t.codes[k][code]
			if !ok {
				i = len(t.codes[k])
				t.codes[k][code] = i
			}
			place[k] = i
		}
		t.keys, t.places = append(t.keys, key), append(t.places, place)
	}
	t.sums[key] += n
}

// cube has the codes of each column in order.
func (t *tally) cube(name string) (*cube.Cube, error) {
	dims := make([]cube.Dimension, len(t.columns))
	position := make([][]int32, len(t.columns))
	for k, column := range t.columns {
		dims[k] = cube.Dimension{Name: column, Title: cube.Same(column), Role: cube.Group}
		var codes []string
		for code := range t.codes[k] {
			codes = append(codes, code)
		}
		slices.Sort(codes)
		position[k] = make([]int32, len(codes))
		for i, code := range codes {
			dims[k].Members = append(dims[k].Members, cube.Member{Code: code, Label: cube.Same(code)})
			position[k][t.codes[k][code]] = int32(i)
		}
	}
	b := cube.NewBuilder(name, dims, []cube.Measure{{Name: "N", Title: cube.Text{SV: "Antal", EN: "Count"}, Kind: cube.Count}})
	for i, place := range t.places {
		at := make([]int32, len(place))
		for k, p := range place {
			at[k] = position[k][p]
		}
		b.Add(at, cube.KnownCell(t.sums[t.keys[i]]))
	}
	return b.Cube()
}
