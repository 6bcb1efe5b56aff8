package report

import (
	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

// A Document is a report in one language, ready to be written. Each format is written from it, so they say the same.
type Document struct {
	Lang       string
	Title      string
	Subtitle   string
	Agency     string
	Reference  string // the agency's number of the assignment
	Date       string
	Edition    string // number of the edition that every figure comes from
	Synthetic  bool
	Blocks     []Block
	Drawings   []*Drawing // in order
	Grids      []*Grid    // in order
	Works      []Work     // the list of references, in order
	Warnings   []string   // what the author should look at, none of which stops the report
	Statements []*Statement

	pages map[string]int // on which page of the PDF each heading is, when that has been made
}

// A Block is a part of the text: a [Heading], [Paragraph], [List], [Quote], [Code], [*Drawing], [*Grid] or [WorkList].
type Block any

// A Heading begins a chapter or a part of one.
type Heading struct {
	Level    int    // 1 for a chapter
	Number   string // 3.1; empty where headings have no number
	ID       string
	Runs     []Run
	Appendix bool // then the number is Bilaga 1
}

// A Paragraph is a paragraph. Class says what it is where it isn't ordinary text: note; item and more, of a verdict.
type Paragraph struct {
	Runs  []Run
	Class string
}

// A List is a list, with blocks in its items.
type List struct {
	Ordered bool
	Start   int
	Items   [][]Block
}

// A Quote is a text of somebody else's.
type Quote struct{ Blocks []Block }

// Code is text whose lines are kept.
type Code struct{ Text string }

// A WorkList is where the list of references stands.
type WorkList struct{}

// A Run is a piece of text of one look.
type Run struct {
	Text               string
	Strong, Emph, Code bool
	Break              bool       // a new line; there is no text then
	Link               string     // address outside the report
	To                 string     // what it leads to in the report
	From               *Statement // the cells that the text comes from, if it is a number
	Lang               string     // of the text, when it is not the report's
	waits              int        // for the number of what it refers to: one more than its place among those that wait
}

// A Statement is a number as it stands in the report, and what it was made from. Reference and Format together give the text again with [Evaluate].
type Statement struct {
	Reference string // population.NPersons[type=1,year=2022], or a quotient of two
	Format    string
	Text      string
	Edition   string // the number of the edition, when it is the one before

	prose bool // it stands in an author's text
}

// A Grid is a table. The first column names the rows.
type Grid struct {
	Number  int
	Name    string
	Caption string
	Heads   []Head
	Blocks  []GridBlock
	Notes   []string
	Signs   []string // what the signs in it mean
	Source  string
	cubes   []*cube.Cube // what it shows, for the workbook
}

// A Head is the head of a column; those of columns of numbers stand to the right.
type Head struct {
	Text   string
	Number bool
}

// A GridBlock is rows under a heading of their own, or none.
type GridBlock struct {
	Title string
	Rows  [][]Field
}

// A Field is a field of a table.
type Field struct {
	Runs   []Run
	Number bool
	Raw    cube.Cell    // of a number, with its measure
	Of     cube.Measure // has no name when the field is no number
	Head   bool         // names the row
}

// A Drawing is a figure.
type Drawing struct {
	Number  int
	Name    string
	Caption string
	SVG     string // whole, as it may stand in a file of its own
	Width   int    // px
	Height  int
	Alt     string // what it shows, in words
	Legend  []Key
	Notes   []string
	Source  string
	cube    *cube.Cube
}

// A Key is a line of a legend.
type Key struct{ Fill, Text string }

// A Work is an entry in the list of references.
type Work struct {
	Number  int
	ID      string
	Text    string
	Address string
}

// plain is the text of runs.
func plain(runs []Run) string {
	s := ""
	for _, r := range runs {
		if r.Break {
			s += " "
		}
		s += r.Text
	}
	return s
}

// tables reads the tables of an edition once each.
type tables struct {
	ed   *edition.Edition
	read map[string]*cube.Cube
}

func (t *tables) get(name string) (*cube.Cube, error) {
	if c, ok := t.read[name]; ok {
		return c, nil
	}
	c, err := t.ed.Table(name)
	if err == nil {
		t.read[name] = c
	}
	return c, err
}
