package project_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/project"
	"github.com/skikt/skikt/protect"
)

// noisy makes the country of the demo in its smallest size, under the policy of that text, and opens its project with changes: pairs of what stands there and what shall.
func noisy(t *testing.T, policy string, pairs ...string) (*project.Project, error) {
	t.Helper()
	dir := t.TempDir()
	if _, err := synth.Write(dir, synth.Toy()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "seed"), bytes.Repeat([]byte("seed"), 8), 0o600); err != nil {
		t.Fatal(err)
	}
	text := string(project.Demo)
	pairs = append([]string{"policy: {profile: scb-integration}", "policy: " + policy}, pairs...)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("the project has no %q", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	if err := os.WriteFile(filepath.Join(dir, project.FileName), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return project.Open(dir, "")
}

const (
	openPerturbed = "{profile: open-perturbed, seed_file: seed}"
	// ownPerturbed is that profile with rules for measures.
	ownPerturbed = `{seed_file: seed, own: {name: own, version: "1", zeros: show, full: show, documentation: {sv: Egen, en: Own},
  perturbation: {cell_key: {bits: 20, table: {max_change: 5, variance: 3, forbidden: 2}}}, measures: {persons: 100, units: 5, group: 20, largest: 80, decimals: 2}}}`
)

// keyed are the changes that tell whom the rows of the agency's records are about.
var keyed = []string{
	"    file: register/persons_2023.parquet\n", "    file: register/persons_2023.parquet\n    person: id\n",
	"        - {name: deso, required: true}\n", "        - {name: id, type: int, required: true}\n        - {name: deso, required: true}\n",
	"    file: agency/pupils.csv\n", "    file: agency/pupils.csv\n    person: lopnr\n",
}

// What noise can't protect is told of at once, with the table, why, and what to do.
func TestPerturbedRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		pairs []string
		want  []string
	}{
		"persons": {nil, []string{
			"low_standard is made from persons under a policy with cell keys: declare under records.persons which column",
			"eligibility is made from pupils under a policy with cell keys: declare under records.pupils which column"}},
		"mean": {keyed, []string{"tables[5].mean: merit: MeanMerit is the mean of the values in meritvarde", "publish the counts alone (only: [NPupils, NWithMerit])", "a project of its own"}},
		"measures": {keyed, []string{
			"assess.processes[0]: eligibility is measured from the agency's own records pupils, and the policy open-perturbed has no rules for measures",
			"assess.processes[1]: low_standard is measured from the agency's own records persons"}},
		"areas": {append(slices.Clone(keyed), "    share: {measure: SharePersons,", "    areas: {measure: NAreas, title: {sv: Områden, en: Areas}, unit: {sv: områden, en: areas}}\n    share: {measure: SharePersons,"),
			[]string{"tables[1].areas: low_standard: NAreas counts areas, which have no record keys", "only: [NPersons]"}},
		"sum": {append(slices.Clone(keyed), "count: {measure: NPupils,", "count: {measure: NPupils, sum: meritvarde,"), []string{"tables[4].count.sum", "count the records themselves, or make the table in a project of its own"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := noisy(t, openPerturbed, tt.pairs...)
			if err == nil {
				t.Fatal("it was taken")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v\ndoes not say %q", err, want)
				}
			}
		})
	}
	// A number that is declared as text says so before anything is stored.
	p, err := noisy(t, ownPerturbed, append(slices.Clone(keyed), "{name: id, type: int, required: true}", "{name: id, required: true}", "only: [NWithMerit, MeanMerit]", "only: [NWithMerit]")...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = p.Release(t.Context(), project.Options{}); err == nil || !strings.Contains(err.Error(), `column "id" holds int and is declared as text; declare type: int`) {
		t.Errorf("a column of another type: %v", err)
	}
}

// The pupils who could not be placed are counted in an account, though no table is made from the register; without keys it can't be changed.
func TestAccountNeedsKeys(t *testing.T) {
	demo := string(project.Demo)
	rest := demo[strings.Index(demo, "\nindices:"):]
	small := `
policy: ` + openPerturbed + `
tables:
  - name: persons
    title: {sv: Personer, en: Persons}
    from: persons
    count: {measure: NPersons, title: {sv: Antal, en: Number}, unit: {sv: personer, en: persons}}
    by: [kommun]
`
	for _, of := range [][]string{keyed[:4], keyed} {
		p, err := noisy(t, openPerturbed, append([]string{strings.Replace(rest, "policy: {profile: scb-integration}", "policy: "+openPerturbed, 1), small}, of...)...)
		if err != nil {
			t.Fatal(err)
		}
		switch r, err := p.Release(t.Context(), project.Options{}); {
		case len(of) == len(keyed) && (err != nil || !slices.ContainsFunc(r.Tables, func(t protect.Table) bool { return t.Name() == "account_pupils_kommun" })):
			t.Errorf("with keys: %v", err)
		case len(of) < len(keyed) && (err == nil || !strings.Contains(err.Error(), "account of pupils: some rows of agency/pupils.csv could not be read or placed") ||
			!strings.Contains(err.Error(), "declare under records.pupils which column")):
			t.Errorf("without keys: %v", err)
		}
	}
}

// Every count of the demo from an agency's records is perturbed under cell keys, the base of a mean too: no more than 5 from the truth, which its interval holds, never 1 or 2; a share is that of its counts;
// where the same persons stand behind two counts they are changed alike.
func TestDemoPerturbed(t *testing.T) {
	p, err := noisy(t, ownPerturbed, append(slices.Clone(keyed), "only: [NWithMerit, MeanMerit]", "only: [NPupils, NWithMerit]")...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.PlanBuild(t.Context(), project.Options{}); err != nil {
		t.Errorf("plan: %v", err)
	}
	r, err := p.Start(t.Context(), project.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, err := range []error{r.Load(t.Context()), r.Index(t.Context()), r.Tabulate(t.Context())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	release, err := r.Protect()
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]*cube.Cube{}
	for _, x := range release.Tables {
		tables[x.Name()] = x.Cube()
	}
	views, cells, changed, shares := 0, 0, 0, 0
	for _, f := range r.Families {
		if f.Public {
			continue
		}
		for _, v := range f.Views {
			shown, ok := tables[v.Name]
			if !ok {
				t.Errorf("the table %s is not there", v.Name)
				continue
			}
			views++
			if shown.AggregAllowed() {
				t.Errorf("%s does not say that its counts do not add up", v.Name)
			}
			truth, err := f.Inner.View(v)
			if err != nil {
				t.Fatal(err)
			}
			for row := range shown.Len() {
				codes := make([]string, len(shown.Dims()))
				for d := range codes {
					codes[d] = shown.Code(row, d)
				}
				for m, measure := range shown.Measures() {
					got, want := shown.Cell(row, m), truth.Get(measure.Name, codes...)
					switch {
					case got.Status == cube.NotApplicable:
					case got.Status != cube.Perturbed:
						t.Fatalf("%s %v %s: %+v", v.Name, codes, measure.Name, got)
					case want.Value < got.Lo.V-1e-12 || want.Value > got.Hi.V+1e-12:
						t.Fatalf("%s %v %s: %+v, and the truth is %v", v.Name, codes, measure.Name, got, want.Value)
					case measure.Kind == cube.Share:
						shares++
						if x, ok := shownCount(shown, measure.Of, codes); ok && math.Abs(min(1, x/got.Base.V)-got.Value) > 1e-12 {
							t.Fatalf("%s %v: the share is %v, of %v in %v", v.Name, codes, got.Value, x, got.Base.V)
						}
					default:
						cells++
						if got.Value != want.Value {
							changed++
						}
						if math.Abs(got.Value-want.Value) > 5 || got.Value == 1 || got.Value == 2 {
							t.Fatalf("%s %v: %v became %v", v.Name, codes, want.Value, got.Value)
						}
					}
				}
			}
		}
	}
	if views < 10 || cells < 500 || shares < 200 || changed < cells/2 || changed == cells {
		t.Errorf("%d tables, %d counts of which %d changed, %d shares", views, cells, changed, shares)
	}
	alike, apart, otherwise := 0, 0, 0
	merit := tables["merit_lan"]
	at := slices.IndexFunc(r.Families, func(f *project.Family) bool { return f.Inner.MeasureIndex("NWithMerit") >= 0 })
	truth, err := r.Families[at].Inner.Project("lan", "year")
	if err != nil {
		t.Fatal(err)
	}
	for row := range truth.Len() {
		codes := []string{truth.Code(row, 0), truth.Code(row, 1)}
		all, with := truth.Get("NPupils", codes...).Value, truth.Get("NWithMerit", codes...).Value
		allNoise, withNoise := merit.Get("NPupils", codes...).Value-all, merit.Get("NWithMerit", codes...).Value-with
		switch {
		case all == with && all > 0:
			alike++
			if allNoise != withNoise {
				t.Errorf("the same %v pupils of %v became %v more and %v more", all, codes, allNoise, withNoise)
			}
		case all > with:
			if apart++; allNoise != withNoise {
				otherwise++
			}
		}
	}
	if apart == 0 || otherwise == 0 {
		t.Errorf("%d cells with and %d without pupils that lack a merit value, %d changed otherwise", apart, alike, otherwise)
	}
	for _, name := range []string{"eligibility_gap", "low_standard_gap", "assess_targeting_low_standard"} {
		if c := tables[name]; c == nil || c.Len() == 0 || c.Cell(0, 0).Status != cube.Perturbed || !c.Cell(0, 0).Lo.OK {
			t.Errorf("%s does not say that it rests on perturbed counts", name)
		}
	}
	for _, name := range []string{"grant", "grant_summary", "assess_variation_low_standard"} {
		if tables[name] == nil {
			t.Errorf("there is no %s", name)
		}
	}
}

func shownCount(c *cube.Cube, name string, codes []string) (float64, bool) {
	if c.MeasureIndex(name) < 0 {
		return 0, false
	}
	cell := c.Get(name, codes...)
	return cell.Value, cell.Status.HasValue()
}
