package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/server"
	"github.com/skikt/skikt/web"
)

// output are the flags of commands that print a table.
type output struct {
	Where  []string `help:"Only rows with this member: dim=code. May be repeated; commas part several codes." placeholder:"DIM=CODE" sep:"none"`
	Format string   `help:"csv, json or table." enum:"csv,json,table" default:"csv"`
	JSON   bool     `help:"The same as --format json."`
	Lang   string   `help:"Language of titles in JSON." enum:"sv,en" default:"sv"`
}

// write prints the asked rows of a table in long form.
func (o *output) write(std *streams, c *cube.Cube) error {
	for _, w := range o.Where {
		dim, codes, ok := strings.Cut(w, "=")
		if !ok {
			return exitError{exitUsage, fmt.Errorf("--where %s: write dim=code; the dimensions are %s", w, strings.Join(c.DimNames(), ", "))}
		}
		var err error
		list := []string{codes}
		if d := c.Dim(dim); d != nil && d.Index(codes) < 0 {
			list = strings.Split(codes, ",")
		}
		if c, err = c.Where(dim, list...); err != nil {
			return exitError{exitUsage, err}
		}
	}
	if o.JSON {
		o.Format = "json"
	}
	if o.Format == "table" {
		return writeTable(std.out, c, o.Lang)
	}
	return edition.Long(std.out, c, o.Format, o.Lang)
}

// writeTable prints a cube for the eye: a line a row, a column a measure, with the interval behind the value. Shares are in percent.
func writeTable(out io.Writer, c *cube.Cube, lang string) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	var head []string
	for _, d := range c.Dims() {
		head = append(head, d.Title.In(lang))
	}
	for _, m := range c.Measures() {
		head = append(head, m.Title.In(lang))
	}
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for row := range c.Len() {
		var fields []string
		for d, dim := range c.Dims() {
			fields = append(fields, dim.Members[c.Coord(row, d)].Label.In(lang))
		}
		for m, meas := range c.Measures() {
			cell := c.Cell(row, m)
			show := func(v float64) string {
				if meas.Kind == cube.Share {
					v *= 100
				}
				text := strconv.FormatFloat(v, 'f', meas.Decimals, 64)
				if lang == "sv" {
					text = strings.ReplaceAll(text, ".", ",")
				}
				return text
			}
			switch {
			case !cell.Status.HasValue():
				fields = append(fields, cell.Status.Title().In(lang))
			case cell.Lo.OK && cell.Hi.OK:
				fields = append(fields, fmt.Sprintf("%s (%s – %s)", show(cell.Value), show(cell.Lo.V), show(cell.Hi.V)))
			default:
				fields = append(fields, show(cell.Value))
			}
		}
		fmt.Fprintln(w, strings.Join(fields, "\t"))
	}
	return w.Flush()
}

type getCmd struct {
	Edition string `arg:"" help:"Folder of the edition." type:"path"`
	Table   string `arg:"" optional:"" help:"Table; without it the tables are listed."`
	output  `embed:""`
}

func (c *getCmd) Help() string {
	return `Prints a table in long form: the dimensions, then measure, value, base, lo, hi, status. Shares are in percent. A hidden cell has
no value and says so in status.

Example:
  skikt get out/sverige-2022
  skikt get out/sverige-2022 background --where type=1 --format json`
}

func (c *getCmd) Run(std *streams) error {
	ed, err := edition.Open(c.Edition)
	if err != nil {
		return err
	}
	if c.Table == "" && (c.JSON || c.Format == "json") {
		return writeJSON(std, ed.Tables())
	}
	if c.Table == "" {
		for _, t := range ed.Tables() {
			fmt.Fprintf(std.out, "%s\t%s\n", t.Name, t.Title.In(c.Lang))
		}
		return nil
	}
	table, err := ed.Table(c.Table)
	if err != nil {
		return err
	}
	return c.output.write(std, table)
}

type serveCmd struct {
	Editions  []string `arg:"" name:"edition" help:"Folder of the edition, and of earlier ones to hold under their permanent addresses." type:"path"`
	Addresses string   `help:"File of addresses that readers may search for: CSV with an address and the code of its area, or two coordinates." type:"path"`
	Address   string   `help:"Address to listen on. Anything but loopback opens the pages to others; skiktd is made for that." default:"127.0.0.1:8022"`
}

func (c *serveCmd) Help() string {
	return `Serves the pages and tables of an edition. Stop it with Ctrl-C.

Example:
  skikt serve out/sverige-2022
  skikt serve out/2024 out/2023 out/2022`
}

func (c *serveCmd) Run(ctx context.Context, std *streams) error {
	return serve(ctx, std, c.Editions, c.Addresses, c.Address)
}

// serve serves until ctx ends. A front end that is built meanwhile is taken in.
func serve(ctx context.Context, std *streams, dirs []string, addresses, address string) error {
	late := web.Late(ctx)
	pages, err := openPages(std, dirs, addresses)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("can't listen on %s: %w; name another with --address", address, err)
	}
	front := server.NewFront(pages, server.Limit{})
	s := &http.Server{Handler: front, ReadHeaderTimeout: 10 * time.Second}
	fmt.Fprintf(std.out, "Edition %s on http://%s/\n", pages.ID(), l.Addr())
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	go pages.ReadAhead(ctx)
	for {
		select {
		case err := <-done:
			return err
		case <-late:
			late = nil
			pages, err := openPages(std, dirs, addresses)
			if err != nil {
				fmt.Fprintf(std.err, "the front end is built, but the pages stay as they are: %v\n", err)
				continue
			}
			front.Change(pages)
			fmt.Fprintln(std.out, "The front end is built: pages that are open already get it when they are loaded again")
			go pages.ReadAhead(ctx)
			continue
		case <-ctx.Done():
		}
		break
	}
	calm, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return s.Shutdown(calm)
}

func openPages(std *streams, dirs []string, addresses string) (*server.Server, error) {
	pages, err := server.Open(dirs[0], dirs[1:]...)
	if err != nil || addresses == "" {
		return pages, err
	}
	known, err := server.OpenAddresses(addresses)
	if err != nil {
		return nil, err
	}
	for _, line := range known.Skipped {
		fmt.Fprintf(std.err, "%s: %s\n", addresses, line)
	}
	fmt.Fprintf(std.err, "%d addresses, %d lines that can't be used\n", known.Len(), known.NSkip)
	pages.UseAddresses(known)
	return pages, nil
}
