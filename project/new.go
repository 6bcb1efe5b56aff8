package project

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
	"unicode"

	"github.com/goccy/go-yaml"

	"github.com/skikt/skikt/internal/synth"
)

// profiles holds a folder for each profile, with profile.yaml and skikt.yaml, and what they share. skikt.yaml and the README are templates over [newProject].
//
//go:embed profile
var profiles embed.FS

// A Profile is a start for a project of one kind of agency: which registers such an agency may hold, which questions they can answer, and a project file that answers
// them. It says nothing of how any agency works but what KnownDecl cites.
type Profile struct {
	Name      string     `yaml:"name" json:"name"`
	Agency    Text       `yaml:"agency" json:"agency"`
	Title     Text       `yaml:"title" json:"title"`
	Line      Text       `yaml:"line" json:"line"`   // what the project is about, in a line
	Holds     Text       `yaml:"holds" json:"holds"` // what an agency of this kind may hold
	Registers []string   `yaml:"registers" json:"registers"`
	Files     []string   `yaml:"files" json:"files"` // further files that are public already
	Known     []Known    `yaml:"known" json:"known"`
	Questions []Question `yaml:"questions" json:"questions"`
	Swap      []Swap     `yaml:"swap" json:"swap"`
	Limits    []Text     `yaml:"limits" json:"limits"` // what the project does not answer
}

// Known is a fact about an agency, with the public page that it comes from.
type Known struct {
	Text   Text   `yaml:"text" json:"text"`
	Source string `yaml:"source" json:"source"`
}

// A Question is one that the project answers.
type Question struct {
	Question Text   `yaml:"question" json:"question"`
	Process  string `yaml:"process" json:"process"` // of the assignment's four: analysis, planning, direction, follow-up
	Tool     string `yaml:"tool" json:"tool"`       // of its four: regso, index, types, barometer
	Table    string `yaml:"table" json:"table"`     // of the edition
	Measure  string `yaml:"measure" json:"measure"`
	Reading  Text   `yaml:"reading" json:"reading"` // how to read the answer
}

// Swap is what to see to when a synthetic register gives way to the real one.
type Swap struct {
	Records string `yaml:"records" json:"records"`
	Text    Text   `yaml:"text" json:"text"`
}

// The assignment's four processes and four tools, with the words for them.
var (
	processes = map[string]Text{"analysis": {"analys", "analysis"}, "planning": {"planering", "planning"},
		"direction": {"inriktning", "direction"}, "follow-up": {"uppföljning", "follow-up"}}
	tools = map[string]Text{"regso": {"RegSO", "RegSO"}, "index": {"socioekonomiskt index", "socioeconomic index"},
		"types": {"statistik efter områdestyp", "statistics by area type"}, "barometer": {"uppföljning på webben", "follow-up on the web"}}
)

// Profiles are all profiles, in order of name.
func Profiles() ([]Profile, error) {
	entries, err := fs.ReadDir(profiles, "profile")
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	var all []Profile
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		text, err := profiles.ReadFile("profile/" + e.Name() + "/profile.yaml")
		if err != nil {
			return nil, fmt.Errorf("project: %w", err)
		}
		var p Profile
		if err := yaml.UnmarshalWithOptions(text, &p, yaml.Strict()); err != nil {
			return nil, yamlError(e.Name()+"/profile.yaml", err)
		}
		if p.Questions, err = withShared(p.Questions); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// withShared adds the questions that the tables of all profiles answer.
func withShared(own []Question) ([]Question, error) {
	text, err := profiles.ReadFile("profile/questions.yaml")
	if err != nil {
		return nil, fmt.Errorf("project: %w", err)
	}
	var shared []Question
	if err := yaml.UnmarshalWithOptions(text, &shared, yaml.Strict()); err != nil {
		return nil, yamlError("questions.yaml", err)
	}
	return append(own, shared...), nil
}

// FindProfile is the profile with a name. The error for a name that none has tells which are near.
func FindProfile(name string) (Profile, error) {
	all, err := Profiles()
	if err != nil {
		return Profile{}, err
	}
	var names []string
	for _, p := range all {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	if near := nearest(name, names); len(near) > 0 {
		return Profile{}, fmt.Errorf("project: there is no profile %q; did you mean %s?", name, strings.Join(near, " or "))
	}
	return Profile{}, fmt.Errorf("project: there is no profile %q; there are %s", name, strings.Join(names, ", "))
}

// nearest are the names that a word may have been meant for: those that it shares a part of four letters or more with, and those within a third of its letters.
func nearest(word string, names []string) (near []string) {
	word = strings.ToLower(word)
	parts := strings.FieldsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
	for _, name := range names {
		part := func(p string) bool { return len(p) >= 4 && strings.Contains(name, p) }
		if slices.ContainsFunc(parts, part) || len(name) >= 4 && strings.Contains(word, name) || edits(word, name) <= max(1, len(word)/3) {
			near = append(near, name)
		}
	}
	return near
}

// edits is the number of letters to put in, take out or change to make one word of the other (Levenshtein 1966).
func edits(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range from {
		before := row[0]
		row[0] = i + 1
		for j, y := range to {
			change := before
			if x != y {
				change++
			}
			before = row[j+1]
			row[j+1] = min(row[j+1]+1, row[j]+1, change)
		}
	}
	return row[len(to)]
}

// NewOptions say how a new project is made.
type NewOptions struct {
	Full     bool // a country of full size; else one of twelve kommuner, which is made and built in seconds
	Seed     uint64
	Progress func(step string, done, total int64) // may be nil
}

// newYears are the years of a new project's registers: the first two on the divisions of 2025.
var newYears = []int{2024, 2025}

// newProject is what the templates of a project's files are about.
type newProject struct {
	Profile
	*synth.AgencyFacts
	Years []int
}

// New makes a project from a profile in the folder dir: synthetic records of the agency's kind, the project file, its JSON Schema, and a page in Swedish and in English that says how
// to put the real register in. The folder must not exist, or be empty; it appears whole or not at all.
func New(ctx context.Context, dir, profile string, opt NewOptions) error {
	p, err := FindProfile(profile)
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("project: %w", err)
	}
	if err := vacant(dir); err != nil {
		return err
	}
	// It is made in a hidden folder, beside the place, or in it when there is an empty folder, which someone may stand in.
	parent, prefix, there := filepath.Dir(dir), "."+filepath.Base(dir)+".part-", false
	if _, err := os.Stat(dir); err == nil {
		parent, prefix, there = dir, partPrefix, true
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("project: no folder can be made there: %w", err)
	}
	entries, err := os.ReadDir(parent)
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) { // of one that was killed
			os.RemoveAll(filepath.Join(parent, e.Name()))
		}
	}
	temp, err := os.MkdirTemp(parent, prefix+"*")
	if err != nil {
		return fmt.Errorf("project: nothing can be written there: %w", err)
	}
	defer os.RemoveAll(temp)
	if err := os.Chmod(temp, 0o755); err != nil {
		return fmt.Errorf("project: %w", err)
	}
	made := newProject{Profile: p, Years: newYears}
	if made.AgencyFacts, err = synth.Agency(temp, opt.country(), slices.Concat(p.Registers, p.Files)...); err != nil {
		return err
	}
	if err := made.write(temp); err != nil {
		return fmt.Errorf("project: profile %s: %w", p.Name, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !there {
		if err := os.Rename(temp, dir); err != nil {
			return fmt.Errorf("project: %w", err)
		}
		return nil
	}
	return settle(temp, dir)
}

// partPrefix begins the name of the folder that a project is made in, inside an empty one.
const partPrefix = ".skikt-new.part-"

// settle moves all that is in a folder up into the one that holds it, the project file last, so that what is not whole is no project.
func settle(temp, dir string) error {
	entries, err := os.ReadDir(temp)
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int {
		if a.Name() == FileName {
			return 1
		}
		if b.Name() == FileName {
			return -1
		}
		return 0
	})
	for _, e := range entries {
		if err := os.Rename(filepath.Join(temp, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("project: %w", err)
		}
	}
	return nil
}

// country is the country that the registers are of.
func (o NewOptions) country() synth.Options {
	c := synth.Demo()
	if !o.Full {
		c = synth.Toy()
		c.Kommuner, c.RegSO, c.DeSO, c.Persons, c.Pupils, c.Schools, c.Offices = 12, 90, 160, 60_000, 48_000, 60, 16
	}
	c.Seed, c.Years, c.Progress = o.Seed, newYears, o.Progress
	return c
}

// vacant tells whether a project can be made at a place.
func vacant(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("project: %s is no folder that a project can be made in: %w", dir, err)
	}
	entries = slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return strings.HasPrefix(e.Name(), partPrefix) })
	if len(entries) == 0 {
		return nil
	}
	var names []string
	for _, e := range entries[:min(5, len(entries))] {
		names = append(names, e.Name())
	}
	if n := len(entries) - len(names); n > 0 {
		names = append(names, fmt.Sprintf("and %d more", n))
	}
	return fmt.Errorf("project: %s is not empty (%s): nothing of yours is written over; name a new folder", dir, strings.Join(names, ", "))
}

// write writes the project's own files.
func (p newProject) write(dir string) error {
	files := map[string]string{FileName: "profile/" + p.Name + "/skikt.yaml", "README.sv.md": "profile/README.sv.md", "README.en.md": "profile/README.en.md"}
	for _, name := range sorted(files) {
		text, err := p.render(files[name])
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dir, "skikt.schema.json"), Schema, 0o644)
}

func (p newProject) render(name string) ([]byte, error) {
	text, err := profiles.ReadFile(name)
	if err != nil {
		return nil, err
	}
	t := template.New(name).Option("missingkey=error").Funcs(template.FuncMap{
		"process": func(name string) Text { return processes[name] },
		"tool":    func(name string) Text { return tools[name] },
		"has":     slices.Contains[[]string],
		"inc":     func(i int) int { return i + 1 },
		"dec":     func(i int) int { return i - 1 },
		"upto": func(n int) []int {
			out := make([]int, n)
			for i := range out {
				out[i] = i + 1
			}
			return out
		},
	})
	if t, err = t.ParseFS(profiles, "profile/shared.yaml"); err != nil {
		return nil, err
	}
	if t, err = t.New(name).Parse(string(text)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = t.Execute(&out, p)
	return out.Bytes(), err
}
