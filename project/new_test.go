package project_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/protect"
)

func allProfiles(t *testing.T) []project.Profile {
	t.Helper()
	all, err := project.Profiles()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// projects are the folders that made has made, once each.
var projects = struct {
	sync.Mutex
	dir string
	of  map[string]bool
}{of: map[string]bool{}}

// made is a project from a profile, of the smallest size.
func made(t *testing.T, profile string) string {
	t.Helper()
	projects.Lock()
	defer projects.Unlock()
	if projects.dir == "" {
		var err error
		if projects.dir, err = os.MkdirTemp("", "skikt-profiles-"); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(projects.dir, profile)
	if !projects.of[profile] {
		if err := project.New(t.Context(), dir, profile, project.NewOptions{Seed: 2022}); err != nil {
			t.Fatal(err)
		}
		projects.of[profile] = true
	}
	return dir
}

// The assignment's eight agencies, Brå, a kommun and a region have a profile each.
func TestProfilesAreThere(t *testing.T) {
	var names []string
	for _, p := range allProfiles(t) {
		names = append(names, p.Name)
	}
	want := []string{"arbetsformedlingen", "bra", "folkhalsomyndigheten", "forsakringskassan", "kommun", "polismyndigheten", "region", "skolverket",
		"socialstyrelsen", "statens-servicecenter", "trafikverket"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// Every profile is complete in both languages, cites what it says is known, and has questions on all four processes, answered with all four of the assignment's tools.
func TestProfilesAreComplete(t *testing.T) {
	for _, p := range allProfiles(t) {
		texts := []project.Text{p.Title, p.Line, p.Holds}
		processes, tools := map[string]bool{}, map[string]bool{}
		for _, k := range p.Known {
			texts = append(texts, k.Text)
			if !strings.HasPrefix(k.Source, "https://") {
				t.Errorf("%s: %q has no source", p.Name, k.Text.EN)
			}
		}
		for _, q := range p.Questions {
			texts = append(texts, q.Question, q.Reading)
			processes[q.Process], tools[q.Tool] = true, true
		}
		for _, s := range p.Swap {
			texts = append(texts, s.Text)
		}
		texts = append(texts, p.Limits...)
		for _, x := range texts {
			if x.SV == "" || x.EN == "" || x.SV == x.EN {
				t.Errorf("%s: %q and %q are not a text in two languages", p.Name, x.SV, x.EN)
			}
		}
		for _, process := range []string{"analysis", "planning", "direction", "follow-up"} {
			if !processes[process] {
				t.Errorf("%s: no question on %s", p.Name, process)
			}
		}
		for _, tool := range []string{"regso", "index", "types", "barometer"} {
			if !tools[tool] {
				t.Errorf("%s: no question for %s", p.Name, tool)
			}
		}
		if len(processes) != 4 || len(tools) != 4 || len(p.Known) == 0 || len(p.Swap) == 0 || len(p.Limits) == 0 {
			t.Errorf("%s: %v %v, %d known, %d to swap, %d limits", p.Name, processes, tools, len(p.Known), len(p.Swap), len(p.Limits))
		}
	}
}

// Every profile is made, checked and built: the account is as its register was made, the tables that answer its questions have figures, those by type for all five types, and nothing
// hidden can be computed.
func TestProfilesBuild(t *testing.T) {
	for _, p := range allProfiles(t) {
		t.Run(p.Name, func(t *testing.T) {
			dir := made(t, p.Name)
			opened, err := project.Open(dir, "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := opened.Check(t.Context(), project.Options{}); err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "edition")
			run, err := opened.Build(t.Context(), out, project.Options{})
			if err != nil {
				t.Fatal(err)
			}
			holdAccounts(t, run, dir, p)
			ed, err := edition.Open(out)
			if err != nil {
				t.Fatal(err)
			}
			if err := ed.Verify(); err != nil {
				t.Fatal(err)
			}
			if !ed.Manifest().Synthetic {
				t.Error("the edition doesn't say that it is synthetic")
			}
			for _, q := range p.Questions {
				holdAnswer(t, ed, q)
			}
			attack, err := project.Attack(ed)
			if err != nil {
				t.Fatal(err)
			}
			if len(attack.Found) > 0 || attack.Equations == 0 {
				t.Errorf("%d hidden cells can be computed, of %d by %d relations", len(attack.Found), attack.Hidden, attack.Equations)
			}
		})
	}
}

// holdAccounts holds the accounts of a run against what is true of the registers, which the README tells.
func holdAccounts(t *testing.T, run *project.Run, dir string, p project.Profile) {
	t.Helper()
	of := map[string]synth.RegisterFacts{}
	for _, f := range factsOf(t, dir) {
		of[f.File] = f
	}
	if len(of) != len(p.Registers) {
		t.Errorf("the README tells of %d registers, the profile has %v", len(of), p.Registers)
	}
	held := 0
	for _, a := range run.Accounts {
		l := a.Located
		if a.Read.Rows != a.Read.Bad+a.Read.Good || a.Read.Good != l.In || l.In != l.Placed+l.Residual {
			t.Errorf("the account of %s does not add up: %+v", a.Records, a)
		}
		f, ok := of[a.File]
		if !ok {
			continue
		}
		held++
		// A malformed coordinate is a row that can't be read, a malformed code one that can't be placed.
		malformed := l.Outcomes[locate.Malformed] + l.Outcomes[locate.MalformedCode] + a.Read.Bad - int64(f.Short)
		for what, n := range map[string][2]int64{
			"rows":          {a.Read.Rows, int64(f.Rows)},
			"placed":        {l.Placed, int64(f.Located)},
			"no place":      {l.Outcomes[locate.NoCoordinate] + l.Outcomes[locate.NoCode], int64(f.NoPlace)},
			"malformed":     {malformed, int64(f.Malformed)},
			"unknown":       {l.Outcomes[locate.UnknownCode] + l.Outcomes[locate.UnknownKey], int64(f.Unknown)},
			"wrong vintage": {l.Outcomes[locate.WrongVintage], int64(f.WrongVintage)},
			"swapped":       {l.Outcomes[locate.SwappedAxes], int64(f.Swapped)},
			"outside":       {l.Outcomes[locate.Outside], int64(f.Outside)},
		} {
			if n[0] != n[1] {
				t.Errorf("%s, %s: %d, made with %d", a.File, what, n[0], n[1])
			}
		}
	}
	if held != len(p.Registers) {
		t.Errorf("%d of %v are read by the project", held, p.Registers)
	}
}

// factsOf reads the README's table of what the registers hold.
func factsOf(t *testing.T, dir string) (all []synth.RegisterFacts) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "README.en.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "| `agency/") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(strings.ReplaceAll(line, " + ", "|")), "|"), "|")
		n := make([]int, len(cells))
		for i, c := range cells[1:] {
			if n[i+1], err = strconv.Atoi(strings.TrimSpace(c)); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
		all = append(all, synth.RegisterFacts{File: strings.Trim(cells[0], " `"), Rows: n[1], Located: n[2], NoPlace: n[3], Short: n[4], Malformed: n[5], Unknown: n[6],
			WrongVintage: n[7], Swapped: n[8], Outside: n[9]})
	}
	return all
}

// holdAnswer holds that the table of a question has its measure, with figures; and where it is by type, for every type.
func holdAnswer(t *testing.T, ed *edition.Edition, q project.Question) {
	t.Helper()
	c, err := ed.Table(q.Table)
	if err != nil {
		t.Errorf("%s: %v", q.Question.EN, err)
		return
	}
	m := c.MeasureIndex(q.Measure)
	if m < 0 {
		t.Errorf("%s: table %s has no measure %s", q.Question.EN, q.Table, q.Measure)
		return
	}
	types := slices.IndexFunc(c.Dims(), func(d cube.Dimension) bool { return d.Role == cube.Type && d.Name == "type" })
	shown, by := 0, map[string]bool{}
	for row := range c.Len() {
		if cell := c.Cell(row, m); cell.Status.HasValue() {
			shown++
			if types >= 0 {
				by[c.Code(row, types)] = true
			}
		}
	}
	if shown == 0 {
		t.Errorf("%s: %s has no figure in %s", q.Question.EN, q.Measure, q.Table)
	}
	for typ := range 5 {
		if code := strconv.Itoa(typ + 1); types >= 0 && !by[code] {
			t.Errorf("%s: no figure for type %s in %s", q.Question.EN, code, q.Table)
		}
	}
}

// The next year goes as the README says: a register with a year that the index lacks as yet has rows without a type, until the types of the last published year are said to
// serve all years.
func TestNewProjectNextYear(t *testing.T) {
	const profile, last = "arbetsformedlingen", "2025"
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(made(t, profile))); err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(dir, "scb", "socioeconomic_index.csv")
	rewrite(t, index, func(text string) string {
		var kept strings.Builder
		for line := range strings.Lines(text) {
			if fields := strings.Split(line, ";"); len(fields) < 3 || fields[2] != last {
				kept.WriteString(line)
			}
		}
		return kept.String()
	})
	readme, err := os.ReadFile(filepath.Join(dir, "README.en.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		says, add string
		typed     bool
	}{
		{"Without it the\n  rows go under \"No area type\"", "", false},
		{"under `types`, and the types of that year serve all years", "year: 2024, ", true},
	} {
		if !strings.Contains(string(readme), step.says) {
			t.Errorf("the README does not say %q", step.says)
		}
		rewrite(t, filepath.Join(dir, project.FileName), func(text string) string {
			return strings.Replace(text, "types: {division: regso-2025, ", "types: {"+step.add+"division: regso-2025, ", 1)
		})
		p, err := project.Open(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		release, err := p.Release(t.Context(), project.Options{})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(release.Tables, func(table protect.Table) bool { return table.Name() == "jobseekers" })
		c := release.Tables[at].Cube()
		of := map[string]bool{}
		for row := range c.Len() {
			if c.Code(row, c.DimIndex("year")) == last {
				of[c.Code(row, c.DimIndex("type"))] = true
			}
		}
		if of["1"] != step.typed || of["none"] == step.typed {
			t.Errorf("with %q the types of %s are %v", step.add, last, of)
		}
	}
}

func rewrite(t *testing.T, name string, change func(string) string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	changed := change(string(text))
	if err := os.WriteFile(name, []byte(changed), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The same profile and seed give the same bytes, whatever has been made before.
func TestNewProjectIsTheSame(t *testing.T) {
	for _, p := range allProfiles(t) {
		again := filepath.Join(t.TempDir(), p.Name)
		if err := project.New(t.Context(), again, p.Name, project.NewOptions{Seed: 2022}); err != nil {
			t.Fatal(err)
		}
		if a, b := sums(t, made(t, p.Name)), sums(t, again); !maps.Equal(a, b) || len(a) < 8 {
			t.Errorf("%s: %d files and %d, not the same", p.Name, len(a), len(b))
		}
	}
}

// sums are the checksums of the files under a folder.
func sums(t *testing.T, dir string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		out[path] = sha256.Sum256(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A project that is interrupted while it is made leaves nothing.
func TestNewProjectInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	parent := t.TempDir()
	err := project.New(ctx, filepath.Join(parent, "p"), "kommun", project.NewOptions{Seed: 1, Progress: func(string, int64, int64) { cancel() }})
	left, _ := os.ReadDir(parent)
	if !errors.Is(err, context.Canceled) || len(left) > 0 {
		t.Errorf("%v, and %v is left", err, left)
	}
}
