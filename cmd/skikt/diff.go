package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/source"
)

type diffCmd struct {
	A      string   `arg:"" help:"The earlier: a snapshot (a folder or its lock), a project with one, an edition, or a table (PX, JSON-stat, Parquet of an edition)." placeholder:"A" type:"path"`
	B      string   `arg:"" help:"The later." placeholder:"B" type:"path"`
	Table  []string `help:"Only tables of this name, or of this source." placeholder:"TABLE"`
	Format string   `help:"table: counts and the first cells; csv: every cell that is not the same; json: both." enum:"table,csv,json" default:"table"`
	JSON   bool     `help:"The same as --format json."`
	Cells  int      `help:"With --format table: how many cells of each table are shown." default:"20"`
	Strict bool     `help:"Exit code 4 when anything differs."`
	Lang   string   `help:"Language of labels." enum:"sv,en" default:"sv"`
}

func (c *diffCmd) Help() string {
	return `Compares two vintages cell by cell, by table, codes and measure: what has another value or state, what has come and what is gone, and which codes
have got another name. Values are the same when they are equal; they are shown as they stand, shares in percent.

After skikt fetch PROJECT --update the former vintage of a snapshot is skikt.1.lock, skikt.2.lock and so on in its folder:

  skikt diff PROJECT/snapshot/skikt.1.lock PROJECT/snapshot

Exit codes: 0, 1 something can't be read or compared, 4 with --strict when anything differs.

Example:
  skikt diff out/sverige-2022 out/sverige-2023
  skikt diff out/sverige-2022 out/sverige-2023 --format csv`
}

// a vintage is the tables of one side by name, and of a snapshot the checksums of files that are no tables.
type vintage struct {
	names  []string
	table  map[string]func() (*cube.Cube, error)
	digest map[string]string
}

func (v *vintage) add(name string, open func() (*cube.Cube, error)) {
	v.names = append(v.names, name)
	v.table[name] = open
}

// tableDiff is how one table stands to the earlier one.
type tableDiff struct {
	Table string `json:"table"`
	In    string `json:"in"` // both, earlier or later
	*cube.Comparison
	Bytes string `json:"bytes,omitempty"` // of a file that is no table: same or changed
}

func (d tableDiff) same() bool {
	return d.In == "both" && d.Bytes != "changed" && (d.Comparison == nil || d.Changed+d.Added+d.Removed+len(d.Renamed) == 0)
}

func (c *diffCmd) Run(ctx context.Context, std *streams) error {
	a, err := openVintage(ctx, c.A)
	if err != nil {
		return err
	}
	b, err := openVintage(ctx, c.B)
	if err != nil {
		return err
	}
	if len(a.names) == 1 && len(b.names) == 1 { // two tables, whatever they are called
		if open := a.table[a.names[0]]; open != nil && b.table[b.names[0]] != nil {
			a = &vintage{names: b.names, table: map[string]func() (*cube.Cube, error){b.names[0]: open}}
		}
	}
	names := slices.Clone(b.names)
	for _, name := range a.names {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var all []tableDiff
	for _, name := range names {
		if len(c.Table) > 0 && !slices.ContainsFunc(c.Table, func(t string) bool {
			return name == t || strings.HasPrefix(name, t+"/") || strings.HasSuffix(name, "/"+t)
		}) {
			continue
		}
		d, err := compare(name, a, b)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, d)
	}
	if len(all) == 0 {
		return exitError{exitUsage, fmt.Errorf("there is no table to compare; there are %s", strings.Join(names, ", "))}
	}
	switch {
	case c.JSON || c.Format == "json":
		err = writeJSON(std, all)
	case c.Format == "csv":
		err = c.csv(std, all)
	default:
		err = c.table(std, all)
	}
	if err == nil && c.Strict && slices.ContainsFunc(all, func(d tableDiff) bool { return !d.same() }) {
		return exitError{exitFound, errors.New("the vintages differ")}
	}
	return err
}

func compare(name string, a, b *vintage) (tableDiff, error) {
	d := tableDiff{Table: name, In: "both"}
	was, inA := a.table[name]
	now, inB := b.table[name]
	switch {
	case !inA:
		d.In = "later"
		return d, nil
	case !inB:
		d.In = "earlier"
		return d, nil
	case was == nil || now == nil: // a file that is no table
		d.Bytes = "same"
		if a.digest[name] != b.digest[name] {
			d.Bytes = "changed"
		}
		return d, nil
	}
	x, err := was()
	if err != nil {
		return d, err
	}
	y, err := now()
	if err != nil {
		return d, err
	}
	if d.Comparison, err = cube.Compare(x, y); err != nil {
		return d, err
	}
	share := func(c *cube.Cube, name string) bool {
		m := c.MeasureIndex(name)
		return m >= 0 && c.Measures()[m].Kind == cube.Share
	}
	for i := range d.Cells { // shares are shown in percent
		cell := &d.Cells[i]
		if share(x, cell.Measure) {
			cell.Was.Value = cube.Percent(cell.Was.Value)
		}
		if share(y, cell.Measure) {
			cell.Now.Value = cube.Percent(cell.Now.Value)
		}
	}
	return d, nil
}

// openVintage opens what one side is.
func openVintage(ctx context.Context, path string) (*vintage, error) {
	v := &vintage{table: map[string]func() (*cube.Cube, error){}, digest: map[string]string{}}
	has := func(name string) bool {
		_, err := os.Stat(filepath.Join(path, name))
		return err == nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s is not there", path)
	case info.IsDir() && has(edition.ManifestFile):
		ed, err := edition.Open(path)
		if err != nil {
			return nil, err
		}
		for _, t := range ed.Tables() {
			v.add(t.Name, func() (*cube.Cube, error) { return ed.Table(t.Name) })
		}
		return v, nil
	case info.IsDir() && has(project.FileName):
		return v, v.snapshot(ctx, filepath.Join(path, project.SnapshotFolder))
	case info.IsDir(), strings.HasSuffix(path, ".lock"):
		return v, v.snapshot(ctx, path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if filepath.Ext(path) == ".parquet" {
		v.add(name, func() (*cube.Cube, error) { return edition.ReadTable(b) })
		return v, nil
	}
	v.add(name, func() (*cube.Cube, error) {
		t, err := source.ReadTable(b)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return t, nil
	})
	return v, nil
}

// snapshot takes the tables of a snapshot in, as SOURCE/DIVISION.
func (v *vintage) snapshot(ctx context.Context, path string) error {
	s, err := source.Open(ctx, path)
	if err != nil {
		return err
	}
	for i := range s.Sources {
		k := &s.Sources[i]
		tables, err := s.Tables(k.Name)
		if err != nil {
			v.add(k.Name, nil)
			v.digest[k.Name] = k.SHA256()
			continue
		}
		for _, t := range tables {
			v.add(k.Name+"/"+t.Name, func() (*cube.Cube, error) { return t, nil })
		}
	}
	return nil
}

func (c *diffCmd) table(std *streams, all []tableDiff) error {
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "table\tsame\tchanged\tadded\tremoved\trenamed")
	for _, d := range all {
		switch {
		case d.In != "both":
			fmt.Fprintf(w, "%s\tin the %s one only\n", d.Table, d.In)
		case d.Comparison == nil:
			fmt.Fprintf(w, "%s\tfile: %s\n", d.Table, d.Bytes)
		default:
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\n", d.Table, d.Same, d.Changed, d.Added, d.Removed, len(d.Renamed))
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, d := range all {
		if d.Comparison == nil || d.same() {
			continue
		}
		fmt.Fprintf(std.out, "\n%s\n", d.Table)
		for i, cell := range d.Cells {
			if i == c.Cells {
				fmt.Fprintf(std.out, "  and %d more; --format csv gives them all\n", len(d.Cells)-i)
				break
			}
			fmt.Fprintf(std.out, "  %s %s: %s → %s\n", strings.Join(cell.Codes, " "), cell.Measure, c.told(cell, true), c.told(cell, false))
		}
		for i, r := range d.Renamed {
			if i == c.Cells {
				fmt.Fprintf(std.out, "  and %d more names\n", len(d.Renamed)-i)
				break
			}
			fmt.Fprintf(std.out, "  %s %s is called %q, and was %q\n", r.Dimension, r.Code, r.Now.In(c.Lang), r.Was.In(c.Lang))
		}
	}
	return nil
}

// told is one side of a cell: its number, or why there is none.
func (c *diffCmd) told(cell cube.ChangedCell, was bool) string {
	side := cell.Now
	if was {
		side = cell.Was
	}
	switch {
	case was && cell.Change == "added", !was && cell.Change == "removed":
		return "(no row)"
	case !side.Status.HasValue():
		return side.Status.Title().In(c.Lang)
	case side.Status != cube.Known && side.Status != cube.Zero:
		return strconv.FormatFloat(side.Value, 'f', -1, 64) + " (" + side.Status.Title().In(c.Lang) + ")"
	}
	return strconv.FormatFloat(side.Value, 'f', -1, 64)
}

// csv writes a row a cell that is not the same, and a row a name that has changed.
func (c *diffCmd) csv(std *streams, all []tableDiff) error {
	w := csv.NewWriter(std.out)
	write := func(fields ...string) { _ = w.Write(fields) } // the error comes from Flush
	write("table", "change", "codes", "measure", "was", "was_status", "now", "now_status")
	number := func(cell cube.Cell) string {
		if !cell.Status.HasValue() {
			return ""
		}
		return strconv.FormatFloat(cell.Value, 'f', -1, 64)
	}
	for _, d := range all {
		if d.In != "both" {
			write(d.Table, "only in the "+d.In, "", "", "", "", "", "")
			continue
		}
		if d.Comparison == nil {
			if d.Bytes == "changed" {
				write(d.Table, "file changed", "", "", "", "", "", "")
			}
			continue
		}
		for _, cell := range d.Cells {
			was, now := cell.Was.Status.String(), cell.Now.Status.String()
			if cell.Change == "added" {
				was = ""
			}
			if cell.Change == "removed" {
				now = ""
			}
			write(d.Table, cell.Change, strings.Join(cell.Codes, "|"), cell.Measure, number(cell.Was), was, number(cell.Now), now)
		}
		for _, r := range d.Renamed {
			write(d.Table, "renamed", r.Dimension+"="+r.Code, "", r.Was.In(c.Lang), "", r.Now.In(c.Lang), "")
		}
	}
	w.Flush()
	return w.Error()
}
