// Command skikt takes an agency's records to disclosure-safe statistics by socioeconomic area type.
//
// The way through it: a project (skikt.yaml) is checked, built into an edition, and read:
//
//	skikt demo                     a synthetic country, the whole road, the barometer on loopback
//	skikt new PROFILE DIR          a project for an agency's kind of work, on synthetic records
//	skikt fetch PROJECT            others' statistics into the project's snapshot
//	skikt check PROJECT            everything that can be wrong, before anything is computed
//	skikt plan PROJECT             what a build would ask of the records, and where
//	skikt build PROJECT --out DIR  the whole road to an edition
//	skikt get DIR TABLE            a table of an edition in long form
//	skikt serve DIR                the pages of an edition on loopback
//	skikt report PROJECT           the written answer, from an edition and the author's texts
//
// Results go to stdout, progress and problems to stderr. Exit codes: 0 done, 1 the run failed, 2 the command line is wrong,
// 3 the inputs have problems that a build would stop at (check; with --strict also those that it would count and go on past), 4 an audit
// found something, or fetch --check or diff --strict a change, 5 a part of a report could not be made.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/skikt/skikt/project"
)

// The exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitProblems = 3
	exitFound    = 4
)

// commands is the command line, declared.
type commands struct {
	Demo     demoCmd     `cmd:"" help:"A synthetic country, the whole road, the pages on loopback."`
	New      newCmd      `cmd:"" help:"A project from an agency profile, with synthetic records."`
	Fetch    fetchCmd    `cmd:"" help:"Others' statistics and geodata into a project's snapshot; what their publishers have changed."`
	Diff     diffCmd     `cmd:"" help:"Two vintages of snapshots, editions or tables, cell by cell."`
	Check    checkCmd    `cmd:"" help:"Everything that can be wrong with a project's inputs, before anything is computed."`
	Plan     planCmd     `cmd:"" help:"What a build would ask of the records, and where: the SQL, rows and cells, before anything runs."`
	Build    buildCmd    `cmd:"" help:"The whole road from a project's inputs to a published edition."`
	Get      getCmd      `cmd:"" help:"A table of an edition in long form, one row a cell."`
	Serve    serveCmd    `cmd:"" help:"The pages of an edition, on loopback."`
	Report   reportCmd   `cmd:"" help:"The written answer to the assignment, from an edition: HTML, PDF, DOCX, XLSX."`
	Status   statusCmd   `cmd:"" help:"The days of the assignment, and what is still to be done."`
	Tabulate tabulateCmd `cmd:"" help:"One protected table of a project, without writing an edition."`
	Measure  measureCmd  `cmd:"" help:"Measures of segregation between groups over units, from a file or an edition."`
	School   schoolCmd   `cmd:"" help:"Schools: composition, segregation, choice, results and background, SALSA, school index."`
	Grant    grantCmd    `cmd:"" help:"Share out money by declared rules, and compare rules."`
	Target   targetCmd   `cmd:"" help:"Whom an effort aimed at areas reaches, and how people lie to places."`
	Gap      gapCmd      `cmd:"" help:"Levels, gaps, trends, early warnings and goals of an indicator by area type and year."`
	Assess   assessCmd   `cmd:"" help:"How far the statistical tools support the agency's work: verdicts and the evidence behind them."`
	Locate   locateCmd   `cmd:"" help:"Add the area to every row of a CSV file."`
	Protect  protectCmd  `cmd:"" help:"Disclosure control of a plain table: hide what a policy forbids, and what would give it away."`
	Audit    auditCmd    `cmd:"" help:"Verify editions and attack what they hide, together; plain tables from elsewhere too."`
	Explain  explainCmd  `cmd:"" help:"What a measure, type, rule, status or outcome means."`
	Schema   schemaCmd   `cmd:"" help:"The JSON Schema of skikt.yaml, for editors."`
	Version  versionCmd  `cmd:"" help:"The version of the program."`
}

// streams is where a command reads and writes, so that tests can stand in for a terminal.
type streams struct {
	in       io.Reader
	out, err io.Writer
	terminal bool // err is a terminal: progress may be drawn
}

// exitError carries an exit code other than exitFailed.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	std := &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: isTerminal(os.Stderr)}
	done := make(chan int, 1)
	go func() { done <- command(ctx, args, std) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	// Reading and queries end at once. What is being computed does not look up until its step is done: a second signal ends that too, as no half edition is ever seen.
	stop()
	select {
	case code := <-done:
		return code
	case <-time.After(time.Second):
		fmt.Fprintln(std.err, "skikt: stops when this step is done; press Ctrl-C again to end at once (no half edition is ever seen)")
	}
	return <-done
}

// command runs one command line.
func command(ctx context.Context, args []string, std *streams) int {
	exit := -1
	parser, err := kong.New(&commands{},
		kong.Name("skikt"),
		kong.Description("Statistics by socioeconomic area type, from an agency's own records to a published edition."),
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(std.out, std.err),
		kong.Exit(func(code int) { exit = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(std),
	)
	if err != nil {
		fmt.Fprintln(std.err, "skikt:", err)
		return exitFailed
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	line, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		fmt.Fprintf(std.err, "skikt: %v\nTry: skikt --help\n", err)
		return exitUsage
	}
	return conclude(std, line.Run())
}

// conclude tells the errors that a command ended with, one a line, and gives the exit code.
func conclude(std *streams, err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(std.err, "skikt: interrupted; nothing was published")
		return exitFailed
	}
	for _, e := range apart(err) {
		fmt.Fprintln(std.err, "skikt:", plain(e))
	}
	var coded exitError
	if errors.As(err, &coded) {
		return coded.code
	}
	return exitFailed
}

// apart takes joined errors apart.
func apart(err error) []error {
	if coded, ok := err.(exitError); ok {
		err = coded.err
	}
	if input, ok := err.(*project.InputError); ok {
		err = input.Err
	}
	joined, ok := err.(interface{ Unwrap() []error })
	switch {
	case err == nil:
		return nil
	case !ok:
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, apart(e)...)
	}
	return all
}

// The packages put their names before their errors, for programs that use them. Who runs the command needs the place and the remedy.
var packageName = regexp.MustCompile(`(^|: |\()(?:(?:area|areatype|assess|border|cube|edition|gap|grant|jsonstat|locate|lp|num|project|protect|publish|px|record|report|school|segregation|server|sheet|source|store|target): )+`)

func plain(err error) string {
	return strings.ReplaceAll(packageName.ReplaceAllString(err.Error(), "$1"), "\n", "\n  ")
}
