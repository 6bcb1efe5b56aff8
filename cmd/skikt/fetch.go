package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/source"
)

type fetchCmd struct {
	Project string   `arg:"" optional:"" help:"Folder with skikt.yaml." placeholder:"PROJECT"`
	Sources []string `arg:"" optional:"" help:"Only these sources." placeholder:"SOURCE"`
	Update  bool     `help:"Also fetch again what its publisher has changed. The former vintage stays in the snapshot."`
	Check   bool     `help:"Tell what the publishers have changed, and fetch nothing. Exit code 4 when something is changed or not fetched."`
	List    bool     `help:"The ready recipes, for fetch: {recipe: NAME} under a source in skikt.yaml."`
	Search  string   `help:"Find tables of a statistical database by words." placeholder:"WORDS"`
	Host    string   `help:"For --search: address of the database's PxWebApi 2 (default: SCB's)." placeholder:"ADDRESS"`
	JSON    bool     `help:"What is told as JSON on stdout."`
	Lang    string   `help:"Language." enum:"sv,en" default:"sv"`
}

func (c *fetchCmd) Help() string {
	return `Fetches the sources that skikt.yaml declares (sources: NAME: {fetch: ...}) into PROJECT/snapshot: every answer as it came, and skikt.lock, which
says from where, when, and with which checksum. What is there already is kept. A fetch that is interrupted goes on where it was. A build
reads the snapshot alone: it never touches the network. Records and keys name a source as their file: file: source:NAME.

  skikt fetch PROJECT            what is not there yet
  skikt fetch PROJECT --check    has a publisher changed something?
  skikt fetch PROJECT --update   fetch what has been changed; then skikt diff PROJECT/snapshot/skikt.1.lock PROJECT/snapshot

Limits of calls are held to, and a host that says wait is waited for. Exit codes: 0 all is there, 1 something could not be fetched (what could is
kept), 2 the command line is wrong, 4 with --check when something has changed.

Example:
  skikt fetch --list
  skikt fetch --list --lang en`
}

func (c *fetchCmd) Run(ctx context.Context, std *streams) error {
	bars := newBars(std)
	defer bars.close()
	f := &source.Fetcher{Waiting: func(host string, wait time.Duration, why string) {
		if wait >= time.Second {
			fmt.Fprintf(std.err, "%s: waits %s: %s\n", host, wait.Round(time.Second), plain(fmt.Errorf("%s", why)))
		}
	}}
	switch {
	case c.List:
		return c.list(std)
	case c.Search != "":
		return c.search(ctx, std, f)
	case c.Project == "":
		return exitError{exitUsage, fmt.Errorf("name a project, or ask for --list or --search")}
	}
	p, err := project.Open(c.Project, "")
	if err != nil {
		return err
	}
	if c.Check {
		return c.check(ctx, std, p, f)
	}
	done, err := p.Fetch(ctx, f, project.FetchOptions{Only: c.Sources, Update: c.Update, Progress: func(name string, done, total int64) { bars.step("fetch "+name, done, total) }})
	bars.close()
	if c.JSON {
		if e := writeJSON(std, append([]project.Fetched{}, done...)); e != nil {
			return e
		}
		return err
	}
	if len(done) > 0 {
		w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "source\tstate\tanswers\tbytes\tupdated")
		for _, d := range done {
			fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\n", d.Name, d.State, d.Answers, d.Bytes, d.Updated)
		}
		if e := w.Flush(); e != nil {
			return e
		}
	}
	return err
}

func (c *fetchCmd) check(ctx context.Context, std *streams, p *project.Project, f *source.Fetcher) error {
	changes, err := p.CheckSources(ctx, f, c.Sources)
	changed := 0
	for _, ch := range changes {
		if ch.Changed {
			changed++
		}
	}
	if c.JSON {
		if e := writeJSON(std, append([]source.Change{}, changes...)); e != nil {
			return e
		}
	} else {
		w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "source\tstate\tfetched as of\tpublisher has")
		for _, ch := range changes {
			state := "unchanged"
			switch {
			case ch.Changed && ch.Had == "" && len(ch.Answers) == 0:
				state = "not fetched"
			case ch.Changed:
				state = "changed"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", ch.Name, state, ch.Had, ch.Has)
		}
		if e := w.Flush(); e != nil {
			return e
		}
	}
	if err == nil && changed > 0 {
		return exitError{exitFound, fmt.Errorf("%d of %d sources have changed or are not fetched: skikt fetch %s --update", changed, len(changes), c.Project)}
	}
	return err
}

func (c *fetchCmd) list(std *streams) error {
	type line struct {
		Name  string `json:"name"`
		Title string `json:"title"`
		Text  string `json:"text"`
	}
	var all []line
	for _, r := range source.Recipes() {
		all = append(all, line{r.Name, r.Title.In(c.Lang), r.Text.In(c.Lang)})
	}
	if c.JSON {
		return writeJSON(std, all)
	}
	for i, r := range all {
		if i > 0 {
			fmt.Fprintln(std.out)
		}
		fmt.Fprintf(std.out, "%s\n  %s\n  %s\n", r.Name, r.Title, strings.Join(wrap(r.Text, 100), "\n  "))
	}
	return nil
}

// wrap parts a text into lines of at most n characters, at its blanks.
func wrap(text string, n int) (lines []string) {
	line, length := "", 0
	for _, word := range strings.Fields(text) {
		w := len([]rune(word))
		if length > 0 && length+1+w > n {
			lines, line, length = append(lines, line), "", 0
		}
		if length > 0 {
			line, length = line+" ", length+1
		}
		line, length = line+word, length+w
	}
	return append(lines, line)
}

func (c *fetchCmd) search(ctx context.Context, std *streams, f *source.Fetcher) error {
	tables, err := source.Search(ctx, f, cmp.Or(c.Host, source.SCB), c.Lang, c.Search)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(std, append([]source.TableInfo{}, tables...))
	}
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	for _, t := range tables {
		more := ""
		if t.Discontinued {
			more = " (no longer updated)"
		}
		fmt.Fprintf(w, "%s\t%s–%s\t%s%s\n", t.ID, t.FirstPeriod, t.LastPeriod, t.Label, more)
	}
	return w.Flush()
}
