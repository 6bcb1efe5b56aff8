package casetest

import (
	"fmt"
	"strconv"
	"strings"
)

// testCase is one case: a title and what is done in it.
type testCase struct {
	title string
	steps []step
}

// step is a load, or a run with what is expected of it.
type step struct {
	line    int
	load    *Table
	verb    string
	params  map[string]string
	order   []string // parameter names as written
	expects []expect
}

type expect struct {
	line      int
	kind      string // value, table, warn, fail
	name      string
	text      string
	tolerance float64
	table     Table
}

// defaultTolerance lets through what the order of additions does to a float, and nothing that is seen in print.
const defaultTolerance = 1e-12

// parse reads a case file. Its errors say file and line.
func parse(file, text string) ([]*testCase, error) {
	p := &parser{file: file}
	for i, line := range strings.Split(text, "\n") {
		p.line = i + 1
		if err := p.take(strings.TrimRight(line, " \t\r")); err != nil {
			return nil, fmt.Errorf("casetest: %s:%d: %w", file, p.line, err)
		}
	}
	if err := p.endTable(); err != nil {
		return nil, fmt.Errorf("casetest: %s:%d: %w", file, p.line, err)
	}
	if len(p.cases) == 0 {
		return nil, fmt.Errorf("casetest: %s has no case", file)
	}
	return p.cases, nil
}

type parser struct {
	file  string
	line  int
	cases []*testCase
	table *Table // whose rows are being read
}

func (p *parser) take(line string) error {
	content := strings.TrimSpace(line)
	if strings.HasPrefix(content, "#") {
		return nil
	}
	if content == "" {
		return p.endTable()
	}
	if line[0] == ' ' || line[0] == '\t' {
		return p.row(content)
	}
	if err := p.endTable(); err != nil {
		return err
	}
	word, rest, _ := strings.Cut(content, " ")
	rest = strings.TrimSpace(rest)
	if word == "case" {
		if rest == "" {
			return fmt.Errorf("a case needs a title")
		}
		p.cases = append(p.cases, &testCase{title: rest})
		return nil
	}
	if len(p.cases) == 0 {
		return fmt.Errorf("%q stands before the first case", word)
	}
	c := p.cases[len(p.cases)-1]
	switch word {
	case "load":
		if rest == "" || strings.ContainsAny(rest, " \t") {
			return fmt.Errorf("load takes one name")
		}
		p.table = &Table{Name: rest}
		c.steps = append(c.steps, step{line: p.line, load: p.table})
		return nil
	case "run":
		return p.run(c, rest)
	case "expect":
		if len(c.steps) == 0 || c.steps[len(c.steps)-1].verb == "" {
			return fmt.Errorf("expect needs a run before it")
		}
		s := &c.steps[len(c.steps)-1]
		e, err := p.expect(rest)
		if err != nil {
			return err
		}
		s.expects = append(s.expects, e)
		if e.kind == "table" {
			p.table = &s.expects[len(s.expects)-1].table
		}
		return nil
	}
	return fmt.Errorf("unknown word %q: a line begins with case, load, run or expect, or is an indented row of a table", word)
}

func (p *parser) run(c *testCase, rest string) error {
	words := strings.Fields(rest)
	if len(words) == 0 {
		return fmt.Errorf("run needs a verb")
	}
	s := step{line: p.line, verb: words[0], params: map[string]string{}}
	for _, w := range words[1:] {
		name, value, ok := strings.Cut(w, "=")
		if !ok || name == "" {
			return fmt.Errorf("%q: parameters are written name=value, without blanks", w)
		}
		if _, twice := s.params[name]; twice {
			return fmt.Errorf("parameter %s stands twice", name)
		}
		s.params[name], s.order = value, append(s.order, name)
	}
	c.steps = append(c.steps, s)
	return nil
}

func (p *parser) expect(rest string) (expect, error) {
	e := expect{line: p.line, kind: "value", tolerance: defaultTolerance}
	word, text, _ := strings.Cut(rest, " ")
	text = strings.TrimSpace(text)
	switch word {
	case "":
		return e, fmt.Errorf("expect what?")
	case "warn", "fail":
		if text == "" {
			return e, fmt.Errorf("expect %s needs a text", word)
		}
		e.kind, e.text = word, text
		return e, nil
	case "table":
		e.kind, e.name = word, text
	default:
		e.name, e.text = word, text
	}
	subject := &e.text
	if e.kind == "table" {
		subject = &e.name
	}
	if before, after, ok := strings.Cut(*subject, "±"); ok {
		tolerance, err := strconv.ParseFloat(strings.TrimSpace(after), 64)
		if err != nil || tolerance < 0 {
			return e, fmt.Errorf("%q is no tolerance", strings.TrimSpace(after))
		}
		*subject, e.tolerance = strings.TrimSpace(before), tolerance
	}
	if e.kind == "table" && e.name == "" {
		return e, fmt.Errorf("expect table needs the name of a table")
	}
	return e, nil
}

func (p *parser) row(content string) error {
	if p.table == nil {
		return fmt.Errorf("an indented line belongs to a table, and no load or expect table stands above")
	}
	cells := strings.Fields(content)
	if p.table.Columns == nil {
		seen := map[string]bool{}
		for _, c := range cells {
			if seen[c] {
				return fmt.Errorf("column %s stands twice", c)
			}
			seen[c] = true
		}
		p.table.Columns = cells
		return nil
	}
	if len(cells) != len(p.table.Columns) {
		return fmt.Errorf("a row has %d cells under %d columns (write - for an empty cell)", len(cells), len(p.table.Columns))
	}
	for i, c := range cells {
		if c == "-" {
			cells[i] = ""
		}
	}
	p.table.Rows = append(p.table.Rows, cells)
	return nil
}

func (p *parser) endTable() error {
	if p.table != nil && p.table.Columns == nil {
		return fmt.Errorf("table %s has no header", p.table.Name)
	}
	p.table = nil
	return nil
}
