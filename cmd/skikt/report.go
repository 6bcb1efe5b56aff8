package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/report"
)

type reportCmd struct {
	Project  string   `arg:"" help:"Folder with skikt.yaml and the author's texts." placeholder:"PROJECT"`
	Edition  string   `help:"Folder of the edition that the report is of." required:"" type:"path"`
	Out      string   `help:"Folder to write the report to." required:"" type:"path"`
	Lang     []string `help:"Languages: sv, en." default:"sv" enum:"sv,en"`
	Format   []string `help:"Formats: html, pdf, docx, xlsx." default:"html,pdf,docx,xlsx" enum:"html,pdf,docx,xlsx"`
	Previous string   `help:"Folder of the edition of the last report: what has changed since, and why, becomes a chapter." type:"path"`
	Browser  string   `help:"Chromium, which makes the PDF and the pictures in DOCX (default: the one on the path)." placeholder:"PROGRAM"`
}

func (c *reportCmd) Help() string {
	return `Writes the answer to the assignment from an edition, skikt.yaml and the author's texts in Markdown. A number in a text is a reference to
a cell, {{TABLE.MEASURE[dimension=code]}}, so it can't go stale: one that is unknown or hidden is an error, with file, line and column.
doc/report.md tells how to write an answer.

Exit code 3 when a text or the declaration must be mended; nothing is then written. Exit code 5 when the PDF could not be made, or the figures
in the DOCX have no pictures for older readers, because there is no Chromium; everything else is written.

Example:
  skikt report examples/sverige-2022 --edition out/sverige-2022 --out out/report --lang sv,en --format html,xlsx`
}

// exitPart is the exit code when a part of a report could not be made.
const exitPart = 5

func (c *reportCmd) Run(ctx context.Context, std *streams) error {
	p, err := project.Open(c.Project, "")
	if err != nil {
		return err
	}
	ed, err := edition.Open(c.Edition)
	if err == nil {
		err = ed.Verify()
	}
	if err != nil {
		return err
	}
	var previous *edition.Edition
	if c.Previous != "" {
		if previous, err = edition.Open(c.Previous); err != nil {
			return err
		}
	}
	var docs []*report.Document
	var bad []error
	for _, lang := range c.Lang {
		doc, err := p.WriteReport(ed, lang, previous)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		docs = append(docs, doc)
	}
	if len(bad) > 0 {
		return exitError{exitProblems, errors.Join(bad...)}
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	var missing []error
	told := map[string]bool{}
	for _, doc := range docs {
		for _, w := range doc.Warnings {
			fmt.Fprintln(std.err, "skikt:", w)
		}
		for _, format := range c.Format {
			file := filepath.Join(c.Out, fmt.Sprintf("%s-%s.%s", p.Name, doc.Lang, format))
			err := doc.WriteFile(ctx, file, c.Browser)
			var part *report.PartError
			if errors.As(err, &part) {
				if !told[part.Error()] {
					told[part.Error()] = true
					missing = append(missing, part)
				}
				if !part.Written {
					continue
				}
			} else if err != nil {
				return err
			}
			fmt.Fprintln(std.out, file)
		}
	}
	if len(missing) > 0 {
		return exitError{exitPart, errors.Join(missing...)}
	}
	return nil
}

type statusCmd struct {
	Project string `arg:"" help:"Folder with skikt.yaml." placeholder:"PROJECT"`
	Edition string `help:"Folder of the edition, if there is one." type:"path"`
	On      string `help:"As of this day (default: today)." placeholder:"2022-10-01"`
	Lang    string `help:"Language." enum:"sv,en" default:"sv"`
	JSON    bool   `help:"As JSON on stdout."`
}

func (c *statusCmd) Help() string {
	return `Lists the days of the assignment and what is still to be done: requisition, report, account of the money, texts that are not written, judgements
that are missing. Exit code 3 when something is late.

Example:
  skikt status examples/sverige-2022 --on 2022-10-01`
}

func (c *statusCmd) Run(std *streams) error {
	p, err := project.Open(c.Project, "")
	if err != nil {
		return err
	}
	var ed *edition.Edition
	if c.Edition != "" {
		if ed, err = edition.Open(c.Edition); err != nil {
			return err
		}
	}
	on := cmp.Or(c.On, time.Now().Format(time.DateOnly))
	all, err := p.Status(on, ed)
	if err != nil {
		return exitError{exitUsage, err}
	}
	var late []error
	for _, d := range all {
		if d.State == project.DueLate {
			late = append(late, fmt.Errorf("%s was to be done by %s", d.Name, d.By))
		}
	}
	if c.JSON {
		err = writeJSON(std, struct {
			On  string        `json:"on"`
			Due []project.Due `json:"due"`
		}{on, append([]project.Due{}, all...)})
	} else {
		err = c.print(std, all)
	}
	if err == nil && len(late) > 0 {
		return exitError{exitProblems, errors.Join(late...)}
	}
	return err
}

// dueWords say how it stands with what is due.
var dueWords = map[string]map[string]string{
	"sv": {project.DueDone: "klart", project.DueLate: "försenat", project.DueComing: "återstår", project.DueMissing: "saknas"},
	"en": {project.DueDone: "done", project.DueLate: "late", project.DueComing: "to do", project.DueMissing: "missing"},
}

func (c *statusCmd) print(std *streams, all []project.Due) error {
	days := map[string]string{"sv": "%d dagar kvar", "en": "%d days left"}[c.Lang]
	to := map[string]string{"sv": "till ", "en": "to "}[c.Lang]
	for _, d := range all {
		var more []string
		if d.State == project.DueComing {
			more = append(more, fmt.Sprintf(days, d.Days))
		}
		if d.Done != "" {
			more = append(more, d.Done)
		}
		if d.To.In(c.Lang) != "" {
			more = append(more, to+d.To.In(c.Lang))
		}
		line := fmt.Sprintf("%-10s  %-9s %s", d.By, dueWords[c.Lang][d.State], d.What.In(c.Lang))
		if len(more) > 0 {
			line += " (" + strings.Join(more, "; ") + ")"
		}
		fmt.Fprintln(std.out, line)
	}
	return nil
}
