package reference

import (
	"math"
	"strings"
	"testing"
)

// offers are the families that we answer; each has its answers in a file of its own.
var offers = map[string]Offer{
	"areatype":    answerAreaType,
	"segregation": anyOf(answerSegregationClosed, answerSegregationSpace, answerSegregationInference),
	"knn":         answerNeighbours,
	"school":      answerSchool,
	"grant":       answerGrant,
	"target":      answerTarget,
	"gap":         answerGap,
}

func TestReference(t *testing.T) { Run(t, offers) }

// TestGrades: the rules of the grades, on made-up values.
func TestGrades(t *testing.T) {
	obj := func(kv ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1]
		}
		return m
	}
	for _, tt := range []struct {
		name  string
		r     Result
		got   any
		match bool
	}{
		{"exact, rounding of a float", Result{Grade: "exact", Value: 2.0}, 2.0 + 1e-9, true},
		{"exact, too far", Result{Grade: "exact", Value: 2.0}, 2.0 + 1e-8, false},
		{"exact, near zero", Result{Grade: "exact", Value: 0.0}, 9e-13, true},
		{"exact, not near zero", Result{Grade: "exact", Value: 0.0}, 2e-12, false},
		{"whole numbers exactly", Result{Grade: "exact", Value: 3e9}, int64(3e9 + 1), false},
		{"whole numbers", Result{Grade: "exact", Value: 3e9}, int64(3e9), true},
		{"p value", Result{Grade: "exact", Value: obj("p", 0.01)}, obj("p", 0.01*(1+5e-7)), true},
		{"p value, tiny", Result{Grade: "exact", Value: obj("p", 1e-20)}, obj("p", 3e-17), true},
		{"not a p value", Result{Grade: "exact", Value: obj("q", 0.01)}, obj("q", 0.01*(1+5e-7)), false},
		{"missing member", Result{Grade: "exact", Value: obj("a", 1.0, "b", 2.0)}, obj("a", 1.0), false},
		{"member of ours", Result{Grade: "exact", Value: obj("a", 1.0)}, obj("a", 1.0, "b", 2.0), true},
		{"undefined alike", Result{Grade: "exact", Value: []any{nil, "NA", "NaN"}}, []any{nil, math.NaN(), nil}, true},
		{"undefined against a number", Result{Grade: "exact", Value: nil}, 0.0, false},
		{"infinity", Result{Grade: "exact", Value: "-inf"}, math.Inf(-1), true},
		{"other infinity", Result{Grade: "exact", Value: "-inf"}, math.Inf(1), false},
		{"list of one", Result{Grade: "exact", Value: []any{2.0}}, 2.0, true},
		{"shorter list", Result{Grade: "exact", Value: []any{2.0, 3.0}}, []float64{2}, false},
		{"names in order", Result{Grade: "exact", Value: []any{"a", "b"}}, []string{"b", "a"}, false},
		{"iterative", Result{Grade: "iterative", Tolerance: "rel 1e-5, abs 1e-8", Value: 100.0}, 100.0009, true},
		{"iterative, too far", Result{Grade: "iterative", Tolerance: "rel 1e-5, abs 1e-8", Value: 100.0}, 100.002, false},
		{"iterative by name", Result{Grade: "iterative", Tolerance: "alpha, beta rel 1e-3; logLik abs 1e-6", Value: obj("alpha", 1.0, "logLik", -10.0)}, obj("alpha", 1.0009, "logLik", -10.0000009), true},
		{"iterative by name, too far", Result{Grade: "iterative", Tolerance: "alpha, beta rel 1e-3; logLik abs 1e-6", Value: obj("alpha", 1.0, "logLik", -10.0)}, obj("alpha", 1.0, "logLik", -10.00001), false},
		{"iterative of the largest", Result{Grade: "iterative", Tolerance: "rel 1e-5 of the largest", Value: []any{100.0, 0.001}}, []float64{100, 0.0015}, true},
		{"rounded", Result{Grade: "rounded4", Value: 0.1235}, 0.12346, true},
		{"stochastic", Result{Grade: "stochastic", Value: obj("mean", 10.0, "se", 0.1, "median", 9.0)}, 10.4, true},
		{"stochastic, too far", Result{Grade: "stochastic", Value: obj("mean", 10.0, "se", 0.1)}, 10.6, false},
		{"stochastic by prefix", Result{Grade: "stochastic", Value: obj("null_mean", 1.0, "null_sd", 0.1)}, obj("null_mean", 1.4), true},
		{"within what the reason says", Result{Grade: "tool_specific", Why: "one optimisation a unit; match to 1e-4", Value: 1.0}, 1.00009, true},
		{"not within what the reason says", Result{Grade: "tool_specific", Why: "match to 1e-4", Value: 1.0}, 1.00011, false},
		{"stochastic list", Result{Grade: "stochastic", Value: obj("est", []any{1.0, 2.0}, "se", []any{0.1, 0.01})}, obj("est", []float64{1.4, 2.06}), false},
	} {
		if err := grade(tt.r, Answer{Value: tt.got}); (err == nil) != tt.match {
			t.Errorf("%s: grade gives %v, want match %v", tt.name, err, tt.match)
		}
	}
}

// TestTally: what becomes of a result by its grade and answer.
func TestTally(t *testing.T) {
	says := func(v any) Offer { return func(Result) (Answer, bool, error) { return Answer{Value: v}, true, nil } }
	for _, tt := range []struct {
		name  string
		r     Result
		offer Offer
		want  Tally
	}{
		{"no offer", Result{Grade: "exact"}, nil, Tally{Results: 1, NotOffered: 1}},
		{"not offered", Result{Grade: "exact"}, func(Result) (Answer, bool, error) { return Answer{}, false, nil }, Tally{Results: 1, NotOffered: 1}},
		{"a defect declined", Result{Grade: "defect"}, func(Result) (Answer, bool, error) { return Answer{}, false, nil }, Tally{Results: 1, Declined: 1}},
		{"matched", Result{Grade: "exact", Value: 1.0}, says(1.0), Tally{Results: 1, Matched: 1}},
		{"failed", Result{Grade: "exact", Value: 1.0, ID: "x"}, says(2.0), Tally{Results: 1, Failed: 1}},
		{"tool agrees", Result{Grade: "tool_specific", Value: 1.0}, says(1.0), Tally{Results: 1, Agree: 1}},
		{"tool differs", Result{Grade: "defect", Value: 1.0}, says(2.0), Tally{Results: 1, Differ: 1}},
		{"disputed", Result{Grade: "exact", Value: map[string]any{"a": 1.0, "b": 0.0}}, func(Result) (Answer, bool, error) {
			return Answer{Value: map[string]any{"a": 1.0}, Disputed: map[string]string{"b": "wrong there"}}, true, nil
		}, Tally{Results: 1, Disputed: 1}},
		{"a dispute does not hide the rest", Result{Grade: "exact", Value: map[string]any{"a": 1.0, "b": 0.0}}, func(Result) (Answer, bool, error) {
			return Answer{Value: map[string]any{"a": 2.0}, Disputed: map[string]string{"b": "wrong there"}}, true, nil
		}, Tally{Results: 1, Failed: 1}},
	} {
		got, message := check(tt.r, tt.offer)
		if got != tt.want || (message != "") != (tt.want.Failed > 0) {
			t.Errorf("%s: %+v, %q, want %+v", tt.name, got, message, tt.want)
		}
		if tt.name == "failed" && !strings.Contains(message, "want 1, got 2") {
			t.Errorf("%s: message %q lacks both values", tt.name, message)
		}
	}
}
