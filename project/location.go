package project

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/target"
)

// LocationDecl asks how people lie to a network of places.
type LocationDecl struct {
	Demand    DemandDecl `yaml:"demand"`
	Sites     SitesDecl  `yaml:"sites"`
	Times     *TimesDecl `yaml:"times"`     // ways by supplied times or lengths instead of straight lines
	Within    []float64  `yaml:"within"`    // metres, or the unit of the times
	Quantiles []float64  `yaml:"quantiles"` // 0.5, 0.9 and 0.95 when empty
	Choose    []int      `yaml:"choose"`    // the best so many of all sites, for everybody and for types 1 and 2
}

// DemandDecl declares a file with one row for each place where people are, in a plane in metres.
type DemandDecl struct {
	FileDecl `yaml:",inline"`
	ID       string `yaml:"id"` // needed with times only
	X        string `yaml:"x"`
	Y        string `yaml:"y"`
	Persons  string `yaml:"persons"` // column; each row is one person without it
	Type     string `yaml:"type"`    // column of the area type 1 to 5 that they live in
}

// SitesDecl declares a file with one row for each site.
type SitesDecl struct {
	FileDecl `yaml:",inline"`
	ID       string `yaml:"id"`
	X        string `yaml:"x"`
	Y        string `yaml:"y"`
	Open     string `yaml:"open"` // column: 1 is open, 0 could be opened; all are open without it
}

// TimesDecl declares a file with one row for each way from a place to a site. Pairs that are not in it can't be travelled.
type TimesDecl struct {
	FileDecl `yaml:",inline"`
	Point    string `yaml:"point"`
	Site     string `yaml:"site"`
	Time     string `yaml:"time"`
}

// Check tells what is wrong with the declaration in itself.
func (q *LocationDecl) Check() error {
	var all []error
	say := func(format string, args ...any) { all = append(all, fmt.Errorf(format, args...)) }
	if q.Sites.ID == "" {
		say("name the column of the sites' ids under sites.id")
	}
	if q.Times == nil && (q.Demand.X == "" || q.Demand.Y == "" || q.Sites.X == "" || q.Sites.Y == "") {
		say("name the columns of both coordinates, x and y, for demand and sites, or give times")
	}
	if t := q.Times; t != nil && (t.Point == "" || t.Site == "" || t.Time == "" || q.Demand.ID == "") {
		say("times need the columns point, site and time, and demand the column of its ids")
	}
	for _, x := range q.Within {
		if !(x > 0) || x > 1e7 {
			say("within: %v is no distance or time", x)
		}
	}
	for _, x := range q.Quantiles {
		if !(x > 0 && x <= 1) {
			say("quantiles: %v is no share above 0 and up to 1", x)
		}
	}
	return errors.Join(all...)
}

// perMetre and perTime are how finely coordinates and times are kept: centimetres, and thousandths of their unit. What is finer is rounded.
const (
	perMetre = 100
	perTime  = 1000
)

// Places are what a location question is answered on.
type Places struct {
	Points       *target.Points
	Open, Closed *target.Sites
	Warnings     []cube.Warning

	times func(sites *target.Sites) [][]int64 // by point; nil for straight lines
}

// coordinates takes two columns of decimal numbers to centimetres. missing are the rows that lack one.
func (t *table) coordinates(x, y string) (xs, ys []int64, missing []bool, err error) {
	xs, ys, missing = make([]int64, len(t.line)), make([]int64, len(t.line)), make([]bool, len(t.line))
	for i := range t.line {
		for _, c := range []struct {
			name string
			to   []int64
		}{{x, xs}, {y, ys}} {
			text := t.text[c.name][i]
			if text == "" {
				missing[i] = true
				continue
			}
			v, err := strconv.ParseFloat(strings.Replace(text, ",", ".", 1), 64)
			if err != nil || math.IsNaN(v) || math.Abs(v) > 1e9 {
				return nil, nil, nil, fmt.Errorf("line %d: %s must be a number of metres", t.line[i], c.name)
			}
			c.to[i] = int64(math.Round(v * perMetre))
		}
	}
	return xs, ys, missing, nil
}

// ReadPlaces reads the files of a location question.
func (q *LocationDecl) ReadPlaces(ctx context.Context, demand, sites, times string) (*Places, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	p := &Places{}
	ids, err := p.readDemand(ctx, q, demand)
	if err != nil {
		return nil, fmt.Errorf("demand: %w", err)
	}
	if err := p.readSites(ctx, q, sites); err != nil {
		return nil, fmt.Errorf("sites: %w", err)
	}
	if q.Times != nil {
		if err := p.readTimes(ctx, q.Times, times, ids); err != nil {
			return nil, fmt.Errorf("times: %w", err)
		}
	}
	return p, nil
}

func (p *Places) readDemand(ctx context.Context, q *LocationDecl, path string) (ids []string, err error) {
	d, straight := q.Demand, q.Times == nil
	var required []string
	if !straight {
		required = []string{d.ID}
	}
	t, err := readTable(ctx, path, required, []string{d.X, d.Y, d.Persons, d.Type})
	if err != nil {
		return nil, err
	}
	n := len(t.line)
	p.Points = &target.Points{}
	x, y, missing := make([]int64, n), make([]int64, n), make([]bool, n)
	if straight {
		if x, y, missing, err = t.coordinates(d.X, d.Y); err != nil {
			return nil, err
		}
	}
	persons := slices.Repeat([]int64{1}, n)
	if d.Persons != "" {
		if persons, err = t.whole(d.Persons, 0); err != nil {
			return nil, err
		}
	}
	types := make([]int64, n)
	if d.Type != "" {
		if types, err = t.whole(d.Type, 0); err != nil {
			return nil, err
		}
	}
	rows, gone := 0, int64(0)
	for i := range n {
		if types[i] > areatype.NTypes {
			return nil, fmt.Errorf("line %d: %s must be 1 to %d", t.line[i], d.Type, areatype.NTypes)
		}
		if missing[i] {
			rows++
			gone += persons[i]
			continue
		}
		p.Points.X, p.Points.Y = append(p.Points.X, x[i]), append(p.Points.Y, y[i])
		p.Points.Weight, p.Points.Type = append(p.Points.Weight, persons[i]), append(p.Points.Type, uint8(types[i]))
		if !straight {
			ids = append(ids, t.text[d.ID][i])
		}
	}
	if rows > 0 {
		p.Warnings = append(p.Warnings, cube.Warning{Code: "no-coordinates", Text: cube.Text{
			SV: fmt.Sprintf("%d rader med %d personer saknar koordinater och är inte med; %d personer är med.", rows, gone, target.Persons(p.Points).All),
			EN: fmt.Sprintf("%d rows with %d persons have no coordinates and are left out; %d persons are in.", rows, gone, target.Persons(p.Points).All)}})
	}
	if p.Points.Len() == 0 {
		return nil, errors.New("no row has coordinates")
	}
	return ids, nil
}

func (p *Places) readSites(ctx context.Context, q *LocationDecl, path string) error {
	d, straight := q.Sites, q.Times == nil
	t, err := readTable(ctx, path, []string{d.ID}, []string{d.X, d.Y, d.Open})
	if err != nil {
		return err
	}
	n := len(t.line)
	x, y, missing := make([]int64, n), make([]int64, n), make([]bool, n)
	if straight {
		if x, y, missing, err = t.coordinates(d.X, d.Y); err != nil {
			return err
		}
	}
	open := slices.Repeat([]int64{1}, n)
	if d.Open != "" {
		if open, err = t.whole(d.Open, -1); err != nil {
			return err
		}
	}
	// Between equally near sites the lower id comes first.
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(t.text[d.ID][a], t.text[d.ID][b]) })
	p.Open, p.Closed = &target.Sites{}, &target.Sites{}
	var without []string
	for k, i := range order {
		id := t.text[d.ID][i]
		switch {
		case k > 0 && id == t.text[d.ID][order[k-1]]:
			return fmt.Errorf("line %d: the site %s stands twice", t.line[i], id)
		case open[i] != 0 && open[i] != 1:
			return fmt.Errorf("line %d: %s must say 1 (open) or 0 (could be opened)", t.line[i], d.Open)
		case missing[i]:
			without = append(without, id)
			continue
		}
		to := p.Closed
		if open[i] == 1 {
			to = p.Open
		}
		to.ID, to.X, to.Y = append(to.ID, id), append(to.X, x[i]), append(to.Y, y[i])
	}
	if len(without) > 0 {
		p.Warnings = append(p.Warnings, cube.Warning{Code: "site-without-coordinates", Text: cube.Text{
			SV: fmt.Sprintf("%d ställen saknar koordinater och är inte med: %s.", len(without), strings.Join(without, ", ")),
			EN: fmt.Sprintf("%d sites have no coordinates and are left out: %s.", len(without), strings.Join(without, ", "))}})
	}
	if len(p.Open.ID) == 0 {
		return errors.New("no site is open and has coordinates")
	}
	return nil
}

func (p *Places) readTimes(ctx context.Context, d *TimesDecl, path string, ids []string) error {
	t, err := readTable(ctx, path, []string{d.Point, d.Site, d.Time}, nil)
	if err != nil {
		return err
	}
	point, site := map[string]int{}, map[string]int{}
	for i, id := range ids {
		if _, twice := point[id]; twice {
			return fmt.Errorf("the point %s stands twice in the file of demand", id)
		}
		point[id] = i
	}
	all := append(slices.Clone(p.Open.ID), p.Closed.ID...)
	for j, id := range all {
		site[id] = j
	}
	costs := make([][]int64, len(ids))
	for i := range costs {
		costs[i] = slices.Repeat([]int64{target.None}, len(all))
	}
	for k := range t.line {
		i, ok1 := point[t.text[d.Point][k]]
		j, ok2 := site[t.text[d.Site][k]]
		v, err := strconv.ParseFloat(strings.Replace(t.text[d.Time][k], ",", ".", 1), 64)
		switch {
		case !ok1 || !ok2:
			return fmt.Errorf("line %d: the way is from a point or to a site that is in neither file", t.line[k])
		case err != nil || !(v >= 0) || v > 1e9:
			return fmt.Errorf("line %d: %s must be a number from 0 on", t.line[k], d.Time)
		case costs[i][j] != target.None:
			return fmt.Errorf("line %d: this way stands twice", t.line[k])
		}
		costs[i][j] = int64(math.Round(v * perTime))
	}
	p.times = func(sites *target.Sites) [][]int64 {
		out := make([][]int64, len(costs))
		for i := range out {
			for _, id := range sites.ID {
				out[i] = append(out[i], costs[i][site[id]])
			}
		}
		return out
	}
	return nil
}

// ways are the ways to the nearest of the open sites.
func (p *Places) ways() (*target.Ways, error) {
	if p.times != nil {
		return target.Supplied(p.times(p.Open), perTime)
	}
	return target.StraightLine(p.Points, p.Open, perMetre)
}

// costs are what it costs to go to some sites, as the ways count.
func (p *Places) costs(s *target.Sites) target.Costs {
	if p.times == nil {
		return target.Squared(p.Points, s)
	}
	matrix := p.times(s)
	return func(i, j int) int64 { return matrix[i][j] }
}

// Cubes answer the question: persons within limits, the ways, the sites, what further sites would save, and the best choices.
func (q *LocationDecl) Cubes(name string, p *Places) ([]*cube.Cube, error) {
	w, err := p.ways()
	if err != nil {
		return nil, err
	}
	var out []*cube.Cube
	add := func(c *cube.Cube, e error) {
		if err = errors.Join(err, e); e == nil {
			out = append(out, c)
		}
	}
	if len(q.Within) > 0 {
		var limits []target.Limit
		for _, x := range q.Within {
			text := strconv.FormatFloat(x, 'f', -1, 64)
			l := target.Limit{Code: text, Label: text + " m"}
			if p.times != nil {
				l.Label, l.Cost = text, int64(math.Floor(x*perTime))
			} else {
				units := int64(math.Floor(x * perMetre))
				l.Cost = units * units
			}
			limits = append(limits, l)
		}
		add(target.WithinCube(name+"_within", w, p.Points, limits))
	}
	quantiles := q.Quantiles
	if len(quantiles) == 0 {
		quantiles = []float64{0.5, 0.9, 0.95}
	}
	add(target.WayCube(name+"_way", w, p.Points, quantiles...))
	add(target.SiteCube(name+"_sites", w, p.Points, p.Open))
	if len(p.Closed.ID) > 0 {
		add(target.NextCube(name+"_next", w.Next(p.Points, len(p.Closed.ID), p.costs(p.Closed)), p.Closed.ID))
	}
	if len(q.Choose) > 0 {
		add(p.choose(name+"_best", w, q.Choose))
	}
	if err != nil {
		return nil, err
	}
	for _, c := range out {
		for _, warning := range p.Warnings {
			c.Warn(warning)
		}
		if p.times == nil {
			c.Notes = append(c.Notes, cube.Text{SV: "Avstånd är fågelvägen, i meter.", EN: "Distances are straight lines, in metres."})
		}
	}
	return out, nil
}

// choose is the best choice of so many among all sites, open or not, for everybody and for those in types 1 and 2.
func (p *Places) choose(name string, w *target.Ways, counts []int) (*cube.Cube, error) {
	type site struct {
		id   string
		cost func(i int) int64
	}
	var all []site
	for _, s := range []*target.Sites{p.Open, p.Closed} {
		cost := p.costs(s)
		for j, id := range s.ID {
			all = append(all, site{id, func(i int) int64 { return cost(i, j) }})
		}
	}
	slices.SortFunc(all, func(a, b site) int { return strings.Compare(a.id, b.id) })
	ids, lengths := make([]string, len(all)), make([][]float64, len(all))
	for j, s := range all {
		ids[j], lengths[j] = s.id, make([]float64, p.Points.Len())
		for i := range lengths[j] {
			lengths[j][i] = w.Length(s.cost(i))
		}
	}
	for12 := slices.Clone(p.Points.Weight)
	for i, t := range p.Points.Type {
		if t != 1 && t != 2 {
			for12[i] = 0
		}
	}
	var choices []target.Choice
	for _, who := range []struct {
		code   string
		label  cube.Text
		weight []int64
	}{{"all", cube.Text{SV: "Alla", EN: "All"}, p.Points.Weight}, {"types12", cube.Text{SV: "De som bor i typ 1 och 2", EN: "Those who live in types 1 and 2"}, for12}} {
		if slices.Max(who.weight) == 0 {
			continue
		}
		d, err := target.NewDemand(lengths, who.weight)
		if err != nil {
			return nil, err
		}
		for _, n := range counts {
			m, err := d.Median(n, 0)
			if err != nil {
				return nil, err
			}
			choices = append(choices, target.Choice{For: cube.Member{Code: who.code, Label: who.label}, Median: m})
		}
	}
	return target.MedianCube(name, choices, ids)
}

func (r *Run) location(ctx context.Context, name string, q *LocationDecl) ([]*cube.Cube, error) {
	demandSource, demand, err := r.publicFile(ctx, q.Demand.FileDecl)
	if err != nil {
		return nil, err
	}
	sitesSource, sites, err := r.publicFile(ctx, q.Sites.FileDecl)
	if err != nil {
		return nil, err
	}
	sources, times := []cube.Source{demandSource, sitesSource}, ""
	if q.Times != nil {
		src, path, err := r.publicFile(ctx, q.Times.FileDecl)
		if err != nil {
			return nil, err
		}
		sources, times = append(sources, src), path
	}
	p, err := q.ReadPlaces(ctx, demand, sites, times)
	if err != nil {
		return nil, err
	}
	cubes, err := q.Cubes(name, p)
	for _, c := range cubes {
		c.Lineage = c.Lineage.Merge(cube.Lineage{Sources: sources})
	}
	return cubes, err
}
