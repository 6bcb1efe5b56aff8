package edition

import (
	"fmt"

	"github.com/skikt/skikt/cube"
)

// Assessment is the answer to how far the tools can support the agency's work: one item for each tool, use and process. It holds no number of its own: evidence points at
// cells of the edition's tables, and thresholds are what was declared.
type Assessment struct {
	Tools     []Named     `json:"tools"`
	Uses      []Named     `json:"uses"`
	Processes []Named     `json:"processes"`
	Kinds     []Kind      `json:"kinds"` // of evidence
	Items     []Item      `json:"items"` // in order of process, tool and use
	Notes     []cube.Text `json:"notes,omitempty"`
}

// AssessmentTable is the name of the table of all evidence and verdicts.
const AssessmentTable = "assessment"

// Kind documents one kind of evidence.
type Kind struct {
	cube.Doc
	Share bool `json:"share"` // values are shares, which people read in percent
}

// Named is a code that items use, with what it is called.
type Named struct {
	Code  string    `json:"code"`
	Title cube.Text `json:"title"`
	Text  cube.Text `json:"text"`
}

// Verdicts on evidence and on items.
const (
	Supports   = "supports"
	Conditions = "conditions" // supports with conditions
	Against    = "against"    // does not support
	Unmeasured = "unmeasured" // nothing in the edition tells
)

// Verdicts are all of them, the most supporting first, with what they are called.
func Verdicts() []Named {
	return []Named{
		{Supports, cube.Text{SV: "Stödjer", EN: "Supports"}, cube.Text{SV: "Allt underlag når den första gränsen.", EN: "All evidence reaches the first threshold."}},
		{Conditions, cube.Text{SV: "Stödjer med förbehåll", EN: "Supports with conditions"}, cube.Text{SV: "Något underlag når inte den första gränsen, eller är inte mätt.", EN: "Some evidence does not reach the first threshold, or is not measured."}},
		{Against, cube.Text{SV: "Stödjer inte", EN: "Does not support"}, cube.Text{SV: "Ett avgörande underlag når inte den andra gränsen.", EN: "Decisive evidence does not reach the second threshold."}},
		{Unmeasured, cube.Text{SV: "Inte mätt", EN: "Not measured"}, cube.Text{SV: "Inget underlag i utgåvan.", EN: "No evidence in the edition."}},
	}
}

// An Item is how far one tool supports one use in one process.
type Item struct {
	Tool      string     `json:"tool"`
	Use       string     `json:"use"`
	Process   string     `json:"process"`
	Evidence  []Evidence `json:"evidence"`
	Verdict   string     `json:"verdict"`             // by the thresholds
	Judgement *Judgement `json:"judgement,omitempty"` // a person's own, in its place; both are kept
	Obstacle  cube.Text  `json:"obstacle"`            // what keeps it from supporting; empty when nothing does
	Remedy    cube.Text  `json:"remedy"`              // what would remove the obstacle
}

// Kind finds a kind of evidence; one with the name alone when there is none.
func (a *Assessment) Kind(name string) Kind {
	for _, k := range a.Kinds {
		if k.Name == name {
			return k
		}
	}
	return Kind{Doc: cube.Doc{Name: name, Title: cube.Same(name)}}
}

// Item finds an item; nil when there is none.
func (a *Assessment) Item(process, tool, use string) *Item {
	for k := range a.Items {
		if i := &a.Items[k]; i.Process == process && i.Tool == tool && i.Use == use {
			return i
		}
	}
	return nil
}

// Final is the verdict that stands: the person's own where there is one.
func (i Item) Final() string {
	if i.Judgement != nil {
		return i.Judgement.Verdict
	}
	return i.Verdict
}

// A Judgement is a person's own verdict on an item, with the reason.
type Judgement struct {
	Verdict string    `json:"verdict"`
	By      string    `json:"by"`
	Reason  cube.Text `json:"reason"`
}

// Evidence is one cell that an item rests on, and how it stands to the thresholds.
type Evidence struct {
	Kind       string            `json:"kind"` // name of its documentation value
	Title      cube.Text         `json:"title"`
	Table      string            `json:"table"`
	At         map[string]string `json:"at"` // member code by dimension of the table
	Measure    string            `json:"measure"`
	Thresholds Thresholds        `json:"thresholds"`
	Decisive   bool              `json:"decisive"` // when it is against, so is the item
	Verdict    string            `json:"verdict"`
}

// Thresholds part the verdicts on one kind of evidence. Shares are 0..1.
type Thresholds struct {
	Supports   float64 `json:"supports"`   // at least so much supports
	Conditions float64 `json:"conditions"` // at least so much supports with conditions
	Less       bool    `json:"less"`       // less is better: at most, not at least
	Declared   bool    `json:"declared"`   // by the project; else they are skikt's own
}

// Of is the verdict on a value.
func (t Thresholds) Of(cell cube.Cell) string {
	sign := 1.0
	if t.Less {
		sign = -1
	}
	switch v := sign * cell.Value; {
	case !cell.Status.HasValue():
		return Unmeasured
	case v >= sign*t.Supports:
		return Supports
	case v >= sign*t.Conditions:
		return Conditions
	}
	return Against
}

// Cell is the cell that evidence points at, among the tables' cubes by name.
func (e Evidence) Cell(c *cube.Cube) (cube.Cell, error) {
	codes := make([]string, len(c.Dims()))
	for d, dim := range c.Dims() {
		codes[d] = e.At[dim.Name]
	}
	m := c.MeasureIndex(e.Measure)
	if c.Name != e.Table || len(e.At) != len(codes) || m < 0 {
		return cube.Cell{}, fmt.Errorf("edition: evidence %s points at %s of %v in table %s, whose dimensions are %v", e.Kind, e.Measure, e.At, e.Table, c.DimNames())
	}
	row := c.Find(codes...)
	if row < 0 {
		return cube.Cell{}, fmt.Errorf("edition: evidence %s points at %v, which the table %s has no row for", e.Kind, e.At, e.Table)
	}
	return c.Cell(row, m), nil
}

// Check tells what is wrong with an assessment beside the tables of its edition; table gives a table by name.
func (a *Assessment) Check(table func(name string) (*cube.Cube, error)) error {
	has := func(all []Named, code string) bool {
		for _, n := range all {
			if n.Code == code {
				return true
			}
		}
		return false
	}
	for _, i := range a.Items {
		switch {
		case !has(a.Tools, i.Tool) || !has(a.Uses, i.Use) || !has(a.Processes, i.Process):
			return fmt.Errorf("edition: the assessment has an item of tool %q, use %q and process %q, which it does not name", i.Tool, i.Use, i.Process)
		case !has(Verdicts(), i.Verdict) || i.Judgement != nil && !has(Verdicts(), i.Judgement.Verdict):
			return fmt.Errorf("edition: the assessment has a verdict that is none of supports, conditions, against and unmeasured")
		}
		for _, e := range i.Evidence {
			c, err := table(e.Table)
			if err != nil {
				return err
			}
			cell, err := e.Cell(c)
			if err != nil {
				return err
			}
			if v := e.Thresholds.Of(cell); v != e.Verdict {
				return fmt.Errorf("edition: evidence %s of %s says %s, and the cell that it points at gives %s", e.Kind, e.Table, e.Verdict, v)
			}
		}
	}
	return nil
}
