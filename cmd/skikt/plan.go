package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/skikt/skikt/project"
)

type planCmd struct {
	inputs `embed:""`
	SQL    bool `help:"Also print the SQL; what is longer than 2,000 characters is cut in the middle, but not in --json." name:"sql"`
	JSON   bool `help:"The plan as JSON on stdout, with the SQL in full." name:"json"`
}

func (c *planCmd) Help() string {
	return `Tells what a build would ask of the records before any of them is read: what is done where (in the program, or on the server that
the project declares), about how many rows are read there and at most how many cells come back, and the SQL. Catalogues and the engine's own
statistics are read, and the geography; estimates are as good as those statistics. Sums of numbers with decimals may be asked for once more, as
whole numbers, where the survey before them finds that the engine's own sums would not be exact.

Example:
  skikt plan examples/sverige-2022 --data ../shared/data
  skikt plan examples/sverige-2022 --data ../shared/data --sql`
}

func (c *planCmd) Run(ctx context.Context, std *streams) error {
	p, err := c.open()
	if err != nil {
		return err
	}
	b := newBars(std)
	plan, err := p.PlanBuild(ctx, c.options(b))
	b.close()
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(std, plan)
	}
	printPlan(std, plan, c.SQL)
	return nil
}

func printPlan(std *streams, plan *project.Plan, sql bool) {
	about := func(n int64) string {
		if n < 0 {
			return "?"
		}
		return strconv.FormatInt(n, 10)
	}
	what, where := len("step"), len("where")
	for _, s := range plan.Steps {
		what, where = max(what, len(s.What)), max(where, len(s.Where))
	}
	what = min(what, 40)
	line := func(a, b, rows, cells, how string) {
		fmt.Fprintf(std.out, "%-*s  %-*s  %12s  %12s  %s\n", what, a, where, b, rows, cells, how)
	}
	line("step", "where", "rows about", "cells up to", "how")
	for _, s := range plan.Steps {
		line(s.What, s.Where, about(s.Rows), about(s.Cells), s.How)
		if sql {
			for _, query := range s.SQL {
				fmt.Fprintf(std.out, "\n    %s\n\n", strings.ReplaceAll(shorten(query), "\n", "\n    "))
			}
		}
	}
}

// shorten cuts a long query in the middle, where lists of codes are.
func shorten(query string) string {
	const most, end = 2000, 400
	text := []rune(query)
	if len(text) <= most {
		return query
	}
	return fmt.Sprintf("%s … %d characters more … %s", string(text[:most-end]), len(text)-most, string(text[len(text)-end:]))
}
