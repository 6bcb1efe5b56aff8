package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/protect"
)

// plain are the flags of commands that read a plain table.
type plainInput struct {
	Value     string   `help:"Column of the counts or sums (default: the last)." placeholder:"COLUMN"`
	By        []string `help:"Columns that sort the cells (default: all others)." placeholder:"COLUMN"`
	Total     string   `help:"Code of the total (default: total, Total or Totalt)." placeholder:"CODE"`
	Hierarchy []string `help:"CSV file whose first column is named as one of the table, and each further one as a level above it. May be repeated." placeholder:"FILE" type:"path"`
}

func (p *plainInput) options() project.PlainOptions {
	return project.PlainOptions{Value: p.Value, By: p.By, Total: p.Total, Hierarchies: p.Hierarchy}
}

// inputProblem is an error with the exit code for inputs that must be mended, if it is of such a kind.
func inputProblem(err error) error {
	if of := (*project.InputError)(nil); errors.As(err, &of) {
		return exitError{exitProblems, err}
	}
	return err
}

type protectCmd struct {
	File        string `arg:"" help:"CSV file: a row for each cell, or for each contribution." placeholder:"FILE" type:"path"`
	Policy      string `help:"A profile (skikt explain lists them) or a YAML file with a policy." required:"" placeholder:"POLICY"`
	plainInput  `embed:""`
	Contributor string `help:"Column of who contributed: each row is then a contribution, and the rules on contributors judge." placeholder:"COLUMN"`
	Perturbed   bool   `help:"The numbers were changed before and need not add up: they are judged as they are, and never repaired."`
	Exact       bool   `help:"Also tell the least that could be hidden: with its proof for small tables, within a stated gap for larger."`
	Record      string `help:"File for the release record, which a second person signs. Confidential." placeholder:"FILE" type:"path"`
	JSON        bool   `help:"Cells and audit as JSON on stdout."`
}

func (c *protectCmd) Help() string {
	return `Prints the table with what the policy hides left empty, with its status, and as many further cells as it takes that nothing hidden by a
rule can be computed. Rows that are totals, or of a level of a hierarchy, are held against their parts; totals are added where the file has none. Nothing is printed
unless the audit passes.

Exit codes: 0 done; 1 the policy can't be kept or read, or the file can't be opened; 3 rows must be mended first, named by line: a count that is negative, has decimals or is too large, a missing code, a
cell that stands twice, a circle in a hierarchy, a total that is not the sum of its parts. Where the differences look like noise, or --perturbed says so, totals are taken as they stand and never repaired.

Example:
  skikt protect pupils.csv --policy scb-integration --exact
  skikt protect pupils.csv --policy policy.yaml --hierarchy regions.csv --record record.json`
}

func (c *protectCmd) Run(std *streams) error {
	policy, err := project.ReadPolicy(c.Policy)
	if err != nil {
		return err
	}
	o := c.options()
	o.Contributor = c.Contributor
	t, err := project.ReadPlain(c.File, o)
	if err != nil {
		return inputProblem(err)
	}
	release, err := project.ProtectPlain(t, policy, c.Contributor != "", c.Perturbed)
	if err != nil {
		return inputProblem(err)
	}
	if t.AsGiven {
		fmt.Fprintln(std.err, "The totals are not the sums of their parts, as in numbers that were changed for protection before: all are taken as they stand, and none is repaired.")
	}
	if c.Record != "" {
		if err := writeRecords(c.Record, []protect.Record{release.Record()}); err != nil {
			return err
		}
	}
	var least *leastHidden
	if c.Exact {
		best, err := project.ExactPlain(t, policy, c.Contributor != "")
		if err != nil {
			return err
		}
		least = &leastHidden{best.Cost, best.Least, best.Proved()}
	}
	var cells []plainCell
	seen := map[string]bool{} // the total stands in the table of each level
	for _, table := range release.Tables() {
		out := table.Cube()
		for row := range out.Len() {
			cell := out.Cell(row, 0)
			x := plainCell{Codes: make([]string, len(t.Dims)), Status: cell.Status.String()}
			for d := range x.Codes {
				x.Codes[d] = out.Code(row, d)
				if x.Codes[d] == cube.Total && c.Total != "" {
					x.Codes[d] = c.Total
				}
			}
			if cell.Status.HasValue() {
				x.Value = &cell.Value
			}
			if key := strings.Join(x.Codes, "\x00"); seen[key] {
				continue
			} else {
				seen[key] = true
			}
			cells = append(cells, x)
		}
	}
	if c.JSON {
		return writeJSON(std, struct {
			Columns []string      `json:"columns"`
			Cells   []plainCell   `json:"cells"`
			Audit   protect.Audit `json:"audit"`
			Exact   *leastHidden  `json:"exact,omitempty"`
		}{t.Dims, cells, release.Audit(), least})
	}
	w := csv.NewWriter(std.out)
	if err := w.Write(append(slices.Clone(t.Dims), t.Value, "status")); err != nil {
		return err
	}
	hidden := 0
	for _, x := range cells {
		value := ""
		if x.Value != nil {
			value = strconv.FormatFloat(*x.Value, 'f', -1, 64)
		} else {
			hidden++
		}
		if err := w.Write(append(slices.Clone(x.Codes), value, x.Status)); err != nil {
			return err
		}
	}
	w.Flush()
	fmt.Fprintf(std.err, "%d of %d cells hidden. %s\n", hidden, len(cells), release.Audit().Verdict.EN)
	switch {
	case least == nil:
	case least.Proved:
		fmt.Fprintf(std.err, "The least that could be hidden is %d, which is proved.\n", least.Cells)
	default:
		fmt.Fprintf(std.err, "The least that could be hidden lies from %d to %d: the search met its limit on work.\n", least.AtLeast, least.Cells)
	}
	return w.Error()
}

// leastHidden is the least that could be hidden of a table.
type leastHidden struct {
	Cells   int64 `json:"cells"`    // of the best pattern found
	AtLeast int64 `json:"at_least"` // no safe pattern has fewer
	Proved  bool  `json:"proved"`
}

type plainCell struct {
	Codes  []string `json:"codes"`
	Value  *float64 `json:"value,omitempty"`
	Status string   `json:"status"`
}

// writeRecords writes release records, for the agency only.
func writeRecords(path string, records []protect.Record) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for _, r := range records {
		if err := r.WriteJSON(f); err != nil {
			return errors.Join(err, f.Close())
		}
		if _, err := io.WriteString(f, "\n"); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}

type auditCmd struct {
	Published  []string `arg:"" help:"Folders of editions, or CSV files of published tables." placeholder:"EDITION" type:"path"`
	plainInput `embed:""`
	Sums       bool `help:"The numbers of CSV files are sums, such as money: they may be below zero and have decimals."`
	Narrowest  int  `help:"How many of the narrowest intervals to tell." default:"5"`
	JSON       bool `help:"Findings as JSON on stdout."`
}

func (c *auditCmd) Help() string {
	return `Verifies every checksum of the editions, then attacks what they hide, all together: every hidden cell is tried against every sum that the
tables and the hierarchy of areas imply, and its least and greatest possible value is found, in exact arithmetic. In a CSV file of a table from elsewhere a cell without
a number is hidden. Files are attacked together; a total over years (a column named year, år, period and the like) is one number only over the same years. What is found holds hidden values: keep it as
confidential as the records.

Exit codes: 0 nothing can be computed; 1 an edition or a file can't be opened; 3 rows of a CSV file must be mended first, named by line: a count that is negative, has decimals or is too large (--sums
for sums), a missing code, a circle in a hierarchy; 4 a file of an edition differs or a hidden cell can be computed. Totals that are not the sums of their parts are told of, left out and never repaired.

Example:
  skikt audit out/sverige-2022
  skikt audit out/sverige-2022 out/sverige-2023 --json
  skikt audit published.csv --total Totalt --hierarchy regions.csv`
}

func (c *auditCmd) Run(std *streams) error {
	var editions []*edition.Edition
	var plain []*project.PlainTable
	for _, path := range c.Published {
		if strings.EqualFold(filepath.Ext(path), ".csv") {
			o := c.options()
			o.Hidden, o.Sums = true, c.Sums
			t, err := project.ReadPlain(path, o)
			if err != nil {
				return inputProblem(err)
			}
			plain = append(plain, t)
			continue
		}
		ed, err := edition.Open(path)
		if err == nil {
			err = ed.Verify()
		}
		var damage *edition.DamageError
		if errors.As(err, &damage) {
			return exitError{exitFound, err}
		}
		if err != nil {
			return err
		}
		if !c.JSON {
			fmt.Fprintf(std.out, "%s: edition %s, every file as published\n", filepath.Base(path), ed.ID())
		}
		editions = append(editions, ed)
	}
	f, err := project.Attack(editions...)
	if err != nil {
		return err
	}
	more, err := project.AttackPlain(plain)
	if err != nil {
		return err
	}
	f = f.And(more)
	if c.JSON {
		if err := writeJSON(std, f); err != nil {
			return err
		}
	} else {
		c.tell(std, f)
	}
	if n := len(f.Found); n > 0 {
		return exitError{exitFound, fmt.Errorf("%d hidden cells can be computed", n)}
	}
	return nil
}

func (c *auditCmd) tell(std *streams, f protect.Findings) {
	fmt.Fprintf(std.out, "%d hidden cells tried against %d relations (%d that do not hold were left out): %d can be computed.\n", f.Hidden, f.Equations, f.Ignored, len(f.Found))
	if len(f.Broken) > 0 {
		fmt.Fprintf(std.out, "What does not hold, such as in numbers perturbed before, is taken as it stands: %s\n", strings.Join(f.Broken, "; "))
	}
	for _, cell := range f.Found {
		fmt.Fprintf(std.out, "  %s %s %s, by %s: %s\n", cell.Table, cell.Measure, cell.Where, cell.By, cell.Equation)
	}
	var open []protect.Known
	for _, k := range f.Known {
		if k.WholeMost != nil && *k.WholeMost > k.WholeLeast {
			open = append(open, k)
		}
	}
	slices.SortStableFunc(open, func(a, b protect.Known) int {
		x, y := *a.WholeMost-a.WholeLeast, *b.WholeMost-b.WholeLeast
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	for i, k := range open[:min(c.Narrowest, len(open))] {
		if i == 0 {
			fmt.Fprintln(std.out, "Narrowest of what can be known of the others:")
		}
		fmt.Fprintf(std.out, "  %s %s %s: %g to %g\n", k.Table, k.Measure, k.Where, k.WholeLeast, *k.WholeMost)
	}
}
