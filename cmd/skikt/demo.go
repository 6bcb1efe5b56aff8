package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/project"
)

type demoCmd struct {
	Dir     string `help:"Folder for the country and its edition (default: a temporary one)." type:"path"`
	Seed    uint64 `help:"Another seed gives another country." default:"2022"`
	Size    string `help:"full: 290 kommuner; toy: 8 kommuner, in a second." enum:"full,toy" default:"full"`
	Address string `help:"Address of the pages." default:"127.0.0.1:8022"`
	NoServe bool   `help:"Stop when the edition is written."`
}

func (c *demoCmd) Help() string {
	return `Makes a synthetic country from a seed, with its registers, dirty on purpose; builds its project; and serves the edition on loopback.
Nothing real is in it, and every page says so.

Example:
  skikt demo --size toy --dir out/demo --no-serve`
}

func (c *demoCmd) Run(ctx context.Context, std *streams) error {
	dir := c.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "skikt-demo-"); err != nil {
			return err
		}
	}
	country, out := filepath.Join(dir, "country"), filepath.Join(dir, "edition")
	opt := synth.Demo()
	if c.Size == "toy" {
		opt = synth.Toy()
	}
	opt.Seed = c.Seed
	b := newBars(std)
	opt.Progress = func(step string, done, total int64) { b.step("make "+step, done, total) }
	if _, err := synth.Write(country, opt); err != nil {
		b.close()
		return err
	}
	if err := os.WriteFile(filepath.Join(country, project.FileName), project.Demo, 0o644); err != nil {
		b.close()
		return err
	}
	p, err := project.Open(country, "")
	if err != nil {
		b.close()
		return err
	}
	r, err := p.Build(ctx, out, project.Options{Progress: b.step})
	b.close()
	if err != nil {
		return err
	}
	printAccounts(std, r)
	fmt.Fprintf(std.out, "\nThe synthetic country is in %s, its edition in %s\n", country, out)
	if c.NoServe {
		return nil
	}
	return serve(ctx, std, []string{out}, "", c.Address)
}
