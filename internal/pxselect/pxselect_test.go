package pxselect

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestPositions: by hand, after the descriptions in PxAPI-2.yml.
func TestPositions(t *testing.T) {
	regions := strings.Fields("00 01 0114 0114R001 0114R001_RegSO2025 0115 0115R001 a,b")
	years := strings.Fields("2021 2022 2023 2024")
	for _, c := range []struct {
		codes []string
		e     string
		want  string
		err   error
	}{
		{regions, "*", "[0 1 2 3 4 5 6 7]", nil}, {regions, "0114", "[2]", nil}, {regions, "0114*", "[2 3 4]", nil}, {regions, "*R001", "[3 6]", nil}, {regions, "*regso*", "[4]", nil},
		{regions, "????R???", "[3 6]", nil}, {regions, "????R???_RegSO2025", "[4]", nil}, {regions, "??", "[0 1]", nil}, {regions, "[a,b]", "[7]", nil},
		{regions, "TOP(2)", "[0 1]", nil}, {regions, "top(2, 1)", "[1 2]", nil}, {regions, "BOTTOM(2)", "[6 7]", nil}, {regions, "BOTTOM(2,1)", "[5 6]", nil},
		{years, "TOP(2)", "[2 3]", nil}, {years, "TOP(1,1)", "[2]", nil}, {years, "BOTTOM(1)", "[0]", nil}, {years, "TOP(99)", "[0 1 2 3]", nil}, {years, "TOP(2,99)", "[]", nil},
		{years, "RANGE(2023,2022)", "[1 2]", nil}, {years, "FROM(2023)", "[2 3]", nil}, {years, "to(2022)", "[0 1]", nil},
		{years, "2025", "", ErrValue}, {years, "FROM(2025)", "", ErrValue}, {years, "RANGE(2021,2025)", "", ErrValue}, {years, "", "", ErrValue},
		{years, "TOP(0)", "", ErrExpression}, {years, "TOP(x)", "", ErrExpression}, {years, "TOP(1,2,3)", "", ErrExpression}, {years, "TOP(1", "", ErrExpression}, {years, "MID(1)", "", ErrExpression},
		{years, "2*2*", "", ErrExpression}, {years, "***", "", ErrExpression}, {years, "*2?*", "", ErrExpression}, {years, "FROM()", "", ErrValue}, {years, "RANGE(2021)", "", ErrExpression},
	} {
		got, err := Positions(c.codes, []string{c.e}, c.codes[0] == "2021")
		if !errors.Is(err, c.err) || c.err == nil && fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v, %v; want %s, %v", c.e, got, err, c.want, c.err)
		}
	}
	if got, err := Positions(years, []string{"2024", "2021", "2024"}, true); err != nil || fmt.Sprint(got) != "[0 3]" {
		t.Errorf("a list: %v, %v", got, err)
	}
}

// FuzzPositions: whatever is asked for, the answer is positions of codes in order, each once.
func FuzzPositions(f *testing.F) {
	for _, e := range []string{"*", "01*", "TOP(2,1)", "RANGE(a,b)", "????", "[a]", "TOP(9223372036854775807,9223372036854775807)"} {
		f.Add("2021 2022 a b", e, true)
	}
	f.Fuzz(func(t *testing.T, codes, e string, time bool) {
		list := strings.Fields(codes)
		got, err := Positions(list, []string{e}, time)
		if err != nil {
			return
		}
		for i, at := range got {
			if at < 0 || at >= len(list) || i > 0 && at <= got[i-1] {
				t.Fatalf("%v of %d codes", got, len(list))
			}
		}
	})
}
