package project_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/skikt/skikt/assess"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/internal/synth"
	"github.com/skikt/skikt/project"
)

// By the README of the data 41.6, 27.8, 17.4, 9.0 and 3.7 per cent in types 1–5 have low economic standard. With the persons that the published table by type gives as bases, the five types tell
// Σ n(p − m)² over N m(1 − m) of it, types 1–2 have (n₁p₁ + n₂p₂)/Nm of those with it, and the gap is p₁ − p₅.
func TestAssessmentOfPublishedFigures(t *testing.T) {
	b := build(t)
	readme := []float64{0.416, 0.278, 0.174, 0.090, 0.037}
	n, p := make([]float64, 5), make([]float64, 5)
	var all, having, told float64
	byType := b.table(t, "economic_standard")
	for i := range n {
		cell := byType.Get("SharePersons", string(rune('1'+i)), "2022", "låg")
		n[i], p[i] = cell.Base.V, cell.Value
		if math.Abs(p[i]-readme[i]) > 0.0005 {
			t.Errorf("type %d: %v, the README has %v", i+1, p[i], readme[i])
		}
		all, having = all+n[i], having+n[i]*p[i]
	}
	m := having / all
	for i := range n {
		told += n[i] * (p[i] - m) * (p[i] - m)
	}
	variation, coverage, targeting := b.table(t, "assess_variation_economic_standard"), b.table(t, "assess_coverage_economic_standard"), b.table(t, "assess_targeting_economic_standard")
	for _, c := range []struct {
		what      string
		got       cube.Cell
		want, tol float64
	}{
		{"told by types", variation.Get("ShareVariation", "types"), told / (all * m * (1 - m)), 1e-9},
		{"gap", coverage.Get("Gap", "total"), p[0] - p[4], 1e-9},
		{"everyone has a place", coverage.Get("ShareLocated", "total"), 1, 0},
		{"reach of types 1–2", targeting.Get("Coverage", "types12"), (n[0]*p[0] + n[1]*p[1]) / having, 1e-9},
		{"lift of type 1", targeting.Get("Lift", "types1"), p[0] / m, 1e-9},
	} {
		if !c.got.Status.HasValue() || math.Abs(c.got.Value-c.want) > c.tol {
			t.Errorf("%s: %v %s, want %v", c.what, c.got.Value, c.got.Status, c.want)
		}
	}
	// Nested units: each tells no more than the one within it, and the types no more than the best five classes.
	at := func(code string) float64 { return variation.Get("ShareVariation", code).Value }
	if !(at("lan") < at("kommun") && at("kommun") < at("regso") && at("regso") < at("deso") && at("types") < at("best_classes") && at("best_classes") < at("regso")) {
		t.Error("coarser units tell more")
	}
	// 373 schools, four of them outside the simplified borders: the data's README and this example's comment.
	if got := b.table(t, "assess_coverage_school_results").Get("ShareLocated", "total"); got.Value != 369.0/373 {
		t.Errorf("schools with a place: %v, want 369 of 373", got.Value)
	}
	// Schools' merit does not vary more between RegSO than chance gives, so there is nothing for classes of RegSO to catch, and no verdict on it.
	if schools := b.table(t, "assess_variation_school_results"); schools.Get("ShareVariationCorrected", "regso").Value > 0 || schools.Get("ShareOfBest", "types").Status != cube.NotApplicable {
		t.Error("types are held against classes made of chance")
	}
	a := b.ed.Manifest().Assessment
	if a == nil || len(a.Items) != 4*4*4 {
		t.Fatalf("an assessment of 4 processes, tools and uses: %+v", a)
	}
	for _, i := range a.Items {
		if (i.Verdict != edition.Supports) != (i.Obstacle.SV != "" && i.Obstacle.EN != "") {
			t.Errorf("%s %s %s: %s with the obstacle %q", i.Process, i.Tool, i.Use, i.Verdict, i.Obstacle.EN)
		}
	}
	if err := a.Check(b.ed.Table); err != nil {
		t.Error(err)
	}
	// The index of all RegSO is not among the inputs, and so is not measured.
	for _, e := range a.Item("employment", assess.ToolIndex, assess.UseAnalysis).Evidence {
		if e.Kind == "index-caught" && e.Verdict != edition.Unmeasured {
			t.Errorf("index: %+v", e)
		}
	}
}

// Of the agency's own records nothing finer leaves than the policy's rules for measures allow: two decimals, no base, and nothing on few; and evidence from them is told as protected.
func TestAssessmentOfOwnRecords(t *testing.T) {
	p, _ := toy(t)
	out := filepath.Join(t.TempDir(), "edition")
	if _, err := p.Build(t.Context(), out, project.Options{}); err != nil {
		t.Fatal(err)
	}
	ed, err := edition.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for _, info := range ed.Tables() {
		if !strings.HasPrefix(info.Name, assess.Prefix) || info.Lineage.Public() {
			continue
		}
		c, err := ed.Table(info.Name)
		if err != nil {
			t.Fatal(err)
		}
		derived := strings.Contains(info.Name, "targeting") || strings.Contains(info.Name, "protection")
		for row := range c.Len() {
			for m := range c.Measures() {
				cell := c.Cell(row, m)
				if cell.Base.OK || cell.Lo.OK {
					t.Errorf("%s %s has a base or an interval", c.Name, c.Code(row, 0))
				}
				if cell.Status.Hidden() {
					hidden++
				}
				if v := 100 * cell.Value; !derived && math.Abs(v-math.Round(v)) > 1e-9 {
					t.Errorf("%s %s: %v has more than two decimals", c.Name, c.Code(row, 0), cell.Value)
				}
			}
		}
	}
	if hidden == 0 {
		t.Error("the toy's few pupils hide nothing")
	}
	// Fewer than 20 pupils without a place are ineligible, so the whole row is hidden and the item says so.
	item := ed.Manifest().Assessment.Item("eligibility", assess.ToolRegSO, assess.UseAnalysis)
	if item.Evidence[0].Kind != "located" || item.Evidence[0].Verdict != edition.Unmeasured || !strings.Contains(item.Obstacle.EN, "Hidden by disclosure control: located") {
		t.Errorf("%+v", item)
	}
	// A person's judgement stands beside what was measured.
	item = ed.Manifest().Assessment.Item("eligibility", assess.ToolTypes, assess.UsePlanning)
	if item.Final() != edition.Against || item.Verdict == edition.Against || item.Judgement.Reason.SV == "" {
		t.Errorf("%+v", item)
	}
}

// What is wrong with an assessment is told with its line before anything is computed.
func TestAssessmentDeclaration(t *testing.T) {
	dir := t.TempDir()
	if _, err := synth.Write(dir, synth.Toy()); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string][2]string{
		`the table "nowhere" is not declared`:                               {"      table: eligibility\n", "      table: nowhere\n"},
		`"2" is no member of behorig`:                                       {"      outcome: [\"0\"]\n      neighbours", "      outcome: [\"2\"]\n      neighbours"},
		`"colour" is none of the groups of the table low_standard`:          {"      by: [sex]", "      by: [colour]"},
		`"map" is no tool`:                                                  {"{tool: index, year: 2023", "{tool: map, year: 2023"},
		`give year, the reference year`:                                     {`used: "2025-09", source: office}`, `used: "September", source: office}`},
		`"maybe" is none of supports, conditions, against`:                  {"verdict: against", "verdict: maybe"},
		`a judgement has a reason`:                                          {"      by: Syntetiska myndigheten\n", ""},
		`there is no evidence "luck"`:                                       {"  judgements:\n", "  thresholds: [{evidence: luck, supports: 1}]\n  judgements:\n"},
		`supports must be the stricter of the two: of age less is better`:   {"  judgements:\n", "  thresholds: [{evidence: age, supports: 30, conditions: 20}]\n  judgements:\n"},
		`neighbours are found by coordinates`:                               {"      by: [sex]\n", "      by: [sex]\n      neighbours: [10]\n"},
		`name the members of low_standard that have what is followed`:       {"      outcome: [låg]\n", ""},
		`the barometer has public statistics only, and eligibility is made`: {"  ages:\n", "  barometer: {table: eligibility, outcome: [\"0\"]}\n  ages:\n"},
	} {
		text := strings.Replace(string(project.Demo), change[0], change[1], 1)
		if text == string(project.Demo) {
			t.Errorf("nothing to change for %q", what)
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, project.FileName), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := project.Open(dir, "")
		if err == nil || !strings.Contains(err.Error(), what) || !strings.Contains(err.Error(), project.FileName+":") {
			t.Errorf("want %q, got: %v", what, err)
		}
	}
}
