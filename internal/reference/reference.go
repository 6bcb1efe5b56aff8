// Package reference runs our answers against numbers that other tools gave, kept in a folder beside the repository (or in the folder that
// the environment variable SKIKT_REFERENCE names). It finds families, files and results by listing; nothing of them is named in code.
//
// A family is a folder with data/ and expected/*.json. For each result an [Offer] of the family is asked what we say; it reads from the result's id, words
// and data files what is wanted, so that results on other data are answered by the same code. What is not offered is counted, never passed over.
package reference

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"text/tabwriter"
)

// A Result is one number, list or table that another tool gave, and how.
type Result struct {
	Family    string
	File      string // name of the expected file
	Dataset   string
	DataFiles []string

	ID, What, Call, Tool string
	Grade                string
	Tolerance            string
	Why                  string
	Value                any            // as JSON has it
	Fields               map[string]any // all of the result's own fields

	folder string // of the family
}

// An Answer is what we say to a result.
type Answer struct {
	Value any // a number, text, list or map by name, shaped like the result's value

	// Disputed are members of the value that we hold to be wrong in the other tool, with the reason. They are not compared, and the result is
	// counted as disputed, not as matched.
	Disputed map[string]string
}

// An Offer answers the results of one family. offered is false for what the package does not compute; an error fails the result.
type Offer func(r Result) (answer Answer, offered bool, err error)

// A Table is a data file.
type Table struct {
	Columns []string
	Rows    [][]string
}

// Has tells whether the table has all of the columns.
func (t *Table) Has(columns ...string) bool {
	for _, c := range columns {
		if !slices.Contains(t.Columns, c) {
			return false
		}
	}
	return true
}

// Get is the cell of row i under a column; empty when there is none.
func (t *Table) Get(i int, column string) string {
	if k := slices.Index(t.Columns, column); k >= 0 {
		return t.Rows[i][k]
	}
	return ""
}

// Tables reads the data files that the result names, in that order.
func (r Result) Tables() ([]*Table, error) {
	var tables []*Table
	for _, name := range r.DataFiles {
		if filepath.Ext(name) != ".csv" {
			continue
		}
		text, err := os.Open(filepath.Join(r.folder, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		rows, err := csv.NewReader(text).ReadAll()
		text.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if len(rows) == 0 {
			return nil, fmt.Errorf("%s is empty", name)
		}
		tables = append(tables, &Table{rows[0], rows[1:]})
	}
	return tables, nil
}

// Siblings are the results of the expected files of the same family that the result names among its data files, by a pattern such
// as types_*.json anywhere in the text.
func (r Result) Siblings() ([]Result, error) {
	var all []Result
	for _, text := range r.DataFiles {
		for _, word := range strings.Fields(text) {
			if filepath.Ext(word) != ".json" {
				continue
			}
			files, err := filepath.Glob(filepath.Join(r.folder, "expected", filepath.Base(word)))
			if err != nil {
				return nil, err
			}
			for _, f := range files {
				results, err := read(r.Family, r.folder, f)
				if err != nil {
					return nil, err
				}
				all = append(all, results...)
			}
		}
	}
	return all, nil
}

// read is the results of one expected file.
func read(family, folder, file string) ([]Result, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc struct {
		Dataset   string           `json:"dataset"`
		DataFiles []string         `json:"data_files"`
		Tool      string           `json:"tool"`
		Results   []map[string]any `json:"results"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	results := make([]Result, len(doc.Results))
	for i, fields := range doc.Results {
		word := func(name string) string { s, _ := fields[name].(string); return s }
		results[i] = Result{
			Family: family, File: filepath.Base(file), Dataset: doc.Dataset, DataFiles: doc.DataFiles,
			ID: word("id"), What: word("what"), Call: word("call"), Tool: word("tool"), Grade: word("grade"),
			Tolerance: word("tolerance"), Why: word("why"), Value: fields["value"], Fields: fields, folder: folder,
		}
		if results[i].What == "" {
			results[i].What = word("measure")
		}
		if results[i].Tool == "" {
			results[i].Tool = doc.Tool
		}
	}
	return results, nil
}

// Families are the families under root: folders with an expected folder. others are the folders of another form, which a package reads itself.
func Families(root string) (names, others []string, err error) {
	entries, err := os.ReadDir(root)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(root, e.Name(), "expected")); err == nil && info.IsDir() {
			names = append(names, e.Name())
		} else if e.IsDir() {
			others = append(others, e.Name())
		}
	}
	return names, others, nil
}

// Read is all results of a family, file by file.
func Read(root, family string) ([]Result, error) {
	folder := filepath.Join(root, family)
	files, err := filepath.Glob(filepath.Join(folder, "expected", "*.json"))
	if err != nil {
		return nil, err
	}
	sort.Strings(files)
	var all []Result
	for _, f := range files {
		results, err := read(family, folder, f)
		if err != nil {
			return nil, fmt.Errorf("reference: family %s: %w", family, err)
		}
		all = append(all, results...)
	}
	return all, nil
}

// Root is the folder of the reference numbers.
func Root() (string, error) {
	if dir := os.Getenv("SKIKT_REFERENCE"); dir != "" {
		return dir, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "reference"), nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("reference: no go.mod above the working directory")
		}
		dir = up
	}
}

// Tally counts what became of the results of one file.
type Tally struct {
	Results    int
	Matched    int // required, and as they should be
	Failed     int // required, and not
	Disputed   int // required, matched but for members that we hold to be wrong
	NotOffered int
	Declined   int // not offered because the other tool is wrong (defect) or failed (error): the method page says why
	Agree      int // not required (tool_specific, defect), and as the tool has it
	Differ     int // not required, and not
}

func (t *Tally) add(o Tally) {
	t.Results += o.Results
	t.Matched += o.Matched
	t.Failed += o.Failed
	t.Disputed += o.Disputed
	t.NotOffered += o.NotOffered
	t.Declined += o.Declined
	t.Agree += o.Agree
	t.Differ += o.Differ
}

// required tells whether a result of the grade must be matched.
func required(grade string) bool {
	switch grade {
	case "tool_specific", "defect", "error":
		return false
	}
	return true
}

// check asks the offer about one result. message says what is wrong with a failed one.
func check(r Result, offer Offer) (t Tally, message string) {
	t.Results = 1
	if offer == nil {
		t.NotOffered = 1
		return t, ""
	}
	answer, offered, err := offer(r)
	switch {
	case !offered && err == nil && (r.Grade == "defect" || r.Grade == "error"):
		t.Declined = 1
		return t, ""
	case !offered && err == nil:
		t.NotOffered = 1
		return t, ""
	case err == nil:
		err = grade(r, answer)
	}
	switch {
	case !required(r.Grade) && err == nil:
		t.Agree = 1
	case !required(r.Grade):
		t.Differ = 1
	case err != nil:
		t.Failed = 1
		return t, fmt.Sprintf("%s/%s: %s: %v", r.Family, r.File, r.ID, err)
	case len(answer.Disputed) > 0:
		t.Disputed = 1
	default:
		t.Matched = 1
	}
	return t, ""
}

// Run answers everything under the reference folder, logs a table of what became of it by file, and fails for what is not matched, showing the
// first few. Without the folder it skips, or fails where CI is true.
func Run(t *testing.T, offers map[string]Offer) {
	t.Helper()
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	families, others, err := Families(root)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(families) == 0 {
		const why = "no reference numbers: set SKIKT_REFERENCE to their folder"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	if err != nil {
		t.Fatal(err)
	}
	for family := range offers {
		if !slices.Contains(families, family) {
			t.Logf("answers for %s, which the folder lacks", family)
		}
	}
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 4, 2, ' ', 0)
	row := func(name string, n Tally) {
		fmt.Fprintf(w, "%s\tmatched %d\tnot offered %d\tfailed %d\tdisputed %d\tnot required: agree %d\tdiffer %d\tdeclined %d\tof %d\n",
			name, n.Matched, n.NotOffered, n.Failed, n.Disputed, n.Agree, n.Differ, n.Declined, n.Results)
	}
	const shown = 8
	var total Tally
	for _, family := range families {
		results, err := Read(root, family)
		if err != nil {
			t.Error(err)
			continue
		}
		var file Tally
		failures := 0
		for i, r := range results {
			one, message := check(r, offers[family])
			file.add(one)
			if message != "" {
				if failures++; failures <= shown {
					t.Error(message)
				}
			}
			if i+1 == len(results) || results[i+1].File != r.File {
				row(family+"/"+r.File, file)
				total.add(file)
				file = Tally{}
			}
		}
		if failures > shown {
			t.Errorf("%s: %d more", family, failures-shown)
		}
	}
	row("all", total)
	for _, name := range others {
		fmt.Fprintf(w, "%s\tin another form, not run here\n", name)
	}
	w.Flush()
	t.Log("\n" + table.String())
}
