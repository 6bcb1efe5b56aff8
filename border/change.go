package border

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/area"
)

// Changes is a list of what has become of areas from one vintage of a division to another.
type Changes struct {
	File     string
	From, To area.ID
	Rows     []area.Change
	Notes    []string  // which columns were taken
	Problems []Finding // rows that could not be used, and changes in words that are not known
}

// ChangeOptions say how to read a list of changes. Columns that are not declared are sought under the names that SCB uses.
type ChangeOptions struct {
	From, To   area.ID
	OldColumn  string                     // Tidigare DeSO, DeSO_2018
	NewColumn  string                     // DeSO, DeSO_2025
	KindColumn string                     // Förändringstyp
	Kinds      map[string]area.ChangeKind // words for kinds of change that SCB does not use
}

// ReadChanges reads SCB's files of historical changes in DeSO and RegSO, CSV or XLSX. A row whose codes have the wrong form is not used and is among the problems; one whose kind of change is
// said in words that are not known is kept without a kind, and is among the problems too.
func ReadChanges(path string, opt ChangeOptions) (*Changes, error) {
	c := &Changes{File: filepath.Base(path), From: opt.From, To: opt.To}
	sheets, err := readTable(path)
	if err == nil {
		err = c.read(sheets, opt)
	}
	if err != nil {
		return nil, fmt.Errorf("border: changes %s: %w", c.File, err)
	}
	return c, nil
}

func (c *Changes) read(sheets [][]row, opt ChangeOptions) error {
	var first error
	for _, rows := range sheets {
		for i, header := range rows[:min(len(rows), deepestHeader)] {
			if header.empty() {
				continue
			}
			at, err := c.columns(header, rows[i+1:], opt)
			if err != nil {
				if first == nil || errors.As(err, new(*headerError)) {
					first = err
				}
				continue
			}
			c.collect(at, rows[i+1:], opt.Kinds)
			if len(c.Rows) == 0 {
				return fmt.Errorf("no row under the header on line %d can be used", header.line)
			}
			return nil
		}
	}
	if first == nil {
		return errors.New("the file has no rows")
	}
	return first
}

// columns are the positions of old code, new code and kind of change.
func (c *Changes) columns(header row, below []row, opt ChangeOptions) (at [3]int, err error) {
	var names []string
	for i := range header.cells {
		names = append(names, header.cell(i))
	}
	column := func(declared string, fits func(name string) bool) (int, error) {
		if declared == "" {
			return slices.IndexFunc(names, fits), nil
		}
		field, ok := findField(names, declared)
		if !ok {
			return -1, &headerError{fmt.Errorf("the header on line %d has no column %s; it has %s", header.line, declared, list(named(names)))}
		}
		return slices.Index(names, field), nil
	}
	find := func(id area.ID) func(string) bool {
		found, _ := candidates(names, codeFields(id.Kind), id)
		return func(name string) bool {
			return slices.Contains(found, name) && codesBelow(below, slices.Index(names, name), id.Kind)
		}
	}
	isNew, isOld := find(opt.To), find(opt.From)
	if at[1], err = column(opt.NewColumn, isNew); err != nil {
		return at, err
	}
	earlier := func(name string) bool {
		rest, ok := cutFold(name, "tidigare ")
		return ok && slices.ContainsFunc(codeFields(opt.From.Kind), func(f string) bool { return strings.HasPrefix(strings.ToLower(rest), f) })
	}
	coded := func(name string) bool { // a list may have names beside the codes
		return earlier(name) && codesBelow(below, slices.Index(names, name), opt.From.Kind)
	}
	if at[0], err = column(opt.OldColumn, coded); err != nil {
		return at, err
	}
	if at[0] < 0 {
		at[0] = slices.IndexFunc(names, earlier)
	}
	if at[0] < 0 {
		at[0] = slices.IndexFunc(names, func(name string) bool { return isOld(name) && slices.Index(names, name) != at[1] })
	}
	if at[2], err = column(opt.KindColumn, func(name string) bool {
		return slices.Contains([]string{"förändringstyp", "typ av förändring", "typ"}, strings.ToLower(name))
	}); err != nil {
		return at, err
	}
	for i, what := range []string{"earlier codes, such as Tidigare " + opt.From.Kind.Title(), "codes of today, such as " + opt.To.Kind.Title(), "kinds of change, such as Förändringstyp"} {
		if at[i] < 0 {
			err := fmt.Errorf("the header on line %d has no column with %s; it has %s", header.line, what, list(named(names)))
			if at[0] >= 0 || at[2] >= 0 {
				return at, &headerError{err}
			}
			return at, err
		}
	}
	c.Notes = append(c.Notes, fmt.Sprintf("%s is read from the column %s, %s from %s, kinds of change from %s", opt.From.Title(), names[at[0]], opt.To.Title(), names[at[1]], names[at[2]]))
	return at, nil
}

func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func (c *Changes) collect(at [3]int, rows []row, kinds map[string]area.ChangeKind) {
	for _, r := range rows {
		if r.empty() {
			continue
		}
		problem := func(rule, format string, args ...any) {
			c.Problems = append(c.Problems, Finding{Rule: rule, Number: r.line, Text: fmt.Sprintf("line %d: ", r.line) + fmt.Sprintf(format, args...)})
		}
		old, err := cleanKeyCode(c.From, r.cell(at[0]))
		if err != nil {
			problem(RuleChangeRow, "%v; the row is not used", err)
			continue
		}
		new, err := cleanKeyCode(c.To, r.cell(at[1]))
		if err != nil {
			problem(RuleChangeRow, "%v; the row is not used", err)
			continue
		}
		word := r.cell(at[2])
		kind, ok := area.ParseChange(word)
		if own, declared := kinds[word]; declared {
			kind, ok = own, true
		}
		if !ok {
			problem(RuleChangeWord, "%s to %s: the kind of change %q is not known; both are taken as changed in a way that nobody knows", old, new, word)
		}
		c.Rows = append(c.Rows, area.Change{Old: old, New: new, Kind: kind, Line: r.line})
	}
}
