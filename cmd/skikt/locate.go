package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/border"
	"github.com/skikt/skikt/locate"
)

type locateCmd struct {
	File      string  `arg:"" optional:"" help:"CSV file with a header (default: stdin)." type:"path"`
	Borders   string  `help:"GeoJSON, shapefile or GeoPackage with the areas." required:"" type:"path"`
	Division  string  `help:"Which areas they are, such as deso-2018." required:""`
	CodeField string  `help:"Field of the border file that holds the code (found by itself for SCB's files)."`
	X         string  `help:"Column with east or longitude." required:""`
	Y         string  `help:"Column with north or latitude." required:""`
	System    string  `help:"Coordinates." enum:"sweref99tm,wgs84" default:"sweref99tm"`
	Gap       float64 `help:"Metres within which a point in no area goes to the nearest one." default:"0"`
	Comma     string  `help:"Field separator." default:","`
}

func (c *locateCmd) Help() string {
	return `Writes every row of the file to stdout with two columns more: the code of the area (empty where there is none) and the outcome.
The residual account goes to stderr.

Example:
  skikt locate schools.csv --borders deso.geojson --division deso-2018 --x ost --y nord > placed.csv`
}

func (c *locateCmd) Run(std *streams) error {
	id, err := area.ParseID(c.Division)
	if err != nil {
		return exitError{exitUsage, err}
	}
	if len([]rune(c.Comma)) != 1 {
		return exitError{exitUsage, fmt.Errorf("--comma takes one character")}
	}
	layer, err := border.Read(c.Borders, border.Options{ID: id, CodeField: c.CodeField})
	if err != nil {
		return err
	}
	div, err := border.Division(id, layer)
	if err != nil {
		return err
	}
	index, err := locate.New(div, locate.Options{Gap: c.Gap})
	if err != nil {
		return err
	}
	in, name := std.in, "stdin"
	if c.File != "" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in, name = f, c.File
	}
	account, err := c.stream(in, std.out, index, div, name)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(std.err, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "in\t%d\nplaced\t%d\nresidual\t%d\n", account.In, account.Placed, account.Residual)
	for _, o := range locate.Outcomes() {
		if n := account.Outcomes[o.Outcome]; n > 0 {
			fmt.Fprintf(w, "  %s\t%d\n", o.Name, n)
		}
	}
	return w.Flush()
}

// stream copies the rows, with the area and the outcome added.
func (c *locateCmd) stream(in io.Reader, out io.Writer, index *locate.Index, div *area.Division, name string) (*locate.Account, error) {
	r := csv.NewReader(in)
	r.Comma = []rune(c.Comma)[0]
	r.ReuseRecord = true
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty; it needs a header row", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: no header row: %w", name, err)
	}
	head = slices.Clone(head)
	if len(head) > 0 {
		head[0] = strings.TrimPrefix(head[0], "\ufeff")
	}
	x, y := slices.Index(head, c.X), slices.Index(head, c.Y)
	if x < 0 || y < 0 {
		return nil, fmt.Errorf("%s: the header has no column %q or no %q; it has %s", name, c.X, c.Y, strings.Join(head, ", "))
	}
	w := csv.NewWriter(out)
	w.Comma = r.Comma
	if err := w.Write(append(slices.Clone(head), "area", "outcome")); err != nil {
		return nil, err
	}
	var account locate.Account
	xs, ys, present, place := make([]float64, 1), make([]float64, 1), make([]bool, 1), make([]locate.Place, 1)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		xs[0], ys[0], present[0] = number(row[x]), number(row[y]), strings.TrimSpace(row[x]) != "" && strings.TrimSpace(row[y]) != ""
		index.Locate(locate.Coordinates(c.System), xs, ys, present, place)
		account.Add("", place[0])
		code := ""
		if place[0].Outcome.Placed() {
			code = div.At(int(place[0].Area)).Code
		}
		if err := w.Write(append(slices.Clone(row), code, place[0].Outcome.String())); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return &account, w.Error()
}

// number reads a coordinate with decimal point or comma; what is no number is malformed, not missing.
func number(s string) float64 {
	v, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(s), ",", ".", 1), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}
