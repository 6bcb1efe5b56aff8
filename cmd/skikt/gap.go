package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/gap"
	"github.com/skikt/skikt/record"
)

type gapCmd struct {
	File  string `arg:"" help:"CSV or XLSX file with one row for each type, year and group, or the folder of an edition." placeholder:"FILE" type:"path"`
	Table string `help:"Of an edition: the table."`
	What  string `help:"What to compute: rates, gaps, trends, convergence, changes, signals, goals, moved (areas changing type) or frozen (levels with frozen types)." enum:"rates,gaps,trends,convergence,changes,signals,goals,moved,frozen" default:"gaps"`

	Type    string   `help:"Column of the area types, or of any groups in order (of an edition: the dimension, found by itself); for signals and convergence the units, for moved and frozen each area's type."`
	Year    string   `help:"Column of the years (of an edition: the dimension, found by itself)."`
	By      []string `help:"Columns of what else the rows are sorted by: indicator, sex, kommun. Each combination is followed by itself."`
	Events  string   `help:"Column of how many have what is followed. Two dots are a hidden count."`
	Persons string   `help:"Column of how many persons there are."`
	Share   string   `help:"Of an edition: a share, instead of --events and --persons."`
	Area    string   `help:"For moved and frozen: column of the areas."`

	First    string   `help:"The first type compared; the first in order when not given."`
	Last     string   `help:"The last type compared; the last in order when not given."`
	Measure  []string `help:"Gap measures by name, or all."`
	Strata   []string `help:"Columns to standardise over, such as age and sex."`
	Standard string   `help:"CSV file with the standard population: the columns of --strata and persons. All persons of the table when not given." type:"path"`
	Goals    string   `help:"YAML file with a list of goals." type:"path"`

	Break       int     `help:"First year after a break in the series. For statistics by area type it is 2024 when both sides are there."`
	Joined      bool    `help:"The series has no break."`
	HiddenBelow float64 `help:"The publisher hides counts below this: measures become intervals that contain the truth." default:"0"`
	Noise       float64 `help:"The publisher moves counts by this much at most." default:"0"`
	Level       float64 `help:"Level of the intervals." default:"0.95"`
	FalseRate   float64 `help:"Signals: the share of a year's signals that may be false." default:"0.05"`
	Every       float64 `help:"Signals: years between false alarms of a lasting shift, for one unit." default:"100"`
	Widen       bool    `help:"Signals: add the variance between units beyond chance."`

	Where  []string `help:"Only result rows with this member: dim=code. May be repeated." placeholder:"DIM=CODE" sep:"none"`
	Format string   `help:"table, csv or json." enum:"table,csv,json" default:"table"`
	Lang   string   `help:"Language." enum:"sv,en" default:"sv"`
}

func (c *gapCmd) Help() string {
	return `Follows an indicator by area type and year: levels, gaps with intervals, trends that allow a shift at a break, what a change is made of,
early warnings, and goals. skikt explain NAME tells what a measure is. What it prints of an agency's own records is not protected. Of an
edition name the table and a share in it: --table eligibility --share SharePupils.

A goal in goals.yaml (shares from 0 to 1; without target and target_year a direction: less, more or smaller):
  - name: gap-men
    source: who has set it
    measure: Difference
    at: {sex: M}
    baseline_year: 2020
    target_year: 2030
    target: 0.10

Example:
  skikt gap work.csv --type type --year year --by sex --events working --persons persons
  skikt gap work.csv --type type --year year --by sex --events working --persons persons --what trends --format csv
  skikt gap work.csv --type type --year year --by sex --events working --persons persons --what goals --goals goals.yaml`
}

func (c *gapCmd) Run(ctx context.Context, std *streams) error {
	q, err := c.question()
	if err != nil {
		return exitError{exitUsage, err}
	}
	var goals []gap.Goal
	if c.What == "goals" {
		if goals, err = readGoals(c.Goals); err != nil {
			return err
		}
	}
	in, err := c.table(ctx)
	if err != nil {
		return err
	}
	if c.Standard != "" {
		if q.Standard, err = c.standard(ctx); err != nil {
			return err
		}
	}
	out, err := c.compute(in, q, goals)
	if err != nil {
		return exitError{exitProblems, err}
	}
	for _, w := range c.Where {
		dim, code, ok := strings.Cut(w, "=")
		if !ok {
			return exitError{exitUsage, fmt.Errorf("--where %s: write dim=code; the dimensions are %s", w, strings.Join(out.DimNames(), ", "))}
		}
		if out, err = out.Where(dim, code); err != nil {
			return exitError{exitUsage, err}
		}
	}
	if c.Format != "table" {
		if c.Format == "csv" {
			c.tell(std.err, out)
		}
		return edition.Long(std.out, out, c.Format, c.Lang)
	}
	writeWide(std.out, out, c.Lang)
	fmt.Fprintln(std.out)
	for _, n := range out.Notes {
		fmt.Fprintln(std.out, n.In(c.Lang))
	}
	c.tell(std.err, out)
	return nil
}

// tell writes the warnings, which the forms without room for them would lose.
func (c *gapCmd) tell(w io.Writer, out *cube.Cube) {
	for _, warning := range out.Warnings {
		fmt.Fprintf(w, "skikt: %s (%s)\n", warning.Text.In(c.Lang), warning.Code)
	}
}

func (c *gapCmd) question() (gap.Question, error) {
	q := gap.Question{Events: c.Events, Persons: c.Persons, Share: c.Share, Types: c.Type, Years: c.Year, First: c.First, Last: c.Last, Strata: c.Strata,
		Level: c.Level, Joined: c.Joined, HiddenBelow: c.HiddenBelow, Noise: c.Noise, Measures: c.Measure}
	if c.Break != 0 {
		q.Breaks = []int{c.Break}
	}
	switch {
	case c.Share == "" && (c.Events == "" || c.Persons == ""):
		return q, errors.New("give the indicator: --events and --persons (or --share of an edition's table)")
	case c.Share != "" && c.Events != "":
		return q, errors.New("give --events and --persons, or --share, not both")
	case c.Standard != "" && len(c.Strata) == 0:
		return q, errors.New("--standard takes --strata, the columns to standardise over")
	case c.What == "goals" && c.Goals == "":
		return q, errors.New("goals are declared in a file: --goals goals.yaml")
	case (c.What == "moved" || c.What == "frozen") && c.Area == "":
		return q, fmt.Errorf("%s follows areas: name their column with --area", c.What)
	case c.Break != 0 && c.Joined:
		return q, errors.New("--break and --joined contradict each other")
	case c.HiddenBelow < 0 || c.Noise < 0:
		return q, errors.New("--hidden-below and --noise take counts")
	}
	return q, nil
}

func (c *gapCmd) compute(in *cube.Cube, q gap.Question, goals []gap.Goal) (*cube.Cube, error) {
	switch c.What {
	case "rates":
		return gap.Rates(in, q)
	case "trends":
		return gap.Trends(in, q)
	case "changes":
		return gap.Changes(in, q)
	case "signals":
		return gap.Signals(in, q, gap.Watch{FalseRate: c.FalseRate, Every: c.Every, Widen: c.Widen})
	case "convergence":
		return gap.Convergence(in, q)
	case "moved":
		changes, _, err := gap.Moved(in, q, c.Area, c.Type)
		return changes, err
	case "frozen":
		_, rates, err := gap.Moved(in, q, c.Area, c.Type)
		return rates, err
	case "goals":
		return gap.FollowGoals(in, q, goals)
	}
	return gap.Gaps(in, q)
}

// table is the file as a cube, or the edition's.
func (c *gapCmd) table(ctx context.Context) (*cube.Cube, error) {
	info, err := os.Stat(c.File)
	switch {
	case err != nil:
		return nil, fmt.Errorf("there is no file %s", c.File)
	case info.IsDir() && c.Table == "":
		return nil, exitError{exitUsage, errors.New("name the edition's table with --table")}
	case info.IsDir():
		ed, err := edition.Open(c.File)
		if err != nil {
			return nil, err
		}
		return ed.Table(c.Table)
	case c.Table != "":
		return nil, exitError{exitUsage, fmt.Errorf("--table is of an edition, and %s is a file", filepath.Base(c.File))}
	case c.Type == "" || c.Year == "":
		return nil, exitError{exitUsage, errors.New("name the columns of the file: --type and --year")}
	case c.Share != "":
		return nil, exitError{exitUsage, errors.New("--share is of an edition; of a file give --events and --persons")}
	}
	columns := []fileColumn{{c.Type, cube.Type}, {c.Year, cube.Time}}
	measures := []string{c.Events, c.Persons}
	if c.What == "moved" || c.What == "frozen" {
		columns = []fileColumn{{c.Area, cube.Area}, {c.Year, cube.Time}}
		measures = append(measures, c.Type)
	}
	if c.What == "signals" || c.What == "convergence" {
		columns[0].role = cube.Group
	}
	for _, name := range append(slices.Clone(c.By), c.Strata...) {
		columns = append(columns, fileColumn{name, cube.Group})
	}
	return readFile(ctx, c.File, columns, measures)
}

// standard is the standard population.
func (c *gapCmd) standard(ctx context.Context) (*cube.Cube, error) {
	var columns []fileColumn
	for _, name := range c.Strata {
		columns = append(columns, fileColumn{name, cube.Group})
	}
	return readFile(ctx, c.Standard, columns, []string{"persons"})
}

type fileColumn struct {
	name string
	role cube.Role
}

// readFile is a file of rows as a cube: the columns its dimensions, codes in order (numbers by size), the measures counts. Rows of the same members are added up. Two dots are a hidden number, a
// blank one is not available.
func readFile(ctx context.Context, path string, columns []fileColumn, measures []string) (*cube.Cube, error) {
	name := filepath.Base(path)
	decl := record.Declaration{}
	seen := map[string]bool{}
	for _, c := range columns {
		if seen[c.name] {
			return nil, exitError{exitUsage, fmt.Errorf("the column %s is named for two things", c.name)}
		}
		seen[c.name] = true
		decl.Columns = append(decl.Columns, record.Column{Name: c.name, Required: true})
	}
	least := 0.0
	for _, m := range measures {
		if seen[m] {
			return nil, exitError{exitUsage, fmt.Errorf("the column %s is named for two things", m)}
		}
		seen[m] = true
		decl.Columns = append(decl.Columns, record.Column{Name: m, Type: record.Float, Min: &least, Missing: map[string]string{"..": "hidden", "": "missing"}})
	}
	type row struct {
		codes []string
		cells []cube.Cell
	}
	var rows []row
	at := map[string]int{}
	report, err := record.Read(ctx, path, decl, func(b *record.Batch) error {
		for i := range b.N {
			codes := make([]string, len(columns))
			for k := range columns {
				codes[k] = b.Columns[k].Text[i]
			}
			cells := make([]cube.Cell, len(measures))
			for k := range measures {
				switch n := b.Columns[len(columns)+k]; n.State[i] {
				case record.Present:
					cells[k] = cube.KnownCell(n.Float[i])
				case record.Hidden:
					cells[k] = cube.Cell{Status: cube.HiddenRule}
				}
			}
			key := strings.Join(codes, "\x00")
			k, ok := at[key]
			if !ok {
				at[key] = len(rows)
				rows = append(rows, row{codes, cells})
				continue
			}
			for j, cell := range cells {
				old := &rows[k].cells[j]
				switch {
				case old.Status.HasValue() && cell.Status.HasValue():
					*old = cube.KnownCell(old.Value + cell.Value)
				case old.Status.HasValue():
					*old = cell
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if report.Bad > 0 {
		return nil, exitError{exitProblems, fmt.Errorf("%s: %d of %d rows can't be used, the first at line %d: %s; nothing is computed on part of the rows",
			name, report.Bad, report.Rows, report.Problems[0].Line, report.Problems[0].Text)}
	}
	if len(rows) == 0 {
		return nil, exitError{exitProblems, fmt.Errorf("%s has no rows", name)}
	}
	dims := make([]cube.Dimension, len(columns))
	for k, c := range columns {
		dims[k] = cube.Dimension{Name: c.name, Title: cube.Same(c.name), Role: c.role}
		var codes []string
		for _, r := range rows {
			codes = append(codes, r.codes[k])
		}
		slices.SortFunc(codes, byNumber)
		for _, code := range slices.Compact(codes) {
			dims[k].Members = append(dims[k].Members, cube.Member{Code: code, Label: cube.Same(code)})
		}
	}
	var meas []cube.Measure
	for _, m := range measures {
		meas = append(meas, cube.Measure{Name: m, Title: cube.Same(m), Kind: cube.Count})
	}
	b := cube.NewBuilder(name, dims, meas)
	for _, r := range rows {
		members := make([]int32, len(dims))
		for k := range dims {
			members[k] = int32(dims[k].Index(r.codes[k]))
		}
		b.Add(members, r.cells...)
	}
	out, err := b.Cube()
	if err != nil {
		return nil, err
	}
	out.Lineage.Sources = []cube.Source{{Name: name}}
	return out, nil
}

// byNumber orders codes: numbers by size, others by the alphabet after them.
func byNumber(a, b string) int {
	value := func(s string) float64 {
		v := 0.0
		for i := range len(s) {
			if s[i] < '0' || s[i] > '9' {
				return math.Inf(1)
			}
			v = 10*v + float64(s[i]-'0')
		}
		return v
	}
	if x, y := value(a), value(b); x != y {
		if x < y {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

// readGoals reads a list of goals and checks each, telling the line.
func readGoals(path string) ([]gap.Goal, error) {
	name := filepath.Base(path)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("there is no file %s", path)
	}
	return parseGoals(name, text)
}

// parseGoals is the list of goals in a text; name is what the file is called.
func parseGoals(name string, text []byte) ([]gap.Goal, error) {
	var goals []gap.Goal
	if err := yaml.UnmarshalWithOptions(text, &goals, yaml.Strict()); err != nil {
		return nil, exitError{exitProblems, fmt.Errorf("%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, false)))}
	}
	if len(goals) == 0 {
		return nil, exitError{exitProblems, fmt.Errorf("%s declares no goals", name)}
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, err
	}
	lines := make([]int, len(goals))
	for _, doc := range file.Docs {
		list, ok := doc.Body.(*ast.SequenceNode)
		if !ok {
			continue
		}
		for i, v := range list.Values {
			if i < len(lines) {
				lines[i] = v.GetToken().Position.Line
			}
		}
		break
	}
	seen := map[string]bool{}
	var all []error
	for i, g := range goals {
		err := g.Check()
		if err == nil && seen[g.Name] {
			err = fmt.Errorf("the goal %s is declared twice", g.Name)
		}
		seen[g.Name] = true
		if err != nil {
			all = append(all, fmt.Errorf("%s: line %d: %w", name, lines[i], err))
		}
	}
	if len(all) > 0 {
		return nil, exitError{exitProblems, errors.Join(all...)}
	}
	return goals, nil
}

// writeWide prints a cube for people: a row for each row, a column for each measure with its interval. A cell without a value says why.
func writeWide(out io.Writer, c *cube.Cube, lang string) {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, c.Title.In(lang))
	fmt.Fprintln(w)
	var head []string
	head = append(head, c.DimNames()...)
	for _, m := range c.Measures() {
		name := m.Name
		if m.Kind == cube.Share {
			name += " %"
		}
		head = append(head, name)
	}
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for row := range c.Len() {
		var cells []string
		for d := range c.Dims() {
			cells = append(cells, c.Code(row, d))
		}
		for k, m := range c.Measures() {
			cells = append(cells, wideCell(c.Cell(row, k), m, lang))
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	w.Flush()
}

func wideCell(cell cube.Cell, m cube.Measure, lang string) string {
	if !cell.Status.HasValue() {
		return strings.ToLower(cell.Status.Title().In(lang))
	}
	number := func(v float64) string {
		if m.Kind == cube.Share {
			v *= 100
		}
		s := fmt.Sprintf("%.*f", m.Decimals, v)
		if s == fmt.Sprintf("-%.*f", m.Decimals, 0.0) {
			s = s[1:]
		}
		if lang == "sv" {
			s = strings.Replace(s, ".", ",", 1)
		}
		return strings.Replace(s, "-", "−", 1)
	}
	s := number(cell.Value)
	if cell.Lo.OK && cell.Hi.OK {
		to := " to "
		if lang == "sv" {
			to = " till "
		}
		s += " (" + number(cell.Lo.V) + to + number(cell.Hi.V) + ")"
	}
	switch cell.Status {
	case cube.Known, cube.Zero:
	default:
		s += " " + strings.ToLower(cell.Status.Title().In(lang))
	}
	return s
}
