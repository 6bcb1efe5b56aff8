package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/skikt/skikt/project"
)

type newCmd struct {
	Profile string `arg:"" optional:"" help:"Profile; all are listed without one." placeholder:"PROFILE"`
	Dir     string `arg:"" optional:"" help:"Folder to make, new or empty (default: named after the profile)." placeholder:"DIR"`
	List    bool   `help:"List the profiles."`
	JSON    bool   `help:"With --list: all that is known of the profiles, with their questions, as JSON."`
	Size    string `help:"toy: 12 kommuner, in seconds; full: 290." enum:"toy,full" default:"toy"`
	Seed    uint64 `help:"Another seed gives another country." default:"2022"`
}

func (c *newCmd) Help() string {
	return `Makes a project for work such as that of an agency, a kommun or a region: synthetic records of its kind, dirty on purpose, a project file that answers its
questions, and README.sv.md and README.en.md, which tell how to put the real register in and what to change next year. The folder appears whole or not at all.

Example:
  skikt new --list
  skikt new arbetsformedlingen out/jobseekers`
}

func (c *newCmd) Run(ctx context.Context, std *streams) error {
	if c.List || c.Profile == "" {
		return c.list(std)
	}
	dir := c.Dir
	if dir == "" {
		dir = c.Profile
	}
	b := newBars(std)
	err := project.New(ctx, dir, c.Profile, project.NewOptions{Full: c.Size == "full", Seed: c.Seed, Progress: func(step string, done, total int64) { b.step("make "+step, done, total) }})
	b.close()
	if err != nil {
		return err
	}
	p, err := project.FindProfile(c.Profile)
	if err != nil {
		return err
	}
	place := func(names ...string) string {
		path := filepath.Join(append([]string{dir}, names...)...)
		if strings.ContainsAny(path, " \t'\"$") {
			return strconv.Quote(path)
		}
		return path
	}
	fmt.Fprintf(std.out, "%s\n%s\n\nRead %s or %s. Then:\n", p.Title.SV, p.Title.EN, place("README.sv.md"), place("README.en.md"))
	fmt.Fprintf(std.out, "  skikt check %s\n  skikt build %s --out %s\n  skikt serve %s\n", place(), place(), place("edition"), place("edition"))
	return nil
}

func (c *newCmd) list(std *streams) error {
	all, err := project.Profiles()
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(std, all)
	}
	for _, p := range all {
		fmt.Fprintf(std.out, "%-22s %s\n%-22s %s\n", p.Name, p.Line.SV, "", p.Line.EN)
	}
	return nil
}

type schemaCmd struct{}

func (c *schemaCmd) Help() string {
	return `Prints the JSON Schema of skikt.yaml, by which editors complete and check it. skikt new puts it beside the project file.

Example:
  skikt schema`
}

func (c *schemaCmd) Run(std *streams) error {
	_, err := std.out.Write(project.Schema)
	return err
}
