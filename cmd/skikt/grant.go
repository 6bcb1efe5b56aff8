package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/goccy/go-yaml"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/grant"
	"github.com/skikt/skikt/grant/sheet"
	"github.com/skikt/skikt/project"
)

type grantCmd struct {
	File   string   `arg:"" help:"CSV or XLSX file with one row for each unit (huvudman, kommun, school), or the folder of a project with grants." placeholder:"FILE" type:"path"`
	Rules  string   `help:"YAML file with the rules, in the form of a project's grants; without it the frame is by index and pupils, Förordning (2018:49) 4 §." type:"path"`
	Grant  string   `help:"Of a project with several grants: which."`
	Budget *int64   `help:"Whole kronor; in the place of every rule's own."`
	Pupils []string `help:"Columns of the years whose mean is a unit's pupils."`
	Index  string   `help:"Column of the school index." default:"index"`
	ID     string   `help:"Column of the units' ids." name:"id" default:"id"`
	By     []string `help:"Columns that sort units, such as kind, kommun or type, for --show groups."`
	Size   []int64  `help:"Also sort units by pupils of the last year: the lowest of every class but the first."`
	Reach  []string `help:"Columns of shares of pupils that the kronor may reach, such as of those who live in types 1 and 2."`
	Show   string   `help:"units, summary, groups, draws (who changes sides when the index is uncertain), years (of a plan) or curve." enum:"units,summary,groups,draws,years,curve" default:"units"`
	Format string   `help:"table, csv, json, or xlsx with formulas that compute the amounts (needs --out)." enum:"table,csv,json,xlsx" default:"table"`
	Out    string   `help:"File to write in the place of stdout." type:"path"`
	Lang   string   `help:"Language of titles." enum:"sv,en" default:"sv"`
}

func (c *grantCmd) Help() string {
	return `Shares a budget out by declared rules, in whole kronor that sum exactly, and compares rules: the first is what the others are set against. skikt explain
GrantFrame tells how. Where no amounts keep to floors, caps and budget it says why and for which units, and gives none. A unit that lacks a number is an
error until the rule says what becomes of it. What it prints is not protected.

Example:
  skikt grant huvudman.csv --budget 1000000 --pupils y2021,y2022,y2023 --by kind --show groups
  skikt grant huvudman.csv --rules rules.yaml --show summary --lang en
  skikt grant huvudman.csv --rules rules.yaml --budget 2000000 --format csv`
}

func (c *grantCmd) Run(ctx context.Context, std *streams) error {
	if c.Format == "xlsx" && c.Out == "" {
		return exitError{exitUsage, errors.New("name the workbook with --out")}
	}
	res, err := c.result(ctx)
	if err != nil {
		return err
	}
	cubes := map[string][]*cube.Cube{"units": {res.Units}, "summary": {res.Summary}, "groups": res.Groups}[c.Show]
	switch {
	case c.Show == "draws" && res.Flips == nil:
		return exitError{exitUsage, errors.New("declare draws, and two rules, in the file of rules")}
	case c.Show == "draws":
		cubes = []*cube.Cube{res.Flips}
	case c.Show == "years" && res.Years == nil:
		return exitError{exitUsage, errors.New("declare the years of a plan in the file of rules")}
	case c.Show == "years":
		cubes = []*cube.Cube{res.Years}
	case c.Show == "groups" && len(res.Groups) == 0:
		return exitError{exitUsage, errors.New("name the columns that sort units with --by, or in the file of rules")}
	case c.Show == "curve":
		cubes = res.Curves
	}
	return write(std, c.Out, func(w io.Writer) error {
		if c.Format == "xlsx" {
			return sheet.Write(w, res.Results...)
		}
		return show(w, std.err, c.Format, c.Lang, cubes...)
	})
}

// result carries out the rules that the command line asks for.
func (c *grantCmd) result(ctx context.Context) (*project.GrantResult, error) {
	info, err := os.Stat(c.File)
	if err != nil {
		return nil, fmt.Errorf("there is no file %s", c.File)
	}
	if info.IsDir() {
		if c.Rules != "" || c.Budget != nil || len(c.By) > 0 {
			return nil, exitError{exitUsage, errors.New("a project has its own rules: change them there, or name its file of units")}
		}
		p, err := project.Open(c.File, "")
		if err != nil {
			return nil, exitError{exitProblems, err}
		}
		return asProblem(p.Grant(ctx, c.Grant))
	}
	d, err := c.declaration()
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	// Further files, of homes and of later years, stand beside the file of rules.
	u, plan, err := d.Read(ctx, func(f project.FileDecl) (string, error) {
		if f.File == "" {
			return c.File, nil
		}
		return filepath.Join(filepath.Dir(c.Rules), filepath.FromSlash(f.File)), nil
	})
	if err != nil {
		return nil, exitError{exitProblems, err}
	}
	return asProblem(d.Allocate(u, plan...))
}

// asProblem gives an error of the inputs its exit code.
func asProblem[T any](v T, err error) (T, error) {
	if err != nil {
		err = exitError{exitProblems, err}
	}
	return v, err
}

func (c *grantCmd) declaration() (project.GrantDecl, error) {
	var d project.GrantDecl
	if name := filepath.Base(c.Rules); c.Rules != "" {
		text, err := os.ReadFile(c.Rules)
		if err != nil {
			return d, fmt.Errorf("there is no file %s", c.Rules)
		}
		if err := yaml.UnmarshalWithOptions(text, &d, yaml.Strict()); err != nil {
			var at yaml.Error
			if errors.As(err, &at) && at.GetToken() != nil {
				pos := at.GetToken().Position
				return d, fmt.Errorf("%s:%d:%d: %s", name, pos.Line, pos.Column, at.GetMessage())
			}
			return d, fmt.Errorf("%s: %w", name, err)
		}
	} else {
		if c.Budget == nil || len(c.Pupils) == 0 {
			return d, errors.New("name the rules with --rules, or the budget and the columns of pupils with --budget and --pupils")
		}
		rule := grant.Equality(*c.Budget, c.Pupils...)
		rule.Pots[0].Key[0] = c.Index
		d = project.GrantDecl{Rules: []grant.Rule{rule}, Need: c.Index}
	}
	if d.Units.File != "" {
		return d, fmt.Errorf("%s: the units are named on the command line; leave units.file out", filepath.Base(c.Rules))
	}
	if d.Name == "" {
		d.Name = "grant"
	}
	if d.Units.ID == "" {
		d.Units.ID = c.ID
	}
	d.Units.By = append(d.Units.By, c.By...)
	d.Reach = append(d.Reach, c.Reach...)
	if len(c.Size) > 0 {
		years := d.Rules[0].Pupils
		if len(years) == 0 {
			return d, errors.New("--size sorts by pupils, and the rule has none")
		}
		d.Units.Size = &project.SizeDecl{Column: years[len(years)-1], Bounds: c.Size}
	}
	for i := range d.Rules {
		if c.Budget != nil {
			d.Rules[i].Budget = *c.Budget
		}
	}
	return d, d.Check()
}

// write writes to a file, whole or not at all, or to stdout without a name.
func write(std *streams, name string, give func(io.Writer) error) error {
	if name == "" {
		return give(std.out)
	}
	part := name + ".part"
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	if err := errors.Join(give(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(part))
	}
	return os.Rename(part, name)
}

// show writes cubes: as tables for people, with their warnings and notes below on stderr, or one after the other in long form.
func show(w, notes io.Writer, format, lang string, cubes ...*cube.Cube) error {
	for k, c := range cubes {
		if format != "table" {
			if err := edition.Long(w, c, format, lang); err != nil {
				return err
			}
			if format == "csv" {
				for _, warning := range c.Warnings {
					fmt.Fprintf(notes, "%s: %s\n", warning.Code, warning.Text.In(lang))
				}
			}
			continue
		}
		if k > 0 {
			fmt.Fprintln(w)
		}
		if err := printCube(w, c, lang); err != nil {
			return err
		}
		for _, warning := range c.Warnings {
			fmt.Fprintf(notes, "%s: %s\n", warning.Code, warning.Text.In(lang))
		}
		for _, note := range c.Notes {
			fmt.Fprintln(notes, note.In(lang))
		}
	}
	return nil
}

// printCube writes a cube with a column for each dimension and measure.
func printCube(w io.Writer, c *cube.Cube, lang string) error {
	if t := c.Title.In(lang); t != "" {
		fmt.Fprintln(w, t)
	}
	tab := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	var head []string
	for _, d := range c.Dims() {
		head = append(head, d.Title.In(lang))
	}
	for _, m := range c.Measures() {
		head = append(head, m.Title.In(lang))
	}
	fmt.Fprintln(tab, strings.Join(head, "\t"))
	for row := range c.Len() {
		var line []string
		for d, dim := range c.Dims() {
			line = append(line, dim.Members[c.Coord(row, d)].Label.In(lang))
		}
		for m, meas := range c.Measures() {
			cell := c.Cell(row, m)
			v, unit := cell.Value, ""
			if meas.Kind == cube.Share {
				v, unit = 100*v, " %"
			}
			switch {
			case cell.Status == cube.NotApplicable:
				line = append(line, ".")
			case cell.Status == cube.NotAvailable:
				line = append(line, "..")
			case !cell.Status.HasValue():
				line = append(line, cell.Status.Title().In(lang))
			default:
				text := strconv.FormatFloat(v, 'f', meas.Decimals, 64)
				if lang == "sv" {
					text = strings.Replace(text, ".", ",", 1)
				}
				line = append(line, text+unit)
			}
		}
		fmt.Fprintln(tab, strings.TrimRight(strings.Join(line, "\t"), "\t "))
	}
	return tab.Flush()
}
