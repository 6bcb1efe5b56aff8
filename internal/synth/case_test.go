package synth

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func smallAgency() Options {
	opt := Toy()
	opt.Years = []int{2024, 2025}
	return opt
}

// Every register can be made, says in its name and its first line that it is synthetic, and has as many rows as its facts say, each of exactly one kind.
func TestAgencyRegisters(t *testing.T) {
	dir := t.TempDir()
	facts, err := Agency(dir, smallAgency(), Registers()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range facts.Registers {
		text, err := os.ReadFile(filepath.Join(dir, f.File))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\r\n")
		if !strings.Contains(f.File, "synthetic-") || !strings.Contains(lines[0], "SYNTHETIC DATA") {
			t.Errorf("%s doesn't say that it is synthetic: %s", f.File, lines[0])
		}
		if sum := f.Short + f.NoPlace + f.Malformed + f.Unknown + f.WrongVintage + f.Swapped + f.Outside + f.Located; sum != f.Rows || f.Rows == 0 {
			t.Errorf("%s: %d rows of some kind, of %d", f.Name, sum, f.Rows)
		}
		rows := 0
		for _, line := range lines {
			if line != "" && line[0] >= '0' && line[0] <= '9' { // every row begins with a number, and no other line does
				rows++
			}
		}
		if rows != f.Rows {
			t.Errorf("%s has %d rows, the facts say %d", f.Name, rows, f.Rows)
		}
	}
	if facts.Kommun == "" || facts.Lan == "" || facts.Districts < 2 || facts.CareAreas < 1 || facts.PoliceAreas < 2 || len(facts.Schools) == 0 {
		t.Errorf("%+v", facts)
	}
	if _, err := os.Stat(filepath.Join(dir, "register")); err == nil {
		t.Error("an agency has been given the persons")
	}
}

// A register is the same whichever others are made.
func TestAgencyRegistersAreApart(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	if _, err := Agency(one, smallAgency(), "safety_survey"); err != nil {
		t.Fatal(err)
	}
	if _, err := Agency(two, smallAgency(), "jobseekers", "incidents", "safety_survey"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"agency/synthetic-safety_survey.csv", "geography/synthetic-police_areas.geojson", "scb/socioeconomic_index.csv"} {
		a, err := os.ReadFile(filepath.Join(one, name))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(filepath.Join(two, name)); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s is another: %v", name, err)
		}
	}
}

// The squares of population sum to the population that is published, DeSO by DeSO.
func TestPopulationPoints(t *testing.T) {
	dir := t.TempDir()
	if _, err := Agency(dir, smallAgency(), "population_points"); err != nil {
		t.Fatal(err)
	}
	sums := func(name string, of func(fields []string) (code, n string)) map[string]int {
		text, err := os.ReadFile(filepath.Join(dir, "scb", name))
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{}
		for line := range strings.Lines(string(text)) {
			fields := strings.Split(strings.TrimSpace(line), ";")
			if len(fields) < 5 || fields[0] < "0" || fields[0] > "9999" {
				continue
			}
			code, digits := of(fields)
			n := 0
			for _, d := range digits {
				n = 10*n + int(d-'0')
			}
			out[code] += n
		}
		return out
	}
	published := sums("population_deso.csv", func(f []string) (string, string) {
		if f[1] != "2025" {
			return f[0][:9], ""
		}
		return f[0][:9], f[2]
	})
	squares := sums("population_points.csv", func(f []string) (string, string) { return f[0][:9], f[3] })
	if len(squares) != len(published) || len(squares) == 0 {
		t.Fatalf("%d DeSO have squares, %d are published", len(squares), len(published))
	}
	for code, n := range published {
		if squares[code] != n {
			t.Errorf("%s: %d in squares, %d published", code, squares[code], n)
		}
	}
}

func TestAgencyRefuses(t *testing.T) {
	if _, err := Agency(t.TempDir(), smallAgency(), "nurses"); err == nil || !strings.Contains(err.Error(), `no register "nurses"; there are accidents, `) {
		t.Error(err)
	}
	opt := smallAgency()
	opt.Years = []int{2023, 2024}
	if _, err := Agency(t.TempDir(), opt, "visits"); err == nil || !strings.Contains(err.Error(), "2023") {
		t.Error(err)
	}
}
