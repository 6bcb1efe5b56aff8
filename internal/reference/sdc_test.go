package reference

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// An sdcCase is a case of disclosure control: a folder with expected.json and, but for perturbation tables, input.csv. What it asks for stands in its
// expected.json; its name is for messages only.
type sdcCase struct {
	Name     string
	Folder   string
	Expected []byte // expected.json
	Input    *Table // nil without input.csv
}

// decode reads the expected file into v.
func (c sdcCase) decode(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(c.Expected, v); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
}

// has tells whether the expected file has all of the members at its top.
func (c sdcCase) has(members ...string) bool {
	var top map[string]json.RawMessage
	if json.Unmarshal(c.Expected, &top) != nil {
		return false
	}
	for _, m := range members {
		if _, ok := top[m]; !ok {
			return false
		}
	}
	return true
}

// table reads another CSV file of the case.
func (c sdcCase) table(name string) (*Table, error) {
	f, err := os.Open(filepath.Join(c.Folder, name))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New(name + " is empty")
	}
	return &Table{rows[0], rows[1:]}, nil
}

// sdcChecks know the kinds of cases by what stands in their expected file. The first that handles a case has the word.
var sdcChecks = []func(t *testing.T, c sdcCase) (handled bool){checkPatterns, checkSuppression}

// sdcCases are all cases under root: folders with an expected.json, in folders that are no family of another form.
func sdcCases(root string) ([]sdcCase, error) {
	_, others, err := Families(root)
	if err != nil {
		return nil, err
	}
	var cases []sdcCase
	for _, other := range others {
		files, err := filepath.Glob(filepath.Join(root, other, "*", "expected.json"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			c := sdcCase{Name: other + "/" + filepath.Base(filepath.Dir(file)), Folder: filepath.Dir(file)}
			if c.Expected, err = os.ReadFile(file); err != nil {
				return nil, err
			}
			if c.Input, err = c.table("input.csv"); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			cases = append(cases, c)
		}
	}
	return cases, nil
}

func TestDisclosureControl(t *testing.T) {
	root, err := Root()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := sdcCases(root)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(cases) == 0 {
		const why = "no cases of disclosure control: set SKIKT_REFERENCE to the folder of the reference numbers"
		if os.Getenv("CI") == "true" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			for _, check := range sdcChecks {
				if check(t, c) {
					return
				}
			}
			t.Error("no check knows this case")
		})
	}
}
