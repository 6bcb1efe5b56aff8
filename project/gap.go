package project

import (
	"fmt"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/gap"
	"github.com/skikt/skikt/protect"
)

// GapDecl declares the follow-up of a published table by area type and year: gaps, trends and goals. They are computed from what the edition publishes and from nothing else, so they tell nothing
// that a reader could not compute.
type GapDecl struct {
	Name  string `yaml:"name"`
	Title Text   `yaml:"title"`
	From  string `yaml:"from"` // a table of the edition, with _type and so on as the edition names it

	// The indicator: a share of the table with the persons it is computed on as base, or a count of another count of the table.
	Share   string              `yaml:"share"`
	Events  string              `yaml:"events"`
	Persons string              `yaml:"persons"`
	Where   map[string][]string `yaml:"where"` // members to keep: the group whose share it is

	First    string     `yaml:"first"` // types compared; the first and the last when not said
	Last     string     `yaml:"last"`
	Measures []string   `yaml:"measures"`
	Rates    bool       `yaml:"rates"`  // also a table of the levels with intervals, called NAME_rates
	Trends   bool       `yaml:"trends"` // also a table of trends, called NAME_trends
	Joined   bool       `yaml:"joined"` // the series is comparable across 2023/2024
	Goals    []gap.Goal `yaml:"goals"`  // also a table of goals, called NAME_goals
}

func (d GapDecl) question() gap.Question {
	return gap.Question{Share: d.Share, Events: d.Events, Persons: d.Persons, First: d.First, Last: d.Last, Measures: d.Measures, Joined: d.Joined}
}

func (p *Project) validateGap(d GapDecl, say complain) {
	switch {
	case d.Name == "":
		say("name", "it is missing")
	case d.From == "":
		say("from", "name the table of the edition that is followed, such as %s_type", d.Name)
	case (d.Share == "") == (d.Events == "" || d.Persons == ""):
		say("share", "declare the indicator: a share of the table, or events and persons")
	}
	known := append(gap.GapMeasures(), "all")
	for i, m := range d.Measures {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, m) }) {
			say(fmt.Sprintf("measures[%d]", i), "there is no gap measure %q (there are %s)", m, strings.Join(known, ", "))
		}
	}
	for i, g := range d.Goals {
		if err := g.Check(); err != nil {
			say(fmt.Sprintf("goals[%d]", i), "%w", err)
		}
	}
}

// followUp computes the declared gaps from the tables of a release.
func (r *Run) followUp(tables []protect.Table) ([]protect.Table, error) {
	var out []protect.Table
	for i, d := range r.Project.Gaps {
		r.opt.step("gaps", int64(i), int64(len(r.Project.Gaps)))
		at := slices.IndexFunc(tables, func(t protect.Table) bool { return t.Name() == d.From })
		if at < 0 {
			var names []string
			for _, t := range tables {
				if c := t.Cube(); slices.ContainsFunc(c.Dims(), func(d cube.Dimension) bool { return d.Role == cube.Type }) {
					names = append(names, t.Name())
				}
			}
			return nil, fmt.Errorf("project: gaps %s: the edition has no table %q; by type it has %s", d.Name, d.From, strings.Join(names, ", "))
		}
		type result struct {
			suffix string
			make   func(*cube.Cube) (*cube.Cube, error)
		}
		q := d.question()
		wanted := []result{{"", func(c *cube.Cube) (*cube.Cube, error) { return gap.Gaps(c, q) }}}
		if d.Rates {
			wanted = append(wanted, result{"_rates", func(c *cube.Cube) (*cube.Cube, error) { return gap.Rates(c, q) }})
		}
		if d.Trends {
			wanted = append(wanted, result{"_trends", func(c *cube.Cube) (*cube.Cube, error) { return gap.Trends(c, q) }})
		}
		if len(d.Goals) > 0 {
			wanted = append(wanted, result{"_goals", func(c *cube.Cube) (*cube.Cube, error) { return gap.FollowGoals(c, q, d.Goals) }})
		}
		for _, w := range wanted {
			t, err := protect.Derive(tables[at:at+1], func(published []*cube.Cube) (*cube.Cube, error) {
				c, err := d.kept(published[0])
				if err != nil {
					return nil, err
				}
				made, err := w.make(c)
				if err != nil {
					return nil, err
				}
				made.Name = d.Name + w.suffix
				if d.Title != (Text{}) && w.suffix == "" {
					made.Title = text(d.Title)
				}
				return made, nil
			})
			if err != nil {
				return nil, fmt.Errorf("project: gaps %s: %w", d.Name, err)
			}
			out = append(out, t)
		}
		r.opt.step("gaps", int64(i+1), int64(len(r.Project.Gaps)))
	}
	return out, nil
}

// kept is the table with the declared members only.
func (d GapDecl) kept(c *cube.Cube) (*cube.Cube, error) {
	for _, name := range sorted(d.Where) {
		var err error
		if c, err = c.Where(name, d.Where[name]...); err != nil {
			return nil, err
		}
	}
	return c, nil
}
