package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/project"
)

// The scripts run the command as a user does: a process with streams and an exit code.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"skikt": main})
}

func TestScripts(t *testing.T) {
	toy := toyCountry(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"country": func(ts *testscript.TestScript, _ bool, _ []string) {
				ts.Check(os.RemoveAll(ts.MkAbs("country")))
				ts.Check(os.CopyFS(ts.MkAbs("country"), os.DirFS(toy)))
			},
			"exits":   exits,
			"account": account,
			"edit":    edit,
			"flip":    flip,
			"valid":   valid,
			"pages":   pages,
			"stopped": stopped,
			"sweep":   sweep,
		},
	})
}

// toyCountry makes the country of the demo in its smallest size, with its project. The scripts' command country copies it.
func toyCountry(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "country")
	opt := synth.Toy()
	opt.Seed = 2022 // the demo's own
	if _, err := synth.Write(dir, opt); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, project.FileName), project.Demo, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// exits CODE COMMAND... runs a command that must end with the exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// account FILE RECORDS PATH=VALUE... holds numbers of a residual account that check or build wrote as JSON. PATH is as in read.rows or located.placed; the sums
// rows = good + bad, in = placed + residual and in = good are held for every account in the file.
func account(ts *testscript.TestScript, _ bool, args []string) {
	var result struct{ Accounts []map[string]any }
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &result))
	number := func(a map[string]any, path string) float64 {
		var at any = a
		for _, name := range strings.Split(path, ".") {
			in, ok := at.(map[string]any)
			if !ok {
				return 0
			}
			at = in[name]
		}
		n, _ := at.(float64)
		return n
	}
	found := false
	for _, a := range result.Accounts {
		if number(a, "read.rows") != number(a, "read.good")+number(a, "read.bad") || number(a, "read.good") != number(a, "located.in") ||
			number(a, "located.in") != number(a, "located.placed")+number(a, "located.residual") {
			ts.Fatalf("the account of %v does not add up: %v", a["records"], a)
		}
		if a["records"] != args[1] {
			continue
		}
		found = true
		for _, want := range args[2:] {
			path, value, _ := strings.Cut(want, "=")
			if got := number(a, path); fmt.Sprint(got) != value {
				ts.Fatalf("%s: %s is %v, want %s", args[1], path, got, value)
			}
		}
	}
	if !found {
		ts.Fatalf("no account of %s in %s", args[1], args[0])
	}
}

// edit FILE OLD NEW puts NEW in the place of the first OLD in a file, byte for byte; \n, \t and \xNN are read as in Go.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	plain := func(s string) string {
		s, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`)
		ts.Check(err)
		return s
	}
	text := ts.ReadFile(args[0])
	if !strings.Contains(text, plain(args[1])) {
		ts.Fatalf("%s has no %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, plain(args[1]), plain(args[2]), 1)), 0o644))
}

// flip FILE changes one bit in the middle of a file; flip FILE N cuts it off after N bytes.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	data := []byte(ts.ReadFile(args[0]))
	if len(args) > 1 {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		data = data[:n]
	} else {
		data[len(data)/2] ^= 1
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

// valid FILE holds that a file, or stdout, is one JSON value.
func valid(ts *testscript.TestScript, _ bool, args []string) {
	if !json.Valid([]byte(ts.ReadFile(args[0]))) {
		ts.Fatalf("%s is no JSON", args[0])
	}
}

// start starts skikt in the folder of the script.
func start(ts *testscript.TestScript, args ...string) (*exec.Cmd, *bufio.Reader, *strings.Builder) {
	cmd := exec.Command("skikt", args...)
	cmd.Dir = ts.MkAbs(".")
	// The toy country has its own data, whatever folder of real data the tests are told of.
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SKIKT_DATA=") })
	cmd.Env = append(env, "TMPDIR="+ts.Getenv("TMPDIR"))
	errs := &strings.Builder{}
	cmd.Stderr = errs
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { cmd.Process.Kill() })
	return cmd, bufio.NewReader(out), errs
}

// pages EDITION PATH... serves an edition, prints the pages at the paths, and stops the server as Ctrl-C does.
func pages(ts *testscript.TestScript, _ bool, args []string) {
	cmd, out, errs := start(ts, "serve", args[0], "--address", "127.0.0.1:0")
	line, err := out.ReadString('\n')
	if err != nil {
		ts.Fatalf("serve: %v %s", err, errs)
	}
	fields := strings.Fields(line)
	client := http.Client{Timeout: 10 * time.Second}
	for _, path := range args[1:] {
		answer, err := client.Get(strings.TrimSuffix(fields[len(fields)-1], "/") + path)
		ts.Check(err)
		if answer.StatusCode != http.StatusOK {
			ts.Fatalf("%s: %s", path, answer.Status)
		}
		_, err = io.Copy(ts.Stdout(), answer.Body)
		ts.Check(err)
		answer.Body.Close()
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	ts.Check(cmd.Wait())
}

// stopped SIGNAL PIPE ARGS... runs skikt with the arguments and stops it when it has begun to read the named pipe: KILL at once, as a power cut, INT as Ctrl-C.
// What skikt wrote to stderr is kept.
func stopped(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]os.Signal{"INT": os.Interrupt, "KILL": os.Kill}
	cmd, _, errs := start(ts, args[2:]...)
	opened := make(chan error, 1)
	go func() {
		// Opening waits until the other end is open. The pipe stays open and never runs dry while the command lives, as a large file does.
		pipe, err := os.OpenFile(ts.MkAbs(args[1]), os.O_WRONLY, 0)
		opened <- err
		for err == nil {
			_, err = io.WriteString(pipe, strings.Repeat("1;2\n", 1000))
		}
	}()
	select {
	case err := <-opened:
		ts.Check(err)
	case <-time.After(30 * time.Second):
		ts.Fatalf("the pipe was not read: %s", errs)
	}
	ts.Check(cmd.Process.Signal(signals[args[0]]))
	err := cmd.Wait()
	fmt.Fprint(ts.Stderr(), errs)
	if err == nil {
		ts.Fatalf("skikt was stopped and ended well all the same")
	}
}

// sweep PROJECT OUT kills builds at moments all along the way, and holds that the edition is whole or not there each time.
func sweep(ts *testscript.TestScript, _ bool, args []string) {
	whole := 0
	for wait := 10 * time.Millisecond; whole < 2 && wait < 5*time.Second; wait += wait / 4 {
		ts.Check(os.RemoveAll(ts.MkAbs(args[1])))
		cmd, _, _ := start(ts, "build", args[0], "--out", args[1])
		time.Sleep(wait)
		cmd.Process.Kill()
		cmd.Wait()
		if _, err := os.Stat(ts.MkAbs(args[1])); err != nil {
			continue
		}
		ed, err := edition.Open(ts.MkAbs(args[1]))
		ts.Check(err)
		ts.Check(ed.Verify())
		whole++
	}
	ts.Check(ts.Exec("skikt", "build", args[0], "--out", args[1]))
	left, err := filepath.Glob(ts.MkAbs("." + args[1] + ".part-*"))
	ts.Check(err)
	if len(left) > 0 {
		ts.Fatalf("a killed build has left %v", left)
	}
}
