package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/sweref"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/record"
	"github.com/skikt/skikt/school"
	"github.com/skikt/skikt/segregation"
)

type schoolCmd struct {
	Composition schoolCompositionCmd `cmd:"" help:"Each school's pupils by where they live, beside catchment, kommun and schools of the same kind."`
	Segregation schoolSegregationCmd `cmd:"" help:"Segregation between schools, within and between kommuner, huvudman types and stages."`
	Choice      schoolChoiceCmd      `cmd:"" help:"Segregation as it is against the nearest school, with and without capacities."`
	Model       schoolModelCmd       `cmd:"" help:"Results and background: levels of variance, coefficients, deviations, gradient and trend."`
	Salsa       schoolSalsaCmd       `cmd:"" help:"SALSA-style model: results against what the intake leads one to expect."`
	Index       schoolIndexCmd       `cmd:"" help:"The school index (SCB/Skolverket type) by school or huvudman."`
}

// table reads columns once each.
type table struct {
	file    string
	columns []record.Column
	rows    *project.Rows
}

func (t *table) want(kind record.Type, names ...string) {
	for _, name := range names {
		if name == "" {
			continue
		}
		at := slices.IndexFunc(t.columns, func(c record.Column) bool { return c.Name == name })
		if at < 0 {
			t.columns = append(t.columns, record.Column{Name: name, Type: kind, Missing: map[string]string{"..": "hidden"}})
		}
	}
}

func (t *table) read(ctx context.Context) (err error) {
	if t.rows, err = project.ReadRows(ctx, t.file, t.columns); err != nil {
		return exitError{exitProblems, err}
	}
	return nil
}

// codes is a category; nil without a name. Several names joined by + or given as a list are one code, kommun:school.
func (t *table) codes(names ...string) *school.Category {
	var c *school.Category
	for _, name := range names {
		if name == "" {
			continue
		}
		next := school.NewCategory(t.rows.Codes(name))
		if c == nil {
			c = next
		} else {
			c = school.Within(c, next)
		}
	}
	return c
}

func (t *table) numbers(name string) []float64 {
	if name == "" {
		return nil
	}
	x, _ := t.rows.Numbers(name)
	return x
}

// points are coordinates in whole metres, and which rows have them.
func (t *table) points(x, y, system string) ([]school.Point, []bool, error) {
	east, north := t.numbers(x), t.numbers(y)
	points, known := make([]school.Point, t.rows.N), make([]bool, t.rows.N)
	for i := range points {
		e, n := east[i], north[i]
		if math.IsNaN(e) || math.IsNaN(n) {
			continue
		}
		if system == "wgs84" {
			if math.Abs(e) > 180 || math.Abs(n) > 90 {
				return nil, nil, exitError{exitProblems, fmt.Errorf("%s: row %d has coordinates that are no degrees; x is longitude and y latitude with --system wgs84", t.file, i+1)}
			}
			e, n = sweref.FromGeographic(n, e)
		}
		points[i], known[i] = school.Point{X: int64(math.Round(e)), Y: int64(math.Round(n))}, true
		if err := school.CheckPoints(points[i : i+1]); err != nil {
			return nil, nil, exitError{exitProblems, fmt.Errorf("%s: row %d has coordinates out of range: give metres", t.file, i+1)}
		}
	}
	return points, known, nil
}

// schoolOutput prints a cube, and on stderr the account and what a reader must know.
type schoolOutput struct {
	output `embed:""`
}

func (o *schoolOutput) print(std *streams, c *cube.Cube) error {
	for _, n := range c.Notes {
		fmt.Fprintln(std.err, n.In(o.Lang))
	}
	for _, w := range c.Warnings {
		fmt.Fprintf(std.err, "%s: %s\n", w.Code, w.Text.In(o.Lang))
	}
	return o.output.write(std, c)
}

// modelled is an error of a computation: the inputs can't carry it.
func modelled(err error) error {
	if err == nil {
		return nil
	}
	return exitError{exitProblems, err}
}

type schoolCompositionCmd struct {
	File         string   `arg:"" help:"CSV, XLSX or Parquet file with one row a pupil and year." placeholder:"FILE" type:"path"`
	School       []string `help:"Column of the school; several where its code is unique only within the others: kommun,school." default:"school"`
	Year         string   `help:"Column of the year."`
	Type         string   `help:"Column with the type of the area of the pupil's home."`
	Index        string   `help:"Column with the index of that area."`
	Share        []string `help:"Columns of 1 and 0: shares of pupils, such as foreign background."`
	Kommun       string   `help:"Column with the kommun of the school."`
	HomeKommun   string   `help:"Column with the kommun where the pupil lives; pupils at the kommun's schools are compared without it."`
	Kind         string   `help:"Column with what makes schools alike, such as huvudman type or stage."`
	Schools      string   `help:"File of schools with coordinates, for catchments: those who have the school nearest." type:"path"`
	SchoolCode   []string `help:"Column with the school's code in that file; several as for --school." default:"school"`
	X            string   `help:"Column with the east coordinate, in both files." default:"x"`
	Y            string   `help:"Column with the north coordinate, in both files." default:"y"`
	System       string   `help:"sweref99tm or wgs84." enum:"sweref99tm,wgs84" default:"sweref99tm"`
	Least        int      `help:"A share on fewer pupils is marked unreliable." default:"10"`
	schoolOutput `embed:""`
}

func (c *schoolCompositionCmd) Help() string {
	return `Sets each school's pupils beside those who live nearest to it, those of its kommun and those of schools of the same kind. Type and index are those of the
area where each pupil lives, which skikt locate gives; the school's own area is never used. Pupils without a known home are counted.
What it prints is not protected: it is as confidential as the records.

Example:
  skikt school composition schoolpupils.csv --type hometype --kommun kommun --kind huvudman`
}

func (c *schoolCompositionCmd) Run(ctx context.Context, std *streams) error {
	t := &table{file: c.File}
	t.want(record.Text, append(slices.Clone(c.School), c.Year, c.Type, c.Kommun, c.HomeKommun, c.Kind)...)
	t.want(record.Float, append(slices.Clone(c.Share), c.Index)...)
	if c.Schools != "" {
		t.want(record.Float, c.X, c.Y)
	}
	if err := t.read(ctx); err != nil {
		return err
	}
	in := school.Intake{School: t.codes(c.School...), Year: t.codes(c.Year), HomeType: t.codes(c.Type), HomeIndex: t.numbers(c.Index), Kommun: t.codes(c.Kommun),
		HomeKom: t.codes(c.HomeKommun), Kind: t.codes(c.Kind)}
	for _, name := range c.Share {
		in.Shares = append(in.Shares, school.Share{Name: name, Of: t.numbers(name)})
	}
	lost := 0
	if c.Schools != "" {
		home, known, err := t.points(c.X, c.Y, c.System)
		if err != nil {
			return err
		}
		of := &table{file: c.Schools}
		of.want(record.Text, c.SchoolCode...)
		of.want(record.Float, c.X, c.Y)
		if err := of.read(ctx); err != nil {
			return err
		}
		at, there, err := of.points(c.X, c.Y, c.System)
		if err != nil {
			return err
		}
		var codes []string
		var points []school.Point
		named := of.codes(c.SchoolCode...)
		for i, k := range named.Of {
			if there[i] && k >= 0 {
				codes, points = append(codes, named.Codes[k]), append(points, at[i])
			} else {
				lost++
			}
		}
		if len(codes) == 0 {
			return exitError{exitProblems, fmt.Errorf("%s: not one school has coordinates", c.Schools)}
		}
		if in.Nearest, err = school.CatchmentOf(home, known, codes, points); err != nil {
			return modelled(err)
		}
	}
	out, err := school.CompositionCube(in, c.Least)
	if err != nil {
		return modelled(err)
	}
	if lost > 0 {
		out.Warn(cube.Warning{Code: "schools-without-coordinates", Text: cube.Text{SV: fmt.Sprintf("%d skolor saknar koordinater och har inget upptagningsområde.", lost), EN: fmt.Sprintf("%d schools have no coordinates and no catchment.", lost)}})
	}
	return c.print(std, out)
}

type schoolSegregationCmd struct {
	File         string   `arg:"" help:"CSV, XLSX or Parquet file with one row a pupil, or a row with a count for each school and group." placeholder:"FILE" type:"path"`
	School       []string `help:"Column of the school; several where its code is unique only within the others." default:"school"`
	Group        string   `help:"Column of the group." required:""`
	Groups       []string `help:"The groups to compare, in order; all when not given."`
	Count        string   `help:"Column of counts; each row is one pupil without it."`
	Year         string   `help:"Column of the year."`
	Within       []string `help:"Columns to measure within, such as kommun or stage."`
	Parts        []string `help:"Part the segregation into between and within the groups of each of these columns instead."`
	Measure      []string `help:"Measures by name, or all." default:"all"`
	Null         string   `help:"Compare with random placing, such as person-permutation."`
	Draws        int      `help:"How many random placings." default:"1000"`
	Bootstrap    int      `help:"Draw the pupils anew so many times, for corrected values and intervals." default:"0"`
	Seed         uint64   `help:"Seed of the draws." default:"1"`
	schoolOutput `embed:""`
}

func (c *schoolSegregationCmd) Help() string {
	return `Measures segregation between schools by any group: type of home area, parents' education, background, sex, results. skikt explain NAME tells what a measure is.
With --null each measure stands beside its expected value when the same pupils are placed at random in the same schools. --parts gives what lies between and
within kommuner, huvudman types or stages. Pupils without a school or a known group are counted and left out.

Example:
  skikt school segregation schoolpupils.csv --group background --measure Dissimilarity,InformationTheory
  skikt school segregation schoolpupils.csv --group background --parts kommun,huvudman`
}

func (c *schoolSegregationCmd) Run(ctx context.Context, std *streams) error {
	if c.Null != "" && !slices.Contains(segregation.Nulls(), segregation.Null(c.Null)) {
		return exitError{exitUsage, fmt.Errorf("there is no null %q; there are %s", c.Null, nulls())}
	}
	if c.Bootstrap < 0 || c.Draws < 1 {
		return exitError{exitUsage, errors.New("--bootstrap can't be below 0, nor --draws below 1")}
	}
	t := &table{file: c.File}
	t.want(record.Text, slices.Concat(c.School, []string{c.Group, c.Year}, c.Within, c.Parts)...)
	t.want(record.Float, c.Count)
	if err := t.read(ctx); err != nil {
		return err
	}
	m := school.Mixing{School: t.codes(c.School...), Group: t.codes(c.Group), Year: t.codes(c.Year), Count: t.numbers(c.Count)}
	for i, n := range m.Count {
		if !(n >= 0) {
			return exitError{exitProblems, fmt.Errorf("%s: row %d has no count from 0; nothing is measured on part of the rows", c.File, i+1)}
		}
	}
	for _, name := range slices.Concat(c.Within, c.Parts) {
		m.By = append(m.By, school.Grouping{Name: name, Codes: t.codes(name)})
	}
	if len(c.Parts) > 0 {
		out, err := school.PartsCube(m, c.Parts)
		if err != nil {
			return modelled(err)
		}
		return c.print(std, out)
	}
	out, err := school.SegregationCube(m, c.Within, segregation.Question{Members: c.Groups, Measures: c.Measure, Null: segregation.Null(c.Null),
		Draws: segregation.Draws{N: c.Draws, Seed: c.Seed}, Persons: segregation.Draws{N: c.Bootstrap, Seed: c.Seed}})
	if err != nil {
		return modelled(err)
	}
	return c.print(std, out)
}

type schoolChoiceCmd struct {
	File         string   `arg:"" help:"CSV, XLSX or Parquet file with one row a pupil and year: id, home, school, group." placeholder:"FILE" type:"path"`
	Schools      string   `help:"File of the schools, with coordinates and places." required:"" type:"path"`
	Pupil        string   `help:"Column with the pupil's id, which settles equal distances." default:"pupil"`
	School       []string `help:"Column of the school attended." default:"school"`
	SchoolCode   []string `help:"Column with the school's code in the file of schools." default:"school"`
	Group        string   `help:"Column of the group." required:""`
	Member       string   `help:"The group that is measured against all others." required:""`
	X            string   `help:"Column with the east coordinate, in both files." default:"x"`
	Y            string   `help:"Column with the north coordinate, in both files." default:"y"`
	System       string   `help:"sweref99tm or wgs84." enum:"sweref99tm,wgs84" default:"sweref99tm"`
	Capacity     string   `help:"Column with the number of places of each school: pupils are then placed by distance with capacities too."`
	Least        bool     `help:"Also the least total distance within the capacities (few pupils and schools)."`
	Kommun       string   `help:"Column of the kommun to measure within."`
	Year         string   `help:"Column of the year; in the file of schools too if it has it under --school-year."`
	Stage        string   `help:"Column of the stage; pupils then compete for the schools of their stage (--school-stage)."`
	SchoolYear   string   `help:"Column in the file of schools with the year a row is of."`
	SchoolStage  string   `help:"Column in the file of schools with the stage a row is of."`
	Distances    string   `help:"File with a distance for each pupil and school that can be reached (columns of --pupil, --school-code and distance), in place of the straight line." type:"path"`
	Distance     string   `help:"Column with the distance in that file." default:"distance"`
	Draws        int      `help:"Draw the pupils anew so many times, for intervals." default:"0"`
	Seed         uint64   `help:"Seed of the draws." default:"1"`
	schoolOutput `embed:""`
}

func (c *schoolChoiceCmd) Help() string {
	return `Compares segregation between schools as it is with what it would be if all went to the nearest school: the part of homes, and beyond it the part of choice. With --capacity
also by deferred acceptance on distance, so that no school takes more than it has places. Straight lines are compared as whole squared metres; equal distances go to the
school of the lower code. Pupils without home, school or group are counted and left out of all alternatives.

Example:
  skikt school choice schoolpupils.csv --schools schoolplaces.csv --group background --member utland --capacity places`
}

func (c *schoolChoiceCmd) Run(ctx context.Context, std *streams) error {
	if c.Draws < 0 {
		return exitError{exitUsage, errors.New("--draws can't be below 0")}
	}
	if c.Least && c.Capacity == "" {
		return exitError{exitUsage, errors.New("--least goes with --capacity")}
	}
	t, of := &table{file: c.File}, &table{file: c.Schools}
	t.want(record.Text, slices.Concat(c.School, []string{c.Pupil, c.Group, c.Kommun, c.Year, c.Stage})...)
	of.want(record.Text, slices.Concat(c.SchoolCode, []string{c.SchoolYear, c.SchoolStage})...)
	of.want(record.Float, c.Capacity)
	if c.Distances == "" {
		t.want(record.Float, c.X, c.Y)
		of.want(record.Float, c.X, c.Y)
	}
	for _, one := range []*table{t, of} {
		if err := one.read(ctx); err != nil {
			return err
		}
	}
	q := school.Choice{ID: t.rows.Codes(c.Pupil), Attends: t.codes(c.School...), Group: t.codes(c.Group), Member: c.Member, Kommun: t.codes(c.Kommun), Year: t.codes(c.Year), Stage: t.codes(c.Stage),
		Home: make([]school.Point, t.rows.N), HomeKnown: make([]bool, t.rows.N)}
	if err := uniquePupils(q.ID, q.Year, c.File); err != nil {
		return err
	}
	at, there := make([]school.Point, of.rows.N), make([]bool, of.rows.N)
	var err error
	if c.Distances == "" {
		if q.Home, q.HomeKnown, err = t.points(c.X, c.Y, c.System); err != nil {
			return err
		}
		if at, there, err = of.points(c.X, c.Y, c.System); err != nil {
			return err
		}
	} else if q.Reach, err = c.reach(ctx); err != nil {
		return err
	}
	codes, places := of.codes(c.SchoolCode...), of.numbers(c.Capacity)
	years, stages := of.rows.Codes(c.SchoolYear), of.rows.Codes(c.SchoolStage)
	for i, k := range codes.Of {
		if k < 0 {
			return exitError{exitProblems, fmt.Errorf("%s: row %d has no code", c.Schools, i+1)}
		}
		p := school.Place{Code: codes.Codes[k], At: at[i], AtKnown: there[i], Capacity: -1, Year: years[i], Stage: stages[i]}
		if places != nil && !math.IsNaN(places[i]) {
			if places[i] < 0 || places[i] != math.Trunc(places[i]) || places[i] > math.MaxInt32 {
				return exitError{exitProblems, fmt.Errorf("%s: row %d: the number of places must be a whole number from 0", c.Schools, i+1)}
			}
			p.Capacity = int(places[i])
		}
		q.Schools = append(q.Schools, p)
	}
	out, err := school.ChoiceCube(q, school.ChoiceQuestion{Capacities: c.Capacity != "", LeastDistance: c.Least, Draws: c.Draws, Seed: c.Seed})
	if err != nil {
		return modelled(err)
	}
	return c.print(std, out)
}

// uniquePupils refuses a pupil who stands twice in a year, or has no id: equal distances could not be settled.
func uniquePupils(ids []string, year *school.Category, file string) error {
	seen := map[string]int{}
	for i, id := range ids {
		key := id
		if year != nil {
			key = fmt.Sprint(year.Of[i], " ", id)
		}
		first, twice := seen[key]
		switch {
		case id == "":
			return exitError{exitProblems, fmt.Errorf("%s: row %d has no pupil id", file, i+1)}
		case twice:
			return exitError{exitProblems, fmt.Errorf("%s: rows %d and %d have the same pupil; give one row a pupil and year", file, first+1, i+1)}
		}
		seen[key] = i
	}
	return nil
}

func (c *schoolChoiceCmd) reach(ctx context.Context) (map[[2]string]float64, error) {
	t := &table{file: c.Distances}
	t.want(record.Text, append(slices.Clone(c.SchoolCode), c.Pupil)...)
	t.want(record.Float, c.Distance)
	if err := t.read(ctx); err != nil {
		return nil, err
	}
	ids, to, d := t.rows.Codes(c.Pupil), t.codes(c.SchoolCode...), t.numbers(c.Distance)
	reach := make(map[[2]string]float64, len(ids))
	for i, id := range ids {
		if id == "" || to.Of[i] < 0 || !(d[i] >= 0) || math.IsInf(d[i], 1) {
			return nil, exitError{exitProblems, fmt.Errorf("%s: row %d lacks pupil, school or a distance from 0", c.Distances, i+1)}
		}
		key := [2]string{id, to.Codes[to.Of[i]]}
		if _, twice := reach[key]; twice {
			return nil, exitError{exitProblems, fmt.Errorf("%s: row %d gives a pair of pupil and school a second time", c.Distances, i+1)}
		}
		reach[key] = d[i]
	}
	return reach, nil
}

type schoolModelCmd struct {
	File         string   `arg:"" help:"CSV, XLSX or Parquet file with one row a pupil and year." placeholder:"FILE" type:"path"`
	Result       string   `help:"Column of the result, such as merit value." required:""`
	Background   string   `help:"Column of the background that the gradient is on (a number)."`
	Number       []string `help:"Columns of further variables that are numbers."`
	Factor       []string `help:"Columns of further variables that are codes, with the code to compare with: edu=1." placeholder:"COLUMN=CODE"`
	School       []string `help:"Column of the school; several where its code is unique only within the others: kommun,school." default:"school"`
	Above        []string `help:"Columns of coarser levels that schools lie in, finest first: kommun."`
	Type         string   `help:"Column with the type of the area of the pupil's home, for the gap between types."`
	Year         string   `help:"Column of the year, for gradients by year and their trend."`
	Method       string   `help:"REML or ML." enum:"REML,ML" default:"REML"`
	Show         string   `help:"variance, coefficients, effects, gradient or trend." enum:"variance,coefficients,effects,gradient,trend" default:"variance"`
	schoolOutput `embed:""`
}

func (c *schoolModelCmd) Help() string {
	return `Fits random intercepts for schools and the levels above, without and with background: how variance is shared, whether each level is needed, coefficients, and each group's predicted
deviation with its interval (no ranking). --show gradient gives the slope per standard deviation, within and between schools, and gaps, year by year; --show trend their change a year. A variance of exactly 0 is an answer.

Example:
  skikt school model schoolpupils.csv --result merit --background income --above kommun
  skikt school model schoolpupils.csv --result merit --background income --type hometype --show gradient`
}

func (c *schoolModelCmd) Run(ctx context.Context, std *streams) error {
	t := &table{file: c.File}
	factors, err := parseFactors(c.Factor)
	if err != nil {
		return err
	}
	t.want(record.Text, slices.Concat(c.School, c.Above, []string{c.Type, c.Year})...)
	for _, f := range factors {
		t.want(record.Text, f.Name)
	}
	t.want(record.Float, append(slices.Clone(c.Number), c.Result, c.Background)...)
	if err := t.read(ctx); err != nil {
		return err
	}
	r := school.Results{Result: t.numbers(c.Result), Background: t.numbers(c.Background), School: t.codes(c.School...), HomeType: t.codes(c.Type), Year: t.codes(c.Year), Others: t.variables(c.Number, factors)}
	for _, name := range c.Above {
		r.Above = append(r.Above, school.Grouping{Name: name, Codes: t.codes(name)})
	}
	if c.Show == "gradient" || c.Show == "trend" {
		out, trend, err := school.GradientCubes(r)
		if err != nil {
			return modelled(err)
		}
		if c.Show == "trend" {
			if out = trend; trend == nil {
				return modelled(errors.New("a trend takes three years or more: name the column of the year under --year"))
			}
		}
		return c.print(std, out)
	}
	cubes, err := school.MixedCubes(r, school.Method(c.Method))
	if err != nil {
		return modelled(err)
	}
	return c.print(std, map[string]*cube.Cube{"variance": cubes.Variance, "coefficients": cubes.Coefficients, "effects": cubes.Effects}[c.Show])
}

func parseFactors(given []string) (out []school.Variable, err error) {
	for _, g := range given {
		name, reference, _ := strings.Cut(g, "=")
		if name == "" {
			return nil, exitError{exitUsage, fmt.Errorf("--factor %s: write column or column=code", g)}
		}
		out = append(out, school.Variable{Name: name, Reference: reference})
	}
	return out, nil
}

func (t *table) variables(numbers []string, factors []school.Variable) (out []school.Variable) {
	for _, f := range factors {
		out = append(out, school.Variable{Name: f.Name, Reference: f.Reference, Codes: t.codes(f.Name)})
	}
	for _, name := range numbers {
		out = append(out, school.Variable{Name: name, Number: t.numbers(name)})
	}
	return out
}

type schoolSalsaCmd struct {
	File          string   `arg:"" help:"CSV, XLSX or Parquet file with one row a school unit." placeholder:"FILE" type:"path"`
	Unit          string   `help:"Column with the unit's code." default:"unit"`
	Pupils        string   `help:"Column with its number of year-9 pupils." default:"pupils"`
	Education     string   `help:"Column with parents' mean education, 1 to 3." default:"education"`
	Boys          string   `help:"Column with the share of boys." default:"boys"`
	New           string   `help:"Column with the share newly immigrated." default:"new"`
	Outcome       string   `help:"Column of the outcome: mean merit value, or share passing." default:"merit"`
	Coverage      string   `help:"Column with the share of pupils whose background is known; without it the rule of coverage can't be applied and --least-coverage must be 0."`
	Percent       []string `help:"Columns whose shares are written in percent."`
	LeastPupils   float64  `help:"Fewest pupils of a unit that is used." default:"15"`
	LeastCoverage float64  `help:"Least share (0 to 1) of known background." default:"0.75"`
	Unweighted    bool     `help:"Count units alike instead of by their pupils."`
	Model         string   `help:"Put published coefficients on the units instead of fitting: salsa-2015/16-merit."`
	schoolOutput  `embed:""`
}

func (c *schoolSalsaCmd) Help() string {
	return `Regresses units' results on parents' education, share of boys and share newly immigrated, and gives for each unit the value by the model and the residual with its interval. Rows stand
in order of code; there is no ranking. Units below the rule are listed as hidden by rule. ".." is a figure hidden by its publisher, "." and a blank one that is not there.

Example:
  skikt school salsa salsaunits.csv --coverage coverage
  skikt school salsa salsaunits.csv --coverage coverage --model salsa-2015/16-merit`
}

func (c *schoolSalsaCmd) Run(ctx context.Context, std *streams) error {
	if c.Coverage == "" && c.LeastCoverage > 0 {
		return exitError{exitUsage, errors.New("name the column with the share of known background under --coverage, or say --least-coverage 0 if it is not known")}
	}
	t := &table{file: c.File}
	t.want(record.Text, c.Unit)
	t.want(record.Float, c.Pupils, c.Education, c.Boys, c.New, c.Outcome, c.Coverage)
	if err := t.read(ctx); err != nil {
		return err
	}
	for _, name := range c.Percent {
		if !slices.Contains([]string{c.Boys, c.New, c.Coverage}, name) {
			return exitError{exitUsage, fmt.Errorf("--percent %s: it is none of the columns of shares (%s, %s, %s)", name, c.Boys, c.New, c.Coverage)}
		}
	}
	units, err := project.SALSAUnits(t.rows, project.SALSAColumns{Unit: c.Unit, Pupils: c.Pupils, Education: c.Education, Boys: c.Boys, New: c.New, Coverage: c.Coverage, Outcome: c.Outcome, Percent: c.Percent})
	if err != nil {
		return exitError{exitProblems, fmt.Errorf("%s: %w", c.File, err)}
	}
	rule := school.SALSARule{Pupils: c.LeastPupils, Coverage: c.LeastCoverage}
	var fit *school.SALSAFit
	if c.Model != "" {
		m, ok := school.PublishedModel(c.Model)
		if !ok {
			var names []string
			for _, p := range school.PublishedSALSA {
				names = append(names, p.Name)
			}
			return exitError{exitUsage, fmt.Errorf("there is no published model %q; there is %s", c.Model, strings.Join(names, ", "))}
		}
		fit = school.ApplySALSA(m, units, rule)
	} else {
		if fit, err = school.FitSALSA(units, rule, !c.Unweighted); err != nil {
			return modelled(err)
		}
	}
	out, err := school.SALSACube(fit, units, rule)
	if err != nil {
		return modelled(err)
	}
	return c.print(std, out)
}

type schoolIndexCmd struct {
	File         string   `arg:"" help:"CSV, XLSX or Parquet file with one row a pupil." placeholder:"FILE" type:"path"`
	Outcome      string   `help:"Column of the outcome, 1 or 0; blank for pupils who have none yet." required:""`
	Number       []string `help:"Columns of variables that are numbers."`
	Factor       []string `help:"Columns of variables that are codes, with the code to compare with: hometype=3." placeholder:"COLUMN=CODE"`
	School       []string `help:"Column of the school; several where its code is unique only within the others." default:"school"`
	By           string   `help:"Column to give the index by instead, such as huvudman."`
	Scale        string   `help:"Whose mean is 100: pupils or schools." enum:"pupils,schools" default:"pupils"`
	Show         string   `help:"index or model." enum:"index,model" default:"index"`
	schoolOutput `embed:""`
}

func (c *schoolIndexCmd) Help() string {
	return `Fits the probability of an outcome, such as not being eligible for upper secondary school, on declared background, and averages it by school or huvudman, 100 for the national mean. It is the
school index of SCB's and Skolverket's kind, another thing than SCB's index of areas. The type of the pupil's home area may be one of the variables. Where the variables
separate outcomes, that is told with their names.

Example:
  skikt school index schoolpupils.csv --outcome ineligible --factor education=1,hometype=3 --number income
  skikt school index schoolpupils.csv --outcome ineligible --factor education=1 --number income --by huvudman`
}

func (c *schoolIndexCmd) Run(ctx context.Context, std *streams) error {
	factors, err := parseFactors(c.Factor)
	if err != nil {
		return err
	}
	if len(factors)+len(c.Number) == 0 {
		return exitError{exitUsage, errors.New("declare the variables of the index with --factor and --number")}
	}
	t := &table{file: c.File}
	t.want(record.Text, append(slices.Clone(c.School), c.By)...)
	for _, f := range factors {
		t.want(record.Text, f.Name)
	}
	t.want(record.Float, append(slices.Clone(c.Number), c.Outcome)...)
	if err := t.read(ctx); err != nil {
		return err
	}
	outcome, of := t.numbers(c.Outcome), t.codes(c.School...)
	x, err := school.FitIndex(outcome, t.variables(c.Number, factors), of, school.IndexScale(c.Scale))
	if err != nil {
		return modelled(err)
	}
	if c.Show == "model" {
		out, err := school.IndexModelCube(x)
		if err != nil {
			return modelled(err)
		}
		return c.print(std, out)
	}
	name := "school"
	if c.By != "" {
		name, of = c.By, t.codes(c.By)
	}
	out, err := school.IndexCube(x, outcome, name, of)
	if err != nil {
		return modelled(err)
	}
	return c.print(std, out)
}
