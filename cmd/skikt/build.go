package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/project"
)

// inputs are the flags of every command that carries a project out.
type inputs struct {
	Project string `arg:"" help:"Folder with skikt.yaml." placeholder:"PROJECT"`
	Data    string `help:"Folder that the declared files stand in (default: the project's own)." env:"SKIKT_DATA" type:"path"`
	Memory  string `help:"Memory the embedded database may use." default:"4GB"`
	Threads int    `help:"Threads of the embedded database (0: all cores)." default:"0"`
}

func (in *inputs) open() (*project.Project, error) { return project.Open(in.Project, in.Data) }

func (in *inputs) options(b *bars) project.Options {
	return project.Options{MemoryLimit: in.Memory, Threads: in.Threads, Progress: b.step, Tell: b.tell}
}

type buildCmd struct {
	inputs `embed:""`
	Out    string `help:"Folder to write the edition to." required:"" type:"path"`
	Record string `help:"File for the release record, which a second person signs: what was hidden, by which rules and at what cost. Confidential." placeholder:"FILE" type:"path"`
	JSON   bool   `help:"The account as JSON on stdout."`
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
	if c.Record != "" {
		if err := writeRecords(c.Record, r.Released); err != nil {
			return err
		}
	}
	if c.JSON {
		return writeJSON(std, struct {
			Edition  string             `json:"edition"`
			Accounts []*project.Account `json:"accounts"`
			Findings []project.Finding  `json:"findings"`
		}{ed.ID(), r.Accounts, append([]project.Finding{}, r.Findings...)})
	}
	printAccounts(std, r)
	fmt.Fprintf(std.out, "\nEdition %s: %d tables, %d divisions in %s\n", ed.ID(), len(ed.Tables()), len(ed.Divisions()), c.Out)
	fmt.Fprintf(std.out, "Look at it: skikt serve %s\n", c.Out)
	return nil
}

// printAccounts tells what became of every row, and what there is to know of the borders.
func printAccounts(std *streams, r *project.Run) {
	name := len("records")
	for _, a := range r.Accounts {
		name = max(name, utf8.RuneCountInString(a.Records))
	}
	fmt.Fprintf(std.out, "%-*s %10s %9s %10s %10s %9s  %s\n", name, "records", "rows", "unusable", "in", "placed", "residual", "why")
	for _, a := range r.Accounts {
		line := fmt.Sprintf("%-*s %10d %9d %10d %10d %9d  %s", name, a.Records, a.Read.Rows, a.Read.Bad, a.Located.In, a.Located.Placed, a.Located.Residual, a.Why())
		fmt.Fprintln(std.out, strings.TrimRight(line, " "))
	}
	if std.terminal && len(r.Findings) > 0 {
		fmt.Fprintln(std.err)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(std.err, "%s: %s: %s\n", f.Where, f.Rule, f.Text)
	}
}

type checkCmd struct {
	inputs `embed:""`
	Strict bool `help:"Also exit with 3 for what a build would count, leave out and go on past: rows that can't be used or placed, missing areas."`
	JSON   bool `help:"The account and all that is wrong as JSON on stdout."`
}

func (c *checkCmd) Help() string {
	return `Reads the project file and every input, places the records, tries the index and the tables, and tells everything that is wrong: with
file, line, column and rule, and what to do. Nothing is protected, shown or written. Exit code 3 when a build would stop at something;
rows that a build would count and leave out are warnings, and give exit code 3 with --strict.

Example:
  skikt check examples/sverige-2022 --data ../shared/data
  skikt check examples/sverige-2022 --data ../shared/data --strict`
}

func (c *checkCmd) Run(ctx context.Context, std *streams) error {
	r := &project.Run{}
	p, err := c.open()
	if err == nil {
		b := newBars(std)
		r, err = p.Check(ctx, c.options(b))
		b.close()
	}
	if r == nil {
		return err
	}
	found := apart(err)
	var warnings []error
	if n := r.Problems(); n > 0 {
		warnings = append(warnings, fmt.Errorf("rows that can't be used or placed: %d; they are counted, and left out of the tables", n))
	}
	for _, f := range r.Findings {
		if f.Fault {
			warnings = append(warnings, fmt.Errorf("%s: %s; a build goes on, and says so in the edition", f.Where, f.Rule))
		}
	}
	if c.Strict {
		found, warnings = append(found, warnings...), nil
	}
	if c.JSON {
		texts := func(of []error) []string {
			out := []string{}
			for _, e := range of {
				out = append(out, plain(e))
			}
			return out
		}
		err = writeJSON(std, struct {
			Accounts []*project.Account `json:"accounts"`
			Findings []project.Finding  `json:"findings"`
			Errors   []string           `json:"errors"`
			Warnings []string           `json:"warnings"`
		}{append([]*project.Account{}, r.Accounts...), append([]project.Finding{}, r.Findings...), texts(found), texts(warnings)})
		if err != nil {
			return err
		}
	} else {
		printAccounts(std, r)
		printProblems(std, r)
		for _, w := range warnings {
			fmt.Fprintf(std.err, "warning: %s\n", plain(w))
		}
	}
	if len(found) > 0 {
		return exitError{exitProblems, errors.Join(found...)}
	}
	return nil
}

// printProblems lists the first unusable and unplaced rows of each file, with the exact number of each kind.
func printProblems(std *streams, r *project.Run) {
	const most = 10
	for _, a := range r.Accounts {
		for _, p := range a.Read.Problems[:min(most, len(a.Read.Problems))] {
			fmt.Fprintf(std.err, "%s:%d:%d: %s: %s\n", a.File, p.Line, p.Column, p.Rule, p.Text)
		}
		if len(a.Read.Problems) > most {
			fmt.Fprintf(std.err, "%s: and more, %d unusable rows in all (skikt check --json lists the first 1,000 problems)\n", a.File, a.Read.Bad)
		}
		for _, o := range locate.Outcomes() {
			n := a.Located.Outcomes[o.Outcome]
			if n == 0 || o.Outcome.Placed() {
				continue
			}
			where := a.File
			if lines := a.Lines[o.Name]; len(lines) > 0 {
				where += fmt.Sprintf(":%d", lines[0])
			}
			fmt.Fprintf(std.err, "%s: %s (%d%s): %s. %s\n", where, o.Name, n, further(a.Lines[o.Name], n), o.EN, o.RemedyEN)
		}
	}
}

// further names a few more of the lines with an outcome.
func further(lines []int, n int64) string {
	const most = 10
	if len(lines) < 2 {
		return ""
	}
	s := "; lines"
	for i, line := range lines[:min(most, len(lines))] {
		if i > 0 {
			s += ","
		}
		s += fmt.Sprintf(" %d", line)
	}
	if n > most {
		s += " and so on"
	}
	return s
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

func writeJSON(std *streams, v any) error {
	enc := json.NewEncoder(std.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
