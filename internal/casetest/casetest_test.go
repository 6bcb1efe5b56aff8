package casetest

import (
	"errors"
	"strings"
	"testing"
)

var verbs = map[string]Verb{
	// add gives the sum of column x, scaled by `times`, and warns when it is 0.
	"add": func(c *Call) (Outcome, error) {
		var out Outcome
		t, err := c.Table("from")
		if err != nil {
			return out, err
		}
		x, err := t.Floats("x")
		if err != nil {
			return out, err
		}
		sum := 0.0
		for _, v := range x {
			sum += v
		}
		if c.Param("times", "1") == "2" {
			sum *= 2
		}
		out.Set("sum", sum)
		out.Tables = []Table{{Name: "doubled", Columns: []string{"x", "twice"}}}
		for _, v := range x {
			out.Tables[0].Rows = append(out.Tables[0].Rows, []string{Text(v), Text(2 * v)})
		}
		if sum == 0 {
			out.Warnings = []string{"nothing"}
		}
		return out, nil
	},
	"refuse": func(*Call) (Outcome, error) { return Outcome{}, errors.New("will not do it") },
}

const table = "case a\nload t\n  x\n  1\n  2\n\n"

func TestCaseOutcomes(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string // parts of the failures, in order
	}{
		{"value", table + "run add\nexpect sum 3\n", nil},
		{"parameter", table + "run add times=2\nexpect sum 6\n", nil},
		{"tolerance", table + "run add\nexpect sum 3.01 ± 0.02\n", nil},
		{"outside tolerance", table + "run add\nexpect sum 3.01 ± 0.001\n", []string{"sum: want 3.01, got 3"}},
		{"unknown value", table + "run add\nexpect mean 3\n", []string{"gives no value"}},
		{"table", table + "run add\nexpect table doubled\n  twice\n  2\n  4\n", nil},
		{"table of another length", table + "run add\nexpect table doubled\n  x twice\n  1 2\n", []string{"want 1 rows, got 2"}},
		{"table of other cells", table + "run add\nexpect table doubled ± 0.5\n  x twice\n  1 2\n  2 5\n", []string{"row 2 (2), twice: want 5, got 4"}},
		{"unknown table", table + "run add\nexpect table tripled\n  x\n  1\n", []string{"gives no table"}},
		{"unknown column", table + "run add\nexpect table doubled\n  y\n  1\n  2\n", []string{"no column"}},
		{"unexpected warning", "case a\nload t\n  x\n  0\nrun add\nexpect sum 0\n", []string{"warning nothing was not expected"}},
		{"expected warning", "case a\nload t\n  x\n  0\nrun add\nexpect sum 0\nexpect warn nothing\n", nil},
		{"missing warning", table + "run add\nexpect warn nothing\n", []string{"want warning nothing, got none"}},
		{"failure", "case a\nrun refuse\nexpect fail not do\n", nil},
		{"other failure", "case a\nrun refuse\nexpect fail maybe\n", []string{"want a failure"}},
		{"unexpected failure", "case a\nrun refuse\nexpect sum 1\n", []string{"will not do it"}},
		{"no failure", table + "run add\nexpect fail no\n", []string{"it went well"}},
		{"unknown verb", "case a\nrun subtract\nexpect sum 1\n", []string{"no verb"}},
		{"unknown parameter", table + "run add by=7\nexpect sum 3\n", []string{"takes no parameter"}},
		{"nothing expected", table + "run add\n", []string{"nothing is expected"}},
		{"no table loaded", "case a\nrun add\nexpect sum 1\n", []string{"no table is loaded"}},
		{"other table named", table + "load u\n  x\n  5\nrun add from=t\nexpect sum 3\n", nil},
		{"cases do not share tables", table + "run add\nexpect sum 3\ncase b\nrun add\nexpect fail no table\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cases, err := parse("x.case", tt.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range cases {
				got = append(got, c.run(verbs)...)
			}
			if len(got) != len(tt.want) {
				t.Fatalf("failures %q, want %q", got, tt.want)
			}
			for i := range got {
				if !strings.Contains(got[i], tt.want[i]) {
					t.Errorf("failure %q, want %q", got[i], tt.want[i])
				}
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "no case",
		"load t\n":                          ":1: \"load\" stands before",
		"case\n":                            "needs a title",
		"case a\nload t u\n":                "one name",
		"case a\n  1 2\n":                   ":2: an indented line",
		"case a\nload t\n\n":                "no header",
		"case a\nload t\n  x x\n":           "twice",
		"case a\nload t\n  x y\n  1\n":      ":4: a row has 1 cells under 2",
		"case a\nexpect sum 1\n":            "needs a run",
		"case a\nrun\n":                     "needs a verb",
		"case a\nrun add 3\n":               "name=value",
		"case a\nrun add a=1 a=2\n":         "twice",
		"case a\nrun add\nexpect\n":         "expect what",
		"case a\nrun add\nexpect s 1 ± x\n": "no tolerance",
		"case a\nrun add\nexpect table\n":   "needs the name",
		"case a\nrun add\nexpect warn\n":    "needs a text",
		"case a\nsum\n":                     "unknown word",
	} {
		if _, err := parse("x.case", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parse(%q) = %v, want an error with %q", text, err, want)
		}
	}
}

// FuzzParse: no panic, and whatever is read has a table with as many cells in each row as it has columns.
func FuzzParse(f *testing.F) {
	f.Add(table + "run add times=2\nexpect sum 6 ± 1e-3\nexpect table doubled\n  twice\n  2\n")
	f.Add("case a\n# comment\nload t\n  a b\n  - 1\nrun refuse\nexpect fail x\n")
	f.Fuzz(func(t *testing.T, text string) {
		cases, err := parse("x.case", text)
		if err != nil {
			return
		}
		for _, c := range cases {
			for _, s := range c.steps {
				if s.load == nil {
					continue
				}
				for _, row := range s.load.Rows {
					if len(row) != len(s.load.Columns) {
						t.Fatalf("a row of %d cells under %d columns", len(row), len(s.load.Columns))
					}
				}
			}
			c.run(verbs)
		}
	})
}
