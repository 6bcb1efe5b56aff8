package protect

import (
	"fmt"

	"github.com/skikt/skikt/cube"
)

// A Perturbation is the part of a policy that changes counts instead of hiding them: just one of the methods, or none.
type Perturbation struct {
	CellKey *CellKey `yaml:"cell_key" json:"cell_key,omitempty"`
	// Keys names, for cell key, the measure of the inner cube with the sum of record keys, by count.
	Keys        map[string]string   `yaml:"keys" json:"keys,omitempty"`
	SmallCounts *SmallCountRounding `yaml:"small_counts" json:"small_counts,omitempty"`
	Controlled  *ControlledRounding `yaml:"controlled" json:"controlled,omitempty"`
}

// Declared tells whether any method is declared.
func (p Perturbation) Declared() bool {
	return p.CellKey != nil || p.SmallCounts != nil || p.Controlled != nil
}

// Validate tells what is wrong with a declaration.
func (p Perturbation) Validate() error {
	var declared []interface{ Validate() error }
	if p.CellKey != nil {
		declared = append(declared, p.CellKey)
	}
	if p.SmallCounts != nil {
		declared = append(declared, p.SmallCounts)
	}
	if p.Controlled != nil {
		declared = append(declared, p.Controlled)
	}
	for _, m := range declared {
		if err := m.Validate(); err != nil {
			return err
		}
	}
	switch {
	case len(declared) > 1:
		return fmt.Errorf("protect: perturbation: declare one of cell_key, small_counts and controlled, not %d", len(declared))
	case p.CellKey == nil && len(p.Keys) > 0:
		return fmt.Errorf("protect: perturbation: keys are for cell_key, which is not declared")
	case p.CellKey != nil && len(p.Keys) == 0:
		return fmt.Errorf("protect: perturbation: cell_key needs keys: for each count, the measure with the sum of its record keys")
	}
	return nil
}

// A PerturbationOutcome is the account of the method that was declared. It is for the agency, not for publication.
type PerturbationOutcome struct {
	CellKey  *PerturbationAccount `json:"cell_key,omitempty"`
	Rounding []RoundingAccount    `json:"rounding,omitempty"` // per count
}

// Tables makes the tables of a family by the declared method.
func (p Perturbation) Tables(f Family) ([]*cube.Cube, PerturbationOutcome, error) {
	var out PerturbationOutcome
	if err := p.Validate(); err != nil {
		return nil, out, err
	}
	var tables []*cube.Cube
	var err error
	switch {
	case p.CellKey != nil:
		var account PerturbationAccount
		tables, account, err = p.CellKey.Tables(f, p.Keys)
		out.CellKey = &account
	case p.SmallCounts != nil:
		tables, out.Rounding, err = p.SmallCounts.Tables(f)
	case p.Controlled != nil:
		tables, out.Rounding, err = p.Controlled.Tables(f)
	default:
		err = fmt.Errorf("protect: perturbation: no method is declared")
	}
	return tables, out, err
}

// OpenPerturbed is the cell key method for questions that can't be foreseen: no change larger than 5, variance at most 3, and never a result of 1 or
// 2. SCB has not published the parameters of its own method; these are ours, of a size with the examples of the R package ptable.
func OpenPerturbed() CellKey {
	return CellKey{Bits: 20, Table: PerturbationTable{MaxChange: 5, Variance: 3, Forbidden: 2}}
}
