// Package pxselect holds what a client and a server of PxWebApi 2 share: the value expressions by which one selects.
//
// An expression is a code, or one of (upper and lower case being one)
//
//   - all
//     01*  *01  *01*     begins with, ends with, holds
//     ????R???           one character each
//     TOP(n[,offset])    the first n after offset; of time the newest
//     BOTTOM(n[,offset]) the last n before offset; of time the oldest
//     RANGE(a,b)         from a to b, in either order
//     FROM(a)  TO(a)     from a on, up to a
//
// Source: PxAPI-2.yml, https://github.com/PxTools/PxApiSpecs
package pxselect

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What can be wrong with an expression.
var (
	ErrExpression = errors.New("expressions are a code, *, ?, TOP(n,offset), BOTTOM(n,offset), RANGE(a,b), FROM(a) and TO(a)")
	ErrValue      = errors.New("the variable has no such value")
)

// Positions gives the positions of what expressions ask for among codes, in the order of the codes. time tells that they are periods, oldest first.
func Positions(codes, expressions []string, time bool) ([]int, error) {
	taken := make([]bool, len(codes))
	for _, e := range expressions {
		e = strings.TrimSpace(e)
		if err := one(codes, e, time, taken); err != nil {
			return nil, fmt.Errorf("%.60q: %w", e, err)
		}
	}
	var out []int
	for at, t := range taken {
		if t {
			out = append(out, at)
		}
	}
	return out, nil
}

// one marks what one expression asks for.
func one(codes []string, e string, time bool, taken []bool) error {
	if bare, ok := strings.CutPrefix(e, "["); ok && strings.HasSuffix(bare, "]") {
		e = strings.TrimSuffix(bare, "]") // how a code with a comma is written
	}
	if at := index(codes, e); at >= 0 {
		taken[at] = true
		return nil
	}
	if name, rest, call := strings.Cut(e, "("); call {
		arguments, closed := strings.CutSuffix(rest, ")")
		if !closed {
			return ErrExpression
		}
		list := strings.Split(arguments, ",")
		for i := range list {
			list[i] = strings.TrimSpace(list[i])
		}
		from, to, err := bounds(codes, strings.ToUpper(strings.TrimSpace(name)), list, time)
		for i := from; i < to; i++ {
			taken[i] = true
		}
		return err
	}
	if !strings.ContainsAny(e, "*?") {
		return ErrValue
	}
	stars := strings.Count(e, "*")
	middle := strings.TrimPrefix(strings.TrimSuffix(e, "*"), "*")
	if stars > 2 || strings.Contains(middle, "*") || stars > 0 && strings.Contains(middle, "?") {
		return ErrExpression
	}
	for at, code := range codes {
		if fits(strings.ToLower(code), strings.ToLower(e), strings.ToLower(middle)) {
			taken[at] = true
		}
	}
	return nil
}

// bounds are the first position that a function asks for, and the one after the last.
func bounds(codes []string, name string, list []string, time bool) (from, to int, err error) {
	switch name {
	case "TOP", "BOTTOM":
		n, err := strconv.Atoi(list[0])
		offset := 0
		if err == nil && len(list) == 2 {
			offset, err = strconv.Atoi(list[1])
		}
		if err != nil || len(list) > 2 || n < 1 || offset < 0 {
			return 0, 0, ErrExpression
		}
		offset = min(offset, len(codes))
		n = min(n, len(codes)-offset)
		if (name == "TOP") == time { // of time TOP is the newest, which stands last
			offset = len(codes) - offset - n
		}
		return offset, offset + n, nil
	case "RANGE":
		if len(list) != 2 {
			return 0, 0, ErrExpression
		}
		a, b := index(codes, list[0]), index(codes, list[1])
		if a < 0 || b < 0 {
			return 0, 0, ErrValue
		}
		return min(a, b), max(a, b) + 1, nil
	case "FROM", "TO":
		if len(list) != 1 {
			return 0, 0, ErrExpression
		}
		at := index(codes, list[0])
		switch {
		case at < 0:
			return 0, 0, ErrValue
		case name == "FROM":
			return at, len(codes), nil
		}
		return 0, at + 1, nil
	}
	return 0, 0, ErrExpression
}

// fits tells whether a code fits a pattern with stars at its ends, or with question marks. middle is the pattern without stars.
func fits(code, pattern, middle string) bool {
	begins, ends := strings.HasPrefix(pattern, "*"), strings.HasSuffix(pattern, "*")
	switch {
	case pattern == "*" || begins && ends:
		return strings.Contains(code, middle)
	case begins:
		return strings.HasSuffix(code, middle)
	case ends:
		return strings.HasPrefix(code, middle)
	}
	a, b := []rune(code), []rune(pattern)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if b[i] != '?' && a[i] != b[i] {
			return false
		}
	}
	return true
}

// index is the position of a code, upper and lower case being one unless both are there.
func index(codes []string, code string) int {
	if at := slices.Index(codes, code); at >= 0 {
		return at
	}
	return slices.IndexFunc(codes, func(c string) bool { return strings.EqualFold(c, code) })
}
