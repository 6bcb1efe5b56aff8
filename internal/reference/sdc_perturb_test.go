package reference

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/skikt/skikt/protect"
)

func init() {
	sdcChecks = append(sdcChecks, checkPerturbationTable, checkCellKey, checkSmallCountRounding)
}

// checkPerturbationTable: tables by their parameters, against ptable's probabilities, mean, variance and running sums.
func checkPerturbationTable(t *testing.T, c sdcCase) bool {
	if !c.has("tables") {
		return false
	}
	var doc struct {
		Tolerance float64
		Tables    []struct {
			Name       string
			Parameters struct {
				D     int
				V     float64
				JS    int
				Pstay any
				Mono  any
			}
			Rows []struct {
				Count          int
				Note           string
				Mean, Variance float64
				Changes        []struct {
					Change   int
					P, Upper float64
				}
			}
		}
	}
	c.decode(t, &doc)
	checked := 0
	for _, want := range doc.Tables {
		p := want.Parameters
		declared := protect.PerturbationTable{MaxChange: p.D, Variance: p.V, Forbidden: p.JS}
		for _, v := range oneOrMany(p.Pstay) {
			if s, ok := v.(float64); ok {
				declared.Stay = append(declared.Stay, s)
			} else {
				declared.Stay = append(declared.Stay, -1)
			}
		}
		for _, v := range oneOrMany(p.Mono) {
			declared.Monotone = append(declared.Monotone, v == true)
		}
		rows, err := declared.Rows()
		if err != nil {
			t.Errorf("%s: %v", want.Name, err)
			continue
		}
		for _, w := range want.Rows {
			row := rows[min(w.Count, len(rows)-1)]
			if strings.Contains(w.Note, "all counts >=") && w.Count != declared.Last() {
				t.Errorf("%s: the last row is for %d, want %d", want.Name, declared.Last(), w.Count)
			}
			if d := max(math.Abs(row.Mean()-w.Mean), math.Abs(row.Variance()-w.Variance)); d > doc.Tolerance {
				t.Errorf("%s, count %d: mean %v and variance %v, want %v and %v", want.Name, w.Count, row.Mean(), row.Variance(), w.Mean, w.Variance)
			}
			got := map[int]float64{}
			for k, v := range row.Changes {
				got[v] = row.P[k]
			}
			upper := 0.0
			for _, ch := range w.Changes {
				upper += got[ch.Change]
				if math.Abs(got[ch.Change]-ch.P) > doc.Tolerance || math.Abs(upper-ch.Upper) > doc.Tolerance {
					t.Errorf("%s, count %d, change %d: chance %v, running sum %v, want %v, %v", want.Name, w.Count, ch.Change, got[ch.Change], upper, ch.P, ch.Upper)
				}
				delete(got, ch.Change)
				checked++
			}
			for v, p := range got {
				if p > doc.Tolerance {
					t.Errorf("%s, count %d: change %d has chance %v, want none", want.Name, w.Count, v, p)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no probabilities to compare")
	}
	t.Logf("%d tables, %d probabilities within %v", len(doc.Tables), checked, doc.Tolerance)
	return true
}

// oneOrMany is a JSON value as a list: nothing, one or many.
func oneOrMany(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

var minRow = regexp.MustCompile(`min\(count,\s*(\d+)\)`)

// checkCellKey: cell keys, changes and results from records with whole keys and a table of changes.
func checkCellKey(t *testing.T, c sdcCase) bool {
	if !c.has("by", "cells", "threshold") || c.Input == nil || !c.Input.Has("record_key") {
		return false
	}
	var doc struct {
		Rule      string
		Threshold int
		By        []string
		Cells     []struct {
			Key               map[string]string
			Count             int64
			Cell_Key          int64
			Change, Published *int64
		}
	}
	c.decode(t, &doc)
	f, err := os.Open(filepath.Join(c.Folder, "ptable.csv"))
	if err != nil {
		t.Error(err)
		return true
	}
	defer f.Close()
	lookup, bits, err := protect.ReadLookup(f)
	if err != nil {
		t.Error(err)
		return true
	}
	if m := minRow.FindStringSubmatch(doc.Rule); m != nil && m[1] != strconv.Itoa(len(lookup.Rows)) {
		t.Errorf("the rule uses %s, but the table has %d rows", m[0], len(lookup.Rows))
	} else if m != nil {
		lookup.ReuseFrom = 0
	}
	noise, err := protect.CellKey{Bits: bits, Lookup: lookup, Threshold: doc.Threshold}.Noise()
	if err != nil {
		t.Error(err)
		return true
	}
	if missing := slices.IndexFunc(doc.By, func(name string) bool { return !c.Input.Has(name) }); missing >= 0 {
		t.Errorf("input.csv lacks %s", doc.By[missing])
		return true
	}
	counts, sums := map[string]int64{}, map[string]uint64{}
	for i := range c.Input.Rows {
		key, err := strconv.ParseUint(c.Input.Get(i, "record_key"), 10, 32)
		if err != nil {
			t.Errorf("line %d: record_key: %v", i+2, err)
			return true
		}
		var at []string
		for _, name := range doc.By {
			at = append(at, c.Input.Get(i, name))
		}
		counts[fmt.Sprint(at)]++
		sums[fmt.Sprint(at)] += key
	}
	count, sum, out := make([]int64, len(doc.Cells)), make([]uint64, len(doc.Cells)), make([]int64, len(doc.Cells))
	for i, cell := range doc.Cells {
		var at []string
		for _, name := range doc.By {
			at = append(at, cell.Key[name])
		}
		count[i], sum[i] = counts[fmt.Sprint(at)], sums[fmt.Sprint(at)]
	}
	if err := noise.Perturb(out, count, sum); err != nil {
		t.Error(err)
		return true
	}
	for i, cell := range doc.Cells {
		if count[i] != cell.Count || sum[i]%(1<<bits) != uint64(cell.Cell_Key) {
			t.Errorf("%v: count %d, cell key %d, want %d, %d", cell.Key, count[i], sum[i]%(1<<bits), cell.Count, cell.Cell_Key)
		}
		if cell.Change != nil && out[i]-count[i] != *cell.Change {
			t.Errorf("%v: change %d, want %d", cell.Key, out[i]-count[i], *cell.Change)
		}
		if hidden := out[i] < int64(doc.Threshold); hidden != (cell.Published == nil) || !hidden && out[i] != *cell.Published {
			t.Errorf("%v: %d (hidden %v), want %v", cell.Key, out[i], hidden, cell.Published)
		}
	}
	if len(doc.Cells) == 0 {
		t.Error("no cells to compare")
	}
	t.Logf("%d cells of %d records equal", len(doc.Cells), len(c.Input.Rows))
	return true
}

// checkSmallCountRounding: what must hold, recomputed from the inner counts, and the quality of another tool met or beaten.
func checkSmallCountRounding(t *testing.T, c sdcCase) bool {
	if !c.has("round_base", "cells") || c.Input == nil {
		return false
	}
	var doc struct {
		Table struct {
			Frequency  string
			Dimensions map[string]struct {
				Total   string
				Columns []string
			} `json:"output_dimensions"`
		}
		Base    int64 `json:"round_base"`
		Quality struct {
			Published int
			Max       float64 `json:"max_abs_difference"`
			Mean      float64 `json:"mean_abs_difference"`
			RMS       float64 `json:"root_mean_square"`
			Hellinger float64 `json:"hellinger_utility"`
		} `json:"quality_to_match"`
		Cells []struct {
			Key      map[string]string
			Original int64
		}
	}
	c.decode(t, &doc)
	inner := make([]int64, len(c.Input.Rows))
	for i := range inner {
		if inner[i] = 1; doc.Table.Frequency == "" {
			continue // a record
		}
		n, err := strconv.ParseInt(c.Input.Get(i, doc.Table.Frequency), 10, 64)
		if err != nil {
			t.Errorf("line %d: %s: %v", i+2, doc.Table.Frequency, err)
			return true
		}
		inner[i] = n
	}
	// in tells whether inner count i is part of a member of a dimension: the total, or a code of any of its columns.
	in := func(i int, dim, code string) bool {
		d := doc.Table.Dimensions[dim]
		return code == d.Total || slices.ContainsFunc(d.Columns, func(column string) bool { return c.Input.Get(i, column) == code })
	}
	var cells [][]int32
	var truth []int64
	for _, want := range doc.Cells {
		var cell []int32
		sum := int64(0)
	inner:
		for i := range inner {
			for dim, code := range want.Key {
				if !in(i, dim, code) {
					continue inner
				}
			}
			cell = append(cell, int32(i))
			sum += inner[i]
		}
		if sum != want.Original {
			t.Errorf("%v: the input adds up to %d, want %d", want.Key, sum, want.Original)
		}
		cells, truth = append(cells, cell), append(truth, sum)
	}
	got, err := protect.SmallCountRounding{Base: int(doc.Base)}.Round(inner, cells)
	if err != nil {
		t.Error(err)
		return true
	}
	before, after := int64(0), int64(0)
	for i, n := range got.Inner {
		if n < 0 {
			t.Errorf("inner count %d is %d", i+1, n)
		}
		before, after = before+inner[i], after+n
	}
	if d := after - before; d < -doc.Base || d > doc.Base {
		t.Errorf("the grand total goes from %d to %d", before, after)
	}
	for j, cell := range cells {
		sum := int64(0)
		for _, i := range cell {
			sum += got.Inner[i]
		}
		if sum != got.Published[j] || sum != 0 && sum < doc.Base {
			t.Errorf("%v: %d published, the inner counts add up to %d", doc.Cells[j].Key, got.Published[j], sum)
		}
	}
	q, w := got.Quality, doc.Quality
	if recomputed := protect.QualityOf(truth, got.Published); recomputed != q || q.Cells != w.Published {
		t.Errorf("quality %+v of %d cells, recomputed %+v", q, w.Published, recomputed)
	}
	const printed = 5e-8 // the reference has seven decimals
	if float64(q.Max) > w.Max || q.Mean > w.Mean+printed || q.RMS > w.RMS+printed || q.Hellinger < w.Hellinger-printed {
		t.Errorf("quality %+v, want at least %+v", q, w)
	}
	t.Logf("max %d, mean %.4f, rms %.4f, Hellinger %.5f; the other tool %v, %.4f, %.4f, %.5f; every choice tried: %v", q.Max, q.Mean, q.RMS, q.Hellinger, w.Max, w.Mean, w.RMS, w.Hellinger, got.Optimal)
	return true
}
