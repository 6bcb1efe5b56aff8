package report

import "github.com/skikt/skikt/cube"

// A Plan is what an author declares of a report: the texts of their own, and which figures and tables of the edition it shows.
type Plan struct {
	Title    cube.Text
	Subtitle cube.Text
	Date     string // on the title page: 2022-10-28

	// Texts of the author's own, in Markdown, and where they go.
	Summary, Assignment, Done, Results, Next, Method Source
	Chapters                                         []Source // of one's own, after the results

	Figures    []Figure
	Tables     []Table
	References []Literature
}

// A Source is a file of Markdown in each language, relative to the project's folder. A language without a file goes without the text.
type Source struct{ SV, EN string }

func (s Source) in(lang string) string {
	if lang == "en" {
		return s.EN
	}
	return s.SV
}

// Empty tells whether there is no file in any language.
func (s Source) Empty() bool { return s == Source{} }

// A FigureKind is a way to draw.
type FigureKind string

// The kinds of figures.
const (
	Map   FigureKind = "map"   // areas by value or type
	Dots  FigureKind = "dots"  // a value with its interval for each member of a dimension
	Bars  FigureKind = "bars"  // a bar from nothing for each member of a dimension
	Lines FigureKind = "lines" // years across, a line for each member of a dimension
)

// FigureKinds are all kinds.
func FigureKinds() []FigureKind { return []FigureKind{Map, Dots, Bars, Lines} }

// A Figure is a drawing of one measure of a table.
type Figure struct {
	Name    string
	Caption cube.Text
	Kind    FigureKind
	Table   string
	Measure string
	Where   map[string][]string // members to show
	By      string              // the dimension that has a line of the drawing for each member; the one that varies when empty
	Inside  string              // of a map: the code of the kommun or län whose areas are shown
}

// A Table is a part of a table of the edition, laid out for reading.
type Table struct {
	Name      string
	Caption   cube.Text
	Table     string
	Measures  []string            // all when empty
	Where     map[string][]string // members to show
	Across    string              // the dimension whose members are columns, of a table of one measure; the measures are columns when empty
	Intervals bool                // shown after the values
}

// A Literature is a work that the text refers to.
type Literature struct {
	Key     string
	Text    cube.Text
	Address string
}
