package main

import (
	"cmp"
	"context"
	"errors"
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
	Show    string   `help:"The variables of a table and what to select them by, or the values of a code list (vs_RegSO2025)." placeholder:"TABLE"`
	Host    string   `help:"For --search and --show: address of the database's PxWebApi 2 (default: SCB's)." placeholder:"ADDRESS"`
	JSON    bool     `help:"What is told as JSON on stdout."`
	Lang    string   `help:"Language." enum:"sv,en" default:"sv"`
}

func (c *fetchCmd) Help() string {
	return `Fetches the sources that skikt.yaml declares (sources: NAME: {fetch: ...}) into PROJECT/snapshot: every answer as it came, and skikt.lock, which
says from where, when, and with which checksum. What is there already is kept. A fetch that is interrupted goes on where it was. A build
reads the snapshot alone: it never touches the network. Records and keys name a source as their file: file: source:NAME.

  skikt fetch PROJECT            what is not there yet
  skikt fetch PROJECT --check    has a publisher changed something? Answers: unchanged, changed, not fetched, redeclared (skikt.yaml asks for
                                 something else now), damaged (a file in the snapshot is not as it was fetched)
  skikt fetch PROJECT --update   fetch what has been changed; then skikt diff PROJECT/snapshot/skikt.1.lock PROJECT/snapshot
  skikt fetch --search RegSO     tables of SCB's database by words; --show TAB6574 for what one has

Limits of calls are held to, and a host that says wait is waited for. Only one skikt fetch works in a folder at a time. Exit codes: 0 all is there, 1 something could not be fetched (what could is
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
	case strings.HasPrefix(c.Show, "vs_"), strings.HasPrefix(c.Show, "agg_"):
		return c.codelist(ctx, std, f)
	case c.Show != "":
		return c.show(ctx, std, f)
	case c.Project == "":
		return exitError{exitUsage, fmt.Errorf("name a project, or ask for --list, --search or --show")}
	}
	p, err := project.Open(c.Project, "")
	if err != nil {
		return err
	}
	if c.Check {
		return c.check(ctx, std, p, f, bars)
	}
	done, err := p.Fetch(ctx, f, c.options("fetch ", bars))
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
	for _, d := range done {
		if d.Why != "" {
			fmt.Fprintf(std.err, "%s was fetched again: %s\n", d.Name, plain(errors.New(d.Why)))
		}
	}
	if errors.Is(err, context.Canceled) {
		return exitError{exitFailed, errors.New("interrupted; what has come is kept, and the next skikt fetch goes on from there")}
	}
	return err
}

func (c *fetchCmd) options(step string, bars *bars) project.FetchOptions {
	return project.FetchOptions{Only: c.Sources, Update: c.Update, Progress: func(name string, done, total int64) { bars.step(step+name, done, total) }}
}

func (c *fetchCmd) check(ctx context.Context, std *streams, p *project.Project, f *source.Fetcher, bars *bars) error {
	changes, err := p.CheckSources(ctx, f, c.options("check ", bars))
	bars.close()
	different := 0
	for _, ch := range changes {
		if ch.State != source.Unchanged {
			different++
		}
	}
	if c.JSON {
		if e := writeJSON(std, append([]source.Change{}, changes...)); e != nil {
			return e
		}
	} else if len(changes) > 0 {
		w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "source\tstate\tfetched as of\tpublisher has")
		for _, ch := range changes {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", ch.Name, ch.State, ch.Had, ch.Has)
		}
		if e := w.Flush(); e != nil {
			return e
		}
		for _, ch := range changes {
			if ch.Why != "" {
				fmt.Fprintln(std.err, plain(errors.New(ch.Why)))
			}
		}
	}
	switch {
	case errors.Is(err, context.Canceled):
		return exitError{exitFailed, errors.New("interrupted; nothing was changed")}
	case err == nil && different > 0:
		return exitError{exitFound, fmt.Errorf("%d of %d sources are not as their publishers have them: skikt fetch %s --update", different, len(changes), c.Project)}
	}
	return err
}

func (c *fetchCmd) list(std *streams) error {
	type line struct {
		Name  string `json:"name"`
		Title string `json:"title"`
		Text  string `json:"text"`

		NeedsAddress bool `json:"needs_address,omitempty"` // {recipe: NAME, address: ADDRESS}
	}
	var all []line
	for _, r := range source.Recipes() {
		all = append(all, line{r.Name, r.Title.In(c.Lang), r.Text.In(c.Lang), r.NeedsAddress()})
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

// show prints the variables of a table as they stand in skikt.yaml's select.
func (c *fetchCmd) show(ctx context.Context, std *streams, f *source.Fetcher) error {
	title, variables, err := source.Describe(ctx, f, cmp.Or(c.Host, source.SCB), c.Lang, c.Show)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(std, variables)
	}
	fmt.Fprintf(std.out, "%s  %s\n", c.Show, title)
	for _, v := range variables {
		said := fmt.Sprintf("%d values", len(v.Values))
		if len(v.Values) == 1 {
			said = "1 value"
		}
		for _, is := range []struct {
			so   bool
			text string
		}{{v.Contents, "contents"}, {v.Time, "time"}, {v.LeaveOut, "may be left out"}, {len(v.Codelists) > 0, "code lists " + strings.Join(v.Codelists, ", ")}} {
			if is.so {
				said += "; " + is.text
			}
		}
		fmt.Fprintf(std.out, "\n%s (%s): %s\n", v.Name, cmp.Or(v.Title, v.Name), said)
		const most = 8
		for i, m := range v.Values {
			if i == most && len(v.Values) > most+1 {
				last := v.Values[len(v.Values)-1]
				fmt.Fprintf(std.out, "  ...\n  %s  %s\n", last.Code, last.Label.In(c.Lang))
				break
			}
			fmt.Fprintf(std.out, "  %s  %s\n", m.Code, m.Label.In(c.Lang))
		}
	}
	return nil
}

// codelist prints the values of a code list, with the variable's own that each stands for where it is a sum.
func (c *fetchCmd) codelist(ctx context.Context, std *streams, f *source.Fetcher) error {
	list, err := source.CodelistOf(ctx, f, cmp.Or(c.Host, source.SCB), c.Lang, c.Show)
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(std, list)
	}
	fmt.Fprintf(std.out, "%s  %s (%s)\n", list.ID, list.Label, list.Type)
	w := tabwriter.NewWriter(std.out, 0, 4, 2, ' ', 0)
	for _, v := range list.Values {
		of := ""
		if list.Type == "Aggregation" {
			of = strings.Join(v.Of, " ")
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", v.Code, v.Label, of)
	}
	return w.Flush()
}
