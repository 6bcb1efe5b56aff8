package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/border"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/segregation"
)

type measureCmd struct {
	File        string    `arg:"" help:"CSV, XLSX or Parquet file with one row for each unit and group (or each person), or the folder of an edition." placeholder:"FILE" type:"path"`
	Table       string    `help:"Of an edition: the table."`
	Unit        string    `help:"Column of the units: area, school, workplace." required:""`
	Group       string    `help:"Column of the groups." required:""`
	Groups      []string  `help:"The groups to compare, in order; with two, the first is the one whose segregation is measured. All when not given."`
	Ordered     bool      `help:"The groups stand in order, the lowest first: measure that too."`
	Values      []float64 `help:"Value of each group in order, such as the middle of an income bracket, for NeighbourhoodSorting."`
	Count       string    `help:"Column of the counts; each row is one person without it. Of an edition: the count's name."`
	Within      string    `help:"Column of what to measure within, such as kommun."`
	Only        []string  `help:"Codes of --within to take; all when not given."`
	Period      string    `help:"Column of the period."`
	Margins     string    `help:"Code of --period (or of --within): first give all others its sizes of units and groups (proportional fitting), so that only who lives with whom differs. --by count prints the counts."`
	By          string    `help:"What the rows are: place (the whole of each --within and --period), unit, group, quotient (unit and group), exposure (group and group), level, stratum, change, places, difference, scale, divergence, merge, neighbours, count (the counts themselves)." enum:"place,count,unit,group,quotient,exposure,level,stratum,change,places,difference,scale,divergence,merge,neighbours" default:"place"`
	Levels      []string  `help:"Columns that units are nested in, coarsest first (--by level), or the one of the parts (--by stratum)."`
	Method      string    `help:"How a change is parted: shapley, karmel-maclachlan or mora-ruiz-castillo." enum:"shapley,karmel-maclachlan,mora-ruiz-castillo" default:"shapley"`
	Against     string    `help:"--by places and difference: the code to compare the others with; every pair when not given."`
	Test        string    `help:"--by difference: random-label, pooled-persons, composition, dual-composition, share or resampled-persons." enum:"random-label,pooled-persons,composition,dual-composition,share,resampled-persons" default:"resampled-persons"`
	From        string    `help:"--by divergence: code of the unit to start in."`
	As          string    `help:"--by places: composition, dual-composition or share." enum:"composition,dual-composition,share" default:"composition"`
	East        string    `help:"--by neighbours: column of the squares' eastings, whole metres."`
	North       string    `help:"--by neighbours: column of their northings."`
	Side        int64     `help:"--by neighbours: side of the squares, metres." default:"100"`
	K           []int64   `help:"--by neighbours: how many nearest persons, rising." default:"50,200,800,3200,12800,51200"`
	Measure     []string  `help:"Measures by name; all (every one whose input is there), space with --geometry." default:"all"`
	Bootstrap   int       `help:"Draw the persons anew so many times: each measure corrected for small numbers, with its interval." default:"0"`
	Uncertainty string    `help:"How corrections and intervals come about: persons or units drawn anew (--bootstrap times), jackknife over units, or delta (persons, without draws)." enum:"persons,units,jackknife,delta" default:"persons"`
	Null        string    `help:"Compare the whole (not --by parts, not a picture) with random placing: person-permutation, evenness, systematic, independence and others (a wrong name lists them all)."`
	Draws       int       `help:"How many random placings, or draws of --by difference." default:"1000"`
	Seed        uint64    `help:"Seed of the draws." default:"1"`
	Geometry    string    `help:"GeoJSON, shapefile or GeoPackage with the borders of the units, for measures of space." type:"path"`
	Distances   string    `help:"File with the columns from, to and metres: ways between units along roads or by travel, one way each, that kernels see in place of the straight line (with or without --geometry)." type:"path"`
	Division    string    `help:"Which areas they are, such as deso-2018; areas of your own when not given." default:"unit"`
	CodeField   string    `help:"Field of the border file that holds the units' codes (found by itself for SCB's files, and when it is called as --unit)."`
	Centre      string    `help:"What centralisation is measured from: E,N in metres, the code of a unit, or mean, median, persons (their mean) or largest (unit) of each place."`
	Kernel      string    `help:"How neighbours weigh with distance: uniform, triangular, gaussian or exponential." enum:"uniform,triangular,gaussian,exponential" default:"exponential"`
	Bandwidth   float64   `help:"Bandwidth of the kernel, metres." default:"1000"`
	Bandwidths  []float64 `help:"--by scale and the picture profile: bandwidths in metres, rising." default:"1000,2000,4000,8000"`
	HiddenBelow float64   `help:"The publisher hides counts below this: measures become intervals that contain the truth, or stay hidden where only their whole range can be told. In a file .. is a hidden count." default:"0"`
	RoundedTo   float64   `help:"The publisher rounds counts to the nearest multiple of this: measures get intervals that contain the truth." default:"0"`
	AtRandom    bool      `help:"With --rounded-to: up or down by chance."`
	PerturbedBy float64   `help:"The publisher adds or takes away at most this from counts (cell key): as --rounded-to." default:"0"`
	Picture     string    `help:"Draw instead: curve, segplot, profile, dendrogram or ternary." enum:",curve,segplot,profile,dendrogram,ternary" default:""`
	Out         string    `help:"SVG file for the picture; the numbers drawn are printed." type:"path"`
	Width       int       `help:"Width of the picture, px: from 360; each kind's own when not given." default:"0"`
	Height      int       `help:"Height of the picture, px: from 320." default:"0"`
	Source      string    `help:"Written at the foot of the picture."`
	Format      string    `help:"csv or json." enum:"csv,json" default:"csv"`
	Lang        string    `help:"Language of titles in JSON and of pictures." enum:"sv,en" default:"sv"`
}

func (c *measureCmd) Help() string {
	return `Measures segregation between groups over units. skikt explain NAME tells what a measure is, its formula, range, cautions and source.
Rows of the same unit and group are added up. What it prints is not protected: measures of an agency's own records are as confidential
as the records. Notes are in the JSON. Warnings, and what all leaves out and why, are told on standard error too.

Beside each measure M: --bootstrap adds MCorrected; --null adds MExpected (lo and hi are quantiles of the draws), MExpectedSD, MZ, MP
(against larger) and MPTwoSided. With the exponential kernel of 1000 m, clustering is as Massey and Denton published it.

--by parts it: local measures of each unit or group, M and H by nested level or within parts, change between periods, difference
between places in parts (places) or tested (difference: of one measure, between codes of --within, or else of --period), measures over
several bandwidths, divergence from one unit outwards, the k nearest persons, M while units are merged. --picture draws it, as SVG with
the numbers beside.

Counts that are hidden (--hidden-below), rounded (--rounded-to) or perturbed (--perturbed-by) give intervals that contain the truth, the k nearest persons too; a curve or profile is a band then, the other pictures
take counts that are known, and no p-value is given.

Example:
  skikt measure pupils.csv --unit school --group background --count n --within kommun --measure Dissimilarity,Isolation
  skikt measure pupils.csv --unit school --group background --count n --by level --levels kommun
  skikt measure pupils.csv --unit school --group background --count n --within kommun --by difference --measure Dissimilarity
  skikt measure pupils.csv --unit school --group background --count n --picture curve --out curve.svg`
}

func (c *measureCmd) Run(ctx context.Context, std *streams) error {
	q, err := c.question()
	if err != nil {
		return exitError{exitUsage, err}
	}
	counts, err := c.counts(ctx)
	if err != nil {
		return err
	}
	if len(c.Only) > 0 {
		if counts, err = counts.Where(c.Within, c.Only...); err != nil {
			return exitError{exitUsage, err}
		}
	}
	if c.Margins != "" {
		if counts, err = segregation.FitCube(counts, q, cmp.Or(c.Period, c.Within), c.Margins); err != nil {
			return exitError{exitUsage, err}
		}
		// What is not exact carries its interval now.
		q.HiddenBelow, q.RoundedTo, q.PerturbedBy = 0, 0, 0
	}
	if c.Geometry != "" || c.Distances != "" {
		if q.Ground, err = c.ground(); err != nil {
			return err
		}
	}
	if c.Distances != "" {
		if q.Ground.Ways, err = c.ways(ctx, std, counts.Dim(c.Unit)); err != nil {
			return err
		}
	}
	if c.Picture != "" {
		return c.draw(std, counts, q)
	}
	out, err := c.measure(counts, q)
	if err != nil {
		return exitError{exitUsage, err}
	}
	if c.Format == "csv" {
		for _, w := range out.Warnings {
			fmt.Fprintln(std.err, w.Text.In(c.Lang))
		}
	}
	if c.By == "place" && c.Format == "csv" {
		groups := len(c.Groups)
		if groups == 0 {
			for _, m := range counts.Dim(c.Group).Members {
				if m.Code != cube.Total {
					groups++
				}
			}
		}
		for _, l := range q.LeftOut(groups) {
			fmt.Fprintln(std.err, l.Text().In(c.Lang))
		}
	}
	return edition.Long(std.out, out, c.Format, c.Lang)
}

// measure is what --by asks for.
func (c *measureCmd) measure(counts *cube.Cube, q segregation.Question) (*cube.Cube, error) {
	switch c.By {
	case "unit":
		return segregation.UnitCube(counts, q)
	case "group":
		return segregation.GroupCube(counts, q)
	case "quotient":
		return segregation.QuotientCube(counts, q)
	case "exposure":
		return segregation.ExposureCube(counts, q)
	case "level":
		return segregation.LevelCube(counts, q, c.Levels...)
	case "stratum":
		return segregation.StratumCube(counts, q, c.Levels[0])
	case "change":
		return segregation.ChangeCube(counts, q, c.Period, segregation.ChangeMethod(c.Method))
	case "places":
		return segregation.PlaceCube(counts, q, c.Within, c.Against, c.one(), segregation.Counterfactual(c.As))
	case "difference":
		return segregation.DifferenceCube(counts, q, cmp.Or(c.Within, c.Period), c.Against, c.one(), segregation.Comparison(c.Test))
	case "divergence":
		return segregation.DivergenceCube(counts, q, c.From)
	case "scale":
		return segregation.ScaleCube(counts, q, c.Bandwidths)
	case "neighbours":
		return segregation.NeighbourCube(counts, q, segregation.Grid{East: c.East, North: c.North, Side: c.Side}, c.K)
	case "merge":
		return segregation.MergeCube(counts, q)
	case "count":
		return segregation.CountCube(counts, q)
	}
	return segregation.Cube(counts, q)
}

// one is the measure that is compared.
func (c *measureCmd) one() string {
	if len(c.Measure) > 0 && c.Measure[0] != "all" {
		return c.Measure[0]
	}
	return "Dissimilarity"
}

// draw writes the picture and prints its numbers.
func (c *measureCmd) draw(std *streams, counts *cube.Cube, q segregation.Question) error {
	picture, err := segregation.CubePicture(counts, q, segregation.PictureKind(c.Picture), c.Bandwidths, segregation.PictureOptions{Lang: c.Lang, Source: c.Source, Width: c.Width, Height: c.Height})
	if err != nil {
		return exitError{exitUsage, err}
	}
	if err := os.WriteFile(c.Out, []byte(picture.SVG), 0o666); err != nil {
		return err
	}
	return edition.Long(std.out, picture.Table, c.Format, c.Lang)
}

// question is what is asked, but for the ground. It holds what can be told wrong without the file.
func (c *measureCmd) question() (segregation.Question, error) {
	q := segregation.Question{Units: c.Unit, Groups: c.Group, Members: c.Groups, Measures: c.Measure, Persons: segregation.Draws{N: c.Bootstrap, Seed: c.Seed},
		Ordered: c.Ordered, Values: c.Values, RoundedTo: c.RoundedTo, AtRandom: c.AtRandom, PerturbedBy: c.PerturbedBy,
		Null: segregation.Null(c.Null), Draws: segregation.Draws{N: c.Draws, Seed: c.Seed}, HiddenBelow: c.HiddenBelow}
	if c.Table != "" {
		q.Count = c.Count
	}
	if c.Uncertainty != "persons" {
		q.Uncertainty = segregation.Uncertainty(c.Uncertainty)
	}
	columns := []string{c.Unit, c.Group}
	for _, name := range slices.Concat([]string{c.Count}, c.beside()) {
		if name != "" && slices.Contains(columns, name) {
			return q, fmt.Errorf("the column %s is named for two things", name)
		}
		columns = append(columns, name)
	}
	spatial := c.Geometry != "" || c.Distances != ""
	switch {
	case c.Unit == c.Group:
		return q, fmt.Errorf("the column %s is named for two things", c.Unit)
	case c.Null != "" && !slices.Contains(segregation.Nulls(), q.Null):
		return q, fmt.Errorf("there is no null %q; there are %s", c.Null, nulls())
	case c.Null != "" && (c.By != "place" || c.Picture != ""):
		return q, fmt.Errorf("--null is of the whole; leave out --by and --picture")
	case c.Uncertainty != "persons" && (c.By != "place" || c.Picture != ""):
		return q, errors.New("of parts and pictures only persons are drawn anew; leave out --uncertainty")
	case c.Uncertainty == "units" && c.Bootstrap == 0:
		return q, errors.New("say with --bootstrap how often units are drawn")
	case c.Bootstrap < 0 || c.Draws < 1:
		return q, errors.New("--bootstrap can't be below 0, nor --draws below 1")
	case !(c.Bandwidth > 0):
		return q, errors.New("--bandwidth takes metres, above 0")
	case !(c.HiddenBelow >= 0):
		return q, errors.New("--hidden-below takes a count")
	case !(c.RoundedTo >= 0) || !(c.PerturbedBy >= 0):
		return q, errors.New("--rounded-to and --perturbed-by take a count")
	case len(c.Groups) == 1:
		return q, errors.New("--groups takes two groups or more")
	case len(c.Only) > 0 && c.Within == "":
		return q, errors.New("--only takes codes of --within")
	case c.By == "stratum" && len(c.Levels) != 1:
		return q, errors.New("--by stratum takes the one column of the parts under --levels")
	case len(c.Levels) > 0 && c.By != "level" && c.By != "stratum":
		return q, errors.New("--levels is for --by level and --by stratum")
	case c.By == "change" && c.Period == "":
		return q, errors.New("--by change takes the column of the periods under --period")
	case c.By == "neighbours" && (c.East == "" || c.North == ""):
		return q, errors.New("--by neighbours takes the columns of the squares' coordinates under --east and --north")
	case c.By != "neighbours" && (c.East != "" || c.North != ""):
		return q, errors.New("--east and --north are for --by neighbours")
	case c.By == "places" && c.Within == "":
		return q, errors.New("--by places takes the column of the places under --within")
	case c.By == "difference" && c.Within == "" && c.Period == "":
		return q, errors.New("--by difference takes the column of what is compared under --within, or --period")
	case (c.By == "places" || c.By == "difference") && len(c.Measure) > 1:
		return q, fmt.Errorf("--by %s takes one measure", c.By)
	case c.By == "difference" && c.Bootstrap > 0:
		return q, errors.New("--by difference draws as --test and --draws say; leave out --bootstrap")
	case c.Margins != "" && c.Period == "" && c.Within == "":
		return q, errors.New("--margins takes a code of --period, or of --within")
	case c.By == "divergence" && (c.Geometry == "" || c.From == ""):
		return q, errors.New("--by divergence takes the code of a unit under --from, and the borders of the units under --geometry")
	case c.By != "divergence" && c.From != "":
		return q, errors.New("--from is for --by divergence")
	case c.Against != "" && c.By != "places" && c.By != "difference":
		return q, errors.New("--against is for --by places and --by difference")
	case (c.By == "scale" || c.Picture == "profile") && !spatial:
		return q, errors.New("surroundings of several sizes are of space: give the borders of the units with --geometry, or --distances")
	case c.Centre != "" && c.Geometry == "":
		return q, errors.New("--centre is of space: give the borders of the units with --geometry")
	case c.Picture == "" && (c.Width != 0 || c.Height != 0):
		return q, errors.New("--width and --height are of a picture")
	case (c.Picture == "") != (c.Out == ""):
		return q, errors.New("--picture says what is drawn and --out in which file: give both")
	}
	if c.By != "place" {
		if c.By != "unit" && c.By != "group" && c.By != "scale" {
			q.Measures = nil
		}
		return q, nil
	}
	for _, name := range c.Measure {
		if d, ok := segregation.Lookup(name); !spatial && (name == "space" || ok && d.Family == "space") {
			return q, fmt.Errorf("%s is of space: give the borders of the units with --geometry", name)
		}
		if d, ok := segregation.Lookup(name); ok {
			if how := elsewhere[d.Family]; how != "" {
				return q, fmt.Errorf("%s is no measure of the whole: %s", d.Name, how)
			}
		}
	}
	return q, nil
}

// elsewhere tells where measures that are not of the whole are found.
var elsewhere = map[string]string{
	"local":         "take --by unit, group, quotient or exposure",
	"decomposition": "take --by level, stratum, change, places or merge, or --margins",
	"neighbours":    "neighbourhoods of nearest persons are under --by neighbours, distortion under --by unit and divergence profiles under --by divergence, both with --geometry",
	"inference":     "take --bootstrap, --uncertainty, --null, --by difference, --hidden-below, --rounded-to or --perturbed-by",
	"tools":         "it is in the Go package, to recompute what another tool gave",
}

// beside are the columns beside units and groups; empty where none is named.
func (c *measureCmd) beside() []string {
	return append([]string{c.Within, c.Period, c.East, c.North}, c.Levels...)
}

func nulls() string {
	var names []string
	for _, n := range segregation.Nulls() {
		names = append(names, string(n))
	}
	return strings.Join(names, ", ")
}

// ground reads the borders of the units, where they are given.
func (c *measureCmd) ground() (*segregation.Ground, error) {
	kernel := segregation.Kernel{Shape: shapes[c.Kernel], Bandwidth: c.Bandwidth, Own: segregation.OwnAtZero, Negligible: 1e-16}
	g := &segregation.Ground{Near: kernel, Around: kernel}
	if c.Geometry == "" {
		return g, nil
	}
	id, err := area.ParseID(c.Division)
	if err != nil {
		return nil, exitError{exitUsage, err}
	}
	layer, err := border.Read(c.Geometry, border.Options{ID: id, CodeField: c.CodeField})
	if err != nil && c.CodeField == "" {
		// A field may be called as the column of the units.
		if named, other := border.Read(c.Geometry, border.Options{ID: id, CodeField: c.Unit}); other == nil {
			layer, err = named, nil
		}
	}
	if err != nil {
		return nil, err
	}
	division, err := border.Division(id, layer)
	if err != nil {
		return nil, err
	}
	if g.Near.Shape == segregation.Exponential {
		g.Near.Own = segregation.OwnSpread
	}
	var borders []orb.MultiPolygon
	for i := range division.Len() {
		if a := division.At(i); a.Border != nil {
			g.Codes, borders = append(g.Codes, a.Code), append(borders, a.Border)
		}
	}
	if len(borders) == 0 {
		return nil, fmt.Errorf("%s: no unit has a border that can be used", filepath.Base(c.Geometry))
	}
	if g.Map, err = segregation.NewMap(borders); err != nil {
		return nil, err
	}
	return g, c.centre(g)
}

var centres = map[string]segregation.Centre{
	"mean": segregation.CentreOfUnits, "median": segregation.MedianOfUnits, "persons": segregation.CentreOfPersons, "largest": segregation.LargestUnit,
}

// centre reads --centre.
func (c *measureCmd) centre(g *segregation.Ground) error {
	east, north, two := strings.Cut(c.Centre, ",")
	switch i := slices.Index(g.Codes, c.Centre); {
	case c.Centre == "":
	case i >= 0:
		g.Point = &segregation.Point{X: g.Map.X[i], Y: g.Map.Y[i]}
	case centres[c.Centre] != "":
		g.Centre = centres[c.Centre]
	case two:
		x, err1 := strconv.ParseFloat(strings.TrimSpace(east), 64)
		y, err2 := strconv.ParseFloat(strings.TrimSpace(north), 64)
		if err1 == nil && err2 == nil && !math.IsInf(x, 0) && !math.IsInf(y, 0) && !math.IsNaN(x+y) {
			g.Point = &segregation.Point{X: x, Y: y}
			return nil
		}
		fallthrough
	default:
		return exitError{exitUsage, fmt.Errorf("--centre %q is no unit with a border, no E,N in metres, and none of mean, median, persons and largest", c.Centre)}
	}
	return nil
}

// ways reads the distances between units. Those of a unit to itself are the kernel's to say, and those of units that are not in the table are of no use; both are counted on standard error.
func (c *measureCmd) ways(ctx context.Context, std *streams, units *cube.Dimension) ([]segregation.Way, error) {
	least := 0.0
	decl := record.Declaration{Columns: []record.Column{{Name: "from", Required: true}, {Name: "to", Required: true}, {Name: "metres", Type: record.Float, Required: true, Min: &least}}}
	var ways []segregation.Way
	own, foreign := 0, 0
	report, err := record.Read(ctx, c.Distances, decl, func(b *record.Batch) error {
		for i := range b.N {
			switch w := (segregation.Way{From: b.Columns[0].Text[i], To: b.Columns[1].Text[i], Metres: b.Columns[2].Float[i]}); {
			case w.From == w.To:
				own++
			case units.Index(w.From) < 0 || units.Index(w.To) < 0:
				foreign++
			default:
				ways = append(ways, w)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	name := filepath.Base(c.Distances)
	if report.Bad > 0 {
		return nil, exitError{exitProblems, fmt.Errorf("%s: %d of %d rows can't be used, the first at line %d: %s", name, report.Bad, report.Rows, report.Problems[0].Line, report.Problems[0].Text)}
	}
	if len(ways) == 0 {
		return nil, exitError{exitProblems, fmt.Errorf("%s has no distance between two units of the table", name)}
	}
	if own+foreign > 0 {
		fmt.Fprintln(std.err, cube.Text{
			SV: fmt.Sprintf("%s: %d avstånd används; %d av en enhet till sig själv och %d av enheter som inte finns i tabellen används inte.", name, len(ways), own, foreign),
			EN: fmt.Sprintf("%s: %d distances are used; %d of a unit to itself and %d of units that are not in the table are not.", name, len(ways), own, foreign)}.In(c.Lang))
	}
	return ways, nil
}

var shapes = map[string]segregation.Shape{
	"uniform": segregation.Uniform, "triangular": segregation.Triangular, "gaussian": segregation.Gaussian, "exponential": segregation.Exponential,
}

// counts are the counts by unit, group and what else is asked for.
func (c *measureCmd) counts(ctx context.Context) (*cube.Cube, error) {
	info, err := os.Stat(c.File)
	switch {
	case err != nil:
		return nil, fmt.Errorf("there is no file %s", c.File)
	case info.IsDir():
		return c.published()
	case c.Table != "":
		return nil, exitError{exitUsage, fmt.Errorf("--table is of an edition, and %s is a file", filepath.Base(c.File))}
	}
	columns := []string{c.Unit, c.Group}
	for _, more := range c.beside() {
		if more != "" {
			columns = append(columns, more)
		}
	}
	sums := newTally(columns)
	if strings.EqualFold(filepath.Ext(c.File), ".parquet") {
		err = c.parquet(ctx, columns, sums)
	} else {
		err = c.record(ctx, columns, sums)
	}
	if err != nil {
		return nil, err
	}
	if len(sums.keys) == 0 {
		return nil, exitError{exitProblems, fmt.Errorf("%s has no rows", filepath.Base(c.File))}
	}
	if len(sums.codes[1]) < 2 {
		return nil, exitError{exitProblems, fmt.Errorf("%s: the column %s has one group only; segregation is between two or more", filepath.Base(c.File), c.Group)}
	}
	return sums.cube(filepath.Base(c.File))
}

// record adds up a file of rows.
func (c *measureCmd) record(ctx context.Context, columns []string, sums *tally) error {
	decl := record.Declaration{}
	for _, name := range columns {
		decl.Columns = append(decl.Columns, record.Column{Name: name, Required: true})
	}
	if c.Count != "" {
		least := 0.0
		count := record.Column{Name: c.Count, Type: record.Float, Required: true, Min: &least}
		if c.HiddenBelow > 0 {
			count.Required, count.Missing = false, map[string]string{"..": "hidden"}
		}
		decl.Columns = append(decl.Columns, count)
	}
	blank := 0
	report, err := record.Read(ctx, c.File, decl, func(b *record.Batch) error {
		at := make([]string, len(columns))
		for i := range b.N {
			for k := range columns {
				at[k] = b.Columns[k].Text[i]
			}
			if c.Count == "" {
				sums.add(at, 1)
				continue
			}
			switch n := b.Columns[len(columns)]; n.State[i] {
			case record.Present:
				sums.add(at, n.Float[i])
			case record.Hidden:
				sums.hide(at)
			default:
				if blank == 0 {
					blank = b.Line[i]
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	bad := func(rows int64, line int, text string) error {
		return exitError{exitProblems, fmt.Errorf("%s: %d of %d rows can't be used, the first at line %d: %s; nothing is measured on part of the rows", filepath.Base(c.File), rows, report.Rows, line, text)}
	}
	if report.Bad > 0 {
		return bad(report.Bad, report.Problems[0].Line, report.Problems[0].Text)
	}
	if blank > 0 {
		return exitError{exitProblems, fmt.Errorf("%s: the count at line %d is missing; nothing is measured on part of the rows", filepath.Base(c.File), blank)}
	}
	return nil
}

// parquet adds up a Parquet file of plain columns, row group by row group.
func (c *measureCmd) parquet(ctx context.Context, columns []string, sums *tally) error {
	name := filepath.Base(c.File)
	fail := func(format string, args ...any) error {
		return exitError{exitProblems, fmt.Errorf("%s: %s", name, fmt.Sprintf(format, args...))}
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	file, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		return fail("it can't be read as Parquet: %v", err)
	}
	wanted := slices.Clone(columns)
	if c.Count != "" {
		wanted = append(wanted, c.Count)
	}
	place := map[int]int{} // leaf of the file -> wanted
	for k, column := range wanted {
		leaf, ok := file.Schema().Lookup(column)
		if !ok {
			return fail("there is no column %s; the columns are %s", column, strings.Join(leaves(file), ", "))
		}
		kind, logical := leaf.Node.Type().Kind(), leaf.Node.Type().LogicalType()
		number := kind == parquet.Int32 || kind == parquet.Int64 || kind == parquet.Float || kind == parquet.Double
		whole := kind == parquet.Int32 || kind == parquet.Int64
		plain := logical == nil
		if logical != nil {
			switch logical.Value.(type) {
			case *format.StringType, *format.EnumType, *format.IntType:
				plain = true
			}
		}
		switch {
		case leaf.Node.Repeated() || !plain:
			return fail("the column %s holds no plain text or numbers; write it as text", column)
		case k < len(columns) && kind != parquet.ByteArray && !whole:
			return fail("the column %s must hold codes: text or whole numbers", column)
		case k == len(columns) && !number:
			return fail("the column %s holds no numbers", column)
		}
		place[leaf.ColumnIndex] = k
	}
	at, row := make([]string, len(columns)), 0
	rows := make([]parquet.Row, 1024)
	for _, group := range file.RowGroups() {
		r := group.Rows()
		for {
			n, err := r.ReadRows(rows)
			for _, values := range rows[:n] {
				row++
				count := 1.0
				for _, v := range values {
					k, ok := place[v.Column()]
					switch {
					case !ok:
					case v.IsNull() || k < len(columns) && v.Kind() == parquet.ByteArray && len(v.ByteArray()) == 0:
						return errors.Join(fail("row %d has no %s; nothing is measured on part of the rows", row, wanted[k]), r.Close())
					case k < len(columns):
						at[k] = v.String()
					default:
						count = number64(v)
					}
				}
				if !(count >= 0) || math.IsInf(count, 1) {
					return errors.Join(fail("row %d: %s must be a number from 0; nothing is measured on part of the rows", row, c.Count), r.Close())
				}
				sums.add(at, count)
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return errors.Join(fmt.Errorf("%s: row %d: %w", name, row+1, err), r.Close())
			}
		}
		if err := r.Close(); err != nil {
			return err
		}
	}
	return nil
}

func number64(v parquet.Value) float64 {
	switch v.Kind() {
	case parquet.Int32:
		return float64(v.Int32())
	case parquet.Int64:
		return float64(v.Int64())
	case parquet.Float:
		return float64(v.Float())
	}
	return v.Double()
}

func leaves(f *parquet.File) []string {
	var names []string
	for _, path := range f.Schema().Columns() {
		names = append(names, strings.Join(path, "."))
	}
	return names
}

// published is a table of an edition; every combination of its other dimensions is measured by itself.
func (c *measureCmd) published() (*cube.Cube, error) {
	if c.Table == "" {
		return nil, exitError{exitUsage, errors.New("name the edition's table with --table")}
	}
	ed, err := edition.Open(c.File)
	if err != nil {
		return nil, err
	}
	table, err := ed.Table(c.Table)
	if err != nil {
		return nil, err
	}
	for _, name := range c.beside() {
		if name != "" && table.Dim(name) == nil {
			return nil, exitError{exitUsage, fmt.Errorf("%s has no dimension %q; it has %s", c.Table, name, strings.Join(table.DimNames(), ", "))}
		}
	}
	return table, nil
}

// A tally adds numbers up by the texts of several columns.
type tally struct {
	columns []string
	codes   []map[string]int
	sums    map[string]float64
	hidden  map[string]bool
	places  [][]int
	keys    []string
}

func newTally(columns []string) *tally {
	t := &tally{columns: columns, sums: map[string]float64{}, hidden: map[string]bool{}}
	for range columns {
		t.codes = append(t.codes, map[string]int{})
	}
	return t
}

func (t *tally) add(at []string, n float64) {
	key := strings.Join(at, "\x00")
	if _, ok := t.sums[key]; !ok {
		place := make([]int, len(at))
		for k, code := range at {
			i, ok := t.codes[k][code]
			if !ok {
				i = len(t.codes[k])
				t.codes[k][code] = i
			}
			place[k] = i
		}
		t.keys, t.places = append(t.keys, key), append(t.places, place)
	}
	t.sums[key] += n
}

// hide adds a number that is hidden: the sum is hidden with it.
func (t *tally) hide(at []string) {
	t.add(at, 0)
	t.hidden[strings.Join(at, "\x00")] = true
}

// cube has the codes of each column in order.
func (t *tally) cube(name string) (*cube.Cube, error) {
	dims := make([]cube.Dimension, len(t.columns))
	position := make([][]int32, len(t.columns))
	for k, column := range t.columns {
		dims[k] = cube.Dimension{Name: column, Title: cube.Same(column), Role: cube.Group}
		var codes []string
		for code := range t.codes[k] {
			codes = append(codes, code)
		}
		slices.Sort(codes)
		position[k] = make([]int32, len(codes))
		for i, code := range codes {
			dims[k].Members = append(dims[k].Members, cube.Member{Code: code, Label: cube.Same(code)})
			position[k][t.codes[k][code]] = int32(i)
		}
	}
	b := cube.NewBuilder(name, dims, []cube.Measure{{Name: "N", Title: cube.Text{SV: "Antal", EN: "Count"}, Kind: cube.Count}})
	for i, place := range t.places {
		at := make([]int32, len(place))
		for k, p := range place {
			at[k] = position[k][p]
		}
		cell := cube.KnownCell(t.sums[t.keys[i]])
		if t.hidden[t.keys[i]] {
			cell = cube.Cell{Status: cube.HiddenRule}
		}
		b.Add(at, cell)
	}
	return b.Cube()
}
