package report_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/paulmach/orb"

	"github.com/skikt/skikt/area"
	"github.com/skikt/skikt/areatype"
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
	"github.com/skikt/skikt/gap"
	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/publish"
	"github.com/skikt/skikt/report"
)

// What must never be told: counts that are hidden, chosen so that no other number has these digits.
const (
	tooFew    = 3 // too few to be shown
	secondary = 47113
)

// evil would run, or break a file, if it were not escaped.
const evil = `<script>alert("x")</script>&'` + "\u00e5"

var (
	kommun  = area.ID{Kind: area.Kommun}
	persons = cube.Measure{Name: "NPersons", Title: cube.Text{SV: "Antal personer", EN: "Number of persons"}, Unit: cube.Text{SV: "personer", EN: "persons"}, Kind: cube.Count}
)

func years(codes ...string) cube.Dimension {
	d := cube.Dimension{Name: "year", Title: cube.Text{SV: "År", EN: "Year"}, Role: cube.Time}
	for _, y := range codes {
		d.Members = append(d.Members, cube.Member{Code: y, Label: cube.Same(y)})
	}
	return d
}

func made(t testing.TB, name string, dims []cube.Dimension, measures []cube.Measure, cells func(at []int32) []cube.Cell) *cube.Cube {
	t.Helper()
	b := cube.NewBuilder(name, dims, measures)
	at := make([]int32, len(dims))
	var fill func(d int)
	fill = func(d int) {
		if d == len(dims) {
			b.Add(at, cells(at)...)
			return
		}
		for m := range dims[d].Members {
			at[d] = int32(m)
			fill(d + 1)
		}
	}
	fill(0)
	c, err := b.Cube()
	if err != nil {
		t.Fatal(err)
	}
	c.Title = cube.Text{SV: "Tabell " + name, EN: "Table " + name}
	c.Lineage.Sources = []cube.Source{{Name: name + ".csv", Publisher: "Verket " + evil, Public: true, SHA256: "00"}}
	return c
}

// working are the persons of each type and year that work, of 1000 each.
var working = [][]float64{{400, 410}, {500, 505}, {600, 600}, {700, 700}, {800, 790}}

// toy builds an edition: population by type and year, the share working with the gap between types computed from it, areas by type, and a register with hidden counts. The population of type k is
// k·1000 in 2022, and grows by more in 2023.
func toy(t testing.TB, more float64) *edition.Edition {
	t.Helper()
	g := area.NewGeography()
	var areas []area.Area
	for i, code := range []string{"0180 Stockholm", "1480 Göteborg " + evil, "1280 Malmö"} {
		code, name, _ := strings.Cut(code, " ")
		x, y := 600000+1000*float64(i), 6600000.0
		areas = append(areas, area.Area{Code: code, Name: name, Border: orb.MultiPolygon{{{{x, y}, {x + 1000, y}, {x + 1000, y + 1000}, {x, y + 1000}, {x, y}}}}})
	}
	k, err := area.New(kommun, areas)
	if err == nil {
		err = g.Add(k)
	}
	if err != nil {
		t.Fatal(err)
	}
	kind := areatype.Dimension("type", cube.Text{SV: "Områdestyp", EN: "Area type"})
	whole := kind
	whole.Members = append(append([]cube.Member{}, kind.Members...), cube.Member{Code: cube.Total, Label: cube.TotalLabel})
	kommuner := cube.Dimension{Name: "kommun", Title: cube.Text{SV: "Kommun", EN: "Municipality"}, Role: cube.Area, Kind: "kommun"}
	for _, a := range areas {
		kommuner.Members = append(kommuner.Members, cube.Member{Code: a.Code, Label: cube.Same(a.Name)})
	}
	background := cube.Dimension{Name: "background", Title: cube.Text{SV: "Bakgrund", EN: "Background"}, Role: cube.Group, Members: []cube.Member{
		{Code: "utländsk, född", Label: cube.Text{SV: "Utländsk bakgrund", EN: "Foreign background"}}, {Code: "svensk", Label: cube.Text{SV: evil}}}}
	works := made(t, "work", []cube.Dimension{kind, years("2022", "2023")}, []cube.Measure{{Name: "Share", Title: cube.Text{SV: "Andel i arbete", EN: "Share in work"}, Kind: cube.Share, Decimals: 1}}, func(at []int32) []cube.Cell {
		v := working[at[0]][at[1]] / 1000
		return []cube.Cell{{Status: cube.Known, Value: v, Base: cube.Num(1000), Lo: cube.Num(v - 0.03), Hi: cube.Num(v + 0.03)}}
	})
	gaps, err := gap.Gaps(works, gap.Question{Share: "Share", Measures: []string{"Difference", "Ratio"}})
	if err != nil {
		t.Fatal(err)
	}
	gaps.Name = "work_gap"
	public := []*cube.Cube{
		made(t, "population", []cube.Dimension{whole, years("2022", "2023")}, []cube.Measure{persons}, func(at []int32) []cube.Cell {
			n := func(k int32) float64 { return float64(k+1)*1000 + float64(at[1])*more }
			if at[0] == 5 {
				return []cube.Cell{cube.KnownCell(n(0) + n(1) + n(2) + n(3) + n(4))}
			}
			return []cube.Cell{cube.KnownCell(n(at[0]))}
		}),
		works, gaps,
		made(t, "types", []cube.Dimension{kommuner}, []cube.Measure{{Name: "AreaType", Title: cube.Text{SV: "Områdestyp", EN: "Area type"}, Kind: cube.Code}}, func(at []int32) []cube.Cell {
			return []cube.Cell{cube.KnownCell(float64(at[0] + 1))}
		}),
	}
	var tables []protect.Table
	for _, c := range public {
		table, err := protect.AlreadyPublic(c, "made up")
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, table)
	}
	inner := made(t, "pupils", []cube.Dimension{kommuner, background}, []cube.Measure{persons}, func(at []int32) []cube.Cell {
		return []cube.Cell{cube.KnownCell([][]float64{{tooFew, secondary}, {58219, 61223}, {59231, 62219}}[at[0]][at[1]])}
	})
	inner.Lineage.Sources = []cube.Source{{Name: "register", Synthetic: true}}
	policy, err := protect.Profile("scb-integration")
	if err != nil {
		t.Fatal(err)
	}
	dims := []string{"kommun", "background"}
	release, err := protect.Apply([]protect.Family{{Name: "pupils", Inner: inner, Views: []cube.View{{Name: "pupils", Title: cube.Text{SV: "Elever", EN: "Pupils"}, Dims: dims, Totals: dims, Measures: []cube.Measure{persons}}}}}, policy)
	if err != nil {
		t.Fatal(err)
	}
	if account := release.Account(); account.Valid() {
		tables = append(tables, account)
	}
	used := int64(300)
	named := func(code, sv, en string) edition.Named {
		return edition.Named{Code: code, Title: cube.Text{SV: sv, EN: en}}
	}
	limits := edition.Thresholds{Supports: 0.5, Conditions: 0.25}
	dir := filepath.Join(t.TempDir(), "edition")
	err = publish.Build(dir, publish.Input{Tables: append(tables, release.Tables()...), Geography: g, Divisions: []area.ID{kommun}, Release: edition.Release{
		Title: cube.Text{SV: "Leksaksland", EN: "Toyland"}, Project: "toy", Agency: `Verket "X" ` + evil, Reference: "Dnr 7/22", Synthetic: true, Task: cube.Text{SV: "Pröva verktygen.", EN: "Try the tools."},
		Methods: []edition.Method{{Name: "types", Title: cube.Same("Typer"), Text: cube.Text{SV: "Först.\n\nSedan " + evil, EN: "First."}}},
		Assignment: &edition.Assignment{Giver: cube.Same("Regeringen"), Given: "2022-04-07", Deadlines: []edition.Deadline{{Name: "report", Title: cube.Text{SV: "Rapport", EN: "Report"}, By: "2022-10-28", To: cube.Same("Departementet")}},
			Money: &edition.Money{Currency: "SEK", Granted: 1000, Used: &used, RepayBy: "2023-01-31", RepayTo: cube.Same("Kammarkollegiet")}},
		Assessment: &edition.Assessment{Tools: []edition.Named{named("types", "Områdestyper", "Area types")}, Uses: []edition.Named{named("planning", "Planering", "Planning"), named("followup", "Uppföljning", "Follow-up")}, Processes: []edition.Named{named("grants", "Bidrag "+evil, "Grants")},
			Kinds: []edition.Kind{{Doc: cube.Doc{Name: "reach", Title: cube.Text{SV: "Räckvidd", EN: "Reach"}, Text: cube.Text{SV: "Hur många " + evil, EN: "How many"}, Formula: "a<b"}}},
			Items: []edition.Item{
				{Tool: "types", Use: "planning", Process: "grants", Verdict: edition.Conditions, Obstacle: cube.Text{SV: "Hinder " + evil, EN: "Obstacle"}, Remedy: cube.Same("Remedy"), Evidence: []edition.Evidence{
					{Kind: "reach", Title: cube.Text{SV: "Räckvidd", EN: "Reach"}, Table: "work", At: map[string]string{"type": "1", "year": "2022"}, Measure: "Share", Thresholds: limits, Verdict: edition.Conditions, Decisive: true},
					{Kind: "reach", Title: cube.Same("Hidden"), Table: "pupils", At: map[string]string{"kommun": "0180", "background": "utländsk, född"}, Measure: "NPersons", Thresholds: limits, Verdict: edition.Unmeasured}}},
				{Tool: "types", Use: "followup", Process: "grants", Verdict: edition.Unmeasured, Judgement: &edition.Judgement{Verdict: edition.Against, By: "Någon", Reason: cube.Text{SV: "Därför " + evil, EN: "Because"}}},
			}}}})
	if err != nil {
		t.Fatal(err)
	}
	ed, err := edition.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return ed
}

// plan shows every kind of figure and table.
func plan() report.Plan {
	text := func(name string) report.Source { return report.Source{SV: name + ".md", EN: name + ".md"} }
	return report.Plan{Title: cube.Text{SV: "Rapport om " + evil, EN: "A report"}, Subtitle: cube.Same("Svar"), Date: "2022-10-28", Summary: text("summary"), Chapters: []report.Source{text("chapter")}, Next: text("next"),
		Figures: []report.Figure{
			{Name: "people", Caption: cube.Text{SV: "Folk " + evil, EN: "People"}, Kind: report.Bars, Table: "population", Measure: "NPersons", Where: map[string][]string{"type": {"1", "2", "3", "4", "5"}, "year": {"2022"}}},
			{Name: "working", Kind: report.Dots, Table: "work", Measure: "Share", Where: map[string][]string{"year": {"2022"}}},
			{Name: "over-time", Kind: report.Lines, Table: "work", Measure: "Share", Where: map[string][]string{"type": {"1", "5"}}},
			{Name: "map", Kind: report.Map, Table: "types", Measure: "AreaType"},
			{Name: "pupils", Kind: report.Map, Table: "pupils", Measure: "NPersons", Where: map[string][]string{"kommun": {"0180", "1480", "1280"}, "background": {"utländsk, född"}}},
		},
		Tables: []report.Table{
			{Name: "work", Table: "work", Across: "year", Measures: []string{"Share"}, Intervals: true},
			{Name: "pupils", Caption: cube.Same("Pupils " + evil), Table: "pupils", Across: "background", Measures: []string{"NPersons"}},
		},
		References: []report.Literature{{Key: "scb", Text: cube.Same("SCB " + evil), Address: "https://www.scb.se/?a=1&b=2"}, {Key: "unused", Text: cube.Same("never cited")}},
	}
}

// texts are the author's files; all but those given are as they should be.
func texts(other map[string]string) fstest.MapFS {
	all := map[string]string{
		"summary.md": "Det finns {{population.NPersons[year=2022]}} personer, varav {{population.NPersons[type=1+2,year=2022] / population.NPersons[year=2022]|percent}} i typ ett och två. <b>Inte fet</b> & \"citat\" {{cite scb}}.\n\n- ett\n- två\n    1. inre\n",
		"chapter.md": "# Kapitel <i>ett</i> {#chapter}\n\nSe {{ref working}}, {{ref work}} och {{ref next}}. Gapet är {{gap.work.2022.type1_vs_5|abs}} ({{gap.work.2022.type1_vs_5|abs,interval}}), kvoten {{gap.work.2022.type1_vs_5_ratio|2}}.\n\n" +
			"{{figure people}}\n\n{{figure working}}\n\n{{figure over-time}}\n\n{{figure map}}\n\n{{figure pupils}}\n\n{{table work}}\n\n{{table pupils}}\n\n| a | b |\n|---|--:|\n| x | {{work.Share[type=1,year=2022]\\|0}} |\n\n> citat\n\n```\nkod <x>\n```\n",
		"next.md": "Kvar: {{money.repaid}} senast {{deadline.report}}. [Länk](https://www.scb.se/?a=1&b=2) och [hit](#chapter), men inte [dit](javascript:alert(1)).\n",
	}
	for name, text := range other {
		all[name] = text
	}
	fs := fstest.MapFS{}
	for name, text := range all {
		fs[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fs
}

func document(t testing.TB, ed *edition.Edition, lang string) *report.Document {
	t.Helper()
	d, err := report.Make(ed, plan(), report.Options{Lang: lang, Files: texts(nil)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
