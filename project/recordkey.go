package project

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/skikt/skikt/protect"
	"github.com/skikt/skikt/record"
)

// keyColumn is the column of record keys in the store. Followed by _ and the name of a column, it is that of the keys of rows with a value there.
const keyColumn = "skikt_key"

// seedVariable names the file with the seed of the record keys in place of policy.seed_file.
const seedVariable = "SKIKT_SEED_FILE"

// recordKeyer is what gives records their keys; nil without a policy with cell keys.
func (r *Run) recordKeyer() (*protect.RecordKeyer, error) {
	how := r.Project.Policy.cellKey()
	if how == nil {
		return nil, nil
	}
	file := os.Getenv(seedVariable)
	if file == "" {
		if file = r.Project.Policy.SeedFile; file != "" && !filepath.IsAbs(file) {
			file = filepath.Join(r.Dir, file)
		}
	}
	const make = "make one with: head -c 32 /dev/urandom > FILE, keep it secret, and keep it"
	if file == "" {
		return nil, fmt.Errorf("project: the policy perturbs by cell key and names no seed_file, nor does %s; %s", seedVariable, make)
	}
	seed, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("project: policy.seed_file: %w; %s", err, make)
	}
	keyer, err := protect.NewRecordKeyer(seed, how.Bits)
	if err != nil {
		return nil, fmt.Errorf("project: policy.seed_file: %w; %s", err, make)
	}
	return keyer, nil
}

// keys are the record keys of the rows of a batch. Rows without a person can't have one.
func (r *Run) keys(b *record.Batch, decl RecordsDecl) (record.Vector, error) {
	out := record.Vector{Name: keyColumn, Type: record.Int, Int: make([]int64, b.N), State: make([]record.State, b.N)}
	person, err := vector(b, decl.Person)
	if err != nil {
		return out, err
	}
	for i := range b.N {
		if person.State[i] != record.Present {
			return out, fmt.Errorf("%s:%d: column %q names no person, and the policy with cell keys needs one in every row; mend it, or declare required: true, and such rows are left out and counted",
				decl.File, b.Line[i], decl.Person)
		}
		out.Int[i] = r.keyer.Key(value(person, i))
	}
	return out, nil
}

// keyColumns are the columns of record keys that the tables of some records need: one for all rows, and one for each column that a mean is taken of, as the mean's
// base counts the rows with a value there.
func (r *Run) keyColumns(records string) []record.Vector {
	out := []record.Vector{{Name: keyColumn, Type: record.Int}}
	for _, t := range r.Tables {
		if m := t.Mean; m != nil && m.Weight == "" && t.From == records {
			name := keyColumn + "_" + m.Column
			if !slices.ContainsFunc(out, func(v record.Vector) bool { return v.Name == name }) {
				out = append(out, record.Vector{Name: name, Type: record.Int})
			}
		}
	}
	return out
}

// keysWithValue are the keys of the rows that have a value in a column, for each such column of keys; the others have 0, which adds nothing to a sum.
func keysWithValue(b *record.Batch, keys record.Vector, columns []record.Vector) (out []record.Vector, err error) {
	for _, c := range columns {
		column, ok := strings.CutPrefix(c.Name, keyColumn+"_")
		if !ok {
			continue
		}
		of, err := vector(b, column)
		if err != nil {
			return nil, err
		}
		own := record.Vector{Name: c.Name, Type: record.Int, Int: slices.Clone(keys.Int), State: keys.State}
		for i := range own.Int {
			if of.State[i] != record.Present || of.Type == record.Float && (math.IsNaN(of.Float[i]) || math.IsInf(of.Float[i], 0)) {
				own.Int[i] = 0
			}
		}
		out = append(out, own)
	}
	return out, nil
}
