package project

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/grant"
	"github.com/skikt/skikt/record"
)

// GrantDecl declares rules that share out money, the units they share it out to, and what is asked of the amounts.
type GrantDecl struct {
	Name  string       `yaml:"name"`
	Title Text         `yaml:"title"`
	Units UnitsDecl    `yaml:"units"`
	Rules []grant.Rule `yaml:"rules"` // the first is what the others are compared with
	Need  string       `yaml:"need"`  // column of need, for concentration and Kakwani's index
	Reach []string     `yaml:"reach"` // columns of shares of pupils, such as of those who live in areas of type 1 and 2
	Draws *DrawsDecl   `yaml:"draws"`
	Homes *HomesDecl   `yaml:"homes"`
	Plan  []PlanDecl   `yaml:"plan"` // years, in order, that the first rule is carried through
}

// PlanDecl declares a year of a plan or a history: each year's guarantees and caps count from the amounts of the year before.
type PlanDecl struct {
	Year    string            `yaml:"year"`
	Budget  int64             `yaml:"budget"`
	Units   FileDecl          `yaml:",inline"` // the year's own units; those of the grant without a file
	Pupils  []string          `yaml:"pupils"`  // columns, when others than the rule's
	Changed map[string]string `yaml:"changed"` // numbers of the year before, and what they have become
}

// HomesDecl declares a file with one row for each unit and area that its pupils live in, with the area's index. Cuts name columns of the share of a unit's pupils who live in areas of at least so high an index, so that
// rules can be compared under the cut as it is and a moved one.
type HomesDecl struct {
	FileDecl `yaml:",inline"`
	Unit     string                    `yaml:"unit"`
	Pupils   string                    `yaml:"pupils"`
	Index    string                    `yaml:"index"`
	Cuts     map[string]grant.Fraction `yaml:"cuts"`
	Decimals *int                      `yaml:"decimals"` // of the shares; 4 without it
}

// UnitsDecl declares a file with one row for each unit: huvudman, kommun or school.
type UnitsDecl struct {
	FileDecl `yaml:",inline"`
	ID       string          `yaml:"id"`
	Name     string          `yaml:"name"`
	By       []string        `yaml:"by"`     // columns that sort units: kind, kommun
	Size     *SizeDecl       `yaml:"size"`   // and classes by a number
	Titles   map[string]Text `yaml:"titles"` // of columns, for people
}

// SizeDecl declares classes of size.
type SizeDecl struct {
	Column string  `yaml:"column"`
	Bounds []int64 `yaml:"bounds"` // lowest of every class but the first
}

// DrawsDecl declares draws of an uncertain column: who gains and loses by the second rule against the first.
type DrawsDecl struct {
	Column string `yaml:"column"`
	Low    string `yaml:"low"`
	High   string `yaml:"high"`
	Draws  int    `yaml:"draws"`
	Seed   uint64 `yaml:"seed"`
}

// validate tells what is wrong with the declaration in itself.
func (d GrantDecl) validate(say complain) {
	if d.Name == "" {
		say("name", "it is missing")
	}
	if d.Units.ID == "" {
		say("units", "name the column of the units' ids under id")
	}
	if len(d.Rules) == 0 {
		say("rules", "there are none")
	}
	seen := map[string]bool{}
	for i, rule := range d.Rules {
		at := fmt.Sprintf("rules[%d]", i)
		if rule.Name == "" || seen[rule.Name] {
			say(at, "every rule needs a name of its own")
		}
		seen[rule.Name] = true
		if err := rule.Validate(); err != nil {
			say(at, "%w", err)
		}
	}
	if h := d.Homes; h != nil && (h.Unit == "" || h.Pupils == "" || h.Index == "" || len(h.Cuts) == 0) {
		say("homes", "name the columns unit, pupils and index, and under cuts the columns to make")
	}
	if h := d.Homes; h != nil && h.Decimals != nil && (*h.Decimals < 0 || *h.Decimals > 9) {
		say("homes.decimals", "shares have from 0 to 9 decimals")
	}
	for i, y := range d.Plan {
		if y.Year == "" || y.Budget < 0 {
			say(fmt.Sprintf("plan[%d]", i), "a year needs its name, and a budget that is not below zero")
		}
	}
	if d.Draws != nil && len(d.Rules) < 2 {
		say("draws", "who gains and loses is told between two rules")
	}
}

// Check is validate for a declaration that stands in a file of its own.
func (d GrantDecl) Check() error {
	var all []error
	d.validate(func(at, format string, args ...any) {
		all = append(all, fmt.Errorf("%s: %w", at, fmt.Errorf(format, args...)))
	})
	return errors.Join(all...)
}

// numbers are the columns of numbers that the rules and questions name.
func (d GrantDecl) numbers() []string {
	var all []string
	put := func(names ...string) {
		for _, n := range names {
			made := d.Homes != nil && d.Homes.Cuts[n].Given()
			if n != "" && n != grant.PupilsColumn && !made && !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	for _, r := range d.Rules {
		put(r.Pupils...)
		put(r.Previous, r.Applies)
		for _, p := range r.Pots {
			put(p.Key...)
			for _, t := range p.Threshold {
				put(t.Column)
			}
		}
	}
	for _, y := range d.Plan {
		put(y.Pupils...)
	}
	put(d.Need)
	put(d.Reach...)
	if d.Draws != nil {
		put(d.Draws.Column, d.Draws.Low, d.Draws.High)
	}
	if d.Units.Size != nil {
		put(d.Units.Size.Column)
	}
	return all
}

// A File finds a declared file, for [GrantDecl.Read].
type File func(FileDecl) (path string, err error)

// Read reads the units of a declaration, with the shares of pupils by cuts, and those of each year of its plan.
func (d GrantDecl) Read(ctx context.Context, find File) (u *grant.Units, plan []grant.Year, err error) {
	var homes []grant.Home
	if d.Homes != nil {
		path, err := find(d.Homes.FileDecl)
		if err != nil {
			return nil, nil, err
		}
		if homes, err = d.Homes.read(ctx, path); err != nil {
			return nil, nil, err
		}
	}
	read := func(d GrantDecl, f FileDecl) (*grant.Units, error) {
		path, err := find(f)
		if err != nil {
			return nil, err
		}
		u, err := d.ReadUnits(ctx, path)
		if err != nil || d.Homes == nil {
			return u, err
		}
		decimals := 4
		if d.Homes.Decimals != nil {
			decimals = *d.Homes.Decimals
		}
		for _, name := range sorted(d.Homes.Cuts) {
			column, others := u.ShareFrom(homes, d.Homes.Cuts[name].Rat(), decimals)
			if len(others) > 0 {
				return nil, fmt.Errorf("homes: %d units are not among the units, the first %s", len(others), others[0])
			}
			u.Numbers[name] = column
		}
		return u, nil
	}
	if u, err = read(d, d.Units.FileDecl); err != nil {
		return nil, nil, err
	}
	later := d // what units had before a later year is computed, not read
	later.Rules = slices.Clone(d.Rules)
	for i := range later.Rules {
		later.Rules[i].Previous = ""
	}
	for k, y := range d.Plan {
		own, reader := u, later
		if k == 0 {
			reader = d
		}
		if y.Units.File != "" {
			if own, err = read(reader, y.Units); err != nil {
				return nil, nil, fmt.Errorf("year %s: %w", y.Year, err)
			}
		}
		plan = append(plan, grant.Year{Name: y.Year, Budget: y.Budget, Units: own, Pupils: y.Pupils, Changed: y.Changed})
	}
	return u, plan, nil
}

func (h *HomesDecl) read(ctx context.Context, path string) ([]grant.Home, error) {
	t, err := readTable(ctx, path, []string{h.Unit, h.Pupils}, []string{h.Index})
	if err != nil {
		return nil, fmt.Errorf("homes: %w", err)
	}
	pupils, err := t.whole(h.Pupils, 0)
	if err != nil {
		return nil, fmt.Errorf("homes: %w", err)
	}
	index, err := t.numbers(h.Index)
	if err != nil {
		return nil, fmt.Errorf("homes: %w", err)
	}
	out := make([]grant.Home, len(t.line))
	for i := range out {
		out[i] = grant.Home{Unit: t.text[h.Unit][i], Pupils: new(big.Rat).SetInt64(pupils[i]), Index: index[i]}
	}
	return out, nil
}

// ReadUnits reads the units of a declaration from a file. Numbers are taken as they are written, decimal for decimal; a row that can't be used is an error, as amounts to a part of the units would be wrong for all.
func (d GrantDecl) ReadUnits(ctx context.Context, path string) (*grant.Units, error) {
	if d.Units.ID == "" {
		return nil, errors.New("name the column of the units' ids")
	}
	t, err := readTable(ctx, path, []string{d.Units.ID}, append(append([]string{d.Units.Name}, d.Units.By...), d.numbers()...))
	if err != nil {
		return nil, err
	}
	u := &grant.Units{ID: t.text[d.Units.ID], Numbers: map[string][]*big.Rat{}, Titles: map[string]cube.Text{}}
	for name, title := range d.Units.Titles {
		u.Titles[name] = text(title)
	}
	if d.Units.Name != "" {
		u.Name = t.text[d.Units.Name]
	}
	for _, name := range d.Units.By {
		u.Groups = append(u.Groups, grant.Grouping{Name: name, Of: t.text[name]})
	}
	for _, name := range d.numbers() {
		if u.Numbers[name], err = t.numbers(name); err != nil {
			return nil, fmt.Errorf("%s, %w", filepath.Base(path), err)
		}
	}
	if d.Units.Size != nil {
		g, err := u.Sizes("size", d.Units.Size.Column, d.Units.Size.Bounds...)
		if err != nil {
			return nil, err
		}
		u.Groups = append(u.Groups, g)
	}
	return u, u.Check()
}

// A GrantResult is the rules of a declaration carried out.
type GrantResult struct {
	Results []*grant.Result
	Units   *cube.Cube   // unit × rule
	Summary *cube.Cube   // by rule
	Groups  []*cube.Cube // grouping × rule
	Flips   *cube.Cube   // unit: draws; nil without
	Years   *cube.Cube   // unit × year; nil without a plan
	Curves  []*cube.Cube // Lorenz curve and, with a column of need, concentration curve
}

// Allocate carries the declared rules out, and the first one over the years of a plan.
func (d GrantDecl) Allocate(u *grant.Units, plan ...grant.Year) (*GrantResult, error) {
	out := &GrantResult{}
	for _, rule := range d.Rules {
		res, err := rule.Allocate(u)
		if err != nil {
			return nil, err
		}
		out.Results = append(out.Results, res)
	}
	var err error
	if out.Units, err = grant.ByUnit(d.Name, out.Results...); err != nil {
		return nil, err
	}
	if out.Summary, err = grant.Summary(d.Name+"_summary", grant.Questions{Need: d.Need, Reach: d.Reach}, out.Results...); err != nil {
		return nil, err
	}
	for _, g := range u.Groups {
		c, err := grant.ByGroup(d.Name+"_"+g.Name, g.Name, out.Results...)
		if err != nil {
			return nil, err
		}
		out.Groups = append(out.Groups, c)
	}
	along := []string{""}
	if d.Need != "" {
		along = append(along, d.Need)
	}
	for k, by := range along {
		c, err := grant.CurveCube(d.Name+[]string{"_lorenz", "_concentration"}[k], by, out.Results...)
		if err != nil {
			return nil, err
		}
		out.Curves = append(out.Curves, c)
	}
	if d.Draws != nil && len(d.Rules) > 1 {
		q := grant.Uncertainty{Column: d.Draws.Column, Low: d.Draws.Low, High: d.Draws.High, Draws: d.Draws.Draws, Seed: d.Draws.Seed}
		flips, err := grant.Uncertain(d.Rules[0], d.Rules[1], u, q)
		if err != nil {
			return nil, err
		}
		if out.Flips, err = grant.FlipCube(d.Name+"_draws", flips, u); err != nil {
			return nil, err
		}
	}
	if len(plan) > 0 {
		years, err := d.Rules[0].Years(plan)
		if err != nil {
			return nil, err
		}
		if out.Years, err = grant.YearsCube(d.Name+"_years", years); err != nil {
			return nil, err
		}
	}
	if d.Title != (Text{}) {
		for _, c := range out.Cubes() {
			c.Title = cube.Text{SV: d.Title.SV + ": " + c.Title.SV, EN: d.Title.EN + ": " + c.Title.EN}
		}
	}
	return out, nil
}

// Cubes are all of them.
func (r *GrantResult) Cubes() []*cube.Cube {
	all := append([]*cube.Cube{r.Units, r.Summary}, r.Groups...)
	for _, c := range []*cube.Cube{r.Flips, r.Years} {
		if c != nil {
			all = append(all, c)
		}
	}
	return append(all, r.Curves...)
}

// grants carries out the declared rules.
func (r *Run) grants(ctx context.Context) error {
	for _, d := range r.Project.Grants {
		if err := r.grant(ctx, d); err != nil {
			return fmt.Errorf("grant %s: %w", d.Name, err)
		}
	}
	return nil
}

func (r *Run) grant(ctx context.Context, d GrantDecl) error {
	var sources []cube.Source
	u, plan, err := d.Read(ctx, func(f FileDecl) (string, error) {
		src, path, err := r.publicFile(ctx, f)
		if !slices.Contains(sources, src) {
			sources = append(sources, src)
		}
		return path, err
	})
	if err != nil {
		return err
	}
	out, err := d.Allocate(u, plan...)
	if err != nil {
		return err
	}
	cubes := out.Cubes()
	numbers, err := u.Cube(d.Name + "_numbers")
	switch {
	case err != nil:
		r.Findings = append(r.Findings, Finding{Where: "grants " + d.Name, Rule: "no-scenario", Text: err.Error() + "; the edition has the amounts, and readers can't try other rules"})
	default:
		cubes = append(cubes, numbers)
		rules, err := json.Marshal(d.Rules)
		if err != nil {
			return err
		}
		r.scenarios = append(r.scenarios, edition.Grant{Name: d.Name, Title: text(d.Title), Table: numbers.Name, Rules: rules, Need: d.Need, Reach: d.Reach})
		if d.Title != (Text{}) {
			numbers.Title = cube.Text{SV: d.Title.SV + ": " + numbers.Title.SV, EN: d.Title.EN + ": " + numbers.Title.EN}
		}
	}
	for _, c := range cubes {
		c.Lineage = c.Lineage.Merge(cube.Lineage{Sources: sources})
		r.Measures = append(r.Measures, c)
	}
	return nil
}

// Grant carries out a declared grant by itself: for who has the project, not for an edition, so its file need not be public. Without a name it is the only one.
func (p *Project) Grant(ctx context.Context, name string) (*GrantResult, error) {
	var names []string
	for _, d := range p.Grants {
		names = append(names, d.Name)
		if d.Name != name && (name != "" || len(p.Grants) > 1) {
			continue
		}
		r, err := p.storeless(Options{})
		if err != nil {
			return nil, err
		}
		defer r.Close()
		u, plan, err := d.Read(ctx, func(f FileDecl) (string, error) { return r.file(f.File) })
		if err != nil {
			return nil, err
		}
		return d.Allocate(u, plan...)
	}
	if len(names) == 0 {
		return nil, errors.New("the project declares no grants")
	}
	return nil, fmt.Errorf("name one of the project's grants: %s", strings.Join(names, ", "))
}

// publicFile is a declared file whose publisher has made it public. What is computed on an agency's own figures outside its tables has no disclosure control yet.
func (r *Run) publicFile(ctx context.Context, f FileDecl) (cube.Source, string, error) {
	path, err := r.file(f.File)
	if err != nil {
		return cube.Source{}, "", err
	}
	src, err := r.source(ctx, RecordsDecl{FileDecl: f}, path)
	if err == nil && !src.Public {
		err = fmt.Errorf("the file %s is the agency's own, and disclosure control of what is computed from it here is not at hand: use what is already public; declare public: true for its source if its publisher has made the figures public, as amounts decided to named huvudmän are; or use skikt grant or skikt target, whose output stays with you", f.File)
	}
	return src, path, err
}

// A table is columns of a file as texts; empty where the file has nothing.
type table struct {
	text map[string][]string
	line []int
}

// readTable reads columns of a file. A row that lacks a required one, or can't be read, is an error that says how many there are and where the first is.
func readTable(ctx context.Context, path string, required, others []string) (*table, error) {
	decl := record.Declaration{}
	for k, name := range append(slices.Clone(required), others...) {
		if name != "" && !slices.ContainsFunc(decl.Columns, func(c record.Column) bool { return c.Name == name }) {
			decl.Columns = append(decl.Columns, record.Column{Name: name, Required: k < len(required)})
		}
	}
	t := &table{text: map[string][]string{}}
	report, err := record.Read(ctx, path, decl, func(b *record.Batch) error {
		t.line = append(t.line, b.Line...)
		for k, c := range decl.Columns {
			for i := range b.N {
				text := ""
				switch b.Columns[k].State[i] {
				case record.Present:
					text = b.Columns[k].Text[i]
				case record.Hidden:
					return fmt.Errorf("line %d: the value of %s is hidden by its publisher, and nothing can be computed on it", b.Line[i], c.Name)
				}
				t.text[c.Name] = append(t.text[c.Name], text)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if report.Bad > 0 {
		return nil, fmt.Errorf("%s: %d of %d rows can't be used, the first at line %d: %s; nothing is computed on part of the rows", filepath.Base(path), report.Bad, report.Rows, report.Problems[0].Line, report.Problems[0].Text)
	}
	if len(t.line) == 0 {
		return nil, fmt.Errorf("%s has no rows", filepath.Base(path))
	}
	return t, nil
}

// numbers reads a column of decimal numbers, exactly; nil where it is blank.
func (t *table) numbers(name string) ([]*big.Rat, error) {
	out := make([]*big.Rat, len(t.line))
	for i := range out {
		one, err := grant.Numbers(t.text[name][i : i+1])
		if err != nil {
			return nil, fmt.Errorf("line %d: %s must be a decimal number such as 12.3 or 12,3, or blank", t.line[i], name)
		}
		out[i] = one[0]
	}
	return out, nil
}

// whole reads a column of whole numbers from 0 on; blank is given as blank is.
func (t *table) whole(name string, blank int64) ([]int64, error) {
	out := make([]int64, len(t.line))
	for i, text := range t.text[name] {
		if text == "" {
			out[i] = blank
			continue
		}
		n := int64(0)
		for _, c := range strings.TrimSuffix(strings.TrimSuffix(text, ".0"), ",0") {
			if c < '0' || c > '9' || n > 1<<50 {
				return nil, fmt.Errorf("line %d: %s must be a whole number from 0 on", t.line[i], name)
			}
			n = 10*n + int64(c-'0')
		}
		out[i] = n
	}
	return out, nil
}
