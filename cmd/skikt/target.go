package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/border"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/target"
)

type targetCmd struct {
	Reach    reachCmd    `cmd:"" help:"Whom an effort aimed at areas reaches, and whom not."`
	Location locationCmd `cmd:"" help:"How people lie to offices, schools or stops."`
	Overlap  overlapCmd  `cmd:"" help:"How well areas of one division stand for those of another."`
}

// answer is how the commands of target write.
type answer struct {
	Format string `help:"table, csv or json." enum:"table,csv,json" default:"table"`
	Out    string `help:"File to write in the place of stdout." type:"path"`
	Lang   string `help:"Language of titles." enum:"sv,en" default:"sv"`
}

func (o *answer) write(std *streams, cubes ...*cube.Cube) error {
	return write(std, o.Out, func(w io.Writer) error { return show(w, std.err, o.Format, o.Lang, cubes...) })
}

// pick is the cube whose name ends so.
func pick(cubes []*cube.Cube, end string) (*cube.Cube, bool) {
	for _, c := range cubes {
		if c.Name == "target_"+end {
			return c, true
		}
	}
	return nil, false
}

type reachCmd struct {
	File       string    `arg:"" help:"CSV or XLSX file with one row for each area." placeholder:"FILE" type:"path"`
	Area       string    `help:"Column of the areas' codes." default:"area"`
	Population string    `help:"Column of all persons." required:""`
	Need       []string  `help:"Columns of the persons with each need, among the population." required:""`
	Index      string    `help:"Column of the index, higher is worse."`
	Type       string    `help:"Column of the area type, 1 to 5."`
	Steps      []float64 `help:"Shares of the population, for choices by index."`
	Show       string    `help:"types, index, found (how well index and types find the need) or curve (every choice by index, of the first need)." enum:"types,index,found,curve" default:"types"`
	answer     `embed:""`
}

func (c *reachCmd) Help() string {
	return `Of those who have a need, how many live in the chosen areas (coverage); of those who live there, how many have it (precision); against the best choice
of as many persons and against handing out by lot. skikt explain TargetCoverage tells more. Areas without index or type are never chosen and stay in all totals.

Example:
  skikt target reach areas.csv --population pop --need unemployed --index index --type type
  skikt target reach areas.csv --population pop --need unemployed --index index --type type --show found --format csv`
}

func (c *reachCmd) Run(ctx context.Context, std *streams) error {
	switch {
	case c.Type == "" && c.Show == "types":
		return exitError{exitUsage, errors.New("name the column of area types with --type, or show another thing")}
	case c.Index == "" && c.Show != "types":
		return exitError{exitUsage, errors.New("name the column of the index with --index")}
	}
	for _, x := range c.Steps {
		if !(x > 0 && x <= 1) {
			return exitError{exitUsage, fmt.Errorf("--steps takes shares above 0 and up to 1, not %v", x)}
		}
	}
	sets, err := project.ReadAreas(ctx, c.File, project.AreaColumns{Area: c.Area, Index: c.Index, Type: c.Type, Population: c.Population, Need: c.Need})
	if err != nil {
		return exitError{exitProblems, err}
	}
	if c.Show == "curve" {
		out, err := target.CurveCube("target_curve", sets[0])
		if err != nil {
			return err
		}
		return c.answer.write(std, out)
	}
	cubes, err := project.ReachCubes("target", sets, c.Steps, c.Index != "")
	if err != nil {
		return exitError{exitProblems, err}
	}
	out, _ := pick(cubes, c.Show)
	return c.answer.write(std, out)
}

type locationCmd struct {
	File      string    `arg:"" help:"CSV or XLSX file with one row for each place where people are." placeholder:"FILE" type:"path"`
	Sites     string    `help:"File with one row for each site." required:"" type:"path"`
	Persons   string    `help:"Column of the persons at a place; each row is one person without it."`
	Type      string    `help:"Column of the area type 1 to 5 that they live in."`
	X         string    `help:"Column with east, metres, in both files." default:"x"`
	Y         string    `help:"Column with north, metres, in both files." default:"y"`
	ID        string    `help:"Column of the sites' ids." name:"id" default:"site"`
	Open      string    `help:"Column of the sites: 1 is open, 0 could be opened; all are open without it."`
	Times     string    `help:"File with one row for each way from a place to a site, in the place of straight lines." type:"path"`
	Point     string    `help:"Column of the places' ids, in --times and FILE." default:"point"`
	Time      string    `help:"Column of the time or length, in --times." default:"time"`
	Within    []float64 `help:"Limits, in metres or the unit of the times." default:"1000,5000,10000"`
	Quantiles []float64 `help:"Shares of persons." default:"0.5,0.9,0.95"`
	Choose    []int     `help:"The best so many of all sites, open or not."`
	Show      string    `help:"within, way, sites (who has each nearest, and who loses if it closes), next (what each further site saves) or best." enum:"within,way,sites,next,best" default:"within"`
	answer    `embed:""`
}

func (c *locationCmd) Help() string {
	return `How people lie to a network: persons within distances of their nearest open site, by area type; the ways; who loses when one closes; where the next one
helps most, and the best choice of so many, proved. Rows without coordinates are counted and told, never silently left out.

Example:
  skikt target location homes.csv --sites offices.csv --persons pop --type type --open open --within 1000,3000
  skikt target location homes.csv --sites offices.csv --persons pop --type type --open open --show sites
  skikt target location homes.csv --sites offices.csv --persons pop --type type --open open --choose 1 --show best --format csv`
}

func (c *locationCmd) Run(ctx context.Context, std *streams) error {
	q := &project.LocationDecl{Demand: project.DemandDecl{X: c.X, Y: c.Y, Persons: c.Persons, Type: c.Type}, Sites: project.SitesDecl{ID: c.ID, X: c.X, Y: c.Y, Open: c.Open},
		Within: c.Within, Quantiles: c.Quantiles}
	if c.Times != "" {
		q.Demand.ID, q.Demand.X, q.Demand.Y, q.Sites.X, q.Sites.Y = c.Point, "", "", "", ""
		q.Times = &project.TimesDecl{Point: c.Point, Site: c.ID, Time: c.Time}
	}
	if c.Show == "best" {
		if len(c.Choose) == 0 {
			return exitError{exitUsage, errors.New("say how many sites to choose with --choose")}
		}
		q.Choose = c.Choose
	}
	if err := q.Check(); err != nil {
		return exitError{exitUsage, err}
	}
	places, err := q.ReadPlaces(ctx, c.File, c.Sites, c.Times)
	if err != nil {
		return exitError{exitProblems, err}
	}
	cubes, err := q.Cubes("target", places)
	if err != nil {
		return exitError{exitProblems, err}
	}
	out, ok := pick(cubes, c.Show)
	if !ok {
		return exitError{exitUsage, errors.New("all sites are open: name the column of those that could be opened with --open")}
	}
	return c.answer.write(std, out)
}

type overlapCmd struct {
	From     string  `arg:"" help:"Border file of the areas to be stood for, such as the police's." placeholder:"FROM" type:"path"`
	To       string  `arg:"" help:"Border file of the areas that stand for them, such as RegSO." placeholder:"TO" type:"path"`
	FromCode string  `help:"Field of FROM that holds the code." required:""`
	ToCode   string  `help:"Field of TO that holds the code." required:""`
	Least    float64 `help:"Share of an area that must lie in the one that it stands for." default:"0.5"`
	Sliver   float64 `help:"Square metres (or persons) that are a sliver and count for nothing." default:"0"`
	Points   string  `help:"File with one row for each home, or middle of a small area: the quality by population too." type:"path"`
	Persons  string  `help:"Column of the persons at a point; each row is one person without it."`
	X        string  `help:"Column with east, SWEREF 99 TM." default:"x"`
	Y        string  `help:"Column with north, SWEREF 99 TM." default:"y"`
	Show     string  `help:"ground or population." enum:"ground,population" default:"ground"`
	answer   `embed:""`
}

func (c *overlapCmd) Help() string {
	return `How well areas of one division stand for those of another: the part of each that lies in those that stand for it (coverage), the part of those that lies in it
(precision), and what both have in common over what either has (agreement). An area stands for the one with which it has most in common.

Example:
  skikt target overlap zones.geojson deso.geojson --from-code zone --to-code desokod --sliver 100`
}

func (c *overlapCmd) Run(ctx context.Context, std *streams) error {
	if c.Show == "population" && c.Points == "" {
		return exitError{exitUsage, errors.New("the quality by population needs --points")}
	}
	var divisions [2]*area.Division
	for k, f := range []struct{ file, field, kind string }{{c.From, c.FromCode, "from"}, {c.To, c.ToCode, "to"}} {
		id := area.ID{Kind: area.Kind(f.kind)}
		layer, err := border.Read(f.file, border.Options{ID: id, CodeField: f.field})
		if err != nil {
			return exitError{exitProblems, err}
		}
		if divisions[k], err = border.Division(id, layer); err != nil {
			return exitError{exitProblems, err}
		}
	}
	q := &project.OverlapDecl{Least: c.Least, Sliver: target.Sliver{Least: c.Sliver}, Points: &project.DemandDecl{X: c.X, Y: c.Y, Persons: c.Persons}}
	cubes, err := q.Cubes(ctx, "target", divisions[0], divisions[1], c.Points)
	if err != nil {
		return exitError{exitProblems, err}
	}
	out, _ := pick(cubes, c.Show)
	return c.answer.write(std, out)
}
