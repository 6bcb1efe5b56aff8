package doctest

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/skikt/skikt/assess"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/gap"
	"github.com/skikt/skikt/segregation"
)

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var fence = regexp.MustCompile("(?s)```sh\n(.*?)```")

// commands are the lines of the sh blocks of a document.
func commands(text string) (lines []string) {
	for _, block := range fence.FindAllStringSubmatch(text, -1) {
		lines = append(lines, strings.Split(strings.TrimSpace(block[1]), "\n")...)
	}
	return lines
}

func TestBothReadmesHaveTheSameCommands(t *testing.T) {
	en, sv := commands(read(t, "README.md")), commands(read(t, "README.sv.md"))
	if len(en) < 5 || !slices.Equal(en, sv) {
		t.Errorf("English:\n%s\nSwedish:\n%s", strings.Join(en, "\n"), strings.Join(sv, "\n"))
	}
	if en[0] != "make demo" || en[1] != "make test" {
		t.Errorf("the README begins with %q and %q", en[0], en[1])
	}
	ci := read(t, ".ci/run")
	if !strings.Contains(ci, "\n"+en[1]+"\n") {
		t.Errorf(".ci/run does not call %q", en[1])
	}
}

// data is the folder of real data; the test is skipped without it, and fails in CI.
func data(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SKIKT_DATA")
	if dir == "" {
		dir = filepath.Join(root, "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no real data in %s", dir)
		}
		t.Skipf("no real data in %s: name the folder with SKIKT_DATA", dir)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// command builds skikt in a folder.
func command(t *testing.T, dir string) string {
	t.Helper()
	program := filepath.Join(dir, "skikt")
	build := exec.Command("go", "build", "-tags", "duckdb_arrow", "-o", program, "./cmd/skikt")
	build.Dir = root
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return program
}

// The commands in the README of every project that skikt new makes work in its folder, in both languages the same; and doc/profiles.md lists every profile.
func TestProfileReadmes(t *testing.T) {
	out := t.TempDir()
	program := command(t, out)
	list, err := exec.Command(program, "new", "--list", "--json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var profiles []struct {
		Name string
		Line struct{ SV, EN string }
	}
	if err := json.Unmarshal(list, &profiles); err != nil || len(profiles) == 0 {
		t.Fatalf("%d profiles: %v", len(profiles), err)
	}
	page := read(t, "doc/profiles.md")
	for _, p := range profiles {
		if row := fmt.Sprintf("| `%s` | %s | %s |", p.Name, p.Line.SV, p.Line.EN); !strings.Contains(page, row) {
			t.Errorf("doc/profiles.md has no row %s", row)
		}
		dir := filepath.Join(out, p.Name)
		if said, err := exec.Command(program, "new", p.Name, dir).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		var lines [2][]string
		for i, name := range []string{"README.sv.md", "README.en.md"} {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			lines[i] = commands(string(text))
		}
		if len(lines[0]) < 4 || !slices.Equal(lines[0], lines[1]) {
			t.Errorf("%s: %v and %v", p.Name, lines[0], lines[1])
		}
		if p.Name != "skolverket" && p.Name != "kommun" {
			continue // the commands are the same, and the tests of package project build them all
		}
		for _, line := range lines[0] {
			rest, ok := strings.CutPrefix(line, "skikt ")
			if !ok || strings.HasPrefix(rest, "serve ") {
				continue
			}
			cmd := exec.Command(program, strings.Fields(rest)...)
			cmd.Dir = dir
			said, err := cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%s: %s: %v\n%s", p.Name, line, err, said)
			}
		}
	}
}

// The commands of README's path to real figures work, and give the table that stands below them.
func TestReadmePath(t *testing.T) {
	dir, out := data(t), t.TempDir()
	program := command(t, out)
	text := read(t, "README.md")
	ran := 0
	for _, line := range commands(text) {
		rest, ok := strings.CutPrefix(line, "./skikt ")
		if !ok || strings.HasPrefix(rest, "serve ") {
			continue
		}
		args := strings.Fields(rest)
		for i := range args {
			if args[i] == "DATA" {
				args[i] = dir
			}
			args[i] = strings.Replace(args[i], "out/", out+"/", 1)
		}
		cmd := exec.Command(program, args...)
		cmd.Dir = root
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", line, err, said)
		}
		ran++
	}
	if ran < 3 {
		t.Fatalf("only %d commands of README were run", ran)
	}
	for _, row := range []struct{ label, table, measure, dim, code string }{
		{"RegSO", "population", "NRegSO", "", ""},
		{"population", "population", "NPersons", "", ""},
		{"foreign background, %", "background", "SharePersons", "background", "utländsk bakgrund"},
		{"low economic standard, %", "economic_standard", "SharePersons", "economic_standard", "låg"},
		{"pre-upper-secondary, 25–64 of known level, %", "education", "SharePersons", "education", "förgymnasial"},
	} {
		want := tableRow(t, text, row.label)
		got := get(t, program, filepath.Join(out, "sverige-2022"), row.table, row.measure, row.dim, row.code)
		for i := range want {
			if v := got[strconv.Itoa(i+1)]; math.Abs(v-want[i].value) > want[i].half {
				t.Errorf("%s, type %d: %v, README says %v", row.label, i+1, v, want[i].value)
			}
		}
	}
}

type printed struct{ value, half float64 } // half of its last decimal

// tableRow is a row of README's table of five types.
func tableRow(t *testing.T, text, label string) (values []printed) {
	t.Helper()
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 6 || strings.TrimSpace(cells[0]) != label {
			continue
		}
		for _, cell := range cells[1:] {
			s := strings.ReplaceAll(strings.TrimSpace(cell), ",", "")
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			_, decimals, _ := strings.Cut(s, ".")
			values = append(values, printed{v, 0.5*math.Pow10(-len(decimals)) + 1e-9})
		}
		return values
	}
	t.Fatalf("README has no row %q", label)
	return nil
}

// get reads one measure by type with skikt get.
func get(t *testing.T, program, edition, table, measure, dim, code string) map[string]float64 {
	t.Helper()
	args := []string{"get", edition, table}
	if dim != "" {
		args = append(args, "--where", dim+"="+code)
	}
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	values := map[string]float64{}
	for _, r := range rows[1:] {
		if r[at("measure")] == measure {
			v, err := strconv.ParseFloat(r[at("value")], 64)
			if err != nil {
				t.Fatal(err)
			}
			values[r[at("type")]] = v
		}
	}
	return values
}

// Every identifier of the glossary is an exported name of its package.
func TestGlossary(t *testing.T) {
	names := map[string]map[string]bool{}
	ids := regexp.MustCompile("`([a-z]+)\\.([A-Z]\\w*)`").FindAllStringSubmatch(read(t, "doc/glossary.md"), -1)
	if len(ids) < 20 {
		t.Fatalf("only %d identifiers in the glossary", len(ids))
	}
	for _, id := range ids {
		if names[id[1]] == nil {
			names[id[1]] = exported(t, filepath.Join(root, id[1]))
		}
		if !names[id[1]][id[2]] {
			t.Errorf("the glossary names %s.%s, which is not there", id[1], id[2])
		}
	}
}

// exported are the exported names that a package declares.
func exported(t *testing.T, dir string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no package in %s", dir)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					names[d.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						names[s.Name.Name] = true
					case *ast.ValueSpec:
						for _, n := range s.Names {
							names[n.Name] = true
						}
					}
				}
			}
		}
	}
	return names
}

// Links to files of the repository lead somewhere.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#]+)\)`)
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules" || d.Name() == "testdata"):
			return fs.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			n++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), m[1])); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d links looked at: %v", n, err)
	}
}

// Nothing names a place on a machine, and both languages are there wherever the project file has texts.
func TestNoMachinePaths(t *testing.T) {
	out, err := exec.Command("git", "-C", root, "ls-files").Output()
	if err != nil {
		t.Skip("not a git checkout")
	}
	home := regexp.MustCompile(`(^|[\s"'(=:])/(home|root|Users|work)/[a-z]`)
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		switch filepath.Ext(name) {
		case ".go", ".md", ".yaml", ".txtar", ".txt", ".html", ".css", "":
		default:
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			continue
		}
		for i, line := range strings.Split(string(text), "\n") {
			if home.MatchString(line) && !strings.Contains(line, "/home/anna") {
				t.Errorf("%s:%d names a place on a machine: %s", name, i+1, strings.TrimSpace(line))
			}
		}
	}
	if !home.MatchString(fmt.Sprintf("see /%s/x", "home")) {
		t.Error("the pattern finds nothing")
	}
}

// Each measure has a page that says what its documentation value says. SKIKT_WRITE_DOCS=1 writes the pages.
func TestMeasurePages(t *testing.T) {
	var families []family
	for _, f := range gap.Families() {
		families = append(families, family{f.Name, f.Title.EN})
	}
	measurePages(t, "segregation", measureList("Measures of segregation", segregationSymbols, measureFamilies, segregation.Docs()), segregation.Docs())
	measurePages(t, "gap", measureList("Follow-up: gaps, trends, early warnings and goals", gapSymbols, families, gap.Docs()), gap.Docs())
}

func measurePages(t *testing.T, folder, list string, docs []cube.Doc) {
	dir := filepath.Join(root, "doc", "method", folder)
	pages := map[string]string{"README.md": list}
	for _, d := range docs {
		pages[d.Name+".md"] = measurePage(d)
	}
	if os.Getenv("SKIKT_WRITE_DOCS") != "" {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range pages {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if _, ok := pages[f.Name()]; !ok {
			t.Errorf("%s is about no measure", f.Name())
		}
	}
	for name, want := range pages {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s is not what the measure's documentation value says (%v): write the pages anew with SKIKT_WRITE_DOCS=1", name, err)
		}
	}
}

// The page of the assessment has what its documentation values say. SKIKT_WRITE_DOCS=1 writes it.
func TestAssessPage(t *testing.T) {
	name := func(all []edition.Named, codes []string) string {
		var titles []string
		for _, n := range all {
			if slices.Contains(codes, n.Code) {
				titles = append(titles, n.Title.EN)
			}
		}
		return strings.Join(titles, ", ")
	}
	var b strings.Builder
	b.WriteString(assessIntro)
	for _, d := range assess.Docs() {
		sign := "at least"
		if d.Thresholds.Less {
			sign = "at most"
		}
		fmt.Fprintf(&b, "\n## %s\n\n*%s – %s*\n\n%s\n\n%s\n\n%s\n\n%s\n\n", d.Name, d.Title.EN, d.Title.SV, d.Text.EN, d.Text.SV, d.Cautions.EN, d.Cautions.SV)
		decides := "nothing"
		if len(d.Decisive) > 0 {
			decides = name(assess.Uses(), d.Decisive)
		}
		table := assess.Prefix + d.Table
		if d.PerProcess {
			table += "_PROCESS"
		}
		for _, line := range [][2]string{{"Formula", "`" + d.Formula + "`"}, {"Range", d.Range.EN}, {"Of", name(assess.Tools(), d.Tools)}, {"For", name(assess.Uses(), d.Uses)}, {"Decides", decides},
			{"Cell", fmt.Sprintf("`%s` of `%s`", d.Measure, table)}, {"skikt's own thresholds", fmt.Sprintf("supports %s %v, with conditions %s %v", sign, d.Thresholds.Supports, sign, d.Thresholds.Conditions)},
			{"When it does not support", d.Obstacle.EN + " " + d.Remedy.EN}, {"What it takes to measure it", d.Needs.EN}, {"Source", d.Source}} {
			fmt.Fprintf(&b, "- %s: %s\n", line[0], line[1])
		}
	}
	path := filepath.Join(root, "doc", "method", "assess.md")
	if os.Getenv("SKIKT_WRITE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != b.String() {
		t.Errorf("doc/method/assess.md is not what the documentation values say (%v): write it anew with SKIKT_WRITE_DOCS=1", err)
	}
}

const assessIntro = `# How far the tools support the work

Made from the documentation values that ` + "`skikt explain NAME`" + ` prints. The question is that of the assignment: to what extent can RegSO, the socioeconomic index, the area types and the barometer support analysis, planning,
direction and follow-up of the agency's work? For each tool, use and process of the agency an item answers, from measured evidence.

## How it is done

- **A process follows an outcome**: persons who have something (or a mean of values), from a declared table, in the last year there is or a declared one. It is counted by the finest areas at hand.
- **Evidence is cells.** Every number stands in a protected table of the edition, ` + "`assess_…`" + `; the table ` + "`assessment`" + ` has all of it with verdicts and thresholds. What comes from the agency's own records goes
  through the policy's rules for measures: rounded, and hidden where few stand behind. What published tables tell is computed from their cells alone.
- **Verdicts are given on what readers see**, after protection: a hidden cell is no evidence. Each kind has two thresholds. An item supports when all its evidence reaches the first; it does not when decisive evidence misses
  the second; in between, or when some evidence is not measured, it supports with conditions. The thresholds stand in the edition. Those that the project does not declare are skikt's own choice, and no agency's.
- **A person may judge otherwise**, by name and with a reason. Then both verdicts are shown.

## Variation

With y of each person, m the mean of all, n_a and m_a persons and mean of area a, k areas: the sum of squares between areas is Σ n_a (m_a − m)², and η² its part of Σ (y − m)². Chance alone gives k areas about (k − 1) MSW, with MSW the
mean square within areas; ε² takes it off (Kelley 1935). The intraclass correlation is Fisher's of 1925, over all pairs of persons in one area: the mean over persons of own deviation times that of the others, over the
variance. It needs no correction, and it is the one number that can be had for nearest neighbours too, where it is Moran's I with rows weighted alike; those neighbourhoods are whole rings of 100 m squares, as
` + "`skikt measure`" + ` takes them, and need coordinates and an outcome that persons have or not.

The best five classes of whole RegSO are found exactly, by Fisher's dynamic programming over the areas in order of the outcome, persons as weights; no five classes can catch more. They are fitted to the chance in small areas too, so the types are held against what such classes would tell of other persons: the same with every mean drawn
towards that of all by its reliability. Along the index the table also has the best
line, the best function that only rises or only falls (isotonic regression), and the best five classes, so that one can see whether it is the index or its cuts that lose.

## Coverage and bias

Those without a place have an outcome, and mostly a kommun. Imputation puts them, by kommun, in types in the proportions of those there who have a place, with and without the outcome each in theirs. The bounds suppose nothing:
the least and the most that the gap between the first and the last type could be, wherever the missing live. Where fewer than the policy's least group are missing nothing is told of them, unless they are so
few of so many that the rounded share is 1 with or without them.

## What protection leaves out

Change of the gap rule by rule is not told of the agency's own records: two rules that differ in one area would tell of that area. Only the widest is.
`

type family struct{ name, title string }

var measureFamilies = []family{
	{"two", "Two groups"}, {"many", "Many groups"}, {"local", "By unit and by group"}, {"ordered", "Ordered groups and incomes"}, {"space", "Space"},
	{"tools", "As other tools compute it"}, {"neighbours", "Nearest neighbours"}, {"decomposition", "Decompositions"}, {"inference", "Uncertainty"},
}

const (
	segregationSymbols = "Formulas use: unit i, group g; n_ig persons of g in i, n_i = Σ_g n_ig, N_g = Σ_i n_ig, N = Σ n_i; π_g = N_g/N, p_i = n_i/N, p_g|i = n_ig/n_i. For two groups a and b: " +
		"a_i, b_i, A = Σ a_i, B = Σ b_i, t_i = a_i + b_i, T = A + B, P = A/T."
	gapSymbols = "Formulas use: x of n persons have it, p = x/n; 1 and 2 the first and the last type compared; groups g in order, the most disadvantaged first, s_g their share of all persons, " +
		"μ the share of all, R_g the ridit, the middle of g's part of the persons from 0 to 1; z the quantile of the level, 1.96 for 95 %."
)

func measureList(title, symbols string, families []family, docs []cube.Doc) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\nOne page a measure, made from the documentation value that `skikt explain NAME` prints.\n\n%s\n", title, symbols)
	listed := 0
	for _, family := range families {
		fmt.Fprintf(&b, "\n## %s\n\n", family.title)
		for _, d := range docs {
			if d.Family == family.name {
				fmt.Fprintf(&b, "- [%s](%s.md): %s\n", d.Name, d.Name, d.Title.EN)
				listed++
			}
		}
	}
	if listed != len(docs) {
		b.WriteString("\nNot all measures are listed: a family is missing.\n")
	}
	return b.String()
}

func measurePage(d cube.Doc) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n*%s – %s*\n\n", d.Name, d.Title.EN, d.Title.SV)
	for _, part := range []struct {
		head string
		text cube.Text
	}{{"", d.Text}, {"Cautions – Att tänka på", d.Cautions}, {"Undefined – Odefinierat", d.Undef}} {
		if part.text == (cube.Text{}) {
			continue
		}
		if part.head != "" {
			fmt.Fprintf(&b, "## %s\n\n", part.head)
		}
		fmt.Fprintf(&b, "%s\n\n", part.text.EN)
		if part.text.SV != part.text.EN {
			fmt.Fprintf(&b, "%s\n\n", part.text.SV)
		}
	}
	extent := d.Range.EN
	if d.Range.SV != extent {
		extent += " – " + d.Range.SV
	}
	for _, line := range [][2]string{{"Formula", d.Formula}, {"Range", extent}, {"Source", d.Source}} {
		if line[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n\n", line[0], line[1])
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
