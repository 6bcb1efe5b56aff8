package main

import (
	"strings"
	"testing"
)

// Whatever a file of goals holds, it is read or refused with its name; goals that are read can be followed.
func FuzzGoals(f *testing.F) {
	for _, text := range []string{
		"- {name: a, measure: Difference, baseline_year: 2020, direction: less}\n",
		"- name: a\n  title: {sv: x, en: y}\n  measure: Rate\n  at: {type: 1}\n  baseline_year: 2020\n  baseline: 0.1\n  target_year: 2030\n  target: 0.2\n",
		"- name: a\n- name: a\n", "[]", "a: b", "- 1", "---\n---\n- {name: \"<&'\\\"\"}", "- {name: a, target: .nan}", "- &a {name: b}\n- *a", "",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		goals, err := parseGoals("goals.yaml", text)
		switch {
		case err != nil && !strings.Contains(err.Error(), "goals.yaml"):
			t.Errorf("the file is not named: %v", err)
		case err == nil && len(goals) == 0:
			t.Error("no goals and no error")
		}
		for _, g := range goals {
			if err := g.Check(); err != nil {
				t.Error(err)
			}
		}
	})
}
