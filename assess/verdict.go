package assess

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/skikt/skikt/cube"
	"github.com/skikt/skikt/edition"
)

// A Case is what verdicts are given on: the processes, the thresholds that the project declares by kind of evidence, and persons' own judgements.
type Case struct {
	Processes  []edition.Named
	Thresholds map[string]edition.Thresholds
	Judgements []Judged
}

// Judged is a person's own verdict on one item.
type Judged struct {
	Tool, Use, Process string
	edition.Judgement
}

// The table of all evidence has these dimensions and measures, and for each item a row of its own.
const (
	itemMember    = "item"
	valueMeasure  = "Value"
	verdictCode   = "Verdict"
	supportsFrom  = "SupportsFrom"
	conditionFrom = "ConditionsFrom"
)

// codes are the verdicts as numbers in the table.
var codes = map[string]float64{edition.Supports: 3, edition.Conditions: 2, edition.Against: 1}

// Assess gives the verdicts from tables of evidence as they are published, and the table of all evidence and verdicts.
//
// A piece of evidence supports when it reaches the first threshold, supports with conditions when it reaches the second, and else is against. An item supports when all its evidence does. It does not
// support when decisive evidence is against. In between, and when some of its evidence is not measured, it supports with conditions. An item without any measured evidence is unmeasured. The
// judgements replace verdicts without changing them: both are kept.
func Assess(c Case, tables []*cube.Cube) (*edition.Assessment, *cube.Cube, error) {
	a := &edition.Assessment{Tools: Tools(), Uses: Uses(), Processes: c.Processes, Items: []edition.Item{}, Notes: []cube.Text{
		text("Ett underlag stödjer när det når den första gränsen, stödjer med förbehåll när det når den andra och stödjer annars inte. En bedömning är Stödjer när allt underlag stödjer, Stödjer inte när ett avgörande underlag inte gör det, och annars Stödjer med förbehåll, också när något underlag inte är mätt.",
			"Evidence supports when it reaches the first threshold, supports with conditions when it reaches the second, and else does not. An item supports when all its evidence does, does not support when decisive evidence does not, and else supports with conditions, also when some evidence is not measured."),
		text("Gränser som projektet inte har angett är skikts egna val; de är ingen myndighets.", "Thresholds that the project does not declare are skikt's own choice; they are no agency's.")}}
	for _, d := range docs {
		a.Kinds = append(a.Kinds, edition.Kind{Doc: d.Doc, Share: d.Share})
	}
	named := map[string]*cube.Cube{}
	for _, t := range tables {
		named[t.Name] = t
	}
	for _, p := range c.Processes {
		for _, tool := range a.Tools {
			for _, use := range a.Uses {
				item := edition.Item{Tool: tool.Code, Use: use.Code, Process: p.Code, Evidence: []edition.Evidence{}}
				var cells []cube.Cell
				for _, d := range docs {
					if slices.Contains(d.Tools, tool.Code) && slices.Contains(d.Uses, use.Code) {
						e, cell := d.evidence(item, c.Thresholds, named)
						item.Evidence, cells = append(item.Evidence, e), append(cells, cell)
					}
				}
				conclude(&item, cells)
				a.Items = append(a.Items, item)
			}
		}
	}
	for _, j := range c.Judgements {
		item := a.Item(j.Process, j.Tool, j.Use)
		if item == nil {
			return nil, nil, fmt.Errorf("assess: a judgement is on tool %q, use %q and process %q, which is no item", j.Tool, j.Use, j.Process)
		}
		own := j.Judgement
		item.Judgement = &own
	}
	table, err := summary(a, named)
	return a, table, err
}

// evidence points at the cell of a kind of evidence for an item. Without a table it points at the summary, where the value is not available.
func (d Doc) evidence(item edition.Item, declared map[string]edition.Thresholds, tables map[string]*cube.Cube) (edition.Evidence, cube.Cell) {
	e := edition.Evidence{Kind: d.Name, Title: d.Title, Table: Prefix + d.Table, At: maps.Clone(d.At), Measure: d.Measure, Thresholds: d.Thresholds, Decisive: slices.Contains(d.Decisive, item.Use)}
	if t, ok := declared[d.Name]; ok {
		t.Less, t.Declared = d.Thresholds.Less, true
		e.Thresholds = t
	}
	if d.PerProcess {
		e.Table += "_" + item.Process
	} else if len(e.At) == 0 {
		e.At = map[string]string{"tool": item.Tool}
	}
	var cell cube.Cell
	err := fmt.Errorf("no table")
	if c := tables[e.Table]; c != nil {
		cell, err = e.Cell(c)
	}
	if err != nil {
		e.Table, e.Measure = edition.AssessmentTable, valueMeasure
		e.At = map[string]string{"process": item.Process, "tool": item.Tool, "use": item.Use, "evidence": d.Name}
	}
	e.Verdict = e.Thresholds.Of(cell)
	return e, cell
}

// conclude gives an item its verdict, and tells what is in the way; cells are those of its evidence.
func conclude(item *edition.Item, cells []cube.Cell) {
	measured := 0
	item.Verdict = edition.Supports
	for _, e := range item.Evidence {
		if e.Verdict != edition.Unmeasured {
			measured++
		}
		switch {
		case e.Verdict == edition.Against && e.Decisive:
			item.Verdict = edition.Against
		case e.Verdict != edition.Supports && item.Verdict == edition.Supports:
			item.Verdict = edition.Conditions
		}
	}
	if measured == 0 {
		item.Verdict = edition.Unmeasured
	}
	var obstacles, remedies []cube.Text
	for i, e := range item.Evidence {
		d, _ := Lookup(e.Kind)
		switch {
		case cells[i].Status.Hidden():
			obstacles = append(obstacles, text("Dolt av röjandekontrollen: "+lower(d.Title.SV)+".", "Hidden by disclosure control: "+lower(d.Title.EN)+"."))
			remedies = append(remedies, text("Fler personer bakom: flera år tillsammans, eller färre uppdelningar.", "More persons behind it: several years together, or fewer breakdowns."))
		case cells[i].Status == cube.NotApplicable:
			obstacles = append(obstacles, text("Kan inte mätas här: "+lower(d.Title.SV)+".", "Can't be measured here: "+lower(d.Title.EN)+"."))
			remedies = append(remedies, text("Det finns för lite variation eller för få områden eller år att mäta på.", "There is too little variation, or too few areas or years, to measure on."))
		case e.Verdict == edition.Unmeasured:
			obstacles = append(obstacles, text("Inte mätt: "+lower(d.Title.SV)+".", "Not measured: "+lower(d.Title.EN)+"."))
			remedies = append(remedies, d.Needs)
		case e.Verdict == edition.Against, e.Verdict == edition.Conditions && item.Verdict == edition.Conditions:
			obstacles, remedies = append(obstacles, d.Obstacle), append(remedies, d.Remedy)
		}
	}
	item.Obstacle, item.Remedy = together(obstacles), together(remedies)
}

// lower is a title inside a sentence.
func lower(s string) string {
	if strings.HasPrefix(s, "RegSO") {
		return s
	}
	r := []rune(s)
	return strings.ToLower(string(r[:1])) + string(r[1:])
}

func together(all []cube.Text) cube.Text {
	var sv, en []string
	for _, t := range all {
		if !slices.Contains(sv, t.SV) && t.SV != "" {
			sv, en = append(sv, t.SV), append(en, t.EN)
		}
	}
	return text(strings.Join(sv, " "), strings.Join(en, " "))
}

// summary is all evidence and verdicts as a table.
func summary(a *edition.Assessment, tables map[string]*cube.Cube) (*cube.Cube, error) {
	dim := func(name string, title cube.Text, members []edition.Named) cube.Dimension {
		d := cube.Dimension{Name: name, Title: title, Role: cube.Group}
		for _, m := range members {
			d.Members = append(d.Members, cube.Member{Code: m.Code, Label: m.Title})
		}
		return d
	}
	kinds := []edition.Named{{Code: itemMember, Title: text("Samlad bedömning", "The item as a whole")}}
	for _, d := range docs {
		kinds = append(kinds, edition.Named{Code: d.Name, Title: d.Title})
	}
	dims := []cube.Dimension{dim("process", text("Process", "Process"), a.Processes), dim("tool", text("Verktyg", "Tool"), a.Tools),
		dim("use", text("Användning", "Use"), a.Uses), dim("evidence", text("Underlag", "Evidence"), kinds)}
	b := cube.NewBuilder(edition.AssessmentTable, dims, []cube.Measure{
		value(verdictCode, "Bedömning (3 stödjer, 2 med förbehåll, 1 stödjer inte)", "Verdict (3 supports, 2 with conditions, 1 does not)", cube.Text{}, 0),
		value(valueMeasure, "Värde", "Value", cube.Text{}, 3),
		value(supportsFrom, "Gräns för stödjer", "Threshold of supports", cube.Text{}, 3),
		value(conditionFrom, "Gräns för förbehåll", "Threshold of conditions", cube.Text{}, 3),
	})
	coded := func(verdict string) cube.Cell {
		if v, ok := codes[verdict]; ok {
			return cube.KnownCell(v)
		}
		return cube.Cell{}
	}
	none := cube.Cell{Status: cube.NotApplicable}
	for _, i := range a.Items {
		at := []int32{int32(dims[0].Index(i.Process)), int32(dims[1].Index(i.Tool)), int32(dims[2].Index(i.Use)), 0}
		b.Add(at, coded(i.Verdict), none, none, none)
		for _, e := range i.Evidence {
			at[3] = int32(dims[3].Index(e.Kind))
			var cell cube.Cell
			if e.Table != edition.AssessmentTable {
				var err error
				if cell, err = e.Cell(tables[e.Table]); err != nil {
					return nil, err
				}
				cell.Base, cell.Lo, cell.Hi = cube.Number{}, cube.Number{}, cube.Number{}
			}
			b.Add(at, coded(e.Verdict), cell, cube.KnownCell(e.Thresholds.Supports), cube.KnownCell(e.Thresholds.Conditions))
		}
	}
	c, err := b.Cube()
	if err == nil {
		c.Title, c.Notes = text("Verktygens stöd: underlag och bedömningar", "The tools' support: evidence and verdicts"), a.Notes
	}
	return c, err
}
