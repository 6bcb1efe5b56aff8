package project_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/locate"
	"github.com/skikt/skikt/project"
)

// toy makes the country of the demo in its smallest size and opens its project.
func toy(t *testing.T) (*project.Project, *synth.Facts) {
	t.Helper()
	dir := t.TempDir()
	facts, err := synth.Write(dir, synth.Toy())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, project.FileName), project.Demo, 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	return p, facts
}

// The account of a dirty register is what its maker knows of it, in all and kommun by kommun.
func TestAccountIsAsMade(t *testing.T) {
	p, facts := toy(t)
	run, err := p.Check(t.Context(), project.Options{})
	if err != nil {
		t.Fatal(err)
	}
	problems := int64(0)
	for _, a := range run.Accounts {
		if a.Read.Rows != a.Read.Bad+a.Located.Placed+a.Located.Residual {
			t.Errorf("the account of %s does not add up: %+v", a.Records, a)
		}
		problems += a.Read.Rows - a.Located.Placed
		switch a.Records {
		case "persons":
			for _, y := range facts.Years {
				if y.Year == 2023 && (a.Located.In != int64(y.Persons) || a.Located.Placed != int64(y.Persons)) {
					t.Errorf("%d persons, %d placed, want %d", a.Located.In, a.Located.Placed, y.Persons)
				}
			}
		case "pupils":
			made := facts.Pupils
			for what, c := range map[string][2]int64{
				"rows":      {a.Read.Rows, int64(made.Rows)},
				"short":     {a.Read.ByRule["ragged"], int64(made.ShortRows)},
				"malformed": {a.Read.ByRule["number"], int64(made.Malformed)},
				"points":    {a.Read.ByRule["decimal"], int64(made.DecimalPoint)},
				"nowhere":   {a.Located.Outcomes[locate.NoCoordinate], int64(made.NoCoordinate)},
				"swapped":   {a.Located.Outcomes[locate.SwappedAxes], int64(made.Swapped)},
				"outside":   {a.Located.Outcomes[locate.Outside], int64(made.Outside)},
				"placed":    {a.Located.Placed, int64(made.Located - made.DecimalPoint)},
			} {
				if c[0] != c[1] || c[0] == 0 {
					t.Errorf("pupils, %s: %d, want %d", what, c[0], c[1])
				}
			}
			if len(a.Located.Kommuner) != len(made.Kommuner) {
				t.Errorf("%d kommuner, want %d", len(a.Located.Kommuner), len(made.Kommuner))
			}
			var in, placed int64
			for _, k := range made.Kommuner {
				got := a.Located.Kommuner[k.Kommun]
				if got == nil || got.In > int64(k.Rows) || got.Placed > int64(k.Located) {
					t.Fatalf("kommun %s: %+v, want at most %d rows and %d placed", k.Kommun, got, k.Rows, k.Located)
				}
				in, placed = in+got.In, placed+got.Placed
			}
			if in != a.Located.In || placed != a.Located.Placed {
				t.Errorf("the kommuner have %d rows, %d placed; all are %d and %d", in, placed, a.Located.In, a.Located.Placed)
			}
		}
	}
	if run.Problems() != problems || len(run.Accounts) != len(p.Records) {
		t.Errorf("%d problems in %d accounts, want %d in %d", run.Problems(), len(run.Accounts), problems, len(p.Records))
	}
}
