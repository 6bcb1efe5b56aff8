package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/protect"
)

// inputs are the flags of every command that carries a project out.
type inputs struct {
	Project string `arg:"" help:"Folder with skikt.yaml." placeholder:"PROJECT"`
	Data    string `help:"Folder that the declared files stand in (default: the project's own)." env:"SKIKT_DATA" type:"path"`
	Memory  string `help:"Memory the embedded database may use." default:"4GB"`
	Threads int    `help:"Threads of the embedded database (0: all cores)." default:"0"`
	JSON    bool   `help:"The account as JSON on stdout."`
}

func (in *inputs) open() (*project.Project, error) { return project.Open(in.Project, in.Data) }

func (in *inputs) options(b *bars) project.Options {
	return project.Options{MemoryLimit: in.Memory, Threads: in.Threads, Progress: b.step}
}

type buildCmd struct {
	inputs `embed:""`
	Out    string `help:"Folder to write the edition to." required:"" type:"path"`
}

func (c *buildCmd) Help() string {
	return `Reads every declared input, places the records, computes index, types and tables, protects them and writes the edition. Nothing
is published unless everything held: the edition appears whole or not at all.

Example:
  skikt build examples/sverige-2022 --data ../shared/data --out out/sverige-2022
  skikt get out/sverige-2022 population`
}

func (c *buildCmd) Run(ctx context.Context, std *streams) error {
	p, err := c.open()
	if err != nil {
		return err
	}
	b := newBars(std)
	r, err := p.Build(ctx, c.Out, c.options(b))
	b.close()
	if err != nil {
		return err
	}
	ed, err := edition.Open(c.Out)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(std, struct {
			Edition  string             `json:"edition"`
			Accounts []*project.Account `json:"accounts"`
			Findings []project.Finding  `json:"findings"`
		}{ed.ID(), r.Accounts, r.Findings})
	}
	printAccounts(std, r)
	fmt.Fprintf(std.out, "\nEdition %s: %d tables, %d divisions in %s\n", ed.ID(), len(ed.Tables()), len(ed.Divisions()), c.Out)
	fmt.Fprintf(std.out, "Look at it: skikt serve %s\n", c.Out)
	return nil
}

// printAccounts tells what became of every row.
func printAccounts(std *streams, r *project.Run) {
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "records\trows\tunusable\tin\tplaced\tresidual\twhy\t")
	for _, a := range r.Accounts {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t\n", a.Records, a.Read.Rows, a.Read.Bad, a.Located.In, a.Located.Placed, a.Located.Residual, a.Why())
	}
	w.Flush()
	for _, f := range r.Findings {
		fmt.Fprintf(std.err, "%s: %s: %s\n", f.Where, f.Rule, f.Text)
	}
}

type checkCmd struct {
	inputs `embed:""`
}

func (c *checkCmd) Help() string {
	return `Reads the project file and every input, places the records, and tells what is wrong: with file, line, column and rule for a row,
and with what to do. Nothing is computed or written. Exit code 3 when there are problems.

Example:
  skikt check examples/sverige-2022 --data ../shared/data`
}

func (c *checkCmd) Run(ctx context.Context, std *streams) error {
	p, err := c.open()
	if err != nil {
		return exitError{exitProblems, err}
	}
	b := newBars(std)
	r, err := p.Start(ctx, c.options(b))
	if err == nil {
		defer r.Close()
		err = r.Load(ctx)
	}
	b.close()
	if err != nil {
		return exitError{exitProblems, err}
	}
	if c.JSON {
		err = writeJSON(std, struct {
			Accounts []*project.Account `json:"accounts"`
			Findings []project.Finding  `json:"findings"`
		}{r.Accounts, r.Findings})
	} else {
		printAccounts(std, r)
		printProblems(std, r)
	}
	if n := r.Problems(); err == nil && n > 0 {
		return exitError{exitProblems, fmt.Errorf("%d rows can't be used or placed; they are counted, and left out of the tables", n)}
	}
	return err
}

// printProblems lists the first problems of each file, with the exact number of each kind.
func printProblems(std *streams, r *project.Run) {
	const most = 10
	for _, a := range r.Accounts {
		for i, p := range a.Read.Problems {
			if i == most {
				fmt.Fprintf(std.err, "%s: and more, %d unusable rows in all (skikt check --json lists the first 1,000 problems)\n", a.File, a.Read.Bad)
				break
			}
			fmt.Fprintf(std.err, "%s:%d:%d: %s: %s\n", p.File, p.Line, p.Column, p.Rule, p.Text)
		}
	}
}

type tabulateCmd struct {
	inputs `embed:""`
	Table  string `arg:"" help:"Table as it is named in skikt.yaml, with _kommun and so on."`
	output `embed:""`
}

func (c *tabulateCmd) Help() string {
	return `Carries the project out as far as its protected tables and prints one of them. All tables are protected together, so what is
shown is what a build would publish.

Example:
  skikt tabulate examples/sverige-2022 background --data ../shared/data --where type=1`
}

func (c *tabulateCmd) Run(ctx context.Context, std *streams) error {
	p, err := c.open()
	if err != nil {
		return err
	}
	b := newBars(std)
	release, err := p.Release(ctx, c.options(b))
	b.close()
	if err != nil {
		return err
	}
	var names []string
	for _, t := range release.Tables {
		if t.Name() == c.Table {
			return c.output.write(std, t.Cube())
		}
		names = append(names, t.Name())
	}
	return exitError{exitUsage, fmt.Errorf("there is no table %q; there are %s", c.Table, strings.Join(names, ", "))}
}

type auditCmd struct {
	Edition []string `arg:"" help:"Folder of an edition." placeholder:"EDITION" type:"path"`
	JSON    bool     `help:"Findings as JSON on stdout."`
}

func (c *auditCmd) Help() string {
	return `Verifies every checksum of the editions, then attacks what they hide: every hidden cell is tried against every sum that the tables and
the hierarchy of areas imply, in exact arithmetic. Exit code 4 when a file differs or a hidden cell can be computed. What
is found holds hidden values: keep it as confidential as the records.

Example:
  skikt audit out/sverige-2022`
}

func (c *auditCmd) Run(std *streams) error {
	found := map[string]protect.Findings{}
	n := 0
	for _, dir := range c.Edition {
		ed, err := edition.Open(dir)
		if err != nil {
			return err
		}
		if err := ed.Verify(); err != nil {
			return exitError{exitFound, err}
		}
		f, err := project.Attack(ed)
		if err != nil {
			return err
		}
		found[ed.ID()], n = f, n+len(f.Found)
		if c.JSON {
			continue
		}
		fmt.Fprintf(std.out, "%s: edition %s, every file as published. %d hidden cells tried against %d relations (%d that do not hold were left out): %d can be computed.\n",
			filepath.Base(dir), ed.ID(), f.Hidden, f.Equations, f.Ignored, len(f.Found))
		for _, cell := range f.Found {
			fmt.Fprintf(std.out, "  %s %s %s, by %s: %s\n", cell.Table, cell.Measure, cell.Where, cell.By, cell.Equation)
		}
	}
	if c.JSON {
		if err := writeJSON(std, found); err != nil {
			return err
		}
	}
	if n > 0 {
		return exitError{exitFound, fmt.Errorf("%d hidden cells can be computed", n)}
	}
	return nil
}

func writeJSON(std *streams, v any) error {
	enc := json.NewEncoder(std.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
