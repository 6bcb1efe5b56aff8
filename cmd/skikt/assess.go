package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

type assessCmd struct {
	inputs  `embed:""`
	Process string `help:"Only this process."`
	Tool    string `help:"Only this tool: regso, index, types, barometer."`
	Use     string `help:"Only this use: analysis, planning, direction, follow-up."`
	Lang    string `help:"Language." enum:"sv,en" default:"sv"`
	JSON    bool   `help:"The items with their evidence as JSON on stdout."`
}

func (c *assessCmd) Help() string {
	return `How far the statistical tools support the agency's work: for each process a verdict on each tool and use, by the thresholds that
the project declares, or skikt's own. With --process, --tool or --use also the evidence, each piece with its cell and thresholds, and what is in
the way. Takes an edition, or a project, which is then carried out as far as its protected tables and not written.

Example:
  skikt assess out/sverige-2022
  skikt assess out/sverige-2022 --tool types --use direction --lang en`
}

func (c *assessCmd) Run(ctx context.Context, std *streams) error {
	a, table, err := c.read(ctx, std)
	if err != nil {
		return err
	}
	if a == nil {
		return exitError{exitUsage, fmt.Errorf("%s has no assessment: declare assess in skikt.yaml", c.Project)}
	}
	for _, f := range []struct {
		flag, code string
		all        []edition.Named
	}{{"process", c.Process, a.Processes}, {"tool", c.Tool, a.Tools}, {"use", c.Use, a.Uses}} {
		if f.code != "" && !slices.ContainsFunc(f.all, func(n edition.Named) bool { return n.Code == f.code }) {
			var codes []string
			for _, n := range f.all {
				codes = append(codes, n.Code)
			}
			return exitError{exitUsage, fmt.Errorf("--%s: there is no %q; there are %s", f.flag, f.code, strings.Join(codes, ", "))}
		}
	}
	var items []edition.Item
	for _, i := range a.Items {
		if (c.Process == "" || i.Process == c.Process) && (c.Tool == "" || i.Tool == c.Tool) && (c.Use == "" || i.Use == c.Use) {
			items = append(items, i)
		}
	}
	if c.JSON {
		return c.writeJSON(std, items, table)
	}
	if c.Process+c.Tool+c.Use == "" {
		c.overview(std, a)
		return nil
	}
	for _, i := range items {
		if err := c.item(std, a, i, table); err != nil {
			return err
		}
	}
	return nil
}

// read gives the assessment of the edition or project, and its tables by name.
func (c *assessCmd) read(ctx context.Context, std *streams) (*edition.Assessment, func(string) (*cube.Cube, error), error) {
	if _, err := os.Stat(filepath.Join(c.Project, edition.ManifestFile)); err == nil {
		ed, err := edition.Open(c.Project)
		if err != nil {
			return nil, nil, err
		}
		return ed.Manifest().Assessment, ed.Table, nil
	}
	p, err := c.open()
	if err != nil {
		return nil, nil, err
	}
	if p.Assess == nil {
		return nil, nil, nil
	}
	b := newBars(std)
	release, err := p.Release(ctx, c.options(b))
	b.close()
	if err != nil {
		return nil, nil, err
	}
	tables := map[string]*cube.Cube{}
	for _, t := range release.Tables {
		if strings.HasPrefix(t.Name(), "assess") {
			tables[t.Name()] = t.Cube()
		}
	}
	return release.Assessment, func(name string) (*cube.Cube, error) {
		if t := tables[name]; t != nil {
			return t, nil
		}
		return nil, fmt.Errorf("there is no table %s", name)
	}, nil
}

func title(all []edition.Named, code, lang string) string {
	for _, n := range all {
		if n.Code == code {
			return n.Title.In(lang)
		}
	}
	return code
}

// overview prints a table of verdicts for each process.
func (c *assessCmd) overview(std *streams, a *edition.Assessment) {
	for k, p := range a.Processes {
		if k > 0 {
			fmt.Fprintln(std.out)
		}
		fmt.Fprintf(std.out, "%s (%s)\n", p.Title.In(c.Lang), p.Code)
		w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
		head := []string{""}
		for _, u := range a.Uses {
			head = append(head, u.Title.In(c.Lang))
		}
		fmt.Fprintln(w, strings.Join(head, "\t"))
		for _, t := range a.Tools {
			row := []string{t.Title.In(c.Lang)}
			for _, u := range a.Uses {
				i := a.Item(p.Code, t.Code, u.Code)
				s := title(edition.Verdicts(), i.Final(), c.Lang)
				if i.Judgement != nil {
					s += "*"
				}
				row = append(row, s)
			}
			fmt.Fprintln(w, strings.Join(row, "\t"))
		}
		w.Flush()
	}
	if slices.ContainsFunc(a.Items, func(i edition.Item) bool { return i.Judgement != nil }) {
		fmt.Fprintln(std.out, "\n* "+cube.Text{SV: "egen bedömning; den uppmätta finns kvar, se --process", EN: "a person's own judgement; the measured one is kept, see --process"}.In(c.Lang))
	}
	fmt.Fprintln(std.out)
	for _, n := range a.Notes {
		fmt.Fprintln(std.out, n.In(c.Lang))
	}
}

// item prints one item with its evidence.
func (c *assessCmd) item(std *streams, a *edition.Assessment, i edition.Item, table func(string) (*cube.Cube, error)) error {
	verdict := func(code string) string { return title(edition.Verdicts(), code, c.Lang) }
	fmt.Fprintf(std.out, "%s · %s · %s: %s\n", title(a.Processes, i.Process, c.Lang), title(a.Tools, i.Tool, c.Lang), title(a.Uses, i.Use, c.Lang), verdict(i.Final()))
	line := func(label cube.Text, text string) {
		if text != "" {
			fmt.Fprintf(std.out, "  %s: %s\n", label.In(c.Lang), text)
		}
	}
	if j := i.Judgement; j != nil {
		line(cube.Text{SV: "bedömd av", EN: "judged by"}, j.By+": "+j.Reason.In(c.Lang))
		line(cube.Text{SV: "uppmätt", EN: "measured"}, verdict(i.Verdict))
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	for _, e := range i.Evidence {
		t, err := table(e.Table)
		if err != nil {
			return err
		}
		cell, err := e.Cell(t)
		if err != nil {
			return err
		}
		m := t.Measures()[t.MeasureIndex(e.Measure)]
		unit := ""
		if a.Kind(e.Kind).Share { // also of evidence that has no table of its own
			m.Kind, m.Decimals = cube.Share, 1
		}
		if m.Kind == cube.Share {
			unit = " %"
		}
		value := wideCell(cell, m, c.Lang)
		if cell.Status.HasValue() {
			value += unit
		}
		limit := func(v float64) string { return wideCell(cube.KnownCell(v), m, c.Lang) + unit }
		sign := "≥"
		if e.Thresholds.Less {
			sign = "≤"
		}
		fmt.Fprintf(w, "  %s\t%s\t%s %s / %s\t%s\t%s\n", e.Title.In(c.Lang), value, sign, limit(e.Thresholds.Supports), limit(e.Thresholds.Conditions), verdict(e.Verdict), e.Table)
	}
	w.Flush()
	line(cube.Text{SV: "hinder", EN: "obstacle"}, i.Obstacle.In(c.Lang))
	line(cube.Text{SV: "skulle hjälpa", EN: "would help"}, i.Remedy.In(c.Lang))
	fmt.Fprintln(std.out)
	return nil
}

// writeJSON writes the items, with the state and value of the cells that their evidence points at.
func (c *assessCmd) writeJSON(std *streams, items []edition.Item, table func(string) (*cube.Cube, error)) error {
	type evidence struct {
		edition.Evidence
		Status string   `json:"status"`
		Value  *float64 `json:"value,omitempty"`
	}
	type item struct {
		edition.Item
		Final    string     `json:"final"`
		Evidence []evidence `json:"evidence"`
	}
	out := []item{}
	for _, i := range items {
		it := item{Item: i, Final: i.Final(), Evidence: []evidence{}}
		for _, e := range i.Evidence {
			t, err := table(e.Table)
			if err != nil {
				return err
			}
			cell, err := e.Cell(t)
			if err != nil {
				return err
			}
			x := evidence{Evidence: e, Status: cell.Status.String()}
			if cell.Status.HasValue() {
				x.Value = &cell.Value
			}
			it.Evidence = append(it.Evidence, x)
		}
		out = append(out, it)
	}
	return writeJSON(std, out)
}
