package reference

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/skikt/skikt/segregation"
)

// answerNeighbours answers results on nearest-neighbour neighbourhoods. Ids are <dataset>.<what> or <dataset>.k<persons>.<what>.
func answerNeighbours(r Result) (Answer, bool, error) {
	tables, err := r.Tables()
	if err != nil {
		return Answer{}, true, err
	}
	if len(tables) == 0 || !tables[0].Has("cell", "x", "y", "n", "g") {
		return Answer{}, false, nil
	}
	s, err := readSquares(tables[0])
	if err != nil {
		return Answer{}, true, err
	}
	words := strings.Split(r.ID, ".")
	switch words[len(words)-1] {
	case "totals":
		populated, persons, members := 0, sumOf(s.Persons), sumOf(s.Members[0])
		for _, n := range s.Persons {
			if n > 0 {
				populated++
			}
		}
		return Answer{Value: map[string]any{"cells": len(s.Persons), "populated": populated, "pop": persons, "group": members,
			"share": float64(members) / float64(persons)}}, true, nil
	case "kdtree":
		a, err := neighbourDifferences(r, s, tables[1:])
		return a, true, err
	}
	if len(words) < 3 || !strings.HasPrefix(words[len(words)-2], "k") {
		return Answer{}, false, nil
	}
	k, err := strconv.ParseInt(words[len(words)-2][1:], 10, 64)
	if err != nil {
		return Answer{}, false, nil
	}
	by := map[string]segregation.Neighbourhoods{}
	for _, rule := range segregation.Rules() {
		n, err := segregation.Neighbours(s, []int64{k}, rule)
		if err != nil {
			return Answer{}, true, err
		}
		by[string(rule)[:1]] = n[0]
	}
	a, b := by["A"], by["B"]
	switch words[len(words)-1] {
	case "summary":
		value := map[string]any{}
		for letter, n := range by {
			v := n.Spreading(0)
			value[letter] = map[string]any{"mean": v.Mean, "sd": v.SD, "min": v.Min, "max": v.Max}
		}
		c := by["C"]
		value["mean_used_A"], value["mean_used_C"] = a.MeanPersons(), c.MeanPersons()
		value["mean_distance"], value["short"] = a.MeanDistance(), a.Short
		return Answer{Value: value}, true, nil
	case "cells":
		value := map[string]any{}
		c, d := by["C"], by["D"]
		shares := map[string][]float64{}
		for letter, n := range by {
			shares[letter] = n.Shares(0)
		}
		for i, cell := range s.Cell {
			value[strconv.FormatInt(cell, 10)] = map[string]any{"used": int64(a.Persons[i]), "group": int64(a.Members[0][i]),
				"A": shares["A"][i], "B": shares["B"][i], "C": shares["C"][i], "D": shares["D"][i],
				"used_C": int64(c.Persons[i]), "distance": math.Sqrt(float64(d.Distance2[i]))}
		}
		return Answer{Value: value}, true, nil
	case "exposure":
		others := make([]int64, len(s.Persons))
		for i, n := range s.Persons {
			others[i] = n - s.Members[0][i]
		}
		overall := float64(sumOf(s.Members[0])) / float64(sumOf(s.Persons))
		return Answer{Value: map[string]any{"group": b.Round(0, s.Members[0]), "others": b.Round(0, others), "twice": b.AtLeast(0, 2*overall)}}, true, nil
	case "percentiles":
		return Answer{Value: b.Quantiles(0, 0.1, 0.25, 0.5, 0.75, 0.9)}, true, nil
	}
	return Answer{}, false, nil
}

func readSquares(t *Table) (segregation.Squares, error) {
	s := segregation.Squares{Members: make([][]int64, 1)}
	for i := range t.Rows {
		for name, to := range map[string]*[]int64{"cell": &s.Cell, "x": &s.X, "y": &s.Y, "n": &s.Persons, "g": &s.Members[0]} {
			v, err := strconv.ParseFloat(t.Get(i, name), 64)
			if err != nil || v != math.Trunc(v) {
				return s, fmt.Errorf("row %d: %s is no whole number", i+1, name)
			}
			*to = append(*to, int64(v))
		}
	}
	// The side is not in the file: it is the largest that all squares lie on.
	for i := range s.X {
		s.Side = divisor(divisor(s.Side, s.X[i]-s.X[0]), s.Y[i]-s.Y[0])
	}
	s.Side = max(s.Side, 1)
	return s, nil
}

func divisor(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

func sumOf(v []int64) int64 {
	s := int64(0)
	for _, x := range v {
		s += x
	}
	return s
}

// neighbourDifferences compares every populated cell's neighbourhoods with the table of all cells, and counts the differing ones.
func neighbourDifferences(r Result, s segregation.Squares, expected []*Table) (Answer, error) {
	if len(expected) != 1 {
		return Answer{}, fmt.Errorf("%d tables of all cells", len(expected))
	}
	t := expected[0]
	var ks []int64
	for _, c := range t.Columns {
		if k, ok := strings.CutPrefix(c, "d2_"); ok {
			n, err := strconv.ParseInt(k, 10, 64)
			if err != nil {
				return Answer{}, err
			}
			ks = append(ks, n)
		}
	}
	slices.Sort(ks)
	differences := 0
	for _, rule := range segregation.Rules() {
		all, err := segregation.Neighbours(s, ks, rule)
		if err != nil {
			return Answer{}, err
		}
		for _, n := range all {
			shares := n.Shares(0)
			for row := range t.Rows {
				i := slices.Index(s.Cell, int64(wholeOf(t, row, "cell")))
				want := func(name string, got float64) {
					w := wholeOf(t, row, name+"_"+strconv.FormatInt(n.K, 10))
					if !exactly.allows(got, w, 0) {
						differences++
					}
				}
				want("d2", float64(n.Distance2[i]))
				switch letter := string(rule)[:1]; letter {
				case "A":
					want("used", n.Persons[i])
					want("group", n.Members[0][i])
				case "C":
					want("used_C", n.Persons[i])
					want("group_C", n.Members[0][i])
				default:
					want(letter, shares[i])
				}
			}
		}
	}
	cells, err := listedCells(r)
	return Answer{Value: map[string]any{"cells": cells, "k": len(ks), "differences": differences}}, err
}

func wholeOf(t *Table, row int, column string) float64 {
	v, err := strconv.ParseFloat(t.Get(row, column), 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// listedCells is how many cells the same file's results on single cells list.
func listedCells(r Result) (int, error) {
	root, err := Root()
	if err != nil {
		return 0, err
	}
	results, err := Read(root, r.Family)
	for _, o := range results {
		if o.File == r.File && strings.HasSuffix(o.ID, ".cells") {
			return len(o.Value.(map[string]any)), nil
		}
	}
	return 0, err
}
