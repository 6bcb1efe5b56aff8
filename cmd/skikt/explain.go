package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/project"
)

type explainCmd struct {
	Name string `arg:"" optional:"" help:"A measure, type, rule, status, outcome or policy; without it all are listed."`
	Lang string `help:"Language." enum:"sv,en" default:"sv"`
	JSON bool   `help:"As JSON on stdout."`
}

func (c *explainCmd) Help() string {
	return `Prints the same documentation that pages, API and report show: what it means, its formula, unit, range and source.

Example:
  skikt explain AreaType --lang en
  skikt explain scb-integration`
}

func (c *explainCmd) Run(std *streams) error {
	var found []cube.Doc
	for _, d := range project.Docs() {
		if c.Name == "" || strings.EqualFold(d.Name, c.Name) {
			found = append(found, d)
		}
	}
	if len(found) == 0 {
		return exitError{exitUsage, fmt.Errorf("nothing is called %q; skikt explain lists every name", c.Name)}
	}
	if c.JSON {
		return writeJSON(std, found)
	}
	for _, d := range found {
		if c.Name == "" {
			fmt.Fprintf(std.out, "%-28s %-10s %s\n", d.Name, d.Kind, d.Title.In(c.Lang))
			continue
		}
		fmt.Fprintf(std.out, "%s (%s)\n%s\n", d.Name, d.Title.In(c.Lang), d.Text.In(c.Lang))
		for _, part := range d.Parts(c.Lang) {
			fmt.Fprintf(std.out, "  %-12s %s\n", part.Label, part.Text)
		}
	}
	return nil
}

type versionCmd struct{}

func (versionCmd) Run(std *streams) error {
	version := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	fmt.Fprintln(std.out, "skikt", version)
	return nil
}
