package report_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/skikt/skikt/report"
)

func page(t testing.TB, d *report.Document) string {
	t.Helper()
	var out strings.Builder
	if err := d.HTML(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var (
	traced = regexp.MustCompile(`(?s)<(span|tspan|text)([^>]*) data-cell="([^"]*)" data-format="([^"]*)"([^>]*)>([^<]*)</(?:span|tspan|text)>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
	digits = regexp.MustCompile(`\d[\d\x{00a0}.,]*`)
)

// Every number of the report is followed back to its cell and comes out the same; what is left without its numbers has no digits but those of years, types, names and the report's own numbering.
func TestEveryNumberComesFromACell(t *testing.T) {
	ed := toy(t, 0)
	for _, lang := range []string{"sv", "en"} {
		text := page(t, document(t, ed, lang))
		found := 0
		for _, m := range traced.FindAllStringSubmatch(text, -1) {
			reference, format, shown := html.UnescapeString(m[3]), m[4], html.UnescapeString(m[6])
			if strings.HasPrefix(reference, "money.") || strings.HasPrefix(reference, "deadline.") {
				continue // held against the manifest below
			}
			if format != "" {
				reference += "|" + format
			}
			got, err := report.Evaluate(ed, reference, lang)
			if err != nil {
				t.Errorf("%s: %s: %v", lang, reference, err)
				continue
			}
			if want := strings.Trim(shown, "()"); got.Text != want {
				t.Errorf("%s: %s is %q, and the report says %q", lang, reference, got.Text, want)
			}
			found++
		}
		// 6 in the prose; figures 5, 5 with intervals, 2 lines; tables of 10 with intervals and of what is shown of 12; evidence 1 with its interval.
		if found < 50 {
			t.Errorf("%s: only %d numbers lead to a cell", lang, found)
		}
		for reference, want := range map[string]string{"money.granted": "1000", "money.used": "300", "money.repaid": "700"} {
			m := regexp.MustCompile(`data-cell="` + reference + `"[^>]*>([^<]*)<`).FindStringSubmatch(text)
			if m == nil || strings.Trim(strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r
				}
				return -1
			}, html.UnescapeString(m[1])), " ") != want {
				t.Errorf("%s: %s is %v, want %s", lang, reference, m, want)
			}
		}
		_, body, _ := strings.Cut(text, `<main id="main">`)
		// Appendices tell of the method in words that have their own numbers; captions, heads and row names tell years and types.
		body, _, _ = strings.Cut(body, `<h2 class="appendix"`)
		body = traced.ReplaceAllString(body, "")
		for _, drop := range []string{`(?s)<(h\d|caption|figcaption|thead|code|title|desc|style)[ >].*?</(?:h\d|caption|figcaption|thead|code|title|desc|style)>`, `(?s)<th[ >].*?</th>`, `(?s)<ul class="works">.*?</ul>`, `(?s)<ul class="legend">.*?</ul>`,
			`(?s)<text [^>]*class="(tick|time|number)"[^>]*>.*?</text>`, `(?s)<g class="scale".*?</g>`, `(?s)<a href="#(figure|table|work|s|chapter|next)-?[^"]*">.*?</a>`} {
			body = regexp.MustCompile(drop).ReplaceAllString(body, "")
		}
		left := html.UnescapeString(tags.ReplaceAllString(body, "\n"))
		for _, line := range strings.Split(left, "\n") {
			for _, n := range digits.FindAllString(line, -1) {
				switch {
				case slices.Contains([]string{"2022", "2023"}, n): // years: a member's label, or a day's
				case strings.Contains(line, "SWEREF "+n): // the name of a system
				case regexp.MustCompile(`^[1-5] `).MatchString(strings.TrimSpace(line)): // a type's label in a figure
				case regexp.MustCompile(`(minst|högst|at least|at most) `).MatchString(line): // declared thresholds
				case strings.Contains(line, "oktober") || strings.Contains(line, "October") || strings.Contains(line, "januari") || strings.Contains(line, "January") || strings.Contains(line, "april") || strings.Contains(line, "April"): // declared days
				default:
					t.Errorf("%s: %q stands in the report and leads to no cell: %q", lang, n, strings.TrimSpace(line))
				}
			}
		}
	}
}

// The numbers by hand: 1+2+3+4+5 thousand persons, 3 of 15 in types 1 and 2; 40 and 80 % in work, so 40 points and a ratio of a half. The shares are known to 3 points, so the gap's
// interval holds Newcombe's for 43 against 77 and for 37 against 83 %. Wilson's limits of 430, 770, 370 and 830 of 1000 are 39.96 and 46.09, 74.29 and 79.50, 34.06 and 40.04, 80.55 and 85.20, so the ends are
// 34 − √(3.09² + 2.71²) = 29.9 and 46 + √(2.94² + 2.20²) = 49.7.
func TestNumbersByHand(t *testing.T) {
	ed := toy(t, 0)
	for reference, want := range map[string][2]string{
		"population.NPersons[year=2022]":                                                     {"15\u00a0000", "15,000"},
		"population.NPersons[type=1,year=2022]":                                              {"1\u00a0000", "1,000"},
		"population.NPersons[type=1+2,year=2022]":                                            {"3\u00a0000", "3,000"},
		"population.NPersons[type=1+2,year=2022] / population.NPersons[year=2022] | percent": {"20,0\u00a0%", "20.0%"},
		"population.NPersons[type=2,year=2022]/population.NPersons[type=1,year=2022]":        {"2,00", "2.00"},
		"work.Share[type=1,year=2022]":                                                       {"40,0\u00a0%", "40.0%"},
		"work.Share[type=1,year=2022]|0":                                                     {"40\u00a0%", "40%"},
		"work.Share[type=1,year=2022]|plain,2":                                               {"40,00", "40.00"},
		"work.Share[type=1,year=2022]|interval":                                              {"37,0–43,0\u00a0%", "37.0–43.0%"},
		"work.Share[type=1,year=2022]|base":                                                  {"1\u00a0000", "1,000"},
		"gap.work.2022.type1_vs_5":                                                           {"−40,0\u00a0procentenheter", "−40.0\u00a0percentage points"},
		"gap.work_gap.2022.type1_vs_5|abs":                                                   {"40,0\u00a0procentenheter", "40.0\u00a0percentage points"},
		"gap.work.2022.type1_vs_5|abs,interval,plain":                                        {"29,9–49,7", "29.9–49.7"},
		"gap.work.2022.Ratio|2":                                                              {"0,50", "0.50"},
		`pupils.NPersons[kommun=1280,background="utländsk, född"]`:                           {"59\u00a0231", "59,231"},
	} {
		for i, lang := range []string{"sv", "en"} {
			got, err := report.Evaluate(ed, reference, lang)
			if err != nil {
				t.Errorf("%s: %v", reference, err)
				continue
			}
			if got.Text != want[i] {
				t.Errorf("%s in %s: %q, want %q", reference, lang, got.Text, want[i])
			}
			// What a statement says of itself gives it again.
			again := got.Reference
			if got.Format != "" {
				again += "|" + got.Format
			}
			if s, err := report.Evaluate(ed, again, lang); err != nil || s.Text != got.Text || s.Reference != got.Reference {
				t.Errorf("%s: %q gives %v, %v", reference, again, s, err)
			}
		}
	}
}

// parts are the parts of an Office file.
func parts(t testing.TB, data []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}

// wellFormed reads a part to its end.
func wellFormed(t testing.TB, name, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
}

func docx(t testing.TB, d *report.Document, browser string) ([]byte, error) {
	t.Helper()
	data, err := d.DOCX(context.Background(), browser)
	var part *report.PartError
	if err != nil && !errors.As(err, &part) {
		t.Fatal(err)
	}
	return data, err
}

// No hidden count is in any format, and no author's text runs or breaks a file.
func TestHiddenAndEscaped(t *testing.T) {
	ed := toy(t, 0)
	secrets := []string{fmt.Sprint(secondary), "47\u00a0113", "47,113", "58222", "105332"}
	c, err := ed.Table("pupils")
	if err != nil {
		t.Fatal(err)
	}
	hidden := 0
	for row := range c.Len() {
		if c.Cell(row, 0).Status.Hidden() {
			hidden++
		}
	}
	if hidden < 4 {
		t.Fatalf("the toy hides %d cells; it should hide some", hidden)
	}
	for _, lang := range []string{"sv", "en"} {
		d := document(t, ed, lang)
		text := page(t, d)
		all := map[string]string{"html": text}
		word, part := docx(t, d, "no-such-browser")
		if part == nil {
			t.Error("a DOCX without Chromium does not say that its figures have no pictures")
		}
		for name, p := range parts(t, word) {
			if strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels") || strings.HasSuffix(name, ".svg") {
				wellFormed(t, name, p)
				all["docx "+name] = p
			}
		}
		book, err := d.XLSX()
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range parts(t, book) {
			wellFormed(t, name, p)
			all["xlsx "+name] = p
		}
		for name, p := range all {
			for _, s := range secrets {
				if strings.Contains(p, s) {
					t.Errorf("%s: %s tells %s", lang, name, s)
				}
			}
			if strings.Contains(p, "<script") || strings.Contains(p, "javascript:") {
				t.Errorf("%s: %s has a script", lang, name)
			}
		}
		for _, want := range []string{"&lt;b&gt;Inte fet&lt;/b&gt; &amp; &#34;citat&#34;", "kod &lt;x&gt;", `href="https://www.scb.se/?a=1&amp;b=2"`} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page lacks %s", lang, want)
			}
		}
		if lang == "sv" && !strings.Contains(all["docx word/document.xml"], "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;'å") {
			t.Error("the DOCX lacks the title as it was written")
		}
	}
}

// What is wrong in a text is told with file, line, column and what is near, all of it at once.
func TestProblems(t *testing.T) {
	ed := toy(t, 0)
	for _, c := range []struct{ text, want string }{
		{"# A\n\nDet är {{populatoin.NPersons[year=2022]}}.", `chapter.md:3:8: {{populatoin.NPersons[year=2022]}}: the edition has no table "populatoin"; near it: population`},
		{"# A\n\nÅÄÖ {{population.NPerson[year=2022]}}", `chapter.md:3:5: {{population.NPerson[year=2022]}}: the table population has no measure "NPerson"; near it: NPersons`},
		{"# A\n\n{{population.NPersons[typ=1,year=2022]}} x", `the table population has no dimension "typ"; near it: type`},
		{"# A\n\n{{population.NPersons[type=6,year=2022]}} x", `the table population has no type "6"; near it: 1, 2`},
		{"# A\n\n{{population.NPersons}} x", "say which year of population: [year=…] (there are 2022, 2023)"},
		{"# A\n\n{{pupils.NPersons[kommun=0180,background=svensk]}} x", "chapter.md:3:1: {{pupils.NPersons[kommun=0180,background=svensk]}}: pupils.NPersons[kommun=0180,background=svensk] is hidden, so the report must not tell it (hidden_"},
		{"# A\n\n{{pupils.NPersons[kommun=0180+1480,background=svensk]}} x", "is hidden, so the report must not tell it"},
		{"# A\n\n{{work.Share[type=1+2,year=2022]}} x", "does not add up; refer to one cell"},
		{"# A\n\n{{gap.work.2022.type1_vs_4}} x", "the table work_gap compares type 1 with type 5; write type1_vs_5"},
		{"# A\n\n{{gap.wrk.2022.type1_vs_5}} x", `the edition has no table of gaps "wrk"; near it: work`},
		{"# A\n\n{{gap.work.2024.type1_vs_5}} x", `has no year "2024"; near it: 2022, 2023`},
		{"# A\n\n{{gap.work.2022.type1_vs_5_odds}} x", `no measure "OddsRatio"`},
		{"# A\n\n{{work.Share[type=1,year=2022]|percnt}} x", `there is no format "percnt"`},
		{"# A\n\n{{population.NPersons[year=2022]|interval}} x", "it has no interval"},
		{"# A\n\n{{}} x", "is no reference"},
		{"# A\n\n{{population.NPersons[year=2022} x", "chapter.md:3:1: {{ is not closed on its line"},
		{"# A\n\nx {{figure people}} y", "must stand alone in its paragraph; write {{ref people}}"},
		{"# A\n\n{{figure people}}\n\n{{figure people}}", "figure people stands in the report already"},
		{"# A\n\n{{figure pepole}}", `no figure "pepole" is declared under report.figures; near it: people`},
		{"# A\n\n{{table worj}}", `no table "worj" is declared under report.tables; near it: work`},
		{"# A\n\nse {{ref nowhere}}", `chapter.md:3:4: {{ref nowhere}}: nothing in the report is called "nowhere"`},
		{"# A\n\nse {{ref people}}", "it is declared and stands nowhere in the report; place it with {{figure people}}"},
		{"# A\n\nse {{cite SCB1}}", `no work of that key is declared under report.references; near it: scb`},
		{"# A\n\nse [x](#nowhere)", "a link leads to #nowhere"},
		{"# A\n\n![x](x.png)", "figures are drawn from the edition"},
		{"Text first\n\n# A", "chapter.md:1:1: a chapter begins with its heading"},
		{"# A\n\n{{money.spent}}", `there is no "money.spent"`},
		{"# A\n\n{{deadline.raport}}", `there is no deadline "raport"; near it: report`},
		{"# A\n\n\xff", "it is not in UTF-8"},
	} {
		_, err := report.Make(ed, plan(), report.Options{Files: texts(map[string]string{"chapter.md": c.text})})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
	two := "# A\n\n{{a.b}}\n\n{{c.d}}"
	_, err := report.Make(ed, plan(), report.Options{Files: texts(map[string]string{"chapter.md": two})})
	if err == nil || strings.Count(err.Error(), "chapter.md:") != 2 {
		t.Errorf("two problems are not told at once: %v", err)
	}
	p := plan()
	p.Next = report.Source{SV: "gone.md"}
	if _, err := report.Make(ed, p, report.Options{Files: texts(nil)}); err == nil || !strings.Contains(err.Error(), "gone.md: there is no such file") {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := report.Make(ed, plan(), report.Options{Lang: "fi"}); err == nil {
		t.Error("a report in Finnish is made")
	}
}

// A plain number that looks like a result is told of, and a figure that stands nowhere.
func TestWarnings(t *testing.T) {
	ed := toy(t, 0)
	d, err := report.Make(ed, plan(), report.Options{Files: texts(map[string]string{"chapter.md": "# A\n\nDet är 12,5 % av alla, år 2022.", "next.md": "x"})})
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(d.Warnings, "\n")
	for _, want := range []string{"“12,5 %” stands as a plain number", "figure people is declared under report and stands nowhere"} {
		if !strings.Contains(all, want) {
			t.Errorf("the warnings lack %q:\n%s", want, all)
		}
	}
	if strings.Contains(all, "2022") {
		t.Errorf("a year is taken for a result:\n%s", all)
	}
}

// The DOCX has what Word and those who listen need.
func TestDOCX(t *testing.T) {
	d := document(t, toy(t, 0), "sv")
	data, _ := docx(t, d, "no-such-browser")
	again, _ := docx(t, document(t, toy(t, 0), "sv"), "no-such-browser")
	if !bytes.Equal(data, again) {
		t.Error("the same report gives other bytes")
	}
	p := parts(t, data)
	doc, styles := p["word/document.xml"], p["word/styles.xml"]
	for _, m := range regexp.MustCompile(`<w:(?:pStyle|rStyle|tblStyle) w:val="([^"]+)"`).FindAllStringSubmatch(doc+p["word/header1.xml"]+p["word/footer1.xml"]+p["word/numbering.xml"], -1) {
		if !strings.Contains(styles, `w:styleId="`+m[1]+`"`) {
			t.Errorf("there is no style %s", m[1])
		}
	}
	rels := p["word/_rels/document.xml.rels"]
	for _, m := range regexp.MustCompile(`r:(?:id|embed)="(rId\d+)"`).FindAllStringSubmatch(doc, -1) {
		if !strings.Contains(rels, `Id="`+m[1]+`"`) {
			t.Errorf("nothing is at %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`Target="([^"]+)"/>`).FindAllStringSubmatch(rels, -1) {
		if _, ok := p["word/"+m[1]]; !ok {
			t.Errorf("there is no part %s", m[1])
		}
	}
	marks := map[string]bool{}
	for _, m := range regexp.MustCompile(`<w:bookmarkStart w:id="\d+" w:name="([^"]+)"`).FindAllStringSubmatch(doc, -1) {
		if marks[m[1]] || len(m[1]) > 40 {
			t.Errorf("the bookmark %s stands twice, or is too long for Word", m[1])
		}
		marks[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`w:anchor="([^"]+)"`).FindAllStringSubmatch(doc, -1) {
		if !marks[m[1]] {
			t.Errorf("a link leads to %s, which is not there", m[1])
		}
	}
	tables := strings.Count(doc, "<w:tbl>")
	for what, n := range map[string]int{"<w:tblHeader/>": tables, "<w:tblCaption ": tables, "<wp:docPr ": len(d.Drawings), "<asvg:svgBlip ": len(d.Drawings), " SEQ Figur ": len(d.Drawings), " SEQ Tabell ": len(d.Grids), " PAGEREF _": strings.Count(doc, `<w:pStyle w:val="TOC1"/>`) + strings.Count(doc, `<w:pStyle w:val="TOC2"/>`)} {
		if got := strings.Count(doc, what); got != n {
			t.Errorf("%d of %s, want %d", got, what, n)
		}
	}
	for _, m := range regexp.MustCompile(`<wp:docPr [^>]*descr="([^"]*)"`).FindAllStringSubmatch(doc, -1) {
		if len(m[1]) < 20 {
			t.Errorf("a figure's text in the place of it is %q", m[1])
		}
	}
	if len(d.Drawings) != 5 || tables < 7 || !strings.Contains(doc, `w:val="Heading2"`) || !strings.Contains(doc, `w:val="Appendix"`) {
		t.Errorf("%d figures, %d tables", len(d.Drawings), tables)
	}
}

// The workbook has each figure and table, codes as text, and the numbers of the cells.
func TestXLSX(t *testing.T) {
	d := document(t, toy(t, 0), "sv")
	data, err := d.XLSX()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, want := len(f.GetSheetList()), 1+len(d.Drawings)+len(d.Grids); got != want {
		t.Errorf("%d sheets, want %d", got, want)
	}
	rows, err := f.GetRows("Figur 4", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != 7 {
		t.Fatalf("%v, %v", rows, err)
	}
	for i, want := range [][]string{{"0180", "Stockholm", "1"}, {"1480", "Göteborg " + evil, "2"}, {"1280", "Malmö", "3"}} {
		if !slices.Equal(rows[4+i][:3], want) {
			t.Errorf("row %v, want %v", rows[4+i], want)
		}
	}
	if kind, err := f.GetCellType("Figur 4", "A5"); err != nil || kind != excelize.CellTypeInlineString {
		t.Errorf("the code is a %v, %v", kind, err)
	}
	rows, err = f.GetRows("Figur 5", excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	if row := rows[4]; row[0] != "0180" || row[4] != "" || !strings.HasPrefix(row[5], "Dold") {
		t.Errorf("a hidden count: %v", row)
	}
}

// chromiumIs finds the browser; without it the test is skipped, and fails in CI.
func chromiumIs(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") != "" {
		t.Fatal("there is no Chromium")
	}
	t.Skip("there is no Chromium")
	return ""
}

// The PDF has what PDF/UA asks for, as far as it can be seen in the file: marked, with a tree of structure, a language, a title that is shown; figures with a text, tables with heads, headings in order,
// links with a text; no time. It is the same each time.
func TestPDF(t *testing.T) {
	if testing.Short() {
		t.Skip("Chromium is slow to start")
	}
	browser := chromiumIs(t)
	ctx := context.Background()
	d := document(t, toy(t, 0), "sv")
	data, err := d.PDF(ctx, browser)
	if err != nil {
		t.Fatal(err)
	}
	again, err := document(t, toy(t, 0), "sv").PDF(ctx, browser)
	if err != nil || !bytes.Equal(data, again) {
		t.Errorf("the same report gives other bytes: %v", err)
	}
	f := objects(t, data)
	catalog := f[f.at(t, f["trailer"], "Root")]
	for _, want := range []string{"/Marked true", "/StructTreeRoot", "/Lang (sv)", "/DisplayDocTitle true", "/Metadata", "/Outlines"} {
		if !strings.Contains(catalog, want) {
			t.Errorf("the catalog lacks %s", want)
		}
	}
	info := f[f.at(t, f["trailer"], "Info")]
	if !strings.Contains(info, "/Title <FEFF") || !strings.Contains(info, "/Author <FEFF") {
		t.Errorf("the file has no title or author: %s", info)
	}
	if bytes.Contains(data, []byte("CreationDate")) || bytes.Contains(data, []byte("ModDate")) || bytes.Contains(data, []byte("HeadlessChrome")) {
		t.Error("the file has a time, or a browser's name")
	}
	standard := map[string]bool{}
	for _, s := range strings.Fields("Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Figure Formula Form Strong Em") {
		standard[s] = true // Strong and Em by the role map
	}
	if !strings.Contains(f[f.at(t, catalog, "StructTreeRoot")], "/RoleMap <</Strong /Span") {
		t.Error("names that PDF 1.7 lacks have no role")
	}
	n := map[string]int{}
	var levels []int
	order := make([]string, 0, len(f))
	for name := range f {
		order = append(order, name)
	}
	slices.SortFunc(order, func(a, b string) int {
		x, _ := strconv.Atoi(a)
		y, _ := strconv.Atoi(b)
		return x - y
	})
	for _, name := range order {
		text := f[name]
		if m := regexp.MustCompile(`/Type /StructElem\s+/S /(\w+)`).FindStringSubmatch(text); m != nil {
			n[m[1]]++
			if !standard[m[1]] {
				t.Errorf("object %s is a %s, which is no standard name of structure", name, m[1])
			}
			if m[1] == "Figure" && !strings.Contains(text, "/Alt <FEFF") {
				t.Errorf("figure %s has no text in its place", name)
			}
			if m[1] == "TH" && !strings.Contains(text, "/Scope /") {
				t.Errorf("table head %s says no direction", name)
			}
			if len(m[1]) == 2 && m[1][0] == 'H' && m[1][1] >= '1' && m[1][1] <= '6' {
				levels = append(levels, int(m[1][1]-'0'))
			}
		}
		if strings.Contains(text, "/Subtype /Link") && !strings.Contains(text, "/Contents <FEFF") {
			t.Errorf("link %s has no text: %s", name, text)
		}
	}
	if n["Figure"] != len(d.Drawings) || n["Table"] < 7 || n["TH"] < 20 || n["Link"] < 10 || n["H1"] != 1 || n["H2"] < 7 {
		t.Errorf("structure: %v; %d figures", n, len(d.Drawings))
	}
	for i := 1; i < len(levels); i++ {
		if levels[i] > levels[i-1]+1 {
			t.Errorf("heading %d of level %d follows one of level %d", i, levels[i], levels[i-1])
		}
	}
}

// pdf is a PDF's objects by number, and its trailer.
type pdf map[string]string

func objects(t testing.TB, data []byte) pdf {
	t.Helper()
	out := pdf{}
	for _, m := range regexp.MustCompile(`(?s)\n(\d+) 0 obj\n(.*?)\nendobj`).FindAllSubmatch(data, -1) {
		out[string(m[1])] = string(m[2])
	}
	at := bytes.LastIndex(data, []byte("trailer"))
	out["trailer"] = string(data[at:])
	// The table says where each object is.
	start, err := strconv.Atoi(strings.Fields(string(data[bytes.LastIndex(data, []byte("startxref")):]))[1])
	if err != nil || !bytes.HasPrefix(data[start:], []byte("xref\n0 ")) {
		t.Fatalf("no table of objects at %d", start)
	}
	for i, line := range strings.Split(string(data[start:at]), "\n")[2:] {
		if fields := strings.Fields(line); len(fields) == 3 && fields[2] == "n" {
			at, _ := strconv.Atoi(fields[0])
			if !bytes.HasPrefix(data[at:], []byte(fmt.Sprintf("%d 0 obj", i))) {
				t.Fatalf("object %d is not at %d", i, at)
			}
		}
	}
	return out
}

func (f pdf) at(t testing.TB, dictionary, key string) string {
	t.Helper()
	m := regexp.MustCompile(`/` + key + ` (\d+) 0 R`).FindStringSubmatch(dictionary)
	if m == nil {
		t.Fatalf("no %s in %s", key, dictionary)
	}
	return m[1]
}

// Without Chromium there is no PDF, and the error says so; the other formats are written.
func TestWriteFileWithoutChromium(t *testing.T) {
	d := document(t, toy(t, 0), "en")
	dir := t.TempDir()
	for format, written := range map[string]bool{"html": true, "xlsx": true, "docx": true, "pdf": false} {
		file := filepath.Join(dir, "r."+format)
		err := d.WriteFile(context.Background(), file, "no-such-browser")
		var part *report.PartError
		if missing := errors.As(err, &part); missing != (format == "docx" || format == "pdf") || missing && part.Written != written || !missing && err != nil {
			t.Errorf("%s: %v", format, err)
		}
		if _, err := os.Stat(file); (err == nil) != written {
			t.Errorf("%s: written is %t", format, err == nil)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The next year's report tells what has changed: population of 2023 grew by 100 in each type in one edition, by 250 in the other, whose file is another. So type 1 has 1 100 and 1 250.
func TestChanged(t *testing.T) {
	before, now := toy(t, 100), toy(t, 250)
	files := texts(map[string]string{"summary.md": "I typ ett bodde {{population.NPersons[type=1,year=2023]}}, och {{work.Share[type=1,year=2023]}} arbetade."})
	d, err := report.Make(now, plan(), report.Options{Files: files, Previous: before})
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(page(t, d), `id="changed"`)
	text, _, _ = strings.Cut(text, `id="next"`)
	for _, want := range []string{before.ID(), now.ID(), "Tabell population (population)", "6 av 12 gemensamma värden", "utgåvan säger inte varför",
		`data-edition="` + before.ID() + `">1` + "\u00a0" + `100</span>`, ">1\u00a0250</span>"} {
		if !strings.Contains(text, want) {
			t.Errorf("the chapter lacks %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "Tabell work") || strings.Contains(text, "41,0") {
		t.Error("what has not changed is told as changed")
	}
	same, err := report.Make(now, plan(), report.Options{Files: files, Previous: now})
	if err != nil || !strings.Contains(page(t, same), "samma utgåva") {
		t.Errorf("the same edition: %v", err)
	}
}

// Headings, figures and tables are numbered in order, and references follow.
func TestNumbering(t *testing.T) {
	text := page(t, document(t, toy(t, 0), "en"))
	for _, want := range []string{`<a href="#figure-2">figure` + "\u00a0" + `2</a>`, `<a href="#next">section` + "\u00a0" + `6</a>`, `<span class="no">5</span> Kapitel &lt;i&gt;ett&lt;/i&gt;`, `<span class="no">Appendix 1</span>`, `<a href="#work-scb">[1]</a>`, `<a href="#chapter">hit</a>`} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(text, "never cited") {
		t.Error("a work that nobody cites is listed")
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if ids[m[1]] {
			t.Errorf("the id %s stands twice", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(text, -1) {
		if !ids[m[1]] {
			t.Errorf("a link leads to #%s, which is not there", m[1])
		}
	}
}

func FuzzEvaluate(f *testing.F) {
	ed := toy(f, 0)
	for _, s := range []string{"population.NPersons[type=1+2,year=2022] / population.NPersons[year=2022]|percent", `pupils.NPersons[background="utländsk, född"]`, "gap.work.2022.type1_vs_5|abs", "a.b[c=\"", "[[", "|", "/", "gap..."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, reference string) {
		s, err := report.Evaluate(ed, reference, "sv")
		if err != nil {
			return
		}
		again := s.Reference
		if s.Format != "" {
			again += "|" + s.Format
		}
		if back, err := report.Evaluate(ed, again, "sv"); err != nil || back.Text != s.Text {
			t.Errorf("%q gives %q, and %q gives %v, %v", reference, s.Text, again, back, err)
		}
	})
}

func FuzzText(f *testing.F) {
	ed := toy(f, 0)
	f.Add("# A\n\n{{population.NPersons[year=2022]}} *a **b*** `c` [d](e) <f> ![g](h)\n\n| a |\n|---|\n| {{x}} |\n")
	f.Add("# A {#b}\n\n- {{\n  1. }}\n> {{ref b}}\n\n```\n{{\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := report.Make(ed, report.Plan{Chapters: []report.Source{{SV: "c.md"}}}, report.Options{Files: texts(map[string]string{"c.md": text})})
		if err != nil {
			return
		}
		if out := page(t, d); strings.Contains(out, "<script") {
			t.Errorf("%q gives a script", text)
		}
		data, _ := docx(t, d, "no-such-browser")
		wellFormed(t, "document.xml", parts(t, data)["word/document.xml"])
	})
}
